/*
 * Members into columns, and the key they make. A member whose type is wrong stays a column without
 * a type, so that what refers to it is not reported too.
 */
#include "check/context.h"

#include "base/map.h"

#include <string.h>

static bool is_number(calx_type type)
{
    return type >= CALX_TYPE_INT8 && type <= CALX_TYPE_UINT64;
}

static bool is_text(calx_type type)
{
    return type == CALX_TYPE_TEXT || type == CALX_TYPE_CHAR_ARRAY;
}

static bool has(const calx_declared_member *member, calx_annotation_kind kind)
{
    return calx_annotation_find(member->annotations, kind) != NULL;
}

static calx_place place_of(const calx_declared_member *member, calx_annotation_kind kind)
{
    const calx_annotation *annotation = calx_annotation_find(member->annotations, kind);
    return annotation != NULL ? annotation->place : member->place;
}

/* The text of an annotation that takes one; NULL: it is not there. */
static const char *text_of(const calx_declared_member *member, calx_annotation_kind kind)
{
    const calx_annotation *annotation = calx_annotation_find(member->annotations, kind);
    return annotation != NULL ? annotation->text : NULL;
}

static void report_type(calx_check_context *context, const calx_check_entity *entity,
                        const calx_declared_member *member)
{
    bool anonymous = member->name[0] == '\0';
    calx_diagnostic *diagnostic = calx_check_report(
        context, entity, CALX_RULE_MEMBER_TYPE, member->place,
        anonymous ? "unsupported member type '%s'" : "unsupported member type '%s' of '%s'",
        member->type.text, member->name);
    calx_check_fix(context, diagnostic, "%s", member->type.problem);
}

/* ---- length ---- */

static const char *find_length_problem(const calx_model_column *column,
                                       const calx_annotation *length)
{
    if (!is_text(column->type))
        return "only text has one";
    if (length->negative || length->number == 0 || length->number > UINT32_MAX)
        return "a length is a positive number of characters";
    if (column->type == CALX_TYPE_CHAR_ARRAY && length->number > column->size - 1)
        return "the array has no room for it: char[N] holds texts of up to N - 1 bytes";
    return NULL;
}

static void check_length(calx_check_context *context, const calx_check_entity *entity,
                         calx_model_column *column, const calx_declared_member *member)
{
    const calx_annotation *length =
        calx_annotation_find(member->annotations, CALX_ANNOTATION_LENGTH);
    if (length == NULL || length->fault != NULL || column->type == 0)
        return;
    if (!length->has_number && is_text(column->type)) {
        calx_check_report(context, entity, CALX_RULE_NOT_A_CONSTANT, length->place,
                          "CALX_LENGTH(%s) is no integer constant expression", length->text);
        return;
    }
    const char *problem = find_length_problem(column, length);
    if (problem == NULL) {
        column->length = (uint32_t)length->number;
        return;
    }
    calx_diagnostic *diagnostic =
        calx_check_report(context, entity, CALX_RULE_LENGTH, length->place,
                          "CALX_LENGTH(%s) does not fit '%s', which is %s", length->text,
                          column->member, member->type.text);
    calx_check_fix(context, diagnostic, "%s", problem);
}

/* ---- one column ---- */

static void check_key_type(calx_check_context *context, const calx_check_entity *entity,
                           const calx_model_column *column, const calx_declared_member *member)
{
    const char *problem = NULL;
    if (column->shape == CALX_SHAPE_NULLABLE)
        problem = "a key is never NULL";
    else if (column->type == CALX_TYPE_FLOAT || column->type == CALX_TYPE_DOUBLE)
        problem = "floating-point numbers are not the same for every computer";
    if (!column->key || problem == NULL)
        return;
    calx_diagnostic *diagnostic = calx_check_report(
        context, entity, CALX_RULE_KEY_TYPE, place_of(member, CALX_ANNOTATION_PRIMARY_KEY),
        "'%s' cannot be a key: it is %s", column->member, member->type.text);
    calx_check_fix(context, diagnostic, "%s", problem);
}

static void check_not_null(calx_check_context *context, const calx_check_entity *entity,
                           const calx_model_column *column, const calx_declared_member *member)
{
    if (column->shape != CALX_SHAPE_NULLABLE || !has(member, CALX_ANNOTATION_NOT_NULL))
        return;
    calx_diagnostic *diagnostic = calx_check_report(
        context, entity, CALX_RULE_NOT_NULL, place_of(member, CALX_ANNOTATION_NOT_NULL),
        "CALX_NOT_NULL on '%s', which is %s", column->member, member->type.text);
    calx_check_fix(context, diagnostic,
                   "take the annotation away, or use the type without 'nullable': a plain number "
                   "is never NULL");
}

