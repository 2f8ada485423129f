/*
 * Waiting for the server no longer than until a deadline. When it passes the server is asked to end
 * the statement and has a second for that; if nothing comes the line is cut, since nobody knows
 * what would come on it later (ENG-174). The rule kept: who waits here is back in time, whatever
 * the server does.
 */
#include "driver/postgresql/postgresql.h"

#include "base/clock.h"
#include "base/error.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>

enum { GRACE_MS = 1000 };

/* Waits until libpq can answer without waiting. false: the deadline passed. */
static bool await_answer(PGconn *conn, int64_t deadline)
{
    while (PQisBusy(conn)) {
        struct pollfd entry = { .fd = PQsocket(conn), .events = POLLIN };
        int64_t left = calx_deadline_left_ms(deadline);
        int ready = poll(&entry, 1, left > INT_MAX ? INT_MAX : (int)left);
        if (ready == 0 && calx_deadline_passed(deadline))
            return false;
        if (ready < 0 && errno != EINTR)
            return true; /* libpq finds out what is wrong with it */
        if (ready > 0 && PQconsumeInput(conn) == 0)
            return true;
    }
    return true;
}

PGresult *calx_postgresql_get_result(calx_postgresql_connection *connection)
{
    if (connection->base.deadline == 0)
        return PQgetResult(connection->conn);
    if (!connection->timed_out && !await_answer(connection->conn, connection->base.deadline)) {
        connection->timed_out = true;
        connection->grace = calx_deadline_in_ms(GRACE_MS);
        (void)calx_postgresql_cancel(connection->canceller);
    }
    if (connection->timed_out && !await_answer(connection->conn, connection->grace))
        calx_postgresql_cut(connection);
    return PQgetResult(connection->conn);
}

calx_status calx_postgresql_fail_late(calx_postgresql_connection *connection)
{
    calx_error *error = &connection->base.error;
    unsigned flags = error->flags;
    char sqlstate[sizeof(error->sqlstate)];
    memcpy(sqlstate, error->sqlstate, sizeof(sqlstate));
    bool lost = (flags & CALX_ERROR_DISCONNECT) != 0;
    return calx_error_set_driver(error, CALX_E_TIMEOUT, lost ? NULL : sqlstate, 0, flags,
                                 lost ? "the statement did not end within its timeout_ms, nor did "
                                        "the server answer its cancel; the connection was given up"
                                      : "the statement did not end within its timeout_ms");
}
