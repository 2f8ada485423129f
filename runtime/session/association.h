/*
 * What a flush does with rows of associations: of the pairs that were added or removed, and of
 * instances that are deleted.
 */
#ifndef CALX_SESSION_ASSOCIATION_H
#define CALX_SESSION_ASSOCIATION_H

#include "session/write.h"

/*
 * Members that lost the one owner they must have are marked for deletion (SES-282). May load what
 * goes with them.
 */
calx_status calx_association_orphans(calx_session *session);

/* Loads the collections whose rows go with what is marked for deletion (SES-193). */
calx_status calx_association_load(calx_session *session);

/*
 * Gathers the rows to be deleted and inserted; it is known by now what happens to all instances.
 * Warns of pairs that cannot be written (SES-190).
 */
calx_status calx_association_gather(calx_work *work);

/*
 * Sends them: DELETEs, then INSERTs, each kind together (SES-192). The rows of both ends are there
 * by then, those that are deleted too.
 */
calx_status calx_association_send(calx_writer *writer, const calx_work *work);

/* Everything was sent. Never fails. */
void calx_association_settle(const calx_work *work);

#endif
