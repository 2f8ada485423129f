/*
 * The music shop's data, and comparisons.
 */
#define _XOPEN_SOURCE 700 /* popen() */

#include "music.h"

#include "support/ration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * UINT32_C(1664525) + UINT32_C(1013904223);
    return *seed >> 16;
}

/* One of the keys 1 to count. */
static int64_t one_of(uint32_t *seed, unsigned count)
{
    return 1 + next_random(seed) % count;
}

static const char *name_of(const char *kind, int64_t number)
{
    static char name[40];
    snprintf(name, sizeof name, "%s %lld", kind, (long long)number);
    return name;
}

/* ---- data ---- */

static void add(music *shop, void *entity)
{
    assert_non_null(entity);
    assert_int_equal(calx_session_add(shop->session, entity), CALX_OK);
}

static void add_music(music *shop, uint32_t *seed)
{
    static const char *const media[] = { "file", "disc" };
    static const char *const genres[] = { "rock", "jazz", "folk", "opera" };
    for (int64_t i = 1; i <= MUSIC_ARTISTS; i++) {
        struct artist *artist = artist_new();
        artist->id = i;
        artist->name = name_of("artist", i);
        add(shop, artist);
    }
    for (int64_t i = 1; i <= MUSIC_GENRES; i++) {
        struct genre *genre = genre_new();
        genre->id = i;
        genre->name = genres[i - 1];
        add(shop, genre);
    }
    for (int64_t i = 1; i <= 2; i++) {
        struct medium *medium = medium_new();
        medium->id = i;
        medium->name = media[i - 1];
        add(shop, medium);
    }
    for (int64_t i = 1; i <= MUSIC_ALBUMS; i++) {
        struct album *album = album_new();
        album->id = i;
        album->title = name_of("album", i);
        album->artist_id = one_of(seed, MUSIC_ARTISTS - 1); /* the last has none */
        add(shop, album);
    }
}

static void add_tracks(music *shop, uint32_t *seed)
{
    static const struct playlist *playlists[MUSIC_PLAYLISTS];
    for (int64_t i = 1; i <= MUSIC_PLAYLISTS; i++) {
        struct playlist *playlist = playlist_new();
        playlist->id = i;
        playlist->name = name_of("playlist", i);
        add(shop, playlist);
        playlists[i - 1] = playlist;
    }
    for (int64_t i = 1; i <= MUSIC_TRACKS; i++) {
        struct track *track = track_new();
        track->id = i;
        track->name = name_of("track", i);
        track->album_id = one_of(seed, MUSIC_ALBUMS - 1);
        track->genre_id.has_value = next_random(seed) % 5 != 0;
        track->genre_id.value = track->genre_id.has_value ? one_of(seed, MUSIC_GENRES) : 0;
        track->medium_id = one_of(seed, 2);
        track->seconds = 60 + (int32_t)(next_random(seed) % 400);
        track->cents = 79 + 20 * (int64_t)(next_random(seed) % 4);
        add(shop, track);
        for (size_t k = 0; k + 1 < MUSIC_PLAYLISTS; k++)
            if (next_random(seed) % 4 == 0)
                assert_int_equal(track_playlists_append(track, playlists[k]), CALX_OK);
    }
}

static void add_people(music *shop, uint32_t *seed)
{
    static const char *const cities[] = { "Bergen", "Lima", NULL, "Oslo" };
    for (int64_t i = 1; i <= MUSIC_EMPLOYEES; i++) {
        struct employee *employee = employee_new();
        employee->id = i;
        employee->name = name_of("employee", i);
        employee->city = cities[next_random(seed) % 4];
        employee->boss_id = (calx_nullable_int64){ i > 1, i > 1 ? i / 2 : 0 };
        add(shop, employee);
    }
    for (int64_t i = 1; i <= MUSIC_CUSTOMERS; i++) {
        struct customer *customer = customer_new();
        customer->id = i;
        customer->name = name_of("customer", i);
        customer->city = cities[next_random(seed) % 4];
        customer->adviser_id.has_value = i % 3 != 0;
        customer->adviser_id.value =
            customer->adviser_id.has_value ? one_of(seed, MUSIC_EMPLOYEES) : 0;
        add(shop, customer);
    }
}

static void add_sales(music *shop, uint32_t *seed)
{
    for (int64_t i = 1; i <= MUSIC_INVOICES; i++) {
        struct invoice *invoice = invoice_new();
        invoice->id = i;
        invoice->customer_id = one_of(seed, MUSIC_CUSTOMERS - 2);
        invoice->day = (int32_t)(next_random(seed) % 365);
        add(shop, invoice);
    }
    for (int64_t i = 1; i <= MUSIC_LINES; i++) {
        struct invoice_line *line = invoice_line_new();
        line->id = i;
        line->invoice_id = one_of(seed, MUSIC_INVOICES);
        line->track_id = one_of(seed, MUSIC_TRACKS);
        line->cents = 99;
        line->quantity = 1 + (int32_t)(next_random(seed) % 3);
        add(shop, line);
    }
}

