/*
 * Selects: their rows are those of plain SQL, their text is that of the golden file, and what
 * cannot be says so.
 */
#include "music.h"

#include "support/ration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ok(call) assert_int_equal(call, CALX_OK)

static calx_alias plain(const calx_mapper *mapper)
{
    return calx_alias_of(mapper, 0);
}

static calx_select *new_select(calx_session *session)
{
    calx_select *select = calx_select_new(session);
    assert_non_null(select);
    return select;
}

/* ---- rows as text ---- */

typedef struct text {
    char bytes[20000];
    size_t size;
} text;

static void put(text *out, const char *word)
{
    size_t size = strlen(word);
    assert_true(out->size + size < sizeof out->bytes);
    memcpy(out->bytes + out->size, word, size + 1);
    out->size += size;
}

static void put_value(text *out, const calx_value *value)
{
    char word[40];
    switch (value->type) {
    case CALX_VALUE_NULL:
        put(out, "-");
        return;
    case CALX_VALUE_TEXT:
        assert_true(out->size + value->as.span.size < sizeof out->bytes);
        memcpy(out->bytes + out->size, value->as.span.data, value->as.span.size);
        out->size += value->as.span.size;
        return;
    case CALX_VALUE_DOUBLE:
        snprintf(word, sizeof word, "%.6g", value->as.real);
        break;
    case CALX_VALUE_BOOL:
        snprintf(word, sizeof word, "%d", value->as.boolean);
        break;
    default:
        snprintf(word, sizeof word, "%lld", (long long)value->as.int64);
    }
    put(out, word);
}

static void put_key(text *out, const void *entity)
{
    const calx_value key =
        entity == NULL ? calx_value_null() : calx_value_int64(*(const int64_t *)entity);
    put_value(out, &key);
}

/* Columns, then the keys of so many entities. */
static void put_rows(text *out, calx_result *result, size_t entities)
{
    bool row = false;
    calx_status status = calx_result_next(result, &row);
    for (; status == CALX_OK && row; status = calx_result_next(result, &row)) {
        for (size_t i = 0; i < calx_result_column_count(result); i++) {
            calx_value value;
            ok(calx_result_value(result, i, &value));
            put_value(out, &value);
            put(out, "|");
        }
        for (size_t i = 0; i < entities; i++) {
            const void *entity = NULL;
            ok(calx_row_entity(result, i, &entity));
            put_key(out, entity);
            put(out, "|");
        }
        put(out, "\n");
    }
    if (status != CALX_OK)
        fail_msg("%s", calx_result_error(result)->message);
    out->bytes[out->size] = '\0';
}

static void rows_of_select(text *out, calx_select *select, size_t entities)
{
    calx_result *result = NULL;
    out->size = 0;
    put(out, "");
    if (calx_select_execute(select, &result) != CALX_OK) {
        put(out, "failed");
        return;
    }
    put_rows(out, result, entities);
    calx_result_free(result);
}

/* ---- examples ---- */

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
    ok(calx_select_entity(select, plain(&invoice_mapper)));
    ok(calx_select_entity(select, plain(&customer_mapper)));
    ok(calx_select_column(select, customer_col.city));
    ok(calx_select_join(select, invoice_rel.customer));
    ok(calx_select_order_by(select, calx_asc(invoice_col.id)));
}

static void an_entity_that_may_be_missing(calx_session *session, calx_select *select)
{
    (void)session;
    ok(calx_select_entity(select, plain(&customer_mapper)));
    ok(calx_select_entity(select, plain(&employee_mapper)));
    ok(calx_select_left_join(select, customer_rel.adviser));
    ok(calx_select_order_by(select, calx_asc(customer_col.id)));
}

