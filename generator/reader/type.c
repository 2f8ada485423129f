/*
 * From a C type to the class of a column. A few types are told by the name of their typedef, since
 * that is all that tells a calx_timestamp from an int64_t; the others by what they are, sizes as
 * the compiler's target has them.
 */
#include "reader/type.h"

#include <string.h>

typedef struct named_type {
    const char *name;
    calx_type type;
    calx_model_shape shape;
    uint32_t size; /* 0: that of the type itself */
} named_type;

static const named_type named_types[] = {
    { "calx_bytes", CALX_TYPE_BYTES, CALX_SHAPE_PLAIN, 0 },
    { "calx_timestamp", CALX_TYPE_TIMESTAMP, CALX_SHAPE_PLAIN, 0 },
    { "calx_nullable_bool", CALX_TYPE_BOOL, CALX_SHAPE_NULLABLE, 1 },
    { "calx_nullable_int8", CALX_TYPE_INT8, CALX_SHAPE_NULLABLE, 1 },
    { "calx_nullable_int16", CALX_TYPE_INT16, CALX_SHAPE_NULLABLE, 2 },
    { "calx_nullable_int32", CALX_TYPE_INT32, CALX_SHAPE_NULLABLE, 4 },
    { "calx_nullable_int64", CALX_TYPE_INT64, CALX_SHAPE_NULLABLE, 8 },
    { "calx_nullable_uint8", CALX_TYPE_UINT8, CALX_SHAPE_NULLABLE, 1 },
    { "calx_nullable_uint16", CALX_TYPE_UINT16, CALX_SHAPE_NULLABLE, 2 },
    { "calx_nullable_uint32", CALX_TYPE_UINT32, CALX_SHAPE_NULLABLE, 4 },
    { "calx_nullable_uint64", CALX_TYPE_UINT64, CALX_SHAPE_NULLABLE, 8 },
    { "calx_nullable_float", CALX_TYPE_FLOAT, CALX_SHAPE_NULLABLE, 4 },
    { "calx_nullable_double", CALX_TYPE_DOUBLE, CALX_SHAPE_NULLABLE, 8 },
    { "calx_nullable_timestamp", CALX_TYPE_TIMESTAMP, CALX_SHAPE_NULLABLE, 8 },
};

/* Names that look like plain numbers or structs but mean more than calx-gen knows. */
static const char *const reserved_types[] = { "time_t" };

static const char *spelling(calx_unit *unit, CXType type)
{
    return calx_unit_text(unit, clang_getTypeSpelling(type));
}

/* As in the source: libclang spells what has no name with its place. */
static const char *readable_spelling(calx_unit *unit, CXType type)
{
    const char *text = spelling(unit, type);
    if (strcmp(text, "_Bool") == 0)
        return "bool"; /* a macro the compiler has replaced */
    if (strstr(text, "(unnamed") == NULL && strstr(text, "(anonymous") == NULL)
        return text;
    if (strncmp(text, "enum", 4) == 0)
        return "enum";
    return strncmp(text, "union", 5) == 0 ? "union" : "struct";
}

static const named_type *find_named(const char *name)
{
    for (size_t i = 0; i < sizeof(named_types) / sizeof(named_types[0]); i++) {
        if (strcmp(named_types[i].name, name) == 0)
            return &named_types[i];
    }
    return NULL;
}

static bool is_reserved(const char *name)
{
    for (size_t i = 0; i < sizeof(reserved_types) / sizeof(reserved_types[0]); i++) {
        if (strcmp(reserved_types[i], name) == 0)
            return true;
    }
    return false;
}

/* Goes down a chain of typedefs until one has a meaning of its own. */
static const named_type *find_meaning(calx_unit *unit, CXType type, bool *out_reserved)
{
    *out_reserved = false;
    for (;;) {
        if (type.kind == CXType_Elaborated) {
            type = clang_Type_getNamedType(type);
            continue;
        }
        if (type.kind != CXType_Typedef)
            return NULL;
        const char *name = calx_unit_text(unit, clang_getTypedefName(type));
        const named_type *named = find_named(name);
        *out_reserved = is_reserved(name);
        if (named != NULL || *out_reserved)
            return named;
        type = clang_getTypedefDeclUnderlyingType(clang_getTypeDeclaration(type));
    }
}

