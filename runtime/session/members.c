/*
 * Looking at the members of a session (SES-061 to 063). Whatever is walked through is a snapshot,
 * so that the application's function may change the session under it.
 */
#include "session/session.h"

#include "base/error.h"
#include "mapper/column.h"

#include <string.h>

/* ---- snapshots ---- */

static calx_status reserve(calx_session *session, calx_instances *members, size_t count)
{
    return calx_instances_reserve(members, count) == CALX_OK
               ? CALX_OK
               : calx_error_set_nomem(&session->error);
}

static calx_status list_new(calx_session *session, calx_instances *members)
{
    calx_status status = reserve(session, members, session->pending.count);
    if (status != CALX_OK)
        return status;
    for (const calx_watch *watch = session->pending.first; watch != NULL; watch = watch->next)
        (void)calx_instances_push(members, watch->instance);
    return CALX_OK;
}

static calx_status list_members(calx_session *session, calx_instances *members)
{
    calx_status status = list_new(session, members);
    if (status == CALX_OK)
        status = reserve(session, members, session->identity.count);
    if (status != CALX_OK)
        return status;
    size_t position = 0;
    for (calx_instance *instance; (instance = calx_identity_next(session, &position)) != NULL;)
        (void)calx_instances_push(members, instance);
    return CALX_OK;
}

static void list_changed(const calx_watch_list *list, calx_instances *members)
{
    for (const calx_watch *watch = list->first; watch != NULL; watch = watch->next)
        if ((watch->instance->flags & CALX_INSTANCE_MARKED) == 0 &&
            calx_session_is_changed(watch->instance))
            (void)calx_instances_push(members, watch->instance);
}

static calx_status list_dirty(calx_session *session, calx_instances *members)
{
    calx_status status = reserve(session, members, session->hot.count + session->cold.count);
    if (status != CALX_OK)
        return status;
    list_changed(&session->cold, members);
    list_changed(&session->hot, members);
    return CALX_OK;
}

static calx_status list_deleted(calx_session *session, calx_instances *members)
{
    calx_status status = reserve(session, members, session->marked.count);
    for (size_t i = 0; status == CALX_OK && i < session->marked.count; i++)
        (void)calx_instances_push(members, session->marked.items[i]);
    return status;
}

/* ---- walking ---- */

typedef calx_status (*lister)(calx_session *session, calx_instances *members);

/* What left the session meanwhile is not shown. */
static calx_status walk(calx_session *session, lister list, calx_entity_function function,
                        void *context)
{
    calx_instances members = { 0 };
    calx_status status = calx_session_enter(session);
    if (status != CALX_OK)
        return status;
    if (function == NULL)
        return calx_session_fail(session, CALX_E_ARGUMENT,
                                 "there is no function to show the instances to: it is NULL");
    status = list(session, &members);
    for (size_t i = 0; status == CALX_OK && i < members.count; i++) {
        const void *entity = calx_instance_entity(members.items[i]);
        const calx_instance *instance = calx_instance_of(entity);
        if (instance != NULL && instance->session == session)
            status = function(context, entity);
    }
    calx_instances_clear(&members);
    return status;
}

calx_status calx_session_iterate(calx_session *session, calx_entity_function function,
                                 void *context)
{
    return walk(session, list_members, function, context);
}

calx_status calx_session_iterate_new(calx_session *session, calx_entity_function function,
                                     void *context)
{
    return walk(session, list_new, function, context);
}

calx_status calx_session_iterate_dirty(calx_session *session, calx_entity_function function,
                                       void *context)
{
    return walk(session, list_dirty, function, context);
}

calx_status calx_session_iterate_deleted(calx_session *session, calx_entity_function function,
                                         void *context)
{
    return walk(session, list_deleted, function, context);
}

/* ---- what changed ---- */

