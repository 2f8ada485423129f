/*
 * Planning a flush. Rows are put in order by what they point at: a link in memory, or a foreign key
 * in the columns. Kinds come first (mapper by mapper, what is pointed at before what points), rows
 * within them only where a row points at one of the same flush. Walks keep their own stack, since a
 * chain of rows may be longer than the C stack is deep.
 */
#include "session/work.h"

#include "base/allocator.h"
#include "base/error.h"
#include "mapper/column.h"
#include "session/relationship.h"

#include <string.h>

void calx_work_clear(calx_work *work)
{
    calx_instances_clear(&work->inserts);
    calx_instances_clear(&work->updates);
    calx_instances_clear(&work->late);
    calx_instances_clear(&work->deletes);
}

bool calx_work_is_empty(const calx_work *work)
{
    return work->inserts.count + work->updates.count + work->late.count + work->deletes.count == 0;
}

static calx_status push(calx_work *work, calx_instances *instances, calx_instance *instance)
{
    if (calx_instances_push(instances, instance) != CALX_OK)
        return calx_error_set_nomem(&work->session->error);
    return CALX_OK;
}

/* ---- taking up what happened in memory ---- */

static bool has_changed_link(const calx_instance *instance)
{
    for (size_t i = 0; instance->links != NULL && i < instance->mapper->foreign_key_count; i++)
        if (instance->links->links[i].state == CALX_LINK_CHANGED)
            return true;
    return false;
}

bool calx_session_is_changed(const calx_instance *instance)
{
    return instance->watch != NULL &&
           (calx_watch_changes(instance->watch, NULL) || has_changed_link(instance));
}

/* A link made from the other side alone brings nothing in: it is not written (SES-275). */
static void warn_of_strangers(calx_session *session, const calx_instance *instance)
{
    if (instance->links == NULL || !instance->links->strangers)
        return;
    instance->links->strangers = false;
    for (const calx_link *link = instance->links->incoming; link != NULL; link = link->next)
        if (link->owner->session == NULL && link->state == CALX_LINK_CHANGED && !link->set_apart)
            calx_session_warn(session,
                              "a %s of no session points at a %s of this one: the reference is not "
                              "written; add it too",
                              link->owner->mapper->name, instance->mapper->name);
}

/* What the application assigned to raw members, and what that brings into the session. */
static calx_status take_up(calx_session *session, calx_watch_list *list)
{
    calx_watch *next = NULL;
    for (calx_watch *watch = list->first; watch != NULL; watch = next) {
        calx_instance *instance = watch->instance;
        calx_watch *following = watch->next;
        calx_status status = calx_relationship_adopt(session, instance);
        for (unsigned i = 0; status == CALX_OK && i < instance->mapper->relationship_count; i++) {
            const calx_relationship *facts = &instance->mapper->relationships[i];
            const calx_link *link = facts->kind == CALX_RELATIONSHIP_ONE
                                        ? calx_links_of(instance, facts->foreign_key)
                                        : NULL;
            if (link != NULL && link->state == CALX_LINK_CHANGED && link->target != NULL &&
                link->target->session == NULL && (facts->cascade & CALX_CASCADE_SAVE_UPDATE) != 0)
                status = calx_session_attach(session, link->target);
        }
        if (status != CALX_OK)
            return status;
        warn_of_strangers(session, instance);
        /* Only now: what was attached stands at the end. A cold one may have become hot, though. */
        next = watch->list == list ? watch->next : following;
    }
    return CALX_OK;
}

