/*
 * Results: rows of a cursor, read with types. A row is read whole, as stored, when it comes; typed
 * reads are then checks on plain values. A result outlives its connection: the cursor it holds
 * tells that the connection has ended, and everything else the result owns itself.
 */
#include "engine/result.h"

#include "engine/inside.h"

#include "base/allocator.h"
#include "base/error.h"
#include "base/timestamp.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Integers beyond this are not all exact as a double. */
#define EXACT_DOUBLE INT64_C(9007199254740992)

typedef enum result_state {
    RESULT_BEFORE_ROW, /* the cursor is on a row that nobody asked for yet */
    RESULT_ON_ROW,
    RESULT_AT_END
} result_state;

struct calx_result {
    calx_cursor *cursor;
    result_state state;
    calx_error error;
    int64_t rowcount;
    size_t column_count;
    const calx_value *row;   /* the present one: values, or somebody else's */
    calx_value *values;      /* as the cursor gives them */
    calx_value_type *wanted; /* all as stored */
    const char **names;
    calx_value *parameters; /* own copies: the statement may be bound anew or freed meanwhile */
    calx_status (*read)(void *context, calx_cursor *cursor, calx_error *error); /* or NULL */
    calx_status (*next)(void *context, calx_cursor *cursor, const calx_value **out_row,
                        calx_error *error); /* or NULL */
    void (*end)(void *context);
    void *context;
    void (*detach)(void *attached); /* or NULL: nothing is attached */
    void *attached;
};

/* names: NULL means the cursor's own */
static const char *name_at(const calx_cursor *cursor, const char *const *names, size_t i)
{
    const char *name = names != NULL ? names[i] : calx_cursor_column_name(cursor, i);
    return name != NULL ? name : "";
}

static size_t names_size(const calx_cursor *cursor, const char *const *names, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += strlen(name_at(cursor, names, i)) + 1;
    return size;
}

/* A result with room for a row and the columns' names, in one block. */
static calx_result *new_result(calx_cursor *cursor, size_t count, const char *const *names)
{
    size_t text_size = names_size(cursor, names, count);
    size_t column_size = sizeof(calx_value) + sizeof(const char *) + sizeof(calx_value_type);
    if (count > (SIZE_MAX / 2 - sizeof(calx_result)) / column_size)
        return NULL;
    calx_result *result = calx_alloc_zeroed(sizeof(*result) + count * column_size + text_size);
    if (result == NULL)
        return NULL;
    result->row = result->values = (calx_value *)(result + 1);
    result->names = (const char **)(result->values + count);
    result->wanted = (calx_value_type *)(result->names + count);
    char *text = (char *)(result->wanted + count);
    for (size_t i = 0; i < count; i++) {
        const char *name = name_at(cursor, names, i);
        size_t size = strlen(name);
        memcpy(text, name, size);
        result->names[i] = text;
        text += size + 1;
    }
    result->cursor = cursor;
    result->column_count = count;
    result->error = (calx_error)CALX_ERROR_INIT;
    return result;
}

/* Runs a statement nobody wants the rows of, to its end (ENG-153). */
static calx_status run_out(calx_cursor *cursor, bool row)
{
    calx_status status = CALX_OK;
    while (row && status == CALX_OK)
        status = calx_cursor_next(cursor, &row);
    return status;
}

static bool is_span(const calx_value *value)
{
    return value->type == CALX_VALUE_TEXT || value->type == CALX_VALUE_BYTES;
}

/* Values with their text and bytes behind them, in one block. NULL: no memory. */
static calx_value *copy_values(const calx_value *values, size_t count)
{
    size_t size = (count + 1) * sizeof(*values);
    for (size_t i = 0; i < count; i++) {
        if (!is_span(&values[i]))
            continue;
        if (values[i].as.span.size > SIZE_MAX - size)
            return NULL;
        size += values[i].as.span.size;
    }
    calx_value *copies = calx_alloc(size);
    if (copies == NULL)
        return NULL;
    char *text = (char *)(copies + count + 1);
    for (size_t i = 0; i < count; i++) {
        copies[i] = values[i];
        if (!is_span(&values[i]))
            continue;
        memcpy(text, values[i].as.span.data, values[i].as.span.size);
        copies[i].as.span.data = text;
        text += values[i].as.span.size;
    }
    return copies;
}

