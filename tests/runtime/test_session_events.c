/*
 * Events of transactions and flushes: their order, what a listener may do in each, and what its
 * refusal means.
 */
#include "session_event_fixture.h"

#include "support/ration.h"

/* ---- the order ---- */

static void a_commit_is_told_in_order(void **state)
{
    (void)state;
    calx_shows("SES-370");
    calx_shows("SES-151");
    fixture fix;
    heard ear = { .act = NULL };
    set_up(&fix);
    listen_to_all(fix.session, &ear);
    add_user(fix.session, "ed");
    assert_heard(&ear, "after_transaction_create before_attach:ed after_attach:ed "
                       "transient_to_pending:ed");
    assert_int_equal(commit(fix.session), CALX_OK);
    assert_heard(&ear, "before_commit before_flush after_transaction_create(flush) after_begin "
                       "before_insert:ed after_insert:ed after_flush pending_to_persistent:ed "
                       "after_flush_postexec after_transaction_end(flush) after_commit expire:ed "
                       "after_transaction_end");
    assert_int_equal(commit(fix.session), CALX_OK); /* of nothing (SES-096) */
    assert_heard(&ear, "after_transaction_create before_commit after_commit expire:ed "
                       "after_transaction_end");
    tear_down(&fix);
}

static calx_status look_at_name(heard *self, calx_session_event_details *details)
{
    (void)details;
    assert_string_equal(((const struct user *)self->entity)->name, "Edward");
    assert_int_equal(state_of(self->entity), CALX_STATE_PERSISTENT);
    assert_false(calx_instance_is_expired(self->entity));
    return CALX_OK;
}

static void a_rollback_is_told_in_order(void **state)
{
    (void)state;
    calx_shows("SES-371");
    fixture fix;
    heard ear = { .act = NULL };
    set_up(&fix);
    struct user *ed = stored_user(fix.session, "ed");
    listen_to_all(fix.session, &ear);
    assert_int_equal(set_name(ed, "Edward"), CALX_OK);
    add_user(fix.session, "new");
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    forget(&ear);
    ear.entity = ed;
    act_at(&ear, CALX_SESSION_AFTER_ROLLBACK, look_at_name, 1);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_null(ear.act);
    assert_heard(&ear, "after_rollback persistent_to_transient:new expire:ed after_transaction_end "
                       "after_soft_rollback");
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK); /* of nothing (SES-102) */
    assert_heard(&ear, "");
    tear_down(&fix);
}

static void a_failed_flush_tells_of_its_rollback_once(void **state)
{
    (void)state;
    calx_shows("SES-372");
    fixture fix;
    heard ear = { .act = NULL };
    set_up(&fix);
    add_user(fix.session, "ed");
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    add_user(fix.session, "ed");
    listen_to_all(fix.session, &ear);
    assert_int_equal(calx_session_flush(fix.session), CALX_E_UNIQUE);
    assert_non_null(strstr(message(fix.session), rule_of_names()));
    assert_heard(&ear,
                 "before_flush after_transaction_create(flush) before_insert:ed after_rollback "
                 "pending_to_transient:ed persistent_to_transient:ed "
                 "after_transaction_end(flush) after_soft_rollback(flush)");
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_heard(&ear, "after_transaction_end after_soft_rollback");
    tear_down(&fix);
}

