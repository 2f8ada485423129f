/*
 * Memory that runs out at every point of a scenario, and memory that must not pile up.
 */
#include "session_fixture.h"
#include "support/ration.h"

#include "base/pages.h"

#include <stdio.h>

/* ---- out of memory ---- */

typedef struct step_list {
    calx_session *session;
    const struct user *ed;
    const struct user *jack;
} step_list;

static calx_status add_named(calx_session *session, const char *name, const struct user **out_user)
{
    struct user *user = calx_instance_new(&user_mapper);
    if (user == NULL)
        return CALX_E_NOMEM;
    user->name = name;
    calx_status status = calx_session_add(session, user);
    if (status == CALX_OK)
        *out_user = user;
    else
        calx_instance_free(user); /* a failed add leaves it with its caller */
    return status;
}

static calx_status write_rows(step_list *steps)
{
    calx_session *session = steps->session;
    calx_status status = add_named(session, "ed", &steps->ed);
    if (status == CALX_OK)
        status = add_named(session, "jack", &steps->jack);
    if (status == CALX_OK)
        status = set_fullname(steps->ed, "Edward Jones, whose name is long");
    return status == CALX_OK ? calx_session_commit(session) : status;
}

static calx_status change_rows(step_list *steps)
{
    calx_session *session = steps->session;
    struct user *ed = calx_instance_edit(steps->ed);
    if (ed == NULL)
        return calx_session_error(session)->status;
    ed->age = (calx_nullable_int32){ true, 7 };
    ed->id = 70;
    calx_status status = calx_session_flush(session);
    if (status == CALX_OK)
        status = set_fullname(steps->jack, "Jack");
    if (status == CALX_OK)
        status = calx_session_load(session, steps->jack);
    if (status == CALX_OK)
        status = set_name(ed, "edward");
    return status == CALX_OK ? calx_session_flush(session) : status;
}

static calx_status set_id(const struct user *user, int64_t id)
{
    return calx_instance_set_int64(user, &user_mapper.columns[USER_ID], id);
}

static calx_status change_inside(void *context, calx_session *session)
{
    const step_list *steps = context;
    (void)session;
    return set_fullname(steps->ed, "Edward, who was changed in a savepoint");
}

static calx_status delete_and_look(step_list *steps)
{
    calx_session *session = steps->session;
    calx_status status = calx_session_delete(session, steps->jack);
    if (status == CALX_OK)
        status = calx_session_flush(session);
    calx_value key = calx_value_int64(70);
    const void *found = NULL;
    if (status == CALX_OK)
        status = calx_session_get(session, &user_mapper, &key, &found);
    if (status == CALX_OK)
        status = calx_session_refresh(session, steps->ed);
    bool same = found == steps->ed;
    assert_true(status != CALX_OK || same);
    return status;
}

/* Two levels, of which the inner one is released and the outer rolled back, and one in scope form.
 */
static calx_status nest(step_list *steps)
{
    calx_session *session = steps->session;
    const struct user *inner = NULL;
    calx_status status = calx_session_begin_nested(session);
    calx_session_transaction outer = calx_session_get_nested_transaction(session);
    if (status == CALX_OK)
        status = set_name(steps->ed, "name of the outer level");
    if (status == CALX_OK)
        status = calx_session_begin_nested(session);
    calx_session_transaction savepoint = calx_session_get_nested_transaction(session);
    if (status == CALX_OK)
        status = set_id(steps->ed, 71);
    if (status == CALX_OK)
        status = add_named(session, "inner", &inner);
    if (status == CALX_OK)
        status = calx_session_transaction_commit(savepoint);
    if (status == CALX_OK)
        status = calx_session_delete(session, inner);
    if (status == CALX_OK)
        status = calx_session_flush(session);
    if (status == CALX_OK)
        status = calx_session_transaction_rollback(outer);
    if (status != CALX_OK)
        return status;
    assert_int_equal(steps->ed->id, 70);
    assert_string_equal(steps->ed->name, "edward");
    assert_null(calx_object_session(inner));
    return calx_session_run_nested(session, change_inside, steps);
}

static calx_status leave_and_return(step_list *steps)
{
    calx_session *session = steps->session;
    calx_status status = calx_session_expunge(session, steps->ed);
    if (status != CALX_OK)
        return status;
    status = calx_session_add(session, steps->ed);
    if (status != CALX_OK)
        calx_instance_free((void *)(uintptr_t)steps->ed);
    return status;
}

/* What is left when the work failed: nothing of it, and a session that works. */
static void assert_usable(calx_session *session)
{
    assert_int_equal(calx_session_rollback(session), CALX_OK);
    assert_true(calx_session_is_active(session));
    assert_int_equal(calx_session_count_new(session), 0);
    assert_int_equal(calx_session_count_deleted(session), 0);
    assert_int_equal(calx_session_count_dirty(session), 0);
}

