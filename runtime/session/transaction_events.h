/*
 * Events of a transaction and its savepoints, and of flushes: what is told of each level, and when
 * (SES-370 to 374). A level is a boundary, or the part of one that a flush marks.
 */
#ifndef CALX_SESSION_TRANSACTION_EVENTS_H
#define CALX_SESSION_TRANSACTION_EVENTS_H

#include "session/session.h"

/* A level that may be gone when its end is told. */
typedef struct calx_level {
    uint64_t number;
    calx_transaction_origin origin;
} calx_level;

static inline calx_level calx_level_of(const calx_boundary *boundary)
{
    return (calx_level){ boundary->number, boundary->origin };
}

/* A listener may refuse; CALX_OK when nobody listens. */
calx_status calx_level_raise(calx_session *session, calx_session_event event, calx_level level);

/* It has happened. */
void calx_level_tell(calx_session *session, calx_session_event event, calx_level level);

/* Opens the root; refused: none is open. */
calx_status calx_session_open_root(calx_session *session, calx_transaction_origin origin);

/* Puts a savepoint inside the innermost level; refused: the caller still has it. */
calx_status calx_session_open_savepoint(calx_session *session, calx_boundary *savepoint);

/* Of a level and those inside it, which are about to be committed: the outer one first. */
calx_status calx_levels_raise_commit(calx_session *session, const calx_boundary *boundary);

/* Of a level and those inside it, the innermost first, but for those told of before. */
void calx_levels_tell_rollback(calx_session *session, calx_boundary *boundary);

/* Ends the levels inside one that was rolled back. */
void calx_levels_fold(calx_session *session, calx_boundary *boundary);

#endif
