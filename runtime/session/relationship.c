/*
 * Relationships: reading loads what is unknown, changing keeps both sides in step (SES-183 to 187,
 * 273 to 275, 300 to 306). What changes in memory is a link; the flush turns it into columns.
 */
#include "session/relationship.h"

#include "base/allocator.h"
#include "base/error.h"
#include "mapper/column.h"

#include <string.h>

static calx_status no_memory(calx_session *session)
{
    return session == NULL ? CALX_E_NOMEM : calx_error_set_nomem(&session->error);
}

/* An instance outside any session has nothing to load from, and all it has is in memory. */
static bool is_all_in_memory(const calx_instance *instance)
{
    return instance->state == CALX_STATE_TRANSIENT || instance->state == CALX_STATE_PENDING;
}

static const calx_foreign_key *key_of(const calx_instance *instance, const calx_relationship *facts)
{
    const calx_mapper *mapper =
        facts->kind == CALX_RELATIONSHIP_ONE ? instance->mapper : facts->target;
    return &mapper->foreign_keys[facts->foreign_key];
}

/* ---- pointing ---- */

/* Adds the link's owner to the collections of its target that are known in memory. */
static calx_status reserve_collections(const calx_link *link, calx_instance *target)
{
    const calx_instance *owner = link->owner;
    unsigned number = (unsigned)(link - owner->links->links);
    for (unsigned i = 0; i < target->mapper->relationship_count; i++) {
        const calx_relationship *facts = &target->mapper->relationships[i];
        if (facts->kind != CALX_RELATIONSHIP_MANY || facts->target != owner->mapper ||
            facts->foreign_key != number)
            continue;
        calx_slot *slot = &target->links->slots[i];
        if (is_all_in_memory(target))
            slot->loaded = true;
        if (slot->loaded && calx_slot_reserve(slot, 1) != CALX_OK)
            return CALX_E_NOMEM;
    }
    return CALX_OK;
}

static void join_collections(const calx_link *link, calx_instance *target)
{
    const calx_instance *owner = link->owner;
    const void *entity = calx_instance_entity(owner);
    unsigned number = (unsigned)(link - owner->links->links);
    for (unsigned i = 0; i < target->mapper->relationship_count; i++) {
        const calx_relationship *facts = &target->mapper->relationships[i];
        calx_slot *slot = &target->links->slots[i];
        if (facts->kind != CALX_RELATIONSHIP_MANY || facts->target != owner->mapper ||
            facts->foreign_key != number || !slot->loaded || calx_slot_contains(slot, entity))
            continue;
        calx_slot_add(slot, entity);
        calx_links_show(target, i);
    }
}

/* Shows the link in the raw members of its owner. */
static void show_link(const calx_link *link)
{
    calx_instance *owner = link->owner;
    unsigned number = (unsigned)(link - owner->links->links);
    for (unsigned i = 0; i < owner->mapper->relationship_count; i++)
        if (owner->mapper->relationships[i].kind == CALX_RELATIONSHIP_ONE &&
            owner->mapper->relationships[i].foreign_key == number)
            calx_links_show(owner, i);
}

/* From now on the owner is looked at by flushes: its foreign key will change. */
static calx_status watch_owner(calx_session *session, calx_instance *owner)
{
    bool is_new = owner->watch == NULL;
    if (calx_watch_ensure(owner) != CALX_OK)
        return no_memory(session);
    if (!is_all_in_memory(owner) && !owner->watch->has_snapshot &&
        calx_watch_take_snapshot(owner->watch) != CALX_OK) {
        if (is_new)
            calx_watch_drop(owner);
        return no_memory(session);
    }
    if (session != NULL && owner->state == CALX_STATE_PERSISTENT)
        calx_watch_list_append(&session->hot, owner->watch);
    return CALX_OK;
}

