/*
 * The PostgreSQL driver by itself, through its table: what only a server can show. Texts of the
 * server are not looked at, since they may be in any language.
 */
#include "postgresql_line.h"
#include "support/log_sink.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- parameters ---- */

static void a_parameter_takes_values_of_any_class_one_after_the_other(void **state)
{
    (void)state;
    const calx_value values[] = {
        calx_value_null(),       calx_value_int64(5),         calx_value_null(),
        calx_value_text("five"), calx_value_uint64(6),        calx_value_uint64(UINT64_MAX),
        calx_value_int64(-7),    calx_value_double(0.5),      calx_value_bool(true),
        calx_value_timestamp(1), calx_value_text("and text"),
    };
    line opened = open_line();
    calx_driver_statement *statement = prepare(&opened, "SELECT $1");
    begin(&opened);
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        bool row = false;
        calx_value back;
        must(&opened, opened.driver->execute(statement, &values[i], 1, &row));
        assert_true(row);
        must(&opened, opened.driver->read(statement, &values[i].type, &back, 1));
        if (values[i].type != CALX_VALUE_NULL)
            assert_same(&values[i], &back);
    }
    rollback(&opened);
    opened.driver->finalize(statement);
    close_line(&opened);
}

static void text_is_taken_for_whatever_the_server_makes_of_it(void **state)
{
    (void)state;
    const calx_value date = calx_value_text_n("2020-02-29 and more", 10);
    calx_value value;
    line opened = open_line();
    must(&opened, run_with(&opened, "SELECT (date '2020-03-01' - $1)::int8", &date,
                           CALX_VALUE_INT64, &value));
    assert_int_equal(value.as.int64, 1);
    must(&opened, run_with(&opened, "SELECT count(*) FROM pg_class WHERE relname = $1", &date,
                           CALX_VALUE_INT64, &value));
    assert_int_equal(value.as.int64, 0);
    close_line(&opened);
}

static void statements_have_their_number_of_parameters(void **state)
{
    (void)state;
    calx_shows("ENG-164");
    calx_shows("LIM-24");
    line opened = open_line();
    const calx_value values[2] = { calx_value_int64(1), calx_value_int64(2) };
    bool row = true;
    calx_driver_statement *statement = prepare(&opened, "SELECT $2 + $1, '$3', \"$4\".x FROM "
                                                        "(SELECT 1 AS x) AS \"$4\" -- $5");
    assert_int_equal(statement->parameter_count, 2);
    assert_int_equal(opened.driver->execute(statement, values, 1, &row), CALX_E_ARGUMENT);
    must(&opened, opened.driver->execute(statement, values, 2, &row));
    assert_int_equal(opened.driver->column_count(statement), 3);
    assert_string_equal(opened.driver->column_name(statement, 2), "x");
    assert_null(opened.driver->column_name(statement, 3));
    opened.driver->finalize(statement);
    assert_int_equal(opened.driver->prepare(opened.connection, "SELECT $65536", 13, &statement),
                     CALX_E_LIMIT);
    static const char *const nothing[] = { "", " ; ", "-- a comment", "/* /* */ */ ;" };
    for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
        statement = prepare(&opened, nothing[i]);
        row = true;
        must(&opened, opened.driver->execute(statement, NULL, 0, &row));
        assert_false(row);
        opened.driver->finalize(statement);
    }
    assert_int_equal(run(&opened, "SELECT 1; SELECT 2"), CALX_E_ARGUMENT);
    assert_int_equal(run(&opened, "SELECT 1;"), CALX_OK);
    close_line(&opened);
}

