/*
 * Relationships as the unit of work needs them: loading, and taking up what the application wrote
 * into a raw member.
 */
#ifndef CALX_SESSION_RELATIONSHIP_H
#define CALX_SESSION_RELATIONSHIP_H

#include "session/session.h"

#include <calx/relationship.h>

/*
 * Loads one relationship of an instance when that is needed and possible: a transient or pending
 * one reads as empty (SES-302). Afterwards its link or slot answers, if it has links at all.
 */
calx_status calx_relationship_load(calx_session *session, calx_instance *instance,
                                   unsigned relationship);

/*
 * Takes up direct writes: a CALX_ONE member that was assigned counts as set. A CALX_MANY member
 * that was written to, or an assigned pointer that is no instance, is an error (CALX_E_STATE,
 * CALX_E_UNMAPPED).
 */
calx_status calx_relationship_adopt(calx_session *session, calx_instance *instance);

/*
 * Points a foreign key's link at a target or at nothing, and moves the owner from the collections
 * of the old target to those of the new one. The owner is watched from then on.
 */
calx_status calx_relationship_point(calx_session *session, calx_link *link, calx_instance *target);

#endif
