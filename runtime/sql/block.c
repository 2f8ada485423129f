/*
 * Blocks as SQL. Each has a scope of its own, inside of that of the block around it; a handle means
 * the innermost table of its entity and alias. What is combined stands flat, from the left; one
 * that has an order, a limit or parts of its own is a table inside, since not every database takes
 * parentheses there.
 */
#include "sql/block.h"

#include "base/error.h"
#include "sql/nodes.h"
#include "sql/plan.h"
#include "sql/spell.h"

static void put(calx_sql_writer *writer, const char *text)
{
    calx_sql_put(writer, text);
}

static void put_position(calx_sql_writer *writer, size_t number)
{
    calx_sql_put_fact(writer, number);
    if (writer->shape == NULL)
        calx_buffer_uint(writer->out, number);
}

/* ---- what is selected ---- */

static void put_term(calx_sql_writer *writer, const calx_sql_term *term)
{
    if (term->expression.count == 0)
        calx_sql_put_column(writer, term->column);
    else
        calx_sql_put_condition(writer, term->expression.nodes, term->expression.count,
                               CALX_OP_NONE);
}

static bool is_selected(const calx_sql_part *part, size_t column)
{
    return part->columns == NULL || calx_plan_has(part->columns, column);
}

static size_t count_columns(const calx_sql_part *part)
{
    size_t count = 0;
    for (size_t i = 0; i < part->entity.mapper->column_count; i++)
        count += is_selected(part, i);
    return count;
}

size_t calx_sql_block_width(const calx_sql_block *block)
{
    size_t width = block->item_count;
    for (size_t i = 0; i < block->part_count; i++)
        width += count_columns(&block->parts[i]);
    return width;
}

calx_value_type calx_sql_term_class(const calx_sql_term *term)
{
    if (term->expression.count > 0)
        return calx_condition_class(&term->expression);
    if (term->column.mapper == NULL || term->column.column >= term->column.mapper->column_count)
        return CALX_VALUE_NULL;
    return calx_class_of_column(term->column);
}

/* What stands in that column of the rows, which are wider. */
static calx_sql_term term_at(const calx_sql_block *block, size_t position)
{
    if (position < block->item_count)
        return block->items[position];
    position -= block->item_count;
    for (size_t i = 0; i < block->part_count; i++) {
        const calx_sql_part *part = &block->parts[i];
        calx_column_ref ref = { part->entity.mapper, 0, part->entity.number };
        for (; ref.column < ref.mapper->column_count; ref.column++)
            if (is_selected(part, ref.column) && position-- == 0)
                return (calx_sql_term){ .column = ref };
    }
    return (calx_sql_term){ .label = NULL };
}

static char *spell(const calx_sql_term *term)
{
    const calx_node column = { .operation = CALX_OP_COLUMN, .column = term->column };
    return calx_spell(term->expression.count > 0 ? term->expression.nodes : &column);
}

static void put_part_facts(calx_sql_writer *writer, const calx_sql_part *part)
{
    const calx_mapper *mapper = part->entity.mapper;
    calx_sql_put_fact(writer, (uintptr_t)mapper);
    calx_sql_put_fact(writer, part->columns != NULL);
    for (size_t i = 0; part->columns != NULL && i < calx_plan_words(mapper); i++)
        calx_sql_put_fact(writer, part->columns[i]);
}

/* Answers what stands before the next column. */
static const char *put_part(calx_sql_writer *writer, const calx_sql_part *part, const char *before)
{
    const calx_mapper *mapper = part->entity.mapper;
    calx_column_ref ref = { mapper, 0, part->entity.number };
    put_part_facts(writer, part);
    if (writer->shape != NULL) { /* where its table is, which one column tells */
        calx_sql_put_column(writer, ref);
        return ", ";
    }
    for (size_t i = 0; i < mapper->column_count && writer->status == CALX_OK; i++) {
        if (!is_selected(part, i))
            continue;
        put(writer, before);
        ref.column = (uint16_t)i;
        calx_sql_put_column(writer, ref);
        before = ", ";
    }
    return before;
}

