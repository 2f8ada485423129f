/*
 * Building expressions. An expression is one array in prefix order; putting some together is
 * appending their arrays behind a new root. An operator of a column, or of a column and one value
 * or column more, takes them into its own node; chains of the same join share their root, so ten
 * conditions joined by AND need eleven nodes. What does not fit marks the expression, and the mark
 * is inherited by everything built from it; a part that was never set makes the whole never set.
 */
#include "sql/build.h"

#include "sql/nodes.h"

#include <string.h>

calx_expression calx_expression_start(calx_operator operation)
{
    calx_expression expression;
    memset(&expression, 0, sizeof expression);
    expression.count = 1;
    expression.nodes[0].operation = (uint16_t)operation;
    return expression;
}

static calx_expression never_set(void)
{
    calx_expression none;
    memset(&none, 0, sizeof none);
    return none;
}

void calx_expression_type(calx_expression *expression, calx_value_type value_class, bool nullable)
{
    expression->value_class = expression->nodes[0].value_class = (uint8_t)value_class;
    expression->nullable = nullable;
}

static void append_nodes(calx_expression *to, const calx_expression *from, uint32_t first)
{
    uint32_t added = from->count - first;
    to->overflow = to->overflow || from->overflow;
    to->lost = to->lost || from->lost;
    if (added > CALX_EXPRESSION_NODES - to->count) {
        to->overflow = true;
        return;
    }
    memcpy(&to->nodes[to->count], &from->nodes[first], added * sizeof to->nodes[0]);
    to->count += added;
}

void calx_expression_append(calx_expression *to, const calx_expression *child)
{
    if (to->count == 0)
        return;
    if (child->count == 0) {
        *to = never_set();
        return;
    }
    to->nodes[0].child_count++;
    to->nullable = to->nullable || child->nullable;
    append_nodes(to, child, 0);
}

/* Adds one side of a join; a side that is the same join gives its children instead. */
static void append_side(calx_expression *joined, const calx_expression *side)
{
    bool same = side->nodes[0].operation == joined->nodes[0].operation;
    joined->nodes[0].child_count += same ? side->nodes[0].child_count : 1;
    append_nodes(joined, side, same ? 1 : 0);
}

calx_expression calx_expression_join(calx_operator operation, const calx_expression *left,
                                     const calx_expression *right)
{
    if (left->count == 0 || right->count == 0)
        return never_set();
    calx_expression joined = calx_expression_start(operation);
    append_side(&joined, left);
    append_side(&joined, right);
    calx_expression_type(&joined, CALX_VALUE_BOOL, left->nullable || right->nullable);
    return joined;
}

calx_expression calx_and(calx_expression left, calx_expression right)
{
    return calx_expression_join(CALX_OP_AND, &left, &right);
}

calx_expression calx_or(calx_expression left, calx_expression right)
{
    return calx_expression_join(CALX_OP_OR, &left, &right);
}

calx_expression calx_not(calx_expression condition)
{
    calx_expression negated = calx_expression_start(CALX_OP_NOT);
    calx_expression_append(&negated, &condition);
    if (negated.count > 0)
        calx_expression_type(&negated, CALX_VALUE_BOOL, condition.nullable);
    return negated;
}

/* ---- columns and values by themselves ---- */

static bool may_be_null(calx_column_ref ref)
{
    return calx_class_of_column(ref) == CALX_VALUE_NULL ||
           (ref.mapper->columns[ref.column].flags & (CALX_COLUMN_NOT_NULL | CALX_COLUMN_KEY)) == 0;
}

static calx_expression expression_of(const calx_operand *operand)
{
    if (operand->kind == CALX_OPERAND_COLUMN) {
        calx_expression expression = calx_expression_start(CALX_OP_COLUMN);
        expression.nodes[0].column = operand->as.column;
        calx_expression_type(&expression, calx_class_of_column(operand->as.column),
                             may_be_null(operand->as.column));
        return expression;
    }
    calx_expression expression = calx_expression_start(CALX_OP_VALUE);
    expression.nodes[0].operand = *operand;
    calx_expression_type(&expression, operand->as.value.type,
                         operand->as.value.type == CALX_VALUE_NULL);
    return expression;
}

static bool is_lone(const calx_expression *expression, calx_operator operation)
{
    return expression->count == 1 && expression->nodes[0].operation == operation;
}

/* A value takes on the class of what it meets. */
void calx_expression_adapt(calx_expression *expression, calx_value_type value_class)
{
    if (!is_lone(expression, CALX_OP_VALUE))
        return;
    calx_value *value = &expression->nodes[0].operand.as.value;
    *value = calx_value_adapted(*value, value_class);
    expression->value_class = expression->nodes[0].value_class = (uint8_t)value->type;
}

/* What stands behind a column in one node. */
static calx_operand operand_of(const calx_expression *lone)
{
    if (lone->nodes[0].operation == CALX_OP_VALUE)
        return lone->nodes[0].operand;
    return (calx_operand){ .kind = CALX_OPERAND_COLUMN, .as.column = lone->nodes[0].column };
}

