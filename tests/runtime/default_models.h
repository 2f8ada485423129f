/*
 * Columns that have a value when nobody gives them one: from the program, from the database, of
 * types that can be NULL and of one that cannot.
 */
#ifndef TESTS_RUNTIME_DEFAULT_MODELS_H
#define TESTS_RUNTIME_DEFAULT_MODELS_H

#include <calx/annotate.h>

struct CALX_ENTITY("offers") offer {
    int64_t id CALX_PRIMARY_KEY;
    const char *title;
    calx_nullable_int32 stock CALX_DEFAULT("3");
    const char *phase CALX_SERVER_DEFAULT("'draft'");
    calx_nullable_int32 price CALX_SERVER_DEFAULT("7");
    int32_t rating CALX_SERVER_DEFAULT("5");
};

#endif
