/* Generated from graph.h by calx-gen 0.1.0. Do not edit: change graph.h and build again. */
#include "graph.calx.h"

#include <calx/instance.h>
#include <calx/relationship.h>

#include <stddef.h>

_Static_assert(CALX_MAPPER_ABI == 3,
               "graph.calx.c is for another version of Calx: run calx-gen again");

/* ---- association table post_tags ---- */

struct post_tags_association {
    int64_t post_id;
    const char *tag_name;
};

/* clang-format off */
static const calx_column post_tags_association_columns[] = {
    { .name = "post_id", .member = "post_id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct post_tags_association, post_id),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL },
    { .name = "tag_name", .member = "tag_name", .type = CALX_TYPE_TEXT, .size = sizeof(char *),
      .offset = offsetof(struct post_tags_association, tag_name),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL },
};
static const uint16_t post_tags_association_key[] = { 0, 1 };
static const uint16_t post_tags_association_foreign_key_0[] = { 0 };
static const uint16_t post_tags_association_foreign_key_0_target[] = { 0 };
static const uint16_t post_tags_association_foreign_key_1[] = { 1 };
static const uint16_t post_tags_association_foreign_key_1_target[] = { 0 };
static const calx_foreign_key post_tags_association_foreign_keys[] = {
    { .target = &post_mapper, .columns = post_tags_association_foreign_key_0,
      .target_columns = post_tags_association_foreign_key_0_target,
      .column_count = 1 },
    { .target = &tag_mapper, .columns = post_tags_association_foreign_key_1,
      .target_columns = post_tags_association_foreign_key_1_target,
      .column_count = 1 },
};
static const calx_index post_tags_association_indexes[] = {
    { .name = "post_tags_by_tag_name", .columns = post_tags_association_foreign_key_1,
      .column_count = 1, .unique = false },
};

static const calx_mapper post_tags_association_mapper = {
    .abi = CALX_MAPPER_ABI, .flags = CALX_MAPPER_ASSOCIATION,
    .name = "post_tags_association", .table = "post_tags",
    .instance_size = sizeof(struct post_tags_association),
    .instance_alignment = _Alignof(struct post_tags_association),
    .columns = post_tags_association_columns, .column_count = 2,
    .key = post_tags_association_key, .key_count = 2,
    .foreign_keys = post_tags_association_foreign_keys, .foreign_key_count = 2,
    .indexes = post_tags_association_indexes, .index_count = 1,
};
/* clang-format on */

/* ---- association table post_places ---- */

struct post_places_association {
    int64_t post;
    const char *country;
    const char *town;
};

/* clang-format off */
static const calx_column post_places_association_columns[] = {
    { .name = "post", .member = "post", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct post_places_association, post),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL },
    { .name = "country", .member = "country", .type = CALX_TYPE_TEXT, .size = sizeof(char *),
      .offset = offsetof(struct post_places_association, country),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL, .length = 2 },
    { .name = "town", .member = "town", .type = CALX_TYPE_TEXT, .size = sizeof(char *),
      .offset = offsetof(struct post_places_association, town),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL },
};
static const uint16_t post_places_association_key[] = { 0, 1, 2 };
static const uint16_t post_places_association_foreign_key_0[] = { 0 };
static const uint16_t post_places_association_foreign_key_0_target[] = { 0 };
static const uint16_t post_places_association_foreign_key_1[] = { 1, 2 };
static const uint16_t post_places_association_foreign_key_1_target[] = { 0, 1 };
static const calx_foreign_key post_places_association_foreign_keys[] = {
    { .target = &post_mapper, .columns = post_places_association_foreign_key_0,
      .target_columns = post_places_association_foreign_key_0_target,
      .column_count = 1 },
    { .target = &place_mapper, .columns = post_places_association_foreign_key_1,
      .target_columns = post_places_association_foreign_key_1_target,
      .column_count = 2 },
};
static const calx_index post_places_association_indexes[] = {
    { .name = "post_places_by_country", .columns = post_places_association_foreign_key_1,
      .column_count = 2, .unique = false },
};

static const calx_mapper post_places_association_mapper = {
    .abi = CALX_MAPPER_ABI, .flags = CALX_MAPPER_ASSOCIATION,
    .name = "post_places_association", .table = "post_places",
    .instance_size = sizeof(struct post_places_association),
    .instance_alignment = _Alignof(struct post_places_association),
    .columns = post_places_association_columns, .column_count = 3,
    .key = post_places_association_key, .key_count = 3,
    .foreign_keys = post_places_association_foreign_keys, .foreign_key_count = 2,
    .indexes = post_places_association_indexes, .index_count = 1,
};
/* clang-format on */

/* ---- association table follows ---- */

struct member_following_association {
    int64_t follower_id;
    int64_t followed_id;
};

/* clang-format off */
static const calx_column member_following_association_columns[] = {
    { .name = "follower_id", .member = "follower_id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct member_following_association, follower_id),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL },
    { .name = "followed_id", .member = "followed_id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct member_following_association, followed_id),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL },
};
static const uint16_t member_following_association_key[] = { 0, 1 };
static const uint16_t member_following_association_foreign_key_0[] = { 0 };
static const uint16_t member_following_association_foreign_key_0_target[] = { 0 };
static const uint16_t member_following_association_foreign_key_1[] = { 1 };
static const uint16_t member_following_association_foreign_key_1_target[] = { 0 };
static const calx_foreign_key member_following_association_foreign_keys[] = {
    { .target = &member_mapper, .columns = member_following_association_foreign_key_0,
      .target_columns = member_following_association_foreign_key_0_target,
      .column_count = 1 },
    { .target = &member_mapper, .columns = member_following_association_foreign_key_1,
      .target_columns = member_following_association_foreign_key_1_target,
      .column_count = 1 },
};
static const calx_index member_following_association_indexes[] = {
    { .name = "follows_by_followed_id", .columns = member_following_association_foreign_key_1,
      .column_count = 1, .unique = false },
};

static const calx_mapper member_following_association_mapper = {
    .abi = CALX_MAPPER_ABI, .flags = CALX_MAPPER_ASSOCIATION,
    .name = "member_following_association", .table = "follows",
    .instance_size = sizeof(struct member_following_association),
    .instance_alignment = _Alignof(struct member_following_association),
    .columns = member_following_association_columns, .column_count = 2,
    .key = member_following_association_key, .key_count = 2,
    .foreign_keys = member_following_association_foreign_keys, .foreign_key_count = 2,
    .indexes = member_following_association_indexes, .index_count = 1,
};
/* clang-format on */

/* ---- struct author: table authors ---- */

/* clang-format off */
_Static_assert(sizeof(((struct author *)0)->id) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct author *)0)->name) == sizeof(char *), "run calx-gen again");
_Static_assert(sizeof(((struct author *)0)->newest_id.value) == 8, "run calx-gen again");

