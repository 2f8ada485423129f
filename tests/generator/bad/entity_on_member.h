#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int32_t size CALX_ENTITY("sizes");
};

// expect: 4:18 CALX-E011 CALX_ENTITY has no meaning on a column
// note: - it stands between 'struct' and the tag
