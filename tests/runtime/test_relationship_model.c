/*
 * Random sequences of calls, compared after each step with a simple model of what they mean, and
 * with the database after each commit. A failure prints the seed; CALX_TEST_SEED runs only it.
 */
#include "support/graph_session.h"
#include "support/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODES = 6, USERS = 3, ADDRESSES = 5, THINGS = NODES + USERS + ADDRESSES, STEPS = 60 };
enum { SEQUENCES = 700 };

typedef enum stage { NOT_THERE, TRANSIENT, PENDING, STORED, MARKED, DELETED } stage;

typedef struct thing {
    const void *entity;
    int64_t id;
    stage stage;
    int parent;        /* position of the thing it points at; -1: none */
    int written;       /* the same, as the last flush wrote it */
    bool is_committed; /* there is a row that outlives a rollback */
    int committed;     /* what that row points at */
    bool orphan;       /* has lost the owner it must have */
    bool set_apart;    /* left the session: not seen by collections that load */
} thing;

typedef struct world {
    graph fix;
    uint64_t random;
    uint64_t seed;
    int step;
    thing things[THINGS];
} world;

static unsigned roll(world *w, unsigned below)
{
    w->random = w->random * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(w->random >> 33) % below;
}

static bool is_node(int i)
{
    return i < NODES;
}

static bool is_owner(int i)
{
    return i < NODES + USERS;
}

/* Relationships by position: what points up, what points down. */
static unsigned up(int i)
{
    (void)i;
    return 0;
}

static unsigned down(int i)
{
    return is_node(i) ? NODE_CHILDREN : 0;
}

static bool can_own(int owner, int item)
{
    return is_node(item) ? is_node(owner) : !is_owner(item) && is_owner(owner) && !is_node(owner);
}

static bool is_inside(const thing *t)
{
    return t->stage == PENDING || t->stage == STORED || t->stage == MARKED;
}

static bool is_usable(const thing *t)
{
    return t->stage == TRANSIENT || t->stage == PENDING || t->stage == STORED;
}

static bool is_above(const world *w, int above, int i)
{
    for (; i >= 0; i = w->things[i].parent)
        if (i == above)
            return true;
    return false;
}

static void complain(world *w, int i, const char *what)
{
    fail_msg("seed %llu, step %d, thing %d: %s", (unsigned long long)w->seed, w->step, i, what);
}

static void expect_ok(world *w, int i, calx_status status, const char *what)
{
    if (status != CALX_OK) {
        printf("# %s: %s\n", what, calx_session_error(w->fix.session)->message);
        complain(w, i, what);
    }
}

/* ---- comparing ---- */

static void compare_parent(world *w, int i)
{
    const thing *t = &w->things[i];
    if (!is_inside(t) && t->stage != TRANSIENT)
        return;
    if (!is_node(i) && is_owner(i))
        return;
    const void *wanted = t->parent < 0 ? NULL : w->things[t->parent].entity;
    const void *target = NULL;
    expect_ok(w, i,
              calx_relationship_one(
                  t->entity, &calx_instance_mapper(t->entity)->relationships[up(i)], &target),
              "reading a reference");
    if (target != wanted)
        complain(w, i, "points elsewhere");
}

static bool is_deleted(const world *w, const void *entity)
{
    for (int i = 0; i < THINGS; i++)
        if (w->things[i].entity == entity && w->things[i].stage == DELETED)
            return true;
    return false;
}

static void compare_children(world *w, int owner)
{
    const thing *t = &w->things[owner];
    if (!is_owner(owner) || (!is_inside(t) && t->stage != TRANSIENT))
        return;
    const void *const *items = NULL;
    size_t count = 0, alive = 0, wanted = 0;
    expect_ok(w, owner,
              calx_relationship_many(t->entity,
                                     &calx_instance_mapper(t->entity)->relationships[down(owner)],
                                     &items, &count),
              "reading a collection");
    for (size_t i = 0; i < count; i++)
        alive += !is_deleted(w, items[i]);
    for (int i = 0; i < THINGS; i++) {
        size_t found = 0;
        if (w->things[i].parent != owner || w->things[i].stage == DELETED ||
            w->things[i].stage == NOT_THERE)
            continue;
        for (size_t k = 0; k < count; k++)
            found += items[k] == w->things[i].entity;
        if (w->things[i].set_apart && found == 0)
            continue;
        wanted++;
        if (found != 1)
            complain(w, i, found == 0 ? "is missing in its collection" : "is there twice");
    }
    if (alive != wanted)
        complain(w, owner, "holds somebody else's");
}

