/*
 * Rows that name their members, straight to the table: which go together, what is left to the
 * database, keys that come back, and what is said of mappings that cannot be.
 */
#include "session_fixture.h"
#include "support/ration.h"

#include <stdio.h>
#include <stdlib.h>

enum { MANY = 2500, NAME_SIZE = 32 };

static calx_status insert_with(const fixture *fix, const calx_mapping *mappings, size_t count,
                               bool return_defaults, bool render_nulls)
{
    calx_bulk_mapping_options options = CALX_BULK_MAPPING_OPTIONS_INIT;
    options.return_defaults = return_defaults;
    options.render_nulls = render_nulls;
    return calx_session_bulk_insert_mappings(fix->session, &user_mapper, mappings, count, &options);
}

static calx_status insert(const fixture *fix, const calx_mapping *mappings, size_t count)
{
    return calx_session_bulk_insert_mappings(fix->session, &user_mapper, mappings, count, NULL);
}

static calx_status update(const fixture *fix, const calx_mapping *mappings, size_t count)
{
    return calx_session_bulk_update_mappings(fix->session, &user_mapper, mappings, count);
}

/* ---- inserting ---- */

static void what_is_not_named_is_left_to_the_database(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-323");
    calx_shows("SES-328");
    set_up(&fix);
    calx_mapped_value ed[] = { { "age", calx_value_uint64(41) },
                               { "name", calx_value_text("ed") } };
    calx_mapped_value jack[] = { { "name", calx_value_text_n("jack!", 4) },
                                 { "role", calx_value_int64(ROLE_ADMIN) },
                                 { "revision", calx_value_int64(7) } };
    const calx_mapping mappings[] = { { ed, 2 }, { jack, 3 } };
    assert_int_equal(insert(&fix, mappings, 2), CALX_OK);
    assert_int_equal(number(fix.session,
                            "SELECT count(*) FROM users WHERE name = 'ed' AND age = 41 "
                            "AND role = 1 AND created IS NOT NULL AND revision = 1 "
                            "AND fullname IS NULL"),
                     1);
    assert_int_equal(number(fix.session,
                            "SELECT count(*) FROM users WHERE name = 'jack' AND age IS "
                            "NULL AND role = 2 AND revision = 7"),
                     1);
    assert_true(calx_session_is_active(fix.session));
    tear_down(&fix);
}

static void those_that_name_the_same_go_together(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-323");
    set_up(&fix);
    char(*names)[NAME_SIZE] = calloc(MANY, NAME_SIZE);
    calx_mapped_value(*values)[2] = calloc(MANY, sizeof *values);
    calx_mapping *mappings = calloc(MANY, sizeof *mappings);
    assert_true(names != NULL && values != NULL && mappings != NULL);
    for (size_t i = 0; i < MANY; i++) {
        (void)snprintf(names[i], NAME_SIZE, "user %zu", i);
        values[i][i % 2] = (calx_mapped_value){ "name", calx_value_text(names[i]) };
        values[i][1 - i % 2] = (calx_mapped_value){ "fullname", i % 2 == 0 ? calx_value_text("x")
                                                                           : calx_value_null() };
        mappings[i] = (calx_mapping){ values[i], 2 };
    }
    size_t apart = 0;
    assert_int_equal(insert(&fix, mappings, 40), CALX_OK);
    apart = logged(&fix, "INSERT INTO \"users\"");
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    log_sink_forget(&fix.sink);
    assert_int_equal(insert_with(&fix, mappings, 40, false, true), CALX_OK); /* NULL as well */
    size_t together = logged(&fix, "INSERT INTO \"users\"");
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE fullname = 'x'"), 20);
    if (calx_test_on("postgresql"))
        assert_true(apart == 40 && together == 1);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(insert_with(&fix, mappings, MANY, false, true), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE fullname IS NULL"),
                     MANY / 2);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE name = 'user ' || "
                                         "CAST(id - (SELECT min(id) FROM users) AS TEXT)"),
                     MANY);
    free(names);
    free(values);
    free(mappings);
    tear_down(&fix);
}

