/*
 * What the actions of the world need of its model.
 */
#ifndef TESTS_RUNTIME_SESSION_WORLD_MODEL_H
#define TESTS_RUNTIME_SESSION_WORLD_MODEL_H

#include "session_world.h"

/* One of a few texts; NULL for 0. */
const char *world_text(size_t text);

/* Remembers the first thing that went wrong; both answer whether all is well. */
bool world_fail(world *self, const char *format, ...);
bool world_ok(world *self, calx_status status, const char *what);

/* A session over the engines of the world. */
calx_status world_open(const world *self, calx_session **out_session);

/* SQL where the rows of a kind are. */
calx_status world_execute(calx_session *session, world_kind kind, const char *sql,
                          calx_result **out_result);

/* Makes a step; false: something is wrong, or no memory. */
bool world_step(world *self, const walk_step *step);
bool world_commit(world *self);

/* Nothing is known, no session; and no rows. */
void world_reset(world *self);
void world_empty(world *self);

/* NULL: there is no more room. */
world_thing *world_add_thing(world *self, void *entity, world_kind kind, size_t key);
void world_drop_thing(world *self, world_thing *thing);
world_thing *world_find(world *self, world_kind kind, size_t key);
world_row *world_row_of(world *self, const world_thing *thing);

void world_loaded(world *self, world_thing *thing);
void world_expired(world_thing *thing);
void world_flushed(world *self);
void world_released(world *self);
void world_committed(world *self);
void world_rolled_back(world *self, unsigned level);

/* Whether instances and counts, and the rows of the database, are as the model has them. */
bool world_agrees(world *self);
bool world_database_agrees(world *self);
bool world_rows_agree(world *self, calx_session *session);

#endif
