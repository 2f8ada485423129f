/*
 * Making values. A value is plain and borrows what it points at, so nothing here can fail; the one
 * rule is that a NULL pointer is SQL NULL, and an empty text or blob is not.
 */
#include <calx/value.h>

#include <string.h>

calx_value calx_value_null(void)
{
    calx_value value = { .type = CALX_VALUE_NULL };
    return value;
}

calx_value calx_value_bool(bool boolean)
{
    calx_value value = { .type = CALX_VALUE_BOOL, .as.boolean = boolean };
    return value;
}

calx_value calx_value_int64(int64_t number)
{
    calx_value value = { .type = CALX_VALUE_INT64, .as.int64 = number };
    return value;
}

calx_value calx_value_uint64(uint64_t number)
{
    calx_value value = { .type = CALX_VALUE_UINT64, .as.uint64 = number };
    return value;
}

calx_value calx_value_double(double number)
{
    calx_value value = { .type = CALX_VALUE_DOUBLE, .as.real = number };
    return value;
}

static calx_value span_value(calx_value_type type, const void *data, size_t size)
{
    if (data == NULL)
        return calx_value_null();
    calx_value value = { .type = type, .as.span = { data, size } };
    return value;
}

calx_value calx_value_text(const char *text)
{
    return span_value(CALX_VALUE_TEXT, text, text == NULL ? 0 : strlen(text));
}

calx_value calx_value_text_n(const char *text, size_t size)
{
    return span_value(CALX_VALUE_TEXT, text, size);
}

calx_value calx_value_bytes(calx_bytes bytes)
{
    return span_value(CALX_VALUE_BYTES, bytes.data, bytes.size);
}

calx_value calx_value_timestamp(calx_timestamp timestamp)
{
    calx_value value = { .type = CALX_VALUE_TIMESTAMP, .as.int64 = timestamp };
    return value;
}
