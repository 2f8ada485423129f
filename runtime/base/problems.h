/*
 * What is wrong with arguments, collected, so that one answer names all of it (ENG-032). It is
 * bounded: what has no room is counted.
 */
#ifndef CALX_BASE_PROBLEMS_H
#define CALX_BASE_PROBLEMS_H

#include "base/buffer.h"

#include <calx/error.h>
#include <stdbool.h>

typedef struct calx_problems {
    calx_buffer text;
    size_t untold;  /* had no room */
    calx_error one; /* where the next failure is told */
} calx_problems;

#define CALX_PROBLEMS_INIT                                                                         \
    {                                                                                              \
        CALX_BUFFER_INIT, 0, CALX_ERROR_INIT                                                       \
    }

/*
 * After a call that told its failure in ->one: one of CALX_E_ARGUMENT is kept, and answered with
 * CALX_OK, so that the next thing can be looked at. Any other status is answered as it is.
 */
calx_status calx_problems_take(calx_problems *problems, calx_status status);

/* A name for a list; what is behind it stands between. Long lists and names are cut. */
void calx_problems_name(calx_problems *names, const char *name);

/* Whether there are none so far. */
bool calx_problems_none(const calx_problems *problems);

/*
 * Answers for what was taken, and frees it: the status if it is a failure, told by ->one;
 * CALX_E_ARGUMENT and all that is wrong, with the prefix before it; or CALX_OK.
 */
calx_status calx_problems_end(calx_problems *problems, calx_status status, const char *prefix,
                              calx_error *out_error);

#endif