/* 0: no integer a column can have. */
static calx_type integer_type(bool is_signed, long long size)
{
    switch (size) {
    case 1:
        return is_signed ? CALX_TYPE_INT8 : CALX_TYPE_UINT8;
    case 2:
        return is_signed ? CALX_TYPE_INT16 : CALX_TYPE_UINT16;
    case 4:
        return is_signed ? CALX_TYPE_INT32 : CALX_TYPE_UINT32;
    case 8:
        return is_signed ? CALX_TYPE_INT64 : CALX_TYPE_UINT64;
    default:
        return 0;
    }
}

/* The column type of a number; 0: it is none. */
static calx_type number_type(CXType type)
{
    long long size = clang_Type_getSizeOf(type);
    switch (type.kind) {
    case CXType_Bool:
        return CALX_TYPE_BOOL;
    case CXType_SChar:
    case CXType_Short:
    case CXType_Int:
    case CXType_Long:
    case CXType_LongLong:
        return integer_type(true, size);
    case CXType_UChar:
    case CXType_UShort:
    case CXType_UInt:
    case CXType_ULong:
    case CXType_ULongLong:
        return integer_type(false, size);
    case CXType_Float:
        return CALX_TYPE_FLOAT;
    case CXType_Double:
        return CALX_TYPE_DOUBLE;
    default:
        return 0;
    }
}

static bool is_char(CXType type)
{
    return type.kind == CXType_Char_S || type.kind == CXType_Char_U;
}

static bool is_record(CXType type)
{
    return clang_getCanonicalType(type).kind == CXType_Record;
}

static void read_pointer(CXType canonical, calx_declared_type *out)
{
    CXType pointee = clang_getPointeeType(canonical);
    if (is_char(pointee) && !clang_isVolatileQualifiedType(pointee)) {
        out->type = CALX_TYPE_TEXT;
        out->mutable_ = !clang_isConstQualifiedType(pointee);
        out->c_type = "const char *";
    } else if (is_record(pointee)) {
        out->problem = "a pointer to a struct: write CALX_ONE(struct x) for a relationship, or "
                       "mark it CALX_IGNORE";
    }
}

static void read_array(CXType canonical, calx_declared_type *out)
{
    CXType element = clang_getArrayElementType(canonical);
    long long size = clang_getArraySize(canonical);
    if (!is_char(element) || clang_isVolatileQualifiedType(element))
        return;
    if (clang_isConstQualifiedType(element)) {
        out->problem = "it cannot be written to: take the const away, or mark it CALX_IGNORE";
        return;
    }
    if (size < 2 || size > INT32_MAX) {
        out->problem = "no text fits into it: char[N] holds texts of up to N - 1 bytes";
        return;
    }
    out->type = CALX_TYPE_CHAR_ARRAY;
    out->size = (uint32_t)size;
    out->mutable_ = true;
    out->c_type = "const char *";
}

/* An enumeration without a tag has no name a parameter could be declared with. */
static void read_enumeration(calx_unit *unit, CXType canonical, calx_declared_type *out)
{
    CXCursor declaration = clang_getTypeDeclaration(canonical);
    CXType integer = clang_getCanonicalType(clang_getEnumDeclIntegerType(declaration));
    out->type = number_type(integer);
    out->shape = CALX_SHAPE_ENUMERATION;
    if (strcmp(out->text, "enum") == 0)
        out->c_type = spelling(unit, integer);
}

