/*
 * What errors tell beside their status: tables, columns, constraints and values, or no value at
 * all; whether anything was sent; and what a broken file costs.
 */
#include "engine_fixture.h"

#include "support/log_sink.h"

#include <stdio.h>
#include <string.h>

static const char *tell(calx_connection *connection, calx_error_fact fact)
{
    return calx_error_tell(calx_connection_error(connection), fact);
}

static void sqlites_words_are_read_for_tables_and_columns(void **state)
{
    (void)state;
    calx_shows("ENG-204");
    calx_shows("ENG-216");
    static const struct {
        const char *sql;
        calx_status status;
        const char *table;
        const char *column;
        const char *constraint;
    } cases[] = {
        { "INSERT INTO t (id, a, b) VALUES (1, 5, 5)", CALX_E_UNIQUE, "t", "id", "" },
        { "INSERT INTO t (id, a, b) VALUES (2, 1, 1)", CALX_E_UNIQUE, "t", "a, b", "" },
        { "INSERT INTO t (id, a) VALUES (2, 2)", CALX_E_NOT_NULL, "t", "b", "" },
        { "INSERT INTO t (id, a, b) VALUES (2, 2, -1)", CALX_E_CHECK, "", "", "no_minus" },
        { "INSERT INTO t (id, a, b, c) VALUES (2, 2, 2, 'ED')", CALX_E_UNIQUE, "", "", "by_c" },
        { "INSERT INTO t (id, a, b, boss) VALUES (2, 2, 2, 9)", CALX_E_FOREIGN_KEY, "", "", "" },
        { "SELECT * FROM nowhere", CALX_E_NO_OBJECT, "", "", "" },
    };
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    run(connection, "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER NOT NULL "
                    "CONSTRAINT no_minus CHECK (b >= 0), c TEXT, boss INTEGER REFERENCES t (id), "
                    "UNIQUE (a, b))");
    run(connection, "CREATE UNIQUE INDEX by_c ON t (lower(c))");
    run(connection, "INSERT INTO t (id, a, b, c) VALUES (1, 1, 1, 'ed')");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(try_sql(connection, cases[i].sql), cases[i].status);
        assert_string_equal(tell(connection, CALX_ERROR_FACT_TABLE), cases[i].table);
        assert_string_equal(tell(connection, CALX_ERROR_FACT_COLUMN), cases[i].column);
        assert_string_equal(tell(connection, CALX_ERROR_FACT_CONSTRAINT), cases[i].constraint);
    }
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static const char secret[] = "S3CR3T";

/* Nothing an error holds has the value in it. */
static bool tells_nothing(const calx_error *error)
{
    bool clean = strstr(error->message, secret) == NULL && strstr(error->statement, secret) == NULL;
    for (int fact = CALX_ERROR_FACT_DETAIL; fact <= CALX_ERROR_FACT_PARAMETERS; fact++)
        clean = clean && strstr(calx_error_tell(error, (calx_error_fact)fact), secret) == NULL;
    return clean;
}

static calx_status insert_secret(calx_connection *connection)
{
    calx_statement *insert =
        calx_text_statement("INSERT INTO users (name, age) VALUES (:name, :age)");
    calx_statement_bind_text(insert, "name", secret);
    calx_statement_bind_int64(insert, "age", 42);
    calx_status status = calx_connection_execute(connection, insert, NULL);
    calx_statement_free(insert);
    return status;
}

