/*
 * Places that are vacated before somebody else takes them (work_vacate.c says which): the foreign
 * keys of a row that moves are set to NULL, whatever it has still to be written besides. Its own
 * UPDATE writes those columns in any case then, and looks for the version that the row has now.
 */
#include "session/reference.h"
#include "session/together.h"
#include "session/version.h"

#include "base/error.h"

#include <string.h>

/* The UPDATE that follows has nothing to compare them with. */
static void choose_columns(calx_writer *writer, const calx_instance *instance)
{
    const calx_mapper *mapper = instance->mapper;
    uint64_t *columns = writer->entity->columns;
    memset(columns, 0, calx_plan_words(mapper) * sizeof(*columns));
    for (size_t i = 0; i < mapper->foreign_key_count; i++) {
        const calx_foreign_key *key = &mapper->foreign_keys[i];
        if (!calx_reference_can_be_null(mapper, i) ||
            calx_work_left(writer->session, instance, i) == NULL)
            continue;
        for (size_t part = 0; part < key->column_count; part++) {
            calx_plan_include(columns, key->columns[part]);
            calx_plan_include(instance->watch->set, key->columns[part]);
        }
        instance->watch->has_set = true;
    }
}

static calx_status prepare(calx_writer *writer, calx_batch_row *row, calx_togetherness *out)
{
    const calx_mapper *mapper = row->instance->mapper;
    calx_status status = calx_version_meet(writer, row->instance);
    row->width = 0;
    *out = CALX_TOGETHER_YES;
    if (status != CALX_OK)
        return status;
    choose_columns(writer, row->instance);
    for (size_t i = 0; i < mapper->column_count; i++)
        if (calx_plan_has(writer->entity->columns, i))
            writer->entity->row[row->width++] = calx_value_null();
    return calx_writer_bind_where(writer, calx_writer_stored(row->instance), &row->width);
}

/* Of a row that is gone already its own UPDATE tells, unless it has a version. */
static calx_status vacate_row(calx_writer *writer, calx_instance *instance)
{
    calx_batch_row row = { .entity = writer->entity, .instance = instance };
    calx_togetherness together;
    int64_t changes = 0;
    calx_status status = prepare(writer, &row, &together);
    if (status == CALX_OK)
        status = calx_writer_open(writer, CALX_PLAN_UPDATE, writer->entity->columns);
    if (status == CALX_OK)
        status = calx_writer_run_columns(writer, row.width, &changes);
    if (status == CALX_OK && changes == 0 && writer->entity->version >= 0)
        status = calx_version_missed(writer, calx_writer_stored(instance));
    if (status == CALX_OK)
        status = calx_version_follow(writer, instance);
    return status == CALX_OK ? CALX_OK : calx_writer_blame(writer, instance, "updating");
}

/* Every row was there, or the batch would have failed. */
static calx_status note(calx_writer *writer)
{
    (void)writer;
    return CALX_OK;
}

const calx_together calx_together_vacates = {
    .kind = CALX_PLAN_UPDATE_ROWS,
    .doing = "updating",
    .prepare = prepare,
    .note = note,
    .alone = vacate_row,
};

/* ---- what cannot be vacated ---- */

/* Who is still where the instance was to come to, and was to go elsewhere; NULL: nobody. */
static const calx_instance *still_there(const calx_writer *writer, const calx_instances *rows,
                                        const calx_link *link)
{
    size_t number = calx_link_number(link);
    for (size_t i = 0; i < rows->count; i++)
        if (rows->items[i] != link->owner && rows->items[i]->mapper == link->owner->mapper &&
            calx_work_left(writer->session, rows->items[i], number) == link->target)
            return rows->items[i];
    return NULL;
}

static void explain(const calx_writer *writer, const calx_link *link, const calx_instance *other)
{
    const calx_mapper *mapper = link->owner->mapper;
    const calx_foreign_key *key = &mapper->foreign_keys[calx_link_number(link)];
    calx_buffer text = CALX_BUFFER_INIT;
    calx_session_describe(&text, other);
    calx_error_prefix(&writer->session->error,
                      "%s is in its place and moves in this flush too, but %s.%s is NOT NULL, so "
                      "it cannot let go first: flush one of them with another %s in between: ",
                      calx_buffer_text(&text), mapper->table, mapper->columns[key->columns[0]].name,
                      key->target->name);
    calx_buffer_clear(&text);
}

void calx_writer_explain_place(calx_writer *writer, const calx_instance *instance)
{
    if (writer->session->error.status != CALX_E_UNIQUE || writer->work == NULL)
        return;
    for (size_t i = 0; instance->links != NULL && i < instance->mapper->foreign_key_count; i++) {
        const calx_link *link = calx_link_at(instance, i);
        if (link->state != CALX_LINK_CHANGED || link->target == NULL ||
            calx_reference_can_be_null(instance->mapper, i))
            continue;
        const calx_instance *other = still_there(writer, &writer->work->updates, link);
        if (other == NULL)
            other = still_there(writer, &writer->work->late, link);
        if (other != NULL)
            explain(writer, link, other);
    }
}
