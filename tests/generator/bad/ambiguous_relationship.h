#include <calx/annotate.h>
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
};
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int64_t author_id CALX_REFERENCES(user, id);
    int64_t editor_id CALX_REFERENCES(user, id);
    CALX_ONE(struct user) user;
};

// expect: 9:27 CALX-E052 'user' could go through 2 foreign keys of struct thing
// note: - say which: CALX_VIA(author_id) or CALX_VIA(editor_id)
