#include <calx/annotate.h>
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
};
static inline int count(void)
{
    struct CALX_ENTITY("inner") inner {
        int64_t id CALX_PRIMARY_KEY;
    } it = { 0 };
    return (int)it.id;
}

// expect: 7:33 CALX-E020 this entity is defined inside a function, where no generated code can see it
// note: - define it as a struct of its own, at file scope
