/*
 * The last touch on rendered C: lines that came out too long, because a name put into a template
 * is long, are folded where the project's formatter would fold them. So templates can be written
 * in whole lines and their output still passes clang-format. Knows brackets, texts and comments,
 * no more; of a line that fits only blanks at its end are taken away.
 */
#ifndef CALX_VIEW_LAYOUT_H
#define CALX_VIEW_LAYOUT_H

#include "base/buffer.h"

#include <stddef.h>

enum { CALX_VIEW_COLUMNS = 100 };

/* Appends text to out, folded. What fails sticks to out. */
void calx_view_layout(const char *text, size_t size, calx_buffer *out);

#endif
