/*
 * SQL text through the session: in its transaction, after an autoflush (SES-210, 220, 221).
 */
#include "session/bind.h"

#include "base/error.h"
#include "session/statement_hook.h"

/* As the listeners left it. */
static calx_status run(calx_session *session, const calx_session_statement *told,
                       const calx_bind_arguments *arguments, calx_result **out_result)
{
    calx_branch *branch = NULL;
    calx_status status = calx_session_autoflush(session);
    if (status == CALX_OK)
        status =
            calx_session_branch_for(session, arguments, calx_statement_text(told->text), &branch);
    if (status == CALX_OK)
        status = calx_branch_begin(session, branch);
    if (status != CALX_OK)
        return status;
    if (calx_connection_execute_with(branch->connection, told->text, told->options, out_result) !=
        CALX_OK)
        return calx_branch_take_error(session, branch);
    return CALX_OK;
}

static calx_status execute(calx_session *session, const calx_statement *statement,
                           const calx_bind_arguments *arguments, calx_result **out_result)
{
    calx_session_statement told = { .text = statement, .options = arguments->options };
    calx_status status = calx_session_tell_statement(session, NULL, &told, NULL);
    if (status != CALX_OK || told.result == NULL)
        return status == CALX_OK ? run(session, &told, arguments, out_result) : status;
    if (out_result != NULL)
        *out_result = told.result;
    else
        calx_result_free(told.result);
    return CALX_OK;
}

calx_status calx_session_execute(calx_session *session, const calx_statement *statement,
                                 calx_result **out_result)
{
    return calx_session_execute_with(session, statement, NULL, out_result);
}

calx_status calx_session_execute_with(calx_session *session, const calx_statement *statement,
                                      const calx_execution_options *options,
                                      calx_result **out_result)
{
    calx_status status = calx_session_enter(session);
    if (status != CALX_OK)
        return status;
    if (statement == NULL)
        return calx_session_fail(session, CALX_E_ARGUMENT,
                                 "the statement is NULL: make one with calx_text_statement()");
    calx_bind_arguments arguments = CALX_BIND_ARGUMENTS_INIT;
    arguments.options = options;
    return execute(session, statement, &arguments, out_result);
}

calx_status calx_session_execute_bound(calx_session *session, const calx_statement *statement,
                                       const calx_bind_arguments *arguments,
                                       calx_result **out_result)
{
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = calx_session_check_given(session, statement, "statement");
    if (status == CALX_OK)
        status = calx_session_check_given(session, arguments, "bind arguments");
    if (status == CALX_OK)
        status = calx_session_check_arguments(session, arguments);
    return status == CALX_OK ? execute(session, statement, arguments, out_result) : status;
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
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = calx_session_check_given(session, out_value, "place for the value");
    if (status == CALX_OK)
        status = calx_session_execute(session, statement, &result);
    if (status != CALX_OK)
        return status;
    calx_value value = calx_value_null();
    status = first_value(session, result, &value);
    calx_result_free(result);
    if (status == CALX_OK)
        *out_value = value;
    return status;
}

/* ---- exactly one row ---- */

static calx_status fail_rows(calx_session *session, const calx_statement *statement,
                             calx_status status)
{
    calx_session_fail(session, status, "%s row where one was asked for",
                      status == CALX_E_NO_RESULT ? "no" : "more than one");
    calx_error_statement(&session->error, calx_statement_text(statement));
    return status;
}

/* The value is the session's by then, so that the next row does not take it away. */
static calx_status only_value(calx_session *session, const calx_statement *statement,
                              calx_result *result, calx_value *out_value)
{
    bool row = false;
    calx_status status = calx_result_next(result, &row);
    if (status == CALX_OK && !row)
        return fail_rows(session, statement, CALX_E_NO_RESULT);
    if (status == CALX_OK)
        status = calx_result_value(result, 0, out_value);
    if (status == CALX_OK) {
        status = keep_scalar(session, out_value);
        if (status != CALX_OK)
            return status;
        status = calx_result_next(result, &row);
    }
    if (status != CALX_OK) {
        calx_error_copy(&session->error, calx_result_error(result));
        return status;
    }
    return row ? fail_rows(session, statement, CALX_E_MULTIPLE_RESULTS) : CALX_OK;
}

