/*
 * Collections as applications change them. A change loads the collection first (SES-306), makes
 * sure that nothing can fail any more, and then changes both sides. Replacing all members costs as
 * much as there are old and new ones.
 */
#include "session/relationship.h"

#include "base/allocator.h"
#include "base/error.h"
#include "mapper/column.h"
#include "session/many_to_many.h"
#include "session/orphan.h"

#include <string.h>

enum { COLLECTIONS = 1u << CALX_RELATIONSHIP_MANY | 1u << CALX_RELATIONSHIP_MANY_TO_MANY };

/* What is done differently for each kind. The collection is loaded, owner and item have links. */
typedef struct collection_kind {
    bool (*holds)(const calx_instance *owner, const calx_relationship *facts,
                  const calx_instance *item);
    calx_status (*add)(calx_instance *owner, const calx_relationship *facts, calx_instance *item);
    /* An item that is held. */
    calx_status (*take_out)(calx_instance *owner, const calx_relationship *facts,
                            calx_instance *item);
    void (*move)(calx_instance *owner, const calx_relationship *facts, calx_instance *item,
                 size_t position);
    calx_status (*replace)(calx_instance *owner, const calx_relationship *facts,
                           const void *const *items, size_t count);
} collection_kind;

static const collection_kind *kind_of(const calx_relationship *facts);

static calx_status no_memory(calx_session *session)
{
    return session == NULL ? CALX_E_NOMEM : calx_error_set_nomem(&session->error);
}

/* ---- reading ---- */

/* The collection, loaded; its slot answers, if the owner has links at all. */
static calx_status load_to_read(const void *entity, const calx_relationship *relationship,
                                calx_instance **out_owner, const calx_slot **out_slot)
{
    unsigned number = 0;
    calx_status status =
        calx_relationship_resolve(entity, relationship, COLLECTIONS, out_owner, &number);
    if (status == CALX_OK)
        status = calx_relationship_ask((*out_owner)->session, *out_owner, number);
    if (status == CALX_OK)
        *out_slot = (*out_owner)->links == NULL ? NULL : calx_slot_at((*out_owner), number);
    return status;
}

calx_status calx_relationship_many(const void *entity, const calx_relationship *relationship,
                                   const void *const **out_items, size_t *out_count)
{
    calx_instance *owner = NULL;
    const calx_slot *slot = NULL;
    calx_status status = load_to_read(entity, relationship, &owner, &slot);
    if (status == CALX_OK)
        status = calx_session_check_given(owner->session, out_items, "place for the members");
    if (status == CALX_OK)
        status = calx_session_check_given(owner->session, out_count, "place for their count");
    if (status != CALX_OK)
        return status;
    *out_items = slot == NULL ? NULL : slot->items;
    *out_count = slot == NULL ? 0 : slot->count;
    return CALX_OK;
}

calx_status calx_relationship_count(const void *entity, const calx_relationship *relationship,
                                    size_t *out_count)
{
    calx_instance *owner = NULL;
    const calx_slot *slot = NULL;
    calx_status status = load_to_read(entity, relationship, &owner, &slot);
    if (status == CALX_OK)
        status = calx_session_check_given(owner->session, out_count, "place for the count");
    if (status == CALX_OK)
        *out_count = slot == NULL ? 0 : slot->count;
    return status;
}

calx_status calx_relationship_contains(const void *entity, const calx_relationship *relationship,
                                       const void *item, bool *out_contains)
{
    calx_instance *owner = NULL;
    calx_instance *wanted = NULL;
    const calx_slot *slot = NULL;
    calx_status status = load_to_read(entity, relationship, &owner, &slot);
    if (status == CALX_OK)
        status = calx_session_check_given(owner->session, out_contains, "place for the answer");
    if (status == CALX_OK)
        status = calx_relationship_resolve_item(owner->session, relationship, item, &wanted);
    if (status != CALX_OK)
        return status;
    *out_contains = slot != NULL && wanted->links != NULL &&
                    kind_of(relationship)->holds(owner, relationship, wanted);
    return CALX_OK;
}

/* ---- changing ---- */

/* The member's link to its owner, when the collection is there and the item may be in it. */
static calx_status resolve_member(const void *entity, const calx_relationship *relationship,
                                  const void *item, calx_instance **out_owner,
                                  calx_instance **out_item)
{
    unsigned number = 0;
    calx_status status =
        calx_relationship_resolve(entity, relationship, COLLECTIONS, out_owner, &number);
    if (status == CALX_OK)
        status = calx_relationship_check_writable(*out_owner, relationship);
    if (status == CALX_OK)
        status =
            calx_relationship_resolve_item((*out_owner)->session, relationship, item, out_item);
    if (status == CALX_OK)
        status = calx_relationship_load_to_change(*out_owner, number);
    if (status == CALX_OK && calx_links_ensure(*out_item) != CALX_OK)
        status = no_memory((*out_owner)->session);
    return status;
}

