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
 * Instances of a list that change their keys while passive updates are off: gathers the rows that
 * follow, loaded by the old key (SES-205). association_keys.c
 */
calx_status calx_association_follow(calx_work *work, const calx_watch_list *list);

/* One more row; old may be NULL. */
calx_status calx_association_push(calx_work *work, calx_pair_rows *rows, calx_pair *pair,
                                  const calx_value *old);

/*
 * Gathers the rows to be deleted and inserted; it is known by now what happens to all instances.
 * Warns of pairs that cannot be written (SES-190).
 */
calx_status calx_association_gather(calx_work *work);

/*
 * Sends them: UPDATEs, DELETEs, then INSERTs, each kind together (SES-192). The rows of both ends
 * are there by then, those that are deleted too.
 */
calx_status calx_association_send(calx_writer *writer, const calx_work *work);

/*
 * What a column of the pair's row is to be by what its end says, in the class of the column: as the
 * end is stored now. Borrowed.
 */
calx_status calx_association_read(calx_session *session, const calx_pair *pair, size_t column,
                                  calx_value *out);

/* Everything was sent. Never fails. */
void calx_association_settle(const calx_work *work);

#endif
