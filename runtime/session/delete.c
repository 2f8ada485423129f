/*
 * DELETEs: by the key as it was loaded (SES-181), after references that are written apart from
 * their rows (SES-198) were taken away. A row that is gone already is a warning, unless
 * its version says that somebody changed it (SES-341, 344).
 */
#include "session/reference.h"
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

/* ---- references that are taken away before ---- */

/* The columns of the references that lead to rows which are deleted too. */
static void choose_released(calx_writer *writer, const calx_instance *instance)
{
    const calx_mapper *mapper = instance->mapper;
    for (size_t i = 0; i < mapper->foreign_key_count; i++) {
        const calx_foreign_key *key = &mapper->foreign_keys[i];
        if (!calx_reference_is_post_updated(writer->session, mapper, i) ||
            calx_work_old_target(writer->session, instance, i) == NULL)
            continue;
        for (size_t part = 0; part < key->column_count; part++)
            calx_plan_include(writer->entity->columns, key->columns[part]);
    }
}

/* The instance keeps what it says, and its version, which the DELETE looks for. */
static calx_status prepare_release(calx_writer *writer, calx_batch_row *row, calx_togetherness *out)
{
    calx_status status = prepare(writer, row, out);
    const calx_mapper *mapper = row->instance->mapper;
    if (status != CALX_OK)
        return status;
    choose_released(writer, row->instance);
    row->width = 0;
    for (size_t i = 0; i < mapper->column_count; i++)
        if (calx_plan_has(writer->entity->columns, i))
            writer->entity->row[row->width++] = calx_value_null();
    return calx_writer_bind_where(writer, calx_writer_stored(row->instance), &row->width);
}

/* Of a row that is gone already its DELETE tells, unless it has a version. */
static calx_status release_row(calx_writer *writer, calx_instance *instance)
{
    calx_batch_row row = { .entity = writer->entity, .instance = instance };
    calx_togetherness together;
    int64_t changes = 0;
    calx_status status = prepare_release(writer, &row, &together);
    if (status == CALX_OK)
        status = calx_writer_open(writer, CALX_PLAN_UPDATE, writer->entity->columns);
    if (status == CALX_OK)
        status = calx_writer_run_columns(writer, row.width, &changes);
    if (status == CALX_OK && changes == 0 && writer->entity->version >= 0)
        status = calx_version_missed(writer, calx_writer_stored(instance));
    if (status == CALX_OK && writer->entity->fetches_version)
        calx_identity_expire(writer->session, instance); /* the DELETE asks for the version */
    return status == CALX_OK ? CALX_OK : calx_writer_blame(writer, instance, "deleting");
}

const calx_together calx_together_releases = {
    .kind = CALX_PLAN_UPDATE_ROWS,
    .doing = "deleting",
    .prepare = prepare_release,
    .note = note,
    .alone = release_row,
};

const calx_together calx_together_deletes = {
    .kind = CALX_PLAN_DELETE_ROWS,
    .before = CALX_SESSION_BEFORE_DELETE,
    .after = CALX_SESSION_AFTER_DELETE,
    .doing = "deleting",
    .prepare = prepare,
    .note = note,
    .alone = delete_row,
};
