/*
 * Structs that rows fill, by the names of columns: rows of selects and of statements, all at once,
 * in batches and as streams; and what does not go together, which is told with its names.
 */
#include "music.h"
#include "music_rows.calx.h"

#include <stdio.h>
#include <string.h>

#define ok(call) assert_int_equal(call, CALX_OK)

/* The columns in another order than the members. */
static calx_select *genres(calx_session *session)
{
    calx_select *select = music_select(session);
    ok(calx_select_value(select, calx_avg(track_col.seconds), "seconds"));
    ok(calx_select_value(select, calx_count_all(), "tracks"));
    ok(calx_select_column(select, genre_col.name));
    ok(calx_select_join_on(select, music_table(&genre_mapper),
                           calx_eq(track_col.genre_id, genre_col.id)));
    ok(calx_select_group_by(select, genre_col.name));
    ok(calx_select_order_by(select, calx_asc(genre_col.name)));
    return select;
}

static calx_select *tracks(calx_session *session)
{
    calx_select *select = music_select(session);
    ok(calx_select_column(select, track_col.id));
    ok(calx_select_column(select, track_col.name));
    ok(calx_select_order_by(select, calx_asc(track_col.id)));
    return select;
}

static calx_result *run(calx_session *session, const char *sql)
{
    calx_result *result = NULL;
    calx_statement *statement = calx_text_statement(sql);
    if (calx_session_execute(session, statement, &result) != CALX_OK)
        fail_msg("%s: %s", sql, calx_session_error(session)->message);
    calx_statement_free(statement);
    return result;
}

