/*
 * Beginning, committing, rolling back and closing; statements of text.
 */
#include "session_fixture.h"

#include <calx/relationship.h>

#include <stdlib.h>

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

/* ---- beginning ---- */

static void a_new_session_has_done_nothing(void **state)
{
    (void)state;
    calx_shows("SES-090");
    fixture fix;
    set_up(&fix);
    assert_false(calx_session_in_transaction(fix.session));
    assert_true(calx_session_is_active(fix.session));
    assert_int_equal(calx_session_error(fix.session)->status, CALX_OK);
    calx_engine_state pool;
    calx_engine_status(fix.engine, &pool);
    assert_int_equal(pool.out, 0);
    tear_down(&fix);
}

static void work_begins_a_transaction_by_itself(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK); /* nothing to flush */
    assert_false(calx_session_in_transaction(fix.session));
    const struct user *user = stored_user(fix.session, "ed");
    assert_false(calx_session_in_transaction(fix.session));
    assert_int_equal(set_name(user, "edward"), CALX_OK);
    assert_true(calx_session_in_transaction(fix.session));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_true(calx_session_in_transaction(fix.session));
    calx_query *query = NULL;
    int64_t count = 0;
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(calx_session_query(fix.session, &user_mapper, &query), CALX_OK);
    assert_false(calx_session_in_transaction(fix.session));
    assert_int_equal(calx_query_count(query, &count), CALX_OK);
    assert_true(calx_session_in_transaction(fix.session));
    calx_query_free(query);
    calx_connection *connection = NULL;
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(calx_session_connection(fix.session, &connection), CALX_OK);
    assert_true(calx_session_in_transaction(fix.session));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(calx_session_delete(fix.session, user), CALX_OK);
    assert_true(calx_session_in_transaction(fix.session));
    tear_down(&fix);
}

static void the_first_statement_takes_a_connection(void **state)
{
    (void)state;
    calx_shows("SES-092");
    fixture fix;
    set_up(&fix);
    calx_engine_state pool;
    assert_int_equal(calx_session_begin(fix.session), CALX_OK);
    (void)add_user(fix.session, "ed");
    calx_engine_status(fix.engine, &pool);
    assert_int_equal(pool.out, 0);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    calx_engine_status(fix.engine, &pool);
    assert_int_equal(pool.out, 1);
    assert_int_equal(logged(&fix, "BEGIN"), 1);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 1);
    assert_int_equal(logged(&fix, "BEGIN"), 0);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    calx_engine_status(fix.engine, &pool);
    assert_int_equal(pool.out, 0);
    tear_down(&fix);
}

static void a_transaction_begins_once(void **state)
{
    (void)state;
    calx_shows("SES-093");
    fixture fix;
    set_up(&fix);
    assert_int_equal(calx_session_begin(fix.session), CALX_OK);
    assert_int_equal(calx_session_begin(fix.session), CALX_E_STATE);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    (void)add_user(fix.session, "ed");
    assert_int_equal(calx_session_begin(fix.session), CALX_E_STATE);
    tear_down(&fix);
}

