/*
 * Who is in the session, and how (SES-040 to 064). Attaching and marking reach out over
 * relationships; both gather first, where anything may fail, and change afterwards, where nothing
 * can. So a failed add() leaves every instance as it was, its keeper too.
 */
#include "session/cascade.h"
#include "session/checksum.h"

#include "base/allocator.h"
#include "base/error.h"
#include "mapper/column.h"
#include "session/lend.h"
#include "session/reference.h"
#include "session/relationship.h"
#include "session/rival.h"

#include <string.h>

/* ---- keeping ---- */

void calx_session_keep(calx_session *session, calx_instance *instance)
{
    calx_session_unkeep(instance);
    calx_session_keep_first(session, instance);
}

void calx_session_unkeep(calx_instance *instance)
{
    if (instance->keeper == NULL)
        return;
    if (instance->keeper_previous != NULL)
        instance->keeper_previous->keeper_next = instance->keeper_next;
    else
        instance->keeper->kept = instance->keeper_next;
    if (instance->keeper_next != NULL)
        instance->keeper_next->keeper_previous = instance->keeper_previous;
    instance->keeper_next = instance->keeper_previous = NULL;
    instance->keeper = NULL;
}

void calx_session_destroy(calx_instance *instance)
{
    calx_links_drop(instance, NULL);
    calx_session_unkeep(instance);
    calx_watch_drop(instance);
    calx_instance_give(instance);
}

void calx_session_forget(calx_session *session, calx_instance *instance)
{
    calx_checksum_end(instance);
    if (instance->state == CALX_STATE_PERSISTENT)
        calx_identity_remove(session, instance);
    if (instance->state == CALX_STATE_DELETED || (instance->flags & CALX_INSTANCE_TAKEN_BACK) != 0)
        calx_boundary_drop_deleted(session, instance);
    if ((instance->flags & CALX_INSTANCE_MARKED) != 0)
        calx_instances_remove(&session->marked, instance);
    uint64_t inserted_in = (instance->flags & CALX_INSTANCE_NEW_IN_TX) != 0
                               ? calx_boundary_drop_inserted(session, instance)
                               : 0;
    if (instance->watch != NULL) {
        calx_watch_list_remove(instance->watch);
        calx_watch_leave(instance->watch);
        instance->watch->left_new = inserted_in;
    }
    instance->flags &= (uint16_t) ~(CALX_INSTANCE_MARKED | CALX_INSTANCE_NEW_IN_TX);
    instance->session = NULL;
    if (session->pairs.count > 0)
        calx_pairs_follow(instance);
}

/* ---- arguments ---- */

void calx_session_describe(calx_buffer *out, const calx_instance *instance)
{
    if (instance->state == CALX_STATE_TRANSIENT || instance->state == CALX_STATE_PENDING)
        calx_buffer_format(out, "a new %s", instance->mapper->name);
    else
        calx_key_describe_instance(out, instance->mapper, calx_instance_entity(instance));
}

static calx_status fail_about(calx_session *session, const calx_instance *instance,
                              calx_status status, const char *what)
{
    calx_buffer text = CALX_BUFFER_INIT;
    calx_session_describe(&text, instance);
    calx_session_fail(session, status, "%s %s", calx_buffer_text(&text), what);
    calx_buffer_clear(&text);
    return status;
}

static calx_status unmapped(calx_session *session, const void *entity)
{
    if (entity == NULL)
        return calx_session_fail(session, CALX_E_UNMAPPED,
                                 "the entity is NULL; an instance comes from its _new() function "
                                 "or from a query");
    return calx_session_fail(session, CALX_E_UNMAPPED,
                             "the address %p is no instance: it was not made by a generated _new() "
                             "function or a query, or it was freed",
                             entity);
}

calx_status calx_session_member(calx_session *session, const void *entity,
                                calx_instance **out_instance)
{
    calx_instance *instance = calx_instance_of(entity);
    if (instance == NULL)
        return unmapped(session, entity);
    if (instance->session == NULL)
        return fail_about(session, instance, CALX_E_STATE, "is in no session");
    if (instance->session != session)
        return fail_about(session, instance, CALX_E_STATE, "is in another session");
    *out_instance = instance;
    return CALX_OK;
}

/* ---- attaching ---- */

