/*
 * What an engine is told when it is made: options in a struct, settings that are text, and that
 * everything wrong is named in one answer.
 */
#include "engine_fixture.h"
#include "support/log_sink.h"
#include "support/ration.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static calx_status from_config(const calx_setting *settings, size_t count, const char *prefix,
                               calx_engine **out_engine, calx_error *error)
{
    calx_engine_config config = CALX_ENGINE_CONFIG_INIT;
    config.settings = settings;
    config.count = count;
    config.prefix = prefix;
    return calx_engine_from_config(&config, NULL, out_engine, error);
}

static void an_engine_is_made_from_settings_that_are_text(void **state)
{
    (void)state;
    calx_shows("ENG-035");
    log_sink sink;
    log_sink_init(&sink);
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.log = log_sink_line;
    options.log_context = &sink;
    options.pool_size = 2;
    const calx_setting settings[] = {
        { "colour", "red" },
        { "db.url", calx_test_url() },
        { "db.name", "main" },
        { "db.pool_size", "50" },
        { "db.max_overflow", "-1" },
        { "db.pool_timeout", "7000" },
        { "db.pool_use_lifo", "TRUE" },
        { "db.pool_reset_on_return", "none" },
        { "db.echo", "true" },
        { "db.hide_parameters", "on" },
        { "db.pool_recycle", "3600" },
    };
    calx_engine_config config = CALX_ENGINE_CONFIG_INIT;
    config.settings = settings;
    config.count = sizeof(settings) / sizeof(settings[0]);
    config.prefix = "db.";
    calx_engine *engine = NULL;
    calx_error error = CALX_ERROR_INIT;
    if (calx_engine_from_config(&config, &options, &engine, &error) != CALX_OK)
        fail_msg("%s", error.message);
    calx_engine_state counts;
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.size, 50);
    calx_connection *connection = connect_to(engine);
    run(connection, "SELECT 1");
    calx_connection_close(connection);
    assert_true(log_sink_has(&sink, "SELECT 1"));
    assert_string_equal(sink.lines[0].logger, "calx.engine.main");
    calx_engine_free(engine);
    log_sink_clear(&sink);
}

static void the_prefix_is_calx_unless_another_is_given(void **state)
{
    (void)state;
    calx_shows("ENG-035");
    const calx_setting settings[] = { { "calx.url", calx_test_url() }, { "calx.pool_size", "3" } };
    calx_engine *engine = NULL;
    calx_engine_state counts;
    assert_int_equal(from_config(settings, 2, NULL, &engine, NULL), CALX_OK);
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.size, 3);
    calx_engine_free(engine);
}

static void a_reset_is_named_in_settings(void **state)
{
    (void)state;
    calx_shows("ENG-035");
    calx_shows("ENG-067");
    static const struct {
        const char *word;
        int64_t rows;
    } cases[] = { { "rollback", 0 }, { "commit", 1 }, { "none", 1 } };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const calx_setting settings[] = { { "calx.url", calx_test_url() },
                                          { "calx.pool_size", "1" },
                                          { "calx.pool_reset_on_return", cases[i].word } };
        calx_engine *engine = NULL;
        assert_int_equal(from_config(settings, 3, NULL, &engine, NULL), CALX_OK);
        calx_connection *connection = connect_to(engine);
        run(connection, "DROP TABLE IF EXISTS t");
        run(connection, "CREATE TABLE t (x INTEGER)");
        ok(connection, calx_connection_commit(connection));
        run(connection, "INSERT INTO t VALUES (1)");
        calx_connection_close(connection);
        connection = connect_to(engine);
        assert_int_equal(number(connection, "SELECT count(*) FROM t"), cases[i].rows);
        /* With none the transaction was still there, as it was left. */
        ok(connection, calx_connection_rollback(connection));
        assert_int_equal(number(connection, "SELECT count(*) FROM t"), i == 1);
        calx_connection_close(connection);
        calx_engine_free(engine);
    }
}

