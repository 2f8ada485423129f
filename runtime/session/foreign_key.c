/*
 * Foreign keys from links: what an instance points at is written into its columns when its row is,
 * since only then the other's key is there (SES-183, 186).
 */
#include "session/write.h"

#include "base/error.h"
#include "mapper/column.h"
#include "session/reference.h"

/* A foreign key's column takes the target's value, or NULL when there is no target. */
static calx_status write_part(calx_session *session, calx_instance *instance,
                              const calx_instance *target, size_t foreign_key, size_t part)
{
    const calx_foreign_key *key = &instance->mapper->foreign_keys[foreign_key];
    const calx_column *column = &instance->mapper->columns[key->columns[part]];
    calx_value value = calx_value_null();
    const char *reason = "";
    calx_status status = CALX_OK;
    if (target != NULL)
        status = calx_column_read(&key->target->columns[key->target_columns[part]],
                                  calx_instance_entity(target), &value);
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

static bool has_row(const calx_instance *instance)
{
    return instance->state != CALX_STATE_PENDING || instance->watch->has_snapshot ||
           (instance->flags & CALX_INSTANCE_SWITCHED) != 0;
}

/* A row whose reference is written apart is inserted without it, if its target is not there. */
static bool waits(const calx_session *session, const calx_instance *instance, const calx_link *link,
                  size_t foreign_key)
{
    return link->target != NULL && !has_row(instance) && !has_row(link->target) &&
           calx_reference_is_post_updated(session, instance->mapper, foreign_key);
}

/* A stored row whose key names its owner would become another row without it (SES-188). */
static calx_status refuse_none(calx_session *session, const calx_instance *instance,
                               const calx_foreign_key *key)
{
    const calx_column *column = &instance->mapper->columns[key->columns[0]];
    bool is_key = instance->state == CALX_STATE_PERSISTENT;
    for (size_t part = 0; is_key && part < key->column_count; part++)
        is_key = (instance->mapper->columns[key->columns[part]].flags & CALX_COLUMN_KEY) != 0;
    return calx_session_fail(
        session, is_key ? CALX_E_ASSERTION : CALX_E_NOT_NULL,
        "%s.%s is %s, so a %s cannot be without its %s: delete it, or give it another",
        instance->mapper->table, column->name, is_key ? "part of the key" : "NOT NULL",
        instance->mapper->name, key->target->name);
}

static calx_status write_link(calx_session *session, calx_instance *instance, const calx_link *link,
                              size_t foreign_key)
{
    const calx_foreign_key *key = &instance->mapper->foreign_keys[foreign_key];
    const calx_instance *target = waits(session, instance, link, foreign_key) ? NULL : link->target;
    if (link->target == NULL && calx_reference_is_kept(session, instance->mapper, foreign_key))
        return CALX_OK;
    if (link->target == NULL && !calx_reference_can_be_null(instance->mapper, foreign_key))
        return refuse_none(session, instance, key);
    for (size_t part = 0; part < key->column_count; part++) {
        calx_status status = write_part(session, instance, target, foreign_key, part);
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}

calx_status calx_writer_links(calx_session *session, calx_instance *instance)
{
    for (size_t i = 0; instance->links != NULL && i < instance->mapper->foreign_key_count; i++) {
        const calx_link *link = calx_link_at(instance, i);
        calx_status status =
            link->state == CALX_LINK_CHANGED ? write_link(session, instance, link, i) : CALX_OK;
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}