/* Whether an instance outside the session may come in (SES-045, 046, 052). */
static calx_status check_attachable(calx_session *session, const calx_instance *instance)
{
    if (instance->session != NULL)
        return fail_about(session, instance, CALX_E_STATE,
                          "is in another session: expunge it there first");
    if ((instance->flags & CALX_INSTANCE_WAS_DELETED) != 0)
        return fail_about(session, instance, CALX_E_STATE,
                          "was deleted: calx_make_transient() makes it one to be added");
    if (instance->state == CALX_STATE_DETACHED && calx_identity_find(session, &instance->key))
        return fail_about(session, instance, CALX_E_STATE,
                          "cannot be added: another instance with that key is in the session");
    return CALX_OK;
}

/* All that attaching needs memory for, on the instance itself. */
static calx_status prepare_attach(calx_session *session, calx_instance *instance)
{
    const calx_entity *entity = calx_session_entity(session, instance->mapper);
    if (entity == NULL)
        return session->error.status;
    if (calx_watch_ensure(instance) != CALX_OK ||
        calx_watch_own_columns(instance, entity->texts, entity->text_count) != CALX_OK)
        return calx_error_set_nomem(&session->error);
    return instance->mapper->relationship_count == 0 ? CALX_OK
                                                     : calx_relationship_adopt(session, instance);
}

static calx_status reach(calx_session *session, calx_instances *found, calx_instance *instance)
{
    if (instance->session == session || (instance->flags & CALX_INSTANCE_VISITED) != 0)
        return CALX_OK;
    if (calx_session_entity(session, instance->mapper) == NULL)
        return session->error.status;
    calx_status status = check_attachable(session, instance);
    if (status == CALX_OK && calx_instances_push(found, instance) != CALX_OK)
        status = calx_error_set_nomem(&session->error);
    if (status == CALX_OK)
        instance->flags |= CALX_INSTANCE_VISITED;
    return status;
}

/* What was taken out since the last flush comes in too, so that it can be written (SES-273). */
static calx_status reach_removed(calx_session *session, calx_instances *found,
                                 const calx_side *side)
{
    calx_status status = CALX_OK;
    for (const calx_pair_end *end = side->first; status == CALX_OK && end != NULL; end = end->next)
        if (calx_pair_of(end)->state == CALX_PAIR_REMOVED)
            status = reach(session, found, calx_pair_other(end)->instance);
    return status;
}

/* The same for members that refer to the instance. */
static calx_status reach_leavers(calx_session *session, calx_instances *found,
                                 const calx_instance *instance, const calx_relationship *facts)
{
    const calx_links_rest *rest = instance->links->rest;
    calx_status status = CALX_OK;
    for (const calx_link *link = rest == NULL ? NULL : rest->leavers.next;
         status == CALX_OK && link != NULL; link = link->next)
        if (link->state == CALX_LINK_CHANGED && calx_goes_over(facts, link))
            status = reach(session, found, link->owner);
    return status;
}

/* A member that will not be one when the change under way is done. */
static bool is_changing(const calx_relationship *facts, const calx_instance *item)
{
    const calx_link *link = facts->kind == CALX_RELATIONSHIP_MANY_TO_MANY
                                ? NULL
                                : calx_links_of(item, facts->foreign_key);
    return link != NULL && link->changing;
}

static calx_status reach_over(calx_session *session, calx_instances *found, calx_instance *instance,
                              unsigned relationship)
{
    const calx_relationship *facts = &instance->mapper->relationships[relationship];
    if ((calx_cascade_of(facts) & CALX_CASCADE_SAVE_UPDATE) == 0 || instance->links == NULL)
        return CALX_OK;
    if (facts->kind == CALX_RELATIONSHIP_ONE) {
        const calx_link *link = calx_link_at(instance, facts->foreign_key);
        bool leads_on = link->target != NULL && !link->changing;
        return leads_on ? reach(session, found, link->target) : CALX_OK;
    }
    const calx_slot *slot = calx_slot_at(instance, relationship);
    if (instance->state == CALX_STATE_TRANSIENT && !slot->loaded &&
        calx_relationship_load(NULL, instance, relationship) != CALX_OK)
        return calx_error_set_nomem(&session->error);
    for (size_t i = 0; i < slot->count; i++) {
        calx_instance *item = calx_instance_trusted(slot->items[i]);
        calx_status status = is_changing(facts, item) ? CALX_OK : reach(session, found, item);
        if (status != CALX_OK)
            return status;
    }
    return facts->kind == CALX_RELATIONSHIP_MANY_TO_MANY
               ? reach_removed(session, found, calx_side_over(instance, facts))
               : reach_leavers(session, found, instance, facts);
}

