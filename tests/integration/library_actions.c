/*
 * What a walk can do with the library: each action is made in the session and in the model; one
 * that makes no sense where the walk stands, or that the model leaves out, is skipped.
 */
#include "library_world.h"

#include <calx/relationship.h>

typedef bool (*action_function)(library_world *self, const walk_step *step);

/* ---- finding something to act on ---- */

static int thing_of(const walk_step *step)
{
    return step->which % THINGS;
}

typedef bool (*thing_test)(const library_world *self, int thing);

/* The first from there on that will do; NOBODY. */
static int find(const library_world *self, unsigned from, thing_test will_do)
{
    for (unsigned i = 0; i < THINGS; i++)
        if (will_do(self, (int)((from + i) % THINGS)))
            return (int)((from + i) % THINGS);
    return NOBODY;
}

static int find_of(const library_world *self, library_kind kind, unsigned from, thing_test will_do)
{
    for (unsigned i = 0; i < THINGS; i++) {
        int thing = (int)((from + i) % THINGS);
        if (library_kind_of(thing) == kind && will_do(self, thing))
            return thing;
    }
    return NOBODY;
}

static bool is_missing(const library_world *self, int thing)
{
    return self->things[thing].stage == NOT_THERE;
}

static bool is_transient(const library_world *self, int thing)
{
    return self->things[thing].stage == TRANSIENT;
}

static bool can_point(const library_world *self, int thing)
{
    return library_tie_of(library_kind_of(thing)) != NULL && library_is_usable(self, thing);
}

static bool is_owned(const library_world *self, int thing)
{
    return can_point(self, thing) && self->things[thing].owner != NOBODY;
}

static bool is_tagged(const library_world *self, int thing)
{
    return library_is_usable(self, thing) && self->things[thing].tags != 0;
}

static const void *entity_of(const library_world *self, int thing)
{
    return thing == NOBODY ? NULL : self->things[thing].entity;
}

static bool is_tied(const library_world *self, int thing)
{
    for (int i = 0; i < THINGS; i++)
        if (library_are_tied(self, thing, i))
            return true;
    return false;
}

/* ---- one side of a foreign key ---- */

/* A relation must not lead out of the session, but for what comes in by it. */
static bool may_meet(const library_world *self, int from, int to)
{
    return library_is_usable(self, from) && library_is_usable(self, to) &&
           (library_is_inside(self, from) || !library_is_inside(self, to));
}

/* One that is pending leaves the session; what it was related to must not stay behind. */
static bool may_be_left(const library_world *self, int thing)
{
    if (!library_is_usable(self, thing))
        return false;
    if (!library_tie_of(library_kind_of(thing))->is_needed || self->things[thing].stage != PENDING)
        return true;
    for (int i = 0; i < THINGS; i++)
        if (i != self->things[thing].owner && library_are_tied(self, thing, i))
            return false;
    return true;
}

/* What stands in the only place of a one-to-one gives way; it is loaded, so that it is known. */
static bool makes_room(library_world *self, int thing, int owner)
{
    const library_tie *tie = library_tie_of(library_kind_of(thing));
    for (int i = 0; tie->is_single && i < THINGS; i++)
        if (i != thing && library_kind_of(i) == library_kind_of(thing) &&
            self->things[i].owner == owner && !may_be_left(self, i))
            return false;
    return !tie->is_single || library_thing_agrees(self, owner);
}

static void bring_in(library_world *self, int from, int thing)
{
    if (library_is_inside(self, from))
        library_attach(self, thing);
}

static bool do_set(library_world *self, const walk_step *step)
{
    int thing = find(self, step->which, can_point);
    if (thing == NOBODY)
        return true;
    const library_tie *tie = library_tie_of(library_kind_of(thing));
    int owner = find_of(self, tie->owner, step->key, library_is_usable);
    if (owner == NOBODY || !may_meet(self, thing, owner) || !makes_room(self, thing, owner))
        return !self->failed;
    if (!library_ok(self,
                    calx_relationship_set(entity_of(self, thing), tie->up, entity_of(self, owner)),
                    "set", thing))
        return false;
    library_point(self, thing, owner);
    bring_in(self, thing, owner);
    return true;
}

/* Read first: what it pointed at may have to be known to lose it. */
static bool do_clear_reference(library_world *self, const walk_step *step)
{
    int thing = find(self, step->which, is_owned);
    if (thing == NOBODY || !may_be_left(self, thing) ||
        !library_is_usable(self, self->things[thing].owner))
        return true;
    const library_tie *tie = library_tie_of(library_kind_of(thing));
    if (!library_thing_agrees(self, thing) ||
        !library_ok(self, calx_relationship_set(entity_of(self, thing), tie->up, NULL),
                    "set to nothing", thing))
        return false;
    library_point(self, thing, NOBODY);
    return true;
}

