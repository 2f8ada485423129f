#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_LENGTH(MANY);
    const char *title CALX_LENGTH(2.5);
    const char *text CALX_LENGTH();
};

// expect: 4:22 CALX-E015 CALX_LENGTH(MANY) is no integer constant expression
// expect: 5:23 CALX-E015 CALX_LENGTH(2.5) is no integer constant expression
// expect: 6:22 CALX-E013 CALX_LENGTH: its value is missing