static void put_selected(calx_sql_writer *writer, const calx_sql_block *block)
{
    const char *before = "";
    for (size_t i = 0; i < block->item_count; i++) {
        put(writer, before);
        put_term(writer, &block->items[i]);
        before = ", ";
        if (block->items[i].label == NULL)
            continue;
        put(writer, " AS ");
        calx_sql_put_label(writer, block->items[i].label);
    }
    for (size_t i = 0; i < block->part_count; i++)
        before = put_part(writer, &block->parts[i], before);
}

/* ---- of which rows ---- */

static void put_conditions(calx_sql_writer *writer, const char *word,
                           const calx_condition *conditions, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        put(writer, i == 0 ? word : " AND ");
        calx_sql_put_condition(writer, conditions[i].nodes, conditions[i].count,
                               count > 1 ? CALX_OP_AND : CALX_OP_NONE);
    }
}

/* Which item is the same expression, from 1; 0: none. */
static size_t find_item(const calx_sql_block *block, const calx_sql_term *term)
{
    for (size_t i = 0; term->expression.count > 0 && i < block->item_count; i++)
        if (calx_sql_same_term(&block->items[i], term))
            return i + 1;
    return 0;
}

bool calx_sql_is_constant(const calx_condition *expression)
{
    const calx_node *node = expression->nodes;
    if (expression->count == 0)
        return false;
    while ((node->operation == CALX_OP_AND || node->operation == CALX_OP_OR) &&
           node->child_count == 1)
        node++;
    if (node->operation == CALX_OP_AND || node->operation == CALX_OP_OR)
        return node->child_count == 0;
    return (node->operation == CALX_OP_IN || node->operation == CALX_OP_NOT_IN) &&
           node->operand.kind == CALX_OPERAND_LIST && node->operand.as.list.count == 0;
}

/* A term of GROUP BY or ORDER BY. Of what is the same in all rows any form will do. */
static void put_key(calx_sql_writer *writer, const calx_sql_term *term)
{
    bool constant = calx_sql_is_constant(&term->expression);
    put(writer, constant ? "NOT (" : "");
    put_term(writer, term);
    put(writer, constant ? ")" : "");
}

/* By number where it is selected: written again it would have other parameters. */
static void put_groups(calx_sql_writer *writer, const calx_sql_block *block)
{
    for (size_t i = 0; i < block->group_count; i++) {
        size_t item = find_item(block, &block->groups[i]);
        put(writer, i == 0 ? " GROUP BY " : ", ");
        if (item > 0)
            put_position(writer, item);
        else
            put_key(writer, &block->groups[i]);
    }
}

/* The SELECT itself, as far as it may stand beside UNION. */
static void put_core(calx_sql_writer *writer, const calx_sql_block *block)
{
    calx_sql_check_groups(writer, block);
    put(writer, block->distinct ? "SELECT DISTINCT " : "SELECT ");
    put_selected(writer, block);
    calx_sql_put_from(writer, block->sources, block->steps, block->source_count - 1);
    put_conditions(writer, " WHERE ", block->conditions, block->condition_count);
    put_groups(writer, block);
    put_conditions(writer, " HAVING ", block->havings, block->having_count);
}

/* ---- in which order ---- */

static bool is_column(const calx_sql_term *term, calx_column_ref ref)
{
    return term->expression.count == 0 && term->column.mapper == ref.mapper &&
           term->column.column == ref.column && term->column.alias == ref.alias;
}

static size_t position_in_part(const calx_sql_part *part, calx_column_ref ref)
{
    size_t position = 0;
    if (part->entity.mapper != ref.mapper || part->entity.number != ref.alias ||
        !is_selected(part, ref.column))
        return 0;
    for (size_t i = 0; i <= ref.column; i++)
        position += is_selected(part, i);
    return position;
}

