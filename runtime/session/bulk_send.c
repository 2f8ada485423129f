/*
 * Sending plain rows, together where the database takes them so, and finding those that fail. The
 * rules kept: a statement for many that fails has changed nothing, and its rows are sent again in
 * halves until those that are wrong stand alone, so that few of them cost little; the order of the
 * rows stays; and where the others are to stay, a row that fails is undone by itself.
 */
#include "session/bulk.h"

#include "base/error.h"
#include "engine/savepoint.h"
#include "session/version.h"

/* Fewer are not worth a look at the catalogue. */
enum { COPY_LEAST_ROWS = 500 };

calx_status calx_bulk_blame(calx_bulk *bulk, size_t number)
{
    calx_error *error = &bulk->writer.session->error;
    size_t row = bulk->positions != NULL ? bulk->positions[number] : bulk->before + number;
    calx_error_prefix(error, "%s rows[%zu] of %s: ", bulk->kind->doing, row,
                      bulk->writer.entity->mapper->name);
    return error->status;
}

/* ---- rows that fail ---- */

bool calx_bulk_goes_on(const calx_bulk *bulk)
{
    return bulk->options->failed != NULL || bulk->options->skips_failures;
}

/* Whether other rows may do better. */
static bool is_of_row(const calx_error *error)
{
    if (!calx_together_may_go_singly(error) || (error->flags & CALX_ERROR_RETRY) != 0)
        return false;
    switch (error->status) {
    case CALX_E_UNIQUE:
    case CALX_E_FOREIGN_KEY:
    case CALX_E_NOT_NULL:
    case CALX_E_CHECK:
    case CALX_E_EXCLUSION:
    case CALX_E_CONSTRAINT:
    case CALX_E_DATA:
    case CALX_E_LIMIT:
    case CALX_E_USER:
    case CALX_E_STATE:
    case CALX_E_FLUSH:
    case CALX_E_STALE_DATA:
        return true;
    default:
        return false;
    }
}

calx_status calx_bulk_note_failure(calx_bulk *bulk, size_t number)
{
    calx_session *session = bulk->writer.session;
    const calx_bulk_options *options = bulk->options;
    calx_error failure = CALX_ERROR_INIT;
    calx_status status = CALX_OK;
    if (!calx_bulk_goes_on(bulk) || !is_of_row(&session->error))
        return session->error.status;
    calx_error_move(&failure, &session->error); /* the function may ask the session for its own */
    if (options->failed != NULL)
        status = options->failed(options->failed_context, bulk->before + number, &failure);
    if (options->out_keys != NULL)
        options->out_keys[bulk->before + number] = 0;
    if (bulk->failures++ == 0)
        calx_error_move(&bulk->failure, &failure);
    calx_error_clear(&failure);
    calx_error_clear(&session->error);
    if (status == CALX_OK)
        return CALX_OK;
    return calx_session_fail(
        session, status, "the function that hears of failures ended it at rows[%zu] of %s: %s",
        bulk->before + number, bulk->writer.entity->mapper->name, calx_status_text(status));
}

/* ---- one by one ---- */

/* A row that is not there: one that was to go is gone, unless its version says more (SES-344). */
static calx_status miss(calx_bulk *bulk, size_t number)
{
    calx_session *session = bulk->writer.session;
    const calx_entity *entity = bulk->writer.entity;
    if (bulk->kind->writes || entity->version >= 0)
        return calx_version_missed(&bulk->writer, calx_bulk_row(bulk, number));
    if (session->options.confirm_deleted_rows)
        calx_session_warn(session, "rows[%zu]: DELETE FROM %s matched no row: it was gone already",
                          bulk->before + number, entity->mapper->table);
    return CALX_OK;
}

/* Whether the statement had to change the row that it was sent for. */
static bool must_change(const calx_bulk *bulk)
{
    return bulk->kind->by_key || (bulk->writer.plan->key.conflict & CALX_CONFLICT_CHECKS) != 0;
}

