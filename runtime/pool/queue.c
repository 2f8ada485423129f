/*
 * The queue pool, and its kin that differ in their bounds. A place is the permission to own one
 * entry: idle, out and being made ones all hold one, and there are no more than the limit. Callers
 * that find nothing wait in a list, each on a condition of its own; whatever comes free is put into
 * the hand of the oldest under the lock, so no newcomer can overtake and nothing is lost when a
 * waiter's time runs out at the same moment (ENG-062, ENG-064).
 */
#include "pool/inside.h"

#include "base/error.h"

#include <stdio.h>

bool calx_pool_has_place_locked(const calx_pool *pool)
{
    size_t used = pool->idle.count + (pool->out.count - pool->orphans) + pool->connecting;
    return used < pool->limit;
}

void calx_pool_lend_locked(calx_pool *pool, calx_pool_entry *entry)
{
    entry->users = 1;
    entry->holder = pthread_self();
    calx_pool_list_append(&pool->out, entry);
    pool->acquired++;
}

void calx_pool_grant_locked(calx_pool *pool, calx_pool_grant grant, calx_pool_entry *entry)
{
    calx_pool_waiter *waiter = pool->first_waiter;
    pool->first_waiter = waiter->next;
    if (pool->first_waiter == NULL)
        pool->last_waiter = NULL;
    else
        pthread_cond_signal(&pool->first_waiter->woken); /* the oldest may have more to watch */
    pool->waiting--;
    waiter->grant = grant;
    waiter->entry = entry;
    if (entry != NULL)
        entry->holder = waiter->thread;
    pthread_cond_signal(&waiter->woken);
}

/* Lends one that is idle to the oldest waiter: after a pause, or one that was made apart. */
static bool offer_idle_locked(calx_pool *pool)
{
    calx_pool_entry *entry = pool->options.lifo ? pool->idle.last : pool->idle.first;
    if (entry == NULL)
        return false;
    calx_pool_list_remove(&pool->idle, entry);
    calx_pool_lend_locked(pool, entry);
    calx_pool_grant_locked(pool, CALX_POOL_GRANT_ENTRY, entry);
    return true;
}

/* One more attempt for those who wait. false: there is no room or reason. */
static bool offer_place_locked(calx_pool *pool)
{
    int64_t when = 0;
    bool apart = pool->options.makes_apart;
    if (!calx_pool_has_place_locked(pool) || !calx_pool_may_make_locked(pool, &when))
        return false;
    if (apart)
        return pool->waiting > pool->makers && calx_pool_make_apart_locked(pool);
    calx_pool_begin_make_locked(pool);
    calx_pool_grant_locked(pool, CALX_POOL_GRANT_PLACE, NULL);
    return true;
}

void calx_pool_offer_locked(calx_pool *pool)
{
    if (pool->paused)
        return;
    while (pool->first_waiter != NULL && (offer_idle_locked(pool) || offer_place_locked(pool)))
        ;
}

void calx_pool_queue_close_locked(calx_pool *pool)
{
    while (pool->first_waiter != NULL)
        calx_pool_grant_locked(pool, CALX_POOL_GRANT_CLOSED, NULL);
}

/* ---- waiting ---- */

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
    else if (before == NULL)
        pthread_cond_signal(&pool->first_waiter->woken);
    pool->waiting--;
}

/* in_front: for one that waited already, and whose entry turned out to be dead. */
static void join_queue_locked(calx_pool *pool, calx_pool_waiter *waiter, bool in_front)
{
    if (in_front && pool->first_waiter != NULL) {
        waiter->next = pool->first_waiter;
        pool->first_waiter = waiter;
    } else {
        if (pool->last_waiter != NULL)
            pool->last_waiter->next = waiter;
        else
            pool->first_waiter = waiter;
        pool->last_waiter = waiter;
    }
    pool->waiting++;
}