static const calx_column author_columns[] = {
    { .name = "id", .member = "id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct author, id),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL | CALX_COLUMN_GENERATED },
    { .name = "name", .member = "name", .type = CALX_TYPE_TEXT, .size = sizeof(char *),
      .offset = offsetof(struct author, name), .flags = CALX_COLUMN_NOT_NULL },
    { .name = "newest_id", .member = "newest_id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct author, newest_id.value), .flags = CALX_COLUMN_NULL_FLAG,
      .null_offset = offsetof(struct author, newest_id.has_value) },
};
static const uint16_t author_key[] = { 0 };
static const uint16_t author_foreign_key_0[] = { 2 };
static const uint16_t author_foreign_key_0_target[] = { 0 };
static const calx_foreign_key author_foreign_keys[] = {
    { .target = &post_mapper, .columns = author_foreign_key_0,
      .target_columns = author_foreign_key_0_target,
      .column_count = 1, .on_delete = CALX_ON_DELETE_SET_NULL,
      .on_update = CALX_ON_UPDATE_CASCADE },
};
static const calx_relationship_order author_order_1[] = { { 2, false }, { 0, true } };
static const calx_relationship author_relationships[] = {
    { .member = "profile", .kind = CALX_RELATIONSHIP_ONE_TO_ONE, .target = &profile_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE | CALX_CASCADE_REFRESH_EXPIRE |
                 CALX_CASCADE_EXPUNGE | CALX_CASCADE_DELETE | CALX_CASCADE_DELETE_ORPHAN,
      .offset = offsetof(struct author, profile), .foreign_key = 0, .inverse = 0 },
    { .member = "posts", .kind = CALX_RELATIONSHIP_MANY, .target = &post_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE | CALX_CASCADE_REFRESH_EXPIRE |
                 CALX_CASCADE_EXPUNGE | CALX_CASCADE_DELETE | CALX_CASCADE_DELETE_ORPHAN,
      .flags = CALX_RELATIONSHIP_PASSIVE_DELETES,
      .loading = CALX_LOADING_SELECTIN,
      .order = author_order_1, .order_count = 2,
      .offset = offsetof(struct author, posts), .foreign_key = 0, .inverse = 0 },
    { .member = "drafts", .kind = CALX_RELATIONSHIP_MANY, .target = &post_mapper,
      .cascade = CALX_CASCADE_MERGE,
      .flags = CALX_RELATIONSHIP_VIEW_ONLY,
      .loading = CALX_LOADING_RAISE,
      .offset = offsetof(struct author, drafts), .foreign_key = 0, .inverse = CALX_NO_INVERSE },
    { .member = "newest", .kind = CALX_RELATIONSHIP_ONE, .target = &post_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE,
      .flags = CALX_RELATIONSHIP_POST_UPDATE,
      .offset = offsetof(struct author, newest), .foreign_key = 0, .inverse = CALX_NO_INVERSE },
};

const calx_mapper author_mapper = {
    .abi = CALX_MAPPER_ABI, .name = "author", .table = "authors",
    .instance_size = sizeof(struct author), .instance_alignment = _Alignof(struct author),
    .columns = author_columns, .column_count = 3,
    .key = author_key, .key_count = 1,
    .foreign_keys = author_foreign_keys, .foreign_key_count = 1,
    .relationships = author_relationships, .relationship_count = 4,
};

const struct author_col author_col = {
    .id = { { &author_mapper, 0, 0 } }, .name = { { &author_mapper, 1, 0 } },
    .newest_id = { { &author_mapper, 2, 0 } },
};
const struct author_rel author_rel = {
    .profile = { &author_mapper, 0 }, .posts = { &author_mapper, 1 },
    .drafts = { &author_mapper, 2 }, .newest = { &author_mapper, 3 },
};
struct author_each { author_function function; void *context; };
/* clang-format on */

struct author *author_new(void)
{
    return calx_instance_new(&author_mapper);
}
void author_free(struct author *author)
{
    calx_instance_free(author);
}
struct author *author_copy(const struct author *author)
{
    return calx_instance_copy(author);
}
struct author *author_edit(const struct author *author)
{
    return calx_instance_edit(author);
}
void author_seal(const struct author *author)
{
    calx_instance_seal(author);
}
calx_status author_add(calx_session *session, struct author *author)
{
    return calx_session_add(session, author);
}
calx_status author_delete(calx_session *session, const struct author *author)
{
    return calx_session_delete(session, author);
}

static calx_status author_found(calx_status status, const void **found,
                                const struct author **out_author)
{
    if (status == CALX_OK)
        *out_author = *found;
    return status;
}

calx_status author_get(calx_session *session, int64_t id, const struct author **out_author)
{
    const void *found = NULL, **place = out_author != NULL ? &found : NULL;
    const calx_status status = calx_session_get_int64(session, &author_mapper, id, place);
    return author_found(status, &found, out_author);
}

calx_status author_get_one(calx_session *session, int64_t id, const struct author **out_author)
{
    const calx_value key[] = { calx_value_int64(id) };
    const void *found = NULL, **place = out_author != NULL ? &found : NULL;
    const calx_status status = calx_session_get_one(session, &author_mapper, key, place);
    return author_found(status, &found, out_author);
}

calx_status author_merge(calx_session *session, const struct author *source,
                         const struct author **out_author)
{
    const void *found = NULL, **place = out_author != NULL ? &found : NULL;
    const calx_status status = calx_session_merge_as(session, &author_mapper, source, place);
    return author_found(status, &found, out_author);
}

calx_status author_bulk_insert(calx_session *session, const struct author *rows, size_t count)
{
    return calx_session_bulk_insert(session, &author_mapper, rows, count);
}
calx_status author_bulk_update(calx_session *session, const struct author *rows, size_t count)
{
    return calx_session_bulk_update(session, &author_mapper, rows, count);
}
calx_status author_bulk_delete(calx_session *session, const struct author *rows, size_t count)
{
    return calx_session_bulk_delete(session, &author_mapper, rows, count);
}
calx_status author_bulk_upsert(calx_session *session, const struct author *rows, size_t count,
                               const calx_bulk_options *options)
{
    return calx_session_bulk_upsert(session, &author_mapper, rows, count, options);
}

calx_status author_set_id(const struct author *author, int64_t id)
{
    return calx_instance_set_int64(author, &author_columns[0], id);
}
calx_status author_set_name(const struct author *author, const char *name)
{
    return calx_instance_set_text(author, &author_columns[1], name);
}
calx_status author_set_newest_id(const struct author *author, calx_nullable_int64 newest_id)
{
    return calx_instance_set_nullable(author, &author_columns[2], &newest_id);
}

calx_status author_profile(const struct author *author, const struct profile **out_profile)
{
    const void *target = NULL, **place = out_profile != NULL ? &target : NULL;
    const calx_status status = calx_relationship_one(author, &author_relationships[0], place);
    if (status == CALX_OK)
        *out_profile = target;
    return status;
}

calx_status author_set_profile(const struct author *author, const struct profile *profile)
{
    return calx_relationship_set(author, &author_relationships[0], profile);
}
calx_status author_clear_profile(const struct author *author)
{
    return calx_relationship_set(author, &author_relationships[0], NULL);
}

calx_status author_posts(const struct author *author, const struct post *const **out_items,
                         size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status =
        calx_relationship_many(author, &author_relationships[1], place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct post *const *)items;
    return status;
}

calx_status author_posts_count(const struct author *author, size_t *out_count)
{
    return calx_relationship_count(author, &author_relationships[1], out_count);
}
calx_status author_posts_contains(const struct author *author, const struct post *post,
                                  bool *out_contains)
{
    return calx_relationship_contains(author, &author_relationships[1], post, out_contains);
}
calx_status author_posts_append(const struct author *author, const struct post *post)
{
    return calx_relationship_append(author, &author_relationships[1], post);
}
calx_status author_posts_insert(const struct author *author, size_t position,
                                const struct post *post)
{
    return calx_relationship_insert(author, &author_relationships[1], position, post);
}
calx_status author_posts_remove(const struct author *author, const struct post *post)
{
    return calx_relationship_remove(author, &author_relationships[1], post);
}
calx_status author_posts_replace(const struct author *author, const struct post *const *items,
                                 size_t count)
{
    return calx_relationship_replace(author, &author_relationships[1], (const void *const *)items,
                                     count);
}
calx_status author_posts_clear(const struct author *author)
{
    return calx_relationship_clear(author, &author_relationships[1]);
}

calx_status author_drafts(const struct author *author, const struct post *const **out_items,
                          size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status =
        calx_relationship_many(author, &author_relationships[2], place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct post *const *)items;
    return status;
}

calx_status author_drafts_count(const struct author *author, size_t *out_count)
{
    return calx_relationship_count(author, &author_relationships[2], out_count);
}
calx_status author_drafts_contains(const struct author *author, const struct post *post,
                                   bool *out_contains)
{
    return calx_relationship_contains(author, &author_relationships[2], post, out_contains);
}

calx_status author_newest(const struct author *author, const struct post **out_newest)
{
    const void *target = NULL, **place = out_newest != NULL ? &target : NULL;
    const calx_status status = calx_relationship_one(author, &author_relationships[3], place);
    if (status == CALX_OK)
        *out_newest = target;
    return status;
}

calx_status author_set_newest(const struct author *author, const struct post *newest)
{
    return calx_relationship_set(author, &author_relationships[3], newest);
}
calx_status author_clear_newest(const struct author *author)
{
    return calx_relationship_set(author, &author_relationships[3], NULL);
}

/* The typed face of calx_query. */
author_query *author_query_new(calx_session *session)
{
    return (author_query *)calx_query_new(session, &author_mapper);
}
void author_query_free(author_query *query)
{
    calx_query_free((calx_query *)query);
}
calx_query *author_query_plain(author_query *query)
{
    return (calx_query *)query;
}
calx_status author_query_where(author_query *query, calx_expression condition)
{
    return calx_query_where((calx_query *)query, condition);
}
calx_status author_query_where_filter(author_query *query, const calx_filter *filter)
{
    return calx_query_where_filter((calx_query *)query, filter);
}
calx_status author_query_order_by(author_query *query, calx_order order)
{
    return calx_query_order_by((calx_query *)query, order);
}
calx_status author_query_limit(author_query *query, int64_t limit)
{
    return calx_query_limit((calx_query *)query, limit);
}
calx_status author_query_offset(author_query *query, int64_t offset)
{
    return calx_query_offset((calx_query *)query, offset);
}
calx_status author_query_options(author_query *query, calx_option option)
{
    return calx_query_options((calx_query *)query, option);
}
calx_status author_query_options_along(author_query *query, const calx_option *parts, size_t count)
{
    return calx_query_options_along((calx_query *)query, parts, count);
}
calx_status author_query_yield_per(author_query *query, size_t rows)
{
    return calx_query_yield_per((calx_query *)query, rows);
}
calx_status author_query_populate_existing(author_query *query)
{
    return calx_query_populate_existing((calx_query *)query);
}
calx_status author_query_count(author_query *query, int64_t *out_count)
{
    return calx_query_count((calx_query *)query, out_count);
}
calx_status author_query_exists(author_query *query, bool *out_exists)
{
    return calx_query_exists((calx_query *)query, out_exists);
}
calx_status author_query_update(author_query *query, const calx_assignment *assignments,
                                size_t count, int64_t *out_count)
{
    return calx_query_update((calx_query *)query, assignments, count, out_count);
}
calx_status author_query_delete(author_query *query, int64_t *out_count)
{
    return calx_query_delete((calx_query *)query, out_count);
}
calx_status author_query_all(author_query *query, const struct author *const **out_items,
                             size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status = calx_query_all((calx_query *)query, place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct author *const *)items;
    return status;
}
calx_status author_query_first(author_query *query, const struct author **out_author)
{
    const void *found = NULL, **place = out_author != NULL ? &found : NULL;
    return author_found(calx_query_first((calx_query *)query, place), &found, out_author);
}
calx_status author_query_one(author_query *query, const struct author **out_author)
{
    const void *found = NULL, **place = out_author != NULL ? &found : NULL;
    return author_found(calx_query_one((calx_query *)query, place), &found, out_author);
}
calx_status author_query_one_or_none(author_query *query, const struct author **out_author)
{
    const void *found = NULL, **place = out_author != NULL ? &found : NULL;
    return author_found(calx_query_one_or_none((calx_query *)query, place), &found, out_author);
}
static calx_status author_each_call(void *context, const void *item)
{
    const struct author_each *each = context;
    return each->function(each->context, item);
}
calx_status author_query_each(author_query *query, author_function function, void *context)
{
    struct author_each each = { function, context };
    return calx_query_each((calx_query *)query, function != NULL ? author_each_call : NULL, &each);
}

/* ---- struct profile: table profiles ---- */

/* clang-format off */
_Static_assert(sizeof(((struct profile *)0)->id) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct profile *)0)->text) == sizeof(char *), "run calx-gen again");
_Static_assert(sizeof(((struct profile *)0)->author_id) == 8, "run calx-gen again");

static const calx_column profile_columns[] = {
    { .name = "id", .member = "id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct profile, id),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL | CALX_COLUMN_GENERATED },
    { .name = "text", .member = "text", .type = CALX_TYPE_TEXT, .size = sizeof(char *),
      .offset = offsetof(struct profile, text), .flags = 0 },
    { .name = "author_id", .member = "author_id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct profile, author_id),
      .flags = CALX_COLUMN_NOT_NULL | CALX_COLUMN_UNIQUE },
};
static const uint16_t profile_key[] = { 0 };
static const uint16_t profile_foreign_key_0[] = { 2 };
static const uint16_t profile_foreign_key_0_target[] = { 0 };
static const calx_foreign_key profile_foreign_keys[] = {
    { .target = &author_mapper, .columns = profile_foreign_key_0,
      .target_columns = profile_foreign_key_0_target,
      .column_count = 1, .on_delete = CALX_ON_DELETE_NO_ACTION },
};
static const calx_relationship profile_relationships[] = {
    { .member = "author", .kind = CALX_RELATIONSHIP_ONE, .target = &author_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE,
      .offset = offsetof(struct profile, author), .foreign_key = 0, .inverse = 0 },
};

const calx_mapper profile_mapper = {
    .abi = CALX_MAPPER_ABI, .name = "profile", .table = "profiles",
    .instance_size = sizeof(struct profile), .instance_alignment = _Alignof(struct profile),
    .columns = profile_columns, .column_count = 3,
    .key = profile_key, .key_count = 1,
    .foreign_keys = profile_foreign_keys, .foreign_key_count = 1,
    .relationships = profile_relationships, .relationship_count = 1,
};

const struct profile_col profile_col = {
    .id = { { &profile_mapper, 0, 0 } }, .text = { { &profile_mapper, 1, 0 } },
    .author_id = { { &profile_mapper, 2, 0 } },
};
const struct profile_rel profile_rel = {
    .author = { &profile_mapper, 0 },
};
struct profile_each { profile_function function; void *context; };
/* clang-format on */

struct profile *profile_new(void)
{
    return calx_instance_new(&profile_mapper);
}
void profile_free(struct profile *profile)
{
    calx_instance_free(profile);
}
struct profile *profile_copy(const struct profile *profile)
{
    return calx_instance_copy(profile);
}
struct profile *profile_edit(const struct profile *profile)
{
    return calx_instance_edit(profile);
}
void profile_seal(const struct profile *profile)
{
    calx_instance_seal(profile);
}
calx_status profile_add(calx_session *session, struct profile *profile)
{
    return calx_session_add(session, profile);
}
calx_status profile_delete(calx_session *session, const struct profile *profile)
{
    return calx_session_delete(session, profile);
}

static calx_status profile_found(calx_status status, const void **found,
                                 const struct profile **out_profile)
{
    if (status == CALX_OK)
        *out_profile = *found;
    return status;
}

calx_status profile_get(calx_session *session, int64_t id, const struct profile **out_profile)
{
    const void *found = NULL, **place = out_profile != NULL ? &found : NULL;
    const calx_status status = calx_session_get_int64(session, &profile_mapper, id, place);
    return profile_found(status, &found, out_profile);
}

calx_status profile_get_one(calx_session *session, int64_t id, const struct profile **out_profile)
{
    const calx_value key[] = { calx_value_int64(id) };
    const void *found = NULL, **place = out_profile != NULL ? &found : NULL;
    const calx_status status = calx_session_get_one(session, &profile_mapper, key, place);
    return profile_found(status, &found, out_profile);
}

calx_status profile_merge(calx_session *session, const struct profile *source,
                          const struct profile **out_profile)
{
    const void *found = NULL, **place = out_profile != NULL ? &found : NULL;
    const calx_status status = calx_session_merge_as(session, &profile_mapper, source, place);
    return profile_found(status, &found, out_profile);
}

calx_status profile_bulk_insert(calx_session *session, const struct profile *rows, size_t count)
{
    return calx_session_bulk_insert(session, &profile_mapper, rows, count);
}
calx_status profile_bulk_update(calx_session *session, const struct profile *rows, size_t count)
{
    return calx_session_bulk_update(session, &profile_mapper, rows, count);
}
calx_status profile_bulk_delete(calx_session *session, const struct profile *rows, size_t count)
{
    return calx_session_bulk_delete(session, &profile_mapper, rows, count);
}
calx_status profile_bulk_upsert(calx_session *session, const struct profile *rows, size_t count,
                                const calx_bulk_options *options)
{
    return calx_session_bulk_upsert(session, &profile_mapper, rows, count, options);
}

calx_status profile_set_id(const struct profile *profile, int64_t id)
{
    return calx_instance_set_int64(profile, &profile_columns[0], id);
}
calx_status profile_set_text(const struct profile *profile, const char *text)
{
    return calx_instance_set_text(profile, &profile_columns[1], text);
}
calx_status profile_set_author_id(const struct profile *profile, int64_t author_id)
{
    return calx_instance_set_int64(profile, &profile_columns[2], author_id);
}

calx_status profile_author(const struct profile *profile, const struct author **out_author)
{
    const void *target = NULL, **place = out_author != NULL ? &target : NULL;
    const calx_status status = calx_relationship_one(profile, &profile_relationships[0], place);
    if (status == CALX_OK)
        *out_author = target;
    return status;
}

calx_status profile_set_author(const struct profile *profile, const struct author *author)
{
    return calx_relationship_set(profile, &profile_relationships[0], author);
}
calx_status profile_clear_author(const struct profile *profile)
{
    return calx_relationship_set(profile, &profile_relationships[0], NULL);
}

/* The typed face of calx_query. */
profile_query *profile_query_new(calx_session *session)
{
    return (profile_query *)calx_query_new(session, &profile_mapper);
}
void profile_query_free(profile_query *query)
{
    calx_query_free((calx_query *)query);
}
calx_query *profile_query_plain(profile_query *query)
{
    return (calx_query *)query;
}
calx_status profile_query_where(profile_query *query, calx_expression condition)
{
    return calx_query_where((calx_query *)query, condition);
}
calx_status profile_query_where_filter(profile_query *query, const calx_filter *filter)
{
    return calx_query_where_filter((calx_query *)query, filter);
}
calx_status profile_query_order_by(profile_query *query, calx_order order)
{
    return calx_query_order_by((calx_query *)query, order);
}
calx_status profile_query_limit(profile_query *query, int64_t limit)
{
    return calx_query_limit((calx_query *)query, limit);
}
calx_status profile_query_offset(profile_query *query, int64_t offset)
{
    return calx_query_offset((calx_query *)query, offset);
}
calx_status profile_query_options(profile_query *query, calx_option option)
{
    return calx_query_options((calx_query *)query, option);
}
calx_status profile_query_options_along(profile_query *query, const calx_option *parts,
                                        size_t count)
{
    return calx_query_options_along((calx_query *)query, parts, count);
}
calx_status profile_query_yield_per(profile_query *query, size_t rows)
{
    return calx_query_yield_per((calx_query *)query, rows);
}
calx_status profile_query_populate_existing(profile_query *query)
{
    return calx_query_populate_existing((calx_query *)query);
}
calx_status profile_query_count(profile_query *query, int64_t *out_count)
{
    return calx_query_count((calx_query *)query, out_count);
}
calx_status profile_query_exists(profile_query *query, bool *out_exists)
{
    return calx_query_exists((calx_query *)query, out_exists);
}
calx_status profile_query_update(profile_query *query, const calx_assignment *assignments,
                                 size_t count, int64_t *out_count)
{
    return calx_query_update((calx_query *)query, assignments, count, out_count);
}
calx_status profile_query_delete(profile_query *query, int64_t *out_count)
{
    return calx_query_delete((calx_query *)query, out_count);
}
calx_status profile_query_all(profile_query *query, const struct profile *const **out_items,
                              size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status = calx_query_all((calx_query *)query, place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct profile *const *)items;
    return status;
}
calx_status profile_query_first(profile_query *query, const struct profile **out_profile)
{
    const void *found = NULL, **place = out_profile != NULL ? &found : NULL;
    return profile_found(calx_query_first((calx_query *)query, place), &found, out_profile);
}
calx_status profile_query_one(profile_query *query, const struct profile **out_profile)
{
    const void *found = NULL, **place = out_profile != NULL ? &found : NULL;
    return profile_found(calx_query_one((calx_query *)query, place), &found, out_profile);
}
calx_status profile_query_one_or_none(profile_query *query, const struct profile **out_profile)
{
    const void *found = NULL, **place = out_profile != NULL ? &found : NULL;
    return profile_found(calx_query_one_or_none((calx_query *)query, place), &found, out_profile);
}
static calx_status profile_each_call(void *context, const void *item)
{
    const struct profile_each *each = context;
    return each->function(each->context, item);
}
calx_status profile_query_each(profile_query *query, profile_function function, void *context)
{
    struct profile_each each = { function, context };
    return calx_query_each((calx_query *)query, function != NULL ? profile_each_call : NULL, &each);
}

/* ---- struct post: table posts ---- */

/* clang-format off */
_Static_assert(sizeof(((struct post *)0)->id) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct post *)0)->author_id) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct post *)0)->position) == 4, "run calx-gen again");
_Static_assert(sizeof(((struct post *)0)->body) == sizeof(char *), "run calx-gen again");

