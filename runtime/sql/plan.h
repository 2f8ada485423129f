/*
 * The statements a mapper needs again and again: made once, kept by key. The order of their
 * parameters is fixed here, since those who bind and those who write the text are different rooms:
 *
 *   INSERT             the set's columns, ascending; an empty set inserts DEFAULT VALUES
 *   UPDATE             SET the set's columns, ascending; then the key's columns in key order; then
 *                      the version column, if the mapper has one
 *   DELETE             the key's columns in key order; then the version column, if any
 *   SELECT_BY_KEY      the key's columns in key order
 *   SELECT_BY_COLUMNS  the set's columns, ascending; rows come in the order given, then in that of
 *                      the key
 *   SELECT_SOME        the key's columns in key order; the set is what is selected
 *   SELECT_MEMBERS     the columns of the relationship's association that point at the owner, in
 *                      the order of that foreign key; the mapper is the relationship's target
 *   INSERT_ROWS, UPDATE_ROWS, DELETE_ROWS
 *                      as INSERT, UPDATE and DELETE, each parameter an array: as many rows as the
 *                      arrays are long; only where the dialect says batches_rows
 *   LOAD_ROWS          as INSERT_ROWS, and gives no row whatever is left to the database
 *   UPSERT, UPSERT_ROWS
 *                      as INSERT and LOAD_ROWS, of a set that is not empty; a row that is there
 *                      already is updated or left, as targets, chosen and conflict say
 *   COPY               no parameters: rows of the set's columns, ascending, follow; only where the
 *                      dialect has copy_from
 *
 * The SELECTs give every column of the mapper, in table order, or those that are chosen,
 * SELECT_SOME those of its set; they lock what they read when the key says so and the database can.
 * An INSERT that leaves the key to a database that returns_keys gives one row of one column, the
 * key; INSERT_ROWS, whose set is not empty, one for each row, in the order of the arrays.
 */
#ifndef CALX_SQL_PLAN_H
#define CALX_SQL_PLAN_H

#include "base/buffer.h"
#include "sql/dialect.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum calx_plan_kind {
    CALX_PLAN_INSERT = 1,
    CALX_PLAN_UPDATE,
    CALX_PLAN_DELETE,
    CALX_PLAN_SELECT_BY_KEY,
    CALX_PLAN_SELECT_BY_COLUMNS,
    CALX_PLAN_SELECT_SOME,
    CALX_PLAN_SELECT_MEMBERS,
    CALX_PLAN_UPSERT,
    CALX_PLAN_INSERT_ROWS,
    CALX_PLAN_UPDATE_ROWS,
    CALX_PLAN_DELETE_ROWS,
    CALX_PLAN_LOAD_ROWS,
    CALX_PLAN_UPSERT_ROWS,
    CALX_PLAN_COPY
} calx_plan_kind;

/* Of an UPSERT. */
enum {
    CALX_CONFLICT_NOTHING = 1u << 0, /* what is there is left as it is */
    CALX_CONFLICT_CHECKS = 1u << 1,  /* it is updated if it has the version given, else left */
    CALX_CONFLICT_COUNTS = 1u << 2,  /* its version is counted up */
    CALX_CONFLICT_RETURNS = 1u << 3  /* each row inserted or updated gives one, its key */
};

typedef struct calx_plan_key {
    const calx_mapper *mapper;
    calx_plan_kind kind;
    const uint64_t *columns;              /* a set; NULL where the kind needs none */
    const uint64_t *chosen;               /* what the SELECTs but SOME give, a set; NULL: all. Of an
                                             UPSERT: what is updated; NULL: all of columns but the
                                             key, the targets and a version that is counted */
    const uint64_t *targets;              /* of an UPSERT: columns in which rows agree, a set; NULL:
                                             any that are unique */
    unsigned conflict;                    /* of an UPSERT: CALX_CONFLICT_… */
    calx_lock lock;                       /* of a SELECT */
    calx_lock_wait wait;                  /* counts with a lock */
    const calx_relationship_order *order; /* of SELECT_BY_COLUMNS; a relationship's, which stays */
    size_t order_count;
    const calx_relationship *relationship; /* a many-to-many; NULL where the kind needs none */
    const char *schema; /* the dialect's; set by the engine, which has one text for each */
} calx_plan_key;

/* Whether its parameters are arrays. */
static inline bool calx_plan_takes_rows(calx_plan_kind kind)
{
    return kind >= CALX_PLAN_INSERT_ROWS;
}

/* Sets of columns: bit column % 64 of word column / 64. */
static inline size_t calx_plan_words(const calx_mapper *mapper)
{
    return ((size_t)mapper->column_count + 63) / 64;
}

static inline bool calx_plan_has(const uint64_t *columns, size_t column)
{
    return (columns[column / 64] >> (column % 64) & 1) != 0;
}

static inline void calx_plan_include(uint64_t *columns, size_t column)
{
    columns[column / 64] |= UINT64_C(1) << (column % 64);
}

/*
 * Puts the statement's text.
 * Answers CALX_OK; CALX_E_ARGUMENT an UPDATE or SELECT_BY_COLUMNS of an empty set, or a mapper
 * without a key where one is needed; CALX_E_LIMIT a name too long; CALX_E_NOMEM. The failure also
 * sticks in the buffer.
 */
calx_status calx_sql_plan(calx_buffer *out, const calx_dialect *dialect, const calx_plan_key *key);

/* How many parameters the statement has, or columns the rows behind it. */
size_t calx_sql_plan_parameters(const calx_plan_key *key);

/*
 * The type of each parameter's column, or of what its array holds; out has room for
 * calx_sql_plan_parameters().
 */
void calx_sql_plan_types(const calx_plan_key *key, calx_type *out);

/* Whether an UPSERT may leave rows as they are, so that it changes fewer than it was given. */
bool calx_sql_plan_leaves(const calx_plan_key *key);

/* The version column's position; -1: the mapper has none. */
int calx_plan_version_column(const calx_mapper *mapper);

uint64_t calx_plan_key_hash(const calx_plan_key *key);
bool calx_plan_key_equal(const calx_plan_key *left, const calx_plan_key *right);

#endif
