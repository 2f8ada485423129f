/*
 * What a version column needs. entity->version says which one it is; an entity without one is left
 * alone by all of these.
 */
#ifndef CALX_SESSION_VERSION_H
#define CALX_SESSION_VERSION_H

#include "session/write.h"

/* Before an INSERT: a version nobody set starts at 1 (SES-340). */
calx_status calx_version_start(calx_writer *writer, calx_instance *instance);

/*
 * Before an UPDATE of entity->columns: the version is counted up and joins them, unless the program
 * set it itself (SES-340, 346).
 */
calx_status calx_version_raise(calx_writer *writer, calx_instance *instance);

/*
 * The instance is expired here, and perhaps somebody else counted the version up: the row tells
 * (SES-181). CALX_E_STALE_DATA: there is none.
 */
calx_status calx_version_meet(calx_writer *writer, calx_instance *instance);

/* The statement found no row, versioned or not: says which version was looked for (SES-341, 343).
 */
calx_status calx_version_missed(calx_writer *writer, const calx_instance *instance);

#endif
