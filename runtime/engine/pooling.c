/*
 * The engine and its pool: which kind a database gets, what of the options the pool is told, what
 * an application can ask of it, and what happens around a fork.
 */
#include "engine/inside.h"

#include "base/clock.h"
#include "base/error.h"

#include <stdio.h>

/* A database that lives in one connection cannot be queued for (ENG-069). */
calx_pool_kind calx_engine_pool_kind(const calx_engine *engine)
{
    if (engine->options.poolclass != CALX_POOL_DEFAULT)
        return engine->options.poolclass;
    return engine->config->private_database ? CALX_POOL_THREAD : CALX_POOL_QUEUE;
}

/* What the pool cannot do with this database (ENG-070). */
calx_status calx_engine_check_database(const calx_engine *engine, calx_error *error)
{
    const calx_engine_options *options = &engine->options;
    bool queue = calx_engine_pool_kind(engine) == CALX_POOL_QUEUE;
    if (queue && engine->config->private_database &&
        (options->pool_size != 1 || options->max_overflow != 0))
        return calx_error_set(error, CALX_E_ARGUMENT,
                              "each connection of a private database in memory has a database of "
                              "its own, so a queue pool may have one: pool_size 1 and max_overflow "
                              "0; or leave poolclass, or add cache=shared to the URL");
    if (engine->config->thread_bound && options->pool_min_idle > 0)
        return calx_error_set(error, CALX_E_ARGUMENT,
                              "pool_min_idle makes connections in other threads than use them, "
                              "which the URL's check_same_thread=on forbids");
    return CALX_OK;
}

static calx_pool_options options_of(const calx_engine *engine)
{
    const calx_engine_options *options = &engine->options;
    bool threads = options->upkeep == CALX_UPKEEP_THREAD;
    return (calx_pool_options){
        .kind = calx_engine_pool_kind(engine),
        .size = (size_t)options->pool_size,
        .max_overflow = options->max_overflow,
        .timeout_ms = options->pool_timeout,
        .recycle_ms = options->pool_recycle,
        .lifo = options->pool_use_lifo,
        .logger = &engine->pool_logger,
        .max_waiters = (size_t)options->pool_max_waiters,
        .threads = threads,
        .makes_apart = engine->config->remote && !engine->config->thread_bound,
        .peeks = options->pool_passive_probe && engine->driver->probe != NULL,
        .pre_ping = options->pool_pre_ping && engine->driver->ping != NULL,
        .ping_after_idle_ms = options->ping_after_idle,
        .ping_timeout_ms = options->ping_timeout,
        .max_lifetime_ms = options->pool_max_lifetime,
        .jitter = options->pool_lifetime_jitter / 100.0,
        .idle_timeout_ms = options->pool_idle_timeout,
        .min_idle = (size_t)options->pool_min_idle,
        .keepalive_ms = options->pool_keepalive,
        .leak_threshold_ms = options->leak_threshold,
        .tx_idle_warn_ms = options->tx_idle_warn,
        .upkeep_period_ms = options->upkeep_period,
    };
}

/* ---- around a fork ---- */

static void prepare_fork(void *context)
{
    calx_engine *engine = context;
    pthread_mutex_lock(&engine->plan_lock);
    pthread_mutex_lock(&engine->texts.lock);
    pthread_mutex_lock(&engine->listeners.lock);
    pthread_mutex_lock(&engine->greeting.lock);
    calx_pool_fork_prepare(engine->pool);
}

static void let_go(calx_engine *engine)
{
    pthread_mutex_unlock(&engine->greeting.lock);
    pthread_mutex_unlock(&engine->listeners.lock);
    pthread_mutex_unlock(&engine->texts.lock);
    pthread_mutex_unlock(&engine->plan_lock);
}

static void go_on_as_parent(void *context)
{
    calx_engine *engine = context;
    calx_pool_fork_parent(engine->pool);
    let_go(engine);
}

/* The anchor is left alone: it is the parent's, and so is its database. */
static void go_on_as_child(void *context)
{
    calx_engine *engine = context;
    calx_pool_fork_child(engine->pool);
    engine->greeting.running = false; /* whoever was at it is in the parent */
    atomic_store(&engine->anchor, NULL);
    let_go(engine);
}

static calx_status watch_forks(calx_engine *engine, calx_error *error)
{
    engine->fork_watch = (calx_fork_watch){ .prepare = prepare_fork,
                                            .parent = go_on_as_parent,
                                            .child = go_on_as_child,
                                            .context = engine };
    if (calx_fork_watch_begin(&engine->fork_watch) != CALX_OK)
        return calx_error_set_nomem(error);
    engine->watches_forks = true;
    return CALX_OK;
}

/* ---- making ---- */

