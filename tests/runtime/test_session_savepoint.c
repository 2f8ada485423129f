/*
 * Savepoints: when they are sent, what releasing and rolling back mean for instances, failures
 * inside, handles, and the scope form.
 */
#include "session_fixture.h"

static calx_session_transaction nested(calx_session *session)
{
    calx_session_transaction savepoint = calx_session_get_nested_transaction(session);
    assert_true(savepoint.number != 0);
    return savepoint;
}

/* Begins a savepoint and answers its handle. */
static calx_session_transaction begin_nested(calx_session *session)
{
    assert_int_equal(calx_session_begin_nested(session), CALX_OK);
    return nested(session);
}

static void release(calx_session_transaction savepoint)
{
    assert_int_equal(calx_session_transaction_commit(savepoint), CALX_OK);
}

static void roll_back(calx_session_transaction savepoint)
{
    assert_int_equal(calx_session_transaction_rollback(savepoint), CALX_OK);
}

static void flush(calx_session *session)
{
    assert_int_equal(calx_session_flush(session), CALX_OK);
}

static void commit(calx_session *session)
{
    assert_int_equal(calx_session_commit(session), CALX_OK);
}

static calx_status run_sql(calx_session *session, const char *sql)
{
    calx_statement *statement = calx_text_statement(sql);
    assert_non_null(statement);
    calx_status status = calx_session_execute(session, statement, NULL);
    calx_statement_free(statement);
    return status;
}

/* How many SELECTs it takes to have an instance up to date. */
static size_t selects_to_load(fixture *fix, const void *entity)
{
    log_sink_forget(&fix->sink);
    assert_int_equal(calx_session_load(fix->session, entity), CALX_OK);
    return logged(fix, "SELECT");
}

static int64_t count_users(calx_session *session)
{
    return number(session, "SELECT count(*) FROM users");
}

static calx_state state_of(const void *entity)
{
    calx_state found = CALX_STATE_TRANSIENT;
    assert_int_equal(calx_instance_state(entity, &found), CALX_OK);
    return found;
}

/* ---- beginning ---- */

static void a_savepoint_begins_its_transaction_too(void **state)
{
    (void)state;
    calx_shows("SES-130");
    fixture fix;
    set_up(&fix);
    assert_false(calx_session_in_nested_transaction(fix.session));
    assert_int_equal(calx_session_get_transaction(fix.session).number, 0);
    assert_int_equal(calx_session_get_nested_transaction(fix.session).number, 0);
    calx_session_transaction outer = begin_nested(fix.session);
    assert_true(calx_session_in_transaction(fix.session));
    assert_true(calx_session_in_nested_transaction(fix.session));
    calx_session_transaction root = calx_session_get_transaction(fix.session);
    assert_true(root.number != 0 && root.number != outer.number);
    assert_false(calx_session_transaction_is_nested(root));
    assert_true(calx_session_transaction_is_nested(outer));
    calx_session_transaction inner = begin_nested(fix.session);
    assert_true(inner.number != outer.number);
    assert_int_equal(calx_session_get_transaction(fix.session).number, root.number);
    assert_int_equal(calx_session_transaction_parent(inner).number, outer.number);
    assert_int_equal(calx_session_transaction_parent(outer).number, root.number);
    assert_int_equal(calx_session_transaction_parent(root).number, 0);
    assert_int_equal(calx_session_begin(fix.session), CALX_E_STATE);
    release(inner);
    assert_int_equal(nested(fix.session).number, outer.number);
    release(outer);
    assert_false(calx_session_in_nested_transaction(fix.session));
    assert_true(calx_session_in_transaction(fix.session));
    assert_int_equal(calx_session_get_transaction(NULL).number, 0);
    assert_int_equal(calx_session_get_nested_transaction(NULL).number, 0);
    assert_false(calx_session_in_nested_transaction(NULL));
    assert_int_equal(calx_session_begin_nested(NULL), CALX_E_ARGUMENT);
    tear_down(&fix);
}

