/*
 * Loading options: values that are put together and copied freely, checked where a query is given
 * them, and worked out over what the descriptors say.
 */
#include "support/graph_model.h"
#include "support/harness.h"
#include "support/ration.h"
#include "support/sample_model.h"

#include <calx/query.h>

#include "mapper/option.h"
#include "session/loading.h"
#include "sql/plan.h"

#include <string.h>

static const calx_relation addresses = { &user_mapper, 0 };
static const calx_relation owner = { &address_mapper, 0 };
static const calx_relation parent = { &node_mapper, NODE_PARENT };
static const calx_relation children = { &node_mapper, NODE_CHILDREN };

/* ---- values ---- */

static void a_path_is_put_together_from_steps(void **state)
{
    (void)state;
    calx_option option = calx_then(calx_selectinload(addresses), calx_joinedload_inner(owner));
    assert_int_equal(option.count, 2);
    assert_ptr_equal(option.steps[1].mapper, &address_mapper);
    assert_int_equal(option.steps[0].loading, CALX_LOADING_SELECTIN);
    assert_int_equal(option.steps[1].loading, CALX_LOADING_JOINED);
    assert_false(option.steps[0].inner);
    assert_true(option.steps[1].inner);
    option = calx_then(option, calx_load_only(user_col.name, user_col.age, user_col.created));
    assert_int_equal(option.count, 5);
    assert_int_equal(option.steps[4].kind, CALX_STEP_LOAD_ONLY);
    assert_int_equal(option.steps[4].number, user_col.created.ref.column);
    assert_int_equal(calx_option_check(&option, &user_mapper, NULL), CALX_OK);
    assert_int_equal(calx_defer(user_col.name).steps[0].kind, CALX_STEP_DEFER);
    assert_int_equal(calx_undefer(user_col.name, user_col.age).steps[1].kind, CALX_STEP_UNDEFER);
}

static void each_way_of_loading_has_its_function(void **state)
{
    (void)state;
    assert_int_equal(calx_lazyload(children).steps[0].loading, CALX_LOADING_SELECT);
    assert_int_equal(calx_joinedload(children).steps[0].loading, CALX_LOADING_JOINED);
    assert_int_equal(calx_subqueryload(children).steps[0].loading, CALX_LOADING_SUBQUERY);
    assert_int_equal(calx_immediateload(children).steps[0].loading, CALX_LOADING_IMMEDIATE);
    assert_int_equal(calx_raiseload(children).steps[0].loading, CALX_LOADING_RAISE);
    assert_int_equal(calx_raiseload_on_sql(children).steps[0].loading, CALX_LOADING_RAISE_ON_SQL);
    assert_int_equal(calx_noload(children).steps[0].loading, CALX_LOADING_NOLOAD);
    assert_int_equal(calx_defaultload(children).steps[0].kind, CALX_STEP_ALONG);
}

/* ---- checks ---- */

typedef struct fixture {
    calx_engine *engine;
    calx_session *session;
    calx_query *query; /* over users */
} fixture;

static void set_up(fixture *fix)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    assert_int_equal(calx_engine_new(calx_test_url(), NULL, &fix->engine, NULL), CALX_OK);
    options.bind = fix->engine;
    assert_int_equal(calx_session_new(&options, &fix->session, NULL), CALX_OK);
    assert_int_equal(calx_session_query(fix->session, &user_mapper, &fix->query), CALX_OK);
}

static void tear_down(fixture *fix)
{
    calx_query_free(fix->query);
    calx_session_free(fix->session);
    calx_engine_free(fix->engine);
}

/* What the query says to an option; it keeps that, so it is made anew afterwards. */
static void assert_refused(fixture *fix, calx_option option, calx_status status, const char *words)
{
    assert_int_equal(calx_query_options(fix->query, option), status);
    assert_non_null(strstr(calx_session_error(fix->session)->message, words));
    int64_t count = 0;
    assert_int_equal(calx_query_count(fix->query, &count), status);
    calx_query_free(fix->query);
    assert_int_equal(calx_session_query(fix->session, &user_mapper, &fix->query), CALX_OK);
}

