#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    _Alignas(32) int64_t wide;
};

// expect: 2:30 CALX-E021 struct thing is aligned to 32 bytes: instances are to 16
