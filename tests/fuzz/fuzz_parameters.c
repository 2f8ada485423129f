/*
 * Fuzz target: any bytes as SQL text with :name parameters, for dialects that differ in all their
 * quotes and comments. Beyond what sanitizers see it checks that places are inside the text, in
 * order and apart, that names are names, that everything between places survives the rewriting, and
 * that a text in which no parameter is left has none when it is read again.
 */
#include "fuzz.h"

#include "sql/parameters.h"
#include "support/sample_dialect.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static void require(bool holds)
{
    if (!holds)
        abort();
}

static bool is_name_part(char letter)
{
    return isalnum((unsigned char)letter) || letter == '_';
}

static void check_place(const calx_parameter_map *map, size_t i, const char *sql, size_t size)
{
    const calx_parameter_place *place = &map->places[i];
    size_t end = place->position + 1 + place->name_size;
    require(place->name_size > 0 && end <= size && sql[place->position] == ':');
    require(i == 0 || place->position >= place[-1].position + 1 + place[-1].name_size);
    require(place->index < map->name_count);
    for (size_t at = place->position + 1; at < end; at++)
        require(is_name_part(sql[at]));
    require(end == size || !is_name_part(sql[end]));
}

/* What stands between the places stands between the placeholders. */
static void check_rewrite(const calx_parameter_map *map, const calx_buffer *text, const char *sql,
                          size_t size)
{
    const char *at = text->data;
    const char *end = text->data + text->size;
    size_t position = 0;
    for (size_t i = 0; i <= map->place_count; i++) {
        size_t next = i < map->place_count ? map->places[i].position : size;
        size_t between = next - position;
        require((size_t)(end - at) >= between);
        require(between == 0 || memcmp(at, sql + position, between) == 0);
        at += between;
        if (i == map->place_count)
            break;
        require(at < end && *at == '?');
        at++;
        position = next + 1 + map->places[i].name_size;
    }
    require(at == end);
}

static void rewrite(const calx_parameter_map *map, const char *sql, size_t size)
{
    calx_buffer text = CALX_BUFFER_INIT;
    calx_parameter_map left;
    calx_sql_parameters_rewrite(&text, map, &calx_dialect_sqlite, sql, size);
    require(text.status == CALX_OK);
    check_rewrite(map, &text, sql, size);
    require(calx_sql_parameters(&left, &calx_dialect_sqlite, calx_buffer_text(&text), text.size) ==
            CALX_OK);
    require(left.place_count == 0);
    calx_parameter_map_clear(&left);
    calx_buffer_clear(&text);
}

static void scan(const calx_dialect *dialect, const char *sql, size_t size)
{
    calx_parameter_map map;
    require(calx_sql_parameters(&map, dialect, sql, size) == CALX_OK);
    for (size_t i = 0; i < map.place_count; i++)
        check_place(&map, i, sql, size);
    if (dialect == &calx_dialect_sqlite)
        rewrite(&map, sql, size);
    calx_parameter_map_clear(&map);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    scan(&calx_dialect_sqlite, (const char *)data, size);
    scan(&sample_dialect, (const char *)data, size);
    return 0;
}
