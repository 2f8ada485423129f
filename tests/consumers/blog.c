/*
 * A program whose generated files came with its sources: tests/golden/blog, compiled without
 * calx-gen. Writes a user with addresses, reads them with a query, and says what runs.
 */
#include "models.calx.h"

#include <calx/calx.h>

#include <stdio.h>
#include <string.h>

static calx_status write_down(void *context, calx_session *session)
{
    (void)context;
    struct user *ada = user_new();
    struct address *home = address_new();
    calx_status status = ada != NULL && home != NULL ? CALX_OK : CALX_E_NOMEM;
    if (status == CALX_OK) {
        ada->name = "ada";
        ada->age = (calx_nullable_int32){ true, 36 };
        ada->role = ROLE_ADMIN;
        home->email = "ada@example.org";
        status = user_addresses_append(ada, home);
    }
    if (status == CALX_OK)
        status = user_add(session, ada);
    if (status != CALX_OK) {
        address_free(home);
        user_free(ada);
    }
    return status;
}

static calx_status print_user(void *context, const struct user *user)
{
    const struct address *const *addresses = NULL;
    size_t count = 0;
    (void)context;
    calx_status status = user_addresses(user, &addresses, &count);
    for (size_t i = 0; i < count; i++)
        printf("%s, %d <%s>\n", user->name, (int)user->age.value, addresses[i]->email);
    return status;
}

static calx_status read_back(void *context, calx_session *session)
{
    (void)context;
    user_query *query = user_query_new(session);
    user_query_where(query, calx_eq(user_col.role, ROLE_ADMIN));
    calx_status status = user_query_each(query, print_user, NULL);
    user_query_free(query);
    return status;
}

int main(void)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_session *session = NULL;
    calx_error error = CALX_ERROR_INIT;
    if (strcmp(calx_version(), CALX_VERSION) != 0)
        printf("headers %s, library %s\n", CALX_VERSION, calx_version());
    calx_status status = calx_engine_new("sqlite://", NULL, &options.bind, &error);
    if (status == CALX_OK)
        status = calx_schema_create_all(options.bind, &models_metadata, &error);
    if (status == CALX_OK)
        status = calx_session_new(&options, &session, &error);
    if (status == CALX_OK)
        status = calx_session_run(session, write_down, NULL);
    if (status == CALX_OK)
        status = calx_session_run(session, read_back, NULL);
    printf("%s\n", calx_status_name(status));
    calx_error_clear(&error);
    calx_session_free(session);
    calx_engine_free(options.bind);
    return status == CALX_OK ? 0 : 1;
}
