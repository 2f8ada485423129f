/*
 * An allocator that gives out so many blocks and then no more, and counts those that are not back
 * yet: for the loop that lets each allocation of a scenario fail in turn.
 */
#ifndef CALX_TESTS_RATION_H
#define CALX_TESTS_RATION_H

#include <stddef.h>

struct ration {
    size_t left;
    size_t blocks;
};

/* For calx_allocator; the context is a struct ration. */
void *ration_resize(void *context, void *block, size_t size);

#endif
