/*
 * Functions as transactions on a connection, and their being called again when the
 * database gave their transaction up: as often as asked, with pauses, and for nothing else.
 */
#include "engine_fixture.h"

#include "base/clock.h"
#include "engine/retry.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum { THREADS = 6, ROUNDS = 20 };

static calx_execution_options retrying(int retries)
{
    calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
    options.retries = retries;
    options.retry_delay_ms = 1;
    options.isolation_level = "SERIALIZABLE";
    return options;
}

/* An engine with a table of two counters. */
static calx_engine *engine_with_counters(const calx_execution_options *execution_options,
                                         const char *timeout)
{
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.execution_options = execution_options;
    calx_engine *engine = new_engine(
        calx_test_on("sqlite") ? calx_test_url_with(timeout) : calx_test_url(), &options);
    calx_connection *connection = connect_to(engine);
    run(connection, "CREATE TABLE counters (id INTEGER PRIMARY KEY, n INTEGER)");
    run(connection, "INSERT INTO counters VALUES (1, 0), (2, 0)");
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    return engine;
}

static int64_t counted(calx_engine *engine)
{
    calx_connection *connection = connect_to(engine);
    int64_t n = number(connection, "SELECT sum(n) FROM counters");
    calx_connection_close(connection);
    return n;
}

static calx_status add_one(void *context, calx_connection *connection)
{
    (void)context;
    return try_sql(connection, "UPDATE counters SET n = n + 1 WHERE id = 1");
}

static calx_status add_one_and_fail(void *context, calx_connection *connection)
{
    ++*(int *)context;
    (void)add_one(NULL, connection);
    return CALX_E_USER;
}

static calx_status add_one_inside_and_break(void *context, calx_connection *connection)
{
    ++*(int *)context;
    ok(connection, calx_connection_begin_nested(connection));
    (void)add_one(NULL, connection);
    return try_sql(connection, "INSERT INTO counters VALUES (1, 0)");
}

static calx_status refer_to_nobody(void *context, calx_connection *connection)
{
    (void)context;
    return try_sql(connection, "INSERT INTO notes VALUES (7)");
}

static void a_commit_that_fails_is_the_answer_of_the_run(void **state)
{
    (void)state;
    calx_shows("ENG-051");
    calx_execution_options options = retrying(3);
    calx_engine *engine = engine_with_counters(&options, "timeout=5");
    calx_connection *connection = connect_to(engine);
    calx_error error = CALX_ERROR_INIT;
    calx_engine_state counts;
    run(connection, "CREATE TABLE notes (owner INTEGER REFERENCES counters (id) "
                    "DEFERRABLE INITIALLY DEFERRED)");
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    assert_int_equal(calx_engine_run(engine, refer_to_nobody, NULL, &error), CALX_E_FOREIGN_KEY);
    assert_int_equal(error.status, CALX_E_FOREIGN_KEY);
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.out, 0);
    connection = connect_to(engine);
    assert_int_equal(number(connection, "SELECT count(*) FROM notes"), 0);
    calx_connection_close(connection);
    calx_error_clear(&error);
    calx_engine_free(engine);
}

static void a_function_of_an_engine_commits_or_rolls_back_and_gives_back(void **state)
{
    (void)state;
    calx_shows("ENG-051");
    calx_execution_options options = retrying(3);
    calx_engine *engine = engine_with_counters(&options, "timeout=5");
    calx_error error = CALX_ERROR_INIT;
    int calls = 0;
    assert_int_equal(calx_engine_run(engine, add_one, NULL, &error), CALX_OK);
    assert_int_equal(counted(engine), 1);
    assert_int_equal(calx_engine_run(engine, add_one_and_fail, &calls, &error), CALX_E_USER);
    assert_int_equal(error.status, CALX_E_USER);
    assert_non_null(strstr(error.message, "function"));
    assert_int_equal(calx_engine_run(engine, add_one_inside_and_break, &calls, &error),
                     CALX_E_UNIQUE);
    assert_non_null(strstr(error.statement, "INSERT"));
    assert_int_equal(calls, 2); /* nothing says that another try would help */
    assert_int_equal(calx_engine_run(engine, NULL, NULL, &error), CALX_E_ARGUMENT);
    assert_int_equal(counted(engine), 1);
    calx_engine_state counts;
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.out, 0);
    calx_engine *nowhere = new_engine(calx_test_url_nowhere(), NULL);
    assert_int_equal(calx_engine_run(nowhere, add_one, NULL, &error), CALX_E_CONNECT);
    calx_engine_free(nowhere);
    calx_error_clear(&error);
    calx_engine_free(engine);
}

