/*
 * Owners of three kinds: one that takes its members along, one that they cannot be without, one
 * that has no say; and a member that takes its owner along.
 */
#ifndef TESTS_RUNTIME_CREW_MODELS_H
#define TESTS_RUNTIME_CREW_MODELS_H

#include <calx/annotate.h>

struct rope;
struct sailor;
struct song;

struct CALX_ENTITY("crews") crew {
    int64_t id CALX_PRIMARY_KEY;
    const char *name;
    CALX_MANY(struct sailor) sailors CALX_INVERSE(crew) CALX_CASCADE(all);
    CALX_MANY(struct rope) ropes CALX_INVERSE(crew) CALX_CASCADE(all, delete_orphan);
    CALX_MANY(struct song) songs CALX_CASCADE(none);
};

struct CALX_ENTITY("sailors") sailor {
    int64_t id CALX_PRIMARY_KEY;
    const char *name;
    calx_nullable_int64 crew_id CALX_REFERENCES(crew, id);
    CALX_ONE(struct crew) crew CALX_VIA(crew_id);
};

struct CALX_ENTITY("ropes") rope {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 crew_id CALX_REFERENCES(crew, id);
    CALX_ONE(struct crew) crew CALX_VIA(crew_id);
};

struct CALX_ENTITY("songs") song {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 crew_id CALX_REFERENCES(crew, id);
};

struct CALX_ENTITY("anchors") anchor {
    int64_t id CALX_PRIMARY_KEY;
};

/* Where the boat goes its anchor goes. */
struct CALX_ENTITY("boats") boat {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 anchor_id CALX_REFERENCES(anchor, id);
    CALX_ONE(struct anchor) anchor CALX_VIA(anchor_id) CALX_CASCADE(all);
};

#endif
