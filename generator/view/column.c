/*
 * Columns: how a member is declared, stored, handed over and described in the generated table.
 * Sizes of pointers are written as sizeof, so that an output is the same for every machine.
 */
#include "view/room.h"

/* What follows from the type of a column's value alone. */
struct type_facts {
    const char *constant;
    const char *value_class; /* the end of calx_value_… and calx_instance_set_… */
    const char *handle;
    const char *size; /* NULL: the number */
};

static const struct type_facts facts[] = {
    [CALX_TYPE_BOOL] = { "CALX_TYPE_BOOL", "bool", "calx_bool_column", NULL },
    [CALX_TYPE_INT8] = { "CALX_TYPE_INT8", "int64", "calx_int64_column", NULL },
    [CALX_TYPE_INT16] = { "CALX_TYPE_INT16", "int64", "calx_int64_column", NULL },
    [CALX_TYPE_INT32] = { "CALX_TYPE_INT32", "int64", "calx_int64_column", NULL },
    [CALX_TYPE_INT64] = { "CALX_TYPE_INT64", "int64", "calx_int64_column", NULL },
    [CALX_TYPE_UINT8] = { "CALX_TYPE_UINT8", "uint64", "calx_uint64_column", NULL },
    [CALX_TYPE_UINT16] = { "CALX_TYPE_UINT16", "uint64", "calx_uint64_column", NULL },
    [CALX_TYPE_UINT32] = { "CALX_TYPE_UINT32", "uint64", "calx_uint64_column", NULL },
    [CALX_TYPE_UINT64] = { "CALX_TYPE_UINT64", "uint64", "calx_uint64_column", NULL },
    [CALX_TYPE_FLOAT] = { "CALX_TYPE_FLOAT", "double", "calx_double_column", NULL },
    [CALX_TYPE_DOUBLE] = { "CALX_TYPE_DOUBLE", "double", "calx_double_column", NULL },
    [CALX_TYPE_TEXT] = { "CALX_TYPE_TEXT", "text", "calx_text_column", "sizeof(char *)" },
    [CALX_TYPE_CHAR_ARRAY] = { "CALX_TYPE_CHAR_ARRAY", "text", "calx_text_column", NULL },
    [CALX_TYPE_BYTES] = { "CALX_TYPE_BYTES", "bytes", "calx_bytes_column", "sizeof(calx_bytes)" },
    [CALX_TYPE_TIMESTAMP] = { "CALX_TYPE_TIMESTAMP", "timestamp", "calx_timestamp_column", NULL },
};

const char *calx_view_value_class(calx_type type)
{
    return facts[type].value_class;
}

static void put_flag(calx_buffer *out, bool flag, const char *name)
{
    if (flag)
        calx_buffer_format(out, "%sCALX_COLUMN_%s", out->size > 0 ? " | " : "", name);
}

static void set_flags(calx_view_maker *maker, json_t *object, const calx_model_column *column)
{
    calx_buffer flags = CALX_BUFFER_INIT;

    put_flag(&flags, column->key, "KEY");
    put_flag(&flags, column->not_null, "NOT_NULL");
    put_flag(&flags, column->unique, "UNIQUE");
    put_flag(&flags, column->null_path != NULL, "NULL_FLAG");
    put_flag(&flags, column->mutable_, "MUTABLE");
    put_flag(&flags, column->generated, "GENERATED");
    put_flag(&flags, column->version, "VERSION");
    put_flag(&flags, column->default_literal != NULL, "HAS_DEFAULT");
    put_flag(&flags, column->version_manual, "MANUAL");
    put_flag(&flags, column->deferred, "DEFERRED");
    if (flags.size == 0)
        calx_buffer_char(&flags, '0');
    calx_view_set_buffer(maker, object, "flags", &flags);
}

static void set_size(calx_view_maker *maker, json_t *object, const calx_model_column *column)
{
    if (facts[column->type].size)
        calx_view_set_text(maker, object, "size", facts[column->type].size);
    else
        calx_view_set_number(maker, object, "size", column->size);
}

