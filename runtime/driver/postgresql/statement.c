/*
 * PostgreSQL statements. The server is asked for nothing until the first execute: only then is it
 * known what the values are, and so which types the parameters have. From there on a statement
 * stays prepared; it is prepared anew when a value comes that its parameter's type cannot hold, or
 * when the server says that the schema has changed. The rules kept: types of parameters are always
 * declared, but for text, whose type the server finds (ENG-165); and a result is read to its end
 * before anything else is sent, so that statements can run while rows of another one are read.
 */
#include "driver/postgresql/postgresql.h"

#include "base/allocator.h"
#include "base/buffer.h"
#include "base/error.h"
#include "sql/parameters.h"

#include <string.h>

/* A parameter may change its type once for its column's and twice for its value's sake. */
enum { MAX_ATTEMPTS = 4 };

/*
 * Tables may change once more while a statement is prepared anew, and once more after that: beside
 * 600 changes a second one read in 7,000 met more than ten in a row.
 */
enum { MAX_RENEWALS = 100 };

static calx_postgresql_connection *connection_of(const calx_postgresql_statement *statement)
{
    return (calx_postgresql_connection *)statement->base.connection;
}

/* ---- making and ending ---- */

static calx_status reserve_parameters(calx_postgresql_statement *statement, size_t count)
{
    statement->base.parameter_count = count;
    statement->parameters = calx_alloc_array(count + 1, sizeof(*statement->parameters));
    statement->values = calx_alloc_array(count + 1, sizeof(*statement->values));
    statement->wanted = calx_alloc_array(count + 1, sizeof(*statement->wanted));
    statement->sizes = calx_alloc_array(count + 1, sizeof(*statement->sizes));
    statement->formats = calx_alloc_array(count + 1, sizeof(*statement->formats));
    if (statement->parameters == NULL || statement->values == NULL || statement->wanted == NULL ||
        statement->sizes == NULL || statement->formats == NULL)
        return calx_error_set_nomem(&statement->base.connection->error);
    return CALX_OK;
}

calx_status calx_postgresql_prepare(calx_driver_connection *base, const char *sql, size_t size,
                                    calx_driver_statement **out)
{
    calx_sql_facts facts = calx_sql_survey(&calx_dialect_postgresql, sql, size);
    if (size > CALX_POSTGRESQL_MAX_VALUE)
        return calx_error_set(&base->error, CALX_E_LIMIT,
                              "the SQL text is too long for PostgreSQL");
    if (memchr(sql, '\0', size) != NULL)
        return calx_error_set(&base->error, CALX_E_DATA, "the SQL text has a NUL inside");
    if (facts.placeholders > CALX_POSTGRESQL_MAX_PARAMETERS)
        return calx_error_set(&base->error, CALX_E_LIMIT,
                              "the statement has %zu parameters; PostgreSQL takes %d at most",
                              facts.placeholders, CALX_POSTGRESQL_MAX_PARAMETERS);
    calx_postgresql_statement *statement = calx_alloc_zeroed(sizeof(*statement) + size + 1);
    if (statement == NULL)
        return calx_error_set_nomem(&base->error);
    statement->base.connection = base;
    memcpy(statement->sql, sql, size);
    statement->empty = facts.statements == 0;
    statement->joins = calx_postgresql_may_join(statement->sql);
    statement->traces = calx_postgresql_traces_of(statement->sql);
    calx_status status = reserve_parameters(statement, facts.placeholders);
    if (status != CALX_OK) {
        calx_postgresql_finalize(&statement->base);
        return status;
    }
    *out = &statement->base;
    return CALX_OK;
}

void calx_postgresql_rows(calx_driver_statement *statement, calx_driver_rows how)
{
    ((calx_postgresql_statement *)statement)->how = how;
}

void calx_postgresql_expect(calx_driver_statement *base, const calx_type *types, size_t count)
{
    calx_postgresql_statement *statement = (calx_postgresql_statement *)base;
    for (size_t i = 0; count == base->parameter_count && i < count; i++)
        statement->wanted[i] = calx_postgresql_type_of_column(types[i]);
}

static void release_copies(calx_postgresql_statement *statement)
{
    for (size_t i = 0; i < statement->base.parameter_count; i++) {
        calx_release(statement->parameters[i].copy);
        statement->parameters[i].copy = NULL;
    }
}