static void says(const calx_error *error, calx_status status, const char *const *words)
{
    assert_int_equal(error->status, status);
    for (; *words != NULL; words++)
        if (strstr(error->message, *words) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", error->message, *words);
}

#define SAYS(error, status, ...) says(error, status, (const char *const[]){ __VA_ARGS__, NULL })

/* ---- rows of selects ---- */

static void all_rows_of_a_select_are_an_array(void **state)
{
    (void)state;
    music shop;
    const struct genre_row *rows = NULL;
    size_t count = 0;
    music_set_up(&shop);
    calx_select *select = genres(shop.session);
    ok(genre_row_select_all(select, &rows, &count));
    assert_int_equal(count, MUSIC_GENRES);
    calx_result *result = run(shop.session, "SELECT g.name, count(*), avg(seconds * 1e0) FROM "
                                            "tracks t JOIN genres g ON g.id = t.genre_id GROUP BY "
                                            "g.name ORDER BY 1");
    for (size_t i = 0; i < count; i++) {
        const char *name = NULL;
        int64_t number = 0;
        double seconds = 0;
        bool row = false;
        ok(calx_result_next(result, &row));
        assert_true(row);
        ok(calx_result_text(result, 0, &name));
        ok(calx_result_int64(result, 1, &number));
        ok(calx_result_double(result, 2, &seconds));
        assert_string_equal(rows[i].name, name);
        assert_int_equal(rows[i].tracks, number);
        assert_true(rows[i].seconds.has_value);
        assert_true(rows[i].seconds.value > seconds - 1e-6 &&
                    rows[i].seconds.value < seconds + 1e-6);
    }
    calx_result_free(result);
    calx_select_free(select);
    music_tear_down(&shop);
}

static void one_row_is_the_first_or_the_only_one(void **state)
{
    (void)state;
    music shop;
    const struct track_row *row = NULL;
    music_set_up(&shop);
    calx_select *select = tracks(shop.session);
    ok(track_row_select_first(select, &row));
    assert_int_equal(row->id, 1);
    assert_int_equal(row->place, 0);
    assert_int_equal(track_row_select_one(select, &row), CALX_E_MULTIPLE_RESULTS);
    SAYS(calx_session_error(shop.session), CALX_E_MULTIPLE_RESULTS, "struct track_row", "several");
    ok(calx_select_where(select, calx_eq(track_col.id, 7)));
    ok(track_row_select_one(select, &row));
    assert_int_equal(row->id, 7);
    assert_non_null(row->title);
    ok(track_row_select_one_or_none(select, &row));
    assert_int_equal(row->id, 7);
    ok(calx_select_where(select, calx_lt(track_col.id, 7)));
    ok(track_row_select_first(select, &row));
    assert_null(row);
    ok(track_row_select_one_or_none(select, &row));
    assert_null(row);
    assert_int_equal(track_row_select_one(select, &row), CALX_E_NO_RESULT);
    calx_select_free(select);
    music_tear_down(&shop);
}

/* The limit of the select is as it was. */
static void the_first_row_leaves_the_select_as_it_was(void **state)
{
    (void)state;
    music shop;
    const struct track_row *rows = NULL;
    size_t count = 0;
    music_set_up(&shop);
    calx_select *select = tracks(shop.session);
    ok(track_row_select_first(select, &rows));
    ok(track_row_select_all(select, &rows, &count));
    assert_int_equal(count, MUSIC_TRACKS);
    ok(calx_select_limit(select, 5));
    ok(track_row_select_first(select, &rows));
    ok(track_row_select_all(select, &rows, &count));
    assert_int_equal(count, 5);
    assert_int_equal(rows[4].id, 5);
    calx_select_free(select);
    music_tear_down(&shop);
}

typedef struct walk {
    int64_t rows, sum, most;
    const struct track_row *place;
    bool moved;
} walk;

static calx_status add_row(void *context, const struct track_row *row)
{
    walk *all = context;
    all->moved = all->moved || (all->place != NULL && all->place != row);
    all->place = row;
    all->rows++;
    all->sum += row->id;
    return all->rows == all->most ? CALX_E_CANCELED : CALX_OK;
}

static void a_stream_hands_out_one_struct(void **state)
{
    (void)state;
    music shop;
    walk all = { .most = -1 };
    music_set_up(&shop);
    calx_select *select = tracks(shop.session);
    ok(track_row_select_each(select, add_row, &all));
    assert_int_equal(all.rows, MUSIC_TRACKS);
    assert_int_equal(all.sum, MUSIC_TRACKS * (MUSIC_TRACKS + 1) / 2);
    assert_false(all.moved);
    all = (walk){ .most = 3 };
    assert_int_equal(track_row_select_each(select, add_row, &all), CALX_E_CANCELED);
    assert_int_equal(all.rows, 3);
    assert_int_equal(track_row_select_each(select, NULL, NULL), CALX_E_ARGUMENT);
    calx_select_free(select);
    music_tear_down(&shop);
}

static void rows_of_a_result_come_one_by_one_or_in_batches(void **state)
{
    (void)state;
    music shop;
    calx_result *result = NULL;
    const struct track_row *rows = NULL;
    size_t count = 0;
    int64_t sum = 0;
    music_set_up(&shop);
    calx_select *select = tracks(shop.session);
    ok(calx_select_stream(select));
    ok(calx_select_execute(select, &result));
    calx_select_free(select);
    ok(track_row_next(result, &rows));
    assert_int_equal(rows->id, 1);
    ok(track_row_next(result, &rows));
    assert_int_equal(rows->id, 2);
    do {
        ok(track_row_fetch(result, 7, &rows, &count));
        for (size_t i = 0; i < count; i++)
            sum += rows[i].id;
    } while (count == 7);
    assert_int_equal(count, (MUSIC_TRACKS - 2) % 7);
    assert_int_equal(sum, MUSIC_TRACKS * (MUSIC_TRACKS + 1) / 2 - 3);
    ok(track_row_fetch(result, SIZE_MAX, &rows, &count));
    assert_int_equal(count, 0);
    ok(track_row_next(result, &rows));
    assert_null(rows);
    calx_result_free(result);
    music_tear_down(&shop);
}

/* Texts are the select's until it is asked again. */
static void rows_outlive_what_comes_after_them(void **state)
{
    (void)state;
    music shop;
    const struct track_row *rows = NULL;
    size_t count = 0;
    music_set_up(&shop);
    calx_select *select = tracks(shop.session);
    calx_select *other = tracks(shop.session);
    ok(track_row_select_all(select, &rows, &count));
    ok(calx_session_commit(shop.session));
    const struct track_row *others = NULL;
    size_t other_count = 0;
    ok(track_row_select_all(other, &others, &other_count));
    ok(calx_session_close(shop.session));
    for (size_t i = 0; i < count; i++)
        assert_string_equal(rows[i].title, others[i].title);
    assert_int_equal(track_row_select_all(select, &rows, &count), CALX_E_STATE);
    calx_select_free(select);
    calx_select_free(other);
    music_tear_down(&shop);
}

/* ---- rows of statements ---- */

static void a_text_statement_fills_every_type(void **state)
{
    (void)state;
    music shop;
    const struct every_type *row = NULL;
    music_set_up(&shop);
    calx_result *result =
        run(shop.session,
            "SELECT 1 = 1 AS flag, 200 AS small, 1 AS grade, 'abc' AS code, NULL AS photo, "
            "CAST('2024-02-29 12:30:01.5' AS TIMESTAMP) AS moment, NULL AS until, 12 AS number, "
            "NULL AS comment, 0.5 AS ratio");
    if (!calx_test_on("sqlite")) {
        ok(every_type_next(result, &row));
        assert_int_equal(row->moment, INT64_C(1709209801500000));
    } else { /* a cast to a type it does not know makes a number of the text there */
        calx_result_free(result);
        result = run(shop.session,
                     "SELECT 1 = 1 AS flag, 200 AS small, 1 AS grade, 'abc' AS code, x'6162' AS "
                     "photo, '2024-02-29 12:30:01.5' AS moment, NULL AS until, 12 AS number, NULL "
                     "AS comment, 0.5 AS ratio");
        ok(every_type_next(result, &row));
        assert_int_equal(row->moment, INT64_C(1709209801500000));
        assert_int_equal(row->photo.size, 2);
        assert_memory_equal(row->photo.data, "ab", 2);
    }
    assert_true(row->flag);
    assert_int_equal(row->small, 200);
    assert_int_equal(row->grade, GRADE_GOOD);
    assert_string_equal(row->code, "abc");
    assert_false(row->until.has_value);
    assert_true(row->number.has_value);
    assert_int_equal(row->number.value, 12);
    assert_null(row->comment);
    assert_true(row->ratio == 0.5f);
    ok(every_type_next(result, &row));
    assert_null(row);
    calx_result_free(result);
    music_tear_down(&shop);
}

static void a_result_may_fill_structs_of_two_kinds(void **state)
{
    (void)state;
    music shop;
    const struct track_row *track = NULL;
    const struct tiny_track *tiny = NULL;
    music_set_up(&shop);
    calx_result *result = run(shop.session, "SELECT name, id FROM tracks ORDER BY id");
    ok(track_row_next(result, &track));
    assert_int_equal(track->id, 1);
    ok(tiny_track_next(result, &tiny));
    assert_int_equal(tiny->id, 2);
    calx_result_free(result);
    music_tear_down(&shop);
}

/* ---- what does not go together ---- */

static void a_column_that_is_missing_or_left_over_is_named(void **state)
{
    (void)state;
    music shop;
    const struct track_row *row = NULL;
    music_set_up(&shop);
    calx_select *select = music_select(shop.session);
    ok(calx_select_column(select, track_col.id));
    ok(calx_select_column(select, track_col.cents));
    log_sink_forget(&shop.sink);
    assert_int_equal(track_row_select_first(select, &row), CALX_E_ARGUMENT);
    SAYS(calx_session_error(shop.session), CALX_E_ARGUMENT, "member title of struct track_row",
         "\"name\"", "\"id\", \"cents\"", "CALX_IGNORE");
    assert_int_equal(log_sink_count(&shop.sink, ""), 0); /* nothing was sent */
    ok(calx_select_column(select, track_col.name));
    assert_int_equal(track_row_select_first(select, &row), CALX_E_ARGUMENT);
    SAYS(calx_session_error(shop.session), CALX_E_ARGUMENT, "column 1", "\"cents\"",
         "struct track_row", "leave it out");
    calx_select_free(select);
    select = music_select(shop.session);
    ok(calx_select_column(select, track_col.id));
    ok(calx_select_column(select, track_col.name));
    ok(calx_select_column(select, album_col.id));
    ok(calx_select_join(select, track_rel.album));
    assert_int_equal(track_row_select_first(select, &row), CALX_E_ARGUMENT);
    SAYS(calx_session_error(shop.session), CALX_E_ARGUMENT, "two columns", "\"id\"",
         "struct track_row", "another name");
    calx_select_free(select);
    calx_result *result = run(shop.session, "SELECT id, name AS title FROM tracks");
    assert_int_equal(track_row_next(result, &row), CALX_E_ARGUMENT);
    SAYS(calx_result_error(result), CALX_E_ARGUMENT, "member title of struct track_row", "\"name\"",
         "\"title\"");
    calx_result_free(result);
    music_tear_down(&shop);
}

static void a_type_that_does_not_fit_is_named(void **state)
{
    (void)state;
    music shop;
    const struct odd_genre *odd = NULL;
    const struct strict_genre *strict = NULL;
    size_t count = 0;
    music_set_up(&shop);
    calx_select *select = genres(shop.session);
    log_sink_forget(&shop.sink);
    assert_int_equal(odd_genre_select_all(select, &odd, &count), CALX_E_ARGUMENT);
    SAYS(calx_session_error(shop.session), CALX_E_ARGUMENT, "column \"name\" is text",
         "member name of struct odd_genre", "an integer", "calx_cast()");
    assert_int_equal(strict_genre_select_all(select, &strict, &count), CALX_E_ARGUMENT);
    SAYS(calx_session_error(shop.session), CALX_E_ARGUMENT, "column \"seconds\" may be NULL",
         "member seconds of struct strict_genre", "calx_nullable_", "calx_coalesce()");
    assert_int_equal(log_sink_count(&shop.sink, ""), 0);
    calx_select_free(select);
    calx_result *result = run(shop.session, "SELECT name, 1 AS tracks, 2.5 AS seconds FROM genres "
                                            "WHERE name = 'none'");
    assert_int_equal(odd_genre_next(result, &odd), CALX_E_ARGUMENT); /* although there is no row */
    SAYS(calx_result_error(result), CALX_E_ARGUMENT, "column \"name\" is text",
         "member name of struct odd_genre");
    calx_result_free(result);
    result =
        run(shop.session, "SELECT lower(name) AS name, 1 AS tracks, 2.5 AS seconds FROM genres");
    assert_int_equal(odd_genre_next(result, &odd), CALX_E_DATA);
    SAYS(calx_result_error(result), CALX_E_DATA, "column \"name\"",
         "member name of struct odd_genre", "no integer");
    calx_result_free(result);
    music_tear_down(&shop);
}

/* A left join, or another select that is combined, makes NULL of what is never NULL. */
static void what_may_be_null_is_seen_through_joins(void **state)
{
    (void)state;
    music shop;
    const struct city_row *row = NULL;
    const struct tiny_track *track = NULL;
    const struct any_city *any = NULL;
    size_t count = 0;
    music_set_up(&shop);
    calx_select *select = music_select(shop.session);
    ok(calx_select_column(select, customer_col.city));
    assert_int_equal(city_row_select_all(select, &row, &count), CALX_E_ARGUMENT);
    SAYS(calx_session_error(shop.session), CALX_E_ARGUMENT, "may be NULL", "CALX_NOT_NULL away");
    ok(any_city_select_all(select, &any, &count));
    assert_int_equal(count, MUSIC_CUSTOMERS);
    calx_select_free(select);
    select = music_select(shop.session);
    ok(calx_select_value(select, calx_coalesce(customer_col.city, "nowhere"), "city"));
    ok(calx_select_order_by_label(select, "city", false));
    ok(city_row_select_all(select, &row, &count));
    assert_non_null(row[0].city);
    calx_select_free(select);
    select = music_select(shop.session);
    ok(calx_select_from(select, music_table(&album_mapper)));
    ok(calx_select_left_join(select, album_rel.tracks));
    ok(calx_select_column(select, track_col.id));
    ok(calx_select_column(select, track_col.name));
    assert_int_equal(tiny_track_select_all(select, &track, &count), CALX_E_ARGUMENT);
    SAYS(calx_session_error(shop.session), CALX_E_ARGUMENT, "column \"id\" may be NULL");
    calx_select_free(select);
    select = music_select(shop.session);
    calx_select *other = music_select(shop.session);
    ok(calx_select_value(select, calx_scalar("here"), "city"));
    ok(calx_select_from(select, music_table(&genre_mapper)));
    ok(calx_select_column(other, employee_col.city));
    ok(calx_select_combine(select, CALX_UNION, other));
    assert_int_equal(city_row_select_all(select, &row, &count), CALX_E_ARGUMENT);
    calx_select_free(select);
    calx_select_free(other);
    music_tear_down(&shop);
}

/* The tracks that an album lacks are NULL, and so is what is worked out of them. */
static void what_is_worked_out_of_a_left_join_may_be_null(void **state)
{
    (void)state;
    const struct {
        calx_expression value;
        bool may_be_null;
    } cases[] = {
        { calx_add(track_col.id, 1), true },
        { calx_add(album_col.id, track_col.id), true },
        { calx_coalesce(track_col.id, calx_add(track_col.id, 1)), true },
        { calx_coalesce(track_col.id, 0), false },
        { calx_add(calx_coalesce(track_col.id, 0), 1), false },
        { calx_count(track_col.id), false },
        { calx_add(calx_greatest(album_col.id, 2), calx_coalesce(track_col.id, 0)), false },
        { calx_greatest(album_col.id, track_col.id), true },
        { calx_coalesce(calx_case(calx_gt(album_col.id, 3), calx_scalar(1)), track_col.id), true },
        { calx_else(calx_case(calx_gt(album_col.id, 3), calx_scalar(1)), calx_scalar(track_col.id)),
          true },
        { calx_else(calx_case(calx_gt(album_col.id, 3), calx_scalar(1)), calx_scalar(0)), false },
        { calx_else(calx_case(calx_gt(track_col.id, 3), calx_scalar(1)), calx_scalar(0)), false },
        { calx_else(calx_when(calx_case(calx_gt(album_col.id, 3), calx_scalar(1)),
                              calx_lt(album_col.id, 2), calx_nullif(album_col.id, 1)),
                    calx_scalar(0)),
          true },
        { calx_case(calx_gt(album_col.id, 3), calx_scalar(1)), true },
    };
    music shop;
    const struct tiny_track *rows = NULL;
    size_t count = 0;
    music_set_up(&shop);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        calx_select *select = music_select(shop.session);
        ok(calx_select_from(select, music_table(&album_mapper)));
        ok(calx_select_left_join(select, album_rel.tracks));
        ok(calx_select_where(select, calx_eq(album_col.id, 1)));
        ok(calx_select_value(select, cases[i].value, "id"));
        ok(calx_select_value(select, calx_scalar("x"), "name"));
        assert_int_equal(tiny_track_select_all(select, &rows, &count),
                         cases[i].may_be_null ? CALX_E_ARGUMENT : CALX_OK);
        if (cases[i].may_be_null)
            SAYS(calx_session_error(shop.session), CALX_E_ARGUMENT, "column \"id\" may be NULL");
        calx_select_free(select);
    }
    music_tear_down(&shop);
}

