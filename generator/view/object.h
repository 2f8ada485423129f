/*
 * Putting a JSON tree together. The first failure sticks to the maker, as with a buffer, so that
 * an object of twenty members needs one check. Private to the room.
 */
#ifndef CALX_VIEW_OBJECT_H
#define CALX_VIEW_OBJECT_H

#include "base/buffer.h"

#include <jansson.h>
#include <stdbool.h>

typedef struct calx_view_maker {
    bool failed; /* memory ran out somewhere */
} calx_view_maker;

json_t *calx_view_object(calx_view_maker *maker);
json_t *calx_view_array(calx_view_maker *maker);

/* value is taken over, also on failure. */
void calx_view_set(calx_view_maker *maker, json_t *object, const char *name, json_t *value);
void calx_view_append(calx_view_maker *maker, json_t *array, json_t *value);

/* NULL is printed as nothing. Bytes that are no UTF-8 become question marks. */
void calx_view_set_text(calx_view_maker *maker, json_t *object, const char *name, const char *text);
void calx_view_set_format(calx_view_maker *maker, json_t *object, const char *name,
                          const char *format, ...) CALX_PRINTF(4, 5);
void calx_view_set_number(calx_view_maker *maker, json_t *object, const char *name, size_t number);
void calx_view_set_flag(calx_view_maker *maker, json_t *object, const char *name, bool flag);

/* A C string literal with its quotes; NULL gives NULL, the constant. */
void calx_view_set_literal(calx_view_maker *maker, json_t *object, const char *name,
                           const char *text);

/* A comment in C's form, "" for none (NULL). */
void calx_view_set_doc(calx_view_maker *maker, json_t *object, const char *name, const char *doc);

/* What the buffer holds; the buffer is empty afterwards. */
void calx_view_set_buffer(calx_view_maker *maker, json_t *object, const char *name,
                          calx_buffer *buffer);

#endif