static void unflushed_work_goes_to_the_outer_level(void **state)
{
    (void)state;
    calx_shows("SES-131");
    fixture fix;
    set_up(&fix);
    calx_session_options options = session_options(&fix);
    options.autoflush = false;
    set_options(&fix, &options);
    struct user *old = add_user(fix.session, "old");
    flush(fix.session); /* the pointer is of before the last flush from now on */
    const struct user *ed = add_user(fix.session, "ed");
    old->fullname = "Old One";
    calx_session_transaction savepoint = begin_nested(fix.session);
    assert_int_equal(log_sink_count(&fix.sink, "INSERT"), 2);
    assert_int_equal(log_sink_count(&fix.sink, "UPDATE"), 1);
    assert_int_equal(calx_session_count_new(fix.session), 0);
    roll_back(savepoint);
    assert_true(contains(fix.session, ed));
    assert_string_equal(old->fullname, "Old One");
    commit(fix.session);
    assert_int_equal(count_users(fix.session), 2);
    tear_down(&fix);
}

static void a_savepoint_is_sent_with_its_first_statement(void **state)
{
    (void)state;
    calx_shows("SES-132");
    fixture fix;
    set_up(&fix);
    roll_back(begin_nested(fix.session));
    release(begin_nested(fix.session));
    assert_int_equal(logged(&fix, ""), 0); /* not even a connection */
    commit(fix.session);
    assert_int_equal(count_users(fix.session), 0);
    log_sink_forget(&fix.sink);
    calx_session_transaction outer = begin_nested(fix.session);
    calx_session_transaction inner = begin_nested(fix.session);
    (void)add_user(fix.session, "ed");
    assert_int_equal(log_sink_count(&fix.sink, "SAVEPOINT"), 0);
    assert_int_equal(count_users(fix.session), 0);
    assert_int_equal(log_sink_count(&fix.sink, "SAVEPOINT"), 2);
    assert_int_equal(count_users(fix.session), 0);
    assert_int_equal(logged(&fix, "SAVEPOINT"), 2);
    release(inner);
    roll_back(outer);
    assert_int_equal(logged(&fix, "ROLLBACK TO"), 1);
    tear_down(&fix);
}

/* ---- releasing ---- */

static void releasing_expires_nothing(void **state)
{
    (void)state;
    calx_shows("SES-133");
    fixture fix;
    set_up(&fix);
    const struct user *ed = stored_user(fix.session, "ed");
    assert_int_equal(calx_session_load(fix.session, ed), CALX_OK);
    calx_session_transaction savepoint = begin_nested(fix.session);
    assert_int_equal(set_fullname(ed, "Ed Jones"), CALX_OK);
    struct user *jack = new_user("jack");
    jack->created = 1; /* nothing is left to the database */
    assert_int_equal(calx_session_add(fix.session, jack), CALX_OK);
    release(savepoint);
    assert_int_equal(log_sink_count(&fix.sink, "UPDATE"), 1); /* it flushes */
    assert_true(log_sink_find(&fix.sink, 0, "RELEASE") > log_sink_find(&fix.sink, 0, "UPDATE"));
    assert_int_equal(logged(&fix, "COMMIT"), 1); /* stored_user()'s */
    assert_int_equal(selects_to_load(&fix, ed), 0);
    assert_int_equal(selects_to_load(&fix, jack), 0);
    assert_true(calx_session_in_transaction(fix.session));
    commit(fix.session);
    assert_int_equal(count_users(fix.session), 2);
    assert_stored_text(fix.session, "SELECT fullname FROM users WHERE name = 'ed'", "Ed Jones");
    tear_down(&fix);
}

