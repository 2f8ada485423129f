/*
 * Columns that are expired by themselves (SES-232, 233): which they are stands beside the snapshot
 * of a watch, since an instance that nobody watches can only be expired as a whole. A row fills
 * these and leaves the others, whose values are still good, as they are.
 */
#include "session/partial.h"
#include "session/bind.h"

#include "session/checksum.h"
#include "session/choice.h"
#include "session/row_events.h"
#include "session/statement_hook.h"

#include "base/allocator.h"
#include "base/error.h"
#include "mapper/column.h"

#include <string.h>

bool calx_session_has_expired(const calx_instance *instance, size_t column)
{
    const calx_session *session = instance->session;
    if ((instance->flags & CALX_INSTANCE_STALE) != CALX_INSTANCE_PARTLY ||
        (session != NULL && instance->epoch != session->epoch))
        return true;
    return calx_plan_has(instance->watch->expired, column);
}

uint64_t calx_session_stale_word(const calx_instance *instance, size_t word)
{
    const uint64_t *lacks = calx_instance_lacks(instance);
    uint64_t stale = lacks == NULL ? 0 : lacks[word];
    if ((instance->flags & CALX_INSTANCE_PARTLY) != 0)
        stale |= instance->watch->expired[word];
    return stale;
}

/* ---- expiring ---- */

/* A watch with something to compare with, which a rollback finds. */
static calx_status watch(calx_session *session, calx_instance *instance)
{
    calx_status status = calx_watch_ensure(instance);
    if (status == CALX_OK && !instance->watch->has_snapshot)
        status = calx_watch_take_snapshot(instance->watch);
    if (status != CALX_OK)
        return calx_error_set_nomem(&session->error);
    if (instance->watch->list == NULL)
        calx_watch_list_append(&session->cold, instance->watch);
    return CALX_OK;
}

calx_status calx_session_expire_columns(calx_session *session, calx_instance *instance,
                                        const uint64_t *columns)
{
    bool wholly = calx_session_is_expired(session, instance) &&
                  !calx_session_is_partly_expired(session, instance);
    if (wholly) {
        if (instance->watch != NULL)
            calx_watch_revert_columns(instance->watch, columns);
        return CALX_OK;
    }
    calx_status status = watch(session, instance);
    if (status != CALX_OK)
        return status;
    if (calx_watch_expire(instance->watch, columns) != CALX_OK)
        return calx_error_set_nomem(&session->error);
    calx_identity_doubt(session, instance);
    calx_watch_revert_columns(instance->watch, columns);
    return CALX_OK;
}

calx_status calx_session_expire_by_columns(calx_session *session, calx_instance *instance)
{
    if (!calx_session_is_expired(session, instance) ||
        calx_session_is_partly_expired(session, instance))
        return CALX_OK;
    calx_entity *entity = calx_session_entity(session, instance->mapper);
    if (entity == NULL)
        return session->error.status;
    calx_status status = watch(session, instance);
    if (status != CALX_OK)
        return status;
    instance->flags &= (uint16_t)~CALX_INSTANCE_PARTLY;
    memset(entity->columns, 0, calx_plan_words(instance->mapper) * sizeof(*entity->columns));
    for (size_t i = 0; i < instance->mapper->column_count; i++)
        calx_plan_include(entity->columns, i);
    if (calx_watch_expire(instance->watch, entity->columns) != CALX_OK)
        return calx_error_set_nomem(&session->error);
    calx_identity_doubt(session, instance);
    calx_links_unload(instance, true);
    instance->flags &= (uint16_t)~CALX_INSTANCE_EXPIRED;
    instance->epoch = session->epoch;
    return CALX_OK;
}

/* ---- filling ---- */

/* Every column that is to stay as it is: not asked for (NULL: all are), loaded, or changed. */
static void choose_kept(const calx_instance *instance, const uint64_t *wanted, uint64_t *kept)
{
    (void)calx_watch_changes(instance->watch, kept);
    for (size_t i = 0; i < calx_plan_words(instance->mapper); i++)
        kept[i] |= ~calx_session_stale_word(instance, i) | (wanted == NULL ? 0 : ~wanted[i]);
}

static calx_status write_column(calx_session *session, calx_instance *instance, size_t i,
                                const calx_value *value)
{
    const calx_column *column = &instance->mapper->columns[i];
    const char *reason = "";
    calx_status status = calx_watch_write(instance, column, value, &reason);
    if (status == CALX_E_NOMEM)
        return calx_error_set_nomem(&session->error);
    if (status == CALX_OK)
        return CALX_OK;
    return calx_session_fail(session, status, "%s.%s: a row does not fit struct member %s: %s",
                             instance->mapper->table, column->name, column->member, reason);
}

