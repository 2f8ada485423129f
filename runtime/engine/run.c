/*
 * Functions as transactions on a connection: taken, begun, called, committed or rolled back, and
 * given back, whatever happens (ENG-051). With the option `retries` a function whose transaction
 * the database gave up for others' sake is called again, in a new transaction; on SQLite that one
 * begins as a writer, since another writer was in the way.
 */
#include "engine/inside.h"

#include "base/error.h"
#include "engine/retry.h"

/* Rolling back would forget why. */
static calx_status roll_back(calx_connection *connection, calx_status status)
{
    calx_error why = CALX_ERROR_INIT;
    calx_error_move(&why, &connection->error);
    while (calx_connection_in_transaction(connection) &&
           calx_connection_rollback(connection) == CALX_OK)
        continue;
    calx_error_move(&connection->error, &why);
    return status;
}

static calx_status try_once(calx_connection *connection, calx_connection_function function,
                            void *context)
{
    calx_status status = calx_connection_begin(connection);
    if (status == CALX_OK) {
        connection->scoped = true; /* no other transaction begins in it (ENG-135) */
        status = function(context, connection);
        connection->scoped = false;
    }
    /* What the connection says of another failure is not about this one. */
    if (status != CALX_OK && connection->error.status != status)
        calx_error_set(&connection->error, status, "the function of a transaction failed: %s",
                       calx_status_text(status));
    while (status == CALX_OK && calx_connection_in_transaction(connection))
        status = calx_connection_commit(connection);
    return status == CALX_OK ? CALX_OK : roll_back(connection, status);
}

calx_status calx_connection_become_writer(calx_connection *connection)
{
    calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
    if (!connection->engine->driver->writers_begin_so ||
        connection->settings->begin.read_only != CALX_SWITCH_UNSET)
        return CALX_OK;
    options.read_only = CALX_SWITCH_OFF;
    return calx_connection_execution_options(connection, &options);
}

static calx_status run_on(calx_connection *connection, calx_connection_function function,
                          void *context)
{
    calx_retry retry;
    calx_retry_begin(&retry, connection->settings);
    calx_status status = try_once(connection, function, context);
    while (status != CALX_OK && calx_retry_again(&retry, &connection->error)) {
        status = calx_connection_become_writer(connection);
        if (status == CALX_OK)
            status = try_once(connection, function, context);
    }
    return status;
}

calx_status calx_engine_run(calx_engine *engine, calx_connection_function function, void *context,
                            calx_error *out_error)
{
    calx_connection *connection = NULL;
    calx_error_clear(out_error);
    if (function == NULL)
        return calx_error_set(out_error, CALX_E_ARGUMENT, "the function of a transaction is NULL");
    calx_status status = calx_engine_connect(engine, &connection, out_error);
    if (status != CALX_OK)
        return status;
    status = run_on(connection, function, context);
    if (status != CALX_OK)
        calx_error_move(out_error, &connection->error);
    calx_connection_close(connection);
    return status;
}
