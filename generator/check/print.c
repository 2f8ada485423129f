/*
 * Printing diagnostics. Lines are looked up in the file that was read last, since diagnostics come
 * in order of place; tabs are kept before the caret, so that it stands where the line says.
 */
#include "check/print.h"

#include <string.h>

enum { LONGEST_LINE = 500 };

/* The file a line is shown of; kept for the next one. */
typedef struct source_file {
    const char *name;
    FILE *file;
    unsigned line; /* that is read next */
} source_file;

static void close_source(source_file *source)
{
    if (source->file != NULL)
        fclose(source->file);
    source->file = NULL;
    source->name = NULL;
}

static void open_source(source_file *source, calx_place place)
{
    bool same = source->name != NULL && strcmp(source->name, place.file) == 0;
    if (same && source->file != NULL && source->line <= place.line)
        return;
    close_source(source);
    source->name = place.file;
    source->file = fopen(place.file, "rb");
    source->line = 1;
}

/* Reads the line after the current one; what does not fit is left out. */
static bool read_line(source_file *source, char *out, size_t size)
{
    size_t used = 0;
    int letter = fgetc(source->file);
    if (letter == EOF)
        return false;
    for (; letter != EOF && letter != '\n'; letter = fgetc(source->file)) {
        if (used + 1 < size)
            out[used++] = (char)letter;
    }
    if (used != 0 && out[used - 1] == '\r')
        used--;
    out[used] = '\0';
    source->line++;
    return true;
}

static bool find_line(source_file *source, calx_place place, char *out, size_t size)
{
    open_source(source, place);
    if (source->file == NULL)
        return false;
    while (source->line <= place.line) {
        if (!read_line(source, out, size))
            return false;
    }
    return true;
}

static void put_line(calx_buffer *out, source_file *source, calx_place place)
{
    char line[LONGEST_LINE];
    if (!find_line(source, place, line, sizeof(line)) || place.column > strlen(line) + 1)
        return;
    calx_buffer_put(out, line);
    calx_buffer_char(out, '\n');
    for (unsigned i = 0; i + 1 < place.column; i++) {
        /* One blank for each letter, not for each byte of it. */
        if (((unsigned char)line[i] & 0xc0) != 0x80)
            calx_buffer_char(out, line[i] == '\t' ? '\t' : ' ');
    }
    calx_buffer_put(out, "^\n");
}

static void put_one(calx_buffer *out, source_file *source, const calx_diagnostic *diagnostic)
{
    static const char *const words[] = { "note", "warning", "error" };
    calx_place place = diagnostic->place;
    if (place.file != NULL)
        calx_buffer_format(out, "%s:", place.file);
    if (place.file != NULL && place.line != 0)
        calx_buffer_format(out, "%u:%u:", place.line, place.column);
    if (place.file == NULL && diagnostic->severity != CALX_NOTE)
        calx_buffer_put(out, "calx-gen:");
    if (out->size != 0 && calx_buffer_text(out)[out->size - 1] == ':')
        calx_buffer_char(out, ' ');
    calx_buffer_format(out, "%s: %s", words[diagnostic->severity], diagnostic->message);
    if (diagnostic->code != NULL)
        calx_buffer_format(out, " [%s]", diagnostic->code);
    calx_buffer_char(out, '\n');
    if (place.file != NULL && place.line != 0)
        put_line(out, source, place);
}

/* ---- order ---- */

static int compare_numbers(unsigned a, unsigned b)
{
    return (a > b) - (a < b);
}

static int compare_places(calx_place a, calx_place b)
{
    if (a.file == NULL || b.file == NULL)
        return (a.file != NULL) - (b.file != NULL);
    int order = strcmp(a.file, b.file);
    if (order == 0)
        order = compare_numbers(a.line, b.line);
    if (order == 0)
        order = compare_numbers(a.column, b.column);
    return order;
}

static bool stands_before(const calx_diagnostic *a, const calx_diagnostic *b)
{
    int order = compare_places(a->place, b->place);
    return order < 0 || (order == 0 && a->sequence < b->sequence);
}

static calx_diagnostic *merge(calx_diagnostic *a, calx_diagnostic *b)
{
    calx_diagnostic *first = NULL;
    calx_diagnostic **end = &first;
    while (a != NULL && b != NULL) {
        calx_diagnostic **less = stands_before(b, a) ? &b : &a;
        *end = *less;
        end = &(*less)->next;
        *less = *end;
    }
    *end = a != NULL ? a : b;
    return first;
}

static calx_diagnostic *sort(calx_diagnostic *list)
{
    if (list == NULL || list->next == NULL)
        return list;
    calx_diagnostic *middle = list;
    for (calx_diagnostic *end = list->next; end != NULL && end->next != NULL; end = end->next->next)
        middle = middle->next;
    calx_diagnostic *second = middle->next;
    middle->next = NULL;
    return merge(sort(list), sort(second));
}

static bool is_repeated(const calx_diagnostic *before, const calx_diagnostic *diagnostic)
{
    return before != NULL && compare_places(before->place, diagnostic->place) == 0 &&
           strcmp(before->message, diagnostic->message) == 0;
}

void calx_diagnostics_text(calx_diagnostics *diagnostics, calx_buffer *out)
{
    source_file source = { 0 };
    const calx_diagnostic *before = NULL;
    diagnostics->first = sort(diagnostics->first);
    for (const calx_diagnostic *one = diagnostics->first; one != NULL; one = one->next) {
        diagnostics->last = (calx_diagnostic *)one;
        if (is_repeated(before, one))
            continue;
        put_one(out, &source, one);
        for (const calx_diagnostic *note = one->notes; note != NULL; note = note->next)
            put_one(out, &source, note);
        before = one;
    }
    close_source(&source);
}

calx_status calx_diagnostics_print(calx_diagnostics *diagnostics, FILE *out)
{
    calx_buffer text = CALX_BUFFER_INIT;
    calx_diagnostics_text(diagnostics, &text);
    calx_status status = text.status;
    fputs(calx_buffer_text(&text), out);
    calx_buffer_clear(&text);
    return status;
}
