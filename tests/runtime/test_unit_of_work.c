/*
 * The order of a flush, what it writes into foreign keys, and what it costs.
 */
#include "support/graph_session.h"
#include "support/harness.h"
#include "support/ration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MANY = 10000, CHAIN = 100000 };

static struct account *account(const char *owner)
{
    struct account *account = calx_instance_new(&account_mapper);
    assert_non_null(account);
    account->owner = owner;
    return account;
}

static struct captain *captain(const char *name)
{
    struct captain *captain = calx_instance_new(&captain_mapper);
    assert_non_null(captain);
    captain->name = name;
    return captain;
}

static struct ship *ship(const char *name)
{
    struct ship *ship = calx_instance_new(&ship_mapper);
    assert_non_null(ship);
    ship->name = name;
    return ship;
}

/* Without a line for each statement. */
static void open_quietly(graph *fix)
{
    graph_open(fix);
    calx_session_free(fix->session);
    calx_engine_free(fix->engine);
    assert_int_equal(calx_engine_new(calx_test_url(), NULL, &fix->engine, NULL), CALX_OK);
    fix->session = NULL;
    graph_reopen(fix, true);
}

static void owners_are_inserted_before_what_points_at_them(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-170");
    calx_shows("SES-183");
    graph_open(&fix);
    struct address *first = graph_address("first");
    struct user *ed = graph_user("ed");
    first->user = ed;
    graph_ok(&fix, calx_session_add(fix.session, first));
    assert_int_equal(first->user_id, 0);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_true(log_sink_find(&fix.sink, 0, "INSERT INTO \"users\"") <
                log_sink_find(&fix.sink, 0, "INSERT INTO \"addresses\""));
    assert_int_equal(first->user_id, ed->id);
    assert_int_not_equal(ed->id, 0);
    graph_ok(&fix, calx_session_delete(fix.session, ed));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_true(log_sink_find(&fix.sink, 0, "DELETE FROM \"addresses\"") <
                log_sink_find(&fix.sink, 0, "DELETE FROM \"users\""));
    graph_close(&fix);
}

static void kinds_are_in_order_when_only_values_link_them(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-170");
    graph_open(&fix);
    struct address *first = graph_address("first");
    struct user *ed = graph_user("ed");
    first->user_id = ed->id = 5;
    graph_ok(&fix, calx_session_add(fix.session, first));
    graph_ok(&fix, calx_session_add(fix.session, ed));
    graph_ok(&fix, calx_session_flush(fix.session));
    graph_ok(&fix, calx_session_delete(fix.session, ed));
    graph_ok(&fix, calx_session_commit(fix.session));
    graph_close(&fix);
}

/* Nothing but values says that one points at the other, and both go. */
static void kinds_are_deleted_in_order_when_only_values_link_them(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-170");
    graph_open(&fix);
    graph_sql(&fix, "INSERT INTO nodes (id, parent_id) VALUES (1, NULL), (2, 1)");
    graph_sql(&fix, "INSERT INTO accounts (id) VALUES (1)");
    graph_sql(&fix, "INSERT INTO transfers (id, from_id, to_id) VALUES (1, 1, 1)");
    const void *account = graph_get(&fix, &account_mapper, 1);
    const void *transfer = graph_get(&fix, &transfer_mapper, 1);
    const void *root = graph_get(&fix, &node_mapper, 1);
    const void *leaf = graph_get(&fix, &node_mapper, 2);
    graph_ok(&fix, calx_session_delete(fix.session, account));
    graph_ok(&fix, calx_session_delete(fix.session, transfer));
    graph_ok(&fix, calx_session_delete(fix.session, root));
    graph_ok(&fix, calx_session_delete(fix.session, leaf));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_true(log_sink_find(&fix.sink, 0, "DELETE FROM \"transfers\"") <
                log_sink_find(&fix.sink, 0, "DELETE FROM \"accounts\""));
    assert_int_equal(graph_statements(&fix, "UPDATE"), 0);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM nodes"), 0);
    graph_ok(&fix, calx_session_commit(fix.session));
    graph_close(&fix);
}

