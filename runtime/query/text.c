/*
 * The text of a query and its values. Most queries of a program differ in their values only, so a
 * text is found by the query's shape: first among the last few of the session, which needs no lock,
 * then among those of the engine; only what neither has is written.
 */
#include "query/query.h"

#include "base/error.h"

static int64_t smaller_limit(int64_t limit, int64_t wanted)
{
    return limit >= 0 && limit < wanted ? limit : wanted;
}

static calx_select describe(const calx_query *query, calx_query_want want,
                            const calx_choice *choice, const calx_joined *joined)
{
    calx_select select = {
        .mapper = query->mapper,
        .columns = calx_choice_columns(choice),
        .conditions = query->conditions,
        .condition_count = query->condition_count,
        .orders = query->orders,
        .order_count = query->order_count,
        .limit = query->limit,
        .offset = query->offset,
        .form = CALX_SELECT_ROWS,
    };
    if (want == CALX_QUERY_FIRST)
        select.limit = smaller_limit(query->limit, 1);
    else if (want == CALX_QUERY_SINGLE)
        select.limit = smaller_limit(query->limit, 2);
    else if (want == CALX_QUERY_COUNT)
        select.form = CALX_SELECT_COUNT;
    else if (want == CALX_QUERY_EXISTS)
        select.form = CALX_SELECT_EXISTS;
    if (joined != NULL)
        select.joins = calx_joined_joins(joined, &select.join_count);
    return select;
}

/* The query's text from now on; the reference becomes the query's. */
static void take_text(calx_query *query, calx_sql_text *text)
{
    calx_sql_text_release(query->text);
    query->text = text;
}

static bool is_of_shape(const calx_sql_text *text, const calx_shape *shape)
{
    return text != NULL && calx_sql_text_has(text, shape);
}

/* Without writing. false: nobody has it. */
static bool find_text(calx_query *query, const calx_shape *shape)
{
    calx_session *session = query->session;
    calx_sql_text **recent = &session->texts[shape->hash % CALX_SESSION_TEXTS];
    if (is_of_shape(query->text, shape))
        return true;
    if (is_of_shape(*recent, shape)) {
        take_text(query, calx_sql_text_hold(*recent));
        return true;
    }
    calx_sql_text *found = calx_engine_find_text(session->options.bind, shape);
    if (found == NULL)
        return false;
    take_text(query, found);
    calx_sql_text_release(*recent);
    *recent = calx_sql_text_hold(found);
    return true;
}

calx_status calx_query_prepare(calx_query *query, calx_query_want want, const calx_choice *choice,
                               const calx_joined *joined)
{
    calx_session *session = query->session;
    calx_select select = describe(query, want, choice, joined);
    calx_shape shape;
    calx_parameter_list_reset(&query->parameters);
    bool has_shape = calx_sql_shape(&shape, &query->parameters, &select);
    if (has_shape && find_text(query, &shape))
        return CALX_OK;
    calx_sql_text *text = NULL;
    calx_parameter_list_reset(&query->parameters);
    calx_status status =
        calx_engine_make_text(session->options.bind, &select, has_shape ? &shape : NULL,
                              &query->parameters, &text, &session->error);
    if (status == CALX_OK)
        take_text(query, text);
    else if (session->error.status == CALX_OK)
        calx_error_set(&session->error, status, "a query over %s: %s", query->mapper->name,
                       calx_status_text(status));
    return status;
}
