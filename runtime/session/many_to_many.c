/*
 * Changing and loading many-to-many relationships (SES-274, 289, 300, 305). A change is one pair,
 * which both collections show. Whatever may fail comes before it.
 */
#include "session/many_to_many.h"
#include "session/bind.h"

#include "base/allocator.h"
#include "base/error.h"
#include "mapper/column.h"
#include "session/choice.h"
#include "session/follow.h"
#include "session/orphan.h"
#include "session/relationship.h"
#include "session/write.h"

static calx_status no_memory(calx_session *session)
{
    return session == NULL ? CALX_E_NOMEM : calx_error_set_nomem(&session->error);
}

/* ---- what is there ---- */

/* How many members the collection has to take in, beside its rows. */
static size_t count_waiting(const calx_side *side)
{
    size_t count = 0;
    for (const calx_pair_end *end = side->first; end != NULL; end = end->next)
        count += calx_pair_is_waiting(end);
    return count;
}

/* What was added meanwhile comes behind what was stored; reserved before. */
static void show_waiting(const calx_side *side, calx_slot *slot)
{
    for (calx_pair_end *end = side->first; end != NULL; end = end->next) {
        if (!calx_pair_is_waiting(end))
            continue;
        end->place = calx_slot_put(slot, calx_instance_entity(calx_pair_other(end)->instance));
        end->listed = true;
    }
}

calx_status calx_many_to_many_gather(calx_instance *owner, unsigned relationship)
{
    const calx_relationship *facts = &owner->mapper->relationships[relationship];
    const calx_side *side = calx_side_over(owner, facts);
    calx_slot *slot = calx_slot_at(owner, relationship);
    if (calx_slot_reserve(slot, side->count) != CALX_OK)
        return no_memory(owner->session);
    slot->loaded = true;
    show_waiting(side, slot);
    calx_links_show(owner, relationship);
    return CALX_OK;
}

/* A pair for each item; those that are new say nothing yet. */
static calx_status find_pairs(calx_instance *owner, const calx_relationship *facts,
                              calx_instance *const *items, size_t count, calx_pair_end **out_ends)
{
    for (size_t i = 0; i < count; i++) {
        out_ends[i] = NULL;
        if (calx_links_ensure(items[i]) == CALX_OK)
            out_ends[i] = calx_pair_get(facts, owner, items[i]);
        if (out_ends[i] != NULL)
            continue;
        while (i-- > 0)
            calx_pair_sweep(calx_pair_of(out_ends[i]));
        return CALX_E_NOMEM;
    }
    return CALX_OK;
}

/* A row that was to be inserted is there already; one that is to be deleted is not shown. */
static void show_row(calx_slot *slot, calx_pair_end *end)
{
    calx_pair *pair = calx_pair_of(end);
    if (end->listed || pair->state == CALX_PAIR_REMOVED)
        return;
    pair->state = CALX_PAIR_STORED;
    calx_pair_follow(pair);
    end->place = calx_slot_put(slot, calx_instance_entity(calx_pair_other(end)->instance));
    end->listed = true;
}

calx_status calx_many_to_many_take(calx_instance *owner, unsigned relationship,
                                   calx_instance *const *items, size_t count)
{
    const calx_relationship *facts = &owner->mapper->relationships[relationship];
    calx_pair_end **ends = calx_alloc_array(count + 1, sizeof(calx_pair_end *));
    calx_slot slot = { 0 };
    calx_status status = CALX_E_NOMEM;
    if (ends == NULL || calx_links_ensure(owner) != CALX_OK)
        goto out;
    calx_slot_unload(owner, relationship);
    const calx_side *side = calx_side_over(owner, facts);
    if (calx_slot_reserve(&slot, count + count_waiting(side)) != CALX_OK ||
        find_pairs(owner, facts, items, count, ends) != CALX_OK)
        goto out;
    for (size_t i = 0; i < count; i++)
        show_row(&slot, ends[i]);
    if (owner->session != NULL && count_waiting(side) > 0)
        owner->session->apart++;
    show_waiting(side, &slot);
    slot.loaded = slot.stored = true;
    *calx_slot_at(owner, relationship) = slot;
    calx_links_show(owner, relationship);
    status = CALX_OK;
out:
    if (status != CALX_OK) {
        calx_slot_clear(&slot);
        (void)no_memory(owner->session);
    }
    calx_release(ends);
    return status;
}

/* ---- loading ---- */

static calx_status note_item(void *context, calx_instance *item)
{
    return calx_instances_push(context, item) == CALX_OK ? CALX_OK : no_memory(item->session);
}

/* What the association has of the owner, as it is stored; false: a part of it is NULL. */
static calx_status read_key(calx_session *session, const calx_instance *owner,
                            const calx_foreign_key *key, calx_value *values, bool *out_complete)
{
    const void *stored = calx_writer_stored(owner);
    *out_complete = true;
    for (size_t i = 0; i < key->column_count; i++) {
        const calx_column *column = &owner->mapper->columns[key->target_columns[i]];
        calx_status status = calx_column_read(column, stored, &values[i]);
        if (status != CALX_OK)
            return calx_session_fail(session, status, "%s.%s: no NUL inside the array",
                                     owner->mapper->name, column->member);
        if (values[i].type == CALX_VALUE_NULL)
            *out_complete = false;
    }
    return CALX_OK;
}

