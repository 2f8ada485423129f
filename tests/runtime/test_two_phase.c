/*
 * Transactions that end in two phases, and transactions of functions, which end once.
 */
#include "engine_fixture.h"
#include "support/log_sink.h"
#include "support/ration.h"
#include "support/server.h"

#include <calx/event.h>
#include <calx/two_phase.h>
#include <string.h>
#include <unistd.h>

/* Names are the whole server's, and other tests run beside this one. */
static const char *name_of(const char *what)
{
    static char name[64];
    snprintf(name, sizeof(name), "test's %s %ld", what, (long)getpid());
    return name;
}

static void begin_two_phase(calx_connection *connection, const char *what)
{
    ok(connection, calx_connection_begin_two_phase(connection, name_of(what)));
}

static int64_t users(calx_engine *engine)
{
    calx_connection *connection = connect_to(engine);
    int64_t count = number(connection, "SELECT count(*) FROM users");
    calx_connection_close(connection);
    return count;
}

static bool waits(calx_connection *connection, const char *what)
{
    char **names = NULL;
    size_t count = 0;
    bool found = false;
    ok(connection, calx_connection_recover(connection, &names, &count));
    for (size_t i = 0; i < count; i++)
        found = found || strcmp(names[i], name_of(what)) == 0;
    assert_true((names == NULL) == (count == 0));
    calx_free(names);
    return found;
}

