/*
 * Cursors: the way of every statement. Short on purpose, since each row of an application comes
 * through here: what is unusual (no transaction yet, an error, a log) is a branch to elsewhere.
 */
#include "engine/inside.h"

#include "base/allocator.h"
#include "base/apart.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/hash.h"

#include <string.h>

static void enlist(calx_connection *connection, calx_cursor *cursor)
{
    cursor->connection = connection;
    cursor->state = CALX_CURSOR_FRESH;
    cursor->previous = NULL;
    cursor->next = connection->open;
    if (connection->open != NULL)
        connection->open->previous = cursor;
    connection->open = cursor;
}

calx_status calx_connection_open(calx_connection *connection, const calx_plan *plan,
                                 calx_cursor **out_cursor)
{
    calx_cursor *cursor = NULL;
    calx_connection_forget_error(connection);
    calx_status status = calx_connection_ensure(connection);
    if (status != CALX_OK)
        return status;
    status = calx_link_plan_cursor(connection->link, plan, &cursor);
    if (status != CALX_OK)
        return calx_connection_failed(connection, status, plan->sql);
    enlist(connection, cursor);
    *out_cursor = cursor;
    return CALX_OK;
}

static calx_status open_text(calx_connection *connection, const char *sql, size_t size,
                             uint64_t hash, calx_cursor **out_cursor)
{
    calx_cursor *cursor = NULL;
    calx_connection_forget_error(connection);
    calx_status status = calx_connection_ensure(connection);
    if (status != CALX_OK)
        return status;
    status = calx_link_text_cursor(connection->link, sql, size, hash, &cursor);
    if (status != CALX_OK) {
        char *copy = calx_strdup_n(sql, size);
        status = calx_connection_failed(connection, status, copy);
        calx_release(copy);
        return status;
    }
    enlist(connection, cursor);
    *out_cursor = cursor;
    return CALX_OK;
}

calx_status calx_connection_open_text(calx_connection *connection, const char *sql, size_t size,
                                      calx_cursor **out_cursor)
{
    return open_text(connection, sql, size, calx_hash(sql, size), out_cursor);
}

calx_status calx_connection_open_known(calx_connection *connection, const calx_sql_text *text,
                                       calx_cursor **out_cursor)
{
    return open_text(connection, text->sql, text->size, text->hash, out_cursor);
}

/* A statement that took the place of the cursor's own goes (ENG-193). */
static void restore(calx_cursor *cursor)
{
    if (cursor->original == NULL)
        return;
    cursor->driver->finalize(cursor->statement);
    cursor->statement = cursor->original;
    cursor->original = NULL;
}

static CALX_APART calx_status fail(calx_cursor *cursor, calx_status status)
{
    cursor->driver->reset(cursor->statement);
    cursor->state = CALX_CURSOR_FRESH;
    restore(cursor);
    return calx_connection_failed(cursor->connection, status, cursor->sql);
}

/* The same of an execution, whose values its error tells. */
static CALX_APART calx_status fail_with(calx_cursor *cursor, calx_status status,
                                        const calx_value *values, size_t count)
{
    calx_connection *connection = cursor->connection;
    status = fail(cursor, status);
    calx_echo_failed(connection, values, count);
    return status;
}

static CALX_APART calx_status fail_ended(calx_cursor *cursor)
{
    if (cursor->connection == NULL)
        return CALX_E_STATE;
    calx_connection_forget_error(cursor->connection);
    return calx_error_set(&cursor->connection->error, CALX_E_STATE,
                          cursor->state == CALX_CURSOR_ENDED
                              ? "the rows ended with their transaction"
                              : "there is no row: execute the statement, and stop at its last row");
}

static calx_status execute(calx_cursor *cursor, const calx_value *values, size_t count, size_t rows,
                           bool *out_row)
{
    if (rows == 0)
        return cursor->driver->execute(cursor->statement, values, count, out_row);
    if (cursor->looks)
        return cursor->driver->execute_keys(cursor->statement, values, rows, out_row);
    return cursor->driver->execute_rows(cursor->statement, values, rows, out_row);
}

/* A listener wants another text to run: it is prepared for this run alone. */
static calx_status replace_text(calx_cursor *cursor, const char *sql)
{
    calx_driver_statement *statement = NULL;
    calx_status status =
        cursor->driver->prepare(cursor->link->connection, sql, strlen(sql), &statement);
    if (status != CALX_OK)
        return status;
    statement->takes_fewer = cursor->statement->takes_fewer;
    cursor->original = cursor->statement;
    cursor->statement = statement;
    return CALX_OK;
}

