/*
 * Changing a relationship on one side changes the other, whatever states the two are in and
 * whatever is loaded; and nothing points at an instance that went.
 */
#include "support/graph_session.h"
#include "support/harness.h"

#include <string.h>

/* Users 1 and 2; 1 has addresses 1 and 2. Nodes 1 <- 2, 3. */
static void set_up(graph *fix, bool autoflush)
{
    graph_open(fix);
    graph_sql(fix, "INSERT INTO users (name, role, revision) VALUES ('ed', 0, 1), ('wendy', 0, 1)");
    graph_sql(fix, "INSERT INTO addresses (email, user_id) VALUES ('ed@one', 1), ('ed@two', 1)");
    graph_sql(fix, "INSERT INTO nodes (parent_id) VALUES (NULL), (1), (1)");
    graph_ok(fix, calx_session_commit(fix->session));
    graph_reopen(fix, autoflush);
}

static const struct user *user(const graph *fix, int64_t id)
{
    return graph_get(fix, &user_mapper, id);
}

static const struct address *address(const graph *fix, int64_t id)
{
    return graph_get(fix, &address_mapper, id);
}

static const struct node *node(const graph *fix, int64_t id)
{
    return graph_get(fix, &node_mapper, id);
}

static void new_instances_are_linked_both_ways(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    struct user *fred = graph_user("fred");
    struct address *first = graph_address("one");
    struct address *second = graph_address("two");
    graph_ok(&fix, graph_append(fred, 0, first));
    assert_ptr_equal(first->user, fred);
    assert_ptr_equal(graph_one(first, 0), fred);
    graph_ok(&fix, graph_set(second, 0, fred));
    assert_int_equal(fred->addresses.count, 2);
    assert_ptr_equal(fred->addresses.items[1], second);
    graph_ok(&fix, graph_remove(fred, 0, first));
    assert_null(first->user);
    assert_int_equal(fred->addresses.count, 1);
    calx_instance_free(fred);
    assert_null(second->user);
    assert_null(graph_one(second, 0));
    calx_instance_free(first);
    calx_instance_free(second);
    graph_close(&fix);
}

static void appending_twice_is_appending_once(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    const struct user *ed = user(&fix, 1);
    graph_ok(&fix, graph_append(ed, 0, address(&fix, 1)));
    struct address *third = graph_address("three");
    graph_ok(&fix, graph_append(ed, 0, third));
    graph_ok(&fix, graph_append(ed, 0, third));
    assert_int_equal(graph_count(ed, 0), 3);
    graph_close(&fix);
}

static void removing_what_is_not_in_is_refused(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-189");
    set_up(&fix, true);
    struct address *stranger = graph_address("nobody");
    assert_int_equal(graph_remove(user(&fix, 2), 0, address(&fix, 1)), CALX_E_STATE);
    assert_non_null(strstr(calx_session_error(fix.session)->message, "does not hold"));
    assert_int_equal(graph_remove(user(&fix, 1), 0, stranger), CALX_E_STATE);
    assert_int_equal(graph_remove(user(&fix, 1), 0, user(&fix, 2)), CALX_E_UNMAPPED);
    assert_int_equal(graph_append(user(&fix, 1), 0, NULL), CALX_E_UNMAPPED);
    assert_int_equal(graph_append(user(&fix, 1), 0, &fix), CALX_E_UNMAPPED);
    assert_int_equal(graph_set(address(&fix, 1), 0, address(&fix, 2)), CALX_E_UNMAPPED);
    assert_int_equal(graph_count(user(&fix, 1), 0), 2);
    calx_instance_free(stranger);
    graph_close(&fix);
}

