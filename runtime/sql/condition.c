/*
 * Conditions out of expressions and filters. After the copy nothing of the caller's is pointed at,
 * which is the promise `where` makes: a buffer may be reused as soon as the call is over.
 */
#include "sql/condition.h"

#include "base/error.h"
#include "sql/copy.h"
#include "sql/filter.h"

#include <string.h>

size_t calx_list_item_size(calx_type item_type)
{
    switch (item_type) {
    case CALX_TYPE_BOOL:
        return sizeof(bool);
    case CALX_TYPE_INT8:
    case CALX_TYPE_UINT8:
        return 1;
    case CALX_TYPE_INT16:
    case CALX_TYPE_UINT16:
        return 2;
    case CALX_TYPE_INT32:
    case CALX_TYPE_UINT32:
        return 4;
    case CALX_TYPE_INT64:
    case CALX_TYPE_UINT64:
    case CALX_TYPE_TIMESTAMP:
        return 8;
    case CALX_TYPE_FLOAT:
        return sizeof(float);
    case CALX_TYPE_DOUBLE:
        return sizeof(double);
    case CALX_TYPE_TEXT:
        return sizeof(const char *);
    case CALX_TYPE_BYTES:
        return sizeof(calx_bytes);
    case CALX_TYPE_CHAR_ARRAY:
        break;
    }
    return 0;
}

static calx_status copy_value(calx_value *value, calx_arena *arena)
{
    if (value->type != CALX_VALUE_TEXT && value->type != CALX_VALUE_BYTES)
        return CALX_OK;
    value->as.span.data = calx_arena_text(arena, value->as.span.data, value->as.span.size);
    return value->as.span.data == NULL ? CALX_E_NOMEM : CALX_OK;
}

/* NULL items stay NULL; the writer of SQL reports them with the column's name. */
static calx_status copy_texts(const char **items, size_t count, calx_arena *arena)
{
    for (size_t i = 0; i < count; i++) {
        if (items[i] == NULL)
            continue;
        items[i] = calx_arena_text(arena, items[i], strlen(items[i]));
        if (items[i] == NULL)
            return CALX_E_NOMEM;
    }
    return CALX_OK;
}

static calx_status copy_blobs(calx_bytes *items, size_t count, calx_arena *arena)
{
    for (size_t i = 0; i < count; i++) {
        if (items[i].data == NULL)
            continue;
        items[i].data = calx_arena_text(arena, items[i].data, items[i].size);
        if (items[i].data == NULL)
            return CALX_E_NOMEM;
    }
    return CALX_OK;
}

static calx_status copy_list(calx_list *list, calx_arena *arena)
{
    size_t item_size = calx_list_item_size(list->item_type);
    if (list->items == NULL || list->count == 0 || item_size == 0)
        return CALX_OK;
    void *items = calx_arena_array(arena, list->count, item_size);
    if (items == NULL)
        return CALX_E_NOMEM;
    memcpy(items, list->items, list->count * item_size);
    list->items = items;
    if (list->item_type == CALX_TYPE_TEXT)
        return copy_texts(items, list->count, arena);
    if (list->item_type == CALX_TYPE_BYTES)
        return copy_blobs(items, list->count, arena);
    return CALX_OK;
}

calx_status calx_nodes_copy(calx_node *to, calx_arena *arena, const calx_node *from, size_t count)
{
    memcpy(to, from, count * sizeof *to);
    for (size_t i = 0; i < count; i++) {
        calx_status status = CALX_OK;
        if (to[i].operand.kind == CALX_OPERAND_VALUE)
            status = copy_value(&to[i].operand.as.value, arena);
        else if (to[i].operand.kind == CALX_OPERAND_LIST)
            status = copy_list(&to[i].operand.as.list, arena);
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}

static calx_status copy_condition(calx_condition *out, calx_arena *arena, const calx_node *nodes,
                                  size_t count, calx_error *error)
{
    calx_node *copy = calx_arena_array(arena, count, sizeof *copy);
    if (copy == NULL || calx_nodes_copy(copy, arena, nodes, count) != CALX_OK)
        return calx_error_set_nomem(error);
    out->nodes = copy;
    out->count = count;
    return CALX_OK;
}

static calx_status too_large(calx_error *error)
{
    return calx_error_set(error, CALX_E_LIMIT,
                          "the condition is larger than the %d nodes an expression holds; give "
                          "several conditions, or build it with calx_filter_new()",
                          CALX_EXPRESSION_NODES);
}

static calx_status never_set(calx_error *error)
{
    return calx_error_set(error, CALX_E_ARGUMENT, "the condition, or a part of it, was never set");
}

calx_status calx_condition_from_expression(calx_condition *out, calx_arena *arena,
                                           const calx_expression *expression, calx_error *error)
{
    if (expression->overflow)
        return too_large(error);
    if (expression->count == 0 || expression->count > CALX_EXPRESSION_NODES)
        return never_set(error);
    return copy_condition(out, arena, expression->nodes, expression->count, error);
}

calx_status calx_condition_from_filter(calx_condition *out, calx_arena *arena,
                                       const calx_filter *filter, calx_error *error)
{
    if (filter == NULL)
        return calx_error_set(error, CALX_E_ARGUMENT, "the filter is NULL");
    switch (filter->status) {
    case CALX_OK:
        return copy_condition(out, arena, filter->nodes, filter->count, error);
    case CALX_E_LIMIT:
        return too_large(error);
    case CALX_E_NOMEM:
        return calx_error_set_nomem(error);
    default:
        return never_set(error);
    }
}
