/*
 * Rows that come to a one-to-one, where another row may be that goes elsewhere in the same flush:
 * they are written after all other updates, and after the row whose place they take, so that no two
 * point at one owner (SES-185). In a circle one row comes before the one it waits for:
 * work_vacate.c.
 */
#include "session/rival.h"
#include "session/work.h"

#include "base/allocator.h"
#include "base/error.h"
#include "session/reference.h"

#include <string.h>

/* There is one place only, whether or not a one-to-one says so. */
static bool takes_last_place(const calx_link *link)
{
    return link->state == CALX_LINK_CHANGED && link->target != NULL &&
           link->target->state == CALX_STATE_PERSISTENT &&
           calx_reference_is_unique(link->owner->mapper, calx_link_number(link));
}

/* The link that takes a place; NULL: none does. */
static calx_link *taking(const calx_instance *instance)
{
    for (size_t i = 0; instance->links != NULL && i < instance->mapper->foreign_key_count; i++) {
        calx_link *link = calx_link_at(instance, i);
        if (calx_rival_takes_place(link) || takes_last_place(link))
            return link;
    }
    return NULL;
}

/* Puts those that take places last; answers how many. sorted: room for as many rows. */
static size_t put_last(calx_instances *rows, calx_instance **sorted)
{
    size_t staying = 0;
    size_t taken = 0;
    for (size_t i = 0; i < rows->count; i++)
        if (taking(rows->items[i]) == NULL)
            rows->items[staying++] = rows->items[i];
        else
            sorted[taken++] = rows->items[i];
    memcpy(rows->items + staying, sorted, taken * sizeof(*sorted));
    return taken;
}

/* Notes at each owner who leaves it, or that nobody does. Answers whether there was memory to. */
static bool note_leavers(const calx_session *session, calx_instance *const *rows, size_t count,
                         bool leave)
{
    bool noted = true;
    for (size_t i = 0; i < count; i++) {
        const calx_link *link = taking(rows[i]);
        const calx_foreign_key *key = &rows[i]->mapper->foreign_keys[calx_link_number(link)];
        calx_instance *owner = calx_work_stored_target(session, rows[i], key);
        calx_links_rest *rest = owner == NULL || owner->links == NULL ? NULL : owner->links->rest;
        if (owner != NULL && owner->links != NULL && leave)
            noted = (rest = calx_links_need_rest(owner)) != NULL && noted;
        if (rest != NULL)
            rest->leaver = leave ? rows[i] : NULL;
        if (leave)
            rows[i]->flags |= CALX_INSTANCE_VISITED;
    }
    return noted;
}

/* The row and those that it waits for, the last of these first; answers how many there are. */
static size_t put_chain(calx_instance *row, calx_instance **out)
{
    size_t count = 0;
    while (row != NULL && (row->flags & CALX_INSTANCE_VISITED) != 0) {
        row->flags &= (uint16_t)~CALX_INSTANCE_VISITED;
        out[count++] = row;
        const calx_links_rest *rest = taking(row)->target->links->rest;
        row = rest == NULL ? NULL : rest->leaver;
    }
    for (size_t low = 0, high = count; low + 1 < high; low++) {
        calx_instance *last = out[--high];
        out[high] = out[low];
        out[low] = last;
    }
    return count;
}

/* Rows of one mapper. False: no memory. */
static bool sort_run(const calx_session *session, calx_instance **rows, size_t count,
                     calx_instance **sorted)
{
    size_t done = 0;
    bool noted = note_leavers(session, rows, count, true);
    for (size_t i = 0; i < count; i++)
        done += put_chain(rows[i], sorted + done);
    (void)note_leavers(session, rows, count, false);
    memcpy(rows, sorted, done * sizeof(*sorted));
    return noted;
}

calx_status calx_work_seat(calx_work *work)
{
    calx_instances *rows = &work->updates;
    size_t i = 0;
    while (i < rows->count && taking(rows->items[i]) == NULL)
        i++;
    if (i == rows->count)
        return CALX_OK;
    calx_instance **sorted = calx_alloc_array(rows->count, sizeof(calx_instance *));
    if (sorted == NULL)
        return calx_error_set_nomem(&work->session->error);
    work->last_updates = put_last(rows, sorted);
    calx_instance **first = rows->items + (rows->count - work->last_updates);
    bool sorted_all = true;
    for (size_t start = 0, end; start < work->last_updates; start = end) {
        for (end = start + 1; end < work->last_updates; end++)
            if (first[end]->mapper != first[start]->mapper)
                break;
        sorted_all = sort_run(work->session, first + start, end - start, sorted) && sorted_all;
    }
    calx_release(sorted);
    return sorted_all ? CALX_OK : calx_error_set_nomem(&work->session->error);
}
