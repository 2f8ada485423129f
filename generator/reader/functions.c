/*
 * Function declarations, made ready to be declared again with another receiver. Types keep the
 * spelling of the source (a typedef stays one), so the generated header reads like the one it is
 * made from.
 */
#include "reader/functions.h"

#include "base/buffer.h"

#include <string.h>

typedef struct function_list {
    calx_unit *unit;
    calx_declared_function *first, **end;
    size_t count;
} function_list;

static bool is_function_pointer(CXType type)
{
    if (type.kind != CXType_Pointer)
        return false;
    enum CXTypeKind kind = clang_getPointeeType(type).kind;
    return kind == CXType_FunctionProto || kind == CXType_Unexposed ||
           kind == CXType_FunctionNoProto;
}

/* Spelled as a pointer to a function, without a typedef between. */
static bool is_bare_callback(CXType type, const char *spelling)
{
    CXType canonical = clang_getCanonicalType(type);
    return is_function_pointer(canonical) && strchr(spelling, '(') != NULL;
}

/* "T name", "T *name" or "T name[4]": the brackets of an array stand behind the name. */
static const char *declare(calx_unit *unit, const char *type, const char *name)
{
    calx_buffer text = CALX_BUFFER_INIT;
    size_t before = strcspn(type, "[");
    while (before != 0 && type[before - 1] == ' ')
        before--;
    calx_buffer_put_n(&text, type, before);
    if (before != 0 && type[before - 1] != '*')
        calx_buffer_char(&text, ' ');
    calx_buffer_put(&text, name);
    calx_buffer_put(&text, type + strcspn(type, "["));
    const char *kept =
        text.status == CALX_OK ? calx_arena_text(unit->arena, text.data, text.size) : NULL;
    calx_buffer_clear(&text);
    if (kept == NULL)
        unit->status = CALX_E_NOMEM;
    return kept;
}

/* As a header writes it: bool is a macro the compiler has already replaced. */
static const char *type_text(calx_unit *unit, CXType type)
{
    const char *text = calx_unit_text(unit, clang_getTypeSpelling(type));
    const char *found = strstr(text, "_Bool");
    if (found == NULL)
        return text;
    calx_buffer plain = CALX_BUFFER_INIT;
    calx_buffer_put_n(&plain, text, (size_t)(found - text));
    calx_buffer_put(&plain, "bool");
    calx_buffer_put(&plain, found + strlen("_Bool"));
    const char *kept =
        plain.status == CALX_OK ? calx_arena_text(unit->arena, plain.data, plain.size) : NULL;
    calx_buffer_clear(&plain);
    if (kept == NULL)
        unit->status = CALX_E_NOMEM;
    return kept != NULL ? kept : "";
}

static void read_parameter(calx_unit *unit, CXCursor cursor, calx_declared_function *function,
                           calx_model_parameter *out)
{
    CXType type = clang_getCursorType(cursor);
    out->name = calx_unit_text(unit, clang_getCursorSpelling(cursor));
    out->type = type_text(unit, type);
    out->declaration = declare(unit, out->type, out->name);
    if (out->name[0] == '\0')
        function->all_named = false;
    if (function->unnamed_callback == NULL && is_bare_callback(type, out->type))
        function->unnamed_callback = out->name;
}

static void read_parameters(calx_unit *unit, CXCursor cursor, calx_declared_function *function)
{
    int count = clang_Cursor_getNumArguments(cursor);
    function->all_named = true;
    if (count <= 0)
        return;
    calx_model_parameter *parameters = calx_unit_array(unit, (size_t)count, sizeof(*parameters));
    if (parameters == NULL)
        return;
    for (int i = 0; i < count; i++)
        read_parameter(unit, clang_Cursor_getArgument(cursor, (unsigned)i), function,
                       &parameters[i]);
    function->receiver = parameters[0].type;
    function->facts.parameters = parameters;
    function->facts.parameter_count = (size_t)count;
}

static calx_declared_function *read_function(calx_unit *unit, CXCursor cursor, calx_place place)
{
    calx_declared_function *function = calx_unit_array(unit, 1, sizeof(*function));
    if (function == NULL)
        return NULL;
    CXType type = clang_getCursorType(cursor);
    function->facts.name = calx_unit_text(unit, clang_getCursorSpelling(cursor));
    function->facts.doc = calx_unit_doc(unit, cursor);
    function->facts.return_type = type_text(unit, clang_getResultType(type));
    function->facts.place = place;
    function->annotations = calx_unit_annotations(unit, cursor);
    function->variadic = clang_isFunctionTypeVariadic(type) != 0;
    read_parameters(unit, cursor, function);
    return function;
}

static enum CXChildVisitResult visit(CXCursor cursor, CXCursor parent, CXClientData data)
{
    (void)parent;
    function_list *list = data;
    bool named = false;
    if (clang_getCursorKind(cursor) != CXCursor_FunctionDecl)
        return CXChildVisit_Continue;
    calx_place place = calx_unit_place(list->unit, clang_getCursorLocation(cursor), &named);
    if (!named)
        return CXChildVisit_Continue;
    calx_declared_function *function = read_function(list->unit, cursor, place);
    if (function != NULL) {
        *list->end = function;
        list->end = &function->next;
        list->count++;
    }
    return list->unit->status == CALX_OK ? CXChildVisit_Continue : CXChildVisit_Break;
}

calx_status calx_functions_read(calx_unit *unit, calx_declared_functions *out)
{
    function_list list = { .unit = unit };
    list.end = &list.first;
    clang_visitChildren(clang_getTranslationUnitCursor(unit->unit), visit, &list);
    out->functions = list.first;
    out->function_count = list.count;
    return unit->status;
}