/* Which column of the rows it is, from 1; 0: none. */
static size_t find_position(const calx_sql_block *block, const calx_sql_term *order)
{
    size_t before = block->item_count;
    if (order->expression.count > 0)
        return find_item(block, order);
    for (size_t i = 0; i < block->item_count; i++)
        if (is_column(&block->items[i], order->column))
            return i + 1;
    for (size_t i = 0; i < block->part_count; i++) {
        size_t position = position_in_part(&block->parts[i], order->column);
        if (position > 0)
            return before + position;
        before += count_columns(&block->parts[i]);
    }
    return 0;
}

/* What is combined is ordered by what it selects, by number: tables have no names there. */
static void put_number_of(calx_sql_writer *writer, const calx_sql_block *block,
                          const calx_sql_term *order)
{
    size_t position = find_position(block, order);
    if (position > 0) {
        put_position(writer, position);
        return;
    }
    if (writer->status == CALX_OK)
        writer->status = calx_error_set(
            writer->error, CALX_E_ARGUMENT,
            "a select that is combined with others is ordered by %s%s%s, which it does not select",
            order->expression.count > 0 ? "an expression" : "column \"",
            order->expression.count > 0 || order->column.mapper == NULL
                ? ""
                : order->column.mapper->columns[order->column.column].name,
            order->expression.count > 0 ? "" : "\"");
}

/* A column may be an expression of its own too, with the same text. */
static calx_sql_term plain(const calx_sql_term *term)
{
    const calx_condition *expression = &term->expression;
    if (expression->count == 1 && expression->nodes[0].operation == CALX_OP_COLUMN)
        return (calx_sql_term){ .column = expression->nodes[0].column };
    return *term;
}

/* Rows that are one have no other values to be ordered by. */
static void check_distinct(calx_sql_writer *writer, const calx_sql_block *block,
                           const calx_sql_term *order)
{
    const calx_sql_term wanted = plain(order);
    bool found = find_position(block, &wanted) > 0;
    for (size_t i = 0; i < block->item_count && !found; i++) {
        const calx_sql_term item = plain(&block->items[i]);
        found = calx_sql_same_term(&item, &wanted);
    }
    if (found || writer->status != CALX_OK)
        return;
    char *spelled = spell(&wanted);
    writer->status = calx_error_set(writer->error, CALX_E_ARGUMENT,
                                    "a select that is distinct is ordered by %s, which it does "
                                    "not select",
                                    spelled == NULL ? "an expression" : spelled);
    calx_spell_free(spelled);
}

static void put_orders(calx_sql_writer *writer, const calx_sql_block *block)
{
    for (size_t i = 0; i < block->order_count; i++) {
        const calx_sql_term *order = &block->orders[i];
        put(writer, i == 0 ? " ORDER BY " : ", ");
        if (block->distinct && order->label == NULL && block->combined_count == 0)
            check_distinct(writer, block, order);
        if (order->label != NULL)
            calx_sql_put_label(writer, order->label);
        else if (block->combined_count > 0)
            put_number_of(writer, block, order);
        else if (find_item(block, order) > 0)
            put_position(writer, find_item(block, order));
        else
            put_key(writer, order);
        put(writer, order->descending ? " DESC" : "");
        if (order->nulls != CALX_NULLS_DEFAULT)
            put(writer, order->nulls == CALX_NULLS_FIRST ? " NULLS FIRST" : " NULLS LAST");
    }
}

static void put_limit(calx_sql_writer *writer, const calx_sql_block *block)
{
    if (block->limit >= 0) {
        put(writer, " LIMIT ");
        calx_sql_put_parameter(writer, calx_value_int64(block->limit));
    }
    if (block->offset <= 0)
        return;
    if (block->limit < 0 && writer->dialect->limit_none != NULL) {
        put(writer, " ");
        put(writer, writer->dialect->limit_none);
    }
    put(writer, " OFFSET ");
    calx_sql_put_parameter(writer, calx_value_int64(block->offset));
}

