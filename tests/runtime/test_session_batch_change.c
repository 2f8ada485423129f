/*
 * Many rows changed or deleted in one flush: few statements where the database takes rows together,
 * and everything else as if each had gone alone: which row is stale, gone or refused, what is
 * stored, what is in memory after a failure.
 */
#include "session_fixture.h"
#include "support/graph_model.h"
#include "support/ration.h"

#include <stdio.h>
#include <stdlib.h>

enum { MANY = 2500, BATCH = 1000, FEW = 20 };

/* How many statements so many rows of one kind take; the answer depends on the database. */
static size_t statements_for(size_t rows)
{
    return calx_test_on("postgresql") ? (rows + BATCH - 1) / BATCH : rows;
}

/* So many users, stored and loaded, with keys from 1 and texts of the session's own. */
static struct user **stored_users(calx_session *session, int count)
{
    struct user **users = calloc((size_t)count, sizeof(struct user *));
    char name[32];
    assert_non_null(users);
    for (int i = 0; i < count; i++) {
        (void)snprintf(name, sizeof(name), "user %06d", i + 1);
        users[i] = add_user(session, name);
        assert_int_equal(set_name(users[i], name), CALX_OK);
        users[i]->id = i + 1;
        users[i]->created = 1;
    }
    assert_int_equal(calx_session_flush(session), CALX_OK);
    return users;
}

static struct address **stored_addresses(calx_session *session, struct user *const *users,
                                         int count)
{
    struct address **addresses = calloc((size_t)count, sizeof(struct address *));
    assert_non_null(addresses);
    for (int i = 0; i < count; i++) {
        addresses[i] = calx_instance_new(&address_mapper);
        assert_non_null(addresses[i]);
        addresses[i]->id = i + 1;
        addresses[i]->email = "at home";
        addresses[i]->user_id = users[0]->id;
        assert_int_equal(calx_session_add(session, addresses[i]), CALX_OK);
    }
    assert_int_equal(calx_session_flush(session), CALX_OK);
    return addresses;
}

/* Before anything is changed: a load would flush it. */
static void load_all(calx_session *session, struct user *const *users, int count)
{
    for (int i = 0; i < count; i++)
        assert_int_equal(calx_session_load(session, users[i]), CALX_OK);
}

static void set_age(const struct user *user, int age)
{
    struct user *changed = calx_instance_edit(user);
    assert_non_null(changed);
    changed->age = (calx_nullable_int32){ age != 0, age };
}

static void delete_users(calx_session *session, struct user *const *users, int count)
{
    for (int i = 0; i < count; i++)
        assert_int_equal(calx_session_delete(session, users[i]), CALX_OK);
}

/* ---- what is sent, and what is stored ---- */

static void many_changes_take_few_statements(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-342");
    set_up(&fix);
    struct user **users = stored_users(fix.session, MANY);
    for (int round = 1; round <= 2; round++) {
        for (int i = MANY; i-- > 0;)
            set_age(users[i], round == 2 && i % 3 == 0 ? 0 : (i + 1) * round);
        log_sink_forget(&fix.sink);
        assert_int_equal(calx_session_flush(fix.session), CALX_OK);
        assert_int_equal(logged(&fix, "UPDATE \"users\""), statements_for(MANY));
        assert_int_equal(users[MANY - 1]->revision, 1 + round);
    }
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(logged(&fix, "UPDATE"), 0);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE revision = 3"), MANY);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE age = 2 * id"),
                     MANY - (MANY + 2) / 3);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE age IS NULL AND "
                                         "(id - 1) % 3 = 0"),
                     (MANY + 2) / 3);
    free(users);
    tear_down(&fix);
}

static void many_deletes_take_few_statements(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-181");
    set_up(&fix);
    struct user **users = stored_users(fix.session, MANY);
    struct address **addresses = stored_addresses(fix.session, users, MANY);
    for (int i = 1; i < MANY; i++)
        assert_int_equal(calx_session_delete(fix.session, addresses[i]), CALX_OK);
    delete_users(fix.session, users + 1, MANY - 1);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(log_sink_count(&fix.sink, "DELETE FROM \"users\""), statements_for(MANY - 1));
    assert_int_equal(logged(&fix, "DELETE FROM \"addresses\""), statements_for(MANY - 1));
    assert_int_equal(calx_session_count_warnings(fix.session), 0);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM addresses"), 1);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 1);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    free(addresses);
    free(users);
    tear_down(&fix);
}

