/*
 * Links and slots: pointers between instances that are always known from both ends. Nothing here
 * loads or decides; relationship.c does.
 */
#include "session/links.h"
#include "session/orphan.h"

#include "base/allocator.h"
#include "session/boundary.h"
#include "session/lend.h"
#include "session/loading.h"

#include <string.h>

size_t calx_links_size(const calx_mapper *mapper)
{
    return sizeof(calx_links) + mapper->foreign_key_count * sizeof(calx_link) +
           calx_slot_count(mapper, mapper->relationship_count) * sizeof(calx_slot) +
           (calx_side_count(mapper) - 1) * sizeof(calx_side);
}

void calx_links_place(calx_instance *instance, void *memory)
{
    instance->links = memory;
    for (size_t i = 0; i < instance->mapper->foreign_key_count; i++) {
        calx_link *link = calx_link_at(instance, i);
        link->owner = instance;
        link->number = (uint16_t)i;
    }
}

calx_status calx_links_ensure(calx_instance *instance)
{
    if (instance->links != NULL)
        return CALX_OK;
    void *block = calx_alloc_zeroed(calx_links_size(instance->mapper));
    if (block == NULL)
        return CALX_E_NOMEM;
    calx_links_place(instance, block);
    return CALX_OK;
}

calx_links_rest *calx_links_need_rest(calx_instance *instance)
{
    if (calx_links_ensure(instance) != CALX_OK)
        return NULL;
    calx_links_rest *rest = instance->links->rest;
    if (rest == NULL) {
        rest = calx_alloc_zeroed(sizeof(*rest));
        if (rest != NULL)
            rest->owner = instance;
        instance->links->rest = rest;
    }
    return rest;
}

static void unlist(calx_link *link)
{
    if (link->target == NULL && link->previous == NULL)
        return;
    if (link->previous != NULL)
        link->previous->next = link->next;
    else
        link->target->links->incoming = link->next;
    if (link->next != NULL)
        link->next->previous = link->previous;
    link->next = link->previous = NULL;
    link->target = NULL;
    link->listed = false;
}

void calx_link_point(calx_link *link, calx_instance *target, calx_link_state state)
{
    link->state = (uint8_t)state;
    link->set_apart = link->displaces = link->gave_way = false;
    if (link->target == target)
        return;
    unlist(link);
    if (target == NULL)
        return;
    link->target = target;
    link->next = target->links->incoming;
    if (link->next != NULL)
        link->next->previous = link;
    target->links->incoming = link;
}

void calx_link_note_left(calx_link *link, calx_instance *left)
{
    calx_link *first = &left->links->rest->leavers;
    if (link->target != NULL || link->previous != NULL)
        return;
    link->previous = first;
    link->next = first->next;
    if (link->next != NULL)
        link->next->previous = link;
    first->next = link;
}

/* ---- collections ---- */

bool calx_goes_over(const calx_relationship *facts, const calx_link *link)
{
    return calx_is_far(facts) && facts->target == link->owner->mapper &&
           facts->foreign_key == calx_link_number(link);
}

/* Whether another collection of the instance has the same members. */
static bool has_twin(const calx_instance *instance, unsigned relationship)
{
    const calx_relationship *table = instance->mapper->relationships;
    const calx_relationship *facts = &table[relationship];
    for (unsigned i = 0; i < instance->mapper->relationship_count; i++)
        if (i != relationship && calx_is_far(&table[i]) && table[i].target == facts->target &&
            table[i].foreign_key == facts->foreign_key)
            return true;
    return false;
}

/* Whether another many-to-many has the same pairs, and shows them. */
static bool has_loaded_twin(const calx_instance *instance, unsigned relationship)
{
    const calx_relationship *table = instance->mapper->relationships;
    const calx_relationship *facts = &table[relationship];
    for (unsigned i = 0; i < instance->mapper->relationship_count; i++)
        if (i != relationship && table[i].kind == facts->kind &&
            table[i].association == facts->association &&
            table[i].foreign_key == facts->foreign_key && calx_slot_at(instance, i)->loaded)
            return true;
    return false;
}

/* Its members may be on their way out too: those without links are in nothing any more. */
static void forget_members(const calx_instance *instance, unsigned relationship)
{
    const calx_slot *slot = calx_slot_at(instance, relationship);
    bool has_twin_ = slot->count > 0 && has_twin(instance, relationship);
    for (size_t i = 0; i < slot->count && !has_twin_; i++) {
        const calx_instance *item = calx_instance_trusted(slot->items[i]);
        calx_link *link =
            calx_links_of(item, instance->mapper->relationships[relationship].foreign_key);
        if (link != NULL && link->target == instance)
            link->listed = false;
    }
}

