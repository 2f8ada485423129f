/*
 * What is repeated on related instances: adding, deleting, and being without owner. Users delete
 * their addresses (all, delete-orphan); nodes only bring their relatives in.
 */
#include "support/graph_session.h"
#include "support/harness.h"
#include "support/ration.h"

#include <string.h>

/* Users 1 and 2; 1 has addresses 1 and 2. Nodes 1 <- 2, 3; 3 <- 4. */
static void set_up(graph *fix)
{
    graph_open(fix);
    graph_sql(fix, "INSERT INTO users (name, role, revision) VALUES ('ed', 0, 1), ('wendy', 0, 1)");
    graph_sql(fix, "INSERT INTO addresses (email, user_id) VALUES ('ed@one', 1), ('ed@two', 1)");
    graph_sql(fix, "INSERT INTO nodes (parent_id) VALUES (NULL), (1), (1), (3)");
    graph_ok(fix, calx_session_commit(fix->session));
    graph_reopen(fix, true);
}

static const struct user *user(const graph *fix, int64_t id)
{
    return graph_get(fix, &user_mapper, id);
}

static const struct address *address(const graph *fix, int64_t id)
{
    return graph_get(fix, &address_mapper, id);
}

static void adding_one_adds_all_that_hangs_together(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-273");
    set_up(&fix);
    struct node *root = graph_node("root");
    struct node *left = graph_node("left");
    struct node *right = graph_node("right");
    struct node *leaf = graph_node("leaf");
    graph_ok(&fix, graph_append(root, NODE_CHILDREN, left));
    graph_ok(&fix, graph_append(root, NODE_CHILDREN, right));
    leaf->parent = right;
    graph_ok(&fix, calx_session_add(fix.session, left));
    assert_int_equal(calx_session_count_new(fix.session), 3);
    graph_ok(&fix, calx_session_add(fix.session, leaf));
    assert_int_equal(calx_session_count_new(fix.session), 4);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM nodes WHERE parent_id > 4"), 3);
    graph_close(&fix);
}

static void a_failed_add_adds_nothing(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix);
    struct node *root = graph_node("root");
    struct node *child = graph_node("child");
    struct node on_the_stack = { .id = 7 };
    graph_ok(&fix, graph_append(root, NODE_CHILDREN, child));
    root->parent = &on_the_stack;
    assert_int_equal(calx_session_add(fix.session, child), CALX_E_UNMAPPED);
    assert_int_equal(calx_session_count_new(fix.session), 0);
    assert_null(calx_object_session(child));
    assert_int_equal(graph_count(root, NODE_CHILDREN), 1);
    root->parent = NULL;
    graph_ok(&fix, calx_session_add(fix.session, child));
    assert_int_equal(calx_session_count_new(fix.session), 2);
    graph_close(&fix);
}

static void deleting_an_owner_deletes_its_members(void **state)
{
    (void)state;
    calx_shows("SES-276");
    graph fix;
    set_up(&fix);
    for (int loaded = 0; loaded < 2; loaded++) {
        const struct user *ed = user(&fix, 1);
        if (loaded != 0)
            assert_int_equal(graph_count(ed, 0), 2);
        graph_forget(&fix);
        graph_ok(&fix, calx_session_delete(fix.session, ed));
        assert_int_equal(graph_statements(&fix, "SELECT"), loaded != 0 ? 0 : 1);
        assert_int_equal(calx_session_count_deleted(fix.session), 3);
        graph_ok(&fix, calx_session_flush(fix.session));
        assert_int_equal(graph_statements(&fix, "DELETE FROM \"addresses\""), 2);
        assert_true(log_sink_find(&fix.sink, 0, "DELETE FROM \"users\"") >
                    log_sink_find(&fix.sink, 0, "DELETE FROM \"addresses\""));
        assert_int_equal(graph_number(&fix, "SELECT count(*) FROM addresses"), 0);
        graph_ok(&fix, calx_session_rollback(fix.session));
        calx_shows("SES-105");
        assert_int_equal(graph_count(ed, 0), 2);
    }
    graph_close(&fix);
}

