/*
 * What a pool tells of itself: one snapshot under the lock, so that the counts fit each other
 * (ENG-068).
 */
#include "pool/inside.h"

#include <string.h>

void calx_pool_status(calx_pool *pool, calx_engine_state *out_state)
{
    pthread_mutex_lock(&pool->lock);
    size_t idle = pool->idle.count + calx_pool_thread_idle_locked(pool);
    size_t out = pool->out.count - pool->orphans;
    size_t total = idle + out + pool->connecting;
    bool sized = pool->options.size != 0 && pool->options.kind != CALX_POOL_NULL;
    *out_state = (calx_engine_state){
        .pool = pool->options.kind,
        .size = pool->options.size,
        .idle = idle,
        .overflow = sized ? (long)total - (long)pool->options.size : 0,
        .out = out,
        .waiting = pool->waiting,
        .connecting = pool->connecting,
        .paused = pool->paused,
        .acquired = pool->acquired,
        .waited = pool->waited,
        .timed_out = pool->timed_out,
        .created = pool->created,
        .failed = pool->failed,
        .closed = pool->destroyed,
    };
    memcpy(out_state->closed_by, pool->closed_by, sizeof(pool->closed_by));
    memcpy(out_state->waits, pool->waits, sizeof(pool->waits));
    pthread_mutex_unlock(&pool->lock);
}
