/*
 * Creating and dropping the tables of a model on the database, and the text of the sql room as the
 * database takes it: what reads well must also run.
 */
#include "support/harness.h"
#include "support/ration.h"
#include "support/sample_model.h"

#include <calx/connection.h>
#include <calx/engine.h>
#include <calx/expression.h>
#include <calx/schema.h>

#include "base/error.h"
#include "engine/cursor.h"
#include "sql/select.h"

#include <stdbool.h>
#include <string.h>

static calx_engine *open_engine(void)
{
    calx_engine *engine = NULL;
    assert_int_equal(calx_engine_new(calx_test_url(), NULL, &engine, NULL), CALX_OK);
    return engine;
}

static calx_connection *open_connection(calx_engine *engine)
{
    calx_connection *connection = NULL;
    assert_int_equal(calx_engine_connect(engine, &connection, NULL), CALX_OK);
    return connection;
}

/* Runs one statement; answers the first value of its first row, or -1. */
static int64_t run_on(calx_connection *connection, const char *sql)
{
    static const calx_value_type wanted = CALX_VALUE_INT64;
    calx_cursor *cursor = NULL;
    calx_value value = calx_value_int64(-1);
    bool row = false;
    calx_status status = calx_connection_open_text(connection, sql, strlen(sql), &cursor);
    if (status == CALX_OK)
        status = calx_cursor_execute(cursor, NULL, 0, &row);
    if (status == CALX_OK && row)
        status = calx_cursor_read(cursor, &wanted, &value, 1);
    if (status != CALX_OK)
        fail_msg("%s: %s", sql, calx_connection_error(connection)->message);
    calx_cursor_close(cursor);
    return value.as.int64;
}

static int64_t run(calx_engine *engine, const char *sql)
{
    calx_connection *connection = open_connection(engine);
    int64_t value = run_on(connection, sql);
    assert_int_equal(calx_connection_commit(connection), CALX_OK);
    calx_connection_close(connection);
    return value;
}

static int64_t count_objects(calx_engine *engine)
{
    if (calx_test_on("postgresql"))
        return run(engine, "SELECT count(*) FROM pg_class WHERE relnamespace = "
                           "current_schema()::regnamespace AND (relkind = 'r' OR relkind = 'i' AND "
                           "oid NOT IN (SELECT conindid FROM pg_constraint))");
    return run(engine, "SELECT count(*) FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'");
}

static void create(calx_engine *engine, const calx_metadata *metadata)
{
    calx_error error = CALX_ERROR_INIT;
    if (calx_schema_create_all(engine, metadata, &error) != CALX_OK)
        fail_msg("%s\n%s", error.message, error.statement);
}

static void drop(calx_engine *engine, const calx_metadata *metadata)
{
    calx_error error = CALX_ERROR_INIT;
    if (calx_schema_drop_all(engine, metadata, &error) != CALX_OK)
        fail_msg("%s\n%s", error.message, error.statement);
}

static void a_model_is_created_and_dropped(void **state)
{
    (void)state;
    calx_engine *engine = open_engine();
    create(engine, &sample_metadata);
    assert_int_equal(count_objects(engine), 6);
    drop(engine, &sample_metadata);
    assert_int_equal(count_objects(engine), 0);
    calx_engine_free(engine);
}

static void what_is_there_is_left_alone_and_what_is_not_is_no_error(void **state)
{
    (void)state;
    calx_engine *engine = open_engine();
    run(engine, calx_test_on("postgresql") ? "CREATE TABLE users (id INTEGER PRIMARY KEY)"
                                           : "CREATE TABLE \"USERS\" (id INTEGER PRIMARY KEY)");
    run(engine, "INSERT INTO users VALUES (7)");
    create(engine, &sample_metadata);
    create(engine, &sample_metadata);
    assert_int_equal(run(engine, "SELECT id FROM users"), 7);
    run(engine, "DROP TABLE memberships");
    drop(engine, &sample_metadata);
    drop(engine, &sample_metadata);
    assert_int_equal(count_objects(engine), 0);
    calx_engine_free(engine);
}

