/*
 * Rows of associations follow keys that change, where the database does not see to that (SES-205):
 * what they are so far is kept while the flush is planned, since the ends say something else as
 * soon as their own rows are written.
 */
#include "session/association.h"

#include "base/error.h"
#include "mapper/column.h"
#include "session/relationship.h"

#include <string.h>

static bool is_active(const calx_relationship *facts)
{
    return facts->kind == CALX_RELATIONSHIP_MANY_TO_MANY &&
           (facts->flags & CALX_RELATIONSHIP_ACTIVE_UPDATES) != 0 &&
           (facts->flags & CALX_RELATIONSHIP_VIEW_ONLY) == 0;
}

/* Whether the columns that rows of the association point at are others than those stored. */
static bool changes_key(const calx_instance *instance, const calx_relationship *facts)
{
    const calx_foreign_key *key = &facts->association->foreign_keys[facts->foreign_key];
    const void *stored = calx_writer_stored(instance);
    for (size_t i = 0; i < key->column_count; i++)
        if (!calx_column_same(&instance->mapper->columns[key->target_columns[i]],
                              calx_instance_entity(instance), stored))
            return true;
    return false;
}

static bool is_to_follow(const calx_instance *instance, const calx_relationship *facts)
{
    return is_active(facts) && instance->state == CALX_STATE_PERSISTENT &&
           (instance->flags & CALX_INSTANCE_MARKED) == 0 && instance->watch != NULL &&
           instance->watch->has_snapshot && changes_key(instance, facts);
}

static bool follows_end(const calx_pair_end *end)
{
    const calx_mapper *mapper = end->instance->mapper;
    for (size_t i = 0; i < mapper->relationship_count; i++)
        if (calx_pair_goes_over(&mapper->relationships[i], end) &&
            is_to_follow(end->instance, &mapper->relationships[i]))
            return true;
    return false;
}

static calx_status keep_old(calx_work *work, calx_pair *pair)
{
    size_t count = pair->association->column_count;
    calx_value *old = calx_arena_array(&work->arena, count, sizeof(*old));
    if (old == NULL)
        return calx_error_set_nomem(&work->session->error);
    for (size_t i = 0; i < count; i++) {
        calx_status status = calx_association_read(work->session, pair, i, &old[i]);
        if (status != CALX_OK)
            return status;
        if (old[i].type != CALX_VALUE_TEXT && old[i].type != CALX_VALUE_BYTES)
            continue;
        old[i].as.span.data =
            calx_arena_text(&work->arena, old[i].as.span.data, old[i].as.span.size);
        if (old[i].as.span.data == NULL)
            return calx_error_set_nomem(&work->session->error);
    }
    return calx_association_push(work, &work->repaired, pair, old);
}

/* A row whose both ends have new keys follows once. */
static calx_status follow_over(calx_work *work, calx_instance *instance, unsigned relationship)
{
    const calx_relationship *facts = &instance->mapper->relationships[relationship];
    calx_status status = calx_relationship_load(work->session, instance, relationship);
    if (status != CALX_OK || instance->links == NULL)
        return status;
    const calx_pair_end *end = calx_side_over(instance, facts)->first;
    for (; status == CALX_OK && end != NULL; end = end->next) {
        calx_pair *pair = calx_pair_of(end);
        bool is_there =
            pair->state == CALX_PAIR_REMOVED || (pair->state == CALX_PAIR_STORED && end->listed);
        if (!is_there || calx_pair_is_gone(pair) ||
            (end->number == 1 && follows_end(calx_pair_other(end))))
            continue;
        status = keep_old(work, pair);
    }
    return status;
}

calx_status calx_association_follow(calx_work *work, const calx_watch_list *list)
{
    calx_status status = CALX_OK;
    for (calx_watch *watch = list->first; status == CALX_OK && watch != NULL; watch = watch->next) {
        calx_instance *instance = watch->instance;
        for (unsigned i = 0; status == CALX_OK && i < instance->mapper->relationship_count; i++)
            if (is_to_follow(instance, &instance->mapper->relationships[i]))
                status = follow_over(work, instance, i);
    }
    return status;
}
