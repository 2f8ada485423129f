/*
 * Keeping account of what each boundary did, and undoing it (SES-104 to 109, 133 to 138, 141). The
 * lists of inserted and deleted instances are in the order of the work, so that a boundary's part
 * is the end of them from its beginning on.
 */
#include "session/boundary.h"

#include "base/allocator.h"
#include "mapper/column.h"
#include "session/row_events.h"
#include "session/transaction_events.h"
#include "session/work.h"

#include <string.h>

/* ---- opening and finding ---- */

static void put_inside(calx_session *session, calx_boundary *boundary)
{
    boundary->outer = session->boundary;
    boundary->number = ++session->last_number;
    boundary->depth = boundary->outer == NULL ? 0 : boundary->outer->depth + 1;
    boundary->inserted = session->inserted.count;
    boundary->deleted = session->deleted.count;
    session->boundary = boundary;
}

void calx_boundary_open_root(calx_session *session)
{
    memset(&session->root, 0, sizeof(session->root));
    put_inside(session, &session->root);
}

void calx_boundary_open(calx_session *session, calx_boundary *boundary)
{
    put_inside(session, boundary);
}

calx_boundary *calx_boundary_find(const calx_session *session, uint64_t number)
{
    calx_boundary *boundary = session->boundary;
    while (boundary != NULL && boundary->number != number)
        boundary = boundary->outer;
    return boundary;
}

/* The one of a number; when it was released, the one its work went to. Numbers grow inwards. */
static calx_boundary *heir_of(const calx_session *session, uint64_t number)
{
    calx_boundary *boundary = session->boundary;
    while (boundary->outer != NULL && boundary->number > number)
        boundary = boundary->outer;
    return boundary;
}

/* ---- collections that changed ---- */

void calx_boundary_untouch(calx_links_rest *links)
{
    if (links == NULL || links->boundary == NULL)
        return;
    if (links->touched_previous != NULL)
        links->touched_previous->touched_next = links->touched_next;
    else
        links->boundary->touched = links->touched_next;
    if (links->touched_next != NULL)
        links->touched_next->touched_previous = links->touched_previous;
    links->touched_next = links->touched_previous = NULL;
    links->boundary = NULL;
}

/* The root needs no list: its rollback expires everything. */
static void touch(calx_boundary *boundary, calx_links_rest *links)
{
    if (links->boundary == boundary)
        return;
    calx_boundary_untouch(links);
    if (boundary->outer == NULL)
        return;
    links->boundary = boundary;
    links->touched_next = boundary->touched;
    if (links->touched_next != NULL)
        links->touched_next->touched_previous = links;
    boundary->touched = links;
}

void calx_boundary_touch(calx_instance *instance)
{
    const calx_session *session = instance->session;
    if (session == NULL || session->boundary == NULL || session->boundary->outer == NULL ||
        instance->links == NULL)
        return;
    calx_links_rest *rest = calx_links_need_rest(instance);
    if (rest != NULL)
        touch(session->boundary, rest);
    else
        session->boundary->touched_more = true;
}

/* ---- releasing ---- */

void calx_boundary_hand_over(calx_session *session, calx_boundary *inner)
{
    calx_boundary *outer = inner->outer;
    while (inner->records != NULL)
        calx_record_hand_over(inner->records, outer);
    while (inner->touched != NULL)
        touch(outer, inner->touched);
    outer->touched_more = outer->touched_more || inner->touched_more;
    inner->touched_more = false;
    inner->inserted = session->inserted.count;
    inner->deleted = session->deleted.count;
}

void calx_boundary_merge_into(calx_session *session, calx_boundary *boundary)
{
    while (session->boundary != boundary) {
        calx_boundary_hand_over(session, session->boundary);
        calx_boundary_close(session);
    }
}

void calx_boundary_close(calx_session *session)
{
    calx_boundary *boundary = session->boundary;
    calx_level level = calx_level_of(boundary);
    if (boundary->scope != NULL)
        boundary->scope->ended = true;
    session->boundary = boundary->outer;
    if (boundary->outer != NULL)
        calx_release(boundary);
    calx_level_tell(session, CALX_SESSION_AFTER_TRANSACTION_END, level);
}

void calx_boundary_close_all(calx_session *session)
{
    while (session->boundary != NULL)
        calx_boundary_close(session);
}

/* ---- restoring ---- */