/* Everything that save-update reaches from the first one, ready to be attached (SES-273). */
static calx_status gather(calx_session *session, calx_instances *found)
{
    for (size_t done = 0; done < found->count; done++) {
        calx_instance *instance = found->items[done];
        calx_status status = prepare_attach(session, instance);
        for (unsigned i = 0; status == CALX_OK && i < instance->mapper->relationship_count; i++)
            status = reach_over(session, found, instance, i);
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}

/*
 * Expunged and added in one transaction: a rollback undoes what was written before. In a later one,
 * what was written stays written.
 */
static void return_to_transaction(calx_session *session, calx_instance *instance)
{
    calx_watch *watch = instance->watch;
    if (watch->left_in != session->transaction) {
        calx_watch_forget_origin(watch);
    } else {
        calx_boundary_return_records(session, watch);
        if (watch->left_restored != session->restored)
            instance->flags |= CALX_INSTANCE_EXPIRED; /* perhaps what was written here is undone */
        if (watch->left_new != 0) {
            instance->flags |= CALX_INSTANCE_NEW_IN_TX;
            calx_boundary_return_inserted(session, watch->left_new, instance);
        }
    }
    watch->left_in = watch->left_new = 0;
    calx_boundary_touch(instance); /* it may have kept its collections */
}

static void tell_attached(calx_session *session, calx_instance *instance,
                          calx_session_event transition)
{
    calx_session_note(session, CALX_SESSION_AFTER_ATTACH, instance);
    calx_session_note(session, transition, instance);
}

/* A listener may refuse it (SES-376). */
static calx_status raise_attach(calx_session *session, calx_instance *instance)
{
    if (!calx_session_hears(session, CALX_SESSION_BEFORE_ATTACH))
        return CALX_OK;
    return calx_session_raise_of(session, CALX_SESSION_BEFORE_ATTACH, instance);
}

/* Never fails: gather() and the reservation came before. */
static void attach_one(calx_session *session, calx_instance *instance)
{
    if (instance->links != NULL)
        calx_loan_settle(session, instance->links->rest);
    instance->session = session;
    calx_session_keep(session, instance);
    calx_pairs_follow(instance);
    if (instance->state == CALX_STATE_TRANSIENT) {
        instance->state = CALX_STATE_PENDING;
        calx_watch_list_append(&session->pending, instance->watch);
        tell_attached(session, instance, CALX_SESSION_TRANSIENT_TO_PENDING);
        return;
    }
    instance->state = CALX_STATE_PERSISTENT;
    if (instance->epoch != 0)
        instance->epoch = session->epoch;
    calx_identity_put(session, instance);
    calx_watch_list_append(&session->hot, instance->watch);
    return_to_transaction(session, instance);
    tell_attached(session, instance, CALX_SESSION_DETACHED_TO_PERSISTENT);
}

/* A detached instance may never have been watched: what it holds is what to compare with. */
static calx_status watch_detached(calx_session *session, const calx_instances *found)
{
    for (size_t i = 0; i < found->count; i++) {
        calx_instance *instance = found->items[i];
        if (instance->state == CALX_STATE_DETACHED && !instance->watch->has_snapshot &&
            calx_watch_take_snapshot(instance->watch) != CALX_OK)
            return calx_error_set_nomem(&session->error);
    }
    return CALX_OK;
}

/* What points at a collection in memory is in it from now on; marked, since it may yet fail. */
static calx_status join_collections(calx_session *session, const calx_instances *found)
{
    for (size_t i = 0; i < found->count; i++) {
        const calx_instance *instance = found->items[i];
        for (unsigned k = 0; k < instance->mapper->foreign_key_count; k++) {
            calx_link *link = calx_links_of(instance, k);
            if (link == NULL || link->target == NULL || link->listed ||
                link->state != CALX_LINK_CHANGED)
                continue;
            if (calx_link_reserve(link, link->target, 1) != CALX_OK)
                return calx_error_set_nomem(&session->error);
            calx_boundary_touch(link->target);
            calx_link_join(link);
            link->fresh = true;
        }
        if (calx_pairs_join(instance) != CALX_OK)
            return calx_error_set_nomem(&session->error);
    }
    return CALX_OK;
}

static void settle_collections(const calx_instance *instance, bool commit)
{
    for (unsigned i = 0; instance->links != NULL && i < instance->mapper->foreign_key_count; i++) {
        calx_link *link = calx_link_at(instance, i);
        if (link->fresh && !commit)
            calx_link_leave(link);
        link->fresh = false;
        if (commit)
            link->set_apart = false;
    }
    calx_pairs_end_join(instance, commit);
}

calx_status calx_session_attach_begin(calx_session *session, calx_instance *const *instances,
                                      size_t count, calx_instances *found)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < count; i++)
        status = reach(session, found, instances[i]);
    if (status == CALX_OK)
        status = gather(session, found);
    if (status == CALX_OK)
        status = watch_detached(session, found);
    if (status == CALX_OK && (calx_identity_reserve(session, found->count) != CALX_OK ||
                              calx_instances_reserve(&session->inserted, found->count) != CALX_OK))
        status = calx_error_set_nomem(&session->error);
    if (status == CALX_OK)
        status = calx_session_autobegin(session);
    for (size_t i = 0; status == CALX_OK && i < found->count; i++)
        status = raise_attach(session, found->items[i]);
    if (status == CALX_OK)
        status = join_collections(session, found);
    return status;
}