static void savepoints_tell_like_transactions(void **state)
{
    (void)state;
    calx_shows("SES-142");
    fixture fix;
    heard ear = { .act = NULL };
    set_up(&fix);
    listen_to_all(fix.session, &ear);
    assert_int_equal(calx_session_begin_nested(fix.session), CALX_OK);
    assert_heard(&ear, "after_transaction_create(begun) after_transaction_create(nested)");
    add_user(fix.session, "ed");
    forget(&ear);
    calx_session_transaction inner = calx_session_get_nested_transaction(fix.session);
    assert_int_equal(calx_session_transaction_commit(inner), CALX_OK);
    assert_heard(&ear, "before_commit(nested) before_flush(nested) after_transaction_create(flush) "
                       "after_begin(begun) after_begin(nested) before_insert:ed after_insert:ed "
                       "after_flush(nested) "
                       "pending_to_persistent:ed after_flush_postexec(nested) "
                       "after_transaction_end(flush) after_commit(nested) "
                       "after_transaction_end(nested)");
    assert_int_equal(calx_session_begin_nested(fix.session), CALX_OK);
    add_user(fix.session, "jack");
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    forget(&ear);
    inner = calx_session_get_nested_transaction(fix.session);
    assert_int_equal(calx_session_transaction_rollback(inner), CALX_OK);
    assert_heard(&ear, "after_rollback(nested) persistent_to_transient:jack "
                       "after_transaction_end(nested) after_soft_rollback(nested)");
    assert_int_equal(calx_session_begin_nested(fix.session), CALX_OK);
    forget(&ear);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_heard(&ear, "after_rollback(nested) after_rollback(begun) after_transaction_end(nested) "
                       "after_soft_rollback(nested) persistent_to_transient:ed "
                       "after_transaction_end(begun) after_soft_rollback(begun)");
    tear_down(&fix);
}

static void each_level_tells_once_that_it_has_begun(void **state)
{
    (void)state;
    calx_shows("SES-374");
    fixture fix;
    heard ear = { .act = NULL };
    set_up(&fix);
    listen_to(fix.session, CALX_SESSION_AFTER_BEGIN, hear, &ear);
    assert_int_equal(calx_session_begin(fix.session), CALX_OK);
    assert_heard(&ear, "");
    number(fix.session, "SELECT 1");
    assert_heard(&ear, "after_begin(begun)");
    number(fix.session, "SELECT 1");
    assert_int_equal(calx_session_begin_nested(fix.session), CALX_OK);
    assert_heard(&ear, "");
    number(fix.session, "SELECT 1");
    number(fix.session, "SELECT 1");
    assert_heard(&ear, "after_begin(nested)");
    assert_int_equal(commit(fix.session), CALX_OK);
    number(fix.session, "SELECT 1");
    assert_heard(&ear, "after_begin");
    tear_down(&fix);
}

static calx_status use_connection(heard *self, calx_session_event_details *details)
{
    calx_statement *statement = calx_text_statement("SELECT 1");
    assert_int_equal(calx_connection_execute(details->connection, statement, NULL), CALX_OK);
    calx_connection *again = NULL;
    assert_int_equal(calx_session_connection(details->session, &again), CALX_E_STATE);
    calx_statement_free(statement);
    (void)self;
    return CALX_OK;
}

static void what_has_begun_can_be_refused(void **state)
{
    (void)state;
    calx_shows("SES-374");
    fixture fix;
    heard ear = { .act = NULL };
    set_up(&fix);
    listen_to(fix.session, CALX_SESSION_AFTER_BEGIN, hear, &ear);
    act_at(&ear, CALX_SESSION_AFTER_BEGIN, refuse, 1);
    calx_connection *connection = NULL;
    assert_int_equal(calx_session_connection(fix.session, &connection), CALX_E_AUTH);
    assert_string_equal(message(fix.session), "not today");
    assert_true(calx_session_is_active(fix.session));
    calx_engine_state pool;
    calx_engine_status(fix.engine, &pool);
    assert_int_equal(pool.out, 0);
    act_at(&ear, CALX_SESSION_AFTER_BEGIN, use_connection, 1);
    assert_int_equal(calx_session_connection(fix.session, &connection), CALX_OK);
    assert_int_equal(calx_session_begin_nested(fix.session), CALX_OK);
    act_at(&ear, CALX_SESSION_AFTER_BEGIN, refuse, 1);
    assert_int_equal(calx_session_connection(fix.session, &connection), CALX_E_AUTH);
    assert_int_equal(calx_session_connection(fix.session, &connection), CALX_OK);
    assert_heard(&ear, "after_begin after_begin after_begin(nested) after_begin(nested)");
    tear_down(&fix);
}

/* ---- what listeners may do ---- */

