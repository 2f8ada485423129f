/*
 * Queries that join: what they find is what plain SQL finds, their text is that of the golden file,
 * and what cannot be says so.
 */
#include "music.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ok(call) assert_int_equal(call, CALX_OK)

typedef struct example {
    const char *title;
    const calx_mapper *mapper;
    void (*build)(calx_query *query);
    const char *plain; /* the keys, by SQL */
} example;

/* ---- examples ---- */

static void tracks_of_an_artist(calx_query *query)
{
    ok(calx_query_join(query, track_rel.album));
    ok(calx_query_join(query, album_rel.artist));
    ok(calx_query_where(query, calx_eq(artist_col.name, "artist 2")));
    ok(calx_query_order_by(query, calx_asc(track_col.id)));
}

static void artists_with_long_tracks(calx_query *query)
{
    ok(calx_query_join(query, artist_rel.albums));
    ok(calx_query_join(query, album_rel.tracks));
    ok(calx_query_where(query, calx_gt(track_col.seconds, 300)));
    ok(calx_query_order_by(query, calx_desc(artist_col.id)));
}

static void artists_with_long_tracks_distinct(calx_query *query)
{
    artists_with_long_tracks(query);
    ok(calx_query_distinct(query));
    ok(calx_query_limit(query, 2));
}

static void artists_without_albums(calx_query *query)
{
    ok(calx_query_left_join(query, artist_rel.albums));
    ok(calx_query_where(query, calx_is_null(album_col.id)));
}

static void over_an_association(calx_query *query)
{
    ok(calx_query_join(query, playlist_rel.tracks));
    ok(calx_query_join(query, track_rel.genre));
    ok(calx_query_where(query, calx_eq(genre_col.name, "jazz")));
    ok(calx_query_order_by(query, calx_asc(playlist_col.id)));
}

static void playlists_without_tracks(calx_query *query)
{
    ok(calx_query_left_join(query, playlist_rel.tracks));
    ok(calx_query_where(query, calx_is_null(track_col.id)));
}

static void an_entity_twice(calx_query *query)
{
    const calx_alias boss = calx_alias_of(&employee_mapper, 1);
    ok(calx_query_join_as(query, employee_rel.boss, boss));
    ok(calx_query_where(query, calx_lt(calx_as(employee_col.id, boss), 3)));
    ok(calx_query_where(query, calx_ne(calx_as(employee_col.name, boss), employee_col.name)));
    ok(calx_query_order_by(query, calx_desc(calx_as(employee_col.id, boss))));
    ok(calx_query_order_by(query, calx_asc(employee_col.id)));
}

static void from_alias_to_alias(calx_query *query)
{
    const calx_alias boss = calx_alias_of(&employee_mapper, 1);
    const calx_alias chief = calx_alias_of(&employee_mapper, 2);
    ok(calx_query_left_join_as(query, employee_rel.boss, boss));
    ok(calx_query_left_join_from(query, boss, employee_rel.boss, chief));
    ok(calx_query_where(query, calx_is_null(calx_as(employee_col.id, chief))));
    ok(calx_query_order_by(query, calx_asc(employee_col.id)));
}

static void by_a_condition(calx_query *query)
{
    const calx_alias employee = calx_alias_of(&employee_mapper, 0);
    ok(calx_query_join_on(
        query, employee,
        calx_and(calx_eq(employee_col.city, customer_col.city), calx_ne(employee_col.id, 1))));
    ok(calx_query_order_by(query, calx_asc(customer_col.id)));
}

static void by_a_condition_or_nothing(calx_query *query)
{
    const calx_alias employee = calx_alias_of(&employee_mapper, 5);
    ok(calx_query_left_join_on(query, employee,
                               calx_eq(calx_as(employee_col.city, employee), customer_col.city)));
    ok(calx_query_where(query, calx_is_null(calx_as(employee_col.id, employee))));
    ok(calx_query_order_by(query, calx_asc(customer_col.id)));
}

static void nulls_in_front(calx_query *query)
{
    ok(calx_query_order_by(query, calx_nulls_first(calx_desc(customer_col.city))));
    ok(calx_query_order_by(query, calx_asc(customer_col.id)));
}

static void nulls_behind(calx_query *query)
{
    ok(calx_query_order_by(query, calx_nulls_last(calx_asc(customer_col.city))));
    ok(calx_query_order_by(query, calx_asc(customer_col.id)));
}

static void loaded_along_and_joined(calx_query *query)
{
    tracks_of_an_artist(query);
    ok(calx_query_options(query, calx_joinedload(track_rel.genre)));
}