static void compare(world *w)
{
    unsigned how = roll(w, 8);
    if (how < 4) {
        compare_parent(w, (int)roll(w, THINGS));
        return;
    }
    for (int i = 0; i < THINGS; i++)
        compare_parent(w, i);
    for (int i = 0; i < THINGS; i++)
        if (how == 7 || roll(w, 4) == 0)
            compare_children(w, i);
}

static void compare_database(world *w)
{
    int64_t rows = 0;
    for (int i = 0; i < THINGS; i++) {
        const thing *t = &w->things[i];
        char sql[100];
        if (t->stage != STORED)
            continue;
        rows++;
        if (is_owner(i) && !is_node(i))
            continue;
        snprintf(sql, sizeof sql, "SELECT %s FROM %s WHERE id = %lld",
                 is_node(i) ? "parent_id" : "user_id", is_node(i) ? "nodes" : "addresses",
                 (long long)t->id);
        if (graph_number(&w->fix, sql) != (t->parent < 0 ? -1 : w->things[t->parent].id))
            complain(w, i, "another row than in memory");
    }
    if (graph_number(&w->fix, "SELECT (SELECT count(*) FROM nodes) + (SELECT count(*) FROM users)"
                              " + (SELECT count(*) FROM addresses)") != rows)
        complain(w, -1, "another number of rows than in memory");
}

/* ---- what the calls mean ---- */

static void attach(world *w, int i)
{
    if (i < 0 || w->things[i].stage != TRANSIENT)
        return;
    thing *t = &w->things[i];
    t->stage = PENDING;
    t->set_apart = false;
    attach(w, t->parent);
    for (int k = 0; k < THINGS; k++)
        if (w->things[k].parent == i && w->things[k].stage == TRANSIENT)
            attach(w, k);
}

static void point(world *w, int i, int parent)
{
    thing *t = &w->things[i];
    t->orphan = !is_node(i) && parent < 0 && (t->orphan || t->parent >= 0);
    if (t->parent != parent)
        t->set_apart = false;
    t->parent = parent;
    if (t->orphan && t->stage == PENDING)
        t->stage = TRANSIENT;
}

/* A pending address needs a stored or pending owner, or its INSERT fails. */
static bool can_flush(const world *w)
{
    for (int i = NODES + USERS; i < THINGS; i++)
        if (w->things[i].stage == PENDING && w->things[i].parent < 0)
            return false;
    return true;
}

static void note_flush(world *w)
{
    for (int i = 0; i < THINGS; i++) {
        thing *t = &w->things[i];
        if (t->orphan && t->stage == STORED)
            t->stage = MARKED;
    }
    for (int i = 0; i < THINGS; i++) {
        thing *t = &w->things[i];
        if (t->stage != STORED && t->stage != PENDING)
            continue;
        if (t->parent >= 0 && w->things[t->parent].stage == MARKED)
            t->parent = -1;
        t->written = t->parent;
    }
    for (int i = 0; i < THINGS; i++) {
        thing *t = &w->things[i];
        if (t->stage == PENDING)
            t->stage = STORED;
        else if (t->stage == MARKED)
            t->stage = DELETED;
        if (t->stage == STORED)
            t->id = *(const int64_t *)t->entity;
    }
}

static void note_commit(world *w)
{
    note_flush(w);
    for (int i = 0; i < THINGS; i++) {
        thing *t = &w->things[i];
        if (t->stage == DELETED) {
            *t = (thing){ .parent = -1, .written = -1, .committed = -1 };
        } else if (t->stage == STORED) {
            t->is_committed = true;
            t->committed = t->parent;
        }
    }
}

/* Values stay (SES-104), but these may be another row's by the time it is added again. */
static void forget_values(int i, void *entity)
{
    *(int64_t *)entity = 0;
    if (is_node(i))
        ((struct node *)entity)->parent_id.has_value = false;
    else if (!is_owner(i))
        ((struct address *)entity)->user_id = 0;
}

