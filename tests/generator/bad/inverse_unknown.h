#include <calx/annotate.h>
struct thing;
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
    CALX_MANY(struct thing) things CALX_CASCADE(all);
};
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int64_t user_id CALX_REFERENCES(user, id);
    CALX_ONE(struct user) user CALX_INVERSE(thngs);
};

// expect: 10:32 CALX-E054 struct user has no relationship 'thngs'
// note: - did you mean 'things'?
