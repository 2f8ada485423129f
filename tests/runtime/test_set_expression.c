/*
 * Columns set to an SQL expression for the next flush (SES-180).
 */
#include "session_fixture.h"
#include "support/ration.h"

#include <calx/aggregate.h>
#include <calx/select.h>

static calx_status set_to(calx_session *session, const struct user *user, calx_column_ref column,
                          calx_expression expression)
{
    return calx_session_set_expression(session, user, column, expression);
}

/* Stored with an age, loaded. */
static const struct user *aged_user(fixture *fix, const char *name, int32_t age)
{
    struct user *user = add_user(fix->session, name);
    user->age = (calx_nullable_int32){ true, age };
    assert_int_equal(calx_session_commit(fix->session), CALX_OK);
    assert_int_equal(calx_session_load(fix->session, user), CALX_OK);
    log_sink_forget(&fix->sink);
    return user;
}

static void an_update_is_worked_out_by_the_database(void **state)
{
    (void)state;
    calx_shows("SES-180");
    fixture fix;
    set_up(&fix);
    const struct user *user = aged_user(&fix, "ed", 18);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    run_elsewhere(&fix, "UPDATE users SET age = 40");
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(set_to(fix.session, user, user_col.age.ref, calx_add(user_col.age, 1)),
                     CALX_OK);
    assert_true(is_modified(fix.session, user));
    assert_int_equal(set_fullname(user, "Ed"), CALX_OK);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(log_sink_count(&fix.sink, "UPDATE"), 1);
    assert_int_equal(log_sink_count(&fix.sink, "\"fullname\" = ?, \"age\" = \"age\""), 1);
    assert_int_equal(log_sink_count(&fix.sink, "SELECT"), 0);
    assert_false(is_modified(fix.session, user));
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(log_sink_count(&fix.sink, "SELECT"), 1);
    assert_true(user->age.has_value);
    assert_int_equal(user->age.value, 41);
    assert_string_equal(user->fullname, "Ed");
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT age FROM users"), 41);
    tear_down(&fix);
}

