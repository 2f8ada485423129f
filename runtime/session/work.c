/*
 * Planning a flush: what happened in memory is taken up, first what may bring more with it, and
 * gathered by what is to be done with each row. work_order.c puts it in order.
 */
#include "session/work.h"

#include "base/allocator.h"
#include "base/error.h"
#include "session/association.h"
#include "session/orphan.h"
#include "session/relationship.h"
#include "session/rival.h"
#include "session/row_switch.h"

#include <string.h>

static void end_switches(const calx_instances *instances)
{
    for (size_t i = 0; i < instances->count; i++)
        instances->items[i]->flags &= (uint16_t)~CALX_INSTANCE_SWITCHED;
}

void calx_work_clear(calx_work *work)
{
    end_switches(&work->switches);
    end_switches(&work->switched);
    calx_instances_clear(&work->switches);
    calx_instances_clear(&work->switched);
    calx_release(work->repaired.items);
    calx_release(work->unpaired.items);
    calx_release(work->paired.items);
    calx_arena_clear(&work->arena);
    calx_instances_clear(&work->inserts);
    calx_instances_clear(&work->updates);
    calx_instances_clear(&work->late);
    calx_instances_clear(&work->deletes);
    calx_instances_clear(&work->apart);
    calx_instances_clear(&work->released);
    calx_instances_clear(&work->vacated);
}

bool calx_work_is_empty(const calx_work *work)
{
    return work->inserts.count + work->updates.count + work->late.count + work->deletes.count +
               work->switches.count + work->unpaired.count + work->paired.count ==
           0;
}

static calx_status push(calx_work *work, calx_instances *instances, calx_instance *instance)
{
    if (work->mapper == NULL)
        work->mapper = instance->mapper;
    work->mixed = work->mixed || work->mapper != instance->mapper;
    if (instances->count < instances->capacity)
        instances->items[instances->count++] = instance;
    else if (calx_instances_push(instances, instance) != CALX_OK)
        return calx_error_set_nomem(&work->session->error);
    return CALX_OK;
}

/* ---- taking up what happened in memory ---- */

static bool has_changed_link(const calx_instance *instance)
{
    for (size_t i = 0; instance->links != NULL && i < instance->mapper->foreign_key_count; i++)
        if (calx_link_at(instance, i)->state == CALX_LINK_CHANGED)
            return true;
    return false;
}

bool calx_session_is_changed(const calx_instance *instance)
{
    return instance->watch != NULL &&
           (calx_watch_changes(instance->watch, NULL) || has_changed_link(instance));
}

/* A link made from the other side alone brings nothing in: it is not written (SES-275). */
static void warn_of_strangers(calx_session *session, calx_instance *instance)
{
    if ((instance->flags & CALX_INSTANCE_STRANGERS) == 0)
        return;
    instance->flags &= (uint16_t)~CALX_INSTANCE_STRANGERS;
    for (const calx_link *link = instance->links->incoming; link != NULL; link = link->next)
        if (link->owner->session == NULL && link->state == CALX_LINK_CHANGED && !link->set_apart)
            calx_session_warn(session,
                              "a %s of no session points at a %s of this one: the reference is not "
                              "written; add it too",
                              link->owner->mapper->name, instance->mapper->name);
}

/* Who came to a one-to-one that was not loaded: those who were there give way (SES-185). */
static calx_status displace(calx_session *session, const calx_instance *instance)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < instance->mapper->foreign_key_count; i++) {
        calx_link *link = calx_link_at(instance, i);
        if (link->displaces && link->target != NULL && link->target->session == session &&
            link->target->state == CALX_STATE_PERSISTENT)
            status = calx_rival_displace(session, link);
    }
    return status;
}

/*
 * What the application assigned to raw members, and what that brings into the session. The
 * instances are gathered on the way; or NULL.
 */
static calx_status take_up(calx_work *work, calx_watch_list *list, calx_instances *gathered)
{
    calx_watch *next = NULL;
    for (calx_watch *watch = list->first; watch != NULL; watch = next) {
        calx_instance *instance = watch->instance;
        calx_watch *following = watch->next;
        calx_status status = CALX_OK;
        calx_watch_foresee(watch);
        if (instance->mapper->relationship_count > 0)
            status = calx_relationship_adopt(work->session, instance);
        if (status != CALX_OK)
            return status;
        if (instance->links != NULL) {
            work->linked = true;
            warn_of_strangers(work->session, instance);
            status = displace(work->session, instance);
        }
        if (status != CALX_OK)
            return status;
        if (gathered != NULL && push(work, gathered, instance) != CALX_OK)
            return work->session->error.status;
        /* Only now: what was attached stands at the end. A cold one may have become hot, though. */
        next = watch->list == list ? watch->next : following;
    }
    return CALX_OK;
}

