/*
 * Pools in front of a real server that is slow, goes away or changes: what is dead is found before
 * anybody has it, one loss is enough, deadlines hold in every phase of a connect, and an outage
 * costs few attempts.
 */
#include "engine_fixture.h"

#include "support/gate.h"
#include "support/server.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum { SIZE = 5, ROUNDS = 10, MANY = 40 };

static void pause_ms(int milliseconds)
{
    struct timespec time = { milliseconds / 1000, (milliseconds % 1000) * 1000000L };
    nanosleep(&time, NULL);
}

static calx_engine_state state_of(calx_engine *engine)
{
    calx_engine_state state;
    calx_engine_status(engine, &state);
    return state;
}

/* Takes SIZE connections, notes the server's processes, and gives them back. */
static void fill(calx_engine *engine, long *processes)
{
    calx_connection *connections[SIZE];
    for (int i = 0; i < SIZE; i++) {
        connections[i] = connect_to(engine);
        processes[i] = (long)number(connections[i], "SELECT pg_backend_pid()");
    }
    for (int i = 0; i < SIZE; i++)
        calx_connection_close(connections[i]);
}

/* Ends processes of the server, and waits until they are gone. */
static void kill_all(const long *processes)
{
    for (int i = 0; i < SIZE; i++) {
        char pid[24];
        snprintf(pid, sizeof(pid), "%ld", processes[i]);
        assert_true(server_run("SELECT pg_terminate_backend(", pid, ", 5000)"));
    }
}

static void expect_all_to_work(calx_engine *engine)
{
    calx_connection *connections[SIZE];
    for (int i = 0; i < SIZE; i++) {
        connections[i] = connect_to(engine);
        run(connections[i], "SELECT 1");
    }
    for (int i = 0; i < SIZE; i++)
        calx_connection_close(connections[i]);
}

static void dead_connections_are_found_before_anybody_has_them(void **state)
{
    (void)state;
    calx_shows("ENG-092");
    calx_shows("LIM-04");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    long processes[SIZE];
    for (int round = 0; round < ROUNDS; round++) {
        fill(engine, processes);
        kill_all(processes);
        expect_all_to_work(engine);
    }
    assert_int_equal(state_of(engine).closed_by[CALX_CLOSE_LOST], SIZE * ROUNDS);
    assert_int_equal(state_of(engine).idle, SIZE);
    calx_engine_free(engine);
}

static void one_ping_tells_of_all(void **state)
{
    (void)state;
    calx_shows("ENG-086");
    calx_shows("ENG-083");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_passive_probe = false;
    options.pool_pre_ping = true;
    options.ping_after_idle = 0;
    calx_engine *engine = new_engine(calx_test_url(), &options);
    long processes[SIZE];
    fill(engine, processes);
    kill_all(processes);
    expect_all_to_work(engine);
    assert_int_equal(state_of(engine).created, 2 * SIZE);
    assert_int_equal(state_of(engine).closed_by[CALX_CLOSE_LOST], 1);
    assert_int_equal(state_of(engine).closed_by[CALX_CLOSE_GENERATION], SIZE - 1);
    calx_engine_free(engine);
}

