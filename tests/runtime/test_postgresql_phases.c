/*
 * An engine whose line fails at each message in turn, of a whole tour: connecting, checkouts with
 * and without a ping, statements, rows, savepoints, a commit, and returns with and without a
 * transaction. The line is cut, falls silent, or carries nonsense. Whatever was under way, each
 * call is back in time with a status that says what happened, and the pool is whole afterwards.
 * Many tours run beside each other, each with a gate and an engine of its own, since many of them
 * wait.
 */
#include "engine_fixture.h"

#include "support/gate.h"
#include "support/server.h"

#include "base/clock.h"

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    TOURISTS = 36,
    MOST_MESSAGES = 200,
    ROWS = 100,
    TIMEOUT_MS = 200,      /* of a statement, a ping, a return */
    POOL_TIMEOUT_MS = 600, /* of a checkout */
    LATE_MS = 8000,        /* a second for the cancel, and what a busy machine takes */
    PATIENCE_MS = 60000
};

typedef struct tour {
    calx_engine *engine;
    calx_connection *connection;
    calx_status status; /* of the first call that failed */
    unsigned flags;
    bool committing;
    int64_t mark_ns, longest_ns;
} tour;

/* After each call: how long it took, and whether the tour goes on. */
static bool goes_on(tour *self, calx_status status)
{
    int64_t now = calx_clock_monotonic_ns();
    if (now - self->mark_ns > self->longest_ns)
        self->longest_ns = now - self->mark_ns;
    self->mark_ns = now;
    if (status == CALX_OK || self->status != CALX_OK)
        return self->status == CALX_OK;
    self->status = status;
    if (self->connection != NULL)
        self->flags = calx_connection_error(self->connection)->flags;
    return false;
}

static calx_status read_rows(calx_connection *connection)
{
    calx_statement *statement = calx_text_statement("SELECT g FROM generate_series(1, 100) g");
    calx_result *result = NULL;
    bool row = true;
    int count = 0;
    calx_status status = calx_connection_execute(connection, statement, &result);
    while (status == CALX_OK && row) {
        status = calx_result_next(result, &row);
        count += status == CALX_OK && row;
    }
    if (status == CALX_OK && count != ROWS)
        status = CALX_E_INTERNAL;
    calx_result_free(result);
    calx_statement_free(statement);
    return status;
}

static void use_connection(tour *self, bool commits)
{
    calx_connection *connection = self->connection;
    bool on = goes_on(self, try_sql(connection, "INSERT INTO t VALUES (1)")) &&
              goes_on(self, calx_connection_begin_nested(connection)) &&
              goes_on(self, read_rows(connection)) &&
              goes_on(self, calx_connection_commit(connection));
    self->committing = on && commits;
    if (self->committing)
        (void)goes_on(self, calx_connection_commit(connection));
}

static void visit(tour *self, int64_t timeout_ms, bool commits)
{
    calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
    options.timeout_ms = timeout_ms;
    self->mark_ns = calx_clock_monotonic_ns();
    calx_error error = CALX_ERROR_INIT;
    bool on = goes_on(self, calx_engine_connect(self->engine, &self->connection, &error));
    self->flags = error.flags;
    calx_error_clear(&error);
    if (!on)
        return;
    if (goes_on(self, calx_connection_execution_options(self->connection, &options)))
        use_connection(self, commits);
    calx_connection_close(self->connection);
    self->connection = NULL;
    (void)goes_on(self, CALX_OK);
}

/* A commit first; the second and third find a connection that is pinged; one is left to the pool.
 */
static tour take_tour(calx_engine *engine, int64_t timeout_ms)
{
    static const bool commits[] = { true, false, true };
    tour self = { .engine = engine };
    for (int i = 0; i < 3 && self.status == CALX_OK; i++)
        visit(&self, timeout_ms, commits[i]);
    return self;
}

/* ---- one round ---- */

typedef struct plan {
    gate_side side;
    gate_fault fault;
    const char *url;
    atomic_long next;   /* the message of the next round */
    atomic_long struck; /* how many rounds met their fault */
    atomic_long failed; /* and how many of these were told */
    atomic_bool over;   /* one was past the last message */
    pthread_mutex_t lock;
    char trouble[400]; /* the first */
} plan;

static void report(plan *self, long messages, const tour *seen, const char *what)
{
    pthread_mutex_lock(&self->lock);
    if (self->trouble[0] == '\0')
        snprintf(self->trouble, sizeof(self->trouble),
                 "side %d, fault %d, message %ld: %s (%s, flags %u, %lld ms)", (int)self->side,
                 (int)self->fault, messages, what, calx_status_name(seen->status), seen->flags,
                 (long long)(seen->longest_ns / 1000000));
    pthread_mutex_unlock(&self->lock);
}

/* What the call that met the fault may say. */
static bool is_right(gate_fault fault, const tour *seen)
{
    bool lost = (seen->flags & CALX_ERROR_DISCONNECT) != 0;
    bool unknown = (seen->flags & CALX_ERROR_OUTCOME_UNKNOWN) != 0;
    bool silence = fault != GATE_CUT && fault != GATE_TEAR;
    if (unknown && !seen->committing)
        return false;
    switch (seen->status) {
    case CALX_OK: /* it was met by a ping, or on the way back */
    case CALX_E_CONNECT:
        return true;
    case CALX_E_POOL_TIMEOUT:
        return silence;
    case CALX_E_TIMEOUT:
        return silence && lost && unknown == seen->committing;
    case CALX_E_DISCONNECT:
        return lost && unknown == seen->committing;
    default:
        return false;
    }
}

