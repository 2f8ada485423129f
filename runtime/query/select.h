/*
 * A select from inside. select.c builds, select_run.c runs. Whoever has it in a tree, and each
 * result made of it, holds it: it ends with the last of them.
 */
#ifndef CALX_QUERY_SELECT_H
#define CALX_QUERY_SELECT_H

#include <calx/select.h>

#include "base/arena.h"
#include "engine/text.h"
#include "session/loading.h"
#include "session/session.h"
#include "sql/block.h"

/* The loading options of an entity that is selected. */
typedef struct calx_part_options {
    calx_path *paths; /* checked; their steps lie in the arena */
    size_t count, capacity;
    const calx_loads *loads; /* what they come to; NULL: not worked out, or nothing */
    bool worked_out;         /* loads is what they come to */
} calx_part_options;

struct calx_select {
    calx_sql_block block;     /* its arrays are those below */
    calx_dependent dependent; /* of its session, until the caller frees it */
    calx_session *session;    /* NULL: it was freed */
    bool ended;               /* the session was closed or emptied */
    bool is_part;             /* of another: it does not change any more */
    bool streams;
    bool assumed; /* what it is from follows from what is selected, and not from a word */
    size_t holders;
    calx_error failure; /* the first one of building; CALX_OK so far */
    calx_arena arena;   /* what conditions and labels point at */
    calx_sql_term *items, *groups, *orders;
    calx_sql_part *parts;
    calx_sql_source *sources;
    calx_sql_step *steps;
    calx_condition *conditions, *havings;
    calx_sql_combined *combined;
    calx_sql_with *withs;
    calx_select **held; /* those that stand inside */
    size_t item_capacity, group_capacity, order_capacity, part_capacity, source_capacity;
    size_t step_capacity, condition_capacity, having_capacity, combined_capacity, with_capacity;
    size_t held_count, held_capacity;
    calx_part_options *options; /* of the first parts */
    size_t option_count, option_capacity;
    struct calx_fill *fill; /* the rows handed out as structs; or NULL */
    calx_sql_text *text;    /* of the last run; NULL: none yet */
    calx_parameter_list parameters;
    calx_buffer report;
};

static inline calx_select *calx_select_hold(calx_select *select)
{
    select->holders++;
    return select;
}

/* Takes NULL. */
void calx_select_release(calx_select *select);

/* Whose rows a result has; NULL: they are those of no select. */
const calx_select *calx_select_of_result(const calx_result *result);

/* First thing in each public call that does not change it, as calx_query_enter(). */
calx_status calx_select_enter(calx_select *select);

#endif
