/*
 * Deadlines of statements: what takes longer ends, in time, and the connection is usable again or
 * given up.
 */
#include "engine_fixture.h"

#include "base/clock.h"

#include <calx/two_phase.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

static void give_time(calx_connection *connection, int64_t timeout_ms)
{
    calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
    options.timeout_ms = timeout_ms;
    ok(connection, calx_connection_execution_options(connection, &options));
}

static int64_t ms_since(int64_t start)
{
    return (calx_clock_monotonic_ns() - start) / 1000000;
}

/* Takes far longer than any test may. */
static const char *slow(void)
{
    return calx_test_on("postgresql") ? "SELECT pg_sleep(30)"
                                      : "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 "
                                        "FROM n WHERE x < 2000000000) SELECT count(*) FROM n";
}

static void a_statement_ends_at_its_deadline_and_the_connection_stays(void **state)
{
    (void)state;
    calx_shows("ENG-174");
    calx_shows("ENG-158");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    give_time(connection, 100);
    run(connection, "INSERT INTO users (id, name) VALUES (1, 'a')");
    int64_t start = calx_clock_monotonic_ns();
    assert_int_equal(try_sql(connection, slow()), CALX_E_TIMEOUT);
    assert_true(ms_since(start) >= 90 && ms_since(start) < 1500);
    const calx_error *error = calx_connection_error(connection);
    assert_non_null(strstr(error->message, "timeout_ms"));
    assert_string_equal(error->statement, slow());
    assert_int_equal(error->flags & CALX_ERROR_DISCONNECT, 0);
    ok(connection, calx_connection_rollback(connection));
    for (int i = 0; i < 3; i++)
        run(connection, "SELECT 1"); /* no later statement is hit */
    give_time(connection, -1);
    run(connection, "INSERT INTO users (id, name) VALUES (1, 'a')");
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    calx_engine_state counts;
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.idle, 1);
    calx_engine_free(engine);
}

