#include <calx/annotate.h>
struct CALX_ENTITY("a") CALX_NAME(int) one {
    int64_t id CALX_PRIMARY_KEY;
};
struct CALX_ENTITY("b") CALX_NAME(calx_session) two {
    int64_t id CALX_PRIMARY_KEY;
};
struct CALX_ENTITY("c") _three {
    int64_t id CALX_PRIMARY_KEY;
};
struct CALX_ENTITY("d") calx {
    int64_t id CALX_PRIMARY_KEY;
};

// expect: 2:25 CALX-E061 generated names cannot begin with 'int': it is a keyword of C
// note: - choose another beginning with CALX_NAME(name)
// expect: 5:25 CALX-E061 generated names cannot begin with 'calx_session': names that begin with calx_ are those of Calx
// note: - choose another beginning with CALX_NAME(name)
// expect: 8:25 CALX-E061 generated names cannot begin with '_three': C keeps names that begin with an underscore for itself at file scope
// note: - choose another beginning with CALX_NAME(name)
// expect: 11:25 CALX-E061 generated names cannot begin with 'calx': names that begin with calx_ are those of Calx
// note: - choose another beginning with CALX_NAME(name)
