#include <calx/annotate.h>
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 boss_id CALX_REFERENCES(user, id);
    CALX_ONE(struct user) boss CALX_CASCADE(all, delete_orphan);
    CALX_MANY(struct user) staff CALX_CASCADE(everything);
    CALX_MANY(struct user) team CALX_CASCADE(save_update, delete_orphan);
    CALX_MANY(struct user) crew CALX_CASCADE(none, merge);
};

// expect: 5:32 CALX-E055 delete_orphan on a CALX_ONE: others may point at the same struct user
// note: - say CALX_SINGLE_PARENT if none ever does
// expect: 6:34 CALX-E055 'everything' is no cascade
// note: - the cascades are save_update, merge, refresh_expire, expunge, delete, all of these as 'all', delete_orphan, and none
// expect: 7:33 CALX-E055 delete_orphan needs delete too: write CALX_CASCADE(all, delete_orphan)
// expect: 8:33 CALX-E055 'none' stands alone
