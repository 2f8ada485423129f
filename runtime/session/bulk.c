/*
 * Arrays of plain structs, straight to the database (SES-320 to 328 as far as they speak of rows):
 * no identity, no unit of work, no relationships; what is loaded stays as it is. The rules kept:
 * rows are only read, so that a version is made in a copy; all of an array are looked through
 * before the first is sent; and they go in the order of the array, together where the database
 * takes them so. When that fails it was undone, and the rows go one by one until the one that is
 * wrong.
 */
#include "session/bulk.h"

#include "base/allocator.h"
#include "base/error.h"
#include "mapper/column.h"
#include "session/version.h"

#include <string.h>

/* A row in hand beside those of a full batch. */
enum { COPIES = CALX_BATCH_MOST_PLAIN_ROWS + 1 };

/* Fewer are not worth a look at the catalogue. */
enum { COPY_LEAST_ROWS = 500 };

/* ---- one row ---- */

static const void *row_at(const calx_bulk *bulk, size_t number)
{
    return bulk->rows + number * bulk->writer.entity->mapper->instance_size;
}

/* Good until as many rows further on as a batch has. */
static void *copy_at(calx_bulk *bulk, size_t number)
{
    size_t size = bulk->writer.entity->mapper->instance_size;
    return memcpy(bulk->copies + number % COPIES * size, row_at(bulk, number), size);
}

static calx_status prepare_insert(calx_bulk *bulk, size_t number, size_t *out_width)
{
    calx_writer *writer = &bulk->writer;
    const void *row = row_at(bulk, number);
    *out_width = 0;
    if (bulk->copies != NULL) {
        void *copy = copy_at(bulk, number);
        calx_status status = calx_version_start_plain(writer, copy);
        if (status != CALX_OK)
            return status;
        row = copy;
    }
    calx_writer_choose_inserted(writer, row, NULL);
    return calx_writer_bind_columns(writer, row, writer->entity->columns, out_width);
}

/* All but the key and the version; answers how many. */
static size_t choose_updated(calx_writer *writer)
{
    const calx_mapper *mapper = writer->entity->mapper;
    uint64_t *columns = writer->entity->columns;
    size_t count = 0;
    memset(columns, 0, calx_plan_words(mapper) * sizeof(*columns));
    for (size_t i = 0; i < mapper->column_count; i++) {
        if ((mapper->columns[i].flags & (CALX_COLUMN_KEY | CALX_COLUMN_VERSION)) == 0) {
            calx_plan_include(columns, i);
            count++;
        }
    }
    return count;
}

static calx_status prepare_update(calx_bulk *bulk, size_t number, size_t *out_width)
{
    calx_writer *writer = &bulk->writer;
    const void *row = row_at(bulk, number);
    const void *changed = row;
    calx_status status = CALX_OK;
    *out_width = 0;
    choose_updated(writer);
    if (bulk->copies != NULL) {
        void *copy = copy_at(bulk, number);
        status = calx_version_raise(writer, copy, row);
        changed = copy;
    }
    if (status == CALX_OK)
        status = calx_writer_bind_columns(writer, changed, writer->entity->columns, out_width);
    return status == CALX_OK ? calx_writer_bind_where(writer, row, out_width) : status;
}

static calx_status prepare_delete(calx_bulk *bulk, size_t number, size_t *out_width)
{
    calx_writer *writer = &bulk->writer;
    memset(writer->entity->columns, 0,
           calx_plan_words(writer->entity->mapper) * sizeof(*writer->entity->columns));
    *out_width = 0;
    return calx_writer_bind_where(writer, row_at(bulk, number), out_width);
}

static const calx_bulk_kind inserting = {
    .doing = "inserting",
    .many = CALX_PLAN_LOAD_ROWS,
    .alone = CALX_PLAN_INSERT,
    .copied = true,
    .writes = true,
    .prepare = prepare_insert,
};