calx_status calx_engine_make_pool(calx_engine *engine, calx_error *error)
{
    calx_pool_options options = options_of(engine);
    calx_pool_maker maker = { .context = engine,
                              .make = calx_link_make,
                              .reset = calx_link_reset,
                              .destroy = calx_link_destroy,
                              .cut = calx_link_cut,
                              .look = calx_link_look,
                              .idle_since = calx_link_idle_since,
                              .disown = calx_link_disown,
                              .hurry = calx_link_hurry };
    if (engine->driver->ping == NULL)
        maker.look = NULL;
    if (options.idle_timeout_ms > 0 && !options.lifo)
        calx_log_text(&engine->pool_logger, CALX_LOG_WARNING,
                      "pool_idle_timeout closes nothing while connections take turns; with "
                      "pool_use_lifo those that are not needed stay idle");
    if (calx_pool_new(&options, &maker, &engine->pool) != CALX_OK)
        return calx_error_set_nomem(error);
    return watch_forks(engine, error);
}

calx_status calx_engine_warm_pool(calx_engine *engine, calx_error *error)
{
    calx_pool_entry *entry = NULL;
    calx_status status = CALX_OK;
    if (engine->options.pool_min_idle > 0)
        status = calx_pool_warm(engine->pool, (size_t)engine->options.pool_min_idle, error);
    if (status != CALX_OK || !engine->options.fail_fast || engine->options.pool_min_idle > 0)
        return status;
    status = calx_pool_take(engine->pool, &entry, error);
    if (status == CALX_OK)
        calx_pool_give(engine->pool, entry);
    return status;
}

void calx_engine_lift_anchor(calx_engine *engine)
{
    calx_driver_connection *anchor = atomic_exchange(&engine->root->anchor, NULL);
    if (anchor != NULL)
        engine->driver->close(anchor);
}

/* ---- what an application asks of it ---- */

static void log_disposed(calx_engine *engine)
{
    calx_engine_state state;
    char text[400];
    if (!calx_log_enabled(&engine->pool_logger, CALX_LOG_DEBUG))
        return;
    calx_engine_status(engine, &state);
    (void)calx_engine_state_describe(&state, text, sizeof(text));
    calx_log(&engine->pool_logger, CALX_LOG_DEBUG, "disposed; %s", text);
}

void calx_engine_dispose(calx_engine *engine)
{
    calx_event_details details = { .event = CALX_EVENT_ENGINE_DISPOSED };
    if (engine == NULL)
        return;
    calx_pool_dispose(engine->pool);
    calx_engine_forget_slots(engine);
    calx_engine_lift_anchor(engine);
    log_disposed(engine);
    calx_greeting_repeat(&engine->root->greeting);
    if (calx_hears(engine, CALX_EVENT_ENGINE_DISPOSED))
        (void)calx_event_raise(engine, &details, NULL, NULL);
}

void calx_engine_abandon(calx_engine *engine)
{
    if (engine == NULL)
        return;
    calx_pool_abandon(engine->pool);
    atomic_store(&engine->root->anchor, NULL);
    calx_greeting_repeat(&engine->root->greeting);
}

void calx_engine_refresh(calx_engine *engine)
{
    if (engine != NULL)
        calx_pool_bump(engine->pool);
}

void calx_engine_pause(calx_engine *engine)
{
    if (engine != NULL)
        calx_pool_pause(engine->pool);
}

void calx_engine_resume(calx_engine *engine)
{
    if (engine != NULL)
        calx_pool_resume(engine->pool);
}

calx_status calx_engine_shutdown(calx_engine *engine, int64_t deadline_ms, size_t *out_cut)
{
    if (engine == NULL)
        return CALX_E_ARGUMENT;
    size_t cut = calx_pool_shutdown(engine->pool, calx_deadline_in_ms(deadline_ms));
    if (out_cut != NULL)
        *out_cut = cut;
    return CALX_OK;
}

void calx_engine_status(calx_engine *engine, calx_engine_state *out_state)
{
    if (out_state == NULL)
        return;
    *out_state = (calx_engine_state){ 0 };
    if (engine == NULL)
        return;
    calx_pool_status(engine->pool, out_state);
    calx_text_cache_status(&engine->root->texts, out_state);
}

int calx_engine_state_describe(const calx_engine_state *state, char *out, size_t size)
{
    static const char *const kinds[] = {
        "default", "queue", "thread", "null", "static", "assertion"
    };
    if (state == NULL || (out == NULL && size > 0)) {
        if (out != NULL && size > 0)
            out[0] = '\0';
        return 0;
    }
    size_t kind = (size_t)state->pool < sizeof(kinds) / sizeof(kinds[0]) ? (size_t)state->pool : 0;
    return snprintf(out, size,
                    "%s pool%s: size %zu, %zu idle, overflow %ld, %zu out; %zu waiting, %zu being "
                    "made; %llu acquired, %llu waited, %llu timed out, %llu created, %llu failed, "
                    "%llu closed",
                    kinds[kind], state->paused ? " (paused)" : "", state->size, state->idle,
                    state->overflow, state->out, state->waiting, state->connecting,
                    (unsigned long long)state->acquired, (unsigned long long)state->waited,
                    (unsigned long long)state->timed_out, (unsigned long long)state->created,
                    (unsigned long long)state->failed, (unsigned long long)state->closed);
}
