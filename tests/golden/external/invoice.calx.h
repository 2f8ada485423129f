/* Generated from invoice.h by calx-gen 0.1.0. Do not edit: change invoice.h and build again. */
#ifndef INVOICE_CALX_H
#define INVOICE_CALX_H

#include "invoice.h"

#include <calx/query.h>

CALX_BEGIN_DECLS

/** Every mapper of invoice.h, for calx_schema_create_all(). */
extern const calx_metadata invoice_metadata;

/* ---- struct invoice: table invoices ---- */

/** Refers to a struct that another run of calx-gen maps. */
extern const calx_mapper invoice_mapper;

/** The columns, for conditions and orders: calx_eq(invoice_col.id, …). */
extern const struct invoice_col {
    calx_int64_column id;
    calx_int64_column customer_id;
} invoice_col;

/** The relationships, for loading options: calx_selectinload(invoice_rel.customer). */
extern const struct invoice_rel {
    calx_relation customer;
} invoice_rel;

/** A transient instance (NULL: no memory), the caller's until it is added: free it, or NULL. */
struct invoice *invoice_new(void);
void invoice_free(struct invoice *invoice);
/** A transient copy of the columns, owned by the caller. NULL: no memory. */
struct invoice *invoice_copy(const struct invoice *invoice);
/** The mutable pointer, watched until it is sealed. NULL: no memory, or not editable. */
struct invoice *invoice_edit(const struct invoice *invoice);
void invoice_seal(const struct invoice *invoice);
/** Inserted by the next flush, kept by the session; deleted by the next flush. */
calx_status invoice_add(calx_session *session, struct invoice *invoice);
calx_status invoice_delete(calx_session *session, const struct invoice *invoice);
/** By key, borrowed; no such row: *out_invoice is NULL, and for _get_one CALX_E_NO_RESULT. */
calx_status invoice_get(calx_session *session, int64_t id, const struct invoice **out_invoice);
calx_status invoice_get_one(calx_session *session, int64_t id, const struct invoice **out_invoice);
/** Takes over what an instance of elsewhere, or a plain struct, says (calx_session_merge()). */
calx_status invoice_merge(calx_session *session, const struct invoice *source,
                          const struct invoice **out_invoice);
/** Plain rows, straight to the table: new, by key, or both. options: NULL, or calx/bulk.h. */
calx_status invoice_bulk_insert(calx_session *session, const struct invoice *rows, size_t count);
calx_status invoice_bulk_update(calx_session *session, const struct invoice *rows, size_t count);
calx_status invoice_bulk_delete(calx_session *session, const struct invoice *rows, size_t count);
calx_status invoice_bulk_upsert(calx_session *session, const struct invoice *rows, size_t count,
                                const calx_bulk_options *options);

/* Setters copy texts. CALX_E_DATA: no fit; _STATE: deleted; _UNMAPPED: no instance; _NOMEM. */
calx_status invoice_set_id(const struct invoice *invoice, int64_t id);
calx_status invoice_set_customer_id(const struct invoice *invoice, int64_t customer_id);

/* Relationships: loaded when first asked for; what comes out is borrowed until they change. */
calx_status invoice_customer(const struct invoice *invoice, const struct customer **out_customer);
calx_status invoice_set_customer(const struct invoice *invoice, const struct customer *customer);
calx_status invoice_clear_customer(const struct invoice *invoice);

/**
 * A query (NULL: no memory), which owns its results; _plain: the same, for joins, locks, values.
 */
typedef struct invoice_query invoice_query;
invoice_query *invoice_query_new(calx_session *session);
void invoice_query_free(invoice_query *query);
calx_query *invoice_query_plain(invoice_query *query);
/** Conditions are joined by AND, orders follow each other. CALX_E_LIMIT: use _where_filter. */
calx_status invoice_query_where(invoice_query *query, calx_expression condition);
calx_status invoice_query_where_filter(invoice_query *query, const calx_filter *filter);
calx_status invoice_query_order_by(invoice_query *query, calx_order order);
calx_status invoice_query_limit(invoice_query *query, int64_t limit);
calx_status invoice_query_offset(invoice_query *query, int64_t offset);
/** How members are loaded (calx/option.h), in batches of a stream; rows overwrite what is there. */
calx_status invoice_query_options(invoice_query *query, calx_option option);
calx_status invoice_query_options_along(invoice_query *query, const calx_option *parts,
                                        size_t count);
calx_status invoice_query_yield_per(invoice_query *query, size_t rows);
calx_status invoice_query_populate_existing(invoice_query *query);
calx_status invoice_query_all(invoice_query *query, const struct invoice *const **out_items,
                              size_t *out_count);
/** The first, or NULL; the only one (CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS); it, or NULL. */
calx_status invoice_query_first(invoice_query *query, const struct invoice **out_invoice);
calx_status invoice_query_one(invoice_query *query, const struct invoice **out_invoice);
calx_status invoice_query_one_or_none(invoice_query *query, const struct invoice **out_invoice);
/** How many rows, limit and offset counted in. */
calx_status invoice_query_count(invoice_query *query, int64_t *out_count);
calx_status invoice_query_exists(invoice_query *query, bool *out_exists);
/** The rows that match are updated, or deleted; see calx_query_update() and calx/assignment.h. */
calx_status invoice_query_update(invoice_query *query, const calx_assignment *assignments,
                                 size_t count, int64_t *out_count);
calx_status invoice_query_delete(invoice_query *query, int64_t *out_count);
/** A stream: an instance is good until the function returns; what is not CALX_OK ends it. */
typedef calx_status (*invoice_function)(void *context, const struct invoice *invoice);
calx_status invoice_query_each(invoice_query *query, invoice_function function, void *context);

CALX_END_DECLS

#endif