static void a_value_that_does_not_fit_ends_the_rows(void **state)
{
    (void)state;
    music shop;
    const struct tiny_track *track = NULL;
    const struct city_row *city = NULL;
    size_t count = 9;
    music_set_up(&shop);
    calx_result *result =
        run(shop.session, "SELECT id * 100 AS id, name FROM tracks ORDER BY id LIMIT 5");
    assert_int_equal(tiny_track_fetch(result, 5, &track, &count), CALX_E_DATA);
    SAYS(calx_result_error(result), CALX_E_DATA, "column \"id\"", "member id of struct tiny_track",
         "out of the member's range");
    assert_int_equal(count, 9);
    calx_result_free(result);
    result = run(shop.session, "SELECT NULL AS city");
    assert_int_equal(city_row_next(result, &city), CALX_E_DATA);
    SAYS(calx_result_error(result), CALX_E_DATA, "struct city_row", "NULL", "CALX_NOT_NULL");
    calx_result_free(result);
    result = run(shop.session, "SELECT NULL AS id, 'x' AS name");
    assert_int_equal(tiny_track_next(result, &track), CALX_E_DATA);
    SAYS(calx_result_error(result), CALX_E_DATA, "struct tiny_track", "NULL", "calx_nullable_");
    calx_result_free(result);
    music_tear_down(&shop);
}

