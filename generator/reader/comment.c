/*
 * Doc comments come in four spellings, alone or several in a row, before or behind what they
 * describe. Line by line, the marks and one space behind them go; the words and the indentation
 * inside a paragraph stay as they are.
 */
#include "reader/comment.h"

#include "base/buffer.h"

#include <stdbool.h>
#include <string.h>

static bool starts(const char *text, const char *end, const char *with)
{
    size_t size = strlen(with);
    return (size_t)(end - text) >= size && memcmp(text, with, size) == 0;
}

static const char *skip_blanks(const char *text, const char *end)
{
    while (text < end && (*text == ' ' || *text == '\t' || *text == '\r'))
        text++;
    return text;
}

/* Past what marks the line as one of a comment. */
static const char *skip_marks(const char *text, const char *end, bool *in_block)
{
    static const char *const openings[] = { "/**<", "/*!<", "/**", "/*!", "/*" };
    static const char *const lines[] = { "///<", "//!<", "///", "//!", "//" };
    text = skip_blanks(text, end);
    for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
        if (!*in_block && starts(text, end, openings[i]) && !starts(text, end, "/**/")) {
            *in_block = true;
            return text + strlen(openings[i]);
        }
    }
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        if (!*in_block && starts(text, end, lines[i]))
            return text + strlen(lines[i]);
    }
    while (text < end && *text == '*' && !starts(text, end, "*/"))
        text++;
    return text;
}

/* Inside another comment, these letters would end it or look like the start of one. */
static void put_words(calx_buffer *out, const char *text, const char *end)
{
    for (; text < end; text++) {
        calx_buffer_char(out, *text);
        bool parts = starts(text, end, "*/") || starts(text, end, "/*");
        if (parts)
            calx_buffer_char(out, ' ');
    }
}

static const char *find_end_mark(const char *text, const char *end)
{
    while (text < end && !starts(text, end, "*/"))
        text++;
    return text;
}

/* Puts one line without its marks; a comment may end in it and another one start. */
static void put_line(calx_buffer *out, const char *text, const char *end, bool *in_block)
{
    text = skip_marks(text, end, in_block);
    const char *stop = *in_block ? find_end_mark(text, end) : end;
    bool ends = *in_block && stop < end;
    if (text < stop && *text == ' ')
        text++;
    while (stop > text && strchr(" \t\r", stop[-1]) != NULL)
        stop--;
    put_words(out, text, stop);
    if (ends)
        *in_block = false;
}

static const char *trim(const char *text, size_t *size)
{
    while (*size != 0 && strchr(" \n", text[*size - 1]) != NULL)
        (*size)--;
    while (*size != 0 && *text == '\n') {
        text++;
        (*size)--;
    }
    return text;
}

calx_status calx_comment_clean(calx_arena *arena, const char *raw, const char **out_text)
{
    calx_buffer words = CALX_BUFFER_INIT;
    bool in_block = false;
    for (const char *line = raw; *line != '\0';) {
        const char *end = line + strcspn(line, "\n");
        put_line(&words, line, end, &in_block);
        calx_buffer_char(&words, '\n');
        line = *end == '\n' ? end + 1 : end;
    }
    calx_status status = words.status;
    if (status == CALX_OK) {
        size_t size = words.size;
        const char *text = trim(calx_buffer_text(&words), &size);
        const char *kept = size != 0 ? calx_arena_text(arena, text, size) : NULL;
        if (size != 0 && kept == NULL)
            status = CALX_E_NOMEM;
        else
            *out_text = kept;
    }
    calx_buffer_clear(&words);
    return status;
}
