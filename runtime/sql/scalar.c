/*
 * Arithmetic, text, choices and functions. Each says the class of what it makes, as far as the
 * classes of its operands tell; whether they fit is looked at when all is there (check.c).
 */
#include "sql/build.h"

#include "sql/nodes.h"

#include <string.h>

/* A value that is not negative counts as unsigned beside something unsigned. */
static calx_value_type class_beside(const calx_expression *one, const calx_expression *other)
{
    const calx_node *node = &one->nodes[0];
    if (other->value_class == CALX_VALUE_UINT64 && one->value_class == CALX_VALUE_INT64 &&
        node->operation == CALX_OP_VALUE && node->operand.as.value.as.int64 >= 0)
        return CALX_VALUE_UINT64;
    return (calx_value_type)one->value_class;
}

static calx_value_type class_of_number(calx_operator operation, const calx_expression *left,
                                       const calx_expression *right)
{
    calx_value_type both = calx_class_of_both(class_beside(left, right), class_beside(right, left));
    return both == CALX_VALUE_UINT64 && operation == CALX_OP_SUBTRACT ? CALX_VALUE_INT64 : both;
}

static calx_value_type class_of_one(calx_operator operation, calx_value_type operand)
{
    switch (operation) {
    case CALX_OP_NEGATE:
        return operand == CALX_VALUE_UINT64 ? CALX_VALUE_INT64 : operand;
    case CALX_OP_ROUND:
    case CALX_OP_AVG:
        return CALX_VALUE_DOUBLE;
    case CALX_OP_LENGTH:
    case CALX_OP_COUNT:
        return CALX_VALUE_INT64;
    case CALX_OP_LOWER:
    case CALX_OP_UPPER_CASE:
    case CALX_OP_TRIM:
        return CALX_VALUE_TEXT;
    default:
        return operand;
    }
}

calx_expression calx_unary_(calx_operator operation, calx_expression operand)
{
    bool aggregates = operation >= CALX_OP_COUNT && operation <= CALX_OP_MAX;
    calx_expression whole = calx_expression_of_one(operation, &operand);
    if (whole.count > 0)
        calx_expression_type(&whole, class_of_one(operation, operand.value_class),
                             aggregates ? operation != CALX_OP_COUNT : operand.nullable);
    return whole;
}

static calx_expression join_text(calx_expression *left, calx_expression *right)
{
    calx_expression whole = calx_expression_join(CALX_OP_CONCAT, left, right);
    if (whole.count > 0)
        calx_expression_type(&whole, CALX_VALUE_TEXT, left->nullable || right->nullable);
    return whole;
}

static calx_expression join_choices(calx_expression *left, calx_expression *right)
{
    calx_expression whole = calx_expression_join(CALX_OP_COALESCE, left, right);
    if (whole.count > 0)
        calx_expression_type(&whole, calx_class_of_both(left->value_class, right->value_class),
                             left->nullable && right->nullable);
    return whole;
}

calx_expression calx_binary_(calx_operator operation, calx_expression left, calx_expression right)
{
    if (operation == CALX_OP_CONCAT)
        return join_text(&left, &right);
    if (operation == CALX_OP_COALESCE || operation == CALX_OP_NULLIF) {
        calx_expression_adapt(&right, left.value_class);
        calx_expression_adapt(&left, right.value_class);
    }
    if (operation == CALX_OP_COALESCE)
        return join_choices(&left, &right);
    calx_expression whole = calx_expression_of_two(operation, &left, &right);
    if (whole.count == 0)
        return whole;
    bool may_give_null =
        operation == CALX_OP_DIVIDE || operation == CALX_OP_MODULO || operation == CALX_OP_NULLIF;
    calx_expression_type(&whole,
                         operation == CALX_OP_NULLIF ? (calx_value_type)left.value_class
                                                     : class_of_number(operation, &left, &right),
                         may_give_null || whole.nullable);
    return whole;
}

