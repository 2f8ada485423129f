/*
 * SQL text: names, the statements of a mapper, queries. What is asserted is the whole text, since
 * the text is what people read in logs and what databases keep plans by.
 */
#include "support/harness.h"
#include "support/ration.h"
#include "support/sample_dialect.h"
#include "support/sample_model.h"

#include <calx/expression.h>

#include "base/error.h"
#include "sql/name.h"
#include "sql/plan.h"
#include "sql/select.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static void assert_name(const calx_dialect *dialect, const char *name, calx_status status,
                        const char *expected)
{
    calx_buffer text = CALX_BUFFER_INIT;
    calx_sql_name(&text, dialect, name);
    assert_int_equal(text.status, status);
    if (status == CALX_OK)
        assert_string_equal(calx_buffer_text(&text), expected);
    calx_buffer_clear(&text);
}

static void names_are_always_quoted_and_cannot_end_their_quotes(void **state)
{
    (void)state;
    assert_name(&calx_dialect_sqlite, "users", CALX_OK, "\"users\"");
    assert_name(&calx_dialect_sqlite, "order", CALX_OK, "\"order\"");
    assert_name(&calx_dialect_sqlite, "x\"; DROP TABLE y; --", CALX_OK,
                "\"x\"\"; DROP TABLE y; --\"");
    assert_name(&calx_dialect_sqlite, "", CALX_E_ARGUMENT, NULL);
}

static void a_name_longer_than_the_database_takes_is_a_limit(void **state)
{
    (void)state;
    calx_shows("LIM-16");
    assert_name(&sample_dialect, "twelve_bytes", CALX_OK, "\"twelve_bytes\"");
    assert_name(&sample_dialect, "thirteen_byte", CALX_E_LIMIT, NULL);
}

static void assert_plan(const calx_dialect *dialect, const calx_mapper *mapper, calx_plan_kind kind,
                        uint64_t columns, const char *expected)
{
    calx_buffer text = CALX_BUFFER_INIT;
    calx_plan_key key = { .mapper = mapper,
                          .kind = kind,
                          .columns = columns == 0 ? NULL : &columns };
    assert_int_equal(calx_sql_plan(&text, dialect, &key), CALX_OK);
    assert_string_equal(calx_buffer_text(&text), expected);
    size_t parameters = 0;
    for (const char *rest = expected; *rest != '\0'; rest++)
        parameters += *rest == '?' || *rest == '$';
    assert_int_equal(calx_sql_plan_parameters(&key), parameters);
    calx_buffer_clear(&text);
}

static void an_insert_names_the_columns_of_its_set_in_table_order(void **state)
{
    (void)state;
    assert_plan(&calx_dialect_sqlite, &user_mapper, CALX_PLAN_INSERT,
                1u << USER_AGE | 1u << USER_NAME,
                "INSERT INTO \"users\" (\"name\", \"age\") VALUES (?, ?)");
    assert_plan(&sample_dialect, &user_mapper, CALX_PLAN_INSERT, 1u << USER_AGE | 1u << USER_NAME,
                "INSERT INTO \"users\" (\"name\", \"age\") VALUES ($1, $2)");
    assert_plan(&calx_dialect_postgresql, &user_mapper, CALX_PLAN_INSERT, 0,
                "INSERT INTO \"users\" DEFAULT VALUES RETURNING \"id\"");
    assert_plan(&calx_dialect_postgresql, &user_mapper, CALX_PLAN_INSERT,
                1u << USER_NAME | 1u << USER_ID,
                "INSERT INTO \"users\" (\"id\", \"name\") VALUES ($1, $2)");
    assert_plan(&calx_dialect_postgresql, &everything_mapper, CALX_PLAN_INSERT,
                1u << EVERYTHING_FLAG, "INSERT INTO \"order\" (\"flag\") VALUES ($1)");
    assert_plan(&calx_dialect_sqlite, &user_mapper, CALX_PLAN_INSERT, 0,
                "INSERT INTO \"users\" DEFAULT VALUES");
}

