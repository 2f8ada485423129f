/* Between the two halves of the interpreter. */
#ifndef TESTS_INTEGRATION_PUZZLE_SOLVE_H
#define TESTS_INTEGRATION_PUZZLE_SOLVE_H

#include "puzzle.h"

puzzle_cell null_cell(puzzle_kind kind);
puzzle_cell truth(bool holds);
bool holds(const puzzle_cell *cell);

/* solve_select.c */
puzzle_cell solve_aggregate(const solver *self, const puzzle_expr *value);
puzzle_cell solve_window(const solver *self, const puzzle_expr *value);

#endif
