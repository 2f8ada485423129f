/*
 * Expressions as SQL. The writer walks through the nodes in prefix order; values become
 * placeholders and go to the parameter list in the same order, so the text depends on the structure
 * alone. What databases write differently is a template of the dialect; the others share those
 * here.
 *
 * Where a value stands beside a column its type follows from that; everywhere else the placeholder
 * says it, for databases that need to know.
 */
#include "sql/writer.h"

#include "base/error.h"
#include "sql/block.h"
#include "sql/nodes.h"

#include <string.h>

/*
 * Databases limit how deep an expression is, and `a AND b AND c` is as deep as it is long (LIM-28).
 * Groups of this size keep joins of many thousand conditions flat enough.
 */
enum { GROUP_SIZE = 256 };

/* {0} is an operand, in parentheses where it needs them; [0] one that stands between others. */
static const char *const shared_templates[CALX_OPERATOR_COUNT] = {
    [CALX_OP_EQ] = "{0} = {1}",
    [CALX_OP_NE] = "{0} <> {1}",
    [CALX_OP_LT] = "{0} < {1}",
    [CALX_OP_LE] = "{0} <= {1}",
    [CALX_OP_GT] = "{0} > {1}",
    [CALX_OP_GE] = "{0} >= {1}",
    [CALX_OP_LIKE] = "{0} LIKE {1}",
    [CALX_OP_NOT_LIKE] = "{0} NOT LIKE {1}",
    [CALX_OP_IS_NULL] = "{0} IS NULL",
    [CALX_OP_IS_NOT_NULL] = "{0} IS NOT NULL",
    [CALX_OP_BETWEEN] = "{0} BETWEEN {1} AND {2}",
    [CALX_OP_DISTINCT] = "{0} IS DISTINCT FROM {1}",
    [CALX_OP_NOT_DISTINCT] = "{0} IS NOT DISTINCT FROM {1}",
    [CALX_OP_ILIKE] = "{0} ILIKE {1}",
    [CALX_OP_NOT_ILIKE] = "{0} NOT ILIKE {1}",
    [CALX_OP_STARTS_WITH] = "starts_with([0], [1])",
    [CALX_OP_ENDS_WITH] = "right([0], length([1])) = {1}",
    [CALX_OP_CONTAINS] = "strpos([0], [1]) > 0",
    [CALX_OP_ADD] = "{0} + {1}",
    [CALX_OP_SUBTRACT] = "{0} - {1}",
    [CALX_OP_MULTIPLY] = "{0} * {1}",
    [CALX_OP_DIVIDE] = "{0} / {1}",
    [CALX_OP_MODULO] = "{0} % {1}",
    [CALX_OP_NEGATE] = "-{0}",
    [CALX_OP_ABS] = "abs([0])",
    [CALX_OP_ROUND] = "round([0])",
    [CALX_OP_LOWER] = "lower([0])",
    [CALX_OP_UPPER_CASE] = "upper([0])",
    [CALX_OP_LENGTH] = "length([0])",
    [CALX_OP_SUBSTR] = "substr([0], [1], [2])",
    [CALX_OP_TRIM] = "trim([0])",
    [CALX_OP_REPLACE] = "replace([0], [1], [2])",
    [CALX_OP_NULLIF] = "nullif([0], [1])",
    [CALX_OP_NOW] = "CURRENT_TIMESTAMP",
    [CALX_OP_ADD_SECONDS] = "{0} + {1} * INTERVAL '1 second'",
    [CALX_OP_EXTRACT_YEAR] = "extract(year FROM [0])",
    [CALX_OP_EXTRACT_MONTH] = "extract(month FROM [0])",
    [CALX_OP_EXTRACT_DAY] = "extract(day FROM [0])",
    [CALX_OP_EXTRACT_HOUR] = "extract(hour FROM [0])",
    [CALX_OP_EXTRACT_MINUTE] = "extract(minute FROM [0])",
    [CALX_OP_EXTRACT_SECOND] = "extract(second FROM [0])",
    [CALX_OP_EXTRACT_WEEKDAY] = "extract(dow FROM [0])",
    [CALX_OP_EXTRACT_YEAR_DAY] = "extract(doy FROM [0])",
    [CALX_OP_EXTRACT_EPOCH] = "extract(epoch FROM [0])",
    [CALX_OP_TRUNCATE_YEAR] = "date_trunc('year', [0], 'UTC')",
    [CALX_OP_TRUNCATE_MONTH] = "date_trunc('month', [0], 'UTC')",
    [CALX_OP_TRUNCATE_DAY] = "date_trunc('day', [0], 'UTC')",
    [CALX_OP_TRUNCATE_HOUR] = "date_trunc('hour', [0], 'UTC')",
    [CALX_OP_TRUNCATE_MINUTE] = "date_trunc('minute', [0], 'UTC')",
    [CALX_OP_TRUNCATE_SECOND] = "date_trunc('second', [0], 'UTC')",
    [CALX_OP_LAG] = "lag([0], [1])",
    [CALX_OP_LEAD] = "lead([0], [1])",
};