static void keys_are_written_into_the_mappings(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-321");
    set_up(&fix);
    calx_mapped_value rows[3][2];
    calx_mapping mappings[3];
    static const char *const names[] = { "a", "b", "c" };
    for (size_t i = 0; i < 3; i++) {
        rows[i][0] = (calx_mapped_value){ "name", calx_value_text(names[i]) };
        rows[i][1] = (calx_mapped_value){ "id", calx_value_null() };
        mappings[i] = (calx_mapping){ rows[i], 2 };
    }
    rows[1][1].value = calx_value_int64(70);
    assert_int_equal(insert(&fix, mappings, 2), CALX_OK);
    assert_int_equal(rows[0][1].value.type, CALX_VALUE_NULL); /* nobody asked */
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(insert_with(&fix, mappings, 3, true, true), CALX_OK);
    for (size_t i = 0; i < 3; i++) {
        char sql[80];
        assert_int_equal(rows[i][1].value.type, CALX_VALUE_INT64);
        (void)snprintf(sql, sizeof sql, "SELECT id FROM users WHERE name = '%s'", names[i]);
        assert_int_equal(number(fix.session, sql), rows[i][1].value.as.int64);
    }
    assert_int_equal(rows[1][1].value.as.int64, 70);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    rows[2][1].value = calx_value_null();
    rows[2][0].value = calx_value_text("a"); /* a name twice */
    rows[0][1].value = calx_value_null();
    assert_int_equal(insert_with(&fix, mappings, 3, true, false), CALX_E_UNIQUE);
    assert_int_equal(rows[0][1].value.type, CALX_VALUE_NULL); /* it is not there */
    assert_non_null(strstr(message(fix.session), "rows[2] of user"));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    mappings[2].count = 1;
    assert_int_equal(insert_with(&fix, mappings, 3, true, false), CALX_E_ARGUMENT);
    assert_non_null(strstr(message(fix.session), "rows[2] of user: it has no place for its key"));
    tear_down(&fix);
}

/* ---- updating ---- */

static void insert_three(const fixture *fix)
{
    calx_mapped_value names[] = { { "name", calx_value_text("ed") },
                                  { "name", calx_value_text("fred") },
                                  { "name", calx_value_text("jack") } };
    const calx_mapping mappings[] = { { &names[0], 1 }, { &names[1], 1 }, { &names[2], 1 } };
    assert_int_equal(insert(fix, mappings, 3), CALX_OK);
    assert_int_equal(calx_session_commit(fix->session), CALX_OK);
}

static void only_what_is_named_is_updated(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-324");
    calx_shows("SES-328");
    set_up(&fix);
    insert_three(&fix);
    const struct user *loaded = get_user(fix.session, 2);
    calx_mapped_value first[] = { { "id", calx_value_int64(1) },
                                  { "age", calx_value_int64(5) },
                                  { "revision", calx_value_int64(1) } };
    calx_mapped_value second[] = { { "revision", calx_value_int64(1) },
                                   { "id", calx_value_int64(2) },
                                   { "fullname", calx_value_text("Fred") } };
    calx_mapped_value before[3];
    memcpy(before, second, sizeof before);
    const calx_mapping mappings[] = { { first, 3 }, { second, 3 } };
    assert_int_equal(update(&fix, mappings, 2), CALX_OK);
    assert_memory_equal(before, second, sizeof before);
    assert_null(loaded->fullname); /* it does not learn of it (SES-327) */
    assert_int_equal(number(fix.session,
                            "SELECT count(*) FROM users WHERE id = 1 AND name = 'ed' AND "
                            "age = 5 AND revision = 2 AND fullname IS NULL"),
                     1);
    assert_int_equal(number(fix.session,
                            "SELECT count(*) FROM users WHERE id = 2 AND name = 'fred' "
                            "AND age IS NULL AND revision = 2 AND fullname = 'Fred'"),
                     1);
    second[2].value = calx_value_null();
    second[0].value = calx_value_int64(2);
    assert_int_equal(update(&fix, mappings + 1, 1), CALX_OK); /* NULL is a value here */
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE fullname IS NULL"), 3);
    tear_down(&fix);
}

