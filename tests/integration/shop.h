/*
 * The model of the integration tests: one member of each kind that applications use, keys of one
 * and of two columns, both sides of relationships, a struct without a tag.
 */
#ifndef TESTS_INTEGRATION_SHOP_H
#define TESTS_INTEGRATION_SHOP_H

#include <calx/annotate.h>

struct purchase;

enum standing { STANDING_NEW, STANDING_GOOD, STANDING_BLOCKED = 9 };

/** Someone who buys. */
struct CALX_ENTITY("customers") CALX_INDEX(customers_by_city, city) customer {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL CALX_LENGTH(20) CALX_UNIQUE;
    char city[12];
    enum standing standing CALX_DEFAULT("1");
    calx_nullable_int32 age CALX_CHECK("age >= 0");
    calx_timestamp since CALX_SERVER_DEFAULT("CURRENT_TIMESTAMP");
    bool is_active CALX_DEFAULT("true");
    calx_bytes photo;
    double balance;
    int runtime_only CALX_IGNORE;
    CALX_MANY(struct purchase) purchases CALX_INVERSE(customer) CALX_CASCADE(all, delete_orphan);
};

/** What was bought. */
struct CALX_ENTITY("purchases") purchase {
    int64_t id CALX_PRIMARY_KEY;
    const char *article CALX_NOT_NULL;
    uint32_t cents CALX_COLUMN("price");
    int64_t customer_id CALX_REFERENCES(customer, id) CALX_ON_DELETE(cascade);
    CALX_ONE(struct customer) customer CALX_VIA(customer_id);
};

/** How many of an article lie where: a key of two columns, and no tag. */
typedef struct CALX_ENTITY("stock") {
    int32_t shelf CALX_PRIMARY_KEY;
    char article[16] CALX_PRIMARY_KEY;
    uint16_t count;
} stock;

#endif
