/*
 * Functions of engines and what belongs to them, called with NULL where something must be: each
 * answers so, in words where there is a place for them, and does nothing.
 */
#include "engine_fixture.h"

#include <calx/copy.h>
#include <calx/event.h>
#include <calx/notification.h>
#include <calx/script.h>
#include <calx/two_phase.h>
#include <calx/url.h>

#include <string.h>

/* error: where it is told; NULL: nowhere. */
static void refused(const char *name, calx_status status, const calx_error *error)
{
    if (status != CALX_E_ARGUMENT)
        fail_msg("%s: %s", name, calx_status_name(status));
    if (error != NULL && (error->status != CALX_E_ARGUMENT || error->message[0] == '\0'))
        fail_msg("%s: %s: %s", name, calx_status_name(error->status), error->message);
}

static calx_status no_function(void *context, calx_connection *connection)
{
    (void)context;
    (void)connection;
    return CALX_OK;
}

static calx_status no_listener(void *context, calx_event_details *details)
{
    (void)context;
    (void)details;
    return CALX_OK;
}

static void an_engine_that_is_null_is_refused(void **state)
{
    (void)state;
    calx_shows("ENG-031");
    calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
    calx_listener listener = CALX_LISTENER_INIT;
    calx_connection *connection = NULL;
    calx_engine *engine = NULL;
    calx_engine_state counts;
    calx_server server;
    calx_error error = CALX_ERROR_INIT;
    listener.function = no_listener;
    refused("options", calx_engine_execution_options(NULL, &options, &engine, &error), &error);
    refused("connect", calx_engine_connect(NULL, &connection, &error), &error);
    refused("connect_at", calx_engine_connect_at(NULL, CALX_HERE, &connection, &error), &error);
    refused("run", calx_engine_run(NULL, no_function, NULL, &error), &error);
    refused("connect", calx_engine_connect(NULL, &connection, NULL), NULL);
    refused("shutdown", calx_engine_shutdown(NULL, 0, NULL), NULL);
    refused("server", calx_engine_server(NULL, &server), NULL);
    refused("listen", calx_engine_listen(NULL, CALX_EVENT_BEGIN, &listener), NULL);
    refused("unlisten", calx_engine_unlisten(NULL, CALX_EVENT_BEGIN, no_listener, NULL), NULL);
    assert_null(connection);
    assert_null(engine);
    calx_engine_free(NULL);
    calx_engine_refresh(NULL);
    calx_engine_pause(NULL);
    calx_engine_resume(NULL);
    calx_engine_dispose(NULL);
    calx_engine_abandon(NULL);
    memset(&counts, 1, sizeof(counts));
    calx_engine_status(NULL, &counts);
    assert_int_equal(counts.created, 0);
    calx_engine_get_execution_options(NULL, &options);
    assert_int_equal(options.size, sizeof(options));
    assert_string_equal(calx_engine_url(NULL), "");
    assert_string_equal(calx_engine_driver_name(NULL), "");
    calx_error_clear(&error);
}

static void a_place_that_is_null_is_refused_by_an_engine(void **state)
{
    (void)state;
    calx_shows("ENG-031");
    calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
    const calx_setting setting = { "calx.url", calx_test_url() };
    calx_engine_config config = CALX_ENGINE_CONFIG_INIT;
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_engine *other = NULL;
    calx_engine_state counts;
    calx_error error = CALX_ERROR_INIT;
    char line[8] = "before";
    config.settings = &setting;
    config.count = 1;
    refused("new", calx_engine_new(calx_test_url(), NULL, NULL, &error), &error);
    refused("new", calx_engine_new(NULL, NULL, &other, &error), &error);
    refused("from_config", calx_engine_from_config(&config, NULL, NULL, &error), &error);
    refused("from_config", calx_engine_from_config(NULL, NULL, &other, &error), &error);
    refused("options", calx_engine_execution_options(engine, &options, NULL, &error), &error);
    refused("options", calx_engine_execution_options(engine, NULL, &other, &error), &error);
    refused("connect", calx_engine_connect(engine, NULL, &error), &error);
    refused("connect_at", calx_engine_connect_at(engine, NULL, NULL, &error), &error);
    refused("run", calx_engine_run(engine, NULL, NULL, &error), &error);
    refused("server", calx_engine_server(engine, NULL), NULL);
    refused("listen", calx_engine_listen(engine, CALX_EVENT_BEGIN, NULL), NULL);
    refused("unlisten", calx_engine_unlisten(engine, CALX_EVENT_BEGIN, NULL, NULL), NULL);
    assert_null(other);
    calx_engine_status(engine, NULL);
    calx_engine_get_execution_options(engine, NULL);
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.created, 0);
    assert_int_equal(calx_engine_state_describe(NULL, line, sizeof(line)), 0);
    assert_string_equal(line, "");
    assert_int_equal(calx_engine_state_describe(&counts, NULL, 8), 0);
    assert_true(calx_engine_state_describe(&counts, NULL, 0) > 0);
    calx_engine_free(engine);
    calx_error_clear(&error);
}

