/*
 * Reading joined rows. Rows of one owner follow each other, so most parts of a row are those of the
 * row before: the key tells, and nothing else of such a part is looked at. What is found there is
 * treated as in any row, the identity map has the last word; a relationship that is known keeps
 * what it has, and what is behind it loads all the same (SES-317).
 */
#include "session/joined.h"
#include "session/bind.h"

#include "base/allocator.h"
#include "base/error.h"
#include "base/hash.h"
#include "mapper/column.h"
#include "session/choice.h"
#include "session/gathering.h"
#include "session/links.h"
#include "session/relationship.h"

typedef struct joined_part {
    calx_entity *entity;
    const calx_choice *choice;      /* of its columns; NULL: all */
    const calx_relationship *facts; /* NULL: the query's own part */
    const calx_loads *place;        /* what its instances are loaded under; or NULL */
    size_t parent;                  /* which part has the relationship */
    size_t first;                   /* of its columns in the row */
    bool gathers;                   /* members, and not a target */
    bool stays;                     /* over several rows, as a rule: its key is looked at first */
    calx_gathering members;
    calx_instance *present; /* in the row at hand; NULL: none */
    calx_instance *last;    /* the last one there was */
    uint64_t last_hash;     /* of its key */
    calx_instance *owner;   /* whose target was told last */
    calx_instance *gone;    /* of a stream: made by it, and in no row any more */
    bool repeats;           /* present is that of the row before */
    bool is_new;            /* present was made by this row, of a stream */
    bool was_new;           /* last was made by the stream */
} joined_part;

struct calx_joined {
    calx_session *session;
    calx_sql_join *joins; /* of all parts but the first */
    bool populates, streams;
    calx_map populated; /* instances that rows have overwritten, or made */
    size_t count;
    joined_part parts[];
};

/* ---- making ---- */

static size_t count_parts(const calx_loads *place)
{
    size_t count = 1;
    for (size_t i = 0; place != NULL && i < place->mapper->relationship_count; i++)
        if (place->loads[i].loading == CALX_LOADING_JOINED)
            count += count_parts(place->loads[i].under);
    return count;
}

/* Whether an instance of the part may be in rows that do not follow each other. */
static bool comes_apart(const calx_joined *joined, size_t part)
{
    for (; part > 0; part = joined->parts[part].parent) {
        calx_relationship_kind kind = joined->parts[part].facts->kind;
        if (kind == CALX_RELATIONSHIP_ONE || kind == CALX_RELATIONSHIP_MANY_TO_MANY)
            return true;
    }
    return false;
}

static bool is_above(const calx_joined *joined, size_t above, size_t part)
{
    while (part > above)
        part = joined->parts[part].parent;
    return part == above;
}

/* An owner of many stays for all of them, and a target may be that of several owners. */
static void find_those_that_stay(calx_joined *joined)
{
    for (size_t i = 1; i < joined->count; i++) {
        const joined_part *part = &joined->parts[i];
        if (!part->gathers)
            joined->parts[i].stays = true;
        for (size_t above = i; calx_sql_join_multiplies(part->facts) && above > 0;) {
            above = joined->parts[above].parent;
            joined->parts[above].stays = true;
        }
    }
}

/* Whether members of the part come again for each member of another collection in front of it. */
static bool is_multiplied(const calx_joined *joined, size_t part)
{
    for (size_t i = 1; i < part; i++)
        if (calx_sql_join_multiplies(joined->parts[i].facts) && !is_above(joined, i, part))
            return true;
    return false;
}

/* place: what is known of its instances; or NULL */
static calx_status add_part(calx_joined *joined, const calx_mapper *mapper, const calx_loads *place)
{
    joined_part *part = &joined->parts[joined->count];
    *part = (joined_part){ .entity = calx_session_entity(joined->session, mapper), .place = place };
    if (part->entity == NULL)
        return joined->session->error.status;
    if (joined->count > 0)
        part->first = part[-1].first + calx_choice_count(part[-1].choice, part[-1].entity->mapper);
    joined->count++;
    return calx_choice_without(joined->session, part->entity,
                               place == NULL ? NULL : place->left_out, &part->choice);
}