/* What listeners make of a statement before it runs. */
static calx_status raise_before(calx_cursor *cursor, calx_event_details *details, size_t rows)
{
    calx_connection *connection = cursor->connection;
    size_t count = details->parameter_count;
    details->event = CALX_EVENT_BEFORE_CURSOR_EXECUTE;
    details->connection = connection;
    details->statement = cursor->sql;
    calx_status status =
        calx_event_raise(connection->engine, details, cursor->link->connection, &connection->error);
    if (status != CALX_OK)
        return status;
    if (rows > 0 && details->parameter_count != count)
        return calx_error_set(&connection->error, CALX_E_ARGUMENT,
                              "a listener gave a statement for %zu rows %zu values instead of %zu",
                              rows, details->parameter_count, count);
    if (details->statement == cursor->sql || details->statement == NULL)
        return CALX_OK;
    status = replace_text(cursor, details->statement);
    return status == CALX_OK ? CALX_OK
                             : calx_connection_failed(connection, status, details->statement);
}

static calx_status raise_after(calx_cursor *cursor, calx_event_details *details)
{
    calx_connection *connection = cursor->connection;
    details->event = CALX_EVENT_AFTER_CURSOR_EXECUTE;
    return calx_event_raise(connection->engine, details, cursor->link->connection,
                            &connection->error);
}

/* Within the time its options give it; its rows have what is left of that (ENG-174). */
static calx_status execute_by(calx_cursor *cursor, const calx_event_details *details, size_t rows,
                              bool *out_row)
{
    int64_t timeout_ms = cursor->connection->settings->timeout_ms;
    calx_driver_connection *physical = cursor->link->connection;
    cursor->deadline = timeout_ms > 0 ? calx_deadline_in_ms(timeout_ms) : 0;
    physical->deadline = cursor->deadline;
    calx_status status =
        execute(cursor, details->parameters, details->parameter_count, rows, out_row);
    physical->deadline = 0;
    return status;
}

/* The driver runs it, with the log on when somebody reads it. */
static calx_status execute_logged(calx_cursor *cursor, const calx_event_details *details,
                                  size_t rows, bool *out_row)
{
    const calx_connection *connection = cursor->connection;
    const char *sql = details->statement != NULL ? details->statement : cursor->sql;
    if (!connection->echo)
        return execute_by(cursor, details, rows, out_row);
    calx_echo_statement(connection, sql, details->parameters, details->parameter_count);
    int64_t start = calx_clock_monotonic_ns();
    calx_status status = execute_by(cursor, details, rows, out_row);
    calx_echo_time(connection, calx_clock_monotonic_ns() - start);
    return status;
}

/* Leaves the cursor as after an execute that failed; the connection's error stays. */
static calx_status give_up(calx_cursor *cursor, calx_status status)
{
    if (cursor->statement != NULL) {
        cursor->driver->reset(cursor->statement);
        restore(cursor);
    }
    cursor->state = CALX_CURSOR_FRESH;
    return status;
}

/* The way of a statement that is logged or listened to. */
static CALX_APART calx_status execute_aloud(calx_cursor *cursor, calx_event_details *details,
                                            size_t rows, bool *out_row)
{
    const calx_engine *engine = cursor->connection->engine;
    bool row = false;
    calx_status status = CALX_OK;
    restore(cursor);
    if (calx_hears(engine, CALX_EVENT_BEFORE_CURSOR_EXECUTE))
        status = raise_before(cursor, details, rows);
    if (status != CALX_OK)
        return give_up(cursor, status);
    status = execute_logged(cursor, details, rows, &row);
    if (status != CALX_OK)
        return fail_with(cursor, status, details->parameters, details->parameter_count);
    if (calx_hears(engine, CALX_EVENT_AFTER_CURSOR_EXECUTE))
        status = raise_after(cursor, details);
    if (status != CALX_OK)
        return give_up(cursor, status);
    cursor->state = row ? CALX_CURSOR_ROW : CALX_CURSOR_DONE;
    *out_row = row;
    return CALX_OK;
}

static inline bool is_aloud(const calx_connection *connection)
{
    return connection->echo || connection->settings->timeout_ms > 0 ||
           calx_hears_statements(connection->engine);
}

/* The driver was not asked, so what it refused before is no answer to this call. */
static calx_status not_asked(calx_cursor *cursor, calx_status status)
{
    if (cursor->statement != NULL)
        cursor->statement->refused = 0;
    return status;
}

