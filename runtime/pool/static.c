/*
 * The static pool: one entry for everybody, never closed by coming back. Nested checkouts of the
 * thread that has it share it, so that a thread never waits for itself; other threads wait in line,
 * and so no two transactions mix on it (ENG-072).
 */
#include "pool/inside.h"

/* The entry this thread has already, once more; NULL: it has none. */
static calx_pool_entry *share_own(calx_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    calx_pool_entry *entry = pool->out.first;
    while (entry != NULL && (entry->orphan || !pthread_equal(entry->holder, pthread_self())))
        entry = entry->next;
    if (entry != NULL && !pool->closed) {
        entry->users++;
        pool->acquired++;
    } else {
        entry = NULL;
    }
    pthread_mutex_unlock(&pool->lock);
    return entry;
}

calx_status calx_pool_static_take(calx_pool *pool, calx_pool_entry **out_entry, calx_error *error)
{
    calx_pool_entry *own = share_own(pool);
    if (own == NULL)
        return calx_pool_queue_take(pool, out_entry, error);
    *out_entry = own;
    return CALX_OK;
}
