/*
 * Events of what goes wrong and of what comes unasked: listeners that change what an error says and
 * what is lost with it, and those that hear what the server says by itself.
 */
#include "event_fixture.h"
#include "support/log_sink.h"
#include "support/server.h"

/* ---- errors ---- */

typedef struct error_listener {
    calx_status seen;
    char statement[200];
    char sqlstate[6];
    int driver_code;
    bool had_connection;
    bool had_native;
    bool was_ping;
    bool invalidates;
    bool clears_flag;
    bool keeps_pool;
    bool sets_flag;
    calx_status replaces;
    calx_status fails;
} error_listener;

static calx_status look_at_error(void *context, calx_event_details *details)
{
    error_listener *self = context;
    self->seen = details->error->status;
    memcpy(self->sqlstate, details->error->sqlstate, sizeof(self->sqlstate));
    self->driver_code = details->error->driver_code;
    self->had_connection = details->connection != NULL;
    self->invalidates = details->invalidate_pool;
    snprintf(self->statement, sizeof(self->statement), "%s",
             details->statement != NULL ? details->statement : "");
    self->had_native = details->native != NULL;
    self->was_ping = details->is_pre_ping;
    if (self->sets_flag)
        details->error->flags |= CALX_ERROR_DISCONNECT;
    if (self->clears_flag)
        details->error->flags &= ~(unsigned)CALX_ERROR_DISCONNECT;
    if (self->keeps_pool)
        details->invalidate_pool = false;
    if (self->replaces != CALX_OK)
        return calx_event_fail(details, self->replaces, "in other words");
    return self->fails;
}

static void a_listener_may_replace_an_error_and_say_what_is_lost(void **state)
{
    (void)state;
    calx_shows("ENG-195");
    calx_engine *engine = engine_with_users(NULL);
    error_listener listener = { .seen = CALX_OK };
    static const char bad[] = "INSERT INTO users (id, age) VALUES (1, 1)";
    listen_to(engine, CALX_EVENT_HANDLE_ERROR, look_at_error, &listener);
    calx_connection *connection = connect_to(engine);
    assert_int_equal(try_sql(connection, bad), CALX_E_NOT_NULL);
    assert_int_equal(listener.seen, CALX_E_NOT_NULL);
    assert_string_equal(listener.statement, bad);
    if (calx_test_on("sqlite"))
        assert_int_equal(listener.driver_code, 1299);
    else
        assert_string_equal(listener.sqlstate, "23502");
    assert_true(listener.had_connection);
    assert_true(listener.had_native);
    assert_false(listener.was_ping);
    ok(connection, calx_connection_rollback(connection));
    listener.replaces = CALX_E_USER;
    assert_int_equal(try_sql(connection, bad), CALX_E_USER);
    assert_string_equal(calx_connection_error(connection)->message, "in other words");
    ok(connection, calx_connection_rollback(connection));
    listener.replaces = CALX_OK;
    listener.fails = CALX_E_IO; /* its own failure wins */
    assert_int_equal(try_sql(connection, bad), CALX_E_IO);
    assert_non_null(strstr(calx_connection_error(connection)->message, "handle_error"));
    ok(connection, calx_connection_rollback(connection));
    listener.fails = CALX_OK;
    /* A listener knows better than the driver that the connection is of no use. */
    listener.sets_flag = true;
    assert_int_equal(try_sql(connection, bad), CALX_E_NOT_NULL);
    calx_engine_state counts;
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.out, 0);
    assert_int_equal(try_sql(connection, "SELECT 1"), CALX_E_PENDING_ROLLBACK);
    ok(connection, calx_connection_rollback(connection));
    run(connection, "SELECT 1");
    calx_connection_close(connection);
    calx_engine_free(engine);
}

typedef struct failing_helper {
    int calls;
    calx_status status; /* of its own statement */
} failing_helper;

static calx_status fail_again(void *context, calx_event_details *details)
{
    failing_helper *self = context;
    self->calls++;
    self->status = try_sql(details->connection, "SELECT * FROM nowhere_else");
    return CALX_OK;
}

