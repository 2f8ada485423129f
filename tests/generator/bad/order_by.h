#include <calx/annotate.h>
struct post;
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_ORDER_BY(name);
    CALX_MANY(struct post) posts CALX_ORDER_BY(titel, id desc);
    CALX_MANY(struct post) twice CALX_ORDER_BY(id, title, id desc);
    CALX_MANY(struct post) through CALX_ORDER_BY(user);
    CALX_MANY(struct post) words CALX_ORDER_BY(id descending);
    CALX_MANY(struct post) lone CALX_ORDER_BY(desc);
    CALX_MANY(struct post) none CALX_ORDER_BY();
};
struct CALX_ENTITY("posts") post {
    int64_t id CALX_PRIMARY_KEY;
    const char *title;
    calx_nullable_int64 user_id CALX_REFERENCES(user, id);
    CALX_ONE(struct user) user CALX_ORDER_BY(name);
};

// expect: 5:22 CALX-E011 CALX_ORDER_BY has no meaning on a column
// note: - it stands behind the name of a CALX_ONE or CALX_MANY member
// expect: 6:34 CALX-E058 'posts' cannot be ordered by 'titel': it is no column of struct post
// expect: 7:34 CALX-E058 'twice' is ordered by 'id' twice
// expect: 8:36 CALX-E058 'through' cannot be ordered by 'user': it is no column of struct post
// note: - did you mean 'user_id'?
// expect: 9:34 CALX-E013 CALX_ORDER_BY: 'id descending' is not a name
// expect: 10:33 CALX-E058 'lone' cannot be ordered by 'desc': it is no column of struct post
// expect: 11:33 CALX-E013 CALX_ORDER_BY: it takes members of the target, each perhaps with asc or desc behind it: CALX_ORDER_BY(position, id desc)
// expect: 17:32 CALX-E058 'user' is a CALX_ONE: there is nothing to put in order
