/*
 * Pairs: memberships of many-to-many relationships, known from both ends; pairs.h says how. Nothing
 * here loads or decides. What may fail is a step of its own: changes never do.
 */
#include "session/pairs.h"

#include "base/allocator.h"
#include "base/hash.h"
#include "session/links.h"
#include "session/session.h"

#include <string.h>

/* Sides that are longer than this are not walked to find a pair. */
enum { SHORT_SIDE = 32 };

/* ---- sides ---- */

static bool is_pairs(const calx_relationship *facts)
{
    return facts->kind == CALX_RELATIONSHIP_MANY_TO_MANY;
}

size_t calx_side_count(const calx_mapper *mapper)
{
    size_t count = 1;
    for (size_t i = 0; i < mapper->relationship_count; i++)
        count += is_pairs(&mapper->relationships[i]);
    return count;
}

calx_side *calx_side_at(const calx_instance *instance, size_t i)
{
    const calx_mapper *mapper = instance->mapper;
    calx_links_rest *rest = instance->links->rest;
    if (i + 1 < calx_side_count(mapper))
        return (calx_side *)(void *)calx_slot_at(instance, mapper->relationship_count) + i;
    return rest == NULL ? NULL : &rest->others;
}

calx_side *calx_side_of(const calx_instance *instance, const calx_mapper *association,
                        unsigned foreign_key)
{
    const calx_mapper *mapper = instance->mapper;
    size_t side = 0;
    for (size_t i = 0; i < mapper->relationship_count; i++) {
        const calx_relationship *facts = &mapper->relationships[i];
        if (!is_pairs(facts))
            continue;
        if (facts->association == association && facts->foreign_key == foreign_key)
            break;
        side++;
    }
    return calx_side_at(instance, side);
}

/* Makes sure that there is a side; false: no memory. */
static bool need_side(calx_instance *instance, const calx_mapper *association, unsigned foreign_key)
{
    return calx_side_of(instance, association, foreign_key) != NULL ||
           calx_links_need_rest(instance) != NULL;
}

static calx_side *side_of_end(const calx_pair_end *end)
{
    return calx_side_of(end->instance, calx_pair_of(end)->association, end->foreign_key);
}

/* ---- the index of a long side ---- */

static uint64_t hash_of(const calx_instance *other)
{
    return calx_hash_u64((uintptr_t)other);
}

static void drop_index(calx_side *side)
{
    if (side->index == NULL)
        return;
    calx_map_clear(side->index);
    calx_release(side->index);
    side->index = NULL;
}

/* What finds no memory is not indexed; then nothing of the side is. */
static void index_end(calx_side *side, calx_pair_end *end)
{
    if (side->index != NULL &&
        calx_map_put(side->index, hash_of(calx_pair_other(end)->instance), end) != CALX_OK)
        drop_index(side);
}

static void make_index(calx_side *side)
{
    side->index = calx_alloc(sizeof(*side->index));
    if (side->index == NULL)
        return;
    calx_map_init(side->index);
    for (calx_pair_end *end = side->first; end != NULL && side->index != NULL; end = end->next)
        index_end(side, end);
}

/* ---- finding ---- */

typedef struct wanted_pair {
    const calx_mapper *association;
    unsigned foreign_key; /* of the end at hand */
    const calx_instance *other;
} wanted_pair;

static bool is_wanted(const void *value, const void *key)
{
    const calx_pair_end *end = value;
    const wanted_pair *wanted = key;
    return calx_pair_other(end)->instance == wanted->other &&
           calx_pair_of(end)->association == wanted->association &&
           end->foreign_key == wanted->foreign_key;
}

static calx_pair_end *walk(const calx_side *side, const wanted_pair *wanted)
{
    for (calx_pair_end *end = side->first; end != NULL; end = end->next)
        if (is_wanted(end, wanted))
            return end;
    return NULL;
}

static calx_pair_end *look_up(calx_side *side, const wanted_pair *wanted)
{
    if (side->count > SHORT_SIDE && side->index == NULL)
        make_index(side);
    if (side->index == NULL)
        return walk(side, wanted);
    return calx_map_find(side->index, hash_of(wanted->other), is_wanted, wanted);
}

calx_pair_end *calx_pair_find(const calx_relationship *facts, const calx_instance *owner,
                              const calx_instance *item)
{
    calx_side *here = calx_side_of(owner, facts->association, facts->foreign_key);
    calx_side *there = calx_side_of(item, facts->association, facts->target_key);
    if (here == NULL || there == NULL)
        return NULL;
    const wanted_pair from_here = { facts->association, facts->foreign_key, item };
    const wanted_pair from_there = { facts->association, facts->target_key, owner };
    bool short_here = here->count <= SHORT_SIDE;
    bool short_there = there->count <= SHORT_SIDE;
    if (short_here && (!short_there || here->count <= there->count))
        return walk(here, &from_here);
    if (!short_there && here->count >= there->count)
        return look_up(here, &from_here);
    const calx_pair_end *end = look_up(there, &from_there);
    return end == NULL ? NULL : calx_pair_other(end);
}