static void an_insert_of_many_rows_takes_an_array_for_each_column(void **state)
{
    (void)state;
    assert_plan(&calx_dialect_postgresql, &user_mapper, CALX_PLAN_INSERT_ROWS,
                1u << USER_AGE | 1u << USER_NAME,
                "INSERT INTO \"users\" (\"name\", \"age\") SELECT \"c1\", \"c2\" FROM "
                "unnest($1::TEXT[], $2::INTEGER[]) WITH ORDINALITY AS \"calx rows\" (\"c1\", "
                "\"c2\", \"position\") ORDER BY \"position\" RETURNING \"id\"");
    assert_plan(&calx_dialect_postgresql, &user_mapper, CALX_PLAN_LOAD_ROWS, 1u << USER_NAME,
                "INSERT INTO \"users\" (\"name\") SELECT \"c1\" FROM unnest($1::TEXT[]) WITH "
                "ORDINALITY AS \"calx rows\" (\"c1\", \"position\") ORDER BY \"position\"");
    calx_buffer sql = CALX_BUFFER_INIT;
    uint64_t columns = 1u << USER_NAME;
    calx_plan_key key = { .mapper = &user_mapper,
                          .kind = CALX_PLAN_INSERT_ROWS,
                          .columns = &columns };
    assert_int_equal(calx_sql_plan(&sql, &calx_dialect_sqlite, &key), CALX_E_ARGUMENT);
    calx_buffer_clear(&sql);
}

static void a_copy_names_the_columns_of_the_rows_behind_it(void **state)
{
    (void)state;
    calx_buffer sql = CALX_BUFFER_INIT;
    uint64_t columns = 1u << USER_AGE | 1u << USER_NAME;
    calx_plan_key key = { .mapper = &user_mapper, .kind = CALX_PLAN_COPY, .columns = &columns };
    assert_int_equal(calx_sql_plan(&sql, &calx_dialect_postgresql, &key), CALX_OK);
    assert_string_equal(calx_buffer_text(&sql),
                        "COPY \"users\" (\"name\", \"age\") FROM STDIN (FORMAT binary)");
    assert_int_equal(calx_sql_plan_parameters(&key), 2);
    calx_buffer_clear(&sql);
    assert_int_equal(calx_sql_plan(&sql, &calx_dialect_sqlite, &key), CALX_E_ARGUMENT);
    calx_buffer_clear(&sql);
}

static void an_update_of_many_rows_finds_each_by_key_and_version(void **state)
{
    (void)state;
    assert_plan(&calx_dialect_postgresql, &user_mapper, CALX_PLAN_UPDATE_ROWS,
                1u << USER_AGE | 1u << USER_REVISION,
                "UPDATE \"users\" SET \"age\" = \"calx rows\".\"c1\", \"revision\" = "
                "\"calx rows\".\"c2\" FROM unnest($1::INTEGER[], $2::INTEGER[], $3::BIGINT[], "
                "$4::INTEGER[]) AS \"calx rows\" (\"c1\", \"c2\", \"c3\", \"c4\") WHERE "
                "\"users\".\"id\" = \"calx rows\".\"c3\" AND \"users\".\"revision\" = "
                "\"calx rows\".\"c4\"");
    assert_plan(&calx_dialect_postgresql, &membership_mapper, CALX_PLAN_UPDATE_ROWS,
                1u << MEMBERSHIP_RANK,
                "UPDATE \"memberships\" SET \"rank\" = \"calx rows\".\"c1\" FROM "
                "unnest($1::SMALLINT[], $2::BIGINT[], $3::TEXT[]) AS \"calx rows\" (\"c1\", "
                "\"c2\", \"c3\") WHERE \"memberships\".\"user_id\" = "
                "\"calx rows\".\"c2\" AND \"memberships\".\"group_name\" = "
                "\"calx rows\".\"c3\"");
}

static void a_delete_of_many_rows_looks_for_keys_in_an_array(void **state)
{
    (void)state;
    assert_plan(&calx_dialect_postgresql, &address_mapper, CALX_PLAN_DELETE_ROWS, 0,
                "DELETE FROM \"addresses\" WHERE \"id\" = ANY ($1::BIGINT[])");
    assert_plan(&calx_dialect_postgresql, &user_mapper, CALX_PLAN_DELETE_ROWS, 0,
                "DELETE FROM \"users\" USING unnest($1::BIGINT[], $2::INTEGER[]) AS \"calx rows\" "
                "(\"c1\", \"c2\") WHERE \"users\".\"id\" = \"calx rows\".\"c1\" AND "
                "\"users\".\"revision\" = \"calx rows\".\"c2\"");
    assert_plan(&calx_dialect_postgresql, &membership_mapper, CALX_PLAN_DELETE_ROWS, 0,
                "DELETE FROM \"memberships\" USING unnest($1::BIGINT[], $2::TEXT[]) AS "
                "\"calx rows\" (\"c1\", \"c2\") WHERE \"memberships\".\"user_id\" = "
                "\"calx rows\".\"c1\" AND \"memberships\".\"group_name\" = "
                "\"calx rows\".\"c2\"");
    static const calx_plan_kind kinds[] = { CALX_PLAN_UPDATE_ROWS, CALX_PLAN_DELETE_ROWS };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        calx_buffer sql = CALX_BUFFER_INIT;
        uint64_t columns = 1u << USER_NAME;
        calx_plan_key key = { .mapper = &user_mapper, .kind = kinds[i], .columns = &columns };
        assert_int_equal(calx_sql_plan(&sql, &calx_dialect_sqlite, &key), CALX_E_ARGUMENT);
        calx_buffer_clear(&sql);
    }
}

