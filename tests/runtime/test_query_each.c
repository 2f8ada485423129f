/*
 * Streams: what is kept of them, and what the function that is called for each row may do between
 * two rows, up to ending the session under the stream.
 */
#include "query_fixture.h"

typedef struct stream {
    fixture *fix;
    size_t calls;
    size_t act_at; /* the call at which something is done */
    const void *seen;
    calx_status (*act)(struct stream *stream, const void *entity);
} stream;

static calx_status follow(void *context, const void *entity)
{
    stream *notes = context;
    if (++notes->calls != notes->act_at)
        return CALX_OK;
    notes->seen = entity;
    return notes->act(notes, entity);
}

/* Streams and does something at the second row. */
static calx_status run_stream(stream *notes, fixture *fix,
                              calx_status (*act)(stream *notes, const void *entity))
{
    *notes = (stream){ .fix = fix, .act_at = 2, .act = act };
    return calx_query_each(fix->query, follow, notes);
}

static calx_status do_nothing(stream *notes, const void *entity)
{
    assert_int_equal(held_by(notes->fix->session), 1);
    assert_string_equal(((const struct user *)entity)->name, "fred");
    return CALX_OK;
}

static void a_stream_keeps_nothing(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    stream notes;
    assert_int_equal(run_stream(&notes, &fix, do_nothing), CALX_OK);
    assert_int_equal(notes.calls, USERS);
    assert_int_equal(held_by(fix.session), 0);
    assert_null(calx_object_session(notes.seen));
    tear_down(&fix);
}

static calx_status edit(stream *notes, const void *entity)
{
    struct user *user = calx_instance_edit(entity);
    assert_non_null(user);
    user->fullname = "Frederic";
    (void)notes;
    return CALX_OK;
}

static void a_stream_leaves_what_is_needed(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *ed = first_user(fix.query);
    stream notes;
    assert_int_equal(run_stream(&notes, &fix, edit), CALX_OK);
    assert_int_equal(held_by(fix.session), 2);
    assert_ptr_equal(calx_object_session(ed), fix.session);
    assert_ptr_equal(calx_object_session(notes.seen), fix.session);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, notes.seen), CALX_OK);
    assert_string_equal(((const struct user *)notes.seen)->fullname, "Frederic");
    tear_down(&fix);
}

static calx_status keep_by_get(stream *notes, const void *entity)
{
    const calx_value key = calx_value_int64(((const struct user *)entity)->id);
    const void *got = NULL;
    assert_int_equal(calx_session_get(notes->fix->session, &user_mapper, &key, &got), CALX_OK);
    assert_ptr_equal(got, entity);
    return CALX_OK;
}

static calx_status keep_by_query(stream *notes, const void *entity)
{
    calx_query *inner = new_query(notes->fix->session);
    assert_int_equal(calx_query_where(inner, calx_eq(user_col.name, "fred")), CALX_OK);
    assert_ptr_equal(first_user(inner), entity);
    calx_query_free(inner);
    return CALX_OK;
}

static void a_stream_leaves_what_was_asked_for_elsewhere(void **state)
{
    (void)state;
    calx_status (*const acts[])(stream * notes, const void *entity) = { keep_by_get,
                                                                        keep_by_query };
    fixture fix;
    set_up(&fix);
    for (size_t i = 0; i < 2; i++) {
        stream notes;
        assert_int_equal(run_stream(&notes, &fix, acts[i]), CALX_OK);
        assert_int_equal(held_by(fix.session), 1);
        assert_string_equal(((const struct user *)notes.seen)->name, "fred");
        assert_int_equal(calx_session_expunge(fix.session, notes.seen), CALX_OK);
        calx_instance_free((void *)(uintptr_t)notes.seen);
    }
    tear_down(&fix);
}

static calx_status answer_user(stream *notes, const void *entity)
{
    (void)notes;
    (void)entity;
    return CALX_E_USER;
}

