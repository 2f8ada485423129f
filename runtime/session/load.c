/*
 * From rows to instances. A row becomes an instance in one block: header, struct and texts. A row
 * of an instance that is there already fills it only when it is expired (SES-078).
 */
#include "session/bind.h"
#include "session/checksum.h"
#include "session/choice.h"
#include "session/joined.h"

#include "base/apart.h"
#include "base/error.h"
#include "session/relationship.h"
#include "session/row_events.h"
#include "session/statement_hook.h"

#include <string.h>

/* ---- one row ---- */

/* Between struct and links, which are made of pointers and numbers. */
static inline size_t gap_behind(const calx_mapper *mapper)
{
    return -(size_t)mapper->instance_size % sizeof(uint64_t);
}

calx_status calx_session_read_failed(calx_session *session, const calx_entity *entity,
                                     const calx_cursor *cursor)
{
    calx_session_take_cursor_error(session, cursor);
    calx_error_prefix(&session->error, "%s: ", entity->mapper->table);
    return session->error.status;
}

calx_status calx_session_misfit(calx_session *session, const calx_mapper *mapper,
                                const calx_row_misfit *misfit)
{
    const calx_column *column = &mapper->columns[misfit->column];
    return calx_session_fail(session, CALX_E_DATA, "%s.%s: a row does not fit struct member %s: %s",
                             mapper->table, column->name, column->member, misfit->reason);
}

static void note_unloaded(calx_instance *instance, const uint64_t *loaded)
{
    const calx_mapper *mapper = instance->mapper;
    instance->flags |= CALX_INSTANCE_LACKING | CALX_INSTANCE_SPARING;
    uint64_t *lacks = calx_instance_lacks(instance);
    memset(lacks, 0, calx_plan_words(mapper) * sizeof(*lacks));
    for (size_t i = 0; i < mapper->column_count; i++)
        if (!calx_plan_has(loaded, i))
            calx_plan_include(lacks, i);
}

/* An instance of entity->row, without a key yet and member of nothing. The error is set. */
static inline calx_status build(calx_session *session, const calx_entity *entity,
                                calx_instance **out_instance)
{
    calx_row_misfit misfit;
    const calx_choice *choice = entity->chosen;
    const calx_row_form *form = choice == NULL ? &entity->form : &choice->form;
    size_t text = calx_row_text_size(form, entity->row);
    bool linking = session->linking && choice == NULL;
    size_t gap = gap_behind(entity->mapper);
    /* Behind the struct: one block less for each instance, and near to it. */
    size_t links = linking ? gap + entity->links_size : 0;
    size_t room = text;
    if (choice != NULL)
        room += calx_instance_lacks_size(entity->mapper);
    calx_instance *instance = calx_instance_take(&session->slabs, entity->mapper, links, room);
    if (instance == NULL)
        return calx_error_set_nomem(&session->error);
    if (linking)
        calx_links_place(instance, calx_instance_behind(instance) + gap);
    if (calx_row_store(form, entity->row, calx_instance_entity(instance),
                       calx_instance_behind(instance) + links, &misfit) != CALX_OK) {
        calx_instance_give(instance);
        return calx_session_misfit(session, entity->mapper, &misfit);
    }
    if (choice != NULL)
        note_unloaded(instance, choice->columns);
    *out_instance = instance;
    return CALX_OK;
}

/*
 * Persistent from now on, in a free slot of the identity map; the slot says that it is fresh if no
 * stream lets go of it.
 */
static void enter(calx_session *session, const calx_entity *entity, calx_identity_slot *slot,
                  calx_instance *instance, bool stays)
{
    instance->state = CALX_STATE_PERSISTENT;
    instance->session = session;
    instance->epoch = session->epoch;
    calx_session_keep_first(session, instance);
    session->arrivals++;
    session->made++;
    calx_identity_table_fill(&session->identity, slot, instance, entity->kind);
    slot->epoch = stays ? session->epoch : 0;
    if (session->checks)
        calx_checksum_note(instance);
}

/* Listeners of new instances may refuse one, which stays where it is. */
static CALX_APART calx_status raise_loaded(calx_session *session, calx_instance **inout_instance)
{
    calx_status status = calx_session_raise_loaded(session, *inout_instance);
    if (status != CALX_OK)
        *inout_instance = NULL;
    return status;
}

