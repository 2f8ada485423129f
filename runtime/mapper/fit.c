/*
 * Does a value fit a column? The one place that decides it, for rows that come in, setters and
 * keys alike. A value is taken from a near class when nothing is lost, and refused otherwise: never
 * cut, wrapped or rounded away.
 */
#include "mapper/column.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* NULL: it fits. */
typedef const char *fit_reason;

static bool is_whole(const calx_value *value)
{
    return value->type == CALX_VALUE_BOOL || value->type == CALX_VALUE_INT64 ||
           value->type == CALX_VALUE_UINT64;
}

static bool as_signed(const calx_value *value, int64_t *out_number)
{
    if (value->type == CALX_VALUE_BOOL)
        *out_number = value->as.boolean;
    else if (value->type == CALX_VALUE_INT64)
        *out_number = value->as.int64;
    else if (value->as.uint64 <= INT64_MAX)
        *out_number = (int64_t)value->as.uint64;
    else
        return false;
    return true;
}

static bool as_unsigned(const calx_value *value, uint64_t *out_number)
{
    if (value->type == CALX_VALUE_BOOL)
        *out_number = value->as.boolean;
    else if (value->type == CALX_VALUE_UINT64)
        *out_number = value->as.uint64;
    else if (value->as.int64 >= 0)
        *out_number = (uint64_t)value->as.int64;
    else
        return false;
    return true;
}

static fit_reason fit_signed(size_t size, const calx_value *value, calx_value *out)
{
    int64_t highest = size >= 8 ? INT64_MAX : (INT64_C(1) << (8 * size - 1)) - 1;
    int64_t number;
    if (!is_whole(value))
        return "the value is no integer";
    if (!as_signed(value, &number) || number > highest || number < -highest - 1)
        return "the integer is out of the member's range";
    *out = calx_value_int64(number);
    return NULL;
}

static fit_reason fit_unsigned(size_t size, const calx_value *value, calx_value *out)
{
    uint64_t number;
    if (!is_whole(value))
        return "the value is no integer";
    if (!as_unsigned(value, &number))
        return "the integer is negative and the member is unsigned";
    if (size < 8 && number >> (8 * size) != 0)
        return "the integer is out of the member's range";
    *out = calx_value_uint64(number);
    return NULL;
}

static fit_reason fit_bool(const calx_value *value, calx_value *out)
{
    uint64_t number;
    if (!is_whole(value) || !as_unsigned(value, &number) || number > 1)
        return "the value is neither true nor false";
    *out = calx_value_bool(number == 1);
    return NULL;
}

static fit_reason fit_real(calx_type type, const calx_value *value, calx_value *out)
{
    double real;
    if (value->type == CALX_VALUE_DOUBLE)
        real = value->as.real;
    else if (value->type == CALX_VALUE_INT64)
        real = (double)value->as.int64;
    else if (value->type == CALX_VALUE_UINT64)
        real = (double)value->as.uint64;
    else
        return "the value is no number";
    if (type == CALX_TYPE_FLOAT && isfinite(real) && fabs(real) > (double)FLT_MAX)
        return "the number is out of a float's range";
    *out = calx_value_double(real);
    return NULL;
}

/* A C string ends at its first NUL, so one inside would lose what follows. */
static fit_reason fit_text(const calx_column *column, const calx_value *value, calx_value *out)
{
    if (value->type != CALX_VALUE_TEXT)
        return "the value is no text";
    if (column->type == CALX_TYPE_CHAR_ARRAY && value->as.span.size >= column->size)
        return "the text is too long for the array";
    if (memchr(value->as.span.data, '\0', value->as.span.size) != NULL)
        return "the text has a NUL character inside";
    *out = *value;
    return NULL;
}

static fit_reason fit_bytes(const calx_value *value, calx_value *out)
{
    if (value->type != CALX_VALUE_BYTES)
        return "the value is no binary data";
    *out = *value;
    return NULL;
}

static fit_reason fit_timestamp(const calx_value *value, calx_value *out)
{
    if (value->type != CALX_VALUE_TIMESTAMP && value->type != CALX_VALUE_INT64)
        return "the value is no timestamp";
    *out = calx_value_timestamp(value->as.int64);
    return NULL;
}

static fit_reason fit_null(const calx_column *column, calx_value *out)
{
    if (!calx_column_takes_null(column))
        return "the value is NULL and the member cannot hold NULL";
    *out = calx_value_null();
    return NULL;
}

static fit_reason fit(const calx_column *column, const calx_value *value, calx_value *out)
{
    if (value->type == CALX_VALUE_NULL)
        return fit_null(column, out);
    switch (column->type) {
    case CALX_TYPE_BOOL:
        return fit_bool(value, out);
    case CALX_TYPE_INT8:
    case CALX_TYPE_INT16:
    case CALX_TYPE_INT32:
    case CALX_TYPE_INT64:
        return fit_signed(column->size, value, out);
    case CALX_TYPE_UINT8:
    case CALX_TYPE_UINT16:
    case CALX_TYPE_UINT32:
    case CALX_TYPE_UINT64:
        return fit_unsigned(column->size, value, out);
    case CALX_TYPE_FLOAT:
    case CALX_TYPE_DOUBLE:
        return fit_real(column->type, value, out);
    case CALX_TYPE_TEXT:
    case CALX_TYPE_CHAR_ARRAY:
        return fit_text(column, value, out);
    case CALX_TYPE_BYTES:
        return fit_bytes(value, out);
    case CALX_TYPE_TIMESTAMP:
        return fit_timestamp(value, out);
    }
    return "the column's type is unknown";
}

calx_status calx_column_fit(const calx_column *column, const calx_value *value,
                            calx_value *out_fitted, const char **out_reason)
{
    calx_value fitted;
    fit_reason reason = fit(column, value, &fitted);
    if (reason == NULL) {
        *out_fitted = fitted;
        return CALX_OK;
    }
    if (out_reason != NULL)
        *out_reason = reason;
    return CALX_E_DATA;
}
