/*
 * Pools of connections. A pool knows no database: what it keeps are entries that a maker makes,
 * asks, resets and destroys, and the maker embeds the entry in what it really keeps.
 *
 * Two of the kinds do the work. The queue pool lends to any thread, never more than its limits
 * allow, in strict order of arrival; no lock is held while an entry is made, reset or destroyed.
 * The thread pool gives each thread an entry of its own, shared by nested checkouts. The others are
 * queue pools with other bounds: the null pool keeps nothing, the static pool has one entry for
 * all, the assertion pool has one and nobody waits for it. Every function may be called from any
 * thread.
 */
#ifndef CALX_POOL_POOL_H
#define CALX_POOL_POOL_H

#include <calx/engine.h>

#include "base/log.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct calx_pool calx_pool;
typedef struct calx_pool_thread calx_pool_thread;

enum { CALX_POOL_FRAMES = 12 };

/* Who holds an entry since when; noted only where it is asked for (ENG-117). */
typedef struct calx_pool_trace {
    const char *place; /* "file:line" of the checkout, or NULL; static */
    int64_t since_ns;
    size_t frame_count;
    void *frames[CALX_POOL_FRAMES]; /* return addresses, innermost first */
    bool told;                      /* the report was made */
    int64_t told_idle_ns;           /* the idle spell of a transaction that was reported */
} calx_pool_trace;

/* Private to the pool; made zeroed by the maker. */
typedef struct calx_pool_entry {
    struct calx_pool_entry *next; /* in the list the entry is in: idle, out or away */
    struct calx_pool_entry *previous;
    uint64_t number;          /* in its pool, from 1 */
    int64_t born_ns;          /* when it was made, by the forward clock */
    int64_t expires_ns;       /* the end of its lifetime */
    int64_t used_ns;          /* when it came back; kept where something asks for it */
    int64_t asked_ns;         /* when it last answered a ping while idle */
    uint64_t generation;      /* of the pool when it was made (ENG-084) */
    calx_pool_thread *thread; /* thread pool: whose it is */
    pthread_t holder;         /* the thread it was lent to */
    size_t users;             /* checkouts that hold it; 0: idle */
    bool fresh;               /* was never lent: needs no look */
    bool untold;              /* who waited for it tells that it was made */
    bool spoiled;             /* one of the next: not lent again */
    bool orphan;              /* out while its pool was disposed: counted apart, never kept */
    bool nested;              /* made for one who was making: no waiter is to get it before that */
    bool doomed;              /* replaced at its next checkout (ENG-085) */
    bool alone;               /* the maker's: its loss tells nothing of the others (ENG-195) */
    bool cut;                 /* the maker's cut was called */
    bool away;                /* detached: the caller's own */
    bool foreign;             /* the process was forked since: the parent's (ENG-099) */
    calx_pool_trace trace;
} calx_pool_entry;

/* How an entry is asked whether it lives. */
typedef enum calx_pool_look {
    CALX_POOL_PEEK, /* by what is known here; never waits (ENG-092) */
    CALX_POOL_PING  /* in a round trip (ENG-086) */
} calx_pool_look;

/* What a pool does to its entries. No lock of the pool is held where not said. */
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
    /*
     * Optional. Asks whether the entry lives. CALX_E_DISCONNECT: it does not; another failure: it
     * cannot be used (ENG-088).
     */
    calx_status (*look)(void *context, calx_pool_entry *entry, calx_pool_look how, int64_t deadline,
                        calx_error *error);
    /*
     * Optional. Since when a transaction is open in which nothing runs; 0: there is none. Quick,
     * called with the pool's lock held, while the owner uses the entry (ENG-118).
     */
    int64_t (*idle_since)(void *context, calx_pool_entry *entry);
    /* Optional. In the child of a fork: the entry is the parent's. Makes system calls at most. */
    void (*disown)(void *context, calx_pool_entry *entry);
    /* Optional. Makes under way are to fail soon: the pool ends. */
    void (*hurry)(void *context);
} calx_pool_maker;

typedef struct calx_pool_options {
    calx_pool_kind kind;
    size_t size;        /* idle entries kept; 0: no limit */
    long max_overflow;  /* entries beyond size; -1: no limit */
    int64_t timeout_ms; /* longest wait; -1: no end */
    int64_t recycle_ms; /* age at which an entry is replaced; -1: never */
    bool lifo;
    const calx_logger *logger;  /* borrowed; or NULL */
    size_t max_waiters;         /* 0: no limit */
    bool threads;               /* the pool may have threads of its own: for upkeep, for makes */
    bool makes_apart;           /* with threads: an entry is made while its taker waits (ENG-065) */
    bool peeks;                 /* a look at every checkout */
    bool pre_ping;              /* a ping at checkouts */
    int64_t ping_after_idle_ms; /* not so soon after the last use */
    int64_t ping_timeout_ms;    /* 0: the taker's deadline alone */
    int64_t max_lifetime_ms;    /* 0: no limit */
    double jitter;              /* a lifetime is shorter by a random part of up to this */
    int64_t idle_timeout_ms;    /* 0: none */
    size_t min_idle;
    int64_t keepalive_ms;      /* 0: none */
    int64_t leak_threshold_ms; /* 0: none */
    int64_t tx_idle_warn_ms;   /* 0: none */
    int64_t upkeep_period_ms;  /* the longest time between two rounds of upkeep */
    int64_t (*clock)(void);    /* NULL: the forward clock. What ages are told by, not waits */
} calx_pool_options;

