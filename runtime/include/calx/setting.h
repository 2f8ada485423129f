/**
 * @file setting.h
 * A name and its value as text: what settings look like before anybody has read them.
 */
#ifndef CALX_SETTING_H
#define CALX_SETTING_H

#include <calx/api.h>

CALX_BEGIN_DECLS

/** One setting. Both texts are given; their owner is told where options are taken. */
typedef struct calx_setting {
    const char *key;
    const char *value;
} calx_setting;

CALX_END_DECLS

#endif
