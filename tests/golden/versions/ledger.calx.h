/* Generated from ledger.h by calx-gen 0.1.0. Do not edit: change ledger.h and build again. */
#ifndef LEDGER_CALX_H
#define LEDGER_CALX_H

#include "ledger.h"

#include <calx/query.h>

CALX_BEGIN_DECLS

/** Every mapper of ledger.h, for calx_schema_create_all(). */
extern const calx_metadata ledger_metadata;

/* ---- struct account: table accounts ---- */

/** Its version is the time of the last write. */
extern const calx_mapper account_mapper;

/** The columns, for conditions and orders: calx_eq(account_col.id, …). */
extern const struct account_col {
    calx_int64_column id;
    calx_int64_column balance;
    calx_timestamp_column written;
} account_col;

/** A transient instance (NULL: no memory), the caller's until it is added: free it, or NULL. */
struct account *account_new(void);
void account_free(struct account *account);
/** A transient copy of the columns, owned by the caller. NULL: no memory. */
struct account *account_copy(const struct account *account);
/** The mutable pointer, watched until it is sealed. NULL: no memory, or not editable. */
struct account *account_edit(const struct account *account);
void account_seal(const struct account *account);
/** Inserted by the next flush, kept by the session; deleted by the next flush. */
calx_status account_add(calx_session *session, struct account *account);
calx_status account_delete(calx_session *session, const struct account *account);
/** By key, borrowed; no such row: *out_account is NULL, and for _get_one CALX_E_NO_RESULT. */
calx_status account_get(calx_session *session, int64_t id, const struct account **out_account);
calx_status account_get_one(calx_session *session, int64_t id, const struct account **out_account);
/** Takes over what an instance of elsewhere, or a plain struct, says (calx_session_merge()). */
calx_status account_merge(calx_session *session, const struct account *source,
                          const struct account **out_account);
/** Plain rows, straight to the table: new, by key, or both. options: NULL, or calx/bulk.h. */
calx_status account_bulk_insert(calx_session *session, const struct account *rows, size_t count);
calx_status account_bulk_update(calx_session *session, const struct account *rows, size_t count);
calx_status account_bulk_delete(calx_session *session, const struct account *rows, size_t count);
calx_status account_bulk_upsert(calx_session *session, const struct account *rows, size_t count,
                                const calx_bulk_options *options);

/* Setters copy texts. CALX_E_DATA: no fit; _STATE: deleted; _UNMAPPED: no instance; _NOMEM. */
calx_status account_set_id(const struct account *account, int64_t id);
calx_status account_set_balance(const struct account *account, int64_t balance);
calx_status account_set_written(const struct account *account, calx_timestamp written);

/**
 * A query (NULL: no memory), which owns its results; _plain: the same, for joins, locks, values.
 */
typedef struct account_query account_query;
account_query *account_query_new(calx_session *session);
void account_query_free(account_query *query);
calx_query *account_query_plain(account_query *query);
/** Conditions are joined by AND, orders follow each other. CALX_E_LIMIT: use _where_filter. */
calx_status account_query_where(account_query *query, calx_expression condition);
calx_status account_query_where_filter(account_query *query, const calx_filter *filter);
calx_status account_query_order_by(account_query *query, calx_order order);
calx_status account_query_limit(account_query *query, int64_t limit);
calx_status account_query_offset(account_query *query, int64_t offset);
/** How members are loaded (calx/option.h), in batches of a stream; rows overwrite what is there. */
calx_status account_query_options(account_query *query, calx_option option);
calx_status account_query_options_along(account_query *query, const calx_option *parts,
                                        size_t count);
calx_status account_query_yield_per(account_query *query, size_t rows);
calx_status account_query_populate_existing(account_query *query);
calx_status account_query_all(account_query *query, const struct account *const **out_items,
                              size_t *out_count);
/** The first, or NULL; the only one (CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS); it, or NULL. */
calx_status account_query_first(account_query *query, const struct account **out_account);
calx_status account_query_one(account_query *query, const struct account **out_account);
calx_status account_query_one_or_none(account_query *query, const struct account **out_account);
/** How many rows, limit and offset counted in. */
calx_status account_query_count(account_query *query, int64_t *out_count);
calx_status account_query_exists(account_query *query, bool *out_exists);
/** The rows that match are updated, or deleted; see calx_query_update() and calx/assignment.h. */
calx_status account_query_update(account_query *query, const calx_assignment *assignments,
                                 size_t count, int64_t *out_count);