/* It is told, like anybody, and not called for what it did itself. */
static void a_listener_that_fails_on_the_connection_is_not_asked_again(void **state)
{
    (void)state;
    calx_shows("ENG-195");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    failing_helper self = { .status = CALX_OK };
    listen_to(engine, CALX_EVENT_HANDLE_ERROR, fail_again, &self);
    assert_int_not_equal(try_sql(connection, "SELECT * FROM nowhere"), CALX_OK);
    assert_int_equal(self.calls, 1);
    assert_int_equal(self.status, calx_test_on("sqlite") ? CALX_E_NO_OBJECT : CALX_E_TX_ABORTED);
    ok(connection, calx_connection_rollback(connection));
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_connection_that_cannot_be_made_is_shown_too(void **state)
{
    (void)state;
    calx_shows("ENG-195");
    calx_engine *engine = new_engine(calx_test_url_nowhere(), NULL);
    error_listener listener = { .replaces = CALX_E_RESOURCE };
    calx_connection *connection = NULL;
    calx_error error = CALX_ERROR_INIT;
    listen_to(engine, CALX_EVENT_HANDLE_ERROR, look_at_error, &listener);
    assert_int_equal(calx_engine_connect(engine, &connection, &error), CALX_E_RESOURCE);
    assert_int_equal(listener.seen, CALX_E_CONNECT);
    assert_false(listener.had_connection);
    assert_string_equal(error.message, "in other words");
    calx_error_clear(&error);
    calx_engine_free(engine);
}

static void a_listener_may_keep_the_other_connections(void **state)
{
    (void)state;
    calx_shows("ENG-195");
    for (int keeps = 0; keeps < 2; keeps++) {
        calx_engine *engine = new_engine(calx_test_url(), NULL);
        error_listener listener = { .keeps_pool = keeps == 1 };
        calx_engine_state counts;
        listen_to(engine, CALX_EVENT_HANDLE_ERROR, look_at_error, &listener);
        calx_connection *one = connect_to(engine);
        calx_connection *two = connect_to(engine);
        calx_connection *killer = connect_to(engine);
        char sql[100];
        snprintf(sql, sizeof(sql), "SELECT pg_terminate_backend(%lld)::int",
                 (long long)number(one, "SELECT pg_backend_pid()"));
        calx_connection_close(two);
        assert_int_equal(number(killer, sql), 1);
        assert_int_equal(try_sql(one, "SELECT 1"), CALX_E_DISCONNECT);
        assert_true(listener.invalidates);
        calx_connection_close(one);
        calx_connection_close(killer);
        calx_engine_status(engine, &counts);
        uint64_t created = counts.created;
        two = connect_to(engine);
        run(two, "SELECT 1");
        calx_engine_status(engine, &counts);
        assert_int_equal(counts.created - created, keeps ? 0 : 1);
        calx_connection_close(two);
        calx_engine_free(engine);
    }
}

static void what_a_listener_calls_no_disconnect_costs_nothing(void **state)
{
    (void)state;
    calx_shows("ENG-195");
    for (int clears = 0; clears < 2; clears++) {
        calx_engine *engine = new_engine(calx_test_url(), NULL);
        error_listener listener = { .clears_flag = clears == 1 };
        calx_engine_state counts;
        char sql[100];
        listen_to(engine, CALX_EVENT_HANDLE_ERROR, look_at_error, &listener);
        calx_connection *one = connect_to(engine);
        snprintf(sql, sizeof(sql), "SELECT pg_terminate_backend(%lld, 5000)::int",
                 (long long)number(one, "SELECT pg_backend_pid()"));
        assert_int_equal(server_number(sql), 1);
        assert_int_equal(try_sql(one, "SELECT 1"), CALX_E_DISCONNECT);
        assert_int_equal(calx_connection_error(one)->flags & CALX_ERROR_DISCONNECT,
                         clears ? 0 : CALX_ERROR_DISCONNECT);
        calx_engine_status(engine, &counts);
        assert_int_equal(counts.out, clears ? 1 : 0);
        calx_connection_close(one);
        calx_engine_free(engine);
    }
}

static void a_ping_that_fails_is_shown_as_one(void **state)
{
    (void)state;
    calx_shows("ENG-195");
    calx_shows("ENG-088");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_pre_ping = true;
    options.pool_passive_probe = false;
    options.ping_after_idle = 0;
    options.pool_size = 1;
    options.max_overflow = 0;
    calx_engine *engine = new_engine(calx_test_url(), &options);
    for (int clears = 0; clears < 2; clears++) {
        error_listener listener = { .clears_flag = clears == 1 };
        calx_error error = CALX_ERROR_INIT;
        calx_connection *connection = connect_to(engine);
        long pid = (long)number(connection, "SELECT pg_backend_pid()");
        char sql[100];
        calx_connection_close(connection);
        snprintf(sql, sizeof(sql), "SELECT pg_terminate_backend(%ld, 5000)::int", pid);
        assert_int_equal(server_number(sql), 1);
        listen_to(engine, CALX_EVENT_HANDLE_ERROR, look_at_error, &listener);
        connection = NULL;
        calx_status status = calx_engine_connect(engine, &connection, &error);
        /* What a listener calls no disconnect is no reason to take another one. */
        assert_int_equal(status, clears ? CALX_E_CONNECT : CALX_OK);
        assert_true(listener.was_ping);
        assert_true(listener.had_native);
        assert_false(listener.had_connection);
        assert_int_equal(listener.seen, CALX_E_DISCONNECT);
        calx_connection_close(connection);
        calx_engine_unlisten(engine, CALX_EVENT_HANDLE_ERROR, look_at_error, &listener);
        calx_error_clear(&error);
    }
    calx_engine_state counts;
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.out + counts.connecting, 0);
    calx_engine_free(engine);
}