/* Whether it reads and does nothing else, as far as its first word tells. */
static bool only_reads(const char *sql)
{
    static const char *const words[] = { "SELECT", "VALUES" };
    while (isspace((unsigned char)*sql))
        sql++;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t size = strlen(words[i]);
        if (strncasecmp(sql, words[i], size) == 0 && !isalnum((unsigned char)sql[size]))
            return true;
    }
    return false;
}

static calx_driver_rows row_mode(const calx_connection *connection, const char *sql)
{
    return connection->settings->stream_results && only_reads(sql) ? CALX_DRIVER_ROWS_STREAM
                                                                   : CALX_DRIVER_ROWS_FLOW;
}

/* A statement that has run. */
typedef struct opened {
    calx_cursor *cursor;
    bool row; /* it is on one */
} opened;

/* out_kept: NULL, or where to put the copies of the parameters that the cursor borrows from. */
static calx_status run(calx_connection *connection, const calx_statement *statement,
                       calx_value **out_kept, opened *out)
{
    const char *sql = NULL;
    size_t size = 0;
    const calx_value *values = NULL;
    size_t count = 0;
    calx_connection_forget_error(connection);
    if (statement == NULL)
        return calx_error_set(&connection->error, CALX_E_ARGUMENT,
                              "no statement was given (NULL): calx_text_statement() had no memory "
                              "or no text");
    calx_status status = calx_statement_resolve(statement, calx_engine_dialect(connection->engine),
                                                &sql, &size, &values, &count, &connection->error);
    if (status == CALX_OK && out_kept != NULL && count > 0) {
        *out_kept = copy_values(values, count);
        values = *out_kept;
        if (values == NULL)
            status = calx_error_set_nomem(&connection->error);
    }
    if (status == CALX_OK)
        status = calx_connection_open_text(connection, sql, size, &out->cursor);
    if (status == CALX_OK && out_kept != NULL)
        calx_cursor_rows(out->cursor, row_mode(connection, sql));
    if (status == CALX_OK)
        status = calx_cursor_execute(out->cursor, values, count, &out->row);
    return status;
}

/* The same with the options of the statement, then those of the call, over the connection's. */
static calx_status execute(calx_connection *connection, const calx_statement *statement,
                           const calx_execution_options *options, calx_value **out_kept,
                           opened *out)
{
    const calx_settings *settings = connection->settings;
    const calx_execution_options *own_options =
        statement != NULL ? calx_statement_options(statement) : NULL;
    if (options == NULL && own_options == NULL)
        return run(connection, statement, out_kept, out);
    calx_settings own = *settings;
    if (own_options != NULL)
        calx_settings_overlay(&own, own_options);
    if (options != NULL)
        calx_settings_overlay(&own, options);
    connection->settings = &own;
    calx_status status = run(connection, statement, out_kept, out);
    connection->settings = settings;
    return status;
}

static calx_status raise(calx_connection *connection, calx_event event,
                         const calx_statement *statement)
{
    calx_event_details details = { .event = event, .connection = connection };
    if (statement != NULL)
        details.statement = calx_statement_text(statement);
    return calx_event_raise(connection->engine, &details, NULL, &connection->error);
}

/* A result for what has run; or its end, when nobody wants the rows. kept is taken over. */
static calx_status finish(calx_connection *connection, opened *run, calx_value *kept,
                          calx_result **out_result)
{
    calx_status status = CALX_OK;
    calx_result *result = NULL;
    if (out_result == NULL) {
        status = run_out(run->cursor, run->row);
        goto out;
    }
    result = new_result(run->cursor, calx_cursor_column_count(run->cursor), NULL);
    if (result == NULL) {
        status = calx_error_set_nomem(&connection->error);
        goto out;
    }
    result->state = run->row ? RESULT_BEFORE_ROW : RESULT_AT_END;
    result->rowcount = run->row ? 0 : calx_cursor_changes(run->cursor);
    result->parameters = kept;
    kept = NULL;
    run->cursor = NULL;
    *out_result = result;
out:
    calx_cursor_close(run->cursor);
    calx_release(kept);
    return status;
}

