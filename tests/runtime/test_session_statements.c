/*
 * Statements through the session: when pending work is flushed first, what comes back, and what
 * rows do to instances that are there.
 */
#include "session_fixture.h"
#include "support/ration.h"

#include <calx/relationship.h>

static calx_statement *text(const char *sql)
{
    calx_statement *statement = calx_text_statement(sql);
    assert_non_null(statement);
    return statement;
}

/* ---- autoflush ---- */

static calx_status ignore_value(void *context, const calx_value *value)
{
    (void)value;
    ++*(size_t *)context;
    return CALX_OK;
}

static calx_status ignore_entity(void *context, const void *entity)
{
    (void)context;
    (void)entity;
    return CALX_OK;
}

/* Adds a user, after which exactly one INSERT is expected of what comes next. */
static void expect_insert(fixture *fix)
{
    static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j" };
    static size_t next;
    (void)add_user(fix->session, names[next++ % 10]);
    log_sink_forget(&fix->sink);
}

static void whatever_reads_flushes_first(void **state)
{
    (void)state;
    calx_shows("SES-210");
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    calx_statement *statement = text("SELECT count(*) FROM users");
    calx_value value;
    size_t count = 0;
    const void *const *items = NULL;
    expect_insert(&fix);
    assert_int_equal(calx_session_execute(fix.session, statement, NULL), CALX_OK);
    assert_int_equal(logged(&fix, "INSERT"), 1);
    expect_insert(&fix);
    assert_int_equal(calx_session_scalar(fix.session, statement, &value), CALX_OK);
    assert_int_equal(logged(&fix, "INSERT"), 1);
    assert_int_equal(value.as.int64, 3);
    expect_insert(&fix);
    assert_int_equal(calx_session_scalar_one(fix.session, statement, &value), CALX_OK);
    assert_int_equal(logged(&fix, "INSERT"), 1);
    expect_insert(&fix);
    assert_int_equal(calx_session_scalars(fix.session, statement, ignore_value, &count), CALX_OK);
    assert_int_equal(logged(&fix, "INSERT"), 1);
    expect_insert(&fix);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(logged(&fix, "INSERT"), 1);
    expect_insert(&fix);
    assert_int_equal(calx_session_refresh(fix.session, user), CALX_OK);
    assert_int_equal(logged(&fix, "INSERT"), 1);
    expect_insert(&fix);
    assert_null(get_user(fix.session, 99));
    assert_int_equal(logged(&fix, "INSERT"), 1);
    expect_insert(&fix);
    assert_int_equal(calx_relationship_many(user, &user_mapper.relationships[0], &items, &count),
                     CALX_OK);
    assert_int_equal(logged(&fix, "INSERT"), 1);
    calx_statement_free(statement);
    tear_down(&fix);
}

static void what_needs_no_rows_flushes_nothing(void **state)
{
    (void)state;
    calx_shows("SES-211");
    calx_shows("SES-216");
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    struct address *address = calx_instance_new(&address_mapper);
    calx_connection *connection = NULL;
    const void *target = NULL;
    size_t count = 0;
    address->email = "e";
    assert_int_equal(calx_relationship_set(address, &address_mapper.relationships[0], user),
                     CALX_OK);
    assert_int_equal(calx_session_add(fix.session, address), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, address), CALX_OK);
    const struct user *pending = add_user(fix.session, "jack");
    log_sink_forget(&fix.sink);
    assert_ptr_equal(get_user(fix.session, 1), user);
    assert_int_equal(calx_relationship_one(address, &address_mapper.relationships[0], &target),
                     CALX_OK);
    assert_ptr_equal(target, user); /* found in the identity map */
    assert_int_equal(calx_session_connection(fix.session, &connection), CALX_OK);
    calx_statement *statement = text("SELECT 1");
    assert_int_equal(calx_connection_execute(connection, statement, NULL), CALX_OK);
    assert_true(is_modified(fix.session, pending));
    assert_int_equal(calx_session_iterate(fix.session, ignore_entity, &count), CALX_OK);
    const void *const *items = NULL;
    assert_int_equal(calx_relationship_many(pending, &user_mapper.relationships[0], &items, &count),
                     CALX_OK); /* of a pending one: nothing to ask for */
    assert_int_equal(calx_session_delete(fix.session, address), CALX_OK);
    assert_int_equal(calx_session_expunge(fix.session, address), CALX_OK);
    assert_int_equal(logged(&fix, "INSERT"), 0);
    assert_int_equal(calx_session_count_new(fix.session), 1);
    calx_instance_free(address);
    calx_statement_free(statement);
    tear_down(&fix);
}

