/*
 * What applications do wrong, and what the world does to them: each answered by its own status and
 * a message that names the thing, and the session usable after a rollback.
 */
#define _XOPEN_SOURCE 700

#include "place.h"
#include "shop.calx.h"
#include "support/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The session's last error has this status, and its message has this in it. */
static void assert_told(place *shop, calx_status status, const char *part)
{
    const calx_error *error = calx_session_error(shop->session);
    assert_int_equal(error->status, status);
    if (strstr(error->message, part) == NULL)
        fail_msg("the message says nothing of \"%s\": %s", part, error->message);
}

/* After a failure: a rollback, and then work goes on. */
static void assert_usable(place *shop)
{
    assert_int_equal(calx_session_rollback(shop->session), CALX_OK);
    struct customer *made = customer_new();
    made->name = "afterwards";
    assert_int_equal(customer_add(shop->session, made), CALX_OK);
    assert_int_equal(calx_session_commit(shop->session), CALX_OK);
    char *name = stored_text(shop, "SELECT name FROM customers WHERE name = 'afterwards'");
    assert_non_null(name);
    free(name);
}

static struct customer *add_customer(place *shop, const char *name)
{
    struct customer *made = customer_new();
    assert_non_null(made);
    made->name = name;
    assert_int_equal(customer_add(shop->session, made), CALX_OK);
    return made;
}

static void a_duplicate_is_unique_with_its_column(void **state)
{
    place *shop = *state;
    have_customer(shop, "ada");
    add_customer(shop, "ada");
    assert_int_equal(calx_session_flush(shop->session), CALX_E_UNIQUE);
    assert_told(shop, CALX_E_UNIQUE, "name");
    if (calx_test_on("postgresql"))
        assert_string_equal(calx_session_error(shop->session)->sqlstate, "23505");
    else
        assert_true(calx_session_error(shop->session)->driver_code != 0);
    assert_non_null(strstr(calx_session_error(shop->session)->statement, "INSERT"));
    assert_usable(shop);
}

static void a_failed_flush_wants_a_rollback_first(void **state)
{
    calx_shows("SES-119");
    place *shop = *state;
    have_customer(shop, "ada");
    add_customer(shop, "ada");
    assert_int_equal(calx_session_commit(shop->session), CALX_E_UNIQUE);
    assert_false(calx_session_is_active(shop->session));
    assert_int_equal(calx_session_commit(shop->session), CALX_E_PENDING_ROLLBACK);
    assert_usable(shop);
}

static void null_in_not_null_is_told_with_its_column(void **state)
{
    place *shop = *state;
    add_customer(shop, NULL);
    assert_int_equal(calx_session_flush(shop->session), CALX_E_NOT_NULL);
    assert_told(shop, CALX_E_NOT_NULL, "name");
    assert_usable(shop);
}

static void a_broken_check_is_told(void **state)
{
    place *shop = *state;
    struct customer *made = add_customer(shop, "ada");
    made->age = (calx_nullable_int32){ true, -1 };
    assert_int_equal(calx_session_flush(shop->session), CALX_E_CHECK);
    assert_told(shop, CALX_E_CHECK, "age");
    assert_usable(shop);
}

static void a_reference_to_nothing_is_told(void **state)
{
    place *shop = *state;
    struct purchase *made = purchase_new();
    made->article = "lamp";
    made->customer_id = 4711;
    assert_int_equal(purchase_add(shop->session, made), CALX_OK);
    assert_int_equal(calx_session_commit(shop->session), CALX_E_FOREIGN_KEY);
    assert_usable(shop);
}

static void a_text_that_is_too_long_is_never_cut(void **state)
{
    place *shop = *state;
    add_customer(shop, "a name of more than twenty characters");
    assert_int_equal(calx_session_flush(shop->session), CALX_E_DATA);
    assert_told(shop, CALX_E_DATA, "name");
    assert_told(shop, CALX_E_DATA, "20");
    assert_usable(shop);
}

