/*
 * Many-to-many relationships in memory. A one-to-many is a link, one for each foreign key of the
 * child. A membership of a many-to-many is no member's own: it is a row of the association, and
 * belongs to the collections of both. It is a pair, one record known from both ends:
 *
 *      post                                                       tag
 *      ┌────────────────┐                                         ┌────────────────┐
 *      │ slot: tags     │  shows those listed here                │ slot: posts    │
 *      │ side ──────────┼──▶ pair ── pair ── pair                 │ side           │
 *      └────────────────┘     │ end 0: post, listed               └──────┼─────────┘
 *                             │ end 1: tag, not listed ◀─────────────────┘
 *                             │ stored, added or removed
 *
 * - A side is every pair known of an instance over one foreign key of an association, oldest first,
 *   whether that collection is loaded or not. One that no relationship of the instance goes over (a
 *   one-way many-to-many, seen from its members) is in the last side, with others of that kind.
 * - A pair that is listed at an end is in the loaded collection of that end. A collection that is
 *   not loaded has its pairs wait in the side: when it loads, those that were added come in and
 *   those that were removed stay out (SES-305).
 * - Both directions of an inverse pair are over one association, so they share the pair, and what
 *   is changed from either is one row (SES-192).
 * - A pair that is stored and listed nowhere says nothing: it is freed. So memory holds what was
 *   loaded or changed.
 * - Pairs that were added or removed since the last flush are in a list of their session. Flushes
 *   and rollbacks go through that list, never through collections.
 * - Whether two instances are a pair is looked for in the shorter of both sides; when both are
 *   long, in an index of the longer one, which is made then. An index that finds no memory goes,
 *   and the sides are walked.
 * - Whatever becomes of an instance, its sides lead to everything that knows of it.
 */
#ifndef CALX_SESSION_PAIRS_H
#define CALX_SESSION_PAIRS_H

#include "base/map.h"
#include "mapper/instance.h"

typedef struct calx_pair calx_pair;
typedef struct calx_pair_end calx_pair_end;

typedef enum calx_pair_state {
    CALX_PAIR_STORED = 0, /* its row is there, unless one of its ends was deleted */
    CALX_PAIR_ADDED,      /* the flush inserts its row */
    CALX_PAIR_REMOVED     /* the flush deletes its row; it is listed nowhere */
} calx_pair_state;

struct calx_pair_end {
    calx_instance *instance;
    calx_pair_end *next, *previous; /* of its side */
    size_t place;         /* where in that collection the other end was put, as calx_slot counts */
    uint16_t foreign_key; /* of the association: the one that points at the instance */
    uint8_t number;       /* 0 or 1 */
    bool listed;          /* in a loaded collection of the instance */
    bool named;           /* to be a member after a change under way */
    bool fresh;           /* it came there in an attach that may still fail */
    bool apart; /* the instance left its session: collections of the other end leave it out */
};

struct calx_pair {
    const calx_mapper *association;
    calx_pair_end ends[2];
    calx_pair_state state;
    bool held;                  /* somebody has it in hand: it is not swept */
    bool skipped;               /* a flush warned that it cannot write it */
    calx_session *session;      /* in whose list of changed pairs; NULL: in none */
    calx_pair *next, *previous; /* of that list, in the order of the changes */
};

typedef struct calx_side {
    calx_pair_end *first, *last;
    size_t count;
    calx_map *index; /* ends by the instance at the other one; NULL: none */
} calx_side;

/* The changed pairs of a session. */
typedef struct calx_pair_list {
    calx_pair *first, *last;
    size_t count;
} calx_pair_list;

static inline calx_pair *calx_pair_of(const calx_pair_end *end)
{
    const calx_pair_end *first = end - end->number;
    return (calx_pair *)((char *)first - offsetof(calx_pair, ends));
}

static inline calx_pair_end *calx_pair_other(const calx_pair_end *end)
{
    return &calx_pair_of(end)->ends[1 - end->number];
}

