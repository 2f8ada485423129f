/*
 * The model as the mappers the runtime knows, for what generator and runtime share: the text of a
 * schema. They are like the generated ones, but without offsets and relationships, which no schema
 * needs.
 */
#ifndef CALX_VIEW_DESCRIPTOR_H
#define CALX_VIEW_DESCRIPTOR_H

#include "base/arena.h"
#include "model/model.h"

#include <calx/error.h>

/* out_metadata lives in the arena and borrows the model's texts. Answers CALX_OK; CALX_E_NOMEM. */
calx_status calx_view_describe(const calx_model *model, calx_arena *arena,
                               const calx_metadata **out_metadata);

#endif
