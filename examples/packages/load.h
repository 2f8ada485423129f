/* From a status file to rows: the packages, then what meets their dependencies. */
#ifndef PACKAGES_LOAD_H
#define PACKAGES_LOAD_H

#include <calx/session.h>

#include <stddef.h>

typedef struct load_summary {
    size_t packages;  /* stored */
    size_t skipped;   /* known to dpkg, but not installed */
    size_t malformed; /* reported on stderr and left out */
} load_summary;

/*
 * Stores the installed packages of the file through the session, some hundred to a transaction, and
 * marks the dependencies that are met. Progress goes to stderr when that is a terminal.
 * CALX_E_IO: the file cannot be read, which was said on stderr; else the session has the error.
 */
calx_status load_packages(calx_session *session, const char *path, load_summary *out_summary);

#endif