static void without_autobegin_work_must_be_begun(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    run_elsewhere(&fix, "INSERT INTO users (name, role, revision) VALUES ('ed', 1, 1)");
    calx_session_options options = session_options(&fix);
    options.autobegin = false;
    options.expire_on_commit = false;
    set_options(&fix, &options);
    struct user *user = new_user("jack");
    calx_value key = calx_value_int64(1);
    const void *found = NULL;
    assert_int_equal(calx_session_add(fix.session, user), CALX_E_STATE);
    assert_non_null(strstr(message(fix.session), "calx_session_begin"));
    assert_int_equal(calx_session_get(fix.session, &user_mapper, &key, &found), CALX_E_STATE);
    assert_int_equal(run_sql(fix.session, "SELECT 1"), CALX_E_STATE);
    assert_int_equal(calx_session_commit(fix.session), CALX_E_STATE);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(calx_session_begin(fix.session), CALX_OK);
    assert_int_equal(calx_session_get(fix.session, &user_mapper, &key, &found), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_null(calx_instance_edit(found));
    assert_int_equal(calx_session_error(fix.session)->status, CALX_E_STATE);
    assert_int_equal(calx_session_delete(fix.session, found), CALX_E_STATE);
    assert_int_equal(calx_session_get(fix.session, &user_mapper, &key, &found), CALX_OK);
    assert_int_equal(calx_session_close(fix.session), CALX_OK);
    calx_instance_free(user);
    tear_down(&fix);
}

static calx_status touch_query(calx_session *session)
{
    calx_query *query = NULL;
    bool exists = false;
    calx_status status = calx_session_query(session, &user_mapper, &query);
    if (status == CALX_OK)
        status = calx_query_exists(query, &exists);
    calx_query_free(query);
    return status;
}

/* Each way to begin, on a session without transaction that holds a stored and a new instance. */
static calx_status touch(calx_session *session, const struct user *stored, int way)
{
    calx_value value;
    calx_connection *connection = NULL;
    const void *all[] = { stored };
    calx_value key = calx_value_int64(99);
    const void *found = NULL;
    switch (way) {
    case 0:
        (void)add_user(session, "new");
        return CALX_OK;
    case 1:
        return calx_session_delete(session, stored);
    case 2:
        return calx_session_delete_all(session, all, 1);
    case 3:
        return set_fullname(stored, "changed");
    case 4:
        return calx_instance_edit(stored) == NULL ? calx_session_error(session)->status : CALX_OK;
    case 5:
        return run_sql(session, "SELECT 1");
    case 6: {
        calx_statement *one = text("SELECT 1");
        calx_status status = calx_session_scalar(session, one, &value);
        calx_statement_free(one);
        return status;
    }
    case 7:
        return touch_query(session);
    case 8:
        return calx_session_get(session, &user_mapper, &key, &found);
    case 9:
        return calx_session_refresh(session, stored);
    case 10: {
        const void *const *items = NULL;
        size_t count = 0;
        return calx_relationship_many(stored, &user_mapper.relationships[0], &items, &count);
    }
    case 11:
        return calx_session_merge(session, stored, &found);
    default:
        return calx_session_connection(session, &connection);
    }
}

enum { WAYS_TO_TOUCH = 13 };

static void each_kind_of_work_begins_a_transaction(void **state)
{
    (void)state;
    calx_shows("SES-091");
    fixture fix;
    set_up(&fix);
    calx_session_options options = session_options(&fix);
    options.expire_on_commit = false;
    set_options(&fix, &options);
    struct user *stored = stored_user(fix.session, "ed");
    calx_value key = calx_value_int64(stored->id);
    const void *found = NULL;
    assert_int_equal(calx_session_refresh(fix.session, stored), CALX_OK);
    for (int way = 0; way < WAYS_TO_TOUCH; way++) {
        assert_int_equal(calx_session_commit(fix.session), CALX_OK);
        assert_int_equal(calx_session_flush(fix.session), CALX_OK); /* nothing to flush */
        assert_int_equal(calx_session_get(fix.session, &user_mapper, &key, &found), CALX_OK);
        assert_string_equal(stored->name, "ed");
        assert_false(calx_session_in_transaction(fix.session));
        assert_int_equal(touch(fix.session, stored, way), CALX_OK);
        assert_true(calx_session_in_transaction(fix.session));
        assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
        assert_int_equal(calx_session_load(fix.session, stored), CALX_OK);
    }
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    stored->fullname = "through an old pointer";
    assert_false(calx_session_in_transaction(fix.session));
    assert_int_equal(calx_session_flush(fix.session), CALX_OK); /* finds work */
    assert_true(calx_session_in_transaction(fix.session));
    tear_down(&fix);
}

/* What is on the session in spite of the option: begin_nested() begins explicitly. */
static void without_autobegin_every_kind_of_work_is_refused(void **state)
{
    (void)state;
    calx_shows("SES-094");
    fixture fix;
    set_up(&fix);
    calx_session_options options = session_options(&fix);
    options.autobegin = false;
    options.expire_on_commit = false;
    set_options(&fix, &options);
    assert_int_equal(calx_session_begin(fix.session), CALX_OK);
    struct user *stored = stored_user(fix.session, "ed");
    assert_int_equal(calx_session_begin(fix.session), CALX_OK);
    assert_int_equal(calx_session_refresh(fix.session, stored), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    log_sink_forget(&fix.sink);
    for (int way = 1; way < WAYS_TO_TOUCH; way++) {
        assert_int_equal(touch(fix.session, stored, way), CALX_E_STATE);
        assert_non_null(strstr(message(fix.session), "calx_session_begin"));
    }
    struct user *more = new_user("more");
    assert_int_equal(calx_session_add(fix.session, more), CALX_E_STATE);
    assert_int_equal(calx_session_commit(fix.session), CALX_E_STATE);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(logged(&fix, ""), 0);
    assert_false(calx_session_in_transaction(fix.session));
    assert_int_equal(calx_session_begin_nested(fix.session), CALX_OK);
    assert_int_equal(calx_session_add(fix.session, more), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(calx_session_close(fix.session), CALX_OK);
    tear_down(&fix);
}

/* ---- committing ---- */

static void a_commit_flushes_and_ends_the_transaction(void **state)
{
    (void)state;
    calx_shows("SES-095");
    fixture fix;
    set_up(&fix);
    calx_session_options options = session_options(&fix);
    options.autoflush = false;
    set_options(&fix, &options);
    struct user *gone = stored_user(fix.session, "gone");
    log_sink_forget(&fix.sink);
    const struct user *user = add_user(fix.session, "ed");
    assert_int_equal(calx_session_delete(fix.session, gone), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_true(log_sink_find(&fix.sink, 0, "COMMIT") > log_sink_find(&fix.sink, 0, "DELETE"));
    assert_null(calx_object_session(gone));
    assert_string_equal(gone->name, "gone");
    calx_engine_state pool;
    calx_engine_status(fix.engine, &pool);
    assert_int_equal(pool.out, 0);
    assert_true(log_sink_find(&fix.sink, 0, "COMMIT") > log_sink_find(&fix.sink, 0, "INSERT INTO"));
    assert_int_equal(logged(&fix, "COMMIT"), 1);
    assert_false(calx_session_in_transaction(fix.session));
    calx_session *other = new_session(&fix);
    assert_non_null(get_user(other, user->id));
    calx_session_free(other);
    tear_down(&fix);
}

static void a_commit_without_transaction_sends_nothing(void **state)
{
    (void)state;
    calx_shows("SES-096");
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(logged(&fix, ""), 0);
    assert_false(calx_session_in_transaction(fix.session));
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(logged(&fix, "SELECT"), 1); /* expiry applied */
    tear_down(&fix);
}

static void a_commit_expires_what_it_wrote(void **state)
{
    (void)state;
    calx_shows("SES-098");
    fixture fix;
    set_up(&fix);
    const struct user *ed = add_user(fix.session, "ed");
    const struct user *jack = stored_user(fix.session, "jack");
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_load(fix.session, ed), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, ed), CALX_OK);
    assert_int_equal(log_sink_count(&fix.sink, "SELECT"), 1);
    assert_int_equal(log_sink_count(&fix.sink, "BEGIN"), 1);
    assert_int_equal(calx_session_load(fix.session, jack), CALX_OK);
    assert_int_equal(log_sink_count(&fix.sink, "SELECT"), 2);
    assert_int_equal(log_sink_count(&fix.sink, "BEGIN"), 1);
    tear_down(&fix);
}

static void without_expiry_values_stay(void **state)
{
    (void)state;
    calx_shows("SES-099");
    fixture fix;
    set_up(&fix);
    calx_session_options options = session_options(&fix);
    options.expire_on_commit = false;
    set_options(&fix, &options);
    struct user *user = new_user("ed");
    user->created = 1; /* nothing is left to the database */
    assert_int_equal(calx_session_add(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    run_elsewhere(&fix, "UPDATE users SET name = 'jack'");
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_string_equal(user->name, "ed");
    assert_int_equal(logged(&fix, ""), 0);
    assert_int_equal(calx_session_refresh(fix.session, user), CALX_OK);
    assert_string_equal(user->name, "jack");
    tear_down(&fix);
}

static calx_status break_a_deferred_rule(void *context, calx_session *session)
{
    (void)context;
    return run_sql(session, "INSERT INTO child VALUES (99)");
}

static void a_commit_the_database_refuses_waits_for_rollback(void **state)
{
    (void)state;
    calx_shows("SES-101");
    fixture fix;
    set_up(&fix);
    assert_int_equal(run_sql(fix.session, "CREATE TABLE child (parent INTEGER REFERENCES users(id) "
                                          "DEFERRABLE INITIALLY DEFERRED)"),
                     CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    const struct user *user = add_user(fix.session, "ed");
    assert_int_equal(run_sql(fix.session, "INSERT INTO child VALUES (99)"), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_E_FOREIGN_KEY);
    assert_true(has_code(calx_session_error(fix.session), 787, "23503"));
    assert_false(calx_session_is_active(fix.session));
    assert_true(contains(fix.session, user)); /* not restored yet */
    calx_engine_state pool;
    calx_engine_status(fix.engine, &pool);
    assert_int_equal(pool.out, 1);
    assert_false(calx_session_transaction_is_active(calx_session_get_transaction(fix.session)));
    assert_int_equal(calx_session_commit(fix.session), CALX_E_PENDING_ROLLBACK);
    assert_int_equal(run_sql(fix.session, "SELECT 1"), CALX_E_PENDING_ROLLBACK);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_true(calx_session_is_active(fix.session));
    assert_false(contains(fix.session, user));
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 0);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(calx_session_run(fix.session, break_a_deferred_rule, NULL),
                     CALX_E_FOREIGN_KEY);
    assert_true(calx_session_is_active(fix.session)); /* a scope rolls back by itself */
    assert_false(calx_session_in_transaction(fix.session));
    tear_down(&fix);
}

/* ---- rolling back ---- */

static void a_rollback_expires_whatever_the_option_says(void **state)
{
    (void)state;
    calx_shows("SES-107");
    fixture fix;
    set_up(&fix);
    calx_session_options options = session_options(&fix);
    options.expire_on_commit = false;
    set_options(&fix, &options);
    struct user *ed = stored_user(fix.session, "ed");
    const struct user *jack = stored_user(fix.session, "jack");
    assert_int_equal(calx_session_refresh(fix.session, ed), CALX_OK);
    assert_int_equal(calx_session_refresh(fix.session, jack), CALX_OK);
    ed->fullname = "never flushed";
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_null(ed->fullname);
    assert_int_equal(calx_session_count_dirty(fix.session), 0);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_load(fix.session, ed), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, jack), CALX_OK);
    assert_int_equal(logged(&fix, "SELECT"), 2);
    tear_down(&fix);
}

static void a_rollback_without_transaction_does_nothing(void **state)
{
    (void)state;
    calx_shows("SES-102");
    fixture fix;
    set_up(&fix);
    calx_session_options options = session_options(&fix);
    options.expire_on_commit = false;
    set_options(&fix, &options);
    const struct user *user = stored_user(fix.session, "ed");
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(logged(&fix, ""), 0);
    tear_down(&fix);
}

static void a_rollback_makes_added_ones_transient(void **state)
{
    (void)state;
    calx_shows("SES-104");
    fixture fix;
    set_up(&fix);
    (void)stored_user(fix.session, "first");
    struct user *flushed = add_user(fix.session, "ed");
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    struct user *pending = add_user(fix.session, "jack");
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(logged(&fix, "ROLLBACK"), 1);
    assert_false(contains(fix.session, flushed));
    assert_false(contains(fix.session, pending));
    assert_null(calx_object_session(flushed));
    assert_int_equal(flushed->id, 2);
    assert_string_equal(flushed->name, "ed");
    assert_int_equal(pending->id, 0);
    flushed->name = "edward"; /* still the caller's mutable pointer */
    assert_int_equal(calx_session_add(fix.session, flushed), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_stored_text(fix.session, "SELECT name FROM users WHERE id = 2", "edward");
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 2);
    tear_down(&fix);
}

static void a_rollback_brings_deleted_ones_back(void **state)
{
    (void)state;
    calx_shows("SES-105");
    fixture fix;
    set_up(&fix);
    const struct user *sent = stored_user(fix.session, "ed");
    const struct user *marked = stored_user(fix.session, "jack");
    assert_int_equal(set_fullname(sent, "Ed Jones"), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(calx_session_delete(fix.session, sent), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(calx_session_delete(fix.session, marked), CALX_OK);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_true(contains(fix.session, sent));
    assert_true(contains(fix.session, marked));
    assert_int_equal(calx_session_count_deleted(fix.session), 0);
    assert_null(sent->fullname);
    assert_ptr_equal(get_user(fix.session, sent->id), sent);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 2);
    tear_down(&fix);
}

static void added_and_then_deleted_is_transient_after_rollback(void **state)
{
    (void)state;
    calx_shows("SES-106");
    fixture fix;
    set_up(&fix);
    const struct user *sent = add_user(fix.session, "ed");
    const struct user *marked = add_user(fix.session, "jack");
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(calx_session_delete(fix.session, sent), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(calx_session_delete(fix.session, marked), CALX_OK);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_false(contains(fix.session, sent));
    assert_false(contains(fix.session, marked));
    assert_null(calx_object_session(sent));
    assert_null(calx_object_session(marked));
    assert_int_equal(calx_session_add(fix.session, sent), CALX_OK);
    assert_int_equal(calx_session_add(fix.session, marked), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 2);
    tear_down(&fix);
}

static void attached_ones_stay_and_expunged_ones_stay_out(void **state)
{
    (void)state;
    calx_shows("SES-108");
    fixture fix;
    set_up(&fix);
    const struct user *in = stored_user(fix.session, "ed");
    struct user *out = stored_user(fix.session, "jack");
    assert_int_equal(calx_session_expunge(fix.session, in), CALX_OK);
    assert_int_equal(calx_session_add(fix.session, in), CALX_OK);
    assert_int_equal(calx_session_expunge(fix.session, out), CALX_OK);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_true(contains(fix.session, in));
    assert_false(contains(fix.session, out));
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_load(fix.session, in), CALX_OK);
    assert_int_equal(logged(&fix, "SELECT"), 1);
    calx_instance_free(out);
    tear_down(&fix);
}

/* ---- closing ---- */

static void closing_rolls_back_and_stays_usable(void **state)
{
    (void)state;
    calx_shows("SES-112");
    fixture fix;
    set_up(&fix);
    (void)add_user(fix.session, "ed");
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    (void)add_user(fix.session, "jack");
    assert_int_equal(calx_session_no_autoflush_begin(fix.session), CALX_OK);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_close(fix.session), CALX_OK);
    assert_int_equal(log_sink_count(&fix.sink, "ROLLBACK"), 1);
    assert_int_equal(logged(&fix, "COMMIT"), 0);
    calx_engine_state pool;
    calx_engine_status(fix.engine, &pool);
    assert_int_equal(pool.out, 0);
    assert_int_equal(calx_session_count_new(fix.session), 0);
    assert_false(calx_session_in_transaction(fix.session));
    assert_int_equal(calx_session_no_autoflush_end(fix.session), CALX_E_STATE);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 0);
    (void)stored_user(fix.session, "wendy");
    assert_int_equal(calx_session_reset(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 1);
    tear_down(&fix);
}

static void closing_ends_open_results_and_queries(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    (void)add_user(fix.session, "ed");
    (void)stored_user(fix.session, "jack");
    calx_statement *statement = text("SELECT name FROM users");
    calx_result *result = NULL;
    calx_query *query = NULL;
    bool row = false;
    const void *const *items = NULL;
    size_t count = 0;
    assert_int_equal(calx_session_execute(fix.session, statement, &result), CALX_OK);
    assert_int_equal(calx_result_next(result, &row), CALX_OK);
    assert_true(row);
    assert_int_equal(calx_session_query(fix.session, &user_mapper, &query), CALX_OK);
    assert_int_equal(calx_query_all(query, &items, &count), CALX_OK);
    calx_session_free(fix.session);
    fix.session = NULL;
    assert_int_not_equal(calx_result_next(result, &row), CALX_OK);
    assert_int_not_equal(calx_query_all(query, &items, &count), CALX_OK);
    calx_result_free(result);
    calx_query_free(query);
    calx_statement_free(statement);
    tear_down(&fix);
}

static void all_sessions_can_be_closed_at_once(void **state)
{
    (void)state;
    calx_shows("SES-010");
    fixture fix;
    set_up(&fix);
    calx_session *other = new_session(&fix);
    const struct user *one = stored_user(fix.session, "ed");
    const struct user *two = add_user(other, "jack");
    assert_int_equal(calx_session_load(fix.session, one), CALX_OK);
    calx_close_all_sessions();
    calx_engine_state pool;
    calx_engine_status(fix.engine, &pool);
    assert_int_equal(pool.out, 0);
    assert_false(calx_session_in_transaction(fix.session));
    assert_false(calx_session_in_transaction(other));
    assert_null(calx_instance_mapper(one));
    assert_null(calx_instance_mapper(two));
    calx_session_free(other);
    calx_close_all_sessions();
    tear_down(&fix);
}

/* ---- statements ---- */

static void the_connection_is_begun_and_nothing_is_flushed(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    (void)add_user(fix.session, "ed");
    calx_connection *connection = NULL;
    calx_connection *again = NULL;
    assert_int_equal(calx_session_connection(fix.session, &connection), CALX_OK);
    assert_true(calx_connection_in_transaction(connection));
    assert_int_equal(log_sink_count(&fix.sink, "INSERT"), 0);
    assert_int_equal(logged(&fix, "BEGIN"), 1);
    assert_int_equal(calx_session_begin_nested(fix.session), CALX_OK);
    assert_int_equal(calx_session_connection(fix.session, &again), CALX_OK);
    assert_ptr_equal(again, connection);
    assert_int_equal(logged(&fix, "SAVEPOINT"), 1);
    tear_down(&fix);
}

/* ---- statements of text ---- */

static void statements_run_in_the_transaction_after_an_autoflush(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    (void)add_user(fix.session, "ed");
    calx_statement *statement = text("SELECT id, name FROM users WHERE name = :name");
    calx_value value = calx_value_null();
    assert_int_equal(calx_statement_bind_text(statement, "name", "ed"), CALX_OK);
    assert_int_equal(calx_session_scalar(fix.session, statement, &value), CALX_OK);
    assert_int_equal(value.as.int64, 1);
    assert_int_equal(calx_statement_bind_text(statement, "name", "jack"), CALX_OK);
    assert_int_equal(calx_session_scalar(fix.session, statement, &value), CALX_OK);
    assert_int_equal(value.type, CALX_VALUE_NULL);
    calx_result *result = NULL;
    assert_int_equal(calx_statement_bind_text(statement, "name", "ed"), CALX_OK);
    assert_int_equal(calx_session_execute(fix.session, statement, &result), CALX_OK);
    bool row = false;
    const char *name = NULL;
    assert_int_equal(calx_result_next(result, &row), CALX_OK);
    assert_int_equal(calx_result_text(result, 1, &name), CALX_OK);
    assert_string_equal(name, "ed");
    calx_result_free(result);
    assert_int_equal(calx_session_execute(fix.session, NULL, &result), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_scalar(fix.session, NULL, &value), CALX_E_ARGUMENT);
    calx_statement_free(statement);
    tear_down(&fix);
}

static void a_failed_statement_does_not_roll_back(void **state)
{
    (void)state;
    calx_shows("SES-111");
    fixture fix;
    set_up(&fix);
    (void)add_user(fix.session, "ed");
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(run_sql(fix.session, "SELECT nonsense"), CALX_E_NO_OBJECT);
    assert_int_equal(run_sql(fix.session, "SELEC"), CALX_E_SYNTAX);
    assert_true(calx_session_is_active(fix.session));
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 1);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    tear_down(&fix);
}

static void a_failed_statement_on_a_server_leaves_only_rollback(void **state)
{
    (void)state;
    calx_shows("ENG-125");
    calx_shows("ENG-126");
    calx_shows("LIM-05");
    calx_shows("SES-111");
    fixture fix;
    set_up(&fix);
    for (int way = 0; way < 2; way++) {
        (void)add_user(fix.session, "ed");
        assert_int_equal(calx_session_flush(fix.session), CALX_OK);
        assert_int_equal(run_sql(fix.session, "SELECT nonsense"), CALX_E_NO_OBJECT);
        assert_true(calx_session_is_active(fix.session));
        assert_int_equal(run_sql(fix.session, "SELECT 1"), CALX_E_TX_ABORTED);
        if (way == 1)
            assert_int_equal(calx_session_commit(fix.session), CALX_E_TX_ABORTED);
        assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
        assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 0);
        assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    }
    tear_down(&fix);
}

