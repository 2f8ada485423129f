#include <calx/annotate.h>
struct CALX_ENTITY("things") CALX_INDEX(by_size, size) CALX_UNIQUE_INDEX(BY_SIZE, id) thing {
    int64_t id CALX_PRIMARY_KEY;
    int32_t size;
};
struct CALX_ENTITY("items") CALX_INDEX(things, size) item {
    int64_t id CALX_PRIMARY_KEY;
    int32_t size;
};

// expect: 2:56 CALX-E033 the index name 'BY_SIZE' is used already
// note: 2:30 here; indexes and tables share their names, without case
// expect: 6:29 CALX-E033 the index name 'things' is used already
// note: 2:87 here; indexes and tables share their names, without case
