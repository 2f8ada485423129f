/*
 * UPDATEs: the columns that changed, of the row as it was loaded (SES-178). An instance whose key
 * changes is known by the new one at once (SES-203).
 */
#include "session/version.h"

#include "base/error.h"

static bool changes_key(const calx_writer *writer)
{
    const calx_mapper *mapper = writer->entity->mapper;
    for (size_t i = 0; i < mapper->key_count; i++)
        if (calx_plan_has(writer->entity->columns, mapper->key[i]))
            return true;
    return false;
}

/* Under its new key from now on; the old one is kept for a rollback (SES-109, 203). */
static calx_status rekey(calx_writer *writer, calx_instance *instance)
{
    calx_session *session = writer->session;
    calx_key key;
    calx_status status =
        calx_key_from_instance(&key, instance->mapper, calx_instance_entity(instance));
    if (status == CALX_E_NOMEM)
        return calx_error_set_nomem(&session->error);
    if (status != CALX_OK)
        return calx_session_fail(session, CALX_E_FLUSH, "the new key is not complete");
    calx_identity_remove(session, instance);
    calx_session_displace(session, &key);
    if (instance->watch->origin_key.mapper == NULL)
        instance->watch->origin_key = instance->key;
    else
        calx_key_clear(&instance->key);
    instance->key = key;
    calx_identity_put(session, instance);
    return CALX_OK;
}

static calx_status send_update(calx_writer *writer, calx_instance *instance)
{
    size_t count = 0;
    int64_t changes = 0;
    calx_status status =
        calx_writer_bind_columns(writer, instance, writer->entity->columns, &count);
    if (status == CALX_OK)
        status = calx_writer_bind_where(writer, instance, &count);
    if (status == CALX_OK)
        status = calx_writer_open(writer, CALX_PLAN_UPDATE, writer->entity->columns);
    if (status == CALX_OK)
        status = calx_writer_run_columns(writer, count, &changes);
    if (status == CALX_OK && changes == 0)
        status = calx_version_missed(writer, instance);
    return status;
}

calx_status calx_update_row(calx_writer *writer, calx_instance *instance)
{
    calx_session *session = writer->session;
    calx_watch *watch = instance->watch;
    calx_status status = calx_version_meet(writer, instance);
    if (status == CALX_OK)
        status = calx_writer_links(session, instance);
    if (status == CALX_OK && !calx_watch_changes(watch, writer->entity->columns))
        return CALX_OK; /* the link led to where the columns pointed already */
    if (status == CALX_OK &&
        (calx_watch_own_texts(instance) != CALX_OK || calx_watch_keep_origin(watch) != CALX_OK))
        status = calx_error_set_nomem(&session->error);
    if (status == CALX_OK)
        status = calx_version_raise(writer, instance);
    bool new_key = changes_key(writer);
    if (status == CALX_OK)
        status = send_update(writer, instance);
    if (status == CALX_OK && new_key)
        status = rekey(writer, instance);
    if (status == CALX_OK && calx_watch_take_snapshot(watch) != CALX_OK)
        status = calx_error_set_nomem(&session->error);
    return status == CALX_OK ? CALX_OK : calx_writer_blame(writer, instance, "updating");
}
