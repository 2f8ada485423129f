/*
 * Rows of one table that point at each other, level by level (SES-196): first those that need none
 * of the others, then those that need only these, and so on, so that a level goes together. The
 * rows come sorted by what they need; the order within a level is the one they came in.
 */
#include "session/work.h"

#include "base/allocator.h"
#include "base/error.h"

#include <string.h>

/*
 * How often a row is looked at, on average. A chain has as many levels as rows, and nothing goes
 * together there: what is left then stays as it was, which is in order, too.
 */
enum { MOST_LOOKS = 16 };

static bool points_at_itself(const calx_mapper *mapper)
{
    for (size_t i = 0; i < mapper->foreign_key_count; i++) {
        if (mapper->foreign_keys[i].target == mapper)
            return true;
    }
    return false;
}

/* Whether a row needs one that still has CALX_INSTANCE_VISITED. */
static bool waits(const calx_session *session, const calx_instance *instance)
{
    for (size_t i = 0; i < instance->mapper->foreign_key_count; i++) {
        const calx_instance *target = calx_work_needs(session, instance, i);
        if (target != NULL && (target->flags & CALX_INSTANCE_VISITED) != 0)
            return true;
    }
    return false;
}

static void unmark(calx_instance **rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        rows[i]->flags &= (uint16_t)~CALX_INSTANCE_VISITED;
}

/* Moves what waits for nothing into level, the others together; answers how many were moved. */
static size_t take_level(const calx_session *session, calx_instance **rows, size_t count,
                         calx_instance **level)
{
    size_t taken = 0;
    for (size_t i = 0; i < count; i++) {
        if (waits(session, rows[i]))
            rows[i - taken] = rows[i];
        else
            level[taken++] = rows[i];
    }
    unmark(level, taken);
    return taken;
}

/* sorted: room for as many rows. */
static void sort_run(const calx_session *session, calx_instance **rows, size_t count,
                     calx_instance **sorted)
{
    size_t looks = 0;
    size_t done = 0;
    for (size_t i = 0; i < count; i++)
        rows[i]->flags |= CALX_INSTANCE_VISITED;
    while (done < count && looks / MOST_LOOKS < count) {
        looks += count - done;
        done += take_level(session, rows, count - done, sorted + done);
    }
    unmark(rows, count - done);
    memcpy(sorted + done, rows, (count - done) * sizeof(*rows));
    memcpy(rows, sorted, count * sizeof(*rows));
}

/* Where the rows of the same table end that begin there. */
static size_t end_of_run(const calx_instances *rows, size_t start)
{
    size_t end = start + 1;
    while (end < rows->count && rows->items[end]->mapper == rows->items[start]->mapper)
        end++;
    return end;
}

calx_status calx_work_level(calx_work *work)
{
    const calx_instances *rows = &work->inserts;
    calx_instance **sorted = NULL;
    for (size_t start = 0, end; start < rows->count; start = end) {
        end = end_of_run(rows, start);
        if (end - start < 2 || !points_at_itself(rows->items[start]->mapper))
            continue;
        if (sorted == NULL)
            sorted = calx_alloc_array(rows->count, sizeof(calx_instance *));
        if (sorted == NULL)
            return calx_error_set_nomem(&work->session->error);
        sort_run(work->session, rows->items + start, end - start, sorted);
    }
    calx_release(sorted);
    return CALX_OK;
}
