/*
 * What a unit of work has to put in order: keys the application makes and changes, members whose
 * key has that of their owner in it, a tree, a reference that is written apart, a one-to-one whose
 * rows may swap, and members that are left to the database.
 */
#ifndef TESTS_INTEGRATION_ORCHARD_H
#define TESTS_INTEGRATION_ORCHARD_H

#include <calx/annotate.h>

struct bed;
struct note;
struct plant;
struct sign;

struct CALX_ENTITY("plots") plot {
    const char *code CALX_PRIMARY_KEY;
    calx_nullable_int64 best_id CALX_REFERENCES(plant, id);
    CALX_ONE(struct plant) best CALX_VIA(best_id) CALX_POST_UPDATE;
    CALX_MANY(struct bed) beds CALX_INVERSE(plot) CALX_CASCADE(all, delete_orphan);
};

struct CALX_ENTITY("beds") bed {
    const char *plot_code CALX_PRIMARY_KEY CALX_REFERENCES(plot, code) CALX_ON_UPDATE(cascade);
    int32_t number CALX_PRIMARY_KEY;
    int64_t soil;
    CALX_ONE(struct plot) plot CALX_VIA(plot_code) CALX_INVERSE(beds);
    CALX_MANY(struct plant) plants CALX_INVERSE(bed);
};

struct CALX_ENTITY("plants") plant {
    int64_t id CALX_PRIMARY_KEY;
    const char *plot_code CALX_REFERENCES(bed, plot_code) CALX_ON_UPDATE(cascade);
    calx_nullable_int32 bed_number CALX_REFERENCES(bed, number) CALX_ON_UPDATE(cascade);
    calx_nullable_int64 parent_id CALX_REFERENCES(plant, id);
    CALX_ONE(struct bed) bed CALX_VIA(plot_code, bed_number) CALX_INVERSE(plants);
    CALX_ONE(struct plant) parent CALX_VIA(parent_id) CALX_INVERSE(children);
    CALX_MANY(struct plant) children CALX_VIA(parent_id) CALX_INVERSE(parent);
    CALX_ONE(struct sign) sign CALX_INVERSE(plant);
    CALX_MANY(struct note)
    notes CALX_INVERSE(plant) CALX_CASCADE(all) CALX_PASSIVE_DELETES(on);
};

struct CALX_ENTITY("signs") sign {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 plant_id CALX_REFERENCES(plant, id) CALX_UNIQUE;
    CALX_ONE(struct plant) plant CALX_VIA(plant_id) CALX_INVERSE(sign);
};

struct CALX_ENTITY("notes") note {
    int64_t id CALX_PRIMARY_KEY;
    int64_t plant_id CALX_REFERENCES(plant, id) CALX_ON_DELETE(cascade);
    CALX_ONE(struct plant) plant CALX_VIA(plant_id) CALX_INVERSE(notes);
};

#endif
