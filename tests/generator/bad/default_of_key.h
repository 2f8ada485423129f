#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY CALX_DEFAULT("1");
};

// expect: 3:33 CALX-E027 the default '1' does not fit 'id', which is int64_t
// note: - a key has no constant default: all rows would have the same
