/*
 * COPY. The rule kept: while it runs the connection is in a state of its own, in which nothing else
 * can be sent on it, so that a source or a sink cannot get between its data (ENG-169).
 */
#include "engine/inside.h"

#include "base/clock.h"
#include "base/error.h"
#include "sql/parameters.h"

#include <calx/copy.h>

#include <string.h>

typedef calx_status (*copy_slot)(calx_driver_connection *connection,
                                 calx_driver_transfer *transfer);

static calx_status check(calx_connection *connection, const calx_driver_transfer *transfer,
                         copy_slot slot)
{
    const calx_dialect *dialect = calx_engine_dialect(connection->engine);
    calx_error *error = &connection->error;
    if (slot == NULL)
        return calx_error_set(error, CALX_E_UNSUPPORTED, "%s has no COPY",
                              connection->engine->driver->name);
    if (transfer->sql == NULL || (transfer->read == NULL && transfer->write == NULL))
        return calx_error_set(error, CALX_E_ARGUMENT,
                              "a COPY needs its statement, and a source or a sink with a function");
    if (calx_sql_survey(dialect, transfer->sql, strlen(transfer->sql)).statements != 1)
        return calx_error_set(error, CALX_E_ARGUMENT, "a COPY is one statement, alone in its text");
    return CALX_OK;
}

static calx_status raise(calx_connection *connection, calx_event event, const char *sql)
{
    calx_event_details details = { .event = event, .connection = connection, .statement = sql };
    if (!calx_hears(connection->engine, event))
        return CALX_OK;
    return calx_event_raise(connection->engine, &details, connection->link->connection,
                            &connection->error);
}

/* The application's source or sink, and whose it is. */
typedef struct partner {
    calx_connection *connection;
    const calx_driver_transfer *wanted;
} partner;

/* One that has closed the connection wants nothing more of it. */
static calx_status read_from(void *context, const char **out_data, size_t *out_size)
{
    const partner *self = context;
    calx_status status = self->wanted->read(self->wanted->context, out_data, out_size);
    return self->connection->closing ? CALX_E_STATE : status;
}

static calx_status write_to(void *context, const char *data, size_t size)
{
    const partner *self = context;
    calx_status status = self->wanted->write(self->wanted->context, data, size);
    return self->connection->closing ? CALX_E_STATE : status;
}

/* The application's functions run in here. */
static calx_status transfer_by(calx_connection *connection, calx_driver_transfer *transfer,
                               copy_slot slot)
{
    int64_t timeout_ms = connection->settings->timeout_ms;
    calx_driver_connection *physical = connection->link->connection;
    int64_t start = connection->echo ? calx_clock_monotonic_ns() : 0;
    if (connection->echo)
        calx_echo_statement(connection, transfer->sql, NULL, 0);
    physical->deadline = timeout_ms > 0 ? calx_deadline_in_ms(timeout_ms) : 0;
    partner guarded = { connection, transfer };
    calx_driver_transfer by = *transfer;
    by.read = transfer->read != NULL ? read_from : NULL;
    by.write = transfer->write != NULL ? write_to : NULL;
    by.context = &guarded;
    connection->state = CALX_CONNECTION_COPYING;
    calx_status status = slot(physical, &by);
    transfer->rows = by.rows;
    connection->state = CALX_CONNECTION_BEGUN;
    physical->deadline = 0;
    if (connection->echo)
        calx_echo_time(connection, calx_clock_monotonic_ns() - start);
    return status;
}

static calx_status copy_inside(calx_connection *connection, calx_driver_transfer *transfer,
                               copy_slot slot)
{
    if (connection->state == CALX_CONNECTION_COPYING)
        return calx_connection_fail_copying(connection);
    calx_connection_forget_error(connection);
    calx_status status = check(connection, transfer, slot);
    if (status == CALX_OK)
        status = calx_connection_ready(connection);
    if (status == CALX_OK)
        status = raise(connection, CALX_EVENT_BEFORE_CURSOR_EXECUTE, transfer->sql);
    if (status != CALX_OK)
        return status;
    status = transfer_by(connection, transfer, slot);
    /* What was said to a source or a sink in between is no answer to this call. */
    calx_connection_forget_error(connection);
    if (status != CALX_OK)
        return calx_connection_failed(connection, status, transfer->sql);
    return raise(connection, CALX_EVENT_AFTER_CURSOR_EXECUTE, transfer->sql);
}

static calx_status copy(calx_connection *connection, calx_driver_transfer *transfer, copy_slot slot,
                        int64_t *out_rows)
{
    pthread_t before;
    if (!calx_connection_enter(connection, &before))
        return calx_connection_shut_out(connection);
    calx_status status = copy_inside(connection, transfer, slot);
    if (status == CALX_OK && out_rows != NULL)
        *out_rows = transfer->rows;
    bool closing = connection->closing && connection->state != CALX_CONNECTION_COPYING;
    calx_connection_leave(connection, before);
    if (closing)
        calx_connection_close(connection);
    return status;
}

calx_status calx_connection_copy_in(calx_connection *connection, const char *sql,
                                    const calx_copy_source *source, int64_t *out_rows)
{
    calx_driver_transfer transfer = { .sql = sql };
    if (source != NULL) {
        transfer.read = source->read;
        transfer.context = source->context;
    }
    copy_slot slot = connection != NULL ? connection->engine->driver->copy_in : NULL;
    return copy(connection, &transfer, slot, out_rows);
}

calx_status calx_connection_copy_out(calx_connection *connection, const char *sql,
                                     const calx_copy_sink *sink, int64_t *out_rows)
{
    calx_driver_transfer transfer = { .sql = sql };
    if (sink != NULL) {
        transfer.write = sink->write;
        transfer.context = sink->context;
    }
    copy_slot slot = connection != NULL ? connection->engine->driver->copy_out : NULL;
    return copy(connection, &transfer, slot, out_rows);
}
