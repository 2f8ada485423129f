/* Generated from rows.h by calx-gen 0.1.0. Do not edit: change rows.h and build again. */
#ifndef ROWS_CALX_H
#define ROWS_CALX_H

#include "rows.h"

#include <calx/query.h>
#include <calx/result_struct.h>

CALX_BEGIN_DECLS

/** Every mapper of rows.h, for calx_schema_create_all(). */
extern const calx_metadata rows_metadata;

/* ---- struct top_artist: rows of selects and statements, by the names of their columns ---- */

/** An artist, and how much there is of them. */
extern const calx_result_struct top_artist_result;
/** The next row, good until the one after it; NULL: there are no more. */
calx_status top_artist_next(calx_result *result, const struct top_artist **out_row);
/** So many rows at most, good until the next ones; none: there are no more. */
calx_status top_artist_fetch(calx_result *result, size_t most, const struct top_artist **out_rows,
                             size_t *out_count);
/** The rows of a select, good until it is asked for others or freed. */
calx_status top_artist_select_all(calx_select *select, const struct top_artist **out_rows,
                                  size_t *out_count);
/** The first, or NULL; the only one (CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS); it, or NULL. */
calx_status top_artist_select_first(calx_select *select, const struct top_artist **out_row);
calx_status top_artist_select_one(calx_select *select, const struct top_artist **out_row);
calx_status top_artist_select_one_or_none(calx_select *select, const struct top_artist **out_row);
/** Called for each row; another status than CALX_OK ends the stream and is returned. */
typedef calx_status (*top_artist_function)(void *context, const struct top_artist *row);
/** Streams in constant memory: a row is good until the function returns. */
calx_status top_artist_select_each(calx_select *select, top_artist_function function,
                                   void *context);

/* ---- every_type: rows of selects and statements, by the names of their columns ---- */

extern const calx_result_struct any_type_result;
/** The next row, good until the one after it; NULL: there are no more. */
calx_status any_type_next(calx_result *result, const every_type **out_row);
/** So many rows at most, good until the next ones; none: there are no more. */
calx_status any_type_fetch(calx_result *result, size_t most, const every_type **out_rows,
                           size_t *out_count);
/** The rows of a select, good until it is asked for others or freed. */
calx_status any_type_select_all(calx_select *select, const every_type **out_rows,
                                size_t *out_count);
/** The first, or NULL; the only one (CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS); it, or NULL. */
calx_status any_type_select_first(calx_select *select, const every_type **out_row);
calx_status any_type_select_one(calx_select *select, const every_type **out_row);
calx_status any_type_select_one_or_none(calx_select *select, const every_type **out_row);
/** Called for each row; another status than CALX_OK ends the stream and is returned. */
typedef calx_status (*any_type_function)(void *context, const every_type *row);
/** Streams in constant memory: a row is good until the function returns. */
calx_status any_type_select_each(calx_select *select, any_type_function function, void *context);

CALX_END_DECLS

#endif
