/*
 * Prepared statements whose tables or names change under them, ones the server cannot find types
 * for, and a URL that forbids names: what the application sees of it, which is nothing if possible.
 */
#include "postgresql_line.h"

static const char names[] = "SELECT count(*) FROM pg_prepared_statements WHERE NOT from_sql";

/* A change by somebody else, which the connection is not told of. */
static void elsewhere(line *opened, const char *sql)
{
    line other = open_line();
    (void)opened;
    must(&other, run(&other, sql));
    close_line(&other);
}

/* A statement that has run once, over a table with one column that is given one more. */
static calx_driver_statement *stale(line *opened)
{
    bool row = false;
    must(opened, run(opened, "CREATE TABLE t (a INTEGER)"));
    must(opened, run(opened, "INSERT INTO t VALUES (1)"));
    calx_driver_statement *statement = prepare(opened, "SELECT * FROM t");
    must(opened, opened->driver->execute(statement, NULL, 0, &row));
    assert_int_equal(opened->driver->column_count(statement), 1);
    opened->driver->reset(statement);
    elsewhere(opened, "ALTER TABLE t ADD b TEXT");
    return statement;
}

static void a_changed_table_is_not_noticed_where_nothing_can_be_lost(void **state)
{
    (void)state;
    calx_shows("ENG-161");
    for (int begun = 0; begun < 2; begun++) {
        for (int how = CALX_DRIVER_ROWS_ALL; how <= CALX_DRIVER_ROWS_STREAM; how++) {
            line opened = open_line();
            bool row = false;
            calx_driver_statement *statement = stale(&opened);
            if (begun)
                begin(&opened);
            opened.driver->rows(statement, (calx_driver_rows)how);
            must(&opened, opened.driver->execute(statement, NULL, 0, &row));
            assert_true(row);
            assert_int_equal(opened.driver->column_count(statement), 2);
            assert_int_equal(opened.connection->in_transaction, begun);
            opened.driver->finalize(statement);
            must(&opened, run(&opened, "DROP TABLE t"));
            if (begun)
                must(&opened, opened.driver->control(opened.connection, CALX_DRIVER_COMMIT, 0));
            close_line(&opened);
        }
    }
}

static void a_changed_table_within_a_transaction_is_stale_once(void **state)
{
    (void)state;
    calx_shows("ENG-161");
    line opened = open_line();
    bool row = false;
    calx_driver_statement *statement = stale(&opened);
    begin(&opened);
    must(&opened, run(&opened, "INSERT INTO t VALUES (2)"));
    assert_int_equal(opened.driver->execute(statement, NULL, 0, &row), CALX_E_STALE_PLAN);
    assert_string_equal(opened.connection->error.sqlstate, "0A000");
    assert_true(opened.connection->error.flags & CALX_ERROR_ROLLBACK_ONLY);
    assert_non_null(strstr(opened.connection->error.message, "roll back"));
    assert_int_equal(run(&opened, "SELECT 1"), CALX_E_TX_ABORTED);
    rollback(&opened);
    begin(&opened);
    assert_int_equal(number(&opened, "SELECT count(*) FROM t"), 1);
    must(&opened, opened.driver->execute(statement, NULL, 0, &row));
    assert_int_equal(opened.driver->column_count(statement), 2);
    opened.driver->finalize(statement);
    close_line(&opened);
}

static void a_stream_over_a_changed_table_is_opened_anew(void **state)
{
    (void)state;
    line opened = open_line();
    bool row = false;
    calx_driver_statement *statement = stale(&opened);
    begin(&opened);
    must(&opened, run(&opened, "INSERT INTO t VALUES (2, 'x')"));
    opened.driver->rows(statement, CALX_DRIVER_ROWS_STREAM);
    must(&opened, opened.driver->execute(statement, NULL, 0, &row));
    assert_int_equal(opened.driver->column_count(statement), 2);
    assert_true(opened.connection->in_transaction);
    opened.driver->finalize(statement);
    assert_int_equal(number(&opened, "SELECT count(*) FROM t"), 2);
    close_line(&opened);
}

static void changes_of_ones_own_make_no_statement_stale(void **state)
{
    (void)state;
    calx_shows("ENG-161");
    line opened = open_line();
    bool row = false;
    must(&opened, run(&opened, "CREATE TABLE t (a INTEGER)"));
    calx_driver_statement *statement = prepare(&opened, "SELECT * FROM t");
    begin(&opened);
    must(&opened, opened.driver->execute(statement, NULL, 0, &row));
    must(&opened, opened.driver->control(opened.connection, CALX_DRIVER_SAVEPOINT, 1));
    must(&opened, run(&opened, "ALTER TABLE t ADD b TEXT"));
    must(&opened, opened.driver->execute(statement, NULL, 0, &row));
    assert_int_equal(opened.driver->column_count(statement), 2);
    must(&opened, opened.driver->control(opened.connection, CALX_DRIVER_ROLLBACK_TO, 1));
    must(&opened, opened.driver->execute(statement, NULL, 0, &row));
    assert_int_equal(opened.driver->column_count(statement), 1);
    must(&opened, run(&opened, "ALTER TABLE t ADD b TEXT"));
    must(&opened, opened.driver->execute(statement, NULL, 0, &row));
    rollback(&opened);
    begin(&opened);
    must(&opened, run(&opened, "INSERT INTO t VALUES (1)"));
    must(&opened, opened.driver->execute(statement, NULL, 0, &row));
    assert_int_equal(opened.driver->column_count(statement), 1);
    assert_true(row);
    opened.driver->finalize(statement);
    close_line(&opened);
}