static calx_status fail_inside(stream *notes, const void *entity)
{
    (void)entity;
    return calx_session_no_autoflush_end(notes->fix->session);
}

static void a_failing_function_ends_the_stream(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    stream notes;
    assert_int_equal(run_stream(&notes, &fix, answer_user), CALX_E_USER);
    assert_int_equal(notes.calls, 2);
    assert_int_equal(calx_session_error(fix.session)->status, CALX_E_USER);
    assert_int_equal(run_stream(&notes, &fix, fail_inside), CALX_E_STATE);
    assert_non_null(strstr(calx_session_error(fix.session)->message, "no_autoflush"));
    assert_int_equal(held_by(fix.session), 0);
    run_sql(fix.session, "DROP TABLE memberships"); /* refused while a statement is at work */
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    tear_down(&fix);
}

static calx_status work(stream *notes, const void *entity)
{
    calx_session *session = notes->fix->session;
    calx_query *inner = new_query(session);
    size_t streamed = 0;
    assert_int_equal(calx_query_each(inner, count_entity, &streamed), CALX_OK);
    assert_int_equal(streamed, USERS);
    assert_ptr_equal(calx_object_session(entity),
                     session); /* the outer stream's, not the inner's */
    assert_finds(inner, "ed fred jack mary wendy");
    calx_query_free(inner);
    assert_int_equal(calx_session_add(session, new_user("aaron", 1)), CALX_OK);
    assert_int_equal(calx_session_flush(session), CALX_OK);
    int64_t count = 0;
    assert_int_equal(calx_query_count(notes->fix->query, &count), CALX_OK);
    assert_int_equal(count, USERS + 1);
    assert_int_equal(calx_query_where(notes->fix->query, calx_eq(user_col.name, "ed")), CALX_OK);
    assert_finds(notes->fix->query, "ed");
    return CALX_OK;
}

static void the_function_may_use_session_and_query(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    stream notes;
    assert_int_equal(run_stream(&notes, &fix, work), CALX_OK);
    assert_int_equal(notes.calls, USERS);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    tear_down(&fix);
}

static calx_status commit(stream *notes, const void *entity)
{
    assert_non_null(calx_instance_edit(entity));
    return calx_session_commit(notes->fix->session);
}

static calx_status roll_back(stream *notes, const void *entity)
{
    (void)entity;
    return calx_session_rollback(notes->fix->session);
}

static calx_status close_session(stream *notes, const void *entity)
{
    (void)entity;
    return calx_session_close(notes->fix->session);
}

static calx_status expunge_all(stream *notes, const void *entity)
{
    (void)entity;
    return calx_session_expunge_all(notes->fix->session);
}

static calx_status free_session(stream *notes, const void *entity)
{
    (void)entity;
    calx_session_free(notes->fix->session);
    notes->fix->session = NULL;
    return CALX_OK;
}

static calx_status free_query(stream *notes, const void *entity)
{
    (void)entity;
    calx_query_free(notes->fix->query);
    notes->fix->query = NULL;
    return CALX_OK;
}

static calx_status free_both(stream *notes, const void *entity)
{
    free_query(notes, entity);
    return free_session(notes, entity);
}

static void what_ends_the_contents_ends_the_stream(void **state)
{
    calx_shows("SES-081");
    (void)state;
    calx_status (*const acts[])(stream * notes, const void *entity) = {
        commit, roll_back, close_session, expunge_all, free_query, free_session, free_both,
    };
    const size_t with_session = 5;
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        fixture fix;
        set_up(&fix);
        stream notes;
        assert_int_equal(run_stream(&notes, &fix, acts[i]), CALX_E_STATE);
        assert_int_equal(notes.calls, 2);
        if (i < with_session)
            assert_string_not_equal(calx_session_error(fix.session)->message, "");
        tear_down(&fix);
        /* The people stay for the next round. */
        assert_int_equal(calx_engine_new(calx_test_url(), NULL, &fix.engine, NULL), CALX_OK);
        assert_int_equal(calx_schema_drop_all(fix.engine, &sample_metadata, NULL), CALX_OK);
        calx_engine_free(fix.engine);
    }
}