static calx_status execute_with_inside(calx_connection *connection, const calx_statement *statement,
                                       const calx_execution_options *options,
                                       calx_result **out_result)
{
    opened run = { NULL, false };
    calx_value *kept = NULL;
    calx_status status = CALX_OK;
    calx_connection_forget_error(connection);
    if (options != NULL)
        status = calx_settings_check(options, NULL, CALX_SETTINGS_STATEMENT, &connection->error);
    if (status == CALX_OK && calx_hears(connection->engine, CALX_EVENT_BEFORE_EXECUTE))
        status = raise(connection, CALX_EVENT_BEFORE_EXECUTE, statement);
    if (status == CALX_OK)
        status = execute(connection, statement, options, out_result != NULL ? &kept : NULL, &run);
    if (status == CALX_OK && calx_hears(connection->engine, CALX_EVENT_AFTER_EXECUTE))
        status = raise(connection, CALX_EVENT_AFTER_EXECUTE, statement);
    if (status == CALX_OK)
        return finish(connection, &run, kept, out_result);
    calx_cursor_close(run.cursor);
    calx_release(kept);
    return status;
}

calx_status calx_connection_execute_with(calx_connection *connection,
                                         const calx_statement *statement,
                                         const calx_execution_options *options,
                                         calx_result **out_result)
{
    pthread_t before;
    if (!calx_connection_enter(connection, &before))
        return calx_connection_shut_out(connection);
    calx_status status = execute_with_inside(connection, statement, options, out_result);
    calx_connection_leave(connection, before);
    return status;
}

static calx_status exec_driver_sql_inside(calx_connection *connection, const calx_driver_sql *sql,
                                          calx_result **out_result)
{
    opened run = { NULL, false };
    calx_value *kept = NULL;
    calx_connection_forget_error(connection);
    if (sql == NULL || sql->sql == NULL || (sql->parameters == NULL && sql->count > 0))
        return calx_error_set(&connection->error, CALX_E_ARGUMENT,
                              "no SQL text or no parameters were given (NULL)");
    if (out_result != NULL && sql->count > 0) {
        kept = copy_values(sql->parameters, sql->count);
        if (kept == NULL)
            return calx_error_set_nomem(&connection->error);
    }
    calx_status status =
        calx_connection_open_text(connection, sql->sql, strlen(sql->sql), &run.cursor);
    if (status == CALX_OK && out_result != NULL)
        calx_cursor_rows(run.cursor, row_mode(connection, sql->sql));
    if (status == CALX_OK)
        status = calx_cursor_execute(run.cursor, kept != NULL ? kept : sql->parameters, sql->count,
                                     &run.row);
    if (status == CALX_OK)
        return finish(connection, &run, kept, out_result);
    calx_cursor_close(run.cursor);
    calx_release(kept);
    return status;
}

calx_status calx_connection_exec_driver_sql(calx_connection *connection, const calx_driver_sql *sql,
                                            calx_result **out_result)
{
    pthread_t before;
    if (!calx_connection_enter(connection, &before))
        return calx_connection_shut_out(connection);
    calx_status status = exec_driver_sql_inside(connection, sql, out_result);
    calx_connection_leave(connection, before);
    return status;
}

calx_status calx_connection_execute(calx_connection *connection, const calx_statement *statement,
                                    calx_result **out_result)
{
    return calx_connection_execute_with(connection, statement, NULL, out_result);
}

void calx_result_free(calx_result *result)
{
    if (result == NULL)
        return;
    calx_cursor_close(result->cursor);
    if (result->end != NULL)
        result->end(result->context);
    if (result->detach != NULL)
        result->detach(result->attached);
    calx_error_clear(&result->error);
    calx_release(result->parameters);
    calx_release(result);
}

static void forget_error(calx_result *result)
{
    if (result->error.status != CALX_OK)
        calx_error_clear(&result->error);
}

