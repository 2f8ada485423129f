/*
 * Statements that are interrupted, a server that does not take the cancel, hosts tried in order,
 * and what a look at an idle connection finds.
 */
#include "postgresql_line.h"
#include "support/gate.h"

#include <pthread.h>
#include <time.h>

/* ---- cancels ---- */

typedef struct interrupter {
    line *opened;
    unsigned pause_us; /* before the interrupt */
    int64_t took_ms;
} interrupter;

static void *interrupt_later(void *context)
{
    interrupter *self = context;
    const struct timespec pause = { 0, (long)self->pause_us * 1000 };
    nanosleep(&pause, NULL);
    int64_t start = calx_clock_monotonic_ns();
    self->opened->driver->interrupt(self->opened->connection);
    self->took_ms = (calx_clock_monotonic_ns() - start) / 1000000;
    return NULL;
}

static void a_cancel_hits_no_statement_that_comes_later(void **state)
{
    (void)state;
    calx_shows("ENG-172");
    calx_shows("LIM-08");
    line opened = open_line();
    int hits = 0;
    for (unsigned i = 0; i < 60; i++) {
        pthread_t thread;
        interrupter one = { &opened, i * 50, 0 };
        assert_int_equal(pthread_create(&thread, NULL, interrupt_later, &one), 0);
        /* Some last until the cancel comes, however slow this thread and that one are. */
        calx_status status =
            run(&opened, i % 10 == 9 ? "SELECT pg_sleep(2)" : "SELECT pg_sleep(0.002)");
        assert_true(status == CALX_OK || status == CALX_E_CANCELED);
        hits += status == CALX_E_CANCELED;
        pthread_join(thread, NULL);
        for (int k = 0; k < 3; k++)
            assert_int_equal(number(&opened, "SELECT 5"), 5);
    }
    assert_true(hits > 0);
    close_line(&opened);
}

/* A connection that can be interrupted by nobody: no second one gets through. */
static line open_through(gate *between)
{
    char url[1024];
    line opened;
    gate_pass_only_one(between);
    gate_url(between, server_url(), url, sizeof(url));
    if (try_open(&opened, url) != CALX_OK)
        fail_msg("%s", opened.error.message);
    return opened;
}

static void a_cancel_that_is_not_taken_is_waited_for_a_second(void **state)
{
    (void)state;
    calx_shows("ENG-172");
    calx_shows("LIM-08");
    gate *between = gate_open();
    line opened = open_through(between);
    pthread_t thread;
    interrupter one = { &opened, 300000, 0 };
    bool row = false;
    calx_value seconds = calx_value_double(0);
    calx_driver_statement *statement = prepare(&opened, "SELECT pg_sleep($1)");
    must(&opened, opened.driver->execute(statement, &seconds, 1, &row));
    seconds = calx_value_double(1);
    assert_int_equal(pthread_create(&thread, NULL, interrupt_later, &one), 0);
    must(&opened, opened.driver->execute(statement, &seconds, 1, &row));
    pthread_join(thread, NULL);
    opened.driver->finalize(statement);
    assert_true(one.took_ms >= 900 && one.took_ms < 3000);
    /* Nobody knows when it will arrive, so nothing more is sent there. */
    assert_int_equal(run(&opened, "SELECT 1"), CALX_E_DISCONNECT);
    assert_true(opened.connection->error.flags & CALX_ERROR_DISCONNECT);
    close_line(&opened);
    gate_close(between);
}

static void rows_nobody_wants_are_not_waited_for_without_a_cancel(void **state)
{
    (void)state;
    calx_shows("ENG-047");
    gate *between = gate_open();
    line opened = open_through(between);
    bool row = false;
    begin(&opened);
    calx_driver_statement *statement =
        prepare(&opened, "SELECT g FROM generate_series(1, 100000) g, generate_series(1, 100000)");
    opened.driver->rows(statement, CALX_DRIVER_ROWS_FLOW);
    must(&opened, opened.driver->execute(statement, NULL, 0, &row));
    opened.driver->finalize(statement);
    assert_int_equal(opened.driver->clean(opened.connection), CALX_E_DISCONNECT);
    assert_false(opened.connection->in_transaction);
    close_line(&opened);
    gate_close(between);
}

/* ---- hosts ---- */

static void hosts_are_tried_in_order(void **state)
{
    (void)state;
    calx_shows("ENG-026");
    const char *host = strstr(server_url(), "host=") + strlen("host=");
    int size = (int)strcspn(host, "&");
    const char *rest = host + size;
    static const char *const before[] = { "127.0.0.1", "/nowhere/at/all", "127.0.0.1,/nowhere" };
    for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
        char url[512];
        line opened;
        /* Nobody listens on port 1; a socket directory is asked with its own port. */
        snprintf(url, sizeof(url), "postgresql:///postgres?host=%s,%.*s&port=%s%s", before[i], size,
                 host, i < 2 ? "1,5432" : "1,5432,5432", rest);
        if (try_open(&opened, url) != CALX_OK)
            fail_msg("%s", opened.error.message);
        assert_int_equal(number(&opened, "SELECT 1"), 1);
        close_line(&opened);
    }
    line opened;
    static const struct {
        const char *wanted;
        calx_status status;
    } kinds[] = { { "any", CALX_OK },
                  { "primary", CALX_OK },
                  { "read-write", CALX_OK },
                  { "prefer-standby", CALX_OK },
                  { "standby", CALX_E_CONNECT },
                  { "read-only", CALX_E_CONNECT } };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        char url[512];
        snprintf(url, sizeof(url), "%s&target_session_attrs=%s", server_url(), kinds[i].wanted);
        if (try_open(&opened, url) != kinds[i].status)
            fail_msg("%s: %s", kinds[i].wanted, opened.error.message);
        close_line(&opened);
    }
    assert_int_equal(
        try_open(&opened, "postgresql:///postgres?host=127.0.0.1,/nowhere&port=1,5432"),
        CALX_E_CONNECT);
    assert_non_null(strstr(opened.error.message, "127.0.0.1"));
    assert_non_null(strstr(opened.error.message, "/nowhere"));
    close_line(&opened);
}

/* ---- looking at an idle connection ---- */

static void a_look_at_an_idle_connection_sends_nothing(void **state)
{
    (void)state;
    calx_shows("LIM-04");
    line opened = open_line();
    for (int i = 0; i < 100; i++)
        must(&opened, opened.driver->probe(opened.connection));
    must(&opened, run(&opened, "LISTEN calx_test"));
    assert_true(server_run("NOTIFY calx_test", "", ""));
    assert_int_equal(number(&opened, "SELECT 1"), 1);
    must(&opened, opened.driver->probe(opened.connection)); /* what came in is no failure */
    kill_backend(backend(&opened));
    assert_int_equal(opened.driver->probe(opened.connection), CALX_E_DISCONNECT);
    assert_int_equal(opened.driver->probe(opened.connection), CALX_E_DISCONNECT);
    close_line(&opened);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cancel_hits_no_statement_that_comes_later),
        cmocka_unit_test(a_cancel_that_is_not_taken_is_waited_for_a_second),
        cmocka_unit_test(rows_nobody_wants_are_not_waited_for_without_a_cancel),
        cmocka_unit_test(hosts_are_tried_in_order),
        cmocka_unit_test(a_look_at_an_idle_connection_sends_nothing),
    };
    return CALX_RUN("postgresql_cancel", tests);
}
