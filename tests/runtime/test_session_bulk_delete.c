/*
 * Rows of plain structs taken out of the table: which ones, what is said of those that are not
 * there, and what stays as it is.
 */
#include "session_fixture.h"
#include "support/ration.h"

#include <stdio.h>
#include <stdlib.h>

enum { MANY = 2500, NAME_SIZE = 32 };

/* So many users in the table, and their structs with keys and versions. */
static struct user *store_users(const fixture *fix, size_t count)
{
    struct user *rows = calloc(count, sizeof(struct user));
    char name[NAME_SIZE];
    assert_non_null(rows);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(name, sizeof name, "user %zu", i);
        rows[i].name = name;
        assert_int_equal(calx_session_bulk_insert(fix->session, &user_mapper, &rows[i], 1),
                         CALX_OK);
        rows[i] = (struct user){ .id = (int64_t)i + 1, .revision = 1 };
    }
    assert_int_equal(calx_session_commit(fix->session), CALX_OK);
    return rows;
}

static calx_status delete_users(const fixture *fix, const struct user *rows, size_t count)
{
    return calx_session_bulk_delete(fix->session, &user_mapper, rows, count);
}

static int64_t count_users(const fixture *fix)
{
    return number(fix->session, "SELECT count(*) FROM users");
}

static void rows_go_by_key_and_version(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-328");
    set_up(&fix);
    struct user *rows = store_users(&fix, MANY);
    assert_int_equal(delete_users(&fix, rows + 500, 2000), CALX_OK);
    assert_int_equal(count_users(&fix), 500);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(count_users(&fix), MANY);
    assert_int_equal(delete_users(&fix, rows, 3), CALX_OK);
    assert_int_equal(delete_users(&fix, rows + 3, 0), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT min(id) FROM users"), 4);
    free(rows);
    tear_down(&fix);
}

static void assert_stale(fixture *fix, const struct user *rows, size_t count, const char *which)
{
    assert_int_equal(delete_users(fix, rows, count), CALX_E_STALE_DATA);
    assert_non_null(strstr(calx_session_error(fix->session)->message, which));
    assert_int_equal(delete_users(fix, rows, 1), CALX_E_PENDING_ROLLBACK);
    assert_int_equal(calx_session_rollback(fix->session), CALX_OK);
    assert_int_equal(count_users(fix), 40);
}

/* The row that is wrong is named, whether the others went together or not. */
static void a_version_that_is_not_the_rows_fails(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-326");
    calx_shows("SES-341");
    set_up(&fix);
    struct user *rows = store_users(&fix, 40);
    rows[33].revision = 7;
    assert_stale(&fix, rows, 40, "deleting rows[33] of user");
    assert_stale(&fix, rows + 32, 2, "deleting rows[1] of user");
    rows[33].revision = 1;
    rows[33].id = 12345;
    assert_stale(&fix, rows, 40, "deleting rows[33] of user");
    free(rows);
    tear_down(&fix);
}

/* Without a version nobody can tell who deleted it: a warning, and the others go. */
static void a_row_that_is_gone_already_is_a_warning(void **state)
{
    (void)state;
    enum { COUNT = 10 };
    struct address rows[COUNT];
    fixture fix;
    calx_shows("SES-344");
    set_up(&fix);
    free(store_users(&fix, 1));
    memset(rows, 0, sizeof rows);
    for (int i = 0; i < COUNT; i++)
        rows[i] = (struct address){ .email = "somewhere", .user_id = 1 };
    assert_int_equal(calx_session_bulk_insert(fix.session, &address_mapper, rows, COUNT), CALX_OK);
    for (int i = 0; i < COUNT; i++)
        rows[i] = (struct address){ .id = i == 6 ? 1000 : i + 1 };
    assert_int_equal(calx_session_bulk_delete(fix.session, &address_mapper, rows, COUNT), CALX_OK);
    assert_int_equal(calx_session_count_warnings(fix.session), 1);
    assert_int_equal(number(fix.session, "SELECT sum(id) FROM addresses"), 7);
    calx_session_options options = session_options(&fix);
    options.confirm_deleted_rows = false;
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    set_options(&fix, &options);
    assert_int_equal(calx_session_bulk_delete(fix.session, &address_mapper, rows, 1), CALX_OK);
    assert_int_equal(calx_session_count_warnings(fix.session), 0);
    tear_down(&fix);
}

static void what_is_missing_is_named_and_nothing_is_sent(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct user *rows = store_users(&fix, 3);
    rows[2].id = 0;
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_bulk_delete(fix.session, NULL, rows, 1), CALX_E_ARGUMENT);
    assert_int_equal(delete_users(&fix, NULL, 1), CALX_E_ARGUMENT);
    assert_int_equal(delete_users(&fix, rows, 3), CALX_E_STATE);
    assert_string_equal(calx_session_error(fix.session)->message,
                        "deleting rows[2] of user: user.id is not set: the key says which row is "
                        "meant");
    assert_int_equal(log_sink_count(&fix.sink, "DELETE"), 0);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    free(rows);
    tear_down(&fix);
}

/* What is loaded is not looked at (SES-327); rules of the database hold. */
static void loaded_instances_stay_as_they_are(void **state)
{
    (void)state;
    fixture fix;
    calx_value key = calx_value_int64(1);
    const void *found = NULL;
    calx_shows("SES-327");
    set_up(&fix);
    struct user *rows = store_users(&fix, 2);
    assert_int_equal(calx_session_get_one(fix.session, &user_mapper, &key, &found), CALX_OK);
    assert_int_equal(delete_users(&fix, rows, 2), CALX_OK);
    bool contained = false;
    assert_int_equal(calx_session_contains(fix.session, found, &contained), CALX_OK);
    assert_true(contained);
    assert_string_equal(((const struct user *)found)->name, "user 0");
    assert_int_equal(calx_session_expire(fix.session, found), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, found), CALX_E_OBJECT_DELETED);
    free(rows);
    tear_down(&fix);
}

static calx_status delete_all(const char *url)
{
    calx_engine *engine = NULL;
    calx_session *session = NULL;
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    struct user rows[20];
    memset(rows, 0, sizeof rows);
    for (int i = 0; i < 20; i++)
        rows[i] = (struct user){ .id = i + 1, .revision = 1 };
    calx_status status = calx_engine_new(url, NULL, &engine, NULL);
    options.bind = engine;
    if (status == CALX_OK)
        status = calx_session_new(&options, &session, NULL);
    if (status == CALX_OK)
        status = calx_session_bulk_delete(session, &user_mapper, rows, 20);
    if (session != NULL)
        assert_int_equal(calx_session_rollback(session), CALX_OK);
    calx_session_free(session);
    calx_engine_free(engine);
    return status;
}

static void every_missing_allocation_is_survived(void **state)
{
    (void)state;
    fixture fix;
    char url[300];
    set_up(&fix);
    free(store_users(&fix, 20));
    (void)snprintf(url, sizeof url, "%s", calx_test_url());
    tear_down(&fix);
    calx_status status = CALX_E_NOMEM;
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = delete_all(url);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_go_by_key_and_version),
        cmocka_unit_test(a_version_that_is_not_the_rows_fails),
        cmocka_unit_test(a_row_that_is_gone_already_is_a_warning),
        cmocka_unit_test(what_is_missing_is_named_and_nothing_is_sent),
        cmocka_unit_test(loaded_instances_stay_as_they_are),
        cmocka_unit_test(every_missing_allocation_is_survived),
    };
    return CALX_RUN("session_bulk_delete", tests);
}
