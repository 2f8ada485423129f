/*
 * A walk over everything declared at file scope. Structs of the named headers are read when they
 * or their members carry an annotation, those of included headers when they are entities. Function
 * bodies are walked too: an entity inside one is a mistake that must not go unnoticed.
 */
#include "reader/structs.h"

#include "reader/type.h"

#include <string.h>

typedef struct struct_walk {
    calx_unit *unit;
    calx_declared_struct *structs, **structs_end;
    calx_declared_alias *aliases, **aliases_end;
    calx_declared_name *names, **names_end;
    calx_stray_annotation *strays, **strays_end;
    calx_declared_scope scope; /* of what is visited now */
} struct_walk;

/* ---- members ---- */

typedef struct member_list {
    calx_unit *unit;
    calx_declared_member *first, **end;
    size_t count;
    bool annotated;
    bool packed;         /* one of them, by itself */
    long long alignment; /* the largest of their types */
    const char *misaligned;
} member_list;

static void read_type(calx_unit *unit, CXCursor field, calx_declared_member *member)
{
    CXType type = clang_getCursorType(field);
    if (calx_annotation_find(member->annotations, CALX_ANNOTATION_ONE) != NULL)
        calx_type_of_one(unit, type, &member->type);
    else if (calx_annotation_find(member->annotations, CALX_ANNOTATION_MANY) != NULL)
        calx_type_of_many(unit, type, &member->type);
    else
        calx_type_of_column(unit, type, &member->type);
    if (clang_Cursor_isBitField(field))
        member->type.problem = "a bit-field has no address: make it a whole bool or integer, or "
                               "mark it CALX_IGNORE";
    if (member->name[0] == '\0')
        member->type.problem = "an anonymous struct or union is no column: name it and mark it "
                               "CALX_IGNORE";
}

/* Newer versions of libclang spell the name of what has none: "(anonymous at …)". */
static const char *field_name(calx_unit *unit, CXCursor field)
{
    const char *name = calx_unit_text(unit, clang_getCursorSpelling(field));
    return strpbrk(name, "( ") != NULL ? "" : name;
}

static enum CXChildVisitResult visit_packed(CXCursor cursor, CXCursor parent, CXClientData data)
{
    (void)parent;
    bool *packed = data;
    *packed |= clang_getCursorKind(cursor) == CXCursor_PackedAttr;
    return CXChildVisit_Continue;
}

static bool is_packed(CXCursor cursor)
{
    bool packed = false;
    if (clang_Cursor_hasAttrs(cursor))
        clang_visitChildren(cursor, visit_packed, &packed);
    return packed;
}

static enum CXVisitorResult visit_offset(CXCursor field, CXClientData data)
{
    member_list *list = data;
    long long alignment = clang_Type_getAlignOf(clang_getCursorType(field));
    long long bits = clang_Cursor_getOffsetOfField(field);
    if (clang_Cursor_isBitField(field) || alignment <= 0 || bits < 0 || (bits / 8) % alignment == 0)
        return CXVisit_Continue;
    list->misaligned = field_name(list->unit, field);
    return CXVisit_Break;
}

/* Asking for offsets takes libclang long in wide structs, so that is done where it may matter. */
static void find_misaligned(member_list *list, CXCursor record)
{
    CXType type = clang_getCursorType(record);
    if (list->packed || is_packed(record) || clang_Type_getAlignOf(type) < list->alignment)
        clang_Type_visitFields(type, visit_offset, list);
}

static enum CXVisitorResult visit_field(CXCursor field, CXClientData data)
{
    member_list *list = data;
    calx_unit *unit = list->unit;
    calx_declared_member *member = calx_unit_array(unit, 1, sizeof(*member));
    if (member == NULL)
        return CXVisit_Break;
    member->name = field_name(unit, field);
    member->doc = calx_unit_doc(unit, field);
    member->place = calx_unit_cursor_place(unit, field);
    member->annotations = calx_unit_annotations(unit, field);
    if (member->name[0] == '\0' && member->annotations == NULL)
        member->annotations =
            calx_unit_annotations(unit, clang_getTypeDeclaration(clang_getCursorType(field)));
    read_type(unit, field, member);
    long long alignment = clang_Type_getAlignOf(clang_getCursorType(field));
    if (alignment > list->alignment)
        list->alignment = alignment;
    list->packed |= is_packed(field);
    list->annotated |= member->annotations != NULL;
    list->count++;
    *list->end = member;
    list->end = &member->next;
    return unit->status == CALX_OK ? CXVisit_Continue : CXVisit_Break;
}

