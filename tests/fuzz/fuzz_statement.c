/*
 * Fuzz target: a statement put together from the bytes, of parts whose results are known: strings,
 * names, comments, casts and parameters, in all the quotes a database has, full of each other's
 * marks. It is run, and each part must come out as it went in. So a parameter is found exactly
 * where the database sees one: one too many changes a string, one too few is no SQL.
 *
 * CALX_TEST_DATABASE and CALX_TEST_SERVER say where it runs; SQLite in memory without them.
 */
#include "fuzz.h"

#include <calx/calx.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PARTS = 20, MOST_LETTERS = 8, TEXT_SIZE = 8192, PART_SIZE = 96 };

/* What a part is to come out as. */
typedef struct expectation {
    bool is_name; /* of the column, else its value */
    char text[PART_SIZE];
} expectation;

typedef struct maker {
    const uint8_t *data;
    size_t size, at;
    bool is_postgresql;
    char sql[TEXT_SIZE];
    size_t length;
    expectation parts[MOST_PARTS];
    size_t part_count;
    unsigned used; /* parameters */
} maker;

/* A connection that is there from the first input to the last. */
typedef struct place {
    calx_engine *engine;
    calx_connection *connection;
    bool is_postgresql;
} place;

static const char *const names[] = { "a", "b2", "_c", "name", "E", "t" };

enum { NAMES = sizeof names / sizeof *names };

static void fail(const maker *self, const char *what)
{
    fprintf(stderr, "%s\n%s\n", self->sql, what);
    abort();
}

static unsigned take(maker *self, unsigned count)
{
    return self->at < self->size ? self->data[self->at++] % count : 0;
}

static void put(maker *self, const char *text)
{
    size_t size = strlen(text);
    if (self->length + size >= TEXT_SIZE)
        fail(self, "the statement is too long");
    memcpy(self->sql + self->length, text, size + 1);
    self->length += size;
}

/* ---- contents ---- */

/* Letters that mean something somewhere, but for some. */
static void make_content(maker *self, char *out, const char *without)
{
    static const char *const letters[] = { ":",  "a",  "'", "\"", "-",  "*",  "/",        "$", "[",
                                           "]",  "`",  "?", "\\", "\n", " ",  "\303\251", "t", "b2",
                                           "::", ":a", ";", "E",  "E'", "--", "/*",       "@" };
    out[0] = '\0';
    for (unsigned i = take(self, MOST_LETTERS + 1); i > 0; i--) {
        const char *letter = letters[take(self, sizeof letters / sizeof *letters)];
        if (strpbrk(letter, without) == NULL)
            strcat(out, letter);
    }
}

/* With each of one letter written twice, or behind a backslash. */
static void put_quoted(maker *self, const char *content, char quote, bool escapes)
{
    char letter[3] = "";
    for (; *content != '\0'; content++) {
        bool is_escaped = escapes && (*content == '\\' || (*content == '\'' && take(self, 2)));
        letter[0] = is_escaped ? '\\' : *content;
        letter[1] = is_escaped || *content == quote ? *content : '\0';
        put(self, letter);
    }
}

static void expect(maker *self, const char *text, bool is_name)
{
    expectation *part = &self->parts[self->part_count++];
    part->is_name = is_name;
    snprintf(part->text, sizeof part->text, "%s", text);
}

/* ---- parts ---- */

static void put_parameter(maker *self)
{
    static const char *const forms[] = { ":%s", "(:%s)", "CAST(:%s AS TEXT)",
                                         "CASE WHEN 1<2 THEN:%s END", ":%s::TEXT" };
    char text[PART_SIZE];
    unsigned name = take(self, NAMES);
    unsigned form = take(self, self->is_postgresql ? 5 : 4);
    snprintf(text, sizeof text, forms[form], names[name]);
    put(self, text);
    self->used |= 1u << name;
    expect(self, names[name], false);
}

static void put_string(maker *self)
{
    char content[PART_SIZE];
    make_content(self, content, "\1");
    put(self, "'");
    put_quoted(self, content, '\'', false);
    put(self, "'");
    expect(self, content, false);
}

static void put_escaped_string(maker *self)
{
    char content[PART_SIZE];
    make_content(self, content, "\1");
    put(self, take(self, 2) ? "E'" : "e'");
    put_quoted(self, content, '\'', true);
    put(self, "'");
    expect(self, content, false);
}

static void put_dollar_string(maker *self)
{
    static const char *const tags[] = { "$$", "$t$", "$q1$", "$\303\251$" };
    char content[PART_SIZE];
    const char *tag = tags[take(self, 4)];
    make_content(self, content, strlen(tag) == 2 ? "$" : "tq\303");
    put(self, tag);
    put(self, content);
    put(self, tag);
    expect(self, content, false);
}