static bool is_in_savepoint(const calx_session *session)
{
    return session->boundary->outer != NULL;
}

/* What it points at does not count it among its members any more. */
static void set_links_apart(const calx_instance *instance, bool leave)
{
    for (size_t i = 0; instance->links != NULL && i < instance->mapper->foreign_key_count; i++) {
        calx_link *link = calx_link_at(instance, i);
        if (link->target == NULL)
            continue;
        if (leave)
            calx_link_leave_for_good(link, NULL);
        link->state = CALX_LINK_CHANGED;
        link->set_apart = true;
    }
}

/*
 * What was added is transient again; values stay, the key made by the database too (SES-104). After
 * a rollback of everything no collection is believed any more; after one to a savepoint they are.
 */
static void undo_add(calx_session *session, calx_instance *instance, calx_state before)
{
    calx_session_forget(session, instance);
    calx_key_clear(&instance->key);
    instance->state = CALX_STATE_TRANSIENT;
    instance->flags &= (uint16_t)~CALX_INSTANCE_STALE;
    if (instance->watch != NULL)
        calx_watch_forget_row(instance->watch);
    set_links_apart(instance, is_in_savepoint(session));
    calx_pairs_set_apart(instance);
    calx_session_note_left(session, instance, before);
}

/*
 * What was inserted inside can be deleted or marked inside only: that part of the lists is cut as a
 * whole by undo_deletes(), so that no instance is looked for in them.
 */
static void undo_insert(calx_session *session, calx_instance *instance)
{
    calx_state before = (calx_state)instance->state;
    if (before == CALX_STATE_DELETED)
        instance->state = CALX_STATE_TRANSIENT;
    instance->flags &= (uint16_t) ~(CALX_INSTANCE_TAKEN_BACK | CALX_INSTANCE_MARKED);
    undo_add(session, instance, before);
}

static void undo_adds(calx_session *session)
{
    while (session->pending.last != NULL)
        undo_add(session, session->pending.last->instance, CALX_STATE_PENDING);
    while (session->inserted.count > session->boundary->inserted)
        undo_insert(session, session->inserted.items[session->inserted.count - 1]);
}

/* The key from before the boundary, wherever changes have taken it since (SES-109, 141). */
static void undo_rekey(calx_session *session, calx_watch *watch)
{
    calx_instance *instance = watch->instance;
    bool known = instance->state == CALX_STATE_PERSISTENT;
    if (watch->records == NULL || watch->records->key.mapper == NULL)
        return;
    if (known)
        calx_identity_remove(session, instance);
    calx_key_clear(&instance->key);
    instance->key = watch->records->key;
    memset(&watch->records->key, 0, sizeof(watch->records->key));
    if (known)
        calx_identity_put(session, instance);
}

static void undo_unwritten(calx_watch *watch)
{
    calx_watch_revert(watch);
    calx_links_unload(watch->instance, false);
    calx_watch_sweep_texts(watch->instance);
}

static void undo_written(calx_session *session, calx_watch *watch)
{
    undo_rekey(session, watch);
    calx_watch_restore(watch);
    undo_unwritten(watch);
}

static bool leads_elsewhere(const calx_watch *watch, const calx_foreign_key *key)
{
    const calx_column *columns = watch->instance->mapper->columns;
    for (size_t i = 0; i < key->column_count; i++)
        if (!calx_column_same(&columns[key->columns[i]], watch->snapshot, watch->records->origin))
            return true;
    return false;
}

/* Collections it was written into, which know nothing of the rollback. */
static void leave_collections(const calx_watch *watch)
{
    const calx_instance *instance = watch->instance;
    for (size_t i = 0; instance->links != NULL && i < instance->mapper->foreign_key_count; i++)
        if (leads_elsewhere(watch, &instance->mapper->foreign_keys[i]))
            calx_link_leave_for_good(calx_link_at(instance, i), NULL);
}

/* What was handed out has no change any more, like what was handed out long ago. */
static void undo_all_changes(calx_session *session)
{
    for (calx_watch *watch = session->cold.first; watch != NULL; watch = watch->next)
        undo_written(session, watch);
    while (session->hot.first != NULL) {
        calx_watch *watch = session->hot.first;
        undo_written(session, watch);
        calx_watch_list_append(&session->cold, watch);
    }
}