static bool do_append(library_world *self, const walk_step *step)
{
    int thing = find(self, step->which, can_point);
    if (thing == NOBODY)
        return true;
    const library_tie *tie = library_tie_of(library_kind_of(thing));
    int owner = find_of(self, tie->owner, step->key, library_is_usable);
    if (owner == NOBODY || !may_meet(self, owner, thing) || !makes_room(self, thing, owner))
        return !self->failed;
    const void *from = entity_of(self, owner), *item = entity_of(self, thing);
    calx_status status = tie->is_single ? calx_relationship_set(from, tie->down, item)
                                        : calx_relationship_append(from, tie->down, item);
    if (!library_ok(self, status, "append", thing))
        return false;
    library_point(self, thing, owner);
    bring_in(self, owner, thing);
    return true;
}

static bool do_remove(library_world *self, const walk_step *step)
{
    int thing = find(self, step->which, is_owned);
    if (thing == NOBODY || !may_be_left(self, thing))
        return true;
    const library_tie *tie = library_tie_of(library_kind_of(thing));
    int owner = self->things[thing].owner;
    if (!library_is_usable(self, owner))
        return true;
    const void *from = entity_of(self, owner);
    calx_status status = tie->is_single
                             ? calx_relationship_set(from, tie->down, NULL)
                             : calx_relationship_remove(from, tie->down, entity_of(self, thing));
    if (!library_ok(self, status, "remove", thing))
        return false;
    library_point(self, thing, NOBODY);
    return true;
}

static bool may_replace(library_world *self, int owner, library_kind kind, unsigned wanted)
{
    for (int i = 0; i < THINGS; i++) {
        if (library_kind_of(i) != kind)
            continue;
        bool is_wanted = (wanted & 1u << i) != 0, is_member = self->things[i].owner == owner;
        if (is_wanted && !may_meet(self, owner, i))
            return false;
        if (is_member && !is_wanted && self->things[i].stage != DELETED && !may_be_left(self, i))
            return false;
    }
    return true;
}

/* The whole collection at once: those that stay, those that come, those that go. */
static bool do_replace(library_world *self, const walk_step *step)
{
    library_kind kind = step->key % 2 == 0 ? BOOK : CHAPTER;
    const library_tie *tie = library_tie_of(kind);
    int owner = find_of(self, tie->owner, step->which, library_is_usable);
    unsigned wanted = 0;
    const void *items[THINGS];
    size_t count = 0;
    for (int i = 0; i < THINGS; i++)
        if (library_kind_of(i) == kind && (step->value & 1u << (i % 8)) != 0 &&
            library_is_usable(self, i)) {
            wanted |= 1u << i;
            items[count++] = entity_of(self, i);
        }
    if (owner == NOBODY || !may_replace(self, owner, kind, wanted))
        return true;
    calx_status status =
        count == 0 ? calx_relationship_clear(entity_of(self, owner), tie->down)
                   : calx_relationship_replace(entity_of(self, owner), tie->down, items, count);
    if (!library_ok(self, status, "replace", owner))
        return false;
    for (int i = 0; i < THINGS; i++) {
        bool is_wanted = (wanted & 1u << i) != 0;
        if (library_kind_of(i) != kind || (!is_wanted && self->things[i].owner != owner))
            continue;
        library_point(self, i, is_wanted ? owner : NOBODY);
        if (is_wanted)
            bring_in(self, owner, i);
    }
    return true;
}

/* ---- tags ---- */

/* From the side of the book, or of the tag. */
static bool do_tag(library_world *self, const walk_step *step)
{
    int book = find_of(self, BOOK, step->which, library_is_usable);
    int tag = find_of(self, TAG, step->key, library_is_usable);
    bool from_tag = step->value % 2 == 0;
    if (book == NOBODY || tag == NOBODY)
        return true;
    int from = from_tag ? tag : book, to = from_tag ? book : tag;
    const calx_relationship *side =
        from_tag ? &tag_mapper.relationships[0] : &book_mapper.relationships[2];
    if (!may_meet(self, from, to) || (self->things[book].tags & library_tag_bit(tag)) != 0)
        return true;
    if (!library_ok(self,
                    calx_relationship_append(entity_of(self, from), side, entity_of(self, to)),
                    "tag", book))
        return false;
    self->things[book].tags |= library_tag_bit(tag);
    bring_in(self, from, to);
    return true;
}