static void an_insert_is_worked_out_by_the_database(void **state)
{
    (void)state;
    calx_shows("SES-180");
    fixture fix;
    set_up(&fix);
    struct user *user = add_user(fix.session, "ed");
    assert_int_equal(set_to(fix.session, user, user_col.fullname.ref,
                            calx_upper(calx_concat("e", calx_lower("DDIE")))),
                     CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(log_sink_count(&fix.sink, "INSERT"), 1);
    assert_int_equal(user->id, 1);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_string_equal(user->fullname, "EDDIE");
    assert_int_equal(user->revision, 1);
    assert_true(get_user(fix.session, 1) == user);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    tear_down(&fix);
}

static void a_key_that_was_given_is_kept(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct user *user = add_user(fix.session, "ed");
    user->id = 77;
    assert_int_equal(set_to(fix.session, user, user_col.fullname.ref, calx_lower("ED")), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(user->id, 77);
    assert_true(get_user(fix.session, 77) == user);
    tear_down(&fix);
}

/* The others go together as before. */
static void each_such_row_is_a_statement_of_its_own(void **state)
{
    (void)state;
    calx_shows("SES-180");
    fixture fix;
    const struct user *users[12];
    set_up(&fix);
    for (size_t i = 0; i < 12; i++) {
        char name[8] = "user-a";
        name[5] = (char)('a' + i);
        users[i] = aged_user(&fix, name, 20);
        assert_int_equal(calx_session_load(fix.session, users[i]), CALX_OK);
    }
    for (size_t i = 0; i < 12; i++)
        assert_int_equal(calx_session_load(fix.session, users[i]), CALX_OK);
    for (size_t i = 0; i < 12; i++) {
        if (i == 3 || i == 8)
            assert_int_equal(
                set_to(fix.session, users[i], user_col.age.ref, calx_mul(user_col.age, (int)i)),
                CALX_OK);
        else
            assert_int_equal(set_fullname(users[i], "x"), CALX_OK);
    }
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(log_sink_count(&fix.sink, "\"age\" = \"age\""), 2);
    assert_int_equal(number(fix.session, "SELECT age FROM users WHERE id = 4"), 60);
    assert_int_equal(number(fix.session, "SELECT age FROM users WHERE id = 9"), 160);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE fullname = 'x'"), 10);
    for (size_t i = 0; i < 12; i++)
        assert_int_equal(users[i]->revision, 2);
    tear_down(&fix);
}

static void versions_are_checked_and_raised(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *user = aged_user(&fix, "ed", 18);
    assert_int_equal(set_to(fix.session, user, user_col.age.ref, calx_add(user_col.age, 1)),
                     CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT revision FROM users"), 2);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(user->revision, 2);
    assert_int_equal(number(fix.session, "UPDATE users SET revision = 9 RETURNING 1"), 1);
    assert_int_equal(set_to(fix.session, user, user_col.age.ref, calx_add(user_col.age, 1)),
                     CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_E_STALE_DATA);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT age FROM users"), 19);
    assert_int_equal(number(fix.session, "SELECT revision FROM users"), 2);
    tear_down(&fix);
}

static void the_last_word_counts(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *user = aged_user(&fix, "ed", 18);
    assert_int_equal(set_to(fix.session, user, user_col.fullname.ref, calx_upper(user_col.name)),
                     CALX_OK);
    assert_int_equal(set_fullname(user, "Edward"), CALX_OK);
    assert_int_equal(set_to(fix.session, user, user_col.age.ref, calx_add(user_col.age, 1)),
                     CALX_OK);
    assert_int_equal(set_to(fix.session, user, user_col.age.ref, calx_add(user_col.age, 5)),
                     CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_stored_text(fix.session, "SELECT fullname FROM users", "Edward");
    assert_int_equal(number(fix.session, "SELECT age FROM users"), 23);
    tear_down(&fix);
}

static void a_rollback_and_an_expire_discard_it(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *user = aged_user(&fix, "ed", 18);
    assert_int_equal(set_to(fix.session, user, user_col.age.ref, calx_add(user_col.age, 1)),
                     CALX_OK);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT age FROM users"), 18);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(set_to(fix.session, user, user_col.age.ref, calx_add(user_col.age, 1)),
                     CALX_OK);
    assert_int_equal(calx_session_expire(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT age FROM users"), 18);
    tear_down(&fix);
}

static void an_expired_instance_needs_no_load(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *user = aged_user(&fix, "ed", 18);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(set_to(fix.session, user, user_col.age.ref, calx_scalar(7)), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT age FROM users"), 7);
    tear_down(&fix);
}

static void assert_refused(fixture *fix, const struct user *user, calx_column_ref column,
                           calx_expression expression, const char *text)
{
    assert_int_equal(set_to(fix->session, user, column, expression), CALX_E_ARGUMENT);
    assert_string_equal(message(fix->session), text);
    assert_false(is_modified(fix->session, user));
}

static void what_cannot_be_set_is_told(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *user = aged_user(&fix, "ed", 18);
    assert_refused(&fix, user, user_col.id.ref, calx_add(user_col.id, 1),
                   "user.id cannot be set to an expression: the session must know the key");
    assert_refused(&fix, user, address_col.email.ref, calx_lower("X"),
                   "the column to be set is not one of user");
    assert_refused(&fix, user, user_col.age.ref, calx_lower(user_col.name),
                   "column \"age\" does not take the class of values of "
                   "lower(\"users\".\"name\"); calx_cast() may");
    assert_refused(&fix, user, user_col.age.ref, calx_div(user_col.age, 2.0),
                   "column \"age\" does not take the class of values of "
                   "\"users\".\"age\" / ?; calx_cast() may");
    assert_refused(&fix, user, user_col.age.ref, calx_max(user_col.age),
                   "max(\"users\".\"age\"): an aggregate cannot stand here");
    struct user *loose = new_user("jack");
    assert_int_equal(set_to(fix.session, loose, user_col.age.ref, calx_scalar(1)), CALX_E_STATE);
    calx_instance_free(loose);
    tear_down(&fix);
}

/* Nobody would hold it until the flush, and its columns and those of the row would be one. */
static void a_select_cannot_be_set(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *user = aged_user(&fix, "ed", 18);
    calx_select *select = calx_select_new(fix.session);
    assert_non_null(select);
    assert_int_equal(calx_select_value(select, calx_max(user_col.age), NULL), CALX_OK);
    static const char says[] = "column \"age\" cannot be set to an expression with a select: run "
                               "an UPDATE with calx_session_execute()";
    assert_refused(&fix, user, user_col.age.ref, calx_select_expression(select), says);
    assert_refused(&fix, user, user_col.age.ref, calx_add(calx_select_expression(select), 1), says);
    calx_select_free(select);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    tear_down(&fix);
}

static void a_new_row_has_no_columns_to_look_at(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct user *user = add_user(fix.session, "ed");
    assert_int_equal(set_to(fix.session, user, user_col.fullname.ref, calx_upper(user_col.name)),
                     CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_E_ARGUMENT);
    assert_non_null(strstr(message(fix.session),
                           "column \"fullname\" of a new row of table \"users\" is set to "
                           "upper(\"users\".\"name\")"));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    tear_down(&fix);
}

static void a_refused_expression_names_the_row(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *user = aged_user(&fix, "ed", 18);
    assert_int_equal(set_to(fix.session, user, user_col.age.ref, calx_neg(user_col.age)), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_E_CHECK);
    assert_non_null(strstr(message(fix.session), "updating user"));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    tear_down(&fix);
}

static calx_status set_and_flush(calx_session *session, const struct user *user)
{
    calx_status status =
        set_to(session, user, user_col.fullname.ref, calx_concat(user_col.name, "!"));
    return status == CALX_OK ? calx_session_flush(session) : status;
}

static void every_missing_block_is_survived(void **state)
{
    (void)state;
    calx_status status = CALX_E_NOMEM;
    fixture fix;
    set_up(&fix);
    (void)stored_user(fix.session, "ed");
    calx_session_free(fix.session);
    calx_engine_free(fix.engine);
    log_sink_clear(&fix.sink);
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, RATION_UNLIMITED));
        assert_int_equal(calx_engine_new(calx_test_url(), NULL, &fix.engine, NULL), CALX_OK);
        fix.session = new_session(&fix);
        const struct user *user = get_user(fix.session, 1);
        atomic_store(&account.left, allowed);
        status = set_and_flush(fix.session, user);
        if (status != CALX_OK)
            assert_int_equal(calx_session_error(fix.session)->status, status);
        atomic_store(&account.left, RATION_UNLIMITED);
        assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
        calx_session_free(fix.session);
        calx_engine_free(fix.engine);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_update_is_worked_out_by_the_database),
        cmocka_unit_test(an_insert_is_worked_out_by_the_database),
        cmocka_unit_test(a_key_that_was_given_is_kept),
        cmocka_unit_test(each_such_row_is_a_statement_of_its_own),
        cmocka_unit_test(versions_are_checked_and_raised),
        cmocka_unit_test(the_last_word_counts),
        cmocka_unit_test(a_rollback_and_an_expire_discard_it),
        cmocka_unit_test(an_expired_instance_needs_no_load),
        cmocka_unit_test(what_cannot_be_set_is_told),
        cmocka_unit_test(a_select_cannot_be_set),
        cmocka_unit_test(a_new_row_has_no_columns_to_look_at),
        cmocka_unit_test(a_refused_expression_names_the_row),
        cmocka_unit_test(every_missing_block_is_survived),
    };
    return CALX_RUN("set_expression", tests);
}
