/*
 * The set-up of the integration tests. It uses public functions only, as an application would.
 */
#define _XOPEN_SOURCE 700

#include "place.h"

#include "shop.calx.h"
#include "support/harness.h"

#include <stdlib.h>
#include <string.h>

int enter_shop(void **state)
{
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    calx_session_options defaults = CALX_SESSION_OPTIONS_INIT;
    place *shop = calloc(1, sizeof(*shop));
    assert_non_null(shop);
    log_sink_init(&shop->sink);
    options.echo = CALX_ECHO_SQL;
    options.log = log_sink_line;
    options.log_context = &shop->sink;
    assert_int_equal(calx_engine_new(calx_test_url(), &options, &shop->engine, NULL), CALX_OK);
    assert_int_equal(calx_schema_create_all(shop->engine, &shop_metadata, NULL), CALX_OK);
    defaults.bind = shop->engine;
    assert_int_equal(calx_sessionmaker_new(&defaults, &shop->maker, NULL), CALX_OK);
    assert_int_equal(calx_sessionmaker_session(shop->maker, &shop->session), CALX_OK);
    log_sink_forget(&shop->sink);
    *state = shop;
    return 0;
}

int leave_shop(void **state)
{
    place *shop = *state;
    calx_session_free(shop->session);
    calx_sessionmaker_free(shop->maker);
    calx_engine_free(shop->engine);
    log_sink_clear(&shop->sink);
    free(shop);
    return 0;
}

const struct customer *have_customer(place *shop, const char *name)
{
    struct customer *made = customer_new();
    assert_non_null(made);
    made->name = name;
    assert_int_equal(customer_add(shop->session, made), CALX_OK);
    assert_int_equal(calx_session_commit(shop->session), CALX_OK);
    return made;
}

char *stored_text(place *shop, const char *sql)
{
    calx_connection *connection = NULL;
    calx_result *rows = NULL;
    const char *text = NULL;
    bool has_row = false;
    calx_statement *statement = calx_text_statement(sql);
    assert_non_null(statement);
    assert_int_equal(calx_engine_connect(shop->engine, &connection, NULL), CALX_OK);
    assert_int_equal(calx_connection_execute(connection, statement, &rows), CALX_OK);
    assert_int_equal(calx_result_next(rows, &has_row), CALX_OK);
    if (has_row)
        assert_int_equal(calx_result_text(rows, 0, &text), CALX_OK);
    char *copy = text != NULL ? strdup(text) : NULL;
    calx_result_free(rows);
    calx_connection_close(connection);
    calx_statement_free(statement);
    return copy;
}
