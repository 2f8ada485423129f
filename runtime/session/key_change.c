/*
 * Keys that change while other rows point at them. What is in memory is found by its links; rows
 * that are only in the database are loaded where this session is to update them, and are the
 * database's affair otherwise. A member whose own key has the changed columns in it leads on to its
 * own members: the walk keeps a list, so it may be as deep as it likes.
 */
#include "session/key_change.h"

#include "base/allocator.h"
#include "base/error.h"
#include "mapper/column.h"
#include "session/reference.h"
#include "session/relationship.h"
#include "session/write.h"

#include <string.h>

/* A row whose columns changed: those of one of its foreign keys, or whatever differs. */
typedef struct change {
    calx_instance *instance;
    size_t foreign_key;
} change;

enum { ANY_COLUMN = -1 };

typedef struct changes {
    calx_session *session;
    change *items;
    size_t count, capacity;
} changes;

static calx_status push(changes *all, calx_instance *instance, size_t foreign_key)
{
    if (all->count == all->capacity) {
        size_t capacity = all->capacity == 0 ? 8 : all->capacity * 2;
        change *items = calx_resize_array(all->items, capacity, sizeof(*items));
        if (items == NULL)
            return calx_error_set_nomem(&all->session->error);
        all->items = items;
        all->capacity = capacity;
    }
    all->items[all->count++] = (change){ instance, foreign_key };
    return CALX_OK;
}

static const void *stored_of(const calx_instance *instance)
{
    const calx_watch *watch = instance->watch;
    return watch != NULL && watch->has_snapshot ? watch->snapshot : calx_instance_entity(instance);
}

/* ---- what changed ---- */

static bool is_changed(const change *from, size_t column)
{
    const calx_mapper *mapper = from->instance->mapper;
    if (from->foreign_key == (size_t)ANY_COLUMN)
        return !calx_column_same(&mapper->columns[column], calx_instance_entity(from->instance),
                                 stored_of(from->instance));
    const calx_foreign_key *key = &mapper->foreign_keys[from->foreign_key];
    for (size_t i = 0; i < key->column_count; i++)
        if (key->columns[i] == column)
            return true;
    return false;
}

static bool concerns(const change *from, const calx_foreign_key *key)
{
    for (size_t i = 0; i < key->column_count; i++)
        if (is_changed(from, key->target_columns[i]))
            return true;
    return false;
}

bool calx_key_change_is_one(const calx_instance *instance)
{
    const change from = { (calx_instance *)instance, (size_t)ANY_COLUMN };
    for (size_t i = 0; i < instance->mapper->key_count; i++)
        if (is_changed(&from, instance->mapper->key[i]))
            return true;
    return false;
}

static bool is_same_value(const calx_value *left, const calx_value *right)
{
    if (left->type != right->type || left->type == CALX_VALUE_NULL)
        return false;
    switch (left->type) {
    case CALX_VALUE_TEXT:
    case CALX_VALUE_BYTES:
        return left->as.span.size == right->as.span.size &&
               (left->as.span.size == 0 ||
                memcmp(left->as.span.data, right->as.span.data, left->as.span.size) == 0);
    case CALX_VALUE_BOOL:
        return left->as.boolean == right->as.boolean;
    default:
        return left->as.uint64 == right->as.uint64; /* eight bytes, whatever they mean */
    }
}

/* Whether a link's columns still say what its target was before. */
static bool points_at_stored(const calx_link *link)
{
    const calx_mapper *mapper = link->owner->mapper;
    const calx_foreign_key *key = &mapper->foreign_keys[calx_link_number(link)];
    const void *stored = stored_of(link->target);
    for (size_t i = 0; i < key->column_count; i++) {
        calx_value here, there;
        if (calx_column_read(&mapper->columns[key->columns[i]], calx_instance_entity(link->owner),
                             &here) != CALX_OK ||
            calx_column_read(&key->target->columns[key->target_columns[i]], stored, &there) !=
                CALX_OK ||
            !is_same_value(&here, &there))
            return false;
    }
    return true;
}

/* Whether the owner of a link has to follow, in the one way or the other. */
static bool follows(const change *from, const calx_link *link, bool active)
{
    const calx_instance *owner = link->owner;
    unsigned number = calx_link_number(link);
    bool is_going = active && (owner->flags & CALX_INSTANCE_MARKED) != 0;
    return owner->state == CALX_STATE_PERSISTENT && owner->session == from->instance->session &&
           link->state != CALX_LINK_CHANGED && !is_going &&
           concerns(from, &owner->mapper->foreign_keys[number]) &&
           calx_reference_is_active(owner->session, owner->mapper, number) == active &&
           points_at_stored(link);
}