static void pending_members_of_a_deleted_owner_are_dropped(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix);
    struct address *third = graph_address("three");
    const struct user *ed = user(&fix, 1);
    graph_ok(&fix, graph_append(ed, 0, third));
    graph_ok(&fix, calx_session_delete(fix.session, ed));
    assert_null(calx_object_session(third));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM addresses"), 0);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM users"), 1);
    graph_close(&fix);
}

static void members_without_a_cascade_lose_their_owner(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-277");
    set_up(&fix);
    const struct node *second = graph_get(&fix, &node_mapper, 2);
    assert_non_null(graph_one(second, NODE_PARENT));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_delete(fix.session, graph_get(&fix, &node_mapper, 1)));
    assert_int_equal(graph_statements(&fix, ""), 0);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, "SELECT"), 1);
    assert_int_equal(graph_statements(&fix, "UPDATE"), 2);
    assert_int_equal(graph_statements(&fix, "DELETE"), 1);
    assert_null(graph_one(second, NODE_PARENT));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM nodes WHERE parent_id IS NULL"), 2);
    graph_close(&fix);
}

static void labels_lose_both_columns_of_a_deleted_parcel(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-277");
    set_up(&fix);
    graph_sql(&fix, "INSERT INTO parcels (country, number) VALUES ('de', 7)");
    graph_sql(&fix, "INSERT INTO labels (text, country, number) VALUES ('a', 'de', 7)");
    const struct label *label = graph_get(&fix, &label_mapper, 1);
    const struct parcel *parcel = graph_one(label, LABEL_PARCEL);
    graph_ok(&fix, calx_session_delete(fix.session, parcel));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_null(label->country);
    assert_false(label->number.has_value);
    assert_null(graph_one(label, LABEL_PARCEL));
    graph_ok(&fix, calx_session_rollback(fix.session));
    graph_close(&fix);
}

static void a_removed_member_without_orphan_rule_stays(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-184");
    calx_shows("SES-278");
    set_up(&fix);
    const struct node *root = graph_get(&fix, &node_mapper, 1);
    const struct node *second = graph_get(&fix, &node_mapper, 2);
    graph_ok(&fix, graph_remove(root, NODE_CHILDREN, second));
    assert_null(second->parent);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT parent_id FROM nodes WHERE id = 2"), -1);
    assert_int_equal(graph_count(root, NODE_CHILDREN), 1);
    graph_close(&fix);
}

static void what_must_have_an_owner_says_so(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-184");
    set_up(&fix);
    graph_sql(&fix, "INSERT INTO accounts (owner) VALUES ('a'), ('b')");
    graph_sql(&fix, "INSERT INTO transfers (from_id, to_id) VALUES (1, 2)");
    graph_ok(&fix, calx_session_commit(fix.session));
    const struct transfer *transfer = graph_get(&fix, &transfer_mapper, 1);
    graph_ok(&fix, graph_set(transfer, TRANSFER_TO, NULL));
    assert_int_equal(calx_session_flush(fix.session), CALX_E_NOT_NULL);
    assert_non_null(strstr(calx_session_error(fix.session)->message, "transfers.to_id"));
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(((const struct account *)graph_one(transfer, TRANSFER_TO))->id, 2);
    graph_close(&fix);
}

static void a_removed_member_with_orphan_rule_is_deleted_by_the_flush(void **state)
{
    (void)state;
    calx_shows("SES-282");
    graph fix;
    set_up(&fix);
    for (int way = 0; way < 3; way++) {
        const struct user *ed = user(&fix, 1);
        const struct address *first = address(&fix, 1);
        if (way == 0) {
            graph_ok(&fix, graph_remove(ed, 0, first));
        } else if (way == 1) {
            graph_ok(&fix, graph_set(first, 0, NULL));
        } else {
            assert_ptr_equal(graph_one(first, 0), ed);
            ((struct address *)calx_instance_edit(first))->user = NULL;
        }
        assert_int_equal(calx_session_count_deleted(fix.session), 0);
        graph_forget(&fix);
        graph_ok(&fix, calx_session_flush(fix.session));
        assert_int_equal(graph_statements(&fix, "DELETE"), 1);
        assert_int_equal(graph_statements(&fix, "UPDATE"), 0);
        assert_int_equal(graph_number(&fix, "SELECT count(*) FROM addresses"), 1);
        graph_ok(&fix, calx_session_rollback(fix.session));
        assert_int_equal(graph_count(ed, 0), 2);
    }
    graph_close(&fix);
}

