/*
 * Deep copies of nodes: what their values and lists point at goes into an arena.
 */
#ifndef CALX_SQL_COPY_H
#define CALX_SQL_COPY_H

#include "base/arena.h"

#include <calx/expression.h>

/* The bytes one item of a list takes; 0: a list cannot be of that type. */
size_t calx_list_item_size(calx_type item_type);

/* to has room for count nodes. Answers CALX_OK or CALX_E_NOMEM. */
calx_status calx_nodes_copy(calx_node *to, calx_arena *arena, const calx_node *from, size_t count);

#endif
