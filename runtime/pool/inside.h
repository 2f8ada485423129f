/*
 * What the files of the pool room share. Everything in a pool but its options and maker is guarded
 * by its lock; functions here that end in _locked are called with it held. Whoever may have asked
 * for a thread (calx_pool_offer_locked() does) lets go of the lock with calx_pool_unlock().
 */
#ifndef CALX_POOL_INSIDE_H
#define CALX_POOL_INSIDE_H

#include "base/clock.h"
#include "pool/pool.h"

#include <pthread.h>

/* How many entries are made at once by the pool's own threads. */
enum { CALX_POOL_MAKERS = 5 };

typedef struct calx_pool_list {
    calx_pool_entry *first;
    calx_pool_entry *last;
    size_t count;
} calx_pool_list;

/* What a waiter was given. */
typedef enum calx_pool_grant {
    CALX_POOL_GRANT_NONE = 0,
    CALX_POOL_GRANT_ENTRY,  /* an entry, out already */
    CALX_POOL_GRANT_PLACE,  /* the right to make one, counted as connecting already */
    CALX_POOL_GRANT_FAILED, /* the failure of a make, in status and error */
    CALX_POOL_GRANT_CLOSED
} calx_pool_grant;

/* One caller that waits; lives on its stack. */
typedef struct calx_pool_waiter {
    struct calx_pool_waiter *next;
    pthread_cond_t woken;
    pthread_t thread;
    calx_pool_grant grant;
    calx_pool_entry *entry;
    calx_status status;
    calx_error *error; /* the caller's, or NULL */
} calx_pool_waiter;

/* A thread and its entry, in a thread pool. */
struct calx_pool_thread {
    calx_pool *pool;
    calx_pool_thread *next;
    pthread_t id;
    struct calx_thread_entry *exit; /* runs when the thread ends */
    calx_pool_entry *entry;         /* NULL: none yet, or it was destroyed */
};

/* A make under way; lives on the stack of the thread that is inside of it. */
typedef struct calx_pool_making {
    struct calx_pool_making *next;
    pthread_t thread;
    const char *what; /* what calls back from it now; static, or NULL: nothing known */
} calx_pool_making;

/* Whether the database answers, as far as the last attempts to make an entry tell (ENG-093). */
typedef struct calx_pool_outage {
    bool unproven;      /* nothing was made since the pool began or the last loss */
    size_t attempts;    /* makes under way */
    int64_t retry_ns;   /* not before that; 0: at once */
    int64_t backoff_ns; /* between the last two attempts */
} calx_pool_outage;

struct calx_pool {
    calx_pool_options options;
    calx_pool_maker maker;
    size_t limit; /* places */
    size_t keep;  /* idle entries at most */
    bool queued;  /* a queue pool or one of its kin */
    bool quick;   /* none of what follows: entries are lent and kept without more ado */
    bool ages;    /* entries may be too old to be lent or kept */
    bool stamps;  /* when an entry comes back is noted */
    bool looks;   /* entries are asked before they are lent */
    bool traces;  /* who takes is noted */
    bool upkept;  /* something is to be done from time to time */
    pthread_mutex_t lock;
    pthread_cond_t changed; /* something came back, was destroyed or a thread ended */
    unsigned watchers;      /* who wait for that */
    bool closed;
    bool paused;
    uint64_t generation;
    uint64_t last_number;
    uint64_t random;
    calx_pool_list idle; /* queue pools only */
    calx_pool_list out;  /* orphans too */
    calx_pool_list away; /* detached, or the parent process's */
    size_t orphans;
    size_t connecting; /* places of entries that are made, destroyed or pinged */
    size_t waiting;
    calx_pool_waiter *first_waiter;
    calx_pool_waiter *last_waiter;
    calx_pool_outage outage;
    calx_pool_making *making; /* all that are inside of the maker */
    unsigned makers;          /* of the attempts, those made apart */
    unsigned to_start;        /* of these, whose thread is to be started at the unlock */
    unsigned helpers;         /* threads of the pool that run */
    bool upkeep_runs;
    bool upkeep_due;              /* do not wait for the next round */
    int64_t upkeep_ns;            /* the last round without a thread */
    pthread_cond_t upkeep_wanted; /* the upkeep's thread waits for it */
    calx_pool_thread *threads;    /* thread pool only */
    calx_error last_error;        /* of the last make that failed */
    uint64_t acquired;
    uint64_t waited;
    uint64_t timed_out;
    uint64_t created;
    uint64_t failed;
    uint64_t destroyed;
    uint64_t closed_by[CALX_CLOSE_CAUSES];
    uint64_t waits[CALX_WAIT_CLASSES];
};

