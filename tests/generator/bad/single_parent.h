#include <calx/annotate.h>
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 boss_id CALX_REFERENCES(user, id);
    CALX_ONE(struct user) boss CALX_CASCADE(all, delete_orphan);
    CALX_ONE(struct user) own CALX_CASCADE(all, delete_orphan) CALX_SINGLE_PARENT;
    CALX_MANY(struct user) friends CALX_SECONDARY("friends", a, b) CALX_CASCADE(all, delete_orphan);
    CALX_MANY(struct user) pets CALX_SECONDARY("pets", a, b) CALX_CASCADE(all, delete_orphan)
        CALX_SINGLE_PARENT;
    CALX_MANY(struct user) staff CALX_CASCADE(delete_orphan) CALX_SINGLE_PARENT;
};

// expect: 5:32 CALX-E055 delete_orphan on a CALX_ONE: others may point at the same struct user
// note: - say CALX_SINGLE_PARENT if none ever does
// expect: 7:68 CALX-E055 delete_orphan on a many-to-many: others may have the same struct user
// note: - say CALX_SINGLE_PARENT if none ever does
// expect: 10:34 CALX-E055 delete_orphan needs delete too: write CALX_CASCADE(all, delete_orphan)
