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

/* ---- what the query does not find ---- */

static calx_option children_twice(calx_option first)
{
    return calx_then(first, calx_subqueryload(node_children_rel));
}

/* "x" is a child of "r" in memory alone, and its own children are in the database. */
static void a_kept_member_that_the_query_does_not_find_is_not_empty(void **state)
{
    (void)state;
    const calx_option firsts[] = { calx_subqueryload(node_children_rel),
                                   calx_joinedload(node_children_rel) };
    calx_shows("SES-317");
    for (size_t i = 0; i < 2; i++) {
        graph fix;
        loading_tree(&fix);
        const struct node *root = graph_get(&fix, &node_mapper, 1);
        assert_int_equal(graph_count(root, NODE_CHILDREN), 2);
        graph_sql(&fix, "UPDATE nodes SET parent_id = NULL WHERE id = 2");
        calx_query *query = loading_query(&fix, &node_mapper);
        graph_ok(&fix, calx_query_limit(query, 1));
        loading_all(&fix, query, children_twice(firsts[i]), 1);
        assert_int_equal(graph_count(root, NODE_CHILDREN), 2);
        loading_names(&fix, graph_item(root, NODE_CHILDREN, 0), "x1 x2");
        calx_query_free(query);
        graph_close(&fix);
    }
}

/* The collection is loaded, or it loads now: an unflushed member is shown in both. */
static void an_unflushed_member_is_not_empty(void **state)
{
    (void)state;
    const calx_option firsts[] = { calx_subqueryload(node_children_rel),
                                   calx_joinedload(node_children_rel) };
    calx_shows("SES-317");
    for (size_t i = 0; i < 4; i++) {
        graph fix;
        loading_tree(&fix);
        const struct node *y = graph_get(&fix, &node_mapper, 3);
        const struct node *x1 = graph_get(&fix, &node_mapper, 4);
        if (i / 2 == 0)
            assert_int_equal(graph_count(y, NODE_CHILDREN), 0);
        graph_ok(&fix, calx_session_no_autoflush_begin(fix.session));
        graph_ok(&fix, graph_set(x1, NODE_PARENT, y));
        calx_query *query = loading_query(&fix, &node_mapper);
        graph_ok(&fix, calx_query_limit(query, 1));
        graph_ok(&fix, calx_query_offset(query, 2));
        loading_all(&fix, query, children_twice(firsts[i % 2]), 1);
        loading_names(&fix, y, "x1");
        loading_names(&fix, x1, "x11");
        calx_query_free(query);
        graph_close(&fix);
    }
}

/* The target of a reference that was changed is none that the rows point at. */
static void a_reference_that_was_changed_is_not_none(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-317");
    loading_users(&fix);
    const struct address *address = graph_get(&fix, &address_mapper, 1);
    graph_ok(&fix, calx_session_no_autoflush_begin(fix.session));
    graph_sql(&fix, "UPDATE addresses SET user_id = 2");
    calx_query *query = loading_query(&fix, &address_mapper);
    loading_all(&fix, query, calx_subqueryload(address_user_rel), 3);
    assert_non_null(graph_one(address, 0));
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
        cmocka_unit_test(a_kept_member_that_the_query_does_not_find_is_not_empty),
        cmocka_unit_test(an_unflushed_member_is_not_empty),
        cmocka_unit_test(a_reference_that_was_changed_is_not_none),
    };
    return CALX_RUN("loading_subquery", tests);
}
