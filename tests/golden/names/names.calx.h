/* Generated from names.h by calx-gen 0.1.0. Do not edit: change names.h and build again. */
#ifndef NAMES_CALX_H
#define NAMES_CALX_H

#include "names.h"

#include <calx/query.h>

CALX_BEGIN_DECLS

/** Every mapper of names.h, for calx_schema_create_all(). */
extern const calx_metadata names_metadata;

/* ---- point: table points ---- */

/** A struct without a tag. */
extern const calx_mapper geo_point_mapper;

/** The columns, for conditions and orders: calx_eq(geo_point_col.id, …). */
extern const struct geo_point_col {
    calx_int64_column id;
    calx_double_column x;
    calx_double_column y;
} geo_point_col;

/** A transient instance (NULL: no memory), the caller's until it is added: free it, or NULL. */
point *geo_point_new(void);
void geo_point_free(point *instance);
/** A transient copy of the columns, owned by the caller. NULL: no memory. */
point *geo_point_copy(const point *instance);
/** The mutable pointer, watched until it is sealed. NULL: no memory, or not editable. */
point *geo_point_edit(const point *instance);
void geo_point_seal(const point *instance);
/** Inserted by the next flush, kept by the session; deleted by the next flush. */
calx_status geo_point_add(calx_session *session, point *instance);
calx_status geo_point_delete(calx_session *session, const point *instance);
/** By key, borrowed; no such row: *out_instance is NULL, and for _get_one CALX_E_NO_RESULT. */
calx_status geo_point_get(calx_session *session, int64_t id, const point **out_instance);
calx_status geo_point_get_one(calx_session *session, int64_t id, const point **out_instance);
/** Takes over what an instance of elsewhere, or a plain struct, says (calx_session_merge()). */
calx_status geo_point_merge(calx_session *session, const point *source, const point **out_instance);
/** Plain rows, straight to the table: new, by key, or both. options: NULL, or calx/bulk.h. */
calx_status geo_point_bulk_insert(calx_session *session, const point *rows, size_t count);
calx_status geo_point_bulk_update(calx_session *session, const point *rows, size_t count);
calx_status geo_point_bulk_delete(calx_session *session, const point *rows, size_t count);
calx_status geo_point_bulk_upsert(calx_session *session, const point *rows, size_t count,
                                  const calx_bulk_options *options);

/* Setters copy texts. CALX_E_DATA: no fit; _STATE: deleted; _UNMAPPED: no instance; _NOMEM. */
calx_status geo_point_set_id(const point *instance, int64_t id);
calx_status geo_point_set_x(const point *instance, double x);
calx_status geo_point_set_y(const point *instance, double y);

/**
 * A query (NULL: no memory), which owns its results; _plain: the same, for joins, locks, values.
 */
typedef struct geo_point_query geo_point_query;
geo_point_query *geo_point_query_new(calx_session *session);
void geo_point_query_free(geo_point_query *query);
calx_query *geo_point_query_plain(geo_point_query *query);
/** Conditions are joined by AND, orders follow each other. CALX_E_LIMIT: use _where_filter. */
calx_status geo_point_query_where(geo_point_query *query, calx_expression condition);
calx_status geo_point_query_where_filter(geo_point_query *query, const calx_filter *filter);
calx_status geo_point_query_order_by(geo_point_query *query, calx_order order);
calx_status geo_point_query_limit(geo_point_query *query, int64_t limit);
calx_status geo_point_query_offset(geo_point_query *query, int64_t offset);
/** How members are loaded (calx/option.h), in batches of a stream; rows overwrite what is there. */
calx_status geo_point_query_options(geo_point_query *query, calx_option option);
calx_status geo_point_query_options_along(geo_point_query *query, const calx_option *parts,
                                          size_t count);
calx_status geo_point_query_yield_per(geo_point_query *query, size_t rows);
calx_status geo_point_query_populate_existing(geo_point_query *query);
calx_status geo_point_query_all(geo_point_query *query, const point *const **out_items,
                                size_t *out_count);