calx_status calx_relationship_point(calx_session *session, calx_link *link, calx_instance *target)
{
    calx_status status = watch_owner(session, link->owner);
    if (status == CALX_OK && target != NULL &&
        (calx_links_ensure(target) != CALX_OK || reserve_collections(link, target) != CALX_OK))
        status = no_memory(session);
    if (status != CALX_OK)
        return status;
    calx_link_leave(link);
    calx_link_point(link, target, CALX_LINK_CHANGED);
    link->orphaned = false;
    if (target != NULL)
        join_collections(link, target);
    show_link(link);
    return CALX_OK;
}

/* ---- loading ---- */

/* The values of the given columns of an instance; false: one of them is NULL. */
static calx_status read_columns(calx_session *session, const calx_instance *instance,
                                const uint16_t *columns, size_t count, calx_value *values,
                                bool *out_complete)
{
    *out_complete = true;
    for (size_t i = 0; i < count; i++) {
        const calx_column *column = &instance->mapper->columns[columns[i]];
        calx_status status = calx_column_read(column, calx_instance_entity(instance), &values[i]);
        if (status != CALX_OK)
            return calx_session_fail(session, status, "%s.%s: no NUL inside the array",
                                     instance->mapper->name, column->member);
        if (values[i].type == CALX_VALUE_NULL)
            *out_complete = false;
    }
    return CALX_OK;
}

/* Whether the columns are the mapper's key, in its order. */
static bool is_key(const calx_mapper *mapper, const uint16_t *columns, size_t count)
{
    return count == mapper->key_count &&
           memcmp(columns, mapper->key, count * sizeof(*columns)) == 0;
}

/* A SELECT needs the columns ascending; the values follow. */
static void sort_columns(uint16_t *columns, calx_value *values, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        for (size_t j = i; j > 0 && columns[j - 1] > columns[j]; j--) {
            uint16_t column = columns[j];
            calx_value value = values[j];
            columns[j] = columns[j - 1];
            values[j] = values[j - 1];
            columns[j - 1] = column;
            values[j - 1] = value;
        }
    }
}

/* Rows of a mapper by columns that are not its key, or not only. */
static calx_status select_where(calx_session *session, calx_selection *selection,
                                const uint16_t *columns)
{
    const calx_mapper *mapper = selection->entity->mapper;
    size_t words = calx_plan_words(mapper);
    size_t count = selection->count;
    uint64_t *set = calx_alloc_array(words, sizeof(uint64_t));
    uint16_t *sorted = calx_alloc_array(count, sizeof(uint16_t));
    calx_value *values = calx_alloc_array(count, sizeof(calx_value));
    calx_status status = CALX_E_NOMEM;
    if (set == NULL || sorted == NULL || values == NULL) {
        no_memory(session);
        goto out;
    }
    memcpy(sorted, columns, count * sizeof(*sorted));
    memcpy(values, selection->values, count * sizeof(*values));
    sort_columns(sorted, values, count);
    for (size_t i = 0; i < count; i++)
        calx_plan_include(set, sorted[i]);
    selection->columns = set;
    selection->values = values;
    status = calx_session_select(session, selection);
out:
    calx_release(set);
    calx_release(sorted);
    calx_release(values);
    return status;
}

static calx_status first_of(void *context, calx_instance *instance)
{
    calx_instance **found = context;
    if (*found == NULL)
        *found = instance;
    return CALX_OK;
}

static calx_status find_target(calx_session *session, const calx_foreign_key *key,
                               const calx_value *values, calx_instance **out_target)
{
    calx_entity *entity = calx_session_entity(session, key->target);
    if (entity == NULL)
        return session->error.status;
    if (is_key(key->target, key->target_columns, key->column_count))
        return calx_session_find(session, entity, values, out_target);
    calx_status status = calx_session_autoflush(session);
    if (status != CALX_OK)
        return status;
    calx_selection selection = {
        .entity = entity,
        .values = values,
        .count = key->column_count,
        .visit = first_of,
        .context = out_target,
    };
    return select_where(session, &selection, key->target_columns);
}

