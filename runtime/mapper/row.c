/*
 * Rows into structs. Nearly every value of a row is of its column's own class and fits whatever it
 * is: those are stored right here. The rest goes the way of a single column, which decides.
 */
#include "mapper/row.h"

#include "base/apart.h"
#include "mapper/column.h"
#include "sql/plan.h"

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
static uint16_t add_steps(calx_row_form *form, const uint64_t *columns, uint16_t count,
                          bool (*is_such)(const calx_column *))
{
    for (uint16_t i = 0; i < form->mapper->column_count; i++) {
        const calx_column *column = &form->mapper->columns[i];
        if (is_such(column) && (columns == NULL || calx_plan_has(columns, i)))
            form->steps[count++] = (calx_row_step){ .place = (uint32_t)(i * sizeof(calx_value)),
                                                    .offset = column->offset,
                                                    .wanted = form->wanted[i],
                                                    .column = i };
    }
    return count;
}

void calx_row_form_init(calx_row_form *form, const calx_mapper *mapper, const uint64_t *columns,
                        calx_value_type *wanted, calx_row_step *steps)
{
    *form = (calx_row_form){ .mapper = mapper, .wanted = wanted, .steps = steps };
    for (size_t i = 0; i < mapper->column_count; i++)
        wanted[i] = calx_column_value_type(&mapper->columns[i]);
    form->words_end = add_steps(form, columns, 0, is_word);
    form->texts_end = add_steps(form, columns, form->words_end, is_text);
    form->spans_end = add_steps(form, columns, form->texts_end, is_other_span);
    form->end = add_steps(form, columns, form->spans_end, is_other);
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

/* Words, from a step on; answers the first that is none, or end. */
static const calx_row_step *store_words(const calx_row_step *step, const calx_row_step *end,
                                        const calx_value *row, unsigned char *at)
{
    for (; step < end; step++) {
        const calx_value *value = calx_row_value(step, row);
        if (value->type != (calx_value_type)step->wanted)
            break;
        memcpy(at + step->offset, &value->as.uint64, sizeof value->as.uint64);
    }
    return step;
}

/*
 * Texts that end at their first NUL, as a C string does, from a step on; NULL is there already.
 * Answers the first that is neither, or end.
 */
static const calx_row_step *store_texts(const calx_row_step *step, const calx_row_step *end,
                                        const calx_value *row, unsigned char *at, char **text)
{
    char *copy = *text;
    for (; step < end; step++) {
        const calx_value *value = calx_row_value(step, row);
        size_t size = value->as.span.size;
        if (value->type == CALX_VALUE_NULL)
            continue;
        if (value->type != CALX_VALUE_TEXT || memchr(value->as.span.data, '\0', size) != NULL)
            break;
        memcpy(copy, value->as.span.data, size);
        copy[size] = '\0';
        memcpy(at + step->offset, &copy, sizeof copy);
        copy += size + 1;
    }
    *text = copy;
    return step;
}

/* From a step that needs a closer look on: each column by itself. */
static CALX_APART calx_status store_rest(const calx_row_form *form, const calx_row_step *step,
                                         const calx_value *row, void *struct_, char *text,
                                         calx_row_misfit *out_misfit)
{
    for (; step < form->steps + form->end; step++) {
        size_t column = step->column;
        calx_status status = store_any(&form->mapper->columns[column], &row[column], struct_, &text,
                                       &out_misfit->reason);
        if (status == CALX_OK)
            continue;
        out_misfit->column = column;
        return status;
    }
    return CALX_OK;
}

calx_status calx_row_store(const calx_row_form *form, const calx_value *row, void *struct_,
                           char *text, calx_row_misfit *out_misfit)
{
    const calx_row_step *words_end = form->steps + form->words_end;
    const calx_row_step *step = store_words(form->steps, words_end, row, struct_);
    if (step == words_end)
        step = store_texts(step, form->steps + form->texts_end, row, struct_, &text);
    if (step == form->steps + form->end)
        return CALX_OK;
    return store_rest(form, step, row, struct_, text, out_misfit);
}
