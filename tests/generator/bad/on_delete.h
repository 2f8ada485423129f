#include <calx/annotate.h>
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
};
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int64_t lone CALX_ON_DELETE(cascade);
    int64_t user_id CALX_REFERENCES(user, id) CALX_ON_DELETE(explode);
    int64_t other_id CALX_REFERENCES(user, id) CALX_ON_DELETE(set_null);
};

// expect: 7:18 CALX-E043 CALX_ON_DELETE on 'lone', which refers to nothing: it needs a CALX_REFERENCES
// expect: 8:47 CALX-E043 'explode' is no action on delete
// note: - the actions are cascade, set_null, set_default, restrict and no_action
// expect: 9:48 CALX-E043 CALX_ON_DELETE(set_null) writes NULL into 'other_id', which is never NULL
// note: - make the member nullable (a calx_nullable_ type, or text without CALX_NOT_NULL), or choose another action
