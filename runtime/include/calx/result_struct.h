/**
 * @file result_struct.h
 * Structs that rows fill: what stands under the functions that calx-gen writes for a struct with
 * CALX_RESULT, `top_artist_select_all()` and its like.
 *
 * Rows are those of a select, or of any result: of a text statement, of a session or a connection.
 * Each column fills the member of its name. Before the first row is handed out the columns are
 * compared with the members; CALX_E_ARGUMENT names the struct, the member or column, and the fix,
 * when
 *
 * - a member has no column, a column no member, or two columns one name;
 * - a column's values never fit the member, such as text a number;
 * - a column may be NULL and the member may not.
 *
 * Of a select all that is known before it is sent; of a text statement the names, and the types of
 * columns that a table has, but not whether they may be NULL. The rest is seen row for row: a value
 * that does not fit is CALX_E_DATA, as is a number that is too large for its member.
 *
 * Text and bytes live as long as their row. Members with CALX_IGNORE are zero.
 */
#ifndef CALX_RESULT_STRUCT_H
#define CALX_RESULT_STRUCT_H

#include <calx/mapper.h>
#include <calx/result.h>
#include <calx/select.h>

CALX_BEGIN_DECLS

/** Raised whenever the struct below changes. */
#define CALX_RESULT_STRUCT_ABI 1

/** What generated code says about a struct that rows fill. */
typedef struct calx_result_struct {
    unsigned abi;     /**< CALX_RESULT_STRUCT_ABI of the header it was compiled with */
    const char *name; /**< as C has it: "struct top_artist" */
    uint32_t size;
    uint16_t column_count;
    const calx_column *columns; /**< one for each member */
} calx_result_struct;

/** Rows of a kind, and how many of them at most. */
typedef struct calx_result_rows {
    const calx_result_struct *type;
    size_t most; /**< SIZE_MAX: all there are */
} calx_result_rows;

/* ---- rows of a result; errors are the result's, calx_result_error() ---- */

/**
 * Goes to the next row, as calx_result_next().
 * @param out_row  a struct of the type, the result's: good until the next of these; NULL: there are
 *                 no more rows
 * @return CALX_OK; CALX_E_ARGUMENT the columns are not those of the struct; CALX_E_DATA a value
 * does not fit its member; CALX_E_NOMEM; what calx_result_next() says
 */
CALX_API calx_status calx_result_fill(calx_result *result, const calx_result_struct *type,
                                      const void **out_row);

/**
 * The same for many rows, as an array: memory for so many is all it takes, whatever the result has.
 * @param out_rows   an array of structs, the result's: good until the next of these
 * @param out_count  0: there are no more rows
 */
CALX_API calx_status calx_result_fetch(calx_result *result, calx_result_rows rows,
                                       const void **out_rows, size_t *out_count);

/* ---- rows of a select; errors are the session's ---- */

/*
 * The select is executed. What comes out is the select's: good until the next of these on it, or
 * calx_select_free(). CALX_E_ARGUMENT: its columns are not those of the struct; nothing is sent
 * then. Beside that, errors are those of calx_select_execute() and of the functions above.
 */

/** All rows, as an array of structs. */
CALX_API calx_status calx_select_fill_all(calx_select *select, const calx_result_struct *type,
                                          const void **out_rows, size_t *out_count);

/** The first row; NULL: there is none. */
CALX_API calx_status calx_select_fill_first(calx_select *select, const calx_result_struct *type,
                                            const void **out_row);

/** The only row. CALX_E_NO_RESULT: there is none; CALX_E_MULTIPLE_RESULTS: there are several. */
CALX_API calx_status calx_select_fill_one(calx_select *select, const calx_result_struct *type,
                                          const void **out_row);

/** The same; NULL: there is none. */
CALX_API calx_status calx_select_fill_one_or_none(calx_select *select,
                                                  const calx_result_struct *type,
                                                  const void **out_row);

/** Called with each row in turn. */
typedef calx_status (*calx_filled_function)(void *context, const void *row);

/**
 * Streams in constant memory: a row is good until the function returns. Another status than CALX_OK
 * ends the stream and is returned.
 */
CALX_API calx_status calx_select_fill_each(calx_select *select, const calx_result_struct *type,
                                           calx_filled_function function, void *context);

CALX_END_DECLS

#endif