void calx_session_attach_end(calx_session *session, calx_instances *found, bool commit)
{
    for (size_t i = 0; i < found->count; i++) {
        found->items[i]->flags &= (uint16_t)~CALX_INSTANCE_VISITED;
        settle_collections(found->items[i], commit);
        if (commit)
            attach_one(session, found->items[i]);
    }
    calx_instances_clear(found);
}

static calx_status attach_graph(calx_session *session, calx_instance *instance)
{
    calx_instances found = { 0 };
    calx_status status = calx_session_attach_begin(session, &instance, 1, &found);
    calx_session_attach_end(session, &found, status == CALX_OK);
    return status;
}

/* A new instance without links brings nothing in: what the walk would gather is known before. */
calx_status calx_session_attach(calx_session *session, calx_instance *instance)
{
    if (instance->state != CALX_STATE_TRANSIENT || instance->links != NULL ||
        (instance->flags & CALX_INSTANCE_VISITED) != 0)
        return attach_graph(session, instance);
    calx_status status = check_attachable(session, instance);
    if (status == CALX_OK)
        status = prepare_attach(session, instance);
    if (status == CALX_OK && instance->links != NULL)
        return attach_graph(session, instance); /* a member was assigned directly */
    if (status == CALX_OK)
        status = calx_session_autobegin(session);
    if (status == CALX_OK)
        status = raise_attach(session, instance);
    if (status == CALX_OK)
        attach_one(session, instance);
    return status;
}

/* An instance that is here already: a mark for deletion is taken back (SES-048). */
static calx_status add_again(calx_session *session, calx_instance *instance)
{
    if (instance->state == CALX_STATE_DELETED)
        return fail_about(session, instance, CALX_E_STATE,
                          "was deleted: calx_make_transient() makes it one to be added");
    if ((instance->flags & CALX_INSTANCE_MARKED) != 0) {
        calx_instances_remove(&session->marked, instance);
        instance->flags &= (uint16_t)~CALX_INSTANCE_MARKED;
    }
    return CALX_OK;
}

calx_status calx_session_add(calx_session *session, const void *entity)
{
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = calx_session_check_barred(session, CALX_BAR_CHANGES);
    if (status != CALX_OK)
        return status;
    calx_instance *instance = calx_instance_of(entity);
    if (instance == NULL)
        return unmapped(session, entity);
    if (instance->session == session)
        return add_again(session, instance);
    return calx_session_attach(session, instance);
}

calx_status calx_session_add_all(calx_session *session, const void *const *entities, size_t count)
{
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK && count > 0)
        status = calx_session_check_given(session, entities, "array of instances");
    for (size_t i = 0; status == CALX_OK && i < count; i++)
        status = calx_session_add(session, entities[i]);
    return status;
}

/* ---- deleting ---- */

