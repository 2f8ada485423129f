/*
 * Guests, and what one guest at most has: rows that take each other's place.
 */
#ifndef TESTS_RUNTIME_SEAT_MODEL_H
#define TESTS_RUNTIME_SEAT_MODEL_H

#include <calx/annotate.h>

struct chair;
struct voucher;

struct CALX_ENTITY("guests") guest {
    int64_t id CALX_PRIMARY_KEY;
    const char *name;
    CALX_ONE(struct chair) chair CALX_INVERSE(guest);
    CALX_ONE(struct voucher) voucher CALX_INVERSE(guest) CALX_CASCADE(all);
};

struct CALX_ENTITY("chairs") chair {
    int64_t id CALX_PRIMARY_KEY;
    const char *room;
    int32_t revision CALX_VERSION_COLUMN;
    calx_nullable_int64 guest_id CALX_REFERENCES(guest, id) CALX_UNIQUE;
    CALX_ONE(struct guest) guest CALX_VIA(guest_id) CALX_INVERSE(chair);
};

/* Cannot be nobody's. */
struct CALX_ENTITY("vouchers") voucher {
    int64_t id CALX_PRIMARY_KEY;
    int64_t guest_id CALX_REFERENCES(guest, id) CALX_UNIQUE;
    CALX_ONE(struct guest) guest CALX_VIA(guest_id) CALX_INVERSE(voucher);
};

/* Known from this side only, and two places in one row. */
struct CALX_ENTITY("coats") coat {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 guest_id CALX_REFERENCES(guest, id) CALX_UNIQUE;
    calx_nullable_int64 owner_id CALX_REFERENCES(guest, id) CALX_UNIQUE;
    CALX_ONE(struct guest) guest CALX_VIA(guest_id);
    CALX_ONE(struct guest) owner CALX_VIA(owner_id);
};

/* The database makes its versions. */
struct CALX_ENTITY("plates") plate {
    int64_t id CALX_PRIMARY_KEY;
    int64_t revision CALX_VERSION_COLUMN CALX_VERSION_MANUAL CALX_SERVER_DEFAULT("100");
    calx_nullable_int64 guest_id CALX_REFERENCES(guest, id) CALX_UNIQUE;
    CALX_ONE(struct guest) guest CALX_VIA(guest_id);
};

/* A place of two columns, one of which may stay as it is. */
struct CALX_ENTITY("cells") cell {
    const char *house CALX_PRIMARY_KEY;
    int64_t number CALX_PRIMARY_KEY;
};

struct CALX_ENTITY("jars") CALX_UNIQUE_INDEX(jars_by_cell, house, number) jar {
    int64_t id CALX_PRIMARY_KEY;
    const char *house CALX_REFERENCES(cell, house);
    calx_nullable_int64 number CALX_REFERENCES(cell, number);
    CALX_ONE(struct cell) cell CALX_VIA(house, number);
};

#endif
