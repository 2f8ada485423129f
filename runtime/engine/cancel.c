/*
 * Cancels of other threads. The rule kept: whoever cancels touches the physical connection only
 * while it is counted, and the connection's own thread lets go of it only when nobody is. Each
 * writes its own word and then reads the other's, so one of the two sees the other.
 */
#include "engine/inside.h"

#include <time.h>

calx_status calx_connection_cancel(calx_connection *connection)
{
    calx_status status = CALX_OK;
    if (connection == NULL)
        return CALX_E_ARGUMENT;
    atomic_fetch_add(&connection->cancelled, 1);
    atomic_fetch_add(&connection->cancels, 1);
    calx_link *link = atomic_load(&connection->target);
    if (link != NULL && atomic_load(&link->gone) == CALX_LINK_FOREIGN)
        status = CALX_E_STATE;
    else if (link != NULL && link->connection->driver->interrupt != NULL)
        link->connection->driver->interrupt(link->connection);
    atomic_fetch_sub(&connection->cancels, 1);
    return status;
}

void calx_connection_shelter(calx_connection *connection)
{
    const struct timespec pause = { 0, 1000000 };
    atomic_store(&connection->target, NULL);
    while (atomic_load(&connection->cancels) > 0)
        nanosleep(&pause, NULL);
}
