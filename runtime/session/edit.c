/*
 * Changing instances: the mutable pointer and the setters. Both put the instance under watch before
 * anything is written, so that there is something to compare with.
 */
#include "session/checksum.h"
#include "session/set_expression.h"

#include "base/allocator.h"
#include "base/error.h"
#include "mapper/column.h"

#include <string.h>

/* ---- instances of no session ---- */

void *calx_instance_new(const calx_mapper *mapper)
{
    if (mapper == NULL || mapper->abi != CALX_MAPPER_ABI)
        return NULL;
    calx_instance *instance = calx_instance_take(NULL, mapper, 0, calx_watch_room(mapper));
    if (instance == NULL)
        return NULL;
    instance->flags = CALX_INSTANCE_ROOMY; /* it will be added, mostly, and watched then */
    void *entity = calx_instance_entity(instance);
    if (mapper->prototype != NULL)
        memcpy(entity, mapper->prototype, mapper->instance_size);
    return entity;
}

void calx_instance_free(void *entity)
{
    calx_instance *instance = calx_instance_of(entity);
    if (instance != NULL && instance->session == NULL)
        calx_session_destroy(instance);
}

const calx_mapper *calx_instance_mapper(const void *entity)
{
    const calx_instance *instance = calx_instance_of(entity);
    return instance == NULL ? NULL : instance->mapper;
}

void *calx_instance_copy(const void *entity)
{
    const calx_instance *source = calx_instance_of(entity);
    if (source == NULL)
        return NULL;
    calx_instance *copy = calx_instance_take(NULL, source->mapper, 0, 0);
    if (copy == NULL)
        return NULL;
    void *struct_ = calx_instance_entity(copy);
    memset(struct_, 0, source->mapper->instance_size);
    calx_watch_copy_columns(source->mapper, struct_, entity);
    if (calx_watch_own_texts(copy) != CALX_OK) {
        calx_instance_give(copy);
        return NULL;
    }
    return struct_;
}

/* ---- watching ---- */

static calx_status no_memory(calx_session *session)
{
    return session == NULL ? CALX_E_NOMEM : calx_error_set_nomem(&session->error);
}

static bool is_stored(const calx_instance *instance)
{
    return instance->state == CALX_STATE_PERSISTENT || instance->state == CALX_STATE_DETACHED;
}

/* A watch with a snapshot, if there is something to compare with; on the hot list. */
static calx_status watch(calx_instance *instance)
{
    calx_session *session = instance->session;
    if (calx_watch_ensure(instance) != CALX_OK)
        return no_memory(session);
    if (is_stored(instance) && !instance->watch->has_snapshot &&
        calx_watch_take_snapshot(instance->watch) != CALX_OK)
        return no_memory(session);
    if (instance->state == CALX_STATE_PERSISTENT)
        calx_watch_list_append(&session->hot, instance->watch);
    instance->watch->sealed = false;
    return CALX_OK;
}

/* Whether the struct's values may be older than the row's. */
static bool is_expired(const calx_instance *instance)
{
    if (instance->state == CALX_STATE_PERSISTENT)
        return calx_session_is_expired(instance->session, instance);
    return instance->state == CALX_STATE_DETACHED && (instance->flags & CALX_INSTANCE_STALE) != 0;
}

/* What a session would load first; but there is none. */
static bool is_stale_outside(const calx_instance *instance)
{
    return instance->state == CALX_STATE_DETACHED &&
           (instance->flags & (CALX_INSTANCE_STALE | CALX_INSTANCE_LACKING)) != 0;
}

static calx_status check_editable(const calx_instance *instance)
{
    if (instance->state == CALX_STATE_DELETED || (instance->flags & CALX_INSTANCE_WAS_DELETED) != 0)
        return calx_session_fail(instance->session, CALX_E_STATE,
                                 "this %s was deleted and cannot be changed",
                                 instance->mapper->name);
    if (instance->session == NULL)
        return CALX_OK;
    return calx_session_autobegin(instance->session);
}

void *calx_instance_edit(const void *entity)
{
    calx_instance *instance = calx_instance_of(entity);
    if (instance == NULL)
        return NULL;
    if (instance->session != NULL)
        (void)calx_session_enter(instance->session);
    calx_status status = check_editable(instance);
    if (status == CALX_OK && instance->session != NULL)
        status = calx_session_complete_along(instance->session, instance);
    else if (status == CALX_OK && is_stale_outside(instance))
        status = CALX_E_DETACHED_INSTANCE; /* no session to load it */
    if (status == CALX_OK && instance->state != CALX_STATE_TRANSIENT)
        status = watch(instance);
    return status == CALX_OK ? calx_instance_entity(instance) : NULL;
}

void calx_instance_seal(const void *entity)
{
    calx_instance *instance = calx_instance_of(entity);
    if (instance == NULL || instance->watch == NULL)
        return;
    bool is_needed = instance->watch->records != NULL || /* for a rollback, should it be expunged */
                     (instance->flags & CALX_INSTANCE_NEW_IN_TX) != 0;
    if (instance->state == CALX_STATE_PERSISTENT && !is_needed &&
        !calx_session_is_changed(instance)) {
        calx_watch_drop(instance);
        calx_checksum_note(instance);
    } else {
        instance->watch->sealed = true; /* what was changed so far is still to be written */
    }
}

