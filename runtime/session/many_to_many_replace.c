/*
 * All members of a many-to-many at once. The pairs of the new members are found or made first, and
 * all that may fail is done with them in hand; then the collection is laid out anew.
 */
#include "session/many_to_many.h"

#include "base/allocator.h"
#include "base/error.h"
#include "session/relationship.h"

typedef struct change {
    calx_instance *owner;
    const calx_relationship *facts;
    calx_instances wanted; /* each once */
    calx_pair_end **ends;  /* the owner's, of each of these; named */
    size_t count;          /* of the ends so far */
    calx_instances found;  /* what comes into the session by it */
} change;

static calx_status no_memory(const change *all)
{
    return all->owner->session == NULL ? CALX_E_NOMEM
                                       : calx_error_set_nomem(&all->owner->session->error);
}

static calx_status name_item(change *all, const void *entity)
{
    calx_instance *item = NULL;
    calx_status status =
        calx_relationship_resolve_item(all->owner->session, all->facts, entity, &item);
    if (status != CALX_OK)
        return status;
    calx_pair_end *end = NULL;
    if (calx_links_ensure(item) == CALX_OK)
        end = calx_pair_get(all->facts, all->owner, item);
    if (end == NULL)
        return no_memory(all);
    if (end->named)
        return CALX_OK;
    end->named = true;
    all->ends[all->count++] = end;
    (void)calx_instances_push(&all->wanted, item);
    return CALX_OK;
}

static calx_status name_items(change *all, const void *const *items, size_t count)
{
    all->ends = calx_alloc_array(count + 1, sizeof(calx_pair_end *));
    if (all->ends == NULL || calx_instances_reserve(&all->wanted, count) != CALX_OK)
        return no_memory(all);
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < count; i++)
        status = name_item(all, items[i]);
    return status;
}

static void forget_names(const change *all)
{
    for (size_t i = 0; i < all->count; i++) {
        all->ends[i]->named = false;
        calx_pair_sweep(calx_pair_of(all->ends[i]));
    }
}

/* Whether the new members may be members; those that come into the session are in by then. */
static calx_status check(change *all)
{
    calx_session *session = all->owner->session;
    calx_status status = calx_relationship_check_changeable(all->owner);
    if (all->count > 1 && calx_many_to_many_is_single(all->owner, all->facts))
        return calx_session_fail(session, CALX_E_INVALID_REQUEST,
                                 "%s.%s: this %s may be a member of one %s only",
                                 all->owner->mapper->name, all->facts->member,
                                 all->owner->mapper->name, all->facts->target->name);
    for (size_t i = 0; status == CALX_OK && i < all->count; i++) {
        if (all->ends[i]->listed)
            continue;
        status = calx_relationship_check_changeable(all->wanted.items[i]);
        if (status == CALX_OK)
            status = calx_many_to_many_check_owner(all->owner, all->facts, all->wanted.items[i]);
    }
    if (status != CALX_OK || session == NULL ||
        (calx_cascade_of(all->facts) & CALX_CASCADE_SAVE_UPDATE) == 0)
        return status;
    return calx_session_attach_begin(session, all->wanted.items, all->wanted.count, &all->found);
}

/* Room for all that are wanted in the collections of the owner, and for him in those of the new. */
static calx_status reserve(change *all)
{
    const calx_mapper *mapper = all->owner->mapper;
    for (unsigned i = 0; i < mapper->relationship_count; i++) {
        calx_slot *slot = calx_slot_at(all->owner, i);
        if (mapper->relationships[i].association != all->facts->association || !slot->loaded ||
            mapper->relationships[i].foreign_key != all->facts->foreign_key ||
            slot->count >= all->count)
            continue;
        if (calx_slot_reserve(slot, all->count - slot->count) != CALX_OK)
            return no_memory(all);
        calx_links_show(all->owner, i);
    }
    for (size_t i = 0; i < all->count; i++)
        if (calx_pair_reserve(calx_pair_other(all->ends[i])) != CALX_OK)
            return no_memory(all);
    return CALX_OK;
}

static void remove_others(const change *all)
{
    calx_pair_end *next = NULL;
    for (calx_pair_end *end = calx_side_over(all->owner, all->facts)->first; end != NULL;
         end = next) {
        next = end->next;
        if (!end->listed || end->named)
            continue;
        calx_instance *item = calx_pair_other(end)->instance;
        end->listed = false;
        calx_pair_remove(end);
        calx_many_to_many_drop_orphan(all->facts, item);
    }
}

/* Never fails. The collections are empty, and get their members one after the other. */
static void exchange(const change *all)
{
    const calx_mapper *mapper = all->owner->mapper;
    for (unsigned i = 0; i < mapper->relationship_count; i++)
        if (mapper->relationships[i].association == all->facts->association &&
            mapper->relationships[i].foreign_key == all->facts->foreign_key) {
            calx_slot_at(all->owner, i)->count = 0;
            calx_links_show(all->owner, i);
        }
    remove_others(all);
    for (size_t i = 0; i < all->count; i++) {
        calx_pair_end *end = all->ends[i];
        if (end->listed) {
            end->listed = false;
            calx_pair_list_at(end);
            continue;
        }
        calx_many_to_many_leave_others(all->owner, all->facts, all->wanted.items[i]);
        calx_pair_add(end);
    }
}

calx_status calx_many_to_many_replace(calx_instance *owner, const calx_relationship *facts,
                                      const void *const *items, size_t count)
{
    change all = { .owner = owner, .facts = facts };
    calx_status status = name_items(&all, items, count);
    if (status == CALX_OK)
        status = check(&all);
    if (status == CALX_OK)
        status = reserve(&all);
    if (status == CALX_OK)
        exchange(&all);
    if (owner->session != NULL)
        calx_session_attach_end(owner->session, &all.found, status == CALX_OK);
    forget_names(&all);
    calx_instances_clear(&all.wanted);
    calx_release(all.ends);
    return status;
}
