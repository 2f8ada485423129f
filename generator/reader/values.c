/*
 * Constant expressions. Plain decimal numbers are read here; anything else is put behind the
 * headers, each in a line of its own as the value of an enumerator, and compiled once more. A line
 * with an error in it is an expression without a value. Texts come from foreign headers, so only
 * those that stay inside their line get there.
 */
#include "reader/values.h"

#include "reader/unit.h"

#include "base/buffer.h"

#include <stdlib.h>
#include <string.h>

typedef struct value_request {
    calx_annotation *annotation;
    bool faulty; /* its line does not compile */
    struct value_request *next;
} value_request;

typedef struct value_run {
    calx_unit unit;
    value_request *requests; /* in the order of the lines */
    value_request **end;
    unsigned count;
} value_run;

/* ---- which texts may be compiled ---- */

/* Past a literal that starts with a quote; NULL: it does not end. */
static const char *skip_literal(const char *text)
{
    char quote = *text++;
    while (*text != '\0' && *text != quote) {
        if (*text == '\\' && text[1] != '\0')
            text++;
        text++;
    }
    return *text == quote ? text + 1 : NULL;
}

static bool is_plain(const char *text)
{
    static const char letters[] = " \t_()+-*/%<>=!&|^~.:,[]?";
    bool word = (*text >= '0' && *text <= '9') || (*text >= 'a' && *text <= 'z') ||
                (*text >= 'A' && *text <= 'Z');
    bool comment = text[0] == '/' && (text[1] == '/' || text[1] == '*');
    bool digraph =
        (text[0] == '?' && text[1] == '?') ||
        ((text[0] == '<' || text[0] == '%') && strchr("%:>", text[1]) != NULL && text[1] != '\0');
    return (word || strchr(letters, *text) != NULL) && !comment && !digraph;
}

bool calx_values_is_expression(const char *text)
{
    size_t depth = 0;
    bool empty = true;
    while (*text != '\0') {
        if (*text == '"' || *text == '\'') {
            if (strpbrk(text, "\n\r") != NULL || strstr(text, "?\?") != NULL)
                return false;
            text = skip_literal(text);
            if (text == NULL)
                return false;
            empty = false;
            continue;
        }
        if (!is_plain(text) || (*text == ')' && depth == 0))
            return false;
        depth = depth + (*text == '(') - (*text == ')');
        empty = empty && (*text == ' ' || *text == '\t');
        text++;
    }
    return depth == 0 && !empty;
}

/* ---- which annotations have a value ---- */

static bool is_integer(const calx_declared_type *type)
{
    bool number = type->type >= CALX_TYPE_INT8 && type->type <= CALX_TYPE_UINT64;
    return type->problem == NULL && (number || type->type == CALX_TYPE_TIMESTAMP);
}

static bool has_value(const calx_annotation *annotation, const calx_declared_type *type)
{
    return annotation->fault == NULL &&
           (annotation->kind == CALX_ANNOTATION_LENGTH ||
            annotation->kind == CALX_ANNOTATION_JOIN_DEPTH ||
            (annotation->kind == CALX_ANNOTATION_DEFAULT && is_integer(type)));
}

