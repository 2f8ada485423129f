/*
 * The tables of sample_model.h.
 */
#include "support/sample_model.h"

static const struct user user_prototype = { .role = ROLE_MEMBER };

static const calx_column user_columns[] = {
    { .name = "id",
      .member = "id",
      .type = CALX_TYPE_INT64,
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL | CALX_COLUMN_GENERATED,
      .offset = offsetof(struct user, id),
      .size = 8 },
    { .name = "name",
      .member = "name",
      .type = CALX_TYPE_TEXT,
      .flags = CALX_COLUMN_NOT_NULL | CALX_COLUMN_UNIQUE,
      .offset = offsetof(struct user, name),
      .size = sizeof(const char *),
      .length = 30 },
    { .name = "fullname",
      .member = "fullname",
      .type = CALX_TYPE_TEXT,
      .offset = offsetof(struct user, fullname),
      .size = sizeof(const char *) },
    { .name = "age",
      .member = "age",
      .type = CALX_TYPE_INT32,
      .flags = CALX_COLUMN_NULL_FLAG,
      .offset = offsetof(struct user, age.value),
      .size = 4,
      .null_offset = offsetof(struct user, age.has_value),
      .check = "age >= 0" },
    { .name = "role",
      .member = "role",
      .type = CALX_TYPE_INT32,
      .flags = CALX_COLUMN_NOT_NULL | CALX_COLUMN_HAS_DEFAULT,
      .offset = offsetof(struct user, role),
      .size = sizeof(enum role) },
    { .name = "created",
      .member = "created",
      .type = CALX_TYPE_TIMESTAMP,
      .flags = CALX_COLUMN_NOT_NULL,
      .offset = offsetof(struct user, created),
      .size = 8,
      .server_default = "CURRENT_TIMESTAMP" },
    { .name = "revision",
      .member = "revision",
      .type = CALX_TYPE_INT32,
      .flags = CALX_COLUMN_NOT_NULL | CALX_COLUMN_VERSION,
      .offset = offsetof(struct user, revision),
      .size = 4 },
};

static const uint16_t user_key[] = { USER_ID };

static const calx_relationship user_relationships[] = {
    { .member = "addresses",
      .kind = CALX_RELATIONSHIP_MANY,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE | CALX_CASCADE_REFRESH_EXPIRE |
                 CALX_CASCADE_EXPUNGE | CALX_CASCADE_DELETE | CALX_CASCADE_DELETE_ORPHAN,
      .offset = offsetof(struct user, addresses),
      .foreign_key = 0,
      .inverse = 0,
      .target = &address_mapper },
};

const calx_mapper user_mapper = {
    .abi = CALX_MAPPER_ABI,
    .instance_size = sizeof(struct user),
    .instance_alignment = _Alignof(struct user),
    .name = "user",
    .table = "users",
    .columns = user_columns,
    .key = user_key,
    .relationships = user_relationships,
    .prototype = &user_prototype,
    .column_count = sizeof user_columns / sizeof user_columns[0],
    .key_count = 1,
    .relationship_count = 1,
};

const struct user_col user_col = {
    .id = { { &user_mapper, USER_ID, 0 } },
    .name = { { &user_mapper, USER_NAME, 0 } },
    .fullname = { { &user_mapper, USER_FULLNAME, 0 } },
    .age = { { &user_mapper, USER_AGE, 0 } },
    .role = { { &user_mapper, USER_ROLE, 0 } },
    .created = { { &user_mapper, USER_CREATED, 0 } },
    .revision = { { &user_mapper, USER_REVISION, 0 } },
};

static const calx_column address_columns[] = {
    { .name = "id",
      .member = "id",
      .type = CALX_TYPE_INT64,
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL | CALX_COLUMN_GENERATED,
      .offset = offsetof(struct address, id),
      .size = 8 },
    { .name = "email",
      .member = "email",
      .type = CALX_TYPE_TEXT,
      .flags = CALX_COLUMN_NOT_NULL,
      .offset = offsetof(struct address, email),
      .size = sizeof(const char *) },
    { .name = "user_id",
      .member = "user_id",
      .type = CALX_TYPE_INT64,
      .flags = CALX_COLUMN_NOT_NULL,
      .offset = offsetof(struct address, user_id),
      .size = 8 },
};

static const uint16_t address_key[] = { ADDRESS_ID };
static const uint16_t address_user_columns[] = { ADDRESS_USER_ID };
static const uint16_t address_user_targets[] = { USER_ID };
static const uint16_t address_by_email_columns[] = { ADDRESS_EMAIL };

