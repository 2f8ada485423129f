/*
 * UPDATE and DELETE of the rows that meet conditions; the rows that a session knows by their keys
 * are in plan.h.
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
    bool is_named;    /* the table has the name "t0", since selects stand in the statement */
    bool returns_key; /* of each row, in key order */
} calx_sql_criteria;

/* Puts the statement; failures are the writer's. */
void calx_sql_put_criteria(calx_sql_writer *writer, const calx_sql_criteria *criteria);

#endif
