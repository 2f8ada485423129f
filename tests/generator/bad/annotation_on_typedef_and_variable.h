#include <calx/annotate.h>
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
};
typedef int CALX_LENGTH(3) number;
extern int limit CALX_UNIQUE;

// expect: 5:13 CALX-E011 CALX_LENGTH has no meaning on a typedef
// note: - it stands behind the name of a member that is a column
// expect: 6:18 CALX-E011 CALX_UNIQUE has no meaning on a variable
// note: - it stands behind the name of a member that is a column
