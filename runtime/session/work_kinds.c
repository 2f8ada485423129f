/*
 * The kinds of a flush: its mappers, what is pointed at before what points (SES-170, 171). Mappers
 * that point at each other in a circle, or at themselves, are one group: their rows are put in
 * order one by one, those of all others are not looked at. References that are written apart from
 * their rows make no circle (SES-198).
 */
#include "session/work.h"

#include "base/allocator.h"
#include "base/error.h"
#include "session/reference.h"

#include <string.h>

typedef struct kinds {
    calx_session *session;
    calx_entity **items;
    calx_entity **open; /* entered, and their group is not known yet */
    size_t count, capacity;
    size_t open_count;
    size_t entered, ranked, groups;
} kinds;

static calx_status add_kind(kinds *all, calx_entity *entity)
{
    if (all->count == all->capacity) {
        size_t capacity = all->capacity == 0 ? 16 : all->capacity * 2;
        calx_entity **items = calx_resize_array(all->items, capacity, sizeof(*items));
        if (items == NULL)
            return calx_error_set_nomem(&all->session->error);
        all->items = items;
        all->capacity = capacity;
    }
    entity->noted = true;
    entity->entered = entity->is_open = entity->circular = false;
    all->items[all->count++] = entity;
    return CALX_OK;
}

static calx_status note_kind(kinds *all, const calx_mapper *mapper)
{
    calx_entity *entity = calx_session_entity(all->session, mapper);
    if (entity == NULL)
        return all->session->error.status;
    return entity->noted ? CALX_OK : add_kind(all, entity);
}

static calx_status note_kinds(kinds *all, const calx_instances *instances)
{
    const calx_mapper *last = NULL; /* rows of one kind mostly come together */
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < instances->count; i++) {
        if (instances->items[i]->mapper == last)
            continue;
        last = instances->items[i]->mapper;
        status = note_kind(all, last);
    }
    return status;
}

static calx_status note_all(const calx_work *work, kinds *all)
{
    if (!work->mixed)
        return work->mapper == NULL ? CALX_OK : note_kind(all, work->mapper);
    calx_status status = note_kinds(all, &work->inserts);
    if (status == CALX_OK)
        status = note_kinds(all, &work->updates);
    if (status == CALX_OK)
        status = note_kinds(all, &work->late);
    return status == CALX_OK ? note_kinds(all, &work->deletes) : status;
}

/* ---- groups: the strongly connected parts of the mappers, what is pointed at first ---- */

/* The innermost open ones, down to the one they all lead back to. */
static void close_group(kinds *all, const calx_entity *first)
{
    bool several = all->open[all->open_count - 1] != first;
    bool done = false;
    while (!done) {
        calx_entity *entity = all->open[--all->open_count];
        done = entity == first;
        entity->is_open = false;
        entity->group = all->groups;
        entity->rank = all->ranked++;
        entity->circular = entity->circular || several;
    }
    all->groups++;
}

static void enter(kinds *all, calx_entity *entity);

static void look_at(kinds *all, calx_entity *entity, calx_entity *target)
{
    if (target == NULL || !target->noted)
        return;
    if (!target->entered)
        enter(all, target);
    if (target->is_open && target->lowest < entity->lowest)
        entity->lowest = target->lowest;
    if (target == entity)
        entity->circular = true;
}

/* Depth is bounded by the number of mappers of the flush. */
static void enter(kinds *all, calx_entity *entity)
{
    size_t number = all->entered++;
    entity->entered = entity->is_open = true;
    entity->lowest = number;
    all->open[all->open_count++] = entity;
    for (size_t i = 0; i < entity->mapper->foreign_key_count; i++)
        if (!calx_reference_is_post_updated(all->session, entity->mapper, i))
            look_at(all, entity,
                    calx_session_look_up(all->session, entity->mapper->foreign_keys[i].target));
    if (entity->lowest == number)
        close_group(all, entity);
}

static calx_status rank(kinds *all)
{
    all->open = calx_alloc_array(all->count, sizeof(calx_entity *));
    if (all->open == NULL && all->count > 0)
        return calx_error_set_nomem(&all->session->error);
    for (size_t i = 0; i < all->count; i++)
        if (!all->items[i]->entered)
            enter(all, all->items[i]);
    return CALX_OK;
}

/* ---- sorting ---- */

/* Counting sort by rank; rows of one kind keep their order. */
static calx_status sort(const kinds *all, calx_instances *instances)
{
    if (instances->count < 2 || all->count < 2)
        return CALX_OK;
    calx_status status = CALX_E_NOMEM;
    calx_instance **sorted = calx_alloc_array(instances->count, sizeof(*sorted));
    size_t *starts = calx_alloc_array(all->count + 1, sizeof(*starts));
    if (sorted == NULL || starts == NULL) {
        calx_error_set_nomem(&all->session->error);
        goto out;
    }
    for (size_t i = 0; i < instances->count; i++)
        starts[calx_session_entity(all->session, instances->items[i]->mapper)->rank + 1]++;
    for (size_t i = 1; i < all->count; i++)
        starts[i] += starts[i - 1];
    for (size_t i = 0; i < instances->count; i++) {
        calx_instance *instance = instances->items[i];
        sorted[starts[calx_session_entity(all->session, instance->mapper)->rank]++] = instance;
    }
    memcpy(instances->items, sorted, instances->count * sizeof(*sorted));
    status = CALX_OK;
out:
    calx_release(sorted);
    calx_release(starts);
    return status;
}

calx_status calx_work_sort_kinds(calx_work *work)
{
    kinds all = { .session = work->session };
    calx_status status = note_all(work, &all);
    if (status == CALX_OK)
        status = rank(&all);
    for (size_t i = 0; i < all.count; i++)
        all.items[i]->noted = false;
    if (status == CALX_OK)
        status = sort(&all, &work->inserts);
    if (status == CALX_OK)
        status = sort(&all, &work->updates);
    if (status == CALX_OK)
        status = sort(&all, &work->late);
    if (status == CALX_OK)
        status = sort(&all, &work->deletes);
    calx_release(all.items);
    calx_release(all.open);
    return status;
}
