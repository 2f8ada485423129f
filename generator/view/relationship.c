/*
 * What stands between entities, and what is made of several columns: foreign keys, indexes,
 * relationships.
 */
#include "view/room.h"

#include <string.h>

static const char *const on_delete_names[] = {
    [CALX_ON_DELETE_NO_ACTION] = "CALX_ON_DELETE_NO_ACTION",
    [CALX_ON_DELETE_CASCADE] = "CALX_ON_DELETE_CASCADE",
    [CALX_ON_DELETE_SET_NULL] = "CALX_ON_DELETE_SET_NULL",
    [CALX_ON_DELETE_SET_DEFAULT] = "CALX_ON_DELETE_SET_DEFAULT",
    [CALX_ON_DELETE_RESTRICT] = "CALX_ON_DELETE_RESTRICT",
};

static const char *const on_update_names[] = {
    [CALX_ON_UPDATE_NO_ACTION] = "CALX_ON_UPDATE_NO_ACTION",
    [CALX_ON_UPDATE_CASCADE] = "CALX_ON_UPDATE_CASCADE",
    [CALX_ON_UPDATE_SET_NULL] = "CALX_ON_UPDATE_SET_NULL",
    [CALX_ON_UPDATE_SET_DEFAULT] = "CALX_ON_UPDATE_SET_DEFAULT",
    [CALX_ON_UPDATE_RESTRICT] = "CALX_ON_UPDATE_RESTRICT",
};

void calx_view_set_positions(calx_view_maker *maker, json_t *object, const char *name,
                             const uint16_t *positions, size_t count)
{
    calx_buffer text = CALX_BUFFER_INIT;

    for (size_t i = 0; i < count; i++)
        calx_buffer_format(&text, "%s%u", i > 0 ? ", " : "", (unsigned)positions[i]);
    calx_view_set_buffer(maker, object, name, &text);
}

/* "first, second": the members positions stand for. */
static void set_members(calx_view_maker *maker, json_t *object, const calx_model_entity *entity,
                        const uint16_t *positions, size_t count)
{
    calx_buffer text = CALX_BUFFER_INIT;

    for (size_t i = 0; i < count; i++)
        calx_buffer_format(&text, "%s%s", i > 0 ? ", " : "", entity->columns[positions[i]].member);
    calx_view_set_buffer(maker, object, "members", &text);
}

static bool is_over(const uint16_t *left, size_t left_count, const uint16_t *right,
                    size_t right_count)
{
    return left_count == right_count && memcmp(left, right, left_count * sizeof(*left)) == 0;
}

/* Whether at most one row has the key: the database says so, or a one-to-one goes through it. */
static bool is_single(const calx_model_entity *entity, size_t position)
{
    const calx_model_foreign_key *key = &entity->foreign_keys[position];
    const calx_model_entity *target = key->target;
    bool single = is_over(key->columns, key->column_count, entity->key, entity->key_count) ||
                  (key->column_count == 1 && entity->columns[key->columns[0]].unique);

    for (size_t i = 0; i < entity->index_count; i++) {
        const calx_model_index *index = &entity->indexes[i];

        single = single || (index->unique && is_over(key->columns, key->column_count,
                                                     index->columns, index->column_count));
    }
    for (size_t i = 0; i < target->relationship_count; i++) {
        const calx_model_relationship *relationship = &target->relationships[i];

        single =
            single || (relationship->kind == CALX_RELATIONSHIP_ONE_TO_ONE &&
                       relationship->target == entity && relationship->foreign_key == position);
    }
    return single;
}

json_t *calx_view_foreign_keys(calx_view_maker *maker, const calx_model_entity *entity)
{
    json_t *keys = calx_view_array(maker);

    for (size_t i = 0; i < entity->foreign_key_count; i++) {
        const calx_model_foreign_key *key = &entity->foreign_keys[i];
        json_t *object = calx_view_object(maker);

        calx_view_set_number(maker, object, "position", i);
        calx_view_set_format(maker, object, "target_mapper", "%s_mapper", key->target->name);
        calx_view_set_text(maker, object, "target", key->target->name);
        calx_view_set_positions(maker, object, "columns", key->columns, key->column_count);
        set_members(maker, object, entity, key->columns, key->column_count);
        calx_view_set_positions(maker, object, "target_columns", key->target_columns,
                                key->column_count);
        calx_view_set_number(maker, object, "column_count", key->column_count);
        calx_view_set_format(maker, object, "cardinality", "%s--o%s", key->nullable ? "|o" : "||",
                             is_single(entity, i) ? "|" : "{");
        calx_view_set_text(maker, object, "on_delete", on_delete_names[key->on_delete]);
        calx_view_set_flag(maker, object, "has_on_update",
                           key->on_update != CALX_ON_UPDATE_NO_ACTION);
        calx_view_set_text(maker, object, "on_update", on_update_names[key->on_update]);
        calx_view_append(maker, keys, object);
    }
    return keys;
}