/* A decimal number without a sign, a suffix or a zero in front, as most are. */
static bool read_digits(const char *text, uint64_t *out_number)
{
    uint64_t number = 0;
    if (text[0] == '\0' || (text[0] == '0' && text[1] != '\0'))
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        unsigned digit = (unsigned)(*text - '0');
        if (number > (UINT64_MAX - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    *out_number = number;
    return true;
}

/* A number below zero. The compiler is not asked: a minus before a number that fits no signed type
 * has no sign in C, so the smallest integer would be positive, and smaller ones would fit. */
static bool read_negative(const char *text, calx_annotation *annotation)
{
    uint64_t number;
    if (!read_digits(text, &number) || number > (uint64_t)INT64_MAX + 1)
        return false;
    annotation->negative = true;
    annotation->number = 0 - number;
    return true;
}

/* Whether a text is a plain number; then its value, if it has one. */
static bool read_decimal(calx_annotation *annotation)
{
    const char *text = annotation->text;
    bool below = text[0] == '-' && text[1] >= '1' && text[1] <= '9';
    if (below && text[1 + strspn(text + 1, "0123456789")] == '\0') {
        annotation->has_number = read_negative(text + 1, annotation);
        return true;
    }
    annotation->has_number = read_digits(text, &annotation->number);
    return annotation->has_number;
}

static calx_status add_request(value_run *run, calx_arena *arena, calx_annotation *annotation)
{
    if (read_decimal(annotation))
        return CALX_OK;
    if (!calx_values_is_expression(annotation->text))
        return CALX_OK;
    value_request *made = calx_arena_array(arena, 1, sizeof(*made));
    if (made == NULL)
        return CALX_E_NOMEM;
    made->annotation = annotation;
    *run->end = made;
    run->end = &made->next;
    run->count++;
    return CALX_OK;
}

static calx_status collect(value_run *run, calx_arena *arena, calx_declared_struct *structs)
{
    run->end = &run->requests;
    for (calx_declared_struct *one = structs; one != NULL; one = one->next) {
        for (calx_declared_member *member = one->members; member != NULL; member = member->next) {
            for (calx_annotation *annotation = member->annotations; annotation != NULL;
                 annotation = annotation->next) {
                if (has_value(annotation, &member->type) &&
                    add_request(run, arena, annotation) != CALX_OK)
                    return CALX_E_NOMEM;
            }
        }
    }
    return CALX_OK;
}

/* ---- compiling them ---- */

/* Whether a value is negative is known before it is read, since both readings need it. */
static calx_status write_lines(const value_run *run, calx_buffer *out)
{
    unsigned i = 0;
    for (const value_request *request = run->requests; request != NULL; request = request->next) {
        const char *expression = request->annotation->text;
        calx_buffer_format(out, "enum { calx_sign_%u = ((%s) < 0) }; ", i, expression);
        calx_buffer_format(out, "enum { calx_value_%u = (%s) };\n", i, expression);
        i++;
    }
    return out->status;
}

/* Takes back the annotations whose line has an error. */
static void drop_faulty(value_run *run)
{
    calx_unit *unit = &run->unit;
    unsigned count = clang_getNumDiagnostics(unit->unit);
    for (unsigned i = 0; i < count; i++) {
        CXDiagnostic diagnostic = clang_getDiagnostic(unit->unit, i);
        unsigned line = 0;
        clang_getExpansionLocation(clang_getDiagnosticLocation(diagnostic), NULL, &line, NULL,
                                   NULL);
        bool error = clang_getDiagnosticSeverity(diagnostic) >= CXDiagnostic_Error;
        clang_disposeDiagnostic(diagnostic);
        if (!error || line <= unit->options->header_count)
            continue;
        value_request *request = run->requests;
        for (size_t at = unit->options->header_count + 1; request != NULL && at < line; at++)
            request = request->next;
        if (request != NULL)
            request->faulty = true;
    }
}

static value_request *find_request(const value_run *run, const char *number)
{
    char *end;
    unsigned long index = strtoul(number, &end, 10);
    value_request *request = *end == '\0' ? run->requests : NULL;
    for (; request != NULL && index != 0; index--)
        request = request->next;
    return request;
}

static void take_constant(value_run *run, CXCursor cursor, const char *name)
{
    static const char value[] = "calx_value_", sign[] = "calx_sign_";
    bool is_value = strncmp(name, value, sizeof(value) - 1) == 0;
    if (!is_value && strncmp(name, sign, sizeof(sign) - 1) != 0)
        return;
    size_t skip = is_value ? sizeof(value) - 1 : sizeof(sign) - 1;
    value_request *request = find_request(run, name + skip);
    if (request == NULL || request->faulty)
        return;
    calx_annotation *annotation = request->annotation;
    if (!is_value) {
        annotation->negative = clang_getEnumConstantDeclValue(cursor) != 0;
        return;
    }
    annotation->has_number = true;
    annotation->number = annotation->negative ? (uint64_t)clang_getEnumConstantDeclValue(cursor)
                                              : clang_getEnumConstantDeclUnsignedValue(cursor);
}

static enum CXChildVisitResult visit_constant(CXCursor cursor, CXCursor parent, CXClientData data)
{
    (void)parent;
    if (clang_getCursorKind(cursor) == CXCursor_EnumDecl)
        return CXChildVisit_Recurse;
    if (clang_getCursorKind(cursor) != CXCursor_EnumConstantDecl)
        return CXChildVisit_Continue;
    CXString spelling = clang_getCursorSpelling(cursor);
    const char *name = clang_getCString(spelling);
    if (name != NULL)
        take_constant(data, cursor, name);
    clang_disposeString(spelling);
    return CXChildVisit_Continue;
}

calx_status calx_values_find(const calx_reader_options *options, calx_arena *arena,
                             calx_diagnostics *diagnostics, calx_declarations *declarations)
{
    value_run run = { .count = 0 };
    calx_buffer text = CALX_BUFFER_INIT;
    calx_status status = collect(&run, arena, declarations->structs);
    if (status != CALX_OK || run.count == 0)
        return status;
    status = write_lines(&run, &text);
    if (status == CALX_OK)
        status = calx_unit_open(&run.unit, options, arena, diagnostics, calx_buffer_text(&text));
    if (status == CALX_OK) {
        drop_faulty(&run);
        clang_visitChildren(clang_getTranslationUnitCursor(run.unit.unit), visit_constant, &run);
    }
    calx_unit_close(&run.unit);
    calx_buffer_clear(&text);
    return status;
}