static bool is_operand(const calx_expression *expression)
{
    return is_lone(expression, CALX_OP_VALUE) || is_lone(expression, CALX_OP_COLUMN);
}

calx_expression calx_expression_of_one(calx_operator operation, const calx_expression *operand)
{
    calx_expression whole = calx_expression_start(operation);
    if (!is_lone(operand, CALX_OP_COLUMN)) {
        calx_expression_append(&whole, operand);
        return whole;
    }
    whole.nodes[0].column = operand->nodes[0].column;
    whole.nullable = operand->nullable;
    return whole;
}

calx_expression calx_expression_of_two(calx_operator operation, const calx_expression *left,
                                       const calx_expression *right)
{
    calx_expression whole = calx_expression_start(operation);
    if (!is_lone(left, CALX_OP_COLUMN) || !is_operand(right)) {
        calx_expression_append(&whole, left);
        calx_expression_append(&whole, right);
        return whole;
    }
    whole.nodes[0].column = left->nodes[0].column;
    whole.nodes[0].operand = operand_of(right);
    whole.nullable = left->nullable || right->nullable;
    return whole;
}

/* ---- comparisons ---- */

static calx_expression compare(calx_operator operation, calx_expression *left,
                               calx_expression *right)
{
    calx_expression_adapt(right, left->value_class);
    calx_expression_adapt(left, right->value_class);
    calx_expression whole = calx_expression_of_two(operation, left, right);
    bool is_sure = operation == CALX_OP_DISTINCT || operation == CALX_OP_NOT_DISTINCT;
    if (whole.count > 0)
        calx_expression_type(&whole, CALX_VALUE_BOOL, !is_sure && whole.nullable);
    return whole;
}

/* Most comparisons are of a column with a value, and have a short way. */
calx_expression calx_compare_(calx_operator operation, calx_operand left, calx_operand right)
{
    if (left.kind != CALX_OPERAND_COLUMN || right.kind != CALX_OPERAND_VALUE) {
        calx_expression first = expression_of(&left);
        calx_expression second = expression_of(&right);
        return compare(operation, &first, &second);
    }
    calx_expression whole = calx_expression_start(operation);
    bool is_sure = operation == CALX_OP_DISTINCT || operation == CALX_OP_NOT_DISTINCT;
    right.as.value = calx_value_adapted(right.as.value, calx_class_of_column(left.as.column));
    whole.nodes[0].column = left.as.column;
    whole.nodes[0].operand = right;
    calx_expression_type(&whole, CALX_VALUE_BOOL, !is_sure && may_be_null(left.as.column));
    return whole;
}

calx_expression calx_compare_to_expression_(calx_operator operation, calx_operand left,
                                            calx_expression right)
{
    calx_expression first = expression_of(&left);
    return compare(operation, &first, &right);
}

calx_expression calx_compare_expression_(calx_operator operation, calx_expression left,
                                         calx_operand right)
{
    calx_expression second = expression_of(&right);
    return compare(operation, &left, &second);
}

calx_expression calx_compare_expressions_(calx_operator operation, calx_expression left,
                                          calx_expression right)
{
    return compare(operation, &left, &right);
}

calx_expression calx_match_(calx_operator operation, calx_expression text, calx_expression pattern)
{
    return compare(operation, &text, &pattern);
}

calx_expression calx_between_(calx_expression middle, calx_expression low, calx_expression high)
{
    calx_expression_adapt(&low, middle.value_class);
    calx_expression_adapt(&high, middle.value_class);
    calx_expression_adapt(&middle, low.value_class);
    if (!is_lone(&middle, CALX_OP_COLUMN) || !is_operand(&low) || !is_operand(&high))
        return calx_ternary_(CALX_OP_BETWEEN, middle, low, high);
    calx_expression whole = calx_expression_of_two(CALX_OP_BETWEEN, &middle, &low);
    calx_expression_type(&whole, CALX_VALUE_BOOL, whole.nullable || high.nullable);
    whole.count = 2;
    whole.nodes[1] = whole.nodes[0];
    whole.nodes[1].operation = CALX_OP_UPPER;
    whole.nodes[1].operand = operand_of(&high);
    return whole;
}

calx_expression calx_test_(calx_operator operation, calx_expression tested)
{
    calx_expression whole = calx_expression_of_one(operation, &tested);
    if (whole.count > 0)
        calx_expression_type(&whole, CALX_VALUE_BOOL, false);
    return whole;
}

calx_expression calx_in_(calx_operator operation, calx_operand wanted, calx_operand list)
{
    return calx_in_expression_(operation, expression_of(&wanted), list);
}

calx_expression calx_in_expression_(calx_operator operation, calx_expression wanted,
                                    calx_operand list)
{
    calx_expression whole = calx_expression_of_one(operation, &wanted);
    if (whole.count == 0)
        return whole;
    whole.nodes[0].operand = list;
    calx_expression_type(&whole, CALX_VALUE_BOOL, wanted.nullable);
    return whole;
}

calx_order calx_order_(calx_column_ref column, bool descending)
{
    calx_order order = { .column = column, .descending = descending };
    return order;
}

calx_expression calx_operand_expression(const calx_operand *operand)
{
    return expression_of(operand);
}
