/*
 * Statements with named parameters, and results: binds keep their first failure, reads are typed
 * and strict, and a result stays safe to ask when what it came from has ended.
 */
#include "support/harness.h"

#include <calx/connection.h>
#include <calx/engine.h>

#include <stdio.h>
#include <string.h>

typedef struct fixture {
    calx_engine *engine;
    calx_connection *connection;
} fixture;

static int open_database(void **state)
{
    static fixture opened;
    if (calx_engine_new(calx_test_url(), NULL, &opened.engine, NULL) != CALX_OK)
        return -1;
    if (calx_engine_connect(opened.engine, &opened.connection, NULL) != CALX_OK)
        return -1;
    *state = &opened;
    return 0;
}

static int close_database(void **state)
{
    fixture *fix = *state;
    calx_connection_close(fix->connection);
    calx_engine_free(fix->engine);
    return 0;
}

static calx_result *execute(fixture *fix, const calx_statement *statement)
{
    calx_result *result = NULL;
    calx_status status = calx_connection_execute(fix->connection, statement, &result);
    if (status != CALX_OK)
        fail_msg("%s: %s", calx_statement_text(statement),
                 calx_connection_error(fix->connection)->message);
    return result;
}

static calx_result *query(fixture *fix, const char *sql)
{
    calx_statement *statement = calx_text_statement(sql);
    assert_non_null(statement);
    calx_result *result = execute(fix, statement);
    calx_statement_free(statement);
    return result;
}

static void run(fixture *fix, const char *sql)
{
    calx_result_free(query(fix, sql));
}

static bool next(calx_result *result)
{
    bool row = false;
    calx_status status = calx_result_next(result, &row);
    if (status != CALX_OK)
        fail_msg("%s", calx_result_error(result)->message);
    return row;
}

static int64_t integer(calx_result *result, size_t column)
{
    int64_t value = -1;
    if (calx_result_int64(result, column, &value) != CALX_OK)
        fail_msg("%s", calx_result_error(result)->message);
    return value;
}

static void names_may_repeat_and_hide_in_no_string_or_comment(void **state)
{
    calx_statement *statement = calx_text_statement(
        "SELECT :a + :b + :a, ':c', \":d\" FROM (SELECT 5 AS \":d\") AS s /* :e */ -- :f");
    assert_int_equal(calx_statement_bind_int64(statement, "a", 10), CALX_OK);
    assert_int_equal(calx_statement_bind_int64(statement, "b", 1), CALX_OK);
    calx_result *result = execute(*state, statement);
    assert_int_equal(calx_result_column_count(result), 3);
    assert_true(next(result));
    assert_int_equal(integer(result, 0), 21);
    const char *text = NULL;
    assert_int_equal(calx_result_text(result, 1, &text), CALX_OK);
    assert_string_equal(text, ":c");
    assert_int_equal(integer(result, 2), 5);
    assert_false(next(result));
    assert_false(next(result));
    calx_result_free(result);
    assert_int_equal(calx_statement_bind_int64(statement, "a", 20), CALX_OK);
    result = execute(*state, statement);
    assert_true(next(result));
    assert_int_equal(integer(result, 0), 41);
    calx_result_free(result);
    calx_statement_free(statement);
}

/* What stands in [ ] is a name to one database and reads an array in another. */
static void brackets_hold_names_or_parameters(void **state)
{
    fixture *fix = *state;
    const calx_error *error = calx_connection_error(fix->connection);
    const char *sql = calx_test_on("sqlite")
                          ? "SELECT [it's :low] + :high FROM (SELECT 20 AS [it's :low]) AS s"
                          : "SELECT (ARRAY[10, 20, :high])[:low]";
    calx_statement *statement = calx_text_statement(sql);
    assert_int_equal(calx_statement_bind_int64(statement, "high", 3), CALX_OK);
    if (calx_test_on("postgresql"))
        assert_int_equal(calx_statement_bind_int64(statement, "low", 3), CALX_OK);
    calx_result *result = execute(fix, statement);
    assert_true(next(result));
    assert_int_equal(integer(result, 0), calx_test_on("sqlite") ? 23 : 3);
    calx_result_free(result);
    calx_statement_free(statement);

    /* Bound, but no parameter here. */
    sql = calx_test_on("sqlite") ? "SELECT 1 AS [:a]" : "SELECT 1 /* /* */ :a */";
    statement = calx_text_statement(sql);
    assert_int_equal(calx_statement_bind_int64(statement, "a", 1), CALX_OK);
    assert_int_equal(calx_connection_execute(fix->connection, statement, NULL), CALX_E_ARGUMENT);
    assert_non_null(strstr(error->message, "no parameter :a"));
    calx_statement_free(statement);
}