/** The first, or NULL; the only one (CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS); it, or NULL. */
calx_status geo_point_query_first(geo_point_query *query, const point **out_instance);
calx_status geo_point_query_one(geo_point_query *query, const point **out_instance);
calx_status geo_point_query_one_or_none(geo_point_query *query, const point **out_instance);
/** How many rows, limit and offset counted in. */
calx_status geo_point_query_count(geo_point_query *query, int64_t *out_count);
calx_status geo_point_query_exists(geo_point_query *query, bool *out_exists);
/** The rows that match are updated, or deleted; see calx_query_update() and calx/assignment.h. */
calx_status geo_point_query_update(geo_point_query *query, const calx_assignment *assignments,
                                   size_t count, int64_t *out_count);
calx_status geo_point_query_delete(geo_point_query *query, int64_t *out_count);
/** A stream: an instance is good until the function returns; what is not CALX_OK ends it. */
typedef calx_status (*geo_point_function)(void *context, const point *instance);
calx_status geo_point_query_each(geo_point_query *query, geo_point_function function,
                                 void *context);

/* ---- shape_t: table shapes ---- */

/** Its generated functions begin with another name. */
extern const calx_mapper geo_figure_mapper;

/** The columns, for conditions and orders: calx_eq(geo_figure_col.id, …). */
extern const struct geo_figure_col {
    calx_int64_column id;
    calx_text_column key;
    calx_int64_column center_id;
} geo_figure_col;

/** The relationships, for loading options: calx_selectinload(geo_figure_rel.center). */
extern const struct geo_figure_rel {
    calx_relation center;
    calx_relation sessions;
} geo_figure_rel;

/** A transient instance (NULL: no memory), the caller's until it is added: free it, or NULL. */
shape_t *geo_figure_new(void);
void geo_figure_free(shape_t *shape);
/** A transient copy of the columns, owned by the caller. NULL: no memory. */
shape_t *geo_figure_copy(const shape_t *shape);
/** The mutable pointer, watched until it is sealed. NULL: no memory, or not editable. */
shape_t *geo_figure_edit(const shape_t *shape);
void geo_figure_seal(const shape_t *shape);
/** Inserted by the next flush, kept by the session; deleted by the next flush. */
calx_status geo_figure_add(calx_session *session, shape_t *shape);
calx_status geo_figure_delete(calx_session *session, const shape_t *shape);
/** By key, borrowed; no such row: *out_shape is NULL, and for _get_one CALX_E_NO_RESULT. */
calx_status geo_figure_get(calx_session *session, int64_t id, const shape_t **out_shape);
calx_status geo_figure_get_one(calx_session *session, int64_t id, const shape_t **out_shape);
/** Takes over what an instance of elsewhere, or a plain struct, says (calx_session_merge()). */
calx_status geo_figure_merge(calx_session *session, const shape_t *source,
                             const shape_t **out_shape);
/** Plain rows, straight to the table: new, by key, or both. options: NULL, or calx/bulk.h. */
calx_status geo_figure_bulk_insert(calx_session *session, const shape_t *rows, size_t count);
calx_status geo_figure_bulk_update(calx_session *session, const shape_t *rows, size_t count);
calx_status geo_figure_bulk_delete(calx_session *session, const shape_t *rows, size_t count);
calx_status geo_figure_bulk_upsert(calx_session *session, const shape_t *rows, size_t count,
                                   const calx_bulk_options *options);

/* Setters copy texts. CALX_E_DATA: no fit; _STATE: deleted; _UNMAPPED: no instance; _NOMEM. */
calx_status geo_figure_set_id(const shape_t *shape, int64_t id);
calx_status geo_figure_set_key(const shape_t *shape, const char *new_value);
calx_status geo_figure_set_center_id(const shape_t *shape, int64_t center_id);

/* Relationships: loaded when first asked for; what comes out is borrowed until they change. */
calx_status geo_figure_center(const shape_t *shape, const point **out_center);
calx_status geo_figure_set_center(const shape_t *shape, const point *center);
calx_status geo_figure_clear_center(const shape_t *shape);
calx_status geo_figure_sessions(const shape_t *shape, const struct session *const **out_items,
                                size_t *out_count);
calx_status geo_figure_sessions_count(const shape_t *shape, size_t *out_count);
calx_status geo_figure_sessions_contains(const shape_t *shape, const struct session *instance,
                                         bool *out_contains);
calx_status geo_figure_sessions_append(const shape_t *shape, const struct session *instance);
calx_status geo_figure_sessions_insert(const shape_t *shape, size_t position,
                                       const struct session *instance);
calx_status geo_figure_sessions_remove(const shape_t *shape, const struct session *instance);
calx_status geo_figure_sessions_replace(const shape_t *shape, const struct session *const *items,
                                        size_t count);
