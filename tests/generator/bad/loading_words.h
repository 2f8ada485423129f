#include <calx/annotate.h>
extern int levels;
struct post;
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
    CALX_MANY(struct post) eager CALX_LAZY(eager);
    CALX_MANY(struct post) deep CALX_JOIN_DEPTH(0);
    CALX_MANY(struct post) deeper CALX_JOIN_DEPTH(61);
    CALX_MANY(struct post) below CALX_JOIN_DEPTH(-1);
    CALX_MANY(struct post) unknown CALX_JOIN_DEPTH(levels);
    CALX_MANY(struct post) inner CALX_INNER_JOIN CALX_JOIN_DEPTH(60);
};
struct CALX_ENTITY("posts") post {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 user_id CALX_REFERENCES(user, id);
    CALX_ONE(struct user) user CALX_INNER_JOIN;
};

// expect: 6:34 CALX-E059 'eager' is no way of loading
// note: - the ways are select, joined, selectin, subquery, immediate, raise, raise_on_sql and noload
// expect: 7:33 CALX-E059 CALX_JOIN_DEPTH(0): it is from 1 to 60
// expect: 8:35 CALX-E059 CALX_JOIN_DEPTH(61): it is from 1 to 60
// expect: 9:34 CALX-E059 CALX_JOIN_DEPTH(-1): it is from 1 to 60
// expect: 10:36 CALX-E015 CALX_JOIN_DEPTH(levels) is no integer constant expression
// expect: 16:32 CALX-E059 an inner join would leave out each struct post whose 'user_id' is NULL
// note: - take CALX_INNER_JOIN away, or make it never NULL
