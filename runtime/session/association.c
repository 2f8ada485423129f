/*
 * Rows of associations in a flush (SES-192 to 194, 199): planned from the list of changed pairs and
 * from the collections of what is deleted, sent when the rows of both ends are there. Such a row is
 * a plain struct without instance: its values are read from the ends it leads to.
 */
#include "session/association.h"

#include "base/allocator.h"
#include "base/error.h"
#include "session/orphan.h"
#include "session/relationship.h"

/* ---- orphans ---- */

static bool must_have_owner(const calx_pair_end *owner)
{
    const calx_mapper *mapper = owner->instance->mapper;
    for (size_t i = 0; i < mapper->relationship_count; i++)
        if (calx_pair_goes_over(&mapper->relationships[i], owner) &&
            (calx_cascade_of(&mapper->relationships[i]) & CALX_CASCADE_DELETE_ORPHAN) != 0)
            return true;
    return false;
}

static bool has_owner(const calx_pair_end *item)
{
    const calx_mapper *association = calx_pair_of(item)->association;
    const calx_side *side = calx_side_of(item->instance, association, item->foreign_key);
    for (const calx_pair_end *end = side->first; end != NULL; end = end->next)
        if (calx_pair_of(end)->association == association &&
            end->foreign_key == item->foreign_key && calx_pair_of(end)->state != CALX_PAIR_REMOVED)
            return true;
    return false;
}

calx_status calx_association_orphans(calx_session *session)
{
    calx_status status = CALX_OK;
    for (calx_pair *pair = session->pairs.first; status == CALX_OK && pair != NULL;
         pair = pair->next) {
        for (size_t i = 0; status == CALX_OK && i < 2; i++) {
            const calx_pair_end *item = &pair->ends[1 - i];
            if (pair->state != CALX_PAIR_REMOVED || item->instance->session != session ||
                !must_have_owner(&pair->ends[i]) || has_owner(item) ||
                calx_orphan_stays(item->instance))
                continue;
            status = calx_session_mark(session, item->instance);
        }
    }
    return status;
}

/* ---- what goes with instances ---- */

/* Whether this session deletes the rows, and not the database or nobody. */
static bool deletes_rows(const calx_relationship *facts)
{
    return facts->kind == CALX_RELATIONSHIP_MANY_TO_MANY &&
           (facts->flags & (CALX_RELATIONSHIP_VIEW_ONLY | CALX_RELATIONSHIP_PASSIVE_DELETES_ALL)) ==
               0;
}

static bool is_passive(const calx_relationship *facts)
{
    const calx_foreign_key *key = &facts->association->foreign_keys[facts->foreign_key];
    return (facts->flags & CALX_RELATIONSHIP_PASSIVE_DELETES) != 0 ||
           key->on_delete == CALX_ON_DELETE_CASCADE;
}

static calx_status load_rows(calx_session *session, calx_instance *instance)
{
    calx_status status = CALX_OK;
    for (unsigned i = 0; status == CALX_OK && i < instance->mapper->relationship_count; i++) {
        const calx_relationship *facts = &instance->mapper->relationships[i];
        if (deletes_rows(facts) && !is_passive(facts))
            status = calx_relationship_load(session, instance, i);
    }
    return status;
}

calx_status calx_association_load(calx_session *session)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < session->marked.count; i++)
        status = load_rows(session, session->marked.items[i]);
    return status;
}

/* ---- gathering ---- */

calx_status calx_association_push(calx_work *work, calx_pair_rows *rows, calx_pair *pair,
                                  const calx_value *old)
{
    if (rows->count == rows->capacity) {
        size_t capacity = rows->capacity == 0 ? 16 : rows->capacity * 2;
        calx_pair_row *items = calx_resize_array(rows->items, capacity, sizeof(*items));
        if (items == NULL)
            return calx_error_set_nomem(&work->session->error);
        rows->items = items;
        rows->capacity = capacity;
    }
    rows->items[rows->count++] = (calx_pair_row){ pair, old };
    return CALX_OK;
}

