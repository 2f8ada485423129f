/*
 * What an engine writes to its log: the statements that are sent, as much of them as was asked
 * for, and never a secret.
 */
#include "engine_fixture.h"
#include "support/log_sink.h"

#include <string.h>

static void no_secret_of_a_url_is_told(void **state)
{
    (void)state;
    calx_shows("ENG-012");
    const bool file = calx_test_on("sqlite");
    const char *url = file ? "sqlite://u:SECRET@/f?password=SECRET"
                           : "postgresql://u:SECRET@/d?host=/nowhere/at&sslpassword=SECRET";
    log_sink sink;
    log_sink_init(&sink);
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.echo = CALX_ECHO_DEBUG;
    options.log = log_sink_line;
    options.log_context = &sink;
    calx_engine *engine = NULL;
    calx_connection *connection = NULL;
    calx_error error = CALX_ERROR_INIT;
    calx_status status = calx_engine_new(url, &options, &engine, &error);
    if (status == CALX_OK) {
        assert_non_null(strstr(calx_engine_url(engine), "u:***@"));
        assert_null(strstr(calx_engine_url(engine), "SECRET"));
        status = calx_engine_connect(engine, &connection, &error);
    }
    assert_int_equal(status, file ? CALX_E_ARGUMENT : CALX_E_CONNECT);
    assert_null(strstr(error.message, "SECRET"));
    assert_false(log_sink_has(&sink, "SECRET"));
    calx_error_clear(&error);
    calx_engine_free(engine);
    log_sink_clear(&sink);
}

static void statements_and_transactions_are_echoed_with_their_values(void **state)
{
    (void)state;
    calx_shows("ENG-198");
    calx_shows("ENG-199");
    calx_shows("ENG-203");
    log_sink sink;
    log_sink_init(&sink);
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.echo = CALX_ECHO_SQL;
    options.log = log_sink_line;
    options.log_context = &sink;
    options.name = "main";
    calx_engine *engine = engine_with_users(&options);
    calx_connection *connection = connect_to(engine);
    log_sink_forget(&sink);
    calx_statement *insert =
        calx_text_statement("INSERT INTO users (name, age) VALUES (:name, :age)");
    calx_statement_bind_text(insert, "name", "o'neil");
    calx_statement_bind_int64(insert, "age", 42);
    ok(connection, calx_connection_execute(connection, insert, NULL));
    calx_statement_free(insert);
    ok(connection, calx_connection_commit(connection));
    assert_int_equal(log_sink_count(&sink, ""), 3);
    assert_string_equal(sink.lines[0].text, "BEGIN (implicit)");
    assert_string_equal(sink.lines[1].text,
                        "INSERT INTO users (name, age) VALUES (?, ?) ['o''neil', 42]");
    assert_string_equal(sink.lines[2].text, "COMMIT");
    assert_string_equal(sink.lines[0].logger, "calx.engine.main");
    run(connection, "SELECT 1");
    ok(connection, calx_connection_rollback(connection));
    assert_true(log_sink_has(&sink, "ROLLBACK"));
    calx_connection_close(connection);
    calx_engine_free(engine);
    log_sink_clear(&sink);
}

static void what_is_echoed_is_chosen(void **state)
{
    (void)state;
    calx_shows("ENG-121");
    calx_shows("ENG-198");
    for (int echo = CALX_ECHO_OFF; echo <= CALX_ECHO_DEBUG; echo++) {
        log_sink sink;
        log_sink_init(&sink);
        calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
        options.echo = (calx_echo)echo;
        options.log = log_sink_line;
        options.log_context = &sink;
        calx_engine *engine = new_engine(calx_test_url(), &options);
        calx_connection *connection = connect_to(engine);
        log_sink_forget(&sink);
        assert_int_equal(number(connection, "SELECT 42"), 42);
        if (echo == CALX_ECHO_OFF)
            assert_int_equal(log_sink_count(&sink, ""), 0);
        if (echo == CALX_ECHO_SQL)
            assert_int_equal(log_sink_count(&sink, ""), 2);
        if (echo != CALX_ECHO_OFF)
            assert_int_equal(log_sink_find(&sink, 0, "SELECT 42"),
                             log_sink_find(&sink, 0, "BEGIN (implicit)") + 1);
        assert_int_equal(log_sink_has(&sink, "row [42]"), echo == CALX_ECHO_DEBUG);
        assert_int_equal(log_sink_has(&sink, "took "), echo == CALX_ECHO_DEBUG);
        calx_connection_close(connection);
        calx_engine_free(engine);
        log_sink_clear(&sink);
    }
}

static void hidden_parameters_are_in_no_log_and_long_ones_are_cut(void **state)
{
    (void)state;
    calx_shows("ENG-201");
    static const char long_text[] = "INSERT INTO users (name) VALUES (:name)";
    char value[2001];
    memset(value, 'x', sizeof(value) - 1);
    value[2000] = '\0';
    for (int hide = 0; hide < 2; hide++) {
        log_sink sink;
        log_sink_init(&sink);
        calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
        options.echo = CALX_ECHO_DEBUG;
        options.hide_parameters = hide == 1;
        options.log = log_sink_line;
        options.log_context = &sink;
        calx_engine *engine = engine_with_users(&options);
        calx_connection *connection = connect_to(engine);
        calx_statement *insert = calx_text_statement(long_text);
        calx_statement_bind_text(insert, "name", value);
        ok(connection, calx_connection_execute(connection, insert, NULL));
        assert_false(log_sink_has(&sink, value));
        assert_int_equal(log_sink_has(&sink, "xxx"), hide == 0);
        assert_int_equal(log_sink_has(&sink, "(2000 bytes)"), hide == 0);
        assert_int_equal(log_sink_has(&sink, "[1 hidden]"), hide == 1);
        calx_statement_free(insert);
        calx_connection_close(connection);
        calx_engine_free(engine);
        log_sink_clear(&sink);
        engine = new_engine(calx_test_url(), NULL);
        connection = connect_to(engine);
        run(connection, "DROP TABLE users");
        ok(connection, calx_connection_commit(connection));
        calx_connection_close(connection);
        calx_engine_free(engine);
    }
}