static const calx_bulk_kind updating = {
    .doing = "updating",
    .many = CALX_PLAN_UPDATE_ROWS,
    .alone = CALX_PLAN_UPDATE,
    .by_key = true,
    .writes = true,
    .prepare = prepare_update,
};

static const calx_bulk_kind deleting = {
    .doing = "deleting",
    .many = CALX_PLAN_DELETE_ROWS,
    .alone = CALX_PLAN_DELETE,
    .by_key = true,
    .prepare = prepare_delete,
};

/* ---- looking through them ---- */

static calx_status blame(calx_bulk *bulk, size_t number)
{
    calx_error *error = &bulk->writer.session->error;
    calx_error_prefix(error, "%s rows[%zu] of %s: ", bulk->kind->doing, bulk->before + number,
                      bulk->writer.entity->mapper->name);
    return error->status;
}

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

/* A key that the database makes when it is left empty is not set then. */
static calx_status check_key(calx_writer *writer, const void *row)
{
    const calx_mapper *mapper = writer->entity->mapper;
    for (size_t i = 0; i < mapper->key_count; i++) {
        const calx_column *column = &mapper->columns[mapper->key[i]];
        calx_value value;
        bool is_made = (column->flags & CALX_COLUMN_GENERATED) != 0;
        calx_status status = calx_column_read(column, row, &value);
        if (status != CALX_OK || value.type == CALX_VALUE_NULL ||
            (is_made && calx_column_is_empty(column, row)))
            return calx_session_fail(writer->session, CALX_E_STATE,
                                     "%s.%s is not set: the key says which row is meant",
                                     mapper->name, column->member);
    }
    return CALX_OK;
}

static calx_status check_rows(calx_bulk *bulk)
{
    calx_writer *writer = &bulk->writer;
    bool is_limited = bulk->kind->writes && choose_limited(writer) > 0;
    for (size_t i = 0; (is_limited || bulk->kind->by_key) && i < bulk->count; i++) {
        calx_status status = CALX_OK;
        size_t width = 0;
        if (is_limited)
            status =
                calx_writer_bind_columns(writer, row_at(bulk, i), writer->entity->columns, &width);
        if (status == CALX_OK && bulk->kind->by_key)
            status = check_key(writer, row_at(bulk, i));
        if (status != CALX_OK)
            return blame(bulk, i);
    }
    return CALX_OK;
}

/* ---- sending them ---- */

/* A row that is not there: one that was to go is gone, unless its version says more (SES-344). */
static calx_status miss(calx_bulk *bulk, size_t number)
{
    calx_session *session = bulk->writer.session;
    const calx_entity *entity = bulk->writer.entity;
    if (bulk->kind->writes || entity->version >= 0)
        return calx_version_missed(&bulk->writer, row_at(bulk, number));
    if (session->options.confirm_deleted_rows)
        calx_session_warn(session, "rows[%zu]: DELETE FROM %s matched no row: it was gone already",
                          bulk->before + number, entity->mapper->table);
    return CALX_OK;
}

static calx_status send_alone(calx_bulk *bulk, size_t number)
{
    calx_writer *writer = &bulk->writer;
    size_t width = 0;
    int64_t changes = 0;
    calx_status status = bulk->kind->prepare(bulk, number, &width);
    if (status == CALX_OK)
        status = calx_writer_open(writer, bulk->kind->alone,
                                  bulk->kind->writes ? writer->entity->columns : NULL);
    if (status == CALX_OK)
        status = calx_writer_run_columns(writer, width, &changes);
    if (status == CALX_OK && bulk->kind->by_key && changes == 0)
        status = miss(bulk, number);
    return status == CALX_OK ? CALX_OK : blame(bulk, number);
}

static calx_status send_singly(calx_bulk *bulk)
{
    calx_status status = CALX_OK;
    calx_error_clear(&bulk->writer.session->error);
    for (size_t i = 0; status == CALX_OK && i < bulk->writer.batch.count; i++)
        status = send_alone(bulk, bulk->first + i);
    return status;
}

