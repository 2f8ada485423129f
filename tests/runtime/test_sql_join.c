/*
 * The text of queries with joins. Whole texts are asserted, since what a limit counts, which rows
 * an inner join may lose and what an order can name is all in them.
 */
#include "support/graph_model.h"
#include "support/harness.h"
#include "support/ration.h"
#include "support/sample_dialect.h"
#include "support/sample_model.h"

#include <calx/expression.h>

#include "base/error.h"
#include "sql/select.h"

#include <stdbool.h>
#include <string.h>

#define USERS_ROWS  "\"t0\".\"id\", \"t0\".\"name\""
#define ADDRESS(n)  "\"t" #n "\".\"id\", \"t" #n "\".\"email\", \"t" #n "\".\"user_id\""
#define TO_USERS(n) " LEFT OUTER JOIN \"addresses\" AS \"t" #n "\" ON \"t" #n "\".\"user_id\" = "

/* Of users: enough to tell texts apart. */
static const uint64_t some_users[] = { 1u << USER_ID | 1u << USER_NAME };
static const uint64_t names_only[] = { 1u << USER_NAME };
static const uint64_t first_only[] = { 1u };

/* ---- many to many: posts and tags, as the generator writes an association ---- */

extern const calx_mapper post_mapper, tag_mapper, post_tag_mapper;

static const uint16_t first[] = { 0 };
static const uint16_t second[] = { 1 };
static const uint16_t both[] = { 0, 1 };

#define INTEGER_KEY(name_, offset_)                                                                \
    {                                                                                              \
        .name = (name_), .member = (name_), .type = CALX_TYPE_INT64,                               \
        .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL, .offset = (offset_), .size = 8            \
    }

static const calx_column post_columns[] = { INTEGER_KEY("id", 0) };
static const calx_column post_tag_columns[] = { INTEGER_KEY("post_id", 0),
                                                INTEGER_KEY("tag_id", 8) };
static const calx_relationship_order newest_first[] = { { 0, true } };
static const calx_relationship post_relationships[] = {
    { .member = "tags",
      .kind = CALX_RELATIONSHIP_MANY_TO_MANY,
      .foreign_key = 0,
      .target_key = 1,
      .inverse = CALX_NO_INVERSE,
      .order = newest_first,
      .order_count = 1,
      .target = &tag_mapper,
      .association = &post_tag_mapper },
};
const calx_mapper post_mapper = { .abi = CALX_MAPPER_ABI,
                                  .name = "post",
                                  .table = "posts",
                                  .columns = post_columns,
                                  .key = first,
                                  .relationships = post_relationships,
                                  .column_count = 1,
                                  .key_count = 1,
                                  .relationship_count = 1 };
const calx_mapper tag_mapper = { .abi = CALX_MAPPER_ABI,
                                 .name = "tag",
                                 .table = "tags",
                                 .columns = post_columns,
                                 .key = first,
                                 .column_count = 1,
                                 .key_count = 1 };
static const calx_foreign_key post_tag_keys[] = {
    { .target = &post_mapper, .columns = first, .target_columns = first, .column_count = 1 },
    { .target = &tag_mapper, .columns = second, .target_columns = first, .column_count = 1 },
};
const calx_mapper post_tag_mapper = { .abi = CALX_MAPPER_ABI,
                                      .flags = CALX_MAPPER_ASSOCIATION,
                                      .name = "post_tags",
                                      .table = "post_tags",
                                      .columns = post_tag_columns,
                                      .key = both,
                                      .foreign_keys = post_tag_keys,
                                      .column_count = 2,
                                      .key_count = 2,
                                      .foreign_key_count = 2 };

/* ---- a query ---- */

typedef struct query {
    calx_sql_query select;
    calx_sql_join joins[4];
    calx_condition condition;
    calx_expression expression;
    calx_buffer text;
    calx_parameter_list parameters;
    calx_error error;
} query;

static void query_init(query *q, const calx_mapper *mapper, const calx_sql_join *joins,
                       size_t count)
{
    memset(q, 0, sizeof *q);
    calx_parameter_list_init(&q->parameters);
    q->error = (calx_error)CALX_ERROR_INIT;
    q->select = (calx_sql_query){ .mapper = mapper, .limit = -1, .offset = -1 };
    for (size_t i = 0; i < count; i++)
        q->joins[i] = joins[i];
    q->select.joins = q->joins;
    q->select.join_count = count;
    if (mapper == &user_mapper)
        q->select.columns = some_users;
}

static void query_where(query *q, calx_expression expression)
{
    q->expression = expression;
    q->condition = (calx_condition){ q->expression.nodes, 1 };
    q->select.conditions = &q->condition;
    q->select.condition_count = 1;
}

