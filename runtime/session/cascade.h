/*
 * What a cascade reaches over relationships as they are in memory: nothing is loaded for it.
 */
#ifndef CALX_SESSION_CASCADE_H
#define CALX_SESSION_CASCADE_H

#include "session/session.h"

/*
 * The instance, and what one cascade (CALX_CASCADE_EXPUNGE, CALX_CASCADE_REFRESH_EXPIRE) reaches
 * from it in the same session, the instance first. Each is marked as visited until
 * calx_cascade_unmark(). CALX_E_NOMEM: nothing is found or marked.
 */
calx_status calx_cascade_reach(calx_session *session, calx_instance *instance, unsigned cascade,
                               calx_instances *out_found);
void calx_cascade_unmark(const calx_instances *found);

/* Whether a cascade may lead anywhere from the instance. */
bool calx_cascade_leads_on(const calx_instance *instance, unsigned cascade);

#endif
