/*
 * Orphans: instances that lost an owner they must have (delete-orphan).
 */
#ifndef CALX_SESSION_ORPHAN_H
#define CALX_SESSION_ORPHAN_H

#include "session/session.h"

/*
 * Room to note that the link lets go of what it points at, before a change that must not fail.
 * CALX_E_NOMEM: nothing changed.
 */
calx_status calx_orphan_reserve(const calx_link *link);

/* The link is about to point at another target, or at nothing: what that says of either end. */
void calx_orphan_note(calx_link *link, calx_instance *target);

/* Whether what the link points at is an orphan when it is let go of (a many-to-one's). */
bool calx_orphan_watches(const calx_link *link);

/* Nobody let go of it: after its row was written, or asked again. It has links. */
void calx_orphan_forgive(calx_instance *instance);

/* Whether its mapper has CALX_LEGACY_IS_ORPHAN, and owners of some kind still have it (SES-286). */
bool calx_orphan_stays(const calx_instance *instance);

/* Whether an instance is one: the flush deletes it, or drops it when it was never inserted. */
bool calx_orphan_is(const calx_instance *instance);

/* A pending instance leaves the session, with what expunge reaches of what is pending too. */
void calx_orphan_leave(calx_session *session, const calx_instance *first);

/*
 * An orphan that is pending leaves the session at once, with what expunge reaches of what is
 * pending too (SES-283); inside a flush it is left to that. Never fails.
 */
void calx_orphan_drop(const calx_instance *instance);

#endif
