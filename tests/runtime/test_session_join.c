/*
 * Sessions and their connections: on one of the caller's, in each mode; connections thrown away,
 * and ones that refuse to begin, to nest or to roll back.
 */
#include "session_fixture.h"

#include "base/error.h"
#include "engine/inside.h"

static calx_connection *connect_to(const fixture *fix)
{
    calx_connection *connection = NULL;
    assert_int_equal(calx_engine_connect(fix->engine, &connection, NULL), CALX_OK);
    return connection;
}

static calx_status run_on(calx_connection *connection, const char *sql)
{
    calx_statement *statement = calx_text_statement(sql);
    assert_non_null(statement);
    calx_status status = calx_connection_execute(connection, statement, NULL);
    calx_statement_free(statement);
    return status;
}

static calx_status run_sql(calx_session *session, const char *sql)
{
    calx_statement *statement = calx_text_statement(sql);
    assert_non_null(statement);
    calx_status status = calx_session_execute(session, statement, NULL);
    calx_statement_free(statement);
    return status;
}

static size_t connections_out(const fixture *fix)
{
    calx_engine_state pool;
    calx_engine_status(fix->engine, &pool);
    return pool.out;
}

/* What a transaction of its own sees. */
static int64_t stored_users(const fixture *fix)
{
    calx_session *other = new_session(fix);
    int64_t count = number(other, "SELECT count(*) FROM users");
    calx_session_free(other);
    return count;
}

/* The session of the fixture on a connection. */
static void join(fixture *fix, calx_connection *connection, calx_join_transaction_mode mode)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    options.connection = connection;
    options.join_transaction_mode = mode;
    set_options(fix, &options);
}

static void add_flushed(calx_session *session, const char *name)
{
    (void)add_user(session, name);
    assert_int_equal(calx_session_flush(session), CALX_OK);
}

static void insert_outside(calx_connection *connection)
{
    assert_int_equal(
        run_on(connection, "INSERT INTO users (name, role, revision) VALUES ('outer', 1, 1)"),
        CALX_OK);
}

/* ---- making ---- */

static void options_that_contradict_each_other_are_refused(void **state)
{
    (void)state;
    calx_shows("SES-005");
    fixture fix;
    set_up(&fix);
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_session *session = NULL;
    calx_error error = CALX_ERROR_INIT;
    assert_int_equal(calx_session_new(&options, &session, &error), CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, ".connection"));
    options.bind = fix.engine;
    int unknown = 99;
    memcpy(&options.join_transaction_mode, &unknown, sizeof unknown);
    assert_int_equal(calx_session_new(&options, &session, &error), CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, "join_transaction_mode 99"));
    options.join_transaction_mode = CALX_JOIN_CONTROL_FULLY;
    calx_engine *other = NULL;
    assert_int_equal(calx_engine_new(calx_test_url(), NULL, &other, NULL), CALX_OK);
    calx_connection *connection = NULL;
    assert_int_equal(calx_engine_connect(other, &connection, NULL), CALX_OK);
    options.connection = connection;
    assert_int_equal(calx_session_new(&options, &session, &error), CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, ".bind"));
    options.size--;
    assert_int_equal(calx_session_new(&options, &session, &error), CALX_E_ARGUMENT);
    assert_null(session);
    calx_error_clear(&error);
    calx_connection_close(connection);
    calx_engine_free(other);
    tear_down(&fix);
}

/* ---- joining ---- */

static void without_a_transaction_the_session_has_its_own(void **state)
{
    (void)state;
    calx_shows("SES-113");
    calx_shows("SES-121");
    fixture fix;
    set_up(&fix);
    calx_connection *connection = connect_to(&fix);
    for (int mode = CALX_JOIN_CONDITIONAL_SAVEPOINT; mode <= CALX_JOIN_CONTROL_FULLY; mode++) {
        join(&fix, connection, (calx_join_transaction_mode)mode);
        calx_engine *bind = NULL;
        assert_int_equal(calx_session_get_bind(fix.session, NULL, &bind), CALX_OK);
        assert_ptr_equal(bind, fix.engine);
        int64_t before = stored_users(&fix);
        char name[] = "ed 0";
        name[3] = (char)('0' + mode);
        (void)add_user(fix.session, name);
        assert_false(calx_connection_in_transaction(connection));
        assert_int_equal(calx_session_commit(fix.session), CALX_OK);
        assert_false(calx_connection_in_transaction(connection));
        assert_int_equal(stored_users(&fix), before + 1);
        add_flushed(fix.session, "undone");
        assert_true(calx_connection_in_transaction(connection));
        assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
        assert_false(calx_connection_in_transaction(connection));
        add_flushed(fix.session, "closed");
        assert_int_equal(calx_session_close(fix.session), CALX_OK);
        assert_false(calx_connection_in_transaction(connection));
        assert_int_equal(stored_users(&fix), before + 1);
        assert_int_equal(run_on(connection, "SELECT 1"), CALX_OK); /* it is open still */
        assert_int_equal(calx_connection_rollback(connection), CALX_OK);
    }
    calx_session_free(fix.session);
    fix.session = NULL;
    calx_connection_close(connection);
    assert_int_equal(connections_out(&fix), 0);
    tear_down(&fix);
}