calx_expression calx_ternary_(calx_operator operation, calx_expression first,
                              calx_expression second, calx_expression third)
{
    calx_expression whole = calx_expression_start(operation);
    calx_expression_append(&whole, &first);
    calx_expression_append(&whole, &second);
    calx_expression_append(&whole, &third);
    if (whole.count > 0)
        calx_expression_type(&whole,
                             operation == CALX_OP_BETWEEN ? CALX_VALUE_BOOL : CALX_VALUE_TEXT,
                             whole.nullable);
    return whole;
}

calx_expression calx_cast_(calx_expression operand, calx_value_type value_class)
{
    calx_expression whole = calx_expression_of_one(CALX_OP_CAST, &operand);
    if (whole.count > 0)
        calx_expression_type(&whole, value_class, operand.nullable);
    return whole;
}

/* ---- choices ---- */

/* Adds a value, which takes on the class of those before it. */
static void append_value(calx_expression *to, calx_expression *value)
{
    calx_value_type before = (calx_value_type)to->value_class;
    calx_expression_adapt(value, before);
    calx_value_type both = calx_class_of_both(before, (calx_value_type)value->value_class);
    bool nullable = to->nullable || value->nullable;
    calx_expression_append(to, value);
    if (to->count > 0)
        calx_expression_type(to, both, nullable);
}

static bool is_open_case(const calx_expression *expression)
{
    return expression->count > 0 && expression->nodes[0].operation == CALX_OP_CASE &&
           (expression->nodes[0].flags & CALX_NODE_ELSE) == 0;
}

static void note_value(calx_expression *choice, const calx_expression *value)
{
    if (choice->count > 0 && value->nullable)
        choice->nodes[0].flags |= CALX_NODE_NULLABLE;
}

/* Without an ELSE a choice may give NULL, whatever its values are; with one only they count. */
calx_expression calx_case(calx_expression condition, calx_expression value)
{
    calx_expression whole = calx_expression_start(CALX_OP_CASE);
    calx_expression_append(&whole, &condition);
    calx_expression_append(&whole, &value);
    if (whole.count > 0)
        calx_expression_type(&whole, (calx_value_type)value.value_class, true);
    note_value(&whole, &value);
    return whole;
}

calx_expression calx_when(calx_expression so_far, calx_expression condition, calx_expression value)
{
    if (!is_open_case(&so_far))
        so_far.count = 0;
    calx_expression_append(&so_far, &condition);
    append_value(&so_far, &value);
    note_value(&so_far, &value);
    return so_far;
}

calx_expression calx_else(calx_expression so_far, calx_expression value)
{
    if (!is_open_case(&so_far))
        so_far.count = 0;
    append_value(&so_far, &value);
    note_value(&so_far, &value);
    if (so_far.count == 0)
        return so_far;
    so_far.nodes[0].flags |= CALX_NODE_ELSE;
    so_far.nullable = (so_far.nodes[0].flags & CALX_NODE_NULLABLE) != 0;
    return so_far;
}

calx_expression calx_larger_(calx_operator operation, calx_expression left, calx_expression right)
{
    calx_operator otherwise = operation == CALX_OP_GE ? CALX_OP_LT : CALX_OP_GT;
    calx_expression_adapt(&right, (calx_value_type)left.value_class);
    calx_expression_adapt(&left, (calx_value_type)right.value_class);
    calx_expression whole = calx_case(calx_compare_expressions_(operation, left, right), left);
    whole = calx_when(whole, calx_compare_expressions_(otherwise, left, right), right);
    whole.nullable = left.nullable || right.nullable;
    return whole;
}

/* ---- functions of the database ---- */

calx_expression calx_function(const char *name, calx_value_type value_class,
                              const calx_expression *arguments, size_t count)
{
    calx_expression whole = calx_expression_start(CALX_OP_FUNCTION);
    whole.nodes[0].operand = (calx_operand){ .kind = CALX_OPERAND_NAME, .as.name = name };
    for (size_t i = 0; i < count; i++)
        calx_expression_append(&whole, &arguments[i]);
    if (whole.count > 0)
        calx_expression_type(&whole, value_class, true);
    return whole;
}