static void as_many_parameters_as_the_protocol_can_count(void **state)
{
    (void)state;
    calx_shows("ENG-164");
    enum { MOST = 65535 };
    line opened = open_line();
    size_t size = 0;
    char *sql = malloc(MOST * 8 + 64);
    calx_value *values = malloc((MOST + 1) * sizeof(*values));
    assert_true(sql != NULL && values != NULL);
    size += (size_t)sprintf(sql, "SELECT 1 WHERE 7 IN ($1");
    for (int i = 2; i <= MOST; i++)
        size += (size_t)sprintf(sql + size, ", $%d", i);
    strcpy(sql + size, ")");
    for (int i = 0; i <= MOST; i++)
        values[i] = calx_value_int64(i);
    calx_driver_statement *statement = prepare(&opened, sql);
    bool row = false;
    must(&opened, opened.driver->execute(statement, values, MOST, &row));
    assert_true(row);
    assert_int_equal(opened.driver->execute(statement, values, MOST + 1, &row), CALX_E_LIMIT);
    opened.driver->finalize(statement);
    free(values);
    free(sql);
    close_line(&opened);
}

static void statements_are_prepared_once_and_closed_in_the_end(void **state)
{
    (void)state;
    static const char count[] = "SELECT count(*) FROM pg_prepared_statements";
    line opened = open_line();
    begin(&opened);
    calx_driver_statement *kept = prepare(&opened, "SELECT $1");
    for (int i = 0; i < 5; i++) {
        bool row = false;
        const calx_value value = calx_value_int64(i);
        must(&opened, opened.driver->execute(kept, &value, 1, &row));
    }
    assert_int_equal(number(&opened, count), 2); /* itself and the one */
    for (int i = 0; i < 50; i++)
        assert_int_equal(number(&opened, "SELECT 1"), 1);
    rollback(&opened);
    begin(&opened);
    assert_int_equal(number(&opened, count), 2);
    /* Somebody closes all names behind our back. */
    must(&opened, run(&opened, "DEALLOCATE ALL"));
    rollback(&opened);
    begin(&opened);
    assert_int_equal(number(&opened, count), 1);
    opened.driver->finalize(kept);
    rollback(&opened);
    close_line(&opened);
}

static void a_statement_runs_while_rows_of_another_are_read(void **state)
{
    (void)state;
    line opened = open_line();
    const calx_value_type wanted = CALX_VALUE_INT64;
    calx_driver_statement *outer = prepare(&opened, "SELECT generate_series(1, 1000)");
    bool row = false;
    int64_t sum = 0;
    must(&opened, opened.driver->execute(outer, NULL, 0, &row));
    while (row) {
        calx_value value;
        calx_value twice;
        must(&opened, opened.driver->read(outer, &wanted, &value, 1));
        must(&opened, run_with(&opened, "SELECT $1::int8 * 2", &value, CALX_VALUE_INT64, &twice));
        sum += twice.as.int64;
        must(&opened, opened.driver->next(outer, &row));
    }
    assert_int_equal(sum, 1000 * 1001);
    calx_value two[2];
    const calx_value_type both[2] = { CALX_VALUE_NULL, CALX_VALUE_NULL };
    must(&opened, opened.driver->execute(outer, NULL, 0, &row));
    assert_int_equal(opened.driver->read(outer, both, two, 2), CALX_E_STALE_PLAN);
    opened.driver->finalize(outer);
    close_line(&opened);
}

/* ---- failures ---- */