static calx_status try_all(heard *self, calx_session_event_details *details)
{
    calx_session *session = details->session;
    struct user *other = new_user("other");
    calx_statement *statement = calx_text_statement("SELECT 1");
    assert_int_equal(calx_session_execute(session, statement, NULL), CALX_E_STATE);
    assert_int_equal(calx_session_add(session, other), CALX_E_STATE);
    assert_int_equal(calx_session_flush(session), CALX_E_STATE);
    assert_int_equal(calx_session_expunge_all(session), CALX_E_STATE);
    assert_int_equal(calx_session_expire_all(session), CALX_E_STATE);
    assert_int_equal(calx_session_expunge(session, self->entity), CALX_E_STATE);
    assert_int_equal(calx_session_delete(session, self->entity), CALX_E_STATE);
    assert_int_equal(calx_session_begin(session), CALX_E_STATE);
    assert_int_equal(commit(session), CALX_E_ILLEGAL_STATE_CHANGE);
    assert_int_equal(calx_session_rollback(session), CALX_E_ILLEGAL_STATE_CHANGE);
    assert_int_equal(calx_session_close(session), CALX_E_ILLEGAL_STATE_CHANGE);
    assert_int_equal(calx_session_begin_nested(session), CALX_E_ILLEGAL_STATE_CHANGE);
    calx_statement_free(statement);
    calx_instance_free(other);
    return CALX_OK;
}

static void the_session_rests_while_it_rolls_back(void **state)
{
    (void)state;
    calx_shows("SES-373");
    calx_shows("SES-392");
    fixture fix;
    heard ear = { .act = NULL };
    set_up(&fix);
    ear.entity = stored_user(fix.session, "ed");
    listen_to_all(fix.session, &ear);
    assert_int_equal(calx_session_begin(fix.session), CALX_OK);
    act_at(&ear, CALX_SESSION_AFTER_ROLLBACK, try_all, 1);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_null(ear.act);
    assert_heard(&ear, "after_transaction_create(begun) after_rollback(begun) expire:ed "
                       "after_transaction_end(begun) after_soft_rollback(begun)");
    tear_down(&fix);
}

static calx_status use_when_active(heard *self, calx_session_event_details *details)
{
    calx_session *session = details->session;
    if (calx_session_is_active(session)) {
        self->number = number(session, "SELECT count(*) FROM users");
        add_user(session, "after");
    } else {
        calx_connection *connection = NULL;
        assert_int_equal(calx_session_connection(session, &connection), CALX_E_PENDING_ROLLBACK);
    }
    return CALX_OK;
}

static void the_session_is_of_use_again_after_the_rollback(void **state)
{
    (void)state;
    calx_shows("SES-373");
    fixture fix;
    heard ear = { .number = -1 };
    set_up(&fix);
    stored_user(fix.session, "ed");
    listen_to(fix.session, CALX_SESSION_AFTER_SOFT_ROLLBACK, hear, &ear);
    add_user(fix.session, "ed");
    act_at(&ear, CALX_SESSION_AFTER_SOFT_ROLLBACK, use_when_active, 2);
    assert_int_equal(calx_session_flush(fix.session), CALX_E_UNIQUE);
    assert_int_equal(ear.number, -1);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(ear.number, 1);
    assert_int_equal(commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 2);
    tear_down(&fix);
}

static void no_statement_runs_after_a_commit(void **state)
{
    (void)state;
    calx_shows("SES-100");
    fixture fix;
    heard ear = { .act = NULL };
    set_up(&fix);
    ear.entity = stored_user(fix.session, "ed");
    listen_to(fix.session, CALX_SESSION_AFTER_COMMIT, hear, &ear);
    act_at(&ear, CALX_SESSION_AFTER_COMMIT, try_all, 1);
    number(fix.session, "SELECT 1");
    assert_int_equal(commit(fix.session), CALX_OK);
    assert_null(ear.act);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 1);
    tear_down(&fix);
}

