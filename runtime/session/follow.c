/*
 * What follows the rows of a result: the relationships of a place, one after the other, and then
 * those of what they lead to. Going deeper takes a step of this file for each step of the path, and
 * none where no target is (SES-311).
 */
#include "session/follow.h"
#include "session/bind.h"

#include "base/allocator.h"
#include "base/error.h"

/* Entities, on their way to a strategy. */
typedef struct entity_list {
    const void **items;
    size_t count;
} entity_list;

static calx_status take_room(calx_session *session, entity_list *list, size_t most)
{
    list->count = 0;
    list->items = calx_alloc_array(most + 1, sizeof *list->items);
    return list->items == NULL ? calx_error_set_nomem(&session->error) : CALX_OK;
}

/* An instance whose columns are there and say what is to be loaded. */
static bool is_fresh(const calx_session *session, const calx_instance *instance)
{
    return instance->session == session && instance->state == CALX_STATE_PERSISTENT &&
           !calx_session_is_expired(session, instance);
}

/* ---- one relationship ---- */

/* Whether it is loaded when the rows of its owners are there. */
static bool is_loaded_now(calx_loading loading)
{
    return loading == CALX_LOADING_NOLOAD ||
           (calx_loading_is_eager(loading) && loading != CALX_LOADING_JOINED);
}

static calx_status apply(const calx_following *following, calx_loading loading)
{
    if (following->count == 0)
        return CALX_OK;
    switch (loading) {
    case CALX_LOADING_SELECTIN:
        return calx_load_selectin(following);
    case CALX_LOADING_SUBQUERY:
        return calx_load_subquery(following);
    case CALX_LOADING_IMMEDIATE:
        return calx_load_immediate(following);
    case CALX_LOADING_NOLOAD:
        return calx_load_nothing(following);
    default:
        return CALX_OK;
    }
}

/* Loads it for those that do not know it yet (SES-317). */
static calx_status load_unknown(calx_session *session, const calx_loads *place,
                                unsigned relationship, const void *const *entities, size_t count,
                                const calx_sql_query *source)
{
    const calx_load *load = &place->loads[relationship];
    const calx_relationship *facts = &place->mapper->relationships[relationship];
    entity_list unknown;
    calx_status status = take_room(session, &unknown, count);
    if (status != CALX_OK)
        return status;
    for (size_t i = 0; i < count; i++) {
        const calx_instance *instance = calx_instance_trusted(entities[i]);
        if (is_fresh(session, instance) && !calx_relationship_is_known(instance, relationship))
            unknown.items[unknown.count++] = entities[i];
        else
            session->apart++;
    }
    const calx_following following = {
        .session = session,
        .relationship = relationship,
        .facts = facts,
        .key = calx_follow_key(place->mapper, facts),
        .under = load->under,
        .owners = unknown.items,
        .count = unknown.count,
        .source = source,
    };
    status = apply(&following, load->loading);
    calx_release(unknown.items);
    return status;
}

/* ---- deeper ---- */

/* The members of a collection; of a reference that is known, its target. */
static size_t targets_of(const calx_instance *owner, unsigned relationship, const void **out_target,
                         const void *const **out_items)
{
    const calx_relationship *facts = &owner->mapper->relationships[relationship];
    if (owner->links == NULL)
        return 0;
    if (facts->kind != CALX_RELATIONSHIP_ONE) {
        const calx_slot *slot = calx_slot_at(owner, relationship);
        *out_items = (const void *const *)slot->items;
        return slot->loaded ? slot->count : 0;
    }
    const calx_link *link = calx_link_at(owner, facts->foreign_key);
    if (link->target == NULL || link->state == CALX_LINK_UNKNOWN)
        return 0;
    *out_target = calx_instance_entity(link->target);
    *out_items = out_target;
    return 1;
}

static size_t count_targets(unsigned relationship, const void *const *entities, size_t count)
{
    size_t total = 0;
    const void *target = NULL;
    const void *const *items = NULL;
    for (size_t i = 0; i < count; i++)
        total += targets_of(calx_instance_trusted(entities[i]), relationship, &target, &items);
    return total;
}

/* The targets of all of them, each once. */
static void gather_targets(unsigned relationship, const void *const *entities, size_t count,
                           entity_list *targets)
{
    for (size_t i = 0; i < count; i++) {
        const void *target = NULL;
        const void *const *items = NULL;
        size_t some = targets_of(calx_instance_trusted(entities[i]), relationship, &target, &items);
        for (size_t k = 0; k < some; k++) {
            calx_instance *instance = calx_instance_trusted(items[k]);
            if ((instance->flags & CALX_INSTANCE_VISITED) != 0)
                continue;
            instance->flags |= CALX_INSTANCE_VISITED;
            targets->items[targets->count++] = items[k];
        }
    }
    for (size_t i = 0; i < targets->count; i++)
        calx_instance_trusted(targets->items[i])->flags &= (uint16_t)~CALX_INSTANCE_VISITED;
}

calx_status calx_follow_targets(calx_session *session, const calx_loads *under,
                                unsigned relationship, const void *const *entities, size_t count,
                                const calx_sql_query *source)
{
    entity_list targets;
    if (under == NULL || !calx_loads_lead_on(under))
        return CALX_OK;
    calx_status status = take_room(session, &targets, count_targets(relationship, entities, count));
    if (status != CALX_OK)
        return status;
    gather_targets(relationship, entities, count, &targets);
    status = calx_follow(session, under, targets.items, targets.count, source);
    calx_release(targets.items);
    return status;
}

/* ---- all of a place ---- */

calx_status calx_follow(calx_session *session, const calx_loads *place, const void *const *entities,
                        size_t count, const calx_sql_query *source)
{
    calx_status status = CALX_OK;
    if (place == NULL || !calx_loads_lead_on(place) || count == 0)
        return CALX_OK;
    for (unsigned i = 0; status == CALX_OK && i < place->mapper->relationship_count; i++) {
        const calx_load *load = &place->loads[i];
        calx_source inside = { 0 };
        const calx_sql_query *deeper = calx_source_of(&inside, place, i, source);
        uint64_t apart = session->apart;
        if (is_loaded_now(load->loading))
            status = load_unknown(session, place, i, entities, count, source);
        if (session->apart != apart ||
            !calx_bind_are_together(session, place->mapper, place->mapper->relationships[i].target))
            deeper = NULL; /* the query does not find all targets there are: their keys do */
        if (status == CALX_OK && calx_loading_is_eager(load->loading))
            status = calx_follow_targets(session, load->under, i, entities, count, deeper);
    }
    return status;
}

calx_status calx_follow_again(calx_session *session, calx_instance *instance)
{
    const calx_loads *place = calx_loads_of(instance);
    calx_status status = CALX_OK;
    if (place == NULL)
        status = calx_follow_default(session, instance->mapper, &place);
    if (status != CALX_OK || place == NULL)
        return status;
    calx_loads_hold(place);
    const void *entity = calx_instance_entity(instance);
    status = calx_follow(session, place, &entity, 1, NULL);
    calx_loads_release(place);
    return status;
}

calx_status calx_follow_default(calx_session *session, const calx_mapper *mapper,
                                const calx_loads **out_place)
{
    calx_entity *entity = calx_session_entity(session, mapper);
    if (entity == NULL)
        return session->error.status;
    if (!entity->along_known && calx_loads_new(mapper, NULL, 0, &entity->along) != CALX_OK)
        return calx_error_set_nomem(&session->error);
    entity->along_known = true;
    *out_place = entity->along;
    return CALX_OK;
}
