/*
 * Rows of selects as structs. What does not go together is told before anything is sent. The rows
 * are read to the end at once and stay with the select, so no result is left open; a stream keeps
 * the one at hand.
 */
#include "query/fill.h"
#include "query/select.h"

#include "base/error.h"
#include "query/query.h"
#include "session/session.h"

/* Makes the select's own fill anew: what it handed out before ends here. */
static calx_status renew_fill(calx_select *select, const calx_result_struct *type)
{
    calx_fill_free(select->fill);
    select->fill = NULL;
    return calx_fill_of_select(select, type, &select->session->error, &select->fill);
}

static calx_status take_rows(calx_select *select, calx_result *result, size_t *out_count)
{
    calx_error *error = &select->session->error;
    bool has_row = true;
    calx_status status = CALX_OK;
    *out_count = 0;
    while (status == CALX_OK) {
        status = calx_result_next(result, &has_row);
        if (status != CALX_OK)
            calx_error_copy(error, calx_result_error(result));
        if (status != CALX_OK || !has_row)
            break;
        status = calx_fill_take(select->fill, result, (*out_count)++, error);
    }
    return status;
}

/* At most so many rows; -1: all. */
static calx_status collect(calx_select *select, const calx_result_struct *type, int64_t most,
                           size_t *out_count)
{
    calx_result *result = NULL;
    int64_t limit = select->block.limit;
    calx_status status = renew_fill(select, type);
    if (status != CALX_OK)
        return status;
    if (most >= 0 && (limit < 0 || limit > most))
        select->block.limit = most;
    status = calx_select_execute(select, &result);
    select->block.limit = limit;
    if (status == CALX_OK)
        status = take_rows(select, result, out_count);
    calx_result_free(result);
    return status;
}

static calx_status enter(calx_select *select, const void *place)
{
    calx_status status = calx_select_enter(select);
    if (status == CALX_OK)
        status = calx_session_check_given(select->session, place, "place for the rows");
    return status;
}

calx_status calx_select_fill_all(calx_select *select, const calx_result_struct *type,
                                 const void **out_rows, size_t *out_count)
{
    size_t count = 0;
    calx_status status = enter(select, out_rows);
    if (status == CALX_OK)
        status = calx_session_check_given(select->session, out_count, "place for the count");
    if (status == CALX_OK)
        status = collect(select, type, -1, &count);
    if (status != CALX_OK)
        return status;
    *out_rows = select->fill->structs;
    *out_count = count;
    return CALX_OK;
}

calx_status calx_select_fill_first(calx_select *select, const calx_result_struct *type,
                                   const void **out_row)
{
    size_t count = 0;
    calx_status status = enter(select, out_row);
    if (status == CALX_OK)
        status = collect(select, type, 1, &count);
    if (status == CALX_OK)
        *out_row = count == 0 ? NULL : select->fill->structs;
    return status;
}

calx_status calx_select_fill_one_or_none(calx_select *select, const calx_result_struct *type,
                                         const void **out_row)
{
    size_t count = 0;
    calx_status status = enter(select, out_row);
    if (status == CALX_OK)
        status = collect(select, type, 2, &count);
    if (status != CALX_OK)
        return status;
    if (count > 1)
        return calx_session_fail(select->session, CALX_E_MULTIPLE_RESULTS,
                                 "a select for %s gives several rows where one was asked for",
                                 type->name);
    *out_row = count == 0 ? NULL : select->fill->structs;
    return CALX_OK;
}

calx_status calx_select_fill_one(calx_select *select, const calx_result_struct *type,
                                 const void **out_row)
{
    const void *row = NULL;
    calx_status status = calx_select_fill_one_or_none(select, type, out_row == NULL ? NULL : &row);
    if (status != CALX_OK)
        return status;
    if (row == NULL)
        return calx_session_fail(select->session, CALX_E_NO_RESULT,
                                 "a select for %s gives no row where one was asked for",
                                 type->name);
    *out_row = row;
    return CALX_OK;
}

/* ---- streams ---- */

typedef struct filled_stream {
    calx_session *session;
    calx_fill *fill;
    calx_filled_function function;
    void *context;
} filled_stream;

static calx_status hand_on(void *context, calx_result *result)
{
    const filled_stream *stream = context;
    calx_fill_reset(stream->fill);
    calx_status status = calx_fill_take(stream->fill, result, 0, &stream->session->error);
    return status == CALX_OK ? stream->function(stream->context, stream->fill->structs) : status;
}

calx_status calx_select_fill_each(calx_select *select, const calx_result_struct *type,
                                  calx_filled_function function, void *context)
{
    filled_stream stream = { .function = function, .context = context };
    calx_status status = calx_select_enter(select);
    if (status == CALX_OK && function == NULL)
        status = calx_session_fail(select->session, CALX_E_ARGUMENT,
                                   "a select was given no function to call");
    if (status != CALX_OK)
        return status;
    stream.session = select->session;
    status = calx_fill_of_select(select, type, &select->session->error, &stream.fill);
    if (status == CALX_OK)
        status = calx_select_each(select, hand_on, &stream);
    calx_fill_free(stream.fill);
    return status;
}
