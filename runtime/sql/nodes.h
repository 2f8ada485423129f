/*
 * Nodes of expressions: what can be said of one by itself, and deep copies of many.
 */
#ifndef CALX_SQL_NODES_H
#define CALX_SQL_NODES_H

#include <calx/expression.h>

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

/* An expression nests no deeper: databases have such a limit too, of which this is the smallest. */
enum { CALX_NODES_DEPTH = 400, CALX_OPERATOR_COUNT = CALX_OP_IN_SELECT + 1 };

/* The class of a column's values. */
calx_value_type calx_class_of_type(calx_type type);

/* The same of a handle; CALX_VALUE_NULL: it was never set. */
calx_value_type calx_class_of_column(calx_column_ref ref);

/* The class that values of both have, where numbers may mix; CALX_VALUE_NULL: none, or not known.
 */
calx_value_type calx_class_of_both(calx_value_type left, calx_value_type right);

bool calx_class_is_number(calx_value_type value_class);

/* A value as one of the class it meets, where C writes it in another way: 1 for true, 18 for 18.0.
 */
calx_value calx_value_adapted(calx_value value, calx_value_type value_class);

/* Whether its operands are its column and its operand. */
bool calx_node_is_compact(const calx_node *node);

/* The node behind an expression that begins here and is whole. */
const calx_node *calx_node_end(const calx_node *node);

/* The bytes one item of a list takes; 0: a list cannot be of that type. */
size_t calx_list_item_size(calx_type item_type);

/* An item of a list as a value of the class it is compared with. */
calx_value calx_list_value(const calx_list *list, size_t i, calx_value_type value_class);

/* How many nodes a copy has: what a builder keeps is put in its place. */
size_t calx_nodes_size(const calx_node *nodes, size_t count);

/*
 * Copies nodes with what their values and lists point at; to has room for calx_nodes_size() of
 * them. Answers CALX_OK or CALX_E_NOMEM.
 */
calx_status calx_nodes_copy(calx_node *to, calx_arena *arena, const calx_node *from, size_t count);

#endif
