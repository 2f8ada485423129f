/*
 * What all kinds of pool have in common: making and ending a pool, lending and taking back, closing
 * its doors. The rule kept: the lock guards lists and numbers only. What may take time or call back
 * (making, asking, resetting, destroying, logging) happens outside of it (ENG-060, ENG-105).
 */
#include "pool/inside.h"

#include "base/allocator.h"
#include "base/error.h"

bool calx_pool_init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    bool done = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                pthread_cond_init(condition, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    return done;
}

void calx_pool_wait_locked(calx_pool *pool, pthread_cond_t *condition, int64_t deadline)
{
    if (deadline == CALX_DEADLINE_NONE) {
        pthread_cond_wait(condition, &pool->lock);
        return;
    }
    struct timespec until = calx_deadline_timespec(deadline);
    pthread_cond_timedwait(condition, &pool->lock, &until);
}

/* ---- making ---- */

static bool init_locks(calx_pool *pool)
{
    if (pthread_mutex_init(&pool->lock, NULL) != 0)
        return false;
    if (calx_pool_init_condition(&pool->changed)) {
        if (calx_pool_init_condition(&pool->upkeep_wanted))
            return true;
        pthread_cond_destroy(&pool->changed);
    }
    pthread_mutex_destroy(&pool->lock);
    return false;
}

static void set_bounds(calx_pool *pool)
{
    const calx_pool_options *options = &pool->options;
    bool unbounded = options->size == 0 || options->max_overflow < 0;
    pool->queued = options->kind != CALX_POOL_THREAD;
    pool->keep = options->size == 0 ? SIZE_MAX : options->size;
    pool->limit = unbounded ? SIZE_MAX : options->size + (size_t)options->max_overflow;
    if (options->kind == CALX_POOL_STATIC || options->kind == CALX_POOL_ASSERTION)
        pool->keep = pool->limit = 1;
    if (options->kind == CALX_POOL_NULL) {
        pool->keep = 0;
        pool->limit = SIZE_MAX;
    }
}

/* What the options ask for is found out once: the quick way tests one flag for each. */
static void set_habits(calx_pool *pool)
{
    calx_pool_options *options = &pool->options;
    bool aging = options->max_lifetime_ms > 0 || options->idle_timeout_ms > 0;
    options->makes_apart = options->makes_apart && options->threads;
    options->peeks = options->peeks && pool->maker.look != NULL;
    options->pre_ping = options->pre_ping && pool->maker.look != NULL;
    pool->looks = options->peeks || options->pre_ping;
    pool->ages = options->recycle_ms >= 0 || options->max_lifetime_ms > 0;
    pool->stamps = options->pre_ping || options->idle_timeout_ms > 0 || options->keepalive_ms > 0;
    pool->traces = options->leak_threshold_ms > 0 || options->tx_idle_warn_ms > 0 ||
                   options->kind == CALX_POOL_ASSERTION;
    pool->upkept = pool->queued && (aging || options->keepalive_ms > 0 || options->min_idle > 0 ||
                                    options->leak_threshold_ms > 0 || options->tx_idle_warn_ms > 0);
    pool->quick = pool->queued && options->kind != CALX_POOL_STATIC && !pool->ages &&
                  !pool->stamps && !pool->looks && !pool->traces && !pool->upkept;
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
    pool->random = (uint64_t)calx_clock_monotonic_ns() ^ (uint64_t)(uintptr_t)pool;
    pool->outage.unproven = true;
    set_bounds(pool);
    set_habits(pool);
    if (!init_locks(pool)) {
        calx_release(pool);
        return CALX_E_NOMEM;
    }
    *out_pool = pool;
    return CALX_OK;
}

/* ---- lending and taking back ---- */

calx_status calx_pool_fail_closed(calx_error *error)
{
    return calx_error_set(error, CALX_E_POOL_CLOSED,
                          "the engine is shut down and gives out no connections");
}

calx_status calx_pool_take_at(calx_pool *pool, const char *place, calx_pool_entry **out_entry,
                              calx_error *error)
{
    calx_status status;
    calx_pool_entry *idle = pool->quick ? calx_pool_queue_take_idle(pool) : NULL;
    if (idle != NULL) {
        *out_entry = idle;
        return CALX_OK;
    }
    if (pool->options.kind == CALX_POOL_THREAD)
        status = calx_pool_thread_take(pool, out_entry, error);
    else if (pool->options.kind == CALX_POOL_STATIC)
        status = calx_pool_static_take(pool, out_entry, error);
    else
        status = calx_pool_queue_take(pool, out_entry, error);
    if (pool->traces && status == CALX_OK)
        calx_pool_note_taker(pool, *out_entry, place);
    return status;
}

calx_status calx_pool_take(calx_pool *pool, calx_pool_entry **out_entry, calx_error *error)
{
    return calx_pool_take_at(pool, NULL, out_entry, error);
}