static void note_rollback(world *w)
{
    for (int i = 0; i < THINGS; i++) {
        thing *t = &w->things[i];
        if (t->is_committed) {
            t->stage = STORED;
            t->parent = t->written = t->committed;
            t->orphan = false;
        } else if (t->stage != NOT_THERE && t->stage != TRANSIENT) {
            t->stage = TRANSIENT;
            t->set_apart = true;
            forget_values(i, (void *)t->entity);
            t->written = -1;
        }
    }
}

/* ---- the calls ---- */

static void make(world *w, int i)
{
    thing *t = &w->things[i];
    char name[24];
    if (t->stage != NOT_THERE)
        return;
    snprintf(name, sizeof name, "%d of %d", i, w->step);
    struct user *user = NULL;
    if (is_node(i))
        t->entity = graph_node(NULL);
    else if (is_owner(i))
        t->entity = user = graph_user(NULL);
    else
        t->entity = graph_address("somewhere");
    if (user != NULL)
        assert_int_equal(calx_instance_set_text(user, &user_mapper.columns[USER_NAME], name),
                         CALX_OK);
    t->stage = TRANSIENT;
    t->parent = t->written = t->committed = -1;
}

/* What the model leaves out: references from inside to outside that bring nothing in. */
static bool can_point(const world *w, int i, int parent)
{
    const thing *t = &w->things[i];
    return is_usable(t) && can_own(parent, i) && is_usable(&w->things[parent]) &&
           !is_above(w, i, parent);
}

static void set_reference(world *w, int i, int parent)
{
    if (!can_point(w, i, parent))
        return;
    expect_ok(w, i, graph_set(w->things[i].entity, up(i), w->things[parent].entity), "setting");
    point(w, i, parent);
    if (is_inside(&w->things[i]))
        attach(w, parent);
}

static void assign_reference(world *w, int i, int parent)
{
    thing *t = &w->things[i];
    if (!can_point(w, i, parent) || (t->stage != STORED && t->stage != PENDING) ||
        !is_inside(&w->things[parent]))
        return;
    void *entity = calx_instance_edit(t->entity);
    if (entity == NULL)
        complain(w, i, "cannot be edited");
    if (is_node(i))
        ((struct node *)entity)->parent = w->things[parent].entity;
    else
        ((struct address *)entity)->user = w->things[parent].entity;
    point(w, i, parent);
    t->set_apart = false;
    if (roll(w, 2) == 0)
        return; /* read by the comparison, or by the flush */
    compare_parent(w, i);
}

static void append(world *w, int i, int parent)
{
    if (!can_point(w, i, parent))
        return;
    if (is_inside(&w->things[i]) && !is_inside(&w->things[parent]))
        return;
    expect_ok(w, i, graph_append(w->things[parent].entity, down(parent), w->things[i].entity),
              "appending");
    point(w, i, parent);
    w->things[i].set_apart = false;
    if (is_inside(&w->things[parent]))
        attach(w, i);
}

static void take_away(world *w, int i)
{
    const thing *t = &w->things[i];
    if (!is_usable(t) || t->parent < 0 || !is_usable(&w->things[t->parent]) || t->set_apart)
        return;
    compare_parent(w, i); /* the collection may know it only then */
    if (roll(w, 2) == 0)
        expect_ok(w, i, graph_set(t->entity, up(i), NULL), "setting to nothing");
    else
        expect_ok(w, i, graph_remove(w->things[t->parent].entity, down(t->parent), t->entity),
                  "removing");
    point(w, i, -1);
}

static void add(world *w, int i)
{
    if (w->things[i].stage != TRANSIENT)
        return;
    expect_ok(w, i, calx_session_add(w->fix.session, w->things[i].entity), "adding");
    attach(w, i);
}

static void delete_(world *w, int i)
{
    if (w->things[i].stage != STORED || w->things[i].orphan)
        return;
    for (int k = 0; k < THINGS; k++) {
        compare_parent(w, k);
        if (w->things[k].parent == i && w->things[k].stage != STORED)
            return;
    }
    expect_ok(w, i, calx_session_delete(w->fix.session, w->things[i].entity), "deleting");
    w->things[i].stage = MARKED;
    for (int k = NODES + USERS; k < THINGS; k++)
        if (w->things[k].parent == i)
            w->things[k].stage = MARKED;
}