static calx_status send_alone(calx_bulk *bulk, size_t number)
{
    calx_writer *writer = &bulk->writer;
    size_t width = 0;
    int64_t changes = 0;
    calx_status status = CALX_OK;
    if (calx_bulk_goes_on(bulk)) /* else all of them were looked at before */
        status = calx_bulk_check_key(bulk, number);
    if (status == CALX_OK)
        status = bulk->kind->prepare(bulk, number, &width);
    calx_plan_key key = calx_bulk_plan(bulk, false, writer->entity->columns, bulk->checks);
    if (status == CALX_OK)
        status = calx_writer_open_plan(writer, &key);
    if (status == CALX_OK)
        status = calx_writer_run_columns(writer, width, &changes);
    if (status == CALX_OK && changes == 0 && !writer->has_row && must_change(bulk))
        status = miss(bulk, number);
    if (status == CALX_OK)
        status = calx_bulk_note_keys(bulk, number, 1);
    return status == CALX_OK ? CALX_OK : calx_bulk_blame(bulk, number);
}

/* What is wrong is not a row, so nothing is sent again. */
static calx_status spoil(calx_bulk *bulk, calx_status status)
{
    bulk->writer.session->error.flags |= CALX_ERROR_ROLLBACK_ONLY;
    return status;
}

/* A failure is undone by itself. */
static calx_status send_guarded(calx_bulk *bulk, size_t number)
{
    calx_session *session = bulk->writer.session;
    calx_connection *connection = calx_writer_branch(&bulk->writer)->connection;
    if (calx_engine_dialect(calx_writer_engine(&bulk->writer))->fails_alone ||
        calx_connection_is_autocommit(connection))
        return send_alone(bulk, number);
    if (calx_connection_begin_nested(connection) != CALX_OK)
        return spoil(bulk, calx_writer_take_error(&bulk->writer));
    calx_status status = send_alone(bulk, number);
    if (status == CALX_OK && calx_connection_commit(connection) != CALX_OK)
        return spoil(bulk, calx_writer_take_error(&bulk->writer));
    if (status == CALX_OK)
        return CALX_OK;
    if (calx_connection_rollback(connection) != CALX_OK && is_of_row(&session->error))
        return spoil(bulk, calx_writer_take_error(&bulk->writer));
    return status;
}

calx_status calx_bulk_send_row(calx_bulk *bulk, size_t number)
{
    if (!calx_bulk_goes_on(bulk))
        return send_alone(bulk, number);
    calx_status status = send_guarded(bulk, number);
    return status == CALX_OK ? CALX_OK : calx_bulk_note_failure(bulk, number);
}

/* ---- one after the other ---- */

bool calx_bulk_is_simple(const calx_bulk *bulk)
{
    return !bulk->kind->by_key && !calx_bulk_goes_on(bulk) && bulk->options->out_keys == NULL &&
           (bulk->conflict & CALX_CONFLICT_COUNTS) == 0;
}

static bool is_same_set(const calx_mapper *mapper, const uint64_t *left, const uint64_t *right)
{
    for (size_t i = calx_plan_words(mapper); i-- > 0;)
        if (left[i] != right[i])
            return false;
    return true;
}

/* The next row, if the statement that is open serves it. */
static bool next_simple(void *context, const calx_value **out_values, size_t *out_count)
{
    calx_bulk *bulk = context;
    const calx_entity *entity = bulk->writer.entity;
    *out_count = 0;
    if (bulk->first == bulk->count || bulk->kind->prepare(bulk, bulk->first, out_count) != CALX_OK)
        return false;
    if (!is_same_set(entity->mapper, entity->columns, bulk->writer.plan->key.columns))
        return false;
    *out_values = entity->row;
    bulk->first++;
    return true;
}

/* As many rows as one statement serves. */
static calx_status send_alike(calx_bulk *bulk)
{
    calx_writer *writer = &bulk->writer;
    size_t width = 0;
    calx_status status = bulk->kind->prepare(bulk, bulk->first, &width);
    calx_plan_key key = calx_bulk_plan(bulk, false, writer->entity->columns, false);
    if (status == CALX_OK)
        status = calx_writer_open_plan(writer, &key);
    if (status != CALX_OK)
        return calx_bulk_blame(bulk, bulk->first);
    status = calx_writer_run_each(writer, next_simple, bulk);
    return status == CALX_OK ? CALX_OK : calx_bulk_blame(bulk, bulk->first - 1);
}

calx_status calx_bulk_send_simple(calx_bulk *bulk)
{
    calx_status status = CALX_OK;
    for (bulk->first = 0; status == CALX_OK && bulk->first < bulk->count;)
        status = send_alike(bulk);
    return status;
}

/* ---- rows of a batch ---- */

