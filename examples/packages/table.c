/*
 * Cells are collected first, then printed in columns as wide as their widest cell. Widths are those
 * of a terminal, not bytes; a cell that is too long ends in an ellipsis.
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

/* The first code point of a text, and how many bytes it takes; a byte that is no UTF-8 is one. */
static uint32_t code_point(const char *text, size_t *out_size)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t size = bytes[0] < 0xc2 ? 1 : bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
    uint32_t point = size == 1 ? bytes[0] : bytes[0] & (0xffu >> (size + 1));
    *out_size = 1;
    for (size_t i = 1; i < size; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return bytes[0];
        point = point << 6 | (bytes[i] & 0x3fu);
    }
    *out_size = size;
    return point;
}

/* Columns of a terminal: combining marks take none, East Asian letters and pictures two. */
static size_t columns_of(uint32_t point)
{
    static const struct {
        uint32_t first, last;
        size_t columns;
    } ranges[] = { { 0x0300, 0x036f, 0 }, { 0x1100, 0x115f, 2 },   { 0x200b, 0x200d, 0 },
                   { 0x2e80, 0x303e, 2 }, { 0x3041, 0xa4cf, 2 },   { 0xac00, 0xd7a3, 2 },
                   { 0xf900, 0xfaff, 2 }, { 0xfe00, 0xfe0f, 0 },   { 0xfe30, 0xfe6f, 2 },
                   { 0xff00, 0xff60, 2 }, { 0x1f300, 0x1faff, 2 }, { 0x20000, 0x3fffd, 2 } };
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        if (point >= ranges[i].first && point <= ranges[i].last)
            return ranges[i].columns;
    }
    return 1;
}

/* The bytes that take at most so many columns; *out_columns says how many they take. */
static size_t bytes_within(const char *text, size_t limit, size_t *out_columns)
{
    size_t size = 0;
    size_t columns = 0;
    while (text[size] != '\0') {
        size_t bytes = 0;
        size_t more = columns_of(code_point(text + size, &bytes));
        if (columns + more > limit)
            break;
        columns += more;
        size += bytes;
    }
    *out_columns = columns;
    return size;
}

static size_t width(const char *text)
{
    size_t columns = 0;
    bytes_within(text, SIZE_MAX, &columns);
    return columns;
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
    size_t columns = 0;
    size_t size = bytes_within(text, is_cut ? wanted - 1 : wanted, &columns);
    int padding = (int)(wanted - columns - is_cut);
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
