/*
 * Making walks, and making them shorter: halves are left out first, then ever smaller parts, until
 * no single step can be spared.
 */
#include "walk.h"

#include <string.h>

static uint32_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33);
}

static uint8_t pick_action(const walk_actions *actions, uint64_t *state)
{
    unsigned sum = 0;
    for (size_t i = 0; i < actions->count; i++)
        sum += actions->weights[i];
    unsigned drawn = next_random(state) % sum;
    size_t action = 0;
    while (drawn >= actions->weights[action])
        drawn -= actions->weights[action++];
    return (uint8_t)action;
}

void walk_make(walk *out, const walk_actions *actions, uint64_t seed, size_t count)
{
    uint64_t state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    (void)next_random(&state);
    out->seed = seed;
    out->count = count < WALK_MOST_STEPS ? count : WALK_MOST_STEPS;
    for (size_t i = 0; i < out->count; i++) {
        walk_step *step = &out->steps[i];
        step->action = pick_action(actions, &state);
        step->which = (uint8_t)next_random(&state);
        step->key = (uint8_t)next_random(&state);
        step->value = (uint8_t)next_random(&state);
    }
}

/* The walk without `count` steps from `first` on. */
static walk without(const walk *whole, size_t first, size_t count)
{
    walk rest = { .seed = whole->seed };
    for (size_t i = 0; i < whole->count; i++)
        if (i < first || i >= first + count)
            rest.steps[rest.count++] = whole->steps[i];
    return rest;
}

static bool leave_out(walk *failing, size_t part, walk_function take, void *context)
{
    bool shorter = false;
    for (size_t first = 0; first < failing->count;) {
        walk rest = without(failing, first, part);
        if (rest.count > 0 && !take(context, &rest)) {
            *failing = rest;
            shorter = true;
        } else {
            first += part;
        }
    }
    return shorter;
}

void walk_shrink(walk *failing, walk_function take, void *context)
{
    for (size_t part = failing->count / 2; part > 1; part /= 2)
        (void)leave_out(failing, part, take, context);
    while (leave_out(failing, 1, take, context))
        ;
}
