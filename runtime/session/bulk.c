/*
 * Arrays of plain structs, straight to the database (SES-320 to 328 as far as they speak of rows):
 * no identity, no unit of work, no relationships; what is loaded stays as it is. The rules kept:
 * all of an array are looked through before the first is sent, unless rows that fail are told; and
 * they go in the order of the array, together where the database takes them so.
 */
#include "session/bulk.h"

#include "base/allocator.h"
#include "base/error.h"

#include <string.h>

/* A row in hand beside those of a full batch. */
enum { COPIES = CALX_BATCH_MOST_PLAIN_ROWS + 1 };

/* ---- looking through them ---- */

/* What a member may hold that its column cannot, into entity->columns; answers how many. */
static size_t choose_limited(const calx_writer *writer)
{
    const calx_mapper *mapper = writer->entity->mapper;
    uint64_t *columns = writer->entity->columns;
    size_t count = 0;
    memset(columns, 0, calx_plan_words(mapper) * sizeof(*columns));
    for (size_t i = 0; i < mapper->column_count; i++) {
        if (mapper->columns[i].length != 0 || mapper->columns[i].type == CALX_TYPE_CHAR_ARRAY) {
            calx_plan_include(columns, i);
            count++;
        }
    }
    return count;
}

static calx_status check_rows(calx_bulk *bulk)
{
    calx_writer *writer = &bulk->writer;
    bool is_limited = bulk->kind->writes && choose_limited(writer) > 0;
    for (size_t i = 0; (is_limited || bulk->kind->by_key) && i < bulk->count; i++) {
        calx_status status = CALX_OK;
        size_t width = 0;
        if (is_limited)
            status = calx_writer_bind_columns(writer, calx_bulk_row(bulk, i),
                                              writer->entity->columns, &width);
        if (status == CALX_OK)
            status = calx_bulk_check_key(bulk, i);
        if (status != CALX_OK)
            return calx_bulk_blame(bulk, i);
    }
    return CALX_OK;
}

/* ---- gathering them ---- */

/* What was gathered is sent, and the row begins a batch of its own. */
static calx_status begin_batch(calx_bulk *bulk, size_t number, calx_batch_row *row)
{
    calx_writer *writer = &bulk->writer;
    bool had_rows = writer->batch.count > 0;
    calx_status status = calx_bulk_send_batch(bulk);
    if (status == CALX_OK && had_rows)
        status = bulk->kind->prepare(bulk, number, &row->width); /* the scratch was used */
    if (status == CALX_OK && calx_batch_start(&writer->batch, row,
                                              calx_batch_expected(calx_writer_branch(writer),
                                                                  bulk->count - number)) != CALX_OK)
        status = calx_error_set_nomem(&writer->session->error);
    bulk->first = number;
    bulk->batch_checks = bulk->checks;
    return status;
}

/* A row without any value goes alone: there would be no array. So does one that cannot be sent. */
static calx_status gather(calx_bulk *bulk, size_t number)
{
    calx_writer *writer = &bulk->writer;
    calx_batch_row row = { .entity = writer->entity };
    calx_status status = CALX_OK;
    if (calx_bulk_goes_on(bulk))
        status = calx_bulk_check_key(bulk, number);
    if (status == CALX_OK)
        status = bulk->kind->prepare(bulk, number, &row.width);
    if (status != CALX_OK || row.width == 0) {
        calx_error_clear(&writer->session->error);
        status = calx_bulk_send_batch(bulk); /* those before it come first */
        return status == CALX_OK ? calx_bulk_send_row(bulk, number) : status;
    }
    if (!calx_batch_takes(&writer->batch, &row) || bulk->checks != bulk->batch_checks) {
        status = begin_batch(bulk, number, &row);
        if (status != CALX_OK)
            return status;
    }
    calx_batch_add(&writer->batch, &row);
    return CALX_OK;
}

static calx_status send_rows(calx_bulk *bulk)
{
    const calx_entity *entity = bulk->writer.entity;
    bool together = calx_engine_dialect(calx_writer_engine(&bulk->writer))->batches_rows &&
                    !calx_bulk_keys_come_singly(bulk);
    calx_status status = CALX_OK;
    if (!together && calx_bulk_is_simple(bulk))
        return calx_bulk_send_simple(bulk);
    for (size_t i = 0; status == CALX_OK && i < bulk->count; i++)
        status = together && !entity->singly ? gather(bulk, i) : calx_bulk_send_row(bulk, i);
    return status == CALX_OK ? calx_bulk_send_batch(bulk) : status;
}

