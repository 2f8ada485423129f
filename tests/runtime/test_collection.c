/*
 * Whole collections: members inserted at a place, exchanged, cleared, counted and looked for. The
 * other side follows, only what changed is written, and a call that fails has changed nothing.
 */
#include "support/graph_session.h"
#include "support/harness.h"
#include "support/ration.h"

#include <stdlib.h>
#include <string.h>

/* Users 1 and 2; 1 has addresses 1 and 2. Nodes 1 <- 2, 3, 4; node 5 is alone. */
static void set_up(graph *fix, bool autoflush)
{
    graph_open(fix);
    graph_sql(fix, "INSERT INTO users (name, role, revision) VALUES ('ed', 0, 1), ('wendy', 0, 1)");
    graph_sql(fix, "INSERT INTO addresses (email, user_id) VALUES ('ed@one', 1), ('ed@two', 1)");
    graph_sql(fix, "INSERT INTO nodes (parent_id) VALUES (NULL), (1), (1), (1), (NULL)");
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

static const calx_relationship *children(void)
{
    return &node_mapper.relationships[NODE_CHILDREN];
}

static const calx_relationship *addresses(void)
{
    return &user_mapper.relationships[0];
}

static calx_status replace(const struct node *owner, const struct node *const *items, size_t count)
{
    const void *given[8];
    for (size_t i = 0; i < count; i++)
        given[i] = items[i];
    return calx_relationship_replace(owner, children(), given, count);
}

static bool contains(const void *owner, const calx_relationship *relationship, const void *item)
{
    bool answer = false;
    assert_int_equal(calx_relationship_contains(owner, relationship, item, &answer), CALX_OK);
    return answer;
}

static void assert_children(const struct node *owner, size_t count, const int64_t *ids)
{
    assert_int_equal(graph_count(owner, NODE_CHILDREN), count);
    assert_int_equal(owner->children.count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(owner->children.items[i]->id, ids[i]);
        assert_ptr_equal(owner->children.items[i]->parent, owner);
    }
}

/* ---- reading ---- */

static void counting_loads_once_and_includes_what_waits(void **state)
{
    (void)state;
    graph fix;
    size_t count = 0;
    calx_shows("SES-300");
    set_up(&fix, false);
    const struct node *root = node(&fix, 1);
    graph_ok(&fix, graph_set(node(&fix, 5), NODE_PARENT, root));
    graph_forget(&fix);
    graph_ok(&fix, calx_relationship_count(root, children(), &count));
    assert_int_equal(count, 4);
    assert_int_equal(graph_statements(&fix, ""), 1);
    graph_ok(&fix, calx_relationship_count(root, children(), &count));
    assert_true(contains(root, children(), node(&fix, 5)));
    assert_true(contains(root, children(), node(&fix, 2)));
    assert_false(contains(root, children(), root));
    assert_int_equal(graph_statements(&fix, ""), 1);
    graph_close(&fix);
}

static void new_owners_are_counted_without_a_statement(void **state)
{
    (void)state;
    graph fix;
    size_t count = 7;
    calx_shows("SES-302");
    set_up(&fix, true);
    struct node *root = graph_node("root");
    struct node *child = graph_node("child");
    graph_forget(&fix);
    graph_ok(&fix, calx_relationship_count(root, children(), &count));
    assert_int_equal(count, 0);
    assert_false(contains(root, children(), child));
    graph_ok(&fix, calx_relationship_insert(root, children(), 0, child));
    assert_true(contains(root, children(), child));
    graph_ok(&fix, calx_relationship_clear(root, children()));
    assert_false(contains(root, children(), child));
    assert_null(child->parent);
    assert_int_equal(graph_statements(&fix, ""), 0);
    calx_instance_free(root);
    calx_instance_free(child);
    graph_close(&fix);
}

/* ---- inserting ---- */

static void an_insert_loads_the_collection_and_puts_the_item_where_it_says(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-306");
    set_up(&fix, true);
    const struct node *root = node(&fix, 1);
    graph_forget(&fix);
    graph_ok(&fix, calx_relationship_insert(root, children(), 1, node(&fix, 5)));
    assert_int_equal(graph_statements(&fix, "SELECT"), 2);
    assert_children(root, 4, (const int64_t[]){ 2, 5, 3, 4 });
    graph_ok(&fix, calx_relationship_insert(root, children(), 0, node(&fix, 4)));
    assert_children(root, 4, (const int64_t[]){ 4, 2, 5, 3 });
    graph_ok(&fix, calx_relationship_insert(root, children(), 3, node(&fix, 4)));
    assert_children(root, 4, (const int64_t[]){ 2, 5, 3, 4 });
    graph_forget(&fix);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, "UPDATE"), 1);
    assert_children(root, 4, (const int64_t[]){ 2, 3, 4, 5 });
    graph_close(&fix);
}