calx_status geo_figure_sessions_clear(const shape_t *shape);

/**
 * A query (NULL: no memory), which owns its results; _plain: the same, for joins, locks, values.
 */
typedef struct geo_figure_query geo_figure_query;
geo_figure_query *geo_figure_query_new(calx_session *session);
void geo_figure_query_free(geo_figure_query *query);
calx_query *geo_figure_query_plain(geo_figure_query *query);
/** Conditions are joined by AND, orders follow each other. CALX_E_LIMIT: use _where_filter. */
calx_status geo_figure_query_where(geo_figure_query *query, calx_expression condition);
calx_status geo_figure_query_where_filter(geo_figure_query *query, const calx_filter *filter);
calx_status geo_figure_query_order_by(geo_figure_query *query, calx_order order);
calx_status geo_figure_query_limit(geo_figure_query *query, int64_t limit);
calx_status geo_figure_query_offset(geo_figure_query *query, int64_t offset);
/** How members are loaded (calx/option.h), in batches of a stream; rows overwrite what is there. */
calx_status geo_figure_query_options(geo_figure_query *query, calx_option option);
calx_status geo_figure_query_options_along(geo_figure_query *query, const calx_option *parts,
                                           size_t count);
calx_status geo_figure_query_yield_per(geo_figure_query *query, size_t rows);
calx_status geo_figure_query_populate_existing(geo_figure_query *query);
calx_status geo_figure_query_all(geo_figure_query *query, const shape_t *const **out_items,
                                 size_t *out_count);
/** The first, or NULL; the only one (CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS); it, or NULL. */
calx_status geo_figure_query_first(geo_figure_query *query, const shape_t **out_shape);
calx_status geo_figure_query_one(geo_figure_query *query, const shape_t **out_shape);
calx_status geo_figure_query_one_or_none(geo_figure_query *query, const shape_t **out_shape);
/** How many rows, limit and offset counted in. */
calx_status geo_figure_query_count(geo_figure_query *query, int64_t *out_count);
calx_status geo_figure_query_exists(geo_figure_query *query, bool *out_exists);
/** The rows that match are updated, or deleted; see calx_query_update() and calx/assignment.h. */
calx_status geo_figure_query_update(geo_figure_query *query, const calx_assignment *assignments,
                                    size_t count, int64_t *out_count);
calx_status geo_figure_query_delete(geo_figure_query *query, int64_t *out_count);
/** A stream: an instance is good until the function returns; what is not CALX_OK ends it. */
typedef calx_status (*geo_figure_function)(void *context, const shape_t *shape);
calx_status geo_figure_query_each(geo_figure_query *query, geo_figure_function function,
                                  void *context);

/* ---- struct session: table sessions ---- */

/** Its name is that of a parameter. */
extern const calx_mapper geo_session_mapper;

/** The columns, for conditions and orders: calx_eq(geo_session_col.id, …). */
extern const struct geo_session_col {
    calx_int64_column id;
    calx_text_column session;
    calx_int64_column shape_id;
} geo_session_col;

/** The relationships, for loading options: calx_selectinload(geo_session_rel.shape). */
extern const struct geo_session_rel {
    calx_relation shape;
} geo_session_rel;

/** A transient instance (NULL: no memory), the caller's until it is added: free it, or NULL. */
struct session *geo_session_new(void);
void geo_session_free(struct session *instance);
/** A transient copy of the columns, owned by the caller. NULL: no memory. */
struct session *geo_session_copy(const struct session *instance);
/** The mutable pointer, watched until it is sealed. NULL: no memory, or not editable. */
struct session *geo_session_edit(const struct session *instance);
void geo_session_seal(const struct session *instance);
/** Inserted by the next flush, kept by the session; deleted by the next flush. */
calx_status geo_session_add(calx_session *session, struct session *instance);
calx_status geo_session_delete(calx_session *session, const struct session *instance);
/** By key, borrowed; no such row: *out_instance is NULL, and for _get_one CALX_E_NO_RESULT. */
calx_status geo_session_get(calx_session *session, int64_t id, const struct session **out_instance);
calx_status geo_session_get_one(calx_session *session, int64_t id,
                                const struct session **out_instance);
/** Takes over what an instance of elsewhere, or a plain struct, says (calx_session_merge()). */
calx_status geo_session_merge(calx_session *session, const struct session *source,
                              const struct session **out_instance);
