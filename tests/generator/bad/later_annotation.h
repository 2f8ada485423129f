#include <calx/annotate.h>
struct point {
    double x, y;
};
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    struct point where CALX_EMBEDDED("where_");
    double price CALX_TYPE("numeric(10,2)");
};

// expect: 7:24 CALX-E010 unknown annotation CALX_EMBEDDED
// expect: 8:18 CALX-E010 unknown annotation CALX_TYPE
