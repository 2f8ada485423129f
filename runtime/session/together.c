/*
 * Rows that go together. The rules kept: what is sent and in which order is the same as row by row,
 * but in fewer statements (SES-173, 174); and when a batch fails, it was undone, and its rows go
 * one by one, so that the first one that is wrong is found and named, as it would have been alone.
 */
#include "session/together.h"

#include "base/error.h"

#include <string.h>

bool calx_together_may_go_singly(const calx_error *error)
{
    if ((error->flags & (CALX_ERROR_DISCONNECT | CALX_ERROR_ROLLBACK_ONLY)) != 0)
        return false;
    return error->status != CALX_E_NOMEM && error->status != CALX_E_TIMEOUT &&
           error->status != CALX_E_CANCELED;
}

/* The failure is not that of one row. */
static calx_status blame_batch(calx_writer *writer, const calx_together *kind)
{
    calx_error_prefix(&writer->session->error, "%s %zu rows of %s: ", kind->doing,
                      writer->batch.count, writer->entity->mapper->name);
    return writer->session->error.status;
}

/* The scratch of the entity is as it was when the rows of the batch were made ready. */
static calx_status note(calx_writer *writer, const calx_together *kind)
{
    memcpy(writer->entity->columns, writer->batch.columns,
           calx_plan_words(writer->entity->mapper) * sizeof(uint64_t));
    return kind->note(writer);
}

calx_status calx_together_execute_some(calx_writer *writer, size_t first, size_t count)
{
    const calx_batch *batch = &writer->batch;
    writer->has_row = false;
    if (calx_cursor_execute_rows(writer->cursor, batch->values + first * batch->width, count,
                                 &writer->has_row) != CALX_OK)
        return calx_writer_take_error(writer);
    return CALX_OK;
}

calx_status calx_together_execute(calx_writer *writer, calx_plan_kind kind, bool *out_singly)
{
    calx_batch *batch = &writer->batch;
    calx_status status = calx_writer_open(writer, kind, batch->columns);
    if (status == CALX_OK)
        status = calx_together_execute_some(writer, 0, batch->count);
    if (status == CALX_OK)
        return CALX_OK;
    *out_singly = calx_together_may_go_singly(&writer->session->error);
    /* A type that takes text only as a parameter of its own: the next batch would fail as well. */
    if (status == CALX_E_SYNTAX || status == CALX_E_NO_OBJECT)
        writer->entity->singly = true;
    return status;
}

/* *out_singly: nothing was done, and the rows are to be sent one by one. */
static calx_status send_at_once(calx_writer *writer, const calx_together *kind, bool *out_singly)
{
    calx_status status = calx_together_execute(writer, kind->kind, out_singly);
    if (status == CALX_OK)
        return note(writer, kind);
    return *out_singly ? CALX_OK : blame_batch(writer, kind);
}

static calx_status send_singly(calx_writer *writer, const calx_together *kind)
{
    calx_status status = CALX_OK;
    calx_error_clear(&writer->session->error);
    for (size_t i = 0; status == CALX_OK && i < writer->batch.count; i++)
        status = kind->alone(writer, writer->batch.instances[i]);
    return status;
}

/* Sends what was gathered. The scratch of its entity is used. */
static calx_status send_batch(calx_writer *writer, const calx_together *kind)
{
    calx_entity *in_hand = writer->entity;
    bool singly = writer->batch.count < CALX_BATCH_LEAST_ROWS;
    calx_status status = CALX_OK;
    if (writer->batch.count == 0)
        return CALX_OK;
    writer->entity = writer->batch.entity;
    if (!singly)
        status = send_at_once(writer, kind, &singly);
    if (singly)
        status = send_singly(writer, kind);
    writer->entity = in_hand;
    calx_batch_empty(&writer->batch);
    return status;
}

/* What goes wrong before a row is sent is its own, but those before it come first. */
static calx_status send_alone(calx_writer *writer, const calx_together *kind,
                              calx_instance *instance)
{
    calx_error_clear(&writer->session->error);
    calx_status status = send_batch(writer, kind);
    return status == CALX_OK ? kind->alone(writer, instance) : status;
}

/* A row that does not fit begins a batch of its own. */
static calx_status begin_batch(calx_writer *writer, const calx_together *kind, calx_batch_row *row,
                               size_t expected)
{
    calx_togetherness fits = CALX_TOGETHER_YES;
    bool had_rows = writer->batch.count > 0;
    calx_status status = send_batch(writer, kind);
    if (status == CALX_OK && had_rows)
        status = kind->prepare(writer, row, &fits); /* the scratch was used */
    if (status == CALX_OK &&
        calx_batch_start(&writer->batch, row,
                         calx_batch_expected(calx_writer_branch(writer), expected)) != CALX_OK)
        status = calx_error_set_nomem(&writer->session->error);
    return status;
}

static calx_status gather(calx_writer *writer, const calx_together *kind, calx_instance *instance,
                          size_t expected)
{
    calx_batch_row row = { .entity = writer->entity, .instance = instance };
    calx_togetherness fits = CALX_TOGETHER_NO;
    calx_status status = CALX_OK;
    if (writer->batch.entity != writer->entity || calx_batch_is_awaited(&writer->batch, instance))
        status = send_batch(writer, kind); /* what it points at has its key then */
    if (status != CALX_OK)
        return status;
    status = kind->prepare(writer, &row, &fits);
    if (status == CALX_OK && fits == CALX_TOGETHER_NOTHING)
        return CALX_OK;
    if (status != CALX_OK || fits == CALX_TOGETHER_NO)
        return send_alone(writer, kind, instance);
    if (!calx_batch_takes(&writer->batch, &row)) {
        status = begin_batch(writer, kind, &row, expected);
        if (status != CALX_OK)
            return status;
    }
    calx_batch_add(&writer->batch, &row);
    return CALX_OK;
}

/* Whether a row goes into a batch: one is under way, or enough of its kind follow. */
static bool goes_together(const calx_writer *writer, const calx_instances *instances, size_t i)
{
    size_t last = i + CALX_BATCH_LEAST_ROWS - 1;
    return !writer->entity->singly &&
           calx_engine_dialect(calx_writer_engine(writer))->batches_rows &&
           (writer->batch.entity == writer->entity ||
            (last < instances->count && instances->items[last]->mapper == writer->entity->mapper));
}

calx_status calx_together_send(calx_writer *writer, const calx_instances *instances,
                               const calx_together *kind)
{
    const calx_session *session = writer->session;
    if (!session->chooses && !calx_engine_dialect(session->branch.engine)->batches_rows)
        return calx_writer_send(writer, instances, kind->alone);
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < instances->count; i++) {
        calx_instance *instance = instances->items[i];
        status = calx_writer_take(writer, instance);
        if (status == CALX_OK)
            status = goes_together(writer, instances, i)
                         ? gather(writer, kind, instance, instances->count - i)
                         : send_alone(writer, kind, instance);
    }
    return status == CALX_OK ? send_batch(writer, kind) : status;
}
