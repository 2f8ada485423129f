/*
 * Rows of an array that fail: all of them are told by their number, and the others stay or go as
 * the caller says; at a cost that goes with those that fail.
 */
#include "bulk_fixture.h"
#include "support/ration.h"

enum { MANY = 2500 };

static void spoil_check(struct user *user)
{
    user->age = (calx_nullable_int32){ true, -1 };
}

/* Six of them, in different ways. */
static void spoil_some(row_array *array)
{
    spoil_check(&array->rows[0]);
    array->rows[7].name = "user 000003";
    array->rows[8].name = NULL;
    array->rows[1234].name = "a name that is longer than thirty characters";
    spoil_check(&array->rows[2000]);
    spoil_check(&array->rows[MANY - 1]);
}

static void assert_heard_some(const failures *heard)
{
    static const size_t indexes[] = { 0, 7, 8, 1234, 2000, MANY - 1 };
    static const calx_status statuses[] = { CALX_E_CHECK, CALX_E_UNIQUE, CALX_E_NOT_NULL,
                                            CALX_E_DATA,  CALX_E_CHECK,  CALX_E_CHECK };
    assert_int_equal(heard->count, 6);
    assert_memory_equal(heard->indexes, indexes, sizeof indexes);
    assert_memory_equal(heard->statuses, statuses, sizeof statuses);
    assert_ptr_equal(strstr(heard->message, "inserting rows[2499] of user: "), heard->message);
}

static void rows_that_fail_are_told_and_the_others_stay(void **state)
{
    (void)state;
    fixture fix;
    failures heard = { 0 };
    size_t failed = 99;
    set_up(&fix);
    row_array array = make_rows(MANY);
    spoil_some(&array);
    calx_bulk_options options = skipping(CALX_BULK_INSERT, &heard);
    options.out_failures = &failed;
    assert_int_equal(write_users(&fix, &array, &options), CALX_OK);
    assert_heard_some(&heard);
    assert_int_equal(failed, 6);
    if (calx_test_on("postgresql")) {
        assert_string_equal(heard.sqlstate, "23514");
        assert_non_null(strstr(heard.constraint, "age"));
    }
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(count_users(&fix), MANY - 6);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE name = 'user ' || "
                                         "substr(CAST(1000000 + age AS TEXT), 2, 6)"),
                     MANY - 6);
    free_rows(&array);
    tear_down(&fix);
}

/* The order of those that are stored is that of the array, whatever fails between them. */
static void the_rows_that_stay_keep_their_order(void **state)
{
    (void)state;
    fixture fix;
    failures heard = { 0 };
    set_up(&fix);
    row_array array = make_rows(MANY);
    spoil_some(&array);
    calx_bulk_options options = skipping(CALX_BULK_INSERT, &heard);
    assert_int_equal(write_users(&fix, &array, &options), CALX_OK);
    assert_int_equal(number(fix.session,
                            "SELECT count(*) FROM (SELECT age, lag(age) OVER (ORDER BY id) AS "
                            "before FROM users) AS pairs WHERE before >= age"),
                     0);
    free_rows(&array);
    tear_down(&fix);
}

static void without_leave_to_skip_all_are_told_and_undone(void **state)
{
    (void)state;
    fixture fix;
    failures heard = { 0 };
    size_t failed = 0;
    calx_shows("SES-326");
    set_up(&fix);
    row_array array = make_rows(MANY);
    spoil_some(&array);
    calx_bulk_options options = skipping(CALX_BULK_INSERT, &heard);
    options.skips_failures = false;
    options.out_failures = &failed;
    assert_int_equal(write_users(&fix, &array, &options), CALX_E_CHECK);
    assert_heard_some(&heard);
    assert_int_equal(failed, 6);
    assert_ptr_equal(strstr(message(fix.session),
                            "6 rows failed, the first is this: inserting rows[0] of user: "),
                     message(fix.session));
    assert_false(calx_session_is_active(fix.session));
    assert_int_equal(write_users(&fix, &array, NULL), CALX_E_PENDING_ROLLBACK);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(count_users(&fix), 0);
    free_rows(&array);
    tear_down(&fix);
}

static void rows_may_be_skipped_without_a_word(void **state)
{
    (void)state;
    fixture fix;
    size_t failed = 0;
    set_up(&fix);
    row_array array = make_rows(20);
    spoil_check(&array.rows[3]);
    calx_bulk_options options = options_for(CALX_BULK_INSERT);
    options.skips_failures = true;
    options.out_failures = &failed;
    assert_int_equal(write_users(&fix, &array, &options), CALX_OK);
    assert_int_equal(failed, 1);
    assert_int_equal(count_users(&fix), 19);
    assert_int_equal(calx_session_error(fix.session)->status, CALX_OK);
    free_rows(&array);
    tear_down(&fix);
}