static bool is_for_copy(const calx_bulk *bulk)
{
    const calx_writer *writer = &bulk->writer;
    return bulk->kind->copied && !writer->entity->uncopied &&
           writer->batch.count >= COPY_LEAST_ROWS &&
           calx_engine_dialect(writer->session->options.bind)->copy_from != NULL;
}

static calx_status copy_batch(calx_writer *writer)
{
    calx_session *session = writer->session;
    const calx_batch *batch = &writer->batch;
    calx_plan_key key = { .mapper = writer->entity->mapper,
                          .kind = CALX_PLAN_COPY,
                          .columns = batch->columns };
    const calx_plan *plan = NULL;
    calx_status status = calx_engine_plan(session->options.bind, &key, &plan, &session->error);
    if (status == CALX_OK && calx_connection_copy_rows(session->connection, plan, batch->values,
                                                       batch->count) != CALX_OK)
        status = calx_session_take_error(session);
    return status;
}

/* In one statement. *out_singly: nothing was done, and the rows are to be sent one by one. */
static calx_status send_at_once(calx_bulk *bulk, bool *out_singly)
{
    calx_writer *writer = &bulk->writer;
    calx_status status = CALX_E_UNSUPPORTED;
    if (is_for_copy(bulk)) {
        status = copy_batch(writer);
        *out_singly = status != CALX_OK && calx_together_may_go_singly(&writer->session->error);
        writer->entity->uncopied = status == CALX_E_UNSUPPORTED;
    }
    if (status != CALX_E_UNSUPPORTED)
        return status;
    calx_error_clear(&writer->session->error);
    *out_singly = false;
    return calx_together_execute(writer, bulk->kind->many, out_singly);
}

/* Sends what was gathered. The scratch of the entity is used. */
static calx_status send_batch(calx_bulk *bulk)
{
    calx_writer *writer = &bulk->writer;
    bool singly = writer->batch.count < CALX_BATCH_LEAST_ROWS;
    calx_status status = CALX_OK;
    if (writer->batch.count == 0)
        return CALX_OK;
    if (!singly)
        status = send_at_once(bulk, &singly);
    if (singly)
        status = send_singly(bulk);
    else if (status != CALX_OK)
        calx_error_prefix(
            &writer->session->error, "%s rows[%zu] to rows[%zu] of %s: ", bulk->kind->doing,
            bulk->before + bulk->first, bulk->before + bulk->first + writer->batch.count - 1,
            writer->entity->mapper->name);
    calx_batch_empty(&writer->batch);
    return status;
}

/* What was gathered is sent, and the row begins a batch of its own. */
static calx_status begin_batch(calx_bulk *bulk, size_t number, calx_batch_row *row)
{
    calx_writer *writer = &bulk->writer;
    bool had_rows = writer->batch.count > 0;
    calx_status status = send_batch(bulk);
    if (status == CALX_OK && had_rows)
        status = bulk->kind->prepare(bulk, number, &row->width); /* the scratch was used */
    if (status == CALX_OK &&
        calx_batch_start(&writer->batch, row,
                         calx_batch_expected(writer->session, bulk->count - number)) != CALX_OK)
        status = calx_error_set_nomem(&writer->session->error);
    bulk->first = number;
    return status;
}

/* A row without any value goes alone: there would be no array. So does one that cannot be sent. */
static calx_status gather(calx_bulk *bulk, size_t number)
{
    calx_writer *writer = &bulk->writer;
    calx_batch_row row = { .entity = writer->entity };
    calx_status status = bulk->kind->prepare(bulk, number, &row.width);
    if (status != CALX_OK || row.width == 0) {
        calx_error_clear(&writer->session->error);
        status = send_batch(bulk); /* those before it come first */
        return status == CALX_OK ? send_alone(bulk, number) : status;
    }
    if (!calx_batch_takes(&writer->batch, &row)) {
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
    bool together = calx_engine_dialect(bulk->writer.session->options.bind)->batches_rows;
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < bulk->count; i++)
        status = together && !entity->singly ? gather(bulk, i) : send_alone(bulk, i);
    return status == CALX_OK ? send_batch(bulk) : status;
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
    return bulk->kind->by_key && bulk->kind->writes && choose_updated(&bulk->writer) == 0 &&
           bulk->writer.entity->version < 0;
}

