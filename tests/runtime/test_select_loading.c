/*
 * What entities of a select bring along, and what stays away: by the options of each entity, in so
 * many statements, whatever the number of rows.
 */
#include "music.h"

#include <string.h>

#define ok(call) assert_int_equal(call, CALX_OK)

static calx_select *albums_and_artists(calx_session *session)
{
    calx_select *select = music_select(session);
    ok(calx_select_entity(select, music_table(&album_mapper)));
    ok(calx_select_entity(select, music_table(&artist_mapper)));
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
            select, music_table(&album_mapper),
            calx_then(calx_joinedload(album_rel.tracks), calx_joinedload(track_rel.medium))));
        ok(calx_select_options(select, music_table(&artist_mapper),
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
    calx_select *select = music_select(session);
    calx_select *other = music_select(session);
    calx_result *result = NULL;
    const char *sql = NULL;
    const void *track = NULL;
    bool row = false;
    ok(calx_select_entity(select, music_table(&track_mapper)));
    ok(calx_select_options(select, music_table(&track_mapper), calx_defer(track_col.name)));
    ok(calx_select_entity(other, music_table(&track_mapper)));
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
    ok(calx_select_options(select, music_table(&album_mapper),
                           calx_selectinload(album_rel.tracks)));
    assert_int_equal(calx_select_each(select, end_session, session), CALX_E_STATE);
    calx_select_free(select);
    calx_result *result = NULL;
    bool row = false;
    select = albums_and_artists(session);
    ok(calx_select_options(select, music_table(&album_mapper),
                           calx_selectinload(album_rel.tracks)));
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
    calx_select *select = music_select(session);
    calx_result *result = NULL;
    const void *first = NULL;
    bool row = false;
    ok(calx_select_entity(select, music_table(&customer_mapper)));
    ok(calx_select_options(select, music_table(&customer_mapper),
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entities_of_a_select_bring_along_what_options_say),
        cmocka_unit_test(columns_of_a_selected_entity_may_stay_away),
        cmocka_unit_test(rows_that_were_read_ahead_end_too),
        cmocka_unit_test(an_instance_freed_in_between_is_none),
    };
    return CALX_RUN("select_loading", tests);
}