/* A member that lost the owner it must have: deleted, or never inserted (SES-282, 285). */
static calx_status take_orphans(calx_session *session, calx_watch_list *list)
{
    calx_watch *next = NULL;
    for (calx_watch *watch = list->first; watch != NULL; watch = next) {
        calx_instance *instance = watch->instance;
        bool orphaned = false;
        next = watch->next;
        for (size_t i = 0; instance->links != NULL && i < instance->mapper->foreign_key_count; i++)
            orphaned = orphaned || (instance->links->links[i].orphaned &&
                                    instance->links->links[i].target == NULL);
        if (!orphaned || (instance->flags & CALX_INSTANCE_MARKED) != 0)
            continue;
        if (instance->state == CALX_STATE_PENDING) {
            calx_session_forget(session, instance);
            instance->state = CALX_STATE_TRANSIENT;
            continue;
        }
        calx_status status = calx_session_mark(session, instance);
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}

/* Whether this session, and not the database, lets go of the members when their owner goes. */
static bool nulls_members(const calx_relationship *facts)
{
    if (facts->kind != CALX_RELATIONSHIP_MANY || (facts->cascade & CALX_CASCADE_DELETE) != 0)
        return false;
    const calx_foreign_key *key = &facts->target->foreign_keys[facts->foreign_key];
    if (key->on_delete != CALX_ON_DELETE_NO_ACTION)
        return false;
    for (size_t i = 0; i < key->column_count; i++)
        if ((facts->target->columns[key->columns[i]].flags &
             (CALX_COLUMN_NOT_NULL | CALX_COLUMN_KEY)) != 0)
            return false;
    return true;
}

/* The members of an owner that goes stay, pointing at nothing (SES-277). */
static calx_status release_members(calx_session *session, calx_instance *owner)
{
    for (unsigned i = 0; i < owner->mapper->relationship_count; i++) {
        const calx_relationship *facts = &owner->mapper->relationships[i];
        if (!nulls_members(facts))
            continue;
        calx_status status = calx_relationship_load(session, owner, i);
        if (status != CALX_OK)
            return status;
        while (owner->links != NULL && owner->links->slots[i].count > 0) {
            calx_slot *slot = &owner->links->slots[i];
            calx_instance *member = calx_instance_trusted(slot->items[slot->count - 1]);
            status =
                calx_relationship_point(session, &member->links->links[facts->foreign_key], NULL);
            if (status != CALX_OK)
                return status;
        }
    }
    return CALX_OK;
}

static calx_status take_up_all(calx_session *session, bool cold)
{
    calx_status status = take_up(session, &session->pending);
    if (status == CALX_OK)
        status = take_up(session, &session->hot);
    if (status == CALX_OK && cold)
        status = take_up(session, &session->cold);
    if (status == CALX_OK)
        status = take_orphans(session, &session->pending);
    if (status == CALX_OK)
        status = take_orphans(session, &session->hot);
    for (size_t i = 0; status == CALX_OK && i < session->marked.count; i++)
        status = release_members(session, session->marked.items[i]);
    return status;
}

/* ---- kinds: mappers in the order of their foreign keys ---- */

typedef struct kinds {
    calx_session *session;
    calx_entity **items;
    size_t count, capacity;
    size_t ranked;
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
    entity->entered = false;
    all->items[all->count++] = entity;
    return CALX_OK;
}

static calx_status note_kinds(kinds *all, const calx_instances *instances)
{
    const calx_mapper *last = NULL; /* rows of one kind mostly come together */
    for (size_t i = 0; i < instances->count; i++) {
        if (instances->items[i]->mapper == last)
            continue;
        last = instances->items[i]->mapper;
        calx_entity *entity = calx_session_entity(all->session, last);
        if (entity == NULL)
            return all->session->error.status;
        calx_status status = entity->noted ? CALX_OK : add_kind(all, entity);
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}

/* Depth is bounded by the number of mappers of the flush. Around a cycle the order is any. */
static void rank(kinds *all, calx_entity *entity)
{
    if (entity->entered)
        return;
    entity->entered = true;
    for (size_t i = 0; i < entity->mapper->foreign_key_count; i++) {
        const calx_mapper *target = entity->mapper->foreign_keys[i].target;
        for (size_t k = 0; k < all->count; k++)
            if (all->items[k]->mapper == target)
                rank(all, all->items[k]);
    }
    entity->rank = all->ranked++;
}

/* Counting sort by rank; rows of one kind keep their order. */
static calx_status sort_by_kind(const kinds *all, calx_instances *instances)
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

/* ---- rows: what a row points at comes first ---- */

/* The row a foreign key of a stored row points at, if the session has it. */
static calx_instance *stored_target(const calx_session *session, const calx_instance *instance,
                                    const calx_foreign_key *key)
{
    calx_value values[8];
    calx_key wanted;
    const calx_mapper *target = key->target;
    if (key->column_count != target->key_count || key->column_count > 8 ||
        memcmp(key->target_columns, target->key, target->key_count * sizeof(*target->key)) != 0)
        return NULL;
    const calx_watch *watch = instance->watch;
    const void *stored =
        watch != NULL && watch->has_snapshot ? watch->snapshot : calx_instance_entity(instance);
    for (size_t i = 0; i < key->column_count; i++)
        if (calx_column_read(&instance->mapper->columns[key->columns[i]], stored, &values[i]) !=
            CALX_OK)
            return NULL;
    if (calx_key_from_values(&wanted, target, values) != CALX_OK)
        return NULL; /* part of it is NULL: it points at nothing */
    calx_instance *found = calx_identity_find(session, &wanted);
    calx_key_clear(&wanted);
    return found;
}

/* What a row of the flush needs to be there before it; NULL: nothing of this flush. */
typedef calx_instance *(*needed)(const calx_session *session, const calx_instance *instance,
                                 size_t foreign_key);

static calx_instance *needed_by_insert(const calx_session *session, const calx_instance *instance,
                                       size_t foreign_key)
{
    const calx_link *link = calx_links_of(instance, (unsigned)foreign_key);
    if (link == NULL || link->target == NULL || link->state != CALX_LINK_CHANGED ||
        link->target->state != CALX_STATE_PENDING || link->target->session != session)
        return NULL;
    return link->target;
}

static calx_instance *needed_by_delete(const calx_session *session, const calx_instance *instance,
                                       size_t foreign_key)
{
    calx_instance *target =
        stored_target(session, instance, &instance->mapper->foreign_keys[foreign_key]);
    if (target == NULL || target == instance || (target->flags & CALX_INSTANCE_MARKED) == 0)
        return NULL;
    return target;
}

typedef struct walk {
    calx_work *work;
    needed needed;
    calx_instances open; /* the path walked so far */
    calx_instances sorted;
} walk;

static calx_status circular(calx_session *session, const calx_instance *instance)
{
    return calx_session_fail(session, CALX_E_CIRCULAR_DEPENDENCY,
                             "rows of %s need each other first: break the circle by flushing one "
                             "of them without its reference",
                             instance->mapper->name);
}

/* Puts what the innermost open row needs on the path; true: it needs nothing more. */
static calx_status descend(walk *rows, bool *out_done)
{
    calx_instance *instance = rows->open.items[rows->open.count - 1];
    *out_done = true;
    for (size_t i = 0; i < instance->mapper->foreign_key_count; i++) {
        calx_instance *target = rows->needed(rows->work->session, instance, i);
        if (target == NULL || (target->flags & CALX_INSTANCE_SORTED) != 0)
            continue;
        if ((target->flags & CALX_INSTANCE_VISITED) != 0)
            return circular(rows->work->session, target);
        target->flags |= CALX_INSTANCE_VISITED;
        *out_done = false;
        return push(rows->work, &rows->open, target);
    }
    return CALX_OK;
}

static calx_status walk_from(walk *rows, calx_instance *start)
{
    if ((start->flags & CALX_INSTANCE_SORTED) != 0)
        return CALX_OK;
    start->flags |= CALX_INSTANCE_VISITED;
    calx_status status = push(rows->work, &rows->open, start);
    while (status == CALX_OK && rows->open.count > 0) {
        bool done = false;
        status = descend(rows, &done);
        if (status != CALX_OK || !done)
            continue;
        calx_instance *instance = rows->open.items[--rows->open.count];
        instance->flags |= CALX_INSTANCE_SORTED;
        status = push(rows->work, &rows->sorted, instance);
    }
    return status;
}

/* Sorts so that what a row needs stands before it. */
static calx_status sort_rows(calx_work *work, calx_instances *instances, needed needed_)
{
    walk rows = { .work = work, .needed = needed_ };
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < instances->count; i++)
        status = walk_from(&rows, instances->items[i]);
    for (size_t i = 0; i < instances->count; i++)
        instances->items[i]->flags &= (uint16_t) ~(CALX_INSTANCE_SORTED | CALX_INSTANCE_VISITED);
    calx_instances_clear(&rows.open);
    if (status == CALX_OK) {
        calx_instances_clear(instances);
        *instances = rows.sorted;
    } else {
        calx_instances_clear(&rows.sorted);
    }
    return status;
}

static void reverse(calx_instances *instances)
{
    for (size_t low = 0, high = instances->count; low + 1 < high; low++) {
        calx_instance *instance = instances->items[--high];
        instances->items[high] = instances->items[low];
        instances->items[low] = instance;
    }
}

/* ---- gathering ---- */

/* A link to an instance outside the session cannot be written (SES-190, 275). */
static void check_links(calx_session *session, calx_instance *instance)
{
    for (size_t i = 0; instance->links != NULL && i < instance->mapper->foreign_key_count; i++) {
        calx_link *link = &instance->links->links[i];
        if (link->state != CALX_LINK_CHANGED || link->target == NULL ||
            link->target->session == session)
            continue;
        calx_session_warn(session,
                          "a %s points at a %s that is in no session: the reference is not "
                          "written; add it too",
                          instance->mapper->name, link->target->mapper->name);
        link->state = CALX_LINK_LOADED;
    }
}

static bool points_at_new(const calx_session *session, const calx_instance *instance)
{
    for (size_t i = 0; i < instance->mapper->foreign_key_count; i++)
        if (needed_by_insert(session, instance, i) != NULL)
            return true;
    return false;
}

static calx_status gather_inserts(calx_work *work)
{
    const calx_watch_list *pending = &work->session->pending;
    if (calx_instances_reserve(&work->inserts, pending->count) != CALX_OK)
        return calx_error_set_nomem(&work->session->error);
    for (calx_watch *watch = pending->first; watch != NULL; watch = watch->next) {
        check_links(work->session, watch->instance);
        (void)calx_instances_push(&work->inserts, watch->instance);
    }
    return CALX_OK;
}

static calx_status gather_updates(calx_work *work, const calx_watch_list *list)
{
    for (calx_watch *watch = list->first; watch != NULL; watch = watch->next) {
        calx_instance *instance = watch->instance;
        if ((instance->flags & CALX_INSTANCE_MARKED) != 0 || !calx_session_is_changed(instance))
            continue;
        check_links(work->session, instance);
        calx_instances *place =
            points_at_new(work->session, instance) ? &work->late : &work->updates;
        calx_status status = push(work, place, instance);
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}

static calx_status gather_deletes(calx_work *work)
{
    const calx_instances *marked = &work->session->marked;
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < marked->count; i++)
        status = push(work, &work->deletes, marked->items[i]);
    return status;
}

static calx_status rank_kinds(const calx_work *work, kinds *all)
{
    calx_status status = note_kinds(all, &work->inserts);
    if (status == CALX_OK)
        status = note_kinds(all, &work->updates);
    if (status == CALX_OK)
        status = note_kinds(all, &work->late);
    if (status == CALX_OK)
        status = note_kinds(all, &work->deletes);
    for (size_t i = 0; i < all->count; i++) {
        rank(all, all->items[i]);
        all->items[i]->noted = false;
    }
    return status;
}

static calx_status sort_kinds(calx_work *work)
{
    kinds all = { .session = work->session };
    calx_status status = rank_kinds(work, &all);
    if (status == CALX_OK)
        status = sort_by_kind(&all, &work->inserts);
    if (status == CALX_OK)
        status = sort_by_kind(&all, &work->updates);
    if (status == CALX_OK)
        status = sort_by_kind(&all, &work->late);
    if (status == CALX_OK)
        status = sort_by_kind(&all, &work->deletes);
    calx_release(all.items);
    return status;
}

static calx_status sort(calx_work *work)
{
    calx_status status = sort_kinds(work);
    if (status == CALX_OK)
        status = sort_rows(work, &work->inserts, needed_by_insert);
    if (status == CALX_OK)
        status = sort_rows(work, &work->deletes, needed_by_delete);
    reverse(&work->deletes);
    return status;
}

calx_status calx_work_plan(calx_work *work, calx_session *session, bool cold, bool *out_sorting)
{
    *out_sorting = false;
    memset(work, 0, sizeof(*work));
    work->session = session;
    calx_status status = take_up_all(session, cold);
    if (status == CALX_OK)
        status = gather_inserts(work);
    if (status == CALX_OK)
        status = gather_updates(work, &session->hot);
    if (status == CALX_OK && cold)
        status = gather_updates(work, &session->cold);
    if (status == CALX_OK)
        status = gather_deletes(work);
    if (status != CALX_OK)
        return status;
    *out_sorting = true;
    return sort(work);
}