static void clear_slot(calx_instance *instance, unsigned relationship)
{
    const calx_relationship *facts = &instance->mapper->relationships[relationship];
    if (facts->kind == CALX_RELATIONSHIP_MANY_TO_MANY)
        calx_pairs_unload(instance, facts, has_loaded_twin(instance, relationship));
    else if (facts->kind == CALX_RELATIONSHIP_ONE)
        return;
    else
        forget_members(instance, relationship);
    calx_slot_clear(calx_slot_at(instance, relationship));
}

void calx_slot_unload(calx_instance *instance, unsigned relationship)
{
    clear_slot(instance, relationship);
    calx_links_show(instance, relationship);
}

/* ---- both sides ---- */

static bool is_all_in_memory(const calx_instance *instance)
{
    return instance->state == CALX_STATE_TRANSIENT || instance->state == CALX_STATE_PENDING;
}

calx_status calx_link_reserve(const calx_link *link, calx_instance *target, size_t more)
{
    for (unsigned i = 0; i < target->mapper->relationship_count; i++) {
        calx_slot *slot = calx_slot_at(target, i);
        if (!calx_goes_over(&target->mapper->relationships[i], link))
            continue;
        if (is_all_in_memory(target) && target->links->incoming == NULL)
            slot->loaded = true; /* otherwise the first read gathers what points here already */
        if (!slot->loaded && !calx_is_single(&target->mapper->relationships[i]))
            continue;
        if (calx_slot_reserve(slot, more) != CALX_OK)
            return CALX_E_NOMEM;
        calx_links_show(target, i); /* the array may have moved */
    }
    return CALX_OK;
}

/* A one-to-one has one item at most, even where several rows point at its owner. */
static bool takes(const calx_relationship *facts, const calx_slot *slot, const calx_link *link)
{
    return calx_goes_over(facts, link) && slot->loaded && !calx_slot_contains(slot, link) &&
           (!calx_is_single(facts) || slot->count == 0);
}

void calx_link_join(calx_link *link)
{
    calx_instance *target = link->target;
    for (unsigned i = 0; target != NULL && i < target->mapper->relationship_count; i++) {
        calx_slot *slot = calx_slot_at(target, i);
        if (!takes(&target->mapper->relationships[i], slot, link))
            continue;
        calx_slot_add(slot, link);
        calx_links_show(target, i);
    }
}

/* Whether others may be there instead, so that the database is to be asked again. */
static bool leaves_a_question(const calx_relationship *facts, const calx_link *link)
{
    return calx_is_single(facts) && (calx_is_view_only(facts) || link->displaces) &&
           !is_all_in_memory(link->target);
}

void calx_link_leave(calx_link *link)
{
    calx_instance *target = link->target;
    if (!link->listed)
        return;
    for (unsigned i = 0; target != NULL && i < target->mapper->relationship_count; i++) {
        const calx_relationship *facts = &target->mapper->relationships[i];
        if (!calx_goes_over(facts, link) || !calx_slot_take_out(calx_slot_at(target, i), link))
            continue;
        if (leaves_a_question(facts, link))
            calx_slot_at(target, i)->loaded = false; /* its memory may be reserved */
        calx_links_show(target, i);
    }
    link->listed = false;
}

void calx_links_leave_together(calx_instance *target, const calx_relationship *facts)
{
    for (unsigned i = 0; i < target->mapper->relationship_count; i++) {
        const calx_relationship *other = &target->mapper->relationships[i];
        if (!calx_is_far(other) || other->target != facts->target ||
            other->foreign_key != facts->foreign_key)
            continue;
        calx_slot_take_out_leaving(calx_slot_at(target, i), facts->foreign_key);
        calx_links_show(target, i);
    }
}

/* ---- what the struct shows ---- */

static inline const void *shown_by(const calx_link *link)
{
    if (link == NULL || link->target == NULL || link->state == CALX_LINK_UNKNOWN)
        return NULL;
    return calx_instance_entity(link->target);
}

calx_raw_many calx_links_shown_many(const calx_instance *instance, unsigned relationship)
{
    calx_raw_many shown = { NULL, 0 };
    const calx_slot *slot = instance->links == NULL ? NULL : calx_slot_at(instance, relationship);
    if (slot != NULL && slot->loaded) {
        shown.items = slot->items;
        shown.count = slot->count;
    }
    return shown;
}