static calx_status run_scenario(calx_engine *engine)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    options.bind = engine;
    step_list steps = { NULL, NULL, NULL };
    calx_status status = calx_session_new(&options, &steps.session, NULL);
    if (status != CALX_OK)
        return status;
    status = write_rows(&steps);
    if (status == CALX_OK)
        status = change_rows(&steps);
    if (status == CALX_OK)
        status = nest(&steps);
    if (status == CALX_OK)
        status = delete_and_look(&steps);
    if (status == CALX_OK)
        status = leave_and_return(&steps);
    assert_usable(steps.session);
    calx_session_free(steps.session);
    return status;
}

static calx_status run_everything(const char *url)
{
    calx_engine *engine = NULL;
    calx_status status = calx_engine_new(url, NULL, &engine, NULL);
    if (status == CALX_OK)
        status = calx_schema_drop_all(engine, &sample_metadata, NULL);
    if (status == CALX_OK)
        status = calx_schema_create_all(engine, &sample_metadata, NULL);
    if (status == CALX_OK)
        status = run_scenario(engine);
    calx_engine_free(engine);
    return status;
}

static void every_missing_allocation_is_survived(void **state)
{
    (void)state;
    char url[300];
    (void)snprintf(url, sizeof url, "%s", calx_test_url());
    calx_status status = CALX_E_NOMEM;
    long allowed = 0;
    for (; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = run_everything(url);
        long left = ration_stop(&account);
        if (left != 0)
            print_message("%ld blocks left behind with %ld allocations\n", left, allowed);
        assert_int_equal(left, 0);
    }
    assert_int_equal(status, CALX_OK);
    assert_true(allowed > 50);
}

/* One allocation fails, the same call is made again: it must work then. */
static void a_call_may_be_repeated_after_memory_ran_out(void **state)
{
    (void)state;
    char url[300];
    (void)snprintf(url, sizeof url, "%s", calx_test_url());
    bool failed = true;
    for (long allowed = 0; failed; allowed++) {
        ration account;
        assert_true(ration_start(&account, RATION_UNLIMITED));
        calx_engine *engine = NULL;
        assert_int_equal(calx_engine_new(url, NULL, &engine, NULL), CALX_OK);
        assert_int_equal(calx_schema_drop_all(engine, &sample_metadata, NULL), CALX_OK);
        assert_int_equal(calx_schema_create_all(engine, &sample_metadata, NULL), CALX_OK);
        calx_session_options options = CALX_SESSION_OPTIONS_INIT;
        options.bind = engine;
        step_list steps = { NULL, NULL, NULL };
        assert_int_equal(calx_session_new(&options, &steps.session, NULL), CALX_OK);
        assert_int_equal(write_rows(&steps), CALX_OK);
        atomic_store(&account.left, allowed);
        calx_status status = change_rows(&steps);
        failed = status != CALX_OK;
        if (failed)
            assert_int_equal(status, CALX_E_NOMEM);
        atomic_store(&account.left, RATION_UNLIMITED);
        assert_int_equal(calx_session_rollback(steps.session), CALX_OK);
        assert_string_equal(steps.ed->name, "ed");
        assert_int_equal(steps.ed->id, 1);
        assert_false(is_modified(steps.session, steps.ed));
        assert_false(is_modified(steps.session, steps.jack));
        assert_int_equal(change_rows(&steps), CALX_OK);
        assert_int_equal(calx_session_commit(steps.session), CALX_OK);
        assert_stored_text(steps.session, "SELECT name FROM users WHERE id = 70", "edward");
        assert_stored_text(steps.session, "SELECT fullname FROM users WHERE id = 2", "Jack");
        calx_session_free(steps.session);
        calx_engine_free(engine);
        assert_int_equal(ration_stop(&account), 0);
    }
}

/*
 * Memory runs out inside of a savepoint: its rollback brings back what was there, and the same work
 * goes through then.
 */
static void a_savepoint_may_be_repeated_after_memory_ran_out(void **state)
{
    (void)state;
    char url[300];
    (void)snprintf(url, sizeof url, "%s", calx_test_url());
    bool failed = true;
    for (long allowed = 0; failed; allowed++) {
        ration account;
        assert_true(ration_start(&account, RATION_UNLIMITED));
        calx_engine *engine = NULL;
        assert_int_equal(calx_engine_new(url, NULL, &engine, NULL), CALX_OK);
        assert_int_equal(calx_schema_drop_all(engine, &sample_metadata, NULL), CALX_OK);
        assert_int_equal(calx_schema_create_all(engine, &sample_metadata, NULL), CALX_OK);
        calx_session_options options = CALX_SESSION_OPTIONS_INIT;
        options.bind = engine;
        step_list steps = { NULL, NULL, NULL };
        assert_int_equal(calx_session_new(&options, &steps.session, NULL), CALX_OK);
        assert_int_equal(write_rows(&steps), CALX_OK);
        assert_int_equal(change_rows(&steps), CALX_OK);
        assert_int_equal(calx_session_begin_nested(steps.session), CALX_OK);
        calx_session_transaction savepoint = calx_session_get_nested_transaction(steps.session);
        atomic_store(&account.left, allowed);
        calx_status status = nest(&steps);
        failed = status != CALX_OK;
        if (failed)
            assert_int_equal(status, CALX_E_NOMEM);
        atomic_store(&account.left, RATION_UNLIMITED);
        assert_int_equal(calx_session_transaction_rollback(savepoint), CALX_OK);
        assert_true(calx_session_is_active(steps.session));
        assert_false(calx_session_in_nested_transaction(steps.session));
        assert_string_equal(steps.ed->name, "edward");
        assert_int_equal(steps.ed->id, 70);
        assert_int_equal(nest(&steps), CALX_OK);
        assert_int_equal(calx_session_commit(steps.session), CALX_OK);
        assert_int_equal(number(steps.session, "SELECT count(*) FROM users"), 2);
        assert_stored_text(steps.session, "SELECT name FROM users WHERE id = 70", "edward");
        calx_session_free(steps.session);
        calx_engine_free(engine);
        assert_int_equal(ration_stop(&account), 0);
    }
}

