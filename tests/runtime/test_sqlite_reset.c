/*
 * What is left on a connection to SQLite when it goes back to the pool, and what a smart reset
 * undoes of it.
 */
#include "engine_fixture.h"

#include <calx/allocator.h>
#include <calx/event.h>
#include <calx/script.h>

#include <sqlite3.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What is left, and how much of it there is. */
static const char *const traces[][2] = {
    { "CREATE TEMP TABLE scratch (x)",
      "SELECT count(*) FROM temp.sqlite_master WHERE name = 'scratch'" },
    { "CREATE TEMP VIEW \"odd \"\" name\" AS SELECT 1", "SELECT count(*) FROM temp.sqlite_master" },
    { "-- settings\nPRAGMA cache_size = 77", "SELECT cache_size = 77 FROM pragma_cache_size" },
    { "PRAGMA query_only = 1", "SELECT query_only FROM pragma_query_only" },
};

enum { TRACES = sizeof(traces) / sizeof(traces[0]) };

static calx_engine *engine_with_reset(calx_pool_reset reset)
{
    static calx_execution_options execution = CALX_EXECUTION_OPTIONS_INIT;
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    execution.isolation_level = "AUTOCOMMIT";
    options.execution_options = &execution;
    options.pool_size = 1;
    options.max_overflow = 0;
    options.poolclass = CALX_POOL_QUEUE;
    options.pool_reset_on_return = reset;
    return new_engine(calx_test_url(), &options);
}

static void a_smart_reset_undoes_what_a_rollback_leaves(void **state)
{
    (void)state;
    calx_shows("ENG-177");
    static const calx_pool_reset resets[] = { CALX_POOL_RESET_ROLLBACK, CALX_POOL_RESET_SMART,
                                              CALX_POOL_RESET_DISCARD };
    for (size_t i = 0; i < 3 * (size_t)TRACES; i++) {
        const char *const *one = traces[i / 3];
        calx_engine *engine = engine_with_reset(resets[i % 3]);
        calx_connection *connection = connect_to(engine);
        run(connection, one[0]);
        assert_int_equal(number(connection, one[1]), 1);
        calx_connection_close(connection);
        connection = connect_to(engine);
        assert_int_equal(number(connection, one[1]), i % 3 == 0);
        calx_connection_close(connection);
        calx_engine_state counts;
        calx_engine_status(engine, &counts);
        assert_int_equal(counts.created, 1);
        calx_engine_free(engine);
    }
}

static calx_engine *engine_of_one(const char *url, calx_pool_reset reset)
{
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_size = 1;
    options.max_overflow = 0;
    options.poolclass = CALX_POOL_QUEUE;
    options.pool_reset_on_return = reset;
    return new_engine(url, &options);
}

static calx_connection *connect_with(calx_engine *engine, calx_switch read_only, const char *level)
{
    calx_connection *connection = connect_to(engine);
    calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
    options.read_only = read_only;
    options.isolation_level = level;
    ok(connection, calx_connection_execution_options(connection, &options));
    return connection;
}

static void a_read_only_user_leaves_nobody_read_only(void **state)
{
    (void)state;
    calx_shows("ENG-177");
    static const calx_pool_reset resets[] = { CALX_POOL_RESET_ROLLBACK, CALX_POOL_RESET_SMART };
    static const char *const levels[] = { NULL, "AUTOCOMMIT" };
    for (size_t i = 0; i < 4; i++) {
        calx_engine *engine = engine_of_one(calx_test_url(), resets[i % 2]);
        calx_connection *connection = connect_to(engine);
        run(connection, "CREATE TABLE IF NOT EXISTS t (x)");
        ok(connection, calx_connection_commit(connection));
        calx_connection_close(connection);
        connection = connect_with(engine, CALX_SWITCH_ON, NULL);
        run(connection, "SELECT * FROM t");
        run(connection, "PRAGMA table_info(t)");
        calx_connection_close(connection);
        for (int user = 0; user < 3; user++) {
            connection = connect_with(engine, CALX_SWITCH_UNSET, levels[i / 2]);
            run(connection, "INSERT INTO t VALUES (1)");
            assert_int_equal(number(connection, "SELECT query_only FROM pragma_query_only"), 0);
            calx_connection_close(connection);
        }
        calx_engine_free(engine);
    }
}

