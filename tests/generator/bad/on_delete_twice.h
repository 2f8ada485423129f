#include <calx/annotate.h>
struct CALX_ENTITY("lines") line {
    int64_t order_id CALX_PRIMARY_KEY;
    int32_t number CALX_PRIMARY_KEY;
};
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int64_t order_id CALX_REFERENCES(line, order_id) CALX_ON_DELETE(cascade);
    int32_t line_number CALX_REFERENCES(line, number) CALX_ON_DELETE(restrict);
};

// expect: 9:55 CALX-E043 one foreign key has two actions on delete, 'cascade' and 'restrict'
// note: 8:54 the first is here