static bool do_untag(library_world *self, const walk_step *step)
{
    int book = find_of(self, BOOK, step->which, is_tagged);
    if (book == NOBODY)
        return true;
    int tag = FIRST_TAG + step->key % TAGS;
    while ((self->things[book].tags & library_tag_bit(tag)) == 0)
        tag = FIRST_TAG + (tag + 1 - FIRST_TAG) % TAGS;
    bool from_tag = step->value % 2 == 0;
    const calx_relationship *side =
        from_tag ? &tag_mapper.relationships[0] : &book_mapper.relationships[2];
    if (!library_is_usable(self, tag))
        return true;
    if (!library_ok(self,
                    calx_relationship_remove(entity_of(self, from_tag ? tag : book), side,
                                             entity_of(self, from_tag ? book : tag)),
                    "untag", book))
        return false;
    self->things[book].tags &= ~library_tag_bit(tag);
    return true;
}

/* ---- in and out of the session ---- */

static bool do_make(library_world *self, const walk_step *step)
{
    int thing = find(self, step->which, is_missing);
    if (thing == NOBODY)
        return true;
    library_thing *made = &self->things[thing];
    library_forget(self, thing);
    made->entity = calx_instance_new(library_mapper(library_kind_of(thing)));
    made->stage = TRANSIENT;
    if (made->entity == NULL)
        return library_fail(self, "no memory");
    if (step->value % 4 == 0)
        return true;
    library_attach(self, thing);
    return library_ok(self, calx_session_add(self->session, made->entity), "add", thing);
}

static bool do_add(library_world *self, const walk_step *step)
{
    int thing = find(self, step->which, is_transient);
    if (thing == NOBODY)
        return true;
    library_attach(self, thing);
    return library_ok(self, calx_session_add(self->session, entity_of(self, thing)), "add", thing);
}

static bool do_free(library_world *self, const walk_step *step)
{
    int thing = find(self, step->which, is_transient);
    if (thing == NOBODY || is_tied(self, thing))
        return true;
    calx_instance_free((void *)entity_of(self, thing));
    library_forget(self, thing);
    return true;
}

static bool do_delete(library_world *self, const walk_step *step)
{
    int thing = find(self, step->which, library_is_clean);
    if (thing == NOBODY)
        return true;
    if (!library_ok(self, calx_session_delete(self->session, entity_of(self, thing)), "delete",
                    thing))
        return false;
    self->things[thing].stage = MARKED;
    for (int i = 0; i < THINGS; i++)
        if (self->things[i].owner == thing && self->things[i].stage == STORED &&
            library_tie_of(library_kind_of(i))->is_needed)
            self->things[i].stage = MARKED;
    return true;
}

static bool do_expire(library_world *self, const walk_step *step)
{
    int thing = find(self, step->which, library_is_clean);
    if (thing == NOBODY)
        return true;
    const void *entity = entity_of(self, thing);
    return library_ok(self,
                      step->value % 2 == 0 ? calx_session_expire(self->session, entity)
                                           : calx_session_refresh(self->session, entity),
                      "expire", thing);
}

/* Its row, by another instance from now on, also where a rollback would lead. */
static bool get_again(library_world *self, int thing)
{
    calx_value key = calx_value_int64(self->things[thing].id);
    const calx_mapper *mapper = library_mapper(library_kind_of(thing));
    const void *before = self->things[thing].entity, *found = NULL;
    if (!library_ok(self, calx_session_get(self->session, mapper, &key, &found), "get", thing))
        return false;
    self->things[thing].entity = found;
    for (unsigned i = 0; i <= self->level; i++)
        if (self->found[i][thing].entity == before)
            self->found[i][thing].entity = found;
    return found != NULL || library_fail(self, "thing %d has no row", thing);
}

/* Deleted, and perhaps still in the collection it was in: it would leave too (SES-195). */
static bool may_linger(const library_world *self, int thing, int owner)
{
    const library_tie *tie = library_tie_of(library_kind_of(thing));
    return self->things[thing].stage == DELETED && tie != NULL && tie->is_needed &&
           tie->owner == library_kind_of(owner);
}

/* What leaves with a thing. False: a rollback would take the row of some of it, or bring more. */
static bool find_leaving(const library_world *self, int thing, bool *leaves)
{
    bool stays_stored = true;
    for (int i = 0; i < THINGS; i++) {
        leaves[i] = i == thing || (self->things[i].owner == thing &&
                                   library_tie_of(library_kind_of(i))->is_needed);
        stays_stored = stays_stored && !may_linger(self, i, thing) &&
                       (!leaves[i] || self->found[0][i].stage == STORED);
    }
    return stays_stored;
}

