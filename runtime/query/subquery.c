/*
 * Selects in expressions. An expression names its select; who keeps the expression holds it.
 */
#include "query/query.h"
#include "query/select.h"

#include "base/error.h"
#include "sql/build.h"

static calx_expression naming(calx_operator operation, const calx_select *select)
{
    calx_expression whole = calx_expression_start(operation);
    whole.nodes[0].operand.kind = CALX_OPERAND_SELECT;
    whole.nodes[0].operand.as.select = select;
    return whole;
}

calx_expression calx_exists(const calx_select *select)
{
    calx_expression whole = naming(CALX_OP_EXISTS, select);
    calx_expression_type(&whole, CALX_VALUE_BOOL, false);
    return whole;
}

/* Of its first column. */
static calx_value_type class_of(const calx_select *select)
{
    if (select == NULL || select->block.item_count == 0)
        return CALX_VALUE_NULL;
    return calx_sql_term_class(&select->items[0]);
}

calx_expression calx_select_expression(const calx_select *select)
{
    calx_expression whole = naming(CALX_OP_SELECT, select);
    calx_expression_type(&whole, class_of(select), true);
    return whole;
}

calx_expression calx_in_select_(calx_expression wanted, const calx_select *select)
{
    calx_expression whole = naming(CALX_OP_IN_SELECT, select);
    calx_expression_append(&whole, &wanted);
    if (whole.count > 0)
        calx_expression_type(&whole, CALX_VALUE_BOOL, wanted.nullable);
    return whole;
}

/* ---- holding ---- */

static calx_status hold(calx_query *query, calx_select *select)
{
    calx_session *session = query->session;
    if (select->session != session)
        return calx_session_fail(session, CALX_E_ARGUMENT,
                                 "a query over %s was given a select of another session",
                                 query->mapper->name);
    if (select->failure.status != CALX_OK) {
        calx_error_copy(&session->error, &select->failure);
        return select->failure.status;
    }
    void *held =
        calx_query_grow(query->held, query->held_count, &query->held_capacity, sizeof *query->held);
    if (held == NULL)
        return calx_error_set_nomem(&session->error);
    query->held = held;
    query->held[query->held_count++] = calx_select_hold(select);
    select->is_part = true;
    return calx_query_name_tables(query);
}

calx_status calx_query_hold_selects(calx_query *query, const calx_condition *condition)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; i < condition->count && status == CALX_OK; i++)
        if (condition->nodes[i].operand.kind == CALX_OPERAND_SELECT)
            status = hold(query, (calx_select *)(uintptr_t)condition->nodes[i].operand.as.select);
    return status;
}

void calx_query_release_selects(calx_query *query)
{
    while (query->held_count > 0)
        calx_select_release(query->held[--query->held_count]);
}
