/*
 * Relationships are loaded when they are asked for, by exactly the statements it takes, and what
 * was changed before they were loaded is found in them afterwards.
 */
#include "support/graph_session.h"
#include "support/harness.h"

#include <string.h>

/* Users 1 and 2; 1 has addresses 1 and 2. */
static void set_up(graph *fix, bool autoflush)
{
    graph_open(fix);
    struct user *ed = graph_user("ed");
    graph_ok(fix, graph_append(ed, 0, graph_address("ed@one")));
    graph_ok(fix, graph_append(ed, 0, graph_address("ed@two")));
    graph_ok(fix, calx_session_add(fix->session, ed));
    graph_ok(fix, calx_session_add(fix->session, graph_user("wendy")));
    graph_ok(fix, calx_session_commit(fix->session));
    graph_reopen(fix, autoflush);
}

static void a_collection_takes_one_select_and_then_none(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-300");
    set_up(&fix, true);
    const struct user *ed = graph_get(&fix, &user_mapper, 1);
    assert_null(ed->addresses.items);
    graph_forget(&fix);
    assert_int_equal(graph_count(ed, 0), 2);
    assert_int_equal(graph_statements(&fix, ""), 1);
    assert_int_equal(graph_count(ed, 0), 2);
    assert_int_equal(graph_statements(&fix, ""), 1);
    assert_int_equal(ed->addresses.count, 2);
    assert_ptr_equal(ed->addresses.items[1], graph_item(ed, 0, 1));
    assert_string_equal(ed->addresses.items[0]->email, "ed@one");
    graph_close(&fix);
}

static void the_members_of_a_loaded_collection_know_their_owner(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    const struct user *ed = graph_get(&fix, &user_mapper, 1);
    const struct address *first = graph_item(ed, 0, 0);
    graph_forget(&fix);
    assert_ptr_equal(first->user, ed);
    assert_ptr_equal(graph_one(first, 0), ed);
    assert_int_equal(graph_statements(&fix, ""), 0);
    graph_close(&fix);
}

static void a_reference_to_a_present_instance_takes_no_statement(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-301");
    set_up(&fix, true);
    const struct address *address = graph_get(&fix, &address_mapper, 1);
    graph_forget(&fix);
    const struct user *ed = graph_one(address, 0);
    assert_int_equal(graph_statements(&fix, ""), 1);
    const struct address *other = graph_get(&fix, &address_mapper, 2);
    graph_forget(&fix);
    assert_ptr_equal(graph_one(other, 0), ed);
    assert_ptr_equal(other->user, ed);
    assert_int_equal(graph_statements(&fix, ""), 0);
    graph_close(&fix);
}

static void a_reference_that_is_null_takes_no_statement(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-301");
    graph_open(&fix);
    graph_ok(&fix, calx_session_add(fix.session, graph_node("root")));
    graph_ok(&fix, calx_session_commit(fix.session));
    const struct node *root = graph_get(&fix, &node_mapper, 1);
    graph_forget(&fix);
    assert_null(graph_one(root, NODE_PARENT));
    assert_int_equal(graph_statements(&fix, ""), 0);
    graph_close(&fix);
}

static void a_reference_to_a_row_that_is_not_there_reads_as_none(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    graph_sql(&fix, calx_test_on("postgresql") ? "SET LOCAL session_replication_role = replica"
                                               : "PRAGMA defer_foreign_keys = ON");
    graph_sql(&fix, "UPDATE addresses SET user_id = 77 WHERE id = 1");
    const struct address *address = graph_get(&fix, &address_mapper, 1);
    assert_null(graph_one(address, 0));
    graph_forget(&fix);
    assert_null(graph_one(address, 0));
    assert_int_equal(graph_statements(&fix, ""), 0);
    graph_close(&fix);
}

static void an_expired_target_is_loaded_by_the_reference(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    const struct address *address = graph_get(&fix, &address_mapper, 1);
    const struct user *ed = graph_one(address, 0);
    graph_ok(&fix, calx_session_expire_all(fix.session));
    graph_forget(&fix);
    assert_ptr_equal(graph_one(address, 0), ed);
    assert_int_equal(graph_statements(&fix, "addresses"), 1);
    assert_int_equal(graph_statements(&fix, "users"), 1);
    graph_close(&fix);
}

