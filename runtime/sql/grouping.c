/*
 * What may be selected from groups: what they are made by, what follows from it, and aggregates. A
 * group has one value of each column of a table whose key it was made by. Columns of tables around
 * the block are the same in all its rows.
 */
#include "sql/block.h"

#include "base/error.h"
#include "sql/nodes.h"

#include <string.h>

/* ---- the same ---- */

static bool same_value(const calx_value *left, const calx_value *right)
{
    if (left->type != right->type)
        return false;
    switch (left->type) {
    case CALX_VALUE_NULL:
        return true;
    case CALX_VALUE_BOOL:
        return left->as.boolean == right->as.boolean;
    case CALX_VALUE_DOUBLE:
        return memcmp(&left->as.real, &right->as.real, sizeof left->as.real) == 0;
    case CALX_VALUE_TEXT:
    case CALX_VALUE_BYTES:
        return left->as.span.size == right->as.span.size &&
               (left->as.span.size == 0 ||
                memcmp(left->as.span.data, right->as.span.data, left->as.span.size) == 0);
    default:
        return left->as.int64 == right->as.int64;
    }
}

static bool same_column(calx_column_ref left, calx_column_ref right)
{
    return left.mapper == right.mapper && left.column == right.column && left.alias == right.alias;
}

/* Items stay as they are here: those of one type are adapted to the same class where they stand. */
static bool same_list(const calx_list *left, const calx_list *right)
{
    if (left->count != right->count || left->item_type != right->item_type)
        return false;
    for (size_t i = 0; left->items != right->items && i < left->count; i++) {
        if (left->items == NULL || right->items == NULL)
            return false;
        const calx_value one = calx_list_value(left, i, CALX_VALUE_NULL);
        const calx_value other = calx_list_value(right, i, CALX_VALUE_NULL);
        if (!same_value(&one, &other))
            return false;
    }
    return true;
}

static bool same_frame(const calx_frame *left, const calx_frame *right)
{
    return left->first == right->first && left->last == right->last && left->unit == right->unit;
}

static bool same_operand(const calx_operand *left, const calx_operand *right)
{
    if (left->kind != right->kind)
        return false;
    switch (left->kind) {
    case CALX_OPERAND_NONE:
        return true;
    case CALX_OPERAND_VALUE:
        return same_value(&left->as.value, &right->as.value);
    case CALX_OPERAND_COLUMN:
        return same_column(left->as.column, right->as.column);
    case CALX_OPERAND_SELECT:
        return left->as.select == right->as.select;
    case CALX_OPERAND_NAME:
        return strcmp(left->as.name, right->as.name) == 0;
    case CALX_OPERAND_LIST:
        return same_list(&left->as.list, &right->as.list);
    case CALX_OPERAND_FRAME:
        return same_frame(&left->as.frame, &right->as.frame);
    default:
        return false;
    }
}

static bool same_node(const calx_node *left, const calx_node *right)
{
    return left->operation == right->operation && left->value_class == right->value_class &&
           left->flags == right->flags && left->child_count == right->child_count &&
           same_column(left->column, right->column) &&
           same_operand(&left->operand, &right->operand);
}

bool calx_sql_same_term(const calx_sql_term *left, const calx_sql_term *right)
{
    if (left->expression.count != right->expression.count)
        return false;
    for (size_t i = 0; i < left->expression.count; i++)
        if (!same_node(&left->expression.nodes[i], &right->expression.nodes[i]))
            return false;
    return left->expression.count > 0 || same_column(left->column, right->column);
}

/* ---- groups ---- */

static bool is_aggregate(const calx_node *node)
{
    return (node->operation >= CALX_OP_COUNT_ALL && node->operation <= CALX_OP_MAX) ||
           node->operation == CALX_OP_FILTER;
}

/* Whether there is an aggregate of the block's rows, and not of a window. */
static bool has_aggregate(const calx_condition *expression)
{
    for (size_t i = 0; i < expression->count; i++) {
        const calx_node *node = &expression->nodes[i];
        bool is_over = i > 0 && node[-1].operation == CALX_OP_OVER;
        bool is_filtered_over =
            i > 1 && node[-1].operation == CALX_OP_FILTER && node[-2].operation == CALX_OP_OVER;
        if (is_aggregate(node) && !is_over && !is_filtered_over)
            return true;
    }
    return false;
}

static bool are_groups(const calx_sql_block *block)
{
    bool found = block->group_count > 0 || block->having_count > 0;
    for (size_t i = 0; i < block->item_count && !found; i++)
        found = has_aggregate(&block->items[i].expression);
    for (size_t i = 0; i < block->order_count && !found; i++)
        found = has_aggregate(&block->orders[i].expression);
    return found;
}