/* One that has left the pool ends; its place was given up before. */
static void end_away(calx_pool *pool, calx_pool_entry *entry)
{
    pthread_mutex_lock(&pool->lock);
    calx_pool_list_remove(&pool->away, entry);
    calx_pool_changed_locked(pool);
    pthread_mutex_unlock(&pool->lock);
    pool->maker.destroy(pool->maker.context, entry);
}

/* Whether somebody else of the same thread has the entry too: then it is not given back yet. */
static bool leave_shared(calx_pool *pool, calx_pool_entry *entry)
{
    if (pool->options.kind != CALX_POOL_STATIC)
        return false;
    pthread_mutex_lock(&pool->lock);
    bool shared = entry->users > 1;
    entry->users -= shared;
    pthread_mutex_unlock(&pool->lock);
    return shared;
}

/* Anything but the usual case of calx_pool_give(). */
static void give_back(calx_pool *pool, calx_pool_entry *entry)
{
    if (entry->users == 0) {
        calx_log(pool->options.logger, CALX_LOG_WARNING,
                 "connection %llu was returned twice; it stays where it is",
                 (unsigned long long)entry->number);
        return;
    }
    if (entry->foreign) {
        end_away(pool, entry);
        return;
    }
    if (leave_shared(pool, entry))
        return;
    if (pool->traces)
        calx_pool_tell_return(pool, entry);
    if (pool->options.kind == CALX_POOL_THREAD)
        calx_pool_thread_give(pool, entry);
    else
        calx_pool_queue_give(pool, entry);
    if (pool->upkept && !pool->options.threads)
        calx_pool_upkeep_at_give(pool);
}

void calx_pool_give(calx_pool *pool, calx_pool_entry *entry)
{
    if (pool->quick && entry->users == 1 && !entry->foreign)
        calx_pool_queue_give(pool, entry);
    else
        give_back(pool, entry);
}

/* Takes an entry off the books; its place is free and goes to whoever waits. */
static void forget_entry_locked(calx_pool *pool, calx_pool_entry *entry)
{
    calx_pool_list_remove(&pool->out, entry);
    pool->orphans -= entry->orphan;
    if (entry->thread != NULL)
        entry->thread->entry = NULL;
    entry->thread = NULL;
}

/* Others of the same thread use it still: whoever asks next gets another one. */
static void make_orphan_locked(calx_pool *pool, calx_pool_entry *entry)
{
    if (entry->orphan)
        return;
    entry->orphan = true;
    entry->spoiled = true;
    pool->orphans++;
    if (entry->thread != NULL)
        entry->thread->entry = NULL;
    entry->thread = NULL;
    if (pool->queued)
        calx_pool_offer_locked(pool);
}

void calx_pool_bump_from(calx_pool *pool, const calx_pool_entry *entry)
{
    pthread_mutex_lock(&pool->lock);
    if (entry->generation == pool->generation) {
        pool->generation++;
        calx_pool_doubt_locked(pool);
    }
    pthread_mutex_unlock(&pool->lock);
}

void calx_pool_drop(calx_pool *pool, calx_pool_entry *entry, calx_close_cause cause)
{
    pthread_mutex_lock(&pool->lock);
    bool last = --entry->users == 0;
    bool has_place = last && !entry->orphan && pool->queued;
    if (last) {
        pool->connecting += has_place; /* the limit counts it until it is destroyed */
        forget_entry_locked(pool, entry);
        calx_pool_count_end_locked(pool, cause);
        calx_pool_changed_locked(pool);
    } else {
        make_orphan_locked(pool, entry);
    }
    if (pool->upkept)
        calx_pool_want_upkeep_locked(pool);
    calx_pool_unlock(pool);
    if (has_place)
        calx_pool_end_in_place(pool, entry);
    else if (last)
        pool->maker.destroy(pool->maker.context, entry);
}

void calx_pool_discard(calx_pool *pool, calx_pool_entry *entry)
{
    if (entry->foreign || entry->away)
        end_away(pool, entry);
    else
        calx_pool_drop(pool, entry, CALX_CLOSE_INVALIDATED);
}

void calx_pool_lose(calx_pool *pool, calx_pool_entry *entry)
{
    if (entry->foreign || entry->away) {
        end_away(pool, entry);
        return;
    }
    calx_pool_bump_from(pool, entry);
    calx_pool_drop(pool, entry, CALX_CLOSE_LOST);
}

void calx_pool_doom(calx_pool *pool, calx_pool_entry *entry)
{
    pthread_mutex_lock(&pool->lock);
    entry->doomed = true;
    entry->spoiled = true;
    pthread_mutex_unlock(&pool->lock);
}

