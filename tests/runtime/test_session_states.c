/*
 * Who is in the session, in which state, and who frees it (the ownership table of the design).
 */
#include "session_fixture.h"

#include "mapper/instance.h"

#include <stdlib.h>

static calx_state state_of(const void *entity)
{
    const calx_instance *instance = calx_instance_of(entity);
    assert_non_null(instance);
    return (calx_state)instance->state;
}

static bool is_alive(const void *entity)
{
    return calx_instance_mapper(entity) != NULL;
}

/* ---- the way through the states ---- */

static void an_instance_goes_through_all_states(void **state)
{
    (void)state;
    calx_shows("SES-040");
    calx_shows("SES-050");
    calx_shows("SES-052");
    fixture fix;
    set_up(&fix);
    struct user *user = new_user("ed");
    assert_int_equal(state_of(user), CALX_STATE_TRANSIENT);
    assert_null(calx_object_session(user));
    assert_int_equal(calx_session_add(fix.session, user), CALX_OK);
    assert_int_equal(state_of(user), CALX_STATE_PENDING);
    assert_ptr_equal(calx_object_session(user), fix.session);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(state_of(user), CALX_STATE_PERSISTENT);
    assert_int_equal(calx_session_delete(fix.session, user), CALX_OK);
    assert_int_equal(state_of(user), CALX_STATE_PERSISTENT);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(state_of(user), CALX_STATE_DELETED);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(state_of(user), CALX_STATE_DETACHED);
    assert_null(calx_object_session(user));
    assert_string_equal(user->name, "ed"); /* values are kept */
    assert_int_equal(calx_session_add(fix.session, user), CALX_E_STATE);
    tear_down(&fix);
}

