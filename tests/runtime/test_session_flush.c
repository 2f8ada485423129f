/*
 * What a flush sends, what it writes back, and what is left when it fails.
 */
#include "session_fixture.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct warnings {
    size_t count;
    char last[200];
} warnings;

static void note_warning(void *context, const char *text)
{
    warnings *all = context;
    all->count++;
    (void)strncpy(all->last, text, sizeof all->last - 1);
}

static void set_up_with_warnings(fixture *fix, warnings *all)
{
    set_up(fix);
    memset(all, 0, sizeof *all);
    calx_session_options options = session_options(fix);
    options.warning = note_warning;
    options.warning_context = all;
    set_options(fix, &options);
}

static struct everything *add_everything(calx_session *session, uint32_t key)
{
    struct everything *row = calx_instance_new(&everything_mapper);
    assert_non_null(row);
    row->key = key;
    assert_int_equal(calx_session_add(session, row), CALX_OK);
    return row;
}

static struct membership *add_membership(calx_session *session, const char *group, int64_t user_id)
{
    struct membership *row = calx_instance_new(&membership_mapper);
    assert_non_null(row);
    strcpy(row->group_name, group);
    row->user_id = user_id;
    assert_int_equal(calx_session_add(session, row), CALX_OK);
    return row;
}

/* ---- what is sent and written back ---- */

static void an_empty_flush_does_nothing(void **state)
{
    (void)state;
    calx_shows("SES-150");
    fixture fix;
    set_up(&fix);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_false(calx_session_in_transaction(fix.session));
    assert_int_equal(logged(&fix, ""), 0);
    tear_down(&fix);
}

static void keys_made_by_the_database_come_back(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *first = add_user(fix.session, "ed");
    struct user *second = new_user("jack");
    second->id = 7;
    assert_int_equal(calx_session_add(fix.session, second), CALX_OK);
    const struct user *third = add_user(fix.session, "wendy");
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(first->id, 1);
    assert_int_equal(second->id, 7);
    /* A server counts on from its own last key, not from the highest. */
    assert_int_equal(third->id, calx_test_on("postgresql") ? 2 : 8);
    assert_int_equal(number(fix.session, "SELECT id FROM users WHERE name = 'wendy'"), third->id);
    tear_down(&fix);
}

static void server_defaults_are_left_to_the_database(void **state)
{
    (void)state;
    calx_shows("SES-175");
    fixture fix;
    set_up(&fix);
    const struct user *left = add_user(fix.session, "ed");
    struct user *given = new_user("jack");
    given->created = INT64_C(1000000);
    assert_int_equal(calx_session_add(fix.session, given), CALX_OK);
    struct user *empty = new_user("wendy");
    assert_int_equal(calx_instance_set_timestamp(empty, &user_mapper.columns[USER_CREATED], 0),
                     CALX_OK);
    assert_int_equal(calx_session_add(fix.session, empty), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_load(fix.session, given), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, empty), CALX_OK);
    assert_int_equal(log_sink_count(&fix.sink, "SELECT"), 0);
    assert_int_equal(left->created, 0);
    assert_int_equal(calx_session_load(fix.session, left), CALX_OK);
    assert_int_equal(log_sink_count(&fix.sink, "SELECT"), 1);
    assert_true(left->created > 0);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, given), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, empty), CALX_OK);
    assert_int_equal(given->created, INT64_C(1000000));
    assert_int_equal(empty->created, 0);
    assert_int_equal(empty->role, ROLE_MEMBER); /* the constant default */
    tear_down(&fix);
}

