/*
 * The list of diagnostics. Adding cannot fail loudly: what does not fit into memory is remembered
 * as a status, which whoever runs the stages looks at once.
 */
#include "model/diagnostic.h"

#include "base/buffer.h"

#include <string.h>

void calx_diagnostics_init(calx_diagnostics *diagnostics, calx_arena *arena)
{
    *diagnostics = (calx_diagnostics){ .arena = arena };
}

static calx_diagnostic *make(calx_diagnostics *diagnostics, const char *format, va_list arguments)
{
    calx_diagnostic *diagnostic = calx_arena_array(diagnostics->arena, 1, sizeof(*diagnostic));
    calx_buffer text = CALX_BUFFER_INIT;
    calx_buffer_format_v(&text, format, arguments);
    if (diagnostic != NULL && text.status == CALX_OK)
        diagnostic->message =
            calx_arena_text(diagnostics->arena, calx_buffer_text(&text), text.size);
    calx_buffer_clear(&text);
    if (diagnostic == NULL || diagnostic->message == NULL) {
        diagnostics->status = CALX_E_NOMEM;
        return NULL;
    }
    return diagnostic;
}

static void count(calx_diagnostics *diagnostics, calx_severity severity)
{
    diagnostics->count++;
    diagnostics->error_count += severity == CALX_ERROR;
    diagnostics->warning_count += severity == CALX_WARNING;
}

calx_diagnostic *calx_diagnostics_add(calx_diagnostics *diagnostics, calx_severity severity,
                                      calx_place place, const char *code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    calx_diagnostic *diagnostic =
        calx_diagnostics_add_v(diagnostics, severity, place, code, format, arguments);
    va_end(arguments);
    return diagnostic;
}

calx_diagnostic *calx_diagnostics_add_v(calx_diagnostics *diagnostics, calx_severity severity,
                                        calx_place place, const char *code, const char *format,
                                        va_list arguments)
{
    calx_diagnostic *diagnostic = make(diagnostics, format, arguments);
    count(diagnostics, severity);
    if (diagnostic == NULL)
        return NULL;
    diagnostic->severity = severity;
    diagnostic->place = place;
    diagnostic->code = code;
    diagnostic->sequence = diagnostics->count;
    if (diagnostics->last == NULL)
        diagnostics->first = diagnostic;
    else
        diagnostics->last->next = diagnostic;
    diagnostics->last = diagnostic;
    return diagnostic;
}

void calx_diagnostics_note(calx_diagnostics *diagnostics, calx_diagnostic *to, calx_place place,
                           const char *format, ...)
{
    if (to == NULL)
        return;
    va_list arguments;
    va_start(arguments, format);
    calx_diagnostic *note = make(diagnostics, format, arguments);
    va_end(arguments);
    if (note == NULL)
        return;
    note->severity = CALX_NOTE;
    note->place = place;
    calx_diagnostic **end = &to->notes;
    while (*end != NULL)
        end = &(*end)->next;
    *end = note;
}
