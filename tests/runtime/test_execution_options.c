/*
 * Execution options: of engine, connection and statement, the later over the earlier; levels of
 * isolation by name, in force and gone when the connection is; engines derived from others.
 */
#include "engine_fixture.h"
#include "support/log_sink.h"
#include "support/ration.h"

#include <string.h>

static const calx_execution_options unset = CALX_EXECUTION_OPTIONS_INIT;

static calx_execution_options with_level(const char *level)
{
    calx_execution_options options = unset;
    options.isolation_level = level;
    return options;
}

static void set(calx_connection *connection, const calx_execution_options *options)
{
    ok(connection, calx_connection_execution_options(connection, options));
}

static const char *level_of(calx_connection *connection)
{
    const char *level = NULL;
    ok(connection, calx_connection_isolation_level(connection, &level));
    return level;
}

/* The level a transaction really has. */
static void check_level(calx_connection *connection, const char *wanted)
{
    run(connection, "SELECT 1");
    assert_string_equal(level_of(connection), wanted);
    ok(connection, calx_connection_rollback(connection));
}

static const char *default_level(void)
{
    return calx_test_on("postgresql") ? "READ COMMITTED" : "SERIALIZABLE";
}

static calx_status derive_error(calx_engine *engine, const calx_execution_options *options,
                                calx_error *error)
{
    calx_engine *derived = NULL;
    calx_status status = calx_engine_execution_options(engine, options, &derived, error);
    assert_null(derived);
    return status;
}

static void levels_are_named_as_one_likes_and_others_are_refused_at_once(void **state)
{
    (void)state;
    calx_shows("ENG-137");
    static const char *const names[] = { "serializable", "READ_UNCOMMITTED", "Read Uncommitted",
                                         "autocommit" };
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        calx_execution_options options = with_level(names[i]);
        calx_engine *derived = NULL;
        assert_int_equal(calx_engine_execution_options(engine, &options, &derived, NULL), CALX_OK);
        calx_engine_free(derived);
    }
    calx_error error = CALX_ERROR_INIT;
    calx_execution_options options = with_level("SNAPSHOT");
    assert_int_equal(derive_error(engine, &options, &error), CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, "SERIALIZABLE, AUTOCOMMIT"));
    assert_int_equal(strstr(error.message, "REPEATABLE READ") != NULL, calx_test_on("postgresql"));
    calx_engine_options whole = CALX_ENGINE_OPTIONS_INIT;
    whole.execution_options = &options;
    calx_engine *none = NULL;
    assert_int_equal(calx_engine_new(calx_test_url(), &whole, &none, &error), CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, "isolation_level"));
    calx_error_clear(&error);
    calx_engine_free(engine);
}

static void a_level_holds_for_all_connections_of_an_engine_or_for_one(void **state)
{
    (void)state;
    calx_shows("ENG-138");
    calx_shows("ENG-141");
    calx_execution_options options = with_level("READ UNCOMMITTED");
    calx_engine_options whole = CALX_ENGINE_OPTIONS_INIT;
    whole.execution_options = &options;
    calx_engine *engine = new_engine(calx_test_url(), &whole);
    calx_connection *first = connect_to(engine);
    calx_connection *second = connect_to(engine);
    check_level(first, "READ UNCOMMITTED");
    options = with_level("SERIALIZABLE");
    set(first, &options);
    check_level(first, "SERIALIZABLE");
    check_level(second, "READ UNCOMMITTED");
    check_level(first, "SERIALIZABLE"); /* in the next transaction, too */
    calx_connection_close(first);
    calx_connection_close(second);
    for (int i = 0; i < 2; i++) {
        first = connect_to(engine);
        check_level(first, "READ UNCOMMITTED");
        calx_connection_close(first);
    }
    calx_engine_free(engine);
}

