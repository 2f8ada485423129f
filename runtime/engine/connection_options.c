/*
 * Execution options of a connection. The rule kept: they are its own until it is closed, and what
 * steers how a transaction begins is not changed while one is open (ENG-138, ENG-139).
 */
#include "engine/inside.h"

#include "base/allocator.h"
#include "base/error.h"

calx_status calx_connection_execution_options(calx_connection *connection,
                                              const calx_execution_options *options)
{
    if (connection == NULL)
        return CALX_E_ARGUMENT;
    calx_connection_forget_error(connection);
    calx_settings_level level =
        calx_connection_in_transaction(connection) ? CALX_SETTINGS_INSIDE : CALX_SETTINGS_WHOLE;
    calx_status status =
        calx_settings_check(options, connection->engine->driver, level, &connection->error);
    if (status != CALX_OK)
        return status;
    calx_event_details details = { .event = CALX_EVENT_SET_CONNECTION_EXECUTION_OPTIONS,
                                   .connection = connection,
                                   .options = options };
    if (calx_hears(connection->engine, details.event))
        status = calx_event_raise(connection->engine, &details, NULL, &connection->error);
    if (status != CALX_OK)
        return status;
    calx_settings *settings = calx_settings_new(connection->settings, options);
    if (settings == NULL)
        return calx_error_set_nomem(&connection->error);
    calx_release(connection->own_settings);
    connection->own_settings = settings;
    connection->settings = settings;
    return CALX_OK;
}

const calx_settings *calx_connection_settings(const calx_connection *connection)
{
    return connection->settings;
}

void calx_connection_get_execution_options(const calx_connection *connection,
                                           calx_execution_options *out_options)
{
    if (out_options != NULL)
        calx_settings_tell(connection != NULL ? connection->settings : &calx_settings_defaults,
                           out_options);
}

calx_status calx_connection_isolation_level(calx_connection *connection, const char **out_level)
{
    if (connection == NULL)
        return CALX_E_ARGUMENT;
    const calx_driver *driver = connection->engine->driver;
    calx_isolation isolation = connection->settings->begin.isolation;
    calx_connection_forget_error(connection);
    if (out_level == NULL)
        return calx_error_set_null(&connection->error, "out_level");
    calx_status status = calx_connection_ensure(connection);
    if (status != CALX_OK)
        return status;
    if (isolation != CALX_ISOLATION_AUTOCOMMIT && driver->isolation != NULL) {
        status = driver->isolation(connection->link->connection, &isolation);
        if (status != CALX_OK)
            return calx_connection_failed(connection, status, NULL);
    }
    *out_level = calx_isolation_name(isolation);
    return CALX_OK;
}