/* ---- setters ---- */

/* The instance a setter is for; the column must be one of its mapper. */
static calx_status resolve(const void *entity, const calx_column *column,
                           calx_instance **out_instance)
{
    calx_instance *instance = calx_instance_of(entity);
    if (instance == NULL || column == NULL)
        return CALX_E_UNMAPPED;
    if (instance->session != NULL)
        (void)calx_session_enter(instance->session);
    const calx_column *columns = instance->mapper->columns;
    if (column < columns || column >= columns + instance->mapper->column_count)
        return calx_session_fail(instance->session, CALX_E_UNMAPPED,
                                 "an instance of %s has no column %s: it is one of another struct",
                                 instance->mapper->name, column->member);
    *out_instance = instance;
    return check_editable(instance);
}

/* A column that was set is not to be loaded any more. Answers whether it was to be. */
static bool take_as_loaded(calx_instance *instance, size_t column)
{
    uint64_t *lacks = calx_instance_lacks(instance);
    uint64_t left = 0;
    if (lacks == NULL || !calx_plan_has(lacks, column))
        return false;
    lacks[column / 64] &= ~(UINT64_C(1) << (column % 64));
    for (size_t i = 0; i < calx_plan_words(instance->mapper); i++)
        left |= lacks[i];
    if (left == 0) /* there is nothing to be loaded any more */
        instance->flags &= (uint16_t)~CALX_INSTANCE_LACKING;
    return true;
}

/* With nothing to compare the new value with, the mark says that it is to be written. */
static void mark_set(calx_instance *instance, const calx_column *column)
{
    size_t number = (size_t)(column - instance->mapper->columns);
    if (instance->watch->has_snapshot && !take_as_loaded(instance, number) &&
        !(is_expired(instance) && calx_session_has_expired(instance, number)))
        return;
    calx_plan_include(instance->watch->set, number);
    instance->watch->has_set = true;
}

calx_status calx_session_assign(calx_instance *instance, const calx_column *column,
                                const calx_value *value)
{
    const char *reason = "";
    calx_status status = watch(instance);
    if (status == CALX_OK)
        status = calx_watch_write(instance, column, value, &reason);
    if (status == CALX_E_NOMEM)
        return no_memory(instance->session);
    if (status != CALX_OK)
        return calx_session_fail(instance->session, status, "%s.%s: %s", instance->mapper->name,
                                 column->member, reason);
    if (instance->watch->expressions != NULL)
        calx_set_forget(instance, (size_t)(column - instance->mapper->columns));
    mark_set(instance, column);
    return CALX_OK;
}

calx_status calx_session_mark_column(calx_instance *instance, size_t column)
{
    calx_status status = check_editable(instance);
    if (status == CALX_OK)
        status = watch(instance);
    if (status != CALX_OK)
        return status;
    calx_plan_include(instance->watch->set, column);
    instance->watch->has_set = true;
    return CALX_OK;
}

static calx_status set(const void *entity, const calx_column *column, calx_value value)
{
    calx_instance *instance = NULL;
    calx_status status = resolve(entity, column, &instance);
    return status == CALX_OK ? calx_session_assign(instance, column, &value) : status;
}

calx_status calx_instance_set_null(const void *entity, const calx_column *column)
{
    return set(entity, column, calx_value_null());
}

/* Read as if the member stood alone, has_value first. */
calx_status calx_instance_set_nullable(const void *entity, const calx_column *column,
                                       const void *nullable)
{
    calx_value value = calx_value_null();
    if (column != NULL && (column->flags & CALX_COLUMN_NULL_FLAG) != 0) {
        calx_column alone = *column;
        alone.offset = column->offset - column->null_offset;
        alone.null_offset = 0;
        (void)calx_column_read(&alone, nullable, &value);
    }
    return set(entity, column, value);
}

calx_status calx_instance_set_bool(const void *entity, const calx_column *column, bool value)
{
    return set(entity, column, calx_value_bool(value));
}

calx_status calx_instance_set_int64(const void *entity, const calx_column *column, int64_t value)
{
    return set(entity, column, calx_value_int64(value));
}

calx_status calx_instance_set_uint64(const void *entity, const calx_column *column, uint64_t value)
{
    return set(entity, column, calx_value_uint64(value));
}

calx_status calx_instance_set_double(const void *entity, const calx_column *column, double value)
{
    return set(entity, column, calx_value_double(value));
}

calx_status calx_instance_set_text(const void *entity, const calx_column *column, const char *text)
{
    return set(entity, column, calx_value_text(text));
}

calx_status calx_instance_set_bytes(const void *entity, const calx_column *column, calx_bytes bytes)
{
    return set(entity, column, calx_value_bytes(bytes));
}

calx_status calx_instance_set_timestamp(const void *entity, const calx_column *column,
                                        calx_timestamp timestamp)
{
    return set(entity, column, calx_value_timestamp(timestamp));
}
