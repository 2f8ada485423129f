#include <calx/annotate.h>
struct thing;
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
    CALX_MANY(struct thing) things CALX_INVERSE(user) CALX_CASCADE(all);
    CALX_MANY(struct thing) others CALX_CASCADE(all);
};
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int64_t user_id CALX_REFERENCES(user, id);
    CALX_ONE(struct user) user CALX_INVERSE(others);
};

// expect: 5:36 CALX-E054 'user' is not the inverse of 'things': that one names another inverse
// note: 11:27 'user' is declared here
