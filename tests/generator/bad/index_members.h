#include <calx/annotate.h>
struct CALX_ENTITY("things") CALX_INDEX(one, sizes) CALX_INDEX(two, size, size) thing {
    int64_t id CALX_PRIMARY_KEY;
    int32_t size;
};

// expect: 2:30 CALX-E034 index 'one': 'sizes' is no column of struct thing
// note: - did you mean 'size'?
// expect: 2:53 CALX-E034 index 'two': 'size' is in it twice
