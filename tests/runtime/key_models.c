/*
 * The tables of key_models.h.
 */
#include "key_models.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define IN_KEY       (CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL)

#define TEXT(struct_, member_, flags_)                                                             \
    {                                                                                              \
        .name = #member_, .member = #member_, .type = CALX_TYPE_TEXT, .flags = (flags_),           \
        .offset = offsetof(struct struct_, member_), .size = sizeof(const char *)                  \
    }

#define INTEGER(struct_, member_, flags_)                                                          \
    {                                                                                              \
        .name = #member_, .member = #member_, .type = CALX_TYPE_INT64, .flags = (flags_),          \
        .offset = offsetof(struct struct_, member_), .size = 8                                     \
    }

#define NULLABLE(struct_, member_)                                                                 \
    {                                                                                              \
        .name = #member_, .member = #member_, .type = CALX_TYPE_INT64,                             \
        .flags = CALX_COLUMN_NULL_FLAG, .offset = offsetof(struct struct_, member_.value),         \
        .size = 8, .null_offset = offsetof(struct struct_, member_.has_value)                      \
    }

/* Over foreign key 0 of one side. */
#define RELATED(struct_, member_, kind_, target_, inverse_, flags_)                                \
    {                                                                                              \
        .member = #member_, .kind = CALX_RELATIONSHIP_##kind_, .flags = (flags_),                  \
        .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE,                                  \
        .offset = offsetof(struct struct_, member_), .inverse = (inverse_),                        \
        .target = &target_##_mapper                                                                \
    }

#define KEY(target_, columns_, targets_, count_, on_update_)                                       \
    {                                                                                              \
        {                                                                                          \
            .target = &target_##_mapper, .columns = (columns_), .target_columns = (targets_),      \
            .column_count = (count_), .on_update = (on_update_)                                    \
        }                                                                                          \
    }