static void a_guest_may_only_roll_back(void **state)
{
    (void)state;
    calx_shows("SES-122");
    fixture fix;
    set_up(&fix);
    calx_connection *connection = connect_to(&fix);
    for (int i = 0; i < 2; i++) {
        join(&fix, connection, i == 0 ? CALX_JOIN_ROLLBACK_ONLY : CALX_JOIN_CONDITIONAL_SAVEPOINT);
        assert_int_equal(calx_connection_begin(connection), CALX_OK);
        log_sink_forget(&fix.sink);
        add_flushed(fix.session, "ed");
        assert_int_equal(calx_session_commit(fix.session), CALX_OK);
        assert_int_equal(logged(&fix, "COMMIT"), 0);
        assert_true(calx_connection_in_transaction(connection));
        assert_int_equal(calx_session_begin_nested(fix.session), CALX_OK);
        add_flushed(fix.session, "jack");
        assert_int_equal(calx_session_close(fix.session), CALX_OK);
        assert_int_equal(log_sink_count(&fix.sink, "ROLLBACK TO"), 1); /* the session's own */
        assert_int_equal(logged(&fix, "ROLLBACK"), 1);
        assert_true(calx_connection_in_transaction(connection));
        assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 1);
        assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
        assert_int_equal(logged(&fix, "ROLLBACK"), 1);
        assert_false(calx_connection_in_transaction(connection));
        assert_int_equal(stored_users(&fix), 0);
    }
    /* Inside of a savepoint of the caller's it is that which is rolled back. */
    join(&fix, connection, CALX_JOIN_ROLLBACK_ONLY);
    insert_outside(connection);
    assert_int_equal(calx_connection_begin_nested(connection), CALX_OK);
    add_flushed(fix.session, "ed");
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_true(calx_connection_in_transaction(connection));
    assert_int_equal(calx_connection_commit(connection), CALX_OK);
    assert_int_equal(stored_users(&fix), 1);
    calx_session_free(fix.session);
    fix.session = NULL;
    calx_connection_close(connection);
    tear_down(&fix);
}

static void a_savepoint_of_its_own_leaves_the_outer_alone(void **state)
{
    (void)state;
    calx_shows("SES-123");
    fixture fix;
    set_up(&fix);
    calx_connection *connection = connect_to(&fix);
    for (int i = 0; i < 2; i++) {
        join(&fix, connection,
             i == 0 ? CALX_JOIN_CREATE_SAVEPOINT : CALX_JOIN_CONDITIONAL_SAVEPOINT);
        insert_outside(connection);
        if (i == 1)
            assert_int_equal(calx_connection_begin_nested(connection), CALX_OK);
        log_sink_forget(&fix.sink);
        add_flushed(fix.session, "ed");
        assert_int_equal(logged(&fix, "SAVEPOINT"), 1);
        assert_int_equal(calx_session_commit(fix.session), CALX_OK);
        assert_int_equal(logged(&fix, "RELEASE"), 1);
        add_flushed(fix.session, "undone");
        assert_int_equal(calx_session_begin_nested(fix.session), CALX_OK);
        add_flushed(fix.session, "undone too");
        assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
        assert_int_equal(logged(&fix, "ROLLBACK TO"), 1);
        add_flushed(fix.session, "closed");
        assert_int_equal(calx_session_close(fix.session), CALX_OK);
        assert_int_equal(logged(&fix, "ROLLBACK TO"), 1);
        (void)add_user(fix.session, "ed"); /* a failed flush, too */
        assert_int_equal(calx_session_flush(fix.session), CALX_E_UNIQUE);
        assert_int_equal(log_sink_count(&fix.sink, "ROLLBACK TO"), 1);
        assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
        assert_int_equal(logged(&fix, "ROLLBACK TO"), 1);
        assert_true(calx_connection_in_transaction(connection));
        assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 2);
        assert_int_equal(calx_session_close(fix.session), CALX_OK);
        if (i == 1)
            assert_int_equal(calx_connection_commit(connection), CALX_OK);
        assert_true(calx_connection_in_transaction(connection));
        assert_int_equal(calx_connection_commit(connection), CALX_OK);
        assert_int_equal(stored_users(&fix), 2);
        assert_int_equal(run_on(connection, "DELETE FROM users"), CALX_OK);
        assert_int_equal(calx_connection_commit(connection), CALX_OK);
    }
    calx_session_free(fix.session);
    fix.session = NULL;
    calx_connection_close(connection);
    tear_down(&fix);
}

