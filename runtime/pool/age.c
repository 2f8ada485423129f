/*
 * How long an entry lives. It has the pool's generation, a number, from when it was made; every
 * loss makes a new one (ENG-084). Its lifetime is drawn when it is made, a little shorter for each,
 * so that entries of one age do not end together (ENG-110). Only the forward clock is asked.
 */
#include "pool/inside.h"

enum { NS_PER_MS = 1000000 };

double calx_pool_random_locked(calx_pool *pool)
{
    /* The step of a multiplicative generator of 64 bits; its upper half is good. */
    pool->random = pool->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(pool->random >> 11) / (double)(UINT64_C(1) << 53);
}

/* so many milliseconds after a moment; what cannot be reached is never. */
static int64_t after_ms(int64_t moment_ns, int64_t milliseconds)
{
    if (milliseconds > (INT64_MAX - moment_ns) / NS_PER_MS)
        return INT64_MAX;
    return moment_ns + milliseconds * NS_PER_MS;
}

void calx_pool_begin_life_locked(calx_pool *pool, calx_pool_entry *entry, uint64_t generation)
{
    const calx_pool_options *options = &pool->options;
    entry->number = ++pool->last_number;
    entry->born_ns = calx_pool_now(pool);
    entry->used_ns = entry->born_ns;
    entry->asked_ns = entry->born_ns;
    entry->generation = generation;
    entry->fresh = true;
    entry->expires_ns = INT64_MAX;
    if (options->max_lifetime_ms > 0) {
        int64_t whole = after_ms(entry->born_ns, options->max_lifetime_ms);
        double part = options->jitter * calx_pool_random_locked(pool);
        entry->expires_ns =
            whole == INT64_MAX ? whole : whole - (int64_t)((double)(whole - entry->born_ns) * part);
    }
}

calx_close_cause calx_pool_unfit_to_keep_locked(const calx_pool *pool, const calx_pool_entry *entry)
{
    if (pool->closed || entry->orphan || entry->cut || entry->foreign)
        return CALX_CLOSE_DISPOSED;
    if (entry->nested)
        return CALX_CLOSE_SURPLUS;
    if (entry->doomed)
        return CALX_CLOSE_INVALIDATED;
    if (entry->generation != pool->generation)
        return CALX_CLOSE_GENERATION;
    if (entry->expires_ns != INT64_MAX && calx_pool_now(pool) >= entry->expires_ns)
        return CALX_CLOSE_AGE;
    return CALX_CLOSE_CAUSES;
}

calx_close_cause calx_pool_unfit_to_lend_locked(const calx_pool *pool, const calx_pool_entry *entry)
{
    calx_close_cause cause = calx_pool_unfit_to_keep_locked(pool, entry);
    if (cause != CALX_CLOSE_CAUSES || pool->options.recycle_ms < 0)
        return cause;
    bool old = calx_pool_now(pool) >= after_ms(entry->born_ns, pool->options.recycle_ms);
    return old ? CALX_CLOSE_AGE : CALX_CLOSE_CAUSES;
}

calx_close_cause calx_pool_unfit_to_return_locked(const calx_pool *pool,
                                                  const calx_pool_entry *entry)
{
    if (pool->first_waiter != NULL && !pool->paused)
        return calx_pool_unfit_to_lend_locked(pool, entry);
    return calx_pool_unfit_to_keep_locked(pool, entry);
}
