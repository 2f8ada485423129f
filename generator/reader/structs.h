/* The structs of a translation unit. Private to this room. */
#ifndef CALX_READER_STRUCTS_H
#define CALX_READER_STRUCTS_H

#include "reader/unit.h"

/*
 * Collects structs, aliases, names and stray annotations of a unit without errors.
 * Answers CALX_OK; CALX_E_NOMEM.
 */
calx_status calx_structs_read(calx_unit *unit, calx_declarations *out);

#endif
