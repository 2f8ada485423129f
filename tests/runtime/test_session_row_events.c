/*
 * Events of instances and their rows: attaching, the ten transitions, loading, and what a flush
 * sends.
 */
#include "session_event_fixture.h"

/* ---- attaching and transitions ---- */

static calx_status see_outside(heard *self, calx_session_event_details *details)
{
    assert_ptr_equal(details->entity, self->entity);
    assert_false(contains(details->session, self->entity));
    assert_int_equal(calx_session_count_new(details->session), 0);
    assert_int_equal(calx_session_add(details->session, self->entity), CALX_E_STATE);
    return CALX_OK;
}

static calx_status see_inside(heard *self, calx_session_event_details *details)
{
    assert_true(contains(details->session, self->entity));
    assert_int_equal(calx_session_count_new(details->session), 1);
    assert_int_equal(calx_session_expunge(details->session, self->entity), CALX_E_STATE);
    return CALX_OK;
}

static void attaching_is_told_before_and_after(void **state)
{
    (void)state;
    calx_shows("SES-376");
    fixture fix;
    heard ear = { .act = NULL };
    set_up(&fix);
    struct user *ed = new_user("ed");
    ear.entity = ed;
    listen_to(fix.session, CALX_SESSION_BEFORE_ATTACH, hear, &ear);
    listen_to(fix.session, CALX_SESSION_AFTER_ATTACH, hear, &ear);
    act_at(&ear, CALX_SESSION_BEFORE_ATTACH, refuse, 1);
    assert_int_equal(calx_session_add(fix.session, ed), CALX_E_AUTH);
    assert_int_equal(state_of(ed), CALX_STATE_TRANSIENT);
    assert_int_equal(calx_session_count_new(fix.session), 0);
    act_at(&ear, CALX_SESSION_BEFORE_ATTACH, see_outside, 1);
    assert_int_equal(calx_session_add(fix.session, ed), CALX_OK);
    assert_null(ear.act);
    assert_int_equal(calx_session_expunge(fix.session, ed), CALX_OK);
    act_at(&ear, CALX_SESSION_AFTER_ATTACH, see_inside, 1);
    assert_int_equal(calx_session_add(fix.session, ed), CALX_OK);
    assert_null(ear.act);
    tear_down(&fix);
}

static void listen_to_transitions(calx_session *session, heard *self)
{
    for (int event = CALX_SESSION_TRANSIENT_TO_PENDING; event <= CALX_SESSION_LOADED_AS_PERSISTENT;
         event++)
        listen_to(session, (calx_session_event)event, hear, self);
}