static calx_slot *slot_of(const calx_instance *owner, const calx_relationship *facts)
{
    return calx_slot_at(owner, facts - owner->mapper->relationships);
}

static bool holds_link(const calx_instance *owner, const calx_relationship *facts,
                       const calx_instance *item)
{
    const calx_link *link = calx_link_at(item, facts->foreign_key);
    return link->target == owner && calx_slot_contains(slot_of(owner, facts), link);
}

static calx_status add_link(calx_instance *owner, const calx_relationship *facts,
                            calx_instance *item)
{
    calx_status status = calx_relationship_check_changeable(owner);
    if (status == CALX_OK)
        status = calx_relationship_check_changeable(item);
    if (status != CALX_OK)
        return status;
    calx_link *link = calx_link_at(item, facts->foreign_key);
    status = calx_relationship_check_owner(owner, facts, link);
    return status == CALX_OK ? calx_relationship_relate(owner->session, facts, link, owner, item)
                             : status;
}

calx_status calx_relationship_append(const void *entity, const calx_relationship *relationship,
                                     const void *item)
{
    calx_instance *owner = NULL;
    calx_instance *added = NULL;
    calx_status status = resolve_member(entity, relationship, item, &owner, &added);
    return status == CALX_OK ? kind_of(relationship)->add(owner, relationship, added) : status;
}

static calx_status check_position(const calx_instance *owner, const calx_relationship *facts,
                                  size_t position, bool is_there)
{
    size_t count = slot_of(owner, facts)->count;
    if (position <= count - is_there)
        return CALX_OK;
    return calx_session_fail(owner->session, CALX_E_ARGUMENT,
                             "%s.%s has %zu members, so the position %zu is none to insert at",
                             owner->mapper->name, facts->member, count, position);
}

calx_status calx_relationship_insert(const void *entity, const calx_relationship *relationship,
                                     size_t position, const void *item)
{
    calx_instance *owner = NULL;
    calx_instance *added = NULL;
    calx_status status = resolve_member(entity, relationship, item, &owner, &added);
    if (status != CALX_OK)
        return status;
    const collection_kind *kind = kind_of(relationship);
    status = check_position(owner, relationship, position, kind->holds(owner, relationship, added));
    if (status == CALX_OK)
        status = kind->add(owner, relationship, added);
    if (status == CALX_OK)
        kind->move(owner, relationship, added, position);
    return status;
}

static void move_link(calx_instance *owner, const calx_relationship *facts, calx_instance *item,
                      size_t position)
{
    calx_slot_move(slot_of(owner, facts), calx_link_at(item, facts->foreign_key), position);
}

/* Who the item's columns say its owner is, by the key; NULL: nobody of the session. */
static calx_status find_recorded(calx_session *session, const calx_instance *item,
                                 const calx_foreign_key *key, calx_instance **out_owner)
{
    calx_key recorded;
    calx_value *values = calx_alloc_array(key->column_count, sizeof(*values));
    calx_status status = values == NULL ? CALX_E_NOMEM : CALX_OK;
    *out_owner = NULL;
    for (size_t i = 0; status == CALX_OK && i < key->column_count; i++)
        status = calx_column_read(&item->mapper->columns[key->columns[i]],
                                  calx_instance_entity(item), &values[i]);
    if (status == CALX_OK)
        status = calx_key_from_values(&recorded, key->target, values);
    if (status == CALX_OK) {
        *out_owner = calx_identity_find(session, &recorded);
        calx_key_clear(&recorded);
    }
    calx_release(values);
    return status;
}

static bool has_record(const calx_instance *item, const calx_link *link,
                       const calx_foreign_key *key)
{
    const calx_mapper *target = key->target;
    return link->state == CALX_LINK_UNKNOWN && item->state == CALX_STATE_PERSISTENT &&
           !calx_session_is_expired(item->session, item) &&
           key->column_count == target->key_count &&
           memcmp(key->target_columns, target->key, target->key_count * sizeof(*target->key)) == 0;
}

/*
 * Where the item was loaded again since, and belongs to another owner by now: that it is none of
 * this one's is all there is to do; not even that when the other one is not known (SES-290).
 */