/* An operand: a column or an operand of the node's own, or an expression behind it. */
typedef struct operand_part {
    const calx_column_ref *column;
    const calx_operand *operand;
    const calx_node *node;
    const char *cast; /* behind it; or NULL */
    size_t first;     /* its first parameter, once it was written; 0: it was not */
} operand_part;

enum { MOST_PARTS = 3 };

static const calx_node *put_node(calx_sql_writer *writer, const calx_node *node,
                                 calx_operator outside);

static void never_set(calx_sql_writer *writer)
{
    if (writer->status == CALX_OK)
        writer->status = calx_error_set(writer->error, CALX_E_ARGUMENT,
                                        "the condition, or a part of it, was never set");
}

static void null_value(calx_sql_writer *writer, const calx_column_ref *ref)
{
    if (ref == NULL || writer->scope == NULL || calx_sql_find_source(writer, *ref) == NULL) {
        never_set(writer);
        return;
    }
    writer->status = calx_error_set(writer->error, CALX_E_ARGUMENT,
                                    "column \"%s\" of table \"%s\" is compared with NULL, "
                                    "which is never true: use calx_is_null()",
                                    ref->mapper->columns[ref->column].name, ref->mapper->table);
}

/* beside: the column that tells its type; NULL: it says it itself */
static void put_value(calx_sql_writer *writer, const calx_column_ref *beside, calx_value value)
{
    if (value.type == CALX_VALUE_NULL && writer->scope != NULL) {
        null_value(writer, beside);
        return;
    }
    calx_sql_put_parameter(writer, value);
    if (beside == NULL && writer->dialect->value_casts[value.type] != NULL)
        calx_sql_put(writer, writer->dialect->value_casts[value.type]);
}

/* ---- operands ---- */

/* Operators that stand between or before operands, so that others must keep apart from them. */
static bool is_loose(const calx_node *node)
{
    switch ((calx_operator)node->operation) {
    case CALX_OP_COLUMN:
    case CALX_OP_VALUE:
    case CALX_OP_ABS:
    case CALX_OP_ROUND:
    case CALX_OP_LOWER:
    case CALX_OP_UPPER_CASE:
    case CALX_OP_LENGTH:
    case CALX_OP_SUBSTR:
    case CALX_OP_TRIM:
    case CALX_OP_REPLACE:
    case CALX_OP_COALESCE:
    case CALX_OP_NULLIF:
    case CALX_OP_CASE:
    case CALX_OP_FUNCTION:
        return false;
    case CALX_OP_ADD_SECONDS:
        return true;
    case CALX_OP_CAST:
        return node->value_class == CALX_VALUE_BOOL;
    case CALX_OP_IN_SELECT:
        return true;
    default:
        return node->operation < CALX_OP_NOW;
    }
}

