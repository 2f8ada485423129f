#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    unsigned flag : 1;
};

// expect: 4:14 CALX-E023 unsupported member type 'unsigned int' of 'flag'
// note: - a bit-field has no address: make it a whole bool or integer, or mark it CALX_IGNORE
