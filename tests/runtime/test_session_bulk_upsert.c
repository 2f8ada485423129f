/*
 * Rows of an array that may be in the table already: which ones are the same, what becomes of them,
 * versions, keys, and rows that come twice.
 */
#include "bulk_fixture.h"
#include "support/ration.h"

enum { MANY = 1200 };

static calx_status upsert(const fixture *fix, const row_array *array)
{
    return calx_session_bulk_upsert(fix->session, &user_mapper, array->rows, array->count, NULL);
}

static int64_t count_named(const fixture *fix, const char *fullname)
{
    char sql[100];
    (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM users WHERE fullname = '%s'", fullname);
    return number(fix->session, sql);
}

static void name_all(row_array *array, const char *fullname)
{
    for (size_t i = 0; i < array->count; i++)
        array->rows[i].fullname = fullname;
}

static void rows_are_inserted_or_updated_by_key(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-327");
    set_up(&fix);
    row_array stored = store_rows(&fix, MANY / 2);
    row_array array = make_rows(MANY);
    const struct user *loaded = get_user(fix.session, 3);
    for (size_t i = 0; i < MANY; i++)
        array.rows[i].id = (int64_t)i + 1;
    name_all(&array, "upserted");
    log_sink_forget(&fix.sink);
    assert_int_equal(upsert(&fix, &array), CALX_OK);
    assert_int_equal(log_sink_count(&fix.sink, "INSERT INTO"),
                     calx_test_on("postgresql") ? 1 : MANY);
    assert_int_equal(count_users(&fix), MANY);
    assert_int_equal(count_named(&fix, "upserted"), MANY);
    assert_null(loaded->fullname); /* what is loaded stays */
    assert_true(number(fix.session, "SELECT count(*) FROM users WHERE created IS NULL") == 0);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(count_named(&fix, "upserted"), 0);
    free_rows(&array);
    free_rows(&stored);
    tear_down(&fix);
}

/* Of rows that are there already versions are counted; one that was given has to be theirs. */
static void versions_are_started_counted_and_checked(void **state)
{
    (void)state;
    fixture fix;
    failures heard = { 0 };
    calx_shows("SES-328");
    set_up(&fix);
    row_array array = store_rows(&fix, 40);
    for (size_t i = 0; i < array.count; i++)
        array.rows[i].revision = i % 2 == 0 ? 0 : 1;
    name_all(&array, "first");
    assert_int_equal(upsert(&fix, &array), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE revision = 2"), 40);
    assert_int_equal(array.rows[0].revision, 0);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    name_all(&array, "second");
    for (size_t i = 0; i < array.count; i++)
        array.rows[i].revision = i == 33 ? 1 : 2;
    assert_int_equal(upsert(&fix, &array), CALX_E_STALE_DATA);
    assert_ptr_equal(strstr(message(fix.session), "upserting rows[33] of user: "),
                     message(fix.session));
    assert_non_null(strstr(message(fix.session), "version 2"));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    calx_bulk_options options = skipping(CALX_BULK_UPSERT, &heard);
    assert_int_equal(write_users(&fix, &array, &options), CALX_OK);
    assert_int_equal(heard.count, 1);
    assert_int_equal(heard.indexes[0], 33);
    assert_int_equal(heard.statuses[0], CALX_E_STALE_DATA);
    assert_int_equal(count_named(&fix, "second"), 39);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE revision = 3"), 39);
    free_rows(&array);
    tear_down(&fix);
}

static void columns_say_which_rows_are_the_same_and_what_is_updated(void **state)
{
    (void)state;
    fixture fix;
    const calx_column_ref updated[] = { user_col.fullname.ref };
    set_up(&fix);
    row_array stored = store_rows(&fix, 10);
    row_array array = make_rows(30);
    name_all(&array, "by name");
    for (size_t i = 0; i < array.count; i++)
        array.rows[i].age.value = 77;
    calx_bulk_options options = options_for(CALX_BULK_UPSERT);
    options.conflict = &user_col.name.ref;
    options.conflict_count = 1;
    options.updated = updated;
    options.updated_count = 1;
    assert_int_equal(write_users(&fix, &array, &options), CALX_OK);
    assert_int_equal(count_users(&fix), 30);
    assert_int_equal(count_named(&fix, "by name"), 30);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE age = 77"), 20);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE revision = 2"), 10);
    options.updated_count = 0; /* every column they have */
    assert_int_equal(write_users(&fix, &array, &options), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE age = 77"), 30);
    free_rows(&array);
    free_rows(&stored);
    tear_down(&fix);
}

static void an_index_of_the_model_says_which_rows_are_the_same(void **state)
{
    (void)state;
    enum { COUNT = 12 };
    fixture fix;
    struct membership rows[COUNT];
    set_up(&fix);
    row_array users = store_rows(&fix, COUNT);
    memset(rows, 0, sizeof rows);
    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(rows[i].group_name, sizeof rows[i].group_name, "group %d", i);
        rows[i].user_id = i + 1;
        rows[i].rank = 5;
    }
    calx_bulk_options options = options_for(CALX_BULK_UPSERT);
    for (int time = 0; time < 2; time++) /* by the key of two columns */
        assert_int_equal(
            calx_session_bulk_with(fix.session, &membership_mapper, rows, COUNT, &options),
            CALX_OK);
    for (int i = 0; i < COUNT; i++)
        rows[i].user_id = 1;
    options.conflict_index = "one_rank";
    options.conflict_nothing = true;
    assert_int_equal(calx_session_bulk_with(fix.session, &membership_mapper, rows, COUNT, &options),
                     CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM memberships WHERE user_id = 1"), 1);
    options.conflict_index = "no such index";
    assert_int_equal(calx_session_bulk_with(fix.session, &membership_mapper, rows, COUNT, &options),
                     CALX_E_ARGUMENT);
    assert_non_null(strstr(message(fix.session), "no unique index of the name no such index"));
    assert_true(calx_session_is_active(fix.session)); /* nothing was sent */
    free_rows(&users);
    tear_down(&fix);
}

static void what_is_there_may_be_left_as_it_is(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    row_array stored = store_rows(&fix, 50);
    row_array array = make_rows(MANY);
    name_all(&array, "new");
    calx_bulk_options options = options_for(CALX_BULK_UPSERT);
    options.conflict_nothing = true; /* in whatever is unique: it is the name here */
    assert_int_equal(write_users(&fix, &array, &options), CALX_OK);
    assert_int_equal(count_users(&fix), MANY);
    assert_int_equal(count_named(&fix, "new"), MANY - 50);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE revision = 1"), MANY);
    assert_int_equal(write_users(&fix, &array, &options), CALX_OK);
    assert_int_equal(count_users(&fix), MANY);
    free_rows(&array);
    free_rows(&stored);
    tear_down(&fix);
}

/* PostgreSQL touches no row twice in one command: they go apart. */
static void of_rows_that_come_twice_the_last_one_counts(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    row_array array = make_rows(MANY);
    name_all(&array, "once");
    array.rows[900].name = array.rows[100].name;
    array.rows[900].fullname = "twice";
    array.rows[901].name = array.rows[899].name;
    array.rows[901].fullname = "twice";
    calx_bulk_options options = options_for(CALX_BULK_UPSERT);
    options.conflict = &user_col.name.ref;
    options.conflict_count = 1;
    log_sink_forget(&fix.sink);
    assert_int_equal(write_users(&fix, &array, &options), CALX_OK);
    if (calx_test_on("postgresql"))
        assert_true(log_sink_count(&fix.sink, "INSERT INTO") <= 50);
    assert_int_equal(count_users(&fix), MANY - 2);
    assert_int_equal(count_named(&fix, "twice"), 2);
    assert_stored_text(fix.session, "SELECT fullname FROM users WHERE name = 'user 000100'",
                       "twice");
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE revision = 2"), 2);
    free_rows(&array);
    tear_down(&fix);
}

static void assert_keys(const fixture *fix, const row_array *array, const int64_t *keys)
{
    for (size_t i = 0; i < array->count; i++) {
        char sql[80];
        (void)snprintf(sql, sizeof sql, "SELECT name FROM users WHERE id = %lld",
                       (long long)keys[i]);
        assert_stored_text(fix->session, sql, array->names[i]);
    }
}

static void keys_of_new_and_of_old_rows_come_back(void **state)
{
    (void)state;
    fixture fix;
    int64_t keys[30];
    set_up(&fix);
    row_array stored = store_rows(&fix, 10);
    row_array array = make_rows(30);
    memset(keys, 0x55, sizeof keys);
    calx_bulk_options options = options_for(CALX_BULK_UPSERT);
    options.conflict = &user_col.name.ref;
    options.conflict_count = 1;
    options.out_keys = keys;
    assert_int_equal(write_users(&fix, &array, &options), CALX_OK);
    assert_keys(&fix, &array, keys);
    assert_int_equal(keys[4], 5);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    options.conflict_nothing = true; /* what is left tells no key */
    assert_int_equal(write_users(&fix, &array, &options), CALX_OK);
    for (size_t i = 0; i < 10; i++)
        assert_int_equal(keys[i], 0);
    array.rows += 10;
    array.names += 10;
    array.count -= 10;
    assert_keys(&fix, &array, keys + 10);
    array.rows -= 10;
    array.names -= 10;
    free_rows(&array);
    free_rows(&stored);
    tear_down(&fix);
}

/* Where the columns of the conflict are all there is, what is there is left, and has no key. */
static void rows_of_nothing_but_their_conflict_keep_their_keys_apart(void **state)
{
    (void)state;
    enum { COUNT = 20 };
    fixture fix;
    struct address rows[COUNT];
    int64_t keys[COUNT];
    char emails[COUNT][NAME_SIZE];
    const calx_column_ref both[] = { address_col.email.ref, address_col.user_id.ref };
    set_up(&fix);
    row_array users = store_rows(&fix, 1);
    run_elsewhere(&fix, "CREATE UNIQUE INDEX both_of_them ON addresses (email, user_id)");
    memset(rows, 0, sizeof rows);
    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(emails[i], NAME_SIZE, "address %d", i);
        rows[i].email = emails[i];
        rows[i].user_id = 1;
    }
    assert_int_equal(calx_session_bulk_insert(fix.session, &address_mapper, rows + 5, 3), CALX_OK);
    calx_bulk_options options = options_for(CALX_BULK_UPSERT);
    options.conflict = both;
    options.conflict_count = 2;
    options.out_keys = keys;
    assert_int_equal(calx_session_bulk_with(fix.session, &address_mapper, rows, COUNT, &options),
                     CALX_OK);
    for (int i = 0; i < COUNT; i++) {
        char sql[80];
        (void)snprintf(sql, sizeof sql, "SELECT email FROM addresses WHERE id = %lld",
                       (long long)keys[i]);
        if (i >= 5 && i < 8)
            assert_int_equal(keys[i], 0);
        else
            assert_stored_text(fix.session, sql, emails[i]);
    }
    free_rows(&users);
    tear_down(&fix);
}

