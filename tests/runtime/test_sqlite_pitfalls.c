/*
 * What SQLite does that a careful user has to know: locks that its timeout does not cover, texts
 * that the next call overwrites, files that nobody else may open.
 */
#include "engine_fixture.h"

#include "base/clock.h"
#include "driver/sqlite/sqlite.h"
#include "engine/cursor.h"

#include "calx-drivers.h"

#include <calx/event.h>
#include <calx/script.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- shared cache ---- */

static calx_engine *engine_of_shared_memory(const char *name, const char *timeout)
{
    char url[160];
    snprintf(url, sizeof(url), "sqlite:///file:%s?mode=memory&cache=shared&uri=true&timeout=%s",
             name, timeout);
    calx_engine *engine = new_engine(url, NULL);
    calx_connection *connection = connect_to(engine);
    run(connection, "CREATE TABLE t (x INTEGER)");
    run(connection, "INSERT INTO t VALUES (1)");
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    return engine;
}

typedef struct reader {
    pthread_t thread;
    calx_engine *engine;
    atomic_bool begins; /* it is about to read */
    int64_t seen;
} reader;

static void *read_shared(void *context)
{
    reader *self = context;
    calx_connection *connection = connect_to(self->engine);
    atomic_store(&self->begins, true);
    self->seen = number(connection, "SELECT count(*) FROM t");
    calx_connection_close(connection);
    return NULL;
}

static void a_moment(void)
{
    struct timespec time = { .tv_nsec = 50000000 };
    nanosleep(&time, NULL);
}

static void a_table_of_a_shared_cache_is_waited_for(void **state)
{
    (void)state;
    calx_shows("ENG-152");
#if CALX_HAVE_UNLOCK_NOTIFY
    calx_engine *engine = engine_of_shared_memory("waited", "20");
    calx_connection *writer = connect_to(engine);
    run(writer, "INSERT INTO t VALUES (2)");
    reader two[2] = { { .engine = engine }, { .engine = engine } };
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&two[i].thread, NULL, read_shared, &two[i]), 0);
    while (!atomic_load(&two[0].begins) || !atomic_load(&two[1].begins))
        a_moment();
    a_moment();
    ok(writer, calx_connection_commit(writer));
    for (int i = 0; i < 2; i++) {
        pthread_join(two[i].thread, NULL);
        assert_int_equal(two[i].seen, 2);
    }
    /* The same for the schema, which is asked when a statement is prepared. */
    run(writer, "CREATE TABLE u (x INTEGER)");
    reader third = { .engine = engine };
    assert_int_equal(pthread_create(&third.thread, NULL, read_shared, &third), 0);
    while (!atomic_load(&third.begins))
        a_moment();
    a_moment();
    ok(writer, calx_connection_commit(writer));
    pthread_join(third.thread, NULL);
    assert_int_equal(third.seen, 2);
    calx_connection_close(writer);
    calx_engine_free(engine);
#endif
}

typedef struct script_thread {
    pthread_t thread;
    calx_connection *connection;
    atomic_bool begins;
    calx_status status;
} script_thread;

static void *run_script(void *context)
{
    script_thread *self = context;
    const char *sql = "INSERT INTO t VALUES (3); INSERT INTO t VALUES (4)";
    atomic_store(&self->begins, true);
    self->status = calx_connection_execute_script(self->connection, sql, NULL);
    return NULL;
}

/* A script compiles each statement to find its end: the schema is waited for there, too. */
static void the_schema_of_a_shared_cache_is_waited_for_by_a_script(void **state)
{
    (void)state;
    calx_shows("ENG-152");
#if CALX_HAVE_UNLOCK_NOTIFY
    calx_engine *engine = engine_of_shared_memory("script", "20");
    calx_connection *writer = connect_to(engine);
    script_thread other = { .connection = connect_to(engine) };
    run(writer, "CREATE TABLE u (x INTEGER)");
    assert_int_equal(pthread_create(&other.thread, NULL, run_script, &other), 0);
    while (!atomic_load(&other.begins))
        a_moment();
    a_moment();
    ok(writer, calx_connection_commit(writer));
    pthread_join(other.thread, NULL);
    ok(other.connection, other.status);
    ok(other.connection, calx_connection_commit(other.connection));
    assert_int_equal(number(writer, "SELECT count(*) FROM t"), 3);
    calx_connection_close(other.connection);
    calx_connection_close(writer);
    calx_engine_free(engine);
#endif
}

