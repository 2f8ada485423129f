/*
 * Rows of mappers that point at each other, or at themselves, level by level (SES-196, 197): first
 * those that need none of the others, then those that need only these, and so on, so that a level
 * goes together. Within a level the order is the one they came in. The walk keeps its own stack,
 * since a chain of rows may be longer than the C stack is deep; each row is entered once.
 */
#include "session/work.h"

#include "base/allocator.h"
#include "base/error.h"

#include <string.h>

typedef struct walk {
    calx_session *session;
    calx_needed needed;
    size_t group; /* of the mappers whose rows these are */
    calx_instances open;
    uint32_t highest;
} walk;

static bool is_in_group(const walk *rows, const calx_instance *instance,
                        const calx_instance *target)
{
    return target->mapper == instance->mapper ||
           calx_session_met(rows->session, target->mapper)->group == rows->group;
}

static calx_status open_row(walk *rows, calx_instance *instance)
{
    instance->flags |= CALX_INSTANCE_VISITED;
    if (calx_instances_push(&rows->open, instance) != CALX_OK)
        return calx_error_set_nomem(&rows->session->error);
    return CALX_OK;
}

static calx_status circular(const walk *rows, const calx_instance *target)
{
    size_t first = rows->open.count - 1;
    while (rows->open.items[first] != target)
        first--;
    return calx_work_circular(rows->session, &rows->open, first, rows->needed);
}

/* Closes the innermost open row when the level of all it needs is known; else opens what is not. */
static calx_status step(walk *rows)
{
    calx_instance *instance = rows->open.items[rows->open.count - 1];
    uint32_t level = 0;
    for (size_t i = 0; i < instance->mapper->foreign_key_count; i++) {
        calx_instance *target = rows->needed(rows->session, instance, i);
        if (target == NULL || !is_in_group(rows, instance, target))
            continue;
        if ((target->flags & CALX_INSTANCE_SORTED) == 0)
            return (target->flags & CALX_INSTANCE_VISITED) != 0 ? circular(rows, target)
                                                                : open_row(rows, target);
        if (target->level >= level)
            level = target->level + 1;
    }
    instance->level = level;
    instance->flags |= CALX_INSTANCE_SORTED;
    if (level > rows->highest)
        rows->highest = level;
    rows->open.count--;
    return CALX_OK;
}

static calx_status find_levels(walk *rows, calx_instance *const *items, size_t count)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < count; i++) {
        if ((items[i]->flags & CALX_INSTANCE_SORTED) == 0)
            status = open_row(rows, items[i]);
        while (status == CALX_OK && rows->open.count > 0)
            status = step(rows);
    }
    for (size_t i = 0; i < count; i++)
        items[i]->flags &= (uint16_t) ~(CALX_INSTANCE_SORTED | CALX_INSTANCE_VISITED);
    return status;
}

/* Counting sort. */
static calx_status sort_by_level(const walk *rows, calx_instance **items, size_t count)
{
    calx_status status = CALX_E_NOMEM;
    calx_instance **sorted = calx_alloc_array(count, sizeof(calx_instance *));
    size_t *starts = calx_alloc_array((size_t)rows->highest + 2, sizeof(*starts));
    if (sorted == NULL || starts == NULL) {
        calx_error_set_nomem(&rows->session->error);
        goto out;
    }
    for (size_t i = 0; i < count; i++)
        starts[items[i]->level + 1]++;
    for (size_t i = 1; i <= rows->highest; i++)
        starts[i] += starts[i - 1];
    for (size_t i = 0; i < count; i++)
        sorted[starts[items[i]->level]++] = items[i];
    memcpy(items, sorted, count * sizeof(*sorted));
    status = CALX_OK;
out:
    calx_release(sorted);
    calx_release(starts);
    return status;
}

/* Where the rows of the same group end that begin there; they are sorted by kind. */
static size_t end_of_run(const calx_session *session, const calx_instances *rows, size_t start,
                         size_t group)
{
    const calx_mapper *last = rows->items[start]->mapper;
    size_t end = start + 1;
    for (; end < rows->count; end++) {
        const calx_mapper *mapper = rows->items[end]->mapper;
        if (mapper != last && calx_session_met(session, mapper)->group != group)
            break;
        last = mapper;
    }
    return end;
}

static calx_status sort_run(calx_session *session, calx_instance **items, size_t count,
                            size_t group, calx_needed needed)
{
    walk rows = { .session = session, .needed = needed, .group = group };
    calx_status status = find_levels(&rows, items, count);
    if (status == CALX_OK && rows.highest > 0)
        status = sort_by_level(&rows, items, count);
    calx_instances_clear(&rows.open);
    return status;
}

calx_status calx_work_level(calx_session *session, const calx_instances *rows, calx_needed needed)
{
    calx_status status = CALX_OK;
    for (size_t start = 0, end; status == CALX_OK && start < rows->count; start = end) {
        const calx_entity *entity = calx_session_entity(session, rows->items[start]->mapper);
        end = end_of_run(session, rows, start, entity->group);
        if (entity->circular)
            status = sort_run(session, rows->items + start, end - start, entity->group, needed);
    }
    return status;
}
