/*
 * Results for rooms above: a cursor whose columns are known before, and which somebody reads along.
 */
#ifndef CALX_ENGINE_RESULT_H
#define CALX_ENGINE_RESULT_H

#include <calx/result.h>

#include "engine/cursor.h"

/* What a result's rows are read as. */
typedef struct calx_result_form {
    size_t count;                  /* of the columns it shows, the first ones of the cursor */
    const calx_value_type *wanted; /* of each; CALX_VALUE_NULL: as stored */
    const char *const *names;
    /* Called for each row before its columns are read; a failure is put into error. */
    calx_status (*read)(void *context, calx_cursor *cursor, calx_error *error);
    /*
     * In place of it: puts the next row, as many values as there are columns; NULL: there are no
     * more. The cursor is on the first row, when it was. Values stay until the next call.
     */
    calx_status (*next)(void *context, calx_cursor *cursor, const calx_value **out_row,
                        calx_error *error);
    void (*end)(void *context); /* the result is freed, or was never made */
    void *context;
} calx_result_form;

/*
 * A result of a cursor that was executed and is on a row or not. The form is copied, its texts too;
 * the cursor and the context are the result's from now on, also after CALX_E_NOMEM, which ends
 * them.
 */
calx_status calx_result_make(calx_cursor *cursor, bool row, const calx_result_form *form,
                             calx_result **out_result);

/* The context, of a result that was made so and ends it with this function; else NULL. */
void *calx_result_context(const calx_result *result, void (*end)(void *context));

/*
 * Something that lives as long as the result; what was attached before ends. attached finds it
 * again by its end; NULL: there is nothing, or something else.
 */
void calx_result_attach(calx_result *result, void *attached, void (*end)(void *attached));
void *calx_result_attached(const calx_result *result, void (*end)(void *attached));

/* What each value of the column is; CALX_VALUE_NULL: not known, or not the same for all. */
calx_value_type calx_result_column_class(const calx_result *result, size_t column);

/* The result's own error, forgotten. */
calx_error *calx_result_error_slot(calx_result *result);

/* CALX_E_STATE, told by the result: it is on no row. */
calx_status calx_result_check_row(calx_result *result);

#endif