/* Where it points was known by the columns as they were. */
static void outdate_links(calx_instance *instance, const uint64_t *kept)
{
    for (unsigned i = 0; instance->links != NULL && i < instance->mapper->foreign_key_count; i++) {
        const calx_foreign_key *key = &instance->mapper->foreign_keys[i];
        bool filled = false;
        for (size_t k = 0; k < key->column_count; k++)
            filled = filled || !calx_plan_has(kept, key->columns[k]);
        if (filled)
            calx_link_outdate(calx_link_at(instance, i));
    }
}

/* Takes columns (NULL: all) out of a set; answers whether one is left. */
static bool is_left(const calx_mapper *mapper, uint64_t *set, const uint64_t *columns)
{
    bool any = false;
    for (size_t i = 0; i < calx_plan_words(mapper); i++)
        set[i] &= columns == NULL ? 0 : ~columns[i];
    for (size_t i = 0; i < mapper->column_count; i++)
        any = any || calx_plan_has(set, i);
    return any;
}

static void note_filled(calx_instance *instance, const uint64_t *wanted)
{
    const calx_mapper *mapper = instance->mapper;
    uint64_t *lacks = calx_instance_lacks(instance);
    if ((instance->flags & CALX_INSTANCE_PARTLY) != 0 &&
        !is_left(mapper, instance->watch->expired, wanted))
        instance->flags &= (uint16_t)~CALX_INSTANCE_PARTLY;
    if (lacks != NULL && !is_left(mapper, lacks, wanted))
        instance->flags &= (uint16_t)~CALX_INSTANCE_LACKING;
}

/* Nobody has anything to compare with: the columns are written, and that is all. */
static calx_status fill_unwatched(calx_session *session, calx_entity *entity,
                                  calx_instance *instance, const uint64_t *wanted)
{
    calx_status status = CALX_OK;
    uint64_t *lacks = calx_instance_lacks(instance);
    uint64_t *kept = entity->columns;
    for (size_t i = 0; i < calx_plan_words(entity->mapper); i++)
        kept[i] = ~lacks[i];
    for (size_t i = 0; status == CALX_OK && i < entity->mapper->column_count; i++)
        if (calx_plan_has(lacks, i) && (wanted == NULL || calx_plan_has(wanted, i)))
            status = write_column(session, instance, i, &entity->row[i]);
    if (status != CALX_OK)
        return status;
    note_filled(instance, wanted);
    calx_watch_sweep_texts(instance);
    calx_checksum_note(instance);
    return calx_session_raise_refresh(session, instance, wanted, kept);
}

/* From entity->row, whose other columns may be anything. */
static calx_status fill(calx_session *session, calx_entity *entity, calx_instance *instance,
                        const uint64_t *wanted)
{
    calx_watch *watch = instance->watch;
    uint64_t *kept = entity->columns;
    if (watch == NULL || !watch->has_snapshot)
        return fill_unwatched(session, entity, instance, wanted);
    calx_status status = calx_relationship_adopt(session, instance);
    if (status != CALX_OK)
        return status;
    choose_kept(instance, wanted, kept);
    for (size_t i = 0; status == CALX_OK && i < entity->mapper->column_count; i++)
        if (!calx_plan_has(kept, i))
            status = write_column(session, instance, i, &entity->row[i]);
    if (status == CALX_OK && calx_watch_agree_on_some(watch, kept) != CALX_OK)
        status = calx_error_set_nomem(&session->error);
    if (status != CALX_OK) {
        calx_watch_revert_others(watch, kept);
        return status;
    }
    outdate_links(instance, kept);
    note_filled(instance, wanted);
    calx_watch_sweep_texts(instance);
    return calx_session_raise_refresh(session, instance, wanted, kept);
}

calx_status calx_session_fill_expired(calx_session *session, calx_entity *entity,
                                      calx_instance *instance)
{
    return fill(session, entity, instance, calx_choice_columns(entity->chosen));
}

