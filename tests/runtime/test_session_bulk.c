/*
 * Arrays of plain structs, straight to the table: what is stored, what is left alone, and which row
 * a failure is about; on a session and through a scoped one.
 */
#include "session_fixture.h"
#include "support/ration.h"

#include <calx/event.h>
#include <calx/scoped_session.h>

#include <stdio.h>
#include <stdlib.h>

enum { MANY = 2500, NAME_SIZE = 32 };

/* Users to be inserted or updated, and the room of their names. */
typedef struct row_array {
    struct user *rows;
    char (*names)[NAME_SIZE];
    size_t count;
} row_array;

static row_array make_rows(size_t count)
{
    row_array array = { calloc(count, sizeof(struct user)), calloc(count, NAME_SIZE), count };
    assert_non_null(array.rows);
    assert_non_null(array.names);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(array.names[i], NAME_SIZE, "user %06zu", i);
        array.rows[i].name = array.names[i];
        array.rows[i].age = (calx_nullable_int32){ i % 2 == 0, (int32_t)(i % 2 == 0 ? i : 0) };
    }
    return array;
}

static void free_rows(row_array *array)
{
    free(array->rows);
    free(array->names);
}

static calx_status insert(const fixture *fix, const row_array *array)
{
    return calx_session_bulk_insert(fix->session, &user_mapper, array->rows, array->count);
}

static calx_status update(const fixture *fix, const row_array *array)
{
    return calx_session_bulk_update(fix->session, &user_mapper, array->rows, array->count);
}

/* Rows that are in the table, with the keys and versions they have there. */
static row_array store_rows(const fixture *fix, size_t count)
{
    row_array array = make_rows(count);
    assert_int_equal(insert(fix, &array), CALX_OK);
    assert_int_equal(calx_session_commit(fix->session), CALX_OK);
    for (size_t i = 0; i < count; i++) {
        array.rows[i].id = (int64_t)i + 1;
        array.rows[i].revision = 1;
    }
    return array;
}

static int64_t count_users(const fixture *fix)
{
    return number(fix->session, "SELECT count(*) FROM users");
}

/* ---- inserting ---- */

static void rows_are_inserted_in_their_order(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-320");
    set_up(&fix);
    row_array array = make_rows(MANY);
    struct user *before = malloc(MANY * sizeof(struct user));
    assert_non_null(before);
    memcpy(before, array.rows, MANY * sizeof(struct user));
    assert_int_equal(insert(&fix, &array), CALX_OK);
    assert_memory_equal(before, array.rows, MANY * sizeof(struct user)); /* keys are not written */
    assert_int_equal(count_users(&fix), MANY);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE name = 'user ' || "
                                         "substr(CAST(1000000 + id - 1 AS TEXT), 2, 6)"),
                     MANY);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE age = id - 1"),
                     MANY / 2);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE age IS NULL AND "
                                         "fullname IS NULL AND role = 0 AND revision = 1"),
                     MANY / 2);
    free(before);
    free_rows(&array);
    tear_down(&fix);
}

/* The prototype's defaults are user_new()'s; a plain struct has the values that are in it. */
static void what_is_empty_is_left_to_the_database_where_it_fills_it(void **state)
{
    (void)state;
    fixture fix;
    enum { COUNT = 40 };
    calx_shows("SES-323");
    set_up(&fix);
    row_array array = make_rows(COUNT);
    for (size_t i = 10; i < 20; i++)
        array.rows[i].created = 1000000 * (int64_t)i;
    array.rows[25].id = 1000;
    log_sink_forget(&fix.sink);
    assert_int_equal(insert(&fix, &array), CALX_OK);
    calx_session *other = NULL;
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    other = new_session(&fix);
    for (size_t i = 0; i < COUNT; i++) {
        const struct user *user = get_user(other, i == 25 ? 1000 : (int64_t)i + (i < 25));
        assert_non_null(user);
        assert_string_equal(user->name, array.names[i]);
        assert_int_equal(user->role, ROLE_GUEST);
        if (i >= 10 && i < 20)
            assert_int_equal(user->created, 1000000 * (int64_t)i);
        else
            assert_true(user->created > INT64_C(1500000000000000));
        if (i == 25)
            break; /* what comes next is the database's to number */
    }
    calx_session_free(other);
    free_rows(&array);
    tear_down(&fix);
}

