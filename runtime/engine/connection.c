/*
 * Connections and their transaction. The state kept here is what the application asked for; the
 * driver says what the database really does, and where the two differ the database is right
 * (ENG-045). After a failure that ended the transaction nothing runs until rollback() was called,
 * so that no statement ever runs outside of the transaction it was meant for (ENG-125, ENG-149).
 */
#include "engine/inside.h"

#include "base/allocator.h"
#include "base/clock.h"
#include "base/error.h"
#include "engine/savepoint.h"

#include <stdio.h>

static void log_line(const calx_connection *connection, const char *line)
{
    if (connection->echo)
        calx_echo_text(connection, CALX_LOG_INFO, line);
}

/* The line, and why nothing follows it in autocommit (ENG-199). */
static void log_control(const calx_connection *connection, const char *line,
                        const char *autocommit_line)
{
    log_line(connection, connection->autocommit ? autocommit_line : line);
}

/* All open cursors lose their statement; they stay until they are closed. */
static void orphan_cursors(calx_connection *connection)
{
    while (connection->open != NULL) {
        calx_cursor *cursor = connection->open;
        connection->open = cursor->next;
        calx_link_orphan(connection->link, cursor);
    }
}

void calx_connection_end_rows(calx_connection *connection)
{
    for (calx_cursor *cursor = connection->open; cursor != NULL; cursor = cursor->next) {
        bool had_rows = cursor->state == CALX_CURSOR_ROW;
        calx_cursor_reset(cursor);
        if (had_rows)
            cursor->state = CALX_CURSOR_ENDED;
    }
}

/* How a physical connection came to be of no use. */
typedef enum loss {
    LOSS_OWN,    /* it alone */
    LOSS_SHARED, /* those made until then may be lost as well (ENG-083) */
} loss;

/* The physical connection is given up for good. */
static void drop_link(calx_connection *connection, loss how)
{
    calx_link *link = connection->link;
    if (link == NULL)
        return;
    if (calx_hears(connection->engine, CALX_EVENT_INVALIDATE))
        calx_connection_raise_loss(connection);
    orphan_cursors(connection);
    calx_connection_shelter(connection);
    connection->link = NULL;
    if (how == LOSS_SHARED && connection->engine->config->remote)
        calx_pool_lose(connection->engine->pool, &link->entry);
    else
        calx_pool_discard(connection->engine->pool, &link->entry);
    if (calx_hears(connection->engine, CALX_EVENT_CHECKIN))
        calx_engine_raise_gone(connection->engine);
}

/* Where it is watched: a transaction has a statement now, or none any more (ENG-118). */
static void note_activity(calx_connection *connection, bool open)
{
    if (connection->watched && connection->link != NULL)
        atomic_store(&connection->link->idle_ns, open ? calx_clock_monotonic_ns() : 0);
}

calx_status calx_connection_failed(calx_connection *connection, calx_status status, const char *sql)
{
    calx_driver_connection *physical = connection->link->connection;
    calx_error_move(&connection->error, &physical->error);
    connection->error.status = status;
    if (sql != NULL)
        calx_error_statement(&connection->error, sql);
    bool begun = connection->state == CALX_CONNECTION_BEGUN;
    bool keep_others = false;
    if (calx_hears(connection->engine, CALX_EVENT_HANDLE_ERROR))
        status = calx_connection_raise_error(connection, sql, &keep_others);
    if (physical->outdated)
        calx_pool_bump_from(connection->engine->pool, &connection->link->entry);
    if ((connection->error.flags & CALX_ERROR_DISCONNECT) != 0) {
        drop_link(connection, keep_others ? LOSS_OWN : LOSS_SHARED);
        if (begun)
            connection->state = CALX_CONNECTION_FAILED;
    } else if (begun && !connection->autocommit && !physical->in_transaction) {
        connection->state = CALX_CONNECTION_FAILED;
    }
    return status;
}

calx_status calx_connection_fail_pending(calx_connection *connection)
{
    return calx_error_set(&connection->error, CALX_E_PENDING_ROLLBACK,
                          "an earlier failure ended the transaction; call rollback() before going "
                          "on");
}

