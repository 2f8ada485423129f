/*
 * Relationships: changing one side keeps the other in step (SES-183 to 187, 273 to 275). What
 * changes in memory is a link; the flush turns it into columns. Whatever may fail comes before the
 * first change, so a failed call changes nothing on either side.
 */
#include "session/relationship.h"

#include "base/allocator.h"
#include "base/error.h"
#include "mapper/column.h"

#include <string.h>

enum { ONE_KINDS = 1u << CALX_RELATIONSHIP_ONE };

static calx_status no_memory(calx_session *session)
{
    return session == NULL ? CALX_E_NOMEM : calx_error_set_nomem(&session->error);
}

/* An instance outside any session has nothing to load from, and all it has is in memory. */
static bool is_all_in_memory(const calx_instance *instance)
{
    return instance->state == CALX_STATE_TRANSIENT || instance->state == CALX_STATE_PENDING;
}

/* ---- pointing ---- */

/* From now on the owner is looked at by flushes: its foreign key will change. */
static calx_status watch_owner(calx_session *session, calx_instance *owner)
{
    bool is_new = owner->watch == NULL;
    if (calx_watch_ensure(owner) != CALX_OK)
        return no_memory(session);
    if (!is_all_in_memory(owner) && !owner->watch->has_snapshot &&
        calx_watch_take_snapshot(owner->watch) != CALX_OK) {
        if (is_new)
            calx_watch_drop(owner);
        return no_memory(session);
    }
    if (session != NULL && owner->state == CALX_STATE_PERSISTENT &&
        owner->watch->list != &session->hot)
        calx_watch_list_append(&session->hot, owner->watch);
    return CALX_OK;
}

/* An instance of no session, that none will take in by this, points at one of a session. */
static bool is_stranger(const calx_link *link, const calx_instance *target)
{
    return link->owner->session == NULL && target->session != NULL &&
           (link->owner->flags & CALX_INSTANCE_VISITED) == 0;
}

