#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int32_t revision CALX_VERSION_FUNCTION(next_revision);
    int32_t second CALX_VERSION_MANUAL;
};

// expect: 4:22 CALX-E028 CALX_VERSION_FUNCTION on 'revision', which is no version column
// note: - add CALX_VERSION_COLUMN, or take it away
// expect: 5:20 CALX-E028 CALX_VERSION_MANUAL on 'second', which is no version column
// note: - add CALX_VERSION_COLUMN, or take it away
