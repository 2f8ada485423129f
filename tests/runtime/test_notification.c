/*
 * Notifications: how they queue at the connection that listens, what ends listening, and what a
 * database without them says.
 */
#include "engine_fixture.h"
#include "support/ration.h"

#include <calx/notification.h>

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum { LONG_MS = 30000 };

static void notify(calx_engine *engine, const char *channel, const char *payload)
{
    char sql[128];
    calx_connection *connection = connect_to(engine);
    snprintf(sql, sizeof(sql), "SELECT pg_notify('%s', '%s')", channel, payload);
    run(connection, sql);
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
}

/* The next one has this payload; NULL: there is none. */
static void expect(calx_connection *connection, const char *payload)
{
    const calx_notification *one = NULL;
    ok(connection, calx_connection_notification(connection, payload != NULL ? LONG_MS : 0, &one));
    if (payload == NULL) {
        assert_null(one);
        return;
    }
    assert_non_null(one);
    assert_string_equal(one->payload, payload);
    assert_int_equal(one->missed, 0);
}

static void notifications_queue_in_their_order(void **state)
{
    (void)state;
    calx_shows("ENG-176");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    ok(connection, calx_connection_listen(connection, "News of \"today\""));
    assert_false(calx_connection_in_transaction(connection));
    expect(connection, NULL);
    notify(engine, "News of \"today\"", "first");
    notify(engine, "another", "not wanted");
    notify(engine, "News of \"today\"", "second");
    /* They are queued beside what else is done, which takes them off the line. */
    run(connection, "SELECT 1");
    ok(connection, calx_connection_commit(connection));
    const calx_notification *one = NULL;
    ok(connection, calx_connection_notification(connection, LONG_MS, &one));
    assert_string_equal(one->channel, "News of \"today\"");
    assert_string_equal(one->payload, "first");
    assert_true(one->process > 0);
    expect(connection, "second");
    expect(connection, NULL);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void listening_ends_when_it_is_said_and_with_the_checkout(void **state)
{
    (void)state;
    calx_shows("ENG-176");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_size = 2;
    options.pool_use_lifo = true;
    calx_engine *engine = new_engine(calx_test_url(), &options);
    calx_engine *others = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    ok(connection, calx_connection_listen(connection, "one"));
    ok(connection, calx_connection_listen(connection, "two"));
    ok(connection, calx_connection_unlisten(connection, "one"));
    notify(others, "one", "unheard");
    notify(others, "two", "heard");
    expect(connection, "heard");
    ok(connection, calx_connection_unlisten(connection, NULL));
    notify(others, "two", "unheard");
    run(connection, "SELECT 1");
    ok(connection, calx_connection_commit(connection));
    expect(connection, NULL);
    /* By a statement, too. */
    for (int i = 0; i < 2; i++) {
        if (i == 0)
            ok(connection, calx_connection_listen(connection, "left"));
        else
            run(connection, "LISTEN \"left\"");
        ok(connection, calx_connection_commit(connection));
        notify(others, "left", "for who has gone");
        calx_connection_close(connection);
        connection = connect_to(engine);
        assert_int_equal(number(connection, "SELECT count(*) FROM pg_listening_channels()"), 0);
        ok(connection, calx_connection_commit(connection));
        expect(connection, NULL);
    }
    calx_engine_state counts;
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.created, 1);
    calx_connection_close(connection);
    calx_engine_free(engine);
    calx_engine_free(others);
}

/* Where nothing is reset it listens while it is idle, and a look at the line keeps what came. */
static void a_look_at_an_idle_connection_keeps_what_it_heard(void **state)
{
    (void)state;
    calx_shows("ENG-092");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_size = 1;
    options.pool_reset_on_return = CALX_POOL_RESET_NONE;
    calx_engine *engine = new_engine(calx_test_url(), &options);
    calx_engine *others = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    ok(connection, calx_connection_listen(connection, "kept"));
    calx_connection_close(connection);
    const struct timespec moment = { .tv_nsec = 20000000 }; /* mostly enough for it to come */
    for (int round = 0; round < 3; round++) {
        notify(others, "kept", "heard while idle");
        nanosleep(&moment, NULL);
        connection = connect_to(engine);
        expect(connection, "heard while idle");
        expect(connection, NULL);
        calx_connection_close(connection);
    }
    calx_engine_state counts;
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.created, 1);
    assert_int_equal(counts.closed, 0);
    calx_engine_free(engine);
    calx_engine_free(others);
}

