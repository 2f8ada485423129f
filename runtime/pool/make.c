/*
 * How an entry comes to be: in the thread of its taker, or apart, in a thread of the pool, while
 * the taker waits for whatever comes first, that or one that is given back (ENG-065). Waiting, a
 * taker keeps its deadline even where the maker cannot, as in a name lookup (ENG-057).
 *
 * When nothing shows that the database answers - at the beginning, after a loss, after a failure -
 * there is one attempt at a time. After failures the next one waits, longer each time: for a
 * quarter of the outage so far, so that service is back soon after the database is (ENG-093).
 */
#include "pool/inside.h"

#include "base/error.h"

#include <signal.h>

#define BACKOFF_LEAST_NS INT64_C(10000000)
#define BACKOFF_MOST_NS  INT64_C(5000000000)

/* ---- one at a time ---- */

bool calx_pool_may_make_locked(const calx_pool *pool, int64_t *out_when)
{
    const calx_pool_outage *outage = &pool->outage;
    *out_when = 0;
    if (!outage->unproven)
        return true;
    if (outage->attempts > 0)
        return false;
    if (outage->retry_ns == 0 || calx_deadline_passed(outage->retry_ns))
        return true;
    *out_when = outage->retry_ns;
    return false;
}

void calx_pool_doubt_locked(calx_pool *pool)
{
    pool->outage.unproven = true;
}

void calx_pool_begin_make_locked(calx_pool *pool)
{
    pool->connecting++;
    pool->outage.attempts++;
}

/* The time until the next attempt, a fifth more or less. */
static void back_off_locked(calx_pool *pool)
{
    calx_pool_outage *outage = &pool->outage;
    int64_t next = outage->backoff_ns + outage->backoff_ns / 4;
    next = next < BACKOFF_LEAST_NS ? BACKOFF_LEAST_NS : next;
    next = next > BACKOFF_MOST_NS ? BACKOFF_MOST_NS : next;
    outage->backoff_ns = next;
    double spread = 0.8 + 0.4 * calx_pool_random_locked(pool);
    outage->retry_ns = calx_deadline_in_ns((int64_t)((double)next * spread));
}

void calx_pool_end_make_locked(calx_pool *pool, calx_status status, const calx_error *told)
{
    pool->connecting--;
    pool->outage.attempts--;
    if (pool->upkept)
        calx_pool_want_upkeep_locked(pool); /* what had to wait for this attempt */
    if (status == CALX_OK) {
        pool->created++;
        pool->outage = (calx_pool_outage){ .attempts = pool->outage.attempts };
        calx_error_clear(&pool->last_error);
        return;
    }
    pool->failed++;
    calx_error_copy(&pool->last_error, told);
    if (status == CALX_E_NOMEM)
        return; /* says nothing about the database */
    pool->outage.unproven = true;
    back_off_locked(pool);
    if (pool->first_waiter != NULL)
        pthread_cond_signal(&pool->first_waiter->woken); /* it watches for the next attempt */
}

/* ---- who is inside of the maker ---- */

/* A fork inside of the maker leaves a child whose pool knows of none: nothing is found then. */
static void end_making_locked(calx_pool *pool, const calx_pool_making *making)
{
    calx_pool_making **link = &pool->making;
    while (*link != NULL && *link != making)
        link = &(*link)->next;
    if (*link != NULL)
        *link = making->next;
}

size_t calx_pool_nesting_locked(const calx_pool *pool)
{
    size_t count = 0;
    for (const calx_pool_making *one = pool->making; one != NULL; one = one->next)
        count += pthread_equal(one->thread, pthread_self()) != 0;
    return count;
}

/* The innermost of the thread's own; NULL: there is none. */
static calx_pool_making *own_making_locked(const calx_pool *pool)
{
    calx_pool_making *making = pool->making;
    while (making != NULL && !pthread_equal(making->thread, pthread_self()))
        making = making->next;
    return making;
}

void calx_pool_name_make(calx_pool *pool, const char *what)
{
    pthread_mutex_lock(&pool->lock);
    calx_pool_making *making = own_making_locked(pool);
    if (making != NULL)
        making->what = what;
    pthread_mutex_unlock(&pool->lock);
}

calx_status calx_pool_fail_nested_locked(calx_pool *pool, calx_error *error)
{
    const calx_pool_making *making = own_making_locked(pool);
    const char *what = making != NULL && making->what != NULL ? making->what : "what is called";
    const calx_logger *logger = pool->options.logger;
    pool->timed_out++;
    return calx_error_set(error, CALX_E_POOL_TIMEOUT,
                          "%s while a connection is made asked the same engine (%s) for one, which "
                          "would have waited for itself: use calx_event_run() or another engine "
                          "there, or do nothing for the connection the listener itself asks for",
                          what, logger != NULL && logger->name != NULL ? logger->name : "unnamed");
}

calx_status calx_pool_make(calx_pool *pool, int64_t deadline, calx_pool_entry **out_entry,
                           calx_error *error)
{
    calx_pool_making making = { .thread = pthread_self() };
    calx_pool_entry *entry = NULL;
    pthread_mutex_lock(&pool->lock);
    uint64_t generation = pool->generation;
    making.next = pool->making;
    pool->making = &making;
    pthread_mutex_unlock(&pool->lock);
    calx_status status = pool->maker.make(pool->maker.context, deadline, &entry, error);
    pthread_mutex_lock(&pool->lock);
    end_making_locked(pool, &making);
    if (status == CALX_OK) {
        calx_pool_begin_life_locked(pool, entry, generation);
        /* It ends when it comes back: what the first one is made ready for is not done yet. */
        entry->nested = calx_pool_nesting_locked(pool) > 0;
        entry->spoiled = entry->nested;
    }
    pthread_mutex_unlock(&pool->lock);
    if (status == CALX_OK)
        *out_entry = entry;
    return status;
}

