/* Generated from graph.h by calx-gen 0.1.0. Do not edit: change graph.h and build again. */
#ifndef GRAPH_CALX_H
#define GRAPH_CALX_H

#include "graph.h"

#include <calx/query.h>

CALX_BEGIN_DECLS

/** Every mapper of graph.h, for calx_schema_create_all(). */
extern const calx_metadata graph_metadata;

/* ---- struct author: table authors ---- */

/** Writes posts; has one profile. */
extern const calx_mapper author_mapper;

/** The columns, for conditions and orders: calx_eq(author_col.id, …). */
extern const struct author_col {
    calx_int64_column id;
    calx_text_column name;
    calx_int64_column newest_id;
} author_col;

/** The relationships, for loading options: calx_selectinload(author_rel.profile). */
extern const struct author_rel {
    calx_relation profile;
    calx_relation posts;
    calx_relation drafts;
    calx_relation newest;
} author_rel;

/** A transient instance (NULL: no memory), the caller's until it is added: free it, or NULL. */
struct author *author_new(void);
void author_free(struct author *author);
/** A transient copy of the columns, owned by the caller. NULL: no memory. */
struct author *author_copy(const struct author *author);
/** The mutable pointer, watched until it is sealed. NULL: no memory, or not editable. */
struct author *author_edit(const struct author *author);
void author_seal(const struct author *author);
/** Inserted by the next flush, kept by the session; deleted by the next flush. */
calx_status author_add(calx_session *session, struct author *author);
calx_status author_delete(calx_session *session, const struct author *author);
/** By key, borrowed; no such row: *out_author is NULL, and for _get_one CALX_E_NO_RESULT. */
calx_status author_get(calx_session *session, int64_t id, const struct author **out_author);
calx_status author_get_one(calx_session *session, int64_t id, const struct author **out_author);
/** Takes over what an instance of elsewhere, or a plain struct, says (calx_session_merge()). */
calx_status author_merge(calx_session *session, const struct author *source,
                         const struct author **out_author);
/** Plain rows, straight to the table: new, by key, or both. options: NULL, or calx/bulk.h. */
calx_status author_bulk_insert(calx_session *session, const struct author *rows, size_t count);
calx_status author_bulk_update(calx_session *session, const struct author *rows, size_t count);
calx_status author_bulk_delete(calx_session *session, const struct author *rows, size_t count);
calx_status author_bulk_upsert(calx_session *session, const struct author *rows, size_t count,
                               const calx_bulk_options *options);

/* Setters copy texts. CALX_E_DATA: no fit; _STATE: deleted; _UNMAPPED: no instance; _NOMEM. */
calx_status author_set_id(const struct author *author, int64_t id);
calx_status author_set_name(const struct author *author, const char *name);
calx_status author_set_newest_id(const struct author *author, calx_nullable_int64 newest_id);

/* Relationships: loaded when first asked for; what comes out is borrowed until they change. */
/** The far side of a one-to-one. */
calx_status author_profile(const struct author *author, const struct profile **out_profile);
calx_status author_set_profile(const struct author *author, const struct profile *profile);
calx_status author_clear_profile(const struct author *author);
calx_status author_posts(const struct author *author, const struct post *const **out_items,
                         size_t *out_count);
calx_status author_posts_count(const struct author *author, size_t *out_count);
calx_status author_posts_contains(const struct author *author, const struct post *post,
                                  bool *out_contains);
calx_status author_posts_append(const struct author *author, const struct post *post);
calx_status author_posts_insert(const struct author *author, size_t position,
                                const struct post *post);
calx_status author_posts_remove(const struct author *author, const struct post *post);
calx_status author_posts_replace(const struct author *author, const struct post *const *items,
                                 size_t count);
calx_status author_posts_clear(const struct author *author);
/** What is read and never written. */
calx_status author_drafts(const struct author *author, const struct post *const **out_items,
                          size_t *out_count);
calx_status author_drafts_count(const struct author *author, size_t *out_count);
calx_status author_drafts_contains(const struct author *author, const struct post *post,
                                   bool *out_contains);
calx_status author_newest(const struct author *author, const struct post **out_newest);
calx_status author_set_newest(const struct author *author, const struct post *newest);
calx_status author_clear_newest(const struct author *author);

/**
 * A query (NULL: no memory), which owns its results; _plain: the same, for joins, locks, values.
 */
typedef struct author_query author_query;
author_query *author_query_new(calx_session *session);
void author_query_free(author_query *query);
calx_query *author_query_plain(author_query *query);
/** Conditions are joined by AND, orders follow each other. CALX_E_LIMIT: use _where_filter. */
calx_status author_query_where(author_query *query, calx_expression condition);
calx_status author_query_where_filter(author_query *query, const calx_filter *filter);
calx_status author_query_order_by(author_query *query, calx_order order);
calx_status author_query_limit(author_query *query, int64_t limit);
calx_status author_query_offset(author_query *query, int64_t offset);
/** How members are loaded (calx/option.h), in batches of a stream; rows overwrite what is there. */
calx_status author_query_options(author_query *query, calx_option option);
calx_status author_query_options_along(author_query *query, const calx_option *parts, size_t count);
calx_status author_query_yield_per(author_query *query, size_t rows);
calx_status author_query_populate_existing(author_query *query);
calx_status author_query_all(author_query *query, const struct author *const **out_items,
                             size_t *out_count);
/** The first, or NULL; the only one (CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS); it, or NULL. */
calx_status author_query_first(author_query *query, const struct author **out_author);
calx_status author_query_one(author_query *query, const struct author **out_author);
calx_status author_query_one_or_none(author_query *query, const struct author **out_author);
/** How many rows, limit and offset counted in. */
calx_status author_query_count(author_query *query, int64_t *out_count);
calx_status author_query_exists(author_query *query, bool *out_exists);
/** The rows that match are updated, or deleted; see calx_query_update() and calx/assignment.h. */
calx_status author_query_update(author_query *query, const calx_assignment *assignments,
                                size_t count, int64_t *out_count);
calx_status author_query_delete(author_query *query, int64_t *out_count);
/** A stream: an instance is good until the function returns; what is not CALX_OK ends it. */
typedef calx_status (*author_function)(void *context, const struct author *author);
calx_status author_query_each(author_query *query, author_function function, void *context);