static void relate(calx_joined *joined, size_t number, size_t parent, const calx_load *load,
                   unsigned relationship)
{
    joined_part *part = &joined->parts[number];
    const calx_mapper *owner = joined->parts[parent].entity->mapper;
    part->facts = &owner->relationships[relationship];
    part->parent = parent;
    joined->joins[number - 1] = (calx_sql_join){ .relationship = part->facts,
                                                 .columns = calx_choice_columns(part->choice),
                                                 .parent = (uint16_t)parent,
                                                 .inner = load->inner };
    part->gathers = part->facts->kind != CALX_RELATIONSHIP_ONE;
    if (part->gathers)
        calx_gathering_init(&part->members, joined->session, relationship,
                            comes_apart(joined, parent) || is_multiplied(joined, number));
}

static calx_status add_parts_under(calx_joined *joined, const calx_loads *place, size_t parent)
{
    calx_status status = CALX_OK;
    for (unsigned i = 0; place != NULL && i < place->mapper->relationship_count; i++) {
        const calx_load *load = &place->loads[i];
        size_t number = joined->count;
        if (load->loading != CALX_LOADING_JOINED)
            continue;
        status = calx_bind_check_relationship(joined->session, joined->parts[0].entity->mapper,
                                              place->mapper, &place->mapper->relationships[i]);
        if (status == CALX_OK)
            status = add_part(joined, place->mapper->relationships[i].target, load->under);
        if (status != CALX_OK)
            return status;
        relate(joined, number, parent, load, i);
        status = add_parts_under(joined, load->under, number);
        if (status != CALX_OK)
            return status;
    }
    return status;
}

calx_status calx_joined_new(calx_session *session, const calx_loads *loads,
                            calx_joined **out_joined)
{
    size_t count = count_parts(loads);
    if (count > UINT16_MAX)
        return calx_session_fail(session, CALX_E_LIMIT, "%s: %zu relationships are to be joined",
                                 loads->mapper->name, count);
    size_t size = sizeof(calx_joined) + count * sizeof(joined_part);
    calx_joined *joined = calx_alloc_zeroed(size + count * sizeof(calx_sql_join));
    if (joined == NULL)
        return calx_error_set_nomem(&session->error);
    joined->session = session;
    joined->joins = (calx_sql_join *)(void *)((char *)joined + size);
    calx_map_init(&joined->populated);
    calx_status status = add_part(joined, loads->mapper, loads);
    if (status == CALX_OK)
        status = add_parts_under(joined, loads, 0);
    if (status == CALX_OK)
        find_those_that_stay(joined);
    if (status != CALX_OK)
        calx_joined_free(joined);
    else
        *out_joined = joined;
    return status;
}

void calx_joined_free(calx_joined *joined)
{
    if (joined == NULL)
        return;
    for (size_t i = 0; i < joined->count; i++)
        if (joined->parts[i].gathers)
            calx_gathering_clear(&joined->parts[i].members);
    calx_map_clear(&joined->populated);
    calx_release(joined);
}

const calx_sql_join *calx_joined_joins(const calx_joined *joined, size_t *out_count)
{
    *out_count = joined->count - 1;
    return joined->joins;
}

const uint64_t *calx_joined_columns(const calx_joined *joined)
{
    return calx_choice_columns(joined->parts[0].choice);
}

const calx_relationship *calx_joined_collection(const calx_joined *joined)
{
    for (size_t i = 1; i < joined->count; i++)
        if (calx_sql_join_multiplies(joined->parts[i].facts))
            return joined->parts[i].facts;
    return NULL;
}

void calx_joined_take_whole(calx_joined *joined)
{
    size_t more = joined->parts[0].entity->mapper->column_count -
                  calx_choice_count(joined->parts[0].choice, joined->parts[0].entity->mapper);
    joined->parts[0].choice = NULL;
    for (size_t i = 1; i < joined->count; i++)
        joined->parts[i].first += more;
}

void calx_joined_scatter(calx_joined *joined)
{
    for (size_t i = 1; i < joined->count; i++)
        joined->parts[i].members.scattered = true;
}

void calx_joined_populate(calx_joined *joined)
{
    joined->populates = true;
}

void calx_joined_stream(calx_joined *joined)
{
    joined->streams = true;
    for (size_t i = 1; i < joined->count; i++)
        joined->parts[i].members.scattered = false;
}

/* ---- the instance of a part ---- */

static calx_status read_failed(calx_joined *joined, const joined_part *part,
                               const calx_cursor *cursor)
{
    return calx_session_read_failed(joined->session, part->entity, cursor);
}

