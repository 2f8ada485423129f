/*
 * Memory that runs out: each allocation of a scenario fails in turn. The answer is CALX_E_NOMEM
 * each time, nothing is left behind, and a last run with enough memory succeeds.
 */
#include "shop.calx.h"
#include "support/harness.h"
#include "support/ration.h"

#include <calx/calx.h>

/* The scenario works on an engine and a session of its own. */
typedef calx_status (*scenario)(calx_session *session);

static calx_status with_session(scenario act)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_session *session = NULL;
    calx_status status = calx_engine_new("sqlite://", NULL, &options.bind, NULL);
    if (status == CALX_OK)
        status = calx_schema_create_all(options.bind, &shop_metadata, NULL);
    if (status == CALX_OK)
        status = calx_session_new(&options, &session, NULL);
    if (status == CALX_OK)
        status = act(session);
    calx_session_free(session);
    calx_engine_free(options.bind);
    return status;
}

static void assert_survives(scenario act)
{
    calx_status status = CALX_E_NOMEM;
    long allowed = 0;
    for (; status == CALX_E_NOMEM && allowed < 5000; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = with_session(act);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
    assert_true(allowed > 20); /* it did fail, many times */
}

static calx_status add_buyer(calx_session *session, const char *name)
{
    struct customer *buyer = customer_new();
    struct purchase *lamp = purchase_new();
    calx_status status = buyer != NULL && lamp != NULL ? CALX_OK : CALX_E_NOMEM;
    if (status == CALX_OK) {
        buyer->name = name;
        lamp->article = "lamp";
        status = customer_purchases_append(buyer, lamp);
    }
    if (status == CALX_OK)
        status = customer_add(session, buyer);
    if (status != CALX_OK) {
        purchase_free(lamp);
        customer_free(buyer);
    }
    return status;
}

static calx_status store(calx_session *session)
{
    calx_status status = add_buyer(session, "ada");
    if (status == CALX_OK)
        status = add_buyer(session, "bob");
    return status == CALX_OK ? calx_session_commit(session) : status;
}

static calx_status change(calx_session *session)
{
    const struct customer *ada = NULL;
    calx_status status = store(session);
    if (status == CALX_OK)
        status = customer_get_one(session, 1, &ada);
    if (status != CALX_OK)
        return status;
    struct customer *edit = customer_edit(ada);
    if (edit == NULL)
        return CALX_E_NOMEM;
    edit->balance = 2;
    status = customer_set_city(ada, "Lund");
    if (status == CALX_OK)
        status = calx_session_flush(session);
    return status == CALX_OK ? calx_session_rollback(session) : status;
}

static calx_status read_all(calx_session *session)
{
    const struct customer *const *found = NULL;
    const struct purchase *const *purchases = NULL;
    size_t count = 0;
    calx_status status = store(session);
    if (status == CALX_OK)
        status = calx_session_close(session);
    if (status != CALX_OK)
        return status;
    customer_query *query = customer_query_new(session);
    if (query == NULL)
        return CALX_E_NOMEM;
    customer_query_where(query, calx_like(customer_col.name, "%a%"));
    customer_query_order_by(query, calx_asc(customer_col.name));
    status = customer_query_all(query, &found, &count);
    if (status == CALX_OK && count != 1)
        status = CALX_E_ASSERTION;
    if (status == CALX_OK)
        status = customer_purchases(found[0], &purchases, &count);
    if (status == CALX_OK && count != 1)
        status = CALX_E_ASSERTION;
    customer_query_free(query);
    return status;
}

static calx_status remove_one(calx_session *session)
{
    const struct customer *ada = NULL;
    calx_status status = store(session);
    if (status == CALX_OK)
        status = customer_get_one(session, 1, &ada);
    if (status == CALX_OK)
        status = customer_delete(session, ada);
    return status == CALX_OK ? calx_session_commit(session) : status;
}

static calx_status run_sql(calx_session *session)
{
    calx_result *rows = NULL;
    const char *name = NULL;
    bool has_row = false;
    calx_status status = store(session);
    if (status != CALX_OK)
        return status;
    calx_statement *statement =
        calx_text_statement("SELECT name FROM customers WHERE name > :name ORDER BY name");
    if (statement == NULL)
        return CALX_E_NOMEM;
    calx_statement_bind_text(statement, "name", "b");
    status = calx_session_execute(session, statement, &rows);
    if (status == CALX_OK)
        status = calx_result_next(rows, &has_row);
    if (status == CALX_OK)
        status = has_row ? calx_result_text(rows, 0, &name) : CALX_E_ASSERTION;
    calx_result_free(rows);
    calx_statement_free(statement);
    return status;
}

static void storing_survives(void **state)
{
    (void)state;
    assert_survives(store);
}

static void changing_and_rolling_back_survives(void **state)
{
    (void)state;
    assert_survives(change);
}

static void querying_survives(void **state)
{
    (void)state;
    assert_survives(read_all);
}

static void deleting_survives(void **state)
{
    (void)state;
    assert_survives(remove_one);
}

static void sql_text_survives(void **state)
{
    (void)state;
    assert_survives(run_sql);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(storing_survives),  cmocka_unit_test(changing_and_rolling_back_survives),
        cmocka_unit_test(querying_survives), cmocka_unit_test(deleting_survives),
        cmocka_unit_test(sql_text_survives),
    };
    return CALX_RUN("integration_memory", tests);
}
