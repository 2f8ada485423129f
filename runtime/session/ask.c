/*
 * Asking for a relationship: what the application does, and a flush or a cascade does not. Only
 * here options that forbid loading count (SES-315), and the guard against asking one owner after
 * the other.
 */
#include "session/follow.h"
#include "session/lend.h"

#include "base/allocator.h"
#include "base/error.h"
#include "mapper/column.h"

#include <string.h>

/* ---- what an instance was loaded under ---- */

calx_status calx_loads_note(calx_session *session, calx_instance *instance, const calx_loads *place)
{
    if (place == NULL || !place->kept)
        return CALX_OK;
    if (calx_links_ensure(instance) != CALX_OK)
        return calx_error_set_nomem(&session->error);
    const calx_loads *old = instance->links->place;
    instance->links->place = calx_loads_hold(place);
    calx_loads_release(old);
    return CALX_OK;
}

const calx_loads *calx_loads_of(const calx_instance *instance)
{
    return instance->links == NULL ? NULL : instance->links->place;
}

static const calx_load *load_of(const calx_instance *instance, unsigned relationship)
{
    const calx_loads *place = calx_loads_of(instance);
    return place == NULL ? NULL : &place->loads[relationship];
}

const calx_loads *calx_loads_under(const calx_instance *instance, unsigned relationship)
{
    const calx_load *load = load_of(instance, relationship);
    return load == NULL ? NULL : load->under;
}

static calx_loading loading_of(const calx_instance *instance, unsigned relationship)
{
    const calx_load *load = load_of(instance, relationship);
    return load == NULL ? instance->mapper->relationships[relationship].loading : load->loading;
}

/* ---- whether it takes a statement ---- */

static bool is_in_memory(const calx_session *session, const calx_key *key)
{
    const calx_identity_slot *slot = calx_identity_look(session, key);
    return slot != NULL && slot->instance != NULL &&
           !calx_session_is_expired(session, slot->instance);
}

static bool is_by_key(const calx_foreign_key *key)
{
    return key->column_count == key->target->key_count &&
           memcmp(key->target_columns, key->target->key,
                  key->column_count * sizeof *key->target_columns) == 0;
}

/* Room for the values is the caller's. */
static calx_status look_in_memory(const calx_session *session, const calx_instance *instance,
                                  const calx_foreign_key *own, calx_value *values, bool *out_needed)
{
    for (size_t i = 0; i < own->column_count; i++) {
        *out_needed = calx_column_read(&instance->mapper->columns[own->columns[i]],
                                       calx_instance_entity(instance), &values[i]) != CALX_OK ||
                      values[i].type != CALX_VALUE_NULL;
        if (!*out_needed)
            return CALX_OK;
    }
    calx_key key;
    if (!is_by_key(own))
        return CALX_OK;
    calx_status status = calx_key_from_values(&key, own->target, values);
    if (status != CALX_OK)
        return status == CALX_E_NOMEM ? status : CALX_OK;
    *out_needed = !is_in_memory(session, &key);
    calx_key_clear(&key);
    return CALX_OK;
}

/* A reference by the target's key is looked up; a part that is NULL is no reference. */
static calx_status needs_statement(calx_session *session, const calx_instance *instance,
                                   const calx_relationship *facts, bool *out_needed)
{
    *out_needed = true;
    if (facts->kind != CALX_RELATIONSHIP_ONE)
        return CALX_OK;
    const calx_foreign_key *own = &instance->mapper->foreign_keys[facts->foreign_key];
    calx_value *values = calx_alloc_array(own->column_count, sizeof *values);
    calx_status status = CALX_E_NOMEM;
    if (values != NULL)
        status = look_in_memory(session, instance, own, values, out_needed);
    calx_release(values);
    return status == CALX_OK ? CALX_OK : calx_error_set_nomem(&session->error);
}

/* ---- what is forbidden ---- */

static calx_status fail_raise(calx_session *session, const calx_instance *instance,
                              const calx_relationship *facts)
{
    const char *name = instance->mapper->name;
    return calx_session_fail(session, CALX_E_INVALID_REQUEST,
                             "%s.%s is not to be loaded when it is asked for: give the query that "
                             "finds the %s calx_selectinload(%s_rel.%s), or another loading option "
                             "that loads it along",
                             name, facts->member, name, name, facts->member);
}

/* ---- the guard ---- */

/*
 * Rows of other mappers do not count, so a query that runs for each instance of a result does not
 * hide what is loaded for each.
 */
void calx_guard_begin(calx_session *session, const calx_mapper *mapper, const calx_loads *place)
{
    if (session->options.lazy_load_budget == 0)
        return;
    const calx_entity *entity = calx_session_met(session, mapper);
    if (entity != NULL && entity->asked != NULL)
        memset(entity->asked, 0, mapper->relationship_count * sizeof *entity->asked);
    for (size_t i = 0; place != NULL && i < mapper->relationship_count; i++)
        if (calx_loading_is_eager(place->loads[i].loading))
            calx_guard_begin(session, mapper->relationships[i].target, place->loads[i].under);
}

/* How often the relationship was loaded by itself since its rows came; NULL: no memory. */
static uint32_t *count_of(calx_session *session, const calx_mapper *mapper, unsigned relationship)
{
    calx_entity *entity = calx_session_entity(session, mapper);
    if (entity != NULL && entity->asked == NULL)
        entity->asked = calx_alloc_zeroed(mapper->relationship_count * sizeof *entity->asked);
    return entity == NULL || entity->asked == NULL ? NULL : &entity->asked[relationship];
}

