/*
 * Events of rows and of instances that rows come to (SES-379, 380). Each asks whether anybody
 * listens.
 */
#ifndef CALX_SESSION_ROW_EVENTS_H
#define CALX_SESSION_ROW_EVENTS_H

#include "session/together.h"

/*
 * As calx_together_send(); listeners are called before the rows of one class that follow each
 * other, and after them.
 */
calx_status calx_rows_send(calx_writer *writer, const calx_instances *rows,
                           const calx_together *kind);

/* Of one row that is sent in another way; a listener may refuse. */
calx_status calx_row_raise(calx_session *session, calx_session_event event,
                           calx_instance *instance);

/* A row made the instance: CALX_SESSION_LOAD, then the transition. */
calx_status calx_session_raise_loaded(calx_session *session, calx_instance *instance);

/*
 * Columns of an instance were filled: those of a set (NULL: all), without those of another (NULL:
 * none).
 */
calx_status calx_session_raise_refresh(calx_session *session, calx_instance *instance,
                                       const uint64_t *filled, const uint64_t *kept);

/* All persistent instances are expired. */
void calx_session_tell_expired(calx_session *session);

#endif
