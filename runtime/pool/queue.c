/*
 * The queue pool. A place is the permission to own one entry: idle, out and being made ones all
 * hold one, and there are no more than size + max_overflow. Callers that find nothing wait in a
 * list, each on a condition of its own; whatever comes free is put into the hand of the oldest
 * under the lock, so no newcomer can overtake and nothing is lost when a waiter's time runs out at
 * the same moment (ENG-062, ENG-064).
 */
#include "pool/inside.h"

#include "base/clock.h"
#include "base/error.h"

static bool has_free_place(const calx_pool *pool)
{
    if (pool->options.size == 0 || pool->options.max_overflow < 0)
        return true;
    size_t used = pool->idle.count + (pool->out.count - pool->orphans) + pool->connecting;
    return used < pool->options.size + (size_t)pool->options.max_overflow;
}

static void lend_locked(calx_pool *pool, calx_pool_entry *entry)
{
    calx_pool_list_append(&pool->out, entry);
    pool->acquired++;
}

/* Takes the oldest waiter out of the queue with something in its hand. */
static void grant_locked(calx_pool *pool, calx_pool_grant grant, calx_pool_entry *entry)
{
    calx_pool_waiter *waiter = pool->first_waiter;
    pool->first_waiter = waiter->next;
    if (pool->first_waiter == NULL)
        pool->last_waiter = NULL;
    pool->waiting--;
    waiter->grant = grant;
    waiter->entry = entry;
    pthread_cond_signal(&waiter->woken);
}

void calx_pool_queue_place_locked(calx_pool *pool)
{
    while (pool->first_waiter != NULL && has_free_place(pool)) {
        pool->connecting++;
        grant_locked(pool, CALX_POOL_GRANT_PLACE, NULL);
    }
}

void calx_pool_queue_close_locked(calx_pool *pool)
{
    while (pool->first_waiter != NULL)
        grant_locked(pool, CALX_POOL_GRANT_CLOSED, NULL);
}

static void leave_queue_locked(calx_pool *pool, calx_pool_waiter *waiter)
{
    calx_pool_waiter *before = NULL;
    for (calx_pool_waiter *one = pool->first_waiter; one != waiter; one = one->next)
        before = one;
    if (before != NULL)
        before->next = waiter->next;
    else
        pool->first_waiter = waiter->next;
    if (pool->last_waiter == waiter)
        pool->last_waiter = before;
    pool->waiting--;
}

