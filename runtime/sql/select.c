/*
 * Queries as SQL. The writer walks through the conditions in prefix order; values become
 * placeholders and go to the parameter list in the same order, so the text depends on the structure
 * alone. Columns are checked against the query's mapper here, once for everything that can name
 * one.
 */
#include "sql/select.h"

#include "base/allocator.h"
#include "base/error.h"
#include "sql/copy.h"
#include "sql/name.h"
#include "sql/plan.h"

/*
 * Databases limit how deep an expression is, and `a AND b AND c` is as deep as it is long (LIM-28).
 * Groups of this size keep joins of many thousand conditions flat enough.
 */
enum { GROUP_SIZE = 256 };

typedef struct select_writer {
    calx_buffer *out;
    calx_parameter_list *parameters;
    const calx_dialect *dialect;
    const calx_select *select;
    calx_error *error;
    calx_status status; /* the first failure */
    bool aliased;       /* columns stand with the alias of the query's own table */
} select_writer;

void calx_parameter_list_init(calx_parameter_list *list)
{
    *list = (calx_parameter_list){ NULL, 0, 0, CALX_OK };
}

void calx_parameter_list_clear(calx_parameter_list *list)
{
    calx_release(list->items);
    calx_parameter_list_init(list);
}

void calx_parameter_list_reset(calx_parameter_list *list)
{
    list->count = 0;
    list->status = CALX_OK;
}