/* ---- making and freeing ---- */

static void enter_side(calx_pair_end *end)
{
    calx_side *side = side_of_end(end);
    end->previous = side->last;
    if (side->last != NULL)
        side->last->next = end;
    else
        side->first = end;
    side->last = end;
    side->count++;
    index_end(side, end);
}

static void leave_side(calx_pair_end *end)
{
    calx_side *side = side_of_end(end);
    if (side->index != NULL)
        (void)calx_map_remove(side->index, hash_of(calx_pair_other(end)->instance), end);
    if (end->previous != NULL)
        end->previous->next = end->next;
    else
        side->first = end->next;
    if (end->next != NULL)
        end->next->previous = end->previous;
    else
        side->last = end->previous;
    side->count--;
    if (side->count == 0)
        drop_index(side);
}

calx_pair_end *calx_pair_get(const calx_relationship *facts, calx_instance *owner,
                             calx_instance *item)
{
    calx_pair_end *found = calx_pair_find(facts, owner, item);
    if (found != NULL)
        return found;
    if (!need_side(owner, facts->association, facts->foreign_key) ||
        !need_side(item, facts->association, facts->target_key))
        return NULL;
    calx_pair *pair = calx_alloc_zeroed(sizeof(*pair));
    if (pair == NULL)
        return NULL;
    calx_pair_end *here = &pair->ends[facts->foreign_key > facts->target_key];
    calx_pair_end *there = &pair->ends[facts->foreign_key < facts->target_key];
    pair->association = facts->association;
    pair->ends[1].number = 1;
    here->foreign_key = facts->foreign_key;
    there->foreign_key = facts->target_key;
    here->instance = owner;
    there->instance = item;
    enter_side(here);
    enter_side(there);
    return here;
}

static void unlist(calx_pair *pair)
{
    calx_pair_list *list = &pair->session->pairs;
    if (pair->previous != NULL)
        pair->previous->next = pair->next;
    else
        list->first = pair->next;
    if (pair->next != NULL)
        pair->next->previous = pair->previous;
    else
        list->last = pair->previous;
    pair->next = pair->previous = NULL;
    pair->session = NULL;
    list->count--;
}

void calx_pair_destroy(calx_pair *pair)
{
    if (pair->session != NULL)
        unlist(pair);
    leave_side(&pair->ends[0]);
    leave_side(&pair->ends[1]);
    calx_release(pair);
}

void calx_pair_sweep(calx_pair *pair)
{
    if (pair->state == CALX_PAIR_STORED && !pair->held && !pair->ends[0].listed &&
        !pair->ends[1].listed)
        calx_pair_destroy(pair);
}

/* ---- what is changed ---- */

static calx_session *session_of(const calx_pair *pair)
{
    const calx_pair_end *ends = pair->ends;
    if (pair->state == CALX_PAIR_STORED || ends[0].apart || ends[1].apart)
        return NULL;
    return ends[0].instance->session != NULL ? ends[0].instance->session
                                             : ends[1].instance->session;
}

void calx_pair_follow(calx_pair *pair)
{
    calx_session *session = session_of(pair);
    if (pair->session == session)
        return;
    if (pair->session != NULL)
        unlist(pair);
    pair->skipped = false;
    if (session == NULL)
        return;
    calx_pair_list *list = &session->pairs;
    pair->session = session;
    pair->previous = list->last;
    if (list->last != NULL)
        list->last->next = pair;
    else
        list->first = pair;
    list->last = pair;
    list->count++;
}

static bool was_deleted(const calx_instance *instance)
{
    return instance->state == CALX_STATE_DELETED ||
           (instance->flags & CALX_INSTANCE_WAS_DELETED) != 0;
}

bool calx_pair_is_gone(const calx_pair *pair)
{
    return was_deleted(pair->ends[0].instance) || was_deleted(pair->ends[1].instance);
}

/* ---- collections ---- */

bool calx_pair_goes_over(const calx_relationship *facts, const calx_pair_end *end)
{
    return is_pairs(facts) && facts->association == calx_pair_of(end)->association &&
           facts->foreign_key == end->foreign_key;
}

static bool is_all_in_memory(const calx_instance *instance)
{
    return instance->state == CALX_STATE_TRANSIENT || instance->state == CALX_STATE_PENDING;
}

/* A side with nothing in it but this pair, which is new: what is listed here is all there is. */
static bool is_alone(const calx_pair_end *end)
{
    return side_of_end(end)->count == 1 && calx_pair_of(end)->state != CALX_PAIR_ADDED;
}

