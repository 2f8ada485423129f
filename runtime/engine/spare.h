/*
 * What rooms above leave with an engine for their next use: a session that was freed, with all that
 * the next one would have to find out again. An engine has few places, and ends with what is in
 * them; giving and taking are one atomic exchange each.
 */
#ifndef CALX_ENGINE_SPARE_H
#define CALX_ENGINE_SPARE_H

#include <calx/engine.h>

/* The first member of what is left. */
typedef struct calx_spare {
    void (*destroy)(struct calx_spare *spare); /* the engine ends */
} calx_spare;

/* Any thread. false: every place is taken, and the spare stays the caller's. */
bool calx_engine_give_spare(calx_engine *engine, calx_spare *spare);

/* Any thread. NULL: there is none. */
calx_spare *calx_engine_take_spare(calx_engine *engine);

#endif