static void what_was_released_goes_with_the_rollback_around_it(void **state)
{
    (void)state;
    calx_shows("SES-137");
    fixture fix;
    set_up(&fix);
    const struct user *ed = stored_user(fix.session, "ed");
    const struct user *gone = stored_user(fix.session, "gone");
    for (int way = 0; way < 3; way++) { /* of the root, of a savepoint, of one changed before */
        calx_session_transaction outer = { NULL, 0 };
        if (way > 0)
            outer = begin_nested(fix.session);
        if (way == 2) {
            assert_int_equal(set_fullname(ed, "first"), CALX_OK);
            flush(fix.session);
        }
        calx_session_transaction middle = begin_nested(fix.session);
        calx_session_transaction inner = begin_nested(fix.session);
        assert_int_equal(set_fullname(ed, "Ed Jones"), CALX_OK);
        assert_int_equal(calx_session_delete(fix.session, gone), CALX_OK);
        struct user *added = add_user(fix.session, "new");
        release(inner);
        release(middle);
        assert_string_equal(ed->fullname, "Ed Jones");
        assert_false(contains(fix.session, gone));
        if (way > 0)
            roll_back(outer);
        else
            assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
        assert_null(ed->fullname);
        assert_int_equal(selects_to_load(&fix, ed), 1);
        assert_true(contains(fix.session, gone));
        assert_false(contains(fix.session, added));
        assert_null(calx_object_session(added));
        assert_int_equal(count_users(fix.session), 2);
        commit(fix.session);
    }
    tear_down(&fix);
}

static void the_session_ends_every_level_at_once(void **state)
{
    (void)state;
    calx_shows("SES-103");
    calx_shows("SES-117");
    calx_shows("SES-136");
    fixture fix;
    set_up(&fix);
    for (int way = 0; way < 3; way++) {
        calx_session_transaction outer = begin_nested(fix.session);
        (void)add_user(fix.session, way == 1 ? "jack" : "ed");
        calx_session_transaction inner = begin_nested(fix.session);
        (void)add_user(fix.session, way == 1 ? "jane" : "edwina");
        flush(fix.session);
        calx_session_transaction root = calx_session_get_transaction(fix.session);
        log_sink_forget(&fix.sink);
        if (way == 0)
            assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
        else if (way == 1)
            commit(fix.session);
        else
            release(root);
        assert_int_equal(log_sink_count(&fix.sink, "RELEASE"), way == 0 ? 0 : 2);
        assert_int_equal(log_sink_count(&fix.sink, "COMMIT"), way == 0 ? 0 : 1);
        assert_int_equal(log_sink_count(&fix.sink, "ROLLBACK"), way == 0 ? 1 : 0);
        assert_false(calx_session_in_transaction(fix.session));
        assert_false(calx_session_transaction_is_active(outer));
        assert_false(calx_session_transaction_is_active(inner));
        assert_false(calx_session_transaction_is_active(root));
        calx_engine_state pool;
        calx_engine_status(fix.engine, &pool);
        assert_int_equal(pool.out, 0);
        assert_int_equal(count_users(fix.session), 2 * way);
        commit(fix.session);
    }
    tear_down(&fix);
}

/* ---- rolling back ---- */

