/*
 * The SQL of updates and deletes by criteria: it is that of the golden file, and is about as many
 * rows as plain SQL says.
 */
#include "music.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ok(call) assert_int_equal(call, CALX_OK)

typedef struct example {
    const char *title;
    const calx_mapper *mapper;
    size_t (*build)(calx_query *query, calx_assignment *set); /* 0: a DELETE */
    calx_synchronize how;
    const char *plain; /* how many rows there are */
} example;

static size_t dearer_tracks(calx_query *query, calx_assignment *set)
{
    ok(calx_query_where(query, calx_lt(track_col.seconds, 200)));
    set[0] = calx_assign(track_col.cents, calx_mul(track_col.cents, 2));
    return 1;
}

static size_t several_columns(calx_query *query, calx_assignment *set)
{
    ok(calx_query_where(query, calx_gt(track_col.id, 50)));
    ok(calx_query_where(query,
                        calx_or(calx_is_null(track_col.genre_id), calx_eq(track_col.genre_id, 2))));
    set[0] = calx_assign(track_col.name, "renamed");
    set[1] = calx_assign_null(track_col.genre_id);
    set[2] = calx_assign(track_col.seconds, calx_sub(track_col.seconds, 1));
    return 3;
}

static size_t by_text(calx_query *query, calx_assignment *set)
{
    ok(calx_query_where(query, calx_starts_with(artist_col.name, "artist")));
    set[0] = calx_assign(artist_col.name, calx_upper(artist_col.name));
    return 1;
}

static size_t by_a_list(calx_query *query, calx_assignment *set)
{
    const int64_t keys[] = { 1, 3, 5 };
    ok(calx_query_where(query, calx_in(playlist_col.id, keys, 3)));
    set[0] = calx_assign(playlist_col.name, calx_concat(playlist_col.name, "!"));
    return 1;
}

static size_t all_rows(calx_query *query, calx_assignment *set)
{
    (void)query;
    set[0] = calx_assign(invoice_col.day, 0);
    return 1;
}

static size_t a_choice(calx_query *query, calx_assignment *set)
{
    ok(calx_query_where(query, calx_gt(invoice_line_col.quantity, 0)));
    set[0] = calx_assign(invoice_line_col.cents,
                         calx_else(calx_case(calx_gt(invoice_line_col.cents, 100),
                                             calx_scalar(invoice_line_col.cents)),
                                   calx_scalar(100)));
    return 1;
}

static size_t few_of_a_line(calx_query *query, calx_assignment *set)
{
    (void)set;
    ok(calx_query_where(query, calx_le(invoice_line_col.quantity, 1)));
    return 0;
}

static size_t every_line(calx_query *query, calx_assignment *set)
{
    (void)query;
    (void)set;
    return 0;
}

static const example examples[] = {
    { "dearer tracks", &track_mapper, dearer_tracks, CALX_SYNCHRONIZE_AUTO,
      "SELECT count(*) FROM tracks WHERE seconds < 200" },
    { "several columns", &track_mapper, several_columns, CALX_SYNCHRONIZE_FETCH,
      "SELECT count(*) FROM tracks WHERE id > 50 AND (genre_id IS NULL OR genre_id = 2)" },
    { "by text", &artist_mapper, by_text, CALX_SYNCHRONIZE_AUTO, "SELECT count(*) FROM artists" },
    { "by a list", &playlist_mapper, by_a_list, CALX_SYNCHRONIZE_EVALUATE,
      "SELECT count(*) FROM playlists WHERE id IN (1, 3, 5)" },
    { "all rows", &invoice_mapper, all_rows, CALX_SYNCHRONIZE_NONE,
      "SELECT count(*) FROM invoices" },
    { "a choice", &invoice_line_mapper, a_choice, CALX_SYNCHRONIZE_AUTO,
      "SELECT count(*) FROM invoice_lines WHERE quantity > 0" },
    { "few of a line", &invoice_line_mapper, few_of_a_line, CALX_SYNCHRONIZE_AUTO,
      "SELECT count(*) FROM invoice_lines WHERE quantity <= 1" },
    { "every line", &invoice_line_mapper, every_line, CALX_SYNCHRONIZE_FETCH,
      "SELECT count(*) FROM invoice_lines" },
};

static const char *statement_of(music *shop)
{
    long line = log_sink_find(&shop->sink, 0, "UPDATE \"");
    if (line < 0)
        line = log_sink_find(&shop->sink, 0, "DELETE FROM");
    assert_true(line >= 0);
    return shop->sink.lines[line].text;
}

static void go(music *shop, const example *one, music_golden *golden)
{
    calx_assignment set[3];
    int64_t count = -1;
    char counted[30];
    char *plain = music_plain(shop, one->plain);
    calx_session *session = music_session(shop);
    calx_query *query = calx_query_new(session, one->mapper);
    assert_non_null(query);
    ok(calx_query_synchronize(query, one->how));
    size_t set_count = one->build(query, set);
    log_sink_forget(&shop->sink);
    ok(set_count == 0 ? calx_query_delete(query, &count)
                      : calx_query_update(query, set, set_count, &count));
    snprintf(counted, sizeof counted, "%lld", (long long)count);
    assert_string_equal(counted, plain);
    music_golden_put(golden, one->title, statement_of(shop));
    free(plain);
    calx_query_free(query);
    ok(calx_session_rollback(session));
    calx_session_free(session);
}

static void changes_are_those_of_plain_sql(void **state)
{
    (void)state;
    calx_shows("SES-333");
    music shop;
    music_golden golden = { .name = "query_change" };
    music_set_up(&shop);
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        go(&shop, &examples[i], &golden);
    music_golden_end(&golden);
    music_tear_down(&shop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_are_those_of_plain_sql),
    };
    return CALX_RUN("query_change_text", tests);
}
