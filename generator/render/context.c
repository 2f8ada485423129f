/*
 * Looking names up in the stack of views. The first part of a dotted name is looked for from the
 * innermost view outwards; the others only in what the part before them gave, so that a name never
 * means a mixture of two views.
 */
#include "render/context.h"

#include "base/allocator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

calx_status calx_render_push(calx_render_stack *stack, const json_t *view)
{
    if (stack->count == stack->capacity) {
        const size_t capacity = stack->capacity ? stack->capacity * 2 : 16;
        const json_t **views = calx_resize_array(stack->views, capacity, sizeof(stack->views[0]));

        if (!views)
            return CALX_E_NOMEM;
        stack->views = views;
        stack->capacity = capacity;
    }
    stack->views[stack->count++] = view;
    return CALX_OK;
}

void calx_render_pop(calx_render_stack *stack)
{
    stack->count--;
}

void calx_render_stack_clear(calx_render_stack *stack)
{
    calx_release(stack->views);
    *stack = (calx_render_stack){ 0 };
}

const json_t *calx_render_find(const calx_render_stack *stack, const calx_render_node *node)
{
    const char *part = node->path;
    const json_t *value = NULL;

    if (node->parts == 0)
        return stack->views[stack->count - 1];
    for (size_t i = stack->count; i > 0 && !value; i--)
        value = json_object_get(stack->views[i - 1], part);
    for (size_t i = 1; i < node->parts && value; i++) {
        part += strlen(part) + 1;
        value = json_object_get(value, part);
    }
    return value;
}

bool calx_render_is_true(const json_t *value)
{
    if (!value)
        return false;
    switch (json_typeof(value)) {
    case JSON_NULL:
    case JSON_FALSE:
        return false;
    case JSON_INTEGER:
        return json_integer_value(value) != 0;
    case JSON_REAL:
        return json_real_value(value) < 0 || json_real_value(value) > 0;
    case JSON_STRING:
        return json_string_length(value) > 0;
    case JSON_ARRAY:
        return json_array_size(value) > 0;
    default:
        return true;
    }
}

/* Whatever the locale has between the whole and the fraction becomes a point. */
static size_t set_point(char *text)
{
    size_t size = 0;
    bool in_point = false;

    for (const char *letter = text; *letter; letter++) {
        const bool kept = strchr("0123456789+-e", *letter) != NULL;

        if (kept)
            text[size++] = *letter;
        else if (!in_point)
            text[size++] = '.';
        in_point = !kept;
    }
    text[size] = '\0';
    return size;
}

size_t calx_render_number(const json_t *number, char text[CALX_RENDER_NUMBER_ROOM])
{
    if (json_is_integer(number))
        return (size_t)snprintf(text, CALX_RENDER_NUMBER_ROOM, "%" JSON_INTEGER_FORMAT,
                                json_integer_value(number));
    for (int digits = 15; digits <= 17; digits++) {
        const double value = json_real_value(number);
        double again;

        snprintf(text, CALX_RENDER_NUMBER_ROOM, "%.*g", digits, value);
        again = strtod(text, NULL);
        if (memcmp(&again, &value, sizeof(value)) == 0)
            break;
    }
    return set_point(text);
}
