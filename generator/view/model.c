/*
 * The tree of a mapper: the model at the root, then entity by entity. Lists keep the model's
 * order; a list that decides whether a table is printed at all has a has_… flag beside it, since
 * a section over a list is its loop.
 */
#include "view/literal.h"
#include "view/room.h"

#include <string.h>

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static void set_inputs(calx_view_maker *maker, json_t *root, const char *const *inputs,
                       size_t count)
{
    calx_buffer text = CALX_BUFFER_INIT;

    for (size_t i = 0; i < count; i++) {
        calx_buffer_put(&text, i > 0 ? ", " : "");
        calx_view_put_comment(&text, last_part(inputs[i]));
    }
    calx_view_set_buffer(maker, root, "inputs", &text);
}

/* As it was given when it has its marks, in quotes otherwise. */
static json_t *view_include(calx_view_maker *maker, const char *include)
{
    json_t *holder = calx_view_object(maker);
    json_t *text;
    const bool is_marked = include[0] == '<' || include[0] == '"';

    calx_view_set_format(maker, holder, "include", is_marked ? "%s" : "\"%s\"", include);
    text = json_incref(json_object_get(holder, "include"));
    json_decref(holder);
    return text;
}

void calx_view_set_outputs(calx_view_maker *maker, json_t *root, const calx_view_options *options,
                           const char *const *inputs, size_t input_count)
{
    calx_buffer guard = CALX_BUFFER_INIT;
    json_t *includes = calx_view_array(maker);

    for (size_t i = 0; i < options->include_count; i++)
        calx_view_append(maker, includes, view_include(maker, options->includes[i]));
    calx_view_set(maker, root, "includes", includes);
    set_inputs(maker, root, inputs, input_count);
    calx_view_put_guard(&guard, options->header);
    calx_view_set_buffer(maker, root, "guard", &guard);
    calx_view_set_text(maker, root, "version", options->version);
    calx_view_set_format(maker, root, "header_include", "\"%s\"", options->header);
    calx_view_set_text(maker, root, "source_text", options->source);
}

/* One signed integer is asked for by its number: the quickest way through the runtime. */
static bool is_number_key(const calx_model_entity *entity)
{
    const calx_model_column *first = &entity->columns[entity->key[0]];

    return entity->key_count == 1 && strcmp(calx_view_value_class(first->type), "int64") == 0;
}

static void set_key(calx_view_maker *maker, json_t *object, const calx_model_entity *entity)
{
    calx_buffer parameters = CALX_BUFFER_INIT, values = CALX_BUFFER_INIT;

    for (size_t i = 0; i < entity->key_count; i++) {
        const calx_model_column *column = &entity->columns[entity->key[i]];
        const char *name = calx_view_parameter(entity, column->member, column->c_type);
        const char *comma = i > 0 ? ", " : "";

        calx_buffer_put(&parameters, comma);
        calx_view_put_declaration(&parameters, column->c_type, name);
        calx_buffer_format(&values, "%scalx_value_%s(%s)", comma,
                           calx_view_value_class(column->type), name);
        calx_view_set_text(maker, object, "last_key_parameter", name);
    }
    calx_view_set_flag(maker, object, "has_number_key", is_number_key(entity));
    calx_view_set_buffer(maker, object, "key_parameters", &parameters);
    calx_view_set_buffer(maker, object, "key_values", &values);
    calx_view_set_positions(maker, object, "key_positions", entity->key, entity->key_count);
    calx_view_set_number(maker, object, "key_count", entity->key_count);
}

static void set_names(calx_view_maker *maker, json_t *object, const calx_model_entity *entity)
{
    char room[CALX_VIEW_NAME_ROOM];
    const char *self = calx_view_self(entity, room);
    calx_buffer table = CALX_BUFFER_INIT;

    calx_view_set_text(maker, object, "entity", entity->name);
    calx_view_set_literal(maker, object, "entity_literal", entity->name);
    calx_view_set_text(maker, object, "type", entity->c_type);
    calx_view_set_text(maker, object, "self", self);
    calx_view_set_format(maker, object, "out_self", "out_%s", self);
    calx_view_set_text(maker, object, "table", entity->table);
    calx_view_set_literal(maker, object, "table_literal", entity->table);
    calx_view_put_comment(&table, entity->table);
    calx_view_set_buffer(maker, object, "table_text", &table);
    calx_view_set_doc(maker, object, "doc", entity->doc);
    calx_view_set_text(maker, object, "first_member",
                       entity->column_count > 0 ? entity->columns[0].member : "");
}

static bool has_defaults(const calx_model_entity *entity)
{
    for (size_t i = 0; i < entity->column_count; i++) {
        if (entity->columns[i].default_literal)
            return true;
    }
    return false;
}

static json_t *view_entity(calx_view_maker *maker, const calx_model_entity *entity)
{
    json_t *object = calx_view_object(maker);

    set_names(maker, object, entity);
    set_key(maker, object, entity);
    calx_view_set(maker, object, "columns", calx_view_columns(maker, entity));
    calx_view_set_number(maker, object, "column_count", entity->column_count);
    calx_view_set(maker, object, "foreign_keys", calx_view_foreign_keys(maker, entity));
    calx_view_set_number(maker, object, "foreign_key_count", entity->foreign_key_count);
    calx_view_set_flag(maker, object, "has_foreign_keys", entity->foreign_key_count > 0);
    calx_view_set(maker, object, "indexes", calx_view_indexes(maker, entity));
    calx_view_set_number(maker, object, "index_count", entity->index_count);
    calx_view_set_flag(maker, object, "has_indexes", entity->index_count > 0);
    calx_view_set(maker, object, "relationships", calx_view_relationships(maker, entity));
    calx_view_set_number(maker, object, "relationship_count", entity->relationship_count);
    calx_view_set_flag(maker, object, "has_relationships", entity->relationship_count > 0);
    calx_view_set_text(maker, object, "first_relationship",
                       entity->relationship_count > 0 ? entity->relationships[0].member : "");
    calx_view_set_flag(maker, object, "has_flags", entity->legacy_is_orphan);
    calx_view_set_text(maker, object, "flags", "CALX_MAPPER_LEGACY_IS_ORPHAN");
    calx_view_set_flag(maker, object, "has_defaults", has_defaults(entity));
    return object;
}

