/*
 * Room for who comes to a one-to-one (SES-185): a row that gave way and is deleted as an orphan
 * goes before the rows of this flush come, where no two may point at the same owner. What points at
 * it goes with it, since that is deleted before in any case. All other deletes come last (SES-172).
 */
#include "session/work.h"

#include "base/allocator.h"
#include "base/error.h"
#include "session/reference.h"

#include <string.h>

static bool makes_room(const calx_instance *instance)
{
    const calx_mapper *mapper = instance->mapper;
    for (size_t i = 0; instance->links != NULL && i < mapper->foreign_key_count; i++)
        if (calx_link_at(instance, i)->gave_way && calx_link_at(instance, i)->target == NULL &&
            calx_reference_is_unique(mapper, i))
            return true;
    return false;
}

/* Whether a row points at one that goes first, and so goes before that. */
static bool is_in_the_way(const calx_session *session, const calx_instance *instance)
{
    for (size_t i = 0; i < instance->mapper->foreign_key_count; i++) {
        const calx_instance *target = calx_work_old_target(session, instance, i);
        if (target != NULL && (target->flags & CALX_INSTANCE_VISITED) != 0)
            return true;
    }
    return false;
}

/* Rows of associations go later, and before what they point at. */
static bool has_associations(const calx_instance *instance)
{
    for (size_t i = 0; i < instance->mapper->relationship_count; i++)
        if (instance->mapper->relationships[i].kind == CALX_RELATIONSHIP_MANY_TO_MANY)
            return true;
    return false;
}

/* From the last row on, so that what is pointed at is known before what points at it. */
static size_t mark_first(const calx_work *work)
{
    size_t count = 0;
    bool late = false;
    for (size_t i = work->deletes.count; i-- > 0;) {
        calx_instance *instance = work->deletes.items[i];
        if (!makes_room(instance) && (count == 0 || !is_in_the_way(work->session, instance)))
            continue;
        instance->flags |= CALX_INSTANCE_VISITED;
        late = late || has_associations(instance);
        count++;
    }
    for (size_t i = 0; late && i < work->deletes.count; i++)
        work->deletes.items[i]->flags &= (uint16_t)~CALX_INSTANCE_VISITED;
    return late ? 0 : count;
}

/* The marked ones, then the others, each in the order they have. */
static void put_first(calx_instances *rows, calx_instance **sorted, size_t first)
{
    size_t next = 0;
    for (size_t i = 0; i < rows->count; i++) {
        calx_instance *instance = rows->items[i];
        bool is_first = (instance->flags & CALX_INSTANCE_VISITED) != 0;
        instance->flags &= (uint16_t)~CALX_INSTANCE_VISITED;
        sorted[is_first ? next++ : first++] = instance;
    }
    memcpy(rows->items, sorted, rows->count * sizeof(*sorted));
}

calx_status calx_work_make_room(calx_work *work)
{
    size_t i = 0;
    while (i < work->deletes.count && !makes_room(work->deletes.items[i]))
        i++;
    if (i == work->deletes.count)
        return CALX_OK;
    calx_instance **sorted = calx_alloc_array(work->deletes.count, sizeof(calx_instance *));
    if (sorted == NULL)
        return calx_error_set_nomem(&work->session->error);
    work->first_deletes = mark_first(work);
    put_first(&work->deletes, sorted, work->first_deletes);
    calx_release(sorted);
    return CALX_OK;
}
