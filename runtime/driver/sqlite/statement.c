/*
 * SQLite statements: binding and reading whole rows. The rules kept: what is stored decides, a
 * value is never bent into another class (ENG-155); SQLite's message is copied before anything is
 * reset (LIM-21); and values are bound without a copy, since the contract says they stay until
 * the run is over (LIM-23).
 */
#include "driver/sqlite/sqlite.h"

#include "base/allocator.h"
#include "base/apart.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/timestamp.h"

#include <limits.h>
#include <math.h>
#include <string.h>
#include <strings.h>

typedef struct sqlite_statement {
    calx_driver_statement base;
    sqlite3_stmt *stmt; /* NULL: the text held no statement */
    sqlite3 *db;
    int total_before; /* sqlite3_total_changes() when the run began */
    size_t width;     /* columns of this run's rows; 0: not asked yet */
    bool stepped;     /* since the last sqlite3_reset() */
    bool bound;       /* since the last sqlite3_clear_bindings() */
    bool sets_query_only;
} sqlite_statement;

/* Integers beyond this are not all exact as a double. */
#define EXACT_DOUBLE INT64_C(9007199254740992)

static calx_sqlite_connection *connection_of(sqlite_statement *statement)
{
    return (calx_sqlite_connection *)statement->base.connection;
}

/* Compiles from sql on until a statement comes up or the text ends (LIM-24). */
static int compile(sqlite3 *db, const char *sql, size_t size, sqlite3_stmt **out,
                   const char **out_tail)
{
    const char *end = sql + size;
    int code = SQLITE_OK;
    *out = NULL;
    while (code == SQLITE_OK && *out == NULL && sql < end) {
        const char *tail = sql;
        code = sqlite3_prepare_v3(db, sql, (int)(end - sql), SQLITE_PREPARE_PERSISTENT, out, &tail);
        sql = tail > sql ? tail : end;
    }
    *out_tail = sql;
    return code;
}

/* The schema of a shared cache is a table like others, and may be locked. */
static CALX_APART int compile_when_unlocked(calx_sqlite_connection *connection, const char *sql,
                                            size_t size, sqlite3_stmt **out, const char **out_tail)
{
    int64_t deadline = calx_deadline_in_ms(calx_sqlite_patience(connection));
    int code = SQLITE_LOCKED_SHAREDCACHE;
    while (code == SQLITE_LOCKED_SHAREDCACHE && calx_sqlite_await_unlock(connection, deadline))
        code = compile(connection->db, sql, size, out, out_tail);
    return code;
}

/*
 * The rest of a text may hold blanks and comments, but no second statement. A PRAGMA is not so much
 * as compiled: it would be carried out.
 */
static calx_status check_tail(calx_sqlite_connection *connection, const char *tail, const char *end)
{
    sqlite3_stmt *second = NULL;
    bool is_pragma = calx_sqlite_is_pragma(tail, (size_t)(end - tail));
    int code = SQLITE_OK;
    if (!is_pragma && tail < end)
        code = compile(connection->db, tail, (size_t)(end - tail), &second, &tail);
    if (code != SQLITE_OK)
        return calx_sqlite_fail_open(connection, code);
    if (second == NULL && !is_pragma)
        return CALX_OK;
    sqlite3_finalize(second);
    return calx_error_set(&connection->base.error, CALX_E_ARGUMENT,
                          "the text holds more than one SQL statement; execute them one by one");
}

calx_status calx_sqlite_prepare(calx_driver_connection *base, const char *sql, size_t size,
                                calx_driver_statement **out)
{
    calx_sqlite_connection *connection = (calx_sqlite_connection *)base;
    const char *tail = sql;
    if (size >= INT_MAX)
        return calx_error_set(&base->error, CALX_E_LIMIT, "the SQL text is too long for SQLite");
    bool sets_query_only = false;
    calx_status status = calx_sqlite_check_text(connection, sql, size, &sets_query_only);
    if (status != CALX_OK)
        return status;
    sqlite_statement *statement = calx_alloc_zeroed(sizeof(*statement));
    if (statement == NULL)
        return calx_error_set_nomem(&base->error);
    statement->base.connection = base;
    statement->db = connection->db;
    statement->sets_query_only = sets_query_only;
    int code = compile(connection->db, sql, size, &statement->stmt, &tail);
    if (code == SQLITE_LOCKED_SHAREDCACHE)
        code = compile_when_unlocked(connection, sql, size, &statement->stmt, &tail);
    if (code != SQLITE_OK)
        status = calx_sqlite_fail_open(connection, code);
    else
        status = check_tail(connection, tail, sql + size);
    if (status != CALX_OK) {
        calx_sqlite_finalize(&statement->base);
        return status;
    }
    statement->base.parameter_count = (size_t)sqlite3_bind_parameter_count(statement->stmt);
    *out = &statement->base;
    return CALX_OK;
}

