/*
 * Queries as SQL: the text depends on the structure of the query only, values become parameters.
 */
#ifndef CALX_SQL_SELECT_H
#define CALX_SQL_SELECT_H

#include "base/buffer.h"
#include "sql/condition.h"
#include "sql/dialect.h"
#include "sql/from.h"
#include "sql/join.h"
#include "sql/writer.h"

typedef enum calx_select_form {
    CALX_SELECT_ROWS = 0, /* the columns of the mapper, in table order; then those of each join */
    CALX_SELECT_COUNT,    /* one integer: how many rows ROWS would give */
    CALX_SELECT_EXISTS    /* one truth value: whether ROWS would give any */
} calx_select_form;

/* Keys that rows are looked for by: which they are is told by one of three. */
typedef struct calx_sql_within {
    const uint16_t *columns; /* of the query's mapper, together one of the keys */
    size_t column_count;
    const calx_sql_query
        *of; /* those that another query's rows hold; its joins do not count; or NULL */
    const uint16_t *of_columns; /* of that query's mapper */
    size_t keys;                /* of is NULL: so many, a value for each column of each; or 0: an
                                   array of values for each column, where the dialect batches_rows */
} calx_sql_within;

/* What a SELECT that locks its rows ends in. */
typedef struct calx_sql_lock {
    calx_lock mode; /* CALX_LOCK_NONE: it locks nothing */
    calx_lock_wait wait;
    size_t of; /* rows of which table: a position in the sources */
} calx_sql_lock;

struct calx_sql_query {
    const calx_mapper *mapper;
    const calx_condition *conditions; /* joined by AND */
    size_t condition_count;
    const calx_order *orders;
    size_t order_count;
    int64_t limit;  /* -1: none */
    int64_t offset; /* -1 or 0: none */
    calx_select_form form;

    /* What the caller joins; sources is NULL where that is nothing, and names are
     * not asked for. */
    const calx_sql_source *sources; /* [0] the query's own table, "t0"; then one for each step */
    const calx_sql_step *steps;
    size_t step_count;

    bool distinct;
    const calx_column_ref *distinct_on; /* of each row with these values the first; with distinct */
    size_t distinct_on_count;
    calx_sql_lock lock; /* of ROWS */

    const calx_condition *order_values; /* of the first orders: what stands in the column's place */
    size_t order_value_count;           /* where it is not empty */

    /* Of ROWS; the other forms are about the query's own rows alone. */
    const uint64_t *columns; /* those of the mapper that are selected, a set; NULL: all */
    const calx_sql_join *joins;
    size_t join_count;

    /*
     * NULL: any row that meets the conditions. Keys that are given are the last parameters of a
     * query, arrays of them the only ones, and are not in the list: who runs it has them.
     */
    const calx_sql_within *within;

    const struct calx_sql_block *block; /* what is asked instead of all above; or NULL */
};

/*
 * Puts the text and adds the parameters. Limit and offset count rows of the query's own: where a
 * join may give several for one, they stand in a query of their own inside (SES-308).
 * Answers CALX_OK; CALX_E_ARGUMENT a column of another mapper or a comparison with NULL, named, or
 * a negative limit or offset; CALX_E_LIMIT more parameters, tables or columns than the database
 * takes, or a name too long; CALX_E_NOMEM. error may be NULL. After a failure out and
 * out_parameters hold rubbish.
 */
calx_status calx_sql_select(calx_buffer *out, calx_parameter_list *out_parameters,
                            const calx_dialect *dialect, const calx_sql_query *select,
                            calx_error *error);

/*
 * The shape of that text, and the values it has: two queries with equal shapes have the same text,
 * whatever their values are. It is the same walk, so a text found by its shape is never a wrong
 * one, and no check is left out. false: the query is too large for a shape, or calx_sql_select()
 * would most likely refuse it; both results hold rubbish then, but the status of the list tells of
 * missing memory.
 */
bool calx_sql_shape(calx_shape *out, calx_parameter_list *out_parameters,
                    const calx_dialect *dialect, const calx_sql_query *select);

/* The walk is done. false: there was more than it holds. */
bool calx_shape_end(calx_shape *shape);

bool calx_shape_equal(const calx_shape *shape, const uint64_t *words, size_t count);

#endif
