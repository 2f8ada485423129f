/*
 * Records: an instance as it was before a boundary first wrote it. An instance written in several
 * boundaries has one for each, the innermost first; a boundary that was released hands its records
 * to the one around it, where the older of two is the one that counts.
 */
#include "session/boundary.h"

#include "base/allocator.h"
#include "session/session.h"

#include <string.h>

static void take_out_of_boundary(calx_record *record)
{
    if (record->boundary == NULL)
        return;
    if (record->previous != NULL)
        record->previous->next = record->next;
    else
        record->boundary->records = record->next;
    if (record->next != NULL)
        record->next->previous = record->previous;
    record->next = record->previous = NULL;
    record->boundary = NULL;
}

void calx_record_put(calx_record *record, calx_boundary *boundary)
{
    take_out_of_boundary(record);
    record->boundary = boundary;
    record->number = boundary->number;
    record->next = boundary->records;
    if (record->next != NULL)
        record->next->previous = record;
    boundary->records = record;
}

/* Takes the record at a place of an instance's chain away. */
static void forget(calx_record **place)
{
    calx_record *record = *place;
    *place = record->older;
    take_out_of_boundary(record);
    calx_key_clear(&record->key);
    if (record->is_spare)
        record->watch->spare = record;
    else
        calx_release(record);
}

void calx_record_absorb(calx_record **place)
{
    calx_record *older = (*place)->older;
    if (older->key.mapper == NULL) {
        older->key = (*place)->key;
        memset(&(*place)->key, 0, sizeof((*place)->key));
    }
    forget(place);
}

void calx_record_hand_over(calx_record *record, calx_boundary *boundary)
{
    if (record->older != NULL && record->older->boundary == boundary)
        calx_record_absorb(&record->watch->records);
    else
        calx_record_put(record, boundary);
}

calx_status calx_watch_keep_origin(calx_watch *watch)
{
    calx_boundary *boundary = watch->instance->session->boundary;
    if (!watch->has_snapshot || (watch->records != NULL && watch->records->boundary == boundary))
        return CALX_OK;
    size_t size = watch->instance->mapper->instance_size;
    size_t whole = calx_record_size(watch->instance->mapper);
    bool is_spare = watch->spare != NULL;
    calx_record *record = is_spare ? watch->spare : calx_alloc(whole);
    if (record == NULL)
        return CALX_E_NOMEM;
    if (is_spare)
        watch->spare = NULL;
    *record = (calx_record){ .watch = watch, .older = watch->records, .is_spare = is_spare };
    record->origin = (char *)record + (whole - size);
    memcpy(record->origin, watch->snapshot, size);
    watch->records = record;
    calx_record_put(record, boundary);
    return CALX_OK;
}

void calx_watch_keep_key(calx_watch *watch)
{
    calx_instance *instance = watch->instance;
    if (watch->records->key.mapper == NULL) {
        watch->records->key = instance->key;
        memset(&instance->key, 0, sizeof(instance->key));
    } else {
        calx_key_clear(&instance->key);
    }
}

void calx_watch_forget_origin(calx_watch *watch)
{
    while (watch->records != NULL)
        forget(&watch->records);
}

void calx_watch_restore(calx_watch *watch)
{
    if (watch->records == NULL)
        return;
    calx_watch_copy_columns(watch->instance->mapper, watch->snapshot, watch->records->origin);
    forget(&watch->records);
}

void calx_watch_leave(calx_watch *watch)
{
    for (calx_record *record = watch->records; record != NULL; record = record->older)
        take_out_of_boundary(record);
}
