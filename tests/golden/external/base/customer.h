#ifndef CUSTOMER_H
#define CUSTOMER_H

#include <calx/annotate.h>

struct CALX_ENTITY("customers") customer {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
};

#endif
