/* Tables whose columns line up, on whatever text the cells hold. */
#ifndef PACKAGES_TABLE_H
#define PACKAGES_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TABLE_COLUMNS = 6 };

typedef struct table {
    const char *title;
    const char *headings[TABLE_COLUMNS]; /* a heading that begins with '>' is put right */
    size_t columns;
    char **cells;
    size_t count;
    bool failed; /* no memory for a cell; table_print() says so */
} table;

/* A table with these headings, up to the first NULL; the texts are borrowed. */
table table_make(const char *title, const char *const *headings);

/* Adds a cell behind the last one; NULL is shown as "-". The text is copied. */
void table_text(table *rows, const char *text);
void table_number(table *rows, int64_t number);

/* Adds an amount of KiB in the unit that suits it. */
void table_size(table *rows, int64_t kibibytes);

/* Prints the table and frees its cells. False: there was no memory for it. */
bool table_print(table *rows);

#endif
