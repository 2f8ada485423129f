/* Generated from models.h by calx-gen 0.1.0. Do not edit: change models.h and build again. */
#include "models.calx.h"

#include <calx/instance.h>
#include <calx/relationship.h>

#include <stddef.h>

_Static_assert(CALX_MAPPER_ABI == 3,
               "models.calx.c is for another version of Calx: run calx-gen again");

/* ---- struct user: table users ---- */

/* clang-format off */
_Static_assert(sizeof(((struct user *)0)->id) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct user *)0)->name) == sizeof(char *), "run calx-gen again");
_Static_assert(sizeof(((struct user *)0)->fullname) == sizeof(char *), "run calx-gen again");
_Static_assert(sizeof(((struct user *)0)->age.value) == 4, "run calx-gen again");
_Static_assert(sizeof(((struct user *)0)->role) == 4, "run calx-gen again");
_Static_assert(sizeof(((struct user *)0)->created) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct user *)0)->revision) == 4, "run calx-gen again");

static const calx_column user_columns[] = {
    { .name = "id", .member = "id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct user, id),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL | CALX_COLUMN_GENERATED },
    { .name = "name", .member = "name", .type = CALX_TYPE_TEXT, .size = sizeof(char *),
      .offset = offsetof(struct user, name), .flags = CALX_COLUMN_NOT_NULL | CALX_COLUMN_UNIQUE,
      .length = 30 },
    { .name = "fullname", .member = "fullname", .type = CALX_TYPE_TEXT, .size = sizeof(char *),
      .offset = offsetof(struct user, fullname), .flags = 0 },
    { .name = "age", .member = "age", .type = CALX_TYPE_INT32, .size = 4,
      .offset = offsetof(struct user, age.value), .flags = CALX_COLUMN_NULL_FLAG,
      .null_offset = offsetof(struct user, age.has_value), .check = "age >= 0" },
    { .name = "role", .member = "role", .type = CALX_TYPE_UINT32, .size = 4,
      .offset = offsetof(struct user, role),
      .flags = CALX_COLUMN_NOT_NULL | CALX_COLUMN_HAS_DEFAULT },
    { .name = "created", .member = "created", .type = CALX_TYPE_TIMESTAMP, .size = 8,
      .offset = offsetof(struct user, created), .flags = CALX_COLUMN_NOT_NULL,
      .server_default = "CURRENT_TIMESTAMP" },
    { .name = "revision", .member = "revision", .type = CALX_TYPE_INT32, .size = 4,
      .offset = offsetof(struct user, revision),
      .flags = CALX_COLUMN_NOT_NULL | CALX_COLUMN_VERSION },
};
static const uint16_t user_key[] = { 0 };
static const calx_relationship user_relationships[] = {
    { .member = "addresses", .kind = CALX_RELATIONSHIP_MANY, .target = &address_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE | CALX_CASCADE_REFRESH_EXPIRE |
                 CALX_CASCADE_EXPUNGE | CALX_CASCADE_DELETE | CALX_CASCADE_DELETE_ORPHAN,
      .offset = offsetof(struct user, addresses), .foreign_key = 0, .inverse = 0 },
};
static const struct user user_prototype = {
    .role = 0,
};

const calx_mapper user_mapper = {
    .abi = CALX_MAPPER_ABI, .name = "user", .table = "users",
    .instance_size = sizeof(struct user), .instance_alignment = _Alignof(struct user),
    .columns = user_columns, .column_count = 7,
    .key = user_key, .key_count = 1,
    .relationships = user_relationships, .relationship_count = 1,
    .prototype = &user_prototype,
};

const struct user_col user_col = {
    .id = { { &user_mapper, 0, 0 } }, .name = { { &user_mapper, 1, 0 } },
    .fullname = { { &user_mapper, 2, 0 } }, .age = { { &user_mapper, 3, 0 } },
    .role = { { &user_mapper, 4, 0 } }, .created = { { &user_mapper, 5, 0 } },
    .revision = { { &user_mapper, 6, 0 } },
};
const struct user_rel user_rel = {
    .addresses = { &user_mapper, 0 },
};
struct user_each { user_function function; void *context; };
/* clang-format on */

struct user *user_new(void)
{
    return calx_instance_new(&user_mapper);
}
void user_free(struct user *user)
{
    calx_instance_free(user);
}
struct user *user_copy(const struct user *user)
{
    return calx_instance_copy(user);
}
struct user *user_edit(const struct user *user)
{
    return calx_instance_edit(user);
}
void user_seal(const struct user *user)
{
    calx_instance_seal(user);
}
calx_status user_add(calx_session *session, struct user *user)
{
    return calx_session_add(session, user);
}
calx_status user_delete(calx_session *session, const struct user *user)
{
    return calx_session_delete(session, user);
}

static calx_status user_found(calx_status status, const void **found, const struct user **out_user)
{
    if (status == CALX_OK)
        *out_user = *found;
    return status;
}

calx_status user_get(calx_session *session, int64_t id, const struct user **out_user)
{
    const void *found = NULL, **place = out_user != NULL ? &found : NULL;
    const calx_status status = calx_session_get_int64(session, &user_mapper, id, place);
    return user_found(status, &found, out_user);
}

calx_status user_get_one(calx_session *session, int64_t id, const struct user **out_user)
{
    const calx_value key[] = { calx_value_int64(id) };
    const void *found = NULL, **place = out_user != NULL ? &found : NULL;
    const calx_status status = calx_session_get_one(session, &user_mapper, key, place);
    return user_found(status, &found, out_user);
}

calx_status user_merge(calx_session *session, const struct user *source,
                       const struct user **out_user)
{
    const void *found = NULL, **place = out_user != NULL ? &found : NULL;
    const calx_status status = calx_session_merge_as(session, &user_mapper, source, place);
    return user_found(status, &found, out_user);
}

calx_status user_bulk_insert(calx_session *session, const struct user *rows, size_t count)
{
    return calx_session_bulk_insert(session, &user_mapper, rows, count);
}
calx_status user_bulk_update(calx_session *session, const struct user *rows, size_t count)
{
    return calx_session_bulk_update(session, &user_mapper, rows, count);
}
calx_status user_bulk_delete(calx_session *session, const struct user *rows, size_t count)
{
    return calx_session_bulk_delete(session, &user_mapper, rows, count);
}
calx_status user_bulk_upsert(calx_session *session, const struct user *rows, size_t count,
                             const calx_bulk_options *options)
{
    return calx_session_bulk_upsert(session, &user_mapper, rows, count, options);
}

calx_status user_set_id(const struct user *user, int64_t id)
{
    return calx_instance_set_int64(user, &user_columns[0], id);
}
calx_status user_set_name(const struct user *user, const char *name)
{
    return calx_instance_set_text(user, &user_columns[1], name);
}
calx_status user_set_fullname(const struct user *user, const char *fullname)
{
    return calx_instance_set_text(user, &user_columns[2], fullname);
}
calx_status user_set_age(const struct user *user, calx_nullable_int32 age)
{
    return calx_instance_set_nullable(user, &user_columns[3], &age);
}
calx_status user_set_role(const struct user *user, enum role role)
{
    return calx_instance_set_uint64(user, &user_columns[4], role);
}
calx_status user_set_created(const struct user *user, calx_timestamp created)
{
    return calx_instance_set_timestamp(user, &user_columns[5], created);
}
calx_status user_set_revision(const struct user *user, int32_t revision)
{
    return calx_instance_set_int64(user, &user_columns[6], revision);
}

calx_status user_addresses(const struct user *user, const struct address *const **out_items,
                           size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status =
        calx_relationship_many(user, &user_relationships[0], place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct address *const *)items;
    return status;
}

calx_status user_addresses_count(const struct user *user, size_t *out_count)
{
    return calx_relationship_count(user, &user_relationships[0], out_count);
}
calx_status user_addresses_contains(const struct user *user, const struct address *address,
                                    bool *out_contains)
{
    return calx_relationship_contains(user, &user_relationships[0], address, out_contains);
}
calx_status user_addresses_append(const struct user *user, const struct address *address)
{
    return calx_relationship_append(user, &user_relationships[0], address);
}
calx_status user_addresses_insert(const struct user *user, size_t position,
                                  const struct address *address)
{
    return calx_relationship_insert(user, &user_relationships[0], position, address);
}
calx_status user_addresses_remove(const struct user *user, const struct address *address)
{
    return calx_relationship_remove(user, &user_relationships[0], address);
}
calx_status user_addresses_replace(const struct user *user, const struct address *const *items,
                                   size_t count)
{
    return calx_relationship_replace(user, &user_relationships[0], (const void *const *)items,
                                     count);
}
calx_status user_addresses_clear(const struct user *user)
{
    return calx_relationship_clear(user, &user_relationships[0]);
}

/* The typed face of calx_query. */
user_query *user_query_new(calx_session *session)
{
    return (user_query *)calx_query_new(session, &user_mapper);
}
void user_query_free(user_query *query)
{
    calx_query_free((calx_query *)query);
}
calx_query *user_query_plain(user_query *query)
{
    return (calx_query *)query;
}
calx_status user_query_where(user_query *query, calx_expression condition)
{
    return calx_query_where((calx_query *)query, condition);
}
calx_status user_query_where_filter(user_query *query, const calx_filter *filter)
{
    return calx_query_where_filter((calx_query *)query, filter);
}
calx_status user_query_order_by(user_query *query, calx_order order)
{
    return calx_query_order_by((calx_query *)query, order);
}
calx_status user_query_limit(user_query *query, int64_t limit)
{
    return calx_query_limit((calx_query *)query, limit);
}
calx_status user_query_offset(user_query *query, int64_t offset)
{
    return calx_query_offset((calx_query *)query, offset);
}
calx_status user_query_options(user_query *query, calx_option option)
{
    return calx_query_options((calx_query *)query, option);
}
calx_status user_query_options_along(user_query *query, const calx_option *parts, size_t count)
{
    return calx_query_options_along((calx_query *)query, parts, count);
}
calx_status user_query_yield_per(user_query *query, size_t rows)
{
    return calx_query_yield_per((calx_query *)query, rows);
}
calx_status user_query_populate_existing(user_query *query)
{
    return calx_query_populate_existing((calx_query *)query);
}
calx_status user_query_count(user_query *query, int64_t *out_count)
{
    return calx_query_count((calx_query *)query, out_count);
}
calx_status user_query_exists(user_query *query, bool *out_exists)
{
    return calx_query_exists((calx_query *)query, out_exists);
}
calx_status user_query_update(user_query *query, const calx_assignment *assignments, size_t count,
                              int64_t *out_count)
{
    return calx_query_update((calx_query *)query, assignments, count, out_count);
}
calx_status user_query_delete(user_query *query, int64_t *out_count)
{
    return calx_query_delete((calx_query *)query, out_count);
}
calx_status user_query_all(user_query *query, const struct user *const **out_items,
                           size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status = calx_query_all((calx_query *)query, place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct user *const *)items;
    return status;
}
calx_status user_query_first(user_query *query, const struct user **out_user)
{
    const void *found = NULL, **place = out_user != NULL ? &found : NULL;
    return user_found(calx_query_first((calx_query *)query, place), &found, out_user);
}
calx_status user_query_one(user_query *query, const struct user **out_user)
{
    const void *found = NULL, **place = out_user != NULL ? &found : NULL;
    return user_found(calx_query_one((calx_query *)query, place), &found, out_user);
}
calx_status user_query_one_or_none(user_query *query, const struct user **out_user)
{
    const void *found = NULL, **place = out_user != NULL ? &found : NULL;
    return user_found(calx_query_one_or_none((calx_query *)query, place), &found, out_user);
}
static calx_status user_each_call(void *context, const void *item)
{
    const struct user_each *each = context;
    return each->function(each->context, item);
}
calx_status user_query_each(user_query *query, user_function function, void *context)
{
    struct user_each each = { function, context };
    return calx_query_each((calx_query *)query, function != NULL ? user_each_call : NULL, &each);
}

/* ---- struct address: table addresses ---- */

/* clang-format off */
_Static_assert(sizeof(((struct address *)0)->id) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct address *)0)->email) == sizeof(char *), "run calx-gen again");
_Static_assert(sizeof(((struct address *)0)->user_id) == 8, "run calx-gen again");

