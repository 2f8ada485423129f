/*
 * Pools of connections. A pool knows no database: what it keeps are entries that a maker makes,
 * resets and destroys, and the maker embeds the entry in what it really keeps.
 *
 * Two kinds. The queue pool lends to any thread, never more than its limits allow, in strict order
 * of arrival; no lock is held while an entry is made, reset or destroyed. The thread pool gives
 * each thread an entry of its own, shared by nested checkouts. Every function may be called from
 * any thread.
 */
#ifndef CALX_POOL_POOL_H
#define CALX_POOL_POOL_H

#include <calx/engine.h>

#include "base/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct calx_pool calx_pool;
typedef struct calx_pool_thread calx_pool_thread;

/* Private to the pool; made zeroed by the maker. */
typedef struct calx_pool_entry {
    struct calx_pool_entry *next; /* in the list the entry is in: idle or out */
    struct calx_pool_entry *previous;
    int64_t born_ns;          /* when it was made, by the forward clock */
    uint64_t generation;      /* of the pool when it was made (ENG-084) */
    calx_pool_thread *thread; /* thread pool: whose it is */
    size_t users;             /* checkouts that hold it; more than 1 only in a thread pool */
    bool orphan;              /* out while its pool was disposed: counted apart, never kept */
    bool cut;                 /* the maker's cut was called */
} calx_pool_entry;

/* What a pool does to its entries. No lock of the pool is held in any but cut. */
typedef struct calx_pool_maker {
    void *context;
    /* Makes an entry by the deadline. Fills the error on failure. */
    calx_status (*make)(void *context, int64_t deadline, calx_pool_entry **out_entry,
                        calx_error *error);
    /* Makes the entry fit for the next owner. false: it is destroyed instead (ENG-046). */
    bool (*reset)(void *context, calx_pool_entry *entry);
    /* Ends it. */
    void (*destroy)(void *context, calx_pool_entry *entry);
    /* Tells the owner of an entry that it is over. Quick, called with the pool's lock held. */
    void (*cut)(void *context, calx_pool_entry *entry);
} calx_pool_maker;

typedef enum calx_pool_kind {
    CALX_POOL_QUEUE = 0, /* ENG-052 to ENG-068 */
    CALX_POOL_THREAD = 1 /* ENG-073, ENG-074 */
} calx_pool_kind;

typedef struct calx_pool_options {
    calx_pool_kind kind;
    size_t size;        /* idle entries kept; 0: no limit */
    long max_overflow;  /* entries beyond size; -1: no limit */
    int64_t timeout_ms; /* longest wait; -1: no end */
    int64_t recycle_ms; /* age at which an entry is replaced; -1: never */
    bool lifo;
    const calx_logger *logger; /* borrowed; or NULL */
} calx_pool_options;

/* Makes an empty pool. out_pool: owned, calx_pool_free(). CALX_E_NOMEM. */
calx_status calx_pool_new(const calx_pool_options *options, const calx_pool_maker *maker,
                          calx_pool **out_pool);

/* Destroys idle entries and the pool. None is out. Takes NULL. */
void calx_pool_free(calx_pool *pool);

/*
 * Lends an entry: an idle one, a new one, or the first that comes free, all before one deadline.
 * CALX_E_POOL_TIMEOUT, CALX_E_POOL_CLOSED, or what the maker answered.
 */
calx_status calx_pool_take(calx_pool *pool, calx_pool_entry **out_entry, calx_error *error);

/* Takes back an entry: resets it and hands it to the oldest waiter, keeps it, or destroys it. */
void calx_pool_give(calx_pool *pool, calx_pool_entry *entry);

/*
 * Destroys an entry that is out; its place goes to the oldest waiter (ENG-061). In a thread pool it
 * is destroyed when its last user has given it back or discarded it.
 */
void calx_pool_discard(calx_pool *pool, calx_pool_entry *entry);

/*
 * An entry that is out becomes the caller's own; its place is free at once (ENG-049). false: others
 * use it too, nothing was done.
 */
bool calx_pool_detach(calx_pool *pool, calx_pool_entry *entry);

/* All entries made so far are replaced at their next checkout (ENG-083). */
void calx_pool_bump(calx_pool *pool);

/* Destroys what is idle; entries that are out are destroyed when given back (ENG-038, 039). */
void calx_pool_dispose(calx_pool *pool);

/*
 * From now on takes answer CALX_E_POOL_CLOSED. Waits until the deadline for entries to come back,
 * then cuts the rest. Answers how many were cut (ENG-041).
 */
size_t calx_pool_shutdown(calx_pool *pool, int64_t deadline);

/* One consistent snapshot (ENG-068). */
void calx_pool_status(calx_pool *pool, calx_engine_state *out_state);

#endif