static void an_error_tells_the_values_of_its_statement_or_hides_them(void **state)
{
    (void)state;
    calx_shows("ENG-201");
    calx_shows("ENG-204");
    for (int hides = 0; hides < 2; hides++) {
        calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
        options.hide_parameters = hides == 1;
        calx_engine *engine =
            hides == 0 ? engine_with_users(&options) : new_engine(calx_test_url(), &options);
        calx_connection *connection = connect_to(engine);
        const calx_error *error = calx_connection_error(connection);
        if (hides == 0) {
            assert_int_equal(insert_secret(connection), CALX_OK);
            ok(connection, calx_connection_commit(connection));
        }
        assert_int_equal(insert_secret(connection), CALX_E_UNIQUE);
        assert_string_equal(tell(connection, CALX_ERROR_FACT_PARAMETERS),
                            hides ? "[2 hidden]" : "['S3CR3T', 42]");
        assert_int_equal(tells_nothing(error), hides == 1);
        ok(connection, calx_connection_rollback(connection));
        if (calx_test_on("postgresql")) {
            calx_statement *bad = calx_text_statement("SELECT CAST(CAST(:x AS TEXT) AS INTEGER)");
            calx_statement_bind_text(bad, "x", secret);
            assert_int_equal(calx_connection_execute(connection, bad, NULL), CALX_E_DATA);
            assert_string_equal(error->sqlstate, "22P02");
            assert_int_equal(tells_nothing(error), hides == 1);
            assert_string_not_equal(error->message, "");
            calx_statement_free(bad);
        }
        calx_connection_close(connection);
        calx_engine_free(engine);
    }
}

/* One statement with the value in it, on a connection of an engine that hides values, or not. */
static void check_quoted(calx_connection *connection, bool hides, const char *sql,
                         calx_status status)
{
    calx_statement *statement = calx_text_statement(sql);
    assert_int_equal(calx_statement_bind_text(statement, "x", secret), CALX_OK);
    calx_result *result = NULL;
    bool row = true;
    calx_status found = calx_connection_execute(connection, statement, &result);
    while (found == CALX_OK && row) /* some fail at a row */
        found = calx_result_next(result, &row);
    const calx_error *error = calx_connection_error(connection);
    if (found != status)
        fail_msg("%s: %s: %s", sql, calx_status_name(found), error->message);
    if (tells_nothing(error) != hides)
        fail_msg("%s: %s", sql, error->message);
    if (result != NULL && tells_nothing(calx_result_error(result)) != hides)
        fail_msg("%s: %s", sql, calx_result_error(result)->message);
    assert_int_equal(strstr(error->message, "is hidden") != NULL, hides);
    calx_result_free(result);
    calx_statement_free(statement);
    ok(connection, calx_connection_rollback(connection));
}

typedef struct quoting {
    const char *sql;
    calx_status status;
} quoting;

/* What the databases put into messages of their own. */
static const quoting sqlite_quotes[] = {
    { "SELECT json_extract('{}', :x)", CALX_E_SYNTAX },
    { "SELECT json_extract('{}', '$') UNION ALL SELECT json_extract('{}', :x)", CALX_E_SYNTAX },
    { "ATTACH DATABASE '/nowhere/' || :x AS other", CALX_E_IO },
    { "SELECT * FROM words WHERE words MATCH '(' || :x || ' AND'", CALX_E_SYNTAX },
};
static const quoting postgresql_quotes[] = {
    { "SELECT CAST(:x AS text)::regclass", CALX_E_NO_OBJECT },
    { "SELECT set_config(:x, 'on', false)", CALX_E_NO_OBJECT },
    { "SELECT raise_p0001(:x)", CALX_E_USER },
    { "SELECT raise_other(:x)", CALX_E_UNIQUE },
    { "SELECT raise_hint(:x)", CALX_E_USER },
    { "SELECT run_text(:x)", CALX_E_SYNTAX },
    { "SELECT to_tsquery('simple', :x || ' & &')", CALX_E_SYNTAX },
    { "SELECT currval(:x::text::regclass)", CALX_E_NO_OBJECT },
    { "SELECT pg_read_file('/nowhere/' || :x)", CALX_E_IO },
};