/* A struct for rows: columns, and no more. */
static json_t *view_result(calx_view_maker *maker, const calx_model_entity *result)
{
    json_t *object = calx_view_object(maker);

    set_names(maker, object, result);
    calx_view_set_literal(maker, object, "type_literal", result->c_type);
    calx_view_set(maker, object, "columns", calx_view_columns(maker, result));
    calx_view_set_number(maker, object, "column_count", result->column_count);
    return object;
}

static json_t *view_results(calx_view_maker *maker, const calx_model *model)
{
    json_t *results = calx_view_array(maker);

    for (size_t i = 0; i < model->result_count; i++)
        calx_view_append(maker, results, view_result(maker, &model->results[i]));
    return results;
}

/* A table without typed functions: what its mapper is made of. */
static json_t *view_association(calx_view_maker *maker, const calx_model_entity *association)
{
    json_t *object = calx_view_object(maker);

    set_names(maker, object, association);
    calx_view_set_text(maker, object, "member", association->tag);
    calx_view_set_text(maker, object, "owner", association->foreign_keys[0].target->name);
    calx_view_set_text(maker, object, "target", association->foreign_keys[1].target->name);
    calx_view_set_positions(maker, object, "key_positions", association->key,
                            association->key_count);
    calx_view_set_number(maker, object, "key_count", association->key_count);
    calx_view_set(maker, object, "columns", calx_view_columns(maker, association));
    calx_view_set_number(maker, object, "column_count", association->column_count);
    calx_view_set(maker, object, "foreign_keys", calx_view_foreign_keys(maker, association));
    calx_view_set_number(maker, object, "foreign_key_count", association->foreign_key_count);
    calx_view_set(maker, object, "indexes", calx_view_indexes(maker, association));
    calx_view_set_number(maker, object, "index_count", association->index_count);
    return object;
}

/* Entities and metadata of other models that tables of this one point at. */
static void set_externals(calx_view_maker *maker, json_t *root, const calx_model *model)
{
    json_t *externals = calx_view_array(maker), *references = calx_view_array(maker);

    for (size_t i = 0; i < model->external_count; i++) {
        const calx_model_entity *entity = model->externals[i];
        json_t *object = calx_view_object(maker);

        calx_view_set_text(maker, object, "type", entity->c_type);
        calx_view_set_format(maker, object, "mapper", "%s_mapper", entity->name);
        calx_view_set_text(maker, object, "header", last_part(entity->header));
        calx_view_append(maker, externals, object);
    }
    for (size_t i = 0; i < model->reference_count; i++) {
        calx_buffer name = CALX_BUFFER_INIT;
        json_t *object = calx_view_object(maker);

        calx_view_put_identifier(&name, model->references[i]);
        calx_buffer_put(&name, "_metadata");
        calx_view_set_buffer(maker, object, "reference", &name);
        calx_view_append(maker, references, object);
    }
    calx_view_set(maker, root, "externals", externals);
    calx_view_set(maker, root, "references", references);
    calx_view_set_flag(maker, root, "has_references", model->reference_count > 0);
    calx_view_set_number(maker, root, "reference_count", model->reference_count);
}

json_t *calx_view_model(const calx_model *model, const calx_view_options *options)
{
    calx_view_maker maker = { false };
    json_t *root = calx_view_object(&maker), *entities = calx_view_array(&maker);
    json_t *associations = calx_view_array(&maker);
    calx_buffer name = CALX_BUFFER_INIT, metadata = CALX_BUFFER_INIT;

    calx_view_put_identifier(&name, model->name);
    calx_buffer_put(&metadata, calx_buffer_text(&name));
    calx_buffer_put(&metadata, "_metadata");
    calx_view_set_buffer(&maker, root, "model", &name);
    calx_view_set_buffer(&maker, root, "metadata", &metadata);
    calx_view_set_literal(&maker, root, "model_literal", model->name);
    calx_view_set_number(&maker, root, "abi", CALX_MAPPER_ABI);
    calx_view_set_outputs(&maker, root, options, model->headers, model->header_count);
    for (size_t i = 0; i < model->entity_count; i++)
        calx_view_append(&maker, entities, view_entity(&maker, &model->entities[i]));
    calx_view_set(&maker, root, "entities", entities);
    for (size_t i = 0; i < model->association_count; i++)
        calx_view_append(&maker, associations, view_association(&maker, &model->associations[i]));
    calx_view_set(&maker, root, "associations", associations);
    calx_view_set(&maker, root, "results", view_results(&maker, model));
    calx_view_set_flag(&maker, root, "has_results", model->result_count > 0);
    calx_view_set_number(&maker, root, "entity_count", model->entity_count);
    calx_view_set_number(&maker, root, "mapper_count",
                         model->entity_count + model->association_count);
    calx_view_set_flag(&maker, root, "has_entities", model->entity_count > 0);
    /* From five on, clang-format puts a list into columns. */
    calx_view_set_flag(&maker, root, "is_long", model->entity_count + model->association_count > 4);
    set_externals(&maker, root, model);
    if (!maker.failed)
        return root;
    json_decref(root);
    return NULL;
}
