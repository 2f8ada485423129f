/*
 * The first connection of an engine, which finds out about the database, and the last ones, which
 * are cut: what others see of it meanwhile.
 */
#include "engine_fixture.h"

#include "base/allocator.h"
#include "base/clock.h"
#include "base/error.h"
#include "engine/inside.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum { RACERS = 8 };

/* ---- the probe ---- */

/* A driver as the engine's own, but that its probe is counted, slow, and can fail. */
static calx_driver watched;
static const calx_driver *real;
static atomic_int probes;
static atomic_int failures;

static calx_status look_slowly(calx_driver_connection *connection, calx_driver_server *out_server)
{
    struct timespec time = { .tv_nsec = 30000000 };
    nanosleep(&time, NULL);
    calx_status status = real->look(connection, out_server);
    if (atomic_load(&failures) > 0) {
        atomic_fetch_sub(&failures, 1);
        calx_release(out_server->default_schema);
        out_server->default_schema = NULL;
        status = calx_error_set(&connection->error, CALX_E_PRIVILEGE, "it may not be asked");
    }
    atomic_fetch_add(&probes, 1);
    return status;
}

static calx_engine *watched_engine(void)
{
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    real = engine->driver;
    watched = *real;
    watched.look = look_slowly;
    engine->driver = &watched;
    atomic_store(&probes, 0);
    atomic_store(&failures, 0);
    return engine;
}

typedef struct racer {
    pthread_t thread;
    calx_engine *engine;
    calx_connection *connection;
    bool early; /* it had a connection before anything was known */
} racer;

static void *race(void *context)
{
    racer *self = context;
    calx_server server;
    self->connection = connect_to(self->engine);
    self->early = calx_engine_server(self->engine, &server) != CALX_OK || server.version == 0;
    return NULL;
}