static void limited_with_a_collection(calx_query *query)
{
    ok(calx_query_join(query, album_rel.artist));
    ok(calx_query_order_by(query, calx_desc(artist_col.name)));
    ok(calx_query_order_by(query, calx_asc(album_col.id)));
    ok(calx_query_limit(query, 3));
    ok(calx_query_options(query, calx_joinedload(album_rel.tracks)));
}

static void ordered_by_values(calx_query *query)
{
    ok(calx_query_join(query, invoice_line_rel.track));
    ok(calx_query_order_by_value(query, calx_mul(invoice_line_col.cents, invoice_line_col.quantity),
                                 true));
    ok(calx_query_order_by(query, calx_asc(track_col.name)));
    ok(calx_query_order_by_value(query, calx_mod(invoice_line_col.id, 7), false));
    ok(calx_query_order_by(query, calx_asc(invoice_line_col.id)));
    ok(calx_query_limit(query, 40));
}

static void ordered_by_a_choice(calx_query *query)
{
    static const int64_t none[] = { 0 }; /* of no length: true or false in every row */
    ok(calx_query_order_by_value(query, calx_in(customer_col.id, none, 0), false));
    ok(calx_query_order_by_value(query, calx_not_in(customer_col.id, none, 0), true));
    ok(calx_query_order_by_value(query, calx_is_null(customer_col.city), false));
    ok(calx_query_order_by_value(
        query, calx_else(calx_case(calx_eq(customer_col.id, 5), calx_scalar(1)), calx_scalar(2)),
        false));
    ok(calx_query_order_by_value(query, calx_lower(customer_col.city), true));
    ok(calx_query_order_by(query, calx_asc(customer_col.id)));
}

static void limited_by_a_value_with_a_collection(calx_query *query)
{
    ok(calx_query_join(query, album_rel.artist));
    ok(calx_query_order_by_value(query, calx_concat(artist_col.name, " by"), true));
    ok(calx_query_order_by_value(query, calx_mod(album_col.id, 3), true));
    ok(calx_query_order_by(query, calx_asc(album_col.id)));
    ok(calx_query_limit(query, 5));
    ok(calx_query_options(query, calx_joinedload(album_rel.tracks)));
}

static const example examples[] = {
    { "ordered by values", &invoice_line_mapper, ordered_by_values,
      "SELECT l.id FROM invoice_lines l JOIN tracks t ON t.id = l.track_id ORDER BY l.cents * "
      "l.quantity DESC, t.name, l.id % 7, l.id LIMIT 40" },
    { "ordered by a choice", &customer_mapper, ordered_by_a_choice,
      "SELECT id FROM customers ORDER BY city IS NULL, id <> 5, lower(city) DESC, id" },
    { "limited by a value, with a collection", &album_mapper, limited_by_a_value_with_a_collection,
      "SELECT b.id FROM albums b JOIN artists a ON a.id = b.artist_id ORDER BY a.name || ' by' "
      "DESC, b.id % 3 DESC, b.id LIMIT 5" },
    { "tracks of an artist", &track_mapper, tracks_of_an_artist,
      "SELECT t.id FROM tracks t JOIN albums b ON b.id = t.album_id JOIN artists a ON a.id = "
      "b.artist_id WHERE a.name = 'artist 2' ORDER BY t.id" },
    { "artists with long tracks", &artist_mapper, artists_with_long_tracks,
      "SELECT id FROM artists WHERE id IN (SELECT artist_id FROM albums JOIN tracks ON album_id = "
      "albums.id WHERE seconds > 300) ORDER BY id DESC" },
    { "the same, distinct and limited", &artist_mapper, artists_with_long_tracks_distinct,
      "SELECT id FROM artists WHERE id IN (SELECT artist_id FROM albums JOIN tracks ON album_id = "
      "albums.id WHERE seconds > 300) ORDER BY id DESC LIMIT 2" },
    { "artists without albums", &artist_mapper, artists_without_albums,
      "SELECT id FROM artists WHERE id NOT IN (SELECT artist_id FROM albums)" },
    { "over an association", &playlist_mapper, over_an_association,
      "SELECT DISTINCT playlist_id FROM playlist_tracks JOIN tracks ON tracks.id = track_id WHERE "
      "genre_id = 2 ORDER BY 1" },
    { "playlists without tracks", &playlist_mapper, playlists_without_tracks,
      "SELECT id FROM playlists WHERE id NOT IN (SELECT playlist_id FROM playlist_tracks)" },
    { "an entity twice", &employee_mapper, an_entity_twice,
      "SELECT id FROM employees WHERE boss_id < 3 ORDER BY boss_id DESC, id" },
    { "from alias to alias", &employee_mapper, from_alias_to_alias,
      "SELECT e.id FROM employees e LEFT JOIN employees b ON b.id = e.boss_id WHERE b.boss_id IS "
      "NULL ORDER BY e.id" },
    { "by a condition", &customer_mapper, by_a_condition,
      "SELECT id FROM customers WHERE city IN (SELECT city FROM employees WHERE id <> 1) ORDER BY "
      "id" },
    { "by a condition, or nothing", &customer_mapper, by_a_condition_or_nothing,
      "SELECT id FROM customers c WHERE NOT EXISTS (SELECT 1 FROM employees e WHERE e.city = "
      "c.city) ORDER BY id" },
    { "nulls in front", &customer_mapper, nulls_in_front,
      "SELECT id FROM customers ORDER BY city IS NOT NULL, city DESC, id" },
    { "nulls behind", &customer_mapper, nulls_behind,
      "SELECT id FROM customers ORDER BY city IS NULL, city, id" },
    { "loaded along and joined", &track_mapper, loaded_along_and_joined,
      "SELECT t.id FROM tracks t JOIN albums b ON b.id = t.album_id JOIN artists a ON a.id = "
      "b.artist_id WHERE a.name = 'artist 2' ORDER BY t.id" },
    { "limited with a collection", &album_mapper, limited_with_a_collection,
      "SELECT b.id FROM albums b JOIN artists a ON a.id = b.artist_id ORDER BY a.name DESC, b.id "
      "LIMIT 3" },
};

