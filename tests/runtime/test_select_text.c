/*
 * Selects of growing difficulty: their rows are those of plain SQL, their text is that of the
 * golden file, and each is written once.
 */
#include "music.h"

#include <stdlib.h>
#include <string.h>

#define ok(call) assert_int_equal(call, CALX_OK)

typedef struct example {
    const char *title;
    void (*build)(calx_session *session, calx_select *select);
    size_t entities;
    const char *plain;
} example;

static void columns_of_two_tables(calx_session *session, calx_select *select)
{
    (void)session;
    ok(calx_select_column(select, track_col.name));
    ok(calx_select_column(select, album_col.title));
    ok(calx_select_join(select, track_rel.album));
    ok(calx_select_where(select, calx_gt(track_col.seconds, 350)));
    ok(calx_select_order_by(select, calx_asc(track_col.id)));
    ok(calx_select_limit(select, 7));
    ok(calx_select_offset(select, 1));
}

static void entities_and_columns(calx_session *session, calx_select *select)
{
    (void)session;
    ok(calx_select_entity(select, music_table(&invoice_mapper)));
    ok(calx_select_entity(select, music_table(&customer_mapper)));
    ok(calx_select_column(select, customer_col.city));
    ok(calx_select_join(select, invoice_rel.customer));
    ok(calx_select_order_by(select, calx_asc(invoice_col.id)));
}

static void an_entity_that_may_be_missing(calx_session *session, calx_select *select)
{
    (void)session;
    ok(calx_select_entity(select, music_table(&customer_mapper)));
    ok(calx_select_entity(select, music_table(&employee_mapper)));
    ok(calx_select_left_join(select, customer_rel.adviser));
    ok(calx_select_order_by(select, calx_asc(customer_col.id)));
}

static void entities_with_counts(calx_session *session, calx_select *select)
{
    (void)session;
    ok(calx_select_from(select, music_table(&artist_mapper)));
    ok(calx_select_value(select, calx_count(album_col.id), "albums"));
    ok(calx_select_entity(select, music_table(&artist_mapper)));
    ok(calx_select_left_join(select, artist_rel.albums));
    ok(calx_select_group_by(select, artist_col.id));
    ok(calx_select_order_by_label(select, "albums", true));
    ok(calx_select_order_by(select, calx_asc(artist_col.id)));
}

static void groups_with_a_condition(calx_session *session, calx_select *select)
{
    (void)session;
    ok(calx_select_column(select, genre_col.name));
    ok(calx_select_value(select, calx_sum(track_col.cents), "cents"));
    ok(calx_select_value(select, calx_avg(track_col.seconds), "seconds"));
    ok(calx_select_join_on(select, music_table(&track_mapper),
                           calx_eq(track_col.genre_id, genre_col.id)));
    ok(calx_select_group_by(select, genre_col.name));
    ok(calx_select_having(select, calx_gt(calx_count_all(), 10)));
    ok(calx_select_order_by(select, calx_asc(genre_col.name)));
}

static void all_in_one_group(calx_session *session, calx_select *select)
{
    (void)session;
    ok(calx_select_value(select, calx_count_all(), "tracks"));
    ok(calx_select_value(select, calx_max(track_col.name), NULL));
    ok(calx_select_from(select, music_table(&track_mapper)));
    ok(calx_select_where(select, calx_is_not_null(track_col.genre_id)));
}

static void groups_of_a_value(calx_session *session, calx_select *select)
{
    (void)session;
    ok(calx_select_value(select, calx_div(track_col.seconds, 60), "minutes"));
    ok(calx_select_value(select, calx_count_all(), "tracks"));
    ok(calx_select_group_by_value(select, calx_div(track_col.seconds, 60)));
    ok(calx_select_order_by_label(select, "minutes", false));
}

/* The same list again is no further parameter, or the value is not what the groups are made by. */
static void groups_of_a_list(calx_session *session, calx_select *select)
{
    static const int64_t first[] = { 1, 2 };
    static const int64_t again[] = { 1, 2 };
    (void)session;
    ok(calx_select_value(select, calx_in(track_col.genre_id, first, 2), "near"));
    ok(calx_select_value(select, calx_count_all(), "tracks"));
    ok(calx_select_where(select, calx_is_not_null(track_col.genre_id)));
    ok(calx_select_group_by_value(select, calx_in(track_col.genre_id, again, 2)));
    ok(calx_select_order_by_label(select, "near", false));
}

