/*
 * Instances written without the unit of work: which are inserted, which updated and with what, what
 * becomes of them, and what is refused.
 */
#include "session_fixture.h"
#include "support/ration.h"

#include <stdio.h>

static calx_status save(const fixture *fix, const void *const *objects, size_t count)
{
    return calx_session_bulk_save_objects(fix->session, objects, count, NULL);
}

static calx_state state_of(const void *entity)
{
    calx_state state = CALX_STATE_DELETED;
    assert_int_equal(calx_instance_state(entity, &state), CALX_OK);
    return state;
}

static struct address *new_address(int64_t user_id, const char *email)
{
    struct address *address = calx_instance_new(&address_mapper);
    assert_non_null(address);
    address->user_id = user_id;
    address->email = email;
    return address;
}

/* A user that is in the table, detached, with all columns loaded. */
static const struct user *detached_user(const fixture *fix, const char *name)
{
    const struct user *user = stored_user(fix->session, name);
    assert_int_equal(calx_session_refresh(fix->session, user), CALX_OK);
    assert_int_equal(calx_session_expunge(fix->session, user), CALX_OK);
    assert_int_equal(calx_session_commit(fix->session), CALX_OK);
    log_sink_forget((log_sink *)(uintptr_t)&fix->sink);
    return user;
}

/* ---- which and how ---- */

static void instances_without_a_key_are_inserted_and_others_updated(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-320");
    set_up(&fix);
    const struct user *old = detached_user(&fix, "old");
    assert_int_equal(set_fullname(old, "Old"), CALX_OK);
    struct user *new = new_user("new");
    struct user *given = new_user("given");
    given->id = 50; /* says nothing: it was never stored */
    const void *objects[] = { new, old, given };
    assert_int_equal(save(&fix, objects, 3), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 3);
    assert_int_equal(number(fix.session, "SELECT id FROM users WHERE name = 'given'"), 50);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE fullname = 'Old' AND "
                                         "revision = 2 AND name = 'old'"),
                     1);
    calx_shows("SES-321");
    assert_int_equal(state_of(new), CALX_STATE_TRANSIENT);
    assert_int_equal(new->id, 0);
    assert_int_equal(state_of(old), CALX_STATE_DETACHED);
    calx_shows("SES-327");
    assert_false(contains(fix.session, new));
    assert_int_equal(calx_session_count_new(fix.session), 0);
    assert_true(calx_session_in_transaction(fix.session));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 1);
    calx_instance_free(new);
    calx_instance_free(given);
    calx_instance_free((void *)(uintptr_t)old);
    tear_down(&fix);
}

static void only_what_changed_is_updated_unless_all_is_wanted(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-322");
    set_up(&fix);
    const struct user *first = detached_user(&fix, "first");
    const struct user *second = detached_user(&fix, "second");
    run_elsewhere(&fix, "UPDATE users SET fullname = 'elsewhere'");
    assert_int_equal(set_name(first, "changed"), CALX_OK);
    const void *objects[] = { first, second };
    log_sink_forget(&fix.sink);
    assert_int_equal(save(&fix, objects, 2), CALX_OK);
    assert_int_equal(logged(&fix, "UPDATE"), 1); /* nothing about the second */
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE name = 'changed' AND "
                                         "fullname = 'elsewhere' AND revision = 2"),
                     1);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    calx_bulk_save_options options = CALX_BULK_SAVE_OPTIONS_INIT;
    options.update_changed_only = false;
    assert_int_equal(calx_session_bulk_save_objects(fix.session, objects, 2, &options), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE fullname IS NULL AND "
                                         "revision = 2 AND name IN ('changed', 'second')"),
                     2);
    calx_instance_free((void *)(uintptr_t)first);
    calx_instance_free((void *)(uintptr_t)second);
    tear_down(&fix);
}

static void what_is_not_loaded_is_not_written(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-322");
    set_up(&fix);
    struct user *user = stored_user(fix.session, "ed");
    run_elsewhere(&fix, "UPDATE users SET fullname = 'elsewhere'");
    assert_true(calx_instance_is_expired(user));
    calx_bulk_save_options options = CALX_BULK_SAVE_OPTIONS_INIT;
    options.update_changed_only = false;
    const void *objects[] = { user };
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_bulk_save_objects(fix.session, objects, 1, &options), CALX_OK);
    assert_int_equal(logged(&fix, "UPDATE"), 0);
    assert_stored_text(fix.session, "SELECT fullname FROM users", "elsewhere");
    tear_down(&fix);
}

