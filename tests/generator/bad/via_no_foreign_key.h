#include <calx/annotate.h>
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
};
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int64_t user_id CALX_REFERENCES(user, id);
    int64_t size;
    CALX_ONE(struct user) user CALX_VIA(size);
    CALX_ONE(struct user) owner CALX_VIA(user_idd);
};

// expect: 9:32 CALX-E053 CALX_VIA(size) is no foreign key from struct thing to struct user
// note: - it takes members with CALX_REFERENCES(user, ...)
// expect: 10:33 CALX-E053 'user_idd' is no column of struct thing
// note: - did you mean 'user_id'?