static void a_commit_flushes_whatever_the_setting(void **state)
{
    (void)state;
    calx_shows("SES-212");
    calx_shows("SES-029");
    fixture fix;
    set_up(&fix);
    assert_int_equal(calx_session_set_autoflush(fix.session, false), CALX_OK);
    (void)add_user(fix.session, "ed");
    calx_statement *statement = text("SELECT count(*) FROM users");
    calx_value value;
    assert_int_equal(calx_session_scalar(fix.session, statement, &value), CALX_OK);
    assert_int_equal(value.as.int64, 0);
    assert_int_equal(calx_session_no_autoflush_begin(fix.session), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 1);
    assert_int_equal(calx_session_no_autoflush_end(fix.session), CALX_OK);
    assert_int_equal(calx_session_set_autoflush(fix.session, true), CALX_OK);
    (void)add_user(fix.session, "jack");
    assert_int_equal(calx_session_scalar(fix.session, statement, &value), CALX_OK);
    assert_int_equal(value.as.int64, 2);
    calx_statement_free(statement);
    tear_down(&fix);
}

static void a_scope_without_autoflush_nests_and_outlives_a_failure(void **state)
{
    (void)state;
    calx_shows("SES-214");
    fixture fix;
    set_up(&fix);
    calx_statement *good = text("SELECT count(*) FROM users");
    calx_statement *bad = text("SELECT nothing FROM nowhere");
    calx_value value;
    (void)add_user(fix.session, "ed");
    assert_int_equal(calx_session_no_autoflush_begin(fix.session), CALX_OK);
    assert_int_equal(calx_session_no_autoflush_begin(fix.session), CALX_OK);
    assert_int_not_equal(calx_session_execute(fix.session, bad, NULL), CALX_OK);
    assert_int_equal(calx_session_no_autoflush_end(fix.session), CALX_OK);
    assert_int_equal(logged(&fix, "INSERT"), 0);
    assert_int_equal(calx_session_count_new(fix.session), 1);
    assert_int_equal(calx_session_no_autoflush_end(fix.session), CALX_OK);
    assert_int_equal(calx_session_no_autoflush_end(fix.session), CALX_E_STATE);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    (void)add_user(fix.session, "ed");
    assert_int_equal(calx_session_scalar(fix.session, good, &value), CALX_OK);
    assert_int_equal(value.as.int64, 1);
    calx_statement_free(good);
    calx_statement_free(bad);
    tear_down(&fix);
}

/* ---- executing ---- */

static void several_sets_are_one_execution(void **state)
{
    (void)state;
    calx_shows("SES-220");
    fixture fix;
    set_up(&fix);
    static const char *const names[] = { "id", "name" };
    const calx_value values[] = {
        calx_value_int64(1),     calx_value_text("ed"), calx_value_int64(2),
        calx_value_text("jack"), calx_value_int64(3),   calx_value_text("wendy"),
    };
    calx_parameter_sets sets = CALX_PARAMETER_SETS_INIT;
    calx_statement *insert =
        text("INSERT INTO users (id, name, role, revision) VALUES (:id, :name, 1, 1)");
    int64_t changes = 0;
    sets.names = names;
    sets.name_count = 2;
    sets.values = values;
    sets.count = 3;
    assert_int_equal(calx_session_execute_many(fix.session, insert, &sets, &changes), CALX_OK);
    assert_int_equal(changes, 3);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 3);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 0);
    sets.count = 0;
    assert_int_equal(calx_session_execute_many(fix.session, insert, &sets, NULL), CALX_OK);
    calx_statement_free(insert);
    tear_down(&fix);
}