static void only_what_changed_inside_is_expired(void **state)
{
    (void)state;
    calx_shows("SES-134");
    fixture fix;
    set_up(&fix);
    const struct user *written = stored_user(fix.session, "written");
    const struct user *unwritten = stored_user(fix.session, "unwritten");
    const struct user *deleted = stored_user(fix.session, "deleted");
    const struct user *marked = stored_user(fix.session, "marked");
    const struct user *same = stored_user(fix.session, "same");
    run_elsewhere(&fix, "INSERT INTO users (name, role, revision) VALUES ('found', 1, 1)");
    assert_int_equal(calx_session_load(fix.session, same), CALX_OK);
    assert_int_equal(set_fullname(same, "Same"), CALX_OK);
    struct user *outside = add_user(fix.session, "outside");
    flush(fix.session);
    assert_int_equal(calx_session_load(fix.session, outside), CALX_OK);
    struct user *before = calx_instance_edit(unwritten);
    calx_session_transaction savepoint = begin_nested(fix.session);
    assert_int_equal(set_fullname(written, "Written"), CALX_OK);
    assert_int_equal(calx_session_delete(fix.session, deleted), CALX_OK);
    struct user *added = add_user(fix.session, "added");
    flush(fix.session);
    before->fullname = "Unwritten"; /* through a pointer from before the savepoint */
    struct user *pending = add_user(fix.session, "pending");
    assert_int_equal(calx_session_delete(fix.session, marked), CALX_OK);
    const struct user *found =
        get_user(fix.session, number(fix.session, "SELECT id FROM users WHERE name = 'found'"));
    struct user *touched = calx_instance_edit(same); /* handed out, not changed */
    assert_non_null(touched);
    roll_back(savepoint);
    assert_true(calx_session_in_transaction(fix.session));
    assert_false(calx_session_in_nested_transaction(fix.session));
    assert_null(calx_object_session(added));
    assert_null(calx_object_session(pending));
    assert_string_equal(added->name, "added");
    assert_true(added->id > 0);
    assert_true(contains(fix.session, deleted));
    assert_true(contains(fix.session, marked));
    assert_int_equal(calx_session_count_deleted(fix.session), 0);
    assert_int_equal(calx_session_count_dirty(fix.session), 0);
    assert_null(written->fullname);
    assert_null(unwritten->fullname);
    assert_string_equal(same->fullname, "Same");
    assert_true(contains(fix.session, outside));
    assert_int_equal(selects_to_load(&fix, written), 1);
    assert_int_equal(selects_to_load(&fix, unwritten), 1);
    assert_int_equal(selects_to_load(&fix, same), 0);
    assert_int_equal(selects_to_load(&fix, outside), 0);
    assert_int_equal(selects_to_load(&fix, found), 0);
    before->age = (calx_nullable_int32){ true, 7 }; /* still the mutable pointer */
    commit(fix.session);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE fullname IS NULL"), 6);
    assert_int_equal(number(fix.session, "SELECT age FROM users WHERE name = 'unwritten'"), 7);
    tear_down(&fix);
}

/* Of a table without versions, where a row that is gone is no failure. */
static const struct everything *stored_thing(calx_session *session, uint32_t key)
{
    struct everything *row = calx_instance_new(&everything_mapper);
    assert_non_null(row);
    row->key = key;
    assert_int_equal(calx_session_add(session, row), CALX_OK);
    commit(session);
    return row;
}

static const struct everything *get_thing(calx_session *session, int64_t key)
{
    const void *found = NULL;
    calx_value value = calx_value_int64(key);
    assert_int_equal(calx_session_get(session, &everything_mapper, &value, &found), CALX_OK);
    return found;
}

static int64_t count_things(calx_session *session)
{
    return number(session, "SELECT count(*) FROM \"order\"");
}

/* What the outer level deleted is deleted there again, whatever the savepoint did to it. */
static void a_second_delete_inside_is_undone_to_the_first(void **state)
{
    (void)state;
    calx_shows("SES-055");
    calx_shows("SES-134");
    fixture fix;
    set_up(&fix);
    const struct everything *row = stored_thing(fix.session, 1);
    assert_int_equal(calx_session_delete(fix.session, row), CALX_OK);
    for (int flushed = 0; flushed < 3; flushed++) {
        calx_session_transaction savepoint = begin_nested(fix.session);
        assert_int_equal(state_of(row), CALX_STATE_DELETED);
        assert_int_equal(calx_session_delete(fix.session, row), CALX_OK);
        assert_true(contains(fix.session, row));
        if (flushed == 1)
            flush(fix.session);
        if (flushed == 2) { /* wanted after all, and changed */
            assert_int_equal(calx_session_add(fix.session, row), CALX_OK);
            assert_int_equal(
                calx_instance_set_text(row, &everything_mapper.columns[EVERYTHING_TEXT], "nothing"),
                CALX_OK);
        }
        roll_back(savepoint);
        assert_int_equal(state_of(row), CALX_STATE_DELETED);
        assert_false(contains(fix.session, row));
        assert_null(row->text);
        assert_null(get_thing(fix.session, 1));
        assert_int_equal(calx_session_count_deleted(fix.session), 0);
    }
    assert_int_equal(calx_session_count_warnings(fix.session), 1);
    commit(fix.session);
    assert_true(calx_instance_was_deleted(row));
    assert_int_equal(count_things(fix.session), 0);
    tear_down(&fix);
}

