/*
 * The whole way, once: annotated structs, generated functions, session, SQL, file, and back.
 */
#define _XOPEN_SOURCE 700

#include "place.h"
#include "shop.calx.h"
#include "support/harness.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static void assert_stored(place *shop, const char *sql, const char *expected)
{
    char *text = stored_text(shop, sql);
    if (expected == NULL)
        assert_null(text);
    else
        assert_string_equal(text != NULL ? text : "(null)", expected);
    free(text);
}

static void every_kind_of_member_comes_back_as_it_was_stored(void **state)
{
    place *shop = *state;
    static const unsigned char photo[] = { 0, 255, 0, 7 };
    struct customer *made = customer_new();
    made->name = "Zoë O'Neil";
    strcpy(made->city, "Århus");
    made->standing = STANDING_BLOCKED;
    made->age = (calx_nullable_int32){ true, 33 };
    made->since = 1700000000123456;
    made->is_active = false;
    made->photo = (calx_bytes){ photo, sizeof(photo) };
    made->balance = -0.125;
    assert_int_equal(customer_add(shop->session, made), CALX_OK);
    assert_int_equal(calx_session_commit(shop->session), CALX_OK);
    int64_t id = made->id;
    assert_true(id > 0);
    assert_int_equal(calx_session_close(shop->session), CALX_OK);

    const struct customer *found = NULL;
    assert_int_equal(customer_get_one(shop->session, id, &found), CALX_OK);
    assert_string_equal(found->name, "Zoë O'Neil");
    assert_string_equal(found->city, "Århus");
    assert_int_equal(found->standing, STANDING_BLOCKED);
    assert_true(found->age.has_value);
    assert_int_equal(found->age.value, 33);
    assert_int_equal(found->since, 1700000000123456);
    assert_false(found->is_active);
    assert_int_equal(found->photo.size, sizeof(photo));
    assert_memory_equal(found->photo.data, photo, sizeof(photo));
    assert_true(found->balance == -0.125);
}

static void defaults_are_in_the_struct_and_in_the_row(void **state)
{
    place *shop = *state;
    struct customer *made = customer_new();
    assert_int_equal(made->standing, STANDING_GOOD);
    assert_true(made->is_active);
    made->name = "plain";
    assert_int_equal(customer_add(shop->session, made), CALX_OK);
    assert_int_equal(calx_session_commit(shop->session), CALX_OK);
    assert_int_equal(calx_session_load(shop->session, made), CALX_OK);
    assert_true(made->since > 1600000000000000); /* what the database evaluated */
    assert_stored(shop, "SELECT age FROM customers", NULL);
    assert_stored(shop, "SELECT photo FROM customers", NULL);
}

static void one_add_stores_a_graph_and_keys_follow(void **state)
{
    calx_shows("SES-041");
    place *shop = *state;
    struct customer *buyer = customer_new();
    struct purchase *lamp = purchase_new();
    buyer->name = "ada";
    lamp->article = "lamp";
    lamp->cents = 4999;
    assert_int_equal(customer_purchases_append(buyer, lamp), CALX_OK);
    assert_int_equal(customer_add(shop->session, buyer), CALX_OK);
    assert_int_equal(calx_session_commit(shop->session), CALX_OK);
    assert_int_equal(lamp->customer_id, buyer->id);
    assert_stored(shop, "SELECT article FROM purchases WHERE price = 4999", "lamp");
}

static void relationships_are_loaded_when_asked_for(void **state)
{
    calx_shows("SES-300");
    place *shop = *state;
    struct customer *edit = customer_edit(have_customer(shop, "ada"));
    for (int i = 0; i < 3; i++) {
        struct purchase *made = purchase_new();
        made->article = i == 0 ? "lamp" : i == 1 ? "oil" : "wick";
        assert_int_equal(customer_purchases_append(edit, made), CALX_OK);
        assert_int_equal(purchase_add(shop->session, made), CALX_OK);
    }
    assert_int_equal(calx_session_commit(shop->session), CALX_OK);
    assert_int_equal(calx_session_close(shop->session), CALX_OK);

    const struct customer *buyer = NULL;
    const struct customer *owner = NULL;
    const struct purchase *const *items = NULL;
    size_t count = 0;
    assert_int_equal(customer_get_one(shop->session, 1, &buyer), CALX_OK);
    log_sink_forget(&shop->sink);
    assert_int_equal(customer_purchases(buyer, &items, &count), CALX_OK);
    assert_int_equal(count, 3);
    assert_int_equal(log_sink_count(&shop->sink, "SELECT"), 1);
    assert_int_equal(purchase_customer(items[0], &owner), CALX_OK);
    assert_ptr_equal(owner, buyer);
    assert_int_equal(log_sink_count(&shop->sink, "SELECT"), 1); /* it was in the identity map */
}