/* ---- struct profile: table profiles ---- */

extern const calx_mapper profile_mapper;

/** The columns, for conditions and orders: calx_eq(profile_col.id, …). */
extern const struct profile_col {
    calx_int64_column id;
    calx_text_column text;
    calx_int64_column author_id;
} profile_col;

/** The relationships, for loading options: calx_selectinload(profile_rel.author). */
extern const struct profile_rel {
    calx_relation author;
} profile_rel;

/** A transient instance (NULL: no memory), the caller's until it is added: free it, or NULL. */
struct profile *profile_new(void);
void profile_free(struct profile *profile);
/** A transient copy of the columns, owned by the caller. NULL: no memory. */
struct profile *profile_copy(const struct profile *profile);
/** The mutable pointer, watched until it is sealed. NULL: no memory, or not editable. */
struct profile *profile_edit(const struct profile *profile);
void profile_seal(const struct profile *profile);
/** Inserted by the next flush, kept by the session; deleted by the next flush. */
calx_status profile_add(calx_session *session, struct profile *profile);
calx_status profile_delete(calx_session *session, const struct profile *profile);
/** By key, borrowed; no such row: *out_profile is NULL, and for _get_one CALX_E_NO_RESULT. */
calx_status profile_get(calx_session *session, int64_t id, const struct profile **out_profile);
calx_status profile_get_one(calx_session *session, int64_t id, const struct profile **out_profile);
/** Takes over what an instance of elsewhere, or a plain struct, says (calx_session_merge()). */
calx_status profile_merge(calx_session *session, const struct profile *source,
                          const struct profile **out_profile);
/** Plain rows, straight to the table: new, by key, or both. options: NULL, or calx/bulk.h. */
calx_status profile_bulk_insert(calx_session *session, const struct profile *rows, size_t count);
calx_status profile_bulk_update(calx_session *session, const struct profile *rows, size_t count);
calx_status profile_bulk_delete(calx_session *session, const struct profile *rows, size_t count);
calx_status profile_bulk_upsert(calx_session *session, const struct profile *rows, size_t count,
                                const calx_bulk_options *options);

/* Setters copy texts. CALX_E_DATA: no fit; _STATE: deleted; _UNMAPPED: no instance; _NOMEM. */
calx_status profile_set_id(const struct profile *profile, int64_t id);
calx_status profile_set_text(const struct profile *profile, const char *text);
calx_status profile_set_author_id(const struct profile *profile, int64_t author_id);

/* Relationships: loaded when first asked for; what comes out is borrowed until they change. */
calx_status profile_author(const struct profile *profile, const struct author **out_author);
calx_status profile_set_author(const struct profile *profile, const struct author *author);
calx_status profile_clear_author(const struct profile *profile);

/**
 * A query (NULL: no memory), which owns its results; _plain: the same, for joins, locks, values.
 */
typedef struct profile_query profile_query;
profile_query *profile_query_new(calx_session *session);
void profile_query_free(profile_query *query);
calx_query *profile_query_plain(profile_query *query);
/** Conditions are joined by AND, orders follow each other. CALX_E_LIMIT: use _where_filter. */
calx_status profile_query_where(profile_query *query, calx_expression condition);
calx_status profile_query_where_filter(profile_query *query, const calx_filter *filter);
calx_status profile_query_order_by(profile_query *query, calx_order order);
calx_status profile_query_limit(profile_query *query, int64_t limit);
calx_status profile_query_offset(profile_query *query, int64_t offset);
/** How members are loaded (calx/option.h), in batches of a stream; rows overwrite what is there. */
calx_status profile_query_options(profile_query *query, calx_option option);
calx_status profile_query_options_along(profile_query *query, const calx_option *parts,
                                        size_t count);
calx_status profile_query_yield_per(profile_query *query, size_t rows);
calx_status profile_query_populate_existing(profile_query *query);
calx_status profile_query_all(profile_query *query, const struct profile *const **out_items,
                              size_t *out_count);
/** The first, or NULL; the only one (CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS); it, or NULL. */
calx_status profile_query_first(profile_query *query, const struct profile **out_profile);
calx_status profile_query_one(profile_query *query, const struct profile **out_profile);
calx_status profile_query_one_or_none(profile_query *query, const struct profile **out_profile);
/** How many rows, limit and offset counted in. */
calx_status profile_query_count(profile_query *query, int64_t *out_count);
calx_status profile_query_exists(profile_query *query, bool *out_exists);
/** The rows that match are updated, or deleted; see calx_query_update() and calx/assignment.h. */
calx_status profile_query_update(profile_query *query, const calx_assignment *assignments,
                                 size_t count, int64_t *out_count);
calx_status profile_query_delete(profile_query *query, int64_t *out_count);
/** A stream: an instance is good until the function returns; what is not CALX_OK ends it. */
typedef calx_status (*profile_function)(void *context, const struct profile *profile);
calx_status profile_query_each(profile_query *query, profile_function function, void *context);

/* ---- struct post: table posts ---- */

extern const calx_mapper post_mapper;

/** The columns, for conditions and orders: calx_eq(post_col.id, …). */
extern const struct post_col {
    calx_int64_column id;
    calx_int64_column author_id;
    calx_int64_column position;
    calx_text_column body;
} post_col;

/** The relationships, for loading options: calx_selectinload(post_rel.author). */
extern const struct post_rel {
    calx_relation author;
    calx_relation tags;
    calx_relation places;
    calx_relation readers;
} post_rel;

/** A transient instance (NULL: no memory), the caller's until it is added: free it, or NULL. */
struct post *post_new(void);
void post_free(struct post *post);
/** A transient copy of the columns, owned by the caller. NULL: no memory. */
struct post *post_copy(const struct post *post);
/** The mutable pointer, watched until it is sealed. NULL: no memory, or not editable. */
struct post *post_edit(const struct post *post);
void post_seal(const struct post *post);
/** Inserted by the next flush, kept by the session; deleted by the next flush. */
calx_status post_add(calx_session *session, struct post *post);
calx_status post_delete(calx_session *session, const struct post *post);
/** By key, borrowed; no such row: *out_post is NULL, and for _get_one CALX_E_NO_RESULT. */
calx_status post_get(calx_session *session, int64_t id, const struct post **out_post);
calx_status post_get_one(calx_session *session, int64_t id, const struct post **out_post);
/** Takes over what an instance of elsewhere, or a plain struct, says (calx_session_merge()). */
calx_status post_merge(calx_session *session, const struct post *source,
                       const struct post **out_post);