static void rows_of_nothing_but_a_key_are_left_alone(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-324");
    set_up(&fix);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 0);
    insert_three(&fix);
    calx_mapped_value address[] = { { "email", calx_value_text("a@b") },
                                    { "user_id", calx_value_int64(1) } };
    calx_mapping mapping = { address, 2 };
    assert_int_equal(
        calx_session_bulk_insert_mappings(fix.session, &address_mapper, &mapping, 1, NULL),
        CALX_OK);
    calx_mapped_value values[3][2] = {
        { { "id", calx_value_int64(99) } },
        { { "id", calx_value_int64(1) }, { "email", calx_value_text("c@d") } },
        { { "id", calx_value_int64(98) }, { "email", calx_value_text("c@d") } },
    };
    const calx_mapping mappings[] = { { values[0], 1 }, { values[1], 2 }, { values[2], 2 } };
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_bulk_update_mappings(fix.session, &address_mapper, mappings, 2),
                     CALX_OK);
    assert_int_equal(logged(&fix, "UPDATE"), 1);
    assert_stored_text(fix.session, "SELECT email FROM addresses", "c@d");
    assert_int_equal(calx_session_bulk_update_mappings(fix.session, &address_mapper, mappings, 3),
                     CALX_E_STALE_DATA);
    calx_shows("SES-325");
    calx_shows("SES-326");
    assert_non_null(strstr(message(fix.session), "rows[2] of address"));
    assert_false(calx_session_is_active(fix.session));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    tear_down(&fix);
}

/* ---- what cannot be ---- */

