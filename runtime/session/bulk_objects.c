/*
 * Instances written as plain rows (SES-320 to 322, 325): those without a key are inserted, those
 * with one updated, a run of one class and kind at a time. The rules kept: instances are only read,
 * but for those that get their key back, which change when all rows are there and nothing can fail
 * any more, or not at all.
 */
#include "session/bulk.h"
#include "session/partial.h"

#include "base/allocator.h"
#include "base/error.h"
#include "mapper/column.h"

#include <stdlib.h>
#include <string.h>

typedef struct saved {
    calx_instance *instance;
    size_t position; /* in the caller's array */
    bool updates;
    bool makes_key; /* the database does */
} saved;

typedef struct saving {
    calx_session *session;
    const calx_bulk_save_options *options;
    size_t count;
    saved *items; /* in the order in which they go */
    const void **pointers;
    size_t *positions;
    uint64_t *given; /* of the run in hand */
    int64_t *keys;   /* of all */
} saving;

/* ---- what is to be done ---- */

static const calx_column *key_of(const calx_mapper *mapper)
{
    return &mapper->columns[mapper->key[0]];
}

static calx_status blame(saving *all, size_t position, calx_status status, const char *why)
{
    return calx_session_fail(all->session, status, "bulk_save_objects(): objects[%zu] %s", position,
                             why);
}

static calx_status look_at(saving *all, size_t i, const void *object)
{
    calx_instance *instance = calx_instance_of(object);
    if (instance == NULL)
        return blame(all, i, CALX_E_UNMAPPED, "is no instance");
    all->items[i] = (saved){ .instance = instance, .position = i };
    switch ((calx_state)instance->state) {
    case CALX_STATE_TRANSIENT:
        all->items[i].makes_key =
            calx_bulk_makes_keys(instance->mapper) &&
            calx_column_is_empty(key_of(instance->mapper), calx_instance_entity(instance));
        return CALX_OK;
    case CALX_STATE_PERSISTENT:
    case CALX_STATE_DETACHED:
        all->items[i].updates = true;
        return CALX_OK;
    case CALX_STATE_PENDING:
        return blame(all, i, CALX_E_STATE, "is pending: the next flush inserts it");
    default:
        return blame(all, i, CALX_E_STATE, "is deleted");
    }
}

static int by_run(const void *left, const void *right)
{
    const saved *a = left, *b = right;
    int order = strcmp(a->instance->mapper->table, b->instance->mapper->table);
    if (order == 0 && a->instance->mapper != b->instance->mapper)
        order = (uintptr_t)a->instance->mapper < (uintptr_t)b->instance->mapper ? -1 : 1;
    if (order == 0)
        order = (int)a->updates - (int)b->updates;
    return order != 0 ? order : a->position < b->position ? -1 : 1;
}

static calx_status take_objects(saving *all, const void *const *objects)
{
    calx_status status = CALX_OK;
    all->items = calx_alloc_array(all->count, sizeof(*all->items));
    all->pointers = calx_alloc_array(all->count, sizeof(*all->pointers));
    all->positions = calx_alloc_array(all->count, sizeof(*all->positions));
    if (all->options->return_defaults)
        all->keys = calx_alloc_zeroed(all->count * sizeof(*all->keys));
    if (all->items == NULL || all->pointers == NULL || all->positions == NULL ||
        (all->options->return_defaults && all->keys == NULL))
        return calx_error_set_nomem(&all->session->error);
    for (size_t i = 0; status == CALX_OK && i < all->count; i++)
        status = look_at(all, i, objects[i]);
    if (status == CALX_OK && !all->options->preserve_order)
        qsort(all->items, all->count, sizeof(*all->items), by_run);
    return status;
}

/* ---- one run ---- */

static bool is_loaded(const calx_instance *instance, size_t column)
{
    const calx_session *session = instance->session;
    if ((session != NULL && instance->epoch != session->epoch) ||
        (instance->flags & CALX_INSTANCE_EXPIRED) != 0)
        return false;
    return (calx_session_stale_word(instance, column / 64) >> (column % 64) & 1) == 0;
}

/* What an UPDATE of the instance sets; answers whether that is anything. */
static bool choose(const saving *all, const calx_instance *instance, uint64_t *given)
{
    const calx_mapper *mapper = instance->mapper;
    bool any = false;
    memset(given, 0, calx_plan_words(mapper) * sizeof(*given));
    if (instance->watch != NULL)
        (void)calx_watch_changes(instance->watch, given);
    for (size_t i = 0; i < mapper->column_count; i++) {
        bool is_fixed = (mapper->columns[i].flags & (CALX_COLUMN_KEY | CALX_COLUMN_VERSION)) != 0;
        bool is_known = calx_plan_has(given, i) ||
                        (!all->options->update_changed_only && is_loaded(instance, i));
        given[i / 64] &= ~(UINT64_C(1) << (i % 64));
        if (is_fixed || !is_known)
            continue;
        calx_plan_include(given, i);
        any = true;
    }
    return any;
}

