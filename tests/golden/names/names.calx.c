/* Generated from names.h by calx-gen 0.1.0. Do not edit: change names.h and build again. */
#include "names.calx.h"

#include <calx/instance.h>
#include <calx/relationship.h>

#include <stddef.h>

_Static_assert(CALX_MAPPER_ABI == 3,
               "names.calx.c is for another version of Calx: run calx-gen again");

/* ---- point: table points ---- */

/* clang-format off */
_Static_assert(sizeof(((point *)0)->id) == 8, "run calx-gen again");
_Static_assert(sizeof(((point *)0)->x) == 8, "run calx-gen again");
_Static_assert(sizeof(((point *)0)->y) == 8, "run calx-gen again");

static const calx_column geo_point_columns[] = {
    { .name = "id", .member = "id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(point, id),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL | CALX_COLUMN_GENERATED },
    { .name = "x", .member = "x", .type = CALX_TYPE_DOUBLE, .size = 8, .offset = offsetof(point, x),
      .flags = CALX_COLUMN_NOT_NULL },
    { .name = "y", .member = "y", .type = CALX_TYPE_DOUBLE, .size = 8, .offset = offsetof(point, y),
      .flags = CALX_COLUMN_NOT_NULL },
};
static const uint16_t geo_point_key[] = { 0 };

const calx_mapper geo_point_mapper = {
    .abi = CALX_MAPPER_ABI, .name = "geo_point", .table = "points",
    .instance_size = sizeof(point), .instance_alignment = _Alignof(point),
    .columns = geo_point_columns, .column_count = 3,
    .key = geo_point_key, .key_count = 1,
};

const struct geo_point_col geo_point_col = {
    .id = { { &geo_point_mapper, 0, 0 } }, .x = { { &geo_point_mapper, 1, 0 } },
    .y = { { &geo_point_mapper, 2, 0 } },
};
struct geo_point_each { geo_point_function function; void *context; };
/* clang-format on */

point *geo_point_new(void)
{
    return calx_instance_new(&geo_point_mapper);
}
void geo_point_free(point *instance)
{
    calx_instance_free(instance);
}
point *geo_point_copy(const point *instance)
{
    return calx_instance_copy(instance);
}
point *geo_point_edit(const point *instance)
{
    return calx_instance_edit(instance);
}
void geo_point_seal(const point *instance)
{
    calx_instance_seal(instance);
}
calx_status geo_point_add(calx_session *session, point *instance)
{
    return calx_session_add(session, instance);
}
calx_status geo_point_delete(calx_session *session, const point *instance)
{
    return calx_session_delete(session, instance);
}

static calx_status geo_point_found(calx_status status, const void **found,
                                   const point **out_instance)
{
    if (status == CALX_OK)
        *out_instance = *found;
    return status;
}

calx_status geo_point_get(calx_session *session, int64_t id, const point **out_instance)
{
    const void *found = NULL, **place = out_instance != NULL ? &found : NULL;
    const calx_status status = calx_session_get_int64(session, &geo_point_mapper, id, place);
    return geo_point_found(status, &found, out_instance);
}

calx_status geo_point_get_one(calx_session *session, int64_t id, const point **out_instance)
{
    const calx_value key[] = { calx_value_int64(id) };
    const void *found = NULL, **place = out_instance != NULL ? &found : NULL;
    const calx_status status = calx_session_get_one(session, &geo_point_mapper, key, place);
    return geo_point_found(status, &found, out_instance);
}

calx_status geo_point_merge(calx_session *session, const point *source, const point **out_instance)
{
    const void *found = NULL, **place = out_instance != NULL ? &found : NULL;
    const calx_status status = calx_session_merge_as(session, &geo_point_mapper, source, place);
    return geo_point_found(status, &found, out_instance);
}

calx_status geo_point_bulk_insert(calx_session *session, const point *rows, size_t count)
{
    return calx_session_bulk_insert(session, &geo_point_mapper, rows, count);
}
calx_status geo_point_bulk_update(calx_session *session, const point *rows, size_t count)
{
    return calx_session_bulk_update(session, &geo_point_mapper, rows, count);
}
calx_status geo_point_bulk_delete(calx_session *session, const point *rows, size_t count)
{
    return calx_session_bulk_delete(session, &geo_point_mapper, rows, count);
}
calx_status geo_point_bulk_upsert(calx_session *session, const point *rows, size_t count,
                                  const calx_bulk_options *options)
{
    return calx_session_bulk_upsert(session, &geo_point_mapper, rows, count, options);
}

calx_status geo_point_set_id(const point *instance, int64_t id)
{
    return calx_instance_set_int64(instance, &geo_point_columns[0], id);
}
calx_status geo_point_set_x(const point *instance, double x)
{
    return calx_instance_set_double(instance, &geo_point_columns[1], x);
}
calx_status geo_point_set_y(const point *instance, double y)
{
    return calx_instance_set_double(instance, &geo_point_columns[2], y);
}

/* The typed face of calx_query. */
geo_point_query *geo_point_query_new(calx_session *session)
{
    return (geo_point_query *)calx_query_new(session, &geo_point_mapper);
}
void geo_point_query_free(geo_point_query *query)
{
    calx_query_free((calx_query *)query);
}
calx_query *geo_point_query_plain(geo_point_query *query)
{
    return (calx_query *)query;
}
calx_status geo_point_query_where(geo_point_query *query, calx_expression condition)
{
    return calx_query_where((calx_query *)query, condition);
}
calx_status geo_point_query_where_filter(geo_point_query *query, const calx_filter *filter)
{
    return calx_query_where_filter((calx_query *)query, filter);
}
calx_status geo_point_query_order_by(geo_point_query *query, calx_order order)
{
    return calx_query_order_by((calx_query *)query, order);
}
calx_status geo_point_query_limit(geo_point_query *query, int64_t limit)
{
    return calx_query_limit((calx_query *)query, limit);
}
calx_status geo_point_query_offset(geo_point_query *query, int64_t offset)
{
    return calx_query_offset((calx_query *)query, offset);
}
calx_status geo_point_query_options(geo_point_query *query, calx_option option)
{
    return calx_query_options((calx_query *)query, option);
}
calx_status geo_point_query_options_along(geo_point_query *query, const calx_option *parts,
                                          size_t count)
{
    return calx_query_options_along((calx_query *)query, parts, count);
}
calx_status geo_point_query_yield_per(geo_point_query *query, size_t rows)
{
    return calx_query_yield_per((calx_query *)query, rows);
}
calx_status geo_point_query_populate_existing(geo_point_query *query)
{
    return calx_query_populate_existing((calx_query *)query);
}
calx_status geo_point_query_count(geo_point_query *query, int64_t *out_count)
{
    return calx_query_count((calx_query *)query, out_count);
}
calx_status geo_point_query_exists(geo_point_query *query, bool *out_exists)
{
    return calx_query_exists((calx_query *)query, out_exists);
}
calx_status geo_point_query_update(geo_point_query *query, const calx_assignment *assignments,
                                   size_t count, int64_t *out_count)
{
    return calx_query_update((calx_query *)query, assignments, count, out_count);
}
calx_status geo_point_query_delete(geo_point_query *query, int64_t *out_count)
{
    return calx_query_delete((calx_query *)query, out_count);
}
calx_status geo_point_query_all(geo_point_query *query, const point *const **out_items,
                                size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status = calx_query_all((calx_query *)query, place, out_count);
    if (status == CALX_OK)
        *out_items = (const point *const *)items;
    return status;
}
calx_status geo_point_query_first(geo_point_query *query, const point **out_instance)
{
    const void *found = NULL, **place = out_instance != NULL ? &found : NULL;
    return geo_point_found(calx_query_first((calx_query *)query, place), &found, out_instance);
}
calx_status geo_point_query_one(geo_point_query *query, const point **out_instance)
{
    const void *found = NULL, **place = out_instance != NULL ? &found : NULL;
    return geo_point_found(calx_query_one((calx_query *)query, place), &found, out_instance);
}
calx_status geo_point_query_one_or_none(geo_point_query *query, const point **out_instance)
{
    const void *found = NULL, **place = out_instance != NULL ? &found : NULL;
    return geo_point_found(calx_query_one_or_none((calx_query *)query, place), &found,
                           out_instance);
}
static calx_status geo_point_each_call(void *context, const void *item)
{
    const struct geo_point_each *each = context;
    return each->function(each->context, item);
}
calx_status geo_point_query_each(geo_point_query *query, geo_point_function function, void *context)
{
    struct geo_point_each each = { function, context };
    return calx_query_each((calx_query *)query, function != NULL ? geo_point_each_call : NULL,
                           &each);
}

/* ---- shape_t: table shapes ---- */

/* clang-format off */
_Static_assert(sizeof(((shape_t *)0)->id) == 8, "run calx-gen again");
_Static_assert(sizeof(((shape_t *)0)->key) == sizeof(char *), "run calx-gen again");
_Static_assert(sizeof(((shape_t *)0)->center_id) == 8, "run calx-gen again");

static const calx_column geo_figure_columns[] = {
    { .name = "id", .member = "id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(shape_t, id),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL | CALX_COLUMN_GENERATED },
    { .name = "key", .member = "key", .type = CALX_TYPE_TEXT, .size = sizeof(char *),
      .offset = offsetof(shape_t, key), .flags = 0 },
    { .name = "center_id", .member = "center_id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(shape_t, center_id), .flags = CALX_COLUMN_NOT_NULL },
};
static const uint16_t geo_figure_key[] = { 0 };
static const uint16_t geo_figure_foreign_key_0[] = { 2 };
static const uint16_t geo_figure_foreign_key_0_target[] = { 0 };
static const calx_foreign_key geo_figure_foreign_keys[] = {
    { .target = &geo_point_mapper, .columns = geo_figure_foreign_key_0,
      .target_columns = geo_figure_foreign_key_0_target,
      .column_count = 1, .on_delete = CALX_ON_DELETE_NO_ACTION },
};
static const calx_relationship geo_figure_relationships[] = {
    { .member = "center", .kind = CALX_RELATIONSHIP_ONE, .target = &geo_point_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE,
      .offset = offsetof(shape_t, center), .foreign_key = 0, .inverse = CALX_NO_INVERSE },
    { .member = "sessions", .kind = CALX_RELATIONSHIP_MANY, .target = &geo_session_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE | CALX_CASCADE_REFRESH_EXPIRE |
                 CALX_CASCADE_EXPUNGE | CALX_CASCADE_DELETE,
      .offset = offsetof(shape_t, sessions), .foreign_key = 0, .inverse = CALX_NO_INVERSE },
};

const calx_mapper geo_figure_mapper = {
    .abi = CALX_MAPPER_ABI, .name = "geo_figure", .table = "shapes",
    .instance_size = sizeof(shape_t), .instance_alignment = _Alignof(shape_t),
    .columns = geo_figure_columns, .column_count = 3,
    .key = geo_figure_key, .key_count = 1,
    .foreign_keys = geo_figure_foreign_keys, .foreign_key_count = 1,
    .relationships = geo_figure_relationships, .relationship_count = 2,
};

const struct geo_figure_col geo_figure_col = {
    .id = { { &geo_figure_mapper, 0, 0 } }, .key = { { &geo_figure_mapper, 1, 0 } },
    .center_id = { { &geo_figure_mapper, 2, 0 } },
};
const struct geo_figure_rel geo_figure_rel = {
    .center = { &geo_figure_mapper, 0 }, .sessions = { &geo_figure_mapper, 1 },
};
struct geo_figure_each { geo_figure_function function; void *context; };
/* clang-format on */

shape_t *geo_figure_new(void)
{
    return calx_instance_new(&geo_figure_mapper);
}
void geo_figure_free(shape_t *shape)
{
    calx_instance_free(shape);
}
shape_t *geo_figure_copy(const shape_t *shape)
{
    return calx_instance_copy(shape);
}
shape_t *geo_figure_edit(const shape_t *shape)
{
    return calx_instance_edit(shape);
}
void geo_figure_seal(const shape_t *shape)
{
    calx_instance_seal(shape);
}
calx_status geo_figure_add(calx_session *session, shape_t *shape)
{
    return calx_session_add(session, shape);
}
calx_status geo_figure_delete(calx_session *session, const shape_t *shape)
{
    return calx_session_delete(session, shape);
}

static calx_status geo_figure_found(calx_status status, const void **found,
                                    const shape_t **out_shape)
{
    if (status == CALX_OK)
        *out_shape = *found;
    return status;
}

calx_status geo_figure_get(calx_session *session, int64_t id, const shape_t **out_shape)
{
    const void *found = NULL, **place = out_shape != NULL ? &found : NULL;
    const calx_status status = calx_session_get_int64(session, &geo_figure_mapper, id, place);
    return geo_figure_found(status, &found, out_shape);
}

calx_status geo_figure_get_one(calx_session *session, int64_t id, const shape_t **out_shape)
{
    const calx_value key[] = { calx_value_int64(id) };
    const void *found = NULL, **place = out_shape != NULL ? &found : NULL;
    const calx_status status = calx_session_get_one(session, &geo_figure_mapper, key, place);
    return geo_figure_found(status, &found, out_shape);
}

calx_status geo_figure_merge(calx_session *session, const shape_t *source,
                             const shape_t **out_shape)
{
    const void *found = NULL, **place = out_shape != NULL ? &found : NULL;
    const calx_status status = calx_session_merge_as(session, &geo_figure_mapper, source, place);
    return geo_figure_found(status, &found, out_shape);
}

calx_status geo_figure_bulk_insert(calx_session *session, const shape_t *rows, size_t count)
{
    return calx_session_bulk_insert(session, &geo_figure_mapper, rows, count);
}
calx_status geo_figure_bulk_update(calx_session *session, const shape_t *rows, size_t count)
{
    return calx_session_bulk_update(session, &geo_figure_mapper, rows, count);
}
calx_status geo_figure_bulk_delete(calx_session *session, const shape_t *rows, size_t count)
{
    return calx_session_bulk_delete(session, &geo_figure_mapper, rows, count);
}
calx_status geo_figure_bulk_upsert(calx_session *session, const shape_t *rows, size_t count,
                                   const calx_bulk_options *options)
{
    return calx_session_bulk_upsert(session, &geo_figure_mapper, rows, count, options);
}

calx_status geo_figure_set_id(const shape_t *shape, int64_t id)
{
    return calx_instance_set_int64(shape, &geo_figure_columns[0], id);
}
calx_status geo_figure_set_key(const shape_t *shape, const char *new_value)
{
    return calx_instance_set_text(shape, &geo_figure_columns[1], new_value);
}
calx_status geo_figure_set_center_id(const shape_t *shape, int64_t center_id)
{
    return calx_instance_set_int64(shape, &geo_figure_columns[2], center_id);
}

calx_status geo_figure_center(const shape_t *shape, const point **out_center)
{
    const void *target = NULL, **place = out_center != NULL ? &target : NULL;
    const calx_status status = calx_relationship_one(shape, &geo_figure_relationships[0], place);
    if (status == CALX_OK)
        *out_center = target;
    return status;
}

calx_status geo_figure_set_center(const shape_t *shape, const point *center)
{
    return calx_relationship_set(shape, &geo_figure_relationships[0], center);
}
calx_status geo_figure_clear_center(const shape_t *shape)
{
    return calx_relationship_set(shape, &geo_figure_relationships[0], NULL);
}

calx_status geo_figure_sessions(const shape_t *shape, const struct session *const **out_items,
                                size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status =
        calx_relationship_many(shape, &geo_figure_relationships[1], place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct session *const *)items;
    return status;
}

calx_status geo_figure_sessions_count(const shape_t *shape, size_t *out_count)
{
    return calx_relationship_count(shape, &geo_figure_relationships[1], out_count);
}
calx_status geo_figure_sessions_contains(const shape_t *shape, const struct session *instance,
                                         bool *out_contains)
{
    return calx_relationship_contains(shape, &geo_figure_relationships[1], instance, out_contains);
}
calx_status geo_figure_sessions_append(const shape_t *shape, const struct session *instance)
{
    return calx_relationship_append(shape, &geo_figure_relationships[1], instance);
}
calx_status geo_figure_sessions_insert(const shape_t *shape, size_t position,
                                       const struct session *instance)
{
    return calx_relationship_insert(shape, &geo_figure_relationships[1], position, instance);
}
calx_status geo_figure_sessions_remove(const shape_t *shape, const struct session *instance)
{
    return calx_relationship_remove(shape, &geo_figure_relationships[1], instance);
}
calx_status geo_figure_sessions_replace(const shape_t *shape, const struct session *const *items,
                                        size_t count)
{
    return calx_relationship_replace(shape, &geo_figure_relationships[1],
                                     (const void *const *)items, count);
}
calx_status geo_figure_sessions_clear(const shape_t *shape)
{
    return calx_relationship_clear(shape, &geo_figure_relationships[1]);
}

/* The typed face of calx_query. */
geo_figure_query *geo_figure_query_new(calx_session *session)
{
    return (geo_figure_query *)calx_query_new(session, &geo_figure_mapper);
}
void geo_figure_query_free(geo_figure_query *query)
{
    calx_query_free((calx_query *)query);
}
calx_query *geo_figure_query_plain(geo_figure_query *query)
{
    return (calx_query *)query;
}
calx_status geo_figure_query_where(geo_figure_query *query, calx_expression condition)
{
    return calx_query_where((calx_query *)query, condition);
}
calx_status geo_figure_query_where_filter(geo_figure_query *query, const calx_filter *filter)
{
    return calx_query_where_filter((calx_query *)query, filter);
}
calx_status geo_figure_query_order_by(geo_figure_query *query, calx_order order)
{
    return calx_query_order_by((calx_query *)query, order);
}
calx_status geo_figure_query_limit(geo_figure_query *query, int64_t limit)
{
    return calx_query_limit((calx_query *)query, limit);
}
calx_status geo_figure_query_offset(geo_figure_query *query, int64_t offset)
{
    return calx_query_offset((calx_query *)query, offset);
}
calx_status geo_figure_query_options(geo_figure_query *query, calx_option option)
{
    return calx_query_options((calx_query *)query, option);
}
calx_status geo_figure_query_options_along(geo_figure_query *query, const calx_option *parts,
                                           size_t count)
{
    return calx_query_options_along((calx_query *)query, parts, count);
}
calx_status geo_figure_query_yield_per(geo_figure_query *query, size_t rows)
{
    return calx_query_yield_per((calx_query *)query, rows);
}
calx_status geo_figure_query_populate_existing(geo_figure_query *query)
{
    return calx_query_populate_existing((calx_query *)query);
}
calx_status geo_figure_query_count(geo_figure_query *query, int64_t *out_count)
{
    return calx_query_count((calx_query *)query, out_count);
}
calx_status geo_figure_query_exists(geo_figure_query *query, bool *out_exists)
{
    return calx_query_exists((calx_query *)query, out_exists);
}
calx_status geo_figure_query_update(geo_figure_query *query, const calx_assignment *assignments,
                                    size_t count, int64_t *out_count)
{
    return calx_query_update((calx_query *)query, assignments, count, out_count);
}
calx_status geo_figure_query_delete(geo_figure_query *query, int64_t *out_count)
{
    return calx_query_delete((calx_query *)query, out_count);
}
calx_status geo_figure_query_all(geo_figure_query *query, const shape_t *const **out_items,
                                 size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status = calx_query_all((calx_query *)query, place, out_count);
    if (status == CALX_OK)
        *out_items = (const shape_t *const *)items;
    return status;
}
calx_status geo_figure_query_first(geo_figure_query *query, const shape_t **out_shape)
{
    const void *found = NULL, **place = out_shape != NULL ? &found : NULL;
    return geo_figure_found(calx_query_first((calx_query *)query, place), &found, out_shape);
}
calx_status geo_figure_query_one(geo_figure_query *query, const shape_t **out_shape)
{
    const void *found = NULL, **place = out_shape != NULL ? &found : NULL;
    return geo_figure_found(calx_query_one((calx_query *)query, place), &found, out_shape);
}
calx_status geo_figure_query_one_or_none(geo_figure_query *query, const shape_t **out_shape)
{
    const void *found = NULL, **place = out_shape != NULL ? &found : NULL;
    return geo_figure_found(calx_query_one_or_none((calx_query *)query, place), &found, out_shape);
}
static calx_status geo_figure_each_call(void *context, const void *item)
{
    const struct geo_figure_each *each = context;
    return each->function(each->context, item);
}
calx_status geo_figure_query_each(geo_figure_query *query, geo_figure_function function,
                                  void *context)
{
    struct geo_figure_each each = { function, context };
    return calx_query_each((calx_query *)query, function != NULL ? geo_figure_each_call : NULL,
                           &each);
}

/* ---- struct session: table sessions ---- */

/* clang-format off */
_Static_assert(sizeof(((struct session *)0)->id) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct session *)0)->session) == sizeof(char *), "run calx-gen again");
_Static_assert(sizeof(((struct session *)0)->shape_id) == 8, "run calx-gen again");

