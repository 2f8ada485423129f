#include <calx/annotate.h>
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
};
struct CALX_ENTITY("Users") person {
    int64_t id CALX_PRIMARY_KEY;
};

// expect: 5:29 CALX-E032 struct user and struct person have the same table 'Users'
// note: 2:29 the first is here; databases ignore case