static void a_session_goes_on_after_a_stream_whose_transaction_ended(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    stream notes;
    assert_int_equal(run_stream(&notes, &fix, commit), CALX_E_STATE);
    assert_int_equal(calx_session_error(fix.session)->status, CALX_E_STATE);
    assert_non_null(strstr(calx_session_error(fix.session)->message, "calx_query_all"));
    assert_finds(fix.query, "ed fred jack mary wendy");
    assert_int_equal(run_stream(&notes, &fix, roll_back), CALX_E_STATE);
    assert_finds(fix.query, "ed fred jack mary wendy");
    tear_down(&fix);
}

enum { LONG = 1500 };

static void add_many(fixture *fix)
{
    run_sql(fix->session, "WITH RECURSIVE more (n) AS (SELECT 6 UNION ALL SELECT n + 1 FROM more "
                          "WHERE n < 1500) INSERT INTO users (id, name, role, revision) SELECT n, "
                          "'user ' || n, 0, 1 FROM more");
}

/* Rows are still to come on the way: asks for another one, changes and stores. */
static calx_status mix(void *context, const void *entity)
{
    stream *notes = context;
    calx_session *session = notes->fix->session;
    const struct user *user = entity;
    assert_int_equal(user->id, (int64_t)notes->calls + 1);
    if (++notes->calls % 100 != 0)
        return CALX_OK;
    const calx_value key = calx_value_int64(LONG - user->id + 1);
    const void *other = NULL;
    assert_int_equal(calx_session_get(session, &user_mapper, &key, &other), CALX_OK);
    struct user *edit = calx_instance_edit(other);
    assert_non_null(edit);
    edit->fullname = "seen";
    assert_int_equal(calx_session_flush(session), CALX_OK);
    assert_int_equal(calx_session_expunge(session, other), CALX_OK);
    if (other != entity)
        calx_instance_free(edit);
    return CALX_OK;
}

static void a_long_stream_goes_on_whatever_runs_between_its_rows(void **state)
{
    (void)state;
    calx_shows("ENG-179");
    calx_shows("ENG-180");
    fixture fix;
    set_up(&fix);
    add_many(&fix);
    stream notes = { .fix = &fix };
    calx_query *query = NULL;
    assert_int_equal(calx_session_query(fix.session, &user_mapper, &query), CALX_OK);
    assert_int_equal(calx_query_order_by(query, calx_asc(user_col.id)), CALX_OK);
    assert_int_equal(calx_query_each(query, mix, &notes), CALX_OK);
    assert_int_equal(notes.calls, LONG);
    assert_int_equal(held_by(fix.session), 0);
    assert_int_equal(calx_query_where(query, calx_eq(user_col.fullname, "seen")), CALX_OK);
    int64_t count = 0;
    assert_int_equal(calx_query_count(query, &count), CALX_OK);
    assert_int_equal(count, LONG / 100);
    run_sql(fix.session, "DROP TABLE memberships"); /* refused while a statement is at work */
    calx_query_free(query);
    tear_down(&fix);
}

/* Rolls back what it did itself, which is no business of the stream. */
static calx_status try_in_vain(void *context, const void *entity)
{
    stream *notes = context;
    calx_connection *connection = NULL;
    (void)entity;
    if (++notes->calls % 300 != 0)
        return CALX_OK;
    assert_int_equal(calx_session_connection(notes->fix->session, &connection), CALX_OK);
    assert_int_equal(calx_connection_begin_nested(connection), CALX_OK);
    run_sql(notes->fix->session, "UPDATE users SET fullname = 'lost'");
    assert_int_equal(calx_connection_rollback(connection), CALX_OK);
    return CALX_OK;
}

