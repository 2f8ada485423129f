#include <calx/annotate.h>
struct CALX_ENTITY("users") CALX_DEFERRED user {
    int64_t id CALX_PRIMARY_KEY CALX_DEFERRED;
    int32_t version CALX_VERSION_COLUMN CALX_DEFERRED;
    calx_nullable_int64 boss_id CALX_REFERENCES(user, id) CALX_DEFERRED;
    calx_bytes picture CALX_DEFERRED CALX_LEGACY_IS_ORPHAN;
};

// expect: 2:29 CALX-E011 CALX_DEFERRED has no meaning on a struct
// note: - it stands behind the name of a member that is a column
// expect: 3:33 CALX-E083 'id' is part of the key, and cannot be deferred: each row needs it
// expect: 4:41 CALX-E083 'version' is the version, and cannot be deferred: each row needs it
// expect: 5:59 CALX-E083 'boss_id' is a foreign key, and cannot be deferred: each row needs it
// expect: 6:38 CALX-E011 CALX_LEGACY_IS_ORPHAN has no meaning on a column
// note: - it stands between 'struct' and the tag
