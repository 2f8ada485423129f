/*
 * Where rows come from. A short answer is read whole, as libpq likes it. Rows that flow are taken
 * off the line one by one; when something else must use the line, those left are put aside. A
 * stream is a cursor on the server, fetched some rows at a time: its memory does not grow, whatever
 * runs in between. The rules kept: nothing is sent while somebody's rows are on the line (LIM-14);
 * a failure behind good rows is told when its turn comes (ENG-181); and no cursor is asked for rows
 * that has gone, since that would cost the transaction (ENG-183).
 */
#include "driver/postgresql/postgresql.h"

#include "base/buffer.h"
#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FETCH_ROWS = 256,          /* at first, doubled with each fetch */
    FETCH_MOST = 16384,        /* as fast as any greater number */
    FETCH_BYTES = 1024 * 1024, /* what one fetch should not exceed by much */
    FETCH_TEXT_SIZE = 64,      /* of a command about a cursor */
    PATIENCE = 1000            /* rows that are dropped before a cancel is cheaper */
};

static calx_postgresql_connection *connection_of(const calx_postgresql_statement *statement)
{
    return (calx_postgresql_connection *)statement->base.connection;
}

/* Rows an INSERT, UPDATE, DELETE or MERGE touched; other commands count otherwise. */
static int64_t changes_of(PGresult *result)
{
    static const char *const tags[] = { "INSERT", "UPDATE", "DELETE", "MERGE" };
    const char *tag = PQcmdStatus(result);
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        if (strncmp(tag, tags[i], strlen(tags[i])) == 0)
            return strtoll(PQcmdTuples(result), NULL, 10);
    }
    return 0;
}

static bool is_good(const PGresult *result)
{
    ExecStatusType state = PQresultStatus(result);
    return state == PGRES_TUPLES_OK || state == PGRES_COMMAND_OK || state == PGRES_EMPTY_QUERY;
}

bool calx_postgresql_is_as_described(const calx_postgresql_statement *statement,
                                     const PGresult *rows)
{
    int count = PQnfields(statement->description);
    if (PQnfields(rows) != count)
        return false;
    for (int i = 0; i < count; i++) {
        if (PQftype(rows, i) != PQftype(statement->description, i))
            return false;
    }
    return true;
}

/* ---- the line ---- */

/* After the last row: what is there to be told is kept. */
static void finish_line(calx_postgresql_statement *statement, PGresult *last)
{
    calx_postgresql_connection *connection = connection_of(statement);
    connection->flowing = NULL;
    statement->flow = CALX_FLOW_WHOLE;
    calx_postgresql_drain(connection, last, &last);
    calx_postgresql_look(connection);
    if (is_good(last)) {
        statement->changes = changes_of(last);
        PQclear(last);
        return;
    }
    statement->failed = last;
    statement->broken = true;
}

/* Adds a row to those put aside. false: no memory. */
static bool put_aside(PGresult **rest, const PGresult *row)
{
    if (*rest == NULL)
        *rest = PQcopyResult(row, PG_COPYRES_ATTRS);
    if (*rest == NULL)
        return false;
    int position = PQntuples(*rest);
    for (int i = 0; i < PQnfields(row); i++) {
        bool is_null = PQgetisnull(row, 0, i) == 1;
        if (PQsetvalue(*rest, position, i, is_null ? NULL : PQgetvalue(row, 0, i),
                       is_null ? -1 : PQgetlength(row, 0, i)) == 0)
            return false;
    }
    return true;
}

/* The present row stays where it is: somebody reads it. */
static void spool(calx_postgresql_statement *statement)
{
    calx_postgresql_connection *connection = connection_of(statement);
    PGresult *rest = NULL;
    PGresult *row = calx_postgresql_get_result(connection);
    for (; PQresultStatus(row) == PGRES_SINGLE_TUPLE;
         row = calx_postgresql_get_result(connection)) {
        if (!statement->short_of_memory)
            statement->short_of_memory = !put_aside(&rest, row);
        PQclear(row);
    }
    finish_line(statement, row);
    statement->rest = rest;
    if (rest != NULL)
        statement->flow = CALX_FLOW_SPOOLED;
}

