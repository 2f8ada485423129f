/*
 * Rows into structs. Values are read as they are stored and go into the members as those of an
 * entity do: taken from a near class when nothing is lost, else refused, and never cut. What the
 * structs point at lies with them; each round of rows takes the memory of the one before.
 */
#include "query/fill.h"

#include "base/allocator.h"
#include "base/error.h"
#include "base/timestamp.h"
#include "engine/result.h"
#include "mapper/column.h"
#include "query/select.h"
#include "sql/nodes.h"

#include <string.h>

/* ---- making ---- */

/* The record, values, places, steps and classes in one block. */
static calx_fill *allocate(const calx_result_struct *type)
{
    size_t count = type->column_count;
    size_t head = (sizeof(calx_fill) + 15) & ~(size_t)15;
    size_t places = head + count * sizeof(calx_value);
    size_t steps = places + count * sizeof(size_t);
    size_t wanted = steps + count * sizeof(calx_row_step);
    char *block = calx_alloc_zeroed(wanted + count * sizeof(calx_value_type));
    if (block == NULL)
        return NULL;
    calx_fill *fill = (calx_fill *)(void *)block;
    fill->type = type;
    fill->row = (calx_value *)(void *)(block + head);
    fill->places = (size_t *)(void *)(block + places);
    fill->mapper.name = type->name;
    fill->mapper.columns = type->columns;
    fill->mapper.column_count = type->column_count;
    calx_row_form_init(&fill->form, &fill->mapper, NULL,
                       (calx_value_type *)(void *)(block + wanted),
                       (calx_row_step *)(void *)(block + steps));
    calx_arena_init(&fill->texts, 0);
    return fill;
}

/* A description that cannot be read is told before anything is made of it. */
static calx_status new_fill(const calx_result_struct *type, const calx_fill_columns *columns,
                            calx_error *error, calx_fill **out_fill)
{
    bool readable = type != NULL && type->abi == CALX_RESULT_STRUCT_ABI;
    calx_fill *fill = readable ? allocate(type) : NULL;
    if (readable && fill == NULL)
        return calx_error_set_nomem(error);
    calx_status status = calx_fill_match(type, columns, fill == NULL ? NULL : fill->places, error);
    if (status == CALX_OK)
        *out_fill = fill;
    else
        calx_fill_free(fill);
    return status;
}

void calx_fill_free(calx_fill *fill)
{
    if (fill == NULL)
        return;
    calx_arena_clear(&fill->texts);
    calx_release(fill->structs);
    calx_release(fill);
}

/* ---- what is known of columns ---- */

static bool is_left_joined(const calx_select *select, calx_column_ref column)
{
    for (size_t i = 1; i < select->block.source_count; i++)
        if (select->sources[i].mapper == column.mapper && select->sources[i].alias == column.alias)
            return select->steps[i - 1].left;
    return false;
}

static bool column_may_be_null(const calx_select *select, calx_column_ref column)
{
    const calx_mapper *mapper = column.mapper;
    if (mapper == NULL || column.column >= mapper->column_count)
        return false;
    return (mapper->columns[column.column].flags & CALX_COLUMN_NOT_NULL) == 0 ||
           is_left_joined(select, column);
}

static bool operand_may_be_null(const calx_select *select, const calx_operand *operand)
{
    return operand->kind == CALX_OPERAND_COLUMN && column_may_be_null(select, operand->as.column);
}

static bool names_left_joined(const calx_select *select, const calx_condition *expression)
{
    for (size_t i = 0; i < expression->count; i++) {
        const calx_node *node = &expression->nodes[i];
        if (is_left_joined(select, node->column) ||
            (node->operand.kind == CALX_OPERAND_COLUMN &&
             is_left_joined(select, node->operand.as.column)))
            return true;
    }
    return false;
}

/* What an operator gives whatever its operands are: NULL at times, never, or as they are. */
typedef enum nulls { NULLS_OF_OPERANDS, NULLS_NEVER, NULLS_AT_TIMES } nulls;

static nulls nulls_of(const calx_node *node)
{
    switch ((calx_operator)node->operation) {
    case CALX_OP_COUNT:
    case CALX_OP_COUNT_ALL:
    case CALX_OP_ROW_NUMBER:
    case CALX_OP_RANK:
    case CALX_OP_DENSE_RANK:
    case CALX_OP_EXISTS:
    case CALX_OP_IS_NULL:
    case CALX_OP_IS_NOT_NULL:
    case CALX_OP_DISTINCT:
    case CALX_OP_NOT_DISTINCT:
        return NULLS_NEVER;
    case CALX_OP_SUM:
    case CALX_OP_AVG:
    case CALX_OP_MIN:
    case CALX_OP_MAX:
    case CALX_OP_LAG:
    case CALX_OP_LEAD:
    case CALX_OP_DIVIDE:
    case CALX_OP_MODULO:
    case CALX_OP_NULLIF:
    case CALX_OP_SELECT:
        return NULLS_AT_TIMES;
    default:
        return NULLS_OF_OPERANDS;
    }
}