static calx_status change_all(heard *self, calx_session_event_details *details)
{
    calx_session *session = details->session;
    const struct user *const *users = self->entity;
    add_user(session, "added");
    assert_int_equal(set_name(users[0], "edited"), CALX_OK);
    assert_int_equal(calx_session_delete(session, users[1]), CALX_OK);
    assert_int_equal(calx_session_flush(session), CALX_E_STATE); /* SES-152 */
    assert_int_equal(number(session, "SELECT count(*) FROM users"), 2);
    assert_int_equal(commit(session), CALX_E_ILLEGAL_STATE_CHANGE);
    return CALX_OK;
}

static void changes_before_a_flush_are_part_of_it(void **state)
{
    (void)state;
    calx_shows("SES-377");
    calx_shows("SES-152");
    fixture fix;
    heard ear = { .act = NULL };
    set_up(&fix);
    const struct user *users[] = { stored_user(fix.session, "ed"),
                                   stored_user(fix.session, "jack") };
    ear.entity = users;
    listen_to(fix.session, CALX_SESSION_BEFORE_FLUSH, hear, &ear);
    act_at(&ear, CALX_SESSION_BEFORE_FLUSH, change_all, 1);
    add_user(fix.session, "wendy");
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_heard(&ear, "before_flush");
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_heard(&ear, ""); /* nothing is left (SES-150) */
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE name IN ('added', "
                                         "'edited', 'wendy')"),
                     3);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 3);
    tear_down(&fix);
}

static calx_status add_one_more(heard *self, calx_session_event_details *details)
{
    char name[20];
    snprintf(name, sizeof(name), "more%d", (int)self->number++);
    add_user(details->session, name);
    return CALX_OK;
}

static void what_is_added_after_a_flush_is_for_the_next(void **state)
{
    (void)state;
    calx_shows("SES-378");
    fixture fix;
    heard ear = { .act = NULL };
    set_up(&fix);
    listen_to(fix.session, CALX_SESSION_AFTER_FLUSH_POSTEXEC, hear, &ear);
    act_at(&ear, CALX_SESSION_AFTER_FLUSH_POSTEXEC, add_one_more, 1);
    add_user(fix.session, "ed");
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(calx_session_count_new(fix.session), 1);
    assert_int_equal(commit(fix.session), CALX_OK);
    act_at(&ear, CALX_SESSION_AFTER_FLUSH_POSTEXEC, add_one_more, 3);
    add_user(fix.session, "jack");
    forget(&ear);
    assert_int_equal(commit(fix.session), CALX_OK);
    assert_heard(&ear, "after_flush_postexec after_flush_postexec after_flush_postexec "
                       "after_flush_postexec");
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 6);
    tear_down(&fix);
}

static void work_without_end_is_stopped(void **state)
{
    (void)state;
    calx_shows("SES-097");
    fixture fix;
    heard ear = { .act = NULL };
    set_up(&fix);
    listen_to(fix.session, CALX_SESSION_AFTER_FLUSH_POSTEXEC, hear, &ear);
    act_at(&ear, CALX_SESSION_AFTER_FLUSH_POSTEXEC, add_one_more, 0);
    add_user(fix.session, "ed");
    assert_int_equal(commit(fix.session), CALX_E_FLUSH);
    assert_int_equal(ear.number, 100);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 0);
    tear_down(&fix);
}

static calx_status query_only(heard *self, calx_session_event_details *details)
{
    calx_session *session = details->session;
    assert_int_equal(state_of(self->entity), CALX_STATE_PENDING);
    assert_int_equal(calx_session_count_new(session), 1);
    assert_int_equal(number(session, "SELECT count(*) FROM users"), 2);
    assert_non_null(get_user(session, 1));
    assert_int_equal(calx_session_expunge(session, self->entity), CALX_E_STATE);
    return CALX_OK;
}

static void statements_run_after_a_flush_and_nothing_changes(void **state)
{
    (void)state;
    calx_shows("SES-151");
    fixture fix;
    heard ear = { .act = NULL };
    set_up(&fix);
    run_elsewhere(&fix, "INSERT INTO users (name, role, revision) VALUES ('old', 1, 1)");
    ear.entity = add_user(fix.session, "ed");
    listen_to(fix.session, CALX_SESSION_AFTER_FLUSH, hear, &ear);
    act_at(&ear, CALX_SESSION_AFTER_FLUSH, query_only, 1);
    assert_int_equal(commit(fix.session), CALX_OK);
    assert_null(ear.act);
    assert_int_equal(state_of(ear.entity), CALX_STATE_PERSISTENT);
    tear_down(&fix);
}

