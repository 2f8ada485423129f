/*
 * Collections as they come from the database, whoever loaded them. What was changed in memory and
 * not yet written is newer than any row (SES-305): an item that was pointed elsewhere is left out,
 * one that was pointed here is taken in. What may fail comes before the first change.
 */
#include "session/relationship.h"

#include "base/error.h"
#include "session/many_to_many.h"

static calx_status no_memory(calx_session *session)
{
    return session == NULL ? CALX_E_NOMEM : calx_error_set_nomem(&session->error);
}

/* ---- what was pointed at an owner in memory ---- */

static bool is_unflushed(const calx_instance *owner, const calx_relationship *facts,
                         const calx_link *link)
{
    const calx_session *session = link->owner->session;
    return link->state == CALX_LINK_CHANGED && !link->set_apart &&
           link->owner->mapper == facts->target && calx_link_number(link) == facts->foreign_key &&
           (session == NULL || owner->session == NULL || session == owner->session);
}

static size_t count_unflushed(const calx_instance *owner, const calx_relationship *facts)
{
    size_t count = 0;
    for (const calx_link *link = owner->links->incoming; link != NULL; link = link->next)
        count += is_unflushed(owner, facts, link);
    return count;
}

/* Items that were pointed here in memory, in a row already or not; oldest first. Reserved before.
 */
static void add_unflushed(const calx_instance *owner, const calx_relationship *facts,
                          calx_slot *slot)
{
    size_t low = slot->count;
    for (calx_link *link = owner->links->incoming; link != NULL; link = link->next)
        if (is_unflushed(owner, facts, link))
            calx_slot_add(slot, link);
    calx_slot_reverse(slot, low, facts->foreign_key);
}

/* Who came last to a one-to-one, in memory; NULL: nobody. */
static calx_link *newest_unflushed(const calx_instance *owner, const calx_relationship *facts)
{
    calx_link *link = owner->links->incoming;
    while (link != NULL && !is_unflushed(owner, facts, link))
        link = link->next;
    return link;
}

/* A one-to-one shows what came in memory, if anything did. Reserved before. */
static void add_all_unflushed(const calx_instance *owner, const calx_relationship *facts,
                              calx_slot *slot)
{
    if (!calx_is_single(facts)) {
        add_unflushed(owner, facts, slot);
        return;
    }
    calx_link *newest = newest_unflushed(owner, facts);
    if (newest != NULL)
        calx_slot_add(slot, newest);
}

calx_status calx_relationship_gather(calx_instance *owner, unsigned relationship)
{
    const calx_relationship *facts = &owner->mapper->relationships[relationship];
    calx_slot *slot = calx_slot_at(owner, relationship);
    if (facts->kind == CALX_RELATIONSHIP_MANY_TO_MANY)
        return calx_many_to_many_gather(owner, relationship);
    if (calx_slot_reserve(slot, count_unflushed(owner, facts)) != CALX_OK)
        return no_memory(owner->session);
    slot->loaded = true;
    add_all_unflushed(owner, facts, slot);
    calx_links_show(owner, relationship);
    return CALX_OK;
}

/* ---- rows ---- */

typedef struct found_items {
    calx_instance *const *items;
    size_t count;
} found_items;

/* All that taking them needs memory for. */
static calx_status prepare(calx_slot *slot, calx_instance *owner, const calx_relationship *facts,
                           const found_items *found)
{
    if (calx_links_ensure(owner) != CALX_OK ||
        calx_slot_reserve(slot, found->count + count_unflushed(owner, facts)) != CALX_OK)
        return no_memory(owner->session);
    for (size_t i = 0; i < found->count; i++)
        if (found->items[i]->links == NULL && calx_links_ensure(found->items[i]) != CALX_OK)
            return no_memory(owner->session);
    return CALX_OK;
}

/* An item that was pointed somewhere in memory is taken later, or not. */
static void add_item(calx_instance *owner, const calx_relationship *facts, calx_slot *slot,
                     const calx_instance *item)
{
    calx_link *link = calx_link_at(item, facts->foreign_key);
    if (link->state == CALX_LINK_CHANGED)
        return;
    if (link->listed && link->target != owner)
        calx_link_leave(link);
    calx_link_point(link, owner, CALX_LINK_LOADED);
    calx_slot_add(slot, link);
    calx_link_show(link);
}

static void add_rows(calx_instance *owner, const calx_relationship *facts, calx_slot *slot,
                     const found_items *found)
{
    for (size_t i = 0; i < found->count; i++)
        add_item(owner, facts, slot, found->items[i]);
    add_unflushed(owner, facts, slot);
}

/* The first row counts (SES-304), unless another instance came in memory. */
static void add_first_row(calx_instance *owner, const calx_relationship *facts, calx_slot *slot,
                          const found_items *found)
{
    size_t rows = 0;
    add_all_unflushed(owner, facts, slot);
    for (size_t i = 0; i < found->count; i++) {
        if (calx_link_at(found->items[i], facts->foreign_key)->state == CALX_LINK_CHANGED)
            continue;
        if (rows++ == 0 && slot->count == 0)
            add_item(owner, facts, slot, found->items[i]);
    }
    if (rows > 1 && owner->session != NULL)
        calx_session_warn(owner->session,
                          "%s.%s is for one %s, and %zu rows point there: the first one is used",
                          owner->mapper->name, facts->member, facts->target->name, rows);
}

static calx_status take_many(calx_instance *owner, unsigned relationship, const found_items *found)
{
    const calx_relationship *facts = &owner->mapper->relationships[relationship];
    calx_slot slot = { 0 };
    calx_status status = prepare(&slot, owner, facts, found);
    if (status != CALX_OK) {
        calx_slot_clear(&slot);
        return status;
    }
    calx_slot_unload(owner, relationship);
    if (calx_is_single(facts))
        add_first_row(owner, facts, &slot, found);
    else
        add_rows(owner, facts, &slot, found);
    if (owner->session != NULL && newest_unflushed(owner, facts) != NULL)
        owner->session->apart++;
    slot.loaded = slot.stored = true;
    *calx_slot_at(owner, relationship) = slot;
    calx_links_show(owner, relationship);
    return CALX_OK;
}

calx_status calx_relationship_take_collection(calx_instance *owner, unsigned relationship,
                                              calx_instance *const *items, size_t count)
{
    const found_items found = { items, count };
    if (owner->mapper->relationships[relationship].kind == CALX_RELATIONSHIP_MANY_TO_MANY)
        return calx_many_to_many_take(owner, relationship, items, count);
    return take_many(owner, relationship, &found);
}