static void a_connection_that_is_null_is_refused(void **state)
{
    (void)state;
    calx_shows("ENG-103");
    calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
    calx_script_report report = CALX_SCRIPT_REPORT_INIT;
    calx_parameter_sets sets = CALX_PARAMETER_SETS_INIT;
    const calx_driver_sql text = { .sql = "SELECT 1" };
    calx_statement *one = calx_text_statement("SELECT 1");
    const calx_notification *news = NULL;
    calx_result *result = NULL;
    const char *level = NULL;
    char **names = NULL;
    size_t count = 0;
    void *value = NULL;
    int64_t rows = 0;
    const struct {
        const char *name;
        calx_status status;
    } calls[] = {
        { "begin", calx_connection_begin(NULL) },
        { "begin_nested", calx_connection_begin_nested(NULL) },
        { "commit", calx_connection_commit(NULL) },
        { "rollback", calx_connection_rollback(NULL) },
        { "execute", calx_connection_execute(NULL, one, &result) },
        { "execute_with", calx_connection_execute_with(NULL, one, &options, &result) },
        { "execute_many", calx_connection_execute_many(NULL, one, &sets, &rows) },
        { "exec_driver_sql", calx_connection_exec_driver_sql(NULL, &text, &result) },
        { "execute_script", calx_connection_execute_script(NULL, "SELECT 1", &report) },
        { "execution_options", calx_connection_execution_options(NULL, &options) },
        { "isolation_level", calx_connection_isolation_level(NULL, &level) },
        { "invalidate", calx_connection_invalidate(NULL) },
        { "invalidate_soft", calx_connection_invalidate_soft(NULL) },
        { "cancel", calx_connection_cancel(NULL) },
        { "detach", calx_connection_detach(NULL) },
        { "set_info", calx_connection_set_info(NULL, CALX_INFO_SLOT, "a", &rows) },
        { "get_info", calx_connection_get_info(NULL, CALX_INFO_SLOT, "a", &value) },
        { "listen", calx_connection_listen(NULL, "a") },
        { "unlisten", calx_connection_unlisten(NULL, "a") },
        { "notification", calx_connection_notification(NULL, 0, &news) },
        { "copy_in", calx_connection_copy_in(NULL, "COPY t FROM STDIN", NULL, &rows) },
        { "copy_out", calx_connection_copy_out(NULL, "COPY t TO STDOUT", NULL, &rows) },
        { "begin_two_phase", calx_connection_begin_two_phase(NULL, "a") },
        { "prepare", calx_connection_prepare(NULL) },
        { "commit_prepared", calx_connection_commit_prepared(NULL, "a") },
        { "rollback_prepared", calx_connection_rollback_prepared(NULL, "a") },
        { "recover", calx_connection_recover(NULL, &names, &count) },
    };
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        refused(calls[i].name, calls[i].status, calx_connection_error(NULL));
    calx_connection_close(NULL);
    assert_false(calx_connection_in_transaction(NULL));
    calx_connection_get_execution_options(NULL, &options);
    assert_int_equal(options.size, sizeof(options));
    calx_statement_free(one);
}

