/*
 * Relationships: changing one side keeps the other in step (SES-183 to 187, 273 to 275). What
 * changes in memory is a link; the flush turns it into columns. Whatever may fail comes before the
 * first change, so a failed call changes nothing on either side.
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

/* ---- pointing ---- */

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
    if (session != NULL && owner->state == CALX_STATE_PERSISTENT &&
        owner->watch->list != &session->hot)
        calx_watch_list_append(&session->hot, owner->watch);
    return CALX_OK;
}

/* An instance of no session, that none will take in by this, points at one of a session. */
static bool is_stranger(const calx_link *link, const calx_instance *target)
{
    return link->owner->session == NULL && target->session != NULL &&
           (link->owner->flags & CALX_INSTANCE_VISITED) == 0;
}

/* The flush looks at the target, and warns if the stranger is still one (SES-275). */
static calx_status note_stranger(const calx_link *link, calx_instance *target)
{
    if (!is_stranger(link, target))
        return CALX_OK;
    calx_status status = watch_owner(target->session, target);
    if (status == CALX_OK)
        target->links->strangers = true;
    return status;
}

static bool is_reference_null(const calx_link *link)
{
    const calx_mapper *mapper = link->owner->mapper;
    const calx_foreign_key *key = &mapper->foreign_keys[calx_link_number(link)];
    calx_value value;
    for (size_t i = 0; i < key->column_count; i++)
        if (calx_column_read(&mapper->columns[key->columns[i]], calx_instance_entity(link->owner),
                             &value) != CALX_OK ||
            value.type == CALX_VALUE_NULL)
            return true;
    return false;
}

/* Whether there was a target, known or not, that goes by pointing at nothing. */
static bool loses_target(const calx_link *link)
{
    return link->target != NULL || (link->state == CALX_LINK_UNKNOWN &&
                                    !is_all_in_memory(link->owner) && !is_reference_null(link));
}

/* Whether some collection over the link holds nothing without owner (SES-282). */
static bool must_have_target(const calx_link *link)
{
    const calx_mapper *mapper = link->owner->mapper;
    unsigned number = calx_link_number(link);
    const calx_mapper *target = mapper->foreign_keys[number].target;
    for (unsigned i = 0; i < target->relationship_count; i++) {
        const calx_relationship *facts = &target->relationships[i];
        if (facts->kind == CALX_RELATIONSHIP_MANY && facts->target == mapper &&
            facts->foreign_key == number && (facts->cascade & CALX_CASCADE_DELETE_ORPHAN) != 0)
            return true;
    }
    return false;
}

/* A reference that is known to be so already; a new instance's that was never set is no change. */
static bool points_already(const calx_link *link, const calx_instance *target)
{
    return link->target == target &&
           (link->state != CALX_LINK_UNKNOWN || (target == NULL && is_all_in_memory(link->owner)));
}

calx_status calx_relationship_point(calx_session *session, calx_link *link, calx_instance *target)
{
    bool is_same = link->target == target;
    if (points_already(link, target) && (target == NULL || link->listed))
        return CALX_OK;
    calx_status status = watch_owner(session, link->owner);
    if (status == CALX_OK && target != NULL &&
        (calx_links_ensure(target) != CALX_OK || calx_link_reserve(link, target) != CALX_OK))
        status = no_memory(session);
    if (status == CALX_OK && target != NULL)
        status = note_stranger(link, target);
    if (status != CALX_OK)
        return status;
    link->orphaned =
        target == NULL && must_have_target(link) && (link->orphaned || loses_target(link));
    if (link->target != NULL)
        calx_boundary_touch(link->target);
    if (target != NULL)
        calx_boundary_touch(target);
    if (!is_same)
        calx_link_leave(link);
    calx_link_point(link, target, CALX_LINK_CHANGED);
    calx_link_join(link);
    calx_link_show(link);
    return CALX_OK;
}

/*
 * Points a link; a related instance comes into the session with save-update in the same moment
 * (SES-274). All or nothing.
 */
static calx_status relate(calx_session *session, const calx_relationship *facts, calx_link *link,
                          calx_instance *target, calx_instance *related)
{
    calx_instances found = { 0 };
    calx_session *owners = link->owner->session;
    bool comes_in = session != NULL && related != NULL && related->session != session &&
                    (facts->cascade & CALX_CASCADE_SAVE_UPDATE) != 0;
    calx_status status =
        comes_in ? calx_session_attach_begin(session, related, link, &found) : CALX_OK;
    if (status == CALX_OK)
        status = calx_relationship_point(owners, link, target);
    if (comes_in)
        calx_session_attach_end(session, &found, status == CALX_OK);
    if (status == CALX_E_NOMEM && session != NULL)
        (void)calx_error_set_nomem(&session->error);
    return status;
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
    if (target != NULL && target->session != NULL && session != NULL && target->session != session)
        return calx_session_fail(session, CALX_E_STATE,
                                 "%s.%s was assigned a %s of another session",
                                 instance->mapper->name, facts->member, facts->target->name);
    if (calx_links_ensure(instance) != CALX_OK)
        return no_memory(session);
    calx_link *link = &instance->links->links[facts->foreign_key];
    return relate(instance->session, facts, link, target, target);
}

