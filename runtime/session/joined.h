/*
 * Rows that bring relationships along: each has a part for every place of a tree of joins, and one
 * pass over it makes or finds the instance of each part and what they are to each other (SES-307 to
 * 310, 317, 318).
 */
#ifndef CALX_SESSION_JOINED_H
#define CALX_SESSION_JOINED_H

#include "session/loading.h"
#include "session/session.h"
#include "sql/join.h"

typedef struct calx_joined calx_joined;

/*
 * The tree of a result whose place says that it joins. loads are borrowed and must stay. Errors are
 * the session's. *out_joined: calx_joined_free().
 */
calx_status calx_joined_new(calx_session *session, const calx_loads *loads,
                            calx_joined **out_joined);

/* The rows are to have every column of the query's own part, whatever the place leaves out. */
void calx_joined_take_whole(calx_joined *joined);

/* What was read in full is in place; what was not is as it was before. Takes NULL. */
void calx_joined_free(calx_joined *joined);

/* Which of the query's own columns it is to select, a set; NULL: all. */
const uint64_t *calx_joined_columns(const calx_joined *joined);

/* What the statement is to join: rows are read as it gives them. */
const calx_sql_join *calx_joined_joins(const calx_joined *joined, size_t *out_count);

/* The first relationship that a stream cannot have; NULL: none. */
const calx_relationship *calx_joined_collection(const calx_joined *joined);

/* Rows of one instance may come in any order, and again: something else is joined too. */
void calx_joined_scatter(calx_joined *joined);

/* Rows overwrite what is there, each instance once (SES-079). */
void calx_joined_populate(calx_joined *joined);

/*
 * Each row is for itself: what it shows is in place when it is read, and what is behind the query's
 * own part goes when another one comes, unless somebody needs it. Without collections.
 */
void calx_joined_stream(calx_joined *joined);

typedef struct calx_joined_row {
    calx_instance *instance; /* of the query's own part; NULL: its key is NULL */
    bool repeats;            /* it is that of the row before */
    bool is_new;             /* a stream made it */
} calx_joined_row;

/* The cursor's present row. */
calx_status calx_joined_read(calx_joined *joined, calx_cursor *cursor, calx_joined_row *out_row);

/* All rows were read. */
calx_status calx_joined_end(calx_joined *joined);

/*
 * As calx_session_select(), with what joins at a place, or NULL, and conditions of listeners.
 * select_joined.c
 */
struct calx_added;
calx_status calx_session_select_joined(calx_session *session, const calx_selection *selection,
                                       calx_branch *branch, const calx_loads *place,
                                       const struct calx_added *added);

#endif