static bool init_waiter(calx_pool_waiter *waiter)
{
    pthread_condattr_t attributes;
    *waiter = (calx_pool_waiter){ .grant = CALX_POOL_GRANT_NONE };
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    bool done = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                pthread_cond_init(&waiter->woken, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    return done;
}

/* Stands in the queue until something is granted or the deadline passes. */
static void wait_locked(calx_pool *pool, calx_pool_waiter *waiter, int64_t deadline)
{
    if (pool->last_waiter != NULL)
        pool->last_waiter->next = waiter;
    else
        pool->first_waiter = waiter;
    pool->last_waiter = waiter;
    pool->waiting++;
    pool->waited++;
    while (waiter->grant == CALX_POOL_GRANT_NONE && !calx_deadline_passed(deadline)) {
        if (deadline == CALX_DEADLINE_NONE) {
            pthread_cond_wait(&waiter->woken, &pool->lock);
        } else {
            struct timespec until = calx_deadline_timespec(deadline);
            pthread_cond_timedwait(&waiter->woken, &pool->lock, &until);
        }
    }
    if (waiter->grant == CALX_POOL_GRANT_NONE)
        leave_queue_locked(pool, waiter);
}

/* What kept the caller waiting, and the last reason for which there is not more (ENG-056). */
static calx_status fail_timeout_locked(calx_pool *pool, calx_error *error)
{
    pool->timed_out++;
    bool failed = pool->last_error.status != CALX_OK;
    return calx_error_set(error, CALX_E_POOL_TIMEOUT,
                          "no connection became free within %lld ms: pool_size %zu, max_overflow "
                          "%ld, %zu out, %zu idle, %zu being made, %zu waiting%s%s",
                          (long long)pool->options.timeout_ms, pool->options.size,
                          pool->options.max_overflow, pool->out.count, pool->idle.count,
                          pool->connecting, pool->waiting,
                          failed ? "; the last attempt to connect failed: " : "",
                          failed ? pool->last_error.message : "");
}

/* Waits in the queue. CALX_OK: *out_grant says what was given. */
static calx_status queue_up_locked(calx_pool *pool, int64_t deadline, calx_pool_grant *out_grant,
                                   calx_pool_entry **out_entry, calx_error *error)
{
    calx_pool_waiter waiter;
    if (pool->options.timeout_ms == 0)
        return fail_timeout_locked(pool, error);
    if (!init_waiter(&waiter))
        return calx_error_set_nomem(error);
    wait_locked(pool, &waiter, deadline);
    pthread_cond_destroy(&waiter.woken);
    if (waiter.grant == CALX_POOL_GRANT_NONE)
        return fail_timeout_locked(pool, error);
    if (waiter.grant == CALX_POOL_GRANT_CLOSED)
        return calx_pool_fail_closed(error);
    *out_grant = waiter.grant;
    *out_entry = waiter.entry;
    return CALX_OK;
}

/*
 * What can be had without waiting: an idle entry that is fit (granted as ENTRY, out already), or a
 * place, perhaps that of an unfit idle entry, which is handed out to be destroyed.
 */
static calx_pool_grant try_locked(calx_pool *pool, calx_pool_entry **out_entry)
{
    if (pool->waiting > 0)
        return CALX_POOL_GRANT_NONE;
    calx_pool_entry *entry = pool->options.lifo ? pool->idle.last : pool->idle.first;
    *out_entry = entry;
    if (entry != NULL) {
        calx_pool_list_remove(&pool->idle, entry);
        if (calx_pool_is_fit_locked(pool, entry)) {
            lend_locked(pool, entry);
            return CALX_POOL_GRANT_ENTRY;
        }
        pool->destroyed++;
    } else if (!has_free_place(pool)) {
        return CALX_POOL_GRANT_NONE;
    }
    pool->connecting++;
    return CALX_POOL_GRANT_PLACE;
}

/* Uses a place: makes an entry, without the lock. */
static calx_status fill_place(calx_pool *pool, uint64_t generation, int64_t deadline,
                              calx_pool_entry **out_entry, calx_error *error)
{
    calx_error own_error = CALX_ERROR_INIT;
    calx_error *told = error != NULL ? error : &own_error;
    calx_pool_entry *entry = NULL;
    calx_status status = calx_pool_make(pool, generation, deadline, &entry, told);
    pthread_mutex_lock(&pool->lock);
    pool->connecting--;
    if (status == CALX_OK) {
        pool->created++;
        calx_error_clear(&pool->last_error);
    } else {
        calx_error_copy(&pool->last_error, told);
    }
    bool closed = pool->closed;
    if (status == CALX_OK && !closed)
        lend_locked(pool, entry);
    else
        calx_pool_queue_place_locked(pool);
    if (status == CALX_OK && closed)
        pool->destroyed++;
    calx_pool_changed_locked(pool);
    pthread_mutex_unlock(&pool->lock);
    calx_error_clear(&own_error);
    if (status != CALX_OK)
        return status;
    if (closed) {
        pool->maker.destroy(pool->maker.context, entry);
        return calx_pool_fail_closed(error);
    }
    *out_entry = entry;
    return CALX_OK;
}

/* The deadline is found only when it is needed: the quick way reads no clock. */
static int64_t deadline_of(const calx_pool *pool)
{
    return calx_deadline_in_ms(pool->options.timeout_ms);
}

calx_status calx_pool_queue_take(calx_pool *pool, calx_pool_entry **out_entry, calx_error *error)
{
    calx_pool_entry *entry = NULL;
    int64_t deadline = CALX_DEADLINE_NONE;
    calx_status status = CALX_OK;
    pthread_mutex_lock(&pool->lock);
    if (pool->closed) {
        pthread_mutex_unlock(&pool->lock);
        return calx_pool_fail_closed(error);
    }
    calx_pool_grant grant = try_locked(pool, &entry);
    if (grant != CALX_POOL_GRANT_ENTRY)
        deadline = deadline_of(pool);
    bool unfit = grant == CALX_POOL_GRANT_PLACE && entry != NULL;
    if (grant == CALX_POOL_GRANT_NONE)
        status = queue_up_locked(pool, deadline, &grant, &entry, error);
    uint64_t generation = pool->generation;
    pthread_mutex_unlock(&pool->lock);
    if (status != CALX_OK)
        return status;
    if (unfit)
        pool->maker.destroy(pool->maker.context, entry);
    if (grant == CALX_POOL_GRANT_PLACE)
        return fill_place(pool, generation, deadline, out_entry, error);
    *out_entry = entry;
    return CALX_OK;
}

/* Puts a fit entry into the oldest waiter's hand or among the idle. false: there is no room. */
static bool keep_locked(calx_pool *pool, calx_pool_entry *entry)
{
    if (!calx_pool_is_fit_locked(pool, entry))
        return false;
    if (pool->first_waiter != NULL) {
        lend_locked(pool, entry);
        grant_locked(pool, CALX_POOL_GRANT_ENTRY, entry);
        return true;
    }
    if (pool->options.size != 0 && pool->idle.count >= pool->options.size)
        return false;
    calx_pool_list_append(&pool->idle, entry);
    return true;
}

void calx_pool_queue_give(calx_pool *pool, calx_pool_entry *entry)
{
    bool clean = pool->maker.reset(pool->maker.context, entry);
    pthread_mutex_lock(&pool->lock);
    calx_pool_list_remove(&pool->out, entry);
    bool kept = clean && keep_locked(pool, entry);
    bool orphan = entry->orphan;
    if (!kept) {
        pool->destroyed++;
        pool->orphans -= orphan;
        /* Its place is taken until it is really gone. */
        pool->connecting += !orphan;
    }
    calx_pool_changed_locked(pool);
    pthread_mutex_unlock(&pool->lock);
    if (kept)
        return;
    pool->maker.destroy(pool->maker.context, entry);
    if (orphan)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->connecting--;
    calx_pool_queue_place_locked(pool);
    calx_pool_changed_locked(pool);
    pthread_mutex_unlock(&pool->lock);
}