/* Makes an empty pool. out_pool: owned, calx_pool_free(). CALX_E_NOMEM. */
calx_status calx_pool_new(const calx_pool_options *options, const calx_pool_maker *maker,
                          calx_pool **out_pool);

/* Destroys idle entries and the pool. None is out. Takes NULL. */
void calx_pool_free(calx_pool *pool);

/*
 * Lends an entry: an idle one that lives, a new one, or the first that comes free, all before one
 * deadline. CALX_E_POOL_TIMEOUT, CALX_E_POOL_CLOSED, CALX_E_STATE (an assertion pool's second), or
 * what the maker answered.
 */
calx_status calx_pool_take(calx_pool *pool, calx_pool_entry **out_entry, calx_error *error);

/* The same; place is a static text to be named in reports, or NULL. */
calx_status calx_pool_take_at(calx_pool *pool, const char *place, calx_pool_entry **out_entry,
                              calx_error *error);

/*
 * For a maker, inside of its make: what is about to be called back, such as "a listener of
 * connect". Static text, for the failure of one that asks this pool for what only this make can
 * bring.
 */
void calx_pool_name_make(calx_pool *pool, const char *what);

/*
 * Takes back an entry: resets it and hands it to the oldest waiter, keeps it, or destroys it. One
 * that is not out stays where it is, and a warning is logged (ENG-050).
 */
void calx_pool_give(calx_pool *pool, calx_pool_entry *entry);

/*
 * Destroys an entry that is out; its place goes to the oldest waiter (ENG-061). In a thread pool it
 * is destroyed when its last user has given it back or discarded it.
 */
void calx_pool_discard(calx_pool *pool, calx_pool_entry *entry);

/*
 * The same for an entry whose loss means that all made until then are lost: they are replaced at
 * their next checkout, each once however many of them are found out (ENG-083).
 */
void calx_pool_lose(calx_pool *pool, calx_pool_entry *entry);

/* An entry that is out stays usable and is replaced at its next checkout (ENG-085). */
void calx_pool_doom(calx_pool *pool, calx_pool_entry *entry);

/*
 * An entry that is out becomes the caller's own; its place is free at once (ENG-049). false: others
 * use it too, nothing was done. The caller ends it with calx_pool_discard().
 */
bool calx_pool_detach(calx_pool *pool, calx_pool_entry *entry);

/* All entries made so far are replaced as they come back or are next asked for (ENG-096). */
void calx_pool_bump(calx_pool *pool);

/* The same if the entry is of the present generation: it tells that all of it is of no use. */
void calx_pool_bump_from(calx_pool *pool, const calx_pool_entry *entry);

/* Until calx_pool_resume() everybody waits, within their deadlines (ENG-119). */
void calx_pool_pause(calx_pool *pool);
void calx_pool_resume(calx_pool *pool);

/* Makes so many idle entries now, one after the other, unless there is no room for them. */
calx_status calx_pool_warm(calx_pool *pool, size_t count, calx_error *error);

/* One round of upkeep: what is due now (ENG-109 to 118). Pools with threads do it by themselves. */
void calx_pool_upkeep(calx_pool *pool);

/* Destroys what is idle; entries that are out are destroyed when given back (ENG-038, 039). */
void calx_pool_dispose(calx_pool *pool);

/*
 * From now on takes answer CALX_E_POOL_CLOSED. Waits until the deadline for entries to come back,
 * then cuts the rest. Answers how many were cut (ENG-041).
 */
size_t calx_pool_shutdown(calx_pool *pool, int64_t deadline);

/* One consistent snapshot (ENG-068). */
void calx_pool_status(calx_pool *pool, calx_engine_state *out_state);

/* All entries there are become foreign, as in a child; takes go on with new ones (ENG-040). */
void calx_pool_abandon(calx_pool *pool);

/*
 * Around a fork: before it, and after it in the parent and in the child. The child's pool is as
 * new; what was in it belongs to the parent (ENG-099, ENG-100).
 */
void calx_pool_fork_prepare(calx_pool *pool);
void calx_pool_fork_parent(calx_pool *pool);
void calx_pool_fork_child(calx_pool *pool);

#endif
