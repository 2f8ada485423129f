/*
 * Many values of one column as one parameter: PostgreSQL's binary array, a header of 32-bit numbers
 * (dimensions, whether there are NULLs, type, length, first index) and each value behind its size,
 * all big endian. A value is encoded as it would be alone, so what is refused is refused alike; the
 * classes most rows are made of have a short way. The room is reserved first, so that writing needs
 * no checks.
 */
#include "driver/postgresql/postgresql.h"

#include <string.h>

enum { HEADER_SIZE = 20, SIZE_OF_SIZE = 4 };

static const struct {
    Oid array;
    Oid element;
} types[] = {
    { 1000, CALX_OID_BOOL },    { 1001, CALX_OID_BYTEA },  { 1005, CALX_OID_INT2 },
    { 1007, CALX_OID_INT4 },    { 1009, CALX_OID_TEXT },   { 1016, CALX_OID_INT8 },
    { 1021, CALX_OID_FLOAT4 },  { 1022, CALX_OID_FLOAT8 }, { 1185, CALX_OID_TIMESTAMPTZ },
    { 1231, CALX_OID_NUMERIC },
};

Oid calx_postgresql_element_of(Oid array)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (types[i].array == array)
            return types[i].element;
    }
    return CALX_OID_ANY;
}

/* An array being written, into room that is there. */
typedef struct array_writer {
    unsigned char *to;
    calx_postgresql_parameter element;
    const char *reason; /* of a refusal */
} array_writer;

static void put32(array_writer *writer, uint32_t number)
{
    writer->to[0] = (unsigned char)(number >> 24);
    writer->to[1] = (unsigned char)(number >> 16);
    writer->to[2] = (unsigned char)(number >> 8);
    writer->to[3] = (unsigned char)number;
    writer->to += 4;
}

static void put_span(array_writer *writer, const void *data, size_t size)
{
    put32(writer, (uint32_t)size);
    if (size > 0)
        memcpy(writer->to, data, size);
    writer->to += size;
}

static calx_postgresql_fit put_64(array_writer *writer, uint64_t bits)
{
    put32(writer, 8);
    put32(writer, (uint32_t)(bits >> 32));
    put32(writer, (uint32_t)bits);
    return CALX_FIT_YES;
}

static calx_postgresql_fit put_real(array_writer *writer, double real)
{
    uint64_t bits;
    memcpy(&bits, &real, sizeof(bits));
    return put_64(writer, bits);
}

static calx_postgresql_fit put_text(array_writer *writer, const calx_value *value)
{
    writer->reason = calx_postgresql_text_fault(value->as.span.data, value->as.span.size);
    if (writer->reason != NULL)
        return CALX_FIT_NEVER;
    put_span(writer, value->as.span.data, value->as.span.size);
    return CALX_FIT_YES;
}

static calx_postgresql_fit put_as_alone(array_writer *writer, const calx_value *value)
{
    calx_postgresql_slot slot;
    calx_postgresql_fit fit =
        calx_postgresql_encode(&writer->element, value, &slot, &writer->reason);
    if (fit == CALX_FIT_YES && slot.data != NULL)
        put_span(writer, slot.data, (size_t)slot.size);
    return fit;
}

static calx_postgresql_fit put_value(array_writer *writer, const calx_value *value)
{
    Oid type = writer->element.actual;
    if (value->type == CALX_VALUE_NULL) {
        put32(writer, UINT32_MAX);
        return CALX_FIT_YES;
    }
    if (value->type == CALX_VALUE_TEXT && type == CALX_OID_TEXT)
        return put_text(writer, value);
    if (value->type == CALX_VALUE_INT64 && type == CALX_OID_INT8)
        return put_64(writer, (uint64_t)value->as.int64);
    if (value->type == CALX_VALUE_DOUBLE && type == CALX_OID_FLOAT8)
        return put_real(writer, value->as.real);
    return put_as_alone(writer, value);
}

/* Bytes the values need at most. Beyond the longest array there is, any larger number will do. */
static size_t room_for(const calx_value *values, size_t stride, size_t count)
{
    size_t size = HEADER_SIZE;
    for (size_t i = 0; i < count && size <= CALX_POSTGRESQL_MAX_VALUE; i++) {
        const calx_value *value = &values[i * stride];
        bool is_span = value->type == CALX_VALUE_TEXT || value->type == CALX_VALUE_BYTES;
        size += SIZE_OF_SIZE;
        size += is_span ? value->as.span.size : CALX_NUMERIC_SIZE;
    }
    return size;
}

calx_postgresql_fit calx_postgresql_put_row(calx_buffer *out, const Oid *columns,
                                            const calx_value *values, size_t count,
                                            const char **out_reason)
{
    array_writer writer = { .reason = NULL };
    calx_postgresql_fit fit = CALX_FIT_YES;
    size_t room = room_for(values, 1, count);
    if (room > CALX_POSTGRESQL_MAX_VALUE)
        return CALX_FIT_TOO_BIG;
    if (calx_buffer_reserve(out, room) != CALX_OK)
        return CALX_FIT_NO_MEMORY;
    writer.to = (unsigned char *)out->data + out->size;
    *writer.to++ = (unsigned char)(count >> 8);
    *writer.to++ = (unsigned char)count;
    for (size_t i = 0; fit == CALX_FIT_YES && i < count; i++) {
        writer.element.actual = columns[i];
        fit = put_value(&writer, &values[i]);
    }
    *out_reason = writer.reason;
    out->size = (size_t)((char *)writer.to - out->data);
    out->data[out->size] = '\0';
    return fit;
}

static void put_header(array_writer *writer, size_t count)
{
    put32(writer, 1); /* dimension */
    put32(writer, 1); /* there may be NULLs */
    put32(writer, writer->element.actual);
    put32(writer, (uint32_t)count);
    put32(writer, 1); /* the first index */
}

calx_postgresql_fit calx_postgresql_put_array(calx_buffer *out, Oid type, const calx_value *values,
                                              size_t stride, size_t count, const char **out_reason)
{
    array_writer writer = { .element.actual = calx_postgresql_element_of(type) };
    calx_postgresql_fit fit = CALX_FIT_YES;
    size_t room = room_for(values, stride, count);
    if (writer.element.actual == CALX_OID_ANY)
        return CALX_FIT_NEVER;
    if (room > CALX_POSTGRESQL_MAX_VALUE)
        return CALX_FIT_TOO_BIG;
    if (calx_buffer_reserve(out, room) != CALX_OK)
        return CALX_FIT_NO_MEMORY;
    writer.to = (unsigned char *)out->data + out->size;
    put_header(&writer, count);
    for (size_t i = 0; fit == CALX_FIT_YES && i < count; i++)
        fit = put_value(&writer, &values[i * stride]);
    *out_reason = writer.reason;
    out->size = (size_t)((char *)writer.to - out->data);
    out->data[out->size] = '\0';
    return fit;
}
