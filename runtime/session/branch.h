/*
 * Branches: the parts of a session's transaction, one for each engine it works on (SES-363). The
 * session's own bind has the first one, which is all there is for most sessions; others are made
 * when a statement goes to another engine, and stay until the session is freed.
 */
#ifndef CALX_SESSION_BRANCH_H
#define CALX_SESSION_BRANCH_H

#include <calx/connection.h>
#include <calx/two_phase.h>

#include "engine/cursor.h"

#include <stdbool.h>

/* How a session's transaction is on a connection. */
typedef enum calx_join {
    CALX_JOIN_OWN = 0, /* the connection is of the pool, everything is the session's */
    CALX_JOIN_BEGUN,   /* a caller's connection, on which the session began */
    CALX_JOIN_GUEST,   /* in the caller's transaction; may roll it back, ends it in no other way */
    CALX_JOIN_SAVEPOINT, /* in a savepoint of its own in the caller's transaction */
    CALX_JOIN_CONTROL    /* the caller's transaction is as the session's own */
} calx_join;

typedef struct calx_branch calx_branch;

struct calx_branch {
    calx_branch *next;
    calx_engine *engine;         /* makes its texts; NULL: the session has no bind of its own */
    calx_engine *asked;          /* the one that was given */
    calx_engine *placed;         /* derived from it for a schema; or NULL. Owned */
    calx_connection *callers;    /* to work on; NULL: one of the pool. Borrowed */
    calx_connection *connection; /* NULL: none needed so far in this transaction */
    calx_join join;              /* how the transaction is on it */
    size_t savepoints;           /* of it that were open before those of this session */
    size_t sent;                 /* so many boundaries, from the root on, the database has open */
    bool lent;                   /* callers is of this transaction only */
};

/*
 * The schema a session works in is its own, else that of its connection, and is the same as long as
 * it lives: an engine derived for it makes its texts (ENG-185). asked and callers are set.
 */
calx_status calx_branch_place(calx_branch *branch, const calx_execution_options *options,
                              calx_error *out_error);

/* The branch on an engine, made if there is none. */
calx_status calx_branch_on(calx_session *session, calx_engine *engine, calx_branch **out_branch);

/* Its connection has the transaction begun, with all savepoints that are open, for a statement.
 * CALX_E_PENDING_ROLLBACK after a failed flush (SES-156). */
calx_status calx_branch_begin(calx_session *session, calx_branch *branch);

/* Moves its connection's error to the session and answers the status. */
calx_status calx_branch_take_error(calx_session *session, calx_branch *branch);

/* The same of the connection a cursor is of. */
calx_status calx_session_take_cursor_error(calx_session *session, const calx_cursor *cursor);

/* Whether any branch has the innermost boundary on its database. */
bool calx_session_is_sent(const calx_session *session);

/* The session is freed: so are its branches but for the first. */
void calx_branches_clear(calx_session *session);

#endif
