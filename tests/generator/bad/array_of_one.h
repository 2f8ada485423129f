#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    char mark[1];
};

// expect: 4:10 CALX-E023 unsupported member type 'char[1]' of 'mark'
// note: - no text fits into it: char[N] holds texts of up to N - 1 bytes
