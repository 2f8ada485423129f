/*
 * What a name stands for: the stack of views, and what a view is as a condition and as a text.
 * Private to the room.
 */
#ifndef CALX_RENDER_CONTEXT_H
#define CALX_RENDER_CONTEXT_H

#include "render/template.h"

/* The view at the bottom, and on it one more for each open section. All borrowed. */
typedef struct calx_render_stack {
    const json_t **views;
    size_t count;
    size_t capacity;
} calx_render_stack;

/* CALX_OK or CALX_E_NOMEM. */
calx_status calx_render_push(calx_render_stack *stack, const json_t *view);
void calx_render_pop(calx_render_stack *stack);
void calx_render_stack_clear(calx_render_stack *stack);

/* What the node's name stands for; NULL: nothing. */
const json_t *calx_render_find(const calx_render_stack *stack, const calx_render_node *node);

/* As a condition; NULL is false. */
bool calx_render_is_true(const json_t *value);

/* A number as text: no locale, and real numbers as short as reads back. text has room for it. */
enum { CALX_RENDER_NUMBER_ROOM = 64 };
size_t calx_render_number(const json_t *number, char text[CALX_RENDER_NUMBER_ROOM]);

#endif
