/* Customers live in the database of their region; what is sold is the same for all regions. */
#ifndef SHARDS_MODELS_H
#define SHARDS_MODELS_H

#include <calx/annotate.h>

struct CALX_ENTITY("customers") customer {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
    const char *city;
};

struct CALX_ENTITY("products") product {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
    int64_t cents;
};

struct CALX_ENTITY("notes") note {
    int64_t id CALX_PRIMARY_KEY;
    const char *text CALX_NOT_NULL;
};

#endif