/* The target of a many-to-one as the columns have it (SES-301). */
static calx_status load_one(calx_session *session, calx_instance *instance,
                            const calx_relationship *facts)
{
    const calx_foreign_key *key = key_of(instance, facts);
    calx_instance *target = NULL;
    bool complete = false;
    calx_value *values = calx_alloc_array(key->column_count, sizeof(calx_value));
    if (values == NULL)
        return no_memory(session);
    calx_status status =
        read_columns(session, instance, key->columns, key->column_count, values, &complete);
    if (status == CALX_OK && complete)
        status = find_target(session, key, values, &target);
    if (status == CALX_OK && (calx_links_ensure(instance) != CALX_OK ||
                              (target != NULL && calx_links_ensure(target) != CALX_OK)))
        status = no_memory(session);
    if (status == CALX_OK) {
        calx_link *link = &instance->links->links[facts->foreign_key];
        if (link->target != target)
            calx_link_leave(link);
        calx_link_point(link, target, CALX_LINK_LOADED);
        show_link(link);
    }
    calx_release(values);
    return status;
}

/* Where the rows of a collection go. */
typedef struct loading {
    calx_session *session;
    calx_instance *owner;
    calx_slot *slot;
    unsigned foreign_key;
} loading;

/* One row of a collection; an item that was pointed elsewhere in memory is none of it. */
static calx_status take_item(void *context, calx_instance *item)
{
    loading *rows = context;
    if (calx_links_ensure(item) != CALX_OK || calx_slot_reserve(rows->slot, 1) != CALX_OK)
        return no_memory(rows->session);
    calx_link *link = &item->links->links[rows->foreign_key];
    if (link->state == CALX_LINK_CHANGED && link->target != rows->owner)
        return CALX_OK;
    if (link->target != rows->owner)
        calx_link_leave(link);
    if (link->state != CALX_LINK_CHANGED)
        calx_link_point(link, rows->owner, CALX_LINK_LOADED);
    calx_slot_add(rows->slot, calx_instance_entity(item));
    show_link(link);
    return CALX_OK;
}

/* Items that point here in memory but are in no row so far (SES-305); oldest first. */
static calx_status take_unflushed(loading *rows)
{
    size_t start = rows->slot->count;
    for (const calx_link *link = rows->owner->links->incoming; link != NULL; link = link->next) {
        const void *entity = calx_instance_entity(link->owner);
        if (link->state != CALX_LINK_CHANGED || link->owner->session != rows->session ||
            link != &link->owner->links->links[rows->foreign_key] ||
            calx_slot_contains(rows->slot, entity))
            continue;
        if (calx_slot_reserve(rows->slot, 1) != CALX_OK)
            return no_memory(rows->session);
        calx_slot_add(rows->slot, entity);
    }
    for (size_t low = start, high = rows->slot->count; low + 1 < high; low++) {
        const void *entity = rows->slot->items[--high];
        rows->slot->items[high] = rows->slot->items[low];
        rows->slot->items[low] = entity;
    }
    return CALX_OK;
}

static calx_status select_items(calx_session *session, calx_instance *instance,
                                const calx_relationship *facts, loading *rows)
{
    const calx_foreign_key *key = key_of(instance, facts);
    bool complete = false;
    calx_value *values = calx_alloc_array(key->column_count, sizeof(calx_value));
    if (values == NULL)
        return no_memory(session);
    calx_status status =
        read_columns(session, instance, key->target_columns, key->column_count, values, &complete);
    calx_entity *entity = calx_session_entity(session, facts->target);
    if (entity == NULL)
        status = session->error.status;
    if (status == CALX_OK && complete) {
        calx_selection selection = {
            .entity = entity,
            .values = values,
            .count = key->column_count,
            .visit = take_item,
            .context = rows,
        };
        status = select_where(session, &selection, key->columns);
    }
    calx_release(values);
    return status;
}

