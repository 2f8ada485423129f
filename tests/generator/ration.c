/*
 * Allocations that fail at a chosen point. Memory of the test itself comes from malloc(), so it
 * neither counts nor fails.
 */
#include "ration.h"

#include <stdlib.h>

void *ration_resize(void *context, void *block, size_t size)
{
    struct ration *ration = context;
    void *resized;

    if (size == 0) {
        ration->blocks -= block != NULL;
        free(block);
        return NULL;
    }
    if (ration->left == 0)
        return NULL;
    ration->left--;
    resized = realloc(block, size);
    ration->blocks += !block && resized;
    return resized;
}
