/*
 * Load and store: between a member of a struct, found by its offset, and a calx_value. This is the
 * only place that knows how each calx_type lies in memory.
 */
#ifndef CALX_MAPPER_COLUMN_H
#define CALX_MAPPER_COLUMN_H

#include <calx/error.h>
#include <calx/mapper.h>
#include <calx/value.h>

#include <stdbool.h>
#include <string.h>

/* The class of value a column holds: what a driver is asked for. */
calx_value_type calx_column_value_type(const calx_column *column);

/*
 * Reads the member. Text and bytes in out_value are borrowed from the instance. A clear null flag,
 * NULL text and NULL bytes give the NULL value.
 * Answers CALX_OK; CALX_E_DATA a char array without a NUL inside; out_value is not written then.
 */
calx_status calx_column_read(const calx_column *column, const void *instance,
                             calx_value *out_value);

/* calx_column_read() for where each row comes by: the usual members without a call. */
static inline calx_status calx_column_get(const calx_column *column, const void *instance,
                                          calx_value *out_value)
{
    const char *member = (const char *)instance + column->offset;
    const char *text;
    if ((column->flags & CALX_COLUMN_NULL_FLAG) != 0)
        return calx_column_read(column, instance, out_value);
    switch (column->type) {
    case CALX_TYPE_INT64:
        out_value->type = CALX_VALUE_INT64;
        memcpy(&out_value->as.int64, member, sizeof out_value->as.int64);
        return CALX_OK;
    case CALX_TYPE_DOUBLE:
        out_value->type = CALX_VALUE_DOUBLE;
        memcpy(&out_value->as.real, member, sizeof out_value->as.real);
        return CALX_OK;
    case CALX_TYPE_TEXT:
        memcpy(&text, member, sizeof text);
        out_value->type = text != NULL ? CALX_VALUE_TEXT : CALX_VALUE_NULL;
        out_value->as.span.data = text;
        out_value->as.span.size = text != NULL ? strlen(text) : 0;
        return CALX_OK;
    default:
        return calx_column_read(column, instance, out_value);
    }
}

/*
 * The same value in the column's own class, if the member can hold it. It may come in a near class
 * when nothing is lost: any integer in range, an integer for a floating point number, 0 and 1 for a
 * truth value. Text and bytes are borrowed as before.
 * out_reason  static text saying why it does not fit; or NULL, meaning not wanted
 * Answers CALX_OK or CALX_E_DATA; out_fitted is not written then.
 */
calx_status calx_column_fit(const calx_column *column, const calx_value *value,
                            calx_value *out_fitted, const char **out_reason);

/*
 * Writes the member. Pointers to text and bytes are stored as given: the caller has copied what
 * must live longer, and text is NUL-terminated. What calx_column_fit() says holds here too.
 * Answers CALX_OK or CALX_E_DATA; the member is not written then.
 */
calx_status calx_column_write(const calx_column *column, void *instance, const calx_value *value,
                              const char **out_reason);

/* Whether the member can hold NULL. */
bool calx_column_takes_null(const calx_column *column);

/*
 * Whether it is as nobody set it: NULL, zero, false, or an empty char array. An empty text behind a
 * pointer was set, and so was a nullable that has a value.
 */
bool calx_column_is_empty(const calx_column *column, const void *instance);

/*
 * Whether both hold the same: NULL or not, text and bytes by content, floating point by bits (so
 * that NaN is the same as itself), arrays up to their NUL.
 */
bool calx_column_same(const calx_column *column, const void *left, const void *right);

/*
 * Whether text is longer than the column's declared length. Characters are counted, as UTF-8.
 */
bool calx_column_too_long(const calx_column *column, const calx_value *value);

/*
 * Whether a column comes with every row of its mapper, whatever is left out: the key, the version,
 * and what relationships go by, so that these work without a further SELECT.
 */
bool calx_column_is_fixed(const calx_mapper *mapper, size_t column);

#endif