/* ---- refusing ---- */

static void refuse_commit_at(calx_session_event event, const char *heard_after, bool active)
{
    fixture fix;
    heard ear = { .act = NULL };
    set_up(&fix);
    listen_to_all(fix.session, &ear);
    const struct user *ed = add_user(fix.session, "ed");
    forget(&ear);
    act_at(&ear, event, refuse, 1);
    assert_int_equal(commit(fix.session), CALX_E_AUTH);
    assert_string_equal(message(fix.session), "not today");
    assert_heard(&ear, heard_after);
    assert_int_equal(calx_session_is_active(fix.session), active);
    assert_int_equal(state_of(ed), active ? CALX_STATE_PENDING : CALX_STATE_TRANSIENT);
    if (active) {
        assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    } else {
        assert_int_equal(commit(fix.session), CALX_E_PENDING_ROLLBACK);
        assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    }
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), active);
    tear_down(&fix);
}

static void a_commit_can_be_refused_on_the_way(void **state)
{
    (void)state;
    calx_shows("SES-159");
    calx_shows("SES-154");
    refuse_commit_at(CALX_SESSION_BEFORE_COMMIT, "before_commit", true);
    refuse_commit_at(CALX_SESSION_BEFORE_FLUSH, "before_commit before_flush", true);
    refuse_commit_at(CALX_SESSION_AFTER_TRANSACTION_CREATE,
                     "before_commit before_flush after_transaction_create(flush)", true);
    refuse_commit_at(
        CALX_SESSION_AFTER_FLUSH,
        "before_commit before_flush after_transaction_create(flush) after_begin "
        "before_insert:ed after_insert:ed after_flush after_rollback pending_to_transient:ed "
        "after_transaction_end(flush) after_soft_rollback(flush)",
        false);
    refuse_commit_at(CALX_SESSION_AFTER_FLUSH_POSTEXEC,
                     "before_commit before_flush after_transaction_create(flush) after_begin "
                     "before_insert:ed after_insert:ed after_flush pending_to_persistent:ed "
                     "after_flush_postexec after_rollback "
                     "persistent_to_transient:ed after_transaction_end(flush) "
                     "after_soft_rollback(flush)",
                     false);
}

static void a_transaction_can_be_refused(void **state)
{
    (void)state;
    fixture fix;
    heard ear = { .act = NULL };
    set_up(&fix);
    listen_to_all(fix.session, &ear);
    struct user *ed = new_user("ed");
    act_at(&ear, CALX_SESSION_AFTER_TRANSACTION_CREATE, refuse, 2);
    assert_int_equal(calx_session_add(fix.session, ed), CALX_E_AUTH);
    assert_int_equal(state_of(ed), CALX_STATE_TRANSIENT);
    assert_int_equal(calx_session_begin(fix.session), CALX_E_AUTH);
    assert_false(calx_session_in_transaction(fix.session));
    assert_int_equal(calx_session_begin(fix.session), CALX_OK);
    act_at(&ear, CALX_SESSION_AFTER_TRANSACTION_CREATE, refuse, 1);
    assert_int_equal(calx_session_begin_nested(fix.session), CALX_E_AUTH);
    assert_false(calx_session_in_nested_transaction(fix.session));
    assert_int_equal(calx_session_begin_nested(fix.session), CALX_OK);
    calx_instance_free(ed);
    tear_down(&fix);
}