/* The operands of a node with few. */
static size_t parts_of(const calx_node *node, operand_part *parts)
{
    const calx_node *child = node + 1;
    memset(parts, 0, MOST_PARTS * sizeof *parts);
    for (uint32_t i = 0; i < node->child_count && i < MOST_PARTS; i++) {
        parts[i].node = child;
        child = calx_node_end(child);
    }
    if (node->child_count > 0)
        return node->child_count;
    parts[0].column = &node->column;
    parts[1].operand = &node->operand;
    if (node->operation != CALX_OP_BETWEEN)
        return 1 + (node->operand.kind != CALX_OPERAND_NONE);
    parts[2].operand = &node[1].operand;
    return 3;
}

static void put_part_once(calx_sql_writer *writer, const operand_part *part, bool apart,
                          const calx_column_ref *beside)
{
    if (part->column != NULL)
        calx_sql_put_column(writer, *part->column);
    else if (part->node != NULL && apart && is_loose(part->node)) {
        calx_sql_put(writer, "(");
        put_node(writer, part->node, CALX_OP_NONE);
        calx_sql_put(writer, ")");
    } else if (part->node != NULL)
        put_node(writer, part->node, CALX_OP_NONE);
    else if (part->operand == NULL)
        never_set(writer);
    else if (part->operand->kind == CALX_OPERAND_VALUE)
        put_value(writer, beside, part->operand->as.value);
    else if (part->operand->kind == CALX_OPERAND_COLUMN)
        calx_sql_put_column(writer, part->operand->as.column);
    else
        never_set(writer);
}

/* A part that was written before has its values already. */
static void put_part(calx_sql_writer *writer, operand_part *part, bool apart,
                     const calx_column_ref *beside)
{
    size_t outside = writer->again;
    bool is_repeated = part->first > 0;
    if (is_repeated)
        writer->again = part->first;
    else
        part->first = outside > 0 ? outside : writer->parameters->count + 1;
    put_part_once(writer, part, apart, beside);
    if (part->cast != NULL)
        calx_sql_put(writer, part->cast);
    if (is_repeated)
        writer->again = outside;
}

static void put_template(calx_sql_writer *writer, const char *text, operand_part *parts,
                         size_t count, const calx_column_ref *beside)
{
    if (writer->shape != NULL)
        calx_sql_put(writer, text);
    while (*text != '\0' && writer->status == CALX_OK) {
        size_t plain = strcspn(text, "{[");
        if (writer->shape == NULL)
            calx_buffer_put_n(writer->out, text, plain);
        text += plain;
        if (*text == '\0')
            break;
        size_t i = (size_t)(text[1] - '0');
        if (i < count)
            put_part(writer, &parts[i], *text == '{', beside);
        else
            never_set(writer);
        text += 3;
    }
}

/* A value is never NULL: where the last operand is one, what is about NULLs is not needed. */
static bool replaces_by_value(const calx_node *node)
{
    if (node->operation != CALX_OP_REPLACE || node->child_count != 3)
        return false;
    return calx_node_end(calx_node_end(node + 1))->operation == CALX_OP_VALUE;
}

static const char *template_of(const calx_sql_writer *writer, const calx_node *node)
{
    const char *own = writer->dialect->templates[node->operation];
    return own != NULL && !replaces_by_value(node) ? own : shared_templates[node->operation];
}

/* ---- comparisons ---- */

/* What most conditions are: looked for again and again, they need no look at the template. */
static bool is_plain(const calx_node *node)
{
    return node->child_count == 0 && node->operation >= CALX_OP_EQ && node->operation <= CALX_OP_GE;
}

/* In one node: values beside the column have its type. */
static const calx_node *put_operator(calx_sql_writer *writer, const calx_node *node)
{
    operand_part parts[MOST_PARTS];
    const char *text = template_of(writer, node);
    bool compares = node->operation <= CALX_OP_CONTAINS;
    size_t count = parts_of(node, parts);
    if (text == NULL) {
        never_set(writer);
        return node + 1;
    }
    if (writer->shape != NULL && is_plain(node) && count == 2) {
        calx_sql_put(writer, text);
        put_part_once(writer, &parts[0], true, &node->column);
        put_part_once(writer, &parts[1], true, &node->column);
        return node + 1;
    }
    put_template(writer, text, parts, count,
                 compares && node->child_count == 0 ? &node->column : NULL);
    return calx_node_end(node);
}

