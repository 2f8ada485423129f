/*
 * Columns and relationships expired and refreshed by their names, and rows asked for with a lock.
 */
#include "session_fixture.h"
#include "support/ration.h"

#include <calx/relationship.h>

static const char *const fullname_only[] = { "fullname" };

static calx_status expire_named(calx_session *session, const void *entity, const char *const *names,
                                size_t count)
{
    calx_expire_options options = CALX_EXPIRE_OPTIONS_INIT;
    options.names = names;
    options.count = count;
    return calx_session_expire_with(session, entity, &options);
}

static calx_status refresh_named(calx_session *session, const void *entity,
                                 const char *const *names, size_t count)
{
    calx_refresh_options options = CALX_REFRESH_OPTIONS_INIT;
    options.names = names;
    options.count = count;
    return calx_session_refresh_with(session, entity, &options);
}

/* A loaded user whose row says something else by now. */
static const struct user *outdated_user(fixture *fix)
{
    const struct user *user = stored_user(fix->session, "ed");
    run_elsewhere(fix, "UPDATE users SET fullname = 'Ed', age = 3");
    assert_int_equal(calx_session_load(fix->session, user), CALX_OK);
    assert_int_equal(calx_session_commit(fix->session), CALX_OK);
    assert_int_equal(calx_session_load(fix->session, user), CALX_OK);
    assert_int_equal(number(fix->session, "UPDATE users SET fullname = 'Edward', age = 4 "
                                          "RETURNING 1"),
                     1);
    log_sink_forget(&fix->sink);
    return user;
}

/* ---- expiring ---- */

