/*
 * Values on their way to the server, in binary. The type of a parameter is fixed when its statement
 * is prepared; whether a value can be sent as that type is decided here, value by value. What the
 * server would refuse for its form alone (NUL, bad UTF-8, a time out of range) is found before it
 * is sent, since a refusal by the server costs the transaction (ENG-165).
 */
#include "driver/postgresql/postgresql.h"

#include "base/allocator.h"

#include <string.h>

/* From 1970 to 2000, where PostgreSQL counts from, in microseconds (LIM-13). */
#define EPOCH INT64_C(946684800000000)
/* The first time there is, counted from 2000. The last is beyond what a calx_timestamp holds. */
#define TIME_MIN INT64_C(-211813488000000000)

Oid calx_postgresql_type_of_column(calx_type type)
{
    switch (type) {
    case CALX_TYPE_BOOL:
        return CALX_OID_BOOL;
    case CALX_TYPE_INT8:
    case CALX_TYPE_INT16:
    case CALX_TYPE_UINT8:
        return CALX_OID_INT2;
    case CALX_TYPE_INT32:
    case CALX_TYPE_UINT16:
        return CALX_OID_INT4;
    case CALX_TYPE_INT64:
    case CALX_TYPE_UINT32:
        return CALX_OID_INT8;
    case CALX_TYPE_UINT64:
        return CALX_OID_NUMERIC;
    case CALX_TYPE_FLOAT:
        return CALX_OID_FLOAT4;
    case CALX_TYPE_DOUBLE:
        return CALX_OID_FLOAT8;
    case CALX_TYPE_BYTES:
        return CALX_OID_BYTEA;
    case CALX_TYPE_TIMESTAMP:
        return CALX_OID_TIMESTAMPTZ;
    case CALX_TYPE_TEXT:
    case CALX_TYPE_CHAR_ARRAY:
        break;
    }
    /* Text may be for a column of any type that has a text form; the server knows which. */
    return CALX_OID_ANY;
}

Oid calx_postgresql_type_of(const calx_value *value)
{
    switch (value->type) {
    case CALX_VALUE_BOOL:
        return CALX_OID_BOOL;
    case CALX_VALUE_INT64:
        return CALX_OID_INT8;
    case CALX_VALUE_UINT64:
        return value->as.uint64 <= INT64_MAX ? CALX_OID_INT8 : CALX_OID_NUMERIC;
    case CALX_VALUE_DOUBLE:
        return CALX_OID_FLOAT8;
    case CALX_VALUE_BYTES:
        return CALX_OID_BYTEA;
    case CALX_VALUE_TIMESTAMP:
        return CALX_OID_TIMESTAMPTZ;
    case CALX_VALUE_TEXT:
    case CALX_VALUE_NULL:
        break;
    }
    return CALX_OID_ANY;
}

static void put_big_endian(unsigned char *out, uint64_t number, int size)
{
    for (int i = size; i-- > 0; number >>= 8)
        out[i] = (unsigned char)number;
}

static calx_postgresql_fit use_scratch(calx_postgresql_parameter *parameter,
                                       calx_postgresql_slot *slot, int size)
{
    slot->data = (const char *)parameter->scratch;
    slot->size = size;
    return CALX_FIT_YES;
}

static calx_postgresql_fit put_fixed(calx_postgresql_parameter *parameter,
                                     calx_postgresql_slot *slot, uint64_t bits, int size)
{
    put_big_endian(parameter->scratch, bits, size);
    return use_scratch(parameter, slot, size);
}

static calx_postgresql_fit encode_int64(calx_postgresql_parameter *parameter,
                                        calx_postgresql_slot *slot, int64_t number)
{
    uint64_t bits = (uint64_t)number;
    switch (parameter->actual) {
    case CALX_OID_INT8:
        return put_fixed(parameter, slot, bits, 8);
    case CALX_OID_INT4:
        if (number >= INT32_MIN && number <= INT32_MAX)
            return put_fixed(parameter, slot, bits, 4);
        break;
    case CALX_OID_INT2:
        if (number >= INT16_MIN && number <= INT16_MAX)
            return put_fixed(parameter, slot, bits, 2);
        break;
    case CALX_OID_NUMERIC:
        return use_scratch(parameter, slot,
                           calx_postgresql_put_numeric(parameter->scratch,
                                                       number < 0 ? 0 - bits : bits, number < 0));
    default:
        break;
    }
    return CALX_FIT_OTHER_TYPE;
}

static calx_postgresql_fit encode_uint64(calx_postgresql_parameter *parameter,
                                         calx_postgresql_slot *slot, uint64_t number)
{
    if (number <= INT64_MAX)
        return encode_int64(parameter, slot, (int64_t)number);
    if (parameter->actual != CALX_OID_NUMERIC)
        return CALX_FIT_OTHER_TYPE;
    return use_scratch(parameter, slot,
                       calx_postgresql_put_numeric(parameter->scratch, number, false));
}

static calx_postgresql_fit encode_real(calx_postgresql_parameter *parameter,
                                       calx_postgresql_slot *slot, double real)
{
    float small = (float)real;
    uint32_t small_bits;
    uint64_t bits;
    memcpy(&small_bits, &small, sizeof(small_bits));
    memcpy(&bits, &real, sizeof(bits));
    if (parameter->actual == CALX_OID_FLOAT8)
        return put_fixed(parameter, slot, bits, 8);
    if (parameter->actual == CALX_OID_FLOAT4)
        return put_fixed(parameter, slot, small_bits, 4);
    return CALX_FIT_OTHER_TYPE;
}