void calx_postgresql_finalize(calx_driver_statement *base)
{
    calx_postgresql_statement *statement = (calx_postgresql_statement *)base;
    calx_postgresql_reset(base);
    calx_postgresql_give_up_name(statement);
    if (statement->parameters != NULL)
        release_copies(statement);
    calx_release(statement->closing);
    calx_release(statement->parameters);
    calx_release(statement->values);
    calx_release(statement->wanted);
    calx_release(statement->sizes);
    calx_release(statement->formats);
    calx_buffer_clear(&statement->arrays);
    calx_release(statement);
}

/* ---- running ---- */

static calx_status fail_value(calx_postgresql_statement *statement, size_t index,
                              calx_postgresql_fit fit, const char *reason)
{
    calx_error *error = &statement->base.connection->error;
    if (fit == CALX_FIT_NO_MEMORY)
        return calx_error_set_nomem(error);
    statement->base.refused = index + 1;
    if (fit == CALX_FIT_TOO_BIG)
        return calx_error_set(error, CALX_E_LIMIT,
                              "parameter %zu: PostgreSQL holds at most 1 GB in one value",
                              index + 1);
    return calx_error_set(error, CALX_E_DATA, "parameter %zu: %s", index + 1,
                          reason != NULL ? reason
                                         : "the statement takes no value of this class there");
}

/* Puts all values where libpq takes them. *out_again: a parameter got another type. */
calx_status calx_postgresql_encode_all(calx_postgresql_statement *statement,
                                       const calx_value *values, bool *out_again)
{
    *out_again = false;
    release_copies(statement);
    for (size_t i = 0; i < statement->base.parameter_count; i++) {
        calx_postgresql_slot slot;
        const char *reason = NULL;
        calx_postgresql_fit fit =
            calx_postgresql_encode(&statement->parameters[i], &values[i], &slot, &reason);
        if (fit == CALX_FIT_OTHER_TYPE) {
            Oid type = calx_postgresql_type_of(&values[i]);
            if (type == statement->wanted[i])
                return fail_value(statement, i, CALX_FIT_NEVER, NULL);
            statement->wanted[i] = type;
            *out_again = true;
        } else if (fit != CALX_FIT_YES) {
            return fail_value(statement, i, fit, reason);
        }
        statement->values[i] = slot.data;
        statement->sizes[i] = slot.size;
        statement->formats[i] = slot.format;
    }
    return CALX_OK;
}

/* Of a statement that was never prepared: its values say what its column did not. */
static void want_types(calx_postgresql_statement *statement, const calx_value *values)
{
    for (size_t i = 0; i < statement->base.parameter_count; i++) {
        if (statement->wanted[i] == CALX_OID_ANY)
            statement->wanted[i] = calx_postgresql_type_of(&values[i]);
    }
}

calx_status calx_postgresql_make_ready(calx_postgresql_statement *statement,
                                       const calx_value *values)
{
    calx_status status = CALX_OK;
    bool again = calx_postgresql_must_be_prepared(statement);
    if (statement->serial == 0)
        want_types(statement, values);
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        if (again)
            status = calx_postgresql_prepare_on_server(statement);
        if (status == CALX_OK)
            status = calx_postgresql_encode_all(statement, values, &again);
        if (status != CALX_OK || !again)
            return status;
    }
    return fail_value(statement, 0, CALX_FIT_NEVER, NULL);
}

calx_status calx_postgresql_fail_run(calx_postgresql_statement *statement, const PGresult *result)
{
    calx_postgresql_connection *connection = connection_of(statement);
    ExecStatusType state = PQresultStatus(result);
    if (state == PGRES_COPY_IN || state == PGRES_COPY_OUT || state == PGRES_COPY_BOTH) {
        calx_postgresql_look(connection);
        return calx_error_set(&connection->base.error, CALX_E_UNSUPPORTED,
                              "COPY with the client's own data cannot run as a statement; use "
                              "calx_connection_copy_in() or calx_connection_copy_out()");
    }
    calx_status status = calx_postgresql_fail(connection, result);
    return status == CALX_E_STALE_PLAN ? calx_postgresql_fail_stale(statement) : status;
}

