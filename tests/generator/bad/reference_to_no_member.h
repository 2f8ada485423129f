#include <calx/annotate.h>
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
    const char *name;
};
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int64_t user_id CALX_REFERENCES(user, idd);
    const char *name CALX_REFERENCES(user, name);
};

// expect: 8:21 CALX-E041 'idd' is no column of struct user
// note: - did you mean 'id'?
// expect: 9:22 CALX-E041 'name' of struct user is neither its key nor unique
// note: 4:17 mark it CALX_UNIQUE, or refer to the key