/* The cursor's failure becomes the result's; the connection keeps its copy. */
static calx_status fail_cursor(calx_result *result, calx_status status)
{
    const calx_connection *connection = result->cursor->connection;
    result->state = RESULT_AT_END;
    if (connection != NULL)
        calx_error_copy(&result->error, &connection->error);
    if (result->error.status != status)
        calx_error_set(&result->error, status,
                       "the rows are gone: their transaction ended, or their connection was closed "
                       "or failed; read them all before that");
    return status;
}

/* Whether the connection that gives the rows is still there. */
static calx_status check_alive(calx_result *result)
{
    if (result->cursor->connection != NULL)
        return CALX_OK;
    return fail_cursor(result, CALX_E_STATE);
}

/* The present row; who reads along comes first, since the values are good until the next read. */
static calx_status read_row(calx_result *result)
{
    if (result->read != NULL) {
        calx_status status = result->read(result->context, result->cursor, &result->error);
        if (status != CALX_OK) {
            result->state = RESULT_AT_END;
            return status;
        }
    }
    if (result->column_count == 0)
        return CALX_OK;
    calx_status status =
        calx_cursor_read(result->cursor, result->wanted, result->values, result->column_count);
    return status == CALX_OK ? CALX_OK : fail_cursor(result, status);
}

/* A row of whoever has them. */
static calx_status take_row(calx_result *result, bool *out_row)
{
    const calx_value *row = NULL;
    calx_status status = result->next(result->context, result->cursor, &row, &result->error);
    result->state = status == CALX_OK && row != NULL ? RESULT_ON_ROW : RESULT_AT_END;
    result->row = row;
    if (status == CALX_OK)
        *out_row = row != NULL;
    return status;
}

calx_status calx_result_next(calx_result *result, bool *out_row)
{
    bool row = true;
    if (result == NULL)
        return CALX_E_ARGUMENT;
    forget_error(result);
    if (out_row == NULL)
        return calx_error_set_null(&result->error, "out_row");
    calx_status status = check_alive(result);
    if (status != CALX_OK)
        return status;
    if (result->next != NULL && result->state != RESULT_AT_END)
        return take_row(result, out_row);
    if (result->state == RESULT_AT_END) {
        *out_row = false;
        return CALX_OK;
    }
    if (result->state == RESULT_ON_ROW)
        status = calx_cursor_next(result->cursor, &row);
    if (status != CALX_OK)
        return fail_cursor(result, status);
    if (row)
        status = read_row(result);
    if (status != CALX_OK)
        return status;
    if (!row)
        result->rowcount = calx_cursor_changes(result->cursor);
    result->state = row ? RESULT_ON_ROW : RESULT_AT_END;
    *out_row = row;
    return CALX_OK;
}

int64_t calx_result_rowcount(const calx_result *result)
{
    return result != NULL ? result->rowcount : 0;
}

size_t calx_result_column_count(const calx_result *result)
{
    return result != NULL ? result->column_count : 0;
}

const char *calx_result_column_name(const calx_result *result, size_t column)
{
    return column < calx_result_column_count(result) ? result->names[column] : NULL;
}

calx_status calx_result_column_index(calx_result *result, const char *name, size_t *out_column)
{
    if (result == NULL)
        return CALX_E_ARGUMENT;
    forget_error(result);
    if (out_column == NULL)
        return calx_error_set_null(&result->error, "out_column");
    for (size_t i = 0; name != NULL && i < result->column_count; i++) {
        if (strcmp(result->names[i], name) == 0) {
            *out_column = i;
            return CALX_OK;
        }
    }
    return calx_error_set(&result->error, CALX_E_ARGUMENT, "the result has no column named %s",
                          name != NULL ? name : "(NULL)");
}

/* Rows borrow from the cursor, so one that ended, or whose transaction did, has none. */
static bool has_row(const calx_result *result)
{
    return result->state == RESULT_ON_ROW && result->cursor->connection != NULL &&
           (result->next != NULL || result->cursor->state == CALX_CURSOR_ROW);
}

bool calx_result_is_null(const calx_result *result, size_t column)
{
    return result == NULL || !has_row(result) || column >= result->column_count ||
           result->row[column].type == CALX_VALUE_NULL;
}

