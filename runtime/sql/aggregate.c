/*
 * Aggregates and window functions. A window is one node: the function, the terms it is cut by and
 * ordered by, and its frame beside them.
 */
#include <calx/aggregate.h>

#include "sql/build.h"

static calx_expression without_operands(calx_operator operation)
{
    calx_expression whole = calx_expression_start(operation);
    calx_expression_type(&whole, CALX_VALUE_INT64, false);
    return whole;
}

calx_expression calx_count_all(void)
{
    return without_operands(CALX_OP_COUNT_ALL);
}

/* What stands for kept nodes cannot be changed; one there was no memory for still says so. */
calx_expression calx_distinct(calx_expression aggregate)
{
    if (aggregate.nodes[0].operation == CALX_OP_KEPT && !aggregate.lost)
        aggregate.count = 0;
    if (aggregate.count > 0)
        aggregate.nodes[0].flags |= CALX_NODE_DISTINCT;
    return aggregate;
}

/* What is about a function has its class; a count of nothing is 0, all else may be NULL. */
static void type_as_function(calx_expression *whole, const calx_expression *function)
{
    if (whole->count > 0)
        calx_expression_type(whole, (calx_value_type)function->value_class, function->nullable);
}

calx_expression calx_filtered(calx_expression aggregate, calx_expression condition)
{
    calx_expression whole = calx_expression_start(CALX_OP_FILTER);
    calx_expression_append(&whole, &aggregate);
    calx_expression_append(&whole, &condition);
    type_as_function(&whole, &aggregate);
    return whole;
}

calx_expression calx_row_number(void)
{
    return without_operands(CALX_OP_ROW_NUMBER);
}

calx_expression calx_rank(void)
{
    return without_operands(CALX_OP_RANK);
}

calx_expression calx_dense_rank(void)
{
    return without_operands(CALX_OP_DENSE_RANK);
}

calx_expression calx_shifted_(calx_operator operation, calx_expression value, int64_t distance)
{
    if (distance < 0 && distance > INT64_MIN) { /* which databases take differently */
        operation = operation == CALX_OP_LAG ? CALX_OP_LEAD : CALX_OP_LAG;
        distance = -distance;
    }
    calx_expression steps = calx_int64_scalar_(distance);
    calx_expression whole = calx_expression_of_two(operation, &value, &steps);
    if (whole.count > 0)
        calx_expression_type(&whole, (calx_value_type)value.value_class, true);
    return whole;
}

calx_expression calx_over(calx_expression function)
{
    calx_expression whole = calx_expression_start(CALX_OP_OVER);
    calx_expression_append(&whole, &function);
    type_as_function(&whole, &function);
    return whole;
}

/* Anything but a window is never set afterwards. */
static void add_term(calx_expression *over, calx_expression term)
{
    calx_value_type value_class = (calx_value_type)over->value_class;
    bool nullable = over->nullable;
    if (over->count > 0 && over->nodes[0].operation != CALX_OP_OVER)
        over->count = 0;
    calx_expression_append(over, &term);
    if (over->count > 0)
        calx_expression_type(over, value_class, nullable);
}

calx_expression calx_partition_(calx_expression over, calx_expression term)
{
    add_term(&over, calx_expression_of_one(CALX_OP_PARTITION, &term));
    return over;
}

calx_expression calx_window_order_(calx_expression over, calx_expression term, bool descending)
{
    calx_expression order = calx_expression_of_one(CALX_OP_WINDOW_ORDER, &term);
    if (descending)
        order.nodes[0].flags |= CALX_NODE_DESCENDING;
    add_term(&over, order);
    return over;
}

calx_expression calx_frame_of(calx_expression over, calx_frame_unit unit, int64_t first,
                              int64_t last)
{
    if (over.count > 0 && over.nodes[0].operation != CALX_OP_OVER)
        over.count = 0;
    over.nodes[0].operand =
        (calx_operand){ .kind = CALX_OPERAND_FRAME, .as.frame = { first, last, unit } };
    return over;
}
