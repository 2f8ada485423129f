#include <calx/annotate.h>
struct CALX_ENTITY("users") user {
    int64_t id CALX_PRIMARY_KEY;
};
extern struct CALX_ENTITY("nameless") {
    int64_t id CALX_PRIMARY_KEY;
} nameless;

// expect: 5:8 CALX-E020 this entity has neither a tag nor a typedef's name
// note: - define it as a struct of its own, at file scope
