/*
 * Finding by key, expiring, loading and refreshing.
 */
#include "session_fixture.h"

/* ---- finding ---- */

static void a_hit_needs_no_statement(void **state)
{
    (void)state;
    calx_shows("SES-072");
    calx_shows("SES-211");
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    const struct user *pending = add_user(fix.session, "jack");
    log_sink_forget(&fix.sink);
    assert_ptr_equal(get_user(fix.session, 1), user);
    bool modified = false;
    calx_connection *connection = NULL;
    assert_int_equal(calx_session_connection(fix.session, &connection), CALX_OK);
    assert_int_equal(calx_session_is_modified(fix.session, user, &modified), CALX_OK);
    assert_int_equal(calx_session_delete(fix.session, user), CALX_OK);
    assert_int_equal(logged(&fix, "INSERT"), 0);
    assert_int_equal(calx_session_expunge(fix.session, user), CALX_OK);
    assert_int_equal(logged(&fix, ""), 0);
    assert_true(is_modified(fix.session, pending));
    calx_instance_free((void *)(uintptr_t)user);
    tear_down(&fix);
}

static void a_miss_flushes_and_selects(void **state)
{
    (void)state;
    calx_shows("SES-073");
    fixture fix;
    set_up(&fix);
    const struct user *user = add_user(fix.session, "ed");
    assert_null(get_user(fix.session, 99));
    assert_int_equal(log_sink_count(&fix.sink, "INSERT"), 1);
    assert_int_equal(logged(&fix, "SELECT"), 1);
    assert_int_equal(user->id, 1);
    calx_value key = calx_value_int64(99);
    const void *found = user;
    assert_int_equal(calx_session_get_one(fix.session, &user_mapper, &key, &found),
                     CALX_E_NO_RESULT);
    assert_ptr_equal(found, user); /* written only on success */
    assert_non_null(strstr(message(fix.session), "user(id=99)"));
    key = calx_value_int64(1);
    assert_int_equal(calx_session_get_one(fix.session, &user_mapper, &key, &found), CALX_OK);
    tear_down(&fix);
}

static const void *get_number(const fixture *fix, const calx_mapper *mapper, int64_t key)
{
    const void *found = NULL;
    assert_int_equal(calx_session_get_int64(fix->session, mapper, key, &found), CALX_OK);
    return found;
}

static void a_number_is_found_as_its_key_is(void **state)
{
    (void)state;
    calx_shows("SES-072");
    calx_shows("SES-073");
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    struct everything *other = calx_instance_new(&everything_mapper);
    other->key = 1; /* not signed, so not asked for by number alone */
    assert_int_equal(calx_session_add(fix.session, other), CALX_OK);
    assert_ptr_equal(get_number(&fix, &everything_mapper, 1), other);
    log_sink_forget(&fix.sink);
    assert_ptr_equal(get_number(&fix, &user_mapper, 1), user); /* expired by the commit */
    assert_int_equal(logged(&fix, "SELECT"), 1);
    assert_ptr_equal(get_number(&fix, &user_mapper, 1), user);
    assert_ptr_equal(get_user(fix.session, 1), user);
    assert_int_equal(logged(&fix, ""), 0);
    assert_null(get_number(&fix, &user_mapper, 2));
    assert_null(get_number(&fix, &user_mapper, 0));
    assert_null(get_number(&fix, &user_mapper, INT64_MIN));
    tear_down(&fix);
}

static void a_number_that_is_no_key_is_refused(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const void *found = &fix;
    assert_int_equal(calx_session_get_int64(fix.session, &membership_mapper, 1, &found),
                     CALX_E_ARGUMENT);
    assert_non_null(strstr(message(fix.session), "2 columns"));
    assert_int_equal(calx_session_get_int64(fix.session, &everything_mapper, -1, &found),
                     CALX_E_DATA);
    assert_int_equal(calx_session_get_int64(fix.session, NULL, 1, &found), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_get_int64(NULL, &user_mapper, 1, &found), CALX_E_ARGUMENT);
    assert_ptr_equal(found, &fix);
    tear_down(&fix);
}

static void a_hit_forgets_the_error_of_the_call_before(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    assert_ptr_equal(get_number(&fix, &user_mapper, 1), user);
    assert_int_equal(calx_session_add(fix.session, &fix), CALX_E_UNMAPPED);
    assert_ptr_equal(get_number(&fix, &user_mapper, 1), user);
    assert_int_equal(calx_session_error(fix.session)->status, CALX_OK);
    tear_down(&fix);
}

