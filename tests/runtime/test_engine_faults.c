/*
 * What happens to the engine when something below it fails: memory of Calx and of SQLite at every
 * single allocation, and a disk whose writes fail. Nothing may be left behind, and the next round
 * must work.
 */
#include "support/faulty_disk.h"
#include "support/harness.h"
#include "support/ration.h"

#include <calx/connection.h>
#include <calx/engine.h>

#include <sqlite3.h>
#include <stdio.h>

/* A statement with a parameter, all of its rows read. */
static calx_status run(calx_connection *connection, const char *sql, const char *text)
{
    calx_statement *statement = calx_text_statement(sql);
    calx_result *result = NULL;
    bool row = true;
    if (statement == NULL)
        return CALX_E_NOMEM;
    if (text != NULL)
        calx_statement_bind_text(statement, "text", text);
    calx_status status = calx_connection_execute(connection, statement, &result);
    while (status == CALX_OK && row) {
        status = calx_result_next(result, &row);
        if (status == CALX_OK && row) {
            calx_timestamp timestamp = 0;
            status = calx_result_timestamp(result, 0, &timestamp);
        }
    }
    calx_result_free(result);
    calx_statement_free(statement);
    return status;
}

static calx_status use_savepoints(calx_connection *connection)
{
    calx_status status = CALX_OK;
    for (int depth = 0; depth < 12 && status == CALX_OK; depth++)
        status = calx_connection_begin_nested(connection);
    while (calx_connection_in_transaction(connection) && status == CALX_OK)
        status = calx_connection_rollback(connection);
    return status;
}

/* Connects, writes, reads, nests, gives back and takes again. */
static calx_status use_connection(calx_engine *engine, calx_connection *connection)
{
    calx_connection *second = NULL;
    calx_status status = run(connection, "DROP TABLE IF EXISTS t", NULL);
    if (status == CALX_OK)
        status = run(connection, "CREATE TABLE t (x TEXT)", NULL);
    if (status == CALX_OK)
        status = run(connection, "INSERT INTO t VALUES (:text)", "2020-01-01 00:00:00");
    if (status == CALX_OK)
        status = run(connection, "SELECT x FROM t", NULL);
    if (status == CALX_OK)
        status = calx_connection_commit(connection);
    if (status == CALX_OK)
        status = use_savepoints(connection);
    if (status == CALX_OK)
        status = calx_connection_invalidate(connection);
    if (status == CALX_OK)
        status = calx_engine_connect(engine, &second, NULL);
    calx_connection_close(second);
    return status;
}

static void no_line(void *context, calx_log_level level, const char *logger, const char *text)
{
    (void)context;
    (void)level;
    (void)logger;
    (void)text;
}

static calx_status use_engine(const char *url)
{
    calx_engine *engine = NULL;
    calx_connection *connection = NULL;
    calx_error error = CALX_ERROR_INIT;
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.echo = CALX_ECHO_DEBUG;
    options.log = no_line;
    options.name = "faults";
    calx_status status = calx_engine_new(url, &options, &engine, &error);
    if (status == CALX_OK)
        status = calx_engine_connect(engine, &connection, &error);
    if (status == CALX_OK)
        status = use_connection(engine, connection);
    calx_connection_close(connection);
    calx_engine_free(engine);
    calx_error_clear(&error);
    return status;
}

static void each_allocation_of_calx_may_fail(void **state)
{
    (void)state;
    bool sqlite = calx_test_on("sqlite");
    const char *const urls[] = { calx_test_url_with(sqlite ? "journal_mode=memory&synchronous=off"
                                                           : "connect_timeout=60"),
                                 "sqlite://" };
    for (size_t i = 0; i < (sqlite ? 2 : 1); i++) {
        calx_status status = CALX_E_NOMEM;
        long allowed = 0;
        for (; status == CALX_E_NOMEM; allowed++) {
            ration account;
            assert_true(ration_start(&account, allowed));
            status = use_engine(urls[i]);
            assert_int_equal(ration_stop(&account), 0);
        }
        if (status != CALX_OK)
            fail_msg("after %ld allocations: %s", allowed, calx_status_name(status));
        assert_true(allowed > 30);
    }
}

/* SQLite's own allocator, with a ration. */
static sqlite3_mem_methods plain;
static long sqlite_left;

static void *rationed_malloc(int size)
{
    return sqlite_left-- > 0 ? plain.xMalloc(size) : NULL;
}

static void *rationed_realloc(void *block, int size)
{
    return sqlite_left-- > 0 ? plain.xRealloc(block, size) : NULL;
}

static void ration_sqlite(long allowed)
{
    sqlite3_mem_methods rationed;
    sqlite3_shutdown();
    sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &plain);
    rationed = plain;
    rationed.xMalloc = rationed_malloc;
    rationed.xRealloc = rationed_realloc;
    sqlite_left = RATION_UNLIMITED;
    sqlite3_config(SQLITE_CONFIG_MALLOC, &rationed);
    sqlite3_initialize();
    sqlite_left = allowed;
}

static void unration_sqlite(void)
{
    sqlite3_shutdown();
    sqlite3_config(SQLITE_CONFIG_MALLOC, &plain);
    sqlite3_initialize();
}

static void each_allocation_of_sqlite_may_fail(void **state)
{
    (void)state;
    calx_shows("ENG-217");
    calx_status status = CALX_E_NOMEM;
    long allowed = 0;
    for (; status != CALX_OK && allowed < 20000; allowed++) {
        ration_sqlite(allowed);
        status = use_engine("sqlite://");
        long long left_behind = sqlite3_memory_used();
        unration_sqlite();
        assert_int_equal(left_behind, 0);
        if (status != CALX_OK && status != CALX_E_NOMEM)
            fail_msg("allocation %ld: %s", allowed, calx_status_name(status));
    }
    assert_int_equal(status, CALX_OK);
    assert_true(allowed > 100);
}

