#include <calx/annotate.h>
struct point {
    int64_t id;
};
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int64_t point_id;
    CALX_ONE(struct point) point CALX_VIA(point_id);
    CALX_MANY(struct nothing) nothings;
    CALX_ONE(int) number;
};

// expect: 8:28 CALX-E050 'point' leads to struct point, which is no entity
// note: 2:8 'struct point' is declared here; an entity says CALX_ENTITY("table") where it is defined, in a header that is named or included
// expect: 9:31 CALX-E050 'nothings' leads to struct nothing, which is no entity
// note: - did you mean 'thing'?
// expect: 10:19 CALX-E050 'number' leads to no struct: CALX_ONE takes a struct: CALX_ONE(struct user) user