static void rows_are_inserted_as_added_and_updated_and_deleted_by_key(void **state)
{
    (void)state;
    graph fix;
    static const int64_t ids[] = { 30, 10, 20 };
    struct node *nodes[3];
    calx_shows("SES-173");
    graph_open(&fix);
    for (int i = 0; i < 3; i++) {
        nodes[i] = graph_node("new");
        nodes[i]->id = ids[i];
        graph_ok(&fix, calx_session_add(fix.session, nodes[i]));
    }
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_true(log_sink_find(&fix.sink, 0, "[30, ") >= 0);
    assert_true(log_sink_find(&fix.sink, 0, "[30, ") < log_sink_find(&fix.sink, 0, "[10, "));
    assert_true(log_sink_find(&fix.sink, 0, "[10, ") < log_sink_find(&fix.sink, 0, "[20, "));
    for (int i = 0; i < 3; i++)
        graph_ok(&fix, calx_session_load(fix.session, nodes[i]));
    graph_forget(&fix);
    for (int i = 0; i < 3; i++)
        ((struct node *)calx_instance_edit(nodes[i]))->name = "changed";
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_true(log_sink_find(&fix.sink, 0, "'changed', 10]") >= 0);
    assert_true(log_sink_find(&fix.sink, 0, "'changed', 10]") <
                log_sink_find(&fix.sink, 0, "'changed', 20]"));
    assert_true(log_sink_find(&fix.sink, 0, "'changed', 20]") <
                log_sink_find(&fix.sink, 0, "'changed', 30]"));
    for (int i = 0; i < 3; i++)
        graph_ok(&fix, calx_session_delete(fix.session, nodes[i]));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_commit(fix.session));
    long start = log_sink_find(&fix.sink, 0, "DELETE");
    assert_true(log_sink_find(&fix.sink, (size_t)start, "[10]") >= 0);
    assert_true(log_sink_find(&fix.sink, (size_t)start, "[10]") <
                log_sink_find(&fix.sink, (size_t)start, "[20]"));
    assert_true(log_sink_find(&fix.sink, (size_t)start, "[20]") <
                log_sink_find(&fix.sink, (size_t)start, "[30]"));
    graph_close(&fix);
}

static void updates_come_before_inserts_unless_they_point_at_them(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-172");
    graph_open(&fix);
    struct node *old = graph_node("old");
    struct node *other = graph_node("other");
    graph_ok(&fix, calx_session_add(fix.session, old));
    graph_ok(&fix, calx_session_add(fix.session, other));
    graph_ok(&fix, calx_session_flush(fix.session));
    struct node *gone = graph_node("gone");
    graph_ok(&fix, calx_session_add(fix.session, gone));
    graph_ok(&fix, calx_session_flush(fix.session));
    graph_ok(&fix, calx_session_delete(fix.session, gone));
    struct node *made = graph_node("made");
    graph_ok(&fix, graph_append(made, NODE_CHILDREN, old));
    graph_ok(&fix, calx_session_add(fix.session, made));
    ((struct node *)calx_instance_edit(other))->name = "early";
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    long insert = log_sink_find(&fix.sink, 0, "INSERT");
    assert_true(log_sink_find(&fix.sink, 0, "'early'") < insert);
    assert_true(log_sink_find(&fix.sink, (size_t)insert, "UPDATE") > insert);
    assert_true(log_sink_find(&fix.sink, (size_t)insert, "DELETE") >
                log_sink_find(&fix.sink, (size_t)insert, "UPDATE"));
    assert_int_equal(old->parent_id.value, made->id);
    graph_close(&fix);
}

static struct user *stored(graph *fix, const char *name)
{
    struct user *user = graph_user(name);
    graph_ok(fix, calx_session_add(fix->session, user));
    graph_ok(fix, calx_session_commit(fix->session));
    return user;
}

/* Updates come first, so what one gives up can be taken; deletes come last, so that cannot. */
static void a_unique_value_is_free_after_an_update_and_not_after_a_delete(void **state)
{
    (void)state;
    graph fix;
    bool contains = false;
    calx_shows("SES-172");
    graph_open(&fix);
    struct user *renamed = stored(&fix, "ed");
    struct user *gone = stored(&fix, "jack");
    ((struct user *)calx_instance_edit(renamed))->name = "edward";
    graph_ok(&fix, calx_session_add(fix.session, graph_user("ed")));
    graph_ok(&fix, calx_session_commit(fix.session));
    struct user *new_jack = graph_user("jack");
    graph_ok(&fix, calx_session_delete(fix.session, gone));
    graph_ok(&fix, calx_session_add(fix.session, new_jack));
    assert_int_equal(calx_session_flush(fix.session), CALX_E_UNIQUE);
    assert_non_null(strstr(calx_session_error(fix.session)->message, "inserting"));
    graph_ok(&fix, calx_session_rollback(fix.session));
    graph_ok(&fix, calx_session_contains(fix.session, gone, &contains));
    assert_true(contains);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM users"), 3);
    graph_ok(&fix, calx_session_delete(fix.session, gone));
    graph_ok(&fix, calx_session_flush(fix.session)); /* the way: one flush after the other */
    graph_ok(&fix, calx_session_add(fix.session, graph_user("jack")));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM users"), 3);
    graph_close(&fix);
}

