/*
 * A statement over mappers, whichever it is: its text, or the shape by which a text of it is found.
 */
#ifndef CALX_SQL_STATEMENT_H
#define CALX_SQL_STATEMENT_H

#include "sql/criteria_text.h"
#include "sql/insert_text.h"
#include "sql/select.h"

/* One of them; the others are NULL. */
typedef struct calx_sql_statement {
    const calx_sql_query *query;
    const calx_sql_criteria *criteria;
    const calx_sql_insert *insert;
} calx_sql_statement;

/* Puts the text and adds the parameters. Answers as calx_sql_select(). */
calx_status calx_sql_statement_text(calx_buffer *out, calx_parameter_list *out_parameters,
                                    const calx_dialect *dialect,
                                    const calx_sql_statement *statement, calx_error *error);

/* The shape of that text, and the values it has. Answers as calx_sql_shape(). */
bool calx_sql_statement_shape(calx_shape *out, calx_parameter_list *out_parameters,
                              const calx_dialect *dialect, const calx_sql_statement *statement);

#endif
