/*
 * What is left on a connection to SQLite when it goes back to the pool, and what a smart reset
 * undoes of it.
 */
#include "engine_fixture.h"

#include <calx/allocator.h>
#include <calx/script.h>

#include <string.h>

/* What is left, and how much of it there is. */
static const char *const traces[][2] = {
    { "CREATE TEMP TABLE scratch (x)",
      "SELECT count(*) FROM temp.sqlite_master WHERE name = 'scratch'" },
    { "CREATE TEMP VIEW \"odd \"\" name\" AS SELECT 1", "SELECT count(*) FROM temp.sqlite_master" },
    { "-- settings\nPRAGMA cache_size = 77", "SELECT cache_size = 77 FROM pragma_cache_size" },
    { "PRAGMA query_only = 1", "SELECT query_only FROM pragma_query_only" },
};

enum { TRACES = sizeof(traces) / sizeof(traces[0]) };

static calx_engine *engine_with_reset(calx_pool_reset reset)
{
    static calx_execution_options execution = CALX_EXECUTION_OPTIONS_INIT;
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    execution.isolation_level = "AUTOCOMMIT";
    options.execution_options = &execution;
    options.pool_size = 1;
    options.max_overflow = 0;
    options.poolclass = CALX_POOL_QUEUE;
    options.pool_reset_on_return = reset;
    return new_engine(calx_test_url(), &options);
}

static void a_smart_reset_undoes_what_a_rollback_leaves(void **state)
{
    (void)state;
    calx_shows("ENG-177");
    static const calx_pool_reset resets[] = { CALX_POOL_RESET_ROLLBACK, CALX_POOL_RESET_SMART,
                                              CALX_POOL_RESET_DISCARD };
    for (size_t i = 0; i < 3 * (size_t)TRACES; i++) {
        const char *const *one = traces[i / 3];
        calx_engine *engine = engine_with_reset(resets[i % 3]);
        calx_connection *connection = connect_to(engine);
        run(connection, one[0]);
        assert_int_equal(number(connection, one[1]), 1);
        calx_connection_close(connection);
        connection = connect_to(engine);
        assert_int_equal(number(connection, one[1]), i % 3 == 0);
        calx_connection_close(connection);
        calx_engine_state counts;
        calx_engine_status(engine, &counts);
        assert_int_equal(counts.created, 1);
        calx_engine_free(engine);
    }
}

static void a_script_is_refused_the_settings_a_statement_is(void **state)
{
    (void)state;
    calx_shows("ENG-145");
    calx_shows("ENG-166");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    calx_script_report report = CALX_SCRIPT_REPORT_INIT;
    assert_int_equal(calx_connection_execute_script(
                         connection,
                         "SELECT 1; -- a remark\n /* and one */ ; PRAGMA foreign_keys = off",
                         &report),
                     CALX_E_STATE);
    assert_int_equal(report.done, 1);
    assert_int_equal(report.failed, 2);
    calx_free(report.counts);
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(number(connection, "SELECT foreign_keys FROM pragma_foreign_keys"), 1);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_smart_reset_undoes_what_a_rollback_leaves),
        cmocka_unit_test(a_script_is_refused_the_settings_a_statement_is),
    };
    return CALX_RUN("sqlite_reset", tests);
}