static void count_wait_locked(calx_pool *pool, int64_t start_ns)
{
    static const int64_t bounds_us[CALX_WAIT_CLASSES - 1] = { 100,    1000,    10000,
                                                              100000, 1000000, 10000000 };
    int64_t waited_us = (calx_clock_monotonic_ns() - start_ns) / 1000;
    size_t class = 0;
    while (class < CALX_WAIT_CLASSES - 1 && waited_us >= bounds_us[class])
        class ++;
    pool->waits[class]++;
}

/* Until when nothing changes by itself. The oldest waiter watches for the next attempt's time. */
static int64_t wake_time_locked(calx_pool *pool, const calx_pool_waiter *waiter, int64_t deadline)
{
    int64_t when = 0;
    if (pool->first_waiter != waiter || pool->paused || !calx_pool_has_place_locked(pool) ||
        calx_pool_may_make_locked(pool, &when) || when == 0)
        return deadline;
    return when < deadline ? when : deadline;
}

/*
 * Whether the caller, as it joins the queue, has one made for itself at once: that is connecting,
 * in whatever thread, and not waiting for others. All in front of it have theirs on the way.
 */
static bool has_one_made_locked(calx_pool *pool)
{
    int64_t when = 0;
    return !pool->paused && pool->waiting <= pool->makers && pool->makers < CALX_POOL_MAKERS &&
           calx_pool_has_place_locked(pool) && calx_pool_may_make_locked(pool, &when);
}

/* Stands in the queue until something is granted or the deadline passes. */
static void wait_locked(calx_pool *pool, calx_pool_waiter *waiter, int64_t deadline, bool in_front)
{
    int64_t start_ns = calx_clock_monotonic_ns();
    bool connects = pool->options.makes_apart && has_one_made_locked(pool);
    join_queue_locked(pool, waiter, in_front);
    pool->waited += !connects;
    while (waiter->grant == CALX_POOL_GRANT_NONE && !calx_deadline_passed(deadline)) {
        calx_pool_offer_locked(pool);
        if (pool->to_start > 0) {
            calx_pool_unlock(pool);
            pthread_mutex_lock(&pool->lock);
        } else if (waiter->grant == CALX_POOL_GRANT_NONE) {
            calx_pool_wait_locked(pool, &waiter->woken, wake_time_locked(pool, waiter, deadline));
        }
    }
    if (waiter->grant == CALX_POOL_GRANT_NONE)
        leave_queue_locked(pool, waiter);
    if (!connects)
        count_wait_locked(pool, start_ns);
}

/* ---- what a wait in vain says ---- */

/* The first few holders, for the message (ENG-056). */
static void list_holders_locked(const calx_pool *pool, char *out, size_t size)
{
    enum { NAMED = 4 };
    size_t used = 0;
    size_t named = 0;
    out[0] = '\0';
    for (const calx_pool_entry *entry = pool->out.first; entry != NULL && named < NAMED;
         entry = entry->next, named++) {
        char holder[96];
        calx_pool_describe_holder(entry, holder, sizeof(holder));
        int length =
            snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "; held by ", holder);
        if (length < 0 || (size_t)length >= size - used)
            break;
        used += (size_t)length;
    }
}

/* What kept the caller waiting, and the last reason for which there is not more (ENG-056). */
static calx_status fail_timeout_locked(calx_pool *pool, const char *why, calx_error *error)
{
    char holders[480];
    pool->timed_out++;
    bool failed = pool->last_error.status != CALX_OK;
    list_holders_locked(pool, holders, sizeof(holders));
    return calx_error_set(error, CALX_E_POOL_TIMEOUT,
                          "%s %lld ms: pool_size %zu, max_overflow %ld, %zu out, %zu idle, %zu "
                          "being made, %zu waiting%s%s%s%s",
                          why, (long long)pool->options.timeout_ms, pool->options.size,
                          pool->options.max_overflow, pool->out.count, pool->idle.count,
                          pool->connecting, pool->waiting, pool->paused ? ", paused" : "", holders,
                          failed ? "; the last attempt to connect failed: " : "",
                          failed ? pool->last_error.message : "");
}