static void composite_keys_find_their_rows(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    (void)stored_user(fix.session, "ed");
    struct membership *row = add_membership(fix.session, "admins", 1);
    (void)add_membership(fix.session, "users", 1);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    calx_value key[] = { calx_value_int64(1), calx_value_text("admins") };
    const void *found = NULL;
    assert_int_equal(calx_session_get(fix.session, &membership_mapper, key, &found), CALX_OK);
    assert_ptr_equal(found, row);
    assert_int_equal(row->rank, 2); /* the server's default, loaded by get() */
    row = calx_instance_edit(row);
    strcpy(row->group_name, "owners");
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(calx_session_get(fix.session, &membership_mapper, key, &found), CALX_OK);
    assert_null(found);
    key[1] = calx_value_text("owners");
    assert_int_equal(calx_session_get(fix.session, &membership_mapper, key, &found), CALX_OK);
    assert_ptr_equal(found, row);
    assert_int_equal(calx_session_delete(fix.session, row), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM memberships"), 1);
    tear_down(&fix);
}

static void rows_are_inserted_in_the_order_they_were_added(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *users[20];
    char name[8] = "a";
    for (int i = 0; i < 20; i++, name[0]++)
        users[i] = add_user(fix.session, name);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    for (int i = 0; i < 20; i++)
        assert_int_equal(users[i]->id, i + 1);
    tear_down(&fix);
}

static void what_nobody_set_is_null_without_a_statement(void **state)
{
    (void)state;
    calx_shows("SES-246");
    fixture fix;
    set_up(&fix);
    const struct everything *row = add_everything(fix.session, 1);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_load(fix.session, row), CALX_OK);
    assert_null(row->text);
    assert_int_equal(logged(&fix, ""), 0);
    assert_int_equal(calx_session_expire(fix.session, row), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, row), CALX_OK);
    assert_int_equal(logged(&fix, "SELECT"), 1);
    tear_down(&fix);
}

static void a_new_row_takes_the_key_of_one_that_is_gone(void **state)
{
    (void)state;
    calx_shows("SES-082");
    calx_shows("SES-202");
    fixture fix;
    warnings all;
    set_up_with_warnings(&fix, &all);
    const struct everything *old = add_everything(fix.session, 1);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    run_elsewhere(&fix, "DELETE FROM \"order\"");
    const struct everything *row = add_everything(fix.session, 1);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(all.count, 1);
    assert_true(contains(fix.session, row));
    assert_false(contains(fix.session, old));
    calx_value key = calx_value_uint64(1);
    const void *found = NULL;
    assert_int_equal(calx_session_get(fix.session, &everything_mapper, &key, &found), CALX_OK);
    assert_ptr_equal(found, row);
    tear_down(&fix);
}

static void a_new_row_with_the_key_of_a_live_one_fails_with_a_warning(void **state)
{
    (void)state;
    calx_shows("SES-201");
    fixture fix;
    warnings all;
    set_up_with_warnings(&fix, &all);
    const struct everything *old = add_everything(fix.session, 1);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    const struct everything *row = add_everything(fix.session, 1);
    assert_int_equal(calx_session_flush(fix.session), CALX_E_UNIQUE);
    assert_int_equal(all.count, 1);
    assert_non_null(strstr(all.last, "everything(key=1)"));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_true(contains(fix.session, old));
    assert_false(contains(fix.session, row));
    assert_int_equal(all.count, 1);
    tear_down(&fix);
}

/* ---- versions ---- */

static void each_versioned_row_is_checked(void **state)
{
    (void)state;
    calx_shows("SES-342");
    fixture fix;
    set_up(&fix);
    const struct user *ed = add_user(fix.session, "ed");
    const struct user *jack = stored_user(fix.session, "jack");
    assert_int_equal(calx_session_load(fix.session, ed), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, jack), CALX_OK);
    assert_int_equal(set_fullname(ed, "Ed"), CALX_OK);
    assert_int_equal(set_fullname(jack, "Jack"), CALX_OK);
    assert_int_equal(number(fix.session, "UPDATE users SET revision = 9 WHERE id = 2 RETURNING 1"),
                     1);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_flush(fix.session), CALX_E_STALE_DATA);
    assert_string_not_equal(calx_session_error(fix.session)->statement, "");
    assert_non_null(strstr(message(fix.session), "user(id=2)"));
    assert_int_equal(logged(&fix, "UPDATE"), 2);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_null(ed->fullname);
    tear_down(&fix);
}

