#include <calx/annotate.h>
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
};
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int64_t user_id CALX_REFERENCES(user);
};

// expect: 7:21 CALX-E013 CALX_REFERENCES: it takes an entity and one of its members: CALX_REFERENCES(user, id)