static void adding_begins_a_transaction_without_sql(void **state)
{
    (void)state;
    calx_shows("SES-041");
    fixture fix;
    set_up(&fix);
    const struct user *user = add_user(fix.session, "ed");
    assert_true(calx_session_in_transaction(fix.session));
    assert_true(contains(fix.session, user));
    assert_int_equal(calx_session_count_new(fix.session), 1);
    assert_int_equal(calx_session_add(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_count_new(fix.session), 1);
    assert_int_equal(logged(&fix, ""), 0);
    tear_down(&fix);
}

static void a_flush_makes_pending_ones_persistent(void **state)
{
    (void)state;
    calx_shows("SES-042");
    fixture fix;
    set_up(&fix);
    const struct user *user = add_user(fix.session, "ed");
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(calx_session_count_new(fix.session), 0);
    assert_int_equal(calx_session_count_dirty(fix.session), 0);
    assert_false(is_modified(fix.session, user));
    assert_int_equal(user->id, 1);
    assert_ptr_equal(get_user(fix.session, 1), user);
    tear_down(&fix);
}

static void a_loaded_row_is_persistent_at_once(void **state)
{
    (void)state;
    calx_shows("SES-043");
    calx_shows("SES-071");
    fixture fix;
    set_up(&fix);
    run_elsewhere(&fix, "INSERT INTO users (name, role, revision) VALUES ('ed', 2, 1)");
    const struct user *user = get_user(fix.session, 1);
    assert_non_null(user);
    assert_int_equal(state_of(user), CALX_STATE_PERSISTENT);
    assert_string_equal(user->name, "ed");
    assert_int_equal(user->role, ROLE_ADMIN);
    assert_ptr_equal(get_user(fix.session, 1), user);
    calx_session *other = new_session(&fix);
    assert_ptr_not_equal(get_user(other, 1), user);
    calx_session_free(other);
    tear_down(&fix);
}

/* ---- detached ones ---- */

static void a_detached_instance_comes_back_with_its_changes(void **state)
{
    (void)state;
    calx_shows("SES-044");
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_expunge(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_add(fix.session, user), CALX_OK);
    assert_int_equal(state_of(user), CALX_STATE_PERSISTENT);
    assert_int_equal(calx_session_count_dirty(fix.session), 0);
    assert_int_equal(calx_session_expunge(fix.session, user), CALX_OK);
    assert_int_equal(set_name(user, "edward"), CALX_OK);
    assert_int_equal(calx_session_add(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_count_dirty(fix.session), 1);
    assert_int_equal(logged(&fix, ""), 0);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_stored_text(fix.session, "SELECT name FROM users", "edward");
    tear_down(&fix);
}

static void two_instances_of_one_row_cannot_be_in_a_session(void **state)
{
    (void)state;
    calx_shows("SES-045");
    fixture fix;
    set_up(&fix);
    struct user *user = stored_user(fix.session, "ed");
    assert_int_equal(calx_session_expunge(fix.session, user), CALX_OK);
    assert_non_null(get_user(fix.session, 1));
    assert_int_equal(calx_session_add(fix.session, user), CALX_E_STATE);
    assert_non_null(strstr(message(fix.session), "id=1"));
    assert_int_equal(calx_session_delete(fix.session, user), CALX_E_STATE);
    assert_int_equal(state_of(user), CALX_STATE_DETACHED);
    calx_instance_free(user);
    assert_false(is_alive(user));
    tear_down(&fix);
}

static void a_member_of_another_session_is_refused(void **state)
{
    (void)state;
    calx_shows("SES-046");
    fixture fix;
    set_up(&fix);
    calx_session *other = new_session(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    const struct user *pending = add_user(fix.session, "jack");
    assert_int_equal(calx_session_add(other, user), CALX_E_STATE);
    assert_int_equal(calx_session_add(other, pending), CALX_E_STATE);
    assert_int_equal(calx_session_delete(other, user), CALX_E_STATE);
    assert_int_equal(calx_session_expunge(other, user), CALX_E_STATE);
    assert_int_equal(calx_session_expire(other, user), CALX_E_STATE);
    assert_int_equal(calx_session_refresh(other, user), CALX_E_STATE);
    assert_ptr_equal(calx_object_session(user), fix.session);
    assert_false(contains(other, user));
    assert_false(calx_session_in_transaction(other));
    calx_session_free(other);
    tear_down(&fix);
}

/* ---- deleting ---- */

static void a_mark_for_deletion_does_nothing_before_the_flush(void **state)
{
    (void)state;
    calx_shows("SES-047");
    calx_shows("SES-048");
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(set_name(user, "edward"), CALX_OK);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_no_autoflush_begin(fix.session), CALX_OK);
    assert_int_equal(calx_session_delete(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_no_autoflush_end(fix.session), CALX_OK);
    assert_int_equal(logged(&fix, "DELETE"), 0);
    assert_true(contains(fix.session, user));
    assert_int_equal(calx_session_count_deleted(fix.session), 1);
    assert_int_equal(calx_session_count_dirty(fix.session), 0);
    assert_ptr_equal(get_user(fix.session, 1), user);
    assert_int_equal(calx_session_add(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_count_deleted(fix.session), 0);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(logged(&fix, "DELETE"), 0);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 1);
    tear_down(&fix);
}

static void a_deleted_instance_is_owned_but_not_contained(void **state)
{
    (void)state;
    calx_shows("SES-049");
    fixture fix;
    set_up(&fix);
    struct user *user = stored_user(fix.session, "ed");
    assert_int_equal(calx_session_delete(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_false(contains(fix.session, user));
    assert_ptr_equal(calx_object_session(user), fix.session);
    assert_string_equal(user->name, "ed");
    assert_int_equal(calx_session_refresh(fix.session, user), CALX_E_STATE);
    assert_int_equal(calx_session_expire(fix.session, user), CALX_E_STATE);
    assert_int_equal(calx_session_add(fix.session, user), CALX_E_STATE);
    assert_null(calx_instance_edit(user));
    assert_int_equal(calx_session_error(fix.session)->status, CALX_E_STATE);
    assert_int_equal(set_name(user, "x"), CALX_E_STATE);
    calx_instance_free(user); /* a member: left alone */
    assert_true(is_alive(user));
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    calx_instance_free(user);
    assert_false(is_alive(user));
    tear_down(&fix);
}

static void what_was_never_stored_cannot_be_deleted(void **state)
{
    (void)state;
    calx_shows("SES-053");
    fixture fix;
    set_up(&fix);
    struct user *user = new_user("ed");
    assert_int_equal(calx_session_delete(fix.session, user), CALX_E_STATE);
    assert_int_equal(calx_session_add(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_delete(fix.session, user), CALX_E_STATE);
    assert_non_null(strstr(message(fix.session), "expunge"));
    assert_true(contains(fix.session, user));
    tear_down(&fix);
}

static void a_detached_instance_can_be_deleted(void **state)
{
    (void)state;
    calx_shows("SES-054");
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    assert_int_equal(calx_session_expunge(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_delete(fix.session, user), CALX_OK);
    assert_true(contains(fix.session, user));
    assert_int_equal(calx_session_count_deleted(fix.session), 1);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 0);
    tear_down(&fix);
}

/* ---- expunging ---- */

static void expunging_hands_an_instance_to_its_caller(void **state)
{
    (void)state;
    calx_shows("SES-056");
    fixture fix;
    set_up(&fix);
    struct user *stored = stored_user(fix.session, "ed");
    struct user *pending = add_user(fix.session, "jack");
    assert_int_equal(calx_session_delete(fix.session, stored), CALX_OK);
    assert_int_equal(set_fullname(stored, "Ed Jones"), CALX_OK);
    assert_int_equal(calx_session_expunge(fix.session, pending), CALX_OK);
    assert_int_equal(calx_session_expunge(fix.session, stored), CALX_OK);
    assert_int_equal(state_of(pending), CALX_STATE_TRANSIENT);
    assert_int_equal(state_of(stored), CALX_STATE_DETACHED);
    assert_int_equal(calx_session_count_deleted(fix.session), 0);
    assert_int_equal(calx_session_expunge(fix.session, stored), CALX_E_STATE);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 1);
    assert_int_equal(calx_session_add(fix.session, stored), CALX_OK);
    assert_true(is_modified(fix.session, stored));
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_stored_text(fix.session, "SELECT fullname FROM users", "Ed Jones");
    assert_int_equal(calx_session_expunge(fix.session, stored), CALX_OK);
    calx_session_free(fix.session);
    fix.session = NULL;
    assert_string_equal(pending->name, "jack");
    assert_string_equal(stored->fullname, "Ed Jones");
    calx_instance_free(pending);
    calx_instance_free(stored);
    tear_down(&fix);
}

static void an_expunged_deleted_instance_stays_out(void **state)
{
    (void)state;
    calx_shows("SES-057");
    calx_shows("SES-052");
    fixture fix;
    set_up(&fix);
    struct user *user = stored_user(fix.session, "ed");
    assert_int_equal(calx_session_delete(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(calx_session_expunge(fix.session, user), CALX_OK);
    assert_int_equal(state_of(user), CALX_STATE_DETACHED);
    assert_int_equal(calx_session_add(fix.session, user), CALX_E_STATE);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(state_of(user), CALX_STATE_DETACHED);
    assert_false(contains(fix.session, user));
    assert_non_null(get_user(fix.session, 1));
    calx_instance_free(user);
    tear_down(&fix);
}

static void what_one_session_wrote_no_other_takes_back(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct user *user = stored_user(fix.session, "ed");
    struct user *edit = calx_instance_edit(user);
    edit->name = "edward";
    edit->id = 7;
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(calx_session_expunge(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    calx_session *other = new_session(&fix);
    assert_int_equal(calx_session_add(other, user), CALX_OK);
    assert_int_equal(calx_session_rollback(other), CALX_OK);
    assert_string_equal(user->name, "edward");
    assert_int_equal(user->id, 7);
    assert_ptr_equal(get_user(other, 7), user);
    calx_session_free(other);
    tear_down(&fix);
}

static void leaving_and_returning_changes_nothing_for_a_rollback(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct user *renamed = calx_instance_edit(stored_user(fix.session, "ed"));
    const struct user *added = add_user(fix.session, "jack");
    renamed->id = 9;
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(calx_session_expunge(fix.session, renamed), CALX_OK);
    assert_int_equal(calx_session_expunge(fix.session, added), CALX_OK);
    assert_int_equal(calx_session_add(fix.session, renamed), CALX_OK);
    assert_int_equal(calx_session_add(fix.session, added), CALX_OK);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(state_of(added), CALX_STATE_TRANSIENT);
    assert_int_equal(renamed->id, 1);
    assert_ptr_equal(get_user(fix.session, 1), renamed);
    tear_down(&fix);
}

static void expunging_everything_keeps_the_transaction(void **state)
{
    (void)state;
    calx_shows("SES-058");
    fixture fix;
    set_up(&fix);
    const struct user *stored = stored_user(fix.session, "ed");
    assert_int_equal(calx_session_load(fix.session, stored), CALX_OK);
    const struct user *pending = add_user(fix.session, "jack");
    assert_int_equal(calx_session_delete(fix.session, stored), CALX_OK);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_expunge_all(fix.session), CALX_OK);
    assert_int_equal(calx_session_count_new(fix.session), 0);
    assert_int_equal(calx_session_count_deleted(fix.session), 0);
    assert_true(calx_session_in_transaction(fix.session));
    assert_int_equal(logged(&fix, ""), 0);
    assert_false(is_alive(stored));
    assert_false(is_alive(pending));
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 1);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    tear_down(&fix);
}

/* ---- looking at all of them ---- */

typedef struct visits {
    calx_session *session;
    const void *seen[8];
    size_t count;
} visits;

static calx_status note_visit(void *context, const void *entity)
{
    visits *all = context;
    assert_true(all->count < 8);
    all->seen[all->count++] = entity;
    return CALX_OK;
}

static calx_status expunge_and_free_everything(void *context, const void *entity)
{
    visits *all = context;
    all->count++;
    assert_true(contains(all->session, entity));
    assert_int_equal(calx_session_expunge_all(all->session), CALX_OK);
    return CALX_OK;
}

static calx_status stop_at_once(void *context, const void *entity)
{
    (void)entity;
    ++*(size_t *)context;
    return CALX_E_USER;
}

static void iterating_sees_pending_then_persistent_ones(void **state)
{
    (void)state;
    calx_shows("SES-061");
    fixture fix;
    set_up(&fix);
    visits all = { .session = fix.session };
    const struct user *stored = stored_user(fix.session, "ed");
    const struct user *first = add_user(fix.session, "jack");
    const struct user *second = add_user(fix.session, "wendy");
    assert_int_equal(calx_session_delete(fix.session, stored), CALX_OK);
    assert_int_equal(calx_session_iterate(fix.session, note_visit, &all), CALX_OK);
    assert_int_equal(all.count, 3);
    assert_ptr_equal(all.seen[0], first);
    assert_ptr_equal(all.seen[1], second);
    assert_ptr_equal(all.seen[2], stored);
    assert_true(contains(fix.session, stored));
    assert_true(contains(fix.session, first));
    size_t calls = 0;
    assert_int_equal(calx_session_iterate(fix.session, stop_at_once, &calls), CALX_E_USER);
    assert_int_equal(calls, 1);
    all.count = 0;
    assert_int_equal(calx_session_iterate(fix.session, expunge_and_free_everything, &all), CALX_OK);
    assert_int_equal(all.count, 1);
    tear_down(&fix);
}

static void adding_many_stops_at_the_first_failure(void **state)
{
    (void)state;
    calx_shows("SES-064");
    fixture fix;
    set_up(&fix);
    struct user *first = new_user("ed");
    struct user *third = new_user("wendy");
    const void *all[] = { first, NULL, third };
    assert_int_equal(calx_session_add_all(fix.session, all, 3), CALX_E_UNMAPPED);
    assert_true(contains(fix.session, first));
    assert_null(calx_object_session(third));
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(calx_session_delete_all(fix.session, all, 3), CALX_E_UNMAPPED);
    assert_int_equal(calx_session_count_deleted(fix.session), 1);
    calx_instance_free(third);
    tear_down(&fix);
}

/* ---- addresses that are none ---- */

static void assert_refuses(const fixture *fix, const void *entity)
{
    calx_session *session = fix->session;
    bool answer = false;
    assert_int_equal(calx_session_add(session, entity), CALX_E_UNMAPPED);
    assert_true(message(session)[0] != '\0');
    assert_int_equal(calx_session_delete(session, entity), CALX_E_UNMAPPED);
    assert_int_equal(calx_session_expunge(session, entity), CALX_E_UNMAPPED);
    assert_int_equal(calx_session_expire(session, entity), CALX_E_UNMAPPED);
    assert_int_equal(calx_session_refresh(session, entity), CALX_E_UNMAPPED);
    assert_int_equal(calx_session_load(session, entity), CALX_E_UNMAPPED);
    assert_int_equal(calx_session_contains(session, entity, &answer), CALX_E_UNMAPPED);
    assert_int_equal(calx_session_is_modified(session, entity, &answer), CALX_E_UNMAPPED);
    assert_int_equal(set_name(entity, "x"), CALX_E_UNMAPPED);
    assert_null(calx_instance_edit(entity));
    assert_null(calx_instance_copy(entity));
    assert_null(calx_instance_mapper(entity));
    assert_null(calx_object_session(entity));
    calx_instance_seal(entity);
    calx_instance_free((void *)(uintptr_t)entity);
}

static void addresses_that_are_no_instances_are_told(void **state)
{
    (void)state;
    calx_shows("SES-225");
    calx_shows("ERR-08");
    fixture fix;
    set_up(&fix);
    struct user on_stack = { .name = "stack" };
    struct user *on_heap = calloc(1, sizeof *on_heap);
    struct user *freed = new_user("freed");
    struct user *alive = new_user("alive");
    calx_instance_free(freed);
    assert_refuses(&fix, NULL);
    assert_refuses(&fix, &on_stack);
    assert_refuses(&fix, on_heap);
    assert_refuses(&fix, "a string literal");
    assert_refuses(&fix, freed);
    assert_refuses(&fix, &alive->name);
    assert_refuses(&fix, (const char *)alive + 16);
    assert_refuses(&fix, (const char *)alive + 1);
    assert_refuses(&fix, (const void *)(UINTPTR_MAX & ~(uintptr_t)15)); /* NOLINT */
    assert_refuses(&fix, (const void *)(uintptr_t)16);                  /* NOLINT */
    assert_refuses(&fix, &user_mapper);
    assert_false(calx_session_in_transaction(fix.session));
    assert_true(is_alive(alive));
    calx_instance_free(alive);
    free(on_heap);
    tear_down(&fix);
}

static void a_column_of_another_struct_is_told(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *user = add_user(fix.session, "ed");
    assert_int_equal(calx_instance_set_text(user, &address_mapper.columns[ADDRESS_EMAIL], "x"),
                     CALX_E_UNMAPPED);
    assert_non_null(strstr(message(fix.session), "email"));
    assert_int_equal(calx_instance_set_text(user, NULL, "x"), CALX_E_UNMAPPED);
    assert_string_equal(user->name, "ed");
    tear_down(&fix);
}

/* ---- whose is it ---- */

static void instances_of_no_session_are_freed_by_their_caller(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct user *transient = new_user("ed");
    struct user *copy = calx_instance_copy(transient);
    assert_string_equal(copy->name, "ed");
    assert_ptr_not_equal(copy->name, transient->name);
    struct user *rolled_back = add_user(fix.session, "jack");
    calx_instance_free(rolled_back); /* pending: left alone */
    assert_true(is_alive(rolled_back));
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    calx_instance_free(rolled_back); /* persistent: left alone */
    assert_true(is_alive(rolled_back));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_string_equal(rolled_back->name, "jack"); /* stays valid */
    calx_instance_free(rolled_back);
    assert_false(is_alive(rolled_back));
    calx_instance_free(transient);
    calx_instance_free(transient); /* twice does no harm */
    calx_instance_free(copy);
    tear_down(&fix);
}

static void closing_frees_all_that_the_session_keeps(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *rolled_back = add_user(fix.session, "jack");
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    const struct user *deleted = stored_user(fix.session, "ed");
    assert_int_equal(calx_session_delete(fix.session, deleted), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    const struct user *stored = stored_user(fix.session, "wendy");
    const struct user *pending = add_user(fix.session, "fred");
    int64_t id = stored->id;
    assert_int_equal(calx_session_close(fix.session), CALX_OK);
    assert_false(is_alive(rolled_back));
    assert_false(is_alive(deleted));
    assert_false(is_alive(stored));
    assert_false(is_alive(pending));
    assert_int_equal(calx_session_add(fix.session, stored), CALX_E_UNMAPPED);
    assert_non_null(get_user(fix.session, id)); /* reusable */
    tear_down(&fix);
}

static void a_failed_add_leaves_the_caller_as_keeper(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    calx_session_options options = session_options(&fix);
    options.autobegin = false;
    set_options(&fix, &options);
    struct user *user = new_user("ed");
    assert_int_equal(calx_session_add(fix.session, user), CALX_E_STATE);
    assert_null(calx_object_session(user));
    calx_session_free(fix.session);
    fix.session = NULL;
    assert_true(is_alive(user));
    calx_instance_free(user);
    assert_false(is_alive(user));
    tear_down(&fix);
}

static void a_rolled_back_instance_may_move_to_another_session(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    calx_session *other = new_session(&fix);
    const struct user *user = add_user(fix.session, "ed");
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(calx_session_add(other, user), CALX_OK);
    assert_int_equal(calx_session_close(fix.session), CALX_OK);
    assert_true(is_alive(user));
    assert_int_equal(calx_session_commit(other), CALX_OK);
    assert_int_equal(number(other, "SELECT count(*) FROM users"), 1);
    calx_session_free(other);
    tear_down(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_instance_goes_through_all_states),
        cmocka_unit_test(adding_begins_a_transaction_without_sql),
        cmocka_unit_test(a_flush_makes_pending_ones_persistent),
        cmocka_unit_test(a_loaded_row_is_persistent_at_once),
        cmocka_unit_test(a_detached_instance_comes_back_with_its_changes),
        cmocka_unit_test(two_instances_of_one_row_cannot_be_in_a_session),
        cmocka_unit_test(a_member_of_another_session_is_refused),
        cmocka_unit_test(a_mark_for_deletion_does_nothing_before_the_flush),
        cmocka_unit_test(a_deleted_instance_is_owned_but_not_contained),
        cmocka_unit_test(what_was_never_stored_cannot_be_deleted),
        cmocka_unit_test(a_detached_instance_can_be_deleted),
        cmocka_unit_test(expunging_hands_an_instance_to_its_caller),
        cmocka_unit_test(an_expunged_deleted_instance_stays_out),
        cmocka_unit_test(what_one_session_wrote_no_other_takes_back),
        cmocka_unit_test(leaving_and_returning_changes_nothing_for_a_rollback),
        cmocka_unit_test(expunging_everything_keeps_the_transaction),
        cmocka_unit_test(iterating_sees_pending_then_persistent_ones),
        cmocka_unit_test(adding_many_stops_at_the_first_failure),
        cmocka_unit_test(addresses_that_are_no_instances_are_told),
        cmocka_unit_test(a_column_of_another_struct_is_told),
        cmocka_unit_test(instances_of_no_session_are_freed_by_their_caller),
        cmocka_unit_test(closing_frees_all_that_the_session_keeps),
        cmocka_unit_test(a_failed_add_leaves_the_caller_as_keeper),
        cmocka_unit_test(a_rolled_back_instance_may_move_to_another_session),
    };
    return CALX_RUN("session_states", tests);
}
