/*
 * A row whose instance is deleted and whose key a new instance has, in one flush: it is updated,
 * and changes hands. And keys that move from row to row.
 */
#include "support/graph_session.h"
#include "support/harness.h"
#include "support/ration.h"

#include <string.h>

/* User 1 with addresses 1 and 2; nodes 1 <- 2, 3. */
static void set_up(graph *fix)
{
    graph_open(fix);
    graph_sql(fix, "INSERT INTO users (name, fullname, role, revision) VALUES ('ed', 'Ed', 0, 1)");
    graph_sql(fix, "INSERT INTO addresses (email, user_id) VALUES ('ed@one', 1), ('ed@two', 1)");
    graph_sql(fix, "INSERT INTO nodes (name, parent_id) VALUES ('a', NULL), ('b', 1), ('c', 1)");
    graph_ok(fix, calx_session_commit(fix->session));
    graph_reopen(fix, true);
}

static calx_state state_of(const void *entity)
{
    calx_state state = CALX_STATE_TRANSIENT;
    assert_int_equal(calx_instance_state(entity, &state), CALX_OK);
    return state;
}

static struct user *user_with_key(int64_t id, const char *name)
{
    struct user *user = graph_user(name);
    user->id = id;
    return user;
}

static struct node *node_with_key(int64_t id, const char *name)
{
    struct node *node = graph_node(name);
    node->id = id;
    return node;
}

/* Marks user 1 and adds another one in its place. */
static struct user *replace(graph *fix, const struct user **out_old)
{
    *out_old = graph_get(fix, &user_mapper, 1);
    graph_ok(fix, calx_session_delete(fix->session, *out_old));
    struct user *user = user_with_key(1, "wendy");
    graph_ok(fix, calx_session_add(fix->session, user));
    graph_forget(fix);
    return user;
}

static void one_update_replaces_a_row(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-199");
    set_up(&fix);
    const struct user *old = NULL;
    const struct user *user = replace(&fix, &old);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, "UPDATE \"users\""), 1);
    assert_int_equal(graph_statements(&fix, "INSERT"), 0);
    assert_int_equal(graph_statements(&fix, "DELETE FROM \"users\""), 0);
    assert_int_equal(state_of(old), CALX_STATE_DELETED);
    assert_int_equal(state_of(user), CALX_STATE_PERSISTENT);
    assert_ptr_equal(graph_get(&fix, &user_mapper, 1), user);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM addresses"), 0);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(state_of(old), CALX_STATE_DETACHED);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM users WHERE name = 'wendy'"), 1);
    graph_close(&fix);
}

static void a_column_that_was_not_set_keeps_what_the_row_has(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-200");
    set_up(&fix);
    const struct user *old = NULL;
    const struct user *user = replace(&fix, &old);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, "fullname"), 0);
    assert_null(user->fullname);
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, ""), 0);
    graph_ok(&fix, calx_session_expire(fix.session, user));
    graph_ok(&fix, calx_session_load(fix.session, user));
    assert_string_equal(user->fullname, "Ed");
    graph_close(&fix);
}

static void a_column_set_to_nothing_is_written(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-200");
    set_up(&fix);
    const struct user *old = NULL;
    struct user *user = replace(&fix, &old);
    assert_int_equal(calx_instance_set_text(user, &user_mapper.columns[USER_FULLNAME], NULL),
                     CALX_OK);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM users WHERE fullname IS NULL"), 1);
    graph_close(&fix);
}

static void the_version_of_the_replaced_row_is_checked_and_counted_up(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-350");
    set_up(&fix);
    const struct user *old = NULL;
    const struct user *user = replace(&fix, &old);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(user->revision, 2);
    assert_int_equal(graph_number(&fix, "SELECT revision FROM users"), 2);
    graph_reopen(&fix, false);
    user = replace(&fix, &old);
    graph_sql(&fix, "UPDATE users SET revision = 9");
    assert_int_equal(calx_session_flush(fix.session), CALX_E_STALE_DATA);
    assert_non_null(strstr(calx_session_error(fix.session)->message, "user(id=1)"));
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(state_of(old), CALX_STATE_PERSISTENT);
    assert_int_equal(state_of(user), CALX_STATE_TRANSIENT);
    graph_close(&fix);
}

