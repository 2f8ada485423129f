/*
 * Keys. The encoding of a part depends on its column only: a fixed eight bytes for anything of
 * fixed size, length and bytes for text and blobs. It is for comparing in this process, so numbers
 * keep the machine's byte order. Equal values have equal bytes: integers are widened, and minus
 * zero is zero.
 */
#include "mapper/key.h"

#include "base/allocator.h"
#include "base/hash.h"
#include "mapper/column.h"

enum { WORD_SIZE = CALX_KEY_WORD, MESSAGE_TEXT_LIMIT = 40 };

/* Brings a key value into its column's class. */
static calx_status fit_part(const calx_column *column, const calx_value *value,
                            calx_value *out_fitted)
{
    if (value->type == CALX_VALUE_NULL)
        return CALX_E_ARGUMENT;
    return calx_column_fit(column, value, out_fitted, NULL);
}

static uint64_t part_word(const calx_value *value)
{
    uint64_t word = 0;
    double real = value->as.real;
    switch (value->type) {
    case CALX_VALUE_BOOL:
        return value->as.boolean;
    case CALX_VALUE_UINT64:
        return value->as.uint64;
    case CALX_VALUE_DOUBLE:
        if (real == 0)
            real = 0;
        memcpy(&word, &real, sizeof word);
        return word;
    case CALX_VALUE_TEXT:
    case CALX_VALUE_BYTES:
        return value->as.span.size;
    default:
        return (uint64_t)value->as.int64;
    }
}

static size_t part_span(const calx_value *value)
{
    bool is_span = value->type == CALX_VALUE_TEXT || value->type == CALX_VALUE_BYTES;
    return is_span ? value->as.span.size : 0;
}

static unsigned char *encode_part(unsigned char *to, const calx_value *fitted)
{
    uint64_t word = part_word(fitted);
    size_t span = part_span(fitted);
    memcpy(to, &word, WORD_SIZE);
    if (span > 0)
        memcpy(to + WORD_SIZE, fitted->as.span.data, span);
    return to + WORD_SIZE + span;
}

static uint64_t hash_key(const calx_key *key)
{
    uint64_t mapper = (uint64_t)(uintptr_t)key->mapper;
    if (key->size != WORD_SIZE)
        return calx_hash_join(mapper, calx_hash(calx_key_bytes(key), key->size));
    uint64_t word;
    memcpy(&word, key->as.bytes, WORD_SIZE);
    return calx_hash_join(mapper, word);
}

/* The room the encoding needs; also finds what cannot be encoded. */
static calx_status measure(const calx_mapper *mapper, const calx_value *values, size_t *out_size)
{
    size_t size = 0;
    for (size_t i = 0; i < mapper->key_count; i++) {
        calx_value fitted;
        calx_status status = fit_part(&mapper->columns[mapper->key[i]], &values[i], &fitted);
        if (status != CALX_OK)
            return status;
        size += WORD_SIZE + part_span(&fitted);
    }
    *out_size = size;
    return CALX_OK;
}

/* Makes room for the encoding; answers where it goes, or NULL: no memory. */
static unsigned char *make_room(calx_key *key)
{
    if (key->size <= CALX_KEY_INLINE)
        return key->as.bytes;
    key->as.block = calx_alloc(key->size);
    return key->as.block;
}

/* Most keys are one part: fitted once and encoded at once. */
static calx_status encode_single(calx_key *key, const calx_value *value)
{
    const calx_column *column = &key->mapper->columns[key->mapper->key[0]];
    if (column->type == CALX_TYPE_INT64 && value->type == CALX_VALUE_INT64) {
        key->size = WORD_SIZE;
        memcpy(key->as.bytes, &value->as.int64, WORD_SIZE);
        return CALX_OK;
    }
    calx_value fitted;
    calx_status status = fit_part(column, value, &fitted);
    if (status != CALX_OK)
        return status;
    key->size = WORD_SIZE + part_span(&fitted);
    unsigned char *to = make_room(key);
    if (to == NULL)
        return CALX_E_NOMEM;
    (void)encode_part(to, &fitted);
    return CALX_OK;
}

static calx_status encode_several(calx_key *key, const calx_value *values)
{
    const calx_mapper *mapper = key->mapper;
    calx_status status = measure(mapper, values, &key->size);
    if (status != CALX_OK)
        return status;
    unsigned char *to = make_room(key);
    if (to == NULL)
        return CALX_E_NOMEM;
    for (size_t i = 0; i < mapper->key_count; i++) {
        calx_value fitted = values[i];
        (void)fit_part(&mapper->columns[mapper->key[i]], &values[i], &fitted);
        to = encode_part(to, &fitted);
    }
    return CALX_OK;
}

calx_status calx_key_from_values(calx_key *out, const calx_mapper *mapper, const calx_value *values)
{
    calx_key key = { .mapper = mapper };
    calx_status status =
        mapper->key_count == 1 ? encode_single(&key, values) : encode_several(&key, values);
    if (status != CALX_OK)
        return status;
    key.hash = hash_key(&key);
    *out = key;
    return CALX_OK;
}