enum { EXAMPLES = sizeof examples / sizeof examples[0] };

static calx_query *new_query(calx_session *session, const example *one)
{
    calx_query *query = NULL;
    ok(calx_session_query(session, one->mapper, &query));
    one->build(query);
    return query;
}

static void what_is_found_is_what_plain_sql_finds(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    for (size_t i = 0; i < EXAMPLES; i++) {
        char *plain = music_plain(&shop, examples[i].plain);
        for (int round = 0; round < 2; round++) { /* the second text is found by its shape */
            calx_query *query = new_query(shop.session, &examples[i]);
            char *found = music_keys(query);
            if (strcmp(plain, found) != 0 || plain[0] == '\0')
                fail_msg("%s: %s, and not %s", examples[i].title, found, plain);
            free(found);
            calx_query_free(query);
        }
        free(plain);
    }
    music_tear_down(&shop);
}

static void the_text_is_that_of_the_golden_file(void **state)
{
    (void)state;
    music shop;
    music_golden golden = { .name = "query_join" };
    music_set_up(&shop);
    for (size_t i = 0; i < EXAMPLES; i++) {
        calx_query *query = new_query(shop.session, &examples[i]);
        const char *sql = NULL;
        ok(calx_query_sql(query, &sql));
        music_golden_put(&golden, examples[i].title, sql);
        calx_query_free(query);
    }
    music_golden_end(&golden);
    music_tear_down(&shop);
}

static void each_example_is_written_once(void **state)
{
    (void)state;
    music shop;
    calx_engine_state state_before, state_after;
    music_set_up(&shop);
    for (int round = 0; round < 2; round++) {
        calx_engine_status(shop.engine, &state_before);
        for (size_t i = 0; i < EXAMPLES; i++) {
            calx_query *query = new_query(shop.session, &examples[i]);
            free(music_keys(query));
            calx_query_free(query);
        }
        calx_engine_status(shop.engine, &state_after);
    }
    assert_int_equal(state_before.query_texts_made, state_after.query_texts_made);
    music_tear_down(&shop);
}

/* ---- counts, streams, members ---- */

static void counts_go_by_rows_and_distinct_ones_by_instances(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    calx_query *query = NULL;
    int64_t rows = 0, instances = 0;
    bool exists = false;
    char *found = NULL;
    ok(calx_session_query(shop.session, &album_mapper, &query));
    ok(calx_query_join(query, album_rel.tracks));
    ok(calx_query_count(query, &rows));
    assert_int_equal(rows, MUSIC_TRACKS);
    ok(calx_query_distinct(query));
    ok(calx_query_count(query, &instances));
    found = music_plain(&shop, "SELECT count(DISTINCT album_id) FROM tracks");
    assert_int_equal(instances, atoi(found));
    free(found);
    ok(calx_query_offset(query, instances - 1));
    ok(calx_query_exists(query, &exists));
    assert_true(exists);
    ok(calx_query_offset(query, instances));
    ok(calx_query_exists(query, &exists));
    assert_false(exists);
    calx_query_free(query);
    music_tear_down(&shop);
}

