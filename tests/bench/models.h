/*
 * The model of the benchmarks. The floors use the same structs, so that both sides hold the same
 * bytes in memory, and the same tables, which the floors make (layout.c).
 */
#ifndef TESTS_BENCH_MODELS_H
#define TESTS_BENCH_MODELS_H

#include <calx/annotate.h>

struct address;

/** A row of each kind of value that is common: a key, two texts, an integer, a real. */
struct CALX_ENTITY("entries") entry {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
    const char *email;
    int64_t amount;
    double score;
};

/** Someone with addresses. */
struct CALX_ENTITY("people") person {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
    CALX_MANY(struct address) addresses CALX_INVERSE(person);
};

/** Where a person is reached. */
struct CALX_ENTITY("addresses") CALX_INDEX(addresses_by_person, person_id) address {
    int64_t id CALX_PRIMARY_KEY;
    const char *email CALX_NOT_NULL;
    int64_t person_id CALX_REFERENCES(person, id) CALX_ON_DELETE(cascade);
    CALX_ONE(struct person) person CALX_VIA(person_id);
};

/** A tree, or a chain. */
struct CALX_ENTITY("nodes") CALX_INDEX(nodes_by_parent, parent_id) node {
    int64_t id CALX_PRIMARY_KEY;
    const char *name;
    calx_nullable_int64 parent_id CALX_REFERENCES(node, id);
    CALX_ONE(struct node) parent CALX_VIA(parent_id);
};

#endif
