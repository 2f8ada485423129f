#include <calx/annotate.h>
struct CALX_ENTITY("") thing {
    int64_t id CALX_PRIMARY_KEY;
    int32_t size CALX_COLUMN("");
};

// expect: 2:8 CALX-E030 the table name is empty
// expect: 4:18 CALX-E030 the column name is empty
