/*
 * Rows into structs: all columns of a mapper in one pass, texts placed behind each other in a room
 * that was measured before. What a single column takes is in mapper/column.h; the answers are the
 * same.
 */
#ifndef CALX_MAPPER_ROW_H
#define CALX_MAPPER_ROW_H

#include <calx/error.h>
#include <calx/mapper.h>
#include <calx/value.h>

#include <stdbool.h>

/* Where the value of one column goes. */
typedef struct calx_row_step {
    uint32_t place;  /* of the value, in bytes from the row's begin */
    uint32_t offset; /* of the member */
    uint32_t wanted; /* the calx_value_type of the column */
    uint32_t column;
} calx_row_step;

static inline const calx_value *calx_row_value(const calx_row_step *step, const calx_value *row)
{
    return (const calx_value *)(const void *)((const char *)row + step->place);
}

/*
 * How rows of a mapper are stored, found out once: its columns in the order of how much there is
 * to do. Words are eight bytes that hold any value of their class and no NULL; spans are pointers
 * to text, then to bytes; last come those that have a range, a length or a flag.
 */
typedef struct calx_row_form {
    const calx_mapper *mapper;
    calx_value_type *wanted; /* the class of each column's value, in the order of columns */
    calx_row_step *steps;
    uint16_t words_end, texts_end, spans_end, end;
} calx_row_form;

/* A value that did not fit its member. */
typedef struct calx_row_misfit {
    size_t column;
    const char *reason; /* static */
} calx_row_misfit;

/* Whether the column's member points at its value instead of holding it. */
static inline bool calx_row_is_pointer(const calx_column *column)
{
    return column->type == CALX_TYPE_TEXT || column->type == CALX_TYPE_BYTES;
}

static inline bool calx_row_is_span(const calx_value *value)
{
    return value->type == CALX_VALUE_TEXT || value->type == CALX_VALUE_BYTES;
}

/*
 * columns    those that rows have, a set; NULL: all
 * wanted, steps  have room for mapper->column_count each, and stay as long as the form
 */
void calx_row_form_init(calx_row_form *form, const calx_mapper *mapper, const uint64_t *columns,
                        calx_value_type *wanted, calx_row_step *steps);

/* The room the row's texts and bytes need, with a NUL behind each. */
static inline size_t calx_row_text_size(const calx_row_form *form, const calx_value *row)
{
    size_t size = 0;
    for (size_t i = form->words_end; i < form->spans_end; i++) {
        const calx_value *value = calx_row_value(&form->steps[i], row);
        if (calx_row_is_span(value))
            size += value->as.span.size + 1;
    }
    return size;
}

/*
 * Writes all columns of the form; texts and bytes are copied to text. The struct is zeroed before.
 * Answers CALX_OK; CALX_E_DATA a value does not fit, which *out_misfit tells.
 */
calx_status calx_row_store(const calx_row_form *form, const calx_value *row, void *struct_,
                           char *text, calx_row_misfit *out_misfit);

#endif