/* Each time the map would have answered by itself. */
static void what_is_not_fresh_any_more_is_asked_for_again(void **state)
{
    (void)state;
    calx_shows("SES-074");
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    assert_ptr_equal(get_number(&fix, &user_mapper, 1), user);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_expire(fix.session, user), CALX_OK);
    assert_ptr_equal(get_number(&fix, &user_mapper, 1), user);
    assert_int_equal(logged(&fix, "SELECT"), 1);
    assert_int_equal(calx_session_expire_all(fix.session), CALX_OK);
    assert_ptr_equal(get_number(&fix, &user_mapper, 1), user);
    assert_int_equal(logged(&fix, "SELECT"), 1);
    const char *const names[] = { "fullname" };
    calx_expire_options options = CALX_EXPIRE_OPTIONS_INIT;
    options.names = names;
    options.count = 1;
    assert_int_equal(calx_session_expire_with(fix.session, user, &options), CALX_OK);
    assert_ptr_equal(get_number(&fix, &user_mapper, 1), user);
    assert_int_equal(logged(&fix, "SELECT"), 1);
    assert_int_equal(calx_session_begin_nested(fix.session), CALX_OK);
    assert_int_equal(calx_instance_set_text(user, &user_mapper.columns[USER_FULLNAME], "x"),
                     CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_ptr_equal(get_number(&fix, &user_mapper, 1), user);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    log_sink_forget(&fix.sink);
    assert_ptr_equal(get_number(&fix, &user_mapper, 1), user);
    assert_int_equal(logged(&fix, "SELECT"), 1);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_ptr_equal(get_number(&fix, &user_mapper, 1), user);
    assert_int_equal(logged(&fix, "SELECT"), 1);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_ptr_equal(get_number(&fix, &user_mapper, 1), user);
    assert_int_equal(logged(&fix, "SELECT"), 1);
    tear_down(&fix);
}

