/*
 * Texts as C wants them: string literals, comments, identifiers. Private to the room, and to its
 * test.
 */
#ifndef CALX_VIEW_LITERAL_H
#define CALX_VIEW_LITERAL_H

#include "base/buffer.h"

/*
 * A string literal with its quotes that means exactly these bytes in every C compiler: no byte
 * outside printable ASCII but valid UTF-8, no trigraph. NULL gives the constant NULL.
 */
void calx_view_put_literal(calx_buffer *out, const char *text);

/* The text; bytes that are no UTF-8 and control characters but line ends become question marks. */
void calx_view_put_valid(calx_buffer *out, const char *text);

/* The same for inside a comment, which it can neither end nor begin. */
void calx_view_put_comment(calx_buffer *out, const char *text);

/*
 * A documentation comment; doc is the text without stars, lines kept. What fits stands on one line.
 * Nothing for NULL and for what is blank.
 */
void calx_view_put_doc(calx_buffer *out, const char *doc);

/* An identifier like the text: what cannot stand in one becomes an underscore. */
void calx_view_put_identifier(calx_buffer *out, const char *text);

/* The same in capitals: an include guard. */
void calx_view_put_guard(calx_buffer *out, const char *text);

#endif