static void a_smart_reset_keeps_a_database_in_memory(void **state)
{
    (void)state;
    calx_shows("ENG-177");
    static const char *const left[] = {
        "CREATE TEMP TABLE q (x)",
        "CREATE TEMP TABLE p (x INTEGER PRIMARY KEY); INSERT INTO temp.p VALUES (1);"
        "CREATE TEMP TABLE q (x REFERENCES p); INSERT INTO q VALUES (1)",
    };
    for (size_t i = 0; i < 2; i++) {
        calx_engine *engine = engine_of_one("sqlite://", CALX_POOL_RESET_SMART);
        calx_connection *connection = connect_to(engine);
        run(connection, "CREATE TABLE t (x)");
        ok(connection, calx_connection_execute_script(connection, left[i], NULL));
        ok(connection, calx_connection_commit(connection));
        calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
        options.read_only = CALX_SWITCH_ON;
        ok(connection, calx_connection_execution_options(connection, &options));
        assert_int_equal(number(connection, "SELECT count(*) FROM t"), 0);
        calx_connection_close(connection);
        connection = connect_to(engine);
        assert_int_equal(number(connection, "SELECT count(*) FROM t"), 0);
        assert_int_equal(number(connection, "SELECT count(*) FROM temp.sqlite_master"), 0);
        assert_int_equal(number(connection, "SELECT foreign_keys FROM pragma_foreign_keys"), 1);
        calx_connection_close(connection);
        calx_engine_free(engine);
    }
}

static void a_smart_reset_puts_back_what_a_file_is_used_with(void **state)
{
    (void)state;
    calx_shows("ENG-177");
    static const char *const changes[][2] = {
        { "PRAGMA read_uncommitted = 1", "PRAGMA read_uncommitted" },
        { "PRAGMA journal_size_limit = 7", "PRAGMA journal_size_limit" },
        { "PRAGMA mmap_size = 65536", "PRAGMA mmap_size" },
        { "PRAGMA max_page_count = 5000", "PRAGMA max_page_count" },
    };
    calx_engine *engine = engine_of_one(calx_test_url(), CALX_POOL_RESET_SMART);
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        calx_connection *connection = connect_to(engine);
        int64_t before = number(connection, changes[i][1]);
        run(connection, changes[i][0]);
        assert_int_not_equal(number(connection, changes[i][1]), before);
        calx_connection_close(connection);
        connection = connect_to(engine);
        assert_int_equal(number(connection, changes[i][1]), before);
        calx_connection_close(connection);
    }
    calx_engine_free(engine);
}

static void a_smart_reset_gives_an_exclusive_lock_back(void **state)
{
    (void)state;
    calx_shows("ENG-177");
    calx_engine *engine = engine_of_one(calx_test_url(), CALX_POOL_RESET_SMART);
    calx_connection *connection = connect_to(engine);
    run(connection, "PRAGMA locking_mode = EXCLUSIVE");
    run(connection, "CREATE TABLE locked (x)");
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    calx_engine *other = engine_of_one(calx_test_url_with("timeout=0"), CALX_POOL_RESET_ROLLBACK);
    connection = connect_to(other);
    run(connection, "INSERT INTO locked VALUES (1)");
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    calx_engine_free(other);
    calx_engine_free(engine);
}

/* In seconds of this process, which others that are busy do not lengthen. */
static double time_of_script(calx_connection *connection, size_t statements)
{
    static const char one[] = "SELECT 'some text that takes its room in a script, again and again, "
                              "and then once more, so that going over it all can be felt';\n";
    size_t size = sizeof(one) - 1;
    char *sql = malloc(statements * size + 1);
    assert_non_null(sql);
    for (size_t i = 0; i < statements; i++)
        memcpy(sql + i * size, one, size + 1);
    clock_t begun = clock();
    ok(connection, calx_connection_execute_script(connection, sql, NULL));
    free(sql);
    return (double)(clock() - begun) / CLOCKS_PER_SEC;
}