void calx_sqlite_finalize(calx_driver_statement *base)
{
    sqlite_statement *statement = (sqlite_statement *)base;
    if (!((const calx_sqlite_connection *)base->connection)->foreign)
        sqlite3_finalize(statement->stmt);
    calx_release(statement);
}

static int bind_timestamp(sqlite3_stmt *stmt, int index, calx_timestamp timestamp)
{
    char text[CALX_TIMESTAMP_TEXT_SIZE];
    size_t size = calx_timestamp_text(timestamp, text);
    if (size == 0)
        return SQLITE_MISMATCH;
    return sqlite3_bind_text(stmt, index, text, (int)size, SQLITE_TRANSIENT);
}

/* SQLITE_MISMATCH: a value SQLite cannot hold (ENG-156). */
static int bind_value(sqlite3_stmt *stmt, int index, const calx_value *value)
{
    const void *data = value->as.span.data;
    size_t size = value->as.span.size;
    switch (value->type) {
    case CALX_VALUE_NULL:
        return sqlite3_bind_null(stmt, index);
    case CALX_VALUE_BOOL:
        return sqlite3_bind_int64(stmt, index, value->as.boolean ? 1 : 0);
    case CALX_VALUE_INT64:
        return sqlite3_bind_int64(stmt, index, value->as.int64);
    case CALX_VALUE_UINT64:
        if (value->as.uint64 > INT64_MAX)
            return SQLITE_MISMATCH;
        return sqlite3_bind_int64(stmt, index, (int64_t)value->as.uint64);
    case CALX_VALUE_DOUBLE:
        if (isnan(value->as.real))
            return SQLITE_MISMATCH;
        return sqlite3_bind_double(stmt, index, value->as.real);
    case CALX_VALUE_TEXT:
        return sqlite3_bind_text64(stmt, index, data, size, SQLITE_STATIC, SQLITE_UTF8);
    case CALX_VALUE_BYTES:
        return sqlite3_bind_blob64(stmt, index, size == 0 ? "" : data, size, SQLITE_STATIC);
    case CALX_VALUE_TIMESTAMP:
        return bind_timestamp(stmt, index, value->as.int64);
    }
    return SQLITE_MISMATCH;
}

static calx_status fail_value(sqlite_statement *statement, size_t index, const calx_value *value)
{
    const char *reason = "its value class is unknown";
    if (value->type == CALX_VALUE_UINT64)
        reason = "SQLite holds no integer above 9223372036854775807";
    else if (value->type == CALX_VALUE_DOUBLE)
        reason = "SQLite holds no NaN; bind NULL instead";
    else if (value->type == CALX_VALUE_TIMESTAMP)
        reason = "the year is not within 0000 to 9999";
    statement->base.refused = index + 1;
    return calx_error_set(&statement->base.connection->error, CALX_E_DATA, "parameter %zu: %s",
                          index + 1, reason);
}

static calx_status bind_all(sqlite_statement *statement, const calx_value *parameters, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int code = bind_value(statement->stmt, (int)i + 1, &parameters[i]);
        if (code == SQLITE_MISMATCH)
            return fail_value(statement, i, &parameters[i]);
        if (code != SQLITE_OK)
            return calx_sqlite_fail_open(connection_of(statement), code);
    }
    return CALX_OK;
}

