/*
 * Columns that are expired by themselves, and loading some columns of a row.
 */
#ifndef CALX_SESSION_PARTIAL_H
#define CALX_SESSION_PARTIAL_H

#include "session/relationship.h"

/*
 * Discards changes of these columns (a set), which the next load fills (SES-232). An instance that
 * is expired as a whole stays so.
 */
calx_status calx_session_expire_columns(calx_session *session, calx_instance *instance,
                                        const uint64_t *columns);

/* An instance that is expired as a whole has each of its columns expired by itself instead. */
calx_status calx_session_expire_by_columns(calx_session *session, calx_instance *instance);

/* The columns, of one word of their set, that were never loaded or are expired by themselves. */
uint64_t calx_session_stale_word(const calx_instance *instance, size_t word);

/*
 * Selects these columns of an instance that is not expired as a whole, and fills those of them that
 * are expired or were never loaded. *out_found false: there is no such row.
 */
calx_status calx_session_fetch_columns(calx_session *session, calx_instance *instance,
                                       const uint64_t *columns, calx_locking lock, bool *out_found);

#endif