static calx_postgresql_fit encode_timestamp(calx_postgresql_parameter *parameter,
                                            calx_postgresql_slot *slot, int64_t timestamp,
                                            const char **out_reason)
{
    if (parameter->actual != CALX_OID_TIMESTAMPTZ && parameter->actual != CALX_OID_TIMESTAMP)
        return CALX_FIT_OTHER_TYPE;
    if (timestamp < TIME_MIN + EPOCH) {
        *out_reason = "PostgreSQL holds no time before the year 4714 BC";
        return CALX_FIT_NEVER;
    }
    return put_fixed(parameter, slot, (uint64_t)(timestamp - EPOCH), 8);
}

/* The bytes of the UTF-8 character at text, of which left are there; 0: it is none. */
static size_t utf8_size(const unsigned char *text, size_t left)
{
    size_t size = text[0] < 0x80 ? 1 : text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
    if (size == 1)
        return 1;
    if (text[0] < 0xc2 || text[0] > 0xf4 || size > left)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    }
    /* Longer than needed, half of a surrogate pair, beyond the last character. */
    if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
        (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f))
        return 0;
    return size;
}

/* Eight bytes, all of them ASCII and none a NUL: most texts are nothing else. */
static bool is_plain_word(const unsigned char *text)
{
    const uint64_t high = UINT64_C(0x8080808080808080);
    const uint64_t low = UINT64_C(0x0101010101010101);
    uint64_t word;
    memcpy(&word, text, sizeof(word));
    return (((word - low) | word) & high) == 0;
}

const char *calx_postgresql_text_fault(const char *text, size_t size)
{
    const unsigned char *bytes = (const unsigned char *)text;
    for (size_t i = 0; i < size;) {
        if (size - i >= sizeof(uint64_t) && is_plain_word(bytes + i)) {
            i += sizeof(uint64_t);
            continue;
        }
        if (bytes[i] == '\0')
            return "PostgreSQL holds no text with a NUL inside";
        size_t step = utf8_size(bytes + i, size - i);
        if (step == 0)
            return "the text is not UTF-8";
        i += step;
    }
    return NULL;
}

/* Types whose binary form is the text itself. */
static bool is_text_type(Oid type)
{
    return type == CALX_OID_TEXT || type == CALX_OID_VARCHAR || type == CALX_OID_BPCHAR ||
           type == CALX_OID_NAME || type == CALX_OID_JSON;
}

/* Text for a type of its own, such as a date, goes as text: the server reads it. */
static calx_postgresql_fit encode_text(calx_postgresql_parameter *parameter,
                                       calx_postgresql_slot *slot, const calx_value *value,
                                       const char **out_reason)
{
    bool plain = is_text_type(parameter->actual);
    if (!plain && !parameter->inferred)
        return CALX_FIT_OTHER_TYPE;
    if (value->as.span.size > CALX_POSTGRESQL_MAX_VALUE)
        return CALX_FIT_TOO_BIG;
    *out_reason = calx_postgresql_text_fault(value->as.span.data, value->as.span.size);
    if (*out_reason != NULL)
        return CALX_FIT_NEVER;
    slot->data = value->as.span.data;
    slot->size = (int)value->as.span.size;
    if (plain)
        return CALX_FIT_YES;
    parameter->copy = calx_strdup_n(value->as.span.data, value->as.span.size);
    if (parameter->copy == NULL)
        return CALX_FIT_NO_MEMORY;
    slot->data = parameter->copy;
    slot->format = 0;
    return CALX_FIT_YES;
}

static calx_postgresql_fit encode_bytes(const calx_postgresql_parameter *parameter,
                                        calx_postgresql_slot *slot, const calx_value *value)
{
    if (parameter->actual != CALX_OID_BYTEA)
        return CALX_FIT_OTHER_TYPE;
    if (value->as.span.size > CALX_POSTGRESQL_MAX_VALUE)
        return CALX_FIT_TOO_BIG;
    slot->data = value->as.span.size == 0 ? "" : value->as.span.data;
    slot->size = (int)value->as.span.size;
    return CALX_FIT_YES;
}

calx_postgresql_fit calx_postgresql_encode(calx_postgresql_parameter *parameter,
                                           const calx_value *value, calx_postgresql_slot *slot,
                                           const char **out_reason)
{
    *slot = (calx_postgresql_slot){ NULL, 0, 1 };
    switch (value->type) {
    case CALX_VALUE_NULL:
        return CALX_FIT_YES;
    case CALX_VALUE_BOOL:
        if (parameter->actual != CALX_OID_BOOL)
            return CALX_FIT_OTHER_TYPE;
        return put_fixed(parameter, slot, value->as.boolean, 1);
    case CALX_VALUE_INT64:
        return encode_int64(parameter, slot, value->as.int64);
    case CALX_VALUE_UINT64:
        return encode_uint64(parameter, slot, value->as.uint64);
    case CALX_VALUE_DOUBLE:
        return encode_real(parameter, slot, value->as.real);
    case CALX_VALUE_TEXT:
        return encode_text(parameter, slot, value, out_reason);
    case CALX_VALUE_BYTES:
        return encode_bytes(parameter, slot, value);
    case CALX_VALUE_TIMESTAMP:
        return encode_timestamp(parameter, slot, value->as.int64, out_reason);
    }
    *out_reason = "its value class is unknown";
    return CALX_FIT_NEVER;
}