/* Each combination of what is loaded before. */
static void a_move_leaves_the_old_owner_and_joins_the_new_one(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-187");
    set_up(&fix, false);
    for (unsigned loaded = 0; loaded < 8; loaded++) {
        graph_sql(&fix, "UPDATE addresses SET user_id = 1");
        graph_ok(&fix, calx_session_commit(fix.session));
        graph_reopen(&fix, false);
        const struct user *ed = user(&fix, 1);
        const struct user *wendy = user(&fix, 2);
        const struct address *moved = address(&fix, 1);
        if ((loaded & 1) != 0)
            assert_int_equal(graph_count(ed, 0), 2);
        if ((loaded & 2) != 0)
            assert_int_equal(graph_count(wendy, 0), 0);
        graph_ok(&fix,
                 (loaded & 4) != 0 ? graph_append(wendy, 0, moved) : graph_set(moved, 0, wendy));
        assert_ptr_equal(graph_one(moved, 0), wendy);
        assert_int_equal(graph_has(wendy, 0, moved), 1);
        assert_int_equal(graph_has(ed, 0, moved), 0);
        assert_int_equal(graph_count(ed, 0), 1);
        graph_forget(&fix);
        graph_ok(&fix, calx_session_commit(fix.session));
        assert_int_equal(graph_statements(&fix, "UPDATE"), 1);
        assert_int_equal(graph_statements(&fix, ""), 1);
        assert_int_equal(graph_number(&fix, "SELECT user_id FROM addresses WHERE id = 1"), 2);
    }
    graph_close(&fix);
}

static void removed_and_appended_again_is_no_change(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-287");
    set_up(&fix, true);
    const struct user *ed = user(&fix, 1);
    const struct address *first = address(&fix, 1);
    graph_ok(&fix, graph_remove(ed, 0, first));
    graph_ok(&fix, graph_append(ed, 0, first));
    assert_int_equal(graph_has(ed, 0, first), 1);
    graph_forget(&fix);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, ""), 0);
    graph_close(&fix);
}

static void a_reference_is_set_to_nothing_without_loading(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-185");
    set_up(&fix, true);
    const struct node *child = node(&fix, 2);
    graph_forget(&fix);
    graph_ok(&fix, graph_set(child, NODE_PARENT, NULL));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, "SELECT"), 0);
    assert_int_equal(graph_statements(&fix, "UPDATE"), 1);
    assert_false(child->parent_id.has_value);
    assert_int_equal(graph_count(node(&fix, 1), NODE_CHILDREN), 1);
    graph_close(&fix);
}

static void a_reference_set_while_expired_is_written(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-179");
    set_up(&fix, true);
    const struct node *child = node(&fix, 2);
    graph_ok(&fix, calx_session_expire(fix.session, child));
    graph_sql(&fix, "UPDATE nodes SET parent_id = NULL WHERE id = 2");
    graph_forget(&fix);
    graph_ok(&fix, graph_set(child, NODE_PARENT, node(&fix, 1)));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, "UPDATE"), 1);
    assert_int_equal(graph_number(&fix, "SELECT parent_id FROM nodes WHERE id = 2"), 1);
    graph_close(&fix);
}

static void a_change_outlives_the_load_of_its_expired_owner(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, false);
    const struct address *moved = address(&fix, 1);
    const struct user *wendy = user(&fix, 2);
    graph_ok(&fix, calx_session_expire(fix.session, moved));
    graph_ok(&fix, graph_set(moved, 0, wendy));
    graph_ok(&fix, calx_session_load(fix.session, moved));
    assert_ptr_equal(moved->user, wendy);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT user_id FROM addresses WHERE id = 1"), 2);
    graph_close(&fix);
}

static void an_assigned_member_counts_as_set(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    const struct user *ed = user(&fix, 1);
    const struct user *wendy = user(&fix, 2);
    assert_int_equal(graph_count(ed, 0), 2);
    /* The last of several, so that the walk over the changed ones has to go on. */
    struct address *first = calx_instance_edit(address(&fix, 1));
    struct address *second = calx_instance_edit(address(&fix, 2));
    struct address *made = graph_address("made");
    first->user = wendy;
    second->user = wendy;
    made->user = wendy;
    graph_ok(&fix, calx_session_add(fix.session, made));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM addresses WHERE user_id = 2"), 3);
    assert_int_equal(graph_count(ed, 0), 0);
    assert_int_equal(graph_count(wendy, 0), 3);
    graph_close(&fix);
}

static void an_old_pointer_can_be_assigned_through_after_a_commit(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    struct address *first = calx_instance_edit(address(&fix, 1));
    struct address *second = calx_instance_edit(address(&fix, 2));
    graph_ok(&fix, calx_session_commit(fix.session));
    const struct user *wendy = user(&fix, 2);
    first->user = wendy;
    second->user = wendy;
    graph_ok(&fix, calx_session_load(fix.session, first));
    assert_ptr_equal(first->user, wendy);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM addresses WHERE user_id = 2"), 2);
    graph_close(&fix);
}

