/*
 * What an application keeps with a connection: how long each of the two maps lives, and who sees
 * it.
 */
#include "engine_fixture.h"
#include "support/ration.h"

#include <string.h>

static int first_value, second_value;

static void *get(calx_connection *connection, calx_info_place place, const char *key)
{
    void *value = &value;
    ok(connection, calx_connection_get_info(connection, place, key, &value));
    return value;
}

static void set(calx_connection *connection, calx_info_place place, const char *key, void *value)
{
    ok(connection, calx_connection_set_info(connection, place, key, value));
}

static calx_engine *engine_of_one(void)
{
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.poolclass = CALX_POOL_QUEUE;
    options.pool_size = 1;
    options.max_overflow = 0;
    options.pool_timeout = 0;
    return new_engine(calx_test_url(), &options);
}

static void info_lives_as_long_as_the_connection_or_its_place(void **state)
{
    (void)state;
    calx_shows("ENG-048");
    calx_engine *engine = engine_of_one();
    calx_connection *connection = connect_to(engine);
    assert_null(get(connection, CALX_INFO_CONNECTION, "a"));
    assert_null(get(connection, CALX_INFO_SLOT, "a"));
    set(connection, CALX_INFO_CONNECTION, "a", &first_value);
    set(connection, CALX_INFO_SLOT, "a", &second_value);
    calx_connection_close(connection);
    connection = connect_to(engine); /* the same one again */
    assert_ptr_equal(get(connection, CALX_INFO_CONNECTION, "a"), &first_value);
    assert_ptr_equal(get(connection, CALX_INFO_SLOT, "a"), &second_value);
    ok(connection, calx_connection_invalidate(connection));
    assert_null(get(connection, CALX_INFO_CONNECTION, "a")); /* has connected anew */
    assert_ptr_equal(get(connection, CALX_INFO_SLOT, "a"), &second_value);
    set(connection, CALX_INFO_SLOT, "a", NULL);
    assert_null(get(connection, CALX_INFO_SLOT, "a"));
    set(connection, CALX_INFO_SLOT, "b", &first_value);
    calx_connection_close(connection);
    calx_engine_refresh(engine);
    connection = connect_to(engine);
    assert_ptr_equal(get(connection, CALX_INFO_SLOT, "b"), &first_value);
    calx_connection_close(connection);
    calx_engine_dispose(engine);
    connection = connect_to(engine);
    assert_null(get(connection, CALX_INFO_SLOT, "b"));
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void places_are_not_mixed_up(void **state)
{
    (void)state;
    calx_shows("ENG-048");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.poolclass = CALX_POOL_QUEUE;
    calx_engine *engine = new_engine(calx_test_url(), &options);
    calx_connection *one = connect_to(engine);
    calx_connection *two = connect_to(engine);
    set(one, CALX_INFO_SLOT, "who", &first_value);
    set(two, CALX_INFO_SLOT, "who", &second_value);
    set(one, CALX_INFO_CONNECTION, "who", &first_value);
    assert_null(get(two, CALX_INFO_CONNECTION, "who"));
    ok(one, calx_connection_invalidate(one));
    ok(two, calx_connection_invalidate(two));
    void *left = get(one, CALX_INFO_SLOT, "who"); /* whichever place was free */
    void *right = get(two, CALX_INFO_SLOT, "who");
    assert_true((left == &first_value && right == &second_value) ||
                (left == &second_value && right == &first_value));
    calx_connection_close(one);
    calx_connection_close(two);
    calx_engine_free(engine);
}

static void a_detached_connection_leaves_its_place(void **state)
{
    (void)state;
    calx_shows("ENG-048");
    calx_engine *engine = engine_of_one();
    calx_connection *connection = connect_to(engine);
    set(connection, CALX_INFO_CONNECTION, "a", &first_value);
    set(connection, CALX_INFO_SLOT, "a", &second_value);
    ok(connection, calx_connection_detach(connection));
    assert_ptr_equal(get(connection, CALX_INFO_CONNECTION, "a"), &first_value);
    assert_null(get(connection, CALX_INFO_SLOT, "a"));
    assert_int_equal(calx_connection_set_info(connection, CALX_INFO_SLOT, "a", &first_value),
                     CALX_E_STATE);
    calx_connection *other = connect_to(engine);
    assert_null(get(other, CALX_INFO_CONNECTION, "a"));
    assert_ptr_equal(get(other, CALX_INFO_SLOT, "a"), &second_value);
    assert_int_equal(calx_connection_set_info(other, CALX_INFO_SLOT, NULL, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_connection_set_info(other, (calx_info_place)2, "a", NULL), CALX_E_STATE);
    calx_connection_close(other);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static calx_status keep_something(const char *url)
{
    calx_engine *engine = NULL;
    calx_connection *connection = NULL;
    calx_status status = calx_engine_new(url, NULL, &engine, NULL);
    if (status == CALX_OK)
        status = calx_engine_connect(engine, &connection, NULL);
    if (status == CALX_OK)
        status = calx_connection_set_info(connection, CALX_INFO_CONNECTION, "a", &first_value);
    if (status == CALX_OK)
        status = calx_connection_set_info(connection, CALX_INFO_SLOT, "a", &first_value);
    if (status == CALX_OK)
        status = calx_connection_invalidate(connection);
    calx_connection_close(connection);
    calx_engine_free(engine);
    return status;
}

static void missing_memory_for_info_is_survived(void **state)
{
    (void)state;
    calx_shows("ENG-048");
    const char *url = calx_test_url();
    calx_status status = CALX_E_NOMEM;
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = keep_something(url);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(info_lives_as_long_as_the_connection_or_its_place),
        cmocka_unit_test(places_are_not_mixed_up),
        cmocka_unit_test(a_detached_connection_leaves_its_place),
        cmocka_unit_test(missing_memory_for_info_is_survived),
    };
    return CALX_RUN("connection_info", tests);
}