/* Whether a foreign key's columns are some that others point at: in the key, or perhaps besides. */
static bool leads_on(const calx_session *session, const calx_mapper *mapper, size_t foreign_key)
{
    const calx_foreign_key *key = &mapper->foreign_keys[foreign_key];
    for (size_t i = 0; i < key->column_count; i++)
        if ((mapper->columns[key->columns[i]].flags & CALX_COLUMN_KEY) != 0)
            return true;
    return session->has_odd_references;
}

/* ---- passed on by this session ---- */

static calx_status load_active(const change *from, calx_session *session)
{
    const calx_mapper *mapper = from->instance->mapper;
    for (unsigned i = 0; i < mapper->relationship_count; i++) {
        const calx_relationship *facts = &mapper->relationships[i];
        if (facts->kind != CALX_RELATIONSHIP_MANY && facts->kind != CALX_RELATIONSHIP_ONE_TO_ONE)
            continue;
        if (!calx_reference_is_active(session, facts->target, facts->foreign_key) ||
            !concerns(from, &facts->target->foreign_keys[facts->foreign_key]))
            continue;
        calx_status status = calx_relationship_load(session, from->instance, i);
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}

static calx_status pass_on_over(changes *all, calx_link *link)
{
    size_t number = calx_link_number(link);
    calx_instance *owner = link->owner;
    calx_status status = calx_relationship_point_begin(all->session, link, link->target);
    if (status != CALX_OK)
        return status;
    link->state = CALX_LINK_CHANGED; /* its columns are written, whatever they say */
    return leads_on(all->session, owner->mapper, number) ? push(all, owner, number) : CALX_OK;
}

/* Members in the order they were loaded or made: the newest link is the first. */
static calx_status pass_on(changes *all, calx_instance *start)
{
    all->count = 0;
    calx_status status = push(all, start, (size_t)ANY_COLUMN);
    for (size_t done = 0; status == CALX_OK && done < all->count; done++) {
        const change from = all->items[done];
        status = load_active(&from, all->session);
        calx_link *next = from.instance->links == NULL ? NULL : from.instance->links->incoming;
        while (status == CALX_OK && next != NULL) {
            calx_link *link = next;
            next = link->next;
            if (follows(&from, link, true))
                status = pass_on_over(all, link);
        }
    }
    /* Only now: until here the members of a member are known by what it was. */
    for (size_t i = 1; status == CALX_OK && i < all->count; i++)
        status = calx_writer_links(all->session, all->items[i].instance);
    return status;
}

static bool may_be_pointed_at(const calx_session *session, const calx_instance *instance)
{
    return session->has_odd_references || calx_key_change_is_one(instance);
}

calx_status calx_key_change_pass_on(calx_session *session, const calx_watch_list *list)
{
    if ((session->relationship_flags & CALX_RELATIONSHIP_ACTIVE_UPDATES) == 0)
        return CALX_OK;
    changes all = { .session = session };
    calx_status status = CALX_OK;
    for (calx_watch *watch = list->first; status == CALX_OK && watch != NULL; watch = watch->next)
        if (watch->has_snapshot && (watch->instance->flags & CALX_INSTANCE_MARKED) == 0 &&
            may_be_pointed_at(session, watch->instance))
            status = pass_on(&all, watch->instance);
    calx_release(all.items);
    return status;
}

/* ---- passed on by the database ---- */

/* Its row changed: a rollback has to know what it was. */
static calx_status watch_follower(calx_session *session, calx_instance *owner)
{
    bool is_new = owner->watch == NULL;
    if (calx_watch_ensure(owner) != CALX_OK)
        return calx_error_set_nomem(&session->error);
    calx_watch *watch = owner->watch;
    if (!watch->has_snapshot && calx_watch_take_snapshot(watch) != CALX_OK) {
        if (is_new)
            calx_watch_drop(owner);
        return calx_error_set_nomem(&session->error);
    }
    watch->sealed = watch->sealed || is_new;
    if (watch->list == NULL)
        calx_watch_list_append(&session->cold, watch);
    return calx_watch_keep_origin(watch) == CALX_OK ? CALX_OK
                                                    : calx_error_set_nomem(&session->error);
}

static calx_status write_new_key(calx_session *session, const calx_link *link)
{
    const calx_mapper *mapper = link->owner->mapper;
    const calx_foreign_key *key = &mapper->foreign_keys[calx_link_number(link)];
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < key->column_count; i++) {
        const calx_column *column = &mapper->columns[key->columns[i]];
        const char *reason = "";
        calx_value value = calx_value_null();
        status = calx_column_read(&key->target->columns[key->target_columns[i]],
                                  calx_instance_entity(link->target), &value);
        if (status == CALX_OK)
            status = calx_watch_write(link->owner, column, &value, &reason);
        if (status == CALX_E_NOMEM)
            return calx_error_set_nomem(&session->error);
        if (status != CALX_OK)
            calx_session_fail(session, status, "%s.%s: the new key of its %s does not fit: %s",
                              mapper->name, column->member, key->target->name, reason);
    }
    return status;
}

