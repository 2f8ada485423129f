/*
 * Conditions in memory. What is compared are the values that agreed with the database last, not
 * those assigned since: the statement that is spared meets rows.
 */
#include "query/evaluate.h"

#include "mapper/column.h"
#include "session/partial.h"
#include "sql/nodes.h"

#include <math.h>
#include <string.h>

/* An operand of a comparison: a column or a value. */
typedef struct side {
    const calx_column_ref *column;
    const calx_value *value;
} side;

enum { MOST_SIDES = 3 };

/* ---- operands ---- */

/* false: it is neither. */
static bool side_of_operand(const calx_operand *operand, side *out)
{
    *out = (side){ NULL, NULL };
    if (operand->kind == CALX_OPERAND_COLUMN)
        out->column = &operand->as.column;
    else if (operand->kind == CALX_OPERAND_VALUE)
        out->value = &operand->as.value;
    else
        return false;
    return true;
}

static bool side_of_node(const calx_node *node, side *out)
{
    *out = (side){ NULL, NULL };
    if (node->operation == CALX_OP_COLUMN)
        out->column = &node->column;
    else if (node->operation == CALX_OP_VALUE)
        out->value = &node->operand.as.value;
    else
        return false;
    return true;
}

/* The operands of a node but its list. 0: one is neither column nor value. */
static size_t sides_of(const calx_node *node, side *sides)
{
    size_t count = 1;
    for (uint32_t i = 0; i < node->child_count; i++)
        if (i == MOST_SIDES || !side_of_node(&node[1 + i], &sides[i]))
            return 0;
    if (node->child_count > 0)
        return node->child_count;
    sides[0] = (side){ &node->column, NULL };
    if (node->operand.kind != CALX_OPERAND_NONE && node->operand.kind != CALX_OPERAND_LIST &&
        !side_of_operand(&node->operand, &sides[count++]))
        return 0;
    if (node->operation == CALX_OP_BETWEEN && !side_of_operand(&node[1].operand, &sides[count++]))
        return 0;
    return count;
}

/* ---- what can be worked out ---- */

static bool is_own(const calx_mapper *mapper, calx_column_ref ref)
{
    return ref.mapper == mapper && ref.alias == 0 && ref.column < mapper->column_count;
}

/* The class by which a side is compared; CALX_VALUE_NULL: it is not. */
static calx_value_type class_of_side(const calx_mapper *mapper, const side *one)
{
    calx_value_type class_ = CALX_VALUE_NULL;
    if (one->column == NULL)
        class_ = one->value->type;
    else if (is_own(mapper, *one->column) &&
             mapper->columns[one->column->column].type != CALX_TYPE_FLOAT)
        class_ = calx_class_of_column(*one->column);
    if (class_ == CALX_VALUE_UINT64)
        class_ = CALX_VALUE_INT64; /* both are compared as numbers */
    return class_ == CALX_VALUE_TIMESTAMP ? CALX_VALUE_NULL : class_;
}

static bool are_comparable(const calx_mapper *mapper, const calx_node *node, size_t wanted)
{
    side sides[MOST_SIDES];
    if (sides_of(node, sides) != wanted)
        return false;
    calx_value_type class_ = class_of_side(mapper, &sides[0]);
    for (size_t i = 1; i < wanted; i++)
        if (class_of_side(mapper, &sides[i]) != class_)
            return false;
    return class_ != CALX_VALUE_NULL;
}

static bool is_nullable_side(const calx_mapper *mapper, const calx_node *node)
{
    side sides[MOST_SIDES];
    return sides_of(node, sides) == 1 &&
           (sides[0].column == NULL || is_own(mapper, *sides[0].column));
}

static bool is_listed(const calx_mapper *mapper, const calx_node *node)
{
    side sides[MOST_SIDES];
    const calx_list *list = &node->operand.as.list;
    if (node->operand.kind != CALX_OPERAND_LIST || sides_of(node, sides) != 1)
        return false;
    calx_value_type wanted = class_of_side(mapper, &sides[0]);
    for (size_t i = 0; list->items != NULL && i < list->count; i++) {
        calx_value value = calx_list_value(list, i, wanted);
        const side item = { NULL, &value };
        if (class_of_side(mapper, &item) != wanted)
            return false;
    }
    return wanted != CALX_VALUE_NULL && (list->count == 0 || list->items != NULL);
}

