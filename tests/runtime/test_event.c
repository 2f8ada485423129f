/*
 * Events: which come, in which order, what their listeners can change, and what a failure of one
 * does.
 */
#include "event_fixture.h"
#include "support/log_sink.h"
#include "support/ration.h"

#include "engine/inside.h"

/* ---- new connections ---- */

typedef struct letters {
    char text[64];
} letters;

static calx_status put_a(void *context, calx_event_details *details)
{
    (void)details;
    strcat(((letters *)context)->text, "a");
    return CALX_OK;
}

static calx_status put_b(void *context, calx_event_details *details)
{
    (void)details;
    strcat(((letters *)context)->text, "b");
    return CALX_OK;
}

/* At the first connection the engine knows its database already. */
static calx_status put_known(void *context, calx_event_details *details)
{
    calx_server server;
    calx_status status = calx_engine_server(details->engine, &server);
    strcat(((letters *)context)->text, status == CALX_OK && server.version > 0 ? "k" : "?");
    assert_non_null(details->native);
    return calx_event_run(details, "SELECT 1");
}

static void a_new_connection_is_shown_once_before_it_is_lent(void **state)
{
    (void)state;
    calx_shows("ENG-186");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    record all;
    letters order = { "" };
    calx_listener first = CALX_LISTENER_INIT;
    listen_to_all(engine, &all);
    listen_to(engine, CALX_EVENT_CONNECT, put_a, &order);
    listen_to(engine, CALX_EVENT_CONNECT, put_b, &order);
    first.function = put_known;
    first.context = &order;
    first.insert = true;
    assert_int_equal(calx_engine_listen(engine, CALX_EVENT_CONNECT, &first), CALX_OK);
    calx_connection *one = connect_to(engine);
    assert_string_equal(all.text, "do_connect first_connect connect checkout engine_connect");
    assert_string_equal(order.text, "kab");
    forget(&all);
    calx_connection *two = connect_to(engine);
    assert_string_equal(all.text, "do_connect connect checkout engine_connect");
    assert_string_equal(order.text, "kabkab");
    calx_connection_close(two);
    forget(&all);
    two = connect_to(engine);
    assert_string_equal(all.text, "checkout engine_connect");
    calx_connection_close(one);
    calx_connection_close(two);
    calx_engine_free(engine);
}

static void the_first_connection_of_each_pool_is_one(void **state)
{
    (void)state;
    calx_shows("ENG-187");
    calx_shows("ENG-036");
    calx_shows("ENG-038");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    record all;
    calx_server server;
    calx_connection *connection = NULL;
    listen_to_all(engine, &all);
    assert_int_equal(calx_engine_server(engine, &server), CALX_E_STATE);
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) {
            connection = connect_to(engine);
            ok(connection, calx_connection_invalidate(connection));
            calx_connection_close(connection);
        }
        assert_non_null(strstr(all.text, "first_connect"));
        assert_null(strstr(strstr(all.text, "first_connect") + 1, "first_connect"));
        forget(&all);
        calx_engine_dispose(engine);
        assert_string_equal(all.text, "engine_disposed");
        forget(&all);
    }
    assert_int_equal(calx_engine_server(engine, &server), CALX_OK);
    assert_string_equal(server.default_schema,
                        calx_test_on("sqlite") ? "main" : server.default_schema);
    assert_string_equal(server.default_isolation_level,
                        calx_test_on("sqlite") ? "SERIALIZABLE" : "READ COMMITTED");
    /* One that failed has not been the first. */
    fail_at(&all, CALX_EVENT_FIRST_CONNECT, CALX_E_USER, 1);
    calx_error error = CALX_ERROR_INIT;
    assert_int_equal(calx_engine_connect(engine, &connection, &error), CALX_E_USER);
    assert_non_null(strstr(error.message, "first_connect"));
    forget(&all);
    connection = connect_to(engine);
    assert_non_null(strstr(all.text, "first_connect"));
    calx_connection_close(connection);
    calx_error_clear(&error);
    calx_engine_free(engine);
}

