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

/** The target of a many-to-one, loaded when needed; NULL when there is none. Borrowed. */
CALX_API calx_status calx_relationship_one(const void *entity,
                                           const calx_relationship *relationship,
                                           const void **out_target);

/** Points a many-to-one at target, or at nothing (NULL); the foreign key follows at the flush. */
CALX_API calx_status calx_relationship_set(const void *entity,
                                           const calx_relationship *relationship,
                                           const void *target);

/** The members of a one-to-many, loaded when needed. Borrowed. */
CALX_API calx_status calx_relationship_many(const void *entity,
                                            const calx_relationship *relationship,
                                            const void *const **out_items, size_t *out_count);

/** Adds a member; one that is there already stays once. The other side follows. */
CALX_API calx_status calx_relationship_append(const void *entity,
                                              const calx_relationship *relationship,
                                              const void *item);

/** Takes a member out: CALX_E_STATE when it is not in. The other side follows. */
CALX_API calx_status calx_relationship_remove(const void *entity,
                                              const calx_relationship *relationship,
                                              const void *item);

CALX_END_DECLS

#endif
