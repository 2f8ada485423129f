/*
 * References: a many-to-one, whose foreign key is here, and a one-to-one seen from the side that is
 * pointed at. Both are set alike; what changes is always the link of the one that has the foreign
 * key.
 */
#include "session/relationship.h"

#include "base/error.h"
#include "session/orphan.h"
#include "session/rival.h"

enum { REFERENCES = 1u << CALX_RELATIONSHIP_ONE | 1u << CALX_RELATIONSHIP_ONE_TO_ONE };

static calx_status no_memory(calx_session *session)
{
    return session == NULL ? CALX_E_NOMEM : calx_error_set_nomem(&session->error);
}

/* ---- from the side of the foreign key ---- */

static bool has_other_owner(const calx_instance *target, const calx_link *link)
{
    for (const calx_link *other = target->links == NULL ? NULL : target->links->incoming;
         other != NULL; other = other->next)
        if (other != link && other->owner->mapper == link->owner->mapper &&
            calx_link_number(other) == calx_link_number(link) && other->state != CALX_LINK_UNKNOWN)
            return true;
    return false;
}

/* A target with one owner at most is not taken away from it (SES-289). */
static calx_status check_single_parent(const calx_relationship *facts, const calx_link *link,
                                       const calx_instance *target)
{
    bool is_taken = (facts->flags & CALX_RELATIONSHIP_SINGLE_PARENT) != 0 &&
                    link->target != target && has_other_owner(target, link);
    return is_taken ? calx_relationship_fail_owned(link->owner->session, facts) : CALX_OK;
}

static calx_status set_near(calx_instance *owner, unsigned relationship, calx_instance *to)
{
    const calx_relationship *facts = &owner->mapper->relationships[relationship];
    calx_link *link = calx_link_at(owner, facts->foreign_key);
    calx_status status = CALX_OK;
    if (calx_orphan_watches(link)) /* who is let go of may be an orphan, so it is to be known */
        status = calx_relationship_load_to_change(owner, relationship);
    if (status == CALX_OK && to != NULL)
        status = check_single_parent(facts, link, to);
    if (status == CALX_OK)
        status = calx_relationship_relate(owner->session, facts, link, to, to);
    if (status == CALX_OK)
        calx_orphan_drop(owner);
    return status;
}

/* ---- from the other side ---- */

static calx_status let_go(calx_instance *owner, calx_link *link)
{
    calx_session *session = owner->session;
    calx_instances rivals = { 0 };
    unsigned number = calx_link_number(link);
    calx_status status = calx_relationship_point_begin(link->owner->session, link, NULL);
    if (status == CALX_OK && link->displaces && session != NULL)
        status = calx_rival_select(session, link, &rivals);
    for (size_t i = 0; status == CALX_OK && i < rivals.count; i++)
        status =
            calx_relationship_point_begin(session, calx_link_at(rivals.items[i], number), NULL);
    if (status == CALX_OK) {
        link->displaces = link->displaces && session == NULL;
        calx_relationship_point_end(link, NULL);
        calx_orphan_drop(link->owner);
        for (size_t i = 0; i < rivals.count; i++)
            calx_relationship_point_end(calx_link_at(rivals.items[i], number), NULL);
    }
    calx_instances_clear(&rivals);
    return status;
}

static calx_status set_far(calx_instance *owner, unsigned relationship, calx_instance *to)
{
    const calx_relationship *facts = &owner->mapper->relationships[relationship];
    calx_status status = CALX_OK;
    if (to == NULL) {
        status = calx_relationship_load_to_change(owner, relationship);
        const calx_slot *slot = calx_slot_at(owner, relationship);
        if (status != CALX_OK || slot->count == 0)
            return status;
        return let_go(owner,
                      calx_links_of(calx_instance_trusted(slot->items[0]), facts->foreign_key));
    }
    if (calx_links_ensure(to) != CALX_OK)
        return no_memory(owner->session);
    calx_link *link = calx_link_at(to, facts->foreign_key);
    status = calx_relationship_check_owner(owner, facts, link);
    return status == CALX_OK ? calx_relationship_relate(owner->session, facts, link, owner, to)
                             : status;
}

calx_status calx_relationship_assign(calx_instance *owner, unsigned relationship, calx_instance *to)
{
    if (calx_links_ensure(owner) != CALX_OK)
        return no_memory(owner->session);
    return owner->mapper->relationships[relationship].kind == CALX_RELATIONSHIP_ONE
               ? set_near(owner, relationship, to)
               : set_far(owner, relationship, to);
}

/* ---- the public face ---- */

calx_status calx_relationship_one(const void *entity, const calx_relationship *relationship,
                                  const void **out_target)
{
    calx_instance *owner = NULL;
    unsigned number = 0;
    calx_status status =
        calx_relationship_resolve(entity, relationship, REFERENCES, &owner, &number);
    if (status == CALX_OK)
        status = calx_session_check_given(owner->session, out_target, "place for the target");
    if (status == CALX_OK)
        status = calx_relationship_adopt(owner->session, owner);
    if (status == CALX_OK)
        status = calx_relationship_ask(owner->session, owner, number);
    if (status != CALX_OK)
        return status;
    const calx_link *link = relationship->kind == CALX_RELATIONSHIP_ONE
                                ? calx_links_of(owner, relationship->foreign_key)
                                : NULL;
    if (relationship->kind != CALX_RELATIONSHIP_ONE)
        *out_target = calx_links_shown_one(owner, number);
    else
        *out_target =
            link == NULL || link->target == NULL ? NULL : calx_instance_entity(link->target);
    return CALX_OK;
}

calx_status calx_relationship_set(const void *entity, const calx_relationship *relationship,
                                  const void *target)
{
    calx_instance *owner = NULL;
    calx_instance *to = NULL;
    unsigned number = 0;
    calx_status status =
        calx_relationship_resolve(entity, relationship, REFERENCES, &owner, &number);
    if (status == CALX_OK)
        status = calx_relationship_check_writable(owner, relationship);
    if (status == CALX_OK && target != NULL)
        status = calx_relationship_resolve_item(owner->session, relationship, target, &to);
    if (status == CALX_OK)
        status = calx_relationship_check_changeable(owner);
    if (status == CALX_OK && to != NULL && relationship->kind == CALX_RELATIONSHIP_ONE_TO_ONE)
        status = calx_relationship_check_changeable(to);
    return status == CALX_OK ? calx_relationship_assign(owner, number, to) : status;
}
