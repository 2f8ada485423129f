/*
 * What the compiler says about the headers, passed on in its own words, except where an annotation
 * it cannot know is behind it: `CALX_UNIQE` is a misspelt annotation, not a missing semicolon.
 */
#include "reader/unit.h"

#include "check/codes.h"
#include "reader/annotation.h"

#include <string.h>

typedef struct word {
    const char *start;
    size_t size;
    unsigned column;
} word;

static bool is_letter(char letter)
{
    return (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z') || letter == '_' ||
           (letter >= '0' && letter <= '9');
}

/* Names of Calx that headers use and that are no annotations. */
static bool is_other_macro(const char *start, size_t size)
{
    static const char *const others[] = { "CALX_API", "CALX_BEGIN_DECLS", "CALX_END_DECLS",
                                          "CALX_PRINTF", "CALX_GENERATOR" };
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (strlen(others[i]) == size && memcmp(others[i], start, size) == 0)
            return true;
    }
    return false;
}

static bool is_unknown_annotation(const char *start, size_t size)
{
    return size > 5 && memcmp(start, "CALX_", 5) == 0 && !is_other_macro(start, size) &&
           !calx_annotation_is_macro(start, size);
}

/* The first word of a line that looks like an annotation and is none. */
static bool find_unknown(const char *line, size_t size, word *out_word)
{
    for (size_t i = 0; i < size;) {
        if (!is_letter(line[i])) {
            i++;
            continue;
        }
        size_t end = i;
        while (end < size && is_letter(line[end]))
            end++;
        if (is_unknown_annotation(line + i, end - i)) {
            *out_word = (word){ line + i, end - i, (unsigned)i + 1 };
            return true;
        }
        i = end;
    }
    return false;
}

/* A line of a file as the compiler read it; borrowed from it. */
static const char *find_line(calx_unit *unit, CXFile file, unsigned number, size_t *out_size)
{
    size_t size = 0;
    const char *text = clang_getFileContents(unit->unit, file, &size);
    const char *end = text != NULL ? text + size : NULL;
    for (unsigned i = 1; text != NULL && i < number; i++) {
        text = memchr(text, '\n', (size_t)(end - text));
        if (text != NULL)
            text++;
    }
    if (text == NULL)
        return NULL;
    const char *stop = memchr(text, '\n', (size_t)(end - text));
    *out_size = (size_t)((stop != NULL ? stop : end) - text);
    return text;
}

static bool is_told(const calx_diagnostics *diagnostics, calx_place place)
{
    const calx_diagnostic *last = diagnostics->last;
    return last != NULL && last->place.file == place.file && last->place.line == place.line &&
           last->code != NULL; /* what the compiler says has none */
}

static void report_unknown(calx_unit *unit, calx_place place, const word *unknown)
{
    place.column = unknown->column;
    calx_diagnostic *diagnostic =
        calx_report(unit->diagnostics, CALX_RULE_UNKNOWN_ANNOTATION, place,
                    "unknown annotation %.*s", (int)unknown->size, unknown->start);
    const char *near = calx_annotation_nearest_macro(unknown->start, unknown->size);
    if (near != NULL)
        calx_diagnostics_note(unit->diagnostics, diagnostic, (calx_place){ 0 }, "did you mean %s?",
                              near);
}

/* CALX_CHECK(age > 0): the text lacks its quotes, for which the compiler has strange words. */
static bool report_quotes(calx_unit *unit, calx_place place, const char *line, size_t size)
{
    size_t start = place.column - 1;
    size_t end = start;
    while (end < size && is_letter(line[end]))
        end++;
    if (start >= size || !calx_annotation_takes_text(line + start, end - start))
        return false;
    calx_report(unit->diagnostics, CALX_RULE_MALFORMED_ANNOTATION, place,
                "%.*s takes a text in quotes", (int)(end - start), line + start);
    return true;
}

/* Reports the annotation behind an error, when there is one; once for a line. A text with an escape
 * sequence the compiler does not take here is in its quotes: that is told in the compiler's words.
 */
static bool report_annotation(calx_unit *unit, CXSourceLocation location, calx_place place,
                              const char *text)
{
    CXFile file = NULL;
    clang_getExpansionLocation(location, &file, NULL, NULL, NULL);
    size_t size = 0;
    const char *line = file != NULL ? find_line(unit, file, place.line, &size) : NULL;
    word unknown;
    if (line == NULL || place.column == 0)
        return false;
    if (is_told(unit->diagnostics, place))
        return true;
    if (!find_unknown(line, size, &unknown))
        return strstr(text, "escape sequence") == NULL && report_quotes(unit, place, line, size);
    report_unknown(unit, place, &unknown);
    return true;
}

/* How macros of annotate.h expand is nothing the reader of a diagnostic can change. */
static bool is_expansion_note(const char *text)
{
    return strncmp(text, "expanded from", strlen("expanded from")) == 0;
}

static void add_notes(calx_unit *unit, CXDiagnostic from, calx_diagnostic *to)
{
    CXDiagnosticSet children = clang_getChildDiagnostics(from);
    unsigned count = clang_getNumDiagnosticsInSet(children);
    for (unsigned i = 0; i < count; i++) {
        CXDiagnostic child = clang_getDiagnosticInSet(children, i);
        calx_place place = calx_unit_place(unit, clang_getDiagnosticLocation(child), NULL);
        const char *text = calx_unit_text(unit, clang_getDiagnosticSpelling(child));
        if (place.file != NULL && strcmp(place.file, calx_unit_main_name) != 0 &&
            !is_expansion_note(text))
            calx_diagnostics_note(unit->diagnostics, to, place, "%s", text);
        clang_disposeDiagnostic(child);
    }
}

static void report_one(calx_unit *unit, CXDiagnostic diagnostic)
{
    CXSourceLocation location = clang_getDiagnosticLocation(diagnostic);
    calx_place place = calx_unit_place(unit, location, NULL);
    if (place.file != NULL && strcmp(place.file, calx_unit_main_name) == 0)
        place = (calx_place){ 0 };
    const char *text = calx_unit_text(unit, clang_getDiagnosticSpelling(diagnostic));
    if (place.file != NULL && report_annotation(unit, location, place, text))
        return;
    calx_diagnostic *told = calx_report(unit->diagnostics, CALX_RULE_COMPILER, place, "%s", text);
    add_notes(unit, diagnostic, told);
}

unsigned calx_unit_report(calx_unit *unit)
{
    unsigned errors = 0;
    unsigned count = clang_getNumDiagnostics(unit->unit);
    for (unsigned i = 0; i < count; i++) {
        CXDiagnostic diagnostic = clang_getDiagnostic(unit->unit, i);
        if (clang_getDiagnosticSeverity(diagnostic) >= CXDiagnostic_Error) {
            report_one(unit, diagnostic);
            errors++;
        }
        clang_disposeDiagnostic(diagnostic);
    }
    return errors;
}