static void new_instances_read_as_empty_without_a_statement(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-302");
    set_up(&fix, true);
    struct user *user = graph_user("fred");
    struct address *address = graph_address("fred@one");
    address->user_id = 1;
    graph_forget(&fix);
    assert_int_equal(graph_count(user, 0), 0);
    assert_null(graph_one(address, 0));
    graph_ok(&fix, calx_session_add(fix.session, user));
    graph_ok(&fix, calx_session_add(fix.session, address));
    assert_int_equal(graph_count(user, 0), 0);
    assert_null(graph_one(address, 0));
    assert_int_equal(graph_statements(&fix, ""), 0);
    graph_ok(&fix, calx_session_flush(fix.session));
    const struct user *ed = graph_one(address, 0);
    assert_string_equal(ed->name, "ed");
    graph_close(&fix);
}

static void a_detached_instance_cannot_load(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-303");
    set_up(&fix, true);
    const struct user *ed = graph_get(&fix, &user_mapper, 1);
    const struct address *address = graph_get(&fix, &address_mapper, 1);
    graph_ok(&fix, calx_session_expunge(fix.session, ed));
    graph_ok(&fix, calx_session_expunge(fix.session, address));
    const void *const *items = NULL;
    size_t count = 7;
    const void *target = NULL;
    graph_forget(&fix);
    assert_int_equal(calx_relationship_many(ed, &user_mapper.relationships[0], &items, &count),
                     CALX_E_DETACHED_INSTANCE);
    assert_int_equal(calx_relationship_one(address, &address_mapper.relationships[0], &target),
                     CALX_E_DETACHED_INSTANCE);
    assert_int_equal(count, 7);
    assert_int_equal(graph_statements(&fix, ""), 0);
    calx_instance_free((void *)ed);
    calx_instance_free((void *)address);
    graph_close(&fix);
}

static void an_expired_owner_loads_its_collection_again(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    const struct user *ed = graph_get(&fix, &user_mapper, 1);
    assert_int_equal(graph_count(ed, 0), 2);
    graph_ok(&fix, calx_session_expire(fix.session, ed));
    assert_null(ed->addresses.items);
    graph_sql(&fix, "DELETE FROM addresses WHERE id = 2");
    graph_forget(&fix);
    assert_int_equal(graph_count(ed, 0), 1);
    assert_int_equal(graph_statements(&fix, "users"), 1);
    assert_int_equal(graph_statements(&fix, "addresses"), 1);
    graph_ok(&fix, calx_session_commit(fix.session));
    graph_sql(&fix, "DELETE FROM addresses WHERE id = 1");
    assert_int_equal(graph_count(ed, 0), 0);
    graph_close(&fix);
}

static void a_change_from_the_other_side_waits_for_the_collection(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-305");
    set_up(&fix, false);
    const struct user *ed = graph_get(&fix, &user_mapper, 1);
    const struct user *wendy = graph_get(&fix, &user_mapper, 2);
    const struct address *moved = graph_get(&fix, &address_mapper, 1);
    struct address *made = graph_address("wendy@new");
    graph_ok(&fix, calx_session_add(fix.session, made));
    graph_forget(&fix);
    graph_ok(&fix, graph_set(moved, 0, wendy));
    graph_ok(&fix, graph_set(made, 0, wendy));
    assert_int_equal(graph_statements(&fix, ""), 0);
    assert_int_equal(graph_count(ed, 0), 1);
    assert_int_equal(graph_has(ed, 0, moved), 0);
    assert_int_equal(graph_count(wendy, 0), 2);
    assert_ptr_equal(graph_item(wendy, 0, 0), moved);
    assert_ptr_equal(graph_item(wendy, 0, 1), made);
    assert_int_equal(graph_statements(&fix, ""), 2);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_count(wendy, 0), 2);
    assert_int_equal(moved->user_id, 2);
    graph_close(&fix);
}

static void a_change_to_the_same_owner_is_in_the_collection_once(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, false);
    const struct user *ed = graph_get(&fix, &user_mapper, 1);
    const struct address *address = graph_get(&fix, &address_mapper, 1);
    graph_ok(&fix, graph_set(address, 0, ed));
    assert_int_equal(graph_count(ed, 0), 2);
    assert_int_equal(graph_has(ed, 0, address), 1);
    graph_close(&fix);
}

