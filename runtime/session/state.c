/*
 * States changed by hand (SES-059, 060): instances that forget where they came from, or are told.
 */
#include "session/checksum.h"

#include "base/allocator.h"
#include "base/error.h"
#include "mapper/column.h"

#include <string.h>

/* ---- looking ---- */

calx_status calx_instance_state(const void *entity, calx_state *out_state)
{
    const calx_instance *instance = calx_instance_of(entity);
    if (instance == NULL)
        return CALX_E_UNMAPPED;
    if (out_state == NULL)
        return CALX_E_ARGUMENT;
    *out_state = (calx_state)instance->state;
    return CALX_OK;
}

bool calx_instance_was_deleted(const void *entity)
{
    const calx_instance *instance = calx_instance_of(entity);
    return instance != NULL && (instance->flags & CALX_INSTANCE_WAS_DELETED) != 0;
}

static bool is_stale(const calx_instance *instance)
{
    if (instance->state == CALX_STATE_PERSISTENT)
        return calx_session_is_expired(instance->session, instance);
    return instance->state == CALX_STATE_DETACHED && (instance->flags & CALX_INSTANCE_STALE) != 0;
}

bool calx_instance_is_expired(const void *entity)
{
    const calx_instance *instance = calx_instance_of(entity);
    return instance != NULL && is_stale(instance);
}

/* ---- to transient ---- */

static void empty_column(calx_instance *instance, const calx_column *column)
{
    char *struct_ = calx_instance_entity(instance);
    memset(struct_ + column->offset, 0, column->size);
    if ((column->flags & CALX_COLUMN_NULL_FLAG) != 0)
        memset(struct_ + column->null_offset, 0, sizeof(bool));
}

/* What nobody loaded and nobody set since is not known. */
static void empty_stale_columns(calx_instance *instance)
{
    const calx_watch *watch = instance->watch;
    for (size_t i = 0; i < instance->mapper->column_count; i++)
        if (calx_session_has_expired(instance, i) &&
            (watch == NULL || !calx_plan_has(watch->set, i)))
            empty_column(instance, &instance->mapper->columns[i]);
}

calx_status calx_make_transient(const void *entity)
{
    calx_instance *instance = calx_instance_of(entity);
    if (instance == NULL)
        return CALX_E_UNMAPPED;
    calx_session *session = instance->session;
    if (session != NULL && calx_session_enter(session) == CALX_OK && session->flushing)
        return calx_session_fail(session, CALX_E_STATE,
                                 "a %s cannot be made transient while a flush writes it",
                                 instance->mapper->name);
    if (session != NULL && calx_session_check_barred(session, CALX_BAR_CHANGES) != CALX_OK)
        return CALX_E_STATE;
    calx_state before = (calx_state)instance->state;
    calx_checksum_end(instance);
    if (is_stale(instance))
        empty_stale_columns(instance);
    if (session != NULL)
        calx_session_forget(session, instance);
    calx_links_detach(instance);
    calx_session_unkeep(instance);
    calx_watch_drop(instance);
    calx_watch_sweep_texts(instance);
    calx_key_clear(&instance->key);
    instance->flags &=
        (uint16_t) ~(CALX_INSTANCE_WAS_DELETED | CALX_INSTANCE_STALE | CALX_INSTANCE_LACKING);
    instance->state = CALX_STATE_TRANSIENT;
    instance->epoch = 0;
    if (session != NULL)
        calx_session_note_left(session, instance, before);
    return CALX_OK;
}

/* ---- to detached ---- */

/* Whether a member has a value: one that is empty was not set, unless a setter says so. */
static bool is_set(const calx_instance *instance, size_t i)
{
    return (instance->watch != NULL && calx_plan_has(instance->watch->set, i)) ||
           !calx_column_is_empty(&instance->mapper->columns[i], calx_instance_entity(instance));
}

static bool has_key_set(const calx_instance *instance)
{
    const calx_mapper *mapper = instance->mapper;
    for (size_t i = 0; i < mapper->key_count; i++) {
        bool is_made = (mapper->columns[mapper->key[i]].flags & CALX_COLUMN_GENERATED) != 0;
        if (is_made && !is_set(instance, mapper->key[i]))
            return false;
    }
    return mapper->key_count > 0;
}

/* A watch whose snapshot is what was set, and in which the other columns are expired. */
static calx_status note_unset(calx_instance *instance)
{
    size_t words = calx_plan_words(instance->mapper);
    uint64_t *unset = calx_alloc_zeroed(words * sizeof(*unset));
    bool any = false;
    if (unset == NULL)
        return CALX_E_NOMEM;
    calx_status status = calx_watch_ensure(instance);
    for (size_t i = 0; status == CALX_OK && i < instance->mapper->column_count; i++) {
        if (is_set(instance, i))
            continue;
        calx_plan_include(unset, i);
        any = true;
    }
    if (status == CALX_OK)
        status = calx_watch_own_texts(instance);
    if (status == CALX_OK && any)
        status = calx_watch_expire(instance->watch, unset);
    calx_release(unset);
    return status;
}

calx_status calx_make_transient_to_detached(const void *entity)
{
    calx_instance *instance = calx_instance_of(entity);
    calx_key key;
    if (instance == NULL)
        return CALX_E_UNMAPPED;
    if (instance->session != NULL)
        (void)calx_session_enter(instance->session);
    if (instance->state != CALX_STATE_TRANSIENT)
        return calx_session_fail(instance->session, CALX_E_STATE,
                                 "this %s is not transient: it has a key already, or is in a "
                                 "session",
                                 instance->mapper->name);
    if (!has_key_set(instance))
        return CALX_E_STATE;
    calx_status status = calx_key_from_instance(&key, instance->mapper, entity);
    if (status != CALX_OK)
        return status == CALX_E_NOMEM ? status : CALX_E_STATE;
    status = note_unset(instance);
    if (status == CALX_OK)
        status = calx_watch_take_snapshot(instance->watch);
    if (status != CALX_OK) {
        calx_key_clear(&key);
        instance->flags &= (uint16_t)~CALX_INSTANCE_PARTLY;
        return status;
    }
    instance->key = key;
    instance->state = CALX_STATE_DETACHED;
    instance->epoch = 1; /* any: it counts as loaded, but for what is noted as expired */
    return CALX_OK;
}
