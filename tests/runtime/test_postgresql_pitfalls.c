/*
 * What libpq does that a careful user has to know: results that are no results, calls that lose
 * some, texts that live in what changes, and what a forked child must leave alone.
 */
#include "engine_fixture.h"
#include "support/server.h"

#include "base/error.h"
#include "driver/postgresql/postgresql.h"
#include "engine/cursor.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void kill_session(int64_t pid)
{
    char sql[128];
    snprintf(sql, sizeof(sql), "SELECT pg_terminate_backend(%lld, 5000)::int", (long long)pid);
    assert_int_equal(server_number(sql), 1);
}

static void a_missing_result_has_a_reason(void **state)
{
    (void)state;
    calx_shows("LIM-01");
    calx_driver_config *config = NULL;
    calx_driver_connection *connection = NULL;
    calx_driver_statement *statement = NULL;
    calx_url url = CALX_URL_INIT;
    bool row = false;
    const calx_driver *driver = &calx_driver_postgresql;
    assert_int_equal(calx_url_parse(calx_test_url(), &url, NULL), CALX_OK);
    assert_int_equal(driver->configure(&url, &config, NULL), CALX_OK);
    assert_int_equal(driver->connect(config, INT64_MAX, &connection, NULL), CALX_OK);
    assert_int_equal(driver->prepare(connection, "SELECT 1", 8, &statement), CALX_OK);
    assert_int_equal(driver->execute(statement, NULL, 0, &row), CALX_OK);
    driver->reset(statement);
    PGconn *conn = ((calx_postgresql_connection *)connection)->conn;
    kill_session(PQbackendPID(conn));
    /* The first finds out; from then on nothing is sent at all, and there is no result to ask. */
    for (int i = 0; i < 3; i++) {
        assert_int_equal(driver->execute(statement, NULL, 0, &row), CALX_E_DISCONNECT);
        assert_true(connection->error.flags & CALX_ERROR_DISCONNECT);
        assert_true(connection->error.message[0] != '\0');
        driver->reset(statement);
    }
    assert_null(PQexec(conn, "SELECT 1"));
    assert_int_equal(driver->control(connection, CALX_DRIVER_ROLLBACK, 0), CALX_E_DISCONNECT);
    driver->finalize(statement);
    driver->close(connection);
    driver->config_free(config);
    calx_url_clear(&url);
}

static void no_result_is_lost_to_another_statement(void **state)
{
    (void)state;
    calx_shows("LIM-06");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    calx_statement *statement = calx_text_statement("SELECT generate_series(1, 1000)");
    calx_result *result = NULL;
    int64_t value = 0, sum = 0;
    bool row = true;
    run(connection, "CREATE TABLE t (x INTEGER)");
    ok(connection, calx_connection_execute(connection, statement, &result));
    /* One statement after the other between the rows; none of them drops what is on its way. */
    for (int i = 0; row; i++) {
        assert_int_equal(calx_result_next(result, &row), CALX_OK);
        if (row)
            assert_int_equal(calx_result_int64(result, 0, &value), CALX_OK);
        sum += row ? value : 0;
        if (i % 100 == 5)
            assert_int_equal(number(connection, "SELECT 7"), 7);
        if (i % 100 == 6)
            run(connection, "INSERT INTO t VALUES (1)");
    }
    assert_int_equal(sum, 500500);
    calx_result_free(result);
    calx_statement_free(statement);
    /* Several in one text would answer for the last only; a COPY would be ended silently. */
    assert_int_equal(try_sql(connection, "SELECT 1; SELECT 2"), CALX_E_ARGUMENT);
    ok(connection, calx_connection_rollback(connection));
    run(connection, "CREATE TABLE t (x INTEGER)");
    assert_int_equal(try_sql(connection, "COPY t FROM STDIN"), CALX_E_UNSUPPORTED);
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(number(connection, "SELECT 1"), 1);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_child_that_exits_properly_takes_nothing_along(void **state)
{
    (void)state;
    calx_shows("LIM-09");
    calx_shows("ENG-099");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    calx_connection *idle = connect_to(engine);
    int64_t pid = number(idle, "SELECT pg_backend_pid()");
    ok(idle, calx_connection_rollback(idle));
    calx_connection_close(idle);
    run(connection, "INSERT INTO users (name) VALUES ('ed')");
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        calx_connection_close(connection);
        calx_engine_free(engine);
        exit(0); /* with whatever libraries do then */
    }
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    ok(connection, calx_connection_commit(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 1);
    idle = connect_to(engine);
    assert_int_equal(number(idle, "SELECT pg_backend_pid()"), pid);
    calx_connection_close(idle);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void what_was_told_stays_true(void **state)
{
    (void)state;
    calx_shows("LIM-12");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    run(connection, "INSERT INTO users (name) VALUES ('ed'), ('al')");
    calx_statement *statement = calx_text_statement("SELECT name, current_setting('TimeZone') "
                                                    "FROM users ORDER BY name");
    calx_result *result = NULL;
    const char *name = NULL, *zone = NULL;
    bool row = false;
    ok(connection, calx_connection_execute(connection, statement, &result));
    assert_int_equal(calx_result_next(result, &row), CALX_OK);
    assert_int_equal(calx_result_text(result, 0, &name), CALX_OK);
    assert_int_equal(calx_result_text(result, 1, &zone), CALX_OK);
    /* A row outlives what else its connection does, ... */
    run(connection, "SET TimeZone = 'Asia/Kathmandu'");
    ok(connection, calx_connection_begin_nested(connection));
    assert_int_equal(try_sql(connection, "INSERT INTO users (name) VALUES ('ed')"), CALX_E_UNIQUE);
    assert_string_equal(name, "al");
    assert_string_equal(zone, "UTC");
    /* ... and an error what libpq has to say later. */
    calx_error kept = CALX_ERROR_INIT;
    const calx_error *error = calx_connection_error(connection);
    assert_non_null(strstr(error->message, "users_name_key"));
    calx_error_move(&kept, calx_connection_error_slot(connection));
    assert_int_equal(try_sql(connection, "SELECT 1"), CALX_E_TX_ABORTED);
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(try_sql(connection, "SELECT nowhere"), CALX_E_NO_OBJECT);
    assert_non_null(strstr(kept.message, "users_name_key"));
    assert_string_equal(kept.sqlstate, "23505");
    assert_string_equal(calx_error_tell(&kept, CALX_ERROR_FACT_CONSTRAINT), "users_name_key");
    calx_error_clear(&kept);
    calx_result_free(result);
    calx_statement_free(statement);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_result_has_a_reason),
        cmocka_unit_test(no_result_is_lost_to_another_statement),
        cmocka_unit_test(a_child_that_exits_properly_takes_nothing_along),
        cmocka_unit_test(what_was_told_stays_true),
    };
    return CALX_RUN("postgresql_pitfalls", tests);
}