static void a_return_sends_one_statement_or_none(void **state)
{
    (void)state;
    calx_shows("ENG-044");
    calx_shows("ENG-067");
    calx_shows("ENG-131");
    static const struct {
        calx_pool_reset reset;
        const char *line; /* or NULL: nothing is sent */
    } cases[] = { { CALX_POOL_RESET_ROLLBACK, "ROLLBACK (returned to the pool)" },
                  { CALX_POOL_RESET_COMMIT, "COMMIT (returned to the pool)" },
                  { CALX_POOL_RESET_NONE, NULL } };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        log_sink sink;
        log_sink_init(&sink);
        calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
        options.echo = CALX_ECHO_SQL;
        options.log = log_sink_line;
        options.log_context = &sink;
        options.pool_reset_on_return = cases[i].reset;
        calx_engine *engine = new_engine(calx_test_url(), &options);
        calx_connection *connection = connect_to(engine);
        assert_int_equal(number(connection, "SELECT 1"), 1);
        ok(connection, calx_connection_commit(connection));
        log_sink_forget(&sink);
        calx_connection_close(connection);
        assert_int_equal(log_sink_count(&sink, ""), 0);
        connection = connect_to(engine);
        ok(connection, calx_connection_begin_nested(connection));
        assert_int_equal(number(connection, "SELECT 1"), 1);
        log_sink_forget(&sink);
        calx_connection_close(connection);
        assert_int_equal(log_sink_count(&sink, ""), cases[i].line != NULL ? 1 : 0);
        if (cases[i].line != NULL)
            assert_true(log_sink_has(&sink, cases[i].line));
        calx_engine_free(engine);
        log_sink_clear(&sink);
    }
}

static void a_connection_that_cannot_be_reset_is_told_and_closed(void **state)
{
    (void)state;
    calx_shows("ENG-046");
    log_sink sink;
    log_sink_init(&sink);
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.echo = CALX_ECHO_SQL;
    options.log = log_sink_line;
    options.log_context = &sink;
    calx_engine *engine = new_engine(calx_test_url(), &options);
    calx_connection *lost = connect_to(engine);
    calx_connection *other = connect_to(engine);
    char sql[64];
    snprintf(sql, sizeof(sql), "SELECT pg_terminate_backend(%lld, 5000)",
             (long long)number(lost, "SELECT pg_backend_pid()::bigint"));
    run(other, sql);
    calx_connection_close(lost);
    assert_int_equal(log_sink_count(&sink, "could not be reset"), 1);
    calx_engine_state counts;
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.idle, 0);
    assert_int_equal(counts.out, 1);
    assert_int_equal(counts.closed, 1);
    calx_connection_close(other);
    calx_engine_free(engine);
    log_sink_clear(&sink);
}

static void a_long_list_of_values_is_cut_and_counted(void **state)
{
    (void)state;
    calx_shows("ENG-201");
    enum { VALUES = 60, SHOWN = 50 };
    char sql[VALUES * 8] = "SELECT ";
    log_sink sink;
    log_sink_init(&sink);
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.echo = CALX_ECHO_SQL;
    options.log = log_sink_line;
    options.log_context = &sink;
    calx_engine *engine = new_engine(calx_test_url(), &options);
    calx_connection *connection = connect_to(engine);
    for (int i = 0; i < VALUES; i++)
        sprintf(sql + strlen(sql), "%s:p%d", i > 0 ? "," : "", i);
    calx_statement *statement = calx_text_statement(sql);
    for (int i = 0; i < VALUES; i++) {
        char name[8];
        snprintf(name, sizeof(name), "p%d", i);
        calx_statement_bind_int64(statement, name, 7000 + i);
    }
    ok(connection, calx_connection_execute(connection, statement, NULL));
    char last[8], first_cut[8], more[16];
    snprintf(last, sizeof(last), "%d", 7000 + SHOWN - 1);
    snprintf(first_cut, sizeof(first_cut), "%d", 7000 + SHOWN);
    snprintf(more, sizeof(more), "%d more", VALUES - SHOWN);
    assert_true(log_sink_has(&sink, last));
    assert_false(log_sink_has(&sink, first_cut));
    assert_true(log_sink_has(&sink, more));
    calx_statement_free(statement);
    calx_connection_close(connection);
    calx_engine_free(engine);
    log_sink_clear(&sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_secret_of_a_url_is_told),
        cmocka_unit_test(statements_and_transactions_are_echoed_with_their_values),
        cmocka_unit_test(what_is_echoed_is_chosen),
        cmocka_unit_test(hidden_parameters_are_in_no_log_and_long_ones_are_cut),
        cmocka_unit_test(a_return_sends_one_statement_or_none),
        CALX_POSTGRESQL(a_connection_that_cannot_be_reset_is_told_and_closed),
        cmocka_unit_test(a_long_list_of_values_is_cut_and_counted),
    };
    return CALX_RUN("engine_log", tests);
}
