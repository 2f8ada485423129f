/*
 * What comes back with a savepoint: values, versions, keys, both sides of relationships, and what
 * left the session meanwhile.
 */
#include "session_fixture.h"
#include "support/graph_session.h"
#include "support/ration.h"

static calx_session_transaction nested(calx_session *session)
{
    calx_session_transaction savepoint = calx_session_get_nested_transaction(session);
    assert_true(savepoint.number != 0);
    return savepoint;
}

/* Begins a savepoint and answers its handle. */
static calx_session_transaction begin_nested(calx_session *session)
{
    assert_int_equal(calx_session_begin_nested(session), CALX_OK);
    return nested(session);
}

static void release(calx_session_transaction savepoint)
{
    assert_int_equal(calx_session_transaction_commit(savepoint), CALX_OK);
}

static void roll_back(calx_session_transaction savepoint)
{
    assert_int_equal(calx_session_transaction_rollback(savepoint), CALX_OK);
}

static void flush(calx_session *session)
{
    assert_int_equal(calx_session_flush(session), CALX_OK);
}

static void commit(calx_session *session)
{
    assert_int_equal(calx_session_commit(session), CALX_OK);
}

/* How many SELECTs it takes to have an instance up to date. */
static size_t selects_to_load(fixture *fix, const void *entity)
{
    log_sink_forget(&fix->sink);
    assert_int_equal(calx_session_load(fix->session, entity), CALX_OK);
    return logged(fix, "SELECT");
}

static int64_t count_users(calx_session *session)
{
    return number(session, "SELECT count(*) FROM users");
}

/* ---- values ---- */

static void what_came_back_can_be_worked_with(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *ed = stored_user(fix.session, "ed");
    const struct user *jack = stored_user(fix.session, "jack");
    assert_int_equal(set_fullname(ed, "outer"), CALX_OK);
    calx_session_transaction savepoint = begin_nested(fix.session);
    assert_int_equal(set_fullname(ed, "inner"), CALX_OK);
    flush(fix.session);
    assert_int_equal(calx_session_delete(fix.session, ed), CALX_OK);
    assert_int_equal(calx_session_delete(fix.session, jack), CALX_OK);
    struct user *added = add_user(fix.session, "new");
    flush(fix.session);
    roll_back(savepoint);
    assert_string_equal(ed->fullname, "outer");
    assert_int_equal(calx_session_add(fix.session, added), CALX_OK);
    assert_int_equal(set_fullname(ed, "again"), CALX_OK);
    assert_int_equal(set_fullname(jack, "changed"), CALX_OK);
    commit(fix.session);
    assert_int_equal(count_users(fix.session), 3);
    assert_stored_text(fix.session, "SELECT fullname FROM users WHERE name = 'ed'", "again");
    assert_stored_text(fix.session, "SELECT fullname FROM users WHERE name = 'jack'", "changed");
    tear_down(&fix);
}

/* A version column is counted up inside and must be as before afterwards. */
static void versions_are_those_of_the_outer_level(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *ed = add_user(fix.session, "ed");
    flush(fix.session);
    calx_session_transaction savepoint = begin_nested(fix.session);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(set_fullname(ed, i % 2 == 0 ? "a" : "b"), CALX_OK);
        flush(fix.session);
    }
    assert_int_equal(ed->revision, 4);
    roll_back(savepoint);
    assert_int_equal(ed->revision, 1);
    assert_int_equal(set_fullname(ed, "outer"), CALX_OK);
    commit(fix.session);
    assert_int_equal(number(fix.session, "SELECT revision FROM users"), 2);
    tear_down(&fix);
}

/* ---- keys ---- */

static calx_status set_id(const struct user *user, int64_t id)
{
    return calx_instance_set_int64(user, &user_mapper.columns[USER_ID], id);
}