static void the_only_one_may_be_in_many_rows(void **state)
{
    calx_shows("SES-223");
    (void)state;
    music shop;
    music_set_up(&shop);
    calx_query *query = NULL;
    const void *item = NULL;
    ok(calx_session_query(shop.session, &customer_mapper, &query));
    ok(calx_query_join(query, customer_rel.invoices));
    ok(calx_query_join(query, invoice_rel.lines));
    ok(calx_query_where(query, calx_eq(customer_col.id, 3)));
    ok(calx_query_one(query, &item));
    assert_int_equal(((const struct customer *)item)->id, 3);
    calx_query_free(query);
    ok(calx_session_query(shop.session, &customer_mapper, &query));
    ok(calx_query_join(query, customer_rel.invoices));
    assert_int_equal(calx_query_one(query, &item), CALX_E_MULTIPLE_RESULTS);
    calx_query_free(query);
    music_tear_down(&shop);
}

static calx_status count_rows(void *context, const void *entity)
{
    assert_non_null(entity);
    ++*(size_t *)context;
    return CALX_OK;
}

static void a_stream_hands_on_each_row(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    for (int batches = 0; batches < 2; batches++) {
        calx_query *query = NULL;
        size_t count = 0;
        ok(calx_session_query(shop.session, &album_mapper, &query));
        ok(calx_query_join(query, album_rel.tracks));
        if (batches) {
            ok(calx_query_options(query, calx_selectinload(album_rel.tracks)));
            ok(calx_query_yield_per(query, 7));
        }
        ok(calx_query_each(query, count_rows, &count));
        assert_int_equal(count, MUSIC_TRACKS);
        calx_query_free(query);
    }
    music_tear_down(&shop);
}

/* The members of every album that the query finds, against those of the database. */
static void check_tracks(music *shop, calx_query *query)
{
    const void *const *items = NULL;
    size_t count = 0;
    ok(calx_query_all(query, &items, &count));
    assert_true(count > 0);
    log_sink_forget(&shop->sink);
    for (size_t i = 0; i < count; i++) {
        const struct album *album = items[i];
        const struct track *const *tracks = NULL;
        size_t track_count = 0;
        char sql[100];
        ok(album_tracks(album, &tracks, &track_count));
        assert_int_equal(log_sink_count(&shop->sink, "SELECT"), 0);
        snprintf(sql, sizeof sql, "SELECT count(*) FROM tracks WHERE album_id = %d",
                 (int)album->id);
        char *plain = music_plain(shop, sql);
        assert_int_equal(track_count, atoi(plain));
        free(plain);
        for (size_t k = 1; k < track_count; k++)
            assert_true(strcmp(tracks[k - 1]->name, tracks[k]->name) < 0);
    }
}

static void joins_do_not_disturb_what_is_loaded_along(void **state)
{
    (void)state;
    static calx_option (*const loads[])(calx_relation) = { calx_joinedload, calx_selectinload,
                                                           calx_subqueryload };
    music shop;
    music_set_up(&shop);
    for (size_t i = 0; i < 6; i++) {
        const calx_alias sold = calx_alias_of(&track_mapper, 1);
        calx_query *query = NULL;
        calx_session *session = shop.session;
        shop.session = music_session(&shop);
        ok(calx_session_query(shop.session, &album_mapper, &query));
        ok(calx_query_join_as(query, album_rel.tracks, sold));
        ok(calx_query_where(query, calx_gt(calx_as(track_col.seconds, sold), 200)));
        ok(calx_query_order_by(query,
                               calx_asc(i < 3 ? calx_as(track_col.seconds, sold) : album_col.id)));
        if (i >= 3) {
            ok(calx_query_distinct(query));
            ok(calx_query_limit(query, 4));
        }
        ok(calx_query_options(query, loads[i % 3](album_rel.tracks)));
        check_tracks(&shop, query);
        calx_query_free(query);
        calx_session_free(shop.session);
        shop.session = session;
    }
    music_tear_down(&shop);
}

/* ---- distinct on, locks ---- */