/** Plain rows, straight to the table: new, by key, or both. options: NULL, or calx/bulk.h. */
calx_status post_bulk_insert(calx_session *session, const struct post *rows, size_t count);
calx_status post_bulk_update(calx_session *session, const struct post *rows, size_t count);
calx_status post_bulk_delete(calx_session *session, const struct post *rows, size_t count);
calx_status post_bulk_upsert(calx_session *session, const struct post *rows, size_t count,
                             const calx_bulk_options *options);

/* Setters copy texts. CALX_E_DATA: no fit; _STATE: deleted; _UNMAPPED: no instance; _NOMEM. */
calx_status post_set_id(const struct post *post, int64_t id);
calx_status post_set_author_id(const struct post *post, int64_t author_id);
calx_status post_set_position(const struct post *post, int32_t position);
calx_status post_set_body(const struct post *post, const char *body);

/* Relationships: loaded when first asked for; what comes out is borrowed until they change. */
calx_status post_author(const struct post *post, const struct author **out_author);
calx_status post_set_author(const struct post *post, const struct author *author);
calx_status post_clear_author(const struct post *post);
/** Both sides share one association table. */
calx_status post_tags(const struct post *post, const struct tag *const **out_items,
                      size_t *out_count);
calx_status post_tags_count(const struct post *post, size_t *out_count);
calx_status post_tags_contains(const struct post *post, const struct tag *tag, bool *out_contains);
calx_status post_tags_append(const struct post *post, const struct tag *tag);
calx_status post_tags_insert(const struct post *post, size_t position, const struct tag *tag);
calx_status post_tags_remove(const struct post *post, const struct tag *tag);
calx_status post_tags_replace(const struct post *post, const struct tag *const *items,
                              size_t count);
calx_status post_tags_clear(const struct post *post);
/** One way, with a key of two columns at the other end. */
calx_status post_places(const struct post *post, const struct place *const **out_items,
                        size_t *out_count);
calx_status post_places_count(const struct post *post, size_t *out_count);
calx_status post_places_contains(const struct post *post, const struct place *place,
                                 bool *out_contains);
calx_status post_places_append(const struct post *post, const struct place *place);
calx_status post_places_insert(const struct post *post, size_t position, const struct place *place);
calx_status post_places_remove(const struct post *post, const struct place *place);
calx_status post_places_replace(const struct post *post, const struct place *const *items,
                                size_t count);
calx_status post_places_clear(const struct post *post);
/** Through the table of an entity. */
calx_status post_readers(const struct post *post, const struct member *const **out_items,
                         size_t *out_count);
calx_status post_readers_count(const struct post *post, size_t *out_count);
calx_status post_readers_contains(const struct post *post, const struct member *member,
                                  bool *out_contains);

/**
 * A query (NULL: no memory), which owns its results; _plain: the same, for joins, locks, values.
 */
typedef struct post_query post_query;
post_query *post_query_new(calx_session *session);
void post_query_free(post_query *query);
calx_query *post_query_plain(post_query *query);
/** Conditions are joined by AND, orders follow each other. CALX_E_LIMIT: use _where_filter. */
calx_status post_query_where(post_query *query, calx_expression condition);
calx_status post_query_where_filter(post_query *query, const calx_filter *filter);
calx_status post_query_order_by(post_query *query, calx_order order);
calx_status post_query_limit(post_query *query, int64_t limit);
calx_status post_query_offset(post_query *query, int64_t offset);
/** How members are loaded (calx/option.h), in batches of a stream; rows overwrite what is there. */
calx_status post_query_options(post_query *query, calx_option option);
calx_status post_query_options_along(post_query *query, const calx_option *parts, size_t count);
calx_status post_query_yield_per(post_query *query, size_t rows);
calx_status post_query_populate_existing(post_query *query);
calx_status post_query_all(post_query *query, const struct post *const **out_items,
                           size_t *out_count);
/** The first, or NULL; the only one (CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS); it, or NULL. */
calx_status post_query_first(post_query *query, const struct post **out_post);
calx_status post_query_one(post_query *query, const struct post **out_post);
calx_status post_query_one_or_none(post_query *query, const struct post **out_post);
/** How many rows, limit and offset counted in. */
calx_status post_query_count(post_query *query, int64_t *out_count);
calx_status post_query_exists(post_query *query, bool *out_exists);
/** The rows that match are updated, or deleted; see calx_query_update() and calx/assignment.h. */
calx_status post_query_update(post_query *query, const calx_assignment *assignments, size_t count,
                              int64_t *out_count);
calx_status post_query_delete(post_query *query, int64_t *out_count);
/** A stream: an instance is good until the function returns; what is not CALX_OK ends it. */
typedef calx_status (*post_function)(void *context, const struct post *post);
calx_status post_query_each(post_query *query, post_function function, void *context);

/* ---- struct tag: table tags ---- */

extern const calx_mapper tag_mapper;

/** The columns, for conditions and orders: calx_eq(tag_col.name, …). */
extern const struct tag_col {
    calx_text_column name;
} tag_col;

/** The relationships, for loading options: calx_selectinload(tag_rel.posts). */
extern const struct tag_rel {
    calx_relation posts;
} tag_rel;

