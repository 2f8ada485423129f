/*
 * What both kinds of pool have in common: making and ending a pool, closing its doors, counting.
 * The rule kept: the lock guards lists and numbers only. What may take time or call back (making,
 * resetting, destroying, logging) happens outside of it (ENG-060, ENG-105).
 */
#include "pool/inside.h"

#include "base/allocator.h"
#include "base/clock.h"
#include "base/error.h"

static bool init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    bool done = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                pthread_cond_init(condition, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    return done;
}

calx_status calx_pool_new(const calx_pool_options *options, const calx_pool_maker *maker,
                          calx_pool **out_pool)
{
    calx_pool *pool = calx_alloc_zeroed(sizeof(*pool));
    if (pool == NULL)
        return CALX_E_NOMEM;
    pool->options = *options;
    pool->maker = *maker;
    pool->last_error = (calx_error)CALX_ERROR_INIT;
    if (pthread_mutex_init(&pool->lock, NULL) != 0)
        goto fail;
    if (!init_condition(&pool->changed)) {
        pthread_mutex_destroy(&pool->lock);
        goto fail;
    }
    *out_pool = pool;
    return CALX_OK;
fail:
    calx_release(pool);
    return CALX_E_NOMEM;
}

bool calx_pool_is_old(const calx_pool *pool, const calx_pool_entry *entry)
{
    int64_t age_ms = (calx_clock_monotonic_ns() - entry->born_ns) / 1000000;
    return age_ms >= pool->options.recycle_ms;
}

calx_status calx_pool_make(calx_pool *pool, uint64_t generation, int64_t deadline,
                           calx_pool_entry **out_entry, calx_error *error)
{
    calx_pool_entry *entry = NULL;
    calx_status status = pool->maker.make(pool->maker.context, deadline, &entry, error);
    if (status != CALX_OK)
        return status;
    entry->born_ns = calx_clock_monotonic_ns();
    entry->generation = generation;
    entry->users = 1;
    calx_log(pool->options.logger, CALX_LOG_DEBUG, "created a connection");
    *out_entry = entry;
    return CALX_OK;
}

calx_status calx_pool_fail_closed(calx_error *error)
{
    return calx_error_set(error, CALX_E_POOL_CLOSED,
                          "the engine is shut down and gives out no connections");
}

calx_status calx_pool_take(calx_pool *pool, calx_pool_entry **out_entry, calx_error *error)
{
    if (pool->options.kind == CALX_POOL_THREAD)
        return calx_pool_thread_take(pool, out_entry, error);
    return calx_pool_queue_take(pool, out_entry, error);
}

void calx_pool_give(calx_pool *pool, calx_pool_entry *entry)
{
    if (pool->options.kind == CALX_POOL_THREAD)
        calx_pool_thread_give(pool, entry);
    else
        calx_pool_queue_give(pool, entry);
}

/* Takes an entry off the books; its place is free and goes to whoever waits. */
static void forget_entry_locked(calx_pool *pool, calx_pool_entry *entry)
{
    calx_pool_list_remove(&pool->out, entry);
    pool->orphans -= entry->orphan;
    if (entry->thread != NULL)
        entry->thread->entry = NULL;
    entry->thread = NULL;
    if (pool->options.kind == CALX_POOL_QUEUE)
        calx_pool_queue_place_locked(pool);
    calx_pool_changed_locked(pool);
}

/* Gives back the place of an entry that is really gone now. */
static void free_place(calx_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->connecting--;
    calx_pool_queue_place_locked(pool);
    calx_pool_changed_locked(pool);
    pthread_mutex_unlock(&pool->lock);
}

void calx_pool_discard(calx_pool *pool, calx_pool_entry *entry)
{
    pthread_mutex_lock(&pool->lock);
    bool last = --entry->users == 0;
    bool has_place = last && !entry->orphan && pool->options.kind == CALX_POOL_QUEUE;
    if (last) {
        pool->connecting += has_place; /* the limit counts it until it is destroyed */
        forget_entry_locked(pool, entry);
        pool->destroyed++;
    } else if (!entry->orphan) {
        /* Whoever asks next gets another one. */
        entry->orphan = true;
        pool->orphans++;
        if (entry->thread != NULL)
            entry->thread->entry = NULL;
        entry->thread = NULL;
    }
    pthread_mutex_unlock(&pool->lock);
    if (last)
        pool->maker.destroy(pool->maker.context, entry);
    if (has_place)
        free_place(pool);
}

