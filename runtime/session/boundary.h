/*
 * Boundaries: the root transaction and the savepoints open inside it (SES-130 to 143). A savepoint
 * costs nothing for what is not touched inside it: it remembers how long the session's lists were
 * when it began, and each instance's values from before it first wrote them. So releasing it is
 * handing its records to the boundary around it, and rolling back is going through them. Neither
 * ever fails: what they need was taken when the work was done.
 */
#ifndef CALX_SESSION_BOUNDARY_H
#define CALX_SESSION_BOUNDARY_H

#include "session/hook.h"
#include "session/links.h"
#include "session/watch.h"

/* A function under way whose end ends a boundary; on its caller's stack. */
typedef struct calx_session_scope {
    struct calx_session_scope *outer;
    bool ended; /* inside of it already (SES-118) */
} calx_session_scope;

struct calx_boundary {
    calx_boundary *outer;     /* NULL: this is the root */
    uint64_t number;          /* which one, of all in the process; never 0 */
    size_t depth;             /* boundaries around it; branch.h knows where it was sent */
    size_t inserted;          /* of the session's list, so many were there when it began */
    size_t deleted;           /* likewise */
    calx_record *records;     /* what it wrote was like this before; newest first */
    calx_links_rest *touched; /* whose collections changed in memory; not kept for the root */
    bool touched_more;        /* and others: there was no memory to list them */
    calx_session_scope *scope;
    bool failed; /* only its own rollback, or one further out, is legal */
    bool told;   /* listeners know that it was rolled back */
    calx_transaction_origin origin;
};

/* Opens the root; it is part of the session, so this cannot fail. None may be open. */
void calx_boundary_open_root(calx_session *session);

/* Puts a savepoint, made with calx_alloc_zeroed(), inside the innermost boundary. */
void calx_boundary_open(calx_session *session, calx_boundary *boundary);

/* The open boundary of a number; NULL: there is none. */
calx_boundary *calx_boundary_find(const calx_session *session, uint64_t number);

/*
 * The work of the innermost boundary so far, which stays open, counts as that of the one around it.
 */
void calx_boundary_hand_over(calx_session *session, calx_boundary *inner);

/* Ends the savepoints inside a boundary; what they did counts as its work (SES-133). */
void calx_boundary_merge_into(calx_session *session, calx_boundary *boundary);

/* Puts the session back to where its innermost boundary began, which stays open. */
void calx_boundary_restore(calx_session *session);

/*
 * Puts back what changed in memory and was not written, of instances that were handed out since the
 * last flush: they are expired, and so are collections that took part. Nothing else may have been
 * unwritten when that began. Never fails.
 */
void calx_boundary_undo_unwritten(calx_session *session);

/* Ends the innermost boundary, or all. What they did is settled, restored or forgotten by now. */
void calx_boundary_close(calx_session *session);
void calx_boundary_close_all(calx_session *session);

/* ---- what the session did ---- */

/* Takes an instance out of the list of inserted, or deleted, ones. Answers whose it was; 0: none's.
 */
uint64_t calx_boundary_drop_inserted(calx_session *session, const calx_instance *instance);
void calx_boundary_drop_deleted(calx_session *session, calx_instance *instance);

/*
 * A deleted instance is persistent again by hand. Where an outer boundary deleted it, the list has
 * it once more: each time stands for a change from one state to the other, which a rollback undoes.
 * A place in the list and one in the identity map are reserved.
 */
void calx_boundary_take_back(calx_session *session, calx_instance *instance);

/* A boundary's insertion is back, or what has become of that boundary; one place is reserved. */
void calx_boundary_return_inserted(calx_session *session, uint64_t number, calx_instance *instance);

/* The records of an instance that comes back into the transaction it left. */
void calx_boundary_return_records(calx_session *session, calx_watch *watch);

/* All instances went: none was inserted, deleted or marked. */
void calx_boundary_forget_lists(calx_session *session);

/* A collection of an instance changes in memory: rolling back to a savepoint unloads it. */
void calx_boundary_touch(calx_instance *instance);

/* The instance's links go, or it leaves its session. Takes NULL. */
void calx_boundary_untouch(calx_links_rest *links);

#endif
