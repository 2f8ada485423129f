#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int32_t size __attribute__((annotate("calx:not-null=1")));
};

// expect: 4:33 CALX-E013 CALX_NOT_NULL: it takes nothing in parentheses
