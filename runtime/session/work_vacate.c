/*
 * Who must let go of a place before it moves (SES-185): where the database has one row at most for
 * each owner, a row that takes the place of another one is written after that one. In a circle, and
 * where the other one goes to a row that is still to be inserted, that cannot be: the place is then
 * vacated first, by an UPDATE to NULL, and the row's own UPDATE follows in its turn.
 *
 * Each foreign key of each mapper is looked at by itself: the owners note who leaves them, and then
 * the rows are walked in the order in which they will be sent.
 */
#include "session/work.h"

#include "base/error.h"
#include "session/reference.h"

typedef struct places {
    calx_work *work;
    const calx_mapper *mapper;
    size_t foreign_key;
} places;

calx_instance *calx_work_left(const calx_session *session, const calx_instance *row,
                              size_t foreign_key)
{
    const calx_link *link = calx_links_of(row, (unsigned)foreign_key);
    if (link == NULL || link->state != CALX_LINK_CHANGED ||
        !calx_reference_is_unique(row->mapper, foreign_key))
        return NULL;
    calx_instance *owner =
        calx_work_stored_target(session, row, &row->mapper->foreign_keys[foreign_key]);
    return owner == link->target ? NULL : owner;
}

/* ---- who leaves, noted at the owners ---- */

/* Answers how many there are; SIZE_MAX: no memory. */
static size_t note_leavers(const places *here, const calx_instances *rows)
{
    size_t count = 0;
    for (size_t i = 0; i < rows->count; i++) {
        calx_instance *row = rows->items[i];
        if (row->mapper != here->mapper)
            continue;
        calx_instance *owner = calx_work_left(here->work->session, row, here->foreign_key);
        if (owner == NULL || owner->links == NULL)
            continue;
        calx_links_rest *rest = calx_links_need_rest(owner);
        if (rest == NULL)
            return SIZE_MAX;
        rest->leaver = row;
        count++;
    }
    return count;
}

static void forget_leavers(const places *here, const calx_instances *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        const calx_instance *row = rows->items[i];
        const calx_instance *owner =
            row->mapper == here->mapper
                ? calx_work_left(here->work->session, row, here->foreign_key)
                : NULL;
        if (owner != NULL && owner->links != NULL && owner->links->rest != NULL)
            owner->links->rest->leaver = NULL;
    }
}

/* ---- who comes, in the order of sending ---- */

static calx_status vacate(calx_work *work, calx_instance *row)
{
    if ((row->flags & CALX_INSTANCE_SORTED) != 0)
        return CALX_OK;
    if (calx_instances_push(&work->vacated, row) != CALX_OK)
        return calx_error_set_nomem(&work->session->error);
    row->flags |= CALX_INSTANCE_SORTED; /* until the list is done with */
    return CALX_OK;
}

/* Whoever has not been written by then lets go first. */
static calx_status come(const places *here, calx_instance *row)
{
    const calx_link *link = calx_links_of(row, (unsigned)here->foreign_key);
    row->flags |= CALX_INSTANCE_VISITED;
    if (link == NULL || link->state != CALX_LINK_CHANGED || link->target == NULL)
        return CALX_OK;
    const calx_links_rest *rest = link->target->links->rest;
    calx_instance *leaver = rest == NULL ? NULL : rest->leaver;
    if (leaver == NULL || (leaver->flags & CALX_INSTANCE_VISITED) != 0)
        return CALX_OK;
    return vacate(here->work, leaver);
}

static calx_status come_all(const places *here, const calx_instances *rows)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < rows->count; i++)
        if (rows->items[i]->mapper == here->mapper)
            status = come(here, rows->items[i]);
    return status;
}

static void clear_flags(const calx_instances *rows, unsigned flags)
{
    for (size_t i = 0; i < rows->count; i++)
        rows->items[i]->flags &= (uint16_t)~flags;
}

static void forget_all(const places *here)
{
    const calx_work *work = here->work;
    forget_leavers(here, &work->updates);
    forget_leavers(here, &work->late);
    clear_flags(&work->updates, CALX_INSTANCE_VISITED);
    clear_flags(&work->switches, CALX_INSTANCE_VISITED);
    clear_flags(&work->inserts, CALX_INSTANCE_VISITED);
    clear_flags(&work->late, CALX_INSTANCE_VISITED);
}

/* When no update is late, all are written before rows of other kinds come. */
static calx_status look_at(const places *here)
{
    calx_work *work = here->work;
    calx_status status = CALX_OK;
    size_t count = note_leavers(here, &work->updates);
    size_t late = count == SIZE_MAX ? SIZE_MAX : note_leavers(here, &work->late);
    if (late == SIZE_MAX)
        status = calx_error_set_nomem(&work->session->error);
    if (count == 0 && late == 0)
        return CALX_OK;
    if (status == CALX_OK)
        status = come_all(here, &work->updates);
    if (status == CALX_OK && late > 0)
        status = come_all(here, &work->switches);
    if (status == CALX_OK && late > 0)
        status = come_all(here, &work->inserts);
    if (status == CALX_OK && late > 0)
        status = come_all(here, &work->late);
    forget_all(here);
    return status;
}

/* ---- each kind once ---- */

static calx_status look_at_kind(calx_work *work, const calx_mapper *mapper)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < mapper->foreign_key_count; i++) {
        const places here = { .work = work, .mapper = mapper, .foreign_key = i };
        if (calx_reference_is_unique(mapper, i) && calx_reference_can_be_null(mapper, i))
            status = look_at(&here);
    }
    return status;
}

static calx_status look_at_kinds(calx_work *work, const calx_instances *rows)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < rows->count; i++) {
        calx_entity *entity = calx_session_met(work->session, rows->items[i]->mapper);
        if (entity->noted)
            continue;
        entity->noted = true;
        status = look_at_kind(work, entity->mapper);
    }
    return status;
}

static void forget_kinds(const calx_work *work, const calx_instances *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        calx_session_met(work->session, rows->items[i]->mapper)->noted = false;
}

calx_status calx_work_vacate(calx_work *work)
{
    if (!work->linked)
        return CALX_OK;
    calx_status status = look_at_kinds(work, &work->updates);
    if (status == CALX_OK)
        status = look_at_kinds(work, &work->late);
    forget_kinds(work, &work->updates);
    forget_kinds(work, &work->late);
    clear_flags(&work->vacated, CALX_INSTANCE_SORTED);
    return status;
}
