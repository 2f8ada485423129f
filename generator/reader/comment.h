/* Doc comments, as they are carried from the annotated header into the generated one. */
#ifndef CALX_READER_COMMENT_H
#define CALX_READER_COMMENT_H

#include "base/arena.h"

#include <calx/error.h>

/*
 * The words of a doc comment: without its marks, stars and the space that only lays it out; lines
 * are kept. What would open or end a comment is pulled apart, so the text can be put into one.
 * out_text  NULL: there are no words in it
 * Answers CALX_OK; CALX_E_NOMEM.
 */
calx_status calx_comment_clean(calx_arena *arena, const char *raw, const char **out_text);

#endif
