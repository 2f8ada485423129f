#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    const int32_t size;
    volatile int32_t level;
    const char name[8];
};

// expect: 4:19 CALX-E023 unsupported member type 'const int32_t' of 'size'
// note: - Calx writes to it when it loads a row: take the qualifier away, or mark it CALX_IGNORE
// expect: 5:22 CALX-E023 unsupported member type 'volatile int32_t' of 'level'
// note: - Calx writes to it when it loads a row: take the qualifier away, or mark it CALX_IGNORE