/** A transient instance (NULL: no memory), the caller's until it is added: free it, or NULL. */
struct tag *tag_new(void);
void tag_free(struct tag *tag);
/** A transient copy of the columns, owned by the caller. NULL: no memory. */
struct tag *tag_copy(const struct tag *tag);
/** The mutable pointer, watched until it is sealed. NULL: no memory, or not editable. */
struct tag *tag_edit(const struct tag *tag);
void tag_seal(const struct tag *tag);
/** Inserted by the next flush, kept by the session; deleted by the next flush. */
calx_status tag_add(calx_session *session, struct tag *tag);
calx_status tag_delete(calx_session *session, const struct tag *tag);
/** By key, borrowed; no such row: *out_tag is NULL, and for _get_one CALX_E_NO_RESULT. */
calx_status tag_get(calx_session *session, const char *name, const struct tag **out_tag);
calx_status tag_get_one(calx_session *session, const char *name, const struct tag **out_tag);
/** Takes over what an instance of elsewhere, or a plain struct, says (calx_session_merge()). */
calx_status tag_merge(calx_session *session, const struct tag *source, const struct tag **out_tag);
/** Plain rows, straight to the table: new, by key, or both. options: NULL, or calx/bulk.h. */
calx_status tag_bulk_insert(calx_session *session, const struct tag *rows, size_t count);
calx_status tag_bulk_update(calx_session *session, const struct tag *rows, size_t count);
calx_status tag_bulk_delete(calx_session *session, const struct tag *rows, size_t count);
calx_status tag_bulk_upsert(calx_session *session, const struct tag *rows, size_t count,
                            const calx_bulk_options *options);

/* Setters copy texts. CALX_E_DATA: no fit; _STATE: deleted; _UNMAPPED: no instance; _NOMEM. */
calx_status tag_set_name(const struct tag *tag, const char *name);

/* Relationships: loaded when first asked for; what comes out is borrowed until they change. */
calx_status tag_posts(const struct tag *tag, const struct post *const **out_items,
                      size_t *out_count);
calx_status tag_posts_count(const struct tag *tag, size_t *out_count);
calx_status tag_posts_contains(const struct tag *tag, const struct post *post, bool *out_contains);
calx_status tag_posts_append(const struct tag *tag, const struct post *post);
calx_status tag_posts_insert(const struct tag *tag, size_t position, const struct post *post);
calx_status tag_posts_remove(const struct tag *tag, const struct post *post);
calx_status tag_posts_replace(const struct tag *tag, const struct post *const *items, size_t count);
calx_status tag_posts_clear(const struct tag *tag);

/**
 * A query (NULL: no memory), which owns its results; _plain: the same, for joins, locks, values.
 */
typedef struct tag_query tag_query;
tag_query *tag_query_new(calx_session *session);
void tag_query_free(tag_query *query);
calx_query *tag_query_plain(tag_query *query);
/** Conditions are joined by AND, orders follow each other. CALX_E_LIMIT: use _where_filter. */
calx_status tag_query_where(tag_query *query, calx_expression condition);
calx_status tag_query_where_filter(tag_query *query, const calx_filter *filter);
calx_status tag_query_order_by(tag_query *query, calx_order order);
calx_status tag_query_limit(tag_query *query, int64_t limit);
calx_status tag_query_offset(tag_query *query, int64_t offset);
/** How members are loaded (calx/option.h), in batches of a stream; rows overwrite what is there. */
calx_status tag_query_options(tag_query *query, calx_option option);
calx_status tag_query_options_along(tag_query *query, const calx_option *parts, size_t count);
calx_status tag_query_yield_per(tag_query *query, size_t rows);
calx_status tag_query_populate_existing(tag_query *query);
calx_status tag_query_all(tag_query *query, const struct tag *const **out_items, size_t *out_count);
/** The first, or NULL; the only one (CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS); it, or NULL. */
calx_status tag_query_first(tag_query *query, const struct tag **out_tag);
calx_status tag_query_one(tag_query *query, const struct tag **out_tag);
calx_status tag_query_one_or_none(tag_query *query, const struct tag **out_tag);
/** How many rows, limit and offset counted in. */
calx_status tag_query_count(tag_query *query, int64_t *out_count);
calx_status tag_query_exists(tag_query *query, bool *out_exists);
/** The rows that match are updated, or deleted; see calx_query_update() and calx/assignment.h. */
calx_status tag_query_update(tag_query *query, const calx_assignment *assignments, size_t count,
                             int64_t *out_count);
calx_status tag_query_delete(tag_query *query, int64_t *out_count);
/** A stream: an instance is good until the function returns; what is not CALX_OK ends it. */
typedef calx_status (*tag_function)(void *context, const struct tag *tag);
calx_status tag_query_each(tag_query *query, tag_function function, void *context);

/* ---- struct place: table places ---- */

extern const calx_mapper place_mapper;

/** The columns, for conditions and orders: calx_eq(place_col.country, …). */
extern const struct place_col {
    calx_text_column country;
    calx_text_column town;
} place_col;

/** A transient instance (NULL: no memory), the caller's until it is added: free it, or NULL. */
struct place *place_new(void);
void place_free(struct place *place);
/** A transient copy of the columns, owned by the caller. NULL: no memory. */
struct place *place_copy(const struct place *place);
/** The mutable pointer, watched until it is sealed. NULL: no memory, or not editable. */
struct place *place_edit(const struct place *place);
void place_seal(const struct place *place);
/** Inserted by the next flush, kept by the session; deleted by the next flush. */
calx_status place_add(calx_session *session, struct place *place);
calx_status place_delete(calx_session *session, const struct place *place);
/** By key, borrowed; no such row: *out_place is NULL, and for _get_one CALX_E_NO_RESULT. */
calx_status place_get(calx_session *session, const char *country, const char *town,
                      const struct place **out_place);
calx_status place_get_one(calx_session *session, const char *country, const char *town,
                          const struct place **out_place);
/** Takes over what an instance of elsewhere, or a plain struct, says (calx_session_merge()). */
calx_status place_merge(calx_session *session, const struct place *source,
                        const struct place **out_place);
/** Plain rows, straight to the table: new, by key, or both. options: NULL, or calx/bulk.h. */
calx_status place_bulk_insert(calx_session *session, const struct place *rows, size_t count);
calx_status place_bulk_update(calx_session *session, const struct place *rows, size_t count);
calx_status place_bulk_delete(calx_session *session, const struct place *rows, size_t count);
calx_status place_bulk_upsert(calx_session *session, const struct place *rows, size_t count,
                              const calx_bulk_options *options);