/* How many sides an instance of the mapper has. */
size_t calx_side_count(const calx_mapper *mapper);

/* One of them. The instance has links. NULL: the last one, and it was never needed. */
calx_side *calx_side_at(const calx_instance *instance, size_t i);

/* The side over a foreign key of an association. The same answers. */
calx_side *calx_side_of(const calx_instance *instance, const calx_mapper *association,
                        unsigned foreign_key);

/* The side of a relationship's owner. */
static inline calx_side *calx_side_over(const calx_instance *owner, const calx_relationship *facts)
{
    return calx_side_of(owner, facts->association, facts->foreign_key);
}

/*
 * The owner's end of the pair both are; NULL: none is known. It may be a removed one. Both have
 * links.
 */
calx_pair_end *calx_pair_find(const calx_relationship *facts, const calx_instance *owner,
                              const calx_instance *item);

/* The same, and when none is known a new one: stored, listed nowhere. NULL: no memory. */
calx_pair_end *calx_pair_get(const calx_relationship *facts, calx_instance *owner,
                             calx_instance *item);

/* Frees a pair that says nothing; or any. */
void calx_pair_sweep(calx_pair *pair);
void calx_pair_destroy(calx_pair *pair);

/* Puts the pair in the list it belongs to now, or in none. */
void calx_pair_follow(calx_pair *pair);

/* Whether an end was deleted, and the row with it. */
bool calx_pair_is_gone(const calx_pair *pair);

/* ---- collections ---- */

/* Whether a relationship of the end's instance goes over the pair's side. */
bool calx_pair_goes_over(const calx_relationship *facts, const calx_pair_end *end);

/* Room in the loaded collections of the end, so that calx_pair_list_at() cannot fail. */
calx_status calx_pair_reserve(calx_pair_end *end);

/* Puts the other end into the loaded collections of this one. Reserved before. */
void calx_pair_list_at(calx_pair_end *end);

/* Takes the other end out of the collections of this one; or moves it in one of them. */
void calx_pair_delist(calx_pair_end *end);
void calx_pair_shift(calx_pair_end *end, unsigned relationship, size_t position);

/* Whether the collection of this end has to take it in when it loads: it was added meanwhile. */
bool calx_pair_is_waiting(const calx_pair_end *end);

/* ---- changes; never fail ---- */

/* The flush is to insert the row; or a removal is taken back. Reserved before. */
void calx_pair_add(calx_pair_end *end);

/* The flush is to delete the row, or nothing is to be done any more; the pair may be freed. */
void calx_pair_remove(calx_pair_end *end);

/* Its row was inserted, or deleted. The latter frees it. */
void calx_pair_settle(calx_pair *pair);

/* ---- instances that come and go, pairs_move.c; all of them take those without links ---- */

/*
 * An instance that is attached comes into the collections of what it was added to. CALX_E_NOMEM:
 * perhaps into some. calx_pairs_end_join() follows: it was not to be, or the instance is back.
 */
calx_status calx_pairs_join(const calx_instance *instance);
void calx_pairs_end_join(const calx_instance *instance, bool commit);

/* The instance has another session, or none: its changes are in the list of that. */
void calx_pairs_follow(const calx_instance *instance);

/* A collection of the relationship was forgotten; has_twin: not all of them over its side. */
void calx_pairs_unload(const calx_instance *instance, const calx_relationship *facts,
                       bool has_twin);

/* As calx_links_detach(): what leaves together (CALX_INSTANCE_VISITED) stays together. */
void calx_pairs_detach(const calx_instance *instance);

/* As calx_links_drop(). */
void calx_pairs_drop(const calx_instance *instance, const calx_session *ending);

/* A rollback makes the instance transient: what it was added to is to be written again. */
void calx_pairs_set_apart(const calx_instance *instance);

/* The row of the instance was deleted: what was to be written of it never will be. */
void calx_pairs_delete(const calx_instance *instance);

/* A rollback: changes that were not written are none any more; the collections ask again. */
void calx_pairs_undo(calx_session *session, bool in_savepoint);

#endif
