/*
 * The music shop with data made from a seed, and what compares queries of it: their results with
 * those of plain SQL, their text with a golden file.
 */
#ifndef TESTS_RUNTIME_MUSIC_H
#define TESTS_RUNTIME_MUSIC_H

#include "music_models.calx.h"

#include "support/harness.h"
#include "support/log_sink.h"

#include <calx/calx.h>

enum {
    MUSIC_ARTISTS = 6,
    MUSIC_ALBUMS = 14,
    MUSIC_GENRES = 4,
    MUSIC_TRACKS = 60,
    MUSIC_PLAYLISTS = 5,
    MUSIC_EMPLOYEES = 8,
    MUSIC_CUSTOMERS = 12,
    MUSIC_INVOICES = 30,
    MUSIC_LINES = 90
};

typedef struct music {
    calx_engine *engine;
    calx_session *session;
    log_sink sink;
} music;

/* The shop, full, in a database of the running test; SQL from now on goes to the sink. */
void music_set_up(music *shop);
void music_tear_down(music *shop);

calx_session *music_session(music *shop);

/*
 * What plain SQL gives when the database's own program runs it, sqlite3 or psql: cells with a bar
 * behind each, NULL as a dash, fractions of six digits. Sees what is committed. Owned by the
 * caller: free().
 */
char *music_program(const char *sql);

/* The first columns of that, as "1 2 3"; owned by the caller: free(). */
char *music_plain(music *shop, const char *sql);

/* The keys of what a query finds, the same way. Every key of the shop is its first member. */
char *music_keys(calx_query *query);

/* The table of an entity, under its own name; and a select, which there is memory for. */
calx_alias music_table(const calx_mapper *mapper);
calx_select *music_select(calx_session *session);

/* Text that rows are put into: columns, then the keys of so many entities, as music_program(). */
typedef struct music_text {
    char bytes[20000];
    size_t size;
} music_text;

void music_put_rows(music_text *out, calx_result *result, size_t entities);

/* All rows of a select; "failed" when it does. */
void music_rows_of(music_text *out, calx_select *select, size_t entities);

/*
 * Lets each single allocation of an engine, a session and what is done with it fail, until none
 * does; nothing may be left behind. Answers how many there are.
 */
long music_without_memory(calx_status (*use)(calx_session *session));

/*
 * A golden file of SQL: each text is put with its name, and the end compares all of them with
 * golden/<name>.<database>.sql; with CALX_GOLDEN_UPDATE set it is written instead.
 */
typedef struct music_golden {
    const char *name;
    char *text;
    size_t size;
} music_golden;

void music_golden_put(music_golden *golden, const char *title, const char *sql);
void music_golden_end(music_golden *golden);

#endif
