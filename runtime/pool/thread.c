/*
 * The thread pool: each thread has one entry, made when it first asks and shared by its nested
 * checkouts; only the outermost give resets it (ENG-073). It is what a database that lives inside
 * one connection needs, so an entry that is idle is never closed to make room: what a thread has
 * stored stays until the thread ends or the pool does (ENG-074). An entry is used by its own
 * thread; the lock guards the records, since pools are freed by other threads.
 */
#include "pool/inside.h"

#include "base/allocator.h"
#include "base/error.h"
#include "base/thread.h"

static calx_pool_thread *find_locked(const calx_pool *pool, pthread_t id)
{
    calx_pool_thread *thread = pool->threads;
    while (thread != NULL && !pthread_equal(thread->id, id))
        thread = thread->next;
    return thread;
}

static void unlink_locked(calx_pool *pool, calx_pool_thread *thread)
{
    calx_pool_thread **link = &pool->threads;
    while (*link != thread)
        link = &(*link)->next;
    *link = thread->next;
}

/* Takes the entry out of its record if nobody uses it; else it is destroyed when given back. */
static calx_pool_entry *release_entry_locked(calx_pool_thread *thread)
{
    calx_pool_entry *entry = thread->entry;
    thread->entry = NULL;
    if (entry == NULL)
        return NULL;
    entry->thread = NULL;
    return entry->users == 0 ? entry : NULL;
}

/* The thread ends. The record stays linked until all is done: calx_pool_free() waits for that. */
static void end_thread(void *context)
{
    calx_pool_thread *thread = context;
    calx_pool *pool = thread->pool;
    pthread_mutex_lock(&pool->lock);
    calx_pool_entry *entry = release_entry_locked(thread);
    if (entry != NULL)
        calx_pool_count_end_locked(pool, CALX_CLOSE_SURPLUS);
    pthread_mutex_unlock(&pool->lock);
    if (entry != NULL)
        pool->maker.destroy(pool->maker.context, entry);
    pthread_mutex_lock(&pool->lock);
    unlink_locked(pool, thread);
    calx_pool_changed_locked(pool);
    pthread_mutex_unlock(&pool->lock);
    calx_release(thread);
}

/* A record for the calling thread. NULL: no memory. */
static calx_pool_thread *add_thread_locked(calx_pool *pool)
{
    calx_pool_thread *thread = calx_alloc_zeroed(sizeof(*thread));
    if (thread == NULL)
        return NULL;
    thread->pool = pool;
    thread->id = pthread_self();
    if (calx_thread_at_exit(CALX_THREAD_CONNECTIONS, end_thread, thread, &thread->exit) !=
        CALX_OK) {
        calx_release(thread);
        return NULL;
    }
    thread->next = pool->threads;
    pool->threads = thread;
    return thread;
}

/* The lock is held: an entry that is the thread's goes out. */
static void lend_own_locked(calx_pool *pool, calx_pool_entry *entry, calx_pool_entry **out_entry)
{
    calx_pool_lend_locked(pool, entry);
    *out_entry = entry;
}

/* Makes the entry of a thread whose record has none; the lock is given up meanwhile. */
static calx_status make_entry(calx_pool *pool, calx_pool_thread *thread,
                              calx_pool_entry **out_entry, calx_error *error)
{
    calx_error own_error = CALX_ERROR_INIT;
    calx_error *told = error != NULL ? error : &own_error;
    calx_pool_entry *entry = NULL;
    calx_status status = calx_pool_make(pool, CALX_DEADLINE_NONE, &entry, told);
    pthread_mutex_lock(&pool->lock);
    calx_pool_end_make_locked(pool, status, told);
    if (status == CALX_OK) {
        entry->thread = thread;
        thread->entry = entry;
        lend_own_locked(pool, entry, out_entry);
    }
    calx_pool_changed_locked(pool);
    pthread_mutex_unlock(&pool->lock);
    calx_error_clear(&own_error);
    if (status == CALX_OK)
        calx_log_text(pool->options.logger, CALX_LOG_DEBUG, "created a connection");
    return status;
}

/* What the thread has already. false: it has nothing fit; *out_unfit is to be destroyed. */
static bool lend_kept_locked(calx_pool *pool, calx_pool_thread *thread, calx_pool_entry **out_entry,
                             calx_pool_entry **out_unfit)
{
    calx_pool_entry *entry = thread->entry;
    if (entry != NULL && entry->users > 0) {
        entry->users++;
        pool->acquired++;
        *out_entry = entry;
        return true;
    }
    calx_close_cause cause = CALX_CLOSE_CAUSES;
    if (entry != NULL)
        cause = calx_pool_unfit_to_lend_locked(pool, entry);
    if (entry != NULL && cause == CALX_CLOSE_CAUSES) {
        lend_own_locked(pool, entry, out_entry);
        return true;
    }
    *out_unfit = release_entry_locked(thread);
    if (*out_unfit != NULL)
        calx_pool_count_end_locked(pool, cause);
    return false;
}

