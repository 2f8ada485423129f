/*
 * Paging by position: the rows behind one that was seen, found by the values that the query orders
 * by. No page gets slower than the first, and rows that come or go in between shift nothing.
 *
 * Behind a row (a, b, c) are those with a later a, those with the same a and a later b, and so on.
 * NULL has its place too: in front or behind, as the order or the database says.
 */
#include "query/query.h"

#include "base/allocator.h"
#include "base/error.h"
#include "mapper/column.h"
#include "sql/build.h"

static calx_expression of_column(calx_column_ref column)
{
    const calx_operand operand = { .kind = CALX_OPERAND_COLUMN, .as.column = column };
    return calx_operand_expression(&operand);
}

static calx_expression compare(calx_operator operation, calx_column_ref column, calx_value value)
{
    const calx_operand operand = { .kind = CALX_OPERAND_VALUE, .as.value = value };
    return calx_compare_expressions_(operation, of_column(column),
                                     calx_operand_expression(&operand));
}

static calx_expression test(calx_operator operation, calx_column_ref column)
{
    return calx_test_(operation, of_column(column));
}

static bool has_nulls_last(const calx_dialect *dialect, const calx_order *order)
{
    if (order->nulls != CALX_NULLS_DEFAULT)
        return order->nulls == CALX_NULLS_LAST;
    return dialect->nulls_are_largest != order->descending;
}

static calx_expression same(const calx_order *order, calx_value value)
{
    if (value.type == CALX_VALUE_NULL)
        return test(CALX_OP_IS_NULL, order->column);
    return compare(CALX_OP_EQ, order->column, value);
}

/* Whether nothing is later: NULL stands at the end. */
static bool is_last(const calx_dialect *dialect, const calx_order *order, calx_value value)
{
    return value.type == CALX_VALUE_NULL && has_nulls_last(dialect, order);
}

/* A joined table may have no row, whatever its columns say. */
static bool may_be_null(const calx_query *query, calx_column_ref ref)
{
    return ref.mapper != query->mapper || ref.alias != 0 ||
           (ref.mapper->columns[ref.column].flags & (CALX_COLUMN_NOT_NULL | CALX_COLUMN_KEY)) == 0;
}

static calx_expression later(const calx_query *query, const calx_dialect *dialect,
                             const calx_order *order, calx_value value)
{
    if (value.type == CALX_VALUE_NULL)
        return test(CALX_OP_IS_NOT_NULL, order->column);
    calx_expression behind =
        compare(order->descending ? CALX_OP_LT : CALX_OP_GT, order->column, value);
    if (may_be_null(query, order->column) && has_nulls_last(dialect, order))
        return calx_or(behind, test(CALX_OP_IS_NULL, order->column));
    return behind;
}

/* The same up to one term, and later there. */
static calx_expression behind_at(const calx_query *query, const calx_dialect *dialect,
                                 const calx_value *values, size_t at)
{
    const calx_order *orders = query->orders;
    calx_expression found = later(query, dialect, &orders[at], values[at]);
    for (size_t i = at; i > 0; i--)
        found = calx_and(same(&orders[i - 1], values[i - 1]), found);
    return found;
}

static calx_status add_filter(calx_query *query, const calx_value *values)
{
    calx_branch *branch = NULL;
    if (calx_bind_read(query->session, query->mapper, &branch) != CALX_OK)
        return calx_query_keep_failure(query, query->session->error.status);
    const calx_dialect *dialect = calx_engine_dialect(branch->engine);
    calx_filter *filter = calx_filter_new(CALX_FILTER_ANY);
    if (filter == NULL)
        return calx_query_keep_failure(query, calx_error_set_nomem(&query->session->error));
    for (size_t i = 0; i < query->order_count; i++) /* its failure is that of the query */
        if (!is_last(dialect, &query->orders[i], values[i]))
            (void)calx_filter_add(filter, behind_at(query, dialect, values, i));
    calx_status status = calx_query_where_filter(query, filter);
    calx_filter_free(filter);
    return status;
}

/* ---- what a query must be like ---- */

static bool is_ordered_by(const calx_query *query, size_t column)
{
    for (size_t i = 0; i < query->order_count; i++) {
        calx_column_ref ref = query->orders[i].column;
        if (ref.mapper == query->mapper && ref.alias == 0 && ref.column == column)
            return true;
    }
    return false;
}

/* Whether no two rows of the entity have the same position. */
static bool is_total(const calx_query *query)
{
    const calx_mapper *mapper = query->mapper;
    bool has_key = true;
    for (size_t i = 0; i < mapper->key_count; i++)
        has_key = has_key && is_ordered_by(query, mapper->key[i]);
    for (size_t i = 0; i < mapper->column_count; i++)
        if ((mapper->columns[i].flags & CALX_COLUMN_UNIQUE) != 0 &&
            (mapper->columns[i].flags & CALX_COLUMN_NOT_NULL) != 0 && is_ordered_by(query, i))
            return true;
    return has_key;
}

