#include <calx/annotate.h>
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
};
struct CALX_ENTITY("people") CALX_NAME(user) person {
    int64_t id CALX_PRIMARY_KEY;
};

// expect: 5:46 CALX-E060 the generated name 'user_mapper' of struct person is also that of struct user
// note: 2:29 struct user is declared here
// note: - rename one, or choose another beginning for struct person with CALX_NAME(name)