static void a_pending_orphan_leaves_at_once(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-283");
    set_up(&fix);
    const struct user *ed = user(&fix, 1);
    struct address *third = graph_address("three");
    struct address *fourth = graph_address("four");
    graph_ok(&fix, graph_append(ed, 0, third));
    graph_ok(&fix, graph_append(ed, 0, fourth));
    graph_ok(&fix, calx_session_no_autoflush_begin(fix.session));
    graph_ok(&fix, graph_remove(ed, 0, third));
    graph_ok(&fix, graph_set(fourth, 0, NULL));
    graph_ok(&fix, calx_session_no_autoflush_end(fix.session));
    assert_null(calx_object_session(third));
    assert_null(calx_object_session(fourth));
    assert_int_equal(calx_session_count_new(fix.session), 0);
    graph_ok(&fix, graph_append(ed, 0, third));
    assert_ptr_equal(calx_object_session(third), fix.session);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM addresses"), 3);
    graph_close(&fix);
}

static void what_never_had_an_owner_is_no_orphan(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-284");
    calx_shows("SES-288");
    set_up(&fix);
    struct address *third = graph_address("three");
    third->user_id = 2;
    graph_ok(&fix, calx_session_add(fix.session, third));
    graph_ok(&fix, graph_set(third, 0, NULL));
    assert_ptr_equal(calx_object_session(third), fix.session);
    address(&fix, 1);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM addresses"), 3);
    assert_int_equal(graph_count(user(&fix, 2), 0), 1);
    graph_close(&fix);
}

static void an_orphan_from_before_it_came_in_is_dropped_by_the_flush(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-285");
    set_up(&fix);
    struct user *fred = graph_user("fred");
    struct address *lost = graph_address("lost");
    graph_ok(&fix, graph_append(fred, 0, lost));
    graph_ok(&fix, graph_remove(fred, 0, lost));
    graph_ok(&fix, calx_session_add(fix.session, lost));
    graph_ok(&fix, calx_session_add(fix.session, fred));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_null(calx_object_session(lost));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM addresses"), 2);
    graph_close(&fix);
}

static void an_orphan_that_finds_an_owner_stays(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-287");
    set_up(&fix);
    const struct user *ed = user(&fix, 1);
    const struct user *wendy = user(&fix, 2);
    const struct address *first = address(&fix, 1);
    graph_ok(&fix, graph_remove(ed, 0, first));
    graph_ok(&fix, graph_append(wendy, 0, first)); /* loads, and flushes nothing before */
    graph_ok(&fix, calx_session_delete(fix.session, ed));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, "UPDATE"), 1);
    assert_int_equal(graph_statements(&fix, "DELETE"), 2);
    assert_int_equal(graph_number(&fix, "SELECT user_id FROM addresses"), 2);
    graph_close(&fix);
}

static void deleting_a_member_leaves_its_owner_alone(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-279");
    set_up(&fix);
    const struct user *ed = user(&fix, 1);
    graph_ok(&fix, calx_session_delete(fix.session, address(&fix, 1)));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM users"), 2);
    assert_int_equal(graph_count(ed, 0), 1);
    graph_close(&fix);
}

