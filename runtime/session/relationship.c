/*
 * Relationships: changing one side keeps the other in step (SES-183 to 187, 273 to 275). What
 * changes in memory is a link; the flush turns it into columns. Whatever may fail comes before the
 * first change, so a failed call changes nothing on either side.
 */
#include "session/relationship.h"

#include "base/error.h"
#include "session/orphan.h"
#include "session/rival.h"

#include <string.h>

enum { ONE_KINDS = 1u << CALX_RELATIONSHIP_ONE | 1u << CALX_RELATIONSHIP_ONE_TO_ONE };

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
        target->flags |= CALX_INSTANCE_STRANGERS;
    return status;
}

/* A reference that is known to be so already; a new instance's that was never set is no change. */
static bool points_already(const calx_link *link, const calx_instance *target)
{
    return link->target == target &&
           (link->state != CALX_LINK_UNKNOWN || (target == NULL && is_all_in_memory(link->owner)));
}

/* What will change without being the link's owner: who gives way, and who is let go of. */
static calx_status watch_others(calx_session *session, const calx_link *link, calx_instance *target)
{
    calx_status status = CALX_OK;
    if (link->target != NULL && link->target != target && calx_orphan_watches(link))
        status = watch_owner(link->target->session, link->target);
    if (status == CALX_OK && link->target != target && calx_orphan_reserve(link) != CALX_OK)
        status = no_memory(session);
    calx_link *rival = target == NULL ? NULL : calx_rival_next(link, target, NULL);
    for (; status == CALX_OK && rival != NULL; rival = calx_rival_next(link, target, rival)) {
        status = watch_owner(rival->owner->session == NULL ? session : rival->owner->session,
                             rival->owner);
        if (status == CALX_OK && calx_orphan_reserve(rival) != CALX_OK)
            status = no_memory(session);
    }
    return status;
}

static bool is_detached(const calx_instance *instance)
{
    return instance->session == NULL && instance->state == CALX_STATE_DETACHED;
}

/* Nobody would know of it when the owner comes into a session. */
static bool leaves_outside(const calx_link *link, const calx_instance *target)
{
    return target == NULL && link->target != NULL && is_detached(link->target) &&
           is_detached(link->owner);
}

calx_status calx_relationship_point_begin(calx_session *session, calx_link *link,
                                          calx_instance *target)
{
    calx_status status = watch_others(session, link, target);
    if (status == CALX_OK)
        status = watch_owner(session, link->owner);
    if (status == CALX_OK && leaves_outside(link, target) &&
        calx_links_need_rest(link->target) == NULL)
        status = no_memory(session);
    return status == CALX_OK && target != NULL ? note_stranger(link, target) : status;
}

static void point(calx_link *link, calx_instance *target)
{
    calx_instance *old = link->target;
    bool displaces = target != NULL && calx_rival_is_unknown(link, target);
    bool stays = old == target && link->state == CALX_LINK_LOADED; /* it is no change (SES-186) */
    if (old != NULL)
        calx_boundary_touch(old);
    if (target != NULL)
        calx_boundary_touch(target);
    calx_orphan_note(link, target);
    if (old != target)
        calx_link_leave(link);
    bool noted = leaves_outside(link, target) && old->links->rest != NULL;
    calx_link_point(link, target, stays ? CALX_LINK_LOADED : CALX_LINK_CHANGED);
    if (noted)
        calx_link_note_left(link, old);
    link->displaces = displaces;
    calx_rival_seat(link);
    calx_link_join(link);
    calx_link_show(link);
    if (old != NULL && old != target && calx_orphan_watches(link))
        calx_orphan_drop(old);
}

