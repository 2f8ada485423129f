/*
 * One engine, many users: threads that share its pool, sessions that share its plans. Run under the
 * thread sanitizer as well.
 */
#include "support/harness.h"
#include "support/sample_model.h"

#include <calx/connection.h>
#include <calx/engine.h>

#include "engine/cursor.h"
#include "engine/plan.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { MANY = 40, ROUNDS = 25 };

static calx_engine *new_engine(const char *url, const calx_engine_options *options)
{
    calx_engine *engine = NULL;
    calx_error error = CALX_ERROR_INIT;
    if (calx_engine_new(url, options, &engine, &error) != CALX_OK)
        fail_msg("%s", error.message);
    return engine;
}

static calx_status run(calx_connection *connection, const char *sql, int64_t number)
{
    calx_statement *statement = calx_text_statement(sql);
    if (strchr(sql, ':') != NULL)
        calx_statement_bind_int64(statement, "number", number);
    calx_status status = calx_connection_execute(connection, statement, NULL);
    calx_statement_free(statement);
    return status;
}

typedef struct user_thread {
    pthread_t thread;
    calx_engine *engine;
    int64_t number;
    bool makes_table;
    calx_status status;
} user_thread;

static calx_status write_and_commit(calx_connection *connection, int64_t number)
{
    calx_status status = run(connection, "INSERT INTO t VALUES (:number)", number);
    if (status == CALX_OK)
        status = run(connection, "SELECT count(*) FROM t", 0);
    if (status == CALX_OK)
        status = calx_connection_commit(connection);
    return status;
}

static void *write_rows(void *context)
{
    user_thread *self = context;
    for (int round = 0; round < ROUNDS && self->status == CALX_OK; round++) {
        calx_connection *connection = NULL;
        self->status = calx_engine_connect(self->engine, &connection, NULL);
        if (self->status == CALX_OK && self->makes_table && round == 0)
            self->status = run(connection, "CREATE TABLE t (x INTEGER)", 0);
        if (self->status == CALX_OK)
            self->status = write_and_commit(connection, self->number);
        calx_connection_close(connection);
    }
    return NULL;
}

static void run_threads(calx_engine *engine, bool makes_table)
{
    user_thread threads[MANY];
    for (int i = 0; i < MANY; i++) {
        threads[i] = (user_thread){ .engine = engine, .number = i, .makes_table = makes_table };
        assert_int_equal(pthread_create(&threads[i].thread, NULL, write_rows, &threads[i]), 0);
    }
    for (int i = 0; i < MANY; i++) {
        pthread_join(threads[i].thread, NULL);
        if (threads[i].status != CALX_OK)
            fail_msg("thread %d: %s", i, calx_status_name(threads[i].status));
    }
}

static int64_t count_rows(calx_engine *engine)
{
    calx_connection *connection = NULL;
    calx_result *result = NULL;
    bool row = false;
    int64_t count = -1;
    calx_statement *statement = calx_text_statement("SELECT count(*) FROM t");
    assert_int_equal(calx_engine_connect(engine, &connection, NULL), CALX_OK);
    assert_int_equal(calx_connection_execute(connection, statement, &result), CALX_OK);
    assert_int_equal(calx_result_next(result, &row), CALX_OK);
    assert_int_equal(calx_result_int64(result, 0, &count), CALX_OK);
    calx_result_free(result);
    calx_statement_free(statement);
    calx_connection_close(connection);
    return count;
}

static void forty_threads_share_a_few_connections_to_a_file(void **state)
{
    (void)state;
    calx_shows("ENG-052");
    calx_shows("ENG-069");
    const char *url = calx_test_url();
    if (calx_test_on("sqlite"))
        url = calx_test_url_with("journal_mode=wal&synchronous=off&begin=immediate&timeout=60");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_size = 2;
    options.max_overflow = 1;
    calx_engine *engine = new_engine(url, &options);
    calx_connection *connection = NULL;
    assert_int_equal(calx_engine_connect(engine, &connection, NULL), CALX_OK);
    assert_int_equal(run(connection, "CREATE TABLE t (x INTEGER)", 0), CALX_OK);
    assert_int_equal(calx_connection_commit(connection), CALX_OK);
    calx_connection_close(connection);
    run_threads(engine, false);
    assert_int_equal(count_rows(engine), MANY * ROUNDS);
    calx_engine_state counts;
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.out, 0);
    assert_true(counts.idle <= 2);
    calx_engine_free(engine);
}