static void full_control_acts_on_the_callers_transaction(void **state)
{
    (void)state;
    calx_shows("SES-124");
    fixture fix;
    set_up(&fix);
    calx_connection *connection = connect_to(&fix);
    join(&fix, connection, CALX_JOIN_CONTROL_FULLY);
    insert_outside(connection);
    add_flushed(fix.session, "undone");
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_false(calx_connection_in_transaction(connection));
    insert_outside(connection);
    add_flushed(fix.session, "closed");
    assert_int_equal(calx_session_close(fix.session), CALX_OK);
    assert_false(calx_connection_in_transaction(connection));
    assert_int_equal(stored_users(&fix), 0);
    insert_outside(connection);
    assert_int_equal(calx_connection_begin_nested(connection), CALX_OK);
    add_flushed(fix.session, "undone");
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK); /* to the savepoint */
    assert_true(calx_connection_in_transaction(connection));
    assert_int_equal(calx_connection_begin_nested(connection), CALX_OK);
    add_flushed(fix.session, "ed");
    assert_int_equal(calx_session_commit(fix.session), CALX_OK); /* releases it */
    assert_true(calx_connection_in_transaction(connection));
    add_flushed(fix.session, "jack");
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_false(calx_connection_in_transaction(connection));
    assert_int_equal(stored_users(&fix), 3);
    calx_session_free(fix.session);
    fix.session = NULL;
    calx_connection_close(connection);
    tear_down(&fix);
}

static void savepoints_of_a_session_nest_in_those_of_the_caller(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    calx_connection *connection = connect_to(&fix);
    join(&fix, connection, CALX_JOIN_CREATE_SAVEPOINT);
    insert_outside(connection);
    assert_int_equal(calx_session_begin_nested(fix.session), CALX_OK);
    add_flushed(fix.session, "ed");
    assert_int_equal(calx_session_begin_nested(fix.session), CALX_OK);
    (void)add_user(fix.session, "ed");
    assert_int_equal(calx_session_flush(fix.session), CALX_E_UNIQUE);
    assert_int_equal(
        calx_session_transaction_rollback(calx_session_get_nested_transaction(fix.session)),
        CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 2);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(calx_connection_commit(connection), CALX_OK);
    assert_int_equal(stored_users(&fix), 2);
    calx_session_free(fix.session);
    fix.session = NULL;
    calx_connection_close(connection);
    tear_down(&fix);
}

/* ---- throwing away ---- */

static void invalidating_throws_the_connection_away(void **state)
{
    (void)state;
    calx_shows("SES-115");
    fixture fix;
    set_up(&fix);
    calx_engine_state pool;
    assert_int_equal(calx_session_begin_nested(fix.session), CALX_OK);
    add_flushed(fix.session, "ed");
    assert_int_equal(calx_session_invalidate(fix.session), CALX_OK);
    calx_engine_status(fix.engine, &pool);
    assert_int_equal(pool.out + pool.idle, 0);
    assert_int_equal(calx_session_count_new(fix.session), 0);
    assert_false(calx_session_in_transaction(fix.session));
    add_flushed(fix.session, "jack");
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    calx_engine_status(fix.engine, &pool);
    assert_int_equal(pool.out + pool.idle, 1);
    assert_int_equal(stored_users(&fix), 1);
    assert_int_equal(calx_session_invalidate(fix.session), CALX_OK); /* nothing to throw away */
    calx_connection *connection = connect_to(&fix);
    join(&fix, connection, CALX_JOIN_CREATE_SAVEPOINT);
    insert_outside(connection);
    add_flushed(fix.session, "ed");
    assert_int_equal(calx_session_invalidate(fix.session), CALX_OK);
    assert_int_equal(run_on(connection, "SELECT 1"), CALX_E_PENDING_ROLLBACK);
    assert_int_equal(calx_connection_rollback(connection), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 1);
    assert_int_equal(calx_session_invalidate(NULL), CALX_E_ARGUMENT);
    calx_session_free(fix.session);
    fix.session = NULL;
    calx_connection_close(connection);
    tear_down(&fix);
}