static void length_counts_characters_not_bytes(void **state)
{
    place *shop = *state;
    add_customer(shop, "åäöåäöåäöåäöåäöåäöåä");
    assert_int_equal(calx_session_flush(shop->session), CALX_OK);
}

static void a_setter_refuses_what_does_not_fit_its_array(void **state)
{
    place *shop = *state;
    const struct customer *stored = have_customer(shop, "ada");
    assert_int_equal(customer_set_city(stored, "twelve bytes"), CALX_E_DATA);
    assert_told(shop, CALX_E_DATA, "city");
    assert_string_equal(stored->city, "");
}

static void what_is_no_instance_is_unmapped(void **state)
{
    calx_shows("SES-225");
    place *shop = *state;
    struct customer on_the_stack = { .name = "stack" };
    struct customer *on_the_heap = calloc(1, sizeof(*on_the_heap));
    struct customer *freed = customer_new();
    customer_free(freed);
    assert_int_equal(customer_add(shop->session, &on_the_stack), CALX_E_UNMAPPED);
    assert_int_equal(customer_add(shop->session, on_the_heap), CALX_E_UNMAPPED);
    assert_int_equal(customer_add(shop->session, NULL), CALX_E_UNMAPPED);
    assert_int_equal(customer_add(shop->session, freed), CALX_E_UNMAPPED);
    assert_int_equal(customer_delete(shop->session, &on_the_stack), CALX_E_UNMAPPED);
    assert_int_equal(customer_set_name(on_the_heap, "x"), CALX_E_UNMAPPED);
    assert_null(customer_edit(&on_the_stack));
    assert_null(customer_copy(on_the_heap));
    customer_free(&on_the_stack);
    customer_free(NULL);
    free(on_the_heap);
    assert_usable(shop);
}

static void an_instance_of_another_struct_is_unmapped(void **state)
{
    place *shop = *state;
    struct purchase *made = purchase_new();
    assert_int_equal(customer_set_name((const struct customer *)(const void *)made, "x"),
                     CALX_E_UNMAPPED);
    purchase_free(made);
    assert_usable(shop);
}

static void a_result_without_a_place_is_a_bad_argument(void **state)
{
    place *shop = *state;
    customer_query *query = customer_query_new(shop->session);
    assert_non_null(query);
    assert_int_equal(customer_get(shop->session, 1, NULL), CALX_E_ARGUMENT);
    assert_int_equal(customer_get_one(shop->session, 1, NULL), CALX_E_ARGUMENT);
    assert_int_equal(customer_query_first(query, NULL), CALX_E_ARGUMENT);
    assert_int_equal(customer_query_one(query, NULL), CALX_E_ARGUMENT);
    assert_int_equal(customer_query_one_or_none(query, NULL), CALX_E_ARGUMENT);
    customer_query_free(query);
    assert_usable(shop);
}

static void a_closed_session_frees_its_instances_and_goes_on(void **state)
{
    place *shop = *state;
    const struct customer *stored = have_customer(shop, "ada");
    const struct customer *found = NULL;
    const struct customer *const *all = NULL;
    size_t count = 0;
    customer_query *query = customer_query_new(shop->session);
    assert_int_equal(calx_session_close(shop->session), CALX_OK);
    assert_null(customer_edit(stored));
    assert_int_equal(customer_set_name(stored, "x"), CALX_E_UNMAPPED);
    assert_int_equal(customer_query_all(query, &all, &count), CALX_E_STATE);
    customer_query_free(query);
    assert_int_equal(customer_get(shop->session, 1, &found), CALX_OK);
    assert_string_equal(found->name, "ada");
}

