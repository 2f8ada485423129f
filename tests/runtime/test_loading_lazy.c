/*
 * What is not loaded along: loaded at once for each owner, forbidden, said to be empty, or asked
 * for so often that a guard says so. And the options that stay with what was loaded under them.
 */
#include "loading_fixture.h"

/* ---- immediate ---- */

static void each_owner_is_asked_as_soon_as_the_rows_are_there(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-314");
    loading_users(&fix);
    calx_query *query = loading_query(&fix, &user_mapper);
    const void *const *items = loading_all(&fix, query, calx_immediateload(user_addresses_rel), 3);
    assert_int_equal(graph_statements(&fix, ""), 4);
    assert_int_equal(graph_count(items[0], 0), 2);
    assert_int_equal(graph_statements(&fix, ""), 4);
    calx_query_free(query);
    graph_close(&fix);
}

static void a_target_in_memory_takes_no_statement_at_once(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-314");
    loading_users(&fix);
    calx_query *query = loading_query(&fix, &address_mapper);
    const struct address *const *items = (const struct address *const *)loading_all(
        &fix, query, calx_immediateload(address_user_rel), 3);
    assert_int_equal(graph_statements(&fix, ""), 3); /* two users, one of them twice */
    assert_string_equal(items[0]->user->name, "a");
    assert_ptr_equal(items[1]->user, items[0]->user);
    calx_query_free(query);
    graph_close(&fix);
}

/* ---- forbidden ---- */

static calx_status read_many(const void *entity, unsigned relationship)
{
    const void *const *items = NULL;
    size_t count = 0;
    return calx_relationship_many(
        entity, &calx_instance_mapper(entity)->relationships[relationship], &items, &count);
}

static calx_status read_one(const void *entity, unsigned relationship)
{
    const void *target = NULL;
    return calx_relationship_one(entity, &calx_instance_mapper(entity)->relationships[relationship],
                                 &target);
}

static void asking_for_what_must_not_be_loaded_is_refused_with_a_way_out(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-315");
    loading_users(&fix);
    calx_query *query = loading_query(&fix, &user_mapper);
    const void *const *items = loading_all(&fix, query, calx_raiseload(user_addresses_rel), 3);
    assert_int_equal(read_many(items[0], 0), CALX_E_INVALID_REQUEST);
    const char *message = calx_session_error(fix.session)->message;
    assert_non_null(strstr(message, "user.addresses"));
    assert_non_null(strstr(message, "calx_selectinload(user_rel.addresses)"));
    struct address *more = graph_address("more");
    assert_int_equal(graph_append(items[0], 0, more), CALX_E_INVALID_REQUEST);
    calx_instance_free(more);
    assert_int_equal(graph_statements(&fix, ""), 1);
    calx_query_free(query);
    graph_close(&fix);
}

static void what_takes_no_statement_is_allowed_where_sql_is_forbidden(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-315");
    loading_tree(&fix);
    calx_query *query = loading_query(&fix, &node_mapper);
    graph_ok(&fix, calx_query_options(query, calx_raiseload_on_sql(node_children_rel)));
    const void *const *items = loading_all(&fix, query, calx_raiseload_on_sql(node_parent_rel), 6);
    assert_null(graph_one(items[0], NODE_PARENT));
    assert_ptr_equal(graph_one(items[1], NODE_PARENT), items[0]);
    assert_int_equal(read_many(items[0], NODE_CHILDREN), CALX_E_INVALID_REQUEST);
    assert_int_equal(graph_statements(&fix, ""), 1);
    calx_query_free(query);
    graph_reopen(&fix, true);
    query = loading_query(&fix, &node_mapper);
    graph_ok(&fix, calx_query_offset(query, 5));
    items = loading_all(&fix, query, calx_raiseload_on_sql(node_parent_rel), 1);
    assert_int_equal(read_one(items[0], NODE_PARENT), CALX_E_INVALID_REQUEST);
    calx_query_free(query);
    graph_close(&fix);
}

static void a_flush_and_a_cascade_load_what_is_forbidden(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-315");
    calx_shows("SES-276");
    loading_users(&fix);
    calx_query *query = loading_query(&fix, &user_mapper);
    const void *const *items =
        loading_all(&fix, query, calx_raiseload(calx_every_relation(&user_mapper)), 3);
    graph_ok(&fix, calx_session_delete(fix.session, items[0]));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM addresses"), 1);
    calx_query_free(query);
    graph_reopen(&fix, true);
    graph_close(&fix);
    loading_tree(&fix);
    query = loading_query(&fix, &node_mapper);
    graph_ok(&fix, calx_query_offset(query, 3));
    items = loading_all(&fix, query, calx_raiseload(node_children_rel), 3);
    graph_ok(&fix, calx_session_delete(fix.session, items[0]));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM nodes WHERE parent_id IS NULL"), 2);
    calx_query_free(query);
    graph_close(&fix);
}

