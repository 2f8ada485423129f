/*
 * How a database writes SQL, as pure data. Nobody asks a dialect for its name: what differs is a
 * field here, and a further database is one more table of facts.
 */
#ifndef CALX_SQL_DIALECT_H
#define CALX_SQL_DIALECT_H

#include <calx/lock.h>
#include <calx/mapper.h>

#include "sql/nodes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CALX_TYPE_COUNT = CALX_TYPE_TIMESTAMP + 1,
    CALX_CLASS_COUNT = CALX_VALUE_TIMESTAMP + 1,
    CALX_LOCK_COUNT = CALX_LOCK_KEY_SHARE + 1
};

typedef enum calx_placeholder {
    CALX_PLACEHOLDER_QUESTION = 1, /* ? */
    CALX_PLACEHOLDER_DOLLAR        /* $1, $2, … */
} calx_placeholder;

typedef struct calx_dialect {
    const char *name; /* for messages only */

    char quote_open; /* around names */
    char quote_close;
    size_t max_name;       /* longest name in bytes; 0: no limit */
    size_t max_parameters; /* of one statement */
    size_t max_tables;     /* one SELECT may join; 0: no limit */
    size_t max_columns;    /* one SELECT may give */
    calx_placeholder placeholder;

    const char *types[CALX_TYPE_COUNT]; /* by calx_type */
    const char *text_with_length;       /* in front of "(n)", for text that has a longest length */
    const char *generated_key;          /* type and constraints of a key the database makes */
    bool generated_key_is_primary;      /* those include PRIMARY KEY */
    const char *literal_true;           /* a condition that always holds */
    const char *literal_false;

    const char *limit_none;     /* stands before OFFSET when there is no LIMIT; NULL: not needed */
    const char *default_values; /* what follows the table in an INSERT without columns */
    const char *default_key;    /* the values of a row that is nothing but its made key, where ON
                                   CONFLICT cannot stand behind default_values; NULL: it can */
    bool returns_keys; /* an INSERT gives the key the database made as a row, through RETURNING */
    const char
        *locks[CALX_LOCK_COUNT]; /* what a SELECT that locks its rows ends in; NULL: cannot */
    bool combines_all;           /* INTERSECT ALL, EXCEPT ALL */
    bool distinct_on;            /* DISTINCT ON (…) */
    bool fails_alone;            /* a statement that fails is undone by itself, and the transaction
                                    goes on without a savepoint */
    bool batches_rows;           /* rows go in as one array for each column, through unnest() */
    const char *copy_from; /* what a COPY that brings its rows along ends in; NULL: there is none */

    /* Expressions; NULL: as most databases write it, or nothing (expression_text.c). */
    const char *templates[CALX_OPERATOR_COUNT];
    const char *divide_long;                   /* template of a division of unsigned integers */
    const char *cut_template;                  /* a double without its fraction, inside a cast */
    const char *truth_template;                /* a truth value as a number, inside a cast */
    const char *cast_types[CALX_CLASS_COUNT];  /* what CAST(… AS …) calls a class */
    const char *value_casts[CALX_CLASS_COUNT]; /* behind a placeholder that nothing gives a type,
                                                  and behind numbers that are to be wide */
    const char *array_types[CALX_TYPE_COUNT];  /* behind that of an array of items that are compared
                                                  with a column of this type */
    bool choices_differ;      /* a CASE gives an integer or a double, as it comes */
    const char *packed_rows;  /* in front of a packed list whose items are rows, which "))" follows;
                                 NULL: not needed */
    const char *sum_cast;     /* behind a sum of integers */
    const char *average_cast; /* behind an average */

    /* How :name parameters are looked for (parameters.h). */
    bool nested_comments;
    bool dollar_quotes;
    bool bracket_quotes;
    bool backtick_quotes;
    bool backslash_strings; /* E'…' */

    /* What a query is explained with, and which column of the rows says it. */
    const char *explain;
    size_t explain_column;
    bool nulls_are_largest; /* in an order that does not say where they stand */

    /* Schema. */
    bool default_parentheses; /* an expression as DEFAULT stands in parentheses */
    bool names_fold_case;     /* "Users" and "users" are one table */
    bool adds_constraints;    /* ALTER TABLE … ADD and DROP CONSTRAINT work */
    const char *drop_suffix;  /* what follows the name in DROP TABLE; "" */
    const char
        *drop_prepare; /* SQL before drops, so that tables that refer to each other go; NULL */
    const char *list_tables; /* SQL: one column, the names of tables and views there are */
    const struct calx_inspection *inspection; /* what there is, in full: inspection.h */
    const char *list_tables_of; /* the same of a schema, which stands at the %, or is a parameter */
    bool schema_is_file;        /* tables refer to those of their own schema only, and it is the
                                   index that is in a schema, not its table */
    const char *schema; /* where the tables of models are; NULL: as the database finds them */
} calx_dialect;

extern const calx_dialect calx_dialect_postgresql;
extern const calx_dialect calx_dialect_sqlite;

#endif
