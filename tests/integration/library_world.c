/*
 * The graph as it should be: what calls, flushes and rollbacks mean for it, said in the simplest
 * way, and the comparison with what the session and the database say.
 */
#include "library_world.h"

#include <calx/relationship.h>

#include <stdio.h>

enum { UP = 0 }; /* of profiles, books and chapters: the first relationship */

const calx_mapper *library_mapper(library_kind kind)
{
    static const calx_mapper *const mappers[] = {
        [AUTHOR] = &author_mapper,   [PROFILE] = &profile_mapper, [BOOK] = &book_mapper,
        [CHAPTER] = &chapter_mapper, [TAG] = &tag_mapper,
    };
    return mappers[kind];
}

const library_tie *library_tie_of(library_kind kind)
{
    static library_tie ties[KINDS];
    library_tie *tie = &ties[kind];
    if (kind == AUTHOR || kind == TAG)
        return NULL;
    tie->owner = kind == CHAPTER ? BOOK : AUTHOR;
    tie->up = &library_mapper(kind)->relationships[UP];
    tie->down = &library_mapper(tie->owner)->relationships[tie->up->inverse];
    tie->is_single = kind == PROFILE;
    tie->is_needed = kind != CHAPTER;
    return tie;
}

library_kind library_kind_of(int thing)
{
    if (thing < FIRST_PROFILE)
        return AUTHOR;
    if (thing < FIRST_BOOK)
        return PROFILE;
    if (thing < FIRST_CHAPTER)
        return BOOK;
    return thing < FIRST_TAG ? CHAPTER : TAG;
}

unsigned library_tag_bit(int tag)
{
    return 1u << (tag - FIRST_TAG);
}

static const calx_relationship *tags_of_books(void)
{
    return &book_mapper.relationships[2];
}

static const calx_relationship *books_of_tags(void)
{
    return &tag_mapper.relationships[0];
}

/* ---- saying what is wrong ---- */

bool library_fail(library_world *self, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (!self->failed)
        (void)vsnprintf(self->why, sizeof(self->why), format, arguments);
    va_end(arguments);
    self->failed = true;
    return false;
}

bool library_ok(library_world *self, calx_status status, const char *what, int thing)
{
    return status == CALX_OK || library_fail(self, "%s, thing %d: %s: %s", what, thing,
                                             calx_status_name(status), message(self->session));
}

/* ---- what calls mean ---- */

bool library_is_inside(const library_world *self, int thing)
{
    library_stage stage = self->things[thing].stage;
    return stage == PENDING || stage == STORED || stage == MARKED;
}

bool library_is_usable(const library_world *self, int thing)
{
    library_stage stage = self->things[thing].stage;
    return stage == TRANSIENT || stage == PENDING || stage == STORED;
}

static bool is_unchanged(const library_thing *thing)
{
    return thing->owner == thing->written && thing->tags == thing->tagged && !thing->orphan;
}

bool library_is_clean(const library_world *self, int thing)
{
    if (self->things[thing].stage != STORED || !is_unchanged(&self->things[thing]))
        return false;
    for (int i = 0; i < THINGS; i++) {
        const library_thing *other = &self->things[i];
        bool related = other->owner == thing || other->written == thing;
        if (library_kind_of(thing) == TAG && library_kind_of(i) == BOOK)
            related = ((other->tags | other->tagged) & library_tag_bit(thing)) != 0;
        if (other->stage != NOT_THERE && other->stage != DELETED && related &&
            (other->stage != STORED || !is_unchanged(other)))
            return false;
        bool goes_too = related && library_kind_of(thing) == AUTHOR;
        if (goes_too && other->stage == STORED && !library_is_clean(self, i))
            return false;
    }
    return true;
}

void library_point(library_world *self, int thing, int owner)
{
    library_thing *moved = &self->things[thing];
    const library_tie *tie = library_tie_of(library_kind_of(thing));
    for (int i = 0; tie->is_single && owner != NOBODY && i < THINGS; i++)
        if (i != thing && library_kind_of(i) == library_kind_of(thing) &&
            self->things[i].owner == owner)
            library_point(self, i, NOBODY);
    moved->orphan = tie->is_needed && owner == NOBODY && (moved->orphan || moved->owner != NOBODY);
    moved->owner = owner;
    if (moved->orphan && moved->stage == PENDING)
        moved->stage = TRANSIENT;
}