static void a_table_of_a_shared_cache_is_busy_in_the_end(void **state)
{
    (void)state;
    calx_shows("ENG-152");
    calx_engine *engine = engine_of_shared_memory("busy", "0.2");
    calx_connection *writer = connect_to(engine);
    calx_connection *other = connect_to(engine);
    run(writer, "INSERT INTO t VALUES (2)");
    int64_t start = calx_clock_monotonic_ns();
    assert_int_equal(try_sql(other, "SELECT count(*) FROM t"), CALX_E_BUSY);
    int64_t waited_ms = (calx_clock_monotonic_ns() - start) / 1000000;
    const calx_error *error = calx_connection_error(other);
    assert_int_equal(error->driver_code, SQLITE_LOCKED_SHAREDCACHE);
    assert_true(error->flags & CALX_ERROR_RETRY);
    assert_true(waited_ms >= (CALX_HAVE_UNLOCK_NOTIFY ? 200 : 0));
    ok(other, calx_connection_rollback(other));
    ok(writer, calx_connection_commit(writer));
    assert_int_equal(number(other, "SELECT count(*) FROM t"), 2);
    calx_connection_close(other);
    calx_connection_close(writer);
    calx_engine_free(engine);
}

/* ---- texts ---- */

static void the_message_is_that_of_the_call_that_failed(void **state)
{
    (void)state;
    calx_shows("LIM-21");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    run(connection, "INSERT INTO users (name) VALUES ('ed')");
    assert_int_equal(try_sql(connection, "INSERT INTO users (name) VALUES ('ed')"), CALX_E_UNIQUE);
    const calx_error *error = calx_connection_error(connection);
    assert_non_null(strstr(error->message, "users.name")); /* the statement was reset since */
    assert_int_equal(error->driver_code, SQLITE_CONSTRAINT_UNIQUE);
    assert_string_equal(error->statement, "INSERT INTO users (name) VALUES ('ed')");
    /* A result keeps its own, whatever its connection does next. */
    calx_statement *statement = calx_text_statement("SELECT abs(-9223372036854775807 - x) FROM "
                                                    "(SELECT 0 AS x UNION ALL SELECT 1)");
    calx_result *result = NULL;
    bool row = false;
    ok(connection, calx_connection_execute(connection, statement, &result));
    assert_int_equal(calx_result_next(result, &row), CALX_OK);
    assert_int_not_equal(calx_result_next(result, &row), CALX_OK);
    assert_non_null(strstr(calx_result_error(result)->message, "overflow"));
    assert_int_equal(try_sql(connection, "SELECT nowhere"), CALX_E_NO_OBJECT);
    run(connection, "SELECT 1");
    assert_non_null(strstr(calx_result_error(result)->message, "overflow"));
    calx_result_free(result);
    calx_statement_free(statement);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

/* ---- the file ---- */

/* Whether somebody holds the lock of a writer, as another process sees it. */
static bool is_write_locked(const char *path)
{
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        struct flock lock = {
            .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0x40000001, .l_len = 1
        }; /* SQLite's RESERVED byte */
        int file = open(path, O_RDWR);
        _exit(file >= 0 && fcntl(file, F_GETLK, &lock) == 0 ? lock.l_type != F_UNLCK : 2);
    }
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
    return WEXITSTATUS(status) == 1;
}

static void nothing_takes_the_locks_of_a_file_away(void **state)
{
    (void)state;
    calx_shows("LIM-25");
    char path[1024], url[1200];
    calx_error error = CALX_ERROR_INIT;
    snprintf(path, sizeof(path), "%s", calx_test_path("l.db"));
    snprintf(url, sizeof(url), "sqlite:///%s", path);
    calx_engine *engine = new_engine(url, NULL);
    calx_connection *connection = connect_to(engine);
    run(connection, "CREATE TABLE t (x INTEGER)");
    ok(connection, calx_connection_commit(connection));
    assert_false(is_write_locked(path));
    run(connection, "INSERT INTO t VALUES (1)");
    assert_true(is_write_locked(path));
    /* Everything that may look at the file: other connections and engines, and failures. */
    calx_connection *other = connect_to(engine);
    assert_int_equal(number(other, "SELECT count(*) FROM t"), 0);
    ok(other, calx_connection_invalidate(other));
    calx_connection_close(other);
    snprintf(url, sizeof(url), "sqlite:///%s?synchronous=full&timeout=0", path);
    calx_engine *second = new_engine(url, NULL);
    other = connect_to(second);
    assert_int_equal(try_sql(other, "INSERT INTO t VALUES (2)"), CALX_E_BUSY);
    calx_connection_close(other);
    calx_engine_free(second);
    snprintf(url, sizeof(url), "sqlite:///%s/below", path);
    second = new_engine(url, NULL);
    assert_int_not_equal(calx_engine_connect(second, &other, &error), CALX_OK);
    calx_engine_free(second);
    calx_engine_refresh(engine);
    assert_true(is_write_locked(path));
    ok(connection, calx_connection_commit(connection));
    assert_false(is_write_locked(path));
    calx_connection_close(connection);
    calx_engine_free(engine);
    calx_error_clear(&error);
}

