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
    pool->destroyed += entry != NULL;
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

/* Makes the entry of a thread whose record has none; the lock is given up meanwhile. */
static calx_status make_entry(calx_pool *pool, calx_pool_thread *thread, uint64_t generation,
                              calx_pool_entry **out_entry, calx_error *error)
{
    calx_pool_entry *entry = NULL;
    calx_status status = calx_pool_make(pool, generation, INT64_MAX, &entry, error);
    pthread_mutex_lock(&pool->lock);
    pool->connecting--;
    if (status == CALX_OK) {
        entry->thread = thread;
        thread->entry = entry;
        calx_pool_list_append(&pool->out, entry);
        pool->created++;
        pool->acquired++;
        *out_entry = entry;
    }
    calx_pool_changed_locked(pool);
    pthread_mutex_unlock(&pool->lock);
    return status;
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
    if (status == CALX_OK && thread->entry != NULL && thread->entry->users > 0) {
        thread->entry->users++;
        pool->acquired++;
        *out_entry = thread->entry;
        goto out;
    }
    if (status != CALX_OK)
        goto out;
    if (thread->entry != NULL && calx_pool_is_fit_locked(pool, thread->entry)) {
        thread->entry->users = 1;
        calx_pool_list_append(&pool->out, thread->entry);
        pool->acquired++;
        *out_entry = thread->entry;
        goto out;
    }
    unfit = release_entry_locked(thread);
    pool->destroyed += unfit != NULL;
    pool->connecting++;
    uint64_t generation = pool->generation;
    pthread_mutex_unlock(&pool->lock);
    if (unfit != NULL)
        pool->maker.destroy(pool->maker.context, unfit);
    return make_entry(pool, thread, generation, out_entry, error);
out:
    pthread_mutex_unlock(&pool->lock);
    if (status == CALX_E_POOL_CLOSED)
        return calx_pool_fail_closed(error);
    return status == CALX_OK ? CALX_OK : calx_error_set_nomem(error);
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
    bool kept = clean && entry->thread != NULL && calx_pool_is_fit_locked(pool, entry);
    if (!kept) {
        pool->destroyed++;
        pool->orphans -= entry->orphan;
        if (entry->thread != NULL)
            entry->thread->entry = NULL;
        /* Counted until it is really gone: a shutdown waits for it. */
        pool->connecting++;
    }
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
