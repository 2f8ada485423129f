/*
 * Members by owner. Where rows of an owner follow each other, one array serves all owners, and what
 * it has is put in place at the next owner, while its members are still at hand. Where they do not,
 * each owner has a list until the last row was read, and a map tells a member that comes again.
 */
#include "session/gathering.h"

#include "base/allocator.h"
#include "base/error.h"
#include "base/hash.h"
#include "session/relationship.h"

typedef struct member {
    struct member *next;
    const calx_gathered *of;
    calx_instance *item;
} member;

struct calx_gathered {
    calx_gathered *next;
    calx_instance *owner;
    member *first, *last;
    bool skipped;
};

void calx_gathering_init(calx_gathering *gathering, calx_session *session, unsigned relationship,
                         bool scattered)
{
    *gathering = (calx_gathering){ .session = session,
                                   .relationship = relationship,
                                   .scattered = scattered };
    calx_map_init(&gathering->owners);
    calx_map_init(&gathering->members);
    calx_arena_init(&gathering->arena, 0);
}

void calx_gathering_clear(calx_gathering *gathering)
{
    calx_map_clear(&gathering->owners);
    calx_map_clear(&gathering->members);
    calx_arena_clear(&gathering->arena);
    calx_release(gathering->items);
    gathering->items = NULL;
    gathering->count = gathering->capacity = 0;
    gathering->owner = NULL;
    gathering->first = gathering->last = NULL;
}

static calx_status no_memory(const calx_gathering *gathering)
{
    return calx_error_set_nomem(&gathering->session->error);
}

static calx_status push(calx_gathering *gathering, calx_instance *item)
{
    if (gathering->count == gathering->capacity) {
        size_t capacity = gathering->capacity == 0 ? 16 : gathering->capacity * 2;
        calx_instance **items = calx_resize_array(gathering->items, capacity, sizeof(*items));
        if (items == NULL)
            return no_memory(gathering);
        gathering->items = items;
        gathering->capacity = capacity;
    }
    gathering->items[gathering->count++] = item;
    return CALX_OK;
}

/* What was gathered of an owner, unless another place of the same rows was faster. */
static calx_status put_in_place(calx_gathering *gathering, calx_instance *owner)
{
    if (calx_relationship_is_known(owner, gathering->relationship))
        return CALX_OK;
    return calx_relationship_take_collection(owner, gathering->relationship, gathering->items,
                                             gathering->count);
}

/* ---- one owner after the other ---- */

static calx_status finish_owner(calx_gathering *gathering)
{
    calx_instance *owner = gathering->owner;
    calx_status status = CALX_OK;
    if (owner != NULL && !gathering->skipped)
        status = put_in_place(gathering, owner);
    gathering->owner = NULL;
    gathering->count = 0;
    return status;
}

/* Whether its relationship is known and stays as it is (SES-317). */
static bool is_skipped(calx_gathering *gathering, const calx_instance *owner)
{
    bool known = calx_relationship_is_known(owner, gathering->relationship);
    gathering->session->apart += known;
    return known;
}

static calx_status begin_owner(calx_gathering *gathering, calx_instance *owner)
{
    calx_status status = finish_owner(gathering);
    gathering->owner = owner;
    gathering->skipped = is_skipped(gathering, owner);
    return status;
}

static calx_status add_next(calx_gathering *gathering, calx_instance *item)
{
    if (gathering->count > 0 && gathering->items[gathering->count - 1] == item)
        return CALX_OK;
    return push(gathering, item);
}

/* ---- in any order ---- */

static bool is_of_owner(const void *value, const void *owner)
{
    return ((const calx_gathered *)value)->owner == owner;
}

static calx_status add_owner(calx_gathering *gathering, calx_instance *owner, uint64_t hash)
{
    calx_gathered *gathered = calx_arena_alloc(&gathering->arena, sizeof(*gathered));
    if (gathered == NULL || calx_map_put(&gathering->owners, hash, gathered) != CALX_OK)
        return no_memory(gathering);
    *gathered = (calx_gathered){ .owner = owner };
    gathered->skipped = is_skipped(gathering, owner);
    if (gathering->last != NULL)
        gathering->last->next = gathered;
    else
        gathering->first = gathered;
    gathering->last = gathered;
    gathering->present = gathered;
    return CALX_OK;
}

static calx_status find_owner(calx_gathering *gathering, calx_instance *owner)
{
    uint64_t hash = calx_hash_u64((uintptr_t)owner);
    gathering->owner = owner;
    gathering->present = calx_map_find(&gathering->owners, hash, is_of_owner, owner);
    calx_status status = CALX_OK;
    if (gathering->present == NULL)
        status = add_owner(gathering, owner, hash);
    if (status == CALX_OK)
        gathering->skipped = gathering->present->skipped;
    return status;
}

static bool is_member(const void *value, const void *key)
{
    const member *there = value;
    const member *asked = key;
    return there->of == asked->of && there->item == asked->item;
}

static calx_status add_apart(calx_gathering *gathering, calx_instance *item)
{
    calx_gathered *of = gathering->present;
    member asked = { NULL, of, item };
    uint64_t hash = calx_hash_join(calx_hash_u64((uintptr_t)of), (uintptr_t)item);
    if (calx_map_find(&gathering->members, hash, is_member, &asked) != NULL)
        return CALX_OK;
    member *added = calx_arena_alloc(&gathering->arena, sizeof(*added));
    if (added == NULL || calx_map_put(&gathering->members, hash, added) != CALX_OK)
        return no_memory(gathering);
    *added = asked;
    if (of->last != NULL)
        of->last->next = added;
    else
        of->first = added;
    of->last = added;
    return CALX_OK;
}

static calx_status end_scattered(calx_gathering *gathering)
{
    calx_status status = CALX_OK;
    for (calx_gathered *of = gathering->first; of != NULL && status == CALX_OK; of = of->next) {
        gathering->count = 0;
        for (const member *one = of->first; one != NULL && status == CALX_OK; one = one->next)
            status = push(gathering, one->item);
        if (status == CALX_OK && !of->skipped)
            status = put_in_place(gathering, of->owner);
    }
    return status;
}

/* ---- both ---- */

calx_status calx_gathering_owner(calx_gathering *gathering, calx_instance *owner)
{
    if (gathering->owner == owner)
        return CALX_OK;
    return gathering->scattered ? find_owner(gathering, owner) : begin_owner(gathering, owner);
}

calx_status calx_gathering_add(calx_gathering *gathering, calx_instance *item)
{
    if (gathering->skipped)
        return CALX_OK;
    return gathering->scattered ? add_apart(gathering, item) : add_next(gathering, item);
}

calx_status calx_gathering_end(calx_gathering *gathering)
{
    return gathering->scattered ? end_scattered(gathering) : finish_owner(gathering);
}