/* The key's values, into the row behind the columns. */
static calx_status peek_key(calx_joined *joined, joined_part *part, calx_cursor *cursor,
                            bool *out_missing)
{
    const calx_entity *entity = part->entity;
    const calx_mapper *mapper = entity->mapper;
    calx_value *values = entity->row + mapper->column_count;
    *out_missing = true;
    for (size_t i = 0; i < mapper->key_count; i++) {
        uint16_t column = mapper->key[i];
        size_t place = part->first + calx_choice_place(part->choice, column);
        if (calx_cursor_peek(cursor, place, entity->form.wanted[column], &values[i]) != CALX_OK)
            return read_failed(joined, part, cursor);
        *out_missing = *out_missing && values[i].type == CALX_VALUE_NULL;
    }
    return CALX_OK;
}

/* Whether the key in the row is that of the last instance. Without memory it is another one. */
static bool is_last(const joined_part *part)
{
    const calx_entity *entity = part->entity;
    const calx_value *values = entity->row + entity->mapper->column_count;
    calx_key key;
    if (part->last == NULL)
        return false;
    if (entity->by_number && values[0].type == CALX_VALUE_INT64)
        return calx_key_word(&part->last->key) == (uint64_t)values[0].as.int64;
    if (calx_key_from_values(&key, entity->mapper, values) != CALX_OK)
        return false;
    bool same = calx_key_equal(&key, &part->last->key);
    calx_key_clear(&key);
    return same;
}

static bool is_instance(const void *value, const void *key)
{
    return value == key;
}

static bool was_populated(const calx_joined *joined, const calx_instance *instance)
{
    return calx_map_find(&joined->populated, calx_hash_u64((uintptr_t)instance), is_instance,
                         instance) != NULL;
}

static calx_status materialize(calx_joined *joined, joined_part *part)
{
    bool *is_new = joined->streams ? &part->is_new : NULL;
    return calx_session_materialize(joined->session, part->entity, &part->present, is_new);
}

/* Overwrites what is there, the first time it is met. */
static calx_status repopulate(calx_joined *joined, joined_part *part)
{
    calx_session *session = joined->session;
    const calx_mapper *mapper = part->entity->mapper;
    calx_value *values = part->entity->row + mapper->column_count;
    calx_key key;
    for (size_t i = 0; i < mapper->key_count; i++)
        values[i] = part->entity->row[mapper->key[i]];
    calx_status status = calx_key_from_values(&key, mapper, values);
    if (status == CALX_E_NOMEM)
        return calx_error_set_nomem(&session->error);
    if (status == CALX_OK) { /* what else is wrong with it is told below */
        calx_instance *there = calx_identity_find(session, &key);
        calx_key_clear(&key);
        if (there != NULL && !was_populated(joined, there))
            calx_session_expire_instance(there);
    }
    status = materialize(joined, part);
    if (status != CALX_OK || part->present == NULL || was_populated(joined, part->present))
        return status;
    if (calx_map_put(&joined->populated, calx_hash_u64((uintptr_t)part->present), part->present) !=
        CALX_OK)
        return calx_error_set_nomem(&session->error);
    return CALX_OK;
}

static calx_status read_columns(calx_joined *joined, joined_part *part, calx_cursor *cursor)
{
    uint64_t before = joined->session->arrivals;
    calx_status status =
        calx_choice_read(joined->session, part->entity, part->choice, cursor, part->first);
    if (status == CALX_OK)
        status = joined->populates ? repopulate(joined, part) : materialize(joined, part);
    if (status == CALX_OK && joined->session->arrivals != before)
        status = calx_loads_note(joined->session, part->present, part->place);
    return status;
}

/*
 * What a stream has read before may be gone: its function ran in between. The slab of a freed
 * instance may hold another one, which has another key.
 */
static void look_after_last(const calx_joined *joined, joined_part *part)
{
    const calx_instance *last = part->last;
    if (!joined->streams || last == NULL)
        return;
    if (calx_instance_of(calx_instance_entity(last)) == NULL || last->session != joined->session ||
        last->key.hash != part->last_hash)
        part->last = part->owner = NULL;
    part->was_new = part->was_new && part->last != NULL;
}

/* Whether the key in the row, which is looked at alone, says which instance it is. */
static calx_status look_at_key(calx_joined *joined, joined_part *part, calx_cursor *cursor,
                               bool *out_known)
{
    calx_status status = peek_key(joined, part, cursor, out_known);
    if (status != CALX_OK || *out_known)
        return status;
    part->repeats = is_last(part);
    if (part->repeats)
        part->present = part->last;
    *out_known = part->repeats;
    return CALX_OK;
}