static void an_update_ends_with_the_key_and_the_version(void **state)
{
    (void)state;
    assert_plan(&calx_dialect_sqlite, &user_mapper, CALX_PLAN_UPDATE,
                1u << USER_REVISION | 1u << USER_NAME,
                "UPDATE \"users\" SET \"name\" = ?, \"revision\" = ? "
                "WHERE \"id\" = ? AND \"revision\" = ?");
    assert_plan(&sample_dialect, &membership_mapper, CALX_PLAN_UPDATE, 1u << MEMBERSHIP_RANK,
                "UPDATE \"memberships\" SET \"rank\" = $1 "
                "WHERE \"user_id\" = $2 AND \"group_name\" = $3");
}

static void a_delete_goes_by_key_and_version(void **state)
{
    (void)state;
    assert_plan(&calx_dialect_sqlite, &user_mapper, CALX_PLAN_DELETE, 0,
                "DELETE FROM \"users\" WHERE \"id\" = ? AND \"revision\" = ?");
    assert_plan(&calx_dialect_sqlite, &address_mapper, CALX_PLAN_DELETE, 0,
                "DELETE FROM \"addresses\" WHERE \"id\" = ?");
}

static void selects_give_every_column_in_table_order(void **state)
{
    (void)state;
    assert_plan(&calx_dialect_sqlite, &address_mapper, CALX_PLAN_SELECT_BY_KEY, 0,
                "SELECT \"id\", \"email\", \"user_id\" FROM \"addresses\" WHERE \"id\" = ?");
    assert_plan(&calx_dialect_sqlite, &membership_mapper, CALX_PLAN_SELECT_BY_KEY, 0,
                "SELECT \"group_name\", \"user_id\", \"rank\" FROM \"memberships\" "
                "WHERE \"user_id\" = ? AND \"group_name\" = ?");
    assert_plan(&calx_dialect_sqlite, &address_mapper, CALX_PLAN_SELECT_BY_COLUMNS,
                1u << ADDRESS_USER_ID | 1u << ADDRESS_EMAIL,
                "SELECT \"id\", \"email\", \"user_id\" FROM \"addresses\" "
                "WHERE \"email\" = ? AND \"user_id\" = ? ORDER BY \"id\"");
}

static void a_select_of_a_collection_has_its_order_and_then_that_of_the_key(void **state)
{
    (void)state;
    static const calx_relationship_order order[] = { { MEMBERSHIP_RANK, true },
                                                     { MEMBERSHIP_GROUP_NAME, false } };
    static const calx_relationship_order same[] = { { MEMBERSHIP_RANK, true },
                                                    { MEMBERSHIP_GROUP_NAME, false } };
    static const calx_relationship_order other[] = { { MEMBERSHIP_RANK, false },
                                                     { MEMBERSHIP_GROUP_NAME, false } };
    calx_buffer text = CALX_BUFFER_INIT;
    uint64_t columns = 1u << MEMBERSHIP_USER_ID;
    calx_plan_key key = { .mapper = &membership_mapper,
                          .kind = CALX_PLAN_SELECT_BY_COLUMNS,
                          .columns = &columns,
                          .order = order,
                          .order_count = 2 };
    assert_int_equal(calx_sql_plan(&text, &calx_dialect_sqlite, &key), CALX_OK);
    assert_string_equal(calx_buffer_text(&text),
                        "SELECT \"group_name\", \"user_id\", \"rank\" FROM \"memberships\" "
                        "WHERE \"user_id\" = ? ORDER BY \"rank\" DESC, \"group_name\", "
                        "\"user_id\"");
    calx_buffer_clear(&text);
    calx_plan_key twin = key;
    twin.order = same;
    assert_true(calx_plan_key_equal(&key, &twin));
    assert_true(calx_plan_key_hash(&key) == calx_plan_key_hash(&twin));
    twin.order = other;
    assert_false(calx_plan_key_equal(&key, &twin));
    assert_true(calx_plan_key_hash(&key) != calx_plan_key_hash(&twin));
    twin.order_count = 0;
    assert_false(calx_plan_key_equal(&key, &twin));
}