/* An assertion pool has one user, and the second is told who that is (ENG-075). */
static calx_status fail_second_locked(calx_pool *pool, calx_error *error)
{
    char holder[96];
    calx_pool_describe_holder(pool->out.first, holder, sizeof(holder));
    return calx_error_set(error, CALX_E_STATE,
                          "the connection of this assertion pool is out already: taken by %s",
                          holder);
}

/*
 * Whether the taker is called by the maker and nothing can come but what it makes itself: nobody
 * has one to give back, or it asks for each one that is made for it (ENG-105).
 */
static bool waits_for_itself_locked(const calx_pool *pool)
{
    size_t nesting = calx_pool_nesting_locked(pool);
    return nesting > 1 || (nesting == 1 && pool->out.count == pool->orphans);
}

/* Waits in the queue. CALX_OK: *waiter says what was given. */
static calx_status queue_up_locked(calx_pool *pool, int64_t deadline, bool in_front,
                                   calx_pool_waiter *waiter, calx_error *error)
{
    size_t most = pool->options.max_waiters;
    *waiter = (calx_pool_waiter){ .thread = pthread_self(), .error = error };
    if (pool->options.kind == CALX_POOL_ASSERTION && pool->out.count > pool->orphans)
        return fail_second_locked(pool, error);
    if (pool->making != NULL && waits_for_itself_locked(pool))
        return calx_pool_fail_nested_locked(pool, error);
    if (pool->options.timeout_ms == 0)
        return fail_timeout_locked(pool, "no connection became free within", error);
    if (most > 0 && pool->waiting >= most && !in_front)
        return fail_timeout_locked(pool, "too many are waiting (pool_max_waiters) for up to",
                                   error);
    if (!calx_pool_init_condition(&waiter->woken))
        return calx_error_set_nomem(error);
    wait_locked(pool, waiter, deadline, in_front || calx_pool_nesting_locked(pool) > 0);
    pthread_cond_destroy(&waiter->woken);
    if (waiter->grant == CALX_POOL_GRANT_NONE)
        return fail_timeout_locked(pool, "no connection became free within", error);
    if (waiter->grant == CALX_POOL_GRANT_CLOSED)
        return calx_pool_fail_closed(error);
    return waiter->grant == CALX_POOL_GRANT_FAILED ? waiter->status : CALX_OK;
}

/* ---- taking ---- */

/*
 * The right to make one in the caller's own thread, if it need not wait for that. One who is making
 * one already gets it at once, but not a third: the second would ask for it without end.
 */
static calx_pool_grant try_place_locked(calx_pool *pool, size_t nesting)
{
    int64_t when = 0;
    bool once = pool->options.timeout_ms == 0; /* one try, whatever the back-off says (ENG-057) */
    if (!calx_pool_has_place_locked(pool) || nesting > 1)
        return CALX_POOL_GRANT_NONE;
    if (nesting == 0 && pool->options.makes_apart && !once)
        return CALX_POOL_GRANT_NONE;
    if (nesting == 0 && !calx_pool_may_make_locked(pool, &when) &&
        !(once && pool->outage.attempts == 0))
        return CALX_POOL_GRANT_NONE;
    calx_pool_begin_make_locked(pool);
    return CALX_POOL_GRANT_PLACE;
}

/*
 * What can be had without waiting: an idle entry that is fit (granted as ENTRY, out already), or a
 * place. Idle ones that are not fit are moved to ended, their places counted as connecting.
 */
