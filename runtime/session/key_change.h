/*
 * A row whose key changes, or another column that rows point at: what points at it follows, by the
 * database (SES-204) or by UPDATEs of this session (SES-205); and rows change their keys in an
 * order in which none meets another (SES-203, 206).
 */
#ifndef CALX_SESSION_KEY_CHANGE_H
#define CALX_SESSION_KEY_CHANGE_H

#include "session/work.h"

/*
 * Puts rows that are to be updated behind those that have had their new key so far.
 * CALX_E_CIRCULAR_DEPENDENCY: each waits for another one.
 */
calx_status calx_key_change_sort(calx_session *session, calx_instances *rows);

/* Whether the key of a stored instance is another by now. */
bool calx_key_change_is_one(const calx_instance *instance);

/* Whether an UPDATE of these columns changes what other rows in memory point at. */
bool calx_key_change_leads(const calx_session *session, const calx_instance *instance,
                           const uint64_t *columns);

/*
 * The UPDATE went through, and the snapshot is still that from before: what points at the row in
 * memory, and follows by the database, has the new key from now on, as if loaded with it.
 */
calx_status calx_key_change_follow(calx_session *session, calx_instance *instance);

/*
 * The instance is known by the key in the struct from now on; the old one is kept for a rollback,
 * for which its origin is kept already.
 */
calx_status calx_key_change_rekey(calx_session *session, calx_instance *instance,
                                  const void *struct_);

#endif