static void a_failure_half_way_leaves_nothing_behind(void **state)
{
    (void)state;
    calx_engine *engine = open_engine();
    calx_error error = CALX_ERROR_INIT;
    run(engine, "CREATE TABLE other (x INTEGER)");
    run(engine, "CREATE INDEX by_email ON other (x)");
    assert_int_equal(calx_schema_create_all(engine, &sample_metadata, &error), CALX_E_DUP_OBJECT);
    assert_int_equal(error.status, CALX_E_DUP_OBJECT);
    assert_non_null(strstr(error.statement, "CREATE INDEX \"by_email\""));
    assert_int_equal(count_objects(engine), 2);
    calx_error_clear(&error);
    calx_engine_free(engine);
}

static void tables_that_refer_to_each_other_are_dropped_with_their_rows(void **state)
{
    (void)state;
    static const uint16_t key[] = { 0 };
    static const uint16_t other[] = { 1 };
    static calx_column columns[2];
    static calx_mapper left;
    static calx_mapper right;
    const calx_foreign_key to_right = { &right, other, key, 1, CALX_ON_DELETE_NO_ACTION };
    const calx_foreign_key to_left = { &left, other, key, 1, CALX_ON_DELETE_NO_ACTION };
    const calx_mapper *const mappers[] = { &left, &right };
    const calx_metadata metadata = { CALX_MAPPER_ABI, "cycle", mappers, 2, NULL, 0 };
    columns[0] = address_mapper.columns[ADDRESS_ID];
    columns[1] = address_mapper.columns[ADDRESS_USER_ID];
    left = address_mapper;
    left.columns = columns;
    left.column_count = 2;
    left.index_count = left.relationship_count = 0;
    right = left;
    left.table = "eggs";
    left.foreign_keys = &to_right;
    right.table = "hens";
    right.foreign_keys = &to_left;

    calx_engine *engine = open_engine();
    create(engine, &metadata);
    calx_connection *connection = open_connection(engine);
    run_on(connection, calx_test_on("postgresql") ? "SET LOCAL session_replication_role = replica"
                                                  : "PRAGMA defer_foreign_keys = ON");
    run_on(connection, "INSERT INTO eggs VALUES (1, 1)");
    run_on(connection, "INSERT INTO hens VALUES (1, 1)");
    assert_int_equal(calx_connection_commit(connection), CALX_OK);
    calx_connection_close(connection);
    drop(engine, &metadata);
    assert_int_equal(count_objects(engine), 0);
    calx_engine_free(engine);
}

static void a_model_of_another_version_touches_nothing(void **state)
{
    (void)state;
    calx_engine *engine = open_engine();
    calx_error error = CALX_ERROR_INIT;
    calx_metadata old = sample_metadata;
    old.abi = CALX_MAPPER_ABI + 1;
    assert_int_equal(calx_schema_create_all(engine, &old, &error), CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, "run calx-gen again"));
    assert_int_equal(calx_schema_drop_all(engine, NULL, &error), CALX_E_ARGUMENT);
    assert_int_equal(calx_schema_create_all(NULL, &sample_metadata, &error), CALX_E_ARGUMENT);
    assert_int_equal(count_objects(engine), 0);
    calx_error_clear(&error);
    calx_engine_free(engine);
}

static void a_database_that_cannot_be_opened_is_its_own_error(void **state)
{
    (void)state;
    calx_engine *engine = NULL;
    calx_error error = CALX_ERROR_INIT;
    assert_int_equal(calx_engine_new(calx_test_url_nowhere(), NULL, &engine, NULL), CALX_OK);
    assert_int_equal(calx_schema_create_all(engine, &sample_metadata, &error), CALX_E_CONNECT);
    assert_int_equal(error.status, CALX_E_CONNECT);
    calx_error_clear(&error);
    calx_engine_free(engine);
}

/* A driver may ask the database only when a statement runs: so it runs, on nothing. */
static calx_status run_on_nothing(calx_connection *connection, calx_cursor *cursor,
                                  const calx_plan *plan)
{
    const calx_value nothing[64] = { { .type = CALX_VALUE_NULL } };
    bool row = false;
    assert_int_equal(calx_connection_begin_nested(connection), CALX_OK);
    calx_status status = calx_cursor_execute(cursor, nothing, plan->type_count, &row);
    assert_int_equal(calx_connection_rollback(connection), CALX_OK);
    bool refused = status == CALX_E_NOT_NULL || status == CALX_E_CHECK;
    return refused ? CALX_OK : status;
}

