#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_UNIQE;
};

// expect: 4:22 CALX-E010 unknown annotation CALX_UNIQE
// note: - did you mean CALX_UNIQUE?
