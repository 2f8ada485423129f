/*
 * Everything that loads relationships and columns, as scenes over the model of depot_models.h, for
 * tests that let each of them fail at each point.
 */
#ifndef TESTS_RUNTIME_LOADING_SCENES_H
#define TESTS_RUNTIME_LOADING_SCENES_H

#include "depot_fixture.h"

/*
 * Plays it in the session of fix, which may have played it before, in part. CALX_OK: all that was
 * loaded was right, else the test fails.
 */
typedef struct loading_scene {
    const char *name;
    calx_status (*play)(const graph *fix);
    bool changes; /* a rollback leads back to what was there */
} loading_scene;

/* The ways come first. */
enum { LOADING_WAYS = DEPOT_WAYS, LOADING_SCENES = 13 };

extern const loading_scene loading_scenes[LOADING_SCENES];

const loading_scene *loading_scene_of(const char *name);

#endif