static void a_statement_of_a_long_script_costs_no_more_than_of_a_short_one(void **state)
{
    (void)state;
    calx_shows("ENG-166");
    calx_engine *engine = engine_of_one("sqlite://", CALX_POOL_RESET_ROLLBACK);
    calx_connection *connection = connect_to(engine);
    double few = time_of_script(connection, 4000);
    double many = time_of_script(connection, 64000);
    if (many > 40 * few)
        fail_msg("16 times the statements took %g s instead of %g s", many, few);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_script_is_refused_the_settings_a_statement_is(void **state)
{
    (void)state;
    calx_shows("ENG-145");
    calx_shows("ENG-166");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    calx_script_report report = CALX_SCRIPT_REPORT_INIT;
    assert_int_equal(calx_connection_execute_script(
                         connection,
                         "SELECT 1; -- a remark\n /* and one */ ; PRAGMA foreign_keys = off",
                         &report),
                     CALX_E_STATE);
    assert_int_equal(report.done, 1);
    assert_int_equal(report.failed, 2);
    calx_free(report.counts);
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(number(connection, "SELECT foreign_keys FROM pragma_foreign_keys"), 1);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

/* ---- what was promised stays so ---- */

/* Each would switch a promise off, and SQLite carries it out while it compiles it. */
static const char *const lifting[] = {
    "PRAGMA query_only = 0",
    "PRAGMA main.query_only(off)",
    "pragma \"query_only\" = false",
    "/* a remark */ ; PRAGMA [main] . 'query_only' /* and one */ = no",
    "EXPLAIN PRAGMA query_only = 0",
    "EXPLAIN QUERY PLAN PRAGMA `query_only` = 0",
    "\xEF\xBB\xBFPRAGMA query_only = 0",
};

static calx_engine *engine_with_table(calx_connection **out_connection)
{
    calx_engine *engine = engine_of_one(calx_test_url(), CALX_POOL_RESET_ROLLBACK);
    *out_connection = connect_to(engine);
    run(*out_connection, "CREATE TABLE IF NOT EXISTS t (x)");
    ok(*out_connection, calx_connection_commit(*out_connection));
    return engine;
}

static void set_read_only(calx_connection *connection, calx_switch read_only)
{
    calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
    options.read_only = read_only;
    ok(connection, calx_connection_execution_options(connection, &options));
}

static void assert_nothing_is_written(calx_connection *connection)
{
    assert_int_equal(try_sql(connection, "INSERT INTO t VALUES (1)"), CALX_E_READ_ONLY);
    ok(connection, calx_connection_rollback(connection));
}

static void no_pragma_makes_a_read_only_transaction_write(void **state)
{
    (void)state;
    calx_shows("ENG-143");
    calx_connection *connection = NULL;
    calx_engine *engine = engine_with_table(&connection);
    set_read_only(connection, CALX_SWITCH_ON);
    for (size_t i = 0; i < sizeof(lifting) / sizeof(lifting[0]); i++) {
        for (int script = 0; script < 2; script++) {
            assert_int_equal(script ? calx_connection_execute_script(connection, lifting[i], NULL)
                                    : try_sql(connection, lifting[i]),
                             CALX_E_STATE);
            assert_non_null(strstr(calx_connection_error(connection)->message, "read_only"));
            assert_nothing_is_written(connection);
        }
    }
    /* What follows another statement is not so much as compiled. */
    assert_int_equal(try_sql(connection, "SELECT 1; PRAGMA query_only = 0"), CALX_E_ARGUMENT);
    assert_nothing_is_written(connection);
    assert_int_equal(number(connection, "PRAGMA query_only"), 1);
    ok(connection, calx_connection_rollback(connection));
    set_read_only(connection, CALX_SWITCH_OFF);
    run(connection, "INSERT INTO t VALUES (1)");
    calx_connection_close(connection);
    calx_engine_free(engine);
}

/* In a transaction that may write it is allowed; kept, it is compiled again in the next one. */
static void a_pragma_of_before_changes_no_later_transaction(void **state)
{
    (void)state;
    calx_shows("ENG-143");
    for (size_t i = 0; i < sizeof(lifting) / sizeof(lifting[0]); i++) {
        calx_connection *connection = NULL;
        calx_engine *engine = engine_with_table(&connection);
        calx_statement *kept = calx_text_statement(lifting[i]);
        ok(connection, calx_connection_execute(connection, kept, NULL));
        run(connection, "INSERT INTO t VALUES (1)");
        ok(connection, calx_connection_rollback(connection));
        set_read_only(connection, CALX_SWITCH_ON);
        assert_int_equal(calx_connection_execute(connection, kept, NULL), CALX_E_STATE);
        assert_nothing_is_written(connection);
        for (int transaction = 0; transaction < 2; transaction++)
            assert_nothing_is_written(connection);
        calx_statement_free(kept);
        calx_connection_close(connection);
        calx_engine_free(engine);
    }
}

/* A listener's SQL is none of the checks' business, but the next transaction is as it was asked. */
static calx_status lift(void *context, calx_event_details *details)
{
    bool *armed = context;
    if (!*armed || details->native == NULL)
        return CALX_OK;
    *armed = false;
    return sqlite3_exec(details->native, "PRAGMA query_only = 0", NULL, NULL, NULL) == SQLITE_OK
               ? CALX_OK
               : CALX_E_INTERNAL;
}

static void each_transaction_begins_as_it_was_asked_for(void **state)
{
    (void)state;
    calx_shows("ENG-143");
    calx_shows("ENG-138");
    bool armed = false;
    calx_connection *connection = NULL;
    calx_engine *engine = engine_with_table(&connection);
    calx_listener listener = CALX_LISTENER_INIT;
    listener.function = lift;
    listener.context = &armed;
    assert_int_equal(calx_engine_listen(engine, CALX_EVENT_COMMIT, &listener), CALX_OK);
    calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
    options.read_only = CALX_SWITCH_ON;
    options.isolation_level = "READ UNCOMMITTED";
    ok(connection, calx_connection_execution_options(connection, &options));
    run(connection, "PRAGMA cache_size = 77");
    run(connection, "PRAGMA read_uncommitted = 0");
    armed = true;
    ok(connection, calx_connection_commit(connection));
    assert_false(armed);
    assert_int_equal(number(connection, "SELECT query_only + read_uncommitted FROM "
                                        "pragma_query_only, pragma_read_uncommitted"),
                     2);
    assert_nothing_is_written(connection);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void foreign_keys_stay_as_the_url_has_them(void **state)
{
    (void)state;
    calx_shows("ENG-145");
    static const char *const changes[] = {
        "PRAGMA foreign_keys = 0",           "PRAGMA \"foreign_keys\" = 0",
        "PRAGMA temp.foreign_keys(off)",     "EXPLAIN PRAGMA foreign_keys = 0",
        "\xEF\xBB\xBFPRAGMA foreign_keys=0", "PRAGMA temp.[synchronous] = off",
        "SELECT 1;PRAGMA foreign_keys = 0",
    };
    static const char *const levels[] = { NULL, "AUTOCOMMIT" };
    calx_engine *engine = engine_of_one(calx_test_url(), CALX_POOL_RESET_ROLLBACK);
    for (size_t i = 0; i < 2 * sizeof(changes) / sizeof(changes[0]); i++) {
        calx_connection *connection = connect_with(engine, CALX_SWITCH_UNSET, levels[i % 2]);
        bool two = strchr(changes[i / 2], ';') != NULL;
        assert_int_equal(try_sql(connection, changes[i / 2]), two ? CALX_E_ARGUMENT : CALX_E_STATE);
        calx_connection_close(connection);
        connection = connect_to(engine);
        assert_int_equal(number(connection, "PRAGMA foreign_keys"), 1);
        calx_connection_close(connection);
    }
    calx_engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_smart_reset_undoes_what_a_rollback_leaves),
        cmocka_unit_test(a_read_only_user_leaves_nobody_read_only),
        cmocka_unit_test(a_smart_reset_keeps_a_database_in_memory),
        cmocka_unit_test(a_smart_reset_puts_back_what_a_file_is_used_with),
        cmocka_unit_test(a_smart_reset_gives_an_exclusive_lock_back),
        cmocka_unit_test(a_statement_of_a_long_script_costs_no_more_than_of_a_short_one),
        cmocka_unit_test(a_script_is_refused_the_settings_a_statement_is),
        cmocka_unit_test(no_pragma_makes_a_read_only_transaction_write),
        cmocka_unit_test(a_pragma_of_before_changes_no_later_transaction),
        cmocka_unit_test(each_transaction_begins_as_it_was_asked_for),
        cmocka_unit_test(foreign_keys_stay_as_the_url_has_them),
    };
    return CALX_RUN("sqlite_reset", tests);
}
