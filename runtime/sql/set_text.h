/*
 * Statements of one row some of whose columns are worked out by the database (SES-180). Each such
 * row is a text of its own; what a mapper needs for plain rows is in plan.h.
 */
#ifndef CALX_SQL_SET_TEXT_H
#define CALX_SQL_SET_TEXT_H

#include "sql/condition.h"
#include "sql/writer.h"

/* A column of the row: the value, where there is no expression. */
typedef struct calx_sql_set {
    uint16_t column;
    const calx_condition *expression;
    calx_value value;
} calx_sql_set;

typedef struct calx_sql_row {
    const calx_mapper *mapper;
    const calx_sql_set *columns; /* ascending; not empty */
    size_t count;
    const calx_value *where; /* of an UPDATE: the key in key order, then the version, if any */
} calx_sql_row;

/* Puts what the column is set to. */
void calx_sql_put_set(calx_sql_writer *writer, const calx_sql_set *set);

/*
 * Puts the text and adds the parameters. The INSERT gives the key the database made as its plan
 * does; an expression of it names no column. Answers as calx_sql_select().
 */
calx_status calx_sql_update_row(calx_buffer *out, calx_parameter_list *out_parameters,
                                const calx_dialect *dialect, const calx_sql_row *row,
                                calx_error *error);
calx_status calx_sql_insert_row(calx_buffer *out, calx_parameter_list *out_parameters,
                                const calx_dialect *dialect, const calx_sql_row *row,
                                calx_error *error);

#endif
