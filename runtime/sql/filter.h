/*
 * A filter's inside: one AND or OR node, and behind it everything that was added.
 */
#ifndef CALX_SQL_FILTER_H
#define CALX_SQL_FILTER_H

#include "base/arena.h"

#include <calx/expression.h>

struct calx_filter {
    calx_node *nodes; /* nodes[0] is the join */
    size_t count;
    size_t capacity;
    calx_status status; /* the first failure of an add */
    calx_arena arena;   /* texts and lists */
};

#endif