static void a_listener_that_fails_keeps_a_connection_from_being_made(void **state)
{
    (void)state;
    calx_shows("ENG-094");
    static const calx_event events[] = { CALX_EVENT_DO_CONNECT, CALX_EVENT_CONNECT,
                                         CALX_EVENT_CHECKOUT, CALX_EVENT_ENGINE_CONNECT };
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_size = 1;
    options.max_overflow = 0;
    options.pool_timeout = 0;
    calx_engine *engine = new_engine(calx_test_url(), &options);
    record all;
    listen_to_all(engine, &all);
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        calx_connection *connection = NULL;
        calx_error error = CALX_ERROR_INIT;
        calx_engine_dispose(engine);
        fail_at(&all, events[i], CALX_E_PRIVILEGE, 1);
        assert_int_equal(calx_engine_connect(engine, &connection, &error), CALX_E_PRIVILEGE);
        assert_null(connection);
        assert_non_null(strstr(error.message, calx_event_name(events[i])));
        calx_error_clear(&error);
        connection = connect_to(engine); /* its place is free */
        calx_connection_close(connection);
    }
    calx_engine_free(engine);
}

/* ---- work ---- */

static void a_statement_and_a_commit_are_shown_in_their_order(void **state)
{
    (void)state;
    calx_shows("ENG-188");
    calx_engine *engine = engine_with_users(NULL);
    record all;
    listen_to_all(engine, &all);
    calx_connection *connection = connect_to(engine);
    run(connection, "INSERT INTO users (id, name) VALUES (1, 'a')");
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    assert_string_equal(all.text,
                        "checkout engine_connect before_execute begin before_cursor_execute "
                        "after_cursor_execute after_execute commit reset checkin");
    calx_engine_free(engine);
}

static void savepoints_and_failures_are_shown(void **state)
{
    (void)state;
    calx_shows("ENG-189");
    calx_engine *engine = engine_with_users(NULL);
    record all;
    listen_to_all(engine, &all);
    calx_connection *connection = connect_to(engine);
    ok(connection, calx_connection_begin_nested(connection));
    ok(connection, calx_connection_commit(connection));
    ok(connection, calx_connection_begin_nested(connection));
    ok(connection, calx_connection_rollback(connection));
    assert_string_equal(all.text, "checkout engine_connect begin savepoint release_savepoint "
                                  "savepoint rollback_savepoint");
    forget(&all);
    assert_int_equal(try_sql(connection, "INSERT INTO users (id, age) VALUES (1, 1)"),
                     CALX_E_NOT_NULL);
    calx_connection_close(connection);
    assert_string_equal(all.text,
                        "before_execute before_cursor_execute handle_error rollback reset "
                        "checkin");
    calx_engine_free(engine);
}

