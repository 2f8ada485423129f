/*
 * What a run has to say about its input. Every room reports here and goes on, so that one run
 * tells all; the list is put in order of place and printed at the end (check/print.h).
 */
#ifndef CALX_MODEL_DIAGNOSTIC_H
#define CALX_MODEL_DIAGNOSTIC_H

#include "model/model.h"

#include "base/arena.h"

#include <calx/error.h>

#include <stdarg.h>

typedef enum calx_severity { CALX_NOTE, CALX_WARNING, CALX_ERROR } calx_severity;

typedef struct calx_diagnostic calx_diagnostic;

struct calx_diagnostic {
    calx_severity severity;
    calx_place place;
    const char *message;    /* one line */
    const char *code;       /* "CALX-E012"; NULL: the compiler's own words */
    calx_diagnostic *notes; /* in the order they were added */
    calx_diagnostic *next;
    unsigned sequence; /* order of arrival, where places are equal */
};

typedef struct calx_diagnostics {
    calx_arena *arena; /* of the run */
    calx_diagnostic *first;
    calx_diagnostic *last;
    unsigned count;
    unsigned error_count;
    unsigned warning_count;
    calx_status status; /* CALX_E_NOMEM: something could not be kept; sticky */
} calx_diagnostics;

void calx_diagnostics_init(calx_diagnostics *diagnostics, calx_arena *arena);

/*
 * Adds one. Answers it, for notes; NULL when there is no memory (status is set then), which
 * calx_diagnostics_note() takes.
 */
calx_diagnostic *calx_diagnostics_add(calx_diagnostics *diagnostics, calx_severity severity,
                                      calx_place place, const char *code, const char *format, ...)
    CALX_PRINTF(5, 6);

calx_diagnostic *calx_diagnostics_add_v(calx_diagnostics *diagnostics, calx_severity severity,
                                        calx_place place, const char *code, const char *format,
                                        va_list arguments) CALX_PRINTF(5, 0);

/* Adds a note to one, such as the other place or the fix. A place without file: no line shown. */
void calx_diagnostics_note(calx_diagnostics *diagnostics, calx_diagnostic *to, calx_place place,
                           const char *format, ...) CALX_PRINTF(4, 5);

#endif