/* A member that lost the owner it must have: deleted, or never inserted (SES-282, 285). */
static calx_status take_orphans(calx_session *session, calx_watch_list *list)
{
    calx_watch *next = NULL;
    for (calx_watch *watch = list->first; watch != NULL; watch = next) {
        calx_instance *instance = watch->instance;
        next = watch->next;
        if (!calx_orphan_is(instance) || (instance->flags & CALX_INSTANCE_MARKED) != 0)
            continue;
        if (instance->state == CALX_STATE_PENDING) {
            calx_session_forget(session, instance);
            instance->state = CALX_STATE_TRANSIENT;
            calx_session_note(session, CALX_SESSION_PENDING_TO_TRANSIENT, instance);
            continue;
        }
        calx_status status = calx_session_mark(session, instance);
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}

/* Whether this session, and not the database, lets go of the members when their owner goes. */
static bool nulls_members(const calx_relationship *facts)
{
    if (!calx_is_far(facts) || calx_is_view_only(facts) ||
        (calx_cascade_of(facts) & CALX_CASCADE_DELETE) != 0)
        return false;
    const calx_foreign_key *key = &facts->target->foreign_keys[facts->foreign_key];
    if (key->on_delete != CALX_ON_DELETE_NO_ACTION)
        return false;
    for (size_t i = 0; i < key->column_count; i++)
        if ((facts->target->columns[key->columns[i]].flags &
             (CALX_COLUMN_NOT_NULL | CALX_COLUMN_KEY)) != 0)
            return false;
    return true;
}

/* One whose row goes too keeps what it says. */
static calx_status release_member(calx_session *session, calx_instance *member,
                                  const calx_relationship *facts)
{
    if ((member->flags & (CALX_INSTANCE_MARKED | CALX_INSTANCE_WAS_DELETED)) != 0 ||
        member->state == CALX_STATE_DELETED)
        return CALX_OK;
    return calx_relationship_point(session, calx_link_at(member, facts->foreign_key), NULL);
}

/* Of members that are left to the database: those that are in no row yet. */
static calx_status release_unflushed(calx_session *session, const calx_instance *owner,
                                     const calx_relationship *facts)
{
    calx_status status = CALX_OK;
    calx_link *next = owner->links == NULL ? NULL : owner->links->incoming;
    while (status == CALX_OK && next != NULL) {
        calx_link *link = next;
        next = link->next;
        if (calx_reference_is_unflushed(facts, link))
            status = release_member(session, link->owner, facts);
    }
    return status;
}

/* The members of an owner that goes stay, pointing at nothing (SES-277, 280, 281). */
static calx_status release_members(calx_session *session, calx_instance *owner)
{
    for (unsigned i = 0; i < owner->mapper->relationship_count; i++) {
        const calx_relationship *facts = &owner->mapper->relationships[i];
        if (!nulls_members(facts) || (facts->flags & CALX_RELATIONSHIP_PASSIVE_DELETES_ALL) != 0)
            continue;
        bool is_left = calx_reference_is_left(owner, i);
        calx_status status = is_left ? release_unflushed(session, owner, facts)
                                     : calx_relationship_load(session, owner, i);
        if (status != CALX_OK)
            return status;
        size_t count = owner->links == NULL ? 0 : calx_slot_at(owner, i)->count;
        for (size_t k = count; status == CALX_OK && k-- > 0;)
            status = release_member(session,
                                    calx_instance_trusted(calx_slot_at(owner, i)->items[k]), facts);
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}

static calx_status take_up_all(calx_work *work, bool cold)
{
    calx_session *session = work->session;
    work->linked = session->marked.count > 0; /* what is loaded for a deletion brings links */
    if (calx_instances_reserve(&work->inserts, session->pending.count) != CALX_OK)
        return calx_error_set_nomem(&session->error);
    calx_status status = take_up(work, &session->pending, &work->inserts);
    if (status == CALX_OK)
        status = take_up(work, &session->hot, NULL);
    if (status == CALX_OK && cold)
        status = take_up(work, &session->cold, NULL);
    if (status == CALX_OK && work->linked)
        status = take_orphans(session, &session->pending);
    if (status == CALX_OK && work->linked)
        status = take_orphans(session, &session->hot);
    if (status == CALX_OK)
        status = calx_association_orphans(session);
    if (status == CALX_OK)
        status = calx_association_load(session);
    for (size_t i = 0; status == CALX_OK && i < session->marked.count; i++)
        status = release_members(session, session->marked.items[i]);
    if (status == CALX_OK)
        status = calx_key_change_pass_on(session, &session->hot);
    if (status == CALX_OK && cold)
        status = calx_key_change_pass_on(session, &session->cold);
    if (status == CALX_OK)
        status = calx_association_follow(work, &session->hot);
    if (status == CALX_OK && cold)
        status = calx_association_follow(work, &session->cold);
    return status;
}

/* ---- gathering ---- */

/* A link to an instance outside the session cannot be written (SES-190, 275). */
static void check_links(calx_session *session, calx_instance *instance)
{
    for (size_t i = 0; instance->links != NULL && i < instance->mapper->foreign_key_count; i++) {
        calx_link *link = calx_link_at(instance, i);
        if (link->state != CALX_LINK_CHANGED || link->target == NULL ||
            link->target->session == session)
            continue;
        calx_session_warn(session,
                          "a %s points at a %s that is in no session: the reference is not "
                          "written; add it too",
                          instance->mapper->name, link->target->mapper->name);
        link->state = CALX_LINK_LOADED;
    }
}

bool calx_work_points_at_new(const calx_session *session, const calx_instance *instance)
{
    for (size_t i = 0; i < instance->mapper->foreign_key_count; i++)
        if (calx_work_new_target(session, instance, i) != NULL)
            return true;
    return false;
}

/* Among the switches if a row that is to be deleted has the instance's key, else the inserts. */
static calx_status gather_new(calx_work *work, calx_instance *instance)
{
    calx_instance *old = NULL;
    calx_status status = CALX_OK;
    if (work->session->marked.count > 0)
        status = calx_switch_find(work->session, instance, &old);
    if (status != CALX_OK || old == NULL)
        return status != CALX_OK ? status : push(work, &work->inserts, instance);
    if (calx_instances_reserve(&work->switched, 1) != CALX_OK)
        return calx_error_set_nomem(&work->session->error);
    status = push(work, &work->switches, instance);
    if (status != CALX_OK)
        return status;
    (void)calx_instances_push(&work->switched, old);
    instance->flags |= CALX_INSTANCE_SWITCHED;
    old->flags |= CALX_INSTANCE_SWITCHED;
    return CALX_OK;
}

/* Once more where links may have taken instances out or brought others in. */
static calx_status gather_inserts(calx_work *work)
{
    const calx_watch_list *pending = &work->session->pending;
    if (!work->linked)
        return CALX_OK;
    work->inserts.count = 0;
    if (calx_instances_reserve(&work->inserts, pending->count) != CALX_OK)
        return calx_error_set_nomem(&work->session->error);
    calx_status status = CALX_OK;
    for (calx_watch *watch = pending->first; status == CALX_OK && watch != NULL;
         watch = watch->next) {
        check_links(work->session, watch->instance);
        status = gather_new(work, watch->instance);
    }
    return status;
}

static calx_status gather_updates(calx_work *work, const calx_watch_list *list)
{
    for (calx_watch *watch = list->first; watch != NULL; watch = watch->next) {
        calx_instance *instance = watch->instance;
        calx_watch_foresee(watch);
        if ((instance->flags & CALX_INSTANCE_MARKED) != 0 || !calx_session_is_changed(instance))
            continue;
        check_links(work->session, instance);
        calx_instances *place =
            calx_work_points_at_new(work->session, instance) ? &work->late : &work->updates;
        calx_status status = push(work, place, instance);
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}

static calx_status gather_deletes(calx_work *work)
{
    const calx_instances *marked = &work->session->marked;
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < marked->count; i++)
        if ((marked->items[i]->flags & CALX_INSTANCE_SWITCHED) == 0)
            status = push(work, &work->deletes, marked->items[i]);
    return status;
}

calx_status calx_work_gather(calx_work *work, calx_session *session, bool cold)
{
    memset(work, 0, sizeof(*work));
    work->session = session;
    calx_arena_init(&work->arena, 0);
    calx_status status = take_up_all(work, cold);
    if (status == CALX_OK)
        status = gather_inserts(work);
    if (status == CALX_OK)
        status = gather_updates(work, &session->hot);
    if (status == CALX_OK && cold)
        status = gather_updates(work, &session->cold);
    if (status == CALX_OK)
        status = gather_deletes(work);
    return status == CALX_OK ? calx_association_gather(work) : status;
}

calx_status calx_work_order(calx_work *work)
{
    calx_status status = calx_work_sort(work);
    if (status == CALX_OK)
        status = calx_work_gather_apart(work);
    if (status == CALX_OK)
        status = calx_work_make_room(work);
    if (status == CALX_OK)
        status = calx_work_seat(work);
    return status == CALX_OK ? calx_work_vacate(work) : status;
}
