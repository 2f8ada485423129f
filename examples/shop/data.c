/*
 * Rows from a seed, as plain arrays: a bulk insert needs no instances. Parents come before those
 * that refer to them.
 */
#include "data.h"

#include "models.calx.h"

#include <stdio.h>

enum { ALBUMS = 9, TRACKS = 36, CUSTOMERS = 7, INVOICES = 14, LINES = 40 };

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * UINT32_C(1664525) + UINT32_C(1013904223);
    return *seed >> 16;
}

static int64_t one_of(uint32_t *seed, unsigned count)
{
    return 1 + next_random(seed) % count;
}

static calx_status fill_music(calx_session *session, uint32_t *seed)
{
    static const struct artist artists[] = {
        { .id = 1, .name = "The Gulls" },
        { .id = 2, .name = "Ida Moor" },
        { .id = 3, .name = "Quartet of Four" },
        { .id = 4, .name = "Nobody Yet" },
    };
    static const struct genre genres[] = { { .id = 1, .name = "rock" },
                                           { .id = 2, .name = "jazz" },
                                           { .id = 3, .name = "folk" } };
    static const char *const titles[ALBUMS] = { "Low Tide",  "High Tide", "Blue Hours",
                                                "Four More", "Harbour",   "Ninth Street",
                                                "Moorland",  "Encore",    "Gone Fishing" };
    struct album albums[ALBUMS] = { { .id = 0 } };
    for (int i = 0; i < ALBUMS; i++) {
        albums[i].id = i + 1;
        albums[i].title = titles[i];
        albums[i].year = 1970 + (int32_t)(next_random(seed) % 50);
        albums[i].artist_id = one_of(seed, 3);
    }
    calx_status status = artist_bulk_insert(session, artists, 4);
    if (status == CALX_OK)
        status = genre_bulk_insert(session, genres, 3);
    return status == CALX_OK ? album_bulk_insert(session, albums, ALBUMS) : status;
}

static calx_status fill_tracks(calx_session *session, uint32_t *seed)
{
    static const char *const firsts[] = { "Long", "Little", "Last", "Silent", "Golden", "Paper" };
    static const char *const seconds[] = { "Road", "Boat", "Winter", "Letter", "Song", "Bridge" };
    static char names[TRACKS][32];
    struct track tracks[TRACKS] = { { .id = 0 } };
    for (int i = 0; i < TRACKS; i++) {
        snprintf(names[i], sizeof names[i], "%s %s", firsts[i % 6], seconds[(i / 6 + i) % 6]);
        tracks[i].id = i + 1;
        tracks[i].name = names[i];
        tracks[i].album_id = one_of(seed, ALBUMS - 1);
        tracks[i].genre_id.has_value = next_random(seed) % 6 != 0;
        if (tracks[i].genre_id.has_value)
            tracks[i].genre_id.value = one_of(seed, 3);
        tracks[i].seconds = 90 + (int32_t)(next_random(seed) % 400);
        tracks[i].cents = 79 + 20 * (int64_t)(next_random(seed) % 4);
    }
    return track_bulk_insert(session, tracks, TRACKS);
}

static calx_status fill_people(calx_session *session)
{
    static const struct employee employees[] = {
        { .id = 1, .name = "Ruth", .city = "Oslo" },
        { .id = 2, .name = "Sam", .city = "Lima", .boss_id = { true, 1 } },
        { .id = 3, .name = "Tove", .city = "Oslo", .boss_id = { true, 1 } },
        { .id = 4, .name = "Uma", .boss_id = { true, 2 } },
        { .id = 5, .name = "Vito", .city = "Bern", .boss_id = { true, 4 } },
    };
    static const struct customer customers[CUSTOMERS] = {
        { .id = 1, .name = "Ada", .city = "Oslo" },
        { .id = 2, .name = "Ben", .city = "Bergen" },
        { .id = 3, .name = "Cleo" },
        { .id = 4, .name = "Dan", .city = "Lima" },
        { .id = 5, .name = "Eva", .city = "Bergen" },
        { .id = 6, .name = "Finn", .city = "Oslo" },
        { .id = 7, .name = "Gus", .city = "Quito" },
    };
    calx_status status = employee_bulk_insert(session, employees, 5);
    return status == CALX_OK ? customer_bulk_insert(session, customers, CUSTOMERS) : status;
}

static calx_status fill_sales(calx_session *session, uint32_t *seed)
{
    struct invoice invoices[INVOICES] = { { .id = 0 } };
    struct line lines[LINES] = { { .id = 0 } };
    for (int i = 0; i < INVOICES; i++) {
        invoices[i].id = i + 1;
        invoices[i].customer_id = one_of(seed, CUSTOMERS - 1);
        invoices[i].day = (int32_t)(i * 25 + next_random(seed) % 25);
    }
    for (int i = 0; i < LINES; i++) {
        lines[i].id = i + 1;
        lines[i].invoice_id = one_of(seed, INVOICES);
        lines[i].track_id = one_of(seed, TRACKS);
        lines[i].quantity = 1 + (int32_t)(next_random(seed) % 3);
    }
    calx_status status = invoice_bulk_insert(session, invoices, INVOICES);
    return status == CALX_OK ? line_bulk_insert(session, lines, LINES) : status;
}

calx_status data_fill(calx_session *session)
{
    uint32_t seed = 7;
    calx_status status = fill_music(session, &seed);
    if (status == CALX_OK)
        status = fill_tracks(session, &seed);
    if (status == CALX_OK)
        status = fill_people(session);
    if (status == CALX_OK)
        status = fill_sales(session, &seed);
    return status == CALX_OK ? calx_session_commit(session) : status;
}
