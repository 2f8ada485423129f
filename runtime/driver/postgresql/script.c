/*
 * Scripts, in one message of the simple protocol, whose results come one by one. The rule kept:
 * each result is looked at as that of a statement is, for what it means to statements that were
 * prepared and to the session.
 */
#include "driver/postgresql/postgresql.h"

#include "base/error.h"

#include <stdlib.h>

/* Rows changed or given; 0 for commands that count none. */
static int64_t count_of(PGresult *result)
{
    return strtoll(PQcmdTuples(result), NULL, 10);
}

static bool is_done(ExecStatusType state)
{
    return state == PGRES_COMMAND_OK || state == PGRES_TUPLES_OK;
}

static bool is_copy(ExecStatusType state)
{
    return state == PGRES_COPY_IN || state == PGRES_COPY_OUT || state == PGRES_COPY_BOTH;
}

/* Up to the end, or to the first that is no statement done. *out_last: that one; PQclear(). */
static void take_results(calx_postgresql_connection *connection, calx_driver_script *script,
                         PGresult **out_last)
{
    PGresult *result = calx_postgresql_get_result(connection);
    while (result != NULL &&
           (is_done(PQresultStatus(result)) || PQresultStatus(result) == PGRES_EMPTY_QUERY)) {
        if (is_done(PQresultStatus(result)) && script->done < script->most)
            script->counts[script->done++] = count_of(result);
        calx_postgresql_note(connection, result);
        PQclear(result);
        result = calx_postgresql_get_result(connection);
    }
    *out_last = result;
}

calx_status calx_postgresql_run_script(calx_driver_connection *base, calx_driver_script *script)
{
    calx_postgresql_connection *connection = (calx_postgresql_connection *)base;
    PGresult *last = NULL;
    calx_status status = calx_postgresql_start(connection);
    if (status != CALX_OK)
        return status;
    connection->timed_out = false;
    connection->untouched = false;
    calx_postgresql_settle(connection);
    connection->traces |= calx_postgresql_traces_of(script->sql);
    bool sent = PQsendQuery(connection->conn, script->sql) == 1;
    if (sent)
        take_results(connection, script, &last);
    bool copies = is_copy(PQresultStatus(last));
    if (last != NULL)
        calx_postgresql_drain(connection, last, &last);
    calx_postgresql_look(connection);
    if (copies)
        status = calx_error_set(&base->error, CALX_E_UNSUPPORTED,
                                "COPY with the client's own data is no part of a script; use "
                                "calx_connection_copy_in() or calx_connection_copy_out()");
    else if (!sent || last != NULL || PQstatus(connection->conn) == CONNECTION_BAD)
        status = calx_postgresql_fail(connection, last);
    PQclear(last);
    return status;
}