static void a_set_that_fails_is_named(void **state)
{
    (void)state;
    calx_shows("SES-220");
    calx_shows("ERR-15");
    fixture fix;
    set_up(&fix);
    static const char *const names[] = { "name" };
    static const char *const wrong[] = { "nam" };
    const calx_value values[] = { calx_value_text("ed"), calx_value_text("ed") };
    calx_parameter_sets sets = CALX_PARAMETER_SETS_INIT;
    calx_statement *insert = text("INSERT INTO users (name, role, revision) VALUES (:name, 1, 1)");
    int64_t changes = -1;
    sets.names = names;
    sets.name_count = 1;
    sets.values = values;
    sets.count = 2;
    assert_int_equal(calx_session_execute_many(fix.session, insert, &sets, &changes),
                     CALX_E_UNIQUE);
    assert_non_null(strstr(message(fix.session), "set 2 of 2"));
    assert_non_null(strstr(calx_session_error(fix.session)->statement, "INSERT INTO users"));
    assert_int_equal(changes, -1);
    assert_true(calx_session_is_active(fix.session)); /* nothing was rolled back */
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(calx_session_execute_many(fix.session, NULL, &sets, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_execute_many(fix.session, insert, NULL, NULL), CALX_E_ARGUMENT);
    assert_non_null(strstr(message(fix.session), "CALX_PARAMETER_SETS_INIT"));
    sets.values = NULL;
    assert_int_equal(calx_session_execute_many(fix.session, insert, &sets, NULL), CALX_E_ARGUMENT);
    sets.values = values;
    sets.names = wrong;
    assert_int_equal(calx_session_execute_many(fix.session, insert, &sets, NULL), CALX_E_ARGUMENT);
    assert_non_null(strstr(message(fix.session), "nam"));
    assert_int_equal(calx_session_execute(fix.session, NULL, NULL), CALX_E_ARGUMENT);
    assert_non_null(strstr(message(fix.session), "calx_text_statement"));
    calx_statement_free(insert);
    tear_down(&fix);
}

static void sets_that_cannot_be_flush_nothing(void **state)
{
    (void)state;
    calx_shows("SES-220");
    fixture fix;
    set_up(&fix);
    static const char *const names[] = { "name" };
    calx_parameter_sets sets = CALX_PARAMETER_SETS_INIT;
    calx_statement *erase = text("DELETE FROM users");
    int64_t changes = -1;
    (void)add_user(fix.session, "ed");
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_execute_many(fix.session, NULL, &sets, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_execute_many(fix.session, erase, NULL, NULL), CALX_E_ARGUMENT);
    assert_non_null(strstr(message(fix.session), "CALX_PARAMETER_SETS_INIT"));
    sets.names = names;
    sets.name_count = 1;
    sets.count = 1;
    assert_int_equal(calx_session_execute_many(fix.session, erase, &sets, NULL), CALX_E_ARGUMENT);
    assert_int_equal(logged(&fix, "INSERT"), 0);
    sets.names = NULL; /* a statement without parameters, several times */
    sets.name_count = 0;
    sets.count = 2;
    assert_int_equal(calx_session_execute_many(fix.session, erase, &sets, &changes), CALX_OK);
    assert_int_equal(logged(&fix, "INSERT"), 1);
    assert_int_equal(changes, 1);
    calx_statement_free(erase);
    tear_down(&fix);
}

typedef struct column {
    int64_t values[4];
    size_t count;
    calx_status answer;
} column;

static calx_status note_value(void *context, const calx_value *value)
{
    column *all = context;
    assert_true(all->count < 4);
    all->values[all->count++] = value->as.int64;
    return all->answer;
}

static void scalars_are_the_first_column(void **state)
{
    (void)state;
    calx_shows("SES-221");
    fixture fix;
    set_up(&fix);
    column all = { .count = 0, .answer = CALX_OK };
    calx_value value = calx_value_int64(7);
    calx_statement *rows = text("SELECT 3, 1 UNION ALL SELECT 4, 1 ORDER BY 1");
    calx_statement *none = text("SELECT 1 WHERE 1 = 0");
    assert_int_equal(calx_session_scalar(fix.session, rows, &value), CALX_OK);
    assert_int_equal(value.as.int64, 3);
    assert_int_equal(calx_session_scalar(fix.session, none, &value), CALX_OK);
    assert_int_equal(value.type, CALX_VALUE_NULL);
    assert_int_equal(calx_session_scalars(fix.session, rows, note_value, &all), CALX_OK);
    assert_int_equal(all.count, 2);
    assert_int_equal(all.values[0], 3);
    assert_int_equal(all.values[1], 4);
    assert_int_equal(calx_session_scalars(fix.session, none, note_value, &all), CALX_OK);
    assert_int_equal(all.count, 2);
    all.answer = CALX_E_USER;
    assert_int_equal(calx_session_scalars(fix.session, rows, note_value, &all), CALX_E_USER);
    assert_int_equal(all.count, 3);
    assert_non_null(strstr(message(fix.session), "calx_session_scalars()"));
    assert_int_equal(calx_session_scalars(fix.session, rows, NULL, NULL), CALX_E_ARGUMENT);
    calx_statement_free(rows);
    calx_statement_free(none);
    tear_down(&fix);
}

static void one_row_is_demanded(void **state)
{
    (void)state;
    calx_shows("SES-222");
    calx_shows("ERR-06");
    fixture fix;
    set_up(&fix);
    calx_value value = calx_value_int64(7);
    calx_statement *one = text("SELECT 'only'");
    calx_statement *two = text("SELECT 1 UNION ALL SELECT 2");
    calx_statement *none = text("SELECT 1 WHERE 1 = 0");
    assert_int_equal(calx_session_scalar_one(fix.session, none, &value), CALX_E_NO_RESULT);
    assert_non_null(strstr(calx_session_error(fix.session)->statement, "WHERE 1 = 0"));
    assert_int_equal(calx_session_scalar_one(fix.session, two, &value), CALX_E_MULTIPLE_RESULTS);
    assert_int_equal(value.as.int64, 7);
    assert_true(calx_session_is_active(fix.session)); /* session and transaction are usable */
    assert_int_equal(calx_session_scalar_one(fix.session, one, &value), CALX_OK);
    assert_memory_equal(value.as.span.data, "only", 4);
    calx_statement_free(one);
    calx_statement_free(two);
    calx_statement_free(none);
    tear_down(&fix);
}

static void statements_leave_loaded_instances_alone(void **state)
{
    (void)state;
    calx_shows("SES-224");
    fixture fix;
    set_up(&fix);
    const struct user *user = add_user(fix.session, "ed");
    calx_statement *update = text("UPDATE users SET fullname = 'Edward'");
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    const struct user *pending = add_user(fix.session, "jack");
    assert_int_equal(calx_session_execute(fix.session, update, NULL), CALX_OK);
    assert_null(user->fullname);
    assert_false(is_modified(fix.session, user));
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE fullname = 'Edward'"),
                     2); /* the pending one was flushed first */
    assert_null(pending->fullname);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 0); /* one transaction */
    calx_statement_free(update);
    tear_down(&fix);
}