static bool is_truth(const calx_mapper *mapper, const calx_node *node)
{
    side one;
    return side_of_node(node, &one) && class_of_side(mapper, &one) == CALX_VALUE_BOOL;
}

/* Children of AND, OR and NOT are looked at by themselves, in the walk over all nodes. */
static bool can_evaluate_node(const calx_mapper *mapper, const calx_node *node)
{
    switch ((calx_operator)node->operation) {
    case CALX_OP_AND:
    case CALX_OP_OR:
    case CALX_OP_NOT:
        return true;
    case CALX_OP_EQ:
    case CALX_OP_NE:
    case CALX_OP_LT:
    case CALX_OP_LE:
    case CALX_OP_GT:
    case CALX_OP_GE:
    case CALX_OP_DISTINCT:
    case CALX_OP_NOT_DISTINCT:
        return are_comparable(mapper, node, 2);
    case CALX_OP_BETWEEN:
        return are_comparable(mapper, node, 3);
    case CALX_OP_IS_NULL:
    case CALX_OP_IS_NOT_NULL:
        return is_nullable_side(mapper, node);
    case CALX_OP_IN:
    case CALX_OP_NOT_IN:
        return is_listed(mapper, node);
    case CALX_OP_COLUMN:
    case CALX_OP_VALUE:
        return is_truth(mapper, node);
    default:
        return false;
    }
}

static bool is_joint(const calx_node *node)
{
    return node->operation == CALX_OP_AND || node->operation == CALX_OP_OR ||
           node->operation == CALX_OP_NOT;
}

static bool asks_for_order(const calx_node *node)
{
    return (node->operation >= CALX_OP_LT && node->operation <= CALX_OP_GE) ||
           node->operation == CALX_OP_BETWEEN;
}

static bool asks_for_null(const calx_node *node)
{
    return node->operation == CALX_OP_IS_NULL || node->operation == CALX_OP_IS_NOT_NULL;
}

/*
 * Whether text and bytes may be compared. A table that was made by others may have a collation in
 * which texts of other bytes are equal, or other classes of values in a column of bytes: whoever
 * left the way to us gets what is right there too.
 */
static bool may_compare(const calx_mapper *mapper, const calx_node *node, calx_synchronize how)
{
    side sides[MOST_SIDES];
    if (is_joint(node) || asks_for_null(node) || sides_of(node, sides) == 0)
        return true;
    calx_value_type class_ = class_of_side(mapper, &sides[0]);
    if (class_ == CALX_VALUE_TEXT)
        return how == CALX_SYNCHRONIZE_EVALUATE && !asks_for_order(node);
    return class_ != CALX_VALUE_BYTES || how == CALX_SYNCHRONIZE_EVALUATE;
}

bool calx_can_evaluate(const calx_mapper *mapper, const calx_condition *condition,
                       calx_synchronize how)
{
    const calx_node *end = condition->nodes + condition->count;
    for (const calx_node *node = condition->nodes; node < end;) {
        if (!can_evaluate_node(mapper, node) || !may_compare(mapper, node, how))
            return false;
        node = is_joint(node) ? node + 1 : calx_node_end(node);
    }
    return true;
}

/* ---- values ---- */

static const void *stored_struct(const calx_instance *instance)
{
    const calx_watch *watch = instance->watch;
    return watch != NULL && watch->has_snapshot ? watch->snapshot : calx_instance_entity(instance);
}

static bool is_key(const calx_mapper *mapper, size_t column)
{
    for (size_t i = 0; i < mapper->key_count; i++)
        if (mapper->key[i] == column)
            return true;
    return false;
}

/* The key is known as long as the instance is; anything else may be to be loaded. */
static bool is_known(const calx_instance *instance, size_t column)
{
    const calx_session *session = instance->session;
    if (is_key(instance->mapper, column))
        return true;
    if (calx_session_is_expired(session, instance) &&
        !calx_session_is_partly_expired(session, instance))
        return false;
    return (calx_session_stale_word(instance, column / 64) >> (column % 64) & 1) == 0;
}