static void forty_threads_have_a_memory_database_each(void **state)
{
    (void)state;
    calx_shows("ENG-069");
    calx_shows("ENG-074");
    calx_engine *engine = new_engine("sqlite://", NULL);
    run_threads(engine, true);
    calx_engine_state counts;
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.idle + counts.out, 0);
    assert_int_equal(counts.created, MANY);
    assert_int_equal(counts.closed, MANY);
    calx_engine_free(engine);
}

static void *select_one(void *context)
{
    static calx_status status;
    status = run(context, "SELECT 1", 0);
    return &status;
}

static void a_connection_changes_threads_unless_its_url_forbids_it(void **state)
{
    (void)state;
    calx_shows("ENG-016");
    calx_shows("ENG-104");
    static const struct {
        const char *query;
        calx_status status;
    } cases[] = { { "connect_timeout=5", CALX_OK }, { "check_same_thread=on", CALX_E_STATE } };
    bool sqlite = calx_test_on("sqlite");
    for (size_t i = 0; i < (sqlite ? 2 : 1); i++) {
        bool plain = sqlite && i == 0;
        pthread_t thread;
        void *answer = NULL;
        calx_connection *connection = NULL;
        calx_engine *engine =
            new_engine(plain ? calx_test_url() : calx_test_url_with(cases[i].query), NULL);
        assert_int_equal(calx_engine_connect(engine, &connection, NULL), CALX_OK);
        assert_int_equal(run(connection, "SELECT 1", 0), CALX_OK);
        assert_int_equal(pthread_create(&thread, NULL, select_one, connection), 0);
        pthread_join(thread, &answer);
        assert_int_equal(*(calx_status *)answer, cases[i].status);
        assert_int_equal(run(connection, "SELECT 1", 0), CALX_OK);
        calx_connection_close(connection);
        calx_engine_free(engine);
    }
}

typedef struct plan_thread {
    pthread_t thread;
    calx_engine *engine;
    const calx_plan *plans[2];
} plan_thread;

static void *ask_for_plans(void *context)
{
    plan_thread *self = context;
    static const calx_plan_kind kinds[] = { CALX_PLAN_SELECT_BY_KEY, CALX_PLAN_DELETE };
    for (int i = 0; i < 2; i++) {
        calx_plan_key key = { .mapper = &user_mapper, .kind = kinds[i], .columns = NULL };
        calx_engine_plan(self->engine, &key, &self->plans[i], NULL);
    }
    return NULL;
}

static void a_plan_is_made_once_and_numbered(void **state)
{
    (void)state;
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    plan_thread threads[MANY] = { { .engine = NULL } };
    for (int i = 0; i < MANY; i++) {
        threads[i].engine = engine;
        assert_int_equal(pthread_create(&threads[i].thread, NULL, ask_for_plans, &threads[i]), 0);
    }
    for (int i = 0; i < MANY; i++)
        pthread_join(threads[i].thread, NULL);
    for (int i = 0; i < MANY; i++) {
        for (int j = 0; j < 2; j++) {
            assert_non_null(threads[i].plans[j]);
            assert_ptr_equal(threads[i].plans[j], threads[0].plans[j]);
            assert_int_equal(strlen(threads[i].plans[j]->sql), threads[i].plans[j]->size);
        }
    }
    assert_int_equal(threads[0].plans[0]->id + threads[0].plans[1]->id, 1);
    uint64_t columns[1] = { 0 };
    const calx_plan *one = NULL;
    const calx_plan *other = NULL;
    calx_plan_include(columns, 1);
    calx_plan_key key = { .mapper = &user_mapper, .kind = CALX_PLAN_INSERT, .columns = columns };
    assert_int_equal(calx_engine_plan(engine, &key, &one, NULL), CALX_OK);
    calx_plan_include(columns, 2);
    assert_int_equal(calx_engine_plan(engine, &key, &other, NULL), CALX_OK);
    assert_ptr_not_equal(one, other);
    assert_int_equal(one->key.columns[0], 2);
    assert_int_equal(other->key.columns[0], 6);
    assert_int_equal(other->id, 3);
    columns[0] = 0;
    key.kind = CALX_PLAN_UPDATE;
    calx_error error = CALX_ERROR_INIT;
    assert_int_equal(calx_engine_plan(engine, &key, &one, &error), CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, "users"));
    calx_error_clear(&error);
    calx_engine_free(engine);
}

