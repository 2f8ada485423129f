#include <calx/annotate.h>
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
};
int64_t CALX_UNIQUE next_id(int CALX_NOT_NULL seed);

// expect: 5:9 CALX-E011 CALX_UNIQUE has no meaning on a function
// note: - it stands behind the name of a member that is a column
// expect: 5:33 CALX-E011 CALX_NOT_NULL has no meaning on a parameter
// note: - it stands behind the name of a member that is a column
