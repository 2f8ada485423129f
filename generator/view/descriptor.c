/*
 * Model to mappers. All mappers exist before the first is filled, since foreign keys point in any
 * direction; those of other models are filled as well, for their tables' and columns' names, but
 * are not listed in the metadata.
 */
#include "view/descriptor.h"

struct describer {
    const calx_model *model;
    calx_arena *arena;
    calx_mapper *mappers; /* the entities, then their associations, then the externals */
};

/* Those that are made tables here. */
static size_t count_own(const calx_model *model)
{
    return model->entity_count + model->association_count;
}

static const calx_model_entity *entity_at(const calx_model *model, size_t position)
{
    if (position < model->entity_count)
        return &model->entities[position];
    if (position < count_own(model))
        return &model->associations[position - model->entity_count];
    return model->externals[position - count_own(model)];
}

static const calx_mapper *find_mapper(const struct describer *describer,
                                      const calx_model_entity *entity)
{
    const calx_model *model = describer->model;

    for (size_t i = 0; i < count_own(model) + model->external_count; i++) {
        if (entity_at(model, i) == entity)
            return &describer->mappers[i];
    }
    return NULL;
}

static unsigned column_flags(const calx_model_column *column)
{
    return (column->key ? CALX_COLUMN_KEY : 0u) | (column->not_null ? CALX_COLUMN_NOT_NULL : 0u) |
           (column->unique ? CALX_COLUMN_UNIQUE : 0u) |
           (column->null_path ? CALX_COLUMN_NULL_FLAG : 0u) |
           (column->mutable_ ? CALX_COLUMN_MUTABLE : 0u) |
           (column->generated ? CALX_COLUMN_GENERATED : 0u) |
           (column->version ? CALX_COLUMN_VERSION : 0u) |
           (column->default_literal ? CALX_COLUMN_HAS_DEFAULT : 0u) |
           (column->version_manual ? CALX_COLUMN_MANUAL : 0u) |
           (column->deferred ? CALX_COLUMN_DEFERRED : 0u);
}

static bool describe_columns(struct describer *describer, const calx_model_entity *entity,
                             calx_mapper *mapper)
{
    calx_column *columns =
        calx_arena_array(describer->arena, entity->column_count, sizeof(columns[0]));

    if (!columns)
        return false;
    for (size_t i = 0; i < entity->column_count; i++) {
        const calx_model_column *column = &entity->columns[i];

        columns[i] = (calx_column){ .name = column->name,
                                    .member = column->member,
                                    .type = column->type,
                                    .flags = column_flags(column),
                                    .size = column->size,
                                    .length = column->length,
                                    .server_default = column->server_default,
                                    .check = column->check };
    }
    mapper->columns = columns;
    mapper->column_count = entity->column_count;
    return true;
}

static bool describe_foreign_keys(struct describer *describer, const calx_model_entity *entity,
                                  calx_mapper *mapper)
{
    calx_foreign_key *keys =
        calx_arena_array(describer->arena, entity->foreign_key_count, sizeof(keys[0]));

    if (!keys)
        return false;
    for (size_t i = 0; i < entity->foreign_key_count; i++) {
        const calx_model_foreign_key *key = &entity->foreign_keys[i];

        keys[i] = (calx_foreign_key){ .target = find_mapper(describer, key->target),
                                      .columns = key->columns,
                                      .target_columns = key->target_columns,
                                      .column_count = key->column_count,
                                      .on_delete = key->on_delete,
                                      .on_update = key->on_update };
    }
    mapper->foreign_keys = keys;
    mapper->foreign_key_count = entity->foreign_key_count;
    return true;
}

static bool describe_indexes(struct describer *describer, const calx_model_entity *entity,
                             calx_mapper *mapper)
{
    calx_index *indexes =
        calx_arena_array(describer->arena, entity->index_count, sizeof(indexes[0]));

    if (!indexes)
        return false;
    for (size_t i = 0; i < entity->index_count; i++) {
        const calx_model_index *index = &entity->indexes[i];

        indexes[i] = (calx_index){ .name = index->name,
                                   .columns = index->columns,
                                   .column_count = index->column_count,
                                   .unique = index->unique };
    }
    mapper->indexes = indexes;
    mapper->index_count = entity->index_count;
    return true;
}

static bool describe_entity(struct describer *describer, const calx_model_entity *entity,
                            calx_mapper *mapper)
{
    mapper->abi = CALX_MAPPER_ABI;
    mapper->flags = entity->association ? CALX_MAPPER_ASSOCIATION : 0u;
    mapper->name = entity->name;
    mapper->table = entity->table;
    mapper->key = entity->key;
    mapper->key_count = entity->key_count;
    return describe_columns(describer, entity, mapper) &&
           (entity->external || (describe_foreign_keys(describer, entity, mapper) &&
                                 describe_indexes(describer, entity, mapper)));
}

calx_status calx_view_describe(const calx_model *model, calx_arena *arena,
                               const calx_metadata **out_metadata)
{
    const size_t own = count_own(model), count = own + model->external_count;
    struct describer describer = { model, arena,
                                   calx_arena_array(arena, count, sizeof(calx_mapper)) };
    const calx_mapper **list = calx_arena_array(arena, own, sizeof(list[0]));
    calx_metadata *metadata = calx_arena_array(arena, 1, sizeof(*metadata));

    if (!describer.mappers || !list || !metadata)
        return CALX_E_NOMEM;
    for (size_t i = 0; i < count; i++) {
        if (!describe_entity(&describer, entity_at(model, i), &describer.mappers[i]))
            return CALX_E_NOMEM;
        if (i < own)
            list[i] = &describer.mappers[i];
    }
    metadata->abi = CALX_MAPPER_ABI;
    metadata->name = model->name;
    metadata->mappers = list;
    metadata->mapper_count = own;
    *out_metadata = metadata;
    return CALX_OK;
}
