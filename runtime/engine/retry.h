/*
 * Trying a whole transaction again when the database says that may help (flag R of an error), with
 * pauses that grow and vary, as execution options ask for.
 */
#ifndef CALX_ENGINE_RETRY_H
#define CALX_ENGINE_RETRY_H

#include <calx/error.h>

#include "engine/settings.h"

typedef struct calx_retry {
    int left;         /* times it may be tried again */
    int64_t pause_ms; /* the longest the next pause may be */
    int64_t most_ms;  /* no pause is longer */
    uint64_t randomness;
    bool again; /* this is not the first try */
} calx_retry;

void calx_retry_begin(calx_retry *retry, const calx_settings *settings);

/* Whether the failure is worth another try and one is left; then the pause has passed. */
bool calx_retry_again(calx_retry *retry, const calx_error *error);

#endif