/* Where the run ends that begins with the first one. */
static size_t end_of_run(const saving *all, size_t first)
{
    size_t i = first + 1;
    while (i < all->count && all->items[i].instance->mapper == all->items[first].instance->mapper &&
           all->items[i].updates == all->items[first].updates)
        i++;
    return i;
}

/* The rows of the run; those that nothing changes are left out. */
static size_t gather(saving *all, size_t first, size_t end)
{
    size_t words = calx_plan_words(all->items[first].instance->mapper);
    size_t count = 0;
    for (size_t i = first; i < end; i++) {
        const saved *item = &all->items[i];
        if (item->updates && !choose(all, item->instance, all->given + count * words))
            continue;
        all->pointers[count] = calx_instance_entity(item->instance);
        all->positions[count++] = item->position;
    }
    return count;
}

static calx_status save_run(saving *all, size_t first, size_t end)
{
    const calx_mapper *mapper = all->items[first].instance->mapper;
    calx_bulk_options options = CALX_BULK_OPTIONS_INIT;
    bool updates = all->items[first].updates;
    if (updates) {
        all->given = calx_alloc_array(end - first, calx_plan_words(mapper) * sizeof(*all->given));
        if (all->given == NULL)
            return calx_error_set_nomem(&all->session->error);
        options.operation = CALX_BULK_UPDATE;
    } else if (all->options->return_defaults && calx_bulk_makes_keys(mapper)) {
        options.out_keys = all->keys + first;
    }
    calx_bulk bulk = { .options = &options, .pointers = all->pointers };
    bulk.positions = all->positions;
    bulk.count = gather(all, first, end);
    bulk.given = all->given;
    bulk.writer.session = all->session;
    calx_status status = calx_bulk_run(&bulk, mapper, "bulk_save_objects");
    calx_release(all->given);
    all->given = NULL;
    return status;
}

/* ---- keys given back ---- */

/* The instance with its key, detached. */
static calx_status give_key(saving *all, size_t i)
{
    calx_instance *instance = all->items[i].instance;
    const calx_mapper *mapper = instance->mapper;
    calx_value key = calx_value_int64(all->keys[i]);
    const char *reason = "";
    calx_status status = CALX_OK;
    if (all->items[i].makes_key)
        status = calx_watch_write(instance, key_of(mapper), &key, &reason);
    if (status == CALX_OK)
        status = calx_make_transient_to_detached(calx_instance_entity(instance));
    if (status == CALX_E_NOMEM)
        return calx_error_set_nomem(&all->session->error);
    return status == CALX_OK ? CALX_OK : blame(all, all->items[i].position, status, reason);
}

/* As it was before it got its key. */
static void take_key_back(const saving *all, size_t i)
{
    calx_instance *instance = all->items[i].instance;
    const calx_column *column = key_of(instance->mapper);
    (void)calx_make_transient(calx_instance_entity(instance));
    if (all->items[i].makes_key)
        memset((char *)calx_instance_entity(instance) + column->offset, 0, column->size);
}

static calx_status give_keys(saving *all)
{
    calx_status status = CALX_OK;
    size_t i = 0;
    for (; status == CALX_OK && i < all->count; i++)
        if (!all->items[i].updates)
            status = give_key(all, i);
    if (status == CALX_OK)
        return CALX_OK;
    while (i-- > 0)
        if (!all->items[i].updates)
            take_key_back(all, i);
    calx_session_break(all->session);
    return status;
}

/* ---- the call ---- */

static calx_status save(saving *all, const void *const *objects)
{
    calx_status status = take_objects(all, objects);
    for (size_t first = 0; status == CALX_OK && first < all->count;) {
        size_t end = end_of_run(all, first);
        status = save_run(all, first, end);
        first = end;
    }
    if (status == CALX_OK && all->options->return_defaults)
        status = give_keys(all);
    calx_release(all->items);
    calx_release(all->pointers);
    calx_release(all->positions);
    calx_release(all->keys);
    return status;
}

calx_status calx_session_bulk_save_objects(calx_session *session, const void *const *objects,
                                           size_t count, const calx_bulk_save_options *options)
{
    static const calx_bulk_save_options usual = CALX_BULK_SAVE_OPTIONS_INIT;
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = calx_session_check_calm(session, "bulk_save_objects");
    if (status != CALX_OK)
        return status;
    if (objects == NULL && count > 0)
        return calx_session_fail(session, CALX_E_ARGUMENT,
                                 "bulk_save_objects(): the array of objects is NULL");
    if (options == NULL)
        options = &usual;
    if (options->size != sizeof(*options))
        return calx_session_fail(session, CALX_E_ARGUMENT,
                                 "bulk_save_objects(): start the options from "
                                 "CALX_BULK_SAVE_OPTIONS_INIT");
    saving all = { .session = session, .options = options, .count = count };
    return count > 0 ? save(&all, objects) : CALX_OK;
}