/*
 * The text goes along each time; what was found out about its columns may be untrue by now. It has
 * run when that is seen, so it is not run again.
 */
static calx_status send_unnamed(calx_postgresql_statement *statement, calx_driver_rows how)
{
    calx_postgresql_connection *connection = connection_of(statement);
    int sent = PQsendQueryParams(
        connection->conn, statement->sql, (int)statement->base.parameter_count, statement->wanted,
        statement->values, statement->sizes, statement->formats, statement->binary ? 1 : 0);
    calx_status status = calx_postgresql_take_rows(statement, sent, how);
    if (status != CALX_OK || calx_postgresql_is_as_described(statement, statement->result))
        return status;
    statement->stale = true;
    for (int i = 0; statement->binary && i < PQnfields(statement->result); i++) {
        if (!calx_postgresql_is_binary(PQftype(statement->result, i)))
            status = calx_error_set(&connection->base.error, CALX_E_DATA,
                                    "the type of column %s has changed since the statement ran "
                                    "last; run it again",
                                    PQfname(statement->result, i));
    }
    return status;
}

int calx_postgresql_send_values(const calx_postgresql_statement *statement)
{
    char name[CALX_NAME_SIZE];
    calx_postgresql_write_name(connection_of(statement), statement->serial, name);
    return PQsendQueryPrepared(connection_of(statement)->conn, name,
                               (int)statement->base.parameter_count, statement->values,
                               statement->sizes, statement->formats, statement->binary ? 1 : 0);
}

/* The first statement of a transaction, which gives rows, in one round trip with its BEGIN. */
static calx_status begin_and_execute(calx_postgresql_statement *statement)
{
    calx_postgresql_connection *connection = connection_of(statement);
    PGresult *failed = NULL;
    PGresult *result = NULL;
    calx_status status = CALX_OK;
    bool begun = false;
    calx_postgresql_settle(connection);
    bool sent =
        PQenterPipelineMode(connection->conn) == 1 && calx_postgresql_send_begin(connection) &&
        calx_postgresql_send_values(statement) == 1 && PQpipelineSync(connection->conn) == 1;
    if (sent) {
        begun = calx_postgresql_take_begin(connection, &failed);
        calx_postgresql_read_pipeline(connection, &failed, &result);
    }
    bool left = PQexitPipelineMode(connection->conn) == 1;
    if (sent && !begun)
        status = calx_postgresql_fail_begin(connection, failed);
    else if (failed != NULL || result == NULL || !left)
        status = calx_postgresql_fail_run(statement, failed);
    if (!left)
        connection->base.error.flags |= CALX_ERROR_DISCONNECT;
    calx_postgresql_look(connection);
    PQclear(failed);
    if (status != CALX_OK) {
        PQclear(result);
        return status;
    }
    calx_postgresql_note(connection, result);
    calx_postgresql_keep_rows(statement, result);
    return CALX_OK;
}

static calx_status send_execute(calx_postgresql_statement *statement, calx_driver_rows how)
{
    calx_postgresql_connection *connection = connection_of(statement);
    if (connection->begin_due && statement->joins && !connection->unnamed &&
        how == CALX_DRIVER_ROWS_ALL && PQnfields(statement->description) > 0)
        return begin_and_execute(statement);
    calx_status status = calx_postgresql_start(connection);
    if (status != CALX_OK)
        return status;
    calx_postgresql_settle(connection);
    if (connection->unnamed)
        return send_unnamed(statement, how);
    return calx_postgresql_take_rows(statement, calx_postgresql_send_values(statement), how);
}

/* A cursor needs a transaction to live in. */
static calx_status run_once(calx_postgresql_statement *statement, const calx_value *values,
                            calx_driver_rows how)
{
    calx_status status = calx_postgresql_make_ready(statement, values);
    if (status != CALX_OK)
        return status;
    if (how == CALX_DRIVER_ROWS_STREAM && statement->base.connection->in_transaction)
        return calx_postgresql_open_portal(statement);
    return send_execute(statement, how);
}