static calx_status prepare_plan(calx_connection *connection, const calx_plan_key *key)
{
    const calx_plan *plan = NULL;
    calx_cursor *cursor = NULL;
    calx_status status = calx_engine_plan(calx_connection_engine(connection), key, &plan, NULL);
    if (status == CALX_OK)
        status = calx_connection_open(connection, plan, &cursor);
    if (status == CALX_OK)
        status = run_on_nothing(connection, cursor, plan);
    if (status == CALX_OK)
        calx_cursor_close(cursor);
    else
        fail_msg("%s", calx_connection_error(connection)->message);
    return status;
}

static void the_database_takes_every_plan_of_every_mapper(void **state)
{
    (void)state;
    calx_engine *engine = open_engine();
    create(engine, &sample_metadata);
    calx_connection *connection = open_connection(engine);
    for (size_t i = 0; i < sample_metadata.mapper_count; i++) {
        const uint64_t all = (UINT64_C(1) << sample_metadata.mappers[i]->column_count) - 1;
        const uint64_t none = 0;
        for (int kind = CALX_PLAN_INSERT; kind <= CALX_PLAN_SELECT_BY_COLUMNS; kind++) {
            calx_plan_key key = { .mapper = sample_metadata.mappers[i],
                                  .kind = (calx_plan_kind)kind,
                                  .columns = &all };
            assert_int_equal(prepare_plan(connection, &key), CALX_OK);
        }
        calx_plan_key empty = { .mapper = sample_metadata.mappers[i],
                                .kind = CALX_PLAN_INSERT,
                                .columns = &none };
        assert_int_equal(prepare_plan(connection, &empty), CALX_OK);
    }
    calx_connection_close(connection);
    calx_engine_free(engine);
}

/* Runs a query over users; answers the first value of its first row, or -1 without rows. */
static int64_t select_users(calx_connection *connection, const calx_condition *condition,
                            calx_select_form form, int64_t limit)
{
    const calx_value_type wanted = form == CALX_SELECT_EXISTS ? CALX_VALUE_BOOL : CALX_VALUE_INT64;
    const calx_order order = calx_desc(user_col.id);
    const calx_sql_query select = { &user_mapper, condition, condition != NULL, &order, 1, limit, 0,
                                    form };
    calx_buffer text = CALX_BUFFER_INIT;
    calx_parameter_list parameters;
    calx_cursor *cursor = NULL;
    calx_value value = calx_value_int64(-1);
    bool row = false;
    calx_parameter_list_init(&parameters);
    const calx_dialect *dialect = calx_engine_dialect(calx_connection_engine(connection));
    assert_int_equal(calx_sql_select(&text, &parameters, dialect, &select, NULL), CALX_OK);
    calx_status status =
        calx_connection_open_text(connection, calx_buffer_text(&text), text.size, &cursor);
    if (status == CALX_OK)
        status = calx_cursor_execute(cursor, parameters.items, parameters.count, &row);
    if (status == CALX_OK && row)
        status = calx_cursor_read(cursor, &wanted, &value, 1);
    if (status != CALX_OK)
        fail_msg("%s", calx_connection_error(connection)->message);
    calx_cursor_close(cursor);
    calx_buffer_clear(&text);
    calx_parameter_list_clear(&parameters);
    return value.type == CALX_VALUE_BOOL ? (int64_t)value.as.boolean : value.as.int64;
}

static int64_t select_where(calx_connection *connection, calx_expression expression,
                            calx_select_form form)
{
    calx_arena arena;
    calx_condition condition;
    calx_arena_init(&arena, 0);
    assert_int_equal(calx_condition_from_expression(&condition, &arena, &expression, NULL),
                     CALX_OK);
    int64_t value = select_users(connection, &condition, form, -1);
    calx_arena_clear(&arena);
    return value;
}

/* A connection to three users: ann 17, bob 30, and eve without an age. */
static calx_connection *connect_to_three_users(calx_engine *engine)
{
    create(engine, &sample_metadata);
    calx_connection *connection = open_connection(engine);
    run_on(connection, "INSERT INTO users (name, age, role, revision) VALUES "
                       "('ann', 17, 0, 1), ('bob', 30, 1, 1), ('eve', NULL, 1, 1)");
    return connection;
}