static void a_tree_is_inserted_and_deleted_in_its_order(void **state)
{
    (void)state;
    graph fix;
    struct node *nodes[5];
    calx_shows("SES-196");
    graph_open(&fix);
    for (int i = 0; i < 5; i++)
        nodes[i] = graph_node("node");
    for (int i = 0; i < 4; i++)
        graph_ok(&fix, graph_set(nodes[i], NODE_PARENT, nodes[i + 1]));
    graph_ok(&fix, calx_session_add(fix.session, nodes[0]));
    graph_ok(&fix, calx_session_commit(fix.session));
    for (int i = 0; i < 4; i++)
        assert_true(nodes[i]->id > nodes[i + 1]->id);
    graph_forget(&fix);
    for (int i = 4; i >= 0; i--)
        graph_ok(&fix, calx_session_delete(fix.session, nodes[i]));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, "DELETE"), calx_test_on("postgresql") ? 1 : 5);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM nodes"), 0);
    graph_close(&fix);
}

static void a_tree_goes_level_by_level(void **state)
{
    (void)state;
    enum { LEAVES = 100, NODES = 111 };
    graph fix;
    struct node *nodes[NODES];
    calx_shows("SES-196");
    calx_shows("SES-174");
    graph_open(&fix);
    for (int i = 0; i < NODES; i++)
        nodes[i] = graph_node("node");
    for (int i = NODES - 1; i > 0; i--) /* leaves first: the order is that of the rows */
        graph_ok(&fix, graph_set(nodes[i], NODE_PARENT, nodes[(i - 1) / 10]));
    for (int i = NODES - 1; i >= 0; i--)
        graph_ok(&fix, calx_session_add(fix.session, nodes[i]));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, "INSERT"), calx_test_on("postgresql") ? 3 : NODES);
    for (int i = NODES - LEAVES; i < NODES; i++)
        assert_true(nodes[i]->id > NODES - LEAVES);
    graph_forget(&fix);
    for (int i = 0; i < NODES; i++)
        graph_ok(&fix, calx_session_delete(fix.session, nodes[i]));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, "DELETE"), calx_test_on("postgresql") ? 1 : NODES);
    assert_int_equal(graph_statements(&fix, "SELECT"), 0);
    graph_close(&fix);
}

static void rows_round_a_circle_of_kinds_go_level_by_level(void **state)
{
    (void)state;
    enum { CREWS = 6 };
    graph fix;
    struct captain *captains[CREWS];
    calx_shows("SES-197");
    calx_shows("SES-174");
    graph_open(&fix);
    struct captain *admiral = captain("admiral");
    for (int i = 0; i < CREWS; i++) {
        struct ship *own = ship("own");
        captains[i] = captain("captain");
        captains[i]->ship = own;
        own->captain = admiral;
        graph_ok(&fix, calx_session_add(fix.session, captains[i]));
    }
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, "INSERT"),
                     calx_test_on("postgresql") ? 3 : 2 * CREWS + 1);
    assert_int_equal(graph_statements(&fix, "UPDATE"), 0);
    for (int i = 0; i < CREWS; i++)
        assert_int_equal(captains[i]->ship_id.value, captains[i]->ship->id);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(ship_id) FROM captains"), CREWS);
    graph_close(&fix);
}

static void members_of_many_owners_go_together(void **state)
{
    (void)state;
    enum { OWNERS = 20, EACH = 5 };
    graph fix;
    calx_shows("SES-174");
    graph_open(&fix);
    for (int i = 0; i < OWNERS; i++) {
        struct user *owner = graph_user("owner");
        char name[32];
        snprintf(name, sizeof(name), "owner %d", i);
        owner->name = name;
        graph_ok(&fix, calx_session_add(fix.session, owner));
        for (int k = 0; k < EACH; k++)
            graph_ok(&fix, graph_append(owner, 0, graph_address("somewhere")));
    }
    graph_forget(&fix);
    graph_ok(&fix, calx_session_commit(fix.session));
    bool together = calx_test_on("postgresql");
    assert_int_equal(graph_statements(&fix, "INSERT INTO \"users\""), together ? 1 : OWNERS);
    assert_int_equal(graph_statements(&fix, "INSERT INTO \"addresses\""),
                     together ? 1 : OWNERS * EACH);
    assert_int_equal(graph_number(&fix, "SELECT count(DISTINCT user_id) FROM addresses"), OWNERS);
    graph_close(&fix);
}

