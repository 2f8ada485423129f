/*
 * Looking at an expression before it is kept: whether its nodes are whole, and each operator has
 * operands it works with. What C's types cannot tell where the expression is written is found here,
 * and the message spells the part that is wrong.
 */
#include "sql/condition.h"

#include "base/error.h"
#include "sql/block.h"
#include "sql/nodes.h"
#include "sql/spell.h"

/* What an operator takes. */
typedef enum takes {
    TAKES_ANYTHING = 0,
    TAKES_NOTHING,
    TAKES_TRUTH,
    TAKES_NUMBERS,
    TAKES_INTEGERS,
    TAKES_TEXT,
    TAKES_TEXT_OR_BYTES,
    TAKES_ORDERED,
    TAKES_ALIKE,
    TAKES_CHOICES, /* conditions and values in turn */
    TAKES_SPAN,    /* text and two integers */
    TAKES_STEPS,   /* anything and an integer */
    TAKES_TIME,    /* a timestamp, and an integer behind it */
    TAKES_AGGREGATE,
    TAKES_FUNCTION
} takes;

enum { ANY_NUMBER = 255 };

typedef struct rule {
    uint8_t takes;
    uint8_t least, most; /* operands */
} rule;

static const rule rules[CALX_OPERATOR_COUNT] = {
    [CALX_OP_AND] = { TAKES_TRUTH, 0, ANY_NUMBER },
    [CALX_OP_OR] = { TAKES_TRUTH, 0, ANY_NUMBER },
    [CALX_OP_NOT] = { TAKES_TRUTH, 1, 1 },
    [CALX_OP_EQ] = { TAKES_ALIKE, 2, 2 },
    [CALX_OP_NE] = { TAKES_ALIKE, 2, 2 },
    [CALX_OP_LT] = { TAKES_ALIKE, 2, 2 },
    [CALX_OP_LE] = { TAKES_ALIKE, 2, 2 },
    [CALX_OP_GT] = { TAKES_ALIKE, 2, 2 },
    [CALX_OP_GE] = { TAKES_ALIKE, 2, 2 },
    [CALX_OP_LIKE] = { TAKES_TEXT, 2, 2 },
    [CALX_OP_NOT_LIKE] = { TAKES_TEXT, 2, 2 },
    [CALX_OP_IN] = { TAKES_ANYTHING, 1, 1 },
    [CALX_OP_NOT_IN] = { TAKES_ANYTHING, 1, 1 },
    [CALX_OP_IS_NULL] = { TAKES_ANYTHING, 1, 1 },
    [CALX_OP_IS_NOT_NULL] = { TAKES_ANYTHING, 1, 1 },
    [CALX_OP_BETWEEN] = { TAKES_ALIKE, 3, 3 },
    [CALX_OP_DISTINCT] = { TAKES_ALIKE, 2, 2 },
    [CALX_OP_NOT_DISTINCT] = { TAKES_ALIKE, 2, 2 },
    [CALX_OP_ILIKE] = { TAKES_TEXT, 2, 2 },
    [CALX_OP_NOT_ILIKE] = { TAKES_TEXT, 2, 2 },
    [CALX_OP_STARTS_WITH] = { TAKES_TEXT, 2, 2 },
    [CALX_OP_ENDS_WITH] = { TAKES_TEXT, 2, 2 },
    [CALX_OP_CONTAINS] = { TAKES_TEXT, 2, 2 },
    [CALX_OP_COLUMN] = { TAKES_NOTHING, 0, 0 },
    [CALX_OP_VALUE] = { TAKES_NOTHING, 0, 0 },
    [CALX_OP_ADD] = { TAKES_NUMBERS, 2, 2 },
    [CALX_OP_SUBTRACT] = { TAKES_NUMBERS, 2, 2 },
    [CALX_OP_MULTIPLY] = { TAKES_NUMBERS, 2, 2 },
    [CALX_OP_DIVIDE] = { TAKES_NUMBERS, 2, 2 },
    [CALX_OP_MODULO] = { TAKES_INTEGERS, 2, 2 },
    [CALX_OP_NEGATE] = { TAKES_NUMBERS, 1, 1 },
    [CALX_OP_ABS] = { TAKES_NUMBERS, 1, 1 },
    [CALX_OP_ROUND] = { TAKES_NUMBERS, 1, 1 },
    [CALX_OP_CONCAT] = { TAKES_TEXT, 2, ANY_NUMBER },
    [CALX_OP_LOWER] = { TAKES_TEXT, 1, 1 },
    [CALX_OP_UPPER_CASE] = { TAKES_TEXT, 1, 1 },
    [CALX_OP_LENGTH] = { TAKES_TEXT_OR_BYTES, 1, 1 },
    [CALX_OP_SUBSTR] = { TAKES_SPAN, 3, 3 },
    [CALX_OP_TRIM] = { TAKES_TEXT, 1, 1 },
    [CALX_OP_REPLACE] = { TAKES_TEXT, 3, 3 },
    [CALX_OP_COALESCE] = { TAKES_ALIKE, 2, ANY_NUMBER },
    [CALX_OP_NULLIF] = { TAKES_ALIKE, 2, 2 },
    [CALX_OP_CAST] = { TAKES_ANYTHING, 1, 1 },
    [CALX_OP_CASE] = { TAKES_CHOICES, 2, ANY_NUMBER },
    [CALX_OP_FUNCTION] = { TAKES_ANYTHING, 0, ANY_NUMBER },
    [CALX_OP_NOW] = { TAKES_NOTHING, 0, 0 },
    [CALX_OP_ADD_SECONDS] = { TAKES_TIME, 2, 2 },
    [CALX_OP_EXTRACT_YEAR] = { TAKES_TIME, 1, 1 },
    [CALX_OP_EXTRACT_MONTH] = { TAKES_TIME, 1, 1 },
    [CALX_OP_EXTRACT_DAY] = { TAKES_TIME, 1, 1 },
    [CALX_OP_EXTRACT_HOUR] = { TAKES_TIME, 1, 1 },
    [CALX_OP_EXTRACT_MINUTE] = { TAKES_TIME, 1, 1 },
    [CALX_OP_EXTRACT_SECOND] = { TAKES_TIME, 1, 1 },
    [CALX_OP_EXTRACT_WEEKDAY] = { TAKES_TIME, 1, 1 },
    [CALX_OP_EXTRACT_YEAR_DAY] = { TAKES_TIME, 1, 1 },
    [CALX_OP_EXTRACT_EPOCH] = { TAKES_TIME, 1, 1 },
    [CALX_OP_TRUNCATE_YEAR] = { TAKES_TIME, 1, 1 },
    [CALX_OP_TRUNCATE_MONTH] = { TAKES_TIME, 1, 1 },
    [CALX_OP_TRUNCATE_DAY] = { TAKES_TIME, 1, 1 },
    [CALX_OP_TRUNCATE_HOUR] = { TAKES_TIME, 1, 1 },
    [CALX_OP_TRUNCATE_MINUTE] = { TAKES_TIME, 1, 1 },
    [CALX_OP_TRUNCATE_SECOND] = { TAKES_TIME, 1, 1 },
    [CALX_OP_COUNT_ALL] = { TAKES_NOTHING, 0, 0 },
    [CALX_OP_COUNT] = { TAKES_ANYTHING, 1, 1 },
    [CALX_OP_SUM] = { TAKES_NUMBERS, 1, 1 },
    [CALX_OP_AVG] = { TAKES_NUMBERS, 1, 1 },
    [CALX_OP_MIN] = { TAKES_ORDERED, 1, 1 },
    [CALX_OP_MAX] = { TAKES_ORDERED, 1, 1 },
    [CALX_OP_FILTER] = { TAKES_AGGREGATE, 2, 2 },
    [CALX_OP_ROW_NUMBER] = { TAKES_NOTHING, 0, 0 },
    [CALX_OP_RANK] = { TAKES_NOTHING, 0, 0 },
    [CALX_OP_DENSE_RANK] = { TAKES_NOTHING, 0, 0 },
    [CALX_OP_LAG] = { TAKES_STEPS, 2, 2 },
    [CALX_OP_LEAD] = { TAKES_STEPS, 2, 2 },
    [CALX_OP_OVER] = { TAKES_FUNCTION, 1, ANY_NUMBER },
    [CALX_OP_PARTITION] = { TAKES_ANYTHING, 1, 1 },
    [CALX_OP_WINDOW_ORDER] = { TAKES_ANYTHING, 1, 1 },
    [CALX_OP_EXISTS] = { TAKES_NOTHING, 0, 0 },
    [CALX_OP_SELECT] = { TAKES_NOTHING, 0, 0 },
    [CALX_OP_IN_SELECT] = { TAKES_ANYTHING, 1, 1 },
};

