/*
 * Events around the making of connections: listeners that change where to connect or bring what is
 * ready, what is closed when they fail, and those that ask the very pool they are called from.
 */
#include "event_fixture.h"

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

/* ---- and those of a connection that is being made ---- */

static const calx_event making[] = { CALX_EVENT_DO_CONNECT, CALX_EVENT_FIRST_CONNECT,
                                     CALX_EVENT_CONNECT };

/* Nobody waits for himself: with one, a wait would last ten minutes. */
static calx_engine *patient_engine(const char *url, calx_pool_kind kind, int size)
{
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.name = "orders";
    options.poolclass = kind;
    if (kind != CALX_POOL_THREAD)
        options.pool_timeout = 600000;
    if (kind == CALX_POOL_QUEUE) {
        options.pool_size = size;
        options.max_overflow = 0;
    }
    return new_engine(url, &options);
}

static calx_engine_state counts_of(calx_engine *engine)
{
    calx_engine_state counts;
    calx_engine_status(engine, &counts);
    return counts;
}

static void a_listener_of_the_first_connection_may_take_a_second(void **state)
{
    (void)state;
    calx_shows("ENG-105");
    calx_shows("ENG-036");
    for (size_t i = 0; i < sizeof(making) / sizeof(making[0]); i++) {
        calx_engine *engine = patient_engine(calx_test_url(), CALX_POOL_QUEUE, 2);
        taker self = { .status = CALX_E_INTERNAL };
        calx_server server;
        listen_to(engine, making[i], take_another, &self);
        for (int pool = 1; pool <= 2; pool++) {
            calx_connection *connection = connect_to(engine);
            run(connection, "SELECT 1");
            calx_connection_close(connection);
            assert_int_equal(self.status, CALX_OK);
            assert_int_equal(self.calls, pool);
            /* The second ended with the listener, and nobody got it in place of the first. */
            assert_int_equal(counts_of(engine).created, 2 * pool);
            assert_int_equal(counts_of(engine).closed, 2 * pool - 1);
            assert_int_equal(counts_of(engine).idle, 1);
            assert_int_equal(calx_engine_server(engine, &server), CALX_OK);
            calx_engine_dispose(engine);
        }
        calx_engine_free(engine);
    }
}

/* Asks for one each time it is called, also for those it has asked for. */
typedef struct greedy {
    calx_status told; /* what the innermost checkout was told */
    char message[400];
    int depth;
    int deepest;
    bool forwards;
} greedy;

static calx_status ask_always(void *context, calx_event_details *details)
{
    greedy *self = context;
    calx_connection *connection = NULL;
    calx_error error = CALX_ERROR_INIT;
    self->depth++;
    self->deepest = self->depth > self->deepest ? self->depth : self->deepest;
    calx_status status = calx_engine_connect(details->engine, &connection, &error);
    if (status != CALX_OK && self->told == CALX_OK) {
        self->told = status;
        snprintf(self->message, sizeof(self->message), "%s", error.message);
    }
    calx_connection_close(connection);
    if (status != CALX_OK && self->forwards)
        calx_event_fail(details, status, error.message);
    self->depth--;
    calx_error_clear(&error);
    return self->forwards ? status : CALX_OK;
}

static void assert_told(const greedy *self, calx_event event)
{
    char who[64];
    snprintf(who, sizeof(who), "a listener of %s ", calx_event_name(event));
    assert_int_equal(self->told, CALX_E_POOL_TIMEOUT);
    assert_non_null(strstr(self->message, who));
    assert_non_null(strstr(self->message, "orders"));
    assert_non_null(strstr(self->message, "calx_event_run()"));
}

static void a_listener_that_asks_for_each_connection_is_told_at_once(void **state)
{
    (void)state;
    calx_shows("ENG-105");
    calx_shows("ENG-094");
    for (size_t i = 0; i < sizeof(making) / sizeof(making[0]); i++) {
        for (int forwards = 0; forwards < 2; forwards++) {
            calx_engine *engine = patient_engine(calx_test_url(), CALX_POOL_QUEUE, 5);
            greedy self = { .forwards = forwards };
            calx_connection *connection = NULL;
            calx_error error = CALX_ERROR_INIT;
            listen_to(engine, making[i], ask_always, &self);
            calx_status status = calx_engine_connect(engine, &connection, &error);
            /* first_connect is not raised for the second, which its listener asked for */
            bool again = making[i] != CALX_EVENT_FIRST_CONNECT;
            assert_int_equal(self.deepest, again ? 2 : 1);
            assert_int_equal(status, again && forwards ? CALX_E_POOL_TIMEOUT : CALX_OK);
            if (again)
                assert_told(&self, making[i]);
            if (status != CALX_OK)
                assert_string_equal(error.message, self.message);
            calx_connection_close(connection);
            calx_error_clear(&error);
            assert_int_equal(counts_of(engine).out + counts_of(engine).connecting, 0);
            calx_engine_unlisten(engine, making[i], ask_always, &self);
            calx_connection_close(connect_to(engine));
            calx_engine_free(engine);
        }
    }
}

/* Each of these pools has no more than the one that is being made. */
static void a_pool_of_one_says_so_at_once(void **state)
{
    (void)state;
    calx_shows("ENG-105");
    calx_shows("ENG-072");
    static const calx_pool_kind kinds[] = { CALX_POOL_QUEUE, CALX_POOL_STATIC, CALX_POOL_THREAD,
                                            CALX_POOL_ASSERTION };
    for (size_t i = 0; i < sizeof(making) / sizeof(making[0]); i++) {
        for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
            calx_engine *engine = patient_engine(calx_test_url(), kinds[k], 1);
            greedy self = { .forwards = false };
            listen_to(engine, making[i], ask_always, &self);
            calx_connection *connection = connect_to(engine);
            run(connection, "SELECT 1");
            calx_connection_close(connection);
            assert_int_equal(self.deepest, 1);
            assert_told(&self, making[i]);
            assert_int_equal(counts_of(engine).created, 1);
            calx_engine_free(engine);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_listener_may_change_where_to_connect),
        cmocka_unit_test(each_connection_is_shown_before_it_is_made_and_before_it_ends),
        cmocka_unit_test(a_listener_may_have_the_connection_ready),
        cmocka_unit_test(what_is_ready_is_closed_when_a_later_listener_fails),
        cmocka_unit_test(a_listener_may_use_the_pool_it_is_called_from),
        cmocka_unit_test(a_listener_of_the_first_connection_may_take_a_second),
        cmocka_unit_test(a_listener_that_asks_for_each_connection_is_told_at_once),
        cmocka_unit_test(a_pool_of_one_says_so_at_once),
    };
    return CALX_RUN("event_connect", tests);
}
