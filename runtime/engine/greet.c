/*
 * The first connection of an engine finds out about the database: once, however many others are
 * being made meanwhile, which wait for that (ENG-036). If it fails, whoever asked gets the failure,
 * and the next connection tries again. The event first_connect is raised here as well, once for a
 * pool, so again after it was disposed of (ENG-187).
 */
#include "engine/inside.h"

#include "base/allocator.h"
#include "base/clock.h"
#include "base/error.h"

static bool init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    bool done = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                pthread_cond_init(condition, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    return done;
}

bool calx_greeting_init(calx_greeting *greeting)
{
    atomic_init(&greeting->over, false);
    if (pthread_mutex_init(&greeting->lock, NULL) != 0)
        return false;
    if (init_condition(&greeting->ended))
        return true;
    pthread_mutex_destroy(&greeting->lock);
    return false;
}

void calx_greeting_clear(calx_greeting *greeting)
{
    calx_release(greeting->server.default_schema);
    pthread_cond_destroy(&greeting->ended);
    pthread_mutex_destroy(&greeting->lock);
}

void calx_greeting_repeat(calx_greeting *greeting)
{
    pthread_mutex_lock(&greeting->lock);
    greeting->raised = false;
    atomic_store(&greeting->over, false);
    pthread_mutex_unlock(&greeting->lock);
}

/* A listener of the first connection asks for one more, which is none that all wait for. */
static bool is_own_turn_locked(const calx_greeting *greeting)
{
    return greeting->running && pthread_equal(greeting->runner, pthread_self());
}

/* Waits while another connection is at it. false: the deadline passed. */
static bool await_turn_locked(calx_greeting *greeting, int64_t deadline)
{
    while (greeting->running && !calx_deadline_passed(deadline)) {
        if (deadline == CALX_DEADLINE_NONE) {
            pthread_cond_wait(&greeting->ended, &greeting->lock);
        } else {
            struct timespec until = calx_deadline_timespec(deadline);
            pthread_cond_timedwait(&greeting->ended, &greeting->lock, &until);
        }
    }
    return !greeting->running;
}

/* Asks the database about itself. */
static calx_status find_out(calx_engine *engine, calx_link *link, calx_error *error)
{
    calx_greeting *greeting = &engine->greeting;
    calx_driver_connection *physical = link->connection;
    calx_driver_server server = { .version = 0 };
    if (engine->driver->look != NULL && engine->driver->look(physical, &server) != CALX_OK) {
        calx_error_move(error, &physical->error);
        return error->status;
    }
    pthread_mutex_lock(&greeting->lock);
    greeting->server = server;
    greeting->known = true;
    pthread_mutex_unlock(&greeting->lock);
    return CALX_OK;
}

/* What the greeting lacks. Nobody else is at it. */
static calx_status greet(calx_engine *engine, calx_link *link, bool known, calx_error *error)
{
    calx_greeting *greeting = &engine->greeting;
    calx_status status = known ? CALX_OK : find_out(engine, link, error);
    if (status == CALX_OK && calx_hears(engine, CALX_EVENT_FIRST_CONNECT)) {
        calx_pool_name_make(engine->pool, "a listener of first_connect");
        status = calx_link_raise(engine, link, CALX_EVENT_FIRST_CONNECT, error);
        calx_pool_name_make(engine->pool, NULL);
    }
    pthread_mutex_lock(&greeting->lock);
    greeting->running = false;
    greeting->raised = status == CALX_OK;
    atomic_store_explicit(&greeting->over, greeting->raised, memory_order_release);
    pthread_cond_broadcast(&greeting->ended);
    pthread_mutex_unlock(&greeting->lock);
    return status;
}

calx_status calx_engine_greet(calx_engine *engine, calx_link *link, int64_t deadline,
                              calx_error *error)
{
    calx_greeting *greeting = &engine->greeting;
    if (atomic_load_explicit(&greeting->over, memory_order_acquire))
        return CALX_OK;
    pthread_mutex_lock(&greeting->lock);
    bool inner = is_own_turn_locked(greeting);
    bool mine = inner || await_turn_locked(greeting, deadline);
    bool known = greeting->known;
    bool needed = mine && !inner && !greeting->raised;
    if (needed) {
        greeting->running = true;
        greeting->runner = pthread_self();
    }
    pthread_mutex_unlock(&greeting->lock);
    if (!mine)
        return calx_error_set(error, CALX_E_CONNECT,
                              "the engine's first connection did not find out about the database "
                              "in time");
    return needed ? greet(engine, link, known, error) : CALX_OK;
}

calx_status calx_engine_server(calx_engine *engine, calx_server *out_server)
{
    if (engine == NULL || out_server == NULL)
        return CALX_E_ARGUMENT;
    calx_greeting *greeting = &engine->root->greeting;
    pthread_mutex_lock(&greeting->lock);
    bool known = greeting->known;
    *out_server =
        (calx_server){ .version = greeting->server.version,
                       .default_schema = greeting->server.default_schema,
                       .default_isolation_level = calx_isolation_name(greeting->server.isolation) };
    pthread_mutex_unlock(&greeting->lock);
    return known ? CALX_OK : CALX_E_STATE;
}