static inline void calx_pool_list_append(calx_pool_list *list, calx_pool_entry *entry)
{
    entry->next = NULL;
    entry->previous = list->last;
    if (list->last != NULL)
        list->last->next = entry;
    else
        list->first = entry;
    list->last = entry;
    list->count++;
}

static inline void calx_pool_list_remove(calx_pool_list *list, calx_pool_entry *entry)
{
    if (entry->previous != NULL)
        entry->previous->next = entry->next;
    else
        list->first = entry->next;
    if (entry->next != NULL)
        entry->next->previous = entry->previous;
    else
        list->last = entry->previous;
    entry->next = NULL;
    entry->previous = NULL;
    list->count--;
}

/* The clock ages are told by. */
static inline int64_t calx_pool_now(const calx_pool *pool)
{
    return pool->options.clock != NULL ? pool->options.clock() : calx_clock_monotonic_ns();
}

static inline void calx_pool_count_end_locked(calx_pool *pool, calx_close_cause cause)
{
    pool->destroyed++;
    pool->closed_by[cause]++;
}

/* Wakes those who wait for the pool to become quiet; mostly there are none. */
static inline void calx_pool_changed_locked(calx_pool *pool)
{
    if (pool->watchers > 0)
        pthread_cond_broadcast(&pool->changed);
}

bool calx_pool_init_condition(pthread_cond_t *condition);

/* Waits for a condition until a deadline at most. */
void calx_pool_wait_locked(calx_pool *pool, pthread_cond_t *condition, int64_t deadline);

/* ---- age.c: how long an entry lives ---- */

/* What is mostly true, in few words: nothing speaks against the entry. */
static inline bool calx_pool_is_sound_locked(const calx_pool *pool, const calx_pool_entry *entry)
{
    return entry->generation == pool->generation && !entry->spoiled && !pool->ages;
}

/* Why an entry cannot be kept any longer, or not be lent; CALX_CLOSE_CAUSES: it can. */
calx_close_cause calx_pool_unfit_to_keep_locked(const calx_pool *pool,
                                                const calx_pool_entry *entry);
calx_close_cause calx_pool_unfit_to_lend_locked(const calx_pool *pool,
                                                const calx_pool_entry *entry);
/* The same for one that nobody uses: it is lent at once if somebody waits, else kept. */
calx_close_cause calx_pool_unfit_to_return_locked(const calx_pool *pool,
                                                  const calx_pool_entry *entry);
/* Stamps an entry that was just made. */
void calx_pool_begin_life_locked(calx_pool *pool, calx_pool_entry *entry, uint64_t generation);
/* A random number from 0 up to, not including, 1. */
double calx_pool_random_locked(calx_pool *pool);

/* ---- make.c: how an entry comes to be ---- */

/* Says that a connection was made; no lock is held. */
void calx_pool_tell_created(const calx_pool *pool);

/* Lets go of the lock, then starts the threads that were asked for meanwhile. */
void calx_pool_unlock(calx_pool *pool);
/* Whether an attempt may begin now; out_when: else when one may, if nothing changes. */
bool calx_pool_may_make_locked(const calx_pool *pool, int64_t *out_when);
/* An attempt begins, in a place that is counted from now on; and how it ended. */
void calx_pool_begin_make_locked(calx_pool *pool);
void calx_pool_end_make_locked(calx_pool *pool, calx_status status, const calx_error *told);
/* Has an idle entry made by a thread of the pool, if there is room and it may be. */
bool calx_pool_make_apart_locked(calx_pool *pool);
/* Makes an entry in a place that was begun, without the lock: the taker's, out already. */
calx_status calx_pool_fill_place(calx_pool *pool, int64_t deadline, calx_pool_entry **out_entry,
                                 calx_error *error);
/* Calls the maker, without the lock. */
calx_status calx_pool_make(calx_pool *pool, int64_t deadline, calx_pool_entry **out_entry,
                           calx_error *error);
/*
 * How many entries the calling thread is making: what asks then is called by the maker, and whoever
 * waits for the entry waits for it too (ENG-105).
 */
size_t calx_pool_nesting_locked(const calx_pool *pool);
/* Tells one who would wait for itself. */
calx_status calx_pool_fail_nested_locked(calx_pool *pool, calx_error *error);
/* A thread of the pool, which counts as a helper already. false: there is none. */
bool calx_pool_start_thread(void *(*run)(void *), calx_pool *pool);
/* Something was lost: one attempt has to show that the database answers, at once. */
void calx_pool_doubt_locked(calx_pool *pool);