static void what_left_the_map_is_not_found_there(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    assert_ptr_equal(get_number(&fix, &user_mapper, 1), user);
    assert_int_equal(calx_session_expunge(fix.session, user), CALX_OK);
    const struct user *second = get_number(&fix, &user_mapper, 1);
    assert_true(second != NULL && second != user);
    assert_int_equal(calx_session_delete(fix.session, second), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_null(get_number(&fix, &user_mapper, 1));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_ptr_equal(get_number(&fix, &user_mapper, 1), second);
    assert_int_equal(calx_session_expunge_all(fix.session), CALX_OK);
    assert_non_null(get_number(&fix, &user_mapper, 1));
    calx_instance_free((void *)(uintptr_t)user);
    tear_down(&fix);
}

static void keys_that_are_none_are_refused(void **state)
{
    (void)state;
    calx_shows("SES-077");
    fixture fix;
    set_up(&fix);
    const void *found = NULL;
    calx_value key = calx_value_text("one");
    assert_int_not_equal(calx_session_get(fix.session, &user_mapper, &key, &found), CALX_OK);
    assert_true(message(fix.session)[0] != '\0');
    key = calx_value_null();
    found = &fix;
    assert_int_equal(calx_session_get(fix.session, &user_mapper, &key, &found), CALX_OK);
    assert_null(found);
    assert_int_equal(calx_session_count_warnings(fix.session), 1);
    assert_int_equal(logged(&fix, "SELECT"), 0);
    calx_value half[] = { calx_value_int64(1), calx_value_null() };
    assert_int_equal(calx_session_get(fix.session, &membership_mapper, half, &found),
                     CALX_E_ARGUMENT);
    assert_int_equal(calx_session_get(fix.session, &user_mapper, NULL, &found), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_get(fix.session, NULL, &key, &found), CALX_E_ARGUMENT);
    assert_int_equal(logged(&fix, ""), 0);
    tear_down(&fix);
}

static void getting_an_expired_instance_refreshes_it(void **state)
{
    (void)state;
    calx_shows("SES-074");
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    run_elsewhere(&fix, "UPDATE users SET name = 'edward', age = 5");
    assert_string_equal(user->name, "ed"); /* a plain read does no I/O */
    log_sink_forget(&fix.sink);
    assert_ptr_equal(get_user(fix.session, 1), user);
    assert_string_equal(user->name, "edward");
    assert_true(user->age.has_value);
    assert_ptr_equal(get_user(fix.session, 1), user);
    assert_int_equal(logged(&fix, "SELECT"), 1);
    tear_down(&fix);
}

static void getting_an_expired_instance_without_row_finds_nothing(void **state)
{
    (void)state;
    calx_shows("SES-075");
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    run_elsewhere(&fix, "DELETE FROM users");
    assert_null(get_user(fix.session, 1));
    assert_false(contains(fix.session, user));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_true(contains(fix.session, user));
    assert_null(get_user(fix.session, 1));
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_null(calx_object_session(user));
    tear_down(&fix);
}

static calx_status count_one(void *context, const void *entity)
{
    (void)entity;
    ++*(size_t *)context;
    return CALX_OK;
}

static const void *get_everything(calx_session *session, uint64_t key)
{
    calx_value value = calx_value_uint64(key);
    const void *found = NULL;
    assert_int_equal(calx_session_get(session, &everything_mapper, &value, &found), CALX_OK);
    return found;
}

static void what_was_marked_and_is_gone_is_counted_once(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct everything *rows[2] = { NULL, NULL };
    for (uint32_t i = 0; i < 2; i++) {
        rows[i] = calx_instance_new(&everything_mapper);
        rows[i]->key = i + 1;
        assert_int_equal(calx_session_add(fix.session, rows[i]), CALX_OK);
    }
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(calx_session_delete(fix.session, rows[0]), CALX_OK);
    assert_null(get_everything(fix.session, 1)); /* flushes the deletion first */
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    run_elsewhere(&fix, "DELETE FROM \"order\"");
    assert_int_equal(calx_session_delete(fix.session, rows[1]), CALX_OK);
    assert_int_equal(calx_session_no_autoflush_begin(fix.session), CALX_OK);
    assert_null(get_everything(fix.session, 2));
    assert_int_equal(calx_session_no_autoflush_end(fix.session), CALX_OK);
    assert_int_equal(calx_session_count_deleted(fix.session), 0);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    size_t members = 0;
    assert_int_equal(calx_session_iterate(fix.session, count_one, &members), CALX_OK);
    assert_int_equal(members, 2);
    tear_down(&fix);
}

static void a_present_instance_is_not_overwritten_by_a_row(void **state)
{
    (void)state;
    calx_shows("SES-078");
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(number(fix.session, "UPDATE users SET fullname = 'x', age = 3 RETURNING 1"),
                     1);
    assert_int_equal(calx_instance_set_int64(user, &user_mapper.columns[USER_AGE], 9), CALX_OK);
    calx_query *query = NULL;
    const void *found = NULL;
    assert_int_equal(calx_session_query(fix.session, &user_mapper, &query), CALX_OK);
    assert_int_equal(calx_session_no_autoflush_begin(fix.session), CALX_OK);
    assert_int_equal(calx_query_one(query, &found), CALX_OK);
    assert_int_equal(calx_session_no_autoflush_end(fix.session), CALX_OK);
    assert_ptr_equal(found, user);
    assert_null(user->fullname);
    assert_int_equal(user->age.value, 9);
    calx_query_free(query);
    tear_down(&fix);
}

static void a_key_taken_over_has_one_instance(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *old = stored_user(fix.session, "ed");
    const struct user *user = stored_user(fix.session, "jack");
    run_elsewhere(&fix, "DELETE FROM users WHERE id = 1");
    assert_int_equal(calx_instance_set_int64(user, &user_mapper.columns[USER_ID], 1), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_ptr_equal(get_user(fix.session, 1), user);
    assert_false(contains(fix.session, old));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_ptr_equal(get_user(fix.session, 2), user);
    assert_null(get_user(fix.session, 1));
    tear_down(&fix);
}

/* ---- expiring ---- */

static void expiring_discards_changes_without_sql(void **state)
{
    (void)state;
    calx_shows("SES-230");
    calx_shows("SES-231");
    fixture fix;
    set_up(&fix);
    struct user *user = calx_instance_edit(stored_user(fix.session, "ed"));
    user->fullname = "discarded";
    assert_int_equal(set_name(user, "discarded too"), CALX_OK);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_expire(fix.session, user), CALX_OK);
    assert_string_equal(user->name, "ed");
    assert_null(user->fullname);
    assert_false(is_modified(fix.session, user));
    assert_int_equal(calx_session_count_dirty(fix.session), 0);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(logged(&fix, ""), 0);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(logged(&fix, "SELECT"), 1);
    tear_down(&fix);
}

static void expiring_everything_leaves_pending_ones_alone(void **state)
{
    (void)state;
    calx_shows("SES-234");
    fixture fix;
    set_up(&fix);
    const struct user *ed = add_user(fix.session, "ed");
    const struct user *jack = stored_user(fix.session, "jack");
    assert_int_equal(calx_session_load(fix.session, ed), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, jack), CALX_OK);
    struct user *pending = add_user(fix.session, "wendy");
    pending->fullname = "Wendy";
    assert_int_equal(calx_session_no_autoflush_begin(fix.session), CALX_OK);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_expire_all(fix.session), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, ed), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, jack), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, pending), CALX_OK);
    assert_int_equal(logged(&fix, "SELECT"), 2);
    assert_string_equal(pending->fullname, "Wendy");
    assert_int_equal(calx_session_count_new(fix.session), 1);
    tear_down(&fix);
}