static void a_listener_that_fails_ends_what_was_about_to_happen(void **state)
{
    (void)state;
    calx_shows("ENG-188");
    calx_engine *engine = engine_with_users(NULL);
    record all;
    listen_to_all(engine, &all);
    calx_connection *connection = connect_to(engine);
    static const calx_event before[] = { CALX_EVENT_BEFORE_EXECUTE, CALX_EVENT_BEGIN,
                                         CALX_EVENT_BEFORE_CURSOR_EXECUTE };
    for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
        fail_at(&all, before[i], CALX_E_PRIVILEGE, 1);
        assert_int_equal(try_sql(connection, "INSERT INTO users (id, name) VALUES (1, 'a')"),
                         CALX_E_PRIVILEGE);
        assert_non_null(
            strstr(calx_connection_error(connection)->message, calx_event_name(before[i])));
        ok(connection, calx_connection_rollback(connection));
    }
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 0);
    /* It had run when this one failed. */
    fail_at(&all, CALX_EVENT_AFTER_CURSOR_EXECUTE, CALX_E_USER, 1);
    assert_int_equal(try_sql(connection, "INSERT INTO users (id, name) VALUES (1, 'a')"),
                     CALX_E_USER);
    fail_at(&all, CALX_EVENT_COMMIT, CALX_E_USER, 1);
    assert_int_equal(calx_connection_commit(connection), CALX_E_USER);
    assert_true(calx_connection_in_transaction(connection));
    fail_at(&all, CALX_EVENT_SAVEPOINT, CALX_E_USER, 1);
    assert_int_equal(calx_connection_begin_nested(connection), CALX_E_USER);
    ok(connection, calx_connection_begin_nested(connection));
    fail_at(&all, CALX_EVENT_ROLLBACK_SAVEPOINT, CALX_E_USER, 1);
    assert_int_equal(calx_connection_rollback(connection), CALX_E_USER);
    fail_at(&all, CALX_EVENT_RELEASE_SAVEPOINT, CALX_E_USER, 1);
    assert_int_equal(calx_connection_commit(connection), CALX_E_USER);
    ok(connection, calx_connection_commit(connection));
    ok(connection, calx_connection_commit(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 1);
    fail_at(&all, CALX_EVENT_ROLLBACK, CALX_E_USER, 1);
    assert_int_equal(calx_connection_rollback(connection), CALX_E_USER);
    assert_true(calx_connection_in_transaction(connection));
    ok(connection, calx_connection_rollback(connection));
    calx_execution_options execution = CALX_EXECUTION_OPTIONS_INIT;
    fail_at(&all, CALX_EVENT_SET_CONNECTION_EXECUTION_OPTIONS, CALX_E_USER, 1);
    assert_int_equal(calx_connection_execution_options(connection, &execution), CALX_E_USER);
    fail_at(&all, CALX_EVENT_SET_ENGINE_EXECUTION_OPTIONS, CALX_E_USER, 1);
    calx_engine *derived = NULL;
    assert_int_equal(calx_engine_execution_options(engine, &execution, &derived, NULL),
                     CALX_E_USER);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

/* ---- ends ---- */

static void the_end_of_a_connection_is_shown_by_its_cause(void **state)
{
    (void)state;
    calx_shows("ENG-190");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    record all;
    listen_to_all(engine, &all);
    calx_connection *connection = connect_to(engine);
    forget(&all);
    ok(connection, calx_connection_invalidate(connection));
    assert_string_equal(all.text, "invalidate close checkin");
    calx_connection_close(connection);
    connection = connect_to(engine);
    forget(&all);
    ok(connection, calx_connection_invalidate_soft(connection));
    assert_string_equal(all.text, "soft_invalidate");
    forget(&all);
    calx_connection_close(connection);
    assert_non_null(strstr(all.text, "close"));
    connection = connect_to(engine);
    forget(&all);
    ok(connection, calx_connection_detach(connection));
    calx_connection_close(connection);
    assert_string_equal(all.text, "detach reset close_detached");
    connection = connect_to(engine);
    calx_connection_close(connection);
    forget(&all);
    calx_engine_dispose(engine);
    assert_string_equal(all.text, "close engine_disposed");
    calx_engine_free(engine);
}

/* ---- resets ---- */

typedef struct reset_listener {
    calx_event_reset seen;
    bool does_it_all;
    calx_status status;
    int calls;
} reset_listener;

static calx_status reset_by_hand(void *context, calx_event_details *details)
{
    reset_listener *self = context;
    self->seen = details->reset;
    self->calls++;
    if (self->does_it_all) {
        details->reset.done = true;
        return calx_event_run(details, "ROLLBACK");
    }
    return self->status;
}

static void a_listener_may_do_the_reset_itself(void **state)
{
    (void)state;
    calx_shows("ENG-191");
    calx_engine *engine = engine_with_users(NULL);
    reset_listener listener = { .status = CALX_OK };
    listen_to(engine, CALX_EVENT_RESET, reset_by_hand, &listener);
    calx_connection *connection = connect_to(engine);
    run(connection, "INSERT INTO users (id, name) VALUES (1, 'a')");
    listener.does_it_all = true;
    calx_connection_close(connection);
    assert_int_equal(listener.calls, 1);
    assert_false(listener.seen.already_rolled_back);
    listener.does_it_all = false;
    connection = connect_to(engine);
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 0);
    ok(connection, calx_connection_rollback(connection));
    calx_connection_close(connection);
    assert_true(listener.seen.already_rolled_back);
    assert_false(listener.seen.will_be_closed);
    /* One that fails has the connection closed; one that was lost is not reset. */
    calx_engine_state counts;
    listener.status = CALX_E_IO;
    connection = connect_to(engine);
    calx_connection_close(connection);
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.idle, 0);
    listener.calls = 0;
    connection = connect_to(engine);
    ok(connection, calx_connection_invalidate(connection));
    calx_connection_close(connection);
    assert_int_equal(listener.calls, 0);
    /* One that was taken out of the pool is closed whatever the listener does. */
    listener.status = CALX_OK;
    connection = connect_to(engine);
    ok(connection, calx_connection_detach(connection));
    run(connection, "INSERT INTO users (id, name) VALUES (1, 'a')");
    calx_connection_close(connection);
    assert_int_equal(listener.calls, 1);
    assert_true(listener.seen.will_be_closed);
    assert_false(listener.seen.already_rolled_back);
    calx_engine_free(engine);
}

