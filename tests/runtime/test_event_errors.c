/*
 * Events of what goes wrong and of what comes unasked: listeners that change where to connect, what
 * an error says and what is lost with it, and those that hear what the server says by itself.
 */
#include "event_fixture.h"
#include "support/log_sink.h"

/* ---- connecting ---- */

static calx_status go_elsewhere(void *context, calx_event_details *details)
{
    calx_url *url = context;
    *details->url = *url;
    return CALX_OK;
}

static void a_listener_may_change_where_to_connect(void **state)
{
    (void)state;
    calx_shows("ENG-194");
    calx_url url = CALX_URL_INIT;
    calx_engine *engine = new_engine(calx_test_url_nowhere(), NULL);
    calx_connection *connection = NULL;
    assert_int_equal(calx_url_parse(calx_test_url(), &url, NULL), CALX_OK);
    assert_int_equal(calx_engine_connect(engine, &connection, NULL), CALX_E_CONNECT);
    listen_to(engine, CALX_EVENT_DO_CONNECT, go_elsewhere, &url);
    connection = connect_to(engine);
    assert_int_equal(number(connection, "SELECT 1"), 1);
    /* And differently each time: what is wrong with it comes up as of an engine. */
    const char *scheme = url.scheme;
    const calx_url_parameter bad[] = { { "no_such_option", "1" } };
    calx_url other = url;
    other.parameters = bad;
    other.parameter_count = 1;
    calx_engine_unlisten(engine, CALX_EVENT_DO_CONNECT, go_elsewhere, &url);
    listen_to(engine, CALX_EVENT_DO_CONNECT, go_elsewhere, &other);
    calx_connection *second = NULL;
    calx_error error = CALX_ERROR_INIT;
    assert_int_equal(calx_engine_connect(engine, &second, &error), CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, "no_such_option"));
    assert_ptr_equal(url.scheme, scheme);
    calx_connection_close(connection);
    calx_error_clear(&error);
    calx_url_clear(&url);
    calx_engine_free(engine);
}

/* ---- errors ---- */

typedef struct error_listener {
    calx_status seen;
    char statement[200];
    bool had_connection;
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
    self->had_connection = details->connection != NULL;
    self->invalidates = details->invalidate_pool;
    snprintf(self->statement, sizeof(self->statement), "%s",
             details->statement != NULL ? details->statement : "");
    assert_false(details->is_pre_ping);
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
    assert_true(listener.had_connection);
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
        cmocka_unit_test(a_listener_may_change_where_to_connect),
        cmocka_unit_test(a_listener_may_replace_an_error_and_say_what_is_lost),
        cmocka_unit_test(a_connection_that_cannot_be_made_is_shown_too),
        CALX_POSTGRESQL(a_listener_may_keep_the_other_connections),
        CALX_POSTGRESQL(what_the_server_says_by_itself_is_an_event_and_a_line),
    };
    return CALX_RUN("event_errors", tests);
}