static void both_phases_commit_or_roll_back(void **state)
{
    (void)state;
    calx_shows("ENG-134");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    for (int round = 0; round < 3; round++) {
        begin_two_phase(connection, "own");
        assert_int_equal(calx_connection_begin_two_phase(connection, "x"), CALX_E_STATE);
        run(connection, "INSERT INTO users (name) VALUES ('ed')");
        ok(connection, calx_connection_prepare(connection));
        assert_true(calx_connection_in_transaction(connection));
        assert_int_equal(users(engine), 0);
        assert_int_equal(try_sql(connection, "SELECT 1"), CALX_E_STATE);
        assert_int_equal(calx_connection_begin(connection), CALX_E_STATE);
        assert_int_equal(calx_connection_begin_nested(connection), CALX_E_STATE);
        assert_int_equal(calx_connection_prepare(connection), CALX_E_STATE);
        assert_int_equal(calx_connection_commit_prepared(connection, "x"), CALX_E_STATE);
        if (round == 2)
            break;
        ok(connection, calx_connection_rollback(connection));
        assert_false(calx_connection_in_transaction(connection));
        assert_false(waits(connection, "own"));
        assert_false(calx_connection_in_transaction(connection));
        assert_int_equal(users(engine), 0);
    }
    ok(connection, calx_connection_commit(connection));
    assert_false(calx_connection_in_transaction(connection));
    assert_int_equal(users(engine), 1);
    run(connection, "DELETE FROM users"); /* an ordinary one again */
    assert_int_equal(calx_connection_prepare(connection), CALX_E_STATE);
    ok(connection, calx_connection_commit(connection));
    assert_int_equal(users(engine), 0);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void what_is_not_prepared_ends_as_ever(void **state)
{
    (void)state;
    calx_shows("ENG-134");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    begin_two_phase(connection, "plain");
    run(connection, "INSERT INTO users (name) VALUES ('ed')");
    ok(connection, calx_connection_commit(connection));
    begin_two_phase(connection, "plain");
    run(connection, "DELETE FROM users");
    ok(connection, calx_connection_begin_nested(connection));
    assert_int_equal(calx_connection_prepare(connection), CALX_E_STATE);
    ok(connection, calx_connection_commit(connection));
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(users(engine), 1);
    begin_two_phase(connection, "empty"); /* the server hears of it with the prepare */
    ok(connection, calx_connection_prepare(connection));
    calx_connection *other = connect_to(engine);
    assert_true(waits(other, "empty"));
    calx_connection_close(other);
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void what_is_prepared_outlives_its_connection(void **state)
{
    (void)state;
    calx_shows("ENG-134");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    calx_connection *other = connect_to(engine);
    begin_two_phase(connection, "lost");
    run(connection, "INSERT INTO users (name) VALUES ('ed')");
    ok(connection, calx_connection_prepare(connection));
    ok(connection, calx_connection_invalidate(connection));
    assert_true(calx_connection_in_transaction(connection));
    ok(connection, calx_connection_commit(connection)); /* on another one */
    assert_int_equal(users(engine), 1);
    begin_two_phase(connection, "left");
    run(connection, "DELETE FROM users");
    ok(connection, calx_connection_prepare(connection));
    ok(connection, calx_connection_invalidate(connection));
    calx_connection_close(connection); /* as if the program had crashed */
    assert_true(waits(other, "left"));
    ok(other, calx_connection_rollback_prepared(other, name_of("left")));
    assert_false(waits(other, "left"));
    assert_int_equal(calx_connection_commit_prepared(other, name_of("left")), CALX_E_NO_OBJECT);
    assert_int_equal(users(engine), 1);
    calx_connection_close(other);
    calx_engine_free(engine);
}

static void anybody_commits_by_name(void **state)
{
    (void)state;
    calx_shows("ENG-134");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    calx_connection *other = connect_to(engine);
    begin_two_phase(connection, "shared");
    run(connection, "INSERT INTO users (name) VALUES ('ed')");
    ok(connection, calx_connection_prepare(connection));
    run(other, "SELECT 1");
    assert_int_equal(calx_connection_commit_prepared(other, name_of("shared")), CALX_E_STATE);
    ok(other, calx_connection_rollback(other));
    ok(other, calx_connection_commit_prepared(other, name_of("shared")));
    assert_int_equal(users(engine), 1);
    assert_int_equal(calx_connection_commit(connection), CALX_E_NO_OBJECT);
    assert_true(calx_connection_in_transaction(connection)); /* and may be tried again */
    assert_int_equal(calx_connection_rollback(connection), CALX_E_NO_OBJECT);
    assert_false(calx_connection_in_transaction(connection));
    run(connection, "SELECT 1");
    calx_connection_close(connection);
    calx_connection_close(other);
    calx_engine_free(engine);
}

static void closing_rolls_back_what_is_prepared(void **state)
{
    (void)state;
    calx_shows("ENG-134");
    log_sink sink;
    log_sink_init(&sink);
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.echo = CALX_ECHO_SQL;
    options.log = log_sink_line;
    options.log_context = &sink;
    calx_engine *engine = engine_with_users(&options);
    calx_connection *connection = connect_to(engine);
    begin_two_phase(connection, "closed");
    run(connection, "INSERT INTO users (name) VALUES ('ed')");
    ok(connection, calx_connection_prepare(connection));
    assert_true(log_sink_has(&sink, "PREPARE TRANSACTION"));
    calx_connection_close(connection);
    assert_true(log_sink_has(&sink, "ROLLBACK PREPARED"));
    connection = connect_to(engine);
    assert_false(waits(connection, "closed"));
    begin_two_phase(connection, "forgotten");
    ok(connection, calx_connection_prepare(connection));
    ok(connection, calx_connection_invalidate(connection));
    calx_connection_close(connection);
    assert_true(log_sink_has(&sink, "still waits: test's forgotten"));
    connection = connect_to(engine);
    ok(connection, calx_connection_rollback_prepared(connection, name_of("forgotten")));
    calx_connection_close(connection);
    calx_engine_free(engine);
    log_sink_clear(&sink);
}

static void a_failed_transaction_cannot_be_prepared(void **state)
{
    (void)state;
    calx_shows("ENG-134");
    calx_shows("ENG-126");
    calx_shows("LIM-05");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    begin_two_phase(connection, "failed");
    run(connection, "INSERT INTO users (name) VALUES ('ed')");
    assert_int_equal(try_sql(connection, "SELECT 1 / 0"), CALX_E_DATA);
    assert_int_equal(calx_connection_prepare(connection), CALX_E_TX_ABORTED);
    assert_non_null(strstr(calx_connection_error(connection)->message, "rolled back"));
    assert_int_equal(calx_connection_prepare(connection), CALX_E_PENDING_ROLLBACK);
    ok(connection, calx_connection_rollback(connection));
    assert_false(waits(connection, "failed"));
    begin_two_phase(connection, "twice");
    ok(connection, calx_connection_prepare(connection));
    calx_connection *other = connect_to(engine);
    begin_two_phase(other, "twice");
    assert_int_equal(calx_connection_prepare(other), CALX_E_DUP_OBJECT);
    assert_int_equal(try_sql(other, "SELECT 1"), CALX_E_PENDING_ROLLBACK);
    ok(other, calx_connection_rollback(other));
    calx_connection_close(other);
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(users(engine), 0);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void names_that_cannot_be_are_refused(void **state)
{
    (void)state;
    calx_shows("ENG-134");
    calx_shows("LIM-17");
    char long_name[CALX_TWO_PHASE_NAME_MOST + 2];
    memset(long_name, 'x', sizeof(long_name));
    long_name[CALX_TWO_PHASE_NAME_MOST + 1] = '\0';
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    assert_int_equal(calx_connection_begin_two_phase(connection, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_connection_begin_two_phase(connection, ""), CALX_E_ARGUMENT);
    assert_int_equal(calx_connection_begin_two_phase(connection, long_name), CALX_E_ARGUMENT);
    assert_non_null(strstr(calx_connection_error(connection)->message, "199"));
    assert_false(calx_connection_in_transaction(connection));
    ok(connection, calx_connection_begin_two_phase(connection, "broken \xc3("));
    run(connection, "INSERT INTO users (name) VALUES ('ed')");
    assert_int_equal(calx_connection_prepare(connection), CALX_E_DATA);
    assert_int_equal(calx_connection_commit(connection), CALX_E_PENDING_ROLLBACK);
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(calx_connection_commit_prepared(connection, "broken \xc3("), CALX_E_DATA);
    assert_int_equal(users(engine), 0);
    ok(connection, calx_connection_begin_two_phase(connection, "it's \\ \"odd\" ; --"));
    ok(connection, calx_connection_prepare(connection));
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_database_without_two_phases_says_so(void **state)
{
    (void)state;
    calx_shows("ENG-134");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    char **names = NULL;
    size_t count = 0;
    assert_int_equal(calx_connection_begin_two_phase(connection, "x"), CALX_E_UNSUPPORTED);
    assert_non_null(strstr(calx_connection_error(connection)->message, "sqlite"));
    assert_int_equal(calx_connection_prepare(connection), CALX_E_STATE);
    assert_int_equal(calx_connection_commit_prepared(connection, "x"), CALX_E_UNSUPPORTED);
    assert_int_equal(calx_connection_rollback_prepared(connection, "x"), CALX_E_UNSUPPORTED);
    assert_int_equal(calx_connection_recover(connection, &names, &count), CALX_E_UNSUPPORTED);
    assert_false(calx_connection_in_transaction(connection));
    run(connection, "SELECT 1");
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static calx_status try_sql_or_nomem(calx_connection *connection, const char *sql)
{
    const calx_driver_sql text = { sql, NULL, 0 };
    return calx_connection_exec_driver_sql(connection, &text, NULL);
}

/* From the engine to the second phase; what was prepared is ended in any case. */
static calx_status go_through(const char *url)
{
    calx_engine *engine = NULL;
    calx_connection *connection = NULL;
    calx_connection *other = NULL;
    char **names = NULL;
    size_t count = 0;
    calx_status status = calx_engine_new(url, NULL, &engine, NULL);
    if (status == CALX_OK)
        status = calx_engine_connect(engine, &connection, NULL);
    if (status == CALX_OK)
        status = calx_engine_connect(engine, &other, NULL);
    if (status == CALX_OK)
        status = calx_connection_begin_two_phase(connection, name_of("poor"));
    if (status == CALX_OK)
        status = try_sql_or_nomem(connection, "SELECT 1");
    if (status == CALX_OK)
        status = calx_connection_prepare(connection);
    if (status == CALX_OK)
        status = calx_connection_recover(other, &names, &count);
    if (status == CALX_OK)
        assert_true(count > 0);
    if (status == CALX_OK)
        status = calx_connection_commit(connection);
    calx_free(names);
    calx_connection_close(other);
    calx_connection_close(connection);
    calx_engine_free(engine);
    return status;
}

static void missing_memory_for_two_phases_is_survived(void **state)
{
    (void)state;
    calx_shows("ENG-134");
    const char *url = calx_test_url();
    calx_status status = CALX_E_NOMEM;
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = go_through(url);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    assert_false(waits(connection, "poor")); /* nothing was left behind in the database either */
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static calx_status count_event(void *context, calx_event_details *details)
{
    assert_int_equal(details->event, CALX_EVENT_PREPARE);
    assert_non_null(details->connection);
    return ++*(int *)context == 1 ? CALX_E_USER : CALX_OK;
}

static void the_first_phase_is_an_event(void **state)
{
    (void)state;
    calx_shows("ENG-134");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    calx_listener listener = CALX_LISTENER_INIT;
    int calls = 0;
    listener.function = count_event;
    listener.context = &calls;
    assert_int_equal(calx_engine_listen(engine, CALX_EVENT_PREPARE, &listener), CALX_OK);
    begin_two_phase(connection, "heard");
    assert_int_equal(calx_connection_prepare(connection), CALX_E_USER);
    ok(connection, calx_connection_prepare(connection)); /* nothing was done yet */
    assert_int_equal(calls, 2);
    ok(connection, calx_connection_rollback(connection));
    calx_connection_close(connection);
    calx_engine_free(engine);
}

/* ---- failures of the second phase ---- */

static void a_phase_is_not_late_because_a_statement_was(void **state)
{
    (void)state;
    calx_shows("ENG-134");
    calx_shows("ENG-174");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
    options.isolation_level = "AUTOCOMMIT"; /* so that nothing is sent between */
    options.timeout_ms = 50;
    ok(connection, calx_connection_execution_options(connection, &options));
    assert_int_equal(try_sql(connection, "SELECT pg_sleep(600)"), CALX_E_TIMEOUT);
    ok(connection, calx_connection_rollback(connection));
    options.timeout_ms = 60000;
    ok(connection, calx_connection_execution_options(connection, &options));
    assert_int_equal(calx_connection_commit_prepared(connection, name_of("missing")),
                     CALX_E_NO_OBJECT);
    assert_int_equal(calx_connection_rollback_prepared(connection, name_of("missing")),
                     CALX_E_NO_OBJECT);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

typedef struct refusal {
    int left; /* that many times */
} refusal;

static calx_status refuse(void *context, calx_event_details *details)
{
    refusal *self = context;
    (void)details;
    return self->left > 0 && self->left-- > 0 ? CALX_E_USER : CALX_OK;
}

static void listen_and_refuse(calx_engine *engine, calx_event event, refusal *self)
{
    calx_listener listener = CALX_LISTENER_INIT;
    listener.function = refuse;
    listener.context = self;
    assert_int_equal(calx_engine_listen(engine, event, &listener), CALX_OK);
}

static void what_was_not_sent_may_be_rolled_back_again(void **state)
{
    (void)state;
    calx_shows("ENG-134");
    log_sink sink;
    log_sink_init(&sink);
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.log = log_sink_line;
    options.log_context = &sink;
    calx_engine *engine = engine_with_users(&options);
    calx_connection *connection = connect_to(engine);
    refusal rollbacks = { 0 }, checkouts = { 0 };
    listen_and_refuse(engine, CALX_EVENT_ROLLBACK, &rollbacks);
    listen_and_refuse(engine, CALX_EVENT_CHECKOUT, &checkouts);
    begin_two_phase(connection, "kept");
    ok(connection, calx_connection_prepare(connection));
    rollbacks.left = 1;
    assert_int_equal(calx_connection_rollback(connection), CALX_E_USER);
    assert_true(calx_connection_in_transaction(connection));
    ok(connection, calx_connection_invalidate(connection));
    checkouts.left = 1; /* no other connection is to be had */
    assert_int_equal(calx_connection_rollback(connection), CALX_E_USER);
    assert_true(calx_connection_in_transaction(connection));
    ok(connection, calx_connection_rollback(connection));
    assert_false(calx_connection_in_transaction(connection));
    assert_false(waits(connection, "kept"));
    /* A close does not ask twice. */
    begin_two_phase(connection, "refused");
    ok(connection, calx_connection_prepare(connection));
    rollbacks.left = 2;
    calx_connection_close(connection);
    assert_int_equal(rollbacks.left, 1);
    assert_int_equal(log_sink_count(&sink, "still waits: test's refused"), 1);
    rollbacks.left = 0;
    connection = connect_to(engine);
    ok(connection, calx_connection_rollback_prepared(connection, name_of("refused")));
    calx_connection_close(connection);
    calx_engine_free(engine);
    log_sink_clear(&sink);
}

static void a_list_that_cannot_be_had_leaves_no_transaction(void **state)
{
    (void)state;
    calx_shows("ENG-134");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    refusal statements = { 1 };
    char **names = NULL;
    size_t count = 7;
    listen_and_refuse(engine, CALX_EVENT_BEFORE_CURSOR_EXECUTE, &statements);
    assert_int_equal(calx_connection_recover(connection, &names, &count), CALX_E_USER);
    assert_int_equal(calx_connection_error(connection)->status, CALX_E_USER);
    assert_null(names);
    assert_int_equal(count, 7);
    assert_false(calx_connection_in_transaction(connection));
    run(connection, "SELECT 1"); /* the caller's own is left to the caller */
    statements.left = 1;
    assert_int_equal(calx_connection_recover(connection, &names, &count), CALX_E_USER);
    assert_true(calx_connection_in_transaction(connection));
    calx_connection_close(connection);
    calx_engine_free(engine);
}

/* ---- functions ---- */

static calx_status end_and_go_on(void *context, calx_connection *connection)
{
    bool commits = *(bool *)context;
    run(connection, "INSERT INTO users (name) VALUES ('ed')");
    ok(connection,
       commits ? calx_connection_commit(connection) : calx_connection_rollback(connection));
    assert_int_equal(try_sql(connection, "INSERT INTO users (name) VALUES ('al')"), CALX_E_STATE);
    assert_non_null(strstr(calx_connection_error(connection)->message, "has ended"));
    assert_int_equal(calx_connection_begin(connection), CALX_E_STATE);
    assert_int_equal(calx_connection_begin_nested(connection), CALX_E_STATE);
    assert_int_equal(calx_connection_commit(connection), CALX_E_STATE);
    ok(connection, calx_connection_rollback(connection));
    return CALX_OK;
}

static void a_functions_transaction_ends_once(void **state)
{
    (void)state;
    calx_shows("ENG-129");
    calx_shows("ENG-135");
    log_sink sink;
    log_sink_init(&sink);
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.log = log_sink_line;
    options.log_context = &sink;
    calx_engine *engine = engine_with_users(&options);
    bool commits = false;
    assert_int_equal(calx_engine_run(engine, end_and_go_on, &commits, NULL), CALX_OK);
    assert_int_equal(users(engine), 0);
    assert_int_equal(log_sink_count(&sink, "once more"), 1);
    commits = true;
    assert_int_equal(calx_engine_run(engine, end_and_go_on, &commits, NULL), CALX_OK);
    assert_int_equal(users(engine), 1);
    assert_int_equal(log_sink_count(&sink, "once more"), 2);
    calx_engine_free(engine);
    log_sink_clear(&sink);
}

static void a_savepoint_whose_release_fails_is_gone(void **state)
{
    (void)state;
    calx_shows("ENG-132");
    calx_shows("ENG-133");
    log_sink sink;
    log_sink_init(&sink);
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.echo = CALX_ECHO_SQL;
    options.log = log_sink_line;
    options.log_context = &sink;
    calx_engine *engine = engine_with_users(&options);
    calx_connection *connection = connect_to(engine);
    run(connection, "INSERT INTO users (name) VALUES ('ed')");
    ok(connection, calx_connection_begin_nested(connection));
    run(connection, "RELEASE SAVEPOINT calx_1"); /* behind our back */
    log_sink_forget(&sink);
    calx_status status = calx_connection_commit(connection);
    assert_int_equal(status, calx_test_on("sqlite") ? CALX_E_NO_OBJECT : CALX_E_TX_STATE);
    ok(connection, calx_connection_rollback(connection)); /* of the whole transaction */
    assert_int_equal(log_sink_count(&sink, "ROLLBACK TO"), 0);
    assert_int_equal(log_sink_count(&sink, "ROLLBACK"), 1);
    assert_false(calx_connection_in_transaction(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 0);
    calx_connection_close(connection);
    calx_engine_free(engine);
    log_sink_clear(&sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CALX_POSTGRESQL(both_phases_commit_or_roll_back),
        CALX_POSTGRESQL(what_is_not_prepared_ends_as_ever),
        CALX_POSTGRESQL(what_is_prepared_outlives_its_connection),
        CALX_POSTGRESQL(anybody_commits_by_name),
        CALX_POSTGRESQL(closing_rolls_back_what_is_prepared),
        CALX_POSTGRESQL(a_failed_transaction_cannot_be_prepared),
        CALX_POSTGRESQL(names_that_cannot_be_are_refused),
        CALX_SQLITE(a_database_without_two_phases_says_so),
        CALX_POSTGRESQL(missing_memory_for_two_phases_is_survived),
        CALX_POSTGRESQL(the_first_phase_is_an_event),
        CALX_POSTGRESQL(a_phase_is_not_late_because_a_statement_was),
        CALX_POSTGRESQL(what_was_not_sent_may_be_rolled_back_again),
        CALX_POSTGRESQL(a_list_that_cannot_be_had_leaves_no_transaction),
        cmocka_unit_test(a_functions_transaction_ends_once),
        cmocka_unit_test(a_savepoint_whose_release_fails_is_gone),
    };
    return CALX_RUN("two_phase", tests);
}
