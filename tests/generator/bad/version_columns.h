#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int32_t revision CALX_VERSION_COLUMN;
    int32_t second CALX_VERSION_COLUMN;
};

// expect: 5:20 CALX-E028 struct thing has two version columns
// note: 4:13 the first is here