/* A look on its way. */
typedef struct look {
    const calx_node *node, *end;
    calx_error *error;
    calx_status status;
    unsigned depth;
} look;

/* What the operators around a node allow. */
enum { MAY_AGGREGATE = 1u << 0, MAY_WINDOW = 1u << 1, IS_OVER = 1u << 2, IS_TERM = 1u << 3 };

static const char *name_of(calx_value_type value_class)
{
    static const char *const names[] = {
        [CALX_VALUE_NULL] = "not known",   [CALX_VALUE_BOOL] = "a truth value",
        [CALX_VALUE_INT64] = "an integer", [CALX_VALUE_UINT64] = "an unsigned integer",
        [CALX_VALUE_DOUBLE] = "a number",  [CALX_VALUE_TEXT] = "text",
        [CALX_VALUE_BYTES] = "bytes",      [CALX_VALUE_TIMESTAMP] = "a timestamp",
    };
    return value_class <= CALX_VALUE_TIMESTAMP ? names[value_class] : "of an unknown class";
}

static void never_set(look *it)
{
    if (it->status == CALX_OK)
        it->status = calx_error_set(it->error, CALX_E_ARGUMENT,
                                    "the condition, or a part of it, was never set");
}

static void refuse(look *it, const calx_node *node, const char *reason)
{
    char *spelled = calx_spell(node);
    if (it->status == CALX_OK)
        it->status = calx_error_set(it->error, CALX_E_ARGUMENT, "%s: %s",
                                    spelled == NULL ? "an expression" : spelled, reason);
    calx_spell_free(spelled);
}

