/*
 * A one-to-one under random changes from either side, flushes, rollbacks and savepoints, compared
 * with a table of who has what. Whatever is known in memory says so on both sides, and the database
 * agrees after each commit.
 */
#include "household_model.calx.h"

#include "support/graph_session.h"
#include "support/harness.h"

#include <stdio.h>

enum { PERSONS = 4, LOCKERS = 5, STEPS = 60, SEEDS = 25 };

/* Who each locker belongs to; 0: nobody. */
typedef struct table {
    int64_t owners[LOCKERS + 1];
} table;

typedef struct world {
    graph fix;
    uint32_t seed;
    table now, stored, outside;
    bool nested; /* a savepoint is open; outside is what was when it began */
} world;

static size_t any(world *self, size_t below)
{
    self->seed = self->seed * 1664525u + 1013904223u;
    return (self->seed >> 16) % below;
}

static const struct person *person(const world *self, size_t id)
{
    return graph_get(&self->fix, &person_mapper, (int64_t)id);
}

static const struct locker *locker(const world *self, size_t id)
{
    return graph_get(&self->fix, &locker_mapper, (int64_t)id);
}

/* ---- what must hold ---- */

static void check_memory(const world *self)
{
    for (size_t i = 1; i <= LOCKERS; i++) {
        const struct locker *one = locker(self, i);
        if (one->person != NULL && one->person->locker != NULL)
            assert_ptr_equal(one->person->locker, one);
    }
    for (size_t i = 1; i <= PERSONS; i++) {
        const struct person *one = person(self, i);
        if (one->locker != NULL)
            assert_ptr_equal(one->locker->person, one);
    }
}

static void check_all(const world *self)
{
    for (size_t i = 1; i <= LOCKERS; i++) {
        const struct person *owner = NULL;
        const struct locker *back = NULL;
        graph_ok(&self->fix, locker_person(locker(self, i), &owner));
        assert_int_equal(owner == NULL ? 0 : owner->id, self->now.owners[i]);
        if (owner == NULL)
            continue;
        graph_ok(&self->fix, person_locker(owner, &back));
        assert_ptr_equal(back, locker(self, i));
    }
}

static void check_database(const world *self)
{
    char sql[80];
    for (size_t i = 1; i <= LOCKERS; i++) {
        (void)snprintf(sql, sizeof(sql),
                       "SELECT coalesce(person_id, 0) FROM lockers WHERE id = %zu", i);
        assert_int_equal(graph_number(&self->fix, sql), self->now.owners[i]);
    }
}

/* ---- steps ---- */

static void give(world *self, size_t to, size_t which)
{
    for (size_t i = 1; to != 0 && i <= LOCKERS; i++)
        if (self->now.owners[i] == (int64_t)to)
            self->now.owners[i] = 0;
    self->now.owners[which] = (int64_t)to;
}

/* Half of the changes know what was there before; the others leave it to the flush. */
static void load_some(world *self, const struct person *one, const struct locker *other)
{
    const struct locker *known = NULL;
    const struct person *owner = NULL;
    graph_ok(&self->fix, locker_person(other, &owner));
    if (owner != NULL)
        graph_ok(&self->fix, person_locker(owner, &known));
    graph_ok(&self->fix, person_locker(one, &known));
}

static void change(world *self)
{
    size_t to = 1 + any(self, PERSONS);
    size_t which = 1 + any(self, LOCKERS);
    const struct person *one = person(self, to);
    const struct locker *other = locker(self, which);
    bool knows = any(self, 2) == 0;
    if (knows)
        load_some(self, one, other);
    graph_ok(&self->fix,
             any(self, 2) == 0 ? person_set_locker(one, other) : locker_set_person(other, one));
    give(self, to, which);
    if (!knows)
        graph_ok(&self->fix, calx_session_flush(self->fix.session));
}

static void clear(world *self)
{
    size_t which = 1 + any(self, LOCKERS);
    size_t from = 1 + any(self, PERSONS);
    if (any(self, 2) == 0) {
        graph_ok(&self->fix, locker_set_person(locker(self, which), NULL));
        self->now.owners[which] = 0;
        return;
    }
    graph_ok(&self->fix, person_set_locker(person(self, from), NULL));
    for (size_t i = 1; i <= LOCKERS; i++)
        if (self->now.owners[i] == (int64_t)from)
            self->now.owners[i] = 0;
}

static void end_savepoint(world *self, bool commit)
{
    calx_session_transaction inner = calx_session_get_nested_transaction(self->fix.session);
    graph_ok(&self->fix, commit ? calx_session_transaction_commit(inner)
                                : calx_session_transaction_rollback(inner));
    if (!commit)
        self->now = self->outside;
    self->nested = false;
}

static void savepoint(world *self)
{
    if (self->nested) {
        end_savepoint(self, any(self, 2) == 0);
        return;
    }
    graph_ok(&self->fix, calx_session_begin_nested(self->fix.session));
    self->outside = self->now;
    self->nested = true;
}

static void end(world *self, bool commit)
{
    graph_ok(&self->fix, commit ? calx_session_commit(self->fix.session)
                                : calx_session_rollback(self->fix.session));
    self->nested = false;
    if (commit)
        self->stored = self->now;
    self->now = self->stored;
    check_database(self);
}

static void step(world *self)
{
    switch (any(self, 12)) {
    case 0:
        savepoint(self);
        break;
    case 1:
        end(self, any(self, 2) == 0);
        break;
    case 2:
        graph_ok(&self->fix, calx_session_flush(self->fix.session));
        break;
    case 3:
        graph_ok(&self->fix, calx_session_flush(self->fix.session));
        graph_ok(&self->fix, calx_session_expire_all(self->fix.session));
        break;
    case 4:
        check_all(self);
        break;
    case 5:
    case 6:
        clear(self);
        break;
    default:
        change(self);
    }
    check_memory(self);
}

static void one_to_ones_are_what_a_table_says(void **state)
{
    (void)state;
    world self = { .seed = 1 };
    graph_open(&self.fix);
    assert_int_equal(calx_schema_create_all(self.fix.engine, &household_model_metadata, NULL),
                     CALX_OK);
    graph_sql(&self.fix, "INSERT INTO persons (name) VALUES ('a'), ('b'), ('c'), ('d')");
    graph_sql(&self.fix, "INSERT INTO lockers (person_id) VALUES (1), (2), (NULL), (NULL), (4)");
    graph_ok(&self.fix, calx_session_commit(self.fix.session));
    self.stored = (table){ { 0, 1, 2, 0, 0, 4 } };
    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        graph_reopen(&self.fix, seed % 2 == 0);
        self.seed = seed;
        self.now = self.stored;
        for (size_t i = 0; i < STEPS; i++)
            step(&self);
        end(&self, true);
    }
    graph_close(&self.fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_to_ones_are_what_a_table_says),
    };
    return CALX_RUN("one_to_one_random", tests);
}
