/*
 * Rows into structs. Nearly every value of a row is of its column's own class and fits whatever it
 * is: those are stored right here. The rest goes the way of a single column, which decides.
 */
#include "mapper/row.h"

#include "mapper/column.h"

#include <string.h>

/* ---- the form ---- */

/* Eight bytes that hold any value of their class. */
static bool is_word(const calx_column *column)
{
    return (column->flags & CALX_COLUMN_NULL_FLAG) == 0 &&
           (column->type == CALX_TYPE_INT64 || column->type == CALX_TYPE_UINT64 ||
            column->type == CALX_TYPE_DOUBLE || column->type == CALX_TYPE_TIMESTAMP);
}

static bool is_text(const calx_column *column)
{
    return (column->flags & CALX_COLUMN_NULL_FLAG) == 0 && column->type == CALX_TYPE_TEXT;
}

static bool is_other_span(const calx_column *column)
{
    return calx_row_is_pointer(column) && !is_text(column);
}

static bool is_other(const calx_column *column)
{
    return !is_word(column) && !calx_row_is_pointer(column);
}

/* Adds the steps of the columns that are such; answers how many steps there are now. */
static uint16_t add_steps(calx_row_form *form, uint16_t count, bool (*is_such)(const calx_column *))
{
    for (uint16_t i = 0; i < form->mapper->column_count; i++) {
        const calx_column *column = &form->mapper->columns[i];
        if (is_such(column))
            form->steps[count++] = (calx_row_step){ i, (uint16_t)form->wanted[i], column->offset };
    }
    return count;
}

void calx_row_form_init(calx_row_form *form, const calx_mapper *mapper, calx_value_type *wanted,
                        calx_row_step *steps)
{
    *form = (calx_row_form){ .mapper = mapper, .wanted = wanted, .steps = steps };
    for (size_t i = 0; i < mapper->column_count; i++)
        wanted[i] = calx_column_value_type(&mapper->columns[i]);
    form->words_end = add_steps(form, 0, is_word);
    form->texts_end = add_steps(form, form->words_end, is_text);
    form->spans_end = add_steps(form, form->texts_end, is_other_span);
    form->end = add_steps(form, form->spans_end, is_other);
}

/* ---- storing ---- */

/* Copies a span with a NUL behind it to where *text is, which moves on. */
static const char *put_span(const calx_value *value, char **text)
{
    char *copy = *text;
    size_t size = value->as.span.size;
    if (size > 0)
        memcpy(copy, value->as.span.data, size);
    copy[size] = '\0';
    *text = copy + size + 1;
    return copy;
}

/* Any value into any member; the struct, zeroed, holds NULL already where it can. */
static calx_status store_any(const calx_column *column, const calx_value *value, void *struct_,
                             char **text, const char **out_reason)
{
    calx_value placed = *value;
    if (value->type == CALX_VALUE_NULL && calx_column_takes_null(column))
        return CALX_OK;
    if (calx_row_is_pointer(column) && calx_row_is_span(value))
        placed.as.span.data = put_span(value, text);
    return calx_column_write(column, struct_, &placed, out_reason);
}

static bool store_word(const calx_row_step *step, const calx_value *row, unsigned char *at)
{
    const calx_value *value = &row[step->column];
    if (value->type != (calx_value_type)step->wanted)
        return false;
    memcpy(at + step->offset, &value->as.uint64, sizeof value->as.uint64);
    return true;
}

/* Text that ends at its first NUL, as a C string does; NULL is there already. */
static bool store_text(const calx_row_step *step, const calx_value *row, unsigned char *at,
                       char **text)
{
    const calx_value *value = &row[step->column];
    if (value->type != CALX_VALUE_TEXT)
        return value->type == CALX_VALUE_NULL;
    if (memchr(value->as.span.data, '\0', value->as.span.size) != NULL)
        return false;
    const char *copy = put_span(value, text);
    memcpy(at + step->offset, &copy, sizeof copy);
    return true;
}

/* From step i on; answers the first step that needs a closer look. */
static size_t store_usual(const calx_row_form *form, size_t i, const calx_value *row, void *struct_,
                          char **text)
{
    const calx_row_step *steps = form->steps;
    size_t words_end = form->words_end, texts_end = form->texts_end;
    while (i < words_end && store_word(&steps[i], row, struct_))
        i++;
    while (i >= words_end && i < texts_end && store_text(&steps[i], row, struct_, text))
        i++;
    return i;
}

calx_status calx_row_store(const calx_row_form *form, const calx_value *row, void *struct_,
                           char *text, calx_row_misfit *out_misfit)
{
    for (size_t i = 0; (i = store_usual(form, i, row, struct_, &text)) < form->end; i++) {
        size_t column = form->steps[i].column;
        calx_status status = store_any(&form->mapper->columns[column], &row[column], struct_, &text,
                                       &out_misfit->reason);
        if (status == CALX_OK)
            continue;
        out_misfit->column = column;
        return status;
    }
    return CALX_OK;
}
