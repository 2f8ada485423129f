/*
 * Events of what goes wrong and of what comes unasked: listeners that change where to connect, what
 * an error says and what is lost with it, and those that hear what the server says by itself.
 */
#include "event_fixture.h"
#include "support/log_sink.h"
#include "support/server.h"

#include "calx-drivers.h"

#include <dirent.h>

#if CALX_HAVE_POSTGRESQL
#include <libpq-fe.h>
#endif
#if CALX_HAVE_SQLITE
#include <sqlite3.h>
#endif

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

/* A connection the database library made; in a transaction, if wanted. */
static void *ready_connection(const char *text, bool busy)
{
#if CALX_HAVE_POSTGRESQL
    if (calx_test_on("postgresql")) {
        PGconn *conn = PQconnectdb(text);
        assert_int_equal(PQstatus(conn), CONNECTION_OK);
        PQclear(busy ? PQexec(conn, "BEGIN") : NULL);
        return conn;
    }
#endif
#if CALX_HAVE_SQLITE
    calx_url url = CALX_URL_INIT;
    sqlite3 *db = NULL;
    assert_int_equal(calx_url_parse(text, &url, NULL), CALX_OK);
    assert_int_equal(sqlite3_open(url.database, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, busy ? "BEGIN" : "PRAGMA schema_version", NULL, NULL, NULL),
                     SQLITE_OK);
    calx_url_clear(&url);
    return db;
#else
    fail_msg("there is no way to %s", text);
    return NULL;
#endif
}

typedef struct watcher {
    int connects;
    int closes;
    bool usable;
} watcher;

static calx_status count_connects(void *context, calx_event_details *details)
{
    assert_non_null(details->url);
    ((watcher *)context)->connects++;
    return CALX_OK;
}

/* Whether the database library can still work with it. */
static calx_status use_handle(void *context, calx_event_details *details)
{
    watcher *self = context;
    self->closes++;
#if CALX_HAVE_POSTGRESQL
    if (calx_test_on("postgresql")) {
        PGresult *result = PQexec(details->native, "SELECT 1");
        self->usable = PQresultStatus(result) == PGRES_TUPLES_OK;
        PQclear(result);
        return CALX_OK;
    }
#endif
#if CALX_HAVE_SQLITE
    self->usable = sqlite3_exec(details->native, "SELECT 1", NULL, NULL, NULL) == SQLITE_OK;
#endif
    return CALX_OK;
}

static void each_connection_is_shown_before_it_is_made_and_before_it_ends(void **state)
{
    (void)state;
    calx_shows("ENG-190");
    calx_shows("ENG-194");
    watcher seen = { .connects = 0 };
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    listen_to(engine, CALX_EVENT_DO_CONNECT, count_connects, &seen);
    listen_to(engine, CALX_EVENT_CLOSE, use_handle, &seen);
    for (int i = 1; i <= 3; i++) {
        calx_connection_close(connect_to(engine));
        calx_connection_close(connect_to(engine)); /* the same one again */
        assert_int_equal(seen.connects, i);
        assert_int_equal(seen.closes, i - 1);
        calx_engine_dispose(engine);
        assert_int_equal(seen.closes, i);
        assert_true(seen.usable);
    }
    calx_engine_free(engine);
}

typedef struct lender {
    void *handle;
    bool busy;
    bool bad_url;
} lender;

static calx_status lend_handle(void *context, calx_event_details *details)
{
    lender *self = context;
    self->handle = ready_connection(calx_test_url(), self->busy);
    details->native = self->handle;
    static const calx_url_parameter bad[] = { { "no_such_option", "1" } };
    if (self->bad_url) {
        details->url->parameters = bad;
        details->url->parameter_count = 1;
    }
    return CALX_OK;
}

static calx_status see_handle(void *context, calx_event_details *details)
{
    *(void **)context = details->native;
    return CALX_OK;
}

