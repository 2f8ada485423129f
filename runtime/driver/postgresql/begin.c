/*
 * BEGIN waits for the first statement of its transaction and goes to the server just before it;
 * together with it, in one round trip, when it is prepared and gives rows: nothing that happens in
 * between needs the server, and a transaction without statements never gets there. The rules kept:
 * from the begin on in_transaction is true; the answer to BEGIN is looked at first, so that a
 * failure is told as what it is; and a COPY, whose answers libpq does not take in a pipeline, never
 * goes along.
 */
#include "driver/postgresql/postgresql.h"

#include "base/error.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool starts_with_word(const char *sql, const char *word)
{
    size_t size = strlen(word);
    return strncasecmp(sql, word, size) == 0 && !isalnum((unsigned char)sql[size]) &&
           sql[size] != '_';
}

bool calx_postgresql_may_join(const char *sql)
{
    static const char *const words[] = { "SELECT", "INSERT", "UPDATE", "DELETE",
                                         "WITH",   "VALUES", "MERGE" };
    while (isspace((unsigned char)*sql))
        sql++;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (starts_with_word(sql, words[i]))
            return true;
    return false;
}

/* What stands in front of a statement's first word; a comment within a comment is none of these. */
static const char *skip_remarks(const char *sql)
{
    for (;;) {
        const char *end = NULL;
        while (isspace((unsigned char)*sql))
            sql++;
        if (strncmp(sql, "--", 2) == 0)
            end = strchr(sql, '\n');
        else if (strncmp(sql, "/*", 2) == 0)
            end = strstr(sql + 2, "*/");
        if (end == NULL)
            return sql;
        sql = *end == '\n' ? end + 1 : end + 2;
    }
}

bool calx_postgresql_is_copy(const char *sql)
{
    return starts_with_word(skip_remarks(sql), "COPY");
}

void calx_postgresql_write_begin(const calx_postgresql_connection *connection,
                                 char sql[CALX_BEGIN_SIZE])
{
    static const char *const levels[] = {
        [CALX_ISOLATION_DEFAULT] = "",
        [CALX_ISOLATION_READ_UNCOMMITTED] = " ISOLATION LEVEL READ UNCOMMITTED",
        [CALX_ISOLATION_READ_COMMITTED] = " ISOLATION LEVEL READ COMMITTED",
        [CALX_ISOLATION_REPEATABLE_READ] = " ISOLATION LEVEL REPEATABLE READ",
        [CALX_ISOLATION_SERIALIZABLE] = " ISOLATION LEVEL SERIALIZABLE",
        [CALX_ISOLATION_AUTOCOMMIT] = "",
    };
    static const char *const modes[] = { "", " READ WRITE", " READ ONLY" };
    static const char *const waits[] = { "", " NOT DEFERRABLE", " DEFERRABLE" };
    const calx_driver_begin *begin = &connection->base.begin;
    snprintf(sql, CALX_BEGIN_SIZE, "BEGIN%s%s%s", levels[begin->isolation], modes[begin->read_only],
             waits[begin->deferrable]);
}

bool calx_postgresql_send_begin(calx_postgresql_connection *connection)
{
    char sql[CALX_BEGIN_SIZE];
    if (!connection->begin_due)
        return true;
    connection->begin_due = false;
    calx_postgresql_write_begin(connection, sql);
    return PQsendQueryParams(connection->conn, sql, 0, NULL, NULL, NULL, NULL, 0) == 1;
}

bool calx_postgresql_take_begin(calx_postgresql_connection *connection, PGresult **out_failed)
{
    PGresult *result = calx_postgresql_get_result(connection);
    bool begun = PQresultStatus(result) == PGRES_COMMAND_OK;
    if (begun)
        PQclear(result);
    else
        *out_failed = result;
    /* What ends the answer to one command. */
    if (result != NULL)
        PQclear(calx_postgresql_get_result(connection));
    return begun;
}

calx_status calx_postgresql_fail_begin(calx_postgresql_connection *connection,
                                       const PGresult *failed)
{
    calx_status status = calx_postgresql_fail(connection, failed);
    calx_error_prefix(&connection->base.error, "the transaction could not begin: ");
    return status;
}

calx_status calx_postgresql_start(calx_postgresql_connection *connection)
{
    char sql[CALX_BEGIN_SIZE];
    if (!connection->begin_due)
        return CALX_OK;
    connection->begin_due = false;
    calx_postgresql_write_begin(connection, sql);
    calx_status status = calx_postgresql_run(connection, sql, NULL);
    connection->untouched = status == CALX_OK;
    if (status != CALX_OK)
        calx_error_prefix(&connection->base.error, "the transaction could not begin: ");
    return status;
}
