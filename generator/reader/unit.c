/*
 * Running libclang, and asking it for texts and places. The headers of a run are included by a
 * text that exists in memory only, so that they are one translation unit. Failures stick to the
 * unit: visitors cannot answer a status, they only stop.
 */
#include "reader/unit.h"

#include "check/codes.h"
#include "reader/annotation.h"
#include "reader/comment.h"
#include "reader/places.h"

#include "base/buffer.h"

#include <string.h>

const char calx_unit_main_name[] = "calx-gen-input.c";

static void fail(calx_unit *unit, calx_status status)
{
    if (unit->status == CALX_OK)
        unit->status = status;
}

void *calx_unit_array(calx_unit *unit, size_t count, size_t size)
{
    void *block = calx_arena_array(unit->arena, count, size);
    if (block == NULL)
        fail(unit, CALX_E_NOMEM);
    return block;
}

const char *calx_unit_text(calx_unit *unit, CXString string)
{
    const char *text = clang_getCString(string);
    const char *copy = text == NULL ? "" : calx_arena_text(unit->arena, text, strlen(text));
    clang_disposeString(string);
    if (copy == NULL) {
        fail(unit, CALX_E_NOMEM);
        return "";
    }
    return copy;
}

/* ---- opening ---- */

static bool sets_standard(const calx_reader_options *options)
{
    for (size_t i = 0; i < options->flag_count; i++) {
        const char *flag = options->flags[i];
        if (strncmp(flag, "-std=", 5) == 0 || strncmp(flag, "--std", 5) == 0 ||
            strcmp(flag, "-ansi") == 0)
            return true;
    }
    return false;
}

/* Whether libclang finds the headers that belong to it, of which stddef.h is one. */
static bool finds_own_headers(CXIndex index, const char *const *arguments, int count)
{
    static const char probe[] = "#include <stddef.h>\n";
    struct CXUnsavedFile file = { "calx-gen-probe.c", probe, sizeof(probe) - 1 };
    CXTranslationUnit unit = NULL;
    if (clang_parseTranslationUnit2(index, file.Filename, arguments, count, &file, 1, 0, &unit) !=
        CXError_Success)
        return false;
    unsigned errors = clang_getNumDiagnostics(unit);
    clang_disposeTranslationUnit(unit);
    return errors == 0;
}

/* A flag that takes the compiler's own headers away, as if it did not find them; or NULL. */
static const char *find_taking_away(const calx_reader_options *options)
{
    for (size_t i = 0; i < options->flag_count; i++) {
        const char *flag = options->flags[i];
        if (strcmp(flag, "-nobuiltininc") == 0 || strcmp(flag, "-nostdinc") == 0)
            return flag;
    }
    return NULL;
}

/*
 * The directory to search for the compiler's own headers; NULL: libclang finds them by itself. It
 * ignores -resource-dir, so the directory inside is given to it like any other.
 */
static calx_status find_own_headers(calx_unit *unit, const char **out_directory)
{
    const char *wish = unit->options->resource_dir;
    const char *resources = wish != NULL ? wish : calx_places_configured_resource_dir();
    const char *flag = find_taking_away(unit->options);
    *out_directory = NULL;
    if (finds_own_headers(unit->index, &flag, flag != NULL ? 1 : 0))
        return CALX_OK;
    if (resources != NULL && calx_places_has(resources, "include/stddef.h")) {
        calx_buffer path = CALX_BUFFER_INIT;
        calx_buffer_format(&path, "%s/include", resources);
        if (path.status == CALX_OK)
            *out_directory = calx_arena_text(unit->arena, path.data, path.size);
        calx_buffer_clear(&path);
        return *out_directory != NULL ? CALX_OK : CALX_E_NOMEM;
    }
    calx_report(unit->diagnostics, CALX_RULE_NO_COMPILER_HEADERS, (calx_place){ 0 },
                "libclang does not find the headers of its compiler, such as stddef.h: install "
                "the package %s",
                calx_places_resource_package());
    return CALX_E_DATA;
}

/* What the flags make the language, where that is not C; NULL: nothing. */
static const char *find_language(const calx_reader_options *options)
{
    for (size_t i = 0; i < options->flag_count; i++) {
        const char *flag = options->flags[i];
        if (strncmp(flag, "-x", 2) != 0)
            continue;
        const char *next = i + 1 < options->flag_count ? options->flags[i + 1] : "";
        const char *language = flag[2] != '\0' ? flag + 2 : next;
        if (strcmp(language, "c") != 0 && strcmp(language, "c-header") != 0)
            return language;
    }
    return NULL;
}

