/*
 * Names and placeholders in SQL text. Everything that is not SQL of ours goes through
 * here, so that no name can end the quotes it stands in.
 */
#include "sql/name.h"

#include <string.h>

void calx_sql_name(calx_buffer *out, const calx_dialect *dialect, const char *name)
{
    size_t size = strlen(name);
    if (size == 0)
        calx_buffer_fail(out, CALX_E_ARGUMENT);
    if (dialect->max_name != 0 && size > dialect->max_name)
        calx_buffer_fail(out, CALX_E_LIMIT);
    calx_buffer_char(out, dialect->quote_open);
    for (const char *rest = name; *rest != '\0'; rest++) {
        if (*rest == dialect->quote_close)
            calx_buffer_char(out, *rest);
        calx_buffer_char(out, *rest);
    }
    calx_buffer_char(out, dialect->quote_close);
}

void calx_sql_table(calx_buffer *out, const calx_dialect *dialect, const char *table)
{
    if (dialect->schema != NULL) {
        calx_sql_name(out, dialect, dialect->schema);
        calx_buffer_char(out, '.');
    }
    calx_sql_name(out, dialect, table);
}

void calx_sql_names(calx_buffer *out, const calx_dialect *dialect, const calx_mapper *mapper,
                    const uint16_t *columns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            calx_buffer_put(out, ", ");
        calx_sql_name(out, dialect, mapper->columns[columns[i]].name);
    }
}

void calx_sql_all_names(calx_buffer *out, const calx_dialect *dialect, const calx_mapper *mapper)
{
    for (size_t i = 0; i < mapper->column_count; i++) {
        if (i > 0)
            calx_buffer_put(out, ", ");
        calx_sql_name(out, dialect, mapper->columns[i].name);
    }
}

void calx_sql_placeholder(calx_buffer *out, const calx_dialect *dialect, size_t number)
{
    if (dialect->placeholder == CALX_PLACEHOLDER_QUESTION) {
        calx_buffer_char(out, '?');
        return;
    }
    calx_buffer_char(out, '$');
    calx_buffer_uint(out, number);
}

void calx_sql_placeholder_again(calx_buffer *out, const calx_dialect *dialect, size_t number)
{
    calx_buffer_char(out, dialect->placeholder == CALX_PLACEHOLDER_QUESTION ? '?' : '$');
    calx_buffer_uint(out, number);
}
