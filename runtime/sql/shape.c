/*
 * Shapes of queries. A word for the mapper, one for what surrounds the conditions, one for each
 * node, one for each order; two for each join, whose relationship is a fact that stays; those of
 * each set of columns that is not all of them. The rule kept: everything calx_sql_select() looks at
 * is either in a word, or a value, or makes this answer false; so a text found by its shape is
 * never a wrong one, and no check of the writer is left out.
 */
#include "sql/shape.h"

#include "base/hash.h"
#include "sql/copy.h"
#include "sql/plan.h"

#include <string.h>

typedef struct shape_walk {
    calx_shape *shape;
    calx_parameter_list *parameters;
    const calx_mapper *mapper;
} shape_walk;

static bool put_word(shape_walk *walk, uint64_t word)
{
    if (walk->shape->count == CALX_SHAPE_WORDS)
        return false;
    walk->shape->words[walk->shape->count++] = word;
    return true;
}

static bool is_own(const shape_walk *walk, calx_column_ref ref)
{
    return ref.mapper == walk->mapper && ref.alias == 0 && ref.column < walk->mapper->column_count;
}

static bool put_value(shape_walk *walk, calx_value value)
{
    calx_parameter_list_add(walk->parameters, value);
    return value.type != CALX_VALUE_NULL;
}

static bool put_list(shape_walk *walk, const calx_node *node)
{
    const calx_list *list = &node->operand.as.list;
    const calx_column *column = &walk->mapper->columns[node->column.column];
    if (list->count > UINT32_MAX ||
        (list->count > 0 && (list->items == NULL || calx_list_item_size(list->item_type) == 0)))
        return false;
    for (size_t i = 0; i < list->count; i++)
        if (!put_value(walk, calx_sql_list_item(list, i, column)))
            return false;
    return true;
}

/* What a comparison needs behind its column. */
static bool put_operand(shape_walk *walk, const calx_node *node)
{
    bool is_list = node->operand.kind == CALX_OPERAND_LIST;
    if (is_list != (node->operation == CALX_OP_IN))
        return false;
    switch (node->operand.kind) {
    case CALX_OPERAND_VALUE:
        return put_value(walk, node->operand.as.value);
    case CALX_OPERAND_COLUMN:
        return is_own(walk, node->operand.as.column);
    case CALX_OPERAND_LIST:
        return put_list(walk, node);
    case CALX_OPERAND_NONE:
        break;
    }
    return node->operation == CALX_OP_IS_NULL || node->operation == CALX_OP_IS_NOT_NULL;
}

/* What of the operand stands in the text: how many items a list has, or which column it is. */
static uint64_t operand_facts(const calx_node *node)
{
    if (node->operand.kind == CALX_OPERAND_LIST)
        return node->operand.as.list.count;
    return node->operand.kind == CALX_OPERAND_COLUMN ? node->operand.as.column.column : 0;
}

static bool put_comparison(shape_walk *walk, const calx_node *node)
{
    if (!is_own(walk, node->column))
        return false;
    uint64_t word = (uint64_t)node->operation | (uint64_t)node->operand.kind << 8 |
                    (uint64_t)node->column.column << 16 | operand_facts(node) << 32;
    return put_operand(walk, node) && put_word(walk, word);
}

/* How many conditions must follow the node; -1: it cannot stand where one is expected. */
static int64_t children_of(const calx_node *node)
{
    switch (node->operation) {
    case CALX_OP_NONE:
    case CALX_OP_UPPER:
        return -1;
    case CALX_OP_AND:
    case CALX_OP_OR:
        return node->child_count;
    case CALX_OP_NOT:
        return 1;
    default:
        return 0;
    }
}

static bool is_join(const calx_node *node)
{
    return node->operation == CALX_OP_AND || node->operation == CALX_OP_OR ||
           node->operation == CALX_OP_NOT;
}

/* The nodes must be exactly one condition: only then is this the walk the writer takes. */
static bool put_condition(shape_walk *walk, const calx_condition *condition)
{
    int64_t expected = 1;
    for (size_t i = 0; i < condition->count; i++) {
        const calx_node *node = &condition->nodes[i];
        int64_t children = children_of(node);
        if (expected == 0 || children < 0)
            return false;
        expected += children - 1;
        bool good =
            is_join(node)
                ? put_word(walk, (uint64_t)node->operation | (uint64_t)node->child_count << 32)
                : put_comparison(walk, node);
        if (good && node->operation == CALX_OP_BETWEEN)
            good = ++i < condition->count && node[1].operation == CALX_OP_UPPER &&
                   put_comparison(walk, &node[1]);
        if (!good)
            return false;
    }
    return expected == 0;
}

static bool put_orders(shape_walk *walk, const calx_select *select)
{
    for (size_t i = 0; i < select->order_count; i++) {
        const calx_order *order = &select->orders[i];
        if (!is_own(walk, order->column) ||
            !put_word(walk, (uint64_t)order->column.column | (uint64_t)order->descending << 32))
            return false;
    }
    return true;
}