static const calx_column post_columns[] = {
    { .name = "id", .member = "id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct post, id),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL | CALX_COLUMN_GENERATED },
    { .name = "author_id", .member = "author_id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct post, author_id), .flags = CALX_COLUMN_NOT_NULL },
    { .name = "position", .member = "position", .type = CALX_TYPE_INT32, .size = 4,
      .offset = offsetof(struct post, position), .flags = CALX_COLUMN_NOT_NULL },
    { .name = "body", .member = "body", .type = CALX_TYPE_TEXT, .size = sizeof(char *),
      .offset = offsetof(struct post, body), .flags = CALX_COLUMN_DEFERRED },
};
static const uint16_t post_key[] = { 0 };
static const uint16_t post_foreign_key_0[] = { 1 };
static const uint16_t post_foreign_key_0_target[] = { 0 };
static const calx_foreign_key post_foreign_keys[] = {
    { .target = &author_mapper, .columns = post_foreign_key_0,
      .target_columns = post_foreign_key_0_target,
      .column_count = 1, .on_delete = CALX_ON_DELETE_CASCADE },
};
static const calx_relationship post_relationships[] = {
    { .member = "author", .kind = CALX_RELATIONSHIP_ONE, .target = &author_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE,
      .flags = CALX_RELATIONSHIP_INNER_JOIN,
      .loading = CALX_LOADING_JOINED,
      .join_depth = 2,
      .offset = offsetof(struct post, author), .foreign_key = 0, .inverse = 1 },
    { .member = "tags", .kind = CALX_RELATIONSHIP_MANY_TO_MANY, .target = &tag_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE,
      .offset = offsetof(struct post, tags), .foreign_key = 0, .inverse = 0,
      .association = &post_tags_association_mapper, .target_key = 1 },
    { .member = "places", .kind = CALX_RELATIONSHIP_MANY_TO_MANY, .target = &place_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE | CALX_CASCADE_REFRESH_EXPIRE |
                 CALX_CASCADE_EXPUNGE | CALX_CASCADE_DELETE | CALX_CASCADE_DELETE_ORPHAN,
      .flags = CALX_RELATIONSHIP_SINGLE_PARENT | CALX_RELATIONSHIP_ACTIVE_UPDATES,
      .offset = offsetof(struct post, places), .foreign_key = 0, .inverse = CALX_NO_INVERSE,
      .association = &post_places_association_mapper, .target_key = 1 },
    { .member = "readers", .kind = CALX_RELATIONSHIP_MANY_TO_MANY, .target = &member_mapper,
      .cascade = CALX_CASCADE_MERGE,
      .flags = CALX_RELATIONSHIP_VIEW_ONLY,
      .offset = offsetof(struct post, readers), .foreign_key = 0, .inverse = CALX_NO_INVERSE,
      .association = &reading_mapper, .target_key = 1 },
};

const calx_mapper post_mapper = {
    .abi = CALX_MAPPER_ABI, .name = "post", .table = "posts",
    .flags = CALX_MAPPER_LEGACY_IS_ORPHAN,
    .instance_size = sizeof(struct post), .instance_alignment = _Alignof(struct post),
    .columns = post_columns, .column_count = 4,
    .key = post_key, .key_count = 1,
    .foreign_keys = post_foreign_keys, .foreign_key_count = 1,
    .relationships = post_relationships, .relationship_count = 4,
};

const struct post_col post_col = {
    .id = { { &post_mapper, 0, 0 } }, .author_id = { { &post_mapper, 1, 0 } },
    .position = { { &post_mapper, 2, 0 } }, .body = { { &post_mapper, 3, 0 } },
};
const struct post_rel post_rel = {
    .author = { &post_mapper, 0 }, .tags = { &post_mapper, 1 }, .places = { &post_mapper, 2 },
    .readers = { &post_mapper, 3 },
};
struct post_each { post_function function; void *context; };
/* clang-format on */

struct post *post_new(void)
{
    return calx_instance_new(&post_mapper);
}
void post_free(struct post *post)
{
    calx_instance_free(post);
}
struct post *post_copy(const struct post *post)
{
    return calx_instance_copy(post);
}
struct post *post_edit(const struct post *post)
{
    return calx_instance_edit(post);
}
void post_seal(const struct post *post)
{
    calx_instance_seal(post);
}
calx_status post_add(calx_session *session, struct post *post)
{
    return calx_session_add(session, post);
}
calx_status post_delete(calx_session *session, const struct post *post)
{
    return calx_session_delete(session, post);
}

static calx_status post_found(calx_status status, const void **found, const struct post **out_post)
{
    if (status == CALX_OK)
        *out_post = *found;
    return status;
}

calx_status post_get(calx_session *session, int64_t id, const struct post **out_post)
{
    const void *found = NULL, **place = out_post != NULL ? &found : NULL;
    const calx_status status = calx_session_get_int64(session, &post_mapper, id, place);
    return post_found(status, &found, out_post);
}

calx_status post_get_one(calx_session *session, int64_t id, const struct post **out_post)
{
    const calx_value key[] = { calx_value_int64(id) };
    const void *found = NULL, **place = out_post != NULL ? &found : NULL;
    const calx_status status = calx_session_get_one(session, &post_mapper, key, place);
    return post_found(status, &found, out_post);
}

calx_status post_merge(calx_session *session, const struct post *source,
                       const struct post **out_post)
{
    const void *found = NULL, **place = out_post != NULL ? &found : NULL;
    const calx_status status = calx_session_merge_as(session, &post_mapper, source, place);
    return post_found(status, &found, out_post);
}

calx_status post_bulk_insert(calx_session *session, const struct post *rows, size_t count)
{
    return calx_session_bulk_insert(session, &post_mapper, rows, count);
}
calx_status post_bulk_update(calx_session *session, const struct post *rows, size_t count)
{
    return calx_session_bulk_update(session, &post_mapper, rows, count);
}
calx_status post_bulk_delete(calx_session *session, const struct post *rows, size_t count)
{
    return calx_session_bulk_delete(session, &post_mapper, rows, count);
}
calx_status post_bulk_upsert(calx_session *session, const struct post *rows, size_t count,
                             const calx_bulk_options *options)
{
    return calx_session_bulk_upsert(session, &post_mapper, rows, count, options);
}

calx_status post_set_id(const struct post *post, int64_t id)
{
    return calx_instance_set_int64(post, &post_columns[0], id);
}
calx_status post_set_author_id(const struct post *post, int64_t author_id)
{
    return calx_instance_set_int64(post, &post_columns[1], author_id);
}
calx_status post_set_position(const struct post *post, int32_t position)
{
    return calx_instance_set_int64(post, &post_columns[2], position);
}
calx_status post_set_body(const struct post *post, const char *body)
{
    return calx_instance_set_text(post, &post_columns[3], body);
}

calx_status post_author(const struct post *post, const struct author **out_author)
{
    const void *target = NULL, **place = out_author != NULL ? &target : NULL;
    const calx_status status = calx_relationship_one(post, &post_relationships[0], place);
    if (status == CALX_OK)
        *out_author = target;
    return status;
}

calx_status post_set_author(const struct post *post, const struct author *author)
{
    return calx_relationship_set(post, &post_relationships[0], author);
}
calx_status post_clear_author(const struct post *post)
{
    return calx_relationship_set(post, &post_relationships[0], NULL);
}

calx_status post_tags(const struct post *post, const struct tag *const **out_items,
                      size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status =
        calx_relationship_many(post, &post_relationships[1], place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct tag *const *)items;
    return status;
}

calx_status post_tags_count(const struct post *post, size_t *out_count)
{
    return calx_relationship_count(post, &post_relationships[1], out_count);
}
calx_status post_tags_contains(const struct post *post, const struct tag *tag, bool *out_contains)
{
    return calx_relationship_contains(post, &post_relationships[1], tag, out_contains);
}
calx_status post_tags_append(const struct post *post, const struct tag *tag)
{
    return calx_relationship_append(post, &post_relationships[1], tag);
}
calx_status post_tags_insert(const struct post *post, size_t position, const struct tag *tag)
{
    return calx_relationship_insert(post, &post_relationships[1], position, tag);
}
calx_status post_tags_remove(const struct post *post, const struct tag *tag)
{
    return calx_relationship_remove(post, &post_relationships[1], tag);
}
calx_status post_tags_replace(const struct post *post, const struct tag *const *items, size_t count)
{
    return calx_relationship_replace(post, &post_relationships[1], (const void *const *)items,
                                     count);
}
calx_status post_tags_clear(const struct post *post)
{
    return calx_relationship_clear(post, &post_relationships[1]);
}

calx_status post_places(const struct post *post, const struct place *const **out_items,
                        size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status =
        calx_relationship_many(post, &post_relationships[2], place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct place *const *)items;
    return status;
}

calx_status post_places_count(const struct post *post, size_t *out_count)
{
    return calx_relationship_count(post, &post_relationships[2], out_count);
}
calx_status post_places_contains(const struct post *post, const struct place *place,
                                 bool *out_contains)
{
    return calx_relationship_contains(post, &post_relationships[2], place, out_contains);
}
calx_status post_places_append(const struct post *post, const struct place *place)
{
    return calx_relationship_append(post, &post_relationships[2], place);
}
calx_status post_places_insert(const struct post *post, size_t position, const struct place *place)
{
    return calx_relationship_insert(post, &post_relationships[2], position, place);
}
calx_status post_places_remove(const struct post *post, const struct place *place)
{
    return calx_relationship_remove(post, &post_relationships[2], place);
}
calx_status post_places_replace(const struct post *post, const struct place *const *items,
                                size_t count)
{
    return calx_relationship_replace(post, &post_relationships[2], (const void *const *)items,
                                     count);
}
calx_status post_places_clear(const struct post *post)
{
    return calx_relationship_clear(post, &post_relationships[2]);
}

calx_status post_readers(const struct post *post, const struct member *const **out_items,
                         size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status =
        calx_relationship_many(post, &post_relationships[3], place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct member *const *)items;
    return status;
}

calx_status post_readers_count(const struct post *post, size_t *out_count)
{
    return calx_relationship_count(post, &post_relationships[3], out_count);
}
calx_status post_readers_contains(const struct post *post, const struct member *member,
                                  bool *out_contains)
{
    return calx_relationship_contains(post, &post_relationships[3], member, out_contains);
}

/* The typed face of calx_query. */
post_query *post_query_new(calx_session *session)
{
    return (post_query *)calx_query_new(session, &post_mapper);
}
void post_query_free(post_query *query)
{
    calx_query_free((calx_query *)query);
}
calx_query *post_query_plain(post_query *query)
{
    return (calx_query *)query;
}
calx_status post_query_where(post_query *query, calx_expression condition)
{
    return calx_query_where((calx_query *)query, condition);
}
calx_status post_query_where_filter(post_query *query, const calx_filter *filter)
{
    return calx_query_where_filter((calx_query *)query, filter);
}
calx_status post_query_order_by(post_query *query, calx_order order)
{
    return calx_query_order_by((calx_query *)query, order);
}
calx_status post_query_limit(post_query *query, int64_t limit)
{
    return calx_query_limit((calx_query *)query, limit);
}
calx_status post_query_offset(post_query *query, int64_t offset)
{
    return calx_query_offset((calx_query *)query, offset);
}
calx_status post_query_options(post_query *query, calx_option option)
{
    return calx_query_options((calx_query *)query, option);
}
calx_status post_query_options_along(post_query *query, const calx_option *parts, size_t count)
{
    return calx_query_options_along((calx_query *)query, parts, count);
}
calx_status post_query_yield_per(post_query *query, size_t rows)
{
    return calx_query_yield_per((calx_query *)query, rows);
}
calx_status post_query_populate_existing(post_query *query)
{
    return calx_query_populate_existing((calx_query *)query);
}
calx_status post_query_count(post_query *query, int64_t *out_count)
{
    return calx_query_count((calx_query *)query, out_count);
}
calx_status post_query_exists(post_query *query, bool *out_exists)
{
    return calx_query_exists((calx_query *)query, out_exists);
}
calx_status post_query_update(post_query *query, const calx_assignment *assignments, size_t count,
                              int64_t *out_count)
{
    return calx_query_update((calx_query *)query, assignments, count, out_count);
}
calx_status post_query_delete(post_query *query, int64_t *out_count)
{
    return calx_query_delete((calx_query *)query, out_count);
}
calx_status post_query_all(post_query *query, const struct post *const **out_items,
                           size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status = calx_query_all((calx_query *)query, place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct post *const *)items;
    return status;
}
calx_status post_query_first(post_query *query, const struct post **out_post)
{
    const void *found = NULL, **place = out_post != NULL ? &found : NULL;
    return post_found(calx_query_first((calx_query *)query, place), &found, out_post);
}
calx_status post_query_one(post_query *query, const struct post **out_post)
{
    const void *found = NULL, **place = out_post != NULL ? &found : NULL;
    return post_found(calx_query_one((calx_query *)query, place), &found, out_post);
}
calx_status post_query_one_or_none(post_query *query, const struct post **out_post)
{
    const void *found = NULL, **place = out_post != NULL ? &found : NULL;
    return post_found(calx_query_one_or_none((calx_query *)query, place), &found, out_post);
}
static calx_status post_each_call(void *context, const void *item)
{
    const struct post_each *each = context;
    return each->function(each->context, item);
}
calx_status post_query_each(post_query *query, post_function function, void *context)
{
    struct post_each each = { function, context };
    return calx_query_each((calx_query *)query, function != NULL ? post_each_call : NULL, &each);
}

/* ---- struct tag: table tags ---- */

/* clang-format off */
_Static_assert(sizeof(((struct tag *)0)->name) == 20, "run calx-gen again");

static const calx_column tag_columns[] = {
    { .name = "name", .member = "name", .type = CALX_TYPE_CHAR_ARRAY, .size = 20,
      .offset = offsetof(struct tag, name),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL | CALX_COLUMN_MUTABLE },
};
static const uint16_t tag_key[] = { 0 };
static const calx_relationship tag_relationships[] = {
    { .member = "posts", .kind = CALX_RELATIONSHIP_MANY_TO_MANY, .target = &post_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE,
      .offset = offsetof(struct tag, posts), .foreign_key = 1, .inverse = 1,
      .association = &post_tags_association_mapper, .target_key = 0 },
};

const calx_mapper tag_mapper = {
    .abi = CALX_MAPPER_ABI, .name = "tag", .table = "tags",
    .instance_size = sizeof(struct tag), .instance_alignment = _Alignof(struct tag),
    .columns = tag_columns, .column_count = 1,
    .key = tag_key, .key_count = 1,
    .relationships = tag_relationships, .relationship_count = 1,
};

const struct tag_col tag_col = {
    .name = { { &tag_mapper, 0, 0 } },
};
const struct tag_rel tag_rel = {
    .posts = { &tag_mapper, 0 },
};
struct tag_each { tag_function function; void *context; };
/* clang-format on */

struct tag *tag_new(void)
{
    return calx_instance_new(&tag_mapper);
}
void tag_free(struct tag *tag)
{
    calx_instance_free(tag);
}
struct tag *tag_copy(const struct tag *tag)
{
    return calx_instance_copy(tag);
}
struct tag *tag_edit(const struct tag *tag)
{
    return calx_instance_edit(tag);
}
void tag_seal(const struct tag *tag)
{
    calx_instance_seal(tag);
}
calx_status tag_add(calx_session *session, struct tag *tag)
{
    return calx_session_add(session, tag);
}
calx_status tag_delete(calx_session *session, const struct tag *tag)
{
    return calx_session_delete(session, tag);
}

static calx_status tag_found(calx_status status, const void **found, const struct tag **out_tag)
{
    if (status == CALX_OK)
        *out_tag = *found;
    return status;
}

calx_status tag_get(calx_session *session, const char *name, const struct tag **out_tag)
{
    const calx_value key[] = { calx_value_text(name) };
    const void *found = NULL, **place = out_tag != NULL ? &found : NULL;
    const calx_status status = calx_session_get(session, &tag_mapper, key, place);
    return tag_found(status, &found, out_tag);
}

calx_status tag_get_one(calx_session *session, const char *name, const struct tag **out_tag)
{
    const calx_value key[] = { calx_value_text(name) };
    const void *found = NULL, **place = out_tag != NULL ? &found : NULL;
    const calx_status status = calx_session_get_one(session, &tag_mapper, key, place);
    return tag_found(status, &found, out_tag);
}

calx_status tag_merge(calx_session *session, const struct tag *source, const struct tag **out_tag)
{
    const void *found = NULL, **place = out_tag != NULL ? &found : NULL;
    const calx_status status = calx_session_merge_as(session, &tag_mapper, source, place);
    return tag_found(status, &found, out_tag);
}

calx_status tag_bulk_insert(calx_session *session, const struct tag *rows, size_t count)
{
    return calx_session_bulk_insert(session, &tag_mapper, rows, count);
}
calx_status tag_bulk_update(calx_session *session, const struct tag *rows, size_t count)
{
    return calx_session_bulk_update(session, &tag_mapper, rows, count);
}
calx_status tag_bulk_delete(calx_session *session, const struct tag *rows, size_t count)
{
    return calx_session_bulk_delete(session, &tag_mapper, rows, count);
}
calx_status tag_bulk_upsert(calx_session *session, const struct tag *rows, size_t count,
                            const calx_bulk_options *options)
{
    return calx_session_bulk_upsert(session, &tag_mapper, rows, count, options);
}

calx_status tag_set_name(const struct tag *tag, const char *name)
{
    return calx_instance_set_text(tag, &tag_columns[0], name);
}

calx_status tag_posts(const struct tag *tag, const struct post *const **out_items,
                      size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status = calx_relationship_many(tag, &tag_relationships[0], place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct post *const *)items;
    return status;
}

calx_status tag_posts_count(const struct tag *tag, size_t *out_count)
{
    return calx_relationship_count(tag, &tag_relationships[0], out_count);
}
calx_status tag_posts_contains(const struct tag *tag, const struct post *post, bool *out_contains)
{
    return calx_relationship_contains(tag, &tag_relationships[0], post, out_contains);
}
calx_status tag_posts_append(const struct tag *tag, const struct post *post)
{
    return calx_relationship_append(tag, &tag_relationships[0], post);
}
calx_status tag_posts_insert(const struct tag *tag, size_t position, const struct post *post)
{
    return calx_relationship_insert(tag, &tag_relationships[0], position, post);
}
calx_status tag_posts_remove(const struct tag *tag, const struct post *post)
{
    return calx_relationship_remove(tag, &tag_relationships[0], post);
}
calx_status tag_posts_replace(const struct tag *tag, const struct post *const *items, size_t count)
{
    return calx_relationship_replace(tag, &tag_relationships[0], (const void *const *)items, count);
}
calx_status tag_posts_clear(const struct tag *tag)
{
    return calx_relationship_clear(tag, &tag_relationships[0]);
}

/* The typed face of calx_query. */
tag_query *tag_query_new(calx_session *session)
{
    return (tag_query *)calx_query_new(session, &tag_mapper);
}
void tag_query_free(tag_query *query)
{
    calx_query_free((calx_query *)query);
}
calx_query *tag_query_plain(tag_query *query)
{
    return (calx_query *)query;
}
calx_status tag_query_where(tag_query *query, calx_expression condition)
{
    return calx_query_where((calx_query *)query, condition);
}
calx_status tag_query_where_filter(tag_query *query, const calx_filter *filter)
{
    return calx_query_where_filter((calx_query *)query, filter);
}
calx_status tag_query_order_by(tag_query *query, calx_order order)
{
    return calx_query_order_by((calx_query *)query, order);
}
calx_status tag_query_limit(tag_query *query, int64_t limit)
{
    return calx_query_limit((calx_query *)query, limit);
}
calx_status tag_query_offset(tag_query *query, int64_t offset)
{
    return calx_query_offset((calx_query *)query, offset);
}
calx_status tag_query_options(tag_query *query, calx_option option)
{
    return calx_query_options((calx_query *)query, option);
}
calx_status tag_query_options_along(tag_query *query, const calx_option *parts, size_t count)
{
    return calx_query_options_along((calx_query *)query, parts, count);
}
calx_status tag_query_yield_per(tag_query *query, size_t rows)
{
    return calx_query_yield_per((calx_query *)query, rows);
}
calx_status tag_query_populate_existing(tag_query *query)
{
    return calx_query_populate_existing((calx_query *)query);
}
calx_status tag_query_count(tag_query *query, int64_t *out_count)
{
    return calx_query_count((calx_query *)query, out_count);
}
calx_status tag_query_exists(tag_query *query, bool *out_exists)
{
    return calx_query_exists((calx_query *)query, out_exists);
}
calx_status tag_query_update(tag_query *query, const calx_assignment *assignments, size_t count,
                             int64_t *out_count)
{
    return calx_query_update((calx_query *)query, assignments, count, out_count);
}
calx_status tag_query_delete(tag_query *query, int64_t *out_count)
{
    return calx_query_delete((calx_query *)query, out_count);
}
calx_status tag_query_all(tag_query *query, const struct tag *const **out_items, size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status = calx_query_all((calx_query *)query, place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct tag *const *)items;
    return status;
}
calx_status tag_query_first(tag_query *query, const struct tag **out_tag)
{
    const void *found = NULL, **place = out_tag != NULL ? &found : NULL;
    return tag_found(calx_query_first((calx_query *)query, place), &found, out_tag);
}
calx_status tag_query_one(tag_query *query, const struct tag **out_tag)
{
    const void *found = NULL, **place = out_tag != NULL ? &found : NULL;
    return tag_found(calx_query_one((calx_query *)query, place), &found, out_tag);
}
calx_status tag_query_one_or_none(tag_query *query, const struct tag **out_tag)
{
    const void *found = NULL, **place = out_tag != NULL ? &found : NULL;
    return tag_found(calx_query_one_or_none((calx_query *)query, place), &found, out_tag);
}
static calx_status tag_each_call(void *context, const void *item)
{
    const struct tag_each *each = context;
    return each->function(each->context, item);
}
calx_status tag_query_each(tag_query *query, tag_function function, void *context)
{
    struct tag_each each = { function, context };
    return calx_query_each((calx_query *)query, function != NULL ? tag_each_call : NULL, &each);
}

/* ---- struct place: table places ---- */

/* clang-format off */
_Static_assert(sizeof(((struct place *)0)->country) == sizeof(char *), "run calx-gen again");
_Static_assert(sizeof(((struct place *)0)->town) == sizeof(char *), "run calx-gen again");

static const calx_column place_columns[] = {
    { .name = "country", .member = "country", .type = CALX_TYPE_TEXT, .size = sizeof(char *),
      .offset = offsetof(struct place, country), .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL,
      .length = 2 },
    { .name = "town name", .member = "town", .type = CALX_TYPE_TEXT, .size = sizeof(char *),
      .offset = offsetof(struct place, town), .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL },
};
static const uint16_t place_key[] = { 0, 1 };

const calx_mapper place_mapper = {
    .abi = CALX_MAPPER_ABI, .name = "place", .table = "places",
    .instance_size = sizeof(struct place), .instance_alignment = _Alignof(struct place),
    .columns = place_columns, .column_count = 2,
    .key = place_key, .key_count = 2,
};

const struct place_col place_col = {
    .country = { { &place_mapper, 0, 0 } }, .town = { { &place_mapper, 1, 0 } },
};
struct place_each { place_function function; void *context; };
/* clang-format on */

struct place *place_new(void)
{
    return calx_instance_new(&place_mapper);
}
void place_free(struct place *place)
{
    calx_instance_free(place);
}
struct place *place_copy(const struct place *place)
{
    return calx_instance_copy(place);
}
struct place *place_edit(const struct place *place)
{
    return calx_instance_edit(place);
}
void place_seal(const struct place *place)
{
    calx_instance_seal(place);
}
calx_status place_add(calx_session *session, struct place *place)
{
    return calx_session_add(session, place);
}
calx_status place_delete(calx_session *session, const struct place *place)
{
    return calx_session_delete(session, place);
}

static calx_status place_found(calx_status status, const void **found,
                               const struct place **out_place)
{
    if (status == CALX_OK)
        *out_place = *found;
    return status;
}

calx_status place_get(calx_session *session, const char *country, const char *town,
                      const struct place **out_place)
{
    const calx_value key[] = { calx_value_text(country), calx_value_text(town) };
    const void *found = NULL, **place = out_place != NULL ? &found : NULL;
    const calx_status status = calx_session_get(session, &place_mapper, key, place);
    return place_found(status, &found, out_place);
}

calx_status place_get_one(calx_session *session, const char *country, const char *town,
                          const struct place **out_place)
{
    const calx_value key[] = { calx_value_text(country), calx_value_text(town) };
    const void *found = NULL, **place = out_place != NULL ? &found : NULL;
    const calx_status status = calx_session_get_one(session, &place_mapper, key, place);
    return place_found(status, &found, out_place);
}

calx_status place_merge(calx_session *session, const struct place *source,
                        const struct place **out_place)
{
    const void *found = NULL, **place = out_place != NULL ? &found : NULL;
    const calx_status status = calx_session_merge_as(session, &place_mapper, source, place);
    return place_found(status, &found, out_place);
}

calx_status place_bulk_insert(calx_session *session, const struct place *rows, size_t count)
{
    return calx_session_bulk_insert(session, &place_mapper, rows, count);
}
calx_status place_bulk_update(calx_session *session, const struct place *rows, size_t count)
{
    return calx_session_bulk_update(session, &place_mapper, rows, count);
}
calx_status place_bulk_delete(calx_session *session, const struct place *rows, size_t count)
{
    return calx_session_bulk_delete(session, &place_mapper, rows, count);
}
calx_status place_bulk_upsert(calx_session *session, const struct place *rows, size_t count,
                              const calx_bulk_options *options)
{
    return calx_session_bulk_upsert(session, &place_mapper, rows, count, options);
}

calx_status place_set_country(const struct place *place, const char *country)
{
    return calx_instance_set_text(place, &place_columns[0], country);
}
calx_status place_set_town(const struct place *place, const char *town)
{
    return calx_instance_set_text(place, &place_columns[1], town);
}

/* The typed face of calx_query. */
place_query *place_query_new(calx_session *session)
{
    return (place_query *)calx_query_new(session, &place_mapper);
}
void place_query_free(place_query *query)
{
    calx_query_free((calx_query *)query);
}
calx_query *place_query_plain(place_query *query)
{
    return (calx_query *)query;
}
calx_status place_query_where(place_query *query, calx_expression condition)
{
    return calx_query_where((calx_query *)query, condition);
}
calx_status place_query_where_filter(place_query *query, const calx_filter *filter)
{
    return calx_query_where_filter((calx_query *)query, filter);
}
calx_status place_query_order_by(place_query *query, calx_order order)
{
    return calx_query_order_by((calx_query *)query, order);
}
calx_status place_query_limit(place_query *query, int64_t limit)
{
    return calx_query_limit((calx_query *)query, limit);
}
calx_status place_query_offset(place_query *query, int64_t offset)
{
    return calx_query_offset((calx_query *)query, offset);
}
calx_status place_query_options(place_query *query, calx_option option)
{
    return calx_query_options((calx_query *)query, option);
}
calx_status place_query_options_along(place_query *query, const calx_option *parts, size_t count)
{
    return calx_query_options_along((calx_query *)query, parts, count);
}
calx_status place_query_yield_per(place_query *query, size_t rows)
{
    return calx_query_yield_per((calx_query *)query, rows);
}
calx_status place_query_populate_existing(place_query *query)
{
    return calx_query_populate_existing((calx_query *)query);
}
calx_status place_query_count(place_query *query, int64_t *out_count)
{
    return calx_query_count((calx_query *)query, out_count);
}
calx_status place_query_exists(place_query *query, bool *out_exists)
{
    return calx_query_exists((calx_query *)query, out_exists);
}
calx_status place_query_update(place_query *query, const calx_assignment *assignments, size_t count,
                               int64_t *out_count)
{
    return calx_query_update((calx_query *)query, assignments, count, out_count);
}
calx_status place_query_delete(place_query *query, int64_t *out_count)
{
    return calx_query_delete((calx_query *)query, out_count);
}
calx_status place_query_all(place_query *query, const struct place *const **out_items,
                            size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status = calx_query_all((calx_query *)query, place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct place *const *)items;
    return status;
}
calx_status place_query_first(place_query *query, const struct place **out_place)
{
    const void *found = NULL, **place = out_place != NULL ? &found : NULL;
    return place_found(calx_query_first((calx_query *)query, place), &found, out_place);
}
calx_status place_query_one(place_query *query, const struct place **out_place)
{
    const void *found = NULL, **place = out_place != NULL ? &found : NULL;
    return place_found(calx_query_one((calx_query *)query, place), &found, out_place);
}
calx_status place_query_one_or_none(place_query *query, const struct place **out_place)
{
    const void *found = NULL, **place = out_place != NULL ? &found : NULL;
    return place_found(calx_query_one_or_none((calx_query *)query, place), &found, out_place);
}
static calx_status place_each_call(void *context, const void *item)
{
    const struct place_each *each = context;
    return each->function(each->context, item);
}
calx_status place_query_each(place_query *query, place_function function, void *context)
{
    struct place_each each = { function, context };
    return calx_query_each((calx_query *)query, function != NULL ? place_each_call : NULL, &each);
}

/* ---- struct reading: table readings ---- */

/* clang-format off */
_Static_assert(sizeof(((struct reading *)0)->post_id) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct reading *)0)->member_id) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct reading *)0)->at) == 8, "run calx-gen again");

