/*
 * What a pool does by itself: closes what is too old or idle for too long, oldest first, keeps
 * enough idle and alive, and reports what is held too long (ENG-109 to ENG-118). A thread of the
 * pool does it when something is due; without threads, whoever gives back does, once a period. The
 * work is the same. The rule kept: an entry that is being looked after is in no list, its place is
 * counted, and no lock is held meanwhile.
 */
#include "pool/inside.h"

#include "base/error.h"

enum { NS_PER_MS = 1000000 };

/* ---- what ends ---- */

static void end_idle_locked(calx_pool *pool, calx_pool_entry *entry, calx_close_cause cause,
                            calx_pool_list *ended)
{
    calx_pool_list_remove(&pool->idle, entry);
    calx_pool_list_append(ended, entry);
    calx_pool_count_end_locked(pool, cause);
    pool->connecting++;
}

void calx_pool_collect_unfit_locked(calx_pool *pool, calx_pool_list *ended)
{
    calx_pool_entry *entry = pool->idle.first;
    while (entry != NULL) {
        calx_pool_entry *next = entry->next;
        calx_close_cause cause = calx_pool_unfit_to_return_locked(pool, entry);
        if (cause != CALX_CLOSE_CAUSES)
            end_idle_locked(pool, entry, cause, ended);
        entry = next;
    }
}

/* Those that came back first are in front, whatever the order of lending. */
static void collect_unused_locked(calx_pool *pool, int64_t now, calx_pool_list *ended)
{
    int64_t timeout_ns = pool->options.idle_timeout_ms * NS_PER_MS;
    while (timeout_ns > 0 && pool->idle.count > pool->options.min_idle &&
           now - pool->idle.first->used_ns >= timeout_ns)
        end_idle_locked(pool, pool->idle.first, CALX_CLOSE_IDLE, ended);
}

/* ---- what is kept alive ---- */

static void collect_silent_locked(calx_pool *pool, int64_t now, calx_pool_list *asked)
{
    int64_t keepalive_ns = pool->options.keepalive_ms * NS_PER_MS;
    calx_pool_entry *entry = keepalive_ns > 0 ? pool->idle.first : NULL;
    while (entry != NULL) {
        calx_pool_entry *next = entry->next;
        int64_t last = entry->asked_ns > entry->used_ns ? entry->asked_ns : entry->used_ns;
        if (now - last >= keepalive_ns) {
            calx_pool_list_remove(&pool->idle, entry);
            calx_pool_list_append(asked, entry);
            pool->connecting++;
        }
        entry = next;
    }
}

/* Back to where it was by age, or to a waiter. false: there is no room. */
static bool put_back_locked(calx_pool *pool, calx_pool_entry *entry)
{
    if (pool->first_waiter != NULL || pool->idle.first == NULL)
        return calx_pool_keep_locked(pool, entry);
    if (pool->idle.count >= pool->keep)
        return false;
    calx_pool_entry *after = pool->idle.first;
    while (after != NULL && after->used_ns <= entry->used_ns)
        after = after->next;
    if (after == NULL) {
        calx_pool_list_append(&pool->idle, entry);
        return true;
    }
    entry->next = after;
    entry->previous = after->previous;
    if (after->previous != NULL)
        after->previous->next = entry;
    else
        pool->idle.first = entry;
    after->previous = entry;
    pool->idle.count++;
    return true;
}

/* An answer keeps it; no answer means that all of its time are in doubt. */
static void ask(calx_pool *pool, calx_pool_entry *entry)
{
    calx_error error = CALX_ERROR_INIT;
    int64_t limit_ms = pool->options.ping_timeout_ms > 0 ? pool->options.ping_timeout_ms : 5000;
    calx_status status = pool->maker.look(pool->maker.context, entry, CALX_POOL_PING,
                                          calx_deadline_in_ms(limit_ms), &error);
    pthread_mutex_lock(&pool->lock);
    entry->asked_ns = calx_pool_now(pool);
    calx_close_cause cause = calx_pool_unfit_to_return_locked(pool, entry);
    if (status != CALX_OK)
        cause = CALX_CLOSE_LOST;
    else if (cause == CALX_CLOSE_CAUSES && !put_back_locked(pool, entry))
        cause = CALX_CLOSE_SURPLUS;
    if (cause == CALX_CLOSE_CAUSES)
        pool->connecting--;
    else
        calx_pool_count_end_locked(pool, cause);
    calx_pool_changed_locked(pool);
    pthread_mutex_unlock(&pool->lock);
    if (cause == CALX_CLOSE_LOST)
        calx_log(pool->options.logger, CALX_LOG_INFO, "a connection was lost while idle: %s",
                 error.message);
    calx_error_clear(&error);
    if (cause != CALX_CLOSE_CAUSES)
        calx_pool_end_in_place(pool, entry);
}

