/*
 * Lists as one parameter: the text of an array, which the server reads as the array it is cast to.
 * So a list of any length is one placeholder. Text stands in quotes; what ends a quote or escapes
 * is escaped, so a value can never be more than one item.
 */
#include "sql/writer.h"

#include "sql/nodes.h"

#include <math.h>
#include <stdio.h>

bool calx_sql_fits_array(const calx_list *list)
{
    if (list->item_type == CALX_TYPE_BYTES || list->item_type == CALX_TYPE_TIMESTAMP)
        return false;
    for (size_t i = 0; list->item_type == CALX_TYPE_UINT64 && i < list->count; i++)
        if (((const uint64_t *)list->items)[i] > INT64_MAX)
            return false;
    return true;
}

/* Seventeen digits are the number again; the point is one in every locale. */
static void put_double(calx_buffer *out, double number)
{
    char digits[32];
    if (isnan(number) || isinf(number)) {
        calx_buffer_put(out, isnan(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
        return;
    }
    snprintf(digits, sizeof digits, "%.17g", number);
    for (char *letter = digits; *letter != '\0'; letter++)
        if (*letter != '-' && *letter != '+' && *letter != 'e' && (*letter < '0' || *letter > '9'))
            *letter = '.';
    calx_buffer_put(out, digits);
}

static void put_text(calx_buffer *out, const char *text, size_t size)
{
    calx_buffer_char(out, '"');
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '"' || text[i] == '\\')
            calx_buffer_char(out, '\\');
        calx_buffer_char(out, text[i]);
    }
    calx_buffer_char(out, '"');
}

static void put_item(calx_buffer *out, calx_value value)
{
    switch (value.type) {
    case CALX_VALUE_BOOL:
        calx_buffer_char(out, value.as.boolean ? 't' : 'f');
        break;
    case CALX_VALUE_DOUBLE:
        put_double(out, value.as.real);
        break;
    case CALX_VALUE_TEXT:
        put_text(out, value.as.span.data, value.as.span.size);
        break;
    default:
        calx_buffer_int(out, value.as.int64);
        break;
    }
}

void calx_sql_put_array(calx_sql_writer *writer, const calx_list *list, calx_value_type wanted)
{
    calx_buffer text = CALX_BUFFER_INIT;
    calx_parameter_list *parameters = writer->parameters;
    const char *kept = "";
    calx_buffer_char(&text, '{');
    for (size_t i = 0; writer->again == 0 && i < list->count; i++) {
        if (i > 0)
            calx_buffer_char(&text, ',');
        put_item(&text, calx_list_value(list, i, wanted));
    }
    calx_buffer_char(&text, '}');
    if (text.status == CALX_OK)
        kept = calx_arena_text(&parameters->arena, text.data, text.size);
    if (text.status != CALX_OK || kept == NULL)
        parameters->status = CALX_E_NOMEM;
    else
        calx_sql_put_parameter(writer, calx_value_text_n(kept, text.size));
    calx_buffer_clear(&text);
}