static const calx_column reading_columns[] = {
    { .name = "post_id", .member = "post_id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct reading, post_id),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL },
    { .name = "member_id", .member = "member_id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct reading, member_id),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL },
    { .name = "at", .member = "at", .type = CALX_TYPE_TIMESTAMP, .size = 8,
      .offset = offsetof(struct reading, at), .flags = CALX_COLUMN_NOT_NULL },
};
static const uint16_t reading_key[] = { 0, 1 };
static const uint16_t reading_foreign_key_0[] = { 0 };
static const uint16_t reading_foreign_key_0_target[] = { 0 };
static const uint16_t reading_foreign_key_1[] = { 1 };
static const uint16_t reading_foreign_key_1_target[] = { 0 };
static const calx_foreign_key reading_foreign_keys[] = {
    { .target = &post_mapper, .columns = reading_foreign_key_0,
      .target_columns = reading_foreign_key_0_target,
      .column_count = 1, .on_delete = CALX_ON_DELETE_NO_ACTION },
    { .target = &member_mapper, .columns = reading_foreign_key_1,
      .target_columns = reading_foreign_key_1_target,
      .column_count = 1, .on_delete = CALX_ON_DELETE_NO_ACTION },
};
static const calx_relationship reading_relationships[] = {
    { .member = "member", .kind = CALX_RELATIONSHIP_ONE, .target = &member_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE,
      .offset = offsetof(struct reading, member), .foreign_key = 1, .inverse = CALX_NO_INVERSE },
};

const calx_mapper reading_mapper = {
    .abi = CALX_MAPPER_ABI, .name = "reading", .table = "readings",
    .instance_size = sizeof(struct reading), .instance_alignment = _Alignof(struct reading),
    .columns = reading_columns, .column_count = 3,
    .key = reading_key, .key_count = 2,
    .foreign_keys = reading_foreign_keys, .foreign_key_count = 2,
    .relationships = reading_relationships, .relationship_count = 1,
};

const struct reading_col reading_col = {
    .post_id = { { &reading_mapper, 0, 0 } }, .member_id = { { &reading_mapper, 1, 0 } },
    .at = { { &reading_mapper, 2, 0 } },
};
const struct reading_rel reading_rel = {
    .member = { &reading_mapper, 0 },
};
struct reading_each { reading_function function; void *context; };
/* clang-format on */

struct reading *reading_new(void)
{
    return calx_instance_new(&reading_mapper);
}
void reading_free(struct reading *reading)
{
    calx_instance_free(reading);
}
struct reading *reading_copy(const struct reading *reading)
{
    return calx_instance_copy(reading);
}
struct reading *reading_edit(const struct reading *reading)
{
    return calx_instance_edit(reading);
}
void reading_seal(const struct reading *reading)
{
    calx_instance_seal(reading);
}
calx_status reading_add(calx_session *session, struct reading *reading)
{
    return calx_session_add(session, reading);
}
calx_status reading_delete(calx_session *session, const struct reading *reading)
{
    return calx_session_delete(session, reading);
}

static calx_status reading_found(calx_status status, const void **found,
                                 const struct reading **out_reading)
{
    if (status == CALX_OK)
        *out_reading = *found;
    return status;
}

calx_status reading_get(calx_session *session, int64_t post_id, int64_t member_id,
                        const struct reading **out_reading)
{
    const calx_value key[] = { calx_value_int64(post_id), calx_value_int64(member_id) };
    const void *found = NULL, **place = out_reading != NULL ? &found : NULL;
    const calx_status status = calx_session_get(session, &reading_mapper, key, place);
    return reading_found(status, &found, out_reading);
}

calx_status reading_get_one(calx_session *session, int64_t post_id, int64_t member_id,
                            const struct reading **out_reading)
{
    const calx_value key[] = { calx_value_int64(post_id), calx_value_int64(member_id) };
    const void *found = NULL, **place = out_reading != NULL ? &found : NULL;
    const calx_status status = calx_session_get_one(session, &reading_mapper, key, place);
    return reading_found(status, &found, out_reading);
}

calx_status reading_merge(calx_session *session, const struct reading *source,
                          const struct reading **out_reading)
{
    const void *found = NULL, **place = out_reading != NULL ? &found : NULL;
    const calx_status status = calx_session_merge_as(session, &reading_mapper, source, place);
    return reading_found(status, &found, out_reading);
}

calx_status reading_bulk_insert(calx_session *session, const struct reading *rows, size_t count)
{
    return calx_session_bulk_insert(session, &reading_mapper, rows, count);
}
calx_status reading_bulk_update(calx_session *session, const struct reading *rows, size_t count)
{
    return calx_session_bulk_update(session, &reading_mapper, rows, count);
}
calx_status reading_bulk_delete(calx_session *session, const struct reading *rows, size_t count)
{
    return calx_session_bulk_delete(session, &reading_mapper, rows, count);
}
calx_status reading_bulk_upsert(calx_session *session, const struct reading *rows, size_t count,
                                const calx_bulk_options *options)
{
    return calx_session_bulk_upsert(session, &reading_mapper, rows, count, options);
}

calx_status reading_set_post_id(const struct reading *reading, int64_t post_id)
{
    return calx_instance_set_int64(reading, &reading_columns[0], post_id);
}
calx_status reading_set_member_id(const struct reading *reading, int64_t member_id)
{
    return calx_instance_set_int64(reading, &reading_columns[1], member_id);
}
calx_status reading_set_at(const struct reading *reading, calx_timestamp at)
{
    return calx_instance_set_timestamp(reading, &reading_columns[2], at);
}

calx_status reading_member(const struct reading *reading, const struct member **out_member)
{
    const void *target = NULL, **place = out_member != NULL ? &target : NULL;
    const calx_status status = calx_relationship_one(reading, &reading_relationships[0], place);
    if (status == CALX_OK)
        *out_member = target;
    return status;
}

calx_status reading_set_member(const struct reading *reading, const struct member *member)
{
    return calx_relationship_set(reading, &reading_relationships[0], member);
}
calx_status reading_clear_member(const struct reading *reading)
{
    return calx_relationship_set(reading, &reading_relationships[0], NULL);
}

/* The typed face of calx_query. */
reading_query *reading_query_new(calx_session *session)
{
    return (reading_query *)calx_query_new(session, &reading_mapper);
}
void reading_query_free(reading_query *query)
{
    calx_query_free((calx_query *)query);
}
calx_query *reading_query_plain(reading_query *query)
{
    return (calx_query *)query;
}
calx_status reading_query_where(reading_query *query, calx_expression condition)
{
    return calx_query_where((calx_query *)query, condition);
}
calx_status reading_query_where_filter(reading_query *query, const calx_filter *filter)
{
    return calx_query_where_filter((calx_query *)query, filter);
}
calx_status reading_query_order_by(reading_query *query, calx_order order)
{
    return calx_query_order_by((calx_query *)query, order);
}
calx_status reading_query_limit(reading_query *query, int64_t limit)
{
    return calx_query_limit((calx_query *)query, limit);
}
calx_status reading_query_offset(reading_query *query, int64_t offset)
{
    return calx_query_offset((calx_query *)query, offset);
}
calx_status reading_query_options(reading_query *query, calx_option option)
{
    return calx_query_options((calx_query *)query, option);
}
calx_status reading_query_options_along(reading_query *query, const calx_option *parts,
                                        size_t count)
{
    return calx_query_options_along((calx_query *)query, parts, count);
}
calx_status reading_query_yield_per(reading_query *query, size_t rows)
{
    return calx_query_yield_per((calx_query *)query, rows);
}
calx_status reading_query_populate_existing(reading_query *query)
{
    return calx_query_populate_existing((calx_query *)query);
}
calx_status reading_query_count(reading_query *query, int64_t *out_count)
{
    return calx_query_count((calx_query *)query, out_count);
}
calx_status reading_query_exists(reading_query *query, bool *out_exists)
{
    return calx_query_exists((calx_query *)query, out_exists);
}
calx_status reading_query_update(reading_query *query, const calx_assignment *assignments,
                                 size_t count, int64_t *out_count)
{
    return calx_query_update((calx_query *)query, assignments, count, out_count);
}
calx_status reading_query_delete(reading_query *query, int64_t *out_count)
{
    return calx_query_delete((calx_query *)query, out_count);
}
calx_status reading_query_all(reading_query *query, const struct reading *const **out_items,
                              size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status = calx_query_all((calx_query *)query, place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct reading *const *)items;
    return status;
}
calx_status reading_query_first(reading_query *query, const struct reading **out_reading)
{
    const void *found = NULL, **place = out_reading != NULL ? &found : NULL;
    return reading_found(calx_query_first((calx_query *)query, place), &found, out_reading);
}
calx_status reading_query_one(reading_query *query, const struct reading **out_reading)
{
    const void *found = NULL, **place = out_reading != NULL ? &found : NULL;
    return reading_found(calx_query_one((calx_query *)query, place), &found, out_reading);
}
calx_status reading_query_one_or_none(reading_query *query, const struct reading **out_reading)
{
    const void *found = NULL, **place = out_reading != NULL ? &found : NULL;
    return reading_found(calx_query_one_or_none((calx_query *)query, place), &found, out_reading);
}
static calx_status reading_each_call(void *context, const void *item)
{
    const struct reading_each *each = context;
    return each->function(each->context, item);
}
calx_status reading_query_each(reading_query *query, reading_function function, void *context)
{
    struct reading_each each = { function, context };
    return calx_query_each((calx_query *)query, function != NULL ? reading_each_call : NULL, &each);
}

/* ---- struct member: table members ---- */

/* clang-format off */
_Static_assert(sizeof(((struct member *)0)->id) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct member *)0)->mentor_id.value) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct member *)0)->partner_id.value) == 8, "run calx-gen again");