calx_status calx_connection_fail_copying(calx_connection *connection)
{
    return calx_error_set(&connection->error, CALX_E_STATE,
                          "a COPY runs on this connection; nothing else can until it has ended");
}

calx_status calx_connection_check_process(calx_connection *connection)
{
    if (connection->link == NULL ||
        atomic_load_explicit(&connection->link->gone, memory_order_relaxed) != CALX_LINK_FOREIGN)
        return CALX_OK;
    return calx_error_set(
        &connection->error, CALX_E_STATE,
        "this connection is the parent process's; close it, and take another from "
        "the engine");
}

calx_status calx_connection_ensure(calx_connection *connection)
{
    if (connection->link != NULL && calx_connection_check_process(connection) != CALX_OK)
        return CALX_E_STATE;
    if (connection->state == CALX_CONNECTION_COPYING)
        return calx_connection_fail_copying(connection);
    if (connection->link == NULL) {
        if (connection->state == CALX_CONNECTION_FAILED)
            return calx_connection_fail_pending(connection);
        calx_pool_entry *entry = NULL;
        calx_status status = calx_pool_take(connection->engine->pool, &entry, &connection->error);
        if (status != CALX_OK) {
            connection->error.flags |= CALX_ERROR_NOT_SENT; /* there is nobody to send to */
            return status;
        }
        calx_link *link = (calx_link *)entry;
        if (calx_hears(connection->engine, CALX_EVENT_CHECKOUT))
            status = calx_link_check_out(connection->engine, &link, &connection->error);
        if (status != CALX_OK)
            return status;
        connection->link = link;
        calx_connection_expose(connection);
        connection->link->reset = connection->engine->options.pool_reset_on_return;
    }
    if (connection->engine->config->thread_bound &&
        !pthread_equal(connection->link->maker, pthread_self()))
        return calx_error_set(&connection->error, CALX_E_STATE,
                              "this connection was made by another thread, and its URL says "
                              "check_same_thread=on");
    return CALX_OK;
}

/* A server has the time a statement has; in a file nothing is waited for but locks (ENG-174). */
static calx_status run_control(calx_connection *connection, calx_driver_control control,
                               unsigned serial)
{
    calx_driver_connection *physical = connection->link->connection;
    int64_t timeout_ms = connection->settings->timeout_ms;
    if (timeout_ms > 0 && connection->engine->config->remote)
        physical->deadline = calx_deadline_in_ms(timeout_ms);
    calx_status status = physical->driver->control(physical, control, serial);
    physical->deadline = 0;
    return status == CALX_OK ? CALX_OK : calx_connection_failed(connection, status, NULL);
}

/* The function's transaction is over, and what comes next would be lost or kept by chance. */
static calx_status fail_scope(calx_connection *connection)
{
    return calx_error_set(&connection->error, CALX_E_STATE,
                          "the transaction of this function has ended; return from it, or leave "
                          "commit and rollback to calx_engine_run()");
}

/* Begins unless the database has begun already. */
static calx_status begin(calx_connection *connection, const char *line, const char *autocommit_line)
{
    calx_driver_connection *physical = connection->link->connection;
    const calx_driver_begin *how = &connection->settings->begin;
    if (connection->scoped)
        return fail_scope(connection);
    connection->autocommit = false;
    calx_release(connection->two_phase);
    connection->two_phase = NULL;
    if (!physical->in_transaction) {
        calx_status raised = calx_connection_raise(connection, CALX_EVENT_BEGIN, 0);
        if (raised != CALX_OK)
            return raised;
        connection->autocommit = how->isolation == CALX_ISOLATION_AUTOCOMMIT;
        log_control(connection, line, autocommit_line);
        physical->begin = *how;
        calx_status status =
            connection->autocommit ? CALX_OK : run_control(connection, CALX_DRIVER_BEGIN, 0);
        if (status != CALX_OK)
            return status;
    }
    connection->state = CALX_CONNECTION_BEGUN;
    connection->savepoint_count = 0;
    return CALX_OK;
}

static calx_status fail_prepared(calx_connection *connection)
{
    return calx_error_set(&connection->error, CALX_E_STATE,
                          "the transaction is prepared; commit it or roll it back");
}

