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

/* The same; what comes in is loaded under a place (NULL: as its mapper says). */
calx_status calx_relationship_load_under(calx_session *session, calx_instance *instance,
                                         unsigned relationship, const calx_loads *under);

/* What the database has for an instance, stored or not, whose relationship is not known. */
calx_status calx_relationship_load_stored(calx_session *session, calx_instance *instance,
                                          unsigned relationship, const calx_loads *under);

/*
 * The same for the application: it is forbidden where an option says so (SES-315), what is to be
 * loaded with the targets is loaded too, and the guard counts it. CALX_E_INVALID_REQUEST.
 */
calx_status calx_relationship_ask(calx_session *session, calx_instance *instance,
                                  unsigned relationship);

/* The same for a relationship the application names: nothing is forbidden, nothing counted. */
calx_status calx_relationship_load_along(calx_session *session, calx_instance *instance,
                                         unsigned relationship);

/* The options an instance was loaded under, borrowed from it; NULL: none. */
const calx_loads *calx_loads_of(const calx_instance *instance);

/* What is known of the targets of an instance that was loaded under options; NULL: nothing. */
const calx_loads *calx_loads_under(const calx_instance *instance, unsigned relationship);

/* Remembers what an instance was loaded under, for refreshes and later loads (SES-245). */
calx_status calx_loads_note(calx_session *session, calx_instance *instance,
                            const calx_loads *place);

/* ---- for whoever loads many at once ---- */

/*
 * Whether reading the relationship takes no statement: a loader leaves it as it is, with what was
 * changed in it (SES-317).
 */
bool calx_relationship_is_known(const calx_instance *instance, unsigned relationship);

/*
 * What the database has for a relationship that is not known: the members of a collection in their
 * order, each once, or at most one of a one-to-one. Instances of the owner's session. They are
 * shown from then on, after what was changed in memory (SES-305). CALX_E_NOMEM: nothing changed.
 */
calx_status calx_relationship_take_collection(calx_instance *owner, unsigned relationship,
                                              calx_instance *const *items, size_t count);

/*
 * The same for a many-to-one: points the link of a foreign key where its columns do (NULL: at
 * nothing); a collection that is loaded there gets its owner. Not for a link that was changed.
 */
calx_status calx_relationship_take_target(calx_instance *instance, unsigned foreign_key,
                                          calx_instance *target);

/* The members of a collection of an instance that is not stored: those that memory knows. */
calx_status calx_relationship_gather(calx_instance *owner, unsigned relationship);

/* ---- changes ---- */

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

/*
 * The same in two steps: all that may fail, then the change. A target has links, and room for more
 * such members where its collections are known.
 */
calx_status calx_relationship_point_begin(calx_session *session, calx_link *link,
                                          calx_instance *target);
void calx_relationship_point_end(calx_link *link, calx_instance *target);

/*
 * Points a link; a related instance comes into the session with save-update in the same moment
 * (SES-274). All or nothing.
 */
calx_status calx_relationship_relate(calx_session *session, const calx_relationship *facts,
                                     calx_link *link, calx_instance *target,
                                     calx_instance *related);

/* Sets a reference of either side, to nothing with NULL. */
calx_status calx_relationship_assign(calx_instance *owner, unsigned relationship,
                                     calx_instance *to);

/*
 * Loads for a change. No flush comes before: what is in memory only is counted in anyway, and a
 * member on its way from one owner to another would be deleted as an orphan (SES-216). The owner
 * has links then.
 */
calx_status calx_relationship_load_to_change(calx_instance *owner, unsigned relationship);

/* The rows that point at the owner, whatever is known of them in memory. */
calx_status calx_relationship_select(calx_session *session, calx_instance *owner,
                                     unsigned relationship, calx_instances *out_found);

/* ---- arguments ---- */

/*
 * The instance and the number of its relationship, which must be of one of the kinds (a set of
 * 1 << calx_relationship_kind); the session's error is cleared.
 */
calx_status calx_relationship_resolve(const void *entity, const calx_relationship *facts,
                                      unsigned kinds, calx_instance **out_instance,
                                      unsigned *out_relationship);

/* An argument that must be an instance of the relationship's target. */
calx_status calx_relationship_resolve_item(calx_session *session, const calx_relationship *facts,
                                           const void *item, calx_instance **out_item);

/* CALX_E_ARGUMENT: the relationship is view only (SES-292). */
calx_status calx_relationship_check_writable(const calx_instance *instance,
                                             const calx_relationship *facts);

/* CALX_E_INVALID_REQUEST: the link's owner has another owner, and may have one at most (SES-289).
 */
calx_status calx_relationship_check_owner(const calx_instance *owner,
                                          const calx_relationship *facts, const calx_link *link);
calx_status calx_relationship_fail_owned(calx_session *session, const calx_relationship *facts);

/* Deleted instances can be let go of, but not related any more; changing begins a transaction. */
calx_status calx_relationship_check_changeable(const calx_instance *instance);

#endif