/* It leaves with what it must have along, and comes back from its row. */
static bool do_expunge(library_world *self, const walk_step *step)
{
    int thing = find(self, step->which, library_is_clean);
    bool leaves[THINGS];
    if (thing == NOBODY || !find_leaving(self, thing, leaves))
        return true;
    if (!library_thing_agrees(self, thing) ||
        !library_ok(self, calx_session_expunge(self->session, entity_of(self, thing)), "expunge",
                    thing))
        return false;
    for (int i = 0; i < THINGS; i++) {
        if (!leaves[i])
            continue;
        if (calx_object_session(entity_of(self, i)) != NULL)
            return library_fail(self, "thing %d did not leave", i);
        calx_instance_free((void *)entity_of(self, i));
    }
    bool well = true;
    for (int i = 0; well && i < THINGS; i++)
        well = !leaves[i] || get_again(self, i);
    return well;
}

/* ---- transactions ---- */

/* An orphan that is not inserted must leave nothing behind that is. */
static bool may_flush(const library_world *self)
{
    for (int i = 0; i < THINGS; i++)
        if (self->things[i].orphan && self->things[i].stage == PENDING && is_tied(self, i))
            return false;
    return true;
}

static bool flush(library_world *self)
{
    if (!library_ok(self, calx_session_flush(self->session), "flush", NOBODY))
        return false;
    library_flushed(self);
    return library_rows_agree(self);
}

static bool do_flush(library_world *self, const walk_step *step)
{
    (void)step;
    return !may_flush(self) || flush(self);
}

static bool do_commit(library_world *self, const walk_step *step)
{
    (void)step;
    if (!may_flush(self))
        return true;
    if (!flush(self) || !library_ok(self, calx_session_commit(self->session), "commit", NOBODY))
        return false;
    library_committed(self);
    return true;
}

static bool do_roll_back(library_world *self, const walk_step *step)
{
    (void)step;
    if (!library_ok(self, calx_session_rollback(self->session), "rollback", NOBODY))
        return false;
    library_rolled_back(self, 0);
    self->level = 0;
    return true;
}

static bool do_begin_nested(library_world *self, const walk_step *step)
{
    (void)step;
    if (!may_flush(self) || self->level + 1 == LIBRARY_LEVELS)
        return true;
    if (!flush(self) ||
        !library_ok(self, calx_session_begin_nested(self->session), "begin nested", NOBODY))
        return false;
    self->level++;
    library_began_level(self);
    return true;
}

static bool do_release(library_world *self, const walk_step *step)
{
    (void)step;
    if (self->level == 0 || !may_flush(self))
        return true;
    calx_session_transaction nested = calx_session_get_nested_transaction(self->session);
    if (!library_ok(self, calx_session_transaction_commit(nested), "release", NOBODY))
        return false;
    library_flushed(self);
    self->level--;
    return library_rows_agree(self);
}

static bool do_roll_back_nested(library_world *self, const walk_step *step)
{
    (void)step;
    if (self->level == 0)
        return true;
    calx_session_transaction nested = calx_session_get_nested_transaction(self->session);
    if (!library_ok(self, calx_session_transaction_rollback(nested), "roll back to a savepoint",
                    NOBODY))
        return false;
    library_rolled_back(self, self->level--);
    return library_rows_agree(self);
}

static bool do_look(library_world *self, const walk_step *step)
{
    return library_thing_agrees(self, thing_of(step));
}

/* ---- all of them ---- */

static const struct {
    const char *name;
    action_function act;
} actions[] = {
    { "make", do_make },
    { "add", do_add },
    { "set", do_set },
    { "set to nothing", do_clear_reference },
    { "append", do_append },
    { "remove", do_remove },
    { "replace", do_replace },
    { "tag", do_tag },
    { "untag", do_untag },
    { "free", do_free },
    { "delete", do_delete },
    { "expire", do_expire },
    { "expunge", do_expunge },
    { "flush", do_flush },
    { "commit", do_commit },
    { "roll back", do_roll_back },
    { "begin nested", do_begin_nested },
    { "release", do_release },
    { "roll back nested", do_roll_back_nested },
    { "look", do_look },
};

enum { ACTIONS = sizeof(actions) / sizeof(actions[0]) };

static const unsigned weights[ACTIONS] = { 24, 4, 12, 4, 14, 5, 5, 14, 5, 1,
                                           4,  3, 2,  6, 5,  1, 2, 2,  1, 8 };

const walk_actions library_actions = { weights, ACTIONS };

const char *library_action_name(uint8_t action)
{
    return actions[action].name;
}

/* All is looked at now and then only: what is looked at is loaded. */
bool library_step(library_world *self, const walk_step *step)
{
    if (!actions[step->action].act(self, step) || self->failed)
        return false;
    return step->value % 8 != 1 || library_agrees(self);
}
