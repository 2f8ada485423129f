/* The questions the example asks its database. */
#ifndef PACKAGES_REPORT_H
#define PACKAGES_REPORT_H

#include <calx/session.h>

/* Prints all tables, each with at most so many rows, to stdout. */
calx_status report_packages(calx_session *session, int64_t rows);

#endif