static void expunging_takes_what_the_cascade_reaches_along(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-291");
    set_up(&fix);
    const struct user *ed = user(&fix, 1);
    struct address *third = graph_address("three");
    graph_ok(&fix, graph_append(ed, 0, third));
    const struct address *first = ed->addresses.items[0];
    const struct address *second = ed->addresses.items[1];
    assert_ptr_equal(graph_one(second, 0), ed);
    graph_ok(&fix, calx_session_expunge(fix.session, ed));
    assert_null(calx_object_session(first));
    assert_null(calx_object_session(second));
    assert_null(calx_object_session(third));
    assert_int_equal(ed->addresses.count, 3); /* the only way to them is over their owner */
    assert_ptr_equal(ed->addresses.items[0], first);
    assert_ptr_equal(second->user, ed);
    assert_ptr_equal(graph_one(third, 0), ed);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM addresses"), 2);
    calx_instance_free((void *)first);
    assert_int_equal(graph_count(ed, 0), 2);
    graph_ok(&fix, calx_session_add(fix.session, ed));
    assert_int_equal(calx_session_count_new(fix.session), 1);
    assert_ptr_equal(calx_object_session(second), fix.session);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_count(ed, 0), 3);
    graph_close(&fix);
}

static void expunged_owners_and_members_are_freed_in_any_order(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix);
    for (int owner_first = 0; owner_first < 2; owner_first++) {
        const struct user *ed = user(&fix, 1);
        assert_int_equal(graph_count(ed, 0), 2);
        const struct address *both[] = { ed->addresses.items[0], ed->addresses.items[1] };
        graph_ok(&fix, calx_session_expunge(fix.session, ed));
        graph_reopen(&fix, true);
        if (owner_first != 0)
            calx_instance_free((void *)ed);
        calx_instance_free((void *)both[1]);
        calx_instance_free((void *)both[0]);
        if (owner_first == 0) {
            assert_int_equal(ed->addresses.count, 0);
            calx_instance_free((void *)ed);
        }
    }
    graph_close(&fix);
}

static void expunging_without_the_cascade_leaves_related_ones(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-291");
    set_up(&fix);
    const struct node *root = graph_get(&fix, &node_mapper, 1);
    const struct address *first = address(&fix, 1);
    assert_int_equal(graph_count(root, NODE_CHILDREN), 2);
    const struct node *child = graph_item(root, NODE_CHILDREN, 0);
    graph_ok(&fix, calx_session_expunge(fix.session, root));
    assert_ptr_equal(calx_object_session(child), fix.session);
    assert_null(child->parent);
    const struct user *ed = graph_one(first, 0);
    graph_ok(&fix, calx_session_expunge(fix.session, first)); /* not from member to owner */
    assert_ptr_equal(calx_object_session(ed), fix.session);
    graph_ok(&fix, calx_session_expunge(fix.session, ed)); /* nor to what is not loaded */
    assert_non_null(address(&fix, 2));
    calx_instance_free((void *)root);
    calx_instance_free((void *)first);
    calx_instance_free((void *)ed);
    graph_close(&fix);
}

static void what_was_expunged_together_comes_back_into_a_savepoint_that_is_undone(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix);
    const struct user *ed = user(&fix, 1);
    assert_int_equal(graph_count(ed, 0), 2);
    graph_ok(&fix, calx_session_begin_nested(fix.session));
    graph_ok(&fix, graph_remove(ed, 0, address(&fix, 2)));
    graph_ok(&fix, calx_session_expunge(fix.session, ed));
    assert_ptr_equal(calx_object_session(address(&fix, 2)), fix.session);
    graph_ok(&fix, calx_session_add(fix.session, ed));
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(graph_count(ed, 0), 2);
    graph_close(&fix);
}

static void expiring_reaches_what_the_cascade_says(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-244");
    set_up(&fix);
    const struct user *ed = user(&fix, 1);
    const struct address *first = address(&fix, 1);
    const struct address *second = address(&fix, 2);
    for (int refresh = 0; refresh < 2; refresh++) {
        assert_int_equal(graph_count(ed, 0), 2);
        struct address *edit = calx_instance_edit(first);
        edit->email = "changed";
        if (refresh != 0)
            graph_ok(&fix, calx_session_refresh(fix.session, ed));
        else
            graph_ok(&fix, calx_session_expire(fix.session, ed));
        assert_int_equal(calx_instance_is_expired(ed), refresh == 0);
        assert_true(calx_instance_is_expired(first));
        assert_true(calx_instance_is_expired(second));
        graph_ok(&fix, calx_session_load(fix.session, first));
        assert_string_equal(first->email, "ed@one");
    }
    graph_ok(&fix, calx_session_load(fix.session, ed));
    graph_ok(&fix, calx_session_expire(fix.session, first)); /* not from member to owner */
    assert_false(calx_instance_is_expired(ed));
    graph_close(&fix);
}

