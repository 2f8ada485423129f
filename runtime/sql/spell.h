/*
 * Expressions for people to read, in messages: SQL-like text with the names of tables in front of
 * columns, and `?` for each value, which is never told.
 */
#ifndef CALX_SQL_SPELL_H
#define CALX_SQL_SPELL_H

#include <calx/expression.h>

/* The expression that begins here; calx_spell_free(). NULL: no memory. */
char *calx_spell(const calx_node *nodes);
void calx_spell_free(char *spelled);

#endif