static void deletes_taken_back_and_forth_are_undone_level_by_level(void **state)
{
    (void)state;
    calx_shows("SES-055");
    calx_shows("SES-133");
    calx_shows("SES-134");
    fixture fix;
    set_up(&fix);
    const struct everything *row = stored_thing(fix.session, 1);
    const struct everything *other = stored_thing(fix.session, 2);
    assert_int_equal(calx_session_delete(fix.session, row), CALX_OK);
    assert_int_equal(calx_session_delete(fix.session, other), CALX_OK);
    calx_session_transaction first = begin_nested(fix.session);
    assert_int_equal(calx_session_delete(fix.session, row), CALX_OK);
    assert_int_equal(calx_session_delete(fix.session, other), CALX_OK);
    assert_int_equal(calx_session_add(fix.session, row), CALX_OK);
    calx_session_transaction second = begin_nested(fix.session);
    assert_int_equal(calx_session_delete(fix.session, row), CALX_OK);
    flush(fix.session);
    assert_int_equal(state_of(row), CALX_STATE_DELETED);
    roll_back(second);
    assert_int_equal(state_of(row), CALX_STATE_PERSISTENT);
    assert_int_equal(state_of(other), CALX_STATE_DELETED);
    second = begin_nested(fix.session);
    assert_int_equal(calx_session_delete(fix.session, row), CALX_OK);
    assert_int_equal(calx_session_expunge(fix.session, other), CALX_OK);
    release(second);
    roll_back(first);
    assert_int_equal(state_of(row), CALX_STATE_DELETED);
    assert_int_equal(state_of(other), CALX_STATE_DETACHED);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_true(contains(fix.session, row));
    assert_int_equal(state_of(row), CALX_STATE_PERSISTENT);
    assert_ptr_equal(get_thing(fix.session, 1), row);
    assert_int_equal(count_things(fix.session), 2);
    calx_instance_free((void *)(uintptr_t)other);
    tear_down(&fix);
}

static void an_inner_savepoint_ends_with_the_outer(void **state)
{
    (void)state;
    calx_shows("SES-138");
    fixture fix;
    set_up(&fix);
    calx_session_transaction outer = begin_nested(fix.session);
    calx_session_transaction inner = begin_nested(fix.session);
    struct user *ed = add_user(fix.session, "ed");
    flush(fix.session);
    log_sink_forget(&fix.sink);
    roll_back(outer);
    assert_int_equal(logged(&fix, "ROLLBACK TO"), 1); /* one undoes both */
    assert_false(calx_session_transaction_is_active(inner));
    assert_int_equal(calx_session_transaction_commit(inner), CALX_E_CLOSED);
    assert_int_equal(calx_session_transaction_rollback(inner), CALX_E_CLOSED);
    assert_null(calx_object_session(ed));
    assert_false(calx_session_in_nested_transaction(fix.session));
    assert_int_equal(count_users(fix.session), 0);
    tear_down(&fix);
}