static void expect_number(calx_connection *connection, const char *sql, int64_t wanted)
{
    calx_statement *statement = calx_text_statement(sql);
    calx_result *result = NULL;
    bool row = false;
    int64_t count = -1;
    assert_int_equal(calx_connection_execute(connection, statement, &result), CALX_OK);
    assert_int_equal(calx_result_next(result, &row), CALX_OK);
    assert_int_equal(calx_result_int64(result, 0, &count), CALX_OK);
    assert_int_equal(count, wanted);
    calx_result_free(result);
    calx_statement_free(statement);
}

static void expect_rows(calx_connection *connection, int64_t wanted)
{
    expect_number(connection, "SELECT count(*) FROM t", wanted);
}

/* A PRAGMA while SQLite has no memory, then what the next user of the connections finds. */
static calx_status ask_without_memory(long allowed, long *out_left)
{
    calx_engine *engine = NULL;
    calx_connection *connection = NULL;
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_size = 1;
    options.max_overflow = 0;
    options.poolclass = CALX_POOL_QUEUE;
    options.pool_reset_on_return = CALX_POOL_RESET_SMART;
    assert_int_equal(calx_engine_new("sqlite://", &options, &engine, NULL), CALX_OK);
    assert_int_equal(calx_engine_connect(engine, &connection, NULL), CALX_OK);
    sqlite_left = allowed;
    calx_status status = run(connection, "PRAGMA table_info(t)", NULL);
    *out_left = sqlite_left;
    sqlite_left = RATION_UNLIMITED;
    calx_connection_close(connection);
    assert_int_equal(calx_engine_connect(engine, &connection, NULL), CALX_OK);
    expect_number(connection, "PRAGMA foreign_keys", 1);
    expect_number(connection, "PRAGMA busy_timeout", 5000);
    calx_connection_close(connection);
    calx_engine_free(engine);
    return status;
}

/* What cannot be read is not put back as something else. */
static void settings_survive_each_allocation_that_fails_while_they_are_read(void **state)
{
    (void)state;
    calx_shows("ENG-177");
    calx_shows("ENG-217");
    calx_status status = CALX_E_NOMEM;
    long allowed = 0;
    for (long left = 0; left <= 0 && allowed < 5000; allowed++) {
        ration_sqlite(RATION_UNLIMITED);
        status = ask_without_memory(allowed, &left);
        unration_sqlite();
        if (status != CALX_OK && status != CALX_E_NOMEM)
            fail_msg("allocation %ld: %s", allowed, calx_status_name(status));
    }
    assert_int_equal(status, CALX_OK);
    assert_true(allowed > 50);
}

static calx_engine *faulty_engine(void)
{
    char url[1024];
    calx_engine *engine = NULL;
    faulty_disk_begin();
    snprintf(url, sizeof(url), "sqlite:///file:%s?uri=true&vfs=faulty", calx_test_path("f.db"));
    assert_int_equal(calx_engine_new(url, NULL, &engine, NULL), CALX_OK);
    return engine;
}

static void failing_writes_have_their_status_and_rollback_mends(void **state)
{
    (void)state;
    calx_shows("ENG-082");
    calx_shows("ENG-217");
    calx_shows("ENG-218");
    static const struct {
        int code;
        calx_status status;
        bool lost; /* the connection is given up */
    } cases[] = { { SQLITE_FULL, CALX_E_RESOURCE, false },
                  { SQLITE_IOERR_WRITE, CALX_E_IO, true } };
    for (size_t i = 0; i < 2; i++) {
        calx_engine *engine = faulty_engine();
        calx_connection *connection = NULL;
        assert_int_equal(calx_engine_connect(engine, &connection, NULL), CALX_OK);
        assert_int_equal(run(connection, "DROP TABLE IF EXISTS t", NULL), CALX_OK);
        assert_int_equal(run(connection, "CREATE TABLE t (x TEXT)", NULL), CALX_OK);
        assert_int_equal(calx_connection_commit(connection), CALX_OK);
        assert_int_equal(run(connection, "INSERT INTO t VALUES (:text)", "a"), CALX_OK);
        faulty_disk_fail_writes(cases[i].code);
        assert_int_equal(calx_connection_commit(connection), cases[i].status);
        const calx_error *error = calx_connection_error(connection);
        assert_int_equal(error->driver_code, cases[i].code);
        assert_int_equal((error->flags & CALX_ERROR_OUTCOME_UNKNOWN) != 0, cases[i].lost);
        assert_int_equal(run(connection, "SELECT x FROM t", NULL), CALX_E_PENDING_ROLLBACK);
        faulty_disk_fail_writes(SQLITE_OK);
        assert_int_equal(calx_connection_rollback(connection), CALX_OK);
        expect_rows(connection, 0);
        assert_int_equal(run(connection, "INSERT INTO t VALUES (:text)", "b"), CALX_OK);
        assert_int_equal(calx_connection_commit(connection), CALX_OK);
        expect_rows(connection, 1);
        calx_engine_state counts;
        calx_engine_status(engine, &counts);
        assert_int_equal(counts.created, cases[i].lost ? 2 : 1);
        calx_connection_close(connection);
        calx_engine_free(engine);
        faulty_disk_end();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_of_calx_may_fail),
        CALX_SQLITE(each_allocation_of_sqlite_may_fail),
        CALX_SQLITE(settings_survive_each_allocation_that_fails_while_they_are_read),
        CALX_SQLITE(failing_writes_have_their_status_and_rollback_mends),
    };
    return CALX_RUN("engine_faults", tests);
}
