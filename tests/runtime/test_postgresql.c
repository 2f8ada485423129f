/*
 * The PostgreSQL driver by itself, through its table: what only a server can show. Texts of the
 * server are not looked at, since they may be in any language.
 */
#include "postgresql_line.h"
#include "support/log_sink.h"

#include <calx/engine.h>

#include "base/clock.h"

#include <float.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- URLs ---- */

static const char *setting(const line *opened, const char *keyword)
{
    const calx_postgresql_config *config = (calx_postgresql_config *)opened->config;
    for (size_t i = 0; i < config->count; i++) {
        if (strcmp(config->keywords[i], keyword) == 0)
            return config->values[i];
    }
    return "";
}

static void a_url_becomes_keywords(void **state)
{
    (void)state;
    calx_shows("ENG-003");
    calx_shows("ENG-019");
    calx_shows("ENG-020");
    calx_shows("ENG-024");
    calx_shows("ENG-030");
    static const struct {
        const char *url;
        const char *keyword;
        const char *value;
    } cases[] = {
        { "postgresql://u:p@h:5433/d", "user", "u" },
        { "postgresql://u:p@h:5433/d", "password", "p" },
        { "postgresql://u:p@h:5433/d", "host", "h" },
        { "postgresql://u:p@h:5433/d", "port", "5433" },
        { "postgresql:///host=evil", "dbname", "host=evil" },
        { "postgresql://", "dbname", "" },
        { "postgresql://", "gssencmode", "disable" },
        { "postgresql://", "client_encoding", "UTF8" },
        { "postgresql://", "keepalives_idle", "30" },
        { "postgresql://", "keepalives_interval", "10" },
        { "postgresql://", "keepalives_count", "3" },
        { "postgresql://", "tcp_user_timeout", "30000" },
        { "postgresql://h?tcp_user_timeout=5", "tcp_user_timeout", "5" },
        { "postgresql:///d?host=/run/pg", "host", "/run/pg" },
        { "postgresql:///d?host=a:1&host=b&host=c:3", "host", "a,b,c" },
        { "postgresql:///d?host=a:1&host=b&host=c:3", "port", "1,,3" },
        { "postgresql:///d?host=a,b,c&port=1,,3", "port", "1,,3" },
        { "postgresql://h/d?host=other", "host", "other" },
        { "postgresql:///d?host=a:xyz", "host", "a:xyz" },
        { "postgresql:///d?ssl=true", "sslmode", "require" },
        { "postgresql:///d?options=-c%20a%3Db", "options", "-c a=b" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        line read;
        if (try_configure(&read, cases[i].url) != CALX_OK)
            fail_msg("%s: %s", cases[i].url, read.error.message);
        assert_string_equal(setting(&read, cases[i].keyword), cases[i].value);
        close_line(&read);
    }
    calx_engine *engine = NULL;
    assert_int_equal(calx_engine_new("postgres://h/d", NULL, &engine, NULL), CALX_OK);
    assert_string_equal(calx_engine_driver_name(engine), "postgresql");
    calx_engine_free(engine);
}

/* A key of the server's URL as a variable of the environment. */
static void into_environment(const char *key, const char *variable)
{
    char value[256] = "";
    const char *found = strstr(server_url(), key);
    assert_non_null(found);
    found += strlen(key);
    snprintf(value, sizeof(value), "%.*s", (int)strcspn(found, "&"), found);
    setenv(variable, value, 1);
}

static void what_a_url_leaves_out_comes_from_the_environment(void **state)
{
    (void)state;
    calx_shows("ENG-021");
    line opened;
    into_environment("host=", "PGHOST");
    into_environment("user=", "PGUSER");
    setenv("PGDATABASE", "postgres", 1);
    calx_status status = try_open(&opened, "postgresql://");
    unsetenv("PGHOST");
    unsetenv("PGUSER");
    unsetenv("PGDATABASE");
    if (status != CALX_OK)
        fail_msg("%s", opened.error.message);
    assert_int_equal(number(&opened, "SELECT count(*) WHERE current_database() = 'postgres' "
                                     "AND current_user = 'calx'"),
                     1);
    close_line(&opened);
}

static void bad_options_are_refused_by_name(void **state)
{
    (void)state;
    calx_shows("ENG-020");
    calx_shows("ENG-025");
    static const struct {
        const char *url;
        const char *word;
    } cases[] = {
        { "postgresql://u:SECRET@h/d?colour=red&size=3", "colour, size" },
        { "postgresql:///d?replication=true", "replication" },
        { "postgresql:///d?sslmode=maybe", "verify-full" },
        { "postgresql:///d?ssl_min_protocol_version=SSLv3", "TLSv1.2" },
        { "postgresql:///d?target_session_attrs=fast", "prefer-standby" },
        { "postgresql:///d?connect_timeout=soon", "connect_timeout" },
        { "postgresql:///d?cached_statements=-1", "cached_statements" },
        { "postgresql:///d?prepared=maybe", "on or off" },
        { "postgresql:///d?client_encoding=LATIN1", "UTF8" },
        { "postgresql:///d?user=a&user=b", "twice" },
        { "postgresql:///d?host=a:1&host=b&port=3", "mixes" },
        { "postgresql:///d?host=a,b&port=1,2,3", "2 hosts but 3 ports" },
        { "postgresql:///d?host=a,b&port=1,x", "port" },
        { "postgresql:///d?host=a:1&host=b:x", "port" },
        { "postgresql:///d?port=70000", "port" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        line read;
        assert_int_equal(try_configure(&read, cases[i].url), CALX_E_ARGUMENT);
        if (strstr(read.error.message, cases[i].word) == NULL)
            fail_msg("%s: %s", cases[i].url, read.error.message);
        assert_null(strstr(read.error.message, "SECRET"));
        close_line(&read);
    }
}

static void a_server_that_is_not_there_or_refuses_is_told_apart(void **state)
{
    (void)state;
    calx_shows("ENG-029");
    calx_shows("ENG-178");
    line opened;
    assert_int_equal(try_open(&opened, "postgresql:///d?host=/nowhere/at/all"), CALX_E_CONNECT);
    assert_non_null(strstr(opened.error.message, "/nowhere/at/all"));
    close_line(&opened);
    char url[512];
    char *database = strdup(calx_test_url());
    char *place = strstr(database, "/postgres?");
    assert_non_null(place);
    *place = '\0';
    snprintf(url, sizeof(url), "%s/not_there?%s", database, place + strlen("/postgres?"));
    free(database);
    assert_int_equal(try_open(&opened, url), CALX_E_NO_OBJECT);
    assert_string_equal(opened.error.sqlstate, "3D000");
    assert_null(strstr(opened.error.message, "3D000"));
    close_line(&opened);
    snprintf(url, sizeof(url), "%s&user=nobody_at_all", server_url());
    char *second = strstr(url, "user=calx");
    assert_non_null(second);
    memmove(second, second + strlen("user=calx&"), strlen(second + strlen("user=calx&")) + 1);
    assert_int_equal(try_open(&opened, url), CALX_E_AUTH);
    assert_string_equal(opened.error.sqlstate, "28000");
    close_line(&opened);
    snprintf(url, sizeof(url), "%s&options=-cno_such_setting%%3D1", server_url());
    assert_int_equal(try_open(&opened, url), CALX_E_CONNECT);
    assert_string_equal(opened.error.sqlstate, "42704");
    close_line(&opened);
    snprintf(url, sizeof(url), "%s&options=-cwork_mem%%3Dmuch", server_url());
    assert_int_equal(try_open(&opened, url), CALX_E_CONNECT);
    assert_string_equal(opened.error.sqlstate, "22023");
    close_line(&opened);
    snprintf(url, sizeof(url), "%s&options=-cwork_mem%%3D123kB", server_url());
    assert_int_equal(try_open(&opened, url), CALX_OK);
    assert_int_equal(number(&opened, "SELECT setting::bigint FROM pg_settings "
                                     "WHERE name = 'work_mem'"),
                     123);
    assert_int_equal(number(&opened, "SELECT count(*) FROM pg_settings "
                                     "WHERE name = 'client_encoding' AND setting = 'UTF8'"),
                     1);
    close_line(&opened);
}

/* ---- values ---- */

static void assert_same(const calx_value *left, const calx_value *right)
{
    assert_int_equal(left->type, right->type);
    if (left->type == CALX_VALUE_BOOL)
        assert_int_equal(left->as.boolean, right->as.boolean);
    else if (left->type == CALX_VALUE_DOUBLE)
        assert_memory_equal(&left->as.real, &right->as.real, sizeof(double));
    else if (left->type == CALX_VALUE_TEXT || left->type == CALX_VALUE_BYTES) {
        assert_int_equal(left->as.span.size, right->as.span.size);
        assert_memory_equal(left->as.span.data, right->as.span.data, left->as.span.size);
    } else if (left->type != CALX_VALUE_NULL)
        assert_true(left->as.uint64 == right->as.uint64);
}

/* Stores a value in a column made for a member of that type, and reads it again. */
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
        cmocka_unit_test(a_url_becomes_keywords),
        cmocka_unit_test(what_a_url_leaves_out_comes_from_the_environment),
        cmocka_unit_test(bad_options_are_refused_by_name),
        cmocka_unit_test(a_server_that_is_not_there_or_refuses_is_told_apart),
        cmocka_unit_test(every_type_comes_back_as_it_was_at_its_limits),
        cmocka_unit_test(what_the_server_cannot_hold_is_refused_before_it_is_sent),
        cmocka_unit_test(values_are_read_as_what_they_are),
        cmocka_unit_test(a_column_of_an_unknown_type_leaves_the_others_as_they_are),
        cmocka_unit_test(numerics_are_read_as_the_nearest_double),
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