/* ---- every type ---- */

static void fill_everything(struct everything *row, int i)
{
    static const char *const texts[] = { "", "{}\"", "\xe2\x82\xac\xf0\x9f\x98\x80", NULL, "NULL" };
    static const unsigned char bytes[] = { 0, 1, 0xff, '{', '"', '\\' };
    row->flag = i % 2 == 1;
    row->i8 = (int8_t)(i % 2 == 0 ? INT8_MIN : INT8_MAX);
    row->i16 = (int16_t)(i % 2 == 0 ? INT16_MIN : INT16_MAX);
    row->i32 = i % 2 == 0 ? INT32_MIN : INT32_MAX;
    row->i64 = i % 2 == 0 ? INT64_MIN : INT64_MAX;
    row->u8 = UINT8_MAX;
    row->u16 = UINT16_MAX;
    row->u32 = UINT32_MAX;
    row->u64 = calx_test_on("postgresql") && i % 2 == 1 ? UINT64_MAX : (uint64_t)i * 10001;
    row->real32 = (float)i / 3;
    row->real64 = -1.0 / (i + 1);
    row->text = texts[i % 5];
    (void)snprintf(row->array, sizeof(row->array), "a%d", i % 100000);
    row->bytes = (calx_bytes){ i % 3 == 0 ? NULL : bytes, i % 3 == 0 ? 0 : (size_t)(i % 7) };
    row->moment = (int64_t)i * 1234567891 - 77;
    row->maybe = (calx_nullable_double){ i % 4 == 1, i % 4 == 1 ? 0.1 : 0 };
    row->perhaps = (calx_nullable_bool){ i % 5 == 1, i % 5 == 1 };
}

static void assert_same_text(const char *left, const char *right)
{
    assert_int_equal(left == NULL, right == NULL);
    if (left != NULL)
        assert_string_equal(left, right);
}

static void assert_everything(const struct everything *row, int i)
{
    struct everything same = { .key = row->key };
    fill_everything(&same, i);
    assert_int_equal(row->flag, same.flag);
    assert_true(row->i8 == same.i8 && row->i16 == same.i16 && row->i32 == same.i32);
    assert_true(row->i64 == same.i64 && row->u8 == same.u8 && row->u16 == same.u16);
    assert_true(row->u32 == same.u32 && row->u64 == same.u64);
    assert_memory_equal(&row->real32, &same.real32, sizeof(float));
    assert_memory_equal(&row->real64, &same.real64, sizeof(double));
    assert_same_text(row->text, same.text);
    assert_string_equal(row->array, same.array);
    assert_int_equal(row->bytes.size, same.bytes.size);
    assert_int_equal(row->bytes.data == NULL, same.bytes.data == NULL);
    if (row->bytes.size > 0)
        assert_memory_equal(row->bytes.data, same.bytes.data, row->bytes.size);
    assert_int_equal(row->moment, same.moment);
    assert_int_equal(row->maybe.has_value, same.maybe.has_value);
    assert_true(row->maybe.value == same.maybe.value);
    assert_int_equal(row->perhaps.has_value, same.perhaps.has_value);
}

static void assert_stored(const fixture *fix, int count, int shift)
{
    calx_session *session = new_session(fix);
    for (int i = 0; i < count; i++) {
        calx_value key = calx_value_int64(i + 1);
        const void *found = NULL;
        assert_int_equal(calx_session_get_one(session, &everything_mapper, &key, &found), CALX_OK);
        assert_everything(found, i + shift);
    }
    calx_session_free(session);
}

static void every_type_is_inserted_and_updated_unchanged(void **state)
{
    (void)state;
    fixture fix;
    enum { COUNT = 60 };
    struct everything rows[COUNT];
    calx_shows("SES-324");
    set_up(&fix);
    for (int shift = 0; shift < 2; shift++) {
        memset(rows, 0, sizeof(rows));
        for (int i = 0; i < COUNT; i++) {
            rows[i].key = (uint32_t)i + 1;
            fill_everything(&rows[i], i + shift);
        }
        calx_status status =
            shift == 0 ? calx_session_bulk_insert(fix.session, &everything_mapper, rows, COUNT)
                       : calx_session_bulk_update(fix.session, &everything_mapper, rows, COUNT);
        assert_int_equal(status, CALX_OK);
        assert_int_equal(calx_session_commit(fix.session), CALX_OK);
        assert_stored(&fix, COUNT, shift);
    }
    tear_down(&fix);
}

