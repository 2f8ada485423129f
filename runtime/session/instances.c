/*
 * The growing array of instances. Reserving is a step of its own, because after SQL has run nothing
 * may fail any more: the unit of work reserves first and pushes afterwards.
 */
#include "session/instances.h"

#include "base/allocator.h"

#include <string.h>

calx_status calx_instances_reserve(calx_instances *instances, size_t more)
{
    if (instances->capacity - instances->count >= more)
        return CALX_OK;
    size_t wanted = instances->count + more;
    size_t doubled = instances->capacity * 2;
    size_t capacity = wanted > doubled ? wanted : doubled;
    if (capacity < 16)
        capacity = 16;
    calx_instance **items =
        calx_resize_array(instances->items, capacity, sizeof(*instances->items));
    if (items == NULL)
        return CALX_E_NOMEM;
    instances->items = items;
    instances->capacity = capacity;
    return CALX_OK;
}

calx_status calx_instances_push(calx_instances *instances, calx_instance *instance)
{
    calx_status status = calx_instances_reserve(instances, 1);
    if (status == CALX_OK)
        instances->items[instances->count++] = instance;
    return status;
}

bool calx_instances_remove(calx_instances *instances, const calx_instance *instance)
{
    for (size_t i = instances->count; i-- > 0;) { /* a rollback takes them out last to first */
        if (instances->items[i] != instance)
            continue;
        size_t behind = instances->count - i - 1;
        memmove(&instances->items[i], &instances->items[i + 1], behind * sizeof(*instances->items));
        instances->count--;
        return true;
    }
    return false;
}

void calx_instances_clear(calx_instances *instances)
{
    calx_release(instances->items);
    memset(instances, 0, sizeof(*instances));
}