static void every_class_is_bound_and_read_back(void **state)
{
    calx_statement *statement = calx_text_statement("SELECT :n, :b, :i, :u, :d, :t, :y, :s, :v");
    char buffer[] = "copied";
    calx_statement_bind_null(statement, "n");
    calx_statement_bind_bool(statement, "b", true);
    calx_statement_bind_int64(statement, "i", INT64_MIN);
    calx_statement_bind_uint64(statement, "u", 7);
    calx_statement_bind_double(statement, "d", 0.25);
    calx_statement_bind_text(statement, "t", "a longer text that is replaced");
    calx_statement_bind_text(statement, "t", buffer);
    calx_statement_bind_bytes(statement, "y", (calx_bytes){ "\1\0\2", 3 });
    calx_statement_bind_timestamp(statement, "s", 1000000);
    calx_statement_bind(statement, "v", calx_value_text(NULL));
    memset(buffer, 'x', sizeof(buffer) - 1);
    calx_result *result = execute(*state, statement);
    calx_statement_free(statement);
    assert_true(next(result));

    bool boolean = false;
    uint64_t number = 0;
    double real = 0;
    const char *text = "";
    calx_bytes bytes = { "", 1 };
    calx_timestamp timestamp = 0;
    calx_value value;
    assert_true(calx_result_is_null(result, 0));
    assert_int_equal(calx_result_text(result, 0, &text), CALX_OK);
    assert_null(text);
    assert_int_equal(calx_result_bytes(result, 0, &bytes), CALX_OK);
    assert_null(bytes.data);
    assert_int_equal(calx_result_bool(result, 1, &boolean), CALX_OK);
    assert_true(boolean);
    assert_int_equal(integer(result, 2), INT64_MIN);
    assert_int_equal(calx_result_uint64(result, 3, &number), CALX_OK);
    assert_int_equal(number, 7);
    assert_int_equal(calx_result_double(result, 4, &real), CALX_OK);
    assert_true(real == 0.25);
    assert_int_equal(calx_result_double(result, 3, &real), CALX_OK);
    assert_true(real == 7);
    assert_int_equal(calx_result_text(result, 5, &text), CALX_OK);
    assert_string_equal(text, "copied");
    assert_int_equal(calx_result_bytes(result, 6, &bytes), CALX_OK);
    assert_int_equal(bytes.size, 3);
    assert_memory_equal(bytes.data, "\1\0\2", 3);
    assert_int_equal(calx_result_timestamp(result, 7, &timestamp), CALX_OK);
    assert_int_equal(timestamp, 1000000);
    assert_int_equal(calx_result_value(result, 7, &value), CALX_OK);
    assert_int_equal(value.type, calx_test_on("sqlite") ? CALX_VALUE_TEXT : CALX_VALUE_TIMESTAMP);
    assert_true(calx_result_is_null(result, 8));
    calx_result_free(result);
}

static void the_first_failed_bind_is_reported_at_execution(void **state)
{
    fixture *fix = *state;
    const calx_error *error = calx_connection_error(fix->connection);
    calx_result *result = NULL;
    calx_statement *statement = calx_text_statement("SELECT :name, :age");
    assert_int_equal(calx_statement_bind_text(statement, "nmae", "x"), CALX_E_ARGUMENT);
    assert_int_equal(calx_statement_bind_text(statement, "other", "x"), CALX_E_ARGUMENT);
    assert_int_equal(calx_statement_bind_text(statement, "name", "x"), CALX_OK);
    assert_int_equal(calx_statement_bind_int64(statement, "age", 1), CALX_OK);
    assert_int_equal(calx_connection_execute(fix->connection, statement, &result), CALX_E_ARGUMENT);
    assert_non_null(strstr(error->message, ":nmae"));
    assert_string_equal(error->statement, "SELECT :name, :age");
    calx_statement_free(statement);

    statement = calx_text_statement("SELECT :name, :age");
    assert_int_equal(calx_statement_bind_text(statement, "name", "x"), CALX_OK);
    assert_int_equal(calx_connection_execute(fix->connection, statement, &result), CALX_E_ARGUMENT);
    assert_non_null(strstr(error->message, ":age"));
    assert_int_equal(calx_statement_bind(statement, NULL, calx_value_null()), CALX_E_ARGUMENT);
    calx_statement_free(statement);

    assert_null(calx_text_statement(NULL));
    assert_int_equal(calx_connection_execute(fix->connection, NULL, &result), CALX_E_ARGUMENT);
    assert_null(result);
    calx_statement_free(NULL);
    calx_result_free(NULL);
}

