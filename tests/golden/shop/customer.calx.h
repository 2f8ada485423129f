/*
 * Generated from customer.h, purchase.h by calx-gen 0.1.0. Do not edit: change customer.h,
 * purchase.h and build again.
 */
#ifndef CUSTOMER_CALX_H
#define CUSTOMER_CALX_H

#include "customer.h"
#include "purchase.h"

#include <calx/query.h>

CALX_BEGIN_DECLS

/** Every mapper of customer.h, purchase.h, for calx_schema_create_all(). */
extern const calx_metadata shop_metadata;

/* ---- struct customer: table customers ---- */

/** Someone who buys. */
extern const calx_mapper customer_mapper;

/** The columns, for conditions and orders: calx_eq(customer_col.code, …). */
extern const struct customer_col {
    calx_text_column code;
    calx_text_column name;
} customer_col;

/** The relationships, for loading options: calx_selectinload(customer_rel.purchases). */
extern const struct customer_rel {
    calx_relation purchases;
} customer_rel;

/** A transient instance (NULL: no memory), the caller's until it is added: free it, or NULL. */
struct customer *customer_new(void);
void customer_free(struct customer *customer);
/** A transient copy of the columns, owned by the caller. NULL: no memory. */
struct customer *customer_copy(const struct customer *customer);
/** The mutable pointer, watched until it is sealed. NULL: no memory, or not editable. */
struct customer *customer_edit(const struct customer *customer);
void customer_seal(const struct customer *customer);
/** Inserted by the next flush, kept by the session; deleted by the next flush. */
calx_status customer_add(calx_session *session, struct customer *customer);
calx_status customer_delete(calx_session *session, const struct customer *customer);
/** By key, borrowed; no such row: *out_customer is NULL, and for _get_one CALX_E_NO_RESULT. */
calx_status customer_get(calx_session *session, const char *code,
                         const struct customer **out_customer);
calx_status customer_get_one(calx_session *session, const char *code,
                             const struct customer **out_customer);
/** Takes over what an instance of elsewhere, or a plain struct, says (calx_session_merge()). */
calx_status customer_merge(calx_session *session, const struct customer *source,
                           const struct customer **out_customer);
/** Plain rows, straight to the table: new, by key, or both. options: NULL, or calx/bulk.h. */
calx_status customer_bulk_insert(calx_session *session, const struct customer *rows, size_t count);
calx_status customer_bulk_update(calx_session *session, const struct customer *rows, size_t count);
calx_status customer_bulk_delete(calx_session *session, const struct customer *rows, size_t count);
calx_status customer_bulk_upsert(calx_session *session, const struct customer *rows, size_t count,
                                 const calx_bulk_options *options);

/* Setters copy texts. CALX_E_DATA: no fit; _STATE: deleted; _UNMAPPED: no instance; _NOMEM. */
calx_status customer_set_code(const struct customer *customer, const char *code);
calx_status customer_set_name(const struct customer *customer, const char *name);

/* Relationships: loaded when first asked for; what comes out is borrowed until they change. */
/** Everything this customer ever bought, the latest first. */
calx_status customer_purchases(const struct customer *customer,
                               const struct purchase *const **out_items, size_t *out_count);
calx_status customer_purchases_count(const struct customer *customer, size_t *out_count);
calx_status customer_purchases_contains(const struct customer *customer,
                                        const struct purchase *purchase, bool *out_contains);
calx_status customer_purchases_append(const struct customer *customer,
                                      const struct purchase *purchase);
calx_status customer_purchases_insert(const struct customer *customer, size_t position,
                                      const struct purchase *purchase);
calx_status customer_purchases_remove(const struct customer *customer,
                                      const struct purchase *purchase);
calx_status customer_purchases_replace(const struct customer *customer,
                                       const struct purchase *const *items, size_t count);
calx_status customer_purchases_clear(const struct customer *customer);

/**
 * A query (NULL: no memory), which owns its results; _plain: the same, for joins, locks, values.
 */
typedef struct customer_query customer_query;
customer_query *customer_query_new(calx_session *session);
void customer_query_free(customer_query *query);
calx_query *customer_query_plain(customer_query *query);
/** Conditions are joined by AND, orders follow each other. CALX_E_LIMIT: use _where_filter. */
calx_status customer_query_where(customer_query *query, calx_expression condition);
calx_status customer_query_where_filter(customer_query *query, const calx_filter *filter);
calx_status customer_query_order_by(customer_query *query, calx_order order);
calx_status customer_query_limit(customer_query *query, int64_t limit);
calx_status customer_query_offset(customer_query *query, int64_t offset);
/** How members are loaded (calx/option.h), in batches of a stream; rows overwrite what is there. */
calx_status customer_query_options(customer_query *query, calx_option option);
calx_status customer_query_options_along(customer_query *query, const calx_option *parts,
                                         size_t count);
