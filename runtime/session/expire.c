/*
 * Keeping up to date. expire() only says that the fields may be stale; load(), and whatever else
 * needs the row, fetches it; refresh() does both. Plain reads of a field do no I/O: what was loaded
 * last stays visible until then.
 */
#include "session/session.h"

#include "base/error.h"

/* The key the row has in the database: as it was loaded, not as it may have been set since. */
static const void *stored_struct(const calx_instance *instance)
{
    const calx_watch *watch = instance->watch;
    return watch != NULL && watch->has_snapshot ? watch->snapshot : calx_instance_entity(instance);
}

static calx_status reload(calx_session *session, calx_instance *instance, calx_status if_gone)
{
    calx_entity *entity = calx_session_entity(session, instance->mapper);
    if (entity == NULL)
        return session->error.status;
    calx_value *values = entity->row + entity->mapper->column_count;
    calx_status status = calx_key_read(entity->mapper, stored_struct(instance), values);
    calx_instance *found = NULL;
    if (status == CALX_OK)
        status = calx_session_select_by_key(session, entity, values, &found);
    if (status != CALX_OK || found != NULL)
        return status;
    calx_buffer text = CALX_BUFFER_INIT;
    calx_session_describe(&text, instance);
    calx_session_fail(session, if_gone, "the row of %s is gone", calx_buffer_text(&text));
    calx_buffer_clear(&text);
    return if_gone;
}

calx_status calx_session_freshen(calx_session *session, calx_instance *instance)
{
    if (instance->state != CALX_STATE_PERSISTENT || !calx_session_is_expired(session, instance))
        return CALX_OK;
    calx_status status = calx_session_autoflush(session);
    if (status != CALX_OK || !calx_session_is_expired(session, instance))
        return status;
    return reload(session, instance, CALX_E_OBJECT_DELETED);
}

static calx_status persistent_member(calx_session *session, const void *entity,
                                     calx_instance **out_instance)
{
    calx_status status = calx_session_member(session, entity, out_instance);
    if (status == CALX_OK && (*out_instance)->state != CALX_STATE_PERSISTENT)
        return calx_session_fail(session, CALX_E_STATE,
                                 "this %s is not persistent: it was never flushed, or its row was "
                                 "deleted",
                                 (*out_instance)->mapper->name);
    return status;
}

/* Changes and loaded relationships go; the fields show what was loaded last. */
static void expire(calx_instance *instance)
{
    if (instance->watch != NULL)
        calx_watch_revert(instance->watch);
    calx_links_unload(instance, false);
    instance->flags |= CALX_INSTANCE_EXPIRED;
}

calx_status calx_session_expire(calx_session *session, const void *entity)
{
    calx_instance *instance = NULL;
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = persistent_member(session, entity, &instance);
    if (status == CALX_OK)
        expire(instance);
    return status;
}

calx_status calx_session_expire_all(calx_session *session)
{
    calx_status status = calx_session_enter(session);
    if (status != CALX_OK)
        return status;
    size_t position = 0;
    for (calx_instance *instance;
         (instance = calx_map_next(&session->identity, &position)) != NULL;)
        expire(instance);
    return CALX_OK;
}

calx_status calx_session_load(calx_session *session, const void *entity)
{
    calx_instance *instance = NULL;
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = calx_session_member(session, entity, &instance);
    return status == CALX_OK ? calx_session_freshen(session, instance) : status;
}

calx_status calx_session_refresh(calx_session *session, const void *entity)
{
    calx_instance *instance = NULL;
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = persistent_member(session, entity, &instance);
    if (status != CALX_OK)
        return status;
    expire(instance);
    status = calx_session_autoflush(session);
    return status == CALX_OK ? reload(session, instance, CALX_E_STATE) : status;
}
