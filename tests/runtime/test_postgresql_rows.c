/*
 * How rows come from PostgreSQL: all at once, as they flow, or as a stream; and what happens to
 * those not read yet when something else runs, fails, is rolled back or is given up.
 */
#include "postgresql_line.h"

static const calx_value_type wanted = CALX_VALUE_INT64;

/* Those on the server, without what asks for them. */
static const char cursors[] = "SELECT count(*) FROM pg_cursors WHERE name <> ''";

enum { MANY = 20000 };

static calx_postgresql_statement *inside(calx_driver_statement *statement)
{
    return (calx_postgresql_statement *)statement;
}

static void open_rows(line *opened, calx_driver_statement *statement, calx_driver_rows how)
{
    bool row = false;
    opened->driver->rows(statement, how);
    must(opened, opened->driver->execute(statement, NULL, 0, &row));
    assert_true(row);
}

static calx_driver_statement *start(line *opened, const char *sql, calx_driver_rows how)
{
    calx_driver_statement *statement = prepare(opened, sql);
    open_rows(opened, statement, how);
    return statement;
}

static int64_t present(line *opened, calx_driver_statement *statement)
{
    calx_value value;
    must(opened, opened->driver->read(statement, &wanted, &value, 1));
    return value.as.int64;
}

/* Reads all rows from the present one on, which must be so many, counted up. */
static void read_on(line *opened, calx_driver_statement *statement, int64_t from, int64_t to)
{
    bool row = true;
    for (int64_t i = from; i <= to; i++) {
        assert_true(row);
        assert_int_equal(present(opened, statement), i);
        must(opened, opened->driver->next(statement, &row));
    }
    assert_false(row);
}

static const calx_driver_rows ways[] = { CALX_DRIVER_ROWS_ALL, CALX_DRIVER_ROWS_FLOW,
                                         CALX_DRIVER_ROWS_STREAM };
enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

static void rows_come_in_each_way(void **state)
{
    (void)state;
    static const int64_t counts[] = { 1, 2, 255, 256, 257, 512, 1000 };
    line opened = open_line();
    for (int begun = 0; begun < 2; begun++) {
        if (begun)
            begin(&opened);
        for (size_t i = 0; i < WAYS * sizeof(counts) / sizeof(counts[0]); i++) {
            char sql[64];
            int64_t count = counts[i / WAYS];
            snprintf(sql, sizeof(sql), "SELECT generate_series(1, %d)", (int)count);
            calx_driver_statement *statement = start(&opened, sql, ways[i % WAYS]);
            read_on(&opened, statement, 1, count);
            assert_int_equal(opened.driver->changes(statement), 0);
            opened.driver->finalize(statement);
        }
    }
    assert_int_equal(number(&opened, cursors), 0);
    rollback(&opened);
    close_line(&opened);
}

static void an_answer_without_rows_has_none_in_each_way(void **state)
{
    (void)state;
    line opened = open_line();
    begin(&opened);
    for (size_t i = 0; i < WAYS; i++) {
        calx_driver_statement *statement = prepare(&opened, "SELECT 1 WHERE false");
        bool row = true;
        opened.driver->rows(statement, ways[i]);
        must(&opened, opened.driver->execute(statement, NULL, 0, &row));
        assert_false(row);
        must(&opened, opened.driver->next(statement, &row));
        assert_false(row);
        opened.driver->finalize(statement);
    }
    assert_int_equal(number(&opened, cursors), 0);
    close_line(&opened);
}

static void rows_wanted_one_way_are_wanted_so_once(void **state)
{
    (void)state;
    line opened = open_line();
    bool row = false;
    calx_driver_statement *statement =
        start(&opened, "SELECT generate_series(1, 1000)", CALX_DRIVER_ROWS_FLOW);
    assert_int_equal(inside(statement)->flow, CALX_FLOW_LINE);
    must(&opened, opened.driver->execute(statement, NULL, 0, &row));
    assert_int_equal(inside(statement)->flow, CALX_FLOW_WHOLE);
    read_on(&opened, statement, 1, 1000);
    opened.driver->finalize(statement);
    close_line(&opened);
}

/* The four kinds of column again and again: an integer of each width, a real number and text. */
enum { WIDE = 2 * CALX_POSTGRESQL_READERS };

