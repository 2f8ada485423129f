/*
 * Slots: the items of a collection as an array that the application may read as it is, so it has no
 * holes. A link remembers the place its owner was put; that makes looking for one of many members
 * cheap, and so does clearing a collection one by one from either end.
 */
#include "session/links.h"

#include "base/allocator.h"

#include <string.h>

/* Where the array really begins. */
static const void **base_of(const calx_slot *slot)
{
    return slot->items == NULL ? NULL : slot->items - slot->front;
}

/* The room before the items is used first. */
static void close_front(calx_slot *slot)
{
    if (slot->front == 0)
        return;
    const void **base = base_of(slot);
    memmove(base, slot->items, slot->count * sizeof(*base));
    slot->items = base;
    slot->front = 0;
}

calx_status calx_slot_reserve(calx_slot *slot, size_t more)
{
    if (slot->capacity - slot->front - slot->count >= more)
        return CALX_OK;
    size_t wanted = slot->count + more;
    if (wanted <= slot->capacity / 2) {
        close_front(slot);
        return CALX_OK;
    }
    size_t capacity = slot->capacity * 2 > wanted ? slot->capacity * 2 : wanted;
    if (capacity < 4)
        capacity = 4;
    close_front(slot);
    const void **items = calx_resize_array(slot->items, capacity, sizeof(*slot->items));
    if (items == NULL)
        return CALX_E_NOMEM;
    slot->items = items;
    slot->capacity = capacity;
    return CALX_OK;
}

size_t calx_slot_put(calx_slot *slot, const void *entity)
{
    slot->items[slot->count++] = entity;
    return slot->first + slot->count - 1;
}

void calx_slot_add(calx_slot *slot, calx_link *link)
{
    link->place = (uint32_t)calx_slot_put(slot, calx_instance_entity(link->owner));
    link->listed = true;
}

void calx_slot_clear(calx_slot *slot)
{
    calx_release(base_of(slot));
    memset(slot, 0, sizeof(*slot));
}

static calx_link *link_of_item(const calx_slot *slot, size_t i, unsigned foreign_key)
{
    return calx_links_of(calx_instance_trusted(slot->items[i]), foreign_key);
}

static void make_exact(calx_slot *slot, size_t from, size_t to, unsigned foreign_key)
{
    for (size_t i = from; i < to; i++)
        link_of_item(slot, i, foreign_key)->place = (uint32_t)(slot->first + i);
}

void calx_slot_reverse(calx_slot *slot, size_t from, unsigned foreign_key)
{
    for (size_t low = from, high = slot->count; low + 1 < high; low++) {
        const void *entity = slot->items[--high];
        slot->items[high] = slot->items[low];
        slot->items[low] = entity;
    }
    make_exact(slot, from, slot->count, foreign_key);
}

/* Looks around a place in both directions; SIZE_MAX: it is not in. */
static size_t find_around(const calx_slot *slot, const void *entity, size_t start)
{
    for (size_t below = start, above = start; below > 0 || above < slot->count;) {
        if (above < slot->count && slot->items[above++] == entity)
            return above - 1;
        if (below > 0 && slot->items[--below] == entity)
            return below;
    }
    return SIZE_MAX;
}

static size_t position_of(const calx_slot *slot, const void *entity, size_t place)
{
    size_t start = place - slot->first;
    return find_around(slot, entity, start < slot->count ? start : slot->count);
}

/* A link keeps only so much of a place as tells it from others near by. */
static size_t place_of(const calx_slot *slot, const calx_link *link)
{
    return slot->first + (uint32_t)(link->place - (uint32_t)slot->first);
}

static size_t position_of_link(const calx_slot *slot, const calx_link *link)
{
    return position_of(slot, calx_instance_entity(link->owner), place_of(slot, link));
}

bool calx_slot_contains(const calx_slot *slot, const calx_link *link)
{
    return link->listed && position_of_link(slot, link) != SIZE_MAX;
}

/* Looking around is to stay cheaper than counting through once in a while. */
bool calx_slot_is_inexact(calx_slot *slot)
{
    enum { FEW = 512, SHARE = 64 };
    if (slot->moves <= FEW || slot->moves <= slot->count / SHARE)
        return false;
    slot->moves = 0;
    return true;
}

static void make_exact_again(calx_slot *slot, unsigned foreign_key)
{
    if (calx_slot_is_inexact(slot))
        make_exact(slot, 0, slot->count, foreign_key);
}

/* The shorter part moves. */
bool calx_slot_pull(calx_slot *slot, const void *entity, size_t place)
{
    size_t position = position_of(slot, entity, place);
    if (position == SIZE_MAX)
        return false;
    size_t behind = slot->count - position - 1;
    if (position < behind) {
        memmove(slot->items + 1, slot->items, position * sizeof(*slot->items));
        slot->items++;
        slot->front++;
        slot->first++;
    } else {
        memmove(&slot->items[position], &slot->items[position + 1], behind * sizeof(*slot->items));
    }
    slot->count--;
    slot->moves += position > 0 && behind > 0;
    return true;
}

bool calx_slot_take_out(calx_slot *slot, const calx_link *link)
{
    if (!calx_slot_pull(slot, calx_instance_entity(link->owner), place_of(slot, link)))
        return false;
    make_exact_again(slot, calx_link_number(link));
    return true;
}

void calx_slot_shift(calx_slot *slot, const void *entity, size_t place, size_t position)
{
    size_t from = position_of(slot, entity, place);
    if (from == SIZE_MAX)
        return;
    if (from > position)
        memmove(&slot->items[position + 1], &slot->items[position],
                (from - position) * sizeof(*slot->items));
    else
        memmove(&slot->items[from], &slot->items[from + 1],
                (position - from) * sizeof(*slot->items));
    slot->items[position] = entity;
    slot->moves += from != position;
}

void calx_slot_move(calx_slot *slot, calx_link *link, size_t position)
{
    if (position_of_link(slot, link) == SIZE_MAX)
        return;
    calx_slot_shift(slot, calx_instance_entity(link->owner), place_of(slot, link), position);
    link->place = (uint32_t)(slot->first + position);
    make_exact_again(slot, calx_link_number(link));
}

void calx_slot_take_out_leaving(calx_slot *slot, unsigned foreign_key)
{
    size_t kept = 0;
    for (size_t i = 0; i < slot->count; i++) {
        calx_link *link = link_of_item(slot, i, foreign_key);
        if (link->changing && !link->named) {
            link->listed = false;
            continue;
        }
        link->place = (uint32_t)(slot->first + kept);
        slot->items[kept++] = slot->items[i];
    }
    slot->count = kept;
    slot->moves = 0;
}
