/*
 * Which engine a statement goes to (SES-360): found out before it is sent, by what it is about. A
 * session that has nothing but its bind never asks.
 */
#ifndef CALX_SESSION_BIND_H
#define CALX_SESSION_BIND_H

#include "session/session.h"

/* What a statement is about. */
typedef struct calx_aim {
    const calx_mapper *mapper;      /* or NULL */
    const char *table;              /* or NULL */
    const char *text;               /* or NULL */
    const calx_sql_source *sources; /* its tables; the first may be that of the mapper */
    size_t source_count;
    bool writes;
} calx_aim;

/* CALX_E_UNBOUND_EXECUTION: the error names the class and how to bind it. */
calx_status calx_bind_choose(calx_session *session, const calx_aim *aim, calx_branch **out_branch);

/* Of a statement that reads rows of a mapper. */
static inline calx_status calx_bind_read(calx_session *session, const calx_mapper *mapper,
                                         calx_branch **out_branch)
{
    *out_branch = &session->branch;
    return !session->chooses
               ? CALX_OK
               : calx_bind_choose(session, &(calx_aim){ .mapper = mapper }, out_branch);
}

/* Of a statement over several tables, which must be on one engine; the first is the mapper's. */
calx_status calx_bind_sources(calx_session *session, const calx_aim *aim, calx_branch **out_branch);

/*
 * Of rows a flush writes: the same one until the flush ends, begun. The association's are where
 * both of its ends are, unless it was bound itself; else CALX_E_INVALID_REQUEST.
 */
calx_status calx_bind_write(calx_session *session, calx_entity *entity, calx_branch **out_branch);
calx_status calx_bind_write_pairs(calx_session *session, calx_entity *association,
                                  const calx_mapper *one, const calx_mapper *other);

/*
 * A flush begins, or a bulk call of rows of one entity (else NULL), which needs its connection now.
 * *out_sends false: nothing was sent, and there is nothing to be undone.
 */
calx_status calx_bind_begin_writes(calx_session *session, calx_entity *entity, bool *out_sends);

/* Whether one statement may read both: false where they were bound to two engines. */
bool calx_bind_are_together(calx_session *session, const calx_mapper *one,
                            const calx_mapper *other);

/*
 * CALX_E_INVALID_REQUEST, which names both classes: one statement would be over two engines. root:
 * whose rows it gives; owner: the relationship's.
 */
calx_status calx_bind_check_relationship(calx_session *session, const calx_mapper *root,
                                         const calx_mapper *owner, const calx_relationship *facts);

/* ---- what was bound ---- */

/* Takes a list in. CALX_E_ARGUMENT says which one is wrong; out_error may be NULL. */
calx_status calx_binds_check(const calx_session_bind *binds, size_t count, calx_error *out_error);
calx_status calx_binds_copy(calx_binds *out, const calx_session_bind *binds, size_t count);
void calx_binds_clear(calx_binds *binds);

#endif