static void write_wide(char *sql, size_t size)
{
    size_t used = (size_t)snprintf(sql, size, "SELECT");
    for (int i = 0; i < WIDE; i += 4)
        used += (size_t)snprintf(sql + used, size - used,
                                 "%s n + %d, (-n)::bigint, n * 0.5::float8, "
                                 "CASE n WHEN 1 THEN 'one' WHEN 2 THEN '' END",
                                 i > 0 ? "," : "", i);
    snprintf(sql + used, size - used, " FROM generate_series(1, 3) n");
}

static void check_wide(const calx_value *values, int64_t n)
{
    for (int i = 0; i < WIDE; i += 4) {
        const calx_value *text = &values[i + 3];
        assert_int_equal(values[i].as.int64, n + i);
        assert_int_equal(values[i + 1].as.int64, -n);
        assert_true(values[i + 2].as.real == (double)n / 2);
        assert_int_equal(text->type, n == 3 ? CALX_VALUE_NULL : CALX_VALUE_TEXT);
        if (n < 3)
            assert_string_equal(text->as.span.data, n == 1 ? "one" : "");
    }
}

static void wide_rows_are_read_alike_to_their_last_column(void **state)
{
    (void)state;
    static const calx_value_type kinds[] = { CALX_VALUE_INT64, CALX_VALUE_INT64, CALX_VALUE_DOUBLE,
                                             CALX_VALUE_TEXT };
    line opened = open_line();
    calx_value values[WIDE];
    calx_value_type classes[WIDE];
    char sql[8192];
    bool row = true;
    for (size_t i = 0; i < WIDE; i++)
        classes[i] = kinds[i % 4];
    write_wide(sql, sizeof(sql));
    calx_driver_statement *statement = start(&opened, sql, CALX_DRIVER_ROWS_FLOW);
    for (int64_t n = 1; n <= 3; n++) {
        assert_true(row);
        must(&opened, opened.driver->read(statement, classes, values, WIDE));
        check_wide(values, n);
        if (n == 1)
            assert_int_equal(number(&opened, "SELECT 7"), 7); /* the rest is put aside */
        must(&opened, opened.driver->next(statement, &row));
    }
    opened.driver->finalize(statement);
    close_line(&opened);
}

static void what_is_not_of_the_class_wanted_is_refused_in_any_column(void **state)
{
    (void)state;
    line opened = open_line();
    calx_value values[WIDE];
    calx_value_type classes[WIDE] = { CALX_VALUE_NULL };
    char sql[8192];
    write_wide(sql, sizeof(sql));
    calx_driver_statement *statement = start(&opened, sql, CALX_DRIVER_ROWS_ALL);
    for (size_t i = 0; i < WIDE; i++) {
        classes[i] = i % 4 == 3 ? CALX_VALUE_INT64 : CALX_VALUE_TEXT;
        assert_int_equal(opened.driver->read(statement, classes, values, WIDE), CALX_E_DATA);
        classes[i] = CALX_VALUE_NULL; /* as stored */
        must(&opened, opened.driver->read(statement, classes, values, WIDE));
        check_wide(values, 1);
    }
    opened.driver->finalize(statement);
    close_line(&opened);
}

/* What a statement holds, in bytes. */
static size_t held(calx_driver_statement *statement)
{
    size_t size = 0;
    const calx_postgresql_statement *self = inside(statement);
    if (self->result != NULL)
        size += PQresultMemorySize(self->result);
    if (self->rest != NULL)
        size += PQresultMemorySize(self->rest);
    return size;
}

