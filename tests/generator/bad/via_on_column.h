#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int64_t user_id CALX_VIA(user_id);
};

// expect: 4:21 CALX-E011 CALX_VIA has no meaning on a column
// note: - it stands behind the name of a CALX_ONE or CALX_MANY member