static void two_foreign_keys_are_written_each_for_itself(void **state)
{
    (void)state;
    graph fix;
    graph_open(&fix);
    struct account *a = account("a");
    struct account *b = account("b");
    struct transfer *transfer = calx_instance_new(&transfer_mapper);
    transfer->to = b;
    transfer->from = a;
    graph_ok(&fix, calx_session_add(fix.session, transfer));
    assert_int_equal(graph_count(a, ACCOUNT_OUTGOING), 1);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_one(transfer, TRANSFER_FROM) == a, 1);
    assert_int_equal(transfer->from_id, a->id);
    assert_int_equal(transfer->to_id, b->id);
    graph_close(&fix);
}

static void a_foreign_key_of_two_columns_follows_its_target(void **state)
{
    (void)state;
    graph fix;
    graph_open(&fix);
    struct parcel *parcel = calx_instance_new(&parcel_mapper);
    struct label *label = calx_instance_new(&label_mapper);
    parcel->country = "de";
    parcel->number = 7;
    graph_ok(&fix, graph_append(parcel, PARCEL_LABELS, label));
    graph_ok(&fix, calx_session_add(fix.session, parcel));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_string_equal(label->country, "de");
    assert_ptr_not_equal(label->country, parcel->country);
    assert_int_equal(label->number.value, 7);
    graph_ok(&fix, graph_remove(parcel, PARCEL_LABELS, label));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_null(label->country);
    assert_false(label->number.has_value);
    graph_close(&fix);
}

static void kinds_in_a_circle_are_fine_when_rows_are_not(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-197");
    graph_open(&fix);
    struct captain *ahab = captain("ahab");
    struct captain *boss = captain("boss");
    struct ship *pequod = ship("pequod");
    struct ship *flag = ship("flag");
    ahab->ship = pequod;
    pequod->captain = boss;
    boss->ship = flag;
    graph_ok(&fix, calx_session_add(fix.session, ahab));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(ship_id) FROM captains"), 2);
    graph_ok(&fix, calx_session_delete(fix.session, flag));
    graph_ok(&fix, calx_session_delete(fix.session, boss));
    graph_ok(&fix, calx_session_delete(fix.session, pequod));
    graph_ok(&fix, calx_session_delete(fix.session, ahab));
    graph_ok(&fix, calx_session_commit(fix.session));
    graph_close(&fix);
}

static void rows_in_a_circle_fail_the_flush(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-197");
    calx_shows("SES-154");
    calx_shows("ERR-12");
    graph_open(&fix);
    struct captain *ahab = captain("ahab");
    struct ship *pequod = ship("pequod");
    struct node *self = graph_node("self");
    ahab->ship = pequod;
    pequod->captain = ahab;
    graph_ok(&fix, calx_session_add(fix.session, ahab));
    graph_forget(&fix);
    assert_int_equal(calx_session_flush(fix.session), CALX_E_CIRCULAR_DEPENDENCY);
    assert_int_equal(graph_statements(&fix, ""), 0);
    assert_false(calx_session_is_active(fix.session));
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(calx_session_count_new(fix.session), 0);
    self->parent = self;
    graph_ok(&fix, calx_session_add(fix.session, self));
    assert_int_equal(calx_session_flush(fix.session), CALX_E_CIRCULAR_DEPENDENCY);
    graph_ok(&fix, calx_session_rollback(fix.session));
    graph_ok(&fix, graph_set(pequod, SHIP_CAPTAIN, NULL));
    graph_ok(&fix, calx_session_add(fix.session, ahab));
    graph_ok(&fix, calx_session_flush(fix.session));
    graph_ok(&fix, graph_set(pequod, SHIP_CAPTAIN, ahab));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(captain_id) FROM ships"), 1);
    graph_close(&fix);
}

