/*
 * After the last row of a flush: instances change their state. Nothing here can fail, since all
 * that could was reserved before.
 */
#include "session/association.h"
#include "session/orphan.h"

void calx_session_displace(calx_session *session, const calx_key *key)
{
    calx_instance *other = calx_identity_find(session, key);
    if (other == NULL)
        return;
    calx_session_warn(session, "another %s took the key of one in the session, which is detached",
                      key->mapper->name);
    calx_session_forget(session, other);
    other->state = CALX_STATE_DETACHED;
    calx_session_note(session, CALX_SESSION_PERSISTENT_TO_DETACHED, other);
}

static void settle_links(calx_instance *instance)
{
    for (size_t i = 0; instance->links != NULL && i < instance->mapper->foreign_key_count; i++) {
        calx_link *link = calx_link_at(instance, i);
        if (link->state == CALX_LINK_CHANGED)
            link->state = CALX_LINK_LOADED;
        link->orphaned = false;
    }
    if (instance->links != NULL)
        calx_orphan_forgive(instance);
}

/* One search tells whether the key is taken, and where it goes if not. */
static void enter(calx_session *session, calx_instance *instance)
{
    const calx_entity *entity = calx_session_met(session, instance->mapper);
    calx_identity_slot *slot =
        calx_identity_table_key(&session->identity, &instance->key, entity->kind);
    if (slot->kind == 0) {
        calx_identity_table_fill(&session->identity, slot, instance, entity->kind);
        return;
    }
    calx_session_displace(session, &instance->key);
    calx_identity_put(session, instance);
}

static void settle_inserted(calx_session *session, calx_instance *instance)
{
    enter(session, instance);
    instance->state = CALX_STATE_PERSISTENT;
    instance->epoch = session->epoch;
    instance->flags |= CALX_INSTANCE_NEW_IN_TX;
    settle_links(instance);
    calx_watch_list_append(&session->cold, instance->watch);
    (void)calx_instances_push(&session->inserted, instance);
}

void calx_session_settle_deleted(calx_session *session, calx_instance *instance)
{
    calx_identity_remove(session, instance);
    if (instance->watch != NULL)
        calx_watch_list_remove(instance->watch);
    instance->flags &= (uint16_t)~CALX_INSTANCE_MARKED;
    settle_links(instance); /* what was to be written never will be */
    calx_pairs_delete(instance);
    instance->state = CALX_STATE_DELETED;
    (void)calx_instances_push(&session->deleted, instance);
}

/* What comes next in the walk is asked of memory before, its place in the identity map as well. */
static void settle_inserts(calx_session *session, const calx_instances *inserts)
{
    enum { FAR = 16, NEAR = 8 };
    for (size_t i = 0; i < inserts->count; i++) {
        if (i + FAR < inserts->count)
            calx_prefetch_bytes(inserts->items[i + FAR], CALX_INSTANCE_AROUND);
        if (i + NEAR < inserts->count)
            calx_identity_foresee(session, inserts->items[i + NEAR]);
        settle_inserted(session, inserts->items[i]);
    }
}

static void tell_all(calx_session *session, calx_session_event event,
                     const calx_instances *instances)
{
    if (calx_session_hears(session, event))
        for (size_t i = 0; i < instances->count; i++)
            calx_session_tell_of(session, event, instances->items[i]);
}

/* When all of them are what they are now. */
static void tell_transitions(calx_session *session, const calx_work *work)
{
    tell_all(session, CALX_SESSION_PERSISTENT_TO_DELETED, &work->deletes);
    tell_all(session, CALX_SESSION_PERSISTENT_TO_DELETED, &work->switched);
    tell_all(session, CALX_SESSION_PENDING_TO_PERSISTENT, &work->inserts);
    tell_all(session, CALX_SESSION_PENDING_TO_PERSISTENT, &work->switches);
}

void calx_session_settle(calx_session *session, const calx_work *work)
{
    calx_association_settle(work);
    for (size_t i = 0; i < work->deletes.count; i++)
        calx_session_settle_deleted(session, work->deletes.items[i]);
    for (size_t i = 0; i < work->switched.count; i++)
        calx_session_settle_deleted(session, work->switched.items[i]);
    session->marked.count = 0;
    settle_inserts(session, &work->inserts);
    settle_inserts(session, &work->switches);
    for (size_t i = 0; i < work->updates.count; i++)
        settle_links(work->updates.items[i]);
    for (size_t i = 0; i < work->late.count; i++)
        settle_links(work->late.items[i]);
    tell_transitions(session, work);
}