/* Halves: of 2500 rows, one wrong one costs some dozen statements. */
static void few_failures_cost_few_statements(void **state)
{
    (void)state;
    fixture fix;
    failures heard = { 0 };
    set_up(&fix);
    row_array array = make_rows(MANY);
    spoil_check(&array.rows[1717]);
    calx_bulk_options options = skipping(CALX_BULK_INSERT, &heard);
    log_sink_forget(&fix.sink);
    assert_int_equal(write_users(&fix, &array, &options), CALX_OK);
    assert_int_equal(heard.count, 1);
    assert_int_equal(heard.indexes[0], 1717);
    size_t sent = log_sink_count(&fix.sink, "INSERT INTO") + log_sink_count(&fix.sink, "COPY");
    if (calx_test_on("postgresql"))
        assert_true(sent <= 30);
    else
        assert_int_equal(sent, MANY);
    assert_int_equal(count_users(&fix), MANY - 1);
    free_rows(&array);
    tear_down(&fix);
}

static void updates_and_deletes_tell_their_rows_too(void **state)
{
    (void)state;
    fixture fix;
    failures heard = { 0 };
    set_up(&fix);
    row_array array = store_rows(&fix, 100);
    array.rows[10].id = 0;
    array.rows[20].revision = 9;
    array.rows[30].id = 4000;
    spoil_check(&array.rows[40]);
    for (size_t i = 0; i < array.count; i++)
        array.rows[i].fullname = "updated";
    calx_bulk_options options = skipping(CALX_BULK_UPDATE, &heard);
    assert_int_equal(write_users(&fix, &array, &options), CALX_OK);
    assert_int_equal(heard.count, 4);
    assert_int_equal(heard.statuses[0], CALX_E_STATE);
    assert_int_equal(heard.statuses[1], CALX_E_STALE_DATA);
    assert_int_equal(heard.statuses[2], CALX_E_STALE_DATA);
    assert_int_equal(heard.statuses[3], CALX_E_CHECK);
    assert_int_equal(heard.indexes[2], 30);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE fullname = 'updated' "
                                         "AND revision = 2"),
                     96);
    heard.count = 0;
    for (size_t i = 0; i < array.count; i++)
        array.rows[i].revision = 2;
    options.operation = CALX_BULK_DELETE;
    assert_int_equal(write_users(&fix, &array, &options), CALX_OK);
    assert_int_equal(heard.count, 4); /* three were not updated, one has no key */
    assert_int_equal(heard.indexes[3], 40);
    assert_int_equal(count_users(&fix), 4);
    free_rows(&array);
    tear_down(&fix);
}

typedef struct maker {
    char name[NAME_SIZE];
    size_t made, most;
} maker;

/* Every thousandth is wrong. */
static calx_status make_user(void *context, void *row, bool *out_row)
{
    maker *self = context;
    struct user *user = row;
    *out_row = self->made < self->most;
    (void)snprintf(self->name, sizeof self->name, "user %zu", self->made);
    user->name = self->name;
    if (self->made++ % 1000 == 999)
        spoil_check(user);
    return CALX_OK;
}

static void rows_of_a_source_are_told_by_their_number(void **state)
{
    (void)state;
    fixture fix;
    failures heard = { 0 };
    maker source = { .most = 20000 };
    set_up(&fix);
    calx_bulk_options options = skipping(CALX_BULK_INSERT, &heard);
    options.source = make_user;
    options.source_context = &source;
    assert_int_equal(calx_session_bulk_with(fix.session, &user_mapper, NULL, 0, &options), CALX_OK);
    assert_int_equal(heard.count, 20);
    for (size_t i = 0; i < heard.count; i++)
        assert_int_equal(heard.indexes[i], i * 1000 + 999);
    assert_int_equal(count_users(&fix), 20000 - 20);
    tear_down(&fix);
}

static void the_function_that_hears_may_end_it(void **state)
{
    (void)state;
    fixture fix;
    failures heard = { .answer = CALX_E_USER };
    set_up(&fix);
    row_array array = make_rows(MANY);
    spoil_some(&array);
    heard.visited = fix.session;
    calx_bulk_options options = skipping(CALX_BULK_INSERT, &heard);
    assert_int_equal(write_users(&fix, &array, &options), CALX_E_USER);
    assert_int_equal(heard.count, 1);
    assert_int_equal(heard.seen, CALX_E_STATE);
    assert_non_null(strstr(message(fix.session), "ended it at rows[0] of user"));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(count_users(&fix), 0);
    free_rows(&array);
    tear_down(&fix);
}

/* What is no row's fault ends the call at once. */
static void what_is_wrong_with_the_table_is_told_once(void **state)
{
    (void)state;
    fixture fix;
    failures heard = { 0 };
    set_up(&fix);
    run_elsewhere(&fix, "ALTER TABLE users RENAME TO lost");
    row_array array = make_rows(100);
    calx_bulk_options options = skipping(CALX_BULK_INSERT, &heard);
    assert_int_equal(write_users(&fix, &array, &options), CALX_E_NO_OBJECT);
    assert_int_equal(heard.count, 0);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    run_elsewhere(&fix, "ALTER TABLE lost RENAME TO users");
    free_rows(&array);
    tear_down(&fix);
}