static void versions_count_and_are_checked(void **state)
{
    (void)state;
    calx_shows("SES-340");
    calx_shows("SES-341");
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(user->revision, 1);
    assert_int_equal(set_name(user, "edward"), CALX_OK);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_true(log_sink_has(&fix.sink, "WHERE \"id\" = ? AND \"revision\" = ?"));
    assert_int_equal(number(fix.session, "SELECT revision FROM users"), 2);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(set_name(user, "eddie"), CALX_OK);
    /* somebody else, as far as the unit of work knows */
    assert_int_equal(number(fix.session, "UPDATE users SET revision = 8 RETURNING revision"), 8);
    assert_int_equal(calx_session_flush(fix.session), CALX_E_STALE_DATA);
    assert_non_null(strstr(message(fix.session), "user(id=1)"));
    assert_non_null(strstr(message(fix.session), "version 2"));
    assert_false(calx_session_is_active(fix.session));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_string_equal(user->name, "edward");
    assert_int_equal(user->revision, 2);
    tear_down(&fix);
}

static void a_stale_delete_is_told(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(number(fix.session, "UPDATE users SET revision = 8 RETURNING revision"), 8);
    assert_int_equal(calx_session_delete(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_E_STALE_DATA);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_true(contains(fix.session, user));
    assert_int_equal(calx_session_delete(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    tear_down(&fix);
}

static void a_version_set_by_the_program_is_written(void **state)
{
    (void)state;
    calx_shows("SES-346");
    fixture fix;
    set_up(&fix);
    struct user *user = calx_instance_edit(stored_user(fix.session, "ed"));
    user->revision = 10;
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT revision FROM users"), 10);
    assert_int_equal(number(fix.session, "UPDATE users SET revision = 2147483647 RETURNING 1"), 1);
    user = calx_instance_edit(user);
    user->name = "edward";
    assert_int_equal(calx_session_flush(fix.session), CALX_E_DATA); /* no room to count */
    assert_non_null(strstr(message(fix.session), "revision"));
    tear_down(&fix);
}

static void an_unversioned_row_that_is_gone_is_told(void **state)
{
    (void)state;
    calx_shows("SES-343");
    fixture fix;
    warnings all;
    set_up_with_warnings(&fix, &all);
    struct everything *row = add_everything(fix.session, 1);
    const struct everything *other = add_everything(fix.session, 2);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, row), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    run_elsewhere(&fix, "DELETE FROM \"order\"");
    assert_int_equal(calx_instance_set_int64(row, &everything_mapper.columns[EVERYTHING_I64], 3),
                     CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_E_STALE_DATA);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(all.count, 0);
    assert_int_equal(calx_session_delete(fix.session, other), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(all.count, 1);
    assert_non_null(strstr(all.last, "order"));
    assert_int_equal(calx_session_count_warnings(fix.session), 1);
    tear_down(&fix);
}

/* ---- failures ---- */

/* Adds a user that cannot be inserted, beside one that can; then the way back. */
static void assert_fails(fixture *fix, struct user *bad, calx_status expected, const char *what)
{
    calx_session *session = fix->session;
    struct user *good = add_user(session, "good");
    assert_int_equal(calx_session_add(session, bad), CALX_OK);
    assert_int_equal(calx_session_flush(session), expected);
    const calx_error *error = calx_session_error(session);
    assert_int_equal(error->status, expected);
    assert_non_null(strstr(error->message, "inserting a new user"));
    assert_non_null(strstr(error->message, what));
    assert_false(calx_session_is_active(session));
    assert_false(contains(session, good));
    assert_false(contains(session, bad));
    assert_int_equal(calx_session_commit(session), CALX_E_PENDING_ROLLBACK);
    assert_non_null(strstr(message(session), what));
    assert_int_equal(calx_session_rollback(session), CALX_OK);
    assert_int_equal(calx_session_count_warnings(session), 0);
    bad->name = "bad no more"; /* the same instances, once they are right */
    bad->age.has_value = false;
    assert_int_equal(calx_session_add(session, good), CALX_OK); /* first: it has a key by now */
    assert_int_equal(calx_session_add(session, bad), CALX_OK);
    assert_int_equal(calx_session_commit(session), CALX_OK);
    assert_int_equal(number(session, "SELECT count(*) FROM users"), 3);
    assert_int_equal(calx_session_close(session), CALX_OK);
    run_elsewhere(fix, "DELETE FROM users WHERE name <> 'ed'");
}

static void every_refusal_names_its_row_and_column(void **state)
{
    (void)state;
    calx_shows("SES-158");
    fixture fix;
    set_up(&fix);
    (void)stored_user(fix.session, "ed");
    assert_fails(&fix, new_user("ed"), CALX_E_UNIQUE, rule_of_names());
    assert_fails(&fix, new_user(NULL), CALX_E_NOT_NULL,
                 calx_test_on("postgresql") ? "column \"name\" of relation \"users\""
                                            : "users.name");
    struct user *young = new_user("young");
    young->age = (calx_nullable_int32){ true, -1 };
    assert_fails(&fix, young, CALX_E_CHECK, "age");
    assert_fails(&fix, new_user("a name that is longer than thirty characters"), CALX_E_DATA,
                 "users.name");
    tear_down(&fix);
}

static void a_refusal_carries_statement_and_code(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    (void)stored_user(fix.session, "ed");
    (void)add_user(fix.session, "ed");
    assert_int_equal(calx_session_flush(fix.session), CALX_E_UNIQUE);
    assert_true(has_code(calx_session_error(fix.session), 2067, "23505"));
    assert_non_null(strstr(calx_session_error(fix.session)->statement, "INSERT INTO \"users\""));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(calx_session_error(fix.session)->status, CALX_OK);
    tear_down(&fix);
}

static void a_failed_flush_restores_every_kind_of_change(void **state)
{
    (void)state;
    calx_shows("SES-154");
    calx_shows("SES-155");
    fixture fix;
    set_up(&fix);
    (void)stored_user(fix.session, "taken");
    const struct user *changed = stored_user(fix.session, "ed");
    const struct user *gone = stored_user(fix.session, "jack");
    assert_int_equal(calx_session_load(fix.session, changed), CALX_OK);
    assert_int_equal(calx_session_delete(fix.session, gone), CALX_OK);
    struct user *edit = calx_instance_edit(changed);
    edit->fullname = "Ed Jones";
    edit->id = 20;
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    edit->age = (calx_nullable_int32){ true, 5 };
    const struct user *added = add_user(fix.session, "taken");
    assert_int_equal(calx_session_flush(fix.session), CALX_E_UNIQUE);
    calx_engine_state pool;
    calx_engine_status(fix.engine, &pool);
    assert_int_equal(pool.out, 1); /* held until rollback() */
    assert_null(calx_object_session(added));
    assert_true(contains(fix.session, gone));
    assert_null(changed->fullname);
    assert_false(changed->age.has_value);
    assert_int_equal(changed->id, 2);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_ptr_equal(get_user(fix.session, 2), changed);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 3);
    tear_down(&fix);
}

static void between_failure_and_rollback_little_is_legal(void **state)
{
    (void)state;
    calx_shows("SES-156");
    calx_shows("SES-157");
    calx_shows("SES-119");
    fixture fix;
    warnings all;
    set_up_with_warnings(&fix, &all);
    const struct user *ed = stored_user(fix.session, "ed");
    (void)add_user(fix.session, "ed");
    assert_true(calx_session_is_active(fix.session));
    assert_int_equal(calx_session_flush(fix.session), CALX_E_UNIQUE);
    assert_false(calx_session_is_active(fix.session));
    calx_value key = calx_value_int64(5);
    const void *found = NULL;
    calx_connection *connection = NULL;
    calx_statement *statement = calx_text_statement("SELECT 1");
    assert_int_equal(calx_session_get(fix.session, &user_mapper, &key, &found),
                     CALX_E_PENDING_ROLLBACK);
    assert_int_equal(calx_session_execute(fix.session, statement, NULL), CALX_E_PENDING_ROLLBACK);
    assert_non_null(strstr(message(fix.session), rule_of_names()));
    assert_int_equal(calx_session_connection(fix.session, &connection), CALX_E_PENDING_ROLLBACK);
    assert_int_equal(calx_session_load(fix.session, ed), CALX_E_PENDING_ROLLBACK);
    assert_int_equal(calx_session_refresh(fix.session, ed), CALX_E_PENDING_ROLLBACK);
    assert_null(calx_instance_edit(ed));
    assert_int_equal(calx_session_flush(fix.session), CALX_OK); /* empty */
    struct user *late = add_user(fix.session, "late");
    assert_int_equal(calx_session_flush(fix.session), CALX_E_PENDING_ROLLBACK);
    assert_int_equal(calx_session_commit(fix.session), CALX_E_PENDING_ROLLBACK);
    assert_int_equal(calx_session_expunge(fix.session, late), CALX_OK);
    assert_int_equal(calx_session_add(fix.session, late), CALX_OK);
    assert_int_equal(set_fullname(ed, "discarded"), CALX_OK);
    assert_int_equal(all.count, 0);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(all.count, 1);
    assert_false(contains(fix.session, late));
    assert_false(is_modified(fix.session, ed));
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 1);
    calx_statement_free(statement);
    tear_down(&fix);
}

static void a_failing_autoflush_says_so(void **state)
{
    (void)state;
    calx_shows("SES-215");
    fixture fix;
    set_up(&fix);
    (void)stored_user(fix.session, "ed");
    (void)add_user(fix.session, "ed");
    calx_query *query = NULL;
    int64_t count = 0;
    assert_int_equal(calx_session_query(fix.session, &user_mapper, &query), CALX_OK);
    assert_int_equal(calx_query_count(query, &count), CALX_E_UNIQUE);
    assert_true((calx_session_error(fix.session)->flags & CALX_ERROR_AUTOFLUSH) != 0);
    assert_false(calx_session_is_active(fix.session));
    calx_query_free(query);
    tear_down(&fix);
}

static void a_failed_update_can_be_corrected(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    (void)stored_user(fix.session, "taken");
    struct user *user = calx_instance_edit(stored_user(fix.session, "ed"));
    user->name = "taken";
    user->fullname = "kept by the program";
    assert_int_equal(calx_session_commit(fix.session), CALX_E_UNIQUE);
    assert_non_null(strstr(message(fix.session), "updating user(id=2)"));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_string_equal(user->name, "ed");
    assert_null(user->fullname);
    user = calx_instance_edit(user);
    user->name = "free";
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_stored_text(fix.session, "SELECT name FROM users WHERE id = 2", "free");
    assert_int_equal(number(fix.session, "SELECT revision FROM users WHERE id = 2"), 2);
    tear_down(&fix);
}

static void numbers_the_database_has_no_room_for_are_refused(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct everything *row = add_everything(fix.session, 1);
    row->u64 = (uint64_t)INT64_MAX;
    row->u32 = UINT32_MAX;
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    row->u64 = (uint64_t)INT64_MAX + 1;
    assert_int_equal(calx_session_flush(fix.session), CALX_E_DATA);
    assert_non_null(strstr(message(fix.session), "everything(key=1)"));
    assert_non_null(strstr(message(fix.session), "order.u64"));
    assert_non_null(strstr(message(fix.session), "9223372036854775807"));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    row = add_everything(fix.session, 2);
    row->real64 = strtod("nan", NULL);
    assert_int_equal(calx_session_flush(fix.session), CALX_E_DATA);
    assert_non_null(strstr(message(fix.session), "order.real64"));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    tear_down(&fix);
}

static void texts_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct everything *row = add_everything(fix.session, 1);
    row->text = "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f"; /* four characters, eight bytes */
    memcpy(row->array, "1234567", 8);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    row->text = "12345";
    assert_int_equal(calx_session_flush(fix.session), CALX_E_DATA);
    assert_non_null(strstr(message(fix.session), "order.text"));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(calx_session_add(fix.session, row), CALX_OK);
    row->text = NULL;
    memset(row->array, 'x', 8); /* no NUL */
    assert_int_equal(calx_session_flush(fix.session), CALX_E_DATA);
    assert_non_null(strstr(message(fix.session), "array"));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    tear_down(&fix);
}

