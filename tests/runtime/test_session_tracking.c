/*
 * Change tracking counted: what a flush compares, with many instances, and what debug checks find.
 */
#include "session_fixture.h"

#include <stdio.h>

enum { USERS = 1000, EDITED = 40 };

typedef struct tracked {
    fixture fix;
    const struct user *users[USERS];
    size_t warnings;
    char warning[256];
} tracked;

static void note_warning(void *context, const char *text)
{
    tracked *all = context;
    all->warnings++;
    (void)snprintf(all->warning, sizeof(all->warning), "%s", text);
}

static void use(tracked *all, calx_debug_checks checks)
{
    calx_session_options options = session_options(&all->fix);
    options.warning = note_warning;
    options.warning_context = all;
    options.debug_checks = checks;
    set_options(&all->fix, &options);
}

static void store_users(calx_session *session)
{
    for (int i = 0; i < USERS; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "user %04d", i);
        add_user(session, name);
    }
    assert_int_equal(calx_session_commit(session), CALX_OK);
}

/* Every user as an instance, in the order of the keys. */
static void load_users(tracked *all)
{
    calx_query *query = calx_query_new(all->fix.session, &user_mapper);
    const void *const *items = NULL;
    size_t count = 0;
    assert_non_null(query);
    assert_int_equal(calx_query_order_by(query, calx_asc(user_col.id)), CALX_OK);
    assert_int_equal(calx_query_all(query, &items, &count), CALX_OK);
    assert_int_equal(count, USERS);
    for (size_t i = 0; i < count; i++)
        all->users[i] = items[i];
    calx_query_free(query);
}

/* A new session in which every user is loaded and nothing else. */
static void start(tracked *all, calx_debug_checks checks)
{
    memset(all, 0, sizeof(*all));
    set_up(&all->fix);
    store_users(all->fix.session);
    use(all, checks);
    load_users(all);
    log_sink_forget(&all->fix.sink);
}

static calx_session_state state_of(const tracked *all)
{
    calx_session_state state;
    calx_session_status(all->fix.session, &state);
    return state;
}

/* How many structs were compared since the last look. */
static size_t compared(const tracked *all)
{
    static uint64_t last; /* starts over with each session */
    uint64_t now = state_of(all).comparisons;
    size_t since = (size_t)(now - (now < last ? 0 : last));
    last = now;
    return since;
}

static struct user *edit(const struct user *user)
{
    struct user *mutable_user = calx_instance_edit(user);
    assert_non_null(mutable_user);
    return mutable_user;
}

static void autoflush(const tracked *all)
{
    calx_statement *statement = calx_text_statement("SELECT 1");
    assert_int_equal(calx_session_execute(all->fix.session, statement, NULL), CALX_OK);
    calx_statement_free(statement);
}

static void flush(const tracked *all)
{
    assert_int_equal(calx_session_flush(all->fix.session), CALX_OK);
}

static int64_t revised(const tracked *all)
{
    return number(all->fix.session, "SELECT count(*) FROM users WHERE revision = 2");
}

/* ---- what is compared ---- */

static void a_flush_does_not_touch_what_was_only_loaded(void **state)
{
    (void)state;
    tracked all;
    start(&all, CALX_DEBUG_CHECKS_OFF);
    (void)compared(&all);
    flush(&all);
    assert_int_equal(compared(&all), 0);
    assert_int_equal(state_of(&all).kept, USERS);
    assert_int_equal(state_of(&all).hot + state_of(&all).cold, 0);
    for (int i = 0; i < EDITED; i++)
        (void)edit(all.users[i * 3]);
    (void)compared(&all);
    flush(&all);
    assert_int_equal(compared(&all), EDITED);
    assert_int_equal(calx_session_commit(all.fix.session), CALX_OK);
    assert_int_equal(compared(&all), EDITED);
    assert_int_equal(logged(&all.fix, "UPDATE"), 0);
    tear_down(&all.fix);
}

static void an_autoflush_looks_at_what_was_handed_out_since(void **state)
{
    (void)state;
    tracked all;
    start(&all, CALX_DEBUG_CHECKS_OFF);
    for (int i = 0; i < EDITED; i++)
        (void)edit(all.users[i]);
    assert_int_equal(state_of(&all).hot, EDITED);
    (void)compared(&all);
    autoflush(&all);
    assert_int_equal(compared(&all), EDITED);
    assert_int_equal(state_of(&all).hot, 0);
    assert_int_equal(state_of(&all).cold, EDITED);
    autoflush(&all);
    assert_int_equal(compared(&all), 0);
    (void)edit(all.users[0]);
    autoflush(&all);
    assert_int_equal(compared(&all), 1);
    flush(&all);
    assert_int_equal(compared(&all), EDITED);
    tear_down(&all.fix);
}

