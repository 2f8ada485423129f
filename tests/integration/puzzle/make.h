/* What makes puzzles: a row of random numbers, and what is visible where something is made. */
#ifndef TESTS_INTEGRATION_PUZZLE_MAKE_H
#define TESTS_INTEGRATION_PUZZLE_MAKE_H

#include "puzzle.h"

enum { MOST_VISIBLE = 120 };

typedef struct puzzle_visible {
    puzzle_source *source;
    size_t field;
} puzzle_visible;

typedef struct maker_of {
    const puzzle_world *world;
    puzzle_pool *pool;
    uint64_t random;
    uint16_t alias_count[TABLES]; /* names that are taken */
    unsigned depth;               /* of selects */
    bool plain;                   /* no selects inside */
    puzzle_visible *visible;
    size_t visible_from, visible_count;
    puzzle_query *group_of; /* aggregates of its rows may stand here, of these columns */
    puzzle_visible *row_columns;
    size_t rows_from, rows_count;
} maker_of;

size_t pick(maker_of *self, size_t count);
bool one_in(maker_of *self, size_t count);

/* make.c */
puzzle_expr *new_expr(maker_of *self, int op, puzzle_kind kind);
puzzle_expr *make_expr(maker_of *self, puzzle_kind kind, unsigned depth);
puzzle_expr *make_value(maker_of *self, puzzle_kind kind);
puzzle_expr *make_column(maker_of *self, puzzle_source *of, size_t i);
puzzle_expr *find_column(maker_of *self, puzzle_kind kind);
bool can_make(maker_of *self, puzzle_kind kind);
puzzle_kind some_kind(maker_of *self);
puzzle_expr *make_aggregate(maker_of *self, puzzle_kind kind);
puzzle_expr *make_average(maker_of *self);

/* Of a select's rows, at its top; NULL: there is none of that kind. */
puzzle_expr *make_window(maker_of *self, puzzle_query *of, puzzle_kind kind);

/* make_select.c; where selects are as deep as they may be, something else */
puzzle_expr *make_exists(maker_of *self);
puzzle_expr *make_in_query(maker_of *self, puzzle_expr *wanted);
puzzle_expr *make_scalar_query(maker_of *self, puzzle_kind kind);

#endif
