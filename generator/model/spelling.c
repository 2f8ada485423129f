/*
 * The distance between two words is the number of letters to put in, take out or change. A guess
 * is worth telling only when most of the word is as it was written, or its beginning.
 */
#include "model/spelling.h"

#include <stdbool.h>
#include <string.h>

enum { LONGEST_WORD = 63, SHORTEST_BEGINNING = 4 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t row[LONGEST_WORD + 1];
    for (size_t j = 0; j <= b_size; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_size; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_size; j++) {
            size_t above = row[j];
            size_t change = diagonal + (a[i - 1] != b[j - 1]);
            row[j] = least(change, least(above, row[j - 1]) + 1);
            diagonal = above;
        }
    }
    return row[b_size];
}

void calx_spelling_try(calx_spelling *guess, const char *name, size_t size, const char *candidate)
{
    size_t other = strlen(candidate);
    if (size > LONGEST_WORD || other > LONGEST_WORD)
        return;
    size_t steps = distance(name, size, candidate, other);
    size_t bearable = size < 9 ? size / 3 : 3;
    bool beginning =
        size >= SHORTEST_BEGINNING && size < other && memcmp(name, candidate, size) == 0;
    if ((steps > bearable && !beginning) || (guess->nearest != NULL && steps >= guess->steps))
        return;
    guess->nearest = candidate;
    guess->steps = steps;
}