static void what_has_happened_cannot_be_refused(void **state)
{
    (void)state;
    fixture fix;
    heard ear = { .act = NULL };
    set_up(&fix);
    listen_to_all(fix.session, &ear);
    add_user(fix.session, "ed");
    act_at(&ear, CALX_SESSION_AFTER_COMMIT, refuse, 1);
    assert_int_equal(commit(fix.session), CALX_OK);
    assert_int_equal(calx_session_count_warnings(fix.session), 1);
    assert_int_equal(logged(&fix, "after_commit: a listener failed, too late to stop it: not "
                                  "today"),
                     1);
    tear_down(&fix);
}

/* ---- listeners ---- */

static calx_status leave_and_bring(void *context, calx_session_event_details *details)
{
    heard *self = context;
    assert_int_equal(
        calx_session_unlisten(details->session, details->event, leave_and_bring, context), CALX_OK);
    assert_int_equal(calx_session_unlisten(details->session, details->event, hear, context),
                     CALX_OK);
    listen_to(details->session, details->event, hear, context);
    self->number++;
    return CALX_OK;
}

static void listeners_come_and_go_while_they_are_called(void **state)
{
    (void)state;
    fixture fix;
    heard ear = { .act = NULL };
    set_up(&fix);
    listen_to(fix.session, CALX_SESSION_BEFORE_COMMIT, leave_and_bring, &ear);
    listen_to(fix.session, CALX_SESSION_BEFORE_COMMIT, hear, &ear);
    assert_int_equal(commit(fix.session), CALX_OK);
    assert_int_equal(ear.number, 1);
    assert_heard(&ear, ""); /* the old one has left, the new one counts from now on */
    assert_int_equal(commit(fix.session), CALX_OK);
    assert_int_equal(ear.number, 1);
    assert_heard(&ear, "before_commit");
    calx_session_listener first = listener_of(hear, &ear);
    first.once = first.insert = true;
    assert_int_equal(calx_session_listen(fix.session, CALX_SESSION_BEFORE_COMMIT, &first), CALX_OK);
    assert_int_equal(commit(fix.session), CALX_OK);
    assert_heard(&ear, "before_commit before_commit");
    assert_int_equal(commit(fix.session), CALX_OK);
    assert_heard(&ear, "before_commit");
    tear_down(&fix);
}

