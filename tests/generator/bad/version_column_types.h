#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY CALX_VERSION_COLUMN;
};
struct CALX_ENTITY("items") item {
    int64_t id CALX_PRIMARY_KEY;
    const char *version CALX_VERSION_COLUMN;
};
struct CALX_ENTITY("notes") note {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int32 version CALX_VERSION_COLUMN;
};
struct CALX_ENTITY("songs") song {
    int64_t id CALX_PRIMARY_KEY;
    const char *version CALX_VERSION_COLUMN CALX_VERSION_FUNCTION(next_song);
};
struct CALX_ENTITY("discs") disc {
    int64_t id CALX_PRIMARY_KEY;
    double version CALX_VERSION_COLUMN CALX_VERSION_MANUAL;
};

// expect: 3:33 CALX-E028 the version column 'id' changes with each UPDATE, so it cannot be a key
// expect: 7:25 CALX-E028 the version column 'version' is const char *, not a plain integer or a calx_timestamp
// expect: 11:33 CALX-E028 the version column 'version' is calx_nullable_int32, not a plain integer or a calx_timestamp
// expect: 15:25 CALX-E028 the version column 'version' is const char *, not a plain integer, a calx_timestamp or a char array
// expect: 19:20 CALX-E028 the version column 'version' is double, not a number, a time, a text or bytes