static void a_plan_that_cannot_be_written_is_refused(void **state)
{
    (void)state;
    calx_buffer text = CALX_BUFFER_INIT;
    uint64_t none = 0;
    calx_plan_key update = { .mapper = &user_mapper, .kind = CALX_PLAN_UPDATE, .columns = &none };
    calx_plan_key by_columns = { .mapper = &user_mapper,
                                 .kind = CALX_PLAN_SELECT_BY_COLUMNS,
                                 .columns = NULL };
    assert_int_equal(calx_sql_plan(&text, &calx_dialect_sqlite, &update), CALX_E_ARGUMENT);
    calx_buffer_reset(&text);
    assert_int_equal(calx_sql_plan(&text, &calx_dialect_sqlite, &by_columns), CALX_E_ARGUMENT);
    calx_buffer_clear(&text);
}

static void plan_keys_are_equal_by_content(void **state)
{
    (void)state;
    uint64_t one = 3;
    uint64_t same = 3;
    uint64_t other = 5;
    calx_plan_key left = { .mapper = &user_mapper, .kind = CALX_PLAN_UPDATE, .columns = &one };
    calx_plan_key right = { .mapper = &user_mapper, .kind = CALX_PLAN_UPDATE, .columns = &same };
    assert_true(calx_plan_key_equal(&left, &right));
    assert_true(calx_plan_key_hash(&left) == calx_plan_key_hash(&right));
    right.columns = &other;
    assert_false(calx_plan_key_equal(&left, &right));
    assert_true(calx_plan_key_hash(&left) != calx_plan_key_hash(&right));
    right.columns = NULL;
    assert_false(calx_plan_key_equal(&left, &right));
    right = (calx_plan_key){ .mapper = &user_mapper, .kind = CALX_PLAN_INSERT, .columns = &one };
    assert_false(calx_plan_key_equal(&left, &right));
}

/* A query over users with everything it needs to live. */
typedef struct query {
    calx_sql_query select;
    calx_condition conditions[8];
    calx_arena arena;
    calx_buffer text;
    calx_parameter_list parameters;
    calx_error error;
} query;

static void query_init(query *q, const calx_mapper *mapper)
{
    memset(q, 0, sizeof *q);
    calx_arena_init(&q->arena, 0);
    calx_parameter_list_init(&q->parameters);
    q->error = (calx_error)CALX_ERROR_INIT;
    q->select.mapper = mapper;
    q->select.conditions = q->conditions;
    q->select.limit = -1;
    q->select.offset = -1;
}

static void query_where(query *q, calx_expression expression)
{
    assert_int_equal(calx_condition_from_expression(&q->conditions[q->select.condition_count++],
                                                    &q->arena, &expression, NULL),
                     CALX_OK);
}

static void query_clear(query *q)
{
    calx_arena_clear(&q->arena);
    calx_buffer_clear(&q->text);
    calx_parameter_list_clear(&q->parameters);
    calx_error_clear(&q->error);
}

static calx_status query_compile(query *q, const calx_dialect *dialect)
{
    return calx_sql_select(&q->text, &q->parameters, dialect, &q->select, &q->error);
}

static void assert_query(query *q, const calx_dialect *dialect, const char *expected)
{
    assert_int_equal(query_compile(q, dialect), CALX_OK);
    assert_string_equal(calx_buffer_text(&q->text), expected);
    query_clear(q);
}

#define ADDRESSES "SELECT \"id\", \"email\", \"user_id\" FROM \"addresses\""

static void assert_where(calx_expression expression, const char *expected)
{
    query q;
    char whole[512];
    query_init(&q, &address_mapper);
    query_where(&q, expression);
    snprintf(whole, sizeof whole, "%s WHERE %s", ADDRESSES, expected);
    assert_query(&q, &calx_dialect_sqlite, whole);
}

