#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int32_t size __attribute__((annotate("calx:siez=4")));
};

// expect: 4:33 CALX-E010 unknown annotation 'calx:siez=4'
