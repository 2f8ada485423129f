/*
 * Assignments as statements keep them: the column was looked up, an expression copied and looked
 * at, a value brought to the class of its column.
 */
#ifndef CALX_SQL_ASSIGN_H
#define CALX_SQL_ASSIGN_H

#include <calx/assignment.h>

#include "sql/condition.h"
#include "sql/set_text.h"

/*
 * A kept assignment to a column of the mapper; what it points at lies in the arena. Answers
 * CALX_OK; CALX_E_ARGUMENT the column is another's, or does not take the class of the expression;
 * CALX_E_LIMIT; CALX_E_NOMEM.
 */
calx_status calx_assignment_keep(calx_sql_set *out, calx_arena *arena, const calx_mapper *mapper,
                                 const calx_assignment *assignment, calx_error *error);

/* CALX_E_ARGUMENT, spelling the expression: the column does not take values of its class. */
calx_status calx_assignment_check_class(const calx_column *column, const calx_condition *kept,
                                        calx_error *error);

#endif
