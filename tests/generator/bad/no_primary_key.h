#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    const char *name;
};

// expect: 2:30 CALX-E022 struct thing has no primary key
// note: - mark a member, such as int64_t id CALX_PRIMARY_KEY
