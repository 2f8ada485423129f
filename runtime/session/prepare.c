/*
 * Two phases (SES-366 to 369). The unit of the engine room keeps the rules between databases; kept
 * here is what they mean to a session: until all is prepared a failure rolls everything back, and
 * once the unit is committed so are the instances, whatever branch has still to hear of it.
 */
#include "session/prepare.h"

#include "base/error.h"
#include "engine/savepoint.h"
#include "session/transaction_events.h"

static calx_status take_error(calx_session *session, calx_status status)
{
    calx_error_copy(&session->error, calx_two_phase_error(session->unit));
    session->error.status = status;
    return status;
}

calx_status calx_prepare_begin(calx_session *session, calx_connection *connection)
{
    calx_status status = CALX_OK;
    if (session->unit == NULL)
        status =
            calx_two_phase_new(session->options.twophase_owner, &session->unit, &session->error);
    if (status != CALX_OK)
        return status;
    status = calx_two_phase_join(session->unit, connection);
    return status == CALX_OK ? CALX_OK : take_error(session, status);
}

/* ---- the first phase ---- */

void calx_prepare_give_up(calx_session *session)
{
    calx_error why = CALX_ERROR_INIT;
    calx_error_move(&why, &session->error);
    (void)calx_session_rollback(session);
    calx_error_move(&session->error, &why);
}

calx_status calx_prepare_all(calx_session *session)
{
    calx_status status = CALX_OK;
    session->ending = true; /* the log's function may call back into this session */
    if (session->unit != NULL)
        status = calx_two_phase_prepare(session->unit);
    session->ending = false;
    if (status == CALX_OK) {
        session->prepared = true;
        return CALX_OK;
    }
    take_error(session, status);
    calx_prepare_give_up(session);
    return status;
}

static calx_status check_may_prepare(calx_session *session)
{
    const char *why = NULL;
    if (session->failure.status != CALX_OK)
        return calx_session_pending(session);
    if (!session->options.twophase)
        why = "a session without two phases: set .twophase in its options";
    else if (session->prepared)
        why = "a transaction that is prepared already: commit it or roll it back";
    else if (session->boundary != NULL && session->boundary->outer != NULL)
        why = "a savepoint: commit that or roll it back first";
    return why == NULL ? CALX_OK
                       : calx_session_fail(session, CALX_E_INVALID_REQUEST, "prepare() in %s", why);
}

calx_status calx_session_prepare(calx_session *session)
{
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = calx_session_check_calm(session, "prepare");
    if (status == CALX_OK)
        status = check_may_prepare(session);
    if (status == CALX_OK)
        status = calx_session_complete(session);
    return status == CALX_OK ? calx_prepare_all(session) : status;
}

/* ---- the second phase ---- */

static calx_prepare_end end_of(const calx_session *session)
{
    switch (calx_two_phase_state_of(session->unit)) {
    case CALX_TWO_PHASE_COMMITTED:
        return CALX_PREPARE_COMMITTED;
    case CALX_TWO_PHASE_ROLLED_BACK:
        return CALX_PREPARE_UNDONE;
    case CALX_TWO_PHASE_UNKNOWN:
        return CALX_PREPARE_UNKNOWN;
    default:
        return CALX_PREPARE_AGAIN;
    }
}

calx_status calx_prepare_commit(calx_session *session, calx_prepare_end *out_end)
{
    *out_end = CALX_PREPARE_COMMITTED;
    if (session->unit == NULL)
        return CALX_OK; /* no statement was sent */
    session->ending = true;
    calx_status status = calx_two_phase_commit(session->unit);
    session->ending = false;
    if (status == CALX_OK)
        return CALX_OK;
    *out_end = end_of(session);
    take_error(session, status);
    if (*out_end == CALX_PREPARE_COMMITTED || *out_end == CALX_PREPARE_UNKNOWN)
        session->error.flags |= CALX_ERROR_OUTCOME_UNKNOWN; /* nothing does all of it again */
    return status;
}

calx_status calx_prepare_rollback(calx_session *session)
{
    calx_status status = CALX_OK;
    if (calx_two_phase_state_of(session->unit) <= CALX_TWO_PHASE_PREPARED)
        status = calx_two_phase_rollback(session->unit);
    for (calx_branch *branch = &session->branch; branch != NULL; branch = branch->next)
        branch->sent = 0;
    return status == CALX_OK ? CALX_OK : take_error(session, status);
}

void calx_prepare_clear(calx_session *session)
{
    if (session->unit == NULL)
        return;
    calx_two_phase_free(session->unit);
    session->unit = NULL;
    for (calx_branch *branch = &session->branch; branch != NULL; branch = branch->next)
        branch->sent = 0;
}