void calx_cursor_rows(calx_cursor *cursor, calx_driver_rows how)
{
    if (cursor->statement == NULL || cursor->driver->rows == NULL)
        return;
    cursor->statement->batch_rows = cursor->connection->settings->yield_per;
    cursor->statement->batch_most = cursor->connection->settings->max_row_buffer;
    cursor->driver->rows(cursor->statement, how);
}

static inline calx_status execute_ready(calx_cursor *cursor, const calx_value *parameters,
                                        size_t count, bool *out_row)
{
    bool row = false;
    if (is_aloud(cursor->connection)) {
        calx_event_details details = { .parameters = parameters, .parameter_count = count };
        return execute_aloud(cursor, &details, 0, out_row);
    }
    calx_status status = cursor->driver->execute(cursor->statement, parameters, count, &row);
    if (status != CALX_OK)
        return fail_with(cursor, status, parameters, count);
    cursor->state = row ? CALX_CURSOR_ROW : CALX_CURSOR_DONE;
    *out_row = row;
    return CALX_OK;
}

static calx_status execute_inside(calx_cursor *cursor, const calx_value *parameters, size_t count,
                                  bool *out_row)
{
    if (cursor->connection == NULL)
        return CALX_E_STATE;
    calx_status status = calx_connection_ready(cursor->connection);
    return status == CALX_OK ? execute_ready(cursor, parameters, count, out_row)
                             : not_asked(cursor, status);
}

calx_status calx_cursor_execute(calx_cursor *cursor, const calx_value *parameters, size_t count,
                                bool *out_row)
{
    pthread_t before;
    calx_connection *connection = cursor->connection;
    if (connection == NULL)
        return CALX_E_STATE;
    if (!calx_connection_enter(connection, &before))
        return CALX_E_STATE;
    calx_status status = execute_inside(cursor, parameters, count, out_row);
    calx_connection_leave(connection, before);
    return status;
}

static calx_status execute_each_inside(calx_cursor *cursor, calx_cursor_source source,
                                       void *context)
{
    const calx_value *values = NULL;
    size_t count = 0;
    bool row = false;
    calx_status status = calx_connection_ready(cursor->connection);
    if (status != CALX_OK)
        return not_asked(cursor, status);
    while (status == CALX_OK && source(context, &values, &count)) {
        if (!calx_connection_is_ready(cursor->connection)) /* it may have been shut down */
            status = calx_connection_ready(cursor->connection);
        status = status == CALX_OK ? execute_ready(cursor, values, count, &row)
                                   : not_asked(cursor, status);
    }
    return status;
}

calx_status calx_cursor_execute_each(calx_cursor *cursor, calx_cursor_source source, void *context)
{
    pthread_t before;
    calx_connection *connection = cursor->connection;
    if (connection == NULL || !calx_connection_enter(connection, &before))
        return CALX_E_STATE;
    calx_status status = execute_each_inside(cursor, source, context);
    calx_connection_leave(connection, before);
    return status;
}

static calx_status execute_rows_inside(calx_cursor *cursor, const calx_value *values, size_t rows,
                                       bool *out_row)
{
    calx_connection *connection = cursor->connection;
    bool row = false;
    if (connection == NULL)
        return CALX_E_STATE;
    calx_status status = calx_connection_ready(connection);
    if (status != CALX_OK)
        return status;
    size_t count = rows * cursor->statement->parameter_count;
    if (is_aloud(connection)) {
        calx_event_details details = { .parameters = values, .parameter_count = count };
        return execute_aloud(cursor, &details, rows, out_row);
    }
    status = execute(cursor, values, count, rows, &row);
    if (status != CALX_OK)
        return fail_with(cursor, status, values, count);
    cursor->state = row ? CALX_CURSOR_ROW : CALX_CURSOR_DONE;
    *out_row = row;
    return CALX_OK;
}

calx_status calx_cursor_execute_rows(calx_cursor *cursor, const calx_value *values, size_t rows,
                                     bool *out_row)
{
    pthread_t before;
    calx_connection *connection = cursor->connection;
    if (connection == NULL)
        return CALX_E_STATE;
    if (!calx_connection_enter(connection, &before))
        return CALX_E_STATE;
    calx_status status = execute_rows_inside(cursor, values, rows, out_row);
    calx_connection_leave(connection, before);
    return status;
}

