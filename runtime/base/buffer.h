/*
 * A text that grows. Puts answer nothing: the first failure sticks, later puts do nothing, and
 * calx_buffer_finish() reports it, so a text made of twenty pieces needs one check.
 */
#ifndef CALX_BASE_BUFFER_H
#define CALX_BASE_BUFFER_H

#include <calx/error.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

typedef struct calx_buffer {
    char *data;         /* NULL while nothing was put; NUL-terminated otherwise */
    size_t size;        /* without the NUL */
    size_t capacity;    /* of data, with the NUL */
    calx_status status; /* the first failure; CALX_OK so far */
} calx_buffer;

/* clang-format off */
#define CALX_BUFFER_INIT { NULL, 0, 0, CALX_OK }
/* clang-format on */

/* Empty, without memory; never fails. */
void calx_buffer_init(calx_buffer *buffer);

/* Gives the memory back; empty and usable again. */
void calx_buffer_clear(calx_buffer *buffer);

/* Empty and without failure, but the memory is kept for the next text. */
void calx_buffer_reset(calx_buffer *buffer);

/* Makes sure that more_size further bytes fit, so that putting them cannot fail. */
calx_status calx_buffer_reserve(calx_buffer *buffer, size_t more_size);

void calx_buffer_put(calx_buffer *buffer, const char *text);
void calx_buffer_put_n(calx_buffer *buffer, const char *text, size_t size);
void calx_buffer_char(calx_buffer *buffer, char letter);
void calx_buffer_uint(calx_buffer *buffer, uint64_t number);
void calx_buffer_int(calx_buffer *buffer, int64_t number);
void calx_buffer_format(calx_buffer *buffer, const char *format, ...) CALX_PRINTF(2, 3);
void calx_buffer_format_v(calx_buffer *buffer, const char *format, va_list arguments)
    CALX_PRINTF(2, 0);

/* Makes the text shorter again; a size beyond the end changes nothing. */
void calx_buffer_cut(calx_buffer *buffer, size_t size);

/* Makes status the sticky failure, unless there is one already: for what callers find out. */
void calx_buffer_fail(calx_buffer *buffer, calx_status status);

/* What there is so far, "" when nothing; borrowed until the next change of the buffer. */
const char *calx_buffer_text(const calx_buffer *buffer);

/*
 * Takes the text out, NUL-terminated; the buffer is empty and usable again either way.
 * out_text   owned by the caller: calx_release(), or calx_free() in an application
 * out_size   without the NUL; or NULL, meaning not wanted
 * Answers CALX_OK or the first failure of any put (CALX_E_NOMEM).
 */
calx_status calx_buffer_finish(calx_buffer *buffer, char **out_text, size_t *out_size);

#endif
