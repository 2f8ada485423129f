/**
 * @file query.h
 * Queries over a mapper. The generated user_query_…() are the typed face of these functions.
 *
 * Nothing is sent before a result is asked for; then pending work is flushed first (SES-210).
 * Building keeps the first failure, which comes up again when the query runs. Results are
 * instances of the session: the same row is the same pointer (SES-071), and values already loaded
 * are not overwritten (SES-078). Arrays handed out are borrowed until the query runs again or is
 * freed. Thread rule: that of the session. A query whose session was closed is CALX_E_STATE.
 */
#ifndef CALX_QUERY_H
#define CALX_QUERY_H

#include <calx/aggregate.h>
#include <calx/assignment.h>
#include <calx/expression.h>
#include <calx/lock.h>
#include <calx/option.h>
#include <calx/scalar.h>
#include <calx/session.h>

CALX_BEGIN_DECLS

/** NULL: no memory, or session is NULL. Owned by the caller: calx_query_free(). */
CALX_API calx_query *calx_query_new(calx_session *session, const calx_mapper *mapper);

/** Takes NULL. */
CALX_API void calx_query_free(calx_query *query);

/** Adds a condition; several are joined by AND. Texts in it are copied. CALX_E_LIMIT: too long. */
CALX_API calx_status calx_query_where(calx_query *query, calx_expression condition);

/** The same for a condition of any length; the filter stays the caller's. */
CALX_API calx_status calx_query_where_filter(calx_query *query, const calx_filter *filter);

/**
 * Joins a relationship, so that its target's columns may be named in conditions and orders: rows
 * without a target are left out; a left join keeps them, with NULL for the target's columns. Only
 * instances of the query's own entity are found, each once (SES-223); count() and each() go by
 * rows, so a query that joins a collection is best distinct there. What is joined is not loaded:
 * that is said with options.
 *
 * The relationship is one of the query's entity, or of one that was joined before.
 * @return CALX_E_ARGUMENT the query does not have the relationship's entity, or has the target
 *         already: give that one another name with calx_query_join_as()
 */
CALX_API calx_status calx_query_join(calx_query *query, calx_relation relation);
CALX_API calx_status calx_query_left_join(calx_query *query, calx_relation relation);

/** The same; the target is known by an alias: its columns are calx_as(handle, alias). */
CALX_API calx_status calx_query_join_as(calx_query *query, calx_relation relation,
                                        calx_alias alias);
CALX_API calx_status calx_query_left_join_as(calx_query *query, calx_relation relation,
                                             calx_alias alias);

/** From an alias that was joined before, to an alias. */
CALX_API calx_status calx_query_join_from(calx_query *query, calx_alias from,
                                          calx_relation relation, calx_alias to);
CALX_API calx_status calx_query_left_join_from(calx_query *query, calx_alias from,
                                               calx_relation relation, calx_alias to);

/** An entity, or an alias of one, by a condition: calx_alias_of(mapper, 0) is the entity itself. */
CALX_API calx_status calx_query_join_on(calx_query *query, calx_alias target,
                                        calx_expression condition);
CALX_API calx_status calx_query_left_join_on(calx_query *query, calx_alias target,
                                             calx_expression condition);

/** Of rows that are the same in every column of the entity, one. */
CALX_API calx_status calx_query_distinct(calx_query *query);

/**
 * calx_query_distinct_on(query, column): of rows with the same value there, the first in the
 * query's order, which begins with these columns; several calls add up.
 * @return CALX_E_UNSUPPORTED the database has no DISTINCT ON (SQLite)
 */
#define calx_query_distinct_on(query, handle) calx_query_distinct_on_(query, (handle).ref)
CALX_API calx_status calx_query_distinct_on_(calx_query *query, calx_column_ref column);

/**
 * Locks the rows of the query's own entity that are found, until the transaction ends. Instances
 * that are there keep their values: populate_existing() brings them up to date.
 * @return CALX_E_UNSUPPORTED the database has no row locks (SQLite); CALX_E_ARGUMENT no such lock.
 *         The run: CALX_E_BUSY somebody has the lock, with CALX_LOCK_NOWAIT
 */
CALX_API calx_status calx_query_lock(calx_query *query, calx_lock lock, calx_lock_wait wait);

