/*
 * Loading relationships, when they are asked for and not before (SES-300 to 305). What was changed
 * in memory and not yet written is newer than any row: a collection that loads takes it over.
 */
#include "session/bind.h"
#include "session/choice.h"
#include "session/relationship.h"

#include "base/allocator.h"
#include "base/error.h"
#include "mapper/column.h"
#include "session/many_to_many.h"

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

static const calx_foreign_key *key_of(const calx_instance *instance, const calx_relationship *facts)
{
    const calx_mapper *mapper =
        facts->kind == CALX_RELATIONSHIP_ONE ? instance->mapper : facts->target;
    return &mapper->foreign_keys[facts->foreign_key];
}

/* Foreign keys of more columns than this are rare enough to allocate. */
enum { FEW_COLUMNS = 4 };

/* Room for the values of a key: the few given, or a block. NULL: no memory. */
static calx_value *take_values(size_t count, calx_value *few)
{
    return count <= FEW_COLUMNS ? few : calx_alloc_array(count, sizeof(*few));
}

static void give_values(calx_value *values, const calx_value *few)
{
    if (values != few)
        calx_release(values);
}

/* What the rows that point at an instance say: none has a key that was changed since. */
static const void *stored_struct(const calx_instance *instance)
{
    const calx_watch *watch = instance->watch;
    return watch != NULL && watch->has_snapshot ? watch->snapshot : calx_instance_entity(instance);
}

/* The values of the given columns of a mapper's struct; false: one of them is NULL. */
static calx_status read_columns(calx_session *session, const calx_mapper *mapper,
                                const void *struct_, const uint16_t *columns, size_t count,
                                calx_value *values, bool *out_complete)
{
    *out_complete = true;
    for (size_t i = 0; i < count; i++) {
        const calx_column *column = &mapper->columns[columns[i]];
        calx_status status = calx_column_read(column, struct_, &values[i]);
        if (status != CALX_OK)
            return calx_session_fail(session, status, "%s.%s: no NUL inside the array",
                                     mapper->name, column->member);
        if (values[i].type == CALX_VALUE_NULL)
            *out_complete = false;
    }
    return CALX_OK;
}

/* Whether the columns are the mapper's key, in its order. */
static bool is_key(const calx_mapper *mapper, const uint16_t *columns, size_t count)
{
    return count == mapper->key_count &&
           memcmp(columns, mapper->key, count * sizeof(*columns)) == 0;
}

/* A SELECT takes the values in the order of the columns' positions. */
static bool is_ascending(const uint16_t *columns, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (columns[i - 1] > columns[i])
            return false;
    return true;
}

static void sort_values(uint16_t *columns, calx_value *values, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        for (size_t j = i; j > 0 && columns[j - 1] > columns[j]; j--) {
            uint16_t column = columns[j];
            calx_value value = values[j];
            columns[j] = columns[j - 1];
            values[j] = values[j - 1];
            columns[j - 1] = column;
            values[j - 1] = value;
        }
    }
}

/* What rows are asked for by, and in which order they come. */
typedef struct wanted {
    const uint16_t *columns;
    size_t count;
    const calx_relationship_order *order;
    size_t order_count;
} wanted;

static bool is_sought(const calx_entity *entity, const calx_choice *choice, const wanted *rows)
{
    return choice == entity->usual && entity->sought == rows->columns &&
           entity->sought_order == rows->order && entity->by_sought->type_count == rows->count &&
           entity->by_sought->key.order_count == rows->order_count;
}

/* The plan for these rows; what was asked for last is mostly asked for next, too. */
static calx_status plan_rows(calx_session *session, calx_selection *selection, const wanted *rows,
                             const calx_plan **out_plan)
{
    calx_entity *entity = selection->entity;
    const calx_choice *choice = NULL;
    if (calx_choice_at(session, entity, selection->place, &choice) != CALX_OK ||
        calx_bind_read(session, entity->mapper, &selection->branch) != CALX_OK)
        return session->error.status;
    calx_entity_plan_on(entity, selection->branch->engine);
    if (is_sought(entity, choice, rows)) {
        *out_plan = entity->by_sought;
        return CALX_OK;
    }
    uint64_t *set = calx_alloc_array(calx_plan_words(entity->mapper), sizeof(*set));
    if (set == NULL)
        return no_memory(session);
    for (size_t i = 0; i < rows->count; i++)
        calx_plan_include(set, rows->columns[i]);
    const calx_plan_key key = {
        .mapper = entity->mapper,
        .kind = CALX_PLAN_SELECT_BY_COLUMNS,
        .columns = set,
        .order = rows->order,
        .order_count = rows->order_count,
        .chosen = calx_choice_columns(choice),
    };
    calx_status status =
        calx_engine_plan(selection->branch->engine, &key, out_plan, &session->error);
    calx_release(set);
    if (status == CALX_OK && choice == entity->usual) {
        entity->sought = rows->columns;
        entity->sought_order = rows->order;
        entity->by_sought = *out_plan;
    }
    return status;
}