/* The members of a one-to-many, into a slot of its own until all are there (SES-300). */
static calx_status load_many(calx_session *session, calx_instance *instance, unsigned relationship)
{
    const calx_relationship *facts = &instance->mapper->relationships[relationship];
    calx_slot slot = { 0 };
    loading rows = { session, instance, &slot, facts->foreign_key };
    calx_status status = calx_session_autoflush(session);
    if (status == CALX_OK && calx_links_ensure(instance) != CALX_OK)
        status = no_memory(session);
    if (status == CALX_OK)
        status = select_items(session, instance, facts, &rows);
    if (status == CALX_OK)
        status = take_unflushed(&rows);
    if (status != CALX_OK) {
        calx_release(slot.items);
        return status;
    }
    slot.loaded = true;
    calx_release(instance->links->slots[relationship].items);
    instance->links->slots[relationship] = slot;
    calx_links_show(instance, relationship);
    return CALX_OK;
}

static bool is_known(const calx_instance *instance, unsigned relationship)
{
    const calx_relationship *facts = &instance->mapper->relationships[relationship];
    if (instance->links == NULL)
        return is_all_in_memory(instance);
    if (facts->kind == CALX_RELATIONSHIP_ONE)
        return is_all_in_memory(instance) ||
               instance->links->links[facts->foreign_key].state != CALX_LINK_UNKNOWN;
    return is_all_in_memory(instance) || instance->links->slots[relationship].loaded;
}

calx_status calx_relationship_load(calx_session *session, calx_instance *instance,
                                   unsigned relationship)
{
    calx_status status = CALX_OK;
    if (session != NULL)
        status = calx_session_freshen(session, instance);
    if (status != CALX_OK || is_known(instance, relationship))
        return status;
    if (session == NULL || instance->state != CALX_STATE_PERSISTENT)
        return calx_session_fail(session, CALX_E_DETACHED_INSTANCE,
                                 "%s.%s was not loaded, and the instance is in no session to load "
                                 "it from",
                                 instance->mapper->name,
                                 instance->mapper->relationships[relationship].member);
    if (instance->mapper->relationships[relationship].kind == CALX_RELATIONSHIP_ONE)
        return load_one(session, instance, &instance->mapper->relationships[relationship]);
    return load_many(session, instance, relationship);
}

/* ---- direct writes ---- */

static calx_status adopt_one(calx_session *session, calx_instance *instance,
                             const calx_relationship *facts)
{
    const void *raw = NULL;
    memcpy(&raw, (const char *)calx_instance_entity(instance) + facts->offset, sizeof(raw));
    const calx_link *known = calx_links_of(instance, facts->foreign_key);
    const void *shown = NULL;
    if (known != NULL && known->state != CALX_LINK_UNKNOWN && known->target != NULL)
        shown = calx_instance_entity(known->target);
    if (raw == shown)
        return CALX_OK;
    calx_instance *target = raw == NULL ? NULL : calx_instance_of(raw);
    if (raw != NULL && (target == NULL || target->mapper != facts->target))
        return calx_session_fail(session, CALX_E_UNMAPPED,
                                 "%s.%s was assigned the address %p, which is no instance of %s",
                                 instance->mapper->name, facts->member, raw, facts->target->name);
    if (calx_links_ensure(instance) != CALX_OK)
        return no_memory(session);
    return calx_relationship_point(session, &instance->links->links[facts->foreign_key], target);
}

/* A CALX_MANY member, as annotate.h declares it: only read by applications. */
static calx_status check_many(calx_session *session, const calx_instance *instance,
                              unsigned relationship)
{
    const calx_relationship *facts = &instance->mapper->relationships[relationship];
    const calx_slot *slot = instance->links == NULL ? NULL : &instance->links->slots[relationship];
    const void *items = NULL;
    memcpy(&items, (const char *)calx_instance_entity(instance) + facts->offset, sizeof(items));
    if (items == (slot != NULL && slot->loaded ? (const void *)slot->items : NULL))
        return CALX_OK;
    return calx_session_fail(session, CALX_E_STATE,
                             "%s.%s was written to directly; use %s_%s_append() and "
                             "%s_%s_remove()",
                             instance->mapper->name, facts->member, instance->mapper->name,
                             facts->member, instance->mapper->name, facts->member);
}