static void rows_are_locked_where_there_are_locks(void **state)
{
    (void)state;
    static const struct {
        calx_lock lock;
        calx_lock_wait wait;
        const char *text;
    } locks[] = { { CALX_LOCK_UPDATE, CALX_LOCK_WAIT, " FOR UPDATE" },
                  { CALX_LOCK_SHARE, CALX_LOCK_NOWAIT, " FOR SHARE NOWAIT" },
                  { CALX_LOCK_NO_KEY_UPDATE, CALX_LOCK_SKIP_LOCKED,
                    " FOR NO KEY UPDATE SKIP LOCKED" } };
    music shop;
    music_set_up(&shop);
    for (size_t i = 0; i < sizeof locks / sizeof locks[0]; i++) {
        calx_query *query = NULL;
        const char *sql = NULL;
        ok(calx_session_query(shop.session, &artist_mapper, &query));
        calx_status status = calx_query_lock(query, locks[i].lock, locks[i].wait);
        if (calx_test_on("sqlite")) {
            assert_int_equal(status, CALX_E_UNSUPPORTED);
            assert_non_null(strstr(calx_session_error(shop.session)->message, "row locks"));
            assert_int_equal(calx_query_sql(query, &sql), CALX_E_UNSUPPORTED);
        } else {
            ok(status);
            ok(calx_query_sql(query, &sql));
            assert_string_equal(sql + strlen(sql) - strlen(locks[i].text), locks[i].text);
            free(music_keys(query));
        }
        calx_query_free(query);
    }
    music_tear_down(&shop);
}

static void a_locked_row_is_skipped_or_busy(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    calx_session *other = music_session(&shop);
    calx_query *query = NULL;
    const calx_alias album = calx_alias_of(&album_mapper, 0);
    ok(calx_session_query(shop.session, &artist_mapper, &query));
    ok(calx_query_where(query, calx_eq(artist_col.id, 2)));
    ok(calx_query_lock(query, CALX_LOCK_UPDATE, CALX_LOCK_WAIT));
    free(music_keys(query));
    calx_query_free(query);

    ok(calx_session_query(other, &artist_mapper, &query));
    ok(calx_query_order_by(query, calx_asc(artist_col.id)));
    ok(calx_query_lock(query, CALX_LOCK_UPDATE, CALX_LOCK_SKIP_LOCKED));
    char *found = music_keys(query);
    assert_string_equal(found, "1 3 4 5 6");
    free(found);
    calx_query_free(query);

    /* Joined, and only rows of what is joined are locked. */
    ok(calx_session_query(other, &artist_mapper, &query));
    ok(calx_query_left_join(query, artist_rel.albums));
    assert_int_equal(calx_query_lock(query, CALX_LOCK_UPDATE, CALX_LOCK_NOWAIT), CALX_OK);
    const void *const *items = NULL;
    size_t count = 0;
    assert_int_equal(calx_query_all(query, &items, &count), CALX_E_BUSY);
    ok(calx_session_rollback(other));
    calx_query_free(query);
    ok(calx_session_query(other, &artist_mapper, &query));
    ok(calx_query_join(query, artist_rel.albums));
    ok(calx_query_lock(query, CALX_LOCK_UPDATE, CALX_LOCK_NOWAIT));
    ok(calx_query_lock_of(query, album));
    ok(calx_query_all(query, &items, &count));
    calx_query_free(query);
    calx_session_free(other);
    music_tear_down(&shop);
}

/* ---- pages ---- */

static void check_pages(music *shop, calx_order order)
{
    const struct customer *last = NULL;
    calx_query *query = NULL;
    char pages[200] = "";
    size_t count = 0;
    ok(calx_session_query(shop->session, &customer_mapper, &query));
    ok(calx_query_order_by(query, order));
    ok(calx_query_order_by(query, calx_asc(customer_col.id)));
    char *whole = music_keys(query);
    calx_query_free(query);
    do {
        const void *const *items = NULL;
        ok(calx_session_query(shop->session, &customer_mapper, &query));
        ok(calx_query_order_by(query, order));
        ok(calx_query_order_by(query, calx_asc(customer_col.id)));
        if (last != NULL)
            ok(calx_query_after(query, last));
        ok(calx_query_limit(query, 5));
        ok(calx_query_all(query, &items, &count));
        for (size_t i = 0; i < count; i++) {
            last = items[i];
            sprintf(pages + strlen(pages), "%s%d", pages[0] == '\0' ? "" : " ", (int)last->id);
        }
        calx_query_free(query);
    } while (count == 5);
    assert_string_equal(pages, whole);
    free(whole);
}