/* ---- checkout ---- */

static void a_listener_may_refuse_connections_twice(void **state)
{
    (void)state;
    calx_shows("ENG-192");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_size = 2;
    options.max_overflow = 0;
    options.pool_timeout = 0;
    calx_engine *engine = new_engine(calx_test_url(), &options);
    record all;
    calx_connection *connection = NULL;
    calx_error error = CALX_ERROR_INIT;
    calx_engine_state counts;
    listen_to_all(engine, &all);
    for (int refusals = 1; refusals <= 2; refusals++) {
        calx_engine_dispose(engine);
        fail_at(&all, CALX_EVENT_CHECKOUT, CALX_E_DISCONNECT, refusals);
        connection = connect_to(engine);
        run(connection, "SELECT 1");
        calx_connection_close(connection);
    }
    fail_at(&all, CALX_EVENT_CHECKOUT, CALX_E_DISCONNECT, 3);
    assert_int_equal(calx_engine_connect(engine, &connection, &error), CALX_E_STATE);
    assert_non_null(strstr(error.message, "checkout"));
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.out + counts.idle + counts.connecting, 0);
    fail_at(&all, CALX_EVENT_CHECKOUT, CALX_E_PRIVILEGE, 1);
    assert_int_equal(calx_engine_connect(engine, &connection, &error), CALX_E_PRIVILEGE);
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.out + counts.idle + counts.connecting, 0);
    connection = connect_to(engine);
    calx_connection *second = connect_to(engine);
    calx_connection_close(connection);
    calx_connection_close(second);
    calx_error_clear(&error);
    calx_engine_free(engine);
}

/* ---- statements ---- */

typedef struct replacement {
    const char *sql;
    calx_value value;
} replacement;

static calx_status replace(void *context, calx_event_details *details)
{
    replacement *self = context;
    if (self->sql != NULL)
        details->statement = self->sql;
    if (self->value.type != CALX_VALUE_NULL) {
        details->parameters = &self->value;
        details->parameter_count = 1;
    }
    return CALX_OK;
}

static int64_t ask(calx_connection *connection, calx_statement *statement)
{
    calx_result *result = NULL;
    bool row = false;
    int64_t value = -1;
    ok(connection, calx_connection_execute(connection, statement, &result));
    assert_int_equal(calx_result_next(result, &row), CALX_OK);
    if (row)
        assert_int_equal(calx_result_int64(result, 0, &value), CALX_OK);
    calx_result_free(result);
    return value;
}

