/*
 * Finding `:name` parameters in SQL text that an application wrote. Strings, quoted names,
 * comments, casts (`::`) and, where the database has them, $tag$ strings are stepped over. What is
 * not closed reaches to the end of the text: the database will say so better.
 */
#ifndef CALX_SQL_PARAMETERS_H
#define CALX_SQL_PARAMETERS_H

#include "base/buffer.h"
#include "sql/dialect.h"

#include <calx/error.h>

/* One place where a parameter stands; the colon is at position, the name behind it. */
typedef struct calx_parameter_place {
    size_t position;
    size_t name_size; /* without the colon */
    size_t index;     /* of its name in names: counted by first appearance */
} calx_parameter_place;

typedef struct calx_parameter_map {
    calx_parameter_place *places; /* in text order */
    size_t place_count;
    size_t name_count; /* different names */
} calx_parameter_map;

/* Finds all parameters. Answers CALX_OK or CALX_E_NOMEM; out is empty then. */
calx_status calx_sql_parameters(calx_parameter_map *out, const calx_dialect *dialect,
                                const char *sql, size_t sql_size);

/*
 * Adds a place of each name that only other has, a map of the same text; what was there stays.
 * Answers CALX_OK or CALX_E_NOMEM. For names that are wanted before a dialect is known.
 */
calx_status calx_parameter_map_join(calx_parameter_map *map, const calx_parameter_map *other,
                                    const char *sql);

void calx_parameter_map_clear(calx_parameter_map *map);

/* The index of a name, which is written without its colon; -1: there is no such parameter. */
long calx_parameter_map_find(const calx_parameter_map *map, const char *sql, const char *name);

/* Whether the map has the name that stands at a place of another map of the same text. */
bool calx_parameter_map_has(const calx_parameter_map *map, const char *sql,
                            const calx_parameter_place *place);

/*
 * Puts the text with each parameter replaced by the dialect's placeholder, one number per place:
 * the value of places[i] is parameter i + 1. Failures stick in the buffer.
 */
void calx_sql_parameters_rewrite(calx_buffer *out, const calx_parameter_map *map,
                                 const calx_dialect *dialect, const char *sql, size_t sql_size);

/* What a text in a database's own words holds. */
typedef struct calx_sql_facts {
    size_t placeholders; /* the highest n of its $n; meant for dialects that number them */
    size_t statements;   /* between semicolons; blanks and comments alone are none */
} calx_sql_facts;

/* A word, a quoted text or name with its quotes, or one other character. */
typedef struct calx_sql_token {
    const char *text; /* borrowed from the text it is of */
    size_t size;
} calx_sql_token;

/*
 * The next token of a text that ends with a NUL, behind blanks and comments; *inout_sql goes behind
 * it. false: there is none any more.
 */
bool calx_sql_next_token(const calx_dialect *dialect, const char **inout_sql, calx_sql_token *out);

calx_sql_facts calx_sql_survey(const calx_dialect *dialect, const char *sql, size_t sql_size);

#endif
