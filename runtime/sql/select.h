/*
 * Queries as SQL: the text depends on the structure of the query only, values become parameters.
 */
#ifndef CALX_SQL_SELECT_H
#define CALX_SQL_SELECT_H

#include "base/buffer.h"
#include "sql/condition.h"
#include "sql/dialect.h"
#include "sql/join.h"

/* Values to bind, in order. Text and bytes in them are borrowed from the conditions. */
typedef struct calx_parameter_list {
    calx_value *items;
    size_t count;
    size_t capacity;
    calx_status status; /* the first failure of an add; CALX_OK so far */
} calx_parameter_list;

void calx_parameter_list_init(calx_parameter_list *list);
void calx_parameter_list_clear(calx_parameter_list *list);
/* Empty and without failure, but the memory is kept for the next values. */
void calx_parameter_list_reset(calx_parameter_list *list);
void calx_parameter_list_add(calx_parameter_list *list, calx_value value);

/* An item of a list that is compared to a column, as the value to bind. */
calx_value calx_sql_list_item(const calx_list *list, size_t i, const calx_column *column);

typedef enum calx_select_form {
    CALX_SELECT_ROWS = 0, /* the columns of the mapper, in table order; then those of each join */
    CALX_SELECT_COUNT,    /* one integer: how many rows ROWS would give */
    CALX_SELECT_EXISTS    /* one truth value: whether ROWS would give any */
} calx_select_form;

/* Keys that rows are looked for by: which they are is told by one of three. */
typedef struct calx_sql_within {
    const uint16_t *columns; /* of the query's mapper, together one of the keys */
    size_t column_count;
    const calx_select
        *of; /* those that another query's rows hold; its joins do not count; or NULL */
    const uint16_t *of_columns; /* of that query's mapper */
    size_t keys;                /* of is NULL: so many, a value for each column of each; or 0: an
                                   array of values for each column, where the dialect batches_rows */
} calx_sql_within;

struct calx_select {
    const calx_mapper *mapper;
    const calx_condition *conditions; /* joined by AND */
    size_t condition_count;
    const calx_order *orders;
    size_t order_count;
    int64_t limit;  /* -1: none */
    int64_t offset; /* -1 or 0: none */
    calx_select_form form;

    /* Of ROWS; the other forms are about the query's own rows alone. */
    const uint64_t *columns; /* those of the mapper that are selected, a set; NULL: all */
    const calx_sql_join *joins;
    size_t join_count;

    /*
     * NULL: any row that meets the conditions. Keys that are given are the only parameters of a
     * query, and are not in the list of them: who runs it has them.
     */
    const calx_sql_within *within;
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
                            const calx_dialect *dialect, const calx_select *select,
                            calx_error *error);

#endif