static bool is_same(const calx_value *left, const calx_value *right)
{
    if (left->type != right->type || left->type == CALX_VALUE_NULL)
        return false;
    if (left->type == CALX_VALUE_TEXT || left->type == CALX_VALUE_BYTES)
        return left->as.span.size == right->as.span.size &&
               memcmp(left->as.span.data, right->as.span.data, left->as.span.size) == 0;
    if (left->type == CALX_VALUE_BOOL)
        return left->as.boolean == right->as.boolean;
    return memcmp(&left->as.int64, &right->as.int64, sizeof(left->as.int64)) == 0;
}

/* Whether the columns of a foreign key named the owner when they agreed with the row last. */
static bool was_member(const calx_instance *member, const calx_foreign_key *key,
                       const calx_instance *owner)
{
    const calx_watch *watch = member->watch;
    if (watch == NULL || !watch->has_snapshot)
        return false;
    for (size_t i = 0; i < key->column_count; i++) {
        const calx_column *column = &member->mapper->columns[key->columns[i]];
        calx_value stored;
        calx_value wanted;
        calx_value fitted;
        if (calx_column_read(column, watch->snapshot, &stored) != CALX_OK ||
            calx_column_read(&key->target->columns[key->target_columns[i]],
                             calx_instance_entity(owner), &wanted) != CALX_OK ||
            calx_column_fit(column, &wanted, &fitted, NULL) != CALX_OK ||
            !is_same(&stored, &fitted))
            return false;
    }
    return true;
}

/* Whether a member of the list came or went, and the foreign key is not written yet. */
static bool has_moved(const calx_watch_list *list, const calx_relationship *facts,
                      const calx_instance *owner)
{
    for (const calx_watch *watch = list->first; watch != NULL; watch = watch->next) {
        const calx_instance *member = watch->instance;
        if (member->mapper != facts->target || member->links == NULL)
            continue;
        const calx_link *link = calx_link_at(member, facts->foreign_key);
        const calx_foreign_key *key = &member->mapper->foreign_keys[facts->foreign_key];
        if (link->state == CALX_LINK_CHANGED &&
            (link->target == owner) != was_member(member, key, owner))
            return true;
    }
    return false;
}

/* Whether a row of an association is still to be written or deleted. */
static bool has_changed_pair(const calx_session *session, const calx_relationship *facts,
                             const calx_instance *owner)
{
    for (const calx_pair *pair = session->pairs.first; pair != NULL; pair = pair->next)
        for (size_t i = 0; i < 2; i++)
            if (pair->ends[i].instance == owner && calx_pair_goes_over(facts, &pair->ends[i]))
                return true;
    return false;
}

static bool has_changed_collection(const calx_session *session, const calx_instance *instance)
{
    for (unsigned i = 0; i < instance->mapper->relationship_count; i++) {
        const calx_relationship *facts = &instance->mapper->relationships[i];
        if (calx_is_far(facts) && !calx_is_view_only(facts) &&
            (has_moved(&session->pending, facts, instance) ||
             has_moved(&session->hot, facts, instance) ||
             has_moved(&session->cold, facts, instance)))
            return true;
        if (facts->kind == CALX_RELATIONSHIP_MANY_TO_MANY &&
            has_changed_pair(session, facts, instance))
            return true;
    }
    return false;
}

calx_status calx_session_is_modified_with(calx_session *session, const void *entity,
                                          const calx_modified_options *options, bool *out_modified)
{
    calx_instance *instance = NULL;
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK && (options == NULL || options->size != sizeof(*options)))
        return calx_session_fail(session, CALX_E_ARGUMENT,
                                 "is_modified: start the options from CALX_MODIFIED_OPTIONS_INIT");
    if (status == CALX_OK)
        status = calx_session_member(session, entity, &instance);
    if (status == CALX_OK)
        status = calx_session_check_given(session, out_modified, "place for the answer");
    if (status == CALX_OK)
        *out_modified = instance->state == CALX_STATE_PENDING ||
                        calx_session_is_changed(instance) ||
                        (options->include_collections && has_changed_collection(session, instance));
    return status;
}

calx_status calx_session_is_modified(calx_session *session, const void *entity, bool *out_modified)
{
    calx_modified_options options = CALX_MODIFIED_OPTIONS_INIT;
    return calx_session_is_modified_with(session, entity, &options, out_modified);
}