static void keys_changed_inside_come_back(void **state)
{
    (void)state;
    calx_shows("SES-141");
    fixture fix;
    set_up(&fix);
    const struct user *ed = stored_user(fix.session, "ed");
    const struct user *jack = stored_user(fix.session, "jack");
    assert_int_equal(set_id(ed, 10), CALX_OK);
    calx_session_transaction outer = begin_nested(fix.session);
    assert_int_equal(set_id(ed, 20), CALX_OK);
    flush(fix.session);
    assert_int_equal(set_id(jack, 10), CALX_OK); /* takes the key that became free */
    flush(fix.session);
    calx_session_transaction inner = begin_nested(fix.session);
    assert_int_equal(set_id(ed, 30), CALX_OK);
    flush(fix.session);
    assert_int_equal(set_id(ed, 40), CALX_OK);
    flush(fix.session);
    assert_ptr_equal(get_user(fix.session, 40), ed);
    roll_back(inner);
    assert_ptr_equal(get_user(fix.session, 20), ed);
    assert_ptr_equal(get_user(fix.session, 10), jack);
    inner = begin_nested(fix.session);
    assert_int_equal(set_id(ed, 50), CALX_OK);
    release(inner);
    assert_ptr_equal(get_user(fix.session, 50), ed);
    roll_back(outer);
    assert_int_equal(ed->id, 10);
    assert_int_equal(jack->id, 2);
    assert_ptr_equal(get_user(fix.session, 10), ed);
    assert_ptr_equal(get_user(fix.session, 2), jack);
    assert_null(get_user(fix.session, 20));
    outer = begin_nested(fix.session);
    assert_int_equal(set_id(ed, 60), CALX_OK);
    release(outer);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_ptr_equal(get_user(fix.session, 1), ed);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE id IN (1, 2)"), 2);
    tear_down(&fix);
}

/* ---- coming and going ---- */

static void leaving_and_coming_back_keeps_the_level(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct user *stored = stored_user(fix.session, "stored");
    struct user *outer = add_user(fix.session, "outer");
    assert_int_equal(set_fullname(stored, "outer"), CALX_OK);
    calx_session_transaction savepoint = begin_nested(fix.session);
    struct user *inner = add_user(fix.session, "inner");
    assert_int_equal(set_fullname(stored, "inner"), CALX_OK);
    flush(fix.session);
    struct user *const all[] = { stored, outer, inner };
    for (int i = 0; i < 3; i++) {
        assert_int_equal(calx_session_load(fix.session, all[i]), CALX_OK);
        assert_int_equal(calx_session_expunge(fix.session, all[i]), CALX_OK);
    }
    for (int i = 3; i-- > 0;)
        assert_int_equal(calx_session_add(fix.session, all[i]), CALX_OK);
    roll_back(savepoint);
    assert_true(contains(fix.session, stored));
    assert_true(contains(fix.session, outer)); /* inserted before the savepoint */
    assert_null(calx_object_session(inner));
    assert_string_equal(stored->fullname, "outer");
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_null(calx_object_session(outer));
    assert_null(stored->fullname);
    tear_down(&fix);
}

static void what_came_back_after_the_rollback_is_read_again(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct user *stored = stored_user(fix.session, "stored");
    calx_session_transaction savepoint = begin_nested(fix.session);
    assert_int_equal(set_fullname(stored, "inner"), CALX_OK);
    flush(fix.session);
    assert_int_equal(calx_session_load(fix.session, stored), CALX_OK);
    assert_int_equal(calx_session_expunge(fix.session, stored), CALX_OK);
    roll_back(savepoint);
    assert_int_equal(calx_session_add(fix.session, stored), CALX_OK);
    assert_int_equal(selects_to_load(&fix, stored), 1);
    assert_null(stored->fullname);
    tear_down(&fix);
}

static void emptying_the_session_inside_leaves_the_levels(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    (void)add_user(fix.session, "outer");
    calx_session_transaction savepoint = begin_nested(fix.session);
    (void)add_user(fix.session, "inner");
    flush(fix.session);
    assert_int_equal(calx_session_expunge_all(fix.session), CALX_OK);
    (void)add_user(fix.session, "later");
    flush(fix.session);
    roll_back(savepoint);
    commit(fix.session);
    assert_int_equal(count_users(fix.session), 1);
    tear_down(&fix);
}

