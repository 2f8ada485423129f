#include <calx/annotate.h>
#include "nowhere.h"
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
};

// expect: 2:10 -