static void an_insert_behind_the_end_is_refused(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    const struct node *root = node(&fix, 1);
    const struct node *other = node(&fix, 5);
    assert_int_equal(calx_relationship_insert(root, children(), 4, other), CALX_E_ARGUMENT);
    assert_non_null(strstr(calx_session_error(fix.session)->message, "node.children has 3"));
    assert_int_equal(calx_relationship_insert(root, children(), 3, node(&fix, 2)), CALX_E_ARGUMENT);
    assert_children(root, 3, (const int64_t[]){ 2, 3, 4 });
    assert_null(graph_one(other, NODE_PARENT));
    graph_ok(&fix, calx_relationship_insert(root, children(), 3, other));
    assert_children(root, 4, (const int64_t[]){ 2, 3, 4, 5 });
    graph_close(&fix);
}

/* ---- replacing ---- */

static void replacing_writes_only_who_came_and_who_went(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-184");
    calx_shows("SES-306");
    set_up(&fix, true);
    const struct node *root = node(&fix, 1);
    struct node *made = graph_node("made");
    const struct node *items[] = { node(&fix, 5), node(&fix, 3), made, node(&fix, 3) };
    graph_forget(&fix);
    graph_ok(&fix, replace(root, items, 4));
    assert_int_equal(graph_statements(&fix, ""), 1);
    assert_int_equal(root->children.count, 3);
    assert_ptr_equal(root->children.items[0], items[0]);
    assert_ptr_equal(root->children.items[1], items[1]);
    assert_ptr_equal(root->children.items[2], made);
    assert_ptr_equal(calx_object_session(made), fix.session);
    assert_null(node(&fix, 2)->parent);
    assert_null(graph_one(node(&fix, 4), NODE_PARENT));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, "INSERT"), 1);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM nodes WHERE parent_id = 1"), 3);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM nodes WHERE parent_id IS NULL"), 3);
    graph_forget(&fix);
    graph_ok(&fix, replace(root, (const struct node *const[]){ node(&fix, 3), items[0], made }, 3));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, "UPDATE"), 0);
    graph_close(&fix);
}

static void a_replaced_member_that_needs_an_owner_is_deleted(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-282");
    calx_shows("SES-283");
    set_up(&fix, true);
    const struct user *ed = user(&fix, 1);
    struct address *fresh = graph_address("fresh");
    struct address *fleeting = graph_address("fleeting");
    graph_ok(&fix, graph_append(ed, 0, fleeting));
    const void *items[] = { address(&fix, 2), fresh };
    graph_ok(&fix, calx_relationship_replace(ed, addresses(), items, 2));
    assert_null(calx_object_session(fleeting));
    assert_int_equal(calx_session_count_deleted(fix.session), 0);
    graph_forget(&fix);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, "DELETE FROM"), 1);
    assert_int_equal(graph_statements(&fix, "INSERT INTO"), 1);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM addresses WHERE user_id = 1"), 2);
    calx_instance_free(fleeting);
    graph_ok(&fix, calx_relationship_clear(ed, addresses()));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM addresses"), 0);
    graph_close(&fix);
}

static void members_of_another_owner_move(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-187");
    calx_shows("SES-287");
    set_up(&fix, true);
    const struct user *ed = user(&fix, 1);
    const struct user *wendy = user(&fix, 2);
    const void *items[] = { address(&fix, 2), address(&fix, 1) };
    assert_int_equal(graph_count(ed, 0), 2);
    graph_ok(&fix, calx_relationship_clear(ed, addresses()));
    graph_ok(&fix, calx_relationship_replace(wendy, addresses(), items, 2));
    assert_ptr_equal(wendy->addresses.items[0], items[0]);
    assert_int_equal(graph_count(ed, 0), 0);
    graph_forget(&fix);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, "DELETE"), 0);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM addresses WHERE user_id = 2"), 2);
    graph_close(&fix);
}

