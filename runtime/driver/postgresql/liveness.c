/*
 * Whether a connection lives, and how one is given up that another process has. A look costs one
 * system call while the line is quiet, and finds out what the kernel knows; a ping is an empty
 * query, which begins no transaction and leaves no trace. The rule kept: nothing here waits longer
 * than it was told to.
 */
#include "driver/postgresql/postgresql.h"

#include "base/clock.h"
#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_MS = 50 }; /* so often is looked whether the attempt is given up */

/* Nothing has come in: the usual case. */
static bool is_quiet(PGconn *conn)
{
    char byte = 0;
    ssize_t size = recv(PQsocket(conn), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

bool calx_postgresql_turned_read_only(const PGconn *conn)
{
    static const char *const names[] = { "in_hot_standby", "default_transaction_read_only" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = PQparameterStatus(conn, names[i]);
        if (value != NULL && strcmp(value, "on") == 0)
            return true;
    }
    return false;
}

/* A server that only reads is of no use to who asked for another (ENG-098). */
static calx_status check_use(calx_postgresql_connection *connection)
{
    if (!connection->wants_writable || !calx_postgresql_turned_read_only(connection->conn))
        return CALX_OK;
    return calx_error_set_driver(&connection->base.error, CALX_E_DISCONNECT, NULL, 0,
                                 CALX_ERROR_DISCONNECT,
                                 "the server only reads by now, and the URL's target_session_attrs "
                                 "asks for one that writes");
}

/* Reads what came in by itself; the second look sees a connection the first found closed (LIM-04).
 */
calx_status calx_postgresql_probe(calx_driver_connection *base)
{
    calx_postgresql_connection *connection = (calx_postgresql_connection *)base;
    bool good = PQstatus(connection->conn) == CONNECTION_OK;
    if (good && is_quiet(connection->conn))
        return check_use(connection);
    for (int i = 0; good && i < 2; i++) {
        good = PQconsumeInput(connection->conn) == 1;
        if (good)
            (void)PQisBusy(connection->conn);
    }
    if (good && PQstatus(connection->conn) == CONNECTION_OK)
        return check_use(connection);
    return calx_postgresql_fail(connection, NULL);
}

calx_status calx_postgresql_await(calx_postgresql_connection *connection, int64_t deadline)
{
    PGconn *conn = connection->conn;
    while (PQconsumeInput(conn) == 1 && PQisBusy(conn)) {
        struct pollfd entry = { .fd = PQsocket(conn), .events = POLLIN };
        int64_t left = calx_deadline_left_ms(deadline);
        if (left == 0 || atomic_load(connection->given_up))
            return calx_error_set_driver(&connection->base.error, CALX_E_DISCONNECT, NULL, 0,
                                         CALX_ERROR_DISCONNECT,
                                         "the server did not answer in time");
        if (poll(&entry, 1, left > PATIENCE_MS ? PATIENCE_MS : (int)left) < 0 && errno != EINTR)
            break;
    }
    return CALX_OK; /* what is wrong with the line is found when the answer is read */
}

calx_status calx_postgresql_drain_by(calx_postgresql_connection *connection, int64_t deadline,
                                     PGresult **out_result)
{
    PGresult *first = NULL;
    PGresult *result = NULL;
    do {
        if (calx_postgresql_await(connection, deadline) != CALX_OK) {
            PQclear(first);
            return connection->base.error.status;
        }
        result = PQgetResult(connection->conn);
        if (first == NULL)
            first = result;
        else
            PQclear(result);
    } while (result != NULL && PQstatus(connection->conn) == CONNECTION_OK);
    *out_result = first;
    return CALX_OK;
}

calx_status calx_postgresql_ping(calx_driver_connection *base, int64_t deadline)
{
    calx_postgresql_connection *connection = (calx_postgresql_connection *)base;
    PGresult *result = NULL;
    calx_postgresql_quarantine(connection);
    calx_postgresql_settle(connection);
    if (PQsendQuery(connection->conn, "") == 1 &&
        calx_postgresql_drain_by(connection, deadline, &result) != CALX_OK)
        return base->error.status;
    bool good = PQresultStatus(result) == PGRES_EMPTY_QUERY;
    calx_status status = good ? check_use(connection) : calx_postgresql_fail(connection, result);
    PQclear(result);
    return status;
}

/*
 * A socket that leads nowhere takes the place of the one that was inherited: whatever libpq still
 * does, closing with all that belongs to it, the server hears nothing of it (ENG-099, LIM-09).
 */
void calx_postgresql_disown(calx_driver_connection *base)
{
    int inherited = PQsocket(((calx_postgresql_connection *)base)->conn);
    int nowhere = socket(AF_UNIX, SOCK_STREAM, 0);
    if (inherited < 0 || nowhere < 0 || dup2(nowhere, inherited) < 0) {
        if (inherited >= 0)
            (void)close(inherited);
    } else {
        (void)fcntl(inherited, F_SETFD, FD_CLOEXEC);
    }
    if (nowhere >= 0)
        (void)close(nowhere);
}