static void bad_listeners_are_refused(void **state)
{
    (void)state;
    fixture fix;
    heard ear = { .act = NULL };
    set_up(&fix);
    calx_session_listener bad = CALX_SESSION_LISTENER_INIT;
    calx_session_listener good = listener_of(hear, &ear);
    assert_int_equal(calx_session_listen(fix.session, 0, &bad), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_listen(fix.session, 0, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_listen(NULL, 0, &good), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_listen(fix.session, CALX_SESSION_EVENT_COUNT, &good),
                     CALX_E_ARGUMENT);
    assert_int_equal(calx_session_unlisten(fix.session, 0, hear, &ear), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_unlisten(NULL, 0, hear, &ear), CALX_E_ARGUMENT);
    assert_int_equal(calx_sessionmaker_listen(NULL, 0, &good), CALX_E_ARGUMENT);
    assert_int_equal(calx_sessionmaker_unlisten(NULL, 0, hear, &ear), CALX_E_ARGUMENT);
    good.size--;
    assert_int_equal(calx_session_listen(fix.session, 0, &good), CALX_E_ARGUMENT);
    assert_string_equal(calx_session_event_name(CALX_SESSION_EVENT_COUNT), "?");
    tear_down(&fix);
}

static void a_maker_gives_its_listeners_to_its_sessions(void **state)
{
    (void)state;
    calx_shows("SES-009");
    fixture fix;
    heard ear = { .act = NULL };
    calx_sessionmaker *maker = NULL;
    calx_session *session = NULL, *later = NULL;
    set_up(&fix);
    calx_session_options options = session_options(&fix);
    calx_session_listener listener = listener_of(hear, &ear);
    assert_int_equal(calx_sessionmaker_new(&options, &maker, NULL), CALX_OK);
    assert_int_equal(calx_sessionmaker_listen(maker, CALX_SESSION_BEFORE_COMMIT, &listener),
                     CALX_OK);
    assert_int_equal(calx_sessionmaker_session(maker, &session), CALX_OK);
    assert_int_equal(calx_sessionmaker_unlisten(maker, CALX_SESSION_BEFORE_COMMIT, hear, &ear),
                     CALX_OK);
    assert_int_equal(calx_sessionmaker_unlisten(maker, CALX_SESSION_BEFORE_COMMIT, hear, &ear),
                     CALX_E_ARGUMENT);
    assert_int_equal(calx_sessionmaker_session(maker, &later), CALX_OK);
    calx_sessionmaker_free(maker);
    assert_int_equal(commit(fix.session), CALX_OK);
    assert_int_equal(commit(later), CALX_OK);
    assert_heard(&ear, "");
    assert_int_equal(commit(session), CALX_OK);
    assert_heard(&ear, "before_commit");
    calx_session_free(later);
    calx_session_free(session);
    tear_down(&fix);
}

/* ---- without memory ---- */

static calx_status tell(void *context, calx_session_event_details *details)
{
    (void)details;
    ++*(int *)context;
    return CALX_OK;
}

static calx_status commit_with_listeners(const char *url)
{
    calx_engine *engine = NULL;
    calx_sessionmaker *maker = NULL;
    calx_session *session = NULL;
    int told = 0;
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_session_listener listener = listener_of(tell, &told);
    calx_status status = calx_engine_new(url, NULL, &engine, NULL);
    options.bind = engine;
    if (status == CALX_OK)
        status = calx_sessionmaker_new(&options, &maker, NULL);
    for (int event = 0; status == CALX_OK && event < CALX_SESSION_EVENT_COUNT; event++)
        status = calx_sessionmaker_listen(maker, (calx_session_event)event, &listener);
    if (status == CALX_OK)
        status = calx_sessionmaker_session(maker, &session);
    struct user *user = status == CALX_OK ? calx_instance_new(&user_mapper) : NULL;
    if (status == CALX_OK && user == NULL)
        status = CALX_E_NOMEM;
    if (status == CALX_OK) {
        user->name = "ed";
        status = calx_session_add(session, user);
        if (status != CALX_OK)
            calx_instance_free(user);
    }
    if (status == CALX_OK)
        status = calx_session_flush(session);
    if (session != NULL)
        assert_int_equal(calx_session_rollback(session), CALX_OK);
    calx_session_free(session);
    calx_sessionmaker_free(maker);
    calx_engine_free(engine);
    return status;
}

static void listeners_survive_a_lack_of_memory(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    tear_down(&fix); /* the tables stay */
    calx_status status = CALX_E_NOMEM;
    for (long allowed = 0; status != CALX_OK && allowed < 5000; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = commit_with_listeners(calx_test_url());
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_is_told_in_order),
        cmocka_unit_test(a_rollback_is_told_in_order),
        cmocka_unit_test(a_failed_flush_tells_of_its_rollback_once),
        cmocka_unit_test(savepoints_tell_like_transactions),
        cmocka_unit_test(each_level_tells_once_that_it_has_begun),
        cmocka_unit_test(what_has_begun_can_be_refused),
        cmocka_unit_test(the_session_rests_while_it_rolls_back),
        cmocka_unit_test(the_session_is_of_use_again_after_the_rollback),
        cmocka_unit_test(no_statement_runs_after_a_commit),
        cmocka_unit_test(changes_before_a_flush_are_part_of_it),
        cmocka_unit_test(what_is_added_after_a_flush_is_for_the_next),
        cmocka_unit_test(work_without_end_is_stopped),
        cmocka_unit_test(statements_run_after_a_flush_and_nothing_changes),
        cmocka_unit_test(a_commit_can_be_refused_on_the_way),
        cmocka_unit_test(a_transaction_can_be_refused),
        cmocka_unit_test(what_has_happened_cannot_be_refused),
        cmocka_unit_test(listeners_come_and_go_while_they_are_called),
        cmocka_unit_test(bad_listeners_are_refused),
        cmocka_unit_test(a_maker_gives_its_listeners_to_its_sessions),
        cmocka_unit_test(listeners_survive_a_lack_of_memory),
    };
    return CALX_RUN("session_events", tests);
}