const void *calx_links_shown_one(const calx_instance *instance, unsigned relationship)
{
    const calx_relationship *facts = &instance->mapper->relationships[relationship];
    if (facts->kind == CALX_RELATIONSHIP_ONE)
        return shown_by(calx_links_of(instance, facts->foreign_key));
    const calx_raw_many shown = calx_links_shown_many(instance, relationship);
    return shown.count == 0 ? NULL : shown.items[0];
}

void calx_links_show(calx_instance *instance, unsigned relationship)
{
    const calx_relationship *facts = &instance->mapper->relationships[relationship];
    char *member = (char *)calx_instance_entity(instance) + facts->offset;
    if (calx_is_single(facts)) {
        const void *target = calx_links_shown_one(instance, relationship);
        memcpy(member, &target, sizeof(target));
        return;
    }
    const calx_raw_many shown = calx_links_shown_many(instance, relationship);
    memcpy(member, &shown, sizeof(shown));
}

void calx_link_show(const calx_link *link)
{
    const calx_mapper *mapper = link->owner->mapper;
    const void *target = shown_by(link);
    for (unsigned i = 0; i < mapper->relationship_count; i++) {
        const calx_relationship *facts = &mapper->relationships[i];
        if (facts->kind == CALX_RELATIONSHIP_ONE && facts->foreign_key == link->number)
            memcpy((char *)calx_instance_entity(link->owner) + facts->offset, &target,
                   sizeof(target));
    }
}

bool calx_links_are_shown(const calx_instance *instance)
{
    for (unsigned i = 0; i < instance->mapper->relationship_count; i++) {
        const calx_relationship *facts = &instance->mapper->relationships[i];
        const char *member = (const char *)calx_instance_entity(instance) + facts->offset;
        const void *target = calx_is_single(facts) ? calx_links_shown_one(instance, i) : NULL;
        if (calx_is_single(facts) && memcmp(member, &target, sizeof(target)) != 0)
            return false;
    }
    return true;
}

static void show_all(calx_instance *instance)
{
    for (unsigned i = 0; i < instance->mapper->relationship_count; i++)
        calx_links_show(instance, i);
}

/* ---- letting go ---- */

static void clear_slots(calx_instance *instance)
{
    for (unsigned i = 0; i < instance->mapper->relationship_count; i++)
        clear_slot(instance, i);
}

/* Whether the columns cannot say what the link says: not written, or to what is not stored. */
static bool is_only_in_memory(const calx_link *link)
{
    return link->state == CALX_LINK_CHANGED ||
           (link->target != NULL && is_all_in_memory(link->target));
}

/* The owner of the collection can ask the database again, so it should. */
static void unload_collections(calx_link *link)
{
    calx_instance *target = link->target;
    for (unsigned i = 0; i < target->mapper->relationship_count; i++)
        if (calx_goes_over(&target->mapper->relationships[i], link) &&
            calx_slot_at(target, i)->loaded)
            calx_slot_unload(target, i);
    link->listed = false;
}

void calx_link_leave_for_good(calx_link *link, const calx_session *ending)
{
    calx_instance *target = link->target;
    if (target == NULL || !link->listed || (ending != NULL && target->keeper == ending))
        return;
    if (target->state == CALX_STATE_PERSISTENT)
        unload_collections(link);
    else
        calx_link_leave(link);
}

/*
 * A change that is dropped takes its owner out of where it was to go. Perhaps it had been there
 * before: a stored owner of a collection asks again.
 */
static void forget_change(calx_link *link)
{
    if (is_only_in_memory(link)) {
        calx_link_leave_for_good(link, NULL);
        calx_link_point(link, NULL, CALX_LINK_UNKNOWN);
    }
    link->state = CALX_LINK_UNKNOWN;
    link->orphaned = false;
}

void calx_links_unload_collections(calx_instance *instance)
{
    if (instance->links == NULL || instance->state != CALX_STATE_PERSISTENT)
        return;
    clear_slots(instance);
    show_all(instance);
}

void calx_links_unload(calx_instance *instance, bool keep_changed)
{
    if (instance->links != NULL) {
        clear_slots(instance);
        for (size_t i = 0; i < instance->mapper->foreign_key_count; i++) {
            calx_link *link = calx_link_at(instance, i);
            if (!keep_changed || link->state != CALX_LINK_CHANGED)
                forget_change(link);
        }
        if (!keep_changed)
            calx_orphan_forgive(instance);
    }
    show_all(instance);
}

void calx_links_unload_one(calx_instance *instance, unsigned relationship)
{
    const calx_relationship *facts = &instance->mapper->relationships[relationship];
    if (instance->links != NULL) {
        clear_slot(instance, relationship);
        if (facts->kind == CALX_RELATIONSHIP_ONE)
            forget_change(calx_link_at(instance, facts->foreign_key));
    }
    calx_links_show(instance, relationship);
}