calx_status account_query_delete(account_query *query, int64_t *out_count);
/** A stream: an instance is good until the function returns; what is not CALX_OK ends it. */
typedef calx_status (*account_function)(void *context, const struct account *account);
calx_status account_query_each(account_query *query, account_function function, void *context);

/* ---- struct note: table notes ---- */

/** Its version comes from a function. */
extern const calx_mapper note_mapper;

/** The columns, for conditions and orders: calx_eq(note_col.id, …). */
extern const struct note_col {
    calx_int64_column id;
    calx_text_column text;
    calx_text_column tag;
} note_col;

/** A transient instance (NULL: no memory), the caller's until it is added: free it, or NULL. */
struct note *note_new(void);
void note_free(struct note *note);
/** A transient copy of the columns, owned by the caller. NULL: no memory. */
struct note *note_copy(const struct note *note);
/** The mutable pointer, watched until it is sealed. NULL: no memory, or not editable. */
struct note *note_edit(const struct note *note);
void note_seal(const struct note *note);
/** Inserted by the next flush, kept by the session; deleted by the next flush. */
calx_status note_add(calx_session *session, struct note *note);
calx_status note_delete(calx_session *session, const struct note *note);
/** By key, borrowed; no such row: *out_note is NULL, and for _get_one CALX_E_NO_RESULT. */
calx_status note_get(calx_session *session, int64_t id, const struct note **out_note);
calx_status note_get_one(calx_session *session, int64_t id, const struct note **out_note);
/** Takes over what an instance of elsewhere, or a plain struct, says (calx_session_merge()). */
calx_status note_merge(calx_session *session, const struct note *source,
                       const struct note **out_note);
/** Plain rows, straight to the table: new, by key, or both. options: NULL, or calx/bulk.h. */
calx_status note_bulk_insert(calx_session *session, const struct note *rows, size_t count);
calx_status note_bulk_update(calx_session *session, const struct note *rows, size_t count);
calx_status note_bulk_delete(calx_session *session, const struct note *rows, size_t count);
calx_status note_bulk_upsert(calx_session *session, const struct note *rows, size_t count,
                             const calx_bulk_options *options);

/** Yours to define: the version after old, or the first, when old is NULL. It fits the member. */
calx_status next_tag(const char *old, char *out_new);

/* Setters copy texts. CALX_E_DATA: no fit; _STATE: deleted; _UNMAPPED: no instance; _NOMEM. */
calx_status note_set_id(const struct note *note, int64_t id);
calx_status note_set_text(const struct note *note, const char *text);
calx_status note_set_tag(const struct note *note, const char *tag);

/**
 * A query (NULL: no memory), which owns its results; _plain: the same, for joins, locks, values.
 */
typedef struct note_query note_query;
note_query *note_query_new(calx_session *session);
void note_query_free(note_query *query);
calx_query *note_query_plain(note_query *query);
/** Conditions are joined by AND, orders follow each other. CALX_E_LIMIT: use _where_filter. */
calx_status note_query_where(note_query *query, calx_expression condition);
calx_status note_query_where_filter(note_query *query, const calx_filter *filter);
calx_status note_query_order_by(note_query *query, calx_order order);
calx_status note_query_limit(note_query *query, int64_t limit);
calx_status note_query_offset(note_query *query, int64_t offset);
/** How members are loaded (calx/option.h), in batches of a stream; rows overwrite what is there. */
calx_status note_query_options(note_query *query, calx_option option);
calx_status note_query_options_along(note_query *query, const calx_option *parts, size_t count);
calx_status note_query_yield_per(note_query *query, size_t rows);
calx_status note_query_populate_existing(note_query *query);
calx_status note_query_all(note_query *query, const struct note *const **out_items,
                           size_t *out_count);
/** The first, or NULL; the only one (CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS); it, or NULL. */
calx_status note_query_first(note_query *query, const struct note **out_note);
calx_status note_query_one(note_query *query, const struct note **out_note);
calx_status note_query_one_or_none(note_query *query, const struct note **out_note);
/** How many rows, limit and offset counted in. */
calx_status note_query_count(note_query *query, int64_t *out_count);
calx_status note_query_exists(note_query *query, bool *out_exists);
/** The rows that match are updated, or deleted; see calx_query_update() and calx/assignment.h. */
calx_status note_query_update(note_query *query, const calx_assignment *assignments, size_t count,
                              int64_t *out_count);
calx_status note_query_delete(note_query *query, int64_t *out_count);
/** A stream: an instance is good until the function returns; what is not CALX_OK ends it. */
typedef calx_status (*note_function)(void *context, const struct note *note);
calx_status note_query_each(note_query *query, note_function function, void *context);