static void a_reference_to_an_instance_of_no_session_is_not_written(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-190");
    graph_open(&fix);
    struct node *root = graph_node("root");
    struct node *child = graph_node("child");
    graph_ok(&fix, calx_session_add(fix.session, child));
    graph_ok(&fix, graph_append(root, NODE_CHILDREN, child));
    assert_null(calx_object_session(root));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(calx_session_count_warnings(fix.session), 1);
    assert_int_equal(graph_number(&fix, "SELECT parent_id FROM nodes"), -1);
    calx_instance_free(root);
    assert_null(graph_one(child, NODE_PARENT));
    graph_close(&fix);
}

/* Setting a reference to what it is already is no change, so the column that was set counts. */
static void a_foreign_key_stays_when_its_reference_did_not_change(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-186");
    graph_open(&fix);
    graph_sql(&fix, "INSERT INTO nodes (id, parent_id) VALUES (1, NULL), (2, NULL), (3, 1)");
    struct node *child = calx_instance_edit(graph_get(&fix, &node_mapper, 3));
    const void *parent = graph_one(child, NODE_PARENT);
    child->parent_id = (calx_nullable_int64){ true, 2 };
    graph_ok(&fix, calx_session_no_autoflush_begin(fix.session));
    graph_ok(&fix, graph_set(child, NODE_PARENT, parent));
    graph_ok(&fix, calx_session_no_autoflush_end(fix.session));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_ptr_equal(graph_one(child, NODE_PARENT), parent);
    assert_int_equal(graph_number(&fix, "SELECT parent_id FROM nodes WHERE id = 3"), 2);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_ptr_equal(graph_one(child, NODE_PARENT), graph_get(&fix, &node_mapper, 2));
    graph_close(&fix);
}

/* What a column was set to for one flush is not what a later one sends. */
static void a_reference_set_after_an_expression_counts(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-180");
    graph_open(&fix);
    graph_sql(&fix, "INSERT INTO nodes (id) VALUES (1), (2), (3)");
    const struct node *child = graph_get(&fix, &node_mapper, 3);
    size_t column = 0;
    while (strcmp(node_mapper.columns[column].name, "parent_id") != 0)
        column++;
    const calx_column_ref parent = { .mapper = &node_mapper, .column = (uint16_t)column };
    graph_ok(&fix, calx_session_set_expression(fix.session, child, parent, calx_scalar(1)));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT parent_id FROM nodes WHERE id = 3"), 1);
    const struct node *other = graph_get(&fix, &node_mapper, 2);
    graph_ok(&fix, graph_set(child, NODE_PARENT, other));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT parent_id FROM nodes WHERE id = 3"), 2);
    graph_close(&fix);
}

static void a_foreign_key_and_a_reference_that_both_changed(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-186");
    graph_open(&fix);
    graph_sql(&fix, "INSERT INTO nodes (id) VALUES (1), (2), (3)");
    struct node *child = calx_instance_edit(graph_get(&fix, &node_mapper, 3));
    child->parent = graph_get(&fix, &node_mapper, 1);
    child->parent_id = (calx_nullable_int64){ true, 2 };
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT parent_id FROM nodes WHERE id = 3"), 1);
    graph_close(&fix);
}

static void a_chain_of_a_hundred_thousand_rows_needs_no_deep_stack(void **state)
{
    (void)state;
    graph fix;
    open_quietly(&fix);
    struct node *above = graph_node(NULL);
    struct node *first = above;
    for (int i = 1; i < CHAIN; i++) {
        struct node *below = graph_node(NULL);
        below->parent = NULL;
        graph_ok(&fix, graph_set(above, NODE_PARENT, below));
        above = below;
    }
    graph_ok(&fix, calx_session_add(fix.session, first));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(first->id, CHAIN);
    assert_int_equal(above->id, 1);
    graph_ok(&fix, calx_session_rollback(fix.session));
    graph_ok(&fix, calx_session_add(fix.session, above));
    assert_int_equal(calx_session_count_new(fix.session), CHAIN);
    graph_close(&fix);
}

/* Of this process alone: a busy machine changes them little. */
static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Members come one by one, all of them of one owner, and go with it: what would be quadratic. */
static double time_of_one_collection(const graph *fix, int count)
{
    double start = seconds();
    struct account *owner = account("owner");
    graph_ok(fix, calx_session_add(fix->session, owner));
    for (int i = 0; i < count; i++) {
        struct transfer *transfer = calx_instance_new(&transfer_mapper);
        graph_ok(fix, graph_set(transfer, TRANSFER_TO, owner));
        graph_ok(fix, graph_append(owner, ACCOUNT_OUTGOING, transfer));
    }
    graph_ok(fix, calx_session_flush(fix->session));
    graph_ok(fix, calx_session_rollback(fix->session));
    graph_ok(fix, calx_session_close(fix->session));
    return seconds() - start;
}