static const calx_column member_columns[] = {
    { .name = "id", .member = "id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct member, id),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL | CALX_COLUMN_GENERATED },
    { .name = "mentor_id", .member = "mentor_id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct member, mentor_id.value), .flags = CALX_COLUMN_NULL_FLAG,
      .null_offset = offsetof(struct member, mentor_id.has_value) },
    { .name = "partner_id", .member = "partner_id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct member, partner_id.value),
      .flags = CALX_COLUMN_UNIQUE | CALX_COLUMN_NULL_FLAG,
      .null_offset = offsetof(struct member, partner_id.has_value) },
};
static const uint16_t member_key[] = { 0 };
static const uint16_t member_foreign_key_0[] = { 1 };
static const uint16_t member_foreign_key_0_target[] = { 0 };
static const uint16_t member_foreign_key_1[] = { 2 };
static const uint16_t member_foreign_key_1_target[] = { 0 };
static const calx_foreign_key member_foreign_keys[] = {
    { .target = &member_mapper, .columns = member_foreign_key_0,
      .target_columns = member_foreign_key_0_target,
      .column_count = 1, .on_delete = CALX_ON_DELETE_NO_ACTION },
    { .target = &member_mapper, .columns = member_foreign_key_1,
      .target_columns = member_foreign_key_1_target,
      .column_count = 1, .on_delete = CALX_ON_DELETE_NO_ACTION },
};
static const calx_relationship member_relationships[] = {
    { .member = "mentor", .kind = CALX_RELATIONSHIP_ONE, .target = &member_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE,
      .offset = offsetof(struct member, mentor), .foreign_key = 0, .inverse = 1 },
    { .member = "pupils", .kind = CALX_RELATIONSHIP_MANY, .target = &member_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE,
      .offset = offsetof(struct member, pupils), .foreign_key = 0, .inverse = 0 },
    { .member = "partner", .kind = CALX_RELATIONSHIP_ONE, .target = &member_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE,
      .offset = offsetof(struct member, partner), .foreign_key = 1, .inverse = 3 },
    { .member = "partner_of", .kind = CALX_RELATIONSHIP_ONE_TO_ONE, .target = &member_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE,
      .offset = offsetof(struct member, partner_of), .foreign_key = 1, .inverse = 2 },
    { .member = "following", .kind = CALX_RELATIONSHIP_MANY_TO_MANY, .target = &member_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE,
      .offset = offsetof(struct member, following), .foreign_key = 0, .inverse = 5,
      .association = &member_following_association_mapper, .target_key = 1 },
    { .member = "followers", .kind = CALX_RELATIONSHIP_MANY_TO_MANY, .target = &member_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE,
      .offset = offsetof(struct member, followers), .foreign_key = 1, .inverse = 4,
      .association = &member_following_association_mapper, .target_key = 0 },
};

const calx_mapper member_mapper = {
    .abi = CALX_MAPPER_ABI, .name = "member", .table = "members",
    .instance_size = sizeof(struct member), .instance_alignment = _Alignof(struct member),
    .columns = member_columns, .column_count = 3,
    .key = member_key, .key_count = 1,
    .foreign_keys = member_foreign_keys, .foreign_key_count = 2,
    .relationships = member_relationships, .relationship_count = 6,
};

const struct member_col member_col = {
    .id = { { &member_mapper, 0, 0 } }, .mentor_id = { { &member_mapper, 1, 0 } },
    .partner_id = { { &member_mapper, 2, 0 } },
};
const struct member_rel member_rel = {
    .mentor = { &member_mapper, 0 }, .pupils = { &member_mapper, 1 },
    .partner = { &member_mapper, 2 }, .partner_of = { &member_mapper, 3 },
    .following = { &member_mapper, 4 }, .followers = { &member_mapper, 5 },
};
struct member_each { member_function function; void *context; };
/* clang-format on */

struct member *member_new(void)
{
    return calx_instance_new(&member_mapper);
}
void member_free(struct member *member)
{
    calx_instance_free(member);
}
struct member *member_copy(const struct member *member)
{
    return calx_instance_copy(member);
}
struct member *member_edit(const struct member *member)
{
    return calx_instance_edit(member);
}
void member_seal(const struct member *member)
{
    calx_instance_seal(member);
}
calx_status member_add(calx_session *session, struct member *member)
{
    return calx_session_add(session, member);
}
calx_status member_delete(calx_session *session, const struct member *member)
{
    return calx_session_delete(session, member);
}

static calx_status member_found(calx_status status, const void **found,
                                const struct member **out_member)
{
    if (status == CALX_OK)
        *out_member = *found;
    return status;
}

calx_status member_get(calx_session *session, int64_t id, const struct member **out_member)
{
    const void *found = NULL, **place = out_member != NULL ? &found : NULL;
    const calx_status status = calx_session_get_int64(session, &member_mapper, id, place);
    return member_found(status, &found, out_member);
}

calx_status member_get_one(calx_session *session, int64_t id, const struct member **out_member)
{
    const calx_value key[] = { calx_value_int64(id) };
    const void *found = NULL, **place = out_member != NULL ? &found : NULL;
    const calx_status status = calx_session_get_one(session, &member_mapper, key, place);
    return member_found(status, &found, out_member);
}

calx_status member_merge(calx_session *session, const struct member *source,
                         const struct member **out_member)
{
    const void *found = NULL, **place = out_member != NULL ? &found : NULL;
    const calx_status status = calx_session_merge_as(session, &member_mapper, source, place);
    return member_found(status, &found, out_member);
}

calx_status member_bulk_insert(calx_session *session, const struct member *rows, size_t count)
{
    return calx_session_bulk_insert(session, &member_mapper, rows, count);
}
calx_status member_bulk_update(calx_session *session, const struct member *rows, size_t count)
{
    return calx_session_bulk_update(session, &member_mapper, rows, count);
}
calx_status member_bulk_delete(calx_session *session, const struct member *rows, size_t count)
{
    return calx_session_bulk_delete(session, &member_mapper, rows, count);
}
calx_status member_bulk_upsert(calx_session *session, const struct member *rows, size_t count,
                               const calx_bulk_options *options)
{
    return calx_session_bulk_upsert(session, &member_mapper, rows, count, options);
}

calx_status member_set_id(const struct member *member, int64_t id)
{
    return calx_instance_set_int64(member, &member_columns[0], id);
}
calx_status member_set_mentor_id(const struct member *member, calx_nullable_int64 mentor_id)
{
    return calx_instance_set_nullable(member, &member_columns[1], &mentor_id);
}
calx_status member_set_partner_id(const struct member *member, calx_nullable_int64 partner_id)
{
    return calx_instance_set_nullable(member, &member_columns[2], &partner_id);
}

calx_status member_mentor(const struct member *member, const struct member **out_mentor)
{
    const void *target = NULL, **place = out_mentor != NULL ? &target : NULL;
    const calx_status status = calx_relationship_one(member, &member_relationships[0], place);
    if (status == CALX_OK)
        *out_mentor = target;
    return status;
}

calx_status member_set_mentor(const struct member *member, const struct member *mentor)
{
    return calx_relationship_set(member, &member_relationships[0], mentor);
}
calx_status member_clear_mentor(const struct member *member)
{
    return calx_relationship_set(member, &member_relationships[0], NULL);
}

calx_status member_pupils(const struct member *member, const struct member *const **out_items,
                          size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status =
        calx_relationship_many(member, &member_relationships[1], place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct member *const *)items;
    return status;
}

calx_status member_pupils_count(const struct member *member, size_t *out_count)
{
    return calx_relationship_count(member, &member_relationships[1], out_count);
}
calx_status member_pupils_contains(const struct member *member, const struct member *item,
                                   bool *out_contains)
{
    return calx_relationship_contains(member, &member_relationships[1], item, out_contains);
}
calx_status member_pupils_append(const struct member *member, const struct member *item)
{
    return calx_relationship_append(member, &member_relationships[1], item);
}
calx_status member_pupils_insert(const struct member *member, size_t position,
                                 const struct member *item)
{
    return calx_relationship_insert(member, &member_relationships[1], position, item);
}
calx_status member_pupils_remove(const struct member *member, const struct member *item)
{
    return calx_relationship_remove(member, &member_relationships[1], item);
}
calx_status member_pupils_replace(const struct member *member, const struct member *const *items,
                                  size_t count)
{
    return calx_relationship_replace(member, &member_relationships[1], (const void *const *)items,
                                     count);
}
calx_status member_pupils_clear(const struct member *member)
{
    return calx_relationship_clear(member, &member_relationships[1]);
}

calx_status member_partner(const struct member *member, const struct member **out_partner)
{
    const void *target = NULL, **place = out_partner != NULL ? &target : NULL;
    const calx_status status = calx_relationship_one(member, &member_relationships[2], place);
    if (status == CALX_OK)
        *out_partner = target;
    return status;
}

calx_status member_set_partner(const struct member *member, const struct member *partner)
{
    return calx_relationship_set(member, &member_relationships[2], partner);
}
calx_status member_clear_partner(const struct member *member)
{
    return calx_relationship_set(member, &member_relationships[2], NULL);
}

calx_status member_partner_of(const struct member *member, const struct member **out_partner_of)
{
    const void *target = NULL, **place = out_partner_of != NULL ? &target : NULL;
    const calx_status status = calx_relationship_one(member, &member_relationships[3], place);
    if (status == CALX_OK)
        *out_partner_of = target;
    return status;
}

calx_status member_set_partner_of(const struct member *member, const struct member *partner_of)
{
    return calx_relationship_set(member, &member_relationships[3], partner_of);
}
calx_status member_clear_partner_of(const struct member *member)
{
    return calx_relationship_set(member, &member_relationships[3], NULL);
}

calx_status member_following(const struct member *member, const struct member *const **out_items,
                             size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status =
        calx_relationship_many(member, &member_relationships[4], place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct member *const *)items;
    return status;
}

calx_status member_following_count(const struct member *member, size_t *out_count)
{
    return calx_relationship_count(member, &member_relationships[4], out_count);
}
calx_status member_following_contains(const struct member *member, const struct member *item,
                                      bool *out_contains)
{
    return calx_relationship_contains(member, &member_relationships[4], item, out_contains);
}
calx_status member_following_append(const struct member *member, const struct member *item)
{
    return calx_relationship_append(member, &member_relationships[4], item);
}
calx_status member_following_insert(const struct member *member, size_t position,
                                    const struct member *item)
{
    return calx_relationship_insert(member, &member_relationships[4], position, item);
}
calx_status member_following_remove(const struct member *member, const struct member *item)
{
    return calx_relationship_remove(member, &member_relationships[4], item);
}
calx_status member_following_replace(const struct member *member, const struct member *const *items,
                                     size_t count)
{
    return calx_relationship_replace(member, &member_relationships[4], (const void *const *)items,
                                     count);
}
calx_status member_following_clear(const struct member *member)
{
    return calx_relationship_clear(member, &member_relationships[4]);
}

calx_status member_followers(const struct member *member, const struct member *const **out_items,
                             size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status =
        calx_relationship_many(member, &member_relationships[5], place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct member *const *)items;
    return status;
}

calx_status member_followers_count(const struct member *member, size_t *out_count)
{
    return calx_relationship_count(member, &member_relationships[5], out_count);
}
calx_status member_followers_contains(const struct member *member, const struct member *item,
                                      bool *out_contains)
{
    return calx_relationship_contains(member, &member_relationships[5], item, out_contains);
}
calx_status member_followers_append(const struct member *member, const struct member *item)
{
    return calx_relationship_append(member, &member_relationships[5], item);
}
calx_status member_followers_insert(const struct member *member, size_t position,
                                    const struct member *item)
{
    return calx_relationship_insert(member, &member_relationships[5], position, item);
}
calx_status member_followers_remove(const struct member *member, const struct member *item)
{
    return calx_relationship_remove(member, &member_relationships[5], item);
}
calx_status member_followers_replace(const struct member *member, const struct member *const *items,
                                     size_t count)
{
    return calx_relationship_replace(member, &member_relationships[5], (const void *const *)items,
                                     count);
}
calx_status member_followers_clear(const struct member *member)
{
    return calx_relationship_clear(member, &member_relationships[5]);
}

/* The typed face of calx_query. */
member_query *member_query_new(calx_session *session)
{
    return (member_query *)calx_query_new(session, &member_mapper);
}
void member_query_free(member_query *query)
{
    calx_query_free((calx_query *)query);
}
calx_query *member_query_plain(member_query *query)
{
    return (calx_query *)query;
}
calx_status member_query_where(member_query *query, calx_expression condition)
{
    return calx_query_where((calx_query *)query, condition);
}
calx_status member_query_where_filter(member_query *query, const calx_filter *filter)
{
    return calx_query_where_filter((calx_query *)query, filter);
}
calx_status member_query_order_by(member_query *query, calx_order order)
{
    return calx_query_order_by((calx_query *)query, order);
}
calx_status member_query_limit(member_query *query, int64_t limit)
{
    return calx_query_limit((calx_query *)query, limit);
}
calx_status member_query_offset(member_query *query, int64_t offset)
{
    return calx_query_offset((calx_query *)query, offset);
}
calx_status member_query_options(member_query *query, calx_option option)
{
    return calx_query_options((calx_query *)query, option);
}
calx_status member_query_options_along(member_query *query, const calx_option *parts, size_t count)
{
    return calx_query_options_along((calx_query *)query, parts, count);
}
calx_status member_query_yield_per(member_query *query, size_t rows)
{
    return calx_query_yield_per((calx_query *)query, rows);
}
calx_status member_query_populate_existing(member_query *query)
{
    return calx_query_populate_existing((calx_query *)query);
}
calx_status member_query_count(member_query *query, int64_t *out_count)
{
    return calx_query_count((calx_query *)query, out_count);
}
calx_status member_query_exists(member_query *query, bool *out_exists)
{
    return calx_query_exists((calx_query *)query, out_exists);
}
calx_status member_query_update(member_query *query, const calx_assignment *assignments,
                                size_t count, int64_t *out_count)
{
    return calx_query_update((calx_query *)query, assignments, count, out_count);
}
calx_status member_query_delete(member_query *query, int64_t *out_count)
{
    return calx_query_delete((calx_query *)query, out_count);
}
calx_status member_query_all(member_query *query, const struct member *const **out_items,
                             size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status = calx_query_all((calx_query *)query, place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct member *const *)items;
    return status;
}
calx_status member_query_first(member_query *query, const struct member **out_member)
{
    const void *found = NULL, **place = out_member != NULL ? &found : NULL;
    return member_found(calx_query_first((calx_query *)query, place), &found, out_member);
}
calx_status member_query_one(member_query *query, const struct member **out_member)
{
    const void *found = NULL, **place = out_member != NULL ? &found : NULL;
    return member_found(calx_query_one((calx_query *)query, place), &found, out_member);
}
calx_status member_query_one_or_none(member_query *query, const struct member **out_member)
{
    const void *found = NULL, **place = out_member != NULL ? &found : NULL;
    return member_found(calx_query_one_or_none((calx_query *)query, place), &found, out_member);
}
static calx_status member_each_call(void *context, const void *item)
{
    const struct member_each *each = context;
    return each->function(each->context, item);
}
calx_status member_query_each(member_query *query, member_function function, void *context)
{
    struct member_each each = { function, context };
    return calx_query_each((calx_query *)query, function != NULL ? member_each_call : NULL, &each);
}

/* ---- struct badge: table badges ---- */

/* clang-format off */
_Static_assert(sizeof(((struct badge *)0)->id) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct badge *)0)->code) == sizeof(char *), "run calx-gen again");

