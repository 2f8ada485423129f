/*
 * What statements keep of expressions and filters: a copy that was looked at. After the copy
 * nothing of the caller's is pointed at, which is the promise `where` makes.
 */
#include "sql/condition.h"

#include "base/error.h"
#include "sql/filter.h"
#include "sql/nodes.h"

static calx_status copy_nodes(calx_condition *out, calx_arena *arena, const calx_node *nodes,
                              size_t count, calx_error *error)
{
    size_t size = calx_nodes_size(nodes, count);
    calx_node *copy = calx_arena_array(arena, size, sizeof *copy);
    if (copy == NULL || calx_nodes_copy(copy, arena, nodes, count) != CALX_OK)
        return calx_error_set_nomem(error);
    out->nodes = copy;
    out->count = size;
    return CALX_OK;
}

static calx_status too_large(calx_error *error)
{
    return calx_error_set(error, CALX_E_LIMIT,
                          "the condition is larger than the %d nodes an expression holds; give "
                          "several conditions, keep parts of it with calx_builder_keep(), or build "
                          "it with calx_filter_new()",
                          CALX_EXPRESSION_NODES);
}

static calx_status never_set(calx_error *error)
{
    return calx_error_set(error, CALX_E_ARGUMENT, "the condition, or a part of it, was never set");
}

calx_status calx_expression_keep(calx_condition *out, calx_arena *arena,
                                 const calx_expression *expression, calx_use use, calx_error *error)
{
    calx_condition copy = { NULL, 0 };
    if (expression->lost)
        return calx_error_set_nomem(error);
    if (expression->overflow)
        return too_large(error);
    if (expression->count == 0 || expression->count > CALX_EXPRESSION_NODES)
        return never_set(error);
    calx_status status = copy_nodes(&copy, arena, expression->nodes, expression->count, error);
    if (status == CALX_OK)
        status = calx_nodes_check(copy.nodes, copy.count, use, error);
    if (status == CALX_OK)
        *out = copy;
    return status;
}

calx_status calx_condition_from_expression(calx_condition *out, calx_arena *arena,
                                           const calx_expression *expression, calx_error *error)
{
    return calx_expression_keep(out, arena, expression, CALX_USE_WHERE, error);
}

calx_status calx_condition_from_filter(calx_condition *out, calx_arena *arena,
                                       const calx_filter *filter, calx_error *error)
{
    if (filter == NULL)
        return calx_error_set(error, CALX_E_ARGUMENT, "the filter is NULL");
    switch (filter->status) {
    case CALX_OK:
        break;
    case CALX_E_LIMIT:
        return too_large(error);
    case CALX_E_NOMEM:
        return calx_error_set_nomem(error);
    default:
        return never_set(error);
    }
    calx_condition copy = { NULL, 0 };
    calx_status status = copy_nodes(&copy, arena, filter->nodes, filter->count, error);
    if (status == CALX_OK)
        status = calx_nodes_check(copy.nodes, copy.count, CALX_USE_WHERE, error);
    if (status == CALX_OK)
        *out = copy;
    return status;
}

calx_value_type calx_condition_class(const calx_condition *condition)
{
    return (calx_value_type)condition->nodes[0].value_class;
}