static void a_place_that_is_null_is_refused_by_a_connection(void **state)
{
    (void)state;
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *c = connect_to(engine);
    const calx_error *error = calx_connection_error(c);
    calx_parameter_sets sets = CALX_PARAMETER_SETS_INIT;
    const calx_driver_sql nothing = { .sql = NULL };
    calx_statement *one = calx_text_statement("SELECT 1");
    bool postgresql = calx_test_on("postgresql");
    size_t count = 0;
    void *value = NULL;
    refused("execute", calx_connection_execute(c, NULL, NULL), error);
    refused("execute_with", calx_connection_execute_with(c, NULL, NULL, NULL), error);
    refused("execute_many", calx_connection_execute_many(c, one, NULL, NULL), error);
    refused("execute_many", calx_connection_execute_many(c, NULL, &sets, NULL), error);
    refused("exec_driver_sql", calx_connection_exec_driver_sql(c, NULL, NULL), error);
    refused("exec_driver_sql", calx_connection_exec_driver_sql(c, &nothing, NULL), error);
    refused("execute_script", calx_connection_execute_script(c, NULL, NULL), error);
    refused("execution_options", calx_connection_execution_options(c, NULL), error);
    refused("isolation_level", calx_connection_isolation_level(c, NULL), error);
    refused("set_info", calx_connection_set_info(c, CALX_INFO_SLOT, NULL, NULL), error);
    refused("get_info", calx_connection_get_info(c, CALX_INFO_SLOT, NULL, &value), error);
    refused("get_info", calx_connection_get_info(c, CALX_INFO_SLOT, "a", NULL), error);
    refused("recover", calx_connection_recover(c, NULL, &count), error);
    if (postgresql) {
        refused("listen", calx_connection_listen(c, NULL), error);
        refused("notification", calx_connection_notification(c, 0, NULL), error);
        refused("copy_in", calx_connection_copy_in(c, NULL, NULL, NULL), error);
        refused("copy_out", calx_connection_copy_out(c, NULL, NULL, NULL), error);
        refused("begin_two_phase", calx_connection_begin_two_phase(c, NULL), error);
        refused("commit_prepared", calx_connection_commit_prepared(c, NULL), error);
        refused("rollback_prepared", calx_connection_rollback_prepared(c, NULL), error);
    }
    calx_connection_get_execution_options(c, NULL);
    run(c, "SELECT 1");
    calx_statement_free(one);
    calx_connection_close(c);
    calx_engine_free(engine);
}

