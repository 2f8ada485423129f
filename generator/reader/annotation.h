/*
 * The text of one annotation, taken apart. <calx/annotate.h> writes it as `calx:key` or
 * `calx:key=text`; anything may stand in a header, so nothing is assumed about it.
 */
#ifndef CALX_READER_ANNOTATION_H
#define CALX_READER_ANNOTATION_H

#include "model/declaration.h"

#include "base/arena.h"

#include <calx/error.h>

/* Whether an attribute's text is an annotation of Calx at all. */
bool calx_annotation_is_ours(const char *text);

/*
 * Takes a text apart that is ours. A fault in it is no failure: it is told in the annotation.
 * Answers CALX_OK; CALX_E_NOMEM.
 */
calx_status calx_annotation_parse(calx_arena *arena, const char *text, calx_place place,
                                  calx_annotation **out_annotation);

/* Whether <calx/annotate.h> or <calx/api.h> has a macro of this name, size bytes long. */
bool calx_annotation_is_macro(const char *name, size_t size);

/* Whether the macro of this name takes a text in quotes. */
bool calx_annotation_takes_text(const char *name, size_t size);

/* The macro whose name is nearest to this one, or NULL when none is near. Static text. */
const char *calx_annotation_nearest_macro(const char *name, size_t size);

#endif