/* ---- the session around them ---- */

static void the_session_is_left_as_it_is(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-327");
    set_up(&fix);
    row_array array = store_rows(&fix, 10);
    array.count = 3;
    const struct user *loaded = get_user(fix.session, 3);
    struct user *edited = calx_instance_edit(get_user(fix.session, 4));
    edited->fullname = "edited";
    struct user *pending = add_user(fix.session, "pending");
    for (size_t i = 0; i < array.count; i++)
        array.rows[i].fullname = "bulk";
    log_sink_forget(&fix.sink);
    assert_int_equal(update(&fix, &array), CALX_OK);
    assert_int_equal(logged(&fix, "INSERT INTO"), 0); /* no autoflush */
    assert_true(calx_session_in_transaction(fix.session));
    assert_int_equal(calx_session_count_new(fix.session), 1);
    assert_true(contains(fix.session, pending));
    assert_true(is_modified(fix.session, edited));
    assert_null(loaded->fullname);
    assert_ptr_equal(get_user(fix.session, 3), loaded);
    assert_null(loaded->fullname);
    assert_int_equal(calx_session_refresh(fix.session, loaded), CALX_OK);
    assert_string_equal(loaded->fullname, "bulk");
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE fullname = 'bulk'"), 0);
    calx_instance_free(pending);
    free_rows(&array);
    tear_down(&fix);
}

static void no_row_is_no_work(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    assert_int_equal(calx_session_bulk_insert(fix.session, &user_mapper, NULL, 0), CALX_OK);
    assert_int_equal(calx_session_bulk_update(fix.session, &user_mapper, NULL, 0), CALX_OK);
    assert_int_equal(logged(&fix, "users"), 0);
    tear_down(&fix);
}

static void what_is_missing_is_an_argument_error(void **state)
{
    (void)state;
    fixture fix;
    struct user row = { .name = "one" };
    set_up(&fix);
    assert_int_equal(calx_session_bulk_insert(NULL, &user_mapper, &row, 1), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_bulk_insert(fix.session, NULL, &row, 1), CALX_E_ARGUMENT);
    assert_non_null(strstr(message(fix.session), "bulk_insert(): the mapper is NULL"));
    assert_int_equal(calx_session_bulk_update(fix.session, &user_mapper, NULL, 1), CALX_E_ARGUMENT);
    assert_non_null(strstr(message(fix.session), "bulk_update(): the array of rows is NULL"));
    assert_false(calx_session_in_transaction(fix.session));
    assert_int_equal(calx_session_bulk_insert(fix.session, &user_mapper, &row, 1), CALX_OK);
    tear_down(&fix);
}

/* ---- updating ---- */

static void versions_are_started_checked_and_counted(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-328");
    set_up(&fix);
    row_array array = store_rows(&fix, MANY);
    for (size_t i = 0; i < array.count; i++)
        array.rows[i].age = (calx_nullable_int32){ true, 7 };
    assert_int_equal(update(&fix, &array), CALX_OK);
    assert_int_equal(array.rows[0].revision, 1);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE age = 7 AND "
                                         "revision = 2"),
                     MANY);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    for (size_t i = 0; i < array.count; i++)
        array.rows[i].revision = i == 1700 ? 1 : 2;
    assert_int_equal(update(&fix, &array), CALX_E_STALE_DATA);
    assert_non_null(strstr(message(fix.session), "updating rows[1700] of user: "));
    assert_non_null(strstr(message(fix.session), "version 2"));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE revision = 2"), MANY);
    free_rows(&array);
    tear_down(&fix);
}

static void assert_only_rollback(const fixture *fix)
{
    struct user row = { .name = "late" };
    assert_false(calx_session_is_active(fix->session));
    assert_int_equal(calx_session_bulk_insert(fix->session, &user_mapper, &row, 1),
                     CALX_E_PENDING_ROLLBACK);
    assert_int_equal(calx_session_flush(fix->session), CALX_OK); /* there is nothing to flush */
    assert_int_equal(calx_session_rollback(fix->session), CALX_OK);
    assert_true(calx_session_is_active(fix->session));
}

