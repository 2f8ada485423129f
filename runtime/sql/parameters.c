/*
 * The scanner of `:name` parameters. It knows just enough of SQL's lexis to tell where a colon
 * cannot be a parameter; which quotes and comments there are is the dialect's data. It reads text
 * of unknown origin, so it never looks beyond the size it was given.
 */
#include "sql/parameters.h"

#include "base/allocator.h"
#include "sql/name.h"

#include <string.h>

typedef struct scanner {
    const calx_dialect *dialect;
    const char *sql;
    size_t size;
    size_t position;
} scanner;

static bool is_name_start(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '_';
}

static bool is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}

static bool is_name_part(char letter)
{
    return is_name_start(letter) || is_digit(letter);
}

/* Part of an identifier of the database's: it may also hold bytes beyond ASCII, and $. */
static bool is_word_part(char letter)
{
    return is_name_part(letter) || letter == '$' || (unsigned char)letter >= 0x80;
}

/* The byte so far ahead; NUL behind the end, which is never part of a token looked for here. */
static char peek(const scanner *scan, size_t ahead)
{
    return ahead < scan->size - scan->position ? scan->sql[scan->position + ahead] : '\0';
}

static void advance(scanner *scan, size_t count)
{
    size_t left = scan->size - scan->position;
    scan->position += count < left ? count : left;
}

/* From an opening quote behind its closing one; a doubled one belongs to the text. */
static void skip_quoted(scanner *scan, char close, bool backslashes)
{
    advance(scan, 1);
    while (scan->position < scan->size) {
        char letter = peek(scan, 0);
        if (backslashes && letter == '\\') {
            advance(scan, 2);
        } else if (letter != close) {
            advance(scan, 1);
        } else if (close != ']' && peek(scan, 1) == close) {
            advance(scan, 2);
        } else {
            advance(scan, 1);
            return;
        }
    }
}

static void skip_line_comment(scanner *scan)
{
    while (scan->position < scan->size && peek(scan, 0) != '\n')
        advance(scan, 1);
}

static void skip_block_comment(scanner *scan)
{
    size_t depth = 0;
    do {
        if (peek(scan, 0) == '/' && peek(scan, 1) == '*' &&
            (depth == 0 || scan->dialect->nested_comments)) {
            depth++;
            advance(scan, 2);
        } else if (peek(scan, 0) == '*' && peek(scan, 1) == '/') {
            depth--;
            advance(scan, 2);
        } else {
            advance(scan, 1);
        }
    } while (depth > 0 && scan->position < scan->size);
}

/* The length of `$tag$` here, or 0: this is none. */
static size_t dollar_tag(const scanner *scan)
{
    size_t length = 1;
    if (is_digit(peek(scan, length)))
        return 0;
    while (peek(scan, length) != '$' && is_word_part(peek(scan, length)))
        length++;
    return peek(scan, length) == '$' ? length + 1 : 0;
}

static void skip_dollar_quoted(scanner *scan, size_t tag_size)
{
    const char *tag = scan->sql + scan->position;
    advance(scan, tag_size);
    while (scan->size - scan->position >= tag_size) {
        if (memcmp(scan->sql + scan->position, tag, tag_size) == 0) {
            advance(scan, tag_size);
            return;
        }
        advance(scan, 1);
    }
    scan->position = scan->size;
}

/* Steps over a word; E'…' is a string in which a backslash escapes. */
static void skip_word(scanner *scan)
{
    char first = peek(scan, 0);
    size_t length = 1;
    while (is_word_part(peek(scan, length)))
        length++;
    advance(scan, length);
    if (length == 1 && (first == 'e' || first == 'E') && scan->dialect->backslash_strings &&
        peek(scan, 0) == '\'')
        skip_quoted(scan, '\'', true);
}

