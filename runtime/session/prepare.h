/*
 * Transactions that end in two phases (SES-366 to 369): the branches of a session's transaction are
 * those of a unit, which the first one of them makes.
 */
#ifndef CALX_SESSION_PREPARE_H
#define CALX_SESSION_PREPARE_H

#include "session/session.h"

/* Begins a connection's transaction as a branch of the unit. A failure is the session's error. */
calx_status calx_prepare_begin(calx_session *session, calx_connection *connection);

/*
 * The first phase on each connection. One that fails rolls all of them back: instances are restored
 * and no transaction is open then (SES-367).
 */
calx_status calx_prepare_all(calx_session *session);

/* What a second phase has come to. */
typedef enum calx_prepare_end {
    CALX_PREPARE_COMMITTED, /* also where it failed: a branch waits for a recovery */
    CALX_PREPARE_AGAIN,     /* nothing is committed: commit() or rollback() */
    CALX_PREPARE_UNDONE,    /* somebody else rolled it back */
    CALX_PREPARE_UNKNOWN    /* a recovery finds out */
} calx_prepare_end;

calx_status calx_prepare_commit(calx_session *session, calx_prepare_end *out_end);

/* Rolls all branches back, prepared or not; none is on its database then. */
calx_status calx_prepare_rollback(calx_session *session);

/* The unit goes, before its connections do; what is open is rolled back. */
void calx_prepare_clear(calx_session *session);

/* As calx_session_rollback(), which would forget what is wrong. */
void calx_prepare_give_up(calx_session *session);

#endif
