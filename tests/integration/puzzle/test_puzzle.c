/*
 * Random queries: what comes out of a database is what they mean. A failure names its seed and is
 * made smaller. With CALX_PUZZLE_SEED=N that one is run alone, with CALX_PUZZLES=N so many are,
 * from CALX_PUZZLE_FIRST on.
 */
#include "puzzle.h"
#include "shrink.h"

#include "models.calx.h"
#include "support/harness.h"
#include "support/sanitizers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WORLD = 200, /* puzzles of the same rows */
    PUZZLES = CALX_TEST_CHECKS_ADDRESSES ? 1500
              : CALX_TEST_CHECKS_THREADS ? 400
                                         : 10000
};

typedef struct table_of_puzzles {
    calx_engine *engine;
    calx_session *session;
    puzzle_world world;
    uint64_t world_seed;
} table_of_puzzles;

static void set_up(table_of_puzzles *self)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    assert_int_equal(calx_engine_new(calx_test_url(), NULL, &self->engine, NULL), CALX_OK);
    assert_int_equal(calx_schema_create_all(self->engine, &models_metadata, NULL), CALX_OK);
    options.bind = self->engine;
    assert_int_equal(calx_session_new(&options, &self->session, NULL), CALX_OK);
    self->world_seed = UINT64_MAX;
}

static void tear_down(table_of_puzzles *self)
{
    calx_session_free(self->session);
    calx_engine_free(self->engine);
}

static void use_world(table_of_puzzles *self, uint64_t seed)
{
    if (self->world_seed == seed)
        return;
    self->world_seed = seed;
    world_make(&self->world, seed);
    world_store(&self->world, self->session);
}

static void report(uint64_t seed, puzzle_query *wrong, const puzzle_place *place)
{
    puzzle_pool pool = { NULL };
    const char *before = puzzle_difference(place, &pool, wrong);
    fprintf(stderr, "puzzle %llu: %s\n", (unsigned long long)seed, before);
    puzzle_shrink(place, wrong);
    fprintf(stderr, "smaller: %s\n", puzzle_difference(place, &pool, wrong));
    pool_clear(&pool);
}

static bool is_right(table_of_puzzles *self, uint64_t seed)
{
    puzzle_pool made = { NULL };
    puzzle_pool used = { NULL };
    use_world(self, seed / WORLD);
    const puzzle_place place = { &self->world, self->session, false };
    puzzle_query *query = puzzle_make(&self->world, &made, seed);
    bool right = puzzle_difference(&place, &used, query) == NULL;
    if (!right)
        report(seed, query, &place);
    pool_clear(&used);
    pool_clear(&made);
    return right;
}

static uint64_t number_in(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text == NULL || *text == '\0' ? otherwise : strtoull(text, NULL, 10);
}

static void random_queries_mean_what_they_say(void **state)
{
    (void)state;
    table_of_puzzles self;
    uint64_t alone = number_in("CALX_PUZZLE_SEED", UINT64_MAX);
    uint64_t count = number_in("CALX_PUZZLES", PUZZLES);
    uint64_t first = number_in("CALX_PUZZLE_FIRST", 0);
    uint64_t wrong = 0;
    set_up(&self);
    if (alone != UINT64_MAX) {
        first = alone;
        count = 1;
    }
    for (uint64_t seed = first; seed < first + count && wrong < 5; seed++)
        wrong += !is_right(&self, seed);
    assert_int_equal(wrong, 0);
    tear_down(&self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_queries_mean_what_they_say),
    };
    return CALX_RUN("puzzle", tests);
}
