/*
 * The identity map: one instance for one row, however often it is asked for (SES-070, 071).
 */
#include "session/session.h"

static bool has_key(const void *value, const void *key)
{
    const calx_instance *instance = value;
    return calx_key_equal(&instance->key, key);
}

calx_instance *calx_identity_find(const calx_session *session, const calx_key *key)
{
    return calx_map_find(&session->identity, key->hash, has_key, key);
}

calx_status calx_identity_reserve(calx_session *session, size_t more)
{
    return calx_map_reserve(&session->identity, more + session->deleted.count);
}

void calx_identity_put(calx_session *session, calx_instance *instance)
{
    /* Reserved before: with it goes the promise that a rollback can put back what was deleted. */
    (void)calx_map_put(&session->identity, instance->key.hash, instance);
}

void calx_identity_remove(calx_session *session, calx_instance *instance)
{
    calx_map_remove(&session->identity, instance->key.hash, instance);
}
