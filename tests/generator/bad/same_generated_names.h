#include <calx/annotate.h>
struct user_addresses;
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
    CALX_MANY(struct user_addresses) addresses CALX_CASCADE(all);
    CALX_MANY(struct user_addresses) copy CALX_CASCADE(all);
};
struct CALX_ENTITY("addresses") user_addresses {
    int64_t id CALX_PRIMARY_KEY;
    int64_t user_id CALX_REFERENCES(user, id);
    CALX_ONE(struct user) append;
};
struct CALX_ENTITY("queries") user_query {
    int64_t id CALX_PRIMARY_KEY;
};

// expect: 3:29 CALX-E060 the generated name 'user_query' of struct user is declared already
// note: 13:31 it is declared here
// note: - choose another beginning with CALX_NAME(name)
// expect: 6:38 CALX-E060 the generated name 'user_copy' of 'copy' of struct user is also that of struct user
// note: 3:29 struct user is declared here
// note: - rename one, or choose another beginning for struct user with CALX_NAME(name)
// expect: 11:27 CALX-E060 the generated name 'user_addresses_append' of 'append' of struct user_addresses is also that of 'addresses' of struct user
// note: 5:38 'addresses' of struct user is declared here
// note: - rename one, or choose another beginning for struct user_addresses with CALX_NAME(name)
// expect: 13:31 CALX-E060 the generated name 'user_query_new' of struct user_query is also that of struct user
// note: 3:29 struct user is declared here
// note: - rename one, or choose another beginning for struct user_query with CALX_NAME(name)