static void appending_loads_the_collection_first(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-306");
    set_up(&fix, true);
    const struct user *ed = graph_get(&fix, &user_mapper, 1);
    struct address *third = graph_address("ed@three");
    graph_forget(&fix);
    graph_ok(&fix, graph_append(ed, 0, third));
    assert_int_equal(graph_statements(&fix, "SELECT"), 1);
    assert_int_equal(graph_count(ed, 0), 3);
    assert_ptr_equal(graph_item(ed, 0, 2), third);
    graph_close(&fix);
}

static void a_load_flushes_what_waits_first(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    const struct user *ed = graph_get(&fix, &user_mapper, 1);
    struct address *third = graph_address("ed@three");
    third->user_id = 1;
    graph_ok(&fix, calx_session_add(fix.session, third));
    assert_int_equal(graph_count(ed, 0), 3);
    assert_ptr_equal(graph_item(ed, 0, 2), third);
    assert_int_not_equal(third->id, 0);
    graph_close(&fix);
}

static void a_foreign_key_of_two_columns_is_loaded_both_ways(void **state)
{
    (void)state;
    graph fix;
    graph_open(&fix);
    graph_sql(&fix, "INSERT INTO parcels (country, number) VALUES ('de', 7), ('fr', 7)");
    graph_sql(&fix, "INSERT INTO labels (text, country, number) VALUES ('a', 'fr', 7), "
                    "('b', 'de', 7), ('c', 'fr', NULL)");
    const struct label *first = graph_get(&fix, &label_mapper, 1);
    const struct parcel *french = graph_one(first, LABEL_PARCEL);
    assert_string_equal(french->country, "fr");
    assert_int_equal(graph_count(french, PARCEL_LABELS), 1);
    assert_ptr_equal(graph_item(french, PARCEL_LABELS, 0), first);
    graph_forget(&fix);
    const struct label *half = graph_get(&fix, &label_mapper, 3);
    assert_null(graph_one(half, LABEL_PARCEL));
    assert_int_equal(graph_statements(&fix, "parcels"), 0);
    graph_close(&fix);
}

static void two_foreign_keys_to_one_table_are_told_apart(void **state)
{
    (void)state;
    graph fix;
    graph_open(&fix);
    graph_sql(&fix, "INSERT INTO accounts (owner) VALUES ('a'), ('b')");
    graph_sql(&fix, "INSERT INTO transfers (from_id, to_id) VALUES (1, 2), (2, 1), (1, 1)");
    const struct account *a = graph_get(&fix, &account_mapper, 1);
    const struct account *b = graph_get(&fix, &account_mapper, 2);
    assert_int_equal(graph_count(a, ACCOUNT_OUTGOING), 2);
    const struct transfer *first = graph_item(a, ACCOUNT_OUTGOING, 0);
    assert_ptr_equal(first->from, a);
    assert_null(first->to);
    assert_ptr_equal(graph_one(first, TRANSFER_TO), b);
    assert_int_equal(graph_count(b, ACCOUNT_OUTGOING), 1);
    const struct transfer *third = graph_item(a, ACCOUNT_OUTGOING, 1);
    assert_ptr_equal(graph_one(third, TRANSFER_FROM), a);
    assert_ptr_equal(graph_one(third, TRANSFER_TO), a);
    assert_int_equal(graph_count(a, ACCOUNT_OUTGOING), 2);
    graph_close(&fix);
}

static void a_tree_is_walked_down_and_up(void **state)
{
    (void)state;
    graph fix;
    graph_open(&fix);
    graph_sql(&fix, "INSERT INTO nodes (parent_id) VALUES (NULL), (1), (1), (3)");
    const struct node *leaf = graph_get(&fix, &node_mapper, 4);
    const struct node *middle = graph_one(leaf, NODE_PARENT);
    const struct node *root = graph_one(middle, NODE_PARENT);
    assert_int_equal(root->id, 1);
    assert_int_equal(graph_count(root, NODE_CHILDREN), 2);
    assert_ptr_equal(graph_item(root, NODE_CHILDREN, 1), middle);
    assert_ptr_equal(graph_item(middle, NODE_CHILDREN, 0), leaf);
    assert_int_equal(graph_count(leaf, NODE_CHILDREN), 0);
    graph_close(&fix);
}

