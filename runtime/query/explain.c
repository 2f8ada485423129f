/*
 * How the database would run a query, in its own words.
 */
#include "query/query.h"

#include "base/error.h"

static calx_status read_lines(calx_session *session, calx_cursor *cursor, bool row, size_t column,
                              calx_buffer *out)
{
    const calx_value_type as_stored = CALX_VALUE_NULL;
    calx_value line;
    while (row) {
        if (calx_cursor_read_from(cursor, column, &as_stored, &line, 1) != CALX_OK)
            return calx_session_take_cursor_error(session, cursor);
        if (line.type == CALX_VALUE_TEXT)
            calx_buffer_put_n(out, line.as.span.data, line.as.span.size);
        calx_buffer_char(out, '\n');
        if (calx_cursor_next(cursor, &row) != CALX_OK)
            return calx_session_take_cursor_error(session, cursor);
    }
    return out->status == CALX_OK ? CALX_OK : calx_error_set_nomem(&session->error);
}

calx_status calx_explain(calx_session *session, calx_branch *branch, const char *sql,
                         const calx_parameter_list *parameters, calx_buffer *out)
{
    const calx_dialect *dialect = calx_engine_dialect(branch->engine);
    calx_cursor *cursor = NULL;
    calx_buffer text = CALX_BUFFER_INIT;
    bool row = false;
    calx_buffer_reset(out);
    calx_buffer_put(&text, dialect->explain);
    calx_buffer_put(&text, sql);
    calx_status status = text.status == CALX_OK ? CALX_OK : calx_error_set_nomem(&session->error);
    if (status == CALX_OK)
        status = calx_branch_begin(session, branch);
    if (status != CALX_OK)
        goto out;
    status = calx_connection_open_text(branch->connection, text.data, text.size, &cursor);
    if (status == CALX_OK)
        status = calx_cursor_execute(cursor, parameters->items, parameters->count, &row);
    status = status == CALX_OK ? read_lines(session, cursor, row, dialect->explain_column, out)
                               : calx_branch_take_error(session, branch);
out:
    calx_cursor_close(cursor);
    calx_buffer_clear(&text);
    return status;
}

calx_status calx_query_explain(calx_query *query, const char **out_text)
{
    const char *sql = NULL;
    calx_branch *branch = NULL;
    calx_status status = calx_query_sql(query, &sql);
    if (status == CALX_OK)
        status = calx_query_branch(query, false, &branch);
    if (status != CALX_OK)
        return status;
    if (out_text == NULL)
        return calx_session_fail(query->session, CALX_E_ARGUMENT,
                                 "a query over %s was given no place for the text",
                                 query->mapper->name);
    status = calx_explain(query->session, branch, sql, &query->parameters, &query->report);
    if (status == CALX_OK)
        *out_text = calx_buffer_text(&query->report);
    return status;
}