static calx_status send_singly(calx_bulk *bulk, size_t first, size_t count)
{
    calx_status status = CALX_OK;
    calx_error_clear(&bulk->writer.session->error);
    for (size_t i = 0; status == CALX_OK && i < count; i++)
        status = calx_bulk_send_row(bulk, bulk->first + first + i);
    return status;
}

/* ---- together ---- */

static bool is_for_copy(const calx_bulk *bulk, size_t count)
{
    const calx_writer *writer = &bulk->writer;
    return bulk->kind->copied && !writer->entity->uncopied && bulk->options->out_keys == NULL &&
           count >= COPY_LEAST_ROWS &&
           calx_engine_dialect(calx_writer_engine(writer))->copy_from != NULL;
}

static calx_status copy_rows(calx_writer *writer, size_t first, size_t count)
{
    calx_session *session = writer->session;
    const calx_batch *batch = &writer->batch;
    calx_plan_key key = { .mapper = writer->entity->mapper,
                          .kind = CALX_PLAN_COPY,
                          .columns = batch->columns };
    const calx_plan *plan = NULL;
    calx_status status = calx_engine_plan(calx_writer_engine(writer), &key, &plan, &session->error);
    if (status == CALX_OK &&
        calx_connection_copy_rows(calx_writer_branch(writer)->connection, plan,
                                  batch->values + first * batch->width, count) != CALX_OK)
        status = calx_writer_take_error(writer);
    return status;
}

static calx_status execute_rows(calx_bulk *bulk, size_t first, size_t count)
{
    calx_writer *writer = &bulk->writer;
    calx_plan_key key = calx_bulk_plan(bulk, true, writer->batch.columns, bulk->batch_checks);
    calx_status status = calx_writer_open_plan(writer, &key);
    if (status == CALX_OK)
        status = calx_together_execute_some(writer, first, count);
    /* A type that takes text only as a parameter of its own: the next rows would fail as well. */
    if ((status == CALX_E_SYNTAX || status == CALX_E_NO_OBJECT) && !bulk->kind->upserts)
        writer->entity->singly = true;
    if (status == CALX_OK && calx_bulk_note_keys(bulk, bulk->first + first, count) != CALX_OK)
        return spoil(bulk, writer->session->error.status); /* the rows are there already */
    return status;
}

/* In one statement. */
static calx_status send_at_once(calx_bulk *bulk, size_t first, size_t count)
{
    calx_writer *writer = &bulk->writer;
    calx_status status = CALX_E_UNSUPPORTED;
    if (is_for_copy(bulk, count)) {
        status = copy_rows(writer, first, count);
        writer->entity->uncopied = status == CALX_E_UNSUPPORTED;
    }
    if (status != CALX_E_UNSUPPORTED)
        return status;
    calx_error_clear(&writer->session->error);
    return execute_rows(bulk, first, count);
}

/* Whether no statement for many would do, whatever the rows. */
static bool is_hopeless(const calx_bulk *bulk, const calx_error *error)
{
    return bulk->writer.entity->singly || error->status == CALX_E_SYNTAX ||
           error->status == CALX_E_NO_OBJECT;
}

/* When they fail both halves go by themselves, the first one first. */
static calx_status send_some(calx_bulk *bulk, size_t first, size_t count)
{
    calx_error *error = &bulk->writer.session->error;
    if (count < CALX_BATCH_LEAST_ROWS)
        return send_singly(bulk, first, count);
    calx_status status = send_at_once(bulk, first, count);
    if (status == CALX_OK)
        return CALX_OK;
    if (!calx_together_may_go_singly(error)) {
        size_t row = bulk->before + bulk->first + first;
        calx_error_prefix(error, "%s rows[%zu] to rows[%zu] of %s: ", bulk->kind->doing, row,
                          row + count - 1, bulk->writer.entity->mapper->name);
        return status;
    }
    if (is_hopeless(bulk, error))
        return send_singly(bulk, first, count);
    calx_error_clear(error);
    status = send_some(bulk, first, count / 2);
    return status == CALX_OK ? send_some(bulk, first + count / 2, count - count / 2) : status;
}

calx_status calx_bulk_send_batch(calx_bulk *bulk)
{
    calx_batch *batch = &bulk->writer.batch;
    calx_status status = CALX_OK;
    if (batch->count > 0)
        status = send_some(bulk, 0, batch->count);
    calx_batch_empty(batch);
    return status;
}