static bool can_expire(const world *w, int i)
{
    const thing *t = &w->things[i];
    return t->stage == STORED && (t->written < 0 || w->things[t->written].stage == STORED);
}

static void note_expiry(thing *t)
{
    t->parent = t->written;
    t->orphan = false;
}

/* What was never stored and needs the user leaves; it goes on pointing there. */
static void note_drop(thing *t)
{
    t->stage = TRANSIENT;
    t->set_apart = true;
}

/* A user's addresses expire too, as far as they are in its collection. */
static void expire(world *w, int i)
{
    bool reaches = is_owner(i) && !is_node(i);
    if (!can_expire(w, i))
        return;
    if (reaches)
        compare_children(w, i);
    for (int k = 0; reaches && k < THINGS; k++)
        if (w->things[k].parent == i &&
            (w->things[k].set_apart || (!can_expire(w, k) && w->things[k].stage != PENDING)))
            return;
    expect_ok(w, i, calx_session_expire(w->fix.session, w->things[i].entity), "expiring");
    for (int k = 0; reaches && k < THINGS; k++) {
        if (w->things[k].parent == i && w->things[k].stage == PENDING)
            note_drop(&w->things[k]);
        else if (w->things[k].parent == i)
            note_expiry(&w->things[k]);
    }
    note_expiry(&w->things[i]);
}

static void free_(world *w, int i)
{
    if (w->things[i].stage != TRANSIENT)
        return;
    for (int k = 0; k < THINGS; k++) {
        thing *t = &w->things[k];
        if (t->parent != i)
            continue;
        if (t->stage == STORED)
            return; /* it would fall back on its columns */
        t->parent = -1;
    }
    calx_instance_free((void *)w->things[i].entity);
    w->things[i] = (thing){ .parent = -1, .written = -1, .committed = -1 };
}

static void reopen(world *w)
{
    note_rollback(w);
    graph_reopen(&w->fix, false);
    for (int i = 0; i < THINGS; i++) {
        thing *t = &w->things[i];
        if (t->stage == STORED)
            continue;
        calx_instance_free((void *)t->entity); /* unless the session kept it: then it is gone */
        *t = (thing){ .parent = -1, .written = -1, .committed = -1 };
    }
    for (int i = 0; i < THINGS; i++) {
        thing *t = &w->things[i];
        if (t->stage != STORED)
            continue;
        const calx_mapper *mapper = &address_mapper;
        if (is_owner(i))
            mapper = is_node(i) ? &node_mapper : &user_mapper;
        t->entity = graph_get(&w->fix, mapper, t->id);
        if (t->entity == NULL)
            complain(w, i, "is not in the database");
    }
}

static void flush_or_more(world *w, unsigned what)
{
    if (what == 0) {
        expect_ok(w, -1, calx_session_rollback(w->fix.session), "rolling back");
        note_rollback(w);
        return;
    }
    if (!can_flush(w))
        return;
    if (what == 1) {
        expect_ok(w, -1, calx_session_commit(w->fix.session), "committing");
        note_commit(w);
        compare_database(w);
    } else {
        expect_ok(w, -1, calx_session_flush(w->fix.session), "flushing");
        note_flush(w);
    }
}

static void step(world *w)
{
    int i = (int)roll(w, THINGS);
    int other = (int)roll(w, THINGS);
    switch (roll(w, 16)) {
    case 0:
    case 1:
    case 2:
        make(w, i);
        break;
    case 3:
    case 4:
        set_reference(w, i, other);
        break;
    case 5:
    case 6:
        append(w, i, other);
        break;
    case 7:
        assign_reference(w, i, other);
        break;
    case 8:
        take_away(w, i);
        break;
    case 9:
    case 10:
        add(w, i);
        break;
    case 11:
        delete_(w, i);
        break;
    case 12:
        expire(w, i);
        break;
    case 13:
        free_(w, i);
        break;
    case 14:
        flush_or_more(w, roll(w, 4));
        break;
    default:
        if (roll(w, 12) == 0)
            reopen(w);
        break;
    }
}

