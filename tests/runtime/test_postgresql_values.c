/*
 * Values on their way to a PostgreSQL server and back, through the driver's table: every type at
 * its limits, what cannot be held, and columns of types the library does not know.
 */
#include "postgresql_line.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void assert_stored(line *opened, calx_type type, calx_value value)
{
    char sql[128];
    bool row = false;
    calx_value back;
    snprintf(sql, sizeof(sql), "CREATE TEMPORARY TABLE one (x %s)",
             opened->driver->dialect->types[type]);
    must(opened, run(opened, sql));
    calx_driver_statement *insert = prepare(opened, "INSERT INTO one VALUES ($1) RETURNING x");
    opened->driver->expect(insert, &type, 1);
    must(opened, opened->driver->execute(insert, &value, 1, &row));
    must(opened, opened->driver->read(insert, &value.type, &back, 1));
    assert_same(&value, &back);
    assert_int_equal(opened->driver->changes(insert), 1);
    opened->driver->finalize(insert);
    must(opened, run(opened, "DROP TABLE one"));
}

static void every_type_comes_back_as_it_was_at_its_limits(void **state)
{
    (void)state;
    calx_shows("ENG-165");
    calx_shows("LIM-13");
    static const unsigned char all[] = { 0, 1, 127, 128, 255, 0 };
    const int64_t y2k = INT64_C(946684800000000);
    const struct {
        calx_type type;
        calx_value value;
    } cases[] = {
        { CALX_TYPE_BOOL, calx_value_bool(true) },
        { CALX_TYPE_BOOL, calx_value_bool(false) },
        { CALX_TYPE_INT8, calx_value_int64(INT8_MIN) },
        { CALX_TYPE_INT16, calx_value_int64(INT16_MIN) },
        { CALX_TYPE_INT16, calx_value_int64(INT16_MAX) },
        { CALX_TYPE_INT32, calx_value_int64(INT32_MIN) },
        { CALX_TYPE_INT32, calx_value_int64(INT32_MAX) },
        { CALX_TYPE_INT64, calx_value_int64(INT64_MIN) },
        { CALX_TYPE_INT64, calx_value_int64(INT64_MAX) },
        { CALX_TYPE_INT64, calx_value_int64(-1) },
        { CALX_TYPE_UINT8, calx_value_uint64(UINT8_MAX) },
        { CALX_TYPE_UINT16, calx_value_uint64(UINT16_MAX) },
        { CALX_TYPE_UINT32, calx_value_uint64(UINT32_MAX) },
        { CALX_TYPE_UINT64, calx_value_uint64(UINT64_MAX) },
        { CALX_TYPE_UINT64, calx_value_uint64(0) },
        { CALX_TYPE_UINT64, calx_value_uint64(10000) },
        { CALX_TYPE_UINT64, calx_value_uint64(100000001) },
        { CALX_TYPE_UINT64, calx_value_uint64(UINT64_C(10000000000000000000)) },
        { CALX_TYPE_FLOAT, calx_value_double((double)FLT_MAX) },
        { CALX_TYPE_FLOAT, calx_value_double((double)0.1f) },
        { CALX_TYPE_DOUBLE, calx_value_double(DBL_MAX) },
        { CALX_TYPE_DOUBLE, calx_value_double(-DBL_MIN) },
        { CALX_TYPE_DOUBLE, calx_value_double(-0.0) },
        { CALX_TYPE_DOUBLE, calx_value_double(INFINITY) },
        { CALX_TYPE_TEXT, calx_value_text("") },
        { CALX_TYPE_TEXT, calx_value_text("\xf0\x9f\x90\x98 \xc3\xa4\n'\"\\") },
        { CALX_TYPE_CHAR_ARRAY, calx_value_text("abc") },
        { CALX_TYPE_BYTES, calx_value_bytes((calx_bytes){ all, sizeof(all) }) },
        { CALX_TYPE_BYTES, calx_value_bytes((calx_bytes){ "", 0 }) },
        { CALX_TYPE_TIMESTAMP, calx_value_timestamp(0) },
        { CALX_TYPE_TIMESTAMP, calx_value_timestamp(-1) },
        { CALX_TYPE_TIMESTAMP, calx_value_timestamp(INT64_MAX) },
        { CALX_TYPE_TIMESTAMP, calx_value_timestamp(y2k + 1) },
        { CALX_TYPE_TIMESTAMP, calx_value_timestamp(y2k - INT64_C(211813488000000000)) },
        { CALX_TYPE_INT32, calx_value_null() },
        { CALX_TYPE_BYTES, calx_value_null() },
    };
    line opened = open_line();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_stored(&opened, cases[i].type, cases[i].value);
    close_line(&opened);
}

