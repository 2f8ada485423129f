#include <calx/annotate.h>
enum { NO_MORE = 5 };
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    const char *none CALX_LENGTH(0);
    const char *negative CALX_LENGTH(NO_MORE - 6);
    const char *huge CALX_LENGTH(1ull << 32);
    char name[8] CALX_LENGTH(8);
};

// expect: 5:22 CALX-E025 CALX_LENGTH(0) does not fit 'none', which is const char *
// note: - a length is a positive number of characters
// expect: 6:26 CALX-E025 CALX_LENGTH(NO_MORE - 6) does not fit 'negative', which is const char *
// note: - a length is a positive number of characters
// expect: 7:22 CALX-E025 CALX_LENGTH(1ull << 32) does not fit 'huge', which is const char *
// note: - a length is a positive number of characters
// expect: 8:18 CALX-E025 CALX_LENGTH(8) does not fit 'name', which is char[8]
// note: - the array has no room for it: char[N] holds texts of up to N - 1 bytes