bool library_are_tied(const library_world *self, int a, int b)
{
    const library_thing *first = &self->things[a];
    if (first->owner == b || self->things[b].owner == a)
        return true;
    if (library_kind_of(a) == BOOK && library_kind_of(b) == TAG)
        return (first->tags & library_tag_bit(b)) != 0;
    return library_kind_of(a) == TAG && library_kind_of(b) == BOOK &&
           (self->things[b].tags & library_tag_bit(a)) != 0;
}

/* Save-update leads along every relationship here. */
void library_attach(library_world *self, int thing)
{
    if (self->things[thing].stage != TRANSIENT)
        return;
    self->things[thing].stage = PENDING;
    for (int i = 0; i < THINGS; i++)
        if (library_are_tied(self, thing, i))
            library_attach(self, i);
}

/* Deleted, or not inserted (SES-282, 285). */
static void take_orphans(library_world *self)
{
    for (int i = 0; i < THINGS; i++) {
        library_thing *thing = &self->things[i];
        if (thing->orphan && thing->stage == STORED)
            thing->stage = MARKED;
        else if (thing->orphan && thing->stage == PENDING)
            thing->stage = TRANSIENT;
    }
}

static void let_go_of_marked(library_world *self, library_thing *thing)
{
    if (thing->owner != NOBODY && self->things[thing->owner].stage == MARKED)
        thing->owner = NOBODY;
    for (int i = FIRST_TAG; i < THINGS; i++)
        if (self->things[i].stage == MARKED)
            thing->tags &= ~library_tag_bit(i);
}

void library_flushed(library_world *self)
{
    take_orphans(self);
    for (int i = 0; i < THINGS; i++) {
        library_thing *thing = &self->things[i];
        if (thing->stage != STORED && thing->stage != PENDING)
            continue;
        let_go_of_marked(self, thing);
        thing->written = thing->owner;
        thing->tagged = thing->tags;
        thing->id = *(const int64_t *)thing->entity;
    }
    for (int i = 0; i < THINGS; i++) {
        library_thing *thing = &self->things[i];
        if (thing->stage == PENDING)
            thing->stage = STORED;
        else if (thing->stage == MARKED)
            *thing = (library_thing){
                .entity = thing->entity, .stage = DELETED, .owner = NOBODY, .written = NOBODY
            };
    }
}

void library_began_level(library_world *self)
{
    memcpy(self->found[self->level], self->things, sizeof(self->things));
}

void library_forget(library_world *self, int thing)
{
    self->things[thing] = (library_thing){ .owner = NOBODY, .written = NOBODY };
}

/* What was not stored then is freed here: what becomes of it is shown elsewhere. */
void library_rolled_back(library_world *self, unsigned level)
{
    for (int i = 0; i < THINGS; i++) {
        library_thing *thing = &self->things[i];
        const library_thing *before = &self->found[level][i];
        bool was_there = before->stage == STORED || before->stage == DELETED;
        if (was_there && before->entity == thing->entity) {
            *thing = *before;
            continue;
        }
        if (thing->stage != NOT_THERE)
            calx_instance_free((void *)thing->entity);
        library_forget(self, i);
    }
}

void library_committed(library_world *self)
{
    for (int i = 0; i < THINGS; i++)
        if (self->things[i].stage == DELETED)
            library_forget(self, i);
    self->level = 0;
    library_began_level(self);
}

/* ---- agreeing ---- */

/* A deleted instance is still seen until what shows it expires (SES-195). */
static bool is_deleted(const library_world *self, const void *entity)
{
    for (int i = 0; i < THINGS; i++)
        if (self->things[i].entity == entity && self->things[i].stage == DELETED)
            return true;
    return false;
}

