/*
 * UPDATE and DELETE of the rows that meet conditions. Each is a text of its own; the rows that a
 * session knows by their keys are in plan.h.
 */
#ifndef CALX_SQL_CRITERIA_TEXT_H
#define CALX_SQL_CRITERIA_TEXT_H

#include "sql/set_text.h"

typedef struct calx_sql_criteria {
    const calx_mapper *mapper;
    const calx_sql_set *sets; /* none: a DELETE */
    size_t set_count;
    const calx_condition *conditions; /* joined by AND */
    size_t condition_count;
    bool is_named; /* the table has the name "t0", since selects stand in the statement */
} calx_sql_criteria;

/* Puts the text and adds the parameters. Answers as calx_sql_select(). */
calx_status calx_sql_criteria_text(calx_buffer *out, calx_parameter_list *out_parameters,
                                   const calx_dialect *dialect, const calx_sql_criteria *criteria,
                                   calx_error *error);

/* Puts behind it that each row gives its key, in key order. Failures stick in the buffer. */
void calx_sql_returning_key(calx_buffer *out, const calx_dialect *dialect,
                            const calx_mapper *mapper);

#endif