bool calx_postgresql_may_go_again(calx_postgresql_connection *connection, bool untouched)
{
    calx_error error = CALX_ERROR_INIT;
    PGTransactionStatusType state = PQtransactionStatus(connection->conn);
    if (state == PQTRANS_IDLE || state == PQTRANS_INTRANS)
        return true;
    if (state != PQTRANS_INERROR || !untouched)
        return false;
    calx_error_move(&error, &connection->base.error);
    bool begun = calx_postgresql_run(connection, "ROLLBACK", NULL) == CALX_OK &&
                 calx_postgresql_begin(connection) == CALX_OK;
    if (!begun)
        calx_error_move(&connection->base.error, &error);
    calx_error_clear(&error);
    return begun;
}

calx_status calx_postgresql_execute(calx_driver_statement *base, const calx_value *parameters,
                                    size_t count, bool *out_row)
{
    calx_postgresql_statement *statement = (calx_postgresql_statement *)base;
    calx_driver_rows how = statement->how;
    calx_postgresql_reset(base);
    connection_of(statement)->timed_out = false;
    base->refused = 0;
    statement->changes = 0;
    statement->how = CALX_DRIVER_ROWS_ALL;
    if (count > CALX_POSTGRESQL_MAX_PARAMETERS)
        return calx_error_set(&base->connection->error, CALX_E_LIMIT,
                              "%zu values were given; PostgreSQL takes %d at most", count,
                              CALX_POSTGRESQL_MAX_PARAMETERS);
    if (count != base->parameter_count)
        return calx_error_set(&base->connection->error, CALX_E_ARGUMENT,
                              "the statement has %zu parameters, %zu values were given",
                              base->parameter_count, count);
    if (statement->empty) {
        *out_row = false;
        return CALX_OK;
    }
    connection_of(statement)->traces |= statement->traces;
    connection_of(statement)->bound = count > 0;
    bool untouched = connection_of(statement)->untouched;
    calx_status status = run_once(statement, parameters, how);
    for (int i = 0; i < MAX_RENEWALS && status == CALX_E_STALE_PLAN &&
                    calx_postgresql_may_go_again(connection_of(statement), untouched);
         i++)
        status = run_once(statement, parameters, how);
    if (status == CALX_OK)
        *out_row = PQntuples(statement->result) > 0;
    return status;
}

/* ---- many rows at once ---- */

/* Puts the values of each parameter where libpq takes them, as one array. */
static calx_status encode_rows(calx_postgresql_statement *statement, const calx_value *values,
                               size_t rows)
{
    size_t width = statement->base.parameter_count;
    calx_buffer *arrays = &statement->arrays;
    calx_buffer_reset(arrays);
    for (size_t i = 0; i < width; i++) {
        const char *reason = NULL;
        size_t start = arrays->size;
        calx_postgresql_fit fit = calx_postgresql_put_array(arrays, statement->parameters[i].actual,
                                                            values + i, width, rows, &reason);
        if (fit != CALX_FIT_YES)
            return fail_value(statement, i, fit, reason);
        statement->sizes[i] = (int)(arrays->size - start);
        statement->formats[i] = 1;
    }
    const char *data = calx_buffer_text(arrays); /* it moves no more */
    for (size_t i = 0; i < width; data += statement->sizes[i++])
        statement->values[i] = data;
    return CALX_OK;
}

static calx_status run_rows(calx_postgresql_statement *statement, const calx_value *values,
                            size_t rows)
{
    calx_status status = CALX_OK;
    if (calx_postgresql_must_be_prepared(statement))
        status = calx_postgresql_prepare_on_server(statement);
    if (status == CALX_OK)
        status = encode_rows(statement, values, rows);
    if (status == CALX_OK)
        status = send_execute(statement, CALX_DRIVER_ROWS_ALL);
    if (status == CALX_OK && statement->changes != (int64_t)rows &&
        (!statement->base.takes_fewer || statement->changes > (int64_t)rows))
        status = calx_error_set(&statement->base.connection->error, CALX_E_STALE_DATA,
                                "%zu rows were sent and %lld changed", rows,
                                (long long)statement->changes);
    return status;
}

calx_status calx_postgresql_undo_rows(calx_postgresql_connection *connection, calx_status status)
{
    calx_error error = CALX_ERROR_INIT;
    if (PQstatus(connection->conn) != CONNECTION_OK)
        return status;
    calx_error_move(&error, &connection->base.error);
    calx_status undone = calx_postgresql_run(
        connection, "ROLLBACK TO SAVEPOINT calx_rows; RELEASE SAVEPOINT calx_rows", NULL);
    if (undone == CALX_OK)
        calx_error_move(&connection->base.error, &error);
    calx_error_clear(&error);
    return undone == CALX_OK ? status : undone;
}

