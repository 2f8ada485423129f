/*
 * Scripts: several statements in one text, what each did, and what is told when one of them fails.
 */
#include "engine_fixture.h"
#include "support/ration.h"

#include <calx/script.h>

#include <string.h>

static const char good_script[] = "-- a comment; with a semicolon\n"
                                  "CREATE TABLE s (x INTEGER, t TEXT);\n"
                                  ";;\n"
                                  "INSERT INTO s VALUES (1, 'a;b'), (2, 'c');\n"
                                  "UPDATE s SET x = x + 1 /* all; of them */;\n"
                                  "SELECT x FROM s;\n"
                                  "DELETE FROM s WHERE x = 2\n"
                                  "-- the end\n";

static void each_statement_tells_what_it_did(void **state)
{
    (void)state;
    calx_shows("ENG-166");
    static const int64_t counts[] = { 0, 2, 2, 2, 1 };
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    calx_script_report report = CALX_SCRIPT_REPORT_INIT;
    ok(connection, calx_connection_execute_script(connection, good_script, &report));
    assert_int_equal(report.done, 5);
    assert_int_equal(report.failed, 0);
    assert_memory_equal(report.counts, counts, sizeof(counts));
    calx_free(report.counts);
    assert_true(calx_connection_in_transaction(connection));
    ok(connection, calx_connection_commit(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM s"), 1);
    ok(connection, calx_connection_execute_script(connection, "DROP TABLE s", NULL));
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void the_number_of_the_statement_that_failed_is_told(void **state)
{
    (void)state;
    calx_shows("ENG-166");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    calx_script_report report = CALX_SCRIPT_REPORT_INIT;
    static const char script[] = "INSERT INTO users (id, name) VALUES (1, 'a');"
                                 "UPDATE users SET age = 3;"
                                 "INSERT INTO users (id, name) VALUES (2, 'a');"
                                 "DELETE FROM users";
    assert_int_equal(calx_connection_execute_script(connection, script, &report), CALX_E_UNIQUE);
    const calx_error *error = calx_connection_error(connection);
    assert_int_equal(strncmp(error->message, "statement 3 of the script: ", 27), 0);
    assert_string_equal(error->statement, script);
    assert_int_equal(report.done, 2);
    assert_int_equal(report.failed, 3);
    assert_int_equal(report.counts[0], 1);
    assert_int_equal(report.counts[1], 1);
    calx_free(report.counts);
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 0);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void the_place_of_an_error_tells_its_statement(void **state)
{
    (void)state;
    calx_shows("ENG-166");
    static const struct {
        const char *sql;
        size_t done, failed;
    } cases[] = {
        { "SELECT 1; SELECT 2; SELEC 3", 0, 3 },
        { "SELECT '\u00fc;\u00fc'; SELECT 2;\n/* ; */ SELEC 3; SELECT 4", 0, 3 },
        { "SELECT 1; SELECT (", 0, 2 },
        { "SELECT 1; SELECT 1/0", 0, 2 },
        { "SELECT 1; COMMIT; SELECT 2; SELECT * FROM nowhere", 2, 4 },
    };
    calx_execution_options autocommit = CALX_EXECUTION_OPTIONS_INIT;
    autocommit.isolation_level = "AUTOCOMMIT";
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    ok(connection, calx_connection_execution_options(connection, &autocommit));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        calx_script_report report = CALX_SCRIPT_REPORT_INIT;
        assert_int_not_equal(calx_connection_execute_script(connection, cases[i].sql, &report),
                             CALX_OK);
        assert_int_equal(report.done, cases[i].done);
        assert_int_equal(report.failed, cases[i].failed);
        calx_free(report.counts);
        ok(connection, calx_connection_rollback(connection));
    }
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void what_cannot_be_read_is_told_likewise(void **state)
{
    (void)state;
    calx_shows("ENG-166");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    calx_script_report report = CALX_SCRIPT_REPORT_INIT;
    calx_script_report other = { 0 };
    assert_int_equal(calx_connection_execute_script(connection, "SELEC 1", &report), CALX_E_SYNTAX);
    assert_int_equal(report.done, 0);
    assert_int_equal(report.failed, 1);
    assert_null(report.counts);
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(calx_connection_execute_script(connection, NULL, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_connection_execute_script(connection, "SELECT 1", &other),
                     CALX_E_ARGUMENT);
    ok(connection, calx_connection_execute_script(connection, " -- nothing\n ; ", &report));
    assert_int_equal(report.done, 0);
    assert_int_equal(report.failed, 0);
    run(connection, "SELECT 1");
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void rows_end_and_statements_prepared_before_go_on(void **state)
{
    (void)state;
    calx_shows("ENG-166");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    calx_statement *statement = calx_text_statement("SELECT * FROM users");
    calx_result *result = NULL;
    bool row = false;
    run(connection, "INSERT INTO users (id, name) VALUES (1, 'a')");
    run(connection, "INSERT INTO users (id, name) VALUES (2, 'b')");
    ok(connection, calx_connection_execute(connection, statement, &result));
    assert_int_equal(calx_result_next(result, &row), CALX_OK);
    ok(connection, calx_connection_execute_script(
                       connection, "ALTER TABLE users ADD extra INTEGER; DELETE FROM users", NULL));
    calx_result_free(result);
    ok(connection, calx_connection_execute(connection, statement, &result));
    assert_int_equal(calx_result_column_count(result), 5);
    assert_int_equal(calx_result_next(result, &row), CALX_OK);
    assert_false(row);
    calx_result_free(result);
    calx_statement_free(statement);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_script_may_end_its_transaction(void **state)
{
    (void)state;
    calx_shows("ENG-166");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    ok(connection, calx_connection_execute_script(
                       connection, "INSERT INTO users (id, name) VALUES (1, 'a'); COMMIT", NULL));
    assert_false(calx_connection_in_transaction(connection));
    run(connection, "DELETE FROM users");
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 1);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void what_a_script_leaves_in_the_session_is_undone(void **state)
{
    (void)state;
    calx_shows("ENG-177");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_reset_on_return = CALX_POOL_RESET_SMART;
    calx_engine *engine = new_engine(calx_test_url(), &options);
    calx_connection *connection = connect_to(engine);
    ok(connection,
       calx_connection_execute_script(
           connection, "SET work_mem = '7MB'; SELECT pg_advisory_lock(7); LISTEN c", NULL));
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    connection = connect_to(engine);
    assert_int_equal(
        number(connection,
               "SELECT ((SELECT count(*) FROM pg_settings WHERE name = 'work_mem' AND setting = "
               "'7168') + (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = "
               "pg_backend_pid()) + (SELECT count(*) FROM pg_listening_channels()))::bigint"),
        0);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void copy_has_no_place_in_a_script(void **state)
{
    (void)state;
    calx_shows("ENG-169");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    calx_script_report report = CALX_SCRIPT_REPORT_INIT;
    assert_int_equal(calx_connection_execute_script(
                         connection, "SELECT 1; COPY users FROM STDIN; SELECT 2", &report),
                     CALX_E_UNSUPPORTED);
    assert_int_equal(report.failed, 2);
    calx_free(report.counts);
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 0);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void missing_memory_for_a_script_is_survived(void **state)
{
    (void)state;
    calx_shows("ENG-166");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    calx_status status = CALX_E_NOMEM;
    for (long allocations = 0; status == CALX_E_NOMEM; allocations++) {
        ration account;
        calx_script_report report = CALX_SCRIPT_REPORT_INIT;
        assert_true(ration_start(&account, allocations));
        status = calx_connection_execute_script(
            connection, "INSERT INTO users (id, name) VALUES (1, 'a'); SELECT 1", &report);
        calx_free(report.counts);
        (void)ration_stop(&account);
        if (status != CALX_OK)
            ok(connection, calx_connection_rollback(connection));
    }
    ok(connection, status);
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 1);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_statement_tells_what_it_did),
        cmocka_unit_test(the_number_of_the_statement_that_failed_is_told),
        cmocka_unit_test(what_cannot_be_read_is_told_likewise),
        cmocka_unit_test(rows_end_and_statements_prepared_before_go_on),
        cmocka_unit_test(a_script_may_end_its_transaction),
        CALX_POSTGRESQL(the_place_of_an_error_tells_its_statement),
        CALX_POSTGRESQL(what_a_script_leaves_in_the_session_is_undone),
        CALX_POSTGRESQL(copy_has_no_place_in_a_script),
        cmocka_unit_test(missing_memory_for_a_script_is_survived),
    };
    return CALX_RUN("script", tests);
}
