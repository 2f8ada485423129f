#include <calx/annotate.h>
#include <time.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    long double exact;
    void *data;
    char letter;
    time_t when;
    int numbers[4];
    calx_text text;
    unsigned char raw[16];
    int (*compare)(int);
};

// expect: 5:17 CALX-E023 unsupported member type 'long double' of 'exact'
// note: - no column has this type: choose another one, or mark it CALX_IGNORE
// expect: 6:11 CALX-E023 unsupported member type 'void *' of 'data'
// note: - no column has this type: choose another one, or mark it CALX_IGNORE
// expect: 7:10 CALX-E023 unsupported member type 'char' of 'letter'
// note: - a single char may be a letter or a number: write char[2] for a letter, signed char or unsigned char for a number, or mark it CALX_IGNORE
// expect: 8:12 CALX-E023 unsupported member type 'time_t' of 'when'
// note: - use calx_timestamp, or an int64_t of your own meaning, or mark it CALX_IGNORE
// expect: 9:9 CALX-E023 unsupported member type 'int[4]' of 'numbers'
// note: - no column has this type: choose another one, or mark it CALX_IGNORE
// expect: 10:15 CALX-E023 unsupported member type 'calx_text' of 'text'
// note: - a struct or union inside an entity is no column: mark it CALX_IGNORE
// expect: 11:19 CALX-E023 unsupported member type 'unsigned char[16]' of 'raw'
// note: - no column has this type: choose another one, or mark it CALX_IGNORE
// expect: 12:11 CALX-E023 unsupported member type 'int (*)(int)' of 'compare'
// note: - no column has this type: choose another one, or mark it CALX_IGNORE
