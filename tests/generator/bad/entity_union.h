#include <calx/annotate.h>
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
};
union CALX_ENTITY("either") either {
    int64_t id CALX_PRIMARY_KEY;
};

// expect: 5:29 CALX-E020 this entity is a union: an entity is a struct
// note: - define it as a struct of its own, at file scope
