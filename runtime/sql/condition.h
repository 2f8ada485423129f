/*
 * Expressions as statements keep them: the nodes of an expression or a filter with everything they
 * point at, copied into an arena, so that nothing of the caller's is needed afterwards. What is
 * kept was looked at: it is whole, and each operator has operands it can work with.
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

/* Where an expression is to stand, which tells what may be in it. */
typedef enum calx_use {
    CALX_USE_WHERE = 1, /* a condition of rows: neither aggregates nor window functions */
    CALX_USE_HAVING,    /* a condition of groups: aggregates */
    CALX_USE_VALUE,     /* a value of a row, as in GROUP BY or SET: neither */
    CALX_USE_SELECT     /* a value, also of groups and windows, as in SELECT or ORDER BY */
} calx_use;

/*
 * Answers CALX_OK; CALX_E_LIMIT the expression did not fit its nodes, or nests too deep;
 * CALX_E_ARGUMENT it was never set, or something in it cannot stand where it does: the message
 * spells it; CALX_E_NOMEM. Which columns it names is looked at when the text is written.
 */
calx_status calx_condition_from_expression(calx_condition *out, calx_arena *arena,
                                           const calx_expression *expression, calx_error *error);

/* The same for any use. */
calx_status calx_expression_keep(calx_condition *out, calx_arena *arena,
                                 const calx_expression *expression, calx_use use,
                                 calx_error *error);

/* As for an expression; the first failure of an add to the filter comes up here. */
calx_status calx_condition_from_filter(calx_condition *out, calx_arena *arena,
                                       const calx_filter *filter, calx_error *error);

/* The look at nodes alone, which are flat. check.c */
calx_status calx_nodes_check(const calx_node *nodes, size_t count, calx_use use, calx_error *error);

/* The class of the values of an expression that was looked at; CALX_VALUE_NULL: not known. */
calx_value_type calx_condition_class(const calx_condition *condition);

#endif