/* ---- nothing ---- */

static void what_is_not_to_be_loaded_reads_as_empty_and_is_loaded(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-316");
    loading_tree(&fix);
    calx_query *query = loading_query(&fix, &node_mapper);
    graph_ok(&fix, calx_query_options(query, calx_noload(node_parent_rel)));
    const void *const *items = loading_all(&fix, query, calx_noload(node_children_rel), 6);
    assert_int_equal(graph_count(items[0], NODE_CHILDREN), 0);
    assert_null(graph_one(items[1], NODE_PARENT));
    assert_int_equal(graph_statements(&fix, ""), 1);
    calx_query_free(query);
    query = loading_query(&fix, &node_mapper);
    loading_all(&fix, query, calx_selectinload(node_children_rel), 6);
    assert_int_equal(graph_statements(&fix, ""), 2); /* it counts as loaded */
    assert_int_equal(graph_count(items[0], NODE_CHILDREN), 0);
    graph_ok(&fix, calx_session_expire(fix.session, items[0]));
    assert_int_equal(graph_count(items[0], NODE_CHILDREN), 0); /* the option stays with it */
    calx_query_free(query);
    graph_close(&fix);
}

/* ---- options that stay ---- */

static void options_hold_for_what_is_loaded_lazily_later(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-245");
    loading_tree(&fix);
    calx_query *query = loading_query(&fix, &node_mapper);
    graph_ok(&fix, calx_query_limit(query, 1));
    graph_ok(&fix, calx_query_options(query, calx_then(calx_lazyload(node_children_rel),
                                                       calx_selectinload(node_children_rel))));
    const struct node *root = loading_all(
        &fix, query, calx_then(calx_lazyload(node_children_rel), calx_raiseload(node_parent_rel)),
        1)[0];
    calx_query_free(query);
    graph_forget(&fix);
    assert_int_equal(graph_count(root, NODE_CHILDREN), 2);
    assert_int_equal(graph_statements(&fix, ""), 2);
    const struct node *x = graph_item(root, NODE_CHILDREN, 0);
    loading_names(&fix, x, "x1 x2");
    graph_ok(&fix, calx_session_expire(fix.session, x));
    assert_int_equal(read_one(x, NODE_PARENT), CALX_E_INVALID_REQUEST);
    graph_close(&fix);
}

static void a_refresh_loads_along_what_the_query_did(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-245");
    loading_users(&fix);
    calx_query *query = loading_query(&fix, &user_mapper);
    const struct user *a = loading_all(&fix, query, calx_selectinload(user_addresses_rel), 3)[0];
    calx_query_free(query);
    graph_sql(&fix, "UPDATE addresses SET email = 'new' WHERE id = 1");
    graph_forget(&fix);
    graph_ok(&fix, calx_session_refresh(fix.session, a));
    assert_int_equal(a->addresses.count, 2);
    assert_int_equal(graph_statements(&fix, ""), 2);
    graph_close(&fix);
}

static void an_instance_that_was_there_keeps_what_it_was_loaded_under(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-317");
    loading_users(&fix);
    const struct user *a = graph_get(&fix, &user_mapper, 1);
    calx_query *query = loading_query(&fix, &user_mapper);
    const void *const *items = loading_all(&fix, query, calx_raiseload(user_addresses_rel), 3);
    assert_ptr_equal(items[0], a);
    assert_int_equal(graph_count(a, 0), 2);
    assert_int_equal(read_many(items[1], 0), CALX_E_INVALID_REQUEST);
    graph_ok(&fix, calx_session_expire(fix.session, a));
    loading_all(&fix, query, (calx_option){ 0 }, 3);
    assert_int_equal(read_many(a, 0), CALX_E_INVALID_REQUEST); /* it was loaded anew */
    calx_query_free(query);
    graph_close(&fix);
}

static void options_outlive_their_session(void **state)
{
    (void)state;
    graph fix;
    loading_users(&fix);
    calx_query *query = loading_query(&fix, &user_mapper);
    const void *a = loading_all(&fix, query, calx_raiseload(user_addresses_rel), 3)[0];
    calx_query_free(query);
    graph_ok(&fix, calx_session_expunge(fix.session, a));
    graph_reopen(&fix, true);
    graph_ok(&fix, calx_session_add(fix.session, a));
    assert_int_equal(read_many(a, 0), CALX_E_INVALID_REQUEST);
    graph_close(&fix);
}

/* ---- the guard ---- */

