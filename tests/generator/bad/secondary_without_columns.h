#include <calx/annotate.h>
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
    CALX_MANY(struct user) friends CALX_SECONDARY("friends");
    CALX_MANY(struct user) fans CALX_SECONDARY("fans", user_id, User_ID);
    CALX_MANY(struct user) stars CALX_SECONDARY("stars", user_id);
    CALX_MANY(struct user) none CALX_SECONDARY("");
    CALX_MANY(struct user) odd CALX_SECONDARY("odd", 1 + 1);
};

// expect: 4:36 CALX-E057 'friends' joins struct user to itself, so its columns must be named
// note: - name those that point at the owner, then those that point at its friends: CALX_SECONDARY("friends", left_id, right_id)
// expect: 5:33 CALX-E057 two columns of association table 'fans' are 'User_ID'
// note: - give each a name of its own behind the table's
// expect: 6:34 CALX-E057 association table 'stars' has 2 columns: 1 for the key of struct user, then 1 for that of struct user
// note: - name all of them, or none
// expect: 7:33 CALX-E030 the table name is empty
// expect: 8:32 CALX-E013 CALX_SECONDARY: '1 + 1' is not a name