static void the_arrays_own_items_can_be_given(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    const struct node *root = node(&fix, 1);
    const void *const *items = NULL;
    size_t count = 0;
    graph_ok(&fix, calx_relationship_many(root, children(), &items, &count));
    graph_ok(&fix, calx_relationship_replace(root, children(), items + 1, count - 1));
    assert_children(root, 2, (const int64_t[]){ 3, 4 });
    graph_close(&fix);
}

static void what_is_no_member_is_refused_and_nothing_changes(void **state)
{
    (void)state;
    graph fix;
    bool answer = false;
    size_t count = 0;
    calx_shows("SES-189");
    set_up(&fix, true);
    const struct node *root = node(&fix, 1);
    const void *with_null[] = { node(&fix, 5), NULL };
    const void *with_other[] = { node(&fix, 5), user(&fix, 1) };
    struct node *made = graph_node("made");
    const void *wrong[] = { made, &fix };
    const calx_relationship *all = children();
    assert_int_equal(calx_relationship_replace(root, all, with_null, 2), CALX_E_UNMAPPED);
    assert_int_equal(calx_relationship_replace(root, all, with_other, 2), CALX_E_UNMAPPED);
    assert_int_equal(calx_relationship_replace(root, all, wrong, 2), CALX_E_UNMAPPED);
    assert_int_equal(calx_relationship_replace(root, all, NULL, 2), CALX_E_ARGUMENT);
    assert_int_equal(calx_relationship_insert(root, all, 0, NULL), CALX_E_UNMAPPED);
    assert_int_equal(calx_relationship_contains(root, all, NULL, &answer), CALX_E_UNMAPPED);
    assert_int_equal(calx_relationship_count(root, all, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_relationship_count(root, &node_mapper.relationships[NODE_PARENT], &count),
                     CALX_E_ARGUMENT);
    assert_int_equal(calx_relationship_clear(user(&fix, 1), all), CALX_E_UNMAPPED);
    assert_null(calx_object_session(made));
    assert_null(graph_one(node(&fix, 5), NODE_PARENT));
    assert_children(root, 3, (const int64_t[]){ 2, 3, 4 });
    assert_int_equal(calx_session_count_dirty(fix.session), 0);
    calx_instance_free(made);
    graph_close(&fix);
}

static void a_member_that_cannot_come_leaves_everything_as_it_was(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    const struct node *root = node(&fix, 1);
    struct node *gone = (struct node *)node(&fix, 5);
    graph_ok(&fix, calx_session_delete(fix.session, gone));
    graph_ok(&fix, calx_session_flush(fix.session));
    struct node *made = graph_node("made");
    const struct node *items[] = { made, node(&fix, 3), gone };
    assert_int_equal(replace(root, items, 3), CALX_E_STATE);
    assert_null(calx_object_session(made));
    assert_null(made->parent);
    assert_children(root, 3, (const int64_t[]){ 2, 3, 4 });
    graph_ok(&fix, replace(root, items, 2));
    assert_ptr_equal(calx_object_session(made), fix.session);
    graph_close(&fix);
}

static void undo_savepoint(const graph *fix)
{
    calx_session_transaction savepoint = calx_session_get_nested_transaction(fix->session);
    graph_ok(fix, calx_session_transaction_rollback(savepoint));
}

static void rolled_back_changes_are_gone(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    const struct node *root = node(&fix, 1);
    graph_ok(&fix, calx_relationship_insert(root, children(), 0, node(&fix, 5)));
    graph_ok(&fix, calx_session_begin_nested(fix.session));
    graph_ok(&fix, replace(root, (const struct node *const[]){ node(&fix, 4) }, 1));
    assert_children(root, 1, (const int64_t[]){ 4 });
    graph_ok(&fix, calx_session_flush(fix.session));
    undo_savepoint(&fix);
    assert_children(root, 4, (const int64_t[]){ 2, 3, 4, 5 });
    graph_ok(&fix, calx_session_begin_nested(fix.session));
    graph_ok(&fix, calx_relationship_clear(root, children()));
    undo_savepoint(&fix);
    assert_children(root, 4, (const int64_t[]){ 2, 3, 4, 5 });
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_children(root, 3, (const int64_t[]){ 2, 3, 4 });
    graph_close(&fix);
}

/* ---- against an array ---- */

enum { ITEMS = 40, STEPS = 4000 };

/* The children of one node, as an array has them. */
typedef struct expectation {
    const void *items[ITEMS];
    size_t count;
    uint32_t seed;
} expectation;

static size_t any(expectation *self, size_t below)
{
    self->seed = self->seed * 1664525u + 1013904223u;
    return (self->seed >> 16) % below;
}

static size_t expected_position(const expectation *self, const void *item)
{
    size_t i = 0;
    while (i < self->count && self->items[i] != item)
        i++;
    return i;
}

static void expect_out(expectation *self, const void *item)
{
    size_t i = expected_position(self, item);
    if (i == self->count)
        return;
    memmove(&self->items[i], &self->items[i + 1], (self->count - i - 1) * sizeof(void *));
    self->count--;
}

static void expect_in(expectation *self, size_t position, const void *item)
{
    memmove(&self->items[position + 1], &self->items[position],
            (self->count - position) * sizeof(void *));
    self->items[position] = item;
    self->count++;
}

static void insert_any(expectation *self, const struct node *root, const struct node *item)
{
    expect_out(self, item);
    size_t position = any(self, self->count + 1);
    assert_int_equal(calx_relationship_insert(root, children(), position, item), CALX_OK);
    expect_in(self, position, item);
}

static void exchange_any(expectation *self, const struct node *root, struct node *const *nodes)
{
    const void *given[ITEMS];
    size_t count = any(self, ITEMS);
    for (size_t i = 0; i < count; i++)
        given[i] = nodes[any(self, ITEMS)];
    assert_int_equal(calx_relationship_replace(root, children(), given, count), CALX_OK);
    self->count = 0;
    for (size_t i = 0; i < count; i++)
        if (expected_position(self, given[i]) == self->count)
            self->items[self->count++] = given[i];
}

static void step(expectation *self, const struct node *root, struct node *const *nodes)
{
    const struct node *item = nodes[any(self, ITEMS)];
    bool is_in = expected_position(self, item) < self->count;
    assert_int_equal(contains(root, children(), item), is_in);
    switch (any(self, 60)) {
    case 0:
        exchange_any(self, root, nodes);
        break;
    case 1:
        assert_int_equal(calx_relationship_clear(root, children()), CALX_OK);
        self->count = 0;
        break;
    default:
        if (any(self, 2) == 0)
            insert_any(self, root, item);
        else if (is_in)
            assert_int_equal(graph_remove(root, NODE_CHILDREN, item), CALX_OK);
        if (!is_in || contains(root, children(), item))
            break;
        expect_out(self, item);
    }
}

static void a_collection_is_what_an_array_says(void **state)
{
    (void)state;
    struct node *nodes[ITEMS];
    struct node *root = graph_node("root");
    expectation self = { .seed = 7 };
    for (size_t i = 0; i < ITEMS; i++)
        nodes[i] = graph_node(NULL);
    for (size_t i = 0; i < STEPS; i++) {
        step(&self, root, nodes);
        assert_int_equal(root->children.count, self.count);
        if (self.count > 0)
            assert_memory_equal(root->children.items, self.items, self.count * sizeof(void *));
    }
    for (size_t i = 0; i < ITEMS; i++)
        calx_instance_free(nodes[i]);
    calx_instance_free(root);
}

/* ---- without memory ---- */

static calx_status exchange(const struct node *root, const struct node *const *items)
{
    calx_status status = replace(root, items, 3);
    if (status == CALX_OK)
        status = calx_relationship_insert(root, children(), 1, items[3]);
    return status;
}

static void a_replacement_without_memory_changes_nothing(void **state)
{
    (void)state;
    graph fix;
    ration account;
    calx_status status = CALX_E_NOMEM;
    assert_true(ration_start(&account, RATION_UNLIMITED));
    set_up(&fix, false);
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        graph_reopen(&fix, false);
        const struct node *root = node(&fix, 1);
        struct node *made = graph_node("made");
        struct node *late = graph_node("late");
        const struct node *items[] = { made, node(&fix, 3), node(&fix, 5), late };
        atomic_store(&account.left, allowed);
        status = exchange(root, items);
        atomic_store(&account.left, RATION_UNLIMITED);
        bool is_replaced = calx_object_session(made) != NULL;
        assert_int_equal(graph_count(root, NODE_CHILDREN), status == CALX_OK ? 4 : 3);
        assert_int_equal(graph_has(root, NODE_CHILDREN, made), is_replaced);
        assert_int_equal(graph_has(root, NODE_CHILDREN, node(&fix, 2)), !is_replaced);
        assert_ptr_equal(graph_one(node(&fix, 5), NODE_PARENT), is_replaced ? root : NULL);
        assert_ptr_equal(graph_one(node(&fix, 2), NODE_PARENT), is_replaced ? NULL : root);
        assert_ptr_equal(late->parent, status == CALX_OK ? root : NULL);
        calx_session_close(fix.session);
        if (!is_replaced)
            calx_instance_free(made);
        if (status != CALX_OK)
            calx_instance_free(late);
    }
    graph_close(&fix);
    assert_int_equal(ration_stop(&account), 0);
}