/* A CALX_MANY member, as annotate.h declares it: only read by applications. */
static calx_status check_many(calx_session *session, const calx_instance *instance,
                              unsigned relationship)
{
    const calx_relationship *facts = &instance->mapper->relationships[relationship];
    const calx_slot *slot = instance->links == NULL ? NULL : &instance->links->slots[relationship];
    const calx_raw_many shown = calx_links_shown(slot);
    calx_raw_many raw;
    memcpy(&raw, (const char *)calx_instance_entity(instance) + facts->offset, sizeof(raw));
    if (raw.items == shown.items && raw.count == shown.count)
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
                           calx_relationship_kind kind, calx_instance **out_instance,
                           unsigned *out_relationship)
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
        if (facts->kind != kind)
            return calx_session_fail(
                instance->session, CALX_E_ARGUMENT, "%s.%s is %s", instance->mapper->name,
                facts->member, kind == CALX_RELATIONSHIP_ONE ? "a collection" : "no collection");
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

/* Deleted instances can be let go of, but not related any more; changing begins a transaction. */
static calx_status check_changeable(const calx_instance *instance)
{
    if (instance->state == CALX_STATE_DELETED || (instance->flags & CALX_INSTANCE_WAS_DELETED) != 0)
        return calx_session_fail(instance->session, CALX_E_STATE,
                                 "this %s was deleted and cannot be changed",
                                 instance->mapper->name);
    return instance->session == NULL ? CALX_OK : calx_session_autobegin(instance->session);
}

/* A pending member that must not be without owner leaves the session at once (SES-283). */
static void drop_orphan(const calx_link *link)
{
    calx_instance *item = link->owner;
    if (!link->orphaned || item->state != CALX_STATE_PENDING)
        return;
    calx_session_forget(item->session, item);
    item->state = CALX_STATE_TRANSIENT;
}

calx_status calx_relationship_one(const void *entity, const calx_relationship *relationship,
                                  const void **out_target)
{
    calx_instance *instance = NULL;
    unsigned number = 0;
    calx_status status = resolve(entity, relationship, CALX_RELATIONSHIP_ONE, &instance, &number);
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
    calx_status status = resolve(entity, relationship, CALX_RELATIONSHIP_ONE, &instance, &number);
    if (status == CALX_OK && target != NULL)
        status = resolve_item(instance->session, relationship, target, &to);
    if (status == CALX_OK)
        status = check_changeable(instance);
    if (status == CALX_OK && calx_links_ensure(instance) != CALX_OK)
        status = no_memory(instance->session);
    if (status != CALX_OK)
        return status;
    calx_link *link = &instance->links->links[relationship->foreign_key];
    status = relate(instance->session, relationship, link, to, to);
    if (status == CALX_OK)
        drop_orphan(link);
    return status;
}

calx_status calx_relationship_many(const void *entity, const calx_relationship *relationship,
                                   const void *const **out_items, size_t *out_count)
{
    calx_instance *instance = NULL;
    unsigned number = 0;
    calx_status status = resolve(entity, relationship, CALX_RELATIONSHIP_MANY, &instance, &number);
    if (status == CALX_OK)
        status = calx_relationship_load(instance->session, instance, number);
    if (status != CALX_OK)
        return status;
    const calx_slot *slot = instance->links == NULL ? NULL : &instance->links->slots[number];
    *out_items = slot == NULL ? NULL : slot->items;
    *out_count = slot == NULL ? 0 : slot->count;
    return CALX_OK;
}

/*
 * The members, for a change of them. No flush comes before: what is in memory only is counted in
 * anyway, and a member on its way from one owner to another would be deleted as an orphan
 * (SES-216).
 */
static calx_status load_to_change(calx_instance *owner, unsigned relationship)
{
    calx_session *session = owner->session;
    if (session == NULL)
        return calx_relationship_load(NULL, owner, relationship);
    session->no_autoflush++;
    calx_status status = calx_relationship_load(session, owner, relationship);
    session->no_autoflush--;
    return status;
}

/* The member's link to its owner, when the collection is there and the item may be in it. */
static calx_status resolve_member(const void *entity, const calx_relationship *relationship,
                                  const void *item, calx_instance **out_owner,
                                  calx_instance **out_item)
{
    unsigned number = 0;
    calx_status status = resolve(entity, relationship, CALX_RELATIONSHIP_MANY, out_owner, &number);
    if (status == CALX_OK)
        status = resolve_item((*out_owner)->session, relationship, item, out_item);
    if (status == CALX_OK)
        status = load_to_change(*out_owner, number);
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
    status = check_changeable(added);
    if (status != CALX_OK)
        return status;
    calx_link *link = &added->links->links[relationship->foreign_key];
    return relate(owner->session, relationship, link, owner, added);
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
    calx_link *link = &removed->links->links[relationship->foreign_key];
    if (link->target != owner || !calx_slot_contains(&owner->links->slots[number], link))
        return calx_session_fail(owner->session, CALX_E_STATE, "%s.%s does not hold this %s",
                                 owner->mapper->name, relationship->member,
                                 relationship->target->name);
    if (owner->session != NULL)
        status = calx_session_autobegin(owner->session);
    if (status == CALX_OK)
        status = calx_relationship_point(removed->session, link, NULL);
    if (status == CALX_OK)
        drop_orphan(link);
    return status;
}
