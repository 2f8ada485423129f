#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int32 age CALX_NOT_NULL;
};

// expect: 4:29 CALX-E026 CALX_NOT_NULL on 'age', which is calx_nullable_int32
// note: - take the annotation away, or use the type without 'nullable': a plain number is never NULL
