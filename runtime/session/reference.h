/*
 * What the relationships of either side say about a foreign key. A flag counts for the key
 * whichever of the two relationships over it carries it.
 */
#ifndef CALX_SESSION_REFERENCE_H
#define CALX_SESSION_REFERENCE_H

#include "session/session.h"

/* Whether a reference can be taken away: no column of it is NOT NULL or part of the row's key. */
bool calx_reference_can_be_null(const calx_mapper *mapper, size_t foreign_key);

/* Whether the database has one row at most for each target. */
bool calx_reference_is_unique(const calx_mapper *mapper, size_t foreign_key);

/* Whether it is written by an UPDATE of its own when its target is not there yet (SES-198). */
bool calx_reference_is_post_updated(const calx_session *session, const calx_mapper *mapper,
                                    size_t foreign_key);

/* Whether a changed key of the target is passed on by UPDATEs, not by the database (SES-205). */
bool calx_reference_is_active(const calx_session *session, const calx_mapper *mapper,
                              size_t foreign_key);

/*
 * Whether the column keeps its value when a member goes out of its collection: only a collection
 * goes over the key, and it leaves its members to the database (SES-281).
 */
bool calx_reference_is_kept(const calx_session *session, const calx_mapper *mapper,
                            size_t foreign_key);

/*
 * Whether the members of an owner that is to be deleted are left to the database: they are not
 * loaded, and are not to be (SES-280, 281).
 */
bool calx_reference_is_left(const calx_instance *owner, unsigned relationship);

/* Whether a link that leads to an instance is one over its relationship, and in no row yet. */
bool calx_reference_is_unflushed(const calx_relationship *facts, const calx_link *link);

/* For messages: captain.ship; node.children where only the other side is mapped; lines.bill_id. */
void calx_reference_describe(calx_buffer *out, const calx_mapper *mapper, size_t foreign_key);

#endif