static void names_closed_by_somebody_are_made_anew(void **state)
{
    (void)state;
    calx_shows("ENG-162");
    /* The last is not told by a command's tag. */
    static const char *const ways[] = { "DEALLOCATE ALL", "DISCARD ALL",
                                        "DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$" };
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        line opened = open_line();
        bool row = false;
        calx_driver_statement *one = prepare(&opened, "SELECT 1");
        calx_driver_statement *two = prepare(&opened, "SELECT 2");
        must(&opened, opened.driver->execute(one, NULL, 0, &row));
        must(&opened, opened.driver->execute(two, NULL, 0, &row));
        must(&opened, run(&opened, ways[i]));
        begin(&opened);
        must(&opened, opened.driver->execute(one, NULL, 0, &row));
        assert_int_equal(number(&opened, "SELECT 3"), 3);
        must(&opened, opened.driver->execute(two, NULL, 0, &row));
        opened.driver->finalize(one);
        opened.driver->finalize(two);
        rollback(&opened);
        begin(&opened); /* now the names are closed */
        assert_int_equal(number(&opened, names), 1);
        close_line(&opened);
    }
}

static void a_name_lost_within_a_transaction_costs_it(void **state)
{
    (void)state;
    calx_shows("ENG-162");
    line opened = open_line();
    bool row = false;
    calx_driver_statement *statement = prepare(&opened, "SELECT 1");
    must(&opened, opened.driver->execute(statement, NULL, 0, &row));
    begin(&opened);
    must(&opened, run(&opened, "DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$"));
    assert_int_equal(opened.driver->execute(statement, NULL, 0, &row), CALX_E_STALE_PLAN);
    assert_string_equal(opened.connection->error.sqlstate, "26000");
    rollback(&opened);
    begin(&opened);
    must(&opened, opened.driver->execute(statement, NULL, 0, &row));
    opened.driver->finalize(statement);
    close_line(&opened);
}

static void rows_sent_together_are_sent_again(void **state)
{
    (void)state;
    calx_shows("ENG-161");
    line opened = open_line();
    must(&opened, run(&opened, "CREATE TABLE t (a INTEGER)"));
    calx_driver_statement *statement =
        prepare(&opened, "INSERT INTO t SELECT * FROM unnest($1::int8[]) RETURNING *");
    const calx_value rows[] = { calx_value_int64(1), calx_value_int64(2) };
    bool row = false;
    begin(&opened);
    must(&opened, opened.driver->execute_rows(statement, rows, 2, &row));
    must(&opened, opened.driver->control(opened.connection, CALX_DRIVER_COMMIT, 0));
    elsewhere(&opened, "ALTER TABLE t ADD b TEXT");
    begin(&opened);
    must(&opened, run(&opened, "INSERT INTO t VALUES (0)"));
    must(&opened, opened.driver->execute_rows(statement, rows, 2, &row));
    assert_int_equal(number(&opened, "SELECT count(*) FROM t"), 5);
    must(&opened, opened.driver->control(opened.connection, CALX_DRIVER_COMMIT, 0));
    opened.driver->finalize(statement);
    close_line(&opened);
}

static void text_is_text_where_the_server_knows_no_type(void **state)
{
    (void)state;
    calx_shows("ENG-165");
    static const struct {
        const char *sql;
        int64_t answer;
    } cases[] = {
        { "SELECT ($1 IS NULL)::int", 0 },
        { "SELECT count(*) WHERE $1 IS NOT NULL OR $1 = 'b'", 1 },
        { "SELECT octet_length($1)", 1 },
        { "SELECT ($1 = 'a')::int", 1 },
        { "SELECT length(to_json($1)::text)", 3 },
    };
    const calx_value value = calx_value_text("a");
    for (int begun = 0; begun < 3; begun++) {
        line opened = open_line();
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
            calx_value answer;
            if (begun > 0)
                begin(&opened);
            if (begun > 1)
                assert_int_equal(number(&opened, "SELECT 1"), 1);
            must(&opened, run_with(&opened, cases[i].sql, &value, CALX_VALUE_INT64, &answer));
            assert_int_equal(answer.as.int64, cases[i].answer);
            assert_int_equal(opened.connection->in_transaction, begun > 0);
            rollback(&opened);
        }
        close_line(&opened);
    }
}

