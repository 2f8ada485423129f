/* Whether the two sides agree about a puzzle, and the smallest one about which they do not. */
#ifndef TESTS_INTEGRATION_PUZZLE_SHRINK_H
#define TESTS_INTEGRATION_PUZZLE_SHRINK_H

#include "puzzle.h"

typedef struct puzzle_place {
    const puzzle_world *world;
    calx_session *session;
    bool runs; /* the one that shrinks is no error */
} puzzle_place;

/* What differs, with the SQL; NULL: nothing. The text is the pool's. */
const char *puzzle_difference(const puzzle_place *place, puzzle_pool *pool, puzzle_query *query);

/* Makes one that differs smaller as long as it differs. */
void puzzle_shrink(const puzzle_place *place, puzzle_query *query);

#endif
