/*
 * Lists as one parameter: the text of an array, which the server reads as the array it is cast to,
 * or as the rows of a function of tables. So a list of any length is one placeholder. Text stands
 * in quotes; what ends a quote or escapes is escaped, so a value can never be more than one item.
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

bool calx_sql_fits_json(const calx_list *list, calx_value_type wanted)
{
    calx_value_type items = calx_class_of_type(list->item_type);
    if (wanted == CALX_VALUE_DOUBLE || items == CALX_VALUE_DOUBLE)
        return false; /* a reader of JSON may be one digit off */
    return wanted != CALX_VALUE_TIMESTAMP && wanted != CALX_VALUE_BYTES &&
           calx_sql_fits_array(list);
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

/* Control characters are no part of a text in JSON. */
static void put_json_text(calx_buffer *out, const char *text, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    calx_buffer_char(out, '"');
    for (size_t i = 0; i < size; i++) {
        unsigned char letter = (unsigned char)text[i];
        if (letter == '"' || letter == '\\')
            calx_buffer_char(out, '\\');
        if (letter >= 0x20) {
            calx_buffer_char(out, text[i]);
            continue;
        }
        calx_buffer_put(out, "\\u00");
        calx_buffer_char(out, digits[letter >> 4]);
        calx_buffer_char(out, digits[letter & 15]);
    }
    calx_buffer_char(out, '"');
}

static void put_json_item(calx_buffer *out, calx_value value)
{
    if (value.type == CALX_VALUE_TEXT)
        put_json_text(out, value.as.span.data, value.as.span.size);
    else
        calx_buffer_int(out, value.type == CALX_VALUE_BOOL ? value.as.boolean : value.as.int64);
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

/* How a list is written. */
typedef struct list_form {
    const char *open, *close;
    void (*item)(calx_buffer *out, calx_value value);
} list_form;

static void put_list(calx_sql_writer *writer, const calx_list *list, calx_value_type wanted,
                     const list_form *form)
{
    calx_buffer text = CALX_BUFFER_INIT;
    calx_parameter_list *parameters = writer->parameters;
    const char *kept = "";
    calx_buffer_put(&text, form->open);
    for (size_t i = 0; writer->again == 0 && i < list->count; i++) {
        if (i > 0)
            calx_buffer_char(&text, ',');
        form->item(&text, calx_list_value(list, i, wanted));
    }
    calx_buffer_put(&text, form->close);
    if (text.status == CALX_OK)
        kept = calx_arena_text(&parameters->arena, text.data, text.size);
    if (text.status != CALX_OK || kept == NULL)
        parameters->status = CALX_E_NOMEM;
    else
        calx_sql_put_parameter(writer, calx_value_text_n(kept, text.size));
    calx_buffer_clear(&text);
}

void calx_sql_put_array(calx_sql_writer *writer, const calx_list *list, calx_value_type wanted)
{
    static const list_form array = { "{", "}", put_item };
    put_list(writer, list, wanted, &array);
}

void calx_sql_put_json(calx_sql_writer *writer, const calx_list *list, calx_value_type wanted)
{
    static const list_form json = { "[", "]", put_json_item };
    put_list(writer, list, wanted, &json);
}
