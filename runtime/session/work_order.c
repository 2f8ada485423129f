/*
 * The order of a flush (SES-170 to 173, 196, 197). Rows are put in order by what they point at: a
 * link in memory, or a foreign key in the columns. Kinds come first (work_kinds.c: mapper by
 * mapper, what is pointed at before what points), rows within them by key, and by each other
 * (work_levels.c) only where the mappers allow that rows need each other.
 */
#include "session/work.h"

#include "mapper/column.h"
#include "session/key_change.h"
#include "session/reference.h"

#include <stdlib.h>
#include <string.h>

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

/* ---- rows: what a row points at comes first ---- */

/* Slow, and never short of memory: a row that seemed to point at nothing would be sent too soon. */
static calx_instance *find_by_values(const calx_session *session, const calx_mapper *mapper,
                                     const calx_value *values)
{
    size_t position = 0;
    calx_instance *found = calx_identity_table_next(&session->identity, &position);
    while (found != NULL && (found->key.mapper != mapper || !calx_key_holds(&found->key, values)))
        found = calx_identity_table_next(&session->identity, &position);
    return found;
}

calx_instance *calx_work_stored_target(const calx_session *session, const calx_instance *instance,
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
    calx_status status = calx_key_from_values(&wanted, target, values);
    if (status == CALX_E_NOMEM)
        return find_by_values(session, target, values);
    if (status != CALX_OK)
        return NULL; /* part of it is NULL: it points at nothing */
    calx_instance *found = calx_identity_find(session, &wanted);
    calx_key_clear(&wanted);
    return found;
}

calx_instance *calx_work_new_target(const calx_session *session, const calx_instance *instance,
                                    size_t foreign_key)
{
    const calx_link *link = calx_links_of(instance, (unsigned)foreign_key);
    if (link == NULL || link->target == NULL || link->state != CALX_LINK_CHANGED ||
        link->target->state != CALX_STATE_PENDING || link->target->session != session ||
        (link->target->flags & CALX_INSTANCE_SWITCHED) != 0) /* its row is there already */
        return NULL;
    return link->target;
}

calx_instance *calx_work_needs(const calx_session *session, const calx_instance *instance,
                               size_t foreign_key)
{
    calx_instance *target = calx_work_new_target(session, instance, foreign_key);
    if (target == NULL || calx_reference_is_post_updated(session, instance->mapper, foreign_key))
        return NULL;
    return target;
}

calx_instance *calx_work_old_target(const calx_session *session, const calx_instance *instance,
                                    size_t foreign_key)
{
    calx_instance *target =
        calx_work_stored_target(session, instance, &instance->mapper->foreign_keys[foreign_key]);
    if (target == NULL || target == instance ||
        (target->flags & (CALX_INSTANCE_MARKED | CALX_INSTANCE_SWITCHED)) != CALX_INSTANCE_MARKED)
        return NULL;
    return target;
}

/* A reference that is taken away before keeps nobody. */
static calx_instance *needed_by_delete(const calx_session *session, const calx_instance *instance,
                                       size_t foreign_key)
{
    if (calx_reference_is_post_updated(session, instance->mapper, foreign_key))
        return NULL;
    return calx_work_old_target(session, instance, foreign_key);
}

static void reverse(calx_instances *instances)
{
    for (size_t low = 0, high = instances->count; low + 1 < high; low++) {
        calx_instance *instance = instances->items[--high];
        instances->items[high] = instances->items[low];
        instances->items[low] = instance;
    }
}

calx_status calx_work_sort(calx_work *work)
{
    sort_by_key(&work->updates);
    sort_by_key(&work->late);
    sort_by_key(&work->deletes);
    reverse(&work->deletes); /* it is turned round again at the end */
    calx_status status = calx_work_sort_kinds(work);
    if (status == CALX_OK && work->linked)
        status = calx_work_level(work->session, &work->inserts, calx_work_needs);
    if (status == CALX_OK)
        status = calx_work_level(work->session, &work->deletes, needed_by_delete);
    reverse(&work->deletes);
    if (status == CALX_OK)
        status = calx_key_change_sort(work->session, &work->updates);
    return status == CALX_OK ? calx_key_change_sort(work->session, &work->late) : status;
}