calx_status calx_session_scalar_one(calx_session *session, const calx_statement *statement,
                                    calx_value *out_value)
{
    calx_result *result = NULL;
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = calx_session_check_given(session, out_value, "place for the value");
    if (status == CALX_OK)
        status = calx_session_execute(session, statement, &result);
    if (status != CALX_OK)
        return status;
    calx_value value = calx_value_null();
    status = only_value(session, statement, result, &value);
    calx_result_free(result);
    if (status == CALX_OK)
        *out_value = value;
    return status;
}

/* ---- a column ---- */

/* One row's value to the function. The function may end what the rows come from. */
static calx_status hand_out(calx_session *session, calx_result *result,
                            calx_value_function function, void *context)
{
    calx_value value;
    calx_status status = calx_result_value(result, 0, &value);
    if (status != CALX_OK) {
        calx_error_copy(&session->error, calx_result_error(result));
        return status;
    }
    status = function(context, &value);
    if (status != CALX_OK && session->error.status != status)
        calx_session_fail(session, status,
                          "the function given to calx_session_scalars() answered %s",
                          calx_status_name(status));
    return status;
}

calx_status calx_session_scalars(calx_session *session, const calx_statement *statement,
                                 calx_value_function function, void *context)
{
    calx_result *result = NULL;
    if (session != NULL && function == NULL)
        return calx_session_fail(session, CALX_E_ARGUMENT,
                                 "there is no function to hand the values to: it is NULL");
    calx_status status = calx_session_execute(session, statement, &result);
    bool row = true;
    while (status == CALX_OK && row) {
        status = calx_result_next(result, &row);
        if (status != CALX_OK)
            calx_error_copy(&session->error, calx_result_error(result));
        else if (row)
            status = hand_out(session, result, function, context);
    }
    calx_result_free(result);
    return status;
}

/* ---- several sets of values ---- */

/* Those of the last set stay bound. */
static void keep_bound(calx_statement *statement, const calx_parameter_sets *sets)
{
    const calx_value *values = sets->values + (sets->count - 1) * sets->name_count;
    for (size_t i = 0; i < sets->name_count; i++) /* the next execution tells what failed */
        (void)calx_statement_bind(statement, sets->names[i], values[i]);
}

/* A result that nobody will read is freed. */
static calx_status fail_replaced(calx_session *session, const calx_session_statement *told)
{
    calx_result_free(told->result);
    return calx_session_fail(session, CALX_E_UNSUPPORTED,
                             "a listener of do_orm_execute replaced a statement that runs for "
                             "several sets of values: refuse it, or leave it as it is");
}

calx_status calx_session_execute_many(calx_session *session, calx_statement *statement,
                                      const calx_parameter_sets *sets, int64_t *out_changes)
{
    calx_branch *branch = NULL;
    calx_aim aim = { 0 };
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = calx_parameter_sets_check(sets, statement, &session->error);
    calx_session_statement told = { .text = statement };
    if (status == CALX_OK)
        status = calx_session_tell_statement(session, NULL, &told, NULL);
    if (status == CALX_OK && (told.text != statement || told.result != NULL))
        status = fail_replaced(session, &told);
    if (status == CALX_OK)
        status = calx_session_autoflush(session);
    if (status == CALX_OK) {
        aim.text = calx_statement_text(statement);
        status = calx_bind_choose(session, &aim, &branch);
    }
    if (status == CALX_OK)
        status = calx_branch_begin(session, branch);
    if (status != CALX_OK)
        return status;
    if (calx_connection_execute_many(branch->connection, statement, sets, out_changes) != CALX_OK)
        return calx_branch_take_error(session, branch);
    if (sets->count > 0 && sets->name_count > 0)
        keep_bound(statement, sets);
    return CALX_OK;
}