/* false: this SQLite has no full text search, which the last of its cases is about. */
static bool make_quoting(calx_connection *connection)
{
    bool has_all = true;
    static const char *const functions[] = {
        "CREATE FUNCTION raise_p0001(x text) RETURNS int LANGUAGE plpgsql AS "
        "'BEGIN RAISE EXCEPTION ''no %'', x; END'",
        "CREATE FUNCTION raise_other(x text) RETURNS int LANGUAGE plpgsql AS "
        "'BEGIN RAISE unique_violation USING MESSAGE = x; END'",
        "CREATE FUNCTION raise_hint(x text) RETURNS int LANGUAGE plpgsql AS "
        "'BEGIN RAISE EXCEPTION ''no'' USING HINT = x; END'",
        "CREATE FUNCTION run_text(x text) RETURNS int LANGUAGE plpgsql AS "
        "'BEGIN EXECUTE x; RETURN 1; END'",
        "CREATE FUNCTION notice(x text) RETURNS int LANGUAGE plpgsql AS "
        "'BEGIN RAISE NOTICE ''psst %'', x; RETURN 1; END'",
    };
    if (calx_test_on("sqlite"))
        has_all = try_sql(connection,
                          "CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(word)") == CALX_OK;
    for (size_t i = 0; calx_test_on("postgresql") && i < 5; i++)
        run(connection, functions[i]);
    ok(connection, calx_connection_commit(connection));
    return has_all;
}

static void a_message_of_the_database_itself_hides_values_as_well(void **state)
{
    (void)state;
    calx_shows("ENG-201");
    bool sqlite = calx_test_on("sqlite");
    const quoting *cases = sqlite ? sqlite_quotes : postgresql_quotes;
    size_t count = sqlite ? sizeof(sqlite_quotes) / sizeof(quoting)
                          : sizeof(postgresql_quotes) / sizeof(quoting);
    for (int hides = 0; hides < 2; hides++) {
        calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
        options.hide_parameters = hides == 1;
        calx_engine *engine = new_engine(calx_test_url(), &options);
        calx_connection *connection = connect_to(engine);
        if ((hides == 0 || sqlite) && !make_quoting(connection))
            count = sizeof(sqlite_quotes) / sizeof(quoting) - 1;
        for (size_t i = 0; i < count; i++)
            check_quoted(connection, hides == 1, cases[i].sql, cases[i].status);
        calx_connection_close(connection);
        calx_engine_free(engine);
    }
}

/* What says nothing of values keeps its words. */
static void what_holds_no_value_is_told_where_values_are_hidden(void **state)
{
    (void)state;
    calx_shows("ENG-201");
    static const struct {
        const char *sql;
        const char *word;
    } cases[] = {
        { "SELECT :x FROM nowhere_table", "nowhere_table" },
        { "SELECT no_column, :x FROM users", "no_column" },
        { "CREATE TABLE users (id INTEGER)", "users" },
        { "INSERT INTO users (id, name, age) VALUES (1, :x, -1)", "age" },
        { "INSERT INTO users (id, name) SELECT 1, NULL WHERE :x = :x", "name" },
        { "SELEKT :x", "SELEKT" },
    };
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.hide_parameters = true;
    calx_engine *engine = engine_with_users(&options);
    calx_connection *connection = connect_to(engine);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        calx_statement *statement = calx_text_statement(cases[i].sql);
        if (strstr(cases[i].sql, ":x") != NULL)
            calx_statement_bind_text(statement, "x", secret);
        assert_int_not_equal(calx_connection_execute(connection, statement, NULL), CALX_OK);
        if (strstr(calx_connection_error(connection)->message, cases[i].word) == NULL)
            fail_msg("%s: %s", cases[i].sql, calx_connection_error(connection)->message);
        assert_true(tells_nothing(calx_connection_error(connection)));
        ok(connection, calx_connection_rollback(connection));
        calx_statement_free(statement);
    }
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_notice_is_logged_without_the_values_that_are_hidden(void **state)
{
    (void)state;
    calx_shows("ENG-201");
    for (int hides = 0; hides < 2; hides++) {
        log_sink sink;
        log_sink_init(&sink);
        calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
        options.hide_parameters = hides == 1;
        options.echo = CALX_ECHO_DEBUG;
        options.log = log_sink_line;
        options.log_context = &sink;
        calx_engine *engine = new_engine(calx_test_url(), &options);
        calx_connection *connection = connect_to(engine);
        if (hides == 0)
            (void)make_quoting(connection);
        calx_statement *statement = calx_text_statement("SELECT notice(:x)");
        calx_statement_bind_text(statement, "x", secret);
        ok(connection, calx_connection_execute(connection, statement, NULL));
        run(connection, "DROP TABLE IF EXISTS nowhere_table");
        assert_int_equal(log_sink_has(&sink, secret), hides == 0);
        assert_int_equal(log_sink_has(&sink, "NOTICE 00000: (hidden)"), hides == 1);
        assert_true(log_sink_has(&sink, "nowhere_table\" does not exist"));
        calx_statement_free(statement);
        calx_connection_close(connection);
        calx_engine_free(engine);
        log_sink_clear(&sink);
    }
}