static void an_update_names_the_changed_columns_only(void **state)
{
    calx_shows("SES-178");
    place *shop = *state;
    const struct customer *stored = have_customer(shop, "ada");
    struct customer *edit = customer_edit(stored);
    log_sink_forget(&shop->sink);
    edit->balance = 12.5;
    edit->is_active = edit->is_active; /* assigned, but no change */
    assert_int_equal(customer_set_city(stored, "Lund"), CALX_OK);
    assert_int_equal(calx_session_commit(shop->session), CALX_OK);
    long at = log_sink_find(&shop->sink, 0, "UPDATE");
    assert_true(at >= 0);
    assert_non_null(strstr(shop->sink.lines[at].text, "balance"));
    assert_non_null(strstr(shop->sink.lines[at].text, "city"));
    assert_null(strstr(shop->sink.lines[at].text, "is_active"));
    assert_stored(shop, "SELECT city FROM customers WHERE balance = 12.5", "Lund");
}

static void nothing_changed_sends_nothing(void **state)
{
    place *shop = *state;
    struct customer *edit = customer_edit(have_customer(shop, "ada"));
    log_sink_forget(&shop->sink);
    edit->balance = edit->balance + 0;
    assert_int_equal(calx_session_commit(shop->session), CALX_OK);
    assert_false(log_sink_has(&shop->sink, "UPDATE"));
}

static void a_rollback_puts_fields_and_states_back(void **state)
{
    calx_shows("SES-102");
    place *shop = *state;
    const struct customer *stored = have_customer(shop, "ada");
    struct customer *edit = customer_edit(stored);
    struct customer *added = customer_new();
    added->name = "never";
    edit->name = "changed";
    assert_int_equal(customer_add(shop->session, added), CALX_OK);
    assert_int_equal(calx_session_flush(shop->session), CALX_OK);
    assert_int_equal(calx_session_rollback(shop->session), CALX_OK);
    bool contains = true;
    assert_int_equal(calx_session_contains(shop->session, added, &contains), CALX_OK);
    assert_false(contains);
    assert_int_equal(calx_session_load(shop->session, stored), CALX_OK);
    assert_string_equal(stored->name, "ada");
    assert_stored(shop, "SELECT count(*) || '' FROM customers", "1");
}

static void a_composite_key_finds_its_row(void **state)
{
    place *shop = *state;
    for (int32_t shelf = 1; shelf <= 2; shelf++) {
        stock *made = stock_new();
        made->shelf = shelf;
        strcpy(made->article, "lamp");
        made->count = (uint16_t)(shelf * 100);
        assert_int_equal(stock_add(shop->session, made), CALX_OK);
    }
    assert_int_equal(calx_session_commit(shop->session), CALX_OK);
    assert_int_equal(calx_session_close(shop->session), CALX_OK);
    const stock *found = NULL;
    assert_int_equal(stock_get(shop->session, 2, "lamp", &found), CALX_OK);
    assert_non_null(found);
    assert_int_equal(found->count, 200);
    assert_int_equal(stock_get(shop->session, 2, "oil", &found), CALX_OK);
    assert_null(found);
}

static void a_delete_takes_what_its_cascade_reaches(void **state)
{
    calx_shows("SES-276");
    place *shop = *state;
    const struct customer *stored = have_customer(shop, "ada");
    struct purchase *made = purchase_new();
    made->article = "lamp";
    assert_int_equal(purchase_set_customer(made, stored), CALX_OK);
    assert_int_equal(purchase_add(shop->session, made), CALX_OK);
    assert_int_equal(calx_session_commit(shop->session), CALX_OK);
    assert_int_equal(customer_delete(shop->session, stored), CALX_OK);
    assert_int_equal(calx_session_commit(shop->session), CALX_OK);
    assert_stored(shop, "SELECT count(*) || '' FROM purchases", "0");
    assert_stored(shop, "SELECT count(*) || '' FROM customers", "0");
}

static void a_typed_query_sees_pending_work(void **state)
{
    calx_shows("SES-210");
    place *shop = *state;
    static const char *const names[] = { "ada", "bob", "cleo" };
    for (int i = 0; i < 3; i++) {
        struct customer *made = customer_new();
        made->name = names[i];
        made->age = (calx_nullable_int32){ i > 0, 20 * i };
        assert_int_equal(customer_add(shop->session, made), CALX_OK);
    }
    const struct customer *const *found = NULL;
    const struct customer *none = NULL;
    size_t count = 0;
    customer_query *query = customer_query_new(shop->session);
    customer_query_where(query,
                         calx_or(calx_ge(customer_col.age, 30), calx_is_null(customer_col.age)));
    customer_query_order_by(query, calx_desc(customer_col.name));
    assert_int_equal(customer_query_all(query, &found, &count), CALX_OK);
    assert_int_equal(count, 2);
    assert_string_equal(found[0]->name, "cleo");
    assert_string_equal(found[1]->name, "ada");
    assert_int_equal(customer_query_one(query, &none), CALX_E_MULTIPLE_RESULTS);
    customer_query_where(query, calx_eq(customer_col.name, "nobody"));
    assert_int_equal(customer_query_one(query, &none), CALX_E_NO_RESULT);
    customer_query_free(query);
}

