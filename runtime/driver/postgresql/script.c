/*
 * Scripts, in one message of the simple protocol, whose results come one by one. The rule kept:
 * each result is looked at as that of a statement is, for what it means to statements that were
 * prepared and to the session.
 */
#include "driver/postgresql/postgresql.h"

#include "base/error.h"
#include "sql/parameters.h"

#include <stdlib.h>
#include <string.h>

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

/* Whether what was done before it stays, or was undone by it, which is as well done. */
static bool ends_transaction(PGresult *result)
{
    const char *tag = PQcmdStatus(result);
    return strcmp(tag, "COMMIT") == 0 || strcmp(tag, "ROLLBACK") == 0 ||
           strcmp(tag, "PREPARE TRANSACTION") == 0;
}

/*
 * Up to the end, or to the first that is no statement done. *out_last: that one; PQclear(). Answers
 * how many no failure that comes later undoes, where the text has no transaction around it.
 */
static size_t take_results(calx_postgresql_connection *connection, calx_driver_script *script,
                           PGresult **out_last)
{
    size_t lasting = 0;
    PGresult *result = calx_postgresql_get_result(connection);
    while (result != NULL &&
           (is_done(PQresultStatus(result)) || PQresultStatus(result) == PGRES_EMPTY_QUERY)) {
        if (is_done(PQresultStatus(result)) && script->done < script->most)
            script->counts[script->done++] = count_of(result);
        if (ends_transaction(result))
            lasting = script->done;
        calx_postgresql_note(connection, result);
        PQclear(result);
        result = calx_postgresql_get_result(connection);
    }
    *out_last = result;
    return lasting;
}

/*
 * Which statement a failure is of. The whole text is read before any of it runs, so where nothing
 * was done it is the one at the error's place, which counts letters and not bytes.
 */
static size_t failed_number(const calx_driver_script *script, const PGresult *failed)
{
    const char *place = PQresultErrorField(failed, PG_DIAG_STATEMENT_POSITION);
    size_t letters = place != NULL ? strtoul(place, NULL, 10) : 0;
    size_t size = 0;
    if (letters == 0 || script->done > 0)
        return script->done + 1;
    for (; script->sql[size] != '\0'; size++) {
        bool begins = ((unsigned char)script->sql[size] & 0xc0) != 0x80;
        if (begins && letters-- == 0)
            break;
    }
    size_t found = calx_sql_survey(calx_driver_postgresql.dialect, script->sql, size).statements;
    return found > 0 ? found : 1;
}

calx_status calx_postgresql_run_script(calx_driver_connection *base, calx_driver_script *script)
{
    calx_postgresql_connection *connection = (calx_postgresql_connection *)base;
    PGresult *last = NULL;
    calx_status status = calx_postgresql_start(connection);
    if (status != CALX_OK)
        return status;
    bool in_transaction = base->in_transaction;
    connection->timed_out = false;
    connection->untouched = false;
    connection->bound = false;
    calx_postgresql_settle(connection);
    connection->traces |= calx_postgresql_traces_of(script->sql);
    size_t lasting = 0;
    bool sent = PQsendQuery(connection->conn, script->sql) == 1;
    if (sent)
        lasting = take_results(connection, script, &last);
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
    if (status != CALX_OK)
        script->failed = failed_number(script, last);
    /* Without a transaction around it the text was one, as far as its last COMMIT. */
    if (status != CALX_OK && !in_transaction)
        script->done = lasting;
    PQclear(last);
    return status;
}