/* Steps over whatever holds no parameter here. Answers whether there was such a thing. */
static bool skip_opaque(scanner *scan)
{
    const calx_dialect *dialect = scan->dialect;
    char letter = peek(scan, 0);
    size_t tag_size = letter == '$' && dialect->dollar_quotes ? dollar_tag(scan) : 0;
    if (letter == '\'' || letter == '"' || (letter == '`' && dialect->backtick_quotes))
        skip_quoted(scan, letter, false);
    else if (letter == '[' && dialect->bracket_quotes)
        skip_quoted(scan, ']', false);
    else if (letter == '-' && peek(scan, 1) == '-')
        skip_line_comment(scan);
    else if (letter == '/' && peek(scan, 1) == '*')
        skip_block_comment(scan);
    else if (tag_size > 0)
        skip_dollar_quoted(scan, tag_size);
    else if (is_word_part(letter))
        skip_word(scan);
    else
        return false;
    return true;
}

/* Goes to the next parameter. Answers the size of its name, or 0: there is none any more. */
static size_t next_parameter(scanner *scan)
{
    while (scan->position < scan->size) {
        if (skip_opaque(scan))
            continue;
        if (peek(scan, 0) != ':') {
            advance(scan, 1);
        } else if (is_name_start(peek(scan, 1))) {
            size_t size = 1;
            while (is_name_part(peek(scan, size + 1)))
                size++;
            return size;
        } else {
            size_t colons = 1;
            while (peek(scan, colons) == ':')
                colons++;
            advance(scan, colons);
        }
    }
    return 0;
}

/* The index of the name at this place: that of an equal one before, or a new one. */
static size_t name_index(const calx_parameter_map *map, const char *sql, size_t position,
                         size_t name_size)
{
    for (size_t i = 0; i < map->place_count; i++) {
        const calx_parameter_place *place = &map->places[i];
        if (place->name_size == name_size &&
            memcmp(sql + place->position + 1, sql + position + 1, name_size) == 0)
            return place->index;
    }
    return map->name_count;
}

static calx_status add_place(calx_parameter_map *map, size_t *capacity, const scanner *scan,
                             size_t name_size)
{
    if (map->place_count == *capacity) {
        size_t more = *capacity == 0 ? 8 : *capacity * 2;
        calx_parameter_place *places = calx_resize_array(map->places, more, sizeof *places);
        if (places == NULL)
            return CALX_E_NOMEM;
        map->places = places;
        *capacity = more;
    }
    size_t index = name_index(map, scan->sql, scan->position, name_size);
    map->places[map->place_count++] = (calx_parameter_place){ scan->position, name_size, index };
    if (index == map->name_count)
        map->name_count++;
    return CALX_OK;
}

calx_status calx_sql_parameters(calx_parameter_map *out, const calx_dialect *dialect,
                                const char *sql, size_t sql_size)
{
    calx_parameter_map map = { NULL, 0, 0 };
    size_t capacity = 0;
    scanner scan = { dialect, sql, sql_size, 0 };
    *out = map;
    for (;;) {
        size_t name_size = next_parameter(&scan);
        if (name_size == 0)
            break;
        if (add_place(&map, &capacity, &scan, name_size) != CALX_OK) {
            calx_parameter_map_clear(&map);
            return CALX_E_NOMEM;
        }
        advance(&scan, name_size + 1);
    }
    *out = map;
    return CALX_OK;
}

calx_status calx_parameter_map_join(calx_parameter_map *map, const calx_parameter_map *other,
                                    const char *sql)
{
    for (size_t i = 0; i < other->place_count; i++) {
        calx_parameter_place place = other->places[i];
        place.index = name_index(map, sql, place.position, place.name_size);
        if (place.index < map->name_count)
            continue;
        calx_parameter_place *places =
            calx_resize_array(map->places, map->place_count + 1, sizeof *places);
        if (places == NULL)
            return CALX_E_NOMEM;
        map->places = places;
        map->places[map->place_count++] = place;
        map->name_count++;
    }
    return CALX_OK;
}