static calx_status check_recorded(const calx_instance *owner, const calx_relationship *facts,
                                  const calx_instance *item, bool *out_elsewhere)
{
    const calx_link *link = calx_link_at(item, facts->foreign_key);
    const calx_foreign_key *key = &item->mapper->foreign_keys[facts->foreign_key];
    calx_instance *recorded = NULL;
    *out_elsewhere = false;
    if (!has_record(item, link, key))
        return CALX_OK;
    calx_status status = find_recorded(item->session, item, key, &recorded);
    if (status == CALX_E_NOMEM)
        return no_memory(item->session);
    if (status == CALX_OK && recorded == NULL)
        return calx_session_fail(owner->session, CALX_E_STALE_DATA,
                                 "%s.%s: this %s belongs to another %s by now, which is not in the "
                                 "session: refresh the collection",
                                 owner->mapper->name, facts->member, item->mapper->name,
                                 owner->mapper->name);
    *out_elsewhere = recorded != owner;
    return CALX_OK;
}

static calx_status take_out_link(calx_instance *owner, const calx_relationship *facts,
                                 calx_instance *item)
{
    calx_link *link = calx_link_at(item, facts->foreign_key);
    bool elsewhere = false;
    calx_status status = check_recorded(owner, facts, item, &elsewhere);
    if (status == CALX_OK && owner->session != NULL)
        status = calx_session_autobegin(owner->session);
    if (status != CALX_OK)
        return status;
    if (elsewhere) {
        calx_link_leave(link);
        return CALX_OK;
    }
    status = calx_relationship_point(item->session, link, NULL);
    if (status == CALX_OK)
        calx_orphan_drop(item);
    return status;
}

calx_status calx_relationship_remove(const void *entity, const calx_relationship *relationship,
                                     const void *item)
{
    calx_instance *owner = NULL;
    calx_instance *removed = NULL;
    calx_status status = resolve_member(entity, relationship, item, &owner, &removed);
    if (status != CALX_OK)
        return status;
    if (!kind_of(relationship)->holds(owner, relationship, removed))
        return calx_session_fail(owner->session, CALX_E_STATE, "%s.%s does not hold this %s",
                                 owner->mapper->name, relationship->member,
                                 relationship->target->name);
    return kind_of(relationship)->take_out(owner, relationship, removed);
}

/* ---- all members at once ---- */

/* A collection that is replaced. */
typedef struct change {
    calx_instance *owner;
    const calx_relationship *facts;
    calx_instances wanted;  /* the members as they are to be, each once */
    calx_instances removed; /* those of now that are not among them */
    calx_instances found;   /* what comes into the session by it */
} change;

static calx_link *link_of(const change *all, const calx_instance *item)
{
    return calx_link_at(item, all->facts->foreign_key);
}

/* The items given, each once, in the order in which they come first. Their links are named. */
static calx_status name_items(change *all, const void *const *items, size_t count)
{
    calx_session *session = all->owner->session;
    if (calx_instances_reserve(&all->wanted, count) != CALX_OK)
        return no_memory(session);
    for (size_t i = 0; i < count; i++) {
        calx_instance *item = NULL;
        calx_status status = calx_relationship_resolve_item(session, all->facts, items[i], &item);
        if (status == CALX_OK && calx_links_ensure(item) != CALX_OK)
            status = no_memory(session);
        if (status != CALX_OK)
            return status;
        if (link_of(all, item)->named)
            continue;
        link_of(all, item)->named = link_of(all, item)->changing = true;
        (void)calx_instances_push(&all->wanted, item);
    }
    return CALX_OK;
}

static void forget_names(const change *all)
{
    for (size_t i = 0; i < all->wanted.count; i++)
        link_of(all, all->wanted.items[i])->named = link_of(all, all->wanted.items[i])->changing =
            false;
    for (size_t i = 0; i < all->removed.count; i++)
        link_of(all, all->removed.items[i])->changing = false;
}

/* With save-update the new members come into the session (SES-274). */
static calx_status bring_in(change *all)
{
    calx_session *session = all->owner->session;
    if (session == NULL || (calx_cascade_of(all->facts) & CALX_CASCADE_SAVE_UPDATE) == 0)
        return CALX_OK;
    return calx_session_attach_begin(session, all->wanted.items, all->wanted.count, &all->found);
}

static calx_status prepare_removed(change *all)
{
    const calx_slot *slot = slot_of(all->owner, all->facts);
    if (calx_instances_reserve(&all->removed, slot->count) != CALX_OK)
        return no_memory(all->owner->session);
    for (size_t i = 0; i < slot->count; i++) {
        calx_instance *item = calx_instance_trusted(slot->items[i]);
        if (link_of(all, item)->named)
            continue;
        calx_status status = calx_relationship_point_begin(item->session, link_of(all, item), NULL);
        if (status != CALX_OK)
            return status;
        link_of(all, item)->changing = true;
        (void)calx_instances_push(&all->removed, item);
    }
    return CALX_OK;
}

