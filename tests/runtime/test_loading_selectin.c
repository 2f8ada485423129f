/*
 * Relationships loaded by the keys of their owners: how many statements that takes, what each owner
 * has afterwards, and that a failure on the way leaves nothing half loaded.
 */
#include "loading_fixture.h"
#include "support/ration.h"

/* ---- collections ---- */

static void collections_of_all_owners_take_one_more_statement(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-311");
    loading_users(&fix);
    calx_query *query = loading_query(&fix, &user_mapper);
    const struct user *const *users = (const struct user *const *)loading_all(
        &fix, query, calx_selectinload(user_addresses_rel), 3);
    assert_int_equal(graph_statements(&fix, ""), 2);
    assert_int_equal(graph_count(users[0], 0), 2);
    assert_int_equal(graph_count(users[1], 0), 0);
    assert_int_equal(graph_count(users[2], 0), 1);
    assert_string_equal(users[0]->addresses.items[0]->email, "a@one");
    assert_string_equal(users[0]->addresses.items[1]->email, "a@two");
    assert_ptr_equal(users[2]->addresses.items[0]->user, users[2]);
    assert_ptr_equal(graph_one(graph_item(users[0], 0, 1), 0), users[0]);
    assert_int_equal(graph_statements(&fix, ""), 2);
    calx_query_free(query);
    graph_close(&fix);
}

static void no_owner_takes_no_more_statement(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-311");
    loading_users(&fix);
    calx_query *query = loading_query(&fix, &user_mapper);
    graph_ok(&fix, calx_query_where(query, calx_eq(user_col.name, "nobody")));
    loading_all(&fix, query, calx_selectinload(user_addresses_rel), 0);
    assert_int_equal(graph_statements(&fix, ""), 1);
    calx_query_free(query);
    graph_close(&fix);
}

static void many_keys_are_sent_in_portions_of_five_hundred(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-311");
    graph_open(&fix);
    for (int i = 0; i < 1001; i++) {
        struct node *parent = graph_node("p");
        graph_ok(&fix, calx_session_add(fix.session, parent));
        if (i % 3 == 0)
            graph_ok(&fix, graph_append(parent, NODE_CHILDREN, graph_node("c")));
    }
    graph_ok(&fix, calx_session_commit(fix.session));
    graph_reopen(&fix, true);
    calx_query *query = loading_query(&fix, &node_mapper);
    graph_ok(&fix, calx_query_where(query,
                                    calx_is_null(((calx_int64_column){ { &node_mapper, 2, 0 } }))));
    const void *const *items = loading_all(&fix, query, calx_selectinload(node_children_rel), 1001);
    assert_int_equal(graph_statements(&fix, ""), 4);
    for (size_t i = 0; i < 1001; i++)
        loading_names(&fix, items[i], i % 3 == 0 ? "c" : "");
    calx_query_free(query);
    graph_close(&fix);
}

static void a_path_goes_as_deep_as_it_is_long(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-318");
    loading_tree(&fix);
    calx_option option =
        calx_then(calx_selectinload(node_children_rel), calx_selectinload(node_children_rel));
    calx_query *query = loading_query(&fix, &node_mapper);
    graph_ok(&fix, calx_query_limit(query, 1));
    const struct node *root = loading_all(&fix, query, option, 1)[0];
    assert_int_equal(graph_statements(&fix, ""), 3);
    loading_names(&fix, root, "x y");
    const struct node *x = graph_item(root, NODE_CHILDREN, 0);
    loading_names(&fix, x, "x1 x2");
    loading_names(&fix, graph_item(root, NODE_CHILDREN, 1), "");
    graph_forget(&fix);
    assert_int_equal(graph_count(graph_item(x, NODE_CHILDREN, 0), NODE_CHILDREN), 1);
    assert_int_equal(graph_statements(&fix, ""), 1);
    calx_query_free(query);
    graph_close(&fix);
}

