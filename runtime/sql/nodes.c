/*
 * Facts about nodes, and copies. After a copy nothing of the caller's is pointed at, which is the
 * promise of every function that takes an expression: a buffer may be reused as soon as the call is
 * over. A copy is flat: no node of it stands for others.
 */
#include "sql/nodes.h"

#include <string.h>

calx_value_type calx_class_of_type(calx_type type)
{
    switch (type) {
    case CALX_TYPE_BOOL:
        return CALX_VALUE_BOOL;
    case CALX_TYPE_INT8:
    case CALX_TYPE_INT16:
    case CALX_TYPE_INT32:
    case CALX_TYPE_INT64:
        return CALX_VALUE_INT64;
    case CALX_TYPE_UINT8:
    case CALX_TYPE_UINT16:
    case CALX_TYPE_UINT32:
    case CALX_TYPE_UINT64:
        return CALX_VALUE_UINT64;
    case CALX_TYPE_FLOAT:
    case CALX_TYPE_DOUBLE:
        return CALX_VALUE_DOUBLE;
    case CALX_TYPE_TEXT:
    case CALX_TYPE_CHAR_ARRAY:
        return CALX_VALUE_TEXT;
    case CALX_TYPE_BYTES:
        return CALX_VALUE_BYTES;
    case CALX_TYPE_TIMESTAMP:
        return CALX_VALUE_TIMESTAMP;
    }
    return CALX_VALUE_NULL;
}

calx_value_type calx_class_of_column(calx_column_ref ref)
{
    bool is_set = ref.mapper != NULL && ref.column < ref.mapper->column_count;
    return is_set ? calx_class_of_type(ref.mapper->columns[ref.column].type) : CALX_VALUE_NULL;
}

bool calx_class_is_number(calx_value_type value_class)
{
    return value_class == CALX_VALUE_INT64 || value_class == CALX_VALUE_UINT64 ||
           value_class == CALX_VALUE_DOUBLE;
}

calx_value_type calx_class_of_both(calx_value_type left, calx_value_type right)
{
    if (left == right)
        return left;
    if (!calx_class_is_number(left) || !calx_class_is_number(right))
        return CALX_VALUE_NULL;
    return left == CALX_VALUE_DOUBLE || right == CALX_VALUE_DOUBLE ? CALX_VALUE_DOUBLE
                                                                   : CALX_VALUE_INT64;
}

static int64_t whole_part(calx_value value)
{
    if (value.type == CALX_VALUE_BOOL)
        return value.as.boolean;
    /* Beyond the last timestamp there is none, so the last one compares the same. */
    return value.type == CALX_VALUE_UINT64 ? INT64_MAX : value.as.int64;
}

calx_value calx_value_adapted(calx_value value, calx_value_type value_class)
{
    bool is_whole = value.type == CALX_VALUE_INT64 || value.type == CALX_VALUE_UINT64 ||
                    value.type == CALX_VALUE_BOOL;
    if (!is_whole || value.type == value_class)
        return value;
    switch (value_class) {
    case CALX_VALUE_DOUBLE:
        return calx_value_double(value.type == CALX_VALUE_UINT64 ? (double)value.as.uint64
                                                                 : (double)whole_part(value));
    case CALX_VALUE_TIMESTAMP:
        return calx_value_timestamp(whole_part(value));
    case CALX_VALUE_BOOL:
        return calx_value_bool(whole_part(value) != 0);
    case CALX_VALUE_INT64:
    case CALX_VALUE_UINT64:
        return value.type == CALX_VALUE_BOOL ? calx_value_int64(value.as.boolean) : value;
    default:
        return value;
    }
}

/* ---- nodes ---- */

bool calx_node_is_compact(const calx_node *node)
{
    if (node->child_count > 0)
        return false;
    switch ((calx_operator)node->operation) {
    case CALX_OP_NONE:
    case CALX_OP_AND:
    case CALX_OP_OR:
    case CALX_OP_NOT:
    case CALX_OP_COLUMN:
    case CALX_OP_VALUE:
    case CALX_OP_KEPT:
    case CALX_OP_FUNCTION:
    case CALX_OP_NOW:
    case CALX_OP_COUNT_ALL:
    case CALX_OP_ROW_NUMBER:
    case CALX_OP_RANK:
    case CALX_OP_DENSE_RANK:
    case CALX_OP_OVER:
    case CALX_OP_EXISTS:
    case CALX_OP_SELECT:
    case CALX_OP_IN_SELECT:
        return false;
    default:
        return true;
    }
}