/** Plain rows, straight to the table: new, by key, or both. options: NULL, or calx/bulk.h. */
calx_status geo_session_bulk_insert(calx_session *session, const struct session *rows,
                                    size_t count);
calx_status geo_session_bulk_update(calx_session *session, const struct session *rows,
                                    size_t count);
calx_status geo_session_bulk_delete(calx_session *session, const struct session *rows,
                                    size_t count);
calx_status geo_session_bulk_upsert(calx_session *session, const struct session *rows, size_t count,
                                    const calx_bulk_options *options);

/* Setters copy texts. CALX_E_DATA: no fit; _STATE: deleted; _UNMAPPED: no instance; _NOMEM. */
calx_status geo_session_set_id(const struct session *instance, int64_t id);
calx_status geo_session_set_session(const struct session *instance, const char *new_value);
calx_status geo_session_set_shape_id(const struct session *instance, int64_t shape_id);

/* Relationships: loaded when first asked for; what comes out is borrowed until they change. */
calx_status geo_session_shape(const struct session *instance, const shape_t **out_shape);
calx_status geo_session_set_shape(const struct session *instance, const shape_t *shape);
calx_status geo_session_clear_shape(const struct session *instance);

/**
 * A query (NULL: no memory), which owns its results; _plain: the same, for joins, locks, values.
 */
typedef struct geo_session_query geo_session_query;
geo_session_query *geo_session_query_new(calx_session *session);
void geo_session_query_free(geo_session_query *query);
calx_query *geo_session_query_plain(geo_session_query *query);
/** Conditions are joined by AND, orders follow each other. CALX_E_LIMIT: use _where_filter. */
calx_status geo_session_query_where(geo_session_query *query, calx_expression condition);
calx_status geo_session_query_where_filter(geo_session_query *query, const calx_filter *filter);
calx_status geo_session_query_order_by(geo_session_query *query, calx_order order);
calx_status geo_session_query_limit(geo_session_query *query, int64_t limit);
calx_status geo_session_query_offset(geo_session_query *query, int64_t offset);
/** How members are loaded (calx/option.h), in batches of a stream; rows overwrite what is there. */
calx_status geo_session_query_options(geo_session_query *query, calx_option option);
calx_status geo_session_query_options_along(geo_session_query *query, const calx_option *parts,
                                            size_t count);
calx_status geo_session_query_yield_per(geo_session_query *query, size_t rows);
calx_status geo_session_query_populate_existing(geo_session_query *query);
calx_status geo_session_query_all(geo_session_query *query, const struct session *const **out_items,
                                  size_t *out_count);
/** The first, or NULL; the only one (CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS); it, or NULL. */
calx_status geo_session_query_first(geo_session_query *query, const struct session **out_instance);
calx_status geo_session_query_one(geo_session_query *query, const struct session **out_instance);
calx_status geo_session_query_one_or_none(geo_session_query *query,
                                          const struct session **out_instance);
/** How many rows, limit and offset counted in. */
calx_status geo_session_query_count(geo_session_query *query, int64_t *out_count);
calx_status geo_session_query_exists(geo_session_query *query, bool *out_exists);
/** The rows that match are updated, or deleted; see calx_query_update() and calx/assignment.h. */
calx_status geo_session_query_update(geo_session_query *query, const calx_assignment *assignments,
                                     size_t count, int64_t *out_count);
calx_status geo_session_query_delete(geo_session_query *query, int64_t *out_count);
/** A stream: an instance is good until the function returns; what is not CALX_OK ends it. */
typedef calx_status (*geo_session_function)(void *context, const struct session *instance);
calx_status geo_session_query_each(geo_session_query *query, geo_session_function function,
                                   void *context);

/* ---- struct temperature_measurement: table measurements_of_temperature ---- */

/** Names so long that lines must be folded. */
extern const calx_mapper geo_temperature_measurement_mapper;

/**
 * The columns, for conditions and orders:
 * calx_eq(geo_temperature_measurement_col.measurement_number, …).
 */
extern const struct geo_temperature_measurement_col {
    calx_int64_column measurement_number;
    calx_text_column weather_station;
    calx_double_column degrees_above_absolute_zero;
    calx_int64_column preceding_measurement;
} geo_temperature_measurement_col;

