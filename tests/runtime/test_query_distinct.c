/*
 * Distinct rows of queries, and what a query that joins does not have.
 */
#include "music.h"

#include <stdlib.h>
#include <string.h>

#define ok(call) assert_int_equal(call, CALX_OK)

static void the_first_of_each_value(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    calx_query *query = NULL;
    ok(calx_session_query(shop.session, &track_mapper, &query));
    calx_status status = calx_query_distinct_on(query, track_col.album_id);
    if (calx_test_on("sqlite")) {
        assert_int_equal(status, CALX_E_UNSUPPORTED);
        assert_non_null(strstr(calx_session_error(shop.session)->message, "DISTINCT ON"));
        assert_int_equal(calx_query_order_by(query, calx_asc(track_col.id)), CALX_E_UNSUPPORTED);
    } else {
        ok(status);
        ok(calx_query_order_by(query, calx_asc(track_col.album_id)));
        ok(calx_query_order_by(query, calx_desc(track_col.seconds)));
        ok(calx_query_order_by(query, calx_asc(track_col.id)));
        char *found = music_keys(query);
        char *plain = music_plain(&shop, "SELECT DISTINCT ON (album_id) id FROM tracks ORDER BY "
                                         "album_id, seconds DESC, id");
        assert_string_equal(found, plain);
        free(found);
        free(plain);
        const char *sql = NULL;
        calx_query_free(query);
        ok(calx_session_query(shop.session, &track_mapper, &query));
        ok(calx_query_distinct_on(query, track_col.album_id));
        ok(calx_query_order_by(query, calx_asc(track_col.id)));
        assert_int_equal(calx_query_sql(query, &sql), CALX_E_ARGUMENT);
        assert_non_null(strstr(calx_session_error(shop.session)->message, "column \"album_id\""));
        calx_query_free(query);
        ok(calx_session_query(shop.session, &track_mapper, &query));
        ok(calx_query_distinct(query));
        ok(calx_query_lock(query, CALX_LOCK_UPDATE, CALX_LOCK_WAIT));
        assert_int_equal(calx_query_sql(query, &sql), CALX_E_ARGUMENT);
        assert_non_null(strstr(calx_session_error(shop.session)->message, "cannot lock"));
    }
    calx_query_free(query);
    music_tear_down(&shop);
}

static void what_is_not_in_a_query_is_not_joined_from(void **state)
{
    (void)state;
    music shop;
    calx_query *query = NULL;
    music_set_up(&shop);
    ok(calx_session_query(shop.session, &artist_mapper, &query));
    assert_int_equal(calx_query_join(query, track_rel.album), CALX_E_ARGUMENT);
    calx_query_free(query);
    ok(calx_session_query(shop.session, &album_mapper, &query));
    assert_int_equal(calx_query_join(query, track_rel.album), CALX_E_ARGUMENT);
    assert_non_null(strstr(calx_session_error(shop.session)->message, "does not have track"));
    calx_query_free(query);
    music_tear_down(&shop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_of_each_value),
        cmocka_unit_test(what_is_not_in_a_query_is_not_joined_from),
    };
    return CALX_RUN("query_distinct", tests);
}
