/*
 * Cells are collected first, then printed in columns as wide as their widest cell. Widths are
 * counted in characters of UTF-8, not in bytes; a cell that is too long ends in an ellipsis.
 */
#define _XOPEN_SOURCE 700

#include "table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDEST = 44 };

table table_make(const char *title, const char *const *headings)
{
    table made = { .title = title };
    while (made.columns < TABLE_COLUMNS && headings[made.columns] != NULL) {
        made.headings[made.columns] = headings[made.columns];
        made.columns++;
    }
    return made;
}

static bool begins_character(char byte)
{
    return ((unsigned char)byte & 0xc0) != 0x80;
}

static size_t width(const char *text)
{
    size_t characters = 0;
    for (; *text != '\0'; text++)
        characters += begins_character(*text);
    return characters;
}

/* The bytes of the first characters. */
static size_t bytes_of(const char *text, size_t characters)
{
    size_t size = 0;
    for (; text[size] != '\0'; size++) {
        if (begins_character(text[size]) && characters-- == 0)
            break;
    }
    return size;
}

void table_text(table *rows, const char *text)
{
    char **cells = realloc(rows->cells, (rows->count + 1) * sizeof(*cells));
    char *copy = strdup(text != NULL ? text : "-");
    if (cells != NULL)
        rows->cells = cells;
    if (cells == NULL || copy == NULL) {
        rows->failed = true;
        free(copy);
        return;
    }
    rows->cells[rows->count++] = copy;
}

void table_number(table *rows, int64_t number)
{
    char text[32];
    snprintf(text, sizeof(text), "%" PRId64, number);
    table_text(rows, text);
}

void table_size(table *rows, int64_t kibibytes)
{
    char text[32];
    if (kibibytes < 1024)
        snprintf(text, sizeof(text), "%" PRId64 " KiB", kibibytes);
    else if (kibibytes < 1024 * 1024)
        snprintf(text, sizeof(text), "%.1f MiB", (double)kibibytes / 1024.0);
    else
        snprintf(text, sizeof(text), "%.1f GiB", (double)kibibytes / (1024.0 * 1024.0));
    table_text(rows, text);
}

static bool to_the_right(const table *rows, size_t column)
{
    return rows->headings[column][0] == '>';
}

static const char *heading(const table *rows, size_t column)
{
    return rows->headings[column] + to_the_right(rows, column);
}

static void print_cell(const table *rows, size_t column, const char *text, size_t wanted)
{
    bool is_cut = width(text) > wanted;
    size_t size = bytes_of(text, is_cut ? wanted - 1 : wanted);
    int padding = is_cut ? 0 : (int)(wanted - width(text));
    bool is_last = column + 1 == rows->columns;
    printf("  %*s%.*s%s%*s", to_the_right(rows, column) ? padding : 0, "", (int)size, text,
           is_cut ? "\xe2\x80\xa6" : "", to_the_right(rows, column) || is_last ? 0 : padding, "");
}

static void measure(const table *rows, size_t *widths)
{
    for (size_t i = 0; i < rows->columns; i++)
        widths[i] = width(heading(rows, i));
    for (size_t i = 0; i < rows->count; i++) {
        size_t cell = width(rows->cells[i]);
        size_t *widest = &widths[i % rows->columns];
        if (cell > *widest)
            *widest = cell < WIDEST ? cell : WIDEST;
    }
}

bool table_print(table *rows)
{
    size_t widths[TABLE_COLUMNS];
    bool is_whole = !rows->failed;
    measure(rows, widths);
    printf("\n%s\n", rows->title);
    for (size_t i = 0; i < rows->columns && rows->count > 0; i++)
        print_cell(rows, i, heading(rows, i), widths[i]);
    puts(rows->count == 0 ? "  none" : "");
    for (size_t i = 0; i < rows->count; i++) {
        print_cell(rows, i % rows->columns, rows->cells[i], widths[i % rows->columns]);
        if ((i + 1) % rows->columns == 0)
            putchar('\n');
        free(rows->cells[i]);
    }
    free(rows->cells);
    rows->cells = NULL;
    rows->count = 0;
    return is_whole;
}