static void comparisons_read_as_one_would_write_them(void **state)
{
    (void)state;
    assert_where(calx_eq(address_col.id, 1), "\"id\" = ?");
    assert_where(calx_ne(address_col.id, 1), "\"id\" <> ?");
    assert_where(calx_lt(address_col.id, 1), "\"id\" < ?");
    assert_where(calx_le(address_col.id, 1), "\"id\" <= ?");
    assert_where(calx_gt(address_col.id, 1), "\"id\" > ?");
    assert_where(calx_ge(address_col.id, 1), "\"id\" >= ?");
    assert_where(calx_like(address_col.email, "%@x"), "\"email\" LIKE ? ESCAPE '\\'");
    assert_where(calx_not_like(address_col.email, "%@x"), "\"email\" NOT LIKE ? ESCAPE '\\'");
    assert_where(calx_is_null(address_col.email), "\"email\" IS NULL");
    assert_where(calx_is_not_null(address_col.email), "\"email\" IS NOT NULL");
    assert_where(calx_between(address_col.id, 1, 9), "\"id\" BETWEEN ? AND ?");
    assert_where(calx_eq(address_col.id, address_col.user_id), "\"id\" = \"user_id\"");
    assert_where(calx_not(calx_eq(address_col.id, 1)), "NOT (\"id\" = ?)");
}

static void parentheses_stand_where_and_meets_or(void **state)
{
    (void)state;
    calx_expression a = calx_eq(address_col.id, 1);
    calx_expression b = calx_eq(address_col.user_id, 2);
    calx_expression c = calx_is_null(address_col.email);
    assert_where(calx_and(calx_and(a, b), c),
                 "\"id\" = ? AND \"user_id\" = ? AND \"email\" IS NULL");
    assert_where(calx_and(a, calx_or(b, c)),
                 "\"id\" = ? AND (\"user_id\" = ? OR \"email\" IS NULL)");
    assert_where(calx_or(calx_and(a, b), c),
                 "(\"id\" = ? AND \"user_id\" = ?) OR \"email\" IS NULL");
    assert_where(calx_not(calx_or(a, c)), "NOT (\"id\" = ? OR \"email\" IS NULL)");
    assert_where(calx_and(calx_between(address_col.id, 1, 2), c),
                 "\"id\" BETWEEN ? AND ? AND \"email\" IS NULL");
}

static void several_conditions_are_joined_by_and(void **state)
{
    (void)state;
    query q;
    query_init(&q, &address_mapper);
    query_where(&q, calx_eq(address_col.id, 1));
    query_where(&q, calx_or(calx_eq(address_col.id, 2), calx_eq(address_col.id, 3)));
    query_where(&q, calx_and(calx_eq(address_col.id, 4), calx_eq(address_col.id, 5)));
    assert_query(&q, &sample_dialect,
                 ADDRESSES " WHERE \"id\" = $1 AND (\"id\" = $2 OR \"id\" = $3) "
                           "AND \"id\" = $4 AND \"id\" = $5");
}

static void values_are_bound_in_the_order_of_their_placeholders(void **state)
{
    (void)state;
    static const int16_t ids[] = { -3, 4 };
    query q;
    query_init(&q, &user_mapper);
    query_where(&q, calx_or(calx_between(user_col.age, 18, 30), calx_in(user_col.id, ids, 2)));
    query_where(&q, calx_eq(user_col.name, "x' OR 1 = 1 --"));
    q.select.limit = 10;
    q.select.offset = 20;
    assert_int_equal(query_compile(&q, &calx_dialect_sqlite), CALX_OK);
    assert_null(strstr(calx_buffer_text(&q.text), "OR 1"));
    static const int64_t expected[] = { 18, 30, -3, 4, 0, 10, 20 };
    assert_int_equal(q.parameters.count, 7);
    for (size_t i = 0; i < 7; i++) {
        if (i == 4)
            assert_memory_equal(q.parameters.items[i].as.span.data, "x' OR 1 = 1 --", 14);
        else
            assert_int_equal(q.parameters.items[i].as.int64, expected[i]);
    }
    query_clear(&q);
}

static void lists_of_every_item_type_become_values_of_the_column(void **state)
{
    (void)state;
    static const float reals[] = { 0.5f };
    static const uint64_t large[] = { UINT64_MAX, 1 };
    static const int64_t moments[] = { 1000 };
    static const bool flags[] = { true };
    static const uint8_t small[] = { 200 };
    const char *texts[] = { "a", "b" };
    query q;
    query_init(&q, &everything_mapper);
    query_where(&q, calx_in(everything_col.real64, reals, 1));
    query_where(&q, calx_in(everything_col.u64, large, 2));
    query_where(&q, calx_in(everything_col.moment, moments, 1));
    query_where(&q, calx_in(everything_col.flag, flags, 1));
    query_where(&q, calx_in(everything_col.u8, small, 1));
    query_where(&q, calx_in(everything_col.text, texts, 2));
    assert_int_equal(query_compile(&q, &calx_dialect_sqlite), CALX_OK);
    const calx_value *values = q.parameters.items;
    assert_int_equal(q.parameters.count, 8);
    assert_true(values[0].type == CALX_VALUE_DOUBLE && values[0].as.real == 0.5);
    assert_true(values[1].type == CALX_VALUE_UINT64 && values[1].as.uint64 == UINT64_MAX);
    assert_true(values[2].type == CALX_VALUE_INT64 && values[2].as.int64 == 1);
    assert_true(values[3].type == CALX_VALUE_TIMESTAMP && values[3].as.int64 == 1000);
    assert_true(values[4].type == CALX_VALUE_BOOL && values[4].as.boolean);
    assert_true(values[5].type == CALX_VALUE_INT64 && values[5].as.int64 == 200);
    assert_true(values[7].type == CALX_VALUE_TEXT && values[7].as.span.size == 1);
    query_clear(&q);
}

