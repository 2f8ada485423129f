#include <calx/annotate.h>
struct CALX_ENTITY("lines") line {
    int64_t order_id CALX_PRIMARY_KEY;
    int32_t number CALX_PRIMARY_KEY;
};
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int64_t order_id CALX_REFERENCES(line, order_id);
};

// expect: 8:22 CALX-E041 only a part of the key of struct line is referred to
// note: - its key has 2 parts: one more member needs CALX_REFERENCES(line, number)
