#include <calx/annotate.h>
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
};
struct point {
    int64_t id;
};
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int64_t point_id CALX_REFERENCES(point, id);
    int64_t user_id CALX_REFERENCES(usr, id);
    int64_t other_id CALX_REFERENCES(elsewhere, id);
};

// expect: 10:22 CALX-E040 'point' is no entity
// note: 5:8 'struct point' is declared here; an entity says CALX_ENTITY("table") where it is defined, in a header that is named or included
// expect: 11:21 CALX-E040 'usr' is no entity
// note: - did you mean 'user'?
// expect: 12:22 CALX-E040 'elsewhere' is no entity