/* Another list of that length makes other groups. */
static void groups_of_two_lists(calx_session *session, calx_select *select)
{
    static const int64_t some[] = { 1, 2 };
    static const int64_t others[] = { 1, 3 };
    (void)session;
    ok(calx_select_value(select, calx_in(track_col.genre_id, some, 2), "some"));
    ok(calx_select_value(select, calx_count_all(), "tracks"));
    ok(calx_select_group_by_value(select, calx_in(track_col.genre_id, others, 2)));
    ok(calx_select_where(select, calx_is_not_null(track_col.genre_id)));
    ok(calx_select_group_by_value(select, calx_in(track_col.genre_id, some, 2)));
    ok(calx_select_order_by_value(select, calx_count_all(), false));
}

static void different_values(calx_session *session, calx_select *select)
{
    (void)session;
    ok(calx_select_column(select, customer_col.city));
    ok(calx_select_distinct(select));
    ok(calx_select_order_by(select, calx_nulls_last(calx_desc(customer_col.city))));
}

static void ordered_by_a_value(calx_session *session, calx_select *select)
{
    (void)session;
    ok(calx_select_column(select, track_col.id));
    ok(calx_select_order_by_value(select, calx_mod(track_col.seconds, 10), true));
    ok(calx_select_order_by(select, calx_asc(track_col.id)));
    ok(calx_select_limit(select, 12));
}

/* What always holds is no number of a column. */
static void ordered_by_what_is_the_same(calx_session *session, calx_select *select)
{
    const int64_t *none = NULL;
    (void)session;
    ok(calx_select_column(select, track_col.medium_id));
    ok(calx_select_value(select, calx_count_all(), "tracks"));
    ok(calx_select_group_by(select, track_col.medium_id));
    ok(calx_select_group_by_value(select, calx_not_in(track_col.medium_id, none, 0)));
    ok(calx_select_order_by_value(select, calx_in(track_col.medium_id, none, 0), true));
    ok(calx_select_order_by(select, calx_desc(track_col.medium_id)));
}

static void each_with_each(calx_session *session, calx_select *select)
{
    (void)session;
    ok(calx_select_from(select, music_table(&medium_mapper)));
    ok(calx_select_from(select, music_table(&genre_mapper)));
    ok(calx_select_column(select, medium_col.name));
    ok(calx_select_column(select, genre_col.name));
    ok(calx_select_order_by(select, calx_asc(medium_col.id)));
    ok(calx_select_order_by(select, calx_asc(genre_col.id)));
}

static void long_tracks(calx_select *select, int32_t seconds)
{
    ok(calx_select_entity(select, music_table(&track_mapper)));
    ok(calx_select_where(select, calx_gt(track_col.seconds, seconds)));
}

static void from_another_select(calx_session *session, calx_select *select)
{
    const calx_alias big = calx_alias_of(&track_mapper, 1);
    calx_select *rows = music_select(session);
    long_tracks(rows, 200);
    ok(calx_select_order_by(rows, calx_asc(track_col.id)));
    ok(calx_select_limit(rows, 20));
    ok(calx_select_from_select(select, big, rows));
    ok(calx_select_join_from(select, big, track_rel.album, music_table(&album_mapper)));
    ok(calx_select_column(select, album_col.id));
    ok(calx_select_value(select, calx_sum(calx_as(track_col.seconds, big)), "seconds"));
    ok(calx_select_group_by(select, album_col.id));
    ok(calx_select_order_by(select, calx_asc(album_col.id)));
    calx_select_free(rows);
}

static void with_a_named_part(calx_session *session, calx_select *select)
{
    const calx_alias one = calx_alias_of(&track_mapper, 1);
    calx_select *rows = music_select(session);
    long_tracks(rows, 250);
    ok(calx_select_with(select, one, rows));
    ok(calx_select_from(select, one));
    ok(calx_select_entity(select, one));
    ok(calx_select_join_from(select, one, track_rel.album, music_table(&album_mapper)));
    ok(calx_select_where(select, calx_lt(album_col.id, 6)));
    ok(calx_select_order_by(select, calx_asc(calx_as(track_col.id, one))));
    calx_select_free(rows);
}