static void mappings_that_cannot_be_are_told(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-325");
    set_up(&fix);
    insert_three(&fix);
    calx_mapped_value good[] = { { "name", calx_value_text("mary") } };
    static const struct {
        calx_mapped_value values[3];
        size_t count;
        bool updates;
        calx_status status;
        const char *message;
    } cases[] = {
        { { { "nmae", { .type = CALX_VALUE_NULL } } },
          1,
          false,
          CALX_E_ARGUMENT,
          "inserting rows[1] of user: it has no column \"nmae\"; there are id, name, fullname, "
          "age" },
        { { { NULL, { .type = CALX_VALUE_NULL } } },
          1,
          false,
          CALX_E_ARGUMENT,
          "rows[1] of user: the name of a member is NULL" },
        { { { "age", { .type = CALX_VALUE_NULL } }, { "age", { .type = CALX_VALUE_NULL } } },
          2,
          false,
          CALX_E_ARGUMENT,
          "rows[1] of user: a member is named twice: age" },
        { { { "age", { .type = CALX_VALUE_DOUBLE, .as.real = 1.5 } } },
          1,
          false,
          CALX_E_DATA,
          "rows[1] of user: age: " },
        { { { "age", { .type = CALX_VALUE_INT64, .as.int64 = INT64_MAX } } },
          1,
          false,
          CALX_E_DATA,
          "rows[1] of user: age: " },
        { { { "name", { .type = CALX_VALUE_INT64, .as.int64 = 1 } } },
          1,
          false,
          CALX_E_DATA,
          "rows[1] of user: name: " },
        { { { "name",
              { .type = CALX_VALUE_TEXT, .as.span = { "0123456789012345678901234567890", 31 } } } },
          1,
          false,
          CALX_E_DATA,
          "rows[1] of user" },
        { { { "fullname", { .type = CALX_VALUE_NULL } } },
          1,
          false,
          CALX_E_NOT_NULL,
          "rows[1] of user" },
        { { { "age", { .type = CALX_VALUE_INT64, .as.int64 = 1 } } },
          1,
          true,
          CALX_E_STATE,
          "updating rows[1] of user: the key says which row is meant, and it does not name id" },
        { { { "id", { .type = CALX_VALUE_INT64, .as.int64 = 1 } } },
          1,
          true,
          CALX_E_STATE,
          "rows[1] of user: the row has a version, and it does not name revision" },
        { { { "id", { .type = CALX_VALUE_INT64, .as.int64 = 1 } },
            { "revision", { .type = CALX_VALUE_INT64, .as.int64 = 7 } } },
          2,
          true,
          CALX_E_STALE_DATA,
          "rows[1] of user" },
        { { { "id", { .type = CALX_VALUE_NULL } },
            { "revision", { .type = CALX_VALUE_INT64, .as.int64 = 7 } } },
          2,
          true,
          CALX_E_DATA,
          "rows[1] of user: id: " },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        calx_mapped_value values[3];
        calx_mapped_value first[] = { { "id", calx_value_int64(2) },
                                      { "revision", calx_value_int64(1) } };
        memcpy(values, cases[i].values, sizeof values);
        const calx_mapping inserted[] = { { good, 1 }, { values, cases[i].count } };
        const calx_mapping updated[] = { { first, 2 }, { values, cases[i].count } };
        assert_int_equal(cases[i].updates ? update(&fix, updated, 2) : insert(&fix, inserted, 2),
                         cases[i].status);
        if (strstr(message(fix.session), cases[i].message) == NULL)
            fail_msg("case %zu: %s", i, message(fix.session));
        assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
        assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE revision = 1"), 3);
        assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    }
    const calx_mapping no_values = { NULL, 1 };
    assert_int_equal(insert(&fix, &no_values, 1), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(insert(&fix, NULL, 1), CALX_E_ARGUMENT);
    assert_int_equal(insert(&fix, NULL, 0), CALX_OK);
    assert_int_equal(update(&fix, NULL, 1), CALX_E_ARGUMENT);
    calx_bulk_mapping_options options = { .size = 3 };
    const calx_mapping one = { good, 1 };
    assert_int_equal(
        calx_session_bulk_insert_mappings(fix.session, &user_mapper, &one, 1, &options),
        CALX_E_ARGUMENT);
    assert_int_equal(calx_session_bulk_insert_mappings(fix.session, NULL, &one, 1, NULL),
                     CALX_E_ARGUMENT);
    tear_down(&fix);
}

/* ---- memory ---- */

static calx_status write_some(calx_session *session)
{
    calx_mapped_value rows[3][2] = {
        { { "name", calx_value_text("a") }, { "id", calx_value_null() } },
        { { "name", calx_value_text("b") }, { "id", calx_value_null() } },
        { { "id", calx_value_null() }, { "name", calx_value_text("c") } },
    };
    const calx_mapping mappings[] = { { rows[0], 2 }, { rows[1], 2 }, { rows[2], 2 } };
    calx_bulk_mapping_options options = CALX_BULK_MAPPING_OPTIONS_INIT;
    options.return_defaults = true;
    calx_status status =
        calx_session_bulk_insert_mappings(session, &user_mapper, mappings, 3, &options);
    if (status != CALX_OK)
        return status;
    calx_mapped_value changed[] = { { "id", rows[1][1].value },
                                    { "revision", calx_value_int64(1) },
                                    { "fullname", calx_value_text("B") } };
    const calx_mapping change = { changed, 3 };
    return calx_session_bulk_update_mappings(session, &user_mapper, &change, 1);
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
        status = write_some(session);
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
        cmocka_unit_test(what_is_not_named_is_left_to_the_database),
        cmocka_unit_test(those_that_name_the_same_go_together),
        cmocka_unit_test(keys_are_written_into_the_mappings),
        cmocka_unit_test(only_what_is_named_is_updated),
        cmocka_unit_test(rows_of_nothing_but_a_key_are_left_alone),
        cmocka_unit_test(mappings_that_cannot_be_are_told),
        cmocka_unit_test(every_missing_allocation_is_survived),
    };
    return CALX_RUN("session_bulk_mapping", tests);
}