static calx_status run_guarded(calx_postgresql_statement *statement, const calx_value *values,
                               size_t rows)
{
    calx_postgresql_connection *connection = connection_of(statement);
    if (!connection->base.in_transaction)
        return run_rows(statement, values, rows); /* it is all or nothing anyway */
    calx_status status = calx_postgresql_run(connection, "SAVEPOINT calx_rows", NULL);
    if (status != CALX_OK)
        return status;
    status = run_rows(statement, values, rows);
    if (status != CALX_OK)
        return calx_postgresql_undo_rows(connection, status);
    return calx_postgresql_run(connection, "RELEASE SAVEPOINT calx_rows", NULL);
}

calx_status calx_postgresql_execute_rows(calx_driver_statement *base, const calx_value *values,
                                         size_t rows, bool *out_row)
{
    calx_postgresql_statement *statement = (calx_postgresql_statement *)base;
    calx_postgresql_reset(base);
    connection_of(statement)->timed_out = false;
    statement->changes = 0;
    if (statement->empty || base->parameter_count == 0 || rows == 0 || rows > INT32_MAX)
        return calx_error_set(&base->connection->error, CALX_E_ARGUMENT,
                              "the statement cannot run for %zu rows", rows);
    connection_of(statement)->bound = true;
    calx_status status = run_guarded(statement, values, rows);
    for (int i = 0; i < MAX_RENEWALS && status == CALX_E_STALE_PLAN &&
                    calx_postgresql_may_go_again(connection_of(statement), false);
         i++)
        status = run_guarded(statement, values, rows);
    if (status == CALX_OK)
        *out_row = PQntuples(statement->result) > 0;
    return status;
}

static calx_status run_keys(calx_postgresql_statement *statement, const calx_value *values,
                            size_t rows)
{
    calx_status status = CALX_OK;
    if (calx_postgresql_must_be_prepared(statement))
        status = calx_postgresql_prepare_on_server(statement);
    if (status == CALX_OK)
        status = encode_rows(statement, values, rows);
    return status == CALX_OK ? send_execute(statement, CALX_DRIVER_ROWS_ALL) : status;
}

calx_status calx_postgresql_execute_keys(calx_driver_statement *base, const calx_value *values,
                                         size_t rows, bool *out_row)
{
    calx_postgresql_statement *statement = (calx_postgresql_statement *)base;
    calx_postgresql_reset(base);
    base->refused = 0;
    statement->changes = 0;
    statement->how = CALX_DRIVER_ROWS_ALL;
    if (statement->empty || base->parameter_count == 0 || rows > INT32_MAX)
        return calx_error_set(&base->connection->error, CALX_E_ARGUMENT,
                              "the statement cannot run for %zu keys", rows);
    connection_of(statement)->bound = true;
    bool untouched = connection_of(statement)->untouched;
    calx_status status = run_keys(statement, values, rows);
    for (int i = 0; i < MAX_RENEWALS && status == CALX_E_STALE_PLAN &&
                    calx_postgresql_may_go_again(connection_of(statement), untouched);
         i++)
        status = run_keys(statement, values, rows);
    if (status == CALX_OK)
        *out_row = PQntuples(statement->result) > 0;
    return status;
}

/* ---- what came ---- */

size_t calx_postgresql_column_count(calx_driver_statement *base)
{
    const calx_postgresql_statement *statement = (calx_postgresql_statement *)base;
    return statement->description == NULL ? 0 : (size_t)PQnfields(statement->description);
}

const char *calx_postgresql_column_name(calx_driver_statement *base, size_t column)
{
    const calx_postgresql_statement *statement = (calx_postgresql_statement *)base;
    if (column >= calx_postgresql_column_count(base))
        return NULL;
    return PQfname(statement->description, (int)column);
}

int64_t calx_postgresql_changes(calx_driver_statement *base)
{
    return ((calx_postgresql_statement *)base)->changes;
}

int64_t calx_postgresql_last_key(calx_driver_statement *base)
{
    (void)base;
    return 0;
}
