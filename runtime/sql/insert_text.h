/*
 * INSERT of rows of values or of a select, with what is done where rows are there already.
 */
#ifndef CALX_SQL_INSERT_TEXT_H
#define CALX_SQL_INSERT_TEXT_H

#include "sql/block.h"
#include "sql/set_text.h"

typedef enum calx_sql_conflict {
    CALX_SQL_CONFLICT_FAILS = 0,
    CALX_SQL_CONFLICT_NOTHING,
    CALX_SQL_CONFLICT_UPDATE
} calx_sql_conflict;

typedef struct calx_sql_insert {
    const calx_mapper *mapper;
    const uint16_t *columns; /* positions; none: each row is DEFAULT VALUES */
    size_t column_count;
    const calx_value *values; /* row by row */
    size_t row_count;
    const calx_sql_block *block; /* the rows, in place of values; or NULL */
    calx_sql_conflict conflict;
    const uint16_t *targets; /* the columns in which rows agree; none: any */
    size_t target_count;
    const calx_sql_set *sets; /* of UPDATE */
    size_t set_count;
    const calx_condition *conditions;
    size_t condition_count;
    uint16_t excluded; /* the alias of the row that was to be inserted */
    bool returns;      /* every column of the rows, in table order */
} calx_sql_insert;

/* Puts the statement; failures are the writer's. */
void calx_sql_put_insert(calx_sql_writer *writer, const calx_sql_insert *insert);

#endif
