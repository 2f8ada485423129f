/*
 * Showing what was found: the rows of all owners are put in order of their owners, and each owner
 * takes its own. Rows of a collection without an order of its own are in the order of their keys,
 * as one that is loaded lazily has them.
 */
#include "session/follow.h"

#include "base/allocator.h"
#include "base/error.h"

#include <stdlib.h>
#include <string.h>

/* ---- which key, which order ---- */

const calx_foreign_key *calx_follow_key(const calx_mapper *owner, const calx_relationship *facts)
{
    switch (facts->kind) {
    case CALX_RELATIONSHIP_ONE:
        return &owner->foreign_keys[facts->foreign_key];
    case CALX_RELATIONSHIP_MANY:
    case CALX_RELATIONSHIP_ONE_TO_ONE:
        return &facts->target->foreign_keys[facts->foreign_key];
    case CALX_RELATIONSHIP_MANY_TO_MANY:
        break;
    }
    return NULL;
}

void calx_follow_keys_choose(calx_follow_keys *keys, const calx_following *following)
{
    bool outward = following->facts->kind == CALX_RELATIONSHIP_ONE;
    keys->ours = outward ? following->key->columns : following->key->target_columns;
    keys->theirs = outward ? following->key->target_columns : following->key->columns;
}

static bool is_key(const calx_mapper *mapper, const uint16_t *columns, size_t count)
{
    return count == mapper->key_count && memcmp(columns, mapper->key, count * sizeof *columns) == 0;
}

/* Whether the database is to order: keys that are numbers are put in order here. */
static bool needs_order(const calx_entity *entity, const calx_following *following,
                        const calx_follow_keys *keys)
{
    if (following->facts->kind == CALX_RELATIONSHIP_ONE)
        return !is_key(entity->mapper, keys->theirs, keys->set.width);
    return following->facts->order_count > 0 || !entity->by_number;
}

calx_status calx_follow_order_choose(calx_follow_order *order, const calx_following *following,
                                     const calx_follow_keys *keys)
{
    const calx_relationship *facts = following->facts;
    const calx_mapper *target = facts->target;
    const calx_entity *entity = calx_session_entity(following->session, target);
    if (entity == NULL)
        return following->session->error.status;
    if (!needs_order(entity, following, keys))
        return CALX_OK;
    order->items =
        calx_alloc_array((size_t)facts->order_count + target->key_count, sizeof *order->items);
    if (order->items == NULL)
        return calx_error_set_nomem(&following->session->error);
    for (size_t i = 0; i < facts->order_count; i++)
        order->items[order->count++] =
            (calx_order){ { target, facts->order[i].column, 0 }, facts->order[i].descending };
    for (size_t i = 0; i < target->key_count; i++)
        order->items[order->count++] = (calx_order){ { target, target->key[i], 0 }, false };
    return CALX_OK;
}

calx_sql_query calx_follow_query(const calx_following *following, const calx_follow_order *order)
{
    return (calx_sql_query){
        .mapper = following->facts->target,
        .orders = order->items,
        .order_count = order->count,
        .limit = -1,
        .offset = -1,
        .form = CALX_SELECT_ROWS,
    };
}

/* ---- one target ---- */

static void warn_of_several(const calx_following *following)
{
    const calx_mapper *mapper = calx_instance_trusted(following->owners[0])->mapper;
    calx_session_warn(following->session,
                      "%s.%s has several rows where one was expected: the first is taken",
                      mapper->name, following->facts->member);
}

