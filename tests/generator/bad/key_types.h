#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    double weight CALX_PRIMARY_KEY;
    calx_nullable_int64 part CALX_PRIMARY_KEY;
};

// expect: 3:19 CALX-E024 'weight' cannot be a key: it is double
// note: - floating-point numbers are not the same for every computer
// expect: 4:30 CALX-E024 'part' cannot be a key: it is calx_nullable_int64
// note: - a key is never NULL