void calx_parameter_map_clear(calx_parameter_map *map)
{
    calx_release(map->places);
    *map = (calx_parameter_map){ NULL, 0, 0 };
}

bool calx_parameter_map_has(const calx_parameter_map *map, const char *sql,
                            const calx_parameter_place *place)
{
    return name_index(map, sql, place->position, place->name_size) < map->name_count;
}

long calx_parameter_map_find(const calx_parameter_map *map, const char *sql, const char *name)
{
    size_t name_size = strlen(name);
    for (size_t i = 0; i < map->place_count; i++) {
        const calx_parameter_place *place = &map->places[i];
        if (place->name_size == name_size &&
            memcmp(sql + place->position + 1, name, name_size) == 0)
            return (long)place->index;
    }
    return -1;
}

/*
 * A $1 right behind a word would be a part of it, where a colon ends one. Words have no place that
 * a ? could be part of.
 */
static bool needs_blank(const calx_dialect *dialect, const char *sql, size_t position)
{
    return dialect->placeholder == CALX_PLACEHOLDER_DOLLAR && position > 0 &&
           is_word_part(sql[position - 1]);
}

void calx_sql_parameters_rewrite(calx_buffer *out, const calx_parameter_map *map,
                                 const calx_dialect *dialect, const char *sql, size_t sql_size)
{
    size_t position = 0;
    for (size_t i = 0; i < map->place_count; i++) {
        const calx_parameter_place *place = &map->places[i];
        calx_buffer_put_n(out, sql + position, place->position - position);
        if (needs_blank(dialect, sql, place->position))
            calx_buffer_char(out, ' ');
        calx_sql_placeholder(out, dialect, i + 1);
        position = place->position + 1 + place->name_size;
    }
    calx_buffer_put_n(out, sql + position, sql_size - position);
}

/* The n of the $n the scanner stands on; 0: it stands on something else. */
static size_t placeholder_here(const scanner *scan)
{
    size_t number = 0;
    if (peek(scan, 0) != '$')
        return 0;
    for (size_t i = 1; is_digit(peek(scan, i)) && number <= UINT32_MAX / 10; i++)
        number = number * 10 + (size_t)(peek(scan, i) - '0');
    return number;
}

static bool is_comment_start(const scanner *scan)
{
    return (peek(scan, 0) == '-' && peek(scan, 1) == '-') ||
           (peek(scan, 0) == '/' && peek(scan, 1) == '*');
}

static bool is_blank(char letter)
{
    return letter == ' ' || (letter >= '\t' && letter <= '\r');
}

calx_sql_facts calx_sql_survey(const calx_dialect *dialect, const char *sql, size_t sql_size)
{
    calx_sql_facts facts = { 0, 0 };
    scanner scan = { dialect, sql, sql_size, 0 };
    bool inside = false; /* a statement has begun */
    while (scan.position < scan.size) {
        char letter = peek(&scan, 0);
        size_t number = placeholder_here(&scan);
        if (number > facts.placeholders)
            facts.placeholders = number;
        if (letter == ';') {
            inside = false;
        } else if (!inside && !is_blank(letter) && !is_comment_start(&scan)) {
            inside = true;
            facts.statements++;
        }
        if (!skip_opaque(&scan))
            advance(&scan, 1);
    }
    return facts;
}

bool calx_sql_next_token(const calx_dialect *dialect, const char **inout_sql, calx_sql_token *out)
{
    scanner scan = { dialect, *inout_sql, strlen(*inout_sql), 0 };
    while (scan.position < scan.size) {
        size_t start = scan.position;
        bool counts = !is_blank(peek(&scan, 0)) && !is_comment_start(&scan);
        if (!skip_opaque(&scan))
            advance(&scan, 1);
        if (counts) {
            *out = (calx_sql_token){ scan.sql + start, scan.position - start };
            *inout_sql = scan.sql + scan.position;
            return true;
        }
    }
    return false;
}
