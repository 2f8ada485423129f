/*
 * A run of a select: what its result reads by. select_run.c has it, select_batch.c reads ahead for
 * runs whose entities bring something along.
 */
#ifndef CALX_QUERY_SELECT_RUN_H
#define CALX_QUERY_SELECT_RUN_H

#include "engine/cursor.h"
#include "query/select.h"
#include "session/choice.h"

/* An instance as a row had it, which the application may have freed since. */
typedef struct calx_seen_instance {
    const void *entity; /* NULL: none */
    uint64_t hash;      /* of its key */
    bool is_new;        /* the run made it */
} calx_seen_instance;

/* An entity of the rows. */
typedef struct calx_run_part {
    calx_entity *entity;
    const calx_choice *choice; /* of its columns; NULL: all */
    const calx_loads *loads;   /* held; NULL: it brings nothing along */
    size_t first;              /* of its columns in the row */
    calx_seen_instance present, before;
} calx_run_part;

/* Rows that were read ahead, one behind the other. */
typedef struct calx_run_batch {
    calx_value *values;
    calx_seen_instance *entities;
    calx_arena texts; /* of the values */
    size_t count, capacity;
    size_t at;    /* the row that is asked for next */
    bool has_row; /* the cursor is on one that is not among them */
} calx_run_batch;

typedef struct calx_select_run {
    calx_dependent dependent; /* the first member */
    calx_select *select;      /* held: it may be changed and run again meanwhile */
    calx_session *session;    /* NULL: it was freed */
    bool over;                /* the session was closed or emptied */
    bool streams;
    bool leads_on;                  /* an entity brings something along: rows are read ahead */
    calx_parameter_list parameters; /* what the cursor was given: it may look at them to its end */
    size_t item_count;
    calx_value_type *wanted; /* the class of each item */
    calx_run_batch batch;
    size_t part_count;
    calx_run_part parts[];
} calx_select_run;

/* Makes or finds the instance of the cursor's present row. */
calx_status calx_select_read_part(calx_select_run *run, calx_run_part *part, calx_cursor *cursor);

/* CALX_E_STATE: the session went. */
calx_status calx_select_check_run(const calx_select_run *run, calx_error *error);

/* ---- select_batch.c ---- */

/* The next row, of those that were read ahead; as calx_result_form says. */
calx_status calx_select_next_row(void *run, calx_cursor *cursor, const calx_value **out_row,
                                 calx_error *error);
void calx_select_clear_batch(calx_run_batch *batch);

#endif
