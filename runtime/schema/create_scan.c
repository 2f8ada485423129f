/*
 * Words of SQL text. The rule: nothing inside of quotes and comments is ever taken for a word, and
 * a quote or comment that does not end, ends with the text.
 */
#include "schema/create_scan.h"

#include <string.h>

static bool is_blank(char letter)
{
    return letter == ' ' || (letter >= '\t' && letter <= '\r');
}

/* Bytes above ASCII are letters. */
static bool is_word_letter(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '_' || letter == '$' ||
           (unsigned char)letter >= 0x80;
}

/* Behind what ends a comment; the end of the text when nothing does. */
static const char *behind(const char *text, const char *end)
{
    const char *found = strstr(text, end);
    return found != NULL ? found + strlen(end) : text + strlen(text);
}

static const char *skip_blanks(const char *text)
{
    for (;;) {
        if (is_blank(*text))
            text++;
        else if (text[0] == '-' && text[1] == '-')
            text = behind(text, "\n");
        else if (text[0] == '/' && text[1] == '*')
            text = behind(text + 2, "*/");
        else
            return text;
    }
}

/* What closes a quote; NUL: it is none. */
static char closing(char letter)
{
    if (letter == '[')
        return ']';
    return letter == '"' || letter == '\'' || letter == '`' ? letter : '\0';
}

/* Behind the quote at text; one that is doubled does not end it, but for brackets. */
static const char *skip_quoted(const char *text)
{
    char close = closing(*text++);
    for (; *text != '\0'; text++) {
        if (*text != close)
            continue;
        if (close == ']' || text[1] != close)
            return text + 1;
        text++;
    }
    return text;
}

void calx_scan_next(calx_scan *scan)
{
    const char *text = skip_blanks(scan->next);
    scan->last = scan->end;
    scan->start = text;
    if (*text == '\0') {
        scan->kind = CALX_SCAN_END;
    } else if (closing(*text) != '\0') {
        scan->kind = CALX_SCAN_QUOTED;
        text = skip_quoted(text);
    } else if (is_word_letter(*text)) {
        scan->kind = CALX_SCAN_WORD;
        while (is_word_letter(*text))
            text++;
    } else {
        scan->kind = CALX_SCAN_SIGN;
        text++;
    }
    scan->end = scan->next = text;
}

void calx_scan_init(calx_scan *scan, const char *text)
{
    *scan = (calx_scan){ .next = text };
    calx_scan_next(scan);
}

static char upper(char letter)
{
    return letter >= 'a' && letter <= 'z' ? (char)(letter - 'a' + 'A') : letter;
}

bool calx_scan_is(const calx_scan *scan, const char *word)
{
    size_t size = (size_t)(scan->end - scan->start);
    if (scan->kind != CALX_SCAN_WORD || strlen(word) != size)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (upper(scan->start[i]) != word[i])
            return false;
    }
    return true;
}

bool calx_scan_is_sign(const calx_scan *scan, char sign)
{
    return scan->kind == CALX_SCAN_SIGN && *scan->start == sign;
}

void calx_scan_skip(calx_scan *scan)
{
    size_t depth = 0;
    do {
        if (calx_scan_is_sign(scan, '('))
            depth++;
        else if (calx_scan_is_sign(scan, ')') && depth > 0)
            depth--;
        calx_scan_next(scan);
    } while (depth > 0 && scan->kind != CALX_SCAN_END);
}

const char *calx_scan_name(const calx_scan *scan, calx_arena *arena)
{
    size_t size = (size_t)(scan->end - scan->start);
    if (scan->kind != CALX_SCAN_QUOTED)
        return calx_arena_text(arena, scan->start, size);
    char close = closing(*scan->start);
    char *name = calx_arena_text(arena, scan->start + 1, size >= 2 ? size - 2 : 0);
    if (name == NULL || close == ']')
        return name;
    char *to = name;
    for (const char *from = name; *from != '\0'; from++) {
        *to++ = *from;
        if (*from == close && from[1] == close)
            from++;
    }
    *to = '\0';
    return name;
}