static void results_refuse_what_is_null(void **state)
{
    (void)state;
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    calx_statement *one = calx_text_statement("SELECT 1 AS a");
    calx_result *result = NULL;
    bool row = false;
    ok(connection, calx_connection_execute(connection, one, &result));
    refused("next", calx_result_next(result, NULL), calx_result_error(result));
    assert_int_equal(calx_result_next(result, &row), CALX_OK);
    assert_true(row); /* none was lost */
    for (calx_result *r = result;; r = NULL) {
        size_t column = 0;
        refused("index", calx_result_column_index(r, NULL, &column), calx_result_error(r));
        refused("index", calx_result_column_index(r, "a", NULL), calx_result_error(r));
        refused("value", calx_result_value(r, 0, NULL), calx_result_error(r));
        refused("bool", calx_result_bool(r, 0, NULL), calx_result_error(r));
        refused("int64", calx_result_int64(r, 0, NULL), calx_result_error(r));
        refused("uint64", calx_result_uint64(r, 0, NULL), calx_result_error(r));
        refused("double", calx_result_double(r, 0, NULL), calx_result_error(r));
        refused("text", calx_result_text(r, 0, NULL), calx_result_error(r));
        refused("bytes", calx_result_bytes(r, 0, NULL), calx_result_error(r));
        refused("timestamp", calx_result_timestamp(r, 0, NULL), calx_result_error(r));
        if (r == NULL)
            break;
    }
    refused("next", calx_result_next(NULL, &row), calx_result_error(NULL));
    assert_int_equal(calx_result_rowcount(NULL), 0);
    assert_int_equal(calx_result_column_count(NULL), 0);
    assert_null(calx_result_column_name(NULL, 0));
    assert_true(calx_result_is_null(NULL, 0));
    calx_result_free(NULL);
    calx_result_free(result);
    calx_statement_free(one);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void urls_and_statements_refuse_what_is_null(void **state)
{
    (void)state;
    calx_url url = CALX_URL_INIT;
    calx_url_query query = { 0 };
    calx_error error = CALX_ERROR_INIT;
    char *text = NULL;
    assert_int_equal(calx_url_parse("sqlite://", &url, NULL), CALX_OK);
    refused("parse", calx_url_parse(NULL, &url, &error), &error);
    refused("parse", calx_url_parse("sqlite://", NULL, &error), &error);
    refused("create", calx_url_create(NULL, &url, &error), &error);
    refused("create", calx_url_create(&url, NULL, &error), &error);
    refused("update", calx_url_update_query(NULL, &query, &url, &error), &error);
    refused("update", calx_url_update_query(&url, NULL, &url, &error), &error);
    refused("update", calx_url_update_query(&url, &query, NULL, &error), &error);
    refused("render", calx_url_render(NULL, CALX_URL_MASK, &text), NULL);
    refused("render", calx_url_render(&url, CALX_URL_MASK, NULL), NULL);
    assert_null(calx_url_parameter_value(NULL, "a"));
    assert_null(calx_url_parameter_value(&url, NULL));
    calx_url_clear(NULL);
    calx_url_clear(&url);
    assert_null(calx_text_statement(NULL));
    calx_statement_free(NULL);
    assert_string_equal(calx_statement_text(NULL), "");
    refused("bind", calx_statement_bind(NULL, "a", calx_value_null()), NULL);
    refused("bind_null", calx_statement_bind_null(NULL, "a"), NULL);
    refused("bind_bool", calx_statement_bind_bool(NULL, "a", true), NULL);
    refused("bind_int64", calx_statement_bind_int64(NULL, "a", 1), NULL);
    refused("bind_uint64", calx_statement_bind_uint64(NULL, "a", 1), NULL);
    refused("bind_double", calx_statement_bind_double(NULL, "a", 1), NULL);
    refused("bind_text", calx_statement_bind_text(NULL, "a", "b"), NULL);
    refused("bind_bytes", calx_statement_bind_bytes(NULL, "a", (calx_bytes){ "b", 1 }), NULL);
    refused("bind_timestamp", calx_statement_bind_timestamp(NULL, "a", 1), NULL);
    refused("options", calx_statement_execution_options(NULL, NULL, &error), &error);
    refused("fail", calx_event_fail(NULL, CALX_E_STATE, "a"), NULL);
    refused("run", calx_event_run(NULL, "SELECT 1"), NULL);
    calx_error_clear(&error);
}

static calx_status answer_number(void *context, calx_event_details *details)
{
    (void)details;
    return (calx_status) * (const int *)context;
}

/* A number of the application's own gets to nobody who asks what it means. */
static void a_listener_that_answers_no_status_is_told_so(void **state)
{
    (void)state;
    calx_shows("ENG-179");
    static const int answers[] = { 1, 7, INT32_MAX, -99999 };
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    calx_listener listener = CALX_LISTENER_INIT;
    int answer = 0;
    listener.function = answer_number;
    listener.context = &answer;
    assert_int_equal(calx_engine_listen(engine, CALX_EVENT_BEFORE_EXECUTE, &listener), CALX_OK);
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        char number_text[16];
        answer = answers[i];
        snprintf(number_text, sizeof(number_text), "answered %d", answer);
        const calx_error *error = calx_connection_error(connection);
        refused("listener", try_sql(connection, "SELECT 1"), error);
        assert_non_null(strstr(error->message, "before_execute"));
        assert_non_null(strstr(error->message, number_text));
    }
    answer = 0;
    run(connection, "SELECT 1");
    calx_connection_close(connection);
    calx_engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_engine_that_is_null_is_refused),
        cmocka_unit_test(a_place_that_is_null_is_refused_by_an_engine),
        cmocka_unit_test(a_connection_that_is_null_is_refused),
        cmocka_unit_test(a_place_that_is_null_is_refused_by_a_connection),
        cmocka_unit_test(results_refuse_what_is_null),
        cmocka_unit_test(urls_and_statements_refuse_what_is_null),
        cmocka_unit_test(a_listener_that_answers_no_status_is_told_so),
    };
    return CALX_RUN("null_arguments", tests);
}
