/*
 * What every way of loading is tried on: halls with a key of two columns, one of them a text, that
 * stand in each other; a one-to-one that nothing keeps from having several rows; two relationships
 * to the same rows; collections with an order in which columns are NULL or alike.
 */
#ifndef TESTS_RUNTIME_DEPOT_MODELS_H
#define TESTS_RUNTIME_DEPOT_MODELS_H

#include <calx/annotate.h>

struct crate;
struct guard;
struct haul;
struct lamp;

struct CALX_ENTITY("halls") hall {
    const char *site CALX_PRIMARY_KEY;
    int64_t number CALX_PRIMARY_KEY;
    const char *name;
    const char *note;
    const char *outer_site CALX_REFERENCES(hall, site);
    calx_nullable_int64 outer_number CALX_REFERENCES(hall, number);
    CALX_ONE(struct hall) outer CALX_VIA(outer_site) CALX_INVERSE(inner);
    CALX_MANY(struct hall) inner CALX_VIA(outer_site) CALX_INVERSE(outer);
    CALX_MANY(struct crate) crates CALX_INVERSE(hall) CALX_ORDER_BY(place, weight desc);
    CALX_ONE(struct lamp) lamp CALX_INVERSE(hall);
    CALX_MANY(struct haul) departures CALX_VIA(from_site) CALX_INVERSE(from);
    CALX_MANY(struct haul) arrivals CALX_VIA(to_site) CALX_INVERSE(to);
    CALX_MANY(struct guard)
    guards CALX_SECONDARY("watches") CALX_INVERSE(halls) CALX_ORDER_BY(rank desc);
};

struct CALX_ENTITY("crates") crate {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int32 place;
    int32_t weight;
    const char *hall_site CALX_REFERENCES(hall, site);
    calx_nullable_int64 hall_number CALX_REFERENCES(hall, number);
    CALX_ONE(struct hall) hall CALX_VIA(hall_site);
};

struct CALX_ENTITY("lamps") lamp {
    int64_t id CALX_PRIMARY_KEY;
    const char *hall_site CALX_REFERENCES(hall, site);
    calx_nullable_int64 hall_number CALX_REFERENCES(hall, number);
    CALX_ONE(struct hall) hall CALX_VIA(hall_site) CALX_INVERSE(lamp);
};

struct CALX_ENTITY("hauls") haul {
    int64_t id CALX_PRIMARY_KEY;
    const char *from_site CALX_REFERENCES(hall, site);
    calx_nullable_int64 from_number CALX_REFERENCES(hall, number);
    const char *to_site CALX_REFERENCES(hall, site);
    calx_nullable_int64 to_number CALX_REFERENCES(hall, number);
    CALX_ONE(struct hall) from CALX_VIA(from_site) CALX_INVERSE(departures);
    CALX_ONE(struct hall) to CALX_VIA(to_site) CALX_INVERSE(arrivals);
};

/* Its hall comes with it, its text does not. */
struct CALX_ENTITY("signs") sign {
    int64_t id CALX_PRIMARY_KEY;
    const char *text CALX_DEFERRED;
    const char *paint;
    const char *hall_site CALX_REFERENCES(hall, site);
    calx_nullable_int64 hall_number CALX_REFERENCES(hall, number);
    CALX_ONE(struct hall) hall CALX_VIA(hall_site) CALX_LAZY(joined);
};

struct CALX_ENTITY("guards") guard {
    const char *name CALX_PRIMARY_KEY;
    calx_nullable_int32 rank;
    CALX_MANY(struct hall) halls CALX_SECONDARY("watches") CALX_INVERSE(guards);
};

#endif