/* Reads, lets others read, and writes what it read and one more. */
static calx_status read_and_write(void *context, calx_connection *connection)
{
    atomic_int *calls = context;
    char sql[80];
    struct timespec time = { .tv_nsec = 200000 };
    atomic_fetch_add(calls, 1);
    calx_statement *statement = calx_text_statement("SELECT n FROM counters WHERE id = 1");
    calx_result *result = NULL;
    int64_t n = -1;
    bool row = false;
    calx_status status = calx_connection_execute(connection, statement, &result);
    if (status == CALX_OK)
        status = calx_result_next(result, &row);
    if (status == CALX_OK)
        status = calx_result_int64(result, 0, &n);
    calx_result_free(result);
    calx_statement_free(statement);
    nanosleep(&time, NULL);
    snprintf(sql, sizeof(sql), "UPDATE counters SET n = %lld WHERE id = 1", (long long)n + 1);
    return status == CALX_OK ? try_sql(connection, sql) : status;
}

typedef struct counter_thread {
    pthread_t thread;
    calx_engine *engine;
    atomic_int *calls;
    int failures;
} counter_thread;

static void *count_up(void *context)
{
    counter_thread *self = context;
    for (int i = 0; i < ROUNDS; i++)
        self->failures +=
            calx_engine_run(self->engine, read_and_write, self->calls, NULL) != CALX_OK;
    return NULL;
}

/* Answers how many runs failed. */
static int count_in_threads(calx_engine *engine, atomic_int *calls)
{
    counter_thread threads[THREADS];
    int failures = 0;
    atomic_init(calls, 0);
    for (int i = 0; i < THREADS; i++) {
        threads[i] = (counter_thread){ .engine = engine, .calls = calls };
        pthread_create(&threads[i].thread, NULL, count_up, &threads[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i].thread, NULL);
        failures += threads[i].failures;
    }
    return failures;
}

static void transactions_that_conflict_are_done_again_until_all_are_done(void **state)
{
    (void)state;
    calx_shows("ENG-146");
    calx_shows("ENG-210");
    calx_execution_options options = retrying(1000);
    calx_engine *engine = engine_with_counters(&options, "timeout=5");
    atomic_int calls;
    assert_int_equal(count_in_threads(engine, &calls), 0);
    assert_int_equal(counted(engine), THREADS * ROUNDS);
    assert_true(atomic_load(&calls) > THREADS * ROUNDS);
    calx_engine_free(engine);
}

static void nothing_is_done_again_unless_asked_for(void **state)
{
    (void)state;
    calx_shows("ENG-097");
    calx_execution_options options = retrying(-1);
    calx_engine *engine = engine_with_counters(&options, "timeout=5");
    atomic_int calls;
    int failures = count_in_threads(engine, &calls);
    assert_true(failures > 0);
    assert_int_equal(atomic_load(&calls), THREADS * ROUNDS);
    assert_int_equal(counted(engine), THREADS * ROUNDS - failures);
    calx_engine_free(engine);
}

typedef struct locker {
    pthread_t thread;
    calx_engine *engine;
    pthread_barrier_t *barrier;
    int first;
    int calls;
    calx_status status;
} locker;

static calx_status lock_both(void *context, calx_connection *connection)
{
    locker *self = context;
    char sql[80];
    snprintf(sql, sizeof(sql), "UPDATE counters SET n = n + 1 WHERE id = %d", self->first);
    calx_status status = try_sql(connection, sql);
    if (self->calls++ == 0)
        pthread_barrier_wait(self->barrier);
    snprintf(sql, sizeof(sql), "UPDATE counters SET n = n + 1 WHERE id = %d", 3 - self->first);
    return status == CALX_OK ? try_sql(connection, sql) : status;
}

static void *run_locker(void *context)
{
    locker *self = context;
    self->status = calx_engine_run(self->engine, lock_both, self, NULL);
    return NULL;
}