/* Whether anything was written to the struct that no flush has seen. */
static bool is_unwritten(const calx_instance *instance)
{
    return calx_session_is_changed(instance) || !calx_links_are_shown(instance) ||
           (instance->links != NULL && instance->links->rest != NULL &&
            instance->links->rest->abandoned_count > 0);
}

/* ---- deletions undone ---- */

static void bring_back(calx_session *session, calx_instance *instance)
{
    instance->state = CALX_STATE_PERSISTENT;
    calx_identity_put(session, instance);
    if (instance->watch != NULL)
        calx_watch_list_append(&session->cold, instance->watch);
}

/* Where it points is to be asked again: what it let go of before it went was never written. */
static void bring_back_whole(calx_session *session, calx_instance *instance)
{
    bring_back(session, instance);
    calx_links_unload(instance, false);
    calx_session_note(session, CALX_SESSION_DELETED_TO_PERSISTENT, instance);
}

/* A change nobody wrote goes with the boundary in which it could be made. */
static void take_away_again(calx_session *session, calx_instance *instance)
{
    if (instance->watch != NULL && is_unwritten(instance))
        undo_unwritten(instance->watch);
    calx_identity_remove(session, instance);
    if (instance->watch != NULL)
        calx_watch_list_remove(instance->watch);
    instance->state = CALX_STATE_DELETED;
    calx_session_note(session, CALX_SESSION_PERSISTENT_TO_DELETED, instance);
}

/*
 * What was deleted is back (SES-105); what was added before that is gone by now (SES-106). One that
 * an outer boundary deleted, and that was taken back since, is deleted again.
 */
static void undo_deletes(calx_session *session)
{
    size_t first = session->boundary->deleted;
    for (size_t i = session->deleted.count; i-- > first;) {
        calx_instance *instance = session->deleted.items[i];
        if (instance->session != session)
            continue; /* it was inserted inside, too */
        if (instance->state == CALX_STATE_DELETED)
            bring_back_whole(session, instance);
        else
            take_away_again(session, instance);
        if (first == 0)
            instance->flags &= (uint16_t)~CALX_INSTANCE_TAKEN_BACK;
    }
    session->deleted.count = first;
    for (size_t i = 0; i < session->marked.count; i++)
        session->marked.items[i]->flags &= (uint16_t)~CALX_INSTANCE_MARKED;
    session->marked.count = 0;
}

/* ---- everything undone ---- */

static void undo_unwritten_changes(calx_session *session, const calx_watch_list *list)
{
    for (calx_watch *watch = list->first; watch != NULL; watch = watch->next)
        if (is_unwritten(watch->instance)) {
            undo_unwritten(watch);
            calx_identity_expire(session, watch->instance);
            calx_session_note(session, CALX_SESSION_EXPIRE, watch->instance);
        }
}

/* The collections that lost it, and do not know that it comes back. */
static void unload_owners(const calx_session *session, const calx_instance *instance)
{
    for (size_t i = 0; instance->links != NULL && i < instance->mapper->foreign_key_count; i++) {
        calx_instance *owner =
            calx_work_stored_target(session, instance, &instance->mapper->foreign_keys[i]);
        if (owner != NULL)
            calx_links_unload_collections(owner);
    }
}

void calx_boundary_undo_unwritten(calx_session *session)
{
    for (calx_watch *watch = session->hot.first; watch != NULL; watch = watch->next)
        if (is_unwritten(watch->instance))
            unload_owners(session, watch->instance);
    calx_pairs_undo(session, is_in_savepoint(session));
    undo_unwritten_changes(session, &session->hot);
}

/* Only what changed since is expired, flushed or not (SES-134). */
static void undo_changes_inside(calx_session *session)
{
    undo_unwritten_changes(session, &session->hot);
    undo_unwritten_changes(session, &session->cold);
    while (session->boundary->records != NULL) {
        calx_watch *watch = session->boundary->records->watch;
        calx_identity_expire(session, watch->instance);
        leave_collections(watch);
        undo_written(session, watch);
        calx_session_note(session, CALX_SESSION_EXPIRE, watch->instance);
    }
    while (session->hot.first != NULL)
        calx_watch_list_append(&session->cold, session->hot.first);
}

static void unload_all(calx_session *session)
{
    size_t position = 0;
    for (calx_instance *one; (one = calx_identity_next(session, &position)) != NULL;)
        calx_links_unload_collections(one);
}