static void only_persistent_members_expire(void **state)
{
    (void)state;
    calx_shows("SES-235");
    fixture fix;
    set_up(&fix);
    struct user *transient = new_user("a");
    const struct user *pending = add_user(fix.session, "b");
    assert_int_equal(calx_session_expire(fix.session, transient), CALX_E_STATE);
    assert_int_equal(calx_session_refresh(fix.session, transient), CALX_E_STATE);
    assert_int_equal(calx_session_load(fix.session, transient), CALX_E_STATE);
    assert_int_equal(calx_session_expire(fix.session, pending), CALX_E_STATE);
    assert_int_equal(calx_session_refresh(fix.session, pending), CALX_E_STATE);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(calx_session_delete(fix.session, pending), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(calx_session_expire(fix.session, pending), CALX_E_STATE);
    struct user *detached = stored_user(fix.session, "c");
    assert_int_equal(calx_session_expunge(fix.session, detached), CALX_OK);
    assert_int_equal(calx_session_expire(fix.session, detached), CALX_E_STATE);
    assert_int_equal(calx_session_refresh(fix.session, detached), CALX_E_STATE);
    calx_session *other = new_session(&fix);
    const struct user *foreign = stored_user(other, "d");
    assert_int_equal(calx_session_expire(fix.session, foreign), CALX_E_STATE);
    assert_int_equal(calx_session_refresh(fix.session, foreign), CALX_E_STATE);
    assert_non_null(strstr(message(fix.session), "another session"));
    calx_session_free(other);
    calx_instance_free(detached);
    calx_instance_free(transient);
    tear_down(&fix);
}

static void a_set_on_an_expired_instance_survives_its_load(void **state)
{
    (void)state;
    calx_shows("SES-233");
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    run_elsewhere(&fix, "UPDATE users SET fullname = 'theirs', age = 7");
    assert_int_equal(set_fullname(user, "mine"), CALX_OK);
    assert_int_equal(calx_session_no_autoflush_begin(fix.session), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_no_autoflush_end(fix.session), CALX_OK);
    assert_string_equal(user->fullname, "mine");
    assert_int_equal(user->age.value, 7);
    assert_true(is_modified(fix.session, user));
    assert_int_equal(calx_session_expire(fix.session, user), CALX_OK);
    assert_string_equal(user->fullname, "theirs"); /* what the row said last */
    assert_int_equal(set_fullname(user, "mine"), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK); /* flushes first */
    assert_stored_text(fix.session, "SELECT fullname FROM users", "mine");
    tear_down(&fix);
}

static void a_load_of_a_vanished_row_is_told(void **state)
{
    (void)state;
    calx_shows("SES-237");
    calx_shows("SES-241");
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    run_elsewhere(&fix, "DELETE FROM users");
    assert_int_equal(calx_session_load(fix.session, user), CALX_E_OBJECT_DELETED);
    assert_non_null(strstr(message(fix.session), "user(id=1)"));
    assert_true(contains(fix.session, user));
    assert_int_equal(calx_session_refresh(fix.session, user), CALX_E_STATE);
    assert_true(contains(fix.session, user));
    tear_down(&fix);
}

static void an_expired_instance_of_no_session_cannot_be_loaded(void **state)
{
    (void)state;
    calx_shows("SES-236");
    calx_shows("ERR-09");
    fixture fix;
    set_up(&fix);
    struct user *user = stored_user(fix.session, "ed");
    assert_true(calx_instance_is_expired(user));
    assert_int_equal(calx_session_expunge(fix.session, user), CALX_OK);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_load(fix.session, user), CALX_E_DETACHED_INSTANCE);
    assert_non_null(strstr(message(fix.session), "user(id=1)"));
    assert_non_null(strstr(message(fix.session), "add it"));
    assert_string_equal(user->name, "ed"); /* what was loaded stays readable */
    assert_null(calx_instance_edit(user));
    assert_int_equal(logged(&fix, ""), 0);
    assert_int_equal(calx_session_add(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_false(calx_instance_is_expired(user));
    tear_down(&fix);
}

static void any_row_refreshes_an_expired_instance(void **state)
{
    (void)state;
    calx_shows("SES-238");
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    run_elsewhere(&fix, "UPDATE users SET age = 7");
    calx_query *query = NULL;
    const void *found = NULL;
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_query(fix.session, &user_mapper, &query), CALX_OK);
    assert_int_equal(calx_query_one(query, &found), CALX_OK);
    assert_ptr_equal(found, user);
    assert_int_equal(user->age.value, 7);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(logged(&fix, "SELECT"), 1);
    calx_query_free(query);
    tear_down(&fix);
}

static void a_refresh_loses_own_changes_and_writes_others(void **state)
{
    (void)state;
    calx_shows("SES-239");
    fixture fix;
    set_up(&fix);
    const struct user *ed = add_user(fix.session, "ed");
    const struct user *jack = stored_user(fix.session, "jack");
    assert_int_equal(calx_session_load(fix.session, ed), CALX_OK);
    assert_int_equal(set_fullname(ed, "lost"), CALX_OK);
    assert_int_equal(set_fullname(jack, "written"), CALX_OK);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_refresh(fix.session, ed), CALX_OK);
    assert_null(ed->fullname);
    assert_int_equal(log_sink_count(&fix.sink, "UPDATE"), 1);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE fullname = 'written'"),
                     1);
    tear_down(&fix);
}

