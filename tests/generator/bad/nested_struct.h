#include <calx/annotate.h>
struct point {
    double x, y;
};
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    struct point where;
    struct {
        int x;
    } inside;
};

// expect: 7:18 CALX-E023 unsupported member type 'struct point' of 'where'
// note: - a struct or union inside an entity is no column: mark it CALX_IGNORE
// expect: 10:7 CALX-E023 unsupported member type 'struct' of 'inside'
// note: - a struct or union inside an entity is no column: mark it CALX_IGNORE
