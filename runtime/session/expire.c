/*
 * Keeping up to date. expire() only says that the fields may be stale; load(), and whatever else
 * needs the row, fetches it; refresh() does both. Plain reads of a field do no I/O: what was loaded
 * last stays visible until then.
 */
#include "session/cascade.h"
#include "session/follow.h"
#include "session/partial.h"

#include "base/allocator.h"
#include "base/error.h"
#include "mapper/column.h"

#include <string.h>

static const calx_locking no_lock = { CALX_LOCK_NONE, CALX_LOCK_WAIT };
static const calx_rereading as_before = { { CALX_LOCK_NONE, CALX_LOCK_WAIT }, false, NULL };

/* The key the row has in the database: as it was loaded, not as it may have been set since. */
static const void *stored_struct(const calx_instance *instance)
{
    const calx_watch *watch = instance->watch;
    return watch != NULL && watch->has_snapshot ? watch->snapshot : calx_instance_entity(instance);
}

static calx_status fail_gone(calx_session *session, const calx_instance *instance,
                             calx_status status)
{
    calx_buffer text = CALX_BUFFER_INIT;
    calx_session_describe(&text, instance);
    calx_session_fail(session, status, "the row of %s is gone", calx_buffer_text(&text));
    calx_buffer_clear(&text);
    return status;
}

calx_status calx_session_reread(calx_session *session, calx_instance *instance,
                                const calx_rereading *how, calx_instance **out_instance)
{
    calx_entity *entity = calx_session_entity(session, instance->mapper);
    if (entity == NULL)
        return session->error.status;
    calx_value *values = entity->row + entity->mapper->column_count;
    calx_rereading row = *how;
    row.whole = how->whole || (instance->flags & CALX_INSTANCE_SPARING) == 0;
    if (row.place == NULL)
        row.place = calx_loads_of(instance);
    calx_loads_hold(row.place);
    calx_status status = calx_key_read(entity->mapper, stored_struct(instance), values);
    if (status == CALX_OK)
        status = calx_session_select_by_key(session, entity, values, &row, out_instance);
    calx_loads_release(row.place);
    return status;
}

/* The row of an instance that is expired as a whole. */
static calx_status reload(calx_session *session, calx_instance *instance, const calx_rereading *how,
                          calx_status if_gone)
{
    calx_instance *found = NULL;
    calx_status status = calx_session_reread(session, instance, how, &found);
    if (status != CALX_OK || found != NULL)
        return status;
    return fail_gone(session, instance, if_gone);
}

static calx_status reload_columns(calx_session *session, calx_instance *instance,
                                  const uint64_t *columns, calx_locking lock, calx_status if_gone)
{
    bool found = false;
    calx_status status = calx_session_fetch_columns(session, instance, columns, lock, &found);
    if (status != CALX_OK || found)
        return status;
    return fail_gone(session, instance, if_gone);
}

calx_status calx_session_freshen(calx_session *session, calx_instance *instance)
{
    if (instance->state != CALX_STATE_PERSISTENT || !calx_session_is_expired(session, instance))
        return CALX_OK;
    calx_status status = calx_session_autoflush(session);
    if (status != CALX_OK || !calx_session_is_expired(session, instance))
        return status;
    if (calx_session_is_partly_expired(session, instance))
        return reload_columns(session, instance, instance->watch->expired, no_lock,
                              CALX_E_OBJECT_DELETED);
    return reload(session, instance, &as_before, CALX_E_OBJECT_DELETED);
}

static bool is_wholly_expired(const calx_session *session, const calx_instance *instance)
{
    return calx_session_is_expired(session, instance) &&
           !calx_session_is_partly_expired(session, instance);
}

/* Every column, deferred or not. */
static calx_status reload_whole(calx_session *session, calx_instance *instance)
{
    const calx_rereading whole = { .whole = true };
    return reload(session, instance, &whole, CALX_E_OBJECT_DELETED);
}

static calx_status load_stale_columns(calx_session *session, calx_instance *instance)
{
    size_t words = calx_plan_words(instance->mapper);
    uint64_t *stale = calx_alloc_array(words, sizeof(*stale));
    if (stale == NULL)
        return calx_error_set_nomem(&session->error);
    for (size_t i = 0; i < words; i++)
        stale[i] = calx_session_stale_word(instance, i);
    calx_status status = reload_columns(session, instance, stale, no_lock, CALX_E_OBJECT_DELETED);
    calx_release(stale);
    return status;
}