static void autoflush_is_off_inside_its_scope(void **state)
{
    (void)state;
    calx_shows("SES-213");
    fixture fix;
    set_up(&fix);
    calx_statement *count = text("SELECT count(*) FROM users");
    calx_value value = calx_value_null();
    (void)add_user(fix.session, "ed");
    assert_int_equal(calx_session_no_autoflush_begin(fix.session), CALX_OK);
    assert_int_equal(calx_session_no_autoflush_begin(fix.session), CALX_OK);
    assert_int_equal(calx_session_scalar(fix.session, count, &value), CALX_OK);
    assert_int_equal(value.as.int64, 0);
    assert_int_equal(calx_session_no_autoflush_end(fix.session), CALX_OK);
    assert_int_equal(calx_session_scalar(fix.session, count, &value), CALX_OK);
    assert_int_equal(value.as.int64, 0);
    assert_int_equal(calx_session_count_new(fix.session), 1);
    assert_int_equal(calx_session_no_autoflush_end(fix.session), CALX_OK);
    assert_int_equal(calx_session_no_autoflush_end(fix.session), CALX_E_STATE);
    assert_int_equal(calx_session_scalar(fix.session, count, &value), CALX_OK);
    assert_int_equal(value.as.int64, 1);
    calx_statement_free(count);
    tear_down(&fix);
}

