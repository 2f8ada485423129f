#include <calx/annotate.h>
struct post;
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
    int64_t first_id CALX_REFERENCES(post, id);
    CALX_ONE(struct post) first CALX_VIA(first_id) CALX_POST_UPDATE;
    CALX_MANY(struct post) read CALX_SECONDARY("reads") CALX_POST_UPDATE;
    CALX_MANY(struct post) posts CALX_POST_UPDATE CALX_CASCADE(all);
};
struct CALX_ENTITY("posts") post {
    int64_t id CALX_PRIMARY_KEY;
    int64_t user_id CALX_REFERENCES(user, id);
};

// expect: 6:52 CALX-E081 'first' would be inserted with NULL in 'first_id', which is never NULL
// note: 5:13 the foreign key is declared here
// note: - make 'first_id' nullable
// expect: 7:57 CALX-E081 'read' has no foreign key to update: the rows of its association table are written last already
// expect: 8:34 CALX-E081 'posts' would be inserted with NULL in 'user_id', which is never NULL
// note: 12:13 the foreign key is declared here
// note: - make 'user_id' nullable
