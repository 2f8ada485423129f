/*
 * INSERTs in add() order (SES-173, 174): rows of one kind go together where the database takes them
 * so. When a batch fails it was undone, and its rows go one by one, so that the one that is wrong
 * is found and named.
 */
#include "session/insert.h"

#include "base/error.h"

/* The statement was undone, and what is wrong with one row may show when it goes by itself. */
static bool may_go_singly(const calx_error *error)
{
    if ((error->flags & (CALX_ERROR_DISCONNECT | CALX_ERROR_ROLLBACK_ONLY)) != 0)
        return false;
    return error->status != CALX_E_NOMEM && error->status != CALX_E_TIMEOUT &&
           error->status != CALX_E_CANCELED;
}

/* The failure is not that of one row. */
static calx_status blame_batch(calx_writer *writer)
{
    calx_error_prefix(&writer->session->error, "inserting %zu rows of %s: ", writer->batch.count,
                      writer->entity->mapper->name);
    return writer->session->error.status;
}

/* What the database made, and each row's new key and snapshot. */
static calx_status note_batch(calx_writer *writer)
{
    const calx_batch *batch = &writer->batch;
    bool defaults = false;
    calx_insert_columns(writer, batch->instances[0], &defaults); /* it is the set of all of them */
    for (size_t i = 0; i < batch->count; i++) {
        calx_instance *instance = batch->instances[i];
        calx_status status = calx_insert_note(writer, instance, defaults);
        if (status == CALX_OK && writer->has_row &&
            calx_cursor_next(writer->cursor, &writer->has_row) != CALX_OK)
            status = calx_session_take_error(writer->session);
        if (status != CALX_OK)
            return calx_writer_blame(writer, instance, "inserting");
    }
    return CALX_OK;
}

/* *out_singly: nothing was done, and the rows are to be sent one by one. */
static calx_status send_together(calx_writer *writer, bool *out_singly)
{
    calx_batch *batch = &writer->batch;
    calx_status status = calx_writer_open(writer, CALX_PLAN_INSERT_ROWS, batch->columns);
    writer->has_row = false;
    if (status == CALX_OK && calx_cursor_execute_rows(writer->cursor, batch->values, batch->count,
                                                      &writer->has_row) != CALX_OK)
        status = calx_session_take_error(writer->session);
    if (status == CALX_OK)
        return note_batch(writer);
    *out_singly = may_go_singly(&writer->session->error);
    /* A type that takes text only as a parameter of its own: the next batch would fail as well. */
    if (status == CALX_E_SYNTAX)
        writer->entity->singly = true;
    return *out_singly ? CALX_OK : blame_batch(writer);
}

static calx_status send_singly(calx_writer *writer)
{
    calx_status status = CALX_OK;
    calx_error_clear(&writer->session->error);
    for (size_t i = 0; status == CALX_OK && i < writer->batch.count; i++)
        status = calx_insert_row(writer, writer->batch.instances[i]);
    return status;
}

/* Sends what was gathered. The scratch of its entity is used. */
static calx_status send_batch(calx_writer *writer)
{
    calx_entity *in_hand = writer->entity;
    bool singly = writer->batch.count < CALX_BATCH_LEAST_ROWS;
    calx_status status = CALX_OK;
    if (writer->batch.count == 0)
        return CALX_OK;
    writer->entity = writer->batch.entity;
    if (!singly)
        status = send_together(writer, &singly);
    if (singly)
        status = send_singly(writer);
    writer->entity = in_hand;
    calx_batch_empty(&writer->batch);
    return status;
}

/* What goes wrong before a row is sent is its own, but those before it come first. */
static calx_status insert_alone(calx_writer *writer, calx_instance *instance)
{
    calx_error_clear(&writer->session->error);
    calx_status status = send_batch(writer);
    return status == CALX_OK ? calx_insert_row(writer, instance) : status;
}

/* A row that does not fit begins a batch of its own. */
static calx_status begin_batch(calx_writer *writer, calx_batch_row *row, size_t expected)
{
    bool defaults = false;
    bool had_rows = writer->batch.count > 0;
    calx_status status = send_batch(writer);
    if (status == CALX_OK && had_rows)
        status = calx_insert_prepare(writer, row->instance, &row->width, &defaults);
    if (status == CALX_OK && calx_batch_start(&writer->batch, row, expected) != CALX_OK)
        status = calx_error_set_nomem(&writer->session->error);
    return status;
}

static calx_status gather(calx_writer *writer, calx_instance *instance, size_t expected)
{
    calx_batch_row row = { .entity = writer->entity, .instance = instance };
    calx_status status = CALX_OK;
    bool defaults = false;
    if (writer->batch.entity != writer->entity || calx_batch_is_awaited(&writer->batch, instance))
        status = send_batch(writer); /* what it points at has its key then */
    if (status != CALX_OK)
        return status;
    if (calx_insert_prepare(writer, instance, &row.width, &defaults) != CALX_OK || row.width == 0)
        return insert_alone(writer, instance);
    if (!calx_batch_takes(&writer->batch, &row)) {
        status = begin_batch(writer, &row, expected);
        if (status != CALX_OK)
            return status;
    }
    calx_batch_add(&writer->batch, &row);
    return CALX_OK;
}

/* Whether a row goes into a batch: one is under way, or enough of its kind follow. */
static bool goes_together(const calx_writer *writer, const calx_instances *inserts, size_t i)
{
    size_t last = i + CALX_BATCH_LEAST_ROWS - 1;
    return !writer->entity->singly &&
           (writer->batch.entity == writer->entity ||
            (last < inserts->count && inserts->items[last]->mapper == writer->entity->mapper));
}

calx_status calx_insert_all(calx_writer *writer, const calx_instances *inserts)
{
    if (!calx_engine_dialect(writer->session->options.bind)->batches_rows)
        return calx_writer_send(writer, inserts, calx_insert_row);
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < inserts->count; i++) {
        calx_instance *instance = inserts->items[i];
        status = calx_writer_take(writer, instance);
        if (status == CALX_OK)
            status = goes_together(writer, inserts, i)
                         ? gather(writer, instance, inserts->count - i)
                         : insert_alone(writer, instance);
    }
    return status == CALX_OK ? send_batch(writer) : status;
}