static void a_null_without_a_type_is_null(void **state)
{
    (void)state;
    line opened = open_line();
    const calx_value values[] = { calx_value_null(), calx_value_int64(3), calx_value_text("x") };
    calx_driver_statement *statement = prepare(&opened, "SELECT ($1 IS NULL)::int");
    begin(&opened);
    for (size_t i = 0; i < 3; i++) {
        bool row = false;
        calx_value answer;
        const calx_value_type wanted = CALX_VALUE_INT64;
        must(&opened, opened.driver->execute(statement, &values[i], 1, &row));
        must(&opened, opened.driver->read(statement, &wanted, &answer, 1));
        assert_int_equal(answer.as.int64, i == 0);
    }
    opened.driver->finalize(statement);
    assert_int_equal(run(&opened, "SELEKT $1"), CALX_E_ARGUMENT); /* a value is missing */
    close_line(&opened);
}

static void a_text_that_cannot_be_parsed_costs_the_transaction_as_ever(void **state)
{
    (void)state;
    calx_shows("ENG-125");
    line opened = open_line();
    const calx_value value = calx_value_text("a");
    begin(&opened);
    must(&opened, opened.driver->control(opened.connection, CALX_DRIVER_SAVEPOINT, 1));
    assert_int_equal(run_with(&opened, "SELECT $1 FROM nowhere", &value, CALX_VALUE_NULL, NULL),
                     CALX_E_NO_OBJECT);
    assert_int_equal(run(&opened, "SELECT 1"), CALX_E_TX_ABORTED);
    must(&opened, opened.driver->control(opened.connection, CALX_DRIVER_ROLLBACK_TO, 1));
    assert_int_equal(number(&opened, "SELECT 1"), 1);
    close_line(&opened);
}

static void with_prepared_off_nothing_has_a_name(void **state)
{
    (void)state;
    calx_shows("ENG-163");
    line opened;
    assert_int_equal(try_open(&opened, calx_test_url_with("prepared=off")), CALX_OK);
    must(&opened, run(&opened, "CREATE TABLE t (a INTEGER, b TEXT)"));
    calx_driver_statement *insert = prepare(&opened, "INSERT INTO t VALUES ($1, $2)");
    calx_driver_statement *select = prepare(&opened, "SELECT * FROM t ORDER BY a");
    const calx_value values[] = { calx_value_int64(7), calx_value_text("x") };
    bool row = false;
    for (int i = 0; i < 3; i++) {
        begin(&opened);
        must(&opened, opened.driver->execute(insert, values, 2, &row));
        for (int how = CALX_DRIVER_ROWS_ALL; how <= CALX_DRIVER_ROWS_STREAM; how++) {
            const calx_value_type wanted[] = { CALX_VALUE_INT64, CALX_VALUE_TEXT };
            calx_value read[2];
            opened.driver->rows(select, (calx_driver_rows)how);
            must(&opened, opened.driver->execute(select, NULL, 0, &row));
            must(&opened, opened.driver->read(select, wanted, read, 2));
            assert_int_equal(read[0].as.int64, 7);
            assert_string_equal(read[1].as.span.data, "x");
        }
        assert_int_equal(number(&opened, names), 0);
        must(&opened, opened.driver->control(opened.connection, CALX_DRIVER_COMMIT, 0));
        must(&opened, run(&opened, "DISCARD ALL")); /* as a pooler does between two users */
    }
    elsewhere(&opened, "ALTER TABLE t ADD c INTEGER");
    must(&opened, opened.driver->execute(select, NULL, 0, &row));
    must(&opened, opened.driver->execute(select, NULL, 0, &row));
    assert_int_equal(opened.driver->column_count(select), 3);
    elsewhere(&opened, "ALTER TABLE t ADD d POINT");
    assert_int_equal(opened.driver->execute(select, NULL, 0, &row), CALX_E_DATA);
    assert_non_null(strstr(opened.connection->error.message, "column d"));
    must(&opened, opened.driver->execute(select, NULL, 0, &row));
    opened.driver->finalize(insert);
    opened.driver->finalize(select);
    close_line(&opened);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_changed_table_is_not_noticed_where_nothing_can_be_lost),
        cmocka_unit_test(a_changed_table_within_a_transaction_is_stale_once),
        cmocka_unit_test(a_stream_over_a_changed_table_is_opened_anew),
        cmocka_unit_test(changes_of_ones_own_make_no_statement_stale),
        cmocka_unit_test(names_closed_by_somebody_are_made_anew),
        cmocka_unit_test(a_name_lost_within_a_transaction_costs_it),
        cmocka_unit_test(rows_sent_together_are_sent_again),
        cmocka_unit_test(text_is_text_where_the_server_knows_no_type),
        cmocka_unit_test(a_null_without_a_type_is_null),
        cmocka_unit_test(a_text_that_cannot_be_parsed_costs_the_transaction_as_ever),
        cmocka_unit_test(with_prepared_off_nothing_has_a_name),
    };
    return CALX_RUN("postgresql_plans", tests);
}
