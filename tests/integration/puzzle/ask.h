/* Between the two halves of asking. */
#ifndef TESTS_INTEGRATION_PUZZLE_ASK_H
#define TESTS_INTEGRATION_PUZZLE_ASK_H

#include "puzzle.h"

enum { MOST_SELECTS = 64 };

struct asker {
    calx_session *session;
    puzzle_pool *pool;
    calx_builder *builder;
    unsigned turn;
    calx_select *selects[MOST_SELECTS]; /* all that were made */
    size_t select_count;
};

calx_column_ref ask_column(const puzzle_expr *column);

#endif
