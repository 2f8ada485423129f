#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int32_t size CALX_LENGTH(4);
};

// expect: 4:18 CALX-E025 CALX_LENGTH(4) does not fit 'size', which is int32_t
// note: - only text has one