static void an_empty_list_is_a_condition_that_never_holds(void **state)
{
    (void)state;
    static const int64_t ids[] = { 0 };
    assert_where(calx_in(address_col.id, ids, 0), "0");
    assert_where(calx_not(calx_in(address_col.id, (const int64_t *)NULL, 0)), "NOT (0)");
    assert_where(calx_in(address_col.id, ids, 1), "\"id\" IN (?)");
}

static void orders_limits_and_offsets_follow_the_dialect(void **state)
{
    (void)state;
    const calx_order orders[] = { calx_desc(address_col.email), calx_asc(address_col.id) };
    query q;
    query_init(&q, &address_mapper);
    q.select.orders = orders;
    q.select.order_count = 2;
    q.select.limit = 0;
    assert_query(&q, &calx_dialect_sqlite, ADDRESSES " ORDER BY \"email\" DESC, \"id\" LIMIT ?");
    query_init(&q, &address_mapper);
    q.select.offset = 5;
    assert_query(&q, &calx_dialect_sqlite, ADDRESSES " LIMIT -1 OFFSET ?");
    query_init(&q, &address_mapper);
    q.select.offset = 5;
    assert_query(&q, &sample_dialect, ADDRESSES " OFFSET $1");
    query_init(&q, &address_mapper);
    q.select.limit = 2;
    q.select.offset = 5;
    assert_query(&q, &sample_dialect, ADDRESSES " LIMIT $1 OFFSET $2");
}

static void a_count_counts_the_rows_the_limit_leaves(void **state)
{
    (void)state;
    query q;
    query_init(&q, &address_mapper);
    query_where(&q, calx_gt(address_col.id, 1));
    q.select.form = CALX_SELECT_COUNT;
    assert_query(&q, &calx_dialect_sqlite, "SELECT count(*) FROM \"addresses\" WHERE \"id\" > ?");
    query_init(&q, &address_mapper);
    query_where(&q, calx_gt(address_col.id, 1));
    q.select.form = CALX_SELECT_COUNT;
    q.select.limit = 3;
    assert_query(&q, &calx_dialect_sqlite,
                 "SELECT count(*) FROM (SELECT 1 FROM \"addresses\" WHERE \"id\" > ? LIMIT ?) "
                 "AS \"limited\"");
    query_init(&q, &address_mapper);
    q.select.form = CALX_SELECT_EXISTS;
    assert_query(&q, &calx_dialect_sqlite, "SELECT EXISTS (SELECT 1 FROM \"addresses\")");
}

static void assert_refused(calx_expression expression, calx_status status, const char *named,
                           const char *also_named)
{
    query q;
    query_init(&q, &user_mapper);
    query_where(&q, calx_eq(user_col.id, 1));
    query_where(&q, expression);
    assert_int_equal(query_compile(&q, &calx_dialect_sqlite), status);
    assert_int_equal(q.error.status, status);
    assert_non_null(strstr(q.error.message, named));
    assert_non_null(strstr(q.error.message, also_named));
    query_clear(&q);
}