static calx_status step(sqlite_statement *statement, bool first, bool *out_row)
{
    statement->stepped = true;
    int code = sqlite3_step(statement->stmt);
    if (first && code == SQLITE_LOCKED_SHAREDCACHE)
        code = calx_sqlite_step_when_unlocked(connection_of(statement), statement->stmt);
    if (code == SQLITE_ROW) {
        *out_row = true;
        return CALX_OK;
    }
    if (code != SQLITE_DONE)
        return statement->base.parameter_count > 0
                   ? calx_sqlite_fail_bound(connection_of(statement), code)
                   : calx_sqlite_fail_open(connection_of(statement), code);
    calx_sqlite_look(connection_of(statement));
    *out_row = false;
    return CALX_OK;
}

/* The transaction begins if that is due, as what its first statement makes of it (ENG-146). */
static CALX_APART calx_status enter_transaction(sqlite_statement *statement)
{
    calx_sqlite_connection *connection = connection_of(statement);
    bool only_reads = sqlite3_stmt_readonly(statement->stmt) != 0;
    if (connection->begin_due)
        return calx_sqlite_start(connection, only_reads);
    calx_status status = calx_sqlite_clear_modes(connection);
    if (status != CALX_OK)
        return status;
    return only_reads ? CALX_OK : calx_sqlite_take_turn(connection);
}

static calx_status run(sqlite_statement *statement, const calx_value *parameters, size_t count,
                       bool *out_row)
{
    calx_status status = CALX_OK;
    if (!connection_of(statement)->in_gate)
        status = enter_transaction(statement);
    if (status != CALX_OK)
        return status;
    statement->bound = true;
    statement->width = 0;
    statement->total_before = sqlite3_total_changes(statement->db);
    status = bind_all(statement, parameters, count);
    return status == CALX_OK ? step(statement, true, out_row) : status;
}

/* Locks are waited for until the deadline at most. */
static CALX_APART calx_status run_by(sqlite_statement *statement, const calx_value *parameters,
                                     size_t count, bool *out_row)
{
    const calx_sqlite_connection *connection = connection_of(statement);
    sqlite3_busy_timeout(statement->db, calx_sqlite_patience(connection));
    calx_status status = run(statement, parameters, count, out_row);
    sqlite3_busy_timeout(statement->db, connection->config->timeout_ms);
    return status;
}

calx_status calx_sqlite_execute(calx_driver_statement *base, const calx_value *parameters,
                                size_t count, bool *out_row)
{
    sqlite_statement *statement = (sqlite_statement *)base;
    base->refused = 0;
    if (count != base->parameter_count)
        return calx_error_set(&base->connection->error, CALX_E_ARGUMENT,
                              "the statement has %zu parameters, %zu values were given",
                              base->parameter_count, count);
    if (statement->stmt == NULL) {
        *out_row = false;
        return CALX_OK;
    }
    if (statement->stepped) {
        sqlite3_reset(statement->stmt);
        statement->stepped = false;
    }
    /* Kept since before the transaction, it would be compiled again, and carried out. */
    if (statement->sets_query_only &&
        calx_sqlite_check_read_only(connection_of(statement)) != CALX_OK)
        return CALX_E_STATE;
    if (base->connection->deadline != 0)
        return run_by(statement, parameters, count, out_row);
    return run(statement, parameters, count, out_row);
}

static calx_status run_set(calx_driver_statement *base, calx_driver_many *many, size_t set)
{
    bool row = false;
    calx_status status = calx_sqlite_execute(base, many->values + set * base->parameter_count,
                                             base->parameter_count, &row);
    while (status == CALX_OK && row)
        status = calx_sqlite_next(base, &row);
    many->changes[set] = status == CALX_OK ? calx_sqlite_changes(base) : -1;
    calx_sqlite_reset(base);
    if (status != CALX_OK)
        many->failed = set;
    return status;
}

/* Undone, also where SQLite has ended the whole transaction; the error stays why. */
static void undo_sets(calx_driver_connection *connection, calx_driver_many *many)
{
    calx_error why = CALX_ERROR_INIT;
    for (size_t i = 0; i < many->sets; i++)
        many->changes[i] = -1;
    if (!connection->in_transaction)
        return;
    calx_error_move(&why, &connection->error);
    (void)calx_sqlite_control(connection, CALX_DRIVER_ROLLBACK_TO, 0);
    (void)calx_sqlite_control(connection, CALX_DRIVER_RELEASE, 0);
    calx_error_move(&connection->error, &why);
    calx_error_clear(&why);
}