#define MAPPER(struct_, table_, keys_, key_columns_, relationships_)                               \
    {                                                                                              \
        .abi = CALX_MAPPER_ABI, .instance_size = sizeof(struct struct_),                           \
        .instance_alignment = _Alignof(struct struct_), .name = #struct_, .table = (table_),       \
        .columns = struct_##_columns, .key = upwards, .key_count = (key_columns_),                 \
        .foreign_keys = (keys_), .foreign_key_count = (keys_) != NULL,                             \
        .relationships = relationships_, .column_count = COUNT(struct_##_columns),                 \
        .relationship_count = COUNT(relationships_)                                                \
    }

enum { PASSIVE = 0, ACTIVE = CALX_RELATIONSHIP_ACTIVE_UPDATES };
#define CASCADES CALX_ON_UPDATE_CASCADE
#define STAYS    CALX_ON_UPDATE_NO_ACTION

static const uint16_t upwards[] = { 0, 1, 2, 3 };

/* ---- by the database ---- */

static const calx_column member_columns[] = { TEXT(member, name, IN_KEY), TEXT(member, city, 0) };
static const calx_relationship member_relationships[] = { RELATED(member, mails, MANY, mail,
                                                                  MAIL_MEMBER, PASSIVE) };
const calx_mapper member_mapper = MAPPER(member, "members", NULL, 1, member_relationships);

static const calx_column mail_columns[] = { TEXT(mail, address, IN_KEY), TEXT(mail, text, 0),
                                            TEXT(mail, member_name, 0) };
static const calx_foreign_key mail_keys[] = KEY(member, upwards + 2, upwards, 1, CASCADES);
static const calx_relationship mail_relationships[] = { RELATED(mail, member, ONE, member,
                                                                MEMBER_MAILS, PASSIVE) };
const calx_mapper mail_mapper = MAPPER(mail, "mails", mail_keys, 1, mail_relationships);

static const calx_column room_columns[] = { TEXT(room, building, IN_KEY),
                                            INTEGER(room, number, IN_KEY) };
static const calx_relationship room_relationships[] = { RELATED(room, desks, MANY, desk, DESK_ROOM,
                                                                PASSIVE) };
const calx_mapper room_mapper = MAPPER(room, "rooms", NULL, 2, room_relationships);

static const calx_column desk_columns[] = { TEXT(desk, building, IN_KEY),
                                            INTEGER(desk, number, IN_KEY),
                                            INTEGER(desk, place, IN_KEY) };
static const calx_foreign_key desk_keys[] = KEY(room, upwards, upwards, 2, CASCADES);
static const calx_relationship desk_relationships[] = {
    RELATED(desk, room, ONE, room, ROOM_DESKS, PASSIVE),
    RELATED(desk, lamps, MANY, lamp, LAMP_DESK, PASSIVE),
};
const calx_mapper desk_mapper = MAPPER(desk, "desks", desk_keys, 3, desk_relationships);

static const calx_column lamp_columns[] = { INTEGER(lamp, id, IN_KEY), TEXT(lamp, building, 0),
                                            NULLABLE(lamp, number), NULLABLE(lamp, place) };
static const calx_foreign_key lamp_keys[] = KEY(desk, upwards + 1, upwards, 3, CASCADES);
static const calx_relationship lamp_relationships[] = { RELATED(lamp, desk, ONE, desk, DESK_LAMPS,
                                                                PASSIVE) };
const calx_mapper lamp_mapper = MAPPER(lamp, "lamps", lamp_keys, 1, lamp_relationships);

static const calx_column country_columns[] = {
    INTEGER(country, id, IN_KEY), TEXT(country, code, CALX_COLUMN_NOT_NULL | CALX_COLUMN_UNIQUE)
};
static const calx_relationship country_relationships[] = { RELATED(country, towns, MANY, town,
                                                                   TOWN_COUNTRY, PASSIVE) };
const calx_mapper country_mapper = MAPPER(country, "countries", NULL, 1, country_relationships);

static const calx_column town_columns[] = { INTEGER(town, id, IN_KEY),
                                            TEXT(town, country_code, 0) };
static const calx_foreign_key town_keys[] = KEY(country, upwards + 1, upwards + 1, 1, CASCADES);
static const calx_relationship town_relationships[] = { RELATED(town, country, ONE, country,
                                                                COUNTRY_TOWNS, PASSIVE) };
const calx_mapper town_mapper = MAPPER(town, "towns", town_keys, 1, town_relationships);

/* ---- by UPDATEs ---- */

static const calx_column worker_columns[] = { TEXT(worker, name, IN_KEY), TEXT(worker, city, 0) };
static const calx_relationship worker_relationships[] = { RELATED(worker, tasks, MANY, task,
                                                                  TASK_WORKER, ACTIVE) };
const calx_mapper worker_mapper = MAPPER(worker, "workers", NULL, 1, worker_relationships);

static const calx_column task_columns[] = { INTEGER(task, id, IN_KEY), TEXT(task, worker_name, 0) };
static const calx_foreign_key task_keys[] = KEY(worker, upwards + 1, upwards, 1, STAYS);
static const calx_relationship task_relationships[] = { RELATED(task, worker, ONE, worker,
                                                                WORKER_TASKS, PASSIVE) };
const calx_mapper task_mapper = MAPPER(task, "tasks", task_keys, 1, task_relationships);

static const calx_column drama_columns[] = { INTEGER(drama, id, IN_KEY) };
static const calx_relationship drama_relationships[] = { RELATED(drama, stages, MANY, stage,
                                                                 STAGE_DRAMA, ACTIVE) };
const calx_mapper drama_mapper = MAPPER(drama, "dramas", NULL, 1, drama_relationships);

static const calx_column stage_columns[] = { INTEGER(stage, drama_id, IN_KEY),
                                             INTEGER(stage, number, IN_KEY) };
static const calx_foreign_key stage_keys[] = KEY(drama, upwards, upwards, 1, STAYS);
static const calx_relationship stage_relationships[] = {
    RELATED(stage, drama, ONE, drama, DRAMA_STAGES, PASSIVE),
    RELATED(stage, scenes, MANY, scene, SCENE_STAGE, PASSIVE),
};
const calx_mapper stage_mapper = MAPPER(stage, "stages", stage_keys, 2, stage_relationships);

static const calx_column scene_columns[] = { INTEGER(scene, id, IN_KEY),
                                             INTEGER(scene, drama_id, CALX_COLUMN_NOT_NULL),
                                             INTEGER(scene, number, CALX_COLUMN_NOT_NULL) };
static const calx_foreign_key scene_keys[] = KEY(stage, upwards + 1, upwards, 2, STAYS);
static const calx_relationship scene_relationships[] = { RELATED(scene, stage, ONE, stage,
                                                                 STAGE_SCENES, ACTIVE) };
const calx_mapper scene_mapper = MAPPER(scene, "scenes", scene_keys, 1, scene_relationships);

static const calx_column folder_columns[] = { TEXT(folder, path, IN_KEY),
                                              TEXT(folder, parent_path, 0) };
static const calx_foreign_key folder_keys[] = KEY(folder, upwards + 1, upwards, 1, STAYS);
static const calx_relationship folder_relationships[] = {
    RELATED(folder, parent, ONE, folder, FOLDER_FOLDERS, PASSIVE),
    RELATED(folder, folders, MANY, folder, FOLDER_PARENT, ACTIVE),
};
const calx_mapper folder_mapper = MAPPER(folder, "folders", folder_keys, 1, folder_relationships);

static const calx_mapper *const key_mappers[] = {
    &member_mapper, &mail_mapper,    &worker_mapper, &task_mapper,  &room_mapper,
    &desk_mapper,   &lamp_mapper,    &drama_mapper,  &stage_mapper, &scene_mapper,
    &town_mapper,   &country_mapper, &folder_mapper,
};

const calx_metadata key_metadata = {
    .abi = CALX_MAPPER_ABI,
    .name = "keys",
    .mappers = key_mappers,
    .mapper_count = COUNT(key_mappers),
};