/* A key the database makes may be one that somebody chose: that row is another one. */
static void a_row_without_a_key_never_updates(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct user chosen = { .id = 1, .name = "chosen", .fullname = "chosen" };
    struct user made[3] = { { .name = "made 0" }, { .name = "made 1" }, { .name = "made 2" } };
    assert_int_equal(calx_session_bulk_upsert(fix.session, &user_mapper, &chosen, 1, NULL),
                     CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    calx_status status = calx_session_bulk_upsert(fix.session, &user_mapper, made, 3, NULL);
    assert_int_equal(status, calx_test_on("postgresql") ? CALX_E_UNIQUE : CALX_OK);
    if (status != CALX_OK)
        assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_stored_text(fix.session, "SELECT name FROM users WHERE id = 1", "chosen");
    tear_down(&fix);
}

static void what_is_left_to_the_database_stays_in_old_rows(void **state)
{
    (void)state;
    fixture fix;
    const calx_column_ref updated[] = { user_col.created.ref };
    set_up(&fix);
    struct user row = { .id = 1, .name = "one", .created = 1000000 };
    assert_int_equal(calx_session_bulk_upsert(fix.session, &user_mapper, &row, 1, NULL), CALX_OK);
    row.created = 0; /* empty: the database's */
    row.fullname = "updated";
    assert_int_equal(calx_session_bulk_upsert(fix.session, &user_mapper, &row, 1, NULL), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(get_user(fix.session, 1)->created, 1000000);
    calx_bulk_options options = options_for(CALX_BULK_UPSERT);
    options.updated = updated; /* by name: its default anew */
    options.updated_count = 1;
    assert_int_equal(calx_session_bulk_with(fix.session, &user_mapper, &row, 1, &options), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    calx_session *other = new_session(&fix);
    assert_true(get_user(other, 1)->created > INT64_C(1500000000000000));
    assert_int_equal(get_user(other, 1)->revision, 3);
    calx_session_free(other);
    tear_down(&fix);
}

static void rows_that_cannot_be_stored_are_told(void **state)
{
    (void)state;
    fixture fix;
    failures heard = { 0 };
    set_up(&fix);
    row_array stored = store_rows(&fix, 100);
    row_array array = make_rows(200);
    array.rows[50].age.value = -1; /* of one that is there */
    array.rows[150].age.value = -1;
    calx_bulk_options options = skipping(CALX_BULK_UPSERT, &heard);
    options.conflict = &user_col.name.ref;
    options.conflict_count = 1;
    assert_int_equal(write_users(&fix, &array, &options), CALX_OK);
    assert_int_equal(heard.count, 2);
    assert_int_equal(heard.indexes[0], 50);
    assert_int_equal(heard.indexes[1], 150);
    assert_int_equal(heard.statuses[1], CALX_E_CHECK);
    assert_int_equal(count_users(&fix), 199);
    free_rows(&array);
    free_rows(&stored);
    tear_down(&fix);
}

static void assert_refused(const fixture *fix, const calx_bulk_options *options, const char *why)
{
    struct user row = { .id = 1, .name = "one" };
    assert_int_equal(calx_session_bulk_with(fix->session, &user_mapper, &row, 1, options),
                     CALX_E_ARGUMENT);
    assert_non_null(strstr(message(fix->session), why));
    assert_false(calx_session_in_transaction(fix->session));
}

static void a_conflict_that_cannot_be_is_refused(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    calx_bulk_options options = options_for(CALX_BULK_UPSERT);
    options.conflict = &address_col.email.ref;
    options.conflict_count = 1;
    assert_refused(&fix, &options, "a column of the options is not one of it");
    options.conflict = &user_col.name.ref;
    options.conflict_index = "by_name";
    assert_refused(&fix, &options, "not both");
    options = options_for(CALX_BULK_UPSERT);
    options.updated = &user_col.revision.ref;
    options.updated_count = 1;
    assert_refused(&fix, &options, "not updated by name: revision");
    options.updated = &user_col.fullname.ref;
    options.conflict_nothing = true;
    assert_refused(&fix, &options, "updates no columns");
    tear_down(&fix);
}

/* The database knows best whether there is a unique index. */
static void columns_that_are_not_unique_are_told_by_the_database(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    row_array array = make_rows(20);
    calx_bulk_options options = options_for(CALX_BULK_UPSERT);
    options.conflict = &user_col.fullname.ref;
    options.conflict_count = 1;
    assert_int_not_equal(write_users(&fix, &array, &options), CALX_OK);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    log_sink_forget(&fix.sink); /* rows go together as before */
    assert_int_equal(write_users(&fix, &array, NULL), CALX_OK);
    assert_int_equal(logged(&fix, "INSERT INTO"), calx_test_on("postgresql") ? 1 : 20);
    free_rows(&array);
    tear_down(&fix);
}

/* ---- no memory ---- */

static calx_status upsert_twice(calx_session *session)
{
    enum { COUNT = 20 };
    struct user rows[COUNT];
    char names[COUNT][NAME_SIZE];
    memset(rows, 0, sizeof(rows));
    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(names[i], NAME_SIZE, "user %d", i);
        rows[i].name = names[i];
        rows[i].id = i + 1;
    }
    calx_status status = calx_session_bulk_upsert(session, &user_mapper, rows, COUNT, NULL);
    for (int i = 0; i < COUNT; i++)
        rows[i].revision = 1;
    return status == CALX_OK ? calx_session_bulk_upsert(session, &user_mapper, rows, COUNT, NULL)
                             : status;
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
        status = upsert_twice(session);
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
        cmocka_unit_test(rows_are_inserted_or_updated_by_key),
        cmocka_unit_test(versions_are_started_counted_and_checked),
        cmocka_unit_test(columns_say_which_rows_are_the_same_and_what_is_updated),
        cmocka_unit_test(an_index_of_the_model_says_which_rows_are_the_same),
        cmocka_unit_test(what_is_there_may_be_left_as_it_is),
        cmocka_unit_test(of_rows_that_come_twice_the_last_one_counts),
        cmocka_unit_test(keys_of_new_and_of_old_rows_come_back),
        cmocka_unit_test(rows_of_nothing_but_their_conflict_keep_their_keys_apart),
        cmocka_unit_test(a_row_without_a_key_never_updates),
        cmocka_unit_test(what_is_left_to_the_database_stays_in_old_rows),
        cmocka_unit_test(rows_that_cannot_be_stored_are_told),
        cmocka_unit_test(a_conflict_that_cannot_be_is_refused),
        cmocka_unit_test(columns_that_are_not_unique_are_told_by_the_database),
        cmocka_unit_test(every_missing_allocation_is_survived),
    };
    return CALX_RUN("session_bulk_upsert", tests);
}