/* ---- lists ---- */

static calx_value_type class_of_wanted(const calx_node *node)
{
    if (node->child_count == 0)
        return calx_class_of_column(node->column);
    return node[1].operation == CALX_OP_COLUMN ? calx_class_of_column(node[1].column)
                                               : (calx_value_type)node[1].value_class;
}

/* What an array of such items is called, for what it is compared with; NULL: there is none. */
static const char *array_type(const calx_sql_writer *writer, const calx_node *node,
                              const calx_list *list)
{
    static const calx_type types[] = {
        [CALX_VALUE_BOOL] = CALX_TYPE_BOOL,           [CALX_VALUE_INT64] = CALX_TYPE_INT64,
        [CALX_VALUE_UINT64] = CALX_TYPE_UINT64,       [CALX_VALUE_DOUBLE] = CALX_TYPE_DOUBLE,
        [CALX_VALUE_TEXT] = CALX_TYPE_TEXT,           [CALX_VALUE_BYTES] = CALX_TYPE_BYTES,
        [CALX_VALUE_TIMESTAMP] = CALX_TYPE_TIMESTAMP,
    };
    calx_value_type wanted = class_of_wanted(node);
    bool is_whole = wanted == CALX_VALUE_INT64 || wanted == CALX_VALUE_UINT64;
    if (is_whole && calx_class_of_type(list->item_type) == CALX_VALUE_DOUBLE)
        return writer->dialect->array_types[CALX_TYPE_DOUBLE]; /* 2.5 is no item of integers */
    if (node->child_count == 0)
        return writer->dialect->array_types[node->column.mapper->columns[node->column.column].type];
    if (wanted == CALX_VALUE_NULL)
        return writer->dialect->array_types[list->item_type];
    return writer->dialect->array_types[types[wanted]];
}

static bool has_null(const calx_list *list, calx_value_type wanted)
{
    if (list->item_type != CALX_TYPE_TEXT && list->item_type != CALX_TYPE_BYTES)
        return false;
    for (size_t i = 0; i < list->count; i++)
        if (calx_list_value(list, i, wanted).type == CALX_VALUE_NULL)
            return true;
    return false;
}

/* Longer lists are rows of a table, where there are no arrays. */
enum { MOST_PLACES = 1024 };

/* Lists of different lengths share a text up to the next power of two: the last item stands there
 * several times, which changes nothing. One that is written again has as many as before. */
static size_t places_for(const calx_sql_writer *writer, size_t count)
{
    size_t places = 1;
    while (places < count)
        places *= 2;
    size_t room = writer->dialect->max_parameters;
    size_t used = writer->again > 0 ? writer->again - 1 : writer->parameters->count;
    return used + places <= room ? places : count;
}

static void put_items(calx_sql_writer *writer, const calx_node *node, const calx_list *list)
{
    calx_value_type wanted = class_of_wanted(node);
    const calx_column_ref *beside = node->child_count == 0 ? &node->column : NULL;
    size_t places = places_for(writer, list->count);
    calx_sql_put(writer, node->operation == CALX_OP_IN ? " IN " : " NOT IN ");
    calx_sql_put_fact(writer, places);
    for (size_t i = 0; i < places && writer->status == CALX_OK; i++) {
        calx_value value = calx_list_value(list, i < list->count ? i : list->count - 1, wanted);
        if (writer->shape != NULL && beside != NULL && writer->again == 0) {
            calx_parameter_list_add(writer->parameters, value);
            continue;
        }
        calx_sql_put(writer, i == 0 ? "(" : ", ");
        put_value(writer, beside, value);
    }
    calx_sql_put(writer, ")");
}

