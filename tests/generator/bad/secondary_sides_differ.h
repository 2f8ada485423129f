#include <calx/annotate.h>
struct group;
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
    CALX_MANY(struct group) groups CALX_SECONDARY("members") CALX_INVERSE(users);
    CALX_MANY(struct group) own CALX_SECONDARY("owners", user_id, group_id) CALX_INVERSE(owners);
    CALX_MANY(struct group) led CALX_SECONDARY("leaders") CALX_INVERSE(leaders);
};
struct CALX_ENTITY("groups") group {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 user_id CALX_REFERENCES(user, id);
    CALX_MANY(struct user) users CALX_SECONDARY("membership");
    CALX_MANY(struct user) owners CALX_SECONDARY("owners", user_id, group_id) CALX_INVERSE(own);
    CALX_ONE(struct user) leaders CALX_VIA(user_id);
};

// expect: 7:59 CALX-E054 'leaders' is not the inverse of 'led': one of them has a CALX_SECONDARY and the other has none
// note: 14:27 'leaders' is declared here
// expect: 12:34 CALX-E057 'groups' and 'users' are the sides of one relationship, and have different association tables
// note: 5:36 the other one is here
// expect: 13:35 CALX-E057 'own' and 'owners' are the sides of one relationship, and name the columns of their association table differently
// note: 6:33 the other one is here
// note: - each side names first those that point at its own struct