/* ---- what is missing ---- */

static bool lacks_idle_locked(const calx_pool *pool)
{
    int64_t when = 0;
    return pool->idle.count + pool->makers < pool->options.min_idle && !pool->closed &&
           calx_pool_has_place_locked(pool) && calx_pool_may_make_locked(pool, &when);
}

/* Keeps one that was made, or ends it: the pool may have been disposed of since (ENG-039). */
static void keep_made(calx_pool *pool, calx_pool_entry *entry)
{
    pthread_mutex_lock(&pool->lock);
    bool orphan = entry->orphan;
    calx_pool_list_remove(&pool->out, entry);
    pool->acquired--;
    entry->users = 0;
    calx_close_cause cause = calx_pool_unfit_to_keep_locked(pool, entry);
    if (cause == CALX_CLOSE_CAUSES && !calx_pool_keep_locked(pool, entry))
        cause = CALX_CLOSE_SURPLUS;
    if (cause != CALX_CLOSE_CAUSES) {
        calx_pool_count_end_locked(pool, cause);
        pool->orphans -= orphan;
        pool->connecting += !orphan;
    }
    calx_pool_changed_locked(pool);
    pthread_mutex_unlock(&pool->lock);
    if (cause != CALX_CLOSE_CAUSES && orphan)
        pool->maker.destroy(pool->maker.context, entry);
    else if (cause != CALX_CLOSE_CAUSES)
        calx_pool_end_in_place(pool, entry);
}

calx_status calx_pool_warm(calx_pool *pool, size_t count, calx_error *error)
{
    calx_status status = CALX_OK;
    while (status == CALX_OK) {
        calx_pool_entry *entry = NULL;
        pthread_mutex_lock(&pool->lock);
        bool wanted = pool->idle.count < count && !pool->closed && calx_pool_has_place_locked(pool);
        if (wanted)
            calx_pool_begin_make_locked(pool);
        pthread_mutex_unlock(&pool->lock);
        if (!wanted)
            return CALX_OK;
        status = calx_pool_fill_place(pool, CALX_DEADLINE_NONE, &entry, error);
        if (status == CALX_OK)
            keep_made(pool, entry);
    }
    return status;
}

/* With threads they are made apart; without, by whoever does the upkeep, while it goes well. */
static void refill(calx_pool *pool)
{
    calx_error error = CALX_ERROR_INIT;
    pthread_mutex_lock(&pool->lock);
    bool threads = pool->options.threads;
    while (threads && lacks_idle_locked(pool) && calx_pool_make_apart_locked(pool))
        ;
    bool lacking = !threads && lacks_idle_locked(pool);
    calx_pool_unlock(pool);
    if (lacking)
        (void)calx_pool_warm(pool, pool->options.min_idle, &error);
    calx_error_clear(&error);
}

/* ---- a round ---- */

void calx_pool_upkeep(calx_pool *pool)
{
    calx_pool_list ended = { NULL, NULL, 0 };
    calx_pool_list asked = { NULL, NULL, 0 };
    pthread_mutex_lock(&pool->lock);
    int64_t now = calx_pool_now(pool);
    calx_pool_collect_unfit_locked(pool, &ended);
    collect_unused_locked(pool, now, &ended);
    if (pool->maker.look != NULL)
        collect_silent_locked(pool, now, &asked);
    pthread_mutex_unlock(&pool->lock);
    calx_pool_end_all_in_place(pool, &ended);
    while (asked.first != NULL) {
        calx_pool_entry *entry = asked.first;
        calx_pool_list_remove(&asked, entry);
        ask(pool, entry);
    }
    refill(pool);
    calx_pool_report_leaks(pool);
}