/* The driver runs all of them, within the time the options give. */
static calx_status execute_sets(calx_cursor *cursor, calx_driver_many *many)
{
    const calx_connection *connection = cursor->connection;
    calx_driver_connection *physical = cursor->link->connection;
    int64_t timeout_ms = connection->settings->timeout_ms;
    if (connection->echo)
        calx_echo_statement(connection, cursor->sql, many->values,
                            many->sets * cursor->statement->parameter_count);
    int64_t start = connection->echo ? calx_clock_monotonic_ns() : 0;
    physical->deadline = timeout_ms > 0 ? calx_deadline_in_ms(timeout_ms) : 0;
    calx_status status = cursor->driver->execute_many(cursor->statement, many);
    physical->deadline = 0;
    if (connection->echo)
        calx_echo_time(connection, calx_clock_monotonic_ns() - start);
    return status;
}

static calx_status execute_many_inside(calx_cursor *cursor, calx_driver_many *many)
{
    calx_connection *connection = cursor->connection;
    calx_status status = calx_connection_ready(connection);
    if (status != CALX_OK)
        return status;
    calx_event_details details = { .parameters = many->values,
                                   .parameter_count =
                                       many->sets * cursor->statement->parameter_count };
    restore(cursor);
    if (calx_hears(connection->engine, CALX_EVENT_BEFORE_CURSOR_EXECUTE))
        status = raise_before(cursor, &details, many->sets);
    if (status != CALX_OK)
        return give_up(cursor, status);
    many->values = details.parameters;
    status = execute_sets(cursor, many);
    if (status != CALX_OK)
        return fail_with(cursor, status, details.parameters, details.parameter_count);
    if (calx_hears(connection->engine, CALX_EVENT_AFTER_CURSOR_EXECUTE))
        status = raise_after(cursor, &details);
    return status == CALX_OK ? CALX_OK : give_up(cursor, status);
}

calx_status calx_cursor_execute_many(calx_cursor *cursor, calx_driver_many *many)
{
    pthread_t before;
    calx_connection *connection = cursor->connection;
    if (connection == NULL)
        return CALX_E_STATE;
    if (!calx_connection_enter(connection, &before))
        return CALX_E_STATE;
    calx_status status = execute_many_inside(cursor, many);
    calx_connection_leave(connection, before);
    return status;
}

/* A COPY has no cursor, and the events of one; what listeners put in its place does not count. */
static calx_status raise_copy(calx_connection *connection, calx_event event,
                              const calx_driver_copy *copy, size_t width)
{
    calx_event_details details = { .event = event,
                                   .connection = connection,
                                   .statement = copy->sql,
                                   .parameters = copy->values,
                                   .parameter_count = copy->rows * width };
    if (!calx_hears(connection->engine, event))
        return CALX_OK;
    return calx_event_raise(connection->engine, &details, connection->link->connection,
                            &connection->error);
}

calx_status calx_connection_copy_rows(calx_connection *connection, const calx_plan *plan,
                                      const calx_value *values, size_t rows)
{
    calx_driver_copy copy = { plan->sql, &plan->key, values, rows };
    calx_connection_forget_error(connection);
    calx_status status = calx_connection_ready(connection);
    if (status == CALX_OK)
        status = raise_copy(connection, CALX_EVENT_BEFORE_CURSOR_EXECUTE, &copy, plan->type_count);
    if (status != CALX_OK)
        return status;
    if (connection->echo)
        calx_echo_statement(connection, plan->sql, values, rows * plan->type_count);
    int64_t start = connection->echo ? calx_clock_monotonic_ns() : 0;
    calx_driver_connection *base = connection->link->connection;
    status = base->driver->copy_rows(base, &copy);
    if (connection->echo)
        calx_echo_time(connection, calx_clock_monotonic_ns() - start);
    if (status != CALX_OK)
        return calx_connection_failed(connection, status, plan->sql);
    return raise_copy(connection, CALX_EVENT_AFTER_CURSOR_EXECUTE, &copy, plan->type_count);
}

calx_status calx_cursor_next(calx_cursor *cursor, bool *out_row)
{
    if (cursor->state != CALX_CURSOR_ROW || cursor->connection == NULL)
        return fail_ended(cursor);
    calx_connection_forget_error(cursor->connection);
    cursor->link->connection->deadline = cursor->deadline;
    calx_status status = cursor->driver->next(cursor->statement, out_row);
    cursor->link->connection->deadline = 0;
    if (status != CALX_OK)
        return fail(cursor, status);
    if (!*out_row)
        cursor->state = CALX_CURSOR_DONE;
    return CALX_OK;
}

/* Read with the rows logged. */
static CALX_APART calx_status read_aloud(calx_cursor *cursor, size_t first,
                                         const calx_value_type *wanted, calx_value *out,
                                         size_t count)
{
    calx_status status = cursor->driver->read_from(cursor->statement, first, wanted, out, count);
    if (status != CALX_OK)
        return calx_connection_failed(cursor->connection, status, cursor->sql);
    calx_echo_row(cursor->connection, out, count);
    return CALX_OK;
}

