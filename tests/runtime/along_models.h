/*
 * Relationships that their members say are loaded along: a shop comes with its city and brings its
 * goods, and a label comes with its kind.
 */
#ifndef TESTS_RUNTIME_ALONG_MODELS_H
#define TESTS_RUNTIME_ALONG_MODELS_H

#include <calx/annotate.h>

struct city;
struct good;
struct kind;
struct label;
struct shop;
struct visit;

struct CALX_ENTITY("cities") city {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
};

struct CALX_ENTITY("shops") shop {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
    const char *story CALX_DEFERRED;
    calx_nullable_int64 city_id CALX_REFERENCES(city, id);
    CALX_ONE(struct city) city CALX_VIA(city_id) CALX_LAZY(joined);
    CALX_MANY(struct good) goods CALX_INVERSE(shop) CALX_LAZY(selectin);
    CALX_MANY(struct good) views CALX_VIEW_ONLY;
    CALX_MANY(struct visit) visits CALX_INVERSE(shop) CALX_LOAD_ON_PENDING;
};

struct CALX_ENTITY("goods") good {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
    calx_nullable_int64 shop_id CALX_REFERENCES(shop, id);
    CALX_ONE(struct shop) shop CALX_VIA(shop_id) CALX_INVERSE(goods);
    CALX_MANY(struct label) labels CALX_SECONDARY("good_labels") CALX_LOAD_ON_PENDING;
};

struct CALX_ENTITY("visits") visit {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 shop_id CALX_REFERENCES(shop, id);
    int64_t city_id CALX_REFERENCES(city, id);
    CALX_ONE(struct shop) shop CALX_VIA(shop_id) CALX_INVERSE(visits) CALX_LOAD_ON_PENDING;
    CALX_ONE(struct city) city CALX_VIA(city_id);
};

struct CALX_ENTITY("kinds") kind {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
};

struct CALX_ENTITY("labels") label {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
    int64_t kind_id CALX_REFERENCES(kind, id);
    CALX_ONE(struct kind) kind CALX_VIA(kind_id) CALX_LAZY(joined);
};

#endif
