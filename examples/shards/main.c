/*
 * Several databases behind one session: regions in two PostgreSQL databases with a catalogue in a
 * SQLite file, and a primary with its replica. with-servers starts them all and says where they
 * are; examples/shards/run does all of it. Without arguments it is regions only, in three databases
 * of SQLite, and needs no server.
 */
#include "models.calx.h"
#include "need.h"

#include <stdio.h>
#include <stdlib.h>

enum { NORTH, SOUTH, CATALOGUE, PRIMARY, REPLICA, DATABASES };

void need(calx_status status, const calx_error *error)
{
    if (status == CALX_OK)
        return;
    fprintf(stderr, "shards: %s: %s\n", calx_status_name(status), error->message);
    exit(1);
}

void need_session(calx_status status, const calx_session *session)
{
    need(status, calx_session_error(session));
}

void need_memory(const void *made)
{
    if (made != NULL)
        return;
    fputs("shards: out of memory\n", stderr);
    exit(1);
}

/* Databases of these URLs, with their tables, as far as they have none. */
static void open_all(calx_engine **engines, const char *const *urls, int count)
{
    calx_error error = CALX_ERROR_INIT;
    for (int i = 0; i < count; i++) {
        need(calx_engine_new(urls[i], NULL, &engines[i], &error), &error);
        if (i == REPLICA)
            continue; /* its tables come from the primary */
        need(calx_schema_create_all(engines[i], &shards_metadata, &error), &error);
    }
}

int main(int count, char **arguments)
{
    static const char *const alone[] = { "sqlite://", "sqlite://", "sqlite://" };
    calx_engine *engines[DATABASES] = { NULL };
    if (count != 1 && count != DATABASES + 1) {
        fprintf(stderr, "usage: %s [NORTH SOUTH CATALOGUE PRIMARY REPLICA]\n", arguments[0]);
        return 2;
    }
    if (count == 1)
        open_all(engines, alone, CATALOGUE + 1);
    else
        open_all(engines, (const char *const *)arguments + 1, DATABASES);
    show_regions(engines[NORTH], engines[SOUTH], engines[CATALOGUE]);
    if (count > 1)
        show_replica(engines[PRIMARY], engines[REPLICA]);
    for (int i = 0; i < DATABASES; i++)
        calx_engine_free(engines[i]);
    return 0;
}
