/*
 * Links and slots: pointers between instances that are always known from both ends. Nothing here
 * loads or decides; relationship.c does.
 */
#include "session/links.h"

#include "base/allocator.h"

#include <string.h>

calx_status calx_links_ensure(calx_instance *instance)
{
    if (instance->links != NULL)
        return CALX_OK;
    const calx_mapper *mapper = instance->mapper;
    size_t links = mapper->foreign_key_count * sizeof(calx_link);
    size_t slots = mapper->relationship_count * sizeof(calx_slot);
    char *block = calx_alloc_zeroed(sizeof(calx_links) + links + slots);
    if (block == NULL)
        return CALX_E_NOMEM;
    calx_links *all = (calx_links *)(void *)block;
    all->links = (calx_link *)(void *)(block + sizeof(calx_links));
    all->slots = (calx_slot *)(void *)(block + sizeof(calx_links) + links);
    for (size_t i = 0; i < mapper->foreign_key_count; i++)
        all->links[i].owner = instance;
    instance->links = all;
    return CALX_OK;
}

calx_link *calx_links_of(const calx_instance *instance, unsigned foreign_key)
{
    return instance->links == NULL ? NULL : &instance->links->links[foreign_key];
}

static void unlist(calx_link *link)
{
    if (link->target == NULL)
        return;
    if (link->previous != NULL)
        link->previous->next = link->next;
    else
        link->target->links->incoming = link->next;
    if (link->next != NULL)
        link->next->previous = link->previous;
    link->next = link->previous = NULL;
    link->target = NULL;
}

void calx_link_point(calx_link *link, calx_instance *target, calx_link_state state)
{
    unlist(link);
    link->state = state;
    if (target == NULL)
        return;
    link->target = target;
    link->next = target->links->incoming;
    if (link->next != NULL)
        link->next->previous = link;
    target->links->incoming = link;
}

/* ---- collections ---- */

calx_status calx_slot_reserve(calx_slot *slot, size_t more)
{
    if (slot->capacity - slot->count >= more)
        return CALX_OK;
    size_t capacity =
        slot->capacity * 2 > slot->count + more ? slot->capacity * 2 : slot->count + more;
    if (capacity < 4)
        capacity = 4;
    const void **items = calx_resize_array(slot->items, capacity, sizeof(*slot->items));
    if (items == NULL)
        return CALX_E_NOMEM;
    slot->items = items;
    slot->capacity = capacity;
    return CALX_OK;
}

void calx_slot_add(calx_slot *slot, const void *entity)
{
    slot->items[slot->count++] = entity;
}

static size_t place_of(const calx_slot *slot, const void *entity)
{
    size_t i = slot->count;
    while (i > 0 && slot->items[i - 1] != entity)
        i--;
    return i == 0 ? SIZE_MAX : i - 1;
}

bool calx_slot_contains(const calx_slot *slot, const void *entity)
{
    return place_of(slot, entity) != SIZE_MAX;
}

bool calx_slot_remove(calx_slot *slot, const void *entity)
{
    size_t place = place_of(slot, entity);
    if (place == SIZE_MAX)
        return false;
    memmove(&slot->items[place], &slot->items[place + 1],
            (slot->count - place - 1) * sizeof(*slot->items));
    slot->count--;
    return true;
}

/* ---- what the struct shows ---- */

/* The raw member of a CALX_MANY, as calx/annotate.h declares it. */
typedef struct raw_many {
    const void *const *items;
    size_t count;
} raw_many;

void calx_links_show(calx_instance *instance, unsigned relationship)
{
    const calx_relationship *facts = &instance->mapper->relationships[relationship];
    char *member = (char *)calx_instance_entity(instance) + facts->offset;
    if (facts->kind == CALX_RELATIONSHIP_ONE) {
        const calx_link *link = calx_links_of(instance, facts->foreign_key);
        const void *target = NULL;
        if (link != NULL && link->target != NULL && link->state != CALX_LINK_UNKNOWN)
            target = calx_instance_entity(link->target);
        memcpy(member, &target, sizeof(target));
        return;
    }
    raw_many shown = { NULL, 0 };
    if (instance->links != NULL && instance->links->slots[relationship].loaded) {
        shown.items = instance->links->slots[relationship].items;
        shown.count = instance->links->slots[relationship].count;
    }
    memcpy(member, &shown, sizeof(shown));
}

static void show_all(calx_instance *instance)
{
    for (unsigned i = 0; i < instance->mapper->relationship_count; i++)
        calx_links_show(instance, i);
}

/* ---- letting go ---- */

static void clear_slots(calx_instance *instance)
{
    for (size_t i = 0; i < instance->mapper->relationship_count; i++) {
        calx_slot *slot = &instance->links->slots[i];
        calx_release(slot->items);
        memset(slot, 0, sizeof(*slot));
    }
}

void calx_links_unload(calx_instance *instance, bool keep_changed)
{
    if (instance->links != NULL) {
        clear_slots(instance);
        for (size_t i = 0; i < instance->mapper->foreign_key_count; i++) {
            calx_link *link = &instance->links->links[i];
            if (keep_changed && link->state == CALX_LINK_CHANGED)
                continue;
            link->state = CALX_LINK_UNKNOWN;
            link->orphaned = false;
        }
    }
    show_all(instance);
}

/* Which foreign key of its owner a link is. */
static unsigned number_of(const calx_link *link)
{
    return (unsigned)(link - link->owner->links->links);
}

static bool goes_over(const calx_relationship *facts, const calx_link *link)
{
    return facts->kind == CALX_RELATIONSHIP_MANY && facts->target == link->owner->mapper &&
           facts->foreign_key == number_of(link);
}

void calx_link_leave(calx_link *link)
{
    calx_instance *target = link->target;
    const void *entity = calx_instance_entity(link->owner);
    for (unsigned i = 0; target != NULL && i < target->mapper->relationship_count; i++) {
        if (goes_over(&target->mapper->relationships[i], link) &&
            calx_slot_remove(&target->links->slots[i], entity))
            calx_links_show(target, i);
    }
}

/* The owner of the collection can ask the database again, so it should. */
static void unload_collections(calx_link *link)
{
    calx_instance *target = link->target;
    for (unsigned i = 0; i < target->mapper->relationship_count; i++) {
        calx_slot *slot = &target->links->slots[i];
        if (!goes_over(&target->mapper->relationships[i], link) || !slot->loaded)
            continue;
        calx_release(slot->items);
        memset(slot, 0, sizeof(*slot));
        calx_links_show(target, i);
    }
}

static void drop_link(calx_link *link, const calx_session *ending)
{
    calx_instance *target = link->target;
    if (target != NULL && (ending == NULL || target->keeper != ending)) {
        if (target->state == CALX_STATE_PERSISTENT)
            unload_collections(link);
        else
            calx_link_leave(link);
    }
    calx_link_point(link, NULL, CALX_LINK_UNKNOWN);
}

/* Those that point here do not know any more where they point: the columns tell again. */
static void cut_incoming(calx_instance *instance)
{
    while (instance->links->incoming != NULL) {
        calx_link *link = instance->links->incoming;
        calx_link_point(link, NULL, CALX_LINK_UNKNOWN);
        show_all(link->owner);
    }
}

void calx_links_drop(calx_instance *instance, const calx_session *ending)
{
    if (instance->links == NULL)
        return;
    for (unsigned i = 0; i < instance->mapper->foreign_key_count; i++)
        drop_link(&instance->links->links[i], ending);
    cut_incoming(instance);
    clear_slots(instance);
    show_all(instance);
    calx_release(instance->links);
    instance->links = NULL;
}