static void refuse_class(look *it, const calx_node *node, const char *wanted, calx_value_type given)
{
    char *spelled = calx_spell(node);
    if (it->status == CALX_OK)
        it->status =
            calx_error_set(it->error, CALX_E_ARGUMENT, "%s takes %s and is given %s",
                           spelled == NULL ? "an expression" : spelled, wanted, name_of(given));
    calx_spell_free(spelled);
}

static void refuse_condition(look *it, const calx_node *node, calx_value_type given)
{
    char *spelled = calx_spell(node);
    if (it->status == CALX_OK)
        it->status = calx_error_set(it->error, CALX_E_ARGUMENT,
                                    "%s: a condition must be a truth value and is %s",
                                    spelled == NULL ? "an expression" : spelled, name_of(given));
    calx_spell_free(spelled);
}

/* ---- operands ---- */

static bool is_integer(calx_value_type value_class)
{
    return value_class == CALX_VALUE_INT64 || value_class == CALX_VALUE_UINT64;
}

/* What is wrong about an operand of that class; NULL: nothing. */
static const char *wanted_instead(takes wanted, size_t i, calx_value_type given)
{
    switch (wanted) {
    case TAKES_TRUTH:
        return given == CALX_VALUE_BOOL ? NULL : "truth values";
    case TAKES_NUMBERS:
        return calx_class_is_number(given) ? NULL : "numbers";
    case TAKES_INTEGERS:
        return is_integer(given) ? NULL : "integers";
    case TAKES_TEXT:
        return given == CALX_VALUE_TEXT ? NULL : "text";
    case TAKES_TEXT_OR_BYTES:
        return given == CALX_VALUE_TEXT || given == CALX_VALUE_BYTES ? NULL : "text or bytes";
    case TAKES_ORDERED:
        return given != CALX_VALUE_BOOL && given != CALX_VALUE_BYTES ? NULL
                                                                     : "numbers, text, timestamps";
    case TAKES_SPAN:
        if (i == 0)
            return given == CALX_VALUE_TEXT ? NULL : "text";
        return is_integer(given) ? NULL : "text and two integers";
    case TAKES_STEPS:
        return i == 0 || is_integer(given) ? NULL : "a distance";
    case TAKES_TIME:
        if (i == 0)
            return given == CALX_VALUE_TIMESTAMP ? NULL : "a timestamp";
        return is_integer(given) ? NULL : "a timestamp and an integer";
    case TAKES_AGGREGATE:
        return i == 0 || given == CALX_VALUE_BOOL ? NULL : "a condition";
    default:
        return NULL;
    }
}

static bool are_alike(calx_value_type left, calx_value_type right)
{
    return left == CALX_VALUE_NULL || right == CALX_VALUE_NULL ||
           calx_class_of_both(left, right) != CALX_VALUE_NULL;
}

