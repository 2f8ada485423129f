/*
 * The identity map: one instance for one row, however often it is asked for (SES-070, 071). Each
 * mapper the session has met is a kind of keys in one table.
 */
#include "session/session.h"

calx_identity_slot *calx_identity_look(const calx_session *session, const calx_key *key)
{
    const calx_entity *entity = calx_session_met(session, key->mapper);
    if (entity == NULL || session->identity.count == 0)
        return NULL;
    calx_identity_slot *slot = calx_identity_table_key(&session->identity, key, entity->kind);
    return slot->kind == 0 ? NULL : slot;
}

calx_instance *calx_identity_find(const calx_session *session, const calx_key *key)
{
    const calx_identity_slot *slot = calx_identity_look(session, key);
    return slot == NULL ? NULL : slot->instance;
}

void calx_identity_put(calx_session *session, calx_instance *instance)
{
    /* Reserved before: with it goes the promise that a rollback can put back what was deleted. */
    const calx_entity *entity = calx_session_met(session, instance->mapper);
    calx_identity_table_add(&session->identity, instance, entity->kind);
}

static calx_identity_slot *slot_of(const calx_session *session, const calx_instance *instance)
{
    const calx_entity *entity = calx_session_met(session, instance->mapper);
    return entity == NULL ? NULL
                          : calx_identity_table_find(&session->identity, instance, entity->kind);
}

void calx_identity_remove(calx_session *session, calx_instance *instance)
{
    calx_identity_slot *slot = slot_of(session, instance);
    if (slot != NULL)
        calx_identity_table_vacate(&session->identity, slot);
}

void calx_identity_doubt(calx_session *session, const calx_instance *instance)
{
    calx_identity_slot *slot = slot_of(session, instance);
    if (slot != NULL)
        slot->epoch = 0;
}

void calx_identity_expire(calx_session *session, calx_instance *instance)
{
    instance->flags |= CALX_INSTANCE_EXPIRED;
    calx_identity_doubt(session, instance);
}

calx_instance *calx_identity_next(const calx_session *session, size_t *position)
{
    return calx_identity_table_next(&session->identity, position);
}