static calx_status select_members(calx_session *session, const calx_mapper *owner,
                                  const calx_relationship *facts, const calx_value *values,
                                  const calx_loads *under, calx_instances *found)
{
    const calx_choice *choice = NULL;
    calx_entity *entity = calx_session_entity(session, facts->target);
    if (entity == NULL || calx_choice_at(session, entity, under, &choice) != CALX_OK)
        return session->error.status;
    const calx_plan_key key = { .mapper = facts->target,
                                .kind = CALX_PLAN_SELECT_MEMBERS,
                                .chosen = calx_choice_columns(choice),
                                .relationship = facts };
    calx_selection selection = {
        .entity = entity,
        .values = values,
        .count = facts->association->foreign_keys[facts->foreign_key].column_count,
        .place = under,
        .visit = note_item,
        .context = found,
    };
    calx_status status = calx_bind_read(session, facts->target, &selection.branch);
    if (status == CALX_OK)
        status = calx_bind_check_relationship(session, facts->target, owner, facts);
    if (status == CALX_OK)
        status = calx_engine_plan(selection.branch->engine, &key, &selection.plan, &session->error);
    return status == CALX_OK ? calx_session_select(session, &selection) : status;
}

/* Members that bring something along come with a row of their owner, as those of many owners do. */
static calx_status load_joined(calx_session *session, calx_instance *owner, unsigned relationship,
                               const calx_loads *under)
{
    const void *entity = calx_instance_entity(owner);
    const calx_following following = {
        .session = session,
        .relationship = relationship,
        .facts = &owner->mapper->relationships[relationship],
        .under = under,
        .owners = &entity,
        .count = 1,
    };
    calx_status status = calx_load_members(&following, false);
    if (status == CALX_OK && !calx_relationship_is_known(owner, relationship))
        status = calx_many_to_many_take(owner, relationship, NULL, 0); /* its row is gone */
    return status;
}

static calx_status load_alone(calx_session *session, calx_instance *owner, unsigned relationship,
                              const calx_loads *under)
{
    const calx_relationship *facts = &owner->mapper->relationships[relationship];
    const calx_foreign_key *key = &facts->association->foreign_keys[facts->foreign_key];
    calx_instances found = { 0 };
    bool complete = false;
    calx_value *values = calx_alloc_array(key->column_count, sizeof(*values));
    calx_status status = values == NULL ? no_memory(session) : CALX_OK;
    if (status == CALX_OK)
        status = read_key(session, owner, key, values, &complete);
    if (status == CALX_OK && complete)
        status = select_members(session, owner->mapper, facts, values, under, &found);
    if (status == CALX_OK)
        status = calx_many_to_many_take(owner, relationship, found.items, found.count);
    calx_instances_clear(&found);
    calx_release(values);
    return status;
}

/* A row is found by the key it has, and not by one that is to be written. */
static bool has_stored_key(const calx_instance *owner)
{
    const calx_mapper *mapper = owner->mapper;
    if (owner->state != CALX_STATE_PERSISTENT)
        return false;
    for (size_t i = 0; i < mapper->key_count; i++)
        if (!calx_column_same(&mapper->columns[mapper->key[i]], calx_instance_entity(owner),
                              calx_writer_stored(owner)))
            return false;
    return true;
}

calx_status calx_many_to_many_load(calx_session *session, calx_instance *owner,
                                   unsigned relationship, const calx_loads *under)
{
    const calx_relationship *facts = &owner->mapper->relationships[relationship];
    calx_entity *entity = calx_session_entity(session, facts->target);
    const calx_loads *joining = NULL;
    if (entity == NULL)
        return session->error.status;
    calx_status status = calx_session_autoflush(session);
    if (status == CALX_OK)
        status = calx_session_joining(session, entity, under, &joining);
    if (status != CALX_OK)
        return status;
    return joining != NULL && has_stored_key(owner)
               ? load_joined(session, owner, relationship, joining)
               : load_alone(session, owner, relationship, under);
}

/* ---- changing ---- */

bool calx_many_to_many_holds(const calx_instance *owner, const calx_relationship *facts,
                             const calx_instance *item)
{
    if (owner->links == NULL || item->links == NULL)
        return false;
    const calx_pair_end *end = calx_pair_find(facts, owner, item);
    return end != NULL && end->listed;
}

/* Whether an instance may be in one collection only of those over the other foreign key. */
static bool may_have_one_owner(const calx_instance *item, const calx_mapper *association,
                               unsigned foreign_key)
{
    for (size_t i = 0; i < association->foreign_key_count; i++) {
        if (i == foreign_key)
            continue;
        const calx_mapper *owner = association->foreign_keys[i].target;
        for (size_t k = 0; k < owner->relationship_count; k++) {
            const calx_relationship *facts = &owner->relationships[k];
            if (facts->kind == CALX_RELATIONSHIP_MANY_TO_MANY &&
                facts->association == association && facts->target_key == foreign_key &&
                facts->target == item->mapper &&
                (facts->flags & CALX_RELATIONSHIP_SINGLE_PARENT) != 0)
                return true;
        }
    }
    return false;
}