/* ---- combined ---- */

static const char *word_of(calx_sql_combine how)
{
    static const char *const words[] = {
        [CALX_SQL_UNION] = " UNION ",         [CALX_SQL_UNION_ALL] = " UNION ALL ",
        [CALX_SQL_INTERSECT] = " INTERSECT ", [CALX_SQL_INTERSECT_ALL] = " INTERSECT ALL ",
        [CALX_SQL_EXCEPT] = " EXCEPT ",       [CALX_SQL_EXCEPT_ALL] = " EXCEPT ALL ",
    };
    return words[how];
}

static bool is_intersection(calx_sql_combine how)
{
    return how == CALX_SQL_INTERSECT || how == CALX_SQL_INTERSECT_ALL;
}

static bool is_plain(const calx_sql_block *block)
{
    return block->order_count == 0 && block->limit < 0 && block->offset <= 0 &&
           block->combined_count == 0 && block->with_count == 0;
}

/* It does not see the tables of the one it is combined with. */
static void put_operand(calx_sql_writer *writer, const calx_sql_block *block)
{
    const calx_sql_scope *beside = writer->scope;
    bool plain = is_plain(block);
    writer->scope = beside->outer;
    put(writer, plain ? "" : "SELECT * FROM (");
    calx_sql_put_block(writer, block);
    if (!plain) {
        put(writer, ") AS ");
        calx_sql_put_alias(writer, 'u', ++writer->tables);
    }
    writer->scope = beside;
}

/* Some databases intersect first: what is to the left is a table then. */
static bool needs_table(const calx_sql_block *block, size_t i)
{
    return i > 0 &&
           is_intersection(block->combined[i].how) != is_intersection(block->combined[i - 1].how);
}

static void check_classes(calx_sql_writer *writer, const calx_sql_block *block,
                          const calx_sql_block *other)
{
    size_t width = calx_sql_block_width(block);
    for (size_t i = 0; i < width && writer->status == CALX_OK; i++) {
        const calx_sql_term left = term_at(block, i), right = term_at(other, i);
        calx_value_type one = calx_sql_term_class(&left), two = calx_sql_term_class(&right);
        if (one == CALX_VALUE_NULL || two == CALX_VALUE_NULL ||
            calx_class_of_both(one, two) != CALX_VALUE_NULL)
            continue;
        char *first = spell(&left), *second = spell(&right);
        writer->status = calx_error_set(
            writer->error, CALX_E_ARGUMENT, "%s is combined with %s, which is of another class",
            first == NULL ? "an expression" : first, second == NULL ? "an expression" : second);
        calx_spell_free(first);
        calx_spell_free(second);
    }
}

static void check_combined(calx_sql_writer *writer, const calx_sql_block *block, size_t i)
{
    size_t width = calx_sql_block_width(block);
    size_t other = calx_sql_block_width(block->combined[i].block);
    bool counts = block->combined[i].how == CALX_SQL_INTERSECT_ALL ||
                  block->combined[i].how == CALX_SQL_EXCEPT_ALL;
    if (writer->status != CALX_OK)
        return;
    if (width != other)
        writer->status =
            calx_error_set(writer->error, CALX_E_ARGUMENT,
                           "a select of %zu columns is combined with one of %zu", width, other);
    else if (counts && !writer->dialect->combines_all)
        writer->status =
            calx_error_set(writer->error, CALX_E_UNSUPPORTED, "%s has no%s: leave the ALL away",
                           writer->dialect->name, word_of(block->combined[i].how));
    else
        check_classes(writer, block, block->combined[i].block);
}