/* ---- rows and what is there ---- */

static void a_query_may_overwrite_what_is_there(void **state)
{
    (void)state;
    calx_shows("SES-079");
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(number(fix.session, "UPDATE users SET fullname = 'x', age = 3 RETURNING 1"),
                     1);
    calx_query *query = calx_query_new(fix.session, &user_mapper);
    const void *found = NULL;
    assert_int_equal(set_name(user, "lost"), CALX_OK);
    assert_int_equal(calx_session_no_autoflush_begin(fix.session), CALX_OK);
    assert_int_equal(calx_query_populate_existing(query), CALX_OK);
    assert_int_equal(calx_query_one(query, &found), CALX_OK);
    assert_int_equal(calx_session_no_autoflush_end(fix.session), CALX_OK);
    assert_ptr_equal(found, user);
    assert_string_equal(user->name, "ed");
    assert_string_equal(user->fullname, "x");
    assert_int_equal(user->age.value, 3);
    assert_false(is_modified(fix.session, user));
    calx_query_free(query);
    query = calx_query_new(fix.session, &user_mapper); /* is an ordinary one again */
    assert_int_equal(set_name(user, "kept"), CALX_OK);
    assert_int_equal(calx_session_no_autoflush_begin(fix.session), CALX_OK);
    assert_int_equal(calx_query_one(query, &found), CALX_OK);
    assert_int_equal(calx_session_no_autoflush_end(fix.session), CALX_OK);
    assert_string_equal(user->name, "kept");
    calx_query_free(query);
    tear_down(&fix);
}