/* A change through an old pointer is late, but never lost. */
static void old_pointers_are_seen_by_flush_and_commit(void **state)
{
    (void)state;
    tracked all;
    struct user *held[USERS];
    start(&all, CALX_DEBUG_CHECKS_OFF);
    for (int i = 0; i < USERS; i++)
        held[i] = edit(all.users[i]);
    autoflush(&all);
    for (int i = 0; i < USERS; i += 2)
        held[i]->age = (calx_nullable_int32){ true, i };
    autoflush(&all);
    assert_int_equal(revised(&all), 0);
    flush(&all);
    assert_int_equal(revised(&all), USERS / 2);
    for (int i = 1; i < USERS; i += 2)
        held[i]->age = (calx_nullable_int32){ true, i };
    assert_int_equal(calx_session_commit(all.fix.session), CALX_OK);
    assert_int_equal(revised(&all), USERS);
    tear_down(&all.fix);
}

static void only_net_changes_are_written(void **state)
{
    (void)state;
    calx_shows("SES-178");
    tracked all;
    start(&all, CALX_DEBUG_CHECKS_OFF);
    for (int i = 0; i < 200; i++) {
        struct user *user = edit(all.users[i]);
        user->fullname = "changed";
        user->role = ROLE_ADMIN;
        if (i % 2 == 0) { /* and changed back */
            user->fullname = NULL;
            user->role = ROLE_MEMBER;
        }
    }
    flush(&all);
    assert_int_equal(revised(&all), 100);
    assert_int_equal(number(all.fix.session, "SELECT count(*) FROM users WHERE role = 2"), 100);
    tear_down(&all.fix);
}

static void sealed_instances_are_not_looked_at_again(void **state)
{
    (void)state;
    tracked all;
    start(&all, CALX_DEBUG_CHECKS_OFF);
    for (int i = 0; i < USERS; i++) {
        struct user *user = edit(all.users[i]);
        if (i < EDITED)
            user->fullname = "changed";
        calx_instance_seal(user);
    }
    assert_int_equal(state_of(&all).hot, EDITED); /* the others are let go of at once */
    assert_int_equal(calx_session_commit(all.fix.session), CALX_OK);
    assert_int_equal(revised(&all), EDITED);
    assert_int_equal(state_of(&all).hot + state_of(&all).cold, 0);
    (void)compared(&all);
    assert_int_equal(calx_session_commit(all.fix.session), CALX_OK);
    assert_int_equal(compared(&all), 0);
    tear_down(&all.fix);
}

static void no_session_has_no_state(void **state)
{
    (void)state;
    calx_session_state found = { .kept = 1 };
    calx_session_status(NULL, &found);
    assert_int_equal(found.kept + found.hot + found.cold + found.checked, 0);
}

/* ---- debug checks ---- */

/* What a program does that it should not. */
static struct user *cast(const struct user *user)
{
    return (struct user *)(uintptr_t)user;
}

static void a_change_without_edit_is_a_warning(void **state)
{
    (void)state;
    tracked all;
    start(&all, CALX_DEBUG_CHECKS_ON);
    assert_int_equal(state_of(&all).checked, USERS);
    flush(&all);
    assert_int_equal(state_of(&all).checks, USERS);
    assert_int_equal(all.warnings, 0);
    cast(all.users[76])->role = ROLE_ADMIN;
    flush(&all);
    assert_int_equal(all.warnings, 1);
    assert_non_null(strstr(all.warning, "user(id=77)"));
    assert_non_null(strstr(all.warning, "role"));
    assert_non_null(strstr(all.warning, "user_edit()"));
    flush(&all); /* told once */
    assert_int_equal(all.warnings, 1);
    assert_int_equal(calx_session_count_warnings(all.fix.session), 1);
    assert_int_equal(revised(&all), 0);
    tear_down(&all.fix);
}