static void check_server_default(calx_check_context *context, const calx_check_entity *entity,
                                 const calx_declared_member *member)
{
    if (!has(member, CALX_ANNOTATION_DEFAULT) || !has(member, CALX_ANNOTATION_SERVER_DEFAULT))
        return;
    calx_diagnostic *diagnostic = calx_check_report(
        context, entity, CALX_RULE_CONTRADICTION, place_of(member, CALX_ANNOTATION_SERVER_DEFAULT),
        "'%s' has a constant default and one of the server", member->name);
    calx_check_fix(context, diagnostic,
                   "keep CALX_DEFAULT to have it in the struct at once, or CALX_SERVER_DEFAULT to "
                   "leave it to the database");
}

/* What a row is found, joined and checked by is there as soon as the row is. */
static void check_deferred(calx_check_context *context, const calx_check_entity *entity,
                           calx_model_column *column, const calx_declared_member *member)
{
    const char *problem = NULL;
    column->deferred = has(member, CALX_ANNOTATION_DEFERRED);
    if (column->key)
        problem = "is part of the key";
    else if (has(member, CALX_ANNOTATION_VERSION_COLUMN))
        problem = "is the version";
    else if (has(member, CALX_ANNOTATION_REFERENCES))
        problem = "is a foreign key";
    if (!column->deferred || problem == NULL)
        return;
    calx_check_report(
        context, entity, CALX_RULE_DEFERRED, place_of(member, CALX_ANNOTATION_DEFERRED),
        "'%s' %s, and cannot be deferred: each row needs it", column->member, problem);
}

static bool is_not_null(const calx_model_column *column, const calx_declared_member *member)
{
    bool may_be_null = column->shape == CALX_SHAPE_NULLABLE || column->type == CALX_TYPE_TEXT ||
                       column->type == CALX_TYPE_BYTES;
    return column->key || !may_be_null || has(member, CALX_ANNOTATION_NOT_NULL);
}

static void fill_type(calx_check_context *context, calx_model_column *column,
                      const calx_declared_member *member)
{
    const calx_declared_type *type = &member->type;
    column->c_type = type->c_type != NULL ? type->c_type : "";
    column->type = type->problem == NULL ? type->type : 0;
    column->shape = type->shape;
    column->size = type->size;
    column->mutable_ = type->mutable_;
    column->is_enum = type->shape == CALX_SHAPE_ENUMERATION;
    column->value_path = member->name;
    if (type->shape != CALX_SHAPE_NULLABLE)
        return;
    column->value_path = calx_check_format(context, "%s.value", member->name);
    column->null_path = calx_check_format(context, "%s.has_value", member->name);
}

static void make_column(calx_check_context *context, calx_check_entity *entity,
                        calx_model_column *column, const calx_declared_member *member)
{
    const char *name = text_of(member, CALX_ANNOTATION_COLUMN);
    column->member = member->name;
    column->name = name != NULL ? name : member->name;
    column->doc = member->doc;
    column->place = member->place;
    column->server_default = text_of(member, CALX_ANNOTATION_SERVER_DEFAULT);
    column->check = text_of(member, CALX_ANNOTATION_CHECK);
    column->unique = has(member, CALX_ANNOTATION_UNIQUE);
    column->key = has(member, CALX_ANNOTATION_PRIMARY_KEY);
    fill_type(context, column, member);
    column->not_null = is_not_null(column, member);
    column->nullable = !column->not_null;
    if (member->type.problem != NULL) {
        report_type(context, entity, member);
        return;
    }
    calx_check_database_name(context, entity, place_of(member, CALX_ANNOTATION_COLUMN), "column",
                             column->name);
    check_key_type(context, entity, column, member);
    check_not_null(context, entity, column, member);
    check_deferred(context, entity, column, member);
    check_length(context, entity, column, member);
    check_server_default(context, entity, member);
    calx_check_default(context, entity, column, member);
}

/* ---- all of them ---- */

static bool is_column(const calx_declared_member *member)
{
    return !calx_check_is_ignored(member) && !calx_check_is_relationship(member);
}