static const calx_column address_columns[] = {
    { .name = "id", .member = "id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct address, id),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL | CALX_COLUMN_GENERATED },
    { .name = "email", .member = "email", .type = CALX_TYPE_TEXT, .size = sizeof(char *),
      .offset = offsetof(struct address, email), .flags = CALX_COLUMN_NOT_NULL },
    { .name = "user_id", .member = "user_id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct address, user_id), .flags = CALX_COLUMN_NOT_NULL },
};
static const uint16_t address_key[] = { 0 };
static const uint16_t address_foreign_key_0[] = { 2 };
static const uint16_t address_foreign_key_0_target[] = { 0 };
static const calx_foreign_key address_foreign_keys[] = {
    { .target = &user_mapper, .columns = address_foreign_key_0,
      .target_columns = address_foreign_key_0_target,
      .column_count = 1, .on_delete = CALX_ON_DELETE_CASCADE },
};
static const uint16_t address_index_0[] = { 1 };
static const calx_index address_indexes[] = {
    { .name = "by_email", .columns = address_index_0, .column_count = 1, .unique = false },
};
static const calx_relationship address_relationships[] = {
    { .member = "user", .kind = CALX_RELATIONSHIP_ONE, .target = &user_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE,
      .offset = offsetof(struct address, user), .foreign_key = 0, .inverse = 0 },
};

const calx_mapper address_mapper = {
    .abi = CALX_MAPPER_ABI, .name = "address", .table = "addresses",
    .instance_size = sizeof(struct address), .instance_alignment = _Alignof(struct address),
    .columns = address_columns, .column_count = 3,
    .key = address_key, .key_count = 1,
    .foreign_keys = address_foreign_keys, .foreign_key_count = 1,
    .indexes = address_indexes, .index_count = 1,
    .relationships = address_relationships, .relationship_count = 1,
};

const struct address_col address_col = {
    .id = { { &address_mapper, 0, 0 } }, .email = { { &address_mapper, 1, 0 } },
    .user_id = { { &address_mapper, 2, 0 } },
};
const struct address_rel address_rel = {
    .user = { &address_mapper, 0 },
};
struct address_each { address_function function; void *context; };
/* clang-format on */

struct address *address_new(void)
{
    return calx_instance_new(&address_mapper);
}
void address_free(struct address *address)
{
    calx_instance_free(address);
}
struct address *address_copy(const struct address *address)
{
    return calx_instance_copy(address);
}
struct address *address_edit(const struct address *address)
{
    return calx_instance_edit(address);
}
void address_seal(const struct address *address)
{
    calx_instance_seal(address);
}
calx_status address_add(calx_session *session, struct address *address)
{
    return calx_session_add(session, address);
}
calx_status address_delete(calx_session *session, const struct address *address)
{
    return calx_session_delete(session, address);
}

static calx_status address_found(calx_status status, const void **found,
                                 const struct address **out_address)
{
    if (status == CALX_OK)
        *out_address = *found;
    return status;
}

calx_status address_get(calx_session *session, int64_t id, const struct address **out_address)
{
    const void *found = NULL, **place = out_address != NULL ? &found : NULL;
    const calx_status status = calx_session_get_int64(session, &address_mapper, id, place);
    return address_found(status, &found, out_address);
}

calx_status address_get_one(calx_session *session, int64_t id, const struct address **out_address)
{
    const calx_value key[] = { calx_value_int64(id) };
    const void *found = NULL, **place = out_address != NULL ? &found : NULL;
    const calx_status status = calx_session_get_one(session, &address_mapper, key, place);
    return address_found(status, &found, out_address);
}

calx_status address_merge(calx_session *session, const struct address *source,
                          const struct address **out_address)
{
    const void *found = NULL, **place = out_address != NULL ? &found : NULL;
    const calx_status status = calx_session_merge_as(session, &address_mapper, source, place);
    return address_found(status, &found, out_address);
}

calx_status address_bulk_insert(calx_session *session, const struct address *rows, size_t count)
{
    return calx_session_bulk_insert(session, &address_mapper, rows, count);
}
calx_status address_bulk_update(calx_session *session, const struct address *rows, size_t count)
{
    return calx_session_bulk_update(session, &address_mapper, rows, count);
}
calx_status address_bulk_delete(calx_session *session, const struct address *rows, size_t count)
{
    return calx_session_bulk_delete(session, &address_mapper, rows, count);
}
calx_status address_bulk_upsert(calx_session *session, const struct address *rows, size_t count,
                                const calx_bulk_options *options)
{
    return calx_session_bulk_upsert(session, &address_mapper, rows, count, options);
}

calx_status address_set_id(const struct address *address, int64_t id)
{
    return calx_instance_set_int64(address, &address_columns[0], id);
}
calx_status address_set_email(const struct address *address, const char *email)
{
    return calx_instance_set_text(address, &address_columns[1], email);
}
calx_status address_set_user_id(const struct address *address, int64_t user_id)
{
    return calx_instance_set_int64(address, &address_columns[2], user_id);
}

calx_status address_user(const struct address *address, const struct user **out_user)
{
    const void *target = NULL, **place = out_user != NULL ? &target : NULL;
    const calx_status status = calx_relationship_one(address, &address_relationships[0], place);
    if (status == CALX_OK)
        *out_user = target;
    return status;
}

calx_status address_set_user(const struct address *address, const struct user *user)
{
    return calx_relationship_set(address, &address_relationships[0], user);
}
calx_status address_clear_user(const struct address *address)
{
    return calx_relationship_set(address, &address_relationships[0], NULL);
}

/* The typed face of calx_query. */
address_query *address_query_new(calx_session *session)
{
    return (address_query *)calx_query_new(session, &address_mapper);
}
void address_query_free(address_query *query)
{
    calx_query_free((calx_query *)query);
}
calx_query *address_query_plain(address_query *query)
{
    return (calx_query *)query;
}
calx_status address_query_where(address_query *query, calx_expression condition)
{
    return calx_query_where((calx_query *)query, condition);
}
calx_status address_query_where_filter(address_query *query, const calx_filter *filter)
{
    return calx_query_where_filter((calx_query *)query, filter);
}
calx_status address_query_order_by(address_query *query, calx_order order)
{
    return calx_query_order_by((calx_query *)query, order);
}
calx_status address_query_limit(address_query *query, int64_t limit)
{
    return calx_query_limit((calx_query *)query, limit);
}
calx_status address_query_offset(address_query *query, int64_t offset)
{
    return calx_query_offset((calx_query *)query, offset);
}
calx_status address_query_options(address_query *query, calx_option option)
{
    return calx_query_options((calx_query *)query, option);
}
calx_status address_query_options_along(address_query *query, const calx_option *parts,
                                        size_t count)
{
    return calx_query_options_along((calx_query *)query, parts, count);
}
calx_status address_query_yield_per(address_query *query, size_t rows)
{
    return calx_query_yield_per((calx_query *)query, rows);
}
calx_status address_query_populate_existing(address_query *query)
{
    return calx_query_populate_existing((calx_query *)query);
}
calx_status address_query_count(address_query *query, int64_t *out_count)
{
    return calx_query_count((calx_query *)query, out_count);
}
calx_status address_query_exists(address_query *query, bool *out_exists)
{
    return calx_query_exists((calx_query *)query, out_exists);
}
calx_status address_query_update(address_query *query, const calx_assignment *assignments,
                                 size_t count, int64_t *out_count)
{
    return calx_query_update((calx_query *)query, assignments, count, out_count);
}
calx_status address_query_delete(address_query *query, int64_t *out_count)
{
    return calx_query_delete((calx_query *)query, out_count);
}
calx_status address_query_all(address_query *query, const struct address *const **out_items,
                              size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status = calx_query_all((calx_query *)query, place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct address *const *)items;
    return status;
}
calx_status address_query_first(address_query *query, const struct address **out_address)
{
    const void *found = NULL, **place = out_address != NULL ? &found : NULL;
    return address_found(calx_query_first((calx_query *)query, place), &found, out_address);
}
calx_status address_query_one(address_query *query, const struct address **out_address)
{
    const void *found = NULL, **place = out_address != NULL ? &found : NULL;
    return address_found(calx_query_one((calx_query *)query, place), &found, out_address);
}
calx_status address_query_one_or_none(address_query *query, const struct address **out_address)
{
    const void *found = NULL, **place = out_address != NULL ? &found : NULL;
    return address_found(calx_query_one_or_none((calx_query *)query, place), &found, out_address);
}
static calx_status address_each_call(void *context, const void *item)
{
    const struct address_each *each = context;
    return each->function(each->context, item);
}
calx_status address_query_each(address_query *query, address_function function, void *context)
{
    struct address_each each = { function, context };
    return calx_query_each((calx_query *)query, function != NULL ? address_each_call : NULL, &each);
}

/* clang-format off */
static const calx_mapper *const models_mappers[] = {
    &user_mapper, &address_mapper,
};
const calx_metadata models_metadata = {
    .abi = CALX_MAPPER_ABI, .name = "models", .mappers = models_mappers, .mapper_count = 2,
};
/* clang-format on */
