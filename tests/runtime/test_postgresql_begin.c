/*
 * BEGIN and the first statement of a transaction, which go to the server together: what the server
 * saw is asked of another connection, and every statement that may come first is tried as such.
 */
#include "postgresql_line.h"

/* What the server says the connection is doing. */
static bool server_sees(line *opened, const char *state)
{
    char sql[160];
    snprintf(sql, sizeof(sql),
             "SELECT count(*) FROM pg_stat_activity WHERE pid = %d AND state = '%s'",
             backend(opened), state);
    return server_number(sql) == 1;
}

static calx_status control(line *opened, calx_driver_control what, unsigned serial)
{
    return opened->driver->control(opened->connection, what, serial);
}

static calx_status execute(line *opened, calx_driver_statement *statement)
{
    bool row = false;
    return opened->driver->execute(statement, NULL, 0, &row);
}

static void a_transaction_reaches_the_server_with_its_first_statement(void **state)
{
    (void)state;
    calx_shows("ENG-136");
    line opened = open_line();
    calx_driver_statement *one = prepare(&opened, "SELECT 1");
    for (int round = 0; round < 3; round++) { /* from the second on it is prepared */
        begin(&opened);
        assert_true(opened.connection->in_transaction);
        assert_true(server_sees(&opened, "idle"));
        must(&opened, execute(&opened, one));
        assert_true(opened.connection->in_transaction);
        assert_true(server_sees(&opened, "idle in transaction"));
        must(&opened, execute(&opened, one));
        must(&opened, control(&opened, CALX_DRIVER_COMMIT, 0));
        assert_false(opened.connection->in_transaction);
        assert_true(server_sees(&opened, "idle"));
    }
    opened.driver->finalize(one);
    close_line(&opened);
}

static void a_transaction_without_statements_ends_where_it_began(void **state)
{
    (void)state;
    line opened = open_line();
    begin(&opened);
    must(&opened, control(&opened, CALX_DRIVER_COMMIT, 0));
    assert_false(opened.connection->in_transaction);
    begin(&opened);
    rollback(&opened);
    assert_false(opened.connection->in_transaction);
    begin(&opened);
    must(&opened, opened.driver->clean(opened.connection));
    assert_false(opened.connection->in_transaction);
    must(&opened, run(&opened, "SELECT 1")); /* outside of any */
    assert_true(server_sees(&opened, "idle"));
    close_line(&opened);
}

static void what_came_first_is_undone_with_the_rest(void **state)
{
    (void)state;
    static const char *const firsts[] = {
        "INSERT INTO t VALUES (1)",
        "  insert INTO t VALUES (1) RETURNING a",
        "WITH w AS (INSERT INTO t VALUES (1) RETURNING a) SELECT a FROM w",
        "/* a remark */ INSERT INTO t VALUES (1)",
        "CREATE TABLE u AS SELECT 1",
        "COPY t FROM PROGRAM 'echo 1'",
        "DO $$ DECLARE i int; BEGIN INSERT INTO t VALUES (1); END $$",
    };
    line opened = open_line();
    must(&opened, run(&opened, "CREATE TABLE t (a INTEGER)"));
    for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
        calx_driver_statement *first = prepare(&opened, firsts[i]);
        for (int round = 0; round < 2; round++) {
            begin(&opened);
            must(&opened, execute(&opened, first));
            opened.driver->reset(first);
            assert_true(server_sees(&opened, "idle in transaction"));
            rollback(&opened);
            assert_int_equal(number(&opened, "SELECT count(*) FROM t"), 0);
        }
        opened.driver->finalize(first);
    }
    close_line(&opened);
}

static void a_savepoint_may_come_first(void **state)
{
    (void)state;
    line opened = open_line();
    must(&opened, run(&opened, "CREATE TABLE t (a INTEGER)"));
    begin(&opened);
    must(&opened, control(&opened, CALX_DRIVER_SAVEPOINT, 1));
    assert_true(server_sees(&opened, "idle in transaction"));
    must(&opened, run(&opened, "INSERT INTO t VALUES (1)"));
    must(&opened, control(&opened, CALX_DRIVER_ROLLBACK_TO, 1));
    must(&opened, run(&opened, "INSERT INTO t VALUES (2)"));
    must(&opened, control(&opened, CALX_DRIVER_COMMIT, 0));
    assert_int_equal(number(&opened, "SELECT sum(a) FROM t"), 2);
    close_line(&opened);
}

static void rows_of_any_kind_may_come_first(void **state)
{
    (void)state;
    static const calx_driver_rows kinds[] = { CALX_DRIVER_ROWS_ALL, CALX_DRIVER_ROWS_FLOW,
                                              CALX_DRIVER_ROWS_STREAM };
    line opened = open_line();
    calx_driver_statement *many = prepare(&opened, "SELECT generate_series(1, 1000)");
    for (size_t i = 0; i < 6; i++) {
        bool row = false;
        size_t count = 0;
        begin(&opened);
        opened.driver->rows(many, kinds[i / 2]);
        must(&opened, opened.driver->execute(many, NULL, 0, &row));
        for (; row; count++)
            must(&opened, opened.driver->next(many, &row));
        assert_int_equal(count, 1000);
        opened.driver->reset(many);
        assert_true(server_sees(&opened, "idle in transaction"));
        rollback(&opened);
    }
    opened.driver->finalize(many);
    close_line(&opened);
}