bool calx_pool_detach(calx_pool *pool, calx_pool_entry *entry)
{
    pthread_mutex_lock(&pool->lock);
    bool alone = entry->users == 1;
    if (alone)
        forget_entry_locked(pool, entry);
    pthread_mutex_unlock(&pool->lock);
    return alone;
}

void calx_pool_bump(calx_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->generation++;
    pthread_mutex_unlock(&pool->lock);
}

/* Takes what nobody uses out of the pool. */
static calx_pool_list collect_idle_locked(calx_pool *pool)
{
    calx_pool_list collected = { NULL, NULL, 0 };
    while (pool->idle.first != NULL) {
        calx_pool_entry *entry = pool->idle.first;
        calx_pool_list_remove(&pool->idle, entry);
        calx_pool_list_append(&collected, entry);
    }
    calx_pool_thread_collect_locked(pool, &collected);
    pool->destroyed += collected.count;
    return collected;
}

static void destroy_all(calx_pool *pool, calx_pool_list *list)
{
    while (list->first != NULL) {
        calx_pool_entry *entry = list->first;
        calx_pool_list_remove(list, entry);
        pool->maker.destroy(pool->maker.context, entry);
    }
}

void calx_pool_dispose(calx_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->generation++;
    calx_pool_list collected = collect_idle_locked(pool);
    for (calx_pool_entry *entry = pool->out.first; entry != NULL; entry = entry->next) {
        pool->orphans += !entry->orphan;
        entry->orphan = true;
    }
    /* The places of those that are out are free now. */
    if (pool->options.kind == CALX_POOL_QUEUE)
        calx_pool_queue_place_locked(pool);
    pthread_mutex_unlock(&pool->lock);
    destroy_all(pool, &collected);
    calx_log(pool->options.logger, CALX_LOG_DEBUG, "disposed: %zu idle connections closed",
             collected.count);
}

size_t calx_pool_shutdown(calx_pool *pool, int64_t deadline)
{
    size_t cut = 0;
    pthread_mutex_lock(&pool->lock);
    pool->closed = true;
    calx_pool_list collected = collect_idle_locked(pool);
    calx_pool_queue_close_locked(pool);
    pthread_mutex_unlock(&pool->lock);
    destroy_all(pool, &collected);

    pthread_mutex_lock(&pool->lock);
    pool->watchers++;
    while (pool->out.count + pool->connecting > 0 && !calx_deadline_passed(deadline)) {
        if (deadline == CALX_DEADLINE_NONE) {
            pthread_cond_wait(&pool->changed, &pool->lock);
        } else {
            struct timespec until = calx_deadline_timespec(deadline);
            pthread_cond_timedwait(&pool->changed, &pool->lock, &until);
        }
    }
    pool->watchers--;
    for (calx_pool_entry *entry = pool->out.first; entry != NULL; entry = entry->next) {
        if (entry->cut)
            continue;
        entry->cut = true;
        pool->maker.cut(pool->maker.context, entry);
        cut++;
    }
    pthread_mutex_unlock(&pool->lock);
    return cut;
}

void calx_pool_free(calx_pool *pool)
{
    if (pool == NULL)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->closed = true;
    calx_pool_list collected = collect_idle_locked(pool);
    calx_pool_thread_end_locked(pool, &collected);
    pthread_mutex_unlock(&pool->lock);
    destroy_all(pool, &collected);
    calx_error_clear(&pool->last_error);
    pthread_cond_destroy(&pool->changed);
    pthread_mutex_destroy(&pool->lock);
    calx_release(pool);
}

void calx_pool_status(calx_pool *pool, calx_engine_state *out_state)
{
    pthread_mutex_lock(&pool->lock);
    size_t idle = pool->idle.count + calx_pool_thread_idle_locked(pool);
    size_t out = pool->out.count - pool->orphans;
    size_t total = idle + out + pool->connecting;
    *out_state = (calx_engine_state){
        .size = pool->options.size,
        .idle = idle,
        .overflow = pool->options.size == 0 ? 0 : (long)total - (long)pool->options.size,
        .out = out,
        .waiting = pool->waiting,
        .connecting = pool->connecting,
        .acquired = pool->acquired,
        .waited = pool->waited,
        .timed_out = pool->timed_out,
        .created = pool->created,
        .closed = pool->destroyed,
    };
    pthread_mutex_unlock(&pool->lock);
}
