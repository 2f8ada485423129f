/*
 * One statement with many sets of values, in one round trip: a pipeline of executions, each with an
 * answer of its own (ENG-167). libpq reads while it sends, so it does not matter how much goes each
 * way (ENG-168, LIM-15). The rules kept: within a transaction all of them are done or none; the
 * first failure is the one that is told, with its set; and what gives rows to copy never goes into
 * a pipeline.
 */
#include "driver/postgresql/postgresql.h"

#include "base/error.h"

#include <stdlib.h>

static calx_postgresql_connection *connection_of(const calx_postgresql_statement *statement)
{
    return (calx_postgresql_connection *)statement->base.connection;
}

static const calx_value *set_at(const calx_postgresql_statement *statement,
                                const calx_driver_many *many, size_t set)
{
    return many->values + set * statement->base.parameter_count;
}

/* ---- one after the other ---- */

static calx_status run_one(calx_postgresql_statement *statement, calx_driver_many *many, size_t set)
{
    bool row = false;
    calx_status status = calx_postgresql_execute(&statement->base, set_at(statement, many, set),
                                                 statement->base.parameter_count, &row);
    while (status == CALX_OK && row)
        status = calx_postgresql_next(&statement->base, &row);
    many->changes[set] = status == CALX_OK ? statement->changes : -1;
    calx_postgresql_reset(&statement->base);
    if (status != CALX_OK)
        many->failed = set;
    return status;
}

static calx_status run_each(calx_postgresql_statement *statement, calx_driver_many *many)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < many->sets; i++)
        status = run_one(statement, many, i);
    return status;
}

/* ---- in a pipeline ---- */

/* Sends sets from the first on, whose values are encoded. *out_count: how many went; they end early
 * where one cannot be encoded, or needs the statement prepared anew. */
static calx_status send_sets(calx_postgresql_statement *statement, calx_driver_many *many,
                             size_t first, size_t *out_count)
{
    calx_status status = CALX_OK;
    bool again = false;
    size_t i = first;
    *out_count = 0;
    while (calx_postgresql_send_values(statement) == 1) {
        ++*out_count;
        if (++i == many->sets)
            break;
        status = calx_postgresql_encode_all(statement, set_at(statement, many, i), &again);
        if (status != CALX_OK)
            many->failed = i;
        statement->stale = statement->stale || again;
        if (status != CALX_OK || again)
            break;
    }
    return status;
}

/* The answer to one set; its end comes behind it. */
static void take_answer(calx_postgresql_connection *connection, calx_driver_many *many, size_t set,
                        PGresult **out_failed)
{
    PGresult *result = calx_postgresql_get_result(connection);
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
        many->changes[set] = strtoll(PQcmdTuples(result), NULL, 10);
        calx_postgresql_note(connection, result);
    } else if (result != NULL && status == PGRES_FATAL_ERROR && *out_failed == NULL) {
        *out_failed = result;
        many->failed = set;
        result = NULL;
    }
    PQclear(result);
    if (PQstatus(connection->conn) == CONNECTION_OK)
        PQclear(calx_postgresql_get_result(connection));
}

static void forget_changes(calx_driver_many *many, size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++)
        many->changes[i] = -1;
}

/* One pipeline; *inout_set: the first of its sets, then the one behind its last. */
static calx_status run_pipeline(calx_postgresql_statement *statement, calx_driver_many *many,
                                size_t *inout_set)
{
    calx_postgresql_connection *connection = connection_of(statement);
    PGconn *conn = connection->conn;
    PGresult *failed = NULL;
    PGresult *told = NULL;
    size_t first = *inout_set;
    size_t count = 0;
    calx_postgresql_settle(connection);
    bool good = PQenterPipelineMode(conn) == 1;
    calx_status status = good ? send_sets(statement, many, first, &count) : CALX_OK;
    good = good && count > 0 && PQpipelineSync(conn) == 1;
    for (size_t i = 0; good && i < count && PQstatus(conn) == CONNECTION_OK; i++)
        take_answer(connection, many, first + i, &failed);
    if (good)
        calx_postgresql_read_pipeline(connection, &failed, &told);
    bool left = PQexitPipelineMode(conn) == 1;
    calx_postgresql_look(connection);
    if (failed != NULL || !good || !left || PQstatus(conn) != CONNECTION_OK) {
        forget_changes(many, first, count); /* a pipeline is one transaction, if there is none */
        status = calx_postgresql_fail_run(statement, failed);
    }
    if (!left)
        connection->base.error.flags |= CALX_ERROR_DISCONNECT;
    PQclear(failed);
    PQclear(told);
    *inout_set = first + count;
    return status;
}

static calx_status run_together(calx_postgresql_statement *statement, calx_driver_many *many)
{
    calx_status status = CALX_OK;
    for (size_t set = 0; status == CALX_OK && set < many->sets;) {
        status = calx_postgresql_make_ready(statement, set_at(statement, many, set));
        if (status != CALX_OK)
            many->failed = set;
        else
            status = run_pipeline(statement, many, &set);
    }
    return status;
}

static calx_status run_guarded(calx_postgresql_statement *statement, calx_driver_many *many)
{
    calx_postgresql_connection *connection = connection_of(statement);
    bool together = statement->joins && !connection->unnamed;
    bool inside = connection->base.in_transaction;
    calx_status status = CALX_OK;
    many->failed = SIZE_MAX;
    forget_changes(many, 0, many->sets);
    if (inside)
        status = calx_postgresql_run(connection, "SAVEPOINT calx_rows", NULL);
    if (status != CALX_OK)
        return status;
    status = together ? run_together(statement, many) : run_each(statement, many);
    if (!inside)
        return status;
    if (status == CALX_OK)
        return calx_postgresql_run(connection, "RELEASE SAVEPOINT calx_rows", NULL);
    forget_changes(many, 0, many->sets);
    return calx_postgresql_undo_rows(connection, status);
}

calx_status calx_postgresql_execute_many(calx_driver_statement *base, calx_driver_many *many)
{
    calx_postgresql_statement *statement = (calx_postgresql_statement *)base;
    calx_postgresql_connection *connection = connection_of(statement);
    calx_postgresql_reset(base);
    connection->timed_out = false;
    base->refused = 0;
    statement->changes = 0;
    for (size_t i = 0; statement->empty && i < many->sets; i++)
        many->changes[i] = 0;
    if (statement->empty || many->sets == 0)
        return CALX_OK;
    if (calx_postgresql_is_copy(statement->sql))
        return calx_error_set(&connection->base.error, CALX_E_STATE,
                              "COPY does not go together with other statements; use "
                              "calx_connection_copy_in() or calx_connection_copy_out()");
    connection->traces |= statement->traces;
    connection->bound = base->parameter_count > 0;
    calx_status status = run_guarded(statement, many);
    if (status == CALX_E_STALE_PLAN && calx_postgresql_may_go_again(connection, false))
        status = run_guarded(statement, many);
    return status;
}