/* Setters copy texts. CALX_E_DATA: no fit; _STATE: deleted; _UNMAPPED: no instance; _NOMEM. */
calx_status place_set_country(const struct place *place, const char *country);
calx_status place_set_town(const struct place *place, const char *town);

/**
 * A query (NULL: no memory), which owns its results; _plain: the same, for joins, locks, values.
 */
typedef struct place_query place_query;
place_query *place_query_new(calx_session *session);
void place_query_free(place_query *query);
calx_query *place_query_plain(place_query *query);
/** Conditions are joined by AND, orders follow each other. CALX_E_LIMIT: use _where_filter. */
calx_status place_query_where(place_query *query, calx_expression condition);
calx_status place_query_where_filter(place_query *query, const calx_filter *filter);
calx_status place_query_order_by(place_query *query, calx_order order);
calx_status place_query_limit(place_query *query, int64_t limit);
calx_status place_query_offset(place_query *query, int64_t offset);
/** How members are loaded (calx/option.h), in batches of a stream; rows overwrite what is there. */
calx_status place_query_options(place_query *query, calx_option option);
calx_status place_query_options_along(place_query *query, const calx_option *parts, size_t count);
calx_status place_query_yield_per(place_query *query, size_t rows);
calx_status place_query_populate_existing(place_query *query);
calx_status place_query_all(place_query *query, const struct place *const **out_items,
                            size_t *out_count);
/** The first, or NULL; the only one (CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS); it, or NULL. */
calx_status place_query_first(place_query *query, const struct place **out_place);
calx_status place_query_one(place_query *query, const struct place **out_place);
calx_status place_query_one_or_none(place_query *query, const struct place **out_place);
/** How many rows, limit and offset counted in. */
calx_status place_query_count(place_query *query, int64_t *out_count);
calx_status place_query_exists(place_query *query, bool *out_exists);
/** The rows that match are updated, or deleted; see calx_query_update() and calx/assignment.h. */
calx_status place_query_update(place_query *query, const calx_assignment *assignments, size_t count,
                               int64_t *out_count);
calx_status place_query_delete(place_query *query, int64_t *out_count);
/** A stream: an instance is good until the function returns; what is not CALX_OK ends it. */
typedef calx_status (*place_function)(void *context, const struct place *place);
calx_status place_query_each(place_query *query, place_function function, void *context);

/* ---- struct reading: table readings ---- */

extern const calx_mapper reading_mapper;

/** The columns, for conditions and orders: calx_eq(reading_col.post_id, …). */
extern const struct reading_col {
    calx_int64_column post_id;
    calx_int64_column member_id;
    calx_timestamp_column at;
} reading_col;

/** The relationships, for loading options: calx_selectinload(reading_rel.member). */
extern const struct reading_rel {
    calx_relation member;
} reading_rel;

/** A transient instance (NULL: no memory), the caller's until it is added: free it, or NULL. */
struct reading *reading_new(void);
void reading_free(struct reading *reading);
/** A transient copy of the columns, owned by the caller. NULL: no memory. */
struct reading *reading_copy(const struct reading *reading);
/** The mutable pointer, watched until it is sealed. NULL: no memory, or not editable. */
struct reading *reading_edit(const struct reading *reading);
void reading_seal(const struct reading *reading);
/** Inserted by the next flush, kept by the session; deleted by the next flush. */
calx_status reading_add(calx_session *session, struct reading *reading);
calx_status reading_delete(calx_session *session, const struct reading *reading);
/** By key, borrowed; no such row: *out_reading is NULL, and for _get_one CALX_E_NO_RESULT. */
calx_status reading_get(calx_session *session, int64_t post_id, int64_t member_id,
                        const struct reading **out_reading);
calx_status reading_get_one(calx_session *session, int64_t post_id, int64_t member_id,
                            const struct reading **out_reading);
/** Takes over what an instance of elsewhere, or a plain struct, says (calx_session_merge()). */
calx_status reading_merge(calx_session *session, const struct reading *source,
                          const struct reading **out_reading);
/** Plain rows, straight to the table: new, by key, or both. options: NULL, or calx/bulk.h. */
calx_status reading_bulk_insert(calx_session *session, const struct reading *rows, size_t count);
calx_status reading_bulk_update(calx_session *session, const struct reading *rows, size_t count);
calx_status reading_bulk_delete(calx_session *session, const struct reading *rows, size_t count);
calx_status reading_bulk_upsert(calx_session *session, const struct reading *rows, size_t count,
                                const calx_bulk_options *options);

/* Setters copy texts. CALX_E_DATA: no fit; _STATE: deleted; _UNMAPPED: no instance; _NOMEM. */
calx_status reading_set_post_id(const struct reading *reading, int64_t post_id);
calx_status reading_set_member_id(const struct reading *reading, int64_t member_id);
calx_status reading_set_at(const struct reading *reading, calx_timestamp at);

/* Relationships: loaded when first asked for; what comes out is borrowed until they change. */
calx_status reading_member(const struct reading *reading, const struct member **out_member);
calx_status reading_set_member(const struct reading *reading, const struct member *member);
calx_status reading_clear_member(const struct reading *reading);

/**
 * A query (NULL: no memory), which owns its results; _plain: the same, for joins, locks, values.
 */
typedef struct reading_query reading_query;
reading_query *reading_query_new(calx_session *session);
void reading_query_free(reading_query *query);
calx_query *reading_query_plain(reading_query *query);
/** Conditions are joined by AND, orders follow each other. CALX_E_LIMIT: use _where_filter. */
calx_status reading_query_where(reading_query *query, calx_expression condition);
calx_status reading_query_where_filter(reading_query *query, const calx_filter *filter);
calx_status reading_query_order_by(reading_query *query, calx_order order);
calx_status reading_query_limit(reading_query *query, int64_t limit);
calx_status reading_query_offset(reading_query *query, int64_t offset);
/** How members are loaded (calx/option.h), in batches of a stream; rows overwrite what is there. */
calx_status reading_query_options(reading_query *query, calx_option option);
calx_status reading_query_options_along(reading_query *query, const calx_option *parts,
                                        size_t count);
calx_status reading_query_yield_per(reading_query *query, size_t rows);
calx_status reading_query_populate_existing(reading_query *query);
calx_status reading_query_all(reading_query *query, const struct reading *const **out_items,
                              size_t *out_count);