calx_status customer_query_yield_per(customer_query *query, size_t rows);
calx_status customer_query_populate_existing(customer_query *query);
calx_status customer_query_all(customer_query *query, const struct customer *const **out_items,
                               size_t *out_count);
/** The first, or NULL; the only one (CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS); it, or NULL. */
calx_status customer_query_first(customer_query *query, const struct customer **out_customer);
calx_status customer_query_one(customer_query *query, const struct customer **out_customer);
calx_status customer_query_one_or_none(customer_query *query, const struct customer **out_customer);
/** How many rows, limit and offset counted in. */
calx_status customer_query_count(customer_query *query, int64_t *out_count);
calx_status customer_query_exists(customer_query *query, bool *out_exists);
/** The rows that match are updated, or deleted; see calx_query_update() and calx/assignment.h. */
calx_status customer_query_update(customer_query *query, const calx_assignment *assignments,
                                  size_t count, int64_t *out_count);
calx_status customer_query_delete(customer_query *query, int64_t *out_count);
/** A stream: an instance is good until the function returns; what is not CALX_OK ends it. */
typedef calx_status (*customer_function)(void *context, const struct customer *customer);
calx_status customer_query_each(customer_query *query, customer_function function, void *context);

/* ---- struct purchase: table purchases ---- */

extern const calx_mapper purchase_mapper;

/** The columns, for conditions and orders: calx_eq(purchase_col.id, …). */
extern const struct purchase_col {
    calx_int64_column id;
    calx_text_column customer_code;
    calx_timestamp_column moment;
} purchase_col;

/** The relationships, for loading options: calx_selectinload(purchase_rel.customer). */
extern const struct purchase_rel {
    calx_relation customer;
    calx_relation lines;
} purchase_rel;

/** A transient instance (NULL: no memory), the caller's until it is added: free it, or NULL. */
struct purchase *purchase_new(void);
void purchase_free(struct purchase *purchase);
/** A transient copy of the columns, owned by the caller. NULL: no memory. */
struct purchase *purchase_copy(const struct purchase *purchase);
/** The mutable pointer, watched until it is sealed. NULL: no memory, or not editable. */
struct purchase *purchase_edit(const struct purchase *purchase);
void purchase_seal(const struct purchase *purchase);
/** Inserted by the next flush, kept by the session; deleted by the next flush. */
calx_status purchase_add(calx_session *session, struct purchase *purchase);
calx_status purchase_delete(calx_session *session, const struct purchase *purchase);
/** By key, borrowed; no such row: *out_purchase is NULL, and for _get_one CALX_E_NO_RESULT. */
calx_status purchase_get(calx_session *session, int64_t id, const struct purchase **out_purchase);
calx_status purchase_get_one(calx_session *session, int64_t id,
                             const struct purchase **out_purchase);
/** Takes over what an instance of elsewhere, or a plain struct, says (calx_session_merge()). */
calx_status purchase_merge(calx_session *session, const struct purchase *source,
                           const struct purchase **out_purchase);
/** Plain rows, straight to the table: new, by key, or both. options: NULL, or calx/bulk.h. */
calx_status purchase_bulk_insert(calx_session *session, const struct purchase *rows, size_t count);
calx_status purchase_bulk_update(calx_session *session, const struct purchase *rows, size_t count);
calx_status purchase_bulk_delete(calx_session *session, const struct purchase *rows, size_t count);
calx_status purchase_bulk_upsert(calx_session *session, const struct purchase *rows, size_t count,
                                 const calx_bulk_options *options);

/* Setters copy texts. CALX_E_DATA: no fit; _STATE: deleted; _UNMAPPED: no instance; _NOMEM. */
calx_status purchase_set_id(const struct purchase *purchase, int64_t id);
calx_status purchase_set_customer_code(const struct purchase *purchase, const char *customer_code);
calx_status purchase_set_moment(const struct purchase *purchase, calx_timestamp moment);

/* Relationships: loaded when first asked for; what comes out is borrowed until they change. */
calx_status purchase_customer(const struct purchase *purchase,
                              const struct customer **out_customer);
calx_status purchase_set_customer(const struct purchase *purchase, const struct customer *customer);
calx_status purchase_clear_customer(const struct purchase *purchase);
calx_status purchase_lines(const struct purchase *purchase,
                           const struct purchase_line *const **out_items, size_t *out_count);
calx_status purchase_lines_count(const struct purchase *purchase, size_t *out_count);
calx_status purchase_lines_contains(const struct purchase *purchase,
                                    const struct purchase_line *purchase_line, bool *out_contains);
