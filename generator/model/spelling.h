/* Guessing what a misspelt name was meant to be. */
#ifndef CALX_MODEL_SPELLING_H
#define CALX_MODEL_SPELLING_H

#include <stddef.h>

/* The best guess so far. Starts zeroed. */
typedef struct calx_spelling {
    const char *nearest; /* NULL: nothing is near; borrowed from the candidates */
    size_t steps;        /* letters to put in, take out or change */
} calx_spelling;

/* Looks whether a candidate is nearer to the name (size bytes) than those before. */
void calx_spelling_try(calx_spelling *guess, const char *name, size_t size, const char *candidate);

#endif