static void reads_are_strict_and_name_the_column(void **state)
{
    calx_shows("ENG-155");
    calx_result *result = query(*state, "SELECT 'abc' AS name, 2 AS two, NULL AS blank, -1 AS "
                                        "minus, 'a' || char(0) || 'b' AS cut, 1.5 AS real");
    int64_t number = 77;
    uint64_t positive = 77;
    bool boolean = false;
    const char *text = NULL;
    calx_bytes bytes;
    calx_timestamp timestamp;
    const calx_error *error = calx_result_error(result);
    assert_int_equal(calx_result_int64(result, 0, &number), CALX_E_STATE);
    assert_true(calx_result_is_null(result, 0));
    assert_true(next(result));
    assert_int_equal(calx_result_int64(result, 0, &number), CALX_E_DATA);
    assert_non_null(strstr(error->message, "name"));
    assert_non_null(strstr(error->message, "text is stored"));
    assert_int_equal(calx_result_int64(result, 5, &number), CALX_E_DATA);
    assert_int_equal(calx_result_bool(result, 1, &boolean), CALX_E_DATA);
    assert_int_equal(calx_result_int64(result, 2, &number), CALX_E_DATA);
    assert_non_null(strstr(error->message, "calx_result_is_null"));
    assert_int_equal(calx_result_uint64(result, 3, &positive), CALX_E_DATA);
    assert_int_equal(calx_result_text(result, 1, &text), CALX_E_DATA);
    assert_int_equal(calx_result_text(result, 4, &text), CALX_E_DATA);
    assert_int_equal(calx_result_bytes(result, 0, &bytes), CALX_E_DATA);
    assert_int_equal(calx_result_timestamp(result, 0, &timestamp), CALX_E_DATA);
    assert_int_equal(calx_result_int64(result, 6, &number), CALX_E_ARGUMENT);
    assert_int_equal(number, 77);
    assert_int_equal(positive, 77);
    assert_null(text);
    assert_int_equal(integer(result, 1), 2);
    assert_int_equal(error->status, CALX_OK);
    size_t column = 9;
    assert_int_equal(calx_result_column_index(result, "two", &column), CALX_OK);
    assert_int_equal(column, 1);
    assert_int_equal(calx_result_column_index(result, "three", &column), CALX_E_ARGUMENT);
    assert_int_equal(calx_result_column_index(result, NULL, &column), CALX_E_ARGUMENT);
    assert_string_equal(calx_result_column_name(result, 2), "blank");
    assert_null(calx_result_column_name(result, 6));
    assert_false(next(result));
    assert_int_equal(calx_result_int64(result, 1, &number), CALX_E_STATE);
    calx_result_free(result);
}

static void changed_rows_are_counted(void **state)
{
    calx_shows("ENG-153");
    run(*state, "CREATE TABLE t (x INTEGER UNIQUE)");
    calx_result *result = query(*state, "INSERT INTO t VALUES (1), (2), (3)");
    assert_int_equal(calx_result_rowcount(result), 3);
    assert_int_equal(calx_result_column_count(result), 0);
    assert_false(next(result));
    calx_result_free(result);
    result = query(*state, "SELECT x FROM t");
    assert_int_equal(calx_result_rowcount(result), 0);
    calx_result_free(result);
    result = query(*state, "INSERT INTO t VALUES (4), (5) RETURNING x");
    assert_true(next(result));
    calx_result_free(result);
    result = query(*state, "SELECT count(*) FROM t");
    assert_true(next(result));
    assert_int_equal(integer(result, 0), 5);
    calx_result_free(result);
    fixture *fix = *state;
    calx_statement *insert = calx_text_statement("INSERT INTO t VALUES (6), (7) RETURNING x");
    assert_int_equal(calx_connection_execute(fix->connection, insert, NULL), CALX_OK);
    calx_statement_free(insert);
    result = query(*state, "SELECT count(*) FROM t");
    assert_true(next(result));
    assert_int_equal(integer(result, 0), 7);
    calx_result_free(result);
}