static calx_status check_orders(calx_query *query)
{
    for (size_t i = 0; i < query->order_value_count; i++)
        if (query->order_values[i].count > 0)
            return calx_session_fail(query->session, CALX_E_ARGUMENT,
                                     "a query over %s that is ordered by an expression has no "
                                     "position to go on behind: order it by columns",
                                     query->mapper->name);
    for (size_t i = 0; i < query->order_count; i++)
        if (query->orders[i].column.mapper == NULL ||
            query->orders[i].column.column >= query->orders[i].column.mapper->column_count)
            return calx_session_fail(query->session, CALX_E_ARGUMENT,
                                     "a query over %s is ordered by a column handle that was never "
                                     "set",
                                     query->mapper->name);
    if (is_total(query))
        return CALX_OK;
    return calx_session_fail(query->session, CALX_E_ARGUMENT,
                             "a query over %s cannot go on behind a row: rows may have the same "
                             "position. Order it by the key too, as the last",
                             query->mapper->name);
}

/* ---- the position ---- */

static calx_status take_value(calx_query *query, const calx_order *order, const calx_value *given,
                              calx_value *out_value)
{
    const calx_column *column = &order->column.mapper->columns[order->column.column];
    const char *reason = "";
    *out_value = *given;
    if (given->type == CALX_VALUE_NULL ||
        calx_column_fit(column, given, out_value, &reason) == CALX_OK)
        return CALX_OK;
    return calx_session_fail(query->session, CALX_E_ARGUMENT,
                             "the position in a query over %s has a value that column \"%s\" does "
                             "not take: %s",
                             query->mapper->name, column->name, reason);
}

calx_status calx_query_after_values(calx_query *query, const calx_value *values, size_t count)
{
    calx_status status = calx_query_enter(query);
    calx_value *fitted = NULL;
    if (status != CALX_OK)
        return status;
    status = check_orders(query);
    if (status == CALX_OK && (values == NULL || count != query->order_count))
        status =
            calx_session_fail(query->session, CALX_E_ARGUMENT,
                              "the position in a query over %s has %zu values, and %zu "
                              "columns order it",
                              query->mapper->name, values == NULL ? 0 : count, query->order_count);
    if (status == CALX_OK) {
        fitted = calx_alloc_array(count, sizeof *fitted);
        status = fitted == NULL ? calx_error_set_nomem(&query->session->error) : CALX_OK;
    }
    for (size_t i = 0; status == CALX_OK && i < count; i++)
        status = take_value(query, &query->orders[i], &values[i], &fitted[i]);
    status = status == CALX_OK ? add_filter(query, fitted) : calx_query_keep_failure(query, status);
    calx_release(fitted);
    return status;
}

static calx_status read_position(calx_query *query, const void *entity, calx_value *values)
{
    for (size_t i = 0; i < query->order_count; i++) {
        calx_column_ref ref = query->orders[i].column;
        if (ref.mapper != query->mapper || ref.alias != 0)
            return calx_session_fail(query->session, CALX_E_ARGUMENT,
                                     "a query over %s is not ordered by columns of its own alone: "
                                     "give the position with calx_query_after_values()",
                                     query->mapper->name);
        if (calx_column_read(&ref.mapper->columns[ref.column], entity, &values[i]) != CALX_OK)
            return calx_session_fail(query->session, CALX_E_DATA,
                                     "%s.%s is a char array without its end", query->mapper->name,
                                     ref.mapper->columns[ref.column].name);
    }
    return CALX_OK;
}

static calx_status check_row(calx_query *query, const void *entity)
{
    if (entity == NULL)
        return calx_session_fail(query->session, CALX_E_ARGUMENT,
                                 "a query over %s was given no row to go on behind",
                                 query->mapper->name);
    const calx_instance *instance = calx_instance_of(entity);
    if (instance == NULL || instance->mapper == query->mapper)
        return CALX_OK;
    return calx_session_fail(query->session, CALX_E_ARGUMENT,
                             "a query over %s cannot go on behind a row of %s", query->mapper->name,
                             instance->mapper->name);
}

calx_status calx_query_after(calx_query *query, const void *entity)
{
    calx_status status = calx_query_enter(query);
    if (status != CALX_OK)
        return status;
    calx_value *values = calx_alloc_array(query->order_count + 1, sizeof *values);
    status = values == NULL ? calx_error_set_nomem(&query->session->error) : CALX_OK;
    if (status == CALX_OK)
        status = check_row(query, entity);
    if (status == CALX_OK)
        status = read_position(query, entity, values);
    status = status == CALX_OK ? calx_query_after_values(query, values, query->order_count)
                               : calx_query_keep_failure(query, status);
    calx_release(values);
    return status;
}