void calx_link_outdate(calx_link *link)
{
    if (link->state == CALX_LINK_CHANGED)
        return;
    forget_change(link);
    calx_link_show(link);
}

/* The raw members over a link that show an entity show nothing; what was assigned since stays. */
static void stop_showing(const calx_link *link, const void *entity)
{
    calx_instance *owner = link->owner;
    unsigned number = calx_link_number(link);
    for (unsigned i = 0; i < owner->mapper->relationship_count; i++) {
        const calx_relationship *facts = &owner->mapper->relationships[i];
        char *member = (char *)calx_instance_entity(owner) + facts->offset;
        const void *nothing = NULL;
        if (facts->kind == CALX_RELATIONSHIP_ONE && facts->foreign_key == number &&
            memcmp(member, &entity, sizeof(entity)) == 0)
            memcpy(member, &nothing, sizeof(nothing));
    }
}

/* What pointed at an instance does not know any more where it points: the columns tell again. */
static void cut(calx_link *link)
{
    const void *entity = calx_instance_entity(link->target);
    calx_link_point(link, NULL, CALX_LINK_UNKNOWN);
    stop_showing(link, entity);
}

static void cut_incoming(const calx_instance *instance)
{
    while (instance->links->incoming != NULL)
        cut(instance->links->incoming);
}

/* What is visited leaves as well. */
static bool leaves_too(const calx_instance *instance)
{
    return (instance->flags & CALX_INSTANCE_VISITED) != 0;
}

/* A collection stays when all of it leaves together. */
static bool keeps_whole(const calx_instance *instance, unsigned relationship)
{
    if (instance->mapper->relationships[relationship].kind == CALX_RELATIONSHIP_ONE)
        return true;
    const calx_slot *slot = calx_slot_at(instance, relationship);
    for (size_t i = 0; i < slot->count; i++)
        if (!leaves_too(calx_instance_trusted(slot->items[i])))
            return false;
    return slot->loaded;
}

static void detach_collections(calx_instance *instance)
{
    for (unsigned i = 0; i < instance->mapper->relationship_count; i++)
        if (!leaves_too(instance) || !keeps_whole(instance, i))
            clear_slot(instance, i);
}

static void detach_incoming(calx_instance *instance)
{
    calx_link *next = NULL;
    for (calx_link *link = instance->links->incoming; link != NULL; link = next) {
        next = link->next;
        if (!leaves_too(instance) || !leaves_too(link->owner))
            cut(link);
    }
}

static void detach_link(calx_link *link)
{
    bool together = link->target != NULL && leaves_too(link->owner) && leaves_too(link->target);
    if (!together)
        calx_link_leave_for_good(link, NULL);
    if (link->state == CALX_LINK_CHANGED)
        link->set_apart = true;
    else if (!together)
        calx_link_point(link, NULL, CALX_LINK_UNKNOWN);
}

void calx_links_detach(calx_instance *instance)
{
    if (instance->links == NULL)
        return;
    calx_boundary_untouch(instance->links->rest);
    calx_loan_end(instance->links->rest);
    detach_collections(instance);
    detach_incoming(instance);
    for (unsigned i = 0; i < instance->mapper->foreign_key_count; i++)
        detach_link(calx_link_at(instance, i));
    calx_pairs_detach(instance);
    show_all(instance);
}

void calx_links_drop(calx_instance *instance, const calx_session *ending)
{
    if (instance->links == NULL)
        return;
    calx_boundary_untouch(instance->links->rest);
    calx_loan_end(instance->links->rest);
    clear_slots(instance);
    calx_pairs_drop(instance, ending);
    cut_incoming(instance);
    for (unsigned i = 0; i < instance->mapper->foreign_key_count; i++) {
        calx_link *link = calx_link_at(instance, i);
        calx_link_leave_for_good(link, ending);
        calx_link_point(link, NULL, CALX_LINK_UNKNOWN);
        unlist(link);
    }
    while (instance->links->rest != NULL && instance->links->rest->leavers.next != NULL)
        unlist(instance->links->rest->leavers.next);
    show_all(instance);
    calx_loads_release(instance->links->place);
    if (instance->links->rest != NULL)
        calx_release(instance->links->rest->abandoned);
    calx_release(instance->links->rest);
    if ((uintptr_t)instance->links - (uintptr_t)instance >= instance->block_size)
        calx_release(instance->links); /* others lie in the instance's own block */
    instance->links = NULL;
}
