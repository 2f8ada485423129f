/*
 * SELECT in all its parts, as a tree: what is selected, from which tables, of which rows, in
 * groups, combined with others, and with named parts. A block may stand in others: in FROM, in
 * conditions, behind UNION. Tables are "s1", "s2", … through the whole statement, so a block inside
 * may name those of the blocks around it; named parts are "c1", "c2", …
 */
#ifndef CALX_SQL_BLOCK_H
#define CALX_SQL_BLOCK_H

#include "sql/condition.h"
#include "sql/from.h"
#include "sql/writer.h"

typedef struct calx_sql_block calx_sql_block;

/* A value of a row: an item, what rows are grouped or ordered by. */
typedef struct calx_sql_term {
    calx_column_ref column;    /* where there is no expression */
    calx_condition expression; /* count 0: none */
    const char *label;         /* of an item; NULL: none */
    bool nullable;             /* of an expression, as far as is known */
    bool descending;           /* of an order, as the next */
    calx_nulls nulls;
} calx_sql_term;

/* An entity among what is selected: its columns stand behind all items. */
typedef struct calx_sql_part {
    calx_alias entity;
    const uint64_t *columns; /* a set; NULL: all */
} calx_sql_part;

typedef enum calx_sql_combine {
    CALX_SQL_UNION = 1,
    CALX_SQL_UNION_ALL,
    CALX_SQL_INTERSECT,
    CALX_SQL_INTERSECT_ALL,
    CALX_SQL_EXCEPT,
    CALX_SQL_EXCEPT_ALL
} calx_sql_combine;

typedef struct calx_sql_combined {
    calx_sql_combine how;
    const calx_sql_block *block;
} calx_sql_combined;

/* A part with a name: handles of this alias mean its rows, whose columns are those of the entity.
 */
typedef struct calx_sql_with {
    calx_alias name;
    const calx_sql_block *block;
    bool is_recursive; /* it means itself */
} calx_sql_with;

/* The first member of a select, as expressions name one. */
struct calx_sql_block {
    const calx_sql_term *items;
    size_t item_count;
    const calx_sql_part *parts;
    size_t part_count;
    bool distinct;
    calx_sql_source *sources; /* numbered when they are written */
    const calx_sql_step *steps;
    size_t source_count; /* steps are one less */
    const calx_condition *conditions;
    size_t condition_count;
    const calx_sql_term *groups;
    size_t group_count;
    const calx_condition *havings;
    size_t having_count;
    const calx_sql_term *orders;
    size_t order_count;
    const calx_sql_combined *combined; /* one after the other, from the left */
    size_t combined_count;
    const calx_sql_with *withs;
    size_t with_count;
    int64_t limit, offset; /* -1: none */
};

/* Puts the block, without parentheses; failures are the writer's. */
void calx_sql_put_block(calx_sql_writer *writer, const calx_sql_block *block);

/* Whether two terms are the same value, also where values stand in them. grouping.c */
bool calx_sql_same_term(const calx_sql_term *left, const calx_sql_term *right);

/*
 * Whether all that is selected from groups is the same in each row of a group: CALX_E_ARGUMENT
 * names what is not. Some databases would take a row of the group at random. grouping.c
 */
void calx_sql_check_groups(calx_sql_writer *writer, const calx_sql_block *block);

/* The class of a term's values; CALX_VALUE_NULL: not known. block.c */
calx_value_type calx_sql_term_class(const calx_sql_term *term);

/* How many columns its rows have. */
size_t calx_sql_block_width(const calx_sql_block *block);

/*
 * Whether an expression is written as a constant, which some databases take for the number of a
 * column in GROUP BY and ORDER BY: then it goes into NOT (…), since any form will do.
 */
bool calx_sql_is_constant(const calx_condition *expression);

#endif
