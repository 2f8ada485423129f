/* The model: what is to be done. */
#ifndef MODELS_H
#define MODELS_H

#include <calx/annotate.h>

/** Something to do. */
struct CALX_ENTITY("tasks") task {
    int64_t id CALX_PRIMARY_KEY;
    const char *text CALX_NOT_NULL CALX_LENGTH(200);
    bool done;
};

#endif