/* ---- struct entry: table entries ---- */

/** Every third number. */
extern const calx_mapper entry_mapper;

/** The columns, for conditions and orders: calx_eq(entry_col.id, …). */
extern const struct entry_col {
    calx_int64_column id;
    calx_int64_column revision;
} entry_col;

/** A transient instance (NULL: no memory), the caller's until it is added: free it, or NULL. */
struct entry *entry_new(void);
void entry_free(struct entry *entry);
/** A transient copy of the columns, owned by the caller. NULL: no memory. */
struct entry *entry_copy(const struct entry *entry);
/** The mutable pointer, watched until it is sealed. NULL: no memory, or not editable. */
struct entry *entry_edit(const struct entry *entry);
void entry_seal(const struct entry *entry);
/** Inserted by the next flush, kept by the session; deleted by the next flush. */
calx_status entry_add(calx_session *session, struct entry *entry);
calx_status entry_delete(calx_session *session, const struct entry *entry);
/** By key, borrowed; no such row: *out_entry is NULL, and for _get_one CALX_E_NO_RESULT. */
calx_status entry_get(calx_session *session, int64_t id, const struct entry **out_entry);
calx_status entry_get_one(calx_session *session, int64_t id, const struct entry **out_entry);
/** Takes over what an instance of elsewhere, or a plain struct, says (calx_session_merge()). */
calx_status entry_merge(calx_session *session, const struct entry *source,
                        const struct entry **out_entry);
/** Plain rows, straight to the table: new, by key, or both. options: NULL, or calx/bulk.h. */
calx_status entry_bulk_insert(calx_session *session, const struct entry *rows, size_t count);
calx_status entry_bulk_update(calx_session *session, const struct entry *rows, size_t count);
calx_status entry_bulk_delete(calx_session *session, const struct entry *rows, size_t count);
calx_status entry_bulk_upsert(calx_session *session, const struct entry *rows, size_t count,
                              const calx_bulk_options *options);

/** Yours to define: the version after old, or the first, when old is NULL. It fits the member. */
calx_status next_entry(const int32_t *old, int32_t *out_new);

/* Setters copy texts. CALX_E_DATA: no fit; _STATE: deleted; _UNMAPPED: no instance; _NOMEM. */
calx_status entry_set_id(const struct entry *entry, int64_t id);
calx_status entry_set_revision(const struct entry *entry, int32_t revision);

/**
 * A query (NULL: no memory), which owns its results; _plain: the same, for joins, locks, values.
 */
typedef struct entry_query entry_query;
entry_query *entry_query_new(calx_session *session);
void entry_query_free(entry_query *query);
calx_query *entry_query_plain(entry_query *query);
/** Conditions are joined by AND, orders follow each other. CALX_E_LIMIT: use _where_filter. */
calx_status entry_query_where(entry_query *query, calx_expression condition);
calx_status entry_query_where_filter(entry_query *query, const calx_filter *filter);
calx_status entry_query_order_by(entry_query *query, calx_order order);
calx_status entry_query_limit(entry_query *query, int64_t limit);
calx_status entry_query_offset(entry_query *query, int64_t offset);
/** How members are loaded (calx/option.h), in batches of a stream; rows overwrite what is there. */
calx_status entry_query_options(entry_query *query, calx_option option);
calx_status entry_query_options_along(entry_query *query, const calx_option *parts, size_t count);
calx_status entry_query_yield_per(entry_query *query, size_t rows);
calx_status entry_query_populate_existing(entry_query *query);
calx_status entry_query_all(entry_query *query, const struct entry *const **out_items,
                            size_t *out_count);
/** The first, or NULL; the only one (CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS); it, or NULL. */
calx_status entry_query_first(entry_query *query, const struct entry **out_entry);
calx_status entry_query_one(entry_query *query, const struct entry **out_entry);
calx_status entry_query_one_or_none(entry_query *query, const struct entry **out_entry);
/** How many rows, limit and offset counted in. */
calx_status entry_query_count(entry_query *query, int64_t *out_count);
calx_status entry_query_exists(entry_query *query, bool *out_exists);
/** The rows that match are updated, or deleted; see calx_query_update() and calx/assignment.h. */
calx_status entry_query_update(entry_query *query, const calx_assignment *assignments, size_t count,
                               int64_t *out_count);
calx_status entry_query_delete(entry_query *query, int64_t *out_count);
/** A stream: an instance is good until the function returns; what is not CALX_OK ends it. */
typedef calx_status (*entry_function)(void *context, const struct entry *entry);
calx_status entry_query_each(entry_query *query, entry_function function, void *context);

