#include <calx/annotate.h>
struct CALX_ENTITY("things") CALX_INDEX(by_size) thing {
    int64_t id CALX_PRIMARY_KEY;
};

// expect: 2:30 CALX-E013 CALX_INDEX: it takes the index's name, then its members: CALX_INDEX(by_email, email)
