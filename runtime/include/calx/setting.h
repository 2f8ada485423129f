/**
 * @file setting.h
 * A name and its value: settings as text, before anybody has read them, and entries of info maps.
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

/** An entry of an info map: a key and what the application wants to find under it. */
typedef struct calx_info {
    const char *key;
    void *value; /**< borrowed */
} calx_info;

CALX_END_DECLS

#endif