static void a_listener_may_replace_text_and_parameters(void **state)
{
    (void)state;
    calx_shows("ENG-193");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    replacement other = { NULL, calx_value_null() };
    calx_statement *statement = calx_text_statement("SELECT count(*) FROM users WHERE id < :most");
    calx_statement_bind_int64(statement, "most", 3);
    run(connection, "INSERT INTO users (id, name) VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd')");
    listen_to(engine, CALX_EVENT_BEFORE_CURSOR_EXECUTE, replace, &other);
    assert_int_equal(ask(connection, statement), 2);
    other.value = calx_value_int64(100);
    assert_int_equal(ask(connection, statement), 4);
    other.sql = calx_test_on("sqlite") ? "SELECT count(*) + 1000 FROM users WHERE id < ?"
                                       : "SELECT count(*) + 1000 FROM users WHERE id < $1";
    assert_int_equal(ask(connection, statement), 1004);
    assert_int_equal(ask(connection, statement), 1004);
    other = (replacement){ NULL, calx_value_null() };
    assert_int_equal(ask(connection, statement), 2); /* it was for one run */
    other.sql = calx_test_on("sqlite") ? "SELEKT ?" : "SELEKT $1";
    assert_int_equal(calx_connection_execute(connection, statement, NULL), CALX_E_SYNTAX);
    other.sql = NULL;
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(ask(connection, statement), 0);
    calx_statement_free(statement);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void driver_text_has_the_cursors_events_only(void **state)
{
    (void)state;
    calx_shows("ENG-193");
    calx_engine *engine = engine_with_users(NULL);
    record all;
    calx_connection *connection = connect_to(engine);
    calx_value value = calx_value_int64(7);
    calx_driver_sql sql = { calx_test_on("sqlite") ? "SELECT ? + 1" : "SELECT $1 + 1::bigint",
                            &value, 1 };
    calx_result *result = NULL;
    bool row = false;
    int64_t number = 0;
    run(connection, "SELECT 1");
    listen_to_all(engine, &all);
    ok(connection, calx_connection_exec_driver_sql(connection, &sql, &result));
    value = calx_value_int64(100); /* it was copied */
    assert_int_equal(calx_result_next(result, &row), CALX_OK);
    assert_int_equal(calx_result_int64(result, 0, &number), CALX_OK);
    assert_int_equal(number, 8);
    calx_result_free(result);
    sql = (calx_driver_sql){ "SELECT ':name'", NULL, 0 }; /* nothing in it is a parameter */
    ok(connection, calx_connection_exec_driver_sql(connection, &sql, NULL));
    assert_string_equal(all.text, "before_cursor_execute after_cursor_execute "
                                  "before_cursor_execute after_cursor_execute");
    assert_int_equal(calx_connection_exec_driver_sql(connection, NULL, NULL), CALX_E_ARGUMENT);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

/* ---- who hears ---- */

static void late_listeners_and_those_of_parents_are_called(void **state)
{
    (void)state;
    calx_shows("ENG-196");
    calx_shows("ENG-037");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_engine *derived = NULL;
    calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
    letters order = { "" };
    assert_int_equal(calx_engine_execution_options(engine, &options, &derived, NULL), CALX_OK);
    calx_connection *of_root = connect_to(engine);
    calx_connection *of_derived = connect_to(derived);
    listen_to(derived, CALX_EVENT_BEFORE_EXECUTE, put_b, &order);
    listen_to(engine, CALX_EVENT_BEFORE_EXECUTE, put_a, &order);
    run(of_root, "SELECT 1");
    assert_string_equal(order.text, "a");
    run(of_derived, "SELECT 1");
    assert_string_equal(order.text, "aab");
    /* What happens to connections happens to all who share them. */
    order.text[0] = '\0';
    listen_to(derived, CALX_EVENT_CHECKIN, put_b, &order);
    calx_connection_close(of_root);
    calx_connection_close(of_derived);
    assert_string_equal(order.text, "bb");
    assert_int_equal(calx_engine_unlisten(engine, CALX_EVENT_BEFORE_EXECUTE, put_a, &order),
                     CALX_OK);
    assert_int_equal(calx_engine_unlisten(engine, CALX_EVENT_BEFORE_EXECUTE, put_a, &order),
                     CALX_E_ARGUMENT);
    calx_listener once = CALX_LISTENER_INIT;
    once.function = put_a;
    once.context = &order;
    once.once = true;
    order.text[0] = '\0';
    assert_int_equal(calx_engine_listen(derived, CALX_EVENT_BEFORE_EXECUTE, &once), CALX_OK);
    of_derived = connect_to(derived);
    run(of_derived, "SELECT 1");
    run(of_derived, "SELECT 1");
    assert_string_equal(order.text, "bab");
    calx_connection_close(of_derived);
    calx_engine_free(derived);
    calx_engine_free(engine);
}

static void without_listeners_nothing_is_called(void **state)
{
    (void)state;
    calx_shows("ENG-197");
    calx_engine *engine = engine_with_users(NULL);
    assert_int_equal(atomic_load(&engine->heard), 0);
    for (int event = 0; event < CALX_EVENT_COUNT; event++)
        assert_false(calx_hears(engine, (calx_event)event));
    letters order = { "" };
    listen_to(engine, CALX_EVENT_NOTICE, put_a, &order);
    for (int event = 0; event < CALX_EVENT_COUNT; event++)
        assert_int_equal(calx_hears(engine, (calx_event)event), event == CALX_EVENT_NOTICE);
    calx_connection *connection = connect_to(engine);
    run(connection, "INSERT INTO users (id, name) VALUES (1, 'a')");
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    assert_string_equal(order.text, "");
    calx_engine_free(engine);
}

static void what_is_no_listener_is_refused(void **state)
{
    (void)state;
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_listener listener = CALX_LISTENER_INIT;
    assert_int_equal(calx_engine_listen(engine, CALX_EVENT_BEGIN, &listener), CALX_E_ARGUMENT);
    listener.function = put_a;
    assert_int_equal(calx_engine_listen(engine, CALX_EVENT_COUNT, &listener), CALX_E_ARGUMENT);
    assert_int_equal(calx_engine_listen(NULL, CALX_EVENT_BEGIN, &listener), CALX_E_ARGUMENT);
    assert_int_equal(calx_engine_listen(engine, CALX_EVENT_BEGIN, NULL), CALX_E_ARGUMENT);
    listener.size = 3;
    assert_int_equal(calx_engine_listen(engine, CALX_EVENT_BEGIN, &listener), CALX_E_ARGUMENT);
    assert_string_equal(calx_event_name(CALX_EVENT_COUNT), "?");
    for (int event = 0; event < CALX_EVENT_COUNT; event++)
        assert_string_not_equal(calx_event_name((calx_event)event), "?");
    calx_engine_free(engine);
}

/* ---- the log of the pool ---- */

static void the_pool_tells_what_it_does(void **state)
{
    (void)state;
    calx_shows("ENG-200");
    calx_shows("ENG-202");
    static const char *const lines[] = {
        "created a connection",           "checked out a connection",
        "a connection is being returned", "nothing to reset",
        "checked out a connection",       "a connection is being returned",
        "closing a connection",           "disposed; ",
    };
    log_sink sink;
    log_sink_init(&sink);
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.log = log_sink_line;
    options.log_context = &sink;
    options.echo = CALX_ECHO_DEBUG;
    options.name = "main";
    calx_engine *engine = new_engine(calx_test_url(), &options);
    calx_connection *connection = connect_to(engine);
    calx_connection_close(connection);
    connection = connect_to(engine);
    run(connection, "SELECT 1");
    calx_connection_close(connection);
    calx_engine_dispose(engine);
    long position = 0;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        position = log_sink_find(&sink, (size_t)position, lines[i]);
        if (position < 0)
            fail_msg("%s", lines[i]);
        assert_string_equal(sink.lines[position++].logger, "calx.pool.main");
    }
    assert_true(log_sink_has(&sink, "ROLLBACK (returned to the pool)"));
    calx_engine_free(engine);
    log_sink_clear(&sink);
}

/* ---- memory ---- */

static calx_status listened_work(const char *url, record *all)
{
    calx_engine *engine = NULL;
    calx_connection *connection = NULL;
    calx_listener listener = CALX_LISTENER_INIT;
    calx_status status = calx_engine_new(url, NULL, &engine, NULL);
    forget(all);
    listener.function = note;
    listener.context = all;
    for (int event = 0; status == CALX_OK && event < CALX_EVENT_COUNT; event++)
        status = calx_engine_listen(engine, (calx_event)event, &listener);
    if (status == CALX_OK)
        status = calx_engine_connect(engine, &connection, NULL);
    calx_statement *statement = status == CALX_OK ? calx_text_statement("SELECT 1") : NULL;
    if (status == CALX_OK && statement == NULL)
        status = CALX_E_NOMEM;
    if (status == CALX_OK)
        status = calx_connection_execute(connection, statement, NULL);
    if (status == CALX_OK)
        status = calx_connection_commit(connection);
    calx_statement_free(statement);
    calx_connection_close(connection);
    calx_engine_free(engine);
    return status;
}

static void missing_memory_for_events_is_survived(void **state)
{
    (void)state;
    calx_shows("ENG-188");
    record all;
    calx_status status = CALX_E_NOMEM;
    const char *url = calx_test_url();
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = listened_work(url, &all);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_connection_is_shown_once_before_it_is_lent),
        cmocka_unit_test(the_first_connection_of_each_pool_is_one),
        cmocka_unit_test(a_listener_that_fails_keeps_a_connection_from_being_made),
        cmocka_unit_test(a_statement_and_a_commit_are_shown_in_their_order),
        cmocka_unit_test(savepoints_and_failures_are_shown),
        cmocka_unit_test(a_listener_that_fails_ends_what_was_about_to_happen),
        cmocka_unit_test(the_end_of_a_connection_is_shown_by_its_cause),
        cmocka_unit_test(a_listener_may_do_the_reset_itself),
        cmocka_unit_test(a_listener_may_refuse_connections_twice),
        cmocka_unit_test(a_listener_may_replace_text_and_parameters),
        cmocka_unit_test(driver_text_has_the_cursors_events_only),
        cmocka_unit_test(late_listeners_and_those_of_parents_are_called),
        cmocka_unit_test(without_listeners_nothing_is_called),
        cmocka_unit_test(what_is_no_listener_is_refused),
        cmocka_unit_test(the_pool_tells_what_it_does),
        cmocka_unit_test(missing_memory_for_events_is_survived),
    };
    return CALX_RUN("event", tests);
}
