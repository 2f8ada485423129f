#include <calx/annotate.h>
struct thing;
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
    CALX_MANY(struct thing) written CALX_VIA(author_id) CALX_INVERSE(editor) CALX_CASCADE(all);
};
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int64_t author_id CALX_REFERENCES(user, id);
    int64_t editor_id CALX_REFERENCES(user, id);
    CALX_ONE(struct user) editor CALX_VIA(editor_id);
};

// expect: 5:57 CALX-E054 'editor' is not the inverse of 'written': they go through different foreign keys
// note: 11:27 'editor' is declared here
