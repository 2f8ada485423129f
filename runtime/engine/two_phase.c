/*
 * Transactions that end in two phases. The rules kept: between the phases nothing runs on the
 * connection; what is prepared is the database's, so losing the connection loses nothing, and the
 * second phase may be done on another one; and a second phase that failed may be tried again.
 */
#include "engine/inside.h"
#include "engine/two_phase_ask.h"

#include "base/allocator.h"
#include "base/clock.h"
#include "base/error.h"

#include <calx/two_phase.h>

#include <string.h>

/* A public call: one thread at a time, and no earlier error. */
static bool enter(calx_connection *connection, pthread_t *out_before)
{
    if (!calx_connection_enter(connection, out_before))
        return false;
    calx_connection_forget_error(connection);
    return true;
}

static calx_status check_support(calx_connection *connection)
{
    const calx_driver *driver = connection->engine->driver;
    if (driver->two_phase != NULL)
        return CALX_OK;
    return calx_error_set(&connection->error, CALX_E_UNSUPPORTED,
                          "%s has no transactions in two phases", driver->name);
}

static calx_status check_name(calx_connection *connection, const char *name)
{
    size_t size = name != NULL ? strlen(name) : 0;
    if (size > 0 && size <= CALX_TWO_PHASE_NAME_MOST)
        return CALX_OK;
    return calx_error_set(&connection->error, CALX_E_ARGUMENT,
                          "the name of a transaction in two phases has 1 to %d bytes, not %zu",
                          CALX_TWO_PHASE_NAME_MOST, size);
}

static void echo(const calx_connection *connection, const char *line)
{
    if (connection->echo)
        calx_echo_text(connection, CALX_LOG_INFO, line);
}

/* ---- the first phase ---- */

static calx_status begin_inside(calx_connection *connection, const char *name)
{
    calx_status status = check_support(connection);
    if (status == CALX_OK)
        status = check_name(connection, name);
    if (status != CALX_OK)
        return status;
    char *copy = calx_strdup_text(name);
    if (copy == NULL)
        return calx_error_set_nomem(&connection->error);
    status = calx_connection_begin(connection);
    if (status == CALX_OK && connection->autocommit) {
        (void)calx_connection_rollback(connection);
        status = calx_error_set(&connection->error, CALX_E_STATE,
                                "in AUTOCOMMIT there is no transaction to prepare");
    }
    if (status != CALX_OK) {
        calx_release(copy);
        return status;
    }
    connection->two_phase = copy;
    return CALX_OK;
}

calx_status calx_connection_begin_two_phase(calx_connection *connection, const char *name)
{
    pthread_t before;
    if (!enter(connection, &before))
        return calx_connection_shut_out(connection);
    calx_status status = begin_inside(connection, name);
    calx_connection_leave(connection, before);
    return status;
}

static calx_status check_preparable(calx_connection *connection)
{
    const char *why = NULL;
    if (connection->state == CALX_CONNECTION_FAILED)
        return calx_connection_fail_pending(connection);
    if (connection->state == CALX_CONNECTION_PREPARED)
        why = "the transaction is prepared already";
    else if (!calx_connection_is_open(connection) || connection->two_phase == NULL)
        why = "there is no transaction that was begun with calx_connection_begin_two_phase()";
    else if (connection->savepoint_count > 0)
        why = "savepoints are open; commit them or roll them back first";
    return why == NULL ? CALX_OK : calx_error_set(&connection->error, CALX_E_STATE, "%s", why);
}

static calx_status fail_phase(calx_connection *connection, calx_status status, bool rolls_back)
{
    status = calx_connection_failed(connection, status, NULL);
    if (!rolls_back && connection->link == NULL &&
        (connection->error.flags & CALX_ERROR_NOT_SENT) == 0)
        connection->error.flags |= CALX_ERROR_OUTCOME_UNKNOWN;
    return status;
}

/* These have the time a statement has (ENG-174). */
static calx_status send_phase(calx_connection *connection, calx_driver_two_phase what,
                              const char *name)
{
    calx_driver_connection *physical = connection->link->connection;
    int64_t timeout_ms = connection->settings->timeout_ms;
    if (timeout_ms > 0)
        physical->deadline = calx_deadline_in_ms(timeout_ms);
    calx_status status = physical->driver->two_phase(physical, what, name);
    physical->deadline = 0;
    return status;
}

static calx_status prepare_inside(calx_connection *connection)
{
    calx_status status = calx_connection_check_process(connection);
    if (status == CALX_OK)
        status = check_preparable(connection);
    if (status == CALX_OK)
        status = calx_connection_raise(connection, CALX_EVENT_PREPARE, 0);
    if (status != CALX_OK)
        return status;
    calx_connection_end_rows(connection);
    echo(connection, "PREPARE TRANSACTION");
    status = send_phase(connection, CALX_DRIVER_PREPARE, connection->two_phase);
    if (status != CALX_OK) {
        connection->state = CALX_CONNECTION_FAILED;
        return fail_phase(connection, status, false);
    }
    connection->state = CALX_CONNECTION_PREPARED;
    return CALX_OK;
}

