#include <calx/annotate.h>
struct post;
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
    CALX_MANY(struct post) a CALX_PASSIVE_DELETES(yes);
    CALX_MANY(struct post) b CALX_PASSIVE_UPDATES(all);
    CALX_MANY(struct post) c CALX_PASSIVE_DELETES(all) CALX_CASCADE(all);
    CALX_MANY(struct post) d CALX_CASCADE(all, delete_orphan) CALX_PASSIVE_DELETES(all);
    CALX_MANY(struct post) e CALX_CASCADE(all, delete_orphan) CALX_PASSIVE_DELETES(on);
};
struct CALX_ENTITY("posts") post {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 user_id CALX_REFERENCES(user, id);
    CALX_ONE(struct user) f CALX_PASSIVE_DELETES(on);
};

// expect: 5:30 CALX-E080 CALX_PASSIVE_DELETES(yes): 'yes' is none of its words
// note: - it takes on, all or off
// expect: 6:30 CALX-E080 CALX_PASSIVE_UPDATES(all): 'all' is none of its words
// note: - it takes on or off
// expect: 7:30 CALX-E080 'c' leaves all deletes to the database, and deletes by its cascade
// note: - say CALX_PASSIVE_DELETES(on) to have loaded ones deleted, or take delete and delete_orphan out of the cascade
// expect: 8:63 CALX-E080 'd' leaves all deletes to the database, and deletes by its cascade
// note: - say CALX_PASSIVE_DELETES(on) to have loaded ones deleted, or take delete and delete_orphan out of the cascade
// expect: 14:29 CALX-E080 'f' points at one struct user, whose deletes are not its own
// note: - say CALX_PASSIVE_DELETES on the side that is pointed at