/** Locks rows of an entity that was joined instead. CALX_E_ARGUMENT: it was not. */
CALX_API calx_status calx_query_lock_of(calx_query *query, calx_alias alias);

/** Adds an order after those already given. */
CALX_API calx_status calx_query_order_by(calx_query *query, calx_order order);

/**
 * The same by a value that the database works out for each row: calx_mul() of two columns, a
 * function, calx_case(), a select. With a boolean, rows for which it is false come first, so
 * calx_is_null() puts NULL behind the others.
 * @return CALX_E_ARGUMENT an aggregate or a window function: there are no groups here. The run: a
 *         query that is distinct, whose rows do not have the value
 */
CALX_API calx_status calx_query_order_by_value(calx_query *query, calx_expression value,
                                               bool descending);

/** At most this many rows. CALX_E_ARGUMENT: negative. */
CALX_API calx_status calx_query_limit(calx_query *query, int64_t limit);

/** Leaves out the first rows. CALX_E_ARGUMENT: negative. */
CALX_API calx_status calx_query_offset(calx_query *query, int64_t offset);

/**
 * Only rows behind this one in the query's order: the next page, which costs what the first one
 * costs. The row is an instance or a plain struct; what orders the query is read from it, also when
 * it is expired. Give the orders first.
 * @return CALX_E_ARGUMENT rows may have the same position, as the order has neither the key nor a
 *         column that is unique and not null; CALX_E_LIMIT too many columns order the query
 */
CALX_API calx_status calx_query_after(calx_query *query, const void *entity);

/** The same by the values of the columns that order it, as a program keeps them elsewhere. */
CALX_API calx_status calx_query_after_values(calx_query *query, const calx_value *values,
                                             size_t count);

/**
 * From now on rows overwrite instances that are there, whose changes are lost (SES-079). With
 * autoflush on they are written first, so nothing is.
 */
CALX_API calx_status calx_query_populate_existing(calx_query *query);

/**
 * How relationships and columns of what is found are loaded (option.h). Several add up; a later one
 * for the same place replaces the earlier.
 * @return CALX_E_ARGUMENT the path does not fit the query's mapper or the one it has come to, which
 *         the message tells; CALX_E_LIMIT the option is longer than CALX_OPTION_STEPS
 */
CALX_API calx_status calx_query_options(calx_query *query, calx_option option);

/** The same for one path of any length, given in parts, one behind the other. */
CALX_API calx_status calx_query_options_along(calx_query *query, const calx_option *parts,
                                              size_t count);

/** Every instance, in an array that is never NULL when count is not 0. */
CALX_API calx_status calx_query_all(calx_query *query, const void *const **out_items,
                                    size_t *out_count);

/** The first instance; NULL when there is none. */
CALX_API calx_status calx_query_first(calx_query *query, const void **out_item);

/** The only instance: CALX_E_NO_RESULT, CALX_E_MULTIPLE_RESULTS (SES-222). */
CALX_API calx_status calx_query_one(calx_query *query, const void **out_item);

/** The only instance, or NULL when there is none; CALX_E_MULTIPLE_RESULTS. */
CALX_API calx_status calx_query_one_or_none(calx_query *query, const void **out_item);

/** How many rows there are, limit and offset counted in. */
CALX_API calx_status calx_query_count(calx_query *query, int64_t *out_count);

/** Whether there is any row. */
CALX_API calx_status calx_query_exists(calx_query *query, bool *out_exists);

/**
 * How many rows calx_query_each() reads before it loads what its options say is to come along, once
 * for all of them; 500 unless said (SES-319). CALX_E_ARGUMENT: 0.
 */
CALX_API calx_status calx_query_yield_per(calx_query *query, size_t rows);

/**
 * Streams: calls the function for each instance in constant memory. The instance is good until the
 * function returns, unless it was edited, expunged, got in another way too, or in the session
 * before. Another status than CALX_OK ends the stream and is returned.
 *
 * With relationships that are loaded along rows come in batches, and what is part of a relationship
 * stays in the session. Relationships that are joined collections, or loaded by a subquery, are
 * CALX_E_INVALID_REQUEST (SES-319).
 *
 * The function may use the session, flush it and run other queries. Once it has ended the
 * transaction, closed the session or freed the query, the stream ends with CALX_E_STATE.
 */
