/*
 * Asking by key: the identity map answers first, and only what it does not know, or knows as
 * expired, costs a SELECT (SES-072 to 077). The row of an expired instance that went makes the
 * instance one that was deleted (SES-075).
 */
#include "session/follow.h"
#include "session/version.h"

#include "base/allocator.h"
#include "base/error.h"
#include "mapper/column.h"

#include <string.h>

/* The row of an expired instance went: it is as if deleted here too (SES-075). */
static void note_row_gone(calx_session *session, calx_instance *instance)
{
    if (instance->state != CALX_STATE_PERSISTENT)
        return; /* an autoflush has just deleted it */
    if (calx_instances_reserve(&session->deleted, 1) != CALX_OK)
        return; /* it stays expired, and is found out again at the next use */
    if ((instance->flags & CALX_INSTANCE_MARKED) != 0)
        calx_instances_remove(&session->marked, instance);
    instance->flags &= (uint16_t)~CALX_INSTANCE_MARKED;
    calx_identity_remove(session, instance);
    if (instance->watch != NULL)
        calx_watch_list_remove(instance->watch);
    instance->state = CALX_STATE_DELETED;
    (void)calx_instances_push(&session->deleted, instance);
    calx_session_note(session, CALX_SESSION_PERSISTENT_TO_DELETED, instance);
}

/* The values as a key, for messages too. */
static calx_status make_key(calx_session *session, const calx_mapper *mapper,
                            const calx_value *values, calx_key *out_key)
{
    calx_status status = calx_key_from_values(out_key, mapper, values);
    if (status == CALX_OK)
        return CALX_OK;
    return calx_session_fail(session, status, "the key given for %s does not fit its columns",
                             mapper->name);
}

calx_status calx_session_find(calx_session *session, calx_entity *entity, const calx_value *values,
                              const calx_loads *place, calx_instance **out_instance)
{
    const calx_rereading how = { .place = place };
    calx_key key;
    *out_instance = NULL;
    calx_status status = make_key(session, entity->mapper, values, &key);
    if (status != CALX_OK)
        return status;
    calx_identity_slot *slot = calx_identity_look(session, &key);
    calx_instance *present = slot == NULL ? NULL : slot->instance;
    calx_key_clear(&key);
    if (present != NULL && !calx_session_is_expired(session, present)) {
        present->flags |= CALX_INSTANCE_HELD;
        slot->epoch = session->epoch;
        *out_instance = present;
        return CALX_OK;
    }
    status = calx_session_autoflush(session);
    if (status == CALX_OK)
        status = present == NULL
                     ? calx_session_select_by_key(session, entity, values, &how, out_instance)
                     : calx_session_reread(session, present, &how, out_instance);
    if (status == CALX_OK && *out_instance == NULL && present != NULL)
        note_row_gone(session, present);
    return status;
}

static bool is_all_null(const calx_mapper *mapper, const calx_value *key)
{
    for (size_t i = 0; i < mapper->key_count; i++)
        if (key[i].type != CALX_VALUE_NULL)
            return false;
    return true;
}

/* What the map answers by itself: the instance of a number, fresh and handed out before. */
static inline calx_instance *remembered(const calx_session *session, const calx_mapper *mapper,
                                        int64_t number)
{
    const calx_entity *entity = calx_session_met(session, mapper);
    if (entity == NULL || !entity->by_number || session->identity.count == 0)
        return NULL;
    const calx_identity_slot *slot =
        calx_identity_table_word(&session->identity, (uint64_t)number, entity->kind);
    return slot->epoch == session->epoch ? slot->instance : NULL;
}

/* What every way of asking by key begins with. */
static calx_status enter(calx_session *session, const calx_mapper *mapper, const calx_value *key,
                         const void **place, calx_entity **out_entity)
{
    calx_status status = calx_session_enter(session);
    if (status != CALX_OK)
        return status;
    *out_entity = calx_session_entity(session, mapper);
    if (*out_entity == NULL)
        return session->error.status;
    if (key == NULL)
        return calx_session_fail(session, CALX_E_ARGUMENT, "the key of the %s is NULL",
                                 mapper->name);
    return calx_session_check_given(session, place, "place for the instance");
}

/* What is to follow an instance whose row came: as it did before, or as its mapper says. */
static calx_status follow(calx_session *session, uint64_t arrivals_before, calx_instance *found)
{
    if (found == NULL || session->arrivals == arrivals_before)
        return CALX_OK;
    calx_guard_begin(session, found->mapper, calx_loads_of(found));
    return calx_follow_again(session, found);
}

/* As calx_session_find(); what is to follow a row comes along (SES-231). */
static calx_status find_along(calx_session *session, calx_entity *entity, const calx_value *key,
                              calx_instance **out_found)
{
    uint64_t before = session->arrivals;
    calx_status status = calx_session_find(session, entity, key, NULL, out_found);
    return status == CALX_OK ? follow(session, before, *out_found) : status;
}

