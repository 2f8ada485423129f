/*
 * Texts of queries, and of other statements over mappers. Most of a program differ in their values
 * only, so a text is found by the shape: first the one used last, then among the last few of the
 * session, which needs no lock, then among those of the engine; only what none of them has is
 * written.
 */
#include "session/session.h"

#include "base/error.h"
#include "engine/settings.h"

/* The reference becomes the holder's. */
static void take_text(calx_sql_text **holder, calx_sql_text *text)
{
    calx_sql_text_release(*holder);
    *holder = text;
}

/* A shape is the same for all kinds of databases, a text is not. */
static bool is_of_shape(const calx_sql_text *text, const calx_branch *branch,
                        const calx_shape *shape)
{
    return text != NULL && calx_sql_text_has(text, shape) &&
           text->driver == calx_engine_driver(branch->engine);
}

/* Without writing. false: nobody has it. */
static bool find_text(calx_session *session, const calx_branch *branch, const calx_shape *shape,
                      calx_sql_text **text)
{
    calx_sql_text **recent = &session->texts[shape->hash % CALX_SESSION_TEXTS];
    if (is_of_shape(*text, branch, shape))
        return true;
    if (is_of_shape(*recent, branch, shape)) {
        take_text(text, calx_sql_text_hold(*recent));
        return true;
    }
    calx_sql_text *found = calx_engine_find_text(branch->engine, shape);
    if (found == NULL)
        return false;
    take_text(text, found);
    calx_sql_text_release(*recent);
    *recent = calx_sql_text_hold(found);
    return true;
}

calx_status calx_session_select_text(calx_session *session, const calx_branch *branch,
                                     const calx_sql_query *select, calx_parameter_list *parameters,
                                     calx_sql_text **text)
{
    const calx_sql_statement statement = { .query = select };
    return calx_session_text(session, branch, &statement, parameters, text);
}

calx_status calx_session_text(calx_session *session, const calx_branch *branch,
                              const calx_sql_statement *statement, calx_parameter_list *parameters,
                              calx_sql_text **text)
{
    calx_shape shape;
    calx_parameter_list_reset(parameters);
    bool has_shape = calx_sql_statement_shape(&shape, parameters,
                                              calx_engine_dialect(branch->engine), statement);
    if (has_shape && find_text(session, branch, &shape, text))
        return CALX_OK;
    calx_sql_text *made = NULL;
    calx_parameter_list_reset(parameters);
    calx_status status = calx_engine_make_text(branch->engine, statement, has_shape ? &shape : NULL,
                                               parameters, &made, &session->error);
    if (status == CALX_OK)
        take_text(text, made);
    return status;
}
