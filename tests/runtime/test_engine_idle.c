/*
 * Connections in which nothing happens, in and out of the pool: pings that leave no trace, idle
 * times, transactions nobody goes on with, and places that are reported.
 */
#include "engine_fixture.h"

#include "support/log_sink.h"
#include "support/server.h"

#include <errno.h>
#include <string.h>
#include <time.h>

static void pause_ms(int milliseconds)
{
    struct timespec time = { milliseconds / 1000, (milliseconds % 1000) * 1000000L };
    while (nanosleep(&time, &time) != 0 && errno == EINTR)
        ;
}

static calx_engine_options logged(log_sink *sink)
{
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    log_sink_init(sink);
    options.log = log_sink_line;
    options.log_context = sink;
    return options;
}

static void a_ping_leaves_no_trace_in_any_mode(void **state)
{
    (void)state;
    calx_shows("ENG-089");
    for (int mode = 0; mode < 3; mode++) {
        calx_execution_options execution = CALX_EXECUTION_OPTIONS_INIT;
        calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
        execution.isolation_level = mode == 1 ? "AUTOCOMMIT" : NULL;
        execution.read_only = mode == 2 ? CALX_SWITCH_ON : CALX_SWITCH_UNSET;
        options.execution_options = &execution;
        options.pool_pre_ping = true;
        options.ping_after_idle = 0;
        options.pool_size = 1;
        calx_engine *engine = new_engine(calx_test_url(), &options);
        calx_connection *connection = connect_to(engine);
        long process = (long)number(connection, "SELECT pg_backend_pid()");
        calx_connection_close(connection);
        connection = connect_to(engine); /* this one was pinged, with a query of no text */
        char query[160];
        snprintf(query, sizeof(query),
                 "SELECT count(*) FROM pg_stat_activity WHERE pid = %ld AND state = 'idle' AND "
                 "xact_start IS NULL AND query = ''",
                 process);
        assert_int_equal(server_number(query), 1);
        assert_false(calx_connection_in_transaction(connection));
        assert_int_equal(number(connection, "SELECT pg_backend_pid()"), process);
        calx_connection_close(connection);
        calx_engine_free(engine);
    }
}

static const char limit[] = "idle_in_transaction_session_timeout=100";

static void the_server_ends_a_transaction_nobody_goes_on_with(void **state)
{
    (void)state;
    calx_shows("ENG-118");
    calx_shows("ENG-207");
    calx_engine *engine = new_engine(calx_test_url_with(limit), NULL);
    calx_connection *connection = connect_to(engine);
    char query[96];
    snprintf(query, sizeof(query), "SELECT count(*) FROM pg_stat_activity WHERE pid = %ld",
             (long)number(connection, "SELECT pg_backend_pid()"));
    while (server_number(query) != 0)
        pause_ms(5);
    assert_int_equal(try_sql(connection, "SELECT 1"), CALX_E_DISCONNECT);
    assert_int_equal(try_sql(connection, "SELECT 1"), CALX_E_PENDING_ROLLBACK);
    ok(connection, calx_connection_rollback(connection));
    run(connection, "SELECT 1");
    ok(connection, calx_connection_commit(connection));
    /* No reset of the session takes it back, and outside of a transaction it means nothing. */
    run(connection, "SET idle_in_transaction_session_timeout = 5");
    ok(connection, calx_connection_commit(connection));
    calx_execution_options execution = CALX_EXECUTION_OPTIONS_INIT;
    execution.pool_reset = "discard";
    ok(connection, calx_connection_execution_options(connection, &execution));
    calx_connection_close(connection);
    connection = connect_to(engine);
    pause_ms(150);
    assert_int_equal(number(connection, "SELECT (current_setting('idle_in_transaction_session_"
                                        "timeout') = '100ms')::int"),
                     1);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_time_that_cannot_be_is_refused(void **state)
{
    (void)state;
    calx_shows("ENG-118");
    static const char *const wrong[] = { "abc", "-1", "", "86400001", "1s", "99999999999" };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char url[128];
        calx_engine *engine = NULL;
        calx_error error = CALX_ERROR_INIT;
        snprintf(url, sizeof(url), "postgresql:///?idle_in_transaction_session_timeout=%s",
                 wrong[i]);
        assert_int_equal(calx_engine_new(url, NULL, &engine, &error), CALX_E_ARGUMENT);
        assert_non_null(strstr(error.message, "idle_in_transaction_session_timeout"));
        calx_error_clear(&error);
    }
}

static void an_idle_timeout_wants_the_newest_first(void **state)
{
    (void)state;
    calx_shows("ENG-112");
    for (int lifo = 0; lifo < 2; lifo++) {
        log_sink sink;
        calx_engine_options options = logged(&sink);
        options.pool_idle_timeout = 1000;
        options.pool_use_lifo = lifo == 1;
        calx_engine_free(new_engine(calx_test_url(), &options));
        assert_int_equal(log_sink_count(&sink, "pool_use_lifo"), lifo == 0);
        log_sink_clear(&sink);
    }
}

static void a_leak_is_reported_with_the_functions_that_took_it(void **state)
{
    (void)state;
    calx_shows("ENG-117");
    log_sink sink;
    calx_engine_options options = logged(&sink);
    options.leak_threshold = 30;
    calx_engine *engine = new_engine(calx_test_url(), &options);
    calx_connection *connection = NULL;
    assert_int_equal(calx_engine_connect_at(engine, CALX_HERE, &connection, NULL), CALX_OK);
    for (int i = 0; i < 10000 && !log_sink_has(&sink, "has been out"); i++)
        pause_ms(1);
    assert_true(log_sink_has(&sink, "test_engine_idle.c:"));
    assert_true(log_sink_has(&sink, "; taken by ")); /* Linux can tell */
    run(connection, "SELECT 1");                     /* it is reported, not taken away */
    calx_connection_close(connection);
    calx_engine_free(engine);
    log_sink_clear(&sink);
}

static void what_is_refreshed_is_made_again(void **state)
{
    (void)state;
    calx_shows("ENG-096");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    calx_engine_state counts;
    options.pool_min_idle = 2;
    calx_engine *engine = new_engine(calx_test_url(), &options);
    calx_engine_refresh(engine);
    for (int i = 0; i < 10000; i++) {
        calx_engine_status(engine, &counts);
        if (counts.idle == 2 && counts.created == 4)
            break;
        pause_ms(1);
    }
    assert_int_equal(counts.idle, 2);
    assert_int_equal(counts.created, 4);
    assert_int_equal(counts.closed_by[CALX_CLOSE_GENERATION], 2);
    calx_engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CALX_POSTGRESQL(a_ping_leaves_no_trace_in_any_mode),
        CALX_POSTGRESQL(the_server_ends_a_transaction_nobody_goes_on_with),
        CALX_POSTGRESQL(a_time_that_cannot_be_is_refused),
        cmocka_unit_test(an_idle_timeout_wants_the_newest_first),
        cmocka_unit_test(a_leak_is_reported_with_the_functions_that_took_it),
        cmocka_unit_test(what_is_refreshed_is_made_again),
    };
    return CALX_RUN("engine_idle", tests);
}
