/*
 * server.h for a build without PostgreSQL: there is no server.
 */
#include "support/server.h"

#include <stddef.h>

const char *server_url(void)
{
    return NULL;
}

bool server_run(const char *before, const char *name, const char *after)
{
    (void)before;
    (void)name;
    (void)after;
    return false;
}

long server_number(const char *query)
{
    (void)query;
    return -1;
}

void server_leave(void)
{
}