static bool is_grouped_by(const calx_sql_block *block, calx_column_ref ref)
{
    for (size_t i = 0; i < block->group_count; i++) {
        const calx_sql_term *group = &block->groups[i];
        if (group->expression.count == 0 && group->column.mapper == ref.mapper &&
            group->column.column == ref.column && group->column.alias == ref.alias)
            return true;
    }
    return false;
}

/* Whether it is a table, which has a row of each key once. */
static bool is_table(const calx_sql_writer *writer, const calx_sql_block *block, calx_alias entity)
{
    for (size_t i = 0; i < block->source_count; i++) {
        const calx_sql_source *source = &block->sources[i];
        if (source->mapper == entity.mapper && source->alias == entity.number)
            return source->block == NULL && calx_sql_find_named(writer, source) == NULL;
    }
    return true;
}

static bool is_key_grouped(const calx_sql_writer *writer, const calx_sql_block *block,
                           calx_alias entity)
{
    if (!is_table(writer, block, entity))
        return false;
    for (size_t i = 0; i < entity.mapper->key_count; i++) {
        const calx_column_ref ref = { entity.mapper, entity.mapper->key[i], entity.number };
        if (!is_grouped_by(block, ref))
            return false;
    }
    return true;
}

static bool is_own(const calx_sql_block *block, calx_column_ref ref)
{
    for (size_t i = 0; i < block->source_count; i++)
        if (block->sources[i].mapper == ref.mapper && block->sources[i].alias == ref.alias)
            return true;
    return false;
}

/* A look at a block: what is asked of what it finds. */
typedef struct grouping {
    calx_sql_writer *writer;
    const calx_sql_block *block;
    const char *use;
} grouping;

static void fail(const grouping *all, const char *what, const char *name, const char *table)
{
    calx_sql_writer *writer = all->writer;
    if (writer->status == CALX_OK)
        writer->status = calx_error_set(writer->error, CALX_E_ARGUMENT,
                                        "%s \"%s\" of table \"%s\" is %s groups that "
                                        "are not made by it: give it to calx_select_group_by(), or "
                                        "the key of its table, or select an aggregate of it",
                                        what, name, table, all->use);
}

static void check_column(const grouping *all, calx_column_ref ref)
{
    if (ref.mapper == NULL || ref.column >= ref.mapper->column_count || !is_own(all->block, ref) ||
        is_grouped_by(all->block, ref) ||
        is_key_grouped(all->writer, all->block, (calx_alias){ ref.mapper, ref.alias }))
        return;
    fail(all, "column", ref.mapper->columns[ref.column].name, ref.mapper->table);
}

static void check_node(const grouping *all, const calx_node *node)
{
    if (node->child_count == 0)
        check_column(all, node->column);
    if (node->operand.kind == CALX_OPERAND_COLUMN)
        check_column(all, node->operand.as.column);
}

/* Where groups are made by expressions, which of them others are made of is not looked into. */
static bool groups_by_expressions(const calx_sql_block *block)
{
    for (size_t i = 0; i < block->group_count; i++)
        if (block->groups[i].expression.count > 0)
            return true;
    return false;
}

static void check_expression(const grouping *all, const calx_condition *expression)
{
    const calx_node *node = expression->nodes;
    const calx_node *end = node + expression->count;
    bool over = false;
    if (groups_by_expressions(all->block))
        return;
    while (node < end) {
        bool is_whole = is_aggregate(node) && !over;
        over = node->operation == CALX_OP_OVER;
        if (!is_whole)
            check_node(all, node);
        node = is_whole ? calx_node_end(node) : node + 1;
    }
}

static void check_term(const grouping *all, const calx_sql_term *term)
{
    if (term->expression.count == 0)
        check_column(all, term->column);
    else
        check_expression(all, &term->expression);
}

void calx_sql_check_groups(calx_sql_writer *writer, const calx_sql_block *block)
{
    grouping all = { writer, block, "selected from" };
    if (!are_groups(block))
        return;
    for (size_t i = 0; i < block->item_count; i++)
        check_term(&all, &block->items[i]);
    for (size_t i = 0; i < block->part_count; i++)
        if (!is_key_grouped(writer, block, block->parts[i].entity))
            fail(&all, "entity", block->parts[i].entity.mapper->name,
                 block->parts[i].entity.mapper->table);
    all.use = "asked for, in HAVING, of";
    for (size_t i = 0; i < block->having_count; i++)
        check_expression(&all, &block->havings[i]);
    all.use = "what orders";
    for (size_t i = 0; i < block->order_count; i++)
        if (block->orders[i].label == NULL)
            check_term(&all, &block->orders[i]);
}