/* The rows go, the database stays: making one takes longer than a sequence. */
static void run(world *w, uint64_t seed)
{
    w->seed = w->random = seed;
    memset(w->things, 0, sizeof(w->things));
    for (int i = 0; i < THINGS; i++)
        w->things[i].parent = w->things[i].written = w->things[i].committed = -1;
    graph_reopen(&w->fix, false);
    for (w->step = 0; w->step < STEPS; w->step++) {
        step(w);
        compare(w);
    }
    for (int i = 0; i < THINGS; i++)
        if (w->things[i].stage == TRANSIENT)
            free_(w, i);
    graph_reopen(&w->fix, false);
    graph_sql(&w->fix, "DELETE FROM addresses");
    graph_sql(&w->fix, "UPDATE nodes SET parent_id = NULL");
    graph_sql(&w->fix, "DELETE FROM nodes");
    graph_sql(&w->fix, "DELETE FROM users");
    graph_ok(&w->fix, calx_session_commit(w->fix.session));
}

static void any_sequence_of_calls_leaves_both_sides_in_step(void **state)
{
    (void)state;
    static world w;
    const char *only = getenv("CALX_TEST_SEED");
    calx_shows("SES-104");
    calx_shows("SES-105");
    calx_shows("SES-107");
    calx_shows("SES-187");
    calx_shows("SES-305");
    graph_open(&w.fix);
    if (only != NULL)
        run(&w, strtoull(only, NULL, 10));
    for (uint64_t seed = 1; only == NULL && seed <= SEQUENCES; seed++)
        run(&w, seed);
    graph_close(&w.fix);
}

/* ---- anything goes ---- */

enum { PLACES = 15, CHAOS_STEPS = 150, CHAOS_SEQUENCES = 500 };

/* Pointers that may be anything by now: alive, freed, or somebody else's. */
typedef struct chaos {
    world *w;
    const void *places[PLACES];
} chaos;

static const calx_mapper *kind_of(int place)
{
    static const calx_mapper *const kinds[] = { &node_mapper, &user_mapper, &address_mapper };
    return kinds[place % 3];
}

static bool is_alive(const chaos *c, int place)
{
    return calx_instance_mapper(c->places[place]) == kind_of(place);
}

/* Whatever a struct shows must be there to be looked at. */
static void look_around(chaos *c)
{
    for (int i = 0; i < PLACES; i++) {
        const struct user *user = c->places[i];
        const struct node *node = c->places[i];
        const struct address *address = c->places[i];
        if (!is_alive(c, i))
            continue;
        if (kind_of(i) == &node_mapper) {
            for (size_t k = 0; k < node->children.count; k++)
                assert_ptr_equal(calx_instance_mapper(node->children.items[k]), &node_mapper);
            if (node->parent != NULL)
                assert_ptr_equal(calx_instance_mapper(node->parent), &node_mapper);
        } else if (kind_of(i) == &user_mapper) {
            for (size_t k = 0; k < user->addresses.count; k++)
                assert_ptr_equal(calx_instance_mapper(user->addresses.items[k]), &address_mapper);
        } else if (address->user != NULL) {
            assert_ptr_equal(calx_instance_mapper(address->user), &user_mapper);
        }
    }
}

static void fill_place(chaos *c, int i)
{
    char name[40];
    if (is_alive(c, i) && calx_object_session(c->places[i]) == NULL)
        calx_instance_free((void *)c->places[i]);
    c->places[i] = calx_instance_new(kind_of(i));
    assert_non_null(c->places[i]);
    snprintf(name, sizeof name, "%llu/%d", (unsigned long long)c->w->seed, c->w->step);
    if (kind_of(i) == &user_mapper)
        (void)calx_instance_set_text(c->places[i], &user_mapper.columns[USER_NAME], name);
    if (kind_of(i) == &address_mapper)
        (void)calx_instance_set_text(c->places[i], &address_mapper.columns[ADDRESS_EMAIL], name);
}

static void find_place(chaos *c, int i)
{
    const calx_value key = calx_value_int64(1 + (int64_t)roll(c->w, 6));
    if (is_alive(c, i) && calx_object_session(c->places[i]) == NULL)
        calx_instance_free((void *)c->places[i]);
    (void)calx_session_get(c->w->fix.session, kind_of(i), &key, &c->places[i]);
}