static void runs_of_one_class_go_together(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-320");
    set_up(&fix);
    const struct user *owner = detached_user(&fix, "owner");
    void *objects[20];
    for (size_t i = 0; i < 20; i++) {
        char name[20];
        (void)snprintf(name, sizeof name, "n%zu", i);
        objects[i] = i % 2 == 0 ? (void *)new_user("") : new_address(owner->id, "");
        if (i % 2 == 0)
            assert_int_equal(set_name(objects[i], name), CALX_OK);
    }
    log_sink_forget(&fix.sink);
    assert_int_equal(save(&fix, (const void *const *)objects, 20), CALX_OK);
    assert_int_equal(logged(&fix, "INSERT INTO"), 20);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    calx_bulk_save_options options = CALX_BULK_SAVE_OPTIONS_INIT;
    options.preserve_order = false;
    log_sink_forget(&fix.sink);
    assert_int_equal(
        calx_session_bulk_save_objects(fix.session, (const void *const *)objects, 20, &options),
        CALX_OK);
    if (calx_test_on("postgresql"))
        assert_int_equal(logged(&fix, "INSERT INTO"), 2);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 11);
    assert_int_equal(number(fix.session,
                            "SELECT count(*) FROM users u JOIN users v ON v.id = u.id + 1 "
                            "WHERE u.name = 'n4' AND v.name = 'n6'"),
                     1);
    for (size_t i = 0; i < 20; i++)
        calx_instance_free(objects[i]);
    calx_instance_free((void *)(uintptr_t)owner);
    tear_down(&fix);
}

/* ---- keys ---- */

static void those_that_get_their_key_are_detached_with_it(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-321");
    set_up(&fix);
    struct user *users[] = { new_user("a"), new_user("b"), new_user("c") };
    struct membership *member = calx_instance_new(&membership_mapper);
    assert_non_null(member);
    users[1]->id = 40;
    calx_bulk_save_options options = CALX_BULK_SAVE_OPTIONS_INIT;
    options.return_defaults = true;
    member->user_id = 40;
    memcpy(member->group_name, "g", 2);
    const void *objects[] = { users[0], users[1], users[2], member };
    assert_int_equal(calx_session_bulk_save_objects(fix.session, objects, 4, &options), CALX_OK);
    assert_int_equal(state_of(member), CALX_STATE_DETACHED);
    for (size_t i = 0; i < 3; i++) {
        char sql[80];
        assert_int_equal(state_of(users[i]), CALX_STATE_DETACHED);
        (void)snprintf(sql, sizeof sql, "SELECT id FROM users WHERE name = '%s'", users[i]->name);
        assert_int_equal(number(fix.session, sql), users[i]->id);
    }
    assert_int_equal(users[1]->id, 40);
    /* As any other detached one: what the database knows better is asked for. */
    assert_int_equal(set_fullname(users[0], "A"), CALX_OK);
    assert_int_equal(calx_session_add(fix.session, users[0]), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT revision FROM users WHERE fullname = 'A'"), 2);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    calx_instance_free(users[1]);
    calx_instance_free(users[2]);
    calx_instance_free(member);
    tear_down(&fix);
}

static void those_that_fail_are_as_they_were(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-326");
    set_up(&fix);
    struct user *users[] = { new_user("a"), new_user("b"), new_user("a") };
    const void *objects[] = { users[0], users[1], users[2] };
    calx_bulk_save_options options = CALX_BULK_SAVE_OPTIONS_INIT;
    options.return_defaults = true;
    assert_int_equal(calx_session_bulk_save_objects(fix.session, objects, 3, &options),
                     CALX_E_UNIQUE);
    assert_non_null(strstr(message(fix.session), "rows[2] of user"));
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(state_of(users[i]), CALX_STATE_TRANSIENT);
        assert_int_equal(users[i]->id, 0);
    }
    assert_false(calx_session_is_active(fix.session));
    assert_int_equal(save(&fix, objects, 2), CALX_E_PENDING_ROLLBACK);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(calx_session_bulk_save_objects(fix.session, objects, 2, &options), CALX_OK);
    for (size_t i = 0; i < 3; i++)
        calx_instance_free(users[i]);
    tear_down(&fix);
}

/* ---- what cannot be ---- */