static void rows_end_when_the_session_is_closed(void **state)
{
    (void)state;
    calx_shows("SES-081");
    fixture fix;
    set_up(&fix);
    (void)stored_user(fix.session, "ed");
    calx_statement *statement = text("SELECT name FROM users");
    calx_result *result = NULL;
    bool row = false;
    assert_int_equal(calx_session_execute(fix.session, statement, &result), CALX_OK);
    assert_int_equal(calx_session_close(fix.session), CALX_OK);
    assert_int_equal(calx_result_next(result, &row), CALX_E_INVALID_REQUEST);
    calx_result_free(result);
    assert_int_equal(calx_session_execute(fix.session, statement, &result), CALX_OK);
    assert_int_equal(calx_session_reset(fix.session), CALX_OK);
    assert_int_equal(calx_result_next(result, &row), CALX_E_INVALID_REQUEST);
    calx_result_free(result);
    calx_statement_free(statement);
    tear_down(&fix);
}

static calx_status run_all(calx_session *session, calx_statement *statement)
{
    static const char *const names[] = { "name" };
    const calx_value values[] = { calx_value_text("a"), calx_value_text("b") };
    calx_parameter_sets sets = CALX_PARAMETER_SETS_INIT;
    calx_value value;
    size_t count = 0;
    sets.names = names;
    sets.name_count = 1;
    sets.values = values;
    sets.count = 2;
    calx_status status = calx_session_execute_many(session, statement, &sets, NULL);
    if (status == CALX_OK)
        status = calx_session_scalars(session, statement, ignore_value, &count);
    if (status == CALX_OK)
        status = calx_session_scalar_one(session, statement, &value);
    return status;
}

static void every_missing_block_is_survived(void **state)
{
    (void)state;
    calx_status status = CALX_E_NOMEM;
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        ration account;
        fixture fix = { 0 };
        assert_true(ration_start(&account, RATION_UNLIMITED));
        assert_int_equal(calx_engine_new(calx_test_url(), NULL, &fix.engine, NULL), CALX_OK);
        fix.session = new_session(&fix);
        calx_statement *statement = text("SELECT CAST(:name AS VARCHAR(20))");
        atomic_store(&account.left, allowed);
        status = run_all(fix.session, statement);
        if (status != CALX_OK)
            assert_int_equal(calx_session_error(fix.session)->status, status);
        calx_statement_free(statement);
        calx_session_free(fix.session);
        calx_engine_free(fix.engine);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_reads_flushes_first),
        cmocka_unit_test(what_needs_no_rows_flushes_nothing),
        cmocka_unit_test(a_commit_flushes_whatever_the_setting),
        cmocka_unit_test(a_scope_without_autoflush_nests_and_outlives_a_failure),
        cmocka_unit_test(several_sets_are_one_execution),
        cmocka_unit_test(a_set_that_fails_is_named),
        cmocka_unit_test(sets_that_cannot_be_flush_nothing),
        cmocka_unit_test(scalars_are_the_first_column),
        cmocka_unit_test(one_row_is_demanded),
        cmocka_unit_test(statements_leave_loaded_instances_alone),
        cmocka_unit_test(a_query_may_overwrite_what_is_there),
        cmocka_unit_test(rows_end_when_the_session_is_closed),
        cmocka_unit_test(every_missing_block_is_survived),
    };
    return CALX_RUN("session_statements", tests);
}
