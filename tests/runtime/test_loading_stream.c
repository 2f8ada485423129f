/*
 * Streams with relationships that are loaded along: by batches of rows, once for each; and what a
 * stream cannot have.
 */
#include "loading_fixture.h"

typedef struct visit {
    graph *fix;
    size_t count, children, statements;
    const void *victim; /* taken out by the first visit; or NULL */
} visit;

static calx_status see_node(void *context, const void *entity)
{
    visit *seen = context;
    const struct node *node = entity;
    size_t before = graph_statements(seen->fix, "");
    seen->children += graph_count(node, NODE_CHILDREN);
    seen->statements += graph_statements(seen->fix, "") - before;
    seen->count++;
    if (seen->victim != NULL) {
        graph_ok(seen->fix, calx_session_expunge(seen->fix->session, seen->victim));
        calx_instance_free((void *)seen->victim);
        seen->victim = NULL;
    }
    return CALX_OK;
}

static void each_batch_takes_one_more_statement(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-319");
    loading_tree(&fix);
    visit seen = { .fix = &fix };
    calx_query *query = loading_query(&fix, &node_mapper);
    graph_ok(&fix, calx_query_options(query, calx_selectinload(node_children_rel)));
    graph_ok(&fix, calx_query_yield_per(query, 4));
    graph_ok(&fix, calx_query_each(query, see_node, &seen));
    assert_int_equal(seen.count, 6);
    assert_int_equal(seen.children, 5);
    assert_int_equal(seen.statements, 0);
    assert_int_equal(graph_statements(&fix, "SELECT"), 3);
    calx_query_free(query);
    graph_close(&fix);
}

static void what_the_function_took_away_is_not_handed_on(void **state)
{
    (void)state;
    graph fix;
    loading_tree(&fix);
    visit seen = { .fix = &fix, .victim = graph_get(&fix, &node_mapper, 3) };
    calx_query *query = loading_query(&fix, &node_mapper);
    graph_ok(&fix, calx_query_options(query, calx_selectinload(node_children_rel)));
    graph_ok(&fix, calx_query_each(query, see_node, &seen));
    assert_int_equal(seen.count, 5);
    calx_query_free(query);
    graph_close(&fix);
}

static void a_batch_has_a_row_at_least(void **state)
{
    (void)state;
    graph fix;
    loading_tree(&fix);
    calx_query *query = loading_query(&fix, &node_mapper);
    assert_int_equal(calx_query_yield_per(query, 0), CALX_E_ARGUMENT);
    assert_int_equal(calx_query_yield_per(NULL, 5), CALX_E_ARGUMENT);
    calx_query_free(query);
    graph_close(&fix);
}

static void assert_refused(graph *fix, calx_option option, const char *word)
{
    visit seen = { .fix = fix };
    calx_query *query = loading_query(fix, &node_mapper);
    graph_ok(fix, calx_query_options(query, option));
    assert_int_equal(calx_query_each(query, see_node, &seen), CALX_E_INVALID_REQUEST);
    assert_non_null(strstr(calx_session_error(fix->session)->message, word));
    assert_non_null(strstr(calx_session_error(fix->session)->message, "calx_selectinload()"));
    assert_int_equal(seen.count, 0);
    assert_int_equal(graph_statements(fix, ""), 0);
    calx_query_free(query);
}

static void joined_collections_and_subqueries_are_refused(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-319");
    loading_tree(&fix);
    assert_refused(&fix, calx_subqueryload(node_children_rel), "children");
    assert_refused(
        &fix, calx_then(calx_selectinload(node_children_rel), calx_subqueryload(node_parent_rel)),
        "parent");
    assert_refused(&fix, calx_joinedload(node_children_rel), "children");
    graph_close(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_batch_takes_one_more_statement),
        cmocka_unit_test(what_the_function_took_away_is_not_handed_on),
        cmocka_unit_test(a_batch_has_a_row_at_least),
        cmocka_unit_test(joined_collections_and_subqueries_are_refused),
    };
    return CALX_RUN("loading_stream", tests);
}
