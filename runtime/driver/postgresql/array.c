/*
 * Many values of one column as one parameter: PostgreSQL's binary array, a header of 32-bit numbers
 * (dimensions, whether there are NULLs, type, length, first index) and each value behind its size,
 * all big endian. A value is encoded as it would be alone, so what is refused is refused alike.
 */
#include "driver/postgresql/postgresql.h"

enum { HEADER_SIZE = 20, SIZE_OF_FIXED = 12 };

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

static void put32(calx_buffer *out, uint32_t number)
{
    const unsigned char bytes[] = { (unsigned char)(number >> 24), (unsigned char)(number >> 16),
                                    (unsigned char)(number >> 8), (unsigned char)number };
    calx_buffer_put_n(out, (const char *)bytes, sizeof(bytes));
}

static calx_postgresql_fit put_one(calx_buffer *out, calx_postgresql_parameter *element,
                                   const calx_value *value, const char **out_reason)
{
    calx_postgresql_slot slot;
    calx_postgresql_fit fit = calx_postgresql_encode(element, value, &slot, out_reason);
    if (fit != CALX_FIT_YES)
        return fit;
    put32(out, slot.data == NULL ? UINT32_MAX : (uint32_t)slot.size);
    if (slot.data != NULL)
        calx_buffer_put_n(out, slot.data, (size_t)slot.size);
    return CALX_FIT_YES;
}

calx_postgresql_fit calx_postgresql_put_array(calx_buffer *out, Oid type, const calx_value *values,
                                              size_t stride, size_t count, const char **out_reason)
{
    calx_postgresql_parameter element = { .actual = calx_postgresql_element_of(type) };
    size_t start = out->size;
    if (element.actual == CALX_OID_ANY)
        return CALX_FIT_NEVER;
    if (calx_buffer_reserve(out, HEADER_SIZE + count * SIZE_OF_FIXED) != CALX_OK)
        return CALX_FIT_NO_MEMORY;
    put32(out, 1); /* dimension */
    put32(out, 1); /* there may be NULLs */
    put32(out, element.actual);
    put32(out, (uint32_t)count);
    put32(out, 1); /* the first index */
    for (size_t i = 0; i < count; i++) {
        calx_postgresql_fit fit = put_one(out, &element, &values[i * stride], out_reason);
        if (fit != CALX_FIT_YES)
            return fit;
        if (out->size - start > CALX_POSTGRESQL_MAX_VALUE)
            return CALX_FIT_TOO_BIG;
    }
    return out->status == CALX_OK ? CALX_FIT_YES : CALX_FIT_NO_MEMORY;
}