static void going_deeper_ends_where_nothing_is(void **state)
{
    (void)state;
    graph fix;
    loading_tree(&fix);
    calx_option option = calx_selectinload(node_children_rel);
    for (int i = 0; i < 9; i++)
        option = calx_then(option, calx_selectinload(node_children_rel));
    calx_query *query = loading_query(&fix, &node_mapper);
    graph_ok(&fix, calx_query_limit(query, 1));
    loading_all(&fix, query, option, 1);
    assert_int_equal(graph_statements(&fix, ""), 5); /* the last one finds no child of "x11" */
    calx_query_free(query);
    graph_close(&fix);
}

static void what_is_joined_to_the_members_comes_along(void **state)
{
    (void)state;
    graph fix;
    loading_tree(&fix);
    calx_query *query = loading_query(&fix, &node_mapper);
    graph_ok(&fix, calx_query_limit(query, 1));
    const struct node *root = loading_all(
        &fix, query,
        calx_then(calx_selectinload(node_children_rel), calx_joinedload(node_children_rel)), 1)[0];
    assert_int_equal(graph_statements(&fix, ""), 2);
    loading_names(&fix, root, "x y");
    loading_names(&fix, graph_item(root, NODE_CHILDREN, 0), "x1 x2");
    loading_names(&fix, graph_item(root, NODE_CHILDREN, 1), "");
    calx_query_free(query);
    graph_reopen(&fix, true);
    query = loading_query(&fix, &node_mapper);
    graph_ok(&fix, calx_query_limit(query, 1));
    root = loading_all(
        &fix, query,
        calx_then(calx_joinedload(node_children_rel), calx_selectinload(node_children_rel)), 1)[0];
    assert_int_equal(graph_statements(&fix, ""), 2);
    loading_names(&fix, graph_item(root, NODE_CHILDREN, 0), "x1 x2");
    calx_query_free(query);
    graph_close(&fix);
}

/* ---- references ---- */

static void targets_are_asked_for_once_each_and_not_in_memory(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-312");
    loading_users(&fix);
    const struct user *a = graph_get(&fix, &user_mapper, 1);
    graph_forget(&fix);
    calx_query *query = loading_query(&fix, &address_mapper);
    const struct address *const *items = (const struct address *const *)loading_all(
        &fix, query, calx_selectinload(address_user_rel), 3);
    assert_int_equal(graph_statements(&fix, ""), 2);
    assert_ptr_equal(items[0]->user, a);
    assert_ptr_equal(items[1]->user, a);
    assert_string_equal(items[2]->user->name, "c");
    assert_ptr_equal(graph_one(items[2], 0), items[2]->user);
    assert_int_equal(graph_statements(&fix, ""), 2);
    calx_query_free(query);
    query = loading_query(&fix, &address_mapper);
    loading_all(&fix, query, calx_selectinload(address_user_rel), 3);
    assert_int_equal(graph_statements(&fix, ""), 3); /* each knows its target by now */
    calx_query_free(query);
    graph_close(&fix);
}

static void a_reference_that_is_null_is_none_without_a_statement(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-312");
    loading_tree(&fix);
    calx_query *query = loading_query(&fix, &node_mapper);
    graph_ok(&fix, calx_query_limit(query, 1));
    const struct node *root = loading_all(&fix, query, calx_selectinload(node_parent_rel), 1)[0];
    assert_int_equal(graph_statements(&fix, ""), 1);
    assert_null(graph_one(root, NODE_PARENT));
    assert_int_equal(graph_statements(&fix, ""), 1);
    calx_query_free(query);
    graph_close(&fix);
}

static void a_reference_to_a_row_that_is_not_there_is_none(void **state)
{
    (void)state;
    graph fix;
    loading_tree(&fix);
    graph_sql(&fix, calx_test_on("postgresql") ? "SET LOCAL session_replication_role = replica"
                                               : "PRAGMA defer_foreign_keys = ON");
    graph_sql(&fix, "UPDATE nodes SET parent_id = 99 WHERE id = 3");
    graph_forget(&fix);
    calx_query *query = loading_query(&fix, &node_mapper);
    const void *const *items = loading_all(&fix, query, calx_selectinload(node_parent_rel), 6);
    assert_null(graph_one(items[2], NODE_PARENT));
    assert_ptr_equal(graph_one(items[1], NODE_PARENT), items[0]);
    assert_int_equal(graph_statements(&fix, ""), 2);
    graph_ok(&fix, calx_session_rollback(fix.session));
    calx_query_free(query);
    graph_close(&fix);
}

