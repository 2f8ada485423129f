/*
 * The UPDATE of a list of rows, as a query gives it (SES-334).
 */
#ifndef CALX_SESSION_BULK_ROWS_H
#define CALX_SESSION_BULK_ROWS_H

#include "session/session.h"

/* Each names its key, and its version if it has one. */
typedef struct calx_bulk_rows {
    const calx_mapping *items;
    size_t count;
    bool synchronizes; /* instances that are loaded get the values as well */
} calx_bulk_rows;

/*
 * As calx_session_bulk_update_mappings(); *out_count: how many rows were updated, those without
 * that name nothing but their key. Instances that are synchronized have their version expired.
 */
calx_status calx_bulk_update_rows(calx_session *session, const calx_mapper *mapper,
                                  const calx_bulk_rows *rows, int64_t *out_count);

#endif