static void arguments_that_are_missing_are_told(void **state)
{
    (void)state;
    music shop;
    const struct track_row *row = NULL;
    const void *any = NULL;
    size_t count = 0;
    calx_result_struct stale = track_row_result;
    music_set_up(&shop);
    calx_select *select = tracks(shop.session);
    assert_int_equal(track_row_select_all(select, NULL, &count), CALX_E_ARGUMENT);
    assert_int_equal(track_row_select_all(select, &row, NULL), CALX_E_ARGUMENT);
    assert_int_equal(track_row_select_first(select, NULL), CALX_E_ARGUMENT);
    assert_int_equal(track_row_select_one(select, NULL), CALX_E_ARGUMENT);
    assert_int_equal(track_row_select_all(NULL, &row, &count), CALX_E_ARGUMENT);
    assert_int_equal(calx_select_fill_first(select, NULL, &any), CALX_E_ARGUMENT);
    stale.abi++;
    assert_int_equal(calx_select_fill_first(select, &stale, &any), CALX_E_ARGUMENT);
    SAYS(calx_session_error(shop.session), CALX_E_ARGUMENT, "run calx-gen again");
    calx_select_free(select);
    calx_result *result = run(shop.session, "SELECT id, name FROM tracks");
    assert_int_equal(track_row_next(result, NULL), CALX_E_ARGUMENT);
    assert_int_equal(track_row_fetch(result, 1, &row, NULL), CALX_E_ARGUMENT);
    assert_int_equal(track_row_next(NULL, &row), CALX_E_ARGUMENT);
    calx_result_free(result);
    music_tear_down(&shop);
}