/* The setter's parameter and how it is passed on. */
static void set_parameter(calx_view_maker *maker, json_t *object, const calx_model_entity *entity,
                          const calx_model_column *column)
{
    const char *parameter = calx_view_parameter(entity, column->member, column->c_type);
    calx_buffer declaration = CALX_BUFFER_INIT;

    calx_view_put_declaration(&declaration, column->c_type, parameter);
    calx_view_set_text(maker, object, "parameter", parameter);
    calx_view_set_buffer(maker, object, "parameter_declaration", &declaration);
    calx_view_set_format(maker, object, "argument", "%s%s", parameter,
                         column->shape == CALX_SHAPE_NULLABLE ? ".value" : "");
    calx_view_set_format(maker, object, "set_function", "calx_instance_set_%s",
                         calx_view_value_class(column->type));
}

static void set_optional(calx_view_maker *maker, json_t *object, const calx_model_column *column)
{
    calx_view_set_flag(maker, object, "has_null_flag", column->null_path != NULL);
    calx_view_set_text(maker, object, "null_path", column->null_path);
    calx_view_set_flag(maker, object, "has_length", column->length > 0);
    calx_view_set_number(maker, object, "length", column->length);
    calx_view_set_flag(maker, object, "has_server_default", column->server_default != NULL);
    calx_view_set_literal(maker, object, "server_default_literal", column->server_default);
    calx_view_set_flag(maker, object, "has_check", column->check != NULL);
    calx_view_set_literal(maker, object, "check_literal", column->check);
    calx_view_set_flag(maker, object, "has_default", column->default_literal != NULL);
    calx_view_set_text(maker, object, "default_literal", column->default_literal);
}

/* A char array is handed over as its first letter, anything else as it is. */
static void set_version(calx_view_maker *maker, json_t *object, const calx_model_column *column)
{
    calx_view_set_flag(maker, object, "has_version_function", column->version_function != NULL);
    calx_view_set_text(maker, object, "version_function", column->version_function);
    calx_view_set_text(maker, object, "version_type",
                       column->type == CALX_TYPE_CHAR_ARRAY ? "char" : column->c_type);
}

static json_t *view_column(calx_view_maker *maker, const calx_model_entity *entity,
                           const calx_model_column *column)
{
    json_t *object = calx_view_object(maker);
    calx_buffer declaration = CALX_BUFFER_INIT;

    calx_view_set_text(maker, object, "member", column->member);
    calx_view_set_literal(maker, object, "member_literal", column->member);
    calx_view_set_text(maker, object, "column", column->name);
    calx_view_set_literal(maker, object, "name_literal", column->name);
    calx_view_set_doc(maker, object, "doc", column->doc);
    calx_view_set_text(maker, object, "c_type", column->c_type);
    calx_view_set_text(maker, object, "type_constant", facts[column->type].constant);
    calx_view_set_text(maker, object, "value_class", calx_view_value_class(column->type));
    calx_view_set_text(maker, object, "handle_type",
                       column->is_enum ? "calx_int64_column" : facts[column->type].handle);
    calx_view_set_text(maker, object, "value_path", column->value_path);
    calx_view_set_number(maker, object, "position", column->position);
    calx_view_set_flag(maker, object, "is_key", column->key);
    calx_view_set_flag(maker, object, "is_nullable", column->nullable);
    calx_view_set_flag(maker, object, "is_unique", column->unique);
    set_flags(maker, object, column);
    calx_view_put_declaration(&declaration, column->c_type, column->member);
    calx_view_set_buffer(maker, object, "member_declaration", &declaration);
    set_size(maker, object, column);
    set_parameter(maker, object, entity, column);
    set_optional(maker, object, column);
    set_version(maker, object, column);
    return object;
}

json_t *calx_view_columns(calx_view_maker *maker, const calx_model_entity *entity)
{
    json_t *columns = calx_view_array(maker);

    for (size_t i = 0; i < entity->column_count; i++)
        calx_view_append(maker, columns, view_column(maker, entity, &entity->columns[i]));
    return columns;
}