/* out: where the caller wants what it reads. */
static calx_status read_value(calx_result *result, size_t column, const void *out,
                              const calx_value **out_value)
{
    if (result == NULL)
        return CALX_E_ARGUMENT;
    calx_status status = calx_result_check_row(result);
    if (status == CALX_OK && out == NULL)
        return calx_error_set_null(&result->error, "the place for a column's value");
    if (status != CALX_OK)
        return status;
    if (column >= result->column_count)
        return calx_error_set(&result->error, CALX_E_ARGUMENT,
                              "there is no column %zu, the result has %zu (counted from 0)", column,
                              result->column_count);
    *out_value = &result->row[column];
    return CALX_OK;
}

static const char *class_name(calx_value_type type)
{
    static const char *const names[] = { [CALX_VALUE_NULL] = "NULL",
                                         [CALX_VALUE_BOOL] = "a truth value",
                                         [CALX_VALUE_INT64] = "an integer",
                                         [CALX_VALUE_UINT64] = "an unsigned integer",
                                         [CALX_VALUE_DOUBLE] = "a real number",
                                         [CALX_VALUE_TEXT] = "text",
                                         [CALX_VALUE_BYTES] = "bytes",
                                         [CALX_VALUE_TIMESTAMP] = "a timestamp" };
    return names[type];
}

static calx_status fail_class(calx_result *result, size_t column, calx_value_type wanted)
{
    calx_value_type stored = result->row[column].type;
    return calx_error_set(&result->error, CALX_E_DATA,
                          "column %zu (%s): %s is stored, which cannot be read as %s%s", column,
                          result->names[column], class_name(stored), class_name(wanted),
                          stored == CALX_VALUE_NULL ? "; ask calx_result_is_null() first" : "");
}

calx_status calx_result_value(calx_result *result, size_t column, calx_value *out_value)
{
    const calx_value *value = NULL;
    calx_status status = read_value(result, column, out_value, &value);
    if (status == CALX_OK)
        *out_value = *value;
    return status;
}

calx_status calx_result_bool(calx_result *result, size_t column, bool *out_value)
{
    const calx_value *value = NULL;
    calx_status status = read_value(result, column, out_value, &value);
    if (status != CALX_OK)
        return status;
    if (value->type == CALX_VALUE_BOOL)
        *out_value = value->as.boolean;
    else if (value->type == CALX_VALUE_INT64 && (value->as.int64 == 0 || value->as.int64 == 1))
        *out_value = value->as.int64 == 1;
    else
        return fail_class(result, column, CALX_VALUE_BOOL);
    return CALX_OK;
}

calx_status calx_result_int64(calx_result *result, size_t column, int64_t *out_value)
{
    const calx_value *value = NULL;
    calx_status status = read_value(result, column, out_value, &value);
    if (status != CALX_OK)
        return status;
    if (value->type == CALX_VALUE_INT64)
        *out_value = value->as.int64;
    else if (value->type == CALX_VALUE_UINT64 && value->as.uint64 <= INT64_MAX)
        *out_value = (int64_t)value->as.uint64;
    else
        return fail_class(result, column, CALX_VALUE_INT64);
    return CALX_OK;
}

calx_status calx_result_uint64(calx_result *result, size_t column, uint64_t *out_value)
{
    const calx_value *value = NULL;
    calx_status status = read_value(result, column, out_value, &value);
    if (status != CALX_OK)
        return status;
    if (value->type == CALX_VALUE_UINT64)
        *out_value = value->as.uint64;
    else if (value->type == CALX_VALUE_INT64 && value->as.int64 >= 0)
        *out_value = (uint64_t)value->as.int64;
    else
        return fail_class(result, column, CALX_VALUE_UINT64);
    return CALX_OK;
}

calx_status calx_result_double(calx_result *result, size_t column, double *out_value)
{
    const calx_value *value = NULL;
    calx_status status = read_value(result, column, out_value, &value);
    if (status != CALX_OK)
        return status;
    if (value->type == CALX_VALUE_DOUBLE)
        *out_value = value->as.real;
    else if (value->type == CALX_VALUE_INT64 && value->as.int64 >= -EXACT_DOUBLE &&
             value->as.int64 <= EXACT_DOUBLE)
        *out_value = (double)value->as.int64;
    else
        return fail_class(result, column, CALX_VALUE_DOUBLE);
    return CALX_OK;
}