bool calx_key_holds(const calx_key *key, const calx_value *values)
{
    const calx_mapper *mapper = key->mapper;
    const unsigned char *at = calx_key_bytes(key);
    size_t left = key->size;
    for (size_t i = 0; i < mapper->key_count; i++) {
        calx_value fitted;
        if (fit_part(&mapper->columns[mapper->key[i]], &values[i], &fitted) != CALX_OK)
            return false;
        uint64_t word = part_word(&fitted);
        size_t span = part_span(&fitted);
        if (left < WORD_SIZE || left - WORD_SIZE < span || memcmp(at, &word, WORD_SIZE) != 0 ||
            (span > 0 && memcmp(at + WORD_SIZE, fitted.as.span.data, span) != 0))
            return false;
        at += WORD_SIZE + span;
        left -= WORD_SIZE + span;
    }
    return left == 0;
}

calx_status calx_key_read(const calx_mapper *mapper, const void *instance, calx_value *values)
{
    for (size_t i = 0; i < mapper->key_count; i++) {
        calx_status status =
            calx_column_get(&mapper->columns[mapper->key[i]], instance, &values[i]);
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}

/* Most keys are a single int64_t, which needs no fitting. */
static bool is_plain(const calx_mapper *mapper)
{
    if (mapper->key_count != 1)
        return false;
    const calx_column *column = &mapper->columns[mapper->key[0]];
    return column->type == CALX_TYPE_INT64 && (column->flags & CALX_COLUMN_NULL_FLAG) == 0;
}

static void from_plain(calx_key *out, const calx_mapper *mapper, const void *instance)
{
    int64_t number;
    memcpy(&number, (const char *)instance + mapper->columns[mapper->key[0]].offset, sizeof number);
    memset(out, 0, sizeof *out);
    calx_key_set_number(out, mapper, number);
}

calx_status calx_key_from_instance(calx_key *out, const calx_mapper *mapper, const void *instance)
{
    enum { USUAL_PARTS = 4 };
    calx_value usual[USUAL_PARTS];
    calx_value *values = usual;
    if (is_plain(mapper)) {
        from_plain(out, mapper, instance);
        return CALX_OK;
    }
    if (mapper->key_count > USUAL_PARTS) {
        values = calx_alloc_array(mapper->key_count, sizeof *values);
        if (values == NULL)
            return CALX_E_NOMEM;
    }
    calx_status status = calx_key_read(mapper, instance, values);
    if (status == CALX_OK)
        status = calx_key_from_values(out, mapper, values);
    if (values != usual)
        calx_release(values);
    return status;
}

calx_status calx_key_copy(calx_key *to, const calx_key *from)
{
    calx_key copy = *from;
    if (from->size > CALX_KEY_INLINE) {
        copy.as.block = calx_alloc(from->size);
        if (copy.as.block == NULL)
            return CALX_E_NOMEM;
        memcpy(copy.as.block, from->as.block, from->size);
    }
    *to = copy;
    return CALX_OK;
}

void calx_key_clear(calx_key *key)
{
    if (key->size > CALX_KEY_INLINE)
        calx_release(key->as.block);
    memset(key, 0, sizeof *key);
}

/* Where a text of a message may be cut without breaking a UTF-8 character. */
static size_t cut_size(const char *text, size_t size)
{
    if (size <= MESSAGE_TEXT_LIMIT)
        return size;
    size = MESSAGE_TEXT_LIMIT;
    while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80)
        size--;
    return size;
}

void calx_key_describe_value(calx_buffer *out, const calx_value *value)
{
    size_t shown;
    switch (value->type) {
    case CALX_VALUE_NULL:
        calx_buffer_put(out, "NULL");
        break;
    case CALX_VALUE_BOOL:
        calx_buffer_put(out, value->as.boolean ? "true" : "false");
        break;
    case CALX_VALUE_UINT64:
        calx_buffer_uint(out, value->as.uint64);
        break;
    case CALX_VALUE_DOUBLE:
        calx_buffer_format(out, "%.17g", value->as.real);
        break;
    case CALX_VALUE_TEXT:
        shown = cut_size(value->as.span.data, value->as.span.size);
        calx_buffer_char(out, '\'');
        calx_buffer_put_n(out, value->as.span.data, shown);
        calx_buffer_put(out, shown < value->as.span.size ? "...'" : "'");
        break;
    case CALX_VALUE_BYTES:
        calx_buffer_format(out, "<%zu bytes>", value->as.span.size);
        break;
    default:
        calx_buffer_int(out, value->as.int64);
        break;
    }
}

void calx_key_describe(calx_buffer *out, const calx_mapper *mapper, const calx_value *values)
{
    calx_buffer_put(out, mapper->name);
    calx_buffer_char(out, '(');
    for (size_t i = 0; i < mapper->key_count; i++) {
        if (i > 0)
            calx_buffer_put(out, ", ");
        calx_buffer_put(out, mapper->columns[mapper->key[i]].member);
        calx_buffer_char(out, '=');
        calx_key_describe_value(out, &values[i]);
    }
    calx_buffer_char(out, ')');
}

void calx_key_describe_instance(calx_buffer *out, const calx_mapper *mapper, const void *instance)
{
    calx_buffer_put(out, mapper->name);
    calx_buffer_char(out, '(');
    for (size_t i = 0; i < mapper->key_count; i++) {
        const calx_column *column = &mapper->columns[mapper->key[i]];
        calx_value value;
        calx_buffer_put(out, i > 0 ? ", " : "");
        calx_buffer_put(out, column->member);
        calx_buffer_char(out, '=');
        if (calx_column_read(column, instance, &value) == CALX_OK)
            calx_key_describe_value(out, &value);
        else
            calx_buffer_char(out, '?');
    }
    calx_buffer_char(out, ')');
}
