/*
 * Savepoints, and handles on transactions (SES-116, 117, 130 to 143). A handle is a number: what it
 * stands for may have ended, which is found out by looking for it among the open boundaries.
 */
#include "session/transaction_events.h"

#include "base/allocator.h"
#include "base/error.h"

/* ---- beginning ---- */

static calx_status check_may_begin(calx_session *session)
{
    calx_status status = calx_session_check_calm(session, "begin_nested");
    if (status == CALX_OK && session->failure.status != CALX_OK)
        status = calx_session_pending(session);
    if (status == CALX_OK && session->prepared)
        status = calx_session_fail(session, CALX_E_INVALID_REQUEST,
                                   "the transaction of this session is prepared: commit it or "
                                   "roll it back first");
    return status == CALX_OK ? calx_session_check_open(session) : status;
}

/* What is unflushed belongs to the outer level, so it is written first (SES-131). */
static calx_status open_savepoint(calx_session *session, calx_boundary *savepoint)
{
    calx_status status = CALX_OK;
    if (session->boundary == NULL)
        status = calx_session_open_root(session, CALX_TRANSACTION_BEGIN);
    if (status == CALX_OK)
        status = calx_session_write(session, true);
    return status == CALX_OK ? calx_session_open_savepoint(session, savepoint) : status;
}

calx_status calx_session_begin_nested(calx_session *session)
{
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = check_may_begin(session);
    if (status != CALX_OK)
        return status;
    calx_boundary *savepoint = calx_alloc_zeroed(sizeof(*savepoint));
    if (savepoint == NULL)
        return calx_error_set_nomem(&session->error);
    status = open_savepoint(session, savepoint);
    if (status != CALX_OK)
        calx_release(savepoint);
    return status;
}

/* ---- handles ---- */

static calx_session_transaction handle_of(calx_session *session, const calx_boundary *boundary)
{
    calx_session_transaction handle = { session, boundary == NULL ? 0 : boundary->number };
    return handle;
}

static calx_boundary *boundary_of(calx_session_transaction transaction)
{
    if (transaction.session == NULL || transaction.number == 0)
        return NULL;
    return calx_boundary_find(transaction.session, transaction.number);
}

static bool is_nested(const calx_session *session)
{
    return session != NULL && session->boundary != NULL && session->boundary->outer != NULL;
}

calx_session_transaction calx_session_get_transaction(calx_session *session)
{
    bool is_open = session != NULL && session->boundary != NULL;
    return handle_of(session, is_open ? &session->root : NULL);
}

calx_session_transaction calx_session_get_nested_transaction(calx_session *session)
{
    return handle_of(session, is_nested(session) ? session->boundary : NULL);
}

bool calx_session_in_nested_transaction(const calx_session *session)
{
    return is_nested(session);
}

bool calx_session_transaction_is_active(calx_session_transaction transaction)
{
    const calx_boundary *boundary = boundary_of(transaction);
    return boundary != NULL && !boundary->failed;
}

bool calx_session_transaction_is_nested(calx_session_transaction transaction)
{
    const calx_boundary *boundary = boundary_of(transaction);
    return boundary != NULL && boundary->outer != NULL;
}

calx_session_transaction calx_session_transaction_parent(calx_session_transaction transaction)
{
    const calx_boundary *boundary = boundary_of(transaction);
    return handle_of(transaction.session, boundary == NULL ? NULL : boundary->outer);
}

/* ---- ending ---- */

/* The boundary a handle stands for; a finished one is refused (SES-116). */
static calx_status resolve(calx_session_transaction transaction, const char *call,
                           calx_boundary **out_boundary)
{
    calx_session *session = transaction.session;
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = calx_session_check_calm(session, call);
    if (status != CALX_OK)
        return status;
    *out_boundary = boundary_of(transaction);
    if (*out_boundary == NULL)
        return calx_session_fail(session, CALX_E_CLOSED,
                                 "%s() of a transaction that is finished: it was committed, rolled "
                                 "back, or ended with one around it",
                                 call);
    return CALX_OK;
}

calx_status calx_session_transaction_commit(calx_session_transaction transaction)
{
    calx_session *session = transaction.session;
    calx_boundary *boundary = NULL;
    calx_status status = resolve(transaction, "commit", &boundary);
    if (status != CALX_OK)
        return status;
    if (boundary->outer == NULL)
        return calx_session_commit(session);
    if (session->failure.status != CALX_OK)
        return calx_session_pending(session);
    status = calx_levels_raise_commit(session, boundary);
    if (status == CALX_OK)
        status = calx_session_write_all(session);
    if (status == CALX_OK)
        status = calx_session_release_inside(session, boundary->outer);
    return status;
}

calx_status calx_session_transaction_rollback(calx_session_transaction transaction)
{
    calx_boundary *boundary = NULL;
    calx_status status = resolve(transaction, "rollback", &boundary);
    if (status != CALX_OK)
        return status;
    if (boundary->outer == NULL)
        return calx_session_rollback(transaction.session);
    return calx_session_undo_savepoint(transaction.session, boundary);
}