static void a_ping_leaves_no_trace(void **state)
{
    (void)state;
    calx_shows("ENG-089");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_pre_ping = true;
    options.ping_after_idle = 0;
    options.pool_size = 1;
    calx_engine *engine = new_engine(calx_test_url(), &options);
    calx_connection *connection = connect_to(engine);
    long process = (long)number(connection, "SELECT pg_backend_pid()");
    calx_connection_close(connection);
    connection = connect_to(engine); /* this one was pinged */
    char query[160];
    snprintf(query, sizeof(query),
             "SELECT count(*) FROM pg_stat_activity WHERE pid = %ld AND state = 'idle' AND "
             "xact_start IS NULL",
             process);
    assert_int_equal(server_number(query), 1);
    assert_false(calx_connection_in_transaction(connection));
    assert_int_equal(number(connection, "SELECT pg_backend_pid()"), process);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void without_a_look_the_first_use_fails_and_nothing_is_tried_again(void **state)
{
    (void)state;
    calx_shows("ENG-083");
    calx_shows("ENG-090");
    calx_shows("ENG-097");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_passive_probe = false;
    calx_engine *engine = new_engine(calx_test_url(), &options);
    long processes[SIZE];
    fill(engine, processes);
    kill_all(processes);
    calx_connection *connection = connect_to(engine);
    assert_int_equal(try_sql(connection, "SELECT 1"), CALX_E_DISCONNECT);
    calx_connection_close(connection);
    expect_all_to_work(engine);
    assert_int_equal(state_of(engine).created, 2 * SIZE);
    assert_int_equal(state_of(engine).closed_by[CALX_CLOSE_LOST], 1);
    calx_engine_free(engine);
}

static void a_connection_torn_down_by_hand_costs_no_other(void **state)
{
    (void)state;
    calx_shows("ENG-095");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    long processes[SIZE];
    fill(engine, processes);
    calx_connection *connection = connect_to(engine);
    run(connection, "SELECT 1");
    ok(connection, calx_connection_invalidate(connection));
    ok(connection, calx_connection_rollback(connection));
    calx_connection_close(connection);
    expect_all_to_work(engine);
    assert_int_equal(state_of(engine).created, SIZE + 1);
    assert_int_equal(state_of(engine).closed, 1);
    calx_engine_free(engine);
}

/* An engine that reaches the server through a gate. */
static calx_engine *engine_behind(const gate *door, const calx_engine_options *options)
{
    char url[1024];
    gate_url(door, calx_test_url(), url, sizeof(url));
    return new_engine(url, options);
}

static void deadlines_hold_wherever_a_connect_stalls(void **state)
{
    (void)state;
    calx_shows("ENG-057");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_timeout = 400; /* a busy machine gets as far as the stall in it */
    int stalls = 0;
    for (long messages = 0; messages < 12; messages++) {
        gate *door = gate_open();
        calx_engine *engine = engine_behind(door, &options);
        calx_connection *connection = NULL;
        gate_arm(door, GATE_SERVER, GATE_STALL, messages);
        int64_t start = calx_clock_monotonic_ns();
        calx_status status = calx_engine_connect(engine, &connection, NULL);
        int64_t passed_ns = calx_clock_monotonic_ns() - start;
        if (gate_disarm(door)) {
            stalls++;
            assert_int_equal(status, CALX_E_POOL_TIMEOUT);
            assert_true(passed_ns >= 400000000);
            assert_true(passed_ns < INT64_C(5000000000)); /* the soak measures how late it is */
        }
        calx_connection_close(connection);
        calx_engine_free(engine);
        gate_close(door);
    }
    assert_true(stalls >= 4);
}

static void a_ping_waits_no_longer_than_it_may(void **state)
{
    (void)state;
    calx_shows("ENG-091");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_pre_ping = true;
    options.ping_after_idle = 0;
    options.ping_timeout = 80;
    gate *door = gate_open();
    calx_engine *engine = engine_behind(door, &options);
    calx_connection *connection = connect_to(engine);
    run(connection, "SELECT 1");
    calx_connection_close(connection);
    gate_arm(door, GATE_CLIENT, GATE_STALL, 0);
    int64_t start = calx_clock_monotonic_ns();
    connection = connect_to(engine);
    assert_true(calx_clock_monotonic_ns() - start >= 80000000);
    assert_true(gate_disarm(door));
    run(connection, "SELECT 1");
    assert_int_equal(state_of(engine).created, 2);
    calx_connection_close(connection);
    calx_engine_free(engine);
    gate_close(door);
}

typedef struct visitor {
    pthread_t thread;
    calx_engine *engine;
    atomic_bool *stop;
    long served;
    long failed;
    int64_t back_ns; /* when it was served again after the outage began */
    _Atomic(int64_t) *outage_ns;
} visitor;

static void *visit(void *context)
{
    visitor *self = context;
    while (!atomic_load(self->stop)) {
        calx_connection *connection = NULL;
        bool good = calx_engine_connect(self->engine, &connection, NULL) == CALX_OK &&
                    try_sql(connection, "SELECT 1") == CALX_OK;
        calx_connection_close(connection);
        self->served += good;
        self->failed += !good;
        if (good && self->back_ns == 0 && atomic_load(self->outage_ns) != 0)
            self->back_ns = calx_clock_monotonic_ns();
    }
    return NULL;
}

static void an_outage_costs_one_attempt_at_a_time(void **state)
{
    (void)state;
    calx_shows("ENG-093");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_timeout = 10000;
    gate *door = gate_open();
    calx_engine *engine = engine_behind(door, &options);
    visitor visitors[MANY];
    atomic_bool stop = false;
    _Atomic(int64_t) outage_ns = 0;
    expect_all_to_work(engine);
    for (int i = 0; i < MANY; i++) {
        visitors[i] = (visitor){ .engine = engine, .stop = &stop, .outage_ns = &outage_ns };
        assert_int_equal(pthread_create(&visitors[i].thread, NULL, visit, &visitors[i]), 0);
    }
    pause_ms(50);
    gate_refuse(door, true); /* and all that is open is cut */
    atomic_store(&outage_ns, calx_clock_monotonic_ns());
    long before = gate_taken(door);
    pause_ms(400);
    long attempts = gate_taken(door) - before;
    gate_refuse(door, false);
    int64_t up_ns = calx_clock_monotonic_ns();
    pause_ms(1000);
    atomic_store(&stop, true);
    int64_t first_ns = INT64_MAX;
    for (int i = 0; i < MANY; i++) {
        pthread_join(visitors[i].thread, NULL);
        if (visitors[i].back_ns > up_ns && visitors[i].back_ns < first_ns)
            first_ns = visitors[i].back_ns;
    }
    assert_in_range(attempts, 2, 40);
    assert_true(first_ns - up_ns < INT64_C(1000000000));
    calx_engine_free(engine);
    gate_close(door);
}

static void a_server_that_only_reads_is_left(void **state)
{
    (void)state;
    calx_shows("ENG-098");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    calx_engine *engine =
        new_engine(calx_test_url_with("target_session_attrs=read-write"), &options);
    calx_connection *connection = connect_to(engine);
    run(connection, "CREATE TABLE t (x INTEGER)");
    run(connection, "SET default_transaction_read_only = on"); /* as an operator would, for all */
    ok(connection, calx_connection_commit(connection));
    assert_int_equal(try_sql(connection, "INSERT INTO t VALUES (1)"), CALX_E_READ_ONLY);
    ok(connection, calx_connection_rollback(connection));
    calx_connection_close(connection);
    connection = connect_to(engine);
    run(connection, "INSERT INTO t VALUES (1)");
    /* A transaction that was asked to read only tells nothing of the server. */
    ok(connection, calx_connection_commit(connection));
    run(connection, "SET TRANSACTION READ ONLY");
    assert_int_equal(try_sql(connection, "INSERT INTO t VALUES (2)"), CALX_E_READ_ONLY);
    calx_connection_close(connection);
    assert_int_equal(state_of(engine).idle, 1);
    assert_int_equal(state_of(engine).closed, 1);
    calx_engine_free(engine);
}

static void a_look_finds_a_server_that_only_reads(void **state)
{
    (void)state;
    calx_shows("ENG-098");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    calx_engine *engine =
        new_engine(calx_test_url_with("target_session_attrs=read-write"), &options);
    calx_connection *connection = connect_to(engine);
    run(connection, "SET default_transaction_read_only = on"); /* as an operator would, for all */
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    /* Nobody had to fail for it: the server has said so by itself. */
    connection = connect_to(engine);
    run(connection, "CREATE TABLE t (x INTEGER)");
    calx_connection_close(connection);
    assert_int_equal(state_of(engine).idle, 1);
    assert_int_equal(state_of(engine).closed, 1);
    calx_engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dead_connections_are_found_before_anybody_has_them),
        cmocka_unit_test(one_ping_tells_of_all),
        cmocka_unit_test(a_ping_leaves_no_trace),
        cmocka_unit_test(without_a_look_the_first_use_fails_and_nothing_is_tried_again),
        cmocka_unit_test(a_connection_torn_down_by_hand_costs_no_other),
        cmocka_unit_test(deadlines_hold_wherever_a_connect_stalls),
        cmocka_unit_test(a_ping_waits_no_longer_than_it_may),
        cmocka_unit_test(an_outage_costs_one_attempt_at_a_time),
        cmocka_unit_test(a_server_that_only_reads_is_left),
        cmocka_unit_test(a_look_finds_a_server_that_only_reads),
    };
    return CALX_RUN("postgresql_pool", tests);
}
