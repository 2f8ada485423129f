/*
 * Functions as scopes: what begins a transaction or a savepoint also ends it, whichever way the
 * function returns (SES-118, 140). A function that ends it itself has said all there is to
 * say: more work in it is refused, and its return ends nothing. With the execution option `retries`
 * a function whose transaction the database gave up is called again, in a new one.
 */
#include "session/session.h"

#include "base/error.h"
#include "engine/retry.h"

/* Rolling back would forget why. */
static void roll_back_keeping_error(calx_session *session, calx_session_transaction transaction)
{
    calx_error why = CALX_ERROR_INIT;
    calx_error_copy(&why, &session->error);
    (void)calx_session_transaction_rollback(transaction);
    calx_error_move(&session->error, &why);
}

/*
 * Runs a function in the innermost boundary, which was begun for it, and ends that. *out_ended: the
 * function did so itself.
 */
static calx_status run_inside(calx_session *session, calx_session_function function, void *context,
                              bool *out_ended)
{
    calx_session_transaction transaction = { session, session->boundary->number };
    calx_session_scope scope = { .outer = session->scope };
    session->boundary->scope = &scope;
    session->scope = &scope;
    calx_status status = function(context, session);
    session->scope = scope.outer;
    if (status != CALX_OK && session->error.status == CALX_OK)
        calx_session_fail(session, status, "the function of a scope failed: %s",
                          calx_status_text(status));
    *out_ended = scope.ended;
    if (scope.ended)
        return status;
    calx_boundary_find(session, transaction.number)->scope = NULL;
    if (status == CALX_OK)
        status = calx_session_transaction_commit(transaction);
    if (status != CALX_OK)
        roll_back_keeping_error(session, transaction);
    return status;
}

static calx_status enter(calx_session *session, calx_session_function function)
{
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK && function == NULL)
        status = calx_session_fail(session, CALX_E_ARGUMENT, "the function of a scope is NULL");
    return status;
}

/* How often a function may be called again: on a connection of the pool only. */
static void begin_retry(const calx_session *session, calx_retry *retry)
{
    calx_settings settings = session->branch.engine == NULL
                                 ? calx_settings_defaults
                                 : *calx_engine_settings(session->branch.engine);
    if (session->execution_options != NULL)
        calx_settings_overlay(&settings, session->execution_options);
    if (session->options.connection != NULL)
        settings.retries = 0;
    calx_retry_begin(retry, &settings);
}

calx_status calx_session_run(calx_session *session, calx_session_function function, void *context)
{
    calx_retry retry;
    bool ended = false;
    calx_status status = enter(session, function);
    if (status != CALX_OK)
        return status;
    begin_retry(session, &retry);
    do {
        session->writes = retry.again;
        status = calx_session_begin(session);
        if (status == CALX_OK)
            status = run_inside(session, function, context, &ended);
    } while (status != CALX_OK && !ended && session->error.status == status &&
             calx_retry_again(&retry, &session->error));
    session->writes = false;
    return status;
}

calx_status calx_session_run_nested(calx_session *session, calx_session_function function,
                                    void *context)
{
    bool ended = false;
    calx_status status = enter(session, function);
    if (status == CALX_OK)
        status = calx_session_begin_nested(session);
    return status == CALX_OK ? run_inside(session, function, context, &ended) : status;
}