static void a_large_collection_costs_what_its_members_cost(void **state)
{
    (void)state;
    graph fix;
    open_quietly(&fix);
    double few = time_of_one_collection(&fix, MANY);
    double many = time_of_one_collection(&fix, MANY * 8);
    if (many > few * 8 * 3 + 0.5)
        fail_msg("%d members took %.3f s, %d took %.3f s", MANY, few, MANY * 8, many);
    graph_close(&fix);
}

/* Inserted, some of it deleted, some marked, in other orders, and all of it taken back. */
static double time_of_one_rollback(const graph *fix, int count)
{
    struct account **accounts = calloc((size_t)count, sizeof(*accounts));
    assert_non_null(accounts);
    for (int i = 0; i < count; i++) {
        accounts[i] = account("owner");
        graph_ok(fix, calx_session_add(fix->session, accounts[i]));
    }
    graph_ok(fix, calx_session_flush(fix->session));
    for (int part = 2; part > 0; part--) {
        for (int i = part * count / 4; i < (part + 1) * count / 4; i++)
            graph_ok(fix, calx_session_delete(fix->session, accounts[i]));
        graph_ok(fix, calx_session_flush(fix->session));
    }
    for (int i = count - 1; i >= 3 * count / 4; i--)
        graph_ok(fix, calx_session_delete(fix->session, accounts[i]));
    double start = seconds();
    graph_ok(fix, calx_session_rollback(fix->session));
    double taken = seconds() - start;
    assert_int_equal(calx_session_count_deleted(fix->session), 0);
    for (int i = 0; i < count; i++) {
        assert_null(calx_object_session(accounts[i]));
        assert_false(calx_instance_was_deleted(accounts[i]));
    }
    free(accounts);
    graph_ok(fix, calx_session_close(fix->session));
    return taken;
}

static void a_rollback_costs_what_its_instances_cost(void **state)
{
    (void)state;
    graph fix;
    open_quietly(&fix);
    double few = time_of_one_rollback(&fix, MANY * 2);
    double many = time_of_one_rollback(&fix, MANY * 16);
    if (many > few * 8 * 3 + 0.1)
        fail_msg("%d instances took %.3f s, %d took %.3f s", MANY * 2, few, MANY * 16, many);
    graph_close(&fix);
}

static void many_owners_with_members_are_written_at_once(void **state)
{
    (void)state;
    graph fix;
    open_quietly(&fix);
    double start = seconds();
    for (int i = 0; i < MANY / 2; i++) {
        struct node *owner = graph_node(NULL);
        for (int k = 0; k < 10; k++)
            graph_ok(&fix, graph_append(owner, NODE_CHILDREN, graph_node(NULL)));
        graph_ok(&fix, calx_session_add(fix.session, owner));
    }
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM nodes"), MANY / 2 * 11);
    if (seconds() - start > 30)
        fail_msg("it took %.1f s", seconds() - start);
    graph_close(&fix);
}

/* ---- no memory ---- */

static void build(struct user **out_user, struct address *out_addresses[2])
{
    *out_user = calx_instance_new(&user_mapper);
    for (int i = 0; i < 2; i++)
        out_addresses[i] = *out_user == NULL ? NULL : calx_instance_new(&address_mapper);
}

/* Whether each address is a member exactly when it points at the user. */
static bool is_in_step(const struct user *user, struct address *const addresses[2])
{
    size_t members = 0;
    for (int i = 0; i < 2; i++) {
        bool member = false;
        for (size_t k = 0; k < user->addresses.count; k++)
            member = member || user->addresses.items[k] == addresses[i];
        members += member;
        if (member != (addresses[i]->user == user))
            return false;
        if (member && calx_object_session(addresses[i]) != calx_object_session(user))
            return false;
    }
    return members == user->addresses.count;
}