calx_status calx_pair_reserve(calx_pair_end *end)
{
    const calx_mapper *mapper = end->instance->mapper;
    for (unsigned i = 0; i < mapper->relationship_count; i++) {
        calx_slot *slot = calx_slot_at(end->instance, i);
        if (!calx_pair_goes_over(&mapper->relationships[i], end))
            continue;
        if (is_all_in_memory(end->instance) && is_alone(end))
            slot->loaded = true; /* otherwise the first read gathers what is there */
        if (!slot->loaded)
            continue;
        if (calx_slot_reserve(slot, 1) != CALX_OK)
            return CALX_E_NOMEM;
        calx_links_show(end->instance, i); /* the array may have moved */
    }
    return CALX_OK;
}

void calx_pair_list_at(calx_pair_end *end)
{
    const calx_mapper *mapper = end->instance->mapper;
    bool listed = end->listed;
    for (unsigned i = 0; !end->listed && i < mapper->relationship_count; i++) {
        calx_slot *slot = calx_slot_at(end->instance, i);
        if (!calx_pair_goes_over(&mapper->relationships[i], end) || !slot->loaded)
            continue;
        end->place = calx_slot_put(slot, calx_instance_entity(calx_pair_other(end)->instance));
        calx_links_show(end->instance, i);
        listed = true;
    }
    end->listed = listed;
}

/* Looking for one of many stays cheap when places are counted anew once in a while. */
static void count_places(const calx_instance *owner, unsigned relationship)
{
    const calx_relationship *facts = &owner->mapper->relationships[relationship];
    calx_slot *slot = calx_slot_at(owner, relationship);
    if (!calx_slot_is_inexact(slot))
        return;
    for (size_t i = 0; i < slot->count; i++) {
        calx_pair_end *end = calx_pair_find(facts, owner, calx_instance_trusted(slot->items[i]));
        if (end != NULL)
            end->place = slot->first + i;
    }
}

void calx_pair_delist(calx_pair_end *end)
{
    const calx_mapper *mapper = end->instance->mapper;
    const void *entity = calx_instance_entity(calx_pair_other(end)->instance);
    for (unsigned i = 0; end->listed && i < mapper->relationship_count; i++) {
        calx_slot *slot = calx_slot_at(end->instance, i);
        if (!calx_pair_goes_over(&mapper->relationships[i], end) ||
            !calx_slot_pull(slot, entity, end->place))
            continue;
        calx_links_show(end->instance, i);
        count_places(end->instance, i);
    }
    end->listed = false;
}

void calx_pair_shift(calx_pair_end *end, unsigned relationship, size_t position)
{
    calx_slot *slot = calx_slot_at(end->instance, relationship);
    const void *entity = calx_instance_entity(calx_pair_other(end)->instance);
    calx_slot_shift(slot, entity, end->place, position);
    end->place = slot->first + position;
    count_places(end->instance, relationship);
}

bool calx_pair_is_waiting(const calx_pair_end *end)
{
    const calx_pair_end *other = calx_pair_other(end);
    const calx_session *here = end->instance->session;
    const calx_session *there = other->instance->session;
    return calx_pair_of(end)->state == CALX_PAIR_ADDED && !end->listed &&
           (!other->apart || end->apart) && (here == NULL || there == NULL || here == there);
}

/* ---- changes ---- */

static void touch_both(calx_pair *pair)
{
    calx_boundary_touch(pair->ends[0].instance);
    calx_boundary_touch(pair->ends[1].instance);
}

void calx_pair_add(calx_pair_end *end)
{
    calx_pair *pair = calx_pair_of(end);
    if (pair->state == CALX_PAIR_REMOVED)
        pair->state = CALX_PAIR_STORED;
    else if (!end->listed)
        pair->state = CALX_PAIR_ADDED;
    pair->ends[0].apart = pair->ends[1].apart = false;
    touch_both(pair);
    calx_pair_list_at(&pair->ends[0]);
    calx_pair_list_at(&pair->ends[1]);
    calx_pair_follow(pair);
}

void calx_pair_remove(calx_pair_end *end)
{
    calx_pair *pair = calx_pair_of(end);
    touch_both(pair);
    calx_pair_delist(&pair->ends[0]);
    calx_pair_delist(&pair->ends[1]);
    if (pair->state == CALX_PAIR_ADDED || calx_pair_is_gone(pair)) {
        calx_pair_destroy(pair);
        return;
    }
    pair->state = CALX_PAIR_REMOVED;
    calx_pair_follow(pair);
}

void calx_pair_settle(calx_pair *pair)
{
    if (pair->state == CALX_PAIR_REMOVED) {
        calx_pair_destroy(pair);
        return;
    }
    pair->state = CALX_PAIR_STORED;
    calx_pair_follow(pair);
    calx_pair_sweep(pair);
}