calx_session *music_session(music *shop)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_session *session = NULL;
    options.bind = shop->engine;
    assert_int_equal(calx_session_new(&options, &session, NULL), CALX_OK);
    return session;
}

void music_set_up(music *shop)
{
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    uint32_t seed = 11;
    log_sink_init(&shop->sink);
    options.echo = CALX_ECHO_SQL;
    options.log = log_sink_line;
    options.log_context = &shop->sink;
    assert_int_equal(calx_engine_new(calx_test_url(), &options, &shop->engine, NULL), CALX_OK);
    assert_int_equal(calx_schema_create_all(shop->engine, &music_models_metadata, NULL), CALX_OK);
    shop->session = music_session(shop);
    add_music(shop, &seed);
    add_tracks(shop, &seed);
    add_people(shop, &seed);
    add_sales(shop, &seed);
    assert_int_equal(calx_session_commit(shop->session), CALX_OK);
    calx_session_free(shop->session);
    shop->session = music_session(shop);
    log_sink_forget(&shop->sink);
}

void music_tear_down(music *shop)
{
    calx_session_free(shop->session);
    calx_engine_free(shop->engine);
    log_sink_clear(&shop->sink);
}

/* ---- results ---- */

typedef struct words {
    char *text;
    size_t size;
} words;

static void put_word(words *all, const char *word)
{
    size_t size = strlen(word);
    char *text = realloc(all->text, all->size + size + 2);
    assert_non_null(text);
    all->text = text;
    if (all->size > 0)
        all->text[all->size++] = ' ';
    memcpy(all->text + all->size, word, size + 1);
    all->size += size;
}

static void put_number(words *all, int64_t number)
{
    char word[24];
    snprintf(word, sizeof word, "%lld", (long long)number);
    put_word(all, word);
}

/* A fraction as a double is printed here; programs print it with as many digits as they like. */
static void put_cell(words *all, char *cell)
{
    char *end = NULL;
    double number = strtod(cell, &end);
    char digits[40];
    snprintf(digits, sizeof digits, "%.6g", number);
    bool is_fraction = strchr(cell, '.') != NULL && *end == '\0';
    const char *word = is_fraction ? digits : cell;
    size_t size = strlen(word);
    char *text = realloc(all->text, all->size + size + 2);
    assert_non_null(text);
    all->text = text;
    memcpy(all->text + all->size, word, size);
    memcpy(all->text + all->size + size, "|", 2);
    all->size += size + 1;
}

/* Cells of a line, which a bar ends each; and the end of the line. */
static void put_line(words *all, char *line)
{
    line[strcspn(line, "\n")] = '\0';
    for (char *cell = line; cell != NULL;) {
        char *next = strchr(cell, '|');
        if (next != NULL)
            *next++ = '\0';
        put_cell(all, cell);
        cell = next;
    }
    all->text[all->size - 1] = '|';
    all->text = realloc(all->text, all->size + 2);
    assert_non_null(all->text);
    memcpy(all->text + all->size, "\n", 2);
    all->size++;
}

/* The database's own program on the SQL of a file. */
static FILE *start_program(const char *path)
{
    char command[4000];
    const char *url = calx_test_url();
    if (calx_test_on("sqlite"))
        snprintf(command, sizeof command,
                 "sqlite3 -batch -bail -noheader -separator '|' -nullvalue - '%s' <'%s'",
                 url + strlen("sqlite:///"), path);
    else
        snprintf(command, sizeof command,
                 "psql -X -q -A -t -F '|' -P null=- -v ON_ERROR_STOP=1 -f '%s' '%s'", path, url);
    return popen(command, "r");
}

char *music_program(const char *sql)
{
    const char *path = calx_test_path("plain.sql");
    words all = { calloc(1, 1), 0 };
    char line[1000];
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "%s;\n", sql);
    assert_int_equal(fclose(file), 0);
    FILE *program = start_program(path);
    assert_non_null(program);
    while (fgets(line, sizeof line, program) != NULL)
        put_line(&all, line);
    if (pclose(program) != 0)
        fail_msg("%s fails: %s", calx_test_on("sqlite") ? "sqlite3" : "psql", sql);
    return all.text;
}

char *music_plain(music *shop, const char *sql)
{
    assert_non_null(shop->engine); /* there are rows to look at */
    char *rows = music_program(sql);
    words all = { calloc(1, 1), 0 };
    for (char *row = rows; *row != '\0';) {
        char *end = row + strcspn(row, "\n");
        row[strcspn(row, "|")] = '\0';
        put_word(&all, row);
        row = *end == '\0' ? end : end + 1;
    }
    free(rows);
    return all.text;
}

