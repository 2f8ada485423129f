#include <calx/annotate.h>
struct thing;
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
    CALX_MANY(struct thing) things;
};
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    CALX_ONE(struct user) user;
};

// expect: 5:29 CALX-E051 'things' has no foreign key to go through: no member of struct thing refers to struct user
// note: - add a member with CALX_REFERENCES(user, id) to struct thing
// expect: 9:27 CALX-E051 'user' has no foreign key to go through: no member of struct thing refers to struct user
// note: - add a member with CALX_REFERENCES(user, id) to struct thing
