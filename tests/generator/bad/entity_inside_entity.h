#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    struct CALX_ENTITY("parts") part {
        int64_t id CALX_PRIMARY_KEY;
    } part CALX_IGNORE;
};

// expect: 4:33 CALX-E020 this entity is defined inside another struct or union
// note: - define it as a struct of its own, at file scope
