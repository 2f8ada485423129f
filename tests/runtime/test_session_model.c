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

static void set_up_world(fixture *fix, world *self)
{
    /* The walks do not look at what survives a power cut. */
    const char *url =
        calx_test_on("sqlite") ? calx_test_url_with("synchronous=off") : calx_test_url();
    set_up_at(fix, url, &sample_metadata);
    world_begin(self, fix);
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
    set_up_world(&fix, &self);
    uint64_t first = number_from("CALX_TEST_SEED", 1);
    uint64_t walks = number_from("CALX_TEST_WALKS", WALKS);
    print_message("# %llu walks from seed %llu\n", (unsigned long long)walks,
                  (unsigned long long)first);
    bool well = true;
    for (uint64_t i = 0; well && i < walks; i++) {
        walk taken;
        walk_make(&taken, &world_actions, first + i, STEPS);
        well = world_take(&self, &taken);
        if (well)
            continue;
        walk_shrink(&taken, world_take, &self);
        (void)world_take(&self, &taken); /* once more, for what it says */
        print_walk(&self, &taken);
    }
    world_end(&self);
    tear_down(&fix);
    assert_true(well);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_walks_agree_with_the_model),
    };
    return CALX_RUN("session_model", tests);
}