static const calx_column badge_columns[] = {
    { .name = "id", .member = "id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct badge, id),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL | CALX_COLUMN_GENERATED },
    { .name = "code", .member = "code", .type = CALX_TYPE_TEXT, .size = sizeof(char *),
      .offset = offsetof(struct badge, code), .flags = CALX_COLUMN_NOT_NULL | CALX_COLUMN_UNIQUE },
};
static const uint16_t badge_key[] = { 0 };
static const calx_relationship_order badge_order_0[] = { { 0, true } };
static const calx_relationship badge_relationships[] = {
    { .member = "loans", .kind = CALX_RELATIONSHIP_MANY, .target = &loan_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE,
      .order = badge_order_0, .order_count = 1,
      .offset = offsetof(struct badge, loans), .foreign_key = 0, .inverse = 0 },
};

const calx_mapper badge_mapper = {
    .abi = CALX_MAPPER_ABI, .name = "badge", .table = "badges",
    .instance_size = sizeof(struct badge), .instance_alignment = _Alignof(struct badge),
    .columns = badge_columns, .column_count = 2,
    .key = badge_key, .key_count = 1,
    .relationships = badge_relationships, .relationship_count = 1,
};

const struct badge_col badge_col = {
    .id = { { &badge_mapper, 0, 0 } }, .code = { { &badge_mapper, 1, 0 } },
};
const struct badge_rel badge_rel = {
    .loans = { &badge_mapper, 0 },
};
struct badge_each { badge_function function; void *context; };
/* clang-format on */

struct badge *badge_new(void)
{
    return calx_instance_new(&badge_mapper);
}
void badge_free(struct badge *badge)
{
    calx_instance_free(badge);
}
struct badge *badge_copy(const struct badge *badge)
{
    return calx_instance_copy(badge);
}
struct badge *badge_edit(const struct badge *badge)
{
    return calx_instance_edit(badge);
}
void badge_seal(const struct badge *badge)
{
    calx_instance_seal(badge);
}
calx_status badge_add(calx_session *session, struct badge *badge)
{
    return calx_session_add(session, badge);
}
calx_status badge_delete(calx_session *session, const struct badge *badge)
{
    return calx_session_delete(session, badge);
}

static calx_status badge_found(calx_status status, const void **found,
                               const struct badge **out_badge)
{
    if (status == CALX_OK)
        *out_badge = *found;
    return status;
}

calx_status badge_get(calx_session *session, int64_t id, const struct badge **out_badge)
{
    const void *found = NULL, **place = out_badge != NULL ? &found : NULL;
    const calx_status status = calx_session_get_int64(session, &badge_mapper, id, place);
    return badge_found(status, &found, out_badge);
}

calx_status badge_get_one(calx_session *session, int64_t id, const struct badge **out_badge)
{
    const calx_value key[] = { calx_value_int64(id) };
    const void *found = NULL, **place = out_badge != NULL ? &found : NULL;
    const calx_status status = calx_session_get_one(session, &badge_mapper, key, place);
    return badge_found(status, &found, out_badge);
}

calx_status badge_merge(calx_session *session, const struct badge *source,
                        const struct badge **out_badge)
{
    const void *found = NULL, **place = out_badge != NULL ? &found : NULL;
    const calx_status status = calx_session_merge_as(session, &badge_mapper, source, place);
    return badge_found(status, &found, out_badge);
}

calx_status badge_bulk_insert(calx_session *session, const struct badge *rows, size_t count)
{
    return calx_session_bulk_insert(session, &badge_mapper, rows, count);
}
calx_status badge_bulk_update(calx_session *session, const struct badge *rows, size_t count)
{
    return calx_session_bulk_update(session, &badge_mapper, rows, count);
}
calx_status badge_bulk_delete(calx_session *session, const struct badge *rows, size_t count)
{
    return calx_session_bulk_delete(session, &badge_mapper, rows, count);
}
calx_status badge_bulk_upsert(calx_session *session, const struct badge *rows, size_t count,
                              const calx_bulk_options *options)
{
    return calx_session_bulk_upsert(session, &badge_mapper, rows, count, options);
}

calx_status badge_set_id(const struct badge *badge, int64_t id)
{
    return calx_instance_set_int64(badge, &badge_columns[0], id);
}
calx_status badge_set_code(const struct badge *badge, const char *code)
{
    return calx_instance_set_text(badge, &badge_columns[1], code);
}

calx_status badge_loans(const struct badge *badge, const struct loan *const **out_items,
                        size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status =
        calx_relationship_many(badge, &badge_relationships[0], place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct loan *const *)items;
    return status;
}

calx_status badge_loans_count(const struct badge *badge, size_t *out_count)
{
    return calx_relationship_count(badge, &badge_relationships[0], out_count);
}
calx_status badge_loans_contains(const struct badge *badge, const struct loan *loan,
                                 bool *out_contains)
{
    return calx_relationship_contains(badge, &badge_relationships[0], loan, out_contains);
}
calx_status badge_loans_append(const struct badge *badge, const struct loan *loan)
{
    return calx_relationship_append(badge, &badge_relationships[0], loan);
}
calx_status badge_loans_insert(const struct badge *badge, size_t position, const struct loan *loan)
{
    return calx_relationship_insert(badge, &badge_relationships[0], position, loan);
}
calx_status badge_loans_remove(const struct badge *badge, const struct loan *loan)
{
    return calx_relationship_remove(badge, &badge_relationships[0], loan);
}
calx_status badge_loans_replace(const struct badge *badge, const struct loan *const *items,
                                size_t count)
{
    return calx_relationship_replace(badge, &badge_relationships[0], (const void *const *)items,
                                     count);
}
calx_status badge_loans_clear(const struct badge *badge)
{
    return calx_relationship_clear(badge, &badge_relationships[0]);
}

/* The typed face of calx_query. */
badge_query *badge_query_new(calx_session *session)
{
    return (badge_query *)calx_query_new(session, &badge_mapper);
}
void badge_query_free(badge_query *query)
{
    calx_query_free((calx_query *)query);
}
calx_query *badge_query_plain(badge_query *query)
{
    return (calx_query *)query;
}
calx_status badge_query_where(badge_query *query, calx_expression condition)
{
    return calx_query_where((calx_query *)query, condition);
}
calx_status badge_query_where_filter(badge_query *query, const calx_filter *filter)
{
    return calx_query_where_filter((calx_query *)query, filter);
}
calx_status badge_query_order_by(badge_query *query, calx_order order)
{
    return calx_query_order_by((calx_query *)query, order);
}
calx_status badge_query_limit(badge_query *query, int64_t limit)
{
    return calx_query_limit((calx_query *)query, limit);
}
calx_status badge_query_offset(badge_query *query, int64_t offset)
{
    return calx_query_offset((calx_query *)query, offset);
}
calx_status badge_query_options(badge_query *query, calx_option option)
{
    return calx_query_options((calx_query *)query, option);
}
calx_status badge_query_options_along(badge_query *query, const calx_option *parts, size_t count)
{
    return calx_query_options_along((calx_query *)query, parts, count);
}
calx_status badge_query_yield_per(badge_query *query, size_t rows)
{
    return calx_query_yield_per((calx_query *)query, rows);
}
calx_status badge_query_populate_existing(badge_query *query)
{
    return calx_query_populate_existing((calx_query *)query);
}
calx_status badge_query_count(badge_query *query, int64_t *out_count)
{
    return calx_query_count((calx_query *)query, out_count);
}
calx_status badge_query_exists(badge_query *query, bool *out_exists)
{
    return calx_query_exists((calx_query *)query, out_exists);
}
calx_status badge_query_update(badge_query *query, const calx_assignment *assignments, size_t count,
                               int64_t *out_count)
{
    return calx_query_update((calx_query *)query, assignments, count, out_count);
}
calx_status badge_query_delete(badge_query *query, int64_t *out_count)
{
    return calx_query_delete((calx_query *)query, out_count);
}
calx_status badge_query_all(badge_query *query, const struct badge *const **out_items,
                            size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status = calx_query_all((calx_query *)query, place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct badge *const *)items;
    return status;
}
calx_status badge_query_first(badge_query *query, const struct badge **out_badge)
{
    const void *found = NULL, **place = out_badge != NULL ? &found : NULL;
    return badge_found(calx_query_first((calx_query *)query, place), &found, out_badge);
}
calx_status badge_query_one(badge_query *query, const struct badge **out_badge)
{
    const void *found = NULL, **place = out_badge != NULL ? &found : NULL;
    return badge_found(calx_query_one((calx_query *)query, place), &found, out_badge);
}
calx_status badge_query_one_or_none(badge_query *query, const struct badge **out_badge)
{
    const void *found = NULL, **place = out_badge != NULL ? &found : NULL;
    return badge_found(calx_query_one_or_none((calx_query *)query, place), &found, out_badge);
}
static calx_status badge_each_call(void *context, const void *item)
{
    const struct badge_each *each = context;
    return each->function(each->context, item);
}
calx_status badge_query_each(badge_query *query, badge_function function, void *context)
{
    struct badge_each each = { function, context };
    return calx_query_each((calx_query *)query, function != NULL ? badge_each_call : NULL, &each);
}

/* ---- struct loan: table loans ---- */

/* clang-format off */
_Static_assert(sizeof(((struct loan *)0)->id) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct loan *)0)->code) == sizeof(char *), "run calx-gen again");