static void a_session_can_close_for_good(void **state)
{
    (void)state;
    calx_shows("SES-114");
    fixture fix;
    set_up(&fix);
    calx_session_options options = session_options(&fix);
    options.close_resets_only = false;
    set_options(&fix, &options);
    (void)stored_user(fix.session, "ed");
    assert_int_equal(calx_session_reset(fix.session), CALX_OK);
    (void)stored_user(fix.session, "jack"); /* reset() blocks nothing */
    assert_int_equal(calx_session_close(fix.session), CALX_OK);
    struct user *user = new_user("late");
    calx_value key = calx_value_int64(1);
    const void *found = NULL;
    assert_int_equal(calx_session_begin(fix.session), CALX_E_STATE);
    assert_non_null(strstr(message(fix.session), "close_resets_only"));
    assert_int_equal(calx_session_begin_nested(fix.session), CALX_E_STATE);
    assert_int_equal(calx_session_add(fix.session, user), CALX_E_STATE);
    assert_int_equal(run_sql(fix.session, "SELECT 1"), CALX_E_STATE);
    assert_int_equal(calx_session_get(fix.session, &user_mapper, &key, &found), CALX_E_STATE);
    assert_int_equal(calx_session_commit(fix.session), CALX_E_STATE);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(calx_session_close(fix.session), CALX_OK);
    assert_int_equal(calx_session_reset(fix.session), CALX_OK);
    calx_instance_free(user);
    options.close_resets_only = true;
    set_options(&fix, &options);
    assert_int_equal(calx_session_close(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 2);
    tear_down(&fix);
}

/* ---- a database that refuses to be steered ---- */

/* The driver of one physical connection, but for one thing it refuses. */
static struct {
    const calx_driver *real;
    calx_driver refusing;
    calx_driver_control refused;
    int times;
} trap;

static calx_status refuse(calx_driver_connection *connection, calx_driver_control control,
                          unsigned serial)
{
    if (control != trap.refused || trap.times == 0)
        return trap.real->control(connection, control, serial);
    trap.times--;
    return calx_error_set(&connection->error, CALX_E_INTERNAL, "it was refused");
}

static void set_trap(calx_session *session, calx_driver_control control)
{
    calx_connection *connection = NULL;
    assert_int_equal(calx_session_connection(session, &connection), CALX_OK);
    calx_driver_connection *physical = connection->link->connection;
    trap.real = connection->engine->driver;
    trap.refusing = *trap.real;
    trap.refusing.control = refuse;
    trap.refused = control;
    trap.times = 1;
    physical->driver = &trap.refusing;
}

static void a_begin_that_fails_keeps_no_connection(void **state)
{
    (void)state;
    calx_shows("SES-125");
    fixture fix;
    set_up(&fix);
    (void)stored_user(fix.session, "ed");
    set_trap(fix.session, CALX_DRIVER_BEGIN);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    struct user *jack = add_user(fix.session, "jack");
    assert_int_equal(calx_session_flush(fix.session), CALX_E_INTERNAL);
    assert_non_null(strstr(message(fix.session), "refused"));
    assert_int_equal(connections_out(&fix), 0);
    assert_true(contains(fix.session, jack)); /* nothing was sent, so nothing is undone */
    assert_true(calx_session_is_active(fix.session));
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(stored_users(&fix), 2);
    tear_down(&fix);
}

static void a_savepoint_that_fails_leaves_the_connection(void **state)
{
    (void)state;
    calx_shows("SES-125");
    fixture fix;
    set_up(&fix);
    for (int way = 0; way < 2; way++) {
        add_flushed(fix.session, way == 0 ? "ed" : "edwina");
        set_trap(fix.session, CALX_DRIVER_SAVEPOINT);
        assert_int_equal(calx_session_begin_nested(fix.session), CALX_OK);
        calx_session_transaction savepoint = calx_session_get_nested_transaction(fix.session);
        if (way == 0) { /* a statement may be tried again */
            assert_int_equal(run_sql(fix.session, "SELECT 1"), CALX_E_INTERNAL);
            assert_true(calx_session_is_active(fix.session));
            assert_int_equal(run_sql(fix.session, "SELECT 1"), CALX_OK);
        } else { /* a flush has failed */
            const struct user *jack = add_user(fix.session, "jack");
            assert_int_equal(calx_session_flush(fix.session), CALX_E_INTERNAL);
            assert_false(calx_session_is_active(fix.session));
            assert_null(calx_object_session(jack));
        }
        assert_int_equal(connections_out(&fix), 1);
        assert_int_equal(calx_session_transaction_rollback(savepoint), CALX_OK);
        assert_int_equal(calx_session_commit(fix.session), CALX_OK);
        assert_int_equal(stored_users(&fix), way + 1);
    }
    tear_down(&fix);
}

static void a_rollback_that_fails_wants_another(void **state)
{
    (void)state;
    calx_shows("SES-110");
    fixture fix;
    set_up(&fix);
    const struct user *ed = stored_user(fix.session, "ed");
    assert_int_equal(set_fullname(ed, "Ed Jones"), CALX_OK);
    struct user *jack = add_user(fix.session, "jack");
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    set_trap(fix.session, CALX_DRIVER_ROLLBACK);
    assert_int_equal(calx_session_rollback(fix.session), CALX_E_INTERNAL);
    assert_non_null(strstr(message(fix.session), "refused"));
    assert_null(ed->fullname); /* put back all the same */
    assert_null(calx_object_session(jack));
    assert_false(calx_session_is_active(fix.session));
    assert_int_equal(run_sql(fix.session, "SELECT 1"), CALX_E_PENDING_ROLLBACK);
    assert_non_null(strstr(message(fix.session), "refused"));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_true(calx_session_is_active(fix.session));
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 1);
    tear_down(&fix);
}