static void objects_that_cannot_be_are_told(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct user plain = { .name = "plain" };
    struct user *pending = add_user(fix.session, "pending");
    const struct user *gone = detached_user(&fix, "gone");
    struct user *late = add_user(fix.session, "late");
    const void *objects[] = { late };
    (void)pending;
    assert_int_equal(save(&fix, objects, 1), CALX_E_STATE);
    assert_string_equal(message(fix.session),
                        "bulk_save_objects(): objects[0] is pending: the next flush inserts it");
    const void *others[] = { gone, &plain };
    assert_int_equal(save(&fix, others, 2), CALX_E_UNMAPPED);
    assert_non_null(strstr(message(fix.session), "objects[1] is no instance"));
    others[1] = NULL;
    assert_int_equal(save(&fix, others, 2), CALX_E_UNMAPPED);
    assert_int_equal(save(&fix, NULL, 2), CALX_E_ARGUMENT);
    assert_int_equal(save(&fix, NULL, 0), CALX_OK);
    calx_bulk_save_options options = { .size = 1 };
    assert_int_equal(calx_session_bulk_save_objects(fix.session, objects, 1, &options),
                     CALX_E_ARGUMENT);
    run_elsewhere(&fix, "DELETE FROM users WHERE name = 'gone'");
    assert_int_equal(set_fullname(gone, "Gone"), CALX_OK);
    calx_shows("SES-325");
    assert_int_equal(save(&fix, others, 1), CALX_E_STALE_DATA);
    assert_non_null(strstr(message(fix.session), "rows[0] of user"));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    calx_instance_free((void *)(uintptr_t)gone);
    tear_down(&fix);
}

/* ---- memory ---- */

static calx_status save_some(calx_session *session, bool *out_kept)
{
    struct user *users[2] = { calx_instance_new(&user_mapper), calx_instance_new(&user_mapper) };
    calx_bulk_save_options options = CALX_BULK_SAVE_OPTIONS_INIT;
    calx_status status = users[0] == NULL || users[1] == NULL ? CALX_E_NOMEM : CALX_OK;
    if (status == CALX_OK) {
        users[0]->name = "a";
        users[1]->name = "b";
        options.return_defaults = true;
        const void *objects[] = { users[0], users[1] };
        status = calx_session_bulk_save_objects(session, objects, 2, &options);
        calx_state wanted = status == CALX_OK ? CALX_STATE_DETACHED : CALX_STATE_TRANSIENT;
        for (size_t i = 0; i < 2; i++)
            *out_kept = *out_kept && state_of(users[i]) == wanted &&
                        (users[i]->id != 0) == (status == CALX_OK);
    }
    calx_instance_free(users[0]);
    calx_instance_free(users[1]);
    return status;
}

static calx_status run_all(const char *url, bool *out_kept)
{
    calx_engine *engine = NULL;
    calx_session *session = NULL;
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_status status = calx_engine_new(url, NULL, &engine, NULL);
    options.bind = engine;
    if (status == CALX_OK)
        status = calx_session_new(&options, &session, NULL);
    if (status == CALX_OK)
        status = save_some(session, out_kept);
    if (session != NULL)
        assert_int_equal(calx_session_rollback(session), CALX_OK);
    calx_session_free(session);
    calx_engine_free(engine);
    return status;
}

static void every_missing_allocation_leaves_them_as_they_were(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    char url[300];
    (void)snprintf(url, sizeof url, "%s", calx_test_url());
    tear_down(&fix);
    calx_status status = CALX_E_NOMEM;
    bool kept = true;
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = run_all(url, &kept);
        assert_int_equal(ration_stop(&account), 0);
        assert_true(kept);
    }
    assert_int_equal(status, CALX_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instances_without_a_key_are_inserted_and_others_updated),
        cmocka_unit_test(only_what_changed_is_updated_unless_all_is_wanted),
        cmocka_unit_test(what_is_not_loaded_is_not_written),
        cmocka_unit_test(runs_of_one_class_go_together),
        cmocka_unit_test(those_that_get_their_key_are_detached_with_it),
        cmocka_unit_test(those_that_fail_are_as_they_were),
        cmocka_unit_test(objects_that_cannot_be_are_told),
        cmocka_unit_test(every_missing_allocation_leaves_them_as_they_were),
    };
    return CALX_RUN("session_bulk_objects", tests);
}