static bool is_for_packing(const calx_sql_writer *writer, const calx_node *node,
                           const calx_list *list)
{
    return list->count > MOST_PLACES && writer->dialect->packed_rows != NULL &&
           calx_sql_fits_packed(list, class_of_wanted(node));
}

static void put_packed(calx_sql_writer *writer, const calx_node *node)
{
    calx_sql_put(writer, node->operation == CALX_OP_IN ? " IN " : " NOT IN ");
    calx_sql_put(writer, writer->dialect->packed_rows);
    calx_sql_put_packed(writer, &node->operand.as.list, class_of_wanted(node));
    calx_sql_put(writer, "))");
}

static void put_array(calx_sql_writer *writer, const calx_node *node, const char *type)
{
    calx_value_type wanted = class_of_wanted(node);
    calx_sql_put(writer, node->operation == CALX_OP_IN ? " = ANY (" : " <> ALL (");
    calx_sql_put_array(writer, &node->operand.as.list, wanted);
    calx_sql_put(writer, type);
    calx_sql_put(writer, ")");
}

/* For people, how many there are tells nothing. */
static const calx_node *spell_in(calx_sql_writer *writer, const calx_node *node,
                                 operand_part *parts)
{
    put_part(writer, &parts[0], true, NULL);
    calx_sql_put(writer, node->operation == CALX_OP_IN ? " IN (?)" : " NOT IN (?)");
    return calx_node_end(node);
}

static const calx_node *put_in(calx_sql_writer *writer, const calx_node *node)
{
    const calx_list *list = &node->operand.as.list;
    operand_part parts[MOST_PARTS];
    parts_of(node, parts);
    if (node->operand.kind != CALX_OPERAND_LIST)
        never_set(writer);
    if (writer->scope == NULL)
        return spell_in(writer, node, parts);
    if (node->child_count == 0 && calx_sql_find_source(writer, node->column) == NULL)
        return calx_node_end(node);
    if (list->count == 0) {
        calx_sql_put(writer, node->operation == CALX_OP_IN ? writer->dialect->literal_false
                                                           : writer->dialect->literal_true);
        return calx_node_end(node);
    }
    if (list->items == NULL || calx_list_item_size(list->item_type) == 0) {
        writer->status = calx_error_set(writer->error, CALX_E_ARGUMENT,
                                        "calx_in() was given %zu items and no array", list->count);
        return calx_node_end(node);
    }
    const char *type = array_type(writer, node, list);
    put_part(writer, &parts[0], true, NULL);
    if (has_null(list, class_of_wanted(node)))
        null_value(writer, node->child_count == 0 ? &node->column : NULL);
    else if (type != NULL && calx_sql_fits_array(list, class_of_wanted(node)))
        put_array(writer, node, type);
    else if (is_for_packing(writer, node, list))
        put_packed(writer, node);
    else
        put_items(writer, node, list);
    return calx_node_end(node);
}

/* ---- joins ---- */

/* The children of a join, in groups. Answers the node behind the last one. */
static const calx_node *put_children(calx_sql_writer *writer, const calx_node *join)
{
    const char *word = join->operation == CALX_OP_AND ? " AND " : " OR ";
    bool grouped = join->child_count > GROUP_SIZE;
    const calx_node *child = join + 1;
    for (uint32_t i = 0; i < join->child_count; i++) {
        bool starts_group = grouped && i % GROUP_SIZE == 0;
        if (starts_group && i > 0)
            calx_sql_put(writer, ")");
        if (i > 0)
            calx_sql_put(writer, word);
        if (starts_group)
            calx_sql_put(writer, "(");
        child = put_node(writer, child, (calx_operator)join->operation);
    }
    if (grouped)
        calx_sql_put(writer, ")");
    return child;
}

static const calx_node *put_join(calx_sql_writer *writer, const calx_node *join,
                                 calx_operator outside)
{
    if (join->child_count == 0) {
        calx_sql_put(writer, join->operation == CALX_OP_AND ? writer->dialect->literal_true
                                                            : writer->dialect->literal_false);
        return join + 1;
    }
    if (join->child_count == 1)
        return put_node(writer, join + 1, outside);
    bool wrapped = outside != CALX_OP_NONE && outside != join->operation;
    if (wrapped)
        calx_sql_put(writer, "(");
    const calx_node *next = put_children(writer, join);
    if (wrapped)
        calx_sql_put(writer, ")");
    return next;
}