static void queries_find_the_rows_they_describe(void **state)
{
    (void)state;
    static const char *const names[] = { "ann", "x" };
    static const int32_t none[] = { 0 };
    calx_engine *engine = open_engine();
    calx_connection *connection = connect_to_three_users(engine);
    const calx_select_form rows = CALX_SELECT_ROWS;
    assert_int_equal(select_where(connection, calx_eq(user_col.name, "bob"), rows), 2);
    assert_int_equal(select_where(connection, calx_like(user_col.name, "e%"), rows), 3);
    assert_int_equal(select_where(connection, calx_is_null(user_col.age), rows), 3);
    assert_int_equal(select_where(connection, calx_in(user_col.name, names, 2), rows), 1);
    assert_int_equal(select_where(connection, calx_between(user_col.age, 17, 29), rows), 1);
    assert_int_equal(select_where(connection, calx_not(calx_gt(user_col.age, 18)), rows), 1);
    assert_int_equal(select_where(connection, calx_in(user_col.age, none, 0), rows), -1);
    assert_int_equal(select_where(connection, calx_not(calx_in(user_col.age, none, 0)), rows), 3);
    assert_int_equal(
        select_where(connection,
                     calx_or(calx_and(calx_eq(user_col.role, ROLE_GUEST), calx_gt(user_col.id, 5)),
                             calx_lt(user_col.id, 3)),
                     rows),
        2);
    assert_int_equal(
        select_where(connection, calx_eq(user_col.role, ROLE_MEMBER), CALX_SELECT_COUNT), 2);
    assert_int_equal(select_where(connection, calx_eq(user_col.name, "none"), CALX_SELECT_EXISTS),
                     0);
    assert_int_equal(select_users(connection, NULL, CALX_SELECT_COUNT, 2), 2);
    assert_int_equal(select_users(connection, NULL, CALX_SELECT_COUNT, 0), 0);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_filter_of_many_thousand_conditions_is_no_deep_expression(void **state)
{
    (void)state;
    calx_engine *engine = open_engine();
    calx_connection *connection = connect_to_three_users(engine);
    calx_filter *filter = calx_filter_new(CALX_FILTER_ANY);
    calx_arena arena;
    calx_condition condition;
    calx_arena_init(&arena, 0);
    for (int i = 30000; i > 1; i--)
        assert_int_equal(calx_filter_add(filter, calx_eq(user_col.id, i)), CALX_OK);
    assert_int_equal(calx_condition_from_filter(&condition, &arena, filter, NULL), CALX_OK);
    calx_filter_free(filter);
    assert_int_equal(select_users(connection, &condition, CALX_SELECT_COUNT, -1), 2);
    calx_arena_clear(&arena);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void each_allocation_of_a_creation_may_fail(void **state)
{
    (void)state;
    const char *url = calx_test_url();
    calx_status status = CALX_E_NOMEM;
    long allowed = 0;
    for (; status == CALX_E_NOMEM; allowed++) {
        ration account;
        calx_engine *engine = NULL;
        assert_true(ration_start(&account, allowed));
        status = calx_engine_new(url, NULL, &engine, NULL);
        if (status == CALX_OK)
            status = calx_schema_create_all(engine, &sample_metadata, NULL);
        calx_engine_free(engine);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
    assert_true(allowed > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_model_is_created_and_dropped),
        cmocka_unit_test(what_is_there_is_left_alone_and_what_is_not_is_no_error),
        cmocka_unit_test(a_failure_half_way_leaves_nothing_behind),
        cmocka_unit_test(tables_that_refer_to_each_other_are_dropped_with_their_rows),
        cmocka_unit_test(a_model_of_another_version_touches_nothing),
        cmocka_unit_test(a_database_that_cannot_be_opened_is_its_own_error),
        cmocka_unit_test(the_database_takes_every_plan_of_every_mapper),
        cmocka_unit_test(queries_find_the_rows_they_describe),
        cmocka_unit_test(a_filter_of_many_thousand_conditions_is_no_deep_expression),
        cmocka_unit_test(each_allocation_of_a_creation_may_fail),
    };
    return CALX_RUN("schema", tests);
}
