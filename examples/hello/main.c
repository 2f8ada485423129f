/*
 * From annotated structs to rows: an engine, the tables, a scoped session, users, a query. Takes
 * the directory of models.calx.h and a database's URL: hello DIRECTORY sqlite:///hello.db
 */
#include "models.calx.h"
#include "show.h"

#include <calx/calx.h>

#include <stdio.h>
#include <stdlib.h>

static void need(calx_status status, const char *message)
{
    if (status == CALX_OK)
        return;
    fprintf(stderr, "hello: %s: %s\n", calx_status_name(status), message);
    exit(1);
}

static void add_user(calx_scoped_session *session, const char *name, const char *email)
{
    struct user *user = user_new();
    struct address *address = address_new();
    need(user && address ? CALX_OK : CALX_E_NOMEM, "a user");
    user->name = name;
    address->email = email;
    need(user_addresses_append(user, address), email);
    need(calx_scoped_session_add(session, user), name); /* and the address with it */
}

static calx_status print_user(void *context, const struct user *user)
{
    const struct address *const *addresses = NULL;
    size_t count = 0;
    (void)context;
    calx_status status = user_addresses(user, &addresses, &count); /* loaded when asked for */
    for (size_t i = 0; i < count; i++)
        printf("row | %s <%s>\n", user->name, addresses[i]->email);
    return status;
}

int main(int count, char **arguments)
{
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    calx_session_options defaults = CALX_SESSION_OPTIONS_INIT;
    calx_sessionmaker *maker = NULL;
    calx_scoped_session *scoped = NULL;
    calx_session *session = NULL;

    print_generated(count > 1 ? arguments[1] : ".");
    options.echo = CALX_ECHO_SQL;
    options.log = print_sql;
    need(calx_engine_new(count > 2 ? arguments[2] : "sqlite://", &options, &defaults.bind, NULL),
         "the engine");
    need(calx_schema_create_all(defaults.bind, &models_metadata, NULL), "the tables");
    need(calx_sessionmaker_new(&defaults, &maker, NULL), "the sessionmaker");
    need(calx_scoped_session_new(maker, NULL, &scoped, NULL), "the session");

    add_user(scoped, "ada", "ada@example.org");
    add_user(scoped, "grace", "grace@example.org");
    need(calx_scoped_session_commit(scoped), "commit");

    need(calx_scoped_session_current(scoped, &session), "the session");
    user_query *query = user_query_new(session);
    user_query_where(query, calx_like(user_col.name, "%a%"));
    need(user_query_each(query, print_user, NULL), "the query");
    user_query_free(query);

    calx_scoped_session_free(scoped);
    calx_sessionmaker_free(maker);
    calx_engine_free(defaults.bind);
    return 0;
}
