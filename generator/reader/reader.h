/*
 * The reader: annotated C headers in, declarations out. It is the only room that knows libclang.
 *
 * All headers of a run are read as one translation unit, so they may refer to each other in
 * circles. Errors of the compiler are reported in its own words and end the reading, since what it
 * makes of the rest is guesswork (an unknown type becomes int).
 */
#ifndef CALX_READER_READER_H
#define CALX_READER_READER_H

#include "model/declaration.h"
#include "model/diagnostic.h"

#include "base/arena.h"

#include <calx/error.h>

typedef struct calx_reader_options {
    const char *const *headers; /* as given; places are told in this spelling */
    size_t header_count;
    const char *const *flags; /* for the compiler, as they came behind `--` */
    size_t flag_count;
    const char *include_dir;  /* that has calx/annotate.h; NULL: found beside the program */
    const char *resource_dir; /* that has include/stddef.h, for a libclang that does not find its
                                 own; NULL: the one found when Calx was configured */
} calx_reader_options;

/*
 * Reads the entities of the headers.
 * out_declarations  filled on success only; in the arena
 * Answers CALX_OK, also when annotations are wrong: that is the check's; CALX_E_DATA: a header
 * cannot be read or compiled, the diagnostics say why; CALX_E_NOMEM.
 */
calx_status calx_reader_read(const calx_reader_options *options, calx_arena *arena,
                             calx_diagnostics *diagnostics, calx_declarations *out_declarations);

/*
 * Reads the functions the one header of the options declares itself, for the scoped session.
 * Answers as above; CALX_E_ARGUMENT: not exactly one header.
 */
calx_status calx_reader_read_functions(const calx_reader_options *options, calx_arena *arena,
                                       calx_diagnostics *diagnostics,
                                       calx_declared_functions *out_functions);

/* The version of libclang that is in use, such as "14.0.6"; in the arena; NULL: no memory. */
const char *calx_reader_compiler(calx_arena *arena);

#endif