static void note_warning(void *context, const char *text)
{
    char(*last)[300] = context;
    strncpy(*last, text, sizeof *last - 1);
}

/* last: where warnings go, or NULL. */
static void guarded_session(graph *fix, size_t budget, calx_lazy_load_guard guard, void *last)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_session_free(fix->session);
    options.bind = fix->engine;
    options.lazy_load_budget = budget;
    options.lazy_load_guard = guard;
    options.warning = last == NULL ? NULL : note_warning;
    options.warning_context = last;
    assert_int_equal(calx_session_new(&options, &fix->session, NULL), CALX_OK);
}

static void guard_with(graph *fix, size_t budget, calx_lazy_load_guard guard, void *last)
{
    loading_users(fix);
    guarded_session(fix, budget, guard, last);
}

static void loading_one_after_the_other_is_warned_of_once(void **state)
{
    (void)state;
    graph fix;
    char last[300] = "";
    guard_with(&fix, 1, CALX_LAZY_LOAD_WARN, &last);
    calx_query *query = loading_query(&fix, &user_mapper);
    const void *const *items = loading_all(&fix, query, (calx_option){ 0 }, 3);
    assert_int_equal(graph_count(items[0], 0), 2);
    assert_string_equal(last, "");
    assert_int_equal(graph_count(items[1], 0), 0);
    assert_non_null(strstr(last, "user.addresses was loaded for 2 instances"));
    assert_non_null(strstr(last, "calx_selectinload(user_rel.addresses)"));
    last[0] = '\0';
    assert_int_equal(graph_count(items[2], 0), 1);
    assert_string_equal(last, "");
    calx_query_free(query);
    graph_close(&fix);
}

static void a_new_result_is_a_new_budget(void **state)
{
    (void)state;
    graph fix;
    char last[300] = "";
    guard_with(&fix, 1, CALX_LAZY_LOAD_FAIL, &last);
    calx_query *query = loading_query(&fix, &user_mapper);
    const void *const *items = loading_all(&fix, query, (calx_option){ 0 }, 3);
    assert_int_equal(read_many(items[0], 0), CALX_OK);
    assert_int_equal(read_many(items[0], 0), CALX_OK); /* loaded */
    size_t before = graph_statements(&fix, "");
    assert_int_equal(read_many(items[1], 0), CALX_E_INVALID_REQUEST);
    assert_non_null(
        strstr(calx_session_error(fix.session)->message, "calx_selectinload(user_rel.addresses)"));
    assert_int_equal(graph_statements(&fix, ""), before);
    items = loading_all(&fix, query, (calx_option){ 0 }, 3);
    assert_int_equal(read_many(items[1], 0), CALX_OK);
    assert_int_equal(read_many(items[2], 0), CALX_E_INVALID_REQUEST);
    calx_query_free(query);
    graph_close(&fix);
}

