/*
 * What only the CREATE text of a table or index says, where the database keeps the text: names of
 * constraints, checks, expressions. The text was accepted by the database, so it is read for what
 * is wanted, not checked; one that is not as expected gives less, never a failure.
 */
#ifndef CALX_SCHEMA_CREATE_TEXT_H
#define CALX_SCHEMA_CREATE_TEXT_H

#include <calx/error.h>

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum calx_create_kind {
    CALX_CREATE_KEY = 1,
    CALX_CREATE_UNIQUE,
    CALX_CREATE_FOREIGN,
    CALX_CREATE_CHECK,
    CALX_CREATE_COMPUTED
} calx_create_kind;

typedef struct calx_create_list {
    const char **items;
    size_t count;
} calx_create_list;

typedef struct calx_create_constraint {
    calx_create_kind kind;
    const char *name;         /* or NULL */
    calx_create_list columns; /* of a key, or the one that is computed */
    const char *target;       /* of a foreign key: the table */
    const char *sql;          /* of a check or a computed column, without parentheses */
    bool deferrable;
    bool deferred;
    bool taken; /* for whoever looks for the database's own answer */
} calx_create_constraint;

/* The constraints in the order of the text. */
typedef struct calx_create_text {
    calx_create_constraint *constraints;
    size_t count;
} calx_create_text;

/* All of it lies in the arena. Answers CALX_OK or CALX_E_NOMEM. */
calx_status calx_create_text_read(calx_arena *arena, const char *sql, calx_create_text *out);

/* What an index is ordered by, as SQL, and of which rows it is. */
typedef struct calx_create_index {
    calx_create_list parts;
    const char *predicate; /* or NULL */
} calx_create_index;

/* The same for CREATE INDEX. */
calx_status calx_create_index_read(calx_arena *arena, const char *sql, calx_create_index *out);

#endif