bool calx_many_to_many_is_single(const calx_instance *owner, const calx_relationship *facts)
{
    return may_have_one_owner(owner, facts->association, facts->foreign_key);
}

/* An owner of the item that is known, but for one; NULL: there is none. */
static calx_pair_end *other_owner(const calx_instance *item, const calx_mapper *association,
                                  unsigned foreign_key, const calx_instance *owner)
{
    calx_side *side = calx_side_of(item, association, foreign_key);
    calx_pair_end *end = side == NULL ? NULL : side->first;
    for (; end != NULL; end = end->next)
        if (calx_pair_of(end)->association == association && end->foreign_key == foreign_key &&
            calx_pair_of(end)->state != CALX_PAIR_REMOVED &&
            !calx_pair_is_gone(calx_pair_of(end)) && calx_pair_other(end)->instance != owner)
            return end;
    return NULL;
}

calx_status calx_many_to_many_check_owner(const calx_instance *owner,
                                          const calx_relationship *facts, const calx_instance *item)
{
    if ((facts->flags & CALX_RELATIONSHIP_SINGLE_PARENT) == 0 ||
        other_owner(item, facts->association, facts->target_key, owner) == NULL)
        return CALX_OK;
    return calx_session_fail(owner->session, CALX_E_INVALID_REQUEST,
                             "%s.%s is for members of one %s only, and this %s is another one's: "
                             "take it out there first",
                             owner->mapper->name, facts->member, owner->mapper->name,
                             facts->target->name);
}

void calx_many_to_many_leave_others(const calx_instance *owner, const calx_relationship *facts,
                                    const calx_instance *item)
{
    if (!calx_many_to_many_is_single(owner, facts))
        return;
    calx_pair_end *end = NULL;
    while ((end = other_owner(owner, facts->association, facts->foreign_key, item)) != NULL)
        calx_pair_remove(end);
}

/* The pair, with room in the collections that show it. */
static calx_status prepare(calx_instance *owner, const calx_relationship *facts,
                           calx_instance *item, calx_pair_end **out_end)
{
    calx_pair_end *end = calx_pair_get(facts, owner, item);
    if (end == NULL)
        return CALX_E_NOMEM;
    calx_pair *pair = calx_pair_of(end);
    if (calx_pair_reserve(&pair->ends[0]) != CALX_OK ||
        calx_pair_reserve(&pair->ends[1]) != CALX_OK) {
        calx_pair_sweep(pair);
        return CALX_E_NOMEM;
    }
    *out_end = end;
    return CALX_OK;
}

static calx_status relate(calx_instance *owner, const calx_relationship *facts, calx_instance *item)
{
    calx_session *session = owner->session;
    calx_instances found = { 0 };
    calx_pair_end *end = NULL;
    bool comes_in = session != NULL && item->session != session &&
                    (calx_cascade_of(facts) & CALX_CASCADE_SAVE_UPDATE) != 0;
    calx_status status = comes_in ? calx_session_attach_begin(session, &item, 1, &found) : CALX_OK;
    if (status == CALX_OK && prepare(owner, facts, item, &end) != CALX_OK)
        status = no_memory(session);
    if (status == CALX_OK) {
        calx_many_to_many_leave_others(owner, facts, item);
        calx_pair_add(end);
    }
    if (comes_in)
        calx_session_attach_end(session, &found, status == CALX_OK);
    return status;
}

calx_status calx_many_to_many_append(calx_instance *owner, const calx_relationship *facts,
                                     calx_instance *item)
{
    calx_status status = calx_relationship_check_changeable(owner);
    if (status == CALX_OK)
        status = calx_relationship_check_changeable(item);
    if (status == CALX_OK)
        status = calx_many_to_many_check_owner(owner, facts, item);
    return status == CALX_OK ? relate(owner, facts, item) : status;
}

void calx_many_to_many_drop_orphan(const calx_relationship *facts, calx_instance *item)
{
    if ((calx_cascade_of(facts) & CALX_CASCADE_DELETE_ORPHAN) == 0 ||
        item->state != CALX_STATE_PENDING ||
        other_owner(item, facts->association, facts->target_key, NULL) != NULL ||
        calx_orphan_stays(item))
        return;
    calx_orphan_leave(item->session, item);
}

calx_status calx_many_to_many_remove(calx_instance *owner, const calx_relationship *facts,
                                     calx_instance *item)
{
    if (owner->session != NULL) {
        calx_status status = calx_session_autobegin(owner->session);
        if (status != CALX_OK)
            return status;
    }
    calx_pair_remove(calx_pair_find(facts, owner, item));
    calx_many_to_many_drop_orphan(facts, item);
    return CALX_OK;
}

void calx_many_to_many_move(calx_instance *owner, const calx_relationship *facts,
                            calx_instance *item, size_t position)
{
    calx_pair_shift(calx_pair_find(facts, owner, item),
                    (unsigned)(facts - owner->mapper->relationships), position);
}
