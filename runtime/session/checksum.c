/*
 * Debug checks of instances that nobody watches. The checksums stand apart from the instances, so
 * that these are no larger for something that is off in a release; one for each column, so that the
 * warning can name it.
 */
#include "session/checksum.h"

#include "base/allocator.h"
#include "base/hash.h"
#include "mapper/column.h"

#ifndef CALX_DEBUG_BUILD
#define CALX_DEBUG_BUILD 0
#endif

typedef struct checksum {
    calx_instance *instance;
    uint64_t columns[];
} checksum;

bool calx_checksum_wanted(const calx_session_options *options)
{
    if (options->debug_checks == CALX_DEBUG_CHECKS_BY_BUILD)
        return CALX_DEBUG_BUILD != 0;
    return options->debug_checks == CALX_DEBUG_CHECKS_ON;
}

static uint64_t hash_of(const calx_instance *instance)
{
    return calx_hash_u64((uintptr_t)instance);
}

static bool is_of(const void *value, const void *key)
{
    return ((const checksum *)value)->instance == key;
}

static checksum *find(const calx_session *session, const calx_instance *instance)
{
    return calx_map_find(&session->checksums, hash_of(instance), is_of, instance);
}

static void drop(calx_session *session, checksum *sums)
{
    (void)calx_map_remove(&session->checksums, hash_of(sums->instance), sums);
    calx_release(sums);
}

/* Of the value, not of the bytes: padding and what lies behind a NUL may be anything. */
static uint64_t sum_column(const calx_instance *instance, size_t i)
{
    const calx_column *column = &instance->mapper->columns[i];
    const char *entity = calx_instance_entity(instance);
    calx_value value;
    if (calx_column_read(column, entity, &value) != CALX_OK)
        return calx_hash(entity + column->offset, column->size);
    uint64_t type = (uint64_t)value.type;
    switch (value.type) {
    case CALX_VALUE_NULL:
        return type;
    case CALX_VALUE_BOOL:
        return calx_hash_join(type, value.as.boolean);
    case CALX_VALUE_TEXT:
    case CALX_VALUE_BYTES:
        return calx_hash_join(type, calx_hash(value.as.span.data, value.as.span.size));
    default:
        return calx_hash_join(type, value.as.uint64);
    }
}

/* Only these change behind a flush's back: what is watched is compared with its snapshot. */
static bool is_unwatched(const calx_session *session, const calx_instance *instance)
{
    return instance->session == session && instance->state == CALX_STATE_PERSISTENT &&
           (instance->watch == NULL || !instance->watch->has_snapshot);
}

static checksum *add(calx_session *session, calx_instance *instance)
{
    size_t size = instance->mapper->column_count * sizeof(uint64_t);
    checksum *sums = calx_alloc(sizeof(*sums) + size);
    if (sums == NULL)
        return NULL;
    sums->instance = instance;
    if (calx_map_put(&session->checksums, hash_of(instance), sums) == CALX_OK)
        return sums;
    calx_release(sums);
    return NULL;
}

void calx_checksum_note(calx_instance *instance)
{
    calx_session *session = instance->session;
    if (session == NULL || !session->checks || !is_unwatched(session, instance))
        return;
    checksum *sums = find(session, instance);
    if (sums == NULL)
        sums = add(session, instance);
    for (size_t i = 0; sums != NULL && i < instance->mapper->column_count; i++)
        sums->columns[i] = sum_column(instance, i);
}

static void warn(calx_session *session, const calx_instance *instance, size_t i)
{
    calx_buffer text = CALX_BUFFER_INIT;
    calx_session_describe(&text, instance);
    calx_session_warn(
        session, "%s: member %s was changed without %s_edit() or a setter: no flush writes it",
        calx_buffer_text(&text), instance->mapper->columns[i].member, instance->mapper->name);
    calx_buffer_clear(&text);
}

static void compare(calx_session *session, checksum *sums)
{
    const calx_instance *instance = sums->instance;
    session->state.checks++;
    for (size_t i = 0; i < instance->mapper->column_count; i++) {
        uint64_t sum = sum_column(instance, i);
        if (sum == sums->columns[i])
            continue;
        sums->columns[i] = sum; /* told once */
        warn(session, instance, i);
    }
}

void calx_checksum_end(calx_instance *instance)
{
    calx_session *session = instance->session;
    checksum *sums = session == NULL || !session->checks ? NULL : find(session, instance);
    if (sums == NULL)
        return;
    if (is_unwatched(session, instance))
        compare(session, sums);
    drop(session, sums);
}

void calx_checksum_compare(calx_session *session)
{
    size_t position = 0;
    for (checksum *sums; (sums = calx_map_next(&session->checksums, &position)) != NULL;)
        if (is_unwatched(session, sums->instance))
            compare(session, sums);
}

void calx_checksum_clear(calx_session *session)
{
    size_t position = 0;
    for (checksum *sums; (sums = calx_map_next(&session->checksums, &position)) != NULL;)
        calx_release(sums);
    calx_map_clear(&session->checksums);
}