static void levels_nest_deeply(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    enum { DEPTH = 40 };
    calx_session_transaction levels[DEPTH];
    struct user *users[DEPTH];
    char name[16] = "level 00";
    const struct user *ed = stored_user(fix.session, "ed");
    for (int i = 0; i < DEPTH; i++) {
        levels[i] = begin_nested(fix.session);
        name[6] = (char)('0' + i / 10);
        name[7] = (char)('0' + i % 10);
        users[i] = add_user(fix.session, name);
        assert_int_equal(set_fullname(ed, name), CALX_OK);
    }
    flush(fix.session);
    roll_back(levels[30]);
    for (int i = 29; i >= 20; i--)
        release(levels[i]);
    assert_string_equal(ed->fullname, "level 29");
    assert_false(contains(fix.session, users[30]));
    assert_true(contains(fix.session, users[29]));
    roll_back(levels[10]);
    assert_string_equal(ed->fullname, "level 09");
    assert_int_equal(count_users(fix.session), 11);
    commit(fix.session);
    assert_stored_text(fix.session, "SELECT fullname FROM users WHERE name = 'ed'", "level 09");
    tear_down(&fix);
}

/* ---- relationships ---- */

typedef struct family {
    struct node *one, *two, *child;
} family;

static family stored_family(graph *fix)
{
    family nodes = { graph_node("one"), graph_node("two"), graph_node("child") };
    graph_ok(fix, calx_session_add(fix->session, nodes.two));
    graph_ok(fix, calx_session_add(fix->session, nodes.one));
    graph_ok(fix, graph_append(nodes.one, NODE_CHILDREN, nodes.child));
    graph_ok(fix, calx_session_commit(fix->session));
    assert_int_equal(graph_count(nodes.one, NODE_CHILDREN), 1);
    assert_int_equal(graph_count(nodes.two, NODE_CHILDREN), 0);
    assert_ptr_equal(graph_one(nodes.child, NODE_PARENT), nodes.one);
    return nodes;
}

static void assert_as_stored(graph *fix, const family *nodes)
{
    (void)fix;
    assert_ptr_equal(graph_one(nodes->child, NODE_PARENT), nodes->one);
    assert_int_equal(graph_count(nodes->one, NODE_CHILDREN), 1);
    assert_int_equal(graph_has(nodes->one, NODE_CHILDREN, nodes->child), 1);
    assert_int_equal(graph_count(nodes->two, NODE_CHILDREN), 0);
}

static void both_sides_of_a_relationship_come_back(void **state)
{
    (void)state;
    graph fix;
    graph_open(&fix);
    family nodes = stored_family(&fix);
    for (int way = 0; way < 6; way++) {
        calx_session_transaction savepoint = begin_nested(fix.session);
        struct node *added = graph_node("added");
        if (way < 2)
            graph_ok(&fix, graph_set(nodes.child, NODE_PARENT, nodes.two));
        else if (way < 4)
            graph_ok(&fix, graph_append(nodes.two, NODE_CHILDREN, added));
        else
            graph_ok(&fix, graph_remove(nodes.one, NODE_CHILDREN, nodes.child));
        if (way % 2 == 1)
            flush(fix.session);
        roll_back(savepoint);
        assert_as_stored(&fix, &nodes);
        if (way < 2 || way > 3)
            calx_instance_free(added);
        else
            assert_null(calx_object_session(added));
    }
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_as_stored(&fix, &nodes);
    graph_close(&fix);
}

/* What was loaded inside shows what was written inside. */
static void collections_loaded_inside_are_not_believed(void **state)
{
    (void)state;
    graph fix;
    graph_open(&fix);
    family nodes = stored_family(&fix);
    calx_session_transaction outer = begin_nested(fix.session);
    calx_session_transaction inner = begin_nested(fix.session);
    struct node *member = calx_instance_edit(nodes.child);
    assert_non_null(member);
    member->parent_id = (calx_nullable_int64){ true, nodes.two->id };
    flush(fix.session);
    graph_ok(&fix, calx_session_refresh(fix.session, nodes.two));
    assert_int_equal(graph_count(nodes.two, NODE_CHILDREN), 1);
    release(inner);
    roll_back(outer);
    assert_int_equal(graph_count(nodes.two, NODE_CHILDREN), 0);
    assert_ptr_equal(graph_one(nodes.child, NODE_PARENT), nodes.one);
    graph_close(&fix);
}

