/*
 * Statuses and error objects of base/error.h: complete whatever happens, also without memory.
 */
#include "support/harness.h"

#include "base/error.h"
#include "support/ration.h"

#include <string.h>

static void every_status_has_a_name_and_a_text(void **state)
{
    (void)state;
    static const calx_status some[] = {
        CALX_OK,       CALX_E_NOMEM, CALX_E_POOL_TIMEOUT, CALX_E_PENDING_ROLLBACK,
        CALX_E_UNIQUE, CALX_E_USER,  CALX_E_NO_RESULT,    CALX_E_ASSERTION
    };
    for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
        assert_string_not_equal(calx_status_name(some[i]), "CALX_E_?");
        assert_string_not_equal(calx_status_text(some[i]), "");
    }
    assert_string_equal(calx_status_name(CALX_E_UNIQUE), "CALX_E_UNIQUE");
    assert_string_equal(calx_status_name(CALX_E_INVALID_REQUEST), "CALX_E_STATE");
    assert_string_equal(calx_status_name((calx_status)12345), "CALX_E_?");
    assert_non_null(calx_status_text((calx_status)12345));
}

static void a_message_is_formatted_and_the_status_comes_back(void **state)
{
    (void)state;
    calx_error error = CALX_ERROR_INIT;
    calx_status status = calx_error_set(&error, CALX_E_ARGUMENT, "option '%s' is %d", "size", -3);
    assert_int_equal(status, CALX_E_ARGUMENT);
    assert_int_equal(error.status, CALX_E_ARGUMENT);
    assert_string_equal(error.message, "option 'size' is -3");
    assert_string_equal(error.statement, "");
    calx_error_clear(&error);
    assert_int_equal(error.status, CALX_OK);
    assert_string_equal(error.message, "");
    calx_error_clear(&error);
}

static void a_new_error_replaces_all_of_the_old_one(void **state)
{
    (void)state;
    calx_error error = CALX_ERROR_INIT;
    calx_error_set_driver(&error, CALX_E_UNIQUE, "23505", 2067, CALX_ERROR_RETRY, "users.name");
    calx_error_statement(&error, "INSERT INTO users");
    /* Its own old text as argument. */
    calx_error_set(&error, CALX_E_FLUSH, "flush: %s", error.message);
    assert_int_equal(error.status, CALX_E_FLUSH);
    assert_string_equal(error.message, "flush: users.name");
    assert_string_equal(error.sqlstate, "");
    assert_int_equal(error.driver_code, 0);
    assert_int_equal(error.flags, 0);
    assert_string_equal(error.statement, "");
    calx_error_clear(&error);
}

static void a_driver_error_carries_code_state_flags_and_statement(void **state)
{
    (void)state;
    calx_error error = CALX_ERROR_INIT;
    char message[] = "UNIQUE constraint failed: users.name";
    calx_error_set_driver(&error, CALX_E_UNIQUE, "23505", 2067, CALX_ERROR_RETRY, message);
    calx_error_statement(&error, "INSERT INTO users VALUES (?)");
    memset(message, '#', sizeof(message) - 1);
    assert_string_equal(error.message, "UNIQUE constraint failed: users.name");
    assert_string_equal(error.sqlstate, "23505");
    assert_int_equal(error.driver_code, 2067);
    assert_int_equal(error.flags, CALX_ERROR_RETRY);
    assert_string_equal(error.statement, "INSERT INTO users VALUES (?)");
    calx_error_prefix(&error, "row %d: ", 7);
    assert_string_equal(error.message, "row 7: UNIQUE constraint failed: users.name");
    assert_string_equal(error.statement, "INSERT INTO users VALUES (?)");
    assert_int_equal(error.driver_code, 2067);
    calx_error_statement(&error, NULL);
    assert_string_equal(error.statement, "");
    calx_error_clear(&error);
}

static void facts_of_the_database_stay_with_the_error(void **state)
{
    (void)state;
    calx_error error = CALX_ERROR_INIT;
    calx_error copy = CALX_ERROR_INIT;
    assert_string_equal(calx_error_tell(NULL, CALX_ERROR_FACT_TABLE), "");
    assert_string_equal(calx_error_tell(&error, CALX_ERROR_FACT_TABLE), "");
    calx_error_add_fact(&error, CALX_ERROR_FACT_TABLE, "an error that is none has no facts");
    assert_string_equal(calx_error_tell(&error, CALX_ERROR_FACT_TABLE), "");
    calx_error_set(&error, CALX_E_UNIQUE, "twice");
    calx_error_add_fact(&error, CALX_ERROR_FACT_TABLE, "users");
    calx_error_add_fact(&error, CALX_ERROR_FACT_CONSTRAINT, "one");
    calx_error_add_fact(&error, CALX_ERROR_FACT_CONSTRAINT, "one_name");
    calx_error_add_fact(&error, CALX_ERROR_FACT_COLUMN, NULL);
    calx_error_prefix(&error, "row %d: ", 7);
    calx_error_copy(&copy, &error);
    calx_error_clear(&error);
    assert_string_equal(copy.message, "row 7: twice");
    assert_string_equal(calx_error_tell(&copy, CALX_ERROR_FACT_TABLE), "users");
    assert_string_equal(calx_error_tell(&copy, CALX_ERROR_FACT_CONSTRAINT), "one_name");
    assert_string_equal(calx_error_tell(&copy, CALX_ERROR_FACT_COLUMN), "");
    assert_string_equal(calx_error_tell(&copy, (calx_error_fact)99), "");
    calx_error_set(&copy, CALX_E_UNIQUE, "again");
    assert_string_equal(calx_error_tell(&copy, CALX_ERROR_FACT_TABLE), "");
    calx_error_clear(&copy);
}