static void one_of_two_in_a_deadlock_is_done_again(void **state)
{
    (void)state;
    calx_shows("ENG-210");
    calx_execution_options options = retrying(5);
    options.isolation_level = NULL;
    calx_engine *engine = engine_with_counters(&options, "timeout=5");
    pthread_barrier_t barrier;
    locker lockers[2];
    pthread_barrier_init(&barrier, NULL, 2);
    for (int i = 0; i < 2; i++) {
        lockers[i] = (locker){ .engine = engine, .barrier = &barrier, .first = i + 1 };
        pthread_create(&lockers[i].thread, NULL, run_locker, &lockers[i]);
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(lockers[i].thread, NULL);
        assert_int_equal(lockers[i].status, CALX_OK);
    }
    assert_true(lockers[0].calls + lockers[1].calls >= 3);
    assert_int_equal(counted(engine), 4);
    pthread_barrier_destroy(&barrier);
    calx_engine_free(engine);
}

static calx_status find_it_locked(void *context, calx_connection *connection)
{
    ++*(int *)context;
    if (calx_test_on("postgresql"))
        run(connection, "SET LOCAL lock_timeout = 5");
    return try_sql(connection, "UPDATE counters SET n = 7 WHERE id = 1");
}

static void it_is_given_up_after_as_many_tries_and_pauses_as_asked_for(void **state)
{
    (void)state;
    calx_shows("ENG-211");
    calx_shows("ENG-215");
    calx_execution_options options = retrying(3);
    options.retry_delay_ms = 20;
    calx_engine *engine = engine_with_counters(&options, "timeout=0.02");
    calx_engine *other = new_engine(calx_test_url(), NULL);
    calx_connection *holder = connect_to(other);
    calx_error error = CALX_ERROR_INIT;
    int calls = 0;
    run(holder, "UPDATE counters SET n = 1 WHERE id = 1");
    int64_t start = calx_clock_monotonic_ns();
    assert_int_equal(calx_engine_run(engine, find_it_locked, &calls, &error), CALX_E_BUSY);
    int64_t taken_ms = (calx_clock_monotonic_ns() - start) / 1000000;
    /* What begins as a writer fails before the function is called. */
    assert_int_equal(calls, calx_test_on("sqlite") ? 1 : 4);
    assert_true(taken_ms >= 10 + 20 + 40); /* the least three pauses can come to */
    assert_true((error.flags & CALX_ERROR_RETRY) != 0);
    calx_connection_close(holder);
    calx_engine_free(other);
    assert_int_equal(calx_engine_run(engine, find_it_locked, &calls, &error), CALX_OK);
    calx_error_clear(&error);
    calx_engine_free(engine);
}

static void an_error_says_whether_another_try_is_safe(void **state)
{
    (void)state;
    calx_shows("ENG-097");
    static const struct {
        unsigned flags;
        bool again;
    } cases[] = {
        { CALX_ERROR_RETRY, true },
        { CALX_ERROR_RETRY | CALX_ERROR_ROLLBACK_ONLY, true },
        { CALX_ERROR_RETRY | CALX_ERROR_OUTCOME_UNKNOWN, false },
        { CALX_ERROR_DISCONNECT, false },
        { 0, false },
    };
    calx_settings settings = calx_settings_defaults;
    settings.retries = 4;
    settings.retry_delay_ms = 1;
    settings.retry_delay_max_ms = 2;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        calx_error error = { .status = CALX_E_BUSY, .flags = cases[i].flags };
        calx_retry retry;
        calx_retry_begin(&retry, &settings);
        assert_int_equal(calx_retry_again(&retry, &error), cases[i].again);
        assert_int_equal(retry.left, cases[i].again ? 3 : 4);
    }
    calx_error error = { .status = CALX_E_BUSY, .flags = CALX_ERROR_RETRY };
    calx_retry retry;
    calx_retry_begin(&retry, &settings);
    for (int i = 0; i < 4; i++) {
        assert_true(calx_retry_again(&retry, &error));
        assert_int_equal(retry.pause_ms, 2);
    }
    assert_false(calx_retry_again(&retry, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_that_fails_is_the_answer_of_the_run),
        cmocka_unit_test(a_function_of_an_engine_commits_or_rolls_back_and_gives_back),
        cmocka_unit_test(transactions_that_conflict_are_done_again_until_all_are_done),
        cmocka_unit_test(nothing_is_done_again_unless_asked_for),
        CALX_POSTGRESQL(one_of_two_in_a_deadlock_is_done_again),
        cmocka_unit_test(it_is_given_up_after_as_many_tries_and_pauses_as_asked_for),
        CALX_SQLITE(an_error_says_whether_another_try_is_safe),
    };
    return CALX_RUN("retry", tests);
}
