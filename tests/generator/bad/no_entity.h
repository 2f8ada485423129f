#include <calx/annotate.h>
struct point {
    double x, y;
};

// expect: - CALX-E003 no entity is defined here
// note: - an entity says CALX_ENTITY("table") behind 'struct'; those of included headers are not generated