void calx_relationship_point_end(calx_link *link, calx_instance *target)
{
    calx_link *rival = NULL;
    while (target != NULL && (rival = calx_rival_next(link, target, NULL)) != NULL) {
        point(rival, NULL);
        rival->gave_way = true;
        calx_orphan_drop(rival->owner);
    }
    point(link, target);
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

/* Nothing is reached over the link now, nor over those that give way to it. */
static void mark_changing(calx_link *link, const calx_instance *target, bool changing)
{
    calx_link *rival = target == NULL ? NULL : calx_rival_next(link, target, NULL);
    for (; rival != NULL; rival = calx_rival_next(link, target, rival))
        rival->changing = changing;
    link->changing = changing;
}

calx_status calx_relationship_relate(calx_session *session, const calx_relationship *facts,
                                     calx_link *link, calx_instance *target, calx_instance *related)
{
    calx_instances found = { 0 };
    calx_session *owners = link->owner->session;
    bool comes_in = session != NULL && related != NULL && related->session != session &&
                    (calx_cascade_of(facts) & CALX_CASCADE_SAVE_UPDATE) != 0;
    calx_status status = CALX_OK;
    mark_changing(link, target, true);
    if (comes_in)
        status = calx_session_attach_begin(session, &related, 1, &found);
    mark_changing(link, target, false);
    if (status == CALX_OK)
        status = calx_relationship_point(owners, link, target);
    if (comes_in)
        calx_session_attach_end(session, &found, status == CALX_OK);
    if (status == CALX_E_NOMEM && session != NULL)
        (void)calx_error_set_nomem(&session->error);
    return status;
}

/* ---- direct writes ---- */

static calx_status fail_assigned(calx_session *session, const calx_instance *instance,
                                 const calx_relationship *facts)
{
    return calx_session_fail(session, CALX_E_STATE,
                             "%s.%s is view only, and was assigned: change what it shows where it "
                             "is stored",
                             instance->mapper->name, facts->member);
}

/* A pointer that was assigned to a member with one target. */
static calx_status adopt_one(calx_session *session, calx_instance *instance, unsigned relationship)
{
    const calx_relationship *facts = &instance->mapper->relationships[relationship];
    const void *raw = NULL;
    memcpy(&raw, (const char *)calx_instance_entity(instance) + facts->offset, sizeof(raw));
    if (raw == calx_links_shown_one(instance, relationship))
        return CALX_OK;
    if (calx_is_view_only(facts))
        return fail_assigned(session, instance, facts);
    calx_instance *target = raw == NULL ? NULL : calx_instance_of(raw);
    if (raw != NULL && (target == NULL || target->mapper != facts->target))
        return calx_session_fail(session, CALX_E_UNMAPPED,
                                 "%s.%s was assigned the address %p, which is no instance of %s",
                                 instance->mapper->name, facts->member, raw, facts->target->name);
    if (target != NULL && target->session != NULL && session != NULL && target->session != session)
        return calx_session_fail(session, CALX_E_STATE,
                                 "%s.%s was assigned a %s of another session",
                                 instance->mapper->name, facts->member, facts->target->name);
    return calx_relationship_assign(instance, relationship, target);
}

/* A CALX_MANY member, as annotate.h declares it: only read by applications. */
static calx_status check_many(calx_session *session, const calx_instance *instance,
                              unsigned relationship)
{
    const calx_relationship *facts = &instance->mapper->relationships[relationship];
    const calx_raw_many shown = calx_links_shown_many(instance, relationship);
    calx_raw_many raw;
    memcpy(&raw, (const char *)calx_instance_entity(instance) + facts->offset, sizeof(raw));
    if (raw.items == shown.items && raw.count == shown.count)
        return CALX_OK;
    if (calx_is_view_only(facts))
        return fail_assigned(session, instance, facts);
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
        calx_status status = calx_is_single(facts) ? adopt_one(session, instance, i)
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
    if (instance->session == NULL)
        return CALX_OK;
    calx_status status = calx_session_check_barred(instance->session, CALX_BAR_CHANGES);
    return status == CALX_OK ? calx_session_autobegin(instance->session) : status;
}

calx_status calx_relationship_check_writable(const calx_instance *instance,
                                             const calx_relationship *facts)
{
    if (!calx_is_view_only(facts))
        return CALX_OK;
    return calx_session_fail(instance->session, CALX_E_ARGUMENT,
                             "%s.%s is view only: change what it shows where it is stored",
                             instance->mapper->name, facts->member);
}

calx_status calx_relationship_fail_owned(calx_session *session, const calx_relationship *facts)
{
    return calx_session_fail(session, CALX_E_INVALID_REQUEST,
                             "%s: this %s has an owner already, and has one at most: take it out "
                             "there first",
                             facts->member, facts->target->name);
}

calx_status calx_relationship_check_owner(const calx_instance *owner,
                                          const calx_relationship *facts, const calx_link *link)
{
    bool is_taken = (facts->flags & CALX_RELATIONSHIP_SINGLE_PARENT) != 0 &&
                    link->state != CALX_LINK_UNKNOWN && link->target != NULL &&
                    link->target != owner;
    return is_taken ? calx_relationship_fail_owned(owner->session, facts) : CALX_OK;
}

calx_status calx_relationship_load_to_change(calx_instance *owner, unsigned relationship)
{
    calx_session *session = owner->session;
    if (session != NULL)
        session->no_autoflush++;
    calx_status status = calx_relationship_ask(session, owner, relationship);
    if (session != NULL)
        session->no_autoflush--;
    if (status == CALX_OK && calx_links_ensure(owner) != CALX_OK)
        status = no_memory(session);
    return status;
}
