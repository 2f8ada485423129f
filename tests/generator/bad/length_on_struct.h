#include <calx/annotate.h>
struct CALX_ENTITY("things") CALX_LENGTH(4) thing {
    int64_t id CALX_PRIMARY_KEY;
};

// expect: 2:30 CALX-E011 CALX_LENGTH has no meaning on a struct
// note: - it stands behind the name of a member that is a column
