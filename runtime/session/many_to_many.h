/*
 * Many-to-many relationships: what the functions for collections do when rows of an association
 * are the members. The pairs behind it are those of pairs.h; the flush is association.c.
 */
#ifndef CALX_SESSION_MANY_TO_MANY_H
#define CALX_SESSION_MANY_TO_MANY_H

#include "session/session.h"

/*
 * Loads the members of a persistent owner under a place (NULL: as their mapper says): one SELECT,
 * in the relationship's order.
 */
calx_status calx_many_to_many_load(calx_session *session, calx_instance *owner,
                                   unsigned relationship, const calx_loads *under);

/* The members of an owner that is not stored: what was added to it, from either end. */
calx_status calx_many_to_many_gather(calx_instance *owner, unsigned relationship);

/* As calx_relationship_take_collection(). */
calx_status calx_many_to_many_take(calx_instance *owner, unsigned relationship,
                                   calx_instance *const *items, size_t count);

/* Whether the loaded collection has the item. */
bool calx_many_to_many_holds(const calx_instance *owner, const calx_relationship *facts,
                             const calx_instance *item);

/*
 * Adds an item behind the others, and the owner to the item's collection; save-update takes it into
 * the session (SES-274). All or nothing. The collection is loaded and both have links.
 * CALX_E_STATE: one of them was deleted; CALX_E_INVALID_REQUEST: it may have one owner only and has
 * another (SES-289).
 */
calx_status calx_many_to_many_append(calx_instance *owner, const calx_relationship *facts,
                                     calx_instance *item);

/* Takes an item out that the loaded collection holds; or moves it there. */
calx_status calx_many_to_many_remove(calx_instance *owner, const calx_relationship *facts,
                                     calx_instance *item);
void calx_many_to_many_move(calx_instance *owner, const calx_relationship *facts,
                            calx_instance *item, size_t position);

/*
 * These items, each once, instead of those of now, which costs as much as there are of both. All or
 * nothing. many_to_many_replace.c
 */
calx_status calx_many_to_many_replace(calx_instance *owner, const calx_relationship *facts,
                                      const void *const *items, size_t count);

/* ---- what both ways of changing need ---- */

/* CALX_E_INVALID_REQUEST: the item may have one owner only, and has another. */
calx_status calx_many_to_many_check_owner(const calx_instance *owner,
                                          const calx_relationship *facts,
                                          const calx_instance *item);

/* Whether the owner may itself be in one collection only: it has one member at most then. */
bool calx_many_to_many_is_single(const calx_instance *owner, const calx_relationship *facts);

/* One that may be in one collection only leaves all others but the item's (SES-289). */
void calx_many_to_many_leave_others(const calx_instance *owner, const calx_relationship *facts,
                                    const calx_instance *item);

/* A pending member that must not be without owner leaves the session at once (SES-283). */
void calx_many_to_many_drop_orphan(const calx_relationship *facts, calx_instance *item);

#endif
