/*
 * What becomes of pairs when their instances come and go. The rules kept: a stored row is the
 * database's to tell of, so what is known of it may be dropped at any time; a change that was not
 * written goes with the instance that is taken out, and comes back with it (SES-056). Pairs know
 * everything that knows of them, so nothing is looked for.
 */
#include "session/pairs.h"

#include "session/session.h"

/* What is done with each pair of an instance. */
typedef void (*each)(calx_pair_end *end, const void *context);

/* The function may free the pair, and any that is stored; but of this side only the one in hand. */
static void for_each_of_side(const calx_side *side, each function, const void *context)
{
    calx_pair_end *next = NULL;
    for (calx_pair_end *end = side == NULL ? NULL : side->first; end != NULL; end = next) {
        next = end->next;
        function(end, context);
    }
}

static void for_each(const calx_instance *instance, each function, const void *context)
{
    if (instance->links == NULL)
        return;
    for (size_t i = calx_side_count(instance->mapper); i-- > 0;)
        for_each_of_side(calx_side_at(instance, i), function, context);
}

/* The collections of an instance that has the pair, when it can ask for them again. */
static void unload_at(calx_pair_end *end)
{
    calx_instance *instance = end->instance;
    calx_pair *pair = calx_pair_of(end);
    if (!end->listed)
        return;
    if (instance->state != CALX_STATE_PERSISTENT) {
        calx_pair_delist(end);
        return;
    }
    pair->held = true;
    for (unsigned i = 0; i < instance->mapper->relationship_count; i++)
        if (calx_pair_goes_over(&instance->mapper->relationships[i], end))
            calx_slot_unload(instance, i);
    pair->held = false;
}

/* ---- attaching ---- */

calx_status calx_pairs_join(const calx_instance *instance)
{
    if (instance->links == NULL)
        return CALX_OK;
    for (size_t i = calx_side_count(instance->mapper); i-- > 0;) {
        const calx_side *side = calx_side_at(instance, i);
        for (calx_pair_end *end = side == NULL ? NULL : side->first; end != NULL; end = end->next) {
            calx_pair_end *other = calx_pair_other(end);
            if (calx_pair_of(end)->state != CALX_PAIR_ADDED || other->listed)
                continue;
            if (calx_pair_reserve(other) != CALX_OK)
                return CALX_E_NOMEM;
            calx_pair_list_at(other);
            other->fresh = other->listed;
            if (other->fresh)
                calx_boundary_touch(other->instance);
        }
    }
    return CALX_OK;
}

static void end_join(calx_pair_end *end, const void *context)
{
    const bool *commit = context;
    calx_pair_end *other = calx_pair_other(end);
    if (other->fresh && !*commit)
        calx_pair_delist(other);
    other->fresh = false;
    if (*commit)
        end->apart = false;
}

void calx_pairs_end_join(const calx_instance *instance, bool commit)
{
    for_each(instance, end_join, &commit);
}

static void follow(calx_pair_end *end, const void *context)
{
    (void)context;
    calx_pair_follow(calx_pair_of(end));
}

void calx_pairs_follow(const calx_instance *instance)
{
    for_each(instance, follow, NULL);
}

/* ---- letting go ---- */

static void unload(calx_pair_end *end, const void *context)
{
    (void)context;
    end->listed = false;
    calx_pair_sweep(calx_pair_of(end));
}

void calx_pairs_unload(const calx_instance *instance, const calx_relationship *facts, bool has_twin)
{
    if (!has_twin)
        for_each_of_side(calx_side_over(instance, facts), unload, NULL);
}

static bool leaves_too(const calx_instance *instance)
{
    return (instance->flags & CALX_INSTANCE_VISITED) != 0;
}

static void detach(calx_pair_end *end, const void *context)
{
    (void)context;
    calx_pair *pair = calx_pair_of(end);
    calx_pair_end *other = calx_pair_other(end);
    if (leaves_too(end->instance) && leaves_too(other->instance))
        return;
    if (pair->state != CALX_PAIR_ADDED) {
        unload_at(other);
        calx_pair_destroy(pair);
        return;
    }
    calx_pair_delist(other);
    end->apart = true;
    calx_pair_follow(pair);
}

void calx_pairs_detach(const calx_instance *instance)
{
    for_each(instance, detach, NULL);
}

static void drop(calx_pair_end *end, const void *context)
{
    const calx_session *ending = context;
    calx_pair_end *other = calx_pair_other(end);
    if (ending == NULL || other->instance->keeper != ending)
        unload_at(other);
    calx_pair_destroy(calx_pair_of(end));
}

void calx_pairs_drop(const calx_instance *instance, const calx_session *ending)
{
    for_each(instance, drop, ending);
}

/* ---- rolling back ---- */

/* The other end's collections are unloaded with the boundary, or by whoever asks for them next. */
static void set_apart(calx_pair_end *end, const void *context)
{
    (void)context;
    calx_pair *pair = calx_pair_of(end);
    if (pair->state == CALX_PAIR_REMOVED || (pair->state == CALX_PAIR_STORED && !end->listed)) {
        unload_at(calx_pair_other(end));
        calx_pair_destroy(pair);
        return;
    }
    pair->state = CALX_PAIR_ADDED;
    end->apart = true;
    calx_pair_follow(pair);
}

void calx_pairs_set_apart(const calx_instance *instance)
{
    for_each(instance, set_apart, NULL);
}

static void forget_change(calx_pair_end *end, const void *context)
{
    (void)context;
    calx_pair *pair = calx_pair_of(end);
    calx_boundary_touch(calx_pair_other(end)->instance);
    pair->state = CALX_PAIR_STORED;
    calx_pair_follow(pair);
    calx_pair_sweep(pair);
}

void calx_pairs_delete(const calx_instance *instance)
{
    for_each(instance, forget_change, NULL);
}

/* One end is in no session: it was never to be written, and may be as old as the session. */
static void undo_stranger(calx_pair *pair, bool in_savepoint)
{
    if (in_savepoint && pair->skipped)
        return;
    for (size_t i = 0; i < 2; i++) {
        calx_pair_end *end = &pair->ends[i];
        if (end->instance->session == pair->session)
            unload_at(end);
        else
            end->apart = true;
    }
    if (pair->state == CALX_PAIR_REMOVED)
        calx_pair_destroy(pair);
    else
        calx_pair_follow(pair);
}

void calx_pairs_undo(calx_session *session, bool in_savepoint)
{
    calx_pair *next = NULL;
    for (calx_pair *pair = session->pairs.first; pair != NULL; pair = next) {
        next = pair->next;
        if (pair->ends[0].instance->session != session ||
            pair->ends[1].instance->session != session) {
            undo_stranger(pair, in_savepoint);
            continue;
        }
        unload_at(&pair->ends[0]);
        unload_at(&pair->ends[1]);
        calx_pair_destroy(pair);
    }
}