static bool owner_agrees(library_world *self, int thing)
{
    const library_thing *facts = &self->things[thing];
    const library_tie *tie = library_tie_of(library_kind_of(thing));
    const void *target = NULL;
    if (tie == NULL)
        return true;
    if (!library_ok(self, calx_relationship_one(facts->entity, tie->up, &target), "owner", thing))
        return false;
    const void *wanted = facts->owner == NOBODY ? NULL : self->things[facts->owner].entity;
    return target == wanted ||
           library_fail(self, "thing %d does not point at thing %d", thing, facts->owner);
}

static bool single_agrees(library_world *self, int owner, const library_tie *tie,
                          const void *wanted)
{
    const void *target = NULL;
    if (!library_ok(self, calx_relationship_one(self->things[owner].entity, tie->down, &target),
                    "the other side of a one-to-one", owner))
        return false;
    return target == wanted || (wanted == NULL && is_deleted(self, target)) ||
           library_fail(self, "thing %d has another %s", owner, tie->down->member);
}

/* The members are those wanted, each once; the deleted ones do not count. */
static bool members_agree(library_world *self, int owner, const calx_relationship *relationship,
                          const bool *wanted)
{
    const void *const *items = NULL;
    size_t count = 0, alive = 0, expected = 0;
    if (!library_ok(
            self, calx_relationship_many(self->things[owner].entity, relationship, &items, &count),
            relationship->member, owner))
        return false;
    for (size_t i = 0; i < count; i++)
        alive += !is_deleted(self, items[i]);
    for (int i = 0; i < THINGS; i++) {
        size_t found = 0;
        for (size_t k = 0; wanted[i] && k < count; k++)
            found += items[k] == self->things[i].entity;
        if (wanted[i] && found != 1)
            return library_fail(self, "thing %d is %zu times in %s of thing %d", i, found,
                                relationship->member, owner);
        expected += wanted[i];
    }
    return alive == expected || library_fail(self, "%s of thing %d: %zu members instead of %zu",
                                             relationship->member, owner, alive, expected);
}

static bool owned_agree(library_world *self, int owner, library_kind kind)
{
    const library_tie *tie = library_tie_of(kind);
    bool wanted[THINGS] = { false };
    const void *single = NULL;
    if (tie == NULL || tie->owner != library_kind_of(owner))
        return true;
    for (int i = 0; i < THINGS; i++) {
        const library_thing *thing = &self->things[i];
        wanted[i] = library_kind_of(i) == kind && thing->owner == owner &&
                    thing->stage != DELETED && thing->stage != NOT_THERE;
        if (wanted[i])
            single = thing->entity;
    }
    return tie->is_single ? single_agrees(self, owner, tie, single)
                          : members_agree(self, owner, tie->down, wanted);
}

static bool tags_agree(library_world *self, int thing)
{
    bool wanted[THINGS] = { false };
    library_kind kind = library_kind_of(thing);
    if (kind != BOOK && kind != TAG)
        return true;
    for (int i = 0; i < THINGS; i++) {
        const library_thing *other = &self->things[i];
        bool there = other->stage != DELETED && other->stage != NOT_THERE;
        if (kind == BOOK && library_kind_of(i) == TAG)
            wanted[i] = there && (self->things[thing].tags & library_tag_bit(i)) != 0;
        else if (kind == TAG && library_kind_of(i) == BOOK)
            wanted[i] = there && (other->tags & library_tag_bit(thing)) != 0;
    }
    return members_agree(self, thing, kind == BOOK ? tags_of_books() : books_of_tags(), wanted);
}

bool library_thing_agrees(library_world *self, int thing)
{
    library_stage stage = self->things[thing].stage;
    if (stage == NOT_THERE || stage == DELETED)
        return true;
    bool agrees = owner_agrees(self, thing) && tags_agree(self, thing);
    for (int kind = 0; agrees && kind < KINDS; kind++)
        agrees = owned_agree(self, thing, (library_kind)kind);
    return agrees;
}

