/*
 * Rows of a select that are read ahead, so that what their entities bring along is loaded once for
 * many of them. Values are copied; instances are looked for again when their row is asked for,
 * since the application had others in between.
 */
#include "query/select_run.h"

#include "base/allocator.h"
#include "base/error.h"
#include "session/follow.h"

/* So many rows at a time: one statement's keys. */
enum { BATCH = 500 };

void calx_select_clear_batch(calx_run_batch *batch)
{
    calx_release(batch->values);
    calx_release(batch->entities);
    calx_arena_clear(&batch->texts);
}

/* ---- reading ahead ---- */

static calx_status reserve(calx_select_run *run)
{
    calx_run_batch *batch = &run->batch;
    if (batch->count < batch->capacity)
        return CALX_OK;
    size_t capacity = batch->capacity == 0 ? 16 : batch->capacity * 2;
    void *values =
        calx_resize_array(batch->values, capacity * run->item_count + 1, sizeof *batch->values);
    if (values == NULL)
        return calx_error_set_nomem(&run->session->error);
    batch->values = values;
    void *entities =
        calx_resize_array(batch->entities, capacity * run->part_count, sizeof *batch->entities);
    if (entities == NULL)
        return calx_error_set_nomem(&run->session->error);
    batch->entities = entities;
    batch->capacity = capacity;
    return CALX_OK;
}

static calx_status keep_value(calx_select_run *run, calx_value *value)
{
    if (value->type != CALX_VALUE_TEXT && value->type != CALX_VALUE_BYTES)
        return CALX_OK;
    value->as.span.data =
        calx_arena_text(&run->batch.texts, value->as.span.data, value->as.span.size);
    return value->as.span.data == NULL ? calx_error_set_nomem(&run->session->error) : CALX_OK;
}

/* Entities first: values are good until the next read. */
static calx_status read_row(calx_select_run *run, calx_cursor *cursor)
{
    calx_run_batch *batch = &run->batch;
    calx_status status = reserve(run);
    for (size_t i = 0; i < run->part_count && status == CALX_OK; i++) {
        calx_run_part *part = &run->parts[i];
        part->present = (calx_seen_instance){ NULL, 0, false };
        status = calx_select_read_part(run, part, cursor);
        part->present.is_new = false; /* what something leads to stays */
        batch->entities[batch->count * run->part_count + i] = part->present;
    }
    calx_value *row =
        status == CALX_OK ? batch->values + batch->count * run->item_count : batch->values;
    if (status == CALX_OK && run->item_count > 0 &&
        calx_cursor_read(cursor, run->wanted, row, run->item_count) != CALX_OK)
        status = calx_session_take_cursor_error(run->session, cursor);
    for (size_t i = 0; i < run->item_count && status == CALX_OK; i++)
        status = keep_value(run, &row[i]);
    if (status != CALX_OK)
        return status;
    batch->count++;
    return calx_cursor_next(cursor, &batch->has_row) == CALX_OK
               ? CALX_OK
               : calx_session_take_cursor_error(run->session, cursor);
}

/* The instances of a part, each once. */
static size_t gather(const calx_select_run *run, size_t part, const void **entities)
{
    size_t count = 0;
    for (size_t i = 0; i < run->batch.count; i++) {
        const void *entity = run->batch.entities[i * run->part_count + part].entity;
        calx_instance *instance = entity == NULL ? NULL : calx_instance_trusted(entity);
        if (instance == NULL || (instance->flags & CALX_INSTANCE_VISITED) != 0)
            continue;
        instance->flags |= CALX_INSTANCE_VISITED;
        entities[count++] = entity;
    }
    for (size_t i = 0; i < count; i++)
        calx_instance_trusted(entities[i])->flags &= (uint16_t)~CALX_INSTANCE_VISITED;
    return count;
}

static calx_status follow(calx_select_run *run)
{
    calx_session *session = run->session;
    const void **entities = calx_alloc_array(run->batch.count + 1, sizeof *entities);
    calx_status status = entities == NULL ? calx_error_set_nomem(&session->error) : CALX_OK;
    for (size_t i = 0; i < run->part_count && status == CALX_OK; i++) {
        const calx_run_part *part = &run->parts[i];
        if (part->loads == NULL)
            continue;
        calx_guard_begin(session, part->entity->mapper, part->loads);
        status = calx_follow(session, part->loads, entities, gather(run, i, entities), NULL);
    }
    calx_release(entities);
    return status;
}

static calx_status read_batch(calx_select_run *run, calx_cursor *cursor)
{
    calx_status status = CALX_OK;
    run->batch.at = run->batch.count = 0;
    calx_arena_reset(&run->batch.texts);
    run->session->linking = true;
    while (status == CALX_OK && run->batch.has_row && run->batch.count < BATCH)
        status = read_row(run, cursor);
    run->session->linking = false;
    return status == CALX_OK && run->batch.count > 0 ? follow(run) : status;
}

/* ---- handing out ---- */

/* The application may have freed it since, or put another in its place. */
static bool is_there(const calx_select_run *run, const calx_seen_instance *seen)
{
    const calx_instance *instance = seen->entity == NULL ? NULL : calx_instance_of(seen->entity);
    return instance != NULL && instance->session == run->session &&
           instance->key.hash == seen->hash;
}

calx_status calx_select_next_row(void *context, calx_cursor *cursor, const calx_value **out_row,
                                 calx_error *error)
{
    calx_select_run *run = context;
    calx_run_batch *batch = &run->batch;
    calx_status status = calx_select_check_run(run, error);
    if (status != CALX_OK)
        return status;
    if (batch->at == batch->count)
        status = read_batch(run, cursor);
    if (status != CALX_OK) {
        calx_error_copy(error, &run->session->error);
        return status;
    }
    bool has_row = batch->at < batch->count;
    for (size_t i = 0; i < run->part_count; i++) {
        const calx_seen_instance none = { NULL, 0, false };
        const calx_seen_instance *seen =
            has_row ? &batch->entities[batch->at * run->part_count + i] : &none;
        run->parts[i].present = is_there(run, seen) ? *seen : none;
    }
    *out_row = has_row ? batch->values + batch->at * run->item_count : NULL;
    batch->at += has_row;
    return CALX_OK;
}