static void what_the_server_cannot_hold_is_refused_before_it_is_sent(void **state)
{
    (void)state;
    calx_shows("ENG-165");
    const struct {
        calx_value value;
        const char *sql;
    } cases[] = {
        { calx_value_text_n("a\0b", 3), "SELECT $1" },
        { calx_value_text("\xc3"), "SELECT $1" },
        { calx_value_text("\xc0\xaf"), "SELECT $1" },
        { calx_value_text("\xed\xa0\x80"), "SELECT $1" },
        { calx_value_text("\xf4\x90\x80\x80"), "SELECT $1" },
        { calx_value_text("a\xff"), "SELECT length($1)" },
        { calx_value_timestamp(INT64_MIN), "SELECT $1" },
    };
    line opened = open_line();
    begin(&opened);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(run_with(&opened, cases[i].sql, &cases[i].value, CALX_VALUE_NULL, NULL),
                         CALX_E_DATA);
        assert_non_null(strstr(opened.connection->error.message, "parameter 1"));
    }
    assert_int_equal(number(&opened, "SELECT 1"), 1); /* the transaction goes on */
    const calx_value pair[2] = { calx_value_int64(1), calx_value_text("\xc3") };
    bool row = false;
    calx_driver_statement *statement = prepare(&opened, "SELECT $1, $2");
    assert_int_equal(opened.driver->execute(statement, pair, 2, &row), CALX_E_DATA);
    opened.driver->reset(statement);
    assert_int_equal(statement->refused, 2);
    assert_int_equal(opened.driver->execute(statement, pair, 1, &row), CALX_E_ARGUMENT);
    assert_int_equal(statement->refused, 0);
    opened.driver->finalize(statement);
    rollback(&opened);
    close_line(&opened);
}

static void values_are_read_as_what_they_are(void **state)
{
    (void)state;
    calx_shows("ENG-155");
    static const struct {
        const char *sql;
        calx_value_type wanted;
        calx_status status;
        calx_value_type type;
    } cases[] = {
        { "SELECT 1::int2", CALX_VALUE_NULL, CALX_OK, CALX_VALUE_INT64 },
        { "SELECT sum(x) FROM generate_series(1::int8, 9) x", CALX_VALUE_INT64, CALX_OK,
          CALX_VALUE_INT64 },
        { "SELECT 18446744073709551615", CALX_VALUE_NULL, CALX_OK, CALX_VALUE_UINT64 },
        { "SELECT 18446744073709551616", CALX_VALUE_UINT64, CALX_E_DATA, CALX_VALUE_NULL },
        { "SELECT 1.50", CALX_VALUE_NULL, CALX_OK, CALX_VALUE_DOUBLE },
        { "SELECT 1.50", CALX_VALUE_INT64, CALX_E_DATA, CALX_VALUE_NULL },
        { "SELECT 2.00", CALX_VALUE_INT64, CALX_OK, CALX_VALUE_INT64 },
        { "SELECT 'NaN'::numeric", CALX_VALUE_INT64, CALX_E_DATA, CALX_VALUE_NULL },
        { "SELECT '1'", CALX_VALUE_INT64, CALX_E_DATA, CALX_VALUE_NULL },
        { "SELECT -1", CALX_VALUE_UINT64, CALX_E_DATA, CALX_VALUE_NULL },
        { "SELECT 2", CALX_VALUE_BOOL, CALX_E_DATA, CALX_VALUE_NULL },
        { "SELECT 'infinity'::timestamptz", CALX_VALUE_TIMESTAMP, CALX_E_DATA, CALX_VALUE_NULL },
        { "SELECT current_schema()", CALX_VALUE_NULL, CALX_OK, CALX_VALUE_TEXT },
        { "SELECT '2020-02-29'::date", CALX_VALUE_NULL, CALX_OK, CALX_VALUE_TEXT },
        { "SELECT 1, '{1,2}'::int[]", CALX_VALUE_INT64, CALX_OK, CALX_VALUE_INT64 },
        { "SELECT -1.5::float8, 'a'::char", CALX_VALUE_DOUBLE, CALX_OK, CALX_VALUE_DOUBLE },
        { "SELECT 2.00, point(1, 2)", CALX_VALUE_NULL, CALX_OK, CALX_VALUE_INT64 },
        { "SELECT 2.00, point(1, 2)", CALX_VALUE_INT64, CALX_OK, CALX_VALUE_INT64 },
        { "SELECT -2.50, point(1, 2)", CALX_VALUE_NULL, CALX_OK, CALX_VALUE_DOUBLE },
        { "SELECT -2.50, point(1, 2)", CALX_VALUE_INT64, CALX_E_DATA, CALX_VALUE_NULL },
        { "SELECT 18446744073709551615, point(1, 2)", CALX_VALUE_NULL, CALX_OK, CALX_VALUE_UINT64 },
        { "SELECT 18446744073709551616, point(1, 2)", CALX_VALUE_UINT64, CALX_E_DATA,
          CALX_VALUE_NULL },
        { "SELECT 'NaN'::numeric, point(1, 2)", CALX_VALUE_INT64, CALX_E_DATA, CALX_VALUE_NULL },
        { "SELECT '\\x00ff'::bytea, point(1, 2)", CALX_VALUE_TEXT, CALX_E_DATA, CALX_VALUE_NULL },
        { "SELECT true, '1 day'::interval", CALX_VALUE_BOOL, CALX_OK, CALX_VALUE_BOOL },
        { "SELECT '2020-02-29 12:00+00'::timestamptz, '1 day'::interval", CALX_VALUE_TIMESTAMP,
          CALX_OK, CALX_VALUE_TIMESTAMP },
    };
    line opened = open_line();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        calx_value value = { .type = CALX_VALUE_NULL };
        calx_status status = run_with(&opened, cases[i].sql, NULL, cases[i].wanted, &value);
        if (status != cases[i].status)
            fail_msg("%s: %s", cases[i].sql, calx_status_name(status));
        if (status == CALX_OK && value.type != cases[i].type)
            fail_msg("%s: of class %d", cases[i].sql, (int)value.type);
    }
    close_line(&opened);
}