char *music_keys(calx_query *query)
{
    words all = { calloc(1, 1), 0 };
    const void *const *items = NULL;
    size_t count = 0;
    calx_status status = calx_query_all(query, &items, &count);
    if (status != CALX_OK)
        put_word(&all, calx_status_name(status));
    for (size_t i = 0; status == CALX_OK && i < count; i++)
        put_number(&all, *(const int64_t *)items[i]);
    return all.text;
}

/* ---- rows of selects ---- */

calx_alias music_table(const calx_mapper *mapper)
{
    return calx_alias_of(mapper, 0);
}

calx_select *music_select(calx_session *session)
{
    calx_select *select = calx_select_new(session);
    assert_non_null(select);
    return select;
}

static void put_part(music_text *out, const char *word)
{
    size_t size = strlen(word);
    assert_true(out->size + size < sizeof out->bytes);
    memcpy(out->bytes + out->size, word, size + 1);
    out->size += size;
}

static void put_value(music_text *out, const calx_value *value)
{
    char word[40];
    switch (value->type) {
    case CALX_VALUE_NULL:
        put_part(out, "-");
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
    put_part(out, word);
}

static void put_key(music_text *out, const void *entity)
{
    const calx_value key =
        entity == NULL ? calx_value_null() : calx_value_int64(*(const int64_t *)entity);
    put_value(out, &key);
}

void music_put_rows(music_text *out, calx_result *result, size_t entities)
{
    bool row = false;
    calx_status status = calx_result_next(result, &row);
    for (; status == CALX_OK && row; status = calx_result_next(result, &row)) {
        for (size_t i = 0; i < calx_result_column_count(result); i++) {
            calx_value value;
            assert_int_equal(calx_result_value(result, i, &value), CALX_OK);
            put_value(out, &value);
            put_part(out, "|");
        }
        for (size_t i = 0; i < entities; i++) {
            const void *entity = NULL;
            assert_int_equal(calx_row_entity(result, i, &entity), CALX_OK);
            put_key(out, entity);
            put_part(out, "|");
        }
        put_part(out, "\n");
    }
    if (status != CALX_OK)
        fail_msg("%s", calx_result_error(result)->message);
    out->bytes[out->size] = '\0';
}

void music_rows_of(music_text *out, calx_select *select, size_t entities)
{
    calx_result *result = NULL;
    out->size = 0;
    put_part(out, "");
    if (calx_select_execute(select, &result) != CALX_OK) {
        put_part(out, "failed");
        return;
    }
    music_put_rows(out, result, entities);
    calx_result_free(result);
}

/* ---- memory ---- */

static calx_status open_and_use(calx_status (*use)(calx_session *session))
{
    calx_engine *engine = NULL;
    calx_session *session = NULL;
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_status status = calx_engine_new(calx_test_url(), NULL, &engine, NULL);
    options.bind = engine;
    if (status == CALX_OK)
        status = calx_session_new(&options, &session, NULL);
    if (status == CALX_OK)
        status = use(session);
    calx_session_free(session);
    calx_engine_free(engine);
    return status;
}

long music_without_memory(calx_status (*use)(calx_session *session))
{
    music shop;
    calx_status status = CALX_E_NOMEM;
    long allowed = 0;
    music_set_up(&shop); /* instances may not be there when the allocator changes */
    music_tear_down(&shop);
    for (; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = open_and_use(use);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
    return allowed;
}

/* ---- golden files ---- */

void music_golden_put(music_golden *golden, const char *title, const char *sql)
{
    size_t size = strlen(title) + strlen(sql) + 8;
    char *text = realloc(golden->text, golden->size + size);
    assert_non_null(text);
    golden->text = text;
    golden->size +=
        (size_t)snprintf(golden->text + golden->size, size, "-- %s\n%s;\n\n", title, sql);
}

static void golden_path(const music_golden *golden, char *path, size_t size)
{
    snprintf(path, size, "%s/%s.%s.sql", CALX_GOLDEN_SQL, golden->name, calx_test_database());
}

void music_golden_end(music_golden *golden)
{
    char path[1000];
    golden_path(golden, path, sizeof path);
    FILE *file = fopen(path, getenv("CALX_GOLDEN_UPDATE") != NULL ? "w" : "r");
    if (file == NULL)
        fail_msg("%s cannot be opened", path);
    if (getenv("CALX_GOLDEN_UPDATE") != NULL) {
        fwrite(golden->text, 1, golden->size, file);
    } else {
        char *there = calloc(1, golden->size + 2);
        assert_non_null(there);
        there[fread(there, 1, golden->size + 1, file)] = '\0';
        assert_string_equal(golden->text, there);
        free(there);
    }
    fclose(file);
    free(golden->text);
}