static bool is_complete(const calx_session *session, const calx_instance *instance)
{
    return instance->state != CALX_STATE_PERSISTENT ||
           (!calx_session_is_expired(session, instance) &&
            (instance->flags & CALX_INSTANCE_LACKING) == 0);
}

static calx_status complete(calx_session *session, calx_instance *instance)
{
    if (is_complete(session, instance))
        return CALX_OK;
    calx_status status = calx_session_autoflush(session);
    if (status != CALX_OK || is_complete(session, instance))
        return status;
    return is_wholly_expired(session, instance) ? reload_whole(session, instance)
                                                : load_stale_columns(session, instance);
}

/* ---- with what is to follow ---- */

static bool waits_for_row(const calx_session *session, const calx_instance *instance)
{
    return instance->state == CALX_STATE_PERSISTENT && is_wholly_expired(session, instance);
}

calx_status calx_session_freshen_along(calx_session *session, calx_instance *instance)
{
    bool waits = waits_for_row(session, instance);
    calx_status status = calx_session_freshen(session, instance);
    return status == CALX_OK && waits ? calx_follow_again(session, instance) : status;
}

calx_status calx_session_complete_along(calx_session *session, calx_instance *instance)
{
    bool waits = waits_for_row(session, instance);
    calx_status status = complete(session, instance);
    return status == CALX_OK && waits ? calx_follow_again(session, instance) : status;
}

static calx_status persistent_member(calx_session *session, const void *entity,
                                     calx_instance **out_instance)
{
    calx_status status = calx_session_check_barred(session, CALX_BAR_CHANGES);
    if (status == CALX_OK)
        status = calx_session_member(session, entity, out_instance);
    if (status == CALX_OK && (*out_instance)->state != CALX_STATE_PERSISTENT)
        return calx_session_fail(session, CALX_E_STATE,
                                 "this %s is not persistent: it was never flushed, or its row was "
                                 "deleted",
                                 (*out_instance)->mapper->name);
    return status;
}

void calx_session_expire_instance(calx_instance *instance)
{
    if (instance->watch != NULL)
        calx_watch_revert(instance->watch);
    calx_links_unload(instance, false);
    calx_identity_expire(instance->session, instance);
}

/* ---- members by their names ---- */

/* What was named: two sets in one block. */
typedef struct named {
    uint64_t *columns;
    uint64_t *relationships;
    bool any_column;
} named;

static size_t words_of(size_t bits)
{
    return (bits + 63) / 64;
}

static bool name_column(named *members, const calx_mapper *mapper, const char *name)
{
    for (size_t i = 0; i < mapper->column_count; i++) {
        if (strcmp(mapper->columns[i].member, name) != 0)
            continue;
        calx_plan_include(members->columns, i);
        members->any_column = true;
        return true;
    }
    return false;
}

static bool name_relationship(named *members, const calx_mapper *mapper, const char *name)
{
    for (size_t i = 0; i < mapper->relationship_count; i++) {
        if (strcmp(mapper->relationships[i].member, name) != 0)
            continue;
        calx_plan_include(members->relationships, i);
        return true;
    }
    return false;
}

static calx_status fail_name(calx_session *session, const calx_mapper *mapper, const char *name)
{
    calx_buffer text = CALX_BUFFER_INIT;
    for (size_t i = 0; i < mapper->column_count; i++)
        calx_buffer_format(&text, "%s%s", i == 0 ? "" : ", ", mapper->columns[i].member);
    for (size_t i = 0; i < mapper->relationship_count; i++)
        calx_buffer_format(&text, ", %s", mapper->relationships[i].member);
    calx_session_fail(session, CALX_E_ARGUMENT, "a %s has no member %s; it has %s", mapper->name,
                      name == NULL ? "(NULL)" : name, calx_buffer_text(&text));
    calx_buffer_clear(&text);
    return CALX_E_ARGUMENT;
}

/* out is cleared by calx_release(out->columns). */
static calx_status resolve(calx_session *session, const calx_mapper *mapper,
                           const char *const *names, size_t count, named *out)
{
    size_t words = calx_plan_words(mapper);
    out->any_column = false;
    out->columns =
        calx_alloc_zeroed((words + words_of(mapper->relationship_count) + 1) * sizeof(uint64_t));
    if (out->columns == NULL)
        return calx_error_set_nomem(&session->error);
    out->relationships = out->columns + words;
    for (size_t i = 0; i < count; i++)
        if (names[i] == NULL ||
            (!name_column(out, mapper, names[i]) && !name_relationship(out, mapper, names[i])))
            return fail_name(session, mapper, names[i]);
    return CALX_OK;
}

