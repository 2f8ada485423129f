/*
 * States changed by hand, deleting once more, what is new, dirty, deleted and modified, and the
 * keys of instances.
 */
#include "session_fixture.h"
#include "support/ration.h"

#include <calx/identity.h>
#include <calx/relationship.h>

#include <pthread.h>

static calx_state state_of(const void *entity)
{
    calx_state found = CALX_STATE_TRANSIENT;
    assert_int_equal(calx_instance_state(entity, &found), CALX_OK);
    return found;
}

/* ---- to transient ---- */

static void making_transient_forgets_the_session_and_the_key(void **state)
{
    (void)state;
    calx_shows("SES-059");
    fixture fix;
    set_up(&fix);
    struct user *user = stored_user(fix.session, "ed");
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(set_fullname(user, "Edward"), CALX_OK);
    assert_int_equal(calx_make_transient(user), CALX_OK);
    assert_int_equal(calx_make_transient(user), CALX_OK); /* legal twice */
    assert_int_equal(state_of(user), CALX_STATE_TRANSIENT);
    assert_null(calx_object_session(user));
    assert_false(contains(fix.session, user));
    assert_string_equal(user->name, "ed");
    assert_string_equal(user->fullname, "Edward");
    assert_int_equal(user->id, 1);
    assert_ptr_not_equal(get_user(fix.session, 1), user);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(state_of(user), CALX_STATE_TRANSIENT);
    user->id = 0;
    user->name = "jack";
    assert_int_equal(calx_session_add(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(user->id, 2);
    assert_stored_text(fix.session, "SELECT fullname FROM users WHERE id = 2", "Edward");
    assert_int_equal(calx_make_transient(&fix), CALX_E_UNMAPPED);
    tear_down(&fix);
}

static void what_was_expired_is_empty_once_transient(void **state)
{
    (void)state;
    calx_shows("SES-059");
    fixture fix;
    set_up(&fix);
    static const char *const names[] = { "fullname", "age" };
    calx_expire_options options = CALX_EXPIRE_OPTIONS_INIT;
    struct user *user = stored_user(fix.session, "ed");
    assert_int_equal(set_fullname(user, "Edward"), CALX_OK);
    assert_int_equal(calx_make_transient(user), CALX_OK);
    assert_null(user->name);
    assert_int_equal(user->id, 0);
    assert_string_equal(user->fullname, "Edward"); /* was set since */
    calx_instance_free(user);
    struct user *other = calx_instance_edit(stored_user(fix.session, "jack"));
    other->age = (calx_nullable_int32){ true, 4 };
    other->fullname = "Jack";
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    options.names = names;
    options.count = 2;
    assert_int_equal(calx_session_expire_with(fix.session, other, &options), CALX_OK);
    assert_int_equal(calx_make_transient(other), CALX_OK);
    assert_false(other->age.has_value);
    assert_null(other->fullname);
    assert_string_equal(other->name, "jack");
    calx_instance_free(other); /* the caller's */
    assert_null(calx_instance_mapper(other));
    tear_down(&fix);
}

static void a_deleted_instance_may_be_added_once_transient(void **state)
{
    (void)state;
    calx_shows("SES-051");
    calx_shows("SES-052");
    fixture fix;
    set_up(&fix);
    calx_session_options options = session_options(&fix);
    options.expire_on_commit = false;
    set_options(&fix, &options);
    const struct user *user = stored_user(fix.session, "ed");
    assert_int_equal(calx_session_delete(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(calx_session_add(fix.session, user), CALX_E_INVALID_REQUEST);
    assert_non_null(strstr(message(fix.session), "calx_make_transient"));
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(state_of(user), CALX_STATE_DETACHED); /* as with expiry */
    assert_null(calx_object_session(user));
    assert_true(calx_instance_was_deleted(user));
    assert_int_equal(calx_session_add(fix.session, user), CALX_E_INVALID_REQUEST);
    assert_non_null(strstr(message(fix.session), "calx_make_transient"));
    assert_int_equal(calx_make_transient(user), CALX_OK);
    assert_false(calx_instance_was_deleted(user));
    assert_int_equal(calx_session_add(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE id = 1"), 1);
    tear_down(&fix);
}

static void a_deleted_one_made_transient_stays_so_in_a_rollback(void **state)
{
    (void)state;
    calx_shows("SES-059");
    fixture fix;
    set_up(&fix);
    struct user *user = stored_user(fix.session, "ed");
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_delete(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(state_of(user), CALX_STATE_DELETED);
    assert_int_equal(calx_make_transient(user), CALX_OK);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(state_of(user), CALX_STATE_TRANSIENT);
    assert_false(contains(fix.session, user));
    assert_string_equal(user->name, "ed");
    struct user *pending = add_user(fix.session, "jack");
    assert_int_equal(calx_make_transient(pending), CALX_OK);
    assert_int_equal(calx_session_count_new(fix.session), 0);
    calx_instance_free(pending);
    calx_instance_free(user);
    tear_down(&fix);
}

/* ---- to detached ---- */

static void making_detached_builds_the_key_and_expires_the_rest(void **state)
{
    (void)state;
    calx_shows("SES-060");
    fixture fix;
    set_up(&fix);
    run_elsewhere(&fix, "INSERT INTO users (name, fullname, role, revision) "
                        "VALUES ('ed', 'Edward', 2, 1)");
    log_sink_forget(&fix.sink);
    struct user *user = new_user("ed");
    user->id = 1;
    assert_int_equal(calx_make_transient_to_detached(user), CALX_OK);
    assert_int_equal(state_of(user), CALX_STATE_DETACHED);
    assert_true(calx_instance_is_expired(user));
    assert_int_equal(calx_session_add(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_count_dirty(fix.session), 0);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(logged(&fix, ""), 0);
    assert_ptr_equal(get_user(fix.session, 1), user);
    assert_string_equal(user->fullname, "Edward");
    assert_int_equal(user->revision, 1);
    assert_int_equal(logged(&fix, "SELECT"), 1);
    assert_int_equal(set_fullname(user, "Ed"), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_stored_text(fix.session, "SELECT fullname FROM users", "Ed");
    tear_down(&fix);
}

static void only_a_transient_one_with_a_key_is_made_detached(void **state)
{
    (void)state;
    calx_shows("SES-060");
    fixture fix;
    set_up(&fix);
    struct user *user = new_user("ed");
    assert_int_equal(calx_make_transient_to_detached(user), CALX_E_INVALID_REQUEST); /* no key */
    assert_int_equal(state_of(user), CALX_STATE_TRANSIENT);
    assert_int_equal(calx_session_add(fix.session, user), CALX_OK);
    assert_int_equal(calx_make_transient_to_detached(user), CALX_E_INVALID_REQUEST);
    assert_non_null(strstr(message(fix.session), "not transient"));
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(calx_make_transient_to_detached(user), CALX_E_INVALID_REQUEST);
    assert_int_equal(calx_session_expunge(fix.session, user), CALX_OK);
    assert_int_equal(calx_make_transient_to_detached(user), CALX_E_INVALID_REQUEST);
    assert_int_equal(calx_make_transient_to_detached(NULL), CALX_E_UNMAPPED);
    calx_instance_free(user);
    tear_down(&fix);
}

static void making_detached_survives_missing_memory(void **state)
{
    (void)state;
    calx_status status = CALX_E_NOMEM;
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, RATION_UNLIMITED));
        struct user *user = new_user("ed");
        user->id = 1;
        atomic_store(&account.left, allowed);
        status = calx_make_transient_to_detached(user);
        assert_int_equal(state_of(user),
                         status == CALX_OK ? CALX_STATE_DETACHED : CALX_STATE_TRANSIENT);
        assert_string_equal(user->name, "ed");
        calx_instance_free(user);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
}

/* ---- deleting ---- */

static void deleting_once_more_sends_another_delete(void **state)
{
    (void)state;
    calx_shows("SES-055");
    calx_shows("ERR-16");
    fixture fix;
    set_up(&fix);
    struct everything *row = calx_instance_new(&everything_mapper);
    row->key = 1;
    assert_int_equal(calx_session_add(fix.session, row), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(calx_session_delete(fix.session, row), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_false(contains(fix.session, row));
    assert_int_equal(calx_session_delete(fix.session, row), CALX_OK);
    assert_true(contains(fix.session, row));
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(calx_session_count_warnings(fix.session), 1);
    assert_int_equal(log_sink_count(&fix.sink, "matched no row"), 1);
    assert_int_equal(logged(&fix, "DELETE FROM \"order\" WHERE"), 1);
    assert_true(calx_instance_was_deleted(row));
    tear_down(&fix);
}

static void a_second_delete_is_undone_by_a_rollback(void **state)
{
    (void)state;
    calx_shows("SES-055");
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    assert_int_equal(calx_session_delete(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(calx_session_delete(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_true(contains(fix.session, user));
    assert_int_equal(calx_session_count_deleted(fix.session), 0);
    assert_ptr_equal(get_user(fix.session, 1), user);
    assert_int_equal(calx_session_delete(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    struct user *other = new_user("jack");
    other->id = 1;
    assert_int_equal(calx_session_add(fix.session, other), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(calx_session_delete(fix.session, user), CALX_E_STATE); /* its key is taken */
    assert_ptr_equal(get_user(fix.session, 1), other);
    tear_down(&fix);
}

static void what_was_expunged_is_no_business_of_a_rollback(void **state)
{
    (void)state;
    calx_shows("SES-057");
    fixture fix;
    set_up(&fix);
    struct user *user = add_user(fix.session, "ed");
    user->created = 1; /* nothing is left to the database, so nothing is expired */
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(calx_session_expunge(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(state_of(user), CALX_STATE_DETACHED);
    assert_false(contains(fix.session, user));
    assert_int_equal(calx_make_transient(user), CALX_OK); /* its row is gone: insert it again */
    assert_int_equal(calx_session_add(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 1);
    tear_down(&fix);
}

/* ---- new, dirty, deleted ---- */

typedef struct visits {
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

static calx_status add_back(void *context, const void *entity)
{
    return calx_session_add(context, entity);
}

static void new_dirty_and_deleted_ones_are_shown_as_they_were(void **state)
{
    (void)state;
    calx_shows("SES-062");
    fixture fix;
    set_up(&fix);
    visits all = { .count = 0 };
    const struct user *changed = stored_user(fix.session, "a");
    const struct user *same = stored_user(fix.session, "b");
    const struct user *gone = stored_user(fix.session, "c");
    assert_int_equal(calx_session_load(fix.session, same), CALX_OK);
    const struct user *first = add_user(fix.session, "d");
    const struct user *second = add_user(fix.session, "e");
    assert_int_equal(calx_session_no_autoflush_begin(fix.session), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, same), CALX_OK);
    assert_int_equal(set_fullname(changed, "A"), CALX_OK);
    assert_int_equal(set_name(same, "b"), CALX_OK); /* to what it is */
    assert_int_equal(set_fullname(gone, "C"), CALX_OK);
    assert_int_equal(calx_session_delete(fix.session, gone), CALX_OK);
    assert_int_equal(calx_session_iterate_new(fix.session, note_visit, &all), CALX_OK);
    assert_int_equal(all.count, 2);
    assert_ptr_equal(all.seen[0], first);
    assert_ptr_equal(all.seen[1], second);
    all.count = 0;
    assert_int_equal(calx_session_iterate_dirty(fix.session, note_visit, &all), CALX_OK);
    assert_int_equal(all.count, 1);
    assert_ptr_equal(all.seen[0], changed);
    assert_int_equal(calx_session_count_dirty(fix.session), 1);
    all.count = 0;
    assert_int_equal(calx_session_iterate_deleted(fix.session, note_visit, &all), CALX_OK);
    assert_int_equal(all.count, 1);
    assert_ptr_equal(all.seen[0], gone);
    assert_int_equal(calx_session_iterate_deleted(fix.session, add_back, fix.session), CALX_OK);
    assert_int_equal(calx_session_count_deleted(fix.session), 0);
    assert_int_equal(calx_session_count_dirty(fix.session), 2);
    assert_int_equal(calx_session_iterate_new(fix.session, NULL, NULL), CALX_E_ARGUMENT);
    tear_down(&fix);
}

static bool is_modified_apart_from_collections(calx_session *session, const void *entity)
{
    calx_modified_options options = CALX_MODIFIED_OPTIONS_INIT;
    bool answer = true;
    options.include_collections = false;
    assert_int_equal(calx_session_is_modified_with(session, entity, &options, &answer), CALX_OK);
    return answer;
}

static void only_a_net_change_counts_as_modified(void **state)
{
    (void)state;
    calx_shows("SES-063");
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    log_sink_forget(&fix.sink);
    assert_int_equal(set_fullname(user, "Ed"), CALX_OK);
    assert_true(is_modified(fix.session, user));
    assert_int_equal(calx_instance_set_null(user, &user_mapper.columns[USER_FULLNAME]), CALX_OK);
    assert_false(is_modified(fix.session, user));
    assert_int_equal(calx_session_expire(fix.session, user), CALX_OK);
    assert_int_equal(set_name(user, "ed"), CALX_OK); /* the old one is not known */
    assert_true(is_modified(fix.session, user));
    assert_int_equal(logged(&fix, ""), 0);
    bool answer = false;
    assert_int_equal(calx_session_is_modified_with(fix.session, user, NULL, &answer),
                     CALX_E_ARGUMENT);
    assert_non_null(strstr(message(fix.session), "CALX_MODIFIED_OPTIONS_INIT"));
    tear_down(&fix);
}

static void members_that_come_and_go_modify_their_owner(void **state)
{
    (void)state;
    calx_shows("SES-063");
    fixture fix;
    set_up(&fix);
    const calx_relationship *addresses = &user_mapper.relationships[0];
    const struct user *user = stored_user(fix.session, "ed");
    struct address *address = calx_instance_new(&address_mapper);
    address->email = "ed@calx";
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(calx_relationship_append(user, addresses, address), CALX_OK);
    assert_true(is_modified(fix.session, user));
    assert_false(is_modified_apart_from_collections(fix.session, user));
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_false(is_modified(fix.session, user));
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_relationship_remove(user, addresses, address), CALX_OK);
    assert_true(is_modified(fix.session, user));
    assert_false(is_modified_apart_from_collections(fix.session, user));
    assert_int_equal(calx_relationship_append(user, addresses, address), CALX_OK);
    assert_false(is_modified(fix.session, user)); /* back where it was */
    assert_int_equal(logged(&fix, ""), 0);
    tear_down(&fix);
}

/* ---- identity keys ---- */

static void a_key_names_a_row_whatever_it_was_made_of(void **state)
{
    (void)state;
    calx_shows("SES-070");
    calx_shows("SES-031");
    fixture fix;
    set_up(&fix);
    calx_value values[] = { calx_value_int64(1), calx_value_null() };
    calx_identity_key *by_value = NULL;
    calx_identity_key *by_instance = NULL;
    calx_identity_key *other = NULL;
    calx_error error = CALX_ERROR_INIT;
    const struct user *user = stored_user(fix.session, "ed");
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_identity_key_new(&user_mapper, values, &by_value, &error), CALX_OK);
    assert_int_equal(calx_identity_key_of(user, &by_instance, &error), CALX_OK);
    assert_int_equal(calx_identity_key_new(&address_mapper, values, &other, &error), CALX_OK);
    assert_true(calx_identity_key_equal(by_value, by_instance));
    assert_true(calx_identity_key_hash(by_value) == calx_identity_key_hash(by_instance));
    assert_false(calx_identity_key_equal(by_value, other)); /* another class */
    assert_false(calx_identity_key_equal(by_value, NULL));
    assert_ptr_equal(calx_identity_key_mapper(by_value), &user_mapper);
    assert_string_equal(calx_identity_key_text(by_instance), "user(id=1)");
    calx_identity_key_free(other);
    other = NULL;
    assert_int_equal(calx_identity_key_new(&membership_mapper, values, &other, &error),
                     CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, "membership"));
    values[0] = calx_value_text("one");
    assert_int_equal(calx_identity_key_new(&user_mapper, values, &other, &error), CALX_E_DATA);
    assert_int_equal(calx_identity_key_of(&fix, &other, &error), CALX_E_UNMAPPED);
    assert_int_equal(calx_identity_key_new(NULL, values, &other, &error), CALX_E_ARGUMENT);
    assert_null(other);
    assert_int_equal(logged(&fix, ""), 0);
    calx_identity_key_free(by_value);
    calx_identity_key_free(by_instance);
    calx_identity_key_free(NULL);
    calx_error_clear(&error);
    tear_down(&fix);
}

/* ---- threads ---- */

typedef struct handover {
    const fixture *fix;
    struct user *user;
    bool done;
} handover;

static void *take_over(void *context)
{
    handover *given = context;
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_session *session = NULL;
    options.bind = given->fix->engine;
    if (calx_session_new(&options, &session, NULL) != CALX_OK)
        return NULL;
    given->done = calx_session_add(session, given->user) == CALX_OK &&
                  set_name(given->user, "edward") == CALX_OK &&
                  calx_session_commit(session) == CALX_OK;
    calx_session_free(session);
    return NULL;
}

static void an_instance_goes_to_another_thread_by_expunging_it(void **state)
{
    (void)state;
    calx_shows("SES-393");
    fixture fix;
    set_up(&fix);
    struct user *user = stored_user(fix.session, "ed");
    handover given = { &fix, user, true };
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, take_over, &given), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_false(given.done); /* owned here still */
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_expunge(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(pthread_create(&thread, NULL, take_over, &given), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(given.done);
    assert_stored_text(fix.session, "SELECT name FROM users", "edward");
    tear_down(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(making_transient_forgets_the_session_and_the_key),
        cmocka_unit_test(what_was_expired_is_empty_once_transient),
        cmocka_unit_test(a_deleted_instance_may_be_added_once_transient),
        cmocka_unit_test(a_deleted_one_made_transient_stays_so_in_a_rollback),
        cmocka_unit_test(making_detached_builds_the_key_and_expires_the_rest),
        cmocka_unit_test(only_a_transient_one_with_a_key_is_made_detached),
        cmocka_unit_test(making_detached_survives_missing_memory),
        cmocka_unit_test(deleting_once_more_sends_another_delete),
        cmocka_unit_test(a_second_delete_is_undone_by_a_rollback),
        cmocka_unit_test(what_was_expunged_is_no_business_of_a_rollback),
        cmocka_unit_test(new_dirty_and_deleted_ones_are_shown_as_they_were),
        cmocka_unit_test(only_a_net_change_counts_as_modified),
        cmocka_unit_test(members_that_come_and_go_modify_their_owner),
        cmocka_unit_test(a_key_names_a_row_whatever_it_was_made_of),
        cmocka_unit_test(an_instance_goes_to_another_thread_by_expunging_it),
    };
    return CALX_RUN("session_members", tests);
}