calx_status calx_sqlite_execute_many(calx_driver_statement *base, calx_driver_many *many)
{
    sqlite_statement *statement = (sqlite_statement *)base;
    calx_driver_connection *connection = base->connection;
    bool inside = connection->in_transaction && many->sets > 0;
    calx_status status = CALX_OK;
    many->failed = SIZE_MAX;
    for (size_t i = 0; i < many->sets; i++)
        many->changes[i] = -1;
    if (inside && statement->stmt != NULL && !connection_of(statement)->in_gate)
        status = enter_transaction(statement);
    if (inside && status == CALX_OK)
        status = calx_sqlite_control(connection, CALX_DRIVER_SAVEPOINT, 0);
    if (status != CALX_OK)
        return status;
    for (size_t i = 0; status == CALX_OK && i < many->sets; i++)
        status = run_set(base, many, i);
    if (!inside)
        return status;
    if (status == CALX_OK)
        return calx_sqlite_control(connection, CALX_DRIVER_RELEASE, 0);
    undo_sets(connection, many);
    return status;
}

calx_status calx_sqlite_next(calx_driver_statement *base, bool *out_row)
{
    return step((sqlite_statement *)base, false, out_row);
}

static const char *class_name(int stored)
{
    static const char *const names[] = { "a value",
                                         [SQLITE_INTEGER] = "an integer",
                                         [SQLITE_FLOAT] = "a real number",
                                         [SQLITE_TEXT] = "text",
                                         [SQLITE_BLOB] = "bytes",
                                         [SQLITE_NULL] = "NULL" };
    return stored >= SQLITE_INTEGER && stored <= SQLITE_NULL ? names[stored] : names[0];
}

static const char *wanted_name(calx_value_type wanted)
{
    static const char *const names[] = {
        [CALX_VALUE_NULL] = "any value",
        [CALX_VALUE_BOOL] = "a truth value (0 or 1)",
        [CALX_VALUE_INT64] = "an integer",
        [CALX_VALUE_UINT64] = "an unsigned integer",
        [CALX_VALUE_DOUBLE] = "a real number",
        [CALX_VALUE_TEXT] = "text",
        [CALX_VALUE_BYTES] = "bytes",
        [CALX_VALUE_TIMESTAMP] = "a timestamp (YYYY-MM-DD HH:MM:SS)",
    };
    return names[wanted];
}

static calx_status fail_column(sqlite_statement *statement, int column, calx_value_type wanted)
{
    const char *name = sqlite3_column_name(statement->stmt, column);
    int stored = sqlite3_column_type(statement->stmt, column);
    return calx_error_set(&statement->base.connection->error, CALX_E_DATA,
                          "column %d (%s): %s is stored, which cannot be read as %s", column,
                          name != NULL ? name : "?", class_name(stored), wanted_name(wanted));
}

/* What calx_value_class a stored value has of its own. */
static calx_value_type own_class(int stored)
{
    static const calx_value_type classes[] = { [SQLITE_INTEGER] = CALX_VALUE_INT64,
                                               [SQLITE_FLOAT] = CALX_VALUE_DOUBLE,
                                               [SQLITE_TEXT] = CALX_VALUE_TEXT,
                                               [SQLITE_BLOB] = CALX_VALUE_BYTES,
                                               [SQLITE_NULL] = CALX_VALUE_NULL };
    return classes[stored];
}

/* false: the integer is no such value. */
static bool read_integer(int64_t number, calx_value_type wanted, calx_value *out)
{
    switch (wanted) {
    case CALX_VALUE_INT64:
        out->as.int64 = number;
        return true;
    case CALX_VALUE_UINT64:
        out->as.uint64 = (uint64_t)number;
        return number >= 0;
    case CALX_VALUE_BOOL:
        out->as.boolean = number != 0;
        return number == 0 || number == 1;
    case CALX_VALUE_DOUBLE:
        out->as.real = (double)number;
        return number >= -EXACT_DOUBLE && number <= EXACT_DOUBLE;
    default:
        return false;
    }
}