static bool counts_agree(library_world *self)
{
    size_t pending = 0, marked = 0;
    for (int i = 0; i < THINGS; i++) {
        bool contained = false;
        const library_thing *thing = &self->things[i];
        pending += thing->stage == PENDING;
        marked += thing->stage == MARKED;
        if (thing->stage == NOT_THERE)
            continue;
        if (!library_ok(self, calx_session_contains(self->session, thing->entity, &contained),
                        "contains", i))
            return false;
        if (contained != library_is_inside(self, i))
            return library_fail(self, "thing %d is %scontained", i, contained ? "" : "not ");
    }
    if (calx_session_count_new(self->session) != pending ||
        calx_session_count_deleted(self->session) != marked)
        return library_fail(self, "%zu pending and %zu marked instead of %zu and %zu",
                            calx_session_count_new(self->session),
                            calx_session_count_deleted(self->session), pending, marked);
    return true;
}

bool library_agrees(library_world *self)
{
    bool agrees = counts_agree(self);
    for (int i = 0; agrees && i < THINGS; i++)
        agrees = library_thing_agrees(self, i);
    return agrees;
}

/* ---- the rows ---- */

static const char all_rows[] =
    "SELECT 0, id, 0 FROM authors UNION ALL SELECT 1, id, COALESCE(author_id, 0) FROM profiles "
    "UNION ALL SELECT 2, id, COALESCE(author_id, 0) FROM books "
    "UNION ALL SELECT 3, id, COALESCE(book_id, 0) FROM chapters "
    "UNION ALL SELECT 4, id, 0 FROM tags UNION ALL SELECT 5, book_id, tag_id FROM book_tags";

enum { ASSOCIATION = 5 };

static int thing_with_id(const library_world *self, int64_t kind, int64_t id)
{
    for (int i = 0; i < THINGS; i++)
        if (library_kind_of(i) == (library_kind)kind && self->things[i].stage == STORED &&
            self->things[i].id == id)
            return i;
    return NOBODY;
}

static bool row_agrees(library_world *self, int64_t kind, int64_t id, int64_t other)
{
    if (kind == ASSOCIATION) {
        int book = thing_with_id(self, BOOK, id), tag = thing_with_id(self, TAG, other);
        return (book != NOBODY && tag != NOBODY &&
                (self->things[book].tags & library_tag_bit(tag)) != 0) ||
               library_fail(self, "a row joins book %lld and tag %lld", (long long)id,
                            (long long)other);
    }
    int thing = thing_with_id(self, kind, id);
    if (thing == NOBODY)
        return library_fail(self, "a row of kind %lld with id %lld", (long long)kind,
                            (long long)id);
    int owner = self->things[thing].owner;
    return other == (owner == NOBODY ? 0 : self->things[owner].id) ||
           library_fail(self, "the row of thing %d points at %lld", thing, (long long)other);
}

static size_t count_rows(const library_world *self)
{
    size_t count = 0;
    for (int i = 0; i < THINGS; i++) {
        if (self->things[i].stage != STORED)
            continue;
        count++;
        for (unsigned tags = self->things[i].tags; tags != 0; tags &= tags - 1)
            count++;
    }
    return count;
}

static bool read_rows(library_world *self, calx_result *result)
{
    size_t count = 0;
    bool row = false, agrees;
    while ((agrees = library_ok(self, calx_result_next(result, &row), "next", NOBODY)) && row) {
        int64_t kind = 0, id = 0, other = 0;
        if (calx_result_int64(result, 0, &kind) != CALX_OK ||
            calx_result_int64(result, 1, &id) != CALX_OK ||
            calx_result_int64(result, 2, &other) != CALX_OK)
            return library_fail(self, "a row cannot be read");
        if (!row_agrees(self, kind, id, other))
            return false;
        count++;
    }
    return agrees && (count == count_rows(self) ||
                      library_fail(self, "%zu rows instead of %zu", count, count_rows(self)));
}

bool library_rows_agree(library_world *self)
{
    calx_statement *statement = calx_text_statement(all_rows);
    calx_result *result = NULL;
    bool agrees = statement != NULL &&
                  library_ok(self, calx_session_execute(self->session, statement, &result),
                             "all rows", NOBODY) &&
                  read_rows(self, result);
    calx_result_free(result);
    calx_statement_free(statement);
    return agrees;
}