static const calx_column geo_session_columns[] = {
    { .name = "id", .member = "id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct session, id),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL | CALX_COLUMN_GENERATED },
    { .name = "session", .member = "session", .type = CALX_TYPE_TEXT, .size = sizeof(char *),
      .offset = offsetof(struct session, session), .flags = 0 },
    { .name = "shape_id", .member = "shape_id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct session, shape_id), .flags = CALX_COLUMN_NOT_NULL },
};
static const uint16_t geo_session_key[] = { 0 };
static const uint16_t geo_session_foreign_key_0[] = { 2 };
static const uint16_t geo_session_foreign_key_0_target[] = { 0 };
static const calx_foreign_key geo_session_foreign_keys[] = {
    { .target = &geo_figure_mapper, .columns = geo_session_foreign_key_0,
      .target_columns = geo_session_foreign_key_0_target,
      .column_count = 1, .on_delete = CALX_ON_DELETE_NO_ACTION },
};
static const calx_relationship geo_session_relationships[] = {
    { .member = "shape", .kind = CALX_RELATIONSHIP_ONE, .target = &geo_figure_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE,
      .offset = offsetof(struct session, shape), .foreign_key = 0, .inverse = CALX_NO_INVERSE },
};

const calx_mapper geo_session_mapper = {
    .abi = CALX_MAPPER_ABI, .name = "geo_session", .table = "sessions",
    .instance_size = sizeof(struct session), .instance_alignment = _Alignof(struct session),
    .columns = geo_session_columns, .column_count = 3,
    .key = geo_session_key, .key_count = 1,
    .foreign_keys = geo_session_foreign_keys, .foreign_key_count = 1,
    .relationships = geo_session_relationships, .relationship_count = 1,
};

const struct geo_session_col geo_session_col = {
    .id = { { &geo_session_mapper, 0, 0 } }, .session = { { &geo_session_mapper, 1, 0 } },
    .shape_id = { { &geo_session_mapper, 2, 0 } },
};
const struct geo_session_rel geo_session_rel = {
    .shape = { &geo_session_mapper, 0 },
};
struct geo_session_each { geo_session_function function; void *context; };
/* clang-format on */

struct session *geo_session_new(void)
{
    return calx_instance_new(&geo_session_mapper);
}
void geo_session_free(struct session *instance)
{
    calx_instance_free(instance);
}
struct session *geo_session_copy(const struct session *instance)
{
    return calx_instance_copy(instance);
}
struct session *geo_session_edit(const struct session *instance)
{
    return calx_instance_edit(instance);
}
void geo_session_seal(const struct session *instance)
{
    calx_instance_seal(instance);
}
calx_status geo_session_add(calx_session *session, struct session *instance)
{
    return calx_session_add(session, instance);
}
calx_status geo_session_delete(calx_session *session, const struct session *instance)
{
    return calx_session_delete(session, instance);
}

static calx_status geo_session_found(calx_status status, const void **found,
                                     const struct session **out_instance)
{
    if (status == CALX_OK)
        *out_instance = *found;
    return status;
}

calx_status geo_session_get(calx_session *session, int64_t id, const struct session **out_instance)
{
    const void *found = NULL, **place = out_instance != NULL ? &found : NULL;
    const calx_status status = calx_session_get_int64(session, &geo_session_mapper, id, place);
    return geo_session_found(status, &found, out_instance);
}

calx_status geo_session_get_one(calx_session *session, int64_t id,
                                const struct session **out_instance)
{
    const calx_value key[] = { calx_value_int64(id) };
    const void *found = NULL, **place = out_instance != NULL ? &found : NULL;
    const calx_status status = calx_session_get_one(session, &geo_session_mapper, key, place);
    return geo_session_found(status, &found, out_instance);
}

calx_status geo_session_merge(calx_session *session, const struct session *source,
                              const struct session **out_instance)
{
    const void *found = NULL, **place = out_instance != NULL ? &found : NULL;
    const calx_status status = calx_session_merge_as(session, &geo_session_mapper, source, place);
    return geo_session_found(status, &found, out_instance);
}

calx_status geo_session_bulk_insert(calx_session *session, const struct session *rows, size_t count)
{
    return calx_session_bulk_insert(session, &geo_session_mapper, rows, count);
}
calx_status geo_session_bulk_update(calx_session *session, const struct session *rows, size_t count)
{
    return calx_session_bulk_update(session, &geo_session_mapper, rows, count);
}
calx_status geo_session_bulk_delete(calx_session *session, const struct session *rows, size_t count)
{
    return calx_session_bulk_delete(session, &geo_session_mapper, rows, count);
}
calx_status geo_session_bulk_upsert(calx_session *session, const struct session *rows, size_t count,
                                    const calx_bulk_options *options)
{
    return calx_session_bulk_upsert(session, &geo_session_mapper, rows, count, options);
}

calx_status geo_session_set_id(const struct session *instance, int64_t id)
{
    return calx_instance_set_int64(instance, &geo_session_columns[0], id);
}
calx_status geo_session_set_session(const struct session *instance, const char *new_value)
{
    return calx_instance_set_text(instance, &geo_session_columns[1], new_value);
}
calx_status geo_session_set_shape_id(const struct session *instance, int64_t shape_id)
{
    return calx_instance_set_int64(instance, &geo_session_columns[2], shape_id);
}

calx_status geo_session_shape(const struct session *instance, const shape_t **out_shape)
{
    const void *target = NULL, **place = out_shape != NULL ? &target : NULL;
    const calx_status status =
        calx_relationship_one(instance, &geo_session_relationships[0], place);
    if (status == CALX_OK)
        *out_shape = target;
    return status;
}

calx_status geo_session_set_shape(const struct session *instance, const shape_t *shape)
{
    return calx_relationship_set(instance, &geo_session_relationships[0], shape);
}
calx_status geo_session_clear_shape(const struct session *instance)
{
    return calx_relationship_set(instance, &geo_session_relationships[0], NULL);
}

/* The typed face of calx_query. */
geo_session_query *geo_session_query_new(calx_session *session)
{
    return (geo_session_query *)calx_query_new(session, &geo_session_mapper);
}
void geo_session_query_free(geo_session_query *query)
{
    calx_query_free((calx_query *)query);
}
calx_query *geo_session_query_plain(geo_session_query *query)
{
    return (calx_query *)query;
}
calx_status geo_session_query_where(geo_session_query *query, calx_expression condition)
{
    return calx_query_where((calx_query *)query, condition);
}
calx_status geo_session_query_where_filter(geo_session_query *query, const calx_filter *filter)
{
    return calx_query_where_filter((calx_query *)query, filter);
}
calx_status geo_session_query_order_by(geo_session_query *query, calx_order order)
{
    return calx_query_order_by((calx_query *)query, order);
}
calx_status geo_session_query_limit(geo_session_query *query, int64_t limit)
{
    return calx_query_limit((calx_query *)query, limit);
}
calx_status geo_session_query_offset(geo_session_query *query, int64_t offset)
{
    return calx_query_offset((calx_query *)query, offset);
}
calx_status geo_session_query_options(geo_session_query *query, calx_option option)
{
    return calx_query_options((calx_query *)query, option);
}
calx_status geo_session_query_options_along(geo_session_query *query, const calx_option *parts,
                                            size_t count)
{
    return calx_query_options_along((calx_query *)query, parts, count);
}
calx_status geo_session_query_yield_per(geo_session_query *query, size_t rows)
{
    return calx_query_yield_per((calx_query *)query, rows);
}
calx_status geo_session_query_populate_existing(geo_session_query *query)
{
    return calx_query_populate_existing((calx_query *)query);
}
calx_status geo_session_query_count(geo_session_query *query, int64_t *out_count)
{
    return calx_query_count((calx_query *)query, out_count);
}
calx_status geo_session_query_exists(geo_session_query *query, bool *out_exists)
{
    return calx_query_exists((calx_query *)query, out_exists);
}
calx_status geo_session_query_update(geo_session_query *query, const calx_assignment *assignments,
                                     size_t count, int64_t *out_count)
{
    return calx_query_update((calx_query *)query, assignments, count, out_count);
}
calx_status geo_session_query_delete(geo_session_query *query, int64_t *out_count)
{
    return calx_query_delete((calx_query *)query, out_count);
}
calx_status geo_session_query_all(geo_session_query *query, const struct session *const **out_items,
                                  size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status = calx_query_all((calx_query *)query, place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct session *const *)items;
    return status;
}
calx_status geo_session_query_first(geo_session_query *query, const struct session **out_instance)
{
    const void *found = NULL, **place = out_instance != NULL ? &found : NULL;
    return geo_session_found(calx_query_first((calx_query *)query, place), &found, out_instance);
}
calx_status geo_session_query_one(geo_session_query *query, const struct session **out_instance)
{
    const void *found = NULL, **place = out_instance != NULL ? &found : NULL;
    return geo_session_found(calx_query_one((calx_query *)query, place), &found, out_instance);
}
calx_status geo_session_query_one_or_none(geo_session_query *query,
                                          const struct session **out_instance)
{
    const void *found = NULL, **place = out_instance != NULL ? &found : NULL;
    return geo_session_found(calx_query_one_or_none((calx_query *)query, place), &found,
                             out_instance);
}
static calx_status geo_session_each_call(void *context, const void *item)
{
    const struct geo_session_each *each = context;
    return each->function(each->context, item);
}
calx_status geo_session_query_each(geo_session_query *query, geo_session_function function,
                                   void *context)
{
    struct geo_session_each each = { function, context };
    return calx_query_each((calx_query *)query, function != NULL ? geo_session_each_call : NULL,
                           &each);
}

/* ---- struct temperature_measurement: table measurements_of_temperature ---- */

/* clang-format off */
_Static_assert(sizeof(((struct temperature_measurement *)0)->measurement_number) == 8,
               "run calx-gen again");
_Static_assert(sizeof(((struct temperature_measurement *)0)->weather_station) == sizeof(char *),
               "run calx-gen again");
_Static_assert(
    sizeof(((struct temperature_measurement *)0)->degrees_above_absolute_zero.value) == 8,
    "run calx-gen again");
_Static_assert(sizeof(((struct temperature_measurement *)0)->preceding_measurement.value) == 8,
               "run calx-gen again");

static const calx_column geo_temperature_measurement_columns[] = {
    { .name = "measurement_number", .member = "measurement_number", .type = CALX_TYPE_INT64,
      .size = 8, .offset = offsetof(struct temperature_measurement, measurement_number),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL | CALX_COLUMN_GENERATED },
    { .name = "weather_station", .member = "weather_station", .type = CALX_TYPE_TEXT,
      .size = sizeof(char *), .offset = offsetof(struct temperature_measurement, weather_station),
      .flags = CALX_COLUMN_NOT_NULL },
    { .name = "degrees_above_absolute_zero", .member = "degrees_above_absolute_zero",
      .type = CALX_TYPE_DOUBLE, .size = 8,
      .offset = offsetof(struct temperature_measurement, degrees_above_absolute_zero.value),
      .flags = CALX_COLUMN_UNIQUE | CALX_COLUMN_NULL_FLAG,
      .null_offset = offsetof(struct temperature_measurement,
                              degrees_above_absolute_zero.has_value),
      .check = "degrees_above_absolute_zero IS NULL OR degrees_above_absolute_zero >= 0" },
    { .name = "preceding_measurement", .member = "preceding_measurement", .type = CALX_TYPE_INT64,
      .size = 8, .offset = offsetof(struct temperature_measurement, preceding_measurement.value),
      .flags = CALX_COLUMN_NULL_FLAG,
      .null_offset = offsetof(struct temperature_measurement, preceding_measurement.has_value) },
};
static const uint16_t geo_temperature_measurement_key[] = { 0 };
static const uint16_t geo_temperature_measurement_foreign_key_0[] = { 3 };
static const uint16_t geo_temperature_measurement_foreign_key_0_target[] = { 0 };
static const calx_foreign_key geo_temperature_measurement_foreign_keys[] = {
    { .target = &geo_temperature_measurement_mapper,
      .columns = geo_temperature_measurement_foreign_key_0,
      .target_columns = geo_temperature_measurement_foreign_key_0_target,
      .column_count = 1, .on_delete = CALX_ON_DELETE_SET_NULL },
};
static const uint16_t geo_temperature_measurement_index_0[] = { 1 };
static const calx_index geo_temperature_measurement_indexes[] = {
    { .name = "by_weather_station", .columns = geo_temperature_measurement_index_0,
      .column_count = 1, .unique = false },
};
static const calx_relationship geo_temperature_measurement_relationships[] = {
    { .member = "preceding", .kind = CALX_RELATIONSHIP_ONE,
      .target = &geo_temperature_measurement_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE,
      .offset = offsetof(struct temperature_measurement, preceding), .foreign_key = 0,
      .inverse = 1 },
    { .member = "following_measurements", .kind = CALX_RELATIONSHIP_MANY,
      .target = &geo_temperature_measurement_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE | CALX_CASCADE_REFRESH_EXPIRE |
                 CALX_CASCADE_EXPUNGE,
      .offset = offsetof(struct temperature_measurement, following_measurements), .foreign_key = 0,
      .inverse = 0 },
};

const calx_mapper geo_temperature_measurement_mapper = {
    .abi = CALX_MAPPER_ABI, .name = "geo_temperature_measurement",
    .table = "measurements_of_temperature",
    .instance_size = sizeof(struct temperature_measurement), .instance_alignment = _Alignof(
        struct temperature_measurement),
    .columns = geo_temperature_measurement_columns, .column_count = 4,
    .key = geo_temperature_measurement_key, .key_count = 1,
    .foreign_keys = geo_temperature_measurement_foreign_keys, .foreign_key_count = 1,
    .indexes = geo_temperature_measurement_indexes, .index_count = 1,
    .relationships = geo_temperature_measurement_relationships, .relationship_count = 2,
};

const struct geo_temperature_measurement_col geo_temperature_measurement_col = {
    .measurement_number = { { &geo_temperature_measurement_mapper, 0, 0 } },
    .weather_station = { { &geo_temperature_measurement_mapper, 1, 0 } },
    .degrees_above_absolute_zero = { { &geo_temperature_measurement_mapper, 2, 0 } },
    .preceding_measurement = { { &geo_temperature_measurement_mapper, 3, 0 } },
};
const struct geo_temperature_measurement_rel geo_temperature_measurement_rel = {
    .preceding = { &geo_temperature_measurement_mapper, 0 },
    .following_measurements = { &geo_temperature_measurement_mapper, 1 },
};
struct geo_temperature_measurement_each { geo_temperature_measurement_function function; void *context; };
/* clang-format on */

struct temperature_measurement *geo_temperature_measurement_new(void)
{
    return calx_instance_new(&geo_temperature_measurement_mapper);
}
void geo_temperature_measurement_free(struct temperature_measurement *temperature_measurement)
{
    calx_instance_free(temperature_measurement);
}
struct temperature_measurement *geo_temperature_measurement_copy(
    const struct temperature_measurement *temperature_measurement)
{
    return calx_instance_copy(temperature_measurement);
}
struct temperature_measurement *geo_temperature_measurement_edit(
    const struct temperature_measurement *temperature_measurement)
{
    return calx_instance_edit(temperature_measurement);
}
void geo_temperature_measurement_seal(const struct temperature_measurement *temperature_measurement)
{
    calx_instance_seal(temperature_measurement);
}
calx_status geo_temperature_measurement_add(calx_session *session,
                                            struct temperature_measurement *temperature_measurement)
{
    return calx_session_add(session, temperature_measurement);
}
calx_status geo_temperature_measurement_delete(
    calx_session *session, const struct temperature_measurement *temperature_measurement)
{
    return calx_session_delete(session, temperature_measurement);
}

static calx_status geo_temperature_measurement_found(
    calx_status status, const void **found,
    const struct temperature_measurement **out_temperature_measurement)
{
    if (status == CALX_OK)
        *out_temperature_measurement = *found;
    return status;
}

calx_status geo_temperature_measurement_get(
    calx_session *session, int64_t measurement_number,
    const struct temperature_measurement **out_temperature_measurement)
{
    const void *found = NULL, **place = out_temperature_measurement != NULL ? &found : NULL;
    const calx_status status = calx_session_get_int64(session, &geo_temperature_measurement_mapper,
                                                      measurement_number, place);
    return geo_temperature_measurement_found(status, &found, out_temperature_measurement);
}

calx_status geo_temperature_measurement_get_one(
    calx_session *session, int64_t measurement_number,
    const struct temperature_measurement **out_temperature_measurement)
{
    const calx_value key[] = { calx_value_int64(measurement_number) };
    const void *found = NULL, **place = out_temperature_measurement != NULL ? &found : NULL;
    const calx_status status =
        calx_session_get_one(session, &geo_temperature_measurement_mapper, key, place);
    return geo_temperature_measurement_found(status, &found, out_temperature_measurement);
}

calx_status geo_temperature_measurement_merge(
    calx_session *session, const struct temperature_measurement *source,
    const struct temperature_measurement **out_temperature_measurement)
{
    const void *found = NULL, **place = out_temperature_measurement != NULL ? &found : NULL;
    const calx_status status =
        calx_session_merge_as(session, &geo_temperature_measurement_mapper, source, place);
    return geo_temperature_measurement_found(status, &found, out_temperature_measurement);
}

calx_status geo_temperature_measurement_bulk_insert(calx_session *session,
                                                    const struct temperature_measurement *rows,
                                                    size_t count)
{
    return calx_session_bulk_insert(session, &geo_temperature_measurement_mapper, rows, count);
}
calx_status geo_temperature_measurement_bulk_update(calx_session *session,
                                                    const struct temperature_measurement *rows,
                                                    size_t count)
{
    return calx_session_bulk_update(session, &geo_temperature_measurement_mapper, rows, count);
}
calx_status geo_temperature_measurement_bulk_delete(calx_session *session,
                                                    const struct temperature_measurement *rows,
                                                    size_t count)
{
    return calx_session_bulk_delete(session, &geo_temperature_measurement_mapper, rows, count);
}
calx_status geo_temperature_measurement_bulk_upsert(calx_session *session,
                                                    const struct temperature_measurement *rows,
                                                    size_t count, const calx_bulk_options *options)
{
    return calx_session_bulk_upsert(session, &geo_temperature_measurement_mapper, rows, count,
                                    options);
}

calx_status geo_temperature_measurement_set_measurement_number(
    const struct temperature_measurement *temperature_measurement, int64_t measurement_number)
{
    return calx_instance_set_int64(temperature_measurement, &geo_temperature_measurement_columns[0],
                                   measurement_number);
}
calx_status geo_temperature_measurement_set_weather_station(
    const struct temperature_measurement *temperature_measurement, const char *weather_station)
{
    return calx_instance_set_text(temperature_measurement, &geo_temperature_measurement_columns[1],
                                  weather_station);
}
calx_status geo_temperature_measurement_set_degrees_above_absolute_zero(
    const struct temperature_measurement *temperature_measurement,
    calx_nullable_double degrees_above_absolute_zero)
{
    return calx_instance_set_nullable(temperature_measurement,
                                      &geo_temperature_measurement_columns[2],
                                      &degrees_above_absolute_zero);
}
calx_status geo_temperature_measurement_set_preceding_measurement(
    const struct temperature_measurement *temperature_measurement,
    calx_nullable_int64 preceding_measurement)
{
    return calx_instance_set_nullable(
        temperature_measurement, &geo_temperature_measurement_columns[3], &preceding_measurement);
}

calx_status geo_temperature_measurement_preceding(
    const struct temperature_measurement *temperature_measurement,
    const struct temperature_measurement **out_preceding)
{
    const void *target = NULL, **place = out_preceding != NULL ? &target : NULL;
    const calx_status status = calx_relationship_one(
        temperature_measurement, &geo_temperature_measurement_relationships[0], place);
    if (status == CALX_OK)
        *out_preceding = target;
    return status;
}

calx_status geo_temperature_measurement_set_preceding(
    const struct temperature_measurement *temperature_measurement,
    const struct temperature_measurement *preceding)
{
    return calx_relationship_set(temperature_measurement,
                                 &geo_temperature_measurement_relationships[0], preceding);
}
calx_status geo_temperature_measurement_clear_preceding(
    const struct temperature_measurement *temperature_measurement)
{
    return calx_relationship_set(temperature_measurement,
                                 &geo_temperature_measurement_relationships[0], NULL);
}

calx_status geo_temperature_measurement_following_measurements(
    const struct temperature_measurement *temperature_measurement,
    const struct temperature_measurement *const **out_items, size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status = calx_relationship_many(
        temperature_measurement, &geo_temperature_measurement_relationships[1], place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct temperature_measurement *const *)items;
    return status;
}

calx_status geo_temperature_measurement_following_measurements_count(
    const struct temperature_measurement *temperature_measurement, size_t *out_count)
{
    return calx_relationship_count(temperature_measurement,
                                   &geo_temperature_measurement_relationships[1], out_count);
}
calx_status geo_temperature_measurement_following_measurements_contains(
    const struct temperature_measurement *temperature_measurement,
    const struct temperature_measurement *item, bool *out_contains)
{
    return calx_relationship_contains(
        temperature_measurement, &geo_temperature_measurement_relationships[1], item, out_contains);
}
calx_status geo_temperature_measurement_following_measurements_append(
    const struct temperature_measurement *temperature_measurement,
    const struct temperature_measurement *item)
{
    return calx_relationship_append(temperature_measurement,
                                    &geo_temperature_measurement_relationships[1], item);
}
calx_status geo_temperature_measurement_following_measurements_insert(
    const struct temperature_measurement *temperature_measurement, size_t position,
    const struct temperature_measurement *item)
{
    return calx_relationship_insert(temperature_measurement,
                                    &geo_temperature_measurement_relationships[1], position, item);
}
calx_status geo_temperature_measurement_following_measurements_remove(
    const struct temperature_measurement *temperature_measurement,
    const struct temperature_measurement *item)
{
    return calx_relationship_remove(temperature_measurement,
                                    &geo_temperature_measurement_relationships[1], item);
}
calx_status geo_temperature_measurement_following_measurements_replace(
    const struct temperature_measurement *temperature_measurement,
    const struct temperature_measurement *const *items, size_t count)
{
    return calx_relationship_replace(temperature_measurement,
                                     &geo_temperature_measurement_relationships[1],
                                     (const void *const *)items, count);
}
calx_status geo_temperature_measurement_following_measurements_clear(
    const struct temperature_measurement *temperature_measurement)
{
    return calx_relationship_clear(temperature_measurement,
                                   &geo_temperature_measurement_relationships[1]);
}

/* The typed face of calx_query. */
geo_temperature_measurement_query *geo_temperature_measurement_query_new(calx_session *session)
{
    return (geo_temperature_measurement_query *)calx_query_new(session,
                                                               &geo_temperature_measurement_mapper);
}
void geo_temperature_measurement_query_free(geo_temperature_measurement_query *query)
{
    calx_query_free((calx_query *)query);
}
calx_query *geo_temperature_measurement_query_plain(geo_temperature_measurement_query *query)
{
    return (calx_query *)query;
}
calx_status geo_temperature_measurement_query_where(geo_temperature_measurement_query *query,
                                                    calx_expression condition)
{
    return calx_query_where((calx_query *)query, condition);
}
calx_status geo_temperature_measurement_query_where_filter(geo_temperature_measurement_query *query,
                                                           const calx_filter *filter)
{
    return calx_query_where_filter((calx_query *)query, filter);
}
calx_status geo_temperature_measurement_query_order_by(geo_temperature_measurement_query *query,
                                                       calx_order order)
{
    return calx_query_order_by((calx_query *)query, order);
}
calx_status geo_temperature_measurement_query_limit(geo_temperature_measurement_query *query,
                                                    int64_t limit)
{
    return calx_query_limit((calx_query *)query, limit);
}
calx_status geo_temperature_measurement_query_offset(geo_temperature_measurement_query *query,
                                                     int64_t offset)
{
    return calx_query_offset((calx_query *)query, offset);
}
calx_status geo_temperature_measurement_query_options(geo_temperature_measurement_query *query,
                                                      calx_option option)
{
    return calx_query_options((calx_query *)query, option);
}
calx_status geo_temperature_measurement_query_options_along(
    geo_temperature_measurement_query *query, const calx_option *parts, size_t count)
{
    return calx_query_options_along((calx_query *)query, parts, count);
}
calx_status geo_temperature_measurement_query_yield_per(geo_temperature_measurement_query *query,
                                                        size_t rows)
{
    return calx_query_yield_per((calx_query *)query, rows);
}
calx_status geo_temperature_measurement_query_populate_existing(
    geo_temperature_measurement_query *query)
{
    return calx_query_populate_existing((calx_query *)query);
}
calx_status geo_temperature_measurement_query_count(geo_temperature_measurement_query *query,
                                                    int64_t *out_count)
{
    return calx_query_count((calx_query *)query, out_count);
}
calx_status geo_temperature_measurement_query_exists(geo_temperature_measurement_query *query,
                                                     bool *out_exists)
{
    return calx_query_exists((calx_query *)query, out_exists);
}
calx_status geo_temperature_measurement_query_update(geo_temperature_measurement_query *query,
                                                     const calx_assignment *assignments,
                                                     size_t count, int64_t *out_count)
{
    return calx_query_update((calx_query *)query, assignments, count, out_count);
}
calx_status geo_temperature_measurement_query_delete(geo_temperature_measurement_query *query,
                                                     int64_t *out_count)
{
    return calx_query_delete((calx_query *)query, out_count);
}
calx_status geo_temperature_measurement_query_all(
    geo_temperature_measurement_query *query,
    const struct temperature_measurement *const **out_items, size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status = calx_query_all((calx_query *)query, place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct temperature_measurement *const *)items;
    return status;
}
calx_status geo_temperature_measurement_query_first(
    geo_temperature_measurement_query *query,
    const struct temperature_measurement **out_temperature_measurement)
{
    const void *found = NULL, **place = out_temperature_measurement != NULL ? &found : NULL;
    return geo_temperature_measurement_found(calx_query_first((calx_query *)query, place), &found,
                                             out_temperature_measurement);
}
calx_status geo_temperature_measurement_query_one(
    geo_temperature_measurement_query *query,
    const struct temperature_measurement **out_temperature_measurement)
{
    const void *found = NULL, **place = out_temperature_measurement != NULL ? &found : NULL;
    return geo_temperature_measurement_found(calx_query_one((calx_query *)query, place), &found,
                                             out_temperature_measurement);
}
calx_status geo_temperature_measurement_query_one_or_none(
    geo_temperature_measurement_query *query,
    const struct temperature_measurement **out_temperature_measurement)
{
    const void *found = NULL, **place = out_temperature_measurement != NULL ? &found : NULL;
    return geo_temperature_measurement_found(calx_query_one_or_none((calx_query *)query, place),
                                             &found, out_temperature_measurement);
}
static calx_status geo_temperature_measurement_each_call(void *context, const void *item)
{
    const struct geo_temperature_measurement_each *each = context;
    return each->function(each->context, item);
}
calx_status geo_temperature_measurement_query_each(geo_temperature_measurement_query *query,
                                                   geo_temperature_measurement_function function,
                                                   void *context)
{
    struct geo_temperature_measurement_each each = { function, context };
    return calx_query_each((calx_query *)query,
                           function != NULL ? geo_temperature_measurement_each_call : NULL, &each);
}

/* clang-format off */
static const calx_mapper *const names_mappers[] = {
    &geo_point_mapper, &geo_figure_mapper, &geo_session_mapper, &geo_temperature_measurement_mapper,
};
const calx_metadata names_metadata = {
    .abi = CALX_MAPPER_ABI, .name = "names", .mappers = names_mappers, .mapper_count = 4,
};
/* clang-format on */
