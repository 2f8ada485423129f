/*
 * The kinds of errors: each says what went wrong with which thing, and leaves the session in the
 * state that the specification names.
 */
#include "session_fixture.h"

/* The last failure: its status, and a word that names the thing it is about. */
static void assert_told(const fixture *fix, calx_status status, const char *word)
{
    const calx_error *error = calx_session_error(fix->session);
    assert_int_equal(error->status, status);
    assert_non_null(strstr(error->message, word));
}

static void a_wrong_call_leaves_the_session_usable(void **state)
{
    (void)state;
    calx_shows("ERR-01");
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    struct user *transient = new_user("jack");
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_refresh(fix.session, transient), CALX_E_INVALID_REQUEST);
    assert_told(&fix, CALX_E_INVALID_REQUEST, "user");
    assert_int_equal(calx_session_delete(fix.session, transient), CALX_E_INVALID_REQUEST);
    assert_told(&fix, CALX_E_INVALID_REQUEST, "expunge");
    assert_int_equal(logged(&fix, ""), 0);
    assert_true(calx_session_is_active(fix.session));
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_error(fix.session)->status, CALX_OK); /* cleared on entry */
    calx_instance_free(transient);
    tear_down(&fix);
}

static void a_failed_flush_asks_for_a_rollback(void **state)
{
    (void)state;
    calx_shows("ERR-02");
    calx_shows("ERR-15");
    fixture fix;
    set_up(&fix);
    (void)stored_user(fix.session, "ed");
    (void)add_user(fix.session, "ed");
    assert_int_equal(calx_session_flush(fix.session), CALX_E_UNIQUE);
    assert_told(&fix, CALX_E_UNIQUE, "user");
    assert_non_null(strstr(calx_session_error(fix.session)->statement, "INSERT INTO"));
    assert_false(calx_session_is_active(fix.session));
    log_sink_forget(&fix.sink);
    calx_statement *statement = calx_text_statement("SELECT 1");
    assert_int_equal(calx_session_execute(fix.session, statement, NULL), CALX_E_PENDING_ROLLBACK);
    assert_told(&fix, CALX_E_PENDING_ROLLBACK, "calx_session_rollback()");
    assert_told(&fix, CALX_E_PENDING_ROLLBACK, rule_of_names()); /* and why */
    assert_int_equal(logged(&fix, "SELECT"), 0);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(calx_session_execute(fix.session, statement, NULL), CALX_OK);
    calx_statement_free(statement);
    tear_down(&fix);
}

/* Calls back from inside of a flush, as a hook would. */
typedef struct meddler {
    fixture *fix;
    size_t refused;
} meddler;

static void end_the_transaction(void *context, const char *warning)
{
    meddler *self = context;
    (void)warning;
    self->refused += calx_session_commit(self->fix->session) == CALX_E_ILLEGAL_STATE_CHANGE;
    assert_told(self->fix, CALX_E_ILLEGAL_STATE_CHANGE, "commit()");
    self->refused += calx_session_rollback(self->fix->session) == CALX_E_ILLEGAL_STATE_CHANGE;
    self->refused += calx_session_close(self->fix->session) == CALX_E_ILLEGAL_STATE_CHANGE;
}