static void put_combined(calx_sql_writer *writer, const calx_sql_block *block)
{
    for (size_t i = block->combined_count; i > 1; i--)
        if (needs_table(block, i - 1))
            put(writer, "SELECT * FROM (");
    put_core(writer, block);
    for (size_t i = 0; i < block->combined_count; i++) {
        check_combined(writer, block, i);
        if (needs_table(block, i)) {
            put(writer, ") AS ");
            calx_sql_put_alias(writer, 'u', ++writer->tables);
        }
        put(writer, word_of(block->combined[i].how));
        put_operand(writer, block->combined[i].block);
    }
}

/* ---- named parts ---- */

static void put_columns_of(calx_sql_writer *writer, const calx_mapper *mapper)
{
    calx_sql_put_fact(writer, (uintptr_t)mapper);
    for (size_t i = 0; writer->shape == NULL && i < mapper->column_count; i++) {
        put(writer, i == 0 ? " (" : ", ");
        calx_sql_put_name(writer, mapper->columns[i].name);
    }
    put(writer, ") AS (");
}

static void check_with(calx_sql_writer *writer, const calx_sql_with *with)
{
    size_t width = calx_sql_block_width(with->block);
    if (width != with->name.mapper->column_count && writer->status == CALX_OK)
        writer->status = calx_error_set(
            writer->error, CALX_E_ARGUMENT,
            "a select that is to give rows of %s gives %zu columns, and not %u: "
            "select the entity, or each of its columns in their order",
            with->name.mapper->name, width, (unsigned)with->name.mapper->column_count);
}

static void put_withs(calx_sql_writer *writer, const calx_sql_block *block, calx_sql_named *names)
{
    bool is_recursive = false;
    for (size_t i = 0; i < block->with_count; i++)
        is_recursive = is_recursive || block->withs[i].is_recursive;
    for (size_t i = 0; i < block->with_count; i++) {
        const calx_sql_with *with = &block->withs[i];
        size_t number = ++writer->tables;
        check_with(writer, with);
        put(writer, i > 0 ? ", " : is_recursive ? "WITH RECURSIVE " : "WITH ");
        calx_sql_put_alias(writer, 'c', number);
        put_columns_of(writer, with->name.mapper);
        names[i] = (calx_sql_named){ writer->names, with->name, number };
        if (with->is_recursive)
            writer->names = &names[i];
        calx_sql_put_block(writer, with->block);
        writer->names = &names[i];
        put(writer, ")");
        put(writer, i + 1 == block->with_count ? " " : "");
    }
}

/* ---- the block ---- */

enum { MOST_WITHS = 16 };

static bool may_be_written(calx_sql_writer *writer, const calx_sql_block *block)
{
    if (writer->status != CALX_OK)
        return false;
    if (block->source_count == 0)
        writer->status = calx_error_set(writer->error, CALX_E_ARGUMENT,
                                        "a select has no table to select from: give it one with "
                                        "calx_select_from()");
    else if (block->item_count + block->part_count == 0)
        writer->status = calx_error_set(writer->error, CALX_E_ARGUMENT,
                                        "a select over table \"%s\" selects nothing",
                                        block->sources[0].mapper->table);
    else if (block->with_count > MOST_WITHS)
        writer->status = calx_error_set(writer->error, CALX_E_LIMIT,
                                        "a select has %zu named parts, and may have %d",
                                        block->with_count, (int)MOST_WITHS);
    return writer->status == CALX_OK;
}

void calx_sql_put_block(calx_sql_writer *writer, const calx_sql_block *block)
{
    calx_sql_named names[MOST_WITHS];
    const calx_sql_named *names_around = writer->names;
    const calx_sql_scope scope = { writer->scope, block->sources, block->source_count };
    if (!may_be_written(writer, block))
        return;
    put_withs(writer, block, names);
    for (size_t i = 0; i < block->source_count; i++)
        block->sources[i].number = ++writer->tables;
    writer->scope = &scope;
    put_combined(writer, block);
    put_orders(writer, block);
    put_limit(writer, block);
    writer->scope = scope.outer;
    writer->names = names_around;
}
