/*
 * What is left in a session of the server when its connection goes back to the pool: what a
 * rollback leaves, what more thorough resets undo and what they cost; and how many statements stay
 * prepared.
 */
#include "engine_fixture.h"
#include "support/server.h"

#include <calx/event.h>

#include <string.h>

/* An engine with one connection, and that one's resets. */
static calx_engine *engine_with_reset(calx_pool_reset reset)
{
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_size = 1;
    options.max_overflow = 0;
    options.pool_reset_on_return = reset;
    return new_engine(calx_test_url(), &options);
}

static void leave_traces(calx_engine *engine)
{
    calx_connection *connection = connect_to(engine);
    run(connection, "SET work_mem = '7MB'");
    run(connection, "LISTEN calx_channel");
    run(connection, "CREATE TEMPORARY TABLE calx_scratch (x int)");
    (void)number(connection, "SELECT (pg_advisory_lock(4711)::text = '')::int");
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
}

/* How much of that is there in the next checkout; 4: all of it. */
static int64_t count_traces(calx_engine *engine)
{
    calx_connection *connection = connect_to(engine);
    int64_t count = number(
        connection,
        "SELECT ((current_setting('work_mem') = '7MB')::int + (SELECT count(*) FROM "
        "pg_listening_channels()) + (to_regclass('pg_temp.calx_scratch') IS NOT NULL)::int + "
        "(SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND pid = "
        "pg_backend_pid()))::bigint");
    ok(connection, calx_connection_rollback(connection));
    calx_connection_close(connection);
    return count;
}

static void a_rollback_leaves_what_more_thorough_resets_undo(void **state)
{
    (void)state;
    calx_shows("ENG-177");
    static const struct {
        calx_pool_reset reset;
        int64_t left;
    } cases[] = {
        { CALX_POOL_RESET_NONE, 4 },
        { CALX_POOL_RESET_ROLLBACK, 3 }, /* nobody listens on it any more (ENG-176) */
        { CALX_POOL_RESET_SMART, 0 },
        { CALX_POOL_RESET_DISCARD, 0 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        calx_engine *engine = engine_with_reset(cases[i].reset);
        for (int round = 0; round < 2; round++) {
            leave_traces(engine);
            assert_int_equal(count_traces(engine), cases[i].left);
            if (cases[i].left > 0)
                break; /* the table is there already */
        }
        calx_engine_state counts;
        calx_engine_status(engine, &counts);
        assert_int_equal(counts.created, 1); /* it was the same connection all the time */
        calx_engine_free(engine);
    }
}

static void a_smart_reset_undoes_held_cursors_and_what_blocks_did(void **state)
{
    (void)state;
    calx_shows("ENG-177");
    static const char *const traces[][2] = {
        { "DECLARE calx_held CURSOR WITH HOLD FOR SELECT 1",
          "SELECT count(*) FROM pg_cursors WHERE name = 'calx_held'" },
        { "DO 'BEGIN SET work_mem = ''7MB''; END'",
          "SELECT count(*) FROM pg_settings WHERE name = 'work_mem' AND setting = '7168'" },
        { "SET ROLE pg_monitor", "SELECT count(*) WHERE current_user = 'pg_monitor'" },
    };
    calx_engine *engine = engine_with_reset(CALX_POOL_RESET_SMART);
    for (size_t i = 0; i < sizeof(traces) / sizeof(traces[0]); i++) {
        calx_connection *connection = connect_to(engine);
        run(connection, traces[i][0]);
        ok(connection, calx_connection_commit(connection));
        assert_int_equal(number(connection, traces[i][1]), 1);
        calx_connection_close(connection);
        connection = connect_to(engine);
        assert_int_equal(number(connection, traces[i][1]), 0);
        calx_connection_close(connection);
    }
    calx_engine_state counts;
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.created, 1);
    calx_engine_free(engine);
}

static void a_reset_that_has_nothing_to_undo_costs_nothing(void **state)
{
    (void)state;
    calx_shows("ENG-177");
    calx_engine *engine = engine_with_reset(CALX_POOL_RESET_SMART);
    calx_connection *connection = connect_to(engine);
    char query[160];
    snprintf(query, sizeof(query),
             "SELECT (query LIKE 'COMMIT%%')::int FROM pg_stat_activity "
             "WHERE pid = %lld",
             (long long)number(connection, "SELECT pg_backend_pid()"));
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    assert_int_equal(server_number(query), 1); /* nothing came after it */
    calx_engine_free(engine);
}

static void a_statement_works_on_after_all_was_discarded(void **state)
{
    (void)state;
    calx_shows("ENG-177");
    calx_shows("ENG-162");
    calx_engine *engine = engine_with_reset(CALX_POOL_RESET_DISCARD);
    for (int i = 0; i < 3; i++) {
        calx_connection *connection = connect_to(engine);
        assert_int_equal(number(connection, "SELECT 41 + 1"), 42);
        ok(connection, calx_connection_commit(connection));
        calx_connection_close(connection);
    }
    calx_engine_free(engine);
}

static void as_many_statements_stay_prepared_as_the_url_says(void **state)
{
    (void)state;
    calx_shows("ENG-160");
    static const char counting[] = "SELECT count(*) FROM pg_prepared_statements";
    for (int few = 0; few < 2; few++) {
        calx_engine *engine =
            new_engine(few ? calx_test_url_with("cached_statements=10") : calx_test_url(), NULL);
        calx_connection *connection = connect_to(engine);
        for (int i = 0; i < 1000; i++) {
            char sql[40];
            snprintf(sql, sizeof(sql), "SELECT %d", i);
            assert_int_equal(number(connection, sql), i);
        }
        ok(connection, calx_connection_commit(connection)); /* then they are closed */
        int64_t kept = number(connection, counting);
        assert_true(kept <= (few ? 10 : 256) && kept >= (few ? 5 : 200));
        /* The last ones are there still, and run without being prepared again. */
        assert_int_equal(number(connection, "SELECT 999"), 999);
        assert_int_equal(number(connection, counting), kept);
        calx_connection_close(connection);
        calx_engine_free(engine);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rollback_leaves_what_more_thorough_resets_undo),
        cmocka_unit_test(a_smart_reset_undoes_held_cursors_and_what_blocks_did),
        cmocka_unit_test(a_reset_that_has_nothing_to_undo_costs_nothing),
        cmocka_unit_test(a_statement_works_on_after_all_was_discarded),
        cmocka_unit_test(as_many_statements_stay_prepared_as_the_url_says),
    };
    return CALX_RUN("postgresql_reset", tests);
}
