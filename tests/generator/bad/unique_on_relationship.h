#include <calx/annotate.h>
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 boss_id CALX_REFERENCES(user, id);
    CALX_ONE(struct user) boss CALX_UNIQUE;
};

// expect: 5:32 CALX-E011 CALX_UNIQUE has no meaning on a relationship
// note: - it stands behind the name of a member that is a column
