/*
 * How the database would run a query, in its own words.
 */
#include "query/query.h"

#include "base/error.h"

static calx_status read_lines(calx_query *query, calx_cursor *cursor, bool row, size_t column)
{
    const calx_value_type as_stored = CALX_VALUE_NULL;
    calx_value line;
    while (row) {
        if (calx_cursor_read_from(cursor, column, &as_stored, &line, 1) != CALX_OK)
            return calx_session_take_error(query->session);
        if (line.type == CALX_VALUE_TEXT)
            calx_buffer_put_n(&query->report, line.as.span.data, line.as.span.size);
        calx_buffer_char(&query->report, '\n');
        if (calx_cursor_next(cursor, &row) != CALX_OK)
            return calx_session_take_error(query->session);
    }
    return query->report.status == CALX_OK ? CALX_OK : calx_error_set_nomem(&query->session->error);
}

static calx_status run(calx_query *query, const calx_dialect *dialect)
{
    calx_session *session = query->session;
    calx_cursor *cursor = NULL;
    calx_buffer sql = CALX_BUFFER_INIT;
    bool row = false;
    calx_buffer_put(&sql, dialect->explain);
    calx_buffer_put(&sql, query->text->sql);
    calx_status status = sql.status == CALX_OK ? CALX_OK : calx_error_set_nomem(&session->error);
    if (status == CALX_OK)
        status = calx_session_acquire(session);
    if (status != CALX_OK)
        goto out;
    status = calx_connection_open_text(session->connection, sql.data, sql.size, &cursor);
    if (status == CALX_OK)
        status =
            calx_cursor_execute(cursor, query->parameters.items, query->parameters.count, &row);
    status = status == CALX_OK ? read_lines(query, cursor, row, dialect->explain_column)
                               : calx_session_take_error(session);
out:
    calx_cursor_close(cursor);
    calx_buffer_clear(&sql);
    return status;
}

calx_status calx_query_explain(calx_query *query, const char **out_text)
{
    const char *sql = NULL;
    calx_status status = calx_query_sql(query, &sql);
    if (status != CALX_OK)
        return status;
    if (out_text == NULL)
        return calx_session_fail(query->session, CALX_E_ARGUMENT,
                                 "a query over %s was given no place for the text",
                                 query->mapper->name);
    calx_buffer_reset(&query->report);
    status = run(query, calx_engine_dialect(query->session->options.bind));
    if (status == CALX_OK)
        *out_text = calx_buffer_text(&query->report);
    return status;
}
