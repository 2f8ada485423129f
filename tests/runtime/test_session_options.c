/*
 * Execution options of sessions: where they come from, what they reach, and functions that are
 * called again when their transaction was given up.
 */
#include "session_fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

enum { THREADS = 6, ROUNDS = 20 };

static calx_execution_options retrying(int retries)
{
    calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
    options.retries = retries;
    options.retry_delay_ms = 1;
    options.isolation_level = "SERIALIZABLE";
    return options;
}

static calx_execution_options with_token(const char *token)
{
    calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
    options.logging_token = token;
    return options;
}

static void options_of_a_session_reach_its_flushes_and_the_closer_wins(void **state)
{
    (void)state;
    calx_shows("SES-008");
    fixture fix;
    set_up(&fix);
    calx_execution_options options = with_token("session");
    calx_session_options of_session = session_options(&fix);
    of_session.execution_options = &options;
    set_options(&fix, &of_session);
    (void)add_user(fix.session, "ed");
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_true(log_sink_has(&fix.sink, "[session] BEGIN"));
    assert_true(log_sink_has(&fix.sink, "[session] INSERT INTO"));
    calx_statement *statement = calx_text_statement("SELECT 1");
    calx_result *result = NULL;
    options = with_token("statement");
    assert_int_equal(calx_statement_execution_options(statement, &options, NULL), CALX_OK);
    assert_int_equal(calx_session_execute(fix.session, statement, NULL), CALX_OK);
    options = with_token("call");
    assert_int_equal(calx_session_execute_with(fix.session, statement, &options, &result), CALX_OK);
    calx_result_free(result);
    assert_true(log_sink_has(&fix.sink, "[statement] SELECT 1"));
    assert_true(log_sink_has(&fix.sink, "[call] SELECT 1"));
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_true(log_sink_has(&fix.sink, "[session] COMMIT"));
    options.isolation_level = "SERIALIZABLE";
    assert_int_equal(calx_session_execute_with(fix.session, statement, &options, NULL),
                     CALX_E_ARGUMENT);
    calx_statement_free(statement);
    tear_down(&fix);
}

static void bad_options_of_a_session_are_refused_when_it_is_made(void **state)
{
    (void)state;
    calx_shows("SES-008");
    fixture fix;
    set_up(&fix);
    calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
    calx_session_options of_session = session_options(&fix);
    calx_session *session = NULL;
    calx_sessionmaker *maker = NULL;
    calx_error error = CALX_ERROR_INIT;
    options.isolation_level = "CHAOS";
    of_session.execution_options = &options;
    assert_int_equal(calx_session_new(&of_session, &session, &error), CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, "isolation_level"));
    assert_int_equal(calx_sessionmaker_new(&of_session, &maker, &error), CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, "isolation_level"));
    of_session.execution_options = NULL;
    assert_int_equal(calx_sessionmaker_new(&of_session, &maker, &error), CALX_OK);
    of_session.execution_options = &options;
    assert_int_equal(calx_sessionmaker_configure(maker, &of_session), CALX_E_ARGUMENT);
    options = with_token("of the maker");
    assert_int_equal(calx_sessionmaker_configure(maker, &of_session), CALX_OK);
    options = with_token("gone");
    assert_int_equal(calx_sessionmaker_session(maker, &session), CALX_OK);
    (void)add_user(session, "ed");
    assert_int_equal(calx_session_flush(session), CALX_OK);
    assert_true(log_sink_has(&fix.sink, "[of the maker] INSERT"));
    calx_session_free(session);
    calx_sessionmaker_free(maker);
    calx_error_clear(&error);
    tear_down(&fix);
}

static size_t warnings;

static void count_warning(void *context, const char *text)
{
    (void)context;
    warnings += strstr(text, "execution options") != NULL;
}

static void options_of_a_connection_count_at_its_first_use_only(void **state)
{
    (void)state;
    calx_shows("SES-120");
    fixture fix;
    set_up(&fix);
    calx_session_options of_session = session_options(&fix);
    of_session.warning = count_warning;
    set_options(&fix, &of_session);
    calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
    calx_connection *connection = NULL;
    const char *level = NULL;
    warnings = 0;
    options.isolation_level = "READ UNCOMMITTED";
    assert_int_equal(calx_session_connection_with(fix.session, &options, &connection), CALX_OK);
    assert_true(calx_connection_in_transaction(connection));
    assert_int_equal(calx_connection_isolation_level(connection, &level), CALX_OK);
    assert_string_equal(level, "READ UNCOMMITTED");
    assert_int_equal(warnings, 0);
    options.isolation_level = "SERIALIZABLE";
    assert_int_equal(calx_session_connection_with(fix.session, &options, &connection), CALX_OK);
    assert_int_equal(warnings, 1);
    assert_int_equal(calx_connection_isolation_level(connection, &level), CALX_OK);
    assert_string_equal(level, "READ UNCOMMITTED");
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(calx_session_connection(fix.session, &connection), CALX_OK);
    assert_int_equal(calx_connection_isolation_level(connection, &level), CALX_OK);
    assert_string_equal(level, calx_test_on("sqlite") ? "SERIALIZABLE" : "READ COMMITTED");
    options.isolation_level = "CHAOS";
    assert_int_equal(calx_session_connection_with(fix.session, &options, &connection),
                     CALX_E_ARGUMENT);
    assert_int_equal(calx_session_connection_with(fix.session, NULL, &connection), CALX_E_ARGUMENT);
    tear_down(&fix);
}

