/*
 * A connection of its own to the server of the tests, kept until server_leave().
 */
#include "support/server.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

static PGconn *shared;

const char *server_url(void)
{
    const char *url = getenv("CALX_TEST_SERVER");
    return url != NULL && url[0] != '\0' ? url : NULL;
}

static void ignore_notice(void *context, const PGresult *result)
{
    (void)context;
    (void)result;
}

static PGconn *connection(void)
{
    if (shared != NULL || server_url() == NULL)
        return shared;
    shared = PQconnectdb(server_url());
    if (PQstatus(shared) != CONNECTION_OK) {
        fprintf(stderr, "harness: %s", PQerrorMessage(shared));
        server_leave();
        return NULL;
    }
    PQsetNoticeReceiver(shared, ignore_notice, NULL);
    PQclear(PQexec(shared, "SET lock_timeout = '5s'"));
    return shared;
}

static PGresult *run(const char *sql)
{
    PGresult *result = connection() != NULL ? PQexec(shared, sql) : NULL;
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
        return result;
    fprintf(stderr, "harness: %s: %s", sql, shared != NULL ? PQerrorMessage(shared) : "no server");
    PQclear(result);
    return NULL;
}

bool server_run(const char *before, const char *name, const char *after)
{
    char sql[1024];
    snprintf(sql, sizeof(sql), "%s%s%s", before, name, after);
    PGresult *result = run(sql);
    bool good = result != NULL;
    PQclear(result);
    return good;
}

long server_number(const char *query)
{
    PGresult *result = run(query);
    long number = -1;
    if (result != NULL && PQntuples(result) > 0 && PQnfields(result) > 0)
        number = strtol(PQgetvalue(result, 0, 0), NULL, 10);
    PQclear(result);
    return number;
}

void server_leave(void)
{
    PQfinish(shared);
    shared = NULL;
}