static void expiring_by_name_drops_only_what_was_named(void **state)
{
    (void)state;
    calx_shows("SES-232");
    fixture fix;
    set_up(&fix);
    const struct user *user = outdated_user(&fix);
    assert_int_equal(calx_session_no_autoflush_begin(fix.session), CALX_OK);
    assert_int_equal(set_name(user, "eddie"), CALX_OK);
    assert_int_equal(set_fullname(user, "lost"), CALX_OK);
    assert_int_equal(expire_named(fix.session, user, fullname_only, 1), CALX_OK);
    assert_int_equal(logged(&fix, ""), 0);
    assert_string_equal(user->fullname, "Ed");
    assert_string_equal(user->name, "eddie");
    assert_true(is_modified(fix.session, user));
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(log_sink_count(&fix.sink, "SELECT \"fullname\" FROM"), 1);
    assert_int_equal(logged(&fix, "SELECT"), 1);
    assert_string_equal(user->fullname, "Edward");
    assert_string_equal(user->name, "eddie");
    assert_int_equal(user->age.value, 3); /* was not named */
    assert_true(is_modified(fix.session, user));
    assert_int_equal(calx_session_no_autoflush_end(fix.session), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(logged(&fix, ""), 0);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_stored_text(fix.session, "SELECT name || fullname FROM users", "eddieEdward");
    tear_down(&fix);
}

static void a_hit_loads_the_expired_columns(void **state)
{
    (void)state;
    calx_shows("SES-231");
    calx_shows("SES-074");
    fixture fix;
    set_up(&fix);
    static const char *const names[] = { "fullname", "age" };
    const struct user *user = outdated_user(&fix);
    assert_int_equal(expire_named(fix.session, user, names, 2), CALX_OK);
    assert_ptr_equal(get_user(fix.session, user->id), user);
    assert_string_equal(user->fullname, "Edward");
    assert_int_equal(user->age.value, 4);
    assert_ptr_equal(get_user(fix.session, user->id), user);
    assert_int_equal(logged(&fix, "SELECT"), 1);
    tear_down(&fix);
}

static void any_row_fills_the_expired_columns_alone(void **state)
{
    (void)state;
    calx_shows("SES-078");
    calx_shows("SES-238");
    fixture fix;
    set_up(&fix);
    const struct user *user = outdated_user(&fix);
    assert_int_equal(expire_named(fix.session, user, fullname_only, 1), CALX_OK);
    calx_query *query = NULL;
    const void *found = NULL;
    assert_int_equal(calx_session_query(fix.session, &user_mapper, &query), CALX_OK);
    assert_int_equal(calx_query_one(query, &found), CALX_OK);
    calx_query_free(query);
    assert_ptr_equal(found, user);
    assert_string_equal(user->fullname, "Edward");
    assert_int_equal(user->age.value, 3);
    assert_int_equal(logged(&fix, "SELECT"), 1);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(logged(&fix, "SELECT"), 0);
    tear_down(&fix);
}

static void what_is_set_on_an_expired_column_is_written(void **state)
{
    (void)state;
    calx_shows("SES-233");
    fixture fix;
    set_up(&fix);
    static const char *const names[] = { "fullname", "age" };
    const struct user *user = outdated_user(&fix);
    assert_int_equal(expire_named(fix.session, user, names, 2), CALX_OK);
    assert_int_equal(set_fullname(user, "Ed"), CALX_OK); /* as it was loaded */
    assert_int_equal(logged(&fix, ""), 0);
    assert_true(is_modified(fix.session, user));
    assert_int_equal(calx_session_no_autoflush_begin(fix.session), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_no_autoflush_end(fix.session), CALX_OK);
    assert_string_equal(user->fullname, "Ed");
    assert_int_equal(user->age.value, 4);
    assert_true(is_modified(fix.session, user));
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(logged(&fix, "UPDATE \"users\" SET \"fullname\""), 1);
    assert_stored_text(fix.session, "SELECT fullname FROM users", "Ed");
    tear_down(&fix);
}

static void an_expired_column_may_be_expired_as_a_whole(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *user = outdated_user(&fix);
    assert_int_equal(expire_named(fix.session, user, fullname_only, 1), CALX_OK);
    assert_int_equal(calx_session_expire(fix.session, user), CALX_OK);
    assert_int_equal(set_fullname(user, "lost"), CALX_OK);
    assert_int_equal(set_name(user, "eddie"), CALX_OK);
    assert_int_equal(expire_named(fix.session, user, fullname_only, 1), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_string_equal(user->fullname, "Edward");
    assert_string_equal(user->name, "eddie");
    assert_int_equal(user->age.value, 4);
    assert_int_equal(expire_named(fix.session, user, fullname_only, 1), CALX_OK);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_string_equal(user->fullname, "Ed"); /* the row's change was rolled back */
    tear_down(&fix);
}

static void a_seal_does_not_forget_an_expired_column(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *user = outdated_user(&fix);
    assert_int_equal(expire_named(fix.session, user, fullname_only, 1), CALX_OK);
    calx_instance_seal(user);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_string_equal(user->fullname, "Edward");
    struct user *edit = calx_instance_edit(user);
    assert_non_null(edit);
    assert_int_equal(expire_named(fix.session, user, fullname_only, 1), CALX_OK);
    assert_int_equal(calx_session_expunge(fix.session, user), CALX_OK);
    assert_null(calx_instance_edit(user)); /* nowhere to load it from */
    assert_int_equal(calx_session_add(fix.session, user), CALX_OK);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(logged(&fix, "SELECT \"fullname\" FROM"), 1);
    tear_down(&fix);
}

static void names_that_are_none_are_refused(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    static const char *const names[] = { "fullname", "fulname" };
    static const char *const nothing[] = { NULL };
    const struct user *user = outdated_user(&fix);
    assert_int_equal(set_fullname(user, "kept"), CALX_OK);
    assert_int_equal(expire_named(fix.session, user, names, 2), CALX_E_ARGUMENT);
    assert_non_null(strstr(message(fix.session), "fulname"));
    assert_non_null(strstr(message(fix.session), "revision, addresses"));
    assert_int_equal(expire_named(fix.session, user, nothing, 1), CALX_E_ARGUMENT);
    assert_int_equal(refresh_named(fix.session, user, names, 2), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_expire_with(fix.session, user, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_refresh_with(fix.session, user, NULL), CALX_E_ARGUMENT);
    calx_expire_options expire = { 1, NULL, 0 };
    assert_int_equal(calx_session_expire_with(fix.session, user, &expire), CALX_E_ARGUMENT);
    assert_non_null(strstr(message(fix.session), "CALX_EXPIRE_OPTIONS_INIT"));
    assert_string_equal(user->fullname, "kept");
    assert_int_equal(logged(&fix, ""), 0);
    struct user *transient = new_user("jack");
    assert_int_equal(expire_named(fix.session, transient, fullname_only, 1), CALX_E_STATE);
    assert_int_equal(refresh_named(fix.session, transient, fullname_only, 1), CALX_E_STATE);
    calx_instance_free(transient);
    assert_int_equal(expire_named(fix.session, user, NULL, 0), CALX_OK); /* all of it */
    assert_string_equal(user->fullname, "Ed");
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(user->age.value, 4);
    tear_down(&fix);
}

/* ---- refreshing ---- */

static void a_refresh_by_name_selects_only_what_was_named(void **state)
{
    (void)state;
    calx_shows("SES-240");
    fixture fix;
    set_up(&fix);
    const struct user *user = outdated_user(&fix);
    assert_int_equal(calx_session_no_autoflush_begin(fix.session), CALX_OK);
    assert_int_equal(set_name(user, "eddie"), CALX_OK);
    assert_int_equal(set_fullname(user, "lost"), CALX_OK);
    assert_int_equal(refresh_named(fix.session, user, fullname_only, 1), CALX_OK);
    assert_int_equal(calx_session_no_autoflush_end(fix.session), CALX_OK);
    assert_string_equal(user->fullname, "Edward");
    assert_string_equal(user->name, "eddie");
    assert_int_equal(user->age.value, 3);
    assert_int_equal(log_sink_count(&fix.sink, "SELECT \"fullname\" FROM"), 1);
    assert_int_equal(logged(&fix, "SELECT"), 1);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK); /* expires it as a whole */
    log_sink_forget(&fix.sink);
    assert_int_equal(refresh_named(fix.session, user, fullname_only, 1), CALX_OK);
    assert_int_equal(logged(&fix, "SELECT \"fullname\" FROM"), 1);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(logged(&fix, "SELECT \"id\", \"name\", \"age\""), 1);
    assert_int_equal(user->age.value, 4);
    tear_down(&fix);
}

static void a_named_relationship_is_loaded_by_a_refresh(void **state)
{
    (void)state;
    calx_shows("SES-240");
    fixture fix;
    set_up(&fix);
    static const char *const names[] = { "addresses" };
    static const char *const other_side[] = { "user" };
    const struct user *user = stored_user(fix.session, "ed");
    const struct address *address = NULL;
    const void *const *items = NULL;
    size_t count = 9;
    assert_int_equal(calx_relationship_many(user, &user_mapper.relationships[0], &items, &count),
                     CALX_OK);
    assert_int_equal(count, 0);
    assert_int_equal(number(fix.session, "INSERT INTO addresses (id, email, user_id) VALUES "
                                         "(1, 'e', 1) RETURNING 1"),
                     1);
    log_sink_forget(&fix.sink);
    assert_int_equal(refresh_named(fix.session, user, names, 1), CALX_OK);
    assert_int_equal(log_sink_count(&fix.sink, "SELECT \"id\" FROM \"users\""), 1);
    assert_int_equal(logged(&fix, "SELECT"), 2);
    assert_int_equal(user->addresses.count, 1);
    address = user->addresses.items[0];
    assert_int_equal(refresh_named(fix.session, address, other_side, 1), CALX_OK);
    assert_ptr_equal(address->user, user);
    assert_int_equal(expire_named(fix.session, user, names, 1), CALX_OK);
    assert_null(user->addresses.items);
    assert_int_equal(expire_named(fix.session, address, other_side, 1), CALX_OK);
    assert_null(address->user);
    tear_down(&fix);
}

static void a_refresh_needs_the_key_the_row_has(void **state)
{
    (void)state;
    calx_shows("SES-242");
    fixture fix;
    set_up(&fix);
    const struct user *user = outdated_user(&fix);
    assert_int_equal(calx_session_no_autoflush_begin(fix.session), CALX_OK);
    assert_int_equal(calx_instance_set_int64(user, &user_mapper.columns[USER_ID], 50), CALX_OK);
    assert_int_equal(refresh_named(fix.session, user, fullname_only, 1), CALX_E_STATE);
    assert_non_null(strstr(message(fix.session), "user.id"));
    assert_int_equal(logged(&fix, ""), 0);
    assert_int_equal(calx_session_no_autoflush_end(fix.session), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK); /* named ones are expired */
    assert_string_equal(user->fullname, "Edward");
    assert_int_equal(user->id, 50);
    tear_down(&fix);
}

static void a_refresh_of_a_vanished_row_is_told(void **state)
{
    (void)state;
    calx_shows("SES-241");
    fixture fix;
    set_up(&fix);
    const struct user *user = outdated_user(&fix);
    assert_int_equal(number(fix.session, "DELETE FROM users RETURNING 1"), 1);
    assert_int_equal(refresh_named(fix.session, user, fullname_only, 1), CALX_E_STATE);
    assert_non_null(strstr(message(fix.session), "user(id=1)"));
    assert_int_equal(calx_session_load(fix.session, user), CALX_E_OBJECT_DELETED);
    assert_true(contains(fix.session, user));
    tear_down(&fix);
}

/* ---- locks ---- */

/* What a lock comes to on the database of this run. */
static size_t locks(size_t count)
{
    return calx_test_on("postgresql") ? count : 0;
}

static void a_refresh_may_lock_its_row(void **state)
{
    (void)state;
    calx_shows("SES-243");
    fixture fix;
    set_up(&fix);
    const struct user *user = outdated_user(&fix);
    calx_refresh_options options = CALX_REFRESH_OPTIONS_INIT;
    options.lock = CALX_LOCK_UPDATE;
    assert_int_equal(calx_session_refresh_with(fix.session, user, &options), CALX_OK);
    assert_string_equal(user->fullname, "Edward");
    assert_int_equal(log_sink_count(&fix.sink, " FOR UPDATE"), locks(1));
    assert_int_equal(logged(&fix, "SELECT"), 1);
    options.names = fullname_only;
    options.count = 1;
    options.lock = CALX_LOCK_SHARE;
    options.wait = CALX_LOCK_NOWAIT;
    assert_int_equal(calx_session_refresh_with(fix.session, user, &options), CALX_OK);
    assert_int_equal(logged(&fix, " FOR SHARE NOWAIT"), locks(1));
    options.lock = CALX_LOCK_NONE; /* says how to wait for nothing */
    assert_int_equal(calx_session_refresh_with(fix.session, user, &options), CALX_E_ARGUMENT);
    assert_non_null(strstr(message(fix.session), ".lock"));
    options.lock = (calx_lock)99;
    assert_int_equal(calx_session_refresh_with(fix.session, user, &options), CALX_E_ARGUMENT);
    options.lock = CALX_LOCK_UPDATE;
    options.wait = (calx_lock_wait)3;
    assert_int_equal(calx_session_refresh_with(fix.session, user, &options), CALX_E_ARGUMENT);
    assert_int_equal(logged(&fix, ""), 0);
    tear_down(&fix);
}

static const struct user *get_with(calx_session *session, int64_t id,
                                   const calx_get_options *options)
{
    calx_value key = calx_value_int64(id);
    const void *found = NULL;
    assert_int_equal(calx_session_get_with(session, &user_mapper, &key, options, &found), CALX_OK);
    return found;
}

static void a_get_with_a_lock_asks_the_database(void **state)
{
    (void)state;
    calx_shows("SES-076");
    fixture fix;
    set_up(&fix);
    const struct user *user = outdated_user(&fix);
    calx_get_options options = CALX_GET_OPTIONS_INIT;
    assert_ptr_equal(get_with(fix.session, 1, &options), user);
    assert_int_equal(logged(&fix, ""), 0);
    options.lock = CALX_LOCK_NO_KEY_UPDATE;
    assert_ptr_equal(get_with(fix.session, 1, &options), user);
    assert_int_equal(user->age.value, 3); /* loaded values stay */
    assert_int_equal(log_sink_count(&fix.sink, " FOR NO KEY UPDATE"), locks(1));
    assert_int_equal(logged(&fix, "SELECT"), 1);
    options.lock = CALX_LOCK_KEY_SHARE;
    options.wait = CALX_LOCK_SKIP_LOCKED;
    assert_null(get_with(fix.session, 99, &options));
    assert_int_equal(logged(&fix, " FOR KEY SHARE SKIP LOCKED"), locks(1));
    calx_value key = calx_value_int64(1);
    const void *found = NULL;
    options.lock = CALX_LOCK_NONE;
    assert_int_equal(calx_session_get_with(fix.session, &user_mapper, &key, &options, &found),
                     CALX_E_ARGUMENT);
    assert_int_equal(calx_session_get_with(fix.session, &user_mapper, &key, NULL, &found),
                     CALX_E_ARGUMENT);
    assert_non_null(strstr(message(fix.session), "CALX_GET_OPTIONS_INIT"));
    tear_down(&fix);
}

static void a_locked_row_of_another_version_is_stale(void **state)
{
    (void)state;
    calx_shows("SES-349");
    fixture fix;
    set_up(&fix);
    const struct user *user = outdated_user(&fix);
    assert_int_equal(number(fix.session, "UPDATE users SET revision = 7 RETURNING 1"), 1);
    calx_get_options options = CALX_GET_OPTIONS_INIT;
    options.lock = CALX_LOCK_UPDATE;
    calx_value key = calx_value_int64(1);
    const void *found = &fix;
    assert_int_equal(calx_session_get_with(fix.session, &user_mapper, &key, &options, &found),
                     CALX_E_STALE_DATA);
    assert_non_null(strstr(message(fix.session), "version 7"));
    assert_non_null(strstr(message(fix.session), "refresh"));
    assert_ptr_equal(found, &fix);
    calx_refresh_options refresh = CALX_REFRESH_OPTIONS_INIT;
    refresh.lock = CALX_LOCK_UPDATE;
    assert_int_equal(calx_session_refresh_with(fix.session, user, &refresh), CALX_OK);
    assert_int_equal(user->revision, 7);
    assert_ptr_equal(get_with(fix.session, 1, &options), user);
    tear_down(&fix);
}

static void a_lock_keeps_others_out(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    if (!calx_test_on("postgresql")) { /* no row locks: nothing is asked, nothing is refused */
        tear_down(&fix);
        return;
    }
    (void)stored_user(fix.session, "ed");
    calx_session *other = new_session(&fix);
    calx_get_options options = CALX_GET_OPTIONS_INIT;
    calx_value key = calx_value_int64(1);
    const void *found = NULL;
    options.lock = CALX_LOCK_UPDATE;
    assert_non_null(get_with(fix.session, 1, &options));
    options.wait = CALX_LOCK_SKIP_LOCKED;
    assert_null(get_with(other, 1, &options));
    options.wait = CALX_LOCK_NOWAIT;
    assert_int_equal(calx_session_get_with(other, &user_mapper, &key, &options, &found),
                     CALX_E_BUSY);
    calx_session_free(other);
    tear_down(&fix);
}

/* ---- asking by name, and overwriting ---- */

static void a_key_may_be_given_by_the_names_of_its_members(void **state)
{
    (void)state;
    calx_shows("SES-077");
    fixture fix;
    set_up(&fix);
    static const char *const names[] = { "group_name", "user_id" };
    static const char *const twice[] = { "user_id", "user_id" };
    static const char *const wrong[] = { "user_id", "rank" };
    static const char *const nothing[] = { "user_id", NULL };
    (void)stored_user(fix.session, "ed");
    struct membership *membership = calx_instance_new(&membership_mapper);
    strcpy(membership->group_name, "staff");
    membership->user_id = 1;
    membership->rank = 3;
    assert_int_equal(calx_session_add(fix.session, membership), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    log_sink_forget(&fix.sink);
    calx_value key[] = { calx_value_text("staff"), calx_value_int64(1) };
    calx_get_options options = CALX_GET_OPTIONS_INIT;
    const void *found = NULL;
    options.names = names;
    options.name_count = 2;
    const calx_mapper *mapper = &membership_mapper;
    assert_int_equal(calx_session_get_with(fix.session, mapper, key, &options, &found), CALX_OK);
    assert_ptr_equal(found, membership);
    options.name_count = 1;
    assert_int_equal(calx_session_get_with(fix.session, mapper, key, &options, &found),
                     CALX_E_INVALID_REQUEST);
    assert_non_null(strstr(message(fix.session), "user_id, group_name"));
    options.name_count = 2;
    options.names = twice;
    assert_int_equal(calx_session_get_with(fix.session, mapper, key, &options, &found),
                     CALX_E_INVALID_REQUEST);
    options.names = wrong;
    assert_int_equal(calx_session_get_with(fix.session, mapper, key, &options, &found),
                     CALX_E_INVALID_REQUEST);
    options.names = nothing;
    assert_int_equal(calx_session_get_with(fix.session, mapper, key, &options, &found),
                     CALX_E_INVALID_REQUEST);
    assert_int_equal(logged(&fix, ""), 0);
    calx_value none[] = { calx_value_null(), calx_value_null() };
    options.names = names;
    assert_int_equal(calx_session_get_with(fix.session, mapper, none, &options, &found), CALX_OK);
    assert_null(found);
    assert_int_equal(calx_session_count_warnings(fix.session), 1);
    tear_down(&fix);
}

static void a_get_may_overwrite_what_is_there(void **state)
{
    (void)state;
    calx_shows("SES-076");
    fixture fix;
    set_up(&fix);
    const struct user *user = outdated_user(&fix);
    calx_get_options options = CALX_GET_OPTIONS_INIT;
    options.populate_existing = true;
    assert_int_equal(calx_session_no_autoflush_begin(fix.session), CALX_OK);
    assert_int_equal(set_name(user, "lost"), CALX_OK);
    assert_ptr_equal(get_with(fix.session, 1, &options), user);
    assert_int_equal(logged(&fix, "SELECT"), 1);
    assert_string_equal(user->name, "ed");
    assert_string_equal(user->fullname, "Edward");
    assert_false(is_modified(fix.session, user));
    assert_int_equal(number(fix.session, "DELETE FROM users RETURNING 1"), 1);
    assert_null(get_with(fix.session, 1, &options));
    assert_false(contains(fix.session, user));
    tear_down(&fix);
}

/* ---- missing memory ---- */

static calx_status expire_and_refresh(calx_session *session, const struct user *user)
{
    static const char *const names[] = { "fullname", "addresses" };
    calx_get_options options = CALX_GET_OPTIONS_INIT;
    calx_value key = calx_value_int64(1);
    const void *found = NULL;
    options.names = &user_mapper.columns[USER_ID].member;
    options.name_count = 1;
    options.populate_existing = true;
    calx_status status = expire_named(session, user, names, 2);
    if (status == CALX_OK)
        status = calx_session_load(session, user);
    if (status == CALX_OK)
        status = refresh_named(session, user, names, 2);
    if (status == CALX_OK)
        status = calx_session_get_with(session, &user_mapper, &key, &options, &found);
    return status;
}

static void every_missing_block_is_survived(void **state)
{
    (void)state;
    calx_status status = CALX_E_NOMEM;
    fixture fix;
    set_up(&fix);
    (void)stored_user(fix.session, "ed");
    calx_session_free(fix.session);
    calx_engine_free(fix.engine);
    log_sink_clear(&fix.sink);
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, RATION_UNLIMITED));
        assert_int_equal(calx_engine_new(calx_test_url(), NULL, &fix.engine, NULL), CALX_OK);
        fix.session = new_session(&fix);
        const struct user *user = get_user(fix.session, 1);
        assert_int_equal(set_fullname(user, "Edward"), CALX_OK);
        atomic_store(&account.left, allowed);
        status = expire_and_refresh(fix.session, user);
        if (status != CALX_OK)
            assert_int_equal(calx_session_error(fix.session)->status, status);
        atomic_store(&account.left, RATION_UNLIMITED);
        assert_string_equal(user->name, "ed");
        assert_int_equal(calx_session_refresh(fix.session, user), CALX_OK);
        calx_session_free(fix.session);
        calx_engine_free(fix.engine);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expiring_by_name_drops_only_what_was_named),
        cmocka_unit_test(a_hit_loads_the_expired_columns),
        cmocka_unit_test(any_row_fills_the_expired_columns_alone),
        cmocka_unit_test(what_is_set_on_an_expired_column_is_written),
        cmocka_unit_test(an_expired_column_may_be_expired_as_a_whole),
        cmocka_unit_test(a_seal_does_not_forget_an_expired_column),
        cmocka_unit_test(names_that_are_none_are_refused),
        cmocka_unit_test(a_refresh_by_name_selects_only_what_was_named),
        cmocka_unit_test(a_named_relationship_is_loaded_by_a_refresh),
        cmocka_unit_test(a_refresh_needs_the_key_the_row_has),
        cmocka_unit_test(a_refresh_of_a_vanished_row_is_told),
        cmocka_unit_test(a_refresh_may_lock_its_row),
        cmocka_unit_test(a_get_with_a_lock_asks_the_database),
        cmocka_unit_test(a_locked_row_of_another_version_is_stale),
        cmocka_unit_test(a_lock_keeps_others_out),
        cmocka_unit_test(a_key_may_be_given_by_the_names_of_its_members),
        cmocka_unit_test(a_get_may_overwrite_what_is_there),
        cmocka_unit_test(every_missing_block_is_survived),
    };
    return CALX_RUN("session_partial", tests);
}
