/*
 * What a version column needs (SES-340 to 346): it starts at 1, every UPDATE counts it up, and the
 * row must have the version it was loaded with.
 */
#include "session/version.h"

#include "base/error.h"
#include "mapper/column.h"

static calx_status write_version(calx_writer *writer, calx_instance *instance, int64_t version)
{
    const calx_column *column = &instance->mapper->columns[writer->entity->version];
    calx_value value = calx_value_int64(version);
    const char *reason = "";
    calx_status status = calx_column_write(column, calx_instance_entity(instance), &value, &reason);
    return status == CALX_OK ? CALX_OK
                             : calx_session_fail(writer->session, status, "%s.%s: %s",
                                                 instance->mapper->name, column->member, reason);
}

calx_status calx_version_start(calx_writer *writer, calx_instance *instance)
{
    int version = writer->entity->version;
    if (version < 0 ||
        !calx_column_is_empty(&instance->mapper->columns[version], calx_instance_entity(instance)))
        return CALX_OK;
    return write_version(writer, instance, 1);
}

calx_status calx_version_raise(calx_writer *writer, calx_instance *instance)
{
    int version = writer->entity->version;
    if (version < 0 || calx_plan_has(writer->entity->columns, (size_t)version))
        return CALX_OK;
    calx_value value;
    calx_status status =
        calx_column_read(&instance->mapper->columns[version], calx_writer_stored(instance), &value);
    if (status == CALX_OK && value.as.int64 == INT64_MAX)
        return calx_session_fail(writer->session, CALX_E_DATA, "%s.%s cannot be counted up further",
                                 instance->mapper->name, instance->mapper->columns[version].member);
    if (status == CALX_OK)
        status = write_version(writer, instance, value.as.int64 + 1);
    if (status == CALX_OK)
        calx_plan_include(writer->entity->columns, (size_t)version);
    return status;
}

calx_status calx_version_meet(calx_writer *writer, calx_instance *instance)
{
    calx_session *session = writer->session;
    bool is_known =
        writer->entity->version < 0 || !calx_session_is_expired(session, instance) ||
        (instance->epoch == session->epoch && (instance->flags & CALX_INSTANCE_NEW_IN_TX) != 0);
    if (is_known)
        return CALX_OK;
    calx_status status = calx_session_freshen(session, instance);
    if (status != CALX_E_OBJECT_DELETED)
        return status;
    return calx_session_fail(session, CALX_E_STALE_DATA, "there is no such row any more");
}

calx_status calx_version_missed(calx_writer *writer, const calx_instance *instance)
{
    const calx_mapper *mapper = instance->mapper;
    calx_value version;
    if (writer->entity->version < 0) {
        calx_session_fail(writer->session, CALX_E_STALE_DATA, "there is no such row any more");
    } else {
        (void)calx_column_read(&mapper->columns[writer->entity->version],
                               calx_writer_stored(instance), &version);
        calx_session_fail(writer->session, CALX_E_STALE_DATA,
                          "there is no such row of version %lld any more: somebody changed or "
                          "deleted it",
                          (long long)version.as.int64);
    }
    calx_error_statement(&writer->session->error, writer->plan->sql);
    return CALX_E_STALE_DATA;
}
