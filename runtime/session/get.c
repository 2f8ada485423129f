/*
 * Asking by key: the identity map answers first, and only what it does not know, or knows as
 * expired, costs a SELECT (SES-072 to 077). The row of an expired instance that went makes the
 * instance one that was deleted (SES-075).
 */
#include "session/session.h"

#include "base/error.h"

/* The row of an expired instance went: it is as if deleted here too (SES-075). */
static void note_row_gone(calx_session *session, calx_instance *instance)
{
    if (instance->state != CALX_STATE_PERSISTENT)
        return; /* an autoflush has just deleted it */
    if (calx_instances_reserve(&session->deleted, 1) != CALX_OK)
        return; /* it stays expired, and is found out again at the next use */
    if ((instance->flags & CALX_INSTANCE_MARKED) != 0)
        calx_instances_remove(&session->marked, instance);
    instance->flags &= (uint16_t)~CALX_INSTANCE_MARKED;
    calx_identity_remove(session, instance);
    if (instance->watch != NULL)
        calx_watch_list_remove(instance->watch);
    instance->state = CALX_STATE_DELETED;
    (void)calx_instances_push(&session->deleted, instance);
}

calx_status calx_session_find(calx_session *session, calx_entity *entity, const calx_value *values,
                              calx_instance **out_instance)
{
    calx_key key;
    *out_instance = NULL;
    calx_status status = calx_key_from_values(&key, entity->mapper, values);
    if (status != CALX_OK)
        return calx_session_fail(session, status, "the key given for %s does not fit its columns",
                                 entity->mapper->name);
    calx_instance *present = calx_identity_find(session, &key);
    calx_key_clear(&key);
    if (present != NULL && !calx_session_is_expired(session, present)) {
        if ((present->flags & CALX_INSTANCE_HELD) == 0)
            present->flags |= CALX_INSTANCE_HELD; /* asked first: a hit should only read */
        *out_instance = present;
        return CALX_OK;
    }
    status = calx_session_autoflush(session);
    if (status == CALX_OK)
        status = calx_session_select_by_key(session, entity, values, out_instance);
    if (status == CALX_OK && *out_instance == NULL && present != NULL)
        note_row_gone(session, present);
    return status;
}

static bool is_all_null(const calx_mapper *mapper, const calx_value *key)
{
    for (size_t i = 0; i < mapper->key_count; i++)
        if (key[i].type != CALX_VALUE_NULL)
            return false;
    return true;
}

calx_status calx_session_get(calx_session *session, const calx_mapper *mapper,
                             const calx_value *key, const void **out_entity)
{
    calx_status status = calx_session_enter(session);
    if (status != CALX_OK)
        return status;
    calx_entity *entity = calx_session_entity(session, mapper);
    if (entity == NULL)
        return session->error.status;
    if (key == NULL)
        return calx_session_fail(session, CALX_E_ARGUMENT, "the key of the %s is NULL",
                                 mapper->name);
    calx_instance *found = NULL;
    if (is_all_null(mapper, key))
        calx_session_warn(session, "no %s has a key that is NULL", mapper->name);
    else
        status = calx_session_find(session, entity, key, &found);
    if (status == CALX_OK)
        *out_entity = found == NULL ? NULL : calx_instance_entity(found);
    return status;
}

calx_status calx_session_get_one(calx_session *session, const calx_mapper *mapper,
                                 const calx_value *key, const void **out_entity)
{
    const void *found = NULL;
    calx_status status = calx_session_get(session, mapper, key, &found);
    if (status != CALX_OK)
        return status;
    if (found == NULL) {
        calx_buffer text = CALX_BUFFER_INIT;
        calx_key_describe(&text, mapper, key);
        calx_session_fail(session, CALX_E_NO_RESULT, "there is no %s", calx_buffer_text(&text));
        calx_buffer_clear(&text);
        return CALX_E_NO_RESULT;
    }
    *out_entity = found;
    return CALX_OK;
}