static void a_reference_found_later_is_in_a_collection_that_was_loaded(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    const struct user *wendy = graph_get(&fix, &user_mapper, 2);
    assert_int_equal(graph_count(wendy, 0), 0);
    graph_sql(&fix, "UPDATE addresses SET user_id = 2 WHERE id = 1");
    const struct address *address = graph_get(&fix, &address_mapper, 1);
    assert_ptr_equal(graph_one(address, 0), wendy);
    assert_int_equal(graph_has(wendy, 0, address), 1);
    graph_close(&fix);
}

static void a_foreign_key_written_directly_counts_from_the_next_load_on(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-186");
    set_up(&fix, true);
    const struct address *address = graph_get(&fix, &address_mapper, 1);
    const struct user *ed = graph_one(address, 0);
    ((struct address *)calx_instance_edit(address))->user_id = 2;
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_ptr_equal(graph_one(address, 0), ed);
    graph_ok(&fix, calx_session_expire(fix.session, address));
    const struct user *wendy = graph_one(address, 0);
    assert_int_equal(wendy->id, 2);
    assert_int_equal(graph_has(ed, 0, address), 0);
    graph_close(&fix);
}

static calx_status look_at_addresses(void *context, const void *entity)
{
    *(size_t *)context += graph_count(entity, 0);
    return CALX_OK;
}

static void a_stream_keeps_what_became_part_of_a_relationship(void **state)
{
    (void)state;
    graph fix;
    size_t found = 0;
    set_up(&fix, true);
    calx_query *query = NULL;
    graph_ok(&fix, calx_session_query(fix.session, &user_mapper, &query));
    graph_ok(&fix, calx_query_each(query, look_at_addresses, &found));
    calx_query_free(query);
    assert_int_equal(found, 2);
    graph_forget(&fix);
    const struct user *ed = graph_get(&fix, &user_mapper, 1);
    assert_int_equal(graph_count(ed, 0), 2);
    assert_int_equal(graph_statements(&fix, ""), 0);
    graph_close(&fix);
}

static void a_relationship_of_another_struct_is_refused(void **state)
{
    (void)state;
    graph fix;
    const void *target = NULL;
    int on_the_stack = 0;
    set_up(&fix, true);
    const struct user *ed = graph_get(&fix, &user_mapper, 1);
    assert_int_equal(calx_relationship_one(ed, &node_mapper.relationships[0], &target),
                     CALX_E_UNMAPPED);
    assert_int_equal(calx_relationship_one(&on_the_stack, &node_mapper.relationships[0], &target),
                     CALX_E_UNMAPPED);
    assert_int_equal(calx_relationship_one(NULL, &node_mapper.relationships[0], &target),
                     CALX_E_UNMAPPED);
    assert_int_equal(calx_relationship_one(ed, NULL, &target), CALX_E_UNMAPPED);
    graph_close(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_collection_takes_one_select_and_then_none),
        cmocka_unit_test(the_members_of_a_loaded_collection_know_their_owner),
        cmocka_unit_test(a_reference_to_a_present_instance_takes_no_statement),
        cmocka_unit_test(a_reference_that_is_null_takes_no_statement),
        cmocka_unit_test(a_reference_to_a_row_that_is_not_there_reads_as_none),
        cmocka_unit_test(an_expired_target_is_loaded_by_the_reference),
        cmocka_unit_test(new_instances_read_as_empty_without_a_statement),
        cmocka_unit_test(a_detached_instance_cannot_load),
        cmocka_unit_test(an_expired_owner_loads_its_collection_again),
        cmocka_unit_test(a_change_from_the_other_side_waits_for_the_collection),
        cmocka_unit_test(a_change_to_the_same_owner_is_in_the_collection_once),
        cmocka_unit_test(appending_loads_the_collection_first),
        cmocka_unit_test(a_load_flushes_what_waits_first),
        cmocka_unit_test(a_foreign_key_of_two_columns_is_loaded_both_ways),
        cmocka_unit_test(two_foreign_keys_to_one_table_are_told_apart),
        cmocka_unit_test(a_tree_is_walked_down_and_up),
        cmocka_unit_test(a_reference_found_later_is_in_a_collection_that_was_loaded),
        cmocka_unit_test(a_foreign_key_written_directly_counts_from_the_next_load_on),
        cmocka_unit_test(a_stream_keeps_what_became_part_of_a_relationship),
        cmocka_unit_test(a_relationship_of_another_struct_is_refused),
    };
    return CALX_RUN("relationship_load", tests);
}