static void rows_with_keys_of_two_columns_go_together(void **state)
{
    (void)state;
    fixture fix;
    struct membership *members[FEW];
    set_up(&fix);
    struct user **users = stored_users(fix.session, FEW);
    for (int i = 0; i < FEW; i++) {
        members[i] = calx_instance_new(&membership_mapper);
        (void)snprintf(members[i]->group_name, sizeof(members[i]->group_name), "g%d", i / 2);
        members[i]->user_id = users[i]->id;
        members[i]->rank = (int16_t)(i + 1);
        assert_int_equal(calx_session_add(fix.session, members[i]), CALX_OK);
    }
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    for (int i = 0; i < FEW; i++)
        assert_int_equal(calx_session_load(fix.session, members[i]), CALX_OK);
    for (int i = 0; i < FEW; i++)
        ((struct membership *)calx_instance_edit(members[i]))->rank = (int16_t)(100 + i);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(logged(&fix, "UPDATE \"memberships\""), statements_for(FEW));
    assert_int_equal(number(fix.session, "SELECT count(*) FROM memberships WHERE rank = 99 + "
                                         "user_id AND group_name = 'g' || ((user_id - 1) / 2)"),
                     FEW);
    for (int i = 0; i < FEW; i++)
        assert_int_equal(calx_session_delete(fix.session, members[i]), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(logged(&fix, "DELETE FROM \"memberships\""), statements_for(FEW));
    assert_int_equal(number(fix.session, "SELECT count(*) FROM memberships"), 0);
    free(users);
    tear_down(&fix);
}

/* Statements go in the order of the keys, so rows with other columns part batches (SES-173). */
static void rows_with_other_columns_part_batches(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct user **users = stored_users(fix.session, FEW);
    for (int i = 0; i < FEW; i++)
        set_age(users[i], i + 1);
    for (int i = 10; i < 15; i++)
        assert_int_equal(set_fullname(users[i], "somebody"), CALX_OK);
    assert_int_equal(set_fullname(users[2], "somebody"), CALX_OK);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(logged(&fix, "UPDATE \"users\""),
                     calx_test_on("postgresql") ? 2 + 1 + 1 + 1 + 1 : FEW);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE age = id"), FEW);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE fullname = 'somebody' "
                                         "AND (id = 3 OR id BETWEEN 11 AND 15)"),
                     6);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE revision = 2"), FEW);
    free(users);
    tear_down(&fix);
}

/* Each takes the name the one before it has just given up: the order is that of the keys. */
static void a_unique_value_handed_on_is_free_in_time(void **state)
{
    (void)state;
    fixture fix;
    char name[32];
    set_up(&fix);
    struct user **users = stored_users(fix.session, FEW);
    for (int i = FEW; i-- > 0;) {
        (void)snprintf(name, sizeof(name), "user %06d", i);
        assert_int_equal(set_name(users[i], name), CALX_OK);
    }
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE name = 'user ' || "
                                         "substr(CAST(1000000 + id - 1 AS TEXT), 2, 6)"),
                     FEW);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE revision = 2"), FEW);
    free(users);
    tear_down(&fix);
}

static void a_key_that_changes_goes_alone(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-203");
    set_up(&fix);
    struct user **users = stored_users(fix.session, FEW);
    for (int i = 0; i < FEW; i++)
        set_age(users[i], i + 1);
    ((struct user *)calx_instance_edit(users[9]))->id = 1009;
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(logged(&fix, "UPDATE \"users\""), calx_test_on("postgresql") ? 3 : FEW);
    assert_ptr_equal(get_user(fix.session, 1009), users[9]);
    assert_null(get_user(fix.session, 10));
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE age = id OR "
                                         "(id = 1009 AND age = 10)"),
                     FEW);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    free(users);
    tear_down(&fix);
}

/* ---- a row that is not as it was ---- */

static void touch(calx_session *session, const char *sql)
{
    assert_int_equal(number(session, sql), 1);
}