calx_status calx_relationship_adopt(calx_session *session, calx_instance *instance)
{
    for (unsigned i = 0; i < instance->mapper->relationship_count; i++) {
        const calx_relationship *facts = &instance->mapper->relationships[i];
        calx_status status = facts->kind == CALX_RELATIONSHIP_ONE
                                 ? adopt_one(session, instance, facts)
                                 : check_many(session, instance, i);
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}

/* ---- the public face ---- */

/* The instance and the number of its relationship; the session's error is cleared. */
static calx_status resolve(const void *entity, const calx_relationship *facts,
                           calx_instance **out_instance, unsigned *out_relationship)
{
    calx_instance *instance = calx_instance_of(entity);
    if (instance == NULL || facts == NULL)
        return CALX_E_UNMAPPED;
    if (instance->session != NULL)
        (void)calx_session_enter(instance->session);
    const calx_relationship *table = instance->mapper->relationships;
    for (unsigned i = 0; i < instance->mapper->relationship_count; i++) {
        if (&table[i] != facts)
            continue;
        *out_instance = instance;
        *out_relationship = i;
        return CALX_OK;
    }
    return calx_session_fail(instance->session, CALX_E_UNMAPPED,
                             "an instance of %s has no relationship %s: it is one of another "
                             "struct",
                             instance->mapper->name, facts->member);
}

/* An argument that must be an instance of the relationship's target. */
static calx_status resolve_item(calx_session *session, const calx_relationship *facts,
                                const void *item, calx_instance **out_item)
{
    calx_instance *instance = calx_instance_of(item);
    if (instance == NULL || instance->mapper != facts->target)
        return calx_session_fail(session, CALX_E_UNMAPPED,
                                 "%s: the address %p is no instance of %s", facts->member, item,
                                 facts->target->name);
    if (instance->session != NULL && session != NULL && instance->session != session)
        return calx_session_fail(session, CALX_E_STATE, "%s: the %s is in another session",
                                 facts->member, facts->target->name);
    *out_item = instance;
    return CALX_OK;
}

/* A related transient instance comes in with save-update, as soon as it is related (SES-274). */
static calx_status cascade(calx_session *session, const calx_relationship *facts,
                           calx_instance *related)
{
    if (session == NULL || related->session == session ||
        (facts->cascade & CALX_CASCADE_SAVE_UPDATE) == 0)
        return CALX_OK;
    return calx_session_attach(session, related);
}

calx_status calx_relationship_one(const void *entity, const calx_relationship *relationship,
                                  const void **out_target)
{
    calx_instance *instance = NULL;
    unsigned number = 0;
    calx_status status = resolve(entity, relationship, &instance, &number);
    if (status == CALX_OK)
        status = calx_relationship_adopt(instance->session, instance);
    if (status == CALX_OK)
        status = calx_relationship_load(instance->session, instance, number);
    if (status != CALX_OK)
        return status;
    const calx_link *link = calx_links_of(instance, relationship->foreign_key);
    *out_target = link == NULL || link->target == NULL ? NULL : calx_instance_entity(link->target);
    return CALX_OK;
}

calx_status calx_relationship_set(const void *entity, const calx_relationship *relationship,
                                  const void *target)
{
    calx_instance *instance = NULL;
    calx_instance *to = NULL;
    unsigned number = 0;
    calx_status status = resolve(entity, relationship, &instance, &number);
    if (status == CALX_OK && target != NULL)
        status = resolve_item(instance->session, relationship, target, &to);
    if (status == CALX_OK && calx_links_ensure(instance) != CALX_OK)
        status = no_memory(instance->session);
    if (status == CALX_OK && to != NULL)
        status = cascade(instance->session, relationship, to);
    if (status != CALX_OK)
        return status;
    calx_link *link = &instance->links->links[relationship->foreign_key];
    status = calx_relationship_point(instance->session, link, to);
    if (status == CALX_OK && to == NULL && relationship->inverse != CALX_NO_INVERSE)
        link->orphaned = (relationship->target->relationships[relationship->inverse].cascade &
                          CALX_CASCADE_DELETE_ORPHAN) != 0;
    return status;
}

calx_status calx_relationship_many(const void *entity, const calx_relationship *relationship,
                                   const void *const **out_items, size_t *out_count)
{
    calx_instance *instance = NULL;
    unsigned number = 0;
    calx_status status = resolve(entity, relationship, &instance, &number);
    if (status == CALX_OK)
        status = calx_relationship_load(instance->session, instance, number);
    if (status != CALX_OK)
        return status;
    const calx_slot *slot = instance->links == NULL ? NULL : &instance->links->slots[number];
    *out_items = slot == NULL ? NULL : slot->items;
    *out_count = slot == NULL ? 0 : slot->count;
    return CALX_OK;
}

/* The member's link to its owner, when the collection is there and the item may be in it. */
static calx_status resolve_member(const void *entity, const calx_relationship *relationship,
                                  const void *item, calx_instance **out_owner,
                                  calx_instance **out_item)
{
    unsigned number = 0;
    calx_status status = resolve(entity, relationship, out_owner, &number);
    if (status == CALX_OK)
        status = resolve_item((*out_owner)->session, relationship, item, out_item);
    if (status == CALX_OK)
        status = calx_relationship_load((*out_owner)->session, *out_owner, number);
    if (status == CALX_OK &&
        (calx_links_ensure(*out_owner) != CALX_OK || calx_links_ensure(*out_item) != CALX_OK))
        status = no_memory((*out_owner)->session);
    return status;
}

calx_status calx_relationship_append(const void *entity, const calx_relationship *relationship,
                                     const void *item)
{
    calx_instance *owner = NULL;
    calx_instance *added = NULL;
    calx_status status = resolve_member(entity, relationship, item, &owner, &added);
    if (status != CALX_OK)
        return status;
    calx_link *link = &added->links->links[relationship->foreign_key];
    if (link->target == owner && link->state != CALX_LINK_UNKNOWN)
        return CALX_OK;
    status = cascade(owner->session, relationship, added);
    if (status == CALX_OK)
        status = calx_relationship_point(added->session, link, owner);
    return status;
}

/* A pending member that must not be without owner leaves the session at once (SES-283). */
static void drop_orphan(calx_instance *item)
{
    calx_session_forget(item->session, item);
    item->state = CALX_STATE_TRANSIENT;
}

calx_status calx_relationship_remove(const void *entity, const calx_relationship *relationship,
                                     const void *item)
{
    calx_instance *owner = NULL;
    calx_instance *removed = NULL;
    calx_status status = resolve_member(entity, relationship, item, &owner, &removed);
    if (status != CALX_OK)
        return status;
    size_t number = (size_t)(relationship - owner->mapper->relationships);
    if (!calx_slot_contains(&owner->links->slots[number], item))
        return calx_session_fail(owner->session, CALX_E_STATE, "%s.%s does not hold this %s",
                                 owner->mapper->name, relationship->member,
                                 relationship->target->name);
    calx_link *link = &removed->links->links[relationship->foreign_key];
    status = calx_relationship_point(removed->session, link, NULL);
    if (status != CALX_OK)
        return status;
    link->orphaned = (relationship->cascade & CALX_CASCADE_DELETE_ORPHAN) != 0;
    if (link->orphaned && removed->state == CALX_STATE_PENDING)
        drop_orphan(removed);
    return CALX_OK;
}