/* Conditions of a CASE or a FILTER, and the terms of a window, make no NULL. */
static bool child_counts(const calx_node *node, size_t child)
{
    switch ((calx_operator)node->operation) {
    case CALX_OP_CASE:
        return child % 2 == 1 || child + 1 == node->child_count;
    case CALX_OP_FILTER:
    case CALX_OP_OVER:
        return child == 0;
    default:
        return true;
    }
}

static bool is_open_case(const calx_node *node)
{
    return node->operation == CALX_OP_CASE && (node->flags & CALX_NODE_ELSE) == 0;
}

/*
 * A CASE without an ELSE is said to be nullable where it is made, unless its conditions leave
 * nothing out; only a COALESCE loses that, so chosen tells that the node is in one. Nodes nest no
 * deeper than CALX_NODES_DEPTH.
 */
static bool node_may_be_null(const calx_select *select, const calx_node *node, bool chosen)
{
    bool chooses = node->operation == CALX_OP_COALESCE;
    bool left = column_may_be_null(select, node->column);
    bool right = operand_may_be_null(select, &node->operand);
    const calx_node *child = node + 1;
    if (chosen && is_open_case(node))
        return true;
    if (nulls_of(node) != NULLS_OF_OPERANDS)
        return nulls_of(node) == NULLS_AT_TIMES;
    if (node->operation == CALX_OP_BETWEEN && node->child_count == 0)
        right = right || operand_may_be_null(select, &child->operand);
    if (node->child_count == 0)
        return chooses ? left && right : left || right;
    for (size_t i = 0; i < node->child_count; i++, child = calx_node_end(child))
        if (child_counts(node, i) && node_may_be_null(select, child, chosen || chooses) != chooses)
            return !chooses;
    return chooses;
}

/* An expression knows the columns by themselves only, not how their tables are joined. */
static bool expression_may_be_null(const calx_select *select, const calx_sql_term *item)
{
    return item->nullable || (names_left_joined(select, &item->expression) &&
                              node_may_be_null(select, item->expression.nodes, false));
}

static calx_fill_column describe(const calx_select *select, const calx_sql_term *item)
{
    calx_fill_column column = { item->label, CALX_VALUE_NULL, item->nullable };
    if (item->expression.count > 0) {
        column.value_class = calx_condition_class(&item->expression);
        column.nullable = expression_may_be_null(select, item);
        column.name = item->label != NULL ? item->label : "";
        return column;
    }
    const calx_mapper *mapper = item->column.mapper;
    if (mapper == NULL || item->column.column >= mapper->column_count) {
        column.name = ""; /* the text is not written with it, and tells */
        return column;
    }
    const calx_column *facts = &mapper->columns[item->column.column];
    column.name = facts->name;
    column.value_class = calx_column_value_type(facts);
    column.nullable = column_may_be_null(select, item->column);
    return column;
}

/* Rows of what is combined are in the same columns: any of them may be NULL there. */
static void add_combined(const calx_select *select, calx_fill_columns *columns)
{
    for (size_t i = 0; i < select->held_count; i++) {
        const calx_select *other = select->held[i];
        bool is_combined = false;
        for (size_t k = 0; k < select->block.combined_count; k++)
            is_combined = is_combined || select->combined[k].block == &other->block;
        for (size_t k = 0; is_combined && k < columns->count && k < other->block.item_count; k++) {
            calx_fill_column column = describe(other, &other->items[k]);
            columns->items[k].nullable = columns->items[k].nullable || column.nullable;
        }
        if (is_combined)
            add_combined(other, columns);
    }
}

calx_status calx_fill_of_select(const calx_select *select, const calx_result_struct *type,
                                calx_error *error, calx_fill **out_fill)
{
    calx_fill_columns columns = { .count = select->block.item_count };
    columns.items = calx_alloc_array(columns.count + 1, sizeof *columns.items);
    if (columns.items == NULL)
        return calx_error_set_nomem(error);
    for (size_t i = 0; i < columns.count; i++)
        columns.items[i] = describe(select, &select->items[i]);
    add_combined(select, &columns);
    calx_status status = new_fill(type, &columns, error, out_fill);
    calx_release(columns.items);
    return status;
}

calx_status calx_fill_of_result(calx_result *result, const calx_result_struct *type,
                                calx_fill **out_fill)
{
    const calx_select *select = calx_select_of_result(result);
    calx_error *error = calx_result_error_slot(result);
    if (select != NULL && select->block.item_count == calx_result_column_count(result))
        return calx_fill_of_select(select, type, error, out_fill);
    calx_fill_columns columns = { .count = calx_result_column_count(result), .as_stored = true };
    columns.items = calx_alloc_array(columns.count + 1, sizeof *columns.items);
    if (columns.items == NULL)
        return calx_error_set_nomem(error);
    for (size_t i = 0; i < columns.count; i++)
        columns.items[i] = (calx_fill_column){ calx_result_column_name(result, i),
                                               calx_result_column_class(result, i), false };
    calx_status status = new_fill(type, &columns, error, out_fill);
    calx_release(columns.items);
    return status;
}

/* ---- storing ---- */

