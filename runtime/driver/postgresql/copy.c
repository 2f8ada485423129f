/*
 * Many rows into a table by COPY, in its binary form, which takes two thirds of the time an INSERT
 * out of arrays takes. The rule kept: it does what that INSERT would have done, or nothing. COPY
 * reads the binary form of a column's own type and takes one for another without a word; it passes
 * by rules, and policies, and identities the database wants to make itself. So the catalogue is
 * asked: before, which spares the work, and after, when COPY has the table locked against changes
 * and the answer is true for the rows that went in.
 */
#include "driver/postgresql/postgresql.h"

#include "base/allocator.h"
#include "base/error.h"
#include "sql/name.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE = 64 * 1024 }; /* bytes handed to libpq at once */

/* Columns of a table that COPY serves as an INSERT does; no row: it has rules or policies. */
static const char columns_sql[] =
    "SELECT a.attname, a.atttypid FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c "
    "ON c.oid = a.attrelid WHERE c.oid = pg_catalog.to_regclass($1) AND c.relkind IN ('r', 'p') "
    "AND NOT c.relhasrules AND NOT c.relrowsecurity AND a.attnum > 0 AND NOT a.attisdropped "
    "AND a.attidentity <> 'a' AND a.attgenerated = ''";

typedef struct copy_run {
    calx_postgresql_connection *connection;
    const calx_driver_copy *copy;
    Oid *types;        /* of the columns, as they are sent; owned */
    size_t width;      /* columns */
    calx_buffer table; /* its name, quoted */
    calx_buffer piece; /* what is sent next */
} copy_run;

static calx_error *error_of(const copy_run *run)
{
    return &run->connection->base.error;
}

/* ---- is the table one for it? ---- */

/* Text is the same in all of them, and the server sees to a length. */
static bool is_same_form(Oid sent, Oid stored)
{
    return sent == stored ||
           (sent == CALX_OID_TEXT && (stored == CALX_OID_VARCHAR || stored == CALX_OID_BPCHAR));
}

static bool is_served(const PGresult *columns, const char *name, Oid sent)
{
    for (int i = 0; i < PQntuples(columns); i++) {
        if (strcmp(PQgetvalue(columns, i, 0), name) == 0)
            return is_same_form(sent, (Oid)strtoul(PQgetvalue(columns, i, 1), NULL, 10));
    }
    return false;
}

static bool are_served(const copy_run *run, const PGresult *columns)
{
    const calx_mapper *mapper = run->copy->key->mapper;
    size_t number = 0;
    for (size_t i = 0; i < mapper->column_count; i++) {
        if (!calx_plan_has(run->copy->key->columns, i))
            continue;
        if (!is_served(columns, mapper->columns[i].name, run->types[number++]))
            return false;
    }
    return true;
}

static calx_status check_table(copy_run *run)
{
    const char *values[] = { calx_buffer_text(&run->table) };
    PGresult *result = NULL;
    calx_status status = CALX_OK;
    if (PQsendQueryParams(run->connection->conn, columns_sql, 1, NULL, values, NULL, NULL, 0) == 1)
        calx_postgresql_drain(run->connection, NULL, &result);
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        status = calx_postgresql_fail(run->connection, result);
    else if (!are_served(run, result))
        status = calx_error_set(error_of(run), CALX_E_UNSUPPORTED,
                                "COPY into %s would not do what an INSERT does", values[0]);
    PQclear(result);
    calx_postgresql_look(run->connection);
    return status;
}

/* ---- sending ---- */

static calx_status fail_row(const copy_run *run, size_t row, calx_postgresql_fit fit,
                            const char *reason)
{
    if (fit == CALX_FIT_NO_MEMORY)
        return calx_error_set_nomem(error_of(run));
    return calx_error_set(error_of(run), fit == CALX_FIT_TOO_BIG ? CALX_E_LIMIT : CALX_E_DATA,
                          "row %zu: %s", row,
                          reason != NULL ? reason : "a value is not one its column takes");
}

/* false: the line is broken. */
static bool send_piece(copy_run *run)
{
    bool sent = PQputCopyData(run->connection->conn, run->piece.data, (int)run->piece.size) == 1;
    calx_buffer_reset(&run->piece);
    return sent;
}