static void each_broken_rule_has_its_status_code_and_facts(void **state)
{
    (void)state;
    calx_shows("ENG-204");
    calx_shows("ENG-206");
    calx_shows("ENG-208");
    calx_shows("ENG-209");
    calx_shows("ENG-213");
    calx_shows("LIM-18");
    static const struct {
        const char *sql;
        calx_status status;
        const char *sqlstate;
        const char *constraint;
        const char *column;
    } cases[] = {
        { "INSERT INTO users (id, name) VALUES (2, 'ed')", CALX_E_UNIQUE, "23505", "one_name", "" },
        { "INSERT INTO users (id) VALUES (2)", CALX_E_NOT_NULL, "23502", "", "name" },
        { "INSERT INTO users VALUES (2, 'x', -1)", CALX_E_CHECK, "23514", "no_minus", "" },
        { "INSERT INTO users VALUES (2, 'x', 1, 9)", CALX_E_FOREIGN_KEY, "23503", "a_boss", "" },
        { "INSERT INTO users VALUES (3000000000, 'x')", CALX_E_DATA, "22003", "", "" },
        { "INSERT INTO users VALUES ('a', 'x')", CALX_E_DATA, "22P02", "", "" },
        { "SELECT 1 / 0", CALX_E_DATA, "22012", "", "" },
        { "SELECT * FROM nowhere", CALX_E_NO_OBJECT, "42P01", "", "" },
        { "SELECT nowhat FROM users", CALX_E_NO_OBJECT, "42703", "", "" },
        { "SELECT nofunction(1)", CALX_E_NO_OBJECT, "42883", "", "" },
        { "CREATE TABLE users (id INTEGER)", CALX_E_DUP_OBJECT, "42P07", "", "" },
        { "SELEKT 1", CALX_E_SYNTAX, "42601", "", "" },
        { "DO $$ BEGIN RAISE 'no'; END $$", CALX_E_USER, "P0001", "", "" },
        { "COPY users FROM STDIN", CALX_E_UNSUPPORTED, "", "", "" },
        { "COPY users TO STDOUT", CALX_E_UNSUPPORTED, "", "", "" },
        { "VACUUM", CALX_E_TX_STATE, "25001", "", "" },
        { "ROLLBACK TO nowhere", CALX_E_TX_STATE, "3B001", "", "" },
    };
    line opened = open_line();
    const calx_error *error = &opened.connection->error;
    must(&opened, run(&opened, "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL "
                               "CONSTRAINT one_name UNIQUE, age INTEGER CONSTRAINT no_minus CHECK "
                               "(age >= 0), boss INTEGER CONSTRAINT a_boss REFERENCES users)"));
    must(&opened, run(&opened, "INSERT INTO users VALUES (1, 'ed')"));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        begin(&opened);
        calx_status status = run(&opened, cases[i].sql);
        if (status != cases[i].status)
            fail_msg("%s: %s: %s", cases[i].sql, calx_status_name(status), error->message);
        assert_string_equal(error->sqlstate, cases[i].sqlstate);
        assert_string_equal(calx_error_tell(error, CALX_ERROR_FACT_CONSTRAINT),
                            cases[i].constraint);
        assert_string_equal(calx_error_tell(error, CALX_ERROR_FACT_COLUMN), cases[i].column);
        assert_true(opened.connection->in_transaction);
        rollback(&opened);
        assert_false(opened.connection->in_transaction);
    }
    assert_int_equal(number(&opened, "SELECT count(*) FROM users"), 1);
    close_line(&opened);
}

