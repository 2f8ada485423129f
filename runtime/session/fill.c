/*
 * A fresh row for an instance that is there and expired. What was changed through a pointer or
 * setter stays, and is compared with the fresh row from then on (SES-233).
 */
#include "session/checksum.h"
#include "session/choice.h"
#include "session/partial.h"

#include "base/error.h"
#include "mapper/column.h"
#include "session/relationship.h"
#include "session/row_events.h"

#include <string.h>

static calx_status misfit(calx_session *session, const calx_instance *instance, size_t column,
                          const char *reason)
{
    calx_row_misfit misfit = { column, reason };
    return calx_session_misfit(session, instance->mapper, &misfit);
}

/* Writes an unchanged column; the same text stays where it is. */
static calx_status refill(calx_session *session, calx_instance *instance, size_t i,
                          const calx_value *value)
{
    const calx_column *column = &instance->mapper->columns[i];
    void *struct_ = calx_instance_entity(instance);
    calx_value present;
    if (calx_row_is_pointer(column) && calx_row_is_span(value) &&
        calx_column_read(column, struct_, &present) == CALX_OK && present.type == value->type &&
        present.as.span.size == value->as.span.size &&
        calx_instance_owns(instance, present.as.span.data) &&
        memcmp(present.as.span.data, value->as.span.data, value->as.span.size) == 0)
        return CALX_OK;
    const char *reason = "";
    calx_status status = calx_watch_write(instance, column, value, &reason);
    if (status == CALX_E_NOMEM)
        return calx_error_set_nomem(&session->error);
    return status == CALX_OK ? CALX_OK : misfit(session, instance, i, reason);
}

/* What the row says goes to the snapshot also of a changed column: it is the value to compare. */
static calx_status refill_snapshot(calx_session *session, calx_instance *instance, size_t i,
                                   const calx_value *value)
{
    const calx_column *column = &instance->mapper->columns[i];
    calx_value owned = *value;
    if (calx_row_is_pointer(column) && calx_row_is_span(value)) {
        calx_text_block *block = calx_instance_add_text(instance, value->as.span.size);
        if (block == NULL)
            return calx_error_set_nomem(&session->error);
        if (value->as.span.size > 0)
            memcpy(block->data, value->as.span.data, value->as.span.size);
        block->data[value->as.span.size] = '\0';
        owned.as.span.data = block->data;
    }
    const char *reason = "";
    if (calx_column_write(column, instance->watch->snapshot, &owned, &reason) != CALX_OK)
        return misfit(session, instance, i, reason);
    return CALX_OK;
}

static bool is_in_row(const calx_entity *entity, size_t column)
{
    return entity->chosen == NULL || calx_plan_has(entity->chosen->columns, column);
}

static calx_status fill_unwatched(calx_session *session, calx_entity *entity,
                                  calx_instance *instance)
{
    for (size_t i = 0; i < entity->mapper->column_count; i++) {
        if (!is_in_row(entity, i))
            continue;
        calx_status status = refill(session, instance, i, &entity->row[i]);
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}

static calx_status fill_columns(calx_session *session, const calx_entity *entity,
                                calx_instance *instance)
{
    for (size_t i = 0; i < entity->mapper->column_count; i++) {
        const calx_value *value = &entity->row[i];
        if (!is_in_row(entity, i))
            continue;
        calx_status status = calx_plan_has(entity->columns, i)
                                 ? refill_snapshot(session, instance, i, value)
                                 : refill(session, instance, i, value);
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}

/* What the row does not have stays as it is, in struct and snapshot. */
static bool keep_absent(calx_entity *entity)
{
    for (size_t i = 0; entity->chosen != NULL && i < entity->mapper->column_count; i++)
        if (!is_in_row(entity, i))
            calx_plan_include(entity->columns, i);
    return entity->chosen != NULL;
}

/* What the row does not have is not loaded from now on, but for what was changed. */
static void note_absent(const calx_entity *entity, calx_instance *instance)
{
    const calx_mapper *mapper = instance->mapper;
    const calx_watch *watch = instance->watch;
    if ((instance->flags & CALX_INSTANCE_SPARING) == 0)
        return;
    instance->flags |= CALX_INSTANCE_LACKING;
    uint64_t *lacks = calx_instance_lacks(instance);
    memset(lacks, 0, calx_plan_words(mapper) * sizeof(*lacks));
    for (size_t i = 0; entity->chosen != NULL && i < mapper->column_count; i++) {
        bool is_changed = watch != NULL && watch->has_snapshot &&
                          (calx_plan_has(watch->set, i) ||
                           !calx_column_same(&mapper->columns[i], calx_instance_entity(instance),
                                             watch->snapshot));
        if (!is_in_row(entity, i) && !is_changed)
            calx_plan_include(lacks, i);
    }
    if (entity->chosen == NULL)
        instance->flags &= (uint16_t)~CALX_INSTANCE_LACKING;
}

/*
 * Changes stay in the struct; everything else, and the whole snapshot, comes from the row. On
 * failure nothing looks changed that the application did not change.
 */
static calx_status fill_watched(calx_session *session, calx_entity *entity, calx_instance *instance)
{
    calx_watch *watch = instance->watch;
    calx_status status = calx_relationship_adopt(session, instance);
    if (status != CALX_OK)
        return status;
    bool any = calx_watch_changes(watch, entity->columns);
    any = keep_absent(entity) || any;
    status = fill_columns(session, entity, instance);
    if (status == CALX_OK && (any ? calx_watch_agree(watch, entity->columns)
                                  : calx_watch_take_snapshot(watch)) != CALX_OK)
        status = calx_error_set_nomem(&session->error);
    if (status != CALX_OK)
        calx_watch_revert_others(watch, entity->columns);
    return status;
}

calx_status calx_session_fill(calx_session *session, calx_entity *entity, calx_instance *instance)
{
    calx_status status = CALX_OK;
    if (entity->chosen != NULL && (instance->flags & CALX_INSTANCE_SPARING) == 0)
        status = calx_session_expire_by_columns(session, instance);
    if (status != CALX_OK)
        return status;
    if (calx_session_is_partly_expired(session, instance))
        return calx_session_fill_expired(session, entity, instance);
    if (instance->watch != NULL && instance->watch->has_snapshot)
        status = fill_watched(session, entity, instance);
    else
        status = fill_unwatched(session, entity, instance);
    if (status != CALX_OK)
        return status;
    calx_watch_sweep_texts(instance);
    calx_links_unload(instance, true);
    note_absent(entity, instance);
    session->arrivals++;
    instance->epoch = session->epoch;
    instance->flags &= (uint16_t)~CALX_INSTANCE_STALE;
    calx_checksum_note(instance);
    return calx_session_raise_refresh(session, instance, calx_choice_columns(entity->chosen), NULL);
}