/* Taken up at once: a raw pointer to what is freed before that is the application's own. */
static void assign_place(chaos *c, int i, int k)
{
    const void *target = NULL;
    if (!is_alive(c, i) || !is_alive(c, k) || kind_of(i) == &user_mapper ||
        kind_of(i)->relationships[0].target != kind_of(k))
        return;
    char *entity = calx_instance_edit(c->places[i]);
    if (entity == NULL)
        return;
    char *member = entity + kind_of(i)->relationships[0].offset;
    const void *before = NULL;
    memcpy(&before, member, sizeof before);
    memcpy(member, &c->places[k], sizeof before);
    if (calx_relationship_one(entity, &kind_of(i)->relationships[0], &target) != CALX_OK)
        memcpy(member, &before, sizeof before);
}

static void relate_places(chaos *c, int i, int k)
{
    const calx_relationship *above = &kind_of(i)->relationships[0];
    const calx_relationship *below = &kind_of(k)->relationships[kind_of(k) == &node_mapper];
    const void *const *items = NULL;
    const void *target = NULL;
    size_t count = 0;
    unsigned what = roll(c->w, 6);
    if (what == 0 && kind_of(i) != &user_mapper)
        (void)calx_relationship_set(c->places[i], above, c->places[k]);
    else if (what == 1 && kind_of(i) != &user_mapper)
        (void)calx_relationship_set(c->places[i], above, NULL);
    else if (what == 2)
        (void)calx_relationship_append(c->places[k], below, c->places[i]);
    else if (what == 3)
        (void)calx_relationship_remove(c->places[k], below, c->places[i]);
    else if (what == 4)
        (void)calx_relationship_one(c->places[i], above, &target);
    else
        (void)calx_relationship_many(c->places[k], below, &items, &count);
}

static void change_membership(chaos *c, int i)
{
    calx_session *session = c->w->fix.session;
    unsigned what = roll(c->w, 8);
    if (what < 3)
        (void)calx_session_add(session, c->places[i]);
    else if (what == 3)
        (void)calx_session_delete(session, c->places[i]);
    else if (what == 4)
        (void)calx_session_expunge(session, c->places[i]);
    else if (what == 5)
        calx_instance_free((void *)c->places[i]);
    else if (what == 6)
        (void)calx_session_expire(session, c->places[i]);
    else
        (void)calx_session_refresh(session, c->places[i]);
}

static void end_something(chaos *c)
{
    calx_session *session = c->w->fix.session;
    unsigned what = roll(c->w, 16);
    if (what < 6)
        (void)calx_session_flush(session);
    else if (what < 10)
        (void)calx_session_commit(session);
    else if (what < 14)
        (void)calx_session_rollback(session);
    else if (what == 14)
        (void)calx_session_expunge_all(session);
    else
        (void)calx_session_close(session);
    if (!calx_session_is_active(session) && roll(c->w, 2) == 0)
        (void)calx_session_rollback(session);
}

static void chaos_step(chaos *c)
{
    int i = (int)roll(c->w, PLACES);
    int k = (int)roll(c->w, PLACES);
    unsigned what = roll(c->w, 16);
    if (what < 3)
        fill_place(c, i);
    else if (what == 3)
        find_place(c, i);
    else if (what == 4)
        assign_place(c, i, k);
    else if (what < 10)
        relate_places(c, i, k);
    else if (what < 14)
        change_membership(c, i);
    else
        end_something(c);
    look_around(c);
}

static void run_chaos(world *w, uint64_t seed)
{
    chaos c = { .w = w };
    w->seed = w->random = seed;
    graph_reopen(&w->fix, seed % 2 == 0);
    for (w->step = 0; w->step < CHAOS_STEPS; w->step++)
        chaos_step(&c);
    graph_reopen(&w->fix, true);
    look_around(&c);
    for (int i = 0; i < PLACES; i++)
        calx_instance_free((void *)c.places[i]);
}

/* For a build with sanitizers above all. */
static void no_sequence_of_calls_leaves_a_dangling_pointer(void **state)
{
    (void)state;
    static world w;
    const char *only = getenv("CALX_TEST_SEED");
    graph_open(&w.fix);
    if (only != NULL)
        run_chaos(&w, strtoull(only, NULL, 10));
    for (uint64_t seed = 1; only == NULL && seed <= CHAOS_SEQUENCES; seed++)
        run_chaos(&w, seed);
    graph_close(&w.fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_sequence_of_calls_leaves_both_sides_in_step),
        cmocka_unit_test(no_sequence_of_calls_leaves_a_dangling_pointer),
    };
    return CALX_RUN("relationship_model", tests);
}
