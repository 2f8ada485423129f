#include <calx/annotate.h>
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int32_t revision CALX_VERSION_COLUMN CALX_VERSION_FUNCTION(thing_new);
};
struct CALX_ENTITY("items") item {
    int64_t id CALX_PRIMARY_KEY;
    int32_t revision CALX_VERSION_COLUMN CALX_VERSION_FUNCTION(while);
};
struct CALX_ENTITY("notes") note {
    int64_t id CALX_PRIMARY_KEY;
    int32_t revision CALX_VERSION_COLUMN CALX_VERSION_FUNCTION(3);
};
struct CALX_ENTITY("songs") song {
    int64_t id CALX_PRIMARY_KEY;
    int32_t revision CALX_VERSION_COLUMN CALX_VERSION_FUNCTION(next_of_all);
};
struct CALX_ENTITY("discs") disc {
    int64_t id CALX_PRIMARY_KEY;
    int64_t revision CALX_VERSION_COLUMN CALX_VERSION_FUNCTION(next_of_all);
};


// expect: 4:42 CALX-E060 'thing_new' is the generated name of struct thing, so it cannot make versions
// expect: 8:42 CALX-E061 a function of yours cannot be 'while': it is a keyword of C
// expect: 12:42 CALX-E013 CALX_VERSION_FUNCTION: '3' is not a name
// expect: 20:42 CALX-E028 next_of_all() makes versions of 'revision', which is int64_t, and of another type elsewhere
// note: 16:13 here 'revision' is int32_t