static void put_name(maker *self, const char *open, char close, const char *without)
{
    char content[PART_SIZE] = "n";
    const char last[] = { close, '\0' };
    make_content(self, content + 1, without);
    put(self, "1 AS ");
    put(self, open);
    put_quoted(self, content, close, false);
    put(self, last);
    expect(self, content, true);
}

static void put_plain_name(maker *self)
{
    static const char *const plain[] = { "a$t$", "n\303\251", "e", "b$$", "_1" };
    const char *name = plain[take(self, 5)];
    put(self, "1 AS ");
    put(self, name);
    expect(self, name, true);
}

static void put_slice(maker *self)
{
    put(self, "(ARRAY[7,8,9])[1:2]::TEXT");
    expect(self, "{7,8}", false);
}

static void put_comment(maker *self)
{
    char content[PART_SIZE];
    bool is_line = take(self, 2) == 0;
    make_content(self, content, is_line ? "\n" : "/");
    put(self, is_line ? "--" : "/*");
    put(self, content);
    if (!is_line && take(self, 2)) /* an inner one, or just the marks of its beginning */
        put(self, self->is_postgresql ? " /* :a */ ' :b2" : " /* ' :b2");
    put(self, is_line ? "\n" : "*/");
}

static void put_part(maker *self)
{
    unsigned part = take(self, 9);
    if (part < 3)
        put_parameter(self);
    else if (part == 3)
        put_string(self);
    else if (part == 4)
        put_name(self, "\"", '"', "\1");
    else if (part == 5)
        put_plain_name(self);
    else if (part == 6 && self->is_postgresql)
        put_escaped_string(self);
    else if (part == 7 && self->is_postgresql)
        put_dollar_string(self);
    else if (part == 8 && self->is_postgresql)
        put_slice(self);
    else if (part == 6)
        put_name(self, "[", ']', "]");
    else
        put_name(self, "`", '`', "\1");
}

static void make(maker *self)
{
    put(self, "SELECT ");
    do {
        if (take(self, 3) == 0)
            put_comment(self);
        if (self->part_count > 0)
            put(self, ", ");
        if (take(self, 3) == 0)
            put_comment(self);
        put_part(self);
    } while (self->part_count < MOST_PARTS && self->at < self->size);
}

/* ---- the run ---- */

static void check_parts(maker *self, calx_result *result)
{
    for (size_t i = 0; i < self->part_count; i++) {
        const expectation *part = &self->parts[i];
        const char *found = NULL;
        if (part->is_name)
            found = calx_result_column_name(result, i);
        else if (calx_result_text(result, i, &found) != CALX_OK)
            fail(self, calx_result_error(result)->message);
        if (found == NULL || strcmp(found, part->text) != 0)
            fail(self, found == NULL ? "NULL" : found);
    }
}

static void run(maker *self, calx_connection *connection)
{
    calx_statement *statement = calx_text_statement(self->sql);
    calx_result *result = NULL;
    bool row = false;
    for (size_t i = 0; i < NAMES; i++)
        if ((self->used & (1u << i)) != 0 &&
            calx_statement_bind_text(statement, names[i], names[i]) != CALX_OK)
            fail(self, names[i]);
    if (calx_connection_execute(connection, statement, &result) != CALX_OK)
        fail(self, calx_connection_error(connection)->message);
    if (calx_result_next(result, &row) != CALX_OK || !row)
        fail(self, calx_result_error(result)->message);
    check_parts(self, result);
    calx_result_free(result);
    calx_statement_free(statement);
}

static place open_place(void)
{
    const char *database = getenv("CALX_TEST_DATABASE");
    const char *server = getenv("CALX_TEST_SERVER");
    place made = { NULL, NULL, database != NULL && strcmp(database, "postgresql") == 0 };
    const char *url = made.is_postgresql ? server : "sqlite://";
    if (url == NULL) {
        puts("no server: run this through tests/support/with-server");
        exit(77);
    }
    if (calx_engine_new(url, NULL, &made.engine, NULL) != CALX_OK ||
        calx_engine_connect(made.engine, &made.connection, NULL) != CALX_OK) {
        fprintf(stderr, "%s cannot be had\n", url);
        abort();
    }
    return made;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static place everywhere;
    if (everywhere.engine == NULL)
        everywhere = open_place();
    maker self = { .data = data, .size = size, .is_postgresql = everywhere.is_postgresql };
    make(&self);
    run(&self, everywhere.connection);
    return 0;
}