static void a_stream_holds_little_however_much_there_is(void **state)
{
    (void)state;
    calx_shows("ENG-179");
    calx_shows("LIM-20");
    static const char *const texts[] = {
        "SELECT g, repeat('x', 200) FROM generate_series(1, 20000) g",
        "SELECT g, repeat('x', 20000 * (g / 256)) FROM generate_series(1, 2000) g",
        "SELECT g, repeat('x', 200) FROM generate_series(1, 20000) g",
        "SELECT g, repeat('x', 200) FROM generate_series(1, 20000) g",
    };
    static const int64_t counts[] = { MANY, 2000, MANY, MANY };
    static const int bounds[] = { 0, 0, 256, 0 };
    static const int fixed[] = { 0, 0, 0, 50 };
    static const size_t sizes[] = { 1280 * 1024, 16 * 1024 * 1024, 256 * 1024, 64 * 1024 };
    line opened = open_line();
    begin(&opened);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        calx_driver_statement *statement = prepare(&opened, texts[i]);
        statement->batch_most = bounds[i];
        statement->batch_rows = fixed[i];
        open_rows(&opened, statement, CALX_DRIVER_ROWS_STREAM);
        size_t most = 0;
        bool row = true;
        int64_t count = 0;
        for (; row; count++) {
            assert_int_equal(present(&opened, statement), count + 1);
            most = held(statement) > most ? held(statement) : most;
            if (count % 100 == 0)
                assert_int_equal(number(&opened, "SELECT 1"), 1);
            must(&opened, opened.driver->next(statement, &row));
        }
        assert_int_equal(count, counts[i]);
        assert_true(most < sizes[i]);
        opened.driver->finalize(statement);
    }
    close_line(&opened);
}

static void flowing_rows_are_held_one_by_one_until_something_else_runs(void **state)
{
    (void)state;
    calx_shows("ENG-180");
    calx_shows("LIM-14");
    line opened = open_line();
    begin(&opened);
    calx_driver_statement *statement =
        start(&opened, "SELECT generate_series(1, 20000)", CALX_DRIVER_ROWS_FLOW);
    bool row = false;
    for (int i = 0; i < 5000; i++) {
        assert_true(held(statement) < 16 * 1024);
        must(&opened, opened.driver->next(statement, &row));
    }
    assert_int_equal(present(&opened, statement), 5001);
    assert_int_equal(number(&opened, "SELECT 7"), 7);
    assert_int_equal(present(&opened, statement), 5001); /* the present row has not moved */
    must(&opened, opened.driver->control(opened.connection, CALX_DRIVER_SAVEPOINT, 1));
    must(&opened, opened.driver->control(opened.connection, CALX_DRIVER_ROLLBACK_TO, 1));
    read_on(&opened, statement, 5001, MANY);
    assert_true(opened.connection->in_transaction);
    opened.driver->finalize(statement);
    close_line(&opened);
}

static void values_put_aside_are_as_they_were(void **state)
{
    (void)state;
    line opened = open_line();
    static const calx_value_type as_stored[4] = { CALX_VALUE_NULL };
    calx_driver_statement *statement =
        start(&opened,
              "SELECT g, NULLIF('x' || g, 'x2'), decode('00ff', 'hex'), '' FROM "
              "generate_series(1, 3) g",
              CALX_DRIVER_ROWS_FLOW);
    calx_value first[4];
    must(&opened, opened.driver->read(statement, as_stored, first, 4));
    assert_int_equal(number(&opened, "SELECT 1"), 1);
    assert_string_equal(first[1].as.span.data, "x1"); /* borrowed, and still there */
    for (int64_t i = 1; i <= 3; i++) {
        calx_value row[4];
        bool more = false;
        must(&opened, opened.driver->read(statement, as_stored, row, 4));
        assert_int_equal(row[0].as.int64, i);
        assert_int_equal(row[1].type, i == 2 ? CALX_VALUE_NULL : CALX_VALUE_TEXT);
        assert_int_equal(row[2].type, CALX_VALUE_BYTES);
        assert_int_equal(row[2].as.span.size, 2);
        assert_memory_equal(row[2].as.span.data, "\0\xff", 2);
        assert_int_equal(row[3].type, CALX_VALUE_TEXT);
        assert_int_equal(row[3].as.span.size, 0);
        must(&opened, opened.driver->next(statement, &more));
        assert_int_equal(more, i < 3);
    }
    opened.driver->finalize(statement);
    close_line(&opened);
}

static void several_are_read_side_by_side(void **state)
{
    (void)state;
    calx_shows("ENG-180");
    line opened = open_line();
    begin(&opened);
    calx_driver_statement *streams[3];
    for (size_t i = 0; i < 3; i++)
        streams[i] = start(&opened, "SELECT generate_series(1, 1000)", ways[1 + i % 2]);
    bool row = true;
    for (int64_t k = 1; row; k++) {
        for (size_t i = 0; i < 3; i++) {
            assert_int_equal(present(&opened, streams[i]), k);
            must(&opened, opened.driver->next(streams[i], &row));
        }
        assert_int_equal(row, k < 1000);
    }
    for (size_t i = 0; i < 3; i++)
        opened.driver->finalize(streams[i]);
    close_line(&opened);
}