static void a_rollback_to_a_savepoint_that_fails_is_told(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *ed = stored_user(fix.session, "ed");
    for (int way = 0; way < 2; way++) {
        assert_int_equal(calx_session_begin_nested(fix.session), CALX_OK);
        calx_session_transaction savepoint = calx_session_get_nested_transaction(fix.session);
        assert_int_equal(set_fullname(ed, "Ed Jones"), CALX_OK);
        assert_int_equal(calx_session_flush(fix.session), CALX_OK);
        set_trap(fix.session, way == 0 ? CALX_DRIVER_ROLLBACK_TO : CALX_DRIVER_RELEASE);
        if (way == 0) {
            assert_int_equal(calx_session_transaction_rollback(savepoint), CALX_E_INTERNAL);
        } else {
            assert_int_equal(calx_session_transaction_commit(savepoint), CALX_E_INTERNAL);
            assert_false(calx_session_is_active(fix.session));
            assert_string_equal(ed->fullname, "Ed Jones"); /* not put back yet */
            assert_int_equal(calx_session_transaction_rollback(savepoint), CALX_OK);
        }
        assert_null(ed->fullname);
        assert_false(calx_session_is_active(fix.session)); /* the database is not where we are */
        assert_int_equal(run_sql(fix.session, "SELECT 1"), CALX_E_PENDING_ROLLBACK);
        assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
        assert_true(calx_session_is_active(fix.session));
        assert_int_equal(
            number(fix.session, "SELECT count(*) FROM users WHERE fullname IS NOT NULL"), 0);
        assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    }
    tear_down(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_that_contradict_each_other_are_refused),
        cmocka_unit_test(without_a_transaction_the_session_has_its_own),
        cmocka_unit_test(a_guest_may_only_roll_back),
        cmocka_unit_test(a_savepoint_of_its_own_leaves_the_outer_alone),
        cmocka_unit_test(full_control_acts_on_the_callers_transaction),
        cmocka_unit_test(savepoints_of_a_session_nest_in_those_of_the_caller),
        cmocka_unit_test(invalidating_throws_the_connection_away),
        cmocka_unit_test(a_session_can_close_for_good),
        cmocka_unit_test(a_begin_that_fails_keeps_no_connection),
        cmocka_unit_test(a_savepoint_that_fails_leaves_the_connection),
        cmocka_unit_test(a_rollback_that_fails_wants_another),
        cmocka_unit_test(a_rollback_to_a_savepoint_that_fails_is_told),
    };
    return CALX_RUN("session_join", tests);
}
