#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_LENGTH(4) CALX_NOT_NULL CALX_LENGTH(5);
};

// expect: 4:51 CALX-E012 CALX_LENGTH is given twice
// note: 4:22 it is given here first