static void pages_behind_each_other_are_the_whole(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    check_pages(&shop, calx_asc(customer_col.city));
    check_pages(&shop, calx_desc(customer_col.city));
    check_pages(&shop, calx_nulls_first(calx_asc(customer_col.city)));
    check_pages(&shop, calx_nulls_last(calx_asc(customer_col.city)));
    check_pages(&shop, calx_nulls_first(calx_desc(customer_col.city)));
    check_pages(&shop, calx_nulls_last(calx_desc(customer_col.city)));
    check_pages(&shop, calx_desc(customer_col.name));
    music_tear_down(&shop);
}

/* A table that was joined from the left has NULL where there is no row, whatever its columns say.
 */
static void rows_without_a_joined_one_are_on_a_page(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    const calx_value behind[] = { calx_value_text("zzz"), calx_value_int64(0) };
    calx_query *query = NULL;
    ok(calx_session_query(shop.session, &customer_mapper, &query));
    ok(calx_query_left_join(query, customer_rel.adviser));
    ok(calx_query_order_by(query, calx_nulls_last(calx_asc(employee_col.name))));
    ok(calx_query_order_by(query, calx_asc(customer_col.id)));
    ok(calx_query_after_values(query, behind, 2));
    char *found = music_keys(query);
    char *expected =
        music_plain(&shop, "SELECT id FROM customers WHERE adviser_id IS NULL ORDER BY id");
    assert_string_not_equal(expected, "");
    assert_string_equal(found, expected);
    free(found);
    free(expected);
    calx_query_free(query);
    music_tear_down(&shop);
}