/* ---- when ---- */

static int64_t earlier(int64_t one, int64_t other)
{
    return one < other ? one : other;
}

/* Nanoseconds until something is due, a period at most. */
static int64_t time_left_locked(const calx_pool *pool)
{
    const calx_pool_options *options = &pool->options;
    int64_t now = calx_pool_now(pool);
    int64_t due = now + options->upkeep_period_ms * NS_PER_MS;
    int64_t idle_ns = options->idle_timeout_ms * NS_PER_MS;
    int64_t keepalive_ns = options->keepalive_ms * NS_PER_MS;
    if (idle_ns > 0)
        due = earlier(due, now + idle_ns);
    if (keepalive_ns > 0)
        due = earlier(due, now + keepalive_ns);
    for (const calx_pool_entry *entry = pool->idle.first; entry != NULL; entry = entry->next) {
        int64_t last = entry->asked_ns > entry->used_ns ? entry->asked_ns : entry->used_ns;
        due = earlier(due, entry->expires_ns);
        if (idle_ns > 0 && pool->idle.count > options->min_idle)
            due = earlier(due, entry->used_ns + idle_ns);
        if (keepalive_ns > 0)
            due = earlier(due, last + keepalive_ns);
    }
    due = earlier(due, calx_pool_leaks_due_locked(pool, now));
    return due > now ? due - now : 0;
}

/* Until when the thread sleeps. An attempt that has to wait is waited for. */
static int64_t wake_time_locked(const calx_pool *pool)
{
    int64_t when = 0;
    int64_t left_ns = time_left_locked(pool);
    int64_t until = calx_deadline_in_ns(left_ns > NS_PER_MS ? left_ns : NS_PER_MS);
    bool lacking = pool->idle.count + pool->makers < pool->options.min_idle &&
                   calx_pool_has_place_locked(pool);
    if (lacking && !calx_pool_may_make_locked(pool, &when) && when != 0)
        until = earlier(until, when);
    return until;
}

static void *keep_up(void *context)
{
    calx_pool *pool = context;
    pthread_mutex_lock(&pool->lock);
    while (!pool->closed) {
        pool->upkeep_due = false;
        pthread_mutex_unlock(&pool->lock);
        calx_pool_upkeep(pool);
        pthread_mutex_lock(&pool->lock);
        if (!pool->closed && !pool->upkeep_due)
            calx_pool_wait_locked(pool, &pool->upkeep_wanted, wake_time_locked(pool));
    }
    pool->upkeep_runs = false;
    pool->helpers--;
    calx_pool_changed_locked(pool);
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

void calx_pool_want_upkeep_locked(calx_pool *pool)
{
    pool->upkeep_due = true;
    if (pool->upkeep_runs)
        pthread_cond_signal(&pool->upkeep_wanted);
}

/* Once in the life of a pool, so that the lock may be held meanwhile. */
static void start_locked(calx_pool *pool)
{
    pool->upkeep_runs = true;
    pool->helpers++;
    if (calx_pool_start_thread(keep_up, pool))
        return;
    pool->upkeep_runs = false;
    pool->helpers--;
}

void calx_pool_upkeep_at_take_locked(calx_pool *pool)
{
    if (!pool->options.threads || pool->closed)
        return;
    if (!pool->upkeep_runs)
        start_locked(pool);
    else if (pool->idle.count + pool->makers < pool->options.min_idle)
        calx_pool_want_upkeep_locked(pool);
}

void calx_pool_upkeep_at_give(calx_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    int64_t now = calx_pool_now(pool);
    int64_t period_ns = pool->options.upkeep_period_ms * NS_PER_MS;
    bool due = pool->upkeep_ns == 0 || now - pool->upkeep_ns >= period_ns;
    if (due)
        pool->upkeep_ns = now;
    pthread_mutex_unlock(&pool->lock);
    if (due)
        calx_pool_upkeep(pool);
}
