/*
 * Functions as scopes: what begins a transaction or a savepoint also ends it, whichever way the
 * function returns (SES-118, 140). A function that ends it itself has said all there is to
 * say: more work in it is refused, and its return ends nothing.
 */
#include "session/session.h"

#include "base/error.h"

/* Rolling back would forget why. */
static void roll_back_keeping_error(calx_session *session, calx_session_transaction transaction)
{
    calx_error why = CALX_ERROR_INIT;
    calx_error_copy(&why, &session->error);
    (void)calx_session_transaction_rollback(transaction);
    calx_error_move(&session->error, &why);
}

/* Runs a function in the innermost boundary, which was begun for it, and ends that. */
static calx_status run_inside(calx_session *session, calx_session_function function, void *context)
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

calx_status calx_session_run(calx_session *session, calx_session_function function, void *context)
{
    calx_status status = enter(session, function);
    if (status == CALX_OK)
        status = calx_session_begin(session);
    return status == CALX_OK ? run_inside(session, function, context) : status;
}

calx_status calx_session_run_nested(calx_session *session, calx_session_function function,
                                    void *context)
{
    calx_status status = enter(session, function);
    if (status == CALX_OK)
        status = calx_session_begin_nested(session);
    return status == CALX_OK ? run_inside(session, function, context) : status;
}
