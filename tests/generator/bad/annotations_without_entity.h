#include <calx/annotate.h>
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
};
struct point {
    double x CALX_NOT_NULL;
    double y;
};

// expect: 6:14 CALX-W001 CALX_NOT_NULL does nothing here: struct point is no entity
// note: - an entity says CALX_ENTITY("table") behind 'struct'