calx_status calx_bulk_make_copies(calx_bulk *bulk, size_t count)
{
    const calx_entity *entity = bulk->writer.entity;
    if (entity->version < 0 || !bulk->kind->writes)
        return CALX_OK;
    bulk->copies = calx_alloc_array(count < COPIES ? count : COPIES, entity->mapper->instance_size);
    return bulk->copies != NULL ? CALX_OK : calx_error_set_nomem(&bulk->writer.session->error);
}

/* A struct of nothing but a key has nothing to update. */
static bool has_nothing_to_write(calx_bulk *bulk)
{
    return bulk->kind->by_key && bulk->kind->writes &&
           calx_bulk_choose_updated(&bulk->writer) == 0 && bulk->writer.entity->version < 0;
}

/* The rows of the array; the next array may follow. */
calx_status calx_bulk_send_array(calx_bulk *bulk)
{
    calx_status status = calx_bulk_goes_on(bulk) ? CALX_OK : check_rows(bulk);
    return status == CALX_OK && !has_nothing_to_write(bulk) ? send_rows(bulk) : status;
}

static calx_status send_all(calx_bulk *bulk)
{
    if (bulk->send != NULL)
        return bulk->send(bulk);
    if (bulk->count == 0)
        return CALX_OK;
    calx_status status = calx_bulk_make_copies(bulk, bulk->count);
    return status == CALX_OK ? calx_bulk_send_array(bulk) : status;
}

/* ---- the calls ---- */

/* Rows that failed were told; without leave to skip them none is to stay. */
static calx_status answer_failures(calx_bulk *bulk)
{
    calx_error *error = &bulk->writer.session->error;
    if (bulk->failures == 0 || bulk->options->skips_failures)
        return CALX_OK;
    calx_error_move(error, &bulk->failure);
    if (bulk->failures > 1)
        calx_error_prefix(error, "%zu rows failed, the first is this: ", bulk->failures);
    return error->status;
}

/* A failure is that of a flush: rolled back at once, to the innermost savepoint (SES-326). */
static calx_status run_inside(calx_bulk *bulk)
{
    calx_session *session = bulk->writer.session;
    bool sends = true;
    calx_status status = calx_bind_begin_writes(session, bulk->writer.entity, &sends);
    if (!sends)
        return status; /* nothing is to be undone */
    session->flushing = true;
    if (status == CALX_OK)
        status = send_all(bulk);
    if (status == CALX_OK)
        status = answer_failures(bulk);
    calx_cursor_close(bulk->writer.cursor);
    calx_batch_clear(&bulk->writer.batch);
    calx_release(bulk->copies);
    if (status != CALX_OK)
        calx_session_break(session);
    session->flushing = false;
    return status;
}

static calx_status run(calx_bulk *bulk, const calx_mapper *mapper)
{
    calx_session *session = bulk->writer.session;
    bulk->writer.entity = calx_session_entity(session, mapper);
    if (bulk->writer.entity == NULL)
        return session->error.status;
    calx_status status = calx_bulk_check_keys(bulk);
    if (status == CALX_OK && bulk->kind->upserts)
        status = calx_bulk_read_conflict(bulk);
    if (status == CALX_OK)
        status = run_inside(bulk);
    if (bulk->options->out_failures != NULL)
        *bulk->options->out_failures = bulk->failures;
    calx_error_clear(&bulk->failure);
    calx_release(bulk->sets);
    return status;
}

/* What can be said of the options before anything is done, or NULL. */
static const char *fault_of(const calx_bulk *bulk)
{
    const calx_bulk_options *options = bulk->options;
    if (options->size != sizeof(*options))
        return "start the options from CALX_BULK_OPTIONS_INIT";
    if (bulk->kind == NULL)
        return "options.operation is none of CALX_BULK_INSERT, UPDATE, DELETE and UPSERT";
    if (options->source != NULL && (bulk->rows != NULL || bulk->count > 0))
        return "there is an array of rows and a function that makes rows: give one of them";
    if (!bulk->kind->upserts && (options->conflict_count > 0 || options->conflict_index != NULL ||
                                 options->conflict_nothing || options->updated_count > 0))
        return "what is said of a conflict is for CALX_BULK_UPSERT";
    return NULL;
}