static inline calx_status tell_of_new(calx_session *session, calx_instance **inout_instance)
{
    const uint64_t events =
        UINT64_C(1) << CALX_SESSION_LOAD | UINT64_C(1) << CALX_SESSION_LOADED_AS_PERSISTENT;
    return (calx_session_heard(session) & events) == 0 ? CALX_OK
                                                       : raise_loaded(session, inout_instance);
}

/* A key of which a part is missing cannot be told from others. */
static calx_status part_is_missing(calx_session *session, const calx_mapper *mapper,
                                   const calx_value *values)
{
    size_t i = 0;
    while (values[i].type != CALX_VALUE_NULL)
        i++;
    return calx_session_fail(session, CALX_E_DATA,
                             "%s.%s is NULL in a row whose key is not NULL otherwise: a key that "
                             "lacks a part is no instance's",
                             mapper->table, mapper->columns[mapper->key[i]].name);
}

/* The key of entity->row; its mapper is NULL when all of it is NULL (SES-080). */
static calx_status key_of_row(calx_session *session, const calx_entity *entity, calx_key *out_key)
{
    const calx_mapper *mapper = entity->mapper;
    calx_value *values = entity->row + mapper->column_count;
    size_t present = 0;
    for (size_t i = 0; i < mapper->key_count; i++) {
        values[i] = entity->row[mapper->key[i]];
        present += values[i].type != CALX_VALUE_NULL;
    }
    out_key->mapper = NULL;
    if (present == 0)
        return CALX_OK;
    if (present < mapper->key_count)
        return part_is_missing(session, mapper, values);
    calx_status status = calx_key_from_values(out_key, mapper, values);
    if (status != CALX_OK)
        return calx_session_fail(session, status, "%s: a row's key does not fit its columns",
                                 mapper->table);
    return CALX_OK;
}

/* The row of an instance that is there. */
static CALX_APART calx_status meet(calx_session *session, calx_entity *entity,
                                   calx_instance *instance, calx_instance **out_instance)
{
    calx_status status = CALX_OK;
    if (calx_session_is_expired(session, instance))
        status = calx_session_fill(session, entity, instance);
    else if ((instance->flags & CALX_INSTANCE_LACKING) != 0)
        status = calx_session_fill_unloaded(session, entity, instance);
    *out_instance = status == CALX_OK ? instance : NULL;
    return status;
}

/* The row of a key that is one number: nothing is to be encoded, and the number is compared. */
static calx_status materialize_number(calx_session *session, calx_entity *entity, int64_t number,
                                      calx_instance **out_instance, bool *out_is_new)
{
    calx_identity_slot *slot =
        calx_identity_table_word(&session->identity, (uint64_t)number, entity->kind);
    if (slot->instance != NULL)
        return meet(session, entity, slot->instance, out_instance);
    calx_status status = build(session, entity, out_instance);
    if (status != CALX_OK)
        return status;
    calx_key_set_number(&(*out_instance)->key, entity->mapper, number);
    enter(session, entity, slot, *out_instance, out_is_new == NULL);
    if (out_is_new != NULL)
        *out_is_new = true;
    return tell_of_new(session, out_instance);
}

static CALX_APART calx_status materialize_key(calx_session *session, calx_entity *entity,
                                              calx_instance **out_instance, bool *out_is_new)
{
    calx_key key;
    calx_status status = key_of_row(session, entity, &key);
    if (status != CALX_OK || key.mapper == NULL)
        return status;
    calx_identity_slot *slot = calx_identity_table_key(&session->identity, &key, entity->kind);
    calx_instance *present = slot->instance;
    if (present == NULL)
        status = build(session, entity, out_instance);
    if (present != NULL || status != CALX_OK) {
        calx_key_clear(&key);
        return present == NULL ? status : meet(session, entity, present, out_instance);
    }
    (*out_instance)->key = key;
    enter(session, entity, slot, *out_instance, out_is_new == NULL);
    if (out_is_new != NULL)
        *out_is_new = true;
    return tell_of_new(session, out_instance);
}