static void each_transition_has_its_event(void **state)
{
    (void)state;
    calx_shows("SES-375");
    fixture fix;
    heard ear = { .act = NULL };
    set_up(&fix);
    listen_to_transitions(fix.session, &ear);
    struct user *ed = add_user(fix.session, "ed");
    assert_heard(&ear, "transient_to_pending:ed");
    assert_int_equal(calx_session_expunge(fix.session, ed), CALX_OK);
    assert_heard(&ear, "pending_to_transient:ed");
    assert_int_equal(calx_session_add(fix.session, ed), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_heard(&ear, "transient_to_pending:ed pending_to_persistent:ed");
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_heard(&ear, "persistent_to_transient:ed");
    ed->id = 0;
    assert_int_equal(calx_session_add(fix.session, ed), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    forget(&ear);
    assert_int_equal(calx_session_expunge(fix.session, ed), CALX_OK);
    assert_heard(&ear, "persistent_to_detached:ed");
    assert_int_equal(calx_session_add(fix.session, ed), CALX_OK);
    assert_heard(&ear, "detached_to_persistent:ed");
    assert_int_equal(calx_session_delete(fix.session, ed), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_heard(&ear, "persistent_to_deleted:ed");
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_heard(&ear, "deleted_to_persistent:ed");
    assert_int_equal(calx_session_delete(fix.session, ed), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_heard(&ear, "persistent_to_deleted:ed deleted_to_detached:ed");
    run_elsewhere(&fix, "INSERT INTO users (name, role, revision) VALUES ('jack', 1, 1)");
    int64_t id = number(fix.session, "SELECT id FROM users");
    assert_string_equal(get_user(fix.session, id)->name, "jack");
    assert_heard(&ear, "loaded_as_persistent:jack");
    assert_int_equal(calx_session_close(fix.session), CALX_OK);
    assert_heard(&ear, "persistent_to_detached:jack");
    tear_down(&fix);
}

/* ---- loading ---- */

static void loading_is_told_once_and_filling_each_time(void **state)
{
    (void)state;
    calx_shows("SES-380");
    fixture fix;
    heard ear = { .act = NULL };
    set_up(&fix);
    run_elsewhere(&fix, "INSERT INTO users (name, role, revision) VALUES ('ed', 1, 1)");
    int64_t id = number(fix.session, "SELECT id FROM users");
    listen_to(fix.session, CALX_SESSION_LOAD, hear, &ear);
    listen_to(fix.session, CALX_SESSION_REFRESH, hear, &ear);
    listen_to(fix.session, CALX_SESSION_EXPIRE, hear, &ear);
    const struct user *ed = get_user(fix.session, id);
    assert_heard(&ear, "load:ed");
    assert_ptr_equal(get_user(fix.session, id), ed);
    assert_heard(&ear, ""); /* nothing was unloaded */
    assert_int_equal(calx_session_expire(fix.session, ed), CALX_OK);
    assert_heard(&ear, "expire:ed");
    assert_ptr_equal(get_user(fix.session, id), ed);
    assert_heard(&ear, "refresh:ed id,name,fullname,age,role,created,revision");
    static const char *const names[] = { "fullname" };
    calx_expire_options some = CALX_EXPIRE_OPTIONS_INIT;
    some.names = names;
    some.count = 1;
    assert_int_equal(calx_session_expire_with(fix.session, ed, &some), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, ed), CALX_OK);
    assert_heard(&ear, "expire:ed refresh:ed fullname");
    struct user *source = new_user("new");
    const void *merged = NULL;
    assert_int_equal(calx_session_merge(fix.session, source, &merged), CALX_OK);
    assert_heard(&ear, "load:new");
    calx_instance_free(source);
    tear_down(&fix);
}

static void a_loaded_instance_can_be_refused(void **state)
{
    (void)state;
    calx_shows("SES-380");
    fixture fix;
    heard ear = { .act = NULL };
    set_up(&fix);
    run_elsewhere(&fix, "INSERT INTO users (name, role, revision) VALUES ('ed', 1, 1)");
    calx_value key = calx_value_int64(number(fix.session, "SELECT id FROM users"));
    const void *found = NULL;
    listen_to(fix.session, CALX_SESSION_LOAD, hear, &ear);
    act_at(&ear, CALX_SESSION_LOAD, refuse, 1);
    assert_int_equal(calx_session_get(fix.session, &user_mapper, &key, &found), CALX_E_AUTH);
    assert_string_equal(message(fix.session), "not today");
    assert_int_equal(calx_session_get(fix.session, &user_mapper, &key, &found), CALX_OK);
    assert_non_null(found);
    struct user *source = new_user("new");
    act_at(&ear, CALX_SESSION_LOAD, refuse, 1);
    assert_int_equal(calx_session_merge(fix.session, source, &found), CALX_E_AUTH);
    assert_int_equal(calx_session_count_new(fix.session), 0);
    calx_instance_free(source);
    tear_down(&fix);
}

/* ---- rows ---- */

static void listen_to_rows(calx_session *session, heard *self, bool singly)
{
    calx_session_listener listener = listener_of(hear, self);
    listener.singly = singly;
    listener.mapper = &user_mapper;
    for (int event = CALX_SESSION_BEFORE_INSERT; event <= CALX_SESSION_AFTER_DELETE; event++)
        assert_int_equal(calx_session_listen(session, (calx_session_event)event, &listener),
                         CALX_OK);
}

static void write_two_rows(bool singly, const char *inserted, const char *updated,
                           const char *deleted)
{
    fixture fix;
    heard ear = { .act = NULL };
    set_up(&fix);
    listen_to_rows(fix.session, &ear, singly);
    const struct user *ed = add_user(fix.session, "ed");
    const struct user *jack = add_user(fix.session, "jack");
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_heard(&ear, inserted);
    assert_int_equal(set_fullname(ed, "Ed Jones"), CALX_OK);
    assert_int_equal(set_fullname(jack, "Jack Bean"), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_heard(&ear, updated);
    assert_int_equal(calx_session_delete(fix.session, ed), CALX_OK);
    assert_int_equal(calx_session_delete(fix.session, jack), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_heard(&ear, deleted);
    tear_down(&fix);
}

static void rows_are_told_around_their_batch(void **state)
{
    (void)state;
    calx_shows("SES-379");
    write_two_rows(false, "before_insert:ed before_insert:jack after_insert:ed after_insert:jack",
                   "before_update:ed before_update:jack after_update:ed after_update:jack",
                   "before_delete:ed before_delete:jack after_delete:ed after_delete:jack");
}

static void rows_are_told_one_by_one_when_asked(void **state)
{
    (void)state;
    calx_shows("SES-379");
    write_two_rows(true, "before_insert:ed after_insert:ed before_insert:jack after_insert:jack",
                   "before_update:ed after_update:ed before_update:jack after_update:jack",
                   "before_delete:ed after_delete:ed before_delete:jack after_delete:jack");
}

static calx_status fill_in(heard *self, calx_session_event_details *details)
{
    char text[] = "filled in"; /* copied at once */
    assert_non_null(details->connection);
    assert_int_equal(set_fullname(details->entity, text), CALX_OK);
    (void)self;
    return CALX_OK;
}

static calx_status write_age(heard *self, calx_session_event_details *details)
{
    struct user *user = details->entity;
    user->age = (calx_nullable_int32){ true, (int32_t)++self->number };
    return CALX_OK;
}

static void listeners_of_rows_may_set_columns(void **state)
{
    (void)state;
    calx_shows("SES-379");
    fixture fix;
    heard ear = { .number = 40 };
    set_up(&fix);
    listen_to_rows(fix.session, &ear, false);
    const struct user *ed = add_user(fix.session, "ed");
    add_user(fix.session, "jack");
    act_at(&ear, CALX_SESSION_BEFORE_INSERT, fill_in, 0);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE fullname = 'filled in'"),
                     2);
    assert_int_equal(set_name(ed, "edward"), CALX_OK);
    act_at(&ear, CALX_SESSION_BEFORE_UPDATE, write_age, 0);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT age FROM users WHERE name = 'edward'"), 41);
    forget(&ear);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_heard(&ear, ""); /* it is written, and nothing is left to write */
    tear_down(&fix);
}

static calx_status try_to_change(heard *self, calx_session_event_details *details)
{
    struct user *other = new_user("other");
    calx_session *session = details->session;
    calx_connection *connection = NULL;
    assert_int_equal(calx_session_add(session, other), CALX_E_STATE);
    assert_int_equal(calx_session_delete(session, self->entity), CALX_E_STATE);
    assert_int_equal(calx_session_expunge(session, details->entity), CALX_E_STATE);
    assert_int_equal(calx_session_refresh(session, self->entity), CALX_E_STATE);
    assert_int_equal(calx_session_connection(session, &connection), CALX_E_STATE);
    assert_int_equal(calx_make_transient(details->entity), CALX_E_STATE);
    assert_int_equal(calx_session_commit(session), CALX_E_ILLEGAL_STATE_CHANGE);
    calx_instance_free(other);
    return CALX_OK;
}

static void listeners_of_rows_may_not_change_the_session(void **state)
{
    (void)state;
    calx_shows("SES-160");
    calx_shows("SES-379");
    fixture fix;
    heard ear = { .act = NULL };
    set_up(&fix);
    ear.entity = stored_user(fix.session, "old");
    listen_to_rows(fix.session, &ear, false);
    add_user(fix.session, "ed");
    act_at(&ear, CALX_SESSION_BEFORE_INSERT, try_to_change, 1);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_null(ear.act);
    add_user(fix.session, "jack");
    act_at(&ear, CALX_SESSION_AFTER_INSERT, try_to_change, 1);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_null(ear.act);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 3);
    tear_down(&fix);
}

static void refuse_row_at(calx_session_event event)
{
    fixture fix;
    heard ear = { .act = NULL };
    set_up(&fix);
    listen_to_rows(fix.session, &ear, false);
    add_user(fix.session, "ed");
    add_user(fix.session, "jack");
    act_at(&ear, event, refuse, 1);
    assert_int_equal(calx_session_flush(fix.session), CALX_E_AUTH);
    assert_string_equal(message(fix.session), "not today");
    assert_false(calx_session_is_active(fix.session));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 0);
    tear_down(&fix);
}

static void a_refused_row_ends_the_flush(void **state)
{
    (void)state;
    calx_shows("SES-154");
    refuse_row_at(CALX_SESSION_BEFORE_INSERT);
    refuse_row_at(CALX_SESSION_AFTER_INSERT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attaching_is_told_before_and_after),
        cmocka_unit_test(each_transition_has_its_event),
        cmocka_unit_test(loading_is_told_once_and_filling_each_time),
        cmocka_unit_test(a_loaded_instance_can_be_refused),
        cmocka_unit_test(rows_are_told_around_their_batch),
        cmocka_unit_test(rows_are_told_one_by_one_when_asked),
        cmocka_unit_test(listeners_of_rows_may_set_columns),
        cmocka_unit_test(listeners_of_rows_may_not_change_the_session),
        cmocka_unit_test(a_refused_row_ends_the_flush),
    };
    return CALX_RUN("session_row_events", tests);
}