/** The first, or NULL; the only one (CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS); it, or NULL. */
calx_status reading_query_first(reading_query *query, const struct reading **out_reading);
calx_status reading_query_one(reading_query *query, const struct reading **out_reading);
calx_status reading_query_one_or_none(reading_query *query, const struct reading **out_reading);
/** How many rows, limit and offset counted in. */
calx_status reading_query_count(reading_query *query, int64_t *out_count);
calx_status reading_query_exists(reading_query *query, bool *out_exists);
/** The rows that match are updated, or deleted; see calx_query_update() and calx/assignment.h. */
calx_status reading_query_update(reading_query *query, const calx_assignment *assignments,
                                 size_t count, int64_t *out_count);
calx_status reading_query_delete(reading_query *query, int64_t *out_count);
/** A stream: an instance is good until the function returns; what is not CALX_OK ends it. */
typedef calx_status (*reading_function)(void *context, const struct reading *reading);
calx_status reading_query_each(reading_query *query, reading_function function, void *context);

/* ---- struct member: table members ---- */

/** Related to its like in each way. */
extern const calx_mapper member_mapper;

/** The columns, for conditions and orders: calx_eq(member_col.id, …). */
extern const struct member_col {
    calx_int64_column id;
    calx_int64_column mentor_id;
    calx_int64_column partner_id;
} member_col;

/** The relationships, for loading options: calx_selectinload(member_rel.mentor). */
extern const struct member_rel {
    calx_relation mentor;
    calx_relation pupils;
    calx_relation partner;
    calx_relation partner_of;
    calx_relation following;
    calx_relation followers;
} member_rel;

/** A transient instance (NULL: no memory), the caller's until it is added: free it, or NULL. */
struct member *member_new(void);
void member_free(struct member *member);
/** A transient copy of the columns, owned by the caller. NULL: no memory. */
struct member *member_copy(const struct member *member);
/** The mutable pointer, watched until it is sealed. NULL: no memory, or not editable. */
struct member *member_edit(const struct member *member);
void member_seal(const struct member *member);
/** Inserted by the next flush, kept by the session; deleted by the next flush. */
calx_status member_add(calx_session *session, struct member *member);
calx_status member_delete(calx_session *session, const struct member *member);
/** By key, borrowed; no such row: *out_member is NULL, and for _get_one CALX_E_NO_RESULT. */
calx_status member_get(calx_session *session, int64_t id, const struct member **out_member);
calx_status member_get_one(calx_session *session, int64_t id, const struct member **out_member);
/** Takes over what an instance of elsewhere, or a plain struct, says (calx_session_merge()). */
calx_status member_merge(calx_session *session, const struct member *source,
                         const struct member **out_member);
/** Plain rows, straight to the table: new, by key, or both. options: NULL, or calx/bulk.h. */
calx_status member_bulk_insert(calx_session *session, const struct member *rows, size_t count);
calx_status member_bulk_update(calx_session *session, const struct member *rows, size_t count);
calx_status member_bulk_delete(calx_session *session, const struct member *rows, size_t count);
calx_status member_bulk_upsert(calx_session *session, const struct member *rows, size_t count,
                               const calx_bulk_options *options);

/* Setters copy texts. CALX_E_DATA: no fit; _STATE: deleted; _UNMAPPED: no instance; _NOMEM. */
calx_status member_set_id(const struct member *member, int64_t id);
calx_status member_set_mentor_id(const struct member *member, calx_nullable_int64 mentor_id);
calx_status member_set_partner_id(const struct member *member, calx_nullable_int64 partner_id);

/* Relationships: loaded when first asked for; what comes out is borrowed until they change. */
calx_status member_mentor(const struct member *member, const struct member **out_mentor);
calx_status member_set_mentor(const struct member *member, const struct member *mentor);
calx_status member_clear_mentor(const struct member *member);
calx_status member_pupils(const struct member *member, const struct member *const **out_items,
                          size_t *out_count);
calx_status member_pupils_count(const struct member *member, size_t *out_count);
calx_status member_pupils_contains(const struct member *member, const struct member *item,
                                   bool *out_contains);
calx_status member_pupils_append(const struct member *member, const struct member *item);
calx_status member_pupils_insert(const struct member *member, size_t position,
                                 const struct member *item);
calx_status member_pupils_remove(const struct member *member, const struct member *item);
calx_status member_pupils_replace(const struct member *member, const struct member *const *items,
                                  size_t count);
calx_status member_pupils_clear(const struct member *member);
calx_status member_partner(const struct member *member, const struct member **out_partner);
calx_status member_set_partner(const struct member *member, const struct member *partner);
calx_status member_clear_partner(const struct member *member);
calx_status member_partner_of(const struct member *member, const struct member **out_partner_of);
calx_status member_set_partner_of(const struct member *member, const struct member *partner_of);
calx_status member_clear_partner_of(const struct member *member);
calx_status member_following(const struct member *member, const struct member *const **out_items,
                             size_t *out_count);
calx_status member_following_count(const struct member *member, size_t *out_count);
calx_status member_following_contains(const struct member *member, const struct member *item,
                                      bool *out_contains);
calx_status member_following_append(const struct member *member, const struct member *item);
calx_status member_following_insert(const struct member *member, size_t position,
                                    const struct member *item);
calx_status member_following_remove(const struct member *member, const struct member *item);
calx_status member_following_replace(const struct member *member, const struct member *const *items,
                                     size_t count);
calx_status member_following_clear(const struct member *member);
calx_status member_followers(const struct member *member, const struct member *const **out_items,
                             size_t *out_count);
calx_status member_followers_count(const struct member *member, size_t *out_count);
calx_status member_followers_contains(const struct member *member, const struct member *item,
                                      bool *out_contains);
calx_status member_followers_append(const struct member *member, const struct member *item);
calx_status member_followers_insert(const struct member *member, size_t position,
                                    const struct member *item);
calx_status member_followers_remove(const struct member *member, const struct member *item);
calx_status member_followers_replace(const struct member *member, const struct member *const *items,
                                     size_t count);