static bool put_columns(shape_walk *walk, const calx_mapper *mapper, const uint64_t *columns)
{
    for (size_t i = 0; columns != NULL && i < calx_plan_words(mapper); i++)
        if (!put_word(walk, columns[i]))
            return false;
    return true;
}

/* What only rows have: which columns, and what is joined. */
static bool put_joins(shape_walk *walk, const calx_select *select)
{
    if (!put_columns(walk, select->mapper, select->columns))
        return false;
    for (size_t i = 0; i < select->join_count; i++) {
        const calx_sql_join *join = &select->joins[i];
        uint64_t facts = (uint64_t)join->parent | (uint64_t)join->inner << 16 |
                         (uint64_t)(join->columns != NULL) << 17;
        if (!put_word(walk, (uintptr_t)join->relationship) || !put_word(walk, facts) ||
            !put_columns(walk, join->relationship->target, join->columns))
            return false;
    }
    return true;
}

static void put_bounds(shape_walk *walk, const calx_select *select)
{
    if (select->limit >= 0)
        calx_parameter_list_add(walk->parameters, calx_value_int64(select->limit));
    if (select->offset > 0)
        calx_parameter_list_add(walk->parameters, calx_value_int64(select->offset));
}

static bool put_within(shape_walk *walk, const calx_select *select);

/* The rows another query finds, as they stand inside: in the order of the text. */
static bool put_inner(shape_walk *walk, const calx_select *select)
{
    bool limited = select->limit >= 0 || select->offset > 0;
    size_t orders = limited ? select->order_count : 0;
    walk->mapper = select->mapper;
    if (select->limit < -1 || select->offset < -1 || select->condition_count > CALX_SHAPE_WORDS ||
        orders > CALX_SHAPE_WORDS || !put_word(walk, (uintptr_t)select->mapper) ||
        !put_word(walk, (uint64_t)(select->limit >= 0) | (uint64_t)(select->offset > 0) << 1 |
                            (uint64_t)(select->within != NULL) << 2 | (uint64_t)orders << 16 |
                            (uint64_t)select->condition_count << 32))
        return false;
    for (size_t i = 0; i < select->condition_count; i++)
        if (!put_condition(walk, &select->conditions[i]))
            return false;
    if (!put_within(walk, select) || (orders > 0 && !put_orders(walk, select)))
        return false;
    put_bounds(walk, select);
    return true;
}

/* Keys that are given are no parameters of the list. */
static bool put_within(shape_walk *walk, const calx_select *select)
{
    const calx_sql_within *within = select->within;
    const calx_mapper *outside = walk->mapper;
    if (within == NULL)
        return true;
    if (within->keys > UINT32_MAX ||
        !put_word(walk, (uint64_t)(within->of != NULL) | (uint64_t)within->column_count << 8 |
                            (uint64_t)within->keys << 32))
        return false;
    for (size_t i = 0; i < within->column_count; i++)
        if (!put_word(walk, (uint64_t)within->columns[i] |
                                (within->of != NULL ? (uint64_t)within->of_columns[i] << 16 : 0)))
            return false;
    bool good = within->of == NULL || put_inner(walk, within->of);
    walk->mapper = outside;
    return good;
}

bool calx_sql_shape(calx_shape *out, calx_parameter_list *out_parameters, const calx_select *select)
{
    shape_walk walk = { out, out_parameters, select->mapper };
    bool gives_rows = select->form == CALX_SELECT_ROWS;
    size_t orders = gives_rows ? select->order_count : 0;
    size_t joins = gives_rows ? select->join_count : 0;
    bool is_some = gives_rows && select->columns != NULL;
    if (select->limit < -1 || select->offset < -1 || orders > CALX_SHAPE_WORDS ||
        select->condition_count > CALX_SHAPE_WORDS || joins > CALX_SHAPE_WORDS)
        return false;
    out->count = 2;
    out->words[0] = (uintptr_t)select->mapper;
    out->words[1] = (uint64_t)select->form | (uint64_t)(select->limit >= 0) << 8 |
                    (uint64_t)(select->offset > 0) << 16 | (uint64_t)is_some << 17 |
                    (uint64_t)(select->within != NULL) << 18 | (uint64_t)joins << 24 |
                    (uint64_t)select->condition_count << 32 | (uint64_t)orders << 48;
    for (size_t i = 0; i < select->condition_count; i++)
        if (!put_condition(&walk, &select->conditions[i]))
            return false;
    if (orders > 0 && !put_orders(&walk, select))
        return false;
    if (gives_rows && !put_joins(&walk, select))
        return false;
    if (!put_within(&walk, select))
        return false;
    put_bounds(&walk, select);
    out->hash = calx_hash(out->words, out->count * sizeof(out->words[0]));
    return out_parameters->status == CALX_OK;
}

bool calx_shape_equal(const calx_shape *shape, const uint64_t *words, size_t count)
{
    return shape->count == count &&
           memcmp(shape->words, words, count * sizeof(shape->words[0])) == 0;
}