static calx_status mark_one(calx_session *session, calx_instances *found, calx_instance *instance)
{
    bool wanted =
        instance->session == session &&
        (instance->state == CALX_STATE_PERSISTENT || instance->state == CALX_STATE_PENDING) &&
        (instance->flags & (CALX_INSTANCE_MARKED | CALX_INSTANCE_VISITED)) == 0;
    if (!wanted)
        return CALX_OK;
    if (calx_instances_push(found, instance) != CALX_OK)
        return calx_error_set_nomem(&session->error);
    instance->flags |= CALX_INSTANCE_VISITED;
    return CALX_OK;
}

/* Members that are in no row yet: nothing in the database goes with their owner. */
static calx_status mark_unflushed(calx_session *session, calx_instances *found,
                                  const calx_instance *instance, const calx_relationship *facts)
{
    calx_status status = CALX_OK;
    const calx_link *link = instance->links == NULL ? NULL : instance->links->incoming;
    for (; status == CALX_OK && link != NULL; link = link->next)
        if (calx_reference_is_unflushed(facts, link))
            status = mark_one(session, found, link->owner);
    return status;
}

/* What the delete cascade of one relationship reaches, loaded now (SES-276). */
static calx_status mark_over(calx_session *session, calx_instances *found, calx_instance *instance,
                             unsigned relationship)
{
    const calx_relationship *facts = &instance->mapper->relationships[relationship];
    if ((calx_cascade_of(facts) & CALX_CASCADE_DELETE) == 0)
        return CALX_OK;
    if (calx_reference_is_left(instance, relationship))
        return mark_unflushed(session, found, instance, facts);
    calx_status status = calx_relationship_load(session, instance, relationship);
    if (status == CALX_OK && facts->kind == CALX_RELATIONSHIP_ONE_TO_ONE)
        status = calx_rival_settle(session, instance, relationship);
    if (status != CALX_OK || instance->links == NULL)
        return status;
    if (facts->kind == CALX_RELATIONSHIP_ONE) {
        calx_instance *target = calx_link_at(instance, facts->foreign_key)->target;
        return target == NULL ? CALX_OK : mark_one(session, found, target);
    }
    const calx_slot *slot = calx_slot_at(instance, relationship);
    for (size_t i = 0; status == CALX_OK && i < slot->count; i++)
        status = mark_one(session, found, calx_instance_trusted(slot->items[i]));
    return status;
}

static calx_status gather_marks(calx_session *session, calx_instances *found)
{
    for (size_t done = 0; done < found->count; done++) {
        calx_instance *instance = found->items[done];
        calx_status status = CALX_OK;
        for (unsigned i = 0; status == CALX_OK && i < instance->mapper->relationship_count; i++)
            status = mark_over(session, found, instance, i);
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}

/* A pending one that the cascade reached was never stored: it just leaves. */
static void mark_or_drop(calx_session *session, calx_instance *instance)
{
    if (instance->state == CALX_STATE_PENDING) {
        calx_session_forget(session, instance);
        instance->state = CALX_STATE_TRANSIENT;
        calx_session_note(session, CALX_SESSION_PENDING_TO_TRANSIENT, instance);
        return;
    }
    instance->flags |= CALX_INSTANCE_MARKED;
    (void)calx_instances_push(&session->marked, instance);
}

calx_status calx_session_mark(calx_session *session, calx_instance *instance)
{
    calx_instances found = { 0 };
    calx_status status = mark_one(session, &found, instance);
    session->no_autoflush++; /* a delete() flushes nothing (SES-211) */
    if (status == CALX_OK)
        status = gather_marks(session, &found);
    session->no_autoflush--;
    if (status == CALX_OK && (calx_instances_reserve(&session->marked, found.count) != CALX_OK ||
                              calx_instances_reserve(&session->deleted, found.count) != CALX_OK))
        status = calx_error_set_nomem(&session->error);
    for (size_t i = 0; i < found.count; i++) {
        found.items[i]->flags &= (uint16_t)~CALX_INSTANCE_VISITED;
        if (status == CALX_OK)
            mark_or_drop(session, found.items[i]);
    }
    calx_instances_clear(&found);
    return status;
}

/* The instance to delete, attached when it was detached (SES-053, 054). */
static calx_status to_delete(calx_session *session, const void *entity,
                             calx_instance **out_instance)
{
    calx_instance *instance = calx_instance_of(entity);
    if (instance == NULL)
        return unmapped(session, entity);
    if (instance->state == CALX_STATE_TRANSIENT || instance->state == CALX_STATE_PENDING)
        return fail_about(session, instance, CALX_E_STATE,
                          "is not in the database; expunge it instead of deleting it");
    if (instance->session != session) {
        calx_status status = calx_session_attach(session, instance);
        if (status != CALX_OK)
            return status;
    }
    *out_instance = instance;
    return CALX_OK;
}

/* Once more: its row may be there again by now; if not, the flush warns (SES-055). */
static calx_status take_back(calx_session *session, calx_instance *instance)
{
    if (calx_identity_find(session, &instance->key) != NULL)
        return fail_about(session, instance, CALX_E_STATE,
                          "was deleted, and another instance has its key by now: delete that one");
    if (calx_identity_reserve(session, 1) != CALX_OK ||
        calx_instances_reserve(&session->deleted, 1) != CALX_OK)
        return calx_error_set_nomem(&session->error);
    calx_boundary_take_back(session, instance);
    return CALX_OK;
}

calx_status calx_session_delete(calx_session *session, const void *entity)
{
    calx_instance *instance = NULL;
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = calx_session_check_barred(session, CALX_BAR_CHANGES);
    if (status == CALX_OK)
        status = to_delete(session, entity, &instance);
    if (status == CALX_OK)
        status = calx_session_autobegin(session);
    if (status == CALX_OK && instance->state == CALX_STATE_DELETED)
        status = take_back(session, instance);
    return status == CALX_OK ? calx_session_mark(session, instance) : status;
}

calx_status calx_session_delete_all(calx_session *session, const void *const *entities,
                                    size_t count)
{
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK && count > 0)
        status = calx_session_check_given(session, entities, "array of instances");
    for (size_t i = 0; status == CALX_OK && i < count; i++)
        status = calx_session_delete(session, entities[i]);
    return status;
}

