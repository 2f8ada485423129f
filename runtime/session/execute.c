/*
 * SQL text through the session: in its transaction, after an autoflush (SES-210, 220, 221).
 */
#include "session/session.h"

#include "base/error.h"

calx_status calx_session_execute(calx_session *session, const calx_statement *statement,
                                 calx_result **out_result)
{
    calx_status status = calx_session_enter(session);
    if (status != CALX_OK)
        return status;
    if (statement == NULL)
        return calx_session_fail(session, CALX_E_ARGUMENT,
                                 "the statement is NULL: make one with calx_text_statement()");
    status = calx_session_autoflush(session);
    if (status == CALX_OK)
        status = calx_session_acquire(session);
    if (status != CALX_OK)
        return status;
    if (calx_connection_execute(session->connection, statement, out_result) != CALX_OK)
        return calx_session_take_error(session);
    return CALX_OK;
}

/* The value outlives its row: text and bytes move to the session. */
static calx_status keep_scalar(calx_session *session, calx_value *value)
{
    if (value->type != CALX_VALUE_TEXT && value->type != CALX_VALUE_BYTES)
        return CALX_OK;
    calx_buffer_reset(&session->scalar);
    calx_buffer_put_n(&session->scalar, value->as.span.data, value->as.span.size);
    if (session->scalar.status != CALX_OK)
        return calx_error_set_nomem(&session->error);
    value->as.span.data = calx_buffer_text(&session->scalar);
    return CALX_OK;
}

static calx_status first_value(calx_session *session, calx_result *result, calx_value *out_value)
{
    bool row = false;
    calx_status status = calx_result_next(result, &row);
    if (status == CALX_OK && row)
        status = calx_result_value(result, 0, out_value);
    if (status != CALX_OK) {
        calx_error_copy(&session->error, calx_result_error(result));
        return status;
    }
    return row ? keep_scalar(session, out_value) : CALX_OK;
}

calx_status calx_session_scalar(calx_session *session, const calx_statement *statement,
                                calx_value *out_value)
{
    calx_result *result = NULL;
    calx_status status = calx_session_execute(session, statement, &result);
    if (status != CALX_OK)
        return status;
    calx_value value = calx_value_null();
    status = first_value(session, result, &value);
    calx_result_free(result);
    if (status == CALX_OK)
        *out_value = value;
    return status;
}