calx_status purchase_lines_append(const struct purchase *purchase,
                                  const struct purchase_line *purchase_line);
calx_status purchase_lines_insert(const struct purchase *purchase, size_t position,
                                  const struct purchase_line *purchase_line);
calx_status purchase_lines_remove(const struct purchase *purchase,
                                  const struct purchase_line *purchase_line);
calx_status purchase_lines_replace(const struct purchase *purchase,
                                   const struct purchase_line *const *items, size_t count);
calx_status purchase_lines_clear(const struct purchase *purchase);

/**
 * A query (NULL: no memory), which owns its results; _plain: the same, for joins, locks, values.
 */
typedef struct purchase_query purchase_query;
purchase_query *purchase_query_new(calx_session *session);
void purchase_query_free(purchase_query *query);
calx_query *purchase_query_plain(purchase_query *query);
/** Conditions are joined by AND, orders follow each other. CALX_E_LIMIT: use _where_filter. */
calx_status purchase_query_where(purchase_query *query, calx_expression condition);
calx_status purchase_query_where_filter(purchase_query *query, const calx_filter *filter);
calx_status purchase_query_order_by(purchase_query *query, calx_order order);
calx_status purchase_query_limit(purchase_query *query, int64_t limit);
calx_status purchase_query_offset(purchase_query *query, int64_t offset);
/** How members are loaded (calx/option.h), in batches of a stream; rows overwrite what is there. */
calx_status purchase_query_options(purchase_query *query, calx_option option);
calx_status purchase_query_options_along(purchase_query *query, const calx_option *parts,
                                         size_t count);
calx_status purchase_query_yield_per(purchase_query *query, size_t rows);
calx_status purchase_query_populate_existing(purchase_query *query);
calx_status purchase_query_all(purchase_query *query, const struct purchase *const **out_items,
                               size_t *out_count);
/** The first, or NULL; the only one (CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS); it, or NULL. */
calx_status purchase_query_first(purchase_query *query, const struct purchase **out_purchase);
calx_status purchase_query_one(purchase_query *query, const struct purchase **out_purchase);
calx_status purchase_query_one_or_none(purchase_query *query, const struct purchase **out_purchase);
/** How many rows, limit and offset counted in. */
calx_status purchase_query_count(purchase_query *query, int64_t *out_count);
calx_status purchase_query_exists(purchase_query *query, bool *out_exists);
/** The rows that match are updated, or deleted; see calx_query_update() and calx/assignment.h. */
calx_status purchase_query_update(purchase_query *query, const calx_assignment *assignments,
                                  size_t count, int64_t *out_count);
calx_status purchase_query_delete(purchase_query *query, int64_t *out_count);
/** A stream: an instance is good until the function returns; what is not CALX_OK ends it. */
typedef calx_status (*purchase_function)(void *context, const struct purchase *purchase);
calx_status purchase_query_each(purchase_query *query, purchase_function function, void *context);

/* ---- struct purchase_line: table purchase_lines ---- */

/** Its key is made of two columns. */
extern const calx_mapper purchase_line_mapper;

/** The columns, for conditions and orders: calx_eq(purchase_line_col.purchase_id, …). */
extern const struct purchase_line_col {
    calx_int64_column purchase_id;
    calx_int64_column number;
    calx_text_column article;
    calx_int64_column quantity;
} purchase_line_col;

/** The relationships, for loading options: calx_selectinload(purchase_line_rel.purchase). */
extern const struct purchase_line_rel {
    calx_relation purchase;
} purchase_line_rel;

/** A transient instance (NULL: no memory), the caller's until it is added: free it, or NULL. */
struct purchase_line *purchase_line_new(void);
void purchase_line_free(struct purchase_line *purchase_line);
/** A transient copy of the columns, owned by the caller. NULL: no memory. */
struct purchase_line *purchase_line_copy(const struct purchase_line *purchase_line);
/** The mutable pointer, watched until it is sealed. NULL: no memory, or not editable. */
struct purchase_line *purchase_line_edit(const struct purchase_line *purchase_line);
void purchase_line_seal(const struct purchase_line *purchase_line);
/** Inserted by the next flush, kept by the session; deleted by the next flush. */
calx_status purchase_line_add(calx_session *session, struct purchase_line *purchase_line);
calx_status purchase_line_delete(calx_session *session, const struct purchase_line *purchase_line);
/** By key, borrowed; no such row: *out_purchase_line is NULL, and for _get_one CALX_E_NO_RESULT. */
calx_status purchase_line_get(calx_session *session, int64_t purchase_id, int32_t number,
                              const struct purchase_line **out_purchase_line);