static void a_ping_that_fails_may_leave_the_other_connections(void **state)
{
    (void)state;
    calx_shows("ENG-195");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_pre_ping = true;
    options.pool_passive_probe = false;
    options.ping_after_idle = 0;
    for (int keeps = 0; keeps < 2; keeps++) {
        calx_engine *engine = new_engine(calx_test_url(), &options);
        error_listener listener = { .keeps_pool = keeps == 1 };
        calx_engine_state counts;
        char sql[100];
        listen_to(engine, CALX_EVENT_HANDLE_ERROR, look_at_error, &listener);
        calx_connection *one = connect_to(engine);
        calx_connection *two = connect_to(engine);
        snprintf(sql, sizeof(sql), "SELECT pg_terminate_backend(%lld, 5000)::int",
                 (long long)number(one, "SELECT pg_backend_pid()"));
        calx_connection_close(one);
        calx_connection_close(two);
        assert_int_equal(server_number(sql), 1);
        one = connect_to(engine); /* the dead one's turn comes first */
        two = connect_to(engine);
        run(one, "SELECT 1");
        run(two, "SELECT 1");
        assert_true(listener.was_ping);
        assert_true(listener.invalidates);
        calx_engine_status(engine, &counts);
        assert_int_equal(counts.created, keeps ? 3 : 4);
        assert_int_equal(counts.closed_by[CALX_CLOSE_LOST], 1);
        assert_int_equal(counts.closed_by[CALX_CLOSE_GENERATION], keeps ? 0 : 1);
        calx_connection_close(one);
        calx_connection_close(two);
        calx_engine_free(engine);
    }
}

/* ---- notices ---- */

typedef struct notices {
    int count;
    char sqlstate[8];
    char text[100];
    calx_log_level level;
} notices;

static calx_status take_notice(void *context, calx_event_details *details)
{
    notices *self = context;
    self->count++;
    self->level = details->level;
    snprintf(self->sqlstate, sizeof(self->sqlstate), "%s", details->sqlstate);
    snprintf(self->text, sizeof(self->text), "%s", details->text);
    return CALX_OK;
}

static void what_the_server_says_by_itself_is_an_event_and_a_line(void **state)
{
    (void)state;
    calx_shows("ENG-175");
    log_sink sink;
    log_sink_init(&sink);
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.log = log_sink_line;
    options.log_context = &sink;
    calx_engine *engine = new_engine(calx_test_url(), &options);
    notices heard = { .count = 0 };
    listen_to(engine, CALX_EVENT_NOTICE, take_notice, &heard);
    calx_connection *connection = connect_to(engine);
    run(connection,
        "DO $$ BEGIN RAISE WARNING 'mind the %', 'gap' USING ERRCODE = '01P77'; END $$");
    assert_int_equal(heard.count, 1);
    assert_int_equal(heard.level, CALX_LOG_WARNING);
    assert_string_equal(heard.sqlstate, "01P77");
    assert_string_equal(heard.text, "mind the gap");
    assert_true(log_sink_has(&sink, "WARNING 01P77: mind the gap"));
    /* A storm is handed on one by one. */
    run(connection, "DO $$ BEGIN FOR i IN 1..100000 LOOP RAISE NOTICE 'n %', i; END LOOP; END $$");
    assert_int_equal(heard.count, 100001);
    assert_string_equal(heard.text, "n 100000");
    assert_int_equal(heard.level, CALX_LOG_INFO);
    calx_connection_close(connection);
    calx_engine_free(engine);
    log_sink_clear(&sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_listener_may_replace_an_error_and_say_what_is_lost),
        cmocka_unit_test(a_listener_that_fails_on_the_connection_is_not_asked_again),
        cmocka_unit_test(a_connection_that_cannot_be_made_is_shown_too),
        CALX_POSTGRESQL(what_a_listener_calls_no_disconnect_costs_nothing),
        CALX_POSTGRESQL(a_ping_that_fails_is_shown_as_one),
        CALX_POSTGRESQL(a_ping_that_fails_may_leave_the_other_connections),
        CALX_POSTGRESQL(a_listener_may_keep_the_other_connections),
        CALX_POSTGRESQL(what_the_server_says_by_itself_is_an_event_and_a_line),
    };
    return CALX_RUN("event_errors", tests);
}
