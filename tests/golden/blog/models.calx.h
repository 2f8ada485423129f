/* Generated from models.h by calx-gen 0.1.0. Do not edit: change models.h and build again. */
#ifndef MODELS_CALX_H
#define MODELS_CALX_H

#include "models.h"

#include <calx/query.h>

CALX_BEGIN_DECLS

/** Every mapper of models.h, for calx_schema_create_all(). */
extern const calx_metadata models_metadata;

/* ---- struct user: table users ---- */

/** Someone who can log in. */
extern const calx_mapper user_mapper;

/** The columns, for conditions and orders: calx_eq(user_col.id, …). */
extern const struct user_col {
    calx_int64_column id;
    calx_text_column name;
    calx_text_column fullname;
    calx_int64_column age;
    calx_int64_column role;
    calx_timestamp_column created;
    calx_int64_column revision;
} user_col;

/** The relationships, for loading options: calx_selectinload(user_rel.addresses). */
extern const struct user_rel {
    calx_relation addresses;
} user_rel;

/** A transient instance (NULL: no memory), the caller's until it is added: free it, or NULL. */
struct user *user_new(void);
void user_free(struct user *user);
/** A transient copy of the columns, owned by the caller. NULL: no memory. */
struct user *user_copy(const struct user *user);
/** The mutable pointer, watched until it is sealed. NULL: no memory, or not editable. */
struct user *user_edit(const struct user *user);
void user_seal(const struct user *user);
/** Inserted by the next flush, kept by the session; deleted by the next flush. */
calx_status user_add(calx_session *session, struct user *user);
calx_status user_delete(calx_session *session, const struct user *user);
/** By key, borrowed; no such row: *out_user is NULL, and for _get_one CALX_E_NO_RESULT. */
calx_status user_get(calx_session *session, int64_t id, const struct user **out_user);
calx_status user_get_one(calx_session *session, int64_t id, const struct user **out_user);
/** Takes over what an instance of elsewhere, or a plain struct, says (calx_session_merge()). */
calx_status user_merge(calx_session *session, const struct user *source,
                       const struct user **out_user);
/** Plain rows, straight to the table: new, by key, or both. options: NULL, or calx/bulk.h. */
calx_status user_bulk_insert(calx_session *session, const struct user *rows, size_t count);
calx_status user_bulk_update(calx_session *session, const struct user *rows, size_t count);
calx_status user_bulk_delete(calx_session *session, const struct user *rows, size_t count);
calx_status user_bulk_upsert(calx_session *session, const struct user *rows, size_t count,
                             const calx_bulk_options *options);

/* Setters copy texts. CALX_E_DATA: no fit; _STATE: deleted; _UNMAPPED: no instance; _NOMEM. */
calx_status user_set_id(const struct user *user, int64_t id);
calx_status user_set_name(const struct user *user, const char *name);
calx_status user_set_fullname(const struct user *user, const char *fullname);
calx_status user_set_age(const struct user *user, calx_nullable_int32 age);
calx_status user_set_role(const struct user *user, enum role role);
calx_status user_set_created(const struct user *user, calx_timestamp created);
calx_status user_set_revision(const struct user *user, int32_t revision);

/* Relationships: loaded when first asked for; what comes out is borrowed until they change. */
calx_status user_addresses(const struct user *user, const struct address *const **out_items,
                           size_t *out_count);
calx_status user_addresses_count(const struct user *user, size_t *out_count);
calx_status user_addresses_contains(const struct user *user, const struct address *address,
                                    bool *out_contains);
calx_status user_addresses_append(const struct user *user, const struct address *address);
calx_status user_addresses_insert(const struct user *user, size_t position,
                                  const struct address *address);
calx_status user_addresses_remove(const struct user *user, const struct address *address);
calx_status user_addresses_replace(const struct user *user, const struct address *const *items,
                                   size_t count);
calx_status user_addresses_clear(const struct user *user);

/**
 * A query (NULL: no memory), which owns its results; _plain: the same, for joins, locks, values.
 */
typedef struct user_query user_query;
user_query *user_query_new(calx_session *session);
void user_query_free(user_query *query);
calx_query *user_query_plain(user_query *query);
/** Conditions are joined by AND, orders follow each other. CALX_E_LIMIT: use _where_filter. */
calx_status user_query_where(user_query *query, calx_expression condition);
calx_status user_query_where_filter(user_query *query, const calx_filter *filter);
calx_status user_query_order_by(user_query *query, calx_order order);
calx_status user_query_limit(user_query *query, int64_t limit);
calx_status user_query_offset(user_query *query, int64_t offset);
/** How members are loaded (calx/option.h), in batches of a stream; rows overwrite what is there. */
calx_status user_query_options(user_query *query, calx_option option);
calx_status user_query_options_along(user_query *query, const calx_option *parts, size_t count);
calx_status user_query_yield_per(user_query *query, size_t rows);
calx_status user_query_populate_existing(user_query *query);
calx_status user_query_all(user_query *query, const struct user *const **out_items,
                           size_t *out_count);