static void all_who_are_below(calx_session *session, calx_select *select)
{
    const calx_alias tree = calx_alias_of(&employee_mapper, 1);
    calx_select *start = music_select(session);
    calx_select *step = music_select(session);
    ok(calx_select_entity(start, music_table(&employee_mapper)));
    ok(calx_select_where(start, calx_eq(employee_col.id, 2)));
    ok(calx_select_entity(step, music_table(&employee_mapper)));
    ok(calx_select_join_on(step, tree,
                           calx_eq(employee_col.boss_id, calx_as(employee_col.id, tree))));
    ok(calx_select_combine(start, CALX_UNION_ALL, step));
    ok(calx_select_with_recursive(select, tree, start));
    ok(calx_select_entity(select, tree));
    ok(calx_select_order_by(select, calx_asc(calx_as(employee_col.id, tree))));
    calx_select_free(start);
    calx_select_free(step);
}

static void cities(calx_select *select, bool of_employees)
{
    ok(of_employees ? calx_select_column(select, employee_col.city)
                    : calx_select_column(select, customer_col.city));
}

static void combine_cities(calx_session *session, calx_select *select, calx_combine how)
{
    calx_select *other = music_select(session);
    cities(select, false);
    cities(other, true);
    ok(calx_select_combine(select, how, other));
    ok(calx_select_order_by(select, calx_nulls_first(calx_asc(customer_col.city))));
    calx_select_free(other);
}

static void cities_of_both(calx_session *session, calx_select *select)
{
    combine_cities(session, select, CALX_UNION);
}

static void all_cities_of_both(calx_session *session, calx_select *select)
{
    combine_cities(session, select, CALX_UNION_ALL);
    ok(calx_select_limit(select, 9));
}

static void cities_in_both(calx_session *session, calx_select *select)
{
    combine_cities(session, select, CALX_INTERSECT);
}

static void cities_without_employees(calx_session *session, calx_select *select)
{
    combine_cities(session, select, CALX_EXCEPT);
}

static void several_combined(calx_session *session, calx_select *select)
{
    calx_select *longer = music_select(session);
    calx_select *first = music_select(session);
    long_tracks(select, 300);
    ok(calx_select_entity(longer, music_table(&track_mapper)));
    ok(calx_select_where(longer, calx_lt(track_col.seconds, 100)));
    ok(calx_select_entity(first, music_table(&track_mapper)));
    ok(calx_select_order_by(first, calx_asc(track_col.id)));
    ok(calx_select_limit(first, 30));
    ok(calx_select_combine(select, CALX_UNION, longer));
    ok(calx_select_combine(select, CALX_INTERSECT, first));
    ok(calx_select_order_by(select, calx_desc(track_col.id)));
    calx_select_free(longer);
    calx_select_free(first);
}

static void a_window(calx_session *session, calx_select *select)
{
    (void)session;
    ok(calx_select_column(select, track_col.id));
    ok(calx_select_value(
        select,
        calx_window_order(
            calx_window_order(calx_partition(calx_over(calx_row_number()), track_col.album_id),
                              track_col.seconds, true),
            track_col.id, false),
        "place"));
    ok(calx_select_order_by(select, calx_asc(track_col.id)));
}

static void the_row_behind(calx_session *session, calx_select *select)
{
    (void)session;
    ok(calx_select_column(select, album_col.id));
    ok(calx_select_value(
        select, calx_window_order(calx_over(calx_lag(album_col.id, -1)), album_col.id, false),
        "behind"));
    ok(calx_select_value(
        select, calx_window_order(calx_over(calx_lead(album_col.id, -1)), album_col.id, false),
        "before"));
    ok(calx_select_order_by(select, calx_asc(album_col.id)));
}

static void where_there_is_another(calx_session *session, calx_select *select)
{
    calx_select *sold = music_select(session);
    ok(calx_select_column(sold, invoice_line_col.id));
    ok(calx_select_where(sold, calx_eq(invoice_line_col.track_id, track_col.id)));
    ok(calx_select_where(sold, calx_gt(invoice_line_col.quantity, 1)));
    ok(calx_select_entity(select, music_table(&track_mapper)));
    ok(calx_select_where(select, calx_not(calx_exists(sold))));
    ok(calx_select_where(select, calx_lt(track_col.seconds, 300)));
    ok(calx_select_order_by(select, calx_asc(track_col.id)));
    calx_select_free(sold);
}

static void among_others(calx_session *session, calx_select *select)
{
    calx_select *ids = music_select(session);
    ok(calx_select_column(ids, invoice_col.customer_id));
    ok(calx_select_where(ids, calx_gt(invoice_col.day, 100)));
    ok(calx_select_column(select, customer_col.id));
    ok(calx_select_where(select, calx_in_select(customer_col.id, ids)));
    ok(calx_select_order_by(select, calx_asc(customer_col.id)));
    calx_select_free(ids);
}

