/*
 * Relationships loaded by the query that found their owners, asked once more inside of another.
 */
#include "loading_fixture.h"

static void the_query_is_asked_once_more_inside_of_another(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-313");
    loading_users(&fix);
    calx_query *query = loading_query(&fix, &user_mapper);
    graph_ok(&fix, calx_query_where(
                       query, calx_or(calx_eq(user_col.name, "a"), calx_eq(user_col.name, "b"))));
    graph_ok(&fix, calx_query_where(query, calx_gt(user_col.id, 0)));
    const struct user *const *users = (const struct user *const *)loading_all(
        &fix, query, calx_subqueryload(user_addresses_rel), 2);
    assert_int_equal(graph_statements(&fix, ""), 2);
    assert_int_equal(graph_statements(&fix,
                                      "WHERE \"user_id\" IN (SELECT \"id\" FROM \"users\" WHERE "
                                      "(\"name\" = ? OR \"name\" = ?) AND \"id\" > ?)"),
                     1);
    assert_int_equal(graph_count(users[0], 0), 2);
    assert_int_equal(graph_count(users[1], 0), 0);
    assert_int_equal(graph_statements(&fix, ""), 2);
    calx_query_free(query);
    graph_close(&fix);
}

static void no_row_takes_no_more_statement(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-313");
    loading_users(&fix);
    calx_query *query = loading_query(&fix, &user_mapper);
    graph_ok(&fix, calx_query_where(query, calx_eq(user_col.name, "nobody")));
    loading_all(&fix, query, calx_subqueryload(user_addresses_rel), 0);
    assert_int_equal(graph_statements(&fix, ""), 1);
    calx_query_free(query);
    graph_close(&fix);
}

static void bounds_and_order_are_those_of_the_query(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-313");
    loading_users(&fix);
    const calx_order order = { { &user_mapper, 0, 0 }, true };
    calx_query *query = NULL;
    graph_ok(&fix, calx_session_query(fix.session, &user_mapper, &query));
    graph_ok(&fix, calx_query_order_by(query, order));
    graph_ok(&fix, calx_query_limit(query, 2));
    graph_ok(&fix, calx_query_offset(query, 1));
    const void *const *items = loading_all(&fix, query, calx_subqueryload(user_addresses_rel), 2);
    assert_int_equal(graph_statements(&fix, "ORDER BY \"id\" DESC LIMIT ? OFFSET ?)"), 1);
    assert_int_equal(graph_count(items[0], 0), 0);
    assert_int_equal(graph_count(items[1], 0), 2);
    assert_int_equal(graph_statements(&fix, ""), 2);
    const void *first = NULL;
    graph_reopen(&fix, true);
    calx_query_free(query);
    query = loading_query(&fix, &user_mapper);
    graph_ok(&fix, calx_query_options(query, calx_subqueryload(user_addresses_rel)));
    graph_ok(&fix, calx_query_first(query, &first));
    assert_int_equal(graph_count(first, 0), 2);
    assert_int_equal(graph_statements(&fix, ""), 2);
    calx_query_free(query);
    graph_close(&fix);
}

static void deeper_ones_stand_inside_each_other(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-313");
    loading_tree(&fix);
    calx_query *query = loading_query(&fix, &node_mapper);
    graph_ok(&fix, calx_query_limit(query, 1));
    const struct node *root = loading_all(
        &fix, query,
        calx_then(calx_subqueryload(node_children_rel), calx_subqueryload(node_children_rel)),
        1)[0];
    assert_int_equal(graph_statements(&fix, ""), 3);
    assert_int_equal(graph_statements(&fix, "WHERE \"parent_id\" IN (SELECT \"id\" FROM \"nodes\" "
                                            "WHERE \"parent_id\" IN (SELECT"),
                     1);
    loading_names(&fix, root, "x y");
    loading_names(&fix, graph_item(root, NODE_CHILDREN, 0), "x1 x2");
    loading_names(&fix, graph_item(root, NODE_CHILDREN, 1), "");
    calx_query_free(query);
    graph_close(&fix);
}

static void references_are_loaded_so_too(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-313");
    loading_users(&fix);
    calx_query *query = loading_query(&fix, &address_mapper);
    const void *const *items = loading_all(&fix, query, calx_subqueryload(address_user_rel), 3);
    assert_int_equal(
        graph_statements(&fix, "WHERE \"id\" IN (SELECT \"user_id\" FROM \"addresses\")"), 1);
    assert_ptr_equal(graph_one(items[0], 0), graph_one(items[1], 0));
    assert_int_equal(graph_statements(&fix, ""), 2);
    calx_query_free(query);
    graph_close(&fix);
}

static void behind_keys_it_is_loaded_by_keys(void **state)
{
    (void)state;
    graph fix;
    loading_tree(&fix);
    calx_query *query = loading_query(&fix, &node_mapper);
    graph_ok(&fix, calx_query_limit(query, 1));
    const struct node *root = loading_all(
        &fix, query,
        calx_then(calx_selectinload(node_children_rel), calx_subqueryload(node_children_rel)),
        1)[0];
    assert_int_equal(graph_statements(&fix, ""), 3);
    loading_names(&fix, graph_item(root, NODE_CHILDREN, 0), "x1 x2");
    calx_query_free(query);
    graph_close(&fix);
}

static void a_failed_statement_leaves_collections_to_be_asked_for(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-313");
    loading_users(&fix);
    const void *const *items = NULL;
    size_t count = 0;
    calx_query *query = loading_query(&fix, &user_mapper);
    graph_ok(&fix, calx_query_options(query, calx_subqueryload(user_addresses_rel)));
    graph_sql(&fix, "ALTER TABLE addresses RENAME TO elsewhere");
    assert_int_not_equal(calx_query_all(query, &items, &count), CALX_OK);
    graph_ok(&fix, calx_session_rollback(fix.session));
    graph_ok(&fix, calx_query_all(query, &items, &count));
    assert_int_equal(((const struct user *)items[0])->addresses.count, 2);
    calx_query_free(query);
    graph_close(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_query_is_asked_once_more_inside_of_another),
        cmocka_unit_test(no_row_takes_no_more_statement),
        cmocka_unit_test(bounds_and_order_are_those_of_the_query),
        cmocka_unit_test(deeper_ones_stand_inside_each_other),
        cmocka_unit_test(references_are_loaded_so_too),
        cmocka_unit_test(behind_keys_it_is_loaded_by_keys),
        cmocka_unit_test(a_failed_statement_leaves_collections_to_be_asked_for),
    };
    return CALX_RUN("loading_subquery", tests);
}
