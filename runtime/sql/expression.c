/*
 * Building expressions. An expression is one array in prefix order; joining two is appending one
 * array to the other behind a new root. Chains of the same join share their root, so ten
 * conditions joined by AND need eleven nodes. What does not fit marks the expression, and the mark
 * is inherited by everything built from it.
 */
#include <calx/expression.h>

#include <string.h>

static calx_expression single_node(calx_operator operation, calx_column_ref column,
                                   calx_operand operand)
{
    calx_expression expression;
    memset(&expression, 0, sizeof expression);
    expression.count = 1;
    expression.nodes[0].operation = operation;
    expression.nodes[0].column = column;
    expression.nodes[0].operand = operand;
    return expression;
}

static void append_nodes(calx_expression *to, const calx_expression *from, uint32_t first)
{
    uint32_t added = from->count - first;
    if (added > CALX_EXPRESSION_NODES - to->count) {
        to->overflow = true;
        return;
    }
    memcpy(&to->nodes[to->count], &from->nodes[first], added * sizeof to->nodes[0]);
    to->count += added;
}

/* Adds one side of a join; a side that is the same join gives its children instead. */
static void append_side(calx_expression *joined, const calx_expression *side)
{
    joined->overflow = joined->overflow || side->overflow;
    bool same = side->count > 0 && side->nodes[0].operation == joined->nodes[0].operation;
    joined->nodes[0].child_count += same ? side->nodes[0].child_count : 1;
    append_nodes(joined, side, same ? 1 : 0);
}

/* A side that was never set makes the whole never set, which the query reports. */
static calx_expression join(calx_operator operation, const calx_expression *left,
                            const calx_expression *right)
{
    calx_expression joined;
    memset(&joined, 0, sizeof joined);
    if (left->count == 0 || right->count == 0)
        return joined;
    joined.count = 1;
    joined.nodes[0].operation = operation;
    append_side(&joined, left);
    append_side(&joined, right);
    return joined;
}

calx_expression calx_and(calx_expression left, calx_expression right)
{
    return join(CALX_OP_AND, &left, &right);
}

calx_expression calx_or(calx_expression left, calx_expression right)
{
    return join(CALX_OP_OR, &left, &right);
}

calx_expression calx_not(calx_expression condition)
{
    calx_expression negated;
    memset(&negated, 0, sizeof negated);
    if (condition.count == 0)
        return negated;
    negated.count = 1;
    negated.overflow = condition.overflow;
    negated.nodes[0].operation = CALX_OP_NOT;
    negated.nodes[0].child_count = 1;
    append_nodes(&negated, &condition, 0);
    return negated;
}

calx_expression calx_compare_(calx_operator operation, calx_column_ref column, calx_operand operand)
{
    return single_node(operation, column, operand);
}

calx_expression calx_compare_text_(calx_operator operation, calx_text_column column,
                                   calx_operand operand)
{
    return single_node(operation, column.ref, operand);
}

calx_expression calx_between_(calx_column_ref column, calx_operand low, calx_operand high)
{
    calx_expression expression = single_node(CALX_OP_BETWEEN, column, low);
    expression.count = 2;
    expression.nodes[1].operation = CALX_OP_UPPER;
    expression.nodes[1].column = column;
    expression.nodes[1].operand = high;
    return expression;
}

calx_expression calx_test_(calx_operator operation, calx_column_ref column)
{
    calx_operand none;
    memset(&none, 0, sizeof none);
    return single_node(operation, column, none);
}

calx_order calx_order_(calx_column_ref column, bool descending)
{
    calx_order order = { .column = column, .descending = descending };
    return order;
}

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

calx_operand calx_double_of_int64_operand_(int64_t value)
{
    return value_operand(calx_value_double((double)value));
}

calx_operand calx_double_of_uint64_operand_(uint64_t value)
{
    return value_operand(calx_value_double((double)value));
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

calx_operand calx_timestamp_operand_(int64_t value)
{
    return value_operand(calx_value_timestamp(value));
}

/* Beyond the last timestamp there is none, so the last one compares the same. */
calx_operand calx_timestamp_of_uint64_operand_(uint64_t value)
{
    return value_operand(
        calx_value_timestamp(value <= INT64_MAX ? (calx_timestamp)value : INT64_MAX));
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
