#include <calx/annotate.h>
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 boss_id CALX_REFERENCES(user, id);
    CALX_MANY(struct user) staff;
    CALX_MANY(struct user) staff_count CALX_VIEW_ONLY;
    CALX_MANY(struct user) query;
    CALX_ONE(struct user) boss;
    CALX_ONE(struct user) clear_boss;
    CALX_MANY(struct user) set_boss CALX_VIEW_ONLY;
    CALX_MANY(struct user) friends CALX_SECONDARY("friends", a, b);
};
struct user_friends_association { int x; };

// expect: 6:28 CALX-E060 the generated name 'user_staff_count' of 'staff_count' of struct user is also that of 'staff' of struct user
// note: 5:28 'staff' of struct user is declared here
// note: - rename one, or choose another beginning for struct user with CALX_NAME(name)
// expect: 7:28 CALX-E060 the generated name 'user_query' of 'query' of struct user is also that of struct user
// note: 2:29 struct user is declared here
// note: - rename one, or choose another beginning for struct user with CALX_NAME(name)
// expect: 7:28 CALX-E060 the generated name 'user_query_count' of 'query' of struct user is also that of struct user
// note: 2:29 struct user is declared here
// note: - rename one, or choose another beginning for struct user with CALX_NAME(name)
// expect: 9:27 CALX-E060 the generated name 'user_clear_boss' of 'clear_boss' of struct user is also that of 'boss' of struct user
// note: 8:27 'boss' of struct user is declared here
// note: - rename one, or choose another beginning for struct user with CALX_NAME(name)
// expect: 10:28 CALX-E060 the generated name 'user_set_boss' of 'set_boss' of struct user is also that of 'boss' of struct user
// note: 8:27 'boss' of struct user is declared here
// note: - rename one, or choose another beginning for struct user with CALX_NAME(name)
// expect: 11:28 CALX-E060 the generated name 'user_friends_association' of 'friends' of struct user is declared already
// note: 13:8 it is declared here
// note: - choose another beginning with CALX_NAME(name)