/* ---- keys of two columns ---- */

static void fill_parcels(graph *fix)
{
    static const char *const countries[] = { "at", "ch", "ch" };
    graph_open(fix);
    for (int64_t i = 0; i < 3; i++) {
        struct parcel *parcel = calx_instance_new(&parcel_mapper);
        parcel->country = countries[i];
        parcel->number = i;
        graph_ok(fix, calx_session_add(fix->session, parcel));
        for (int64_t k = 0; k < i; k++) {
            struct label *label = calx_instance_new(&label_mapper);
            label->text = "fragile";
            graph_ok(fix, graph_set(label, LABEL_PARCEL, parcel));
            graph_ok(fix, calx_session_add(fix->session, label));
        }
    }
    struct label *lost = calx_instance_new(&label_mapper);
    lost->country = "ch";
    graph_ok(fix, calx_session_add(fix->session, lost));
    graph_ok(fix, calx_session_commit(fix->session));
    graph_reopen(fix, true);
}

static void keys_of_two_columns_are_found_both_ways(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-311");
    calx_shows("SES-312");
    fill_parcels(&fix);
    const calx_relation labels = { &parcel_mapper, PARCEL_LABELS };
    const calx_relation parcel = { &label_mapper, LABEL_PARCEL };
    calx_query *query = loading_query(&fix, &parcel_mapper);
    graph_ok(&fix, calx_query_order_by(query, (calx_order){ { &parcel_mapper, 1, 0 }, false }));
    const void *const *items = loading_all(&fix, query, calx_selectinload(labels), 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(graph_count(items[i], PARCEL_LABELS), i);
    assert_int_equal(graph_statements(&fix, ""), 2);
    calx_query_free(query);
    graph_reopen(&fix, true);
    query = loading_query(&fix, &label_mapper);
    items = loading_all(&fix, query, calx_selectinload(parcel), 4);
    size_t with = 0;
    for (size_t i = 0; i < 4; i++) {
        const struct label *label = items[i];
        const struct parcel *target = graph_one(label, LABEL_PARCEL);
        assert_true((target != NULL) == label->number.has_value);
        assert_true(target == NULL || target->number == label->number.value);
        with += target != NULL;
    }
    assert_int_equal(with, 3);
    assert_int_equal(graph_statements(&fix, ""), 2);
    calx_query_free(query);
    graph_close(&fix);
}

/* ---- what is there already ---- */

static void what_is_loaded_stays_and_what_is_deeper_is_loaded(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-317");
    loading_tree(&fix);
    const struct node *root = graph_get(&fix, &node_mapper, 1);
    assert_int_equal(graph_count(root, NODE_CHILDREN), 2);
    struct node *pending = graph_node("new");
    graph_ok(&fix, graph_append(root, NODE_CHILDREN, pending));
    graph_ok(&fix, calx_session_no_autoflush_begin(fix.session));
    graph_forget(&fix);
    calx_query *query = loading_query(&fix, &node_mapper);
    graph_ok(&fix, calx_query_limit(query, 1));
    loading_all(
        &fix, query,
        calx_then(calx_selectinload(node_children_rel), calx_selectinload(node_children_rel)), 1);
    assert_int_equal(graph_statements(&fix, ""), 2); /* the root, and children of "x" */
    assert_int_equal(graph_count(root, NODE_CHILDREN), 3);
    assert_ptr_equal(graph_item(root, NODE_CHILDREN, 2), pending);
    loading_names(&fix, graph_item(root, NODE_CHILDREN, 0), "x1 x2");
    calx_query_free(query);
    graph_close(&fix);
}

static void what_was_changed_in_memory_is_in_the_collection_that_loads(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-317");
    loading_tree(&fix);
    const struct node *x = graph_get(&fix, &node_mapper, 2);
    const struct node *y = graph_get(&fix, &node_mapper, 3);
    const struct node *x1 = graph_get(&fix, &node_mapper, 4);
    graph_ok(&fix, calx_session_no_autoflush_begin(fix.session));
    graph_ok(&fix, graph_set(x1, NODE_PARENT, y));
    calx_query *query = loading_query(&fix, &node_mapper);
    loading_all(&fix, query, calx_selectinload(node_children_rel), 6);
    loading_names(&fix, x, "x2");
    loading_names(&fix, y, "x1");
    calx_query_free(query);
    graph_close(&fix);
}

/* ---- failures ---- */

static void a_failed_statement_leaves_collections_to_be_asked_for(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-311");
    loading_users(&fix);
    const void *const *items = NULL;
    size_t count = 0;
    calx_query *query = loading_query(&fix, &user_mapper);
    graph_ok(&fix, calx_query_options(query, calx_selectinload(user_addresses_rel)));
    graph_sql(&fix, "ALTER TABLE addresses RENAME TO elsewhere");
    assert_int_not_equal(calx_query_all(query, &items, &count), CALX_OK);
    assert_null(items);
    graph_ok(&fix, calx_session_rollback(fix.session));
    graph_ok(&fix, calx_query_all(query, &items, &count));
    assert_int_equal(count, 3);
    assert_int_equal(((const struct user *)items[0])->addresses.count, 2);
    calx_query_free(query);
    graph_close(&fix);
}

/* What each owner has is all of it or not known. */
static calx_status load_with_little(calx_session *session, const calx_option *option)
{
    const void *const *items = NULL;
    size_t count = 0;
    calx_query *query = NULL;
    calx_status status = calx_session_query(session, &node_mapper, &query);
    if (status == CALX_OK)
        status = calx_query_options(query, *option);
    if (status == CALX_OK)
        status = calx_query_all(query, &items, &count);
    for (size_t i = 0; status == CALX_OK && i < count; i++) {
        const struct node *node = items[i];
        static const size_t children[] = { 2, 2, 0, 1, 0, 0 };
        assert_int_equal(node->children.count, children[node->id - 1]);
    }
    calx_query_free(query);
    return status;
}

static calx_status try_in_a_session(calx_engine *engine, const calx_option *option)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_session *session = NULL;
    options.bind = engine;
    calx_status status = calx_session_new(&options, &session, NULL);
    if (status == CALX_OK)
        status = load_with_little(session, option);
    if (status == CALX_E_NOMEM && session != NULL)
        (void)calx_session_rollback(session);
    calx_session_free(session);
    return status;
}