static void bad_settings_are_all_named_and_their_values_are_not(void **state)
{
    (void)state;
    calx_shows("ENG-032");
    calx_shows("ENG-035");
    const calx_setting settings[] = {
        { "pool_size", "fifty-secret" }, { "pool_reset_on_return", "sometimes-secret" },
        { "pool_use_lifo", "secret" },   { "pool_colour", "secret" },
        { "max_overflow", "" },          { "pool_timeout", "99999999999999999999" },
    };
    static const char *const named[] = { "pool_size",   "pool_reset_on_return", "pool_use_lifo",
                                         "pool_colour", "max_overflow",         "pool_timeout",
                                         "url" };
    calx_engine *engine = NULL;
    calx_error error = CALX_ERROR_INIT;
    assert_int_equal(from_config(settings, 6, "", &engine, &error), CALX_E_ARGUMENT);
    assert_null(engine);
    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
        assert_non_null(strstr(error.message, named[i]));
    assert_null(strstr(error.message, "secret"));
    const calx_setting low[] = { { "url", calx_test_url() }, { "pool_size", "-1" } };
    assert_int_equal(from_config(low, 2, "", &engine, &error), CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, "pool_size"));
    calx_engine_config config = { 0 };
    assert_int_equal(calx_engine_from_config(&config, NULL, &engine, &error), CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, "CALX_ENGINE_CONFIG_INIT"));
    calx_error_clear(&error);
}

static void options_the_pool_lacks_are_all_named(void **state)
{
    (void)state;
    calx_shows("ENG-032");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    calx_engine *engine = NULL;
    calx_error error = CALX_ERROR_INIT;
    options.max_overflow = 3;
    options.pool_timeout = 100;
    options.pool_use_lifo = true;
    options.pool_size = 7;
    assert_int_equal(calx_engine_new("sqlite://", &options, &engine, &error), CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, "max_overflow, pool_timeout, pool_use_lifo"));
    assert_null(strstr(error.message, "pool_size"));
    calx_error_clear(&error);
}

/* Nothing that is wrong hides anything else that is. */
static void what_is_wrong_with_options_and_url_is_told_together(void **state)
{
    (void)state;
    calx_shows("ENG-031");
    calx_shows("ENG-032");
    calx_shows("ENG-033");
    calx_execution_options execution = CALX_EXECUTION_OPTIONS_INIT;
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    calx_engine *engine = NULL;
    calx_error error = CALX_ERROR_INIT;
    bool sqlite = calx_test_on("sqlite");
    execution.retries = -7;
    options.execution_options = &execution;
    options.pool_size = 2;
    options.pool_min_idle = 3;
    options.pool_lifetime_jitter = 101;
    options.max_overflow = -2;
    options.poolclass = CALX_POOL_THREAD;
    const char *url = sqlite ? "sqlite:///:memory:?timeout=abc&begin=never&colour=1"
                             : "postgresql://?connect_timeout=abc&sslsni=never&colour=1";
    static const char *const named[] = { "max_overflow is below",
                                         "pool_lifetime_jitter is above",
                                         "pool_min_idle is above pool_size",
                                         "timeout must be seconds",
                                         "must be one of",
                                         "URL: colour",
                                         "retries is below -1" };
    assert_int_equal(calx_engine_new(url, &options, &engine, &error), CALX_E_ARGUMENT);
    assert_null(engine);
    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
        if (strstr(error.message, named[i]) == NULL)
            fail_msg("%s: %s", named[i], error.message);
    }
    /* With a good URL it is known which pool there is, and what it lacks. */
    assert_int_equal(calx_engine_new(calx_test_url(), &options, &engine, &error), CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, "retries is below -1"));
    assert_non_null(strstr(error.message, "pool_min_idle is above pool_size"));
    assert_non_null(strstr(error.message, "of kind thread, has no: max_overflow"));
    const calx_setting settings[] = { { "url", url }, { "pool_size", "x" }, { "hue", "1" } };
    assert_int_equal(from_config(settings, 3, "", &engine, &error), CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, "pool_size is not a number; hue is unknown"));
    assert_non_null(strstr(error.message, "timeout must be seconds"));
    calx_error_clear(&error);
}

