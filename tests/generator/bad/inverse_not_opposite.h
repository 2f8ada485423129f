#include <calx/annotate.h>
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 boss_id CALX_REFERENCES(user, id);
    CALX_ONE(struct user) boss CALX_INVERSE(boss);
    CALX_MANY(struct user) staff CALX_INVERSE(boss);
    CALX_MANY(struct user) team CALX_INVERSE(boss);
};

// expect: 5:32 CALX-E054 'boss' is not the inverse of 'boss': it is itself
// note: 5:27 'boss' is declared here
// expect: 6:34 CALX-E054 'boss' is not the inverse of 'staff': that one names another inverse
// note: 5:27 'boss' is declared here
// expect: 7:33 CALX-E054 'boss' is not the inverse of 'team': that one names another inverse
// note: 5:27 'boss' is declared here