static void a_failure_comes_behind_the_rows_before_it(void **state)
{
    (void)state;
    calx_shows("ENG-181");
    calx_shows("LIM-14");
    static const char sql[] = "SELECT 1000 / (601 - g) * 0 + g FROM generate_series(1, 1000) g";
    for (int meanwhile = 0; meanwhile < 2; meanwhile++) {
        for (size_t i = 1; i < WAYS; i++) {
            line opened = open_line();
            begin(&opened);
            calx_driver_statement *statement = start(&opened, sql, ways[i]);
            calx_status status = CALX_OK;
            int64_t count = 0;
            for (bool row = true; status == CALX_OK && row; count++) {
                assert_int_equal(present(&opened, statement), count + 1);
                if (meanwhile && count == 10) /* what flows fails here already, for the server */
                    (void)run(&opened, "SELECT 1");
                status = opened.driver->next(statement, &row);
            }
            assert_int_equal(status, CALX_E_DATA);
            assert_string_equal(opened.connection->error.sqlstate, "22012");
            /* A stream's rows come by the 256, then by the 512, and so does its failure. */
            assert_int_equal(count, ways[i] == CALX_DRIVER_ROWS_FLOW ? 600 : 256);
            opened.driver->reset(statement);
            assert_true(opened.connection->in_transaction);
            assert_int_equal(run(&opened, "SELECT 1"), CALX_E_TX_ABORTED);
            rollback(&opened);
            assert_int_equal(number(&opened, "SELECT 1"), 1);
            opened.driver->finalize(statement);
            close_line(&opened);
        }
    }
}

static void a_failure_before_the_first_row_is_the_statements_own(void **state)
{
    (void)state;
    line opened = open_line();
    for (size_t i = 0; i < WAYS; i++) {
        begin(&opened);
        calx_driver_statement *statement = prepare(&opened, "SELECT 1 / (SELECT 0)");
        bool row = false;
        opened.driver->rows(statement, ways[i]);
        assert_int_equal(opened.driver->execute(statement, NULL, 0, &row), CALX_E_DATA);
        assert_true(opened.connection->in_transaction);
        opened.driver->finalize(statement);
        rollback(&opened);
    }
    close_line(&opened);
}

static void rows_may_be_left_half_way(void **state)
{
    (void)state;
    calx_shows("ENG-182");
    line opened = open_line();
    for (size_t i = 0; i < WAYS; i++) {
        begin(&opened);
        calx_driver_statement *statement =
            start(&opened, "SELECT generate_series(1, 20000)", ways[i]);
        opened.driver->reset(statement);
        bool row = false;
        must(&opened, opened.driver->execute(statement, NULL, 0, &row));
        assert_int_equal(present(&opened, statement), 1);
        opened.driver->rows(statement, ways[i]);
        must(&opened, opened.driver->execute(statement, NULL, 0, &row));
        opened.driver->finalize(statement);
        assert_true(opened.connection->in_transaction);
        assert_int_equal(number(&opened, cursors), 0);
        must(&opened, opened.driver->control(opened.connection, CALX_DRIVER_COMMIT, 0));
    }
    close_line(&opened);
}

static void a_rollback_does_not_wait_for_rows_nobody_wants(void **state)
{
    (void)state;
    calx_shows("ENG-047");
    calx_shows("ENG-182");
    line opened = open_line();
    for (size_t i = 1; i < WAYS; i++) {
        begin(&opened);
        /* Ten billion rows, which no machine sends in a test's time. */
        calx_driver_statement *statement = start(
            &opened,
            "SELECT g FROM generate_series(1, 100000) g CROSS JOIN generate_series(1, 100000) h",
            ways[i]);
        opened.driver->finalize(statement);
        must(&opened, opened.driver->clean(opened.connection));
        assert_false(opened.connection->in_transaction);
        assert_int_equal(number(&opened, "SELECT 1"), 1);
    }
    close_line(&opened);
}