calx_status member_followers_clear(const struct member *member);

/**
 * A query (NULL: no memory), which owns its results; _plain: the same, for joins, locks, values.
 */
typedef struct member_query member_query;
member_query *member_query_new(calx_session *session);
void member_query_free(member_query *query);
calx_query *member_query_plain(member_query *query);
/** Conditions are joined by AND, orders follow each other. CALX_E_LIMIT: use _where_filter. */
calx_status member_query_where(member_query *query, calx_expression condition);
calx_status member_query_where_filter(member_query *query, const calx_filter *filter);
calx_status member_query_order_by(member_query *query, calx_order order);
calx_status member_query_limit(member_query *query, int64_t limit);
calx_status member_query_offset(member_query *query, int64_t offset);
/** How members are loaded (calx/option.h), in batches of a stream; rows overwrite what is there. */
calx_status member_query_options(member_query *query, calx_option option);
calx_status member_query_options_along(member_query *query, const calx_option *parts, size_t count);
calx_status member_query_yield_per(member_query *query, size_t rows);
calx_status member_query_populate_existing(member_query *query);
calx_status member_query_all(member_query *query, const struct member *const **out_items,
                             size_t *out_count);
/** The first, or NULL; the only one (CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS); it, or NULL. */
calx_status member_query_first(member_query *query, const struct member **out_member);
calx_status member_query_one(member_query *query, const struct member **out_member);
calx_status member_query_one_or_none(member_query *query, const struct member **out_member);
/** How many rows, limit and offset counted in. */
calx_status member_query_count(member_query *query, int64_t *out_count);
calx_status member_query_exists(member_query *query, bool *out_exists);
/** The rows that match are updated, or deleted; see calx_query_update() and calx/assignment.h. */
calx_status member_query_update(member_query *query, const calx_assignment *assignments,
                                size_t count, int64_t *out_count);
calx_status member_query_delete(member_query *query, int64_t *out_count);
/** A stream: an instance is good until the function returns; what is not CALX_OK ends it. */
typedef calx_status (*member_function)(void *context, const struct member *member);
calx_status member_query_each(member_query *query, member_function function, void *context);

/* ---- struct badge: table badges ---- */

/** What refers to it does so by a unique member, not by the key. */
extern const calx_mapper badge_mapper;

/** The columns, for conditions and orders: calx_eq(badge_col.id, …). */
extern const struct badge_col {
    calx_int64_column id;
    calx_text_column code;
} badge_col;

/** The relationships, for loading options: calx_selectinload(badge_rel.loans). */
extern const struct badge_rel {
    calx_relation loans;
} badge_rel;

/** A transient instance (NULL: no memory), the caller's until it is added: free it, or NULL. */
struct badge *badge_new(void);
void badge_free(struct badge *badge);
/** A transient copy of the columns, owned by the caller. NULL: no memory. */
struct badge *badge_copy(const struct badge *badge);
/** The mutable pointer, watched until it is sealed. NULL: no memory, or not editable. */
struct badge *badge_edit(const struct badge *badge);
void badge_seal(const struct badge *badge);
/** Inserted by the next flush, kept by the session; deleted by the next flush. */
calx_status badge_add(calx_session *session, struct badge *badge);
calx_status badge_delete(calx_session *session, const struct badge *badge);
/** By key, borrowed; no such row: *out_badge is NULL, and for _get_one CALX_E_NO_RESULT. */
calx_status badge_get(calx_session *session, int64_t id, const struct badge **out_badge);
calx_status badge_get_one(calx_session *session, int64_t id, const struct badge **out_badge);
/** Takes over what an instance of elsewhere, or a plain struct, says (calx_session_merge()). */
calx_status badge_merge(calx_session *session, const struct badge *source,
                        const struct badge **out_badge);
/** Plain rows, straight to the table: new, by key, or both. options: NULL, or calx/bulk.h. */
calx_status badge_bulk_insert(calx_session *session, const struct badge *rows, size_t count);
calx_status badge_bulk_update(calx_session *session, const struct badge *rows, size_t count);
calx_status badge_bulk_delete(calx_session *session, const struct badge *rows, size_t count);
calx_status badge_bulk_upsert(calx_session *session, const struct badge *rows, size_t count,
                              const calx_bulk_options *options);

/* Setters copy texts. CALX_E_DATA: no fit; _STATE: deleted; _UNMAPPED: no instance; _NOMEM. */
calx_status badge_set_id(const struct badge *badge, int64_t id);
calx_status badge_set_code(const struct badge *badge, const char *code);

/* Relationships: loaded when first asked for; what comes out is borrowed until they change. */
calx_status badge_loans(const struct badge *badge, const struct loan *const **out_items,
                        size_t *out_count);
calx_status badge_loans_count(const struct badge *badge, size_t *out_count);
calx_status badge_loans_contains(const struct badge *badge, const struct loan *loan,
                                 bool *out_contains);
calx_status badge_loans_append(const struct badge *badge, const struct loan *loan);
calx_status badge_loans_insert(const struct badge *badge, size_t position, const struct loan *loan);
calx_status badge_loans_remove(const struct badge *badge, const struct loan *loan);
calx_status badge_loans_replace(const struct badge *badge, const struct loan *const *items,
                                size_t count);
calx_status badge_loans_clear(const struct badge *badge);

/**
 * A query (NULL: no memory), which owns its results; _plain: the same, for joins, locks, values.
 */
typedef struct badge_query badge_query;
badge_query *badge_query_new(calx_session *session);
void badge_query_free(badge_query *query);
calx_query *badge_query_plain(badge_query *query);
/** Conditions are joined by AND, orders follow each other. CALX_E_LIMIT: use _where_filter. */
calx_status badge_query_where(badge_query *query, calx_expression condition);
calx_status badge_query_where_filter(badge_query *query, const calx_filter *filter);
calx_status badge_query_order_by(badge_query *query, calx_order order);
calx_status badge_query_limit(badge_query *query, int64_t limit);
calx_status badge_query_offset(badge_query *query, int64_t offset);
/** How members are loaded (calx/option.h), in batches of a stream; rows overwrite what is there. */
calx_status badge_query_options(badge_query *query, calx_option option);
calx_status badge_query_options_along(badge_query *query, const calx_option *parts, size_t count);
calx_status badge_query_yield_per(badge_query *query, size_t rows);
calx_status badge_query_populate_existing(badge_query *query);
calx_status badge_query_all(badge_query *query, const struct badge *const **out_items,
                            size_t *out_count);
