/*
 * Random walks: sequences of steps made from a seed, and the shortest form of one that fails. What
 * a step does, the world it is made in knows; steps that make no sense there are skipped, so that
 * any part of a walk is a walk too.
 */
#ifndef TESTS_RUNTIME_WALK_H
#define TESTS_RUNTIME_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WALK_MOST_STEPS = 64 };

typedef struct walk_step {
    uint8_t action;
    uint8_t which; /* of all things there are */
    uint8_t key;
    uint8_t value;
} walk_step;

typedef struct walk {
    uint64_t seed;
    size_t count;
    walk_step steps[WALK_MOST_STEPS];
} walk;

/* How often each action comes, of the sum of all. */
typedef struct walk_actions {
    const unsigned *weights;
    size_t count;
} walk_actions;

/* Takes the walk from an empty world; false: something was not as it should be. */
typedef bool (*walk_function)(void *context, const walk *taken);

void walk_make(walk *out, const walk_actions *actions, uint64_t seed, size_t count);

/* Leaves steps out as long as the walk fails without them. */
void walk_shrink(walk *failing, walk_function take, void *context);

#endif
