/*
 * Selects that cannot be: the message names the column, the entity or the part, before anything is
 * sent.
 */
#include "music.h"

#include <string.h>

#define ok(call) assert_int_equal(call, CALX_OK)

static void long_tracks(calx_select *select, int32_t seconds)
{
    ok(calx_select_entity(select, music_table(&track_mapper)));
    ok(calx_select_where(select, calx_gt(track_col.seconds, seconds)));
}

static void check_refused(music *shop, calx_select *select, calx_status expected, const char *what)
{
    const char *sql = NULL;
    calx_status status = calx_select_sql(select, &sql);
    if (status != expected)
        fail_msg("%s: %s", what, calx_status_name(status));
    if (strstr(calx_session_error(shop->session)->message, what) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", calx_session_error(shop->session)->message, what);
    calx_select_free(select);
}

static void what_is_not_the_same_in_a_group_is_named(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    calx_session *session = shop.session;
    calx_select *select = music_select(session);
    ok(calx_select_column(select, track_col.name));
    ok(calx_select_value(select, calx_count_all(), "tracks"));
    check_refused(&shop, select, CALX_E_ARGUMENT, "column \"name\" of table \"tracks\"");
    select = music_select(session);
    ok(calx_select_column(select, track_col.album_id));
    ok(calx_select_value(select, calx_add(track_col.cents, 1), "cents"));
    ok(calx_select_group_by(select, track_col.album_id));
    check_refused(&shop, select, CALX_E_ARGUMENT, "column \"cents\"");
    select = music_select(session);
    ok(calx_select_entity(select, music_table(&track_mapper)));
    ok(calx_select_group_by(select, track_col.album_id));
    check_refused(&shop, select, CALX_E_ARGUMENT, "entity \"track\"");
    select = music_select(session);
    ok(calx_select_column(select, track_col.album_id));
    ok(calx_select_group_by(select, track_col.album_id));
    ok(calx_select_order_by(select, calx_asc(track_col.seconds)));
    check_refused(&shop, select, CALX_E_ARGUMENT, "column \"seconds\"");
    select = music_select(session);
    ok(calx_select_column(select, track_col.album_id));
    ok(calx_select_having(select, calx_gt(track_col.seconds, 1)));
    ok(calx_select_group_by(select, track_col.album_id));
    check_refused(&shop, select, CALX_E_ARGUMENT, "column \"seconds\"");
    select = music_select(session);
    ok(calx_select_column(select, track_col.id));
    assert_int_equal(calx_select_where(select, calx_gt(calx_count_all(), 1)), CALX_E_ARGUMENT);
    calx_select_free(select);
    music_tear_down(&shop);
}

/* An order may make groups, and a key is one of a table alone. */
static void what_makes_groups_is_seen(void **state)
{
    (void)state;
    const calx_alias big = calx_alias_of(&track_mapper, 1);
    music shop;
    music_set_up(&shop);
    calx_select *select = music_select(shop.session);
    ok(calx_select_column(select, track_col.name));
    ok(calx_select_order_by_value(select, calx_count_all(), true));
    check_refused(&shop, select, CALX_E_ARGUMENT, "column \"name\" of table \"tracks\"");
    for (int named = 0; named < 2; named++) {
        calx_select *rows = music_select(shop.session);
        select = music_select(shop.session);
        long_tracks(rows, 200);
        ok(named ? calx_select_with(select, big, rows)
                 : calx_select_from_select(select, big, rows));
        ok(calx_select_column(select, calx_as(track_col.name, big)));
        ok(calx_select_value(select, calx_count_all(), "rows"));
        ok(calx_select_group_by(select, calx_as(track_col.id, big)));
        check_refused(&shop, select, CALX_E_ARGUMENT, "column \"name\" of table \"tracks\"");
        calx_select_free(rows);
    }
    music_tear_down(&shop);
}

static void what_is_not_there_is_named(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    calx_session *session = shop.session;
    calx_select *select = music_select(session);
    ok(calx_select_column(select, track_col.name));
    ok(calx_select_column(select, album_col.title));
    check_refused(&shop, select, CALX_E_ARGUMENT, "column \"title\" of table \"albums\"");
    select = music_select(session);
    ok(calx_select_value(select, calx_count_all(), NULL));
    check_refused(&shop, select, CALX_E_ARGUMENT, "no table");
    select = music_select(session);
    ok(calx_select_from(select, music_table(&track_mapper)));
    check_refused(&shop, select, CALX_E_ARGUMENT, "selects nothing");
    select = music_select(session);
    assert_int_equal(calx_select_join(select, track_rel.album), CALX_E_ARGUMENT);
    check_refused(&shop, select, CALX_E_ARGUMENT, "track.album cannot be joined");
    select = music_select(session);
    ok(calx_select_from(select, music_table(&track_mapper)));
    assert_int_equal(calx_select_from(select, music_table(&track_mapper)), CALX_E_ARGUMENT);
    check_refused(&shop, select, CALX_E_ARGUMENT, "has track already");
    select = music_select(session);
    ok(calx_select_column(select, track_col.name));
    assert_int_equal(calx_select_order_by_label(select, "nothing", false), CALX_E_ARGUMENT);
    check_refused(&shop, select, CALX_E_ARGUMENT, "nothing");
    select = music_select(session);
    assert_int_equal(calx_select_limit(select, -1), CALX_E_ARGUMENT);
    check_refused(&shop, select, CALX_E_ARGUMENT, "negative");
    select = music_select(session);
    assert_int_equal(
        calx_select_join_on(select, music_table(&track_mapper), calx_eq(track_col.id, 1)),
        CALX_E_ARGUMENT);
    check_refused(&shop, select, CALX_E_ARGUMENT, "track could be joined to");
    music_tear_down(&shop);
}

static void options_are_of_what_is_selected(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    calx_select *select = music_select(shop.session);
    ok(calx_select_column(select, album_col.title));
    assert_int_equal(calx_select_options(select, music_table(&album_mapper),
                                         calx_selectinload(album_rel.tracks)),
                     CALX_E_ARGUMENT);
    check_refused(&shop, select, CALX_E_ARGUMENT, "calx_select_entity() first");
    select = music_select(shop.session);
    ok(calx_select_entity(select, music_table(&album_mapper)));
    assert_int_equal(calx_select_options(select, music_table(&album_mapper),
                                         calx_selectinload(track_rel.medium)),
                     CALX_E_ARGUMENT);
    check_refused(&shop, select, CALX_E_ARGUMENT, "medium");
    select = music_select(shop.session);
    ok(calx_select_entity(select, music_table(&album_mapper)));
    assert_int_equal(calx_select_options_along(select, music_table(&album_mapper), NULL, 0),
                     CALX_E_ARGUMENT);
    check_refused(&shop, select, CALX_E_ARGUMENT, "no loading option");
    music_tear_down(&shop);
}

static void classes_and_orders_must_fit(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    calx_session *session = shop.session;
    calx_select *names = music_select(session);
    calx_select *select = music_select(session);
    ok(calx_select_column(names, artist_col.name));
    ok(calx_select_column(select, track_col.id));
    assert_int_equal(calx_select_where(select, calx_in_select(track_col.id, names)),
                     CALX_E_ARGUMENT);
    check_refused(&shop, select, CALX_E_ARGUMENT, "\"tracks\".\"id\"");
    select = music_select(session);
    ok(calx_select_column(select, track_col.id));
    ok(calx_select_where(select, calx_in_select(track_col.name, names)));
    const char *sql = NULL;
    ok(calx_select_sql(select, &sql));
    calx_select_free(select);

    select = music_select(session);
    ok(calx_select_column(select, track_col.id));
    ok(calx_select_combine(select, CALX_UNION, names));
    check_refused(&shop, select, CALX_E_ARGUMENT,
                  "\"tracks\".\"id\" is combined with \"artists\".\"name\"");
    calx_select_free(names);

    select = music_select(session);
    ok(calx_select_column(select, track_col.name));
    ok(calx_select_distinct(select));
    ok(calx_select_order_by(select, calx_asc(track_col.name)));
    ok(calx_select_sql(select, &sql));
    ok(calx_select_order_by(select, calx_asc(track_col.seconds)));
    check_refused(&shop, select, CALX_E_ARGUMENT, "ordered by \"tracks\".\"seconds\"");

    select = music_select(session);
    ok(calx_select_column(select, track_col.album_id));
    ok(calx_select_group_by(select, track_col.album_id));
    ok(calx_select_order_by(select, calx_asc(track_col.name)));
    check_refused(&shop, select, CALX_E_ARGUMENT, "is what orders groups");
    music_tear_down(&shop);
}

static void parts_must_fit(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    calx_session *session = shop.session;
    const calx_alias one = calx_alias_of(&track_mapper, 1);
    calx_select *select = music_select(session);
    calx_select *other = music_select(session);
    ok(calx_select_column(select, track_col.id));
    ok(calx_select_entity(other, music_table(&track_mapper)));
    ok(calx_select_combine(select, CALX_UNION, other));
    assert_int_equal(calx_select_limit(other, 1), CALX_E_STATE);
    assert_non_null(strstr(calx_session_error(session)->message, "part of another"));
    check_refused(&shop, select, CALX_E_ARGUMENT, "1 columns");
    calx_select_free(other);

    select = music_select(session);
    other = music_select(session);
    ok(calx_select_column(select, track_col.id));
    ok(calx_select_column(other, album_col.id));
    ok(calx_select_combine(select, CALX_EXCEPT, other));
    ok(calx_select_order_by(select, calx_asc(track_col.name)));
    check_refused(&shop, select, CALX_E_ARGUMENT, "column \"name\"");
    calx_select_free(other);

    select = music_select(session);
    other = music_select(session);
    ok(calx_select_column(other, album_col.id));
    ok(calx_select_with(select, one, other));
    ok(calx_select_entity(select, one));
    check_refused(&shop, select, CALX_E_ARGUMENT, "rows of track");
    calx_select_free(other);

    select = music_select(session);
    assert_int_equal(calx_select_combine(select, CALX_UNION, select), CALX_E_ARGUMENT);
    check_refused(&shop, select, CALX_E_ARGUMENT, "itself");

    select = music_select(session);
    other = music_select(session);
    assert_int_equal(calx_select_limit(other, -2), CALX_E_ARGUMENT);
    assert_int_equal(calx_select_combine(select, CALX_UNION, other), CALX_E_ARGUMENT);
    check_refused(&shop, select, CALX_E_ARGUMENT, "negative");
    calx_select_free(other);

    select = music_select(session);
    other = music_select(session);
    ok(calx_select_column(select, track_col.id));
    ok(calx_select_column(other, album_col.id));
    ok(calx_select_combine(select, CALX_INTERSECT_ALL, other));
    if (calx_test_on("sqlite"))
        check_refused(&shop, select, CALX_E_UNSUPPORTED, "INTERSECT ALL");
    else
        calx_select_free(select);
    calx_select_free(other);
    music_tear_down(&shop);
}

static void a_select_as_a_value_has_one_column(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    calx_session *other = music_session(&shop);
    calx_select *two = music_select(shop.session);
    calx_select *select = music_select(shop.session);
    ok(calx_select_entity(two, music_table(&album_mapper)));
    ok(calx_select_column(select, track_col.id));
    ok(calx_select_where(select, calx_in_select(track_col.album_id, two)));
    check_refused(&shop, select, CALX_E_ARGUMENT, "3 columns");
    calx_select_free(two);
    two = music_select(other);
    select = music_select(shop.session);
    ok(calx_select_column(select, track_col.id));
    assert_int_equal(calx_select_where(select, calx_exists(two)), CALX_E_ARGUMENT);
    check_refused(&shop, select, CALX_E_ARGUMENT, "another session");
    select = music_select(shop.session);
    ok(calx_select_column(select, track_col.id));
    assert_int_equal(calx_select_where(select, calx_exists(NULL)), CALX_E_ARGUMENT);
    assert_int_equal(calx_select_where(select, calx_gt(calx_select_expression(two), "text")),
                     CALX_E_ARGUMENT);
    calx_select_free(select);
    calx_select_free(two);
    calx_session_free(other);
    music_tear_down(&shop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_the_same_in_a_group_is_named),
        cmocka_unit_test(what_makes_groups_is_seen),
        cmocka_unit_test(what_is_not_there_is_named),
        cmocka_unit_test(options_are_of_what_is_selected),
        cmocka_unit_test(classes_and_orders_must_fit),
        cmocka_unit_test(parts_must_fit),
        cmocka_unit_test(a_select_as_a_value_has_one_column),
    };
    return CALX_RUN("select_wrong", tests);
}