/* ---- numbers ---- */

/* Whether the database works with as many bits as values of its class have. */
static bool is_wide(calx_type type)
{
    return type == CALX_TYPE_INT64 || type == CALX_TYPE_UINT64 || type == CALX_TYPE_DOUBLE;
}

static bool is_wide_part(const operand_part *part)
{
    calx_column_ref ref = part->column != NULL ? *part->column
                          : part->node != NULL ? part->node->column
                                               : (calx_column_ref){ NULL, 0, 0 };
    if (part->column != NULL || (part->node != NULL && part->node->operation == CALX_OP_COLUMN))
        return calx_class_of_column(ref) == CALX_VALUE_NULL ||
               is_wide(ref.mapper->columns[ref.column].type);
    if (part->node == NULL || part->node->operation == CALX_OP_VALUE)
        return true;
    return (part->node->operation >= CALX_OP_ADD && part->node->operation <= CALX_OP_ROUND) ||
           part->node->operation == CALX_OP_LENGTH || part->node->operation == CALX_OP_CAST ||
           (part->node->operation >= CALX_OP_COUNT_ALL && part->node->operation <= CALX_OP_AVG);
}

static calx_value_type class_of_part(const operand_part *part)
{
    if (part->column != NULL)
        return calx_class_of_column(*part->column);
    if (part->operand != NULL)
        return part->operand->kind == CALX_OPERAND_COLUMN
                   ? calx_class_of_column(part->operand->as.column)
                   : part->operand->as.value.type;
    return part->node->operation == CALX_OP_COLUMN ? calx_class_of_column(part->node->column)
                                                   : (calx_value_type)part->node->value_class;
}

/* The cast that makes the first operand wide, and so the whole; NULL: it is. */
static const char *widening(const calx_sql_writer *writer, const operand_part *first)
{
    return is_wide_part(first) ? NULL : writer->dialect->value_casts[class_of_part(first)];
}

static const calx_node *put_arithmetic(calx_sql_writer *writer, const calx_node *node)
{
    operand_part parts[MOST_PARTS];
    size_t count = parts_of(node, parts);
    const char *text = template_of(writer, node);
    bool is_whole = count == 2 && class_of_part(&parts[0]) != CALX_VALUE_DOUBLE &&
                    class_of_part(&parts[1]) != CALX_VALUE_DOUBLE;
    bool is_long = is_whole && (class_of_part(&parts[0]) == CALX_VALUE_UINT64 ||
                                class_of_part(&parts[1]) == CALX_VALUE_UINT64);
    if (node->operation == CALX_OP_DIVIDE && is_long && writer->dialect->divide_long != NULL)
        text = writer->dialect->divide_long;
    parts[0].cast = widening(writer, &parts[0]);
    put_template(writer, text, parts, count, NULL);
    return calx_node_end(node);
}

static const calx_node *put_cast(calx_sql_writer *writer, const calx_node *node)
{
    operand_part parts[MOST_PARTS];
    const calx_dialect *dialect = writer->dialect;
    calx_value_type to = (calx_value_type)node->value_class;
    parts_of(node, parts);
    calx_value_type from = class_of_part(&parts[0]);
    bool to_integer = to == CALX_VALUE_INT64 || to == CALX_VALUE_UINT64;
    if (to == CALX_VALUE_BOOL && from != CALX_VALUE_BOOL) {
        put_template(writer, "{0} <> 0", parts, 1, NULL);
        return calx_node_end(node);
    }
    calx_sql_put(writer, "CAST(");
    if (to_integer && from == CALX_VALUE_DOUBLE)
        put_template(writer, dialect->cut_template, parts, 1, NULL);
    else if (to_integer && from == CALX_VALUE_BOOL)
        put_template(writer, dialect->truth_template, parts, 1, NULL);
    else
        put_part(writer, &parts[0], false, NULL);
    calx_sql_put(writer, " AS ");
    calx_sql_put(writer, dialect->cast_types[to]);
    calx_sql_put(writer, ")");
    return calx_node_end(node);
}

