/*
 * Listening. The rules kept: no transaction is begun for it, since nothing comes while one is open;
 * and what was asked for is gone when the connection goes back (link.c).
 */
#include "engine/inside.h"

#include "base/allocator.h"
#include "base/clock.h"
#include "base/error.h"

#include <calx/notification.h>

enum { SLICE_MS = 50 }; /* who waits looks this often whether it is still to wait */

static calx_status check_link(calx_connection *connection)
{
    if (atomic_load(&connection->link->gone) == CALX_LINK_HERE)
        return CALX_OK;
    return calx_error_set(&connection->error, CALX_E_POOL_CLOSED,
                          "the engine was shut down while this connection was in use");
}

/* Fit for it, and with a physical connection. */
static calx_status prepare(calx_connection *connection)
{
    const calx_driver *driver = connection->engine->driver;
    calx_connection_forget_error(connection);
    if (driver->listen == NULL)
        return calx_error_set(&connection->error, CALX_E_UNSUPPORTED, "%s has no notifications",
                              driver->name);
    if (connection->state == CALX_CONNECTION_FAILED)
        return calx_connection_fail_pending(connection);
    if (connection->state == CALX_CONNECTION_PREPARED)
        return calx_error_set(&connection->error, CALX_E_STATE,
                              "the transaction is prepared; commit it or roll it back");
    calx_status status = calx_connection_ensure(connection);
    return status == CALX_OK ? check_link(connection) : status;
}

static calx_status listen_inside(calx_connection *connection, const char *channel, bool on)
{
    int64_t timeout_ms = connection->settings->timeout_ms;
    calx_status status = prepare(connection);
    if (status != CALX_OK)
        return status;
    if (channel != NULL && channel[0] == '\0')
        return calx_error_set(&connection->error, CALX_E_ARGUMENT,
                              "the name of a channel has at least one letter");
    if (connection->echo)
        calx_echo_text(connection, CALX_LOG_INFO, on ? "LISTEN" : "UNLISTEN");
    calx_driver_connection *physical = connection->link->connection;
    if (timeout_ms > 0)
        physical->deadline = calx_deadline_in_ms(timeout_ms);
    status = physical->driver->listen(physical, channel, on);
    physical->deadline = 0;
    return status == CALX_OK ? CALX_OK : calx_connection_failed(connection, status, NULL);
}

calx_status calx_connection_listen(calx_connection *connection, const char *channel)
{
    pthread_t before;
    if (!calx_connection_enter(connection, &before))
        return calx_connection_shut_out(connection);
    calx_status status = listen_inside(connection, channel != NULL ? channel : "", true);
    calx_connection_leave(connection, before);
    return status;
}

calx_status calx_connection_unlisten(calx_connection *connection, const char *channel)
{
    pthread_t before;
    if (!calx_connection_enter(connection, &before))
        return calx_connection_shut_out(connection);
    calx_status status = listen_inside(connection, channel, false);
    calx_connection_leave(connection, before);
    return status;
}

/* In slices: the server has nothing to end here, so neither a cancel nor a shutdown comes by it. */
static calx_status wait_inside(calx_connection *connection, int64_t deadline, unsigned cancelled)
{
    calx_driver_connection *physical = connection->link->connection;
    for (;;) {
        int64_t slice = calx_deadline_in_ms(SLICE_MS);
        bool last = calx_deadline_left_ms(deadline) <= SLICE_MS;
        calx_status status = physical->driver->notification(physical, last ? deadline : slice,
                                                            &connection->notification);
        if (status != CALX_OK)
            return calx_connection_failed(connection, status, NULL);
        if (connection->notification != NULL)
            return CALX_OK;
        if (check_link(connection) != CALX_OK)
            return CALX_E_POOL_CLOSED;
        if (atomic_load(&connection->cancelled) != cancelled)
            return calx_error_set(&connection->error, CALX_E_CANCELED,
                                  "the wait for a notification was cancelled");
        if (last && calx_deadline_passed(deadline))
            return CALX_OK;
    }
}

static calx_status take_inside(calx_connection *connection, int64_t timeout_ms,
                               const calx_notification **out_notification)
{
    unsigned cancelled = atomic_load(&connection->cancelled);
    calx_status status = prepare(connection);
    if (status != CALX_OK)
        return status;
    if (out_notification == NULL)
        return calx_error_set(&connection->error, CALX_E_ARGUMENT,
                              "out_notification is NULL: there is no place for what comes");
    if (timeout_ms != 0 && connection->link->connection->in_transaction)
        return calx_error_set(&connection->error, CALX_E_STATE,
                              "no notification comes while a transaction is open; commit it or "
                              "roll it back before waiting for one");
    calx_release(connection->notification);
    connection->notification = NULL;
    status = wait_inside(connection, calx_deadline_in_ms(timeout_ms), cancelled);
    if (status == CALX_OK)
        *out_notification = connection->notification;
    return status;
}

calx_status calx_connection_notification(calx_connection *connection, int64_t timeout_ms,
                                         const calx_notification **out_notification)
{
    pthread_t before;
    if (!calx_connection_enter(connection, &before))
        return calx_connection_shut_out(connection);
    calx_status status = take_inside(connection, timeout_ms, out_notification);
    calx_connection_leave(connection, before);
    return status;
}
