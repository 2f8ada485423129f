/*
 * The rationed allocator. Counts are atomic, since the code under test may use several threads.
 */
#include "support/ration.h"

#include <stdlib.h>

static void *resize(void *context, void *block, size_t size)
{
    ration *account = context;
    if (size == 0) {
        if (block != NULL)
            atomic_fetch_sub(&account->live, 1);
        free(block);
        return NULL;
    }
    long left = atomic_fetch_sub(&account->left, 1);
    if (left == 0 || (left < 0 && !atomic_load(&account->once)))
        return NULL;
    void *result = realloc(block, size);
    if (block == NULL && result != NULL)
        atomic_fetch_add(&account->live, 1);
    return result;
}

bool ration_start(ration *account, long allocations)
{
    atomic_init(&account->left, allocations);
    atomic_init(&account->live, 0);
    atomic_init(&account->once, false);
    return calx_set_allocator(&(calx_allocator){ resize, account }) == CALX_OK;
}

long ration_stop(ration *account)
{
    if (calx_set_allocator(NULL) != CALX_OK)
        return -1;
    return atomic_load(&account->live);
}