/* ---- memory that must not pile up ---- */

static void many_open_savepoints_leave_nothing_behind(void **state)
{
    (void)state;
    char url[300];
    (void)snprintf(url, sizeof url, "%s", calx_test_url());
    ration account;
    assert_true(ration_start(&account, RATION_UNLIMITED));
    calx_engine *engine = NULL;
    assert_int_equal(calx_engine_new(url, NULL, &engine, NULL), CALX_OK);
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    options.bind = engine;
    for (int round = 0; round < 2; round++) { /* the handle of a connection is used again */
        calx_session *session = NULL;
        assert_int_equal(calx_session_new(&options, &session, NULL), CALX_OK);
        for (int depth = 0; depth < 20; depth++)
            assert_int_equal(calx_session_begin_nested(session), CALX_OK);
        assert_int_equal(
            number(session, calx_test_on("postgresql") ? "SELECT 1::bigint" : "SELECT 1"), 1);
        calx_session_free(session);
    }
    calx_engine_free(engine);
    assert_int_equal(ration_stop(&account), 0);
}

enum { ROWS = 100000 };

static calx_status see_row(void *context, const void *entity)
{
    const struct everything *row = entity;
    size_t *rows = context;
    assert_int_equal(row->i64, row->key);
    if (++*rows % 1000 == 0)
        assert_true(calx_pages_count() < 8);
    return CALX_OK;
}

static void insert_rows(calx_session *session)
{
    for (uint32_t key = 1; key <= ROWS; key++) {
        struct everything *row = calx_instance_new(&everything_mapper);
        row->key = key;
        row->i64 = key;
        row->text = "text";
        assert_int_equal(calx_session_add(session, row), CALX_OK);
    }
}

static void many_rows_take_and_give_back_memory(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    calx_engine *engine = NULL;
    assert_int_equal(calx_engine_new(calx_test_url(), NULL, &engine, NULL), CALX_OK);
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    options.bind = engine;
    set_options(&fix, &options);
    size_t before = calx_pages_count();
    insert_rows(fix.session);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK); /* takes no square of time */
    assert_int_equal(calx_session_close(fix.session), CALX_OK);
    insert_rows(fix.session);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_true(calx_pages_count() > before + ROWS * sizeof(struct everything) / CALX_PAGE_SIZE);
    assert_int_equal(calx_session_close(fix.session), CALX_OK);
    assert_true(calx_pages_count() <= before + 1);
    calx_query *query = NULL;
    size_t rows = 0;
    assert_int_equal(calx_session_query(fix.session, &everything_mapper, &query), CALX_OK);
    assert_int_equal(calx_query_each(query, see_row, &rows), CALX_OK);
    assert_int_equal(rows, ROWS);
    calx_query_free(query);
    calx_session_free(fix.session);
    fix.session = NULL;
    calx_engine_free(engine);
    assert_int_equal(calx_pages_count(), 0);
    tear_down(&fix);
}

static void a_rollback_of_many_flushed_rows_is_quick(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    calx_engine *engine = NULL;
    assert_int_equal(calx_engine_new(calx_test_url(), NULL, &engine, NULL), CALX_OK);
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    options.bind = engine;
    set_options(&fix, &options);
    insert_rows(fix.session);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM \"order\""), 0);
    calx_session_free(fix.session);
    fix.session = NULL;
    calx_engine_free(engine);
    tear_down(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_missing_allocation_is_survived),
        cmocka_unit_test(a_call_may_be_repeated_after_memory_ran_out),
        cmocka_unit_test(a_savepoint_may_be_repeated_after_memory_ran_out),
        cmocka_unit_test(many_open_savepoints_leave_nothing_behind),
        cmocka_unit_test(many_rows_take_and_give_back_memory),
        cmocka_unit_test(a_rollback_of_many_flushed_rows_is_quick),
    };
    return CALX_RUN("session_failures", tests);
}
