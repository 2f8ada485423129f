/**
 * @file select.h
 * Selects: columns, values and entities of one or several tables, in groups, combined with others.
 * Where a query finds instances of one entity, a select gives rows.
 *
 *     calx_select *select = calx_select_new(session);
 *     calx_select_entity(select, calx_alias_of(&artist_mapper, 0));
 *     calx_select_column(select, album_col.title);
 *     calx_select_join(select, artist_rel.albums);
 *     status = calx_select_execute(select, &rows);
 *     while ((status = calx_result_next(rows, &row)) == CALX_OK && row) {
 *         calx_result_text(rows, 0, &title);
 *         calx_row_entity(rows, 0, (const void **)&artist);
 *     }
 *
 * Columns and values are the columns of the result, counted from 0 in the order they were given;
 * entities are counted by themselves. The same row is the same instance as everywhere in the
 * session (SES-071); what is loaded along with an entity elsewhere is loaded here when it is asked
 * for, unless calx_select_options() says more.
 *
 * Nothing is sent before it is executed; then pending work is flushed first (SES-210). Building
 * keeps the first failure, which comes up again at the execution. Conditions, texts and labels are
 * copied. A select that is given to another one belongs to it too from then on: it can be freed,
 * but not be changed any more. Thread rule: that of the session.
 */
#ifndef CALX_SELECT_H
#define CALX_SELECT_H

#include <calx/aggregate.h>
#include <calx/expression.h>
#include <calx/option.h>
#include <calx/result.h>
#include <calx/session.h>

CALX_BEGIN_DECLS

typedef struct calx_select calx_select;

/** NULL: no memory, or session is NULL. Owned by the caller: calx_select_free(). */
CALX_API calx_select *calx_select_new(calx_session *session);

/** Takes NULL. Results that were made of it stay good. */
CALX_API void calx_select_free(calx_select *select);

/* ---- what is selected ---- */

/** An entity, or an alias of one: its instances, calx_row_entity(). */
CALX_API calx_status calx_select_entity(calx_select *select, calx_alias entity);

/** calx_select_column(select, handle): a column of the result, by the column's name. */
#define calx_select_column(select, handle) calx_select_column_(select, (handle).ref)
CALX_API calx_status calx_select_column_(calx_select *select, calx_column_ref column);

/** A value that the database works out, under a label, which may be NULL. */
CALX_API calx_status calx_select_value(calx_select *select, calx_expression value,
                                       const char *label);

/**
 * How relationships and columns of an entity that is selected are loaded (option.h), as for
 * calx_query_options(); from then on also what its annotations say. Rows are read ahead, some
 * hundred at a time, and what their entities bring along is loaded once for these. Nothing can be
 * joined to the rows of a select: what is to be joined, or loaded by a subquery, is loaded by keys.
 * @return CALX_E_ARGUMENT the entity is not selected, or the path does not fit; CALX_E_LIMIT the
 *         option is longer than CALX_OPTION_STEPS
 */
CALX_API calx_status calx_select_options(calx_select *select, calx_alias entity,
                                         calx_option option);

/** The same for one path of any length, given in parts, one behind the other. */
CALX_API calx_status calx_select_options_along(calx_select *select, calx_alias entity,
                                               const calx_option *parts, size_t count);

/** Of rows that are the same, one. */
CALX_API calx_status calx_select_distinct(calx_select *select);

/* ---- from which tables ---- */

/**
 * A table to select from, before anything is joined. Without it the first one that something is
 * selected of is taken; a second one stands beside the first: each row with each.
 * CALX_E_ARGUMENT: it is there already.
 */
CALX_API calx_status calx_select_from(calx_select *select, calx_alias entity);

/**
 * The rows of another select in place of a table. They are known as an alias of an entity, and have
 * its columns by their names: the other one selects an entity of that kind, or columns and labels
 * that are called as those which are named of the alias. Their number and order do not matter.
 */
CALX_API calx_status calx_select_from_select(calx_select *select, calx_alias alias,
                                             calx_select *rows);

/** Joins, as those of a query (calx_query_join()). */
CALX_API calx_status calx_select_join(calx_select *select, calx_relation relation);
CALX_API calx_status calx_select_left_join(calx_select *select, calx_relation relation);
CALX_API calx_status calx_select_join_from(calx_select *select, calx_alias from,
                                           calx_relation relation, calx_alias to);
CALX_API calx_status calx_select_left_join_from(calx_select *select, calx_alias from,
                                                calx_relation relation, calx_alias to);
CALX_API calx_status calx_select_join_on(calx_select *select, calx_alias target,
                                         calx_expression condition);
CALX_API calx_status calx_select_left_join_on(calx_select *select, calx_alias target,
                                              calx_expression condition);

/**
 * A part with a name (WITH): the rows of another select, which this one, and those inside it, have
 * where they name this alias, as often as they like. The other one selects an entity of that kind,
 * or as many columns as it has, in their order: names do not matter. In the recursive form the
 * other one may name it too: it is a start, combined by UNION or UNION ALL with a step that goes on
 * from the alias.
 */