static void codes_have_their_kinds_and_flags(void **state)
{
    (void)state;
    calx_shows("ENG-205");
    calx_shows("ENG-206");
    calx_shows("ENG-207");
    calx_shows("ENG-208");
    calx_shows("ENG-209");
    calx_shows("ENG-210");
    calx_shows("ENG-211");
    calx_shows("ENG-212");
    calx_shows("ENG-213");
    enum {
        D = CALX_ERROR_DISCONNECT,
        R = CALX_ERROR_RETRY,
        U = CALX_ERROR_OUTCOME_UNKNOWN,
        X = CALX_ERROR_ROLLBACK_ONLY
    };
    static const struct {
        const char *sqlstate;
        const char *function;
        calx_status status;
        unsigned flags;
    } cases[] = {
        { "08006", NULL, CALX_E_DISCONNECT, D },
        { "08P01", NULL, CALX_E_INTERFACE, 0 },
        { "25P02", NULL, CALX_E_TX_ABORTED, X },
        { "25006", NULL, CALX_E_READ_ONLY, 0 },
        { "25P03", NULL, CALX_E_DISCONNECT, D },
        { "25001", NULL, CALX_E_TX_STATE, 0 },
        { "24000", NULL, CALX_E_TX_STATE, 0 },
        { "2D000", NULL, CALX_E_TX_STATE, 0 },
        { "34000", NULL, CALX_E_TX_STATE, 0 },
        { "3B001", NULL, CALX_E_TX_STATE, 0 },
        { "26000", NULL, CALX_E_STALE_PLAN, 0 },
        { "42P05", NULL, CALX_E_STALE_PLAN, 0 },
        { "0A000", "RevalidateCachedQuery", CALX_E_STALE_PLAN, 0 },
        { "0A000", "another", CALX_E_UNSUPPORTED, 0 },
        { "40001", NULL, CALX_E_SERIALIZATION, R | X },
        { "72000", NULL, CALX_E_SERIALIZATION, R | X },
        { "40P01", NULL, CALX_E_DEADLOCK, R | X },
        { "40003", NULL, CALX_E_DISCONNECT, D | U },
        { "40002", NULL, CALX_E_CONSTRAINT, 0 },
        { "53300", NULL, CALX_E_RESOURCE, R },
        { "53100", NULL, CALX_E_RESOURCE, 0 },
        { "54000", NULL, CALX_E_LIMIT, 0 },
        { "55P03", NULL, CALX_E_BUSY, R },
        { "55006", NULL, CALX_E_BUSY, 0 },
        { "55000", NULL, CALX_E_STATE, 0 },
        { "57P01", NULL, CALX_E_DISCONNECT, D },
        { "57P02", NULL, CALX_E_DISCONNECT, D },
        { "57P04", NULL, CALX_E_DISCONNECT, D },
        { "57P05", NULL, CALX_E_DISCONNECT, D },
        { "57P03", NULL, CALX_E_CONNECT, R },
        { "58030", NULL, CALX_E_IO, 0 },
        { "XX001", NULL, CALX_E_CORRUPT, 0 },
        { "XX000", NULL, CALX_E_INTERNAL, 0 },
        { "P0002", NULL, CALX_E_DATA, 0 },
        { "28P01", NULL, CALX_E_AUTH, 0 },
        { "42501", NULL, CALX_E_PRIVILEGE, 0 },
        { "44000", NULL, CALX_E_CHECK, 0 },
        { "23P01", NULL, CALX_E_EXCLUSION, 0 },
        { "08000", NULL, CALX_E_DISCONNECT, D },
        { "22012", NULL, CALX_E_DATA, 0 },
        { "21000", NULL, CALX_E_DATA, 0 },
        { "23502", NULL, CALX_E_NOT_NULL, 0 },
        { "23503", NULL, CALX_E_FOREIGN_KEY, 0 },
        { "23505", NULL, CALX_E_UNIQUE, 0 },
        { "23514", NULL, CALX_E_CHECK, 0 },
        { "23001", NULL, CALX_E_CONSTRAINT, 0 },
        { "27000", NULL, CALX_E_CONSTRAINT, 0 },
        { "2BP01", NULL, CALX_E_CONSTRAINT, 0 },
        { "28000", NULL, CALX_E_AUTH, 0 },
        { "0L000", NULL, CALX_E_AUTH, 0 },
        { "0P000", NULL, CALX_E_AUTH, 0 },
        { "3D000", NULL, CALX_E_NO_OBJECT, 0 },
        { "3F000", NULL, CALX_E_NO_OBJECT, 0 },
        { "42P01", NULL, CALX_E_NO_OBJECT, 0 },
        { "42703", NULL, CALX_E_NO_OBJECT, 0 },
        { "42883", NULL, CALX_E_NO_OBJECT, 0 },
        { "42704", NULL, CALX_E_NO_OBJECT, 0 },
        { "42P07", NULL, CALX_E_DUP_OBJECT, 0 },
        { "42701", NULL, CALX_E_DUP_OBJECT, 0 },
        { "42710", NULL, CALX_E_DUP_OBJECT, 0 },
        { "42P04", NULL, CALX_E_DUP_OBJECT, 0 },
        { "42P06", NULL, CALX_E_DUP_OBJECT, 0 },
        { "42601", NULL, CALX_E_SYNTAX, 0 },
        { "42804", NULL, CALX_E_SYNTAX, 0 },
        { "0A001", NULL, CALX_E_UNSUPPORTED, 0 },
        { "57014", NULL, CALX_E_TIMEOUT, 0 }, /* CALX_E_CANCELED when we sent a cancel */
        { "F0000", NULL, CALX_E_IO, 0 },
        { "XX002", NULL, CALX_E_CORRUPT, 0 },
        { "P0001", NULL, CALX_E_USER, 0 },
        { "P0000", NULL, CALX_E_DATA, 0 },
        { "39000", NULL, CALX_E_INTERNAL, 0 },
        { "HV000", NULL, CALX_E_INTERNAL, 0 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        unsigned flags = 0;
        calx_status status = calx_postgresql_status(cases[i].sqlstate, cases[i].function, &flags);
        if (status != cases[i].status || flags != cases[i].flags)
            fail_msg("%s: %s, flags %u", cases[i].sqlstate, calx_status_name(status), flags);
    }
}

static void a_failed_transaction_commits_nothing_and_says_so(void **state)
{
    (void)state;
    calx_shows("ENG-125");
    calx_shows("ENG-126");
    calx_shows("ENG-133");
    calx_shows("LIM-05");
    line opened = open_line();
    const calx_driver *driver = opened.driver;
    must(&opened, run(&opened, "CREATE TABLE t (a INTEGER)"));
    begin(&opened);
    must(&opened, run(&opened, "INSERT INTO t VALUES (1)"));
    must(&opened, driver->control(opened.connection, CALX_DRIVER_SAVEPOINT, 1));
    assert_int_equal(run(&opened, "SELECT 1 / 0"), CALX_E_DATA);
    assert_int_equal(run(&opened, "SELECT 1"), CALX_E_TX_ABORTED);
    assert_int_equal(driver->control(opened.connection, CALX_DRIVER_RELEASE, 1), CALX_E_TX_ABORTED);
    must(&opened, driver->control(opened.connection, CALX_DRIVER_ROLLBACK_TO, 1));
    assert_int_equal(number(&opened, "SELECT count(*) FROM t"), 1);
    assert_int_equal(driver->control(opened.connection, CALX_DRIVER_ROLLBACK_TO, 9),
                     CALX_E_TX_STATE);
    must(&opened, driver->control(opened.connection, CALX_DRIVER_ROLLBACK_TO, 1));
    assert_int_equal(run(&opened, "SELECT 1 / 0"), CALX_E_DATA);
    assert_int_equal(driver->control(opened.connection, CALX_DRIVER_COMMIT, 0), CALX_E_TX_ABORTED);
    assert_true(opened.connection->error.flags & CALX_ERROR_ROLLBACK_ONLY);
    assert_false(opened.connection->in_transaction);
    assert_int_equal(number(&opened, "SELECT count(*) FROM t"), 0);
    close_line(&opened);
}

static void a_killed_connection_is_known_by_its_state(void **state)
{
    (void)state;
    calx_shows("ENG-081");
    calx_shows("LIM-02");
    calx_shows("LIM-03");
    calx_shows("LIM-04");
    for (int way = 0; way < 5; way++) {
        line opened = open_line();
        calx_status status = CALX_OK;
        if (way > 0)
            begin(&opened);
        if (way > 1) /* the server hears of a transaction with its first statement */
            must(&opened, run(&opened, "SELECT 1"));
        kill_backend(backend(&opened));
        if (way == 0)
            status = opened.driver->probe(opened.connection);
        else if (way <= 2)
            status = run(&opened, "SELECT 1");
        else if (way == 3)
            status = opened.driver->control(opened.connection, CALX_DRIVER_COMMIT, 0);
        else
            status = opened.driver->clean(opened.connection);
        assert_int_equal(status, CALX_E_DISCONNECT);
        assert_int_equal(opened.connection->error.status, CALX_E_DISCONNECT);
        assert_true(opened.connection->error.flags & CALX_ERROR_DISCONNECT);
        assert_false(opened.connection->in_transaction);
        assert_int_equal(run(&opened, "SELECT 1"), CALX_E_DISCONNECT);
        close_line(&opened);
    }
}

static void a_probe_of_a_living_connection_changes_nothing(void **state)
{
    (void)state;
    line opened = open_line();
    must(&opened, opened.driver->probe(opened.connection));
    begin(&opened);
    must(&opened, opened.driver->probe(opened.connection));
    assert_true(opened.connection->in_transaction);
    must(&opened, opened.driver->clean(opened.connection));
    assert_false(opened.connection->in_transaction);
    close_line(&opened);
}

static void *interrupt_soon(void *context)
{
    line *opened = context;
    char sql[128];
    snprintf(sql, sizeof(sql),
             "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND pid = %d",
             backend(opened));
    while (server_number(sql) < 1)
        continue;
    opened->driver->interrupt(opened->connection);
    return NULL;
}

static void an_interrupted_statement_is_cancelled_and_a_slow_one_late(void **state)
{
    (void)state;
    calx_shows("ENG-173");
    calx_shows("ENG-212");
    line opened = open_line();
    pthread_t thread;
    assert_int_equal(server_number("SELECT 1"), 1); /* the shared connection is there */
    assert_int_equal(pthread_create(&thread, NULL, interrupt_soon, &opened), 0);
    assert_int_equal(run(&opened, "SELECT pg_sleep(60)"), CALX_E_CANCELED);
    pthread_join(thread, NULL);
    assert_int_equal(number(&opened, "SELECT 1"), 1);
    must(&opened, run(&opened, "SET statement_timeout = 20"));
    opened.driver->interrupt(opened.connection); /* nothing runs: no word about what comes later */
    assert_int_equal(number(&opened, "SELECT 1"), 1);
    assert_int_equal(run(&opened, "SELECT pg_sleep(60)"), CALX_E_TIMEOUT);
    must(&opened, run(&opened, "SET statement_timeout = 0"));
    close_line(&opened);
}

static void notices_are_logged_and_nothing_else(void **state)
{
    (void)state;
    calx_shows("LIM-10");
    log_sink sink;
    log_sink_init(&sink);
    const calx_logger logger = { log_sink_line, &sink, CALX_LOG_DEBUG, "calx.engine" };
    line opened;
    assert_int_equal(try_configure(&opened, calx_test_url()), CALX_OK);
    opened.config->logger = &logger;
    assert_int_equal(opened.driver->connect(opened.config, CALX_DEADLINE_NONE, &opened.connection,
                                            &opened.error),
                     CALX_OK);
    must(&opened, run(&opened, "DO $$ BEGIN RAISE NOTICE 'look'; RAISE WARNING 'beware'; END $$"));
    assert_int_equal(log_sink_count(&sink, ""), 2);
    assert_string_equal(sink.lines[0].text, "NOTICE 00000: look");
    assert_int_equal(sink.lines[0].level, CALX_LOG_INFO);
    assert_string_equal(sink.lines[1].text, "WARNING 01000: beware");
    assert_int_equal(sink.lines[1].level, CALX_LOG_WARNING);
    rollback(&opened); /* nothing to roll back, so nothing is sent and nothing answered */
    assert_int_equal(log_sink_count(&sink, ""), 2);
    close_line(&opened);
    log_sink_clear(&sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_parameter_takes_values_of_any_class_one_after_the_other),
        cmocka_unit_test(text_is_taken_for_whatever_the_server_makes_of_it),
        cmocka_unit_test(statements_have_their_number_of_parameters),
        cmocka_unit_test(as_many_parameters_as_the_protocol_can_count),
        cmocka_unit_test(statements_are_prepared_once_and_closed_in_the_end),
        cmocka_unit_test(a_statement_runs_while_rows_of_another_are_read),
        cmocka_unit_test(each_broken_rule_has_its_status_code_and_facts),
        cmocka_unit_test(codes_have_their_kinds_and_flags),
        cmocka_unit_test(a_failed_transaction_commits_nothing_and_says_so),
        cmocka_unit_test(a_killed_connection_is_known_by_its_state),
        cmocka_unit_test(a_probe_of_a_living_connection_changes_nothing),
        cmocka_unit_test(an_interrupted_statement_is_cancelled_and_a_slow_one_late),
        cmocka_unit_test(notices_are_logged_and_nothing_else),
    };
    return CALX_RUN("postgresql", tests);
}
