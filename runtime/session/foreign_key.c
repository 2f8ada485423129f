/*
 * Foreign keys from links: what an instance points at is written into its columns when its row is,
 * since only then the other's key is there (SES-183, 186).
 */
#include "session/write.h"

#include "base/error.h"
#include "mapper/column.h"

static bool can_be_null(const calx_mapper *mapper, const calx_foreign_key *key)
{
    for (size_t i = 0; i < key->column_count; i++)
        if ((mapper->columns[key->columns[i]].flags & (CALX_COLUMN_NOT_NULL | CALX_COLUMN_KEY)) !=
            0)
            return false;
    return true;
}

/* A foreign key's column takes the target's value, or NULL when there is no target. */
static calx_status write_part(calx_session *session, calx_instance *instance, const calx_link *link,
                              size_t foreign_key, size_t part)
{
    const calx_foreign_key *key = &instance->mapper->foreign_keys[foreign_key];
    const calx_column *column = &instance->mapper->columns[key->columns[part]];
    calx_value value = calx_value_null();
    const char *reason = "";
    calx_status status = CALX_OK;
    if (link->target != NULL)
        status = calx_column_read(&key->target->columns[key->target_columns[part]],
                                  calx_instance_entity(link->target), &value);
    if (status == CALX_OK)
        status = calx_watch_write(instance, column, &value, &reason);
    if (status == CALX_E_NOMEM)
        return calx_error_set_nomem(&session->error);
    if (status != CALX_OK)
        return calx_session_fail(session, status, "%s.%s: %s", instance->mapper->name,
                                 column->member, reason);
    if (instance->state == CALX_STATE_PERSISTENT && calx_session_is_expired(session, instance) &&
        calx_session_has_expired(instance, key->columns[part])) {
        calx_plan_include(instance->watch->set, key->columns[part]); /* nothing to compare with */
        instance->watch->has_set = true;
    }
    return CALX_OK;
}

static calx_status write_link(calx_session *session, calx_instance *instance, const calx_link *link,
                              size_t foreign_key)
{
    const calx_foreign_key *key = &instance->mapper->foreign_keys[foreign_key];
    if (link->target == NULL && !can_be_null(instance->mapper, key))
        return calx_session_fail(session, CALX_E_NOT_NULL,
                                 "%s.%s is NOT NULL, so a %s cannot be without its %s: delete it, "
                                 "or give it another",
                                 instance->mapper->table,
                                 instance->mapper->columns[key->columns[0]].name,
                                 instance->mapper->name, key->target->name);
    for (size_t part = 0; part < key->column_count; part++) {
        calx_status status = write_part(session, instance, link, foreign_key, part);
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}

calx_status calx_writer_links(calx_session *session, calx_instance *instance)
{
    for (size_t i = 0; instance->links != NULL && i < instance->mapper->foreign_key_count; i++) {
        const calx_link *link = &instance->links->links[i];
        calx_status status =
            link->state == CALX_LINK_CHANGED ? write_link(session, instance, link, i) : CALX_OK;
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}