static void what_takes_no_statement_costs_no_budget(void **state)
{
    (void)state;
    graph fix;
    char last[300] = "";
    guard_with(&fix, 1, CALX_LAZY_LOAD_FAIL, &last);
    calx_query *users = loading_query(&fix, &user_mapper);
    loading_all(&fix, users, (calx_option){ 0 }, 3);
    calx_query *query = loading_query(&fix, &address_mapper);
    const void *const *items = loading_all(&fix, query, (calx_option){ 0 }, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(read_one(items[i], 0), CALX_OK);
    graph_ok(&fix, calx_session_delete(fix.session, graph_one(items[0], 0)));
    calx_query_free(query);
    calx_query_free(users);
    graph_close(&fix);
}

static calx_status read_addresses(void *context, const void *entity)
{
    size_t *done = context;
    calx_status status = read_many(entity, 0);
    *done += status == CALX_OK;
    return status;
}

static void a_stream_is_one_result(void **state)
{
    (void)state;
    graph fix;
    char last[300] = "";
    size_t done = 0;
    guard_with(&fix, 2, CALX_LAZY_LOAD_FAIL, &last);
    calx_query *query = loading_query(&fix, &user_mapper);
    for (size_t i = 1; i <= 2; i++) { /* and the next one is the next result */
        assert_int_equal(calx_query_each(query, read_addresses, &done), CALX_E_INVALID_REQUEST);
        assert_int_equal(done, 2 * i);
        assert_non_null(strstr(calx_session_error(fix.session)->message,
                               "user.addresses was loaded for 2 instances"));
        graph_ok(&fix, calx_session_expire_all(fix.session));
    }
    calx_query_free(query);
    graph_close(&fix);
}

static calx_status read_parent(void *context, const void *entity)
{
    size_t *done = context;
    calx_status status = read_one(entity, NODE_PARENT);
    *done += status == CALX_OK;
    return status;
}

/* From the last node to the first: the parents of 6, 5 and 3 are not in memory yet. */
static void batches_of_a_stream_are_one_result(void **state)
{
    (void)state;
    graph fix;
    size_t done = 0;
    calx_query *query = NULL;
    const calx_order backwards = { { &node_mapper, 0, 0 }, true };
    loading_tree(&fix);
    guarded_session(&fix, 2, CALX_LAZY_LOAD_FAIL, NULL);
    graph_ok(&fix, calx_session_query(fix.session, &node_mapper, &query));
    graph_ok(&fix, calx_query_order_by(query, backwards));
    graph_ok(&fix, calx_query_yield_per(query, 1));
    graph_ok(&fix, calx_query_options(query, calx_selectinload(node_children_rel)));
    assert_int_equal(calx_query_each(query, read_parent, &done), CALX_E_INVALID_REQUEST);
    assert_int_equal(done, 3);
    calx_query_free(query);
    graph_close(&fix);
}

static void a_get_that_takes_a_statement_is_a_result(void **state)
{
    (void)state;
    graph fix;
    char last[300] = "";
    guard_with(&fix, 1, CALX_LAZY_LOAD_FAIL, &last);
    for (int64_t id = 1; id <= 3; id++)
        assert_int_equal(read_many(graph_get(&fix, &user_mapper, id), 0), CALX_OK);
    graph_ok(&fix, calx_session_expire_all(fix.session));
    for (int64_t id = 1; id <= 3; id++)
        assert_int_equal(read_many(graph_get(&fix, &user_mapper, id), 0), CALX_OK);
    graph_ok(&fix, calx_session_expunge_all(fix.session));
    calx_query *query = loading_query(&fix, &user_mapper);
    loading_all(&fix, query, (calx_option){ 0 }, 3);
    assert_int_equal(read_many(graph_get(&fix, &user_mapper, 1), 0), CALX_OK);
    assert_int_equal(read_many(graph_get(&fix, &user_mapper, 2), 0), CALX_E_INVALID_REQUEST);
    calx_query_free(query);
    graph_close(&fix);
}

static void queries_for_others_in_between_hide_nothing(void **state)
{
    (void)state;
    graph fix;
    char last[300] = "";
    guard_with(&fix, 1, CALX_LAZY_LOAD_FAIL, &last);
    calx_query *users = loading_query(&fix, &user_mapper);
    const void *const *items = loading_all(&fix, users, (calx_option){ 0 }, 3);
    calx_query *nodes = loading_query(&fix, &node_mapper);
    loading_all(&fix, nodes, (calx_option){ 0 }, 0);
    assert_int_equal(read_many(items[0], 0), CALX_OK);
    loading_all(&fix, nodes, (calx_option){ 0 }, 0);
    assert_int_equal(read_many(items[1], 0), CALX_E_INVALID_REQUEST);
    calx_query *addresses = loading_query(&fix, &address_mapper); /* these bring users along */
    loading_all(&fix, addresses, calx_joinedload(address_user_rel), 3);
    assert_int_equal(read_many(items[1], 0), CALX_OK);
    calx_query_free(addresses);
    calx_query_free(nodes);
    calx_query_free(users);
    graph_close(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_owner_is_asked_as_soon_as_the_rows_are_there),
        cmocka_unit_test(a_target_in_memory_takes_no_statement_at_once),
        cmocka_unit_test(asking_for_what_must_not_be_loaded_is_refused_with_a_way_out),
        cmocka_unit_test(what_takes_no_statement_is_allowed_where_sql_is_forbidden),
        cmocka_unit_test(a_flush_and_a_cascade_load_what_is_forbidden),
        cmocka_unit_test(what_is_not_to_be_loaded_reads_as_empty_and_is_loaded),
        cmocka_unit_test(options_hold_for_what_is_loaded_lazily_later),
        cmocka_unit_test(a_refresh_loads_along_what_the_query_did),
        cmocka_unit_test(an_instance_that_was_there_keeps_what_it_was_loaded_under),
        cmocka_unit_test(options_outlive_their_session),
        cmocka_unit_test(loading_one_after_the_other_is_warned_of_once),
        cmocka_unit_test(a_new_result_is_a_new_budget),
        cmocka_unit_test(what_takes_no_statement_costs_no_budget),
        cmocka_unit_test(a_stream_is_one_result),
        cmocka_unit_test(batches_of_a_stream_are_one_result),
        cmocka_unit_test(a_get_that_takes_a_statement_is_a_result),
        cmocka_unit_test(queries_for_others_in_between_hide_nothing),
    };
    return CALX_RUN("loading_lazy", tests);
}