static void a_column_of_another_table_is_named_in_the_error(void **state)
{
    (void)state;
    static const int64_t ids[] = { 1 };
    calx_int64_column never_set = { { NULL, 0, 0 } };
    calx_int64_column aliased = { { &user_mapper, USER_ID, 1 } };
    assert_refused(calx_eq(address_col.email, "x"), CALX_E_ARGUMENT, "\"email\"", "\"addresses\"");
    assert_refused(calx_eq(user_col.id, address_col.user_id), CALX_E_ARGUMENT, "\"user_id\"",
                   "\"users\"");
    assert_refused(calx_in(address_col.id, ids, 0), CALX_E_ARGUMENT, "\"id\"", "\"addresses\"");
    assert_refused(calx_in(address_col.id, ids, 1), CALX_E_ARGUMENT, "\"id\"", "\"addresses\"");
    assert_refused(calx_is_null(never_set), CALX_E_ARGUMENT, "never set", "\"users\"");
    assert_refused(calx_eq(aliased, 1), CALX_E_ARGUMENT, "\"id\"", "\"users\"");
    query q;
    const calx_order order = calx_asc(address_col.id);
    query_init(&q, &user_mapper);
    q.select.orders = &order;
    q.select.order_count = 1;
    assert_int_equal(query_compile(&q, &calx_dialect_sqlite), CALX_E_ARGUMENT);
    query_clear(&q);
}

static void a_value_that_turns_out_to_be_null_is_an_error(void **state)
{
    (void)state;
    const char *none = NULL;
    const char *texts[] = { "a", NULL };
    assert_refused(calx_eq(user_col.name, none), CALX_E_ARGUMENT, "\"name\"", "calx_is_null()");
    assert_refused(calx_in(user_col.name, texts, 2), CALX_E_ARGUMENT, "\"name\"", "calx_is_null()");
    assert_refused(calx_in(user_col.id, (const int32_t *)NULL, 2), CALX_E_ARGUMENT, "calx_in()",
                   "2 items");
}

static void limits_of_the_database_are_answered_before_it_is_asked(void **state)
{
    (void)state;
    int64_t ids[21] = { 0 };
    query q;
    query_init(&q, &address_mapper);
    query_where(&q, calx_in(address_col.id, ids, 21));
    assert_int_equal(query_compile(&q, &sample_dialect), CALX_E_LIMIT);
    assert_non_null(strstr(q.error.message, "21 values"));
    query_clear(&q);
    calx_mapper renamed = address_mapper;
    renamed.table = "a_table_with_a_long_name";
    query_init(&q, &renamed);
    assert_int_equal(query_compile(&q, &sample_dialect), CALX_E_LIMIT);
    assert_non_null(strstr(q.error.message, "a_table_with_a_long_name"));
    query_clear(&q);
    query_init(&q, &address_mapper);
    q.select.limit = -2;
    assert_int_equal(query_compile(&q, &sample_dialect), CALX_E_ARGUMENT);
    query_clear(&q);
}

static void a_long_filter_is_written_in_groups(void **state)
{
    (void)state;
    query q;
    calx_filter *filter = calx_filter_new(CALX_FILTER_ANY);
    query_init(&q, &address_mapper);
    for (int i = 0; i < 600; i++)
        assert_int_equal(calx_filter_add(filter, calx_eq(address_col.id, i)), CALX_OK);
    assert_int_equal(calx_condition_from_filter(&q.conditions[0], &q.arena, filter, NULL), CALX_OK);
    calx_filter_free(filter);
    q.select.condition_count = 1;
    assert_int_equal(query_compile(&q, &calx_dialect_sqlite), CALX_OK);
    size_t opened = 0;
    size_t closed = 0;
    for (const char *rest = calx_buffer_text(&q.text); *rest != '\0'; rest++) {
        opened += *rest == '(';
        closed += *rest == ')';
    }
    assert_int_equal(opened, 3);
    assert_int_equal(closed, 3);
    assert_int_equal(q.parameters.count, 600);
    query_clear(&q);
}

static void an_empty_filter_is_true_for_all_and_false_for_any(void **state)
{
    (void)state;
    const calx_filter_join joins[] = { CALX_FILTER_ALL, CALX_FILTER_ANY };
    const char *const expected[] = { ADDRESSES " WHERE TRUE", ADDRESSES " WHERE FALSE" };
    for (size_t i = 0; i < 2; i++) {
        query q;
        calx_filter *filter = calx_filter_new(joins[i]);
        query_init(&q, &address_mapper);
        assert_int_equal(calx_condition_from_filter(&q.conditions[0], &q.arena, filter, NULL),
                         CALX_OK);
        calx_filter_free(filter);
        q.select.condition_count = 1;
        assert_query(&q, &sample_dialect, expected[i]);
    }
}

static calx_status compile_large_query(query *q)
{
    static const int64_t ids[40] = { 0 };
    calx_expression expression = calx_in(address_col.id, ids, 40);
    query_init(q, &address_mapper);
    calx_status status =
        calx_condition_from_expression(&q->conditions[0], &q->arena, &expression, &q->error);
    if (status != CALX_OK)
        return status;
    q->select.condition_count = 1;
    return query_compile(q, &calx_dialect_sqlite);
}

