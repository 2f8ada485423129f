/* Versions of Debian packages: [epoch:]upstream[-revision]. */
#ifndef PACKAGES_VERSION_H
#define PACKAGES_VERSION_H

#include <stdbool.h>

/* Negative, zero or positive, as the left one is older than, as old as or newer than the right. */
int version_compare(const char *left, const char *right);

/* Whether a version is within a bound: relation is one of << <= = >= >>, or empty for no bound. */
bool version_satisfies(const char *version, const char *relation, const char *bound);

#endif