/* ---- taking out ---- */

static void detach(calx_instance *instance)
{
    if (instance->state == CALX_STATE_DELETED)
        instance->flags |= CALX_INSTANCE_WAS_DELETED;
    instance->state =
        instance->state == CALX_STATE_PENDING ? CALX_STATE_TRANSIENT : CALX_STATE_DETACHED;
}

static void take_out(calx_session *session, calx_instance *instance)
{
    calx_state before = (calx_state)instance->state;
    if (instance->epoch != session->epoch && instance->state != CALX_STATE_PENDING)
        instance->flags |= CALX_INSTANCE_EXPIRED;
    if (instance->watch != NULL) {
        instance->watch->left_in = session->transaction;
        instance->watch->left_restored = session->restored;
    }
    calx_session_forget(session, instance);
    calx_links_detach(instance);
    calx_session_unkeep(instance);
    detach(instance);
    calx_session_note_left(session, instance, before);
}

/* What leaves together keeps hold of each other, or the caller could not find what is now his. */
static calx_status take_out_all(calx_session *session, calx_instance *instance)
{
    calx_instances found = { 0 };
    calx_status status = calx_cascade_reach(session, instance, CALX_CASCADE_EXPUNGE, &found);
    if (status != CALX_OK)
        return status;
    for (size_t i = 0; i < found.count; i++)
        take_out(session, found.items[i]);
    calx_cascade_unmark(&found);
    calx_instances_clear(&found);
    return CALX_OK;
}

calx_status calx_session_expunge(calx_session *session, const void *entity)
{
    calx_instance *instance = NULL;
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = calx_session_check_barred(session, CALX_BAR_CHANGES);
    if (status == CALX_OK)
        status = calx_session_member(session, entity, &instance);
    if (status != CALX_OK)
        return status;
    if (calx_cascade_leads_on(instance, CALX_CASCADE_EXPUNGE))
        return take_out_all(session, instance);
    take_out(session, instance);
    return CALX_OK;
}

calx_status calx_session_contains(calx_session *session, const void *entity, bool *out_contains)
{
    calx_status status = calx_session_enter(session);
    if (status != CALX_OK)
        return status;
    const calx_instance *instance = calx_instance_of(entity);
    if (instance == NULL)
        return unmapped(session, entity);
    status = calx_session_check_given(session, out_contains, "place for the answer");
    if (status != CALX_OK)
        return status;
    *out_contains = instance->session == session && (instance->state == CALX_STATE_PENDING ||
                                                     instance->state == CALX_STATE_PERSISTENT);
    return CALX_OK;
}