static calx_status query_compile(query *q, const calx_dialect *dialect)
{
    return calx_sql_select(&q->text, &q->parameters, dialect, &q->select, &q->error);
}

static void query_clear(query *q)
{
    calx_buffer_clear(&q->text);
    calx_parameter_list_clear(&q->parameters);
    calx_error_clear(&q->error);
}

static void assert_query(query *q, const calx_dialect *dialect, const char *expected)
{
    assert_int_equal(query_compile(q, dialect), CALX_OK);
    assert_string_equal(calx_buffer_text(&q->text), expected);
    query_clear(q);
}

/* Of users, with their addresses; of addresses, with their user's name. */
static void query_of_users(query *q)
{
    const calx_sql_join join = { &user_mapper.relationships[0], NULL, 0, false };
    query_init(q, &user_mapper, &join, 1);
}

static void query_of_addresses(query *q)
{
    const calx_sql_join join = { &address_mapper.relationships[0], names_only, 0, false };
    query_init(q, &address_mapper, &join, 1);
}

/* ---- tests ---- */

static void a_collection_is_one_outer_join_whose_rows_stay_together(void **state)
{
    (void)state;
    query q;
    query_of_users(&q);
    assert_query(&q, &calx_dialect_sqlite,
                 "SELECT " USERS_ROWS ", " ADDRESS(1) " FROM \"users\" AS \"t0\"" TO_USERS(
                     1) "\"t0\".\"id\" ORDER BY \"t0\".\"id\", \"t1\".\"id\"");
}

static void what_the_caller_says_is_about_the_query_s_own_table(void **state)
{
    (void)state;
    const calx_order orders[] = { calx_desc(user_col.name) };
    query q;
    calx_shows("SES-310");
    query_of_users(&q);
    query_where(&q, calx_eq(user_col.id, user_col.age));
    q.select.orders = orders;
    q.select.order_count = 1;
    assert_query(&q, &calx_dialect_sqlite,
                 "SELECT " USERS_ROWS ", " ADDRESS(1) " FROM \"users\" AS \"t0\"" TO_USERS(
                     1) "\"t0\".\"id\" WHERE \"t0\".\"id\" = \"t0\".\"age\" ORDER BY "
                        "\"t0\".\"name\" DESC, \"t0\".\"id\", \"t1\".\"id\"");
    query_of_users(&q);
    query_where(&q, calx_eq(address_col.id, 1));
    assert_int_equal(query_compile(&q, &calx_dialect_sqlite), CALX_E_ARGUMENT);
    assert_non_null(strstr(q.error.message, "\"addresses\""));
    query_clear(&q);
}

static void a_key_the_caller_orders_by_is_not_ordered_by_twice(void **state)
{
    (void)state;
    const calx_order orders[] = { calx_desc(user_col.id) };
    query q;
    query_of_users(&q);
    q.select.orders = orders;
    q.select.order_count = 1;
    assert_query(&q, &calx_dialect_sqlite,
                 "SELECT " USERS_ROWS ", " ADDRESS(1) " FROM \"users\" AS \"t0\"" TO_USERS(
                     1) "\"t0\".\"id\" ORDER BY \"t0\".\"id\" DESC, \"t1\".\"id\"");
}

static void a_limit_stands_inside_of_joined_collections(void **state)
{
    (void)state;
    const calx_order orders[] = { calx_asc(user_col.age) };
    query q;
    calx_shows("SES-308");
    query_of_users(&q);
    query_where(&q, calx_gt(user_col.id, 3));
    q.select.orders = orders;
    q.select.order_count = 1;
    q.select.limit = 10;
    q.select.offset = 20;
    q.select.columns = names_only;
    assert_int_equal(query_compile(&q, &calx_dialect_postgresql), CALX_OK);
    assert_string_equal(
        calx_buffer_text(&q.text),
        "SELECT \"t0\".\"name\", " ADDRESS(
            1) " FROM (SELECT \"id\", \"name\", \"age\" FROM \"users\" WHERE \"id\" > $1 ORDER BY "
               "\"age\" LIMIT $2 OFFSET $3) AS \"t0\"" TO_USERS(
                   1) "\"t0\".\"id\" ORDER BY \"t0\".\"age\", \"t0\".\"id\", \"t1\".\"id\"");
    assert_int_equal(q.parameters.count, 3);
    assert_int_equal(q.parameters.items[1].as.int64, 10);
    query_clear(&q);
}