static void sql_text_takes_named_parameters(void **state)
{
    place *shop = *state;
    calx_result *rows = NULL;
    int64_t sum = 0;
    bool has_row = false;
    have_customer(shop, "ada");
    have_customer(shop, "it's :not one");
    calx_statement *statement = calx_text_statement(
        "SELECT count(*) AS n FROM customers WHERE name LIKE :like OR name = ':like'");
    calx_statement_bind_text(statement, "like", "it's :not%");
    assert_int_equal(calx_session_execute(shop->session, statement, &rows), CALX_OK);
    assert_int_equal(calx_result_next(rows, &has_row), CALX_OK);
    assert_true(has_row);
    assert_int_equal(calx_result_int64(rows, 0, &sum), CALX_OK);
    assert_int_equal(sum, 1);
    calx_result_free(rows);
    calx_statement_free(statement);
}

typedef struct visitor {
    calx_scoped_session *scoped;
    calx_session *seen;
    calx_status status;
} visitor;

static void *visit(void *context)
{
    visitor *me = context;
    struct customer *made = customer_new();
    made->name = "from a thread";
    me->status = calx_scoped_session_add(me->scoped, made);
    if (me->status == CALX_OK)
        me->status = calx_scoped_session_commit(me->scoped);
    if (me->status == CALX_OK)
        me->status = calx_scoped_session_current(me->scoped, &me->seen);
    return NULL;
}

static void each_thread_has_a_scoped_session_of_its_own(void **state)
{
    calx_shows("SES-020");
    place *shop = *state;
    calx_session *mine = NULL;
    calx_scoped_session *scoped = NULL;
    pthread_t thread;
    assert_int_equal(calx_scoped_session_new(shop->maker, NULL, &scoped, NULL), CALX_OK);
    assert_int_equal(calx_scoped_session_current(scoped, &mine), CALX_OK);
    visitor other = { scoped, NULL, CALX_E_ASSERTION };
    assert_int_equal(pthread_create(&thread, NULL, visit, &other), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(other.status, CALX_OK);
    assert_ptr_not_equal(other.seen, mine);
    assert_stored(shop, "SELECT name FROM customers", "from a thread");
    calx_scoped_session_free(scoped);
}

static void tables_are_created_once_and_dropped(void **state)
{
    place *shop = *state;
    calx_error error = CALX_ERROR_INIT;
    have_customer(shop, "ada");
    assert_int_equal(calx_schema_create_all(shop->engine, &shop_metadata, &error), CALX_OK);
    assert_stored(shop, "SELECT name FROM customers", "ada");
    assert_int_equal(calx_session_close(shop->session), CALX_OK);
    assert_int_equal(calx_schema_drop_all(shop->engine, &shop_metadata, &error), CALX_OK);
    assert_int_equal(calx_schema_drop_all(shop->engine, &shop_metadata, &error), CALX_OK);
    assert_stored(shop,
                  calx_test_on("postgresql") ? "SELECT count(*) || '' FROM pg_class WHERE "
                                               "relnamespace = current_schema()::regnamespace"
                                             : "SELECT count(*) || '' FROM sqlite_master",
                  "0");
    calx_error_clear(&error);
}

#define IN_SHOP(test) cmocka_unit_test_setup_teardown(test, enter_shop, leave_shop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SHOP(every_kind_of_member_comes_back_as_it_was_stored),
        IN_SHOP(defaults_are_in_the_struct_and_in_the_row),
        IN_SHOP(one_add_stores_a_graph_and_keys_follow),
        IN_SHOP(relationships_are_loaded_when_asked_for),
        IN_SHOP(an_update_names_the_changed_columns_only),
        IN_SHOP(nothing_changed_sends_nothing),
        IN_SHOP(a_rollback_puts_fields_and_states_back),
        IN_SHOP(a_composite_key_finds_its_row),
        IN_SHOP(a_delete_takes_what_its_cascade_reaches),
        IN_SHOP(a_typed_query_sees_pending_work),
        IN_SHOP(sql_text_takes_named_parameters),
        IN_SHOP(each_thread_has_a_scoped_session_of_its_own),
        IN_SHOP(tables_are_created_once_and_dropped),
    };
    return CALX_RUN("integration_way", tests);
}
