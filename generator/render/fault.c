/*
 * Where and why a template failed. The error has room of its own, so that telling of a failure
 * cannot fail itself; what does not fit is cut between two characters and marked with "...".
 */
#include "render/template.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Marks the cut at the end of a text that needed more than its room. */
static void mark_cut(char *text, size_t room)
{
    size_t end = room - sizeof("...");

    while (end > 0 && ((unsigned char)text[end] & 0xC0) == 0x80)
        end--;
    memcpy(text + end, "...", sizeof("..."));
}

static void set_name(calx_render_error *error, const char *name)
{
    const size_t room = sizeof(error->template_name);
    const size_t size = strlen(name);

    if (size < room) {
        memcpy(error->template_name, name, size + 1);
        return;
    }
    memcpy(error->template_name, name, room);
    mark_cut(error->template_name, room);
}

static void set_place(calx_render_error *error, const calx_render_template *template, size_t place)
{
    size_t line_start = 0;

    error->line = 1;
    for (size_t i = 0; i < place; i++) {
        if (template->text[i] == '\n') {
            error->line++;
            line_start = i + 1;
        }
    }
    error->column = place - line_start + 1;
}

calx_status calx_render_fault(calx_render_error *error, calx_status status,
                              const calx_render_template *template, size_t place,
                              const char *format, ...)
{
    va_list arguments;
    int length;

    set_name(error, template->name);
    set_place(error, template, place);
    va_start(arguments, format);
    length = vsnprintf(error->message, sizeof(error->message), format, arguments);
    va_end(arguments);
    if (length >= (int)sizeof(error->message))
        mark_cut(error->message, sizeof(error->message));
    return status;
}

calx_status calx_render_no_memory(calx_render_error *error, const char *template_name)
{
    static const char message[] = "memory ran out";

    set_name(error, template_name);
    error->line = 0;
    error->column = 0;
    memcpy(error->message, message, sizeof(message));
    return CALX_E_NOMEM;
}

int calx_render_shown(size_t size)
{
    return size < sizeof(((calx_render_error *)0)->message)
               ? (int)size
               : (int)sizeof(((calx_render_error *)0)->message);
}
