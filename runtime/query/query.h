/*
 * A query from inside: what was asked for, and the text and values of its last run. query.c builds,
 * options.c keeps loading options, text.c finds the text, run.c runs.
 */
#ifndef CALX_QUERY_QUERY_H
#define CALX_QUERY_QUERY_H

#include <calx/query.h>

#include "base/arena.h"
#include "engine/text.h"
#include "session/bind.h"
#include "session/choice.h"
#include "session/joined.h"
#include "session/loading.h"
#include "session/session.h"
#include "session/statement_hook.h"

/* One for each text a query may need: they differ in form and in how many rows they want. */
typedef enum calx_query_want {
    CALX_QUERY_ALL = 0,
    CALX_QUERY_EACH,   /* all, one at a time */
    CALX_QUERY_FIRST,  /* at most one row */
    CALX_QUERY_SINGLE, /* at most two: the second tells that one is not the only one; of a query
                          that joins all, since rows may repeat one */
    CALX_QUERY_COUNT,
    CALX_QUERY_EXISTS
} calx_query_want;

struct calx_query {
    calx_dependent dependent; /* the first member: the session ends the query through it */
    bool spare;               /* freed, and kept by the session for the next query */
    calx_session *session;    /* NULL: it was freed */
    bool ended;               /* the session was closed or emptied */
    const calx_mapper *mapper;
    calx_error failure; /* the first one of building; CALX_OK so far */
    calx_arena arena;   /* what conditions point at; never reset, so a stream's values stay */
    calx_condition *conditions;
    size_t condition_count, condition_capacity;
    size_t added_count; /* behind them: what listeners added for the last run */
    calx_order *orders;
    size_t order_count, order_capacity;
    calx_condition *order_values; /* of the first orders; of one that is a column none */
    size_t order_value_count, order_value_capacity;
    calx_path *paths; /* the loading options, checked; their steps lie in the arena */
    size_t path_count, path_capacity;
    const calx_loads *loads;  /* what the options come to; NULL: not worked out, or nothing */
    bool worked_out;          /* loads is what the options come to */
    int64_t limit;            /* -1: none */
    int64_t offset;           /* -1: none */
    calx_sql_source *sources; /* the query's own table, then one for each step */
    size_t source_capacity;
    calx_sql_step *steps; /* what the caller joined */
    size_t step_count, step_capacity;
    struct calx_select **held; /* those that stand in conditions */
    size_t held_count, held_capacity;
    calx_column_ref *distinct_on;
    size_t distinct_on_count, distinct_on_capacity;
    bool distinct;
    calx_sql_lock lock;
    calx_synchronize synchronize; /* of UPDATE and DELETE */
    const calx_mapping *rows;     /* to be updated by key; the caller's */
    size_t row_count;
    bool has_rows;                  /* there is a list, if an empty one */
    calx_buffer report;             /* the last calx_query_explain() */
    calx_sql_text *text;            /* of the last run; NULL: none yet */
    calx_parameter_list parameters; /* the same; text and bytes lie in the arena */
    const void **items;             /* handed out by the last run */
    size_t item_capacity;
    size_t batch;     /* rows of a stream that what is loaded along waits for */
    unsigned streams; /* runs of each() going on */
    bool populates;   /* rows overwrite what is there */
    bool abandoned;   /* freed inside its own stream, which frees it at its end */
};

/*
 * First thing in each public call on a query: forgets the session's last error, brings up the first
 * failure of building. CALX_E_STATE: the session was closed, or freed; the latter has no error to
 * tell it.
 */
calx_status calx_query_enter(calx_query *query);

/* CALX_E_STATE, told by the session, which is still there. */
calx_status calx_query_fail_ended(calx_query *query);

/* Remembers what the session's error says, for every later call; answers status. */
calx_status calx_query_keep_failure(calx_query *query, calx_status status);

/*
 * Tells listeners of the query's next run, before its text is found; what they add counts until the
 * next call of this, or of where(). A failure is the session's error.
 */
calx_status calx_query_tell(calx_query *query, calx_statement_kind kind);

/* Room for one more item; NULL and the old array as it was: no memory. */
void *calx_query_grow(void *items, size_t count, size_t *capacity, size_t item_size);

/* ---- options.c ---- */

/* Makes sure that query->loads is what the options come to. */
calx_status calx_query_work_out(calx_query *query);

/* The parts as one path, in an arena. CALX_E_NOMEM: there is no memory. */
calx_status calx_query_copy_path(calx_arena *arena, const calx_option *parts, size_t count,
                                 calx_path *out_path);

/* Forgets the options and what they came to. */
void calx_query_forget_options(calx_query *query);

/* ---- join.c ---- */

/* Which table of the query an alias is: a position in its sources; SIZE_MAX: none. */
size_t calx_query_find_source(const calx_query *query, calx_alias alias);

/* Tables are told by names from now on, which sources has; a failure is in the session's error. */
calx_status calx_query_name_tables(calx_query *query);

/* ---- subquery.c ---- */

/* The selects in a condition that was kept are the query's too. */
calx_status calx_query_hold_selects(calx_query *query, const calx_condition *condition);
void calx_query_release_selects(calx_query *query);

/* ---- explain.c ---- */

/* Puts what the database says of a text with these values, a line for each row. */
calx_status calx_explain(calx_session *session, calx_branch *branch, const char *sql,
                         const calx_parameter_list *parameters, calx_buffer *out);

/* ---- text.c ---- */

/* What the query asks for; borrowed from it, from the columns chosen and from what is joined. */
calx_sql_query calx_query_describe(const calx_query *query, calx_query_want want,
                                   const calx_choice *choice, const calx_joined *joined);

/*
 * Finds or makes the text for a want, with the columns chosen and what is joined (or NULL: all,
 * nothing), and collects the values; both
 * are the query's until the next call of this. Answers the status that is set on the session's
 * error.
 */
calx_status calx_query_prepare(calx_query *query, const calx_branch *branch, calx_query_want want,
                               const calx_choice *choice, const calx_joined *joined);

/* The branch its statement is for; writes: it is a change by criteria. */
calx_status calx_query_branch(calx_query *query, bool writes, calx_branch **out_branch);

#endif
