/*
 * All cells are read as text first, since a column is as wide as its widest cell. Numbers stand to
 * the right; a double has two digits behind its point, NULL is a dash.
 */
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 8, CELL_SIZE = 48 };

typedef struct cell {
    char text[CELL_SIZE];
    bool is_number;
} cell;

typedef struct table {
    cell *cells;
    size_t columns, rows;
} table;

static void read_cell(cell *to, const calx_value *value)
{
    to->is_number = value->type != CALX_VALUE_TEXT && value->type != CALX_VALUE_NULL;
    if (value->type == CALX_VALUE_NULL)
        snprintf(to->text, sizeof to->text, "-");
    else if (value->type == CALX_VALUE_TEXT)
        snprintf(to->text, sizeof to->text, "%.*s", (int)value->as.span.size,
                 (const char *)value->as.span.data);
    else if (value->type == CALX_VALUE_DOUBLE)
        snprintf(to->text, sizeof to->text, "%.2f", value->as.real);
    else
        snprintf(to->text, sizeof to->text, "%lld", (long long)value->as.int64);
}

static calx_status read_row(table *to, calx_result *rows)
{
    cell *cells = realloc(to->cells, (to->rows + 1) * to->columns * sizeof *cells);
    calx_status status = CALX_OK;
    if (cells == NULL)
        return CALX_E_NOMEM;
    to->cells = cells;
    for (size_t i = 0; status == CALX_OK && i < to->columns; i++) {
        calx_value value;
        status = calx_result_value(rows, i, &value);
        if (status == CALX_OK)
            read_cell(&cells[to->rows * to->columns + i], &value);
    }
    to->rows++;
    return status;
}

static size_t width_of(const table *all, calx_result *rows, size_t column)
{
    size_t width = strlen(calx_result_column_name(rows, column));
    for (size_t i = 0; i < all->rows; i++) {
        size_t size = strlen(all->cells[i * all->columns + column].text);
        width = size > width ? size : width;
    }
    return width;
}

static void print(const table *all, calx_result *rows)
{
    int widths[MOST_COLUMNS];
    for (size_t i = 0; i < all->columns; i++) {
        bool is_last = i + 1 == all->columns;
        widths[i] = (int)width_of(all, rows, i);
        printf("  %-*s", is_last ? 0 : widths[i], calx_result_column_name(rows, i));
    }
    printf("\n");
    for (size_t i = 0; i < all->rows * all->columns; i++) {
        const cell *one = &all->cells[i];
        bool is_last = (i + 1) % all->columns == 0;
        int width = widths[i % all->columns];
        printf("  %*s", one->is_number ? width : is_last ? 0 : -width, one->text);
        if (is_last)
            printf("\n");
    }
    printf("  (%zu %s)\n\n", all->rows, all->rows == 1 ? "row" : "rows");
}

calx_status table_print(calx_result *rows)
{
    table all = { .columns = calx_result_column_count(rows) };
    bool row = false;
    calx_status status = all.columns > MOST_COLUMNS ? CALX_E_LIMIT : calx_result_next(rows, &row);
    while (status == CALX_OK && row) {
        status = read_row(&all, rows);
        if (status == CALX_OK)
            status = calx_result_next(rows, &row);
    }
    if (status == CALX_OK)
        print(&all, rows);
    free(all.cells);
    return status;
}
