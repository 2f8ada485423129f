#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int32_t size;
    char rest[];
};

// expect: 5:10 CALX-E023 unsupported member type 'char[]' of 'rest'
// note: - an array without a size has no room in a row: give it one, or mark it CALX_IGNORE