/* The child of a fork; 0: all is well there. */
static int use_in_child(calx_engine *engine)
{
    calx_connection *connection = NULL;
    calx_statement *statement = calx_text_statement("SELECT 1");
    calx_engine_state counts;
    calx_engine_abandon(engine);
    calx_engine_status(engine, &counts);
    int failures = counts.out != 0;
    failures += calx_engine_connect(engine, &connection, NULL) != CALX_OK;
    failures +=
        connection == NULL || calx_connection_execute(connection, statement, NULL) != CALX_OK;
    calx_connection_close(connection);
    calx_statement_free(statement);
    return failures;
}

static void a_child_may_forget_its_parents_connections(void **state)
{
    (void)state;
    calx_shows("ENG-040");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *held = connect_to(engine);
    calx_connection_close(connect_to(engine));
    run(held, "INSERT INTO users (id, name) VALUES (1, 'a')");
    if (calx_test_on("sqlite")) /* locks that were open would be the child's, too (ENG-102) */
        ok(held, calx_connection_commit(held));
    pid_t child = fork();
    if (child == 0)
        _exit(use_in_child(engine));
    int result = -1;
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_true(WIFEXITED(result));
    assert_int_equal(WEXITSTATUS(result), 0);
    /* The parent felt nothing of it. */
    ok(held, calx_connection_commit(held));
    calx_connection *idle = connect_to(engine);
    assert_int_equal(number(idle, "SELECT count(*) FROM users"), 1);
    calx_engine_state counts;
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.created, 2);
    calx_connection_close(idle);
    calx_connection_close(held);
    calx_engine_free(engine);
}

/* What is forgotten is SQLite's and stays allocated, which a check for leaks would tell of. */
static void a_process_may_forget_its_own_connections(void **state)
{
    (void)state;
    calx_shows("ENG-040");
    if (calx_test_on("sqlite") && CALX_TEST_CHECKS_ADDRESSES)
        return;
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *held = connect_to(engine);
    calx_engine_abandon(engine);
    assert_int_equal(try_sql(held, "SELECT 1"), CALX_E_STATE);
    calx_connection_close(held);
    held = connect_to(engine);
    run(held, "SELECT 1");
    calx_connection_close(held);
    calx_engine_free(engine);
}

static calx_status configure(void)
{
    const calx_setting settings[] = { { "calx.url", "sqlite://" }, { "calx.name", "n" } };
    const calx_setting bad[] = { { "calx.what", "?" } };
    const calx_setting worse[] = { { "calx.url", "sqlite://?timeout=x&begin=y&z=1" },
                                   { "calx.echo", "loud" } };
    calx_engine *engine = NULL;
    calx_error error = CALX_ERROR_INIT;
    calx_status status = from_config(settings, 2, NULL, &engine, &error);
    calx_engine_free(engine);
    if (status == CALX_OK && from_config(bad, 1, NULL, &engine, &error) == CALX_E_NOMEM)
        status = CALX_E_NOMEM;
    if (status == CALX_OK && from_config(worse, 2, NULL, &engine, &error) == CALX_E_NOMEM)
        status = CALX_E_NOMEM;
    calx_error_clear(&error);
    return status;
}

static void missing_memory_for_settings_is_survived(void **state)
{
    (void)state;
    calx_shows("ENG-035");
    calx_status status = CALX_E_NOMEM;
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = configure();
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_engine_is_made_from_settings_that_are_text),
        cmocka_unit_test(the_prefix_is_calx_unless_another_is_given),
        cmocka_unit_test(a_reset_is_named_in_settings),
        cmocka_unit_test(bad_settings_are_all_named_and_their_values_are_not),
        CALX_SQLITE(options_the_pool_lacks_are_all_named),
        cmocka_unit_test(what_is_wrong_with_options_and_url_is_told_together),
        cmocka_unit_test(a_child_may_forget_its_parents_connections),
        cmocka_unit_test(a_process_may_forget_its_own_connections),
        CALX_SQLITE(missing_memory_for_settings_is_survived),
    };
    return CALX_RUN("engine_options", tests);
}
