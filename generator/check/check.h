/*
 * The check: what the reader found goes in, the model comes out when every rule holds. All that is
 * wrong is reported, not only the first; rules and codes are in codes.h.
 */
#ifndef CALX_CHECK_CHECK_H
#define CALX_CHECK_CHECK_H

#include "model/declaration.h"
#include "model/diagnostic.h"

#include "base/arena.h"

#include <calx/error.h>

typedef struct calx_check_options {
    const char *name;   /* of the model; NULL: the stem of the first header */
    const char *prefix; /* before every generated name; NULL: none */
} calx_check_options;

/*
 * Checks declarations and makes the model.
 * declarations  those calx_reader_read() filled
 * out_model     filled on success only; in the arena
 * Answers CALX_OK, perhaps with warnings; CALX_E_DATA: a rule is broken, the diagnostics say which;
 * CALX_E_NOMEM.
 */
calx_status calx_check(const calx_declarations *declarations, const calx_check_options *options,
                       calx_arena *arena, calx_diagnostics *diagnostics, calx_model *out_model);

/*
 * Checks the functions of a header for --emit scoped-session.
 * Answers as above.
 */
calx_status calx_check_functions(const calx_declared_functions *declarations, calx_arena *arena,
                                 calx_diagnostics *diagnostics,
                                 calx_model_functions *out_functions);

#endif
