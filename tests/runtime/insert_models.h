/*
 * What the tests of values in INSERT statements are about: narrow columns, versions that a function
 * makes, and rows that are nothing but a key.
 */
#ifndef TESTS_RUNTIME_INSERT_MODELS_H
#define TESTS_RUNTIME_INSERT_MODELS_H

#include <calx/annotate.h>

struct CALX_ENTITY("crates") crate {
    int64_t id CALX_PRIMARY_KEY;
    int16_t weight;
    int32_t amount;
    const char *label CALX_LENGTH(5);
    char mark[9] CALX_VERSION_COLUMN CALX_VERSION_FUNCTION(next_mark);
};

struct CALX_ENTITY("stubs") stub {
    int64_t id CALX_PRIMARY_KEY;
};

#endif
