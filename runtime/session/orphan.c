/*
 * Who is an orphan (SES-282 to 288). Owners that must be there are found in two ways: what points
 * at its owner has a link for each (one-to-many, one-to-one); what is pointed at by its owner (a
 * many-to-one that deletes orphans) is told when it is let go of. Only what was seen to happen
 * counts: an instance loaded without its owner is none.
 */
#include "session/orphan.h"

#include "base/allocator.h"
#include "mapper/column.h"

static bool is_all_in_memory(const calx_instance *instance)
{
    return instance->state == CALX_STATE_TRANSIENT || instance->state == CALX_STATE_PENDING;
}

static bool is_reference_null(const calx_link *link)
{
    const calx_mapper *mapper = link->owner->mapper;
    const calx_foreign_key *key = &mapper->foreign_keys[calx_link_number(link)];
    calx_value value;
    for (size_t i = 0; i < key->column_count; i++)
        if (calx_column_read(&mapper->columns[key->columns[i]], calx_instance_entity(link->owner),
                             &value) != CALX_OK ||
            value.type == CALX_VALUE_NULL)
            return true;
    return false;
}

/* Whether there is a target, known or not. */
static bool has_target(const calx_link *link)
{
    return link->target != NULL || (link->state == CALX_LINK_UNKNOWN &&
                                    !is_all_in_memory(link->owner) && !is_reference_null(link));
}

static bool deletes_orphans(const calx_relationship *facts)
{
    return (calx_cascade_of(facts) & CALX_CASCADE_DELETE_ORPHAN) != 0;
}

/* Whether some collection or one-to-one over the link holds nothing without owner. */
static bool must_have_target(const calx_link *link)
{
    const calx_mapper *target = link->owner->mapper->foreign_keys[calx_link_number(link)].target;
    for (unsigned i = 0; i < target->relationship_count; i++)
        if (deletes_orphans(&target->relationships[i]) &&
            calx_goes_over(&target->relationships[i], link))
            return true;
    return false;
}

/* The many-to-one over a link whose targets may not be without owner; NULL: none. */
static const calx_relationship *owning_reference(const calx_link *link)
{
    const calx_mapper *mapper = link->owner->mapper;
    for (unsigned i = 0; i < mapper->relationship_count; i++) {
        const calx_relationship *facts = &mapper->relationships[i];
        if (facts->kind == CALX_RELATIONSHIP_ONE && facts->foreign_key == calx_link_number(link) &&
            deletes_orphans(facts))
            return facts;
    }
    return NULL;
}

bool calx_orphan_watches(const calx_link *link)
{
    return owning_reference(link) != NULL;
}

void calx_orphan_forgive(calx_instance *instance)
{
    if (instance->links->rest != NULL)
        instance->links->rest->abandoned_count = 0;
}

/* Where the reference is; behind the last: it is not there. */
static uint32_t place_of(const calx_links_rest *links, const calx_relationship *reference)
{
    uint32_t i = 0;
    while (i < links->abandoned_count && links->abandoned[i] != reference)
        i++;
    return i;
}

calx_status calx_orphan_reserve(const calx_link *link)
{
    const calx_relationship *reference = link->target == NULL ? NULL : owning_reference(link);
    if (reference == NULL)
        return CALX_OK;
    calx_links_rest *links = calx_links_need_rest(link->target);
    if (links == NULL)
        return CALX_E_NOMEM;
    if (links->abandoned_count < links->abandoned_capacity ||
        place_of(links, reference) < links->abandoned_count)
        return CALX_OK;
    uint32_t capacity = links->abandoned_capacity == 0 ? 2 : links->abandoned_capacity * 2;
    const calx_relationship **more =
        calx_resize_array(links->abandoned, capacity, sizeof(*links->abandoned));
    if (more == NULL)
        return CALX_E_NOMEM;
    links->abandoned = more;
    links->abandoned_capacity = capacity;
    return CALX_OK;
}

/* There is room: a change begins with calx_orphan_reserve(). */
static void abandon(calx_links_rest *links, const calx_relationship *reference)
{
    if (place_of(links, reference) == links->abandoned_count &&
        links->abandoned_count < links->abandoned_capacity)
        links->abandoned[links->abandoned_count++] = reference;
}

static void take_back(calx_links_rest *links, const calx_relationship *reference)
{
    uint32_t place = links == NULL ? 0 : place_of(links, reference);
    if (links != NULL && place < links->abandoned_count)
        links->abandoned[place] = links->abandoned[--links->abandoned_count];
}

void calx_orphan_note(calx_link *link, calx_instance *target)
{
    const calx_relationship *reference = owning_reference(link);
    link->orphaned =
        target == NULL && must_have_target(link) && (link->orphaned || has_target(link));
    if (reference == NULL || link->target == target)
        return;
    if (link->target != NULL && link->target->links->rest != NULL)
        abandon(link->target->links->rest, reference);
    if (target != NULL)
        take_back(target->links->rest, reference);
}

/* Whether an owner that stays points at the instance over the reference that let go of it. */
static bool has_owner(const calx_instance *instance, const calx_relationship *reference)
{
    for (const calx_link *link = instance->links->incoming; link != NULL; link = link->next)
        if (link->state != CALX_LINK_UNKNOWN && owning_reference(link) == reference &&
            (link->owner->flags & (CALX_INSTANCE_MARKED | CALX_INSTANCE_WAS_DELETED)) == 0)
            return true;
    return false;
}