static calx_status select_sorted(calx_session *session, calx_selection *selection,
                                 const uint16_t *columns)
{
    size_t count = selection->count;
    uint16_t *sorted = calx_alloc_array(count, sizeof(*sorted));
    calx_value *values = calx_alloc_array(count, sizeof(*values));
    calx_status status = CALX_E_NOMEM;
    if (sorted == NULL || values == NULL) {
        no_memory(session);
        goto out;
    }
    memcpy(sorted, columns, count * sizeof(*sorted));
    memcpy(values, selection->values, count * sizeof(*values));
    sort_values(sorted, values, count);
    selection->values = values;
    status = calx_session_select(session, selection);
out:
    calx_release(sorted);
    calx_release(values);
    return status;
}

/* Rows of a mapper by columns that are not its key, or not only. */
static calx_status select_where(calx_session *session, calx_selection *selection,
                                const wanted *rows)
{
    calx_status status = plan_rows(session, selection, rows, &selection->plan);
    if (status != CALX_OK)
        return status;
    selection->columns = selection->plan->key.columns;
    if (!is_ascending(rows->columns, selection->count))
        return select_sorted(session, selection, rows->columns);
    return calx_session_select(session, selection);
}

static calx_status first_of(void *context, calx_instance *instance)
{
    calx_instance **found = context;
    if (*found == NULL)
        *found = instance;
    return CALX_OK;
}

static calx_status find_target(calx_session *session, const calx_foreign_key *key,
                               const calx_value *values, const calx_loads *under,
                               calx_instance **out_target)
{
    calx_entity *entity = calx_session_entity(session, key->target);
    if (entity == NULL)
        return session->error.status;
    if (is_key(key->target, key->target_columns, key->column_count))
        return calx_session_find(session, entity, values, under, out_target);
    calx_status status = calx_session_autoflush(session);
    if (status != CALX_OK)
        return status;
    calx_selection selection = {
        .entity = entity,
        .values = values,
        .count = key->column_count,
        .place = under,
        .visit = first_of,
        .context = out_target,
    };
    const wanted rows = { .columns = key->target_columns, .count = key->column_count };
    return select_where(session, &selection, &rows);
}

calx_status calx_relationship_take_target(calx_instance *instance, unsigned foreign_key,
                                          calx_instance *target)
{
    if (calx_links_ensure(instance) != CALX_OK)
        return no_memory(instance->session);
    calx_link *link = calx_link_at(instance, foreign_key);
    if (link->target == target) {
        link->state = CALX_LINK_LOADED;
        calx_link_show(link);
        return CALX_OK;
    }
    if (target != NULL &&
        (calx_links_ensure(target) != CALX_OK || calx_link_reserve(link, target, 1) != CALX_OK))
        return no_memory(instance->session);
    calx_link_leave(link);
    calx_link_point(link, target, CALX_LINK_LOADED);
    if (instance->session != NULL)
        calx_link_join(link); /* what is in no session is a member of nothing */
    calx_link_show(link);
    return CALX_OK;
}

/* The target of a many-to-one as the columns have it (SES-301). */
static calx_status load_one(calx_session *session, calx_instance *instance,
                            const calx_relationship *facts, const calx_loads *under)
{
    const calx_foreign_key *key = key_of(instance, facts);
    calx_instance *target = NULL;
    bool complete = false;
    calx_value few[FEW_COLUMNS];
    calx_value *values = take_values(key->column_count, few);
    if (values == NULL)
        return no_memory(session);
    calx_status status = read_columns(session, instance->mapper, calx_instance_entity(instance),
                                      key->columns, key->column_count, values, &complete);
    if (status == CALX_OK && complete)
        status = find_target(session, key, values, under, &target);
    /* One that is not stored may be given another key later, so that it has none is not noted. */
    if (status == CALX_OK && (target != NULL || instance->state == CALX_STATE_PERSISTENT))
        status = calx_relationship_take_target(instance, facts->foreign_key, target);
    give_values(values, few);
    return status;
}

/* One row of a collection. */
static calx_status note_item(void *context, calx_instance *item)
{
    return calx_instances_push(context, item) == CALX_OK ? CALX_OK : no_memory(item->session);
}