static void nobody_waits_in_a_transaction(void **state)
{
    (void)state;
    calx_shows("ENG-176");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    const calx_notification *one = NULL;
    run(connection, "SELECT 1");
    ok(connection, calx_connection_listen(connection, "later"));
    notify(engine, "later", "before the commit");
    assert_int_equal(calx_connection_notification(connection, 10, &one), CALX_E_STATE);
    assert_non_null(strstr(calx_connection_error(connection)->message, "transaction"));
    expect(connection, NULL);
    ok(connection, calx_connection_commit(connection));
    notify(engine, "later", "after it");
    expect(connection, "after it");
    ok(connection, calx_connection_notification(connection, 10, &one)); /* the time is over */
    assert_null(one);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

/* Four megabytes at once, then a last one; answers how many of them are missing. */
static int64_t storm(calx_connection *connection, calx_connection *other)
{
    const calx_notification *one = NULL;
    int64_t got = 0, missed = 0;
    run(other, "SELECT pg_notify('storm', repeat('x', 4000) || g) FROM generate_series(1, 1000) g");
    ok(other, calx_connection_commit(other));
    run(connection, "SELECT 1"); /* all that came until then is taken off the line */
    ok(connection, calx_connection_commit(connection));
    for (int round = 0; round < 2; round++) {
        do {
            one = NULL;
            ok(connection,
               calx_connection_notification(connection, round == 0 ? 500 : LONG_MS, &one));
            got += one != NULL;
            missed += one != NULL ? (int64_t)one->missed : 0;
        } while (one != NULL && strcmp(one->payload, "the last") != 0);
        run(other, round == 0 ? "SELECT pg_notify('storm', 'the last')" : "SELECT 1");
        ok(other, calx_connection_commit(other));
    }
    assert_int_equal(got + missed, 1001);
    return missed;
}

static void a_queue_is_bounded_and_says_what_is_missing(void **state)
{
    (void)state;
    calx_shows("ENG-176");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    calx_connection *other = connect_to(engine);
    int64_t missed = 0;
    ok(connection, calx_connection_listen(connection, "storm"));
    for (int i = 0; i < 20 && missed == 0; i++)
        missed = storm(connection, other); /* the server may be slower than the statement */
    assert_true(missed > 0);
    calx_connection_close(other);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_lost_connection_ends_the_wait(void **state)
{
    (void)state;
    calx_shows("ENG-176");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    calx_connection *other = connect_to(engine);
    const calx_notification *one = NULL;
    char sql[80];
    int64_t process = number(connection, "SELECT pg_backend_pid()");
    ok(connection, calx_connection_commit(connection));
    ok(connection, calx_connection_listen(connection, "gone"));
    snprintf(sql, sizeof(sql), "SELECT pg_terminate_backend(%lld)", (long long)process);
    run(other, sql);
    assert_int_equal(calx_connection_notification(connection, LONG_MS, &one), CALX_E_DISCONNECT);
    assert_null(one);
    ok(connection, calx_connection_listen(connection, "gone")); /* on another one */
    notify(engine, "gone", "back");
    expect(connection, "back");
    calx_connection_close(other);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void names_that_cannot_be_are_refused(void **state)
{
    (void)state;
    calx_shows("ENG-176");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    static const char long_name[] =
        "a name that is longer than the sixty-three bytes PostgreSQL takes for one";
    assert_int_equal(calx_connection_listen(connection, ""), CALX_E_ARGUMENT);
    assert_int_equal(calx_connection_listen(connection, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_connection_unlisten(connection, ""), CALX_E_ARGUMENT);
    assert_int_equal(calx_connection_listen(connection, "\xff"), CALX_E_DATA);
    assert_int_equal(calx_connection_listen(connection, long_name), CALX_E_LIMIT);
    ok(connection, calx_connection_listen(connection, "good"));
    calx_connection_close(connection);
    calx_engine_free(engine);
    engine = new_engine(calx_test_url_with("prepared=off"), NULL);
    connection = connect_to(engine);
    assert_int_equal(calx_connection_listen(connection, "good"), CALX_E_UNSUPPORTED);
    assert_non_null(strstr(calx_connection_error(connection)->message, "prepared=off"));
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void missing_memory_costs_notifications_that_are_counted(void **state)
{
    (void)state;
    calx_shows("ENG-176");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_engine *others = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    calx_connection *other = connect_to(others);
    calx_status status = CALX_E_NOMEM;
    for (long allocations = 0; status == CALX_E_NOMEM; allocations++) {
        ration account;
        assert_true(ration_start(&account, allocations));
        status = calx_connection_listen(connection, "scarce");
        (void)ration_stop(&account);
        assert_true(status == CALX_OK || status == CALX_E_NOMEM);
    }
    ration account;
    run(other, "SELECT pg_notify('scarce', 'a'), pg_notify('scarce', 'b')");
    ok(other, calx_connection_commit(other));
    const calx_notification *one = NULL;
    assert_true(ration_start(&account, 0));
    status = calx_connection_notification(connection, 1000, &one);
    (void)ration_stop(&account);
    ok(connection, status);
    assert_null(one);
    run(other, "SELECT pg_notify('scarce', 'c')");
    ok(other, calx_connection_commit(other));
    ok(connection, calx_connection_notification(connection, LONG_MS, &one));
    assert_string_equal(one->payload, "c");
    assert_int_equal(one->missed, 2);
    calx_connection_close(other);
    calx_connection_close(connection);
    calx_engine_free(others);
    calx_engine_free(engine);
}

/* Waits, as long as it takes, on a thread of its own. */
typedef struct waiter {
    calx_connection *connection;
    pthread_t thread;
    calx_status status;
    atomic_bool ended;
} waiter;

static void *wait_for_one(void *context)
{
    waiter *self = context;
    const calx_notification *one = NULL;
    self->status = calx_connection_notification(self->connection, -1, &one);
    atomic_store(&self->ended, true);
    return NULL;
}

/* One that comes too early ends nothing, so it is repeated until the wait has ended. */
static void cancel_until_it_ends(waiter *self)
{
    const struct timespec pause = { 0, 1000000 };
    while (!atomic_load(&self->ended)) {
        assert_int_equal(calx_connection_cancel(self->connection), CALX_OK);
        nanosleep(&pause, NULL);
    }
}

static void a_cancel_and_a_shutdown_end_the_wait(void **state)
{
    (void)state;
    calx_shows("ENG-176");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    const calx_notification *one = NULL;
    ok(connection, calx_connection_listen(connection, "news"));
    for (int round = 0; round < 2; round++) {
        waiter waits = { .connection = connection };
        assert_int_equal(pthread_create(&waits.thread, NULL, wait_for_one, &waits), 0);
        if (round == 0)
            cancel_until_it_ends(&waits);
        else
            (void)calx_engine_shutdown(engine, 100, NULL);
        pthread_join(waits.thread, NULL);
        assert_int_equal(waits.status, round == 0 ? CALX_E_CANCELED : CALX_E_POOL_CLOSED);
        if (round == 0) {
            notify(engine, "news", "still heard");
            expect(connection, "still heard");
            /* What came before a wait is none of its business. */
            assert_int_equal(calx_connection_cancel(connection), CALX_OK);
            expect(connection, NULL);
            notify(engine, "news", "heard again");
            expect(connection, "heard again");
        }
    }
    assert_int_equal(calx_connection_notification(connection, 0, &one), CALX_E_POOL_CLOSED);
    assert_int_equal(calx_connection_listen(connection, "more"), CALX_E_POOL_CLOSED);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void what_was_lent_outlives_the_line(void **state)
{
    (void)state;
    calx_shows("ENG-176");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    const calx_notification *one = NULL;
    ok(connection, calx_connection_listen(connection, "news"));
    notify(engine, "news", "kept");
    assert_int_equal(calx_connection_notification(connection, 0, NULL), CALX_E_ARGUMENT);
    ok(connection, calx_connection_notification(connection, LONG_MS, &one));
    assert_non_null(one);
    ok(connection, calx_connection_invalidate(connection));
    run(connection, "SELECT 1");
    assert_string_equal(one->channel, "news");
    assert_string_equal(one->payload, "kept");
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_database_without_notifications_says_so(void **state)
{
    (void)state;
    calx_shows("ENG-176");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    const calx_notification *one = NULL;
    assert_int_equal(calx_connection_listen(connection, "news"), CALX_E_UNSUPPORTED);
    assert_string_equal(calx_connection_error(connection)->message, "sqlite has no notifications");
    assert_int_equal(calx_connection_unlisten(connection, NULL), CALX_E_UNSUPPORTED);
    assert_int_equal(calx_connection_notification(connection, 0, &one), CALX_E_UNSUPPORTED);
    run(connection, "SELECT 1");
    calx_connection_close(connection);
    calx_engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CALX_POSTGRESQL(notifications_queue_in_their_order),
        CALX_POSTGRESQL(listening_ends_when_it_is_said_and_with_the_checkout),
        CALX_POSTGRESQL(a_look_at_an_idle_connection_keeps_what_it_heard),
        CALX_POSTGRESQL(nobody_waits_in_a_transaction),
        CALX_POSTGRESQL(a_queue_is_bounded_and_says_what_is_missing),
        CALX_POSTGRESQL(a_lost_connection_ends_the_wait),
        CALX_POSTGRESQL(names_that_cannot_be_are_refused),
        CALX_POSTGRESQL(missing_memory_costs_notifications_that_are_counted),
        CALX_POSTGRESQL(a_cancel_and_a_shutdown_end_the_wait),
        CALX_POSTGRESQL(what_was_lent_outlives_the_line),
        CALX_SQLITE(a_database_without_notifications_says_so),
    };
    return CALX_RUN("notification", tests);
}
