/*
 * Facts about foreign keys, looked up in the descriptors of both sides. Most models have none of
 * these flags, which the session knows of the mappers it has met, so that a flush does not look.
 */
#include "session/reference.h"

bool calx_reference_can_be_null(const calx_mapper *mapper, size_t foreign_key)
{
    const calx_foreign_key *key = &mapper->foreign_keys[foreign_key];
    for (size_t i = 0; i < key->column_count; i++)
        if ((mapper->columns[key->columns[i]].flags & (CALX_COLUMN_NOT_NULL | CALX_COLUMN_KEY)) !=
            0)
            return false;
    return true;
}

static bool holds_column(const calx_foreign_key *key, uint16_t column)
{
    for (size_t i = 0; i < key->column_count; i++)
        if (key->columns[i] == column)
            return true;
    return false;
}

static bool holds_all(const calx_foreign_key *key, const uint16_t *columns, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!holds_column(key, columns[i]))
            return false;
    return true;
}

bool calx_reference_is_unique(const calx_mapper *mapper, size_t foreign_key)
{
    const calx_foreign_key *key = &mapper->foreign_keys[foreign_key];
    for (size_t i = 0; i < key->column_count; i++)
        if ((mapper->columns[key->columns[i]].flags & CALX_COLUMN_UNIQUE) != 0)
            return true;
    for (size_t i = 0; i < mapper->index_count; i++)
        if (mapper->indexes[i].unique &&
            holds_all(key, mapper->indexes[i].columns, mapper->indexes[i].column_count))
            return true;
    return holds_all(key, mapper->key, mapper->key_count);
}

/* The relationship over the key from its own side; NULL: there is none. */
static const calx_relationship *near_side(const calx_mapper *mapper, size_t foreign_key)
{
    for (size_t i = 0; i < mapper->relationship_count; i++) {
        const calx_relationship *facts = &mapper->relationships[i];
        if (facts->kind == CALX_RELATIONSHIP_ONE && facts->foreign_key == foreign_key)
            return facts;
    }
    return NULL;
}

/* The next one from the target's side, behind last; NULL: there is none any more. */
static const calx_relationship *far_side(const calx_mapper *mapper, size_t foreign_key,
                                         const calx_relationship *last)
{
    const calx_mapper *target = mapper->foreign_keys[foreign_key].target;
    size_t i = last == NULL ? 0 : (size_t)(last - target->relationships) + 1;
    for (; i < target->relationship_count; i++) {
        const calx_relationship *facts = &target->relationships[i];
        if ((facts->kind == CALX_RELATIONSHIP_MANY ||
             facts->kind == CALX_RELATIONSHIP_ONE_TO_ONE) &&
            facts->target == mapper && facts->foreign_key == foreign_key)
            return facts;
    }
    return NULL;
}

static bool has_flag(const calx_session *session, const calx_mapper *mapper, size_t foreign_key,
                     unsigned flag)
{
    if ((session->relationship_flags & flag) == 0)
        return false;
    for (size_t i = 0; i < mapper->relationship_count; i++) {
        const calx_relationship *facts = &mapper->relationships[i];
        if (facts->kind == CALX_RELATIONSHIP_ONE && facts->foreign_key == foreign_key &&
            (facts->flags & flag) != 0)
            return true;
    }
    const calx_relationship *facts = NULL;
    while ((facts = far_side(mapper, foreign_key, facts)) != NULL)
        if ((facts->flags & flag) != 0)
            return true;
    return false;
}

bool calx_reference_is_post_updated(const calx_session *session, const calx_mapper *mapper,
                                    size_t foreign_key)
{
    return has_flag(session, mapper, foreign_key, CALX_RELATIONSHIP_POST_UPDATE) &&
           calx_reference_can_be_null(mapper, foreign_key);
}

bool calx_reference_is_active(const calx_session *session, const calx_mapper *mapper,
                              size_t foreign_key)
{
    return has_flag(session, mapper, foreign_key, CALX_RELATIONSHIP_ACTIVE_UPDATES);
}

bool calx_reference_is_kept(const calx_session *session, const calx_mapper *mapper,
                            size_t foreign_key)
{
    return has_flag(session, mapper, foreign_key, CALX_RELATIONSHIP_PASSIVE_DELETES_ALL) &&
           near_side(mapper, foreign_key) == NULL;
}

bool calx_reference_is_left(const calx_instance *owner, unsigned relationship)
{
    const unsigned passive =
        CALX_RELATIONSHIP_PASSIVE_DELETES | CALX_RELATIONSHIP_PASSIVE_DELETES_ALL;
    const calx_relationship *facts = &owner->mapper->relationships[relationship];
    return facts->kind != CALX_RELATIONSHIP_ONE && (facts->flags & passive) != 0 &&
           (owner->links == NULL || !calx_slot_at(owner, relationship)->loaded);
}

bool calx_reference_is_unflushed(const calx_relationship *facts, const calx_link *link)
{
    return link->state == CALX_LINK_CHANGED && !link->set_apart &&
           facts->target == link->owner->mapper && facts->foreign_key == calx_link_number(link);
}

void calx_reference_describe(calx_buffer *out, const calx_mapper *mapper, size_t foreign_key)
{
    const calx_foreign_key *key = &mapper->foreign_keys[foreign_key];
    const calx_relationship *facts = near_side(mapper, foreign_key);
    const char *owner = mapper->name;
    if (facts == NULL) {
        facts = far_side(mapper, foreign_key, NULL);
        owner = key->target->name;
    }
    if (facts != NULL)
        calx_buffer_format(out, "%s.%s", owner, facts->member);
    else
        calx_buffer_format(out, "%s.%s", mapper->table, mapper->columns[key->columns[0]].name);
}
