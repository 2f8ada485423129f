/*
 * Behind PgBouncer, which tests/support/with-pooler starts and which lends another connection of
 * the server for each transaction: with prepared=off everything works there; without it nothing
 * wrong is ever answered, and what fails says what to write into the URL.
 */
#include "engine_fixture.h"
#include "support/log_sink.h"
#include "support/server.h"

#include <stdlib.h>
#include <string.h>

enum { SERVERS = 3, ROUNDS = 12 };

/* One of the pooler's connections for each of these is there afterwards. */
static void hold_several(calx_engine *engine)
{
    calx_connection *connections[SERVERS];
    for (int i = 0; i < SERVERS; i++) {
        connections[i] = connect_to(engine);
        run(connections[i], "SELECT 1");
    }
    for (int i = 0; i < SERVERS; i++)
        calx_connection_close(connections[i]);
}

static calx_engine *pooled_engine(const char *option, calx_engine_options *options)
{
    const char *pooler = getenv("CALX_TEST_POOLER");
    char url[512];
    if (pooler == NULL)
        fail_msg("CALX_TEST_POOLER is not set: run this through tests/support/with-pooler");
    snprintf(url, sizeof(url), "%s%s", pooler, option);
    calx_engine *engine = new_engine(url, options);
    hold_several(engine);
    return engine;
}

/* Runs a statement with one number as its parameter; answers the first column. */
static calx_status ask(calx_connection *connection, calx_statement *statement, int64_t given,
                       int64_t *out_answer)
{
    calx_result *result = NULL;
    bool row = false;
    calx_statement_bind_int64(statement, "given", given);
    calx_status status = calx_connection_execute(connection, statement, &result);
    if (status == CALX_OK)
        status = calx_result_next(result, &row);
    if (status == CALX_OK && row)
        status = calx_result_int64(result, 0, out_answer);
    calx_result_free(result);
    return status;
}

static void each_transaction_may_have_another_server(void **state)
{
    (void)state;
    calx_shows("ENG-163");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    calx_execution_options alone = CALX_EXECUTION_OPTIONS_INIT;
    calx_engine *engine = pooled_engine("&prepared=off", &options);
    calx_connection *connection = connect_to(engine);
    calx_statement *process =
        calx_text_statement("SELECT pg_backend_pid() FROM generate_series(1, :given) g");
    calx_statement *echo = calx_text_statement("SELECT :given + 1");
    int64_t last = 0, answer = 0, changes = 0;
    alone.isolation_level = "AUTOCOMMIT";
    for (int i = 0; i < ROUNDS; i++) {
        int64_t inside[2] = { 0, 0 };
        if (i == ROUNDS / 2)
            ok(connection, calx_connection_execution_options(connection, &alone));
        ok(connection, ask(connection, process, 1, &inside[0]));
        ok(connection, ask(connection, echo, i, &answer));
        assert_int_equal(answer, i + 1);
        ok(connection, ask(connection, process, 1, &inside[1]));
        if (i < ROUNDS / 2)
            assert_int_equal(inside[0], inside[1]);
        changes += inside[0] != last || inside[0] != inside[1];
        last = inside[1];
        ok(connection, calx_connection_commit(connection));
    }
    assert_true(changes > ROUNDS / 2);
    assert_int_equal(number(connection, "SELECT count(*) FROM pg_prepared_statements"), 0);
    calx_statement_free(echo);
    calx_statement_free(process);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_statement_is_ended_in_time_through_a_pooler(void **state)
{
    (void)state;
    calx_shows("ENG-163");
    calx_shows("ENG-174");
    calx_engine *engine = pooled_engine("&prepared=off", NULL);
    calx_connection *connection = connect_to(engine);
    calx_execution_options hurried = CALX_EXECUTION_OPTIONS_INIT;
    hurried.timeout_ms = 50;
    ok(connection, calx_connection_execution_options(connection, &hurried));
    for (int i = 0; i < SERVERS; i++) {
        assert_int_equal(try_sql(connection, "SELECT pg_sleep(30)"), CALX_E_TIMEOUT);
        ok(connection, calx_connection_rollback(connection));
        run(connection, "SELECT 1");
        ok(connection, calx_connection_commit(connection));
    }
    calx_connection_close(connection);
    calx_engine_free(engine);
}

/* In each transaction something new is prepared first, so that the old name costs it. */
static calx_status use_an_old_name(calx_connection *connection, calx_statement *old, int round)
{
    char sql[48];
    int64_t answer = 0;
    snprintf(sql, sizeof(sql), "SELECT %d + :given", round);
    calx_statement *fresh = calx_text_statement(sql);
    calx_status status = ask(connection, fresh, 1, &answer);
    calx_statement_free(fresh);
    if (status == CALX_OK) {
        assert_int_equal(answer, round + 1);
        status = ask(connection, old, round, &answer);
    }
    if (status == CALX_OK)
        assert_int_equal(answer, round + 100);
    return status;
}

static void without_prepared_off_the_error_says_what_to_do(void **state)
{
    (void)state;
    calx_shows("ENG-163");
    int stale = 0;
    log_sink sink;
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    log_sink_init(&sink);
    options.log = log_sink_line;
    options.log_context = &sink;
    calx_engine *engine = pooled_engine("", &options);
    calx_connection *connection = connect_to(engine);
    calx_statement *old = calx_text_statement("SELECT :given + 100");
    for (int round = 0; round < ROUNDS; round++) {
        calx_status status = use_an_old_name(connection, old, round);
        if (status == CALX_OK) {
            ok(connection, calx_connection_commit(connection));
            continue;
        }
        const calx_error *error = calx_connection_error(connection);
        assert_int_equal(status, CALX_E_STALE_PLAN);
        assert_string_equal(error->sqlstate, "26000");
        assert_non_null(strstr(error->message, "prepared=off"));
        assert_int_equal(error->flags, CALX_ERROR_ROLLBACK_ONLY);
        ok(connection, calx_connection_rollback(connection));
        stale++;
    }
    assert_true(stale > 0);
    /* What was mended unseen is in the log, once. */
    assert_int_equal(log_sink_count(&sink, "prepared=off"), 1);
    calx_statement_free(old);
    calx_connection_close(connection);
    calx_engine_free(engine);
    log_sink_clear(&sink);
}

/* Two clients whose statements have the same numbers, on the same servers in turn. */
static void nobody_runs_the_statement_of_another(void **state)
{
    (void)state;
    calx_shows("ENG-163");
    calx_connection *connections[2];
    calx_statement *statements[2] = { calx_text_statement("SELECT :given * 2"),
                                      calx_text_statement("SELECT :given * 3") };
    calx_engine *engine = pooled_engine("", NULL);
    for (int i = 0; i < 2; i++)
        connections[i] = connect_to(engine);
    for (int round = 1; round <= ROUNDS * 2; round++) {
        for (int i = 0; i < 2; i++) {
            int64_t answer = 0;
            ok(connections[i], ask(connections[i], statements[i], round, &answer));
            assert_int_equal(answer, round * (i + 2));
            ok(connections[i], calx_connection_commit(connections[i]));
        }
    }
    for (int i = 0; i < 2; i++) {
        calx_connection_close(connections[i]);
        calx_statement_free(statements[i]);
    }
    calx_engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_transaction_may_have_another_server),
        cmocka_unit_test(a_statement_is_ended_in_time_through_a_pooler),
        cmocka_unit_test(without_prepared_off_the_error_says_what_to_do),
        cmocka_unit_test(nobody_runs_the_statement_of_another),
    };
    return CALX_RUN("postgresql_pooler", tests);
}
