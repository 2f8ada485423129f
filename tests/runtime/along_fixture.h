/*
 * What the tests of relationships that come along start from: shop 1 in york with tea and jam, shop
 * 2 nowhere with nothing, shop 3 in york with a pen; two labels on tea, one on jam; a visit to 1.
 */
#ifndef TESTS_RUNTIME_ALONG_FIXTURE_H
#define TESTS_RUNTIME_ALONG_FIXTURE_H

#include "along_models.calx.h"

#include "session_fixture.h"

#include <calx/calx.h>

static inline void ok(const fixture *fix, calx_status status)
{
    if (status != CALX_OK)
        fail_msg("%s: %s", calx_status_name(status), message(fix->session));
}

static inline void set_up_shops(fixture *fix)
{
    static const char *const rows[] = {
        "INSERT INTO cities (id, name) VALUES (1, 'york')",
        "INSERT INTO shops (id, name, story, city_id) VALUES (1, 'one', 'long', 1)",
        "INSERT INTO shops (id, name) VALUES (2, 'two')",
        "INSERT INTO shops (id, name, city_id) VALUES (3, 'three', 1)",
        "INSERT INTO goods (id, name, shop_id) VALUES (1, 'tea', 1), (2, 'jam', 1), (3, 'pen', 3)",
        "INSERT INTO kinds (id, name) VALUES (1, 'taste')",
        "INSERT INTO labels (id, name, kind_id) VALUES (1, 'hot', 1), (2, 'sweet', 1)",
        "INSERT INTO good_labels (good_id, label_id) VALUES (1, 1), (1, 2), (2, 2)",
        "INSERT INTO visits (id, shop_id, city_id) VALUES (1, 1, 1)",
    };
    set_up_model(fix, &along_models_metadata);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        run_elsewhere(fix, rows[i]);
    log_sink_forget(&fix->sink);
}

static inline size_t selects(fixture *fix)
{
    return logged(fix, "SELECT ");
}

static inline const struct shop *get_shop(const fixture *fix, int64_t id)
{
    const struct shop *shop = NULL;
    ok(fix, shop_get(fix->session, id, &shop));
    return shop;
}

/* Its city and its goods, which take no statement. */
static inline void assert_whole(fixture *fix, const struct shop *shop, const char *city,
                                size_t expected)
{
    const struct city *found = NULL;
    const struct good *const *goods = NULL;
    size_t count = 0;
    selects(fix);
    ok(fix, shop_city(shop, &found));
    assert_string_equal(found == NULL ? "" : found->name, city);
    ok(fix, shop_goods(shop, &goods, &count));
    assert_int_equal(count, expected);
    assert_int_equal(selects(fix), 0);
}

/* Runs SQL past the unit of work, in the session's transaction. */
static inline void run_sql(calx_session *session, const char *sql)
{
    calx_statement *statement = calx_text_statement(sql);
    assert_non_null(statement);
    assert_int_equal(CALX_OK, calx_session_no_autoflush_begin(session));
    assert_int_equal(CALX_OK, calx_session_execute(session, statement, NULL));
    assert_int_equal(CALX_OK, calx_session_no_autoflush_end(session));
    calx_statement_free(statement);
}

#endif
