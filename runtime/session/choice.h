/*
 * Which columns of a mapper a SELECT gives, when it does not give all: rows of that kind are read
 * and stored by a form of their own. Made once for each set a session meets.
 */
#ifndef CALX_SESSION_CHOICE_H
#define CALX_SESSION_CHOICE_H

#include "session/session.h"

/* Columns that follow each other, in the row as in the table. */
typedef struct calx_column_run {
    uint16_t at;     /* in the row */
    uint16_t column; /* in the table */
    uint16_t count;
} calx_column_run;

struct calx_choice {
    calx_choice *next;
    const uint64_t *columns; /* the set */
    const uint16_t *places;  /* in the row, by column; of one that is chosen */
    const calx_column_run *runs;
    size_t run_count, column_count;
    calx_row_form form;
};

/*
 * The choice that leaves a set of columns out (NULL: none), but for those that come with every row,
 * calx_column_is_fixed(). *out_choice NULL: all columns; else good as long as the session is in
 * use. CALX_E_NOMEM: the session's error.
 */
calx_status calx_choice_without(calx_session *session, calx_entity *entity,
                                const uint64_t *left_out, const calx_choice **out_choice);

/* What is loaded of a mapper when nobody says anything about it; NULL: all columns. */
calx_status calx_choice_usual(calx_session *session, calx_entity *entity,
                              const calx_choice **out_choice);

/* What is loaded of it at a place; NULL: nobody says anything. */
calx_status calx_choice_at(calx_session *session, calx_entity *entity, const calx_loads *place,
                           const calx_choice **out_choice);

/* Frees all choices of an entity, and what is known of its joins. */
void calx_choices_free(calx_entity *entity);

static inline const uint64_t *calx_choice_columns(const calx_choice *choice)
{
    return choice == NULL ? NULL : choice->columns;
}

static inline size_t calx_choice_count(const calx_choice *choice, const calx_mapper *mapper)
{
    return choice == NULL ? mapper->column_count : choice->column_count;
}

static inline size_t calx_choice_place(const calx_choice *choice, size_t column)
{
    return choice == NULL ? column : choice->places[column];
}

/*
 * Reads what is chosen of the cursor's present row into entity->row, from a column of the row on;
 * the form it is stored by goes along.
 */
calx_status calx_choice_read(calx_session *session, calx_entity *entity, const calx_choice *choice,
                             calx_cursor *cursor, size_t first);

#endif
