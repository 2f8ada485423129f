/*
 * What a query asks for, described for those who write its text.
 */
#include "query/query.h"

#include "base/error.h"

static int64_t smaller_limit(int64_t limit, int64_t wanted)
{
    return limit >= 0 && limit < wanted ? limit : wanted;
}

calx_sql_query calx_query_describe(const calx_query *query, calx_query_want want,
                                   const calx_choice *choice, const calx_joined *joined)
{
    calx_sql_query select = {
        .mapper = query->mapper,
        .columns = calx_choice_columns(choice),
        .conditions = query->conditions,
        .condition_count = query->condition_count + query->added_count,
        .orders = query->orders,
        .order_count = query->order_count,
        .order_values = query->order_values,
        .order_value_count = query->order_value_count,
        .limit = query->limit,
        .offset = query->offset,
        .form = CALX_SELECT_ROWS,
        .sources = query->step_count + query->held_count > 0 ? query->sources : NULL,
        .steps = query->steps,
        .step_count = query->step_count,
        .distinct = query->distinct,
        .distinct_on = query->distinct_on,
        .distinct_on_count = query->distinct_on_count,
        .lock = query->lock,
    };
    if (want == CALX_QUERY_FIRST)
        select.limit = smaller_limit(query->limit, 1);
    else if (want == CALX_QUERY_SINGLE && query->step_count == 0)
        select.limit = smaller_limit(query->limit, 2);
    else if (want == CALX_QUERY_COUNT)
        select.form = CALX_SELECT_COUNT;
    else if (want == CALX_QUERY_EXISTS)
        select.form = CALX_SELECT_EXISTS;
    if (joined != NULL)
        select.joins = calx_joined_joins(joined, &select.join_count);
    return select;
}

calx_status calx_query_branch(calx_query *query, bool writes, calx_branch **out_branch)
{
    calx_session *session = query->session;
    *out_branch = &session->branch;
    if (!session->chooses)
        return CALX_OK;
    const calx_aim aim = { .mapper = query->mapper,
                           .sources = query->sources,
                           .source_count = query->step_count > 0 ? query->step_count + 1 : 0,
                           .writes = writes };
    return calx_bind_sources(session, &aim, out_branch);
}

calx_status calx_query_prepare(calx_query *query, const calx_branch *branch, calx_query_want want,
                               const calx_choice *choice, const calx_joined *joined)
{
    calx_session *session = query->session;
    if (query->has_rows)
        return calx_session_fail(session, CALX_E_INVALID_REQUEST,
                                 "a query over %s has a list of rows, which calx_query_update() "
                                 "takes: make another one to read rows",
                                 query->mapper->name);
    calx_sql_query select = calx_query_describe(query, want, choice, joined);
    calx_status status =
        calx_session_select_text(session, branch, &select, &query->parameters, &query->text);
    if (status != CALX_OK && session->error.status == CALX_OK)
        calx_error_set(&session->error, status, "a query over %s: %s", query->mapper->name,
                       calx_status_text(status));
    return status;
}
