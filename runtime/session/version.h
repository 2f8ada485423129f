/*
 * What a version column needs. entity->version says which one it is; an entity without one is left
 * alone by all of these.
 */
#ifndef CALX_SESSION_VERSION_H
#define CALX_SESSION_VERSION_H

#include "session/write.h"

/* Whether the database makes the mapper's versions, so that they are asked for after each write. */
bool calx_version_is_fetched(const calx_mapper *mapper);

/*
 * Before an INSERT: the first version, unless somebody set one (SES-340, 348). CALX_E_FLUSH: nobody
 * makes any, and it is NULL (SES-347).
 */
calx_status calx_version_start(calx_writer *writer, calx_instance *instance);

/* The same for a struct that is no instance; only of an entity that has a version (SES-328). */
calx_status calx_version_start_plain(calx_writer *writer, void *struct_);

/*
 * Before an UPDATE of entity->columns: the version after that of stored joins them and is written
 * into the struct, unless the program set it itself (SES-340, 346) or makes them all (SES-347).
 */
calx_status calx_version_raise(calx_writer *writer, void *struct_, const void *stored);

/*
 * The instance is expired here, and perhaps somebody else counted the version up: the row tells
 * (SES-181). CALX_E_STALE_DATA: there is none.
 */
calx_status calx_version_meet(calx_writer *writer, calx_instance *instance);

/* After an INSERT or UPDATE: the version the database made, if it does (SES-347). */
calx_status calx_version_fetch(calx_writer *writer, calx_instance *instance);

/*
 * After an UPDATE of a row that is updated once more: the version the database made of it is the
 * stored one by then, and everything else is still to be written.
 */
calx_status calx_version_follow(calx_writer *writer, calx_instance *instance);

/* A version as messages show it. */
void calx_version_describe(calx_buffer *out, const calx_value *version);

/*
 * The statement found no row, versioned or not: says which version was looked for, and which one
 * the row has (SES-341, 343).
 */
calx_status calx_version_missed(calx_writer *writer, const void *stored);

#endif
