/**
 * @file column.h
 * Typed column handles: what `user_col.name` is. One type per class of value, so that comparing a
 * text column to an integer does not compile.
 */
#ifndef CALX_COLUMN_H
#define CALX_COLUMN_H

#include <calx/mapper.h>

CALX_BEGIN_DECLS

/** Which column of which mapper; alias 0 is the entity itself. */
typedef struct calx_column_ref {
    const calx_mapper *mapper;
    uint16_t column;
    uint16_t alias;
} calx_column_ref;

typedef struct calx_bool_column {
    calx_column_ref ref;
} calx_bool_column;

/** All signed integers, and enums. */
typedef struct calx_int64_column {
    calx_column_ref ref;
} calx_int64_column;

/** All unsigned integers. */
typedef struct calx_uint64_column {
    calx_column_ref ref;
} calx_uint64_column;

/** float and double. */
typedef struct calx_double_column {
    calx_column_ref ref;
} calx_double_column;

/** const char *, char * and char[N]. */
typedef struct calx_text_column {
    calx_column_ref ref;
} calx_text_column;

typedef struct calx_bytes_column {
    calx_column_ref ref;
} calx_bytes_column;

typedef struct calx_timestamp_column {
    calx_column_ref ref;
} calx_timestamp_column;

CALX_END_DECLS

#endif
