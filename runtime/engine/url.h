/*
 * What the two files about URLs share.
 */
#ifndef CALX_ENGINE_URL_H
#define CALX_ENGINE_URL_H

#include <calx/url.h>

#include "base/arena.h"

enum { CALX_URL_PORT_MAX = 65535 };

/* All texts of a URL that owns them live here. */
struct calx_url_memory {
    calx_arena arena;
};

/* Whether a scheme or driver may have this letter. */
bool calx_url_is_name_letter(char letter);

#endif
