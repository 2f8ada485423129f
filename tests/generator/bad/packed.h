#include <calx/annotate.h>
struct __attribute__((packed)) CALX_ENTITY("things") thing {
    signed char kind;
    int64_t id CALX_PRIMARY_KEY;
};

// expect: 2:54 CALX-E021 struct thing is packed: 'id' does not stand where its type must