calx_status calx_connection_prepare(calx_connection *connection)
{
    pthread_t before;
    if (!enter(connection, &before))
        return calx_connection_shut_out(connection);
    calx_status status = prepare_inside(connection);
    calx_connection_leave(connection, before);
    return status;
}

/* ---- the second phase ---- */

/* *out_sent: the command went to the driver. */
static calx_status end_named(calx_connection *connection, calx_driver_two_phase what,
                             const char *name, bool *out_sent)
{
    bool rolls_back = what == CALX_DRIVER_ROLLBACK_PREPARED;
    *out_sent = false;
    calx_status status =
        calx_connection_raise(connection, rolls_back ? CALX_EVENT_ROLLBACK : CALX_EVENT_COMMIT, 0);
    if (status == CALX_OK)
        status = calx_connection_ensure(connection);
    if (status != CALX_OK)
        return status;
    echo(connection, rolls_back ? "ROLLBACK PREPARED" : "COMMIT PREPARED");
    *out_sent = true;
    status = send_phase(connection, what, name);
    return status == CALX_OK ? CALX_OK : fail_phase(connection, status, rolls_back);
}

calx_status calx_connection_end_prepared(calx_connection *connection, calx_driver_two_phase what)
{
    bool sent;
    calx_status status = end_named(connection, what, connection->two_phase, &sent);
    /* A commit may be tried again; after a rollback that was sent the connection is free. */
    if (status == CALX_OK || (sent && what == CALX_DRIVER_ROLLBACK_PREPARED))
        connection->state = CALX_CONNECTION_IDLE;
    return status;
}

void calx_connection_drop_prepared(calx_connection *connection)
{
    if (connection->link == NULL || calx_connection_rollback(connection) != CALX_OK)
        calx_log(&connection->engine->logger, CALX_LOG_WARNING,
                 "a connection was closed while a transaction is prepared, which still waits: %s",
                 connection->two_phase);
    connection->state = CALX_CONNECTION_IDLE; /* whatever came of it: the connection closes */
}

static calx_status end_other(calx_connection *connection, calx_driver_two_phase what,
                             const char *name)
{
    bool sent;
    calx_status status = check_support(connection);
    if (status == CALX_OK)
        status = check_name(connection, name);
    if (status == CALX_OK && calx_connection_in_transaction(connection))
        status = calx_error_set(&connection->error, CALX_E_STATE,
                                "a transaction is open on this connection; commit it or roll it "
                                "back before ending one that is prepared");
    return status == CALX_OK ? end_named(connection, what, name, &sent) : status;
}

calx_status calx_connection_commit_prepared(calx_connection *connection, const char *name)
{
    pthread_t before;
    if (!enter(connection, &before))
        return calx_connection_shut_out(connection);
    calx_status status = end_other(connection, CALX_DRIVER_COMMIT_PREPARED, name);
    calx_connection_leave(connection, before);
    return status;
}

calx_status calx_connection_rollback_prepared(calx_connection *connection, const char *name)
{
    pthread_t before;
    if (!enter(connection, &before))
        return calx_connection_shut_out(connection);
    calx_status status = end_other(connection, CALX_DRIVER_ROLLBACK_PREPARED, name);
    calx_connection_leave(connection, before);
    return status;
}

/* ---- what waits ---- */

/* One block: the pointers, and the texts behind them. NULL: no memory. */
static char **pack(const calx_buffer *texts, size_t count)
{
    char **names = calx_alloc(count * sizeof(*names) + texts->size);
    if (names == NULL)
        return NULL;
    char *text = (char *)(names + count);
    memcpy(text, texts->data, texts->size);
    for (size_t i = 0; i < count; i++) {
        names[i] = text;
        text += strlen(text) + 1;
    }
    return names;
}

static calx_status recover_inside(calx_connection *connection, char ***out_names, size_t *out_count)
{
    calx_buffer texts = CALX_BUFFER_INIT;
    calx_buffer ages = CALX_BUFFER_INIT;
    char **names = NULL;
    bool inside = calx_connection_in_transaction(connection);
    if (out_names == NULL || out_count == NULL)
        return calx_error_set_null(&connection->error, "out_names or out_count");
    calx_status status = check_support(connection);
    if (status == CALX_OK)
        status = calx_connection_list_waiting(connection, &texts, &ages);
    size_t count = ages.size / sizeof(int64_t);
    if (status == CALX_OK && count > 0) {
        names = pack(&texts, count);
        if (names == NULL)
            status = calx_error_set_nomem(&connection->error);
    }
    if (!inside)
        status = calx_connection_end_reading(connection, status);
    calx_buffer_clear(&texts);
    calx_buffer_clear(&ages);
    if (status != CALX_OK) {
        calx_release(names);
        return status;
    }
    *out_names = names;
    *out_count = count;
    return CALX_OK;
}

calx_status calx_connection_recover(calx_connection *connection, char ***out_names,
                                    size_t *out_count)
{
    pthread_t before;
    if (!enter(connection, &before))
        return calx_connection_shut_out(connection);
    calx_status status = recover_inside(connection, out_names, out_count);
    calx_connection_leave(connection, before);
    return status;
}