static void every_function_refuses_no_session(void **state)
{
    (void)state;
    calx_value value;
    bool answer = false;
    const void *entity = NULL;
    assert_int_equal(calx_session_add(NULL, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_delete(NULL, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_contains(NULL, NULL, &answer), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_get(NULL, &user_mapper, NULL, &entity), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_scalar(NULL, NULL, &value), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_begin(NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_commit(NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_rollback(NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_close(NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_error(NULL)->status, CALX_E_ARGUMENT);
    assert_false(calx_session_is_active(NULL));
    calx_session_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_session_has_done_nothing),
        cmocka_unit_test(work_begins_a_transaction_by_itself),
        cmocka_unit_test(the_first_statement_takes_a_connection),
        cmocka_unit_test(a_transaction_begins_once),
        cmocka_unit_test(without_autobegin_work_must_be_begun),
        cmocka_unit_test(each_kind_of_work_begins_a_transaction),
        cmocka_unit_test(without_autobegin_every_kind_of_work_is_refused),
        cmocka_unit_test(a_commit_flushes_and_ends_the_transaction),
        cmocka_unit_test(a_commit_without_transaction_sends_nothing),
        cmocka_unit_test(a_commit_expires_what_it_wrote),
        cmocka_unit_test(without_expiry_values_stay),
        cmocka_unit_test(a_commit_the_database_refuses_waits_for_rollback),
        cmocka_unit_test(a_rollback_expires_whatever_the_option_says),
        cmocka_unit_test(a_rollback_without_transaction_does_nothing),
        cmocka_unit_test(a_rollback_makes_added_ones_transient),
        cmocka_unit_test(a_rollback_brings_deleted_ones_back),
        cmocka_unit_test(added_and_then_deleted_is_transient_after_rollback),
        cmocka_unit_test(attached_ones_stay_and_expunged_ones_stay_out),
        cmocka_unit_test(closing_rolls_back_and_stays_usable),
        cmocka_unit_test(closing_ends_open_results_and_queries),
        cmocka_unit_test(all_sessions_can_be_closed_at_once),
        cmocka_unit_test(the_connection_is_begun_and_nothing_is_flushed),
        cmocka_unit_test(statements_run_in_the_transaction_after_an_autoflush),
        CALX_SQLITE(a_failed_statement_does_not_roll_back),
        CALX_POSTGRESQL(a_failed_statement_on_a_server_leaves_only_rollback),
        cmocka_unit_test(autoflush_is_off_inside_its_scope),
        cmocka_unit_test(every_function_refuses_no_session),
    };
    return CALX_RUN("session_transaction", tests);
}