static void a_limit_needs_no_query_of_its_own_with_joined_references(void **state)
{
    (void)state;
    query q;
    calx_shows("SES-308");
    query_of_addresses(&q);
    q.select.limit = 10;
    assert_query(&q, &calx_dialect_sqlite,
                 "SELECT " ADDRESS(0) ", \"t1\".\"name\" FROM \"addresses\" AS \"t0\" LEFT OUTER "
                                      "JOIN \"users\" AS \"t1\" ON \"t1\".\"id\" = "
                                      "\"t0\".\"user_id\" LIMIT ?");
}

static void an_inner_join_behind_an_outer_one_is_an_outer_one(void **state)
{
    (void)state;
    calx_sql_join path[] = { { &user_mapper.relationships[0], NULL, 0, false },
                             { &address_mapper.relationships[0], names_only, 1, true } };
    query q;
    calx_shows("SES-309");
    query_init(&q, &user_mapper, path, 2);
    assert_query(&q, &calx_dialect_sqlite,
                 "SELECT " USERS_ROWS
                 ", " ADDRESS(1) ", \"t2\".\"name\" FROM \"users\" AS "
                                 "\"t0\"" TO_USERS(1) "\"t0\".\"id\" LEFT OUTER JOIN "
                                                      "\"users\" AS \"t2\" ON "
                                                      "\"t2\".\"id\" = \"t1\".\"user_id\" "
                                                      "ORDER BY \"t0\".\"id\", "
                                                      "\"t1\".\"id\"");
    path[0].inner = true;
    query_init(&q, &user_mapper, path, 2);
    assert_query(&q, &calx_dialect_sqlite,
                 "SELECT " USERS_ROWS ", " ADDRESS(
                     1) ", \"t2\".\"name\" FROM \"users\" AS \"t0\" JOIN \"addresses\" AS \"t1\" "
                        "ON \"t1\".\"user_id\" = \"t0\".\"id\" JOIN \"users\" AS \"t2\" ON "
                        "\"t2\".\"id\" = \"t1\".\"user_id\" ORDER BY \"t0\".\"id\", \"t1\".\"id\"");
}

static void one_table_is_joined_to_itself_as_often_as_asked(void **state)
{
    (void)state;
    const calx_sql_join path[] = {
        { &node_mapper.relationships[NODE_CHILDREN], NULL, 0, false },
        { &node_mapper.relationships[NODE_PARENT], first_only, 1, false },
    };
    query q;
    query_init(&q, &node_mapper, path, 2);
    q.select.columns = first_only;
    assert_query(&q, &calx_dialect_sqlite,
                 "SELECT \"t0\".\"id\", \"t1\".\"id\", \"t1\".\"name\", \"t1\".\"parent_id\", "
                 "\"t2\".\"id\" FROM \"nodes\" AS \"t0\" LEFT OUTER JOIN \"nodes\" AS \"t1\" ON "
                 "\"t1\".\"parent_id\" = \"t0\".\"id\" LEFT OUTER JOIN \"nodes\" AS \"t2\" ON "
                 "\"t2\".\"id\" = \"t1\".\"parent_id\" ORDER BY \"t0\".\"id\", \"t1\".\"id\"");
}

static void every_column_of_a_foreign_key_is_compared(void **state)
{
    (void)state;
    const calx_sql_join path[] = { { &parcel_mapper.relationships[PARCEL_LABELS], first_only, 0,
                                     false } };
    query q;
    query_init(&q, &parcel_mapper, path, 1);
    q.select.columns = first_only;
    assert_query(&q, &calx_dialect_sqlite,
                 "SELECT \"t0\".\"country\", \"t1\".\"id\" FROM \"parcels\" AS \"t0\" LEFT OUTER "
                 "JOIN \"labels\" AS \"t1\" ON \"t1\".\"country\" = \"t0\".\"country\" AND "
                 "\"t1\".\"number\" = \"t0\".\"number\" ORDER BY \"t0\".\"country\", "
                 "\"t0\".\"number\", \"t1\".\"id\"");
}

static void an_association_is_joined_before_its_target(void **state)
{
    (void)state;
    const calx_sql_join path[] = { { &post_relationships[0], NULL, 0, false } };
    query q;
    query_init(&q, &post_mapper, path, 1);
    assert_query(&q, &calx_dialect_sqlite,
                 "SELECT \"t0\".\"id\", \"t1\".\"id\" FROM \"posts\" AS \"t0\" LEFT OUTER JOIN "
                 "\"post_tags\" AS \"a1\" ON \"a1\".\"post_id\" = \"t0\".\"id\" LEFT OUTER JOIN "
                 "\"tags\" AS \"t1\" ON \"t1\".\"id\" = \"a1\".\"tag_id\" ORDER BY \"t0\".\"id\", "
                 "\"t1\".\"id\" DESC");
}