static calx_status expire_named(calx_session *session, calx_instance *instance,
                                const named *members)
{
    calx_status status = CALX_OK;
    if (members->any_column)
        status = calx_session_expire_columns(session, instance, members->columns);
    for (unsigned i = 0; status == CALX_OK && i < instance->mapper->relationship_count; i++)
        if (calx_plan_has(members->relationships, i))
            calx_links_unload_one(instance, i);
    if (status == CALX_OK)
        calx_session_note(session, CALX_SESSION_EXPIRE, instance);
    return status;
}

/* ---- expiring ---- */

static void expire_and_tell(calx_session *session, calx_instance *instance)
{
    calx_session_expire_instance(instance);
    calx_session_note(session, CALX_SESSION_EXPIRE, instance);
}

/* One that was never stored has no row to be loaded again: it leaves (SES-244). */
static void expire_or_drop(calx_session *session, calx_instance *instance)
{
    if (instance->state == CALX_STATE_PERSISTENT) {
        expire_and_tell(session, instance);
        return;
    }
    calx_session_forget(session, instance);
    calx_links_detach(instance);
    instance->state = CALX_STATE_TRANSIENT;
    calx_session_note(session, CALX_SESSION_PENDING_TO_TRANSIENT, instance);
}

/* The instance, and what refresh_expire reaches from it. */
static calx_status expire_all_of(calx_session *session, calx_instance *instance)
{
    calx_instances found = { 0 };
    if (!calx_cascade_leads_on(instance, CALX_CASCADE_REFRESH_EXPIRE)) {
        expire_and_tell(session, instance);
        return CALX_OK;
    }
    calx_status status = calx_cascade_reach(session, instance, CALX_CASCADE_REFRESH_EXPIRE, &found);
    if (status != CALX_OK)
        return status;
    calx_cascade_unmark(&found);
    for (size_t i = 0; i < found.count; i++)
        expire_or_drop(session, found.items[i]);
    calx_instances_clear(&found);
    return CALX_OK;
}

calx_status calx_session_expire(calx_session *session, const void *entity)
{
    calx_instance *instance = NULL;
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = persistent_member(session, entity, &instance);
    return status == CALX_OK ? expire_all_of(session, instance) : status;
}

calx_status calx_session_expire_with(calx_session *session, const void *entity,
                                     const calx_expire_options *options)
{
    calx_instance *instance = NULL;
    named members = { 0 };
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK && (options == NULL || options->size != sizeof(*options)))
        return calx_session_fail(session, CALX_E_ARGUMENT,
                                 "expire: start the options from CALX_EXPIRE_OPTIONS_INIT");
    if (status == CALX_OK)
        status = calx_session_check_names(session, options->names, options->count);
    if (status == CALX_OK)
        status = persistent_member(session, entity, &instance);
    if (status != CALX_OK)
        return status;
    if (options->names == NULL)
        return expire_all_of(session, instance);
    status = resolve(session, instance->mapper, options->names, options->count, &members);
    if (status == CALX_OK)
        status = expire_named(session, instance, &members);
    calx_release(members.columns);
    return status;
}

calx_status calx_session_expire_all(calx_session *session)
{
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = calx_session_check_barred(session, CALX_BAR_CHANGES);
    if (status != CALX_OK)
        return status;
    size_t position = 0;
    for (calx_instance *instance; (instance = calx_identity_next(session, &position)) != NULL;)
        expire_and_tell(session, instance);
    return CALX_OK;
}

/* ---- loading and refreshing ---- */

/* What is stale and in no session has nowhere to be loaded from (SES-236). */
static calx_status check_detached(calx_session *session, const void *entity)
{
    const calx_instance *instance = calx_instance_of(entity);
    if (instance == NULL || instance->state != CALX_STATE_DETACHED || instance->session != NULL ||
        (instance->flags & (CALX_INSTANCE_STALE | CALX_INSTANCE_LACKING)) == 0)
        return CALX_OK;
    calx_buffer text = CALX_BUFFER_INIT;
    calx_session_describe(&text, instance);
    calx_session_fail(
        session, CALX_E_DETACHED_INSTANCE,
        "%s %s and in no session that could load it: add it to one first", calx_buffer_text(&text),
        (instance->flags & CALX_INSTANCE_STALE) != 0 ? "is expired"
                                                     : "has columns that were not loaded");
    calx_buffer_clear(&text);
    return CALX_E_DETACHED_INSTANCE;
}

calx_status calx_session_load(calx_session *session, const void *entity)
{
    calx_instance *instance = NULL;
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = check_detached(session, entity);
    if (status == CALX_OK)
        status = calx_session_member(session, entity, &instance);
    return status == CALX_OK ? calx_session_complete_along(session, instance) : status;
}