static calx_pool_grant try_locked(calx_pool *pool, bool in_front, calx_pool_entry **out_entry,
                                  calx_pool_list *ended)
{
    size_t nesting = pool->making != NULL ? calx_pool_nesting_locked(pool) : 0;
    if ((pool->waiting > 0 && !in_front && nesting == 0) || pool->paused)
        return CALX_POOL_GRANT_NONE;
    for (;;) {
        calx_pool_entry *entry = pool->options.lifo ? pool->idle.last : pool->idle.first;
        if (entry == NULL)
            return try_place_locked(pool, nesting);
        calx_pool_list_remove(&pool->idle, entry);
        calx_close_cause cause = calx_pool_unfit_to_lend_locked(pool, entry);
        if (cause == CALX_CLOSE_CAUSES) {
            calx_pool_lend_locked(pool, entry);
            *out_entry = entry;
            return CALX_POOL_GRANT_ENTRY;
        }
        calx_pool_list_append(ended, entry);
        calx_pool_count_end_locked(pool, cause);
        pool->connecting++;
    }
}

static void tell_created_late(const calx_pool *pool, calx_pool_entry *entry)
{
    entry->untold = false;
    calx_pool_tell_created(pool);
}

/*
 * One way through: an entry, perhaps a dead one, or a failure. The deadline is found only when it
 * is needed: the quick way reads no clock.
 */
static calx_status take_once(calx_pool *pool, bool in_front, int64_t *deadline,
                             calx_pool_entry **out_entry, calx_error *error)
{
    calx_status status = CALX_OK;
    calx_pool_list ended = { NULL, NULL, 0 };
    calx_pool_waiter waiter;
    pthread_mutex_lock(&pool->lock);
    if (pool->closed) {
        pthread_mutex_unlock(&pool->lock);
        return calx_pool_fail_closed(error);
    }
    calx_pool_grant grant = try_locked(pool, in_front, out_entry, &ended);
    if (grant == CALX_POOL_GRANT_ENTRY && ended.first == NULL) {
        if (pool->upkept)
            calx_pool_upkeep_at_take_locked(pool);
        pthread_mutex_unlock(&pool->lock);
        return CALX_OK;
    }
    if (*deadline == CALX_DEADLINE_NONE)
        *deadline = calx_deadline_in_ms(pool->options.timeout_ms);
    if (ended.first != NULL) {
        pthread_mutex_unlock(&pool->lock);
        calx_pool_end_all_in_place(pool, &ended);
        pthread_mutex_lock(&pool->lock);
        if (grant == CALX_POOL_GRANT_NONE && !pool->closed)
            grant = try_locked(pool, in_front, out_entry, &ended);
    }
    if (grant == CALX_POOL_GRANT_NONE) {
        status = pool->closed ? calx_pool_fail_closed(error)
                              : queue_up_locked(pool, *deadline, in_front, &waiter, error);
        grant = status == CALX_OK ? waiter.grant : grant;
        if (grant == CALX_POOL_GRANT_ENTRY)
            *out_entry = waiter.entry;
    }
    if (pool->upkept)
        calx_pool_upkeep_at_take_locked(pool);
    pthread_mutex_unlock(&pool->lock);
    calx_pool_end_all_in_place(pool, &ended);
    if (status == CALX_OK && grant == CALX_POOL_GRANT_PLACE)
        status = calx_pool_fill_place(pool, *deadline, out_entry, error);
    else if (status == CALX_OK && (*out_entry)->untold)
        tell_created_late(pool, *out_entry);
    return status;
}

calx_pool_entry *calx_pool_queue_take_idle(calx_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    calx_pool_entry *entry = pool->options.lifo ? pool->idle.last : pool->idle.first;
    if (entry != NULL && pool->waiting == 0 && !pool->paused &&
        calx_pool_is_sound_locked(pool, entry)) {
        calx_pool_list_remove(&pool->idle, entry);
        calx_pool_lend_locked(pool, entry);
    } else {
        entry = NULL;
    }
    pthread_mutex_unlock(&pool->lock);
    return entry;
}