static void assert_says(calx_session *session, calx_status status, calx_status expected,
                        const char *what)
{
    assert_int_equal(status, expected);
    if (strstr(calx_session_error(session)->message, what) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", calx_session_error(session)->message, what);
}

static void a_position_must_be_one(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    calx_session *session = shop.session;
    const struct artist row = { .id = 3, .name = "artist 3" };
    const calx_value text = calx_value_text("three");
    const calx_value number = calx_value_int64(4);
    calx_query *query = NULL;
    ok(calx_session_query(session, &artist_mapper, &query));
    ok(calx_query_order_by(query, calx_asc(artist_col.name)));
    assert_says(session, calx_query_after(query, &row), CALX_E_ARGUMENT, "key");
    calx_query_free(query);
    ok(calx_session_query(session, &artist_mapper, &query));
    ok(calx_query_order_by(query, calx_asc(artist_col.id)));
    assert_says(session, calx_query_after_values(query, &text, 1), CALX_E_ARGUMENT, "\"id\"");
    calx_query_free(query);
    ok(calx_session_query(session, &artist_mapper, &query));
    ok(calx_query_order_by(query, calx_asc(artist_col.id)));
    assert_says(session, calx_query_after_values(query, &text, 2), CALX_E_ARGUMENT, "2 values");
    calx_query_free(query);
    ok(calx_session_query(session, &artist_mapper, &query));
    ok(calx_query_order_by(query, calx_asc(artist_col.id)));
    ok(calx_query_after_values(query, &number, 1));
    char *found = music_keys(query);
    assert_string_equal(found, "5 6");
    free(found);
    calx_query_free(query);
    music_tear_down(&shop);
}

/* ---- wrong uses ---- */

static void an_order_may_be_a_select(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    calx_query *query = NULL;
    calx_select *albums = calx_select_new(shop.session);
    ok(calx_select_from(albums, calx_alias_of(&album_mapper, 0)));
    ok(calx_select_value(albums, calx_count_all(), NULL));
    ok(calx_select_where(albums, calx_eq(album_col.artist_id, artist_col.id)));
    ok(calx_session_query(shop.session, &artist_mapper, &query));
    ok(calx_query_order_by_value(query, calx_select_expression(albums), true));
    ok(calx_query_order_by(query, calx_desc(artist_col.id)));
    ok(calx_query_options(query, calx_subqueryload(artist_rel.albums)));
    ok(calx_query_limit(query, 4));
    calx_select_free(albums);
    char *found = music_keys(query);
    char *expected =
        music_plain(&shop, "SELECT id FROM artists a ORDER BY (SELECT count(*) FROM albums WHERE "
                           "artist_id = a.id) DESC, id DESC LIMIT 4");
    assert_string_equal(found, expected);
    free(found);
    free(expected);
    calx_query_free(query);
    music_tear_down(&shop);
}

static void refuse_order(music *shop, calx_query *query, const char *what)
{
    const char *sql = NULL;
    assert_int_equal(calx_query_sql(query, &sql), CALX_E_ARGUMENT);
    if (strstr(calx_session_error(shop->session)->message, what) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", calx_session_error(shop->session)->message, what);
    calx_query_free(query);
}

static void an_order_that_cannot_be_is_named(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    const calx_value values[] = { calx_value_int64(1), calx_value_int64(2) };
    calx_query *query = NULL;
    ok(calx_session_query(shop.session, &track_mapper, &query));
    assert_int_equal(calx_query_order_by_value(query, calx_count(track_col.id), false),
                     CALX_E_ARGUMENT);
    refuse_order(&shop, query, "count(\"tracks\".\"id\"): an aggregate cannot stand here");
    ok(calx_session_query(shop.session, &track_mapper, &query));
    ok(calx_query_order_by_value(query, calx_lower(album_col.title), false));
    refuse_order(&shop, query, "column \"title\" of table \"albums\"");
    ok(calx_session_query(shop.session, &track_mapper, &query));
    ok(calx_query_order_by_value(query, calx_neg(track_col.seconds), false));
    ok(calx_query_distinct(query));
    refuse_order(&shop, query, "calx_select_order_by_label()");
    ok(calx_session_query(shop.session, &track_mapper, &query));
    ok(calx_query_order_by(query, calx_asc(track_col.id)));
    ok(calx_query_order_by_value(query, calx_neg(track_col.seconds), false));
    assert_int_equal(calx_query_after_values(query, values, 2), CALX_E_ARGUMENT);
    refuse_order(&shop, query, "order it by columns");
    ok(calx_session_query(shop.session, &track_mapper, &query));
    ok(calx_query_order_by(query, calx_asc(track_col.id)));
    const char *sql = NULL;
    ok(calx_query_sql(query, &sql)); /* what the query before had is gone */
    assert_null(strstr(sql, "-"));
    calx_query_free(query);
    music_tear_down(&shop);
}

static void what_cannot_be_joined_says_so(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    calx_session *session = shop.session;
    const calx_alias boss = calx_alias_of(&employee_mapper, 1);
    const void *const *items = NULL;
    size_t count = 0;
    calx_query *query = NULL;
#define WRONG(call, says)                                                                          \
    ok(calx_session_query(session, &track_mapper, &query));                                        \
    assert_says(session, call, CALX_E_ARGUMENT, says);                                             \
    assert_says(session, calx_query_all(query, &items, &count), CALX_E_ARGUMENT, says);            \
    calx_query_free(query)
    WRONG(calx_query_join(query, artist_rel.albums), "artist.albums cannot be joined");
    WRONG(calx_query_join(query, calx_every_relation(&track_mapper)), "nothing to join");
    WRONG(calx_query_join_as(query, track_rel.album, boss), "track.album leads to album");
    WRONG(calx_query_join_from(query, boss, track_rel.album, calx_alias_of(&album_mapper, 1)),
          "track.album cannot be joined");
    WRONG(calx_query_join_on(query, calx_alias_of(NULL, 1), calx_eq(track_col.id, 1)),
          "nothing to join");
    WRONG(calx_query_join_on(query, calx_alias_of(&track_mapper, 0), calx_eq(track_col.id, 1)),
          "has track already");
    WRONG(calx_query_lock(query, (calx_lock)99, CALX_LOCK_WAIT), "lock 99");
    WRONG(calx_query_lock_of(query, boss), "employee");
#undef WRONG
    ok(calx_session_query(session, &track_mapper, &query));
    ok(calx_query_join(query, track_rel.album));
    assert_says(session, calx_query_join(query, track_rel.album), CALX_E_ARGUMENT,
                "has album already");
    calx_query_free(query);
    music_tear_down(&shop);
}

static void a_column_of_what_is_not_joined_is_named(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    calx_session *session = shop.session;
    const calx_alias boss = calx_alias_of(&employee_mapper, 1);
    const void *const *items = NULL;
    size_t count = 0;
    calx_query *query = NULL;
    ok(calx_session_query(session, &employee_mapper, &query));
    ok(calx_query_where(query, calx_eq(customer_col.city, "Oslo")));
    assert_says(session, calx_query_all(query, &items, &count), CALX_E_ARGUMENT,
                "column \"city\" of table \"customers\"");
    calx_query_free(query);
    ok(calx_session_query(session, &employee_mapper, &query));
    ok(calx_query_join(query, employee_rel.customers));
    ok(calx_query_where(query, calx_eq(calx_as(employee_col.city, boss), "Oslo")));
    assert_says(session, calx_query_all(query, &items, &count), CALX_E_ARGUMENT,
                "column \"city\" of alias 1 of table \"employees\"");
    calx_query_free(query);
    ok(calx_session_query(session, &employee_mapper, &query));
    ok(calx_query_order_by(query, calx_asc(calx_as(customer_col.city, boss))));
    assert_says(session, calx_query_all(query, &items, &count), CALX_E_ARGUMENT, "customers");
    calx_query_free(query);
    ok(calx_session_query(session, &employee_mapper, &query));
    ok(calx_query_join_on(query, boss, calx_eq(calx_as(employee_col.id, boss), customer_col.id)));
    ok(calx_query_join(query, employee_rel.customers));
    assert_says(session, calx_query_all(query, &items, &count), CALX_E_ARGUMENT, "customers");
    calx_query_free(query);
    ok(calx_session_query(session, &employee_mapper, &query));
    ok(calx_query_join(query, employee_rel.customers));
    ok(calx_query_order_by(query, calx_asc(customer_col.city)));
    ok(calx_query_distinct(query));
    assert_says(session, calx_query_all(query, &items, &count), CALX_E_ARGUMENT,
                "cannot be ordered by column \"city\" of table \"customers\"");
    calx_query_free(query);
    music_tear_down(&shop);
}

static void the_database_tells_how_it_would_run_a_query(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    calx_query *query = NULL;
    const char *text = NULL;
    ok(calx_session_query(shop.session, &track_mapper, &query));
    tracks_of_an_artist(query);
    ok(calx_query_explain(query, &text));
    assert_non_null(strchr(text, '\n'));
    assert_non_null(strstr(text, calx_test_on("sqlite") ? "SEARCH" : "Join"));
    ok(calx_query_explain(query, &text));
    assert_int_equal(calx_query_explain(query, NULL), CALX_E_ARGUMENT);
    calx_query_free(query);
    music_tear_down(&shop);
}

/* ---- memory ---- */

static calx_status build_ordered(calx_session *session)
{
    const void *item = NULL;
    calx_query *query = NULL;
    calx_status status = calx_session_query(session, &employee_mapper, &query);
    if (status != CALX_OK)
        return status;
    (void)calx_query_order_by(query, calx_asc(employee_col.name));
    (void)calx_query_order_by_value(query, calx_lower(employee_col.city), true);
    status = calx_query_first(query, &item);
    calx_query_free(query);
    return status;
}

static calx_status build_all(calx_session *session)
{
    const calx_alias boss = calx_alias_of(&employee_mapper, 1);
    const struct employee behind = { .id = 2, .name = "b" };
    const void *const *items = NULL;
    size_t count = 0;
    const char *text = NULL;
    calx_query *query = NULL;
    calx_status status = calx_session_query(session, &employee_mapper, &query);
    if (status != CALX_OK)
        return status;
    (void)calx_query_join_as(query, employee_rel.boss, boss);
    (void)calx_query_left_join(query, employee_rel.customers);
    (void)calx_query_where(query, calx_ne(calx_as(employee_col.name, boss), "x"));
    (void)calx_query_order_by(query, calx_asc(employee_col.name));
    (void)calx_query_order_by(query, calx_asc(employee_col.id));
    (void)calx_query_after(query, &behind);
    (void)calx_query_options(query, calx_joinedload(employee_rel.staff));
    status = calx_query_all(query, &items, &count);
    if (status == CALX_OK)
        status = calx_query_explain(query, &text);
    calx_query_free(query);
    return status == CALX_OK ? build_ordered(session) : status;
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(music_without_memory(build_all) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_found_is_what_plain_sql_finds),
        cmocka_unit_test(the_text_is_that_of_the_golden_file),
        cmocka_unit_test(each_example_is_written_once),
        cmocka_unit_test(counts_go_by_rows_and_distinct_ones_by_instances),
        cmocka_unit_test(the_only_one_may_be_in_many_rows),
        cmocka_unit_test(a_stream_hands_on_each_row),
        cmocka_unit_test(joins_do_not_disturb_what_is_loaded_along),
        cmocka_unit_test(rows_are_locked_where_there_are_locks),
        CALX_POSTGRESQL(a_locked_row_is_skipped_or_busy),
        cmocka_unit_test(pages_behind_each_other_are_the_whole),
        cmocka_unit_test(rows_without_a_joined_one_are_on_a_page),
        cmocka_unit_test(a_position_must_be_one),
        cmocka_unit_test(an_order_may_be_a_select),
        cmocka_unit_test(an_order_that_cannot_be_is_named),
        cmocka_unit_test(what_cannot_be_joined_says_so),
        cmocka_unit_test(a_column_of_what_is_not_joined_is_named),
        cmocka_unit_test(the_database_tells_how_it_would_run_a_query),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return CALX_RUN("query_join", tests);
}