static calx_status refresh_all(calx_session *session, calx_instance *instance, calx_locking lock)
{
    calx_status status = expire_all_of(session, instance);
    if (status == CALX_OK)
        status = calx_session_autoflush(session);
    const calx_rereading how = { .lock = lock };
    if (status == CALX_OK)
        status = reload(session, instance, &how, CALX_E_STATE);
    return status == CALX_OK ? calx_follow_again(session, instance) : status;
}

calx_status calx_session_refresh(calx_session *session, const void *entity)
{
    calx_instance *instance = NULL;
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = persistent_member(session, entity, &instance);
    return status == CALX_OK ? refresh_all(session, instance, no_lock) : status;
}

calx_status calx_session_check_lock(calx_session *session, calx_locking lock)
{
    if ((unsigned)lock.lock >= CALX_LOCK_COUNT || (unsigned)lock.wait > CALX_LOCK_SKIP_LOCKED)
        return calx_session_fail(session, CALX_E_ARGUMENT,
                                 "the options ask for lock %d and wait %d, which there are not: "
                                 "use CALX_LOCK_...",
                                 (int)lock.lock, (int)lock.wait);
    if (lock.lock == CALX_LOCK_NONE && lock.wait != CALX_LOCK_WAIT)
        return calx_session_fail(session, CALX_E_ARGUMENT,
                                 "the options say how to wait for a lock and ask for none: set "
                                 ".lock");
    return CALX_OK;
}

/* A row cannot be found by a key that is to become another one (SES-242). */
static calx_status check_key_unchanged(calx_session *session, const calx_instance *instance)
{
    const calx_mapper *mapper = instance->mapper;
    for (size_t i = 0; i < mapper->key_count; i++) {
        const calx_column *column = &mapper->columns[mapper->key[i]];
        if (!calx_column_same(column, calx_instance_entity(instance), stored_struct(instance)))
            return calx_session_fail(session, CALX_E_STATE,
                                     "%s.%s was changed and not flushed, so the row is not to be "
                                     "found by it: flush first",
                                     mapper->name, column->member);
    }
    return CALX_OK;
}

/* At least the key is selected: whether the row is there is to be known. */
static calx_status refresh_columns(calx_session *session, calx_instance *instance, named *members,
                                   calx_locking lock)
{
    const calx_mapper *mapper = instance->mapper;
    calx_status status = calx_session_expire_by_columns(session, instance);
    for (size_t i = 0; !members->any_column && i < mapper->key_count; i++)
        calx_plan_include(members->columns, mapper->key[i]);
    if (status == CALX_OK && !members->any_column)
        status = calx_session_expire_columns(session, instance, members->columns);
    if (status == CALX_OK)
        status = reload_columns(session, instance, members->columns, lock, CALX_E_STATE);
    return status;
}

static calx_status refresh_named(calx_session *session, calx_instance *instance, named *members,
                                 calx_locking lock)
{
    calx_status status = expire_named(session, instance, members);
    if (status == CALX_OK)
        status = calx_session_autoflush(session);
    if (status == CALX_OK)
        status = check_key_unchanged(session, instance);
    if (status == CALX_OK)
        status = refresh_columns(session, instance, members, lock);
    for (unsigned i = 0; status == CALX_OK && i < instance->mapper->relationship_count; i++)
        if (calx_plan_has(members->relationships, i))
            status = calx_relationship_load_along(session, instance, i);
    return status;
}

calx_status calx_session_refresh_with(calx_session *session, const void *entity,
                                      const calx_refresh_options *options)
{
    calx_instance *instance = NULL;
    named members = { 0 };
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK && (options == NULL || options->size != sizeof(*options)))
        return calx_session_fail(session, CALX_E_ARGUMENT,
                                 "refresh: start the options from CALX_REFRESH_OPTIONS_INIT");
    if (status != CALX_OK)
        return status;
    calx_locking lock = { options->lock, options->wait };
    status = calx_session_check_lock(session, lock);
    if (status == CALX_OK)
        status = calx_session_check_names(session, options->names, options->count);
    if (status == CALX_OK)
        status = persistent_member(session, entity, &instance);
    if (status != CALX_OK)
        return status;
    if (options->names == NULL)
        return refresh_all(session, instance, lock);
    status = resolve(session, instance->mapper, options->names, options->count, &members);
    if (status == CALX_OK)
        status = refresh_named(session, instance, &members, lock);
    calx_release(members.columns);
    return status;
}