static int open_files(void)
{
    int count = 0;
    DIR *directory = opendir("/proc/self/fd");
    assert_non_null(directory);
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

static calx_status refuse(void *context, calx_event_details *details)
{
    (void)context;
    assert_non_null(details->native);
    return CALX_E_USER;
}

static void what_is_ready_is_closed_when_a_later_listener_fails(void **state)
{
    (void)state;
    calx_shows("ENG-194");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    lender from = { .handle = NULL };
    calx_connection *connection = NULL;
    calx_error error = CALX_ERROR_INIT;
    listen_to(engine, CALX_EVENT_DO_CONNECT, lend_handle, &from);
    listen_to(engine, CALX_EVENT_DO_CONNECT, refuse, NULL);
    int before = open_files();
    for (int i = 0; i < 3; i++)
        assert_int_equal(calx_engine_connect(engine, &connection, &error), CALX_E_USER);
    assert_int_equal(error.status, CALX_E_USER);
    assert_int_equal(open_files(), before);
    calx_engine_unlisten(engine, CALX_EVENT_DO_CONNECT, refuse, NULL);
    connection = connect_to(engine);
    run(connection, "SELECT 1");
    calx_connection_close(connection);
    calx_error_clear(&error);
    calx_engine_free(engine);
}

static void a_listener_may_have_the_connection_ready(void **state)
{
    (void)state;
    calx_shows("ENG-194");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    lender from = { .handle = NULL };
    void *seen = NULL;
    calx_connection *connection = NULL;
    calx_error error = CALX_ERROR_INIT;
    listen_to(engine, CALX_EVENT_DO_CONNECT, lend_handle, &from);
    listen_to(engine, CALX_EVENT_CONNECT, see_handle, &seen);
    connection = connect_to(engine);
    assert_non_null(seen);
    assert_ptr_equal(seen, from.handle);
    run(connection, "CREATE TABLE lent (a INTEGER PRIMARY KEY)");
    run(connection, "INSERT INTO lent VALUES (1)");
    assert_int_equal(try_sql(connection, "INSERT INTO lent VALUES (1)"), CALX_E_UNIQUE);
    ok(connection, calx_connection_rollback(connection));
    calx_connection_close(connection);
    from.busy = true; /* in a transaction: of no use, and closed */
    calx_engine_dispose(engine);
    assert_int_equal(calx_engine_connect(engine, &connection, &error), CALX_E_STATE);
    assert_non_null(strstr(error.message, "do_connect"));
    from.busy = false;
    from.bad_url = true; /* what is ready is closed again */
    assert_int_equal(calx_engine_connect(engine, &connection, &error), CALX_E_ARGUMENT);
    from.bad_url = false;
    connection = connect_to(engine);
    run(connection, "SELECT 1");
    calx_connection_close(connection);
    calx_error_clear(&error);
    calx_engine_free(engine);
}

/* ---- listeners that need a connection themselves ---- */

typedef struct taker {
    calx_status status; /* what the listener's own checkout answered */
    bool inside;
    int calls;
} taker;

static calx_status take_another(void *context, calx_event_details *details)
{
    taker *self = context;
    calx_connection *connection = NULL;
    if (self->inside) /* its own checkout is an event, too */
        return CALX_OK;
    self->inside = true;
    self->calls++;
    self->status = calx_engine_connect(details->engine, &connection, NULL);
    if (self->status == CALX_OK)
        run(connection, "SELECT 1");
    calx_connection_close(connection);
    self->inside = false;
    return CALX_OK;
}

/* With no lock held: what it waits for in vain is a connection, and that ends. */
static void a_listener_may_use_the_pool_it_is_called_from(void **state)
{
    (void)state;
    calx_shows("ENG-105");
    static const calx_event events[] = { CALX_EVENT_CHECKOUT, CALX_EVENT_ENGINE_CONNECT,
                                         CALX_EVENT_BEFORE_EXECUTE, CALX_EVENT_COMMIT,
                                         CALX_EVENT_RESET };
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        for (int size = 1; size <= 2; size++) {
            calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
            options.pool_size = size;
            options.max_overflow = 0;
            options.pool_timeout = size == 1 ? 0 : 30000;
            calx_engine *engine = new_engine(calx_test_url(), &options);
            taker self = { .status = CALX_E_INTERNAL };
            listen_to(engine, events[i], take_another, &self);
            calx_connection *connection = connect_to(engine);
            run(connection, "SELECT 1");
            ok(connection, calx_connection_commit(connection));
            calx_connection_close(connection);
            assert_true(self.calls > 0);
            assert_int_equal(self.status, size == 1 ? CALX_E_POOL_TIMEOUT : CALX_OK);
            calx_engine_free(engine);
        }
    }
}

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
        cmocka_unit_test(a_listener_may_change_where_to_connect),
        cmocka_unit_test(each_connection_is_shown_before_it_is_made_and_before_it_ends),
        cmocka_unit_test(a_listener_may_have_the_connection_ready),
        cmocka_unit_test(what_is_ready_is_closed_when_a_later_listener_fails),
        cmocka_unit_test(a_listener_may_use_the_pool_it_is_called_from),
        cmocka_unit_test(a_listener_may_replace_an_error_and_say_what_is_lost),
        cmocka_unit_test(a_connection_that_cannot_be_made_is_shown_too),
        CALX_POSTGRESQL(what_a_listener_calls_no_disconnect_costs_nothing),
        CALX_POSTGRESQL(a_ping_that_fails_is_shown_as_one),
        CALX_POSTGRESQL(a_ping_that_fails_may_leave_the_other_connections),
        CALX_POSTGRESQL(a_listener_may_keep_the_other_connections),
        CALX_POSTGRESQL(what_the_server_says_by_itself_is_an_event_and_a_line),
    };
    return CALX_RUN("event_errors", tests);
}