json_t *calx_view_indexes(calx_view_maker *maker, const calx_model_entity *entity)
{
    json_t *indexes = calx_view_array(maker);

    for (size_t i = 0; i < entity->index_count; i++) {
        const calx_model_index *index = &entity->indexes[i];
        json_t *object = calx_view_object(maker);

        calx_view_set_number(maker, object, "position", i);
        calx_view_set_literal(maker, object, "name_literal", index->name);
        calx_view_set_positions(maker, object, "columns", index->columns, index->column_count);
        calx_view_set_number(maker, object, "column_count", index->column_count);
        calx_view_set_text(maker, object, "unique", index->unique ? "true" : "false");
        calx_view_append(maker, indexes, object);
    }
    return indexes;
}

static const char *const kind_names[] = {
    [CALX_RELATIONSHIP_ONE] = "CALX_RELATIONSHIP_ONE",
    [CALX_RELATIONSHIP_MANY] = "CALX_RELATIONSHIP_MANY",
    [CALX_RELATIONSHIP_ONE_TO_ONE] = "CALX_RELATIONSHIP_ONE_TO_ONE",
    [CALX_RELATIONSHIP_MANY_TO_MANY] = "CALX_RELATIONSHIP_MANY_TO_MANY",
};

static bool is_collection(const calx_model_relationship *relationship)
{
    return relationship->kind == CALX_RELATIONSHIP_MANY ||
           relationship->kind == CALX_RELATIONSHIP_MANY_TO_MANY;
}

static void set_association(calx_view_maker *maker, json_t *object,
                            const calx_model_relationship *relationship)
{
    const calx_model_entity *association = relationship->association;

    calx_view_set_flag(maker, object, "has_association", association != NULL);
    if (association)
        calx_view_set_format(maker, object, "association_mapper", "%s_mapper", association->name);
    calx_view_set_number(maker, object, "target_key", relationship->target_key);
}

/* The names of the bits that are set, each bit by its number; "0" for none. */
static void set_bits(calx_view_maker *maker, json_t *object, const char *name, unsigned bits,
                     const char *const *names, size_t count)
{
    calx_buffer text = CALX_BUFFER_INIT;

    for (size_t i = 0; i < count; i++) {
        if (bits & (1u << i))
            calx_buffer_format(&text, "%s%s", text.size > 0 ? " | " : "", names[i]);
    }
    if (text.size == 0)
        calx_buffer_char(&text, '0');
    calx_view_set_buffer(maker, object, name, &text);
}

static void set_cascade(calx_view_maker *maker, json_t *object, unsigned cascade)
{
    static const char *const names[] = {
        "CALX_CASCADE_SAVE_UPDATE", "CALX_CASCADE_MERGE",  "CALX_CASCADE_REFRESH_EXPIRE",
        "CALX_CASCADE_EXPUNGE",     "CALX_CASCADE_DELETE", "CALX_CASCADE_DELETE_ORPHAN",
    };

    set_bits(maker, object, "cascade", cascade, names, sizeof(names) / sizeof(names[0]));
}

static void set_flags(calx_view_maker *maker, json_t *object, unsigned flags)
{
    static const char *const names[] = {
        "CALX_RELATIONSHIP_VIEW_ONLY",           "CALX_RELATIONSHIP_SINGLE_PARENT",
        "CALX_RELATIONSHIP_POST_UPDATE",         "CALX_RELATIONSHIP_PASSIVE_DELETES",
        "CALX_RELATIONSHIP_PASSIVE_DELETES_ALL", "CALX_RELATIONSHIP_ACTIVE_UPDATES",
        "CALX_RELATIONSHIP_INNER_JOIN",          "CALX_RELATIONSHIP_LOAD_ON_PENDING",
    };

    calx_view_set_flag(maker, object, "has_flags", flags != 0);
    set_bits(maker, object, "flags", flags, names, sizeof(names) / sizeof(names[0]));
    calx_view_set_flag(maker, object, "is_writable", !(flags & CALX_RELATIONSHIP_VIEW_ONLY));
}

