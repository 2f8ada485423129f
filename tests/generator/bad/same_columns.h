#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int32_t size;
    int32_t length CALX_COLUMN("SIZE");
    int32_t width CALX_COLUMN("Id");
};

// expect: 5:20 CALX-E031 two columns of table 'things' are 'SIZE'
// note: 4:13 the first is here; databases ignore case
// note: - choose a name with CALX_COLUMN("name")
// expect: 6:19 CALX-E031 two columns of table 'things' are 'Id'
// note: 3:13 the first is here; databases ignore case
// note: - choose a name with CALX_COLUMN("name")
