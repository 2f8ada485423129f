/*
 * A pool and fork(). The lock is held while the process is copied, so that the copy is whole. What
 * was in the pool belongs to the parent: in the child idle entries are given up at their next
 * checkout like those of an old generation, and those that were out are known as foreign. The
 * child's handler makes no more than system calls and assignments (ENG-099, ENG-100).
 */
#include "pool/inside.h"

void calx_pool_fork_prepare(calx_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
}

void calx_pool_fork_parent(calx_pool *pool)
{
    pthread_mutex_unlock(&pool->lock);
}

static void disown(calx_pool *pool, calx_pool_entry *entry)
{
    entry->foreign = true;
    entry->spoiled = true;
    if (pool->maker.disown != NULL)
        pool->maker.disown(pool->maker.context, entry);
}

static void disown_all_locked(calx_pool *pool)
{
    for (calx_pool_entry *entry = pool->idle.first; entry != NULL; entry = entry->next)
        disown(pool, entry);
    for (calx_pool_entry *entry = pool->away.first; entry != NULL; entry = entry->next)
        disown(pool, entry);
    for (calx_pool_thread *thread = pool->threads; thread != NULL; thread = thread->next) {
        if (thread->entry == NULL)
            continue;
        thread->entry->thread = NULL;
        if (thread->entry->users == 0) {
            disown(pool, thread->entry);
            thread->entry->thread = thread;
        } else {
            thread->entry = NULL;
        }
    }
    while (pool->out.first != NULL) {
        calx_pool_entry *entry = pool->out.first;
        calx_pool_list_remove(&pool->out, entry);
        disown(pool, entry);
        calx_pool_list_append(&pool->away, entry);
    }
}

void calx_pool_abandon(calx_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    disown_all_locked(pool);
    pool->orphans = 0; /* none is out any more */
    pool->generation++;
    if (pool->queued)
        calx_pool_offer_locked(pool);
    calx_pool_changed_locked(pool);
    calx_pool_unlock(pool);
}

void calx_pool_fork_child(calx_pool *pool)
{
    disown_all_locked(pool);
    /* Whoever waited or worked is in the parent. */
    pool->first_waiter = NULL;
    pool->last_waiter = NULL;
    pool->waiting = 0;
    pool->orphans = 0;
    pool->connecting = 0;
    pool->making = NULL;
    pool->makers = 0;
    pool->to_start = 0;
    pool->helpers = 0;
    pool->watchers = 0;
    pool->upkeep_runs = false;
    pool->outage = (calx_pool_outage){ .unproven = true };
    pool->generation++;
    (void)calx_pool_init_condition(&pool->changed);
    (void)calx_pool_init_condition(&pool->upkeep_wanted);
    pthread_mutex_unlock(&pool->lock);
}