static void an_expired_row_is_asked_for_its_version(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-350");
    set_up(&fix);
    const struct user *old = NULL;
    graph_reopen(&fix, false);
    const struct user *user = replace(&fix, &old);
    graph_ok(&fix, calx_session_expire(fix.session, old));
    graph_sql(&fix, "UPDATE users SET revision = 5");
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(user->revision, 6);
    graph_close(&fix);
}

static void a_rollback_gives_the_row_back(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-199");
    set_up(&fix);
    for (int nested = 0; nested < 2; nested++) {
        const struct user *old = NULL;
        if (nested != 0)
            graph_ok(&fix, calx_session_begin_nested(fix.session));
        struct user *user = replace(&fix, &old);
        graph_ok(&fix, calx_session_flush(fix.session));
        graph_ok(&fix, calx_session_rollback(fix.session));
        assert_int_equal(state_of(old), CALX_STATE_PERSISTENT);
        assert_int_equal(state_of(user), CALX_STATE_TRANSIENT);
        assert_ptr_equal(graph_get(&fix, &user_mapper, 1), old);
        assert_string_equal(old->name, "ed");
        assert_int_equal(graph_count(old, 0), 2);
    }
    graph_close(&fix);
}

static void members_of_the_new_one_are_inserted_and_those_of_the_old_one_deleted(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-199");
    set_up(&fix);
    const struct user *old = NULL;
    const struct user *user = replace(&fix, &old);
    graph_ok(&fix, graph_append(user, 0, graph_address("wendy@one")));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM addresses"), 1);
    assert_int_equal(graph_number(&fix, "SELECT user_id FROM addresses"), 1);
    assert_int_equal(graph_count(user, 0), 1);
    graph_close(&fix);
}

static void a_switch_that_points_at_a_new_row_comes_after_it(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-199");
    set_up(&fix);
    graph_ok(&fix, calx_session_delete(fix.session, graph_get(&fix, &node_mapper, 1)));
    struct node *top = graph_node("top");
    struct node *root = node_with_key(1, "root");
    graph_ok(&fix, graph_set(root, NODE_PARENT, top));
    graph_ok(&fix, calx_session_add(fix.session, root));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, "DELETE"), 0);
    assert_int_equal(graph_statements(&fix, "INSERT"), 1);
    assert_int_equal(graph_number(&fix, "SELECT parent_id FROM nodes WHERE id = 1"), top->id);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM nodes WHERE parent_id = 1"), 0);
    graph_close(&fix);
}

static void a_row_that_is_only_a_key_changes_hands_without_a_statement(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-199");
    set_up(&fix);
    graph_sql(&fix, "INSERT INTO parcels (country, number) VALUES ('de', 7)");
    const calx_value key[] = { calx_value_text("de"), calx_value_int64(7) };
    const void *old = NULL;
    graph_ok(&fix, calx_session_get(fix.session, &parcel_mapper, key, &old));
    assert_non_null(old);
    assert_int_equal(graph_count(old, PARCEL_LABELS), 0);
    struct parcel *parcel = calx_instance_new(&parcel_mapper);
    parcel->country = "de";
    parcel->number = 7;
    graph_ok(&fix, calx_session_delete(fix.session, old));
    graph_ok(&fix, calx_session_add(fix.session, parcel));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, ""), 0);
    assert_int_equal(state_of(old), CALX_STATE_DELETED);
    assert_int_equal(state_of(parcel), CALX_STATE_PERSISTENT);
    graph_close(&fix);
}

