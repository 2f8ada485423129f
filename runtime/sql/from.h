/*
 * The FROM of a query whose caller joins tables: its own, then each step.
 * Columns of all of them may be named. "t0" is the query's own table, "jN" that
 * of step N, counted from 1, "kN" its association; what is loaded along has
 * names of its own (join.h).
 */
#ifndef CALX_SQL_FROM_H
#define CALX_SQL_FROM_H

#include "sql/condition.h"
#include "sql/writer.h"

/* One table that is joined. */
typedef struct calx_sql_step {
    const calx_relationship *relationship; /* NULL: `on` says how */
    size_t owner;                          /* whose it is: a position in the sources */
    calx_condition on;
    bool left;    /* rows without one stay */
    bool crossed; /* by nothing: each row with each */
} calx_sql_step;

/* The part of the statement whose name the source is; NULL: it is none. */
const calx_sql_named *calx_sql_find_named(const calx_sql_writer *writer,
                                          const calx_sql_source *source);

/*
 * Puts " FROM …". sources[0] is the query's own table, sources[i + 1] that of
 * step i; each step means those in front of it and its own.
 */
void calx_sql_put_from(calx_sql_writer *writer, const calx_sql_source *sources,
                       const calx_sql_step *steps, size_t step_count);

#endif