static void entities_with_counts(calx_session *session, calx_select *select)
{
    (void)session;
    ok(calx_select_from(select, plain(&artist_mapper)));
    ok(calx_select_value(select, calx_count(album_col.id), "albums"));
    ok(calx_select_entity(select, plain(&artist_mapper)));
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
    ok(calx_select_join_on(select, plain(&track_mapper),
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
    ok(calx_select_from(select, plain(&track_mapper)));
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
    ok(calx_select_from(select, plain(&medium_mapper)));
    ok(calx_select_from(select, plain(&genre_mapper)));
    ok(calx_select_column(select, medium_col.name));
    ok(calx_select_column(select, genre_col.name));
    ok(calx_select_order_by(select, calx_asc(medium_col.id)));
    ok(calx_select_order_by(select, calx_asc(genre_col.id)));
}

static void long_tracks(calx_select *select, int32_t seconds)
{
    ok(calx_select_entity(select, plain(&track_mapper)));
    ok(calx_select_where(select, calx_gt(track_col.seconds, seconds)));
}

static void from_another_select(calx_session *session, calx_select *select)
{
    const calx_alias big = calx_alias_of(&track_mapper, 1);
    calx_select *rows = new_select(session);
    long_tracks(rows, 200);
    ok(calx_select_order_by(rows, calx_asc(track_col.id)));
    ok(calx_select_limit(rows, 20));
    ok(calx_select_from_select(select, big, rows));
    ok(calx_select_join_from(select, big, track_rel.album, plain(&album_mapper)));
    ok(calx_select_column(select, album_col.id));
    ok(calx_select_value(select, calx_sum(calx_as(track_col.seconds, big)), "seconds"));
    ok(calx_select_group_by(select, album_col.id));
    ok(calx_select_order_by(select, calx_asc(album_col.id)));
    calx_select_free(rows);
}

static void with_a_named_part(calx_session *session, calx_select *select)
{
    const calx_alias one = calx_alias_of(&track_mapper, 1);
    calx_select *rows = new_select(session);
    long_tracks(rows, 250);
    ok(calx_select_with(select, one, rows));
    ok(calx_select_from(select, one));
    ok(calx_select_entity(select, one));
    ok(calx_select_join_from(select, one, track_rel.album, plain(&album_mapper)));
    ok(calx_select_where(select, calx_lt(album_col.id, 6)));
    ok(calx_select_order_by(select, calx_asc(calx_as(track_col.id, one))));
    calx_select_free(rows);
}

static void all_who_are_below(calx_session *session, calx_select *select)
{
    const calx_alias tree = calx_alias_of(&employee_mapper, 1);
    calx_select *start = new_select(session);
    calx_select *step = new_select(session);
    ok(calx_select_entity(start, plain(&employee_mapper)));
    ok(calx_select_where(start, calx_eq(employee_col.id, 2)));
    ok(calx_select_entity(step, plain(&employee_mapper)));
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
    calx_select *other = new_select(session);
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
    calx_select *longer = new_select(session);
    calx_select *first = new_select(session);
    long_tracks(select, 300);
    ok(calx_select_entity(longer, plain(&track_mapper)));
    ok(calx_select_where(longer, calx_lt(track_col.seconds, 100)));
    ok(calx_select_entity(first, plain(&track_mapper)));
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
    calx_select *sold = new_select(session);
    ok(calx_select_column(sold, invoice_line_col.id));
    ok(calx_select_where(sold, calx_eq(invoice_line_col.track_id, track_col.id)));
    ok(calx_select_where(sold, calx_gt(invoice_line_col.quantity, 1)));
    ok(calx_select_entity(select, plain(&track_mapper)));
    ok(calx_select_where(select, calx_not(calx_exists(sold))));
    ok(calx_select_where(select, calx_lt(track_col.seconds, 300)));
    ok(calx_select_order_by(select, calx_asc(track_col.id)));
    calx_select_free(sold);
}

static void among_others(calx_session *session, calx_select *select)
{
    calx_select *ids = new_select(session);
    ok(calx_select_column(ids, invoice_col.customer_id));
    ok(calx_select_where(ids, calx_gt(invoice_col.day, 100)));
    ok(calx_select_column(select, customer_col.id));
    ok(calx_select_where(select, calx_in_select(customer_col.id, ids)));
    ok(calx_select_order_by(select, calx_asc(customer_col.id)));
    calx_select_free(ids);
}

static void a_value_of_another(calx_session *session, calx_select *select)
{
    calx_select *count = new_select(session);
    ok(calx_select_from(count, plain(&album_mapper)));
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
    calx_select *select = new_select(session);
    one->build(session, select);
    return select;
}

static void rows_are_those_of_plain_sql(void **state)
{
    (void)state;
    static text found;
    music shop;
    music_set_up(&shop);
    for (size_t i = 0; i < EXAMPLES; i++) {
        char *plain_rows = music_program(examples[i].plain);
        for (int round = 0; round < 2; round++) { /* the second text is found by its shape */
            calx_select *select = build(shop.session, &examples[i]);
            rows_of_select(&found, select, examples[i].entities);
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
    static text found;
    music shop;
    calx_engine_state before, after;
    music_set_up(&shop);
    for (int round = 0; round < 2; round++) {
        calx_engine_status(shop.engine, &before);
        for (size_t i = 0; i < EXAMPLES; i++) {
            calx_select *select = build(shop.session, &examples[i]);
            rows_of_select(&found, select, 0);
            calx_select_free(select);
        }
        calx_engine_status(shop.engine, &after);
    }
    assert_int_equal(before.query_texts_made, after.query_texts_made);
    music_tear_down(&shop);
}

/* ---- rows ---- */

static void an_entity_is_that_of_the_session(void **state)
{
    calx_shows("SES-071");
    (void)state;
    music shop;
    music_set_up(&shop);
    const struct artist *artist = NULL;
    const void *entity = NULL;
    calx_result *result = NULL;
    bool row = false;
    calx_select *select = new_select(shop.session);
    ok(artist_get(shop.session, 3, &artist));
    ok(calx_select_entity(select, plain(&artist_mapper)));
    ok(calx_select_column(select, artist_col.name));
    ok(calx_select_where(select, calx_eq(artist_col.id, 3)));
    ok(calx_select_execute(select, &result));
    assert_int_equal(calx_row_entity(result, 0, &entity), CALX_E_STATE);
    ok(calx_result_next(result, &row));
    assert_true(row);
    assert_string_equal(calx_result_column_name(result, 0), "name");
    ok(calx_row_entity(result, 0, &entity));
    assert_ptr_equal(entity, artist);
    assert_int_equal(calx_row_entity(result, 1, &entity), CALX_E_ARGUMENT);
    assert_non_null(strstr(calx_result_error(result)->message, "no entity 1"));
    calx_select_free(select);
    ok(calx_result_next(result, &row));
    assert_false(row);
    calx_result_free(result);
    music_tear_down(&shop);
}

/* Each run has its own values, which the database may look at until its rows end. */
static void a_select_runs_again_while_its_rows_are_open(void **state)
{
    (void)state;
    static const char *const names[] = { "artist 1", "artist 2", "artist 5", "artist 6" };
    music shop;
    music_set_up(&shop);
    calx_result *results[4] = { NULL };
    calx_select *select = new_select(shop.session);
    ok(calx_select_column(select, artist_col.name));
    ok(calx_select_where(select, calx_in(artist_col.name, names, 4)));
    ok(calx_select_order_by(select, calx_asc(artist_col.id)));
    for (size_t i = 0; i < 4; i++) {
        bool row = false;
        ok(calx_select_execute(select, &results[i]));
        ok(calx_result_next(results[i], &row));
        assert_true(row);
        if (i == 1)
            ok(calx_select_where(select, calx_ne(artist_col.name, "artist 5")));
    }
    for (size_t i = 0; i < 4; i++) {
        const char *name = NULL;
        bool row = true;
        for (size_t k = 0; k < (i < 2 ? 4 : 3); k++) {
            assert_true(row);
            ok(calx_result_text(results[i], 0, &name));
            assert_string_equal(name, names[i >= 2 && k == 2 ? 3 : k]);
            ok(calx_result_next(results[i], &row));
        }
        assert_false(row);
        calx_result_free(results[i]);
    }
    calx_select_free(select);
    music_tear_down(&shop);
}

static calx_status count_entity(void *context, const void *entity)
{
    (void)entity;
    ++*(size_t *)context;
    return CALX_OK;
}

static size_t held_by(calx_session *session)
{
    size_t count = 0;
    ok(calx_session_iterate(session, count_entity, &count));
    return count;
}

typedef struct stream {
    calx_session *session;
    size_t rows, most;
    calx_status answer;
} stream;

static calx_status look_at_row(void *context, calx_result *row)
{
    stream *all = context;
    const struct invoice_line *line = NULL;
    const struct track *track = NULL;
    const void *entity = NULL;
    ok(calx_row_entity(row, 0, &entity));
    line = entity;
    ok(calx_row_entity(row, 1, &entity));
    track = entity;
    assert_int_equal(line->track_id, track->id);
    size_t held = held_by(all->session);
    all->most = held > all->most ? held : all->most;
    all->rows++;
    return all->rows == 40 ? all->answer : CALX_OK;
}

static void a_stream_holds_one_row(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    stream all = { .session = shop.session };
    calx_select *select = new_select(shop.session);
    ok(calx_select_entity(select, plain(&invoice_line_mapper)));
    ok(calx_select_entity(select, plain(&track_mapper)));
    ok(calx_select_join(select, invoice_line_rel.track));
    ok(calx_select_each(select, look_at_row, &all));
    assert_int_equal(all.rows, MUSIC_LINES);
    assert_true(all.most <= 4); /* the row, and the one before while it comes */
    assert_int_equal(held_by(shop.session), 0);
    all = (stream){ .session = shop.session, .answer = CALX_E_DATA };
    assert_int_equal(calx_select_each(select, look_at_row, &all), CALX_E_DATA);
    assert_int_equal(all.rows, 40);
    assert_non_null(strstr(calx_session_error(shop.session)->message, "calx_select_each"));
    assert_int_equal(calx_select_each(select, NULL, NULL), CALX_E_ARGUMENT);
    calx_select_free(select);
    music_tear_down(&shop);
}

static void rows_end_with_their_session(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    calx_session *session = music_session(&shop);
    calx_result *result = NULL;
    bool row = false;
    calx_select *select = new_select(session);
    ok(calx_select_entity(select, plain(&track_mapper)));
    ok(calx_select_execute(select, &result));
    ok(calx_result_next(result, &row));
    ok(calx_session_close(session));
    assert_int_equal(calx_result_next(result, &row), CALX_E_STATE);
    assert_int_equal(calx_select_limit(select, 1), CALX_E_STATE);
    calx_result_free(result);
    calx_session_free(session);
    assert_int_equal(calx_select_limit(select, 1), CALX_E_STATE);
    calx_select_free(select);
    music_tear_down(&shop);
}

static void one_value(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    calx_value value = calx_value_null();
    calx_select *select = new_select(shop.session);
    ok(calx_select_column(select, artist_col.name));
    ok(calx_select_where(select, calx_eq(artist_col.id, 2)));
    ok(calx_select_scalar(select, &value));
    assert_int_equal(value.as.span.size, 8);
    assert_memory_equal(value.as.span.data, "artist 2", 8);
    ok(calx_select_where(select, calx_eq(artist_col.name, "nobody")));
    ok(calx_select_scalar(select, &value));
    assert_int_equal(value.type, CALX_VALUE_NULL);
    const char *report = NULL;
    ok(calx_select_explain(select, &report));
    assert_non_null(strchr(report, '\n'));
    calx_select_free(select);
    music_tear_down(&shop);
}

/* The parameters' text is the select's, and the database may look at it with each row. */
static void rows_outlive_their_select(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    char city[] = "a city that nobody lives in, whose name is too long for a value by itself";
    calx_result *result = NULL;
    text found = { .size = 0 }, expected = { .size = 0 };
    calx_select *select = new_select(shop.session);
    ok(calx_select_entity(select, plain(&track_mapper)));
    ok(calx_select_where(select, calx_ne(calx_concat(track_col.name, ""), city)));
    ok(calx_select_order_by(select, calx_asc(track_col.id)));
    rows_of_select(&expected, select, 1);
    ok(calx_select_stream(select));
    ok(calx_select_execute(select, &result));
    calx_select_free(select);
    memset(city, '-', sizeof city - 1);
    put_rows(&found, result, 1);
    assert_string_equal(found.bytes, expected.bytes);
    calx_result_free(result);
    music_tear_down(&shop);
}

/* Of genres in small and large letters, known as rows of an entity. */
static char *names_of(calx_session *session, bool last, calx_alias alias, calx_column_ref name)
{
    calx_select *rows = new_select(session);
    calx_select *select = new_select(session);
    text found = { .size = 0 };
    ok(calx_select_column(rows, genre_col.id));
    ok(calx_select_value(rows, calx_lower(genre_col.name), "name"));
    ok(calx_select_value(rows, calx_upper(genre_col.name), "title"));
    ok(calx_select_where(rows, calx_eq(genre_col.id, 1)));
    if (last)
        ok(calx_select_from(select, plain(&genre_mapper)));
    ok(calx_select_from_select(select, alias, rows));
    ok(calx_select_column_(select, (calx_column_ref){ name.mapper, name.column, alias.number }));
    ok(calx_select_limit(select, 1));
    rows_of_select(&found, select, 0);
    calx_select_free(rows);
    calx_select_free(select);
    return strdup(found.bytes);
}

static void the_same_rows_are_those_of_several_entities(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    for (int last = 0; last < 2; last++) {
        char *small =
            names_of(shop.session, last, calx_alias_of(&artist_mapper, 1), artist_col.name.ref);
        char *large =
            names_of(shop.session, last, calx_alias_of(&album_mapper, 1), album_col.title.ref);
        assert_string_equal(small, "rock|\n");
        assert_string_equal(large, "ROCK|\n");
        free(small);
        free(large);
    }
    music_tear_down(&shop);
}

/* ---- what is loaded along ---- */

static calx_select *albums_and_artists(calx_session *session)
{
    calx_select *select = new_select(session);
    ok(calx_select_entity(select, plain(&album_mapper)));
    ok(calx_select_entity(select, plain(&artist_mapper)));
    ok(calx_select_column(select, album_col.title));
    ok(calx_select_join(select, album_rel.artist));
    ok(calx_select_order_by(select, calx_asc(album_col.id)));
    return select;
}

/* Reads all; answers how many tracks and albums the entities have. */
static size_t count_along(calx_select *select)
{
    calx_result *result = NULL;
    bool row = true;
    size_t sum = 0;
    ok(calx_select_execute(select, &result));
    for (ok(calx_result_next(result, &row)); row; ok(calx_result_next(result, &row))) {
        const void *album = NULL, *artist = NULL;
        const struct track *const *tracks = NULL;
        const struct album *const *albums = NULL;
        const char *title = NULL;
        size_t count = 0;
        ok(calx_row_entity(result, 0, &album));
        ok(calx_row_entity(result, 1, &artist));
        ok(calx_result_text(result, 0, &title));
        assert_string_equal(title, ((const struct album *)album)->title);
        ok(album_tracks(album, &tracks, &count));
        sum += count;
        for (size_t i = 0; i < count; i++) {
            const struct medium *medium = NULL;
            ok(track_medium(tracks[i], &medium));
            assert_non_null(medium);
        }
        ok(artist_albums(artist, &albums, &count));
        sum += count;
    }
    calx_result_free(result);
    return sum;
}

/* So many statements, whatever the number of rows: joined ones take one of their own here. */
static void entities_of_a_select_bring_along_what_options_say(void **state)
{
    calx_shows("SES-311");
    (void)state;
    music shop;
    music_set_up(&shop);
    calx_session *session = music_session(&shop);
    calx_select *select = albums_and_artists(session);
    size_t expected = count_along(select);
    calx_select_free(select);
    for (int streams = 0; streams < 2; streams++) {
        calx_session_expunge_all(session);
        select = albums_and_artists(session);
        ok(calx_select_options(
            select, plain(&album_mapper),
            calx_then(calx_joinedload(album_rel.tracks), calx_joinedload(track_rel.medium))));
        ok(calx_select_options(select, plain(&artist_mapper),
                               streams ? calx_subqueryload(artist_rel.albums)
                                       : calx_selectinload(artist_rel.albums)));
        if (streams)
            ok(calx_select_stream(select));
        log_sink_forget(&shop.sink);
        assert_int_equal(count_along(select), expected);
        assert_int_equal(log_sink_count(&shop.sink, "SELECT"), 3);
        calx_select_free(select);
    }
    calx_session_free(session);
    music_tear_down(&shop);
}

static void columns_of_a_selected_entity_may_stay_away(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    calx_session *session = music_session(&shop);
    calx_select *select = new_select(session);
    calx_select *other = new_select(session);
    calx_result *result = NULL;
    const char *sql = NULL;
    const void *track = NULL;
    bool row = false;
    ok(calx_select_entity(select, plain(&track_mapper)));
    ok(calx_select_options(select, plain(&track_mapper), calx_defer(track_col.name)));
    ok(calx_select_entity(other, plain(&track_mapper)));
    ok(calx_select_where(other, calx_lt(track_col.id, 3)));
    ok(calx_select_combine(select, CALX_INTERSECT, other));
    ok(calx_select_sql(select, &sql));
    assert_null(strstr(sql, "\"name\""));
    ok(calx_select_execute(select, &result));
    ok(calx_result_next(result, &row));
    assert_true(row);
    ok(calx_row_entity(result, 0, &track));
    assert_null(((const struct track *)track)->name);
    ok(calx_session_load(session, track));
    assert_non_null(((const struct track *)track)->name);
    calx_result_free(result);
    calx_select_free(select);
    calx_select_free(other);
    calx_session_free(session);
    music_tear_down(&shop);
}

static calx_status end_session(void *context, calx_result *result)
{
    (void)result;
    ok(calx_session_close(context));
    return CALX_OK;
}

static void rows_that_were_read_ahead_end_too(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    calx_session *session = music_session(&shop);
    calx_select *select = albums_and_artists(session);
    ok(calx_select_options(select, plain(&album_mapper), calx_selectinload(album_rel.tracks)));
    assert_int_equal(calx_select_each(select, end_session, session), CALX_E_STATE);
    calx_select_free(select);
    calx_result *result = NULL;
    bool row = false;
    select = albums_and_artists(session);
    ok(calx_select_options(select, plain(&album_mapper), calx_selectinload(album_rel.tracks)));
    ok(calx_select_execute(select, &result));
    calx_select_free(select);
    ok(calx_result_next(result, &row));
    ok(calx_session_commit(session));
    assert_int_equal(calx_result_next(result, &row), CALX_E_STATE);
    calx_session_free(session);
    assert_int_equal(calx_result_next(result, &row), CALX_E_STATE);
    calx_result_free(result);
    music_tear_down(&shop);
}

static void an_instance_freed_in_between_is_none(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    calx_session *session = music_session(&shop);
    calx_select *select = new_select(session);
    calx_result *result = NULL;
    const void *first = NULL;
    bool row = false;
    ok(calx_select_entity(select, plain(&customer_mapper)));
    ok(calx_select_options(select, plain(&customer_mapper),
                           calx_selectinload(customer_rel.adviser)));
    ok(calx_select_order_by(select, calx_asc(customer_col.id)));
    ok(calx_select_execute(select, &result));
    const struct customer *second = NULL;
    ok(calx_result_next(result, &row));
    ok(customer_get(session, 2, &second));
    ok(calx_session_expunge(session, (void *)(uintptr_t)second));
    ok(calx_result_next(result, &row));
    ok(calx_row_entity(result, 0, &first));
    assert_null(first);
    ok(calx_result_next(result, &row));
    ok(calx_row_entity(result, 0, &first));
    assert_int_equal(((const struct customer *)first)->id, 3);
    calx_result_free(result);
    calx_select_free(select);
    customer_free((struct customer *)(uintptr_t)second);
    calx_session_free(session);
    music_tear_down(&shop);
}

/* ---- wrong uses ---- */

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
    calx_select *select = new_select(session);
    ok(calx_select_column(select, track_col.name));
    ok(calx_select_value(select, calx_count_all(), "tracks"));
    check_refused(&shop, select, CALX_E_ARGUMENT, "column \"name\" of table \"tracks\"");
    select = new_select(session);
    ok(calx_select_column(select, track_col.album_id));
    ok(calx_select_value(select, calx_add(track_col.cents, 1), "cents"));
    ok(calx_select_group_by(select, track_col.album_id));
    check_refused(&shop, select, CALX_E_ARGUMENT, "column \"cents\"");
    select = new_select(session);
    ok(calx_select_entity(select, plain(&track_mapper)));
    ok(calx_select_group_by(select, track_col.album_id));
    check_refused(&shop, select, CALX_E_ARGUMENT, "entity \"track\"");
    select = new_select(session);
    ok(calx_select_column(select, track_col.album_id));
    ok(calx_select_group_by(select, track_col.album_id));
    ok(calx_select_order_by(select, calx_asc(track_col.seconds)));
    check_refused(&shop, select, CALX_E_ARGUMENT, "column \"seconds\"");
    select = new_select(session);
    ok(calx_select_column(select, track_col.album_id));
    ok(calx_select_having(select, calx_gt(track_col.seconds, 1)));
    ok(calx_select_group_by(select, track_col.album_id));
    check_refused(&shop, select, CALX_E_ARGUMENT, "column \"seconds\"");
    select = new_select(session);
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
    calx_select *select = new_select(shop.session);
    ok(calx_select_column(select, track_col.name));
    ok(calx_select_order_by_value(select, calx_count_all(), true));
    check_refused(&shop, select, CALX_E_ARGUMENT, "column \"name\" of table \"tracks\"");
    for (int named = 0; named < 2; named++) {
        calx_select *rows = new_select(shop.session);
        select = new_select(shop.session);
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
    calx_select *select = new_select(session);
    ok(calx_select_column(select, track_col.name));
    ok(calx_select_column(select, album_col.title));
    check_refused(&shop, select, CALX_E_ARGUMENT, "column \"title\" of table \"albums\"");
    select = new_select(session);
    ok(calx_select_value(select, calx_count_all(), NULL));
    check_refused(&shop, select, CALX_E_ARGUMENT, "no table");
    select = new_select(session);
    ok(calx_select_from(select, plain(&track_mapper)));
    check_refused(&shop, select, CALX_E_ARGUMENT, "selects nothing");
    select = new_select(session);
    assert_int_equal(calx_select_join(select, track_rel.album), CALX_E_ARGUMENT);
    check_refused(&shop, select, CALX_E_ARGUMENT, "track.album cannot be joined");
    select = new_select(session);
    ok(calx_select_from(select, plain(&track_mapper)));
    assert_int_equal(calx_select_from(select, plain(&track_mapper)), CALX_E_ARGUMENT);
    check_refused(&shop, select, CALX_E_ARGUMENT, "has track already");
    select = new_select(session);
    ok(calx_select_column(select, track_col.name));
    assert_int_equal(calx_select_order_by_label(select, "nothing", false), CALX_E_ARGUMENT);
    check_refused(&shop, select, CALX_E_ARGUMENT, "nothing");
    select = new_select(session);
    assert_int_equal(calx_select_limit(select, -1), CALX_E_ARGUMENT);
    check_refused(&shop, select, CALX_E_ARGUMENT, "negative");
    select = new_select(session);
    assert_int_equal(calx_select_join_on(select, plain(&track_mapper), calx_eq(track_col.id, 1)),
                     CALX_E_ARGUMENT);
    check_refused(&shop, select, CALX_E_ARGUMENT, "track could be joined to");
    music_tear_down(&shop);
}

static void options_are_of_what_is_selected(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    calx_select *select = new_select(shop.session);
    ok(calx_select_column(select, album_col.title));
    assert_int_equal(
        calx_select_options(select, plain(&album_mapper), calx_selectinload(album_rel.tracks)),
        CALX_E_ARGUMENT);
    check_refused(&shop, select, CALX_E_ARGUMENT, "calx_select_entity() first");
    select = new_select(shop.session);
    ok(calx_select_entity(select, plain(&album_mapper)));
    assert_int_equal(
        calx_select_options(select, plain(&album_mapper), calx_selectinload(track_rel.medium)),
        CALX_E_ARGUMENT);
    check_refused(&shop, select, CALX_E_ARGUMENT, "medium");
    select = new_select(shop.session);
    ok(calx_select_entity(select, plain(&album_mapper)));
    assert_int_equal(calx_select_options_along(select, plain(&album_mapper), NULL, 0),
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
    calx_select *names = new_select(session);
    calx_select *select = new_select(session);
    ok(calx_select_column(names, artist_col.name));
    ok(calx_select_column(select, track_col.id));
    assert_int_equal(calx_select_where(select, calx_in_select(track_col.id, names)),
                     CALX_E_ARGUMENT);
    check_refused(&shop, select, CALX_E_ARGUMENT, "\"tracks\".\"id\"");
    select = new_select(session);
    ok(calx_select_column(select, track_col.id));
    ok(calx_select_where(select, calx_in_select(track_col.name, names)));
    const char *sql = NULL;
    ok(calx_select_sql(select, &sql));
    calx_select_free(select);

    select = new_select(session);
    ok(calx_select_column(select, track_col.id));
    ok(calx_select_combine(select, CALX_UNION, names));
    check_refused(&shop, select, CALX_E_ARGUMENT,
                  "\"tracks\".\"id\" is combined with \"artists\".\"name\"");
    calx_select_free(names);

    select = new_select(session);
    ok(calx_select_column(select, track_col.name));
    ok(calx_select_distinct(select));
    ok(calx_select_order_by(select, calx_asc(track_col.name)));
    ok(calx_select_sql(select, &sql));
    ok(calx_select_order_by(select, calx_asc(track_col.seconds)));
    check_refused(&shop, select, CALX_E_ARGUMENT, "ordered by \"tracks\".\"seconds\"");

    select = new_select(session);
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
    calx_select *select = new_select(session);
    calx_select *other = new_select(session);
    ok(calx_select_column(select, track_col.id));
    ok(calx_select_entity(other, plain(&track_mapper)));
    ok(calx_select_combine(select, CALX_UNION, other));
    assert_int_equal(calx_select_limit(other, 1), CALX_E_STATE);
    assert_non_null(strstr(calx_session_error(session)->message, "part of another"));
    check_refused(&shop, select, CALX_E_ARGUMENT, "1 columns");
    calx_select_free(other);

    select = new_select(session);
    other = new_select(session);
    ok(calx_select_column(select, track_col.id));
    ok(calx_select_column(other, album_col.id));
    ok(calx_select_combine(select, CALX_EXCEPT, other));
    ok(calx_select_order_by(select, calx_asc(track_col.name)));
    check_refused(&shop, select, CALX_E_ARGUMENT, "column \"name\"");
    calx_select_free(other);

    select = new_select(session);
    other = new_select(session);
    ok(calx_select_column(other, album_col.id));
    ok(calx_select_with(select, one, other));
    ok(calx_select_entity(select, one));
    check_refused(&shop, select, CALX_E_ARGUMENT, "rows of track");
    calx_select_free(other);

    select = new_select(session);
    assert_int_equal(calx_select_combine(select, CALX_UNION, select), CALX_E_ARGUMENT);
    check_refused(&shop, select, CALX_E_ARGUMENT, "itself");

    select = new_select(session);
    other = new_select(session);
    assert_int_equal(calx_select_limit(other, -2), CALX_E_ARGUMENT);
    assert_int_equal(calx_select_combine(select, CALX_UNION, other), CALX_E_ARGUMENT);
    check_refused(&shop, select, CALX_E_ARGUMENT, "negative");
    calx_select_free(other);

    select = new_select(session);
    other = new_select(session);
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

static void a_query_has_selects_in_its_conditions(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    for (int round = 0; round < 2; round++) {
        calx_query *query = NULL;
        calx_select *sold = new_select(shop.session);
        ok(calx_select_column(sold, invoice_line_col.track_id));
        ok(calx_select_where(sold, calx_eq(invoice_line_col.track_id, track_col.id)));
        ok(calx_session_query(shop.session, &track_mapper, &query));
        ok(calx_query_where(query, calx_exists(sold)));
        ok(calx_query_order_by(query, calx_asc(track_col.id)));
        ok(calx_query_options(query, calx_joinedload(track_rel.album)));
        assert_int_equal(calx_select_limit(sold, 1), CALX_E_STATE);
        calx_select_free(sold);
        char *found = music_keys(query);
        char *expected =
            music_plain(&shop, "SELECT DISTINCT track_id FROM invoice_lines ORDER BY 1");
        assert_string_equal(found, expected);
        free(found);
        free(expected);
        calx_query_free(query);
    }
    music_tear_down(&shop);
}

static void a_select_as_a_value_has_one_column(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    calx_session *other = music_session(&shop);
    calx_select *two = new_select(shop.session);
    calx_select *select = new_select(shop.session);
    ok(calx_select_entity(two, plain(&album_mapper)));
    ok(calx_select_column(select, track_col.id));
    ok(calx_select_where(select, calx_in_select(track_col.album_id, two)));
    check_refused(&shop, select, CALX_E_ARGUMENT, "3 columns");
    calx_select_free(two);
    two = new_select(other);
    select = new_select(shop.session);
    ok(calx_select_column(select, track_col.id));
    assert_int_equal(calx_select_where(select, calx_exists(two)), CALX_E_ARGUMENT);
    check_refused(&shop, select, CALX_E_ARGUMENT, "another session");
    select = new_select(shop.session);
    ok(calx_select_column(select, track_col.id));
    assert_int_equal(calx_select_where(select, calx_exists(NULL)), CALX_E_ARGUMENT);
    assert_int_equal(calx_select_where(select, calx_gt(calx_select_expression(two), "text")),
                     CALX_E_ARGUMENT);
    calx_select_free(select);
    calx_select_free(two);
    calx_session_free(other);
    music_tear_down(&shop);
}

/* ---- memory ---- */

static calx_status run_all(calx_session *session)
{
    const calx_alias one = calx_alias_of(&track_mapper, 1);
    calx_result *result = NULL;
    bool row = true;
    calx_select *rows = calx_select_new(session);
    calx_select *select = calx_select_new(session);
    calx_status status = rows == NULL || select == NULL ? CALX_E_NOMEM : CALX_OK;
    if (status != CALX_OK)
        goto out;
    (void)calx_select_entity(rows, plain(&track_mapper));
    (void)calx_select_where(rows, calx_ne(track_col.name, "none"));
    (void)calx_select_with(select, one, rows);
    (void)calx_select_entity(select, one);
    (void)calx_select_column(select, album_col.title);
    (void)calx_select_value(select, calx_lower(album_col.title), "low");
    (void)calx_select_join_from(select, one, track_rel.album, plain(&album_mapper));
    (void)calx_select_order_by_label(select, "low", true);
    (void)calx_select_limit(select, 3);
    (void)calx_select_options(
        select, one,
        calx_then(calx_selectinload(track_rel.medium), calx_load_only(medium_col.name)));
    status = calx_select_execute(select, &result);
    while (status == CALX_OK && row) {
        status = calx_result_next(result, &row);
        if (status != CALX_OK)
            assert_int_equal(calx_result_error(result)->status, status);
    }
out:
    calx_result_free(result);
    calx_select_free(rows);
    calx_select_free(select);
    return status;
}

static calx_status open_and_run(void)
{
    calx_engine *engine = NULL;
    calx_session *session = NULL;
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_status status = calx_engine_new(calx_test_url(), NULL, &engine, NULL);
    options.bind = engine;
    if (status == CALX_OK)
        status = calx_session_new(&options, &session, NULL);
    if (status == CALX_OK)
        status = run_all(session);
    calx_session_free(session);
    calx_engine_free(engine);
    return status;
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    music_tear_down(&shop);
    calx_status status = CALX_E_NOMEM;
    long allowed = 0;
    for (; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = open_and_run();
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
    assert_true(allowed > 30);
}

/* How many allocations the runs of an example take once it was run. */
static void a_run_again_allocates_for_its_result_alone(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    music_tear_down(&shop);
    ration account;
    long taken[4];
    assert_true(ration_start(&account, RATION_UNLIMITED));
    calx_engine *engine = NULL;
    calx_session *session = NULL;
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    ok(calx_engine_new(calx_test_url(), NULL, &engine, NULL));
    options.bind = engine;
    ok(calx_session_new(&options, &session, NULL));
    calx_select *select = new_select(session);
    ok(calx_select_column(select, album_col.title));
    ok(calx_select_column(select, artist_col.name));
    ok(calx_select_join(select, album_rel.artist));
    ok(calx_select_where(select, calx_lt(album_col.id, 9)));
    for (size_t i = 0; i < 4; i++) {
        long left = atomic_load(&account.left);
        calx_result *result = NULL;
        bool row = true;
        ok(calx_select_execute(select, &result));
        while (row)
            ok(calx_result_next(result, &row));
        calx_result_free(result);
        taken[i] = left - atomic_load(&account.left);
    }
    calx_select_free(select);
    calx_session_free(session);
    calx_engine_free(engine);
    assert_int_equal(ration_stop(&account), 0);
    assert_int_equal(taken[2], taken[3]);
    assert_true(taken[3] < taken[0]);
    assert_true(taken[3] <= 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_those_of_plain_sql),
        cmocka_unit_test(the_text_is_that_of_the_golden_file),
        cmocka_unit_test(each_example_is_written_once),
        cmocka_unit_test(an_entity_is_that_of_the_session),
        cmocka_unit_test(a_select_runs_again_while_its_rows_are_open),
        cmocka_unit_test(a_stream_holds_one_row),
        cmocka_unit_test(rows_end_with_their_session),
        cmocka_unit_test(one_value),
        cmocka_unit_test(what_is_not_the_same_in_a_group_is_named),
        cmocka_unit_test(what_is_not_there_is_named),
        cmocka_unit_test(entities_of_a_select_bring_along_what_options_say),
        cmocka_unit_test(columns_of_a_selected_entity_may_stay_away),
        cmocka_unit_test(rows_that_were_read_ahead_end_too),
        cmocka_unit_test(an_instance_freed_in_between_is_none),
        cmocka_unit_test(options_are_of_what_is_selected),
        cmocka_unit_test(classes_and_orders_must_fit),
        cmocka_unit_test(parts_must_fit),
        cmocka_unit_test(a_query_has_selects_in_its_conditions),
        cmocka_unit_test(a_select_as_a_value_has_one_column),
        cmocka_unit_test(rows_outlive_their_select),
        cmocka_unit_test(the_same_rows_are_those_of_several_entities),
        cmocka_unit_test(what_makes_groups_is_seen),
        cmocka_unit_test(any_allocation_may_fail),
        cmocka_unit_test(a_run_again_allocates_for_its_result_alone),
    };
    return CALX_RUN("select", tests);
}
