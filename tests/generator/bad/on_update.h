#include <calx/annotate.h>
struct CALX_ENTITY("lines") line {
    int64_t order_id CALX_PRIMARY_KEY;
    int32_t number CALX_PRIMARY_KEY CALX_ON_UPDATE(cascade);
};
struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    int64_t order_id CALX_REFERENCES(line, order_id) CALX_ON_UPDATE(cascade);
    int32_t line_number CALX_REFERENCES(line, number) CALX_ON_UPDATE(restrict);
    int64_t other_id CALX_REFERENCES(thing, id) CALX_ON_UPDATE(set_null);
    int64_t last_id CALX_REFERENCES(thing, id) CALX_ON_UPDATE(delete);
};

// expect: 4:37 CALX-E044 CALX_ON_UPDATE on 'number', which refers to nothing: it needs a CALX_REFERENCES
// expect: 9:55 CALX-E044 one foreign key has two actions on update, 'cascade' and 'restrict'
// note: 8:54 the first is here
// expect: 10:49 CALX-E044 CALX_ON_UPDATE(set_null) writes NULL into 'other_id', which is never NULL
// note: - make the member nullable (a calx_nullable_ type, or text without CALX_NOT_NULL), or choose another action
// expect: 11:48 CALX-E044 'delete' is no action on update
// note: - the actions are cascade, set_null, set_default, restrict and no_action