static void a_level_of_a_transaction_is_not_undone_by_its_rollback(void **state)
{
    (void)state;
    calx_shows("ENG-141");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    calx_execution_options options = with_level("REPEATABLE READ");
    set(connection, &options);
    for (int i = 0; i < 3; i++) {
        run(connection, "SELECT 1");
        assert_string_equal(level_of(connection), "REPEATABLE READ");
        ok(connection, calx_connection_rollback(connection));
        /* The session of the server was never told: it is the transaction's own. */
        assert_int_equal(number(connection, "SELECT (current_setting('default_transaction_isolation"
                                            "') = 'read committed')::int"),
                         1);
        ok(connection, calx_connection_rollback(connection));
    }
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void no_level_changes_inside_a_transaction_or_for_one_statement(void **state)
{
    (void)state;
    calx_shows("ENG-139");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    calx_execution_options options = with_level("SERIALIZABLE");
    calx_execution_options token = unset;
    token.logging_token = "t";
    run(connection, "SELECT 1");
    assert_int_equal(calx_connection_execution_options(connection, &options), CALX_E_STATE);
    calx_execution_options told;
    calx_connection_get_execution_options(connection, &told);
    assert_null(told.isolation_level);
    set(connection, &token); /* others may */
    assert_string_equal(level_of(connection), default_level());
    ok(connection, calx_connection_rollback(connection));
    set(connection, &options);
    calx_statement *statement = calx_text_statement("SELECT 1");
    calx_error error = CALX_ERROR_INIT;
    assert_int_equal(calx_statement_execution_options(statement, &options, &error),
                     CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, "isolation_level"));
    assert_int_equal(calx_statement_execution_options(NULL, &token, &error), CALX_E_ARGUMENT);
    assert_int_equal(calx_connection_execution_options(connection, NULL), CALX_E_ARGUMENT);
    calx_error_clear(&error);
    calx_statement_free(statement);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_level_outlives_the_connection_it_was_first_used_on(void **state)
{
    (void)state;
    calx_shows("ENG-140");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    calx_execution_options options = with_level("READ UNCOMMITTED");
    set(connection, &options);
    check_level(connection, "READ UNCOMMITTED");
    ok(connection, calx_connection_invalidate(connection));
    check_level(connection, "READ UNCOMMITTED");
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void autocommit_sends_no_begin_and_undoes_nothing(void **state)
{
    (void)state;
    calx_shows("ENG-142");
    calx_shows("ENG-199");
    log_sink sink;
    log_sink_init(&sink);
    calx_engine_options whole = CALX_ENGINE_OPTIONS_INIT;
    whole.log = log_sink_line;
    whole.log_context = &sink;
    whole.echo = CALX_ECHO_SQL;
    calx_engine *engine = engine_with_users(&whole);
    calx_connection *connection = connect_to(engine);
    calx_execution_options options = with_level("AUTOCOMMIT");
    set(connection, &options);
    log_sink_forget(&sink);
    assert_string_equal(level_of(connection), "AUTOCOMMIT");
    run(connection, "INSERT INTO users (id, name) VALUES (1, 'a')");
    assert_true(calx_connection_in_transaction(connection));
    assert_int_equal(calx_connection_begin(connection), CALX_E_STATE);
    ok(connection, calx_connection_rollback(connection));
    assert_false(calx_connection_in_transaction(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 1);
    ok(connection, calx_connection_commit(connection));
    assert_true(log_sink_has(&sink, "BEGIN (implicit; autocommit: not sent)"));
    assert_true(log_sink_has(&sink, "ROLLBACK (autocommit: not sent)"));
    assert_true(log_sink_has(&sink, "COMMIT (autocommit: not sent)"));
    run(connection, "VACUUM");
    assert_int_equal(calx_connection_begin_nested(connection), CALX_E_STATE);
    assert_int_equal(try_sql(connection, "INSERT INTO users (id, name) VALUES (1, 'b')"),
                     CALX_E_UNIQUE);
    run(connection, "INSERT INTO users (id, name) VALUES (2, 'b')"); /* nothing is pending */
    calx_connection_close(connection);
    connection = connect_to(engine);
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 2);
    if (calx_test_on("postgresql"))
        assert_int_equal(try_sql(connection, "VACUUM"), CALX_E_TX_STATE);
    calx_connection_close(connection);
    calx_engine_free(engine);
    log_sink_clear(&sink);
}

static void a_read_only_transaction_refuses_writes_until_it_is_over(void **state)
{
    (void)state;
    calx_shows("ENG-143");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    calx_execution_options options = unset;
    options.read_only = CALX_SWITCH_ON;
    options.deferrable = CALX_SWITCH_ON;
    options.isolation_level = "SERIALIZABLE";
    set(connection, &options);
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 0);
    if (calx_test_on("postgresql"))
        assert_int_equal(number(connection, "SELECT (current_setting('transaction_deferrable') = "
                                            "'on')::int"),
                         1);
    assert_int_equal(try_sql(connection, "INSERT INTO users (id, name) VALUES (1, 'a')"),
                     CALX_E_READ_ONLY);
    ok(connection, calx_connection_rollback(connection));
    calx_connection_close(connection);
    connection = connect_to(engine);
    run(connection, "INSERT INTO users (id, name) VALUES (1, 'a')");
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void the_later_and_closer_option_wins(void **state)
{
    (void)state;
    calx_shows("ENG-185");
    const calx_setting far[] = { { "shard", "1" }, { "colour", "red" } };
    const calx_setting near[] = { { "shard", "2" } };
    calx_execution_options options = unset;
    options.yield_per = 10;
    options.page_size = 20;
    options.timeout_ms = 60000;
    options.logging_token = "engine";
    options.others = far;
    options.other_count = 2;
    calx_engine_options whole = CALX_ENGINE_OPTIONS_INIT;
    whole.execution_options = &options;
    calx_engine *engine = new_engine(calx_test_url(), &whole);
    calx_execution_options told;
    calx_engine_get_execution_options(engine, &told);
    assert_int_equal(told.page_size, 20);
    assert_int_equal(told.stream_results, CALX_SWITCH_ON); /* yield_per streams */
    calx_connection *connection = connect_to(engine);
    options = unset;
    options.page_size = 30;
    options.timeout_ms = -1;
    options.max_row_buffer = 7;
    options.others = near;
    options.other_count = 1;
    options.pool_reset = "Commit";
    set(connection, &options);
    calx_connection_get_execution_options(connection, &told);
    assert_int_equal(told.yield_per, 10);
    assert_int_equal(told.page_size, 30);
    assert_int_equal(told.timeout_ms, -1);
    assert_int_equal(told.max_row_buffer, 7);
    assert_string_equal(told.logging_token, "engine");
    assert_string_equal(told.pool_reset, "commit");
    assert_int_equal(told.other_count, 2);
    assert_string_equal(told.others[0].key, "colour");
    assert_string_equal(told.others[1].key, "shard");
    assert_string_equal(told.others[1].value, "2");
    options = unset;
    options.logging_token = "";
    options.yield_per = -1;
    options.stream_results = CALX_SWITCH_OFF;
    set(connection, &options);
    calx_connection_get_execution_options(connection, &told);
    assert_string_equal(told.logging_token, "");
    assert_int_equal(told.yield_per, -1);
    assert_int_equal(told.stream_results, CALX_SWITCH_OFF);
    assert_int_equal(told.page_size, 30);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void bad_options_are_all_named(void **state)
{
    (void)state;
    calx_shows("ENG-185");
    static const char *const named[] = { "isolation_level", "read_only",  "stream_results",
                                         "yield_per",       "page_size",  "timeout_ms",
                                         "max_row_buffer",  "pool_reset", "others" };
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_execution_options options = unset;
    calx_error error = CALX_ERROR_INIT;
    options.isolation_level = "";
    options.read_only = (calx_switch)9;
    options.stream_results = (calx_switch)9;
    options.yield_per = options.page_size = options.max_row_buffer = -2;
    options.timeout_ms = -2;
    options.pool_reset = "maybe";
    options.other_count = 1;
    assert_int_equal(derive_error(engine, &options, &error), CALX_E_ARGUMENT);
    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
        assert_non_null(strstr(error.message, named[i]));
    const calx_setting no_value[] = { { "k", NULL } };
    options = unset;
    options.others = no_value;
    options.other_count = 1;
    assert_int_equal(derive_error(engine, &options, &error), CALX_E_ARGUMENT);
    options = (calx_execution_options){ 0 };
    assert_int_equal(derive_error(engine, &options, &error), CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, "CALX_EXECUTION_OPTIONS_INIT"));
    calx_error_clear(&error);
    calx_engine_free(engine);
}

static void a_statement_has_options_of_its_own(void **state)
{
    (void)state;
    calx_shows("ENG-185");
    calx_shows("ENG-202");
    log_sink sink;
    log_sink_init(&sink);
    calx_engine_options whole = CALX_ENGINE_OPTIONS_INIT;
    whole.log = log_sink_line;
    whole.log_context = &sink;
    whole.echo = CALX_ECHO_SQL;
    whole.name = "main";
    calx_engine *engine = new_engine(calx_test_url(), &whole);
    calx_connection *connection = connect_to(engine);
    calx_execution_options options = unset;
    options.logging_token = "request 7";
    set(connection, &options);
    run(connection, "SELECT 1");
    options.logging_token = "inner"; /* also inside a transaction */
    set(connection, &options);
    run(connection, "SELECT 2");
    calx_statement *statement = calx_text_statement("SELECT 3");
    options.logging_token = "own";
    assert_int_equal(calx_statement_execution_options(statement, &options, NULL), CALX_OK);
    ok(connection, calx_connection_execute(connection, statement, NULL));
    assert_int_equal(calx_statement_execution_options(statement, NULL, NULL), CALX_OK);
    ok(connection, calx_connection_execute(connection, statement, NULL));
    calx_engine_dispose(engine);
    run(connection, "SELECT 4");
    calx_statement_free(statement);
    calx_connection_close(connection);
    static const char *const lines[] = { "[request 7] BEGIN (implicit)",
                                         "[request 7] SELECT 1",
                                         "[inner] SELECT 2",
                                         "[own] SELECT 3",
                                         "[inner] SELECT 3",
                                         "[inner] SELECT 4" };
    long position = 0;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        position = log_sink_find(&sink, (size_t)position, lines[i]);
        assert_true(position >= 0);
        assert_string_equal(sink.lines[position].logger, "calx.engine.main");
    }
    calx_engine_free(engine);
    log_sink_clear(&sink);
}

/* Reads all rows of a statement with options; answers how many. */
static int64_t read_all(calx_connection *connection, calx_statement *statement)
{
    calx_result *result = NULL;
    bool row = false;
    int64_t count = 0;
    ok(connection, calx_connection_execute(connection, statement, &result));
    while (calx_result_next(result, &row) == CALX_OK && row)
        count++;
    assert_int_equal(calx_result_error(result)->status, CALX_OK);
    calx_result_free(result);
    return count;
}

static void rows_are_streamed_when_asked_for(void **state)
{
    (void)state;
    calx_shows("ENG-179");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    run(connection, "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 3000)"
                    "INSERT INTO users (id, name) SELECT x, 'n' || x FROM n");
    calx_statement *statement = calx_text_statement("SELECT id, name FROM users");
    calx_execution_options options = unset;
    options.stream_results = CALX_SWITCH_ON;
    for (int i = 0; i < 4; i++) {
        options.yield_per = i == 1 ? 7 : 0;
        options.max_row_buffer = i == 2 ? 100 : 0;
        assert_int_equal(calx_statement_execution_options(statement, &options, NULL), CALX_OK);
        assert_int_equal(read_all(connection, statement), 3000);
    }
    calx_statement_free(statement);
    /* What writes is no stream, whatever was asked for. */
    statement = calx_text_statement("UPDATE users SET age = 1 WHERE id < 11 RETURNING id");
    assert_int_equal(calx_statement_execution_options(statement, &options, NULL), CALX_OK);
    assert_int_equal(read_all(connection, statement), 10);
    calx_statement_free(statement);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void what_becomes_of_the_transaction_at_the_end_can_be_said(void **state)
{
    (void)state;
    calx_shows("ENG-185");
    calx_engine *engine = engine_with_users(NULL);
    calx_execution_options options = unset;
    static const char *const resets[] = { "rollback", "commit", NULL };
    for (int i = 0; i < 3; i++) {
        char sql[80];
        calx_connection *connection = connect_to(engine);
        options.pool_reset = resets[i];
        set(connection, &options);
        snprintf(sql, sizeof(sql), "INSERT INTO users (id, name) VALUES (%d, 'n%d')", i, i);
        run(connection, sql);
        calx_connection_close(connection);
    }
    calx_connection *connection = connect_to(engine);
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 1);
    assert_int_equal(number(connection, "SELECT id FROM users"), 1);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_derived_engine_shares_the_pool_and_has_its_own_options(void **state)
{
    (void)state;
    calx_shows("ENG-037");
    calx_execution_options options = unset;
    options.logging_token = "root";
    options.page_size = 5;
    calx_engine_options whole = CALX_ENGINE_OPTIONS_INIT;
    whole.execution_options = &options;
    calx_engine *engine = new_engine(calx_test_url(), &whole);
    calx_engine *derived = NULL;
    calx_engine *third = NULL;
    options = with_level("READ UNCOMMITTED");
    assert_int_equal(calx_engine_execution_options(engine, &options, &derived, NULL), CALX_OK);
    options = unset;
    options.page_size = 6;
    assert_int_equal(calx_engine_execution_options(derived, &options, &third, NULL), CALX_OK);
    calx_execution_options told;
    calx_engine_get_execution_options(third, &told);
    assert_string_equal(told.isolation_level, "READ UNCOMMITTED");
    assert_string_equal(told.logging_token, "root");
    assert_int_equal(told.page_size, 6);
    assert_string_equal(calx_engine_url(third), calx_engine_url(engine));
    calx_connection *connection = connect_to(derived);
    check_level(connection, "READ UNCOMMITTED");
    calx_connection_close(connection);
    connection = connect_to(engine);
    check_level(connection, default_level());
    calx_engine_state counts;
    calx_engine_status(third, &counts);
    assert_int_equal(counts.out, 1);
    assert_int_equal(counts.created, 1); /* the same physical connection, one after the other */
    calx_connection_close(connection);
    calx_engine_dispose(derived);
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.idle, 0);
    calx_connection_close(connect_to(derived));
    calx_engine_dispose(engine);
    calx_engine_status(derived, &counts);
    assert_int_equal(counts.idle, 0);
    calx_engine_free(engine); /* the order does not matter */
    connection = connect_to(third);
    run(connection, "SELECT 1");
    calx_engine_free(third);
    calx_connection_close(connection);
    size_t cut = 0;
    assert_int_equal(calx_engine_shutdown(derived, 100, &cut), CALX_OK);
    assert_int_equal(cut, 0);
    calx_engine_free(derived);
}

static calx_status set_all(calx_engine *engine)
{
    const calx_setting other = { "k", "v" };
    calx_execution_options options = with_level("SERIALIZABLE");
    options.logging_token = "t";
    options.others = &other;
    options.other_count = 1;
    calx_engine *derived = NULL;
    calx_connection *connection = NULL;
    calx_statement *statement = calx_text_statement("SELECT 1");
    calx_status status = statement != NULL ? CALX_OK : CALX_E_NOMEM;
    if (status == CALX_OK)
        status = calx_statement_execution_options(
            statement,
            &(calx_execution_options){
                .size = sizeof(options), .yield_per = 3, .logging_token = "s" },
            NULL);
    if (status == CALX_OK)
        status = calx_engine_execution_options(engine, &options, &derived, NULL);
    if (status == CALX_OK)
        status = calx_engine_connect(derived, &connection, NULL);
    if (status == CALX_OK)
        status = calx_connection_execution_options(connection, &options);
    if (status == CALX_OK)
        status = calx_connection_execute(connection, statement, NULL);
    calx_connection_close(connection);
    calx_engine_free(derived);
    calx_statement_free(statement);
    return status;
}

static void missing_memory_for_options_is_survived(void **state)
{
    (void)state;
    calx_shows("ENG-185");
    calx_status status = CALX_E_NOMEM;
    const char *url = calx_test_url();
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        ration account;
        calx_engine *engine = NULL;
        assert_true(ration_start(&account, allowed));
        status = calx_engine_new(url, NULL, &engine, NULL);
        if (status == CALX_OK)
            status = set_all(engine);
        calx_engine_free(engine);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_are_named_as_one_likes_and_others_are_refused_at_once),
        cmocka_unit_test(a_level_holds_for_all_connections_of_an_engine_or_for_one),
        CALX_POSTGRESQL(a_level_of_a_transaction_is_not_undone_by_its_rollback),
        cmocka_unit_test(no_level_changes_inside_a_transaction_or_for_one_statement),
        cmocka_unit_test(a_level_outlives_the_connection_it_was_first_used_on),
        cmocka_unit_test(autocommit_sends_no_begin_and_undoes_nothing),
        cmocka_unit_test(a_read_only_transaction_refuses_writes_until_it_is_over),
        cmocka_unit_test(the_later_and_closer_option_wins),
        cmocka_unit_test(bad_options_are_all_named),
        cmocka_unit_test(a_statement_has_options_of_its_own),
        cmocka_unit_test(rows_are_streamed_when_asked_for),
        cmocka_unit_test(what_becomes_of_the_transaction_at_the_end_can_be_said),
        cmocka_unit_test(a_derived_engine_shares_the_pool_and_has_its_own_options),
        cmocka_unit_test(missing_memory_for_options_is_survived),
    };
    return CALX_RUN("execution_options", tests);
}