static void a_plan_has_one_statement_per_connection_and_a_second_when_nested(void **state)
{
    (void)state;
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = NULL;
    calx_cursor *outer = NULL;
    calx_cursor *inner = NULL;
    calx_cursor *again = NULL;
    const calx_plan *plan = NULL;
    bool row = true;
    assert_int_equal(calx_engine_connect(engine, &connection, NULL), CALX_OK);
    assert_int_equal(run(connection,
                         "CREATE TABLE addresses (id INTEGER PRIMARY KEY, email TEXT, "
                         "user_id INTEGER)",
                         0),
                     CALX_OK);
    assert_int_equal(run(connection, "INSERT INTO addresses VALUES (1, 'a', 7), (2, 'b', 7)", 0),
                     CALX_OK);
    assert_int_equal(calx_connection_commit(connection), CALX_OK);
    calx_plan_key key = { .mapper = &address_mapper,
                          .kind = CALX_PLAN_SELECT_BY_KEY,
                          .columns = NULL };
    assert_int_equal(calx_engine_plan(engine, &key, &plan, NULL), CALX_OK);
    assert_int_equal(calx_connection_open(connection, plan, &outer), CALX_OK);
    assert_int_equal(calx_connection_open(connection, plan, &inner), CALX_OK);
    assert_ptr_not_equal(outer, inner);
    calx_value ids[2] = { calx_value_int64(1), calx_value_int64(2) };
    calx_value_type wanted[3] = { CALX_VALUE_INT64, CALX_VALUE_TEXT, CALX_VALUE_INT64 };
    calx_value values[3];
    assert_int_equal(calx_cursor_execute(outer, &ids[0], 1, &row), CALX_OK);
    assert_true(row);
    assert_int_equal(calx_cursor_execute(inner, &ids[1], 1, &row), CALX_OK);
    assert_true(row);
    assert_int_equal(calx_cursor_read(outer, wanted, values, 3), CALX_OK);
    assert_string_equal(values[1].as.span.data, "a");
    assert_int_equal(calx_cursor_read(inner, wanted, values, 3), CALX_OK);
    assert_string_equal(values[1].as.span.data, "b");
    assert_int_equal(values[2].as.int64, 7);
    calx_cursor_close(outer);
    assert_int_equal(calx_connection_open(connection, plan, &again), CALX_OK);
    assert_ptr_equal(again, outer);
    calx_cursor_close(again);
    calx_cursor_close(inner);
    calx_connection_close(connection);
    assert_int_equal(calx_engine_connect(engine, &connection, NULL), CALX_OK);
    assert_int_equal(calx_connection_open(connection, plan, &again), CALX_OK);
    assert_ptr_equal(again, outer);
    calx_cursor_close(again);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forty_threads_share_a_few_connections_to_a_file),
        CALX_SQLITE(forty_threads_have_a_memory_database_each),
        cmocka_unit_test(a_connection_changes_threads_unless_its_url_forbids_it),
        cmocka_unit_test(a_plan_is_made_once_and_numbered),
        cmocka_unit_test(a_plan_has_one_statement_per_connection_and_a_second_when_nested),
    };
    return CALX_RUN("engine_shared", tests);
}
