/*
 * Lists of values in one row of bytes, and back. What is read may come from anywhere, since any
 * statement may call the function: nothing behind the end is looked at.
 */
#include "sql/packed.h"

#include <string.h>

static bool is_span(calx_value_type type)
{
    return type == CALX_VALUE_TEXT || type == CALX_VALUE_BYTES;
}

static bool is_number(calx_value_type type)
{
    return type == CALX_VALUE_INT64 || type == CALX_VALUE_DOUBLE || type == CALX_VALUE_TIMESTAMP;
}

/* Truth values are integers, as are unsigned ones, which fit. */
static calx_value as_packed(calx_value value)
{
    if (value.type == CALX_VALUE_BOOL)
        return calx_value_int64(value.as.boolean ? 1 : 0);
    if (value.type == CALX_VALUE_UINT64)
        return calx_value_int64((int64_t)value.as.uint64);
    return value;
}

void calx_packed_put(calx_buffer *out, calx_value value)
{
    value = as_packed(value);
    calx_buffer_char(out, (char)value.type);
    if (!is_span(value.type)) {
        char number[CALX_PACKED_NUMBER_SIZE];
        memcpy(number, &value.as.int64, sizeof number);
        calx_buffer_put_n(out, number, sizeof number);
        return;
    }
    uint32_t length = (uint32_t)value.as.span.size;
    char size[CALX_PACKED_LENGTH_SIZE];
    if (length != value.as.span.size)
        calx_buffer_fail(out, CALX_E_LIMIT);
    memcpy(size, &length, sizeof size);
    calx_buffer_put_n(out, size, sizeof size);
    calx_buffer_put_n(out, value.as.span.data, length);
}

static size_t read_number(const unsigned char *data, size_t size, calx_value *out_value)
{
    if (size < CALX_PACKED_NUMBER_SIZE)
        return 0;
    memcpy(&out_value->as.int64, data, CALX_PACKED_NUMBER_SIZE);
    return 1 + CALX_PACKED_NUMBER_SIZE;
}

static size_t read_span(const unsigned char *data, size_t size, calx_value *out_value)
{
    uint32_t length = 0;
    if (size < CALX_PACKED_LENGTH_SIZE)
        return 0;
    memcpy(&length, data, sizeof length);
    if (length > size - CALX_PACKED_LENGTH_SIZE)
        return 0;
    out_value->as.span.data = data + CALX_PACKED_LENGTH_SIZE;
    out_value->as.span.size = length;
    return 1 + CALX_PACKED_LENGTH_SIZE + (size_t)length;
}

size_t calx_packed_read(const unsigned char *data, size_t size, calx_value *out_value)
{
    if (size == 0)
        return 0;
    calx_value value = { .type = (calx_value_type)data[0] };
    size_t taken = 0;
    if (is_number(value.type))
        taken = read_number(data + 1, size - 1, &value);
    else if (is_span(value.type))
        taken = read_span(data + 1, size - 1, &value);
    if (taken > 0)
        *out_value = value;
    return taken;
}