static void an_instance_is_in_one_session_at_a_time(void **state)
{
    place *shop = *state;
    calx_session *other = NULL;
    struct customer *made = add_customer(shop, "ada");
    assert_int_equal(calx_sessionmaker_session(shop->maker, &other), CALX_OK);
    assert_int_equal(calx_session_add(other, made), CALX_E_STATE);
    calx_session_free(other);
    assert_int_equal(calx_session_commit(shop->session), CALX_OK);
}

static void wrong_sql_is_told_with_the_sql(void **state)
{
    place *shop = *state;
    calx_statement *typo = calx_text_statement("SELEKT 1");
    calx_statement *nowhere = calx_text_statement("SELECT * FROM nowhere");
    calx_statement *unbound = calx_text_statement("SELECT :one");
    assert_int_equal(calx_session_execute(shop->session, typo, NULL), CALX_E_SYNTAX);
    assert_non_null(strstr(calx_session_error(shop->session)->statement, "SELEKT"));
    assert_int_equal(calx_session_execute(shop->session, nowhere, NULL), CALX_E_NO_OBJECT);
    assert_told(shop, CALX_E_NO_OBJECT, "nowhere");
    assert_int_equal(calx_session_execute(shop->session, unbound, NULL), CALX_E_ARGUMENT);
    assert_told(shop, CALX_E_ARGUMENT, "one");
    calx_statement_free(typo);
    calx_statement_free(nowhere);
    calx_statement_free(unbound);
    assert_usable(shop);
}

static void a_row_that_went_is_stale(void **state)
{
    place *shop = *state;
    struct customer *edit = customer_edit(have_customer(shop, "ada"));
    free(stored_text(shop, "SELECT name FROM customers"));
    calx_statement *remove = calx_text_statement("DELETE FROM customers");
    assert_int_equal(calx_session_execute(shop->session, remove, NULL), CALX_OK);
    calx_statement_free(remove);
    edit->balance = 1;
    assert_int_equal(calx_session_flush(shop->session), CALX_E_STALE_DATA);
    assert_usable(shop);
}

static void a_full_disk_is_a_resource(void **state)
{
    place *shop = *state;
    static char megabyte[1 << 20];
    calx_statement *limit = calx_text_statement("PRAGMA max_page_count = 20");
    calx_result *rows = NULL;
    assert_int_equal(calx_session_execute(shop->session, limit, &rows), CALX_OK);
    calx_result_free(rows);
    calx_statement_free(limit);
    struct customer *made = add_customer(shop, "ada");
    made->photo = (calx_bytes){ megabyte, sizeof(megabyte) };
    assert_int_equal(calx_session_flush(shop->session), CALX_E_RESOURCE);
    assert_true(calx_session_error(shop->session)->message[0] != '\0');
    assert_usable(shop);
}

/* Whether connecting to this URL fails as it should; the engine itself can be made. */
static void assert_no_connection(const char *url, calx_status expected, const char *part)
{
    calx_engine *engine = NULL;
    calx_connection *connection = NULL;
    calx_error error = CALX_ERROR_INIT;
    assert_int_equal(calx_engine_new(url, NULL, &engine, &error), CALX_OK);
    assert_int_equal(calx_engine_connect(engine, &connection, &error), expected);
    assert_int_equal(error.status, expected);
    if (strstr(error.message, part) == NULL)
        fail_msg("the message says nothing of \"%s\": %s", part, error.message);
    calx_error_clear(&error);
    calx_engine_free(engine);
}

static void a_place_that_cannot_be_opened_is_told_at_connecting(void **state)
{
    (void)state;
    char url[600];
    snprintf(url, sizeof(url), "sqlite:///%s", calx_test_path("folder"));
    assert_int_equal(mkdir(calx_test_path("folder"), 0700), 0);
    assert_no_connection(url, CALX_E_CONNECT, "directory");
    snprintf(url, sizeof(url), "sqlite:///%s", calx_test_path("nowhere/test.db"));
    assert_no_connection(url, CALX_E_CONNECT, "nowhere");
}

