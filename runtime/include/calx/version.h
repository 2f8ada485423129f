/**
 * @file version.h
 * The version of the headers, and that of the library they run with.
 */
#ifndef CALX_VERSION_H
#define CALX_VERSION_H

#include <calx/api.h>

CALX_BEGIN_DECLS

#define CALX_VERSION_MAJOR 0
#define CALX_VERSION_MINOR 1
#define CALX_VERSION_PATCH 0
#define CALX_VERSION       "0.1.0"

/** The version of the library in use, such as "0.1.0". Static text. */
CALX_API const char *calx_version(void);

CALX_END_DECLS

#endif