typedef struct meeting {
    atomic_int calls;
    atomic_int readers;
} meeting;

/* The first call of each thread waits for the others' to have read: one then is in another's way.
 */
static void meet(meeting *self, int call)
{
    struct timespec moment = { .tv_nsec = 1000000 };
    if (call >= THREADS)
        return;
    atomic_fetch_add(&self->readers, 1);
    for (int ms = 0; ms < 5000 && atomic_load(&self->readers) < THREADS; ms++)
        nanosleep(&moment, NULL);
}

static calx_status read_and_add(void *context, calx_session *session)
{
    meeting *self = context;
    calx_statement *statement = calx_text_statement("SELECT count(*) FROM users");
    calx_value value;
    char name[32];
    int call = atomic_fetch_add(&self->calls, 1);
    calx_status status = calx_session_scalar(session, statement, &value);
    calx_statement_free(statement);
    if (status != CALX_OK)
        return status;
    meet(self, call);
    snprintf(name, sizeof(name), "user %lld", (long long)value.as.int64);
    (void)add_user(session, name);
    return CALX_OK;
}

typedef struct session_thread {
    pthread_t thread;
    calx_sessionmaker *maker;
    meeting *place;
    int failures;
} session_thread;

static void *add_in_sessions(void *context)
{
    session_thread *self = context;
    for (int i = 0; i < ROUNDS; i++) {
        calx_error error = CALX_ERROR_INIT;
        if (calx_sessionmaker_run(self->maker, read_and_add, self->place, &error) != CALX_OK)
            self->failures++;
        calx_error_clear(&error);
    }
    return NULL;
}

static void a_session_calls_its_function_again_when_asked_to(void **state)
{
    (void)state;
    calx_shows("SES-118");
    calx_shows("SES-008");
    fixture fix;
    set_up(&fix);
    calx_execution_options options = retrying(1000);
    calx_session_options of_session = session_options(&fix);
    calx_sessionmaker *maker = NULL;
    session_thread threads[THREADS];
    meeting place;
    int failures = 0;
    of_session.execution_options = &options;
    atomic_init(&place.calls, 0);
    atomic_init(&place.readers, 0);
    assert_int_equal(calx_sessionmaker_new(&of_session, &maker, NULL), CALX_OK);
    options = retrying(-1); /* it was copied */
    for (int i = 0; i < THREADS; i++) {
        threads[i] = (session_thread){ .maker = maker, .place = &place };
        pthread_create(&threads[i].thread, NULL, add_in_sessions, &threads[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i].thread, NULL);
        failures += threads[i].failures;
    }
    /* Two that read one number add one name, so a UNIQUE rule may refuse instead of a retry. */
    calx_statement *statement = calx_text_statement("SELECT count(*) FROM users");
    calx_value value;
    assert_int_equal(calx_session_scalar(fix.session, statement, &value), CALX_OK);
    assert_int_equal(value.as.int64, THREADS * ROUNDS - failures);
    assert_true(atomic_load(&place.calls) > THREADS * ROUNDS);
    if (calx_test_on("sqlite"))
        assert_int_equal(failures, 0);
    calx_statement_free(statement);
    calx_sessionmaker_free(maker);
    tear_down(&fix);
}

static calx_status commit_and_fail(void *context, calx_session *session)
{
    ++*(int *)context;
    (void)add_user(session, "ed");
    assert_int_equal(calx_session_commit(session), CALX_OK);
    return CALX_E_BUSY;
}

static void what_a_function_committed_itself_is_not_done_again(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    calx_execution_options options = retrying(5);
    calx_session_options of_session = session_options(&fix);
    of_session.execution_options = &options;
    set_options(&fix, &of_session);
    int calls = 0;
    assert_int_equal(calx_session_run(fix.session, commit_and_fail, &calls), CALX_E_BUSY);
    assert_int_equal(calls, 1);
    tear_down(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_of_a_session_reach_its_flushes_and_the_closer_wins),
        cmocka_unit_test(bad_options_of_a_session_are_refused_when_it_is_made),
        cmocka_unit_test(options_of_a_connection_count_at_its_first_use_only),
        cmocka_unit_test(a_session_calls_its_function_again_when_asked_to),
        cmocka_unit_test(what_a_function_committed_itself_is_not_done_again),
    };
    return CALX_RUN("session_options", tests);
}