static void a_first_statement_that_fails_leaves_a_failed_transaction(void **state)
{
    (void)state;
    calx_shows("ENG-149");
    line opened = open_line();
    calx_driver_statement *wrong = prepare(&opened, "SELECT 1 / (SELECT 0)");
    for (int round = 0; round < 3; round++) {
        begin(&opened);
        assert_int_equal(execute(&opened, wrong), CALX_E_DATA);
        assert_string_equal(opened.connection->error.sqlstate, "22012");
        assert_null(strstr(opened.connection->error.message, "could not begin"));
        assert_true(opened.connection->in_transaction);
        assert_int_equal(run(&opened, "SELECT 1"), CALX_E_TX_ABORTED);
        opened.driver->reset(wrong);
        rollback(&opened);
        begin(&opened);
        assert_int_equal(run(&opened, "SELECT nothing FROM nowhere"), CALX_E_NO_OBJECT);
        assert_int_equal(run(&opened, "SELECT 1"), CALX_E_TX_ABORTED);
        assert_int_equal(control(&opened, CALX_DRIVER_COMMIT, 0), CALX_E_TX_ABORTED);
        assert_false(opened.connection->in_transaction);
    }
    opened.driver->finalize(wrong);
    close_line(&opened);
}

static void a_url_may_have_every_begin_sent_at_once(void **state)
{
    (void)state;
    calx_shows("ENG-136");
    line opened;
    assert_int_equal(try_open(&opened, calx_test_url_with("pipeline_begin=off")), CALX_OK);
    for (int round = 0; round < 2; round++) {
        begin(&opened);
        assert_true(opened.connection->in_transaction);
        assert_true(server_sees(&opened, "idle in transaction"));
        must(&opened, run(&opened, "SELECT 1"));
        rollback(&opened);
        assert_true(server_sees(&opened, "idle"));
    }
    kill_backend(backend(&opened));
    assert_int_equal(control(&opened, CALX_DRIVER_BEGIN, 0), CALX_E_DISCONNECT);
    assert_non_null(strstr(opened.connection->error.message, "could not begin"));
    assert_false(opened.connection->in_transaction);
    close_line(&opened);
    assert_int_equal(try_open(&opened, calx_test_url_with("pipeline_begin=on")), CALX_OK);
    begin(&opened);
    assert_true(server_sees(&opened, "idle"));
    close_line(&opened);
    assert_int_equal(try_configure(&opened, calx_test_url_with("pipeline_begin=maybe")),
                     CALX_E_ARGUMENT);
    assert_non_null(strstr(opened.error.message, "pipeline_begin"));
    close_line(&opened);
}

static void a_begin_that_fails_is_told_as_such(void **state)
{
    (void)state;
    calx_shows("ENG-136");
    for (int round = 0; round < 2; round++) {
        line opened = open_line();
        calx_driver_statement *one = prepare(&opened, "SELECT 1");
        if (round > 0)
            must(&opened, execute(&opened, one));
        begin(&opened);
        kill_backend(backend(&opened));
        assert_int_equal(execute(&opened, one), CALX_E_DISCONNECT);
        assert_true(opened.connection->error.flags & CALX_ERROR_DISCONNECT);
        assert_non_null(strstr(opened.connection->error.message, "could not begin"));
        assert_false(opened.connection->in_transaction);
        opened.driver->finalize(one);
        close_line(&opened);
    }
}

static void a_value_that_is_refused_leaves_the_begin_for_the_next_statement(void **state)
{
    (void)state;
    line opened = open_line();
    calx_driver_statement *echo = prepare(&opened, "SELECT $1::int8");
    const calx_value good = calx_value_int64(1);
    const calx_value bad = calx_value_uint64(UINT64_MAX);
    bool row = false;
    must(&opened, opened.driver->execute(echo, &good, 1, &row));
    begin(&opened);
    assert_int_not_equal(opened.driver->execute(echo, &bad, 1, &row), CALX_OK);
    assert_true(opened.connection->in_transaction);
    opened.driver->reset(echo);
    rollback(&opened);
    begin(&opened);
    must(&opened, opened.driver->execute(echo, &good, 1, &row));
    assert_true(server_sees(&opened, "idle in transaction"));
    rollback(&opened);
    opened.driver->finalize(echo);
    close_line(&opened);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_transaction_reaches_the_server_with_its_first_statement),
        cmocka_unit_test(a_transaction_without_statements_ends_where_it_began),
        cmocka_unit_test(what_came_first_is_undone_with_the_rest),
        cmocka_unit_test(a_savepoint_may_come_first),
        cmocka_unit_test(rows_of_any_kind_may_come_first),
        cmocka_unit_test(a_first_statement_that_fails_leaves_a_failed_transaction),
        cmocka_unit_test(a_url_may_have_every_begin_sent_at_once),
        cmocka_unit_test(a_begin_that_fails_is_told_as_such),
        cmocka_unit_test(a_value_that_is_refused_leaves_the_begin_for_the_next_statement),
    };
    return CALX_RUN("postgresql_begin", tests);
}