static void a_path_that_does_not_fit_is_refused_by_its_name(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    assert_refused(&fix, calx_selectinload(owner), CALX_E_ARGUMENT, "\"address.user\"");
    assert_refused(&fix, calx_then(calx_selectinload(addresses), calx_joinedload(children)),
                   CALX_E_ARGUMENT, "\"user.addresses > node.children\"");
    assert_refused(&fix, calx_then(calx_selectinload(addresses), calx_defer(user_col.name)),
                   CALX_E_ARGUMENT, "\"user.addresses > user.name\"");
    const calx_relation unset = { NULL, 0 };
    const calx_relation wild = { &user_mapper, 9 };
    assert_refused(&fix, calx_noload(unset), CALX_E_ARGUMENT, "never set");
    assert_refused(&fix, calx_noload(wild), CALX_E_ARGUMENT, "user.(no such member)");
    assert_refused(&fix, (calx_option){ 0 }, CALX_E_ARGUMENT, "never set");
    assert_refused(&fix, calx_then((calx_option){ 0 }, calx_noload(addresses)), CALX_E_ARGUMENT,
                   "never set");
    assert_refused(&fix,
                   calx_then(calx_lazyload(calx_every_relation(&user_mapper)), calx_noload(owner)),
                   CALX_E_ARGUMENT, "user.(every) > address.user");
    assert_int_equal(calx_query_options(fix.query, calx_selectinload(addresses)), CALX_OK);
    assert_int_equal(calx_query_options_along(fix.query, NULL, 1), CALX_E_ARGUMENT);
    assert_int_equal(calx_query_options(NULL, calx_selectinload(addresses)), CALX_E_ARGUMENT);
    tear_down(&fix);
}

static calx_option generations(size_t count)
{
    calx_option option = calx_selectinload(children);
    for (size_t i = 1; i < count; i++)
        option = calx_then(option, calx_selectinload(children));
    return option;
}

static void a_long_path_is_given_in_parts(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    calx_option tree[3];
    for (size_t i = 0; i < 3; i++)
        tree[i] = generations(CALX_OPTION_STEPS);
    assert_false(tree[0].overflow);
    assert_refused(&fix, generations(CALX_OPTION_STEPS + 1), CALX_E_LIMIT,
                   "calx_query_options_along()");
    calx_query_free(fix.query);
    assert_int_equal(calx_session_query(fix.session, &node_mapper, &fix.query), CALX_OK);
    assert_int_equal(calx_query_options_along(fix.query, tree, 3), CALX_OK);
    tree[2] = calx_then(calx_lazyload(calx_every_relation(&node_mapper)), (calx_option){ 0 });
    assert_int_equal(calx_query_options_along(fix.query, tree, 3), CALX_E_ARGUMENT);
    tear_down(&fix);
}

/* ---- what they come to ---- */

/* The tree of a mapper under these options, given in this order. */
static const calx_loads *work_out(const calx_mapper *mapper, const calx_option *options,
                                  size_t count)
{
    calx_path paths[8];
    const calx_loads *loads = NULL;
    for (size_t i = 0; i < count; i++)
        paths[i] = (calx_path){ options[i].steps, options[i].count };
    assert_int_equal(calx_loads_new(mapper, paths, count, &loads), CALX_OK);
    return loads;
}

static void without_options_and_eager_members_there_is_nothing_to_know(void **state)
{
    (void)state;
    assert_null(work_out(&user_mapper, NULL, 0));
    assert_null(calx_loads_hold(NULL));
    calx_loads_release(NULL);
}

static void a_later_option_for_the_same_place_wins(void **state)
{
    (void)state;
    const calx_option options[] = {
        calx_then(calx_selectinload(children), calx_selectinload(children)),
        calx_lazyload(children),
        calx_then(calx_defaultload(children), calx_noload(parent)),
    };
    const calx_loads *loads = work_out(&node_mapper, options, 3);
    assert_int_equal(loads->loads[NODE_CHILDREN].loading, CALX_LOADING_SELECT);
    assert_true(loads->loads[NODE_CHILDREN].named);
    assert_false(loads->loads[NODE_PARENT].named);
    assert_true(loads->kept);
    assert_false(loads->follows);
    const calx_loads *under = loads->loads[NODE_CHILDREN].under;
    assert_non_null(under);
    assert_int_equal(under->loads[NODE_CHILDREN].loading, CALX_LOADING_SELECTIN);
    assert_int_equal(under->loads[NODE_PARENT].loading, CALX_LOADING_NOLOAD);
    assert_true(under->follows);
    assert_null(under->loads[NODE_CHILDREN].under);
    assert_null(under->loads[NODE_PARENT].under);
    calx_loads_release(loads);
}

static void every_relationship_is_every_other_one(void **state)
{
    (void)state;
    const calx_option options[] = {
        calx_joinedload(parent),
        calx_raiseload(calx_every_relation(&node_mapper)),
    };
    const calx_loads *loads = work_out(&node_mapper, options, 2);
    assert_int_equal(loads->loads[NODE_PARENT].loading, CALX_LOADING_JOINED);
    assert_int_equal(loads->loads[NODE_CHILDREN].loading, CALX_LOADING_RAISE);
    assert_true(loads->joins);
    calx_loads_release(loads);
}

