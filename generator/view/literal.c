/*
 * Texts as C wants them. All of it works on bytes with its own tables of letters, never with
 * <ctype.h>: the locale must not show in an output.
 */
#include "view/literal.h"

#include <stdbool.h>
#include <string.h>

enum { ONE_LINE_DOC = 92 }; /* characters that fit between the marks on a line of 100 */

static bool is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}

static bool is_letter(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '_';
}

static bool continues(const unsigned char *bytes, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if ((bytes[i] & 0xC0u) != 0x80u)
            return false;
    }
    return true;
}

/* The length of the UTF-8 character a text starts with; 0: the byte starts none. */
static size_t character_size(const char *text)
{
    const unsigned char *bytes = (const unsigned char *)text;
    const unsigned char first = bytes[0], second = first ? bytes[1] : 0;

    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        return continues(bytes, 2) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF && continues(bytes, 3)) {
        const bool is_short = first == 0xE0 && second < 0xA0;
        const bool is_surrogate = first == 0xED && second > 0x9F;

        return is_short || is_surrogate ? 0 : 3;
    }
    if (first >= 0xF0 && first <= 0xF4 && continues(bytes, 4)) {
        const bool is_short = first == 0xF0 && second < 0x90;
        const bool is_beyond = first == 0xF4 && second > 0x8F;

        return is_short || is_beyond ? 0 : 4;
    }
    return 0;
}

static void put_byte(calx_buffer *out, char byte)
{
    const unsigned value = (unsigned char)byte;

    switch (byte) {
    case '\n':
        calx_buffer_put(out, "\\n");
        break;
    case '\t':
        calx_buffer_put(out, "\\t");
        break;
    case '"':
    case '\\':
        calx_buffer_char(out, '\\');
        calx_buffer_char(out, byte);
        break;
    default:
        if (value >= ' ' && value < 0x7F)
            calx_buffer_char(out, byte);
        else
            calx_buffer_format(out, "\\%03o", value); /* three digits never run into the next */
    }
}

void calx_view_put_literal(calx_buffer *out, const char *text)
{
    if (!text) {
        calx_buffer_put(out, "NULL");
        return;
    }
    calx_buffer_char(out, '"');
    for (size_t at = 0; text[at];) {
        const size_t size = character_size(text + at);

        if (size > 1)
            calx_buffer_put_n(out, text + at, size);
        else if (text[at] == '?' && at > 0 && text[at - 1] == '?')
            calx_buffer_put(out, "\\?"); /* two in a row may begin a trigraph */
        else
            put_byte(out, text[at]);
        at += size > 0 ? size : 1;
    }
    calx_buffer_char(out, '"');
}

void calx_view_put_valid(calx_buffer *out, const char *text)
{
    while (*text) {
        const size_t size = character_size(text);
        const bool is_control = ((unsigned char)*text < ' ' && *text != '\n') || *text == 0x7F;

        if (size == 0 || is_control)
            calx_buffer_char(out, '?');
        else
            calx_buffer_put_n(out, text, size);
        text += size > 0 ? size : 1;
    }
}

static void put_comment_n(calx_buffer *out, const char *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        const size_t length = character_size(text + at);
        const bool is_mark = at > 0 && ((text[at - 1] == '*' && text[at] == '/') ||
                                        (text[at - 1] == '/' && text[at] == '*'));

        if (is_mark)
            calx_buffer_char(out, ' ');
        if (length == 0 || ((unsigned char)text[at] < ' ' && text[at] != '\t'))
            calx_buffer_char(out, '?');
        else if (text[at] == '\t')
            calx_buffer_put(out, "    ");
        else
            calx_buffer_put_n(out, text + at, length);
        at += length > 0 ? length : 1;
    }
}

void calx_view_put_comment(calx_buffer *out, const char *text)
{
    put_comment_n(out, text, strlen(text));
}

/* The length of a line without what is blank at its end. */
static size_t line_size(const char *line)
{
    size_t size = strcspn(line, "\n");

    while (size > 0 && strchr(" \t\r", line[size - 1]))
        size--;
    return size;
}

static const char *next_line(const char *line)
{
    line += strcspn(line, "\n");
    return *line ? line + 1 : line;
}

void calx_view_put_doc(calx_buffer *out, const char *doc)
{
    const char *end = doc ? doc + strlen(doc) : NULL;

    if (!doc)
        return;
    while (*doc && line_size(doc) == 0)
        doc = next_line(doc);
    while (end > doc && strchr(" \t\r\n", end[-1]))
        end--;
    if (end == doc)
        return;
    if (next_line(doc) >= end && end - doc <= ONE_LINE_DOC) {
        calx_buffer_put(out, "/** ");
        put_comment_n(out, doc, (size_t)(end - doc));
        calx_buffer_put(out, " */");
        return;
    }
    calx_buffer_put(out, "/**\n");
    for (; doc < end; doc = next_line(doc)) {
        calx_buffer_put(out, line_size(doc) > 0 ? " * " : " *");
        put_comment_n(out, doc, line_size(doc));
        calx_buffer_char(out, '\n');
    }
    calx_buffer_put(out, " */");
}

void calx_view_put_identifier(calx_buffer *out, const char *text)
{
    if (is_digit(*text))
        calx_buffer_char(out, '_');
    for (; *text; text++)
        calx_buffer_char(out, (char)(is_letter(*text) || is_digit(*text) ? *text : '_'));
}

void calx_view_put_guard(calx_buffer *out, const char *text)
{
    if (is_digit(*text))
        calx_buffer_char(out, 'H');
    for (; *text; text++) {
        if (*text >= 'a' && *text <= 'z')
            calx_buffer_char(out, (char)(*text - 'a' + 'A'));
        else
            calx_buffer_char(out, (char)(is_letter(*text) || is_digit(*text) ? *text : '_'));
    }
}