/* The unusual half of calx_connection_ready(). */
static calx_status make_ready(calx_connection *connection)
{
    if (connection->state == CALX_CONNECTION_FAILED)
        return calx_connection_fail_pending(connection);
    if (connection->state == CALX_CONNECTION_PREPARED)
        return fail_prepared(connection);
    calx_status status = calx_connection_ensure(connection);
    if (status != CALX_OK)
        return status;
    if (atomic_load_explicit(&connection->link->gone, memory_order_relaxed) != CALX_LINK_HERE)
        return calx_error_set(&connection->error, CALX_E_POOL_CLOSED,
                              "the engine was shut down while this connection was in use");
    note_activity(connection, true);
    if (calx_connection_is_open(connection))
        return CALX_OK;
    return begin(connection, "BEGIN (implicit)", "BEGIN (implicit; autocommit: not sent)");
}

calx_status calx_connection_ready(calx_connection *connection)
{
    calx_connection_forget_error(connection);
    return calx_connection_is_ready(connection) ? CALX_OK : make_ready(connection);
}

static calx_status begin_inside(calx_connection *connection)
{
    calx_connection_forget_error(connection);
    if (connection->state == CALX_CONNECTION_FAILED)
        return calx_connection_fail_pending(connection);
    if (connection->state == CALX_CONNECTION_PREPARED)
        return fail_prepared(connection);
    calx_status status = calx_connection_ensure(connection);
    if (status != CALX_OK)
        return status;
    if (calx_connection_is_open(connection))
        return calx_error_set(&connection->error, CALX_E_STATE,
                              "a transaction has begun already; commit or roll it back first");
    connection->state = CALX_CONNECTION_IDLE;
    return begin(connection, "BEGIN", "BEGIN (autocommit: not sent)");
}

calx_status calx_connection_begin(calx_connection *connection)
{
    pthread_t before;
    if (!calx_connection_enter(connection, &before))
        return calx_connection_shut_out(connection);
    calx_status status = begin_inside(connection);
    calx_connection_leave(connection, before);
    return status;
}

/* Room for one more savepoint; the first few need no memory. */
static calx_status reserve_savepoint(calx_connection *connection)
{
    if (connection->savepoints == NULL) {
        connection->savepoints = connection->inline_savepoints;
        connection->savepoint_capacity = CALX_SAVEPOINTS_INLINE;
    }
    if (connection->savepoint_count < connection->savepoint_capacity)
        return CALX_OK;
    size_t capacity = connection->savepoint_capacity * 2;
    bool is_inline = connection->savepoints == connection->inline_savepoints;
    unsigned *more =
        calx_resize_array(is_inline ? NULL : connection->savepoints, capacity, sizeof(*more));
    if (more == NULL)
        return calx_error_set_nomem(&connection->error);
    for (size_t i = 0; is_inline && i < connection->savepoint_count; i++)
        more[i] = connection->inline_savepoints[i];
    connection->savepoints = more;
    connection->savepoint_capacity = capacity;
    return CALX_OK;
}

static void log_savepoint(const calx_connection *connection, const char *verb, unsigned serial)
{
    char line[48];
    if (!connection->echo)
        return;
    snprintf(line, sizeof(line), "%s calx_%u", verb, serial);
    calx_echo_text(connection, CALX_LOG_INFO, line);
}

static calx_status begin_nested_inside(calx_connection *connection)
{
    calx_status status = calx_connection_ready(connection);
    if (status == CALX_OK && connection->autocommit)
        status = calx_error_set(&connection->error, CALX_E_STATE,
                                "a savepoint needs a transaction, and in AUTOCOMMIT there is none");
    if (status == CALX_OK)
        status = reserve_savepoint(connection);
    if (status != CALX_OK)
        return status;
    unsigned serial = ++connection->last_savepoint;
    status = calx_connection_raise(connection, CALX_EVENT_SAVEPOINT, serial);
    if (status != CALX_OK)
        return status;
    log_savepoint(connection, "SAVEPOINT", serial);
    status = run_control(connection, CALX_DRIVER_SAVEPOINT, serial);
    if (status == CALX_OK)
        connection->savepoints[connection->savepoint_count++] = serial;
    return status;
}