static void assert_failed_as_a_whole(fixture *fix)
{
    assert_false(calx_session_is_active(fix->session));
    assert_int_equal(calx_session_flush(fix->session), CALX_OK);
    assert_int_equal(calx_session_rollback(fix->session), CALX_OK);
    assert_int_equal(number(fix->session, "SELECT count(*) FROM users WHERE age IS NULL AND "
                                          "revision = 1"),
                     FEW);
}

static void a_stale_row_in_the_middle_is_named(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-341");
    calx_shows("SES-342");
    set_up(&fix);
    struct user **users = stored_users(fix.session, FEW);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    load_all(fix.session, users, FEW);
    for (int i = 0; i < FEW; i++)
        set_age(users[i], i + 1);
    touch(fix.session, "UPDATE users SET revision = 7 WHERE id = 10 RETURNING 1");
    touch(fix.session, "UPDATE users SET revision = 7 WHERE id = 12 RETURNING 1");
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_flush(fix.session), CALX_E_STALE_DATA);
    assert_non_null(strstr(message(fix.session), "updating user(id=10)"));
    assert_non_null(strstr(message(fix.session), "version 1"));
    assert_failed_as_a_whole(&fix);
    free(users);
    tear_down(&fix);
}

static void a_stale_delete_in_the_middle_is_named(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-341");
    set_up(&fix);
    struct user **users = stored_users(fix.session, FEW);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    load_all(fix.session, users, FEW);
    touch(fix.session, "UPDATE users SET revision = 7 WHERE id = 10 RETURNING 1");
    delete_users(fix.session, users, FEW);
    assert_int_equal(calx_session_flush(fix.session), CALX_E_STALE_DATA);
    assert_non_null(strstr(message(fix.session), "deleting user(id=10)"));
    assert_non_null(strstr(message(fix.session), "version 1"));
    assert_failed_as_a_whole(&fix);
    for (int i = 0; i < FEW; i++)
        assert_true(contains(fix.session, users[i]));
    free(users);
    tear_down(&fix);
}

static void a_row_that_is_gone_in_the_middle_is_named(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-343");
    set_up(&fix);
    struct user **users = stored_users(fix.session, 1);
    struct address **addresses = stored_addresses(fix.session, users, FEW);
    for (int i = 0; i < FEW; i++)
        ((struct address *)calx_instance_edit(addresses[i]))->email = "at work";
    touch(fix.session, "DELETE FROM addresses WHERE id = 8 RETURNING 1");
    assert_int_equal(calx_session_flush(fix.session), CALX_E_STALE_DATA);
    assert_non_null(strstr(message(fix.session), "updating address(id=8)"));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    free(addresses);
    free(users);
    tear_down(&fix);
}

static void deletes_of_rows_that_are_gone_are_warnings(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-344");
    set_up(&fix);
    struct user **users = stored_users(fix.session, 1);
    struct address **addresses = stored_addresses(fix.session, users, FEW);
    touch(fix.session, "DELETE FROM addresses WHERE id = 8 RETURNING 1");
    touch(fix.session, "DELETE FROM addresses WHERE id = 20 RETURNING 1");
    for (int i = 0; i < FEW; i++)
        assert_int_equal(calx_session_delete(fix.session, addresses[i]), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(calx_session_count_warnings(fix.session), 2);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM addresses"), 0);
    free(addresses);
    free(users);
    tear_down(&fix);
}

/* What nobody loaded since the commit is looked at before its version is checked. */
static void expired_rows_are_deleted_by_the_version_they_have_now(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct user **users = stored_users(fix.session, FEW);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    touch(fix.session, "UPDATE users SET revision = 7 WHERE id = 10 RETURNING 1");
    delete_users(fix.session, users, FEW);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(logged(&fix, "DELETE FROM \"users\""), statements_for(FEW));
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 0);
    free(users);
    tear_down(&fix);
}

/* ---- a row that is refused ---- */

static void spoil_unique(const struct user *user)
{
    assert_int_equal(set_name(user, "user 000003"), CALX_OK);
}

static void spoil_check(const struct user *user)
{
    set_age(user, -1);
}

static void spoil_not_null(const struct user *user)
{
    assert_int_equal(set_name(user, NULL), CALX_OK);
}

static void spoil_length(const struct user *user)
{
    assert_int_equal(set_name(user, "a name that is longer than thirty characters"), CALX_OK);
}