/* ---- many members ---- */

enum { MANY = 100000 };

/* A new node with so many children, none of them in a session. */
static struct node *large_family(struct node **members)
{
    struct node *root = graph_node("root");
    for (size_t i = 0; i < MANY; i++) {
        members[i] = graph_node(NULL);
        assert_int_equal(graph_append(root, NODE_CHILDREN, members[i]), CALX_OK);
    }
    return root;
}

static void free_family(struct node *root, struct node **members)
{
    for (size_t i = 0; i < MANY; i++)
        calx_instance_free(members[i]);
    calx_instance_free(root);
    free((void *)members);
}

/* The steps go through all positions, far from each other. */
static size_t scattered(size_t i)
{
    return i * 38197 % MANY;
}

static size_t identity(size_t i)
{
    return i;
}

static size_t backwards(size_t i)
{
    return MANY - 1 - i;
}

static void a_large_collection_is_emptied_one_by_one_in_any_order(void **state)
{
    (void)state;
    static size_t (*const orders[])(size_t i) = { identity, backwards, scattered };
    for (size_t order = 0; order < sizeof(orders) / sizeof(orders[0]); order++) {
        struct node **members = calloc(MANY, sizeof(*members));
        assert_non_null(members);
        struct node *root = large_family(members);
        for (size_t i = 0; i < MANY; i++) {
            struct node *member = members[orders[order](i)];
            assert_true(contains(root, children(), member));
            assert_int_equal(graph_remove(root, NODE_CHILDREN, member), CALX_OK);
            assert_false(contains(root, children(), member));
        }
        assert_int_equal(root->children.count, 0);
        free_family(root, members);
    }
}