calx_status calx_connection_begin_nested(calx_connection *connection)
{
    pthread_t before;
    if (!calx_connection_enter(connection, &before))
        return calx_connection_shut_out(connection);
    calx_status status = begin_nested_inside(connection);
    calx_connection_leave(connection, before);
    return status;
}

/* Whether there is anything to end; brings our state in line with the database's (ENG-045). */
static bool has_transaction(calx_connection *connection)
{
    if (connection->state == CALX_CONNECTION_BEGUN && !calx_connection_is_open(connection)) {
        connection->state = CALX_CONNECTION_IDLE;
        connection->savepoint_count = 0;
    }
    return connection->state != CALX_CONNECTION_IDLE;
}

static calx_status release_savepoint(calx_connection *connection)
{
    unsigned serial = connection->savepoints[connection->savepoint_count - 1];
    calx_status status = calx_connection_raise(connection, CALX_EVENT_RELEASE_SAVEPOINT, serial);
    if (status != CALX_OK)
        return status;
    /* Also when it fails: its own rollback sends nothing then (ENG-132). */
    connection->savepoint_count--;
    log_savepoint(connection, "RELEASE", serial);
    status = run_control(connection, CALX_DRIVER_RELEASE, serial);
    if (status == CALX_E_TX_ABORTED)
        connection->savepoint_count++; /* rolling back to it revives the transaction (ENG-133) */
    return status;
}

static calx_status commit_inside(calx_connection *connection)
{
    calx_connection_forget_error(connection);
    if (connection->state == CALX_CONNECTION_FAILED)
        return calx_connection_fail_pending(connection);
    if (calx_connection_check_process(connection) != CALX_OK)
        return CALX_E_STATE;
    if (connection->state == CALX_CONNECTION_COPYING)
        return calx_connection_fail_copying(connection);
    if (connection->state == CALX_CONNECTION_PREPARED)
        return calx_connection_end_prepared(connection, CALX_DRIVER_COMMIT_PREPARED);
    if (!has_transaction(connection))
        return connection->scoped ? fail_scope(connection) : CALX_OK;
    if (connection->savepoint_count > 0)
        return release_savepoint(connection);
    calx_status raised = calx_connection_raise(connection, CALX_EVENT_COMMIT, 0);
    if (raised != CALX_OK)
        return raised;
    calx_connection_end_rows(connection);
    log_control(connection, "COMMIT", "COMMIT (autocommit: not sent)");
    note_activity(connection, false);
    calx_status status =
        connection->autocommit ? CALX_OK : run_control(connection, CALX_DRIVER_COMMIT, 0);
    if (status == CALX_OK)
        connection->state = CALX_CONNECTION_IDLE;
    else if (status != CALX_E_BUSY)
        connection->state = CALX_CONNECTION_FAILED;
    if (status != CALX_OK && connection->link == NULL &&
        (connection->error.flags & CALX_ERROR_NOT_SENT) == 0)
        connection->error.flags |= CALX_ERROR_OUTCOME_UNKNOWN;
    return status;
}

calx_status calx_connection_commit(calx_connection *connection)
{
    pthread_t before;
    if (!calx_connection_enter(connection, &before))
        return calx_connection_shut_out(connection);
    calx_status status = commit_inside(connection);
    calx_connection_leave(connection, before);
    return status;
}

static calx_status rollback_savepoint(calx_connection *connection)
{
    unsigned serial = connection->savepoints[connection->savepoint_count - 1];
    bool failed = connection->state == CALX_CONNECTION_FAILED;
    calx_status status =
        failed ? CALX_OK : calx_connection_raise(connection, CALX_EVENT_ROLLBACK_SAVEPOINT, serial);
    if (status != CALX_OK)
        return status;
    connection->savepoint_count--;
    if (failed)
        return CALX_OK;
    log_savepoint(connection, "ROLLBACK TO", serial);
    status = run_control(connection, CALX_DRIVER_ROLLBACK_TO, serial);
    /* It goes away with its work: a later rollback is that of the one around it. */
    if (status == CALX_OK)
        status = run_control(connection, CALX_DRIVER_RELEASE, serial);
    return status;
}