static const calx_column loan_columns[] = {
    { .name = "id", .member = "id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct loan, id),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL | CALX_COLUMN_GENERATED },
    { .name = "code", .member = "code", .type = CALX_TYPE_TEXT, .size = sizeof(char *),
      .offset = offsetof(struct loan, code), .flags = 0 },
};
static const uint16_t loan_key[] = { 0 };
static const uint16_t loan_foreign_key_0[] = { 1 };
static const uint16_t loan_foreign_key_0_target[] = { 1 };
static const calx_foreign_key loan_foreign_keys[] = {
    { .target = &badge_mapper, .columns = loan_foreign_key_0,
      .target_columns = loan_foreign_key_0_target,
      .column_count = 1, .on_delete = CALX_ON_DELETE_NO_ACTION },
};
static const calx_relationship loan_relationships[] = {
    { .member = "badge", .kind = CALX_RELATIONSHIP_ONE, .target = &badge_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE,
      .offset = offsetof(struct loan, badge), .foreign_key = 0, .inverse = 0 },
};

const calx_mapper loan_mapper = {
    .abi = CALX_MAPPER_ABI, .name = "loan", .table = "loans",
    .instance_size = sizeof(struct loan), .instance_alignment = _Alignof(struct loan),
    .columns = loan_columns, .column_count = 2,
    .key = loan_key, .key_count = 1,
    .foreign_keys = loan_foreign_keys, .foreign_key_count = 1,
    .relationships = loan_relationships, .relationship_count = 1,
};

const struct loan_col loan_col = {
    .id = { { &loan_mapper, 0, 0 } }, .code = { { &loan_mapper, 1, 0 } },
};
const struct loan_rel loan_rel = {
    .badge = { &loan_mapper, 0 },
};
struct loan_each { loan_function function; void *context; };
/* clang-format on */

struct loan *loan_new(void)
{
    return calx_instance_new(&loan_mapper);
}
void loan_free(struct loan *loan)
{
    calx_instance_free(loan);
}
struct loan *loan_copy(const struct loan *loan)
{
    return calx_instance_copy(loan);
}
struct loan *loan_edit(const struct loan *loan)
{
    return calx_instance_edit(loan);
}
void loan_seal(const struct loan *loan)
{
    calx_instance_seal(loan);
}
calx_status loan_add(calx_session *session, struct loan *loan)
{
    return calx_session_add(session, loan);
}
calx_status loan_delete(calx_session *session, const struct loan *loan)
{
    return calx_session_delete(session, loan);
}

static calx_status loan_found(calx_status status, const void **found, const struct loan **out_loan)
{
    if (status == CALX_OK)
        *out_loan = *found;
    return status;
}

calx_status loan_get(calx_session *session, int64_t id, const struct loan **out_loan)
{
    const void *found = NULL, **place = out_loan != NULL ? &found : NULL;
    const calx_status status = calx_session_get_int64(session, &loan_mapper, id, place);
    return loan_found(status, &found, out_loan);
}

calx_status loan_get_one(calx_session *session, int64_t id, const struct loan **out_loan)
{
    const calx_value key[] = { calx_value_int64(id) };
    const void *found = NULL, **place = out_loan != NULL ? &found : NULL;
    const calx_status status = calx_session_get_one(session, &loan_mapper, key, place);
    return loan_found(status, &found, out_loan);
}

calx_status loan_merge(calx_session *session, const struct loan *source,
                       const struct loan **out_loan)
{
    const void *found = NULL, **place = out_loan != NULL ? &found : NULL;
    const calx_status status = calx_session_merge_as(session, &loan_mapper, source, place);
    return loan_found(status, &found, out_loan);
}

calx_status loan_bulk_insert(calx_session *session, const struct loan *rows, size_t count)
{
    return calx_session_bulk_insert(session, &loan_mapper, rows, count);
}
calx_status loan_bulk_update(calx_session *session, const struct loan *rows, size_t count)
{
    return calx_session_bulk_update(session, &loan_mapper, rows, count);
}
calx_status loan_bulk_delete(calx_session *session, const struct loan *rows, size_t count)
{
    return calx_session_bulk_delete(session, &loan_mapper, rows, count);
}
calx_status loan_bulk_upsert(calx_session *session, const struct loan *rows, size_t count,
                             const calx_bulk_options *options)
{
    return calx_session_bulk_upsert(session, &loan_mapper, rows, count, options);
}

calx_status loan_set_id(const struct loan *loan, int64_t id)
{
    return calx_instance_set_int64(loan, &loan_columns[0], id);
}
calx_status loan_set_code(const struct loan *loan, const char *code)
{
    return calx_instance_set_text(loan, &loan_columns[1], code);
}

calx_status loan_badge(const struct loan *loan, const struct badge **out_badge)
{
    const void *target = NULL, **place = out_badge != NULL ? &target : NULL;
    const calx_status status = calx_relationship_one(loan, &loan_relationships[0], place);
    if (status == CALX_OK)
        *out_badge = target;
    return status;
}

calx_status loan_set_badge(const struct loan *loan, const struct badge *badge)
{
    return calx_relationship_set(loan, &loan_relationships[0], badge);
}
calx_status loan_clear_badge(const struct loan *loan)
{
    return calx_relationship_set(loan, &loan_relationships[0], NULL);
}

/* The typed face of calx_query. */
loan_query *loan_query_new(calx_session *session)
{
    return (loan_query *)calx_query_new(session, &loan_mapper);
}
void loan_query_free(loan_query *query)
{
    calx_query_free((calx_query *)query);
}
calx_query *loan_query_plain(loan_query *query)
{
    return (calx_query *)query;
}
calx_status loan_query_where(loan_query *query, calx_expression condition)
{
    return calx_query_where((calx_query *)query, condition);
}
calx_status loan_query_where_filter(loan_query *query, const calx_filter *filter)
{
    return calx_query_where_filter((calx_query *)query, filter);
}
calx_status loan_query_order_by(loan_query *query, calx_order order)
{
    return calx_query_order_by((calx_query *)query, order);
}
calx_status loan_query_limit(loan_query *query, int64_t limit)
{
    return calx_query_limit((calx_query *)query, limit);
}
calx_status loan_query_offset(loan_query *query, int64_t offset)
{
    return calx_query_offset((calx_query *)query, offset);
}
calx_status loan_query_options(loan_query *query, calx_option option)
{
    return calx_query_options((calx_query *)query, option);
}
calx_status loan_query_options_along(loan_query *query, const calx_option *parts, size_t count)
{
    return calx_query_options_along((calx_query *)query, parts, count);
}
calx_status loan_query_yield_per(loan_query *query, size_t rows)
{
    return calx_query_yield_per((calx_query *)query, rows);
}
calx_status loan_query_populate_existing(loan_query *query)
{
    return calx_query_populate_existing((calx_query *)query);
}
calx_status loan_query_count(loan_query *query, int64_t *out_count)
{
    return calx_query_count((calx_query *)query, out_count);
}
calx_status loan_query_exists(loan_query *query, bool *out_exists)
{
    return calx_query_exists((calx_query *)query, out_exists);
}
calx_status loan_query_update(loan_query *query, const calx_assignment *assignments, size_t count,
                              int64_t *out_count)
{
    return calx_query_update((calx_query *)query, assignments, count, out_count);
}
calx_status loan_query_delete(loan_query *query, int64_t *out_count)
{
    return calx_query_delete((calx_query *)query, out_count);
}
calx_status loan_query_all(loan_query *query, const struct loan *const **out_items,
                           size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status = calx_query_all((calx_query *)query, place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct loan *const *)items;
    return status;
}
calx_status loan_query_first(loan_query *query, const struct loan **out_loan)
{
    const void *found = NULL, **place = out_loan != NULL ? &found : NULL;
    return loan_found(calx_query_first((calx_query *)query, place), &found, out_loan);
}
calx_status loan_query_one(loan_query *query, const struct loan **out_loan)
{
    const void *found = NULL, **place = out_loan != NULL ? &found : NULL;
    return loan_found(calx_query_one((calx_query *)query, place), &found, out_loan);
}
calx_status loan_query_one_or_none(loan_query *query, const struct loan **out_loan)
{
    const void *found = NULL, **place = out_loan != NULL ? &found : NULL;
    return loan_found(calx_query_one_or_none((calx_query *)query, place), &found, out_loan);
}
static calx_status loan_each_call(void *context, const void *item)
{
    const struct loan_each *each = context;
    return each->function(each->context, item);
}
calx_status loan_query_each(loan_query *query, loan_function function, void *context)
{
    struct loan_each each = { function, context };
    return calx_query_each((calx_query *)query, function != NULL ? loan_each_call : NULL, &each);
}

/* clang-format off */
static const calx_mapper *const graph_mappers[] = {
    &author_mapper, &profile_mapper, &post_mapper, &tag_mapper, &place_mapper, &reading_mapper,
    &member_mapper, &badge_mapper, &loan_mapper, &post_tags_association_mapper,
    &post_places_association_mapper, &member_following_association_mapper,
};
const calx_metadata graph_metadata = {
    .abi = CALX_MAPPER_ABI, .name = "graph", .mappers = graph_mappers, .mapper_count = 12,
};
/* clang-format on */