static calx_status try_with_an_engine(const calx_option *option)
{
    calx_engine *engine = NULL;
    calx_status status = calx_engine_new(calx_test_url(), NULL, &engine, NULL);
    if (status == CALX_OK)
        status = try_in_a_session(engine, option);
    calx_engine_free(engine);
    return status;
}

static void no_memory_leaves_nothing_half_loaded(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-311");
    loading_tree(&fix);
    const calx_option option =
        calx_then(calx_selectinload(node_children_rel), calx_selectinload(node_parent_rel));
    graph_close(&fix);
    long allowed = 0;
    calx_status status = CALX_E_NOMEM;
    for (; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = try_with_an_engine(&option);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
    assert_true(allowed > 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(collections_of_all_owners_take_one_more_statement),
        cmocka_unit_test(no_owner_takes_no_more_statement),
        cmocka_unit_test(many_keys_are_sent_in_portions_of_five_hundred),
        cmocka_unit_test(a_path_goes_as_deep_as_it_is_long),
        cmocka_unit_test(going_deeper_ends_where_nothing_is),
        cmocka_unit_test(what_is_joined_to_the_members_comes_along),
        cmocka_unit_test(targets_are_asked_for_once_each_and_not_in_memory),
        cmocka_unit_test(a_reference_that_is_null_is_none_without_a_statement),
        cmocka_unit_test(a_reference_to_a_row_that_is_not_there_is_none),
        cmocka_unit_test(keys_of_two_columns_are_found_both_ways),
        cmocka_unit_test(what_is_loaded_stays_and_what_is_deeper_is_loaded),
        cmocka_unit_test(what_was_changed_in_memory_is_in_the_collection_that_loads),
        cmocka_unit_test(a_failed_statement_leaves_collections_to_be_asked_for),
        cmocka_unit_test(no_memory_leaves_nothing_half_loaded),
    };
    return CALX_RUN("loading_selectin", tests);
}
