/*
 * Notifications. libpq keeps what comes in a list without end, so they are taken out of it whenever
 * the server has said something, into a queue of ours that has one. The rules kept: what does not
 * fit is counted, and told with the next that does; and nothing is asked of libpq where nobody
 * listens.
 */
#include "driver/postgresql/postgresql.h"

#include "base/allocator.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/error.h"
#include "sql/name.h"

#include <poll.h>
#include <string.h>

enum { ROOM = 1024 * 1024, PATIENCE_MS = 50 };

struct calx_postgresql_notification {
    calx_notification told;
    calx_postgresql_notification *next;
    size_t size;
    char texts[];
};

/* ---- the queue ---- */

/* false: there is no room, or no memory. */
static bool enqueue(calx_postgresql_connection *connection, const PGnotify *came)
{
    calx_postgresql_inbox *inbox = &connection->inbox;
    size_t channel_size = strlen(came->relname) + 1;
    size_t payload_size = strlen(came->extra) + 1;
    size_t size = sizeof(calx_postgresql_notification) + channel_size + payload_size;
    if (inbox->size + size > ROOM)
        return false;
    calx_postgresql_notification *one = calx_alloc(size);
    if (one == NULL)
        return false;
    memcpy(one->texts, came->relname, channel_size);
    memcpy(one->texts + channel_size, came->extra, payload_size);
    one->told =
        (calx_notification){ one->texts, one->texts + channel_size, came->be_pid, inbox->missed };
    one->next = NULL;
    one->size = size;
    *(inbox->last != NULL ? &inbox->last->next : &inbox->first) = one;
    inbox->last = one;
    inbox->size += size;
    inbox->missed = 0;
    return true;
}

void calx_postgresql_collect(calx_postgresql_connection *connection)
{
    PGnotify *came;
    while ((came = PQnotifies(connection->conn)) != NULL) {
        connection->inbox.missed += !enqueue(connection, came);
        PQfreemem(came);
    }
}

static calx_postgresql_notification *dequeue(calx_postgresql_inbox *inbox)
{
    calx_postgresql_notification *one = inbox->first;
    if (one == NULL)
        return NULL;
    inbox->first = one->next;
    if (inbox->first == NULL)
        inbox->last = NULL;
    inbox->size -= one->size;
    return one;
}

void calx_postgresql_empty_inbox(calx_postgresql_connection *connection)
{
    calx_postgresql_inbox *inbox = &connection->inbox;
    calx_postgresql_notification *one;
    while ((one = dequeue(inbox)) != NULL)
        calx_release(one);
    *inbox = (calx_postgresql_inbox){ .first = NULL };
    connection->base.listens = false;
}

/* ---- listening ---- */

/* *out_sql: owned, calx_buffer_clear(). */
static calx_status write_command(calx_postgresql_connection *connection, const char *channel,
                                 bool on, calx_buffer *out_sql)
{
    calx_error *error = &connection->base.error;
    const char *fault =
        channel != NULL ? calx_postgresql_text_fault(channel, strlen(channel)) : NULL;
    if (fault != NULL)
        return calx_error_set(error, CALX_E_DATA, "the name of a channel: %s", fault);
    calx_buffer_put(out_sql, on ? "LISTEN " : "UNLISTEN ");
    if (channel == NULL)
        calx_buffer_char(out_sql, '*');
    else
        calx_sql_name(out_sql, connection->base.driver->dialect, channel);
    if (out_sql->status == CALX_E_LIMIT)
        return calx_error_set(error, CALX_E_LIMIT,
                              "the name of a channel is too long, with %zu bytes", strlen(channel));
    return out_sql->status == CALX_OK ? CALX_OK : calx_error_set_nomem(error);
}

calx_status calx_postgresql_listen(calx_driver_connection *base, const char *channel, bool on)
{
    calx_postgresql_connection *connection = (calx_postgresql_connection *)base;
    calx_buffer sql = CALX_BUFFER_INIT;
    if (connection->unnamed)
        return calx_error_set(&base->error, CALX_E_UNSUPPORTED,
                              "behind a pooler (the URL says prepared=off) nobody can listen: the "
                              "server is another one after each transaction");
    connection->timed_out = false;
    calx_status status = write_command(connection, channel, on, &sql);
    if (status == CALX_OK && on)
        connection->base.listens = true;
    if (status == CALX_OK)
        status = calx_postgresql_run(connection, calx_buffer_text(&sql), NULL);
    calx_buffer_clear(&sql);
    return status;
}

calx_status calx_postgresql_hush(calx_driver_connection *base)
{
    calx_postgresql_connection *connection = (calx_postgresql_connection *)base;
    connection->timed_out = false;
    calx_status status = calx_postgresql_run(connection, "UNLISTEN *", NULL);
    calx_postgresql_empty_inbox(connection);
    return status;
}

/* ---- waiting ---- */

/* Until something is there, or the time is over. */
static calx_status await(calx_postgresql_connection *connection, int64_t deadline)
{
    PGconn *conn = connection->conn;
    while (connection->inbox.first == NULL) {
        int64_t left = calx_deadline_left_ms(deadline);
        if (PQconsumeInput(conn) == 0 || PQstatus(conn) != CONNECTION_OK)
            return calx_postgresql_fail(connection, NULL);
        calx_postgresql_collect(connection);
        if (connection->inbox.first != NULL || left == 0)
            break;
        struct pollfd entry = { .fd = PQsocket(conn), .events = POLLIN };
        (void)poll(&entry, 1, left > PATIENCE_MS ? PATIENCE_MS : (int)left);
    }
    return CALX_OK;
}

calx_status calx_postgresql_take_notification(calx_driver_connection *base, int64_t deadline,
                                              calx_notification **out)
{
    calx_postgresql_connection *connection = (calx_postgresql_connection *)base;
    calx_postgresql_inbox *inbox = &connection->inbox;
    calx_status status = CALX_OK;
    if (inbox->first == NULL) {
        calx_postgresql_settle(connection);
        status = await(connection, deadline);
    }
    if (status != CALX_OK)
        return status;
    *out = (calx_notification *)dequeue(inbox); /* its first member */
    return CALX_OK;
}