static void a_file_that_is_no_database_is_corrupt(void **state)
{
    (void)state;
    char url[600];
    snprintf(url, sizeof(url), "sqlite:///%s", calx_test_path("letter"));
    FILE *letter = fopen(calx_test_path("letter"), "w");
    assert_non_null(letter);
    for (int i = 0; i < 100; i++)
        fputs("Dear reader, this is no database at all.\n", letter);
    assert_int_equal(fclose(letter), 0);
    assert_no_connection(url, CALX_E_CORRUPT, "letter");
}

static void a_bad_url_is_told_before_anything_is_opened(void **state)
{
    (void)state;
    static const char *const urls[] = { "", "sqlite", "mongodb://host/x", "sqlite:///x?colour=red",
                                        "sqlite://%zz" };
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        calx_engine *engine = NULL;
        calx_error error = CALX_ERROR_INIT;
        assert_int_equal(calx_engine_new(urls[i], NULL, &engine, &error), CALX_E_ARGUMENT);
        assert_null(engine);
        assert_true(error.message[0] != '\0');
        calx_error_clear(&error);
    }
}

static void a_locked_database_is_busy(void **state)
{
    place *shop = *state;
    calx_session *other = NULL;
    calx_statement *patience = calx_text_statement("PRAGMA busy_timeout = 0");
    calx_result *rows = NULL;
    assert_int_equal(calx_sessionmaker_session(shop->maker, &other), CALX_OK);
    assert_int_equal(calx_session_execute(other, patience, &rows), CALX_OK);
    calx_result_free(rows);
    calx_statement_free(patience);
    add_customer(shop, "ada");
    assert_int_equal(calx_session_flush(shop->session), CALX_OK);
    struct customer *made = customer_new();
    made->name = "bob";
    assert_int_equal(customer_add(other, made), CALX_OK);
    assert_int_equal(calx_session_flush(other), CALX_E_BUSY);
    assert_true(calx_session_error(other)->flags & CALX_ERROR_RETRY);
    calx_session_free(other);
    assert_int_equal(calx_session_commit(shop->session), CALX_OK);
}

#define IN_SHOP(test) cmocka_unit_test_setup_teardown(test, enter_shop, leave_shop)
#define IN_SQLITE_SHOP(test)                                                                       \
    cmocka_unit_test_prestate_setup_teardown(test, enter_shop, leave_shop, calx_sqlite_only)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SHOP(a_duplicate_is_unique_with_its_column),
        IN_SHOP(a_failed_flush_wants_a_rollback_first),
        IN_SHOP(null_in_not_null_is_told_with_its_column),
        IN_SHOP(a_broken_check_is_told),
        IN_SHOP(a_reference_to_nothing_is_told),
        IN_SHOP(a_text_that_is_too_long_is_never_cut),
        IN_SHOP(length_counts_characters_not_bytes),
        IN_SHOP(a_setter_refuses_what_does_not_fit_its_array),
        IN_SHOP(what_is_no_instance_is_unmapped),
        IN_SHOP(an_instance_of_another_struct_is_unmapped),
        IN_SHOP(a_result_without_a_place_is_a_bad_argument),
        IN_SHOP(a_closed_session_frees_its_instances_and_goes_on),
        IN_SHOP(an_instance_is_in_one_session_at_a_time),
        IN_SQLITE_SHOP(wrong_sql_is_told_with_the_sql),
        IN_SHOP(a_row_that_went_is_stale),
        IN_SQLITE_SHOP(a_full_disk_is_a_resource),
        IN_SQLITE_SHOP(a_locked_database_is_busy),
        CALX_SQLITE(a_place_that_cannot_be_opened_is_told_at_connecting),
        CALX_SQLITE(a_file_that_is_no_database_is_corrupt),
        cmocka_unit_test(a_bad_url_is_told_before_anything_is_opened),
    };
    return CALX_RUN("integration_bad_input", tests);
}