static calx_status rollback_inside(calx_connection *connection)
{
    calx_connection_forget_error(connection);
    if (calx_connection_check_process(connection) != CALX_OK)
        return CALX_E_STATE;
    if (connection->state == CALX_CONNECTION_COPYING)
        return calx_connection_fail_copying(connection);
    if (connection->state == CALX_CONNECTION_PREPARED)
        return calx_connection_end_prepared(connection, CALX_DRIVER_ROLLBACK_PREPARED);
    if (!has_transaction(connection)) {
        if (connection->scoped)
            calx_log_text(&connection->engine->logger, CALX_LOG_WARNING,
                          "a transaction that has ended was rolled back once more, to no effect");
        return CALX_OK;
    }
    if (connection->savepoint_count > 0)
        return rollback_savepoint(connection);
    calx_status status = calx_connection_raise(connection, CALX_EVENT_ROLLBACK, 0);
    if (status != CALX_OK)
        return status;
    note_activity(connection, false);
    if (connection->link != NULL) {
        calx_connection_end_rows(connection);
        log_control(connection, "ROLLBACK", "ROLLBACK (autocommit: not sent)");
        if (connection->link->connection->in_transaction)
            status = run_control(connection, CALX_DRIVER_ROLLBACK, 0);
        /* Closing rolls back as well, so nothing of the transaction outlives this call. */
        if (status != CALX_OK)
            drop_link(connection, LOSS_OWN);
    }
    connection->state = CALX_CONNECTION_IDLE;
    return status;
}

calx_status calx_connection_rollback(calx_connection *connection)
{
    pthread_t before;
    if (!calx_connection_enter(connection, &before))
        return calx_connection_shut_out(connection);
    calx_status status = rollback_inside(connection);
    calx_connection_leave(connection, before);
    return status;
}

size_t calx_connection_savepoints(const calx_connection *connection)
{
    return connection->savepoint_count;
}

void calx_connection_fold_savepoints(calx_connection *connection, size_t count)
{
    if (connection->savepoint_count > count)
        connection->savepoint_count = count;
}

bool calx_connection_is_spoiled(const calx_connection *connection)
{
    return connection->state == CALX_CONNECTION_FAILED;
}

bool calx_connection_is_autocommit(const calx_connection *connection)
{
    return connection->autocommit;
}

bool calx_connection_in_transaction(const calx_connection *connection)
{
    if (connection == NULL)
        return false;
    if (connection->state == CALX_CONNECTION_FAILED ||
        connection->state == CALX_CONNECTION_PREPARED ||
        connection->state == CALX_CONNECTION_COPYING)
        return true;
    return calx_connection_is_open(connection);
}

calx_status calx_connection_invalidate(calx_connection *connection)
{
    if (connection == NULL)
        return CALX_E_ARGUMENT;
    calx_connection_forget_error(connection);
    if (connection->state == CALX_CONNECTION_COPYING)
        return calx_connection_fail_copying(connection);
    bool begun = has_transaction(connection);
    if (connection->link == NULL)
        return CALX_OK;
    drop_link(connection, LOSS_OWN);
    if (begun && connection->state != CALX_CONNECTION_PREPARED)
        connection->state = CALX_CONNECTION_FAILED;
    return CALX_OK;
}

calx_status calx_connection_invalidate_soft(calx_connection *connection)
{
    if (connection == NULL)
        return CALX_E_ARGUMENT;
    calx_connection_forget_error(connection);
    if (connection->state == CALX_CONNECTION_COPYING)
        return calx_connection_fail_copying(connection);
    if (connection->link != NULL)
        calx_pool_doom(connection->engine->pool, &connection->link->entry);
    if (connection->link != NULL)
        calx_link_note(connection->engine, connection->link, CALX_EVENT_SOFT_INVALIDATE);
    return CALX_OK;
}