calx_status calx_session_fill_unloaded(calx_session *session, calx_entity *entity,
                                       calx_instance *instance)
{
    const calx_mapper *mapper = entity->mapper;
    const uint64_t *chosen = calx_choice_columns(entity->chosen);
    const uint64_t *lacks = calx_instance_lacks(instance);
    bool any = false;
    for (size_t i = 0; i < calx_plan_words(mapper); i++)
        any = any || (lacks[i] & (chosen == NULL ? ~UINT64_C(0) : chosen[i])) != 0;
    return any ? fill(session, entity, instance, chosen) : CALX_OK;
}

/* ---- fetching ---- */

/* What is read of a row that has only some columns, in one block. */
typedef struct some {
    size_t count;
    calx_value *values;
    calx_value_type *wanted;
} some;

static calx_status choose_some(const calx_entity *entity, const uint64_t *columns, some *out)
{
    size_t most = entity->mapper->column_count;
    out->count = 0;
    out->values = calx_alloc(most * (sizeof(calx_value) + sizeof(calx_value_type)));
    if (out->values == NULL)
        return CALX_E_NOMEM;
    out->wanted = (calx_value_type *)(void *)(out->values + most);
    for (size_t i = 0; i < most; i++)
        if (calx_plan_has(columns, i))
            out->wanted[out->count++] = entity->form.wanted[i];
    return CALX_OK;
}

static calx_status take_row(calx_session *session, calx_entity *entity, calx_instance *instance,
                            calx_cursor *cursor, const uint64_t *columns)
{
    some row = { 0 };
    if (choose_some(entity, columns, &row) != CALX_OK)
        return calx_error_set_nomem(&session->error);
    calx_status status = calx_cursor_read(cursor, row.wanted, row.values, row.count);
    if (status != CALX_OK) {
        calx_session_take_cursor_error(session, cursor);
        calx_error_prefix(&session->error, "%s: ", entity->mapper->table);
    }
    for (size_t i = 0, k = 0; status == CALX_OK && i < entity->mapper->column_count; i++)
        if (calx_plan_has(columns, i))
            entity->row[i] = row.values[k++];
    if (status == CALX_OK)
        status = fill(session, entity, instance, columns);
    calx_release(row.values);
    return status;
}

/* The row of the key in entity->row, behind the columns. */
static calx_status fetch(calx_session *session, calx_branch *branch, calx_instance *instance,
                         const calx_plan *plan, bool *out_found)
{
    calx_cursor *cursor = NULL;
    calx_entity *entity = calx_session_met(session, instance->mapper);
    const calx_value *key = entity->row + entity->mapper->column_count;
    calx_status status = calx_branch_begin(session, branch);
    if (status != CALX_OK)
        return status;
    if (calx_connection_open(branch->connection, plan, &cursor) != CALX_OK)
        return calx_branch_take_error(session, branch);
    if (calx_cursor_execute(cursor, key, entity->mapper->key_count, out_found) != CALX_OK)
        status = calx_session_take_cursor_error(session, cursor);
    else if (*out_found)
        status = take_row(session, entity, instance, cursor, plan->key.columns);
    calx_cursor_close(cursor);
    return status;
}

calx_status calx_session_fetch_columns(calx_session *session, calx_instance *instance,
                                       const uint64_t *columns, calx_locking lock, bool *out_found)
{
    calx_entity *entity = calx_session_entity(session, instance->mapper);
    if (entity == NULL)
        return session->error.status;
    calx_session_statement told = { .kind = CALX_STATEMENT_SELECT, .cause = CALX_CAUSE_COLUMNS };
    if (calx_session_tell_statement(session, entity->mapper, &told, NULL) != CALX_OK)
        return session->error.status;
    const calx_plan *plan = NULL;
    calx_plan_key key = {
        .mapper = entity->mapper,
        .kind = CALX_PLAN_SELECT_SOME,
        .columns = columns,
        .lock = lock.lock,
        .wait = lock.wait,
    };
    calx_branch *branch = NULL;
    calx_status status = calx_bind_read(session, instance->mapper, &branch);
    if (status == CALX_OK)
        status = calx_engine_plan(branch->engine, &key, &plan, &session->error);
    if (status != CALX_OK)
        return status;
    const void *stored = calx_instance_entity(instance);
    if (instance->watch != NULL && instance->watch->has_snapshot)
        stored = instance->watch->snapshot; /* the key the row has in the database */
    status = calx_key_read(entity->mapper, stored, entity->row + entity->mapper->column_count);
    if (status != CALX_OK)
        return calx_session_fail(session, status, "%s: the key cannot be read",
                                 entity->mapper->name);
    return fetch(session, branch, instance, plan, out_found);
}
