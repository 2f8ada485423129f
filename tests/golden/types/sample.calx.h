/* Generated from sample.h by calx-gen 0.1.0. Do not edit: change sample.h and build again. */
#ifndef SAMPLE_CALX_H
#define SAMPLE_CALX_H

#include "sample.h"

#include <calx/query.h>

CALX_BEGIN_DECLS

/** Every mapper of sample.h, for calx_schema_create_all(). */
extern const calx_metadata sample_metadata;

/* ---- struct sample: table odd "name" ---- */

/**
 * One column of every kind.
 *
 * The texts in it have what needs care in a literal.
 */
extern const calx_mapper sample_mapper;

/** The columns, for conditions and orders: calx_eq(sample_col.id, …). */
extern const struct sample_col {
    calx_uint64_column id;
    calx_bool_column flag;
    calx_int64_column tiny;
    calx_int64_column small;
    calx_int64_column middle;
    calx_int64_column big;
    calx_uint64_column utiny;
    calx_uint64_column usmall;
    calx_uint64_column umiddle;
    calx_uint64_column ubig;
    calx_int64_column plain;
    calx_uint64_column wide;
    calx_double_column ratio;
    calx_double_column exact;
    calx_int64_column height;
    calx_text_column text;
    calx_text_column note;
    calx_text_column serial;
    calx_bytes_column image;
    calx_timestamp_column taken;
    calx_bool_column maybe;
    calx_int64_column maybe_tiny;
    calx_int64_column maybe_small;
    calx_int64_column maybe_middle;
    calx_int64_column maybe_big;
    calx_uint64_column maybe_utiny;
    calx_uint64_column maybe_usmall;
    calx_uint64_column maybe_umiddle;
    calx_uint64_column maybe_ubig;
    calx_double_column maybe_ratio;
    calx_double_column maybe_exact;
    calx_timestamp_column maybe_taken;
} sample_col;

/** A transient instance (NULL: no memory), the caller's until it is added: free it, or NULL. */
struct sample *sample_new(void);
void sample_free(struct sample *sample);
/** A transient copy of the columns, owned by the caller. NULL: no memory. */
struct sample *sample_copy(const struct sample *sample);
/** The mutable pointer, watched until it is sealed. NULL: no memory, or not editable. */
struct sample *sample_edit(const struct sample *sample);
void sample_seal(const struct sample *sample);
/** Inserted by the next flush, kept by the session; deleted by the next flush. */
calx_status sample_add(calx_session *session, struct sample *sample);
calx_status sample_delete(calx_session *session, const struct sample *sample);
/** By key, borrowed; no such row: *out_sample is NULL, and for _get_one CALX_E_NO_RESULT. */
calx_status sample_get(calx_session *session, uint32_t id, const struct sample **out_sample);
calx_status sample_get_one(calx_session *session, uint32_t id, const struct sample **out_sample);
/** Takes over what an instance of elsewhere, or a plain struct, says (calx_session_merge()). */
calx_status sample_merge(calx_session *session, const struct sample *source,
                         const struct sample **out_sample);
/** Plain rows, straight to the table: new, by key, or both. options: NULL, or calx/bulk.h. */
calx_status sample_bulk_insert(calx_session *session, const struct sample *rows, size_t count);
calx_status sample_bulk_update(calx_session *session, const struct sample *rows, size_t count);
calx_status sample_bulk_delete(calx_session *session, const struct sample *rows, size_t count);
calx_status sample_bulk_upsert(calx_session *session, const struct sample *rows, size_t count,
                               const calx_bulk_options *options);

