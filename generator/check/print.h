/*
 * Diagnostics in the compiler's own form, so that editors and build logs find the place:
 *
 *     models.h:12:25: error: unknown annotation CALX_UNIQE [CALX-E010]
 *         const char *name CALX_UNIQE;
 *                          ^
 *     note: did you mean CALX_UNIQUE?
 */
#ifndef CALX_CHECK_PRINT_H
#define CALX_CHECK_PRINT_H

#include "model/diagnostic.h"

#include "base/buffer.h"

#include <stdio.h>

/*
 * Appends all diagnostics in order of place, those without a place first; the same thing said
 * twice of a place is said once. Source lines are read from the files; a file that cannot be read
 * shows none. Failures stick to the buffer.
 */
void calx_diagnostics_text(calx_diagnostics *diagnostics, calx_buffer *out);

/* The same, written to a stream. Answers CALX_OK; CALX_E_NOMEM. */
calx_status calx_diagnostics_print(calx_diagnostics *diagnostics, FILE *out);

#endif