static bool is_marked(const calx_instance *instance)
{
    return (instance->flags & CALX_INSTANCE_MARKED) != 0;
}

/* Whether the rows of an end that is deleted are deleted here, since its collection has them. */
static bool takes_rows_along(const calx_pair_end *end)
{
    const calx_instance *instance = end->instance;
    if (!is_marked(instance) || !end->listed)
        return false;
    for (size_t i = 0; i < instance->mapper->relationship_count; i++) {
        const calx_relationship *facts = &instance->mapper->relationships[i];
        if (calx_pair_goes_over(facts, end) && deletes_rows(facts) &&
            (!is_passive(facts) || !calx_session_is_expired(instance->session, instance)))
            return true;
    }
    return false;
}

/* Each row once, also when both of its ends are deleted. */
static calx_status gather_deleted(calx_work *work, const calx_instance *instance)
{
    calx_status status = CALX_OK;
    size_t sides = instance->links == NULL ? 0 : calx_side_count(instance->mapper);
    for (size_t i = 0; i < sides; i++) {
        const calx_side *side = calx_side_at(instance, i);
        const calx_pair_end *end = side == NULL ? NULL : side->first;
        for (; status == CALX_OK && end != NULL; end = end->next) {
            calx_pair *pair = calx_pair_of(end);
            if (pair->state != CALX_PAIR_STORED || calx_pair_is_gone(pair) ||
                !takes_rows_along(end) ||
                (end->number == 1 && takes_rows_along(calx_pair_other(end))))
                continue;
            status = calx_association_push(work, &work->unpaired, pair, NULL);
        }
    }
    return status;
}

/* What is in no session is told of once. */
static bool can_be_written(calx_session *session, calx_pair *pair)
{
    const calx_instance *missing = NULL;
    for (size_t i = 0; i < 2; i++)
        if (pair->ends[i].instance->session != session)
            missing = pair->ends[i].instance;
    if (missing == NULL)
        return true;
    if (!pair->skipped)
        calx_session_warn(session,
                          "a %s that is in no session was added to or removed from a %s: the row "
                          "of %s is not written; add it too",
                          missing->mapper->name,
                          (missing == pair->ends[0].instance ? pair->ends[1] : pair->ends[0])
                              .instance->mapper->name,
                          pair->association->table);
    pair->skipped = true;
    return false;
}

/* What was added to an instance that is deleted is not inserted. */
static calx_status gather_changed(calx_work *work, calx_pair *pair)
{
    bool goes = is_marked(pair->ends[0].instance) || is_marked(pair->ends[1].instance);
    bool is_removed = pair->state == CALX_PAIR_REMOVED;
    if (calx_pair_is_gone(pair) || (goes && !is_removed) || !can_be_written(work->session, pair))
        return CALX_OK;
    return calx_association_push(work, is_removed ? &work->unpaired : &work->paired, pair, NULL);
}

calx_status calx_association_gather(calx_work *work)
{
    calx_status status = CALX_OK;
    for (calx_pair *pair = work->session->pairs.first; status == CALX_OK && pair != NULL;
         pair = pair->next)
        status = gather_changed(work, pair);
    for (size_t i = 0; status == CALX_OK && i < work->deletes.count; i++)
        status = gather_deleted(work, work->deletes.items[i]);
    for (size_t i = 0; status == CALX_OK && i < work->switched.count; i++)
        status = gather_deleted(work, work->switched.items[i]);
    return status;
}

void calx_association_settle(const calx_work *work)
{
    for (size_t i = 0; i < work->unpaired.count; i++)
        if (work->unpaired.items[i].pair->state == CALX_PAIR_REMOVED)
            calx_pair_settle(work->unpaired.items[i].pair);
    for (size_t i = 0; i < work->paired.count; i++)
        calx_pair_settle(work->paired.items[i].pair);
}