/*
 * A cell is fetched once and then asked through sqlite3_value_...(), which take no lock: that is
 * allowed since connections are opened without a mutex and belong to one thread at a time.
 */

/* Text and bytes. NULL data means here that SQLite had no memory to make them. */
static calx_status read_span(sqlite_statement *statement, sqlite3_value *cell, calx_value *out)
{
    bool text = out->type == CALX_VALUE_TEXT;
    const void *data = text ? (const void *)sqlite3_value_text(cell) : sqlite3_value_blob(cell);
    int size = sqlite3_value_bytes(cell);
    if (data == NULL) {
        if (text || size > 0 || sqlite3_errcode(statement->db) == SQLITE_NOMEM)
            return calx_error_set_nomem(&statement->base.connection->error);
        data = "";
    }
    out->as.span.data = data;
    out->as.span.size = (size_t)size;
    return CALX_OK;
}

static calx_status read_timestamp(sqlite_statement *statement, int column, sqlite3_value *cell,
                                  calx_value *out)
{
    const char *text = (const char *)sqlite3_value_text(cell);
    int size = sqlite3_value_bytes(cell);
    if (text == NULL)
        return calx_error_set_nomem(&statement->base.connection->error);
    if (!calx_timestamp_parse(text, (size_t)size, &out->as.int64))
        return fail_column(statement, column, CALX_VALUE_TIMESTAMP);
    return CALX_OK;
}

/* A cell whose class is not the one wanted, but perhaps a near one. */
static calx_status read_other(sqlite_statement *statement, int column, sqlite3_value *cell,
                              calx_value *out)
{
    calx_value_type wanted = out->type;
    int stored = sqlite3_value_type(cell);
    if (stored == SQLITE_INTEGER) {
        if (read_integer(sqlite3_value_int64(cell), wanted, out))
            return CALX_OK;
    } else if (stored == SQLITE_TEXT && wanted == CALX_VALUE_TIMESTAMP) {
        return read_timestamp(statement, column, cell, out);
    }
    return fail_column(statement, column, wanted);
}

/* A cell of the class it has of its own. */
static calx_status read_own(sqlite_statement *statement, sqlite3_value *cell, calx_value *out)
{
    switch (out->type) {
    case CALX_VALUE_INT64:
        out->as.int64 = sqlite3_value_int64(cell);
        return CALX_OK;
    case CALX_VALUE_DOUBLE:
        out->as.real = sqlite3_value_double(cell);
        return CALX_OK;
    case CALX_VALUE_TEXT:
    case CALX_VALUE_BYTES:
        return read_span(statement, cell, out);
    default:
        return CALX_OK;
    }
}

/* Most cells are of the class wanted, and of one of three. false: this one is not, or has no text.
 */
static bool read_usual(sqlite3_value *cell, calx_value_type wanted, calx_value *out)
{
    int stored = sqlite3_value_type(cell);
    if (wanted == CALX_VALUE_INT64 && stored == SQLITE_INTEGER) {
        out->as.int64 = sqlite3_value_int64(cell);
    } else if (wanted == CALX_VALUE_TEXT && stored == SQLITE_TEXT) {
        out->as.span.data = sqlite3_value_text(cell);
        out->as.span.size = (size_t)sqlite3_value_bytes(cell);
        if (out->as.span.data == NULL)
            return false;
    } else if (wanted == CALX_VALUE_DOUBLE && stored == SQLITE_FLOAT) {
        out->as.real = sqlite3_value_double(cell);
    } else {
        return false;
    }
    out->type = wanted;
    return true;
}

/* The same of a cell wanted as stored: whichever of the three it is. */
static bool read_as_stored(sqlite3_value *cell, calx_value *out)
{
    switch (sqlite3_value_type(cell)) {
    case SQLITE_INTEGER:
        out->type = CALX_VALUE_INT64;
        out->as.int64 = sqlite3_value_int64(cell);
        return true;
    case SQLITE_FLOAT:
        out->type = CALX_VALUE_DOUBLE;
        out->as.real = sqlite3_value_double(cell);
        return true;
    case SQLITE_TEXT:
        out->type = CALX_VALUE_TEXT;
        out->as.span.data = sqlite3_value_text(cell);
        out->as.span.size = (size_t)sqlite3_value_bytes(cell);
        return out->as.span.data != NULL;
    default:
        return false;
    }
}