static calx_status check_language(calx_unit *unit)
{
    const char *language = find_language(unit->options);
    if (language == NULL)
        return CALX_OK;
    calx_report(unit->diagnostics, CALX_RULE_COMPILER, (calx_place){ 0 },
                "calx-gen reads C, not '%s': take -x out of the compiler flags", language);
    return CALX_E_DATA;
}

static const char **collect_arguments(calx_unit *unit, const char *own, const char *include,
                                      int *out_count)
{
    const calx_reader_options *options = unit->options;
    const char *const directories[] = { include, own };
    const char **arguments = calx_unit_array(unit, options->flag_count + 8, sizeof(*arguments));
    if (arguments == NULL)
        return NULL;
    int count = 0;
    if (!sets_standard(options))
        arguments[count++] = "-std=c11";
    arguments[count++] = "-DCALX_GENERATOR";
    for (size_t i = 0; i < options->flag_count; i++)
        arguments[count++] = options->flags[i];
    for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
        if (directories[i] == NULL)
            continue;
        arguments[count++] = "-isystem";
        arguments[count++] = directories[i];
    }
    arguments[count++] = "-w"; /* warnings are for the build that compiles the headers */
    *out_count = count;
    return arguments;
}

/* One #include for each header, then the text: line i + 1 belongs to header i. */
static calx_status parse(calx_unit *unit, const char *const *arguments, int count, const char *text)
{
    calx_buffer source = CALX_BUFFER_INIT;
    for (size_t i = 0; i < unit->options->header_count; i++)
        calx_buffer_format(&source, "#include \"%s\"\n", unit->options->headers[i]);
    calx_buffer_put(&source, text);
    calx_status status = source.status;
    if (status != CALX_OK)
        goto out;
    struct CXUnsavedFile file = { calx_unit_main_name, calx_buffer_text(&source), source.size };
    enum CXErrorCode code = clang_parseTranslationUnit2(unit->index, calx_unit_main_name, arguments,
                                                        count, &file, 1, 0, &unit->unit);
    if (code == CXError_Success)
        goto out;
    status = CALX_E_DATA;
    calx_report(unit->diagnostics, CALX_RULE_COMPILER, (calx_place){ 0 },
                code == CXError_Crashed ? "libclang crashed on these headers"
                                        : "libclang cannot run: check the compiler flags");
out:
    calx_buffer_clear(&source);
    return status;
}

calx_status calx_unit_open(calx_unit *unit, const calx_reader_options *options, calx_arena *arena,
                           calx_diagnostics *diagnostics, const char *text)
{
    *unit = (calx_unit){ .options = options, .arena = arena, .diagnostics = diagnostics };
    unit->index = clang_createIndex(0, 0);
    if (unit->index == NULL)
        return CALX_E_NOMEM;
    const char *own;
    calx_status status = check_language(unit);
    if (status == CALX_OK)
        status = find_own_headers(unit, &own);
    if (status != CALX_OK)
        return status;
    const char *include;
    status = calx_places_include_dir(arena, options->include_dir, &include);
    if (status != CALX_OK)
        return status;
    int count = 0;
    const char **arguments = collect_arguments(unit, own, include, &count);
    return arguments != NULL ? parse(unit, arguments, count, text) : CALX_E_NOMEM;
}

void calx_unit_close(calx_unit *unit)
{
    if (unit->unit != NULL)
        clang_disposeTranslationUnit(unit->unit);
    if (unit->index != NULL)
        clang_disposeIndex(unit->index);
    unit->unit = NULL;
    unit->index = NULL;
}

/* ---- files and places ---- */

/* How the user spelled this file; NULL: it was not named. */
static const char *find_given(calx_unit *unit, CXFile file)
{
    for (size_t i = 0; i < unit->options->header_count; i++) {
        CXFile given = clang_getFile(unit->unit, unit->options->headers[i]);
        if (given != NULL && clang_File_isEqual(given, file))
            return unit->options->headers[i];
    }
    return NULL;
}