static void a_statement_runs_twice_at_once_and_on_several_engines(void **state)
{
    fixture *fix = *state;
    calx_engine *engine = NULL;
    calx_connection *other = NULL;
    assert_int_equal(calx_engine_new(calx_test_url(), NULL, &engine, NULL), CALX_OK);
    assert_int_equal(calx_engine_connect(engine, &other, NULL), CALX_OK);
    calx_statement *statement = calx_text_statement("SELECT :x UNION ALL SELECT :x + 1");
    calx_statement_bind_int64(statement, "x", 1);
    calx_result *first = execute(fix, statement);
    assert_true(next(first));
    calx_statement_bind_int64(statement, "x", 10);
    calx_result *second = execute(fix, statement);
    calx_result *third = NULL;
    assert_int_equal(calx_connection_execute(other, statement, &third), CALX_OK);
    assert_true(next(second));
    assert_true(next(third));
    assert_int_equal(integer(first, 0), 1);
    assert_int_equal(integer(second, 0), 10);
    assert_int_equal(integer(third, 0), 10);
    assert_true(next(second));
    assert_int_equal(integer(second, 0), 11);
    calx_result_free(first);
    calx_result_free(second);
    calx_result_free(third);
    calx_statement_free(statement);
    calx_connection_close(other);
    calx_engine_free(engine);
}

static void rows_end_with_their_transaction_and_their_connection(void **state)
{
    calx_shows("SES-081");
    calx_shows("ENG-183");
    calx_engine *engine = NULL;
    calx_connection *connection = NULL;
    (void)state;
    assert_int_equal(calx_engine_new(calx_test_url(), NULL, &engine, NULL), CALX_OK);
    assert_int_equal(calx_engine_connect(engine, &connection, NULL), CALX_OK);
    fixture own = { engine, connection };
    bool row = false;
    int64_t number = 0;
    for (int i = 0; i < 3; i++) {
        calx_result *result = query(&own, "SELECT 1 AS one UNION ALL SELECT 2");
        assert_true(next(result));
        if (i == 0)
            assert_int_equal(calx_connection_commit(connection), CALX_OK);
        else if (i == 1)
            assert_int_equal(calx_connection_rollback(connection), CALX_OK);
        else
            calx_connection_close(connection);
        assert_int_equal(calx_result_int64(result, 0, &number), CALX_E_STATE);
        assert_int_equal(calx_result_next(result, &row), CALX_E_STATE);
        assert_int_equal(calx_result_error(result)->status, CALX_E_STATE);
        assert_non_null(strstr(calx_result_error(result)->message,
                               i < 2 ? "ended with their transaction" : "transaction ended, or"));
        assert_string_equal(calx_result_column_name(result, 0), "one");
        if (i == 2)
            calx_engine_free(engine);
        calx_result_free(result);
    }
}

static void a_failure_between_rows_is_told_by_the_result(void **state)
{
    calx_shows("ENG-181");
    calx_result *result = query(*state, "SELECT 1 UNION ALL SELECT abs(-9223372036854775808)");
    bool row = false;
    assert_true(next(result));
    assert_int_equal(integer(result, 0), 1);
    assert_int_not_equal(calx_result_next(result, &row), CALX_OK);
    assert_non_null(strstr(calx_result_error(result)->message, "overflow"));
    assert_int_equal(calx_result_next(result, &row), CALX_OK);
    assert_false(row);
    calx_result_free(result);
}

#define WITH_DATABASE(test) cmocka_unit_test_setup_teardown(test, open_database, close_database)
#define WITH_SQLITE(test)                                                                          \
    cmocka_unit_test_prestate_setup_teardown(test, open_database, close_database, calx_sqlite_only)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DATABASE(names_may_repeat_and_hide_in_no_string_or_comment),
        WITH_DATABASE(brackets_hold_names_or_parameters),
        WITH_DATABASE(every_class_is_bound_and_read_back),
        WITH_DATABASE(the_first_failed_bind_is_reported_at_execution),
        WITH_SQLITE(reads_are_strict_and_name_the_column),
        WITH_DATABASE(changed_rows_are_counted),
        WITH_DATABASE(a_statement_runs_twice_at_once_and_on_several_engines),
        cmocka_unit_test(rows_end_with_their_transaction_and_their_connection),
        WITH_SQLITE(a_failure_between_rows_is_told_by_the_result),
    };
    return CALX_RUN("statement", tests);
}