/* The flush looks at the target, and warns if the stranger is still one (SES-275). */
static calx_status note_stranger(const calx_link *link, calx_instance *target)
{
    if (!is_stranger(link, target))
        return CALX_OK;
    calx_status status = watch_owner(target->session, target);
    if (status == CALX_OK)
        target->links->strangers = true;
    return status;
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

/* Whether there was a target, known or not, that goes by pointing at nothing. */
static bool loses_target(const calx_link *link)
{
    return link->target != NULL || (link->state == CALX_LINK_UNKNOWN &&
                                    !is_all_in_memory(link->owner) && !is_reference_null(link));
}

/* Whether some collection over the link holds nothing without owner (SES-282). */
static bool must_have_target(const calx_link *link)
{
    const calx_mapper *mapper = link->owner->mapper;
    unsigned number = calx_link_number(link);
    const calx_mapper *target = mapper->foreign_keys[number].target;
    for (unsigned i = 0; i < target->relationship_count; i++) {
        const calx_relationship *facts = &target->relationships[i];
        if (facts->kind == CALX_RELATIONSHIP_MANY && facts->target == mapper &&
            facts->foreign_key == number && (facts->cascade & CALX_CASCADE_DELETE_ORPHAN) != 0)
            return true;
    }
    return false;
}

/* A reference that is known to be so already; a new instance's that was never set is no change. */
static bool points_already(const calx_link *link, const calx_instance *target)
{
    return link->target == target &&
           (link->state != CALX_LINK_UNKNOWN || (target == NULL && is_all_in_memory(link->owner)));
}

calx_status calx_relationship_point_begin(calx_session *session, calx_link *link,
                                          calx_instance *target)
{
    calx_status status = watch_owner(session, link->owner);
    return status == CALX_OK && target != NULL ? note_stranger(link, target) : status;
}

void calx_relationship_point_end(calx_link *link, calx_instance *target)
{
    bool is_same = link->target == target;
    link->orphaned =
        target == NULL && must_have_target(link) && (link->orphaned || loses_target(link));
    if (link->target != NULL)
        calx_boundary_touch(link->target);
    if (target != NULL)
        calx_boundary_touch(target);
    if (!is_same)
        calx_link_leave(link);
    calx_link_point(link, target, CALX_LINK_CHANGED);
    calx_link_join(link);
    calx_link_show(link);
}

calx_status calx_relationship_point(calx_session *session, calx_link *link, calx_instance *target)
{
    if (points_already(link, target) && (target == NULL || link->listed))
        return CALX_OK;
    calx_status status = CALX_OK;
    if (target != NULL &&
        (calx_links_ensure(target) != CALX_OK || calx_link_reserve(link, target, 1) != CALX_OK))
        status = no_memory(session);
    if (status == CALX_OK)
        status = calx_relationship_point_begin(session, link, target);
    if (status == CALX_OK)
        calx_relationship_point_end(link, target);
    return status;
}

calx_status calx_relationship_relate(calx_session *session, const calx_relationship *facts,
                                     calx_link *link, calx_instance *target, calx_instance *related)
{
    calx_instances found = { 0 };
    calx_session *owners = link->owner->session;
    bool comes_in = session != NULL && related != NULL && related->session != session &&
                    (facts->cascade & CALX_CASCADE_SAVE_UPDATE) != 0;
    calx_status status = CALX_OK;
    link->changing = true;
    if (comes_in)
        status = calx_session_attach_begin(session, &related, 1, &found);
    link->changing = false;
    if (status == CALX_OK)
        status = calx_relationship_point(owners, link, target);
    if (comes_in)
        calx_session_attach_end(session, &found, status == CALX_OK);
    if (status == CALX_E_NOMEM && session != NULL)
        (void)calx_error_set_nomem(&session->error);
    return status;
}

/* ---- direct writes ---- */

static calx_status adopt_one(calx_session *session, calx_instance *instance,
                             const calx_relationship *facts)
{
    const void *raw = NULL;
    memcpy(&raw, (const char *)calx_instance_entity(instance) + facts->offset, sizeof(raw));
    const calx_link *known = calx_links_of(instance, facts->foreign_key);
    const void *shown = NULL;
    if (known != NULL && known->state != CALX_LINK_UNKNOWN && known->target != NULL)
        shown = calx_instance_entity(known->target);
    if (raw == shown)
        return CALX_OK;
    calx_instance *target = raw == NULL ? NULL : calx_instance_of(raw);
    if (raw != NULL && (target == NULL || target->mapper != facts->target))
        return calx_session_fail(session, CALX_E_UNMAPPED,
                                 "%s.%s was assigned the address %p, which is no instance of %s",
                                 instance->mapper->name, facts->member, raw, facts->target->name);
    if (target != NULL && target->session != NULL && session != NULL && target->session != session)
        return calx_session_fail(session, CALX_E_STATE,
                                 "%s.%s was assigned a %s of another session",
                                 instance->mapper->name, facts->member, facts->target->name);
    if (calx_links_ensure(instance) != CALX_OK)
        return no_memory(session);
    calx_link *link = &instance->links->links[facts->foreign_key];
    return calx_relationship_relate(instance->session, facts, link, target, target);
}

/* A CALX_MANY member, as annotate.h declares it: only read by applications. */
static calx_status check_many(calx_session *session, const calx_instance *instance,
                              unsigned relationship)
{
    const calx_relationship *facts = &instance->mapper->relationships[relationship];
    const calx_slot *slot = instance->links == NULL ? NULL : &instance->links->slots[relationship];
    const calx_raw_many shown = calx_links_shown(slot);
    calx_raw_many raw;
    memcpy(&raw, (const char *)calx_instance_entity(instance) + facts->offset, sizeof(raw));
    if (raw.items == shown.items && raw.count == shown.count)
        return CALX_OK;
    return calx_session_fail(session, CALX_E_STATE,
                             "%s.%s was written to directly; use %s_%s_append() and "
                             "%s_%s_remove()",
                             instance->mapper->name, facts->member, instance->mapper->name,
                             facts->member, instance->mapper->name, facts->member);
}

calx_status calx_relationship_adopt(calx_session *session, calx_instance *instance)
{
    for (unsigned i = 0; i < instance->mapper->relationship_count; i++) {
        const calx_relationship *facts = &instance->mapper->relationships[i];
        calx_status status = facts->kind == CALX_RELATIONSHIP_ONE
                                 ? adopt_one(session, instance, facts)
                                 : check_many(session, instance, i);
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}

/* ---- arguments ---- */

calx_status calx_relationship_resolve(const void *entity, const calx_relationship *facts,
                                      unsigned kinds, calx_instance **out_instance,
                                      unsigned *out_relationship)
{
    calx_instance *instance = calx_instance_of(entity);
    if (instance == NULL || facts == NULL)
        return CALX_E_UNMAPPED;
    if (instance->session != NULL)
        (void)calx_session_enter(instance->session);
    const calx_relationship *table = instance->mapper->relationships;
    for (unsigned i = 0; i < instance->mapper->relationship_count; i++) {
        if (&table[i] != facts)
            continue;
        if ((kinds & 1u << facts->kind) == 0)
            return calx_session_fail(instance->session, CALX_E_ARGUMENT, "%s.%s is %s",
                                     instance->mapper->name, facts->member,
                                     (kinds & ONE_KINDS) != 0 ? "a collection" : "no collection");
        *out_instance = instance;
        *out_relationship = i;
        return CALX_OK;
    }
    return calx_session_fail(instance->session, CALX_E_UNMAPPED,
                             "an instance of %s has no relationship %s: it is one of another "
                             "struct",
                             instance->mapper->name, facts->member);
}

calx_status calx_relationship_resolve_item(calx_session *session, const calx_relationship *facts,
                                           const void *item, calx_instance **out_item)
{
    calx_instance *instance = calx_instance_of(item);
    if (instance == NULL || instance->mapper != facts->target)
        return calx_session_fail(session, CALX_E_UNMAPPED,
                                 "%s: the address %p is no instance of %s", facts->member, item,
                                 facts->target->name);
    if (instance->session != NULL && session != NULL && instance->session != session)
        return calx_session_fail(session, CALX_E_STATE, "%s: the %s is in another session",
                                 facts->member, facts->target->name);
    *out_item = instance;
    return CALX_OK;
}

calx_status calx_relationship_check_changeable(const calx_instance *instance)
{
    if (instance->state == CALX_STATE_DELETED || (instance->flags & CALX_INSTANCE_WAS_DELETED) != 0)
        return calx_session_fail(instance->session, CALX_E_STATE,
                                 "this %s was deleted and cannot be changed",
                                 instance->mapper->name);
    return instance->session == NULL ? CALX_OK : calx_session_autobegin(instance->session);
}

void calx_relationship_drop_orphan(const calx_link *link)
{
    calx_instance *item = link->owner;
    if (!link->orphaned || item->state != CALX_STATE_PENDING)
        return;
    calx_session_forget(item->session, item);
    item->state = CALX_STATE_TRANSIENT;
}

/* ---- references ---- */

calx_status calx_relationship_one(const void *entity, const calx_relationship *relationship,
                                  const void **out_target)
{
    calx_instance *instance = NULL;
    unsigned number = 0;
    calx_status status =
        calx_relationship_resolve(entity, relationship, ONE_KINDS, &instance, &number);
    if (status == CALX_OK)
        status = calx_relationship_adopt(instance->session, instance);
    if (status == CALX_OK)
        status = calx_relationship_load(instance->session, instance, number);
    if (status != CALX_OK)
        return status;
    const calx_link *link = calx_links_of(instance, relationship->foreign_key);
    *out_target = link == NULL || link->target == NULL ? NULL : calx_instance_entity(link->target);
    return CALX_OK;
}

calx_status calx_relationship_set(const void *entity, const calx_relationship *relationship,
                                  const void *target)
{
    calx_instance *instance = NULL;
    calx_instance *to = NULL;
    unsigned number = 0;
    calx_status status =
        calx_relationship_resolve(entity, relationship, ONE_KINDS, &instance, &number);
    if (status == CALX_OK && target != NULL)
        status = calx_relationship_resolve_item(instance->session, relationship, target, &to);
    if (status == CALX_OK)
        status = calx_relationship_check_changeable(instance);
    if (status == CALX_OK && calx_links_ensure(instance) != CALX_OK)
        status = no_memory(instance->session);
    if (status != CALX_OK)
        return status;
    calx_link *link = &instance->links->links[relationship->foreign_key];
    status = calx_relationship_relate(instance->session, relationship, link, to, to);
    if (status == CALX_OK)
        calx_relationship_drop_orphan(link);
    return status;
}
