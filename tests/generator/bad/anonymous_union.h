#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    union {
        int32_t number;
        float real;
    };
};

// expect: 4:5 CALX-E023 unsupported member type 'union'
// note: - an anonymous struct or union is no column: name it and mark it CALX_IGNORE