static void a_full_disk_leaves_the_session_usable(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *kept = stored_user(fix.session, "kept");
    int64_t pages = number(fix.session, "PRAGMA page_count");
    char pragma[60];
    (void)snprintf(pragma, sizeof pragma, "PRAGMA max_page_count = %lld", (long long)pages);
    assert_int_equal(number(fix.session, pragma), pages);
    char *text = malloc(100001);
    assert_non_null(text);
    memset(text, 'x', 100000);
    text[100000] = '\0';
    struct user *large = new_user("large");
    large->fullname = text;
    assert_int_equal(calx_session_add(fix.session, large), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_E_RESOURCE);
    assert_true(calx_session_error(fix.session)->driver_code != 0);
    assert_non_null(strstr(message(fix.session), "full"));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    large->fullname = NULL;
    assert_int_equal(calx_session_add(fix.session, large), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 2);
    assert_true(contains(fix.session, kept));
    free(text);
    tear_down(&fix);
}

static void a_database_that_cannot_be_opened_leaves_the_work_pending(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    calx_engine *engine = NULL;
    assert_int_equal(calx_engine_new(calx_test_url_nowhere(), NULL, &engine, NULL), CALX_OK);
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    options.bind = engine;
    set_options(&fix, &options);
    const struct user *user = add_user(fix.session, "ed");
    assert_int_equal(calx_session_flush(fix.session), CALX_E_CONNECT);
    assert_true(contains(fix.session, user));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    calx_session_free(fix.session);
    fix.session = NULL;
    calx_engine_free(engine);
    tear_down(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_flush_does_nothing),
        cmocka_unit_test(keys_made_by_the_database_come_back),
        cmocka_unit_test(server_defaults_are_left_to_the_database),
        cmocka_unit_test(composite_keys_find_their_rows),
        cmocka_unit_test(rows_are_inserted_in_the_order_they_were_added),
        cmocka_unit_test(what_nobody_set_is_null_without_a_statement),
        cmocka_unit_test(a_new_row_takes_the_key_of_one_that_is_gone),
        cmocka_unit_test(a_new_row_with_the_key_of_a_live_one_fails_with_a_warning),
        cmocka_unit_test(each_versioned_row_is_checked),
        cmocka_unit_test(versions_count_and_are_checked),
        cmocka_unit_test(a_stale_delete_is_told),
        cmocka_unit_test(a_version_set_by_the_program_is_written),
        cmocka_unit_test(an_unversioned_row_that_is_gone_is_told),
        cmocka_unit_test(every_refusal_names_its_row_and_column),
        cmocka_unit_test(a_refusal_carries_statement_and_code),
        cmocka_unit_test(a_failed_flush_restores_every_kind_of_change),
        cmocka_unit_test(between_failure_and_rollback_little_is_legal),
        cmocka_unit_test(a_failing_autoflush_says_so),
        cmocka_unit_test(a_failed_update_can_be_corrected),
        CALX_SQLITE(numbers_the_database_has_no_room_for_are_refused),
        cmocka_unit_test(texts_that_do_not_fit_are_refused),
        CALX_SQLITE(a_full_disk_leaves_the_session_usable),
        cmocka_unit_test(a_database_that_cannot_be_opened_leaves_the_work_pending),
    };
    return CALX_RUN("session_flush", tests);
}