void calx_fill_reset(calx_fill *fill)
{
    calx_arena_reset(&fill->texts);
}

static calx_status reserve(calx_fill *fill, size_t count, calx_error *error)
{
    if (count < fill->capacity)
        return CALX_OK;
    size_t capacity = count == 0 ? 1 : count * 2;
    char *structs = calx_resize_array(fill->structs, capacity, fill->type->size);
    if (structs == NULL)
        return calx_error_set_nomem(error);
    fill->structs = structs;
    fill->capacity = capacity;
    return CALX_OK;
}

static calx_status misfit(const calx_fill *fill, size_t member, const char *reason,
                          calx_error *error)
{
    const calx_column *facts = &fill->type->columns[member];
    return calx_error_set(error, CALX_E_DATA,
                          "column \"%s\" of the row does not fit member %s of %s: %s", facts->name,
                          facts->member, fill->type->name, reason);
}

/* Some databases have no type of their own for timestamps. */
static calx_status read_value(calx_fill *fill, calx_result *result, size_t member,
                              calx_error *error)
{
    calx_value *value = &fill->row[member];
    const calx_column *facts = &fill->type->columns[member];
    calx_status status = calx_result_value(result, fill->places[member], value);
    if (status != CALX_OK) {
        calx_error_copy(error, calx_result_error(result));
        return status;
    }
    if (value->type == CALX_VALUE_NULL && !calx_fill_takes_null(facts))
        return misfit(fill, member,
                      calx_column_takes_null(facts)
                          ? "it is NULL, which its CALX_NOT_NULL rules out"
                          : "it is NULL: make the member a calx_nullable_… type",
                      error);
    calx_timestamp moment = 0;
    if (facts->type != CALX_TYPE_TIMESTAMP || value->type != CALX_VALUE_TEXT)
        return CALX_OK;
    if (!calx_timestamp_parse(value->as.span.data, value->as.span.size, &moment))
        return misfit(fill, member, "the text is no timestamp (YYYY-MM-DD HH:MM:SS)", error);
    *value = calx_value_timestamp(moment);
    return CALX_OK;
}

calx_status calx_fill_take(calx_fill *fill, calx_result *result, size_t count, calx_error *error)
{
    calx_row_misfit bad = { 0, "" };
    char *texts = NULL;
    calx_status status = reserve(fill, count, error);
    for (size_t i = 0; i < fill->type->column_count && status == CALX_OK; i++)
        status = read_value(fill, result, i, error);
    if (status != CALX_OK)
        return status;
    size_t size = calx_row_text_size(&fill->form, fill->row);
    if (size > 0)
        texts = calx_arena_alloc(&fill->texts, size);
    if (size > 0 && texts == NULL)
        return calx_error_set_nomem(error);
    char *place = fill->structs + count * fill->type->size;
    memset(place, 0, fill->type->size);
    status = calx_row_store(&fill->form, fill->row, place, texts, &bad);
    return status == CALX_OK ? CALX_OK : misfit(fill, bad.column, bad.reason, error);
}

/* ---- over results ---- */

static void detach(void *attached)
{
    calx_fill_free(attached);
}

/* The one of the result, or a new one. */
static calx_status find_fill(calx_result *result, const calx_result_struct *type,
                             calx_fill **out_fill)
{
    calx_fill *fill = calx_result_attached(result, detach);
    if (fill != NULL && fill->type == type) {
        *out_fill = fill;
        return CALX_OK;
    }
    calx_status status = calx_fill_of_result(result, type, &fill);
    if (status != CALX_OK)
        return status;
    calx_result_attach(result, fill, detach);
    *out_fill = fill;
    return CALX_OK;
}

static calx_status no_place(calx_result *result)
{
    return calx_error_set(calx_result_error_slot(result), CALX_E_ARGUMENT,
                          "no place was given for the rows");
}

calx_status calx_result_fetch(calx_result *result, calx_result_rows rows, const void **out_rows,
                              size_t *out_count)
{
    calx_fill *fill = NULL;
    size_t count = 0;
    bool has_row = true;
    if (result == NULL)
        return CALX_E_ARGUMENT;
    if (out_rows == NULL || out_count == NULL)
        return no_place(result);
    calx_status status = find_fill(result, rows.type, &fill);
    if (status == CALX_OK)
        calx_fill_reset(fill);
    while (status == CALX_OK && count < rows.most) {
        status = calx_result_next(result, &has_row);
        if (status != CALX_OK || !has_row)
            break;
        status = calx_fill_take(fill, result, count++, calx_result_error_slot(result));
    }
    if (status != CALX_OK)
        return status;
    *out_rows = fill->structs;
    *out_count = count;
    return CALX_OK;
}

calx_status calx_result_fill(calx_result *result, const calx_result_struct *type,
                             const void **out_row)
{
    const void *rows = NULL;
    size_t count = 0;
    calx_status status = calx_result_fetch(result, (calx_result_rows){ type, 1 },
                                           out_row == NULL ? NULL : &rows, &count);
    if (status == CALX_OK)
        *out_row = count == 0 ? NULL : rows;
    return status;
}