/* The boundary around this one has them in its list then: they may have changed there, too. */
static void unload_touched(calx_session *session)
{
    calx_boundary *boundary = session->boundary;
    while (boundary->touched != NULL) {
        calx_links_rest *links = boundary->touched;
        calx_links_unload_collections(links->owner);
        touch(boundary->outer, links);
    }
    if (boundary->touched_more)
        unload_all(session);
    boundary->outer->touched_more = boundary->outer->touched_more || boundary->touched_more;
    boundary->touched_more = false;
}

void calx_boundary_restore(calx_session *session)
{
    undo_adds(session);
    undo_deletes(session);
    calx_pairs_undo(session, is_in_savepoint(session));
    if (is_in_savepoint(session)) {
        undo_changes_inside(session);
        unload_touched(session);
        session->restored++;
    } else {
        undo_all_changes(session);
        session->epoch++;
        session->transaction = ++session->last_number;
        calx_session_tell_expired(session);
    }
}

/* ---- the lists of inserted and deleted instances ---- */

static size_t position_of(const calx_instances *list, const calx_instance *instance)
{
    size_t i = list->count; /* a rollback takes them out last to first */
    while (i > 0 && list->items[i - 1] != instance)
        i--;
    return i == 0 ? SIZE_MAX : i - 1;
}

static void take_out(calx_instances *list, size_t position)
{
    memmove(&list->items[position], &list->items[position + 1],
            (list->count - position - 1) * sizeof(*list->items));
    list->count--;
}

uint64_t calx_boundary_drop_inserted(calx_session *session, const calx_instance *instance)
{
    size_t position = position_of(&session->inserted, instance);
    if (position == SIZE_MAX)
        return 0;
    take_out(&session->inserted, position);
    calx_boundary *boundary = session->boundary;
    for (; boundary->outer != NULL && boundary->inserted > position; boundary = boundary->outer)
        boundary->inserted--;
    return boundary->number;
}

void calx_boundary_drop_deleted(calx_session *session, calx_instance *instance)
{
    bool more = true;
    while (more) {
        size_t position = position_of(&session->deleted, instance);
        if (position == SIZE_MAX)
            break;
        take_out(&session->deleted, position);
        for (calx_boundary *boundary = session->boundary; boundary->deleted > position;
             boundary = boundary->outer)
            boundary->deleted--;
        more = (instance->flags & CALX_INSTANCE_TAKEN_BACK) != 0;
    }
    instance->flags &= (uint16_t)~CALX_INSTANCE_TAKEN_BACK;
}

void calx_boundary_take_back(calx_session *session, calx_instance *instance)
{
    size_t position = position_of(&session->deleted, instance);
    if (position != SIZE_MAX && position >= session->boundary->deleted) {
        take_out(&session->deleted, position);
    } else {
        instance->flags |= CALX_INSTANCE_TAKEN_BACK;
        (void)calx_instances_push(&session->deleted, instance);
    }
    bring_back(session, instance);
    calx_session_note(session, CALX_SESSION_DELETED_TO_PERSISTENT, instance);
}

void calx_boundary_return_inserted(calx_session *session, uint64_t number, calx_instance *instance)
{
    calx_instances *list = &session->inserted;
    const calx_boundary *heir = heir_of(session, number);
    size_t position = list->count;
    for (calx_boundary *boundary = session->boundary; boundary != heir; boundary = boundary->outer)
        position = boundary->inserted++;
    memmove(&list->items[position + 1], &list->items[position],
            (list->count - position) * sizeof(*list->items));
    list->items[position] = instance;
    list->count++;
}

void calx_boundary_return_records(calx_session *session, calx_watch *watch)
{
    calx_record **place = &watch->records;
    while (*place != NULL) {
        calx_record *record = *place;
        calx_boundary *heir = heir_of(session, record->number);
        if (record->older != NULL && heir_of(session, record->older->number) == heir) {
            calx_record_absorb(place);
        } else {
            calx_record_put(record, heir);
            place = &record->older;
        }
    }
}

void calx_boundary_forget_lists(calx_session *session)
{
    session->marked.count = session->inserted.count = session->deleted.count = 0;
    for (calx_boundary *boundary = session->boundary; boundary != NULL; boundary = boundary->outer)
        boundary->inserted = boundary->deleted = 0;
}