/* Operands of one operator, as they come. */
typedef struct operands {
    const calx_node *node;
    size_t count;
    calx_value_type first; /* of those that must be alike; CALX_VALUE_NULL: none yet */
} operands;

static void compare_with_first(look *it, operands *all, calx_value_type given)
{
    if (!are_alike(all->first, given)) {
        char *spelled = calx_spell(all->node);
        if (it->status == CALX_OK)
            it->status = calx_error_set(it->error, CALX_E_ARGUMENT, "%s: %s beside %s",
                                        spelled == NULL ? "an expression" : spelled,
                                        name_of(all->first), name_of(given));
        calx_spell_free(spelled);
    }
    if (all->first == CALX_VALUE_NULL)
        all->first = given;
}

/* Whether the next one of a CASE is a condition. */
static bool is_condition(const operands *all)
{
    bool has_else = (all->node->flags & CALX_NODE_ELSE) != 0;
    return all->count % 2 == 0 && !(has_else && all->count + 1 == all->node->child_count);
}

static void take(look *it, operands *all, calx_value_type given)
{
    takes wanted = (takes)rules[all->node->operation].takes;
    bool is_choice = wanted == TAKES_CHOICES && !is_condition(all);
    if (wanted == TAKES_CHOICES && !is_choice)
        wanted = TAKES_TRUTH;
    const char *instead =
        given == CALX_VALUE_NULL ? NULL : wanted_instead(wanted, all->count, given);
    if (instead != NULL)
        refuse_class(it, all->node, instead, given);
    else if (is_choice || wanted == TAKES_ALIKE)
        compare_with_first(it, all, given);
    all->count++;
}

static void take_value(look *it, operands *all, const calx_value *value)
{
    if (value->type != CALX_VALUE_NULL)
        take(it, all, value->type);
    else if (calx_node_is_compact(all->node) && all->node->operation <= CALX_OP_UPPER)
        all->count++; /* told by the writer, which knows the column */
    else
        refuse(it, all->node, "a value that is NULL; NULL is asked for with calx_is_null()");
}

static void take_operand(look *it, operands *all, const calx_operand *operand)
{
    if (operand->kind == CALX_OPERAND_VALUE)
        take_value(it, all, &operand->as.value);
    else if (operand->kind == CALX_OPERAND_COLUMN)
        take(it, all, calx_class_of_column(operand->as.column));
}

static calx_value_type class_of_items(calx_type item_type)
{
    return calx_class_of_type(item_type);
}

static void check_list(look *it, const calx_node *node, calx_value_type wanted)
{
    const calx_list *list = &node->operand.as.list;
    calx_value_type given = class_of_items(list->item_type);
    bool is_time = wanted == CALX_VALUE_TIMESTAMP && is_integer(given);
    if (node->operand.kind != CALX_OPERAND_LIST)
        never_set(it);
    else if (!is_time && !are_alike(wanted, given))
        refuse_class(it, node, "items of its own class", given);
}

/* Of one column, and of its class; one that is not known is the database's. */
static void check_among(look *it, const calx_node *node, calx_value_type wanted)
{
    const calx_sql_block *block = (const calx_sql_block *)node->operand.as.select;
    calx_value_type given =
        block->item_count == 0 ? CALX_VALUE_NULL : calx_sql_term_class(&block->items[0]);
    if (!are_alike(wanted, given))
        refuse_class(it, node, "a select of its own class", given);
}

/* ---- what an operator is itself ---- */

static bool is_aggregate(const calx_node *node)
{
    return node->operation >= CALX_OP_COUNT_ALL && node->operation <= CALX_OP_MAX;
}

static bool is_window_function(const calx_node *node)
{
    return node->operation >= CALX_OP_ROW_NUMBER && node->operation <= CALX_OP_LEAD;
}