static void expiring_an_owner_drops_the_pending_members_that_need_it(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-244");
    set_up(&fix);
    const struct user *ed = user(&fix, 1);
    struct address *third = graph_address("three");
    graph_ok(&fix, graph_append(ed, 0, third));
    graph_ok(&fix, calx_session_expire(fix.session, ed));
    assert_null(calx_object_session(third));
    assert_int_equal(graph_count(ed, 0), 2);
    const struct node *root = graph_get(&fix, &node_mapper, 1);
    struct node *child = graph_node("child");
    graph_ok(&fix, graph_append(root, NODE_CHILDREN, child));
    graph_ok(&fix, calx_session_expire(fix.session, root));
    assert_ptr_equal(calx_object_session(child), fix.session);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM addresses"), 2);
    graph_close(&fix);
}

static void a_cascade_without_memory_changes_nothing(void **state)
{
    (void)state;
    graph fix;
    ration account;
    assert_true(ration_start(&account, RATION_UNLIMITED));
    set_up(&fix);
    const struct user *ed = user(&fix, 1);
    assert_int_equal(graph_count(ed, 0), 2);
    atomic_store(&account.left, 0);
    assert_int_equal(calx_session_expunge(fix.session, ed), CALX_E_NOMEM);
    assert_int_equal(calx_session_expire(fix.session, ed), CALX_E_NOMEM);
    atomic_store(&account.left, RATION_UNLIMITED);
    assert_ptr_equal(calx_object_session(ed), fix.session);
    assert_false(calx_instance_is_expired(ed));
    assert_int_equal(graph_count(ed, 0), 2);
    graph_close(&fix);
    assert_int_equal(ration_stop(&account), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adding_one_adds_all_that_hangs_together),
        cmocka_unit_test(a_failed_add_adds_nothing),
        cmocka_unit_test(deleting_an_owner_deletes_its_members),
        cmocka_unit_test(pending_members_of_a_deleted_owner_are_dropped),
        cmocka_unit_test(members_without_a_cascade_lose_their_owner),
        cmocka_unit_test(labels_lose_both_columns_of_a_deleted_parcel),
        cmocka_unit_test(a_removed_member_without_orphan_rule_stays),
        cmocka_unit_test(what_must_have_an_owner_says_so),
        cmocka_unit_test(a_removed_member_with_orphan_rule_is_deleted_by_the_flush),
        cmocka_unit_test(a_pending_orphan_leaves_at_once),
        cmocka_unit_test(what_never_had_an_owner_is_no_orphan),
        cmocka_unit_test(an_orphan_from_before_it_came_in_is_dropped_by_the_flush),
        cmocka_unit_test(an_orphan_that_finds_an_owner_stays),
        cmocka_unit_test(deleting_a_member_leaves_its_owner_alone),
        cmocka_unit_test(expunging_takes_what_the_cascade_reaches_along),
        cmocka_unit_test(expunged_owners_and_members_are_freed_in_any_order),
        cmocka_unit_test(expunging_without_the_cascade_leaves_related_ones),
        cmocka_unit_test(what_was_expunged_together_comes_back_into_a_savepoint_that_is_undone),
        cmocka_unit_test(expiring_reaches_what_the_cascade_says),
        cmocka_unit_test(expiring_an_owner_drops_the_pending_members_that_need_it),
        cmocka_unit_test(a_cascade_without_memory_changes_nothing),
    };
    return CALX_RUN("cascade", tests);
}
