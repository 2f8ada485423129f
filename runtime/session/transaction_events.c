/*
 * Telling of levels. The rule kept: a level that was told to open is told to end, and its rollback
 * once, whether a failure or a call brought it about.
 */
#include "session/transaction_events.h"

static calx_session_event_details details_of(calx_session *session, calx_session_event event,
                                             calx_level level)
{
    return (calx_session_event_details){ .event = event,
                                         .session = session,
                                         .transaction = { session, level.number },
                                         .origin = level.origin };
}

calx_status calx_level_raise(calx_session *session, calx_session_event event, calx_level level)
{
    if (!calx_session_hears(session, event))
        return CALX_OK;
    calx_session_event_details details = details_of(session, event, level);
    return calx_session_raise(session, &details);
}

void calx_level_tell(calx_session *session, calx_session_event event, calx_level level)
{
    if (!calx_session_hears(session, event))
        return;
    calx_session_event_details details = details_of(session, event, level);
    calx_session_tell(session, &details);
}

/* ---- opening ---- */

static calx_status raise_create(calx_session *session)
{
    calx_boundary *boundary = session->boundary;
    calx_status status =
        calx_level_raise(session, CALX_SESSION_AFTER_TRANSACTION_CREATE, calx_level_of(boundary));
    if (status != CALX_OK)
        session->boundary = boundary->outer; /* nothing was done in it */
    return status;
}

calx_status calx_session_open_root(calx_session *session, calx_transaction_origin origin)
{
    calx_boundary_open_root(session);
    session->root.origin = origin;
    return raise_create(session);
}

calx_status calx_session_open_savepoint(calx_session *session, calx_boundary *savepoint)
{
    calx_boundary_open(session, savepoint);
    savepoint->origin = CALX_TRANSACTION_BEGIN_NESTED;
    return raise_create(session);
}

/* ---- ending ---- */

calx_status calx_levels_raise_commit(calx_session *session, const calx_boundary *boundary)
{
    calx_status status =
        calx_level_raise(session, CALX_SESSION_BEFORE_COMMIT, calx_level_of(boundary));
    for (const calx_boundary *inner = session->boundary; status == CALX_OK && inner != boundary;
         inner = inner->outer)
        status = calx_level_raise(session, CALX_SESSION_BEFORE_COMMIT, calx_level_of(inner));
    return status;
}

void calx_levels_tell_rollback(calx_session *session, calx_boundary *boundary)
{
    for (calx_boundary *inner = session->boundary; inner != boundary->outer; inner = inner->outer)
        if (!inner->told) {
            inner->told = true;
            calx_level_tell(session, CALX_SESSION_AFTER_ROLLBACK, calx_level_of(inner));
        }
}

void calx_levels_fold(calx_session *session, calx_boundary *boundary)
{
    while (session->boundary != boundary) {
        calx_level level = calx_level_of(session->boundary);
        calx_boundary_merge_into(session, session->boundary->outer);
        calx_level_tell(session, CALX_SESSION_AFTER_SOFT_ROLLBACK, level);
    }
}