/* Makes the instance that the row has in a part, or finds it. */
static calx_status read_instance(calx_joined *joined, joined_part *part, calx_cursor *cursor)
{
    calx_instance *before = part->last;
    calx_status status = read_columns(joined, part, cursor);
    if (status != CALX_OK || part->present == NULL)
        return status;
    part->repeats = part->present == before;
    part->gone = part->was_new && !part->repeats ? before : NULL;
    part->was_new = part->is_new || (part->was_new && part->repeats);
    part->last = part->present;
    part->last_hash = part->present->key.hash;
    if (!joined->streams)
        part->present->flags |= CALX_INSTANCE_HELD;
    return CALX_OK;
}

static calx_status read_part(calx_joined *joined, joined_part *part, calx_cursor *cursor)
{
    bool known = false;
    part->repeats = false;
    part->present = NULL;
    part->is_new = false;
    look_after_last(joined, part);
    calx_status status = CALX_OK;
    if (part->stays)
        status = look_at_key(joined, part, cursor, &known);
    if (status != CALX_OK || known)
        return status;
    return read_instance(joined, part, cursor);
}

/* ---- what they are to each other ---- */

/* A foreign key that was changed and not flushed does not point where the row says. */
static bool is_reference_changed(const calx_instance *owner, const calx_foreign_key *key)
{
    const calx_watch *watch = owner->watch;
    if (watch == NULL || !watch->has_snapshot)
        return false;
    for (size_t i = 0; i < key->column_count; i++)
        if (!calx_column_same(&owner->mapper->columns[key->columns[i]], calx_instance_entity(owner),
                              watch->snapshot))
            return true;
    return false;
}

static calx_status take_target(joined_part *part, calx_instance *owner)
{
    const calx_relationship *facts = part->facts;
    unsigned relationship = (unsigned)(facts - owner->mapper->relationships);
    if (part->owner == owner)
        return CALX_OK;
    part->owner = owner;
    if (calx_relationship_is_known(owner, relationship)) {
        const calx_links *links = owner->links;
        if (links != NULL && calx_link_at(owner, facts->foreign_key)->target != part->present)
            owner->session->apart++;
        return CALX_OK;
    }
    if (is_reference_changed(owner, &owner->mapper->foreign_keys[facts->foreign_key]))
        return CALX_OK;
    return calx_relationship_take_target(owner, facts->foreign_key, part->present);
}

static calx_status take_member(joined_part *part, calx_instance *owner)
{
    if (part->repeats && part->members.owner == owner)
        return CALX_OK;
    calx_status status = calx_gathering_owner(&part->members, owner);
    if (status == CALX_OK && part->present != NULL)
        status = calx_gathering_add(&part->members, part->present);
    return status;
}

/* ---- rows ---- */

static calx_status read_related(calx_joined *joined, joined_part *part, calx_cursor *cursor)
{
    calx_instance *owner = joined->parts[part->parent].present;
    part->present = NULL;
    part->repeats = false;
    if (owner == NULL)
        return CALX_OK;
    if (joined->streams)
        part->owner = NULL; /* another one may lie where the last one lay */
    calx_status status = read_part(joined, part, cursor);
    if (status != CALX_OK)
        return status;
    return part->gathers ? take_member(part, owner) : take_target(part, owner);
}

/* What a stream has made and is through with: owners first, so that nothing points at the others.
 */
static void let_go(calx_joined *joined)
{
    for (size_t i = 1; i < joined->count; i++) {
        joined_part *part = &joined->parts[i];
        if (part->gone != NULL && part->gone != part->last)
            calx_session_release_streamed(joined->session, part->gone);
        part->gone = NULL;
    }
}

calx_status calx_joined_read(calx_joined *joined, calx_cursor *cursor, calx_joined_row *out_row)
{
    joined_part *own = &joined->parts[0];
    calx_status status = read_part(joined, own, cursor);
    for (size_t i = 1; status == CALX_OK && i < joined->count; i++)
        status = read_related(joined, &joined->parts[i], cursor);
    if (joined->streams && status == CALX_OK)
        status = calx_joined_end(joined);
    if (joined->streams)
        let_go(joined);
    *out_row = (calx_joined_row){ own->present, own->repeats, own->is_new };
    return status;
}

calx_status calx_joined_end(calx_joined *joined)
{
    calx_status status = CALX_OK;
    for (size_t i = 1; status == CALX_OK && i < joined->count; i++)
        if (joined->parts[i].gathers)
            status = calx_gathering_end(&joined->parts[i].members);
    return status;
}