static void the_key_of_the_row_counts_for_a_refresh(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    assert_int_equal(calx_instance_set_int64(user, &user_mapper.columns[USER_ID], 50), CALX_OK);
    assert_int_equal(calx_session_refresh(fix.session, user), CALX_OK);
    assert_int_equal(user->id, 1);
    tear_down(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hit_needs_no_statement),
        cmocka_unit_test(a_miss_flushes_and_selects),
        cmocka_unit_test(a_number_is_found_as_its_key_is),
        cmocka_unit_test(a_number_that_is_no_key_is_refused),
        cmocka_unit_test(a_hit_forgets_the_error_of_the_call_before),
        cmocka_unit_test(what_is_not_fresh_any_more_is_asked_for_again),
        cmocka_unit_test(what_left_the_map_is_not_found_there),
        cmocka_unit_test(keys_that_are_none_are_refused),
        cmocka_unit_test(getting_an_expired_instance_refreshes_it),
        cmocka_unit_test(getting_an_expired_instance_without_row_finds_nothing),
        cmocka_unit_test(what_was_marked_and_is_gone_is_counted_once),
        cmocka_unit_test(a_present_instance_is_not_overwritten_by_a_row),
        cmocka_unit_test(a_key_taken_over_has_one_instance),
        cmocka_unit_test(expiring_discards_changes_without_sql),
        cmocka_unit_test(expiring_everything_leaves_pending_ones_alone),
        cmocka_unit_test(only_persistent_members_expire),
        cmocka_unit_test(a_set_on_an_expired_instance_survives_its_load),
        cmocka_unit_test(a_load_of_a_vanished_row_is_told),
        cmocka_unit_test(an_expired_instance_of_no_session_cannot_be_loaded),
        cmocka_unit_test(any_row_refreshes_an_expired_instance),
        cmocka_unit_test(a_refresh_loses_own_changes_and_writes_others),
        cmocka_unit_test(the_key_of_the_row_counts_for_a_refresh),
    };
    return CALX_RUN("session_expire", tests);
}