/* ---- the queue pool and its kin ---- */

calx_status calx_pool_queue_take(calx_pool *pool, calx_pool_entry **out_entry, calx_error *error);
/* The usual case: one is idle, sound, and nobody waits. NULL: it is another one. */
calx_pool_entry *calx_pool_queue_take_idle(calx_pool *pool);
void calx_pool_queue_give(calx_pool *pool, calx_pool_entry *entry);
bool calx_pool_has_place_locked(const calx_pool *pool);
/* Puts a fit entry, which is in no list, into a waiter's hand or among the idle. false: no room. */
bool calx_pool_keep_locked(calx_pool *pool, calx_pool_entry *entry);
void calx_pool_lend_locked(calx_pool *pool, calx_pool_entry *entry);
/* Takes the oldest waiter out of the queue with something in its hand. */
void calx_pool_grant_locked(calx_pool *pool, calx_pool_grant grant, calx_pool_entry *entry);
/* After a place became free, or an attempt may be made: the oldest waiters may use it. */
void calx_pool_offer_locked(calx_pool *pool);
/* Wakes everybody with CALX_POOL_GRANT_CLOSED. */
void calx_pool_queue_close_locked(calx_pool *pool);
/* Destroys an entry whose place is counted as connecting, then frees the place; or all of them. */
void calx_pool_end_in_place(calx_pool *pool, calx_pool_entry *entry);
void calx_pool_end_all_in_place(calx_pool *pool, calx_pool_list *ended);

/* The static pool: nested checkouts of a thread share the entry, others wait for it. */
calx_status calx_pool_static_take(calx_pool *pool, calx_pool_entry **out_entry, calx_error *error);

calx_status calx_pool_fail_closed(calx_error *error);
/* Destroys an entry that is out, as calx_pool_discard(), and counts it under a cause. */
void calx_pool_drop(calx_pool *pool, calx_pool_entry *entry, calx_close_cause cause);

/* ---- look.c: whether an entry lives ---- */

/*
 * Asks an entry that was lent. CALX_OK and *out_dead false: it lives. CALX_OK and true: it was
 * destroyed, its place is free. A failure: the same, and that is the taker's answer.
 */
calx_status calx_pool_look_at(calx_pool *pool, calx_pool_entry *entry, int64_t deadline,
                              bool *out_dead, calx_error *error);

/* ---- trace.c: who holds what ---- */

/* Notes who took an entry that is out. */
void calx_pool_note_taker(calx_pool *pool, calx_pool_entry *entry, const char *place);
/* Before it is given back: tells of one that was reported. */
void calx_pool_tell_return(calx_pool *pool, const calx_pool_entry *entry);
/* Reports what is held too long, and until when the next look has time. */
void calx_pool_report_leaks(calx_pool *pool);
int64_t calx_pool_leaks_due_locked(const calx_pool *pool, int64_t now);
/* Where an entry that is out was taken, as far as known. */
void calx_pool_describe_holder(const calx_pool_entry *entry, char *out, size_t size);

/* ---- upkeep.c ---- */

/* Starts the thread if there is to be one, and tells it when too little is idle. */
void calx_pool_upkeep_at_take_locked(calx_pool *pool);
/* Without a thread: does a round if it is time (ENG-115). */
void calx_pool_upkeep_at_give(calx_pool *pool);
/* Something is missing or may be made: the upkeep looks now. */
void calx_pool_want_upkeep_locked(calx_pool *pool);
/* Moves idle entries that cannot be kept to ended, their places counted as connecting. */
void calx_pool_collect_unfit_locked(calx_pool *pool, calx_pool_list *ended);

/* ---- the thread pool ---- */

calx_status calx_pool_thread_take(calx_pool *pool, calx_pool_entry **out_entry, calx_error *error);
void calx_pool_thread_give(calx_pool *pool, calx_pool_entry *entry);
/* Moves entries nobody uses out of the threads' records, to be destroyed. */
void calx_pool_thread_collect_locked(calx_pool *pool, calx_pool_list *collected);
/* No thread's end will touch the pool any more; its entries are collected. */
void calx_pool_thread_end_locked(calx_pool *pool, calx_pool_list *collected);
size_t calx_pool_thread_idle_locked(const calx_pool *pool);

#endif