/* Drops what is left, or what is there already. */
static void drop_rows(calx_postgresql_connection *connection, bool wait)
{
    if (!wait)
        (void)PQconsumeInput(connection->conn);
    for (int i = 0; connection->leftover && (wait || i < PATIENCE); i++) {
        if (!wait && PQisBusy(connection->conn))
            return;
        PGresult *row = calx_postgresql_get_result(connection);
        connection->leftover = row != NULL && PQstatus(connection->conn) == CONNECTION_OK;
        PQclear(row);
    }
    calx_postgresql_look(connection);
}

void calx_postgresql_settle(calx_postgresql_connection *connection)
{
    if (connection->copying)
        return; /* the line is not free, and nothing is sent by who comes here then */
    if (connection->flowing != NULL)
        spool(connection->flowing);
    if (connection->leftover)
        drop_rows(connection, true);
    calx_postgresql_quarantine(connection);
}

void calx_postgresql_hurry(calx_postgresql_connection *connection)
{
    if (connection->leftover)
        drop_rows(connection, false);
    if (connection->leftover && !calx_postgresql_cancel(connection->canceller))
        calx_postgresql_cut(connection);
    calx_postgresql_settle(connection);
}

void calx_postgresql_keep_rows(calx_postgresql_statement *statement, PGresult *result)
{
    statement->changes = changes_of(result);
    statement->result = result;
    statement->row = 0;
}

calx_status calx_postgresql_take_rows(calx_postgresql_statement *statement, int sent,
                                      calx_driver_rows how)
{
    calx_postgresql_connection *connection = connection_of(statement);
    PGresult *result = NULL;
    if (sent == 1 && how != CALX_DRIVER_ROWS_ALL && PQsetSingleRowMode(connection->conn) == 1)
        result = calx_postgresql_get_result(connection);
    if (PQresultStatus(result) == PGRES_SINGLE_TUPLE) {
        connection->untouched = false;
        connection->flowing = statement;
        statement->flow = CALX_FLOW_LINE;
    } else {
        if (sent == 1)
            calx_postgresql_drain(connection, result, &result);
        if (!is_good(result)) {
            calx_status status = calx_postgresql_fail_run(statement, result);
            PQclear(result);
            return status;
        }
        calx_postgresql_look(connection);
        calx_postgresql_note(connection, result);
        statement->changes = changes_of(result);
    }
    statement->result = result;
    statement->row = 0;
    return CALX_OK;
}

/* ---- cursors ---- */

static void unlink_portal(calx_postgresql_statement *statement, calx_postgresql_flow flow)
{
    calx_postgresql_statement **place = &connection_of(statement)->portals;
    while (*place != NULL && *place != statement)
        place = &(*place)->next_portal;
    if (*place != NULL)
        *place = statement->next_portal;
    statement->next_portal = NULL;
    statement->flow = flow;
}

void calx_postgresql_lose_portals(calx_postgresql_connection *connection, unsigned savepoint)
{
    calx_postgresql_statement *statement = connection->portals;
    while (statement != NULL) {
        calx_postgresql_statement *next = statement->next_portal;
        if (statement->portal_savepoint >= savepoint)
            unlink_portal(statement, CALX_FLOW_LOST);
        statement = next;
    }
    if (savepoint == 0)
        connection->last_savepoint = 0;
}

/*
 * A failed transaction takes no command; its cursors end with it. The error there is stays. A
 * failure here is nobody's: only a lost connection matters, and is met again.
 */
static void close_portal(calx_postgresql_statement *statement)
{
    calx_postgresql_connection *connection = connection_of(statement);
    calx_error error = CALX_ERROR_INIT;
    char sql[FETCH_TEXT_SIZE];
    unlink_portal(statement, CALX_FLOW_WHOLE);
    calx_postgresql_settle(connection);
    if (connection->copying || PQtransactionStatus(connection->conn) != PQTRANS_INTRANS)
        return;
    snprintf(sql, sizeof(sql), "CLOSE calx_cursor_%u", statement->portal);
    calx_error_move(&error, &connection->base.error);
    (void)calx_postgresql_run(connection, sql, NULL);
    calx_error_move(&connection->base.error, &error);
    calx_error_clear(&error);
    if (PQstatus(connection->conn) == CONNECTION_BAD)
        connection->base.in_transaction = true; /* the next call tells that it was lost */
}

