#include <calx/annotate.h>
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
};
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    const char *user_id CALX_REFERENCES(user, id);
    int32_t other_id CALX_REFERENCES(user, id);
};

// expect: 7:25 CALX-E042 CALX_REFERENCES(user,id): 'user_id' is const char *, 'id' is int64_t
// note: 3:13 'id' is declared here
// expect: 8:22 CALX-W002 CALX_REFERENCES(user,id): not every value of 'id' fits into 'other_id'