calx_status calx_pool_thread_take(calx_pool *pool, calx_pool_entry **out_entry, calx_error *error)
{
    calx_status status = CALX_OK;
    calx_pool_entry *unfit = NULL;
    pthread_mutex_lock(&pool->lock);
    calx_pool_thread *thread = find_locked(pool, pthread_self());
    if (pool->closed)
        status = CALX_E_POOL_CLOSED;
    else if (thread == NULL && (thread = add_thread_locked(pool)) == NULL)
        status = CALX_E_NOMEM;
    bool lent = status == CALX_OK && lend_kept_locked(pool, thread, out_entry, &unfit);
    if (status == CALX_OK && !lent && calx_pool_nesting_locked(pool) > 0)
        status = calx_pool_fail_nested_locked(pool, error); /* its own is not there yet */
    if (status == CALX_OK && !lent)
        calx_pool_begin_make_locked(pool);
    pthread_mutex_unlock(&pool->lock);
    if (status == CALX_E_POOL_CLOSED)
        return calx_pool_fail_closed(error);
    if (status == CALX_E_NOMEM)
        return calx_error_set_nomem(error);
    if (status != CALX_OK)
        return status;
    if (lent)
        return CALX_OK;
    if (unfit != NULL)
        pool->maker.destroy(pool->maker.context, unfit);
    return make_entry(pool, thread, out_entry, error);
}

/* The entry has no user any more. Answers whether the thread keeps it. */
static bool keep_own_locked(calx_pool *pool, calx_pool_entry *entry, bool clean)
{
    calx_close_cause cause = calx_pool_unfit_to_keep_locked(pool, entry);
    if (cause == CALX_CLOSE_CAUSES && !clean)
        cause = CALX_CLOSE_RESET;
    if (cause == CALX_CLOSE_CAUSES && entry->thread == NULL)
        cause = CALX_CLOSE_SURPLUS;
    if (cause == CALX_CLOSE_CAUSES)
        return true;
    calx_pool_count_end_locked(pool, cause);
    pool->orphans -= entry->orphan;
    if (entry->thread != NULL)
        entry->thread->entry = NULL;
    /* Counted until it is really gone: a shutdown waits for it. */
    pool->connecting++;
    return false;
}

void calx_pool_thread_give(calx_pool *pool, calx_pool_entry *entry)
{
    pthread_mutex_lock(&pool->lock);
    bool outermost = entry->users == 1;
    if (!outermost)
        entry->users--;
    pthread_mutex_unlock(&pool->lock);
    if (!outermost)
        return;
    bool clean = pool->maker.reset(pool->maker.context, entry);
    pthread_mutex_lock(&pool->lock);
    calx_pool_list_remove(&pool->out, entry);
    entry->users = 0;
    bool kept = keep_own_locked(pool, entry, clean);
    calx_pool_changed_locked(pool);
    pthread_mutex_unlock(&pool->lock);
    if (kept)
        return;
    pool->maker.destroy(pool->maker.context, entry);
    pthread_mutex_lock(&pool->lock);
    pool->connecting--;
    calx_pool_changed_locked(pool);
    pthread_mutex_unlock(&pool->lock);
}

void calx_pool_thread_collect_locked(calx_pool *pool, calx_pool_list *collected)
{
    for (calx_pool_thread *thread = pool->threads; thread != NULL; thread = thread->next) {
        if (thread->entry == NULL || thread->entry->users > 0)
            continue;
        calx_pool_list_append(collected, release_entry_locked(thread));
    }
}

void calx_pool_thread_end_locked(calx_pool *pool, calx_pool_list *collected)
{
    calx_pool_thread *thread = pool->threads;
    while (thread != NULL) {
        calx_pool_thread *next = thread->next;
        if (calx_thread_forget(thread->exit)) {
            calx_pool_entry *entry = release_entry_locked(thread);
            if (entry != NULL)
                calx_pool_list_append(collected, entry);
            unlink_locked(pool, thread);
            calx_release(thread);
        }
        thread = next;
    }
    /* What is left belongs to threads that are ending right now. */
    pool->watchers++;
    while (pool->threads != NULL)
        pthread_cond_wait(&pool->changed, &pool->lock);
    pool->watchers--;
}

size_t calx_pool_thread_idle_locked(const calx_pool *pool)
{
    size_t count = 0;
    for (calx_pool_thread *thread = pool->threads; thread != NULL; thread = thread->next)
        count += thread->entry != NULL && thread->entry->users == 0;
    return count;
}
