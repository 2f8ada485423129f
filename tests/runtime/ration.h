/*
 * An allocator that gives only so many blocks and counts those alive, for tests that let each
 * single allocation of a scenario fail and look for what was left behind.
 */
#ifndef TESTS_RUNTIME_RATION_H
#define TESTS_RUNTIME_RATION_H

#include <calx/allocator.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

typedef struct ration {
    atomic_long left; /* allocations that still succeed */
    atomic_long live; /* blocks given and not given back */
} ration;

static inline void *ration_resize(void *context, void *block, size_t size)
{
    ration *account = context;
    if (size == 0) {
        if (block != NULL)
            atomic_fetch_sub(&account->live, 1);
        free(block);
        return NULL;
    }
    if (atomic_fetch_sub(&account->left, 1) <= 0)
        return NULL;
    void *result = realloc(block, size);
    if (block == NULL && result != NULL)
        atomic_fetch_add(&account->live, 1);
    return result;
}

/* From now on the next allocations succeed, the ones after them fail. */
static inline bool ration_start(ration *account, long allocations)
{
    atomic_init(&account->left, allocations);
    atomic_init(&account->live, 0);
    calx_allocator allocator = { ration_resize, account };
    return calx_set_allocator(&allocator) == CALX_OK;
}

/* Back to the default; answers how many blocks were left behind, -1 for pages still taken. */
static inline long ration_stop(ration *account)
{
    if (calx_set_allocator(NULL) != CALX_OK)
        return -1;
    return atomic_load(&account->live);
}

#endif
