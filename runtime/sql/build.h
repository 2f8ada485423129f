/*
 * Parts that functions which make expressions share.
 */
#ifndef CALX_SQL_BUILD_H
#define CALX_SQL_BUILD_H

#include <calx/scalar.h>

/* One node without operands, of no class. */
calx_expression calx_expression_start(calx_operator operation);

/* Sets the class of the whole. */
void calx_expression_type(calx_expression *expression, calx_value_type value_class, bool nullable);

/* Adds an operand behind those there are; one that was never set makes the whole never set. */
void calx_expression_append(calx_expression *to, const calx_expression *child);

/* Both behind one node, with the operands of a side that is the same operation. */
calx_expression calx_expression_join(calx_operator operation, const calx_expression *left,
                                     const calx_expression *right);

/* In one node where a column is the first operand, and nothing large the second. */
calx_expression calx_expression_of_one(calx_operator operation, const calx_expression *operand);
calx_expression calx_expression_of_two(calx_operator operation, const calx_expression *left,
                                       const calx_expression *right);

/* A lone value becomes one of this class, where C writes it in another way. */
void calx_expression_adapt(calx_expression *expression, calx_value_type value_class);

/* A column or a value by itself. */
calx_expression calx_operand_expression(const calx_operand *operand);

#endif