CALX_API calx_status calx_query_each(calx_query *query, calx_entity_function function,
                                     void *context);

/** How instances that are loaded learn of an UPDATE or DELETE of their rows. */
typedef enum calx_synchronize {
    /** By evaluate where that is possible, else by fetch. */
    CALX_SYNCHRONIZE_AUTO = 0,
    /**
     * Which they are is worked out in memory, for the rows as they were loaded. Only what is surely
     * the database's answer is: truth values, integers, doubles and bytes compared with each other
     * and with values, text whether it is the same, calx_in(), calx_is_null() of any column, and
     * AND, OR and NOT of these. Text is that of its bytes, as in tables that Calx makes; auto has
     * keys fetched where text or bytes are compared.
     */
    CALX_SYNCHRONIZE_EVALUATE,
    /** The statement gives their keys. */
    CALX_SYNCHRONIZE_FETCH,
    /** Not at all: they are stale until they expire. */
    CALX_SYNCHRONIZE_NONE
} calx_synchronize;

/** CALX_E_ARGUMENT: there is no such way (SES-332). */
CALX_API calx_status calx_query_synchronize(calx_query *query, calx_synchronize how);

/**
 * UPDATE of the rows that meet the conditions, all of them where there is none. Pending work is
 * flushed first (SES-210).
 *
 * Instances of such rows that are loaded have the values that were given, which are clean then;
 * columns that were set to expressions are expired, and those that were never loaded stay so
 * (SES-330). A change of such a column that was not flushed is lost. A rollback expires what was
 * changed so (SES-135). Nothing else happens: no cascades and no versions, but rules of the
 * database; collections in memory are as before (SES-333).
 *
 * @param assignments count of them, assignment.h; each column once. NULL with calx_query_rows()
 * @param out_count   how many rows there were; or NULL
 * @return CALX_E_INVALID_REQUEST, before any SQL: the query has an order, limit, offset, lock,
 *         joins or is distinct; the conditions cannot be evaluated, which was asked for (SES-332);
 *         a key is set, which only CALX_SYNCHRONIZE_NONE allows. CALX_E_ARGUMENT an assignment is
 *         none, or of another entity. CALX_E_DATA a value does not fit its member. CALX_E_NOMEM
 *         after the statement: the transaction was rolled back as after a failed flush
 */
CALX_API calx_status calx_query_update(calx_query *query, const calx_assignment *assignments,
                                       size_t count, int64_t *out_count);

/**
 * A list of rows for calx_query_update(), in place of conditions and assignments: each names the
 * members of the key, and what it sets (SES-334). They go as those of
 * calx_session_bulk_update_mappings() do, in few statements, and fail as they do; a version must be
 * named, is checked and counted up. Pending work is flushed first, and instances that are loaded
 * have the values then, which are clean; their version is expired. With CALX_SYNCHRONIZE_NONE they
 * are stale.
 *
 * The query is good for nothing else from then on: with conditions or assignments the update is
 * CALX_E_INVALID_REQUEST, and so are its other runs, calx_query_delete() too. An empty list updates
 * nothing. Listeners of statements cannot add conditions.
 * @param rows  count of them, for all updates to come; borrowed until the query is freed or given
 *              another list
 * @return CALX_E_ARGUMENT: rows is NULL, and count is not 0
 */
CALX_API calx_status calx_query_rows(calx_query *query, const calx_mapping *rows, size_t count);

/**
 * DELETE of the rows that meet the conditions; otherwise as calx_query_update(). Instances of such
 * rows are deleted, and a rollback brings them back (SES-331).
 */
CALX_API calx_status calx_query_delete(calx_query *query, int64_t *out_count);

/** The SQL the query would run, with its placeholders. Borrowed until the next call on the query.
 */
CALX_API calx_status calx_query_sql(calx_query *query, const char **out_sql);

/**
 * How the database would run it, in its own words, a line for each step; the query is not run.
 * Borrowed until the next call on the query.
 */
CALX_API calx_status calx_query_explain(calx_query *query, const char **out_text);

CALX_END_DECLS

#endif
