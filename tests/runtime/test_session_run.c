/*
 * Functions as scopes of a transaction, and what is called from inside of another call.
 */
#include "session_fixture.h"

static calx_statement *text(const char *sql)
{
    calx_statement *statement = calx_text_statement(sql);
    assert_non_null(statement);
    return statement;
}

static calx_status run_sql(calx_session *session, const char *sql)
{
    calx_statement *statement = text(sql);
    calx_status status = calx_session_execute(session, statement, NULL);
    calx_statement_free(statement);
    return status;
}

/* ---- scopes ---- */

static calx_status add_two(void *context, calx_session *session)
{
    (void)add_user(session, "ed");
    (void)add_user(session, context);
    return CALX_OK;
}

static calx_status add_and_refuse(void *context, calx_session *session)
{
    (void)context;
    (void)add_user(session, "ed");
    assert_int_equal(calx_session_flush(session), CALX_OK);
    return CALX_E_USER;
}

static void a_scope_commits_or_rolls_back(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    char jack[] = "jack";
    char ed[] = "ed";
    assert_int_equal(calx_session_run(fix.session, add_and_refuse, NULL), CALX_E_USER);
    assert_false(calx_session_in_transaction(fix.session));
    assert_int_equal(calx_session_error(fix.session)->status, CALX_E_USER);
    assert_int_equal(calx_session_run(fix.session, add_two, ed), CALX_E_UNIQUE);
    assert_int_equal(calx_session_error(fix.session)->status, CALX_E_UNIQUE);
    assert_non_null(strstr(message(fix.session), rule_of_names()));
    assert_true(calx_session_is_active(fix.session));
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 0);
    assert_int_equal(calx_session_run(fix.session, add_two, jack), CALX_E_STATE); /* is begun */
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(calx_session_run(fix.session, add_two, jack), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 2);
    assert_int_equal(calx_session_run(NULL, add_two, jack), CALX_E_ARGUMENT);
    tear_down(&fix);
}

static calx_status end_and_go_on(void *context, calx_session *session)
{
    bool commits = *(bool *)context;
    (void)add_user(session, "inside");
    assert_int_equal(commits ? calx_session_commit(session) : calx_session_rollback(session),
                     CALX_OK);
    struct user *more = new_user("more");
    assert_int_equal(calx_session_add(session, more), CALX_E_STATE);
    assert_non_null(strstr(message(session), "scope"));
    calx_instance_free(more);
    assert_int_equal(run_sql(session, "SELECT 1"), CALX_E_STATE);
    assert_int_equal(calx_session_begin(session), CALX_E_STATE);
    assert_int_equal(calx_session_begin_nested(session), CALX_E_STATE);
    assert_int_equal(calx_session_commit(session), CALX_E_STATE);
    assert_int_equal(calx_session_rollback(session), CALX_OK);
    return commits ? CALX_OK : CALX_E_USER;
}

static void a_scope_that_ended_itself_is_left_alone(void **state)
{
    (void)state;
    calx_shows("SES-118");
    fixture fix;
    set_up(&fix);
    bool commits = true;
    assert_int_equal(calx_session_run(fix.session, end_and_go_on, &commits), CALX_OK);
    assert_int_equal(logged(&fix, "COMMIT"), 1);
    commits = false;
    assert_int_equal(calx_session_run(fix.session, end_and_go_on, &commits), CALX_E_USER);
    assert_int_equal(calx_session_error(fix.session)->status, CALX_E_USER);
    assert_false(calx_session_in_transaction(fix.session));
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 1); /* usable again */
    tear_down(&fix);
}

/* ---- calls inside of calls ---- */

/* A log function that calls back into the session that is busy writing the line. */
typedef struct meddler {
    calx_session *session;
    size_t refused;
} meddler;

static void meddle(void *context, calx_log_level level, const char *logger, const char *line)
{
    meddler *self = context;
    (void)level;
    (void)logger;
    if (self->session == NULL ||
        (strstr(line, "INSERT") == NULL && strstr(line, "COMMIT") == NULL &&
         strstr(line, "ROLLBACK") == NULL))
        return;
    self->refused += calx_session_commit(self->session) == CALX_E_ILLEGAL_STATE_CHANGE;
    self->refused += calx_session_rollback(self->session) == CALX_E_ILLEGAL_STATE_CHANGE;
    self->refused += calx_session_close(self->session) == CALX_E_ILLEGAL_STATE_CHANGE;
    self->refused += calx_session_flush(self->session) == CALX_E_STATE;
}

static void ending_inside_a_flush_or_an_end_is_refused(void **state)
{
    (void)state;
    calx_shows("SES-152");
    calx_shows("SES-392");
    meddler self = { NULL, 0 };
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    fixture fix;
    log_sink_init(&fix.sink);
    options.echo = CALX_ECHO_SQL;
    options.log = meddle;
    options.log_context = &self;
    assert_int_equal(calx_engine_new(calx_test_url(), &options, &fix.engine, NULL), CALX_OK);
    assert_int_equal(calx_schema_create_all(fix.engine, &sample_metadata, NULL), CALX_OK);
    fix.session = new_session(&fix);
    self.session = fix.session;
    (void)add_user(fix.session, "ed");
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(self.refused, 4);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(self.refused, 4 + 3);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 1);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(self.refused, 4 + 3 + 3);
    self.session = NULL;
    tear_down(&fix);
}

/* A log function that asks the session for what would need a flush first. */
typedef struct asker {
    calx_session *session;
    calx_status status;
    int64_t count;
    bool asked;
} asker;

static void ask(void *context, calx_log_level level, const char *logger, const char *line)
{
    asker *self = context;
    (void)level;
    (void)logger;
    if (self->session == NULL || self->asked || strstr(line, "INSERT") == NULL)
        return;
    self->asked = true;
    calx_statement *statement = text("SELECT count(*) FROM users");
    calx_value value = calx_value_int64(-1);
    self->status = calx_session_scalar(self->session, statement, &value);
    self->count = value.as.int64;
    calx_statement_free(statement);
}

static void a_statement_inside_a_flush_does_not_flush(void **state)
{
    (void)state;
    calx_shows("SES-152");
    asker self = { .count = -1 };
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    fixture fix;
    log_sink_init(&fix.sink);
    options.echo = CALX_ECHO_SQL;
    options.log = ask;
    options.log_context = &self;
    assert_int_equal(calx_engine_new(calx_test_url(), &options, &fix.engine, NULL), CALX_OK);
    assert_int_equal(calx_schema_create_all(fix.engine, &sample_metadata, NULL), CALX_OK);
    fix.session = new_session(&fix);
    self.session = fix.session;
    (void)add_user(fix.session, "ed");
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_true(self.asked);
    assert_int_equal(self.status, CALX_OK);
    assert_int_equal(self.count, 0);
    self.session = NULL;
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 1);
    tear_down(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scope_commits_or_rolls_back),
        cmocka_unit_test(a_scope_that_ended_itself_is_left_alone),
        cmocka_unit_test(ending_inside_a_flush_or_an_end_is_refused),
        cmocka_unit_test(a_statement_inside_a_flush_does_not_flush),
    };
    return CALX_RUN("session_run", tests);
}