static const calx_bulk_kind *kind_of(calx_bulk_operation operation)
{
    switch (operation) {
    case CALX_BULK_INSERT:
        return &calx_bulk_inserting;
    case CALX_BULK_UPDATE:
        return &calx_bulk_updating;
    case CALX_BULK_DELETE:
        return &calx_bulk_deleting;
    case CALX_BULK_UPSERT:
        return &calx_bulk_upserting;
    }
    return NULL;
}

calx_status calx_bulk_run(calx_bulk *bulk, const calx_mapper *mapper, const char *call)
{
    calx_session *session = bulk->writer.session;
    calx_status status = calx_session_enter(session);
    if (status != CALX_OK)
        return status;
    if (mapper == NULL || (bulk->rows == NULL && bulk->pointers == NULL && bulk->count > 0))
        return calx_session_fail(session, CALX_E_ARGUMENT, "%s(): the %s is NULL", call,
                                 mapper == NULL ? "mapper" : "array of rows");
    bulk->kind = kind_of(bulk->options->operation);
    const char *fault = fault_of(bulk);
    if (fault != NULL)
        return calx_session_fail(session, CALX_E_ARGUMENT, "%s(): %s", call, fault);
    status = calx_session_check_calm(session, call);
    return status == CALX_OK ? run(bulk, mapper) : status;
}

static calx_status write_rows(calx_session *session, const calx_mapper *mapper, const void *rows,
                              size_t count, const calx_bulk_options *options, const char *call)
{
    calx_bulk bulk = { .options = options, .rows = rows, .count = count };
    bulk.writer.session = session;
    bulk.send = options->source != NULL ? calx_bulk_send_made : NULL;
    return calx_bulk_run(&bulk, mapper, call);
}

calx_status calx_session_bulk_with(calx_session *session, const calx_mapper *mapper,
                                   const void *rows, size_t count, const calx_bulk_options *options)
{
    static const calx_bulk_options inserting = CALX_BULK_OPTIONS_INIT;
    return write_rows(session, mapper, rows, count, options != NULL ? options : &inserting,
                      "bulk_with");
}

calx_status calx_session_bulk_insert(calx_session *session, const calx_mapper *mapper,
                                     const void *rows, size_t count)
{
    static const calx_bulk_options options = CALX_BULK_OPTIONS_INIT;
    return write_rows(session, mapper, rows, count, &options, "bulk_insert");
}

calx_status calx_session_bulk_update(calx_session *session, const calx_mapper *mapper,
                                     const void *rows, size_t count)
{
    calx_bulk_options options = CALX_BULK_OPTIONS_INIT;
    options.operation = CALX_BULK_UPDATE;
    return write_rows(session, mapper, rows, count, &options, "bulk_update");
}

calx_status calx_session_bulk_delete(calx_session *session, const calx_mapper *mapper,
                                     const void *rows, size_t count)
{
    calx_bulk_options options = CALX_BULK_OPTIONS_INIT;
    options.operation = CALX_BULK_DELETE;
    return write_rows(session, mapper, rows, count, &options, "bulk_delete");
}

calx_status calx_session_bulk_upsert(calx_session *session, const calx_mapper *mapper,
                                     const void *rows, size_t count,
                                     const calx_bulk_options *options)
{
    calx_bulk_options upserting = CALX_BULK_OPTIONS_INIT;
    if (options != NULL && options->size == sizeof(upserting))
        upserting = *options;
    else if (options != NULL)
        upserting.size = 0; /* not as large as it should be: refused */
    upserting.operation = CALX_BULK_UPSERT;
    return write_rows(session, mapper, rows, count, &upserting, "bulk_upsert");
}

calx_status calx_session_bulk_insert_from(calx_session *session, const calx_mapper *mapper,
                                          calx_bulk_source source, void *context)
{
    calx_bulk_options options = CALX_BULK_OPTIONS_INIT;
    options.source = source;
    options.source_context = context;
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK && source == NULL)
        return calx_session_fail(session, CALX_E_ARGUMENT,
                                 "bulk_insert_from(): the function that makes rows is NULL");
    return status == CALX_OK ? write_rows(session, mapper, NULL, 0, &options, "bulk_insert_from")
                             : status;
}