calx_status calx_session_materialize(calx_session *session, calx_entity *entity,
                                     calx_instance **out_instance, bool *out_is_new)
{
    const calx_value *first = &entity->row[entity->mapper->key[0]];
    *out_instance = NULL;
    if (out_is_new != NULL)
        *out_is_new = false;
    if (calx_identity_reserve(session, 1) != CALX_OK)
        return calx_error_set_nomem(&session->error);
    if (entity->by_number && first->type == CALX_VALUE_INT64)
        return materialize_number(session, entity, first->as.int64, out_instance, out_is_new);
    return materialize_key(session, entity, out_instance, out_is_new);
}

calx_status calx_session_repopulate(calx_session *session, calx_entity *entity,
                                    calx_instance **out_instance, bool *out_is_new)
{
    calx_key key;
    calx_value *values = entity->row + entity->mapper->column_count;
    for (size_t i = 0; i < entity->mapper->key_count; i++)
        values[i] = entity->row[entity->mapper->key[i]];
    calx_status status = calx_key_from_values(&key, entity->mapper, values);
    if (status == CALX_E_NOMEM)
        return calx_error_set_nomem(&session->error);
    if (status == CALX_OK) { /* what else is wrong with it is told below */
        calx_instance *present = calx_identity_find(session, &key);
        calx_key_clear(&key);
        if (present != NULL)
            calx_session_expire_instance(present);
    }
    return calx_session_materialize(session, entity, out_instance, out_is_new);
}

/* Whether something is known of it that is not known without it. */
static bool is_related(const calx_instance *instance)
{
    const calx_links *links = instance->links;
    if (links == NULL)
        return false;
    const calx_mapper *mapper = instance->mapper;
    bool is = links->incoming != NULL || (links->rest != NULL && links->rest->boundary != NULL);
    for (size_t i = 0; i < mapper->foreign_key_count; i++) {
        const calx_link *link = calx_link_at(instance, i);
        is = is || link->state == CALX_LINK_CHANGED || link->listed;
    }
    for (size_t i = 0; i < mapper->relationship_count; i++)
        is = is || (mapper->relationships[i].kind != CALX_RELATIONSHIP_ONE &&
                    calx_slot_at(instance, i)->count > 0);
    return is;
}

void calx_session_release_streamed(calx_session *session, calx_instance *instance)
{
    if (instance->keeper != session || instance->state != CALX_STATE_PERSISTENT ||
        instance->watch != NULL || is_related(instance) ||
        (instance->flags & (CALX_INSTANCE_MARKED | CALX_INSTANCE_HELD)) != 0)
        return;
    calx_session_forget(session, instance);
    calx_session_destroy(instance);
}

/* ---- selecting ---- */

static calx_status plan_for(calx_session *session, const calx_selection *selection,
                            calx_engine *engine, const calx_choice *choice,
                            const calx_plan **out_plan)
{
    calx_entity *entity = selection->entity;
    calx_entity_plan_on(entity, engine);
    bool is_plain = selection->columns == NULL && selection->plan == NULL &&
                    selection->lock.lock == CALX_LOCK_NONE && choice == entity->usual;
    *out_plan = is_plain ? entity->by_key : selection->plan;
    if (*out_plan != NULL)
        return CALX_OK;
    calx_plan_key key = {
        .mapper = entity->mapper,
        .kind = selection->columns == NULL ? CALX_PLAN_SELECT_BY_KEY : CALX_PLAN_SELECT_BY_COLUMNS,
        .columns = selection->columns,
        .chosen = calx_choice_columns(choice),
        .lock = selection->lock.lock,
        .wait = selection->lock.wait,
    };
    calx_status status = calx_engine_plan(engine, &key, out_plan, &session->error);
    if (status == CALX_OK && is_plain)
        entity->by_key = *out_plan;
    return status;
}

static calx_status read_chosen(calx_session *session, calx_entity *entity,
                               const calx_choice *choice, calx_cursor *cursor)
{
    return choice == NULL ? calx_session_read_row(session, entity, cursor)
                          : calx_choice_read(session, entity, choice, cursor, 0);
}

