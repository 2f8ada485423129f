/*
 * Columns and values of C as operands, and by themselves as expressions: one function for each
 * type, which generic selection and overloads choose from.
 */
#include "sql/build.h"

static calx_operand value_operand(calx_value value)
{
    calx_operand operand = { .kind = CALX_OPERAND_VALUE, .as.value = value };
    return operand;
}

static calx_operand column_operand(calx_column_ref column)
{
    calx_operand operand = { .kind = CALX_OPERAND_COLUMN, .as.column = column };
    return operand;
}

static calx_expression scalar(calx_operand operand)
{
    return calx_operand_expression(&operand);
}

calx_operand calx_bool_operand_(bool value)
{
    return value_operand(calx_value_bool(value));
}

calx_operand calx_int64_operand_(int64_t value)
{
    return value_operand(calx_value_int64(value));
}

/* A number has one form: unsigned only where it must be, so that every driver can bind the rest. */
calx_operand calx_uint64_operand_(uint64_t value)
{
    return value_operand(value <= INT64_MAX ? calx_value_int64((int64_t)value)
                                            : calx_value_uint64(value));
}

calx_operand calx_double_operand_(double value)
{
    return value_operand(calx_value_double(value));
}

calx_operand calx_text_operand_(const char *value)
{
    return value_operand(calx_value_text(value));
}

calx_operand calx_text_n_operand_(calx_text value)
{
    return value_operand(calx_value_text_n(value.data, value.size));
}

calx_operand calx_bytes_operand_(calx_bytes value)
{
    return value_operand(calx_value_bytes(value));
}

calx_operand calx_bool_column_operand_(calx_bool_column column)
{
    return column_operand(column.ref);
}

calx_operand calx_int64_column_operand_(calx_int64_column column)
{
    return column_operand(column.ref);
}

calx_operand calx_uint64_column_operand_(calx_uint64_column column)
{
    return column_operand(column.ref);
}

calx_operand calx_double_column_operand_(calx_double_column column)
{
    return column_operand(column.ref);
}

calx_operand calx_text_column_operand_(calx_text_column column)
{
    return column_operand(column.ref);
}

calx_operand calx_bytes_column_operand_(calx_bytes_column column)
{
    return column_operand(column.ref);
}

calx_operand calx_timestamp_column_operand_(calx_timestamp_column column)
{
    return column_operand(column.ref);
}

calx_operand calx_list_operand_(const void *items, size_t count, calx_type item_type)
{
    calx_operand operand = { .kind = CALX_OPERAND_LIST, .as.list = { items, count, item_type } };
    return operand;
}

calx_expression calx_bool_scalar_(bool value)
{
    return scalar(calx_bool_operand_(value));
}

calx_expression calx_int64_scalar_(int64_t value)
{
    return scalar(calx_int64_operand_(value));
}

calx_expression calx_uint64_scalar_(uint64_t value)
{
    return scalar(calx_uint64_operand_(value));
}

calx_expression calx_double_scalar_(double value)
{
    return scalar(calx_double_operand_(value));
}

calx_expression calx_text_scalar_(const char *value)
{
    return scalar(calx_text_operand_(value));
}

calx_expression calx_text_n_scalar_(calx_text value)
{
    return scalar(calx_text_n_operand_(value));
}

calx_expression calx_bytes_scalar_(calx_bytes value)
{
    return scalar(calx_bytes_operand_(value));
}

calx_expression calx_bool_column_scalar_(calx_bool_column column)
{
    return scalar(column_operand(column.ref));
}

calx_expression calx_int64_column_scalar_(calx_int64_column column)
{
    return scalar(column_operand(column.ref));
}

calx_expression calx_uint64_column_scalar_(calx_uint64_column column)
{
    return scalar(column_operand(column.ref));
}

calx_expression calx_double_column_scalar_(calx_double_column column)
{
    return scalar(column_operand(column.ref));
}

calx_expression calx_text_column_scalar_(calx_text_column column)
{
    return scalar(column_operand(column.ref));
}

calx_expression calx_bytes_column_scalar_(calx_bytes_column column)
{
    return scalar(column_operand(column.ref));
}

calx_expression calx_timestamp_column_scalar_(calx_timestamp_column column)
{
    return scalar(column_operand(column.ref));
}

calx_expression calx_expression_scalar_(calx_expression expression)
{
    return expression;
}