static void a_stream_ends_with_what_it_was_asked_in(void **state)
{
    (void)state;
    calx_shows("ENG-183");
    line opened = open_line();
    const calx_driver *driver = opened.driver;
    static const char sql[] = "SELECT generate_series(1, 1000)";
    begin(&opened);
    calx_driver_statement *before = start(&opened, sql, CALX_DRIVER_ROWS_STREAM);
    must(&opened, driver->control(opened.connection, CALX_DRIVER_SAVEPOINT, 1));
    calx_driver_statement *within = start(&opened, sql, CALX_DRIVER_ROWS_STREAM);
    must(&opened, driver->control(opened.connection, CALX_DRIVER_SAVEPOINT, 2));
    must(&opened, driver->control(opened.connection, CALX_DRIVER_RELEASE, 2));
    must(&opened, driver->control(opened.connection, CALX_DRIVER_ROLLBACK_TO, 1));
    read_on(&opened, before, 1, 1000);
    bool row = false;
    calx_status status = CALX_OK;
    for (int i = 0; status == CALX_OK && i < 1000; i++)
        status = driver->next(within, &row);
    assert_int_equal(status, CALX_E_STATE);
    assert_int_equal(number(&opened, "SELECT 1"), 1); /* it did not cost the transaction */
    must(&opened, driver->execute(within, NULL, 0, &row));
    driver->rows(before, CALX_DRIVER_ROWS_STREAM);
    must(&opened, driver->execute(before, NULL, 0, &row));
    rollback(&opened);
    for (int i = 0; status == CALX_OK && i < 1000; i++)
        status = driver->next(before, &row);
    assert_int_equal(status, CALX_E_STATE);
    driver->finalize(before);
    driver->finalize(within);
    close_line(&opened);
}

static void a_stream_takes_values_and_columns_of_all_kinds(void **state)
{
    (void)state;
    line opened = open_line();
    begin(&opened);
    calx_driver_statement *statement = prepare(
        &opened, "SELECT g FROM generate_series($1::int8, 900) g WHERE 'a' = $2 AND $3 > 0");
    const calx_value values[] = { calx_value_int64(301), calx_value_text("a"),
                                  calx_value_double(0.5) };
    for (int i = 0; i < 2; i++) {
        bool row = false;
        opened.driver->rows(statement, CALX_DRIVER_ROWS_STREAM);
        must(&opened, opened.driver->execute(statement, values, 3, &row));
        read_on(&opened, statement, 301, 900);
    }
    opened.driver->finalize(statement);
    close_line(&opened);
}

static void a_lost_server_is_told_in_the_middle_of_rows(void **state)
{
    (void)state;
    calx_shows("ENG-081");
    for (size_t i = 1; i < WAYS; i++) {
        line opened = open_line();
        begin(&opened);
        calx_driver_statement *statement = start(
            &opened, "SELECT g, repeat('x', 1000) FROM generate_series(1, 1000000) g", ways[i]);
        kill_backend(backend(&opened));
        calx_status status = CALX_OK;
        for (bool row = true; status == CALX_OK && row;)
            status = opened.driver->next(statement, &row);
        assert_int_equal(status, CALX_E_DISCONNECT);
        assert_true(opened.connection->error.flags & CALX_ERROR_DISCONNECT);
        opened.driver->finalize(statement);
        close_line(&opened);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_in_each_way),
        cmocka_unit_test(an_answer_without_rows_has_none_in_each_way),
        cmocka_unit_test(rows_wanted_one_way_are_wanted_so_once),
        cmocka_unit_test(wide_rows_are_read_alike_to_their_last_column),
        cmocka_unit_test(what_is_not_of_the_class_wanted_is_refused_in_any_column),
        cmocka_unit_test(a_stream_holds_little_however_much_there_is),
        cmocka_unit_test(flowing_rows_are_held_one_by_one_until_something_else_runs),
        cmocka_unit_test(values_put_aside_are_as_they_were),
        cmocka_unit_test(several_are_read_side_by_side),
        cmocka_unit_test(a_failure_comes_behind_the_rows_before_it),
        cmocka_unit_test(a_failure_before_the_first_row_is_the_statements_own),
        cmocka_unit_test(rows_may_be_left_half_way),
        cmocka_unit_test(a_rollback_does_not_wait_for_rows_nobody_wants),
        cmocka_unit_test(a_stream_ends_with_what_it_was_asked_in),
        cmocka_unit_test(a_stream_takes_values_and_columns_of_all_kinds),
        cmocka_unit_test(a_lost_server_is_told_in_the_middle_of_rows),
    };
    return CALX_RUN("postgresql_rows", tests);
}