static void a_long_list_of_values_is_cut(void **state)
{
    (void)state;
    calx_shows("ENG-201");
    enum { COUNT = 60 };
    log_sink sink;
    log_sink_init(&sink);
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.echo = CALX_ECHO_SQL;
    options.log = log_sink_line;
    options.log_context = &sink;
    calx_engine *engine = new_engine(calx_test_url(), &options);
    calx_connection *connection = connect_to(engine);
    char sql[1024] = "SELECT 1 WHERE 0 IN (:p0";
    for (int i = 1; i < COUNT; i++)
        snprintf(sql + strlen(sql), sizeof(sql) - strlen(sql), ", :p%d", i);
    strcat(sql, ")");
    calx_statement *statement = calx_text_statement(sql);
    for (int i = 0; i < COUNT; i++) {
        char name[8];
        snprintf(name, sizeof(name), "p%d", i);
        assert_int_equal(calx_statement_bind_int64(statement, name, 1000 + i), CALX_OK);
    }
    ok(connection, calx_connection_execute(connection, statement, NULL));
    assert_true(log_sink_has(&sink, "1049, ... 10 more]"));
    assert_false(log_sink_has(&sink, "1050"));
    calx_statement_free(statement);
    calx_connection_close(connection);
    calx_engine_free(engine);
    log_sink_clear(&sink);
}