static void a_stream_outlives_a_savepoint_set_within_it(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    add_many(&fix);
    stream notes = { .fix = &fix };
    assert_int_equal(calx_query_each(fix.query, try_in_vain, &notes), CALX_OK);
    assert_int_equal(notes.calls, LONG);
    tear_down(&fix);
}

/* Longer than what is bound one by one. */
enum { LISTED = 1500 };

typedef struct listing {
    calx_query *query;
    size_t calls;
    int32_t nobody[LISTED]; /* zeros: nobody has that age */
} listing;

/* At the first row: the same query, with more in it, and found by other values before the old. */
static calx_status ask_the_same(void *context, const void *entity)
{
    listing *notes = context;
    (void)entity;
    if (notes->calls++ > 0)
        return CALX_OK;
    assert_int_equal(
        calx_query_join_on(
            notes->query, calx_alias_of(&user_mapper, 1),
            calx_in(calx_as(user_col.age, calx_alias_of(&user_mapper, 1)), notes->nobody, LISTED)),
        CALX_OK);
    assert_finds(notes->query, "");
    assert_finds(notes->query, "");
    return CALX_OK;
}

/* SQLite reads a value when it comes to it, which may be with the last row. */
static void a_stream_has_its_own_values(void **state)
{
    (void)state;
    static listing notes;
    static int32_t ages[LISTED];
    fixture fix;
    set_up(&fix);
    for (size_t i = 0; i < LISTED; i++)
        ages[i] = i == LISTED - 1 ? 41 : 18;
    assert_int_equal(calx_session_query(fix.session, &user_mapper, &notes.query), CALX_OK);
    assert_int_equal(calx_query_where(notes.query, calx_or(calx_eq(user_col.name, "ed"),
                                                           calx_in(user_col.age, ages, LISTED))),
                     CALX_OK);
    assert_int_equal(calx_query_each(notes.query, ask_the_same, &notes), CALX_OK);
    assert_int_equal(notes.calls, 3); /* ed, fred, jack */
    calx_query_free(notes.query);
    tear_down(&fix);
}

static calx_status take_out_and_free(stream *notes, const void *entity)
{
    assert_int_equal(calx_session_expunge(notes->fix->session, entity), CALX_OK);
    calx_instance_free((void *)(uintptr_t)entity);
    return CALX_OK;
}

static calx_status delete_it(stream *notes, const void *entity)
{
    assert_int_equal(calx_session_delete(notes->fix->session, entity), CALX_OK);
    return CALX_OK;
}

static void a_streamed_instance_may_be_taken_out_or_deleted(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    stream notes;
    assert_int_equal(run_stream(&notes, &fix, take_out_and_free), CALX_OK);
    assert_int_equal(notes.calls, USERS);
    assert_int_equal(run_stream(&notes, &fix, delete_it), CALX_OK);
    assert_int_equal(calx_session_count_deleted(fix.session), 1);
    assert_finds(fix.query, "ed jack mary wendy");
    tear_down(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_keeps_nothing),
        cmocka_unit_test(a_stream_leaves_what_is_needed),
        cmocka_unit_test(a_stream_leaves_what_was_asked_for_elsewhere),
        cmocka_unit_test(a_failing_function_ends_the_stream),
        cmocka_unit_test(the_function_may_use_session_and_query),
        cmocka_unit_test(what_ends_the_contents_ends_the_stream),
        cmocka_unit_test(a_session_goes_on_after_a_stream_whose_transaction_ended),
        cmocka_unit_test(a_long_stream_goes_on_whatever_runs_between_its_rows),
        cmocka_unit_test(a_stream_outlives_a_savepoint_set_within_it),
        cmocka_unit_test(a_stream_has_its_own_values),
        cmocka_unit_test(a_streamed_instance_may_be_taken_out_or_deleted),
    };
    return CALX_RUN("query_each", tests);
}
