/*
 * Conditions as SQL. The writer walks through the nodes in prefix order; values become placeholders
 * and go to the parameter list in the same order, so the text depends on the structure alone.
 */
#include "sql/writer.h"

#include "base/error.h"
#include "sql/copy.h"

/*
 * Databases limit how deep an expression is, and `a AND b AND c` is as deep as it is long (LIM-28).
 * Groups of this size keep joins of many thousand conditions flat enough.
 */
enum { GROUP_SIZE = 256 };

static void put_value(calx_sql_writer *writer, calx_column_ref ref, calx_value value)
{
    if (value.type != CALX_VALUE_NULL) {
        calx_sql_put_parameter(writer, value);
        return;
    }
    if (calx_sql_find_source(writer, ref) != NULL)
        writer->status = calx_error_set(writer->error, CALX_E_ARGUMENT,
                                        "column \"%s\" of table \"%s\" is compared with NULL, "
                                        "which is never true: use calx_is_null()",
                                        ref.mapper->columns[ref.column].name, ref.mapper->table);
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

calx_value calx_sql_list_item(const calx_list *list, size_t i, const calx_column *column)
{
    calx_value value = plain_item(list, i);
    if (column->type == CALX_TYPE_TIMESTAMP && value.type == CALX_VALUE_INT64)
        value.type = CALX_VALUE_TIMESTAMP;
    return value;
}

static void never_set(calx_sql_writer *writer)
{
    if (writer->status == CALX_OK)
        writer->status = calx_error_set(writer->error, CALX_E_ARGUMENT,
                                        "the condition, or a part of it, was never set");
}

/* Of a shape how many there are is enough. */
static void put_list(calx_sql_writer *writer, calx_column_ref ref, const calx_list *list)
{
    const calx_column *column = &ref.mapper->columns[ref.column];
    calx_shape *shape = writer->shape;
    calx_sql_put_fact(writer, list->count);
    for (size_t i = 0; i < list->count && writer->status == CALX_OK; i++) {
        calx_value value = calx_sql_list_item(list, i, column);
        if (shape != NULL && value.type != CALX_VALUE_NULL) {
            calx_parameter_list_add(writer->parameters, value);
            continue;
        }
        calx_sql_put(writer, i == 0 ? "(" : ", ");
        put_value(writer, ref, value);
    }
    calx_sql_put(writer, ")");
}

static void put_in(calx_sql_writer *writer, const calx_node *node)
{
    const calx_list *list = &node->operand.as.list;
    if (node->operand.kind != CALX_OPERAND_LIST)
        never_set(writer);
    if (calx_sql_find_source(writer, node->column) == NULL)
        return;
    if (list->count == 0) {
        calx_sql_put(writer, writer->dialect->literal_false);
        return;
    }
    if (list->items == NULL || calx_list_item_size(list->item_type) == 0) {
        writer->status = calx_error_set(writer->error, CALX_E_ARGUMENT,
                                        "calx_in() was given %zu items and no array", list->count);
        return;
    }
    calx_sql_put_column(writer, node->column);
    calx_sql_put(writer, " IN ");
    put_list(writer, node->column, list);
}

static const char *operator_text(calx_operator operation)
{
    switch (operation) {
    case CALX_OP_EQ:
        return " = ";
    case CALX_OP_NE:
        return " <> ";
    case CALX_OP_LT:
        return " < ";
    case CALX_OP_LE:
        return " <= ";
    case CALX_OP_GT:
        return " > ";
    case CALX_OP_GE:
        return " >= ";
    case CALX_OP_LIKE:
        return " LIKE ";
    case CALX_OP_NOT_LIKE:
        return " NOT LIKE ";
    case CALX_OP_BETWEEN:
        return " BETWEEN ";
    case CALX_OP_IS_NULL:
        return " IS NULL";
    case CALX_OP_IS_NOT_NULL:
        return " IS NOT NULL";
    default:
        return NULL;
    }
}

static void put_operand(calx_sql_writer *writer, const calx_node *node)
{
    bool is_alone = node->operation == CALX_OP_IS_NULL || node->operation == CALX_OP_IS_NOT_NULL;
    if (node->operand.kind == CALX_OPERAND_VALUE)
        put_value(writer, node->column, node->operand.as.value);
    else if (node->operand.kind == CALX_OPERAND_COLUMN)
        calx_sql_put_column(writer, node->operand.as.column);
    else if (!is_alone || node->operand.kind != CALX_OPERAND_NONE)
        never_set(writer);
}

static void put_comparison(calx_sql_writer *writer, const calx_node *node)
{
    const char *text = operator_text(node->operation);
    if (writer->status != CALX_OK)
        return;
    if (text == NULL) {
        never_set(writer);
        return;
    }
    calx_sql_put_column(writer, node->column);
    calx_sql_put(writer, text);
    put_operand(writer, node);
}

static const calx_node *put_node(calx_sql_writer *writer, const calx_node *node,
                                 calx_operator outside);

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
        child = put_node(writer, child, join->operation);
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

/* Puts one condition inside another. Answers the node behind it. */
static const calx_node *put_node(calx_sql_writer *writer, const calx_node *node,
                                 calx_operator outside)
{
    switch (node->operation) {
    case CALX_OP_AND:
    case CALX_OP_OR:
        return put_join(writer, node, outside);
    case CALX_OP_NOT:
        calx_sql_put(writer, "NOT (");
        node = put_node(writer, node + 1, CALX_OP_NONE);
        calx_sql_put(writer, ")");
        return node;
    case CALX_OP_BETWEEN:
        put_comparison(writer, node);
        calx_sql_put(writer, " AND ");
        put_operand(writer, node + 1);
        return node + 2;
    case CALX_OP_IN:
        put_in(writer, node);
        return node + 1;
    default:
        put_comparison(writer, node);
        return node + 1;
    }
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

/* Whether the nodes are exactly one condition: only then does the walk end where they do. */
static bool is_whole(const calx_node *nodes, size_t count)
{
    int64_t expected = 1;
    for (size_t i = 0; i < count; i++) {
        int64_t children = children_of(&nodes[i]);
        if (expected == 0 || children < 0)
            return false;
        expected += children - 1;
        if (nodes[i].operation == CALX_OP_BETWEEN &&
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