static void racing_checkouts_wait_for_the_one_probe(void **state)
{
    (void)state;
    calx_shows("ENG-036");
    calx_engine *engine = watched_engine();
    racer racers[RACERS];
    for (int i = 0; i < RACERS; i++) {
        racers[i] = (racer){ .engine = engine };
        assert_int_equal(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
    }
    for (int i = 0; i < RACERS; i++) {
        pthread_join(racers[i].thread, NULL);
        assert_false(racers[i].early);
        /* Nothing of the probe is left open. */
        assert_false(racers[i].connection->link->connection->in_transaction);
        assert_false(calx_connection_in_transaction(racers[i].connection));
        calx_connection_close(racers[i].connection);
    }
    assert_int_equal(atomic_load(&probes), 1);
    calx_engine_dispose(engine); /* what is known stays known */
    calx_connection_close(connect_to(engine));
    assert_int_equal(atomic_load(&probes), 1);
    calx_engine_free(engine);
}

static void a_probe_that_failed_is_made_again(void **state)
{
    (void)state;
    calx_shows("ENG-036");
    calx_engine *engine = watched_engine();
    calx_connection *connection = NULL;
    calx_error error = CALX_ERROR_INIT;
    calx_server server;
    calx_engine_state counts;
    atomic_store(&failures, 2);
    for (int i = 1; i <= 2; i++) {
        assert_int_equal(calx_engine_connect(engine, &connection, &error), CALX_E_PRIVILEGE);
        assert_string_equal(error.message, "it may not be asked");
        assert_null(connection);
        assert_int_equal(calx_engine_server(engine, &server), CALX_E_STATE);
        calx_engine_status(engine, &counts);
        assert_int_equal(counts.idle + counts.out + counts.connecting, 0);
        assert_int_equal(atomic_load(&probes), i);
    }
    connection = connect_to(engine);
    assert_int_equal(atomic_load(&probes), 3);
    assert_int_equal(calx_engine_server(engine, &server), CALX_OK);
    calx_connection_close(connection);
    calx_error_clear(&error);
    calx_engine_free(engine);
}

/* ---- shutdown ---- */

/* Takes far longer than any test may. */
static const char *slow(void)
{
    return calx_test_on("postgresql") ? "SELECT pg_sleep(600)"
                                      : "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 "
                                        "FROM n) SELECT count(*) FROM n";
}

typedef struct runner {
    pthread_t thread;
    calx_engine *engine;
    calx_connection *connection;
    calx_status status;
} runner;

static void *run_slowly(void *context)
{
    runner *self = context;
    self->status = try_sql(self->connection, slow());
    calx_connection_close(self->connection);
    return NULL;
}

static void *ask_for_one(void *context)
{
    runner *self = context;
    self->status = calx_engine_connect(self->engine, &self->connection, NULL);
    return NULL;
}

static void a_shutdown_ends_what_runs_and_those_who_wait(void **state)
{
    (void)state;
    calx_shows("ENG-041");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_size = 1;
    options.max_overflow = 0;
    options.pool_timeout = 60000;
    calx_engine *engine = new_engine(calx_test_url(), &options);
    runner busy = { .engine = engine, .connection = connect_to(engine) };
    runner waiting = { .engine = engine };
    calx_engine_state counts;
    size_t cut = 0;
    run(busy.connection, "SELECT 1");
    assert_int_equal(pthread_create(&busy.thread, NULL, run_slowly, &busy), 0);
    assert_int_equal(pthread_create(&waiting.thread, NULL, ask_for_one, &waiting), 0);
    do {
        calx_engine_status(engine, &counts);
    } while (counts.waiting == 0);
    struct timespec time = { .tv_nsec = 50000000 }; /* for the statement to be on its way */
    nanosleep(&time, NULL);
    int64_t start = calx_clock_monotonic_ns();
    assert_int_equal(calx_engine_shutdown(engine, 100, &cut), CALX_OK);
    pthread_join(busy.thread, NULL);
    pthread_join(waiting.thread, NULL);
    int64_t passed_ms = (calx_clock_monotonic_ns() - start) / 1000000;
    assert_true(passed_ms >= 95 && passed_ms < 20000);
    assert_int_equal(cut, 1);
    assert_int_equal(waiting.status, CALX_E_POOL_CLOSED);
    assert_int_not_equal(busy.status, CALX_OK);
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.out + counts.idle + counts.connecting + counts.waiting, 0);
    assert_int_equal(counts.created, counts.closed);
    calx_engine_free(engine);
}

/* ---- what closing finds ---- */

static calx_connection *connect_in_autocommit(calx_engine *engine)
{
    calx_connection *connection = connect_to(engine);
    calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
    options.isolation_level = "AUTOCOMMIT";
    ok(connection, calx_connection_execution_options(connection, &options));
    return connection;
}

static void a_transaction_begun_behind_the_back_ends_with_the_checkout(void **state)
{
    (void)state;
    calx_shows("ENG-045");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_size = 1;
    calx_engine *engine = engine_with_users(&options);
    for (int driver_text = 0; driver_text < 2; driver_text++) {
        calx_connection *connection = connect_in_autocommit(engine);
        calx_driver_sql sql = { "BEGIN", NULL, 0 };
        if (driver_text)
            ok(connection, calx_connection_exec_driver_sql(connection, &sql, NULL));
        else
            run(connection, "BEGIN");
        run(connection, "INSERT INTO users (id, name) VALUES (1, 'a')");
        calx_connection_close(connection);
        connection = connect_to(engine);
        assert_false(connection->link->connection->in_transaction);
        assert_int_equal(number(connection, "SELECT count(*) FROM users"), 0);
        calx_connection_close(connection);
    }
    calx_engine_state counts;
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.created, 1);
    calx_connection_close(NULL);
    calx_engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(racing_checkouts_wait_for_the_one_probe),
        cmocka_unit_test(a_probe_that_failed_is_made_again),
        cmocka_unit_test(a_shutdown_ends_what_runs_and_those_who_wait),
        cmocka_unit_test(a_transaction_begun_behind_the_back_ends_with_the_checkout),
    };
    return CALX_RUN("engine_first", tests);
}
