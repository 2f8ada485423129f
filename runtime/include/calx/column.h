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

/**
 * An entity by another name, for statements that have it more than once; number 0 is the entity
 * itself. A plain value: two aliases of the same entity and number are the same.
 *
 *     calx_alias boss = calx_alias_of(&employee_mapper, 1);
 *     employee_query_join_as(query, employee_rel.manager, boss);
 *     employee_query_where(query, calx_like(calx_as(employee_col.name, boss), "A%"));
 */
typedef struct calx_alias {
    const calx_mapper *mapper;
    uint16_t number;
} calx_alias;

/** The alias of that number, which the caller chooses. */
CALX_API calx_alias calx_alias_of(const calx_mapper *mapper, uint16_t number);

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

/*
 * What calx_as() stands on. Functions that end in an underscore are not for applications.
 */
CALX_API calx_column_ref calx_ref_as_(calx_column_ref ref, calx_alias alias);
CALX_API calx_bool_column calx_bool_as_(calx_bool_column column, calx_alias alias);
CALX_API calx_int64_column calx_int64_as_(calx_int64_column column, calx_alias alias);
CALX_API calx_uint64_column calx_uint64_as_(calx_uint64_column column, calx_alias alias);
CALX_API calx_double_column calx_double_as_(calx_double_column column, calx_alias alias);
CALX_API calx_text_column calx_text_as_(calx_text_column column, calx_alias alias);
CALX_API calx_bytes_column calx_bytes_as_(calx_bytes_column column, calx_alias alias);
CALX_API calx_timestamp_column calx_timestamp_as_(calx_timestamp_column column, calx_alias alias);

CALX_END_DECLS

#ifndef __cplusplus

/* clang-format off */
/** calx_as(handle, alias): the handle of the same column of an alias, of the same type. */
#define calx_as(handle, alias)                                                                     \
    _Generic((handle),                                                                             \
        calx_bool_column: calx_bool_as_, calx_int64_column: calx_int64_as_,                        \
        calx_uint64_column: calx_uint64_as_, calx_double_column: calx_double_as_,                  \
        calx_text_column: calx_text_as_, calx_bytes_column: calx_bytes_as_,                        \
        calx_timestamp_column: calx_timestamp_as_)(handle, alias)
/* clang-format on */

#else

template <class Column> inline Column calx_as(Column handle, calx_alias alias)
{
    handle.ref = calx_ref_as_(handle.ref, alias);
    return handle;
}

#endif

#endif