static const calx_foreign_key address_foreign_keys[] = {
    { .target = &user_mapper,
      .columns = address_user_columns,
      .target_columns = address_user_targets,
      .column_count = 1,
      .on_delete = CALX_ON_DELETE_CASCADE },
};

static const calx_index address_indexes[] = {
    { .name = "by_email", .columns = address_by_email_columns, .column_count = 1 },
};

static const calx_relationship address_relationships[] = {
    { .member = "user",
      .kind = CALX_RELATIONSHIP_ONE,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE,
      .offset = offsetof(struct address, user),
      .foreign_key = 0,
      .inverse = 0,
      .target = &user_mapper },
};

const calx_mapper address_mapper = {
    .abi = CALX_MAPPER_ABI,
    .instance_size = sizeof(struct address),
    .instance_alignment = _Alignof(struct address),
    .name = "address",
    .table = "addresses",
    .columns = address_columns,
    .key = address_key,
    .foreign_keys = address_foreign_keys,
    .indexes = address_indexes,
    .relationships = address_relationships,
    .column_count = sizeof address_columns / sizeof address_columns[0],
    .key_count = 1,
    .foreign_key_count = 1,
    .index_count = 1,
    .relationship_count = 1,
};

const struct address_col address_col = {
    .id = { { &address_mapper, ADDRESS_ID, 0 } },
    .email = { { &address_mapper, ADDRESS_EMAIL, 0 } },
    .user_id = { { &address_mapper, ADDRESS_USER_ID, 0 } },
};

static const calx_column membership_columns[] = {
    { .name = "group_name",
      .member = "group_name",
      .type = CALX_TYPE_CHAR_ARRAY,
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_MUTABLE,
      .offset = offsetof(struct membership, group_name),
      .size = 12 },
    { .name = "user_id",
      .member = "user_id",
      .type = CALX_TYPE_INT64,
      .flags = CALX_COLUMN_KEY,
      .offset = offsetof(struct membership, user_id),
      .size = 8 },
    { .name = "rank",
      .member = "rank",
      .type = CALX_TYPE_INT16,
      .flags = CALX_COLUMN_NOT_NULL,
      .offset = offsetof(struct membership, rank),
      .size = 2,
      .server_default = "1 + 1" },
};

static const uint16_t membership_key[] = { MEMBERSHIP_USER_ID, MEMBERSHIP_GROUP_NAME };
static const uint16_t membership_user_columns[] = { MEMBERSHIP_USER_ID };
static const uint16_t membership_one_rank_columns[] = { MEMBERSHIP_GROUP_NAME, MEMBERSHIP_RANK };

static const calx_foreign_key membership_foreign_keys[] = {
    { .target = &user_mapper,
      .columns = membership_user_columns,
      .target_columns = address_user_targets,
      .column_count = 1 },
};

static const calx_index membership_indexes[] = {
    { .name = "one_rank",
      .columns = membership_one_rank_columns,
      .column_count = 2,
      .unique = true },
};

const calx_mapper membership_mapper = {
    .abi = CALX_MAPPER_ABI,
    .instance_size = sizeof(struct membership),
    .instance_alignment = _Alignof(struct membership),
    .name = "membership",
    .table = "memberships",
    .columns = membership_columns,
    .key = membership_key,
    .foreign_keys = membership_foreign_keys,
    .indexes = membership_indexes,
    .column_count = sizeof membership_columns / sizeof membership_columns[0],
    .key_count = 2,
    .foreign_key_count = 1,
    .index_count = 1,
};

const struct membership_col membership_col = {
    .group_name = { { &membership_mapper, MEMBERSHIP_GROUP_NAME, 0 } },
    .user_id = { { &membership_mapper, MEMBERSHIP_USER_ID, 0 } },
    .rank = { { &membership_mapper, MEMBERSHIP_RANK, 0 } },
};

/* What all plain scalars of struct everything have in common. */
#define SCALAR(column_name, column_type, member_name)                                              \
    {                                                                                              \
        .name = column_name, .member = #member_name, .type = column_type,                          \
        .flags = CALX_COLUMN_NOT_NULL, .offset = offsetof(struct everything, member_name),         \
        .size = sizeof(((struct everything *)0)->member_name)                                      \
    }