static bool is_member(const change *all, const calx_instance *item)
{
    const calx_link *link = link_of(all, item);
    return link->target == all->owner && calx_slot_contains(slot_of(all->owner, all->facts), link);
}

static calx_status prepare_added(const change *all)
{
    size_t added = 0;
    for (size_t i = 0; i < all->wanted.count; i++) {
        calx_instance *item = all->wanted.items[i];
        if (is_member(all, item))
            continue;
        added++;
        calx_status status = calx_relationship_check_changeable(all->owner);
        if (status == CALX_OK)
            status = calx_relationship_check_changeable(item);
        if (status == CALX_OK)
            status = calx_relationship_check_owner(all->owner, all->facts, link_of(all, item));
        if (status == CALX_OK)
            status = calx_relationship_point_begin(item->session, link_of(all, item), all->owner);
        if (status != CALX_OK)
            return status;
    }
    if (added > 0 &&
        calx_link_reserve(link_of(all, all->wanted.items[0]), all->owner, added) != CALX_OK)
        return no_memory(all->owner->session);
    return CALX_OK;
}

/* Never fails. */
static void exchange(const change *all)
{
    calx_links_leave_together(all->owner, all->facts);
    for (size_t i = 0; i < all->removed.count; i++) {
        calx_relationship_point_end(link_of(all, all->removed.items[i]), NULL);
        calx_orphan_drop(all->removed.items[i]);
    }
    for (size_t i = 0; i < all->wanted.count; i++)
        if (!is_member(all, all->wanted.items[i]))
            calx_relationship_point_end(link_of(all, all->wanted.items[i]), all->owner);
    calx_slot *slot = slot_of(all->owner, all->facts);
    for (size_t i = 0; i < all->wanted.count; i++) {
        slot->items[i] = calx_instance_entity(all->wanted.items[i]);
        link_of(all, all->wanted.items[i])->place = (uint32_t)(slot->first + i);
    }
}

static calx_status exchange_all(change *all)
{
    calx_session *session = all->owner->session;
    calx_status status = session == NULL ? CALX_OK : calx_session_autobegin(session);
    if (status == CALX_OK)
        status = bring_in(all);
    if (status == CALX_OK)
        status = prepare_removed(all);
    if (status == CALX_OK)
        status = prepare_added(all);
    if (status == CALX_OK)
        exchange(all);
    if (session != NULL)
        calx_session_attach_end(session, &all->found, status == CALX_OK);
    return status;
}

static calx_status replace_links(calx_instance *owner, const calx_relationship *facts,
                                 const void *const *items, size_t count)
{
    change all = { .owner = owner, .facts = facts };
    calx_status status = name_items(&all, items, count);
    if (status == CALX_OK)
        status = exchange_all(&all);
    forget_names(&all);
    calx_instances_clear(&all.wanted);
    calx_instances_clear(&all.removed);
    return status;
}

calx_status calx_relationship_replace(const void *entity, const calx_relationship *relationship,
                                      const void *const *items, size_t count)
{
    calx_instance *owner = NULL;
    unsigned number = 0;
    calx_status status =
        calx_relationship_resolve(entity, relationship, COLLECTIONS, &owner, &number);
    if (status == CALX_OK)
        status = calx_relationship_check_writable(owner, relationship);
    if (status == CALX_OK && count > 0)
        status = calx_session_check_given(owner->session, items, "array of members");
    if (status == CALX_OK)
        status = calx_relationship_load_to_change(owner, number);
    if (status == CALX_OK)
        status = kind_of(relationship)->replace(owner, relationship, items, count);
    if (status == CALX_OK && owner->links != NULL)
        calx_slot_at(owner, number)->assigned = true;
    return status;
}

calx_status calx_relationship_clear(const void *entity, const calx_relationship *relationship)
{
    return calx_relationship_replace(entity, relationship, NULL, 0);
}

/* ---- kinds ---- */

static const collection_kind *kind_of(const calx_relationship *facts)
{
    static const collection_kind links = { holds_link, add_link, take_out_link, move_link,
                                           replace_links };
    static const collection_kind pairs = { calx_many_to_many_holds, calx_many_to_many_append,
                                           calx_many_to_many_remove, calx_many_to_many_move,
                                           calx_many_to_many_replace };
    return facts->kind == CALX_RELATIONSHIP_MANY_TO_MANY ? &pairs : &links;
}
