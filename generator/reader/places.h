/*
 * Where the reader finds what it needs on this machine: the annotations' header and the headers
 * that belong to the compiler. Nothing found here ever reaches an output.
 */
#ifndef CALX_READER_PLACES_H
#define CALX_READER_PLACES_H

#include "base/arena.h"

#include <calx/error.h>

#include <stdbool.h>

/* Whether directory/file can be opened for reading. */
bool calx_places_has(const char *directory, const char *file);

/*
 * The directory that has calx/annotate.h: the wish when there is one, else the one installed beside
 * the program, else the one of the source tree it was built from.
 * out_directory  NULL: there is none
 * Answers CALX_OK; CALX_E_NOMEM.
 */
calx_status calx_places_include_dir(calx_arena *arena, const char *wish,
                                    const char **out_directory);

/* The compiler's own headers, as found when Calx was configured; NULL: none were. */
const char *calx_places_configured_resource_dir(void);

/* The package of Debian that has them for this version of libclang ("14"), for a diagnostic. */
const char *calx_places_resource_package(void);

#endif
