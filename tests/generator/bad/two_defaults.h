#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int32_t size CALX_DEFAULT("1") CALX_SERVER_DEFAULT("2");
};

// expect: 4:36 CALX-E014 'size' has a constant default and one of the server
// note: - keep CALX_DEFAULT to have it in the struct at once, or CALX_SERVER_DEFAULT to leave it to the database
