#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int cache CALX_IGNORE CALX_UNIQUE;
};

// expect: 4:27 CALX-E011 CALX_UNIQUE has no meaning on a member that is ignored
// note: - take one of the two away