static const calx_unit_file *find_file(calx_unit *unit, CXFile file)
{
    if (unit->last != NULL && unit->last->file == file)
        return unit->last;
    calx_unit_file *known = unit->files;
    while (known != NULL && known->file != file)
        known = known->next;
    if (known == NULL) {
        known = calx_unit_array(unit, 1, sizeof(*known));
        if (known == NULL)
            return NULL;
        const char *given = find_given(unit, file);
        const char *name = given != NULL ? given : calx_unit_text(unit, clang_getFileName(file));
        if (given == NULL && strncmp(name, "./", 2) == 0)
            name += 2;
        *known = (calx_unit_file){ file, name, given != NULL, unit->files };
        unit->files = known;
    }
    unit->last = known;
    return known;
}

calx_place calx_unit_place(calx_unit *unit, CXSourceLocation location, bool *out_named)
{
    calx_place place = { 0 };
    CXFile file = NULL;
    clang_getExpansionLocation(location, &file, &place.line, &place.column, NULL);
    const calx_unit_file *known = file != NULL ? find_file(unit, file) : NULL;
    if (known != NULL)
        place.file = known->name;
    if (out_named != NULL)
        *out_named = known != NULL && known->named;
    return place;
}

calx_place calx_unit_cursor_place(calx_unit *unit, CXCursor cursor)
{
    return calx_unit_place(unit, clang_getCursorLocation(cursor), NULL);
}

typedef struct input_list {
    calx_unit *unit;
    const char **names; /* NULL: count only */
    size_t count;
} input_list;

static void visit_inclusion(CXFile file, CXSourceLocation *stack, unsigned depth, CXClientData data)
{
    (void)stack;
    input_list *list = data;
    if (depth == 0) /* the text in memory */
        return;
    const calx_unit_file *known = find_file(list->unit, file);
    for (size_t i = 0; list->names != NULL && i < list->count; i++) {
        if (known == NULL || list->names[i] == known->name)
            return; /* included again */
    }
    if (list->names != NULL && known != NULL)
        list->names[list->count] = known->name;
    list->count++;
}

calx_status calx_unit_inputs(calx_unit *unit, const char *const **out_names, size_t *out_count)
{
    input_list list = { .unit = unit };
    clang_getInclusions(unit->unit, visit_inclusion, &list);
    list.names = calx_unit_array(unit, list.count, sizeof(*list.names));
    list.count = 0;
    if (list.names != NULL)
        clang_getInclusions(unit->unit, visit_inclusion, &list);
    *out_names = list.names;
    *out_count = list.count;
    return unit->status;
}

/* ---- what stands at a declaration ---- */

typedef struct annotation_list {
    calx_unit *unit;
    calx_annotation *first;
    calx_annotation **end;
} annotation_list;

static enum CXChildVisitResult visit_attribute(CXCursor cursor, CXCursor parent, CXClientData data)
{
    (void)parent;
    annotation_list *list = data;
    calx_unit *unit = list->unit;
    if (clang_getCursorKind(cursor) != CXCursor_AnnotateAttr)
        return CXChildVisit_Continue;
    const char *text = calx_unit_text(unit, clang_getCursorSpelling(cursor));
    if (unit->status != CALX_OK)
        return CXChildVisit_Break;
    if (!calx_annotation_is_ours(text))
        return CXChildVisit_Continue;
    calx_annotation *annotation;
    calx_status status =
        calx_annotation_parse(unit->arena, text, calx_unit_cursor_place(unit, cursor), &annotation);
    if (status != CALX_OK) {
        fail(unit, status);
        return CXChildVisit_Break;
    }
    *list->end = annotation;
    list->end = &annotation->next;
    return CXChildVisit_Continue;
}

calx_annotation *calx_unit_annotations(calx_unit *unit, CXCursor declaration)
{
    annotation_list list = { .unit = unit };
    list.end = &list.first;
    clang_visitChildren(declaration, visit_attribute, &list);
    return list.first;
}

const char *calx_unit_doc(calx_unit *unit, CXCursor declaration)
{
    CXString raw = clang_Cursor_getRawCommentText(declaration);
    const char *text = clang_getCString(raw);
    const char *doc = NULL;
    if (text != NULL && calx_comment_clean(unit->arena, text, &doc) != CALX_OK)
        fail(unit, CALX_E_NOMEM);
    clang_disposeString(raw);
    return doc;
}