/* Nodes whose children come by selectin, by their descriptor. */
typedef struct eager_nodes {
    calx_mapper mapper;
    calx_relationship relationships[2];
} eager_nodes;

static void make_eager(eager_nodes *nodes, uint16_t depth)
{
    nodes->mapper = node_mapper;
    memcpy(nodes->relationships, node_mapper.relationships, sizeof nodes->relationships);
    nodes->mapper.relationships = nodes->relationships;
    for (size_t i = 0; i < 2; i++)
        nodes->relationships[i].target = &nodes->mapper;
    nodes->relationships[NODE_CHILDREN].loading = CALX_LOADING_SELECTIN;
    nodes->relationships[NODE_CHILDREN].join_depth = depth;
}

static void a_circle_ends_where_the_entity_comes_again_too_often(void **state)
{
    (void)state;
    eager_nodes nodes;
    calx_shows("SES-318");
    make_eager(&nodes, 0);
    assert_null(work_out(&nodes.mapper, NULL, 0));
    make_eager(&nodes, 2);
    const calx_loads *loads = work_out(&nodes.mapper, NULL, 0);
    assert_false(loads->kept);
    const calx_loads *second = loads->loads[NODE_CHILDREN].under;
    assert_int_equal(second->loads[NODE_CHILDREN].loading, CALX_LOADING_SELECTIN);
    assert_null(second->loads[NODE_CHILDREN].under);
    calx_loads_release(loads);
    make_eager(&nodes, 0);
    const calx_relation again = { &nodes.mapper, NODE_CHILDREN };
    const calx_option option = calx_then(calx_selectinload(again), calx_selectinload(again));
    loads = work_out(&nodes.mapper, &option, 1);
    second = loads->loads[NODE_CHILDREN].under;
    assert_int_equal(second->loads[NODE_CHILDREN].loading, CALX_LOADING_SELECTIN);
    assert_null(second->loads[NODE_CHILDREN].under);
    calx_loads_release(loads);
}

static void columns_are_left_out_and_taken_in(void **state)
{
    (void)state;
    const calx_option options[] = {
        calx_load_only(user_col.name),
        calx_load_only(user_col.age),
        calx_defer(user_col.age, user_col.id),
        calx_undefer(user_col.fullname),
    };
    const calx_loads *loads = work_out(&user_mapper, options, 4);
    assert_true(loads->kept);
    static const struct {
        uint16_t column;
        bool is_left_out;
    } expected[] = {
        { 0, false }, { 1, false }, { 2, false }, { 3, true }, { 4, true }, { 5, true }
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        assert_int_equal(calx_plan_has(loads->left_out, expected[i].column),
                         expected[i].is_left_out);
    calx_loads_release(loads);
    const calx_option deeper =
        calx_then(calx_defaultload(addresses), calx_defer(address_col.email));
    loads = work_out(&user_mapper, &deeper, 1);
    assert_null(loads->left_out);
    assert_true(loads->kept);
    assert_true(calx_plan_has(loads->loads[0].under->left_out, address_col.email.ref.column));
    calx_loads_release(loads);
}

static calx_status work_out_a_path(void)
{
    const calx_option option = generations(CALX_OPTION_STEPS);
    const calx_path path = { option.steps, option.count };
    const calx_loads *loads = NULL;
    calx_status status = calx_loads_new(&node_mapper, &path, 1, &loads);
    calx_loads_release(loads);
    return status;
}

static void no_memory_leaves_nothing_behind(void **state)
{
    (void)state;
    long allowed = 0;
    calx_status status = CALX_E_NOMEM;
    for (; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = work_out_a_path();
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
    assert_true(allowed > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_is_put_together_from_steps),
        cmocka_unit_test(each_way_of_loading_has_its_function),
        cmocka_unit_test(a_path_that_does_not_fit_is_refused_by_its_name),
        cmocka_unit_test(a_long_path_is_given_in_parts),
        cmocka_unit_test(without_options_and_eager_members_there_is_nothing_to_know),
        cmocka_unit_test(a_later_option_for_the_same_place_wins),
        cmocka_unit_test(every_relationship_is_every_other_one),
        cmocka_unit_test(a_circle_ends_where_the_entity_comes_again_too_often),
        cmocka_unit_test(columns_are_left_out_and_taken_in),
        cmocka_unit_test(no_memory_leaves_nothing_behind),
    };
    return CALX_RUN("loading_options", tests);
}
