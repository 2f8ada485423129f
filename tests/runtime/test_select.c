/*
 * The rows of a select: whose they are, how long they last, and what they take.
 */
#include "music.h"

#include "support/ration.h"

#include <stdlib.h>
#include <string.h>

#define ok(call) assert_int_equal(call, CALX_OK)

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
    calx_select *select = music_select(shop.session);
    ok(artist_get(shop.session, 3, &artist));
    ok(calx_select_entity(select, music_table(&artist_mapper)));
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
    calx_select *select = music_select(shop.session);
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
    calx_select *select = music_select(shop.session);
    ok(calx_select_entity(select, music_table(&invoice_line_mapper)));
    ok(calx_select_entity(select, music_table(&track_mapper)));
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
    calx_select *select = music_select(session);
    ok(calx_select_entity(select, music_table(&track_mapper)));
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
    calx_select *select = music_select(shop.session);
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
    music_text found = { .size = 0 }, expected = { .size = 0 };
    calx_select *select = music_select(shop.session);
    ok(calx_select_entity(select, music_table(&track_mapper)));
    ok(calx_select_where(select, calx_ne(calx_concat(track_col.name, ""), city)));
    ok(calx_select_order_by(select, calx_asc(track_col.id)));
    music_rows_of(&expected, select, 1);
    ok(calx_select_stream(select));
    ok(calx_select_execute(select, &result));
    calx_select_free(select);
    memset(city, '-', sizeof city - 1);
    music_put_rows(&found, result, 1);
    assert_string_equal(found.bytes, expected.bytes);
    calx_result_free(result);
    music_tear_down(&shop);
}

/* Of genres in small and large letters, known as rows of an entity. */
static char *names_of(calx_session *session, bool last, calx_alias alias, calx_column_ref name)
{
    calx_select *rows = music_select(session);
    calx_select *select = music_select(session);
    music_text found = { .size = 0 };
    ok(calx_select_column(rows, genre_col.id));
    ok(calx_select_value(rows, calx_lower(genre_col.name), "name"));
    ok(calx_select_value(rows, calx_upper(genre_col.name), "title"));
    ok(calx_select_where(rows, calx_eq(genre_col.id, 1)));
    if (last)
        ok(calx_select_from(select, music_table(&genre_mapper)));
    ok(calx_select_from_select(select, alias, rows));
    ok(calx_select_column_(select, (calx_column_ref){ name.mapper, name.column, alias.number }));
    ok(calx_select_limit(select, 1));
    music_rows_of(&found, select, 0);
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

static void a_query_has_selects_in_its_conditions(void **state)
{
    (void)state;
    music shop;
    music_set_up(&shop);
    for (int round = 0; round < 2; round++) {
        calx_query *query = NULL;
        calx_select *sold = music_select(shop.session);
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
    (void)calx_select_entity(rows, music_table(&track_mapper));
    (void)calx_select_where(rows, calx_ne(track_col.name, "none"));
    (void)calx_select_with(select, one, rows);
    (void)calx_select_entity(select, one);
    (void)calx_select_column(select, album_col.title);
    (void)calx_select_value(select, calx_lower(album_col.title), "low");
    (void)calx_select_join_from(select, one, track_rel.album, music_table(&album_mapper));
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

static void any_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(music_without_memory(run_all) > 30);
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
    calx_select *select = music_select(session);
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
        cmocka_unit_test(an_entity_is_that_of_the_session),
        cmocka_unit_test(a_select_runs_again_while_its_rows_are_open),
        cmocka_unit_test(a_stream_holds_one_row),
        cmocka_unit_test(rows_end_with_their_session),
        cmocka_unit_test(one_value),
        cmocka_unit_test(rows_outlive_their_select),
        cmocka_unit_test(the_same_rows_are_those_of_several_entities),
        cmocka_unit_test(a_query_has_selects_in_its_conditions),
        cmocka_unit_test(any_allocation_may_fail),
        cmocka_unit_test(a_run_again_allocates_for_its_result_alone),
    };
    return CALX_RUN("select", tests);
}
