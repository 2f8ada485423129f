/**
 * @file option.h
 * A name and its value as text: what settings look like before anybody has read them.
 */
#ifndef CALX_OPTION_H
#define CALX_OPTION_H

#include <calx/api.h>

CALX_BEGIN_DECLS

/** One setting. Both texts are given; their owner is told where options are taken. */
typedef struct calx_option {
    const char *key;
    const char *value;
} calx_option;

CALX_END_DECLS

#endif