static void a_value_of_another(calx_session *session, calx_select *select)
{
    calx_select *count = music_select(session);
    ok(calx_select_from(count, music_table(&album_mapper)));
    ok(calx_select_value(count, calx_count_all(), NULL));
    ok(calx_select_where(count, calx_eq(album_col.artist_id, artist_col.id)));
    ok(calx_select_column(select, artist_col.id));
    ok(calx_select_value(select, calx_select_expression(count), "albums"));
    ok(calx_select_where(select, calx_gt(calx_select_expression(count), 1)));
    ok(calx_select_order_by(select, calx_asc(artist_col.id)));
    calx_select_free(count);
}

static const example examples[] = {
    { "columns of two tables", columns_of_two_tables, 0,
      "SELECT t.name, a.title FROM tracks t JOIN albums a ON a.id = t.album_id WHERE t.seconds > "
      "350 ORDER BY t.id LIMIT 7 OFFSET 1" },
    { "entities and columns", entities_and_columns, 2,
      "SELECT c.city, i.id, c.id FROM invoices i JOIN customers c ON c.id = i.customer_id ORDER BY "
      "i.id" },
    { "an entity that may be missing", an_entity_that_may_be_missing, 2,
      "SELECT id, adviser_id FROM customers ORDER BY id" },
    { "entities with counts", entities_with_counts, 1,
      "SELECT count(b.id), a.id FROM artists a LEFT JOIN albums b ON b.artist_id = a.id GROUP BY "
      "a.id ORDER BY 1 DESC, 2" },
    { "groups with a condition", groups_with_a_condition, 0,
      "SELECT g.name, CAST(sum(cents) AS BIGINT), avg(seconds * 1e0) FROM genres g JOIN tracks t "
      "ON t.genre_id = g.id GROUP BY g.name HAVING count(*) > 10 ORDER BY 1" },
    { "all in one group", all_in_one_group, 0,
      "SELECT count(*), max(name) FROM tracks WHERE genre_id IS NOT NULL" },
    { "groups of a value", groups_of_a_value, 0,
      "SELECT seconds / 60, count(*) FROM tracks GROUP BY seconds / 60 ORDER BY 1" },
    { "groups of a list", groups_of_a_list, 0,
      "SELECT CAST(genre_id IN (1, 2) AS INTEGER), count(*) FROM tracks WHERE genre_id IS NOT NULL "
      "GROUP BY "
      "genre_id IN (1, 2) ORDER BY 1" },
    { "groups of two lists", groups_of_two_lists, 0,
      "SELECT CAST(genre_id IN (1, 2) AS INTEGER), count(*) FROM tracks WHERE genre_id IS NOT NULL "
      "GROUP BY "
      "genre_id IN (1, 2), genre_id IN (1, 3) ORDER BY 2" },
    { "different values", different_values, 0,
      "SELECT city FROM customers GROUP BY city ORDER BY city IS NULL, city DESC" },
    { "ordered by a value", ordered_by_a_value, 0,
      "SELECT id FROM tracks ORDER BY seconds % 10 DESC, id LIMIT 12" },
    { "ordered by what is the same", ordered_by_what_is_the_same, 0,
      "SELECT medium_id, count(*) FROM tracks GROUP BY medium_id ORDER BY medium_id DESC" },
    { "each with each", each_with_each, 0,
      "SELECT m.name, g.name FROM media m, genres g ORDER BY m.id, g.id" },
    { "from another select", from_another_select, 0,
      "SELECT album_id, CAST(sum(seconds) AS BIGINT) FROM (SELECT * FROM tracks WHERE seconds > "
      "200 ORDER BY id LIMIT 20) AS t GROUP BY album_id ORDER BY 1" },
    { "with a named part", with_a_named_part, 1,
      "SELECT id FROM tracks WHERE seconds > 250 AND album_id < 6 ORDER BY id" },
    { "all who are below", all_who_are_below, 1,
      "WITH RECURSIVE t(id) AS (SELECT CAST(2 AS BIGINT) UNION ALL SELECT e.id FROM employees e "
      "JOIN t ON "
      "e.boss_id "
      "= t.id) SELECT CAST(id AS BIGINT) FROM t ORDER BY 1" },
    { "cities of both", cities_of_both, 0,
      "SELECT city FROM (SELECT city FROM customers UNION SELECT city FROM employees) AS c ORDER "
      "BY "
      "city IS NOT NULL, city" },
    { "all cities of both", all_cities_of_both, 0,
      "SELECT city FROM (SELECT city FROM customers UNION ALL SELECT city FROM employees) AS c "
      "ORDER "
      "BY city IS NOT NULL, city LIMIT 9" },
    { "cities in both", cities_in_both, 0,
      "SELECT city FROM (SELECT city FROM customers INTERSECT SELECT city FROM employees) AS c "
      "ORDER "
      "BY city IS NOT NULL, city" },
    { "cities without employees", cities_without_employees, 0,
      "SELECT city FROM (SELECT city FROM customers EXCEPT SELECT city FROM employees) AS c ORDER "
      "BY "
      "city IS NOT NULL, city" },
    { "several combined", several_combined, 1,
      "SELECT id FROM tracks WHERE (seconds > 300 OR seconds < 100) AND id <= 30 ORDER BY id "
      "DESC" },
    { "the row behind, and the one before", the_row_behind, 0,
      "SELECT id, (SELECT min(id) FROM albums o WHERE o.id > a.id), (SELECT max(id) FROM albums o "
      "WHERE o.id < a.id) FROM albums a ORDER BY id" },
    { "where there is another", where_there_is_another, 1,
      "SELECT id FROM tracks WHERE seconds < 300 AND id NOT IN (SELECT track_id FROM invoice_lines "
      "WHERE quantity > 1) ORDER BY id" },
    { "among others", among_others, 0,
      "SELECT DISTINCT customer_id FROM invoices WHERE day > 100 ORDER BY 1" },
    { "a value of another", a_value_of_another, 0,
      "SELECT artist_id, count(*) FROM albums GROUP BY artist_id HAVING count(*) > 1 ORDER BY 1" },
    { "a window", a_window, 0,
      "SELECT id, (SELECT count(*) FROM tracks o WHERE o.album_id = t.album_id AND (o.seconds > "
      "t.seconds OR o.seconds = t.seconds AND o.id <= t.id)) FROM tracks t ORDER BY id" },
};

