#include <calx/annotate.h>
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
};
union either {
    struct CALX_ENTITY("inner") inner {
        int64_t id CALX_PRIMARY_KEY;
    } one;
    int other;
};

// expect: 6:33 CALX-E020 this entity is defined inside another struct or union
// note: - define it as a struct of its own, at file scope