static void an_assigned_pointer_that_is_no_instance_is_an_error(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    struct address *first = calx_instance_edit(address(&fix, 1));
    struct user on_the_stack = { .id = 2 };
    struct user *freed = graph_user("freed");
    calx_instance_free(freed);
    const void *const wrong[] = { &on_the_stack, freed, address(&fix, 2), &fix };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        first->user = wrong[i];
        assert_int_equal(calx_session_flush(fix.session), CALX_E_UNMAPPED);
        assert_non_null(strstr(calx_session_error(fix.session)->message, "address.user"));
    }
    assert_true(calx_session_is_active(fix.session));
    first->user = user(&fix, 2);
    graph_ok(&fix, calx_session_commit(fix.session));
    graph_close(&fix);
}

static void a_collection_written_to_directly_is_an_error(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    struct user *ed = calx_instance_edit(user(&fix, 1));
    const struct address *const items[] = { address(&fix, 1) };
    ed->addresses.items = items;
    assert_int_equal(calx_session_flush(fix.session), CALX_E_STATE);
    assert_non_null(strstr(calx_session_error(fix.session)->message, "user_addresses_append"));
    ed->addresses.items = NULL;
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_count(ed, 0), 2);
    ed->addresses.count = 1;
    assert_int_equal(calx_session_commit(fix.session), CALX_E_STATE);
    graph_ok(&fix, calx_session_rollback(fix.session));
    graph_ok(&fix, calx_session_commit(fix.session));
    graph_close(&fix);
}

static void a_related_instance_comes_in_at_once(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-274");
    set_up(&fix, true);
    struct address *third = graph_address("three");
    graph_ok(&fix, graph_append(user(&fix, 1), 0, third));
    assert_ptr_equal(calx_object_session(third), fix.session);
    struct node *above = graph_node("above");
    struct node *beside = graph_node("beside");
    graph_ok(&fix, graph_append(above, NODE_CHILDREN, beside));
    graph_ok(&fix, graph_set(node(&fix, 1), NODE_PARENT, above));
    assert_ptr_equal(calx_object_session(above), fix.session);
    assert_ptr_equal(calx_object_session(beside), fix.session);
    graph_ok(&fix, calx_session_commit(fix.session));
    graph_close(&fix);
}

static void a_link_from_the_other_side_brings_nothing_in(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-275");
    set_up(&fix, true);
    const struct user *ed = user(&fix, 1);
    struct address *third = graph_address("three");
    graph_ok(&fix, graph_set(third, 0, ed));
    assert_null(calx_object_session(third));
    assert_int_equal(graph_has(ed, 0, third), 1);
    assert_int_equal(calx_session_count_warnings(fix.session), 1); /* reading flushed */
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM addresses"), 2);
    assert_int_equal(calx_session_count_warnings(fix.session), 1);
    graph_ok(&fix, graph_append(ed, 0, third));
    assert_ptr_equal(calx_object_session(third), fix.session);
    assert_int_equal(graph_count(ed, 0), 3);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM addresses"), 3);
    graph_close(&fix);
}

static void a_member_that_comes_in_later_is_in_collections_loaded_since(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    struct address *third = graph_address("three");
    const struct user *ed = user(&fix, 1);
    graph_ok(&fix, graph_append(ed, 0, third));
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_ptr_equal(third->user, ed);
    assert_int_equal(graph_count(ed, 0), 2);
    graph_ok(&fix, calx_session_add(fix.session, third));
    assert_int_equal(graph_count(ed, 0), 3);
    assert_ptr_equal(graph_item(ed, 0, 2), third);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(third->user_id, 1);
    graph_close(&fix);
}

