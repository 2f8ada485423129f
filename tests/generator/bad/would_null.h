#include <calx/annotate.h>
struct thing;
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
    CALX_MANY(struct thing) things CALX_INVERSE(user);
};
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int64_t user_id CALX_REFERENCES(user, id);
    CALX_ONE(struct user) user;
};

// expect: 5:29 CALX-E056 deleting a struct user would write NULL into 'user_id' of its 'things', which is never NULL
// note: 9:13 the foreign key is declared here
// note: - either make 'user_id' nullable, or say CALX_ON_DELETE(cascade) there, or CALX_CASCADE(all) here to delete them with it