static void a_change_without_edit_is_found_by_commit_close_and_edit(void **state)
{
    (void)state;
    tracked all;
    start(&all, CALX_DEBUG_CHECKS_ON);
    cast(all.users[0])->age = (calx_nullable_int32){ true, 4 };
    assert_int_equal(calx_session_commit(all.fix.session), CALX_OK);
    assert_int_equal(all.warnings, 1);
    assert_int_equal(calx_session_load(all.fix.session, all.users[1]), CALX_OK);
    ((char *)(uintptr_t)all.users[1]->name)[0] = 'U'; /* what a member points at */
    (void)edit(all.users[1]);
    assert_int_equal(all.warnings, 2);
    assert_non_null(strstr(all.warning, "name"));
    assert_int_equal(calx_session_load(all.fix.session, all.users[2]), CALX_OK);
    cast(all.users[2])->fullname = "somebody";
    cast(all.users[2])->created++;
    assert_int_equal(calx_session_close(all.fix.session), CALX_OK);
    assert_int_equal(all.warnings, 4);
    assert_int_equal(state_of(&all).checked, 0);
    tear_down(&all.fix);
}

static void a_change_after_the_seal_is_found(void **state)
{
    (void)state;
    tracked all;
    start(&all, CALX_DEBUG_CHECKS_ON);
    struct user *user = edit(all.users[5]);
    assert_int_equal(state_of(&all).checked, USERS - 1);
    user->fullname = "before";
    calx_instance_seal(user);
    assert_int_equal(calx_session_commit(all.fix.session), CALX_OK);
    assert_int_equal(state_of(&all).checked, USERS);
    user->fullname = "after";
    flush(&all);
    assert_int_equal(all.warnings, 1);
    assert_non_null(strstr(all.warning, "user(id=6): member fullname"));
    tear_down(&all.fix);
}

static void what_calx_does_itself_is_no_change(void **state)
{
    (void)state;
    tracked all;
    start(&all, CALX_DEBUG_CHECKS_ON);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(set_fullname(all.users[i], "set"), CALX_OK);
        edit(all.users[i])->role = ROLE_GUEST;
    }
    flush(&all);
    assert_int_equal(calx_session_rollback(all.fix.session), CALX_OK);
    load_users(&all);
    assert_int_equal(calx_session_refresh(all.fix.session, all.users[200]), CALX_OK);
    assert_int_equal(calx_session_expire(all.fix.session, all.users[201]), CALX_OK);
    assert_int_equal(calx_session_delete(all.fix.session, all.users[202]), CALX_OK);
    assert_int_equal(calx_session_expunge(all.fix.session, all.users[203]), CALX_OK);
    assert_int_equal(calx_session_commit(all.fix.session), CALX_OK);
    cast(all.users[203])->role = ROLE_ADMIN; /* the caller's now */
    calx_instance_free(cast(all.users[203]));
    calx_instance_free(cast(all.users[202]));
    run_elsewhere(&all.fix, "UPDATE users SET fullname = 'theirs'");
    assert_int_equal(calx_session_load(all.fix.session, all.users[300]), CALX_OK);
    flush(&all);
    assert_int_equal(calx_session_expunge_all(all.fix.session), CALX_OK);
    assert_int_equal(calx_session_commit(all.fix.session), CALX_OK);
    assert_int_equal(all.warnings, 0);
    tear_down(&all.fix);
}

static void without_the_checks_nothing_is_summed(void **state)
{
    (void)state;
    tracked all;
    start(&all, CALX_DEBUG_CHECKS_OFF);
    cast(all.users[0])->role = ROLE_ADMIN;
    flush(&all);
    assert_int_equal(all.warnings, 0);
    assert_int_equal(state_of(&all).checked, 0);
    assert_int_equal(state_of(&all).checks, 0);
    tear_down(&all.fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flush_does_not_touch_what_was_only_loaded),
        cmocka_unit_test(an_autoflush_looks_at_what_was_handed_out_since),
        cmocka_unit_test(old_pointers_are_seen_by_flush_and_commit),
        cmocka_unit_test(only_net_changes_are_written),
        cmocka_unit_test(sealed_instances_are_not_looked_at_again),
        cmocka_unit_test(no_session_has_no_state),
        cmocka_unit_test(a_change_without_edit_is_a_warning),
        cmocka_unit_test(a_change_without_edit_is_found_by_commit_close_and_edit),
        cmocka_unit_test(a_change_after_the_seal_is_found),
        cmocka_unit_test(what_calx_does_itself_is_no_change),
        cmocka_unit_test(without_the_checks_nothing_is_summed),
    };
    return CALX_RUN("session_tracking", tests);
}
