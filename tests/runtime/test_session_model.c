/*
 * Many short random walks through a session beside a model of it, checked after each step, on each
 * database. CALX_TEST_SEED and CALX_TEST_WALKS choose others, and more; a walk that fails is made
 * as short as it gets and printed.
 */
#include "session_world.h"

#include <stdio.h>
#include <stdlib.h>

enum { WALKS = 2000, STEPS = 30, PRINTED = 4000 };

static uint64_t number_from(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text == NULL || *text == '\0' ? otherwise : strtoull(text, NULL, 10);
}

static void print_walk(const world *self, const walk *taken)
{
    char text[PRINTED];
    size_t used = 0;
    for (size_t i = 0; i < taken->count && used < sizeof(text); i++) {
        const walk_step *step = &taken->steps[i];
        used += (size_t)snprintf(
            text + used, sizeof(text) - used, "\n  %-16s which %u, key %u, value %u",
            world_action_name(step->action), step->which, step->key, step->value);
    }
    print_error("walk %llu: %s%s\n", (unsigned long long)taken->seed, self->why, text);
}

/* The walks do not look at what survives a power cut. */
static const char *fast_url(void)
{
    return calx_test_on("sqlite") ? calx_test_url_with("synchronous=off") : calx_test_url();
}

/* Of the same kind; on a server it is the same database, and another connection to it. */
static calx_engine *second_engine(void)
{
    char url[700];
    calx_engine *engine = NULL;
    if (calx_test_on("sqlite"))
        (void)snprintf(url, sizeof(url), "sqlite:///%s?synchronous=off",
                       calx_test_path("second.db"));
    else
        (void)snprintf(url, sizeof(url), "%s", calx_test_url());
    assert_int_equal(calx_engine_new(url, NULL, &engine, NULL), CALX_OK);
    assert_int_equal(calx_schema_create_all(engine, &sample_metadata, NULL), CALX_OK);
    return engine;
}

static bool take_walks(world *self, uint64_t walks)
{
    uint64_t first = number_from("CALX_TEST_SEED", 1);
    bool well = true;
    print_message("# %llu walks from seed %llu\n", (unsigned long long)walks,
                  (unsigned long long)first);
    for (uint64_t i = 0; well && i < walks; i++) {
        walk taken;
        walk_make(&taken, &world_actions, first + i, STEPS);
        well = world_take(self, &taken);
        if (well)
            continue;
        walk_shrink(&taken, world_take, self);
        (void)world_take(self, &taken); /* once more, for what it says */
        print_walk(self, &taken);
    }
    return well;
}

static void random_walks_agree_with_the_model(void **state)
{
    (void)state;
    calx_shows("SES-104");
    calx_shows("SES-107");
    calx_shows("SES-109");
    calx_shows("SES-133");
    calx_shows("SES-134");
    calx_shows("SES-137");
    calx_shows("SES-139");
    calx_shows("SES-141");
    calx_shows("SES-154");
    calx_shows("SES-250");
    calx_shows("SES-251");
    calx_shows("SES-252");
    calx_shows("SES-253");
    fixture fix;
    world self;
    set_up_at(&fix, fast_url(), &sample_metadata);
    world_begin(&self, &fix, NULL);
    bool well = take_walks(&self, number_from("CALX_TEST_WALKS", WALKS));
    world_end(&self);
    tear_down(&fix);
    assert_true(well);
}

static void walks_over_two_engines_agree_as_well(void **state)
{
    (void)state;
    calx_shows("SES-360");
    calx_shows("SES-363");
    fixture fix;
    world self;
    set_up_at(&fix, fast_url(), &sample_metadata);
    calx_engine *second = second_engine();
    world_begin(&self, &fix, second);
    bool well = take_walks(&self, number_from("CALX_TEST_WALKS", WALKS) / 4);
    world_end(&self);
    calx_engine_free(second);
    tear_down(&fix);
    assert_true(well);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_walks_agree_with_the_model),
        cmocka_unit_test(walks_over_two_engines_agree_as_well),
    };
    return CALX_RUN("session_model", tests);
}