enum { EXAMPLES = sizeof examples / sizeof examples[0] };

static calx_select *build(calx_session *session, const example *one)
{
    calx_select *select = music_select(session);
    one->build(session, select);
    return select;
}

static void rows_are_those_of_plain_sql(void **state)
{
    (void)state;
    static music_text found;
    music shop;
    music_set_up(&shop);
    for (size_t i = 0; i < EXAMPLES; i++) {
        char *plain_rows = music_program(examples[i].plain);
        for (int round = 0; round < 2; round++) { /* the second text is found by its shape */
            calx_select *select = build(shop.session, &examples[i]);
            music_rows_of(&found, select, examples[i].entities);
            if (strcmp(found.bytes, "failed") == 0)
                fail_msg("%s: %s", examples[i].title, calx_session_error(shop.session)->message);
            if (strcmp(found.bytes, plain_rows) != 0)
                fail_msg("%s:\n%sand not\n%s", examples[i].title, found.bytes, plain_rows);
            calx_select_free(select);
        }
        free(plain_rows);
    }
    music_tear_down(&shop);
}

static void the_text_is_that_of_the_golden_file(void **state)
{
    (void)state;
    music shop;
    music_golden golden = { .name = "select" };
    music_set_up(&shop);
    for (size_t i = 0; i < EXAMPLES; i++) {
        calx_select *select = build(shop.session, &examples[i]);
        const char *sql = NULL;
        ok(calx_select_sql(select, &sql));
        music_golden_put(&golden, examples[i].title, sql);
        calx_select_free(select);
    }
    music_golden_end(&golden);
    music_tear_down(&shop);
}

static void each_example_is_written_once(void **state)
{
    (void)state;
    static music_text found;
    music shop;
    calx_engine_state before, after;
    music_set_up(&shop);
    for (int round = 0; round < 2; round++) {
        calx_engine_status(shop.engine, &before);
        for (size_t i = 0; i < EXAMPLES; i++) {
            calx_select *select = build(shop.session, &examples[i]);
            music_rows_of(&found, select, 0);
            calx_select_free(select);
        }
        calx_engine_status(shop.engine, &after);
    }
    assert_int_equal(before.query_texts_made, after.query_texts_made);
    music_tear_down(&shop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_those_of_plain_sql),
        cmocka_unit_test(the_text_is_that_of_the_golden_file),
        cmocka_unit_test(each_example_is_written_once),
    };
    return CALX_RUN("select_text", tests);
}