bool calx_pool_detach(calx_pool *pool, calx_pool_entry *entry)
{
    pthread_mutex_lock(&pool->lock);
    bool alone = entry->users == 1 && !entry->foreign;
    if (alone) {
        forget_entry_locked(pool, entry);
        calx_pool_count_end_locked(pool, CALX_CLOSE_DETACHED);
        entry->away = true;
        calx_pool_list_append(&pool->away, entry);
        if (pool->queued)
            calx_pool_offer_locked(pool);
        calx_pool_changed_locked(pool);
    }
    calx_pool_unlock(pool);
    return alone;
}

/* ---- all at once ---- */

void calx_pool_bump(calx_pool *pool)
{
    calx_pool_list ended = { NULL, NULL, 0 };
    pthread_mutex_lock(&pool->lock);
    pool->generation++;
    calx_pool_collect_unfit_locked(pool, &ended);
    calx_pool_unlock(pool);
    calx_pool_end_all_in_place(pool, &ended);
    /* Their places are free: what is to stay idle is made anew (ENG-096), also before any take. */
    pthread_mutex_lock(&pool->lock);
    if (pool->upkept) {
        calx_pool_upkeep_at_take_locked(pool);
        calx_pool_want_upkeep_locked(pool);
    }
    pthread_mutex_unlock(&pool->lock);
}

void calx_pool_pause(calx_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->paused = true;
    pthread_mutex_unlock(&pool->lock);
}

void calx_pool_resume(calx_pool *pool)
{
    calx_pool_list ended = { NULL, NULL, 0 };
    pthread_mutex_lock(&pool->lock);
    pool->paused = false;
    calx_pool_collect_unfit_locked(pool, &ended);
    calx_pool_offer_locked(pool);
    calx_pool_unlock(pool);
    calx_pool_end_all_in_place(pool, &ended);
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
    for (size_t i = 0; i < collected.count; i++)
        calx_pool_count_end_locked(pool, CALX_CLOSE_DISPOSED);
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
        entry->spoiled = true;
    }
    /* The places of those that are out are free now. */
    if (pool->queued)
        calx_pool_offer_locked(pool);
    size_t count = collected.count;
    calx_pool_unlock(pool);
    destroy_all(pool, &collected);
    calx_log(pool->options.logger, CALX_LOG_DEBUG, "disposed: %zu idle connections closed", count);
}

size_t calx_pool_shutdown(calx_pool *pool, int64_t deadline)
{
    size_t cut = 0;
    pthread_mutex_lock(&pool->lock);
    pool->closed = true;
    pool->generation++; /* nothing of it is sound any more */
    calx_pool_list collected = collect_idle_locked(pool);
    calx_pool_queue_close_locked(pool);
    pthread_cond_broadcast(&pool->upkeep_wanted);
    pthread_mutex_unlock(&pool->lock);
    destroy_all(pool, &collected);

    pthread_mutex_lock(&pool->lock);
    pool->watchers++;
    while (pool->out.count + pool->connecting > 0 && !calx_deadline_passed(deadline))
        calx_pool_wait_locked(pool, &pool->changed, deadline);
    pool->watchers--;
    for (calx_pool_entry *entry = pool->out.first; entry != NULL; entry = entry->next) {
        if (entry->cut)
            continue;
        entry->cut = true;
        entry->spoiled = true;
        pool->maker.cut(pool->maker.context, entry);
        cut++;
    }
    pthread_mutex_unlock(&pool->lock);
    return cut;
}

/* The pool's threads end soon: makes under way are given up. */
static void await_helpers(calx_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    bool busy = pool->helpers > 0;
    pthread_cond_broadcast(&pool->upkeep_wanted);
    pthread_mutex_unlock(&pool->lock);
    if (!busy)
        return;
    if (pool->maker.hurry != NULL)
        pool->maker.hurry(pool->maker.context);
    pthread_mutex_lock(&pool->lock);
    pool->watchers++;
    while (pool->helpers > 0)
        calx_pool_wait_locked(pool, &pool->changed, CALX_DEADLINE_NONE);
    pool->watchers--;
    pthread_mutex_unlock(&pool->lock);
}

void calx_pool_free(calx_pool *pool)
{
    if (pool == NULL)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->closed = true;
    pool->generation++;
    pthread_mutex_unlock(&pool->lock);
    await_helpers(pool);
    pthread_mutex_lock(&pool->lock);
    calx_pool_list collected = collect_idle_locked(pool);
    calx_pool_thread_end_locked(pool, &collected);
    pthread_mutex_unlock(&pool->lock);
    destroy_all(pool, &collected);
    calx_error_clear(&pool->last_error);
    pthread_cond_destroy(&pool->upkeep_wanted);
    pthread_cond_destroy(&pool->changed);
    pthread_mutex_destroy(&pool->lock);
    calx_release(pool);
}