static calx_status visit_rows(calx_session *session, const calx_selection *selection,
                              const calx_choice *choice, calx_cursor *cursor)
{
    bool row = false;
    if (calx_cursor_execute(cursor, selection->values, selection->count, &row) != CALX_OK)
        return calx_session_take_cursor_error(session, cursor);
    while (row) {
        calx_instance *instance = NULL;
        uint64_t before = session->arrivals;
        calx_status status = read_chosen(session, selection->entity, choice, cursor);
        if (status == CALX_OK)
            status = calx_session_materialize(session, selection->entity, &instance, NULL);
        if (status == CALX_OK && session->arrivals != before)
            status = calx_loads_note(session, instance, selection->place);
        if (status == CALX_OK && instance != NULL)
            status = selection->visit(selection->context, instance);
        if (status != CALX_OK || (selection->columns == NULL && selection->plan == NULL))
            return status; /* a key has one row at most */
        if (calx_cursor_next(cursor, &row) != CALX_OK)
            return calx_session_take_cursor_error(session, cursor);
    }
    return CALX_OK;
}

calx_status calx_session_joining(calx_session *session, calx_entity *entity,
                                 const calx_loads *place, const calx_loads **out_joining)
{
    *out_joining = place != NULL && place->joins ? place : NULL;
    if (place != NULL || !entity->joins)
        return CALX_OK;
    if (entity->joining == NULL &&
        calx_loads_new(entity->mapper, NULL, 0, &entity->joining) != CALX_OK)
        return calx_error_set_nomem(&session->error);
    if (entity->joining != NULL && entity->joining->joins)
        *out_joining = entity->joining;
    return CALX_OK;
}

/* Rows that are locked are asked for alone, and a plan of another kind says where from. */
static bool is_alone(const calx_selection *selection)
{
    return selection->lock.lock != CALX_LOCK_NONE ||
           (selection->columns == NULL && selection->plan != NULL);
}

/* A key that is asked for by itself has neither columns nor a plan. */
static calx_status tell(calx_session *session, const calx_selection *selection,
                        calx_added *out_added)
{
    calx_session_statement told = { .kind = CALX_STATEMENT_SELECT,
                                    .cause = CALX_CAUSE_KEY,
                                    .relationship = session->hooks.along };
    if (told.relationship != NULL)
        told.cause = CALX_CAUSE_LAZY;
    return calx_session_tell_statement(session, selection->entity->mapper, &told,
                                       is_alone(selection) ? NULL : out_added);
}

calx_status calx_session_select(calx_session *session, const calx_selection *selection)
{
    const calx_loads *joining = NULL;
    calx_branch *branch = selection->branch;
    calx_added added;
    added.count = 0;
    if (calx_session_hears(session, CALX_SESSION_DO_ORM_EXECUTE) &&
        tell(session, selection, &added) != CALX_OK)
        return session->error.status;
    if (branch == NULL && calx_bind_read(session, selection->entity->mapper, &branch) != CALX_OK)
        return session->error.status;
    if (!is_alone(selection) &&
        calx_session_joining(session, selection->entity, selection->place, &joining) != CALX_OK)
        return session->error.status;
    if (joining != NULL || added.count > 0)
        return calx_session_select_joined(session, selection, branch, joining, &added);
    const calx_plan *plan = NULL;
    const calx_choice *choice = NULL;
    calx_status status = CALX_OK;
    if (!selection->whole)
        status = calx_choice_at(session, selection->entity, selection->place, &choice);
    if (status == CALX_OK)
        status = plan_for(session, selection, branch->engine, choice, &plan);
    if (status == CALX_OK)
        status = calx_branch_begin(session, branch);
    if (status != CALX_OK)
        return status;
    calx_cursor *cursor = NULL;
    if (calx_connection_open(branch->connection, plan, &cursor) != CALX_OK)
        return calx_branch_take_error(session, branch);
    status = visit_rows(session, selection, plan->key.chosen == NULL ? NULL : choice, cursor);
    calx_cursor_close(cursor);
    return status;
}

static calx_status keep_one(void *context, calx_instance *instance)
{
    *(calx_instance **)context = instance;
    return CALX_OK;
}

calx_status calx_session_select_by_key(calx_session *session, calx_entity *entity,
                                       const calx_value *values, const calx_rereading *how,
                                       calx_instance **out_instance)
{
    const calx_selection selection = {
        .entity = entity,
        .values = values,
        .count = entity->mapper->key_count,
        .lock = how->lock,
        .whole = how->whole,
        .place = how->place,
        .visit = keep_one,
        .context = out_instance,
    };
    return calx_session_select(session, &selection);
}
