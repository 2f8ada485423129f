/*
 * Making branches: one for each engine, with the schema and the options of the session. Begun and
 * ended they are in join.c.
 */
#include "session/session.h"

#include "base/allocator.h"
#include "base/error.h"
#include "engine/settings.h"

#include <string.h>

calx_status calx_branch_place(calx_branch *branch, const calx_execution_options *options,
                              calx_error *out_error)
{
    const char *has = calx_engine_settings(branch->asked)->schema;
    const char *wants = has;
    calx_execution_options own = CALX_EXECUTION_OPTIONS_INIT;
    if (branch->callers != NULL)
        wants = calx_connection_settings(branch->callers)->schema;
    if (options != NULL && options->schema != NULL)
        wants = options->schema;
    own.schema = wants != NULL ? wants : "";
    branch->engine = branch->asked;
    if (strcmp(own.schema, has != NULL ? has : "") == 0)
        return CALX_OK;
    calx_status status = calx_engine_derive(branch->asked, &own, &branch->placed, out_error);
    if (status == CALX_OK)
        branch->engine = branch->placed;
    return status;
}

static calx_status make(calx_session *session, calx_engine *engine, calx_branch **out_branch)
{
    calx_status status = CALX_OK;
    if (session->execution_options != NULL)
        status = calx_settings_check(session->execution_options, calx_engine_driver(engine),
                                     CALX_SETTINGS_WHOLE, &session->error);
    if (status != CALX_OK)
        return status;
    calx_branch *branch = calx_alloc_zeroed(sizeof(*branch));
    if (branch == NULL)
        return calx_error_set_nomem(&session->error);
    branch->asked = engine;
    status = calx_branch_place(branch, session->execution_options, &session->error);
    if (status != CALX_OK) {
        calx_release(branch);
        return status;
    }
    calx_branch **last = &session->branch.next;
    while (*last != NULL)
        last = &(*last)->next;
    *last = branch;
    *out_branch = branch;
    return CALX_OK;
}

calx_status calx_branch_on(calx_session *session, calx_engine *engine, calx_branch **out_branch)
{
    calx_branch *branch = &session->branch;
    while (branch != NULL && branch->asked != engine)
        branch = branch->next;
    if (branch == NULL)
        return make(session, engine, out_branch);
    *out_branch = branch;
    return CALX_OK;
}

void calx_branches_clear(calx_session *session)
{
    while (session->branch.next != NULL) {
        calx_branch *branch = session->branch.next;
        session->branch.next = branch->next;
        calx_engine_free(branch->placed);
        calx_release(branch);
    }
}

calx_status calx_branch_take_error(calx_session *session, calx_branch *branch)
{
    calx_error_move(&session->error, calx_connection_error_slot(branch->connection));
    return session->error.status;
}

calx_status calx_session_take_cursor_error(calx_session *session, const calx_cursor *cursor)
{
    calx_error *error = calx_cursor_error_slot(cursor);
    /* A cursor whose connection was lost has none any more; the handle has the error. */
    for (calx_branch *branch = &session->branch; error == NULL && branch != NULL;
         branch = branch->next)
        if (branch->connection != NULL &&
            calx_connection_error_slot(branch->connection)->status != CALX_OK)
            error = calx_connection_error_slot(branch->connection);
    if (error == NULL)
        return calx_session_fail(session, CALX_E_STATE,
                                 "the transaction ended while its rows were read");
    calx_error_move(&session->error, error);
    return session->error.status;
}