static void each_allocation_of_a_query_may_fail(void **state)
{
    (void)state;
    calx_status status = CALX_E_NOMEM;
    long allowed = 0;
    for (; status == CALX_E_NOMEM; allowed++) {
        ration account;
        query q;
        assert_true(ration_start(&account, allowed));
        status = compile_large_query(&q);
        query_clear(&q);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
    assert_true(allowed > 4);
}

static void each_parameter_has_the_type_of_its_column(void **state)
{
    (void)state;
    const uint64_t columns = 1u << USER_NAME | 1u << USER_AGE;
    static const struct {
        calx_plan_kind kind;
        size_t count;
        calx_type types[4];
    } cases[] = {
        { CALX_PLAN_INSERT, 2, { CALX_TYPE_TEXT, CALX_TYPE_INT32 } },
        { CALX_PLAN_UPDATE,
          4,
          { CALX_TYPE_TEXT, CALX_TYPE_INT32, CALX_TYPE_INT64, CALX_TYPE_INT32 } },
        { CALX_PLAN_DELETE, 2, { CALX_TYPE_INT64, CALX_TYPE_INT32 } },
        { CALX_PLAN_UPDATE_ROWS,
          4,
          { CALX_TYPE_TEXT, CALX_TYPE_INT32, CALX_TYPE_INT64, CALX_TYPE_INT32 } },
        { CALX_PLAN_DELETE_ROWS, 2, { CALX_TYPE_INT64, CALX_TYPE_INT32 } },
        { CALX_PLAN_SELECT_BY_KEY, 1, { CALX_TYPE_INT64 } },
        { CALX_PLAN_SELECT_BY_COLUMNS, 2, { CALX_TYPE_TEXT, CALX_TYPE_INT32 } },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        calx_plan_key key = { .mapper = &user_mapper, .kind = cases[i].kind, .columns = &columns };
        calx_type types[5] = { 0 };
        assert_int_equal(calx_sql_plan_parameters(&key), cases[i].count);
        calx_sql_plan_types(&key, types);
        for (size_t k = 0; k < 4; k++)
            assert_int_equal(types[k], cases[i].types[k]);
        assert_int_equal(types[cases[i].count], 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_always_quoted_and_cannot_end_their_quotes),
        cmocka_unit_test(a_name_longer_than_the_database_takes_is_a_limit),
        cmocka_unit_test(an_insert_names_the_columns_of_its_set_in_table_order),
        cmocka_unit_test(an_insert_of_many_rows_takes_an_array_for_each_column),
        cmocka_unit_test(a_copy_names_the_columns_of_the_rows_behind_it),
        cmocka_unit_test(an_update_of_many_rows_finds_each_by_key_and_version),
        cmocka_unit_test(a_delete_of_many_rows_looks_for_keys_in_an_array),
        cmocka_unit_test(an_update_ends_with_the_key_and_the_version),
        cmocka_unit_test(a_delete_goes_by_key_and_version),
        cmocka_unit_test(selects_give_every_column_in_table_order),
        cmocka_unit_test(a_select_of_a_collection_has_its_order_and_then_that_of_the_key),
        cmocka_unit_test(a_plan_that_cannot_be_written_is_refused),
        cmocka_unit_test(plan_keys_are_equal_by_content),
        cmocka_unit_test(comparisons_read_as_one_would_write_them),
        cmocka_unit_test(parentheses_stand_where_and_meets_or),
        cmocka_unit_test(several_conditions_are_joined_by_and),
        cmocka_unit_test(values_are_bound_in_the_order_of_their_placeholders),
        cmocka_unit_test(lists_of_every_item_type_become_values_of_the_column),
        cmocka_unit_test(an_empty_list_is_a_condition_that_never_holds),
        cmocka_unit_test(orders_limits_and_offsets_follow_the_dialect),
        cmocka_unit_test(a_count_counts_the_rows_the_limit_leaves),
        cmocka_unit_test(a_column_of_another_table_is_named_in_the_error),
        cmocka_unit_test(a_value_that_turns_out_to_be_null_is_an_error),
        cmocka_unit_test(limits_of_the_database_are_answered_before_it_is_asked),
        cmocka_unit_test(a_long_filter_is_written_in_groups),
        cmocka_unit_test(an_empty_filter_is_true_for_all_and_false_for_any),
        cmocka_unit_test(each_allocation_of_a_query_may_fail),
        cmocka_unit_test(each_parameter_has_the_type_of_its_column),
    };
    return CALX_RUN("sql", tests);
}