/* The first row of each key (SES-304); those without have none, when that is certain. */
static calx_status show_targets(const calx_following *following, const calx_follow_keys *keys,
                                const calx_found *found)
{
    bool several = false;
    calx_status status = CALX_OK;
    calx_instance **targets = calx_alloc_zeroed((keys->set.count + 1) * sizeof(*targets));
    if (targets == NULL)
        return calx_error_set_nomem(&following->session->error);
    for (size_t i = 0; i < found->count; i++) {
        calx_instance **target = &targets[found->rows[i].number];
        several = several || (*target != NULL && *target != found->rows[i].instance);
        if (*target == NULL)
            *target = found->rows[i].instance;
    }
    for (size_t i = 0; status == CALX_OK && i < following->count; i++) {
        size_t number = keys->numbers[i];
        if (keys->may_miss && number != SIZE_MAX && targets[number] == NULL)
            continue;
        status = calx_relationship_take_target(calx_instance_trusted(following->owners[i]),
                                               following->facts->foreign_key,
                                               number == SIZE_MAX ? NULL : targets[number]);
    }
    calx_release(targets);
    if (several)
        warn_of_several(following);
    return status;
}

/* ---- collections ---- */

/* The rows by the number of their key: those of number n begin at starts[n]. */
typedef struct sorted_rows {
    calx_instance **items;
    size_t *starts; /* one more than there are keys */
} sorted_rows;

/* Keeps the order of rows of one key. */
static void sort_by_owner(sorted_rows *sorted, const calx_found *found, size_t keys)
{
    for (size_t i = 0; i < found->count; i++)
        sorted->starts[found->rows[i].number + 1]++;
    for (size_t n = 1; n <= keys; n++)
        sorted->starts[n] += sorted->starts[n - 1];
    for (size_t i = 0; i < found->count; i++)
        sorted->items[sorted->starts[found->rows[i].number]++] = found->rows[i].instance;
    for (size_t n = keys; n > 0; n--)
        sorted->starts[n] = sorted->starts[n - 1];
    sorted->starts[0] = 0;
}

static int64_t number_of(const calx_instance *instance)
{
    return (int64_t)calx_key_word(&instance->key);
}

static int compare_keys(const void *left, const void *right)
{
    int64_t first = number_of(*(calx_instance *const *)left);
    int64_t second = number_of(*(calx_instance *const *)right);
    return first < second ? -1 : first > second;
}

/* Mostly they are in order already, or nearly so. */
static void sort_by_key(calx_instance **items, size_t count)
{
    size_t i = 1;
    while (i < count && number_of(items[i - 1]) <= number_of(items[i]))
        i++;
    if (i < count)
        qsort(items, count, sizeof(*items), compare_keys);
}

static calx_status show_collections(const calx_following *following, const calx_follow_keys *keys,
                                    const sorted_rows *sorted, bool ordered)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < following->count; i++) {
        size_t number = keys->numbers[i];
        size_t start = number == SIZE_MAX ? 0 : sorted->starts[number];
        size_t count = number == SIZE_MAX ? 0 : sorted->starts[number + 1] - start;
        if (!ordered)
            sort_by_key(&sorted->items[start], count);
        status = calx_relationship_take_collection(calx_instance_trusted(following->owners[i]),
                                                   following->relationship, &sorted->items[start],
                                                   count);
    }
    return status;
}

static calx_status show_sorted(const calx_following *following, const calx_follow_keys *keys,
                               const calx_found *found, bool ordered)
{
    sorted_rows sorted = {
        .items = calx_alloc_array(found->count + 1, sizeof(*sorted.items)),
        .starts = calx_alloc_zeroed((keys->set.count + 2) * sizeof(*sorted.starts)),
    };
    calx_status status = CALX_OK;
    if (sorted.items == NULL || sorted.starts == NULL) {
        status = calx_error_set_nomem(&following->session->error);
    } else {
        sort_by_owner(&sorted, found, keys->set.count);
        status = show_collections(following, keys, &sorted, ordered);
    }
    calx_release(sorted.items);
    calx_release(sorted.starts);
    return status;
}

calx_status calx_follow_show(const calx_following *following, const calx_follow_keys *keys,
                             const calx_found *found, bool ordered)
{
    if (following->facts->kind == CALX_RELATIONSHIP_ONE)
        return show_targets(following, keys, found);
    return show_sorted(following, keys, found, ordered);
}