static const calx_column everything_columns[] = {
    { .name = "select",
      .member = "key",
      .type = CALX_TYPE_UINT32,
      .flags = CALX_COLUMN_KEY,
      .offset = offsetof(struct everything, key),
      .size = 4 },
    SCALAR("flag", CALX_TYPE_BOOL, flag),
    SCALAR("i8", CALX_TYPE_INT8, i8),
    SCALAR("i16", CALX_TYPE_INT16, i16),
    SCALAR("i32", CALX_TYPE_INT32, i32),
    SCALAR("i64", CALX_TYPE_INT64, i64),
    SCALAR("u8", CALX_TYPE_UINT8, u8),
    SCALAR("u16", CALX_TYPE_UINT16, u16),
    SCALAR("u32", CALX_TYPE_UINT32, u32),
    SCALAR("u64", CALX_TYPE_UINT64, u64),
    SCALAR("real32", CALX_TYPE_FLOAT, real32),
    SCALAR("real64", CALX_TYPE_DOUBLE, real64),
    { .name = "text",
      .member = "text",
      .type = CALX_TYPE_TEXT,
      .offset = offsetof(struct everything, text),
      .size = sizeof(const char *),
      .length = 4 },
    SCALAR("array", CALX_TYPE_CHAR_ARRAY, array),
    { .name = "bytes",
      .member = "bytes",
      .type = CALX_TYPE_BYTES,
      .offset = offsetof(struct everything, bytes),
      .size = sizeof(calx_bytes) },
    SCALAR("moment", CALX_TYPE_TIMESTAMP, moment),
    { .name = "maybe",
      .member = "maybe",
      .type = CALX_TYPE_DOUBLE,
      .flags = CALX_COLUMN_NULL_FLAG,
      .offset = offsetof(struct everything, maybe.value),
      .size = sizeof(double),
      .null_offset = offsetof(struct everything, maybe.has_value) },
    { .name = "perhaps",
      .member = "perhaps",
      .type = CALX_TYPE_BOOL,
      .flags = CALX_COLUMN_NULL_FLAG,
      .offset = offsetof(struct everything, perhaps.value),
      .size = sizeof(bool),
      .null_offset = offsetof(struct everything, perhaps.has_value) },
};

static const uint16_t everything_key[] = { EVERYTHING_KEY };

const calx_mapper everything_mapper = {
    .abi = CALX_MAPPER_ABI,
    .instance_size = sizeof(struct everything),
    .instance_alignment = _Alignof(struct everything),
    .name = "everything",
    .table = "order",
    .columns = everything_columns,
    .key = everything_key,
    .column_count = sizeof everything_columns / sizeof everything_columns[0],
    .key_count = 1,
};

const struct everything_col everything_col = {
    .key = { { &everything_mapper, EVERYTHING_KEY, 0 } },
    .flag = { { &everything_mapper, EVERYTHING_FLAG, 0 } },
    .i8 = { { &everything_mapper, EVERYTHING_I8, 0 } },
    .i16 = { { &everything_mapper, EVERYTHING_I16, 0 } },
    .i32 = { { &everything_mapper, EVERYTHING_I32, 0 } },
    .i64 = { { &everything_mapper, EVERYTHING_I64, 0 } },
    .u8 = { { &everything_mapper, EVERYTHING_U8, 0 } },
    .u64 = { { &everything_mapper, EVERYTHING_U64, 0 } },
    .real32 = { { &everything_mapper, EVERYTHING_REAL32, 0 } },
    .real64 = { { &everything_mapper, EVERYTHING_REAL64, 0 } },
    .text = { { &everything_mapper, EVERYTHING_TEXT, 0 } },
    .array = { { &everything_mapper, EVERYTHING_ARRAY, 0 } },
    .bytes = { { &everything_mapper, EVERYTHING_BYTES, 0 } },
    .moment = { { &everything_mapper, EVERYTHING_MOMENT, 0 } },
    .maybe = { { &everything_mapper, EVERYTHING_MAYBE, 0 } },
    .perhaps = { { &everything_mapper, EVERYTHING_PERHAPS, 0 } },
};

static const calx_mapper *const sample_mappers[] = {
    &membership_mapper,
    &address_mapper,
    &user_mapper,
    &everything_mapper,
};

const calx_metadata sample_metadata = {
    .abi = CALX_MAPPER_ABI,
    .name = "sample",
    .mappers = sample_mappers,
    .mapper_count = sizeof sample_mappers / sizeof sample_mappers[0],
};
