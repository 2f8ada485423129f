/*
 * Instances after UPDATE and DELETE by criteria. Each that changes is remembered as after a flush,
 * so that a rollback expires it and a rollback to a savepoint too (SES-135); nothing is cascaded,
 * no version is raised, and collections that hold the instance are not looked for (SES-333).
 */
#include "session/synchronize.h"

#include "base/error.h"
#include "session/partial.h"
#include "session/write.h"

#include <string.h>

static bool is_wholly_expired(const calx_session *session, const calx_instance *instance)
{
    return calx_session_is_expired(session, instance) &&
           !calx_session_is_partly_expired(session, instance);
}

/* What it was is remembered, for the rollback of the innermost boundary. */
static calx_status remember(calx_session *session, calx_instance *instance)
{
    calx_status status = calx_watch_ensure(instance);
    if (status == CALX_OK && !instance->watch->has_snapshot)
        status = calx_watch_take_snapshot(instance->watch);
    if (status == CALX_OK)
        status = calx_watch_keep_origin(instance->watch);
    if (status != CALX_OK)
        return calx_error_set_nomem(&session->error);
    if (instance->watch->list == NULL)
        calx_watch_list_append(&session->cold, instance->watch);
    return CALX_OK;
}

/* An expired instance needs no watch where a rollback expires everything. */
static calx_status remember_expired(calx_session *session, calx_instance *instance)
{
    return session->boundary->outer == NULL ? CALX_OK : remember(session, instance);
}

static bool touches(const calx_foreign_key *key, const uint64_t *columns)
{
    for (size_t i = 0; i < key->column_count; i++)
        if (calx_plan_has(columns, key->columns[i]))
            return true;
    return false;
}

/* Where it points is told by the columns again, also where that was changed and not written. */
static void outdate_links(calx_instance *instance, const uint64_t *columns)
{
    const calx_mapper *mapper = instance->mapper;
    for (unsigned i = 0; instance->links != NULL && i < mapper->relationship_count; i++) {
        const calx_relationship *facts = &mapper->relationships[i];
        if (facts->kind == CALX_RELATIONSHIP_ONE &&
            touches(&mapper->foreign_keys[facts->foreign_key], columns))
            calx_links_unload_one(instance, i);
    }
}

static calx_status write_values(calx_session *session, calx_instance *instance,
                                const calx_synchronizing *change, const uint64_t *kept)
{
    const calx_mapper *mapper = instance->mapper;
    const char *reason = "";
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < mapper->column_count; i++)
        if (!calx_plan_has(kept, i))
            status = calx_watch_write(instance, &mapper->columns[i], &change->values[i], &reason);
    if (status == CALX_OK)
        status = calx_watch_agree_on_some(instance->watch, kept);
    if (status == CALX_E_NOMEM)
        return calx_error_set_nomem(&session->error);
    if (status != CALX_OK)
        return calx_session_fail(session, status, "%s: %s", mapper->name, reason);
    return CALX_OK;
}

/* Given values, but where the column is to be loaded anyway. Nothing of them is to be written. */
static calx_status take_given(calx_session *session, calx_instance *instance,
                              const calx_synchronizing *change)
{
    uint64_t *kept = change->entity->columns;
    size_t words = calx_plan_words(instance->mapper);
    for (size_t i = 0; i < words; i++)
        kept[i] = ~change->given[i] | calx_session_stale_word(instance, i);
    calx_status status = write_values(session, instance, change, kept);
    calx_watch_revert_columns(instance->watch, change->given);
    calx_watch_sweep_texts(instance);
    return status;
}

/* Those of the columns that were ever loaded; NULL: none was. */
static const uint64_t *loaded_of(const calx_instance *instance, const calx_entity *entity,
                                 const uint64_t *columns)
{
    const uint64_t *lacks = calx_instance_lacks(instance);
    uint64_t any = 0;
    for (size_t i = 0; i < calx_plan_words(instance->mapper); i++) {
        entity->columns[i] = columns[i] & ~(lacks == NULL ? 0 : lacks[i]);
        any |= entity->columns[i];
    }
    return any == 0 ? NULL : entity->columns;
}

/* *any becomes true where something is expired. */
static calx_status expire(calx_session *session, calx_instance *instance,
                          const calx_synchronizing *change, const uint64_t *columns, bool *any)
{
    const uint64_t *loaded = loaded_of(instance, change->entity, columns);
    if (loaded == NULL)
        return CALX_OK;
    *any = true;
    return calx_session_expire_columns(session, instance, loaded);
}