/* ---- structs ---- */

static const char *tag_of(const char *c_type)
{
    static const char *const words[] = { "struct ", "union " };
    for (size_t i = 0; c_type != NULL && i < 2; i++) {
        if (strncmp(c_type, words[i], strlen(words[i])) == 0)
            return c_type + strlen(words[i]);
    }
    return c_type;
}

static calx_declared_struct *make_struct(struct_walk *walk, CXCursor cursor,
                                         const member_list *members)
{
    calx_unit *unit = walk->unit;
    CXType type = clang_getCursorType(cursor);
    calx_declared_struct *made = calx_unit_array(unit, 1, sizeof(*made));
    if (made == NULL)
        return NULL;
    bool named = false;
    made->place = calx_unit_place(unit, clang_getCursorLocation(cursor), &named);
    made->external = !named;
    made->header = made->place.file;
    made->c_type = calx_type_record_name(unit, type);
    made->tag = tag_of(made->c_type);
    made->doc = calx_unit_doc(unit, cursor);
    made->is_union = clang_getCursorKind(cursor) == CXCursor_UnionDecl;
    made->scope = walk->scope;
    long long size = clang_Type_getSizeOf(type);
    long long alignment = clang_Type_getAlignOf(type);
    made->size = size > 0 ? (uint64_t)size : 0;
    made->alignment = alignment > 0 ? (uint64_t)alignment : 0;
    made->misaligned = members->misaligned;
    made->members = members->first;
    made->member_count = members->count;
    return made;
}

static void read_struct(struct_walk *walk, CXCursor cursor)
{
    calx_unit *unit = walk->unit;
    bool named = false;
    calx_unit_place(unit, clang_getCursorLocation(cursor), &named);
    calx_annotation *annotations = calx_unit_annotations(unit, cursor);
    bool entity = calx_annotation_find(annotations, CALX_ANNOTATION_ENTITY) != NULL;
    if (!named && !entity)
        return;
    member_list members = { .unit = unit };
    members.end = &members.first;
    clang_Type_visitFields(clang_getCursorType(cursor), visit_field, &members);
    bool of_member = walk->scope != CALX_SCOPE_FILE &&
                     calx_type_record_name(unit, clang_getCursorType(cursor)) == NULL;
    if (!members.annotated && (annotations == NULL || (of_member && !entity)))
        return; /* what stands at an anonymous struct is its member's */
    find_misaligned(&members, cursor);
    calx_declared_struct *made = make_struct(walk, cursor, &members);
    if (made == NULL)
        return;
    made->annotations = annotations;
    *walk->structs_end = made;
    walk->structs_end = &made->next;
}

/* ---- names, aliases, strays ---- */

static void add_name(struct_walk *walk, CXCursor cursor, bool is_tag)
{
    const char *text = calx_unit_text(walk->unit, clang_getCursorSpelling(cursor));
    if (text[0] == '\0' || strpbrk(text, "( ") != NULL || walk->scope != CALX_SCOPE_FILE)
        return;
    calx_declared_name *name = calx_unit_array(walk->unit, 1, sizeof(*name));
    if (name == NULL)
        return;
    *name = (calx_declared_name){ text, is_tag, calx_unit_cursor_place(walk->unit, cursor), NULL };
    *walk->names_end = name;
    walk->names_end = &name->next;
}

static void add_alias(struct_walk *walk, CXCursor cursor)
{
    CXType type = clang_getCanonicalType(clang_getTypedefDeclUnderlyingType(cursor));
    if (type.kind != CXType_Record)
        return;
    const char *c_type = calx_type_record_name(walk->unit, type);
    calx_declared_alias *alias = calx_unit_array(walk->unit, 1, sizeof(*alias));
    if (c_type == NULL || alias == NULL)
        return;
    alias->name = calx_unit_text(walk->unit, clang_getCursorSpelling(cursor));
    alias->c_type = c_type;
    *walk->aliases_end = alias;
    walk->aliases_end = &alias->next;
}