static void write_fetch(const calx_postgresql_statement *statement, char sql[FETCH_TEXT_SIZE])
{
    snprintf(sql, FETCH_TEXT_SIZE, "FETCH %d FROM calx_cursor_%u", statement->portal_rows,
             statement->portal);
}

/* How many rows the next fetch asks for, after one of that many bytes (ENG-179). */
static int next_batch(const calx_postgresql_statement *statement, int rows, size_t size)
{
    int most = statement->base.batch_most > 0 ? statement->base.batch_most : FETCH_MOST;
    int more = statement->portal_rows < most / 2 ? statement->portal_rows * 2 : most;
    if (statement->base.batch_rows > 0)
        return statement->base.batch_rows;
    size_t fitting = rows > 0 ? FETCH_BYTES / (size / (size_t)rows + 1) + 1 : (size_t)more;
    return fitting < (size_t)more ? (int)fitting : more;
}

static int first_batch(const calx_postgresql_statement *statement)
{
    int most = statement->base.batch_most;
    if (statement->base.batch_rows > 0)
        return statement->base.batch_rows;
    return most > 0 && most < FETCH_ROWS ? most : FETCH_ROWS;
}

/* Rows that were fetched; fewer than asked for are the last. */
static void take_batch(calx_postgresql_statement *statement, PGresult *batch)
{
    int rows = PQntuples(batch);
    bool more = rows == statement->portal_rows;
    PQclear(statement->result);
    statement->result = batch;
    statement->row = 0;
    statement->portal_rows = next_batch(statement, rows, PQresultMemorySize(batch));
    if (!more)
        close_portal(statement);
}

static calx_status fetch(calx_postgresql_statement *statement, bool *out_row)
{
    calx_postgresql_connection *connection = connection_of(statement);
    char sql[FETCH_TEXT_SIZE];
    PGresult *batch = NULL;
    if (connection->copying)
        return calx_error_set(&connection->base.error, CALX_E_STATE,
                              "a COPY has the line: its rows first");
    write_fetch(statement, sql);
    calx_postgresql_settle(connection);
    if (PQsendQueryParams(connection->conn, sql, 0, NULL, NULL, NULL, NULL,
                          statement->binary ? 1 : 0) == 1)
        calx_postgresql_drain(connection, NULL, &batch);
    if (PQresultStatus(batch) != PGRES_TUPLES_OK) {
        calx_status status = calx_postgresql_fail_run(statement, batch);
        unlink_portal(statement, CALX_FLOW_LOST);
        PQclear(batch);
        return status;
    }
    take_batch(statement, batch);
    *out_row = PQntuples(statement->result) > 0;
    return CALX_OK;
}

/* DECLARE and the first FETCH in one go. */
static bool send_portal(calx_postgresql_statement *statement, const char *declare)
{
    PGconn *conn = connection_of(statement)->conn;
    char sql[FETCH_TEXT_SIZE];
    write_fetch(statement, sql);
    return PQsendQueryParams(conn, declare, (int)statement->base.parameter_count, statement->wanted,
                             statement->values, statement->sizes, statement->formats, 0) == 1 &&
           PQsendQueryParams(conn, sql, 0, NULL, NULL, NULL, NULL, statement->binary ? 1 : 0) ==
               1 &&
           PQpipelineSync(conn) == 1;
}

static calx_status start_portal(calx_postgresql_statement *statement, const char *declare)
{
    calx_postgresql_connection *connection = connection_of(statement);
    PGresult *failed = NULL;
    PGresult *batch = NULL;
    calx_status status = CALX_OK;
    calx_postgresql_settle(connection);
    bool sent = PQenterPipelineMode(connection->conn) == 1 && send_portal(statement, declare);
    if (sent)
        calx_postgresql_read_pipeline(connection, &failed, &batch);
    bool left = PQexitPipelineMode(connection->conn) == 1;
    if (!sent || !left || failed != NULL || PQresultStatus(batch) != PGRES_TUPLES_OK)
        status = calx_postgresql_fail_run(statement, failed);
    if (!left)
        connection->base.error.flags |= CALX_ERROR_DISCONNECT;
    calx_postgresql_look(connection);
    PQclear(failed);
    if (status != CALX_OK) {
        PQclear(batch);
        return status;
    }
    connection->untouched = false;
    statement->flow = CALX_FLOW_PORTAL;
    statement->next_portal = connection->portals;
    connection->portals = statement;
    take_batch(statement, batch);
    return CALX_OK;
}

