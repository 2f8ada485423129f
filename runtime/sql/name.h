/*
 * Names and placeholders in SQL text. Names are always quoted, so that a table may be called
 * "order"; a failure sticks in the buffer and is found when the text is taken out.
 */
#ifndef CALX_SQL_NAME_H
#define CALX_SQL_NAME_H

#include "base/buffer.h"
#include "sql/dialect.h"

/*
 * Puts a quoted name; quotes inside are doubled. A name that is longer than the dialect takes makes
 * the buffer fail with CALX_E_LIMIT (LIM-16), an empty one with CALX_E_ARGUMENT.
 */
void calx_sql_name(calx_buffer *out, const calx_dialect *dialect, const char *name);

/* Puts the quoted name of a table of a model, behind the schema it is in, if one was said. */
void calx_sql_table(calx_buffer *out, const calx_dialect *dialect, const char *table);

/* Puts the quoted names of the mapper's columns at these positions, separated by ", ". */
void calx_sql_names(calx_buffer *out, const calx_dialect *dialect, const calx_mapper *mapper,
                    const uint16_t *columns, size_t count);

/* Puts the names of every column, in table order. */
void calx_sql_all_names(calx_buffer *out, const calx_dialect *dialect, const calx_mapper *mapper);

/* Puts the placeholder of a parameter; number counts from 1. */
void calx_sql_placeholder(calx_buffer *out, const calx_dialect *dialect, size_t number);

/* That of a parameter which has one already. */
void calx_sql_placeholder_again(calx_buffer *out, const calx_dialect *dialect, size_t number);

#endif
