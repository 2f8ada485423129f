/*
 * Walking along a cascade that loads nothing (SES-244, 291). The walk keeps what it found in a
 * list, not on the stack: a chain of instances may be longer than the stack is deep.
 */
#include "session/cascade.h"

#include "base/error.h"

bool calx_cascade_leads_on(const calx_instance *instance, unsigned cascade)
{
    for (unsigned i = 0; instance->links != NULL && i < instance->mapper->relationship_count; i++)
        if ((calx_cascade_of(&instance->mapper->relationships[i]) & cascade) != 0)
            return true;
    return false;
}

/* Something that is not stored stays where it is when its owner expires, unless it needs it. */
static bool is_out_of_reach(const calx_instance *instance, const calx_relationship *facts,
                            unsigned cascade)
{
    return cascade == CALX_CASCADE_REFRESH_EXPIRE && instance->state != CALX_STATE_PERSISTENT &&
           (instance->state != CALX_STATE_PENDING ||
            (calx_cascade_of(facts) & CALX_CASCADE_DELETE_ORPHAN) == 0);
}

static calx_status find(calx_session *session, calx_instances *found, calx_instance *instance)
{
    if (instance->session != session || (instance->flags & CALX_INSTANCE_VISITED) != 0)
        return CALX_OK;
    if (calx_instances_push(found, instance) != CALX_OK)
        return calx_error_set_nomem(&session->error);
    instance->flags |= CALX_INSTANCE_VISITED;
    return CALX_OK;
}

static calx_status reach_over(calx_session *session, calx_instances *found,
                              const calx_instance *instance, unsigned relationship,
                              unsigned cascade)
{
    const calx_relationship *facts = &instance->mapper->relationships[relationship];
    if ((calx_cascade_of(facts) & cascade) == 0)
        return CALX_OK;
    if (facts->kind == CALX_RELATIONSHIP_ONE) {
        const calx_link *link = calx_link_at(instance, facts->foreign_key);
        bool leads_on = link->state != CALX_LINK_UNKNOWN && link->target != NULL &&
                        !is_out_of_reach(link->target, facts, cascade);
        return leads_on ? find(session, found, link->target) : CALX_OK;
    }
    const calx_slot *slot = calx_slot_at(instance, relationship);
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < slot->count; i++) {
        calx_instance *item = calx_instance_trusted(slot->items[i]);
        if (!is_out_of_reach(item, facts, cascade))
            status = find(session, found, item);
    }
    return status;
}

calx_status calx_cascade_reach(calx_session *session, calx_instance *instance, unsigned cascade,
                               calx_instances *out_found)
{
    calx_instances found = { 0 };
    calx_status status = find(session, &found, instance);
    for (size_t done = 0; status == CALX_OK && done < found.count; done++) {
        const calx_instance *next = found.items[done];
        for (unsigned i = 0;
             status == CALX_OK && next->links != NULL && i < next->mapper->relationship_count; i++)
            status = reach_over(session, &found, next, i, cascade);
    }
    if (status == CALX_OK) {
        *out_found = found;
        return CALX_OK;
    }
    calx_cascade_unmark(&found);
    calx_instances_clear(&found);
    return status;
}

void calx_cascade_unmark(const calx_instances *found)
{
    for (size_t i = 0; i < found->count; i++)
        found->items[i]->flags &= (uint16_t)~CALX_INSTANCE_VISITED;
}