static calx_status follow_over(changes *all, const calx_link *link)
{
    calx_status status = watch_follower(all->session, link->owner);
    if (status == CALX_OK)
        status = write_new_key(all->session, link);
    return status == CALX_OK ? push(all, link->owner, calx_link_number(link)) : status;
}

/* The row has the columns that were written; other changes of it are still to be written. */
static calx_status agree(calx_session *session, const change *with)
{
    calx_instance *instance = with->instance;
    const calx_foreign_key *key = &instance->mapper->foreign_keys[with->foreign_key];
    size_t words = calx_plan_words(instance->mapper);
    uint64_t *others = calx_alloc_array(words, sizeof(*others));
    if (others == NULL)
        return calx_error_set_nomem(&session->error);
    memset(others, 0xff, words * sizeof(*others));
    bool in_key = false;
    for (size_t i = 0; i < key->column_count; i++) {
        others[key->columns[i] / 64] &= ~(UINT64_C(1) << key->columns[i] % 64);
        in_key =
            in_key || (instance->mapper->columns[key->columns[i]].flags & CALX_COLUMN_KEY) != 0;
    }
    calx_status status = calx_watch_agree_on_some(instance->watch, others);
    calx_release(others);
    if (status != CALX_OK)
        return calx_error_set_nomem(&session->error);
    return in_key ? calx_key_change_rekey(session, instance, instance->watch->snapshot) : CALX_OK;
}

calx_status calx_key_change_follow(calx_session *session, calx_instance *instance)
{
    changes all = { .session = session };
    calx_status status = push(&all, instance, (size_t)ANY_COLUMN);
    for (size_t done = 0; status == CALX_OK && done < all.count; done++) {
        const change from = all.items[done];
        const calx_link *link =
            from.instance->links == NULL ? NULL : from.instance->links->incoming;
        for (; status == CALX_OK && link != NULL; link = link->next)
            if (follows(&from, link, false))
                status = follow_over(&all, link);
    }
    /* Only now: until here each is found by what its target was before. */
    for (size_t i = 1; status == CALX_OK && i < all.count; i++)
        status = agree(session, &all.items[i]);
    calx_release(all.items);
    return status;
}

bool calx_key_change_leads(const calx_session *session, const calx_instance *instance,
                           const uint64_t *columns)
{
    const calx_mapper *mapper = instance->mapper;
    const calx_link *link = instance->links == NULL ? NULL : instance->links->incoming;
    if (link == NULL)
        return false;
    for (size_t i = 0; i < mapper->key_count; i++)
        if (calx_plan_has(columns, mapper->key[i]))
            return true;
    for (; session->has_odd_references && link != NULL; link = link->next) {
        const calx_foreign_key *key = &link->owner->mapper->foreign_keys[calx_link_number(link)];
        for (size_t i = 0; i < key->column_count; i++)
            if (calx_plan_has(columns, key->target_columns[i]))
                return true;
    }
    return false;
}

calx_status calx_key_change_rekey(calx_session *session, calx_instance *instance,
                                  const void *struct_)
{
    calx_key key;
    calx_status status = calx_key_from_instance(&key, instance->mapper, struct_);
    if (status == CALX_E_NOMEM)
        return calx_error_set_nomem(&session->error);
    if (status != CALX_OK)
        return calx_session_fail(session, CALX_E_FLUSH, "the new key is not complete");
    calx_identity_remove(session, instance);
    calx_session_displace(session, &key);
    calx_watch_keep_key(instance->watch);
    instance->key = key;
    calx_identity_put(session, instance);
    return CALX_OK;
}
