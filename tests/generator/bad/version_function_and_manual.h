#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int32_t revision CALX_VERSION_COLUMN CALX_VERSION_FUNCTION(next_revision) CALX_VERSION_MANUAL;
};

// expect: 4:79 CALX-E014 'revision' has a function that makes its versions and CALX_VERSION_MANUAL
// note: - keep CALX_VERSION_FUNCTION to have them made, or CALX_VERSION_MANUAL to set them yourself