static void a_row_without_a_key_or_that_is_not_there_fails(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-325");
    set_up(&fix);
    row_array array = store_rows(&fix, 20);
    array.rows[13].id = 0;
    log_sink_forget(&fix.sink);
    assert_int_equal(update(&fix, &array), CALX_E_STATE);
    assert_string_equal(message(fix.session), "updating rows[13] of user: user.id is not set: the "
                                              "key says which row is meant");
    assert_int_equal(logged(&fix, "UPDATE"), 0);
    assert_only_rollback(&fix);
    array.rows[13].id = 999;
    assert_int_equal(update(&fix, &array), CALX_E_STALE_DATA);
    assert_ptr_equal(strstr(message(fix.session), "updating rows[13] of user: "),
                     message(fix.session));
    assert_only_rollback(&fix);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE revision = 1"), 20);
    free_rows(&array);
    tear_down(&fix);
}

static void keys_of_two_columns_say_which_row_is_meant(void **state)
{
    (void)state;
    fixture fix;
    enum { COUNT = 30 };
    struct membership rows[COUNT];
    set_up(&fix);
    row_array array = store_rows(&fix, COUNT);
    memset(rows, 0, sizeof(rows));
    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(rows[i].group_name, sizeof(rows[i].group_name), "group %d", i);
        rows[i].user_id = i + 1;
    }
    assert_int_equal(calx_session_bulk_insert(fix.session, &membership_mapper, rows, COUNT),
                     CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM memberships WHERE rank = 2"), COUNT);
    for (int i = 0; i < COUNT; i++)
        rows[i].rank = (int16_t)(i + 100);
    assert_int_equal(calx_session_bulk_update(fix.session, &membership_mapper, rows, COUNT),
                     CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM memberships WHERE rank = "
                                         "user_id + 99"),
                     COUNT);
    memset(rows[4].group_name, 'x', sizeof(rows[4].group_name));
    assert_int_equal(calx_session_bulk_update(fix.session, &membership_mapper, rows, COUNT),
                     CALX_E_DATA);
    assert_string_equal(message(fix.session), "updating rows[4] of membership: "
                                              "membership.group_name: no NUL inside the array");
    assert_only_rollback(&fix);
    free_rows(&array);
    tear_down(&fix);
}

/* ---- failures ---- */

static void spoil_unique(struct user *user)
{
    user->name = "user 000003";
}

static void spoil_check(struct user *user)
{
    user->age = (calx_nullable_int32){ true, -1 };
}

static void spoil_not_null(struct user *user)
{
    user->name = NULL;
}

static void spoil_encoding(struct user *user)
{
    user->fullname = "\xff";
}

static void assert_blamed(fixture *fix, size_t at, void (*spoil)(struct user *), calx_status status)
{
    char start[64];
    row_array array = make_rows(MANY);
    struct user good = array.rows[at];
    spoil(&array.rows[at]);
    (void)snprintf(start, sizeof(start), "inserting rows[%zu] of user: ", at);
    assert_int_equal(insert(fix, &array), status);
    assert_ptr_equal(strstr(message(fix->session), start), message(fix->session));
    assert_only_rollback(fix);
    assert_int_equal(count_users(fix), 0);
    array.rows[at] = good;
    assert_int_equal(insert(fix, &array), CALX_OK);
    assert_int_equal(count_users(fix), MANY);
    assert_int_equal(calx_session_rollback(fix->session), CALX_OK);
    free_rows(&array);
}

static void the_row_that_fails_is_named_and_all_is_undone(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-326");
    set_up(&fix);
    assert_blamed(&fix, 1234, spoil_unique, CALX_E_UNIQUE);
    assert_blamed(&fix, 0, spoil_check, CALX_E_CHECK);
    assert_blamed(&fix, MANY - 1, spoil_check, CALX_E_CHECK);
    assert_blamed(&fix, 2001, spoil_not_null, CALX_E_NOT_NULL);
    if (calx_test_on("postgresql"))
        assert_blamed(&fix, 1999, spoil_encoding, CALX_E_DATA);
    tear_down(&fix);
}