static void a_statement_may_have_a_deadline_of_its_own(void **state)
{
    (void)state;
    calx_shows("ENG-174");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
    calx_statement *statement = calx_text_statement(slow());
    options.timeout_ms = 50;
    assert_int_equal(calx_statement_execution_options(statement, &options, NULL), CALX_OK);
    assert_int_equal(calx_connection_execute(connection, statement, NULL), CALX_E_TIMEOUT);
    ok(connection, calx_connection_rollback(connection));
    run(connection, "SELECT 1");
    ok(connection, calx_connection_commit(connection));
    calx_statement_free(statement);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void rows_have_what_is_left_of_the_time(void **state)
{
    (void)state;
    calx_shows("ENG-174");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    calx_statement *statement = calx_text_statement(
        calx_test_on("postgresql")
            ? "SELECT g, CASE WHEN g > 3 THEN pg_sleep(30) END FROM generate_series(1, 10) g"
            : "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < "
              "2000000000) SELECT x FROM n WHERE x < 4 OR x > 1999999999");
    calx_result *result = NULL;
    calx_status status = CALX_OK;
    bool row = true;
    int64_t start = calx_clock_monotonic_ns();
    give_time(connection, 100);
    status = calx_connection_execute(connection, statement, &result);
    while (status == CALX_OK && row)
        status = calx_result_next(result, &row);
    assert_int_equal(status, CALX_E_TIMEOUT);
    assert_true(ms_since(start) < 1500);
    calx_result_free(result);
    calx_statement_free(statement);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_lock_is_waited_for_until_the_deadline(void **state)
{
    (void)state;
    calx_shows("ENG-174");
    calx_engine *engine = engine_with_users(NULL);
    for (int i = 0; i < 2; i++) { /* of this engine, and of another */
        calx_engine *other = i == 0 ? engine : new_engine(calx_test_url(), NULL);
        calx_connection *holder = connect_to(other);
        calx_connection *waiter = connect_to(engine);
        run(holder, "INSERT INTO users (id, name) VALUES (1, 'a')");
        give_time(waiter, 80);
        int64_t start = calx_clock_monotonic_ns();
        assert_int_equal(try_sql(waiter, "INSERT INTO users (id, name) VALUES (1, 'a')"),
                         CALX_E_TIMEOUT);
        assert_true(ms_since(start) >= 70 && ms_since(start) < 1500);
        ok(waiter, calx_connection_rollback(waiter));
        calx_connection_close(holder);
        run(waiter, "INSERT INTO users (id, name) VALUES (1, 'a')");
        calx_connection_close(waiter);
        if (i == 1)
            calx_engine_free(other);
    }
    calx_engine_free(engine);
}

static void a_server_that_does_not_answer_is_left_a_second_later(void **state)
{
    (void)state;
    calx_shows("ENG-174");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    give_time(connection, 50);
    run(connection, "SELECT 1");
    /* A function that hears no cancel. */
    int64_t start = calx_clock_monotonic_ns();
    assert_int_equal(try_sql(connection,
                             "DO $$ DECLARE t timestamptz := clock_timestamp(); BEGIN WHILE "
                             "clock_timestamp() < t + interval '5 seconds' LOOP BEGIN PERFORM "
                             "pg_sleep(1); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; "
                             "END $$"),
                     CALX_E_TIMEOUT);
    assert_true(ms_since(start) >= 900 && ms_since(start) < 3500);
    assert_true((calx_connection_error(connection)->flags & CALX_ERROR_DISCONNECT) != 0);
    ok(connection, calx_connection_rollback(connection));
    run(connection, "SELECT 1");
    calx_connection_close(connection);
    calx_engine_free(engine);
}

/* What is checked at the end of a transaction is checked before it is prepared. */
static void the_first_of_two_phases_ends_at_its_deadline(void **state)
{
    (void)state;
    calx_shows("ENG-134");
    calx_shows("ENG-174");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    run(connection, "CREATE FUNCTION doze() RETURNS trigger LANGUAGE plpgsql AS "
                    "'BEGIN PERFORM pg_sleep(30); RETURN NULL; END'");
    run(connection, "CREATE CONSTRAINT TRIGGER dozing AFTER INSERT ON users DEFERRABLE "
                    "INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION doze()");
    ok(connection, calx_connection_commit(connection));
    give_time(connection, 100);
    ok(connection, calx_connection_begin_two_phase(connection, "a slow one"));
    run(connection, "INSERT INTO users (id, name) VALUES (1, 'a')");
    int64_t start = calx_clock_monotonic_ns();
    assert_int_equal(calx_connection_prepare(connection), CALX_E_TIMEOUT);
    assert_true(ms_since(start) < 15000);
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 0);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

/* ---- cancels of other threads ---- */

typedef struct canceller {
    pthread_t thread;
    calx_connection *connection;
    atomic_bool over;
} canceller;

/* Again and again: the first may come before the statement has begun. */
static void *cancel_until_over(void *context)
{
    canceller *self = context;
    while (!atomic_load(&self->over)) {
        nanosleep(&(struct timespec){ 0, 20000000 }, NULL);
        assert_int_equal(calx_connection_cancel(self->connection), CALX_OK);
    }
    return NULL;
}

static void another_thread_cancels_what_runs_and_nothing_else(void **state)
{
    (void)state;
    calx_shows("ENG-172");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    canceller other = { .connection = connection };
    run(connection, "SELECT 1");
    assert_int_equal(pthread_create(&other.thread, NULL, cancel_until_over, &other), 0);
    assert_int_equal(try_sql(connection, slow()), CALX_E_CANCELED);
    atomic_store(&other.over, true);
    pthread_join(other.thread, NULL);
    ok(connection, calx_connection_rollback(connection));
    for (int i = 0; i < 10; i++) {
        assert_int_equal(calx_connection_cancel(connection), CALX_OK);
        run(connection, "SELECT 1");
    }
    assert_int_equal(calx_connection_cancel(connection), CALX_OK);
    calx_connection_close(connection);
    connection = connect_to(engine); /* the next owner */
    run(connection, "SELECT 1");
    ok(connection, calx_connection_invalidate(connection));
    assert_int_equal(calx_connection_cancel(connection), CALX_OK); /* there is nothing */
    ok(connection, calx_connection_rollback(connection));
    run(connection, "SELECT 1");
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void *cancel_all_the_time(void *context)
{
    canceller *self = context;
    while (!atomic_load(&self->over))
        (void)calx_connection_cancel(self->connection);
    return NULL;
}

static bool ended_or_cancelled(calx_status status)
{
    return status == CALX_OK || status == CALX_E_CANCELED;
}

static void cancels_without_a_pause_are_never_taken_for_something_else(void **state)
{
    (void)state;
    calx_shows("ENG-172");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    canceller other = { .connection = connection };
    calx_status status = CALX_OK;
    assert_int_equal(pthread_create(&other.thread, NULL, cancel_all_the_time, &other), 0);
    for (int i = 0; i < 200 && ended_or_cancelled(status); i++) {
        status = try_sql(connection, "SELECT 1");
        ok(connection, calx_connection_rollback(connection));
    }
    atomic_store(&other.over, true);
    pthread_join(other.thread, NULL);
    assert_true(ended_or_cancelled(status));
    run(connection, "SELECT 1");
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_connection_may_be_lost_while_it_is_cancelled(void **state)
{
    (void)state;
    calx_shows("ENG-172");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    canceller other = { .connection = connection };
    calx_status status = CALX_OK;
    assert_int_equal(pthread_create(&other.thread, NULL, cancel_all_the_time, &other), 0);
    for (int i = 0; i < 20 && ended_or_cancelled(status); i++) {
        status = try_sql(connection, "SELECT 1");
        ok(connection, calx_connection_invalidate(connection));
        ok(connection, calx_connection_rollback(connection));
    }
    atomic_store(&other.over, true);
    pthread_join(other.thread, NULL);
    assert_true(ended_or_cancelled(status));
    run(connection, "SELECT 1");
    calx_connection_close(connection);
    calx_engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_statement_ends_at_its_deadline_and_the_connection_stays),
        cmocka_unit_test(a_statement_may_have_a_deadline_of_its_own),
        cmocka_unit_test(rows_have_what_is_left_of_the_time),
        cmocka_unit_test(a_lock_is_waited_for_until_the_deadline),
        CALX_POSTGRESQL(a_server_that_does_not_answer_is_left_a_second_later),
        CALX_POSTGRESQL(the_first_of_two_phases_ends_at_its_deadline),
        cmocka_unit_test(another_thread_cancels_what_runs_and_nothing_else),
        cmocka_unit_test(cancels_without_a_pause_are_never_taken_for_something_else),
        cmocka_unit_test(a_connection_may_be_lost_while_it_is_cancelled),
    };
    return CALX_RUN("deadline", tests);
}
