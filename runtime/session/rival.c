/*
 * One-to-ones have one target. Seen from the far side that is a rule about others: when an instance
 * comes to an owner, the one that was there is pointed at nothing, or is an orphan. Whoever is
 * known gives way at once; where the one-to-one was not loaded, the flush asks the database
 * (SES-185).
 */
#include "session/rival.h"

#include "base/error.h"
#include "session/relationship.h"

static calx_status no_memory(calx_session *session)
{
    return session == NULL ? CALX_E_NOMEM : calx_error_set_nomem(&session->error);
}

static bool is_stored(const calx_instance *instance)
{
    return instance->state != CALX_STATE_TRANSIENT && instance->state != CALX_STATE_PENDING;
}

/* The one-to-one of the target that the link is for; -1: none that is more than a view. */
static int seat_of(const calx_link *link, const calx_instance *target)
{
    for (int i = 0; i < target->mapper->relationship_count; i++) {
        const calx_relationship *facts = &target->mapper->relationships[i];
        if (facts->kind == CALX_RELATIONSHIP_ONE_TO_ONE && !calx_is_view_only(facts) &&
            calx_goes_over(facts, link))
            return i;
    }
    return -1;
}

/* The link of who is there, as far as that is known. */
static calx_link *seated(const calx_slot *slot, const calx_link *link)
{
    return slot->count == 0
               ? NULL
               : calx_links_of(calx_instance_trusted(slot->items[0]), calx_link_number(link));
}

bool calx_rival_is_unknown(const calx_link *link, const calx_instance *target)
{
    int seat = seat_of(link, target);
    if (seat < 0 || !is_stored(target))
        return false;
    const calx_slot *slot = calx_slot_at(target, seat);
    const calx_link *present = seated(slot, link);
    return !slot->loaded || (present != NULL && present->displaces);
}

static bool is_rival(const calx_link *link, const calx_link *other)
{
    return other != link && other->owner->mapper == link->owner->mapper &&
           calx_link_number(other) == calx_link_number(link) && other->state != CALX_LINK_UNKNOWN &&
           !other->set_apart;
}

calx_link *calx_rival_next(const calx_link *link, const calx_instance *target,
                           const calx_link *previous)
{
    int seat = target->links == NULL ? -1 : seat_of(link, target);
    if (seat < 0)
        return NULL;
    const calx_slot *slot = calx_slot_at(target, seat);
    if (slot->loaded && !calx_rival_is_unknown(link, target)) {
        calx_link *present = seated(slot, link);
        return previous != NULL || present == link ? NULL : present;
    }
    calx_link *other = previous == NULL ? target->links->incoming : previous->next;
    while (other != NULL && !is_rival(link, other))
        other = other->next;
    return other;
}

bool calx_rival_takes_place(const calx_link *link)
{
    return link->state == CALX_LINK_CHANGED && link->target != NULL &&
           link->target->state == CALX_STATE_PERSISTENT && seat_of(link, link->target) >= 0;
}

void calx_rival_seat(calx_link *link)
{
    int seat = link->target == NULL ? -1 : seat_of(link, link->target);
    if (seat >= 0)
        calx_slot_at(link->target, seat)->loaded = true;
}

/* ---- those that only the database knows ---- */

/* One that is to be deleted goes anyway, but before the place is taken. */
static bool gives_way(calx_instance *rival, const calx_link *link)
{
    calx_link *own = calx_link_at(rival, calx_link_number(link));
    if (rival == link->owner || rival->state != CALX_STATE_PERSISTENT ||
        own->state == CALX_LINK_CHANGED)
        return false;
    bool goes = (rival->flags & CALX_INSTANCE_MARKED) != 0;
    own->gave_way = own->gave_way || goes;
    return !goes;
}

calx_status calx_rival_select(calx_session *session, const calx_link *link,
                              calx_instances *out_rivals)
{
    size_t kept = 0;
    calx_status status = calx_relationship_select(
        session, link->target, (unsigned)seat_of(link, link->target), out_rivals);
    for (size_t i = 0; status == CALX_OK && i < out_rivals->count; i++) {
        if (calx_links_ensure(out_rivals->items[i]) != CALX_OK)
            return no_memory(session);
        if (gives_way(out_rivals->items[i], link))
            out_rivals->items[kept++] = out_rivals->items[i];
    }
    if (status == CALX_OK)
        out_rivals->count = kept;
    return status;
}

calx_status calx_rival_displace(calx_session *session, calx_link *link)
{
    calx_instances rivals = { 0 };
    unsigned number = calx_link_number(link);
    calx_status status = calx_rival_select(session, link, &rivals);
    for (size_t i = 0; status == CALX_OK && i < rivals.count; i++)
        status =
            calx_relationship_point_begin(session, calx_link_at(rivals.items[i], number), NULL);
    for (size_t i = 0; status == CALX_OK && i < rivals.count; i++) {
        calx_relationship_point_end(calx_link_at(rivals.items[i], number), NULL);
        calx_link_at(rivals.items[i], number)->gave_way = true;
    }
    if (status == CALX_OK)
        link->displaces = false;
    calx_instances_clear(&rivals);
    return status;
}

calx_status calx_rival_settle(calx_session *session, const calx_instance *owner,
                              unsigned relationship)
{
    if (owner->links == NULL || calx_slot_at(owner, relationship)->count == 0)
        return CALX_OK;
    const void *item = calx_slot_at(owner, relationship)->items[0];
    unsigned foreign_key = owner->mapper->relationships[relationship].foreign_key;
    calx_link *link = calx_links_of(calx_instance_trusted(item), foreign_key);
    return link->displaces ? calx_rival_displace(session, link) : CALX_OK;
}
