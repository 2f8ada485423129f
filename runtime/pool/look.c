/*
 * Whether an entry that is about to be handed out lives. A peek costs no round trip and finds what
 * the kernel knows to be dead (ENG-092); a ping asks the database, but not so soon after the last
 * use, and never one that was just made (ENG-086, ENG-091). The rule kept: what is dead goes
 * unseen, and its taker tries again in front of all who wait, within its one deadline.
 */
#include "pool/inside.h"

#include "base/error.h"

static bool wants_ping(const calx_pool *pool, const calx_pool_entry *entry)
{
    const calx_pool_options *options = &pool->options;
    if (!options->pre_ping)
        return false;
    int64_t idle_ns = calx_pool_now(pool) - entry->used_ns;
    return idle_ns / 1000000 >= options->ping_after_idle_ms;
}

static calx_status ping(calx_pool *pool, calx_pool_entry *entry, int64_t deadline,
                        calx_error *error)
{
    const calx_pool_options *options = &pool->options;
    int64_t own = options->ping_timeout_ms > 0 ? calx_deadline_in_ms(options->ping_timeout_ms)
                                               : CALX_DEADLINE_NONE;
    int64_t takers = deadline != CALX_DEADLINE_NONE || options->timeout_ms <= 0
                         ? deadline
                         : calx_deadline_in_ms(options->timeout_ms);
    return pool->maker.look(pool->maker.context, entry, CALX_POOL_PING, own < takers ? own : takers,
                            error);
}

calx_status calx_pool_look_at(calx_pool *pool, calx_pool_entry *entry, int64_t deadline,
                              bool *out_dead, calx_error *error)
{
    calx_error own_error = CALX_ERROR_INIT;
    calx_status status = CALX_OK;
    bool pinged = false;
    *out_dead = false;
    if (entry->fresh) {
        entry->fresh = false;
        return CALX_OK;
    }
    if (pool->options.peeks)
        status = pool->maker.look(pool->maker.context, entry, CALX_POOL_PEEK, 0, &own_error);
    if (status == CALX_OK && wants_ping(pool, entry)) {
        pinged = true;
        status = ping(pool, entry, deadline, &own_error);
    }
    if (status == CALX_OK)
        return CALX_OK;
    if (status == CALX_E_DISCONNECT) {
        calx_log(pool->options.logger, CALX_LOG_INFO, "a connection was lost while idle: %s",
                 own_error.message);
        /* One that nobody answers any more tells of the others; a peek asks each anyway. */
        if (pinged && !entry->alone)
            calx_pool_lose(pool, entry);
        else
            calx_pool_drop(pool, entry, CALX_CLOSE_LOST);
        *out_dead = true;
        calx_error_clear(&own_error);
        return CALX_OK;
    }
    calx_pool_drop(pool, entry, CALX_CLOSE_LOST);
    calx_error_clear(error);
    calx_error_move(error, &own_error);
    return status;
}