static calx_status select_items(calx_session *session, calx_instance *instance,
                                unsigned relationship, const calx_loads *under,
                                calx_instances *out_found)
{
    const calx_relationship *facts = &instance->mapper->relationships[relationship];
    const calx_foreign_key *key = key_of(instance, facts);
    bool complete = false;
    calx_value few[FEW_COLUMNS];
    calx_value *values = take_values(key->column_count, few);
    if (values == NULL)
        return no_memory(session);
    calx_status status = read_columns(session, instance->mapper, stored_struct(instance),
                                      key->target_columns, key->column_count, values, &complete);
    calx_entity *entity = calx_session_entity(session, facts->target);
    if (entity == NULL)
        status = session->error.status;
    if (status == CALX_OK && complete) {
        calx_selection selection = {
            .entity = entity,
            .values = values,
            .count = key->column_count,
            .place = under,
            .visit = note_item,
            .context = out_found,
        };
        const wanted rows = { key->columns, key->column_count, facts->order, facts->order_count };
        status = select_where(session, &selection, &rows);
    }
    give_values(values, few);
    return status;
}

calx_status calx_relationship_select(calx_session *session, calx_instance *instance,
                                     unsigned relationship, calx_instances *out_found)
{
    return select_items(session, instance, relationship, calx_loads_under(instance, relationship),
                        out_found);
}

/* The members of a one-to-many, shown when all of them are there (SES-300). */
static calx_status load_many(calx_session *session, calx_instance *instance, unsigned relationship,
                             const calx_loads *under)
{
    calx_instances found = { 0 };
    calx_status status = calx_session_autoflush(session);
    if (status == CALX_OK)
        status = select_items(session, instance, relationship, under, &found);
    if (status == CALX_OK)
        status =
            calx_relationship_take_collection(instance, relationship, found.items, found.count);
    calx_instances_clear(&found);
    return status;
}

bool calx_relationship_is_known(const calx_instance *instance, unsigned relationship)
{
    const calx_relationship *facts = &instance->mapper->relationships[relationship];
    if (instance->links == NULL)
        return is_all_in_memory(instance);
    if (facts->kind == CALX_RELATIONSHIP_ONE)
        return is_all_in_memory(instance) ||
               calx_link_at(instance, facts->foreign_key)->state != CALX_LINK_UNKNOWN;
    return is_all_in_memory(instance) || calx_slot_at(instance, relationship)->loaded;
}

static calx_status load_by_kind(calx_session *session, calx_instance *instance,
                                unsigned relationship, const calx_loads *under)
{
    const calx_relationship *facts = &instance->mapper->relationships[relationship];
    if (facts->kind == CALX_RELATIONSHIP_ONE)
        return load_one(session, instance, facts, under);
    if (facts->kind == CALX_RELATIONSHIP_MANY_TO_MANY)
        return calx_many_to_many_load(session, instance, relationship, under);
    return load_many(session, instance, relationship, under);
}

calx_status calx_relationship_load_stored(calx_session *session, calx_instance *instance,
                                          unsigned relationship, const calx_loads *under)
{
    const calx_relationship *along = session->hooks.along;
    session->hooks.along = &instance->mapper->relationships[relationship];
    calx_status status = load_by_kind(session, instance, relationship, under);
    session->hooks.along = along;
    return status;
}

static bool is_to_gather(const calx_instance *instance, unsigned relationship)
{
    return instance->links != NULL && is_all_in_memory(instance) &&
           instance->mapper->relationships[relationship].kind != CALX_RELATIONSHIP_ONE &&
           !calx_slot_at(instance, relationship)->loaded;
}

calx_status calx_relationship_load_under(calx_session *session, calx_instance *instance,
                                         unsigned relationship, const calx_loads *under)
{
    if (is_to_gather(instance, relationship))
        return calx_relationship_gather(instance, relationship);
    calx_status status = CALX_OK;
    if (session != NULL)
        status = calx_session_freshen(session, instance);
    if (status != CALX_OK || calx_relationship_is_known(instance, relationship))
        return status;
    if (session == NULL || instance->state != CALX_STATE_PERSISTENT)
        return calx_session_fail(session, CALX_E_DETACHED_INSTANCE,
                                 "%s.%s was not loaded, and the instance is in no session to load "
                                 "it from",
                                 instance->mapper->name,
                                 instance->mapper->relationships[relationship].member);
    return calx_relationship_load_stored(session, instance, relationship, under);
}

calx_status calx_relationship_load(calx_session *session, calx_instance *instance,
                                   unsigned relationship)
{
    return calx_relationship_load_under(session, instance, relationship,
                                        calx_loads_under(instance, relationship));
}