static calx_status relate_all(calx_session *session, struct user *user,
                              struct address *const addresses[2])
{
    user->name = "ed";
    calx_status status = calx_session_add(session, user);
    for (int i = 0; i < 2 && status == CALX_OK; i++) {
        addresses[i]->email = "somewhere";
        status = calx_relationship_append(user, &user_mapper.relationships[0], addresses[i]);
    }
    if (status == CALX_OK)
        status = calx_relationship_remove(user, &user_mapper.relationships[0], addresses[0]);
    if (status == CALX_OK)
        status = calx_relationship_append(user, &user_mapper.relationships[0], addresses[0]);
    return status == CALX_OK ? calx_session_flush(session) : status;
}

static calx_status reload(calx_session *session, int64_t id)
{
    const calx_value key = calx_value_int64(id);
    const void *user = NULL;
    const void *const *items = NULL;
    size_t count = 0;
    calx_status status = calx_session_expire_all(session);
    if (status == CALX_OK)
        status = calx_session_get_one(session, &user_mapper, &key, &user);
    if (status == CALX_OK)
        status = calx_relationship_many(user, &user_mapper.relationships[0], &items, &count);
    if (status == CALX_OK)
        assert_int_equal(count, 2);
    if (status == CALX_OK)
        status = calx_session_delete(session, user);
    return status == CALX_OK ? calx_session_flush(session) : status;
}

/* The whole of a small graph's life with so much memory. */
static calx_status live(const char *url)
{
    calx_engine *engine = NULL;
    calx_session *session = NULL;
    struct user *user = NULL;
    struct address *addresses[2] = { NULL, NULL };
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_status status = calx_engine_new(url, NULL, &engine, NULL);
    options.bind = engine;
    if (status == CALX_OK)
        status = calx_session_new(&options, &session, NULL);
    if (status == CALX_OK)
        build(&user, addresses);
    if (status == CALX_OK && addresses[1] == NULL)
        status = CALX_E_NOMEM;
    if (status == CALX_OK) {
        status = relate_all(session, user, addresses);
        assert_true(status != CALX_E_NOMEM || is_in_step(user, addresses));
    }
    if (status == CALX_OK)
        status = reload(session, user->id);
    for (int i = 0; i < 2; i++)
        calx_instance_free(addresses[i]);
    calx_instance_free(user);
    calx_session_free(session);
    calx_engine_free(engine);
    return status;
}

static void any_failed_allocation_leaves_both_sides_in_step(void **state)
{
    (void)state;
    graph fix;
    graph_open(&fix);
    graph_close(&fix);
    calx_status status = CALX_E_NOMEM;
    long allowed = 0;
    for (; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = live(calx_test_url());
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
    assert_true(allowed > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(owners_are_inserted_before_what_points_at_them),
        cmocka_unit_test(kinds_are_in_order_when_only_values_link_them),
        cmocka_unit_test(kinds_are_deleted_in_order_when_only_values_link_them),
        cmocka_unit_test(rows_are_inserted_as_added_and_updated_and_deleted_by_key),
        cmocka_unit_test(a_foreign_key_stays_when_its_reference_did_not_change),
        cmocka_unit_test(updates_come_before_inserts_unless_they_point_at_them),
        cmocka_unit_test(a_unique_value_is_free_after_an_update_and_not_after_a_delete),
        cmocka_unit_test(a_tree_is_inserted_and_deleted_in_its_order),
        cmocka_unit_test(a_tree_goes_level_by_level),
        cmocka_unit_test(rows_round_a_circle_of_kinds_go_level_by_level),
        cmocka_unit_test(members_of_many_owners_go_together),
        cmocka_unit_test(two_foreign_keys_are_written_each_for_itself),
        cmocka_unit_test(a_foreign_key_of_two_columns_follows_its_target),
        cmocka_unit_test(kinds_in_a_circle_are_fine_when_rows_are_not),
        cmocka_unit_test(rows_in_a_circle_fail_the_flush),
        cmocka_unit_test(a_reference_to_an_instance_of_no_session_is_not_written),
        cmocka_unit_test(a_reference_set_after_an_expression_counts),
        cmocka_unit_test(a_foreign_key_and_a_reference_that_both_changed),
        cmocka_unit_test(a_chain_of_a_hundred_thousand_rows_needs_no_deep_stack),
        cmocka_unit_test(a_large_collection_costs_what_its_members_cost),
        cmocka_unit_test(a_rollback_costs_what_its_instances_cost),
        cmocka_unit_test(many_owners_with_members_are_written_at_once),
        cmocka_unit_test(any_failed_allocation_leaves_both_sides_in_step),
    };
    return CALX_RUN("unit_of_work", tests);
}