CALX_API calx_status calx_select_with(calx_select *select, calx_alias alias, calx_select *rows);
CALX_API calx_status calx_select_with_recursive(calx_select *select, calx_alias alias,
                                                calx_select *rows);

/* ---- of which rows ---- */

/** Adds a condition; several are joined by AND. */
CALX_API calx_status calx_select_where(calx_select *select, calx_expression condition);
CALX_API calx_status calx_select_where_filter(calx_select *select, const calx_filter *filter);

/** calx_select_group_by(select, handle): rows with equal values are one. */
#define calx_select_group_by(select, handle) calx_select_group_by_(select, (handle).ref)
CALX_API calx_status calx_select_group_by_(calx_select *select, calx_column_ref column);
CALX_API calx_status calx_select_group_by_value(calx_select *select, calx_expression value);

/** Adds a condition of groups. */
CALX_API calx_status calx_select_having(calx_select *select, calx_expression condition);

/* ---- in which order ---- */

CALX_API calx_status calx_select_order_by(calx_select *select, calx_order order);

/** By a value that the database works out. */
CALX_API calx_status calx_select_order_by_value(calx_select *select, calx_expression value,
                                                bool descending);

/** By what is selected under a label. */
CALX_API calx_status calx_select_order_by_label(calx_select *select, const char *label,
                                                bool descending);

/** At most this many rows, and without the first. CALX_E_ARGUMENT: negative. */
CALX_API calx_status calx_select_limit(calx_select *select, int64_t limit);
CALX_API calx_status calx_select_offset(calx_select *select, int64_t offset);

/* ---- combined ---- */

/** What rows of two selects come to. */
typedef enum calx_combine {
    CALX_UNION = 1,     /**< those of both, equal ones once */
    CALX_UNION_ALL,     /**< those of both */
    CALX_INTERSECT,     /**< those in both */
    CALX_INTERSECT_ALL, /**< as often as in the one that has fewer; not on SQLite */
    CALX_EXCEPT,        /**< those of the first that are not in the other */
    CALX_EXCEPT_ALL     /**< the same one by one; not on SQLite */
} calx_combine;

/**
 * Combines the rows so far with those of another select of as many columns; order and limit of this
 * one are about all of them.
 */
CALX_API calx_status calx_select_combine(calx_select *select, calx_combine how, calx_select *other);

/* ---- in expressions ---- */

/*
 * Selects as conditions and values. They may name tables of the statement around them. Like text,
 * the select is borrowed until the expression is handed to a query or another select, which it is a
 * part of from then on.
 */

/** It has a row, whatever that is. */
CALX_API calx_expression calx_exists(const calx_select *select);

/** The one value of its one row; NULL: it has no row. More than one are the database's failure. */
CALX_API calx_expression calx_select_expression(const calx_select *select);

/** calx_in_select(column or value, select): it is among the values of the select's one column. */
#ifndef __cplusplus
#define calx_in_select(wanted, select) calx_in_select_(CALX_SCALAR_(wanted), select)
#else
#define calx_in_select(wanted, select) calx_in_select_(calx_scalar(wanted), select)
#endif
CALX_API calx_expression calx_in_select_(calx_expression wanted, const calx_select *select);

/* ---- rows ---- */

/**
 * Runs it. The result belongs to the caller: calx_result_free().
 * @return CALX_E_ARGUMENT it names a column of a table it does not have, or the like: the message
 *         says which
 */
CALX_API calx_status calx_select_execute(calx_select *select, calx_result **out_result);

/** Called with the result on each row in turn. */
typedef calx_status (*calx_row_function)(void *context, calx_result *row);

/**
 * Streams: calls the function for each row in constant memory. Instances are good until it returns,
 * as those of calx_query_each(). Another status than CALX_OK ends the stream and is returned.
 */
CALX_API calx_status calx_select_each(calx_select *select, calx_row_function function,
                                      void *context);

/** Results of execute() stream too, in constant memory: an instance is good until the next row. */
CALX_API calx_status calx_select_stream(calx_select *select);

/** The first column of the first row, NULL without one. Text and bytes: until the next of these. */
CALX_API calx_status calx_select_scalar(calx_select *select, calx_value *out_value);

/**
 * The instance of the present row for an entity of its select, counted from 0; NULL: the row has
 * none, as behind a left join. Errors are the result's.
 * @return CALX_E_ARGUMENT no such entity, or the result is not of a select; CALX_E_STATE no row
 */
CALX_API calx_status calx_row_entity(calx_result *result, size_t entity, const void **out_entity);

/** The SQL it would run, and how the database would do that. Until the next call on it. */
CALX_API calx_status calx_select_sql(calx_select *select, const char **out_sql);
CALX_API calx_status calx_select_explain(calx_select *select, const char **out_text);

CALX_END_DECLS

#endif