calx_status calx_result_text(calx_result *result, size_t column, const char **out_text)
{
    const calx_value *value = NULL;
    calx_status status = read_value(result, column, out_text, &value);
    if (status != CALX_OK)
        return status;
    if (value->type == CALX_VALUE_NULL) {
        *out_text = NULL;
        return CALX_OK;
    }
    if (value->type != CALX_VALUE_TEXT)
        return fail_class(result, column, CALX_VALUE_TEXT);
    if (memchr(value->as.span.data, '\0', value->as.span.size) != NULL)
        return calx_error_set(&result->error, CALX_E_DATA,
                              "column %zu (%s): the text holds NUL characters; read it with "
                              "calx_result_value()",
                              column, result->names[column]);
    *out_text = value->as.span.data;
    return CALX_OK;
}

calx_status calx_result_bytes(calx_result *result, size_t column, calx_bytes *out_bytes)
{
    const calx_value *value = NULL;
    calx_status status = read_value(result, column, out_bytes, &value);
    if (status != CALX_OK)
        return status;
    if (value->type == CALX_VALUE_NULL)
        *out_bytes = (calx_bytes){ NULL, 0 };
    else if (value->type == CALX_VALUE_BYTES)
        *out_bytes = (calx_bytes){ value->as.span.data, value->as.span.size };
    else
        return fail_class(result, column, CALX_VALUE_BYTES);
    return CALX_OK;
}

calx_status calx_result_timestamp(calx_result *result, size_t column, calx_timestamp *out_value)
{
    const calx_value *value = NULL;
    calx_status status = read_value(result, column, out_value, &value);
    if (status != CALX_OK)
        return status;
    if (value->type == CALX_VALUE_TIMESTAMP) {
        *out_value = value->as.int64;
        return CALX_OK;
    }
    if (value->type != CALX_VALUE_TEXT ||
        !calx_timestamp_parse(value->as.span.data, value->as.span.size, out_value))
        return fail_class(result, column, CALX_VALUE_TIMESTAMP);
    return CALX_OK;
}

/* ---- for rooms above ---- */

calx_status calx_result_make(calx_cursor *cursor, bool row, const calx_result_form *form,
                             calx_result **out_result)
{
    calx_result *result = new_result(cursor, form->count, form->names);
    if (result == NULL) {
        calx_cursor_close(cursor);
        form->end(form->context);
        return CALX_E_NOMEM;
    }
    for (size_t i = 0; i < form->count; i++)
        result->wanted[i] = form->wanted[i];
    result->state = row ? RESULT_BEFORE_ROW : RESULT_AT_END;
    result->read = form->read;
    result->next = form->next;
    result->end = form->end;
    result->context = form->context;
    *out_result = result;
    return CALX_OK;
}

void *calx_result_context(const calx_result *result, void (*end)(void *context))
{
    return result->end == end ? result->context : NULL;
}

void calx_result_attach(calx_result *result, void *attached, void (*end)(void *))
{
    if (result->detach != NULL)
        result->detach(result->attached);
    result->attached = attached;
    result->detach = end;
}

void *calx_result_attached(const calx_result *result, void (*end)(void *))
{
    return result->detach == end ? result->attached : NULL;
}

calx_value_type calx_result_column_class(const calx_result *result, size_t column)
{
    return calx_cursor_column_class(result->cursor, column);
}

calx_error *calx_result_error_slot(calx_result *result)
{
    forget_error(result);
    return &result->error;
}

calx_status calx_result_check_row(calx_result *result)
{
    forget_error(result);
    if (has_row(result))
        return CALX_OK;
    return calx_error_set(&result->error, CALX_E_STATE,
                          "there is no row to read: call calx_result_next(), and stop when it says "
                          "so or the transaction has ended");
}

const calx_error *calx_result_error(const calx_result *result)
{
    return result != NULL ? &result->error : &calx_error_of_null;
}