static void a_text_too_long_is_found_before_anything_is_sent(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    row_array array = make_rows(MANY);
    array.rows[MANY - 2].name = "a name that is longer than thirty characters";
    log_sink_forget(&fix.sink);
    assert_int_equal(insert(&fix, &array), CALX_E_DATA);
    assert_string_equal(message(fix.session),
                        "inserting rows[2498] of user: users.name: the text is longer than its "
                        "column, which takes 30 characters");
    assert_int_equal(log_sink_count(&fix.sink, "INSERT INTO"), 0);
    assert_int_equal(logged(&fix, "COPY"), 0);
    assert_only_rollback(&fix);
    free_rows(&array);
    tear_down(&fix);
}

/* Only what was done since the savepoint goes. */
static void a_failure_inside_a_savepoint_costs_the_savepoint(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-326");
    set_up(&fix);
    row_array array = make_rows(20);
    struct user first = { .name = "first" };
    assert_int_equal(calx_session_bulk_insert(fix.session, &user_mapper, &first, 1), CALX_OK);
    assert_int_equal(calx_session_begin_nested(fix.session), CALX_OK);
    spoil_unique(&array.rows[12]);
    assert_int_equal(insert(&fix, &array), CALX_E_UNIQUE);
    assert_false(calx_session_is_active(fix.session));
    assert_int_equal(insert(&fix, &array), CALX_E_PENDING_ROLLBACK);
    assert_int_equal(
        calx_session_transaction_rollback(calx_session_get_nested_transaction(fix.session)),
        CALX_OK);
    array.rows[12].name = array.names[12];
    assert_int_equal(insert(&fix, &array), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(count_users(&fix), 21);
    free_rows(&array);
    tear_down(&fix);
}

/* What a warning's function gets that calls back. */
typedef struct visitor {
    calx_session *session;
    calx_status insert, update;
} visitor;

static void visit(void *context, const char *text)
{
    visitor *guest = context;
    struct user row = { .id = 1, .name = "from inside" };
    (void)text;
    guest->insert = calx_session_bulk_insert(guest->session, &user_mapper, &row, 1);
    guest->update = calx_session_bulk_update(guest->session, &user_mapper, &row, 1);
}

static void a_call_from_inside_a_flush_is_refused(void **state)
{
    (void)state;
    fixture fix;
    visitor guest = { NULL, CALX_OK, CALX_OK };
    struct address row = { .email = "at home", .user_id = 1 };
    calx_value key = calx_value_int64(1);
    const void *found = NULL;
    set_up(&fix);
    calx_session_options options = session_options(&fix);
    options.warning = visit;
    options.warning_context = &guest;
    set_options(&fix, &options);
    guest.session = fix.session;
    row_array array = store_rows(&fix, 1);
    assert_int_equal(calx_session_bulk_insert(fix.session, &address_mapper, &row, 1), CALX_OK);
    assert_int_equal(calx_session_get_one(fix.session, &address_mapper, &key, &found), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(calx_session_delete(fix.session, found), CALX_OK);
    run_elsewhere(&fix, "DELETE FROM addresses");
    assert_int_equal(calx_session_flush(fix.session), CALX_OK); /* it warns: the row is gone */
    assert_int_equal(calx_session_count_warnings(fix.session), 1);
    assert_int_equal(guest.insert, CALX_E_ILLEGAL_STATE_CHANGE);
    assert_int_equal(guest.update, CALX_E_ILLEGAL_STATE_CHANGE);
    free_rows(&array);
    tear_down(&fix);
}

/* ---- copied, where the table is one for it ---- */

static void assert_inserted(fixture *fix, size_t copies, size_t inserts)
{
    row_array array = make_rows(600);
    log_sink_forget(&fix->sink);
    assert_int_equal(insert(fix, &array), CALX_OK);
    assert_int_equal(log_sink_count(&fix->sink, "COPY \"users\""), copies);
    assert_int_equal(logged(fix, "INSERT INTO"), inserts);
    assert_int_equal(number(fix->session, "SELECT count(*) FROM users WHERE age % 2 = 0"), 300);
    assert_int_equal(count_users(fix), 600);
    assert_int_equal(calx_session_rollback(fix->session), CALX_OK);
    free_rows(&array);
}

typedef struct copies_heard {
    int before, after;
    size_t values;
    bool refuses;
} copies_heard;

static calx_status hear_copy(void *context, calx_event_details *details)
{
    copies_heard *self = context;
    if (strstr(details->statement, "COPY") == NULL) /* refused as well: each row by itself */
        return self->refuses ? CALX_E_PRIVILEGE : CALX_OK;
    self->before += details->event == CALX_EVENT_BEFORE_CURSOR_EXECUTE;
    self->after += details->event == CALX_EVENT_AFTER_CURSOR_EXECUTE;
    self->values = details->parameter_count;
    return self->refuses ? CALX_E_PRIVILEGE : CALX_OK;
}

static void a_copy_is_shown_to_listeners_who_may_refuse_it(void **state)
{
    (void)state;
    calx_shows("ENG-188");
    fixture fix;
    set_up(&fix);
    copies_heard heard = { .refuses = false };
    calx_listener listener = CALX_LISTENER_INIT;
    listener.function = hear_copy;
    listener.context = &heard;
    assert_int_equal(calx_engine_listen(fix.engine, CALX_EVENT_BEFORE_CURSOR_EXECUTE, &listener),
                     CALX_OK);
    assert_int_equal(calx_engine_listen(fix.engine, CALX_EVENT_AFTER_CURSOR_EXECUTE, &listener),
                     CALX_OK);
    assert_inserted(&fix, 1, 0);
    assert_int_equal(heard.before, 1);
    assert_int_equal(heard.after, 1);
    assert_int_equal(heard.values % 600, 0);
    assert_true(heard.values > 0);
    heard.refuses = true;
    row_array array = make_rows(600);
    assert_int_equal(insert(&fix, &array), CALX_E_PRIVILEGE);
    free_rows(&array);
    tear_down(&fix);
}

static void many_rows_are_copied(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    assert_inserted(&fix, 1, 0);
    tear_down(&fix);
}

/* Where COPY would store something else, or pass something by, an INSERT takes its place. */
static void a_table_that_is_none_for_it_has_its_rows_inserted(void **state)
{
    (void)state;
    static const struct {
        const char *change, *back;
        size_t first, later; /* INSERTs */
    } tables[] = {
        { "ALTER TABLE users ALTER COLUMN age TYPE BIGINT",
          "ALTER TABLE users ALTER COLUMN age TYPE INTEGER", 1, 1 },
        { "CREATE RULE nothing AS ON INSERT TO users DO ALSO NOTHING", "DROP RULE nothing ON users",
          1, 1 },
        { "ALTER TABLE users ENABLE ROW LEVEL SECURITY",
          "ALTER TABLE users DISABLE ROW LEVEL SECURITY", 1, 1 },
        /* Text for a JSON column goes by itself. */
        { "ALTER TABLE users ALTER COLUMN fullname TYPE JSON USING NULL",
          "ALTER TABLE users ALTER COLUMN fullname TYPE TEXT", 601, 600 },
    };
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        fixture fix;
        set_up(&fix);
        run_elsewhere(&fix, tables[i].change);
        assert_inserted(&fix, 1, tables[i].first);
        assert_inserted(&fix, 0, tables[i].later); /* the session knows by now */
        run_elsewhere(&fix, tables[i].back);
        tear_down(&fix);
    }
}

/* The backend ends itself at one of the rows. */
static void a_server_lost_in_the_middle_is_told(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    run_elsewhere(&fix, "CREATE FUNCTION vanish() RETURNS trigger LANGUAGE plpgsql AS "
                        "$$BEGIN IF NEW.name = 'user 002200' THEN "
                        "PERFORM pg_terminate_backend(pg_backend_pid()); END IF; "
                        "RETURN NEW; END$$");
    run_elsewhere(&fix, "CREATE TRIGGER vanishing BEFORE INSERT ON users FOR EACH ROW "
                        "EXECUTE FUNCTION vanish()");
    row_array array = make_rows(MANY);
    assert_int_not_equal(insert(&fix, &array), CALX_OK);
    assert_true((calx_session_error(fix.session)->flags & CALX_ERROR_DISCONNECT) != 0);
    assert_non_null(strstr(message(fix.session), "inserting rows[0] to rows[2499] of user: "));
    assert_false(calx_session_is_active(fix.session));
    (void)calx_session_rollback(fix.session);
    (void)calx_session_rollback(fix.session);
    run_elsewhere(&fix, "DROP TRIGGER vanishing ON users");
    assert_int_equal(insert(&fix, &array), CALX_OK);
    assert_int_equal(count_users(&fix), MANY);
    free_rows(&array);
    tear_down(&fix);
}

/* ---- a scoped session ---- */

static void a_scoped_session_forwards_both(void **state)
{
    (void)state;
    fixture fix;
    calx_sessionmaker *maker = NULL;
    calx_scoped_session *scoped = NULL;
    calx_shows("SES-028");
    set_up(&fix);
    calx_session_options options = session_options(&fix);
    assert_int_equal(calx_sessionmaker_new(&options, &maker, NULL), CALX_OK);
    assert_int_equal(calx_scoped_session_new(maker, NULL, &scoped, NULL), CALX_OK);
    row_array array = make_rows(10);
    assert_int_equal(calx_scoped_session_bulk_insert(scoped, &user_mapper, array.rows, 10),
                     CALX_OK);
    for (size_t i = 0; i < 10; i++) {
        array.rows[i].id = (int64_t)i + 1;
        array.rows[i].revision = 1;
        array.rows[i].fullname = "scoped";
    }
    assert_int_equal(calx_scoped_session_bulk_update(scoped, &user_mapper, array.rows, 10),
                     CALX_OK);
    assert_int_equal(calx_scoped_session_commit(scoped), CALX_OK);
    array.rows[2].revision = 1;
    assert_int_equal(calx_scoped_session_bulk_update(scoped, &user_mapper, array.rows, 10),
                     CALX_E_STALE_DATA);
    assert_int_equal(calx_scoped_session_rollback(scoped), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE fullname = 'scoped'"),
                     10);
    calx_scoped_session_free(scoped);
    calx_sessionmaker_free(maker);
    free_rows(&array);
    tear_down(&fix);
}

/* ---- no memory ---- */

static calx_status insert_and_update(calx_session *session)
{
    enum { COUNT = 600 };
    struct user rows[COUNT];
    char names[COUNT][NAME_SIZE];
    memset(rows, 0, sizeof(rows));
    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(names[i], NAME_SIZE, "user %d", i);
        rows[i].id = i + 1;
        rows[i].name = names[i];
    }
    calx_status status = calx_session_bulk_insert(session, &user_mapper, rows, COUNT);
    for (int i = 0; i < COUNT; i++)
        rows[i].revision = 1;
    if (status == CALX_OK)
        status = calx_session_bulk_update(session, &user_mapper, rows, COUNT);
    if (status != CALX_OK)
        assert_int_equal(calx_session_error(session)->status, status);
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
        status = insert_and_update(session);
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
        cmocka_unit_test(rows_are_inserted_in_their_order),
        cmocka_unit_test(what_is_empty_is_left_to_the_database_where_it_fills_it),
        cmocka_unit_test(every_type_is_inserted_and_updated_unchanged),
        cmocka_unit_test(the_session_is_left_as_it_is),
        cmocka_unit_test(no_row_is_no_work),
        cmocka_unit_test(what_is_missing_is_an_argument_error),
        cmocka_unit_test(versions_are_started_checked_and_counted),
        cmocka_unit_test(a_row_without_a_key_or_that_is_not_there_fails),
        cmocka_unit_test(keys_of_two_columns_say_which_row_is_meant),
        cmocka_unit_test(the_row_that_fails_is_named_and_all_is_undone),
        cmocka_unit_test(a_text_too_long_is_found_before_anything_is_sent),
        cmocka_unit_test(a_failure_inside_a_savepoint_costs_the_savepoint),
        cmocka_unit_test(a_call_from_inside_a_flush_is_refused),
        CALX_POSTGRESQL(many_rows_are_copied),
        CALX_POSTGRESQL(a_copy_is_shown_to_listeners_who_may_refuse_it),
        CALX_POSTGRESQL(a_table_that_is_none_for_it_has_its_rows_inserted),
        CALX_POSTGRESQL(a_server_lost_in_the_middle_is_told),
        cmocka_unit_test(a_scoped_session_forwards_both),
        cmocka_unit_test(every_missing_allocation_is_survived),
    };
    return CALX_RUN("session_bulk", tests);
}