/* ---- many operands ---- */

static const calx_node *put_listed(calx_sql_writer *writer, const calx_node *node,
                                   const char *between, bool apart)
{
    const calx_node *child = node + 1;
    for (uint32_t i = 0; i < node->child_count; i++) {
        bool wrapped = apart && is_loose(child);
        calx_sql_put(writer, i == 0 ? "" : between);
        if (wrapped)
            calx_sql_put(writer, "(");
        child = put_node(writer, child, CALX_OP_NONE);
        if (wrapped)
            calx_sql_put(writer, ")");
    }
    return child;
}

/* One of several values, of which a double among them makes the whole one. */
static const calx_node *put_choice(calx_sql_writer *writer, const calx_node *whole,
                                   const calx_node *chosen)
{
    const calx_dialect *dialect = writer->dialect;
    const operand_part part = { .node = chosen };
    calx_value_type class = class_of_part(&part);
    bool converts = dialect->choices_differ && whole->value_class == CALX_VALUE_DOUBLE &&
                    (class == CALX_VALUE_INT64 || class == CALX_VALUE_UINT64);
    if (!converts)
        return put_node(writer, chosen, CALX_OP_NONE);
    calx_sql_put(writer, "CAST(");
    chosen = put_node(writer, chosen, CALX_OP_NONE);
    calx_sql_put(writer, " AS ");
    calx_sql_put(writer, dialect->cast_types[CALX_VALUE_DOUBLE]);
    calx_sql_put(writer, ")");
    return chosen;
}

static const calx_node *put_coalesce(calx_sql_writer *writer, const calx_node *node)
{
    const calx_node *child = node + 1;
    calx_sql_put(writer, "coalesce(");
    for (uint32_t i = 0; i < node->child_count; i++) {
        calx_sql_put(writer, i == 0 ? "" : ", ");
        child = put_choice(writer, node, child);
    }
    calx_sql_put(writer, ")");
    return child;
}

/* A name of the application's is text of the statement, and not a constant. */
static const calx_node *put_function(calx_sql_writer *writer, const calx_node *node)
{
    calx_sql_put_word(writer, node->operand.as.name);
    calx_sql_put(writer, "(");
    const calx_node *next = put_listed(writer, node, ", ", false);
    calx_sql_put(writer, ")");
    return next;
}

static const calx_node *put_case(calx_sql_writer *writer, const calx_node *node)
{
    const calx_node *child = node + 1;
    bool has_else = (node->flags & CALX_NODE_ELSE) != 0;
    uint32_t pairs = node->child_count / 2;
    calx_sql_put_fact(writer, pairs);
    calx_sql_put(writer, "CASE");
    for (uint32_t i = 0; i < pairs; i++) {
        calx_sql_put(writer, " WHEN ");
        child = put_node(writer, child, CALX_OP_NONE);
        calx_sql_put(writer, " THEN ");
        child = put_choice(writer, node, child);
    }
    if (has_else) {
        calx_sql_put(writer, " ELSE ");
        child = put_choice(writer, node, child);
    }
    calx_sql_put(writer, " END");
    return child;
}

/* ---- all ---- */

static const calx_node *put_not(calx_sql_writer *writer, const calx_node *node)
{
    calx_sql_put(writer, "NOT (");
    node = put_node(writer, node + 1, CALX_OP_NONE);
    calx_sql_put(writer, ")");
    return node;
}