/* ---- memory ---- */

static calx_status use_all(calx_session *session)
{
    const struct track_row *rows = NULL;
    walk all = { .most = -1 };
    size_t count = 0;
    calx_result *result = NULL;
    calx_select *select = calx_select_new(session);
    calx_statement *statement = calx_text_statement("SELECT id, name FROM tracks");
    calx_status status = select == NULL || statement == NULL ? CALX_E_NOMEM : CALX_OK;
    if (status != CALX_OK)
        goto out;
    (void)calx_select_column(select, track_col.id);
    (void)calx_select_column(select, track_col.name);
    status = track_row_select_all(select, &rows, &count);
    if (status == CALX_OK)
        status = track_row_select_each(select, add_row, &all);
    if (status == CALX_OK)
        status = calx_session_execute(session, statement, &result);
    if (status == CALX_OK) {
        status = track_row_fetch(result, SIZE_MAX, &rows, &count);
        assert_int_equal(calx_result_error(result)->status, status);
    } else {
        assert_int_equal(calx_session_error(session)->status, status);
    }
out:
    calx_result_free(result);
    calx_select_free(select);
    calx_statement_free(statement);
    return status;
}

/* Row by row: of a select, whose first and only one is asked for, and of a text that is read. */
static calx_status use_one_by_one(calx_session *session)
{
    const struct genre_row *genre = NULL;
    const struct any_city *city = NULL;
    calx_result *result = NULL;
    calx_select *select = calx_select_new(session);
    calx_statement *statement = calx_text_statement("SELECT city FROM customers ORDER BY id");
    calx_status status = select == NULL || statement == NULL ? CALX_E_NOMEM : CALX_OK;
    if (status != CALX_OK)
        goto out;
    (void)calx_select_column(select, genre_col.name);
    (void)calx_select_value(select, calx_count_all(), "tracks");
    (void)calx_select_value(select, calx_avg(track_col.seconds), "seconds");
    (void)calx_select_join_on(select, music_table(&track_mapper),
                              calx_eq(track_col.genre_id, genre_col.id));
    (void)calx_select_group_by(select, genre_col.name);
    (void)calx_select_order_by(select, calx_asc(genre_col.name));
    (void)calx_select_having(select, calx_eq(genre_col.name, "jazz"));
    status = genre_row_select_first(select, &genre);
    if (status == CALX_OK)
        status = genre_row_select_one_or_none(select, &genre);
    if (status == CALX_OK)
        status = genre_row_select_one(select, &genre);
    if (status == CALX_OK)
        status = calx_session_execute(session, statement, &result);
    if (status == CALX_OK)
        status = any_city_next(result, &city);
    while (status == CALX_OK && city != NULL)
        status = any_city_next(result, &city);
out:
    calx_result_free(result);
    calx_select_free(select);
    calx_statement_free(statement);
    return status;
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(music_without_memory(use_all) > 30);
}