static void a_driver_without_words_gets_the_text_of_the_status(void **state)
{
    (void)state;
    calx_error error = CALX_ERROR_INIT;
    calx_error_set_driver(&error, CALX_E_IO, NULL, 10, 0, NULL);
    assert_string_equal(error.message, calx_status_text(CALX_E_IO));
    assert_string_equal(error.sqlstate, "");
    calx_error_set_driver(&error, CALX_E_IO, "too long", 10, 0, "x");
    assert_string_equal(error.sqlstate, "");
    calx_error_clear(&error);
}

static void nobody_needs_to_want_the_error(void **state)
{
    (void)state;
    calx_error from = CALX_ERROR_INIT;
    assert_int_equal(calx_error_set(NULL, CALX_E_STATE, "%d", 1), CALX_E_STATE);
    assert_int_equal(calx_error_set_driver(NULL, CALX_E_IO, NULL, 0, 0, NULL), CALX_E_IO);
    assert_int_equal(calx_error_set_nomem(NULL), CALX_E_NOMEM);
    calx_error_prefix(NULL, "x");
    calx_error_statement(NULL, "x");
    calx_error_copy(NULL, &from);
    calx_error_clear(NULL);
    calx_error_set(&from, CALX_E_STATE, "moved to nobody");
    calx_error_move(NULL, &from);
    assert_int_equal(from.status, CALX_OK);
}

static void moving_empties_the_source_and_copying_does_not(void **state)
{
    (void)state;
    calx_error first = CALX_ERROR_INIT;
    calx_error second = CALX_ERROR_INIT;
    calx_error_set_driver(&first, CALX_E_BUSY, "55P03", 5, CALX_ERROR_RETRY, "locked");
    calx_error_statement(&first, "COMMIT");
    calx_error_set(&second, CALX_E_IO, "older");
    calx_error_copy(&second, &first);
    assert_string_equal(first.message, "locked");
    assert_ptr_not_equal(first.message, second.message);
    calx_error_set(&first, CALX_E_IO, "older");
    calx_error_move(&first, &second);
    assert_int_equal(second.status, CALX_OK);
    assert_string_equal(second.message, "");
    assert_int_equal(first.status, CALX_E_BUSY);
    assert_string_equal(first.message, "locked");
    assert_string_equal(first.statement, "COMMIT");
    assert_string_equal(first.sqlstate, "55P03");
    assert_int_equal(first.driver_code, 5);
    assert_int_equal(first.flags, CALX_ERROR_RETRY);
    calx_error_move(&first, &first);
    calx_error_copy(&first, &first);
    assert_string_equal(first.message, "locked");
    calx_error_clear(&first);
}

/* Whether each text was there; what never depends on memory is asserted on the way. */
static bool report_and_copy(void)
{
    calx_error error = CALX_ERROR_INIT;
    calx_error copy = CALX_ERROR_INIT;
    calx_error_set(&error, CALX_E_CHECK, "age is %d", -1);
    assert_int_equal(error.status, CALX_E_CHECK);
    assert_true(strcmp(error.message, "age is -1") == 0 ||
                strcmp(error.message, calx_status_text(CALX_E_CHECK)) == 0);
    calx_error_statement(&error, "UPDATE users");
    calx_error_prefix(&error, "row 1: ");
    calx_error_copy(&copy, &error);
    assert_int_equal(copy.status, CALX_E_CHECK);
    assert_non_null(copy.message);
    assert_non_null(copy.statement);
    bool is_whole = strcmp(copy.message, "row 1: age is -1") == 0 &&
                    strcmp(copy.statement, "UPDATE users") == 0;
    calx_error_clear(&copy);
    calx_error_clear(&error);
    return is_whole;
}

static void without_memory_the_status_keeps_its_own_text(void **state)
{
    (void)state;
    bool is_whole = false;
    long allowed = 0;
    for (; !is_whole; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        is_whole = report_and_copy();
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(allowed, 6);
}

static void running_out_of_memory_needs_none_to_be_told(void **state)
{
    (void)state;
    ration account;
    calx_error error = CALX_ERROR_INIT;
    assert_true(ration_start(&account, 0));
    assert_int_equal(calx_error_set_nomem(&error), CALX_E_NOMEM);
    assert_string_equal(error.message, calx_status_text(CALX_E_NOMEM));
    calx_error_statement(&error, "SELECT 1");
    assert_string_equal(error.statement, "");
    calx_error_clear(&error);
    assert_int_equal(ration_stop(&account), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_name_and_a_text),
        cmocka_unit_test(a_message_is_formatted_and_the_status_comes_back),
        cmocka_unit_test(a_new_error_replaces_all_of_the_old_one),
        cmocka_unit_test(a_driver_error_carries_code_state_flags_and_statement),
        cmocka_unit_test(facts_of_the_database_stay_with_the_error),
        cmocka_unit_test(a_driver_without_words_gets_the_text_of_the_status),
        cmocka_unit_test(nobody_needs_to_want_the_error),
        cmocka_unit_test(moving_empties_the_source_and_copying_does_not),
        cmocka_unit_test(without_memory_the_status_keeps_its_own_text),
        cmocka_unit_test(running_out_of_memory_needs_none_to_be_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
