/*
 * One statement with many sets of values: what each of them did, what becomes of all when one
 * fails, and how much of it goes to the database at once.
 */
#include "event_fixture.h"
#include "support/log_sink.h"
#include "support/ration.h"

#include <stdlib.h>
#include <string.h>

enum { MANY = 2500 };

static const char *const id_name[] = { "id", "name" };
static char names[MANY][32];
static calx_value values[2 * MANY];
static int64_t changes[MANY];

/* Sets of ids from 1 on and names. */
static calx_parameter_sets users_from_one(size_t count)
{
    calx_parameter_sets sets = CALX_PARAMETER_SETS_INIT;
    for (size_t i = 0; i < count; i++) {
        snprintf(names[i], sizeof(names[i]), "user %zu", i + 1);
        values[2 * i] = calx_value_int64((int64_t)i + 1);
        values[2 * i + 1] = calx_value_text(names[i]);
        changes[i] = -7;
    }
    sets.names = id_name;
    sets.name_count = 2;
    sets.values = values;
    sets.count = count;
    sets.changes = changes;
    return sets;
}

static calx_statement *insert_users(void)
{
    calx_statement *insert =
        calx_text_statement("INSERT INTO users (id, age, name) VALUES (:id, :age, :name)");
    assert_non_null(insert);
    assert_int_equal(calx_statement_bind_int64(insert, "age", 30), CALX_OK);
    return insert;
}