const calx_node *calx_node_end(const calx_node *node)
{
    for (uint64_t expected = 1; expected > 0; expected--, node++) {
        expected += node->child_count;
        if (node->operation == CALX_OP_BETWEEN && node->child_count == 0)
            node++;
    }
    return node;
}

/* ---- lists ---- */

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

static calx_value integer_item(const calx_list *list, size_t i)
{
    switch (list->item_type) {
    case CALX_TYPE_INT8:
        return calx_value_int64(((const int8_t *)list->items)[i]);
    case CALX_TYPE_INT16:
        return calx_value_int64(((const int16_t *)list->items)[i]);
    case CALX_TYPE_INT32:
        return calx_value_int64(((const int32_t *)list->items)[i]);
    case CALX_TYPE_UINT8:
        return calx_value_int64(((const uint8_t *)list->items)[i]);
    case CALX_TYPE_UINT16:
        return calx_value_int64(((const uint16_t *)list->items)[i]);
    case CALX_TYPE_UINT32:
        return calx_value_int64(((const uint32_t *)list->items)[i]);
    case CALX_TYPE_UINT64:
        return calx_uint64_operand_(((const uint64_t *)list->items)[i]).as.value;
    default:
        return calx_value_int64(((const int64_t *)list->items)[i]);
    }
}

static calx_value plain_item(const calx_list *list, size_t i)
{
    switch (list->item_type) {
    case CALX_TYPE_BOOL:
        return calx_value_bool(((const bool *)list->items)[i]);
    case CALX_TYPE_FLOAT:
        return calx_value_double((double)((const float *)list->items)[i]);
    case CALX_TYPE_DOUBLE:
        return calx_value_double(((const double *)list->items)[i]);
    case CALX_TYPE_TEXT:
        return calx_value_text(((const char *const *)list->items)[i]);
    case CALX_TYPE_BYTES:
        return calx_value_bytes(((const calx_bytes *)list->items)[i]);
    default:
        return integer_item(list, i);
    }
}

calx_value calx_list_value(const calx_list *list, size_t i, calx_value_type value_class)
{
    return calx_value_adapted(plain_item(list, i), value_class);
}

/* ---- copies ---- */

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

static calx_status copy_operand(calx_operand *operand, calx_arena *arena)
{
    if (operand->kind == CALX_OPERAND_VALUE)
        return copy_value(&operand->as.value, arena);
    if (operand->kind == CALX_OPERAND_LIST)
        return copy_list(&operand->as.list, arena);
    if (operand->kind != CALX_OPERAND_NAME || operand->as.name == NULL)
        return CALX_OK;
    operand->as.name = calx_arena_text(arena, operand->as.name, strlen(operand->as.name));
    return operand->as.name == NULL ? CALX_E_NOMEM : CALX_OK;
}

size_t calx_nodes_size(const calx_node *nodes, size_t count)
{
    size_t size = count;
    for (size_t i = 0; i < count; i++)
        if (nodes[i].operation == CALX_OP_KEPT)
            size += nodes[i].operand.as.nodes.count - 1;
    return size;
}

/* What a builder keeps is flat already. */
static calx_status copy_flat(calx_node *to, calx_arena *arena, const calx_node *from, size_t count)
{
    calx_status status = CALX_OK;
    memcpy(to, from, count * sizeof *to);
    for (size_t i = 0; status == CALX_OK && i < count; i++)
        status = copy_operand(&to[i].operand, arena);
    return status;
}

calx_status calx_nodes_copy(calx_node *to, calx_arena *arena, const calx_node *from, size_t count)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < count; i++) {
        bool is_kept = from[i].operation == CALX_OP_KEPT;
        const calx_node *nodes = is_kept ? from[i].operand.as.nodes.items : &from[i];
        size_t taken = is_kept ? from[i].operand.as.nodes.count : 1;
        status = copy_flat(to, arena, nodes, taken);
        to += taken;
    }
    return status;
}