static void any_allocation_may_fail_row_by_row(void **state)
{
    (void)state;
    assert_true(music_without_memory(use_one_by_one) > 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_rows_of_a_select_are_an_array),
        cmocka_unit_test(one_row_is_the_first_or_the_only_one),
        cmocka_unit_test(the_first_row_leaves_the_select_as_it_was),
        cmocka_unit_test(a_stream_hands_out_one_struct),
        cmocka_unit_test(rows_of_a_result_come_one_by_one_or_in_batches),
        cmocka_unit_test(rows_outlive_what_comes_after_them),
        cmocka_unit_test(a_text_statement_fills_every_type),
        cmocka_unit_test(a_result_may_fill_structs_of_two_kinds),
        cmocka_unit_test(a_column_that_is_missing_or_left_over_is_named),
        cmocka_unit_test(a_type_that_does_not_fit_is_named),
        cmocka_unit_test(what_may_be_null_is_seen_through_joins),
        cmocka_unit_test(what_is_worked_out_of_a_left_join_may_be_null),
        cmocka_unit_test(a_value_that_does_not_fit_ends_the_rows),
        cmocka_unit_test(arguments_that_are_missing_are_told),
        cmocka_unit_test(any_allocation_may_fail),
        cmocka_unit_test(any_allocation_may_fail_row_by_row),
    };
    return CALX_RUN("result_struct", tests);
}