calx_status purchase_line_get_one(calx_session *session, int64_t purchase_id, int32_t number,
                                  const struct purchase_line **out_purchase_line);
/** Takes over what an instance of elsewhere, or a plain struct, says (calx_session_merge()). */
calx_status purchase_line_merge(calx_session *session, const struct purchase_line *source,
                                const struct purchase_line **out_purchase_line);
/** Plain rows, straight to the table: new, by key, or both. options: NULL, or calx/bulk.h. */
calx_status purchase_line_bulk_insert(calx_session *session, const struct purchase_line *rows,
                                      size_t count);
calx_status purchase_line_bulk_update(calx_session *session, const struct purchase_line *rows,
                                      size_t count);
calx_status purchase_line_bulk_delete(calx_session *session, const struct purchase_line *rows,
                                      size_t count);
calx_status purchase_line_bulk_upsert(calx_session *session, const struct purchase_line *rows,
                                      size_t count, const calx_bulk_options *options);

/* Setters copy texts. CALX_E_DATA: no fit; _STATE: deleted; _UNMAPPED: no instance; _NOMEM. */
calx_status purchase_line_set_purchase_id(const struct purchase_line *purchase_line,
                                          int64_t purchase_id);
calx_status purchase_line_set_number(const struct purchase_line *purchase_line, int32_t number);
calx_status purchase_line_set_article(const struct purchase_line *purchase_line,
                                      const char *article);
calx_status purchase_line_set_quantity(const struct purchase_line *purchase_line, int32_t quantity);

/* Relationships: loaded when first asked for; what comes out is borrowed until they change. */
calx_status purchase_line_purchase(const struct purchase_line *purchase_line,
                                   const struct purchase **out_purchase);
calx_status purchase_line_set_purchase(const struct purchase_line *purchase_line,
                                       const struct purchase *purchase);
calx_status purchase_line_clear_purchase(const struct purchase_line *purchase_line);

/**
 * A query (NULL: no memory), which owns its results; _plain: the same, for joins, locks, values.
 */
typedef struct purchase_line_query purchase_line_query;
purchase_line_query *purchase_line_query_new(calx_session *session);
void purchase_line_query_free(purchase_line_query *query);
calx_query *purchase_line_query_plain(purchase_line_query *query);
/** Conditions are joined by AND, orders follow each other. CALX_E_LIMIT: use _where_filter. */
calx_status purchase_line_query_where(purchase_line_query *query, calx_expression condition);
calx_status purchase_line_query_where_filter(purchase_line_query *query, const calx_filter *filter);
calx_status purchase_line_query_order_by(purchase_line_query *query, calx_order order);
calx_status purchase_line_query_limit(purchase_line_query *query, int64_t limit);
calx_status purchase_line_query_offset(purchase_line_query *query, int64_t offset);
/** How members are loaded (calx/option.h), in batches of a stream; rows overwrite what is there. */
calx_status purchase_line_query_options(purchase_line_query *query, calx_option option);
calx_status purchase_line_query_options_along(purchase_line_query *query, const calx_option *parts,
                                              size_t count);
calx_status purchase_line_query_yield_per(purchase_line_query *query, size_t rows);
calx_status purchase_line_query_populate_existing(purchase_line_query *query);
calx_status purchase_line_query_all(purchase_line_query *query,
                                    const struct purchase_line *const **out_items,
                                    size_t *out_count);
/** The first, or NULL; the only one (CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS); it, or NULL. */
calx_status purchase_line_query_first(purchase_line_query *query,
                                      const struct purchase_line **out_purchase_line);
calx_status purchase_line_query_one(purchase_line_query *query,
                                    const struct purchase_line **out_purchase_line);
calx_status purchase_line_query_one_or_none(purchase_line_query *query,
                                            const struct purchase_line **out_purchase_line);
/** How many rows, limit and offset counted in. */
calx_status purchase_line_query_count(purchase_line_query *query, int64_t *out_count);
calx_status purchase_line_query_exists(purchase_line_query *query, bool *out_exists);
/** The rows that match are updated, or deleted; see calx_query_update() and calx/assignment.h. */
calx_status purchase_line_query_update(purchase_line_query *query,
                                       const calx_assignment *assignments, size_t count,
                                       int64_t *out_count);
calx_status purchase_line_query_delete(purchase_line_query *query, int64_t *out_count);
/** A stream: an instance is good until the function returns; what is not CALX_OK ends it. */
typedef calx_status (*purchase_line_function)(void *context,
                                              const struct purchase_line *purchase_line);
calx_status purchase_line_query_each(purchase_line_query *query, purchase_line_function function,
                                     void *context);

CALX_END_DECLS

#endif