calx_status calx_postgresql_open_portal(calx_postgresql_statement *statement)
{
    calx_postgresql_connection *connection = connection_of(statement);
    calx_buffer declare = CALX_BUFFER_INIT;
    calx_status status = calx_postgresql_start(connection);
    if (status != CALX_OK)
        return status;
    statement->portal = ++connection->last_portal;
    statement->portal_savepoint = connection->last_savepoint;
    statement->portal_rows = first_batch(statement);
    calx_buffer_format(&declare, "DECLARE calx_cursor_%u NO SCROLL CURSOR FOR ", statement->portal);
    calx_buffer_put(&declare, statement->sql);
    status = declare.status == CALX_OK ? start_portal(statement, calx_buffer_text(&declare))
                                       : calx_error_set_nomem(&connection->base.error);
    calx_buffer_clear(&declare);
    if (status == CALX_OK && !calx_postgresql_is_as_described(statement, statement->result)) {
        statement->stale = true;
        status = calx_error_set(&connection->base.error, CALX_E_STALE_PLAN,
                                "the columns of the statement have changed");
        calx_postgresql_reset(&statement->base);
    }
    return status;
}

/* ---- going on ---- */

/* No row is left: either that is all, or something went wrong behind the last one. */
static calx_status tell_end(calx_postgresql_statement *statement, bool *out_row)
{
    calx_postgresql_connection *connection = connection_of(statement);
    if (statement->broken)
        return calx_postgresql_fail_run(statement, statement->failed);
    if (statement->short_of_memory)
        return calx_error_set_nomem(&connection->base.error);
    *out_row = false;
    return CALX_OK;
}

static calx_status next_on_line(calx_postgresql_statement *statement, bool *out_row)
{
    PGresult *row = calx_postgresql_get_result(connection_of(statement));
    if (PQresultStatus(row) != PGRES_SINGLE_TUPLE) {
        finish_line(statement, row);
        return tell_end(statement, out_row);
    }
    PQclear(statement->result);
    statement->result = row;
    statement->row = 0;
    *out_row = true;
    return CALX_OK;
}

static calx_status next_put_aside(calx_postgresql_statement *statement, bool *out_row)
{
    PQclear(statement->result);
    statement->result = statement->rest;
    statement->rest = NULL;
    statement->row = 0;
    statement->flow = CALX_FLOW_WHOLE;
    *out_row = true; /* it was put aside because there was a row */
    return CALX_OK;
}

calx_status calx_postgresql_next(calx_driver_statement *base, bool *out_row)
{
    calx_postgresql_statement *statement = (calx_postgresql_statement *)base;
    if (++statement->row < PQntuples(statement->result)) {
        *out_row = true;
        return CALX_OK;
    }
    switch (statement->flow) {
    case CALX_FLOW_LINE:
        return next_on_line(statement, out_row);
    case CALX_FLOW_SPOOLED:
        return next_put_aside(statement, out_row);
    case CALX_FLOW_PORTAL:
        return fetch(statement, out_row);
    case CALX_FLOW_LOST:
        return calx_error_set(&base->connection->error, CALX_E_STATE,
                              "the rows ended with the transaction or savepoint they were asked "
                              "for in");
    case CALX_FLOW_WHOLE:
        break;
    }
    return tell_end(statement, out_row);
}

void calx_postgresql_reset(calx_driver_statement *base)
{
    calx_postgresql_statement *statement = (calx_postgresql_statement *)base;
    calx_postgresql_connection *connection = connection_of(statement);
    if (statement->flow == CALX_FLOW_PORTAL)
        close_portal(statement);
    if (statement->flow == CALX_FLOW_LINE) {
        connection->flowing = NULL;
        connection->leftover = true; /* read when the line is needed */
    }
    statement->flow = CALX_FLOW_WHOLE;
    statement->width = 0;
    statement->broken = false;
    statement->short_of_memory = false;
    PQclear(statement->result);
    PQclear(statement->rest);
    PQclear(statement->failed);
    statement->result = NULL;
    statement->rest = NULL;
    statement->failed = NULL;
}
