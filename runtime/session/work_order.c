/*
 * The order of a flush (SES-170 to 173, 196, 197). Rows are put in order by what they point at: a
 * link in memory, or a foreign key in the columns. Kinds come first (mapper by mapper, what is
 * pointed at before what points), rows within them by key, and by each other only where a row
 * points at one of the same flush. Walks keep their own stack, since a chain of rows may be longer
 * than the C stack is deep.
 */
#include "session/work.h"

#include "base/allocator.h"
#include "base/error.h"
#include "mapper/column.h"

#include <stdlib.h>
#include <string.h>

static calx_status push(calx_work *work, calx_instances *instances, calx_instance *instance)
{
    if (calx_instances_push(instances, instance) != CALX_OK)
        return calx_error_set_nomem(&work->session->error);
    return CALX_OK;
}

/* ---- keys: the same order in every program, so that two of them do not block each other ---- */

static int compare_words(uint64_t left, uint64_t right)
{
    return left < right ? -1 : left > right;
}

static int compare_spans(const calx_value *left, const calx_value *right)
{
    size_t left_size = left->as.span.size;
    size_t right_size = right->as.span.size;
    size_t common = left_size < right_size ? left_size : right_size;
    int order = common == 0 ? 0 : memcmp(left->as.span.data, right->as.span.data, common);
    return order != 0 ? order : compare_words(left_size, right_size);
}

static int compare_values(const calx_value *left, const calx_value *right)
{
    switch (left->type) {
    case CALX_VALUE_TEXT:
    case CALX_VALUE_BYTES:
        return compare_spans(left, right);
    case CALX_VALUE_DOUBLE:
        return left->as.real < right->as.real ? -1 : left->as.real > right->as.real;
    case CALX_VALUE_UINT64:
        return compare_words(left->as.uint64, right->as.uint64);
    case CALX_VALUE_BOOL:
        return (int)left->as.boolean - (int)right->as.boolean;
    default:
        return left->as.int64 < right->as.int64 ? -1 : left->as.int64 > right->as.int64;
    }
}

static const void *stored_struct(const calx_instance *instance)
{
    const calx_watch *watch = instance->watch;
    return watch != NULL && watch->has_snapshot ? watch->snapshot : calx_instance_entity(instance);
}

/* By the key as it was loaded; rows of different mappers are told apart later. */
static int compare_keys(const void *left, const void *right)
{
    const calx_instance *a = *(calx_instance *const *)left;
    const calx_instance *b = *(calx_instance *const *)right;
    if (a->mapper != b->mapper)
        return compare_words((uintptr_t)a->mapper, (uintptr_t)b->mapper);
    for (size_t i = 0; i < a->mapper->key_count; i++) {
        const calx_column *column = &a->mapper->columns[a->mapper->key[i]];
        calx_value of_a, of_b;
        if (calx_column_get(column, stored_struct(a), &of_a) != CALX_OK ||
            calx_column_get(column, stored_struct(b), &of_b) != CALX_OK || of_a.type != of_b.type)
            return 0;
        int order = compare_values(&of_a, &of_b);
        if (order != 0)
            return order;
    }
    return 0;
}

/* Rows are mostly handed out, and so changed, in the order of their keys. */
static bool is_sorted(const calx_instances *instances)
{
    for (size_t i = 1; i < instances->count; i++)
        if (compare_keys(&instances->items[i - 1], &instances->items[i]) > 0)
            return false;
    return true;
}

static void sort_by_key(calx_instances *instances)
{
    if (!is_sorted(instances))
        qsort(instances->items, instances->count, sizeof(*instances->items), compare_keys);
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
    const void *stored = stored_struct(instance);
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

calx_instance *calx_work_needs(const calx_session *session, const calx_instance *instance,
                               size_t foreign_key)
{
    const calx_link *link = calx_links_of(instance, (unsigned)foreign_key);
    if (link == NULL || link->target == NULL || link->state != CALX_LINK_CHANGED ||
        link->target->state != CALX_STATE_PENDING || link->target->session != session ||
        (link->target->flags & CALX_INSTANCE_SWITCHED) != 0) /* its row is there already */
        return NULL;
    return link->target;
}

static calx_instance *needed_by_delete(const calx_session *session, const calx_instance *instance,
                                       size_t foreign_key)
{
    calx_instance *target =
        stored_target(session, instance, &instance->mapper->foreign_keys[foreign_key]);
    if (target == NULL || target == instance ||
        (target->flags & (CALX_INSTANCE_MARKED | CALX_INSTANCE_SWITCHED)) != CALX_INSTANCE_MARKED)
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

/* ---- all of it ---- */

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

calx_status calx_work_sort(calx_work *work)
{
    sort_by_key(&work->updates);
    sort_by_key(&work->late);
    sort_by_key(&work->deletes);
    reverse(&work->deletes); /* it is turned round again at the end */
    calx_status status = work->mixed ? sort_kinds(work) : CALX_OK;
    if (status == CALX_OK && work->linked)
        status = sort_rows(work, &work->inserts, calx_work_needs);
    if (status == CALX_OK)
        status = calx_work_level(work);
    if (status == CALX_OK)
        status = sort_rows(work, &work->deletes, needed_by_delete);
    reverse(&work->deletes);
    return status;
}