static void a_finished_handle_is_refused(void **state)
{
    (void)state;
    calx_shows("SES-116");
    calx_shows("ERR-03");
    fixture fix;
    set_up(&fix);
    calx_session_transaction none = calx_session_get_transaction(fix.session);
    calx_session_transaction nowhere = { NULL, 0 };
    assert_int_equal(calx_session_transaction_commit(none), CALX_E_CLOSED);
    assert_int_equal(calx_session_transaction_rollback(none), CALX_E_CLOSED);
    assert_int_equal(calx_session_transaction_commit(nowhere), CALX_E_ARGUMENT);
    assert_false(calx_session_transaction_is_active(nowhere));
    calx_session_transaction savepoint = begin_nested(fix.session);
    calx_session_transaction root = calx_session_get_transaction(fix.session);
    assert_true(calx_session_transaction_is_active(root));
    release(savepoint);
    assert_int_equal(calx_session_transaction_commit(savepoint), CALX_E_CLOSED);
    assert_non_null(strstr(message(fix.session), "finished"));
    assert_int_equal(calx_session_transaction_rollback(savepoint), CALX_E_CLOSED);
    release(root);
    assert_int_equal(calx_session_transaction_commit(root), CALX_E_CLOSED);
    assert_int_equal(calx_session_begin(fix.session), CALX_OK);
    assert_int_equal(calx_session_transaction_rollback(root), CALX_E_CLOSED); /* it is another */
    assert_true(calx_session_in_transaction(fix.session));
    roll_back(calx_session_get_transaction(fix.session));
    assert_false(calx_session_in_transaction(fix.session));
    tear_down(&fix);
}

/* ---- failures ---- */

static void a_failed_flush_rolls_back_to_its_savepoint_only(void **state)
{
    (void)state;
    calx_shows("SES-139");
    calx_shows("SES-154");
    calx_shows("SES-155");
    calx_shows("SES-156");
    fixture fix;
    set_up(&fix);
    const struct user *ed = stored_user(fix.session, "ed");
    const struct user *other = stored_user(fix.session, "other");
    assert_int_equal(calx_session_load(fix.session, other), CALX_OK);
    assert_int_equal(set_fullname(ed, "outer"), CALX_OK);
    struct user *outside = add_user(fix.session, "outside");
    calx_session_transaction savepoint = begin_nested(fix.session);
    assert_int_equal(set_fullname(ed, "inner"), CALX_OK);
    flush(fix.session);
    struct user *twin = add_user(fix.session, "ed");
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_flush(fix.session), CALX_E_UNIQUE);
    assert_int_equal(logged(&fix, "ROLLBACK TO"), 1);
    assert_null(calx_object_session(twin));
    assert_string_equal(ed->fullname, "outer");
    assert_true(contains(fix.session, outside));
    assert_false(calx_session_is_active(fix.session));
    assert_false(calx_session_transaction_is_active(savepoint));
    assert_true(calx_session_transaction_is_active(calx_session_get_transaction(fix.session)));
    calx_engine_state pool;
    calx_engine_status(fix.engine, &pool);
    assert_int_equal(pool.out, 1);
    assert_int_equal(run_sql(fix.session, "SELECT 1"), CALX_E_PENDING_ROLLBACK);
    assert_non_null(strstr(message(fix.session), rule_of_names()));
    assert_int_equal(calx_session_load(fix.session, ed), CALX_E_PENDING_ROLLBACK);
    assert_int_equal(calx_session_load(fix.session, other), CALX_OK); /* not changed inside */
    assert_int_equal(calx_session_begin_nested(fix.session), CALX_E_PENDING_ROLLBACK);
    assert_int_equal(calx_session_commit(fix.session), CALX_E_PENDING_ROLLBACK);
    assert_int_equal(calx_session_transaction_commit(savepoint), CALX_E_PENDING_ROLLBACK);
    calx_connection *connection = NULL;
    assert_int_equal(calx_session_connection(fix.session, &connection), CALX_E_PENDING_ROLLBACK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(calx_session_count_warnings(fix.session), 0);
    struct user *late = add_user(fix.session, "late");
    assert_int_equal(calx_session_flush(fix.session), CALX_E_PENDING_ROLLBACK);
    log_sink_forget(&fix.sink);
    roll_back(savepoint);
    assert_int_equal(log_sink_count(&fix.sink, "ROLLBACK TO"), 0); /* was sent already */
    assert_int_equal(calx_session_count_warnings(fix.session), 1);
    assert_null(calx_object_session(late));
    assert_true(calx_session_is_active(fix.session));
    assert_int_equal(calx_session_add(fix.session, late), CALX_OK);
    commit(fix.session);
    assert_int_equal(count_users(fix.session), 4);
    assert_stored_text(fix.session, "SELECT fullname FROM users WHERE name = 'ed'", "outer");
    tear_down(&fix);
}

