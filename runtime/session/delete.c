/*
 * DELETEs: by the key as it was loaded (SES-181). A row that is gone already is a warning, unless
 * its version says that somebody changed it (SES-341, 344).
 */
#include "session/together.h"
#include "session/version.h"

#include "base/error.h"

#include <string.h>

static calx_status prepare(calx_writer *writer, calx_batch_row *row, calx_togetherness *out)
{
    calx_status status = calx_version_meet(writer, row->instance);
    memset(writer->entity->columns, 0,
           calx_plan_words(writer->entity->mapper) * sizeof(*writer->entity->columns));
    row->width = 0;
    *out = CALX_TOGETHER_YES;
    if (status != CALX_OK)
        return status;
    return calx_writer_bind_where(writer, calx_writer_stored(row->instance), &row->width);
}

static calx_status delete_row(calx_writer *writer, calx_instance *instance)
{
    calx_batch_row row = { .entity = writer->entity, .instance = instance };
    calx_togetherness together;
    int64_t changes = 0;
    calx_status status = prepare(writer, &row, &together);
    if (status == CALX_OK)
        status = calx_writer_open(writer, CALX_PLAN_DELETE, NULL);
    if (status == CALX_OK)
        status = calx_writer_run(writer, row.width, &changes);
    if (status == CALX_OK && changes == 0 && writer->entity->version >= 0)
        status = calx_version_missed(writer, calx_writer_stored(instance));
    if (status != CALX_OK)
        return calx_writer_blame(writer, instance, "deleting");
    if (changes == 0 && writer->session->options.confirm_deleted_rows)
        calx_session_warn(writer->session, "DELETE FROM %s matched no row: it was gone already",
                          instance->mapper->table);
    return CALX_OK;
}

/* Every row was there, or the batch would have failed. */
static calx_status note(calx_writer *writer)
{
    (void)writer;
    return CALX_OK;
}

const calx_together calx_together_deletes = {
    .kind = CALX_PLAN_DELETE_ROWS,
    .doing = "deleting",
    .prepare = prepare,
    .note = note,
    .alone = delete_row,
};