/**
 * The relationships, for loading options:
 * calx_selectinload(geo_temperature_measurement_rel.preceding).
 */
extern const struct geo_temperature_measurement_rel {
    calx_relation preceding;
    calx_relation following_measurements;
} geo_temperature_measurement_rel;

/** A transient instance (NULL: no memory), the caller's until it is added: free it, or NULL. */
struct temperature_measurement *geo_temperature_measurement_new(void);
void geo_temperature_measurement_free(struct temperature_measurement *temperature_measurement);
/** A transient copy of the columns, owned by the caller. NULL: no memory. */
struct temperature_measurement *geo_temperature_measurement_copy(
    const struct temperature_measurement *temperature_measurement);
/** The mutable pointer, watched until it is sealed. NULL: no memory, or not editable. */
struct temperature_measurement *geo_temperature_measurement_edit(
    const struct temperature_measurement *temperature_measurement);
void geo_temperature_measurement_seal(
    const struct temperature_measurement *temperature_measurement);
/** Inserted by the next flush, kept by the session; deleted by the next flush. */
calx_status geo_temperature_measurement_add(
    calx_session *session, struct temperature_measurement *temperature_measurement);
calx_status geo_temperature_measurement_delete(
    calx_session *session, const struct temperature_measurement *temperature_measurement);
/**
 * By key, borrowed; no such row: *out_temperature_measurement is NULL, and for _get_one
 * CALX_E_NO_RESULT.
 */
calx_status geo_temperature_measurement_get(
    calx_session *session, int64_t measurement_number,
    const struct temperature_measurement **out_temperature_measurement);
calx_status geo_temperature_measurement_get_one(
    calx_session *session, int64_t measurement_number,
    const struct temperature_measurement **out_temperature_measurement);
/** Takes over what an instance of elsewhere, or a plain struct, says (calx_session_merge()). */
calx_status geo_temperature_measurement_merge(
    calx_session *session, const struct temperature_measurement *source,
    const struct temperature_measurement **out_temperature_measurement);
/** Plain rows, straight to the table: new, by key, or both. options: NULL, or calx/bulk.h. */
calx_status geo_temperature_measurement_bulk_insert(calx_session *session,
                                                    const struct temperature_measurement *rows,
                                                    size_t count);
calx_status geo_temperature_measurement_bulk_update(calx_session *session,
                                                    const struct temperature_measurement *rows,
                                                    size_t count);
calx_status geo_temperature_measurement_bulk_delete(calx_session *session,
                                                    const struct temperature_measurement *rows,
                                                    size_t count);
calx_status geo_temperature_measurement_bulk_upsert(calx_session *session,
                                                    const struct temperature_measurement *rows,
                                                    size_t count, const calx_bulk_options *options);

/* Setters copy texts. CALX_E_DATA: no fit; _STATE: deleted; _UNMAPPED: no instance; _NOMEM. */
calx_status geo_temperature_measurement_set_measurement_number(
    const struct temperature_measurement *temperature_measurement, int64_t measurement_number);
calx_status geo_temperature_measurement_set_weather_station(
    const struct temperature_measurement *temperature_measurement, const char *weather_station);
calx_status geo_temperature_measurement_set_degrees_above_absolute_zero(
    const struct temperature_measurement *temperature_measurement,
    calx_nullable_double degrees_above_absolute_zero);
calx_status geo_temperature_measurement_set_preceding_measurement(
    const struct temperature_measurement *temperature_measurement,
    calx_nullable_int64 preceding_measurement);

/* Relationships: loaded when first asked for; what comes out is borrowed until they change. */
calx_status geo_temperature_measurement_preceding(
    const struct temperature_measurement *temperature_measurement,
    const struct temperature_measurement **out_preceding);
calx_status geo_temperature_measurement_set_preceding(
    const struct temperature_measurement *temperature_measurement,
    const struct temperature_measurement *preceding);
calx_status geo_temperature_measurement_clear_preceding(
    const struct temperature_measurement *temperature_measurement);
calx_status geo_temperature_measurement_following_measurements(
    const struct temperature_measurement *temperature_measurement,
    const struct temperature_measurement *const **out_items, size_t *out_count);
calx_status geo_temperature_measurement_following_measurements_count(
    const struct temperature_measurement *temperature_measurement, size_t *out_count);