static calx_status guard(calx_session *session, const calx_instance *instance,
                         unsigned relationship)
{
    const calx_mapper *mapper = instance->mapper;
    size_t budget = session->options.lazy_load_budget;
    const char *member = mapper->relationships[relationship].member;
    if (budget == 0)
        return CALX_OK;
    uint32_t *count = count_of(session, mapper, relationship);
    if (count == NULL)
        return calx_error_set_nomem(&session->error);
    if (*count < UINT32_MAX)
        ++*count;
    if (*count <= budget)
        return CALX_OK;
    if (session->options.lazy_load_guard == CALX_LAZY_LOAD_FAIL)
        return calx_session_fail(session, CALX_E_INVALID_REQUEST,
                                 "%s.%s was loaded for %zu instances one by one since the query "
                                 "that found them, and the budget is spent: give that query "
                                 "calx_selectinload(%s_rel.%s)",
                                 mapper->name, member, budget, mapper->name, member);
    if (*count == budget + 1)
        calx_session_warn(session,
                          "%s.%s was loaded for %u instances one by one since the query that found "
                          "them, more than the budget of %zu: give that query "
                          "calx_selectinload(%s_rel.%s)",
                          mapper->name, member, *count, budget, mapper->name, member);
    return CALX_OK;
}

/* ---- asking ---- */

/* Before it is loaded by a statement of its own. *out_nothing: it is to be read as empty. */
static calx_status permit(calx_session *session, const calx_instance *instance,
                          unsigned relationship, bool *out_nothing)
{
    const calx_relationship *facts = &instance->mapper->relationships[relationship];
    calx_loading loading = loading_of(instance, relationship);
    *out_nothing = loading == CALX_LOADING_NOLOAD;
    if (loading == CALX_LOADING_RAISE)
        return fail_raise(session, instance, facts);
    if (loading != CALX_LOADING_RAISE_ON_SQL && session->options.lazy_load_budget == 0)
        return CALX_OK;
    bool needed = false;
    calx_status status = CALX_OK;
    if (!*out_nothing)
        status = needs_statement(session, instance, facts, &needed);
    if (status != CALX_OK || !needed)
        return status;
    if (loading == CALX_LOADING_RAISE_ON_SQL)
        return fail_raise(session, instance, facts);
    return guard(session, instance, relationship);
}

/* What is to follow the targets. */
static calx_status follow_lazy(calx_session *session, calx_instance *instance,
                               unsigned relationship)
{
    const calx_load *load = load_of(instance, relationship);
    const calx_loads *under = load == NULL ? NULL : load->under;
    const void *entity = calx_instance_entity(instance);
    calx_status status = CALX_OK;
    if (under == NULL)
        status = calx_follow_default(session, instance->mapper->relationships[relationship].target,
                                     &under);
    if (status == CALX_OK)
        status = calx_follow_targets(session, under, relationship, &entity, 1, NULL);
    return status;
}

/* Whether the target may be found without a statement: nothing follows it then. */
static bool may_be_at_hand(const calx_instance *instance, unsigned relationship)
{
    const calx_relationship *facts = &instance->mapper->relationships[relationship];
    return facts->kind == CALX_RELATIONSHIP_ONE &&
           is_by_key(&instance->mapper->foreign_keys[facts->foreign_key]);
}

calx_status calx_relationship_load_along(calx_session *session, calx_instance *instance,
                                         unsigned relationship)
{
    uint64_t before = session->arrivals;
    if (calx_relationship_is_known(instance, relationship))
        return CALX_OK;
    calx_status status = calx_relationship_load(session, instance, relationship);
    if (status == CALX_OK &&
        (session->arrivals != before || !may_be_at_hand(instance, relationship)))
        status = follow_lazy(session, instance, relationship);
    return status;
}

static calx_status load_now(calx_session *session, calx_instance *instance, unsigned relationship)
{
    bool nothing = false;
    calx_status status = permit(session, instance, relationship, &nothing);
    if (status != CALX_OK)
        return status;
    const void *entity = calx_instance_entity(instance);
    const calx_following following = {
        .session = session,
        .relationship = relationship,
        .facts = &instance->mapper->relationships[relationship],
        .owners = &entity,
        .count = 1,
    };
    if (nothing)
        return calx_load_nothing(&following);
    return calx_relationship_load_along(session, instance, relationship);
}

/* The same for an instance that is not stored. */
static calx_status ask_lender(calx_session *lender, calx_instance *instance, unsigned relationship)
{
    bool nothing = false;
    if (lender != instance->session)
        (void)calx_session_enter(lender);
    calx_status status = permit(lender, instance, relationship, &nothing);
    if (status == CALX_OK && !nothing)
        status = calx_lender_load(lender, instance, relationship);
    return status == CALX_OK ? follow_lazy(lender, instance, relationship) : status;
}

calx_status calx_relationship_ask(calx_session *session, calx_instance *instance,
                                  unsigned relationship)
{
    calx_session *lender = calx_lender_of(instance, relationship);
    if (lender != NULL && calx_lender_is_awaited(instance, relationship))
        return ask_lender(lender, instance, relationship);
    if (session == NULL || instance->state != CALX_STATE_PERSISTENT)
        return calx_relationship_load(session, instance, relationship);
    calx_status status = calx_session_freshen_along(session, instance);
    if (status != CALX_OK || calx_relationship_is_known(instance, relationship))
        return status;
    return load_now(session, instance, relationship);
}
