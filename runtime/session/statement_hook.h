/*
 * Telling listeners of a statement before it runs (SES-381). It costs one branch when nobody
 * listens.
 */
#ifndef CALX_SESSION_STATEMENT_HOOK_H
#define CALX_SESSION_STATEMENT_HOOK_H

#include "session/session.h"
#include "sql/condition.h"

/* What listeners want of one statement's rows; their nodes are the session's. */
typedef struct calx_added {
    calx_condition items[CALX_SESSION_STATEMENT_CONDITIONS];
    size_t count;
} calx_added;

/* Takes NULL. */
void calx_criteria_free(calx_criteria *criteria);

calx_status calx_session_raise_statement(calx_session *session, const calx_mapper *mapper,
                                         calx_session_statement *statement, calx_added *out_added);

/* A failure is the session's error. out_added: NULL where the statement takes no conditions. */
static inline calx_status calx_session_tell_statement(calx_session *session,
                                                      const calx_mapper *mapper,
                                                      calx_session_statement *statement,
                                                      calx_added *out_added)
{
    if (!calx_session_hears(session, CALX_SESSION_DO_ORM_EXECUTE))
        return CALX_OK;
    return calx_session_raise_statement(session, mapper, statement, out_added);
}

#endif