/* false: it is not sure. A double that is no number is NULL in some databases. */
static bool read_side(const calx_instance *instance, const side *one, calx_value *out)
{
    if (one->column == NULL) {
        *out = *one->value;
    } else {
        const calx_column *column = &instance->mapper->columns[one->column->column];
        if (!is_known(instance, one->column->column) ||
            calx_column_read(column, stored_struct(instance), out) != CALX_OK)
            return false;
    }
    return out->type != CALX_VALUE_DOUBLE || !isnan(out->as.real);
}

static int compare_numbers(const calx_value *left, const calx_value *right)
{
    bool left_is_large = left->type == CALX_VALUE_UINT64 && left->as.uint64 > INT64_MAX;
    bool right_is_large = right->type == CALX_VALUE_UINT64 && right->as.uint64 > INT64_MAX;
    if (left_is_large != right_is_large)
        return left_is_large ? 1 : -1;
    if (left_is_large)
        return (left->as.uint64 > right->as.uint64) - (left->as.uint64 < right->as.uint64);
    return (left->as.int64 > right->as.int64) - (left->as.int64 < right->as.int64);
}

/* As in the orders of bytes of both databases: of two that begin alike the shorter comes first. */
static int compare_spans(const calx_value *left, const calx_value *right)
{
    size_t left_size = left->as.span.size;
    size_t right_size = right->as.span.size;
    size_t size = left_size < right_size ? left_size : right_size;
    int order = size == 0 ? 0 : memcmp(left->as.span.data, right->as.span.data, size);
    return order != 0 ? order : (left_size > right_size) - (left_size < right_size);
}

/* Neither is NULL, and both are of one class. */
static int compare_values(const calx_value *left, const calx_value *right)
{
    if (left->type == CALX_VALUE_TEXT || left->type == CALX_VALUE_BYTES)
        return compare_spans(left, right);
    if (left->type == CALX_VALUE_DOUBLE)
        return (left->as.real > right->as.real) - (left->as.real < right->as.real);
    if (left->type == CALX_VALUE_BOOL)
        return (int)left->as.boolean - (int)right->as.boolean;
    return compare_numbers(left, right);
}

/* ---- verdicts ---- */

static calx_verdict verdict_of(bool truth)
{
    return truth ? CALX_VERDICT_TRUE : CALX_VERDICT_FALSE;
}

static calx_verdict opposite_of(calx_verdict verdict)
{
    if (verdict == CALX_VERDICT_NULL || verdict == CALX_VERDICT_UNSURE)
        return verdict;
    return verdict_of(verdict == CALX_VERDICT_FALSE);
}

/* One that decides the whole goes before one that is not sure, and that before NULL. */
static calx_verdict join_verdicts(calx_verdict left, calx_verdict right, calx_verdict deciding)
{
    if (left == deciding || right == deciding)
        return deciding;
    if (left == CALX_VERDICT_UNSURE || right == CALX_VERDICT_UNSURE)
        return CALX_VERDICT_UNSURE;
    if (left == CALX_VERDICT_NULL || right == CALX_VERDICT_NULL)
        return CALX_VERDICT_NULL;
    return opposite_of(deciding);
}

static calx_verdict compare_distinct(calx_operator operation, const calx_value *left,
                                     const calx_value *right)
{
    bool same = left->type == CALX_VALUE_NULL || right->type == CALX_VALUE_NULL
                    ? left->type == right->type
                    : compare_values(left, right) == 0;
    return verdict_of(same == (operation == CALX_OP_NOT_DISTINCT));
}

static calx_verdict compare(calx_operator operation, const calx_value *left,
                            const calx_value *right)
{
    if (operation == CALX_OP_DISTINCT || operation == CALX_OP_NOT_DISTINCT)
        return compare_distinct(operation, left, right);
    if (left->type == CALX_VALUE_NULL || right->type == CALX_VALUE_NULL)
        return CALX_VERDICT_NULL;
    int order = compare_values(left, right);
    switch (operation) {
    case CALX_OP_EQ:
        return verdict_of(order == 0);
    case CALX_OP_NE:
        return verdict_of(order != 0);
    case CALX_OP_LT:
        return verdict_of(order < 0);
    case CALX_OP_LE:
        return verdict_of(order <= 0);
    case CALX_OP_GT:
        return verdict_of(order > 0);
    default:
        return verdict_of(order >= 0);
    }
}

