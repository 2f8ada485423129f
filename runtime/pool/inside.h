/*
 * What the files of the pool room share. Everything in a pool but its options and maker is guarded
 * by its lock; functions here that end in _locked are called with it held.
 */
#ifndef CALX_POOL_INSIDE_H
#define CALX_POOL_INSIDE_H

#include "pool/pool.h"

#include <pthread.h>

typedef struct calx_pool_list {
    calx_pool_entry *first;
    calx_pool_entry *last;
    size_t count;
} calx_pool_list;

/* What a waiter was given. */
typedef enum calx_pool_grant {
    CALX_POOL_GRANT_NONE = 0,
    CALX_POOL_GRANT_ENTRY, /* an entry, out already */
    CALX_POOL_GRANT_PLACE, /* the right to make one, counted as connecting already */
    CALX_POOL_GRANT_CLOSED
} calx_pool_grant;

/* One caller that waits; lives on its stack. */
typedef struct calx_pool_waiter {
    struct calx_pool_waiter *next;
    pthread_cond_t woken;
    calx_pool_grant grant;
    calx_pool_entry *entry;
} calx_pool_waiter;

/* A thread and its entry, in a thread pool. */
struct calx_pool_thread {
    calx_pool *pool;
    calx_pool_thread *next;
    pthread_t id;
    struct calx_thread_entry *exit; /* runs when the thread ends */
    calx_pool_entry *entry;         /* NULL: none yet, or it was destroyed */
};

struct calx_pool {
    calx_pool_options options;
    calx_pool_maker maker;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* something came back, was destroyed or a thread ended */
    unsigned watchers;      /* who wait for that */
    bool closed;
    uint64_t generation;
    calx_pool_list idle; /* queue pool only */
    calx_pool_list out;  /* orphans too */
    size_t orphans;
    size_t connecting;
    size_t waiting;
    calx_pool_waiter *first_waiter;
    calx_pool_waiter *last_waiter;
    calx_pool_thread *threads; /* thread pool only */
    calx_error last_error;     /* of the last make that failed */
    uint64_t acquired;
    uint64_t waited;
    uint64_t timed_out;
    uint64_t created;
    uint64_t destroyed;
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

/* Whether an entry is too old to be lent again; reads the clock. */
bool calx_pool_is_old(const calx_pool *pool, const calx_pool_entry *entry);

/* Whether an entry may be lent again. */
static inline bool calx_pool_is_fit_locked(const calx_pool *pool, const calx_pool_entry *entry)
{
    if (entry->orphan || entry->cut || pool->closed || entry->generation != pool->generation)
        return false;
    return pool->options.recycle_ms < 0 || !calx_pool_is_old(pool, entry);
}

/* Wakes those who wait for the pool to become quiet; mostly there are none. */
static inline void calx_pool_changed_locked(calx_pool *pool)
{
    if (pool->watchers > 0)
        pthread_cond_broadcast(&pool->changed);
}

/* Calls the maker, without the lock; stamps the entry. */
calx_status calx_pool_make(calx_pool *pool, uint64_t generation, int64_t deadline,
                           calx_pool_entry **out_entry, calx_error *error);

calx_status calx_pool_fail_closed(calx_error *error);

/* The queue pool. */
calx_status calx_pool_queue_take(calx_pool *pool, calx_pool_entry **out_entry, calx_error *error);
void calx_pool_queue_give(calx_pool *pool, calx_pool_entry *entry);
/* After a place became free: the oldest waiter may use it. */
void calx_pool_queue_place_locked(calx_pool *pool);
/* Wakes everybody with CALX_POOL_GRANT_CLOSED. */
void calx_pool_queue_close_locked(calx_pool *pool);

/* The thread pool. */
calx_status calx_pool_thread_take(calx_pool *pool, calx_pool_entry **out_entry, calx_error *error);
void calx_pool_thread_give(calx_pool *pool, calx_pool_entry *entry);
/* Moves entries nobody uses out of the threads' records, to be destroyed. */
void calx_pool_thread_collect_locked(calx_pool *pool, calx_pool_list *collected);
/* No thread's end will touch the pool any more; its entries are collected. */
void calx_pool_thread_end_locked(calx_pool *pool, calx_pool_list *collected);
size_t calx_pool_thread_idle_locked(const calx_pool *pool);

#endif