static size_t count_columns(const calx_check_entity *entity)
{
    size_t count = 0;
    for (const calx_declared_member *member = entity->from->members; member != NULL;
         member = member->next)
        count += is_column(member);
    return count;
}

static void report_same(calx_check_context *context, const calx_check_entity *entity,
                        const calx_model_column *column, const calx_model_column *first)
{
    const calx_declared_member *const *members = entity->column_members;
    bool result = entity->facts->result;
    calx_diagnostic *diagnostic = calx_check_report(
        context, entity, CALX_RULE_SAME_COLUMN,
        place_of(members[column->position], CALX_ANNOTATION_COLUMN),
        result ? "two members of %s take the column '%s'" : "two columns of table '%s' are '%s'",
        result ? entity->facts->c_type : entity->facts->table, column->name);
    calx_check_see(context, diagnostic, place_of(members[first->position], CALX_ANNOTATION_COLUMN),
                   "the first is here; databases ignore case");
    calx_check_fix(context, diagnostic, "choose a name with CALX_COLUMN(\"name\")");
}

static bool equal_names(const void *value, const void *key)
{
    const calx_model_column *column = value;
    return calx_check_same_name(column->name, key);
}

static void check_same_names(calx_check_context *context, const calx_check_entity *entity)
{
    calx_map names = CALX_MAP_INIT;
    calx_status status = calx_map_reserve(&names, entity->facts->column_count);
    for (size_t i = 0; status == CALX_OK && i < entity->facts->column_count; i++) {
        calx_model_column *column = &entity->columns[i];
        if (column->member[0] == '\0' || column->name[0] == '\0')
            continue;
        uint64_t hash = calx_check_hash_name(column->name);
        const calx_model_column *first = calx_map_find(&names, hash, equal_names, column->name);
        if (first != NULL)
            report_same(context, entity, column, first);
        else
            status = calx_map_put(&names, hash, column);
    }
    if (status != CALX_OK)
        context->status = status;
    calx_map_clear(&names);
}

static void make_key(calx_check_context *context, calx_check_entity *entity)
{
    calx_model_entity *facts = entity->facts;
    uint16_t *key = calx_check_array(context, facts->column_count, sizeof(*key));
    if (key == NULL)
        return;
    for (uint16_t i = 0; i < facts->column_count; i++) {
        if (entity->columns[i].key)
            key[facts->key_count++] = i;
    }
    facts->key = key;
    if (facts->key_count != 0)
        return;
    calx_diagnostic *diagnostic = calx_check_report(context, entity, CALX_RULE_NO_KEY, facts->place,
                                                    "%s has no primary key", facts->c_type);
    calx_check_fix(context, diagnostic, "mark a member, such as int64_t id CALX_PRIMARY_KEY");
}

/* A single integer key is the database's to make, unless it is somebody else's value. */
static void find_generated(calx_check_entity *entity)
{
    if (entity->facts->key_count != 1)
        return;
    uint16_t position = entity->facts->key[0];
    calx_model_column *column = &entity->columns[position];
    const calx_declared_member *member = entity->column_members[position];
    column->generated = is_number(column->type) && column->shape == CALX_SHAPE_PLAIN &&
                        column->server_default == NULL && !has(member, CALX_ANNOTATION_REFERENCES);
}

void calx_check_columns(calx_check_context *context, calx_check_entity *entity)
{
    size_t count = count_columns(entity);
    if (count > UINT16_MAX) {
        calx_check_report(context, entity, CALX_RULE_TOO_MANY, entity->from->place,
                          "%s has %zu columns, more than 65535", entity->facts->c_type, count);
        return;
    }
    entity->columns = calx_check_array(context, count, sizeof(*entity->columns));
    entity->column_members = calx_check_array(context, count, sizeof(*entity->column_members));
    if (entity->columns == NULL || entity->column_members == NULL)
        return;
    uint16_t position = 0;
    for (const calx_declared_member *member = entity->from->members;
         member != NULL && position < count; member = member->next) {
        if (!is_column(member))
            continue;
        entity->columns[position].position = position;
        entity->column_members[position] = member;
        make_column(context, entity, &entity->columns[position++], member);
    }
    entity->facts->columns = entity->columns;
    entity->facts->column_count = position;
    if (!entity->facts->result)
        make_key(context, entity);
    if (context->status != CALX_OK)
        return;
    check_same_names(context, entity);
    if (entity->facts->result)
        return;
    find_generated(entity);
    calx_check_versions(context, entity);
}
