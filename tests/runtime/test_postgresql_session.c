/*
 * A session whose server goes away: at each statement of a unit of work in turn. Whatever was under
 * way then, the call that sees it has a clear status, rollback() mends the session, and the same
 * work goes through on a new connection.
 */
#include "session_fixture.h"
#include "support/server.h"

#include <stdio.h>
#include <string.h>

/* Kills the test's connections when so many more statements have been announced. */
typedef struct killer {
    long left; /* negative: nobody is killed any more */
    char name[64];
} killer;

static void kill_in_time(void *context, calx_log_level level, const char *logger, const char *text)
{
    killer *self = context;
    (void)logger;
    if (level != CALX_LOG_INFO || self->left < 0 || self->left-- > 0)
        return;
    (void)text;
    server_run("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE "
               "application_name = '",
               self->name, "'");
}

static void name_victim(killer *self, const char *url)
{
    const char *name = strstr(url, "application_name=");
    assert_non_null(name);
    name += strlen("application_name=");
    snprintf(self->name, sizeof(self->name), "%.*s", (int)strcspn(name, "&"), name);
}

/* Changes, adds and deletes, all in one transaction. */
static calx_status work(calx_session *session, const struct user *changed, struct user *added)
{
    const struct user *gone = NULL;
    calx_value key = calx_value_int64(2);
    calx_status status = set_fullname(changed, "Edward");
    if (status == CALX_OK)
        status = calx_session_add(session, added);
    if (status == CALX_OK)
        status = calx_session_flush(session);
    if (status == CALX_OK)
        status = calx_session_get_one(session, &user_mapper, &key, (const void **)&gone);
    if (status == CALX_OK)
        status = calx_session_delete(session, gone);
    return status == CALX_OK ? calx_session_commit(session) : status;
}

static void a_server_lost_at_any_statement_leaves_a_usable_session(void **state)
{
    (void)state;
    calx_shows("ENG-078");
    calx_shows("ENG-080");
    calx_shows("ENG-081");
    calx_shows("ENG-090");
    killer axe = { -1, "" };
    calx_status status = CALX_E_DISCONNECT;
    bool unknown = false;
    const char *url = calx_test_url();
    name_victim(&axe, url);
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.echo = CALX_ECHO_SQL;
    options.log = kill_in_time;
    options.log_context = &axe;
    fixture fix = { NULL };
    assert_int_equal(calx_engine_new(url, &options, &fix.engine, NULL), CALX_OK);
    long moment = 0;
    for (; status != CALX_OK; moment++) {
        assert_true(moment < 50);
        assert_int_equal(calx_schema_drop_all(fix.engine, &sample_metadata, NULL), CALX_OK);
        assert_int_equal(calx_schema_create_all(fix.engine, &sample_metadata, NULL), CALX_OK);
        fix.session = new_session(&fix);
        const struct user *ed = stored_user(fix.session, "ed");
        (void)stored_user(fix.session, "jack");
        struct user *wendy = new_user("wendy");
        axe.left = moment;
        status = work(fix.session, ed, wendy);
        bool killed = axe.left < 0;
        axe.left = -1;
        if (status != CALX_OK) {
            assert_true(killed);
            assert_int_equal(status, CALX_E_DISCONNECT);
            unsigned flags = calx_session_error(fix.session)->flags;
            assert_true((flags & CALX_ERROR_DISCONNECT) != 0);
            unknown = unknown || (flags & CALX_ERROR_OUTCOME_UNKNOWN) != 0;
            assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
            assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 2);
            assert_int_equal(work(fix.session, ed, wendy), CALX_OK);
        }
        assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 2);
        assert_int_equal(
            number(fix.session, "SELECT count(*) FROM users WHERE name IN ('ed', 'wendy')"), 2);
        calx_session_free(fix.session);
    }
    assert_true(moment > 5);
    assert_true(unknown); /* once the commit was under way */
    calx_engine_free(fix.engine);
}

/* A failure inside of the savepoint is answered as a careful application does. */
static calx_status nested_work(calx_session *session, const struct user *changed,
                               struct user *added)
{
    calx_status status = set_fullname(changed, "outer");
    if (status == CALX_OK)
        status = calx_session_begin_nested(session);
    if (status != CALX_OK)
        return status;
    calx_session_transaction savepoint = calx_session_get_nested_transaction(session);
    status = set_fullname(changed, "inner");
    if (status == CALX_OK)
        status = calx_session_add(session, added);
    if (status == CALX_OK)
        status = calx_session_transaction_commit(savepoint);
    if (status != CALX_OK) {
        calx_status first = status;
        (void)calx_session_transaction_rollback(savepoint);
        assert_false(calx_session_in_nested_transaction(session));
        status = calx_session_commit(session);
        assert_int_equal(status, CALX_E_PENDING_ROLLBACK); /* all of it was lost */
        return first;
    }
    return calx_session_commit(session);
}

static void a_server_lost_inside_a_savepoint_leaves_a_usable_session(void **state)
{
    (void)state;
    killer axe = { -1, "" };
    calx_status status = CALX_E_DISCONNECT;
    const char *url = calx_test_url();
    name_victim(&axe, url);
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.echo = CALX_ECHO_SQL;
    options.log = kill_in_time;
    options.log_context = &axe;
    fixture fix = { NULL };
    assert_int_equal(calx_engine_new(url, &options, &fix.engine, NULL), CALX_OK);
    long moment = 0;
    for (; status != CALX_OK; moment++) {
        assert_true(moment < 50);
        assert_int_equal(calx_schema_drop_all(fix.engine, &sample_metadata, NULL), CALX_OK);
        assert_int_equal(calx_schema_create_all(fix.engine, &sample_metadata, NULL), CALX_OK);
        fix.session = new_session(&fix);
        const struct user *ed = stored_user(fix.session, "ed");
        struct user *wendy = new_user("wendy");
        axe.left = moment;
        status = nested_work(fix.session, ed, wendy);
        axe.left = -1;
        if (status != CALX_OK) {
            assert_int_equal(status, CALX_E_DISCONNECT);
            assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
            assert_true(calx_session_is_active(fix.session));
            assert_null(ed->fullname);
            assert_null(calx_object_session(wendy));
            assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 1);
            assert_int_equal(nested_work(fix.session, ed, wendy), CALX_OK);
        }
        assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 2);
        calx_session_free(fix.session);
    }
    assert_true(moment > 5);
    calx_engine_free(fix.engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_lost_at_any_statement_leaves_a_usable_session),
        cmocka_unit_test(a_server_lost_inside_a_savepoint_leaves_a_usable_session),
    };
    return CALX_RUN("postgresql_session", tests);
}