static void add_strays(struct_walk *walk, CXCursor cursor, const char *on)
{
    if (!clang_Cursor_hasAttrs(cursor))
        return;
    calx_annotation *annotation = calx_unit_annotations(walk->unit, cursor);
    for (; annotation != NULL; annotation = annotation->next) {
        if ((annotation->on & CALX_ON_FUNCTION) != 0 && strcmp(on, "a function") == 0)
            continue;
        calx_stray_annotation *stray = calx_unit_array(walk->unit, 1, sizeof(*stray));
        if (stray == NULL)
            return;
        *stray = (calx_stray_annotation){ annotation, on, NULL };
        *walk->strays_end = stray;
        walk->strays_end = &stray->next;
    }
}

/* ---- the walk ---- */

static enum CXChildVisitResult visit(CXCursor cursor, CXCursor parent, CXClientData data);

static void walk_inside(struct_walk *walk, CXCursor cursor, calx_declared_scope scope)
{
    calx_declared_scope outer = walk->scope;
    walk->scope = scope;
    clang_visitChildren(cursor, visit, walk);
    walk->scope = outer;
}

static void visit_record(struct_walk *walk, CXCursor cursor)
{
    bool is_union = clang_getCursorKind(cursor) == CXCursor_UnionDecl;
    add_name(walk, cursor, true);
    if (!clang_isCursorDefinition(cursor))
        return;
    read_struct(walk, cursor);
    walk_inside(walk, cursor, is_union ? CALX_SCOPE_UNION : CALX_SCOPE_STRUCT);
}

static void visit_function(struct_walk *walk, CXCursor cursor)
{
    bool named = false;
    add_name(walk, cursor, false);
    calx_unit_place(walk->unit, clang_getCursorLocation(cursor), &named);
    if (!named)
        return;
    add_strays(walk, cursor, "a function");
    walk_inside(walk, cursor, CALX_SCOPE_FUNCTION);
}

static void visit_enumeration(struct_walk *walk, CXCursor cursor)
{
    add_name(walk, cursor, true);
    add_strays(walk, cursor, "an enumeration");
    walk_inside(walk, cursor, walk->scope);
}

static enum CXChildVisitResult visit(CXCursor cursor, CXCursor parent, CXClientData data)
{
    (void)parent;
    struct_walk *walk = data;
    switch (clang_getCursorKind(cursor)) {
    case CXCursor_StructDecl:
    case CXCursor_UnionDecl:
        visit_record(walk, cursor);
        break;
    case CXCursor_TypedefDecl:
        add_name(walk, cursor, false);
        add_alias(walk, cursor);
        add_strays(walk, cursor, "a typedef");
        break;
    case CXCursor_EnumDecl:
        visit_enumeration(walk, cursor);
        break;
    case CXCursor_EnumConstantDecl:
        add_name(walk, cursor, false);
        break;
    case CXCursor_FunctionDecl:
        visit_function(walk, cursor);
        break;
    case CXCursor_VarDecl:
        add_name(walk, cursor, false);
        add_strays(walk, cursor, "a variable");
        break;
    case CXCursor_ParmDecl:
        add_strays(walk, cursor, "a parameter");
        break;
    case CXCursor_CompoundStmt:
    case CXCursor_DeclStmt:
        walk_inside(walk, cursor, walk->scope);
        break;
    default:
        break;
    }
    return walk->unit->status == CALX_OK ? CXChildVisit_Continue : CXChildVisit_Break;
}

calx_status calx_structs_read(calx_unit *unit, calx_declarations *out)
{
    struct_walk walk = { .unit = unit, .scope = CALX_SCOPE_FILE };
    walk.structs_end = &walk.structs;
    walk.aliases_end = &walk.aliases;
    walk.names_end = &walk.names;
    walk.strays_end = &walk.strays;
    clang_visitChildren(clang_getTranslationUnitCursor(unit->unit), visit, &walk);
    out->structs = walk.structs;
    out->aliases = walk.aliases;
    out->names = walk.names;
    out->strays = walk.strays;
    return unit->status;
}
