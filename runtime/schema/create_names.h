/*
 * What a CREATE text adds to what the database said about a table.
 */
#ifndef CALX_SCHEMA_CREATE_NAMES_H
#define CALX_SCHEMA_CREATE_NAMES_H

#include "schema/inspector.h"

/*
 * Gives the table's keys and foreign keys their names, and adds checks and what columns are
 * computed from. The table's lists are in the order of the text. Failures stick in the inspector.
 */
void calx_create_names(calx_inspector *inspector, const char *sql, calx_inspected_table *table);

#endif