static void a_one_to_one_multiplies_unless_its_key_is_unique(void **state)
{
    (void)state;
    calx_column columns[] = { address_mapper.columns[0], address_mapper.columns[1],
                              address_mapper.columns[2] };
    calx_mapper target = address_mapper;
    calx_relationship one = user_mapper.relationships[0];
    one.kind = CALX_RELATIONSHIP_ONE_TO_ONE;
    one.target = &target;
    target.columns = columns;
    assert_true(calx_sql_join_multiplies(&one));
    columns[ADDRESS_USER_ID].flags |= CALX_COLUMN_UNIQUE;
    assert_false(calx_sql_join_multiplies(&one));
    columns[ADDRESS_USER_ID].flags &= ~(unsigned)CALX_COLUMN_UNIQUE;
    target.key = address_mapper.foreign_keys[0].columns;
    assert_false(calx_sql_join_multiplies(&one));
    assert_false(calx_sql_join_multiplies(&address_mapper.relationships[0]));
    assert_true(calx_sql_join_multiplies(&user_mapper.relationships[0]));
}

static void counting_and_asking_for_existence_join_nothing(void **state)
{
    (void)state;
    query q;
    query_of_users(&q);
    q.select.form = CALX_SELECT_COUNT;
    assert_query(&q, &calx_dialect_sqlite, "SELECT count(*) FROM \"users\"");
    query_of_users(&q);
    q.select.form = CALX_SELECT_EXISTS;
    q.select.limit = 1;
    assert_query(&q, &calx_dialect_sqlite, "SELECT EXISTS (SELECT 1 FROM \"users\" LIMIT ?)");
}

static void a_query_without_joins_can_leave_columns_out(void **state)
{
    (void)state;
    query q;
    query_init(&q, &user_mapper, NULL, 0);
    assert_query(&q, &calx_dialect_sqlite, "SELECT \"id\", \"name\" FROM \"users\"");
}

static void assert_too_large(query *q, const char *named)
{
    assert_int_equal(query_compile(q, &sample_dialect), CALX_E_LIMIT);
    assert_non_null(strstr(q->error.message, named));
    assert_non_null(strstr(q->error.message, "\"users\""));
    query_clear(q);
}

static void more_tables_or_columns_than_the_database_takes_are_a_limit(void **state)
{
    (void)state;
    const calx_sql_join five[] = {
        { &user_mapper.relationships[0], first_only, 0, false },
        { &address_mapper.relationships[0], first_only, 1, false },
        { &user_mapper.relationships[0], first_only, 2, false },
        { &address_mapper.relationships[0], first_only, 3, false },
    };
    const calx_sql_join wide[] = {
        { &user_mapper.relationships[0], NULL, 0, false },
        { &address_mapper.relationships[0], NULL, 1, false },
    };
    query q;
    query_init(&q, &user_mapper, five, 4);
    assert_too_large(&q, "5 tables");
    query_init(&q, &user_mapper, wide, 2);
    assert_too_large(&q, "12 columns");
}

static void each_allocation_of_a_joined_query_may_fail(void **state)
{
    (void)state;
    calx_status status = CALX_E_NOMEM;
    long allowed = 0;
    for (; status == CALX_E_NOMEM; allowed++) {
        ration account;
        query q;
        assert_true(ration_start(&account, allowed));
        query_of_users(&q);
        query_where(&q, calx_gt(user_col.id, 3));
        q.select.limit = 10;
        status = query_compile(&q, &calx_dialect_sqlite);
        query_clear(&q);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
    assert_true(allowed > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_collection_is_one_outer_join_whose_rows_stay_together),
        cmocka_unit_test(what_the_caller_says_is_about_the_query_s_own_table),
        cmocka_unit_test(a_key_the_caller_orders_by_is_not_ordered_by_twice),
        cmocka_unit_test(a_limit_stands_inside_of_joined_collections),
        cmocka_unit_test(a_limit_needs_no_query_of_its_own_with_joined_references),
        cmocka_unit_test(an_inner_join_behind_an_outer_one_is_an_outer_one),
        cmocka_unit_test(one_table_is_joined_to_itself_as_often_as_asked),
        cmocka_unit_test(every_column_of_a_foreign_key_is_compared),
        cmocka_unit_test(an_association_is_joined_before_its_target),
        cmocka_unit_test(a_one_to_one_multiplies_unless_its_key_is_unique),
        cmocka_unit_test(counting_and_asking_for_existence_join_nothing),
        cmocka_unit_test(a_query_without_joins_can_leave_columns_out),
        cmocka_unit_test(more_tables_or_columns_than_the_database_takes_are_a_limit),
        cmocka_unit_test(each_allocation_of_a_joined_query_may_fail),
    };
    return CALX_RUN("sql_join", tests);
}