static calx_verdict judge_comparison(const calx_instance *instance, const calx_node *node)
{
    side sides[MOST_SIDES];
    calx_value values[MOST_SIDES];
    size_t count = sides_of(node, sides);
    for (size_t i = 0; i < count; i++)
        if (!read_side(instance, &sides[i], &values[i]))
            return CALX_VERDICT_UNSURE;
    if (node->operation != CALX_OP_BETWEEN)
        return compare((calx_operator)node->operation, &values[0], &values[1]);
    return join_verdicts(compare(CALX_OP_GE, &values[0], &values[1]),
                         compare(CALX_OP_LE, &values[0], &values[2]), CALX_VERDICT_FALSE);
}

static calx_verdict judge_null(const calx_instance *instance, const calx_node *node)
{
    side sides[MOST_SIDES];
    calx_value value = calx_value_null();
    if (sides_of(node, sides) != 1 || !read_side(instance, &sides[0], &value))
        return CALX_VERDICT_UNSURE;
    return verdict_of((value.type == CALX_VALUE_NULL) == (node->operation == CALX_OP_IS_NULL));
}

/* No item is NULL: the statement refuses that. */
static calx_verdict judge_list(const calx_instance *instance, const calx_node *node)
{
    side sides[MOST_SIDES];
    calx_value wanted = calx_value_null();
    const calx_list *list = &node->operand.as.list;
    bool negated = node->operation == CALX_OP_NOT_IN;
    if (list->count == 0)
        return verdict_of(negated);
    if (sides_of(node, sides) != 1 || !read_side(instance, &sides[0], &wanted))
        return CALX_VERDICT_UNSURE;
    if (wanted.type == CALX_VALUE_NULL)
        return CALX_VERDICT_NULL;
    for (size_t i = 0; i < list->count; i++) {
        calx_value item = calx_list_value(list, i, wanted.type);
        if (item.type == CALX_VALUE_DOUBLE && isnan(item.as.real))
            return CALX_VERDICT_UNSURE;
        if (compare_values(&wanted, &item) == 0)
            return verdict_of(!negated);
    }
    return verdict_of(negated);
}

static calx_verdict judge_truth(const calx_instance *instance, const calx_node *node)
{
    side one;
    calx_value value = calx_value_null();
    if (!side_of_node(node, &one) || !read_side(instance, &one, &value))
        return CALX_VERDICT_UNSURE;
    return value.type == CALX_VALUE_NULL ? CALX_VERDICT_NULL : verdict_of(value.as.boolean);
}

static calx_verdict judge(const calx_instance *instance, const calx_node *node);

static calx_verdict judge_joint(const calx_instance *instance, const calx_node *node)
{
    calx_verdict deciding = node->operation == CALX_OP_AND ? CALX_VERDICT_FALSE : CALX_VERDICT_TRUE;
    calx_verdict whole = opposite_of(deciding);
    const calx_node *child = node + 1;
    for (uint32_t i = 0; i < node->child_count && whole != deciding; i++) {
        whole = join_verdicts(whole, judge(instance, child), deciding);
        child = calx_node_end(child);
    }
    return whole;
}

/* Expressions that were kept nest no deeper than CALX_NODES_DEPTH. */
static calx_verdict judge(const calx_instance *instance, const calx_node *node)
{
    switch ((calx_operator)node->operation) {
    case CALX_OP_AND:
    case CALX_OP_OR:
        return judge_joint(instance, node);
    case CALX_OP_NOT:
        return opposite_of(judge(instance, node + 1));
    case CALX_OP_IS_NULL:
    case CALX_OP_IS_NOT_NULL:
        return judge_null(instance, node);
    case CALX_OP_IN:
    case CALX_OP_NOT_IN:
        return judge_list(instance, node);
    case CALX_OP_COLUMN:
    case CALX_OP_VALUE:
        return judge_truth(instance, node);
    default:
        return judge_comparison(instance, node);
    }
}

calx_verdict calx_evaluate(const calx_instance *instance, const calx_condition *condition)
{
    return judge(instance, condition->nodes);
}