/* Until the server is reached again, which takes as long as the attempt that is under way. */
static tour recover(calx_engine *engine)
{
    int64_t deadline = calx_deadline_in_ms(PATIENCE_MS);
    tour seen = take_tour(engine, -1);
    while (seen.status != CALX_OK && !calx_deadline_passed(deadline)) {
        nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
        seen = take_tour(engine, -1);
    }
    return seen;
}

static void check_round(plan *self, long messages, const tour *seen, calx_engine *engine)
{
    calx_engine_state state;
    if (!is_right(self->fault, seen))
        report(self, messages, seen, "is not what happened");
    if (seen->longest_ns > (int64_t)LATE_MS * 1000000)
        report(self, messages, seen, "came too late");
    tour again = recover(engine);
    if (again.status != CALX_OK)
        report(self, messages, &again, "and then nothing works");
    calx_engine_status(engine, &state);
    if (state.out != 0 || state.waiting != 0 || state.connecting != 0 || state.idle != 1)
        report(self, messages, &again, "and then the pool is not whole");
    atomic_fetch_add(&self->failed, seen->status != CALX_OK);
}

static void run_round(plan *self, long messages)
{
    char url[1024];
    calx_engine *engine = NULL;
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_pre_ping = true;
    options.pool_passive_probe = false;
    options.ping_after_idle = 0;
    options.ping_timeout = TIMEOUT_MS;
    options.pool_timeout = POOL_TIMEOUT_MS;
    gate *door = gate_open();
    gate_url(door, self->url, url, sizeof(url));
    if (calx_engine_new(url, &options, &engine, NULL) == CALX_OK) {
        gate_arm(door, self->side, self->fault, messages);
        tour seen = take_tour(engine, TIMEOUT_MS);
        if (gate_disarm(door)) {
            atomic_fetch_add(&self->struck, 1);
            check_round(self, messages, &seen, engine);
        } else if (seen.status == CALX_OK) {
            atomic_store(&self->over, true);
        }
    }
    calx_engine_free(engine);
    gate_close(door);
}

static void *run_rounds(void *context)
{
    plan *self = context;
    while (!atomic_load(&self->over)) {
        long messages = atomic_fetch_add(&self->next, 1);
        if (messages >= MOST_MESSAGES)
            break;
        run_round(self, messages);
    }
    return NULL;
}

/* ---- the tests ---- */

static int count_descriptors(void)
{
    int count = 0;
    DIR *directory = opendir("/proc/self/fd");
    assert_non_null(directory);
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

static void fail_everywhere(gate_side side, gate_fault fault)
{
    char url[1024];
    pthread_t threads[TOURISTS];
    snprintf(url, sizeof(url), "%s&connect_timeout=1", calx_test_url());
    plan self = { .side = side, .fault = fault, .url = url };
    int before = count_descriptors();
    assert_int_equal(pthread_mutex_init(&self.lock, NULL), 0);
    for (int i = 0; i < TOURISTS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_rounds, &self), 0);
    for (int i = 0; i < TOURISTS; i++)
        pthread_join(threads[i], NULL);
    pthread_mutex_destroy(&self.lock);
    if (self.trouble[0] != '\0')
        fail_msg("%s", self.trouble);
    assert_true(atomic_load(&self.over));
    assert_true(atomic_load(&self.struck) > 20);
    assert_true(atomic_load(&self.failed) > 10);
    assert_int_equal(count_descriptors(), before);
}

static void fail_on_both_sides(gate_fault fault)
{
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    run(connection, "CREATE TABLE t (x INTEGER)");
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    calx_engine_free(engine);
    fail_everywhere(GATE_CLIENT, fault);
    fail_everywhere(GATE_SERVER, fault);
}

static void a_line_may_be_cut_at_any_message(void **state)
{
    (void)state;
    calx_shows("ENG-078");
    calx_shows("ENG-080");
    calx_shows("ENG-081");
    fail_on_both_sides(GATE_CUT);
}

static void a_line_may_fall_silent_at_any_message(void **state)
{
    (void)state;
    calx_shows("ENG-057");
    calx_shows("ENG-091");
    calx_shows("ENG-174");
    fail_on_both_sides(GATE_STALL);
}

static void a_message_may_be_of_a_kind_nobody_knows(void **state)
{
    (void)state;
    calx_shows("ENG-081");
    fail_on_both_sides(GATE_STRANGE);
}

static void a_message_may_be_longer_than_it_is(void **state)
{
    (void)state;
    calx_shows("ENG-081");
    fail_on_both_sides(GATE_LONGER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_may_be_cut_at_any_message),
        cmocka_unit_test(a_line_may_fall_silent_at_any_message),
        cmocka_unit_test(a_message_may_be_of_a_kind_nobody_knows),
        cmocka_unit_test(a_message_may_be_longer_than_it_is),
    };
    return CALX_RUN("postgresql_phases", tests);
}