static void a_column_of_an_unknown_type_leaves_the_others_as_they_are(void **state)
{
    (void)state;
    calx_shows("ENG-155");
    static const char sql[] = "SELECT decode('005c78ff', 'hex'), point(1, 2), ''::bytea, 7::int2";
    line opened = open_line();
    calx_driver_statement *statement = prepare(&opened, sql);
    bool row = false;
    must(&opened, opened.driver->execute(statement, NULL, 0, &row));
    for (int i = 0; i < 2; i++) { /* a row may be read twice */
        const calx_value_type wanted[4] = { CALX_VALUE_BYTES, CALX_VALUE_NULL };
        calx_value read[4];
        must(&opened, opened.driver->read(statement, wanted, read, 4));
        assert_int_equal(read[0].as.span.size, 4);
        assert_memory_equal(read[0].as.span.data, "\0\\x\xff", 4);
        assert_string_equal(read[1].as.span.data, "(1,2)");
        assert_int_equal(read[2].type, CALX_VALUE_BYTES);
        assert_int_equal(read[2].as.span.size, 0);
        assert_int_equal(read[3].as.int64, 7);
    }
    must(&opened, run(&opened, "SET bytea_output = 'escape'"));
    must(&opened, opened.driver->execute(statement, NULL, 0, &row));
    const calx_value_type bytes = CALX_VALUE_BYTES;
    calx_value read;
    assert_int_equal(opened.driver->read(statement, &bytes, &read, 1), CALX_E_DATA);
    assert_non_null(strstr(opened.connection->error.message, "bytea_output"));
    opened.driver->finalize(statement);
    close_line(&opened);
}

static void numerics_are_read_as_the_nearest_double(void **state)
{
    (void)state;
    calx_shows("LIM-13");
    static const struct {
        const char *sql;
        double real;
    } cases[] = {
        { "SELECT 0.1::numeric", 0.1 },
        { "SELECT -12345.678901::numeric", -12345.678901 },
        { "SELECT 1e300::numeric", 1e300 },
        { "SELECT 1e-300::numeric", 1e-300 },
        { "SELECT 0.00::numeric", 0.0 },
        { "SELECT 123456789012345678901234567890::numeric", 123456789012345678901234567890.0 },
    };
    line opened = open_line();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        calx_value value;
        must(&opened, run_with(&opened, cases[i].sql, NULL, CALX_VALUE_DOUBLE, &value));
        assert_memory_equal(&value.as.real, &cases[i].real, sizeof(double));
    }
    close_line(&opened);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_comes_back_as_it_was_at_its_limits),
        cmocka_unit_test(what_the_server_cannot_hold_is_refused_before_it_is_sent),
        cmocka_unit_test(values_are_read_as_what_they_are),
        cmocka_unit_test(a_column_of_an_unknown_type_leaves_the_others_as_they_are),
        cmocka_unit_test(numerics_are_read_as_the_nearest_double),
    };
    return CALX_RUN("postgresql_values", tests);
}
