/*
 * Conditions as a query keeps them: the nodes of an expression or a filter with everything they
 * point at, copied into an arena, so that nothing of the caller's is needed afterwards.
 */
#ifndef CALX_SQL_CONDITION_H
#define CALX_SQL_CONDITION_H

#include <calx/expression.h>

#include "base/arena.h"

/* Nodes in prefix order; borrowed from the arena they were copied to. */
typedef struct calx_condition {
    const calx_node *nodes;
    size_t count;
} calx_condition;

/*
 * Answers CALX_OK; CALX_E_LIMIT the expression did not fit its nodes; CALX_E_ARGUMENT it was never
 * set; CALX_E_NOMEM. Which columns and values it names is looked at when the text is written.
 */
calx_status calx_condition_from_expression(calx_condition *out, calx_arena *arena,
                                           const calx_expression *expression, calx_error *error);

/* The same; the first failure of an add to the filter comes up here. */
calx_status calx_condition_from_filter(calx_condition *out, calx_arena *arena,
                                       const calx_filter *filter, calx_error *error);

#endif