static void a_failure_inside_can_be_answered_by_a_rollback_of_everything(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    (void)stored_user(fix.session, "ed");
    for (int way = 0; way < 3; way++) {
        struct user *outside = add_user(fix.session, "outside");
        calx_session_transaction outer = begin_nested(fix.session);
        struct user *middle = add_user(fix.session, "middle");
        (void)begin_nested(fix.session);
        struct user *twin = add_user(fix.session, "ed");
        assert_int_equal(calx_session_flush(fix.session), CALX_E_UNIQUE);
        if (way == 0)
            assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
        else if (way == 1)
            assert_int_equal(calx_session_close(fix.session), CALX_OK);
        else
            roll_back(outer); /* the one around the one that failed */
        assert_true(calx_session_is_active(fix.session));
        assert_int_equal(count_users(fix.session), way == 2 ? 2 : 1);
        if (way != 1) {
            assert_null(calx_object_session(twin));
            assert_null(calx_object_session(middle));
            assert_int_equal(contains(fix.session, outside), way == 2);
        }
        assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    }
    tear_down(&fix);
}

static void a_failed_statement_inside_is_mended_by_the_rollback_to_it(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    (void)add_user(fix.session, "ed");
    for (int way = 0; way < 2; way++) {
        calx_session_transaction savepoint = begin_nested(fix.session);
        (void)add_user(fix.session, "inside");
        flush(fix.session);
        assert_int_equal(run_sql(fix.session, "SELECT nonsense"), CALX_E_NO_OBJECT);
        assert_true(calx_session_is_active(fix.session));
        if (way == 1 && calx_test_on("postgresql")) { /* the server has given it up */
            assert_int_equal(calx_session_transaction_commit(savepoint), CALX_E_TX_ABORTED);
            assert_false(calx_session_is_active(fix.session));
        }
        roll_back(savepoint);
        assert_true(calx_session_is_active(fix.session));
        assert_int_equal(count_users(fix.session), 1);
    }
    commit(fix.session);
    assert_int_equal(count_users(fix.session), 1);
    tear_down(&fix);
}

/* ---- scopes ---- */

static calx_status add_named(void *context, calx_session *session)
{
    assert_true(calx_session_in_nested_transaction(session));
    (void)add_user(session, context);
    return CALX_OK;
}

static calx_status add_and_refuse(void *context, calx_session *session)
{
    (void)add_named(context, session);
    flush(session);
    return CALX_E_USER;
}

static calx_status end_and_go_on(void *context, calx_session *session)
{
    bool commits = *(bool *)context;
    calx_session_transaction savepoint = nested(session);
    struct user *user = new_user("inside");
    assert_int_equal(calx_session_add(session, user), CALX_OK);
    commits ? release(savepoint) : roll_back(savepoint);
    struct user *more = new_user("more");
    assert_int_equal(calx_session_add(session, more), CALX_E_STATE);
    assert_non_null(strstr(message(session), "scope"));
    calx_instance_free(more);
    assert_int_equal(run_sql(session, "SELECT 1"), CALX_E_STATE);
    assert_int_equal(calx_session_begin_nested(session), CALX_E_STATE);
    return CALX_OK;
}

static calx_status leave_one_open(void *context, calx_session *session)
{
    (void)begin_nested(session);
    return add_named(context, session);
}

