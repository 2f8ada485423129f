#include <calx/annotate.h>
struct CALX_ENTITY("things") CALX_NAME(2d thing) thing {
    int64_t id CALX_PRIMARY_KEY;
    int64_t other CALX_REFERENCES(thing, );
};

// expect: 2:30 CALX-E013 CALX_NAME: '2d thing' is not a name
// expect: 4:19 CALX-E013 CALX_REFERENCES: it takes an entity and one of its members: CALX_REFERENCES(user, id)