static void read_canonical(calx_unit *unit, CXType canonical, calx_declared_type *out)
{
    switch (canonical.kind) {
    case CXType_Pointer:
        read_pointer(canonical, out);
        break;
    case CXType_ConstantArray:
        read_array(canonical, out);
        break;
    case CXType_IncompleteArray:
        out->problem = "an array without a size has no room in a row: give it one, or mark it "
                       "CALX_IGNORE";
        break;
    case CXType_Enum:
        read_enumeration(unit, canonical, out);
        break;
    case CXType_Char_S:
    case CXType_Char_U:
        out->problem = "a single char may be a letter or a number: write char[2] for a letter, "
                       "signed char or unsigned char for a number, or mark it CALX_IGNORE";
        break;
    case CXType_Record:
        out->problem = "a struct or union inside an entity is no column: mark it CALX_IGNORE";
        break;
    default:
        out->type = number_type(canonical);
        break;
    }
}

void calx_type_of_column(calx_unit *unit, CXType type, calx_declared_type *out)
{
    CXType canonical = clang_getCanonicalType(type);
    long long size = clang_Type_getSizeOf(type);
    *out = (calx_declared_type){ .text = readable_spelling(unit, type), .shape = CALX_SHAPE_PLAIN };
    out->c_type = out->text;
    out->size = size > 0 && size <= UINT32_MAX ? (uint32_t)size : 0;
    if (clang_isConstQualifiedType(type) || clang_isVolatileQualifiedType(type)) {
        out->problem = "Calx writes to it when it loads a row: take the qualifier away, or mark "
                       "it CALX_IGNORE";
        return;
    }
    bool reserved;
    const named_type *named = find_meaning(unit, type, &reserved);
    if (named != NULL) {
        out->type = named->type;
        out->shape = named->shape;
        out->size = named->size != 0 ? named->size : out->size;
        out->c_type = named->name;
    } else if (!reserved) {
        read_canonical(unit, canonical, out);
    }
    if (out->type == 0 && out->problem == NULL)
        out->problem = reserved ? "use calx_timestamp, or an int64_t of your own meaning, or mark "
                                  "it CALX_IGNORE"
                                : "no column has this type: choose another one, or mark it "
                                  "CALX_IGNORE";
}

/* ---- relationships ---- */

const char *calx_type_record_name(calx_unit *unit, CXType record)
{
    CXCursor declaration = clang_getTypeDeclaration(record);
    const char *name = spelling(unit, clang_getCursorType(declaration));
    return strpbrk(name, "(:") == NULL && name[0] != '\0' ? name : NULL;
}

static void read_target(calx_unit *unit, CXType pointer, const char *macro, calx_declared_type *out)
{
    CXType pointee = clang_getPointeeType(clang_getCanonicalType(pointer));
    if (is_record(pointee))
        out->target = calx_type_record_name(unit, clang_getCanonicalType(pointee));
    if (out->target == NULL)
        out->problem = macro;
}

void calx_type_of_one(calx_unit *unit, CXType type, calx_declared_type *out)
{
    static const char problem[] = "CALX_ONE takes a struct: CALX_ONE(struct user) user";
    *out = (calx_declared_type){ .text = readable_spelling(unit, type) };
    if (clang_getCanonicalType(type).kind == CXType_Pointer)
        read_target(unit, type, problem, out);
    else
        out->problem = problem;
}

static enum CXVisitorResult visit_items(CXCursor field, CXClientData data)
{
    *(CXType *)data = clang_getCursorType(field);
    return CXVisit_Break; /* items is the first */
}

void calx_type_of_many(calx_unit *unit, CXType type, calx_declared_type *out)
{
    static const char problem[] = "CALX_MANY takes a struct: CALX_MANY(struct address) addresses";
    CXType items = { .kind = CXType_Invalid };
    *out = (calx_declared_type){ .text = readable_spelling(unit, type), .problem = problem };
    CXType record = clang_getCanonicalType(type);
    if (record.kind != CXType_Record)
        return;
    clang_Type_visitFields(record, visit_items, &items);
    items = clang_getCanonicalType(items);
    if (items.kind != CXType_Pointer)
        return;
    out->problem = NULL;
    read_target(unit, clang_getPointeeType(items), problem, out);
}
