#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int32_t age CALX_CHECK(age >= 0);
};

// expect: 4:17 CALX-E013 CALX_CHECK takes a text in quotes