static void a_file_without_shared_memory_has_no_write_ahead_log(void **state)
{
    (void)state;
    calx_shows("LIM-31");
    char url[1200];
    calx_error error = CALX_ERROR_INIT;
    calx_connection *connection = NULL;
    snprintf(url, sizeof(url), "sqlite:///file:%s?uri=true&vfs=unix-none&journal_mode=wal",
             calx_test_path("n.db"));
    calx_engine *engine = new_engine(url, NULL);
    assert_int_equal(calx_engine_connect(engine, &connection, &error), CALX_E_UNSUPPORTED);
    assert_non_null(strstr(error.message, "journal_mode=wal"));
    calx_engine_free(engine);
    /* A database in memory has no journal in a file at all, and nothing is asked of it. */
    engine = new_engine("sqlite://?journal_mode=wal", NULL);
    connection = connect_to(engine);
    run(connection, "SELECT 1");
    calx_connection_close(connection);
    calx_engine_free(engine);
    calx_error_clear(&error);
}

/* ---- settings and limits ---- */

static calx_status lend_poor_handle(void *context, calx_event_details *details)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(context, &db), SQLITE_OK);
    sqlite3_limit(db, SQLITE_LIMIT_VARIABLE_NUMBER, 10);
    details->native = db;
    return CALX_OK;
}

static void limits_are_those_of_the_library_at_hand(void **state)
{
    (void)state;
    calx_shows("LIM-28");
    char path[1024], url[1200];
    calx_listener listener = CALX_LISTENER_INIT;
    snprintf(path, sizeof(path), "%s", calx_test_path("p.db"));
    snprintf(url, sizeof(url), "sqlite:///%s", path);
    calx_engine *engine = new_engine(url, NULL);
    const size_t most = calx_dialect_sqlite.max_parameters;
    assert_int_equal(calx_engine_max_parameters(engine), most);
    calx_connection *connection = connect_to(engine);
    assert_true(calx_engine_max_parameters(engine) <= most);
    assert_true(calx_engine_max_parameters(engine) > 10);
    calx_connection_close(connection);
    calx_engine_dispose(engine);
    listener.function = lend_poor_handle;
    listener.context = path;
    assert_int_equal(calx_engine_listen(engine, CALX_EVENT_DO_CONNECT, &listener), CALX_OK);
    connection = connect_to(engine);
    assert_int_equal(calx_engine_max_parameters(engine), 10);
    const calx_driver_sql eleven = { "SELECT ?11", NULL, 0 };
    assert_int_not_equal(calx_connection_exec_driver_sql(connection, &eleven, NULL), CALX_OK);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void foreign_keys_stay_as_they_are_within_a_transaction(void **state)
{
    (void)state;
    calx_shows("LIM-30");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    run(connection, "INSERT INTO users (id, name) VALUES (1, 'ed')");
    assert_int_equal(try_sql(connection, "PRAGMA foreign_keys = off"), CALX_E_STATE);
    assert_int_equal(try_sql(connection, "INSERT INTO users (id, name, boss) VALUES (2, 'al', 9)"),
                     CALX_E_FOREIGN_KEY);
    ok(connection, calx_connection_begin_nested(connection));
    assert_int_equal(try_sql(connection, "UPDATE users SET boss = 9"), CALX_E_FOREIGN_KEY);
    ok(connection, calx_connection_rollback(connection));
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    connection = connect_to(engine); /* lent again, it is not set anew */
    assert_int_equal(number(connection, "PRAGMA foreign_keys"), 1);
    assert_int_equal(try_sql(connection, "UPDATE users SET boss = 9"), CALX_E_FOREIGN_KEY);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_of_a_shared_cache_is_waited_for),
        cmocka_unit_test(the_schema_of_a_shared_cache_is_waited_for_by_a_script),
        cmocka_unit_test(a_table_of_a_shared_cache_is_busy_in_the_end),
        cmocka_unit_test(the_message_is_that_of_the_call_that_failed),
        cmocka_unit_test(nothing_takes_the_locks_of_a_file_away),
        cmocka_unit_test(a_file_without_shared_memory_has_no_write_ahead_log),
        cmocka_unit_test(limits_are_those_of_the_library_at_hand),
        cmocka_unit_test(foreign_keys_stay_as_they_are_within_a_transaction),
    };
    return CALX_RUN("sqlite_pitfalls", tests);
}