calx_status calx_pool_queue_take(calx_pool *pool, calx_pool_entry **out_entry, calx_error *error)
{
    int64_t deadline = CALX_DEADLINE_NONE;
    bool dead = true;
    calx_status status = CALX_OK;
    calx_pool_entry *entry = NULL;
    for (bool in_front = false; dead && status == CALX_OK; in_front = true) {
        status = take_once(pool, in_front, &deadline, &entry, error);
        dead = false;
        if (status == CALX_OK && pool->looks)
            status = calx_pool_look_at(pool, entry, deadline, &dead, error);
    }
    if (status == CALX_OK)
        *out_entry = entry;
    return status;
}

/* ---- giving ---- */

bool calx_pool_keep_locked(calx_pool *pool, calx_pool_entry *entry)
{
    entry->users = 0;
    /* Not asked again whether it is fit: time goes on, and the waiter would not be woken. */
    if (pool->first_waiter != NULL && !pool->paused) {
        calx_pool_lend_locked(pool, entry);
        calx_pool_grant_locked(pool, CALX_POOL_GRANT_ENTRY, entry);
        return true;
    }
    if (pool->idle.count >= pool->keep)
        return false;
    calx_pool_list_append(&pool->idle, entry);
    return true;
}

void calx_pool_end_in_place(calx_pool *pool, calx_pool_entry *entry)
{
    pool->maker.destroy(pool->maker.context, entry);
    pthread_mutex_lock(&pool->lock);
    pool->connecting--;
    calx_pool_offer_locked(pool);
    calx_pool_changed_locked(pool);
    calx_pool_unlock(pool);
}

void calx_pool_end_all_in_place(calx_pool *pool, calx_pool_list *ended)
{
    while (ended->first != NULL) {
        calx_pool_entry *entry = ended->first;
        calx_pool_list_remove(ended, entry);
        calx_pool_end_in_place(pool, entry);
    }
}

/* What is to become of an entry that came back: CALX_CLOSE_CAUSES, it was kept. */
static calx_close_cause settle_locked(calx_pool *pool, calx_pool_entry *entry, bool clean)
{
    calx_close_cause cause = calx_pool_unfit_to_return_locked(pool, entry);
    if (cause == CALX_CLOSE_CAUSES && !clean)
        cause = CALX_CLOSE_RESET;
    if (cause == CALX_CLOSE_CAUSES && pool->stamps)
        entry->used_ns = calx_pool_now(pool);
    if (cause == CALX_CLOSE_CAUSES && !calx_pool_keep_locked(pool, entry))
        cause = CALX_CLOSE_SURPLUS;
    return cause;
}

void calx_pool_queue_give(calx_pool *pool, calx_pool_entry *entry)
{
    bool clean = pool->maker.reset(pool->maker.context, entry);
    pthread_mutex_lock(&pool->lock);
    calx_pool_list_remove(&pool->out, entry);
    entry->users = 0;
    if (clean && pool->quick && pool->first_waiter == NULL && pool->watchers == 0 &&
        pool->idle.count < pool->keep && calx_pool_is_sound_locked(pool, entry)) {
        calx_pool_list_append(&pool->idle, entry);
        pthread_mutex_unlock(&pool->lock);
        return;
    }
    bool orphan = entry->orphan;
    calx_close_cause cause = settle_locked(pool, entry, clean);
    if (cause != CALX_CLOSE_CAUSES) {
        calx_pool_count_end_locked(pool, cause);
        pool->orphans -= orphan;
        /* Its place is taken until it is really gone. */
        pool->connecting += !orphan;
    }
    calx_pool_changed_locked(pool);
    pthread_mutex_unlock(&pool->lock);
    if (cause == CALX_CLOSE_CAUSES)
        return;
    if (orphan)
        pool->maker.destroy(pool->maker.context, entry);
    else
        calx_pool_end_in_place(pool, entry);
}
