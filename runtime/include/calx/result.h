/**
 * @file result.h
 * Rows as they come from the database, with typed reads.
 *
 * A result streams: it holds one row at a time. It belongs to its owner, calx_result_free(), also
 * when its session or connection ended first; reading from it then is CALX_E_STATE (SES-081).
 * Columns are counted from 0. Thread rule: that of its connection.
 */
#ifndef CALX_RESULT_H
#define CALX_RESULT_H

#include <calx/error.h>
#include <calx/value.h>

CALX_BEGIN_DECLS

typedef struct calx_result calx_result;

/** Ends the statement and frees the result. Takes NULL. */
CALX_API void calx_result_free(calx_result *result);

/**
 * Goes to the next row.
 * @param out_row  true: there is a row to read; false: there are no more
 */
CALX_API calx_status calx_result_next(calx_result *result, bool *out_row);

/** Rows changed by an INSERT, UPDATE or DELETE; 0 for others. */
CALX_API int64_t calx_result_rowcount(const calx_result *result);

CALX_API size_t calx_result_column_count(const calx_result *result);

/** The name of a column; NULL when there is none of that number. Borrowed until the free. */
CALX_API const char *calx_result_column_name(const calx_result *result, size_t column);

/** The first column of that name. CALX_E_ARGUMENT: there is none. */
CALX_API calx_status calx_result_column_index(calx_result *result, const char *name,
                                              size_t *out_column);

/** Whether the value is NULL; also true where there is no such row or column. */
CALX_API bool calx_result_is_null(const calx_result *result, size_t column);

/*
 * Typed reads of the present row. The stored type decides (ENG-155): text read as an integer is
 * CALX_E_DATA, not 0. SQL NULL is CALX_E_DATA for scalars (ask calx_result_is_null() first), and
 * NULL for text and bytes. Text and bytes are borrowed until the next calx_result_next().
 * Errors: CALX_E_DATA; CALX_E_ARGUMENT no such column; CALX_E_STATE no row.
 */
CALX_API calx_status calx_result_value(calx_result *result, size_t column, calx_value *out_value);
CALX_API calx_status calx_result_bool(calx_result *result, size_t column, bool *out_value);
CALX_API calx_status calx_result_int64(calx_result *result, size_t column, int64_t *out_value);
CALX_API calx_status calx_result_uint64(calx_result *result, size_t column, uint64_t *out_value);
CALX_API calx_status calx_result_double(calx_result *result, size_t column, double *out_value);
CALX_API calx_status calx_result_text(calx_result *result, size_t column, const char **out_text);
CALX_API calx_status calx_result_bytes(calx_result *result, size_t column, calx_bytes *out_bytes);
CALX_API calx_status calx_result_timestamp(calx_result *result, size_t column,
                                           calx_timestamp *out_value);

/** The details of the last failed call on this result. Never NULL. */
CALX_API const calx_error *calx_result_error(const calx_result *result);

CALX_END_DECLS

#endif
