/*
 * The work of one flush, planned before anything is sent: which rows are inserted, updated and
 * deleted, in an order the foreign keys allow (SES-170 to 173, 196).
 */
#ifndef CALX_SESSION_WORK_H
#define CALX_SESSION_WORK_H

#include "base/arena.h"
#include "session/reference.h"
#include "session/session.h"

/* Rows of associations. */
typedef struct calx_pair_row {
    calx_pair *pair;
    const calx_value *old; /* what its columns are so far, of the arena; NULL: what its ends say */
} calx_pair_row;

typedef struct calx_pair_rows {
    calx_pair_row *items;
    size_t count, capacity;
} calx_pair_rows;

typedef struct calx_work {
    calx_session *session;
    bool linked;               /* some row may point at another one in memory */
    bool mixed;                /* there are rows of more than one mapper */
    const calx_mapper *mapper; /* of the first row */
    calx_instances inserts;    /* owners after what they point at */
    calx_instances updates;    /* before the inserts */
    size_t last_updates;       /* so many of these come after the first deletes */
    calx_instances late;       /* updates that point at a row still to be inserted: after them */
    calx_instances deletes;    /* owners before what they point at */
    size_t first_deletes;      /* so many of these come before the inserts */
    calx_instances vacated;    /* updates that let go of a place before somebody takes it */
    calx_instances apart;      /* inserts with a reference that is written after all of them */
    calx_instances released;   /* deletes with a reference that is taken away before */
    calx_instances switches;   /* new ones that take over the row of one that is deleted */
    calx_instances switched;   /* these, at the same positions */
    calx_pair_rows repaired;   /* rows of associations whose ends have new keys */
    calx_pair_rows unpaired;   /* those to be deleted: before the deletes */
    calx_pair_rows paired;     /* those to be inserted: after what they lead to */
    calx_arena arena;
} calx_work;

/*
 * Takes up direct writes, orphans, cascades, and gathers what is to be written. Nothing is sent but
 * SELECTs of collections that a deletion concerns. On failure the session is as it was, but for
 * what was taken up.
 */
calx_status calx_work_gather(calx_work *work, calx_session *session, bool cold);

/* Plans what was gathered; a failure is one of the flush (SES-154). */
calx_status calx_work_order(calx_work *work);

/* Puts the work in order. CALX_E_CIRCULAR_DEPENDENCY; CALX_E_NOMEM. */
calx_status calx_work_sort(calx_work *work);

/* Puts the lists in the order of their mappers, and finds the groups of these. CALX_E_NOMEM. */
calx_status calx_work_sort_kinds(calx_work *work);

/* What a row needs to be there, or to be gone, before it; NULL: nothing of this flush. */
typedef calx_instance *(*calx_needed)(const calx_session *session, const calx_instance *instance,
                                      size_t foreign_key);

/* What a row to be written points at that is inserted in the same flush; NULL: nothing. */
calx_instance *calx_work_new_target(const calx_session *session, const calx_instance *instance,
                                    size_t foreign_key);

/* The same without references that are written apart. */
calx_instance *calx_work_needs(const calx_session *session, const calx_instance *instance,
                               size_t foreign_key);

/* What a row to be deleted points at that is deleted in the same flush; NULL: nothing. */
calx_instance *calx_work_old_target(const calx_session *session, const calx_instance *instance,
                                    size_t foreign_key);

/*
 * Puts rows that may need each other level by level; they are in the order of their mappers.
 * CALX_E_CIRCULAR_DEPENDENCY; CALX_E_NOMEM.
 */
calx_status calx_work_level(calx_session *session, const calx_instances *rows, calx_needed needed);

/* Puts first what another row takes the place of; the work is sorted. CALX_E_NOMEM. */
calx_status calx_work_make_room(calx_work *work);

/* Puts last who takes the place of another one, each behind that one. CALX_E_NOMEM. */
calx_status calx_work_seat(calx_work *work);

/*
 * Who of those that move must let go of a place first, since it is taken before they are written;
 * everything is in its order. CALX_E_NOMEM.
 */
calx_status calx_work_vacate(calx_work *work);

/*
 * The owner whose place a row leaves by a foreign key that is unique, and was set to another one;
 * NULL: it stays, or no other row can be there anyway.
 */
calx_instance *calx_work_left(const calx_session *session, const calx_instance *row,
                              size_t foreign_key);

/* The row a foreign key of a stored row points at in the database, if the session has it. */
calx_instance *calx_work_stored_target(const calx_session *session, const calx_instance *instance,
                                       const calx_foreign_key *key);

/* Whether a row to be written points at any that is inserted in the same flush. */
bool calx_work_points_at_new(const calx_session *session, const calx_instance *instance);

/*
 * While a flush is planned: members that follow by UPDATEs are loaded and have the new key in their
 * columns, so that they are among what changed. The list may grow.
 */
calx_status calx_key_change_pass_on(calx_session *session, const calx_watch_list *list);

/* Gathers what is written apart from its row (SES-198); the work is sorted. CALX_E_NOMEM. */
calx_status calx_work_gather_apart(calx_work *work);

/* CALX_E_CIRCULAR_DEPENDENCY: rows each of which needs the next one, and the last the first. */
calx_status calx_work_circular(calx_session *session, const calx_instances *path, size_t first,
                               calx_needed needed);

/* Whether there is nothing to send. */
bool calx_work_is_empty(const calx_work *work);

void calx_work_clear(calx_work *work);

#endif