/* ---- struct page: table pages ---- */

/** Made by the program. */
extern const calx_mapper page_mapper;

/** The columns, for conditions and orders: calx_eq(page_col.id, …). */
extern const struct page_col {
    calx_int64_column id;
    calx_text_column etag;
} page_col;

/** A transient instance (NULL: no memory), the caller's until it is added: free it, or NULL. */
struct page *page_new(void);
void page_free(struct page *page);
/** A transient copy of the columns, owned by the caller. NULL: no memory. */
struct page *page_copy(const struct page *page);
/** The mutable pointer, watched until it is sealed. NULL: no memory, or not editable. */
struct page *page_edit(const struct page *page);
void page_seal(const struct page *page);
/** Inserted by the next flush, kept by the session; deleted by the next flush. */
calx_status page_add(calx_session *session, struct page *page);
calx_status page_delete(calx_session *session, const struct page *page);
/** By key, borrowed; no such row: *out_page is NULL, and for _get_one CALX_E_NO_RESULT. */
calx_status page_get(calx_session *session, int64_t id, const struct page **out_page);
calx_status page_get_one(calx_session *session, int64_t id, const struct page **out_page);
/** Takes over what an instance of elsewhere, or a plain struct, says (calx_session_merge()). */
calx_status page_merge(calx_session *session, const struct page *source,
                       const struct page **out_page);
/** Plain rows, straight to the table: new, by key, or both. options: NULL, or calx/bulk.h. */
calx_status page_bulk_insert(calx_session *session, const struct page *rows, size_t count);
calx_status page_bulk_update(calx_session *session, const struct page *rows, size_t count);
calx_status page_bulk_delete(calx_session *session, const struct page *rows, size_t count);
calx_status page_bulk_upsert(calx_session *session, const struct page *rows, size_t count,
                             const calx_bulk_options *options);

/* Setters copy texts. CALX_E_DATA: no fit; _STATE: deleted; _UNMAPPED: no instance; _NOMEM. */
calx_status page_set_id(const struct page *page, int64_t id);
calx_status page_set_etag(const struct page *page, const char *etag);

/**
 * A query (NULL: no memory), which owns its results; _plain: the same, for joins, locks, values.
 */
typedef struct page_query page_query;
page_query *page_query_new(calx_session *session);
void page_query_free(page_query *query);
calx_query *page_query_plain(page_query *query);
/** Conditions are joined by AND, orders follow each other. CALX_E_LIMIT: use _where_filter. */
calx_status page_query_where(page_query *query, calx_expression condition);
calx_status page_query_where_filter(page_query *query, const calx_filter *filter);
calx_status page_query_order_by(page_query *query, calx_order order);
calx_status page_query_limit(page_query *query, int64_t limit);
calx_status page_query_offset(page_query *query, int64_t offset);
/** How members are loaded (calx/option.h), in batches of a stream; rows overwrite what is there. */
calx_status page_query_options(page_query *query, calx_option option);
calx_status page_query_options_along(page_query *query, const calx_option *parts, size_t count);
calx_status page_query_yield_per(page_query *query, size_t rows);
calx_status page_query_populate_existing(page_query *query);
calx_status page_query_all(page_query *query, const struct page *const **out_items,
                           size_t *out_count);
/** The first, or NULL; the only one (CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS); it, or NULL. */
calx_status page_query_first(page_query *query, const struct page **out_page);
calx_status page_query_one(page_query *query, const struct page **out_page);
calx_status page_query_one_or_none(page_query *query, const struct page **out_page);
/** How many rows, limit and offset counted in. */
calx_status page_query_count(page_query *query, int64_t *out_count);
calx_status page_query_exists(page_query *query, bool *out_exists);
/** The rows that match are updated, or deleted; see calx_query_update() and calx/assignment.h. */
calx_status page_query_update(page_query *query, const calx_assignment *assignments, size_t count,
                              int64_t *out_count);
calx_status page_query_delete(page_query *query, int64_t *out_count);
/** A stream: an instance is good until the function returns; what is not CALX_OK ends it. */
typedef calx_status (*page_function)(void *context, const struct page *page);
calx_status page_query_each(page_query *query, page_function function, void *context);

/* ---- struct sheet: table sheets ---- */

/** Made by the database. */
extern const calx_mapper sheet_mapper;

/** The columns, for conditions and orders: calx_eq(sheet_col.id, …). */
extern const struct sheet_col {
    calx_int64_column id;
    calx_int64_column revision;
} sheet_col;