static void keys_come_back_where_they_are_asked_for(void **state)
{
    (void)state;
    fixture fix;
    failures heard = { 0 };
    int64_t keys[40];
    set_up(&fix);
    row_array array = make_rows(40);
    array.rows[11].id = 1000;
    spoil_check(&array.rows[20]);
    memset(keys, 0x55, sizeof keys);
    calx_bulk_options options = skipping(CALX_BULK_INSERT, &heard);
    options.out_keys = keys;
    assert_int_equal(write_users(&fix, &array, &options), CALX_OK);
    assert_int_equal(keys[11], 1000);
    assert_int_equal(keys[20], 0);
    for (size_t i = 0; i < array.count; i++) {
        char sql[80];
        (void)snprintf(sql, sizeof sql, "SELECT name FROM users WHERE id = %lld",
                       (long long)keys[i]);
        if (i != 20)
            assert_stored_text(fix.session, sql, array.names[i]);
        assert_int_equal(array.rows[i].id, i == 11 ? 1000 : 0); /* rows are only read */
    }
    free_rows(&array);
    tear_down(&fix);
}

static void assert_refused(const fixture *fix, const calx_bulk_options *options, const char *why)
{
    struct user row = { .id = 1, .name = "one", .revision = 1 };
    assert_int_equal(calx_session_bulk_with(fix->session, &user_mapper, &row, 1, options),
                     CALX_E_ARGUMENT);
    assert_non_null(strstr(message(fix->session), why));
    assert_false(calx_session_in_transaction(fix->session));
}

static void options_that_cannot_be_are_refused_before_anything_happens(void **state)
{
    (void)state;
    fixture fix;
    int64_t key = 0;
    set_up(&fix);
    calx_bulk_options options = { 0 };
    assert_refused(&fix, &options, "CALX_BULK_OPTIONS_INIT");
    options = options_for((calx_bulk_operation)17);
    assert_refused(&fix, &options, "options.operation");
    options = options_for(CALX_BULK_INSERT);
    options.conflict_nothing = true;
    assert_refused(&fix, &options, "is for CALX_BULK_UPSERT");
    options = options_for(CALX_BULK_INSERT);
    options.source = make_user;
    assert_refused(&fix, &options, "give one of them");
    options = options_for(CALX_BULK_UPDATE);
    options.out_keys = &key;
    assert_refused(&fix, &options, "out_keys is for inserts");
    tear_down(&fix);
}

/* ---- no memory ---- */

static calx_status insert_badly(calx_session *session)
{
    enum { COUNT = 40 };
    struct user rows[COUNT];
    char names[COUNT][NAME_SIZE];
    int64_t keys[COUNT];
    failures heard = { 0 };
    memset(rows, 0, sizeof(rows));
    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(names[i], NAME_SIZE, "user %d", i);
        rows[i].name = names[i];
        rows[i].age = (calx_nullable_int32){ true, i == 13 ? -1 : i };
    }
    calx_bulk_options options = skipping(CALX_BULK_INSERT, &heard);
    options.out_keys = keys;
    calx_status status = calx_session_bulk_with(session, &user_mapper, rows, COUNT, &options);
    if (status == CALX_OK)
        assert_int_equal(heard.count, 1);
    return status;
}

static calx_status run_all(const char *url)
{
    calx_engine *engine = NULL;
    calx_session *session = NULL;
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_status status = calx_engine_new(url, NULL, &engine, NULL);
    options.bind = engine;
    if (status == CALX_OK)
        status = calx_session_new(&options, &session, NULL);
    if (status == CALX_OK)
        status = insert_badly(session);
    if (session != NULL)
        assert_int_equal(calx_session_rollback(session), CALX_OK);
    calx_session_free(session);
    calx_engine_free(engine);
    return status;
}

static void every_missing_allocation_is_survived(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    char url[300];
    (void)snprintf(url, sizeof url, "%s", calx_test_url());
    tear_down(&fix);
    calx_status status = CALX_E_NOMEM;
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = run_all(url);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_that_fail_are_told_and_the_others_stay),
        cmocka_unit_test(the_rows_that_stay_keep_their_order),
        cmocka_unit_test(without_leave_to_skip_all_are_told_and_undone),
        cmocka_unit_test(rows_may_be_skipped_without_a_word),
        cmocka_unit_test(few_failures_cost_few_statements),
        cmocka_unit_test(updates_and_deletes_tell_their_rows_too),
        cmocka_unit_test(rows_of_a_source_are_told_by_their_number),
        cmocka_unit_test(the_function_that_hears_may_end_it),
        cmocka_unit_test(what_is_wrong_with_the_table_is_told_once),
        cmocka_unit_test(keys_come_back_where_they_are_asked_for),
        cmocka_unit_test(options_that_cannot_be_are_refused_before_anything_happens),
        cmocka_unit_test(every_missing_allocation_is_survived),
    };
    return CALX_RUN("session_bulk_report", tests);
}