/* What was assigned and not written is lost: the row has other values. */
static calx_status discard(calx_session *session, calx_instance *instance,
                           const calx_synchronizing *change)
{
    calx_status status = remember_expired(session, instance);
    if (status != CALX_OK || instance->watch == NULL)
        return status;
    calx_watch_revert_columns(instance->watch, change->given);
    calx_watch_revert_columns(instance->watch, change->worked_out);
    return CALX_OK;
}

static void outdate_all(calx_instance *instance, const calx_synchronizing *change)
{
    outdate_links(instance, change->given);
    outdate_links(instance, change->worked_out);
}

calx_status calx_synchronize_updated(calx_session *session, calx_instance *instance,
                                     const calx_synchronizing *change)
{
    bool any = false;
    bool expired = is_wholly_expired(session, instance);
    calx_status status = expired ? discard(session, instance, change) : remember(session, instance);
    if (status == CALX_OK && !expired)
        status = take_given(session, instance, change);
    if (status == CALX_OK && !expired)
        status = expire(session, instance, change, change->worked_out, &any);
    if (status == CALX_OK)
        outdate_all(instance, change);
    if (status == CALX_OK && any)
        calx_session_note(session, CALX_SESSION_EXPIRE, instance);
    return status;
}

calx_status calx_synchronize_doubtful(calx_session *session, calx_instance *instance,
                                      const calx_synchronizing *change)
{
    bool any = false;
    bool expired = is_wholly_expired(session, instance);
    calx_status status = expired ? discard(session, instance, change) : remember(session, instance);
    if (status == CALX_OK && !expired)
        status = expire(session, instance, change, change->given, &any);
    if (status == CALX_OK && !expired)
        status = expire(session, instance, change, change->worked_out, &any);
    if (status == CALX_OK)
        outdate_all(instance, change);
    if (status == CALX_OK && any)
        calx_session_note(session, CALX_SESSION_EXPIRE, instance);
    return status;
}

calx_status calx_synchronize_perhaps_deleted(calx_session *session, calx_instance *instance)
{
    if (is_wholly_expired(session, instance))
        return CALX_OK;
    calx_status status = remember(session, instance);
    if (status != CALX_OK)
        return status;
    calx_session_expire_instance(instance);
    calx_session_note(session, CALX_SESSION_EXPIRE, instance);
    return CALX_OK;
}

calx_status calx_synchronize_deleted(calx_session *session, const calx_instances *instances)
{
    if (calx_instances_reserve(&session->deleted, instances->count) != CALX_OK ||
        calx_identity_reserve(session, instances->count) != CALX_OK)
        return calx_error_set_nomem(&session->error);
    for (size_t i = 0; i < instances->count; i++) {
        calx_instance *instance = instances->items[i];
        if ((instance->flags & CALX_INSTANCE_MARKED) != 0)
            calx_instances_remove(&session->marked, instance);
        calx_session_settle_deleted(session, instance);
    }
    /* When all of them are what they are now. */
    for (size_t i = 0; i < instances->count; i++)
        calx_session_note(session, CALX_SESSION_PERSISTENT_TO_DELETED, instances->items[i]);
    return CALX_OK;
}

/* The instance of entity->row, if it is loaded, as a rollback to a savepoint needs it. */
static calx_status remember_present(calx_session *session, const calx_entity *entity)
{
    const calx_mapper *mapper = entity->mapper;
    calx_value *values = entity->row + mapper->column_count;
    calx_key key;
    if (session->boundary->outer == NULL)
        return CALX_OK;
    for (size_t i = 0; i < mapper->key_count; i++)
        values[i] = entity->row[mapper->key[i]];
    calx_status status = calx_key_from_values(&key, mapper, values);
    if (status == CALX_E_NOMEM)
        return calx_error_set_nomem(&session->error);
    if (status != CALX_OK)
        return CALX_OK; /* who reads the row tells what is wrong with it */
    calx_instance *present = calx_identity_find(session, &key);
    calx_key_clear(&key);
    return present == NULL ? CALX_OK : remember(session, present);
}

calx_status calx_synchronize_written(calx_session *session, calx_entity *entity,
                                     calx_instance **out_instance)
{
    bool is_new = false;
    calx_status status = remember_present(session, entity);
    if (status == CALX_OK)
        status = calx_session_repopulate(session, entity, out_instance, &is_new);
    if (status == CALX_OK && *out_instance == NULL)
        status = calx_session_fail(session, CALX_E_DATA, "a row of table \"%s\" has no key",
                                   entity->mapper->table);
    if (status == CALX_OK && is_new)
        status = remember_expired(session, *out_instance);
    if (status == CALX_OK)
        (*out_instance)->flags |= CALX_INSTANCE_HELD;
    return status;
}