/** A transient instance (NULL: no memory), the caller's until it is added: free it, or NULL. */
struct sheet *sheet_new(void);
void sheet_free(struct sheet *sheet);
/** A transient copy of the columns, owned by the caller. NULL: no memory. */
struct sheet *sheet_copy(const struct sheet *sheet);
/** The mutable pointer, watched until it is sealed. NULL: no memory, or not editable. */
struct sheet *sheet_edit(const struct sheet *sheet);
void sheet_seal(const struct sheet *sheet);
/** Inserted by the next flush, kept by the session; deleted by the next flush. */
calx_status sheet_add(calx_session *session, struct sheet *sheet);
calx_status sheet_delete(calx_session *session, const struct sheet *sheet);
/** By key, borrowed; no such row: *out_sheet is NULL, and for _get_one CALX_E_NO_RESULT. */
calx_status sheet_get(calx_session *session, int64_t id, const struct sheet **out_sheet);
calx_status sheet_get_one(calx_session *session, int64_t id, const struct sheet **out_sheet);
/** Takes over what an instance of elsewhere, or a plain struct, says (calx_session_merge()). */
calx_status sheet_merge(calx_session *session, const struct sheet *source,
                        const struct sheet **out_sheet);
/** Plain rows, straight to the table: new, by key, or both. options: NULL, or calx/bulk.h. */
calx_status sheet_bulk_insert(calx_session *session, const struct sheet *rows, size_t count);
calx_status sheet_bulk_update(calx_session *session, const struct sheet *rows, size_t count);
calx_status sheet_bulk_delete(calx_session *session, const struct sheet *rows, size_t count);
calx_status sheet_bulk_upsert(calx_session *session, const struct sheet *rows, size_t count,
                              const calx_bulk_options *options);

/* Setters copy texts. CALX_E_DATA: no fit; _STATE: deleted; _UNMAPPED: no instance; _NOMEM. */
calx_status sheet_set_id(const struct sheet *sheet, int64_t id);
calx_status sheet_set_revision(const struct sheet *sheet, int64_t revision);

/**
 * A query (NULL: no memory), which owns its results; _plain: the same, for joins, locks, values.
 */
typedef struct sheet_query sheet_query;
sheet_query *sheet_query_new(calx_session *session);
void sheet_query_free(sheet_query *query);
calx_query *sheet_query_plain(sheet_query *query);
/** Conditions are joined by AND, orders follow each other. CALX_E_LIMIT: use _where_filter. */
calx_status sheet_query_where(sheet_query *query, calx_expression condition);
calx_status sheet_query_where_filter(sheet_query *query, const calx_filter *filter);
calx_status sheet_query_order_by(sheet_query *query, calx_order order);
calx_status sheet_query_limit(sheet_query *query, int64_t limit);
calx_status sheet_query_offset(sheet_query *query, int64_t offset);
/** How members are loaded (calx/option.h), in batches of a stream; rows overwrite what is there. */
calx_status sheet_query_options(sheet_query *query, calx_option option);
calx_status sheet_query_options_along(sheet_query *query, const calx_option *parts, size_t count);
calx_status sheet_query_yield_per(sheet_query *query, size_t rows);
calx_status sheet_query_populate_existing(sheet_query *query);
calx_status sheet_query_all(sheet_query *query, const struct sheet *const **out_items,
                            size_t *out_count);
/** The first, or NULL; the only one (CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS); it, or NULL. */
calx_status sheet_query_first(sheet_query *query, const struct sheet **out_sheet);
calx_status sheet_query_one(sheet_query *query, const struct sheet **out_sheet);
calx_status sheet_query_one_or_none(sheet_query *query, const struct sheet **out_sheet);
/** How many rows, limit and offset counted in. */
calx_status sheet_query_count(sheet_query *query, int64_t *out_count);
calx_status sheet_query_exists(sheet_query *query, bool *out_exists);
/** The rows that match are updated, or deleted; see calx_query_update() and calx/assignment.h. */
calx_status sheet_query_update(sheet_query *query, const calx_assignment *assignments, size_t count,
                               int64_t *out_count);
calx_status sheet_query_delete(sheet_query *query, int64_t *out_count);
/** A stream: an instance is good until the function returns; what is not CALX_OK ends it. */
typedef calx_status (*sheet_function)(void *context, const struct sheet *sheet);
calx_status sheet_query_each(sheet_query *query, sheet_function function, void *context);

CALX_END_DECLS

#endif
