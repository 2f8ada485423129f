#include <calx/annotate.h>
struct user;
struct CALX_RESULT CALX_INDEX(by_name, name) row {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL CALX_LENGTH(30) CALX_COLUMN("ID");
    CALX_ONE(struct user) user CALX_VIA(id);
    calx_nullable_int32 age CALX_NOT_NULL;
    struct user *friend;
};
struct CALX_ENTITY("users") CALX_RESULT user {
    int64_t id CALX_PRIMARY_KEY;
};
struct CALX_RESULT empty {
    int64_t ignored CALX_IGNORE;
};
union CALX_RESULT either {
    int64_t id;
};
struct CALX_RESULT calx_row {
    int64_t id;
};
struct CALX_RESULT users {
    int64_t id;
};
void users_next(void);

// expect: 3:20 CALX-E011 CALX_INDEX has no meaning on a result struct
// note: - take it away: rows of queries fill the struct, which has no table
// expect: 4:16 CALX-E011 CALX_PRIMARY_KEY has no meaning on a member of a result struct
// note: - take it away: rows of queries fill the struct, which has no table
// expect: 5:36 CALX-E011 CALX_LENGTH has no meaning on a member of a result struct
// note: - take it away: rows of queries fill the struct, which has no table
// expect: 5:52 CALX-E031 two members of struct row take the column 'ID'
// note: 4:13 the first is here; databases ignore case
// note: - choose a name with CALX_COLUMN("name")
// expect: 6:5 CALX-E011 CALX_ONE has no meaning on a member of a result struct
// note: - take it away: rows of queries fill the struct, which has no table
// expect: 6:32 CALX-E011 CALX_VIA has no meaning on a member of a result struct
// note: - take it away: rows of queries fill the struct, which has no table
// expect: 7:29 CALX-E026 CALX_NOT_NULL on 'age', which is calx_nullable_int32
// note: - take the annotation away, or use the type without 'nullable': a plain number is never NULL
// expect: 8:18 CALX-E023 unsupported member type 'struct user *' of 'friend'
// note: - a pointer to a struct: write CALX_ONE(struct x) for a relationship, or mark it CALX_IGNORE
// expect: 10:29 CALX-E090 struct user is an entity and a result struct at once
// note: - take one of the two away: a select gives entities too
// expect: 13:20 CALX-E090 struct empty has no member that a column could fill
// note: - give it a member for each column of the rows
// expect: 16:19 CALX-E020 this result struct is a union: rows fill structs
// note: - define it as a struct of its own, at file scope
// expect: 19:20 CALX-E061 generated names cannot begin with 'calx_row': names that begin with calx_ are those of Calx
// note: - choose another beginning with CALX_NAME(name)
// expect: 22:20 CALX-E060 the generated name 'users_next' of struct users is declared already
// note: 25:6 it is declared here
// note: - choose another beginning with CALX_NAME(name)
