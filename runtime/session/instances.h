/*
 * A growing array of instances: the unit of work's lists.
 */
#ifndef CALX_SESSION_INSTANCES_H
#define CALX_SESSION_INSTANCES_H

#include "mapper/instance.h"

typedef struct calx_instances {
    calx_instance **items;
    size_t count, capacity;
} calx_instances;

/* After CALX_OK, more further pushes cannot fail. */
calx_status calx_instances_reserve(calx_instances *instances, size_t more);

calx_status calx_instances_push(calx_instances *instances, calx_instance *instance);

/* Takes it out and keeps the order. Answers whether it was in. */
bool calx_instances_remove(calx_instances *instances, const calx_instance *instance);

/* Gives the memory back. */
void calx_instances_clear(calx_instances *instances);

#endif