/* Up to the end, or until the line breaks: reading the answer tells that. */
static calx_status send_rows(copy_run *run)
{
    static const char head[19] = "PGCOPY\n\377\r\n"; /* a NUL, and eight bytes of zeros */
    const calx_value *values = run->copy->values;
    bool sent = true;
    calx_buffer_put_n(&run->piece, head, sizeof(head));
    for (size_t i = 0; sent && i < run->copy->rows; i++, values += run->width) {
        const char *reason = NULL;
        calx_postgresql_fit fit =
            calx_postgresql_put_row(&run->piece, run->types, values, run->width, &reason);
        if (fit != CALX_FIT_YES)
            return fail_row(run, i, fit, reason);
        if (run->piece.size >= PIECE)
            sent = send_piece(run);
    }
    calx_buffer_put_n(&run->piece, "\377\377", 2);
    if (run->piece.status != CALX_OK)
        return calx_error_set_nomem(error_of(run));
    if (sent)
        (void)send_piece(run);
    return CALX_OK;
}

/* The server waits for rows: they are sent, and it says what became of them. */
static calx_status feed(copy_run *run)
{
    PGresult *result = NULL;
    calx_status status = send_rows(run);
    PQputCopyEnd(run->connection->conn, status == CALX_OK ? NULL : "a row cannot be sent");
    calx_postgresql_drain(run->connection, NULL, &result);
    calx_postgresql_look(run->connection);
    if (status == CALX_OK && PQresultStatus(result) != PGRES_COMMAND_OK)
        status = calx_postgresql_fail(run->connection, result);
    else if (status == CALX_OK && strtoull(PQcmdTuples(result), NULL, 10) != run->copy->rows)
        status =
            calx_error_set(error_of(run), CALX_E_STALE_DATA, "%zu rows were sent and %s arrived",
                           run->copy->rows, PQcmdTuples(result));
    PQclear(result);
    return status;
}

static calx_status copy_in(copy_run *run)
{
    PGconn *conn = run->connection->conn;
    PGresult *result = NULL;
    calx_status status = CALX_OK;
    run->connection->bound = true;
    if (PQsendQuery(conn, run->copy->sql) == 1)
        result = PQgetResult(conn);
    if (PQresultStatus(result) == PGRES_COPY_IN) {
        PQclear(result);
        return feed(run);
    }
    if (result != NULL)
        calx_postgresql_drain(run->connection, result, &result);
    status = calx_postgresql_fail(run->connection, result);
    PQclear(result);
    return status;
}

static calx_status run_guarded(copy_run *run)
{
    calx_postgresql_connection *connection = run->connection;
    calx_status status = calx_postgresql_run(connection, "SAVEPOINT calx_rows", NULL);
    if (status != CALX_OK)
        return status;
    status = check_table(run);
    if (status == CALX_OK)
        status = copy_in(run);
    if (status == CALX_OK)
        status = check_table(run);
    if (status != CALX_OK)
        return calx_postgresql_undo_rows(connection, status);
    return calx_postgresql_run(connection, "RELEASE SAVEPOINT calx_rows", NULL);
}

/* What each column is sent as, and the table's name as SQL has it. */
static calx_status prepare(copy_run *run)
{
    const calx_plan_key *key = run->copy->key;
    run->width = calx_sql_plan_parameters(key);
    run->types = calx_alloc_array(run->width, sizeof(*run->types));
    calx_dialect dialect = *run->connection->base.driver->dialect;
    dialect.schema = key->schema;
    calx_sql_table(&run->table, &dialect, key->mapper->table);
    if (run->types == NULL || run->table.status != CALX_OK)
        return calx_error_set_nomem(error_of(run));
    size_t number = 0;
    for (size_t i = 0; i < key->mapper->column_count; i++) {
        if (!calx_plan_has(key->columns, i))
            continue;
        Oid type = calx_postgresql_type_of_column(key->mapper->columns[i].type);
        run->types[number++] = type != CALX_OID_ANY ? type : CALX_OID_TEXT;
    }
    return CALX_OK;
}

calx_status calx_postgresql_copy_rows(calx_driver_connection *base, const calx_driver_copy *copy)
{
    copy_run run = { .connection = (calx_postgresql_connection *)base,
                     .copy = copy,
                     .table = CALX_BUFFER_INIT,
                     .piece = CALX_BUFFER_INIT };
    if (!base->in_transaction)
        return calx_error_set(&base->error, CALX_E_UNSUPPORTED,
                              "COPY needs a transaction to be undone in");
    calx_status status = prepare(&run);
    if (status == CALX_OK)
        status = run_guarded(&run);
    calx_release(run.types);
    calx_buffer_clear(&run.table);
    calx_buffer_clear(&run.piece);
    return status;
}