calx_status geo_temperature_measurement_following_measurements_contains(
    const struct temperature_measurement *temperature_measurement,
    const struct temperature_measurement *item, bool *out_contains);
calx_status geo_temperature_measurement_following_measurements_append(
    const struct temperature_measurement *temperature_measurement,
    const struct temperature_measurement *item);
calx_status geo_temperature_measurement_following_measurements_insert(
    const struct temperature_measurement *temperature_measurement, size_t position,
    const struct temperature_measurement *item);
calx_status geo_temperature_measurement_following_measurements_remove(
    const struct temperature_measurement *temperature_measurement,
    const struct temperature_measurement *item);
calx_status geo_temperature_measurement_following_measurements_replace(
    const struct temperature_measurement *temperature_measurement,
    const struct temperature_measurement *const *items, size_t count);
calx_status geo_temperature_measurement_following_measurements_clear(
    const struct temperature_measurement *temperature_measurement);

/**
 * A query (NULL: no memory), which owns its results; _plain: the same, for joins, locks, values.
 */
typedef struct geo_temperature_measurement_query geo_temperature_measurement_query;
geo_temperature_measurement_query *geo_temperature_measurement_query_new(calx_session *session);
void geo_temperature_measurement_query_free(geo_temperature_measurement_query *query);
calx_query *geo_temperature_measurement_query_plain(geo_temperature_measurement_query *query);
/** Conditions are joined by AND, orders follow each other. CALX_E_LIMIT: use _where_filter. */
calx_status geo_temperature_measurement_query_where(geo_temperature_measurement_query *query,
                                                    calx_expression condition);
calx_status geo_temperature_measurement_query_where_filter(geo_temperature_measurement_query *query,
                                                           const calx_filter *filter);
calx_status geo_temperature_measurement_query_order_by(geo_temperature_measurement_query *query,
                                                       calx_order order);
calx_status geo_temperature_measurement_query_limit(geo_temperature_measurement_query *query,
                                                    int64_t limit);
calx_status geo_temperature_measurement_query_offset(geo_temperature_measurement_query *query,
                                                     int64_t offset);
/** How members are loaded (calx/option.h), in batches of a stream; rows overwrite what is there. */
calx_status geo_temperature_measurement_query_options(geo_temperature_measurement_query *query,
                                                      calx_option option);
calx_status geo_temperature_measurement_query_options_along(
    geo_temperature_measurement_query *query, const calx_option *parts, size_t count);
calx_status geo_temperature_measurement_query_yield_per(geo_temperature_measurement_query *query,
                                                        size_t rows);
calx_status geo_temperature_measurement_query_populate_existing(
    geo_temperature_measurement_query *query);
calx_status geo_temperature_measurement_query_all(
    geo_temperature_measurement_query *query,
    const struct temperature_measurement *const **out_items, size_t *out_count);
/** The first, or NULL; the only one (CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS); it, or NULL. */
calx_status geo_temperature_measurement_query_first(
    geo_temperature_measurement_query *query,
    const struct temperature_measurement **out_temperature_measurement);
calx_status geo_temperature_measurement_query_one(
    geo_temperature_measurement_query *query,
    const struct temperature_measurement **out_temperature_measurement);
calx_status geo_temperature_measurement_query_one_or_none(
    geo_temperature_measurement_query *query,
    const struct temperature_measurement **out_temperature_measurement);
/** How many rows, limit and offset counted in. */
calx_status geo_temperature_measurement_query_count(geo_temperature_measurement_query *query,
                                                    int64_t *out_count);
calx_status geo_temperature_measurement_query_exists(geo_temperature_measurement_query *query,
                                                     bool *out_exists);
/** The rows that match are updated, or deleted; see calx_query_update() and calx/assignment.h. */
calx_status geo_temperature_measurement_query_update(geo_temperature_measurement_query *query,
                                                     const calx_assignment *assignments,
                                                     size_t count, int64_t *out_count);
calx_status geo_temperature_measurement_query_delete(geo_temperature_measurement_query *query,
                                                     int64_t *out_count);
/** A stream: an instance is good until the function returns; what is not CALX_OK ends it. */
typedef calx_status (*geo_temperature_measurement_function)(
    void *context, const struct temperature_measurement *temperature_measurement);
calx_status geo_temperature_measurement_query_each(geo_temperature_measurement_query *query,
                                                   geo_temperature_measurement_function function,
                                                   void *context);

CALX_END_DECLS

#endif