/* Whether a reference of some kind of owner let go of the instance, and none points at it. */
static bool is_abandoned(const calx_instance *instance, const calx_relationship *reference)
{
    const calx_links_rest *rest = instance->links->rest;
    return rest != NULL && place_of(rest, reference) < rest->abandoned_count &&
           !has_owner(instance, reference);
}

/* What is known of the memberships an instance has by one relationship of its owners. */
static void look_at_pairs(const calx_instance *instance, const calx_relationship *facts,
                          bool *out_member, bool *out_removed)
{
    const calx_side *side = calx_side_of(instance, facts->association, facts->target_key);
    const calx_pair_end *end = side == NULL ? NULL : side->first;
    for (; end != NULL; end = end->next) {
        if (!calx_pair_goes_over(facts, calx_pair_other(end)))
            continue;
        if (calx_pair_of(end)->state == CALX_PAIR_REMOVED)
            *out_removed = true;
        else
            *out_member = true;
    }
}

/*
 * Whether owners of one kind have the instance. Of one that is stored it is believed as long as
 * nothing says that they let go of it; a new one has the owners that memory knows.
 */
static bool is_kept_by(const calx_instance *instance, const calx_relationship *facts)
{
    bool believed = !is_all_in_memory(instance);
    if (facts->kind == CALX_RELATIONSHIP_ONE)
        return has_owner(instance, facts) || (believed && !is_abandoned(instance, facts));
    if (facts->kind != CALX_RELATIONSHIP_MANY_TO_MANY)
        return has_target(calx_link_at(instance, facts->foreign_key));
    bool member = false, removed = false;
    look_at_pairs(instance, facts, &member, &removed);
    return member || (believed && !removed);
}

static bool is_kept_by_kind(const calx_instance *instance, const calx_mapper *owners)
{
    for (unsigned i = 0; i < owners->relationship_count; i++)
        if (owners->relationships[i].target == instance->mapper &&
            deletes_orphans(&owners->relationships[i]) &&
            is_kept_by(instance, &owners->relationships[i]))
            return true;
    return false;
}

bool calx_orphan_stays(const calx_instance *instance)
{
    size_t position = 0;
    if ((instance->mapper->flags & CALX_MAPPER_LEGACY_IS_ORPHAN) == 0 ||
        instance->session == NULL || instance->links == NULL)
        return false;
    for (const calx_entity *met;
         (met = calx_map_next(&instance->session->entities, &position)) != NULL;)
        if (is_kept_by_kind(instance, met->mapper))
            return true;
    return false;
}

bool calx_orphan_is(const calx_instance *instance)
{
    bool lost = false;
    if (instance->links == NULL)
        return false;
    const calx_links_rest *rest = instance->links->rest;
    for (uint32_t i = 0; rest != NULL && i < rest->abandoned_count; i++)
        lost = lost || !has_owner(instance, rest->abandoned[i]);
    for (size_t i = 0; i < instance->mapper->foreign_key_count; i++) {
        const calx_link *link = calx_link_at(instance, i);
        lost = lost || (link->orphaned && link->target == NULL);
    }
    return lost && !calx_orphan_stays(instance);
}

/* ---- pending orphans ---- */

static void take_along(calx_watch_list *leaving, const calx_session *session,
                       const calx_instance *instance)
{
    if (instance->session == session && instance->state == CALX_STATE_PENDING &&
        instance->watch->list != leaving)
        calx_watch_list_append(leaving, instance->watch);
}

static void take_related(calx_watch_list *leaving, const calx_instance *instance)
{
    for (unsigned i = 0; instance->links != NULL && i < instance->mapper->relationship_count; i++) {
        const calx_relationship *facts = &instance->mapper->relationships[i];
        if ((calx_cascade_of(facts) & CALX_CASCADE_EXPUNGE) == 0)
            continue;
        if (facts->kind == CALX_RELATIONSHIP_ONE) {
            const calx_link *link = calx_link_at(instance, facts->foreign_key);
            if (link->target != NULL && link->state != CALX_LINK_UNKNOWN)
                take_along(leaving, instance->session, link->target);
            continue;
        }
        const calx_slot *slot = calx_slot_at(instance, i);
        for (size_t k = 0; k < slot->count; k++)
            take_along(leaving, instance->session, calx_instance_trusted(slot->items[k]));
    }
}

/* The list of those that leave is what is still to be walked, so nothing is allocated. */
void calx_orphan_leave(calx_session *session, const calx_instance *first)
{
    calx_watch_list leaving = { 0 };
    take_along(&leaving, session, first);
    for (const calx_watch *watch = leaving.first; watch != NULL; watch = watch->next)
        take_related(&leaving, watch->instance);
    while (leaving.first != NULL) {
        calx_instance *instance = leaving.first->instance;
        calx_session_forget(session, instance);
        instance->state = CALX_STATE_TRANSIENT;
        calx_session_note(session, CALX_SESSION_PENDING_TO_TRANSIENT, instance);
    }
}

void calx_orphan_drop(const calx_instance *instance)
{
    calx_session *session = instance->session;
    if (session != NULL && !session->flushing && instance->state == CALX_STATE_PENDING &&
        calx_orphan_is(instance))
        calx_orphan_leave(session, instance);
}