static void ending_the_transaction_inside_a_flush_is_refused(void **state)
{
    (void)state;
    calx_shows("ERR-04");
    calx_shows("SES-392");
    fixture fix;
    meddler self = { &fix, 0 };
    set_up(&fix);
    calx_session_options options = session_options(&fix);
    options.warning = end_the_transaction;
    options.warning_context = &self;
    set_options(&fix, &options);
    struct everything *row = calx_instance_new(&everything_mapper);
    row->key = 1;
    assert_int_equal(calx_session_add(fix.session, row), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    run_elsewhere(&fix, "DELETE FROM \"order\"");
    assert_int_equal(calx_session_delete(fix.session, row), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK); /* warns: no such row */
    assert_int_equal(self.refused, 3);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    tear_down(&fix);
}

static void a_vanished_row_leaves_its_instance_in_the_session(void **state)
{
    (void)state;
    calx_shows("ERR-07");
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    run_elsewhere(&fix, "DELETE FROM users");
    assert_int_equal(calx_session_load(fix.session, user), CALX_E_OBJECT_DELETED);
    assert_told(&fix, CALX_E_OBJECT_DELETED, "user(id=1)");
    assert_true(contains(fix.session, user));
    assert_true(calx_session_is_active(fix.session));
    assert_null(get_user(fix.session, 1)); /* get() turns the same case into none */
    tear_down(&fix);
}

static void a_stale_row_fails_the_flush(void **state)
{
    (void)state;
    calx_shows("ERR-10");
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(number(fix.session, "UPDATE users SET revision = 9 RETURNING 1"), 1);
    assert_int_equal(set_fullname(user, "Ed"), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_E_STALE_DATA);
    assert_told(&fix, CALX_E_STALE_DATA, "user(id=1)");
    assert_non_null(strstr(calx_session_error(fix.session)->statement, "UPDATE"));
    assert_false(calx_session_is_active(fix.session));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    tear_down(&fix);
}

static void a_row_without_its_key_fails_the_flush(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct membership *membership = calx_instance_new(&membership_mapper);
    memset(membership->group_name, 'x', sizeof(membership->group_name)); /* no end */
    assert_int_equal(calx_session_add(fix.session, membership), CALX_OK);
    assert_int_not_equal(calx_session_flush(fix.session), CALX_OK);
    assert_told(&fix, calx_session_error(fix.session)->status, "membership");
    assert_false(calx_session_is_active(fix.session));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_true(calx_session_is_active(fix.session));
    tear_down(&fix);
}

/* Uses the session while it is fetching its connection. */
static void use_it(void *context, calx_log_level level, const char *logger, const char *line)
{
    meddler *self = context;
    calx_connection *connection = NULL;
    (void)level;
    (void)logger;
    if (self->fix == NULL || strstr(line, "created a connection") == NULL)
        return;
    self->refused +=
        calx_session_connection(self->fix->session, &connection) == CALX_E_INVALID_REQUEST;
    assert_told(self->fix, CALX_E_INVALID_REQUEST, "connection");
    self->refused += calx_session_commit(self->fix->session) != CALX_OK;
    self->refused += calx_session_rollback(self->fix->session) != CALX_OK;
    self->refused += calx_session_close(self->fix->session) != CALX_OK;
}

static void a_session_that_is_connecting_does_nothing_else(void **state)
{
    (void)state;
    calx_shows("SES-391");
    fixture fix;
    meddler self = { NULL, 0 };
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    log_sink_init(&fix.sink);
    options.echo = CALX_ECHO_DEBUG;
    options.log = use_it;
    options.log_context = &self;
    assert_int_equal(calx_engine_new(calx_test_url(), &options, &fix.engine, NULL), CALX_OK);
    fix.session = new_session(&fix);
    self.fix = &fix;
    calx_connection *connection = NULL;
    assert_int_equal(calx_session_connection(fix.session, &connection), CALX_OK);
    assert_non_null(connection);
    assert_int_equal(self.refused, 4);
    self.fix = NULL;
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    tear_down(&fix);
}

static void a_place_that_is_missing_is_a_bad_argument(void **state)
{
    (void)state;
    calx_shows("ERR-13");
    fixture fix;
    set_up(&fix);
    calx_session *session = fix.session;
    struct user *user = add_user(session, "ed");
    calx_value key = calx_value_int64(1);
    calx_statement *statement = calx_text_statement("SELECT 1");
    assert_int_equal(calx_session_add_all(session, NULL, 0), CALX_OK);
    assert_int_equal(calx_session_add_all(session, NULL, 1), CALX_E_ARGUMENT);
    assert_non_null(strstr(calx_session_error(session)->message, "array of instances"));
    assert_int_equal(calx_session_delete_all(session, NULL, 1), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_contains(session, user, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_is_modified(session, user, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_flush(session), CALX_OK);
    assert_int_equal(calx_session_get(session, &user_mapper, &key, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_get_one(session, &user_mapper, &key, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_get_int64(session, &user_mapper, 1, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_scalar(session, statement, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_scalar_one(session, statement, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_connection(session, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_get_bind(session, NULL, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_get_info(session, "key", NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_run_nested(session, NULL, NULL), CALX_E_ARGUMENT);
    assert_false(calx_session_in_nested_transaction(session));
    assert_int_equal(calx_session_commit(session), CALX_OK);
    assert_int_equal(calx_session_run(session, NULL, NULL), CALX_E_ARGUMENT);
    assert_false(calx_session_in_transaction(session));
    calx_session_status(session, NULL);
    calx_session_options options = session_options(&fix);
    options.debug_checks = (calx_debug_checks)9;
    assert_int_equal(calx_session_new(&options, &session, NULL), CALX_E_ARGUMENT);
    calx_statement_free(statement);
    tear_down(&fix);
}

/* Without them everything would be expired, and changes of other members be lost. */
static void names_that_are_missing_are_a_bad_argument(void **state)
{
    (void)state;
    calx_shows("ERR-13");
    fixture fix;
    set_up(&fix);
    struct user *user = stored_user(fix.session, "ed");
    assert_int_equal(set_fullname(user, "changed"), CALX_OK);
    calx_expire_options expire = CALX_EXPIRE_OPTIONS_INIT;
    expire.count = 1;
    assert_int_equal(calx_session_expire_with(fix.session, user, &expire), CALX_E_ARGUMENT);
    assert_non_null(strstr(message(fix.session), "names"));
    calx_refresh_options refresh = CALX_REFRESH_OPTIONS_INIT;
    refresh.count = 1;
    assert_int_equal(calx_session_refresh_with(fix.session, user, &refresh), CALX_E_ARGUMENT);
    assert_true(is_modified(fix.session, user));
    calx_value key = calx_value_int64(user->id);
    const void *found = NULL;
    calx_get_options get = CALX_GET_OPTIONS_INIT;
    get.name_count = 1;
    assert_int_equal(calx_session_get_with(fix.session, &user_mapper, &key, &get, &found),
                     CALX_E_ARGUMENT);
    tear_down(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_call_leaves_the_session_usable),
        cmocka_unit_test(a_failed_flush_asks_for_a_rollback),
        cmocka_unit_test(ending_the_transaction_inside_a_flush_is_refused),
        cmocka_unit_test(a_vanished_row_leaves_its_instance_in_the_session),
        cmocka_unit_test(a_stale_row_fails_the_flush),
        cmocka_unit_test(a_row_without_its_key_fails_the_flush),
        cmocka_unit_test(a_session_that_is_connecting_does_nothing_else),
        cmocka_unit_test(a_place_that_is_missing_is_a_bad_argument),
        cmocka_unit_test(names_that_are_missing_are_a_bad_argument),
    };
    return CALX_RUN("session_errors", tests);
}