/* When the attempt is over: who hears of it may ask the pool for a connection (ENG-105). */
void calx_pool_tell_created(const calx_pool *pool)
{
    calx_log_text(pool->options.logger, CALX_LOG_DEBUG, "created a connection");
}

/* ---- in the taker's thread ---- */

calx_status calx_pool_fill_place(calx_pool *pool, int64_t deadline, calx_pool_entry **out_entry,
                                 calx_error *error)
{
    calx_error own_error = CALX_ERROR_INIT;
    calx_error *told = error != NULL ? error : &own_error;
    calx_pool_entry *entry = NULL;
    calx_status status = calx_pool_make(pool, deadline, &entry, told);
    pthread_mutex_lock(&pool->lock);
    calx_pool_end_make_locked(pool, status, told);
    bool closed = pool->closed;
    if (status == CALX_OK && closed)
        calx_pool_count_end_locked(pool, CALX_CLOSE_DISPOSED);
    else if (status == CALX_OK)
        calx_pool_lend_locked(pool, entry);
    calx_pool_offer_locked(pool);
    calx_pool_changed_locked(pool);
    calx_pool_unlock(pool);
    calx_error_clear(&own_error);
    if (status != CALX_OK)
        return status;
    calx_pool_tell_created(pool);
    if (closed) {
        pool->maker.destroy(pool->maker.context, entry);
        return calx_pool_fail_closed(error);
    }
    *out_entry = entry;
    return CALX_OK;
}

/* ---- apart ---- */

bool calx_pool_make_apart_locked(calx_pool *pool)
{
    if (pool->makers >= CALX_POOL_MAKERS || pool->closed)
        return false;
    calx_pool_begin_make_locked(pool);
    pool->makers++;
    pool->to_start++;
    return true;
}

/* The oldest waiter gets the failure: somebody has to tell of it (ENG-059). */
static void tell_failure_locked(calx_pool *pool, calx_status status, const calx_error *told)
{
    calx_pool_waiter *waiter = pool->first_waiter;
    if (waiter == NULL)
        return;
    waiter->status = status;
    if (waiter->error != NULL)
        calx_error_copy(waiter->error, told);
    calx_pool_grant_locked(pool, CALX_POOL_GRANT_FAILED, NULL);
}

/*
 * After an attempt. Answers whether this thread makes another one; *entry: to be destroyed. Whom it
 * is lent to at once tells of it, in the caller's own thread and before the checkout is told.
 */
static bool finish_apart_locked(calx_pool *pool, calx_status status, calx_pool_entry **entry,
                                const calx_error *told, bool *out_lent)
{
    calx_pool_entry *made = *entry;
    calx_pool_end_make_locked(pool, status, told);
    pool->makers--;
    *entry = NULL;
    if (status != CALX_OK) {
        tell_failure_locked(pool, status, told);
    } else {
        calx_close_cause cause = calx_pool_unfit_to_keep_locked(pool, made);
        if (cause == CALX_CLOSE_CAUSES && !calx_pool_keep_locked(pool, made))
            cause = CALX_CLOSE_SURPLUS;
        if (cause != CALX_CLOSE_CAUSES) {
            calx_pool_count_end_locked(pool, cause);
            pool->connecting++;
            *entry = made;
        }
        *out_lent = made->users > 0;
        made->untold = *out_lent;
    }
    calx_pool_offer_locked(pool);
    calx_pool_changed_locked(pool);
    bool more = pool->to_start > 0;
    pool->to_start -= more;
    return more;
}

static void *make_apart(void *context)
{
    calx_pool *pool = context;
    bool more = true;
    while (more) {
        calx_pool_entry *entry = NULL;
        calx_error error = CALX_ERROR_INIT;
        calx_status status = calx_pool_make(pool, CALX_DEADLINE_NONE, &entry, &error);
        pthread_mutex_lock(&pool->lock);
        bool lent = false;
        more = finish_apart_locked(pool, status, &entry, &error, &lent);
        calx_pool_unlock(pool);
        calx_error_clear(&error);
        if (status == CALX_OK && !lent)
            calx_pool_tell_created(pool);
        if (entry != NULL)
            calx_pool_end_in_place(pool, entry);
    }
    pthread_mutex_lock(&pool->lock);
    pool->helpers--;
    calx_pool_changed_locked(pool);
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* No thread could be had: the oldest waiter makes it in its own. */
static void make_without_thread(calx_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->helpers--;
    pool->makers--;
    if (pool->first_waiter != NULL) {
        calx_pool_grant_locked(pool, CALX_POOL_GRANT_PLACE, NULL);
    } else {
        pool->connecting--;
        pool->outage.attempts--;
    }
    calx_pool_changed_locked(pool);
    pthread_mutex_unlock(&pool->lock);
}

/* Signals are none of a pool's threads' business (ENG-106). */
bool calx_pool_start_thread(void *(*run)(void *), calx_pool *pool)
{
    sigset_t all;
    sigset_t before;
    pthread_t thread;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(&thread, NULL, run, pool) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started)
        pthread_detach(thread);
    return started;
}

void calx_pool_unlock(calx_pool *pool)
{
    unsigned count = pool->to_start;
    pool->to_start = 0;
    pool->helpers += count;
    pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < count; i++) {
        if (!calx_pool_start_thread(make_apart, pool))
            make_without_thread(pool);
    }
}
