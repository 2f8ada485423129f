#ifndef CUSTOMER_H
#define CUSTOMER_H

#include <calx/annotate.h>

struct purchase;

/** Someone who buys. */
struct CALX_ENTITY("customers") customer {
    char code[8] CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
    /** Everything this customer ever bought, the latest first. */
    CALX_MANY(struct purchase) purchases CALX_INVERSE(customer) CALX_CASCADE(all);
};

#endif