static void a_large_collection_is_replaced_and_cleared_at_once(void **state)
{
    (void)state;
    struct node **members = calloc(MANY, sizeof(*members));
    assert_non_null(members);
    struct node *root = large_family(members);
    const void **reversed = calloc(MANY, sizeof(*reversed));
    assert_non_null(reversed);
    for (size_t i = 0; i < MANY; i++)
        reversed[i] = members[backwards(i)];
    for (size_t round = 0; round < 10; round++) {
        assert_int_equal(calx_relationship_replace(root, children(), reversed, MANY), CALX_OK);
        assert_ptr_equal(root->children.items[0], members[MANY - 1]);
        assert_int_equal(calx_relationship_replace(root, children(), reversed + MANY / 2, MANY / 2),
                         CALX_OK);
        assert_int_equal(root->children.count, MANY / 2);
        assert_true(contains(root, children(), members[0]));
        assert_null(members[MANY - 1]->parent);
        assert_int_equal(calx_relationship_clear(root, children()), CALX_OK);
        assert_int_equal(root->children.count, 0);
        assert_null(members[0]->parent);
    }
    free((void *)reversed);
    free_family(root, members);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counting_loads_once_and_includes_what_waits),
        cmocka_unit_test(new_owners_are_counted_without_a_statement),
        cmocka_unit_test(an_insert_loads_the_collection_and_puts_the_item_where_it_says),
        cmocka_unit_test(an_insert_behind_the_end_is_refused),
        cmocka_unit_test(replacing_writes_only_who_came_and_who_went),
        cmocka_unit_test(a_replaced_member_that_needs_an_owner_is_deleted),
        cmocka_unit_test(members_of_another_owner_move),
        cmocka_unit_test(the_arrays_own_items_can_be_given),
        cmocka_unit_test(what_is_no_member_is_refused_and_nothing_changes),
        cmocka_unit_test(a_member_that_cannot_come_leaves_everything_as_it_was),
        cmocka_unit_test(rolled_back_changes_are_gone),
        cmocka_unit_test(a_collection_is_what_an_array_says),
        cmocka_unit_test(a_replacement_without_memory_changes_nothing),
        cmocka_unit_test(a_large_collection_is_emptied_one_by_one_in_any_order),
        cmocka_unit_test(a_large_collection_is_replaced_and_cleared_at_once),
    };
    return CALX_RUN("collection", tests);
}