static void spoil_encoding(const struct user *user)
{
    assert_int_equal(set_name(user, "\xff"), CALX_OK);
}

/* All rows change the same columns; the one at the position is to blame. */
static void assert_blamed(fixture *fix, int at, void (*spoil)(const struct user *),
                          calx_status status)
{
    char text[64];
    struct user **users = stored_users(fix->session, FEW);
    assert_int_equal(calx_session_commit(fix->session), CALX_OK);
    load_all(fix->session, users, FEW);
    for (int i = 0; i < FEW; i++) {
        (void)snprintf(text, sizeof(text), "changed %d", i);
        assert_int_equal(set_name(users[i], text), CALX_OK);
        set_age(users[i], i + 1);
    }
    spoil(users[at]);
    (void)snprintf(text, sizeof(text), "updating user(id=%d): ", at + 1);
    assert_int_equal(calx_session_flush(fix->session), status);
    assert_ptr_equal(strstr(message(fix->session), text), message(fix->session));
    assert_failed_as_a_whole(fix);
    load_all(fix->session, users, FEW);
    for (int i = 0; i < FEW; i++) {
        assert_int_equal(users[i]->revision, 1);
        assert_false(users[i]->age.has_value);
        set_age(users[i], i + 1);
    }
    assert_int_equal(calx_session_flush(fix->session), CALX_OK);
    delete_users(fix->session, users, FEW);
    assert_int_equal(calx_session_commit(fix->session), CALX_OK);
    free(users);
}

static void the_row_that_breaks_an_update_is_named(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-154");
    set_up(&fix);
    for (int at = 9; at < FEW; at += 10) {
        assert_blamed(&fix, at, spoil_check, CALX_E_CHECK);
        assert_blamed(&fix, at, spoil_not_null, CALX_E_NOT_NULL);
        assert_blamed(&fix, at, spoil_length, CALX_E_DATA);
        if (calx_test_on("postgresql"))
            assert_blamed(&fix, at, spoil_encoding, CALX_E_DATA);
    }
    tear_down(&fix);
}

static void a_unique_value_taken_twice_is_blamed_on_the_second(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct user **users = stored_users(fix.session, FEW);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    load_all(fix.session, users, FEW);
    for (int i = 5; i < FEW; i++) {
        char text[32];
        (void)snprintf(text, sizeof(text), "changed %d", i);
        assert_int_equal(set_name(users[i], text), CALX_OK);
    }
    spoil_unique(users[12]);
    assert_int_equal(calx_session_flush(fix.session), CALX_E_UNIQUE);
    assert_non_null(strstr(message(fix.session), "updating user(id=13): "));
    assert_failed_as_a_whole(&fix);
    free(users);
    tear_down(&fix);
}

static void the_row_that_breaks_a_delete_is_named(void **state)
{
    (void)state;
    fixture fix;
    struct account *accounts[FEW];
    set_up_model(&fix, &graph_metadata);
    for (int i = 0; i < FEW; i++) {
        accounts[i] = calx_instance_new(&account_mapper);
        accounts[i]->id = i + 1;
        assert_int_equal(calx_session_add(fix.session, accounts[i]), CALX_OK);
    }
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    for (int i = 0; i < FEW; i++)
        assert_int_equal(calx_session_load(fix.session, accounts[i]), CALX_OK);
    touch(fix.session, "INSERT INTO accounts (id) VALUES (100) RETURNING 1");
    for (int i = 0; i < FEW; i++)
        assert_int_equal(calx_session_delete(fix.session, accounts[i]), CALX_OK);
    touch(fix.session, "INSERT INTO transfers (id, from_id, to_id) VALUES (1, 100, 7) RETURNING 1");
    assert_int_equal(calx_session_flush(fix.session), CALX_E_FOREIGN_KEY);
    assert_non_null(strstr(message(fix.session), "deleting account(id=7): "));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM accounts"), FEW);
    tear_down(&fix);
}

/* ---- a table that is not as the mapper would make it ---- */