void calx_parameter_list_add(calx_parameter_list *list, calx_value value)
{
    if (list->status != CALX_OK)
        return;
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 8 : list->capacity * 2;
        calx_value *items = calx_resize_array(list->items, capacity, sizeof *items);
        if (items == NULL) {
            list->status = CALX_E_NOMEM;
            return;
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = value;
}

static void put(select_writer *writer, const char *text)
{
    calx_buffer_put(writer->out, text);
}

static void put_parameter(select_writer *writer, calx_value value)
{
    calx_parameter_list_add(writer->parameters, value);
    calx_sql_placeholder(writer->out, writer->dialect, writer->parameters->count);
}

static void fail_column(select_writer *writer, calx_column_ref ref)
{
    const calx_mapper *mapper = writer->select->mapper;
    if (ref.mapper == NULL || ref.column >= ref.mapper->column_count)
        writer->status = calx_error_set(writer->error, CALX_E_ARGUMENT,
                                        "a column handle that was never set is used in a query "
                                        "over table \"%s\"",
                                        mapper->table);
    else
        writer->status =
            calx_error_set(writer->error, CALX_E_ARGUMENT,
                           "column \"%s\" of table \"%s\" is used in a query over "
                           "table \"%s\" that does not join it",
                           ref.mapper->columns[ref.column].name, ref.mapper->table, mapper->table);
}

static const calx_column *find_column(select_writer *writer, calx_column_ref ref)
{
    if (writer->status != CALX_OK)
        return NULL;
    if (ref.mapper != writer->select->mapper || ref.alias != 0 ||
        ref.column >= ref.mapper->column_count) {
        fail_column(writer, ref);
        return NULL;
    }
    return &ref.mapper->columns[ref.column];
}

static void put_column(select_writer *writer, calx_column_ref ref)
{
    const calx_column *column = find_column(writer, ref);
    if (column == NULL)
        return;
    if (writer->aliased)
        calx_sql_put_aliased(writer->out, writer->dialect, 0, column->name);
    else
        calx_sql_name(writer->out, writer->dialect, column->name);
}

static void put_value(select_writer *writer, calx_column_ref ref, calx_value value)
{
    if (value.type != CALX_VALUE_NULL) {
        put_parameter(writer, value);
        return;
    }
    const calx_column *column = find_column(writer, ref);
    if (column != NULL)
        writer->status = calx_error_set(writer->error, CALX_E_ARGUMENT,
                                        "column \"%s\" of table \"%s\" is compared with NULL, "
                                        "which is never true: use calx_is_null()",
                                        column->name, ref.mapper->table);
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

static void put_list(select_writer *writer, calx_column_ref ref, const calx_list *list)
{
    const calx_column *column = find_column(writer, ref);
    if (column == NULL)
        return;
    for (size_t i = 0; i < list->count && writer->status == CALX_OK; i++) {
        put(writer, i == 0 ? "(" : ", ");
        put_value(writer, ref, calx_sql_list_item(list, i, column));
    }
    put(writer, ")");
}

static void put_in(select_writer *writer, const calx_node *node)
{
    const calx_list *list = &node->operand.as.list;
    if (find_column(writer, node->column) == NULL)
        return;
    if (list->count == 0) {
        put(writer, writer->dialect->literal_false);
        return;
    }
    if (list->items == NULL || calx_list_item_size(list->item_type) == 0) {
        writer->status = calx_error_set(writer->error, CALX_E_ARGUMENT,
                                        "calx_in() was given %zu items and no array", list->count);
        return;
    }
    put_column(writer, node->column);
    put(writer, " IN ");
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

static void put_operand(select_writer *writer, const calx_node *node)
{
    if (node->operand.kind == CALX_OPERAND_VALUE)
        put_value(writer, node->column, node->operand.as.value);
    else if (node->operand.kind == CALX_OPERAND_COLUMN)
        put_column(writer, node->operand.as.column);
}

static void put_comparison(select_writer *writer, const calx_node *node)
{
    const char *text = operator_text(node->operation);
    if (writer->status != CALX_OK)
        return;
    if (text == NULL) {
        writer->status = calx_error_set(writer->error, CALX_E_ARGUMENT,
                                        "the condition, or a part of it, was never set");
        return;
    }
    put_column(writer, node->column);
    put(writer, text);
    put_operand(writer, node);
}

static const calx_node *put_node(select_writer *writer, const calx_node *node,
                                 calx_operator outside);

/* The children of a join, in groups. Answers the node behind the last one. */
static const calx_node *put_children(select_writer *writer, const calx_node *join)
{
    const char *word = join->operation == CALX_OP_AND ? " AND " : " OR ";
    bool grouped = join->child_count > GROUP_SIZE;
    const calx_node *child = join + 1;
    for (uint32_t i = 0; i < join->child_count; i++) {
        bool starts_group = grouped && i % GROUP_SIZE == 0;
        if (starts_group && i > 0)
            put(writer, ")");
        if (i > 0)
            put(writer, word);
        if (starts_group)
            put(writer, "(");
        child = put_node(writer, child, join->operation);
    }
    if (grouped)
        put(writer, ")");
    return child;
}

static const calx_node *put_join(select_writer *writer, const calx_node *join,
                                 calx_operator outside)
{
    if (join->child_count == 0) {
        put(writer, join->operation == CALX_OP_AND ? writer->dialect->literal_true
                                                   : writer->dialect->literal_false);
        return join + 1;
    }
    if (join->child_count == 1)
        return put_node(writer, join + 1, outside);
    bool wrapped = outside != CALX_OP_NONE && outside != join->operation;
    if (wrapped)
        put(writer, "(");
    const calx_node *next = put_children(writer, join);
    if (wrapped)
        put(writer, ")");
    return next;
}

/* Puts one condition inside another. Answers the node behind it. */
static const calx_node *put_node(select_writer *writer, const calx_node *node,
                                 calx_operator outside)
{
    switch (node->operation) {
    case CALX_OP_AND:
    case CALX_OP_OR:
        return put_join(writer, node, outside);
    case CALX_OP_NOT:
        put(writer, "NOT (");
        node = put_node(writer, node + 1, CALX_OP_NONE);
        put(writer, ")");
        return node;
    case CALX_OP_BETWEEN:
        put_comparison(writer, node);
        put(writer, " AND ");
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

/* ---- keys ---- */

static void put_own(select_writer *writer, uint16_t column)
{
    const calx_column_ref ref = { writer->select->mapper, column, 0 };
    put_column(writer, ref);
}

/* (?, ?) */
static void put_placeholders(select_writer *writer, size_t first, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        put(writer, i == 0 ? "(" : ", ");
        calx_sql_placeholder(writer->out, writer->dialect, first + i);
    }
    put(writer, ")");
}

static void put_listed_keys(select_writer *writer, const calx_sql_within *within)
{
    size_t width = within->column_count;
    put(writer, " IN ");
    if (width == 1) {
        put_placeholders(writer, 1, within->keys);
        return;
    }
    put(writer, "(VALUES ");
    for (size_t i = 0; i < within->keys; i++) {
        put(writer, i == 0 ? "" : ", ");
        put_placeholders(writer, i * width + 1, width);
    }
    put(writer, ")");
}

static void put_arrays_of_keys(select_writer *writer, const calx_sql_within *within)
{
    put(writer, within->column_count == 1 ? " = ANY (" : " IN (SELECT * FROM unnest(");
    for (size_t i = 0; i < within->column_count; i++) {
        const calx_column *column = &writer->select->mapper->columns[within->columns[i]];
        put(writer, i == 0 ? "" : ", ");
        calx_sql_placeholder(writer->out, writer->dialect, i + 1);
        put(writer, "::");
        put(writer, writer->dialect->types[column->type]);
        put(writer, "[]");
    }
    put(writer, within->column_count == 1 ? ")" : "))");
}

static void put_keys_of(select_writer *writer, const calx_sql_within *within);

/* The one condition that is about keys. */
static void put_within(select_writer *writer)
{
    const calx_sql_within *within = writer->select->within;
    if (within->column_count > 1)
        put(writer, "(");
    for (size_t i = 0; i < within->column_count; i++) {
        put(writer, i == 0 ? "" : ", ");
        put_own(writer, within->columns[i]);
    }
    if (within->column_count > 1)
        put(writer, ")");
    if (within->of != NULL)
        put_keys_of(writer, within);
    else if (within->keys > 0)
        put_listed_keys(writer, within);
    else
        put_arrays_of_keys(writer, within);
}

static void put_where(select_writer *writer)
{
    const calx_select *select = writer->select;
    size_t count = select->condition_count + (select->within != NULL);
    calx_operator outside = count > 1 ? CALX_OP_AND : CALX_OP_NONE;
    for (size_t i = 0; i < count; i++) {
        put(writer, i == 0 ? " WHERE " : " AND ");
        if (i < select->condition_count)
            put_node(writer, select->conditions[i].nodes, outside);
        else
            put_within(writer);
    }
}

static void put_order_by(select_writer *writer)
{
    for (size_t i = 0; i < writer->select->order_count; i++) {
        put(writer, i == 0 ? " ORDER BY " : ", ");
        put_column(writer, writer->select->orders[i].column);
        if (writer->select->orders[i].descending)
            put(writer, " DESC");
    }
}

/* Limits are bound like values, so that paging through a table is one text. */
static void put_limit(select_writer *writer)
{
    const calx_select *select = writer->select;
    if (select->limit >= 0) {
        put(writer, " LIMIT ");
        put_parameter(writer, calx_value_int64(select->limit));
    }
    if (select->offset <= 0)
        return;
    if (select->limit < 0 && writer->dialect->limit_none != NULL) {
        put(writer, " ");
        put(writer, writer->dialect->limit_none);
    }
    put(writer, " OFFSET ");
    put_parameter(writer, calx_value_int64(select->offset));
}

static void put_from(select_writer *writer)
{
    put(writer, " FROM ");
    calx_sql_name(writer->out, writer->dialect, writer->select->mapper->table);
    put_where(writer);
}

/* The other query once more, as far as it says which rows there are. */
static void put_keys_of(select_writer *writer, const calx_sql_within *within)
{
    select_writer inner = *writer;
    inner.select = within->of;
    inner.aliased = false;
    put(writer, " IN (SELECT ");
    for (size_t i = 0; i < within->column_count; i++) {
        put(writer, i == 0 ? "" : ", ");
        put_own(&inner, within->of_columns[i]);
    }
    put_from(&inner);
    if (within->of->limit >= 0 || within->of->offset > 0)
        put_order_by(&inner);
    put_limit(&inner);
    put(writer, ")");
    writer->status = inner.status;
}

static void put_count(select_writer *writer)
{
    if (writer->select->limit < 0 && writer->select->offset <= 0) {
        put(writer, "SELECT count(*)");
        put_from(writer);
        return;
    }
    put(writer, "SELECT count(*) FROM (SELECT 1");
    put_from(writer);
    put_limit(writer);
    put(writer, ") AS ");
    calx_sql_name(writer->out, writer->dialect, "limited");
}

/* ---- rows ---- */

static void put_some_names(select_writer *writer, bool (*is_wanted)(const calx_select *, size_t))
{
    const calx_mapper *mapper = writer->select->mapper;
    const char *before = "";
    for (size_t i = 0; i < mapper->column_count; i++) {
        if (!is_wanted(writer->select, i))
            continue;
        put(writer, before);
        calx_sql_name(writer->out, writer->dialect, mapper->columns[i].name);
        before = ", ";
    }
}

static bool is_selected(const calx_select *select, size_t column)
{
    return select->columns == NULL || calx_plan_has(select->columns, column);
}

static bool is_needed(const calx_select *select, size_t column)
{
    return is_selected(select, column) || calx_sql_join_needs(select, column);
}

static void put_rows(select_writer *writer)
{
    put(writer, "SELECT ");
    put_some_names(writer, is_selected);
    put_from(writer);
    put_order_by(writer);
    put_limit(writer);
}

/* The limit is inside, where a row of the query's own is one row. */
static void put_limited_rows(select_writer *writer)
{
    put(writer, " FROM (SELECT ");
    put_some_names(writer, is_needed);
    put_from(writer);
    put_order_by(writer);
    put_limit(writer);
    put(writer, ") AS ");
    calx_sql_name(writer->out, writer->dialect, "t0");
    calx_sql_put_joins(writer->out, writer->dialect, writer->select);
    writer->aliased = true;
    put_order_by(writer);
    calx_sql_put_joined_order(writer->out, writer->dialect, writer->select);
}

static void put_all_joined_rows(select_writer *writer)
{
    put(writer, " FROM ");
    calx_sql_name(writer->out, writer->dialect, writer->select->mapper->table);
    put(writer, " AS ");
    calx_sql_name(writer->out, writer->dialect, "t0");
    calx_sql_put_joins(writer->out, writer->dialect, writer->select);
    writer->aliased = true;
    put_where(writer);
    put_order_by(writer);
    calx_sql_put_joined_order(writer->out, writer->dialect, writer->select);
    put_limit(writer);
}

static void put_joined_rows(select_writer *writer)
{
    const calx_select *select = writer->select;
    bool limited = select->limit >= 0 || select->offset > 0;
    put(writer, "SELECT ");
    calx_sql_put_joined_columns(writer->out, writer->dialect, select);
    if (limited && calx_sql_joins_multiply(select))
        put_limited_rows(writer);
    else
        put_all_joined_rows(writer);
}

static void put_select(select_writer *writer)
{
    switch (writer->select->form) {
    case CALX_SELECT_ROWS:
        if (writer->select->join_count > 0)
            put_joined_rows(writer);
        else
            put_rows(writer);
        break;
    case CALX_SELECT_COUNT:
        put_count(writer);
        break;
    case CALX_SELECT_EXISTS:
        put(writer, "SELECT EXISTS (SELECT 1");
        put_from(writer);
        put_limit(writer);
        put(writer, ")");
        break;
    }
}

/* Whether the database takes so many tables and columns in one statement. */
static calx_status check_size(const select_writer *writer)
{
    const calx_select *select = writer->select;
    const calx_dialect *dialect = writer->dialect;
    if (select->form != CALX_SELECT_ROWS || select->join_count == 0)
        return CALX_OK;
    size_t tables = calx_sql_joined_tables(select);
    size_t columns = calx_sql_joined_columns(select);
    if ((dialect->max_tables == 0 || tables <= dialect->max_tables) &&
        columns <= dialect->max_columns)
        return CALX_OK;
    return calx_error_set(writer->error, CALX_E_LIMIT,
                          "the query over table \"%s\" joins %zu tables of %zu columns, %s takes "
                          "%zu of %zu: load some relationships in another way than joined",
                          select->mapper->table, tables, columns, dialect->name,
                          dialect->max_tables == 0 ? tables : dialect->max_tables,
                          dialect->max_columns);
}

/* What only shows when all is written. */
static calx_status finish(select_writer *writer)
{
    size_t count = writer->parameters->count;
    if (writer->status != CALX_OK)
        return writer->status;
    if (writer->out->status == CALX_E_NOMEM || writer->parameters->status != CALX_OK)
        return calx_error_set_nomem(writer->error);
    if (writer->out->status != CALX_OK)
        return calx_error_set(writer->error, writer->out->status,
                              "table \"%s\" or one of its columns has an empty name, or one longer "
                              "than the %zu bytes %s takes",
                              writer->select->mapper->table, writer->dialect->max_name,
                              writer->dialect->name);
    if (count > writer->dialect->max_parameters)
        return calx_error_set(writer->error, CALX_E_LIMIT,
                              "the query over table \"%s\" has %zu values, %s takes %zu: ask in "
                              "several queries",
                              writer->select->mapper->table, count, writer->dialect->name,
                              writer->dialect->max_parameters);
    return CALX_OK;
}

calx_status calx_sql_select(calx_buffer *out, calx_parameter_list *out_parameters,
                            const calx_dialect *dialect, const calx_select *select,
                            calx_error *error)
{
    if (select->limit < -1 || select->offset < -1)
        return calx_error_set(error, CALX_E_ARGUMENT,
                              "the %s of a query cannot be negative: table \"%s\"",
                              select->limit < -1 ? "limit" : "offset", select->mapper->table);
    select_writer writer = { out, out_parameters, dialect, select, error, CALX_OK, false };
    calx_status status = check_size(&writer);
    if (status == CALX_OK) {
        put_select(&writer);
        status = finish(&writer);
    }
    if (status != CALX_OK)
        calx_buffer_fail(out, status);
    return status;
}
