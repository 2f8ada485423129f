/*
 * Rows of one kind on their way to the database together: gathered one by one, sent at once. Which
 * rows may share a batch is decided here; sending it is the flush's.
 */
#ifndef CALX_SESSION_BATCH_H
#define CALX_SESSION_BATCH_H

#include "session/session.h"

/*
 * More than a thousand rows at once gain nothing any more, a hundred are half as slow again; the
 * other limits are for rows that are wide or long, since what is sent is held twice. Fewer than the
 * least number are not worth the savepoint.
 */
enum {
    CALX_BATCH_LEAST_ROWS = 5,
    CALX_BATCH_MOST_ROWS = 1000,
    CALX_BATCH_MOST_PLAIN_ROWS = 16384, /* of plain structs, which go in longer batches */
    CALX_BATCH_MOST_VALUES = 65536,
    CALX_BATCH_MOST_BYTES = 4 * 1024 * 1024 /* of text and bytes */
};

typedef struct calx_batch {
    calx_entity *entity;       /* of all rows; NULL: there are none */
    uint64_t *columns;         /* the set all rows have values for; empty in a DELETE */
    bool of_instances;         /* else the rows are plain structs */
    calx_instance **instances; /* owned array; flagged CALX_INSTANCE_BATCHED */
    calx_value *values;        /* row by row; text and bytes are the instances' own */
    size_t count;              /* of rows */
    size_t most;               /* rows of this kind that fit */
    size_t width;              /* values of a row */
    size_t bytes;
    size_t instance_capacity, value_capacity, word_capacity;
} calx_batch;

/* A row as the flush has it in hand: entity->columns say which values these are. */
typedef struct calx_batch_row {
    calx_entity *entity;
    calx_instance *instance; /* NULL: a plain struct, of a batch of them */
    size_t width;            /* values in entity->row */
    size_t bytes;            /* of text and bytes in them; calx_batch_takes() counts */
} calx_batch_row;

/* Whether the row can go with those gathered so far. */
bool calx_batch_takes(const calx_batch *batch, calx_batch_row *row);

/* Of so many rows those that may go together, as the execution option page_size says. */
size_t calx_batch_expected(const calx_branch *branch, size_t count);

/*
 * Makes the empty batch one of this row's kind, with room for as many rows as may come; expected:
 * how many that is at most. CALX_E_NOMEM: it stays empty.
 */
calx_status calx_batch_start(calx_batch *batch, const calx_batch_row *row, size_t expected);

/* Takes the row in; it fits, as calx_batch_takes() or calx_batch_start() said. */
void calx_batch_add(calx_batch *batch, const calx_batch_row *row);

/* Whether the instance points at a row of the batch whose key the database has still to make. */
bool calx_batch_is_awaited(const calx_batch *batch, const calx_instance *instance);

/* Forgets the rows, keeps the memory. */
void calx_batch_empty(calx_batch *batch);

void calx_batch_clear(calx_batch *batch);

#endif
