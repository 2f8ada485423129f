#include <calx/annotate.h>
struct post;
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
    CALX_MANY(struct post) posts CALX_VIEW_ONLY CALX_INVERSE(user);
    CALX_MANY(struct post) a CALX_VIEW_ONLY CALX_PASSIVE_DELETES(on);
    CALX_MANY(struct post) b CALX_VIEW_ONLY CALX_POST_UPDATE;
    CALX_MANY(struct user) c CALX_VIEW_ONLY CALX_SECONDARY("follows");
    CALX_MANY(struct post) d CALX_VIEW_ONLY CALX_SECONDARY("posts");
    CALX_MANY(struct user) e CALX_VIEW_ONLY CALX_SECONDARY("follows", left_id, user_id);
};
struct CALX_ENTITY("posts") post {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 user_id CALX_REFERENCES(user, id);
    CALX_ONE(struct user) user;
};
struct CALX_ENTITY("follows") follow {
    int64_t left_id CALX_PRIMARY_KEY CALX_REFERENCES(user, id);
    int64_t right_id CALX_PRIMARY_KEY CALX_REFERENCES(user, id);
};

// expect: 5:34 CALX-E082 'posts' is view-only and has another side, which would change it
// note: - take one of the two away
// expect: 6:30 CALX-E082 'a' is view-only and says how it is written
// note: - take one of the two away
// expect: 7:30 CALX-E082 'b' is view-only and says how it is written
// note: - take one of the two away
// expect: 8:45 CALX-E057 'follows' has several foreign keys to the key of struct user
// note: 17:31 'follows' is declared here
// note: - name the columns behind the table: those that point at struct user, then those that point at struct user
// expect: 9:45 CALX-E057 'posts' has no foreign key to the key of struct post
// note: 12:29 'posts' is declared here
// note: - name the columns behind the table: those that point at struct user, then those that point at struct post
// expect: 10:45 CALX-E057 'follows' has no foreign key over these columns to the key of struct user
// note: 17:31 'follows' is declared here
// note: - name the columns behind the table: those that point at struct user, then those that point at struct user