/** The first, or NULL; the only one (CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS); it, or NULL. */
calx_status user_query_first(user_query *query, const struct user **out_user);
calx_status user_query_one(user_query *query, const struct user **out_user);
calx_status user_query_one_or_none(user_query *query, const struct user **out_user);
/** How many rows, limit and offset counted in. */
calx_status user_query_count(user_query *query, int64_t *out_count);
calx_status user_query_exists(user_query *query, bool *out_exists);
/** The rows that match are updated, or deleted; see calx_query_update() and calx/assignment.h. */
calx_status user_query_update(user_query *query, const calx_assignment *assignments, size_t count,
                              int64_t *out_count);
calx_status user_query_delete(user_query *query, int64_t *out_count);
/** A stream: an instance is good until the function returns; what is not CALX_OK ends it. */
typedef calx_status (*user_function)(void *context, const struct user *user);
calx_status user_query_each(user_query *query, user_function function, void *context);

/* ---- struct address: table addresses ---- */

extern const calx_mapper address_mapper;

/** The columns, for conditions and orders: calx_eq(address_col.id, …). */
extern const struct address_col {
    calx_int64_column id;
    calx_text_column email;
    calx_int64_column user_id;
} address_col;

/** The relationships, for loading options: calx_selectinload(address_rel.user). */
extern const struct address_rel {
    calx_relation user;
} address_rel;

/** A transient instance (NULL: no memory), the caller's until it is added: free it, or NULL. */
struct address *address_new(void);
void address_free(struct address *address);
/** A transient copy of the columns, owned by the caller. NULL: no memory. */
struct address *address_copy(const struct address *address);
/** The mutable pointer, watched until it is sealed. NULL: no memory, or not editable. */
struct address *address_edit(const struct address *address);
void address_seal(const struct address *address);
/** Inserted by the next flush, kept by the session; deleted by the next flush. */
calx_status address_add(calx_session *session, struct address *address);
calx_status address_delete(calx_session *session, const struct address *address);
/** By key, borrowed; no such row: *out_address is NULL, and for _get_one CALX_E_NO_RESULT. */
calx_status address_get(calx_session *session, int64_t id, const struct address **out_address);
calx_status address_get_one(calx_session *session, int64_t id, const struct address **out_address);
/** Takes over what an instance of elsewhere, or a plain struct, says (calx_session_merge()). */
calx_status address_merge(calx_session *session, const struct address *source,
                          const struct address **out_address);
/** Plain rows, straight to the table: new, by key, or both. options: NULL, or calx/bulk.h. */
calx_status address_bulk_insert(calx_session *session, const struct address *rows, size_t count);
calx_status address_bulk_update(calx_session *session, const struct address *rows, size_t count);
calx_status address_bulk_delete(calx_session *session, const struct address *rows, size_t count);
calx_status address_bulk_upsert(calx_session *session, const struct address *rows, size_t count,
                                const calx_bulk_options *options);

/* Setters copy texts. CALX_E_DATA: no fit; _STATE: deleted; _UNMAPPED: no instance; _NOMEM. */
calx_status address_set_id(const struct address *address, int64_t id);
calx_status address_set_email(const struct address *address, const char *email);
calx_status address_set_user_id(const struct address *address, int64_t user_id);

/* Relationships: loaded when first asked for; what comes out is borrowed until they change. */
calx_status address_user(const struct address *address, const struct user **out_user);
calx_status address_set_user(const struct address *address, const struct user *user);
calx_status address_clear_user(const struct address *address);

/**
 * A query (NULL: no memory), which owns its results; _plain: the same, for joins, locks, values.
 */
typedef struct address_query address_query;
address_query *address_query_new(calx_session *session);
void address_query_free(address_query *query);
calx_query *address_query_plain(address_query *query);
/** Conditions are joined by AND, orders follow each other. CALX_E_LIMIT: use _where_filter. */
calx_status address_query_where(address_query *query, calx_expression condition);
calx_status address_query_where_filter(address_query *query, const calx_filter *filter);
calx_status address_query_order_by(address_query *query, calx_order order);
calx_status address_query_limit(address_query *query, int64_t limit);
calx_status address_query_offset(address_query *query, int64_t offset);
/** How members are loaded (calx/option.h), in batches of a stream; rows overwrite what is there. */
calx_status address_query_options(address_query *query, calx_option option);
calx_status address_query_options_along(address_query *query, const calx_option *parts,
                                        size_t count);
calx_status address_query_yield_per(address_query *query, size_t rows);
calx_status address_query_populate_existing(address_query *query);
calx_status address_query_all(address_query *query, const struct address *const **out_items,
                              size_t *out_count);
/** The first, or NULL; the only one (CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS); it, or NULL. */
calx_status address_query_first(address_query *query, const struct address **out_address);
calx_status address_query_one(address_query *query, const struct address **out_address);
calx_status address_query_one_or_none(address_query *query, const struct address **out_address);
/** How many rows, limit and offset counted in. */
calx_status address_query_count(address_query *query, int64_t *out_count);
calx_status address_query_exists(address_query *query, bool *out_exists);
/** The rows that match are updated, or deleted; see calx_query_update() and calx/assignment.h. */
calx_status address_query_update(address_query *query, const calx_assignment *assignments,
                                 size_t count, int64_t *out_count);
calx_status address_query_delete(address_query *query, int64_t *out_count);
/** A stream: an instance is good until the function returns; what is not CALX_OK ends it. */
typedef calx_status (*address_function)(void *context, const struct address *address);
calx_status address_query_each(address_query *query, address_function function, void *context);

CALX_END_DECLS

#endif
