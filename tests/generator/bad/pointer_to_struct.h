#include <calx/annotate.h>
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
};
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    const struct user *owner;
};

// expect: 7:24 CALX-E023 unsupported member type 'const struct user *' of 'owner'
// note: - a pointer to a struct: write CALX_ONE(struct x) for a relationship, or mark it CALX_IGNORE