/* A name goes into the text as it is, so it can be nothing else. */
static bool is_name(const char *name)
{
    bool starts = true;
    for (; name != NULL && *name != '\0'; name++) {
        bool is_letter = (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
                         *name == '_' || (!starts && *name >= '0' && *name <= '9');
        if (!is_letter && (starts || *name != '.'))
            return false;
        starts = *name == '.';
    }
    return name != NULL && !starts;
}

static bool is_castable(calx_value_type from, calx_value_type to)
{
    if (from == CALX_VALUE_NULL || from == to)
        return true;
    if (to == CALX_VALUE_TEXT)
        return calx_class_is_number(from);
    if (to == CALX_VALUE_BOOL)
        return is_integer(from);
    if (from == CALX_VALUE_BOOL)
        return is_integer(to);
    return calx_class_is_number(to) && (calx_class_is_number(from) || from == CALX_VALUE_TEXT);
}

static bool is_frame_good(const calx_frame *frame)
{
    return frame->unit >= CALX_FRAME_ROWS && frame->unit <= CALX_FRAME_GROUPS &&
           frame->first <= frame->last && frame->first >= -CALX_FRAME_UNBOUNDED &&
           frame->first != CALX_FRAME_UNBOUNDED && frame->last != -CALX_FRAME_UNBOUNDED;
}

/* Why it cannot stand where it does; NULL: it can. */
static const char *misplaced(const calx_node *node, unsigned allowed)
{
    if (is_aggregate(node) && (allowed & MAY_AGGREGATE) == 0)
        return "an aggregate cannot stand here";
    if (node->operation == CALX_OP_OVER && (allowed & MAY_WINDOW) == 0)
        return "a window function cannot stand here";
    if (is_window_function(node) && (allowed & IS_OVER) == 0)
        return "this function needs a window: calx_over()";
    bool is_term = node->operation == CALX_OP_PARTITION || node->operation == CALX_OP_WINDOW_ORDER;
    if (is_term != ((allowed & IS_TERM) != 0))
        return "a term of a window, or something in its place";
    if ((node->flags & CALX_NODE_DISTINCT) != 0 &&
        (!is_aggregate(node) || node->operation == CALX_OP_COUNT_ALL || (allowed & IS_OVER) != 0))
        return "calx_distinct() takes an aggregate of a value, without a window";
    if (node->operation == CALX_OP_FUNCTION && !is_name(node->operand.as.name))
        return "calx_function() takes a name of letters, digits, _ and points";
    if (node->operand.kind == CALX_OPERAND_FRAME && !is_frame_good(&node->operand.as.frame))
        return "a frame ends before it begins";
    return NULL;
}

/* What is allowed inside of it, for its operand at a position. */
static unsigned allowed_inside(const calx_node *node, size_t i, unsigned allowed)
{
    if (node->operation == CALX_OP_OVER && i == 0)
        return MAY_AGGREGATE | IS_OVER;
    if (node->operation == CALX_OP_OVER)
        return (allowed & MAY_AGGREGATE) | IS_TERM;
    if (node->operation == CALX_OP_FILTER && i == 0)
        return allowed & (MAY_AGGREGATE | IS_OVER);
    if (is_aggregate(node) || node->operation == CALX_OP_FILTER || is_window_function(node))
        return 0;
    return allowed & (MAY_AGGREGATE | MAY_WINDOW);
}

/* What a FILTER or a window is about. */
static void check_function(look *it, const calx_node *node)
{
    const calx_node *function = node + 1;
    bool is_good = is_aggregate(function);
    if (node->operation == CALX_OP_OVER)
        is_good = is_good || is_window_function(function) ||
                  function->operation == CALX_OP_FILTER || function->operation == CALX_OP_FUNCTION;
    if (!is_good)
        refuse(it, node,
               node->operation == CALX_OP_OVER
                   ? "calx_over() takes an aggregate or a window function"
                   : "calx_filtered() takes an aggregate");
}

/* ---- the walk ---- */

static calx_value_type look_at(look *it, unsigned allowed);

static void look_at_children(look *it, operands *all, unsigned allowed)
{
    const calx_node *node = all->node;
    bool takes_function = node->operation == CALX_OP_FILTER || node->operation == CALX_OP_OVER;
    for (uint32_t i = 0; it->status == CALX_OK && i < node->child_count; i++) {
        if (i == 0 && takes_function && it->node < it->end)
            check_function(it, node);
        const calx_node *child = it->node;
        calx_value_type given = look_at(it, allowed_inside(node, i, allowed));
        if (it->status == CALX_OK && child->operation == CALX_OP_VALUE)
            take_value(it, all, &child->operand.as.value);
        else if (it->status == CALX_OK)
            take(it, all, given);
    }
}

static void look_at_inline(look *it, operands *all)
{
    const calx_node *node = all->node;
    take(it, all, calx_class_of_column(node->column));
    take_operand(it, all, &node->operand);
    if (node->operation != CALX_OP_BETWEEN)
        return;
    if (it->node == it->end || it->node->operation != CALX_OP_UPPER)
        never_set(it);
    else
        take_operand(it, all, &it->node++->operand);
}

/* The class of a node whose operands are good. */
static calx_value_type class_of(const calx_node *node)
{
    if (node->operation >= CALX_OP_AND && node->operation <= CALX_OP_CONTAINS)
        return CALX_VALUE_BOOL;
    if (node->operation == CALX_OP_COLUMN)
        return calx_class_of_column(node->column);
    return (calx_value_type)node->value_class;
}

static void check_whole(look *it, const operands *all, calx_value_type operand)
{
    const calx_node *node = all->node;
    const rule *taken = &rules[node->operation];
    if (it->status != CALX_OK)
        return;
    if (all->count < taken->least || (taken->most != ANY_NUMBER && all->count > taken->most))
        never_set(it);
    else if (node->operation >= CALX_OP_EXISTS &&
             (node->operand.kind != CALX_OPERAND_SELECT || node->operand.as.select == NULL))
        never_set(it);
    else if (node->operation == CALX_OP_CAST && !is_castable(operand, class_of(node)))
        refuse(it, node, "there is no such cast");
    else if (node->operation == CALX_OP_IN || node->operation == CALX_OP_NOT_IN)
        check_list(it, node, operand);
    else if (node->operation == CALX_OP_IN_SELECT)
        check_among(it, node, operand);
}

/* Looks at the expression that begins here and moves behind it. Answers its class. */
static calx_value_type look_at(look *it, unsigned allowed)
{
    const calx_node *node = it->node;
    if (it->node == it->end || node->operation >= CALX_OPERATOR_COUNT ||
        (rules[node->operation].takes == 0 && rules[node->operation].most == 0)) {
        never_set(it);
        return CALX_VALUE_NULL;
    }
    operands all = { node, 0, CALX_VALUE_NULL };
    const char *reason = misplaced(node, allowed);
    it->node++;
    if (reason != NULL)
        refuse(it, node, reason);
    if (++it->depth > CALX_NODES_DEPTH && it->status == CALX_OK)
        it->status =
            calx_error_set(it->error, CALX_E_LIMIT,
                           "the expression is nested deeper than %d operators", CALX_NODES_DEPTH);
    if (it->status == CALX_OK && calx_node_is_compact(node))
        look_at_inline(it, &all);
    else
        look_at_children(it, &all, allowed);
    it->depth--;
    calx_value_type operand = CALX_VALUE_NULL;
    if (node->operation == CALX_OP_CAST || node->operation == CALX_OP_IN ||
        node->operation == CALX_OP_NOT_IN || node->operation == CALX_OP_IN_SELECT)
        operand =
            calx_node_is_compact(node) ? calx_class_of_column(node->column) : class_of(node + 1);
    check_whole(it, &all, operand);
    return class_of(node);
}

/* Whether the nodes are exactly one expression; only then may one be spelled. */
static bool is_whole(const calx_node *nodes, size_t count)
{
    uint64_t expected = 1;
    for (size_t i = 0; i < count; i++) {
        if (expected == 0)
            return false;
        expected += nodes[i].child_count;
        expected--;
        if (nodes[i].operation == CALX_OP_BETWEEN && nodes[i].child_count == 0)
            i++;
    }
    return expected == 0;
}

/* Whether each function has a name; one without can not be spelled either. */
static bool has_names(const calx_node *nodes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (nodes[i].operation == CALX_OP_FUNCTION && nodes[i].operand.as.name == NULL)
            return false;
    return true;
}

calx_status calx_nodes_check(const calx_node *nodes, size_t count, calx_use use, calx_error *error)
{
    look it = { .node = nodes, .end = nodes + count, .error = error, .status = CALX_OK };
    unsigned allowed = use == CALX_USE_SELECT   ? MAY_AGGREGATE | MAY_WINDOW
                       : use == CALX_USE_HAVING ? (unsigned)MAY_AGGREGATE
                                                : 0;
    bool is_condition_wanted = use == CALX_USE_WHERE || use == CALX_USE_HAVING;
    if (!is_whole(nodes, count)) {
        never_set(&it);
        return it.status;
    }
    if (!has_names(nodes, count))
        return calx_error_set(error, CALX_E_ARGUMENT, "calx_function() was given no name");
    calx_value_type given = look_at(&it, allowed);
    if (it.status == CALX_OK && it.node != it.end)
        never_set(&it);
    if (is_condition_wanted && given != CALX_VALUE_BOOL && given != CALX_VALUE_NULL &&
        it.status == CALX_OK)
        refuse_condition(&it, nodes, given);
    return it.status;
}
