#include <calx/annotate.h>
struct CALX_ENTITY("things_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx") thing {
    int64_t id CALX_PRIMARY_KEY;
    int32_t size CALX_COLUMN("a\tb");
};

// expect: 2:8 CALX-E030 the table name 'things_xxxxxxxxxxxxx...' has 67 bytes: databases keep the first 63
// expect: 4:18 CALX-E030 the column name has a control character in it
