/*
 * What events cost where nobody listens: nothing is called. The way to the listeners is counted at
 * link time: all of it goes through the functions that are wrapped here.
 */
#include "event_fixture.h"

#include "engine/inside.h"

#include <stdatomic.h>

static atomic_long raised;

calx_status __real_calx_event_raise(calx_engine *engine, calx_event_details *details,
                                    calx_driver_connection *physical, calx_error *error);
calx_status __wrap_calx_event_raise(calx_engine *engine, calx_event_details *details,
                                    calx_driver_connection *physical, calx_error *error);

calx_status __wrap_calx_event_raise(calx_engine *engine, calx_event_details *details,
                                    calx_driver_connection *physical, calx_error *error)
{
    atomic_fetch_add(&raised, 1);
    return __real_calx_event_raise(engine, details, physical, error);
}

calx_status __real_calx_connection_raise_heard(calx_connection *connection, calx_event event,
                                               unsigned savepoint);
calx_status __wrap_calx_connection_raise_heard(calx_connection *connection, calx_event event,
                                               unsigned savepoint);

calx_status __wrap_calx_connection_raise_heard(calx_connection *connection, calx_event event,
                                               unsigned savepoint)
{
    atomic_fetch_add(&raised, 1);
    return __real_calx_connection_raise_heard(connection, event, savepoint);
}

calx_status __real_calx_link_raise(calx_engine *engine, calx_link *link, calx_event event,
                                   calx_error *error);
calx_status __wrap_calx_link_raise(calx_engine *engine, calx_link *link, calx_event event,
                                   calx_error *error);

calx_status __wrap_calx_link_raise(calx_engine *engine, calx_link *link, calx_event event,
                                   calx_error *error)
{
    atomic_fetch_add(&raised, 1);
    return __real_calx_link_raise(engine, link, event, error);
}

/* Something of every kind of event but a notice and two phases. */
static void do_everything(calx_engine *engine)
{
    calx_execution_options execution = CALX_EXECUTION_OPTIONS_INIT;
    calx_engine *derived = NULL;
    calx_connection *connection = connect_to(engine);
    ok(connection, calx_connection_execution_options(connection, &execution));
    run(connection, "INSERT INTO users (id, name) VALUES (1, 'a')");
    ok(connection, calx_connection_begin_nested(connection));
    ok(connection, calx_connection_rollback(connection));
    ok(connection, calx_connection_begin_nested(connection));
    ok(connection, calx_connection_commit(connection));
    assert_int_equal(try_sql(connection, "INSERT INTO users (id, age) VALUES (1, 1)"),
                     CALX_E_NOT_NULL);
    ok(connection, calx_connection_rollback(connection));
    run(connection, "SELECT 1");
    ok(connection, calx_connection_commit(connection));
    ok(connection, calx_connection_invalidate_soft(connection));
    calx_connection_close(connection);
    connection = connect_to(engine);
    ok(connection, calx_connection_invalidate(connection));
    run(connection, "SELECT 1");
    ok(connection, calx_connection_detach(connection));
    calx_connection_close(connection);
    assert_int_equal(calx_engine_execution_options(engine, &execution, &derived, NULL), CALX_OK);
    calx_engine_free(derived);
    calx_engine_dispose(engine);
}

static void where_nobody_listens_nothing_is_called(void **state)
{
    (void)state;
    calx_shows("ENG-197");
    atomic_store(&raised, 0);
    calx_engine *engine = engine_with_users(NULL);
    do_everything(engine);
    assert_int_equal(atomic_load(&raised), 0);
    record all;
    forget(&all);
    listen_to(engine, CALX_EVENT_NOTICE, note, &all);
    do_everything(engine);
    assert_int_equal(atomic_load(&raised), 0); /* nor for what nobody listens to */
    listen_to_all(engine, &all);
    do_everything(engine);
    assert_true(atomic_load(&raised) > 0); /* so it is the right way that is watched */
    static const char *const heard[] = {
        "do_connect",
        "first_connect",
        "checkout",
        "reset",
        "checkin",
        "soft_invalidate",
        "invalidate",
        "close",
        "detach",
        "close_detached",
        "engine_connect",
        "engine_disposed",
        "handle_error",
        "begin",
        "commit",
        "before_execute",
        "after_execute",
        "savepoint",
        "rollback",
        "rollback_savepoint",
        "release_savepoint",
        "before_cursor_execute",
        "after_cursor_execute",
        "set_connection_execution_options",
        "set_engine_execution_options",
    };
    for (size_t i = 0; i < sizeof(heard) / sizeof(heard[0]); i++) {
        if (strstr(all.text, heard[i]) == NULL)
            fail_msg("%s: %s", heard[i], all.text);
    }
    calx_engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_nobody_listens_nothing_is_called),
    };
    return CALX_RUN("event_quiet", tests);
}