calx_status calx_cursor_read(calx_cursor *cursor, const calx_value_type *wanted, calx_value *out,
                             size_t count)
{
    if (cursor->state != CALX_CURSOR_ROW || cursor->connection == NULL)
        return fail_ended(cursor);
    if (cursor->connection->echo_rows)
        return read_aloud(cursor, 0, wanted, out, count);
    calx_status status = cursor->driver->read(cursor->statement, wanted, out, count);
    if (status != CALX_OK)
        return calx_connection_failed(cursor->connection, status, cursor->sql);
    return CALX_OK;
}

calx_status calx_cursor_read_from(calx_cursor *cursor, size_t first, const calx_value_type *wanted,
                                  calx_value *out, size_t count)
{
    if (cursor->state != CALX_CURSOR_ROW || cursor->connection == NULL)
        return fail_ended(cursor);
    if (cursor->connection->echo_rows)
        return read_aloud(cursor, first, wanted, out, count);
    calx_status status = cursor->driver->read_from(cursor->statement, first, wanted, out, count);
    if (status != CALX_OK)
        return calx_connection_failed(cursor->connection, status, cursor->sql);
    return CALX_OK;
}

calx_status calx_cursor_peek(calx_cursor *cursor, size_t column, calx_value_type wanted,
                             calx_value *out)
{
    if (cursor->state != CALX_CURSOR_ROW || cursor->connection == NULL)
        return fail_ended(cursor);
    calx_status status = cursor->driver->read_from(cursor->statement, column, &wanted, out, 1);
    if (status != CALX_OK)
        return calx_connection_failed(cursor->connection, status, cursor->sql);
    return CALX_OK;
}

int64_t calx_cursor_changes(const calx_cursor *cursor)
{
    return cursor->statement != NULL ? cursor->driver->changes(cursor->statement) : 0;
}

int64_t calx_cursor_last_key(const calx_cursor *cursor)
{
    return cursor->statement != NULL ? cursor->driver->last_key(cursor->statement) : 0;
}

size_t calx_cursor_refused(const calx_cursor *cursor)
{
    return cursor->statement != NULL ? cursor->statement->refused : 0;
}

calx_error *calx_cursor_error_slot(const calx_cursor *cursor)
{
    return cursor->connection == NULL ? NULL : &cursor->connection->error;
}

size_t calx_cursor_column_count(const calx_cursor *cursor)
{
    return cursor->statement != NULL ? cursor->driver->column_count(cursor->statement) : 0;
}

const char *calx_cursor_column_name(const calx_cursor *cursor, size_t column)
{
    return cursor->statement != NULL ? cursor->driver->column_name(cursor->statement, column)
                                     : NULL;
}

calx_value_type calx_cursor_column_class(const calx_cursor *cursor, size_t column)
{
    if (cursor->statement == NULL || cursor->driver->column_class == NULL)
        return CALX_VALUE_NULL;
    return cursor->driver->column_class(cursor->statement, column);
}

void calx_cursor_reset(calx_cursor *cursor)
{
    if (cursor->statement == NULL)
        return;
    if (cursor->state != CALX_CURSOR_FRESH)
        cursor->driver->reset(cursor->statement);
    restore(cursor);
    cursor->deadline = 0;
    cursor->state = CALX_CURSOR_FRESH;
}

void calx_cursor_close(calx_cursor *cursor)
{
    if (cursor == NULL)
        return;
    calx_connection *connection = cursor->connection;
    if (connection == NULL) {
        calx_release(cursor);
        return;
    }
    calx_cursor_reset(cursor);
    if (cursor->previous != NULL)
        cursor->previous->next = cursor->next;
    else
        connection->open = cursor->next;
    if (cursor->next != NULL)
        cursor->next->previous = cursor->previous;
    cursor->connection = NULL;
    calx_link_return(cursor->link, cursor);
}

calx_status calx_cursor_execute_keys(calx_cursor *cursor, const calx_value *values, size_t count,
                                     size_t keys, bool *out_row)
{
    if (cursor->connection == NULL)
        return CALX_E_STATE;
    if (!cursor->driver->dialect->batches_rows)
        return calx_cursor_execute(cursor, values, count, out_row);
    cursor->looks = true;
    calx_status status = calx_cursor_execute_rows(cursor, values, keys, out_row);
    cursor->looks = false;
    return status;
}
