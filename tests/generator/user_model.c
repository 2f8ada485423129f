/* The model of a user and their addresses, with one column of each form the view treats apart. */
#include "user_model.h"

static const calx_model_entity entities[2];

static const calx_model_column user_columns[] = {
    { .member = "id",
      .name = "id",
      .c_type = "int64_t",
      .type = CALX_TYPE_INT64,
      .shape = CALX_SHAPE_PLAIN,
      .value_path = "id",
      .size = 8,
      .key = true,
      .not_null = true,
      .generated = true },
    { .member = "name",
      .name = "name",
      .doc = "As they sign in.",
      .c_type = "const char *",
      .type = CALX_TYPE_TEXT,
      .shape = CALX_SHAPE_PLAIN,
      .value_path = "name",
      .size = 8,
      .length = 30,
      .not_null = true,
      .unique = true,
      .position = 1 },
    { .member = "age",
      .name = "age",
      .c_type = "calx_nullable_int32",
      .type = CALX_TYPE_INT32,
      .shape = CALX_SHAPE_NULLABLE,
      .value_path = "age.value",
      .null_path = "age.has_value",
      .size = 4,
      .nullable = true,
      .default_text = "18",
      .default_literal = "18",
      .check = "age >= 0",
      .position = 2 },
    { .member = "role",
      .name = "role",
      .c_type = "enum role",
      .type = CALX_TYPE_UINT32,
      .shape = CALX_SHAPE_ENUMERATION,
      .value_path = "role",
      .size = 4,
      .not_null = true,
      .is_enum = true,
      .default_text = "0",
      .default_literal = "0",
      .position = 3 },
    { .member = "created",
      .name = "created",
      .c_type = "calx_timestamp",
      .type = CALX_TYPE_TIMESTAMP,
      .shape = CALX_SHAPE_PLAIN,
      .value_path = "created",
      .size = 8,
      .not_null = true,
      .server_default = "CURRENT_TIMESTAMP",
      .position = 4 },
};

static const calx_model_column address_columns[] = {
    { .member = "id",
      .name = "id",
      .c_type = "int64_t",
      .type = CALX_TYPE_INT64,
      .shape = CALX_SHAPE_PLAIN,
      .value_path = "id",
      .size = 8,
      .key = true,
      .not_null = true,
      .generated = true },
    { .member = "email",
      .name = "e\"mail",
      .c_type = "const char *",
      .type = CALX_TYPE_TEXT,
      .shape = CALX_SHAPE_PLAIN,
      .value_path = "email",
      .size = 8,
      .not_null = true,
      .position = 1 },
    { .member = "user_id",
      .name = "user_id",
      .c_type = "int64_t",
      .type = CALX_TYPE_INT64,
      .shape = CALX_SHAPE_PLAIN,
      .value_path = "user_id",
      .size = 8,
      .not_null = true,
      .position = 2 },
};

static const uint16_t first[] = { 0 };
static const uint16_t second[] = { 1 };
static const uint16_t third[] = { 2 };

static const calx_model_foreign_key address_foreign_keys[] = {
    { .target = &entities[0],
      .columns = third,
      .target_columns = first,
      .column_count = 1,
      .on_delete = CALX_ON_DELETE_CASCADE },
};

static const calx_model_index address_indexes[] = {
    { .name = "by_email", .columns = second, .column_count = 1 },
};

static const calx_model_relationship user_relationships[] = {
    { .member = "addresses",
      .kind = CALX_RELATIONSHIP_MANY,
      .target = &entities[1],
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE | CALX_CASCADE_REFRESH_EXPIRE |
                 CALX_CASCADE_EXPUNGE | CALX_CASCADE_DELETE | CALX_CASCADE_DELETE_ORPHAN },
};

static const calx_model_relationship address_relationships[] = {
    { .member = "user",
      .kind = CALX_RELATIONSHIP_ONE,
      .target = &entities[0],
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE },
};

static const calx_model_entity entities[2] = {
    { .tag = "user",
      .c_type = "struct user",
      .name = "user",
      .table = "users",
      .doc = "Someone who can log in.",
      .header = "models.h",
      .metadata = "models",
      .columns = user_columns,
      .column_count = 5,
      .key = first,
      .key_count = 1,
      .relationships = user_relationships,
      .relationship_count = 1 },
    { .tag = "address",
      .c_type = "struct address",
      .name = "address",
      .table = "addresses",
      .header = "models.h",
      .metadata = "models",
      .columns = address_columns,
      .column_count = 3,
      .key = first,
      .key_count = 1,
      .foreign_keys = address_foreign_keys,
      .foreign_key_count = 1,
      .indexes = address_indexes,
      .index_count = 1,
      .relationships = address_relationships,
      .relationship_count = 1 },
};

static const char *const headers[] = { "include/models.h" };

const calx_model calx_test_user_model = {
    .name = "models",
    .prefix = "",
    .headers = headers,
    .header_count = 1,
    .entities = entities,
    .entity_count = 2,
};
