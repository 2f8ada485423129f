/*
 * UPDATEs: the columns that changed, of the row as it was loaded (SES-178). An instance whose key
 * changes is known by the new one at once (SES-203).
 */
#include "session/key_change.h"
#include "session/set_expression.h"
#include "session/together.h"
#include "session/version.h"

#include "base/error.h"

static bool changes_key(const calx_writer *writer)
{
    const calx_mapper *mapper = writer->entity->mapper;
    for (size_t i = 0; i < mapper->key_count; i++)
        if (calx_plan_has(writer->entity->columns, mapper->key[i]))
            return true;
    return false;
}

/* Whether others follow what it changes. */
static bool leads_others(const calx_writer *writer, calx_instance *instance)
{
    return changes_key(writer) ||
           calx_key_change_leads(writer->session, instance, writer->entity->columns);
}

/* The changed columns, the new version among them, into entity->columns. */
static calx_status choose_columns(calx_writer *writer, calx_instance *instance, bool *out_any)
{
    calx_watch *watch = instance->watch;
    calx_status status = calx_version_meet(writer, instance);
    if (status == CALX_OK)
        status = calx_writer_links(writer->session, instance);
    if (status != CALX_OK)
        return status;
    *out_any = calx_watch_changes(watch, writer->entity->columns);
    if (!*out_any)
        return CALX_OK; /* the link led to where the columns pointed already */
    bool is_inserted_too = instance->state == CALX_STATE_PENDING; /* it is taken back as a whole */
    if (calx_watch_own_columns(instance, writer->entity->texts, writer->entity->text_count) !=
            CALX_OK ||
        (!is_inserted_too && calx_watch_keep_origin(watch) != CALX_OK))
        return calx_error_set_nomem(&writer->session->error);
    return calx_version_raise(writer, calx_instance_entity(instance), calx_writer_stored(instance));
}

/* A key that changes, or a column that others point at, goes by itself: they follow (SES-203). */
static calx_status prepare(calx_writer *writer, calx_batch_row *row, calx_togetherness *out)
{
    bool any = false;
    calx_status status = choose_columns(writer, row->instance, &any);
    row->width = 0;
    *out = any ? CALX_TOGETHER_YES : CALX_TOGETHER_NOTHING;
    if (any && (leads_others(writer, row->instance) || calx_set_has(row->instance)))
        *out = CALX_TOGETHER_NO;
    if (status != CALX_OK || !any)
        return status;
    status = calx_writer_bind_columns(writer, calx_instance_entity(row->instance),
                                      writer->entity->columns, &row->width);
    if (status != CALX_OK)
        return status;
    return calx_writer_bind_where(writer, calx_writer_stored(row->instance), &row->width);
}

static calx_status send_row(calx_writer *writer, const calx_batch_row *row)
{
    int64_t changes = 0;
    calx_status status = CALX_OK;
    if (calx_set_has(row->instance)) {
        status = calx_set_update(writer, row->instance, &changes);
    } else {
        status = calx_writer_open(writer, CALX_PLAN_UPDATE, writer->entity->columns);
        if (status == CALX_OK)
            status = calx_writer_run_columns(writer, row->width, &changes);
    }
    if (status == CALX_OK && changes == 0)
        status = calx_version_missed(writer, calx_writer_stored(row->instance));
    return status;
}

static calx_status note_row(calx_writer *writer, calx_instance *instance)
{
    if (calx_watch_take_snapshot(instance->watch) != CALX_OK)
        return calx_error_set_nomem(&writer->session->error);
    return CALX_OK;
}

/* Under its new key from now on, and what points at it with it. */
static calx_status move(calx_writer *writer, calx_instance *instance)
{
    calx_status status = calx_key_change_follow(writer->session, instance);
    if (status == CALX_OK && calx_key_change_is_one(instance))
        status = calx_key_change_rekey(writer->session, instance, calx_instance_entity(instance));
    return status;
}

/* Perhaps rows point at the old key that nobody updates. */
static void tell_who_stays(calx_writer *writer, const calx_instance *instance)
{
    calx_error *error = &writer->session->error;
    if (error->status == CALX_E_FOREIGN_KEY && calx_key_change_is_one(instance))
        calx_error_prefix(error, "its key changes; what points at it follows with "
                                 "CALX_ON_UPDATE(cascade) or CALX_PASSIVE_UPDATES(off): ");
}

static calx_status update_row(calx_writer *writer, calx_instance *instance)
{
    calx_batch_row row = { .entity = writer->entity, .instance = instance };
    calx_togetherness together = CALX_TOGETHER_YES;
    calx_status status = prepare(writer, &row, &together);
    if (status == CALX_OK && together == CALX_TOGETHER_NOTHING)
        return CALX_OK;
    bool leads = status == CALX_OK && leads_others(writer, instance);
    bool is_set = status == CALX_OK && calx_set_has(instance);
    if (status == CALX_OK)
        status = send_row(writer, &row);
    if (leads && status == CALX_OK)
        status = move(writer, instance);
    if (status == CALX_OK)
        status = note_row(writer, instance);
    if (is_set && status == CALX_OK)
        status = calx_set_expire(writer, instance);
    if (status == CALX_OK)
        status = calx_version_fetch(writer, instance);
    if (status == CALX_OK)
        return CALX_OK;
    tell_who_stays(writer, instance);
    return calx_writer_blame(writer, instance, "updating");
}

static calx_status note(calx_writer *writer)
{
    const calx_batch *batch = &writer->batch;
    for (size_t i = 0; i < batch->count; i++) {
        if (note_row(writer, batch->instances[i]) != CALX_OK)
            return calx_writer_blame(writer, batch->instances[i], "updating");
    }
    return CALX_OK;
}

const calx_together calx_together_updates = {
    .kind = CALX_PLAN_UPDATE_ROWS,
    .before = CALX_SESSION_BEFORE_UPDATE,
    .after = CALX_SESSION_AFTER_UPDATE,
    .doing = "updating",
    .prepare = prepare,
    .note = note,
    .alone = update_row,
};