static void only_one_can_take_a_row_over(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix);
    const struct user *old = NULL;
    const struct user *user = replace(&fix, &old);
    struct user *second = user_with_key(1, "mary");
    graph_ok(&fix, calx_session_add(fix.session, second));
    assert_int_equal(calx_session_flush(fix.session), CALX_E_UNIQUE);
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(state_of(old), CALX_STATE_PERSISTENT);
    assert_int_equal(state_of(user), CALX_STATE_TRANSIENT);
    assert_int_equal(state_of(second), CALX_STATE_TRANSIENT);
    graph_close(&fix);
}

static calx_status replace_with_rations(long allowed)
{
    graph fix;
    ration account;
    const struct user *old = NULL;
    assert_true(ration_start(&account, RATION_UNLIMITED));
    set_up(&fix);
    const struct user *user = replace(&fix, &old);
    atomic_store(&account.left, allowed);
    calx_status status = calx_session_flush(fix.session);
    atomic_store(&account.left, RATION_UNLIMITED);
    assert_int_equal(state_of(user) == CALX_STATE_PERSISTENT, status == CALX_OK);
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(state_of(old), CALX_STATE_PERSISTENT);
    assert_ptr_equal(graph_get(&fix, &user_mapper, 1), old);
    graph_sql(&fix, "DELETE FROM addresses");
    graph_sql(&fix, "DELETE FROM nodes");
    graph_sql(&fix, "DELETE FROM users");
    graph_ok(&fix, calx_session_commit(fix.session));
    graph_close(&fix);
    assert_int_equal(ration_stop(&account), 0);
    return status;
}

static void a_switch_without_memory_leaves_everything_as_it_was(void **state)
{
    (void)state;
    assert_int_equal(replace_with_rations(0), CALX_E_NOMEM);
}

static void keys_move_from_row_to_row(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-203");
    set_up(&fix);
    const struct node *second = graph_get(&fix, &node_mapper, 2);
    const struct node *third = graph_get(&fix, &node_mapper, 3);
    ((struct node *)calx_instance_edit(second))->id = 9;
    ((struct node *)calx_instance_edit(third))->id = 2;
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_ptr_equal(graph_get(&fix, &node_mapper, 9), second);
    assert_ptr_equal(graph_get(&fix, &node_mapper, 2), third);
    assert_null(graph_get(&fix, &node_mapper, 3));
    ((struct node *)calx_instance_edit(second))->id = 2;
    ((struct node *)calx_instance_edit(third))->id = 1000;
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_ptr_equal(graph_get(&fix, &node_mapper, 2), second);
    assert_ptr_equal(graph_get(&fix, &node_mapper, 1000), third);
    assert_int_equal(
        graph_number(&fix, "SELECT count(*) FROM nodes WHERE name = 'c' AND id = 1000"), 1);
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_ptr_equal(graph_get(&fix, &node_mapper, 2), second);
    assert_ptr_equal(graph_get(&fix, &node_mapper, 3), third);
    graph_close(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_update_replaces_a_row),
        cmocka_unit_test(a_column_that_was_not_set_keeps_what_the_row_has),
        cmocka_unit_test(a_column_set_to_nothing_is_written),
        cmocka_unit_test(the_version_of_the_replaced_row_is_checked_and_counted_up),
        cmocka_unit_test(an_expired_row_is_asked_for_its_version),
        cmocka_unit_test(a_rollback_gives_the_row_back),
        cmocka_unit_test(members_of_the_new_one_are_inserted_and_those_of_the_old_one_deleted),
        cmocka_unit_test(a_switch_that_points_at_a_new_row_comes_after_it),
        cmocka_unit_test(a_row_that_is_only_a_key_changes_hands_without_a_statement),
        cmocka_unit_test(only_one_can_take_a_row_over),
        cmocka_unit_test(a_switch_without_memory_leaves_everything_as_it_was),
        cmocka_unit_test(keys_move_from_row_to_row),
    };
    return CALX_RUN("row_switch", tests);
}