static void set_loading(calx_view_maker *maker, json_t *object,
                        const calx_model_relationship *relationship)
{
    static const char *const names[] = {
        [CALX_LOADING_SELECT] = "CALX_LOADING_SELECT",
        [CALX_LOADING_JOINED] = "CALX_LOADING_JOINED",
        [CALX_LOADING_SELECTIN] = "CALX_LOADING_SELECTIN",
        [CALX_LOADING_SUBQUERY] = "CALX_LOADING_SUBQUERY",
        [CALX_LOADING_IMMEDIATE] = "CALX_LOADING_IMMEDIATE",
        [CALX_LOADING_RAISE] = "CALX_LOADING_RAISE",
        [CALX_LOADING_RAISE_ON_SQL] = "CALX_LOADING_RAISE_ON_SQL",
        [CALX_LOADING_NOLOAD] = "CALX_LOADING_NOLOAD",
    };

    calx_view_set_flag(maker, object, "has_loading", relationship->loading != CALX_LOADING_SELECT);
    calx_view_set_text(maker, object, "loading", names[relationship->loading]);
    calx_view_set_flag(maker, object, "has_join_depth", relationship->join_depth > 0);
    calx_view_set_number(maker, object, "join_depth", relationship->join_depth);
}

static void set_order(calx_view_maker *maker, json_t *object,
                      const calx_model_relationship *relationship)
{
    calx_buffer text = CALX_BUFFER_INIT;

    for (size_t i = 0; i < relationship->order_count; i++)
        calx_buffer_format(&text, "%s{ %u, %s }", i > 0 ? ", " : "",
                           (unsigned)relationship->order[i].column,
                           relationship->order[i].descending ? "true" : "false");
    calx_view_set_flag(maker, object, "has_order", relationship->order_count > 0);
    calx_view_set_number(maker, object, "order_count", relationship->order_count);
    calx_view_set_buffer(maker, object, "order", &text);
}

/* append and remove take an item called by its type, set one called by the member. */
static void set_parameters(calx_view_maker *maker, json_t *object, const calx_model_entity *entity,
                           const calx_model_relationship *relationship)
{
    char self_room[CALX_VIEW_NAME_ROOM], target_room[CALX_VIEW_NAME_ROOM];
    const char *self = calx_view_self(entity, self_room);
    const char *item = calx_view_self(relationship->target, target_room);

    if (!is_collection(relationship))
        calx_view_set_text(
            maker, object, "parameter",
            calx_view_parameter(entity, relationship->member, relationship->target->c_type));
    else
        calx_view_set_text(maker, object, "parameter", strcmp(item, self) == 0 ? "item" : item);
    calx_view_set_format(maker, object, "out_parameter", "out_%s", relationship->member);
}

static json_t *view_relationship(calx_view_maker *maker, const calx_model_entity *entity,
                                 const calx_model_relationship *relationship)
{
    const bool is_many = is_collection(relationship);
    json_t *object = calx_view_object(maker);

    calx_view_set_text(maker, object, "member", relationship->member);
    calx_view_set_literal(maker, object, "member_literal", relationship->member);
    calx_view_set_doc(maker, object, "doc", relationship->doc);
    calx_view_set_flag(maker, object, "is_one", !is_many);
    calx_view_set_flag(maker, object, "is_many", is_many);
    calx_view_set_text(maker, object, "kind", kind_names[relationship->kind]);
    calx_view_set_number(maker, object, "position", relationship->position);
    calx_view_set_number(maker, object, "foreign_key", relationship->foreign_key);
    if (relationship->inverse == CALX_NO_INVERSE)
        calx_view_set_text(maker, object, "inverse", "CALX_NO_INVERSE");
    else
        calx_view_set_number(maker, object, "inverse", relationship->inverse);
    calx_view_set_text(maker, object, "target", relationship->target->name);
    calx_view_set_format(maker, object, "target_mapper", "%s_mapper", relationship->target->name);
    calx_view_set_text(maker, object, "target_type", relationship->target->c_type);
    set_association(maker, object, relationship);
    set_flags(maker, object, relationship->flags);
    set_loading(maker, object, relationship);
    set_order(maker, object, relationship);
    set_cascade(maker, object, relationship->cascade);
    set_parameters(maker, object, entity, relationship);
    return object;
}

json_t *calx_view_relationships(calx_view_maker *maker, const calx_model_entity *entity)
{
    json_t *relationships = calx_view_array(maker);

    for (size_t i = 0; i < entity->relationship_count; i++)
        calx_view_append(maker, relationships,
                         view_relationship(maker, entity, &entity->relationships[i]));
    return relationships;
}