static void a_copy_of_an_error_outlives_the_next_call(void **state)
{
    (void)state;
    calx_shows("ENG-204");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    const calx_error *error = calx_connection_error(connection);
    calx_error kept = CALX_ERROR_INIT;
    assert_int_equal(try_sql(connection, "INSERT INTO users (id) VALUES (1)"), CALX_E_NOT_NULL);
    calx_error_copy(&kept, error);
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(error->status, CALX_OK);
    assert_string_equal(error->statement, "");
    assert_int_equal(kept.status, CALX_E_NOT_NULL);
    assert_string_equal(kept.statement, "INSERT INTO users (id) VALUES (1)");
    assert_string_equal(calx_error_tell(&kept, CALX_ERROR_FACT_TABLE), "users");
    assert_string_equal(calx_error_tell(&kept, CALX_ERROR_FACT_COLUMN), "name");
    calx_error_clear(&kept);
    calx_error_copy(NULL, error);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void what_reached_nobody_says_so(void **state)
{
    (void)state;
    calx_shows("ENG-097");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_size = 1;
    options.max_overflow = 0;
    options.pool_timeout = 0;
    calx_engine *engine = engine_with_users(&options);
    calx_connection *connection = connect_to(engine);
    const calx_error *error = calx_connection_error(connection);
    assert_int_equal(try_sql(connection, "SELECT 1 FROM nowhere"), CALX_E_NO_OBJECT);
    assert_int_equal(error->flags & CALX_ERROR_NOT_SENT, 0); /* this did */
    ok(connection, calx_connection_rollback(connection));
    ok(connection, calx_connection_invalidate(connection));
    calx_connection *other = connect_to(engine);
    assert_int_equal(try_sql(connection, "DELETE FROM users"), CALX_E_POOL_TIMEOUT);
    assert_int_equal(error->flags & CALX_ERROR_NOT_SENT, CALX_ERROR_NOT_SENT);
    calx_connection_close(other);
    run(connection, "DELETE FROM users"); /* so it may be sent again */
    calx_connection_close(connection);
    calx_engine_free(engine);
}

/* ---- files ---- */

static void overwrite(const char *path, long offset, size_t size)
{
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    assert_int_equal(fseek(file, offset, SEEK_SET), 0);
    for (size_t i = 0; i < size; i++)
        fputc('~', file);
    assert_int_equal(fclose(file), 0);
}

typedef enum damage { HEAD, PAGE, MOVED, DAMAGES } damage;

/* The change counter goes along, so that what connections remember of the file is dropped. */
static void do_damage(damage how, const char *path)
{
    char other[1200];
    if (how == HEAD)
        overwrite(path, 0, 100);
    if (how == PAGE) {
        overwrite(path, 24, 4);
        overwrite(path, 4096, 4096);
    }
    if (how == MOVED) {
        snprintf(other, sizeof(other), "%s.moved", path);
        assert_int_equal(rename(path, other), 0);
    }
}

static void a_broken_file_costs_the_connection_that_finds_out(void **state)
{
    (void)state;
    calx_shows("ENG-082");
    static const struct {
        const char *sql;
        calx_status status;
        int code; /* the primary one */
    } cases[DAMAGES] = { [HEAD] = { "SELECT count(*) FROM t", CALX_E_CORRUPT, 26 },
                         [PAGE] = { "SELECT count(*) FROM t", CALX_E_CORRUPT, 11 },
                         [MOVED] = { "INSERT INTO t VALUES ('b')", CALX_E_READ_ONLY, 8 } };
    for (int how = 0; how < DAMAGES; how++) {
        char path[1024];
        char url[1100];
        calx_engine_state counts;
        snprintf(path, sizeof(path), "%s%d", calx_test_path("broken.db"), how);
        snprintf(url, sizeof(url), "sqlite:///%s", path);
        calx_engine *engine = new_engine(url, NULL);
        calx_connection *connection = connect_to(engine);
        calx_connection *idle = connect_to(engine);
        run(connection, "CREATE TABLE t (x TEXT)");
        run(connection, "INSERT INTO t VALUES ('a')");
        ok(connection, calx_connection_commit(connection));
        calx_connection_close(idle);
        do_damage((damage)how, path);
        calx_status status = try_sql(connection, cases[how].sql);
        const calx_error *error = calx_connection_error(connection);
        if (status != cases[how].status)
            fail_msg("%d: %s: %s", how, calx_status_name(status), error->message);
        assert_int_equal(error->driver_code & 0xff, cases[how].code);
        assert_true(error->flags & CALX_ERROR_DISCONNECT);
        calx_engine_status(engine, &counts);
        assert_int_equal(counts.out, 0);
        assert_int_equal(counts.idle, 1); /* the pool is left alone */
        calx_connection_close(connect_to(engine));
        calx_engine_status(engine, &counts);
        assert_int_equal(counts.created, 2);
        assert_int_equal(counts.closed, 1);
        calx_connection_close(connection);
        calx_engine_free(engine);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CALX_SQLITE(sqlites_words_are_read_for_tables_and_columns),
        cmocka_unit_test(an_error_tells_the_values_of_its_statement_or_hides_them),
        cmocka_unit_test(a_message_of_the_database_itself_hides_values_as_well),
        cmocka_unit_test(what_holds_no_value_is_told_where_values_are_hidden),
        CALX_POSTGRESQL(a_notice_is_logged_without_the_values_that_are_hidden),
        cmocka_unit_test(a_long_list_of_values_is_cut),
        cmocka_unit_test(a_copy_of_an_error_outlives_the_next_call),
        cmocka_unit_test(what_reached_nobody_says_so),
        CALX_SQLITE(a_broken_file_costs_the_connection_that_finds_out),
    };
    return CALX_RUN("engine_errors", tests);
}