static void a_scope_releases_or_rolls_back_to_its_savepoint(void **state)
{
    (void)state;
    calx_shows("SES-118");
    calx_shows("SES-140");
    fixture fix;
    set_up(&fix);
    char ed[] = "ed";
    char jack[] = "jack";
    bool commits = true;
    assert_int_equal(calx_session_run_nested(fix.session, add_named, ed), CALX_OK);
    assert_int_equal(calx_session_run_nested(fix.session, add_and_refuse, jack), CALX_E_USER);
    assert_int_equal(calx_session_error(fix.session)->status, CALX_E_USER);
    assert_int_equal(calx_session_run_nested(fix.session, add_named, ed), CALX_E_UNIQUE);
    assert_non_null(strstr(message(fix.session), rule_of_names()));
    assert_true(calx_session_is_active(fix.session));
    assert_int_equal(calx_session_run_nested(fix.session, leave_one_open, jack), CALX_OK);
    assert_false(calx_session_in_nested_transaction(fix.session));
    assert_int_equal(calx_session_run_nested(fix.session, end_and_go_on, &commits), CALX_OK);
    assert_int_equal(count_users(fix.session), 3);
    commits = false;
    assert_int_equal(calx_session_run_nested(fix.session, end_and_go_on, &commits), CALX_OK);
    assert_int_equal(calx_session_run_nested(NULL, add_named, ed), CALX_E_ARGUMENT);
    commit(fix.session);
    assert_int_equal(count_users(fix.session), 3);
    tear_down(&fix);
}

/* ---- closing ---- */

static void closing_ends_open_savepoints(void **state)
{
    (void)state;
    calx_shows("SES-143");
    fixture fix;
    set_up(&fix);
    for (int way = 0; way < 2; way++) {
        (void)add_user(fix.session, "ed");
        (void)begin_nested(fix.session);
        (void)add_user(fix.session, "jack");
        (void)begin_nested(fix.session);
        (void)add_user(fix.session, "jane");
        flush(fix.session);
        log_sink_forget(&fix.sink);
        assert_int_equal(
            way == 0 ? calx_session_close(fix.session) : calx_session_reset(fix.session), CALX_OK);
        long to_savepoint = log_sink_find(&fix.sink, 0, "ROLLBACK TO");
        assert_true(to_savepoint >= 0);
        assert_true(log_sink_find(&fix.sink, (size_t)to_savepoint, "ROLLBACK (") > to_savepoint);
        assert_int_equal(logged(&fix, "COMMIT"), 0);
        calx_engine_state pool;
        calx_engine_status(fix.engine, &pool);
        assert_int_equal(pool.out, 0);
        assert_false(calx_session_in_transaction(fix.session));
        assert_int_equal(count_users(fix.session), 0);
    }
    tear_down(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_savepoint_begins_its_transaction_too),
        cmocka_unit_test(unflushed_work_goes_to_the_outer_level),
        cmocka_unit_test(a_savepoint_is_sent_with_its_first_statement),
        cmocka_unit_test(releasing_expires_nothing),
        cmocka_unit_test(what_was_released_goes_with_the_rollback_around_it),
        cmocka_unit_test(the_session_ends_every_level_at_once),
        cmocka_unit_test(only_what_changed_inside_is_expired),
        cmocka_unit_test(a_second_delete_inside_is_undone_to_the_first),
        cmocka_unit_test(deletes_taken_back_and_forth_are_undone_level_by_level),
        cmocka_unit_test(an_inner_savepoint_ends_with_the_outer),
        cmocka_unit_test(a_finished_handle_is_refused),
        cmocka_unit_test(a_failed_flush_rolls_back_to_its_savepoint_only),
        cmocka_unit_test(a_failure_inside_can_be_answered_by_a_rollback_of_everything),
        cmocka_unit_test(a_failed_statement_inside_is_mended_by_the_rollback_to_it),
        cmocka_unit_test(a_scope_releases_or_rolls_back_to_its_savepoint),
        cmocka_unit_test(closing_ends_open_savepoints),
    };
    return CALX_RUN("session_savepoint", tests);
}
