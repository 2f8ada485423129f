/*
 * What a query loads along with its own rows: a tree of relationships, as a list in which each
 * stands behind what it belongs to. Tables have aliases of their own then: "t0" is the query's
 * own, "tN" the target of join N, counted from 1, "aN" its association. No condition or order of
 * the caller can name them, so joins never change which rows of its own a query finds (SES-310);
 * only an inner join may leave out those without a target, as the one who asked for it said there
 * are none.
 */
#ifndef CALX_SQL_JOIN_H
#define CALX_SQL_JOIN_H

#include "base/buffer.h"
#include "sql/dialect.h"

#include <calx/column.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct calx_sql_query calx_sql_query;

typedef struct calx_sql_join {
    const calx_relationship *relationship;
    const uint64_t *columns; /* those of the target that are selected, a set; NULL: all */
    uint16_t parent;         /* whose relationship it is: 0 the query's own, N that of join N */
    bool inner;              /* there is a target for each row */
} calx_sql_join;

/* The mapper whose relationship the join at this position is. */
const calx_mapper *calx_sql_join_owner(const calx_sql_query *select, size_t position);

/*
 * Whether a row may have several targets. One that refers to it by a unique key, as a one-to-one
 * mostly does, is one.
 */
bool calx_sql_join_multiplies(const calx_relationship *relationship);

/* Whether any join does. */
bool calx_sql_joins_multiply(const calx_sql_query *select);

/* How many tables the text names, and how many columns it selects. */
size_t calx_sql_joined_tables(const calx_sql_query *select);
size_t calx_sql_joined_columns(const calx_sql_query *select);

/* Whether a handle means the query's own table, and not one that its caller
 * joined. */
bool calx_sql_is_own(const calx_sql_query *select, calx_column_ref ref);

/* Whether a column of the query's own is needed by a join, or by what orders
 * its rows. */
bool calx_sql_join_needs(const calx_sql_query *select, size_t column);

/* Puts "t0"."name". */
void calx_sql_put_aliased(calx_buffer *out, const calx_dialect *dialect, size_t table,
                          const char *column);

/* Puts the names of the columns: of the query's own, then of each join. */
void calx_sql_put_joined_columns(calx_buffer *out, const calx_dialect *dialect,
                                 const calx_sql_query *select);

/* Puts each LEFT OUTER JOIN or JOIN, behind the query's own table. */
void calx_sql_put_joins(calx_buffer *out, const calx_dialect *dialect,
                        const calx_sql_query *select);

/*
 * Puts what follows the caller's orders: the key of the query's own rows, so that rows of one stay
 * together, then for each collection its order and the key of its members. Nothing if no join
 * multiplies.
 */
void calx_sql_put_joined_order(calx_buffer *out, const calx_dialect *dialect,
                               const calx_sql_query *select);

#endif