/* Setters copy texts. CALX_E_DATA: no fit; _STATE: deleted; _UNMAPPED: no instance; _NOMEM. */
calx_status sample_set_id(const struct sample *sample, uint32_t id);
calx_status sample_set_flag(const struct sample *sample, bool flag);
calx_status sample_set_tiny(const struct sample *sample, int8_t tiny);
calx_status sample_set_small(const struct sample *sample, int16_t small);
calx_status sample_set_middle(const struct sample *sample, int32_t middle);
calx_status sample_set_big(const struct sample *sample, int64_t big);
calx_status sample_set_utiny(const struct sample *sample, uint8_t utiny);
calx_status sample_set_usmall(const struct sample *sample, uint16_t usmall);
calx_status sample_set_umiddle(const struct sample *sample, uint32_t umiddle);
calx_status sample_set_ubig(const struct sample *sample, uint64_t ubig);
calx_status sample_set_plain(const struct sample *sample, int plain);
calx_status sample_set_wide(const struct sample *sample, unsigned int wide);
calx_status sample_set_ratio(const struct sample *sample, float ratio);
calx_status sample_set_exact(const struct sample *sample, double exact);
calx_status sample_set_height(const struct sample *sample, level height);
calx_status sample_set_text(const struct sample *sample, const char *text);
/** May be changed in place. */
calx_status sample_set_note(const struct sample *sample, const char *note);
calx_status sample_set_serial(const struct sample *sample, const char *serial);
calx_status sample_set_image(const struct sample *sample, calx_bytes image);
calx_status sample_set_taken(const struct sample *sample, calx_timestamp taken);
calx_status sample_set_maybe(const struct sample *sample, calx_nullable_bool maybe);
calx_status sample_set_maybe_tiny(const struct sample *sample, calx_nullable_int8 maybe_tiny);
calx_status sample_set_maybe_small(const struct sample *sample, calx_nullable_int16 maybe_small);
calx_status sample_set_maybe_middle(const struct sample *sample, calx_nullable_int32 maybe_middle);
calx_status sample_set_maybe_big(const struct sample *sample, calx_nullable_int64 maybe_big);
calx_status sample_set_maybe_utiny(const struct sample *sample, calx_nullable_uint8 maybe_utiny);
calx_status sample_set_maybe_usmall(const struct sample *sample, calx_nullable_uint16 maybe_usmall);
calx_status sample_set_maybe_umiddle(const struct sample *sample,
                                     calx_nullable_uint32 maybe_umiddle);
calx_status sample_set_maybe_ubig(const struct sample *sample, calx_nullable_uint64 maybe_ubig);
calx_status sample_set_maybe_ratio(const struct sample *sample, calx_nullable_float maybe_ratio);
calx_status sample_set_maybe_exact(const struct sample *sample, calx_nullable_double maybe_exact);
calx_status sample_set_maybe_taken(const struct sample *sample,
                                   calx_nullable_timestamp maybe_taken);

/**
 * A query (NULL: no memory), which owns its results; _plain: the same, for joins, locks, values.
 */
typedef struct sample_query sample_query;
sample_query *sample_query_new(calx_session *session);
void sample_query_free(sample_query *query);
calx_query *sample_query_plain(sample_query *query);
/** Conditions are joined by AND, orders follow each other. CALX_E_LIMIT: use _where_filter. */
calx_status sample_query_where(sample_query *query, calx_expression condition);
calx_status sample_query_where_filter(sample_query *query, const calx_filter *filter);
calx_status sample_query_order_by(sample_query *query, calx_order order);
calx_status sample_query_limit(sample_query *query, int64_t limit);
calx_status sample_query_offset(sample_query *query, int64_t offset);
/** How members are loaded (calx/option.h), in batches of a stream; rows overwrite what is there. */
calx_status sample_query_options(sample_query *query, calx_option option);
calx_status sample_query_options_along(sample_query *query, const calx_option *parts, size_t count);
calx_status sample_query_yield_per(sample_query *query, size_t rows);
calx_status sample_query_populate_existing(sample_query *query);
calx_status sample_query_all(sample_query *query, const struct sample *const **out_items,
                             size_t *out_count);
/** The first, or NULL; the only one (CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS); it, or NULL. */
calx_status sample_query_first(sample_query *query, const struct sample **out_sample);
calx_status sample_query_one(sample_query *query, const struct sample **out_sample);
calx_status sample_query_one_or_none(sample_query *query, const struct sample **out_sample);
/** How many rows, limit and offset counted in. */
calx_status sample_query_count(sample_query *query, int64_t *out_count);
calx_status sample_query_exists(sample_query *query, bool *out_exists);
/** The rows that match are updated, or deleted; see calx_query_update() and calx/assignment.h. */
calx_status sample_query_update(sample_query *query, const calx_assignment *assignments,
                                size_t count, int64_t *out_count);
calx_status sample_query_delete(sample_query *query, int64_t *out_count);
/** A stream: an instance is good until the function returns; what is not CALX_OK ends it. */
typedef calx_status (*sample_function)(void *context, const struct sample *sample);
calx_status sample_query_each(sample_query *query, sample_function function, void *context);

CALX_END_DECLS

#endif