static void each_set_is_one_execution(void **state)
{
    (void)state;
    calx_shows("ENG-167");
    calx_shows("ENG-184");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    calx_parameter_sets sets = users_from_one(MANY);
    calx_statement *insert = insert_users();
    int64_t all = -1;
    ok(connection, calx_connection_execute_many(connection, insert, &sets, &all));
    assert_int_equal(all, MANY);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(changes[i], 1);
    assert_int_equal(number(connection, "SELECT count(*) FROM users WHERE age = 30"), MANY);
    assert_int_equal(number(connection, "SELECT id FROM users WHERE name = 'user 2411'"), 2411);
    calx_statement_free(insert);
    /* In their order, and each with what it changed. */
    static const char *const limits[] = { "least", "most" };
    const calx_value bounds[] = { calx_value_int64(1),    calx_value_int64(10),
                                  calx_value_int64(5000), calx_value_int64(5001),
                                  calx_value_int64(6),    calx_value_int64(15) };
    calx_statement *erase = calx_text_statement("DELETE FROM users WHERE id BETWEEN :least AND "
                                                ":most");
    sets.names = limits;
    sets.values = bounds;
    sets.count = 3;
    ok(connection, calx_connection_execute_many(connection, erase, &sets, &all));
    assert_int_equal(all, 15);
    assert_int_equal(changes[0], 10);
    assert_int_equal(changes[1], 0);
    assert_int_equal(changes[2], 5);
    calx_statement_free(erase);
    /* Rows are dropped. */
    calx_statement *select = calx_text_statement("SELECT name FROM users WHERE id > :least");
    sets.name_count = 1;
    ok(connection, calx_connection_execute_many(connection, select, &sets, NULL));
    sets.count = 0;
    ok(connection, calx_connection_execute_many(connection, select, &sets, NULL));
    calx_statement_free(select);
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 0);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_page_that_fails_is_named_and_undone(void **state)
{
    (void)state;
    calx_shows("ENG-184");
    calx_shows("ENG-167");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    calx_parameter_sets sets = users_from_one(MANY);
    calx_statement *insert = insert_users();
    values[2 * 1207] = calx_value_int64(3); /* that id is there by then */
    assert_int_equal(calx_connection_execute_many(connection, insert, &sets, NULL), CALX_E_UNIQUE);
    const calx_error *error = calx_connection_error(connection);
    assert_non_null(strstr(error->message, "page 2, set 1208 of 2500"));
    assert_non_null(strstr(error->statement, "INSERT INTO users"));
    for (size_t i = 0; i < MANY; i++) /* its page is undone, and those behind it were not tried */
        assert_int_equal(changes[i], i < 1000 ? 1 : -1);
    assert_true(calx_connection_in_transaction(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 1000);
    values[2 * 1207] = calx_value_int64(1208);
    sets.values = values + 2 * 1000;
    sets.count = 1500;
    ok(connection, calx_connection_execute_many(connection, insert, &sets, NULL));
    ok(connection, calx_connection_commit(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), MANY);
    calx_statement_free(insert);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_page_has_as_many_sets_as_the_options_say(void **state)
{
    (void)state;
    calx_shows("ENG-184");
    calx_shows("ENG-185");
    log_sink sink;
    log_sink_init(&sink);
    calx_execution_options execution = CALX_EXECUTION_OPTIONS_INIT;
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.echo = CALX_ECHO_SQL;
    options.log = log_sink_line;
    options.log_context = &sink;
    calx_engine *engine = engine_with_users(&options);
    calx_connection *connection = connect_to(engine);
    calx_parameter_sets sets = users_from_one(100);
    calx_statement *insert = insert_users();
    execution.page_size = 30;
    ok(connection, calx_connection_execution_options(connection, &execution));
    log_sink_forget(&sink);
    ok(connection, calx_connection_execute_many(connection, insert, &sets, NULL));
    assert_int_equal(log_sink_count(&sink, "INSERT INTO users"), 4);
    ok(connection, calx_connection_rollback(connection));
    execution.page_size = 50; /* the statement's are closer */
    assert_int_equal(calx_statement_execution_options(insert, &execution, NULL), CALX_OK);
    log_sink_forget(&sink);
    ok(connection, calx_connection_execute_many(connection, insert, &sets, NULL));
    assert_int_equal(log_sink_count(&sink, "INSERT INTO users"), 2);
    ok(connection, calx_connection_rollback(connection));
    values[2 * 60] = calx_value_int64(1);
    assert_int_equal(calx_connection_execute_many(connection, insert, &sets, NULL), CALX_E_UNIQUE);
    assert_non_null(strstr(calx_connection_error(connection)->message, "page 2, set 61 of 100"));
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 50);
    calx_statement_free(insert);
    calx_connection_close(connection);
    calx_engine_free(engine);
    log_sink_clear(&sink);
}

static void sets_that_cannot_be_are_refused(void **state)
{
    (void)state;
    calx_shows("ENG-184");
    static const char *const wrong[] = { "id", "nam" };
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    calx_parameter_sets sets = users_from_one(3);
    calx_statement *insert = insert_users();
    assert_int_equal(calx_connection_execute_many(connection, NULL, &sets, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_connection_execute_many(connection, insert, NULL, NULL), CALX_E_ARGUMENT);
    sets.size = 3;
    assert_int_equal(calx_connection_execute_many(connection, insert, &sets, NULL),
                     CALX_E_ARGUMENT);
    assert_non_null(strstr(calx_connection_error(connection)->message, "CALX_PARAMETER_SETS_INIT"));
    sets = users_from_one(3);
    sets.names = wrong;
    assert_int_equal(calx_connection_execute_many(connection, insert, &sets, NULL),
                     CALX_E_ARGUMENT);
    assert_non_null(strstr(calx_connection_error(connection)->message, ":nam,"));
    sets.names = id_name;
    sets.name_count = 1;
    assert_int_equal(calx_connection_execute_many(connection, insert, &sets, NULL),
                     CALX_E_ARGUMENT);
    assert_non_null(strstr(calx_connection_error(connection)->message, ":name"));
    sets.name_count = 2;
    values[2] = calx_value_uint64(UINT64_MAX); /* no integer of theirs */
    assert_int_equal(calx_connection_execute_many(connection, insert, &sets, NULL), CALX_E_DATA);
    assert_non_null(strstr(calx_connection_error(connection)->message, "set 2 of 3"));
    values[2] = calx_value_int64(2);
    ok(connection, calx_connection_execute_many(connection, insert, &sets, NULL));
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 3);
    calx_statement_free(insert);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void values_may_change_their_class_between_sets(void **state)
{
    (void)state;
    calx_shows("ENG-167");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    calx_parameter_sets sets = CALX_PARAMETER_SETS_INIT;
    static const char *const name[] = { "x" };
    const calx_value mixed[] = { calx_value_null(), calx_value_int64(1), calx_value_null(),
                                 calx_value_double(2.5), calx_value_int64(4) };
    run(connection,
        calx_test_on("sqlite") ? "CREATE TABLE t (x REAL)" : "CREATE TABLE t (x DOUBLE PRECISION)");
    calx_statement *insert = calx_text_statement("INSERT INTO t VALUES (:x)");
    sets.names = name;
    sets.name_count = 1;
    sets.values = mixed;
    sets.count = 5;
    sets.changes = changes;
    int64_t all = 0;
    ok(connection, calx_connection_execute_many(connection, insert, &sets, &all));
    assert_int_equal(all, 5);
    assert_int_equal(number(connection, "SELECT CAST(sum(x) * 10 AS INTEGER) FROM t"), 75);
    calx_statement_free(insert);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

/* Those were sent by then, and nothing undoes them. */
static void sets_before_one_that_cannot_be_sent(calx_connection *connection, calx_connection *other,
                                                const calx_statement *insert)
{
    calx_parameter_sets sets = users_from_one(20);
    sets.values = values + 2 * 10;
    sets.count = 10;
    values[2 * 15] = calx_value_uint64(UINT64_MAX);
    assert_int_equal(calx_connection_execute_many(connection, insert, &sets, NULL), CALX_E_DATA);
    int64_t done = number(other, "SELECT count(*) FROM users") - 10;
    assert_int_equal(done, 5);
    for (size_t i = 0; i < 10; i++)
        assert_int_equal(changes[i], (int64_t)i < done ? 1 : -1);
}

static void without_a_transaction_all_is_done_at_once(void **state)
{
    (void)state;
    calx_shows("ENG-167");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    calx_execution_options execution = CALX_EXECUTION_OPTIONS_INIT;
    calx_parameter_sets sets = users_from_one(10);
    calx_statement *insert = insert_users();
    execution.isolation_level = "AUTOCOMMIT";
    ok(connection, calx_connection_execution_options(connection, &execution));
    ok(connection, calx_connection_execute_many(connection, insert, &sets, NULL));
    calx_connection *other = connect_to(engine);
    assert_int_equal(number(other, "SELECT count(*) FROM users"), 10);
    ok(other, calx_connection_rollback(other));
    if (calx_test_on("postgresql")) { /* what went together is one transaction of the server's */
        sets = users_from_one(20);
        sets.values = values + 2 * 10;
        sets.count = 10;
        values[2 * 15] = calx_value_int64(1);
        assert_int_equal(calx_connection_execute_many(connection, insert, &sets, NULL),
                         CALX_E_UNIQUE);
        assert_int_equal(number(other, "SELECT count(*) FROM users"), 10);
        for (size_t i = 0; i < 10; i++)
            assert_int_equal(changes[i], -1);
        ok(other, calx_connection_rollback(other));
        sets_before_one_that_cannot_be_sent(connection, other, insert);
    }
    calx_statement_free(insert);
    calx_connection_close(other);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

/* ---- much of it ---- */

static void large_traffic_both_ways_does_not_block(void **state)
{
    (void)state;
    calx_shows("ENG-168");
    calx_shows("LIM-15");
    enum { SIZE = 400 * 1000, SETS = 200 }; /* 80 MB there and 80 MB back */
    static const char *const name[] = { "x" };
    static calx_value large[SETS];
    char *text = malloc(SIZE + 1);
    assert_non_null(text);
    memset(text, 'x', SIZE);
    text[SIZE] = '\0';
    for (size_t i = 0; i < SETS; i++)
        large[i] = calx_value_text(text);
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    calx_parameter_sets sets = CALX_PARAMETER_SETS_INIT;
    calx_statement *echo = calx_text_statement("SELECT CAST(:x AS TEXT)");
    sets.names = name;
    sets.name_count = 1;
    sets.values = large;
    sets.count = SETS;
    ok(connection, calx_connection_execute_many(connection, echo, &sets, NULL));
    assert_int_equal(number(connection, "SELECT 1"), 1);
    calx_statement_free(echo);
    /* And while the server talks by itself. */
    if (calx_test_on("postgresql")) {
        calx_statement *notices = calx_text_statement("SELECT noisy(:x)");
        run(connection, "CREATE FUNCTION noisy(x TEXT) RETURNS INT AS $$ BEGIN FOR i IN 1..20 LOOP "
                        "RAISE NOTICE '%', substr(x, 1, 20000); END LOOP; RETURN 1; END $$ "
                        "LANGUAGE plpgsql");
        ok(connection, calx_connection_execute_many(connection, notices, &sets, NULL));
        calx_statement_free(notices);
    }
    calx_connection_close(connection);
    calx_engine_free(engine);
    free(text);
}

/* ---- events, memory ---- */

static void listeners_see_a_page_as_one_statement(void **state)
{
    (void)state;
    calx_shows("ENG-188");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    calx_parameter_sets sets = users_from_one(MANY);
    calx_statement *insert = insert_users();
    record all;
    listen_to_all(engine, &all);
    ok(connection, calx_connection_execute_many(connection, insert, &sets, NULL));
    assert_string_equal(all.text, "before_execute begin before_cursor_execute "
                                  "after_cursor_execute before_cursor_execute after_cursor_execute "
                                  "before_cursor_execute after_cursor_execute after_execute");
    fail_at(&all, CALX_EVENT_BEFORE_CURSOR_EXECUTE, CALX_E_USER, 0);
    assert_int_equal(calx_connection_execute_many(connection, insert, &sets, NULL), CALX_E_USER);
    forget(&all);
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), MANY);
    calx_statement_free(insert);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static calx_status refuse_the_second(void *context, calx_event_details *details)
{
    (void)details;
    return ++*(int *)context == 2 ? CALX_E_USER : CALX_OK;
}

static void a_page_that_is_refused_changed_nothing(void **state)
{
    (void)state;
    calx_shows("ENG-184");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    calx_parameter_sets sets = users_from_one(MANY);
    calx_statement *insert = insert_users();
    int calls = 0;
    listen_to(engine, CALX_EVENT_BEFORE_CURSOR_EXECUTE, refuse_the_second, &calls);
    assert_int_equal(calx_connection_execute_many(connection, insert, &sets, NULL), CALX_E_USER);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(changes[i], i < 1000 ? 1 : -1);
    ok(connection, calx_connection_rollback(connection));
    calx_engine_unlisten(engine, CALX_EVENT_BEFORE_CURSOR_EXECUTE, refuse_the_second, &calls);
    listen_to(engine, CALX_EVENT_BEFORE_EXECUTE, refuse_the_second, &calls);
    sets = users_from_one(3);
    calls = 1; /* nothing is even prepared */
    assert_int_equal(calx_connection_execute_many(connection, insert, &sets, NULL), CALX_E_USER);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(changes[i], -1);
    calx_statement_free(insert);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static calx_status insert_some(const char *url)
{
    calx_engine *engine = NULL;
    calx_connection *connection = NULL;
    calx_parameter_sets sets = users_from_one(3);
    calx_statement *insert = calx_text_statement("SELECT CAST(:id AS INTEGER), "
                                                 "CAST(:name AS TEXT)");
    calx_status status = insert != NULL ? CALX_OK : CALX_E_NOMEM;
    if (status == CALX_OK)
        status = calx_engine_new(url, NULL, &engine, NULL);
    if (status == CALX_OK)
        status = calx_engine_connect(engine, &connection, NULL);
    if (status == CALX_OK)
        status = calx_connection_execute_many(connection, insert, &sets, NULL);
    calx_connection_close(connection);
    calx_engine_free(engine);
    calx_statement_free(insert);
    return status;
}

static void missing_memory_for_many_sets_is_survived(void **state)
{
    (void)state;
    calx_shows("ENG-184");
    const char *url = calx_test_url();
    calx_status status = CALX_E_NOMEM;
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = insert_some(url);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_set_is_one_execution),
        cmocka_unit_test(a_page_that_fails_is_named_and_undone),
        cmocka_unit_test(a_page_has_as_many_sets_as_the_options_say),
        cmocka_unit_test(sets_that_cannot_be_are_refused),
        cmocka_unit_test(values_may_change_their_class_between_sets),
        cmocka_unit_test(without_a_transaction_all_is_done_at_once),
        cmocka_unit_test(large_traffic_both_ways_does_not_block),
        cmocka_unit_test(listeners_see_a_page_as_one_statement),
        cmocka_unit_test(a_page_that_is_refused_changed_nothing),
        cmocka_unit_test(missing_memory_for_many_sets_is_survived),
    };
    return CALX_RUN("execute_many", tests);
}