/** The first, or NULL; the only one (CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS); it, or NULL. */
calx_status badge_query_first(badge_query *query, const struct badge **out_badge);
calx_status badge_query_one(badge_query *query, const struct badge **out_badge);
calx_status badge_query_one_or_none(badge_query *query, const struct badge **out_badge);
/** How many rows, limit and offset counted in. */
calx_status badge_query_count(badge_query *query, int64_t *out_count);
calx_status badge_query_exists(badge_query *query, bool *out_exists);
/** The rows that match are updated, or deleted; see calx_query_update() and calx/assignment.h. */
calx_status badge_query_update(badge_query *query, const calx_assignment *assignments, size_t count,
                               int64_t *out_count);
calx_status badge_query_delete(badge_query *query, int64_t *out_count);
/** A stream: an instance is good until the function returns; what is not CALX_OK ends it. */
typedef calx_status (*badge_function)(void *context, const struct badge *badge);
calx_status badge_query_each(badge_query *query, badge_function function, void *context);

/* ---- struct loan: table loans ---- */

extern const calx_mapper loan_mapper;

/** The columns, for conditions and orders: calx_eq(loan_col.id, …). */
extern const struct loan_col {
    calx_int64_column id;
    calx_text_column code;
} loan_col;

/** The relationships, for loading options: calx_selectinload(loan_rel.badge). */
extern const struct loan_rel {
    calx_relation badge;
} loan_rel;

/** A transient instance (NULL: no memory), the caller's until it is added: free it, or NULL. */
struct loan *loan_new(void);
void loan_free(struct loan *loan);
/** A transient copy of the columns, owned by the caller. NULL: no memory. */
struct loan *loan_copy(const struct loan *loan);
/** The mutable pointer, watched until it is sealed. NULL: no memory, or not editable. */
struct loan *loan_edit(const struct loan *loan);
void loan_seal(const struct loan *loan);
/** Inserted by the next flush, kept by the session; deleted by the next flush. */
calx_status loan_add(calx_session *session, struct loan *loan);
calx_status loan_delete(calx_session *session, const struct loan *loan);
/** By key, borrowed; no such row: *out_loan is NULL, and for _get_one CALX_E_NO_RESULT. */
calx_status loan_get(calx_session *session, int64_t id, const struct loan **out_loan);
calx_status loan_get_one(calx_session *session, int64_t id, const struct loan **out_loan);
/** Takes over what an instance of elsewhere, or a plain struct, says (calx_session_merge()). */
calx_status loan_merge(calx_session *session, const struct loan *source,
                       const struct loan **out_loan);
/** Plain rows, straight to the table: new, by key, or both. options: NULL, or calx/bulk.h. */
calx_status loan_bulk_insert(calx_session *session, const struct loan *rows, size_t count);
calx_status loan_bulk_update(calx_session *session, const struct loan *rows, size_t count);
calx_status loan_bulk_delete(calx_session *session, const struct loan *rows, size_t count);
calx_status loan_bulk_upsert(calx_session *session, const struct loan *rows, size_t count,
                             const calx_bulk_options *options);

/* Setters copy texts. CALX_E_DATA: no fit; _STATE: deleted; _UNMAPPED: no instance; _NOMEM. */
calx_status loan_set_id(const struct loan *loan, int64_t id);
calx_status loan_set_code(const struct loan *loan, const char *code);

/* Relationships: loaded when first asked for; what comes out is borrowed until they change. */
calx_status loan_badge(const struct loan *loan, const struct badge **out_badge);
calx_status loan_set_badge(const struct loan *loan, const struct badge *badge);
calx_status loan_clear_badge(const struct loan *loan);

/**
 * A query (NULL: no memory), which owns its results; _plain: the same, for joins, locks, values.
 */
typedef struct loan_query loan_query;
loan_query *loan_query_new(calx_session *session);
void loan_query_free(loan_query *query);
calx_query *loan_query_plain(loan_query *query);
/** Conditions are joined by AND, orders follow each other. CALX_E_LIMIT: use _where_filter. */
calx_status loan_query_where(loan_query *query, calx_expression condition);
calx_status loan_query_where_filter(loan_query *query, const calx_filter *filter);
calx_status loan_query_order_by(loan_query *query, calx_order order);
calx_status loan_query_limit(loan_query *query, int64_t limit);
calx_status loan_query_offset(loan_query *query, int64_t offset);
/** How members are loaded (calx/option.h), in batches of a stream; rows overwrite what is there. */
calx_status loan_query_options(loan_query *query, calx_option option);
calx_status loan_query_options_along(loan_query *query, const calx_option *parts, size_t count);
calx_status loan_query_yield_per(loan_query *query, size_t rows);
calx_status loan_query_populate_existing(loan_query *query);
calx_status loan_query_all(loan_query *query, const struct loan *const **out_items,
                           size_t *out_count);
/** The first, or NULL; the only one (CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS); it, or NULL. */
calx_status loan_query_first(loan_query *query, const struct loan **out_loan);
calx_status loan_query_one(loan_query *query, const struct loan **out_loan);
calx_status loan_query_one_or_none(loan_query *query, const struct loan **out_loan);
/** How many rows, limit and offset counted in. */
calx_status loan_query_count(loan_query *query, int64_t *out_count);
calx_status loan_query_exists(loan_query *query, bool *out_exists);
/** The rows that match are updated, or deleted; see calx_query_update() and calx/assignment.h. */
calx_status loan_query_update(loan_query *query, const calx_assignment *assignments, size_t count,
                              int64_t *out_count);
calx_status loan_query_delete(loan_query *query, int64_t *out_count);
/** A stream: an instance is good until the function returns; what is not CALX_OK ends it. */
typedef calx_status (*loan_function)(void *context, const struct loan *loan);
calx_status loan_query_each(loan_query *query, loan_function function, void *context);

CALX_END_DECLS

#endif