static void pending_members_are_gone_after_a_rollback(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-107");
    set_up(&fix, true);
    const struct user *ed = user(&fix, 1);
    const struct address *first = address(&fix, 1);
    struct address *third = graph_address("three");
    graph_ok(&fix, graph_append(ed, 0, third));
    graph_ok(&fix, graph_remove(ed, 0, first));
    graph_ok(&fix, calx_session_flush(fix.session));
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(graph_count(ed, 0), 2);
    assert_int_equal(graph_has(ed, 0, first), 1);
    assert_int_equal(graph_has(ed, 0, third), 0);
    calx_instance_free(third);
    assert_int_equal(graph_count(ed, 0), 2);
    graph_close(&fix);
}

static void an_expunged_member_is_out_of_every_collection(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    const struct user *ed = user(&fix, 1);
    const struct address *first = address(&fix, 1);
    assert_int_equal(graph_count(ed, 0), 2);
    graph_ok(&fix, calx_session_expunge(fix.session, first));
    assert_null(ed->addresses.items);
    calx_instance_free((void *)first);
    assert_int_equal(graph_count(ed, 0), 2);
    graph_close(&fix);
}

/* Nodes stay when their parent leaves; addresses would go along. */
static void an_expunged_owner_is_pointed_at_by_nobody(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    graph_sql(&fix, "INSERT INTO nodes (id, name) VALUES (70, 'top')");
    graph_sql(&fix, "INSERT INTO nodes (id, parent_id) VALUES (71, 70)");
    const struct node *top = graph_get(&fix, &node_mapper, 70);
    const struct node *child = graph_get(&fix, &node_mapper, 71);
    assert_int_equal(graph_count(top, NODE_CHILDREN), 1);
    assert_ptr_equal(child->parent, top);
    graph_ok(&fix, calx_session_expunge(fix.session, top));
    assert_null(child->parent);
    calx_instance_free((void *)top);
    assert_string_equal(((const struct node *)graph_one(child, NODE_PARENT))->name, "top");
    graph_close(&fix);
}

static void a_change_goes_out_and_in_again_with_its_instance(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-056");
    set_up(&fix, true);
    const struct user *wendy = user(&fix, 2);
    const struct address *moved = address(&fix, 1);
    graph_ok(&fix, graph_set(moved, 0, wendy));
    graph_ok(&fix, calx_session_expunge(fix.session, moved));
    assert_ptr_equal(moved->user, wendy);
    assert_int_equal(graph_count(wendy, 0), 0);
    graph_ok(&fix, calx_session_add(fix.session, moved));
    assert_int_equal(graph_count(wendy, 0), 1);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT user_id FROM addresses WHERE id = 1"), 2);
    graph_close(&fix);
}

static void what_a_caller_keeps_outlives_the_session(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    struct address *third = graph_address("three");
    struct address *raw = graph_address("raw");
    graph_ok(&fix, graph_set(third, 0, user(&fix, 1)));
    raw->user = user(&fix, 1);
    graph_ok(&fix, calx_session_close(fix.session));
    assert_null(third->user);
    assert_null(graph_one(third, 0));
    assert_int_equal(calx_session_add(fix.session, raw), CALX_E_UNMAPPED);
    calx_instance_free(raw);
    calx_instance_free(third);
    graph_close(&fix);
}

static void an_assignment_survives_what_happens_to_other_members(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, false);
    graph_sql(&fix, "INSERT INTO accounts (owner) VALUES ('a'), ('b'), ('c')");
    graph_sql(&fix, "INSERT INTO transfers (from_id, to_id) VALUES (1, 2)");
    const struct transfer *first = graph_get(&fix, &transfer_mapper, 1);
    const struct account *a = graph_one(first, TRANSFER_FROM);
    struct transfer *changing = calx_instance_edit(first);
    changing->to = graph_get(&fix, &account_mapper, 3);
    graph_ok(&fix, calx_session_expunge(fix.session, a));
    calx_instance_free((void *)a);
    assert_null(first->from);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT to_id * 10 + from_id FROM transfers"), 31);
    graph_close(&fix);
}

static void a_deleted_instance_is_related_to_nothing_new(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    const struct address *first = address(&fix, 1);
    const struct user *ed = user(&fix, 1);
    assert_int_equal(graph_count(ed, 0), 2);
    graph_ok(&fix, calx_session_delete(fix.session, first));
    graph_ok(&fix, calx_session_flush(fix.session));
    calx_shows("SES-195");
    assert_int_equal(graph_has(ed, 0, first), 1);
    assert_int_equal(graph_set(first, 0, user(&fix, 2)), CALX_E_STATE);
    assert_int_equal(graph_append(user(&fix, 2), 0, first), CALX_E_STATE);
    graph_ok(&fix, graph_remove(ed, 0, first));
    assert_int_equal(graph_count(ed, 0), 1);
    graph_ok(&fix, calx_session_commit(fix.session));
    graph_close(&fix);
}

