#include <calx/annotate.h>
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 boss_id CALX_REFERENCES(user, id);
    CALX_ONE(struct user) boss __attribute__((annotate("calx:many")));
};

// expect: 5:27 CALX-E014 'boss' is CALX_ONE and CALX_MANY at once