/* The rows of the array; the next array may follow. */
calx_status calx_bulk_send_array(calx_bulk *bulk)
{
    calx_status status = check_rows(bulk);
    return status == CALX_OK && !has_nothing_to_write(bulk) ? send_rows(bulk) : status;
}

static calx_status send_all(calx_bulk *bulk)
{
    calx_status status = calx_bulk_make_copies(bulk, bulk->count);
    return status == CALX_OK ? calx_bulk_send_array(bulk) : status;
}

/* ---- the calls ---- */

/* A failure is that of a flush: rolled back at once, to the innermost savepoint (SES-326). */
static calx_status run(calx_bulk *bulk, const calx_mapper *mapper)
{
    calx_session *session = bulk->writer.session;
    bulk->writer.entity = calx_session_entity(session, mapper);
    if (bulk->writer.entity == NULL)
        return session->error.status;
    calx_status status = calx_session_acquire(session);
    if (status == CALX_E_PENDING_ROLLBACK || session->connection == NULL)
        return status; /* nothing was sent: nothing is to be undone */
    session->flushing = true;
    if (status == CALX_OK && bulk->source != NULL)
        status = calx_bulk_send_made(bulk);
    else if (status == CALX_OK && bulk->count > 0)
        status = send_all(bulk);
    calx_cursor_close(bulk->writer.cursor);
    calx_batch_clear(&bulk->writer.batch);
    calx_release(bulk->copies);
    if (status != CALX_OK)
        calx_session_break(session);
    session->flushing = false;
    return status;
}

static calx_status enter(calx_bulk *bulk, const calx_mapper *mapper, const char *call)
{
    calx_session *session = bulk->writer.session;
    calx_status status = calx_session_enter(session);
    if (status != CALX_OK)
        return status;
    if (mapper == NULL || (bulk->rows == NULL && bulk->count > 0))
        return calx_session_fail(session, CALX_E_ARGUMENT, "%s(): the %s is NULL", call,
                                 mapper == NULL ? "mapper" : "array of rows");
    status = calx_session_check_calm(session, call);
    return status == CALX_OK ? run(bulk, mapper) : status;
}

calx_status calx_session_bulk_insert(calx_session *session, const calx_mapper *mapper,
                                     const void *rows, size_t count)
{
    calx_bulk bulk = { .kind = &inserting, .rows = rows, .count = count };
    bulk.writer.session = session;
    return enter(&bulk, mapper, "bulk_insert");
}

calx_status calx_session_bulk_update(calx_session *session, const calx_mapper *mapper,
                                     const void *rows, size_t count)
{
    calx_bulk bulk = { .kind = &updating, .rows = rows, .count = count };
    bulk.writer.session = session;
    return enter(&bulk, mapper, "bulk_update");
}

calx_status calx_session_bulk_delete(calx_session *session, const calx_mapper *mapper,
                                     const void *rows, size_t count)
{
    calx_bulk bulk = { .kind = &deleting, .rows = rows, .count = count };
    bulk.writer.session = session;
    return enter(&bulk, mapper, "bulk_delete");
}

calx_status calx_session_bulk_insert_from(calx_session *session, const calx_mapper *mapper,
                                          calx_bulk_source source, void *context)
{
    calx_bulk bulk = { .kind = &inserting, .source = source, .context = context };
    bulk.writer.session = session;
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK && source == NULL)
        return calx_session_fail(session, CALX_E_ARGUMENT,
                                 "bulk_insert_from(): the function that makes rows is NULL");
    return status == CALX_OK ? enter(&bulk, mapper, "bulk_insert_from") : status;
}
