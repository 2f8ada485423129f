#ifndef PURCHASE_H
#define PURCHASE_H

#include "customer.h"

struct purchase_line;

struct CALX_ENTITY("purchases") CALX_UNIQUE_INDEX(one_a_moment, customer_code, moment) purchase {
    int64_t id CALX_PRIMARY_KEY;
    char customer_code[8] CALX_REFERENCES(customer, code);
    calx_timestamp moment;
    CALX_ONE(struct customer) customer CALX_VIA(customer_code) CALX_INVERSE(purchases);
    CALX_MANY(struct purchase_line) lines CALX_INVERSE(purchase) CALX_CASCADE(all, delete_orphan);
};

/** Its key is made of two columns. */
struct CALX_ENTITY("purchase_lines") purchase_line {
    int64_t purchase_id CALX_PRIMARY_KEY CALX_REFERENCES(purchase, id) CALX_ON_DELETE(cascade);
    int32_t number CALX_PRIMARY_KEY;
    const char *article CALX_NOT_NULL CALX_LENGTH(80);
    int32_t quantity CALX_DEFAULT("1") CALX_CHECK("quantity > 0");
    CALX_ONE(struct purchase) purchase CALX_INVERSE(lines);
};

#endif
