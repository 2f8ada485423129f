/*
 * Lists as one parameter: the text of an array, which the server reads as the array it is cast to,
 * or bytes, which a function makes rows of. So a list of any length is one placeholder. Text stands
 * in quotes; what ends a quote or escapes is escaped, so a value can never be more than one item.
 */
#include "sql/writer.h"

#include "base/timestamp.h"
#include "sql/nodes.h"
#include "sql/packed.h"

#include <math.h>
#include <stdio.h>

/* A value that the database has none for is bound by itself, and refused with its place. */
static bool fits(calx_value value)
{
    char text[CALX_TIMESTAMP_TEXT_SIZE];
    if (value.type == CALX_VALUE_UINT64)
        return value.as.uint64 <= INT64_MAX;
    return value.type != CALX_VALUE_TIMESTAMP || calx_timestamp_text(value.as.int64, text) > 0;
}

bool calx_sql_fits_array(const calx_list *list, calx_value_type wanted)
{
    bool all = true;
    if (list->item_type != CALX_TYPE_UINT64 && list->item_type != CALX_TYPE_TIMESTAMP &&
        wanted != CALX_VALUE_TIMESTAMP)
        return true;
    for (size_t i = 0; all && i < list->count; i++)
        all = fits(calx_list_value(list, i, wanted));
    return all;
}

bool calx_sql_fits_packed(const calx_list *list, calx_value_type wanted)
{
    bool all = calx_sql_fits_array(list, wanted);
    for (size_t i = 0; all && i < list->count; i++) {
        calx_value value = calx_list_value(list, i, wanted);
        all = value.type != CALX_VALUE_DOUBLE || !isnan(value.as.real);
    }
    return all;
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

/* Both in UTC. */
static void put_timestamp(calx_buffer *out, calx_timestamp timestamp)
{
    char text[CALX_TIMESTAMP_TEXT_SIZE];
    calx_buffer_format(out, "\"%.*s+00\"", (int)calx_timestamp_text(timestamp, text), text);
}

static void put_bytes(calx_buffer *out, const unsigned char *data, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    calx_buffer_put(out, "\"\\\\x");
    for (size_t i = 0; i < size; i++) {
        calx_buffer_char(out, digits[data[i] >> 4]);
        calx_buffer_char(out, digits[data[i] & 15]);
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
    case CALX_VALUE_BYTES:
        put_bytes(out, value.as.span.data, value.as.span.size);
        break;
    case CALX_VALUE_TIMESTAMP:
        put_timestamp(out, value.as.int64);
        break;
    default:
        calx_buffer_int(out, value.as.int64);
        break;
    }
}

/* How a list is written. */
typedef struct list_form {
    const char *open, *between, *close;
    void (*item)(calx_buffer *out, calx_value value);
    calx_value_type type; /* of the whole */
} list_form;

static void put_items(calx_buffer *out, const calx_list *list, calx_value_type wanted,
                      const list_form *form)
{
    calx_buffer_put(out, form->open);
    for (size_t i = 0; i < list->count; i++) {
        if (i > 0)
            calx_buffer_put(out, form->between);
        form->item(out, calx_list_value(list, i, wanted));
    }
    calx_buffer_put(out, form->close);
}

static void put_list(calx_sql_writer *writer, const calx_list *list, calx_value_type wanted,
                     const list_form *form)
{
    calx_buffer whole = CALX_BUFFER_INIT;
    calx_parameter_list *parameters = writer->parameters;
    calx_value value = { .type = form->type };
    if (writer->again == 0)
        put_items(&whole, list, wanted, form);
    value.as.span.size = whole.size;
    value.as.span.data = calx_arena_text(&parameters->arena, calx_buffer_text(&whole), whole.size);
    if (whole.status != CALX_OK || value.as.span.data == NULL)
        parameters->status = whole.status == CALX_OK ? CALX_E_NOMEM : whole.status;
    else
        calx_sql_put_parameter(writer, value);
    calx_buffer_clear(&whole);
}

void calx_sql_put_array(calx_sql_writer *writer, const calx_list *list, calx_value_type wanted)
{
    static const list_form array = { "{", ",", "}", put_item, CALX_VALUE_TEXT };
    put_list(writer, list, wanted, &array);
}

void calx_sql_put_packed(calx_sql_writer *writer, const calx_list *list, calx_value_type wanted)
{
    static const list_form packed = { "", "", "", calx_packed_put, CALX_VALUE_BYTES };
    put_list(writer, list, wanted, &packed);
}
