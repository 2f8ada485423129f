/*
 * Filters: conditions of any length. A filter keeps nodes exactly as an expression does, in prefix
 * order behind one AND or OR, so the writer of SQL knows only one form. It copies what it is given:
 * a filter is what one builds in a loop, from buffers that change.
 */
#include "sql/filter.h"

#include "base/allocator.h"
#include "sql/nodes.h"

#include <string.h>

enum { FIRST_CAPACITY = 16 };

calx_filter *calx_filter_new(calx_filter_join join)
{
    if (join != CALX_FILTER_ALL && join != CALX_FILTER_ANY)
        return NULL;
    calx_filter *filter = calx_alloc_zeroed(sizeof *filter);
    if (filter == NULL)
        return NULL;
    filter->nodes = calx_alloc_array(FIRST_CAPACITY, sizeof *filter->nodes);
    if (filter->nodes == NULL) {
        calx_release(filter);
        return NULL;
    }
    calx_arena_init(&filter->arena, 0);
    filter->capacity = FIRST_CAPACITY;
    filter->count = 1;
    filter->nodes[0].value_class = CALX_VALUE_BOOL;
    filter->nodes[0].operation = join == CALX_FILTER_ALL ? CALX_OP_AND : CALX_OP_OR;
    return filter;
}

void calx_filter_free(calx_filter *filter)
{
    if (filter == NULL)
        return;
    calx_arena_clear(&filter->arena);
    calx_release(filter->nodes);
    calx_release(filter);
}

static calx_status reserve_nodes(calx_filter *filter, size_t more_count)
{
    if (more_count <= filter->capacity - filter->count)
        return CALX_OK;
    size_t capacity = filter->capacity * 2 + more_count;
    calx_node *nodes = calx_resize_array(filter->nodes, capacity, sizeof *nodes);
    if (nodes == NULL)
        return CALX_E_NOMEM;
    filter->nodes = nodes;
    filter->capacity = capacity;
    return CALX_OK;
}

static calx_status add_condition(calx_filter *filter, const calx_expression *condition)
{
    if (condition->lost)
        return CALX_E_NOMEM;
    if (condition->overflow)
        return CALX_E_LIMIT;
    if (condition->count == 0)
        return CALX_E_ARGUMENT;
    if (filter->nodes[0].child_count == UINT32_MAX)
        return CALX_E_LIMIT;
    size_t size = calx_nodes_size(condition->nodes, condition->count);
    calx_status status = reserve_nodes(filter, size);
    if (status != CALX_OK)
        return status;
    status = calx_nodes_copy(&filter->nodes[filter->count], &filter->arena, condition->nodes,
                             condition->count);
    if (status != CALX_OK)
        return status;
    filter->count += size;
    filter->nodes[0].child_count++;
    return CALX_OK;
}

calx_status calx_filter_add(calx_filter *filter, calx_expression condition)
{
    if (filter == NULL)
        return CALX_E_ARGUMENT;
    calx_status status = add_condition(filter, &condition);
    if (filter->status == CALX_OK)
        filter->status = status;
    return status;
}
