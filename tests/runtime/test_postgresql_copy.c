/*
 * A line that is cut, or falls silent, at each message of a COPY in turn, in and out. The call that
 * meets it says that the connection is lost, in time; nothing or all is stored, and the engine goes
 * on over a new connection.
 */
#include "engine_fixture.h"
#include "support/gate.h"

#include "base/clock.h"

#include <calx/copy.h>

#include <string.h>

enum { MOST_MESSAGES = 60, PIECES = 3, TIMEOUT_MS = 200, LATE_MS = 8000 };

static calx_status give(void *context, const char **out_data, size_t *out_size)
{
    static const char *const pieces[PIECES] = { "1\n2\n", "3", "\n4\n" };
    int *given = context;
    *out_data = *given < PIECES ? pieces[*given] : "";
    *out_size = strlen(*out_data);
    ++*given;
    return CALX_OK;
}

static calx_status count(void *context, const char *data, size_t size)
{
    (void)data;
    *(size_t *)context += size;
    return CALX_OK;
}

/* In, out, and a commit. *out_committing: that was the last call. */
static calx_status work(calx_connection *connection, bool *out_committing)
{
    int given = 0;
    size_t taken = 0;
    calx_copy_source source = { give, &given };
    calx_copy_sink sink = { count, &taken };
    calx_status status = calx_connection_copy_in(connection, "COPY t FROM STDIN", &source, NULL);
    if (status == CALX_OK)
        status = calx_connection_copy_out(connection, "COPY t TO STDOUT", &sink, NULL);
    *out_committing = status == CALX_OK;
    return status == CALX_OK ? calx_connection_commit(connection) : status;
}

typedef struct place {
    gate *door;
    calx_engine *engine; /* through the gate */
    calx_engine *direct;
} place;

static int64_t rows_in(calx_engine *engine)
{
    calx_connection *connection = connect_to(engine);
    int64_t rows = number(connection, "SELECT count(*) FROM t");
    run(connection, "DELETE FROM t");
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    return rows;
}

static void check_failure(const calx_error *error, gate_fault fault, long messages)
{
    if (error->status != CALX_E_DISCONNECT &&
        (fault != GATE_STALL || error->status != CALX_E_TIMEOUT))
        fail_msg("message %ld: %s: %s", messages, calx_status_name(error->status), error->message);
    assert_true((error->flags & CALX_ERROR_DISCONNECT) != 0);
}

/* false: the fault was past the last message. */
static bool run_round(const place *self, gate_side side, gate_fault fault, long messages)
{
    calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
    calx_connection *connection = connect_to(self->engine);
    bool committing = false;
    options.timeout_ms = fault == GATE_STALL ? TIMEOUT_MS : 0;
    ok(connection, calx_connection_execution_options(connection, &options));
    gate_arm(self->door, side, fault, messages);
    int64_t start = calx_clock_monotonic_ns();
    calx_status status = work(connection, &committing);
    assert_true((calx_clock_monotonic_ns() - start) / 1000000 < LATE_MS);
    bool struck = gate_disarm(self->door);
    if (status != CALX_OK)
        check_failure(calx_connection_error(connection), fault, messages);
    assert_true(struck || status == CALX_OK);
    calx_connection_close(connection);
    int64_t rows = rows_in(self->direct);
    assert_true(rows == 4 || (rows == 0 && status != CALX_OK));
    assert_true(rows == 0 || committing);
    return struck;
}

static void fail_on(gate_side side, gate_fault fault)
{
    char url[1024];
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    place self = { .door = gate_open(), .direct = new_engine(calx_test_url(), NULL) };
    long messages = 0;
    options.pool_size = 1;
    options.ping_timeout = TIMEOUT_MS;
    gate_url(self.door, calx_test_url(), url, sizeof(url));
    self.engine = new_engine(url, &options);
    while (messages < MOST_MESSAGES && run_round(&self, side, fault, messages))
        messages++;
    assert_in_range(messages, 5, MOST_MESSAGES - 1);
    calx_engine_free(self.engine);
    calx_engine_free(self.direct);
    gate_close(self.door);
}

static void fail_on_both_sides(gate_fault fault)
{
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    run(connection, "CREATE TABLE t (x INTEGER)");
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    calx_engine_free(engine);
    fail_on(GATE_CLIENT, fault);
    fail_on(GATE_SERVER, fault);
}

static void a_line_may_be_cut_at_any_message_of_a_copy(void **state)
{
    (void)state;
    calx_shows("ENG-170");
    calx_shows("ENG-171");
    fail_on_both_sides(GATE_CUT);
}

static void a_message_of_a_copy_may_be_torn(void **state)
{
    (void)state;
    calx_shows("ENG-170");
    calx_shows("ENG-171");
    fail_on_both_sides(GATE_TEAR);
}

static void a_line_may_fall_silent_at_any_message_of_a_copy(void **state)
{
    (void)state;
    calx_shows("ENG-170");
    calx_shows("ENG-174");
    fail_on_both_sides(GATE_STALL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_may_be_cut_at_any_message_of_a_copy),
        cmocka_unit_test(a_message_of_a_copy_may_be_torn),
        cmocka_unit_test(a_line_may_fall_silent_at_any_message_of_a_copy),
    };
    return CALX_RUN("postgresql_copy", tests);
}