/* The block of a select; for people, that there is one. */
static void put_select(calx_sql_writer *writer, const calx_node *node)
{
    const calx_sql_block *block = (const calx_sql_block *)(const void *)node->operand.as.select;
    size_t width = calx_sql_block_width(block);
    calx_sql_put(writer, "(");
    if (writer->scope == NULL)
        calx_sql_put(writer, "SELECT ?");
    else if (node->operation != CALX_OP_EXISTS && width != 1 && writer->status == CALX_OK)
        writer->status =
            calx_error_set(writer->error, CALX_E_ARGUMENT,
                           "a select in the place of one value has %zu columns", width);
    else
        calx_sql_put_block(writer, block);
    calx_sql_put(writer, ")");
}

static const calx_node *put_subquery(calx_sql_writer *writer, const calx_node *node)
{
    const calx_node *next = node + 1;
    if (node->operation == CALX_OP_IN_SELECT) {
        operand_part part = { .node = node + 1 };
        put_part(writer, &part, true, NULL);
        next = calx_node_end(node + 1);
    }
    calx_sql_put(writer, node->operation == CALX_OP_EXISTS      ? "EXISTS "
                         : node->operation == CALX_OP_IN_SELECT ? " IN "
                                                                : "");
    put_select(writer, node);
    return next;
}

/* Puts one expression inside another. Answers the node behind it. */
static const calx_node *put_node(calx_sql_writer *writer, const calx_node *node,
                                 calx_operator outside)
{
    switch ((calx_operator)node->operation) {
    case CALX_OP_AND:
    case CALX_OP_OR:
        return put_join(writer, node, outside);
    case CALX_OP_NOT:
        return put_not(writer, node);
    case CALX_OP_IN:
    case CALX_OP_NOT_IN:
        return put_in(writer, node);
    case CALX_OP_COLUMN:
        calx_sql_put_column(writer, node->column);
        return node + 1;
    case CALX_OP_VALUE:
        put_value(writer, NULL, node->operand.as.value);
        return node + 1;
    case CALX_OP_ADD:
    case CALX_OP_SUBTRACT:
    case CALX_OP_MULTIPLY:
    case CALX_OP_DIVIDE:
    case CALX_OP_MODULO:
    case CALX_OP_NEGATE:
    case CALX_OP_ABS:
        return put_arithmetic(writer, node);
    case CALX_OP_CONCAT:
        return put_listed(writer, node, " || ", true);
    case CALX_OP_COALESCE:
        return put_coalesce(writer, node);
    case CALX_OP_FUNCTION:
        return put_function(writer, node);
    case CALX_OP_CASE:
        return put_case(writer, node);
    case CALX_OP_CAST:
        return put_cast(writer, node);
    case CALX_OP_EXISTS:
    case CALX_OP_SELECT:
    case CALX_OP_IN_SELECT:
        return put_subquery(writer, node);
    default:
        return node->operation >= CALX_OP_COUNT_ALL && node->operation != CALX_OP_LAG &&
                       node->operation != CALX_OP_LEAD
                   ? calx_sql_put_aggregate(writer, node)
                   : put_operator(writer, node);
    }
}

const calx_node *calx_sql_put_part(calx_sql_writer *writer, const calx_node *node)
{
    return put_node(writer, node, CALX_OP_NONE);
}

/* Whether the nodes are exactly one expression: only then does the walk end where they do. */
static bool is_whole(const calx_node *nodes, size_t count)
{
    int64_t expected = 1;
    for (size_t i = 0; i < count; i++) {
        uint16_t operation = nodes[i].operation;
        if (expected == 0 || operation == CALX_OP_NONE || operation == CALX_OP_UPPER ||
            operation >= CALX_OPERATOR_COUNT)
            return false;
        expected += (int64_t)nodes[i].child_count - 1;
        if (operation == CALX_OP_BETWEEN && nodes[i].child_count == 0 &&
            (++i == count || nodes[i].operation != CALX_OP_UPPER))
            return false;
    }
    return expected == 0;
}

void calx_sql_put_condition(calx_sql_writer *writer, const calx_node *nodes, size_t count,
                            calx_operator outside)
{
    if (is_whole(nodes, count))
        put_node(writer, nodes, outside);
    else
        never_set(writer);
}