calx_status calx_session_get(calx_session *session, const calx_mapper *mapper,
                             const calx_value *key, const void **out_entity)
{
    calx_entity *entity = NULL;
    calx_status status = enter(session, mapper, key, out_entity, &entity);
    if (status != CALX_OK)
        return status;
    calx_instance *found = NULL;
    if (key->type == CALX_VALUE_INT64)
        found = remembered(session, mapper, key->as.int64);
    if (found != NULL) {
        *out_entity = calx_instance_entity(found);
        return CALX_OK;
    }
    if (is_all_null(mapper, key))
        calx_session_warn(session, "no %s has a key that is NULL", mapper->name);
    else
        status = find_along(session, entity, key, &found);
    if (status == CALX_OK)
        *out_entity = found == NULL ? NULL : calx_instance_entity(found);
    return status;
}

static calx_status get_number(calx_session *session, const calx_mapper *mapper, int64_t key,
                              const void **out_entity)
{
    calx_value value = calx_value_int64(key);
    if (mapper != NULL && mapper->key_count != 1)
        return calx_session_fail(session, CALX_E_ARGUMENT,
                                 "the key of the %s has %u columns: give all of them to "
                                 "calx_session_get()",
                                 mapper->name, mapper->key_count);
    return calx_session_get(session, mapper, &value, out_entity);
}

calx_status calx_session_get_int64(calx_session *session, const calx_mapper *mapper, int64_t key,
                                   const void **out_entity)
{
    calx_status status = calx_session_enter(session);
    if (status != CALX_OK)
        return status;
    const calx_instance *found = out_entity == NULL ? NULL : remembered(session, mapper, key);
    if (found == NULL)
        return get_number(session, mapper, key, out_entity);
    *out_entity = calx_instance_entity(found);
    return CALX_OK;
}

calx_status calx_session_get_one(calx_session *session, const calx_mapper *mapper,
                                 const calx_value *key, const void **out_entity)
{
    const void *found = NULL;
    calx_status status = calx_session_get(session, mapper, key, out_entity == NULL ? NULL : &found);
    if (status != CALX_OK)
        return status;
    if (found == NULL) {
        calx_buffer text = CALX_BUFFER_INIT;
        calx_key_describe(&text, mapper, key);
        calx_session_fail(session, CALX_E_NO_RESULT, "there is no %s", calx_buffer_text(&text));
        calx_buffer_clear(&text);
        return CALX_E_NO_RESULT;
    }
    *out_entity = found;
    return CALX_OK;
}

/* ---- with options ---- */

/* Where in the key the member of that name is; key_count: nowhere. */
static size_t place_of(const calx_mapper *mapper, const char *name)
{
    size_t i = 0;
    while (i < mapper->key_count && strcmp(mapper->columns[mapper->key[i]].member, name) != 0)
        i++;
    return i;
}

static calx_status fail_names(calx_session *session, const calx_mapper *mapper, size_t count)
{
    calx_buffer text = CALX_BUFFER_INIT;
    for (size_t i = 0; i < mapper->key_count; i++)
        calx_buffer_format(&text, "%s%s", i == 0 ? "" : ", ",
                           mapper->columns[mapper->key[i]].member);
    calx_session_fail(session, CALX_E_INVALID_REQUEST,
                      "the key of a %s is %s, each once: %zu other names were given", mapper->name,
                      calx_buffer_text(&text), count);
    calx_buffer_clear(&text);
    return CALX_E_INVALID_REQUEST;
}

/* The values in key order (SES-077). out has room for them. */
static calx_status put_in_order(calx_session *session, const calx_mapper *mapper,
                                const calx_value *values, const calx_get_options *options,
                                calx_value *out)
{
    bool complete = options->name_count == mapper->key_count;
    for (size_t i = 0; complete && i < options->name_count; i++) {
        const char *name = options->names[i];
        size_t place = name == NULL ? mapper->key_count : place_of(mapper, name);
        complete = place < mapper->key_count;
        for (size_t k = 0; complete && k < i; k++)
            complete = strcmp(options->names[k], name) != 0;
        if (complete)
            out[place] = values[i];
    }
    return complete ? CALX_OK : fail_names(session, mapper, options->name_count);
}

static bool is_same_version(const calx_value *left, const calx_value *right)
{
    if (left->type != right->type)
        return false;
    if (left->type == CALX_VALUE_TEXT || left->type == CALX_VALUE_BYTES)
        return left->as.span.size == right->as.span.size &&
               memcmp(left->as.span.data, right->as.span.data, left->as.span.size) == 0;
    return left->type == CALX_VALUE_NULL || left->as.int64 == right->as.int64;
}

