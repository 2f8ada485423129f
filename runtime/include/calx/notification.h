/**
 * @file notification.h
 * Notifications: what one session of the database tells all that listen.
 *
 * They queue at the connection that listens, in the order in which they were sent, until they are
 * asked for; a queue has room for a megabyte, and what comes when it is full is counted and gone.
 * When the connection goes back to the pool nothing listens on it any more; only a LISTEN inside of
 * a function that a query calls is not noticed, and needs an UNLISTEN of its own. PostgreSQL has
 * them (NOTIFY, pg_notify()); SQLite has none. Thread rule and errors: those of the connection.
 * Source: ENG-176.
 */
#ifndef CALX_NOTIFICATION_H
#define CALX_NOTIFICATION_H

#include <calx/connection.h>

CALX_BEGIN_DECLS

/** One that has come. */
typedef struct calx_notification {
    const char *channel;
    const char *payload; /**< "" when it was sent without */
    int process;         /**< of the session that sent it, as the server counts them */
    uint64_t missed;     /**< how many before it had no room */
} calx_notification;

/**
 * Listens to a channel. Outside of a transaction from now on, inside of one from its commit on; no
 * transaction is begun for it. After the connection was lost it must be called again.
 * @param channel  as it is: case counts, and nothing in it is SQL
 * @return CALX_OK; CALX_E_UNSUPPORTED: the database has none, or is behind a pooler
 *         (`prepared=off`), which gives the server to others; CALX_E_ARGUMENT: an empty name
 */
CALX_API calx_status calx_connection_listen(calx_connection *connection, const char *channel);

/**
 * Listens to a channel no more. What has come already stays in the queue.
 * @param channel  or NULL, meaning all
 * @return as calx_connection_listen()
 */
CALX_API calx_status calx_connection_unlisten(calx_connection *connection, const char *channel);

/**
 * Takes the oldest out of the queue, or waits for one. In a transaction none comes, so there is
 * nothing to wait for.
 * @param timeout_ms        how long; 0: not at all; -1: no end
 * @param out_notification  borrowed until the next call of this function, and until the connection
 *                          is closed; NULL: none came
 * @return CALX_OK; CALX_E_STATE: to wait in a transaction; CALX_E_CANCELED: another thread has
 *         ended the wait, once it had begun: a cancel that comes before is not kept for it;
 * CALX_E_POOL_CLOSED: the engine was shut down; CALX_E_ARGUMENT: out_notification is NULL;
 * CALX_E_DISCONNECT; CALX_E_UNSUPPORTED
 */
CALX_API calx_status calx_connection_notification(calx_connection *connection, int64_t timeout_ms,
                                                  const calx_notification **out_notification);

CALX_END_DECLS

#endif