calx_status calx_connection_detach(calx_connection *connection)
{
    if (connection == NULL)
        return CALX_E_ARGUMENT;
    calx_connection_forget_error(connection);
    if (connection->state == CALX_CONNECTION_COPYING)
        return calx_connection_fail_copying(connection);
    if (connection->link == NULL)
        return calx_error_set(&connection->error, CALX_E_STATE,
                              "the connection was invalidated, there is nothing to detach");
    if (connection->link->detached)
        return CALX_OK;
    if (calx_connection_check_process(connection) != CALX_OK)
        return CALX_E_STATE;
    if (!calx_pool_detach(connection->engine->pool, &connection->link->entry))
        return calx_error_set(&connection->error, CALX_E_STATE,
                              "this thread holds the same database connection a second time; "
                              "close the other one first");
    connection->link->detached = true;
    calx_link_leave_slot(connection->link);
    calx_link_note(connection->engine, connection->link, CALX_EVENT_DETACH);
    return CALX_OK;
}

const calx_error *calx_connection_error(const calx_connection *connection)
{
    return connection != NULL ? &connection->error : &calx_error_of_null;
}

calx_error *calx_connection_error_slot(calx_connection *connection)
{
    return &connection->error;
}

calx_engine *calx_connection_engine(const calx_connection *connection)
{
    return connection->engine;
}

/* As new, field by field: most of them mostly are, and taking one is the quick way. */
static void clear_handle(calx_connection *connection)
{
    if (connection->error.status != CALX_OK || connection->error.detail != NULL)
        calx_error_clear(&connection->error);
    if (connection->savepoints != connection->inline_savepoints)
        calx_release(connection->savepoints);
    connection->savepoints = NULL;
    connection->savepoint_count = 0;
    connection->savepoint_capacity = 0;
    connection->last_savepoint = 0;
    if (connection->own_settings != NULL)
        calx_release(connection->own_settings);
    connection->own_settings = NULL;
    connection->state = CALX_CONNECTION_IDLE;
    connection->autocommit = false;
    connection->closing = false;
    connection->handling = false;
    if (connection->two_phase != NULL)
        calx_release(connection->two_phase);
    connection->two_phase = NULL;
    if (connection->notification != NULL)
        calx_release(connection->notification);
    connection->notification = NULL;
}

void calx_connection_free_handle(calx_connection *connection)
{
    clear_handle(connection);
    calx_release(connection);
}

/* Gives the link back; the handle goes along when the link has none yet. */
static void give_link(calx_connection *connection, calx_link *link)
{
    calx_engine *engine = connection->engine;
    if (connection->echo_rows)
        calx_log_text(&engine->pool_logger, CALX_LOG_DEBUG, "a connection is being returned");
    note_activity(connection, false);
    connection->link = NULL;
    if (connection->settings->resets)
        link->reset = connection->settings->reset;
    if (link->detached) {
        bool done = false;
        if (calx_hears(engine, CALX_EVENT_RESET))
            (void)calx_link_raise_reset(engine, link, true, &done);
        calx_connection_free_handle(connection);
        calx_pool_discard(engine->pool, &link->entry);
        return;
    }
    if (link->spare == NULL) {
        clear_handle(connection);
        link->spare = connection;
    } else {
        calx_connection_free_handle(connection);
    }
    calx_pool_give(engine->pool, &link->entry);
}

/* What the pool would do quietly; where the options ask for a rollback, it has a listener. */
static void roll_back_aloud(calx_connection *connection)
{
    bool rolls_back =
        connection->settings->resets
            ? connection->settings->reset == CALX_POOL_RESET_ROLLBACK
            : connection->engine->options.pool_reset_on_return == CALX_POOL_RESET_ROLLBACK;
    if (!rolls_back || connection->link == NULL || !has_transaction(connection))
        return;
    connection->savepoint_count = 0;
    (void)calx_connection_rollback(connection);
}

void calx_connection_close(calx_connection *connection)
{
    if (connection == NULL)
        return;
    if (connection->state == CALX_CONNECTION_COPYING) {
        connection->closing = true; /* the COPY ends, and closes it then (copy.c) */
        return;
    }
    calx_engine *engine = connection->engine;
    orphan_cursors(connection);
    if (connection->state == CALX_CONNECTION_PREPARED)
        calx_connection_drop_prepared(connection);
    if (calx_hears(engine, CALX_EVENT_ROLLBACK))
        roll_back_aloud(connection);
    if (connection->link != NULL)
        give_link(connection, connection->link);
    else
        calx_connection_free_handle(connection);
    calx_engine_release(engine);
}