static calx_status fail_version(calx_session *session, const calx_instance *instance,
                                const calx_value *stored, const calx_value *loaded)
{
    calx_buffer text = CALX_BUFFER_INIT;
    calx_session_describe(&text, instance);
    calx_buffer_put(&text, " has version ");
    calx_version_describe(&text, stored);
    calx_buffer_put(&text, " in the database and ");
    calx_version_describe(&text, loaded);
    calx_session_fail(session, CALX_E_STALE_DATA, "%s here: refresh it", calx_buffer_text(&text));
    calx_buffer_clear(&text);
    return CALX_E_STALE_DATA;
}

/* Somebody else wrote the row since it was loaded, so what is to be changed is out of date. */
static calx_status check_version(calx_session *session, const calx_entity *entity,
                                 const calx_instance *instance)
{
    calx_value version;
    if (entity->version < 0)
        return CALX_OK;
    const calx_column *column = &entity->mapper->columns[entity->version];
    const calx_value *stored = &entity->row[entity->version];
    const void *loaded = instance->watch != NULL && instance->watch->has_snapshot
                             ? instance->watch->snapshot
                             : calx_instance_entity(instance);
    if (calx_column_read(column, loaded, &version) != CALX_OK || is_same_version(stored, &version))
        return CALX_OK;
    return fail_version(session, instance, stored, &version);
}

/* What comes with the row of a key. */
typedef struct meeting {
    calx_session *session;
    const calx_entity *entity;
    bool was_loaded; /* its version is to be that of the row */
    calx_instance **out_instance;
} meeting;

/* While the row is there: its texts go with it. */
static calx_status meet(void *context, calx_instance *instance)
{
    const meeting *met = context;
    *met->out_instance = instance;
    return met->was_loaded ? check_version(met->session, met->entity, instance) : CALX_OK;
}

/* Always one SELECT, also on a hit (SES-076). */
static calx_status fetch(calx_session *session, calx_entity *entity, const calx_value *values,
                         const calx_get_options *options, calx_instance **out_instance)
{
    calx_key key;
    meeting met = { session, entity, false, out_instance };
    calx_selection selection = {
        .entity = entity,
        .values = values,
        .count = entity->mapper->key_count,
        .lock = { options->lock, options->wait },
        .visit = meet,
        .context = &met,
    };
    calx_status status = make_key(session, entity->mapper, values, &key);
    if (status != CALX_OK)
        return status;
    status = calx_session_autoflush(session);
    calx_instance *present = calx_identity_find(session, &key);
    calx_key_clear(&key);
    if (status == CALX_OK && present != NULL && options->populate_existing)
        calx_session_expire_instance(present);
    met.was_loaded = present != NULL && !calx_session_is_expired(session, present);
    uint64_t before = session->arrivals;
    selection.place = present == NULL ? NULL : calx_loads_hold(calx_loads_of(present));
    if (status == CALX_OK)
        status = calx_session_select(session, &selection);
    calx_loads_release(selection.place);
    if (status == CALX_OK)
        status = follow(session, before, *out_instance);
    if (status == CALX_OK && *out_instance == NULL && present != NULL && !met.was_loaded &&
        options->wait != CALX_LOCK_SKIP_LOCKED)
        note_row_gone(session, present);
    return status;
}

static calx_status get_with(calx_session *session, calx_entity *entity, const calx_value *values,
                            const calx_get_options *options, const void **out_entity)
{
    calx_status status = CALX_OK;
    calx_instance *found = NULL;
    if (is_all_null(entity->mapper, values))
        calx_session_warn(session, "no %s has a key that is NULL", entity->mapper->name);
    else if (options->populate_existing || options->lock != CALX_LOCK_NONE)
        status = fetch(session, entity, values, options, &found);
    else
        status = find_along(session, entity, values, &found);
    if (status == CALX_OK)
        *out_entity = found == NULL ? NULL : calx_instance_entity(found);
    return status;
}

calx_status calx_session_get_with(calx_session *session, const calx_mapper *mapper,
                                  const calx_value *key, const calx_get_options *options,
                                  const void **out_entity)
{
    calx_entity *entity = NULL;
    calx_status status = enter(session, mapper, key, out_entity, &entity);
    if (status != CALX_OK)
        return status;
    if (options == NULL || options->size != sizeof(*options))
        return calx_session_fail(session, CALX_E_ARGUMENT,
                                 "get: start the options from CALX_GET_OPTIONS_INIT");
    status = calx_session_check_lock(session, (calx_locking){ options->lock, options->wait });
    if (status == CALX_OK)
        status = calx_session_check_names(session, options->names, options->name_count);
    if (status != CALX_OK)
        return status;
    if (options->names == NULL)
        return get_with(session, entity, key, options, out_entity);
    calx_value *ordered = calx_alloc_array(mapper->key_count + 1u, sizeof(*ordered));
    if (ordered == NULL)
        return calx_error_set_nomem(&session->error);
    status = put_in_order(session, mapper, key, options, ordered);
    if (status == CALX_OK)
        status = get_with(session, entity, ordered, options, out_entity);
    calx_release(ordered);
    return status;
}