static void untouched_collections_stay_loaded(void **state)
{
    (void)state;
    graph fix;
    graph_open(&fix);
    family nodes = stored_family(&fix);
    calx_session_transaction savepoint = begin_nested(fix.session);
    struct node *other = graph_node("other");
    graph_ok(&fix, calx_session_add(fix.session, other));
    graph_ok(&fix, graph_set(other, NODE_PARENT, nodes.two));
    flush(fix.session);
    roll_back(savepoint);
    graph_forget(&fix);
    assert_int_equal(graph_count(nodes.one, NODE_CHILDREN), 1);
    assert_int_equal(graph_statements(&fix, "SELECT"), 0);
    assert_int_equal(graph_count(nodes.two, NODE_CHILDREN), 0);
    assert_int_equal(graph_statements(&fix, "SELECT"), 1);
    assert_null(calx_object_session(other));
    graph_close(&fix);
}

/* A change that succeeds is undone, whatever found no memory on its way. */
static void collections_come_back_where_memory_was_short(void **state)
{
    (void)state;
    graph fix;
    ration account;
    assert_true(ration_start(&account, RATION_UNLIMITED));
    graph_open(&fix);
    family nodes = stored_family(&fix);
    size_t lacked = 0;
    bool enough = false;
    for (long allowed = 0; !enough; allowed++) {
        calx_session_transaction outer = begin_nested(fix.session);
        calx_session_transaction inner = begin_nested(fix.session);
        atomic_store(&account.left, allowed);
        calx_status status = graph_set(nodes.child, NODE_PARENT, nodes.two);
        enough = atomic_exchange(&account.left, RATION_UNLIMITED) >= 0;
        lacked += status == CALX_OK && !enough;
        assert_true(status == CALX_OK || (status == CALX_E_NOMEM && !enough));
        if (allowed % 2 == 0)
            release(inner);
        else
            roll_back(inner);
        roll_back(outer);
        assert_as_stored(&fix, &nodes);
    }
    assert_true(lacked > 0);
    graph_close(&fix);
    assert_int_equal(ration_stop(&account), 0);
}

/* A member that was assigned directly, and no flush came. */
static void raw_members_show_what_was_there_before(void **state)
{
    (void)state;
    graph fix;
    graph_open(&fix);
    family nodes = stored_family(&fix);
    struct node *child = calx_instance_edit(nodes.child);
    assert_non_null(child);
    calx_session_transaction savepoint = begin_nested(fix.session);
    child->parent = nodes.two;
    roll_back(savepoint);
    assert_as_stored(&fix, &nodes);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_as_stored(&fix, &nodes);
    graph_close(&fix);
}

/* A seal ends the watch; that it was inserted in this transaction must not be forgotten with it. */
static void a_sealed_one_that_left_and_came_back_goes_with_its_insertion(void **state)
{
    (void)state;
    calx_shows("SES-057");
    calx_shows("SES-104");
    fixture fix;
    set_up(&fix);
    struct user *ed = add_user(fix.session, "ed");
    calx_session_transaction savepoint = begin_nested(fix.session);
    assert_non_null(calx_instance_edit(ed));
    calx_instance_seal(ed);
    assert_int_equal(calx_session_expunge(fix.session, ed), CALX_OK);
    assert_int_equal(calx_session_add(fix.session, ed), CALX_OK);
    roll_back(savepoint);
    assert_true(contains(fix.session, ed));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_false(contains(fix.session, ed));
    tear_down(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_came_back_can_be_worked_with),
        cmocka_unit_test(versions_are_those_of_the_outer_level),
        cmocka_unit_test(keys_changed_inside_come_back),
        cmocka_unit_test(leaving_and_coming_back_keeps_the_level),
        cmocka_unit_test(what_came_back_after_the_rollback_is_read_again),
        cmocka_unit_test(emptying_the_session_inside_leaves_the_levels),
        cmocka_unit_test(levels_nest_deeply),
        cmocka_unit_test(both_sides_of_a_relationship_come_back),
        cmocka_unit_test(collections_loaded_inside_are_not_believed),
        cmocka_unit_test(untouched_collections_stay_loaded),
        cmocka_unit_test(collections_come_back_where_memory_was_short),
        cmocka_unit_test(raw_members_show_what_was_there_before),
        cmocka_unit_test(a_sealed_one_that_left_and_came_back_goes_with_its_insertion),
    };
    return CALX_RUN("session_undo", tests);
}