static CALX_APART calx_status read_any(sqlite_statement *statement, int column,
                                       calx_value_type wanted, calx_value *out)
{
    sqlite3_value *cell = sqlite3_column_value(statement->stmt, column);
    out->type = own_class(sqlite3_value_type(cell));
    if (out->type == wanted || out->type == CALX_VALUE_NULL || wanted == CALX_VALUE_NULL)
        return read_own(statement, cell, out);
    out->type = wanted;
    return read_other(statement, column, cell, out);
}

calx_status calx_sqlite_read_from(calx_driver_statement *base, size_t first,
                                  const calx_value_type *wanted, calx_value *out, size_t count)
{
    sqlite_statement *statement = (sqlite_statement *)base;
    if (statement->width == 0)
        statement->width = (size_t)sqlite3_data_count(statement->stmt);
    if (first + count > statement->width)
        return calx_error_set(&base->connection->error, CALX_E_STALE_PLAN,
                              "%zu columns were asked for, the row has %zu", first + count,
                              statement->width);
    for (size_t i = 0; i < count; i++) {
        int column = (int)(first + i);
        sqlite3_value *cell = sqlite3_column_value(statement->stmt, column);
        if (wanted[i] == CALX_VALUE_NULL ? read_as_stored(cell, &out[i])
                                         : read_usual(cell, wanted[i], &out[i]))
            continue;
        calx_status status = read_any(statement, column, wanted[i], &out[i]);
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}

calx_status calx_sqlite_read(calx_driver_statement *base, const calx_value_type *wanted,
                             calx_value *out, size_t count)
{
    return calx_sqlite_read_from(base, 0, wanted, out, count);
}

void calx_sqlite_reset(calx_driver_statement *base)
{
    sqlite_statement *statement = (sqlite_statement *)base;
    if (((const calx_sqlite_connection *)base->connection)->foreign)
        return;
    if (statement->stepped) {
        sqlite3_reset(statement->stmt);
        statement->stepped = false;
        if (connection_of(statement)->in_gate)
            calx_sqlite_look(connection_of(statement)); /* what had no transaction is over */
    }
    /* Nothing points into the caller's memory any more (LIM-23). */
    if (statement->bound) {
        sqlite3_clear_bindings(statement->stmt);
        statement->bound = false;
    }
}

size_t calx_sqlite_column_count(calx_driver_statement *base)
{
    return (size_t)sqlite3_column_count(((sqlite_statement *)base)->stmt);
}

const char *calx_sqlite_column_name(calx_driver_statement *base, size_t column)
{
    sqlite_statement *statement = (sqlite_statement *)base;
    if (column >= calx_sqlite_column_count(base))
        return NULL;
    return sqlite3_column_name(statement->stmt, (int)column);
}

static bool says(const char *type, const char *word)
{
    for (; *type != '\0'; type++)
        if (sqlite3_strnicmp(type, word, (int)strlen(word)) == 0)
            return true;
    return false;
}

/* A column that is declared as text makes text of numbers; any other takes text as it is. */
calx_value_type calx_sqlite_column_class(calx_driver_statement *base, size_t column)
{
    sqlite_statement *statement = (sqlite_statement *)base;
    const char *type = column < calx_sqlite_column_count(base)
                           ? sqlite3_column_decltype(statement->stmt, (int)column)
                           : NULL;
    if (type == NULL || says(type, "INT"))
        return CALX_VALUE_NULL;
    return says(type, "CHAR") || says(type, "CLOB") || says(type, "TEXT") ? CALX_VALUE_TEXT
                                                                          : CALX_VALUE_NULL;
}

int64_t calx_sqlite_changes(calx_driver_statement *base)
{
    sqlite_statement *statement = (sqlite_statement *)base;
    /* What is no INSERT, UPDATE or DELETE leaves the count of the one before it standing. */
    if (sqlite3_total_changes(statement->db) == statement->total_before)
        return 0;
    return sqlite3_changes(statement->db);
}

int64_t calx_sqlite_last_key(calx_driver_statement *base)
{
    return sqlite3_last_insert_rowid(((sqlite_statement *)base)->db);
}
