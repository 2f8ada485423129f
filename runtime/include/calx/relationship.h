/**
 * @file relationship.h
 * Relationships: what the generated user_addresses(), user_addresses_append(), address_set_user()
 * stand on. The relationship is one of the mapper's own table, so that a relationship of another
 * mapper is found out.
 *
 * Both sides of a pair (CALX_INVERSE) stay in step. A relationship is loaded when it is first
 * asked for (SES-300, 301), so reading may fail; a transient or pending instance reads as empty
 * without SQL (SES-302). The array handed out is good until that relationship changes or expires.
 *
 * Thread rule: that of the instances. Errors: CALX_E_UNMAPPED not an instance, or one of another
 * mapper; CALX_E_ARGUMENT a collection where a single target is meant, or the reverse; CALX_E_STATE
 * deleted, or of another session; CALX_E_DETACHED_INSTANCE must be loaded but is in no session
 * (SES-303); CALX_E_NOMEM; what a SELECT may give. Details are on the instance's session.
 */
#ifndef CALX_RELATIONSHIP_H
#define CALX_RELATIONSHIP_H

#include <calx/error.h>
#include <calx/mapper.h>

CALX_BEGIN_DECLS

/**
 * The target of a reference, loaded when needed; NULL when there is none. Borrowed. A reference is
 * a many-to-one, or a one-to-one seen from the side that is pointed at: there several rows are a
 * warning, and the first one is used (SES-304).
 */
CALX_API calx_status calx_relationship_one(const void *entity,
                                           const calx_relationship *relationship,
                                           const void **out_target);

/**
 * Points a reference at target, or at nothing (NULL); the foreign key follows at the flush. Who was
 * there in a one-to-one points at nothing from then on, or is an orphan; where that is not known,
 * the flush asks (SES-185). Setting a one-to-one to nothing from the side that is pointed at loads
 * it first.
 * @return CALX_E_INVALID_REQUEST the target has an owner, and may have one at most (SES-289);
 *         CALX_E_ARGUMENT the relationship is view only (SES-292)
 */
CALX_API calx_status calx_relationship_set(const void *entity,
                                           const calx_relationship *relationship,
                                           const void *target);

/** The members of a one-to-many, loaded when needed. Borrowed. */
CALX_API calx_status calx_relationship_many(const void *entity,
                                            const calx_relationship *relationship,
                                            const void *const **out_items, size_t *out_count);

/**
 * How many members there are. A collection that was not loaded is loaded: the answer is that of
 * calx_relationship_many(), with what was changed in memory, and reading the members afterwards
 * takes no statement.
 */
CALX_API calx_status calx_relationship_count(const void *entity,
                                             const calx_relationship *relationship,
                                             size_t *out_count);

/** Whether item is a member; the collection is loaded when needed. */
CALX_API calx_status calx_relationship_contains(const void *entity,
                                                const calx_relationship *relationship,
                                                const void *item, bool *out_contains);

/*
 * Changing a collection loads it first (SES-306), and keeps the other side in step. A new member
 * comes into the session at once where save-update says so (SES-274). One that is taken out points
 * at nothing from then on (SES-184), or is an orphan (SES-282, 283, 287). A call that fails has
 * changed nothing on either side; NULL or an instance of another struct as a member is
 * CALX_E_UNMAPPED (SES-189).
 */

/** Adds a member at the end; one that is there already stays where it is, once. */
CALX_API calx_status calx_relationship_append(const void *entity,
                                              const calx_relationship *relationship,
                                              const void *item);

/**
 * Adds a member before the one at a position, which is at most the number of members; one that is
 * there already moves there. Positions are of this array only: they are not stored, and the next
 * load has the order of the relationship.
 * @return CALX_E_ARGUMENT no such position
 */
CALX_API calx_status calx_relationship_insert(const void *entity,
                                              const calx_relationship *relationship,
                                              size_t position, const void *item);

/**
 * Takes a member out.
 * @return CALX_E_STATE it is not in; CALX_E_STALE_DATA it was loaded again since, and belongs to
 *         another owner by now, which is not in the session (SES-290)
 */
CALX_API calx_status calx_relationship_remove(const void *entity,
                                              const calx_relationship *relationship,
                                              const void *item);

/**
 * Makes these the members, in this order; an item given twice counts once. Who was a member and is
 * not given is taken out, who is given stays or comes in: only they are written. All or nothing.
 * @param items  count instances; NULL only for none
 */
CALX_API calx_status calx_relationship_replace(const void *entity,
                                               const calx_relationship *relationship,
                                               const void *const *items, size_t count);

/** Takes all members out. */
CALX_API calx_status calx_relationship_clear(const void *entity,
                                             const calx_relationship *relationship);

CALX_END_DECLS

#endif