/* On SQLite the key of the row that went may be the next one that is made. */
static void a_deleted_owner_takes_nothing_in(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    struct node *root = graph_node("root");
    const void *items[] = { graph_node("leaf") };
    graph_ok(&fix, calx_session_add(fix.session, root));
    graph_ok(&fix, calx_session_commit(fix.session));
    graph_ok(&fix, calx_session_delete(fix.session, root));
    graph_ok(&fix, calx_session_flush(fix.session));
    const calx_relationship *children = &node_mapper.relationships[NODE_CHILDREN];
    assert_int_equal(graph_append(root, NODE_CHILDREN, items[0]), CALX_E_STATE);
    assert_int_equal(calx_relationship_insert(root, children, 0, items[0]), CALX_E_STATE);
    assert_int_equal(calx_relationship_replace(root, children, items, 1), CALX_E_STATE);
    assert_null(calx_object_session(items[0]));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_append(root, NODE_CHILDREN, items[0]), CALX_E_STATE);
    calx_instance_free((void *)items[0]);
    graph_close(&fix);
}

static void an_instance_of_another_session_is_refused(void **state)
{
    (void)state;
    graph fix;
    graph other;
    set_up(&fix, true);
    other = fix;
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    options.bind = fix.engine;
    graph_ok(&fix, calx_session_new(&options, &other.session, NULL));
    const struct user *theirs = user(&other, 2);
    struct address *mine = calx_instance_edit(address(&fix, 1));
    assert_int_equal(graph_set(mine, 0, theirs), CALX_E_STATE);
    assert_int_equal(graph_append(theirs, 0, mine), CALX_E_STATE);
    mine->user = theirs;
    assert_int_equal(calx_session_flush(fix.session), CALX_E_STATE);
    assert_non_null(strstr(calx_session_error(fix.session)->message, "another session"));
    calx_session_free(other.session);
    graph_close(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_instances_are_linked_both_ways),
        cmocka_unit_test(appending_twice_is_appending_once),
        cmocka_unit_test(removing_what_is_not_in_is_refused),
        cmocka_unit_test(a_move_leaves_the_old_owner_and_joins_the_new_one),
        cmocka_unit_test(removed_and_appended_again_is_no_change),
        cmocka_unit_test(a_reference_is_set_to_nothing_without_loading),
        cmocka_unit_test(a_reference_set_while_expired_is_written),
        cmocka_unit_test(a_change_outlives_the_load_of_its_expired_owner),
        cmocka_unit_test(an_assigned_member_counts_as_set),
        cmocka_unit_test(an_old_pointer_can_be_assigned_through_after_a_commit),
        cmocka_unit_test(an_assigned_pointer_that_is_no_instance_is_an_error),
        cmocka_unit_test(a_collection_written_to_directly_is_an_error),
        cmocka_unit_test(a_related_instance_comes_in_at_once),
        cmocka_unit_test(a_link_from_the_other_side_brings_nothing_in),
        cmocka_unit_test(a_member_that_comes_in_later_is_in_collections_loaded_since),
        cmocka_unit_test(pending_members_are_gone_after_a_rollback),
        cmocka_unit_test(an_expunged_member_is_out_of_every_collection),
        cmocka_unit_test(an_expunged_owner_is_pointed_at_by_nobody),
        cmocka_unit_test(a_change_goes_out_and_in_again_with_its_instance),
        cmocka_unit_test(what_a_caller_keeps_outlives_the_session),
        cmocka_unit_test(an_assignment_survives_what_happens_to_other_members),
        cmocka_unit_test(a_deleted_instance_is_related_to_nothing_new),
        cmocka_unit_test(a_deleted_owner_takes_nothing_in),
        cmocka_unit_test(an_instance_of_another_session_is_refused),
    };
    return CALX_RUN("relationship_change", tests);
}