static void a_key_of_another_type_is_found_row_by_row(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct user **users = stored_users(fix.session, FEW);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    run_elsewhere(&fix, "ALTER TABLE users ALTER COLUMN fullname TYPE DATE USING NULL");
    load_all(fix.session, users, FEW);
    for (int i = 0; i < FEW; i++)
        assert_int_equal(set_fullname(users[i], "2024-02-29"), CALX_OK);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(logged(&fix, "UPDATE \"users\""), 1 + FEW);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE fullname = "
                                         "DATE '2024-02-29' AND revision = 2"),
                     FEW);
    free(users);
    tear_down(&fix);
}

/* A row a trigger keeps from changing was not found, as far as anybody can tell. */
static void a_row_kept_by_a_trigger_is_named(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct user **users = stored_users(fix.session, FEW);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    run_elsewhere(&fix, "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS "
                        "$$BEGIN IF NEW.id = 7 THEN RETURN NULL; END IF; RETURN NEW; END$$");
    run_elsewhere(&fix, "CREATE TRIGGER keep BEFORE UPDATE ON users FOR EACH ROW EXECUTE "
                        "FUNCTION keep()");
    load_all(fix.session, users, FEW);
    for (int i = 0; i < FEW; i++)
        set_age(users[i], i + 1);
    assert_int_equal(calx_session_flush(fix.session), CALX_E_STALE_DATA);
    assert_non_null(strstr(message(fix.session), "updating user(id=7)"));
    assert_failed_as_a_whole(&fix);
    free(users);
    tear_down(&fix);
}

/* ---- out of memory ---- */

static calx_status change_and_delete(calx_session *session)
{
    const void *found[8] = { NULL };
    calx_status status = CALX_OK;
    for (int i = 0; status == CALX_OK && i < 8; i++) {
        calx_value key = calx_value_int64(i + 1);
        status = calx_session_get_one(session, &user_mapper, &key, &found[i]);
    }
    for (int i = 0; status == CALX_OK && i < 8; i++)
        status = set_fullname(found[i], "a name that is given to everybody");
    if (status == CALX_OK)
        status = calx_session_flush(session);
    for (int i = 0; status == CALX_OK && i < 8; i++)
        status = calx_session_delete(session, found[i]);
    return status == CALX_OK ? calx_session_flush(session) : status;
}

static calx_status run_changes(const char *url)
{
    calx_engine *engine = NULL;
    calx_session *session = NULL;
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_status status = calx_engine_new(url, NULL, &engine, NULL);
    options.bind = engine;
    if (status == CALX_OK)
        status = calx_session_new(&options, &session, NULL);
    if (status == CALX_OK)
        status = change_and_delete(session);
    if (session != NULL)
        assert_int_equal(calx_session_rollback(session), CALX_OK);
    calx_session_free(session);
    calx_engine_free(engine);
    return status;
}

static void every_missing_allocation_of_changes_is_survived(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    char url[300];
    struct user **users = stored_users(fix.session, FEW);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    (void)snprintf(url, sizeof url, "%s", calx_test_url());
    free(users);
    tear_down(&fix);
    calx_status status = CALX_E_NOMEM;
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = run_changes(url);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_changes_take_few_statements),
        cmocka_unit_test(many_deletes_take_few_statements),
        cmocka_unit_test(rows_with_keys_of_two_columns_go_together),
        cmocka_unit_test(rows_with_other_columns_part_batches),
        cmocka_unit_test(a_unique_value_handed_on_is_free_in_time),
        cmocka_unit_test(a_key_that_changes_goes_alone),
        cmocka_unit_test(a_stale_row_in_the_middle_is_named),
        cmocka_unit_test(a_stale_delete_in_the_middle_is_named),
        cmocka_unit_test(a_row_that_is_gone_in_the_middle_is_named),
        cmocka_unit_test(deletes_of_rows_that_are_gone_are_warnings),
        cmocka_unit_test(expired_rows_are_deleted_by_the_version_they_have_now),
        cmocka_unit_test(the_row_that_breaks_an_update_is_named),
        cmocka_unit_test(a_unique_value_taken_twice_is_blamed_on_the_second),
        cmocka_unit_test(the_row_that_breaks_a_delete_is_named),
        CALX_POSTGRESQL(a_key_of_another_type_is_found_row_by_row),
        CALX_POSTGRESQL(a_row_kept_by_a_trigger_is_named),
        cmocka_unit_test(every_missing_allocation_of_changes_is_survived),
    };
    return CALX_RUN("session_batch_change", tests);
}
