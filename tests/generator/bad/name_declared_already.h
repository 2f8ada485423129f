#include <calx/annotate.h>
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
};
struct user *user_new(void);
enum { same_columns_metadata, user_copy };
int name_declared_already_metadata(void);

// expect: 2:29 CALX-E060 the generated name 'user_new' of struct user is declared already
// note: 5:14 it is declared here
// note: - choose another beginning with CALX_NAME(name)
// expect: 2:29 CALX-E060 the generated name 'user_copy' of struct user is declared already
// note: 6:31 it is declared here
// note: - choose another beginning with CALX_NAME(name)
// expect: 7:5 CALX-E060 the generated name 'name_declared_already_metadata' of the model is declared already
// note: - choose another name with --name
