/* The functions of a header, for the scoped session. Private to this room. */
#ifndef CALX_READER_FUNCTIONS_H
#define CALX_READER_FUNCTIONS_H

#include "reader/unit.h"

/*
 * Collects the functions the named header declares itself, in its order.
 * Answers CALX_OK; CALX_E_NOMEM.
 */
calx_status calx_functions_read(calx_unit *unit, calx_declared_functions *out);

#endif
